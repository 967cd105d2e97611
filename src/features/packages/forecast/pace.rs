//! How fast a kind of use goes: from what packages gave on each day, with the weekdays' differences. A day on
//! which packages were used up tells only the least that was needed, one without any tells nothing.

use std::collections::BTreeMap;

use chrono::{Datelike as _, Days, NaiveDate};
use rust_decimal::Decimal;

use super::Item;

/// How far back records count.
const LOOKED_BACK: u64 = 56;
/// From how many of the last days the level is taken.
const LEVEL_DAYS: u64 = 28;
/// With fewer days than this weekdays are not told apart.
const DAYS_FOR_WEEKDAYS: usize = 21;
/// A week tells its level from this many days on.
const DAYS_OF_A_WEEK: usize = 4;

/// What was taken from an item on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The day.
    pub day: NaiveDate,
    /// How much.
    pub used: Decimal,
    /// The least that was left of the item on that day.
    pub least_left: Decimal,
    /// What was left of it after the last time.
    pub left: Decimal,
}

/// What is known of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Observed {
    /// So much was used.
    Exactly(Decimal),
    /// So much was used until packages were used up.
    AtLeast(Decimal),
}

/// How fast a kind of use goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pace {
    level: Decimal,
    busiest: Decimal,
    quietest: Decimal,
    /// What each weekday is of an average day, from Monday.
    weekdays: [Decimal; 7],
    /// Whether it is the least.
    pub is_least: bool,
    /// From how many days it is known.
    pub days: usize,
}

/// What is known of the days from `since`, the first of which there are records at all, until the day before
/// `today`.
pub fn observed(
    items: &[Item],
    records: &[Record],
    since: NaiveDate,
    today: NaiveDate,
) -> BTreeMap<NaiveDate, Observed> {
    let mut by_day: BTreeMap<NaiveDate, Vec<&Record>> = BTreeMap::new();
    for record in records.iter().filter(|record| record.day < today) {
        by_day.entry(record.day).or_default().push(record);
    }
    let mut known = BTreeMap::new();
    let Some(first) = by_day.keys().next().copied() else { return known };
    let mut is_empty = false;
    let mut day = first.max(since).max(today - Days::new(LOOKED_BACK));
    while day < today {
        let held = items.iter().any(|item| item.is_held(day));
        is_empty &= !items.iter().any(|item| item.is_held(day) && item.begins(day));
        match by_day.get(&day) {
            Some(records) => {
                let used = records.iter().map(|record| record.used).sum();
                let used_up = records.iter().all(|record| record.least_left <= Decimal::ZERO);
                known.insert(day, if used_up { Observed::AtLeast(used) } else { Observed::Exactly(used) });
                is_empty = records.iter().all(|record| record.left <= Decimal::ZERO);
            }
            None if held && !is_empty => {
                known.insert(day, Observed::Exactly(Decimal::ZERO));
            }
            // There was nothing to take from: what was needed is not known.
            None => {}
        }
        day = day + Days::new(1);
    }
    known
}

/// How fast it goes by these days; none where there is none.
pub fn pace(known: &BTreeMap<NaiveDate, Observed>, today: NaiveDate) -> Option<Pace> {
    let exact: Vec<Decimal> = known.values().filter_map(|one| one.exactly()).collect();
    let usual = mean(exact.iter().copied());
    // What was used up counts where it is more than what is usual: less says nothing.
    let days: Vec<(NaiveDate, Decimal)> = known
        .iter()
        .filter_map(|(day, one)| match *one {
            Observed::Exactly(used) => Some((*day, used)),
            Observed::AtLeast(used) => usual.is_none_or(|usual| used > usual).then_some((*day, used)),
        })
        .collect();
    let average = mean(days.iter().map(|(_, used)| *used))?;
    let weekdays = weekdays(&days, average);
    let share = |day: NaiveDate| weekdays[weekday(day)];
    let level_of = |days: &[(NaiveDate, Decimal)]| {
        let shares: Decimal = days.iter().map(|(day, _)| share(*day)).sum();
        let used: Decimal = days.iter().map(|(_, used)| *used).sum();
        (!shares.is_zero()).then(|| used / shares)
    };
    let within = |from: u64, to: u64| -> Vec<(NaiveDate, Decimal)> {
        let (first, end) = (today - Days::new(from), today - Days::new(to));
        days.iter().filter(|(day, _)| (first..end).contains(day)).copied().collect()
    };
    let level = level_of(&within(LEVEL_DAYS, 0)).or_else(|| level_of(&days)).unwrap_or(average);
    let weeks = (0..LOOKED_BACK / 7).map(|week| within(week * 7 + 7, week * 7));
    let mut levels: Vec<Decimal> =
        weeks.filter(|week| week.len() >= DAYS_OF_A_WEEK).filter_map(|week| level_of(&week)).collect();
    if levels.len() < 2 {
        levels = days.iter().map(|(_, used)| *used).collect();
    }
    let capped = known.len() - exact.len();
    Some(Pace {
        level,
        busiest: levels.iter().copied().fold(level, Decimal::max),
        quietest: levels.iter().copied().fold(level, Decimal::min),
        weekdays,
        is_least: capped * 3 > known.len(),
        days: days.len(),
    })
}

impl Pace {
    /// What is used on an average day.
    pub fn per_day(&self) -> Decimal {
        self.level.round_dp(6)
    }

    pub(super) fn usual(&self, day: NaiveDate) -> Decimal {
        self.level * self.weekdays[weekday(day)]
    }

    pub(super) fn busiest(&self, day: NaiveDate) -> Decimal {
        self.busiest * self.weekdays[weekday(day)]
    }

    pub(super) fn quietest(&self, day: NaiveDate) -> Decimal {
        self.quietest * self.weekdays[weekday(day)]
    }
}

impl Observed {
    fn exactly(self) -> Option<Decimal> {
        match self {
            Self::Exactly(used) => Some(used),
            Self::AtLeast(_) => None,
        }
    }
}

fn weekday(day: NaiveDate) -> usize {
    day.weekday().num_days_from_monday() as usize
}

fn mean(amounts: impl Iterator<Item = Decimal>) -> Option<Decimal> {
    let (sum, n) = amounts.fold((Decimal::ZERO, 0_u32), |(sum, n), amount| (sum + amount, n + 1));
    (n > 0).then(|| sum / Decimal::from(n))
}

/// What each weekday is of an average day; all the same where too few days are known to tell.
fn weekdays(days: &[(NaiveDate, Decimal)], average: Decimal) -> [Decimal; 7] {
    if days.len() < DAYS_FOR_WEEKDAYS || average.is_zero() {
        return [Decimal::ONE; 7];
    }
    std::array::from_fn(|at| {
        let same = days.iter().filter(|(day, _)| weekday(*day) == at).map(|(_, used)| *used);
        mean(same).map_or(Decimal::ONE, |of_it| of_it / average)
    })
}
