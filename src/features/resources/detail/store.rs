//! The SQL of the page of one resource: everything that was read of it, what is wanted for it here, and the
//! orders that were about it.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sqlx::PgPool;

use crate::{
    identity::access::{AccountId, Scope},
    money::Money,
};

/// A resource with everything that was read of it.
#[derive(Debug, Clone)]
pub struct Full {
    /// The account that has it.
    pub account: AccountId,
    /// Its own id.
    pub resource_id: String,
    /// What people call it; may be empty.
    pub name: String,
    /// The service's name in Chinese.
    pub service_zh: String,
    /// The service's name in English.
    pub service_en: String,
    /// The type's name in Chinese.
    pub type_zh: String,
    /// The type's name in English.
    pub type_en: String,
    /// The region.
    pub region_code: String,
    /// The enterprise project's id.
    pub project_id: String,
    /// Its name; may be empty.
    pub project_name: String,
    /// The specification as price inquiries take it.
    pub spec_code: String,
    /// What it is, for people.
    pub spec: String,
    /// The size of a linear product.
    pub spec_size: Option<Decimal>,
    /// BSS's unit of that size.
    pub spec_measure: Option<i16>,
    /// BSS's code of its status.
    pub status: i16,
    /// BSS's code of what happens at its expiry.
    pub expire_policy: i16,
    /// Whether it is renewed and unsubscribed by itself.
    pub is_main: bool,
    /// What it is attached to.
    pub parent_id: Option<String>,
    /// Since when it can be used.
    pub effective_at: Option<DateTime<Utc>>,
    /// Until when it is paid for, where BSS says it.
    pub expires_at: Option<DateTime<Utc>>,
    /// When BSS says that it changed last.
    pub changed_at: Option<DateTime<Utc>>,
    /// The unfinished order that holds it, or nothing.
    pub pending_order_id: String,
    /// Since when BSS does not list it any more.
    pub gone_at: Option<DateTime<Utc>>,
    /// What BSS listed, as JSON text.
    pub listed: Option<String>,
    /// When it was last read: with its account, or by itself later.
    pub read_at: Option<DateTime<Utc>>,
}

/// The resource with this id in the scope; one that is there before one that is gone.
pub async fn find(db: &PgPool, scope: &Scope, id: &str) -> sqlx::Result<Option<Full>> {
    sqlx::query_as!(
        Full,
        r#"select r.account_id as account, r.resource_id, r.name, r.service_name_zh as service_zh,
                  r.service_name_en as service_en, r.type_name_zh as type_zh, r.type_name_en as type_en,
                  r.region_code, r.project_id, r.project_name, r.spec_code, r.spec, r.spec_size, r.spec_measure,
                  r.status, r.expire_policy, r.is_main, r.parent_id, r.effective_at,
                  case when r.expires_at < 'infinity' then r.expires_at end as expires_at, r.changed_at,
                  r.pending_order_id, r.gone_at, w.listed as "listed?",
                  greatest(s.read_at, case when isfinite(r.asked_at) then r.asked_at end) as read_at
             from resources r
             left join resource_raw w on w.resource_pk = r.id
             left join resource_sync s on s.account_id = r.account_id
            where r.account_id = any($1) and r.resource_id = $2
            order by r.gone_at is not null limit 1"#,
        &scope.ids(),
        id
    )
    .fetch_optional(db)
    .await
}

/// Records that a resource was read by itself and is as it stands here: what has not changed is not written.
pub async fn read_at(db: &PgPool, account: AccountId, id: &str, asked_at: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "update resources set asked_at = $3 where account_id = $1 and resource_id = $2 and asked_at < $3",
        account.0,
        id,
        asked_at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What somebody wants to happen at the expiry of a resource.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// In the codes of what BSS tells.
    pub policy: i16,
    /// How often an automatic renewal happens; 0 is without end.
    pub times: Option<i16>,
    /// `MONTH` or `YEAR`, where somebody chose one.
    pub period: Option<String>,
    /// Who said so.
    pub set_by: String,
    /// When.
    pub set_at: DateTime<Utc>,
    /// By which operation.
    pub operation_id: uuid::Uuid,
}

/// What is wanted for a resource, if anybody said so here.
pub async fn wanted(db: &PgPool, account: AccountId, id: &str) -> sqlx::Result<Option<Wanted>> {
    sqlx::query_as!(
        Wanted,
        "select wanted as policy, times, period, set_by, set_at, operation_id from resource_policy
          where account_id = $1 and resource_id = $2",
        account.0,
        id
    )
    .fetch_optional(db)
    .await
}

/// An order that was about a resource.
#[derive(Debug, Clone)]
pub struct Past {
    /// Its id.
    pub order_id: String,
    /// What it did.
    pub order_type: i16,
    /// Where it is in its life.
    pub status: i16,
    /// When it was placed.
    pub created_at: DateTime<Utc>,
    /// When it was paid.
    pub paid_at: Option<DateTime<Utc>>,
    /// What all that it is about cost, before coupons.
    pub payable: Money,
}

/// The orders that were about a resource, newest first, as far as they have been read.
pub async fn orders_of(db: &PgPool, account: AccountId, id: &str) -> sqlx::Result<Vec<Past>> {
    let rows = sqlx::query!(
        "select o.order_id, o.order_type, o.status, o.created_at, o.paid_at, o.payable
           from resource_order ro join orders o on o.account_id = ro.account_id and o.order_id = ro.order_id
          where ro.account_id = $1 and ro.resource_id = $2
          order by o.created_at desc, o.id desc limit 100",
        account.0,
        id
    )
    .fetch_all(db)
    .await?;
    let past = rows.into_iter().map(|row| Past {
        order_id: row.order_id,
        order_type: row.order_type,
        status: row.status,
        created_at: row.created_at,
        paid_at: row.paid_at,
        payable: Money::new(row.payable),
    });
    Ok(past.collect())
}
