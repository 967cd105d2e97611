//! Costs: spread over the months that they are for, and analysed.

use super::Operation;

/// What is asked here.
pub(super) static OPERATIONS: &[Operation] = &[];
