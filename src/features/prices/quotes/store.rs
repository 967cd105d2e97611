//! The SQL of saved quotes.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sqlx::PgPool;
use uuid::Uuid;

use super::{Filter, NewQuote, Row, Stored};
use crate::{
    identity::access::Scope,
    web::pager::{Cursor, Page, SIZE},
};

/// How many quotes match the text: valid ones, and others.
pub(super) async fn counts(
    db: &PgPool,
    scope: &Scope,
    text: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<(i64, i64)> {
    let row = sqlx::query!(
        r#"select count(*) filter (where valid_until > $3) as "valid!", count(*) filter (where valid_until <= $3) as "past!"
           from quote where account_id = any($1) and position($2 in search) > 0"#,
        &scope.ids(),
        text,
        now
    )
    .fetch_one(db)
    .await?;
    Ok((row.valid, row.past))
}

/// A page of quotes.
pub(super) async fn list(
    db: &PgPool,
    scope: &Scope,
    filter: &Filter,
    now: DateTime<Utc>,
) -> sqlx::Result<Page<Row>> {
    let backwards = filter.start.backwards();
    let from = filter.start.cursor().map(|cursor| cursor.id);
    let rows = sqlx::query_as!(
        Row,
        r#"select id, number, account_id as account, kind, name, made_at, made_by, valid_until, official, payable
           from quote
           where account_id = any($1) and position($2 in search) > 0
             and ($3::bool is null or (valid_until > $4) = $3)
             and ($5::bigint is null or case when $6 then number > $5 else number < $5 end)
           order by case when $6 then number end, case when not $6 then number end desc
           limit $7"#,
        &scope.ids(),
        filter.text,
        filter.valid,
        now,
        from,
        backwards,
        i64::try_from(SIZE + 1).unwrap_or(i64::MAX)
    )
    .fetch_all(db)
    .await?;
    Ok(Page::of(rows, &filter.start, |row| Cursor { key: String::new(), id: row.number }))
}

/// A quote, if it is in the scope.
pub(super) async fn find(db: &PgPool, scope: &Scope, id: Uuid) -> sqlx::Result<Option<Stored>> {
    sqlx::query_as!(
        Stored,
        r#"select id, account_id as account, kind, term, name, made_at, made_by, valid_until, answer::text as "answer!",
                  company, department, purpose
           from quote where id = $1 and account_id = any($2)"#,
        id,
        &scope.ids()
    )
    .fetch_optional(db)
    .await
}

/// Every quote that matches, whole.
pub(super) async fn all(
    db: &PgPool,
    scope: &Scope,
    (filter, only): (&Filter, Option<Uuid>),
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<Stored>> {
    sqlx::query_as!(
        Stored,
        r#"select id, account_id as account, kind, term, name, made_at, made_by, valid_until, answer::text as "answer!",
                  company, department, purpose
           from quote
           where account_id = any($1) and position($2 in search) > 0
             and ($3::bool is null or (valid_until > $4) = $3) and ($5::uuid is null or id = $5)
           order by number desc"#,
        &scope.ids(),
        filter.text,
        filter.valid,
        now,
        only
    )
    .fetch_all(db)
    .await
}

/// Stores a quote.
pub(super) async fn add(db: &PgPool, quote: &NewQuote<'_>) -> sqlx::Result<()> {
    let official: Decimal = quote.official.decimal();
    let payable: Decimal = quote.payable.decimal();
    sqlx::query!(
        "insert into quote (id, account_id, kind, term, name, made_at, made_by, valid_until, official, payable, answer, search)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::text::jsonb, $12)",
        quote.id,
        quote.account.0,
        quote.kind,
        quote.term,
        quote.name,
        quote.made_at,
        quote.made_by,
        quote.valid_until,
        official,
        payable,
        quote.answer,
        quote.search
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Changes what the printed sheet says; whether there is such a quote in the scope.
pub(super) async fn describe(
    db: &PgPool,
    scope: &Scope,
    id: Uuid,
    [company, department, purpose]: [&str; 3],
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update quote set company = $3, department = $4, purpose = $5 where id = $1 and account_id = any($2)",
        id,
        &scope.ids(),
        company,
        department,
        purpose
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Resources as the portal knows them: id, account and name.
pub(super) async fn resources(
    db: &PgPool,
    scope: &Scope,
    ids: &[String],
) -> sqlx::Result<Vec<(String, Uuid, String)>> {
    let rows = sqlx::query!(
        "select resource_id, account_id, name from resources where account_id = any($1) and resource_id = any($2)",
        &scope.ids(),
        ids
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.resource_id, row.account_id, row.name)).collect())
}
