//! Forecasts against histories that were made up, so that what really happens is known: how far off they are is
//! measured and held to.

use std::collections::BTreeMap;

use rust_decimal::dec;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

fn item(id: &str, quota: i64, (from, until): (NaiveDate, NaiveDate), refill: Refill) -> Item {
    Item { id: id.to_owned(), quota: quota.into(), left: quota.into(), from, until, refill }
}

/// Chances that are the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((self.0 >> 33) % sides).expect("small")
    }
}

/// What a company needs each day: 70 to 130 percent of the ordinary, less at weekends, growing slowly.
fn needs(dice: &mut Dice, first: NaiveDate, days: u64) -> BTreeMap<NaiveDate, Decimal> {
    let ordinary = 5 + dice.roll(40);
    let weekend = [100, 45, 10][usize::try_from(dice.roll(3)).expect("few")];
    let growth = dice.roll(3);
    (0..days)
        .map(|nth| {
            let day = first + Days::new(nth);
            let share = if day.weekday().number_from_monday() > 5 { weekend } else { 100 };
            let grown = 1_000 + growth * i64::try_from(nth).expect("few") / 2;
            let amount = ordinary * (70 + dice.roll(61)) * share * grown;
            (day, Decimal::new(amount, 7))
        })
        .collect()
}

/// What Huawei would do: written by itself, without the code under test.
struct World {
    items: Vec<Item>,
    left: Vec<Decimal>,
}

impl World {
    /// Lets a day pass, and says what was recorded of each item.
    fn pass(&mut self, day: NaiveDate, mut needed: Decimal) -> Vec<Option<Record>> {
        let mut order: Vec<usize> = (0..self.items.len()).collect();
        order.sort_by_key(|at| (self.items[*at].until, self.items[*at].id.clone()));
        let mut records = vec![None; self.items.len()];
        for at in order {
            let item = &self.items[at];
            if day < item.from || item.until < day {
                continue;
            }
            let is_new = match item.refill {
                Refill::Never => false,
                Refill::Calendar(Every::Month) => day.day() == 1,
                Refill::Calendar(Every::Week) => day.weekday() == Weekday::Mon,
                Refill::Purchase(Every::Month) => {
                    (1..60).any(|n| item.from.checked_add_months(Months::new(n)) == Some(day))
                }
                _ => unreachable!("not made here"),
            };
            if is_new {
                self.left[at] = item.quota;
            }
            let used = needed.min(self.left[at]);
            if used > Decimal::ZERO {
                self.left[at] -= used;
                needed -= used;
                let left = self.left[at];
                records[at] = Some(Record { day, used, least_left: left, left });
            }
        }
        records
    }
}

/// One company: how many days ahead each item really ran out or ended, and how many days the forecast was off.
fn errors(seed: u64, out: &mut Vec<(i64, i64)>, covered: &mut (usize, usize)) {
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x1234_5678);
    let first = day("2026-01-05") + Days::new(dice.roll(300).unsigned_abs());
    let history = 21 + dice.roll(70);
    let today = first + Days::new(history.unsigned_abs());
    let needs = needs(&mut dice, first, 600);
    let per_day: Decimal = needs.values().take(28).sum::<Decimal>() / dec!(28);
    let items: Vec<Item> = (0..=dice.roll(3))
        .map(|nth| {
            let from = first - Days::new(dice.roll(20).unsigned_abs());
            let until = today + Days::new(30 + dice.roll(250).unsigned_abs());
            let days = 20 + dice.roll(150);
            let refill = match dice.roll(4) {
                0 => Refill::Calendar(Every::Month),
                1 => Refill::Purchase(Every::Month),
                _ => Refill::Never,
            };
            let days = if refill == Refill::Never { history + days } else { 15 + days % 20 };
            let quota = (per_day * Decimal::from(days)).round();
            let left = quota;
            Item { id: nth.to_string(), quota, left, from, until, refill }
        })
        .collect();
    let mut world = World { left: items.iter().map(|item| item.left).collect(), items };
    let mut records = Vec::new();
    let mut passing = first;
    while passing < today {
        records.extend(world.pass(passing, needs[&passing]).into_iter().flatten());
        passing = passing + Days::new(1);
    }
    let mut items = world.items.clone();
    for (item, left) in items.iter_mut().zip(&world.left) {
        item.left = *left;
    }
    let known = observed(&items, &records, first, today);
    let pace = pace(&known, today).expect("a pace");
    // In the morning, before anything of the day has been taken: cycles that begin today have begun.
    for item in &mut items {
        if item.begins(today) && item.refill != Refill::Never {
            item.left = item.quota;
        }
    }
    let forecasts = forecast(&items, &pace, Now { day: today, hours_left: 24 });
    let mut truth: Vec<Option<NaiveDate>> =
        items.iter().map(|item| item.left.is_zero().then_some(today)).collect();
    for nth in 0..280 {
        let day = today + Days::new(nth);
        world.pass(day, needs[&day]);
        for (at, item) in world.items.iter().enumerate() {
            if item.is_held(day) && world.left[at].is_zero() && truth[at].is_none() {
                truth[at] = Some(day);
            }
        }
    }
    for ((item, forecast), truth) in items.iter().zip(forecasts).zip(truth) {
        if item.left.is_zero() {
            continue;
        }
        let end = item.until + Days::new(1);
        let (said, is) = (forecast.runs_out.unwrap_or(end), truth.unwrap_or(end));
        out.push(((is - today).num_days(), (said - is).num_days().abs()));
        covered.1 += 1;
        let earliest = forecast.earliest.unwrap_or(end);
        covered.0 += usize::from(earliest <= is && is <= forecast.latest.unwrap_or(end));
    }
}

/// How many days off the half and nine tenths of these are at most.
fn spread(mut off: Vec<i64>, what: &str) -> (i64, i64) {
    off.sort_unstable();
    let at = |percent: usize| off[off.len() * percent / 100];
    println!("forecast error in days, {what} ({} items): median {}, p90 {}", off.len(), at(50), at(90));
    (at(50), at(90))
}

#[test]
fn forecasts_of_histories_with_a_known_truth_are_off_by_days_at_most() {
    let (mut off, mut covered) = (Vec::new(), (0, 0));
    for seed in 0..400 {
        errors(seed, &mut off, &mut covered);
    }
    assert!(off.len() > 500);
    let within = |days| off.iter().filter(|(ahead, _)| *ahead <= days).map(|(_, off)| *off).collect();
    let (near, all) = (spread(within(45), "45 days ahead"), spread(within(i64::MAX), "up to 280 days ahead"));
    println!("within the range told: {} of {}", covered.0, covered.1);
    assert!(near.0 <= 1 && near.1 <= 4, "{near:?}");
    assert!(all.0 <= 1 && all.1 <= 14, "{all:?}");
    assert!(covered.0 * 100 >= covered.1 * 80, "{covered:?}");
}

fn flat(per_day: i64, first: NaiveDate, days: u64) -> Pace {
    let known = (0..days).map(|n| (first + Days::new(n), Observed::Exactly(per_day.into()))).collect();
    pace(&known, first + Days::new(days)).expect("a pace")
}

const NOON: Now = Now { day: NaiveDate::from_ymd_opt(2026, 12, 1).expect("a day"), hours_left: 24 };

#[test]
fn what_ends_first_is_used_first_and_the_next_one_begins_where_it_ends() {
    let term = |until| (day("2026-11-01"), day(until));
    let items = [
        item("late", 100, term("2027-11-30"), Refill::Never),
        item("soon", 50, term("2027-01-31"), Refill::Never),
    ];
    let told = forecast(&items, &flat(10, day("2026-11-01"), 30), NOON);
    assert_eq!(told[1].runs_out, Some(day("2026-12-05")));
    assert_eq!((told[1].after, told[0].after), (0, 1));
    assert_eq!(told[0].runs_out, Some(day("2026-12-15")));
    assert_eq!((told[0].left_at_end, told[0].lapses), (Decimal::ZERO, Decimal::ZERO));
    assert_eq!((told[0].per_day, told[0].days), (dec!(10), 30));
}

#[test]
fn what_is_left_when_it_ends_is_lost() {
    let only = [item("one", 1000, (day("2026-11-01"), day("2026-12-10")), Refill::Never)];
    let told = forecast(&only, &flat(10, day("2026-11-01"), 30), NOON).remove(0);
    assert_eq!((told.runs_out, told.left_at_end, told.lapses), (None, dec!(900), dec!(0.9)));
}

#[test]
fn a_quota_that_comes_back_lasts_where_a_cycle_does() {
    let term = (day("2026-11-15"), day("2027-01-14"));
    let enough = [item("one", 400, term, Refill::Purchase(Every::Month))];
    let told = forecast(&enough, &flat(10, day("2026-11-01"), 30), NOON).remove(0);
    assert_eq!(told.runs_out, None);
    // 14 days of the first cycle from 400, and 31 of the second.
    assert_eq!(told.left_at_end, dec!(90));
    assert_eq!(told.lapses, (dec!(260) + dec!(90)) / dec!(800));
    let short = [item("one", 200, term, Refill::Purchase(Every::Month))];
    let told = forecast(&short, &flat(10, day("2026-11-01"), 30), NOON).remove(0);
    assert_eq!(told.runs_out, Some(day("2027-01-03")), "this cycle lasts, the next one does not");
    let hourly = [item("one", 1, (day("2026-11-15"), day("2026-12-14")), Refill::Calendar(Every::Hour))];
    assert_eq!(forecast(&hourly, &flat(23, day("2026-11-01"), 30), NOON)[0].runs_out, None);
    assert_eq!(forecast(&hourly, &flat(24, day("2026-11-01"), 30), NOON)[0].runs_out, Some(NOON.day));
    assert_eq!(hourly[0].cycles(), 30 * 24);
}

#[test]
fn cycles_begin_by_the_calendar_or_by_the_purchase_also_at_the_end_of_a_month() {
    let term = (day("2026-01-31"), day("2027-12-31"));
    let of = |refill| item("one", 1, term, refill);
    let begins = |refill, on: &str| of(refill).begins(day(on));
    assert!(begins(Refill::Purchase(Every::Month), "2026-02-28"));
    assert!(begins(Refill::Purchase(Every::Month), "2026-03-31"));
    assert!(!begins(Refill::Purchase(Every::Month), "2026-03-28"));
    assert!(begins(Refill::Purchase(Every::Year), "2027-01-31"));
    assert!(begins(Refill::Purchase(Every::Week), "2026-02-07"));
    assert!(begins(Refill::Calendar(Every::Week), "2026-02-02"));
    assert!(begins(Refill::Calendar(Every::Month), "2026-02-01"));
    assert!(!begins(Refill::Never, "2026-02-01") && begins(Refill::Never, "2026-01-31"));
}

#[test]
fn days_on_which_there_was_nothing_to_take_from_say_nothing() {
    let only = [item("one", 100, (day("2026-11-01"), day("2027-11-01")), Refill::Calendar(Every::Month))];
    let record = |on: &str, used: i64, left: i64| Record {
        day: day(on),
        used: used.into(),
        least_left: left.into(),
        left: left.into(),
    };
    let records = [record("2026-11-03", 60, 40), record("2026-11-05", 40, 0), record("2026-12-02", 60, 40)];
    let known = observed(&only, &records, day("2026-11-01"), day("2026-12-03"));
    let all: Vec<(NaiveDate, Observed)> = known.into_iter().collect();
    assert_eq!(
        all,
        [
            (day("2026-11-03"), Observed::Exactly(dec!(60))),
            (day("2026-11-04"), Observed::Exactly(dec!(0))),
            (day("2026-11-05"), Observed::AtLeast(dec!(40))),
            (day("2026-12-01"), Observed::Exactly(dec!(0))),
            (day("2026-12-02"), Observed::Exactly(dec!(60))),
        ]
    );
    assert!(pace(&BTreeMap::new(), day("2026-12-03")).is_none());
}

#[test]
fn use_that_always_meets_the_end_of_a_quota_is_told_as_the_least() {
    let known = (1..29).map(|n| (day("2026-11-01") + Days::new(n), Observed::AtLeast(dec!(5)))).collect();
    let pace = pace(&known, day("2026-12-01")).expect("a pace");
    assert!(pace.is_least);
    assert_eq!(pace.per_day(), dec!(5));
}
