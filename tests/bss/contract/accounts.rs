//! Scenes around accounts of money: balances, income and expense, stored-value cards.

use super::stage::Stage;

pub(super) async fn play(_stage: &mut Stage) {}
