//! The dictionaries of products: services, resources, usage, units (api-oce, 产品).

use super::read::ReadOperation;

pub(super) const OPERATIONS: &[&ReadOperation] = &[];
