//! The dictionaries of products: services, resources, usage, units.

use super::Operation;

/// What is asked here.
pub(super) static OPERATIONS: &[Operation] = &[];
