//! The SQL of thresholds.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sqlx::PgPool;
use uuid::Uuid;

/// What somebody decided.
pub(super) struct Set<'a> {
    pub(super) kind: &'a str,
    pub(super) value: Decimal,
    pub(super) by: &'a str,
    pub(super) at: DateTime<Utc>,
}

pub(super) async fn set(db: &PgPool, account: Uuid, package: &str, set: &Set<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into package_threshold (account_id, order_instance_id, kind, value, set_by, set_at)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (account_id, order_instance_id) do update set kind = $3, value = $4, set_by = $5, set_at = $6",
        account,
        package,
        set.kind,
        set.value,
        set.by,
        set.at
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(super) async fn clear(db: &PgPool, account: Uuid, package: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from package_threshold where account_id = $1 and order_instance_id = $2",
        account,
        package
    )
    .execute(db)
    .await?;
    Ok(())
}
