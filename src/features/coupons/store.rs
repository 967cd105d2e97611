//! The SQL of coupons and cards as they are shown: a page, what is exported, the counts of the tabs, one coupon with
//! its changes, and what expiring ones could still be used for.

use chrono::{DateTime, TimeZone as _, Utc};
use futures_util::TryStreamExt as _;
use rust_decimal::Decimal;
use sqlx::PgPool;

use super::filter::{Filter, SOON};
use crate::{
    i18n::Locale,
    identity::access::{AccountId, Scope},
    money::Money,
    web::{
        coupons::Services,
        download::{Sender, send_all},
        pager::{Cursor, Page, SIZE, Start},
    },
};

/// A coupon as it was last read.
#[derive(Debug, Clone)]
pub struct Row {
    id: i64,
    /// The account.
    pub account: AccountId,
    /// Huawei's id.
    pub coupon_id: String,
    /// What BSS said, whole.
    pub listed: String,
    remaining: Option<Decimal>,
    /// Until when it can be used.
    pub expires_at: Option<DateTime<Utc>>,
    /// The unpaid order that holds it; empty where there is none.
    pub lock_order_id: String,
    /// Since when BSS does not list it any more.
    pub gone_at: Option<DateTime<Utc>>,
}

impl Row {
    /// What it can still pay; none where that is no amount.
    pub fn remaining(&self) -> Option<Money> {
        self.remaining.map(Money::new)
    }

    fn cursor(&self) -> Cursor {
        Cursor { key: self.expires_at.unwrap_or_else(never).timestamp_micros().to_string(), id: self.id }
    }
}

/// Where coupons without an end stand.
fn never() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(9999, 12, 31, 0, 0, 0).single().unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// Coupons of a filter from a place on, in one direction.
macro_rules! listed {
    ($scope:expr, $filter:expr, $now:expr, $place:expr, $most:expr, $from:tt, $direction:tt) => {{
        let (at, id) = $place;
        let soon: Option<DateTime<Utc>> = $filter.soon.then(|| soon($now));
        sqlx::query_as!(
            Row,
            r#"select c.id, c.account_id as account, c.coupon_id, c.listed, c.remaining, c.expires_at, c.lock_order_id,
                      c.gone_at
                 from coupon c
                where c.account_id = any($1) and c.gone_at is null
                  and ($2::smallint is null or c.state = $2)
                  and ($3::smallint is null or c.coupon_type = $3)
                  and ($4::timestamptz is null or c.expires_at between $5 and $4)
                  and ($6::text is null or c.lock_order_id = $6 or c.order_id = $6 or exists(
                      select from coupon_change h
                       where h.account_id = c.account_id and h.coupon_id = c.coupon_id and h.trade_id = $6))
                  and ($7 = '' or position($7 in c.search) > 0)
                  and ($8::timestamptz is null
                       or (coalesce(c.expires_at, '9999-12-31 00:00:00+00'), c.id) "#
                + $from
                + r#" ($8, $9::bigint))
                order by coalesce(c.expires_at, '9999-12-31 00:00:00+00') "#
                + $direction
                + r#", c.id "#
                + $direction
                + r#" limit $10"#,
            &$scope.ids(),
            $filter.state.map(super::filter::State::code),
            $filter.kind,
            soon,
            $now,
            $filter.order,
            $filter.text,
            at,
            id,
            $most
        )
    }};
}

/// Until when expiry is soon.
pub(super) fn soon(now: DateTime<Utc>) -> DateTime<Utc> {
    now + chrono::Days::new(SOON)
}

/// The page of a filter.
pub(super) async fn list(
    db: &PgPool,
    scope: &Scope,
    filter: &Filter,
    now: DateTime<Utc>,
) -> sqlx::Result<Page<Row>> {
    let scope = scope.narrowed(filter.account.map(AccountId));
    let most = i64::try_from(SIZE + 1).unwrap_or(i64::MAX);
    let place = place(&filter.start);
    let rows = if filter.descends() == filter.start.backwards() {
        listed!(scope, filter, now, place, most, ">", "asc").fetch_all(db).await?
    } else {
        listed!(scope, filter, now, place, most, "<", "desc").fetch_all(db).await?
    };
    Ok(Page::of(rows, &filter.start, Row::cursor))
}

fn place(start: &Start) -> (Option<DateTime<Utc>>, i64) {
    let cursor = start.cursor();
    let at = cursor.and_then(|cursor| cursor.key.parse().ok()).and_then(DateTime::from_timestamp_micros);
    (at, cursor.map_or(0, |cursor| cursor.id))
}

/// Sends every coupon that a filter shows, in its order.
pub async fn send(
    db: &PgPool,
    scope: &Scope,
    filter: &Filter,
    now: DateTime<Utc>,
    to: &Sender<Row>,
) -> sqlx::Result<()> {
    let scope = scope.narrowed(filter.account.map(AccountId));
    let place: (Option<DateTime<Utc>>, i64) = (None, 0);
    let rows = if filter.descends() {
        listed!(scope, filter, now, place, i64::MAX, "<", "desc").fetch(db)
    } else {
        listed!(scope, filter, now, place, i64::MAX, ">", "asc").fetch(db)
    };
    send_all(Box::pin(rows.map_ok(|row| row)), to).await
}

/// How many coupons there are in a state, and what they can still pay.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tally {
    pub(super) state: i16,
    pub(super) n: i64,
    remaining: Decimal,
}

impl Tally {
    pub(super) fn remaining(&self) -> Money {
        Money::new(self.remaining)
    }
}

/// The coupons of a scope by state.
pub(super) async fn tallies(db: &PgPool, scope: &Scope) -> sqlx::Result<Vec<Tally>> {
    sqlx::query_as!(
        Tally,
        r#"select state as "state!", count(*) as "n!", coalesce(sum(remaining), 0) as "remaining!" from coupon
            where account_id = any($1) and gone_at is null group by state"#,
        &scope.ids()
    )
    .fetch_all(db)
    .await
}

/// How many usable coupons expire soon, and what they can still pay.
pub(super) async fn expiring_soon(
    db: &PgPool,
    scope: &Scope,
    now: DateTime<Utc>,
) -> sqlx::Result<(i64, Money)> {
    let row = sqlx::query!(
        r#"select count(*) as "n!", coalesce(sum(remaining), 0) as "remaining!" from coupon
            where account_id = any($1) and gone_at is null and state = 2 and expires_at between $2 and $3"#,
        &scope.ids(),
        now,
        soon(now)
    )
    .fetch_one(db)
    .await?;
    Ok((row.n, Money::new(row.remaining)))
}

/// The coupon with this id in the scope, also one that is gone.
pub(super) async fn find(db: &PgPool, scope: &Scope, id: &str) -> sqlx::Result<Option<Row>> {
    sqlx::query_as!(
        Row,
        "select id, account_id as account, coupon_id, listed, remaining, expires_at, lock_order_id, gone_at from coupon
          where account_id = any($1) and coupon_id = $2 limit 1",
        &scope.ids(),
        id
    )
    .fetch_optional(db)
    .await
}

/// A change of a coupon's balance.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) detail: String,
    pub(super) direction: String,
    pub(super) traded_at: DateTime<Utc>,
    pub(super) trade_id: String,
    pub(super) is_order: bool,
    pub(super) amount: Decimal,
    pub(super) balance_after: Option<Decimal>,
    pub(super) service: String,
}

/// What changed a coupon, the newest first, at most two hundred of them.
pub(super) async fn changes(db: &PgPool, account: AccountId, id: &str) -> sqlx::Result<Vec<Change>> {
    sqlx::query_as!(
        Change,
        r#"select detail, direction, traded_at, trade_id, amount, balance_after, service,
                  exists(select from orders o where o.account_id = $1 and o.order_id = trade_id) as "is_order!"
             from coupon_change where account_id = $1 and coupon_id = $2
            order by traded_at desc, id desc limit 200"#,
        account.0,
        id
    )
    .fetch_all(db)
    .await
}

/// An order that waits to be paid, with the codes of its services.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) account: AccountId,
    pub(super) order_id: String,
    pub(super) service_zh: String,
    pub(super) service_en: String,
    pub(super) payable: Decimal,
    pub(super) pay_until: Option<DateTime<Utc>>,
    pub(super) services: Vec<String>,
}

/// The orders of some accounts that can be paid at `now`, the nearest deadline first, at most two hundred.
pub(super) async fn pending(db: &PgPool, scope: &Scope, now: DateTime<Utc>) -> sqlx::Result<Vec<Pending>> {
    sqlx::query_as!(
        Pending,
        r#"select o.account_id as account, o.order_id, o.service_name_zh as service_zh, o.service_name_en as service_en,
                  o.payable, o.pay_until,
                  array(select o.service_type_code
                        union select l.service_type_code from order_line l where l.order_pk = o.id
                        union select s.service_type_code from order_sub s where s.order_pk = o.id) as "services!"
             from orders o
            where o.account_id = any($1) and o.status = 6 and (o.pay_until is null or o.pay_until > $2)
            order by coalesce(o.pay_until, '9999-12-31 00:00:00+00'), o.id limit 200"#,
        &scope.ids(),
        now
    )
    .fetch_all(db)
    .await
}

/// A resource that could be renewed.
#[derive(Debug)]
pub(super) struct Renewable {
    pub(super) account: AccountId,
    pub(super) resource_id: String,
    pub(super) name: String,
    pub(super) service: String,
    pub(super) region: String,
    pub(super) expires_at: DateTime<Utc>,
}

/// The main resources that expire from `now` until `until` and that no unfinished order holds, soonest first, at most
/// two thousand.
pub(super) async fn renewable(
    db: &PgPool,
    scope: &Scope,
    (now, until): (DateTime<Utc>, DateTime<Utc>),
) -> sqlx::Result<Vec<Renewable>> {
    sqlx::query_as!(
        Renewable,
        "select account_id as account, resource_id, name, service_type_code as service, region_code as region, expires_at
           from resources
          where account_id = any($1) and is_main and gone_at is null and tab in (0, 1) and pending_order_id = ''
            and expires_at > $2 and expires_at <= $3
          order by expires_at, id limit 2000",
        &scope.ids(),
        now,
        until
    )
    .fetch_all(db)
    .await
}

/// The names of services by code.
pub(super) async fn services(db: &PgPool, locale: Locale) -> sqlx::Result<Services> {
    let rows = sqlx::query!("select code, name_zh, name_en from order_service").fetch_all(db).await?;
    Ok(rows.into_iter().map(|row| (row.code, locale.pick(&row.name_zh, &row.name_en).clone())).collect())
}

/// Which account of the scope has an order, and which order that is: its whole, where it is a part.
pub(super) async fn holder(
    db: &PgPool,
    scope: &Scope,
    order_id: &str,
) -> sqlx::Result<Option<(AccountId, String)>> {
    let row = sqlx::query!(
        r#"select account_id as "account!", order_id as "order_id!" from (
               select account_id, order_id, 0 as far from orders where account_id = any($1) and order_id = $2
               union all
               select o.account_id, o.order_id, 1 from order_sub s join orders o on o.id = s.order_pk
                where s.order_id = $2 and o.account_id = any($1)) as found
            order by far limit 1"#,
        &scope.ids(),
        order_id
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| (AccountId(row.account), row.order_id)))
}

/// A stored-value card as it was last read.
#[derive(Debug)]
pub(super) struct Card {
    pub(super) account: AccountId,
    pub(super) card_id: String,
    pub(super) name: String,
    pub(super) status: i16,
    pub(super) face: Option<Decimal>,
    pub(super) balance: Option<Decimal>,
    pub(super) effective_at: Option<DateTime<Utc>>,
    pub(super) expires_at: Option<DateTime<Utc>>,
    pub(super) gone_at: Option<DateTime<Utc>>,
}

/// The cards of a scope: usable ones first, what expires soonest first among them. An account has few.
pub(super) async fn cards(db: &PgPool, scope: &Scope) -> sqlx::Result<Vec<Card>> {
    sqlx::query_as!(
        Card,
        "select account_id as account, card_id, name, status, face, balance, effective_at, expires_at, gone_at
           from stored_value_card where account_id = any($1)
          order by gone_at is not null, status, expires_at nulls last, account_id, card_id limit 1000",
        &scope.ids()
    )
    .fetch_all(db)
    .await
}
