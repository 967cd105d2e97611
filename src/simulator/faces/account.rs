//! The income and expense of an account and of its coupons, and stored-value cards.

use super::Operation;

/// What is asked here.
pub(super) static OPERATIONS: &[Operation] = &[];
