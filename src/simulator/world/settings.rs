//! How the simulated BSS behaves where Huawei's documents leave it open or it takes time: each rule with
//! its value, which can be changed while it runs, and where it comes from.

use super::times::{DAY, HOUR, Millis};
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
    visible_after_ms: Millis = 1_000, "public clients poll after a payment, first after 5 s";
    /// A paid order is being processed for so long, milliseconds.
    provision_ms: Millis = 2_000, "public clients see an order stay unpaid for a moment after a 204, and then go 3, 5";
    /// Whether the gateway throttles at the documented rates.
    rate_limits: bool = false, "fci_00002: per source, API and parent account";
    /// How far a signature's time may be from the gateway's, milliseconds.
    signature_valid_ms: Millis = WINDOW, "about 15 minutes (java-sdk issue 44)";
    /// How long a token of IAM lasts, milliseconds.
    token_valid_ms: Millis = DAY, "24 hours from issue (zh-cn_topic_0185689000)";
    /// Whether IAM tells whose key it is; where not, the list of domains is empty and STS is asked.
    domains_listed: bool = true, "the SDK falls back to STS when the list is empty";
    /// How long a resource can still be used after it has expired, milliseconds.
    grace_ms: Millis = 15 * DAY, "inferred: depends on the customer's level on the China site";
    /// How long a frozen resource is kept after that, milliseconds.
    retention_ms: Millis = 15 * DAY, "inferred: the international site states 15 days";
    /// Instances that may be unsubscribed within five days of their purchase, an account and calendar year.
    five_day_quota: u32 = 10, "the 5-day rule of unsubscribing (usermanual-billing, 退订规则)";
    /// The handling fee of unsubscribing what is in use, ten-thousandths of the unused part.
    unsubscribe_fee_bp: u32 = 500, "inferred: the documents say that a fee is kept, not how much";
    /// Metered use of a day is billed so long after the day, milliseconds.
    metered_late_ms: Millis = HOUR, "api-oce: fee-records near real time; the hour is inferred";
    /// What each resource consumed is told so long after its charge, milliseconds.
    resource_records_late_ms: Millis = 2 * HOUR, "api-oce: res-fee-records hours late; two are inferred";
    /// Bills of resources are told so long after their charges, milliseconds.
    resource_details_late_ms: Millis = DAY, "api-oce: res-records up to 24 h late";
    /// Whether the sum of a month knows charges of today.
    sums_know_today: bool = false, "api-oce: monthly-sum has data up to 24:00 yesterday";
    /// Costs as billed are told so long after their charges, milliseconds.
    original_costs_late_ms: Millis = HOUR, "api-oce: original costs about 1 h behind";
    /// Costs spread over a term are told so long after their charges, milliseconds.
    amortised_costs_late_ms: Millis = DAY, "api-oce: amortised costs 24 to 48 h behind";
    /// On which day of the next month metered use is paid.
    settlement_day: u8 = 3, "inferred: api-oce says that costs are final after the 3rd of the next month";
    /// How many months back bills are kept.
    bill_months: u8 = 36, "the SDK: last 3 years; that older cycles are CBC.0100 is inferred";
    /// How many months back costs are kept.
    cost_months: u8 = 18, "monthly-breakdown: last 18 months; that older ones are CBC.0100 is inferred";
    /// Whether the ordinary account has opened its cost centre; the others have.
    ordinary_cost_centre: bool = false, "api-oce: CBC.18000014 for accounts that have not";
    /// So many members that keep their own finances can be asked about at once when costs are analysed.
    costs_members_most: u32 = 100, "api-oce: CBC.18000048 for too many; the number is inferred";
    /// Hours from the begin of a month until the 95th percentiles of the month before are known.
    usage95_ready_hours: u32 = 44, "the SDK: after 20:00 on the 2nd";
    /// The most rows of a page of service, resource or usage types.
    dictionary_page_max: u32 = 1_000, "inferred: the documents give a default of 10 and no maximum";
    /// Whether a filter of specs has to be the whole code of the spec, without regard to case.
    spec_filter_whole: bool = true, "inferred: the SDK says that RESOURCE_SPEC filters, not how it compares";
    /// The most products of one price inquiry.
    inquiry_products_max: u32 = 100, "inferred: the documents name no maximum";
    /// The largest result of a price inquiry, yuan; above it is CBC.99006055.
    inquiry_yuan_max: i64 = 1_000_000_000, "inferred: the documents name the error and not the maximum";
    /// Whether the project of a price inquiry has to be of each product's region.
    inquiry_project_of_region: bool = true, "inferred: any project of the account in that region";
    /// Whether the rows of a pay-per-use inquiry's discounts say what they take off, and not what is left.
    inquiry_discount_rows_take_off: bool = true, "inferred: the amount of the discount, the SDK says";
    /// Whether the rows of a renewal inquiry are list prices, and not those after the best discount.
    renew_rows_at_list_price: bool = true, "inferred: discounts are optional, and a sum of rows then is the list price";
    /// A transfer between a master and a member goes on for so long, milliseconds; meanwhile another is refused.
    transfer_ms: Millis = 1_000, "inferred: CBC.99007461 says that another one is unfinished, not for how long";
    /// Whether only what a member has from its master can be taken back of its cash.
    take_back_handed_only: bool = true, "inferred: the documents speak of taking back what was allocated";
    /// Whether members whose money is in custody can be handed money and coupons.
    custodial_members_get_money: bool = true, "inferred: no document forbids it";
    /// A member that was made is normal after so long, milliseconds.
    member_creation_ms: Millis = 5_000, "api-oce: asynchronous, status 2 and then 1; how long is inferred";
    /// Members that can be made in a day before CBC.99007197.
    members_a_day: u32 = 20, "inferred: the documents say that an address is throttled, not when";
    /// Codes that a telephone is sent in a day.
    codes_a_day: u32 = 5, "inferred: CBC.99000082 says too many, not how many";
    /// Whether text messages do not arrive, so that codes are made and not sent.
    telephones_unreachable: bool = false, "api-oce: CBC.99004003";
    /// How long after a closed member was made its telephone cannot be used again, milliseconds.
    phone_rests_ms: Millis = 180 * DAY, "inferred: CBC.99000030 says that a telephone was used too often";
    /// Whether opening enterprise projects that are open is refused; otherwise it answers 204 again.
    reopening_projects_refused: bool = false, "inferred: CBC.99007004 with NOT_OPEN_MULTI_PROJECT may mean this";
    /// Whether a renewal of several resources makes one order for all instead of one for each.
    renewals_together: bool = false, "inferred: several orders may be created, when is not said";
    /// Whether resources are listed under the order that renews them before it is paid.
    unpaid_renewals_list_resources: bool = false, "inferred: the documents say that an order can be asked for, not from when";
    /// Whether a renewal or unsubscription of which every resource fails is refused with the first one's code.
    all_failed_is_refused: bool = true, "inferred: the codes are documented with status 400, fail_resource_infos is for partial failures";
    /// How far ahead a resource can be paid for, years.
    longest_term_years: u32 = 5, "inferred: CBC.99003154 says that there is a maximum, not which";
    /// The most items of a page of coupons, account changes, packages or deductions.
    unstated_page_most: i64 = 100, "inferred: no most is documented there, callers use 100 to 1,000";
}
