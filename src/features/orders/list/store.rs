//! The SQL of the list of orders: one statement a page, its tabs' counts included; summaries and the
//! unlimited form for exports. Every text is fixed, so that PostgreSQL plans each once.

use chrono::{DateTime, TimeZone as _, Utc};
use chrono_tz::Tz;
use futures_util::{TryStreamExt as _, stream::BoxStream};
use rust_decimal::Decimal;
use sqlx::{
    PgPool, Row as _,
    postgres::{PgArguments, PgRow},
    query::Query,
};

use crate::{
    features::orders::filter::{Filter, Sort},
    identity::access::Scope,
    money::Money,
    search,
    web::{
        download::{Sender, send_all},
        pager::{Cursor, Page},
    },
};

/// The columns of a row, in the order in which [`Row`] reads them. Read by position: looking names up
/// cost as much as the query itself.
macro_rules! columns {
    () => {
        "id, order_id, account_id, status, order_type, service_name_zh, service_name_en, payable, official,
         created_at, paid_at, pay_until, user_name, project_name, sub_orders, for_member, expires_at"
    };
}

/// Filters that the chosen index does not serve by itself; each is a comparison on a row at hand.
/// `coalesce` keeps them from the planner: not knowing the parameters it takes each for a strong
/// filter, all together for one row, and would then rather sort everything than walk the index.
macro_rules! residual {
    () => {
        " and coalesce(
              ($5::smallint is null or status = $5) and ($6::smallint is null or order_type = $6)
              and ($7::text is null or service_type_code = $7)
              and ($8::timestamptz is null or created_at >= $8) and ($9::timestamptz is null or created_at < $9)
              and ($10::timestamptz is null or paid_at >= $10) and ($11::timestamptz is null or paid_at < $11), false) "
    };
}

/// A list by one key, within every account of the scope and merged. $2 bounds the far end, $3 and $4
/// are the place to start from.
macro_rules! page {
    ($key:literal: $type:literal, $narrowed:literal, $direction:literal, $from:literal, $to:literal) => {
        concat!(
            "with tally as (
                 select array_agg(status) as statuses, array_agg(n) as counts, array_agg(payable) as payables,
                        array_agg(official) as officials
                 from (select status, sum(n)::bigint as n, sum(payable) as payable, sum(official) as official
                       from order_tally
                       where account_id = any($1) and order_type = coalesce($6, -1)
                         and service_type_code = coalesce($7, '*')
                       group by status having sum(n) > 0) as kinds)
             select r.*, tally.* from tally left join lateral (
                 select o.* from unnest($1::uuid[]) as account(id) cross join lateral (
                     select ", columns!(), ", ", $key, " as key from orders
                     where account_id = account.id ", $narrowed, " and (", $key, ", id) ", $from, " ($3::", $type, ", $4::bigint)
                       and ", $key, " ", $to, " $2::", $type, residual!(), "
                     order by ", $key, " ", $direction, ", id ", $direction, " limit 51) as o
                 order by o.key ", $direction, ", o.id ", $direction, " limit 51) as r on true
             order by r.key ", $direction, ", r.id ", $direction
        )
    };
}

/// The same, all of it, for exports.
macro_rules! whole {
    ($key:literal: $type:literal, $direction:literal, $from:literal, $to:literal) => {
        concat!(
            "select ", columns!(), " from orders
             where account_id = any($1) and (", $key, ", id) ", $from, " ($3::", $type, ", $4::bigint)
               and ", $key, " ", $to, " $2::", $type, residual!(),
            " and ($12::text is null or position($12 in case when $13 then lower(order_id) else search end) > 0)
             order by ", $key, " ", $direction, ", id ", $direction
        )
    };
}

/// Text: the newest thousand rows are simply looked at, which serves whatever is frequent; what is
/// rare is looked up period by period until the page is full.
macro_rules! found {
    ($direction:literal, $from:literal, $to:literal, $first:literal, $last:literal, $step:literal) => {
        concat!(
            "with walked as materialized (
                 select * from (
                     select o.* from unnest($1::uuid[]) as account(id) cross join lateral (
                         select ", columns!(), ", created_at as key, search, service_type_code from orders
                         where account_id = account.id and (created_at, id) ", $from, " ($3::timestamptz, $4::bigint)
                           and created_at ", $to, " $2::timestamptz
                         order by created_at ", $direction, ", id ", $direction, " limit 1000) as o
                     order by o.key ", $direction, ", o.id ", $direction, " limit 1000) as w
                 where position($12 in case when $13 then lower(order_id) else search end) > 0 ", residual!(), "
                 limit 51),
             enough as materialized (select count(*) > 50 as yes from walked),
             span as materialized (
                 select greatest(min(oldest.created_at), least($2::timestamptz, $3::timestamptz)) as low,
                        least(max(newest.created_at), greatest($2::timestamptz, $3::timestamptz)) as high
                 from unnest($1::uuid[]) as account(id)
                 cross join lateral (select created_at from orders where account_id = account.id
                                     order by created_at, id limit 1) as oldest
                 cross join lateral (select created_at from orders where account_id = account.id
                                     order by created_at desc, id desc limit 1) as newest),
             found as materialized (
                 select hit.* from span
                 cross join lateral generate_series(
                     floor(extract(epoch from ", $first, ") / (86400 * 16))::bigint,
                     floor(extract(epoch from ", $last, ") / (86400 * 16))::bigint, ", $step, "::bigint) as period(no)
                 cross join lateral (
                     select * from (
                         select o.* from order_gram cross join lateral (
                             select ", columns!(), ", created_at as key, search, service_type_code from orders
                             where id = order_gram.order_pk offset 0) as o
                         where order_gram.grams @> array(select (period.no << 44) | k from unnest($14::bigint[]) as k)
                         offset 0) as candidate
                     where account_id = any($1) and (key, id) ", $from, " ($3::timestamptz, $4::bigint)
                       and key ", $to, " $2::timestamptz
                       and position($12 in case when $13 then lower(order_id) else search end) > 0 ", residual!(), "
                     order by key ", $direction, ", id ", $direction, " limit 51) as hit
                 where not (select yes from enough)
                 limit 51)
             select * from walked where (select yes from enough) union all select * from found
             order by key ", $direction, ", id ", $direction
        )
    };
}

/// The text for a filter, scanned downwards or upwards.
fn statement(filter: &Filter, down: bool) -> &'static str {
    macro_rules! both {
        ($key:literal: $type:literal, $narrowed:literal) => {
            if down {
                page!($key: $type, $narrowed, "desc", "<", ">=")
            } else {
                page!($key: $type, $narrowed, "asc", ">", "<")
            }
        };
    }
    let has = (filter.status.is_some(), filter.service.is_some(), filter.order_type.is_some());
    match (filter.sort, has) {
        (Sort::Created, (false, false, false)) => both!("created_at": "timestamptz", ""),
        (Sort::Created, (true, false, false)) => both!("created_at": "timestamptz", "and status = $5"),
        (Sort::Created, (true, true, _)) => {
            both!("created_at": "timestamptz", "and status = $5 and service_type_code = $7")
        }
        (Sort::Created, (true, false, true)) => {
            both!("created_at": "timestamptz", "and status = $5 and order_type = $6")
        }
        (Sort::Created, (false, true, _)) => both!("created_at": "timestamptz", "and service_type_code = $7"),
        (Sort::Created, (false, false, true)) => both!("created_at": "timestamptz", "and order_type = $6"),
        (Sort::Paid, (false, ..)) => both!("paid_at": "timestamptz", "and paid_at is not null"),
        (Sort::Paid, (true, ..)) => {
            both!("paid_at": "timestamptz", "and status = $5 and paid_at is not null")
        }
        (Sort::Payable, (false, ..)) => both!("payable": "numeric", ""),
        (Sort::Payable, (true, ..)) => both!("payable": "numeric", "and status = $5"),
        (Sort::Deadline, _) => both!(
            "coalesce(pay_until, '9999-12-31 00:00:00+00')": "timestamptz",
            "and status = $5 and status not in (4, 5)"
        ),
    }
}

const FOUND_DOWN: &str = found!("desc", "<", ">=", "span.high", "span.low", "-1");
const FOUND_UP: &str = found!("asc", ">", "<", "span.low", "span.high", "1");

/// The text of the export of a filter.
fn whole_statement(filter: &Filter) -> &'static str {
    macro_rules! both {
        ($key:literal: $type:literal) => {
            if filter.descending {
                whole!($key: $type, "desc", "<", ">=")
            } else {
                whole!($key: $type, "asc", ">", "<")
            }
        };
    }
    match filter.sort {
        Sort::Created => both!("created_at": "timestamptz"),
        Sort::Paid => both!("paid_at": "timestamptz"),
        Sort::Payable => both!("payable": "numeric"),
        Sort::Deadline => both!("coalesce(pay_until, '9999-12-31 00:00:00+00')": "timestamptz"),
    }
}

/// One row of the list, decoded where it is shown.
pub struct Row(PgRow);

macro_rules! reads {
    ($($(#[$doc:meta])* $name:ident: $at:literal -> $type:ty;)+) => {
        impl Row {
            $($(#[$doc])* pub fn $name(&self) -> $type { self.0.get_unchecked($at) })+
        }
    };
}

reads! {
    /// Its id here.
    id: 0 -> i64;
    /// Huawei's id.
    order_id: 1 -> &str;
    /// The account.
    account: 2 -> uuid::Uuid;
    /// Where it is in its life.
    status: 3 -> i16;
    /// What it does.
    order_type: 4 -> i16;
    /// The service's name in Chinese.
    service_zh: 5 -> &str;
    /// The service's name in English.
    service_en: 6 -> &str;
    /// When it was placed.
    created_at: 9 -> DateTime<Utc>;
    /// When it was paid.
    paid_at: 10 -> Option<DateTime<Utc>>;
    /// Until when it can be paid.
    pay_until: 11 -> Option<DateTime<Utc>>;
    /// Who placed it.
    user_name: 12 -> &str;
    /// Its enterprise projects.
    project_name: 13 -> &str;
    /// How many parts it has.
    sub_orders: 14 -> i16;
    /// Whether it was placed for a member.
    for_member: 15 -> bool;
    /// The latest end of what it bought.
    expires_at: 16 -> Option<DateTime<Utc>>;
}

impl Row {
    /// After discounts, before coupons and cards.
    pub fn payable(&self) -> Money {
        Money::new(self.0.get_unchecked::<Decimal, _>(7))
    }

    /// The list price.
    pub fn official(&self) -> Money {
        Money::new(self.0.get_unchecked::<Decimal, _>(8))
    }

    fn cursor(&self, sort: Sort) -> Cursor {
        let micros = |time: Option<DateTime<Utc>>| time.unwrap_or_else(never).timestamp_micros().to_string();
        let key = match sort {
            Sort::Created => micros(Some(self.created_at())),
            Sort::Paid => micros(self.paid_at()),
            Sort::Payable => self.0.get_unchecked::<Decimal, _>(7).to_string(),
            Sort::Deadline => micros(self.pay_until()),
        };
        Cursor { key, id: self.id() }
    }
}

/// Where orders without a deadline stand, as in the index.
fn never() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(9999, 12, 31, 0, 0, 0).single().unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// How many orders there are in a status, and how much money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// The status.
    pub status: i16,
    /// How many.
    pub n: i64,
    /// After discounts.
    pub payable: Money,
    /// At list prices.
    pub official: Money,
}

/// A page of the list with the tallies of all tabs (none when text is searched).
pub struct Listing {
    /// The rows.
    pub page: Page<Row>,
    /// By status, under the other filters but not under days.
    pub tallies: Vec<Tally>,
}

/// The page of a filter in a scope: one statement.
pub async fn list(db: &PgPool, scope: &Scope, filter: &Filter, zone: Tz) -> sqlx::Result<Listing> {
    let scope = scope.narrowed(filter.account.map(crate::identity::access::AccountId));
    let down = filter.descending != filter.start.backwards();
    let text = match (filter.text.is_empty(), down) {
        (true, _) => statement(filter, down),
        (false, true) => FOUND_DOWN,
        (false, false) => FOUND_UP,
    };
    let mut query = bind(text, &scope, filter, zone, down);
    if !filter.text.is_empty() {
        query = query.bind(&filter.text).bind(filter.in_ids).bind(search::keys(&filter.text));
    }
    let rows = query.fetch_all(db).await?;
    let tallies = match rows.first() {
        Some(row) if filter.text.is_empty() => tallies(row),
        _ => Vec::new(),
    };
    // The tallies come even when no order does.
    let rows =
        rows.into_iter().filter(|row| row.get_unchecked::<Option<i64>, _>(0).is_some()).map(Row).collect();
    Ok(Listing { page: Page::of(rows, &filter.start, |row| row.cursor(filter.sort)), tallies })
}

/// The position of the tallies behind the columns and the key.
const TALLIES: usize = 18;

fn tallies(row: &PgRow) -> Vec<Tally> {
    let statuses: Option<Vec<i16>> = row.get_unchecked(TALLIES);
    let counts: Option<Vec<i64>> = row.get_unchecked(TALLIES + 1);
    let payables: Option<Vec<Decimal>> = row.get_unchecked(TALLIES + 2);
    let officials: Option<Vec<Decimal>> = row.get_unchecked(TALLIES + 3);
    let (Some(statuses), Some(counts), Some(payables), Some(officials)) =
        (statuses, counts, payables, officials)
    else {
        return Vec::new();
    };
    statuses
        .into_iter()
        .zip(counts)
        .zip(payables.into_iter().zip(officials))
        .map(|((status, n), (payable, official))| Tally {
            status,
            n,
            payable: Money::new(payable),
            official: Money::new(official),
        })
        .collect()
}

type Bound<'q> = Query<'q, sqlx::Postgres, PgArguments>;

/// Binds $1 to $11. The ends of the key's own range are the cursor and the far bound; the other
/// days are compared row by row.
fn bind<'q>(text: &'static str, scope: &Scope, filter: &'q Filter, zone: Tz, down: bool) -> Bound<'q> {
    let (created, paid) = (filter.created_in(zone), filter.paid_in(zone));
    let query = sqlx::query(text).bind(scope.ids());
    let cursor = filter.start.cursor();
    let id = cursor.map_or(i64::MIN, |cursor| cursor.id);
    let by_created = filter.sort == Sort::Created;
    let by_paid = filter.sort == Sort::Paid;
    let query = if filter.sort == Sort::Payable {
        let most = Decimal::new(i64::MAX, 0);
        let key = cursor.and_then(|cursor| cursor.key.parse::<Decimal>().ok());
        if down {
            query.bind(-most).bind(key.unwrap_or(most))
        } else {
            query.bind(most).bind(key.unwrap_or(-most))
        }
    } else {
        let (low, high) = match filter.sort {
            Sort::Created => created,
            Sort::Paid => paid,
            Sort::Payable | Sort::Deadline => (None, None),
        };
        let (low, high) = (
            low.unwrap_or(DateTime::UNIX_EPOCH),
            high.unwrap_or_else(|| never() + chrono::TimeDelta::days(1)),
        );
        let key = cursor
            .and_then(|cursor| cursor.key.parse::<i64>().ok())
            .and_then(DateTime::from_timestamp_micros)
            .map(|key| key.clamp(low, high));
        if down {
            query.bind(low).bind(key.unwrap_or(high))
        } else {
            query.bind(high).bind(key.unwrap_or(low))
        }
    };
    query
        .bind(id)
        .bind(filter.status)
        .bind(filter.order_type)
        .bind(filter.service.as_deref())
        .bind(created.0.filter(|_| !by_created))
        .bind(created.1.filter(|_| !by_created))
        .bind(paid.0.filter(|_| !by_paid))
        .bind(paid.1.filter(|_| !by_paid))
}

/// Every order of the filter in its order, row by row as they come from the database.
pub fn stream<'a>(
    db: &'a PgPool,
    scope: &Scope,
    filter: &'a Filter,
    zone: Tz,
) -> BoxStream<'a, sqlx::Result<Row>> {
    let scope = scope.narrowed(filter.account.map(crate::identity::access::AccountId));
    let text = (!filter.text.is_empty()).then_some(&filter.text);
    let rows = bind(whole_statement(filter), &scope, filter, zone, filter.descending)
        .bind(text)
        .bind(filter.in_ids)
        .fetch(db);
    Box::pin(rows.map_ok(Row))
}

/// Sends every order of the filter in its order, in portions, until nobody takes them any more. A slow
/// reader may take long, so the ordinary limit of a statement does not hold here.
pub async fn send(
    db: &PgPool,
    scope: &Scope,
    filter: &Filter,
    zone: Tz,
    to: &Sender<Row>,
) -> sqlx::Result<()> {
    let scope = scope.narrowed(filter.account.map(crate::identity::access::AccountId));
    let text = (!filter.text.is_empty()).then_some(&filter.text);
    let mut tx = db.begin().await?;
    sqlx::query("set local statement_timeout = '30min'").execute(&mut *tx).await?;
    let rows = bind(whole_statement(filter), &scope, filter, zone, filter.descending)
        .bind(text)
        .bind(filter.in_ids)
        .fetch(&mut *tx);
    send_all(Box::pin(rows.map_ok(Row)), to).await
}

/// Count and sums of a filter that no tally holds, counted. It reads all that the filter shows.
pub async fn summary(db: &PgPool, scope: &Scope, filter: &Filter, zone: Tz) -> sqlx::Result<Tally> {
    let scope = scope.narrowed(filter.account.map(crate::identity::access::AccountId));
    let (created, paid) = (filter.created_in(zone), filter.paid_in(zone));
    let sums = sqlx::query!(
        r#"select count(*) as "n!", coalesce(sum(payable), 0) as "payable!", coalesce(sum(official), 0) as "official!"
           from orders
           where account_id = any($1) and ($2::smallint is null or status = $2)
             and ($3::smallint is null or order_type = $3) and ($4::text is null or service_type_code = $4)
             and ($5::timestamptz is null or created_at >= $5) and ($6::timestamptz is null or created_at < $6)
             and ($7::timestamptz is null or paid_at >= $7) and ($8::timestamptz is null or paid_at < $8)
             and (not $9 or paid_at is not null)
             and ($10 = '' or position($10 in case when $11 then lower(order_id) else search end) > 0)"#,
        &scope.ids(),
        filter.status,
        filter.order_type,
        filter.service,
        created.0,
        created.1,
        paid.0,
        paid.1,
        filter.sort == Sort::Paid,
        filter.text,
        filter.in_ids
    )
    .fetch_one(db)
    .await?;
    Ok(Tally {
        status: filter.status.unwrap_or_default(),
        n: sums.n,
        payable: Money::new(sums.payable),
        official: Money::new(sums.official),
    })
}

/// A service that orders have, for the choice.
#[derive(Debug, Clone)]
pub struct Service {
    /// Its code.
    pub code: String,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// The services of the scope's orders, most frequent first.
pub async fn services(db: &PgPool, scope: &Scope) -> sqlx::Result<Vec<Service>> {
    sqlx::query_as!(
        Service,
        r#"select t.service_type_code as code, coalesce(s.name_zh, t.service_type_code) as "zh!",
                  coalesce(s.name_en, t.service_type_code) as "en!"
           from order_tally t left join order_service s on s.code = t.service_type_code
           where t.account_id = any($1) and t.order_type = -1 and t.service_type_code not in ('*', '')
           group by 1, 2, 3 having sum(t.n) > 0 order by sum(t.n) desc, 1"#,
        &scope.ids()
    )
    .fetch_all(db)
    .await
}

#[cfg(test)]
mod tests;
