//! The first load: window after window from the oldest, pages pulled while earlier ones are written,
//! the place kept in the transaction of what it stands for.

use chrono::{DateTime, TimeDelta, TimeZone as _, Utc};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use tokio::sync::mpsc;

use super::{
    PAGES_AT_ONCE, Sync,
    store::{self, Place},
};
use crate::{
    bss::{
        Listed,
        orders::{ORDERS_PER_PAGE, Order as Wire, OrderQuery, Sort, Window},
    },
    features::orders::store::Written,
};

/// Orders written in one transaction, and so lost at most when a load is cut off.
const BATCH: usize = 500;
/// Pages that wait for being written.
const WAITING: usize = 32;

/// Before the first order that anybody can have: BSS began in 2016.
pub(super) fn beginning() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2016, 1, 1, 0, 0, 0).single().unwrap_or(DateTime::UNIX_EPOCH)
}

/// The longest window that BSS takes is a year.
pub(super) fn window() -> TimeDelta {
    TimeDelta::days(365) - TimeDelta::seconds(1)
}

impl Sync<'_> {
    /// Everything up to `now`, from where an earlier run stopped.
    pub(super) async fn first_load(&self, from: Place, now: DateTime<Utc>) -> anyhow::Result<Written> {
        let windows = self.windows(now).await?;
        store::set_total(self.db, self.of.account, windows.iter().map(|(_, _, n)| n).sum()).await?;
        let mut written = Written::default();
        for (window, member, total) in windows {
            let place = Place { start: window.from, member, done: 0 };
            if (member, window.from) < (from.member, from.start) || total == 0 {
                continue;
            }
            let place = if (member, window.from) == (from.member, from.start) { from } else { place };
            let wrote = self.load_window(window, place, total).await?;
            written.added += wrote.added;
            written.changed += wrote.changed;
        }
        Ok(written)
    }

    /// All windows with how many orders each has: the account's own, then those for members. Their
    /// beginnings are the same in every run.
    async fn windows(&self, now: DateTime<Utc>) -> anyhow::Result<Vec<(Window, bool, u64)>> {
        let mut windows = Vec::new();
        for member in self.methods() {
            let mut from = beginning();
            while from <= now {
                windows.push((Window { from, to: (from + window()).min(now) }, member));
                from += window() + TimeDelta::seconds(1);
            }
        }
        let counted = stream::iter(windows).map(|(window, member)| async move {
            let query = OrderQuery { created: Some(window), ..OrderQuery::default() };
            Ok::<_, crate::bss::Error>((window, member, self.page(&query, member).await?.total))
        });
        Ok(counted.buffered(PAGES_AT_ONCE).try_collect().await?)
    }

    /// One window, oldest first, so that new orders only add to its end.
    async fn load_window(&self, window: Window, place: Place, total: u64) -> anyhow::Result<Written> {
        let (pages, mut arrived) = mpsc::channel::<Vec<Listed<Wire>>>(WAITING);
        let pull = async move {
            let offsets = (place.done..total).step_by(ORDERS_PER_PAGE as usize);
            let mut pulled = std::pin::pin!(
                stream::iter(offsets)
                    .map(|offset| async move {
                        let query = OrderQuery {
                            created: Some(window),
                            sort: Some(Sort::OldestFirst),
                            offset,
                            ..OrderQuery::default()
                        };
                        self.page(&query, place.member).await
                    })
                    .buffered(PAGES_AT_ONCE)
            );
            while let Some(page) = pulled.try_next().await? {
                if pages.send(page.items).await.is_err() {
                    break;
                }
            }
            anyhow::Ok(())
        };
        let write = async move {
            let mut written = Written::default();
            let mut place = place;
            let mut batch = Vec::with_capacity(BATCH);
            loop {
                let page = arrived.recv().await;
                let ended = page.is_none();
                batch.extend(page.unwrap_or_default());
                if batch.len() >= BATCH || (ended && !batch.is_empty()) {
                    let read = batch.len() as u64;
                    let orders = self.orders(&batch, place.member).await?;
                    batch.clear();
                    place.done += read;
                    let wrote = self.put(orders, Some((place, read))).await?;
                    written.added += wrote.added;
                    written.changed += wrote.changed;
                }
                if ended {
                    return anyhow::Ok(written);
                }
            }
        };
        // Writing goes on while pages are pulled. Neither is dropped when the other fails: what has
        // arrived is stored, and no connection is left in the middle of a copy. Each ends by itself,
        // since its end of the channel is closed.
        let (pulled, written) = tokio::join!(pull, write);
        let written = written?;
        pulled?;
        Ok(written)
    }
}
