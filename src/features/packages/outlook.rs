//! What is expected of every item of an account: its items and records by kind of use, given to the forecast, and
//! what comes out of it kept for lists and pages.

mod store;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Timelike as _, Utc};
use chrono_tz::Asia::Shanghai;
use rust_decimal::Decimal;
use sqlx::PgPool;

use self::store::{Given, Held};
use super::{
    forecast::{Every, Forecast, Item, Now, Record, Refill, forecast, observed, pace},
    usage::beijing,
};
use crate::{
    bss::codes::{PackageStatus, QuotaCycle, QuotaCycleStart},
    identity::access::AccountId,
    units::Units,
};

/// Items and records of one kind of use in one place.
#[derive(Debug, Default)]
struct Kind {
    measure: Option<i32>,
    items: Vec<Held>,
    records: Vec<Record>,
}

/// Reckons what is expected of the items of an account, and stores what differs.
///
/// # Errors
/// When the database does not answer.
pub async fn reckon(db: &PgPool, account: AccountId, now: DateTime<Utc>) -> sqlx::Result<()> {
    let units = Units::known(db).await?;
    let mut kinds: BTreeMap<(String, String, String), Kind> = BTreeMap::new();
    let mut kind_of = BTreeMap::new();
    for held in store::held(db, account).await? {
        let key = (held.service.clone(), held.region.clone(), held.usage.clone());
        kind_of.insert(held.item_id.clone(), key.clone());
        let kind = kinds.entry(key).or_default();
        kind.measure = kind.measure.or(held.measure);
        kind.items.push(held);
    }
    let today = beijing(now);
    let since = store::since(db, account).await?;
    for given in store::given(db, account, today).await? {
        let kind = kind_of.get(&given.item_id).and_then(|key| kinds.get_mut(key));
        if let Some(kind) = kind {
            kind.records.extend(record(&given, kind.measure, &units));
        }
    }
    let mut told: Vec<(String, Forecast)> = Vec::new();
    if let Some(since) = since {
        for kind in kinds.values() {
            told.extend(kind.reckon(&units, since, now));
        }
    }
    store::keep(db, account, &told).await
}

impl Kind {
    fn reckon(&self, units: &Units, since: NaiveDate, now: DateTime<Utc>) -> Vec<(String, Forecast)> {
        let today = beijing(now);
        let all: Vec<Item> =
            self.items.iter().filter_map(|held| item(held, self.measure, units, today)).collect();
        let Some(pace) = pace(&observed(&all, &self.records, since, today), today) else { return Vec::new() };
        let live = |held: &&Held| {
            let status = PackageStatus::from_code(held.status.into());
            matches!(status, PackageStatus::InEffect | PackageStatus::NotYetEffective)
        };
        let items: Vec<Item> = self
            .items
            .iter()
            .filter(live)
            .filter_map(|held| item(held, self.measure, units, today))
            .filter(|item| item.until >= today)
            .collect();
        let hours_left = 24 - now.with_timezone(&Shanghai).hour();
        let forecasts = forecast(&items, &pace, Now { day: today, hours_left });
        let mut told = Vec::new();
        for (item, mut forecast) in items.iter().zip(forecasts) {
            // Back into the item's own unit.
            let own = self.items.iter().find(|held| held.item_id == item.id).and_then(|held| held.measure);
            let back = |amount: Decimal| same_unit(amount, self.measure, own, units);
            if let (Some(per_day), Some(left)) = (back(forecast.per_day), back(forecast.left_at_end)) {
                forecast.per_day = per_day;
                forecast.left_at_end = left;
                told.push((item.id.clone(), forecast));
            }
        }
        told
    }
}

/// An item as the forecast takes it; none where BSS left out what is needed.
fn item(held: &Held, measure: Option<i32>, units: &Units, today: NaiveDate) -> Option<Item> {
    let (from, until) = (beijing(held.effective_at?), beijing(held.expires_at?));
    let amount = |amount: Option<Decimal>| same_unit(amount?, held.measure, measure, units);
    let quota = amount(held.quota)?;
    Some(Item {
        id: held.item_id.clone(),
        quota,
        left: if today < from { quota } else { amount(held.left)? },
        from,
        until,
        refill: refill(held.cycle, held.cycle_start),
    })
}

fn record(given: &Given, measure: Option<i32>, units: &Units) -> Option<Record> {
    let amount = |amount| same_unit(amount, given.measure, measure, units);
    Some(Record {
        day: given.day,
        used: amount(given.used)?,
        least_left: amount(given.least_left)?,
        left: amount(given.left_after)?,
    })
}

/// An amount in another unit; what has no unit is taken as it is.
fn same_unit(amount: Decimal, from: Option<i32>, to: Option<i32>, units: &Units) -> Option<Decimal> {
    match (from, to) {
        (Some(from), Some(to)) if from != to => units.convert(amount, from, to),
        _ => Some(amount),
    }
}

/// How a quota comes back by BSS's codes; one that is not known does not.
pub fn refill(cycle: Option<i16>, start: Option<i16>) -> Refill {
    let every = match cycle.map(|code| QuotaCycle::from_code(code.into())) {
        Some(QuotaCycle::Hour) => Every::Hour,
        Some(QuotaCycle::Day) => Every::Day,
        Some(QuotaCycle::Week) => Every::Week,
        Some(QuotaCycle::Month) => Every::Month,
        Some(QuotaCycle::Year) => Every::Year,
        _ => return Refill::Never,
    };
    match start.map(|code| QuotaCycleStart::from_code(code.into())) {
        Some(QuotaCycleStart::Purchase) => Refill::Purchase(every),
        _ => Refill::Calendar(every),
    }
}
