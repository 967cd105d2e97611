//! The SQL of the copy of packages: only what differs is written, what is no longer listed is marked.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::{
    features::packages::package::{Item, Package},
    identity::access::AccountId,
    readings::Written,
};

/// The digests of what is stored.
#[derive(Debug, Default)]
pub(super) struct Known {
    packages: HashMap<String, Uuid>,
    items: HashMap<String, Uuid>,
}

impl Known {
    pub(super) async fn of(db: &PgPool, account: AccountId) -> sqlx::Result<Self> {
        let packages = sqlx::query!(
            "select order_instance_id, digest from package where account_id = $1 and gone_at is null",
            account.0
        )
        .fetch_all(db)
        .await?;
        let items = sqlx::query!("select item_id, digest from package_item where account_id = $1", account.0)
            .fetch_all(db)
            .await?;
        Ok(Self {
            packages: packages.into_iter().map(|row| (row.order_instance_id, row.digest)).collect(),
            items: items.into_iter().map(|row| (row.item_id, row.digest)).collect(),
        })
    }
}

/// Stores what differs from what is known.
pub(super) async fn keep(
    db: &PgPool,
    account: AccountId,
    packages: &[Package],
    known: &Known,
    now: DateTime<Utc>,
) -> sqlx::Result<Written> {
    let mut written = Written::default();
    let mut tx = db.begin().await?;
    for package in packages {
        let digest = package.digest();
        let before = known.packages.get(&package.order_instance_id);
        if before != Some(&digest) {
            put(&mut tx, account, package, digest).await?;
            match before {
                None => written.added += 1,
                Some(_) => written.changed += 1,
            }
        }
        let changed: Vec<(&Item, Uuid)> = package
            .items
            .iter()
            .map(|item| (item, item.digest()))
            .filter(|(item, digest)| known.items.get(&item.item_id) != Some(digest))
            .collect();
        for (item, digest) in &changed {
            put_item(&mut tx, account, &package.order_instance_id, (item, *digest)).await?;
        }
        // A package whose items alone differ has changed, too.
        written.changed += u64::from(!changed.is_empty() && before == Some(&digest));
    }
    let listed: Vec<String> = packages.iter().map(|package| package.order_instance_id.clone()).collect();
    written.gone = sqlx::query!(
        "update package set gone_at = $3
          where account_id = $1 and gone_at is null and order_instance_id <> all($2)",
        account.0,
        &listed,
        now
    )
    .execute(&mut *tx)
    .await?
    .rows_affected();
    tx.commit().await?;
    Ok(written)
}

async fn put(db: &mut PgConnection, account: AccountId, package: &Package, digest: Uuid) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into package (account_id, order_instance_id, order_id, product_id, product_zh, product_en, project_id,
             one_project, effective_at, expires_at, status, source, reuse, service_type_code, service_zh, service_en,
             region_code, search, digest)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
         on conflict (account_id, order_instance_id) do update set
             order_id = $3, product_id = $4, product_zh = $5, product_en = $6, project_id = $7, one_project = $8,
             effective_at = $9, expires_at = $10, status = $11, source = $12, reuse = $13, service_type_code = $14,
             service_zh = $15, service_en = $16, region_code = $17, search = $18, digest = $19, gone_at = null",
        account.0,
        package.order_instance_id,
        package.order_id,
        package.product_id,
        package.product_zh,
        package.product_en,
        package.project_id,
        package.one_project,
        package.effective_at,
        package.expires_at,
        package.status,
        package.source,
        package.reuse,
        package.service_type_code,
        package.service_zh,
        package.service_en,
        package.region_code,
        package.search_text(),
        digest
    )
    .execute(db)
    .await?;
    Ok(())
}

async fn put_item(
    db: &mut PgConnection,
    account: AccountId,
    package: &str,
    (item, digest): (&Item, Uuid),
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into package_item (account_id, item_id, order_instance_id, nth, usage_zh, usage_en, left_amount, quota,
             measure, cycle, cycle_start, window_from, window_until, digest)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
         on conflict (account_id, item_id) do update set
             order_instance_id = $3, nth = $4, usage_zh = $5, usage_en = $6, left_amount = $7, quota = $8, measure = $9,
             cycle = $10, cycle_start = $11, window_from = $12, window_until = $13, digest = $14",
        account.0,
        item.item_id,
        package,
        item.nth,
        item.usage_zh,
        item.usage_en,
        item.left,
        item.quota,
        item.measure,
        item.cycle,
        item.cycle_start,
        item.window_from,
        item.window_until,
        digest
    )
    .execute(db)
    .await?;
    Ok(())
}
