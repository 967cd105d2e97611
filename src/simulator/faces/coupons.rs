//! `list_sub_customer_coupons`: the coupons of the account.

use serde::Serialize;

use super::{Answer, At, Call, Operation, Yuan, wrong};
use crate::simulator::world::{
    Refusal, World,
    coupons::{Coupon, DISCOUNT, state},
    times::DAY,
};

/// What is asked here.
pub(super) static OPERATIONS: &[Operation] = &[Operation {
    id: "list_sub_customer_coupons",
    method: "GET",
    path: "/v2/promotions/benefits/coupons",
    rate: 10,
    answer: list,
}];

#[derive(Serialize)]
struct Coupons<'w> {
    count: usize,
    user_coupons: Vec<UserCoupon<'w>>,
}

#[derive(Serialize)]
struct UserCoupon<'w> {
    coupon_id: &'w str,
    coupon_code: &'w str,
    status: u8,
    customer_id: &'w str,
    coupon_type: u8,
    measure_id: Option<u8>,
    face_value: Yuan,
    valid_time: At,
    expire_time: At,
    order_id: Option<&'w str>,
    promotion_plan_id: &'w str,
    plan_name: &'w str,
    plan_desc: &'w str,
    media_type: u8,
    fetch_method: u8,
    use_limits: Vec<UseLimit<'w>>,
    active_time: Option<At>,
    reserve_time: Option<At>,
    promotion_id: String,
    create_time: At,
    coupon_version: u8,
    balance: Option<Yuan>,
    lock_order_id: Option<&'w str>,
    coupon_usage: &'w str,
    is_frozen: &'static str,
    currency: &'static str,
    extend_param1: Option<&'w str>,
    source_id: &'w str,
}

/// A limit, with the field name that the wire misspells.
#[derive(Serialize)]
pub(super) struct UseLimit<'w> {
    use_limiti_info_id: String,
    limit_key: &'w str,
    value1: &'w str,
    value2: Option<&'w str>,
    value_unit: Option<&'w str>,
    limit_type: &'static str,
    promotion_plan_id: &'w str,
}

const PARAMETERS: [&str; 11] = [
    "coupon_id",
    "order_id",
    "promotion_plan_id",
    "coupon_type",
    "status",
    "active_start_time",
    "active_end_time",
    "offset",
    "limit",
    "source_id",
    "indirect_partner_id",
];

/// `GET /v2/promotions/benefits/coupons`
pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    let query = &call.query;
    query.only(&PARAMETERS)?;
    if query.text("offset").is_some() && query.text("limit").is_none() {
        return Err(wrong("offset"));
    }
    let (offset, limit) = query.page(world.settings.unstated_page_most)?;
    let kind = query.number("coupon_type")?;
    let status = query.number("status")?;
    let (from, until) = (query.time("active_start_time")?, query.time("active_end_time")?);
    if from.zip(until).is_some_and(|(from, until)| until < from) {
        return Err(wrong("active_end_time"));
    }
    if kind.is_some_and(|code| !(1..=4).contains(&code)) {
        return Err(wrong("coupon_type"));
    }
    if status.is_some_and(|code| !(1..=5).contains(&code)) {
        return Err(wrong("status"));
    }
    let account = &world.accounts[call.account];
    let same = |name: &str, value: &str| query.text(name).is_none_or(|wanted| wanted == value);
    let matching: Vec<&Coupon> = account
        .coupons
        .iter()
        .filter(|coupon| {
            let holding = coupon.now.at(call.as_of);
            let state = coupon.state(call.as_of);
            same("coupon_id", &coupon.id)
                && same("order_id", holding.last_order.as_deref().unwrap_or_default())
                && same("promotion_plan_id", &coupon.plan_id)
                && same("source_id", &coupon.source_id)
                && kind.is_none_or(|code| code == i64::from(coupon.kind))
                && status.is_none_or(|code| code == i64::from(state))
                && from.is_none_or(|from| from <= coupon.valid_from)
                && until.is_none_or(|until| coupon.valid_from <= until)
                && remembered(coupon, state, call)
        })
        .collect();
    let user_coupons =
        matching.iter().skip(offset).take(limit).map(|coupon| user_coupon(coupon, call, &account.domain_id));
    Answer::json(&Coupons { count: matching.len(), user_coupons: user_coupons.collect() })
}

/// Whether it is still told of: what is used up or over is forgotten after a year.
fn remembered(coupon: &Coupon, state: u8, call: &Call<'_>) -> bool {
    let over = match state {
        state::USED => coupon.now.at(call.as_of).last_used,
        state::EXPIRED => Some(coupon.expires),
        _ => None,
    };
    over.is_none_or(|over| over > call.as_of - 365 * DAY)
}

fn user_coupon<'w>(coupon: &'w Coupon, call: &Call<'_>, customer_id: &'w str) -> UserCoupon<'w> {
    let holding = coupon.now.at(call.as_of);
    let state = coupon.state(call.as_of);
    UserCoupon {
        coupon_id: &coupon.id,
        coupon_code: &coupon.code,
        status: state,
        customer_id,
        coupon_type: coupon.kind,
        measure_id: (coupon.kind != DISCOUNT).then_some(1),
        face_value: Yuan(coupon.face),
        valid_time: At(coupon.valid_from),
        expire_time: At(coupon.expires),
        order_id: holding.last_order.as_deref(),
        promotion_plan_id: &coupon.plan_id,
        plan_name: &coupon.plan_name,
        plan_desc: &coupon.plan_desc,
        media_type: coupon.media_type,
        fetch_method: coupon.fetch_method,
        use_limits: use_limits(coupon),
        active_time: (state != state::INACTIVE).then_some(At(coupon.valid_from)),
        reserve_time: holding.last_used.map(At),
        promotion_id: coupon.plan_id.replacen("PL", "PM", 1),
        create_time: At(coupon.created),
        coupon_version: coupon.version,
        // A coupon that is spent at once has neither balance nor lock.
        balance: (coupon.version == 2).then(|| Yuan(coupon.remaining(call.as_of))),
        lock_order_id: holding.lock.as_deref().filter(|_| coupon.version == 2),
        coupon_usage: &coupon.plan_desc,
        is_frozen: if coupon.frozen { "1" } else { "0" },
        currency: "CNY",
        extend_param1: None,
        source_id: &coupon.source_id,
    }
}

/// The limits of a coupon.
pub(super) fn use_limits(coupon: &Coupon) -> Vec<UseLimit<'_>> {
    (1..)
        .zip(&coupon.limits)
        .map(|(nth, limit)| UseLimit {
            use_limiti_info_id: format!("{}-{nth}", coupon.id),
            limit_key: limit.key,
            value1: &limit.value1,
            value2: limit.value2.as_deref(),
            value_unit: (limit.key == "minConsumeDiscount").then_some("ratio"),
            limit_type: "0",
            promotion_plan_id: &coupon.plan_id,
        })
        .collect()
}
