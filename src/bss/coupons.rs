//! The coupons that an account holds (`list_sub_customer_coupons`, api-oce "查询优惠券列表"). Which of
//! them an order can use is in `instruments.rs`.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::{
    Error, Listed, Page, Reader,
    codes::{CouponFetch, CouponMedia, CouponStatus, CouponType, CouponVersion},
    instruments::UseLimit,
    json,
    orders::Window,
    read::{Ask, ReadOperation, stamp},
};
use crate::money::{self, Money};

/// The most coupons that one page holds; the documentation gives no maximum, 100 is what others take.
pub const COUPONS_PER_PAGE: u32 = 100;

const LIST: ReadOperation = ReadOperation {
    id: "list_sub_customer_coupons",
    path: "/v2/promotions/benefits/coupons",
    per_second: 10,
};

/// Which coupons to list. What is `None` filters nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CouponQuery {
    /// This coupon alone.
    pub coupon_id: Option<String>,
    /// Those used by this order.
    pub order_id: Option<String>,
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

/// A coupon that an account holds.
#[derive(Debug, Clone, Deserialize)]
pub struct Coupon {
    /// Its id.
    #[serde(deserialize_with = "json::id")]
    pub coupon_id: String,
    /// The code printed on it.
    #[serde(default, deserialize_with = "json::text")]
    pub coupon_code: Option<String>,
    /// Where it is in its life.
    pub status: CouponStatus,
    /// Its kind.
    pub coupon_type: CouponType,
    /// The account that holds it.
    #[serde(default, deserialize_with = "json::text")]
    pub customer_id: Option<String>,
    /// What it was worth when issued: yuan, or the ratio of a discount coupon.
    #[serde(default, deserialize_with = "money::optional")]
    pub face_value: Option<Money>,
    /// What is left of it, yuan.
    #[serde(default, deserialize_with = "money::optional")]
    pub balance: Option<Money>,
    /// From when it can be used.
    #[serde(default, deserialize_with = "json::time")]
    pub valid_time: Option<DateTime<Utc>>,
    /// Until when it can be used.
    #[serde(default, deserialize_with = "json::time")]
    pub expire_time: Option<DateTime<Utc>>,
    /// When it was activated.
    #[serde(default, deserialize_with = "json::time")]
    pub active_time: Option<DateTime<Utc>>,
    /// When an order locked it.
    #[serde(default, deserialize_with = "json::time")]
    pub reserve_time: Option<DateTime<Utc>>,
    /// When it was issued.
    #[serde(default, deserialize_with = "json::time")]
    pub create_time: Option<DateTime<Utc>>,
    /// The order that used it.
    #[serde(default, deserialize_with = "json::text")]
    pub order_id: Option<String>,
    /// The order that holds it for itself.
    #[serde(default, deserialize_with = "json::text")]
    pub lock_order_id: Option<String>,
    /// The promotion that it comes from.
    #[serde(default, deserialize_with = "json::text")]
    pub promotion_id: Option<String>,
    /// The plan of that promotion.
    #[serde(default, deserialize_with = "json::text")]
    pub promotion_plan_id: Option<String>,
    /// The plan's name.
    #[serde(default, deserialize_with = "json::text")]
    pub plan_name: Option<String>,
    /// What the plan says.
    #[serde(default, deserialize_with = "json::text")]
    pub plan_desc: Option<String>,
    /// Electronic or paper.
    #[serde(default, deserialize_with = "json::optional")]
    pub media_type: Option<CouponMedia>,
    /// How the customer came by it.
    #[serde(default, deserialize_with = "json::optional")]
    pub fetch_method: Option<CouponFetch>,
    /// What it can be used for.
    #[serde(default, deserialize_with = "json::list")]
    pub use_limits: Vec<UseLimit>,
    /// Single use, or with a balance.
    #[serde(default, deserialize_with = "json::optional")]
    pub coupon_version: Option<CouponVersion>,
    /// What it is meant for, in words.
    #[serde(default, deserialize_with = "json::text")]
    pub coupon_usage: Option<String>,
    /// Whether Huawei has frozen it.
    #[serde(default, deserialize_with = "json::flag")]
    pub is_frozen: Option<bool>,
    /// `CNY`; absent means the same.
    #[serde(default, deserialize_with = "json::text")]
    pub currency: Option<String>,
    /// The coupon that this one was split from.
    #[serde(default, deserialize_with = "json::text")]
    pub source_id: Option<String>,
}

impl Coupon {
    /// The wire names that this type reads.
    pub const KNOWN: &[&str] = &[
        "coupon_id",
        "coupon_code",
        "status",
        "coupon_type",
        "customer_id",
        "face_value",
        "balance",
        "valid_time",
        "expire_time",
        "active_time",
        "reserve_time",
        "create_time",
        "order_id",
        "lock_order_id",
        "promotion_id",
        "promotion_plan_id",
        "plan_name",
        "plan_desc",
        "media_type",
        "fetch_method",
        "use_limits",
        "coupon_version",
        "coupon_usage",
        "is_frozen",
        "currency",
        "source_id",
        "measure_id",
    ];
}

#[derive(Deserialize)]
struct CouponsAnswer {
    #[serde(default, deserialize_with = "json::count")]
    count: Option<u64>,
    #[serde(default, deserialize_with = "json::list")]
    user_coupons: Vec<Listed<Coupon>>,
}

impl Reader {
    /// One page of the coupons that match.
    pub async fn coupons(&self, query: &CouponQuery) -> Result<Page<Listed<Coupon>>, Error> {
        let limit = if query.limit == 0 { COUPONS_PER_PAGE } else { query.limit.min(COUPONS_PER_PAGE) };
        let ask = Ask::of(&LIST)
            .with("coupon_id", query.coupon_id.as_deref())
            .with("order_id", query.order_id.as_deref())
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
