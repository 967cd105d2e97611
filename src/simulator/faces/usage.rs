//! Usage that is billed by its 95th percentile.

use serde::Serialize;

use super::{Answer, At, Call, ExactText, Operation, wrong};
use crate::simulator::world::{
    Refusal, World,
    months::Month,
    usage::{KINDS, TYPES, billed, days, megabits},
};

/// What is asked here.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        id: "list_resource_usage_summary",
        method: "GET",
        path: "/v2/bills/customer-bills/resources/usage/summary",
        rate: 10,
        answer: summary,
    },
    Operation {
        id: "list_resource_usage",
        method: "GET",
        path: "/v2/bills/customer-bills/resources/usage/details",
        rate: 10,
        answer: details,
    },
];

/// Mbit/s in the dictionary of units.
const MEGABITS: u8 = 15;
/// The most points of a page.
const POINTS: i64 = 1_000;

#[derive(Serialize)]
struct Summary {
    total_count: usize,
    summary_usage_info_list: Vec<Resource>,
}

#[derive(Serialize)]
struct Resource {
    resource_id: String,
    #[serde(flatten)]
    month: OfMonth,
}

/// What a month comes to, as far as it is known.
#[derive(Serialize)]
struct OfMonth {
    actual_days: ExactText,
    band_width: Option<ExactText>,
    monthly_guaranteed_band_width: Option<ExactText>,
    monthly_peak_band_width: Option<ExactText>,
    band_width_measure_id: Option<u8>,
}

#[derive(Serialize)]
struct Details {
    #[serde(flatten)]
    month: Option<OfMonth>,
    total_count: usize,
    usage_info_list: Vec<Used>,
}

#[derive(Serialize)]
struct Used {
    stat_time: At,
    guaranteed_band_width: Option<ExactText>,
    usage: ExactText,
    measure_id: u8,
}

/// What is asked about: month, position of the kind, usage type.
type Asked = (Month, usize, &'static str);

/// `GET /v2/bills/customer-bills/resources/usage/summary`
fn summary(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    let names = ["bill_cycle", "service_type_code", "resource_type_code", "usage_type", "offset", "limit"];
    call.query.only(&names)?;
    let (offset, limit) = call.query.page(POINTS)?;
    let (month, kind, usage_type) = asked(world, call)?;
    let measured = world.measured(call.account, kind, month);
    let offered = KINDS[kind].2.contains(&usage_type);
    let mut rows = Vec::new();
    for resource in measured.into_iter().filter(|_| offered) {
        let points = resource.points(month, call.as_of);
        if !points.is_empty() {
            rows.push(Resource {
                resource_id: resource.id,
                month: of_month(world, call, (month, usage_type), &points),
            });
        }
    }
    let total_count = rows.len();
    let summary_usage_info_list = rows.into_iter().skip(offset).take(limit).collect();
    Answer::json(&Summary { total_count, summary_usage_info_list })
}

/// `GET /v2/bills/customer-bills/resources/usage/details`
fn details(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    let names = [
        "bill_cycle",
        "service_type_code",
        "resource_type_code",
        "usage_type",
        "resource_id",
        "offset",
        "limit",
    ];
    call.query.only(&names)?;
    let (offset, limit) = call.query.page(POINTS)?;
    let id = call.query.required("resource_id")?;
    let (month, kind, usage_type) = asked(world, call)?;
    let measured = world.measured(call.account, kind, month);
    let found = measured.iter().find(|known| known.id == id && KINDS[kind].2.contains(&usage_type));
    let points = found.map(|resource| resource.points(month, call.as_of)).unwrap_or_default();
    let of_month = (!points.is_empty()).then(|| of_month(world, call, (month, usage_type), &points));
    let guaranteed = of_month.as_ref().and_then(|month| month.monthly_guaranteed_band_width);
    let page = points.iter().skip(offset).take(limit).map(|point| Used {
        stat_time: At(point.at),
        guaranteed_band_width: guaranteed,
        usage: ExactText(megabits(point.bits, usage_type)),
        measure_id: MEGABITS,
    });
    Answer::json(&Details { month: of_month, total_count: points.len(), usage_info_list: page.collect() })
}

/// The month and what is measured, each of the fixed lists and fitting together.
fn asked(world: &World, call: &Call<'_>) -> Result<Asked, Refusal> {
    let query = &call.query;
    let month = query.month("bill_cycle", world.settings.bill_months, call.as_of)?;
    let service = query.required("service_type_code")?;
    let resource = query.required("resource_type_code")?;
    let usage = query.required("usage_type")?;
    let kind = KINDS.iter().position(|(known, ..)| *known == service);
    let kind = kind.ok_or_else(|| wrong("service_type_code"))?;
    if KINDS[kind].1 != resource {
        return Err(wrong("resource_type_code"));
    }
    let usage = TYPES.into_iter().find(|known| *known == usage).ok_or_else(|| wrong("usage_type"))?;
    Ok((month, kind, usage))
}

fn of_month(
    world: &World,
    call: &Call<'_>,
    (month, usage_type): (Month, &str),
    points: &[crate::simulator::world::usage::Point],
) -> OfMonth {
    let known = call.as_of >= world.usage_known_at(month);
    let billed = billed(points, usage_type).filter(|_| known);
    let enhanced = billed.as_ref().filter(|billed| billed.guaranteed.is_some());
    OfMonth {
        actual_days: ExactText(days(points.len())),
        band_width: billed.as_ref().map(|billed| ExactText(billed.percentile)),
        monthly_guaranteed_band_width: billed.as_ref().and_then(|billed| billed.guaranteed).map(ExactText),
        monthly_peak_band_width: enhanced.map(|billed| ExactText(billed.peak)),
        band_width_measure_id: billed.as_ref().map(|_| MEGABITS),
    }
}
