//! Copies of what BSS lists for each account: read in the background, one account apart from the other, with how
//! far each is. What is read, and where it is kept, is the listing's own; this knows none.

pub mod months;
mod store;

use std::{ops::AddAssign, time::Duration};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    bss::Reader,
    clock::Clock,
    cloud_accounts::Readers,
    identity::access::{AccountId, Scope},
    jobs::{Job, Run},
};

/// What the portal keeps a copy of.
#[async_trait]
pub trait Listing: Send + Sync + 'static {
    /// The name of its job, and of what is known of its readings.
    fn name(&self) -> &'static str;

    /// How long after a reading the next one begins.
    fn period(&self) -> Duration;

    /// Reads it for one account and stores what differs. What was stored stays when a later page fails: the next
    /// reading begins anew, or where the listing says.
    async fn read(&self, from: &Source<'_>) -> anyhow::Result<Written>;
}

/// Where a listing is read from, and where to.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// The portal's database.
    pub db: &'a PgPool,
    /// What time it is.
    pub clock: &'a Clock,
    /// The account that is read.
    pub account: AccountId,
    /// The means to read it.
    pub reader: &'a Reader,
}

impl Source<'_> {
    /// Records that `done` of `total` rows of `listing` are stored. A failure to record is no failure of the
    /// reading.
    pub async fn advance(&self, listing: &dyn Listing, done: u64, total: u64) {
        if let Err(error) = store::advance(self.db, self.account, listing.name(), (done, total)).await {
            tracing::debug!(listing = listing.name(), %error, "progress not recorded");
        }
    }
}

/// How many rows a reading wrote.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// Rows that were not there.
    pub added: u64,
    /// Rows that differed.
    pub changed: u64,
    /// Rows that BSS no longer lists.
    pub gone: u64,
}

impl AddAssign for Written {
    fn add_assign(&mut self, other: Self) {
        self.added += other.added;
        self.changed += other.changed;
        self.gone += other.gone;
    }
}

/// A digest of what BSS said, in parts. What has the same one as before need not be written again.
pub fn digest<'a>(said: impl IntoIterator<Item = &'a str>) -> Uuid {
    let mut sha = Sha256::new();
    for part in said {
        sha.update(part.len().to_le_bytes());
        sha.update(part);
    }
    let mut half = [0; 16];
    half.copy_from_slice(&sha.finalize()[..16]);
    Uuid::from_bytes(half)
}

/// Reads a listing of one account now, and records how it went.
pub async fn read(listing: &dyn Listing, from: &Source<'_>) -> anyhow::Result<Written> {
    let (Source { db, clock, account, .. }, name) = (*from, listing.name());
    let begun = clock.now();
    store::begin(db, account, name, begun).await?;
    match listing.read(from).await {
        Ok(written) => {
            store::end(db, account, name, Ok(begun)).await?;
            if written != Written::default() {
                let Written { added, changed, gone } = written;
                tracing::info!(listing = name, added, changed, gone, "read");
            }
            Ok(written)
        }
        Err(error) => {
            store::end(db, account, name, Err((&format!("{error:#}"), clock.now()))).await?;
            Err(error.context(format!("{name} of account {account}")))
        }
    }
}

/// The job that reads a listing of every account that is in use.
pub struct ReadEach<L> {
    listing: L,
    db: PgPool,
    readers: Readers,
    pace: f64,
}

impl<L: Listing> ReadEach<L> {
    /// From these accounts into this database.
    pub fn new(listing: L, db: PgPool, readers: &Readers) -> Self {
        Self { listing, db, readers: readers.in_background(), pace: 1.0 }
    }

    /// With as much more or less time between two readings than its own as the portal's period is more or less
    /// than a minute.
    #[must_use]
    pub fn paced(self, portal: Duration) -> Self {
        Self { pace: portal.as_secs_f64() / 60.0, ..self }
    }
}

#[async_trait]
impl<L: Listing> Job for ReadEach<L> {
    fn name(&self) -> &'static str {
        self.listing.name()
    }

    fn period(&self) -> Duration {
        self.listing.period().mul_f64(self.pace)
    }

    async fn run(&self, run: &Run) -> anyhow::Result<()> {
        let accounts = self.readers.all().iter();
        let accounts =
            accounts.filter_map(|account| Some((account.id, self.readers.get(account.id)?.clone())));
        run.each(accounts.collect(), |(account, reader): (AccountId, Reader)| async move {
            let from = Source { db: &self.db, clock: &run.clock, account, reader: &reader };
            read(&self.listing, &from).await?;
            Ok(())
        })
        .await
    }
}

/// How far one listing of one account is.
#[derive(Debug, Clone)]
pub struct Progress {
    /// The account.
    pub account: AccountId,
    /// The listing's name.
    pub listing: String,
    /// Rows that the reading under way has stored.
    pub done: i64,
    /// Rows that there are, as far as BSS says.
    pub total: i64,
    /// Whether a reading is under way. Without `read_at`, it is the first one.
    pub is_reading: bool,
    /// When it was last read to the end.
    pub read_at: Option<DateTime<Utc>>,
    /// Why the last reading failed.
    pub error: Option<String>,
    /// When it did.
    pub failed_at: Option<DateTime<Utc>>,
}

/// How far everything is that a page of a scope shows.
#[derive(Debug, Clone)]
pub struct Standing {
    progress: Vec<Progress>,
    /// How many accounts the scope has.
    pub accounts: usize,
    listings: usize,
}

impl Standing {
    /// Of these listings, in this scope.
    pub async fn of(db: &PgPool, scope: &Scope, listings: &[&str]) -> sqlx::Result<Self> {
        let progress = store::progress(db, scope, listings).await?;
        Ok(Self { progress, accounts: scope.accounts().len(), listings: listings.len() })
    }

    /// When what was read longest ago was read; none while something was never read.
    pub fn read_at(&self) -> Option<DateTime<Utc>> {
        if self.progress.len() < self.accounts * self.listings {
            return None;
        }
        self.progress.iter().map(|progress| progress.read_at).min().flatten()
    }

    /// Whether the data is young enough to act on.
    pub fn is_fresh(&self, now: DateTime<Utc>, max_age: Duration) -> bool {
        self.read_at().is_some_and(|read_at| (now - read_at).to_std().unwrap_or_default() <= max_age)
    }

    /// Done and total of the first readings under way.
    pub fn loading(&self) -> Option<(i64, i64)> {
        let first = |progress: &&Progress| progress.is_reading && progress.read_at.is_none();
        let under_way: Vec<_> = self.progress.iter().filter(first).collect();
        let total = under_way.iter().map(|progress| progress.total).sum();
        // Until Huawei says how many there are, there is nothing to show.
        (total > 0).then(|| (under_way.iter().map(|progress| progress.done).sum(), total))
    }

    /// Readings that failed and have not succeeded since.
    pub fn failures(&self) -> impl Iterator<Item = (&Progress, &str, DateTime<Utc>)> {
        self.progress
            .iter()
            .filter_map(|progress| Some((progress, progress.error.as_deref()?, progress.failed_at?)))
    }
}

#[cfg(test)]
mod tests;
