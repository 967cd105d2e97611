//! `list_customer_bills_monthly_break_down`.

use serde::Serialize;

use super::{ROWS, must_be_open};
use crate::simulator::{
    faces::{
        Answer, At, Call, Exact,
        bills::{accounts, amount, quantity, tags, wanted},
    },
    world::{
        Refusal, World,
        bills::{Digits, Fee, Wanted},
        costs::{Spread, spread},
        months::Month,
        times::Millis,
    },
};

#[derive(Serialize)]
struct Breakdown<'w> {
    currency: &'static str,
    total_count: usize,
    details: Vec<Cost<'w>>,
}

#[derive(Serialize)]
struct Cost<'w> {
    shared_month: String,
    bill_cycle: String,
    bill_type: u8,
    customer_id: &'w str,
    region_code: &'static str,
    region_name: &'static str,
    service_type_code: &'static str,
    resource_type_code: &'static str,
    service_type_name: &'static str,
    resource_type_name: &'static str,
    effective_time: Option<At>,
    expire_time: Option<At>,
    resource_id: String,
    resource_name: String,
    resource_tag: String,
    product_spec_desc: &'static str,
    enterprise_project_id: &'w str,
    enterprise_project_name: Option<&'w str>,
    charging_mode: u8,
    order_id: Option<String>,
    period_type: u8,
    usage_type: Option<&'static str>,
    usage: Option<Exact>,
    usage_measure_id: Option<u8>,
    free_resource_usage: Option<Exact>,
    free_resource_measure_id: Option<u8>,
    ri_usage: Option<Exact>,
    ri_usage_measure_id: Option<u8>,
    consume_amount: Exact,
    past_months_amortized_amount: Exact,
    current_month_amortized_amount: Exact,
    future_months_amortized_amount: Exact,
    amortized_cash_amount: Exact,
    amortized_credit_amount: Exact,
    amortized_coupon_amount: Exact,
    amortized_flexipurchase_coupon_amount: Exact,
    amortized_stored_value_card_amount: Exact,
    amortized_bonus_amount: Exact,
    sub_service_type_code: Option<String>,
    sub_service_type_name: Option<String>,
    sub_resource_type_code: Option<String>,
    sub_resource_type_name: Option<String>,
    sub_resource_id: Option<String>,
    sub_resource_name: Option<String>,
    effective_tag_pairs: [Tag; 2],
    cost_unit_pairs: [Unit; 1],
}

#[derive(Serialize)]
struct Tag {
    tag_key: &'static str,
    tag_value: &'static str,
}

#[derive(Serialize)]
struct Unit {
    cost_unit_name: &'static str,
    cost_unit_rule_value: &'static str,
}

const PARAMETERS: [&str; 13] = [
    "shared_month",
    "service_type_code",
    "resource_type_code",
    "region_code",
    "charging_mode",
    "bill_type",
    "offset",
    "limit",
    "resource_id",
    "resource_name",
    "enterprise_project_id",
    "method",
    "sub_customer_id",
];

/// `GET /v2/costs/cost-analysed-bills/monthly-breakdown`
pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    must_be_open(world, call.account)?;
    let query = &call.query;
    query.only(&PARAMETERS)?;
    let (offset, limit) = query.page(ROWS)?;
    let month = query.month("shared_month", world.settings.cost_months, call.as_of)?;
    let accounts = accounts(world, call, query)?;
    let wanted = Wanted {
        // These look for an empty text when they are given one.
        service: query.exactly("service_type_code"),
        resource_type: query.exactly("resource_type_code"),
        region: query.given("region_code"),
        resource: query.given("resource_id"),
        resource_name: query.given("resource_name"),
        ..wanted(query, "charging_mode", call.as_of, world.settings.amortised_costs_late_ms)?
    };
    let fees = world.costs_of(&accounts, (month, month), true);
    let found = if month > Month::of(call.as_of) { Vec::new() } else { world.wanted(&fees, &wanted) };
    let page = found.iter().skip(offset).take(limit).filter_map(|at| cost(world, call, &fees[*at], month));
    Answer::json(&Breakdown { currency: "CNY", total_count: found.len(), details: page.collect() })
}

fn cost<'w>(world: &'w World, call: &Call<'_>, fee: &Fee, month: Month) -> Option<Cost<'w>> {
    let parts = fee.parts(Digits::Charged, call.as_of, &world.settings);
    let Spread { past, now, future } = spread(fee, &parts, month)?;
    let said = world.say(fee, &parts, call.language);
    let usage = said.usage;
    let given = usage.filter(|usage| usage.used.free > 0);
    let reserved = usage.filter(|usage| usage.reserved);
    let until: Millis = fee.at;
    let [sub_service, sub_service_name, sub_type, sub_type_name, sub_id, sub_name] = match said.part {
        Some(part) => part.map(Some),
        None => Default::default(),
    };
    Some(Cost {
        shared_month: month.text(),
        bill_cycle: fee.month().text(),
        bill_type: fee.bill_type,
        customer_id: said.customer_id,
        region_code: fee.region,
        region_name: said.region_name,
        service_type_code: fee.service,
        resource_type_code: fee.resource_type,
        service_type_name: said.service_name,
        resource_type_name: said.resource_type_name,
        effective_time: usage.map(|usage| At(usage.from)),
        expire_time: usage.map(|_| At(until)),
        resource_id: said.resource_id,
        resource_name: said.resource_name,
        resource_tag: tags(said.tags),
        product_spec_desc: said.spec,
        enterprise_project_id: said.project_id,
        enterprise_project_name: said.project_name,
        charging_mode: fee.mode,
        order_id: said.order_id,
        period_type: said.period_type,
        usage_type: usage.map(|usage| usage.kind),
        usage: usage.map(|usage| quantity(usage.used.all)),
        usage_measure_id: usage.map(|usage| usage.measure),
        free_resource_usage: given.map(|usage| quantity(usage.used.free)),
        free_resource_measure_id: given.map(|usage| usage.measure),
        ri_usage: reserved.map(|usage| quantity(usage.used.reserved)),
        ri_usage_measure_id: reserved.map(|usage| usage.measure),
        consume_amount: amount(parts.payable()),
        past_months_amortized_amount: amount(past),
        current_month_amortized_amount: amount(now.payable()),
        future_months_amortized_amount: amount(future),
        amortized_cash_amount: amount(now.cash),
        amortized_credit_amount: amount(now.credit + now.debt),
        amortized_coupon_amount: amount(now.coupon),
        amortized_flexipurchase_coupon_amount: amount(now.flexi),
        amortized_stored_value_card_amount: amount(now.card),
        amortized_bonus_amount: amount(0),
        sub_service_type_code: sub_service,
        sub_service_type_name: sub_service_name,
        sub_resource_type_code: sub_type,
        sub_resource_type_name: sub_type_name,
        sub_resource_id: sub_id,
        sub_resource_name: sub_name,
        effective_tag_pairs: said.tags.map(|(tag_key, tag_value)| Tag { tag_key, tag_value }),
        cost_unit_pairs: [Unit { cost_unit_name: said.cost_unit.0, cost_unit_rule_value: said.cost_unit.1 }],
    })
}
