//! The job that keeps the orders fresh: a first load in windows of a year, then what changed and what
//! is not final. It resumes where it was stopped, and writes nothing that has not changed.

mod load;
mod names;
mod source;
pub mod store;

use std::{collections::HashSet, sync::Arc, time::Duration};

use anyhow::Context as _;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use sqlx::PgPool;

use self::names::Names;
pub use self::source::Source;
use self::store::Place;
use super::{
    order::{Detail, Order},
    store::{Written, put_detail, upsert},
};
use crate::{
    bss::{
        Listed,
        codes::OrderStatus,
        orders::{Method, ORDERS_PER_PAGE, Order as Wire, OrderQuery, Sort, Window},
    },
    clock::Clock,
    db::{in_bulk, is_overtaken, settle_index},
    i18n::Locale,
    identity::access::AccountId,
};

/// The name of the job, to wake it by.
pub const JOB: &str = "orders";
/// How far changes are looked for behind the last reading: BSS shows some of them late.
const OVERLAP: TimeDelta = TimeDelta::hours(24);
/// Pages asked for at once; the client's rate limit decides how fast they come.
const PAGES_AT_ONCE: usize = 8;
/// Details asked for at once.
const DETAILS_AT_ONCE: usize = 4;
/// Of how many of the newest final orders the details are read unasked.
const NEWEST_DETAILS: i64 = 200;
/// In which the list can be asked for what is not final.
const OPEN: [OrderStatus; 4] = [
    OrderStatus::AwaitingApproval,
    OrderStatus::Processing,
    OrderStatus::AwaitingPayment,
    OrderStatus::AwaitingConfirmation,
];

/// An account to read orders of.
#[derive(Clone)]
pub struct Readable {
    /// The account.
    pub account: AccountId,
    /// Where its orders come from.
    pub source: Arc<dyn Source>,
    /// Whether it pays for members (an enterprise master).
    pub pays_for_members: bool,
}

/// Reads the orders of one account.
pub struct Sync<'a> {
    db: &'a PgPool,
    clock: &'a Clock,
    of: &'a Readable,
    names: Names,
}

impl<'a> Sync<'a> {
    /// Of this account into this database.
    pub fn new(db: &'a PgPool, clock: &'a Clock, of: &'a Readable) -> Self {
        Self { db, clock, of, names: Names::default() }
    }

    /// Reads what there is to read now: all of it the first time, what changed afterwards.
    pub async fn run(&mut self) -> anyhow::Result<Written> {
        let account = self.of.account;
        match self.read().await {
            Ok(written) => Ok(written),
            Err(error) => {
                store::failed(self.db, account, &format!("{error:#}"), self.clock.now()).await?;
                Err(error.context(format!("orders of account {account}")))
            }
        }
    }

    /// Reads one order again, after somebody changed it.
    pub async fn one(&mut self, order_id: &str) -> anyhow::Result<()> {
        self.names = Names::known(self.db).await?;
        let query = OrderQuery { order_id: Some(order_id.to_owned()), ..OrderQuery::default() };
        self.walk(query, false).await?;
        let detail = Detail::new(&self.of.source.order(order_id, Locale::Zh).await?);
        let mut tx = self.db.begin().await?;
        put_detail(&mut tx, (self.of.account, order_id), &detail, self.clock.now(), true).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn read(&mut self) -> anyhow::Result<Written> {
        let begun = self.clock.now();
        store::begin(self.db, self.of.account, load::beginning()).await?;
        self.names = Names::known(self.db).await?;
        let progress =
            store::progress(self.db, &crate::identity::access::Scope::of([self.of.account])).await?;
        let progress = progress.first().context("the account's progress is gone")?;
        let mut written = match (progress.place, progress.read_at) {
            (Some(place), _) => self.first_load(place, begun).await?,
            (None, read_at) => self.changes(read_at.unwrap_or(begun), begun).await?,
        };
        let reread = self.open(begun).await?;
        written.added += reread.added;
        written.changed += reread.changed;
        if written != Written::default() {
            settle_index(self.db, "order_gram_found").await;
        }
        store::complete(self.db, self.of.account, begun).await?;
        self.details().await?;
        Ok(written)
    }

    /// Whose orders there are to read.
    fn methods(&self) -> Vec<bool> {
        if self.of.pays_for_members { vec![false, true] } else { vec![false] }
    }

    /// What was placed or paid since the last reading.
    async fn changes(&self, since: DateTime<Utc>, now: DateTime<Utc>) -> anyhow::Result<Written> {
        let window = Some(Window { from: (since - OVERLAP).max(now - load::window()), to: now });
        let mut written = Written::default();
        for member in self.methods() {
            for query in [
                OrderQuery { created: window, ..OrderQuery::default() },
                OrderQuery { paid: window, ..OrderQuery::default() },
            ] {
                let (wrote, _) = self.walk(query, member).await?;
                written.added += wrote.added;
                written.changed += wrote.changed;
            }
        }
        Ok(written)
    }

    /// Everything that is not final, in BSS or here.
    async fn open(&self, begun: DateTime<Utc>) -> anyhow::Result<Written> {
        let mut written = Written::default();
        let mut seen = HashSet::new();
        let mut add = |(wrote, ids): (Written, HashSet<String>), seen: &mut HashSet<String>| {
            written.added += wrote.added;
            written.changed += wrote.changed;
            seen.extend(ids);
        };
        for member in self.methods() {
            for status in OPEN {
                let query = OrderQuery { status: Some(status), ..OrderQuery::default() };
                add(self.walk(query, member).await?, &mut seen);
            }
        }
        for order_id in store::open_orders(self.db, self.of.account).await? {
            if !seen.contains(&order_id) {
                let query = OrderQuery { order_id: Some(order_id.clone()), ..OrderQuery::default() };
                for member in self.methods() {
                    add(self.walk(query.clone(), member).await?, &mut seen);
                    if seen.contains(&order_id) {
                        break;
                    }
                }
            }
        }
        tracing::debug!(account = %self.of.account, open = seen.len(), %begun, "read what is not final");
        Ok(written)
    }

    /// All pages of a query, stored as they come, with the ids they had. Pages overlap by one order,
    /// since the list moves up when an order leaves it meanwhile.
    async fn walk(&self, query: OrderQuery, member: bool) -> anyhow::Result<(Written, HashSet<String>)> {
        let mut written = Written::default();
        let mut ids = HashSet::new();
        let mut offset = 0;
        loop {
            let query = OrderQuery { offset, sort: Some(Sort::OldestFirst), ..query.clone() };
            let page = self.page(&query, member).await?;
            ids.extend(page.items.iter().map(|order| order.item.order_id.clone()));
            let orders = self.orders(&page.items, member).await?;
            let wrote = self.put(orders, None).await?;
            written.added += wrote.added;
            written.changed += wrote.changed;
            match page.next_offset() {
                Some(next) if next > offset + 1 => offset = next - 1,
                Some(next) => offset = next,
                None => return Ok((written, ids)),
            }
        }
    }

    /// Stores orders, and with them the place of the first load, again if somebody was faster with one.
    /// In a task of its own: a run may be dropped at any moment, and a connection that is dropped in
    /// the middle of a copy would give its next user the answer to another question.
    async fn put(&self, orders: Vec<Order>, place: Option<(Place, u64)>) -> anyhow::Result<Written> {
        let written = tokio::spawn(put(self.db.clone(), self.of.account, orders, place));
        Ok(written.await.context("storing orders")??)
    }

    async fn page(
        &self,
        query: &OrderQuery,
        member: bool,
    ) -> Result<crate::bss::Page<Listed<Wire>>, crate::bss::Error> {
        let method = match (self.of.pays_for_members, member) {
            (false, _) => None,
            (true, false) => Some(Method::Oneself),
            (true, true) => Some(Method::SubCustomer),
        };
        let query = OrderQuery { method, limit: ORDERS_PER_PAGE, ..query.clone() };
        self.of.source.orders(&query, Locale::Zh).await
    }

    async fn orders(&self, items: &[Listed<Wire>], member: bool) -> anyhow::Result<Vec<Order>> {
        self.names.learn(self.db, self.of.source.as_ref(), items).await?;
        let name = |code: &str| self.names.of(code);
        Ok(items.iter().map(|item| Order::new(self.of.account, item, member, &name)).collect())
    }

    /// Details of what is not final and of the newest of the rest, where they are missing or old. One
    /// that cannot be read does not keep the others back; it is asked for again next time.
    async fn details(&self) -> anyhow::Result<()> {
        let ids = store::without_detail(self.db, self.of.account, NEWEST_DETAILS).await?;
        stream::iter(ids)
            .map(|order_id| async move {
                match self.of.source.order(&order_id, Locale::Zh).await {
                    Ok(detail) => {
                        let mut tx = self.db.begin().await?;
                        let detail = Detail::new(&detail);
                        put_detail(&mut tx, (self.of.account, &order_id), &detail, self.clock.now(), false)
                            .await?;
                        tx.commit().await
                    }
                    Err(error) => {
                        tracing::warn!(account = %self.of.account, order_id, %error, "no detail of an order");
                        Ok(())
                    }
                }
            })
            .buffer_unordered(DETAILS_AT_ONCE)
            .try_collect::<()>()
            .await?;
        Ok(())
    }
}

async fn put(
    db: PgPool,
    account: AccountId,
    orders: Vec<Order>,
    place: Option<(Place, u64)>,
) -> sqlx::Result<Written> {
    for attempt in 1.. {
        let mut tx = db.begin().await?;
        if place.is_some() {
            in_bulk(&mut tx).await?;
        }
        match upsert(&mut tx, account, &orders).await {
            Err(error) if is_overtaken(&error) && attempt < 5 => {}
            Err(error) => return Err(error),
            Ok(written) => {
                if let Some((place, read)) = place {
                    store::advance(&mut tx, account, place, read).await?;
                }
                tx.commit().await?;
                return Ok(written);
            }
        }
    }
    unreachable!("the loop ends by returning")
}

/// How long after a reading the next one begins.
pub const PERIOD: Duration = Duration::from_mins(1);
