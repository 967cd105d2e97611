//! The SQL of how far readings are.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use super::Progress;
use crate::identity::access::{AccountId, Scope};

pub(super) async fn progress(db: &PgPool, scope: &Scope, listings: &[&str]) -> sqlx::Result<Vec<Progress>> {
    let listings: Vec<String> = listings.iter().map(|listing| (*listing).to_owned()).collect();
    sqlx::query_as!(
        Progress,
        r#"select account_id as account, listing, done, total, begun_at is not null as "is_reading!", read_at, error, failed_at
             from reading where account_id = any($1) and listing = any($2)"#,
        &scope.ids(),
        &listings
    )
    .fetch_all(db)
    .await
}

pub(super) async fn begin(
    db: &PgPool,
    account: AccountId,
    listing: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into reading (account_id, listing, begun_at) values ($1, $2, $3)
         on conflict (account_id, listing) do update set begun_at = $3, done = 0, total = 0",
        account.0,
        listing,
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(super) async fn advance(
    db: &PgPool,
    account: AccountId,
    listing: &str,
    (done, total): (u64, u64),
) -> sqlx::Result<()> {
    sqlx::query!(
        "update reading set done = $3, total = $4 where account_id = $1 and listing = $2",
        account.0,
        listing,
        i64::try_from(done).unwrap_or(i64::MAX),
        i64::try_from(total).unwrap_or(i64::MAX)
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Records how a reading ended; `read_at` is when it began, since nothing is younger than that.
pub(super) async fn end(
    db: &PgPool,
    account: AccountId,
    listing: &str,
    outcome: Result<DateTime<Utc>, (&str, DateTime<Utc>)>,
) -> sqlx::Result<()> {
    let (read_at, error, failed_at) = match outcome {
        Ok(read_at) => (Some(read_at), None, None),
        Err((error, at)) => (None, Some(error), Some(at)),
    };
    sqlx::query!(
        "update reading set begun_at = null, read_at = coalesce($3, read_at), error = $4, failed_at = $5
         where account_id = $1 and listing = $2",
        account.0,
        listing,
        read_at,
        error,
        failed_at
    )
    .execute(db)
    .await?;
    Ok(())
}
