//! Costs of a month (`list_customer_bills_monthly_break_down`, api-oce "查询月度成本"): what was paid for a
//! longer term counts in each of its months.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::COSTS_PER_PAGE;
use crate::{
    bss::{
        BillCycle, Error, Listed, Page, Reader,
        bills::{BillScope, ProjectFilter},
        codes::{BillPeriodType, BillType, ChargingMode},
        pages::{Listing, page_size},
        read::{Ask, ReadOperation},
        record::{Record, record},
    },
    i18n::Locale,
    money::Money,
};

pub(super) const BREAKDOWN: ReadOperation = ReadOperation {
    id: "list_customer_bills_monthly_break_down",
    method: "GET",
    path: "/v2/costs/cost-analysed-bills/monthly-breakdown",
    per_second: 10,
    answer: Breakdown::FIELDS,
};

/// Which costs of a month to list. What is `None` filters nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BreakdownQuery {
    /// The month, one of the last 18.
    pub shared_month: BillCycle,
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
    /// Only of this resource.
    pub resource_id: Option<String>,
    /// Only of resources of this name.
    pub resource_name: Option<String>,
    /// Only of this enterprise project.
    pub project: Option<ProjectFilter>,
    /// Whose.
    pub scope: Option<BillScope>,
    /// How many to skip.
    pub offset: u64,
    /// How many to give, at most [`COSTS_PER_PAGE`]; that many when 0.
    pub limit: u32,
}

impl BreakdownQuery {
    /// All costs of a month.
    pub const fn of(shared_month: BillCycle) -> Self {
        Self {
            shared_month,
            service_type_code: None,
            resource_type_code: None,
            region_code: None,
            charging_mode: None,
            bill_type: None,
            resource_id: None,
            resource_name: None,
            project: None,
            scope: None,
            offset: 0,
            limit: 0,
        }
    }
}

record! {
    /// One page of the costs of a month.
    pub struct Breakdown {
        /// `CNY`; absent means the same.
        pub currency: Option<String>,
        /// How many match.
        pub total_count: Option<u64>,
        /// The costs of this page.
        pub details: Vec<Listed<MonthlyCost>>,
    }

    /// What a charge costs in a month, yuan. `consume_amount` = `past_months_amortized_amount` +
    /// `current_month_amortized_amount` + `future_months_amortized_amount`.
    pub struct MonthlyCost {
        /// The month.
        pub shared_month: Option<BillCycle>,
        /// The cycle in which it was billed.
        pub bill_cycle: Option<BillCycle>,
        /// What it is for.
        pub bill_type: Option<BillType>,
        /// The account that consumed.
        pub customer_id: Option<String>,
        /// The region.
        pub region_code: Option<String>,
        /// Its name.
        pub region_name: Option<String>,
        /// The service.
        pub service_type_code: Option<String>,
        /// The type of resource.
        pub resource_type_code: Option<String>,
        /// The service's name in the language asked for.
        pub service_type_name: Option<String>,
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
        /// What it is, for people.
        pub product_spec_desc: Option<String>,
        /// The enterprise project; `null` as a word when there is none.
        pub enterprise_project_id: Option<String>,
        /// Its name.
        pub enterprise_project_name: Option<String>,
        /// How it is billed.
        pub charging_mode: Option<ChargingMode>,
        /// The order; yearly/monthly only.
        pub order_id: Option<String>,
        /// The unit of its period.
        pub period_type: Option<BillPeriodType>,
        /// What was used.
        pub usage_type: Option<String>,
        /// How much.
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
        /// Payable for the whole term.
        pub consume_amount: Option<Money>,
        /// The part of the months before.
        pub past_months_amortized_amount: Option<Money>,
        /// The part of this month: the sum of the parts that follow.
        pub current_month_amortized_amount: Option<Money>,
        /// The part of the months to come.
        pub future_months_amortized_amount: Option<Money>,
        /// Of this month's part, cash.
        pub amortized_cash_amount: Option<Money>,
        /// Of it, credit.
        pub amortized_credit_amount: Option<Money>,
        /// Of it, vouchers.
        pub amortized_coupon_amount: Option<Money>,
        /// Of it, flexi-purchase coupons.
        pub amortized_flexipurchase_coupon_amount: Option<Money>,
        /// Of it, stored-value cards.
        pub amortized_stored_value_card_amount: Option<Money>,
        /// Of it, bonus.
        pub amortized_bonus_amount: Option<Money>,
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
        /// Cost tags.
        pub tags: Vec<CostTag> = "effective_tag_pairs",
        /// Cost units.
        pub cost_units: Vec<CostUnit> = "cost_unit_pairs",
    }

    /// A cost tag.
    pub struct CostTag {
        /// Its key.
        pub key: Option<String> = "tag_key",
        /// Its value.
        pub value: Option<String> = "tag_value",
    }

    /// What a cost unit says of a cost.
    pub struct CostUnit {
        /// The unit.
        pub name: Option<String> = "cost_unit_name",
        /// The value of its rule that applies.
        pub value: Option<String> = "cost_unit_rule_value",
    }
}

impl Reader {
    /// One page of the costs of a month (`list_customer_bills_monthly_break_down`), a day or two late.
    pub async fn monthly_costs(&self, query: &BreakdownQuery, locale: Locale) -> Result<Breakdown, Error> {
        let ask = Ask::of(&BREAKDOWN)
            .with("shared_month", Some(query.shared_month))
            .with("service_type_code", query.service_type_code.as_deref())
            .with("resource_type_code", query.resource_type_code.as_deref())
            .with("region_code", query.region_code.as_deref())
            .with("charging_mode", query.charging_mode.map(ChargingMode::code))
            .with("bill_type", query.bill_type.map(BillType::code))
            .with("resource_id", query.resource_id.as_deref())
            .with("resource_name", query.resource_name.as_deref())
            .with("enterprise_project_id", query.project.as_ref().map(ProjectFilter::wire))
            .of_scope(query.scope.as_ref())
            .with("offset", Some(query.offset))
            .with("limit", Some(page_size(query.limit, COSTS_PER_PAGE)))
            .in_language(locale);
        self.ask(ask).await
    }
}

impl Listing for (BreakdownQuery, Locale) {
    type Item = Listed<MonthlyCost>;
    const OPERATION: &'static str = BREAKDOWN.id;

    async fn page(&self, reader: &Reader, offset: u64) -> Result<Page<Self::Item>, Error> {
        let answer = reader.monthly_costs(&BreakdownQuery { offset, ..self.0.clone() }, self.1).await?;
        let limit = page_size(self.0.limit, COSTS_PER_PAGE);
        Ok(Page::of(&BREAKDOWN, answer.details, answer.total_count, offset, limit))
    }

    /// A resource can have several rows, and none has an id.
    fn key(_: &Self::Item) -> Option<String> {
        None
    }
}
