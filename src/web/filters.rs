//! Filters of lists as they stand in the URL: days, and query strings with one thing changed.
//! It knows no list.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeZone as _, Utc};
use chrono_tz::Tz;

/// Days from and to, both included, either open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dates {
    /// The first day.
    pub from: Option<NaiveDate>,
    /// The last day.
    pub to: Option<NaiveDate>,
}

impl Dates {
    /// From two parameters; what is no day is open. Days the wrong way round are turned round.
    pub fn parse(from: Option<&str>, to: Option<&str>) -> Self {
        let day = |text: Option<&str>| {
            text.and_then(|text| NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").ok())
                .filter(|day| (1970..=9000).contains(&chrono::Datelike::year(day)))
        };
        match (day(from), day(to)) {
            (Some(from), Some(to)) if to < from => Self { from: Some(to), to: Some(from) },
            (from, to) => Self { from, to },
        }
    }

    /// Whether nothing is left out.
    pub const fn is_open(self) -> bool {
        self.from.is_none() && self.to.is_none()
    }

    /// The beginning of the first day in `zone`.
    pub fn start(self, zone: Tz) -> Option<DateTime<Utc>> {
        self.from.map(|day| midnight(day, zone))
    }

    /// The end of the last day in `zone`, which is no longer part of it.
    pub fn end(self, zone: Tz) -> Option<DateTime<Utc>> {
        self.to.map(|day| midnight(day.checked_add_days(Days::new(1)).unwrap_or(day), zone))
    }
}

/// The first moment of a day, also where a day begins at one o'clock.
fn midnight(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let naive = day.and_time(NaiveTime::MIN);
    (0..=3)
        .find_map(|hours| zone.from_local_datetime(&(naive + chrono::TimeDelta::hours(hours))).earliest())
        .map_or_else(|| naive.and_utc(), |local| local.to_utc())
}

/// A query string of the parameters that have a value.
pub fn query<'a>(pairs: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let mut out = form_urlencoded::Serializer::new(String::new());
    for (name, value) in pairs {
        if !value.is_empty() {
            out.append_pair(name, &value);
        }
    }
    out.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_a_day_of_the_zone() {
        let days = Dates::parse(Some("2026-03-01"), Some("2026-03-01"));
        let zone = chrono_tz::Asia::Shanghai;
        assert_eq!(days.start(zone).map(|t| t.to_rfc3339()).as_deref(), Some("2026-02-28T16:00:00+00:00"));
        assert_eq!(days.end(zone).map(|t| t.to_rfc3339()).as_deref(), Some("2026-03-01T16:00:00+00:00"));
    }

    #[test]
    fn what_is_no_day_filters_nothing() {
        assert!(Dates::parse(Some("yesterday"), Some("99999-01-01")).is_open());
        let turned = Dates::parse(Some("2026-02-01"), Some("2026-01-01"));
        assert!(turned.from < turned.to);
    }
}
