//! Resource packages: what they hold, what is left, what was used.

use super::Operation;

/// What is asked here.
pub(super) static OPERATIONS: &[Operation] = &[];
