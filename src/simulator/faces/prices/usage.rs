//! `list_on_demand_resource_ratings`.

use rust_decimal::Decimal;
use serde::Serialize;

use super::{
    super::{Answer, Call, Exact, wrong},
    body::Body,
    products,
};
use crate::simulator::world::{
    Refusal, World,
    prices::usage::{Rated, Wish},
};

#[derive(Serialize)]
struct Ratings {
    amount: Exact,
    discount_amount: Exact,
    official_website_amount: Exact,
    measure_id: u8,
    currency: &'static str,
    product_rating_results: Vec<ProductRating>,
}

#[derive(Serialize)]
struct ProductRating {
    id: String,
    product_id: String,
    amount: Exact,
    discount_amount: Exact,
    official_website_amount: Exact,
    measure_id: u8,
    discount_rating_results: Vec<DiscountRating>,
}

#[derive(Serialize)]
struct DiscountRating {
    discount_id: String,
    discount_type: u16,
    amount: Exact,
    measure_id: u8,
    discount_name: &'static str,
}

/// `POST /v2/bills/ratings/on-demand-resources`
pub(super) fn answer(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    let body = Body::parse(call.body)?;
    let project = body.required("project_id")?;
    let decimals = match body.whole("inquiry_precision")?.unwrap_or(0) {
        0 => 6,
        1 => 10,
        _ => return Err(wrong("inquiry_precision")),
    };
    let mut wishes = Vec::new();
    for (wanted, object) in products(world, &body)? {
        let value = object.required_decimal("usage_value")?;
        if value.is_sign_negative() && !value.is_zero() {
            return Err(wrong("usage_value"));
        }
        wishes.push(Wish {
            wanted,
            factor: object.required("usage_factor")?,
            value,
            measure: object.required_whole("usage_measure_id", 0)?,
        });
    }
    let rated = world.rate_by_use(call.account, &project, wishes, decimals, call.as_of)?;
    let sum = |of: fn(&Rated) -> Decimal| Exact(rated.iter().map(of).sum());
    Answer::json(&Ratings {
        amount: sum(|rated| rated.amount),
        discount_amount: sum(|rated| rated.official - rated.amount),
        official_website_amount: sum(|rated| rated.official),
        measure_id: 1,
        currency: "CNY",
        product_rating_results: rated.into_iter().map(|rated| told(world, call, rated)).collect(),
    })
}

fn told(world: &World, call: &Call<'_>, rated: Rated) -> ProductRating {
    let off = rated.official - rated.amount;
    let detail = if world.settings.inquiry_discount_rows_take_off { off } else { rated.amount };
    ProductRating {
        id: rated.id,
        product_id: rated.product_id,
        amount: Exact(rated.amount),
        discount_amount: Exact(off),
        official_website_amount: Exact(rated.official),
        measure_id: 1,
        discount_rating_results: rated
            .discount
            .into_iter()
            .map(|standing| DiscountRating {
                discount_id: standing.id,
                discount_type: standing.kind,
                amount: Exact(detail),
                measure_id: 1,
                discount_name: standing.names[call.language],
            })
            .collect(),
    }
}
