//! The bill of each resource (`list_customerself_resource_record_details`, api-oce "查询资源详单"): a
//! question with a body that changes nothing.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::Serialize;

use super::{BillScope, CycleDays, ProjectFilter, ROWS_PER_PAGE, Statistic};
use crate::{
    bss::{
        BillCycle, Error, Listed, Page, Reader,
        codes::{
            BillMethod, BillPeriodType, BillQueryType, BillType, ChargingMode, IsSpot, PaymentType,
            ResourceRelation, StatisticType,
        },
        pages::{Listing, page_size},
        read::{Ask, ReadOperation},
        record::{Record, record},
    },
    i18n::Locale,
    money::Money,
};

pub(super) const DETAILS: ReadOperation = ReadOperation {
    id: "list_customerself_resource_record_details",
    method: "POST",
    path: "/v2/bills/customer-bills/res-records/query",
    per_second: 10,
    answer: ResourceDetails::FIELDS,
};

/// Which resources' bills to list. What is `None` filters nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceDetailQuery {
    /// What a row sums up, and of when; nothing is known from before 2019-01.
    pub statistic: Statistic,
    /// Only of this service.
    pub service_type_code: Option<String>,
    /// Only of this type of resource.
    pub resource_type_code: Option<String>,
    /// Only of this region.
    pub region_code: Option<String>,
    /// Only of this resource.
    pub resource_id: Option<String>,
    /// Only billed in this mode.
    pub charging_mode: Option<ChargingMode>,
    /// Only for this.
    pub bill_type: Option<BillType>,
    /// Only of this enterprise project.
    pub project: Option<ProjectFilter>,
    /// With or without rows of nothing; BSS's own choice when `None`.
    pub include_zero: Option<bool>,
    /// Whose.
    pub scope: Option<BillScope>,
    /// Only what this account pays for. A master's own id leaves out members that pay for themselves.
    pub payer_account_id: Option<String>,
    /// How many to skip.
    pub offset: u64,
    /// How many to give, at most [`ROWS_PER_PAGE`]; that many when 0.
    pub limit: u32,
}

impl ResourceDetailQuery {
    /// Everything, summed up so.
    pub const fn of(statistic: Statistic) -> Self {
        Self {
            statistic,
            service_type_code: None,
            resource_type_code: None,
            region_code: None,
            resource_id: None,
            charging_mode: None,
            bill_type: None,
            project: None,
            include_zero: None,
            scope: None,
            payer_account_id: None,
            offset: 0,
            limit: 0,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
struct DetailBody<'a> {
    cycle: BillCycle,
    statistic_type: StatisticType,
    query_type: BillQueryType,
    #[serde(skip_serializing_if = "Option::is_none")]
    bill_cycle_begin: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bill_cycle_end: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cloud_service_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    res_instance_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    charge_mode: Option<ChargingMode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bill_type: Option<BillType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enterprise_project_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    include_zero_record: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<BillMethod>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_customer_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payer_account_id: Option<&'a str>,
    offset: u64,
    limit: u32,
}

record! {
    /// One page of resources' bills.
    pub struct ResourceDetails {
        /// The rows of this page.
        pub records: Vec<Listed<ResourceDetail>> = "monthly_records",
        /// How many match.
        pub total_count: Option<u64>,
        /// `CNY`; absent means the same.
        pub currency: Option<String>,
    }

    /// The bill of a resource, in yuan with up to eight decimals. `consume_amount` is the sum of what it was
    /// paid by.
    pub struct ResourceDetail {
        /// The cycle.
        pub cycle: Option<BillCycle>,
        /// The day in Beijing; on sums of a day only.
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
        /// The type of resource; Huawei writes it with a capital T.
        pub resource_type_code: Option<String> = "resource_Type_code",
        /// The service's name in the language asked for.
        pub service_type_name: Option<String> = "cloud_service_type_name",
        /// The name of the type.
        pub resource_type_name: Option<String>,
        /// The resource.
        pub resource_id: Option<String> = "res_instance_id",
        /// What people call it.
        pub resource_name: Option<String>,
        /// Its tags.
        pub resource_tag: Option<String>,
        /// The specification in bills.
        pub sku_code: Option<String>,
        /// The enterprise project; `null` as a word when there is none.
        pub enterprise_project_id: Option<String>,
        /// Its name.
        pub enterprise_project_name: Option<String>,
        /// How it is billed.
        pub charging_mode: Option<ChargingMode> = "charge_mode",
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
        pub stored_card_amount: Option<Money>,
        /// Paid by bonus, which is retired.
        pub bonus_amount: Option<Money>,
        /// Owed.
        pub debt_amount: Option<Money>,
        /// Written off.
        pub adjustment_amount: Option<Money>,
        /// List price.
        pub official_amount: Option<Money>,
        /// What discounts take off.
        pub discount_amount: Option<Money>,
        /// The unit of its amounts; 1 is yuan.
        pub measure_id: Option<i32>,
        /// The unit of its period.
        pub period_type: Option<BillPeriodType>,
        /// The resource at the root of those that it is attached to.
        pub root_resource_id: Option<String>,
        /// The resource that it is attached to.
        pub parent_resource_id: Option<String>,
        /// The order, or the transaction.
        pub trade_id: Option<String>,
        /// Its own id (reserved).
        pub id: Option<String>,
        /// What it is, for people.
        pub product_spec_desc: Option<String>,
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
        /// The order that this one continues.
        pub pre_order_id: Option<String>,
        /// Where it is.
        pub zones: Vec<AvailabilityZone> = "az_code_infos",
        /// Who pays for it.
        pub payer_account_id: Option<String>,
        /// From when the use is billed; single charges only.
        pub effective_time: Option<DateTime<Utc>>,
        /// Until when.
        pub expire_time: Option<DateTime<Utc>>,
        /// When it was consumed; single charges only.
        pub consume_time: Option<DateTime<Utc>>,
        /// Huawei's operating entity.
        pub be_id: Option<String>,
        /// Other resources that it belongs with.
        pub relations: Option<Relations> = "extend_params",
        /// The login name of the account that consumed.
        pub account_name: Option<String>,
        /// How many periods.
        pub period_num: Option<Decimal>,
        /// Whether it is a spot instance; single charges only.
        pub is_spot: Option<IsSpot>,
        /// The types of the discounts, with commas between; single charges only.
        pub promotion_type: Option<String>,
        /// How a reserved instance or savings plan is paid; single charges only.
        pub payment_type: Option<PaymentType>,
    }

    /// An availability zone.
    pub struct AvailabilityZone {
        /// Its code.
        pub az_code: Option<String>,
    }

    /// A resource among others.
    pub struct Relations {
        /// The resource itself.
        pub self_resource_id: Option<String>,
        /// The others.
        pub others: Vec<Relation> = "relation_infos",
    }

    /// What another resource is to it.
    pub struct Relation {
        /// The other resource.
        pub resource_id: Option<String> = "relative_resource_id",
        /// What it is.
        pub kind: Option<ResourceRelation> = "relative_type",
    }
}

impl Reader {
    /// One page of resources' bills (`list_customerself_resource_record_details`), up to a day late.
    pub async fn resource_details(
        &self,
        query: &ResourceDetailQuery,
        locale: Locale,
    ) -> Result<ResourceDetails, Error> {
        let days = query.statistic.days();
        let body = DetailBody {
            cycle: query.statistic.cycle(),
            statistic_type: query.statistic.kind(),
            query_type: if days.is_some() { BillQueryType::Daily } else { BillQueryType::Cycle },
            bill_cycle_begin: days.map(CycleDays::from),
            bill_cycle_end: days.map(CycleDays::to),
            cloud_service_type: query.service_type_code.as_deref(),
            resource_type: query.resource_type_code.as_deref(),
            region: query.region_code.as_deref(),
            res_instance_id: query.resource_id.as_deref(),
            charge_mode: query.charging_mode,
            bill_type: query.bill_type,
            enterprise_project_id: query.project.as_ref().map(ProjectFilter::wire),
            include_zero_record: query.include_zero,
            method: query.scope.as_ref().map(BillScope::method),
            sub_customer_id: query.scope.as_ref().and_then(BillScope::member),
            payer_account_id: query.payer_account_id.as_deref(),
            offset: query.offset,
            limit: page_size(query.limit, ROWS_PER_PAGE),
        };
        self.ask(Ask::of(&DETAILS).saying(&body).in_language(locale)).await
    }
}

impl Listing for (ResourceDetailQuery, Locale) {
    type Item = Listed<ResourceDetail>;
    const OPERATION: &'static str = DETAILS.id;

    async fn page(&self, reader: &Reader, offset: u64) -> Result<Page<Self::Item>, Error> {
        let answer =
            reader.resource_details(&ResourceDetailQuery { offset, ..self.0.clone() }, self.1).await?;
        let limit = page_size(self.0.limit, ROWS_PER_PAGE);
        Ok(Page::of(&DETAILS, answer.records, answer.total_count, offset, limit))
    }

    /// The id is reserved, and the same resource can have several rows.
    fn key(_: &Self::Item) -> Option<String> {
        None
    }
}
