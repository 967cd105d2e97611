//! The job that keeps the yearly/monthly resources fresh: a walk through all of them now and then, and in
//! between what orders changed and what expires. It resumes where it was stopped, and writes nothing that has
//! not changed.

mod incremental;
mod names;
pub mod store;
mod walk;
mod write;

use std::{collections::HashSet, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;

use self::{
    names::Names,
    store::Listing,
    write::{For, put},
};
use super::resource::Resource;
use crate::{
    bss::{
        Listed, Reader,
        codes::OrderStatus,
        orders::OrderQuery,
        resources::{MAX_IDS, Resource as Wire, ResourceQuery},
    },
    clock::Clock,
    db::settle_index,
    i18n::Locale,
    identity::access::AccountId,
    operations::Operation,
};

pub use self::write::{Written, store::upsert};

/// The name of the job, to wake it by.
pub const JOB: &str = "resources";
/// How long after a reading the next one begins.
pub const PERIOD: Duration = Duration::from_mins(1);
/// How long after the beginning of a walk through all resources the next one is due.
pub const WALK_EVERY: TimeDelta = TimeDelta::hours(6);
/// How long after an operation its resources are waited for.
const SETTLED_WITHIN: Duration = Duration::from_secs(5);

/// Reads the resources of one account.
pub struct Sync<'a> {
    db: &'a PgPool,
    clock: &'a Clock,
    account: AccountId,
    reader: &'a Reader,
    names: Names,
}

/// Reads these resources, and what is attached to them, as they are now: BSS's list is asked for their ids.
/// What it does not list is marked as gone.
pub async fn again(
    db: &PgPool,
    clock: &Clock,
    reader: &Reader,
    account: AccountId,
    resource_ids: &[String],
) -> anyhow::Result<Written> {
    let names = Names::known(db).await?;
    Sync { db, clock, account, reader, names }.ask(resource_ids).await
}

/// Reads the resources of an operation that has settled again, and notes the order that it made as the one that
/// holds them, as long as that awaits payment or runs. For [`Kind::settled`](crate::operations::Kind::settled):
/// it takes a few seconds at most, and since the ordinary synchronisation finds the same later, a failure is only
/// a line in the log.
pub async fn after(
    (db, clock): (&PgPool, &Clock),
    operation: &Operation,
    reader: &Reader,
    resource_ids: &[String],
) {
    let reader = reader.within(SETTLED_WITHIN);
    let account = operation.account_id;
    let read = async {
        let read = again(db, clock, &reader, account, resource_ids).await;
        if let Some(order_id) = &operation.upstream_order_id {
            made((db, clock), (&reader, account), order_id, resource_ids).await?;
        }
        read
    };
    if let Err(error) = read.await {
        let (operation, error) = (operation.id, format!("{error:#}"));
        tracing::warn!(%operation, error, "resources were not read again");
    }
}

/// Notes that an order which the portal made is about these resources: BSS tells it only of what is paid for.
async fn made(
    (db, clock): (&PgPool, &Clock),
    (reader, account): (&Reader, AccountId),
    order_id: &str,
    resource_ids: &[String],
) -> anyhow::Result<()> {
    let asked_at = clock.now();
    let query = OrderQuery { order_id: Some(order_id.to_owned()), ..OrderQuery::default() };
    let Some(order) = reader.orders(&query, Locale::Zh).await?.items.into_iter().next() else {
        return Ok(());
    };
    let listing = Listing {
        order_id: order.item.order_id,
        // Not as if BSS had been asked for its resources: that is still to come.
        read: None,
        holds: !is_final(order.item.status),
        resources: resource_ids.to_vec(),
    };
    put(db, account, asked_at, (Vec::new(), For::Orders(vec![listing]))).await?;
    Ok(())
}

/// Has all resources of these accounts walked through by the next run of the job, which is woken for it with
/// [`jobs::wake`](crate::jobs::wake). A walk under way goes on as it is.
pub async fn walk_again(db: &PgPool, clock: &Clock, accounts: &[AccountId]) -> sqlx::Result<()> {
    store::begin_walk(db, accounts, clock.now(), false).await
}

fn is_final(status: OrderStatus) -> bool {
    matches!(status, OrderStatus::Cancelled | OrderStatus::Completed)
}

impl<'a> Sync<'a> {
    /// Of this account into this database.
    pub fn new(db: &'a PgPool, clock: &'a Clock, account: AccountId, reader: &'a Reader) -> Self {
        Self { db, clock, account, reader, names: Names::default() }
    }

    /// Reads what there is to read now: all of it the first time, what changed afterwards.
    pub async fn run(&mut self) -> anyhow::Result<Written> {
        match self.read().await {
            Ok(written) => Ok(written),
            Err(error) => {
                store::failed(self.db, self.account, &format!("{error:#}"), self.clock.now()).await?;
                Err(error.context(format!("resources of account {}", self.account)))
            }
        }
    }

    async fn read(&mut self) -> anyhow::Result<Written> {
        let begun = self.clock.now();
        self.names = Names::known(self.db).await?;
        let mut state = store::state(self.db, self.account).await?;
        let mut written = Written::default();
        // Until all have been met once, nothing else is worth asking.
        if state.walked_at.is_none() {
            written += self.walk(&mut state).await?;
        }
        let changes = self.changes(&state, begun).await?;
        written += changes.written;
        let is_due = state.walked_at.is_none_or(|walked_at| walked_at <= begun - WALK_EVERY);
        if is_due || state.walk.is_some() || changes.wants_walk {
            written += self.walk(&mut state).await?;
        }
        if written != Written::default() {
            settle_index(self.db, "resource_gram_found").await;
        }
        store::complete(self.db, self.account, begun).await?;
        Ok(written)
    }

    /// Reads those with these ids and what is attached to them; those that are not listed are gone.
    async fn ask(&self, ids: &[String]) -> anyhow::Result<Written> {
        let mut written = Written::default();
        let attached = store::attached_to(self.db, self.account, ids).await?;
        let mut ids: Vec<&String> = ids.iter().chain(&attached).collect();
        let mut known = HashSet::new();
        ids.retain(|id| known.insert(*id));
        for some in ids.chunks(MAX_IDS) {
            let asked_at = self.clock.now();
            let resource_ids = some.iter().map(|id| (*id).clone()).collect();
            let items = self.listed(ResourceQuery { resource_ids, ..ResourceQuery::default() }).await?;
            let there: HashSet<&str> = items.iter().map(|listed| listed.item.resource_id.as_str()).collect();
            let absent =
                some.iter().filter(|id| !there.contains(id.as_str())).map(|id| (*id).clone()).collect();
            written += self.put(asked_at, &items, For::Ids(absent)).await?;
        }
        Ok(written)
    }

    /// All that match, which are few.
    async fn listed(&self, query: ResourceQuery) -> Result<Vec<Listed<Wire>>, crate::bss::Error> {
        let mut items = Vec::new();
        let mut pages = self.reader.pages((query, Locale::Zh));
        while let Some(page) = pages.next().await {
            items.extend(page?);
        }
        Ok(items)
    }

    /// Stores what was listed when it was asked for then.
    async fn put(
        &self,
        asked_at: DateTime<Utc>,
        items: &[Listed<Wire>],
        why: For,
    ) -> anyhow::Result<Written> {
        self.names.learn(self.db, self.reader, items).await?;
        let resources = items.iter().map(|listed| {
            let (service, type_name) = self.names.of(&listed.item);
            Resource::new(listed, service, type_name)
        });
        put(self.db, self.account, asked_at, (resources.collect(), why)).await
    }
}
