//! Resource packages: what they hold, what is left, what was used (api-oce, 资源包).

use super::read::ReadOperation;

pub(super) const OPERATIONS: &[&ReadOperation] = &[];
