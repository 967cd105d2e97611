//! Usage that is billed by its 95th percentile (api-oce, 95计费).

use super::read::ReadOperation;

pub(super) const OPERATIONS: &[&ReadOperation] = &[];
