//! Single charges (`list_customer_bills_fee_records`, api-oce "查询流水账单").

use chrono::{DateTime, Utc};

use super::{BillScope, ProjectFilter, ROWS_PER_PAGE, When};
use crate::{
    bss::{
        BillCycle, Error, Listed, Page, Reader,
        codes::{BillPayStatus, BillType, ChargingMode, ProviderType},
        pages::{Listing, page_size},
        read::{Ask, ReadOperation},
        record::{Record, record},
    },
    i18n::Locale,
    money::Money,
};

pub(super) const CHARGES: ReadOperation = ReadOperation {
    id: "list_customer_bills_fee_records",
    method: "GET",
    path: "/v2/bills/customer-bills/fee-records",
    per_second: 10,
    answer: FeeRecords::FIELDS,
};

/// Which charges to list. What is `None` filters nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeeRecordQuery {
    /// Of this cycle of the last three years, or of these days of it.
    pub when: When,
    /// Only of this provider.
    pub provider: Option<ProviderType>,
    /// Only of this service.
    pub service_type_code: Option<String>,
    /// Only of this type of resource.
    pub resource_type_code: Option<String>,
    /// Only of this region.
    pub region_code: Option<String>,
    /// Only billed in this mode.
    pub charging_mode: Option<ChargingMode>,
    /// Only for this.
    pub bill_type: Option<BillType>,
    /// Only of this order or transaction.
    pub trade_id: Option<String>,
    /// Only of this enterprise project.
    pub project: Option<ProjectFilter>,
    /// With or without charges of nothing; BSS's own choice when `None`.
    pub include_zero: Option<bool>,
    /// Only paid, or not paid, so.
    pub status: Option<BillPayStatus>,
    /// Whose.
    pub scope: Option<BillScope>,
    /// How many to skip.
    pub offset: u64,
    /// How many to give, at most [`ROWS_PER_PAGE`]; that many when 0.
    pub limit: u32,
}

impl FeeRecordQuery {
    /// All charges of a time.
    pub fn of(when: impl Into<When>) -> Self {
        Self {
            when: when.into(),
            provider: None,
            service_type_code: None,
            resource_type_code: None,
            region_code: None,
            charging_mode: None,
            bill_type: None,
            trade_id: None,
            project: None,
            include_zero: None,
            status: None,
            scope: None,
            offset: 0,
            limit: 0,
        }
    }
}

record! {
    /// One page of charges.
    pub struct FeeRecords {
        /// How many match.
        pub total_count: Option<u64>,
        /// The charges of this page.
        pub records: Vec<Listed<FeeRecord>>,
        /// `CNY`; absent means the same.
        pub currency: Option<String>,
    }

    /// A charge, in yuan; a refund is negative. `official_amount` = `official_discount_amount` +
    /// `erase_amount` + `consume_amount`, and the last is the sum of what it was paid by.
    pub struct FeeRecord {
        /// The cycle.
        pub bill_cycle: Option<BillCycle>,
        /// The account that consumed.
        pub customer_id: Option<String>,
        /// The service.
        pub service_type_code: Option<String>,
        /// The type of resource.
        pub resource_type_code: Option<String>,
        /// The service's name in the language asked for.
        pub service_type_name: Option<String>,
        /// The name of the type.
        pub resource_type_name: Option<String>,
        /// The region.
        pub region_code: Option<String>,
        /// The enterprise project; `null` as a word when there is none.
        pub enterprise_project_id: Option<String>,
        /// Its name.
        pub enterprise_project_name: Option<String>,
        /// How it is billed.
        pub charging_mode: Option<ChargingMode>,
        /// When it was consumed: an order's payment, or the end of a use.
        pub consume_time: Option<DateTime<Utc>>,
        /// When it was charged.
        pub trade_time: Option<DateTime<Utc>>,
        /// Huawei, or a seller of the marketplace.
        pub provider_type: Option<ProviderType>,
        /// The order, or the transaction.
        pub trade_id: Option<String>,
        /// Its own id (reserved).
        pub id: Option<String>,
        /// What it is for.
        pub bill_type: Option<BillType>,
        /// Whether it is paid.
        pub status: Option<BillPayStatus>,
        /// List price.
        pub official_amount: Option<Money>,
        /// What discounts take off.
        pub official_discount_amount: Option<Money>,
        /// What is cut off to come to whole fen.
        pub erase_amount: Option<Money>,
        /// Payable.
        pub consume_amount: Option<Money>,
        /// Paid by cash.
        pub cash_amount: Option<Money>,
        /// Paid by credit.
        pub credit_amount: Option<Money>,
        /// Paid by vouchers.
        pub coupon_amount: Option<Money>,
        /// Paid by flexi-purchase coupons.
        pub flexipurchase_coupon_amount: Option<Money>,
        /// Paid by stored-value cards.
        pub stored_value_card_amount: Option<Money>,
        /// Paid by bonus, which is retired.
        pub bonus_amount: Option<Money>,
        /// Owed; for customers who settle monthly, what the month's bill will be.
        pub debt_amount: Option<Money>,
        /// Written off.
        pub writeoff_amount: Option<Money>,
        /// The region's name.
        pub region_name: Option<String>,
        /// The login name of the account that consumed.
        pub account_name: Option<String>,
    }
}

impl Reader {
    /// One page of charges (`list_customer_bills_fee_records`), nearly as they happen.
    pub async fn fee_records(&self, query: &FeeRecordQuery, locale: Locale) -> Result<FeeRecords, Error> {
        let ask = Ask::of(&CHARGES)
            .with("bill_cycle", Some(query.when.cycle()))
            .on_days(query.when.days())
            .with("provider_type", query.provider.map(ProviderType::code))
            .with("service_type_code", query.service_type_code.as_deref())
            .with("resource_type_code", query.resource_type_code.as_deref())
            .with("region_code", query.region_code.as_deref())
            .with("charging_mode", query.charging_mode.map(ChargingMode::code))
            .with("bill_type", query.bill_type.map(BillType::code))
            .with("trade_id", query.trade_id.as_deref())
            .with("enterprise_project_id", query.project.as_ref().map(ProjectFilter::wire))
            .with("include_zero_record", query.include_zero)
            .with("status", query.status.map(BillPayStatus::code))
            .of_scope(query.scope.as_ref())
            .with("offset", Some(query.offset))
            .with("limit", Some(page_size(query.limit, ROWS_PER_PAGE)))
            .in_language(locale);
        self.ask(ask).await
    }
}

impl Listing for (FeeRecordQuery, Locale) {
    type Item = Listed<FeeRecord>;
    const OPERATION: &'static str = CHARGES.id;

    async fn page(&self, reader: &Reader, offset: u64) -> Result<Page<Self::Item>, Error> {
        let answer = reader.fee_records(&FeeRecordQuery { offset, ..self.0.clone() }, self.1).await?;
        let limit = page_size(self.0.limit, ROWS_PER_PAGE);
        Ok(Page::of(&CHARGES, answer.records, answer.total_count, offset, limit))
    }

    /// Nothing that is documented for good: `id` is reserved, and an order has several charges.
    fn key(_: &Self::Item) -> Option<String> {
        None
    }
}
