//! The organisation of an enterprise master and what it can move (api-oce, 企业多账号). Moving is in `members.rs`.

use super::read::ReadOperation;

pub(super) const OPERATIONS: &[&ReadOperation] = &[];
