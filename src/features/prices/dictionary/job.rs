//! The job that keeps the dictionaries of services, resource types and usage types: read through whichever account
//! answers, since they are the same for all.

use std::time::Duration;

use anyhow::Context as _;
use async_trait::async_trait;
use sqlx::PgPool;

use super::{Kind, read, store};
use crate::{
    bss::Reader,
    cloud_accounts::Readers,
    jobs::{Job, Run},
};

/// The name of the job, to wake it by.
pub const JOB: &str = "dictionaries";
/// How long after a reading the next one begins: Huawei adds a service now and then.
const PERIOD: Duration = Duration::from_hours(24);

/// Reads the dictionaries of products in both languages.
pub struct ReadDictionaries {
    db: PgPool,
    readers: Readers,
}

impl ReadDictionaries {
    /// Through one of these accounts into this database.
    pub fn new(db: PgPool, readers: &Readers) -> Self {
        Self { db, readers: readers.in_background() }
    }

    async fn read(&self, reader: &Reader, run: &Run) -> anyhow::Result<()> {
        let now = run.clock.now();
        for kind in [Kind::Service, Kind::Resource, Kind::Usage] {
            let lists = match kind {
                Kind::Service => read::services(reader).await?,
                Kind::Resource => read::resources(reader).await?,
                Kind::Usage | Kind::Spec => read::usage(reader).await?,
            };
            anyhow::ensure!(!lists.is_empty(), "BSS lists none of kind {}", kind.as_str());
            let written = store::keep(&self.db, (kind, None), &lists, now).await?;
            if written > 0 {
                tracing::info!(kind = kind.as_str(), written, "dictionary read");
            }
        }
        Ok(())
    }
}

#[async_trait]
impl Job for ReadDictionaries {
    fn name(&self) -> &'static str {
        JOB
    }

    fn period(&self) -> Duration {
        PERIOD
    }

    async fn run(&self, run: &Run) -> anyhow::Result<()> {
        let accounts = self.readers.all().iter();
        let mut failed = None;
        for reader in accounts.filter_map(|account| self.readers.get(account.id)) {
            match self.read(reader, run).await {
                Ok(()) => return Ok(()),
                Err(error) => failed = Some(error),
            }
        }
        // Without an account in use there is nobody to ask.
        failed.map_or(Ok(()), |error| Err(error).context("no account could read the dictionaries"))
    }
}
