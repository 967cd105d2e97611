//! The orders of all enabled accounts, kept fresh in the background.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use sqlx::PgPool;

use super::sync::{JOB, PERIOD, Readable, Sync};
use crate::{
    cloud_accounts::Readers,
    identity::access::AccountId,
    jobs::{Job, Run},
};

/// Reads the orders of every account that is in use.
pub struct ReadOrders {
    db: PgPool,
    readers: Readers,
    period: Duration,
}

impl ReadOrders {
    /// From these accounts into this database.
    pub fn new(db: PgPool, readers: &Readers) -> Self {
        Self { db, readers: readers.in_background(), period: PERIOD }
    }

    /// With this long between the end of one run and the next.
    #[must_use]
    pub fn every(self, period: Duration) -> Self {
        Self { period, ..self }
    }
}

/// What reading `account` needs; none if it is not in use.
pub fn readable(readers: &Readers, account: AccountId, within: Option<Duration>) -> Option<Readable> {
    let reader = readers.get(account)?;
    let reader = within.map_or_else(|| reader.clone(), |limit| reader.within(limit));
    Some(Readable { account, source: Arc::new(reader), pays_for_members: readers.is_master(account) })
}

#[async_trait]
impl Job for ReadOrders {
    fn name(&self) -> &'static str {
        JOB
    }

    fn period(&self) -> Duration {
        self.period
    }

    async fn run(&self, run: &Run) -> anyhow::Result<()> {
        let accounts = self.readers.all().iter();
        let accounts = accounts.filter_map(|account| readable(&self.readers, account.id, None)).collect();
        run.each(accounts, |account: Readable| async move {
            let written = Sync::new(&self.db, &run.clock, &account).run().await?;
            if written.added + written.changed > 0 {
                tracing::info!(added = written.added, changed = written.changed, "orders read");
            }
            Ok(())
        })
        .await
    }
}
