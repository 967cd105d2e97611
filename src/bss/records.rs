//! The income and expense of an account and of its coupons (api-oce, 查询收支明细). It moves nothing.

use super::read::ReadOperation;

pub(super) const OPERATIONS: &[&ReadOperation] = &[];
