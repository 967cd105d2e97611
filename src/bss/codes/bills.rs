//! The codes of bills, of costs and of usage that is billed by its 95th percentile.

use super::{codes, words};

codes! {
    /// How something is billed (`charging_mode`); bills of resources call it `charge_mode`.
    ChargingMode("charging_mode") {
        YearlyMonthly = 1: "包年包月", "Yearly/monthly";
        PayPerUse = 3: "按需", "Pay-per-use";
        ReservedInstance = 10: "预留实例", "Reserved instance";
        SavingsPlan = 11: "节省计划", "Savings plan";
    }

    /// What a charge is for (`bill_type`). The sum of a month has classes of its own: [`BillClass`].
    BillType("bill_type") {
        Purchase = 1: "新购", "Purchase";
        Renewal = 2: "续订", "Renewal";
        Change = 3: "变更", "Change";
        Unsubscription = 4: "退订", "Refund: unsubscription";
        Usage = 5: "使用", "Usage";
        AutomaticRenewal = 8: "自动续订", "Automatic renewal";
        Compensation = 9: "补偿", "Adjustment: compensation";
        SupportPlan = 14: "支持计划扣费", "Support plan, charged at the end of the month";
        Adjustment = 16: "调账扣费", "Adjustment: charge";
        PaidMonthly = 18: "按月付费", "Paid by month";
        ChangeRefund = 20: "变更退款", "Refund: change";
        SavingsPlanDeduction = 23: "节省计划抵扣", "Savings-plan deduction";
        ToPayPerUseRefund = 24: "转按需退款", "Refund: change to pay-per-use";
        RoundingMakeUp = 25: "抹零补扣", "Make-up for rounding";
        PaidYearly = 103: "按年付费", "Paid by year";
    }

    /// What a row of a month's sum is (`bill_type` there, another table than [`BillType`]).
    BillClass("bill_type_monthly_sum") {
        Consumption = 1: "消费", "Consumption";
        Refund = 2: "退款", "Refund";
        Adjustment = 3: "调账", "Adjustment";
    }

    /// Whether a charge is paid (`status` of a charge).
    BillPayStatus("bill_pay_status") {
        Paid = 1: "已支付", "Paid";
        NotSettled = 2: "未结清", "Not settled";
        NotBilledYet = 3: "未结算", "Not billed yet";
    }

    /// Who provides what was bought (`provider_type`).
    ProviderType("provider_type") {
        HuaweiCloud = 1: "华为云", "Huawei Cloud";
        Marketplace = 2: "云商店", "Marketplace";
    }

    /// What a row of a resource's bill sums up (`statistic_type`).
    StatisticType("statistic_type") {
        Cycle = 1: "按账期", "Per billing cycle";
        Day = 2: "按天", "Per day";
        Detail = 3: "按明细", "Per charge";
    }

    /// The unit of a period in bills (`period_type`), another table than the one of orders.
    BillPeriodType("bill_period_type") {
        OneOff = 5: "一次性", "One-off";
        Year = 19: "年", "Year";
        Month = 20: "月", "Month";
        Day = 24: "天", "Day";
        Hour = 25: "小时", "Hour";
    }

    /// The unit of time of analysed costs (`time_measure_id`), no unit of the general table.
    CostTimeUnit("cost_time_measure") {
        Day = 1: "天", "Day";
        Month = 2: "月", "Month";
    }

    /// Whether a filter of costs names what stays or what goes (`operator`).
    CostFilterOperator("cost_filter_operator") {
        Only = 0: "仅包含", "Only these";
        AllBut = 1: "仅排除", "All but these";
    }
}

words! {
    /// What part of a cycle resource bills are asked for (`query_type`).
    BillQueryType("bill_query_type") {
        Cycle = "BILLCYCLE": "按月", "The whole cycle";
        Daily = "DAILY": "按天", "Some days";
    }

    /// Whose bills are asked for (`method`).
    BillMethod("bill_method") {
        Oneself = "oneself": "自己", "Its own";
        SubCustomer = "sub_customer": "企业子", "One member's";
        All = "all": "全部", "Its own and its members'";
    }

    /// Whether a resource is a spot instance (`is_spot`).
    IsSpot("is_spot") {
        Spot = "Y": "竞价", "Spot";
        NotSpot = "N": "非竞价", "Not spot";
        NotApplicable = "--": "不涉及", "Not applicable";
    }

    /// How reserved instances and savings plans are paid (`payment_type`).
    PaymentType("payment_type") {
        AllUpfront = "ALL_UPFRONT": "全预付", "All up front";
        PartialUpfront = "PARTIAL_UPFRONT": "部分预付", "Partly up front";
        NoUpfront = "NO_UPFRONT": "零预付", "Nothing up front";
    }

    /// What another resource is to this one (`relative_type`).
    ResourceRelation("resource_relation") {
        Parent = "PARENT": "父资源", "Parent resource";
        Root = "ROOT": "根资源", "Root resource";
    }

    /// Enterprise projects without an id of their own (`enterprise_project_id`).
    SpecialProject("enterprise_project_id_special") {
        Default = "0": "默认项目", "The default project";
        Unallocated = "null": "未归集", "Not allocated";
        UnallocatedInSums = "-1": "未归集", "Not allocated, in the sum of a month";
    }

    /// Whether costs are told as billed or as used (`cost_type`).
    CostType("cost_type") {
        Original = "ORIGINAL_COST": "原始成本", "As billed";
        Amortised = "AMORTIZED_COST": "摊销成本", "Spread over the term";
    }

    /// Which amount of costs is told (`amount_type`).
    CostAmountType("cost_amount_type") {
        Payable = "PAYMENT_AMOUNT": "应付", "Payable";
        Net = "NET_AMOUNT": "实付", "Actually paid";
    }

    /// What the key of a grouping of costs is (`groupby.type`).
    CostGroupType("cost_groupby_type") {
        Dimension = "dimension": "维度", "Dimension";
        Tag = "tag": "成本标签", "Cost tag";
        CostUnit = "cost_unit": "成本分组", "Cost unit";
    }

    /// A dimension by which costs are grouped or filtered (`key`).
    CostDimension("cost_dimension") {
        CloudServiceType = "CLOUD_SERVICE_TYPE": "产品类型", "Service";
        ResourceType = "RESOURCE_TYPE": "产品", "Resource type";
        AssociatedAccount = "ASSOCIATED_ACCOUNT": "关联账号", "Account";
        RegionCode = "REGION_CODE": "区域", "Region";
        AzCode = "AZ_CODE": "可用区", "Availability zone";
        EnterpriseProject = "ENTERPRISE_PROJECT_ID": "企业项目", "Enterprise project";
        Spec = "RES_SPEC_CODE": "规格", "Specification";
        ChargingMode = "CHARGING_MODE": "计费模式", "Billing mode";
        UsageType = "USAGE_TYPE": "使用量类型", "Usage type";
        BillType = "BILL_TYPE": "账单类型", "Bill type";
        OperatingEntity = "BE_ID": "运营实体", "Operating entity";
        PayerAccount = "PAYER_ACCOUNT_ID": "支付账号", "Paying account";
        Resource = "RESOURCE_ID": "资源", "Resource";
        ResourceTag = "RESOURCE_TAG": "成本标签", "Cost tag";
        CostUnit = "COST_UNIT": "成本分组", "Cost unit";
        SplitItem = "SPLIT_ITEM_NAME": "分拆项", "Split item";
    }

    /// A usage type that is billed by its 95th percentile (`usage_type`).
    Usage95Type("usage95_type") {
        Monthly = "95Peak": "月95峰值", "Monthly 95th percentile, 1024 base";
        Monthly1000 = "95peak_1000": "月95千进制", "Monthly 95th percentile, 1000 base";
        Bandwidth = "bandwidth95peak": "95峰值带宽", "95th percentile bandwidth";
        Enhanced = "95peak_plus": "增强型95", "Enhanced 95th percentile";
    }

    /// A service that is billed by the 95th percentile (`service_type_code`).
    Usage95Service("usage95_service") {
        Cdn = "hws.service.type.cdn": "CDN", "CDN";
        Obs = "hws.service.type.obs": "对象存储", "Object storage";
        Vpc = "hws.service.type.vpc": "虚拟私有云", "Virtual private cloud";
        Iec = "hws.service.type.iec": "智能边缘云", "Intelligent edge cloud";
    }
}

impl BillType {
    /// Whether what it names is an order, whose id is then the charge's `trade_id`.
    pub const fn is_of_an_order(self) -> bool {
        matches!(
            self,
            Self::Purchase | Self::Renewal | Self::Change | Self::Unsubscription | Self::AutomaticRenewal
        )
    }
}
