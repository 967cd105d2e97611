//! When the quota of a package comes back.

use super::super::{
    days::{day_begins, months_after, week_begins, year_begins},
    months::Month,
    times::{DAY, HOUR, Millis, SECOND, beijing_day},
};

/// How often a quota comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cycle {
    Hour = 1,
    Day = 2,
    Week = 3,
    Month = 4,
    Year = 5,
}

/// A quota that comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reuse {
    pub(crate) cycle: Cycle,
    /// By the calendar, or counted from the purchase.
    pub(crate) calendar: bool,
}

impl Reuse {
    /// First and last second of the cycle around a moment of a term.
    pub(super) fn around(self, at: Millis, effective: Millis, expires: Millis) -> (Millis, Millis) {
        let (begin, next) = if self.calendar {
            let begin = self.calendar_begin(at);
            // The next one begins where a moment safely inside it says that it does.
            (begin, self.calendar_begin(begin + self.cycle.more_than_one()))
        } else {
            self.counted(at, effective)
        };
        (begin.max(effective), (next - SECOND).min(expires))
    }

    fn calendar_begin(self, at: Millis) -> Millis {
        match self.cycle {
            Cycle::Hour => at - at.rem_euclid(HOUR),
            Cycle::Day => day_begins(beijing_day(at)),
            Cycle::Week => week_begins(at),
            Cycle::Month => Month::of(at).begins(),
            Cycle::Year => year_begins(at),
        }
    }

    /// Beginning of the cycle and of the next one, counted from `effective`.
    fn counted(self, at: Millis, effective: Millis) -> (Millis, Millis) {
        let months = match self.cycle {
            Cycle::Month => 1,
            Cycle::Year => 12,
            fixed => {
                let length = fixed.length();
                let begin = at - (at - effective).rem_euclid(length);
                return (begin, begin + length);
            }
        };
        // A month has at most 31 days, so that this many have surely passed.
        let passed = u32::try_from((at - effective) / (31 * DAY) / i64::from(months)).unwrap_or(0);
        let mut nth = passed;
        while months_after(effective, (nth + 1) * months) <= at {
            nth += 1;
        }
        (months_after(effective, nth * months), months_after(effective, (nth + 1) * months))
    }
}

impl Cycle {
    fn length(self) -> Millis {
        match self {
            Self::Hour => HOUR,
            Self::Day => DAY,
            Self::Week => 7 * DAY,
            Self::Month => 31 * DAY,
            Self::Year => 366 * DAY,
        }
    }

    /// From the beginning of any cycle, so much later is within the next one.
    fn more_than_one(self) -> Millis {
        self.length() + self.length() / 4
    }
}

#[cfg(test)]
mod tests {
    use super::{super::super::times::parse, *};

    fn at(text: &str) -> Millis {
        parse(text).expect("a time")
    }

    fn cycle(cycle: Cycle, calendar: bool) -> (Millis, Millis) {
        let (effective, expires) = (at("2025-01-31T05:30:00Z"), at("2026-12-31T15:59:59Z"));
        Reuse { cycle, calendar }.around(at("2026-07-15T02:45:00Z"), effective, expires)
    }

    #[test]
    fn cycles_by_the_calendar_begin_and_end_at_beijings_midnight() {
        for (one, begin, end) in [
            (Cycle::Hour, "2026-07-15T02:00:00Z", "2026-07-15T02:59:59Z"),
            (Cycle::Day, "2026-07-14T16:00:00Z", "2026-07-15T15:59:59Z"),
            (Cycle::Week, "2026-07-12T16:00:00Z", "2026-07-19T15:59:59Z"),
            (Cycle::Month, "2026-06-30T16:00:00Z", "2026-07-31T15:59:59Z"),
            (Cycle::Year, "2025-12-31T16:00:00Z", "2026-12-31T15:59:59Z"),
        ] {
            assert_eq!(cycle(one, true), (at(begin), at(end)), "{one:?}");
        }
    }

    #[test]
    fn cycles_from_the_purchase_are_counted_from_it() {
        for (one, begin, end) in [
            (Cycle::Day, "2026-07-14T05:30:00Z", "2026-07-15T05:29:59Z"),
            (Cycle::Month, "2026-06-30T05:30:00Z", "2026-07-31T05:29:59Z"),
            (Cycle::Year, "2026-01-31T05:30:00Z", "2026-12-31T15:59:59Z"),
        ] {
            assert_eq!(cycle(one, false), (at(begin), at(end)), "{one:?}");
        }
    }

    #[test]
    fn the_first_cycle_begins_with_the_package_and_the_last_one_ends_with_it() {
        let reuse = Reuse { cycle: Cycle::Month, calendar: true };
        let (effective, expires) = (at("2026-07-10T01:00:00Z"), at("2026-07-20T15:59:59Z"));
        assert_eq!(reuse.around(at("2026-07-15T00:00:00Z"), effective, expires), (effective, expires));
    }
}
