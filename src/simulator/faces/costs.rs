//! Costs: spread over the months that they are for, and analysed.

use super::{Operation, bills::ROWS};
use crate::simulator::world::{Kind, Refusal, World, refuse};

mod analysis;
mod breakdown;

/// What is asked here.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        id: "list_customer_bills_monthly_break_down",
        method: "GET",
        path: "/v2/costs/cost-analysed-bills/monthly-breakdown",
        rate: 10,
        answer: breakdown::list,
    },
    Operation {
        id: "list_costs",
        method: "POST",
        path: "/v4/costs/cost-analysed-bills/query",
        rate: 10,
        answer: analysis::list,
    },
];

/// Only accounts that have opened their cost centre may ask.
fn must_be_open(world: &World, account: usize) -> Result<(), Refusal> {
    let open = world.accounts[account].kind != Kind::Ordinary || world.settings.ordinary_cost_centre;
    if open { Ok(()) } else { Err(refuse("CBC.18000014", "The cost center has not been enabled.")) }
}
