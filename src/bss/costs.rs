//! Costs: spread over the months that they are for, and analysed (api-oce, 成本).

use super::read::ReadOperation;

pub(super) const OPERATIONS: &[&ReadOperation] = &[];
