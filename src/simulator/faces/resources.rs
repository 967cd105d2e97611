//! Yearly/monthly resources: listed, renewed, converted, unsubscribed.

use super::Operation;

/// What is asked here.
pub(super) static OPERATIONS: &[Operation] = &[];
