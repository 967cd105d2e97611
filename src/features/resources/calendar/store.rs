//! The SQL of the calendar: what is due when, what it costs as far as it was asked, what there is to pay it
//! with, and the digests of secret addresses.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use sqlx::PgPool;
use uuid::Uuid;

use super::forecast::{Due, Known};
use crate::{
    identity::access::{AccountId, Role, Scope},
    money::Money,
};

/// What is due first of each main resource that expires from `from` until `to`, put together where account,
/// day, way and term are the same. Where the term is not known it is a year, so that it comes once.
pub(super) async fn due(
    db: &PgPool,
    scope: &Scope,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
) -> sqlx::Result<Vec<Due>> {
    let rows = sqlx::query!(
        r#"select r.account_id as "account!", r.tab = 1 as "automatic!",
                  (r.expires_at at time zone 'Asia/Shanghai')::date
                      - case when r.tab = 1 then coalesce(d.deduction_days, 7) else 0 end as "day!",
                  coalesce(q.months, 12::smallint) as "months!",
                  case when q.payable is not null then 0 when q.last_paid is not null then 1 else 2 end as "known!",
                  count(*) as "count!", coalesce(sum(coalesce(q.payable, q.last_paid)), 0) as "amount!"
             from resources r
             left join resource_quote q on q.account_id = r.account_id and q.resource_id = r.resource_id
             left join renewal_days d on d.account_id = r.account_id
            where r.account_id = any($1) and r.is_main and r.gone_at is null and r.tab in (0, 1)
              and r.expires_at >= $2 and r.expires_at < $3
            group by 1, 2, 3, 4, 5
            order by 3, 1, 2, 4, 5"#,
        &scope.ids(),
        from,
        to,
    )
    .fetch_all(db)
    .await?;
    let due = rows.into_iter().map(|row| Due {
        account: AccountId(row.account),
        day: row.day,
        automatic: row.automatic,
        months: u32::try_from(row.months).unwrap_or(1),
        count: row.count,
        amount: Money::new(row.amount),
        known: match row.known {
            0 => Known::Quoted,
            1 => Known::LastPaid,
            _ => Known::Unknown,
        },
    });
    Ok(due.collect())
}

/// A resource that is due on a day.
#[derive(Debug)]
pub(super) struct OnDay {
    pub(super) account: AccountId,
    pub(super) resource_id: String,
    pub(super) name: String,
    pub(super) service_zh: String,
    pub(super) service_en: String,
    pub(super) automatic: bool,
    pub(super) expires_at: DateTime<Utc>,
    /// The day on which it is due first (UTC+8).
    pub(super) due: NaiveDate,
    pub(super) months: i16,
    pub(super) payable: Option<Decimal>,
    pub(super) last_paid: Option<Decimal>,
    pub(super) asked_at: Option<DateTime<Utc>>,
    pub(super) error_code: Option<String>,
}

/// The main resources that are due first from `from` to `to`, both days included, the dearest first; at most
/// `most`.
pub(super) async fn on_days(
    db: &PgPool,
    scope: &Scope,
    (from, to): (NaiveDate, NaiveDate),
    most: i64,
) -> sqlx::Result<Vec<OnDay>> {
    sqlx::query_as!(
        OnDay,
        r#"select r.account_id as account, r.resource_id, r.name, r.service_name_zh as service_zh,
                  r.service_name_en as service_en, r.tab = 1 as "automatic!", r.expires_at,
                  (r.expires_at at time zone 'Asia/Shanghai')::date
                      - case when r.tab = 1 then coalesce(d.deduction_days, 7) else 0 end as "due!",
                  coalesce(q.months, 12::smallint) as "months!", q.payable as "payable?", q.last_paid as "last_paid?",
                  q.asked_at as "asked_at?", q.error_code as "error_code?"
             from resources r
             left join resource_quote q on q.account_id = r.account_id and q.resource_id = r.resource_id
             left join renewal_days d on d.account_id = r.account_id
            where r.account_id = any($1) and r.is_main and r.gone_at is null and r.tab in (0, 1)
              and r.expires_at >= ($2::date - 1)::timestamp and r.expires_at < ($3::date + 9)::timestamp
              and (r.expires_at at time zone 'Asia/Shanghai')::date
                  - case when r.tab = 1 then coalesce(d.deduction_days, 7) else 0 end between $2 and $3
            order by coalesce(q.payable, q.last_paid) desc nulls last, r.expires_at, r.id
            limit $4"#,
        &scope.ids(),
        from,
        to,
        most,
    )
    .fetch_all(db)
    .await
}

/// A resource whose price is to be asked.
#[derive(Debug)]
pub(super) struct ToAsk {
    pub(super) resource_id: String,
    /// The term that it was last paid for, in months.
    pub(super) months: i32,
    /// What was paid for that term, where one order paid for this resource alone.
    pub(super) last_paid: Option<Decimal>,
}

/// The main resources of an account whose price is not known or old: what expires soon first. A price is old
/// after a week, in the last month before expiry after a day.
pub(super) async fn to_ask(
    db: &PgPool,
    account: AccountId,
    now: DateTime<Utc>,
    most: i64,
) -> sqlx::Result<Vec<ToAsk>> {
    sqlx::query_as!(
        ToAsk,
        r#"with wanted as (
               select r.resource_id, r.expires_at
                 from resources r
                 left join resource_quote q on q.account_id = r.account_id and q.resource_id = r.resource_id
                where r.account_id = $1 and r.is_main and r.gone_at is null and r.tab in (0, 1)
                  and r.expires_at > $2::timestamptz - interval '35 days'
                  and r.expires_at < $2::timestamptz + interval '13 months'
                  and (q.asked_at is null or q.asked_at < $2::timestamptz - interval '7 days'
                       or (r.expires_at < $2::timestamptz + interval '30 days'
                           and q.asked_at < $2::timestamptz - interval '1 day'))
                order by r.expires_at, r.id
                limit $3)
           select w.resource_id as "resource_id!", coalesce(last.months, 1) as "months!", last.paid as "last_paid?"
             from wanted w
             left join lateral (
               select case when count(distinct (l.period_type, l.period_num)) = 1 then
                        case max(l.period_type) when 2 then max(l.period_num) when 3 then max(l.period_num) * 12 end
                      end as months,
                      case when (select count(*)
                                   from resource_order other
                                   join resources x on x.account_id = other.account_id
                                                   and x.resource_id = other.resource_id and x.is_main
                                  where other.account_id = $1 and other.order_id = o.order_id) = 1
                           then o.payable end as paid
                 from resource_order mine
                 join orders o on o.account_id = mine.account_id and o.order_id = mine.order_id
                 join order_line l on l.order_pk = o.id
                where mine.account_id = $1 and mine.resource_id = w.resource_id
                  and o.status = 5 and o.order_type in (1, 2, 11, 14)
                group by o.id
                order by o.paid_at desc nulls last, o.id desc
                limit 1) last on true
            order by w.expires_at, w.resource_id"#,
        account.0,
        now,
        most,
    )
    .fetch_all(db)
    .await
}

/// What Huawei said about a resource's renewal.
#[derive(Debug)]
pub(super) struct Quote {
    pub(super) resource_id: String,
    pub(super) months: i16,
    pub(super) last_paid: Option<Decimal>,
    pub(super) official: Option<Decimal>,
    pub(super) payable: Option<Decimal>,
    pub(super) error_code: Option<String>,
}

/// Keeps what was asked `at`.
pub(super) async fn keep(
    db: &PgPool,
    account: AccountId,
    quotes: &[Quote],
    at: DateTime<Utc>,
) -> sqlx::Result<()> {
    let ids: Vec<&str> = quotes.iter().map(|quote| quote.resource_id.as_str()).collect();
    let months: Vec<i16> = quotes.iter().map(|quote| quote.months).collect();
    let last_paid: Vec<Option<Decimal>> = quotes.iter().map(|quote| quote.last_paid).collect();
    let official: Vec<Option<Decimal>> = quotes.iter().map(|quote| quote.official).collect();
    let payable: Vec<Option<Decimal>> = quotes.iter().map(|quote| quote.payable).collect();
    let errors: Vec<Option<&str>> = quotes.iter().map(|quote| quote.error_code.as_deref()).collect();
    sqlx::query!(
        r#"insert into resource_quote
               (account_id, resource_id, months, last_paid, official, payable, error_code, asked_at)
           select $1, *, $8::timestamptz
             from unnest($2::text[], $3::int2[], $4::numeric[], $5::numeric[], $6::numeric[], $7::text[])
           on conflict (account_id, resource_id) do update
           set months = excluded.months, last_paid = excluded.last_paid, official = excluded.official,
               payable = excluded.payable, error_code = excluded.error_code, asked_at = excluded.asked_at"#,
        account.0,
        &ids as &[&str],
        &months,
        &last_paid as &[Option<Decimal>],
        &official as &[Option<Decimal>],
        &payable as &[Option<Decimal>],
        &errors as &[Option<&str>],
        at,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What an account has.
#[derive(Debug, Clone)]
pub(super) struct Balance {
    pub(super) account: AccountId,
    pub(super) cash: Decimal,
    pub(super) earmarked: Decimal,
    pub(super) credit: Option<Decimal>,
    pub(super) debt: Decimal,
    pub(super) read_at: DateTime<Utc>,
}

/// What the accounts of a scope have, as far as it was read.
pub(super) async fn balances(db: &PgPool, scope: &Scope) -> sqlx::Result<Vec<Balance>> {
    sqlx::query_as!(
        Balance,
        r#"select b.account_id as account, b.cash, b.earmarked, b.credit, b.debt,
                  coalesce(r.read_at, b.read_at) as "read_at!"
             from account_balance b left join reading r on r.account_id = b.account_id and r.listing = 'balance'
            where b.account_id = any($1)"#,
        &scope.ids()
    )
    .fetch_all(db)
    .await
}

/// An order that nobody has paid yet.
#[derive(Debug)]
pub(super) struct Unpaid {
    pub(super) account: AccountId,
    pub(super) order_id: String,
    pub(super) service_zh: String,
    pub(super) service_en: String,
    pub(super) payable: Decimal,
    pub(super) pay_until: DateTime<Utc>,
}

/// The unpaid orders of a scope with their deadlines, the nearest first.
pub(super) async fn unpaid(db: &PgPool, scope: &Scope, most: i64) -> sqlx::Result<Vec<Unpaid>> {
    sqlx::query_as!(
        Unpaid,
        r#"select account_id as account, order_id, service_name_zh as service_zh, service_name_en as service_en,
                  payable, pay_until as "pay_until!"
             from orders
            where account_id = any($1) and status = 6 and pay_until is not null
            order by pay_until, id limit $2"#,
        &scope.ids(),
        most,
    )
    .fetch_all(db)
    .await
}

/// A person's secret address.
#[derive(Debug)]
pub(super) struct Feed {
    pub(super) created_at: DateTime<Utc>,
    pub(super) used_at: Option<DateTime<Utc>>,
}

/// The secret address of a person, if there is one.
pub(super) async fn feed(db: &PgPool, person: Uuid) -> sqlx::Result<Option<Feed>> {
    sqlx::query_as!(Feed, "select created_at, used_at from calendar_feed where person_id = $1", person)
        .fetch_optional(db)
        .await
}

/// Gives a person a secret address; an earlier one is none any more.
pub(super) async fn put_feed(
    db: &PgPool,
    person: Uuid,
    digest: &[u8],
    at: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into calendar_feed (person_id, secret_sha256, created_at) values ($1, $2, $3)
         on conflict (person_id) do update
         set secret_sha256 = excluded.secret_sha256, created_at = excluded.created_at, used_at = null",
        person,
        digest,
        at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Takes a person's secret address back.
pub(super) async fn drop_feed(db: &PgPool, person: Uuid) -> sqlx::Result<()> {
    sqlx::query!("delete from calendar_feed where person_id = $1", person).execute(db).await?;
    Ok(())
}

/// Whose calendar a secret address is, with what that person may see now.
#[derive(Debug)]
pub(super) struct Owner {
    pub(super) person: Uuid,
    pub(super) role: Role,
    pub(super) locale: String,
    pub(super) scope: Scope,
}

/// The owner of the secret with this digest, unless they may not sign in any more.
pub(super) async fn owner(db: &PgPool, digest: &[u8]) -> sqlx::Result<Option<Owner>> {
    let row = sqlx::query!(
        r#"select p.id, p.role, p.locale,
                  array(select g.account_id from account_grant g where g.person_id = p.id) as "accounts!: Vec<Uuid>"
             from calendar_feed f join person p on p.id = f.person_id
            where f.secret_sha256 = $1 and p.disabled_at is null"#,
        digest
    )
    .fetch_optional(db)
    .await?;
    row.map(|row| {
        Ok(Owner {
            person: row.id,
            role: row.role.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
            locale: row.locale,
            scope: Scope::of(row.accounts.into_iter().map(AccountId)),
        })
    })
    .transpose()
}

/// Notes that a secret address was asked for, at most once an hour.
pub(super) async fn used(db: &PgPool, person: Uuid, at: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "update calendar_feed set used_at = $2
          where person_id = $1 and (used_at is null or used_at < $2::timestamptz - interval '1 hour')",
        person,
        at
    )
    .execute(db)
    .await?;
    Ok(())
}

#[cfg(test)]
pub(super) mod tests;
