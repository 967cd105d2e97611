//! The organisation, its members, and what is moved between them.

use super::Operation;

/// What is asked here.
pub(super) static OPERATIONS: &[Operation] = &[];
