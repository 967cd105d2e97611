//! `show_customer_monthly_sum`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{super::Answer, ROWS, accounts, amount};
use crate::simulator::{
    faces::{Call, Exact, wrong},
    world::{
        Refusal, World,
        bills::{Digits, Fee, Parts, Wanted},
        days::day_begins,
        times::beijing_day,
    },
};

#[derive(Serialize)]
struct MonthlySum<'w> {
    total_count: usize,
    bill_sums: Vec<BillSum<'w>>,
    consume_amount: Exact,
    debt_amount: Exact,
    coupon_amount: Exact,
    flexipurchase_coupon_amount: Exact,
    stored_value_card_amount: Exact,
    cash_amount: Exact,
    credit_amount: Exact,
    writeoff_amount: Exact,
    measure_id: u8,
    currency: &'static str,
}

#[derive(Serialize)]
struct BillSum<'w> {
    bill_cycle: String,
    resource_type_code: &'static str,
    service_type_code: &'static str,
    service_type_name: &'static str,
    resource_type_name: &'static str,
    charging_mode: u8,
    official_amount: Exact,
    official_discount_amount: Exact,
    truncated_amount: Exact,
    consume_amount: Exact,
    coupon_amount: Exact,
    flexipurchase_coupon_amount: Exact,
    stored_value_card_amount: Exact,
    debt_amount: Exact,
    writeoff_amount: Exact,
    cash_amount: Exact,
    credit_amount: Exact,
    measure_id: u8,
    bill_type: u8,
    customer_id: &'w str,
    account_name: &'w str,
}

const PARAMETERS: [&str; 7] = [
    "bill_cycle",
    "service_type_code",
    "enterprise_project_id",
    "offset",
    "limit",
    "method",
    "sub_customer_id",
];

/// `GET /v2/bills/customer-bills/monthly-sum`
pub(super) fn show(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    let query = &call.query;
    query.only(&PARAMETERS)?;
    let (offset, limit) = query.page(ROWS)?;
    let month = query.month("bill_cycle", world.settings.bill_months, call.as_of)?;
    let project = match query.text("enterprise_project_id") {
        Some("") => return Err(wrong("enterprise_project_id")),
        // What other bills call `null` is -1 here, and `null` is no project.
        Some("-1") => Some("null".to_owned()),
        Some("null") => Some(String::new()),
        other => other.map(str::to_owned),
    };
    let accounts = accounts(world, call, query)?;
    let fees = world.fees_of(&accounts, month);
    let today = day_begins(beijing_day(call.as_of));
    let wanted =
        Wanted { service: query.given("service_type_code"), project, at: call.as_of, ..Wanted::default() };
    let told = |fee: &Fee| world.settings.sums_know_today || fee.at < today;

    let mut rows: BTreeMap<_, (usize, Parts)> = BTreeMap::new();
    for at in world.wanted(&fees, &wanted) {
        let fee = &fees[at];
        if !told(fee) {
            continue;
        }
        let key = (fee.account, fee.service, fee.resource_type, fee.mode, fee.class());
        let (_, sum) = rows.entry(key).or_insert((at, Parts::default()));
        *sum = sum.plus(&fee.parts(Digits::Charged, call.as_of, &world.settings));
    }
    let all = rows.values().fold(Parts::default(), |all, (_, parts)| all.plus(parts));
    let bill_sums = rows.values().skip(offset).take(limit).map(|(at, parts)| {
        let fee = &fees[*at];
        let said = world.say(fee, parts, call.language);
        BillSum {
            bill_cycle: month.text(),
            resource_type_code: fee.resource_type,
            service_type_code: fee.service,
            service_type_name: said.service_name,
            resource_type_name: said.resource_type_name,
            charging_mode: fee.mode,
            official_amount: amount(parts.official),
            official_discount_amount: amount(parts.discount),
            truncated_amount: amount(parts.erased),
            consume_amount: amount(parts.payable()),
            coupon_amount: amount(parts.coupon),
            flexipurchase_coupon_amount: amount(parts.flexi),
            stored_value_card_amount: amount(parts.card),
            debt_amount: amount(parts.debt),
            writeoff_amount: amount(0),
            cash_amount: amount(parts.cash),
            credit_amount: amount(parts.credit),
            measure_id: 1,
            bill_type: fee.class(),
            customer_id: said.customer_id,
            account_name: said.account_name,
        }
    });
    Answer::json(&MonthlySum {
        total_count: rows.len(),
        bill_sums: bill_sums.collect(),
        consume_amount: amount(all.payable()),
        debt_amount: amount(all.debt),
        coupon_amount: amount(all.coupon),
        flexipurchase_coupon_amount: amount(all.flexi),
        stored_value_card_amount: amount(all.card),
        cash_amount: amount(all.cash),
        credit_amount: amount(all.credit),
        writeoff_amount: amount(0),
        measure_id: 1,
        currency: "CNY",
    })
}
