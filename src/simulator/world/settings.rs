//! How the simulated BSS behaves where Huawei's documents leave it open or it takes time: each rule with
//! its value, which can be changed while it runs, and where it comes from.

use super::times::{DAY, Millis};
use crate::simulator::signature::WINDOW;

/// A rule that can be set.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub(crate) struct Rule {
    /// Its name in the control plane's `/settings`.
    pub(crate) name: &'static str,
    /// What it says.
    pub(crate) what: &'static str,
    /// Where it comes from, or what it was inferred from.
    pub(crate) why: &'static str,
}

macro_rules! settings {
    ($($(#[doc = $what:literal])+ $name:ident: $type:ty = $value:expr, $why:literal;)+) => {
        /// The values of all rules.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub(crate) struct Settings {
            $($(#[doc = $what])+ pub(crate) $name: $type,)+
        }

        impl Default for Settings {
            fn default() -> Self {
                Self { $($name: $value,)+ }
            }
        }

        /// All rules, in the order of their names here.
        pub(crate) const RULES: &[Rule] = &[$(Rule {
            name: stringify!($name),
            what: concat!($($what),+),
            why: $why,
        }),+];
    };
}

settings! {
    /// After a 204 the order is read unchanged for so long, milliseconds.
    visible_after_ms: Millis = 1_000, "callers poll after a payment, first after 5 s (errors.md, 8)";
    /// A paid order is being processed for so long, milliseconds.
    provision_ms: Millis = 2_000, "an order can stay unpaid for a moment after a 204 and then go 3, 5 (errors.md, 8)";
    /// Whether the gateway throttles at the documented rates.
    rate_limits: bool = false, "fci_00002: per source, API and parent account";
    /// How far a signature's time may be from the gateway's, milliseconds.
    signature_valid_ms: Millis = WINDOW, "about 15 minutes (java-sdk issue 44)";
    /// How long a resource can still be used after it has expired, milliseconds.
    grace_ms: Millis = 15 * DAY, "inferred: depends on the customer's level on the China site";
    /// How long a frozen resource is kept after that, milliseconds.
    retention_ms: Millis = 15 * DAY, "inferred: the international site states 15 days";
    /// Instances that may be unsubscribed within five days of their purchase, an account and calendar year.
    five_day_quota: u32 = 10, "the 5-day rule of unsubscribing (domain.md, 4)";
    /// The handling fee of unsubscribing what is in use, ten-thousandths of the unused part.
    unsubscribe_fee_bp: u32 = 500, "inferred: the documents say that a fee is kept, not how much";
    /// The most items of a page of coupons, account changes, packages or deductions.
    unstated_page_most: i64 = 100, "inferred: no most is documented there, callers use 100 to 1,000 (domain.md, 0)";
}
