//! The SQL of what accounts have now.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    bss::balances::Balances,
    identity::access::{AccountId, Scope},
    money::Money,
    readings::Written,
};

/// What an answer says, and when it came.
pub(super) struct Said {
    pub(super) digest: Uuid,
    pub(super) at: DateTime<Utc>,
}

/// Keeps what an account has, unless it is what is kept already.
pub(super) async fn put(
    db: &PgPool,
    account: AccountId,
    balances: &Balances,
    said: Said,
) -> sqlx::Result<Written> {
    let mut tx = db.begin().await?;
    let known = sqlx::query_scalar!("select digest from account_balance where account_id = $1", account.0)
        .fetch_optional(&mut *tx)
        .await?;
    if known == Some(Some(said.digest)) {
        return Ok(Written::default());
    }
    let cash = balances.cash();
    sqlx::query!(
        "insert into account_balance (account_id, cash, earmarked, credit, debt, read_at, digest)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (account_id) do update set cash = excluded.cash, earmarked = excluded.earmarked,
             credit = excluded.credit, debt = excluded.debt, read_at = excluded.read_at, digest = excluded.digest",
        account.0,
        cash.map(|cash| cash.amount.decimal()).unwrap_or_default(),
        cash.and_then(|cash| cash.designated).unwrap_or_default().decimal(),
        balances.credit().map(|credit| credit.amount.decimal()),
        balances.debt.unwrap_or_default().decimal(),
        said.at,
        said.digest
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!("delete from balance where account_id = $1", account.0).execute(&mut *tx).await?;
    for entry in &balances.accounts {
        sqlx::query!(
            "insert into balance (account_id, account_type, balance_id, amount, earmarked, credit_line, currency)
             values ($1, $2, $3, $4, $5, $6, $7)
             on conflict (account_id, account_type, balance_id) do update set amount = balance.amount + excluded.amount",
            account.0,
            i16::try_from(entry.account_type.code()).unwrap_or(i16::MAX),
            entry.account_id.as_deref().unwrap_or_default(),
            entry.amount.decimal(),
            entry.designated.map(Money::decimal),
            entry.credit_line.map(Money::decimal),
            entry.currency.as_deref().unwrap_or("CNY")
        )
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await?;
    Ok(match known {
        None => Written { added: 1, ..Written::default() },
        Some(_) => Written { changed: 1, ..Written::default() },
    })
}

/// An account of money.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) account: AccountId,
    pub(super) account_type: i16,
    pub(super) amount: Decimal,
    pub(super) earmarked: Option<Decimal>,
    pub(super) credit_line: Option<Decimal>,
}

/// The accounts of money in a scope: cash first, then credit.
pub(super) async fn entries(db: &PgPool, scope: &Scope) -> sqlx::Result<Vec<Entry>> {
    sqlx::query_as!(
        Entry,
        "select account_id as account, account_type, amount, earmarked, credit_line from balance
          where account_id = any($1) order by account_id, account_type, balance_id",
        &scope.ids()
    )
    .fetch_all(db)
    .await
}

/// What the accounts of a scope owe, where they owe anything.
pub(super) async fn debts(db: &PgPool, scope: &Scope) -> sqlx::Result<Vec<(AccountId, Decimal)>> {
    let rows = sqlx::query!(
        "select account_id, debt from account_balance where account_id = any($1) and debt <> 0",
        &scope.ids()
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (AccountId(row.account_id), row.debt)).collect())
}
