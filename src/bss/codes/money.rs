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

    /// Where a coupon that an order could use is in its life (`order_coupon_status`).
    OrderCouponStatus("order_coupon_status") {
        NotActivated = 1: "未激活", "Not activated";
        Usable = 2: "待使用", "Usable";
    }

    /// Whether Huawei has frozen a coupon (`coupon_is_frozen`).
    CouponFrozen("coupon_is_frozen") {
        No = 0: "否", "No";
        Yes = 1: "是", "Yes";
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

    /// The kind of a discount as a payment names it (`pay_discount_type`). The table stops at 3; for a
    /// price adjustment see [`PayDiscountType::PRICE_ADJUSTMENT`].
    PayDiscountType("pay_discount_type") {
        Promotion = 0: "促销折扣", "Promotion";
        Commercial = 2: "商务优惠", "Commercial";
        Partner = 3: "伙伴授予", "Granted by a partner";
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

    /// Whether something is left on a stored-value card (`stored_value_card_status`).
    CardStatus("stored_value_card_status") {
        Usable = 1: "可使用", "Usable";
        UsedUp = 2: "已用完", "Used up";
    }

    /// The way by which money came or went (`payment_channel`).
    PaymentChannel("payment_channel") {
        Alipay = 1: "支付宝", "Alipay";
        BankTransfer = 2: "银行转账", "Bank transfer";
        OnlineBanking = 4: "网银", "Alipay or online banking";
        WeChatPay = 5: "微信支付", "WeChat Pay";
        Withdrawal = 6: "提现", "Withdrawal";
        Rebate = 7: "激励返点", "Incentive rebate";
        TradingModel = 10: "模式变更", "Change of trading model";
        Adjustment = 11: "调账", "Adjustment";
        UnionPay = 317: "银联", "UnionPay";
        HuaweiPay = 319: "华为Pay", "Huawei Pay";
        HuaweiPayment = 320: "华为支付", "Huawei payment";
    }

    /// What was wrong with the specification of an order that could not be paid
    /// (`pay_quota_error_type`); the table is known in part.
    PayQuotaError("pay_quota_error_type") {
        Specification = 3: "规格错误", "Specification no longer valid";
        Association = 4: "关联错误", "Associated resource wrong";
        Other = 99: "其他错误", "Other";
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
    /// A price adjustment, which no table of payments lists. It keeps the code of the listing, because it
    /// must be used where there is one and no other discount may stand in its place.
    pub const PRICE_ADJUSTMENT: Self = Self::Unknown(DiscountType::PriceAdjustment.code());

    /// The code that a payment wants for a listed discount. A contract discount has no counterpart:
    /// it was applied when the order was placed.
    pub const fn of(listed: DiscountType) -> Option<Self> {
        match listed {
            DiscountType::Promotion => Some(Self::Promotion),
            DiscountType::Commercial => Some(Self::Commercial),
            DiscountType::Partner => Some(Self::Partner),
            DiscountType::PriceAdjustment => Some(Self::PRICE_ADJUSTMENT),
            DiscountType::Contract | DiscountType::Unknown(_) => None,
        }
    }
}

words! {
    /// Whether a payment uses coupons, or a discount (`yes_no`).
    YesNo("yes_no") {
        Yes = "YES": "使用", "Used";
        No = "NO": "不使用", "Not used";
    }

    /// Which account of coupons is meant (`coupon_balance_type`).
    CouponBalanceType("coupon_balance_type") {
        Coupon = "BALANCE_TYPE_COUPON": "代金券账户", "Voucher account";
    }

    /// Whether money came in or went out (`revenue_expense_type`).
    Direction("revenue_expense_type") {
        Revenue = "REVENUE": "收入", "Income";
        Expense = "EXPENSE": "支出", "Expense";
    }

    /// Why the money of an account changed (`account_trade_type`).
    AccountTrade("account_trade_type") {
        TopUp = "RECHARGE": "充值", "Top-up";
        Consumption = "DEDEUCT": "消费", "Consumption";
        Refund = "REFUND": "退款", "Refund";
        Freeze = "RFROZEN": "冻结", "Freeze";
        Transfer = "TRANS": "转账", "Transfer";
        Adjustment = "ADJUST": "调账", "Adjustment";
        Unbinding = "BEUNBIND": "解绑回收", "Reclaimed at the end of a partnership";
        Expiry = "EXPIRED": "过期清零", "Cleared on expiry";
        BonusConversion = "BONUSCONVERT": "奖励金转换", "Bonus conversion";
        TradingModel = "TRADE_MODE_TRANSFER": "交易模式变更", "Change of trading model";
        Deposit = "DEPOSIT": "保证金", "Deposit";
        ResellerFunding = "BEADJUST": "经销商拨款", "Funded by the reseller";
        ResellerReclaim = "BERETRIEVE": "经销商回收", "Reclaimed by the reseller";
    }

    /// Why the balance of a coupon changed (`coupon_trade_type`).
    CouponTrade("coupon_trade_type") {
        Activation = "ADJUST": "激活", "Activation";
        Consumption = "DEDEUCT": "消费", "Consumption";
        Return = "REFUND": "退券", "Return";
        Freeze = "RFROZEN": "冻结", "Freeze";
        Expiry = "EXPIRED": "过期清零", "Cleared on expiry";
        Transfer = "COUPONADJUST": "划拨", "Transfer";
        Reclaim = "COUPONCANCEL": "回收", "Reclaimed";
    }

    /// The same in detail (`coupon_trade_detail_type`). Both spellings are Huawei's.
    CouponTradeDetail("coupon_trade_detail_type") {
        YearlyMonthly = "SOURCE_OPERAIION_DEDEUCT": "消费包周期", "Spent on yearly/monthly";
        PayPerUse = "SOURCE_OPERAIION_USAGE": "消费按需", "Spent on pay-per-use";
        SavingsPlan = "SOURCE_OPERAIION_SAVINGS_PLANS": "消费节省计划", "Spent on a savings plan";
        Arrears = "SOURCE_OPERAIION_WRITEOFF": "欠费还款", "Spent on arrears";
        Expiry = "SOURCE_OPERAIION_EXPIRECLEAR": "过期清零", "Cleared on expiry";
        Unsubscription = "SOURCE_OPERAIION_UNSUBSCRIBE": "退订退券", "Returned by an unsubscription";
        Unfrozen = "SOURCE_OPERAIION_UNFROZEN": "流程退券", "Returned, in process (unfrozen)";
        Frozen = "SOURCE_OPERAIION_RFROZEN": "流程退券", "Returned, in process (frozen)";
        Activation = "SOURCE_OPERAIION_PRIZE": "激活", "Activation";
        Adjustment = "SOURCE_OPERAIION_BILLREFUND": "调账", "Adjustment";
        Reclaim = "SOURCE_OPERATION_COUPONCANCEL": "优惠券回收", "Reclaimed";
        DepositFrozen = "SOURCE_OPERATION_DEPOSIT_FROZEN": "保证金冻结", "Deposit frozen";
        DepositReleased = "SOURCE_OPERATION_DEPOSIT_UNFROZEN": "保证金解冻", "Deposit released";
        TakenBack = "SOURCE_OPERATION_RETRIEVE": "企业回收", "Taken back by the enterprise master";
        HandedOut = "SOURCE_OPERATION_TRANSFER": "企业划拨", "Handed out by the enterprise master";
    }

    /// What a rule about the use of a coupon limits (`coupon_limit_key`); the list is open.
    CouponLimitKey("coupon_limit_key") {
        ServiceType = "serviceType": "云服务类型", "Cloud service";
        Region = "regionCode": "区域", "Region";
        Product = "productId": "产品ID", "Product";
        WithPartnerDiscount = "simultaneousUseWithEmpowerDiscount": "伙伴折扣互斥", "With a partner-granted discount";
        WithCommercialDiscount = "simultaneousUseWithContractDiscount": "商务折扣互斥", "With a commercial discount";
        WithPromotion = "simultaneousUseWithPromotionDiscount": "促销互斥", "With a promotion";
        LeastDiscount = "minConsumeDiscount": "最低折扣率", "Least ratio of a discount";
    }
}
