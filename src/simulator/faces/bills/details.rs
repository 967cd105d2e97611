//! `list_customerself_resource_record_details`.

use serde::Serialize;

use super::{super::Answer, ROWS, accounts, amount, resources::tags, wanted};
use crate::simulator::{
    faces::{At, Call, Exact, Query, wrong},
    world::{
        Refusal, World,
        bills::{Digits, Fee, Row, Wanted, mode},
        months::Month,
        refuse,
        times::beijing_day,
    },
};

#[derive(Serialize)]
struct Details<'w> {
    monthly_records: Vec<Detail<'w>>,
    total_count: usize,
    currency: &'static str,
}

#[derive(Serialize)]
struct Detail<'w> {
    cycle: String,
    bill_date: Option<String>,
    bill_type: u8,
    customer_id: &'w str,
    region: &'static str,
    region_name: &'static str,
    cloud_service_type: &'static str,
    /// The wire writes it with a capital T.
    #[serde(rename = "resource_Type_code")]
    resource_type_code: &'static str,
    cloud_service_type_name: &'static str,
    resource_type_name: &'static str,
    res_instance_id: String,
    resource_name: String,
    resource_tag: String,
    sku_code: String,
    enterprise_project_id: &'w str,
    enterprise_project_name: Option<&'w str>,
    charge_mode: u8,
    consume_amount: Exact,
    cash_amount: Exact,
    credit_amount: Exact,
    coupon_amount: Exact,
    flexipurchase_coupon_amount: Exact,
    stored_card_amount: Exact,
    bonus_amount: Exact,
    debt_amount: Exact,
    adjustment_amount: Exact,
    official_amount: Exact,
    discount_amount: Exact,
    measure_id: u8,
    period_type: u8,
    root_resource_id: String,
    parent_resource_id: Option<String>,
    trade_id: Option<String>,
    id: String,
    product_spec_desc: &'static str,
    sub_service_type_code: Option<String>,
    sub_service_type_name: Option<String>,
    sub_resource_type_code: Option<String>,
    sub_resource_type_name: Option<String>,
    sub_resource_id: Option<String>,
    sub_resource_name: Option<String>,
    pre_order_id: Option<String>,
    az_code_infos: [Zone; 1],
    payer_account_id: &'w str,
    effective_time: Option<At>,
    expire_time: Option<At>,
    consume_time: Option<At>,
    be_id: &'static str,
    extend_params: Option<Relations>,
    account_name: &'w str,
    period_num: Option<u32>,
    is_spot: Option<&'static str>,
    promotion_type: Option<String>,
    payment_type: Option<&'static str>,
}

#[derive(Serialize)]
struct Zone {
    az_code: String,
}

#[derive(Serialize)]
struct Relations {
    self_resource_id: String,
    relation_infos: Vec<Relation>,
}

#[derive(Serialize)]
struct Relation {
    relative_resource_id: String,
    relative_type: &'static str,
}

/// Huawei's operating entity in China.
pub(in crate::simulator::faces) const OPERATING_ENTITY: &str = "MK";

/// `POST /v2/bills/customer-bills/res-records/query`
pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    call.query.only(&[])?;
    let query = &Query::of_body(call.body)?;
    let (offset, limit) = query.page(ROWS)?;
    let month = query.month("cycle", u8::MAX, call.as_of)?;
    // Nothing is known from before.
    if Month::parse("2019-01").is_some_and(|first| month < first) {
        return Err(wrong("cycle"));
    }
    let statistic = query.code("statistic_type", &[1, 2, 3])?.unwrap_or(1);
    let days = match query.given("query_type").as_deref() {
        None | Some("BILLCYCLE") => None,
        Some("DAILY") if statistic == 1 => return Err(wrong("query_type")),
        Some("DAILY") => {
            let names = ("bill_cycle_begin", "bill_cycle_end");
            let both = query.given(names.0).and(query.given(names.1)).is_some();
            if !both {
                return Err(refuse("CBC.0101", "bill_cycle_begin and bill_cycle_end are mandatory."));
            }
            query.days(names, month)?
        }
        Some(_) => return Err(wrong("query_type")),
    };
    let accounts = accounts(world, call, query)?;
    let wanted = Wanted {
        service: query.given("cloud_service_type"),
        resource_type: query.given("resource_type"),
        region: query.given("region"),
        resource: query.given("res_instance_id"),
        payer: query.given("payer_account_id"),
        days,
        ..wanted(query, "charge_mode", call.as_of, world.settings.resource_details_late_ms)?
    };
    let fees = world.fees_of(&accounts, month);
    let rows = world.resource_rows(&fees, &wanted, statistic == 1);
    let page = rows.iter().skip(offset).take(limit).map(|row| detail(world, call, &fees, row, statistic));
    Answer::json(&Details { monthly_records: page.collect(), total_count: rows.len(), currency: "CNY" })
}

fn detail<'w>(world: &'w World, call: &Call<'_>, fees: &[Fee], row: &Row, statistic: i64) -> Detail<'w> {
    let fee = row.first(fees);
    let parts = row.parts(world, fees, Digits::Exact, call.as_of);
    let said = world.say(fee, &parts, call.language);
    let single = statistic == 3;
    let metered = said.usage.is_some();
    let root = said.parent.clone().unwrap_or_else(|| said.resource_id.clone());
    let extend_params = said.parent.clone().map(|parent| Relations {
        self_resource_id: said.resource_id.clone(),
        relation_infos: vec![
            Relation { relative_resource_id: parent, relative_type: "PARENT" },
            Relation { relative_resource_id: root.clone(), relative_type: "ROOT" },
        ],
    });
    let [sub_service, sub_service_name, sub_type, sub_type_name, sub_id, sub_name] = match said.part {
        Some(part) => part.map(Some),
        None => Default::default(),
    };
    Detail {
        cycle: fee.month().text(),
        bill_date: (statistic == 2).then(|| beijing_day(fee.at).to_string()),
        bill_type: fee.bill_type,
        customer_id: said.customer_id,
        region: fee.region,
        region_name: said.region_name,
        cloud_service_type: fee.service,
        resource_type_code: fee.resource_type,
        cloud_service_type_name: said.service_name,
        resource_type_name: said.resource_type_name,
        res_instance_id: said.resource_id,
        resource_name: said.resource_name,
        resource_tag: tags(said.tags),
        sku_code: said.sku,
        enterprise_project_id: said.project_id,
        enterprise_project_name: said.project_name,
        charge_mode: fee.mode,
        consume_amount: amount(parts.payable()),
        cash_amount: amount(parts.cash),
        credit_amount: amount(parts.credit),
        coupon_amount: amount(parts.coupon),
        flexipurchase_coupon_amount: amount(parts.flexi),
        stored_card_amount: amount(parts.card),
        bonus_amount: amount(0),
        debt_amount: amount(parts.debt),
        adjustment_amount: amount(0),
        official_amount: amount(parts.official),
        discount_amount: amount(parts.discount),
        measure_id: 1,
        period_type: said.period_type,
        root_resource_id: root,
        parent_resource_id: said.parent,
        trade_id: (statistic != 1 || !metered).then(|| world.trade_id(fee)),
        id: world.fee_id(fee),
        product_spec_desc: said.spec,
        sub_service_type_code: sub_service,
        sub_service_type_name: sub_service_name,
        sub_resource_type_code: sub_type,
        sub_resource_type_name: sub_type_name,
        sub_resource_id: sub_id,
        sub_resource_name: sub_name,
        pre_order_id: said.base_order_id,
        az_code_infos: [Zone { az_code: said.zone }],
        payer_account_id: said.payer_id,
        effective_time: said.usage.filter(|_| single).map(|usage| At(usage.from)),
        expire_time: said.usage.filter(|_| single).map(|_| At(fee.at)),
        consume_time: single.then_some(At(fee.at)),
        be_id: OPERATING_ENTITY,
        extend_params,
        account_name: said.account_name,
        period_num: said.periods.filter(|_| fee.mode == mode::PERIOD),
        is_spot: single.then_some(said.spot),
        promotion_type: said.promotion.filter(|_| single),
        payment_type: said.payment_type.filter(|_| single),
    }
}
