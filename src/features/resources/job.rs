//! The resources of all enabled accounts, kept fresh in the background.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::PgPool;

use super::{
    calendar,
    sync::{JOB, PERIOD, Sync, Written},
};
use crate::{
    bss::Reader,
    cloud_accounts::Readers,
    identity::access::AccountId,
    jobs::{self, Job, Run},
};

/// Reads the resources of every account that is in use.
pub struct ReadResources {
    db: PgPool,
    readers: Readers,
    period: Duration,
}

impl ReadResources {
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

#[async_trait]
impl Job for ReadResources {
    fn name(&self) -> &'static str {
        JOB
    }

    fn period(&self) -> Duration {
        self.period
    }

    async fn run(&self, run: &Run) -> anyhow::Result<()> {
        let accounts = self.readers.all().iter();
        let accounts =
            accounts.filter_map(|account| Some((account.id, self.readers.get(account.id)?.clone())));
        run.each(accounts.collect(), |(account, reader): (AccountId, Reader)| async move {
            let written = Sync::new(&self.db, &run.clock, account, &reader).run().await?;
            if written != Written::default() {
                let Written { added, changed, gone } = written;
                tracing::info!(added, changed, gone, "resources read");
                if added > 0 {
                    // What they will cost is not known yet, and the calendar wants to say it.
                    jobs::wake(&self.db, calendar::job::JOB).await?;
                }
            }
            Ok(())
        })
        .await
    }
}
