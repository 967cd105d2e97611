//! The SQL of reading coupons, their changes and cards: writing what BSS listed, only where it differs.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sqlx::PgPool;
use uuid::Uuid;

use super::{Change, Kept};
use crate::{
    bss::{cards::StoredValueCard, codes::CardStatus},
    identity::access::AccountId,
    money::Money,
    readings::Written,
};

fn small(code: i32) -> i16 {
    code.try_into().unwrap_or(i16::MAX)
}

/// Stores coupons, those that are not stored as they are; one that is listed again is no longer gone.
pub(super) async fn put(db: &PgPool, account: AccountId, coupons: &[Kept]) -> sqlx::Result<Written> {
    let ids: Vec<String> = coupons.iter().map(|coupon| coupon.wire.coupon_id.clone()).collect();
    let known: HashMap<String, (Uuid, bool)> = sqlx::query!(
        r#"select coupon_id, digest, gone_at is not null as "is_gone!" from coupon
            where account_id = $1 and coupon_id = any($2)"#,
        account.0,
        &ids
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(|row| (row.coupon_id, (row.digest, row.is_gone)))
    .collect();
    let mut written = Written::default();
    for coupon in coupons {
        let before = known.get(&coupon.wire.coupon_id);
        if before == Some(&(coupon.digest, false)) {
            continue;
        }
        put_one(db, account, coupon).await?;
        if before.is_some() { written.changed += 1 } else { written.added += 1 }
    }
    Ok(written)
}

async fn put_one(db: &PgPool, account: AccountId, coupon: &Kept) -> sqlx::Result<()> {
    let wire = &coupon.wire;
    sqlx::query!(
        "insert into coupon (account_id, coupon_id, coupon_type, status, is_frozen, lock_order_id, order_id, face,
             remaining, valid_from, expires_at, plan_name, listed, search, digest)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
         on conflict (account_id, coupon_id) do update set coupon_type = excluded.coupon_type,
             status = excluded.status, is_frozen = excluded.is_frozen, lock_order_id = excluded.lock_order_id,
             order_id = excluded.order_id, face = excluded.face, remaining = excluded.remaining,
             valid_from = excluded.valid_from, expires_at = excluded.expires_at, plan_name = excluded.plan_name,
             listed = excluded.listed, search = excluded.search, digest = excluded.digest, gone_at = null",
        account.0,
        wire.coupon_id,
        small(wire.coupon_type.code()),
        small(wire.status.code()),
        wire.is_frozen.unwrap_or_default(),
        wire.lock_order_id.as_deref().unwrap_or_default(),
        wire.order_id.as_deref().unwrap_or_default(),
        wire.face_value.map(Money::decimal),
        coupon.remaining.map(Money::decimal),
        wire.valid_time,
        wire.expire_time,
        wire.plan_name.as_deref().unwrap_or_default(),
        coupon.listed,
        coupon.search,
        coupon.digest
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Marks what is kept of an account but was not listed; gives how many that are.
pub(super) async fn without(
    db: &PgPool,
    account: AccountId,
    listed: &[String],
    now: DateTime<Utc>,
) -> sqlx::Result<u64> {
    let gone = sqlx::query!(
        "update coupon set gone_at = $3 where account_id = $1 and gone_at is null and coupon_id <> all($2)",
        account.0,
        listed,
        now
    )
    .execute(db)
    .await?;
    Ok(gone.rows_affected())
}

/// Stores changes that are not stored.
pub(super) async fn put_changes(
    db: &PgPool,
    account: AccountId,
    changes: &[Change],
) -> sqlx::Result<Written> {
    if changes.is_empty() {
        return Ok(Written::default());
    }
    let text = |f: &dyn Fn(&Change) -> Option<String>| -> Vec<String> {
        changes.iter().map(|change| f(change).unwrap_or_default()).collect()
    };
    let balances: Vec<Option<Decimal>> =
        changes.iter().map(|change| change.record.balance_after_change.map(Money::decimal)).collect();
    let amounts: Vec<Decimal> =
        changes.iter().map(|change| change.record.change_amount.unwrap_or_default().decimal()).collect();
    let added = sqlx::query!(
        "insert into coupon_change (account_id, coupon_id, detail, direction, traded_at, trade_id, amount,
             balance_after, service, digest, nth)
         select $1, n.* from unnest($2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::text[], $7::numeric[],
             $8::numeric[], $9::text[], $10::uuid[], $11::int[])
             as n(coupon_id, detail, direction, traded_at, trade_id, amount, balance_after, service, digest, nth)
          where not exists (select from coupon_change c
                             where c.account_id = $1 and c.digest = n.digest and c.nth = n.nth)
         on conflict (account_id, digest, nth) do nothing",
        account.0,
        &text(&|change| change.record.coupon_id.clone()),
        &text(&|change| change.record.trade_detail_type.as_ref().map(|word| word.code().to_owned())),
        &text(&|change| change.record.direction.as_ref().map(|word| word.code().to_owned())),
        &changes.iter().map(|change| change.traded_at).collect::<Vec<_>>(),
        &text(&|change| change.record.trade_id.clone()),
        &amounts,
        &balances as &[Option<Decimal>],
        &text(&|change| change.record.cloud_service_type_name.clone()),
        &changes.iter().map(|change| change.digest).collect::<Vec<_>>(),
        &changes.iter().map(|change| change.nth).collect::<Vec<_>>()
    )
    .execute(db)
    .await?;
    Ok(Written { added: added.rows_affected(), ..Written::default() })
}

/// Stores the cards of an account, those that are not stored as they are, and marks what is not among them.
pub(super) async fn put_cards(
    db: &PgPool,
    account: AccountId,
    cards: &[(StoredValueCard, CardStatus, Uuid)],
    now: DateTime<Utc>,
) -> sqlx::Result<Written> {
    let known: HashMap<String, Uuid> = sqlx::query!(
        "select card_id, digest from stored_value_card where account_id = $1 and gone_at is null",
        account.0
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(|row| (row.card_id, row.digest))
    .collect();
    let mut written = Written::default();
    for (card, status, digest) in cards {
        let before = known.get(&card.card_id);
        if before == Some(digest) {
            continue;
        }
        sqlx::query!(
            "insert into stored_value_card (account_id, card_id, name, status, face, balance, effective_at, expires_at,
                 digest)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             on conflict (account_id, card_id) do update set name = excluded.name, status = excluded.status,
                 face = excluded.face, balance = excluded.balance, effective_at = excluded.effective_at,
                 expires_at = excluded.expires_at, digest = excluded.digest, gone_at = null",
            account.0,
            card.card_id,
            card.card_name.as_deref().unwrap_or_default(),
            small(status.code()),
            card.face_value.map(Money::decimal),
            card.balance.map(Money::decimal),
            card.effective_time,
            card.expire_time,
            digest
        )
        .execute(db)
        .await?;
        if before.is_some() { written.changed += 1 } else { written.added += 1 }
    }
    let listed: Vec<String> = cards.iter().map(|(card, ..)| card.card_id.clone()).collect();
    let gone = sqlx::query!(
        "update stored_value_card set gone_at = $3
          where account_id = $1 and gone_at is null and card_id <> all($2)",
        account.0,
        &listed,
        now
    )
    .execute(db)
    .await?;
    written.gone = gone.rows_affected();
    Ok(written)
}
