//! Bills: the sum of a month, single charges, and what each resource cost (api-oce, 账单).

use super::read::ReadOperation;

pub(super) const OPERATIONS: &[&ReadOperation] = &[];
