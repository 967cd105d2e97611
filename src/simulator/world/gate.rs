//! What keeps callers out before any rule of billing is asked: the site that an account belongs to, and the
//! permissions that an IAM user does not have.

use std::collections::{BTreeMap, BTreeSet};

use super::{Refusal, World};

/// What was taken from callers; by default nothing.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    /// Permission codes that an account's key does not have.
    pub(crate) denied: BTreeMap<usize, BTreeSet<String>>,
    /// Accounts of the other site, with the code that tells them so.
    pub(crate) elsewhere: BTreeMap<usize, &'static str>,
}

/// A permission of an IAM user: its code in policies, its code in identity policies, and what needs it
/// (jac_00004, jac_000052, jac_000053). What no row names needs none.
type Permission = (&'static str, &'static str, &'static [&'static str]);

const PERMISSIONS: &[Permission] = &[
    (
        "bss:order:view",
        "billing:order:view",
        &["list_customer_orders", "show_customer_order_details", "show_refund_order_details"],
    ),
    ("bss:order:pay", "billing:order:pay", &["pay_orders"]),
    ("bss:order:update", "", &["cancel_customer_order"]),
    (
        "bss:discount:view",
        "",
        &[
            "list_order_discounts",
            "list_on_demand_resource_ratings",
            "list_rate_on_period_detail",
            "list_renew_rate_on_period",
        ],
    ),
    ("bss:balance:view", "", &["show_customer_account_balances"]),
    (
        "bss:coupon:view",
        "billing:coupon:view",
        &["list_sub_customer_coupons", "list_order_coupons_by_order_id", "list_stored_value_cards"],
    ),
    (
        "bss:renewal:update",
        "billing:subscription:renew",
        &[
            "renewal_resources",
            "set_resources_renew_config",
            "auto_renewal_resources",
            "cancel_auto_renewal_resources",
            "update_period_to_on_demand",
            "update_period_to_on_demand_instantly",
        ],
    ),
    ("bss:unsubscribe:update", "billing:subscription:unsubscribe", &["cancel_resources_subscription"]),
    (
        "",
        "businessUnitCenter:businessUnitFinance:update",
        &[
            "update_sub_enterprise_amount",
            "reclaim_sub_enterprise_amount",
            "claim_enterprise_multi_account_coupon",
            "reclaim_enterprise_multi_account_coupon",
        ],
    ),
];

/// Whether there is a permission with this code, of either kind.
pub(crate) fn is_permission(code: &str) -> bool {
    !code.is_empty() && PERMISSIONS.iter().any(|(policy, identity, _)| *policy == code || *identity == code)
}

impl World {
    /// Whether an account's key may call an operation of BSS at all.
    pub(crate) fn admits(&self, account: usize, operation: &str) -> Result<(), Refusal> {
        if let Some(code) = self.gate.elsewhere.get(&account) {
            let message = "The account does not belong to the website you are now at.".to_owned();
            return Err(Refusal { status: 403, code, message });
        }
        let Some(denied) = self.gate.denied.get(&account) else { return Ok(()) };
        let needed = PERMISSIONS.iter().find(|(.., operations)| operations.contains(&operation));
        let Some((policy, identity, _)) = needed else { return Ok(()) };
        if ![*policy, *identity].iter().any(|code| denied.contains(*code)) {
            return Ok(());
        }
        // The code of the newer kind is told where there is one.
        let code = if identity.is_empty() { policy } else { identity };
        let message = format!("user access denied.checkCustomerPermission,correct permission code is {code}");
        Err(Refusal { status: 403, code: "CBC.0151", message })
    }
}
