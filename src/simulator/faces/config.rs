//! Provinces, cities and counties.

use super::Operation;

/// What is asked here.
pub(super) static OPERATIONS: &[Operation] = &[];
