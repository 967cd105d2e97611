//! Background work without input: a `Job` runs every period or when woken, once at a time over all
//! replicas. It knows nothing of what jobs do.

pub mod driver;
mod store;

use std::time::Duration;

use async_trait::async_trait;
use futures_util::{StreamExt as _, stream};
use sqlx::PgPool;

pub use driver::Driver;
pub use store::{JobState, states, wake};

use crate::clock::Clock;

/// Pieces of a run that are worked on at once.
const AT_ONCE: usize = 4;

/// A piece of background work. It takes no input: what there is to do stands in its own tables, so
/// a run after a crash continues where the last one stopped.
#[async_trait]
pub trait Job: Send + Sync {
    /// The name of its row, and of its wake.
    fn name(&self) -> &'static str;

    /// How long after the end of a run the next one begins.
    fn period(&self) -> Duration;

    /// Does what there is to do now.
    async fn run(&self, run: &Run) -> anyhow::Result<()>;
}

/// One run of a job: its clock, and where it tells how far it is.
pub struct Run {
    /// What time it is.
    pub clock: Clock,
    name: &'static str,
    db: PgPool,
}

impl Run {
    /// A run outside the driver, for tests and commands.
    pub fn by_hand(db: PgPool, clock: Clock, name: &'static str) -> Self {
        Self { clock, name, db }
    }

    /// Does `work` on each of `pieces`, a few at once, and records how far it is. One that fails does not keep
    /// the others back; the run fails when all have ended, with every reason.
    pub async fn each<P, F>(&self, pieces: Vec<P>, work: impl Fn(P) -> F) -> anyhow::Result<()>
    where
        F: Future<Output = anyhow::Result<()>>,
    {
        let total = i64::try_from(pieces.len()).unwrap_or(i64::MAX);
        let mut outcomes = stream::iter(pieces.into_iter().map(work)).buffer_unordered(AT_ONCE);
        let mut failed = Vec::new();
        let mut done = 0;
        while let Some(outcome) = outcomes.next().await {
            done += 1;
            self.progress(done, total).await;
            failed.extend(outcome.err().map(|error| format!("{error:#}")));
        }
        anyhow::ensure!(failed.is_empty(), "{}", failed.join("; "));
        Ok(())
    }

    /// Records that `done` of `total` steps are done. A failure to record is no failure of the run.
    pub async fn progress(&self, done: i64, total: i64) {
        if let Err(error) = store::progress(&self.db, self.name, done, total).await {
            tracing::debug!(job = self.name, %error, "progress not recorded");
        }
    }
}
