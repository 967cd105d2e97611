//! Whether a customer has proved its real name (api-oce, 实名认证).

use super::read::ReadOperation;

pub(super) const OPERATIONS: &[&ReadOperation] = &[];
