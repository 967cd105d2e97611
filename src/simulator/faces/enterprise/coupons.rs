//! `list_multi_account_transfer_coupons`, `list_multi_account_retrieve_coupons`, and the two that move
//! coupons.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    super::{
        Answer, At, Call, YuanText,
        coupons::{UseLimit, use_limits},
        wrong,
    },
    MOST, mandatory,
    money::amount,
    trans_id,
};
use crate::simulator::world::{
    Refusal, World, coupons::Coupon, enterprise::coupons::CouponMove, times::Millis,
};

#[derive(Serialize)]
struct Transferable<'w> {
    total_count: usize,
    avail_transfer_coupons: Vec<Row<'w>>,
}

#[derive(Serialize)]
struct Recoverable<'w> {
    total_count: usize,
    avail_retrieve_coupons: Vec<Row<'w>>,
}

#[derive(Serialize)]
struct Row<'w> {
    coupon_id: &'w str,
    plan_name: &'w str,
    /// The member's coupon, where one can be taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_coupon_id: Option<&'w str>,
    balance: YuanText,
    effective_time: At,
    expire_time: At,
    use_limits: Vec<UseLimit<'w>>,
}

#[derive(Deserialize)]
struct CouponBody {
    customer_id: Option<Value>,
    coupon_id: Option<Value>,
    sub_coupon_id: Option<Value>,
    amount: Option<Value>,
    trans_id: Option<Value>,
}

/// `GET /v2/enterprises/multi-accounts/transfer-coupons`
pub(super) fn transferable(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    call.query.only(&["offset", "limit"])?;
    let (offset, limit) = call.query.page(MOST)?;
    world.master_only(call.account)?;
    let coupons = world.transfer_coupons(call.as_of);
    let rows = coupons.iter().skip(offset).take(limit);
    Answer::json(&Transferable {
        total_count: coupons.len(),
        avail_transfer_coupons: rows.map(|coupon| row(coupon, &coupon.id, None, call.as_of)).collect(),
    })
}

/// `GET /v2/enterprises/multi-accounts/retrieve-coupons`
pub(super) fn recoverable(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    let query = &call.query;
    query.only(&["sub_customer_id", "offset", "limit"])?;
    let id = query.required("sub_customer_id")?;
    let (offset, limit) = query.page(MOST)?;
    world.master_only(call.account)?;
    let member = world.member(call.as_of, id, "sub_customer_id")?;
    let coupons = world.retrieve_coupons(member, call.as_of);
    let rows = coupons.iter().skip(offset).take(limit);
    let told = rows.map(|(part, coupon)| row(coupon, &part.of, Some(&part.id), call.as_of));
    Answer::json(&Recoverable { total_count: coupons.len(), avail_retrieve_coupons: told.collect() })
}

/// `POST /v2/enterprises/multi-accounts/transfer-coupon`
pub(super) fn hand_out(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    let body = body(call)?;
    let (wish, amount) = (wish(&body)?, amount(body.amount.as_ref())?);
    let sub_coupon_id = world.hand_out_coupon(&call.cause, call.account, &wish, amount)?;
    Answer::json(&serde_json::json!({"sub_coupon_id": sub_coupon_id}))
}

/// `POST /v2/enterprises/multi-accounts/retrieve-coupon`
pub(super) fn take_back(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    let body = body(call)?;
    let wish = wish(&body)?;
    let sub_coupon_id = mandatory(body.sub_coupon_id.as_ref(), "sub_coupon_id")?;
    let amount = world.take_back_coupon(&call.cause, call.account, &wish, &sub_coupon_id)?;
    // The misspelling is Huawei's.
    Answer::json(&serde_json::json!({"real_retrieve_amout": YuanText(amount)}))
}

fn row<'w>(coupon: &'w Coupon, id: &'w str, sub_coupon_id: Option<&'w str>, at: Millis) -> Row<'w> {
    Row {
        coupon_id: id,
        plan_name: &coupon.plan_name,
        sub_coupon_id,
        balance: YuanText(coupon.now.at(at).balance),
        effective_time: At(coupon.valid_from),
        expire_time: At(coupon.expires),
        use_limits: use_limits(coupon),
    }
}

fn body(call: &Call<'_>) -> Result<CouponBody, Refusal> {
    serde_json::from_slice(call.body).map_err(|_| wrong("body"))
}

fn wish(body: &CouponBody) -> Result<CouponMove, Refusal> {
    Ok(CouponMove {
        customer_id: mandatory(body.customer_id.as_ref(), "customer_id")?,
        coupon_id: mandatory(body.coupon_id.as_ref(), "coupon_id")?,
        trans_id: trans_id(body.trans_id.as_ref())?,
    })
}
