//! The SQL of cloud accounts.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

/// An account as stored.
pub(super) struct Row {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) site: String,
    pub(super) endpoint: Option<String>,
    pub(super) domain_id: Option<String>,
    pub(super) user_name: Option<String>,
    pub(super) credential: String,
    pub(super) ak_sealed: Vec<u8>,
    pub(super) sk_sealed: Vec<u8>,
    pub(super) token_sealed: Option<Vec<u8>>,
    pub(super) key_expires_at: Option<DateTime<Utc>>,
    pub(super) iam: Option<String>,
    pub(super) sts: Option<String>,
    pub(super) sealed_version: i32,
    pub(super) enabled: bool,
}

/// An account to be written.
pub(super) struct Written<'a> {
    pub(super) id: Uuid,
    pub(super) name: &'a str,
    pub(super) kind: &'a str,
    pub(super) site: &'a str,
    pub(super) endpoint: Option<&'a str>,
    pub(super) domain_id: Option<&'a str>,
    pub(super) user_name: Option<&'a str>,
    pub(super) credential: &'a str,
    pub(super) ak_sealed: &'a [u8],
    pub(super) sk_sealed: &'a [u8],
    pub(super) token_sealed: Option<&'a [u8]>,
    pub(super) key_expires_at: Option<DateTime<Utc>>,
    pub(super) iam: Option<&'a str>,
    pub(super) sts: Option<&'a str>,
    pub(super) sealed_version: i32,
}

/// Two portals that start together write their configuration one after the other.
pub(super) async fn one_at_a_time(tx: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("lock table cloud_account in share row exclusive mode").execute(tx).await?;
    Ok(())
}

pub(super) async fn find(tx: &mut PgConnection, name: &str) -> sqlx::Result<Option<Row>> {
    sqlx::query_as!(
        Row,
        "select id, name, kind, site, endpoint, domain_id, user_name, credential, ak_sealed, sk_sealed,
                token_sealed, key_expires_at, iam, sts, sealed_version, enabled
           from cloud_account where name = $1",
        name
    )
    .fetch_optional(tx)
    .await
}

pub(super) async fn all(db: &PgPool) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as!(
        Row,
        "select id, name, kind, site, endpoint, domain_id, user_name, credential, ak_sealed, sk_sealed,
                token_sealed, key_expires_at, iam, sts, sealed_version, enabled
           from cloud_account order by name"
    )
    .fetch_all(db)
    .await
}

/// Writes an account; one that is as it was is not touched.
pub(super) async fn upsert(tx: &mut PgConnection, row: &Written<'_>, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into cloud_account as old (id, name, kind, site, endpoint, domain_id, ak_sealed, sk_sealed,
                                           sealed_version, created_at, updated_at, user_name, credential,
                                           token_sealed, key_expires_at, iam, sts)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11, $12, $13, $14, $15, $16)
         on conflict (name) do update
            set kind = excluded.kind, site = excluded.site, endpoint = excluded.endpoint,
                domain_id = excluded.domain_id, user_name = excluded.user_name, ak_sealed = excluded.ak_sealed, sk_sealed = excluded.sk_sealed,
                credential = excluded.credential, token_sealed = excluded.token_sealed,
                key_expires_at = excluded.key_expires_at, iam = excluded.iam, sts = excluded.sts,
                sealed_version = excluded.sealed_version, enabled = true, updated_at = excluded.updated_at
          where (old.kind, old.site, old.endpoint, old.domain_id, old.ak_sealed, old.sk_sealed, old.enabled,
                old.user_name, old.credential, old.token_sealed, old.key_expires_at, old.iam, old.sts)
             is distinct from (excluded.kind, excluded.site, excluded.endpoint, excluded.domain_id,
                               excluded.ak_sealed, excluded.sk_sealed, true, excluded.user_name,
                               excluded.credential, excluded.token_sealed, excluded.key_expires_at,
                               excluded.iam, excluded.sts)",
        row.id,
        row.name,
        row.kind,
        row.site,
        row.endpoint,
        row.domain_id,
        row.ak_sealed,
        row.sk_sealed,
        row.sealed_version,
        now,
        row.user_name,
        row.credential,
        row.token_sealed,
        row.key_expires_at,
        row.iam,
        row.sts,
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub(super) async fn disable_others(
    tx: &mut PgConnection,
    names: &[String],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update cloud_account set enabled = false, updated_at = $2 where enabled and name <> all($1)",
        names,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Says that an account logs in elsewhere, as somebody might who wants its password.
#[cfg(test)]
pub(super) async fn lead_astray_for_a_test(db: &PgPool, name: &str, iam: &str) -> sqlx::Result<()> {
    sqlx::query("update cloud_account set iam = $1 where name = $2").bind(iam).bind(name).execute(db).await?;
    Ok(())
}

/// Puts one account's secret key where another's stands, as a thief of the table might.
#[cfg(test)]
pub(super) async fn swap_for_a_test(db: &PgPool, from: &str, to: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "update cloud_account set sk_sealed = (select sk_sealed from cloud_account where name = $1) where name = $2",
        from,
        to
    )
    .execute(db)
    .await?;
    Ok(())
}
