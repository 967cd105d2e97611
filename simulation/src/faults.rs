//! What goes wrong in a history, and how often: each kind of fault is absent, rare or frequent, drawn anew for
//! each history, so that some histories are rid of the fault that hides another. It does nothing itself.

use rand::{RngExt as _, rngs::StdRng};

/// How likely each fault is, each time that it could happen.
#[derive(Debug, Clone, Default)]
pub(crate) struct Faults {
    /// A process is killed, or a step panics, at a boundary.
    pub(crate) crash: f64,
    /// A process or a task stands still at a boundary.
    pub(crate) pause: f64,
    /// The database is away; nothing is written.
    pub(crate) down: f64,
    /// The database's answer is lost; whether it was written is not known.
    pub(crate) unknown: f64,
    /// The database takes seconds.
    pub(crate) slow: f64,
    /// No connection.
    pub(crate) refused: f64,
    /// A request is lost.
    pub(crate) lost_request: f64,
    /// An answer is lost.
    pub(crate) lost_answer: f64,
    /// A request arrives late.
    pub(crate) late: f64,
    /// A request arrives twice; only where the mode has that.
    pub(crate) doubled: f64,
    /// A server error without effect.
    pub(crate) error_before: f64,
    /// A server error after the effect.
    pub(crate) error_after: f64,
    /// An answer that means nothing, or half of one, after the effect.
    pub(crate) garbage: f64,
    /// The gateway's throttling.
    pub(crate) throttled: f64,
    /// The gateway refuses the credentials.
    pub(crate) unauthorised: f64,
    /// A reading fails.
    pub(crate) failed_read: f64,
    /// A reading shows the past.
    pub(crate) stale_read: f64,
    /// Somebody acts in Huawei's own console.
    pub(crate) console: f64,
    /// A clock is off.
    pub(crate) skewed: f64,
}

impl Faults {
    /// Nothing goes wrong.
    pub(crate) const NONE: Self = Self {
        crash: 0.0,
        pause: 0.0,
        down: 0.0,
        unknown: 0.0,
        slow: 0.0,
        refused: 0.0,
        lost_request: 0.0,
        lost_answer: 0.0,
        late: 0.0,
        doubled: 0.0,
        error_before: 0.0,
        error_after: 0.0,
        garbage: 0.0,
        throttled: 0.0,
        unauthorised: 0.0,
        failed_read: 0.0,
        stale_read: 0.0,
        console: 0.0,
        skewed: 0.0,
    };

    /// Those of one history.
    pub(crate) fn drawn(rng: &mut StdRng) -> Self {
        let mut one = |low: f64, high: f64| [0.0, low, high][rng.random_range(0..3)];
        Self {
            crash: one(0.004, 0.02),
            pause: one(0.003, 0.012),
            down: one(0.01, 0.05),
            unknown: one(0.03, 0.1),
            slow: one(0.01, 0.05),
            refused: one(0.1, 0.3),
            lost_request: one(0.1, 0.3),
            lost_answer: one(0.1, 0.4),
            late: one(0.1, 0.3),
            doubled: one(0.15, 0.4),
            error_before: one(0.05, 0.15),
            error_after: one(0.1, 0.3),
            garbage: one(0.03, 0.1),
            throttled: one(0.1, 0.4),
            unauthorised: one(0.005, 0.03),
            failed_read: one(0.1, 0.4),
            stale_read: one(0.3, 0.8),
            console: one(0.5, 1.0),
            skewed: one(0.3, 1.0),
        }
    }
}
