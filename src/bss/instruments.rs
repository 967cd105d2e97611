//! What one order can be paid with: its coupons and discounts with their rules.
//! It decides nothing; the rules are applied where people choose.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::Serialize;

use super::{
    Error, Listed, Reader,
    codes::{CouponGroup, CouponStatus, CouponType, CouponVersion, DiscountMode, DiscountType},
    read::{Ask, ReadOperation},
    record::{Record, record},
};
use crate::money::Money;

pub(super) const OPERATIONS: &[&ReadOperation] = &[&COUPONS, &DISCOUNTS];

const COUPONS: ReadOperation = ReadOperation {
    id: "list_order_coupons_by_order_id",
    method: "GET",
    path: "/v2/orders/customer-orders/order-coupons",
    per_second: 10,
    answer: CouponsAnswer::FIELDS,
};
const DISCOUNTS: ReadOperation = ReadOperation {
    id: "list_order_discounts",
    method: "GET",
    path: "/v2/orders/customer-orders/order-discounts",
    per_second: 10,
    answer: DiscountsAnswer::FIELDS,
};

/// The coupons that an order could use, and how many at once.
#[derive(Debug, Clone)]
pub struct OrderCoupons {
    /// The coupons, each with the JSON that it came as.
    pub coupons: Vec<Listed<OrderCoupon>>,
    /// How many of a type and group one payment may use. A type that is absent is not limited here.
    pub max_use: Vec<MaxUse>,
}

record! {
    /// How many coupons of a type and group one payment may use.
    #[derive(Copy, PartialEq, Eq, Serialize)]
    pub struct MaxUse {
        /// The type.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub coupon_type: Option<CouponType>,
        /// The group.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub coupon_group: Option<CouponGroup>,
        /// How many.
        #[serde(rename = "use_quantity_value")]
        pub quantity: u32 = "use_quantity_value",
    }
}

record! {
    /// A coupon that an order could use. Written out it has only what a payment depends on or is shown.
    #[derive(Serialize)]
    pub struct OrderCoupon {
        /// Its id, which a payment names.
        pub coupon_id: String,
        /// The code printed on it.
        #[serde(skip_serializing)]
        pub coupon_code: Option<String>,
        /// Not activated, or usable.
        pub status: CouponStatus,
        /// Its kind; a payment wants [`super::codes::PayCouponType::of`] it.
        pub coupon_type: CouponType,
        /// What it is meant for.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub coupon_group: Option<CouponGroup>,
        /// The unit of its amounts; 1 is yuan, absent on discount coupons.
        #[serde(skip_serializing)]
        pub measure_id: Option<i32>,
        /// What it was worth when issued: yuan, or the ratio of a discount coupon.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub face_value: Option<Money>,
        /// What is left of it, yuan.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub balance: Option<Money>,
        /// From when it can be used.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub effective_time: Option<DateTime<Utc>>,
        /// Until when it can be used.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub expire_time: Option<DateTime<Utc>>,
        /// When it was activated.
        #[serde(skip_serializing)]
        pub active_time: Option<DateTime<Utc>>,
        /// When it was used last.
        #[serde(skip_serializing)]
        pub last_used_time: Option<DateTime<Utc>>,
        /// When it was issued.
        #[serde(skip_serializing)]
        pub create_time: Option<DateTime<Utc>>,
        /// The name of the plan that it comes from.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub plan_name: Option<String>,
        /// What the plan says.
        #[serde(skip_serializing)]
        pub plan_desc: Option<String>,
        /// What it can be used for and with.
        pub use_limits: Vec<UseLimit>,
        /// Single use, or with a balance.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub coupon_version: Option<CouponVersion>,
        /// The order that holds it for itself; another order cannot use it.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub used_by_order_id: Option<String>,
        /// What it is meant for, in words.
        #[serde(skip_serializing)]
        pub coupon_usage: Option<String>,
    }
}

impl OrderCoupon {
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

record! {
    /// One rule about the use of a coupon (`coupon_limit_key`); the list of keys is open.
    #[derive(PartialEq, Eq, Serialize)]
    pub struct UseLimit {
        /// Its id; the misspelling is Huawei's.
        #[serde(rename = "use_limiti_info_id", skip_serializing)]
        pub id: Option<String> = "use_limiti_info_id",
        /// Which rule.
        #[serde(rename = "limit_key", skip_serializing_if = "Option::is_none")]
        pub key: Option<String> = "limit_key",
        /// Its first value.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub value1: Option<String>,
        /// Its second value.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub value2: Option<String>,
        /// The unit of the values.
        #[serde(skip_serializing)]
        pub value_unit: Option<String>,
        /// The kind of rule.
        #[serde(skip_serializing)]
        pub limit_type: Option<String>,
        /// The plan that it comes from.
        #[serde(skip_serializing)]
        pub promotion_plan_id: Option<String>,
    }
}

impl UseLimit {
    fn is(&self, key: &str) -> bool {
        self.key.as_deref() == Some(key)
    }
}

record! {
    /// A discount that an order could use. One payment uses at most one.
    #[derive(Serialize)]
    pub struct OrderDiscount {
        /// Its id, which a payment names.
        pub discount_id: String,
        /// The ratio or the price; absent for a fixed price.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub discount_value: Option<String>,
        /// Its kind. A price adjustment must be used.
        pub discount_type: DiscountType,
        /// What it does to each order and line.
        pub orders: Vec<DiscountedOrder>,
    }
}

record! {
    /// What a discount does to one order.
    #[derive(Serialize)]
    pub struct DiscountedOrder {
        /// The order.
        pub order_id: String,
        /// Its lines.
        #[serde(rename = "order_line_items")]
        pub lines: Vec<DiscountedLines> = "order_line_items",
    }
}

record! {
    /// What a discount does to some lines of an order.
    #[derive(Serialize)]
    pub struct DiscountedLines {
        /// The lines.
        #[serde(rename = "order_line_item_ids")]
        pub line_ids: Vec<String> = "order_line_item_ids",
        /// How it lowers the price.
        #[serde(rename = "discount_mode", skip_serializing_if = "Option::is_none")]
        pub mode: Option<DiscountMode> = "discount_mode",
        /// By how much, yuan.
        #[serde(rename = "discount_amount", skip_serializing_if = "Option::is_none")]
        pub amount: Option<Money> = "discount_amount",
        /// What remains as a ratio: 0.8 means that 80 % is paid.
        #[serde(rename = "discount_ratio", skip_serializing_if = "Option::is_none")]
        pub ratio: Option<Decimal> = "discount_ratio",
    }
}

impl OrderDiscount {
    /// By how much it lowers the whole price, yuan; `None` when Huawei does not say for some line.
    pub fn amount(&self) -> Option<Money> {
        self.orders.iter().flat_map(|order| &order.lines).map(|line| line.amount).sum()
    }
}

record! {
    struct CouponsAnswer {
        count: Option<u64>,
        user_coupons: Vec<Listed<OrderCoupon>>,
        coupon_max_use_quantity: Vec<MaxUse>,
    }
}

record! {
    struct DiscountsAnswer {
        discounts: Vec<OrderDiscount>,
    }
}

impl Reader {
    /// The coupons that an order can use (`list_order_coupons_by_order_id`, api-oce
    /// "查询订单可用优惠券").
    pub async fn order_coupons(&self, order_id: &str) -> Result<OrderCoupons, Error> {
        let answer: CouponsAnswer = self.ask(Ask::of(&COUPONS).with("order_id", Some(order_id))).await?;
        let given = answer.user_coupons.len() as u64;
        if let Some(promised) = answer.count.filter(|promised| given < *promised) {
            return Err(Error::incomplete(COUPONS.id, given, promised));
        }
        Ok(OrderCoupons { coupons: answer.user_coupons, max_use: answer.coupon_max_use_quantity })
    }

    /// The discounts that an order can use (`list_order_discounts`, api-oce "查询订单可用折扣").
    pub async fn order_discounts(&self, order_id: &str) -> Result<Vec<OrderDiscount>, Error> {
        let answer: DiscountsAnswer = self.ask(Ask::of(&DISCOUNTS).with("order_id", Some(order_id))).await?;
        Ok(answer.discounts)
    }
}
