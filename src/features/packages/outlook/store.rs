//! The SQL of what is expected of items.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use sqlx::PgPool;

use crate::{features::packages::forecast::Forecast, identity::access::AccountId};

/// An item with what is needed of its package.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) item_id: String,
    pub(super) service: String,
    pub(super) region: String,
    pub(super) usage: String,
    pub(super) measure: Option<i32>,
    pub(super) left: Option<Decimal>,
    pub(super) quota: Option<Decimal>,
    pub(super) cycle: Option<i16>,
    pub(super) cycle_start: Option<i16>,
    pub(super) effective_at: Option<DateTime<Utc>>,
    pub(super) expires_at: Option<DateTime<Utc>>,
    pub(super) status: i16,
}

/// What was taken from an item on a day.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) item_id: String,
    pub(super) day: NaiveDate,
    pub(super) used: Decimal,
    pub(super) left_after: Decimal,
    pub(super) least_left: Decimal,
    pub(super) measure: Option<i32>,
}

pub(super) async fn held(db: &PgPool, account: AccountId) -> sqlx::Result<Vec<Held>> {
    sqlx::query_as!(
        Held,
        r#"select i.item_id, p.service_type_code as service, p.region_code as region, i.usage_zh as usage, i.measure,
                  i.left_amount as left, i.quota, i.cycle, i.cycle_start, p.effective_at, p.expires_at, p.status
             from package_item i
             join package p on p.account_id = i.account_id and p.order_instance_id = i.order_instance_id
            where i.account_id = $1 and p.gone_at is null
            order by i.item_id"#,
        account.0
    )
    .fetch_all(db)
    .await
}

/// What was taken in the last two months: the forecast looks no further back.
pub(super) async fn given(db: &PgPool, account: AccountId, today: NaiveDate) -> sqlx::Result<Vec<Given>> {
    sqlx::query_as!(
        Given,
        "select item_id, day, used, left_after, least_left, measure from package_day
          where account_id = $1 and day > $2::date - 62 order by day, item_id",
        account.0,
        today
    )
    .fetch_all(db)
    .await
}

/// Since which day everything is known.
pub(super) async fn since(db: &PgPool, account: AccountId) -> sqlx::Result<Option<NaiveDate>> {
    sqlx::query_scalar!("select since from package_history where account_id = $1", account.0)
        .fetch_optional(db)
        .await
}

/// Stores what differs, and removes what nothing is expected of any more.
pub(super) async fn keep(db: &PgPool, account: AccountId, told: &[(String, Forecast)]) -> sqlx::Result<()> {
    let ids: Vec<String> = told.iter().map(|(id, _)| id.clone()).collect();
    let mut tx = db.begin().await?;
    sqlx::query!(
        "delete from package_forecast where account_id = $1 and item_id <> all($2)",
        account.0,
        &ids
    )
    .execute(&mut *tx)
    .await?;
    for (item_id, forecast) in told {
        sqlx::query!(
            "insert into package_forecast as f (account_id, item_id, per_day, is_least, days, runs_out, earliest, latest,
                 left_at_end, lapses, after_others)
             select $1, i.item_id, $3, $4, $5, $6, $7, $8, $9, $10, $11
               from package_item i where i.account_id = $1 and i.item_id = $2
             on conflict (account_id, item_id) do update set per_day = $3, is_least = $4, days = $5, runs_out = $6,
                 earliest = $7, latest = $8, left_at_end = $9, lapses = $10, after_others = $11
             where (f.per_day, f.is_least, f.days, f.runs_out, f.earliest, f.latest, f.left_at_end, f.lapses,
                    f.after_others) is distinct from ($3, $4, $5, $6, $7, $8, $9, $10, $11)",
            account.0,
            item_id,
            forecast.per_day,
            forecast.is_least,
            i32::try_from(forecast.days).unwrap_or(i32::MAX),
            forecast.runs_out,
            forecast.earliest,
            forecast.latest,
            forecast.left_at_end.round_dp(6),
            forecast.lapses,
            i16::try_from(forecast.after).unwrap_or(i16::MAX)
        )
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await
}
