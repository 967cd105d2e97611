//! Billing cycles: months of Beijing's calendar, in which Huawei Cloud bills. It knows no time zone but
//! that one and asks no clock.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Datelike, Days, FixedOffset, NaiveDate, Utc};
use serde::{Serialize, Serializer};
use serde_json::{Value, value::RawValue};

use super::record::{Field, Wrong, text};

/// Beijing is eight hours ahead of UTC all year.
const BEIJING_SECONDS: i32 = 8 * 3600;

/// A billing cycle such as `2026-01`. What happens at `2026-01-31T17:00:00Z` belongs to `2026-02`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BillCycle {
    /// Its first day: the order of cycles is the order of their days.
    first: NaiveDate,
}

/// The text is no billing cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a billing cycle of the form YYYY-MM")]
pub struct NoCycle;

impl BillCycle {
    /// The cycle of a year and a month from 1 to 12.
    pub fn new(year: i32, month: u32) -> Option<Self> {
        let first = NaiveDate::from_ymd_opt(year, month, 1)?;
        (0..=9999).contains(&year).then_some(Self { first })
    }

    /// The cycle that a day of Beijing's calendar is in.
    pub fn of_day(day: NaiveDate) -> Self {
        Self { first: day.with_day(1).unwrap_or(day) }
    }

    /// The cycle that an instant is in.
    pub fn of(at: DateTime<Utc>) -> Self {
        let beijing = FixedOffset::east_opt(BEIJING_SECONDS).expect("eight hours are an offset");
        Self::of_day(at.with_timezone(&beijing).date_naive())
    }

    /// Its year.
    pub fn year(self) -> i32 {
        self.first.year()
    }

    /// Its month, from 1.
    pub fn month(self) -> u32 {
        self.first.month()
    }

    /// Its first day.
    pub const fn first_day(self) -> NaiveDate {
        self.first
    }

    /// Its last day.
    pub fn last_day(self) -> NaiveDate {
        let next = self.next().first;
        next.checked_sub_days(Days::new(1)).unwrap_or(self.first)
    }

    /// Whether a day of Beijing's calendar is in it.
    pub fn contains(self, day: NaiveDate) -> bool {
        Self::of_day(day) == self
    }

    /// The cycle after it.
    #[must_use]
    pub fn next(self) -> Self {
        self.moved(1)
    }

    /// The cycle before it.
    #[must_use]
    pub fn previous(self) -> Self {
        self.moved(-1)
    }

    fn moved(self, months: i32) -> Self {
        let at = self.year() * 12 + self.first.month0().cast_signed() + months;
        let month = at.rem_euclid(12).cast_unsigned() + 1;
        let first = NaiveDate::from_ymd_opt(at.div_euclid(12), month, 1);
        Self { first: first.unwrap_or(self.first) }
    }
}

impl fmt::Display for BillCycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), self.month())
    }
}

impl FromStr for BillCycle {
    type Err = NoCycle;

    fn from_str(text: &str) -> Result<Self, NoCycle> {
        let (year, month) = text.split_once('-').ok_or(NoCycle)?;
        let digits = |text: &str, many: usize| text.len() == many && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(year, 4) || !digits(month, 2) {
            return Err(NoCycle);
        }
        let (year, month) = (year.parse().map_err(|_| NoCycle)?, month.parse().map_err(|_| NoCycle)?);
        Self::new(year, month).ok_or(NoCycle)
    }
}

/// A cycle of the wire: `2026-01`.
impl Field for BillCycle {
    fn read(token: &RawValue) -> Result<Self, Wrong> {
        let text = text(token)?;
        text.parse().map_err(|_| Wrong::not("a billing cycle", &text))
    }
    fn told(&self) -> Value {
        Value::String(self.to_string())
    }
}

impl Serialize for BillCycle {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cycle(text: &str) -> BillCycle {
        text.parse().expect(text)
    }

    #[test]
    fn a_cycle_is_a_month_in_beijing() {
        let at = |text: &str| BillCycle::of(text.parse().expect("a time"));
        assert_eq!(at("2025-01-31T15:59:59Z"), cycle("2025-01"));
        assert_eq!(at("2025-01-31T16:00:00Z"), cycle("2025-02"));
        assert_eq!(cycle("2024-02").last_day().to_string(), "2024-02-29");
        assert_eq!(cycle("2025-12").last_day().to_string(), "2025-12-31");
        assert!(cycle("2025-12").contains("2025-12-31".parse().expect("a day")));
    }

    #[test]
    fn what_is_no_cycle_is_refused() {
        for text in ["2025", "2025-13", "2025-00", "2025-1", "25-01", "2025-01-01", "+025-01", "2025/01", ""]
        {
            assert_eq!(text.parse::<BillCycle>(), Err(NoCycle), "{text}");
        }
    }

    proptest! {
        #[test]
        fn cycles_follow_one_another(year in 1990_i32..2100, month in 1_u32..13) {
            let cycle = BillCycle::new(year, month).expect("a cycle");
            prop_assert!(cycle < cycle.next());
            prop_assert_eq!(cycle.next().previous(), cycle);
            prop_assert_eq!(cycle.last_day().succ_opt(), Some(cycle.next().first_day()));
            prop_assert_eq!(cycle.to_string().parse(), Ok(cycle));
        }
    }
}
