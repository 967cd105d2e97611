//! The codes of yearly/monthly resources, of renewing and of unsubscribing them.

use super::{codes, words};

codes! {
    /// Where a yearly/monthly resource is in its life (`resource_status`).
    ResourceStatus("resource_status") {
        InUse = 2: "使用中", "In use";
        Closed = 3: "已关闭", "Closed";
        Frozen = 4: "已冻结", "Frozen";
        Expired = 5: "已过期", "Expired";
    }

    /// What happens to a resource when it expires (`expire_policy`).
    ExpirePolicy("expire_policy") {
        GracePeriod = 0: "到期进入宽限期", "Enter the grace period";
        ToPayPerUse = 1: "到期转按需", "Change to pay-per-use";
        Delete = 2: "到期后自动删除", "Delete";
        AutoRenew = 3: "到期后自动续费", "Renew automatically";
        Freeze = 4: "到期后冻结", "Freeze";
        DeleteAfterRetention = 5: "保留期后删除", "Delete after the retention period";
    }

    /// Whether a resource is operated by itself (`is_main_resource`).
    ResourceRole("is_main_resource") {
        Attached = 0: "从资源", "Attached resource";
        Main = 1: "主资源", "Main resource";
    }

    /// Which resources a listing gives (`only_main_resource`).
    ListedRoles("only_main_resource") {
        MainAndAttached = 0: "主从资源", "Main and attached resources";
        OnlyMain = 1: "仅主资源", "Main resources only";
    }

    /// The unit of a renewal's term (`renew_period_type`).
    RenewalUnit("renew_period_type") {
        Month = 2: "月", "Month";
        Year = 3: "年", "Year";
    }

    /// Whether a renewal is charged at once (`is_auto_pay`).
    RenewalPayment("is_auto_pay") {
        Later = 0: "否", "The order awaits payment";
        AtOnce = 1: "是", "Charged at once";
    }

    /// What is unsubscribed (`unsubscribe_type`).
    UnsubscribeType("unsubscribe_type") {
        Resource = 1: "退订资源", "The resource and its renewed terms";
        UnstartedTerms = 2: "退续费周期", "Renewed terms that have not started";
    }

    /// Why something is unsubscribed (`unsubscribe_reason_type`).
    UnsubscribeReason("unsubscribe_reason_type") {
        HardToUse = 1: "不好用", "The product is hard to use";
        FeaturesDoNotFit = 2: "功能不满足", "The features do not fit";
        TooComplex = 3: "操作复杂", "It is too complex to operate";
        UnhappyWithService = 4: "服务不满意", "Not satisfied with the service";
        Other = 5: "其他", "Other";
    }

    /// What older callers send with a renewal, without effect (`renew_expire_policy_legacy`).
    LegacyExpirePolicy("renew_expire_policy_legacy") {
        GracePeriod = 0: "进入宽限期", "Enter the grace period";
        ToPayPerUse = 1: "转按需", "Change to pay-per-use";
        Unsubscribe = 2: "自动退订", "Unsubscribe";
        AutoRenew = 3: "自动续订", "Renew automatically";
    }
}

words! {
    /// For how long something renews itself each time (`auto_renew_period_type`).
    AutoPeriod("auto_renew_period_type") {
        Month = "MONTH": "包月", "By the month";
        Year = "YEAR": "包年", "By the year";
    }

    /// Whether becoming pay-per-use at expiry is set or taken back (`to_on_demand_operation`).
    ToPayPerUseOperation("to_on_demand_operation") {
        SetUp = "SET_UP": "设置", "Set";
        Cancel = "CANCEL": "取消", "Take back";
    }

    /// What became of a change to pay-per-use at once (`to_on_demand_result`).
    ToPayPerUseResult("to_on_demand_result") {
        Done = "SUCCESS": "成功", "Done";
        UnderReview = "AUDIT": "审核中", "Under review";
        Failed = "FAIL": "失败", "Failed";
    }

    /// Which day of an account's renewals is set (`renew_config_name`).
    RenewalSetting("renew_config_name") {
        DeductionDay = "DEDUCTION_DATE": "扣款日", "Day of deduction";
        ExpiryDay = "EXPIRE_DATE": "统一到期日", "Common day of expiry";
    }
}

impl ResourceStatus {
    /// Whether it still exists: it can be renewed, and is something to unsubscribe.
    pub const fn is_alive(self) -> bool {
        matches!(self, Self::InUse | Self::Frozen | Self::Expired)
    }
}
