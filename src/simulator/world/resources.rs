//! Yearly/monthly resources: where each is in its life, and what was done to it.

use super::{World, times::Millis};

/// What has become of an account's resources.
#[derive(Debug, Default)]
pub(crate) struct Resources {}

impl World {
    /// Renews what renews itself until a moment.
    pub(super) fn renew_automatically(&mut self, _now: Millis) {}
}
