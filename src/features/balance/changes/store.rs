//! The SQL of reading income and expense: writing what BSS listed, only where it differs, and the types of trade that
//! words belong to.

use std::collections::{BTreeSet, HashMap, HashSet};

use rust_decimal::Decimal;
use sqlx::PgPool;
use uuid::Uuid;

use super::{Change, Purse};
use crate::{bss::codes::PaymentChannel, identity::access::AccountId, money::Money, readings::Written};

/// Huawei's word for what happened, and whether money came or went.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Word {
    /// The word.
    pub detail: String,
    /// `REVENUE` or `EXPENSE`.
    pub direction: String,
}

/// Stores changes of one account of money, those that are not stored as they are.
pub(super) async fn put(
    db: &PgPool,
    account: AccountId,
    purse: Purse,
    changes: &[Change],
) -> sqlx::Result<Written> {
    let ids: Vec<String> = changes.iter().map(|change| change.change_id.clone()).collect();
    let known: HashMap<String, Uuid> = sqlx::query!(
        "select change_id, digest from account_change
          where account_id = $1 and account_type = $2 and change_id = any($3)",
        account.0,
        purse.code(),
        &ids
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(|row| (row.change_id, row.digest))
    .collect();
    let mut seen = HashSet::new();
    let mut rows: Vec<&Change> = changes
        .iter()
        .filter(|change| known.get(&change.change_id) != Some(&change.digest))
        .filter(|change| seen.insert(&change.change_id))
        .collect();
    rows.sort_by_key(|change| change.traded_at);
    if rows.is_empty() {
        return Ok(Written::default());
    }
    let added = rows.iter().filter(|change| !known.contains_key(&change.change_id)).count() as u64;
    let text = |f: &dyn Fn(&Change) -> Option<String>| -> Vec<String> {
        rows.iter().map(|change| f(change).unwrap_or_default()).collect()
    };
    let balances: Vec<Option<Decimal>> =
        rows.iter().map(|change| change.record.balance_after_change.map(Money::decimal)).collect();
    let channels: Vec<Option<i32>> =
        rows.iter().map(|change| change.record.payment_channel.map(PaymentChannel::code)).collect();
    let consumed: Vec<_> = rows.iter().map(|change| change.record.consume_time).collect();
    sqlx::query!(
        "insert into account_change as c (account_id, account_type, change_id, detail, direction, traded_at, month,
             trade_id, amount, balance_after, bill_cycle, channel, channel_no, consumed_at, consumer, service,
             resource_type, search, digest)
         select $1, $2, * from unnest($3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::date[], $8::text[],
             $9::numeric[], $10::numeric[], $11::text[], $12::int[], $13::text[], $14::timestamptz[], $15::text[],
             $16::text[], $17::text[], $18::text[], $19::uuid[])
         on conflict (account_id, account_type, change_id) do update set detail = excluded.detail,
             direction = excluded.direction, traded_at = excluded.traded_at, month = excluded.month,
             trade_id = excluded.trade_id, amount = excluded.amount, balance_after = excluded.balance_after,
             bill_cycle = excluded.bill_cycle, channel = excluded.channel, channel_no = excluded.channel_no,
             consumed_at = excluded.consumed_at, consumer = excluded.consumer, service = excluded.service,
             resource_type = excluded.resource_type, search = excluded.search, digest = excluded.digest",
        account.0,
        purse.code(),
        &text(&|change| Some(change.change_id.clone())),
        &text(&|change| Some(change.word().detail)),
        &text(&|change| Some(change.word().direction)),
        &rows.iter().map(|change| change.traded_at).collect::<Vec<_>>(),
        &rows.iter().map(|change| change.month()).collect::<Vec<_>>(),
        &text(&|change| change.record.trade_id.clone()),
        &rows.iter().map(|change| change.amount().decimal()).collect::<Vec<_>>(),
        &balances as &[Option<Decimal>],
        &text(&|change| change.record.bill_cycle.clone()),
        &channels as &[Option<i32>],
        &text(&|change| change.record.payment_channel_no.clone()),
        &consumed as &[Option<chrono::DateTime<chrono::Utc>>],
        &text(&|change| change.record.account_name.clone()),
        &text(&|change| change.record.cloud_service_type_name.clone()),
        &text(&|change| change.record.resource_type_name.clone()),
        &text(&|change| Some(change.search.clone())),
        &rows.iter().map(|change| change.digest).collect::<Vec<_>>()
    )
    .execute(db)
    .await?;
    Ok(Written { added, changed: rows.len() as u64 - added, gone: 0 })
}

/// Those of some words whose type of trade nobody has looked for yet.
pub(super) async fn unknown_words(db: &PgPool, mut met: BTreeSet<Word>) -> sqlx::Result<BTreeSet<Word>> {
    let known =
        sqlx::query_as!(Word, "select detail, direction from account_trade_word").fetch_all(db).await?;
    for word in known {
        met.remove(&word);
    }
    Ok(met)
}

/// Remembers the type of trade that a word belongs to.
pub(super) async fn put_word(db: &PgPool, word: &Word, trade: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into account_trade_word (detail, direction, trade_type) values ($1, $2, $3)
         on conflict (detail, direction) do nothing",
        word.detail,
        word.direction,
        trade
    )
    .execute(db)
    .await?;
    Ok(())
}
