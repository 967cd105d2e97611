//! The SQL of reading resources: how far each account is.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use crate::identity::access::{AccountId, Scope};

/// How far the resources of an account are.
#[derive(Debug, Clone)]
pub struct Progress {
    /// The account.
    pub account: AccountId,
    /// Resources that the walk through all of them has met, or the last walk met.
    pub done: i64,
    /// Resources that there are to walk through, as far as BSS says.
    pub total: i64,
    /// Whether a walk through all is under way. Without `read_at`, it is the first one.
    pub walking: bool,
    /// When the account was last read to the end: the age of everything shown.
    pub read_at: Option<DateTime<Utc>>,
    /// Why the last reading failed.
    pub error: Option<String>,
    /// When it did.
    pub failed_at: Option<DateTime<Utc>>,
}

/// How far the accounts of the scope are; those never begun are not there.
pub async fn progress(db: &PgPool, scope: &Scope) -> sqlx::Result<Vec<Progress>> {
    sqlx::query_as!(
        Progress,
        r#"select account_id as account, done, total, walk_offset is not null as "walking!", read_at, error, failed_at
           from resource_sync where account_id = any($1)"#,
        &scope.ids()
    )
    .fetch_all(db)
    .await
}
