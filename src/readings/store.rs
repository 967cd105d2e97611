//! The SQL of how far readings are.

use chrono::{DateTime, NaiveDate, Utc};
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

/// The months of some records that were read, each with when.
pub(super) async fn months(
    db: &PgPool,
    account: AccountId,
    records: &str,
) -> sqlx::Result<Vec<(NaiveDate, DateTime<Utc>)>> {
    let rows = sqlx::query!(
        "select month, read_at from reading_month where account_id = $1 and records = $2",
        account.0,
        records
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.month, row.read_at)).collect())
}

pub(super) async fn put_month(
    db: &PgPool,
    account: AccountId,
    (records, month): (&str, NaiveDate),
    read_at: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into reading_month (account_id, records, month, read_at) values ($1, $2, $3, $4)
         on conflict (account_id, records, month) do update set read_at = $4",
        account.0,
        records,
        month,
        read_at
    )
    .execute(db)
    .await?;
    Ok(())
}
