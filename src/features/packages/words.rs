//! How packages and their items read: the chip of a status, amounts in their units, how a quota comes back, what
//! is expected. It decides nothing.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::{Decimal, RoundingStrategy};

use super::{
    list::store::{Item, Row},
    texts::Texts,
    usage::beijing,
};
use crate::{
    bss::codes::{PackageStatus, QuotaCycle, QuotaCycleStart},
    i18n::Locale,
    money::Money,
    units::{Quantity, Units, grouped},
    web::chip::Chip,
};

/// The chip of a status.
pub fn status(code: i16, locale: Locale) -> Chip {
    let status = PackageStatus::from_code(code.into());
    let (tone, icon) = match status {
        PackageStatus::NotYetEffective => ("progress", "clock"),
        PackageStatus::InEffect => ("done", "done"),
        PackageStatus::UsedUp => ("decision", "empty"),
        PackageStatus::Expired | PackageStatus::Unsubscribed => ("final", "final"),
        PackageStatus::Unknown(_) => ("unknown", "unknown"),
    };
    Chip { tone, icon, word: status.name(locale) }
}

/// An item in words.
#[derive(Debug)]
pub struct Said {
    /// Huawei's id.
    pub item_id: String,
    /// The type of usage.
    pub usage: String,
    /// What is left, and of how much; none where BSS told no amount.
    pub amounts: Option<(Quantity, Quantity)>,
    /// What is left in percent of the quota, whole and rounded down.
    pub percent: u8,
    /// The same as a sentence.
    pub percent_left: String,
    /// How the quota comes back.
    pub refill: String,
    /// The current cycle, where the quota comes back.
    pub cycle: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Whether it counts as low.
    pub is_low: bool,
    /// What is expected.
    pub outlook: Outlook,
}

/// What is expected of an item, in words.
#[derive(Debug)]
pub struct Outlook {
    /// The sentence.
    pub what: String,
    /// The day on which it runs out.
    pub on: Option<NaiveDate>,
    /// How sure that is.
    pub range: Option<String>,
    /// What is left when it ends.
    pub left_at_end: Option<Quantity>,
    /// Whether it runs out.
    pub is_short: bool,
}

/// An item of a package in words.
pub fn item(row: &Row, item: &Item, units: &Units, locale: Locale, now: DateTime<Utc>) -> Said {
    let measure = item.measure.unwrap_or_default();
    let amounts = item.left.zip(item.quota).map(|(left, quota)| {
        let [left, quota] = units.together([left, quota], measure, locale);
        (left, quota)
    });
    let comes_back = item.cycle.is_some() && is_live(row);
    let percent = percent(item.left, item.quota);
    Said {
        item_id: item.item_id.clone(),
        usage: locale.pick(&item.usage_zh, &item.usage_en).clone(),
        amounts,
        percent,
        percent_left: Texts(locale).percent_left(percent),
        refill: refill(item, locale),
        cycle: item.window_from.zip(item.window_until).filter(|_| comes_back),
        is_low: item.is_low,
        outlook: outlook(row, item, units, locale, now),
    }
}

/// Whether a package can be used, now or later.
pub fn is_live(row: &Row) -> bool {
    matches!(
        PackageStatus::from_code(row.status.into()),
        PackageStatus::InEffect | PackageStatus::NotYetEffective
    )
}

/// What part of a quota is left, in whole percent; a little is not nothing.
fn percent(left: Option<Decimal>, quota: Option<Decimal>) -> u8 {
    let (Some(left), Some(quota)) = (left, quota) else { return 0 };
    if quota <= Decimal::ZERO || left <= Decimal::ZERO {
        return 0;
    }
    let share = (left * Decimal::ONE_HUNDRED / quota).trunc().clamp(Decimal::ONE, Decimal::ONE_HUNDRED);
    share.try_into().unwrap_or(100)
}

/// How a quota comes back.
fn refill(item: &Item, locale: Locale) -> String {
    let t = Texts(locale);
    let Some(cycle) = item.cycle else { return t.once().to_owned() };
    let cycle = QuotaCycle::from_code(cycle.into());
    let every = match cycle {
        QuotaCycle::Hour => t.each_hour(),
        QuotaCycle::Day => t.each_day(),
        QuotaCycle::Week => t.each_week(),
        QuotaCycle::Month => t.each_month(),
        QuotaCycle::Year => t.each_year(),
        QuotaCycle::Unknown(_) => return cycle.name(locale).into_owned(),
    };
    match item.cycle_start.map(|code| QuotaCycleStart::from_code(code.into())) {
        Some(start @ (QuotaCycleStart::Calendar | QuotaCycleStart::Purchase)) => {
            t.refilled(every, &start.name(locale))
        }
        _ => every.to_owned(),
    }
}

fn outlook(row: &Row, item: &Item, units: &Units, locale: Locale, now: DateTime<Utc>) -> Outlook {
    let t = Texts(locale);
    let say = |what: &str| Outlook {
        what: what.to_owned(),
        on: None,
        range: None,
        left_at_end: None,
        is_short: false,
    };
    if !is_live(row) {
        return say("");
    }
    if item.per_day.is_none() {
        return say(t.no_records());
    }
    let left_at_end =
        item.left_at_end.map(|left| units.readable(rounded(left), item.measure.unwrap_or_default(), locale));
    let within_days = item.cycle.is_some_and(|cycle| cycle <= 2);
    let Some(on) = item.runs_out else {
        let mut said = say(if item.cycle.is_some() { t.cycles_last() } else { t.lasts() });
        // The busiest week would use it up.
        said.range = item.earliest.map(|day| t.unless_busy(&day.to_string()));
        said.left_at_end = left_at_end;
        return said;
    };
    let is_used_up = item.left.is_some_and(|left| left.is_zero());
    let what = if within_days {
        t.each_cycle_short()
    } else if is_used_up {
        t.is_used_up()
    } else if on <= beijing(now) {
        t.today()
    } else {
        t.runs_out()
    };
    let day = |day: Option<NaiveDate>| day.map_or_else(|| t.its_end().to_owned(), |day| day.to_string());
    let wide = item.earliest != item.latest && !within_days;
    Outlook {
        what: what.to_owned(),
        on: (!within_days && !is_used_up).then_some(on),
        range: wide.then(|| t.between(&day(item.earliest), &day(item.latest))),
        left_at_end,
        is_short: true,
    }
}

/// An expected amount: three decimals are more than it is worth.
fn rounded(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(
        if amount >= Decimal::TEN { 0 } else { 2 },
        RoundingStrategy::MidpointAwayFromZero,
    )
}

/// What is used on an average day, in words.
pub fn per_day(item: &Item, units: &Units, locale: Locale) -> Option<String> {
    let said = units.readable(rounded(item.per_day?), item.measure.unwrap_or_default(), locale);
    let least = if item.is_least == Some(true) { "≥ " } else { "≈ " };
    Some(format!("{least}{} {}", said.number, said.unit))
}

/// What is expected to lapse of what a package cost: known where it holds one usage and its order bought nothing
/// else.
pub fn lapsing(row: &Row, items: &[&Item]) -> Option<Money> {
    let [item] = items else { return None };
    let packages = row.of_order.filter(|packages| *packages > 0 && is_live(row))?;
    Some(Money::from(row.payable? * item.lapses? / Decimal::from(packages)).rounded())
}

/// A number as a form shows it.
pub fn plain(value: Decimal) -> String {
    grouped(value.normalize()).replace(',', "")
}
