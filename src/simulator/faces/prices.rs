//! Price inquiries and commercial discounts.

use super::Operation;

/// What is asked here.
pub(super) static OPERATIONS: &[Operation] = &[];
