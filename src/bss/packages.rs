//! Resource packages: what was bought, what is left of it and what used it up (api-oce, 查询资源包列表,
//! 查询资源包使用量, 查询资源包使用明细). Two of the questions have bodies; none changes anything.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::Serialize;

use super::{
    Error, Listed, Page, Reader,
    codes::{
        BundleType, PackageSource, PackageStatus, ProjectScope, QuotaCycle, QuotaCycleStart, QuotaReuse,
    },
    pages::{Listing, page_size},
    read::{Ask, ReadOperation},
    record::{Record, record},
    records::Days,
};
use crate::i18n::Locale;

/// The most packages that one page is asked for; the documentation gives no maximum.
pub const PACKAGES_PER_PAGE: u32 = 100;
/// The most deductions that one page is asked for; the documentation gives no maximum.
pub const DEDUCTIONS_PER_PAGE: u32 = 100;
/// The most bytes of an item's id.
pub const MAX_ITEM_ID: usize = 64;
/// How many days may lie between the first and the last day of a question for deductions.
pub const MAX_DAYS_APART: i64 = 90;

pub(super) const OPERATIONS: &[&ReadOperation] = &[&LIST, &USAGES, &DEDUCTIONS];

const LIST: ReadOperation = ReadOperation {
    id: "list_free_resource_infos",
    method: "POST",
    path: "/v3/payments/free-resources/query",
    per_second: 10,
    answer: PackagesAnswer::FIELDS,
};
const USAGES: ReadOperation = ReadOperation {
    id: "list_free_resource_usages",
    method: "POST",
    path: "/v2/payments/free-resources/usages/details/query",
    per_second: 10,
    answer: UsagesAnswer::FIELDS,
};
const DEDUCTIONS: ReadOperation = ReadOperation {
    id: "list_free_resources_usage_records",
    method: "GET",
    path: "/v2/bills/customer-bills/free-resources-usage-records",
    per_second: 10,
    answer: DeductionsAnswer::FIELDS,
};

/// Which packages to list. What is `None` or empty filters nothing and is not sent. Packages that
/// expired more than 18 months ago are gone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PackageQuery {
    /// Those of this region.
    #[serde(rename = "region_code", skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Those bought by this order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_id: Option<String>,
    /// Those of this product.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_id: Option<String>,
    /// Those of a product with this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_name: Option<String>,
    /// Those of this enterprise project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enterprise_project_id: Option<String>,
    /// Those in this status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<PackageStatus>,
    /// Those of any of these services, whatever their case.
    #[serde(rename = "service_type_code_list", skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<String>,
    /// How many to skip.
    pub offset: u64,
    /// How many to give, at most [`PACKAGES_PER_PAGE`]; that many when 0.
    pub limit: u32,
}

record! {
    /// A package.
    pub struct Package {
        /// Its id.
        pub order_instance_id: String,
        /// The order that bought it; none for a gift.
        pub order_id: Option<String>,
        /// The product.
        pub product_id: Option<String>,
        /// What the product is called.
        pub product_name: Option<String>,
        /// Its enterprise project.
        pub enterprise_project_id: Option<String>,
        /// Whether it is for that project alone.
        pub enterprise_project_scope: Option<ProjectScope>,
        /// From when it can be used.
        pub effective_time: Option<DateTime<Utc>>,
        /// Until when it can be used.
        pub expire_time: Option<DateTime<Utc>>,
        /// Where it is in its life.
        pub status: Option<PackageStatus>,
        /// The service.
        pub service_type_code: Option<String>,
        /// The name of the service in the language asked for.
        pub service_type_name: Option<String>,
        /// The region in which it can be used.
        pub region_code: Option<String>,
        /// Bought, or a gift.
        pub source_type: Option<PackageSource>,
        /// Sold alone, or in a bundle.
        pub bundle_type: Option<BundleType>,
        /// Whether its quota comes back.
        pub quota_reuse_mode: Option<QuotaReuse>,
        /// What is in it, one item for each type of usage.
        pub items: Vec<PackageItem> = "free_resources",
    }
}

record! {
    /// What a package holds of one type of usage.
    pub struct PackageItem {
        /// Its id.
        pub free_resource_id: String,
        /// The type of usage.
        pub usage_type_name: Option<String>,
        /// What is left, in this cycle where the quota comes back.
        pub amount: Option<Decimal>,
        /// What there was, in each cycle where the quota comes back.
        pub original_amount: Option<Decimal>,
        /// The unit of both, one of BSS's units of measure: 10 is GB of traffic, 17 GB of space.
        pub measure_id: Option<i32>,
    }
}

record! {
    struct PackagesAnswer {
        total_count: Option<u64>,
        free_resource_packages: Vec<Listed<Package>>,
    }
}

record! {
    /// How much of an item is left, and when it comes back.
    pub struct ItemUsage {
        /// The item.
        pub free_resource_id: String,
        /// What the item is called.
        pub free_resource_type_name: Option<String>,
        /// How often its quota comes back, if it does.
        pub quota_reuse_cycle: Option<QuotaCycle>,
        /// From when the cycles are counted.
        pub quota_reuse_cycle_type: Option<QuotaCycleStart>,
        /// The type of usage.
        pub usage_type_name: Option<String>,
        /// When the current cycle began, or the package where the quota does not come back.
        pub start_time: Option<DateTime<Utc>>,
        /// When it ends.
        pub end_time: Option<DateTime<Utc>>,
        /// What is left until then.
        pub amount: Option<Decimal>,
        /// What there was at its beginning.
        pub original_amount: Option<Decimal>,
        /// The unit of both.
        pub measure_id: Option<i32>,
    }
}

record! {
    struct UsagesAnswer {
        free_resources: Vec<Listed<ItemUsage>>,
    }
}

#[derive(Serialize)]
struct UsagesBody<'a> {
    free_resource_ids: &'a [String],
}

/// Which deductions to list. What is `None` filters nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeductionQuery {
    days: Days,
    /// From this item.
    pub free_resource_id: Option<String>,
    /// From packages of this product.
    pub product_id: Option<String>,
    /// For resources of this type.
    pub resource_type_code: Option<String>,
    /// How many to skip.
    pub offset: u64,
    /// How many to give, at most [`DEDUCTIONS_PER_PAGE`]; that many when 0.
    pub limit: u32,
}

/// The days are not ones that BSS could accept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDays {
    /// The last day is before the first.
    #[error("the last day is before the first")]
    Backwards,
    /// The last day is too long after the first.
    #[error("the days are more than {MAX_DAYS_APART} apart")]
    TooFarApart,
}

record! {
    /// What was taken from an item for the usage of a resource.
    pub struct Deduction {
        /// When it was taken.
        pub deduct_time: Option<DateTime<Utc>>,
        /// The item.
        pub free_resource_id: Option<String>,
        /// The resource that used it.
        pub resource_id: Option<String>,
        /// The type of that resource.
        pub resource_type_code: Option<String>,
        /// The name of that type.
        pub resource_type_name: Option<String>,
        /// The tags of that resource.
        pub resource_tag: Option<String>,
        /// The product of the package.
        pub product_id: Option<String>,
        /// What the product is called.
        pub product_name: Option<String>,
        /// The type of usage.
        pub usage_type_code: Option<String>,
        /// What was left before.
        pub available_amount: Option<Decimal>,
        /// What was left after.
        pub remaining_amount: Option<Decimal>,
        /// What was taken.
        pub used_amount: Option<Decimal>,
        /// The unit of the three.
        pub measure_id: Option<i32>,
        /// Since when the resource was used.
        pub effective_time: Option<DateTime<Utc>>,
        /// Until when.
        pub expire_time: Option<DateTime<Utc>>,
    }
}

record! {
    struct DeductionsAnswer {
        total_count: Option<u64>,
        free_resource_records: Vec<Listed<Deduction>>,
    }
}

impl DeductionQuery {
    /// All deductions from one day of Beijing's calendar to another, both included and at most
    /// [`MAX_DAYS_APART`].
    pub fn on(from: NaiveDate, to: NaiveDate) -> Result<Self, InvalidDays> {
        match (to - from).num_days() {
            ..0 => Err(InvalidDays::Backwards),
            0..=MAX_DAYS_APART => Ok(Self {
                days: Days { from, to },
                free_resource_id: None,
                product_id: None,
                resource_type_code: None,
                offset: 0,
                limit: 0,
            }),
            _ => Err(InvalidDays::TooFarApart),
        }
    }

    /// The days.
    pub const fn days(&self) -> Days {
        self.days
    }
}

impl Reader {
    /// One page of packages (`list_free_resource_infos`, api-oce "查询资源包列表").
    pub async fn packages(
        &self,
        query: &PackageQuery,
        locale: Locale,
    ) -> Result<Page<Listed<Package>>, Error> {
        let limit = page_size(query.limit, PACKAGES_PER_PAGE);
        let ask = Ask::of(&LIST).saying(&PackageQuery { limit, ..query.clone() }).in_language(locale);
        let answer: PackagesAnswer = self.ask(ask).await?;
        Ok(Page::of(&LIST, answer.free_resource_packages, answer.total_count, query.offset, limit))
    }

    /// What is left of these items (`list_free_resource_usages`, api-oce "查询资源包使用量"), all in
    /// one answer. An id has at most [`MAX_ITEM_ID`] bytes; BSS refuses an empty list.
    pub async fn package_usages(
        &self,
        free_resource_ids: &[String],
        locale: Locale,
    ) -> Result<Vec<Listed<ItemUsage>>, Error> {
        let ask = Ask::of(&USAGES).saying(&UsagesBody { free_resource_ids }).in_language(locale);
        let answer: UsagesAnswer = self.ask(ask).await?;
        Ok(answer.free_resources)
    }

    /// One page of deductions from packages (`list_free_resources_usage_records`, api-oce
    /// "查询资源包使用明细").
    pub async fn package_deductions(&self, query: &DeductionQuery) -> Result<Page<Listed<Deduction>>, Error> {
        let limit = page_size(query.limit, DEDUCTIONS_PER_PAGE);
        let ask = Ask::of(&DEDUCTIONS)
            .with("free_resource_id", query.free_resource_id.as_deref())
            .with("product_id", query.product_id.as_deref())
            .with("resource_type_code", query.resource_type_code.as_deref())
            .with("deduct_time_begin", Some(query.days.from))
            .with("deduct_time_end", Some(query.days.to))
            .with("offset", Some(query.offset))
            .with("limit", Some(limit));
        let answer: DeductionsAnswer = self.ask(ask).await?;
        Ok(Page::of(&DEDUCTIONS, answer.free_resource_records, answer.total_count, query.offset, limit))
    }
}

impl Listing for (PackageQuery, Locale) {
    type Item = Listed<Package>;
    const OPERATION: &'static str = LIST.id;

    async fn page(&self, reader: &Reader, offset: u64) -> Result<Page<Self::Item>, Error> {
        reader.packages(&PackageQuery { offset, ..self.0.clone() }, self.1).await
    }

    fn key(package: &Self::Item) -> Option<String> {
        Some(package.item.order_instance_id.clone())
    }
}

impl Listing for DeductionQuery {
    type Item = Listed<Deduction>;
    const OPERATION: &'static str = DEDUCTIONS.id;

    async fn page(&self, reader: &Reader, offset: u64) -> Result<Page<Self::Item>, Error> {
        reader.package_deductions(&Self { offset, ..self.clone() }).await
    }

    /// Deductions have no id.
    fn key(_: &Self::Item) -> Option<String> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn deductions_are_asked_for_at_most_ninety_days_apart() {
        assert!(DeductionQuery::on(day("2026-01-01"), day("2026-04-01")).is_ok());
        assert_eq!(DeductionQuery::on(day("2026-01-01"), day("2026-04-02")), Err(InvalidDays::TooFarApart));
        assert_eq!(DeductionQuery::on(day("2026-01-02"), day("2026-01-01")), Err(InvalidDays::Backwards));
    }
}
