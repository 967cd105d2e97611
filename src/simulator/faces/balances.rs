//! `show_customer_account_balances`.

use serde::Serialize;

use super::{Answer, Call, Operation, Yuan};
use crate::simulator::world::{Refusal, World};

/// What is asked here.
pub(super) static OPERATIONS: &[Operation] = &[Operation {
    id: "show_customer_account_balances",
    method: "GET",
    path: "/v2/accounts/customer-accounts/balances",
    rate: 20,
    answer: show,
}];

#[derive(Serialize)]
struct Balances {
    account_balances: Vec<Balance>,
    debt_amount: Yuan,
    measure_id: u8,
    currency: &'static str,
}

#[derive(Serialize)]
struct Balance {
    account_id: String,
    account_type: u8,
    amount: Yuan,
    currency: &'static str,
    designated_amount: Yuan,
    credit_amount: Option<Yuan>,
    measure_id: u8,
}

/// `GET /v2/accounts/customer-accounts/balances`
pub(super) fn show(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    call.query.only(&[])?;
    let account = &world.accounts[call.account];
    let has = account.balances.at(call.as_of);
    let balance = |account_type: u8, amount, designated, credit: Option<i64>| Balance {
        account_id: format!("AT{account_type}{}", &account.domain_id[..20]),
        account_type,
        amount: Yuan(amount),
        currency: "CNY",
        designated_amount: Yuan(designated),
        credit_amount: credit.map(Yuan),
        measure_id: 1,
    };
    // Cash is not the first entry: readers must look for its type.
    let mut account_balances = vec![balance(5, 0, 0, None)];
    if has.credit_limit != 0 {
        account_balances.push(balance(2, has.credit(), 0, Some(has.credit_limit)));
    }
    account_balances.push(balance(1, has.cash, has.designated, None));
    Answer::json(&Balances { account_balances, debt_amount: Yuan(has.debt), measure_id: 1, currency: "CNY" })
}
