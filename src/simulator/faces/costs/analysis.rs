//! `list_costs`.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{ROWS, must_be_open};
use crate::simulator::{
    faces::{Answer, Call, ExactText, bills::OPERATING_ENTITY, wrong},
    world::{
        Refusal, World,
        bills::{Atom, Digits, Fee, Parts, Said, Scope, Wanted},
        costs::part,
        days::parse_day,
        months::Month,
        refuse,
        times::beijing_day,
    },
};

#[derive(Serialize)]
struct Costs {
    currency: &'static str,
    total_count: usize,
    cost_data: Vec<Data>,
}

#[derive(Serialize)]
struct Data {
    dimensions: Vec<Dimension>,
    costs: Vec<Cost>,
    amount_by_costs: ExactText,
    official_amount_by_costs: ExactText,
}

#[derive(Serialize)]
struct Dimension {
    key: &'static str,
    value: String,
}

#[derive(Serialize)]
struct Cost {
    time_dimension_value: String,
    time_measure_id: u8,
    amount: ExactText,
    official_amount: ExactText,
}

#[derive(Deserialize)]
struct Body {
    time_condition: Option<TimeBody>,
    groupby: Option<Vec<GroupBody>>,
    cost_type: Option<String>,
    amount_type: Option<String>,
    offset: Option<Value>,
    limit: Option<Value>,
    filters: Option<Vec<FilterBody>>,
}

#[derive(Deserialize)]
struct TimeBody {
    time_measure_id: Option<Value>,
    begin_time: Option<String>,
    end_time: Option<String>,
}

#[derive(Deserialize)]
struct GroupBody {
    r#type: Option<String>,
    key: Option<String>,
}

#[derive(Deserialize)]
struct FilterBody {
    operator: Option<Value>,
    filter_factor: Option<FactorBody>,
}

#[derive(Deserialize)]
struct FactorBody {
    key: Option<String>,
    value: Option<Vec<String>>,
}

/// By what a cost is told from others.
enum Group {
    Dimension(&'static str),
    /// The value of a tag or a cost unit: how the answer calls it, and its key.
    Keyed(&'static str, String),
}

struct Filter {
    only: bool,
    key: &'static str,
    values: Vec<String>,
}

/// The days asked for, and whether they are told by month.
struct Time {
    first: NaiveDate,
    last: NaiveDate,
    monthly: bool,
}

/// What is asked, understood.
struct Asked {
    time: Time,
    groups: Vec<Group>,
    filters: Vec<Filter>,
    amortised: bool,
    net: bool,
    offset: usize,
    limit: usize,
}

/// Dimensions that group; those that only filter follow them.
const DIMENSIONS: [&str; 15] = [
    "CLOUD_SERVICE_TYPE",
    "RESOURCE_TYPE",
    "ASSOCIATED_ACCOUNT",
    "REGION_CODE",
    "AZ_CODE",
    "ENTERPRISE_PROJECT_ID",
    "RES_SPEC_CODE",
    "CHARGING_MODE",
    "USAGE_TYPE",
    "BILL_TYPE",
    "BE_ID",
    "PAYER_ACCOUNT_ID",
    "RESOURCE_ID",
    "RESOURCE_TAG",
    "COST_UNIT",
];
const GROUPING: usize = 13;
/// The most groupings, filters and rows to skip (api-oce, costm_00014).
const GROUPS: usize = 2;
const FILTERS: usize = 100;
const OFFSET: i64 = 200_000;

/// `POST /v4/costs/cost-analysed-bills/query`
pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    must_be_open(world, call.account)?;
    call.query.only(&[])?;
    let body: Body = serde_json::from_slice(call.body).map_err(|_| wrong("body"))?;
    let asked = understood(world, call, body)?;
    must_be_few(world, call, &asked)?;
    let accounts = world.in_scope(call.account, &Scope::All);
    let months = (Month::of_day(asked.time.first), Month::of_day(asked.time.last));
    let fees = world.costs_of(&accounts, months, asked.amortised);
    let late = if asked.amortised {
        world.settings.amortised_costs_late_ms
    } else {
        world.settings.original_costs_late_ms
    };
    let wanted = Wanted { at: call.as_of, late, ..Wanted::default() };

    let mut groups: BTreeMap<Vec<String>, BTreeMap<String, (Atom, Atom)>> = BTreeMap::new();
    for at in world.wanted(&fees, &wanted) {
        let fee = &fees[at];
        let mut said = None;
        let passes = asked.filters.iter().all(|filter| {
            let value = value_of(world, fee, filter.key, &mut said);
            let tags = filter.key == "RESOURCE_TAG";
            let named = filter.values.iter().any(|wanted| {
                if tags { value.split(';').any(|tag| tag == wanted) } else { *wanted == value }
            });
            named == filter.only
        });
        if !passes {
            continue;
        }
        let parts = fee.parts(Digits::Charged, call.as_of, &world.settings);
        let costs = costs_of(&asked, fee, &parts, beijing_day(call.as_of));
        if costs.is_empty() {
            continue;
        }
        let key: Vec<String> = asked.groups.iter().map(|group| group.value(world, fee, &mut said)).collect();
        let times = groups.entry(key).or_default();
        for (time, parts) in costs {
            let sum = times.entry(time).or_default();
            sum.0 += parts.payable() - if asked.net { parts.coupon } else { 0 };
            sum.1 += parts.official;
        }
    }
    let total_count = groups.len();
    let page = groups.into_iter().skip(asked.offset).take(asked.limit);
    Answer::json(&Costs {
        currency: "CNY",
        total_count,
        cost_data: page.map(|(values, times)| data(&asked, values, times)).collect(),
    })
}

/// Members that keep their own finances cannot be asked about together when there are too many of them.
fn must_be_few(world: &World, call: &Call<'_>, asked: &Asked) -> Result<(), Refusal> {
    let named = asked.filters.iter().any(|filter| filter.only && filter.key == "ASSOCIATED_ACCOUNT");
    let members = &world.enterprise.members;
    let independent = members.iter().filter(|member| !member.custody && member.created <= call.as_of).count();
    let most = world.settings.costs_members_most as usize;
    if call.account == world.enterprise.master && !named && independent > most {
        return Err(refuse("CBC.18000048", "There are too many independent members. Specify one."));
    }
    Ok(())
}

fn data(asked: &Asked, values: Vec<String>, times: BTreeMap<String, (Atom, Atom)>) -> Data {
    let text = |atoms| ExactText(Decimal::new(atoms, 8));
    let (amount, official) =
        times.values().fold((0, 0), |sum, (amount, official)| (sum.0 + amount, sum.1 + official));
    let dimensions = asked.groups.iter().zip(values).map(|(group, value)| match group {
        Group::Dimension(key) => Dimension { key, value },
        Group::Keyed(key, name) => Dimension { key, value: format!("{name}={value}") },
    });
    Data {
        dimensions: dimensions.collect(),
        costs: times
            .into_iter()
            .map(|(time_dimension_value, (amount, official))| Cost {
                time_dimension_value,
                time_measure_id: if asked.time.monthly { 2 } else { 1 },
                amount: text(amount),
                official_amount: text(official),
            })
            .collect(),
        amount_by_costs: text(amount),
        official_amount_by_costs: text(official),
    }
}

/// What a fee costs in each day or month that is asked for; nothing of days to come.
fn costs_of(asked: &Asked, fee: &Fee, parts: &Parts, today: NaiveDate) -> Vec<(String, Parts)> {
    let Time { first, last, monthly } = asked.time;
    let name = |day: NaiveDate| if monthly { Month::of_day(day).text() } else { day.to_string() };
    if !asked.amortised {
        let day = beijing_day(fee.at);
        return if (first..=last).contains(&day) { vec![(name(day), *parts)] } else { Vec::new() };
    }
    let begin = NaiveDate::from_num_days_from_ce_opt(fee.term.0).unwrap_or(first).max(first);
    let end = NaiveDate::from_num_days_from_ce_opt(fee.term.1).unwrap_or(last).min(last);
    let end = end.min(if monthly { Month::of_day(today).last_day() } else { today });
    let mut costs = Vec::new();
    let mut at = begin;
    while at <= end {
        let until = if monthly { Month::of_day(at).last_day().min(end) } else { at };
        costs.push((name(at), part(fee, parts, at, until)));
        let Some(next) = until.succ_opt() else { break };
        at = next;
    }
    costs
}

impl Group {
    fn value<'w>(&self, world: &'w World, fee: &Fee, said: &mut Option<Said<'w>>) -> String {
        match self {
            Self::Dimension(key) => value_of(world, fee, key, said),
            Self::Keyed(_, name) => {
                let said = said.get_or_insert_with(|| world.say(fee, &Parts::default(), 0));
                let known = said.tags.iter().chain([&said.cost_unit]).find(|(key, _)| key == name);
                known.map_or("null", |(_, value)| value).to_owned()
            }
        }
    }
}

/// The value of a dimension.
fn value_of<'w>(world: &'w World, fee: &Fee, key: &str, said: &mut Option<Said<'w>>) -> String {
    let owner = &world.accounts[fee.account];
    match key {
        "CLOUD_SERVICE_TYPE" => return fee.service.to_owned(),
        "RESOURCE_TYPE" => return fee.resource_type.to_owned(),
        "ASSOCIATED_ACCOUNT" => return owner.domain_id.clone(),
        "REGION_CODE" => return fee.region.to_owned(),
        "CHARGING_MODE" => return fee.mode.to_string(),
        "BILL_TYPE" => return fee.class().to_string(),
        "BE_ID" => return OPERATING_ENTITY.to_owned(),
        "PAYER_ACCOUNT_ID" => return world.accounts[world.payer(fee.account)].domain_id.clone(),
        _ => {}
    }
    let said = said.get_or_insert_with(|| world.say(fee, &Parts::default(), 0));
    match key {
        "AZ_CODE" => said.zone.clone(),
        "ENTERPRISE_PROJECT_ID" => said.project_id.to_owned(),
        "RES_SPEC_CODE" => said.sku.clone(),
        "USAGE_TYPE" => said.usage.map_or("null", |usage| usage.kind).to_owned(),
        "RESOURCE_ID" => said.resource_id.clone(),
        "RESOURCE_TAG" => said.tags.map(|(key, value)| format!("{key}={value}")).join(";"),
        _ => format!("{}={}", said.cost_unit.0, said.cost_unit.1),
    }
}

fn understood(world: &World, call: &Call<'_>, body: Body) -> Result<Asked, Refusal> {
    let time = time(body.time_condition.ok_or_else(|| missing("time_condition"))?)?;
    if Month::of_day(time.first).until(Month::of(call.as_of)) > i32::from(world.settings.cost_months) {
        return Err(wrong("begin_time"));
    }
    let groups = groups(body.groupby.ok_or_else(|| missing("groupby"))?)?;
    let amortised = match body.cost_type.ok_or_else(|| missing("cost_type"))?.as_str() {
        "ORIGINAL_COST" => false,
        "AMORTIZED_COST" => true,
        _ => return Err(wrong("cost_type")),
    };
    let net = match body.amount_type.ok_or_else(|| missing("amount_type"))?.as_str() {
        "PAYMENT_AMOUNT" => false,
        "NET_AMOUNT" => true,
        _ => return Err(wrong("amount_type")),
    };
    let offset = number(body.offset.as_ref(), "offset")?.unwrap_or(0);
    let limit = number(body.limit.as_ref(), "limit")?.unwrap_or(10);
    if !(0..=OFFSET).contains(&offset) {
        return Err(wrong("offset"));
    }
    if !(1..=ROWS).contains(&limit) {
        return Err(wrong("limit"));
    }
    let filters = body.filters.unwrap_or_default();
    if filters.len() > FILTERS {
        return Err(wrong("filters"));
    }
    Ok(Asked {
        time,
        groups,
        filters: filters.into_iter().map(filter).collect::<Result<_, _>>()?,
        amortised,
        net,
        offset: usize::try_from(offset).map_err(|_| wrong("offset"))?,
        limit: usize::try_from(limit).map_err(|_| wrong("limit"))?,
    })
}

fn missing(name: &str) -> Refusal {
    refuse("CBC.0101", format!("The parameter {name} is mandatory."))
}

/// A number, also as a text of digits.
fn number(value: Option<&Value>, name: &str) -> Result<Option<i64>, Refusal> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Number(number)) => number.as_i64().map(Some).ok_or_else(|| wrong(name)),
        Some(Value::String(text)) => text.parse().map(Some).map_err(|_| wrong(name)),
        Some(_) => Err(wrong(name)),
    }
}

fn time(body: TimeBody) -> Result<Time, Refusal> {
    let unit = number(body.time_measure_id.as_ref(), "time_measure_id")?;
    let unit = unit.ok_or_else(|| missing("time_measure_id"))?;
    let begin = body.begin_time.ok_or_else(|| missing("begin_time"))?;
    let end = body.end_time.ok_or_else(|| missing("end_time"))?;
    let (first, last, monthly) = match unit {
        1 => (parse_day(&begin), parse_day(&end), false),
        2 => (Month::parse(&begin).map(Month::first_day), Month::parse(&end).map(Month::last_day), true),
        _ => return Err(wrong("time_measure_id")),
    };
    let first = first.ok_or_else(|| wrong("begin_time"))?;
    let last = last.filter(|last| *last >= first).ok_or_else(|| wrong("end_time"))?;
    // No more than costs are kept for.
    if Month::of_day(first).until(Month::of_day(last)) > 36 {
        return Err(wrong("end_time"));
    }
    Ok(Time { first, last, monthly })
}

fn groups(bodies: Vec<GroupBody>) -> Result<Vec<Group>, Refusal> {
    if !(1..=GROUPS).contains(&bodies.len()) {
        return Err(wrong("groupby"));
    }
    let mut groups: Vec<Group> = Vec::new();
    for body in bodies {
        let key = body.key.filter(|key| !key.is_empty()).ok_or_else(|| missing("groupby.key"))?;
        let group = match body.r#type.ok_or_else(|| missing("groupby.type"))?.as_str() {
            "dimension" => {
                let known = DIMENSIONS[..GROUPING].iter().find(|known| **known == key);
                Group::Dimension(known.ok_or_else(|| wrong("groupby.key"))?)
            }
            "tag" => Group::Keyed("RESOURCE_TAG", key),
            "cost_unit" => Group::Keyed("COST_UNIT", key),
            _ => return Err(wrong("groupby.type")),
        };
        let twice = groups.iter().any(|other| match (other, &group) {
            (Group::Keyed(kind, _), Group::Keyed(same, _)) => kind == same,
            (Group::Dimension(one), Group::Dimension(same)) => one == same,
            _ => false,
        });
        if twice {
            return Err(wrong("groupby"));
        }
        groups.push(group);
    }
    Ok(groups)
}

fn filter(body: FilterBody) -> Result<Filter, Refusal> {
    let only = match number(body.operator.as_ref(), "filters.operator")? {
        Some(0) => true,
        Some(1) => false,
        Some(_) => return Err(wrong("filters.operator")),
        None => return Err(missing("filters.operator")),
    };
    let factor = body.filter_factor.ok_or_else(|| missing("filters.filter_factor"))?;
    let key = factor.key.ok_or_else(|| missing("filters.filter_factor.key"))?;
    let known = DIMENSIONS.into_iter().find(|known| *known == key);
    let values = factor.value.filter(|values| !values.is_empty());
    Ok(Filter {
        only,
        key: known.ok_or_else(|| wrong("filters.filter_factor.key"))?,
        values: values.ok_or_else(|| missing("filters.filter_factor.value"))?,
    })
}
