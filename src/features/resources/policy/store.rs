//! The SQL of what people want at the expiry of resources, and of the accounts' days of renewal.

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use crate::identity::access::{AccountId, Scope};

/// What somebody wanted here of a resource's expiry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intended {
    /// The account that has it.
    pub account: AccountId,
    /// The resource.
    pub resource_id: String,
    /// In the codes of `expire_policy`.
    pub wanted: i16,
    /// How often it is renewed by itself; 0 is without end.
    pub times: Option<i16>,
    /// `MONTH` or `YEAR`, where somebody chose one.
    pub period: Option<String>,
}

/// An account's days, as they were last set here.
#[derive(Debug, Clone)]
pub struct Days {
    /// The account.
    pub account: AccountId,
    /// Days before expiry on which an automatic renewal is first charged.
    pub deduction_days: Option<i16>,
    /// Day of the month, -1 for its last one.
    pub expiry_day: Option<i16>,
    /// Who set one of them last.
    pub set_by: String,
    /// When.
    pub set_at: DateTime<Utc>,
}

/// What is wanted of these resources in the scope.
pub(super) async fn intended(db: &PgPool, scope: &Scope, ids: &[String]) -> sqlx::Result<Vec<Intended>> {
    sqlx::query_as!(
        Intended,
        "select account_id as account, resource_id, wanted, times, period
           from resource_policy
          where account_id = any($1) and resource_id = any($2)",
        &scope.ids(),
        ids
    )
    .fetch_all(db)
    .await
}

/// Keeps what is wanted, unless something newer is kept already.
pub(super) async fn intend(
    db: &PgPool,
    intended: &Intended,
    (by, operation): (&str, Uuid),
    at: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into resource_policy as kept
             (account_id, resource_id, wanted, times, period, set_by, set_at, operation_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (account_id, resource_id) do update
             set wanted = excluded.wanted, times = excluded.times, period = excluded.period,
                 set_by = excluded.set_by, set_at = excluded.set_at, operation_id = excluded.operation_id
           where kept.set_at <= excluded.set_at",
        intended.account.0,
        intended.resource_id,
        intended.wanted,
        intended.times,
        intended.period,
        by,
        at,
        operation
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The days of the accounts in the scope, where any was set here.
pub(super) async fn days(db: &PgPool, scope: &Scope) -> sqlx::Result<Vec<Days>> {
    sqlx::query_as!(
        Days,
        "select account_id as account, deduction_days, expiry_day, set_by, set_at
           from renewal_days
          where account_id = any($1)",
        &scope.ids()
    )
    .fetch_all(db)
    .await
}

/// Keeps a day that was set; the other one stays.
pub(super) async fn set_day(
    db: &PgPool,
    account: AccountId,
    (deduction_days, expiry_day): (Option<i16>, Option<i16>),
    (by, at): (&str, DateTime<Utc>),
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into renewal_days as kept (account_id, deduction_days, expiry_day, set_by, set_at)
         values ($1, $2, $3, $4, $5)
         on conflict (account_id) do update
             set deduction_days = coalesce(excluded.deduction_days, kept.deduction_days),
                 expiry_day = coalesce(excluded.expiry_day, kept.expiry_day),
                 set_by = excluded.set_by, set_at = excluded.set_at",
        account.0,
        deduction_days,
        expiry_day,
        by,
        at
    )
    .execute(db)
    .await?;
    Ok(())
}
