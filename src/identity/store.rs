//! The SQL of people, of what limits their signing in, and of security events. Times are given.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor, PgPool};
use uuid::Uuid;

use super::{
    access::{AccountId, Actor, Role, Scope},
    events::Event,
    people::Person,
};
use crate::{i18n::Locale, identity::Theme};

/// What signing in looks at.
pub(super) struct Credentials {
    pub(super) id: Uuid,
    pub(super) password_hash: String,
    pub(super) disabled: bool,
}

pub(super) async fn credentials(db: &PgPool, username: &str) -> sqlx::Result<Option<Credentials>> {
    sqlx::query_as!(
        Credentials,
        r#"select id, password_hash, disabled_at is not null as "disabled!" from person where username = $1"#,
        username
    )
    .fetch_optional(db)
    .await
}

pub(super) async fn password_hash(db: &PgPool, person: Uuid) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("select password_hash from person where id = $1 and disabled_at is null", person)
        .fetch_optional(db)
        .await
}

/// A person to be written.
pub(super) struct Row<'a> {
    pub(super) id: Uuid,
    pub(super) username: &'a str,
    pub(super) password_hash: &'a str,
    pub(super) must_change_password: bool,
    pub(super) role: Role,
    pub(super) locale: Locale,
}

/// Adds a person; `false` if the name is taken.
pub(super) async fn insert_person(
    tx: &mut PgConnection,
    row: &Row<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let inserted = sqlx::query!(
        "insert into person (id, username, password_hash, must_change_password, role, locale, created_at)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (username) do nothing",
        row.id,
        row.username,
        row.password_hash,
        row.must_change_password,
        row.role.as_str(),
        row.locale.tag(),
        now,
    )
    .execute(tx)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Gives a person a new password, and ends every session of theirs and every device's standing.
pub(super) async fn set_password(
    tx: &mut PgConnection,
    person: Uuid,
    password_hash: &str,
    must_change: bool,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update person set password_hash = $2, must_change_password = $3 where id = $1",
        person,
        password_hash,
        must_change
    )
    .execute(&mut *tx)
    .await?;
    forget_sessions(tx, person).await
}

/// Replaces a hash by one of the same password with better parameters, unless the password changed
/// meanwhile.
pub(super) async fn better_hash(db: &PgPool, person: Uuid, old: &str, new: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "update person set password_hash = $3 where id = $1 and password_hash = $2",
        person,
        old,
        new
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Disables a person and ends every session of theirs.
pub(super) async fn disable(tx: &mut PgConnection, person: Uuid, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("update person set disabled_at = coalesce(disabled_at, $2) where id = $1", person, now)
        .execute(&mut *tx)
        .await?;
    forget_sessions(tx, person).await
}

async fn forget_sessions(tx: &mut PgConnection, person: Uuid) -> sqlx::Result<()> {
    sqlx::query!("delete from session where person_id = $1", person).execute(&mut *tx).await?;
    sqlx::query!("delete from known_device where person_id = $1", person).execute(tx).await?;
    Ok(())
}

pub(super) async fn people(db: &PgPool) -> sqlx::Result<Vec<Person>> {
    let rows = sqlx::query!(
        r#"select p.id, p.username, p.role, p.disabled_at, p.created_at, p.must_change_password,
                  array(select c.name from account_grant g join cloud_account c on c.id = g.account_id
                         where g.person_id = p.id order by c.name) as "accounts!: Vec<String>"
             from person p order by p.username"#
    )
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Person {
                id: row.id,
                username: row.username,
                role: row.role.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
                accounts: row.accounts,
                must_change_password: row.must_change_password,
                disabled_at: row.disabled_at,
                created_at: row.created_at,
            })
        })
        .collect()
}

/// A person with all their rights, if they may sign in and go on.
pub(super) async fn actor(db: &PgPool, person: Uuid) -> sqlx::Result<Option<Actor>> {
    let row = sqlx::query!(
        r#"select p.id, p.username, p.role, p.locale,
                  array(select g.account_id from account_grant g where g.person_id = p.id) as "accounts!: Vec<Uuid>"
             from person p where p.id = $1 and p.disabled_at is null and not p.must_change_password"#,
        person
    )
    .fetch_optional(db)
    .await?;
    row.map(|row| {
        let accounts = Scope::of(row.accounts.into_iter().map(AccountId));
        Ok(Actor {
            id: row.id,
            username: row.username,
            role: row.role.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
            all_accounts: accounts.clone(),
            scope: accounts,
            locale: Locale::from_tag(&row.locale).unwrap_or_default(),
        })
    })
    .transpose()
}

/// Sets the accounts that a person may see.
pub(super) async fn grant(tx: &mut PgConnection, person: Uuid, accounts: &[AccountId]) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = accounts.iter().map(|account| account.0).collect();
    sqlx::query!("delete from account_grant where person_id = $1 and account_id <> all($2)", person, &ids)
        .execute(&mut *tx)
        .await?;
    sqlx::query!(
        "insert into account_grant (person_id, account_id) select $1, unnest($2::uuid[]) on conflict do nothing",
        person,
        &ids
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub(super) async fn set_locale(db: &PgPool, person: Uuid, locale: Locale) -> sqlx::Result<()> {
    sqlx::query!("update person set locale = $2 where id = $1", person, locale.tag()).execute(db).await?;
    Ok(())
}

pub(super) async fn set_theme(db: &PgPool, person: Uuid, theme: Theme) -> sqlx::Result<()> {
    sqlx::query!("update person set theme = $2 where id = $1", person, theme.as_str()).execute(db).await?;
    Ok(())
}

// What limits signing in.

/// Failures counted, and the instant that the wait is reckoned from.
pub(super) struct Failures {
    pub(super) count: i64,
    pub(super) last: Option<DateTime<Utc>>,
}

/// Lets the attempts on one channel be counted one after another until the transaction ends.
pub(super) async fn one_attempt_at_a_time(tx: &mut PgConnection, channel: &[u8; 32]) -> sqlx::Result<()> {
    let key = i64::from_be_bytes([
        channel[0], channel[1], channel[2], channel[3], channel[4], channel[5], channel[6], channel[7],
    ]);
    sqlx::query!("select pg_advisory_xact_lock($1)", key).execute(tx).await?;
    Ok(())
}

pub(super) async fn failures(
    tx: &mut PgConnection,
    channel: &[u8; 32],
    since: DateTime<Utc>,
) -> sqlx::Result<Failures> {
    sqlx::query_as!(
        Failures,
        r#"select count(*) as "count!", max(at) as last from sign_in_failure where channel = $1 and at > $2"#,
        channel,
        since
    )
    .fetch_one(tx)
    .await
}

/// Failures from a network; `last` is the oldest that still counts.
pub(super) async fn network_failures(
    tx: &mut PgConnection,
    network: &str,
    since: DateTime<Utc>,
) -> sqlx::Result<Failures> {
    sqlx::query_as!(
        Failures,
        r#"select count(*) as "count!", min(at) as last from sign_in_failure where network = $1 and at > $2"#,
        network,
        since
    )
    .fetch_one(tx)
    .await
}

pub(super) async fn count_attempt(
    tx: &mut PgConnection,
    now: DateTime<Utc>,
    channel: &[u8; 32],
    network: &str,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into sign_in_failure (at, channel, network) values ($1, $2, $3)",
        now,
        channel,
        network
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Forgets a channel's failures: somebody knew the password.
pub(super) async fn forgive(tx: &mut PgConnection, channel: &[u8; 32]) -> sqlx::Result<()> {
    sqlx::query!("delete from sign_in_failure where channel = $1", channel).execute(tx).await?;
    Ok(())
}

// Devices.

pub(super) async fn knows_device(
    db: &PgPool,
    username: &str,
    token_hash: &[u8; 32],
    used_since: DateTime<Utc>,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select 1 from known_device d join person p on p.id = d.person_id
                           where d.token_hash = $2 and p.username = $1 and d.used_at > $3) as "known!""#,
        username,
        token_hash,
        used_since
    )
    .fetch_one(db)
    .await
}

pub(super) async fn remember_device(
    tx: &mut PgConnection,
    token_hash: &[u8; 32],
    person: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into known_device (token_hash, person_id, created_at, used_at) values ($1, $2, $3, $3)
         on conflict (token_hash, person_id) do update set used_at = $3",
        token_hash,
        person,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

// The first administrator.

pub(super) async fn has_admin(db: impl PgExecutor<'_>) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"select exists (select 1 from person where role = 'admin') as "exists!""#)
        .fetch_one(db)
        .await
}

pub(super) async fn put_setup_token(
    db: &PgPool,
    hash: &[u8; 32],
    expires_at: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into setup_token (token_hash, expires_at) values ($1, $2)
         on conflict (singleton) do update set token_hash = $1, expires_at = $2",
        hash,
        expires_at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Takes the setup token away if it is this one and still good; of two who try, one gets it.
pub(super) async fn take_setup_token(
    tx: &mut PgConnection,
    hash: &[u8; 32],
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let taken = sqlx::query!("delete from setup_token where token_hash = $1 and expires_at > $2", hash, now)
        .execute(tx)
        .await?;
    Ok(taken.rows_affected() == 1)
}

// The record.

pub(super) async fn record(db: impl PgExecutor<'_>, now: DateTime<Utc>, event: &Event) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into security_event (at, kind, actor_id, person_id, ip, request_id, detail)
         values ($1, $2, $3, $4, $5, $6, $7)",
        now,
        event.kind.as_str(),
        event.actor,
        event.person,
        event.whence.ip.map(|ip| ip.to_string()),
        event.whence.request_id,
        event.detail,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The same, unless it was recorded within the last minute: strangers must not be able to fill the
/// disk by knocking.
pub(super) async fn record_now_and_then(db: &PgPool, now: DateTime<Utc>, event: &Event) -> sqlx::Result<()> {
    let ip = event.whence.ip.map(|ip| ip.to_string());
    let lately = sqlx::query_scalar!(
        r#"select exists (select 1 from security_event
                           where at > $1 and kind = $2 and ip is not distinct from $3
                             and person_id is not distinct from $4) as "exists!""#,
        now - chrono::TimeDelta::minutes(1),
        event.kind.as_str(),
        ip,
        event.person,
    )
    .fetch_one(db)
    .await?;
    if lately { Ok(()) } else { record(db, now, event).await }
}

/// Removes what time has made meaningless.
pub(super) async fn tidy(
    db: &PgPool,
    now: DateTime<Utc>,
    failures_before: DateTime<Utc>,
    devices_before: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!("delete from session where expires_at < $1", now).execute(db).await?;
    sqlx::query!("delete from sign_in_failure where at < $1", failures_before).execute(db).await?;
    sqlx::query!("delete from known_device where used_at < $1", devices_before).execute(db).await?;
    Ok(())
}

/// An event as recorded.
#[cfg(test)]
pub(crate) struct Recorded {
    pub(crate) kind: String,
    pub(crate) person_id: Option<Uuid>,
    pub(crate) ip: Option<String>,
    pub(crate) request_id: Option<Uuid>,
    pub(crate) detail: serde_json::Value,
}

#[cfg(test)]
pub(super) async fn recorded(db: &PgPool) -> sqlx::Result<Vec<Recorded>> {
    sqlx::query_as!(
        Recorded,
        "select kind, person_id, ip, request_id, detail from security_event order by id"
    )
    .fetch_all(db)
    .await
}
