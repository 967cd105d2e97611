//! What each resource consumed (`list_customerself_resource_records`, api-oce "查询资源消费记录").

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use super::{BillScope, ProjectFilter, ROWS_PER_PAGE, Statistic};
use crate::{
    bss::{
        Error, Listed, Page, Reader,
        codes::{BillPeriodType, BillType, ChargingMode, StatisticType},
        pages::{Listing, page_size},
        read::{Ask, ReadOperation},
        record::{Record, record},
    },
    i18n::Locale,
    money::Money,
};

pub(super) const RECORDS: ReadOperation = ReadOperation {
    id: "list_customerself_resource_records",
    method: "GET",
    path: "/v2/bills/customer-bills/res-fee-records",
    per_second: 10,
    answer: ResourceRecords::FIELDS,
};

/// Which consumption to list. What is `None` filters nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceRecordQuery {
    /// What a row sums up, and of when in the last three years.
    pub statistic: Statistic,
    /// Only of this service.
    pub service_type_code: Option<String>,
    /// Only of this region.
    pub region_code: Option<String>,
    /// Only billed in this mode.
    pub charging_mode: Option<ChargingMode>,
    /// Only for this.
    pub bill_type: Option<BillType>,
    /// Only of this resource.
    pub resource_id: Option<String>,
    /// Only of this enterprise project.
    pub project: Option<ProjectFilter>,
    /// With or without rows of nothing; BSS's own choice when `None`.
    pub include_zero: Option<bool>,
    /// Whose.
    pub scope: Option<BillScope>,
    /// Only of this order or transaction.
    pub trade_id: Option<String>,
    /// How many to skip.
    pub offset: u64,
    /// How many to give, at most [`ROWS_PER_PAGE`]; that many when 0.
    pub limit: u32,
}

impl ResourceRecordQuery {
    /// Everything, summed up so.
    pub const fn of(statistic: Statistic) -> Self {
        Self {
            statistic,
            service_type_code: None,
            region_code: None,
            charging_mode: None,
            bill_type: None,
            resource_id: None,
            project: None,
            include_zero: None,
            scope: None,
            trade_id: None,
            offset: 0,
            limit: 0,
        }
    }
}

record! {
    /// One page of what resources consumed.
    pub struct ResourceRecords {
        /// The rows of this page.
        pub records: Vec<Listed<ResourceRecord>> = "fee_records",
        /// How many match.
        pub total_count: Option<u64>,
        /// `CNY`; absent means the same.
        pub currency: Option<String>,
    }

    /// What a resource consumed, in yuan with up to eight decimals: charges are to the fen, so that the sum
    /// of these is not the sum of the month. `amount` is the sum of what it was paid by.
    pub struct ResourceRecord {
        /// The day in Beijing.
        pub bill_date: Option<NaiveDate>,
        /// What it is for.
        pub bill_type: Option<BillType>,
        /// The account that consumed.
        pub customer_id: Option<String>,
        /// The region.
        pub region_code: Option<String> = "region",
        /// Its name.
        pub region_name: Option<String>,
        /// The service.
        pub service_type_code: Option<String> = "cloud_service_type",
        /// The type of resource.
        pub resource_type_code: Option<String> = "resource_type",
        /// The service's name in the language asked for.
        pub service_type_name: Option<String> = "cloud_service_type_name",
        /// The name of the type.
        pub resource_type_name: Option<String>,
        /// From when the use is billed; pay-per-use only.
        pub effective_time: Option<DateTime<Utc>>,
        /// Until when.
        pub expire_time: Option<DateTime<Utc>>,
        /// The resource.
        pub resource_id: Option<String>,
        /// What people call it.
        pub resource_name: Option<String>,
        /// Its tags.
        pub resource_tag: Option<String>,
        /// The product.
        pub product_id: Option<String>,
        /// The product's name.
        pub product_name: Option<String>,
        /// What it is, for people.
        pub product_spec_desc: Option<String>,
        /// The specification in bills.
        pub sku_code: Option<String>,
        /// The size of what is sold by its size.
        pub spec_size: Option<Decimal>,
        /// The unit of that size.
        pub spec_size_measure_id: Option<i32>,
        /// The order, or the transaction.
        pub trade_id: Option<String>,
        /// Its own id; not on sums of a cycle.
        pub id: Option<String>,
        /// When it was charged.
        pub trade_time: Option<DateTime<Utc>>,
        /// The enterprise project; `null` as a word when there is none.
        pub enterprise_project_id: Option<String>,
        /// Its name.
        pub enterprise_project_name: Option<String>,
        /// How it is billed.
        pub charging_mode: Option<ChargingMode> = "charge_mode",
        /// The order; yearly/monthly only.
        pub order_id: Option<String>,
        /// The unit of its period.
        pub period_type: Option<BillPeriodType>,
        /// What was used.
        pub usage_type: Option<String>,
        /// How much; not of yearly/monthly resources.
        pub usage: Option<Decimal>,
        /// The unit of that.
        pub usage_measure_id: Option<i32>,
        /// How much of it packages paid.
        pub free_resource_usage: Option<Decimal>,
        /// The unit of that.
        pub free_resource_measure_id: Option<i32>,
        /// How much of it reserved instances covered.
        pub ri_usage: Option<Decimal>,
        /// The unit of that.
        pub ri_usage_measure_id: Option<i32>,
        /// The price of one unit, where it is simple.
        pub unit_price: Option<Money>,
        /// What one unit is, in words.
        pub unit: Option<String>,
        /// List price.
        pub official_amount: Option<Money>,
        /// What discounts take off.
        pub discount_amount: Option<Money>,
        /// Payable.
        pub amount: Option<Money>,
        /// Paid by cash.
        pub cash_amount: Option<Money>,
        /// Paid by credit.
        pub credit_amount: Option<Money>,
        /// Paid by vouchers.
        pub coupon_amount: Option<Money>,
        /// Paid by flexi-purchase coupons.
        pub flexipurchase_coupon_amount: Option<Money>,
        /// Paid by stored-value cards.
        pub stored_card_amount: Option<Money>,
        /// Paid by bonus, which is retired.
        pub bonus_amount: Option<Money>,
        /// Owed.
        pub debt_amount: Option<Money>,
        /// Written off.
        pub adjustment_amount: Option<Money>,
        /// The unit of its amounts; 1 is yuan.
        pub measure_id: Option<i32>,
        /// How the amount without vouchers came about; single charges only.
        pub formula: Option<String>,
        /// The service of a part of a whole.
        pub sub_service_type_code: Option<String>,
        /// Its name.
        pub sub_service_type_name: Option<String>,
        /// The type of that part.
        pub sub_resource_type_code: Option<String>,
        /// Its name.
        pub sub_resource_type_name: Option<String>,
        /// The part.
        pub sub_resource_id: Option<String>,
        /// What people call the part.
        pub sub_resource_name: Option<String>,
        /// When it was consumed; single charges only.
        pub consume_time: Option<DateTime<Utc>>,
        /// The sub-order, where the order is a combined one.
        pub relative_order_id: Option<String>,
        /// The login name of the account that consumed.
        pub account_name: Option<String>,
        /// How many periods.
        pub period_num: Option<Decimal>,
    }
}

impl Reader {
    /// One page of what resources consumed (`list_customerself_resource_records`), hours late.
    pub async fn resource_records(
        &self,
        query: &ResourceRecordQuery,
        locale: Locale,
    ) -> Result<ResourceRecords, Error> {
        let ask = Ask::of(&RECORDS)
            .with("cycle", Some(query.statistic.cycle()))
            .with("statistic_type", Some(StatisticType::code(query.statistic.kind())))
            .on_days(query.statistic.days())
            .with("cloud_service_type", query.service_type_code.as_deref())
            .with("region", query.region_code.as_deref())
            .with("charge_mode", query.charging_mode.map(ChargingMode::code))
            .with("bill_type", query.bill_type.map(BillType::code))
            .with("resource_id", query.resource_id.as_deref())
            .with("enterprise_project_id", query.project.as_ref().map(ProjectFilter::wire))
            .with("include_zero_record", query.include_zero)
            .of_scope(query.scope.as_ref())
            .with("trade_id", query.trade_id.as_deref())
            .with("offset", Some(query.offset))
            .with("limit", Some(page_size(query.limit, ROWS_PER_PAGE)))
            .in_language(locale);
        self.ask(ask).await
    }
}

impl Listing for (ResourceRecordQuery, Locale) {
    type Item = Listed<ResourceRecord>;
    const OPERATION: &'static str = RECORDS.id;

    async fn page(&self, reader: &Reader, offset: u64) -> Result<Page<Self::Item>, Error> {
        let answer =
            reader.resource_records(&ResourceRecordQuery { offset, ..self.0.clone() }, self.1).await?;
        let limit = page_size(self.0.limit, ROWS_PER_PAGE);
        Ok(Page::of(&RECORDS, answer.records, answer.total_count, offset, limit))
    }

    /// Sums of a cycle have no id, so that none can be counted on.
    fn key(_: &Self::Item) -> Option<String> {
        None
    }
}
