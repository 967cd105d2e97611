//! Usage that is billed by its 95th percentile (api-oce, 95计费): CDN, object storage, bandwidth and edge
//! bandwidth. A month's value is known from the second of the next month, 20:00 in Beijing.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::{
    BillCycle, Error, Listed, Page, Reader,
    codes::{Usage95Service, Usage95Type},
    pages::{Listing, page_size},
    read::{Ask, ReadOperation},
    record::{Record, record},
};
use crate::i18n::Locale;

/// The most rows or points that one page holds; the documentation gives no maximum.
pub const POINTS_PER_PAGE: u32 = 1000;

pub(super) const OPERATIONS: &[&ReadOperation] = &[&SUMMARY, &POINTS];

const SUMMARY: ReadOperation = ReadOperation {
    id: "list_resource_usage_summary",
    method: "GET",
    path: "/v2/bills/customer-bills/resources/usage/summary",
    per_second: 10,
    answer: SummaryAnswer::FIELDS,
};
const POINTS: ReadOperation = ReadOperation {
    id: "list_resource_usage",
    method: "GET",
    path: "/v2/bills/customer-bills/resources/usage/details",
    per_second: 10,
    answer: UsagePoints::FIELDS,
};

/// Which usage is meant. Each service has one type of resource that is billed so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageQuery {
    /// The month.
    pub cycle: BillCycle,
    /// The service.
    pub service: Usage95Service,
    /// How it is measured and billed.
    pub usage_type: Usage95Type,
    /// How many to skip.
    pub offset: u64,
    /// How many to give, at most [`POINTS_PER_PAGE`]; that many when 0.
    pub limit: u32,
}

/// The five-minute points of one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsagePointQuery {
    /// Which usage.
    pub usage: UsageQuery,
    /// Of which resource: one of the summary.
    pub resource_id: String,
}

record! {
    struct SummaryAnswer {
        total_count: Option<u64>,
        summary_usage_info_list: Vec<Listed<UsageSummary>>,
    }

    /// What a resource used in a month.
    pub struct UsageSummary {
        /// The resource.
        pub resource_id: Option<String>,
        /// Days of use: reported points by 288, with up to 20 decimals.
        pub actual_days: Option<Decimal>,
        /// The bandwidth that is billed; nothing in the running month.
        pub band_width: Option<Decimal>,
        /// The guaranteed bandwidth; enhanced billing only.
        pub monthly_guaranteed_band_width: Option<Decimal>,
        /// The highest point; enhanced billing only.
        pub monthly_peak_band_width: Option<Decimal>,
        /// The unit of the bandwidths.
        pub band_width_measure_id: Option<i32>,
    }

    /// One page of the points of a resource, with what the summary says of it.
    pub struct UsagePoints {
        /// Days of use: reported points by 288, with up to 20 decimals.
        pub actual_days: Option<Decimal>,
        /// The bandwidth that is billed; nothing in the running month.
        pub band_width: Option<Decimal>,
        /// The guaranteed bandwidth; enhanced billing only.
        pub monthly_guaranteed_band_width: Option<Decimal>,
        /// The highest point; enhanced billing only.
        pub monthly_peak_band_width: Option<Decimal>,
        /// The unit of the bandwidths.
        pub band_width_measure_id: Option<i32>,
        /// How many points there are.
        pub total_count: Option<u64>,
        /// The points of this page.
        pub points: Vec<Listed<UsagePoint>> = "usage_info_list",
    }

    /// What was used in five minutes.
    pub struct UsagePoint {
        /// When.
        pub stat_time: Option<DateTime<Utc>>,
        /// The guaranteed bandwidth; enhanced billing only.
        pub guaranteed_band_width: Option<Decimal>,
        /// The usage.
        pub usage: Option<Decimal>,
        /// Its unit.
        pub measure_id: Option<i32>,
    }
}

impl Usage95Service {
    /// The only type of its resources that is billed by the 95th percentile; nothing is known of services
    /// that the documentation does not list.
    pub const fn resource_type_code(&self) -> Option<&'static str> {
        match self {
            Self::Cdn => Some("hws.resource.type.cdn"),
            Self::Obs => Some("hws.resource.type.obs"),
            Self::Vpc => Some("hws.resource.type.bandwidth"),
            Self::Iec => Some("hws.resource.type.edgebandwidth"),
            Self::Unknown(_) => None,
        }
    }
}

impl UsageQuery {
    fn ask(&self, operation: &'static ReadOperation, locale: Locale) -> Ask {
        Ask::of(operation)
            .with("bill_cycle", Some(self.cycle))
            .with("service_type_code", Some(self.service.code()))
            .with("resource_type_code", self.service.resource_type_code())
            .with("usage_type", Some(self.usage_type.code()))
            .with("offset", Some(self.offset))
            .with("limit", Some(page_size(self.limit, POINTS_PER_PAGE)))
            .in_language(locale)
    }
}

impl Reader {
    /// One page of resources with what they used (`list_resource_usage_summary`).
    pub async fn usage_summary(
        &self,
        query: &UsageQuery,
        locale: Locale,
    ) -> Result<Page<Listed<UsageSummary>>, Error> {
        let answer: SummaryAnswer = self.ask(query.ask(&SUMMARY, locale)).await?;
        let limit = page_size(query.limit, POINTS_PER_PAGE);
        Ok(Page::of(&SUMMARY, answer.summary_usage_info_list, answer.total_count, query.offset, limit))
    }

    /// One page of the points of a resource (`list_resource_usage`).
    pub async fn usage_points(&self, query: &UsagePointQuery, locale: Locale) -> Result<UsagePoints, Error> {
        let ask = query.usage.ask(&POINTS, locale).with("resource_id", Some(&query.resource_id));
        self.ask(ask).await
    }
}

impl Listing for (UsageQuery, Locale) {
    type Item = Listed<UsageSummary>;
    const OPERATION: &'static str = SUMMARY.id;

    async fn page(&self, reader: &Reader, offset: u64) -> Result<Page<Self::Item>, Error> {
        reader.usage_summary(&UsageQuery { offset, ..self.0.clone() }, self.1).await
    }

    fn key(summary: &Self::Item) -> Option<String> {
        summary.item.resource_id.clone()
    }
}

impl Listing for (UsagePointQuery, Locale) {
    type Item = Listed<UsagePoint>;
    const OPERATION: &'static str = POINTS.id;

    async fn page(&self, reader: &Reader, offset: u64) -> Result<Page<Self::Item>, Error> {
        let mut query = self.0.clone();
        query.usage.offset = offset;
        let answer = reader.usage_points(&query, self.1).await?;
        let limit = page_size(self.0.usage.limit, POINTS_PER_PAGE);
        Ok(Page::of(&POINTS, answer.points, answer.total_count, offset, limit))
    }

    fn key(point: &Self::Item) -> Option<String> {
        point.item.stat_time.map(|time| time.to_string())
    }
}
