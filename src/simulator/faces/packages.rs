//! `list_free_resource_infos`, `list_free_resource_usages` and `list_free_resources_usage_records`:
//! resource packages, what is left of them, and what used them up.

use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{Answer, At, Call, Exact, ExactText, Operation, orders::product_code, wrong};
use crate::simulator::world::{
    Refusal, World,
    days::{day_begins, parse_day},
    packages::{Deduction, Item, Milli, Package, package_user_id},
    refuse,
    services::service,
    times::{DAY, Millis},
};

/// What is asked here.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        id: "list_free_resource_infos",
        method: "POST",
        path: "/v3/payments/free-resources/query",
        rate: 10,
        answer: list,
    },
    Operation {
        id: "list_free_resource_usages",
        method: "POST",
        path: "/v2/payments/free-resources/usages/details/query",
        rate: 10,
        answer: usages,
    },
    Operation {
        id: "list_free_resources_usage_records",
        method: "GET",
        path: "/v2/bills/customer-bills/free-resources-usage-records",
        rate: 10,
        answer: records,
    },
];

#[derive(Serialize)]
struct Packages<'w> {
    free_resource_packages: Vec<PackageInfo<'w>>,
    total_count: usize,
}

#[derive(Serialize)]
struct PackageInfo<'w> {
    order_instance_id: &'w str,
    order_id: Option<String>,
    product_id: String,
    product_name: &'static str,
    enterprise_project_id: &'w str,
    enterprise_project_scope: u8,
    effective_time: At,
    expire_time: At,
    status: u8,
    service_type_code: &'static str,
    service_type_name: &'static str,
    region_code: &'static str,
    source_type: u8,
    bundle_type: &'static str,
    quota_reuse_mode: u8,
    free_resources: Vec<ItemInfo>,
}

#[derive(Serialize)]
struct ItemInfo {
    free_resource_id: String,
    usage_type_name: &'static str,
    amount: ExactText,
    original_amount: ExactText,
    measure_id: u8,
}

#[derive(Serialize)]
struct Usages {
    free_resources: Vec<ItemUsage>,
}

#[derive(Serialize)]
struct ItemUsage {
    free_resource_id: String,
    free_resource_type_name: &'static str,
    quota_reuse_cycle: Option<u8>,
    quota_reuse_cycle_type: Option<u8>,
    usage_type_name: &'static str,
    start_time: At,
    end_time: At,
    amount: Exact,
    original_amount: Exact,
    measure_id: u8,
}

#[derive(Serialize)]
struct Records {
    free_resource_records: Vec<Record>,
    total_count: usize,
}

#[derive(Serialize)]
struct Record {
    deduct_time: At,
    free_resource_id: String,
    resource_id: String,
    resource_type_code: &'static str,
    resource_type_name: &'static str,
    resource_tag: &'static str,
    product_id: String,
    product_name: &'static str,
    usage_type_code: &'static str,
    available_amount: ExactText,
    remaining_amount: ExactText,
    used_amount: ExactText,
    measure_id: u8,
    effective_time: At,
    expire_time: At,
}

/// An object in a body whose numbers may be strings.
struct Body(Map<String, Value>);

/// Days between the first and the last one that may be asked about at once.
const DAYS_APART: i64 = 90;

/// `POST /v3/payments/free-resources/query`
pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    call.query.only(&[])?;
    let body = Body::of(call)?;
    let status = body.number("status")?;
    if status.is_some_and(|code| !(0..=4).contains(&code)) {
        return Err(wrong("status"));
    }
    let (offset, limit) = (body.number("offset")?.unwrap_or(0), body.number("limit")?.unwrap_or(10));
    let offset = usize::try_from(offset).map_err(|_| wrong("offset"))?;
    let most = world.settings.unstated_page_most;
    let limit = Some(limit).filter(|n| (1..=most).contains(n)).and_then(|n| usize::try_from(n).ok());
    let limit = limit.ok_or_else(|| wrong("limit"))?;
    let services = body.texts("service_type_code_list")?;
    let texts = |name| body.text(name);
    let (region, order, product) = (texts("region_code")?, texts("order_id")?, texts("product_id")?);
    let (name, project) = (texts("product_name")?, texts("enterprise_project_id")?);

    let packages = world.packages(call.account, call.as_of);
    let left = world.left(call.account, &packages, call.as_of);
    let same = |wanted: &Option<String>, value: &str| wanted.as_deref().is_none_or(|wanted| wanted == value);
    let mut matching = Vec::new();
    for (package, left) in packages.iter().zip(&left).filter(|(p, _)| !p.is_forgotten(call.as_of)) {
        let info = package_info(world, call, package, left);
        let of = |code: &String| code.eq_ignore_ascii_case(info.service_type_code);
        if same(&region, info.region_code)
            && same(&order, info.order_id.as_deref().unwrap_or_default())
            && same(&product, &info.product_id)
            && same(&name, info.product_name)
            && same(&project, info.enterprise_project_id)
            && status.is_none_or(|code| code == i64::from(info.status))
            && (services.is_empty() || services.iter().any(of))
        {
            matching.push(info);
        }
    }
    let total_count = matching.len();
    let free_resource_packages = matching.into_iter().skip(offset).take(limit).collect();
    Answer::json(&Packages { free_resource_packages, total_count })
}

/// `POST /v2/payments/free-resources/usages/details/query`
pub(super) fn usages(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    call.query.only(&[])?;
    let body = Body::of(call)?;
    if body.get("free_resource_ids").is_none() {
        return Err(refuse("CBC.0101", "The parameter free_resource_ids is mandatory."));
    }
    let ids = body.texts("free_resource_ids")?;
    if ids.is_empty() || ids.iter().any(|id| id.is_empty() || id.len() > 64) {
        return Err(wrong("free_resource_ids"));
    }
    let packages = world.packages(call.account, call.as_of);
    let left = world.left(call.account, &packages, call.as_of);
    let mut free_resources = Vec::new();
    for (package, left) in packages.iter().zip(&left).filter(|(p, _)| !p.is_forgotten(call.as_of)) {
        for (nth, (item, left)) in package.goods.items.iter().zip(left).enumerate() {
            let id = package.item_id(nth);
            if ids.contains(&id) {
                free_resources.push(item_usage(call, package, (id, item), *left));
            }
        }
    }
    Answer::json(&Usages { free_resources })
}

/// `GET /v2/bills/customer-bills/free-resources-usage-records`
pub(super) fn records(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    let query = &call.query;
    query.only(&[
        "free_resource_id",
        "product_id",
        "resource_type_code",
        "deduct_time_begin",
        "deduct_time_end",
        "offset",
        "limit",
    ])?;
    let day = |name| parse_day(query.required(name)?).ok_or_else(|| wrong(name));
    let (begin, end) = (day("deduct_time_begin")?, day("deduct_time_end")?);
    if !(0..=DAYS_APART).contains(&(end - begin).num_days()) {
        return Err(wrong("deduct_time_end"));
    }
    let (offset, limit) = query.page(world.settings.unstated_page_most)?;
    let given = |name| query.text(name).filter(|value: &&str| !value.is_empty());
    let (item, product) = (given("free_resource_id"), given("product_id"));
    let resource_type = given("resource_type_code");

    let packages = world.packages(call.account, call.as_of);
    let until: Millis = (day_begins(end) + DAY - 1).min(call.as_of);
    let deductions = world.deductions(call.account, &packages, (day_begins(begin), until));
    let fits = |deduction: &&Deduction| {
        let package = &packages[deduction.package];
        item.is_none_or(|id| package.item_id(deduction.item) == id)
            && product.is_none_or(|id| product_of(package) == id)
            && resource_type
                .is_none_or(|code| code == service(of(package, deduction).usage.service).resource_type)
    };
    let matching: Vec<&Deduction> = deductions.iter().rev().filter(fits).collect();
    let page = matching.iter().skip(offset).take(limit);
    let free_resource_records = page.map(|d| record(world, call, &packages[d.package], d)).collect();
    Answer::json(&Records { free_resource_records, total_count: matching.len() })
}

fn package_info<'w>(
    world: &'w World,
    call: &Call<'_>,
    package: &'w Package,
    left: &[Milli],
) -> PackageInfo<'w> {
    let owner = &world.accounts[call.account];
    let goods = package.goods;
    let items = goods.items.iter().zip(left).enumerate().map(|(nth, (item, left))| ItemInfo {
        free_resource_id: package.item_id(nth),
        usage_type_name: item.usage.names[call.language],
        amount: ExactText(units(*left)),
        original_amount: ExactText(units(package.quota(item))),
        measure_id: item.usage.measure,
    });
    PackageInfo {
        order_instance_id: &package.id,
        order_id: package.bought.map(|place| world.order_id(place.account, place.index, 0)),
        product_id: product_of(package),
        product_name: goods.name(call.language),
        enterprise_project_id: &owner.projects[if package.one_project { package.project } else { 0 }].id,
        enterprise_project_scope: u8::from(package.one_project),
        effective_time: At(package.effective),
        expire_time: At(package.expires),
        status: package.state(left, call.as_of) as u8,
        service_type_code: service(goods.service).code,
        service_type_name: service(goods.service).names[call.language],
        region_code: package.region,
        source_type: u8::from(package.bought.is_none()),
        bundle_type: if goods.is_bundle() { "BUNDLE_PKG" } else { "ATOMIC_PKG" },
        quota_reuse_mode: if goods.reuse.is_some() { 1 } else { 2 },
        free_resources: items.collect(),
    }
}

fn item_usage(call: &Call<'_>, package: &Package, (id, item): (String, &Item), left: Milli) -> ItemUsage {
    let (start, end) = package.cycle(call.as_of);
    let reuse = package.goods.reuse;
    ItemUsage {
        free_resource_id: id,
        free_resource_type_name: package.goods.name(call.language),
        quota_reuse_cycle: reuse.map(|reuse| reuse.cycle as u8),
        quota_reuse_cycle_type: reuse.map(|reuse| if reuse.calendar { 1 } else { 2 }),
        usage_type_name: item.usage.names[call.language],
        start_time: At(start),
        end_time: At(end),
        amount: Exact(units(left)),
        original_amount: Exact(units(package.quota(item))),
        measure_id: item.usage.measure,
    }
}

fn record(world: &World, call: &Call<'_>, package: &Package, deduction: &Deduction) -> Record {
    let usage = of(package, deduction).usage;
    let used_by = service(usage.service);
    let resource = world.package_user(call.account, usage.code, package.region);
    Record {
        deduct_time: At(deduction.at),
        free_resource_id: package.item_id(deduction.item),
        resource_id: package_user_id(resource),
        resource_type_code: used_by.resource_type,
        resource_type_name: used_by.resource_names[call.language],
        resource_tag: if resource.is_multiple_of(2) { "env=prod" } else { "env=test" },
        product_id: product_of(package),
        product_name: package.goods.name(call.language),
        usage_type_code: usage.code,
        available_amount: ExactText(units(deduction.before)),
        remaining_amount: ExactText(units(deduction.before - deduction.used)),
        used_amount: ExactText(units(deduction.used)),
        measure_id: usage.measure,
        effective_time: At(deduction.used_from),
        expire_time: At(deduction.used_until),
    }
}

fn of<'p>(package: &'p Package, deduction: &Deduction) -> &'p Item {
    &package.goods.items[deduction.item]
}

fn product_of(package: &Package) -> String {
    product_code(package.goods.service, usize::from(package.goods.product))
}

fn units(thousandths: Milli) -> Decimal {
    Decimal::new(thousandths, 3)
}

impl Body {
    fn of(call: &Call<'_>) -> Result<Self, Refusal> {
        serde_json::from_slice(call.body).map(Self).map_err(|_| wrong("body"))
    }

    /// A member that is there and not `null`.
    fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// A text; an empty one filters nothing.
    fn text(&self, name: &str) -> Result<Option<String>, Refusal> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone()).filter(|text| !text.is_empty())),
            Some(_) => Err(wrong(name)),
        }
    }

    fn number(&self, name: &str) -> Result<Option<i64>, Refusal> {
        let read = match self.get(name) {
            Some(Value::String(text)) if text.is_empty() => return Ok(None),
            Some(Value::String(text)) => text.parse().ok(),
            Some(value) => value.as_i64(),
            None => return Ok(None),
        };
        read.map(Some).ok_or_else(|| wrong(name))
    }

    fn texts(&self, name: &str) -> Result<Vec<String>, Refusal> {
        let Some(value) = self.get(name) else { return Ok(Vec::new()) };
        let items = value.as_array().ok_or_else(|| wrong(name))?;
        items.iter().map(|item| item.as_str().map(str::to_owned).ok_or_else(|| wrong(name))).collect()
    }
}
