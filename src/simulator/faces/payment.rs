//! `pay_orders` and `cancel_customer_order`: the two that answer 204.

use serde::Deserialize;

use super::{Answer, Call, Operation, wrong};
use crate::simulator::world::{Refusal, World, pay::Wish, refuse};

/// What is asked here.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        id: "pay_orders",
        method: "POST",
        path: "/v3/orders/customer-orders/pay",
        rate: 10,
        answer: pay,
    },
    Operation {
        id: "cancel_customer_order",
        method: "PUT",
        path: "/v2/orders/customer-orders/cancel",
        rate: 10,
        answer: cancel,
    },
];

#[derive(Deserialize)]
struct PayBody {
    order_id: Option<String>,
    use_coupon: Option<String>,
    use_discount: Option<String>,
    coupon_infos: Option<Vec<Instrument>>,
    discount_infos: Option<Vec<Instrument>>,
}

#[derive(Deserialize)]
struct Instrument {
    id: Option<String>,
    /// The real service takes numbers in strings as well.
    #[serde(rename = "type")]
    kind: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct CancelBody {
    order_id: Option<String>,
}

/// `POST /v3/orders/customer-orders/pay`
pub(super) fn pay(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    let body: PayBody = serde_json::from_slice(call.body).map_err(|_| wrong("body"))?;
    let coupons = instruments(body.use_coupon.as_deref(), body.coupon_infos, "coupon_infos", 3)?;
    let discounts = instruments(body.use_discount.as_deref(), body.discount_infos, "discount_infos", 1)?;
    if coupons.iter().any(|(_, kind)| !(300..=303).contains(kind)) {
        return Err(wrong("coupon_infos.type"));
    }
    // 1 and 609 are not among the documented types, but such discounts are offered and 609 must be used.
    if discounts.iter().any(|(_, kind)| ![0, 1, 2, 3, 609].contains(kind)) {
        return Err(wrong("discount_infos.type"));
    }
    let wish = Wish {
        order_id: mandatory(body.order_id, "order_id")?,
        coupons,
        discount: discounts.into_iter().next(),
    };
    world.pay(&call.cause, call.account, &wish)?;
    Ok(Answer::empty())
}

/// `PUT /v2/orders/customer-orders/cancel`
pub(super) fn cancel(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    let body: CancelBody = serde_json::from_slice(call.body).map_err(|_| wrong("body"))?;
    world.cancel(&call.cause, call.account, &mandatory(body.order_id, "order_id")?)?;
    Ok(Answer::empty())
}

fn mandatory(value: Option<String>, name: &str) -> Result<String, Refusal> {
    value
        .filter(|value| !value.is_empty())
        .ok_or_else(|| refuse("CBC.0101", format!("The parameter {name} is mandatory.")))
}

/// The instruments of one sort: none with `NO`, one to `most` with `YES`.
fn instruments(
    switch: Option<&str>,
    given: Option<Vec<Instrument>>,
    name: &str,
    most: usize,
) -> Result<Vec<(String, i64)>, Refusal> {
    let given = given.unwrap_or_default();
    let fits = match switch {
        Some("NO") => given.is_empty(),
        Some("YES") => (1..=most).contains(&given.len()),
        Some(_) => false,
        None => return Err(refuse("CBC.0101", "use_coupon and use_discount are mandatory.")),
    };
    if !fits {
        return Err(wrong(name));
    }
    let mut read: Vec<(String, i64)> = Vec::new();
    for Instrument { id, kind } in given {
        let id = mandatory(id, name)?;
        let kind = match kind {
            Some(serde_json::Value::Number(number)) => number.as_i64(),
            Some(serde_json::Value::String(text)) => text.parse().ok(),
            _ => None,
        };
        let kind = kind.ok_or_else(|| wrong(name))?;
        if read.iter().any(|(known, _)| *known == id) {
            return Err(wrong(name));
        }
        read.push((id, kind));
    }
    Ok(read)
}
