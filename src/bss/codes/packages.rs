//! The codes of resource packages.

use super::{codes, words};

codes! {
    /// Where a package is in its life (`free_resource_status`).
    PackageStatus("free_resource_status") {
        NotYetEffective = 0: "未生效", "Not yet in effect";
        InEffect = 1: "生效中", "In effect";
        UsedUp = 2: "已用完", "Used up";
        Expired = 3: "已失效", "Expired";
        Unsubscribed = 4: "已退订", "Unsubscribed";
    }

    /// Where a package comes from (`free_resource_source_type`).
    PackageSource("free_resource_source_type") {
        Order = 0: "订单", "Bought by an order";
        Gift = 1: "软开云赠送", "Gift of the software development service";
    }

    /// Whether the quota of a package comes back (`quota_reuse_mode`).
    QuotaReuse("quota_reuse_mode") {
        EachCycle = 1: "可重置", "Refilled each cycle";
        Once = 2: "不可重置", "One quota for the whole term";
    }

    /// How often the quota comes back (`quota_reuse_cycle`), a table of its own.
    QuotaCycle("quota_reuse_cycle") {
        Hour = 1: "小时", "Hour";
        Day = 2: "天", "Day";
        Week = 3: "周", "Week";
        Month = 4: "月", "Month";
        Year = 5: "年", "Year";
    }

    /// From when the cycles of a quota are counted (`quota_reuse_cycle_type`).
    QuotaCycleStart("quota_reuse_cycle_type") {
        Calendar = 1: "自然周期", "Calendar";
        Purchase = 2: "订购周期", "Purchase";
    }

    /// Which enterprise projects a package is for (`enterprise_project_scope`).
    ProjectScope("enterprise_project_scope") {
        All = 0: "应用所有", "All projects";
        One = 1: "指定项目", "One project";
    }
}

words! {
    /// Whether a package was sold alone (`bundle_type`).
    BundleType("bundle_type") {
        Single = "ATOMIC_PKG": "原子套餐", "Single package";
        Bundle = "BUNDLE_PKG": "组合套餐", "Bundle";
    }
}
