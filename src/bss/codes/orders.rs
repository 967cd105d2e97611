//! The codes of orders: what they do, where they are, what lowered their price.

use super::{codes, words};

codes! {
    /// Where an order is in its life (`order_status`).
    OrderStatus("order_status") {
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
    OrderType("order_type") {
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

    /// Who or what placed an order (`order_source_type`).
    OrderSource("order_source_type") {
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
    PeriodType("order_period_type") {
        Day = 0: "天", "Day";
        Week = 1: "周", "Week";
        Month = 2: "月", "Month";
        Year = 3: "年", "Year";
        Hour = 4: "小时", "Hour";
        OneOff = 5: "一次性", "One-off";
        OnDemand = 6: "按需", "On demand";
        PerUsage = 7: "按用量", "Per usage";
    }

    /// What lowered the price of an order or line (`order_amount_discount_type`).
    AmountDiscountType("order_amount_discount_type") {
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

words! {
    /// Whose orders are listed (`order_query_method`).
    OrdersOf("order_query_method") {
        Oneself = "oneself": "自己", "The account's own";
        SubCustomer = "sub_customer": "企业子", "Paid for enterprise members";
    }

    /// The order of a list of orders (`order_sort`). With the oldest first, new orders do not move the
    /// others.
    OrderSort("order_sort") {
        OldestFirst = "createTime": "创建升序", "Oldest first";
        NewestFirst = "-createTime": "创建倒序", "Newest first";
    }
}
