//! The sum of a month (`show_customer_monthly_sum`, api-oce "查询汇总账单").

use super::{BillScope, ProjectFilter, ROWS_PER_PAGE};
use crate::{
    bss::{
        BillCycle, Error, Listed, Page, Reader,
        codes::{BillClass, ChargingMode},
        pages::{Listing, page_size},
        read::{Ask, ReadOperation},
        record::{Record, record},
    },
    money::Money,
};

pub(super) const SUM: ReadOperation = ReadOperation {
    id: "show_customer_monthly_sum",
    method: "GET",
    path: "/v2/bills/customer-bills/monthly-sum",
    per_second: 10,
    answer: MonthlySum::FIELDS,
};

/// Which rows of a month's sum to give. What is `None` filters nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthlySumQuery {
    /// The month, of the last three years.
    pub cycle: BillCycle,
    /// Only of this service.
    pub service_type_code: Option<String>,
    /// Only of this enterprise project.
    pub project: Option<ProjectFilter>,
    /// Whose.
    pub scope: Option<BillScope>,
    /// How many rows to skip.
    pub offset: u64,
    /// How many rows to give, at most [`ROWS_PER_PAGE`]; that many when 0.
    pub limit: u32,
}

record! {
    /// The sum of a month, with some of its rows. The amounts are those of all rows that match, in yuan;
    /// refunds are negative. It knows charges until the end of yesterday.
    pub struct MonthlySum {
        /// How many rows match.
        pub total_count: Option<u64>,
        /// The rows of this page.
        pub rows: Vec<Listed<BillSum>> = "bill_sums",
        /// Payable.
        pub consume_amount: Option<Money>,
        /// Of that, owed.
        pub debt_amount: Option<Money>,
        /// Of that, paid by vouchers.
        pub coupon_amount: Option<Money>,
        /// Of that, paid by flexi-purchase coupons.
        pub flexipurchase_coupon_amount: Option<Money>,
        /// Of that, paid by stored-value cards.
        pub stored_value_card_amount: Option<Money>,
        /// Of that, paid by cash.
        pub cash_amount: Option<Money>,
        /// Of that, paid by credit.
        pub credit_amount: Option<Money>,
        /// Of that, written off.
        pub writeoff_amount: Option<Money>,
        /// The unit of its amounts; 1 is yuan.
        pub measure_id: Option<i32>,
        /// `CNY`; absent means the same.
        pub currency: Option<String>,
    }

    /// A row: what an account consumed or got back of a type of resource in one billing mode.
    /// `consume_amount` = `official_amount` − `official_discount_amount` − `truncated_amount`.
    pub struct BillSum {
        /// The month.
        pub bill_cycle: Option<BillCycle>,
        /// The type of the resources.
        pub resource_type_code: Option<String>,
        /// Their service.
        pub service_type_code: Option<String>,
        /// The service's name.
        pub service_type_name: Option<String>,
        /// The name of the type.
        pub resource_type_name: Option<String>,
        /// How they are billed.
        pub charging_mode: Option<ChargingMode>,
        /// List price, yuan.
        pub official_amount: Option<Money>,
        /// What discounts take off, yuan.
        pub official_discount_amount: Option<Money>,
        /// What is cut off to come to whole fen, yuan.
        pub truncated_amount: Option<Money>,
        /// Payable, yuan.
        pub consume_amount: Option<Money>,
        /// Of that, paid by vouchers.
        pub coupon_amount: Option<Money>,
        /// Of that, paid by flexi-purchase coupons.
        pub flexipurchase_coupon_amount: Option<Money>,
        /// Of that, paid by stored-value cards.
        pub stored_value_card_amount: Option<Money>,
        /// Of that, owed.
        pub debt_amount: Option<Money>,
        /// Of that, written off.
        pub writeoff_amount: Option<Money>,
        /// Of that, paid by cash.
        pub cash_amount: Option<Money>,
        /// Of that, paid by credit.
        pub credit_amount: Option<Money>,
        /// The unit of its amounts; 1 is yuan.
        pub measure_id: Option<i32>,
        /// Consumption, refund or adjustment.
        pub class: Option<BillClass> = "bill_type",
        /// The account that consumed it.
        pub customer_id: Option<String>,
        /// That account's login name.
        pub account_name: Option<String>,
    }
}

impl Reader {
    /// The sum of a month with one page of its rows (`show_customer_monthly_sum`). The interface has no
    /// language; names come in Chinese.
    pub async fn monthly_sum(&self, query: &MonthlySumQuery) -> Result<MonthlySum, Error> {
        let ask = Ask::of(&SUM)
            .with("bill_cycle", Some(query.cycle))
            .with("service_type_code", query.service_type_code.as_deref())
            .with("enterprise_project_id", query.project.as_ref().map(ProjectFilter::wire_in_sums))
            .of_scope(query.scope.as_ref())
            .with("offset", Some(query.offset))
            .with("limit", Some(page_size(query.limit, ROWS_PER_PAGE)));
        self.ask(ask).await
    }
}

impl Listing for MonthlySumQuery {
    type Item = Listed<BillSum>;
    const OPERATION: &'static str = SUM.id;

    async fn page(&self, reader: &Reader, offset: u64) -> Result<Page<Self::Item>, Error> {
        let answer = reader.monthly_sum(&Self { offset, ..self.clone() }).await?;
        let limit = page_size(self.limit, ROWS_PER_PAGE);
        Ok(Page::of(&SUM, answer.rows, answer.total_count, offset, limit))
    }

    /// It is documented nowhere that two rows cannot agree in all that describes them, and a row that was
    /// taken for a repetition would be money that is missing.
    fn key(_: &Self::Item) -> Option<String> {
        None
    }
}
