//! The fine-grained permissions that IAM users need, as Huawei lists them (api-oce, jac_00004, jac_000052,
//! jac_000053). It grants nothing; an account itself has them all.

/// A permission, with what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permission {
    /// What it lets do, in Chinese and in English.
    pub name: (&'static str, &'static str),
    /// Its code in roles and policies, where Huawei names one.
    pub policy: Option<&'static str>,
    /// Its code in identity policies, where Huawei names one.
    pub identity: Option<&'static str>,
    /// The operations that need it, by the catalogue's ids.
    pub operations: &'static [&'static str],
    /// Whether one of them only reads, so that it can be tried.
    pub reads: bool,
}

/// The permission of unsubscribing: the only one that knows the condition key `billing:cloudServiceType`.
pub const UNSUBSCRIBE: &str = "billing:subscription:unsubscribe";

/// Every permission. Operations of no permission here need none.
pub const PERMISSIONS: &[Permission] = &[
    Permission {
        name: ("查看订单", "see orders"),
        policy: Some("bss:order:view"),
        identity: Some("billing:order:view"),
        operations: &["list_customer_orders", "show_customer_order_details", "show_refund_order_details"],
        reads: true,
    },
    Permission {
        name: ("支付订单", "pay orders"),
        policy: Some("bss:order:pay"),
        identity: Some("billing:order:pay"),
        operations: &["pay_orders"],
        reads: false,
    },
    Permission {
        name: ("取消订单", "cancel orders"),
        policy: Some("bss:order:update"),
        identity: None,
        operations: &["cancel_customer_order"],
        reads: false,
    },
    Permission {
        name: ("查看折扣和询价", "see discounts and prices"),
        policy: Some("bss:discount:view"),
        identity: None,
        operations: &[
            "list_order_discounts",
            "list_on_demand_resource_ratings",
            "list_rate_on_period_detail",
            "list_renew_rate_on_period",
        ],
        reads: true,
    },
    Permission {
        name: ("查看账户余额", "see balances"),
        policy: Some("bss:balance:view"),
        identity: None,
        operations: &["show_customer_account_balances"],
        reads: true,
    },
    Permission {
        name: ("查看优惠券和储值卡", "see coupons and stored-value cards"),
        policy: Some("bss:coupon:view"),
        identity: Some("billing:coupon:view"),
        operations: &[
            "list_sub_customer_coupons",
            "list_order_coupons_by_order_id",
            "list_stored_value_cards",
        ],
        reads: true,
    },
    Permission {
        name: ("续费和自动续费", "renew and set automatic renewal"),
        policy: Some("bss:renewal:update"),
        identity: Some("billing:subscription:renew"),
        operations: &[
            "renewal_resources",
            "set_resources_renew_config",
            "auto_renewal_resources",
            "cancel_auto_renewal_resources",
            "update_period_to_on_demand",
            "update_period_to_on_demand_instantly",
        ],
        reads: false,
    },
    Permission {
        name: ("退订资源", "unsubscribe resources"),
        policy: Some("bss:unsubscribe:update"),
        identity: Some(UNSUBSCRIBE),
        operations: &["cancel_resources_subscription"],
        reads: false,
    },
    Permission {
        name: ("向子账号划拨和回收资金、优惠券", "move money and coupons to members and back"),
        policy: None,
        identity: Some("businessUnitCenter:businessUnitFinance:update"),
        operations: &[
            "update_sub_enterprise_amount",
            "reclaim_sub_enterprise_amount",
            "claim_enterprise_multi_account_coupon",
            "reclaim_enterprise_multi_account_coupon",
        ],
        reads: false,
    },
];

impl Permission {
    /// The permission that `operation` needs, if it needs one.
    pub fn of(operation: &str) -> Option<&'static Self> {
        PERMISSIONS.iter().find(|permission| permission.operations.contains(&operation))
    }

    /// Its codes, as IAM's pages have them.
    pub fn codes(&self) -> String {
        let codes: Vec<&str> = self.policy.into_iter().chain(self.identity).collect();
        codes.join(" / ")
    }
}
