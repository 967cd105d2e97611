//! `list_customer_bills_fee_records`.

use serde::Serialize;

use super::{super::Answer, ROWS, accounts, amount, wanted};
use crate::simulator::{
    faces::{At, Call, Exact},
    world::{
        Refusal, World,
        bills::{Digits, Fee, Parts, Source, Wanted},
        times::Millis,
    },
};

#[derive(Serialize)]
struct Charges<'w> {
    total_count: usize,
    records: Vec<Charge<'w>>,
    currency: &'static str,
}

#[derive(Serialize)]
struct Charge<'w> {
    bill_cycle: String,
    customer_id: &'w str,
    service_type_code: &'static str,
    resource_type_code: &'static str,
    service_type_name: &'static str,
    resource_type_name: &'static str,
    region_code: &'static str,
    enterprise_project_id: &'w str,
    enterprise_project_name: Option<&'w str>,
    charging_mode: u8,
    consume_time: At,
    trade_time: At,
    provider_type: u8,
    trade_id: String,
    id: String,
    bill_type: u8,
    status: u8,
    official_amount: Exact,
    official_discount_amount: Exact,
    erase_amount: Exact,
    consume_amount: Exact,
    cash_amount: Exact,
    credit_amount: Exact,
    coupon_amount: Exact,
    flexipurchase_coupon_amount: Exact,
    stored_value_card_amount: Exact,
    bonus_amount: Exact,
    debt_amount: Exact,
    writeoff_amount: Exact,
    region_name: &'static str,
    account_name: &'w str,
}

const PARAMETERS: [&str; 17] = [
    "bill_cycle",
    "provider_type",
    "service_type_code",
    "resource_type_code",
    "region_code",
    "charging_mode",
    "bill_type",
    "trade_id",
    "enterprise_project_id",
    "include_zero_record",
    "status",
    "method",
    "sub_customer_id",
    "offset",
    "limit",
    "bill_date_begin",
    "bill_date_end",
];

/// `GET /v2/bills/customer-bills/fee-records`
pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    let query = &call.query;
    query.only(&PARAMETERS)?;
    let (offset, limit) = query.page(ROWS)?;
    let month = query.month("bill_cycle", world.settings.bill_months, call.as_of)?;
    let accounts = accounts(world, call, query)?;
    let wanted = Wanted {
        service: query.given("service_type_code"),
        resource_type: query.given("resource_type_code"),
        region: query.given("region_code"),
        provider: query.code("provider_type", &[1, 2])?,
        status: query.code("status", &[1, 2, 3])?,
        trade: query.given("trade_id"),
        days: query.days(("bill_date_begin", "bill_date_end"), month)?,
        ..wanted(query, "charging_mode", call.as_of, 0)?
    };
    let fees = world.fees_of(&accounts, month);
    let rows = world.charges(&fees, &wanted);
    let page = rows.iter().skip(offset).take(limit).map(|row| {
        let parts = row.parts(world, &fees, Digits::Charged, call.as_of);
        charge(world, call, row.first(&fees), &parts)
    });
    Answer::json(&Charges { total_count: rows.len(), records: page.collect(), currency: "CNY" })
}

/// When a fee is taken from the accounts: an order's at once, a day's use when it is billed.
pub(super) fn trade_time(fee: &Fee) -> Millis {
    match fee.source {
        Source::Line { .. } => fee.at,
        Source::Meter(_) => fee.seen,
    }
}

fn charge<'w>(world: &'w World, call: &Call<'_>, fee: &Fee, parts: &Parts) -> Charge<'w> {
    let said = world.say(fee, parts, call.language);
    Charge {
        bill_cycle: fee.month().text(),
        customer_id: said.customer_id,
        service_type_code: fee.service,
        resource_type_code: fee.resource_type,
        service_type_name: said.service_name,
        resource_type_name: said.resource_type_name,
        region_code: fee.region,
        enterprise_project_id: said.project_id,
        enterprise_project_name: said.project_name,
        charging_mode: fee.mode,
        consume_time: At(fee.at),
        trade_time: At(trade_time(fee)),
        provider_type: fee.provider,
        trade_id: world.trade_id(fee),
        id: world.fee_id(fee),
        bill_type: fee.bill_type,
        status: world.pay_status(fee, call.as_of),
        official_amount: amount(parts.official),
        official_discount_amount: amount(parts.discount),
        erase_amount: amount(parts.erased),
        consume_amount: amount(parts.payable()),
        cash_amount: amount(parts.cash),
        credit_amount: amount(parts.credit),
        coupon_amount: amount(parts.coupon),
        flexipurchase_coupon_amount: amount(parts.flexi),
        stored_value_card_amount: amount(parts.card),
        bonus_amount: amount(0),
        debt_amount: amount(parts.debt),
        writeoff_amount: amount(0),
        region_name: said.region_name,
        account_name: said.account_name,
    }
}
