//! The resources of all enabled accounts, kept fresh in the background.

use std::time::Duration;

use async_trait::async_trait;
use futures_util::{StreamExt as _, stream};
use sqlx::PgPool;

use super::sync::{JOB, PERIOD, Sync, Written};
use crate::{
    cloud_accounts::Readers,
    jobs::{Job, Run},
};

/// Accounts that are read at once.
const AT_ONCE: usize = 4;

/// Reads the resources of every account that is in use.
pub struct ReadResources {
    db: PgPool,
    readers: Readers,
    period: Duration,
}

impl ReadResources {
    /// From these accounts into this database.
    pub fn new(db: PgPool, readers: Readers) -> Self {
        Self { db, readers, period: PERIOD }
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

    /// One account that cannot be read does not keep the others back.
    async fn run(&self, run: &Run) -> anyhow::Result<()> {
        let accounts: Vec<_> = self
            .readers
            .all()
            .iter()
            .filter_map(|account| Some((account.id, self.readers.get(account.id)?.clone())))
            .collect();
        let total = i64::try_from(accounts.len()).unwrap_or(i64::MAX);
        let mut outcomes =
            stream::iter(accounts)
                .map(|(account, reader)| async move {
                    Sync::new(&self.db, &run.clock, account, &reader).run().await
                })
                .buffer_unordered(AT_ONCE);
        let mut failed = Vec::new();
        let mut done = 0;
        while let Some(outcome) = outcomes.next().await {
            done += 1;
            run.progress(done, total).await;
            match outcome {
                Ok(written) if written != Written::default() => {
                    let Written { added, changed, gone } = written;
                    tracing::info!(added, changed, gone, "resources read");
                }
                Ok(_) => {}
                Err(error) => failed.push(format!("{error:#}")),
            }
        }
        anyhow::ensure!(failed.is_empty(), "{}", failed.join("; "));
        Ok(())
    }
}
