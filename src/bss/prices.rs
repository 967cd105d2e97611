//! Price inquiries and commercial discounts (api-oce, 询价). They buy nothing.

use super::read::ReadOperation;

pub(super) const OPERATIONS: &[&ReadOperation] = &[];
