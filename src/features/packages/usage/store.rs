//! The SQL of deductions: a day of an item is compared and written as a whole.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::{bss::packages::Deduction, identity::access::AccountId, readings::Written};

/// Everything that was taken from an item on a day.
#[derive(Debug)]
pub(super) struct Day {
    pub(super) item_id: String,
    pub(super) day: NaiveDate,
    pub(super) used: Decimal,
    pub(super) left_after: Decimal,
    pub(super) least_left: Decimal,
    pub(super) measure: Option<i32>,
    pub(super) digest: Uuid,
    pub(super) deductions: Vec<Deduction>,
}

/// The days of which everything is known, both included.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) since: NaiveDate,
    pub(super) until: NaiveDate,
}

pub(super) async fn span(db: &PgPool, account: AccountId) -> sqlx::Result<Option<Span>> {
    sqlx::query_as!(Span, "select since, until from package_history where account_id = $1", account.0)
        .fetch_optional(db)
        .await
}

pub(super) async fn reached(db: &PgPool, account: AccountId, span: Span) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into package_history (account_id, since, until) values ($1, $2, $3)
         on conflict (account_id) do update set since = $2, until = $3
         where (package_history.since, package_history.until) <> ($2, $3)",
        account.0,
        span.since,
        span.until
    )
    .execute(db)
    .await?;
    Ok(())
}

/// When the first package could be used.
pub(super) async fn first(db: &PgPool, account: AccountId) -> sqlx::Result<Option<DateTime<Utc>>> {
    sqlx::query_scalar!("select min(effective_at) from package where account_id = $1", account.0)
        .fetch_one(db)
        .await
}

/// Stores the days of a window that differ from what is stored.
pub(super) async fn keep(
    db: &PgPool,
    account: AccountId,
    (first, last): (NaiveDate, NaiveDate),
    days: &[Day],
) -> sqlx::Result<Written> {
    let known = sqlx::query!(
        "select item_id, day, digest from package_day where account_id = $1 and day between $2 and $3",
        account.0,
        first,
        last
    )
    .fetch_all(db)
    .await?;
    let known: HashMap<(String, NaiveDate), Uuid> =
        known.into_iter().map(|row| ((row.item_id, row.day), row.digest)).collect();
    let mut written = Written::default();
    let mut tx = db.begin().await?;
    for day in days {
        match known.get(&(day.item_id.clone(), day.day)) {
            Some(digest) if *digest == day.digest => continue,
            Some(_) => written.changed += 1,
            None => written.added += 1,
        }
        put(&mut tx, account, day).await?;
    }
    tx.commit().await?;
    Ok(written)
}

async fn put(db: &mut PgConnection, account: AccountId, day: &Day) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from package_day where account_id = $1 and item_id = $2 and day = $3",
        account.0,
        day.item_id,
        day.day
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into package_day (account_id, item_id, day, used, left_after, least_left, measure, deductions, digest)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        account.0,
        day.item_id,
        day.day,
        day.used,
        day.left_after,
        day.least_left,
        day.measure,
        i32::try_from(day.deductions.len()).unwrap_or(i32::MAX),
        day.digest
    )
    .execute(&mut *db)
    .await?;
    let all = &day.deductions;
    let text = |of: fn(&Deduction) -> Option<String>| -> Vec<String> {
        all.iter().map(|one| of(one).unwrap_or_default()).collect()
    };
    let amount =
        |of: fn(&Deduction) -> Option<Decimal>| -> Vec<Option<Decimal>> { all.iter().map(of).collect() };
    let time = |of: fn(&Deduction) -> Option<DateTime<Utc>>| -> Vec<Option<DateTime<Utc>>> {
        all.iter().map(of).collect()
    };
    let measures: Vec<Option<i32>> = all.iter().map(|one| one.measure_id).collect();
    sqlx::query!(
        "insert into package_deduction (account_id, item_id, day, nth, at, resource_id, resource_type, before, used, after,
             measure, used_from, used_until)
         select $1, $2, $3, nth::int, at, resource_id, resource_type, before, used, after, measure, used_from, used_until
           from unnest($4::timestamptz[], $5::text[], $6::text[], $7::numeric[], $8::numeric[], $9::numeric[], $10::int[],
                       $11::timestamptz[], $12::timestamptz[])
                with ordinality as one (at, resource_id, resource_type, before, used, after, measure, used_from, used_until, nth)",
        account.0,
        day.item_id,
        day.day,
        &time(|one| one.deduct_time.or(one.effective_time)) as &[Option<DateTime<Utc>>],
        &text(|one| one.resource_id.clone()),
        &text(|one| one.resource_type_name.clone().or_else(|| one.resource_type_code.clone())),
        &amount(|one| one.available_amount) as &[Option<Decimal>],
        &amount(|one| one.used_amount) as &[Option<Decimal>],
        &amount(|one| one.remaining_amount) as &[Option<Decimal>],
        &measures as &[Option<i32>],
        &time(|one| one.effective_time) as &[Option<DateTime<Utc>>],
        &time(|one| one.expire_time) as &[Option<DateTime<Utc>>]
    )
    .execute(&mut *db)
    .await?;
    Ok(())
}
