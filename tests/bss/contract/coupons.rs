//! Scenes around coupons: held, limited, spent, and what changed their balances.

use bss_portal::bss::{
    PaidCoupon, PayOrder, Write,
    codes::{CouponStatus, CouponTrade, CouponTradeDetail, CouponType, Direction, PayCouponType},
    coupons::{Coupon, CouponQuery},
    orders::Window,
    record::Field,
    records::{CouponRecord, CouponRecordQuery, Days, Records},
};
use chrono::{Days as Later, NaiveDate};
use serde_json::{Value, json};

use super::stage::{MASTER, ORDINARY, Stage, paged, told};

pub(super) async fn play(stage: &mut Stage) {
    held(stage).await;
    changed(stage).await;
    refused(stage).await;
}

/// The coupons of a query.
async fn coupons(stage: &mut Stage, account: usize, query: CouponQuery) -> Vec<Coupon> {
    let page = stage
        .read(account, async |reader| reader.coupons(&query).await, paged("count", "user_coupons"))
        .await;
    page.items.into_iter().map(|listed| listed.item).collect()
}

/// The changes of a query, in their order.
async fn changes(stage: &mut Stage, query: CouponRecordQuery) -> Vec<CouponRecord> {
    let records = stage.read(MASTER, async |reader| reader.coupon_records(&query).await, all_of).await;
    records.page.items.into_iter().map(|listed| listed.item).collect()
}

/// A page of records as an answer.
pub(super) fn all_of<T: Field + bss_portal::bss::record::Record>(records: &Records<T>) -> Value {
    let Records { page, currency } = records;
    json!({"total_count": page.total, "currency": currency, "records": told(&page.items)})
}

async fn held(stage: &mut Stage) {
    let all = coupons(stage, MASTER, CouponQuery::default()).await;
    assert!(all.iter().any(|coupon| coupon.lock_order_id.is_some()), "one is kept for an unpaid order");
    assert!(all.iter().any(|coupon| coupon.is_frozen == Some(true)));
    assert!(all.iter().any(|coupon| coupon.use_limits.iter().any(|limit| limit.value2.is_some())));
    let used = all.iter().find(|coupon| coupon.reserve_time.is_some()).expect("one that an order used");
    let by_all = CouponQuery {
        coupon_id: Some(used.coupon_id.clone()),
        order_id: used.order_id.clone(),
        promotion_plan_id: used.promotion_plan_id.clone(),
        source_id: used.source_id.clone(),
        coupon_type: Some(used.coupon_type),
        status: Some(CouponStatus::Used),
        active: used.active_time.map(|at| Window { from: at, to: at }),
        offset: 0,
        limit: 5,
    };
    let found = coupons(stage, MASTER, by_all).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].coupon_id, used.coupon_id);
    let discounts = CouponQuery { coupon_type: Some(CouponType::DiscountCoupon), ..CouponQuery::default() };
    for coupon in coupons(stage, ORDINARY, discounts).await {
        assert_eq!((coupon.measure_id, coupon.balance), (None, None), "a discount coupon has no amount");
    }
}

/// A coupon that an order spends in part, with all that is told of it.
async fn changed(stage: &mut Stage) {
    let usable = CouponQuery { status: Some(CouponStatus::Usable), ..CouponQuery::default() };
    let coupon = coupons(stage, MASTER, usable.clone()).await.into_iter();
    let coupon = { coupon }
        .find(|c| {
            c.coupon_type == CouponType::FlexiPurchase && c.balance.is_some_and(|b| b.decimal() > 100.into())
        })
        .expect("a flexi-purchase coupon of more than 100 yuan");
    let order = stage
        .control("POST", "/orders", json!({"account": stage.domain_id(MASTER), "amount": "33.40"}))
        .await;
    let order_id = order["order_id"].as_str().expect("an id").to_owned();
    let paid = PaidCoupon { id: coupon.coupon_id.clone(), kind: PayCouponType::FlexiPurchase };
    let pay = PayOrder::new(order_id.clone(), vec![paid], None).expect("a payment");
    stage.done(MASTER, &Write::Pay(pay)).await;
    let of_coupon = CouponRecordQuery {
        coupon_id: Some(coupon.coupon_id.clone()),
        limit: 20,
        ..CouponRecordQuery::default()
    };
    let life = changes(stage, of_coupon.clone()).await;
    let [spent, activated] = &life[..] else { panic!("activated and spent: {life:?}") };
    assert_eq!(activated.trade_detail_type, Some(CouponTradeDetail::Activation));
    assert_eq!(activated.direction, Some(Direction::Revenue));
    assert_eq!(spent.trade_id.as_deref(), Some(&*order_id));
    assert_eq!(spent.change_amount, Some("33.4".parse().expect("an amount")));
    let now = CouponQuery { coupon_id: Some(coupon.coupon_id.clone()), ..CouponQuery::default() };
    let now = coupons(stage, MASTER, now).await.remove(0);
    assert_eq!(spent.balance_after_change, now.balance, "what is told of it is what is left of it");
    assert_eq!(now.order_id.as_deref(), Some(&*order_id));

    let day = spent.trade_time.expect("a time").date_naive();
    let by_all = CouponRecordQuery {
        direction: Some(Direction::Expense),
        trade: Some(CouponTrade::Consumption),
        trade_id: Some(order_id),
        days: Some(Days { from: day, to: day + Later::new(1) }),
        ..of_coupon
    };
    assert_eq!(changes(stage, by_all).await.len(), 1);
    for trade in [CouponTrade::Expiry, CouponTrade::Reclaim] {
        let query = CouponRecordQuery { trade: Some(trade), ..CouponRecordQuery::default() };
        let gone = changes(stage, query).await;
        assert!(!gone.is_empty());
        assert!(gone.iter().all(|change| change.balance_after_change.is_some_and(|left| left.is_zero())));
    }
}

async fn refused(stage: &mut Stage) {
    let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
    let backwards = Days { from: day("2026-07-02"), to: day("2026-07-01") };
    let query = CouponRecordQuery { days: Some(backwards), ..CouponRecordQuery::default() };
    stage.refused(MASTER, "CBC.0100", async |reader| reader.coupon_records(&query).await).await;
    let unknown = CouponTrade::from_code("STOLEN");
    let query = CouponRecordQuery { trade: Some(unknown), ..CouponRecordQuery::default() };
    stage.refused(MASTER, "CBC.0100", async |reader| reader.coupon_records(&query).await).await;
}
