//! `list_order_coupons_by_order_id` and `list_order_discounts`.

use serde::{Serialize, Serializer};

use super::{Answer, At, Call, Operation, Yuan, coupons::UseLimit, coupons::use_limits, order_of};
use crate::simulator::world::{
    Refusal, World,
    coupons::{DISCOUNT, MOST},
    orders::status,
    view::line_id,
};

/// What is asked here.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        id: "list_order_coupons_by_order_id",
        method: "GET",
        path: "/v2/orders/customer-orders/order-coupons",
        rate: 10,
        answer: coupons,
    },
    Operation {
        id: "list_order_discounts",
        method: "GET",
        path: "/v2/orders/customer-orders/order-discounts",
        rate: 10,
        answer: discounts,
    },
];

#[derive(Serialize)]
struct OrderCoupons<'w> {
    count: usize,
    user_coupons: Vec<OrderCoupon<'w>>,
    coupon_max_use_quantity: Vec<MaxUse>,
}

#[derive(Serialize)]
struct OrderCoupon<'w> {
    coupon_id: &'w str,
    coupon_code: &'w str,
    status: u8,
    coupon_type: u8,
    measure_id: Option<u8>,
    face_value: Yuan,
    effective_time: At,
    expire_time: At,
    plan_name: &'w str,
    plan_desc: &'w str,
    use_limits: Vec<UseLimit<'w>>,
    active_time: At,
    last_used_time: Option<At>,
    create_time: At,
    coupon_version: u8,
    balance: Yuan,
    used_by_order_id: Option<String>,
    coupon_usage: &'w str,
    coupon_group: u8,
}

#[derive(Serialize)]
struct MaxUse {
    coupon_type: u8,
    coupon_group: u8,
    use_quantity_value: u8,
}

/// `GET /v2/orders/customer-orders/order-coupons`
pub(super) fn coupons(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    call.query.only(&["order_id"])?;
    let place = order_of(world, call, call.query.required("order_id")?)?;
    let owner = &world.accounts[place.account];
    let order = &owner.orders[place.index as usize];
    let coupons = owner.coupons_for(place.index, order, call.as_of);
    let user_coupons: Vec<OrderCoupon<'_>> = coupons
        .into_iter()
        .map(|coupon| {
            let holding = coupon.now.at(call.as_of);
            OrderCoupon {
                coupon_id: &coupon.id,
                coupon_code: &coupon.code,
                status: coupon.state(call.as_of),
                coupon_type: coupon.kind,
                measure_id: (coupon.kind != DISCOUNT).then_some(1),
                face_value: Yuan(coupon.face),
                effective_time: At(coupon.valid_from),
                expire_time: At(coupon.expires),
                plan_name: &coupon.plan_name,
                plan_desc: &coupon.plan_desc,
                use_limits: use_limits(coupon),
                active_time: At(coupon.valid_from),
                last_used_time: holding.last_used.map(At),
                create_time: At(coupon.created),
                coupon_version: coupon.version,
                balance: Yuan(holding.balance),
                used_by_order_id: holding.lock.clone(),
                coupon_usage: &coupon.plan_desc,
                coupon_group: coupon.group,
            }
        })
        .collect();
    let coupon_max_use_quantity = MOST
        .iter()
        .filter(|(kind, group, _)| {
            user_coupons.iter().any(|c| c.coupon_type == *kind && c.coupon_group == *group)
        })
        .map(|(coupon_type, coupon_group, most)| MaxUse {
            coupon_type: *coupon_type,
            coupon_group: *coupon_group,
            use_quantity_value: *most,
        })
        .collect();
    Answer::json(&OrderCoupons { count: user_coupons.len(), user_coupons, coupon_max_use_quantity })
}

#[derive(Serialize)]
struct OrderDiscounts<'w> {
    discounts: Vec<Discount<'w>>,
}

#[derive(Serialize)]
struct Discount<'w> {
    discount_id: &'w str,
    discount_value: String,
    discount_type: u16,
    orders: Vec<DiscountedOrder>,
}

#[derive(Serialize)]
struct DiscountedOrder {
    order_id: String,
    order_line_items: Vec<DiscountedLines>,
}

#[derive(Serialize)]
struct DiscountedLines {
    order_line_item_ids: [String; 1],
    discount_mode: u8,
    discount_amount: Yuan,
    discount_ratio: Ratio,
}

/// A share in ten-thousandths, as a JSON number.
struct Ratio(i64);

impl Serialize for Ratio {
    #[expect(clippy::cast_precision_loss, reason = "at most ten thousand")]
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_f64(self.0 as f64 / 10_000.0)
    }
}

/// `GET /v2/orders/customer-orders/order-discounts`
pub(super) fn discounts(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    call.query.only(&["order_id"])?;
    let place = order_of(world, call, call.query.required("order_id")?)?;
    let owner = &world.accounts[place.account];
    let payable = owner.status(place.index, call.as_of) == status::AWAITING_PAYMENT;
    let Some(live) = owner.live.get(&place.index).filter(|_| payable) else {
        return Answer::json(&OrderDiscounts { discounts: Vec::new() });
    };
    let whole = world.order_id(place.account, place.index, 0);
    let discounts = live
        .offers
        .iter()
        .map(|offer| {
            let mut orders: Vec<DiscountedOrder> = Vec::new();
            let parts = offer.reductions(&live.lines).into_iter().zip(offer.ratios(&live.lines));
            for (nth, (line, (off, ratio))) in live.lines.iter().zip(parts).enumerate() {
                let item = DiscountedLines {
                    order_line_item_ids: [line_id(&whole, nth)],
                    discount_mode: offer.mode(),
                    discount_amount: Yuan(off),
                    discount_ratio: Ratio(ratio),
                };
                let order_id = world.order_id(place.account, place.index, line.sub);
                match orders.iter_mut().find(|order| order.order_id == order_id) {
                    Some(order) => order.order_line_items.push(item),
                    None => orders.push(DiscountedOrder { order_id, order_line_items: vec![item] }),
                }
            }
            Discount {
                discount_id: &offer.id,
                discount_value: offer.value(),
                discount_type: offer.kind,
                orders,
            }
        })
        .collect();
    Answer::json(&OrderDiscounts { discounts })
}
