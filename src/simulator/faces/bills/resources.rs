//! `list_customerself_resource_records`.

use rust_decimal::Decimal;
use serde::Serialize;

use super::{super::Answer, ROWS, accounts, amount, charges::trade_time, quantity, sum_of_use, wanted};
use crate::simulator::{
    faces::{At, Call, Exact, wrong},
    world::{
        Refusal, World,
        bills::{Atom, Digits, Fee, Parts, Row, Said, Usage, Wanted, mode},
        times::beijing_day,
    },
};

#[derive(Serialize)]
struct Records<'w> {
    fee_records: Vec<Record<'w>>,
    total_count: usize,
    currency: &'static str,
}

#[derive(Serialize)]
struct Record<'w> {
    bill_date: Option<String>,
    bill_type: u8,
    customer_id: &'w str,
    region: &'static str,
    region_name: &'static str,
    cloud_service_type: &'static str,
    resource_type: &'static str,
    cloud_service_type_name: &'static str,
    resource_type_name: &'static str,
    effective_time: Option<At>,
    expire_time: Option<At>,
    resource_id: String,
    resource_name: String,
    resource_tag: String,
    product_id: String,
    product_name: &'static str,
    product_spec_desc: &'static str,
    sku_code: String,
    spec_size: Option<u32>,
    spec_size_measure_id: Option<u8>,
    trade_id: Option<String>,
    id: Option<String>,
    trade_time: At,
    enterprise_project_id: &'w str,
    enterprise_project_name: Option<&'w str>,
    charge_mode: String,
    order_id: Option<String>,
    period_type: String,
    usage_type: Option<&'static str>,
    usage: Option<Exact>,
    usage_measure_id: Option<u8>,
    free_resource_usage: Option<Exact>,
    free_resource_measure_id: Option<u8>,
    ri_usage: Option<Exact>,
    ri_usage_measure_id: Option<u8>,
    unit_price: Option<Exact>,
    unit: Option<&'static str>,
    official_amount: Exact,
    discount_amount: Exact,
    amount: Exact,
    cash_amount: Exact,
    credit_amount: Exact,
    coupon_amount: Exact,
    flexipurchase_coupon_amount: Exact,
    stored_card_amount: Exact,
    bonus_amount: Exact,
    debt_amount: Exact,
    adjustment_amount: Exact,
    measure_id: u8,
    formula: Option<String>,
    sub_service_type_code: Option<String>,
    sub_service_type_name: Option<String>,
    sub_resource_type_code: Option<String>,
    sub_resource_type_name: Option<String>,
    sub_resource_id: Option<String>,
    sub_resource_name: Option<String>,
    consume_time: Option<At>,
    relative_order_id: Option<String>,
    account_name: &'w str,
    period_num: Option<u32>,
}

const PARAMETERS: [&str; 16] = [
    "cycle",
    "cloud_service_type",
    "region",
    "charge_mode",
    "bill_type",
    "offset",
    "limit",
    "resource_id",
    "enterprise_project_id",
    "include_zero_record",
    "method",
    "sub_customer_id",
    "trade_id",
    "bill_date_begin",
    "bill_date_end",
    "statistic_type",
];

/// `GET /v2/bills/customer-bills/res-fee-records`
pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    let query = &call.query;
    query.only(&PARAMETERS)?;
    let (offset, limit) = query.page(ROWS)?;
    let month = query.month("cycle", world.settings.bill_months, call.as_of)?;
    if query.text("charge_mode").is_some_and(str::is_empty) {
        return Err(wrong("charge_mode"));
    }
    let statistic = query.code("statistic_type", &[1, 2, 3])?.unwrap_or(3);
    let days = query.days(("bill_date_begin", "bill_date_end"), month)?;
    let accounts = accounts(world, call, query)?;
    let wanted = Wanted {
        // These look for an empty text when they are given one.
        service: query.exactly("cloud_service_type"),
        region: query.exactly("region"),
        resource: query.exactly("resource_id"),
        project: query.exactly("enterprise_project_id"),
        trade: query.exactly("trade_id"),
        days: days.filter(|_| statistic != 1),
        ..wanted(query, "charge_mode", call.as_of, world.settings.resource_records_late_ms)?
    };
    let fees = world.fees_of(&accounts, month);
    let rows = world.resource_rows(&fees, &wanted, statistic == 1);
    let page = rows.iter().skip(offset).take(limit).map(|row| record(world, call, &fees, row, statistic));
    Answer::json(&Records { fee_records: page.collect(), total_count: rows.len(), currency: "CNY" })
}

/// What was used in all fees of a row.
pub(in crate::simulator::faces) fn usage_of(
    world: &World,
    fees: &[Fee],
    row: &Row,
    said: &Said<'_>,
) -> Option<Usage> {
    if row.fees.len() == 1 {
        return said.usage;
    }
    sum_of_use(row.fees.iter().filter_map(|at| world.say(&fees[*at], &Parts::default(), 0).usage))
}

fn record<'w>(world: &'w World, call: &Call<'_>, fees: &[Fee], row: &Row, statistic: i64) -> Record<'w> {
    let fee = row.first(fees);
    let parts = row.parts(world, fees, Digits::Exact, call.as_of);
    let said = world.say(fee, &parts, call.language);
    let usage = usage_of(world, fees, row, &said);
    let (per_cycle, metered) = (statistic == 1, said.usage.is_some());
    let price = said.price.filter(|_| !per_cycle || metered);
    let formula =
        price.filter(|_| !per_cycle).map(|price| formula(&said, price, usage, &parts, call.language));
    let given = usage.filter(|usage| usage.used.free > 0);
    let reserved = usage.filter(|usage| usage.reserved);
    let [sub_service, sub_service_name, sub_type, sub_type_name, sub_id, sub_name] = match said.part {
        Some(part) => part.map(Some),
        None => Default::default(),
    };
    Record {
        bill_date: (!per_cycle).then(|| beijing_day(fee.at).to_string()),
        bill_type: fee.bill_type,
        customer_id: said.customer_id,
        region: fee.region,
        region_name: said.region_name,
        cloud_service_type: fee.service,
        resource_type: fee.resource_type,
        cloud_service_type_name: said.service_name,
        resource_type_name: said.resource_type_name,
        effective_time: usage.map(|usage| At(usage.from)),
        expire_time: usage.map(|_| At(fees[row.fees[row.fees.len() - 1]].at)),
        resource_id: said.resource_id,
        resource_name: said.resource_name,
        resource_tag: tags(said.tags),
        product_id: said.product_id,
        product_name: said.spec.split('|').next().unwrap_or_default(),
        product_spec_desc: said.spec,
        sku_code: said.sku,
        spec_size: said.size.map(|(size, _)| size),
        spec_size_measure_id: said.size.map(|(_, unit)| unit),
        // What several days come to has no transaction of its own.
        trade_id: (!per_cycle || !metered).then(|| world.trade_id(fee)),
        id: (!per_cycle).then(|| world.fee_id(fee)),
        trade_time: At(trade_time(fee)),
        enterprise_project_id: said.project_id,
        enterprise_project_name: said.project_name,
        charge_mode: fee.mode.to_string(),
        order_id: said.order_id,
        period_type: said.period_type.to_string(),
        usage_type: usage.map(|usage| usage.kind),
        usage: usage.map(|usage| quantity(usage.used.all)),
        usage_measure_id: usage.map(|usage| usage.measure),
        free_resource_usage: given.map(|usage| quantity(usage.used.free)),
        free_resource_measure_id: given.map(|usage| usage.measure),
        ri_usage: reserved.map(|usage| quantity(usage.used.reserved)),
        ri_usage_measure_id: reserved.map(|usage| usage.measure),
        unit_price: price.map(|(price, _)| amount(price)),
        unit: price.map(|(_, unit)| unit),
        official_amount: amount(parts.official),
        discount_amount: amount(parts.discount),
        amount: amount(parts.payable()),
        cash_amount: amount(parts.cash),
        credit_amount: amount(parts.credit),
        coupon_amount: amount(parts.coupon),
        flexipurchase_coupon_amount: amount(parts.flexi),
        stored_card_amount: amount(parts.card),
        bonus_amount: amount(0),
        debt_amount: amount(parts.debt),
        adjustment_amount: amount(0),
        measure_id: 1,
        formula,
        sub_service_type_code: sub_service,
        sub_service_type_name: sub_service_name,
        sub_resource_type_code: sub_type,
        sub_resource_type_name: sub_type_name,
        sub_resource_id: sub_id,
        sub_resource_name: sub_name,
        consume_time: (statistic == 3).then_some(At(fee.at)),
        relative_order_id: said.sub_order_id,
        account_name: said.account_name,
        period_num: said.periods.filter(|_| fee.mode == mode::PERIOD),
    }
}

/// Tags as bills write them.
pub(in crate::simulator::faces) fn tags(tags: [(&str, &str); 2]) -> String {
    tags.map(|(key, value)| format!("{key}={value}")).join(";")
}

/// How the amount without vouchers comes about: what was used or for how long, the size, the price, and what
/// is taken off.
fn formula(
    said: &Said<'_>,
    (price, _): (Atom, &'static str),
    usage: Option<Usage>,
    parts: &Parts,
    language: usize,
) -> String {
    let named = |value: Decimal, names: [&str; 2]| format!("{}【{}】", value.normalize(), names[language]);
    let yuan = |atoms| Decimal::new(atoms, 8);
    let size = said
        .size
        .map(|(size, _)| format!("*{}", named(Decimal::from(size), ["规格", "size"])))
        .unwrap_or_default();
    let price = named(yuan(price), ["单价", "unit price"]);
    let discount = named(yuan(parts.discount), ["优惠金额", "discount"]);
    let coupon = named(yuan(parts.coupon), ["代金券抵扣", "vouchers"]);
    if let Some(usage) = usage {
        let billed = named(Decimal::new(usage.used.all - usage.used.free, 6), ["使用量", "usage"]);
        let ratio = named(Decimal::ONE, ["单位转换", "unit conversion"]);
        let erased = named(yuan(parts.erased), ["抹零金额", "rounding"]);
        format!("{billed}/{ratio}{size}*{price}-{discount}-{erased}-{coupon}")
    } else {
        let periods = named(Decimal::from(said.periods.unwrap_or(1)), ["周期数", "periods"]);
        let ratio = named(Decimal::ONE, ["周期转换", "period conversion"]);
        format!("{periods}/{ratio}{size}*{price}-{discount}-{coupon}")
    }
}
