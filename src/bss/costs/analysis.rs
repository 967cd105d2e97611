//! Costs by time and dimension (`list_costs`, api-oce "查询成本数据"): a question with a body that changes
//! nothing.

use chrono::NaiveDate;
use serde::Serialize;

use super::COSTS_PER_PAGE;
use crate::{
    bss::{
        BillCycle, Error, Listed, Page, Reader,
        codes::{CostAmountType, CostDimension, CostFilterOperator, CostGroupType, CostTimeUnit, CostType},
        pages::{Listing, page_size},
        read::{Ask, ReadOperation},
        record::{Record, record},
    },
    i18n::Locale,
    money::Money,
};

/// The most groupings of a question.
pub const MAX_GROUPS: usize = 2;
/// The most filters of a question.
pub const MAX_FILTERS: usize = 100;

pub(super) const COSTS: ReadOperation = ReadOperation {
    id: "list_costs",
    method: "POST",
    path: "/v4/costs/cost-analysed-bills/query",
    per_second: 10,
    answer: AnalysedCosts::FIELDS,
};

/// From when until when, both included, and by what unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CostTime {
    /// By day.
    Days(NaiveDate, NaiveDate),
    /// By month.
    Months(BillCycle, BillCycle),
}

/// By what costs are told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CostGroup {
    /// A dimension; not [`CostDimension::ResourceTag`], [`CostDimension::CostUnit`] or
    /// [`CostDimension::SplitItem`], which only filter or are answered.
    Dimension(CostDimension),
    /// The cost tag with this key.
    Tag(String),
    /// The cost unit with this name.
    CostUnit(String),
}

/// Which costs count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostFilter {
    /// Only these, or all but these.
    pub operator: CostFilterOperator,
    /// The dimension.
    pub dimension: CostDimension,
    /// Its values.
    pub values: Vec<String>,
}

/// What to tell of costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostQuery {
    time: CostTime,
    groups: Vec<CostGroup>,
    cost_type: CostType,
    amount_type: CostAmountType,
    filters: Vec<CostFilter>,
    /// How many to skip.
    pub offset: u64,
    /// How many to give, at most [`COSTS_PER_PAGE`]; that many when 0.
    pub limit: u32,
}

/// BSS would not understand the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCostQuery {
    /// The last day or month is before the first.
    #[error("the time ends before it begins")]
    Time,
    /// None, more than [`MAX_GROUPS`], or one by what cannot be grouped.
    #[error("costs are grouped by one or two dimensions, tags or cost units")]
    Groups,
    /// More than [`MAX_FILTERS`], or one without a value.
    #[error("a filter needs values, and there may be at most 100 filters")]
    Filters,
}

impl CostQuery {
    /// What costs were as billed, payable, in groups.
    pub fn new(time: CostTime, groups: Vec<CostGroup>) -> Result<Self, InvalidCostQuery> {
        let backwards = match time {
            CostTime::Days(from, to) => to < from,
            CostTime::Months(from, to) => to < from,
        };
        if backwards {
            return Err(InvalidCostQuery::Time);
        }
        let never = [CostDimension::ResourceTag, CostDimension::CostUnit, CostDimension::SplitItem];
        let groupable = |group: &CostGroup| match group {
            CostGroup::Dimension(dimension) => !never.contains(dimension),
            CostGroup::Tag(key) | CostGroup::CostUnit(key) => !key.is_empty(),
        };
        if groups.is_empty() || groups.len() > MAX_GROUPS || !groups.iter().all(groupable) {
            return Err(InvalidCostQuery::Groups);
        }
        Ok(Self {
            time,
            groups,
            cost_type: CostType::Original,
            amount_type: CostAmountType::Payable,
            filters: Vec::new(),
            offset: 0,
            limit: 0,
        })
    }

    /// The same of this type of cost and amount.
    #[must_use]
    pub fn telling(self, cost_type: CostType, amount_type: CostAmountType) -> Self {
        Self { cost_type, amount_type, ..self }
    }

    /// The same of what all of these filters let through.
    pub fn filtered(self, filters: Vec<CostFilter>) -> Result<Self, InvalidCostQuery> {
        if filters.len() > MAX_FILTERS || filters.iter().any(|filter| filter.values.is_empty()) {
            return Err(InvalidCostQuery::Filters);
        }
        Ok(Self { filters, ..self })
    }
}

#[derive(Serialize)]
struct CostBody<'a> {
    time_condition: TimeBody,
    groupby: Vec<GroupBody<'a>>,
    cost_type: &'a CostType,
    amount_type: &'a CostAmountType,
    offset: u64,
    limit: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    filters: Vec<FilterBody<'a>>,
}

#[derive(Serialize)]
struct TimeBody {
    time_measure_id: CostTimeUnit,
    begin_time: String,
    end_time: String,
}

#[derive(Serialize)]
struct GroupBody<'a> {
    r#type: CostGroupType,
    key: &'a str,
}

#[derive(Serialize)]
struct FilterBody<'a> {
    operator: CostFilterOperator,
    filter_factor: FactorBody<'a>,
}

#[derive(Serialize)]
struct FactorBody<'a> {
    key: &'a CostDimension,
    value: &'a [String],
}

impl CostTime {
    fn body(self) -> TimeBody {
        let (time_measure_id, begin_time, end_time) = match self {
            Self::Days(from, to) => (CostTimeUnit::Day, from.to_string(), to.to_string()),
            Self::Months(from, to) => (CostTimeUnit::Month, from.to_string(), to.to_string()),
        };
        TimeBody { time_measure_id, begin_time, end_time }
    }
}

impl CostGroup {
    fn body(&self) -> GroupBody<'_> {
        let (r#type, key) = match self {
            Self::Dimension(dimension) => (CostGroupType::Dimension, dimension.code()),
            Self::Tag(key) => (CostGroupType::Tag, &**key),
            Self::CostUnit(key) => (CostGroupType::CostUnit, &**key),
        };
        GroupBody { r#type, key }
    }
}

record! {
    /// One page of analysed costs.
    pub struct AnalysedCosts {
        /// `CNY`; absent means the same.
        pub currency: Option<String>,
        /// How many groups there are.
        pub total_count: Option<u64>,
        /// The groups of this page.
        pub data: Vec<Listed<CostData>> = "cost_data",
    }

    /// The costs of one group, yuan.
    pub struct CostData {
        /// What tells the group from the others.
        pub dimensions: Vec<DimensionValue>,
        /// Its costs by time.
        pub costs: Vec<CostOfTime>,
        /// Their sum.
        pub amount: Option<Money> = "amount_by_costs",
        /// Their sum at list prices.
        pub official_amount: Option<Money> = "official_amount_by_costs",
    }

    /// A value of a dimension.
    pub struct DimensionValue {
        /// The dimension.
        pub key: Option<CostDimension>,
        /// The value.
        pub value: Option<String>,
    }

    /// The cost of a day or month.
    pub struct CostOfTime {
        /// The day (`YYYY-MM-DD`) or month (`YYYY-MM`) in Beijing.
        pub time: Option<String> = "time_dimension_value",
        /// Which of them it is.
        pub unit: Option<CostTimeUnit> = "time_measure_id",
        /// Payable or paid, as asked for.
        pub amount: Option<Money>,
        /// At list price.
        pub official_amount: Option<Money>,
    }
}

impl Reader {
    /// One page of analysed costs (`list_costs`). Costs as billed are an hour late, spread ones a day or two.
    /// Many members that keep their own finances are CBC.18000048: name one.
    pub async fn costs(&self, query: &CostQuery, locale: Locale) -> Result<AnalysedCosts, Error> {
        let filters = query.filters.iter().map(|filter| FilterBody {
            operator: filter.operator,
            filter_factor: FactorBody { key: &filter.dimension, value: &filter.values },
        });
        let body = CostBody {
            time_condition: query.time.body(),
            groupby: query.groups.iter().map(CostGroup::body).collect(),
            cost_type: &query.cost_type,
            amount_type: &query.amount_type,
            offset: query.offset,
            limit: page_size(query.limit, COSTS_PER_PAGE),
            filters: filters.collect(),
        };
        self.ask(Ask::of(&COSTS).saying(&body).in_language(locale)).await
    }
}

impl Listing for (CostQuery, Locale) {
    type Item = Listed<CostData>;
    const OPERATION: &'static str = COSTS.id;

    async fn page(&self, reader: &Reader, offset: u64) -> Result<Page<Self::Item>, Error> {
        let answer = reader.costs(&CostQuery { offset, ..self.0.clone() }, self.1).await?;
        let limit = page_size(self.0.limit, COSTS_PER_PAGE);
        Ok(Page::of(&COSTS, answer.data, answer.total_count, offset, limit))
    }

    fn key(group: &Self::Item) -> Option<String> {
        let values: Vec<_> = group.item.dimensions.iter().map(|d| (&d.key, &d.value)).collect();
        Some(format!("{values:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_bss_would_not_understand_cannot_be_asked() {
        let month = |text: &str| text.parse().expect("a cycle");
        let months = CostTime::Months(month("2026-01"), month("2026-03"));
        let service = || CostGroup::Dimension(CostDimension::CloudServiceType);
        assert_eq!(CostQuery::new(months, Vec::new()), Err(InvalidCostQuery::Groups));
        assert_eq!(CostQuery::new(months, vec![service(); 3]), Err(InvalidCostQuery::Groups));
        let split = CostGroup::Dimension(CostDimension::SplitItem);
        assert_eq!(CostQuery::new(months, vec![split]), Err(InvalidCostQuery::Groups));
        let back = CostTime::Months(month("2026-03"), month("2026-01"));
        assert_eq!(CostQuery::new(back, vec![service()]), Err(InvalidCostQuery::Time));
        let empty = CostFilter {
            operator: CostFilterOperator::Only,
            dimension: CostDimension::RegionCode,
            values: Vec::new(),
        };
        let query = CostQuery::new(months, vec![service()]).expect("a question");
        assert_eq!(query.filtered(vec![empty]), Err(InvalidCostQuery::Filters));
    }
}
