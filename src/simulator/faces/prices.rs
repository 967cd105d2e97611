//! Price inquiries: by use, by the term, and of renewals. They buy nothing.

use super::{Answer, Call, Operation, wrong};
use crate::simulator::world::{Refusal, World, catalogue::Wanted, refuse};

pub(super) mod body;
mod discounts;
mod period;
mod renewal;
mod usage;

use body::Body;

/// What is asked here.
pub(super) static OPERATIONS: &[Operation] = &[
    post("list_on_demand_resource_ratings", "/v2/bills/ratings/on-demand-resources", 20, usage::answer),
    post(
        "list_rate_on_period_detail",
        "/v2/bills/ratings/period-resources/subscribe-rate",
        30,
        period::answer,
    ),
    post("list_renew_rate_on_period", "/v2/bills/ratings/period-resources/renew-rate", 10, renewal::answer),
    post("list_business_discount_info", "/v2/promotions/business/discount-info", 10, discounts::answer),
];

type Face = fn(&mut World, &Call<'_>) -> Result<Answer, Refusal>;

const fn post(id: &'static str, path: &'static str, rate: u32, answer: Face) -> Operation {
    Operation { id, method: "POST", path, rate, answer }
}

/// The products of an inquiry, not too many and each with an id of its own.
fn products<'r>(world: &World, body: &Body<'r>) -> Result<Vec<(Wanted, Body<'r>)>, Refusal> {
    let objects = body.objects("product_infos")?;
    if objects.len() > world.settings.inquiry_products_max as usize {
        return Err(wrong("product_infos"));
    }
    let mut products: Vec<(Wanted, Body<'r>)> = Vec::new();
    for object in objects {
        let wanted = wanted(&object)?;
        if products.iter().any(|(known, _)| known.id == wanted.id) {
            return Err(refuse("CBC.0100", "The parameter id is used twice."));
        }
        products.push((wanted, object));
    }
    Ok(products)
}

fn wanted(body: &Body<'_>) -> Result<Wanted, Refusal> {
    let size = body.whole("resource_size")?;
    let measure = body.whole("size_measure_id")?;
    if size.is_some_and(|size| size < 1) {
        return Err(wrong("resource_size"));
    }
    if measure.is_some_and(|measure| ![14, 15, 17].contains(&measure)) {
        return Err(wrong("size_measure_id"));
    }
    Ok(Wanted {
        id: body.required("id")?,
        service_type: body.required("cloud_service_type")?,
        resource_type: body.required("resource_type")?,
        spec: body.required("resource_spec")?,
        region: body.required("region")?,
        zone: body.text_or_none("available_zone")?,
        size: (size, measure),
        quantity: body.required_whole("subscription_num", 1)?,
    })
}
