//! `list_business_discount_info`: what the account's commercial contract says.

use serde::Serialize;

use super::{
    super::{Answer, At, Call, Exact, wrong},
    body::Body,
};
use crate::simulator::world::{
    Refusal, World,
    catalogue::region_names,
    prices::{
        quotes::{CYCLE, CategoryRow, CategoryStep, Filter, ProductRow, SITE},
        standing::{Agreed, Standing, Step},
    },
    refuse,
    services::REGIONS,
};
use rust_decimal::Decimal;

#[derive(Serialize)]
struct Info<'r> {
    total_count: usize,
    commerce_id: Option<&'r str>,
    commerce_code: Option<&'r str>,
    effective_time: Option<At>,
    expire_time: Option<At>,
    product_quoting_items: Vec<ProductItem<'r>>,
    category_quoting_items: Vec<CategoryItem<'r>>,
    category_quoting_item_steps: Vec<CategoryItemStep>,
    accumulation_cycle_type: Option<&'static str>,
    sites: Vec<Site>,
}

#[derive(Serialize)]
struct ProductItem<'r> {
    item_id: &'r str,
    product_id: &'r str,
    product_spec_name: &'static str,
    cloud_service_type: &'static str,
    cloud_service_type_name: &'static str,
    site_code: &'static str,
    related_regions: Vec<Region>,
    charge_event_code: &'static str,
    charging_mode: &'static str,
    preferential_category: u8,
    preferential_type: u8,
    sales_price: Option<Exact>,
    discount_ratio: Option<Exact>,
    pricing_basis: &'r str,
    effective_time: At,
    expire_time: At,
    product_quoting_item_steps: Vec<ProductItemStep<'r>>,
}

#[derive(Serialize)]
struct ProductItemStep<'r> {
    step_id: String,
    step_no: String,
    step_start: Exact,
    start_measure_id: u8,
    step_end: Option<Exact>,
    end_measure_id: Option<u8>,
    preferential_type: u8,
    sales_price: Option<Exact>,
    discount_ratio: Option<Exact>,
    pricing_basis: &'r str,
}

#[derive(Serialize)]
struct CategoryItem<'r> {
    item_id: &'r str,
    cloud_service_type: &'static str,
    cloud_service_type_name: &'static str,
    commercial_resource_type: &'static str,
    resource_type_code: &'static str,
    resource_type_name: &'static str,
    sku_family_code: &'r str,
    sku_family_name: &'r str,
    site_code: &'static str,
    region_code: Option<&'static str>,
    region_name: Option<&'static str>,
    az_code: Option<&'r str>,
    az_name: Option<&'r str>,
    step_no: Option<String>,
    charging_mode: &'static str,
    discount_ratio: Exact,
    effective_time: At,
    expire_time: At,
}

#[derive(Serialize)]
struct CategoryItemStep {
    step_id: String,
    step_no: String,
    step_start: Exact,
    start_measure_id: u8,
    step_end: Option<Exact>,
    end_measure_id: Option<u8>,
    effective_time: At,
    expire_time: At,
    site_code: &'static str,
}

#[derive(Serialize)]
struct Site {
    site_code: &'static str,
    site_name: &'static str,
    regions: Vec<Region>,
}

#[derive(Serialize)]
struct Region {
    region_code: &'static str,
    region_name: &'static str,
}

/// `POST /v2/promotions/business/discount-info`
pub(super) fn answer(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    let body = Body::parse(call.body)?;
    let kind = body.text("quoting_item_type")?;
    let kind = kind.ok_or_else(|| refuse("CBC.0101", "The parameter quoting_item_type is mandatory."))?;
    let products = match &*kind {
        "PRODUCT_ITEM" => true,
        "CATEGORY_ITEM" => false,
        _ => return Err(wrong("quoting_item_type")),
    };
    let filter = Filter {
        services: names(&body, "cloud_service_types", 100)?,
        modes: names(&body, "charging_modes", 20)?,
        site: body.text("site_code")?.map(|site| name(site, "site_code")).transpose()?,
    };
    let within = |name: &str, otherwise: i64, range: std::ops::RangeInclusive<i64>| {
        let number = body.whole(name)?.unwrap_or(otherwise);
        let number = Some(number).filter(|number| range.contains(number));
        number.and_then(|number| usize::try_from(number).ok()).ok_or_else(|| wrong(name))
    };
    let offset = within("offset", 0, 0..=i64::from(i32::MAX))?;
    let limit = within("limit", 20, 1..=1_000)?;
    let Some(standing) = world.commerce(call.account, call.as_of) else {
        return Answer::json(&nothing());
    };
    let language = call.language;
    let product_rows = if products { standing.product_rows(&filter) } else { Vec::new() };
    let category_rows = if products { Vec::new() } else { standing.category_rows(&filter) };
    let stepped = category_rows.iter().any(|row| row.step.is_some());
    let steps = if stepped { standing.category_steps() } else { Vec::new() };
    Answer::json(&Info {
        total_count: product_rows.len() + category_rows.len(),
        commerce_id: Some(&standing.id),
        commerce_code: Some(&standing.number),
        effective_time: Some(At(standing.from)),
        expire_time: Some(At(standing.until)),
        product_quoting_items: product_rows
            .iter()
            .skip(offset)
            .take(limit)
            .map(|row| product_item(row, &standing, language))
            .collect(),
        category_quoting_items: category_rows
            .iter()
            .skip(offset)
            .take(limit)
            .map(|row| category_item(row, &standing, language))
            .collect(),
        accumulation_cycle_type: (!steps.is_empty()).then_some(CYCLE),
        category_quoting_item_steps: steps.into_iter().map(|step| category_step(step, &standing)).collect(),
        sites: vec![Site {
            site_code: SITE.0,
            site_name: SITE.1[language],
            regions: REGIONS.into_iter().map(|code| region(code, language)).collect(),
        }],
    })
}

/// What an account without a commercial contract is told.
fn nothing() -> Info<'static> {
    Info {
        total_count: 0,
        commerce_id: None,
        commerce_code: None,
        effective_time: None,
        expire_time: None,
        product_quoting_items: Vec::new(),
        category_quoting_items: Vec::new(),
        category_quoting_item_steps: Vec::new(),
        accumulation_cycle_type: None,
        sites: Vec::new(),
    }
}

/// A list of names of 1 to 64 characters, at most so many.
fn names(body: &Body<'_>, list: &str, most: usize) -> Result<Vec<String>, Refusal> {
    let names = body.texts(list)?.unwrap_or_default();
    if names.len() > most {
        return Err(wrong(list));
    }
    names.into_iter().map(|one| name(one, list)).collect()
}

fn name(text: String, parameter: &str) -> Result<String, Refusal> {
    if (1..=64).contains(&text.chars().count()) { Ok(text) } else { Err(wrong(parameter)) }
}

fn region(code: &'static str, language: usize) -> Region {
    Region { region_code: code, region_name: region_names(code)[language] }
}

fn product_item<'r>(row: &'r ProductRow, standing: &Standing, language: usize) -> ProductItem<'r> {
    let basis = &row.basis[language];
    let whole = row.steps.first().filter(|_| row.steps.len() == 1);
    let stepped = if whole.is_some() { &[] } else { row.steps };
    ProductItem {
        item_id: &row.id,
        product_id: &row.product_id,
        product_spec_name: row.spec.names()[language],
        cloud_service_type: row.service.code,
        cloud_service_type_name: row.service.names[language],
        site_code: SITE.0,
        related_regions: row.spec.regions().map(|code| region(code, language)).collect(),
        charge_event_code: row.event,
        charging_mode: row.mode,
        preferential_category: u8::from(whole.is_none()),
        preferential_type: row.steps.first().map_or(0, by_price),
        sales_price: whole.and_then(Step::unit_price).map(Exact),
        discount_ratio: whole.and_then(Step::ratio).map(Exact),
        pricing_basis: basis,
        effective_time: At(standing.from),
        expire_time: At(standing.until),
        product_quoting_item_steps: (1..)
            .zip(stepped)
            .map(|(nth, step)| ProductItemStep {
                step_id: format!("{}-{nth}", row.id),
                step_no: format!("{nth}"),
                step_start: Exact(Decimal::from(step.from)),
                start_measure_id: 1,
                step_end: step.until.map(|until| Exact(Decimal::from(until))),
                end_measure_id: step.until.map(|_| 1),
                preferential_type: by_price(step),
                sales_price: step.unit_price().map(Exact),
                discount_ratio: step.ratio().map(Exact),
                pricing_basis: basis,
            })
            .collect(),
    }
}

/// 1 for a fixed unit price, 0 for a ratio.
fn by_price(step: &Step) -> u8 {
    u8::from(matches!(step.price, Agreed::Unit(_)))
}

fn category_item<'r>(row: &'r CategoryRow, standing: &Standing, language: usize) -> CategoryItem<'r> {
    CategoryItem {
        item_id: &row.id,
        cloud_service_type: row.service.code,
        cloud_service_type_name: row.service.names[language],
        commercial_resource_type: row.commercial_type,
        resource_type_code: row.resource.code,
        resource_type_name: row.resource.names[language],
        sku_family_code: &row.family.0,
        sku_family_name: &row.family.1[language],
        site_code: SITE.0,
        region_code: row.region,
        region_name: row.region.map(|code| region_names(code)[language]),
        az_code: row.zone.as_ref().map(|(code, _)| code.as_str()),
        az_name: row.zone.as_ref().map(|(_, names)| names[language].as_str()),
        step_no: row.step.map(|step| step.to_string()),
        charging_mode: row.mode,
        discount_ratio: Exact(row.ratio),
        effective_time: At(standing.from),
        expire_time: At(standing.until),
    }
}

fn category_step(step: CategoryStep, standing: &Standing) -> CategoryItemStep {
    CategoryItemStep {
        step_id: step.id,
        step_no: step.number.to_string(),
        step_start: Exact(Decimal::from(step.from)),
        start_measure_id: 1,
        step_end: step.until.map(|until| Exact(Decimal::from(until))),
        end_measure_id: step.until.map(|_| 1),
        effective_time: At(standing.from),
        expire_time: At(standing.until),
        site_code: SITE.0,
    }
}
