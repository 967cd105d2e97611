//! Costs (api-oce, 成本): spread over the months that they are for, and analysed. Both need the account's
//! cost centre to be open (CBC.18000014).

mod analysis;
mod breakdown;

pub use self::{
    analysis::{
        AnalysedCosts, CostData, CostFilter, CostGroup, CostOfTime, CostQuery, CostTime, DimensionValue,
        InvalidCostQuery, MAX_FILTERS, MAX_GROUPS,
    },
    breakdown::{Breakdown, BreakdownQuery, CostTag, CostUnit, MonthlyCost},
};
use super::read::ReadOperation;

/// The most rows that one page of costs holds.
pub const COSTS_PER_PAGE: u32 = 1000;

pub(super) const OPERATIONS: &[&ReadOperation] = &[&breakdown::BREAKDOWN, &analysis::COSTS];
