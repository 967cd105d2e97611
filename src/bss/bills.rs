//! Bills (api-oce, 账单): the sum of a month, single charges, and what each resource cost. Here is what the
//! questions about them have in common; the questions are in the files below. Nothing here adds up.

mod charges;
mod details;
mod resources;
mod summary;

use chrono::NaiveDate;

pub use self::{
    charges::{FeeRecord, FeeRecordQuery, FeeRecords},
    details::{AvailabilityZone, Relation, Relations, ResourceDetail, ResourceDetailQuery, ResourceDetails},
    resources::{ResourceRecord, ResourceRecordQuery, ResourceRecords},
    summary::{BillSum, MonthlySum, MonthlySumQuery},
};
use super::{
    BillCycle,
    codes::{BillMethod, SpecialProject, StatisticType},
    read::{Ask, ReadOperation},
};

/// The most rows that one page of a bill holds; others who call it use 1,000.
pub const ROWS_PER_PAGE: u32 = 1000;

pub(super) const OPERATIONS: &[&ReadOperation] =
    &[&summary::SUM, &charges::CHARGES, &resources::RECORDS, &details::DETAILS];

/// Whose bills are asked for. Without a scope BSS takes [`BillScope::All`], which for an account without
/// members is the same as its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BillScope {
    /// The account's own.
    Oneself,
    /// Those of one member of the enterprise, by its account id. One that keeps its own finances must have
    /// allowed it.
    Member(String),
    /// The account's own and those of its members.
    All,
}

impl BillScope {
    pub(super) const fn method(&self) -> BillMethod {
        match self {
            Self::Oneself => BillMethod::Oneself,
            Self::Member(_) => BillMethod::SubCustomer,
            Self::All => BillMethod::All,
        }
    }

    pub(super) fn member(&self) -> Option<&str> {
        match self {
            Self::Member(id) => Some(id),
            Self::Oneself | Self::All => None,
        }
    }
}

/// An enterprise project in a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProjectFilter {
    /// The default project.
    Default,
    /// What belongs to no project, because its service knows none.
    Unallocated,
    /// The project with this id.
    Id(String),
}

impl ProjectFilter {
    /// As most bills write it.
    pub(super) fn wire(&self) -> String {
        match self {
            Self::Default => SpecialProject::Default.code().to_owned(),
            Self::Unallocated => SpecialProject::Unallocated.code().to_owned(),
            Self::Id(id) => id.clone(),
        }
    }

    /// As the sum of a month writes it.
    pub(super) fn wire_in_sums(&self) -> String {
        match self {
            Self::Unallocated => SpecialProject::UnallocatedInSums.code().to_owned(),
            _ => self.wire(),
        }
    }
}

/// Some days of one cycle, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CycleDays {
    from: NaiveDate,
    to: NaiveDate,
}

/// The days are not in one cycle, or the last one is before the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the days are not in one billing cycle")]
pub struct NotOneCycle;

impl CycleDays {
    /// The days from one to another of the same cycle: BSS refuses others.
    pub fn new(from: NaiveDate, to: NaiveDate) -> Result<Self, NotOneCycle> {
        let one = from <= to && BillCycle::of_day(from).contains(to);
        if one { Ok(Self { from, to }) } else { Err(NotOneCycle) }
    }

    /// The first day.
    pub const fn from(self) -> NaiveDate {
        self.from
    }

    /// The last day.
    pub const fn to(self) -> NaiveDate {
        self.to
    }
}

/// For when bills are asked: a whole cycle, or some of its days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// All of it.
    Cycle(BillCycle),
    /// These days of it.
    Days(CycleDays),
}

impl When {
    /// The cycle.
    pub fn cycle(self) -> BillCycle {
        match self {
            Self::Cycle(cycle) => cycle,
            Self::Days(days) => BillCycle::of_day(days.from),
        }
    }

    pub(super) const fn days(self) -> Option<CycleDays> {
        match self {
            Self::Cycle(_) => None,
            Self::Days(days) => Some(days),
        }
    }
}

impl From<BillCycle> for When {
    fn from(cycle: BillCycle) -> Self {
        Self::Cycle(cycle)
    }
}

/// What a row of a resource's bill sums up. Sums of a cycle cannot be limited to some of its days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statistic {
    /// The whole cycle of a resource.
    PerCycle(BillCycle),
    /// A day of a resource.
    PerDay(When),
    /// A single charge.
    PerCharge(When),
}

impl Statistic {
    /// Its code.
    pub const fn kind(self) -> StatisticType {
        match self {
            Self::PerCycle(_) => StatisticType::Cycle,
            Self::PerDay(_) => StatisticType::Day,
            Self::PerCharge(_) => StatisticType::Detail,
        }
    }

    /// The cycle.
    pub fn cycle(self) -> BillCycle {
        match self {
            Self::PerCycle(cycle) => cycle,
            Self::PerDay(when) | Self::PerCharge(when) => when.cycle(),
        }
    }

    pub(super) const fn days(self) -> Option<CycleDays> {
        match self {
            Self::PerCycle(_) => None,
            Self::PerDay(when) | Self::PerCharge(when) => when.days(),
        }
    }
}

impl Ask {
    /// Whose bills, in the two parameters that all bills have for it.
    pub(super) fn of_scope(self, scope: Option<&BillScope>) -> Self {
        self.with("method", scope.map(|scope| scope.method().code().to_owned()))
            .with("sub_customer_id", scope.and_then(BillScope::member))
    }

    /// The days, in the two parameters that must come together.
    pub(super) fn on_days(self, days: Option<CycleDays>) -> Self {
        self.with("bill_date_begin", days.map(CycleDays::from)).with("bill_date_end", days.map(CycleDays::to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn days_of_two_cycles_cannot_be_asked_for() {
        assert_eq!(CycleDays::new(day("2026-01-31"), day("2026-02-01")), Err(NotOneCycle));
        assert_eq!(CycleDays::new(day("2026-01-02"), day("2026-01-01")), Err(NotOneCycle));
        let days = CycleDays::new(day("2026-01-01"), day("2026-01-31")).expect("one cycle");
        assert_eq!(When::Days(days).cycle().to_string(), "2026-01");
        assert_eq!(Statistic::PerDay(When::Days(days)).kind(), StatisticType::Day);
    }
}
