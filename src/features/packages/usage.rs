//! The copy of what packages gave: every deduction, by day of Beijing's calendar and item. The newest days are read
//! first and the older ones behind them, window by window, so that a reading that was stopped goes on where it was.

mod store;

use std::{collections::BTreeMap, time::Duration};

use async_trait::async_trait;
use chrono::{DateTime, Days, Months, NaiveDate, Utc};
use chrono_tz::Asia::Shanghai;

use self::store::{Day, Span};
use super::{outlook, package::short};
use crate::{
    bss::{
        Error, Listed,
        packages::{Deduction, DeductionQuery},
    },
    readings::{Listing, Source, Written},
};

/// The name of the job, to wake it by.
pub const JOB: &str = "package-use";
/// How long after a reading the next one begins.
const PERIOD: Duration = Duration::from_mins(30);
/// Days of a window: a stopped reading loses no more than that. BSS would allow 91.
const WINDOW: u64 = 31;
/// Deductions of the day before may still come.
const READ_AGAIN: u64 = 1;
/// Packages are told of for so long after their end, and their use no longer.
const KEPT: Months = Months::new(18);
/// A window whose deductions become more while it is read is begun anew so often.
const TRIES: usize = 3;

/// What the packages of an account gave.
#[derive(Debug, Clone, Copy)]
pub struct Usage;

#[async_trait]
impl Listing for Usage {
    fn name(&self) -> &'static str {
        JOB
    }

    fn period(&self) -> Duration {
        PERIOD
    }

    async fn read(&self, from: &Source<'_>) -> anyhow::Result<Written> {
        let today = beijing(from.clock.now());
        // Nothing was taken before the first package, and what is very old is not told.
        let Some(first) = store::first(from.db, from.account).await? else { return Ok(Written::default()) };
        let oldest = beijing(first).max(today.checked_sub_months(KEPT).unwrap_or(today)).min(today);
        let mut written = Written::default();
        let mut span = store::span(from.db, from.account)
            .await?
            .unwrap_or(Span { since: today + Days::new(1), until: today });
        let known = span.since <= span.until;
        if known {
            let mut day = span.until - Days::new(READ_AGAIN);
            while day <= today {
                let to = (day + Days::new(WINDOW - 1)).min(today);
                written += window(from, (day, to)).await?;
                span.until = to;
                store::reached(from.db, from.account, span).await?;
                day = to + Days::new(1);
            }
        }
        let total = (today - oldest).num_days().unsigned_abs() + 1;
        while span.since > oldest {
            let to = span.since - Days::new(1);
            let since = (to - Days::new(WINDOW - 1)).max(oldest);
            written += window(from, (since, to)).await?;
            span = Span { since, until: today };
            store::reached(from.db, from.account, span).await?;
            // The forecast looks two months back: it need not wait for what is older.
            if (today - to).num_days() < 62 {
                outlook::reckon(from.db, from.account, from.clock.now()).await?;
            }
            from.advance(self, (today - since).num_days().unsigned_abs() + 1, total).await;
        }
        outlook::reckon(from.db, from.account, from.clock.now()).await?;
        Ok(written)
    }
}

/// The day of Beijing's calendar.
pub fn beijing(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&Shanghai).date_naive()
}

/// Reads the deductions of some days, and stores the days that differ.
async fn window(from: &Source<'_>, (first, last): (NaiveDate, NaiveDate)) -> anyhow::Result<Written> {
    let mut tries = 1;
    let deductions = loop {
        match deductions(from, DeductionQuery::on(first, last)?).await {
            Ok(deductions) => break deductions,
            // There became more while they were read.
            Err(error) if tries < TRIES => {
                tracing::debug!(%error, "deductions are read anew");
                tries += 1;
            }
            Err(error) => return Err(error.into()),
        }
    };
    let mut by_day: BTreeMap<(String, NaiveDate), Vec<Listed<Deduction>>> = BTreeMap::new();
    for one in deductions {
        let item = one.item.free_resource_id.clone();
        let (Some(item), Some(at)) = (item, one.item.deduct_time.or(one.item.effective_time)) else {
            tracing::warn!("a deduction without item or time is left out");
            continue;
        };
        by_day.entry((item, beijing(at))).or_default().push(one);
    }
    let days: Vec<Day> = by_day.into_iter().map(|((item_id, day), all)| Day::of(item_id, day, all)).collect();
    Ok(store::keep(from.db, from.account, (first, last), &days).await?)
}

async fn deductions(from: &Source<'_>, query: DeductionQuery) -> Result<Vec<Listed<Deduction>>, Error> {
    let mut all = Vec::new();
    let mut pages = from.reader.pages(query);
    while let Some(page) = pages.next().await {
        all.extend(page?);
    }
    Ok(all)
}

impl Day {
    /// Everything that was taken from an item on a day.
    fn of(item_id: String, day: NaiveDate, mut all: Vec<Listed<Deduction>>) -> Self {
        let order = |one: &Deduction| (one.deduct_time, one.effective_time, one.resource_id.clone());
        all.sort_by_cached_key(|one| order(&one.item));
        let digest = short(all.iter().map(|one| one.raw.get()).collect::<Vec<_>>().join("\n"));
        let deductions: Vec<Deduction> = all.into_iter().map(|one| one.item).collect();
        let left = |one: &Deduction| one.remaining_amount;
        Self {
            used: deductions.iter().filter_map(|one| one.used_amount).sum(),
            left_after: deductions.iter().rev().find_map(left).unwrap_or_default(),
            least_left: deductions.iter().filter_map(left).min().unwrap_or_default(),
            measure: deductions.iter().find_map(|one| one.measure_id),
            item_id,
            day,
            digest,
            deductions,
        }
    }
}
