//! Days, weeks and years of Beijing's calendar as moments.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, Utc};

use super::times::{DAY, HOUR, Millis, beijing_day};

/// Beijing is eight hours ahead all year.
const BEIJING: Millis = 8 * HOUR;

/// Reads a day of the wire, `2026-01-31` and nothing else.
pub(crate) fn parse_day(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| text.len() == 10)
}

/// When a day begins in Beijing.
pub(crate) fn day_begins(day: NaiveDate) -> Millis {
    moment(day.and_time(chrono::NaiveTime::MIN))
}

/// The last second of a day in Beijing.
pub(crate) fn day_ends(day: NaiveDate) -> Millis {
    day_begins(day) + DAY - 1_000
}

/// The same day and hour so many months later, or the last day of that month.
pub(crate) fn months_after(at: Millis, months: u32) -> Millis {
    local(at).checked_add_months(Months::new(months)).map_or(i64::MAX, moment)
}

/// The same day of the year before.
pub(crate) fn year_before(day: NaiveDate) -> NaiveDate {
    day.checked_sub_months(Months::new(12)).unwrap_or(day)
}

/// When the week of a moment began: on Monday.
pub(crate) fn week_begins(at: Millis) -> Millis {
    let day = beijing_day(at);
    let back = u64::from(day.weekday().num_days_from_monday());
    day_begins(day.checked_sub_days(Days::new(back)).unwrap_or(day))
}

/// When the year of a moment began.
pub(crate) fn year_begins(at: Millis) -> Millis {
    let day = beijing_day(at);
    day_begins(NaiveDate::from_ymd_opt(day.year(), 1, 1).unwrap_or(day))
}

/// How many days since 1970 in Beijing.
pub(crate) fn day_number(at: Millis) -> i64 {
    (at + BEIJING).div_euclid(DAY)
}

/// When the day with this number begins.
pub(crate) fn numbered_day_begins(number: i64) -> Millis {
    number * DAY - BEIJING
}

fn local(at: Millis) -> NaiveDateTime {
    DateTime::<Utc>::from_timestamp_millis(at + BEIJING).unwrap_or_default().naive_utc()
}

fn moment(local: NaiveDateTime) -> Millis {
    local.and_utc().timestamp_millis() - BEIJING
}

#[cfg(test)]
mod tests {
    use super::{super::times::parse, *};

    fn at(text: &str) -> Millis {
        parse(text).expect("a time")
    }

    #[test]
    fn days_weeks_and_years_begin_at_midnight_in_beijing() {
        let moment = at("2026-07-15T16:30:00Z");
        assert_eq!(day_begins(beijing_day(moment)), at("2026-07-15T16:00:00Z"));
        assert_eq!(week_begins(moment), at("2026-07-12T16:00:00Z"));
        assert_eq!(year_begins(moment), at("2025-12-31T16:00:00Z"));
        assert_eq!(numbered_day_begins(day_number(moment)), at("2026-07-15T16:00:00Z"));
    }

    #[test]
    fn a_month_later_is_the_last_day_where_the_month_is_shorter() {
        assert_eq!(months_after(at("2026-01-31T03:00:00Z"), 1), at("2026-02-28T03:00:00Z"));
        assert_eq!(months_after(at("2026-01-30T17:00:00Z"), 1), at("2026-02-27T17:00:00Z"));
    }

    #[test]
    fn only_one_form_is_a_day() {
        assert!(parse_day("2026-01-31").is_some());
        for text in ["2026-1-31", "2026-02-30", "20260131", "2026-01-31T00:00:00Z", ""] {
            assert_eq!(parse_day(text), None, "{text}");
        }
    }
}
