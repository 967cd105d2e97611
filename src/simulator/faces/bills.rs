//! Bills: the sum of a month, single charges, and what each resource cost.

use super::Operation;

/// What is asked here.
pub(super) static OPERATIONS: &[Operation] = &[];
