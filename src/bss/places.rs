//! Provinces, cities and counties, whose names are Chinese only (api-oce, 省市区).

use super::read::ReadOperation;

pub(super) const OPERATIONS: &[&ReadOperation] = &[];
