//! When packages run out, and what they leave unused: the recorded use of one kind goes on as it was, and takes
//! from the package that ends first. Pure: days of Beijing's calendar and amounts of one unit, no database.

mod pace;

use chrono::{Datelike as _, Days, Months, NaiveDate, Weekday};
use rust_decimal::Decimal;

pub use self::pace::{Observed, Pace, Record, observed, pace};

/// Nothing is reckoned further ahead than this.
const MOST_DAYS: u64 = 1_830;

/// How often a quota comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Every {
    /// Each hour.
    Hour,
    /// Each day.
    Day,
    /// Each week.
    Week,
    /// Each month.
    Month,
    /// Each year.
    Year,
}

/// How a quota comes back, if it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refill {
    /// It does not: one quota for the whole term.
    Never,
    /// At the beginning of each cycle of the calendar.
    Calendar(Every),
    /// At the beginning of each cycle, counted from the purchase.
    Purchase(Every),
}

/// What a package holds of the kind of use that is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its id; those that end on the same day are used in the order of their ids.
    pub id: String,
    /// What there is at the beginning of each cycle.
    pub quota: Decimal,
    /// What is left of the cycle of now.
    pub left: Decimal,
    /// The first day on which it can be used.
    pub from: NaiveDate,
    /// The last one.
    pub until: NaiveDate,
    /// Whether its quota comes back.
    pub refill: Refill,
}

/// What is expected of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forecast {
    /// What is used of the kind on an average day, from all packages together.
    pub per_day: Decimal,
    /// Whether that is the least, since packages were used up and more may have been needed.
    pub is_least: bool,
    /// From how many days of records that is known.
    pub days: usize,
    /// The day on which its quota is used up before it comes back or ends; none where it lasts.
    pub runs_out: Option<NaiveDate>,
    /// The same, should use be as in the busiest of the recent weeks.
    pub earliest: Option<NaiveDate>,
    /// The same, should use be as in the quietest of them.
    pub latest: Option<NaiveDate>,
    /// What is left when it ends, which is lost; of the last cycle, where the quota comes back.
    pub left_at_end: Decimal,
    /// What lapses from now on in all cycles, as a share of all that its term gives: 0 to 1.
    pub lapses: Decimal,
    /// How many others are used before it.
    pub after: usize,
}

/// The moment from which it is reckoned.
#[derive(Debug, Clone, Copy)]
pub struct Now {
    /// The day.
    pub day: NaiveDate,
    /// How many hours of it are still to come, 0 to 24.
    pub hours_left: u32,
}

/// What is expected of each of these items, which are all of one kind of use, in their order.
pub fn forecast(items: &[Item], pace: &Pace, now: Now) -> Vec<Forecast> {
    let usual = run(items, &|day| pace.usual(day), now);
    let busy = run(items, &|day| pace.busiest(day), now);
    let quiet = run(items, &|day| pace.quietest(day), now);
    let order = order(items);
    let outcomes = usual.into_iter().zip(busy).zip(quiet).zip(items).enumerate();
    outcomes
        .map(|(at, (((usual, busy), quiet), item))| {
            let whole = item.quota * Decimal::from(item.cycles());
            let lapses = if whole.is_zero() { Decimal::ZERO } else { usual.lost / whole };
            let before = order.iter().take_while(|other| **other != at);
            Forecast {
                per_day: pace.per_day(),
                is_least: pace.is_least,
                days: pace.days,
                runs_out: usual.runs_out,
                earliest: busy.runs_out,
                latest: quiet.runs_out,
                left_at_end: usual.left_at_end,
                lapses: lapses.clamp(Decimal::ZERO, Decimal::ONE).round_dp(6),
                after: before
                    .filter(|other| items[**other].from <= now.day && items[**other].until >= now.day)
                    .count(),
            }
        })
        .collect()
}

/// What became of an item.
#[derive(Debug, Clone, Default)]
struct Outcome {
    runs_out: Option<NaiveDate>,
    left_at_end: Decimal,
    lost: Decimal,
}

/// Which item gives first: the one that ends first.
fn order(items: &[Item]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by(|a, b| (items[*a].until, &items[*a].id).cmp(&(items[*b].until, &items[*b].id)));
    order
}

/// Lets use go on day by day until the last item has ended.
fn run(items: &[Item], demand: &dyn Fn(NaiveDate) -> Decimal, now: Now) -> Vec<Outcome> {
    let order = order(items);
    let mut outcomes = vec![Outcome::default(); items.len()];
    let mut left: Vec<Decimal> = items.iter().map(|item| item.left_today(now)).collect();
    let last = items.iter().map(|item| item.until).max().unwrap_or(now.day);
    let last = last.min(now.day + Days::new(MOST_DAYS));
    let mut day = now.day;
    while day <= last {
        let mut wanted = demand(day);
        if day == now.day {
            wanted = wanted * Decimal::from(now.hours_left) / Decimal::from(24);
        }
        for at in &order {
            let (item, outcome, left) = (&items[*at], &mut outcomes[*at], &mut left[*at]);
            if !item.is_held(day) {
                continue;
            }
            if day > now.day && item.begins(day) {
                if day > item.from {
                    outcome.lost += *left;
                }
                *left = item.quota_of_a_day();
            }
            let taken = wanted.min(*left);
            *left -= taken;
            wanted -= taken;
            if left.is_zero() && outcome.runs_out.is_none() {
                outcome.runs_out = Some(day);
            }
            if day == item.until || day == last {
                outcome.lost += *left;
                outcome.left_at_end = match item.refill.every() {
                    Some(Every::Hour) => *left / Decimal::from(24),
                    _ => *left,
                };
            }
        }
        day = day + Days::new(1);
    }
    outcomes
}

impl Refill {
    /// How often it comes back, if it does.
    pub const fn every(self) -> Option<Every> {
        match self {
            Self::Never => None,
            Self::Calendar(every) | Self::Purchase(every) => Some(every),
        }
    }
}

impl Item {
    /// Whether it can be used on a day.
    pub fn is_held(&self, day: NaiveDate) -> bool {
        (self.from..=self.until).contains(&day)
    }

    /// Whether a quota is new on a day. Cycles within a day are all of that day.
    pub fn begins(&self, day: NaiveDate) -> bool {
        if day == self.from {
            return true;
        }
        match self.refill {
            Refill::Never => false,
            Refill::Calendar(Every::Hour | Every::Day) | Refill::Purchase(Every::Hour | Every::Day) => true,
            Refill::Calendar(Every::Week) => day.weekday() == Weekday::Mon,
            Refill::Calendar(Every::Month) => day.day() == 1,
            Refill::Calendar(Every::Year) => day.ordinal() == 1,
            Refill::Purchase(Every::Week) => (day - self.from).num_days() % 7 == 0,
            Refill::Purchase(Every::Month) => self.anniversary(day, 1),
            Refill::Purchase(Every::Year) => self.anniversary(day, 12),
        }
    }

    /// Whether a whole number of so many months has passed on a day since the purchase.
    fn anniversary(&self, day: NaiveDate, step: u32) -> bool {
        let passed = (day.year() - self.from.year()) * 12 + day.month().cast_signed()
            - self.from.month().cast_signed();
        let Ok(passed) = u32::try_from(passed) else { return false };
        passed.is_multiple_of(step) && self.from.checked_add_months(Months::new(passed)) == Some(day)
    }

    /// What there is in a day on which it is new.
    fn quota_of_a_day(&self) -> Decimal {
        match self.refill.every() {
            Some(Every::Hour) => self.quota * Decimal::from(24),
            _ => self.quota,
        }
    }

    /// What there still is today.
    fn left_today(&self, now: Now) -> Decimal {
        match self.refill.every() {
            Some(Every::Hour) => self.quota * Decimal::from(now.hours_left.saturating_sub(1)) + self.left,
            _ => self.left,
        }
    }

    /// How many quotas its term gives.
    pub fn cycles(&self) -> i64 {
        let days = ((self.until - self.from).num_days() + 1).max(1);
        match self.refill.every() {
            None => 1,
            Some(Every::Hour) => days * 24,
            Some(Every::Day) => days,
            Some(_) => {
                let begins = self.from.iter_days().take(usize::try_from(days).unwrap_or_default());
                i64::try_from(begins.filter(|day| self.begins(*day)).count()).unwrap_or(1).max(1)
            }
        }
    }
}

#[cfg(test)]
mod tests;
