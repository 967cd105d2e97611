//! Runs the jobs: claims each when it is due, keeps its lease while it runs, records how it ended.
//! It never runs a job that another replica is at.

use std::{future::Future, pin::pin, sync::Arc, time::Duration};

use chrono::TimeDelta;
use sqlx::{PgPool, postgres::PgListener};
use tokio::sync::Notify;
use uuid::Uuid;

use super::{Job, Run, store};
use crate::clock::Clock;

/// How long a holder may be silent before another replica takes the job over.
const LEASE: Duration = Duration::from_secs(30);
/// How often the lease is renewed, in real time: the database judges it.
const RENEWAL: Duration = Duration::from_secs(10);
/// The longest wait between two looks at the table, should a wake be lost.
const LONGEST_WAIT: Duration = Duration::from_secs(15);
/// The longest back-off of a job that fails again and again.
const LONGEST_BACK_OFF: Duration = Duration::from_mins(5);

struct Post {
    job: Arc<dyn Job>,
    woken: Notify,
}

/// Runs a set of jobs until it is told to stop.
pub struct Driver {
    db: PgPool,
    clock: Clock,
    posts: Vec<Arc<Post>>,
}

impl Driver {
    /// A driver of `jobs`.
    pub fn new(db: PgPool, clock: Clock, jobs: Vec<Arc<dyn Job>>) -> Self {
        let posts = jobs.into_iter().map(|job| Arc::new(Post { job, woken: Notify::new() })).collect();
        Self { db, clock, posts }
    }

    /// Runs the jobs until `stop` is ready. A run in flight is dropped then, and continues from its
    /// own tables at the next start.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let work = async {
            let jobs = self.posts.iter().map(|post| keep_running(&self.db, &self.clock, post));
            futures_util::join!(
                listen(&self.db, &self.clock, &self.posts),
                futures_util::future::join_all(jobs)
            );
        };
        let (work, stop) = (pin!(work), pin!(stop));
        futures_util::future::select(work, stop).await;
    }
}

/// Passes the wakes of the database on; everything is woken after a gap, since wakes may be lost in it.
async fn listen(db: &PgPool, clock: &Clock, posts: &[Arc<Post>]) {
    loop {
        let listened: sqlx::Result<()> = async {
            let mut listener = PgListener::connect_with(db).await?;
            listener.listen(store::CHANNEL).await?;
            loop {
                let Some(notice) = listener.try_recv().await? else {
                    for post in posts {
                        post.woken.notify_one();
                    }
                    continue;
                };
                for post in posts.iter().filter(|post| post.job.name() == notice.payload()) {
                    post.woken.notify_one();
                }
            }
        }
        .await;
        if let Err(error) = listened {
            tracing::warn!(%error, "cannot listen for wakes; trying again");
        }
        clock.sleep(Duration::from_secs(5)).await;
    }
}

async fn keep_running(db: &PgPool, clock: &Clock, post: &Post) {
    let name = post.job.name();
    loop {
        let wait = match step(db, clock, post).await {
            Ok(wait) => wait,
            Err(error) => {
                tracing::warn!(job = name, %error, "the job's record cannot be reached");
                Duration::from_secs(5)
            }
        };
        let (sleep, woken) = (clock.sleep(wait), pin!(post.woken.notified()));
        futures_util::future::select(sleep, woken).await;
    }
}

/// Runs the job if it is due and free; answers how long to wait before looking again.
async fn step(db: &PgPool, clock: &Clock, post: &Post) -> sqlx::Result<Duration> {
    let name = post.job.name();
    store::register(db, name, clock.now()).await?;
    if let Some(lease_id) = store::claim(db, name, clock.now(), LEASE).await? {
        let run = Run { clock: clock.clone(), name, db: db.clone() };
        let outcome = {
            let (work, lost) = (pin!(post.job.run(&run)), pin!(hold(db, name, lease_id)));
            match futures_util::future::select(work, lost).await {
                futures_util::future::Either::Left((outcome, _)) => outcome,
                futures_util::future::Either::Right(((), _)) => {
                    tracing::warn!(job = name, "the lease went to another replica; this run ends");
                    return Ok(LONGEST_WAIT);
                }
            }
        };
        let error = outcome.err().map(|error| format!("{error:#}"));
        let pause = match &error {
            None => post.job.period(),
            Some(error) => {
                tracing::warn!(job = name, error, "the job failed");
                post.job.period().min(LONGEST_BACK_OFF)
            }
        };
        let now = clock.now();
        let due = now + TimeDelta::from_std(pause).unwrap_or(TimeDelta::MAX);
        store::finish(db, name, lease_id, (now, due), error.as_deref()).await?;
    }
    let now = clock.now();
    let due = store::due(db, name, now).await?;
    // A job that is due but held by another replica is looked at again after a while.
    let wait = (due - now).to_std().unwrap_or_default();
    Ok(wait.clamp(Duration::from_secs(1), LONGEST_WAIT))
}

/// Keeps the lease as long as it can be kept.
async fn hold(db: &PgPool, name: &str, lease_id: Uuid) {
    let mut unreachable = 0;
    loop {
        tokio::time::sleep(RENEWAL).await;
        match store::renew(db, name, lease_id, LEASE).await {
            Ok(true) => unreachable = 0,
            Ok(false) => return,
            Err(error) => {
                tracing::warn!(job = name, %error, "the lease could not be renewed");
                unreachable += 1;
                if RENEWAL * unreachable >= LEASE {
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use async_trait::async_trait;
    use chrono::DateTime;

    use super::*;
    use crate::jobs::{states, wake};

    struct Counting {
        runs: AtomicUsize,
        at_once: AtomicUsize,
        fails: bool,
    }

    #[async_trait]
    impl Job for Counting {
        fn name(&self) -> &'static str {
            "counting"
        }
        fn period(&self) -> Duration {
            Duration::from_hours(1)
        }
        async fn run(&self, run: &Run) -> anyhow::Result<()> {
            assert_eq!(self.at_once.fetch_add(1, Ordering::SeqCst), 0, "never twice at once");
            run.progress(1, 2).await;
            tokio::time::sleep(Duration::from_millis(30)).await;
            self.at_once.fetch_sub(1, Ordering::SeqCst);
            self.runs.fetch_add(1, Ordering::SeqCst);
            if self.fails {
                anyhow::bail!("no answer")
            }
            Ok(())
        }
    }

    fn counting(fails: bool) -> Arc<Counting> {
        Arc::new(Counting { runs: AtomicUsize::new(0), at_once: AtomicUsize::new(0), fails })
    }

    async fn drive(db: &PgPool, job: &Arc<Counting>, for_ms: u64) {
        let (clock, _hand) = Clock::manual(DateTime::UNIX_EPOCH);
        let replica = || Driver::new(db.clone(), clock.clone(), vec![job.clone() as Arc<dyn Job>]);
        let stop = || tokio::time::sleep(Duration::from_millis(for_ms));
        let wakes = async {
            for _ in 0..3 {
                tokio::time::sleep(Duration::from_millis(for_ms / 5)).await;
                wake(db, "counting").await.expect("wakes");
            }
        };
        tokio::join!(replica().run(stop()), replica().run(stop()), wakes);
    }

    #[sqlx::test]
    async fn two_replicas_run_a_woken_job_once_at_a_time(db: PgPool) {
        let job = counting(false);
        drive(&db, &job, 2500).await;
        let runs = job.runs.load(Ordering::SeqCst);
        assert!((2..=4).contains(&runs), "one run when new and one per wake, was {runs}");
        let state = states(&db).await.expect("reads").remove(0);
        assert!(!state.running && state.error.is_none() && state.succeeded_at.is_some());
        assert_eq!((state.progress_done, state.progress_total), (Some(1), Some(2)));
    }

    #[sqlx::test]
    async fn a_failure_is_kept_with_its_reason(db: PgPool) {
        let job = counting(true);
        drive(&db, &job, 600).await;
        let state = states(&db).await.expect("reads").remove(0);
        assert_eq!(state.error.as_deref(), Some("no answer"));
        assert!(state.failures >= 1 && state.succeeded_at.is_none());
    }

    #[sqlx::test]
    async fn a_job_whose_holder_died_is_taken_over_when_its_lease_ends(db: PgPool) {
        let now = DateTime::UNIX_EPOCH;
        store::register(&db, "counting", now).await.expect("registers");
        let dead = store::claim(&db, "counting", now, Duration::ZERO).await.expect("claims");
        assert!(dead.is_some());
        let next = store::claim(&db, "counting", now, LEASE).await.expect("claims");
        assert!(next.is_some(), "the lease has ended");
        assert!(store::claim(&db, "counting", now, LEASE).await.expect("asks").is_none(), "now it is held");
        assert!(!store::renew(&db, "counting", dead.expect("was claimed"), LEASE).await.expect("asks"));
    }
}
