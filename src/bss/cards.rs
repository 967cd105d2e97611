//! Stored-value cards (api-oce, 查询储值卡列表).

use super::read::ReadOperation;

pub(super) const OPERATIONS: &[&ReadOperation] = &[];
