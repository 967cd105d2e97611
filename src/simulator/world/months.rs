//! Months of Beijing's calendar, by which everything is billed. They know no bills.

use chrono::{Datelike, NaiveDate};

use super::{
    days::day_begins,
    times::{Millis, beijing_day},
};

/// A month, counted from the year 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Month(i32);

impl Month {
    /// The month of a day.
    pub(crate) fn of_day(day: NaiveDate) -> Self {
        Self(day.year() * 12 + day.month0().cast_signed())
    }

    /// The month of a moment.
    pub(crate) fn of(at: Millis) -> Self {
        Self::of_day(beijing_day(at))
    }

    /// Reads `2026-01` and nothing else.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let plain = text.len() == 7 && text.bytes().filter(u8::is_ascii_digit).count() == 6;
        let day: NaiveDate = plain.then(|| format!("{text}-01"))?.parse().ok()?;
        Some(Self::of_day(day))
    }

    /// So many months later, or before.
    pub(crate) fn plus(self, months: i32) -> Self {
        Self(self.0 + months)
    }

    /// How many months later another one is.
    pub(crate) fn until(self, later: Self) -> i32 {
        later.0 - self.0
    }

    /// Its first day.
    pub(crate) fn first_day(self) -> NaiveDate {
        let month = self.0.rem_euclid(12).cast_unsigned() + 1;
        NaiveDate::from_ymd_opt(self.0.div_euclid(12), month, 1).unwrap_or_default()
    }

    /// Its last day.
    pub(crate) fn last_day(self) -> NaiveDate {
        let next = self.plus(1).first_day();
        next.pred_opt().unwrap_or(next)
    }

    /// When it begins.
    pub(crate) fn begins(self) -> Millis {
        day_begins(self.first_day())
    }

    /// When the next one begins.
    pub(crate) fn ends(self) -> Millis {
        self.plus(1).begins()
    }

    /// Its days.
    pub(crate) fn days(self) -> impl Iterator<Item = NaiveDate> {
        let last = self.last_day();
        self.first_day().iter_days().take_while(move |day| *day <= last)
    }

    /// `2026-01`.
    pub(crate) fn text(self) -> String {
        let first = self.first_day();
        format!("{:04}-{:02}", first.year(), first.month())
    }
}

#[cfg(test)]
mod tests {
    use super::{super::times::parse, *};

    #[test]
    fn a_month_begins_at_four_in_the_afternoon_utc() {
        let month = Month::parse("2025-02").expect("a month");
        assert_eq!(month.begins(), parse("2025-01-31T16:00:00Z").expect("a time"));
        assert_eq!(Month::of(month.begins()), month);
        assert_eq!(Month::of(month.begins() - 1), month.plus(-1));
        assert_eq!((month.text(), month.days().count()), ("2025-02".to_owned(), 28));
        for wrong in ["2025-2", "2025-13", "202-501", "2025-01-01", ""] {
            assert_eq!(Month::parse(wrong), None, "{wrong}");
        }
    }
}
