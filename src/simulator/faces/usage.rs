//! Usage that is billed by its 95th percentile.

use super::Operation;

/// What is asked here.
pub(super) static OPERATIONS: &[Operation] = &[];
