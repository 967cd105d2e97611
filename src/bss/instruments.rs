//! What one order can be paid with: its coupons and discounts with their rules.
//! It decides nothing; the rules are applied where people choose.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{
    Error, Listed, Reader,
    codes::{CouponGroup, CouponStatus, CouponType, CouponVersion, DiscountMode, DiscountType},
    json,
    read::{Ask, ReadOperation},
};
use crate::money::{self, Money};

const COUPONS: ReadOperation = ReadOperation {
    id: "list_order_coupons_by_order_id",
    path: "/v2/orders/customer-orders/order-coupons",
    per_second: 10,
};
const DISCOUNTS: ReadOperation = ReadOperation {
    id: "list_order_discounts",
    path: "/v2/orders/customer-orders/order-discounts",
    per_second: 10,
};

/// The coupons that an order could use, and how many at once.
#[derive(Debug, Clone)]
pub struct OrderCoupons {
    /// The coupons, each with the JSON that it came as.
    pub coupons: Vec<Listed<OrderCoupon>>,
    /// How many of a type and group one payment may use. A type that is absent is not limited here.
    pub max_use: Vec<MaxUse>,
}

/// How many coupons of a type and group one payment may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaxUse {
    /// The type.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "json::optional")]
    pub coupon_type: Option<CouponType>,
    /// The group.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "json::optional")]
    pub coupon_group: Option<CouponGroup>,
    /// How many.
    #[serde(rename = "use_quantity_value")]
    pub quantity: u32,
}

/// A coupon that an order could use. Written out it has only what a payment depends on or is shown.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OrderCoupon {
    /// Its id, which a payment names.
    #[serde(deserialize_with = "json::id")]
    pub coupon_id: String,
    /// The code printed on it.
    #[serde(default, skip_serializing, deserialize_with = "json::text")]
    pub coupon_code: Option<String>,
    /// Not activated, or usable.
    pub status: CouponStatus,
    /// Its kind; a payment wants [`super::codes::PayCouponType::of`] it.
    pub coupon_type: CouponType,
    /// What it is meant for.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "json::optional")]
    pub coupon_group: Option<CouponGroup>,
    /// What it was worth when issued: yuan, or the ratio of a discount coupon.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "money::optional")]
    pub face_value: Option<Money>,
    /// What is left of it, yuan.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "money::optional")]
    pub balance: Option<Money>,
    /// From when it can be used.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "json::time")]
    pub effective_time: Option<DateTime<Utc>>,
    /// Until when it can be used.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "json::time")]
    pub expire_time: Option<DateTime<Utc>>,
    /// When it was activated.
    #[serde(default, skip_serializing, deserialize_with = "json::time")]
    pub active_time: Option<DateTime<Utc>>,
    /// When it was used last.
    #[serde(default, skip_serializing, deserialize_with = "json::time")]
    pub last_used_time: Option<DateTime<Utc>>,
    /// When it was issued.
    #[serde(default, skip_serializing, deserialize_with = "json::time")]
    pub create_time: Option<DateTime<Utc>>,
    /// The name of the plan that it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "json::text")]
    pub plan_name: Option<String>,
    /// What the plan says.
    #[serde(default, skip_serializing, deserialize_with = "json::text")]
    pub plan_desc: Option<String>,
    /// What it can be used for and with.
    #[serde(default, deserialize_with = "json::list")]
    pub use_limits: Vec<UseLimit>,
    /// Single use, or with a balance.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "json::optional")]
    pub coupon_version: Option<CouponVersion>,
    /// The order that holds it for itself; another order cannot use it.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "json::text")]
    pub used_by_order_id: Option<String>,
    /// What it is meant for, in words.
    #[serde(default, skip_serializing, deserialize_with = "json::text")]
    pub coupon_usage: Option<String>,
}

impl OrderCoupon {
    /// The wire names that this type reads.
    pub const KNOWN: &[&str] = &[
        "coupon_id",
        "coupon_code",
        "status",
        "coupon_type",
        "coupon_group",
        "measure_id",
        "face_value",
        "balance",
        "effective_time",
        "expire_time",
        "active_time",
        "last_used_time",
        "create_time",
        "plan_name",
        "plan_desc",
        "use_limits",
        "coupon_version",
        "used_by_order_id",
        "coupon_usage",
    ];

    /// What is left of it: its balance, or its face value if it is spent at once and keeps none.
    pub fn left(&self) -> Money {
        let face = self.face_value.unwrap_or_default();
        match self.coupon_version {
            Some(CouponVersion::SingleUse) => face,
            _ => self.balance.unwrap_or(face),
        }
    }

    /// Whether it may be used with a discount of this kind. A rule that forbids carries the value 0.
    pub fn goes_with(&self, discount: DiscountType) -> bool {
        let key = match discount {
            DiscountType::Partner => "simultaneousUseWithEmpowerDiscount",
            DiscountType::Contract | DiscountType::Commercial => "simultaneousUseWithContractDiscount",
            DiscountType::Promotion => "simultaneousUseWithPromotionDiscount",
            DiscountType::PriceAdjustment | DiscountType::Unknown(_) => return true,
        };
        !self.use_limits.iter().any(|limit| limit.is(key) && limit.value1.as_deref() == Some("0"))
    }

    /// The ratio that a discount must reach on some line to be used with this coupon.
    pub fn min_discount_ratio(&self) -> Option<Decimal> {
        self.use_limits
            .iter()
            .filter(|limit| limit.is("minConsumeDiscount"))
            .find_map(|limit| limit.value1.as_deref()?.parse().ok())
    }
}

/// One rule about the use of a coupon (`coupon_limit_key`); the list of keys is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UseLimit {
    /// Its id; the misspelling is Huawei's.
    #[serde(default, skip_serializing, rename = "use_limiti_info_id", deserialize_with = "json::text")]
    pub id: Option<String>,
    /// Which rule.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        rename = "limit_key",
        deserialize_with = "json::text"
    )]
    pub key: Option<String>,
    /// Its first value.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "json::text")]
    pub value1: Option<String>,
    /// Its second value.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "json::text")]
    pub value2: Option<String>,
    /// The unit of the values.
    #[serde(default, skip_serializing, deserialize_with = "json::text")]
    pub value_unit: Option<String>,
    /// The kind of rule.
    #[serde(default, skip_serializing, deserialize_with = "json::text")]
    pub limit_type: Option<String>,
    /// The plan that it comes from.
    #[serde(default, skip_serializing, deserialize_with = "json::text")]
    pub promotion_plan_id: Option<String>,
}

impl UseLimit {
    fn is(&self, key: &str) -> bool {
        self.key.as_deref() == Some(key)
    }
}

/// A discount that an order could use. One payment uses at most one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OrderDiscount {
    /// Its id, which a payment names.
    #[serde(deserialize_with = "json::id")]
    pub discount_id: String,
    /// The ratio or the price; absent for a fixed price.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "json::text")]
    pub discount_value: Option<String>,
    /// Its kind. A price adjustment must be used.
    pub discount_type: DiscountType,
    /// What it does to each order and line.
    #[serde(default, deserialize_with = "json::list")]
    pub orders: Vec<DiscountedOrder>,
}

/// What a discount does to one order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DiscountedOrder {
    /// The order.
    #[serde(deserialize_with = "json::id")]
    pub order_id: String,
    /// Its lines.
    #[serde(default, rename = "order_line_items", deserialize_with = "json::list")]
    pub lines: Vec<DiscountedLines>,
}

/// What a discount does to some lines of an order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DiscountedLines {
    /// The lines.
    #[serde(default, rename = "order_line_item_ids", deserialize_with = "json::list")]
    pub line_ids: Vec<String>,
    /// How it lowers the price.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        rename = "discount_mode",
        deserialize_with = "json::optional"
    )]
    pub mode: Option<DiscountMode>,
    /// By how much, yuan.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        rename = "discount_amount",
        deserialize_with = "money::optional"
    )]
    pub amount: Option<Money>,
    /// What remains as a ratio: 0.8 means that 80 % is paid.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        rename = "discount_ratio",
        deserialize_with = "json::decimal"
    )]
    pub ratio: Option<Decimal>,
}

impl OrderDiscount {
    /// By how much it lowers the whole price, yuan; `None` when Huawei does not say for some line.
    pub fn amount(&self) -> Option<Money> {
        self.orders.iter().flat_map(|order| &order.lines).map(|line| line.amount).sum()
    }
}

#[derive(Deserialize)]
struct CouponsAnswer {
    #[serde(default, deserialize_with = "json::list")]
    user_coupons: Vec<Listed<OrderCoupon>>,
    #[serde(default, deserialize_with = "json::list")]
    coupon_max_use_quantity: Vec<MaxUse>,
}

#[derive(Deserialize)]
struct DiscountsAnswer {
    #[serde(default, deserialize_with = "json::list")]
    discounts: Vec<OrderDiscount>,
}

impl Reader {
    /// The coupons that an order can use (`list_order_coupons_by_order_id`, api-oce
    /// "查询订单可用优惠券").
    pub async fn order_coupons(&self, order_id: &str) -> Result<OrderCoupons, Error> {
        let answer: CouponsAnswer = self.ask(Ask::of(&COUPONS).with("order_id", Some(order_id))).await?;
        Ok(OrderCoupons { coupons: answer.user_coupons, max_use: answer.coupon_max_use_quantity })
    }

    /// The discounts that an order can use (`list_order_discounts`, api-oce "查询订单可用折扣").
    pub async fn order_discounts(&self, order_id: &str) -> Result<Vec<OrderDiscount>, Error> {
        let answer: DiscountsAnswer = self.ask(Ask::of(&DISCOUNTS).with("order_id", Some(order_id))).await?;
        Ok(answer.discounts)
    }
}
