//! Records that BSS lists by days, read month by month: the newest month first, each to its end, and from then on
//! only the last days, in which something can be new. It knows no records.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike as _, Days, Months, NaiveDate, Utc};
use chrono_tz::Asia::Shanghai;

use super::{Source, store};

/// For how long records of a day still come after it, in days.
const LATE: Days = Days::new(3);

/// Days of one month that are to be read, by Beijing's calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// The first day of the month.
    pub month: NaiveDate,
    /// The first day to be read.
    pub from: NaiveDate,
    /// The last one.
    pub to: NaiveDate,
}

impl Source<'_> {
    /// What is to be read of the last so many months of some records, the newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn parts(&self, records: &str, months: u32) -> sqlx::Result<Vec<Part>> {
        let read = store::months(self.db, self.account, records).await?;
        let read = read.into_iter().map(|(month, at)| (month, day_of(at))).collect();
        Ok(to_read(day_of(self.clock.now()), months, &read))
    }

    /// Records that a part is stored, as it was when its reading began.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn has_read(&self, records: &str, part: &Part, begun: DateTime<Utc>) -> sqlx::Result<()> {
        store::put_month(self.db, self.account, (records, part.month), begun).await
    }
}

/// The first day of the month of a moment, by Beijing's calendar.
pub fn month_of(at: DateTime<Utc>) -> NaiveDate {
    first_of(day_of(at))
}

fn day_of(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&Shanghai).date_naive()
}

fn first_of(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

/// `read` has the day on which each month was last read.
fn to_read(today: NaiveDate, months: u32, read: &BTreeMap<NaiveDate, NaiveDate>) -> Vec<Part> {
    let months = (0..months).filter_map(|back| first_of(today).checked_sub_months(Months::new(back)));
    months
        .filter_map(|month| {
            let last = month + Months::new(1) - Days::new(1);
            let from = match read.get(&month) {
                None => month,
                Some(on) if *on > last + LATE => return None,
                Some(on) => month.max(*on - LATE),
            };
            Some(Part { month, from, to: last.min(today) })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn parts(today: &str, read: &[(&str, &str)]) -> Vec<String> {
        let read = read.iter().map(|(month, on)| (day(month), day(on))).collect();
        let parts = to_read(day(today), 3, &read);
        parts.iter().map(|part| format!("{} to {}", part.from, part.to)).collect()
    }

    #[test]
    fn a_month_is_read_whole_once_and_then_only_where_something_can_be_new() {
        assert_eq!(
            parts("2026-03-10", &[]),
            ["2026-03-01 to 2026-03-10", "2026-02-01 to 2026-02-28", "2026-01-01 to 2026-01-31"]
        );
        // Stopped after the newest one; it goes on with the next.
        assert_eq!(
            parts("2026-03-10", &[("2026-03-01", "2026-03-10")]),
            ["2026-03-07 to 2026-03-10", "2026-02-01 to 2026-02-28", "2026-01-01 to 2026-01-31"]
        );
        let all = [("2026-03-01", "2026-03-02"), ("2026-02-01", "2026-03-02"), ("2026-01-01", "2026-02-04")];
        assert_eq!(parts("2026-03-02", &all), ["2026-03-01 to 2026-03-02", "2026-02-27 to 2026-02-28"]);
    }

    #[test]
    fn a_month_begins_in_beijing() {
        let at = "2026-02-28T16:00:00Z".parse().expect("a time");
        assert_eq!(month_of(at), day("2026-03-01"));
    }
}
