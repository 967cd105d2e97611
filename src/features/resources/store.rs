//! The SQL of single resources: those that pages and operations are about, as they were last read. Lists and
//! the synchronisation have their own.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use crate::identity::access::{AccountId, Scope};

/// A resource as it was last read.
#[derive(Debug, Clone)]
pub struct Stored {
    /// The row.
    pub id: i64,
    /// The account that has it.
    pub account: AccountId,
    /// Its own id.
    pub resource_id: String,
    /// What people call it; may be empty.
    pub name: String,
    /// The service.
    pub service_type_code: String,
    /// The name of the service.
    pub service_name_zh: String,
    /// The same in English.
    pub service_name_en: String,
    /// The region.
    pub region_code: String,
    /// What it is, for people.
    pub spec: String,
    /// BSS's code of its status.
    pub status: i16,
    /// BSS's code of what happens at its expiry.
    pub expire_policy: i16,
    /// Whether it is renewed and unsubscribed by itself.
    pub is_main: bool,
    /// What it is attached to.
    pub parent_id: Option<String>,
    /// Until when it is paid for, where BSS says it.
    pub expires_at: Option<DateTime<Utc>>,
    /// The unfinished order that holds it, or nothing.
    pub pending_order_id: String,
    /// Since when BSS does not list it any more.
    pub gone_at: Option<DateTime<Utc>>,
}

/// The resources with these ids in the scope, in no order.
pub async fn find_many(db: &PgPool, scope: &Scope, ids: &[String]) -> sqlx::Result<Vec<Stored>> {
    sqlx::query_as!(
        Stored,
        r#"select id, account_id as account, resource_id, name, service_type_code, service_name_zh, service_name_en,
                  region_code, spec, status, expire_policy, is_main, parent_id,
                  case when expires_at < 'infinity' then expires_at end as expires_at, pending_order_id, gone_at
             from resources
            where account_id = any($1) and resource_id = any($2)"#,
        &scope.ids(),
        ids
    )
    .fetch_all(db)
    .await
}

/// The resource with this id in the scope.
pub async fn find(db: &PgPool, scope: &Scope, id: &str) -> sqlx::Result<Option<Stored>> {
    Ok(find_many(db, scope, &[id.to_owned()]).await?.pop())
}

/// What is attached to these resources of an account and is still there.
pub async fn attached_to(db: &PgPool, account: AccountId, parents: &[String]) -> sqlx::Result<Vec<Stored>> {
    sqlx::query_as!(
        Stored,
        r#"select id, account_id as account, resource_id, name, service_type_code, service_name_zh, service_name_en,
                  region_code, spec, status, expire_policy, is_main, parent_id,
                  case when expires_at < 'infinity' then expires_at end as expires_at, pending_order_id, gone_at
             from resources
            where account_id = $1 and parent_id = any($2) and gone_at is null
            order by parent_id, resource_id"#,
        account.0,
        parents
    )
    .fetch_all(db)
    .await
}

/// The days on which an account's renewals happen, as they were last set here.
#[derive(Debug, Clone, Copy)]
pub struct Days {
    /// The account.
    pub account: AccountId,
    /// So many days before expiry an automatic renewal is first charged; where nobody set it, Huawei's usual.
    pub deduction: i16,
    /// The common day of expiry: day of the month, -1 for its last one.
    pub expiry: Option<i16>,
}

/// The days of renewal that were set here for accounts in the scope.
pub async fn renewal_days(db: &PgPool, scope: &Scope) -> sqlx::Result<Vec<Days>> {
    sqlx::query_as!(
        Days,
        r#"select account_id as account, coalesce(deduction_days, 7::smallint) as "deduction!", expiry_day as expiry
             from renewal_days where account_id = any($1)"#,
        &scope.ids(),
    )
    .fetch_all(db)
    .await
}
