//! The dictionaries of products: service and resource types, usage types, specs, units and conversions. They
//! are the same for every account.

use serde::Serialize;

use super::{Answer, Call, Operation, prices::body::Body, wrong};
use crate::simulator::world::{
    Refusal, World,
    catalogue::{self, SPECS, Spec, USAGE_TYPES, units},
    dice::mix,
};

/// What is asked here.
pub(super) static OPERATIONS: &[Operation] = &[
    get("list_service_types", "/v2/products/service-types", service_types),
    get("list_resource_types", "/v2/products/resource-types", resource_types),
    get("list_service_resources", "/v2/products/service-resources", service_resources),
    get("list_usage_types", "/v2/products/usage-types", usage_types),
    get("list_measure_units", "/v2/bases/measurements", measure_units),
    get("list_conversions", "/v2/bases/conversions", conversions),
    Operation {
        id: "list_resource_specs",
        method: "POST",
        path: "/v2/products/resource-specs-query",
        rate: 10,
        answer: resource_specs,
    },
];

type Face = fn(&mut World, &Call<'_>) -> Result<Answer, Refusal>;

const fn get(id: &'static str, path: &'static str, answer: Face) -> Operation {
    Operation { id, method: "GET", path, rate: 10, answer }
}

#[derive(Serialize)]
struct ServiceTypes {
    total_count: usize,
    service_types: Vec<ServiceType>,
}

#[derive(Serialize)]
struct ServiceType {
    service_type_name: &'static str,
    service_type_code: &'static str,
    abbreviation: &'static str,
}

/// `GET /v2/products/service-types`
fn service_types(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    call.query.only(&["service_type_name", "offset", "limit"])?;
    let page = call.query.page(world.settings.dictionary_page_max.into())?;
    let part = call.query.text("service_type_name");
    if part.is_some_and(|part| !(1..=128).contains(&part.chars().count())) {
        return Err(wrong("service_type_name"));
    }
    let part = part.map(str::to_lowercase).unwrap_or_default();
    let named = catalogue::service_types()
        .filter(|service| service.names[call.language].to_lowercase().contains(&part))
        .map(|service| ServiceType {
            service_type_name: service.names[call.language],
            service_type_code: service.code,
            abbreviation: service.abbreviation,
        });
    let (total_count, service_types) = paged(named, page);
    Answer::json(&ServiceTypes { total_count, service_types })
}

#[derive(Serialize)]
struct ResourceTypes {
    total_count: usize,
    resource_types: Vec<ResourceType>,
}

#[derive(Serialize)]
struct ResourceType {
    resource_type_code: &'static str,
    resource_type_name: &'static str,
    resource_type_desc: String,
    service_type_code: &'static str,
}

/// `GET /v2/products/resource-types`
fn resource_types(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    call.query.only(&["offset", "limit"])?;
    let page = call.query.page(world.settings.dictionary_page_max.into())?;
    let all = catalogue::resource_types().map(|resource| ResourceType {
        resource_type_code: resource.code,
        resource_type_name: resource.names[call.language],
        resource_type_desc: described(&resource, call.language),
        service_type_code: resource.service,
    });
    let (total_count, resource_types) = paged(all, page);
    Answer::json(&ResourceTypes { total_count, resource_types })
}

#[derive(Serialize)]
struct ServiceResources {
    total_count: usize,
    infos: Vec<ServiceResource>,
}

#[derive(Serialize)]
struct ServiceResource {
    basic_info: BasicInfo,
}

#[derive(Serialize)]
struct BasicInfo {
    resource_type_code: &'static str,
    product_owner_service: &'static str,
    name: &'static str,
    description: String,
}

/// `GET /v2/products/service-resources`
fn service_resources(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    call.query.only(&["service_type_code", "offset", "limit"])?;
    let service = call.query.required("service_type_code")?;
    let page = call.query.page(world.settings.dictionary_page_max.into())?;
    let of_service =
        catalogue::resource_types().filter(|resource| resource.service == service).map(|resource| {
            let basic_info = BasicInfo {
                resource_type_code: resource.code,
                product_owner_service: resource.service,
                name: resource.names[call.language],
                description: described(&resource, call.language),
            };
            ServiceResource { basic_info }
        });
    let (total_count, infos) = paged(of_service, page);
    Answer::json(&ServiceResources { total_count, infos })
}

#[derive(Serialize)]
struct UsageTypes {
    total_count: usize,
    usage_types: Vec<UsageType>,
}

#[derive(Serialize)]
struct UsageType {
    code: &'static str,
    name: &'static str,
    resource_type_code: &'static str,
    service_type_code: &'static str,
    resource_type_name: &'static str,
    service_type_name: &'static str,
}

/// `GET /v2/products/usage-types`
fn usage_types(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    call.query.only(&["resource_type_code", "offset", "limit"])?;
    let page = call.query.page(world.settings.dictionary_page_max.into())?;
    let wanted = call.query.text("resource_type_code");
    let of_resource = USAGE_TYPES
        .iter()
        .filter(|(_, resource, ..)| wanted.is_none_or(|wanted| wanted == *resource))
        .map(|(service, resource, code, names)| UsageType {
            code,
            name: names[call.language],
            resource_type_code: resource,
            service_type_code: service,
            resource_type_name: catalogue::resource_names(resource)[call.language],
            service_type_name: catalogue::service_names(service)[call.language],
        });
    let (total_count, usage_types) = paged(of_resource, page);
    Answer::json(&UsageTypes { total_count, usage_types })
}

#[derive(Serialize)]
struct MeasureUnits {
    measure_units: Vec<MeasureUnit>,
}

#[derive(Serialize)]
struct MeasureUnit {
    measure_id: i64,
    measure_name: &'static str,
    abbreviation: &'static str,
    measure_type: u8,
}

/// `GET /v2/bases/measurements`
fn measure_units(_: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    call.query.only(&[])?;
    let all = units::units().iter().map(|unit| MeasureUnit {
        measure_id: unit.id,
        measure_name: unit.names[call.language],
        abbreviation: unit.abbreviation,
        measure_type: unit.kind,
    });
    Answer::json(&MeasureUnits { measure_units: all.collect() })
}

#[derive(Serialize)]
struct Conversions {
    conversions: Vec<Conversion>,
}

#[derive(Serialize)]
struct Conversion {
    measure_id: i64,
    ref_measure_id: i64,
    conversion_ratio: i64,
    measure_type: u8,
}

/// `GET /v2/bases/conversions`
fn conversions(_: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    call.query.only(&["measure_type"])?;
    let wanted = call.query.number("measure_type")?;
    if wanted.is_some_and(|kind| !units::CONVERTIBLE.contains(&kind)) {
        return Err(wrong("measure_type"));
    }
    let of_type = units::conversions()
        .filter(|conversion| wanted.is_none_or(|kind| kind == i64::from(conversion.kind)))
        .map(|conversion| Conversion {
            measure_id: conversion.from,
            ref_measure_id: conversion.to,
            conversion_ratio: conversion.ratio,
            measure_type: conversion.kind,
        });
    Answer::json(&Conversions { conversions: of_type.collect() })
}

#[derive(Serialize)]
struct ResourceSpecs {
    page_info: PageInfo,
    cloud_service_basics: Vec<ResourceSpec>,
}

#[derive(Serialize)]
struct PageInfo {
    next_marker: Option<String>,
}

#[derive(Serialize)]
struct ResourceSpec {
    cloud_service_type: &'static str,
    cloud_service_type_name: &'static str,
    resource_type: &'static str,
    resource_type_name: &'static str,
    resource_spec: &'static str,
    resource_spec_name: &'static str,
    charge_mode: &'static str,
    region_code: String,
}

/// `POST /v2/products/resource-specs-query`
fn resource_specs(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    let body = Body::parse(call.body)?;
    let service = body.required("cloud_service_type")?;
    let resource = body.required("resource_type")?;
    let region = body.required("region_code")?;
    let (charge_mode, mode) = match &*body.required("charge_mode")? {
        "1" => ("1", 1),
        "3" => ("3", 3),
        _ => return Err(wrong("charge_mode")),
    };
    let filter = spec_filter(&body)?;
    let limit = body.whole("limit")?.unwrap_or(100);
    let limit = usize::try_from(limit).ok().filter(|limit| (1..=100).contains(limit));
    let limit = limit.ok_or_else(|| wrong("limit"))?;
    let lets = |spec: &Spec| match &filter {
        Some(value) if world.settings.spec_filter_whole => spec.code.eq_ignore_ascii_case(value),
        Some(value) => spec.code.to_lowercase().contains(&value.to_lowercase()),
        None => true,
    };
    let matching: Vec<&Spec> = SPECS
        .iter()
        .filter(|spec| spec.service_code() == service && spec.resource_type == resource)
        .filter(|spec| spec.is_sold(mode) && spec.regions().any(|there| there == region) && lets(spec))
        .collect();
    let listing = [&*service, &*resource, &*region, charge_mode, filter.as_deref().unwrap_or_default()];
    let from = match body.text_or_none("marker")? {
        Some(marker) => position(&marker, &listing).ok_or_else(|| wrong("marker"))?,
        None => 0,
    };
    let basics = matching.iter().skip(from).take(limit).map(|spec| ResourceSpec {
        cloud_service_type: spec.service_code(),
        cloud_service_type_name: catalogue::service_names(&service)[call.language],
        resource_type: spec.resource_type,
        resource_type_name: catalogue::resource_names(&resource)[call.language],
        resource_spec: spec.code,
        resource_spec_name: spec.names()[call.language],
        charge_mode,
        region_code: region.clone(),
    });
    let next = from + limit;
    Answer::json(&ResourceSpecs {
        cloud_service_basics: basics.collect(),
        page_info: PageInfo { next_marker: (next < matching.len()).then(|| marker(next, &listing)) },
    })
}

/// The spec that alone is wanted.
fn spec_filter(body: &Body<'_>) -> Result<Option<String>, Refusal> {
    let filters = match body.texts("filters") {
        Ok(None) => return Ok(None),
        // An empty list; anything else in it would have to be objects.
        Ok(Some(none)) if none.is_empty() => return Ok(None),
        _ => body.objects("filters")?,
    };
    let [filter] = &filters[..] else { return Err(wrong("filters")) };
    if filter.required("key")? != "RESOURCE_SPEC" {
        return Err(wrong("filters.key"));
    }
    filter.required("value").map(Some)
}

/// Where a page begins, as only the same listing understands it.
fn marker(position: usize, listing: &[&str]) -> String {
    let sum = listing
        .iter()
        .flat_map(|part| part.bytes().chain([0]))
        .fold(position as u64, |sum, byte| mix(sum ^ u64::from(byte)));
    format!("{position:08x}{sum:016x}")
}

fn position(text: &str, listing: &[&str]) -> Option<usize> {
    let position = usize::from_str_radix(text.get(..8)?, 16).ok()?;
    (marker(position, listing) == text).then_some(position)
}

/// How many there are, and those of a page.
fn paged<T>(all: impl Iterator<Item = T>, (offset, limit): (usize, usize)) -> (usize, Vec<T>) {
    let all: Vec<T> = all.collect();
    (all.len(), all.into_iter().skip(offset).take(limit).collect())
}

fn described(resource: &catalogue::ResourceType, language: usize) -> String {
    let service = catalogue::service_names(resource.service)[language];
    let name = resource.names[language];
    if language == 0 { format!("{service}的{name}") } else { format!("{name} of {service}") }
}
