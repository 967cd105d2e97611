//! When resources expire and renewals are charged over the next twelve months, with what they cost, and until
//! which day the balance suffices. It assumes that everything is renewed for the term it was last paid for.
//! Pure: it asks nobody.

use std::collections::BTreeMap;

use chrono::{Datelike as _, Months, NaiveDate};

use crate::{identity::access::AccountId, money::Money};

/// How far the calendar looks, in months.
pub const MONTHS: u32 = 12;

/// How an amount is known, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Known {
    /// Huawei was asked.
    Quoted,
    /// It is what was paid last.
    LastPaid,
    /// It is not known.
    Unknown,
}

/// Resources of one account that are due together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The account.
    pub account: AccountId,
    /// The day: of the charge for those that renew by themselves, else of the expiry (UTC+8).
    pub day: NaiveDate,
    /// Whether they renew by themselves.
    pub automatic: bool,
    /// For how many months they are renewed each time.
    pub months: u32,
    /// How many there are.
    pub count: i64,
    /// What renewing them costs, as far as it is known, yuan.
    pub amount: Money,
    /// How well it is known: the worst of them.
    pub known: Known,
}

/// Counts and amounts of some days.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    /// Renewals that are charged by themselves.
    pub automatic: i64,
    /// What they cost.
    pub automatic_amount: Money,
    /// Resources that expire unless a person renews them.
    pub manual: i64,
    /// What renewing them costs.
    pub manual_amount: Money,
    /// How many of the amounts are not quoted but what was paid last.
    pub last_paid: i64,
    /// How many amounts are not known.
    pub unknown: i64,
}

impl Sum {
    /// What all of it costs.
    pub fn amount(&self) -> Money {
        self.automatic_amount + self.manual_amount
    }

    /// How many there are.
    pub const fn count(&self) -> i64 {
        self.automatic + self.manual
    }

    /// This and the other.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            automatic: self.automatic + other.automatic,
            automatic_amount: self.automatic_amount + other.automatic_amount,
            manual: self.manual + other.manual,
            manual_amount: self.manual_amount + other.manual_amount,
            last_paid: self.last_paid + other.last_paid,
            unknown: self.unknown + other.unknown,
        }
    }

    fn add(&mut self, due: &Due) {
        if due.automatic {
            self.automatic += due.count;
            self.automatic_amount += due.amount;
        } else {
            self.manual += due.count;
            self.manual_amount += due.amount;
        }
        match due.known {
            Known::Quoted => {}
            Known::LastPaid => self.last_paid += due.count,
            Known::Unknown => self.unknown += due.count,
        }
    }
}

/// Everything that is due from `today` on, each again after its term, until twelve months have passed. What
/// was due before today is due today.
pub fn repeated(first: &[Due], today: NaiveDate) -> Vec<Due> {
    let end = last_day(today);
    let mut all = Vec::with_capacity(first.len());
    for due in first {
        // From the first day on, so that a 31st is a 31st again.
        let days = (0_u32..).map_while(|n| due.day.checked_add_months(Months::new(n * due.months.max(1))));
        for day in days.take_while(|day| *day <= end) {
            all.push(Due { day: day.max(today), ..due.clone() });
        }
    }
    all.sort_by_key(|due| due.day);
    all
}

/// The last day that the calendar shows.
pub fn last_day(today: NaiveDate) -> NaiveDate {
    let first = today.with_day(1).unwrap_or(today);
    first.checked_add_months(Months::new(MONTHS)).and_then(|day| day.pred_opt()).unwrap_or(today)
}

/// Sums by month, every month of the twelve, the first day of each.
pub fn by_month(all: &[Due], today: NaiveDate) -> Vec<(NaiveDate, Sum)> {
    let first = today.with_day(1).unwrap_or(today);
    let mut months: Vec<(NaiveDate, Sum)> = (0..MONTHS)
        .filter_map(|n| first.checked_add_months(Months::new(n)))
        .map(|month| (month, Sum::default()))
        .collect();
    for due in all {
        let month = due.day.with_day(1);
        if let Some((_, sum)) = months.iter_mut().find(|(day, _)| Some(*day) == month) {
            sum.add(due);
        }
    }
    months
}

/// Sums by day, only days on which there is something.
pub fn by_day(all: &[Due]) -> BTreeMap<NaiveDate, Sum> {
    let mut days: BTreeMap<NaiveDate, Sum> = BTreeMap::new();
    for due in all {
        days.entry(due.day).or_default().add(due);
    }
    days
}

/// The first day on which `balance` no longer pays for what is due in `account` by then: for what is charged
/// by itself alone, and for that together with what people would renew.
pub fn short_from(all: &[Due], account: AccountId, balance: Money) -> (Option<NaiveDate>, Option<NaiveDate>) {
    let (mut automatic, mut both) = (Money::ZERO, Money::ZERO);
    let mut first = (None, None);
    for due in all.iter().filter(|due| due.account == account) {
        both += due.amount;
        if due.automatic {
            automatic += due.amount;
        }
        if automatic > balance && first.0.is_none() {
            first.0 = Some(due.day);
        }
        if both > balance && first.1.is_none() {
            first.1 = Some(due.day);
        }
    }
    first
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const ACCOUNT: AccountId = AccountId(Uuid::from_u128(1));

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn due(on: &str, automatic: bool, months: u32, fen: i64) -> Due {
        let (account, amount) = (ACCOUNT, Money::from_fen(fen));
        Due { account, day: day(on), automatic, months, count: 1, amount, known: Known::Quoted }
    }

    #[test]
    fn a_monthly_renewal_comes_each_month_and_a_31st_stays_one() {
        let all = repeated(&[due("2026-01-31", true, 1, 100)], day("2026-01-10"));
        let days: Vec<String> = all.iter().map(|due| due.day.to_string()).collect();
        assert_eq!(days[..4], ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]);
        assert_eq!(all.len(), 12);
        assert_eq!(all.last().map(|due| due.day), Some(day("2026-12-31")));
    }

    #[test]
    fn what_was_due_before_is_due_today_and_repeats_from_its_own_day() {
        let all = repeated(&[due("2026-03-01", false, 12, 100)], day("2026-03-20"));
        assert_eq!(all.iter().map(|due| due.day).collect::<Vec<_>>(), [day("2026-03-20")]);
        let all = repeated(&[due("2026-03-01", false, 6, 100)], day("2026-03-20"));
        assert_eq!(all.iter().map(|due| due.day).collect::<Vec<_>>(), [day("2026-03-20"), day("2026-09-01")]);
    }

    #[test]
    fn months_and_days_add_up_and_say_how_well_they_are_known() {
        let mut unknown = due("2026-02-10", false, 12, 0);
        unknown.known = Known::Unknown;
        let all = repeated(
            &[due("2026-02-10", true, 12, 500), unknown, due("2026-02-11", false, 12, 70)],
            day("2026-01-10"),
        );
        let months = by_month(&all, day("2026-01-10"));
        assert_eq!(months.len(), 12);
        let february = months[1].1;
        assert_eq!((february.automatic, february.manual, february.unknown), (1, 2, 1));
        assert_eq!(february.amount(), Money::from_fen(570));
        let days: Vec<_> =
            by_day(&all).into_iter().map(|(day, sum)| (day.to_string(), sum.count())).collect();
        let first = [("2026-02-10".to_owned(), 2), ("2026-02-11".to_owned(), 1)];
        assert_eq!(days, first);
    }

    #[test]
    fn the_balance_lasts_until_what_is_due_exceeds_it() {
        let all = repeated(
            &[due("2026-02-01", true, 1, 100), due("2026-02-15", false, 12, 150)],
            day("2026-01-10"),
        );
        assert_eq!(
            short_from(&all, ACCOUNT, Money::from_fen(200)),
            (Some(day("2026-04-01")), Some(day("2026-02-15")))
        );
        assert_eq!(short_from(&all, ACCOUNT, Money::from_fen(100_000)), (None, None));
        assert_eq!(short_from(&all, AccountId(Uuid::from_u128(2)), Money::ZERO), (None, None));
    }
}
