//! The codes of what pays: accounts of money, coupons, cards, discounts.

use super::{codes, words};

codes! {
    /// Where a coupon is in its life (`coupon_status`).
    CouponStatus("coupon_status") {
        NotActivated = 1: "未激活", "Not activated";
        Usable = 2: "待使用", "Usable";
        Used = 3: "已使用", "Used up";
        Expired = 4: "已过期", "Expired";
        Reclaimed = 5: "已回收", "Reclaimed";
    }

    /// The kind of a coupon as listings name it (`coupon_type`); paying wants [`PayCouponType`].
    CouponType("coupon_type") {
        Voucher = 1: "代金券", "Voucher";
        DiscountCoupon = 2: "折扣券", "Discount coupon";
        ProductCoupon = 3: "产品券", "Product coupon";
        FlexiPurchase = 4: "现金券", "Flexi-purchase coupon";
    }

    /// The kind of a coupon or card as a payment names it (`pay_coupon_type`).
    PayCouponType("pay_coupon_type") {
        DiscountCoupon = 300: "折扣券", "Discount coupon";
        Voucher = 301: "促销代金券", "Voucher";
        FlexiPurchase = 302: "促销现金券", "Flexi-purchase coupon";
        StoredValueCard = 303: "促销储值卡", "Stored-value card";
    }

    /// What a coupon is meant for (`coupon_group`).
    CouponGroup("coupon_group") {
        CloudService = 0: "云服务券", "Cloud-service coupon";
        Marketplace = 1: "云商店券", "Marketplace coupon";
        SpecialPurpose = 2: "专用代金券", "Special-purpose coupon";
        Hardware = 3: "硬件券", "Hardware coupon";
    }

    /// Whether a coupon is spent at once or keeps a balance (`coupon_version`).
    CouponVersion("coupon_version") {
        SingleUse = 1: "老版本", "Single use, no balance";
        Reusable = 2: "新版本", "Reusable until its balance is spent";
    }

    /// Electronic or paper (`coupon_media_type`).
    CouponMedia("coupon_media_type") {
        Electronic = 1: "电子券", "Electronic";
        Paper = 2: "纸质券", "Paper";
    }

    /// How the customer came by a coupon (`coupon_fetch_method`).
    CouponFetch("coupon_fetch_method") {
        Claimed = 1: "线上领取", "Claimed online";
        Exchanged = 2: "线上兑换", "Exchanged online";
        Issued = 3: "线上发放", "Issued online";
        Offline = 4: "线下获取", "Obtained offline";
        Event = 5: "事件赠送", "Given by an event";
    }

    /// The kind of a discount that an order could use (`order_discount_type`). A price adjustment must
    /// be used when there is one.
    DiscountType("order_discount_type") {
        Promotion = 0: "促销折扣", "Promotion";
        Contract = 1: "合同折扣", "Contract";
        Commercial = 2: "商务优惠", "Commercial";
        Partner = 3: "伙伴授予", "Granted by a partner";
        PriceAdjustment = 609: "订单调价", "Price adjustment";
    }

    /// The kind of a discount as a payment names it (`pay_discount_type`). The table stops at 3; a price
    /// adjustment keeps the code of the listing because it may not be replaced by another discount.
    PayDiscountType("pay_discount_type") {
        Promotion = 0: "促销折扣", "Promotion";
        Commercial = 2: "商务优惠", "Commercial";
        Partner = 3: "伙伴授予", "Granted by a partner";
        PriceAdjustment = 609: "订单调价", "Price adjustment";
    }

    /// How a discount lowers the price of a line (`order_discount_mode`).
    DiscountMode("order_discount_mode") {
        Ratio = 0: "折扣", "Ratio";
        FixedPrice = 1: "一口价", "Fixed price";
        Threshold = 2: "满减", "Money off above a threshold";
    }

    /// The kind of an account of money (`account_type`).
    AccountType("account_type") {
        Cash = 1: "余额", "Cash balance";
        Credit = 2: "信用", "Credit";
        Bonus = 5: "奖励金", "Bonus (retired)";
        Deposit = 7: "保证金", "Deposit (retired)";
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

words! {}
