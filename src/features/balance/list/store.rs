//! The SQL of income and expense as they are shown: a page, what is exported, the sums of months, and what the
//! choices are.

use chrono::{DateTime, NaiveDate, Utc};
use futures_util::TryStreamExt as _;
use rust_decimal::Decimal;
use sqlx::PgPool;

use super::super::filter::{Filter, Way};
use crate::{
    identity::access::{AccountId, Scope},
    money::Money,
    web::{
        download::{Sender, send_all},
        pager::{Cursor, Page, SIZE, Start},
    },
};

/// A change of an account of money.
#[derive(Debug)]
pub struct Row {
    id: i64,
    /// The account.
    pub account: AccountId,
    /// When.
    pub traded_at: DateTime<Utc>,
    /// `REVENUE`, `EXPENSE`, or another word of Huawei's.
    pub direction: String,
    /// The type of trade; empty where none is known.
    pub trade: String,
    /// Huawei's own word for it.
    pub detail: String,
    /// The order or transaction.
    pub trade_id: String,
    /// Whether that is an order that is kept here.
    pub is_order: bool,
    amount: Decimal,
    balance_after: Option<Decimal>,
    /// The billing cycle.
    pub bill_cycle: String,
    /// The code of the way by which it came or went.
    pub channel: Option<i32>,
    /// The number there.
    pub channel_no: String,
    /// Who consumed what was paid for.
    pub consumer: String,
    /// The service that was paid for.
    pub service: String,
    /// The type of resource that was paid for.
    pub resource_type: String,
}

impl Row {
    /// How much, below zero if it went out.
    pub fn amount(&self) -> Money {
        let amount = Money::new(self.amount);
        if self.direction == Way::Out.direction() { -amount } else { amount }
    }

    /// What was there then.
    pub fn balance_after(&self) -> Option<Money> {
        self.balance_after.map(Money::new)
    }

    fn cursor(&self) -> Cursor {
        Cursor { key: self.traded_at.timestamp_micros().to_string(), id: self.id }
    }
}

/// Changes of a filter from a place on, in one direction.
macro_rules! listed {
    ($scope:expr, $filter:expr, $place:expr, $most:expr, $from:tt, $direction:tt) => {{
        let ((from, to), (at, id)) = ($filter.bounds(), $place);
        sqlx::query_as!(
            Row,
            r#"select c.id, c.account_id as account, c.traded_at, c.direction, coalesce(w.trade_type, '') as "trade!",
                      c.detail, c.trade_id, c.amount, c.balance_after, c.bill_cycle, c.channel, c.channel_no,
                      c.consumer, c.service, c.resource_type,
                      exists(select from orders o where o.account_id = any($1) and o.order_id = c.trade_id) as "is_order!"
                 from account_change c
                 left join account_trade_word w on w.detail = c.detail and w.direction = c.direction
                where c.account_id = any($1) and c.account_type = $2
                  and ($3::text is null or c.direction = $3)
                  and ($4::text is null or w.trade_type = $4)
                  and ($5::timestamptz is null or c.traded_at >= $5)
                  and ($6::timestamptz is null or c.traded_at < $6)
                  and ($7 = '' or position($7 in c.search) > 0)
                  and ($8::timestamptz is null or (c.traded_at, c.id) "#
                + $from
                + r#" ($8, $9::bigint))
                order by c.traded_at "#
                + $direction
                + r#", c.id "#
                + $direction
                + r#" limit $10"#,
            &$scope.ids(),
            $filter.purse.code(),
            $filter.way.map(Way::direction),
            $filter.trade,
            from,
            to,
            $filter.text,
            at,
            id,
            $most
        )
    }};
}

/// The page of a filter.
pub(super) async fn list(db: &PgPool, scope: &Scope, filter: &Filter) -> sqlx::Result<Page<Row>> {
    let scope = scope.narrowed(filter.account.map(AccountId));
    let place = place(&filter.start);
    let most = i64::try_from(SIZE + 1).unwrap_or(i64::MAX);
    let rows = if filter.start.backwards() {
        listed!(scope, filter, place, most, ">", "asc").fetch_all(db).await?
    } else {
        listed!(scope, filter, place, most, "<", "desc").fetch_all(db).await?
    };
    Ok(Page::of(rows, &filter.start, Row::cursor))
}

fn place(start: &Start) -> (Option<DateTime<Utc>>, i64) {
    let cursor = start.cursor();
    let at = cursor.and_then(|cursor| cursor.key.parse().ok()).and_then(DateTime::from_timestamp_micros);
    (at, cursor.map_or(0, |cursor| cursor.id))
}

/// Sends everything that a filter shows, in its order.
pub async fn send(db: &PgPool, scope: &Scope, filter: &Filter, to: &Sender<Row>) -> sqlx::Result<()> {
    let scope = scope.narrowed(filter.account.map(AccountId));
    let mut tx = db.begin().await?;
    sqlx::query("set local statement_timeout = '30min'").execute(&mut *tx).await?;
    let ids = scope;
    let place: (Option<DateTime<Utc>>, i64) = (None, 0);
    let rows = listed!(ids, filter, place, i64::MAX, "<", "desc").fetch(&mut *tx);
    send_all(Box::pin(rows.map_ok(|row| row)), to).await
}

/// What came in and went out in a month.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flow {
    /// How many changes.
    pub n: i64,
    /// What came in.
    pub income: Money,
    /// What went out.
    pub expense: Money,
}

/// Sums of a filter by month since a month, whatever its days.
pub(super) async fn months(
    db: &PgPool,
    scope: &Scope,
    filter: &Filter,
    since: NaiveDate,
) -> sqlx::Result<Vec<(NaiveDate, Flow)>> {
    let rows = sqlx::query!(
        r#"select c.month, count(*) as "n!",
                  coalesce(sum(c.amount) filter (where c.direction = 'REVENUE'), 0) as "income!",
                  coalesce(sum(c.amount) filter (where c.direction = 'EXPENSE'), 0) as "expense!"
             from account_change c
             left join account_trade_word w on w.detail = c.detail and w.direction = c.direction
            where c.account_id = any($1) and c.account_type = $2 and c.month >= $3
              and ($4::text is null or c.direction = $4) and ($5::text is null or w.trade_type = $5)
              and ($6 = '' or position($6 in c.search) > 0)
            group by c.month order by c.month"#,
        &scope.narrowed(filter.account.map(AccountId)).ids(),
        filter.purse.code(),
        since,
        filter.way.map(Way::direction),
        filter.trade,
        filter.text
    )
    .fetch_all(db)
    .await?;
    let flow = |n, income, expense| Flow { n, income: Money::new(income), expense: Money::new(expense) };
    Ok(rows.into_iter().map(|row| (row.month, flow(row.n, row.income, row.expense))).collect())
}

/// Count and sums of a filter with its days.
pub(super) async fn total(db: &PgPool, scope: &Scope, filter: &Filter) -> sqlx::Result<Flow> {
    let (from, to) = filter.bounds();
    let row = sqlx::query!(
        r#"select count(*) as "n!", coalesce(sum(c.amount) filter (where c.direction = 'REVENUE'), 0) as "income!",
                  coalesce(sum(c.amount) filter (where c.direction = 'EXPENSE'), 0) as "expense!"
             from account_change c
             left join account_trade_word w on w.detail = c.detail and w.direction = c.direction
            where c.account_id = any($1) and c.account_type = $2
              and ($3::text is null or c.direction = $3) and ($4::text is null or w.trade_type = $4)
              and ($5::timestamptz is null or c.traded_at >= $5) and ($6::timestamptz is null or c.traded_at < $6)
              and ($7 = '' or position($7 in c.search) > 0)"#,
        &scope.narrowed(filter.account.map(AccountId)).ids(),
        filter.purse.code(),
        filter.way.map(Way::direction),
        filter.trade,
        from,
        to,
        filter.text
    )
    .fetch_one(db)
    .await?;
    Ok(Flow { n: row.n, income: Money::new(row.income), expense: Money::new(row.expense) })
}

/// What was there at the end of each of some months, in all accounts that tell it: that of the last change before.
pub(super) async fn ends(
    db: &PgPool,
    scope: &Scope,
    filter: &Filter,
    months: &[NaiveDate],
) -> sqlx::Result<Vec<(NaiveDate, Money)>> {
    let rows = sqlx::query!(
        r#"select m.month as "month!", sum(last.balance_after) as "balance!"
             from unnest($3::date[]) as m(month) cross join unnest($1::uuid[]) as account(id)
            cross join lateral (
                select c.balance_after from account_change c
                 where c.account_id = account.id and c.account_type = $2
                   and c.traded_at < (m.month + interval '1 month') at time zone 'Asia/Shanghai'
                 order by c.traded_at desc, c.id desc limit 1) as last
            where last.balance_after is not null
            group by m.month"#,
        &scope.narrowed(filter.account.map(AccountId)).ids(),
        filter.purse.code(),
        months
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.month, Money::new(row.balance))).collect())
}

/// How many changes there are of each account of money, by its code.
pub(super) async fn counts(db: &PgPool, scope: &Scope) -> sqlx::Result<Vec<(i16, i64)>> {
    let rows = sqlx::query!(
        r#"select account_type, count(*) as "n!" from account_change where account_id = any($1) group by account_type"#,
        &scope.ids()
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.account_type, row.n)).collect())
}

/// The types of trade that were met.
pub(super) async fn trades(db: &PgPool) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        "select distinct trade_type from account_trade_word where trade_type <> '' order by trade_type"
    )
    .fetch_all(db)
    .await
}
