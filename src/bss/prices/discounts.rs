//! The commercial discounts that an account has by contract (`list_business_discount_info`, 查询商务折扣信息).
//! Huawei does not say whether customers may ask for them.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::Serialize;

use super::super::{
    Error, Listed, Page, Reader,
    codes::Measure,
    pages::{Listing, page_size},
    read::{Ask, ReadOperation},
    record::{Record, record},
};
use crate::{i18n::Locale, money::Money};

/// The most rows that one page holds.
pub const QUOTES_PER_PAGE: u32 = 1_000;

pub(super) const DISCOUNTS: ReadOperation = ReadOperation {
    id: "list_business_discount_info",
    method: "POST",
    path: "/v2/promotions/business/discount-info",
    per_second: 10,
    answer: BusinessDiscounts::FIELDS,
};

/// What the rows are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuoteKind {
    /// Single products.
    Products,
    /// Categories of products.
    Categories,
}

/// Which rows of the contract to list. What is `None` or empty filters nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BusinessDiscountQuery {
    /// What the rows are about; an answer has one kind alone.
    pub kind: QuoteKind,
    /// Those of these services, at most 100 codes.
    pub service_types: Vec<String>,
    /// Those in these modes, at most 20: `ONDEMAND`, `ONETIME`, `DAILY`, `MONTHLY`, `1_YEARLY` to
    /// `5_YEARLY`, `1_YEARLY_RI`, `3_YEARLY_RI`.
    pub charging_modes: Vec<String>,
    /// Those of this site.
    pub site_code: Option<String>,
    /// How many to skip.
    pub offset: u64,
    /// How many to give, at most [`QUOTES_PER_PAGE`]; that many when 0.
    pub limit: u32,
}

impl BusinessDiscountQuery {
    /// All rows of a kind.
    pub const fn all(kind: QuoteKind) -> Self {
        Self {
            kind,
            service_types: Vec::new(),
            charging_modes: Vec::new(),
            site_code: None,
            offset: 0,
            limit: 0,
        }
    }
}

#[derive(Serialize)]
struct Body<'a> {
    quoting_item_type: &'static str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    cloud_service_types: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    charging_modes: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    site_code: Option<&'a str>,
    offset: u64,
    limit: u32,
}

record! {
    /// The contract, with the rows that were asked for.
    pub struct BusinessDiscounts {
        /// How many rows match.
        pub total_count: Option<u64>,
        /// The contract's id.
        pub commerce_id: Option<String>,
        /// The contract's number.
        pub commerce_code: Option<String>,
        /// From when it holds.
        pub effective_time: Option<DateTime<Utc>>,
        /// Until when it holds.
        pub expire_time: Option<DateTime<Utc>>,
        /// Rows about products.
        pub products: Vec<Listed<ProductQuote>> = "product_quoting_items",
        /// Rows about categories.
        pub categories: Vec<Listed<CategoryQuote>> = "category_quoting_items",
        /// The steps that rows about categories name.
        pub category_steps: Vec<CategoryStep> = "category_quoting_item_steps",
        /// Over what time amounts count up to steps; given with such steps alone.
        pub accumulation_cycle: Option<String> = "accumulation_cycle_type",
        /// The sites of the contract.
        pub sites: Vec<Site>,
    }

    /// What is agreed for a product.
    pub struct ProductQuote {
        /// The row's id.
        pub item_id: String,
        /// Huawei's id of the product.
        pub product_id: Option<String>,
        /// What people call its spec.
        pub product_spec_name: Option<String>,
        /// The service type's code.
        pub service_type: Option<String> = "cloud_service_type",
        /// The service's name in the language asked for.
        pub service_type_name: Option<String> = "cloud_service_type_name",
        /// The site.
        pub site_code: Option<String>,
        /// Where the product is sold.
        pub regions: Vec<Region> = "related_regions",
        /// What is charged for.
        pub charge_event_code: Option<String>,
        /// How it is charged: `ONDEMAND`, `MONTHLY`, `1_YEARLY`, …
        pub charging_mode: Option<String>,
        /// 0 an ordinary price, 1 one by steps, 2 one by the time of day.
        pub preferential_category: Option<u32>,
        /// 0 a ratio, 1 a fixed price of a unit.
        pub preferential_type: Option<u32>,
        /// The fixed price of a unit.
        pub sales_price: Option<Money>,
        /// The share of the list price that is paid.
        pub discount_ratio: Option<Decimal>,
        /// What a unit is.
        pub pricing_basis: Option<String>,
        /// From when it holds.
        pub effective_time: Option<DateTime<Utc>>,
        /// Until when it holds.
        pub expire_time: Option<DateTime<Utc>>,
        /// Its steps, where it has some.
        pub steps: Vec<ProductStep> = "product_quoting_item_steps",
    }

    /// A step of what is agreed for a product.
    pub struct ProductStep {
        /// Its id.
        pub step_id: Option<String>,
        /// Its number.
        pub step_no: Option<String>,
        /// From where it holds.
        pub start: Option<Decimal> = "step_start",
        /// The unit of that.
        pub start_measure: Option<Measure> = "start_measure_id",
        /// Up to where it holds; without an end when absent.
        pub end: Option<Decimal> = "step_end",
        /// The unit of that.
        pub end_measure: Option<Measure> = "end_measure_id",
        /// 0 a ratio, 1 a fixed price of a unit.
        pub preferential_type: Option<u32>,
        /// The fixed price of a unit.
        pub sales_price: Option<Money>,
        /// The share of the list price that is paid.
        pub discount_ratio: Option<Decimal>,
        /// What a unit is.
        pub pricing_basis: Option<String>,
    }

    /// What is agreed for a category of products.
    pub struct CategoryQuote {
        /// The row's id.
        pub item_id: String,
        /// The service type's code.
        pub service_type: Option<String> = "cloud_service_type",
        /// The service's name in the language asked for.
        pub service_type_name: Option<String> = "cloud_service_type_name",
        /// What sales people call such resources.
        pub commercial_resource_type: Option<String>,
        /// The resource type's code.
        pub resource_type: Option<String> = "resource_type_code",
        /// Its name.
        pub resource_type_name: Option<String>,
        /// The family of products.
        pub sku_family_code: Option<String>,
        /// Its name.
        pub sku_family_name: Option<String>,
        /// The site.
        pub site_code: Option<String>,
        /// The region, where it is not all of them.
        pub region_code: Option<String>,
        /// Its name.
        pub region_name: Option<String>,
        /// The availability zone, where it is not all of them.
        pub zone: Option<String> = "az_code",
        /// Its name.
        pub zone_name: Option<String> = "az_name",
        /// The number of the step at which it holds.
        pub step_no: Option<String>,
        /// How it is charged: `ONDEMAND`, `MONTHLY`, `1_YEARLY`, …
        pub charging_mode: Option<String>,
        /// The share of the list price that is paid.
        pub discount_ratio: Option<Decimal>,
        /// From when it holds.
        pub effective_time: Option<DateTime<Utc>>,
        /// Until when it holds.
        pub expire_time: Option<DateTime<Utc>>,
    }

    /// A step that rows about categories name.
    pub struct CategoryStep {
        /// Its id.
        pub step_id: Option<String>,
        /// Its number.
        pub step_no: Option<String>,
        /// From where it holds.
        pub start: Option<Decimal> = "step_start",
        /// The unit of that.
        pub start_measure: Option<Measure> = "start_measure_id",
        /// Up to where it holds; without an end when absent.
        pub end: Option<Decimal> = "step_end",
        /// The unit of that.
        pub end_measure: Option<Measure> = "end_measure_id",
        /// From when it holds.
        pub effective_time: Option<DateTime<Utc>>,
        /// Until when it holds.
        pub expire_time: Option<DateTime<Utc>>,
        /// The site.
        pub site_code: Option<String>,
    }

    /// A site of Huawei Cloud.
    pub struct Site {
        /// Its code.
        pub site_code: Option<String>,
        /// Its name in the language asked for.
        pub site_name: Option<String>,
        /// Its regions.
        pub regions: Vec<Region>,
    }

    /// A region.
    pub struct Region {
        /// Its code.
        pub region_code: Option<String>,
        /// Its name in the language asked for.
        pub region_name: Option<String>,
    }
}

impl Reader {
    /// The commercial contract in force, with one page of its rows.
    pub async fn business_discounts(
        &self,
        query: &BusinessDiscountQuery,
        locale: Locale,
    ) -> Result<BusinessDiscounts, Error> {
        let body = Body {
            quoting_item_type: match query.kind {
                QuoteKind::Products => "PRODUCT_ITEM",
                QuoteKind::Categories => "CATEGORY_ITEM",
            },
            cloud_service_types: &query.service_types,
            charging_modes: &query.charging_modes,
            site_code: query.site_code.as_deref(),
            offset: query.offset,
            limit: page_size(query.limit, QUOTES_PER_PAGE),
        };
        self.ask(Ask::of(&DISCOUNTS).saying(&body).in_language(locale)).await
    }
}

/// All rows about products, of whatever kind the query is.
#[derive(Debug, Clone)]
pub struct ProductQuotes(pub BusinessDiscountQuery, pub Locale);

/// All rows about categories, of whatever kind the query is.
#[derive(Debug, Clone)]
pub struct CategoryQuotes(pub BusinessDiscountQuery, pub Locale);

async fn rows<T>(
    reader: &Reader,
    query: BusinessDiscountQuery,
    locale: Locale,
    of: fn(BusinessDiscounts) -> Vec<T>,
) -> Result<Page<T>, Error> {
    let answer = reader.business_discounts(&query, locale).await?;
    let total = answer.total_count;
    let limit = page_size(query.limit, QUOTES_PER_PAGE);
    Ok(Page::of(&DISCOUNTS, of(answer), total, query.offset, limit))
}

impl Listing for ProductQuotes {
    type Item = Listed<ProductQuote>;
    const OPERATION: &'static str = DISCOUNTS.id;

    async fn page(&self, reader: &Reader, offset: u64) -> Result<Page<Self::Item>, Error> {
        let query = BusinessDiscountQuery { kind: QuoteKind::Products, offset, ..self.0.clone() };
        rows(reader, query, self.1, |answer| answer.products).await
    }

    fn key(quote: &Self::Item) -> Option<String> {
        Some(quote.item.item_id.clone())
    }
}

impl Listing for CategoryQuotes {
    type Item = Listed<CategoryQuote>;
    const OPERATION: &'static str = DISCOUNTS.id;

    async fn page(&self, reader: &Reader, offset: u64) -> Result<Page<Self::Item>, Error> {
        let query = BusinessDiscountQuery { kind: QuoteKind::Categories, offset, ..self.0.clone() };
        rows(reader, query, self.1, |answer| answer.categories).await
    }

    fn key(quote: &Self::Item) -> Option<String> {
        Some(quote.item.item_id.clone())
    }
}
