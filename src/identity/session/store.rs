//! The SQL of sessions. Every time is given, none is the database's, so its zone does not matter.

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use super::{Listed, SignedIn, Start};
use crate::{
    i18n::Locale,
    identity::{Theme, access::AccountId},
};

/// A session in force.
pub(super) struct Found {
    pub(super) signed_in: SignedIn,
    pub(super) seen_at: DateTime<Utc>,
    pub(super) expires_at: DateTime<Utc>,
}

/// Session, person and rights in one query. A disabled person has no session.
pub(super) async fn find(
    db: &PgPool,
    id_hash: &[u8],
    now: DateTime<Utc>,
    idle_since: DateTime<Utc>,
) -> sqlx::Result<Option<Found>> {
    let row = sqlx::query!(
        r#"select s.public_id, s.account_id, s.seen_at, s.expires_at,
                  p.id, p.username, p.role, p.locale, p.theme, p.must_change_password,
                  array(select g.account_id from account_grant g join cloud_account c on c.id = g.account_id
                         where g.person_id = p.id order by c.name) as "accounts!: Vec<Uuid>"
             from session s join person p on p.id = s.person_id
            where s.id_hash = $1 and s.expires_at > $2 and s.seen_at > $3 and p.disabled_at is null"#,
        id_hash,
        now,
        idle_since,
    )
    .fetch_optional(db)
    .await?;
    row.map(|row| {
        Ok(Found {
            signed_in: SignedIn {
                person: row.id,
                username: row.username,
                role: row.role.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
                locale: Locale::from_tag(&row.locale).unwrap_or_default(),
                theme: Theme::from_name(&row.theme).unwrap_or_default(),
                accounts: row.accounts.into_iter().map(AccountId).collect(),
                chosen: row.account_id.map(AccountId),
                must_change_password: row.must_change_password,
                session: row.public_id,
            },
            seen_at: row.seen_at,
            expires_at: row.expires_at,
        })
    })
    .transpose()
}

pub(super) async fn list(
    db: &PgPool,
    person: Uuid,
    now: DateTime<Utc>,
    idle_since: DateTime<Utc>,
) -> sqlx::Result<Vec<Listed>> {
    sqlx::query_as!(
        Listed,
        "select public_id as session, created_at, seen_at, ip, agent from session
          where person_id = $1 and expires_at > $2 and seen_at > $3 order by seen_at desc",
        person,
        now,
        idle_since
    )
    .fetch_all(db)
    .await
}

pub(super) async fn end_one(db: &PgPool, person: Uuid, session: Uuid) -> sqlx::Result<bool> {
    let ended = sqlx::query!("delete from session where person_id = $1 and public_id = $2", person, session)
        .execute(db)
        .await?;
    Ok(ended.rows_affected() == 1)
}

pub(super) async fn choose_account(
    db: &PgPool,
    session: Uuid,
    account: Option<AccountId>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update session set account_id = $2 where public_id = $1",
        session,
        account.map(|account| account.0)
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Makes a session; `false` if the id is taken.
pub(super) async fn insert(
    db: &PgPool,
    id_hash: &[u8],
    start: &Start,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let inserted = sqlx::query!(
        "insert into session (id_hash, person_id, created_at, seen_at, expires_at, ip, agent)
         values ($1, $2, $3, $3, $4, $5, left($6, 200)) on conflict (id_hash) do nothing",
        id_hash,
        start.person,
        now,
        expires_at,
        start.ip,
        start.agent,
    )
    .execute(db)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Notes that a session was used. An update, never an insert: a session that ended while a request
/// ran stays ended.
pub(super) async fn touch(db: &PgPool, id_hash: &[u8], now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("update session set seen_at = $2 where id_hash = $1 and seen_at < $2", id_hash, now)
        .execute(db)
        .await?;
    Ok(())
}

pub(super) async fn delete(db: &PgPool, id_hash: &[u8]) -> sqlx::Result<()> {
    sqlx::query!("delete from session where id_hash = $1", id_hash).execute(db).await?;
    Ok(())
}

#[cfg(test)]
pub(super) async fn hashes_for_a_test(db: &PgPool) -> sqlx::Result<Vec<Vec<u8>>> {
    sqlx::query_scalar!("select id_hash from session").fetch_all(db).await
}

#[cfg(test)]
pub(super) async fn set_role_for_a_test(db: &PgPool, username: &str, role: super::Role) -> sqlx::Result<()> {
    sqlx::query!("update person set role = $2 where username = $1", username, role.as_str())
        .execute(db)
        .await?;
    Ok(())
}
