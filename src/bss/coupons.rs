//! The coupons that an account holds (`list_sub_customer_coupons`, api-oce "查询优惠券列表"). Which of
//! them an order can use is in `instruments.rs`.

use chrono::{DateTime, Utc};

use super::{
    Error, Listed, Page, Reader,
    codes::{CouponFetch, CouponMedia, CouponStatus, CouponType, CouponVersion},
    instruments::UseLimit,
    orders::Window,
    pages::{Listing, page_size},
    read::{Ask, ReadOperation, stamp},
    record::{Record, record},
};
use crate::money::Money;

/// The most coupons that one page holds; the documentation gives no maximum, 100 is what others take.
pub const COUPONS_PER_PAGE: u32 = 100;

pub(super) const OPERATIONS: &[&ReadOperation] = &[&LIST];

const LIST: ReadOperation = ReadOperation {
    id: "list_sub_customer_coupons",
    method: "GET",
    path: "/v2/promotions/benefits/coupons",
    per_second: 10,
    answer: CouponsAnswer::FIELDS,
};

/// Which coupons to list. What is `None` filters nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CouponQuery {
    /// This coupon alone.
    pub coupon_id: Option<String>,
    /// Those used by this order.
    pub order_id: Option<String>,
    /// Those of this plan of a promotion.
    pub promotion_plan_id: Option<String>,
    /// Those issued by this partner or activity.
    pub source_id: Option<String>,
    /// Only of this kind.
    pub coupon_type: Option<CouponType>,
    /// Only in this status. Those used up, expired or reclaimed are kept for 12 months.
    pub status: Option<CouponStatus>,
    /// Activated within.
    pub active: Option<Window>,
    /// How many to skip.
    pub offset: u64,
    /// How many to give, at most [`COUPONS_PER_PAGE`]; that many when 0.
    pub limit: u32,
}

record! {
    /// A coupon that an account holds.
    pub struct Coupon {
        /// Its id.
        pub coupon_id: String,
        /// The code printed on it.
        pub coupon_code: Option<String>,
        /// Where it is in its life.
        pub status: CouponStatus,
        /// Its kind.
        pub coupon_type: CouponType,
        /// The account that holds it.
        pub customer_id: Option<String>,
        /// The unit of its amounts; 1 is yuan. A discount coupon has none.
        pub measure_id: Option<i32>,
        /// What it was worth when issued: yuan, or the ratio of a discount coupon.
        pub face_value: Option<Money>,
        /// What is left of it, yuan; a coupon that is spent at once has none.
        pub balance: Option<Money>,
        /// From when it can be used.
        pub valid_time: Option<DateTime<Utc>>,
        /// Until when it can be used.
        pub expire_time: Option<DateTime<Utc>>,
        /// When it was activated.
        pub active_time: Option<DateTime<Utc>>,
        /// When it was used last.
        pub reserve_time: Option<DateTime<Utc>>,
        /// When it was issued.
        pub create_time: Option<DateTime<Utc>>,
        /// The order that used it.
        pub order_id: Option<String>,
        /// The order that holds it for itself; a coupon that is spent at once names none.
        pub lock_order_id: Option<String>,
        /// The promotion that it comes from.
        pub promotion_id: Option<String>,
        /// The plan of that promotion.
        pub promotion_plan_id: Option<String>,
        /// The plan's name.
        pub plan_name: Option<String>,
        /// What the plan says.
        pub plan_desc: Option<String>,
        /// Electronic or paper.
        pub media_type: Option<CouponMedia>,
        /// How the customer came by it.
        pub fetch_method: Option<CouponFetch>,
        /// What it can be used for.
        pub use_limits: Vec<UseLimit>,
        /// Single use, or with a balance.
        pub coupon_version: Option<CouponVersion>,
        /// What it is meant for, in words.
        pub coupon_usage: Option<String>,
        /// Whether Huawei has frozen it.
        pub is_frozen: Option<bool>,
        /// `CNY`; absent means the same.
        pub currency: Option<String>,
        /// A field that Huawei keeps for extensions.
        pub extend_param1: Option<String>,
        /// Who issued it: a partner's id, or that of an activity.
        pub source_id: Option<String>,
    }
}

record! {
    struct CouponsAnswer {
        count: Option<u64>,
        user_coupons: Vec<Listed<Coupon>>,
    }
}

impl Reader {
    /// One page of the coupons that match.
    pub async fn coupons(&self, query: &CouponQuery) -> Result<Page<Listed<Coupon>>, Error> {
        let limit = page_size(query.limit, COUPONS_PER_PAGE);
        let ask = Ask::of(&LIST)
            .with("coupon_id", query.coupon_id.as_deref())
            .with("order_id", query.order_id.as_deref())
            .with("promotion_plan_id", query.promotion_plan_id.as_deref())
            .with("source_id", query.source_id.as_deref())
            .with("coupon_type", query.coupon_type.map(CouponType::code))
            .with("status", query.status.map(CouponStatus::code))
            .with("active_start_time", query.active.map(|window| stamp(window.from)))
            .with("active_end_time", query.active.map(|window| stamp(window.to)))
            .with("offset", Some(query.offset))
            .with("limit", Some(limit));
        let answer: CouponsAnswer = self.ask(ask).await?;
        Ok(Page::of(&LIST, answer.user_coupons, answer.count, query.offset, limit))
    }
}

impl Listing for CouponQuery {
    type Item = Listed<Coupon>;
    const OPERATION: &'static str = LIST.id;

    async fn page(&self, reader: &Reader, offset: u64) -> Result<Page<Self::Item>, Error> {
        reader.coupons(&Self { offset, ..self.clone() }).await
    }

    fn key(coupon: &Self::Item) -> Option<String> {
        Some(coupon.item.coupon_id.clone())
    }
}
