//! The code tables of BSS that orders, coupons and balances use, with their names in both languages
//! (api-oce). A code that is not in its table survives as `Unknown` and is never mapped to another.

use std::{
    borrow::Cow,
    collections::HashSet,
    sync::{LazyLock, Mutex, PoisonError},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::value::RawValue;

use crate::i18n::Locale;

macro_rules! codes {
    ($($(#[$meta:meta])* $name:ident { $($variant:ident = $code:literal: $zh:literal, $en:literal;)+ })+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $(#[doc = concat!($zh, ", “", $en, "”.")] $variant,)+
            /// A code that the documentation does not list.
            Unknown(i32),
        }

        impl $name {
            /// Every documented value, by code.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The value of a code.
            pub const fn from_code(code: i32) -> Self {
                match code {
                    $($code => Self::$variant,)+
                    other => Self::Unknown(other),
                }
            }

            /// The code on the wire.
            pub const fn code(self) -> i32 {
                match self {
                    $(Self::$variant => $code,)+
                    Self::Unknown(code) => code,
                }
            }

            /// What people call it; an unknown code is shown as the number that it is.
            pub fn name(self, locale: Locale) -> Cow<'static, str> {
                match self {
                    $(Self::$variant => Cow::Borrowed(locale.pick($zh, $en)),)+
                    Self::Unknown(code) => Cow::Owned(match locale {
                        Locale::Zh => format!("未知（{code}）"),
                        Locale::En => format!("Unknown ({code})"),
                    }),
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = Self::from_code(number(deserializer)?);
                if let Self::Unknown(code) = value {
                    notice_unknown(stringify!($name), code);
                }
                Ok(value)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_i32(self.code())
            }
        }
    )+};
}

codes! {
    /// Where an order is in its life (`order_status`).
    OrderStatus {
        AwaitingApproval = 1: "待审核", "Awaiting approval";
        AwaitingRefund = 2: "待退款", "Awaiting refund";
        Processing = 3: "处理中", "Processing";
        Cancelled = 4: "已取消", "Cancelled";
        Completed = 5: "已完成", "Completed";
        AwaitingPayment = 6: "待支付", "Awaiting payment";
        AwaitingConfirmation = 9: "待确认", "Awaiting confirmation";
        AwaitingShipment = 10: "待发货", "Awaiting shipment";
        AwaitingReceipt = 11: "待收货", "Awaiting receipt";
        AwaitingPickUp = 12: "待取货", "Awaiting pick-up";
        BeingReplaced = 13: "换新中", "Being replaced";
    }

    /// What an order does (`order_type`).
    OrderType {
        NewPurchase = 1: "开通", "New purchase";
        Renewal = 2: "续订", "Renewal";
        Change = 3: "变更", "Change";
        Unsubscription = 4: "退订", "Unsubscription";
        ToPayPerUse = 10: "包周期转按需", "Yearly/monthly to pay-per-use";
        ToYearlyMonthly = 11: "按需转包周期", "Pay-per-use to yearly/monthly";
        Trial = 13: "试用", "Trial";
        TrialToCommercial = 14: "转商用", "Trial to commercial";
        FeeAdjustment = 15: "费用调整", "Fee adjustment";
    }

    /// Where a yearly/monthly resource is in its life (`resource_status`).
    ResourceStatus {
        InUse = 2: "使用中", "In use";
        Closed = 3: "已关闭", "Closed";
        Frozen = 4: "已冻结", "Frozen";
        Expired = 5: "已过期", "Expired";
    }

    /// What happens to a resource when it expires (`expire_policy`).
    ExpirePolicy {
        GracePeriod = 0: "到期进入宽限期", "Enter the grace period";
        ToPayPerUse = 1: "到期转按需", "Change to pay-per-use";
        Delete = 2: "到期后自动删除", "Delete";
        AutoRenew = 3: "到期后自动续费", "Renew automatically";
        Freeze = 4: "到期后冻结", "Freeze";
        DeleteAfterRetention = 5: "保留期后删除", "Delete after the retention period";
    }

    /// Who or what placed an order (`order_source_type`).
    OrderSource {
        Customer = 1: "客户", "Customer";
        Agent = 2: "代理", "Agent";
        Contract = 3: "合同", "Contract";
        Distributor = 4: "分销商", "Distributor";
        PageDeletion = 5: "页面删除", "Resource deletion";
        BackFilled = 6: "补录订单", "Back-filled order";
        Compensation = 7: "补偿订单", "Compensation order";
        System = 8: "系统创建", "System";
    }

    /// The unit of an order line's term (`order_period_type`).
    PeriodType {
        Day = 0: "天", "Day";
        Week = 1: "周", "Week";
        Month = 2: "月", "Month";
        Year = 3: "年", "Year";
        Hour = 4: "小时", "Hour";
        OneOff = 5: "一次性", "One-off";
        OnDemand = 6: "按需", "On demand";
        PerUsage = 7: "按用量", "Per usage";
    }

    /// Where a coupon is in its life (`coupon_status`).
    CouponStatus {
        NotActivated = 1: "未激活", "Not activated";
        Usable = 2: "待使用", "Usable";
        Used = 3: "已使用", "Used up";
        Expired = 4: "已过期", "Expired";
        Reclaimed = 5: "已回收", "Reclaimed";
    }

    /// The kind of a coupon as listings name it (`coupon_type`); paying wants [`PayCouponType`].
    CouponType {
        Voucher = 1: "代金券", "Voucher";
        DiscountCoupon = 2: "折扣券", "Discount coupon";
        ProductCoupon = 3: "产品券", "Product coupon";
        FlexiPurchase = 4: "现金券", "Flexi-purchase coupon";
    }

    /// The kind of a coupon or card as a payment names it (`pay_coupon_type`).
    PayCouponType {
        DiscountCoupon = 300: "折扣券", "Discount coupon";
        Voucher = 301: "促销代金券", "Voucher";
        FlexiPurchase = 302: "促销现金券", "Flexi-purchase coupon";
        StoredValueCard = 303: "促销储值卡", "Stored-value card";
    }

    /// What a coupon is meant for (`coupon_group`).
    CouponGroup {
        CloudService = 0: "云服务券", "Cloud-service coupon";
        Marketplace = 1: "云商店券", "Marketplace coupon";
        SpecialPurpose = 2: "专用代金券", "Special-purpose coupon";
        Hardware = 3: "硬件券", "Hardware coupon";
    }

    /// Whether a coupon is spent at once or keeps a balance (`coupon_version`).
    CouponVersion {
        SingleUse = 1: "老版本", "Single use, no balance";
        Reusable = 2: "新版本", "Reusable until its balance is spent";
    }

    /// Electronic or paper (`coupon_media_type`).
    CouponMedia {
        Electronic = 1: "电子券", "Electronic";
        Paper = 2: "纸质券", "Paper";
    }

    /// How the customer came by a coupon (`coupon_fetch_method`).
    CouponFetch {
        Claimed = 1: "线上领取", "Claimed online";
        Exchanged = 2: "线上兑换", "Exchanged online";
        Issued = 3: "线上发放", "Issued online";
        Offline = 4: "线下获取", "Obtained offline";
        Event = 5: "事件赠送", "Given by an event";
    }

    /// The kind of a discount that an order could use (`order_discount_type`). A price adjustment must
    /// be used when there is one.
    DiscountType {
        Promotion = 0: "促销折扣", "Promotion";
        Contract = 1: "合同折扣", "Contract";
        Commercial = 2: "商务优惠", "Commercial";
        Partner = 3: "伙伴授予", "Granted by a partner";
        PriceAdjustment = 609: "订单调价", "Price adjustment";
    }

    /// The kind of a discount as a payment names it (`pay_discount_type`). The table stops at 3; a price
    /// adjustment keeps the code of the listing because it may not be replaced by another discount.
    PayDiscountType {
        Promotion = 0: "促销折扣", "Promotion";
        Commercial = 2: "商务优惠", "Commercial";
        Partner = 3: "伙伴授予", "Granted by a partner";
        PriceAdjustment = 609: "订单调价", "Price adjustment";
    }

    /// How a discount lowers the price of a line (`order_discount_mode`).
    DiscountMode {
        Ratio = 0: "折扣", "Ratio";
        FixedPrice = 1: "一口价", "Fixed price";
        Threshold = 2: "满减", "Money off above a threshold";
    }

    /// The kind of an account of money (`account_type`).
    AccountType {
        Cash = 1: "余额", "Cash balance";
        Credit = 2: "信用", "Credit";
        Bonus = 5: "奖励金", "Bonus (retired)";
        Deposit = 7: "保证金", "Deposit (retired)";
    }

    /// What lowered the price of an order or line (`order_amount_discount_type`).
    AmountDiscountType {
        ProductPromotion = 200: "促销产品折扣", "Product promotion discount";
        DiscountCoupon = 300: "促销折扣券", "Promotion discount coupon";
        Voucher = 301: "促销代金券", "Promotion voucher";
        FlexiPurchase = 302: "促销现金券", "Promotion flexi-purchase coupon";
        AgentDiscount = 500: "代理折扣", "Agent-set discount";
        AgentReduction = 501: "代理减免", "Agent-set reduction";
        AgentFixedPrice = 502: "代理一口价", "Agent-set fixed price";
        RebateContract = 600: "返利合同", "Discount/rebate contract";
        ChannelFramework = 601: "渠道框架", "Channel framework contract";
        Earmarked = 602: "专款专用", "Earmarked contract";
        OfflineDirect = 603: "线下直签", "Offline direct contract";
        TeleSales = 604: "电销授权", "Tele-sales grant";
        CommercialContract = 605: "商务合同折扣", "Commercial contract discount";
        ChannelCommercial = 606: "渠道商务折扣", "Channel commercial discount";
        PartnerGranted = 607: "伙伴授权折扣", "Partner-granted discount";
        PriceAdjustment = 609: "订单调价", "Order price adjustment";
        FeeWaiver = 610: "免单金额", "Fee waiver";
        Promotion = 700: "促销折扣", "Promotion discount";
        TopUp = 800: "充值折扣", "Top-up account discount";
        BuiltIn = 900: "产品折扣", "Discount built into the product";
        FixedPrice = 901: "一口价折扣", "Fixed price";
    }
}

impl OrderStatus {
    /// Whether an order in this status never changes again. What is unknown may still change.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Cancelled | Self::Completed)
    }
}

impl ResourceStatus {
    /// Whether it still exists: it can be renewed, and is something to unsubscribe.
    pub const fn is_alive(self) -> bool {
        matches!(self, Self::InUse | Self::Frozen | Self::Expired)
    }
}

impl PayCouponType {
    /// The code that a payment wants for a listed coupon. Product coupons have no counterpart and
    /// cannot be used through the API (the mapping is inferred from the two tables).
    pub const fn of(listed: CouponType) -> Option<Self> {
        match listed {
            CouponType::Voucher => Some(Self::Voucher),
            CouponType::DiscountCoupon => Some(Self::DiscountCoupon),
            CouponType::FlexiPurchase => Some(Self::FlexiPurchase),
            CouponType::ProductCoupon | CouponType::Unknown(_) => None,
        }
    }
}

impl PayDiscountType {
    /// The code that a payment wants for a listed discount. A contract discount has no counterpart:
    /// it was applied when the order was placed.
    pub const fn of(listed: DiscountType) -> Option<Self> {
        match listed {
            DiscountType::Promotion => Some(Self::Promotion),
            DiscountType::Commercial => Some(Self::Commercial),
            DiscountType::Partner => Some(Self::Partner),
            DiscountType::PriceAdjustment => Some(Self::PriceAdjustment),
            DiscountType::Contract | DiscountType::Unknown(_) => None,
        }
    }
}

/// A whole number that may also come as a string of digits.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?;
    let token = raw.get().trim_matches('"');
    token.parse().map_err(|_| D::Error::custom(format_args!("not a code: {token:.40}")))
}

/// Says once per process and code that Huawei uses a code that the documentation lacks.
fn notice_unknown(table: &'static str, code: i32) {
    static SEEN: LazyLock<Mutex<HashSet<(&'static str, i32)>>> = LazyLock::new(Mutex::default);
    const ENOUGH: usize = 1000;
    let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    if seen.len() < ENOUGH && seen.insert((table, code)) {
        tracing::warn!(table, code, "Huawei sent a code that the documentation does not list");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_reads_from_a_number_or_a_string_of_digits() {
        assert_eq!(serde_json::from_str::<OrderStatus>("6").expect("number"), OrderStatus::AwaitingPayment);
        assert_eq!(
            serde_json::from_str::<AmountDiscountType>("\"605\"").expect("string"),
            AmountDiscountType::CommercialContract
        );
    }

    #[test]
    fn an_unknown_code_survives_and_is_shown_as_it_is() {
        let status: OrderStatus = serde_json::from_str("77").expect("reads");
        assert_eq!(status, OrderStatus::Unknown(77));
        assert_eq!(serde_json::to_string(&status).expect("writes"), "77");
        assert_eq!(status.name(Locale::En), "Unknown (77)");
        assert!(!status.is_final());
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for wire in ["\"\"", "6.5", "\"six\"", "[6]", "99999999999"] {
            assert!(serde_json::from_str::<OrderStatus>(wire).is_err(), "{wire}");
        }
    }

    #[test]
    fn every_listed_code_finds_its_value_again() {
        for value in OrderType::ALL {
            assert_eq!(OrderType::from_code(value.code()), *value);
            assert!(!matches!(value, OrderType::Unknown(_)));
        }
    }
}
