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

    /// Why something is unsubscribed (`unsubscribe_reason_type`).
    UnsubscribeReason("unsubscribe_reason_type") {
        HardToUse = 1: "不好用", "The product is hard to use";
        FeaturesDoNotFit = 2: "功能不满足", "The features do not fit";
        TooComplex = 3: "操作复杂", "It is too complex to operate";
        UnhappyWithService = 4: "服务不满意", "Not satisfied with the service";
        Other = 5: "其他", "Other";
    }
}

impl ResourceStatus {
    /// Whether it still exists: it can be renewed, and is something to unsubscribe.
    pub const fn is_alive(self) -> bool {
        matches!(self, Self::InUse | Self::Frozen | Self::Expired)
    }
}

words! {}
