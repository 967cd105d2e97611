//! Everything that paying an order rests on, read from Huawei at this moment and all at once.

use chrono::{DateTime, Utc};
use futures_util::future::join_all;

use crate::{
    bss::{
        Error, Reader,
        balances::Balances,
        codes::CouponStatus,
        coupons::{Coupon, CouponQuery},
        instruments::{OrderCoupons, OrderDiscount},
        orders::OrderDetail,
    },
    clock::Clock,
    i18n::Locale,
};

/// What was read, each part with its own failure.
#[derive(Debug)]
pub struct Live {
    /// The order with its lines.
    pub order: Result<OrderDetail, Error>,
    /// The coupons that Huawei offers for it.
    pub coupons: Result<OrderCoupons, Error>,
    /// The discounts that Huawei offers for it.
    pub discounts: Result<Vec<OrderDiscount>, Error>,
    /// What the account has.
    pub balances: Result<Balances, Error>,
    /// Coupons of the account, offered or not; a part of them when there are very many.
    pub all_coupons: Result<Vec<Coupon>, Error>,
    /// When reading ended.
    pub at: DateTime<Utc>,
}

impl Live {
    /// Asks Huawei.
    pub async fn read(reader: &Reader, order_id: &str, locale: Locale, clock: &Clock) -> Self {
        let (order, coupons, discounts, balances, all_coupons) = tokio::join!(
            reader.order(order_id, locale),
            reader.order_coupons(order_id),
            reader.order_discounts(order_id),
            reader.balances(),
            coupons_of(reader),
        );
        Self { order, coupons, discounts, balances, all_coupons, at: clock.now() }
    }
}

/// Coupons that one could ask about: usable, not activated, expired. Those used up or reclaimed are
/// history.
///
/// # Errors
/// When a page of them cannot be read.
pub async fn coupons_of(reader: &Reader) -> Result<Vec<Coupon>, Error> {
    let states = [CouponStatus::Usable, CouponStatus::NotActivated, CouponStatus::Expired];
    let mut all = Vec::new();
    for coupons in join_all(states.map(|status| coupons_in(reader, status))).await {
        all.extend(coupons?);
    }
    Ok(all)
}

/// Up to three pages of coupons in one state.
async fn coupons_in(reader: &Reader, status: CouponStatus) -> Result<Vec<Coupon>, Error> {
    const PAGES: usize = 3;
    let mut query = CouponQuery { status: Some(status), ..CouponQuery::default() };
    let mut found = Vec::new();
    for _ in 0..PAGES {
        let page = reader.coupons(&query).await?;
        let next = page.next_offset();
        found.extend(page.items.into_iter().map(|listed| listed.item));
        let Some(next) = next else { break };
        query.offset = next;
    }
    Ok(found)
}
