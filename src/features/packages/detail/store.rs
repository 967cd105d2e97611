//! The SQL of the page of one package: what was taken from it, by day and one by one, and from when on it is low.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use sqlx::PgPool;
use uuid::Uuid;

use crate::identity::access::{AccountId, Scope};

/// What was taken from an item on a day.
#[derive(Debug, Clone)]
pub struct Day {
    /// The item.
    pub item_id: String,
    /// The day of Beijing's calendar.
    pub day: NaiveDate,
    /// How much.
    pub used: Decimal,
    /// What was left after the last deduction.
    pub left_after: Decimal,
    /// How many deductions there were.
    pub deductions: i32,
    /// The unit.
    pub measure: Option<i32>,
}

/// The days of a package's items from one day on, the oldest first.
pub async fn days(
    db: &PgPool,
    account: AccountId,
    items: &[String],
    since: NaiveDate,
) -> sqlx::Result<Vec<Day>> {
    sqlx::query_as!(
        Day,
        "select item_id, day, used, left_after, deductions, measure from package_day
          where account_id = $1 and item_id = any($2) and day >= $3 order by day",
        account.0,
        items,
        since
    )
    .fetch_all(db)
    .await
}

/// A deduction.
#[derive(Debug, Clone)]
pub struct Deduction {
    /// When.
    pub at: DateTime<Utc>,
    /// The type of usage in Chinese.
    pub usage_zh: String,
    /// The type of usage in English.
    pub usage_en: String,
    /// What used it.
    pub resource_id: String,
    /// What that is.
    pub resource_type: String,
    /// What was left before.
    pub before: Option<Decimal>,
    /// What was taken.
    pub used: Option<Decimal>,
    /// What was left after.
    pub after: Option<Decimal>,
    /// The unit of the three.
    pub measure: Option<i32>,
    /// Since when the resource was used.
    pub used_from: Option<DateTime<Utc>>,
    /// Until when.
    pub used_until: Option<DateTime<Utc>>,
}

/// The newest deductions of a package.
pub async fn deductions(
    db: &PgPool,
    scope: &Scope,
    package: &str,
    limit: i64,
) -> sqlx::Result<Vec<Deduction>> {
    sqlx::query_as!(
        Deduction,
        "select d.at, i.usage_zh, i.usage_en, d.resource_id, d.resource_type, d.before, d.used, d.after, d.measure,
                d.used_from, d.used_until
           from package_item i
           join package_deduction d on d.account_id = i.account_id and d.item_id = i.item_id
          where i.account_id = any($1) and i.order_instance_id = $2
          order by d.day desc, d.at desc, d.item_id, d.nth desc limit $3",
        &scope.ids(),
        package,
        limit
    )
    .fetch_all(db)
    .await
}

/// Since when and until when everything that was taken is known.
pub async fn known(db: &PgPool, account: AccountId) -> sqlx::Result<Option<(NaiveDate, NaiveDate)>> {
    let row = sqlx::query!("select since, until from package_history where account_id = $1", account.0)
        .fetch_optional(db)
        .await?;
    Ok(row.map(|row| (row.since, row.until)))
}

/// From when on a package counts as low.
#[derive(Debug, Clone)]
pub struct Threshold {
    /// `percent`, `amount` or `days`.
    pub kind: String,
    /// How many.
    pub value: Decimal,
    /// Who said so.
    pub set_by: String,
    /// When.
    pub set_at: DateTime<Utc>,
}

/// What somebody has decided for a package.
pub async fn threshold(db: &PgPool, account: Uuid, package: &str) -> sqlx::Result<Option<Threshold>> {
    sqlx::query_as!(
        Threshold,
        "select kind, value, set_by, set_at from package_threshold
          where account_id = $1 and order_instance_id = $2",
        account,
        package
    )
    .fetch_optional(db)
    .await
}
