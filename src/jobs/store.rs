//! The SQL of jobs: leases, progress and outcomes. Leases are judged by the database's clock alone.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

/// The channel on which jobs are woken; the payload is the job's name.
pub(super) const CHANNEL: &str = "job_wake";

/// What is known of a job.
#[derive(Debug, Clone)]
pub struct JobState {
    /// Its name.
    pub name: String,
    /// When it is due next.
    pub due_at: DateTime<Utc>,
    /// Whether somebody is at it now.
    pub running: bool,
    /// When the last run began.
    pub started_at: Option<DateTime<Utc>>,
    /// When the last run ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// When a run last ended well.
    pub succeeded_at: Option<DateTime<Utc>>,
    /// When a run last failed, unless one has ended well since.
    pub failed_at: Option<DateTime<Utc>>,
    /// Why that run failed.
    pub error: Option<String>,
    /// Failed runs in a row.
    pub failures: i32,
    /// Steps done by the current run.
    pub progress_done: Option<i64>,
    /// Steps that the current run has.
    pub progress_total: Option<i64>,
}

/// Every job, by name.
pub async fn states(db: &PgPool) -> sqlx::Result<Vec<JobState>> {
    sqlx::query_as!(
        JobState,
        r#"select name, due_at, coalesce(lease_until > clock_timestamp(), false) as "running!",
                  started_at, finished_at, succeeded_at, failed_at, error, failures, progress_done, progress_total
           from job order by name"#
    )
    .fetch_all(db)
    .await
}

/// Asks for a run of `name` as soon as possible; during a run, for another one after it.
pub async fn wake(db: &PgPool, name: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "with woken as (update job set woken = true where name = $1)
         select pg_notify($2, $1)",
        name,
        CHANNEL
    )
    .fetch_one(db)
    .await?;
    Ok(())
}

/// Makes sure that the job has its row; a new one is due at once.
pub(super) async fn register(db: &PgPool, name: &str, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("insert into job (name, due_at) values ($1, $2) on conflict (name) do nothing", name, now)
        .execute(db)
        .await?;
    Ok(())
}

/// Takes the lease if the job is due or woken and nobody has it.
pub(super) async fn claim(
    db: &PgPool,
    name: &str,
    now: DateTime<Utc>,
    lease: Duration,
) -> sqlx::Result<Option<Uuid>> {
    let lease_id = Uuid::new_v4();
    let claimed = sqlx::query!(
        "update job set lease_id = $2, lease_until = clock_timestamp() + make_interval(secs => $3),
                started_at = $4, woken = false, progress_done = null, progress_total = null
         where name = (
             select name from job
             where name = $1 and (due_at <= $4 or woken)
               and (lease_until is null or lease_until <= clock_timestamp())
             for update skip locked)",
        name,
        lease_id,
        lease.as_secs_f64(),
        now
    )
    .execute(db)
    .await?;
    Ok((claimed.rows_affected() == 1).then_some(lease_id))
}

/// Keeps the lease; false when it has gone to somebody else.
pub(super) async fn renew(db: &PgPool, name: &str, lease_id: Uuid, lease: Duration) -> sqlx::Result<bool> {
    let renewed = sqlx::query!(
        "update job set lease_until = clock_timestamp() + make_interval(secs => $3)
         where name = $1 and lease_id = $2",
        name,
        lease_id,
        lease.as_secs_f64()
    )
    .execute(db)
    .await?;
    Ok(renewed.rows_affected() == 1)
}

pub(super) async fn progress(db: &PgPool, name: &str, done: i64, total: i64) -> sqlx::Result<()> {
    sqlx::query!("update job set progress_done = $2, progress_total = $3 where name = $1", name, done, total)
        .execute(db)
        .await?;
    Ok(())
}

/// Records how the run ended, gives the lease back and says when the next one is due.
pub(super) async fn finish(
    db: &PgPool,
    name: &str,
    lease_id: Uuid,
    ended: (DateTime<Utc>, DateTime<Utc>),
    error: Option<&str>,
) -> sqlx::Result<()> {
    let (now, due_at) = ended;
    sqlx::query!(
        "update job set lease_id = null, lease_until = null, finished_at = $3, due_at = $4,
                succeeded_at = case when $5::text is null then $3 else succeeded_at end,
                failed_at = case when $5::text is null then null else $3 end,
                error = $5, failures = case when $5::text is null then 0 else failures + 1 end
         where name = $1 and lease_id = $2",
        name,
        lease_id,
        now,
        due_at,
        error
    )
    .execute(db)
    .await?;
    Ok(())
}

/// When the job is due; now if it was woken.
pub(super) async fn due(db: &PgPool, name: &str, now: DateTime<Utc>) -> sqlx::Result<DateTime<Utc>> {
    sqlx::query_scalar!(
        r#"select case when woken then least($2, due_at) else due_at end as "due!" from job where name = $1"#,
        name,
        now
    )
    .fetch_one(db)
    .await
}
