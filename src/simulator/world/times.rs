//! Moments as milliseconds, their form on the wire, and values that change over time.

use chrono::{DateTime, Days, Months, NaiveDate, SecondsFormat, TimeZone, Utc};

/// Milliseconds since 1970.
pub(crate) type Millis = i64;

pub(crate) const SECOND: Millis = 1_000;
pub(crate) const MINUTE: Millis = 60 * SECOND;
pub(crate) const HOUR: Millis = 60 * MINUTE;
pub(crate) const DAY: Millis = 24 * HOUR;
/// Beijing is eight hours ahead all year.
const BEIJING: Millis = 8 * HOUR;

fn utc(at: Millis) -> DateTime<Utc> {
    Utc.timestamp_millis_opt(at).single().unwrap_or_default()
}

/// `2026-01-31T16:00:00Z`, as BSS writes instants.
pub(crate) fn wire(at: Millis) -> String {
    utc(at).to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Reads an instant of the wire; nothing but that one form.
pub(crate) fn parse(text: &str) -> Option<Millis> {
    let naive = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%SZ").ok()?;
    (text.len() == 20).then(|| naive.and_utc().timestamp_millis())
}

/// With milliseconds, for the control plane.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde calls")]
pub(crate) fn as_text<S: serde::Serializer>(at: &Millis, out: S) -> Result<S::Ok, S::Error> {
    out.serialize_str(&utc(*at).to_rfc3339_opts(SecondsFormat::Millis, true))
}

/// `yyMMddHHmm` of Beijing, the middle of an order id.
pub(crate) fn stamp(at: Millis) -> String {
    utc(at + BEIJING).format("%y%m%d%H%M").to_string()
}

/// `Sat, 31 Jan 2026 16:00:00 GMT`, as the header `Date` has it.
pub(crate) fn http_date(at: Millis) -> String {
    utc(at).format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// `20260131T160000Z`, as signatures write instants.
pub(crate) fn signing(at: Millis) -> String {
    utc(at).format("%Y%m%dT%H%M%SZ").to_string()
}

/// Reads the date of a signature.
pub(crate) fn parse_signing(text: &str) -> Option<Millis> {
    let naive = chrono::NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%SZ").ok()?;
    Some(naive.and_utc().timestamp_millis())
}

/// The day in Beijing.
pub(crate) fn beijing_day(at: Millis) -> NaiveDate {
    utc(at + BEIJING).date_naive()
}

/// When a day begins in Beijing.
pub(crate) fn beijing_midnight(year: i32, month: u32, day: u32) -> Millis {
    let day = NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
    day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis() - BEIJING
}

/// The year in Beijing.
pub(crate) fn beijing_year(at: Millis) -> i32 {
    chrono::Datelike::year(&beijing_day(at))
}

/// An hour of a day in Beijing.
pub(crate) fn beijing_hour(day: NaiveDate, hour: u32) -> Millis {
    day.and_hms_opt(hour, 0, 0).map_or(0, |t| t.and_utc().timestamp_millis() - BEIJING)
}

/// The last second of a day in Beijing.
pub(crate) fn beijing_end(day: NaiveDate) -> Millis {
    beijing_hour(day, 0) + DAY - SECOND
}

/// A year later on the calendar.
pub(crate) fn a_year_after(at: Millis) -> Millis {
    utc(at).checked_add_months(Months::new(12)).map_or(i64::MAX, |later| later.timestamp_millis())
}

/// When a term bought at `from` ends: the last second of that day in Beijing.
pub(crate) fn end_of_term(from: Millis, period_type: u8, periods: u32) -> Millis {
    let day = beijing_day(from);
    let end = match period_type {
        0 => day.checked_add_days(Days::new(u64::from(periods))),
        3 => day.checked_add_months(Months::new(12 * periods)),
        _ => day.checked_add_months(Months::new(periods)),
    }
    .unwrap_or(day);
    end.and_hms_opt(23, 59, 59).map_or(from, |t| t.and_utc().timestamp_millis() - BEIJING)
}

/// A value with its past, and with the future that is already decided.
#[derive(Debug, Clone)]
pub(crate) struct Versions<T>(Vec<(Millis, T)>);

impl<T: Clone> Versions<T> {
    pub(crate) fn new(since: Millis, value: T) -> Self {
        Self(vec![(since, value)])
    }

    /// The value at a moment; before the first one, the first.
    pub(crate) fn at(&self, moment: Millis) -> &T {
        let after = self.0.partition_point(|(since, _)| *since <= moment);
        &self.0[after.saturating_sub(1)].1
    }

    /// Since when the value of a moment is what it is.
    pub(crate) fn since(&self, moment: Millis) -> Millis {
        let after = self.0.partition_point(|(since, _)| *since <= moment);
        self.0[after.saturating_sub(1)].0
    }

    /// Decides what will be from `since` on, after what was decided before.
    pub(crate) fn plan(&mut self, since: Millis, value: T) {
        self.0.push((since, value));
    }

    /// Changes the value now and forgets the future that was planned.
    pub(crate) fn put(&mut self, now: Millis, value: T) {
        self.forget_after(now);
        self.plan(now, value);
    }

    /// Forgets what was planned for later than `now`.
    pub(crate) fn forget_after(&mut self, now: Millis) {
        let keep = self.0.partition_point(|(since, _)| *since <= now).max(1);
        self.0.truncate(keep);
    }

    /// Since when the newest value holds, or will.
    pub(crate) fn since_last(&self) -> Millis {
        self.0[self.0.len() - 1].0
    }

    /// The newest value, whether its time has come or not.
    pub(crate) fn last(&self) -> &T {
        &self.0[self.0.len() - 1].1
    }
}
