//! Scenes around orders: listed, shown, paid with coupons and a discount, cancelled, refunded.

use bss_portal::{
    bss::{
        Listed, PaidCoupon, PaidDiscount, PayOrder, Reader, Write,
        codes::{CouponType, OrderStatus, OrderType, PayCouponType, PayDiscountType},
        instruments::{OrderCoupon, OrderDiscount},
        orders::{Method, Order, OrderDetail, OrderQuery, Sort, Window},
        record::Field,
    },
    i18n::Locale,
    money::Money,
};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::stage::{MASTER, MEMBER, ORDINARY, Stage, listed, paged, told};

pub(super) async fn play(stage: &mut Stage) {
    let orders = lists(stage).await;
    details(stage, &orders).await;
    paying(stage).await;
    cancelling(stage).await;
    refunds(stage).await;
}

/// What a filter lists, as a scene.
async fn list(stage: &mut Stage, account: usize, query: OrderQuery) -> Vec<Order> {
    let ask = async |reader: Reader| reader.orders(&query, Locale::Zh).await;
    let page = stage.read(account, ask, paged("total_count", "order_infos")).await;
    assert!(page.items.len() as u64 <= page.total);
    page.items.into_iter().map(|listed: Listed<Order>| listed.item).collect()
}

/// Every filter and sort once; all orders of the master, the newest first.
async fn lists(stage: &mut Stage) -> Vec<Order> {
    let everything = OrderQuery { sort: Some(Sort::NewestFirst), ..OrderQuery::default() };
    let mut all = list(stage, MASTER, everything.clone()).await;
    all.extend(list(stage, MASTER, OrderQuery { offset: 100, limit: 60, ..everything }).await);
    let one = all.iter().find(|order| order.status == OrderStatus::Completed).expect("one that was paid");
    let around = |time| Window { from: time - TimeDelta::days(1), to: time + TimeDelta::days(1) };
    let narrow = OrderQuery {
        order_id: Some(one.order_id.to_lowercase()),
        status: Some(one.status),
        order_type: Some(one.order_type),
        service_type_code: one.service_type_code.clone(),
        created: Some(around(one.create_time)),
        paid: one.payment_time.map(around),
        sort: Some(Sort::OldestFirst),
        method: Some(Method::Oneself),
        ..OrderQuery::default()
    };
    assert_eq!(list(stage, MASTER, narrow.clone()).await.len(), 1);
    let other = OrderQuery { status: Some(OrderStatus::Cancelled), ..narrow };
    assert_eq!(list(stage, MASTER, other).await.len(), 0);
    let for_members = OrderQuery { method: Some(Method::SubCustomer), ..OrderQuery::default() };
    let theirs = list(stage, MASTER, for_members).await;
    assert!(theirs.iter().all(|order| order.customer_id.as_deref() == Some(&*stage.domain_id(MEMBER))));
    list(stage, ORDINARY, OrderQuery { limit: 7, ..OrderQuery::default() }).await;
    let too_long = Window { from: one.create_time - TimeDelta::days(800), to: one.create_time };
    let query = OrderQuery { created: Some(too_long), ..OrderQuery::default() };
    stage.refused(MASTER, "CBC.0100", async |reader| reader.orders(&query, Locale::Zh).await).await;
    all
}

/// An order's details as the wire has them; one exchange, since none has more than a hundred lines.
fn detail(detail: &OrderDetail) -> Value {
    json!({
        "total_count": detail.lines.len(),
        "order_info": detail.order.told(),
        "order_line_items": told(&detail.lines),
    })
}

async fn show(stage: &mut Stage, order_id: &str, locale: Locale) -> OrderDetail {
    stage.read(MASTER, async |reader| reader.order(order_id, locale).await, detail).await
}

/// One order of each status and type, and every combined one.
async fn details(stage: &mut Stage, orders: &[Order]) {
    let mut seen = Vec::new();
    for order in orders {
        let sort = (order.status, order.order_type);
        if !order.sub_orders.is_empty() || !seen.contains(&sort) {
            seen.push(sort);
            let shown = show(stage, &order.order_id, Locale::Zh).await;
            let lines = shown.lines.iter().filter_map(|line| line.item.amount_after_discount).sum();
            assert_eq!(order.amount_after_discount, Some(lines), "{}", order.order_id);
        }
    }
    let named = orders.iter().find(|order| order.sub_orders.is_empty()).expect("a plain order");
    let zh = show(stage, &named.order_id, Locale::Zh).await.order.item.service_type_name;
    let en = show(stage, &named.order_id, Locale::En).await.order.item.service_type_name;
    assert_ne!(zh, en);
    let unknown = async |reader: Reader| reader.order("CS2001010000ABCDE", Locale::Zh).await;
    stage.refused(MASTER, "CBC.30000010", unknown).await;
}

async fn coupons(stage: &mut Stage, order_id: &str) -> Vec<OrderCoupon> {
    let ask = async |reader: Reader| reader.order_coupons(order_id).await;
    let tell = |answer: &bss_portal::bss::instruments::OrderCoupons| {
        json!({
            "count": answer.coupons.len(),
            "user_coupons": told(&answer.coupons),
            "coupon_max_use_quantity": told(&answer.max_use),
        })
    };
    let answer = stage.read(MASTER, ask, tell).await;
    answer.coupons.into_iter().map(|listed| listed.item).collect()
}

async fn discounts(stage: &mut Stage, order_id: &str) -> Vec<OrderDiscount> {
    let ask = async |reader: Reader| reader.order_discounts(order_id).await;
    stage.read(MASTER, ask, listed("discounts")).await
}

/// An order of 1,000 yuan with a discount is paid with it, a voucher and a flexi-purchase coupon; what is
/// left comes from the balance, and a second payment is refused.
async fn paying(stage: &mut Stage) {
    let made = stage
        .control(
            "POST",
            "/orders",
            json!({"amount": "1000", "discounts": [{"discount_type": 2, "ratio": 70}]}),
        )
        .await;
    let order_id = made["order_id"].as_str().expect("an id").to_owned();
    let usable = coupons(stage, &order_id).await;
    let of = |kind| {
        let free =
            move |coupon: &&OrderCoupon| coupon.coupon_type == kind && coupon.used_by_order_id.is_none();
        usable.iter().filter(free)
    };
    let commercial = discounts(stage, &order_id).await.remove(0);
    let voucher = of(CouponType::Voucher)
        .find(|coupon| {
            coupon.goes_with(commercial.discount_type) && coupon.left() > "100".parse().expect("money")
        })
        .expect("a voucher that goes with the discount");
    let flexi = of(CouponType::FlexiPurchase).next().expect("a flexi-purchase coupon");
    let paid = |coupon: &OrderCoupon| PaidCoupon {
        id: coupon.coupon_id.clone(),
        kind: PayCouponType::of(coupon.coupon_type).expect("payable"),
    };
    let discount = PaidDiscount {
        id: commercial.discount_id.clone(),
        kind: PayDiscountType::of(commercial.discount_type).expect("payable"),
    };
    let pay = Write::Pay(
        PayOrder::new(order_id.clone(), vec![paid(voucher), paid(flexi)], Some(discount)).expect("valid"),
    );
    stage.done(MASTER, &pay).await;
    let again = stage.write(MASTER, &pay).await;
    assert_eq!(again.error_code.as_deref(), Some("CBC.99003106"));
    assert_eq!(show(stage, &order_id, Locale::Zh).await.order.item.status, OrderStatus::AwaitingPayment);
    stage.later(2).await;
    assert_eq!(show(stage, &order_id, Locale::Zh).await.order.item.status, OrderStatus::Processing);
    stage.later(5).await;
    let done = show(stage, &order_id, Locale::Zh).await.order.item;
    assert_eq!(done.status, OrderStatus::Completed);
    let info = done.amount_info.expect("amounts");
    let money = |text: &str| text.parse().expect("money");
    assert_eq!(done.amount_after_discount, Some(money("700")));
    assert!(info.coupon.is_some_and(|coupon| coupon > money("100")), "{info:?}");
    coupons(stage, &order_id).await;
    // The same coupon is for another order what is left of it.
    let other = stage.control("POST", "/orders", json!({"amount": "10"})).await;
    coupons(stage, other["order_id"].as_str().expect("an id")).await;
    // Offers of every kind, and coupons that an order holds.
    for order in list(
        stage,
        MASTER,
        OrderQuery { status: Some(OrderStatus::AwaitingPayment), ..OrderQuery::default() },
    )
    .await
    {
        coupons(stage, &order.order_id).await;
        discounts(stage, &order.order_id).await;
    }
}

async fn cancelling(stage: &mut Stage) {
    let made = stage.control("POST", "/orders", json!({"amount": "5"})).await;
    let order_id = made["order_id"].as_str().expect("an id").to_owned();
    let cancel = Write::CancelOrder { order_id };
    stage.done(MASTER, &cancel).await;
    let again = stage.write(MASTER, &cancel).await;
    assert_eq!(again.error_code.as_deref(), Some("CBC.99005010"));
    let nobody = Write::CancelOrder { order_id: "CS2001010000ABCDE".to_owned() };
    assert_eq!(stage.write(MASTER, &nobody).await.error_code.as_deref(), Some("CBC.30000010"));
}

/// What every unsubscription gave back adds up to what it was worth.
async fn refunds(stage: &mut Stage) {
    let query = OrderQuery {
        order_type: Some(OrderType::Unsubscription),
        status: Some(OrderStatus::Completed),
        limit: 5,
        ..OrderQuery::default()
    };
    for order in list(stage, MASTER, query).await {
        let ask = async |reader: Reader| reader.refund_orders(&order.order_id).await;
        let rows = stage
            .read(MASTER, ask, |rows| json!({"total_count": rows.len(), "refund_infos": told(rows)}))
            .await;
        let back = rows.iter().map(|row| row.item.amount).filter(|amount| amount.is_negative());
        assert_eq!(order.amount_after_discount, Some(back.map(Money::abs).sum()));
    }
}
