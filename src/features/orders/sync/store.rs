//! The SQL of reading orders: how far each account is, what is worth asking about again, and the
//! names of services.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};

use crate::{
    features::orders::order::ServiceName,
    identity::access::{AccountId, Scope},
};

/// Where the first load of an account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The beginning of the window.
    pub start: DateTime<Utc>,
    /// Whether it goes through orders paid for members.
    pub member: bool,
    /// How many of the window's orders are stored.
    pub done: u64,
}

/// How far an account is.
#[derive(Debug, Clone)]
pub struct Progress {
    /// The account.
    pub account: AccountId,
    /// Where its first load is; none when it is complete.
    pub place: Option<Place>,
    /// Orders stored by the first load.
    pub done: i64,
    /// Orders that the first load has.
    pub total: i64,
    /// When it was last read to the end.
    pub read_at: Option<DateTime<Utc>>,
    /// Why the last reading failed.
    pub error: Option<String>,
    /// When it did.
    pub failed_at: Option<DateTime<Utc>>,
}

/// How far the accounts of the scope are; those never begun are not there.
pub async fn progress(db: &PgPool, scope: &Scope) -> sqlx::Result<Vec<Progress>> {
    let rows = sqlx::query!("select * from order_sync where account_id = any($1)", &scope.ids())
        .fetch_all(db)
        .await?;
    let progress = rows.into_iter().map(|row| Progress {
        account: AccountId(row.account_id),
        place: row.window_start.map(|start| Place {
            start,
            member: row.window_member,
            done: row.window_done.unsigned_abs(),
        }),
        done: row.done,
        total: row.total,
        read_at: row.read_at,
        error: row.error,
        failed_at: row.failed_at,
    });
    Ok(progress.collect())
}

/// Begins the first load at `start` unless it has begun.
pub(super) async fn begin(db: &PgPool, account: AccountId, start: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into order_sync (account_id, window_start) values ($1, $2) on conflict (account_id) do nothing",
        account.0,
        start
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Records how many orders the first load has.
pub(super) async fn set_total(db: &PgPool, account: AccountId, total: u64) -> sqlx::Result<()> {
    sqlx::query!(
        "update order_sync set total = $2 where account_id = $1 and total <> $2",
        account.0,
        i64::try_from(total).unwrap_or(i64::MAX)
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Moves the first load on; in the transaction of what it stored.
pub(super) async fn advance(
    db: &mut PgConnection,
    account: AccountId,
    place: Place,
    stored: u64,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update order_sync set window_start = $2, window_member = $3, window_done = $4, done = done + $5
         where account_id = $1",
        account.0,
        place.start,
        place.member,
        i64::try_from(place.done).unwrap_or(i64::MAX),
        i64::try_from(stored).unwrap_or(i64::MAX)
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Records that the account was read to the end at `read_at`; its first load is complete then.
pub(super) async fn complete(db: &PgPool, account: AccountId, read_at: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "update order_sync set read_at = $2, window_start = null, error = null, failed_at = null where account_id = $1",
        account.0,
        read_at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Records why the account could not be read.
pub(super) async fn failed(
    db: &PgPool,
    account: AccountId,
    why: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update order_sync set error = $2, failed_at = $3 where account_id = $1",
        account.0,
        why,
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Ids of the account's orders that are not final.
pub(super) async fn open_orders(db: &PgPool, account: AccountId) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        "select order_id from orders where account_id = $1 and status not in (4, 5) order by id",
        account.0
    )
    .fetch_all(db)
    .await
}

/// Ids of orders whose detail was never read or was read for another state: what is not final, and
/// the newest of the rest.
pub(super) async fn without_detail(
    db: &PgPool,
    account: AccountId,
    newest: i64,
) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        r#"select n.order_id as "order_id!" from (
               (select id, order_id, digest, created_at from orders where account_id = $1 and status not in (4, 5))
               union
               (select id, order_id, digest, created_at from orders where account_id = $1
                order by created_at desc, id desc limit $2)) as n
           left join order_detail d on d.order_pk = n.id
           where d.listed_digest is distinct from n.digest
           order by n.created_at desc"#,
        account.0,
        newest
    )
    .fetch_all(db)
    .await
}

/// The names of all services met so far.
pub(super) async fn names(db: &PgPool) -> sqlx::Result<HashMap<String, ServiceName>> {
    let rows = sqlx::query!("select code, name_zh, name_en from order_service").fetch_all(db).await?;
    Ok(rows.into_iter().map(|row| (row.code, ServiceName { zh: row.name_zh, en: row.name_en })).collect())
}

/// Keeps the name of a service.
pub(super) async fn keep_name(db: &PgPool, code: &str, name: &ServiceName) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into order_service (code, name_zh, name_en) values ($1, $2, $3)
         on conflict (code) do update set name_zh = $2, name_en = $3
         where (order_service.name_zh, order_service.name_en) is distinct from ($2, $3)",
        code,
        name.zh,
        name.en
    )
    .execute(db)
    .await?;
    Ok(())
}
