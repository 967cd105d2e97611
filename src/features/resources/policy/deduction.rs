//! When an automatic renewal is charged next, and until when it can still be switched off before that. It
//! knows Beijing's calendar and nothing else; it reads no clock and no row.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};

/// Days before expiry on which Huawei charges first, unless the account's day of deduction says otherwise.
pub const USUAL_DAYS: u8 = 7;

/// Beijing is eight hours ahead of UTC all year.
const BEIJING: TimeDelta = TimeDelta::hours(8);
/// The hour of deduction in Beijing.
const HOUR: u32 = 3;
/// A request that is on its way takes a while to arrive: nobody should count on the last minutes.
const RESERVE: TimeDelta = TimeDelta::minutes(10);
/// A deduction that is nearer than this is warned of.
const NEAR: TimeDelta = TimeDelta::hours(24);

/// The next charge of an automatic renewal, as long as nothing is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deduction {
    /// When.
    pub at: DateTime<Utc>,
    /// The last moment at which switching it off comes in time.
    pub switch_off_by: DateTime<Utc>,
}

impl Deduction {
    /// The next one after `now` of what expires at `expires`: at three in the morning of Beijing, first so
    /// many days before the day of expiry, then every day until it is paid or the resource is released,
    /// through grace and retention.
    pub fn next(expires: DateTime<Utc>, days_before: u8, now: DateTime<Utc>) -> Self {
        let last_day = beijing_day(expires);
        let first = last_day.checked_sub_days(Days::new(u64::from(days_before))).unwrap_or(last_day);
        let first = at_the_hour(first);
        let at = if first > now {
            first
        } else {
            let today = at_the_hour(beijing_day(now));
            if today > now { today } else { today + TimeDelta::days(1) }
        };
        Self { at, switch_off_by: at - RESERVE }
    }

    /// Whether it is so near that switching it off may come too late.
    pub fn is_near(&self, now: DateTime<Utc>) -> bool {
        self.at - now < NEAR
    }

    /// Whether switching it off comes in time.
    pub fn can_be_stopped(&self, now: DateTime<Utc>) -> bool {
        now < self.switch_off_by
    }
}

fn beijing_day(at: DateTime<Utc>) -> NaiveDate {
    (at + BEIJING).date_naive()
}

fn at_the_hour(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc() + TimeDelta::hours(i64::from(HOUR)) - BEIJING
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a time")
    }

    fn next(expires: &str, days: u8, now: &str) -> DateTime<Utc> {
        Deduction::next(at(expires), days, at(now)).at
    }

    #[test]
    fn the_first_is_at_three_in_beijing_so_many_days_before_the_day_of_expiry() {
        // The 20th at 23:59 in Beijing; three in the morning there is 19:00 of the day before in UTC.
        let expires = "2026-12-20T15:59:59Z";
        assert_eq!(next(expires, 7, "2026-12-01T00:00:00Z"), at("2026-12-12T19:00:00Z"));
        assert_eq!(next(expires, 2, "2026-12-01T00:00:00Z"), at("2026-12-17T19:00:00Z"));
        // A second later it is the 21st there.
        assert_eq!(next("2026-12-20T16:00:00Z", 7, "2026-12-01T00:00:00Z"), at("2026-12-13T19:00:00Z"));
        for days in 2..=7 {
            let first = next(expires, days, "2026-01-01T00:00:00Z");
            assert_eq!(first, at("2026-12-19T19:00:00Z") - TimeDelta::days(i64::from(days)), "{days}");
        }
    }

    #[test]
    fn then_it_is_tried_every_day_until_it_is_paid_also_after_the_expiry() {
        let expires = "2026-12-20T15:59:59Z";
        assert_eq!(next(expires, 7, "2026-12-12T18:59:59Z"), at("2026-12-12T19:00:00Z"));
        assert_eq!(next(expires, 7, "2026-12-12T19:00:00Z"), at("2026-12-13T19:00:00Z"));
        assert_eq!(next(expires, 7, "2026-12-16T23:00:00Z"), at("2026-12-17T19:00:00Z"));
        // In grace and in retention.
        assert_eq!(next(expires, 7, "2026-12-25T12:00:00Z"), at("2026-12-25T19:00:00Z"));
        assert_eq!(next(expires, 7, "2027-01-12T20:00:00Z"), at("2027-01-13T19:00:00Z"));
    }

    #[test]
    fn it_is_switched_off_ten_minutes_before_at_the_latest_and_warned_of_for_a_day() {
        let now = at("2026-12-12T18:50:00Z");
        let deduction = Deduction::next(at("2026-12-20T15:59:59Z"), 7, now);
        assert_eq!(deduction.switch_off_by, now);
        assert!(!deduction.can_be_stopped(now));
        assert!(deduction.can_be_stopped(now - TimeDelta::seconds(1)));
        assert!(deduction.is_near(now) && !deduction.is_near(at("2026-12-11T19:00:00Z")));
        assert!(deduction.is_near(at("2026-12-11T19:00:01Z")));
    }
}
