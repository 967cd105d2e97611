//! The SQL of the list of resources: one statement a page, its tabs' counts included; what can be chosen
//! from, and the unlimited form for exports. Every text is fixed, so that PostgreSQL plans each once.

use chrono::{DateTime, SecondsFormat, Utc};
use futures_util::TryStreamExt as _;
use rust_decimal::Decimal;
use sqlx::{
    PgPool, Row as _,
    postgres::{PgArguments, PgRow},
    query::Query,
};

use crate::{
    features::resources::filter::Filter,
    identity::access::{AccountId, Scope},
    search,
    web::{
        download::{Sender, send_all},
        pager::{Cursor, Page},
    },
};

/// The columns of a row, in the order in which [`Row`] reads them by position. What has no end is
/// told as such, because no time of ours is infinite.
macro_rules! columns {
    () => {
        "id, resource_id, account_id, name, service_type_code, service_name_zh, service_name_en, resource_type_code,
         type_name_zh, type_name_en, region_code, project_id, project_name, spec, spec_size, spec_measure, status,
         expire_policy, tab, effective_at, case when expires_at < 'infinity' then expires_at end as until,
         pending_order_id"
    };
}

/// What lists show; the indexes hold just that.
macro_rules! listed {
    () => {
        " is_main and gone_at is null "
    };
}

/// Filters that the chosen index does not serve by itself; `coalesce` keeps them from the planner, as
/// in the list of orders.
macro_rules! residual {
    () => {
        " and coalesce(
              ($5::smallint is null or tab = $5) and ($6::text is null or service_type_code = $6)
              and ($7::text is null or resource_type_code = $7) and ($8::text is null or region_code = $8)
              and ($9::text is null or project_id = $9) and ($10::smallint is null or status = $10)
              and (not $11::bool or status not in (3, 4, 5)) and ($12::bool or pending_order_id = ''), false) "
    };
}

/// The end that $2 gives and the place to begin at, $3 and $4. As text, since they may be infinite.
macro_rules! range {
    ($key:literal, $from:literal, $to:literal) => {
        concat!(
            " and (",
            $key,
            ", id) ",
            $from,
            " ($3::text::timestamptz, $4::bigint) and ",
            $key,
            " ",
            $to,
            " $2::text::timestamptz "
        )
    };
}

/// A list by expiry, within every account of the scope and merged.
macro_rules! page {
    ($narrowed:literal, $direction:literal, $from:literal, $to:literal) => {
        concat!(
            "with tally as (
                 select array_agg(tab) as tabs, array_agg(n) as counts
                 from (select tab, sum(n)::bigint as n from resource_tally
                       where account_id = any($1) and service_type_code = coalesce($6, '*') and ($12 or not is_pending)
                       group by tab having sum(n) > 0) as kinds)
             select r.*, tally.* from tally left join lateral (
                 select o.* from unnest($1::uuid[]) as account(id) cross join lateral (
                     select ", columns!(), ", expires_at as key from resources
                     where account_id = account.id and ", listed!(), $narrowed, range!("expires_at", $from, $to),
                     residual!(), "
                     order by expires_at ", $direction, ", id ", $direction, " limit 51) as o
                 order by o.key ", $direction, ", o.id ", $direction, " limit 51) as r on true
             order by r.key ", $direction, ", r.id ", $direction
        )
    };
}

/// Text: the thousand rows at hand are simply looked at, which serves whatever is frequent; what is rare
/// is looked up period by period until the page is full. What has no end is under that of `resource::never`.
macro_rules! found {
    ($direction:literal, $from:literal, $to:literal, $periods:literal) => {
        concat!(
            "with walked as materialized (
                 select * from (
                     select o.* from unnest($1::uuid[]) as account(id) cross join lateral (
                         select ", columns!(), ", expires_at as key, search from resources
                         where account_id = account.id and ", listed!(), range!("expires_at", $from, $to), "
                         order by expires_at ", $direction, ", id ", $direction, " limit 1000) as o
                     order by o.key ", $direction, ", o.id ", $direction, " limit 1000) as w
                 where position($13 in search) > 0 ", residual!(), "
                 limit 51),
             enough as materialized (select count(*) > 50 as yes from walked),
             bounds as (
                 select least($2::text::timestamptz, $3::text::timestamptz) as low,
                        greatest($2::text::timestamptz, $3::text::timestamptz) as high),
             reach as (
                 select greatest(min(soonest.expires_at), min(bounds.low)) as low,
                        least(max(latest.expires_at), max(bounds.high)) as high, max(bounds.high) = 'infinity' as endless
                 from bounds cross join unnest($1::uuid[]) as account(id)
                 left join lateral (select expires_at from resources where account_id = account.id and ", listed!(), "
                                    order by expires_at, id limit 1) as soonest on true
                 left join lateral (select expires_at from resources where account_id = account.id and ", listed!(), "
                                      and expires_at < 'infinity'
                                    order by expires_at desc, id desc limit 1) as latest on true),
             span as materialized (
                 select case when isfinite(low) then floor(extract(epoch from low) / (86400 * 16))::bigint end as low,
                        case when isfinite(high) then floor(extract(epoch from high) / (86400 * 16))::bigint end as high,
                        endless
                 from reach),
             found as materialized (
                 select hit.* from (", $periods, ") as period(no)
                 cross join lateral (
                     select * from (
                         select o.* from resource_gram cross join lateral (
                             select ", columns!(), ", expires_at as key, search, is_main, gone_at from resources
                             where id = resource_gram.resource_pk offset 0) as o
                         where resource_gram.grams @> array(select (period.no << 44) | k from unnest($14::bigint[]) as k)
                         offset 0) as candidate
                     where account_id = any($1) and ", listed!(), range!("key", $from, $to), "
                       and position($13 in search) > 0 ", residual!(), "
                     order by key ", $direction, ", id ", $direction, " limit 51) as hit
                 where not (select yes from enough)
                 limit 51)
             select ", shown!(), " from walked where (select yes from enough)
             union all select ", shown!(), " from found
             order by key ", $direction, ", id ", $direction
        )
    };
}

/// The same columns once they have been read.
macro_rules! shown {
    () => {
        "id, resource_id, account_id, name, service_type_code, service_name_zh, service_name_en, resource_type_code,
         type_name_zh, type_name_en, region_code, project_id, project_name, spec, spec_size, spec_measure, status,
         expire_policy, tab, effective_at, until, pending_order_id, key"
    };
}

/// All of it, for exports.
macro_rules! whole {
    ($direction:literal, $from:literal, $to:literal) => {
        concat!(
            "select ",
            columns!(),
            ", expires_at as key from resources
             where account_id = any($1) and ",
            listed!(),
            range!("expires_at", $from, $to),
            residual!(),
            " and ($13::text is null or position($13 in search) > 0)
              and ($14::text[] is null or resource_id = any($14))
             order by expires_at ",
            $direction,
            ", id ",
            $direction
        )
    };
}

/// The text for a filter, scanned downwards or upwards: by the index that cuts most away.
fn statement(filter: &Filter, down: bool) -> &'static str {
    macro_rules! both {
        ($narrowed:literal) => {
            if down { page!($narrowed, "desc", "<", ">=") } else { page!($narrowed, "asc", ">", "<=") }
        };
    }
    if filter.resource_type.is_some() {
        both!(" and resource_type_code = $7 ")
    } else if filter.project.is_some() {
        both!(" and project_id = $9 ")
    } else if filter.service.is_some() {
        both!(" and service_type_code = $6 ")
    } else if filter.due.is_some() {
        both!(" and life = coalesce($10, 2) ")
    } else if filter.region.is_some() {
        both!(" and region_code = $8 ")
    } else if filter.tab.is_some() {
        both!(" and tab = $5 ")
    } else {
        both!("")
    }
}

const FOUND_DOWN: &str = found!(
    "desc", "<", ">=",
    "select no from span cross join lateral (
         select floor(extract(epoch from timestamptz '9999-12-31 00:00:00Z') / (86400 * 16))::bigint as no, 0 as part
         where span.endless
         union all select no, 1 from generate_series(span.high, span.low, -1) as no) as p
     order by part, no desc"
);
const FOUND_UP: &str = found!(
    "asc",
    ">",
    "<=",
    "select no from span cross join lateral (
         select no, 0 as part from generate_series(span.low, span.high) as no
         union all
         select floor(extract(epoch from timestamptz '9999-12-31 00:00:00Z') / (86400 * 16))::bigint, 1
         where span.endless) as p
     order by part, no"
);
const WHOLE_DOWN: &str = whole!("desc", "<", ">=");
const WHOLE_UP: &str = whole!("asc", ">", "<=");
const THESE: &str = concat!(
    "select ",
    columns!(),
    ", expires_at as key from resources
     where account_id = any($1) and resource_id = any($2) and ",
    listed!(),
    " order by expires_at, id"
);

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
    resource_id: 1 -> &str;
    /// The account.
    account: 2 -> uuid::Uuid;
    /// What people call it; may be empty.
    name: 3 -> &str;
    /// The service's name in Chinese.
    service_zh: 5 -> &str;
    /// The service's name in English.
    service_en: 6 -> &str;
    /// The type's name in Chinese.
    type_zh: 8 -> &str;
    /// The type's name in English.
    type_en: 9 -> &str;
    /// The region.
    region: 10 -> &str;
    /// The id of the enterprise project.
    project_id: 11 -> &str;
    /// Its name; may be empty.
    project_name: 12 -> &str;
    /// What it is, for people.
    spec: 13 -> &str;
    /// The size of a linear product.
    size: 14 -> Option<Decimal>;
    /// BSS's unit of that size.
    measure: 15 -> Option<i16>;
    /// Where it is in its life.
    status: 16 -> i16;
    /// What happens when it expires.
    policy: 17 -> i16;
    /// Since when it can be used.
    effective_at: 19 -> Option<DateTime<Utc>>;
    /// Until when it is paid for.
    expires_at: 20 -> Option<DateTime<Utc>>;
    /// The unfinished order that holds it, or nothing.
    pending_order: 21 -> &str;
}

/// The key of what never expires, as PostgreSQL counts.
const NEVER: i64 = i64::MAX;
/// The position of the tallies, behind the columns and the key.
const TALLIES: usize = 23;

impl Row {
    fn cursor(&self) -> Cursor {
        let key = self.expires_at().map_or(NEVER, |at| at.timestamp_micros());
        Cursor { key: key.to_string(), id: self.id() }
    }
}

/// A page of the list with the tallies of all tabs (none when text or ids are looked for).
pub struct Listing {
    /// The rows.
    pub page: Page<Row>,
    /// How many resources are under each tab, by the filter's service and switch alone.
    pub tallies: Vec<(i16, i64)>,
}

/// The page of a filter in a scope: one statement.
pub async fn list(db: &PgPool, scope: &Scope, filter: &Filter, now: DateTime<Utc>) -> sqlx::Result<Listing> {
    let scope = scope.narrowed(filter.account.map(AccountId));
    if !filter.ids.is_empty() {
        let rows = sqlx::query(THESE).bind(scope.ids()).bind(&filter.ids).fetch_all(db).await?;
        let rows = rows.into_iter().map(Row).collect();
        return Ok(Listing { page: Page { rows, previous: None, next: None }, tallies: Vec::new() });
    }
    let down = filter.descending != filter.start.backwards();
    let text = match (filter.text.is_empty(), down) {
        (true, _) => statement(filter, down),
        (false, true) => FOUND_DOWN,
        (false, false) => FOUND_UP,
    };
    let mut query = bind(text, &scope, filter, now, down);
    if !filter.text.is_empty() {
        query = query.bind(&filter.text).bind(search::keys(&filter.text));
    }
    let rows = query.fetch_all(db).await?;
    let tallies = match rows.first() {
        Some(row) if filter.text.is_empty() => tallies(row),
        _ => Vec::new(),
    };
    // The tallies come even when no resource does.
    let rows =
        rows.into_iter().filter(|row| row.get_unchecked::<Option<i64>, _>(0).is_some()).map(Row).collect();
    Ok(Listing { page: Page::of(rows, &filter.start, Row::cursor), tallies })
}

fn tallies(row: &PgRow) -> Vec<(i16, i64)> {
    let tabs: Option<Vec<i16>> = row.get_unchecked(TALLIES);
    let counts: Option<Vec<i64>> = row.get_unchecked(TALLIES + 1);
    tabs.into_iter().flatten().zip(counts.into_iter().flatten()).collect()
}

type Bound<'q> = Query<'q, sqlx::Postgres, PgArguments>;

/// Binds $1 to $12.
fn bind<'q>(
    text: &'static str,
    scope: &Scope,
    filter: &'q Filter,
    now: DateTime<Utc>,
    down: bool,
) -> Bound<'q> {
    let until = filter.due.map_or_else(|| "infinity".to_owned(), |due| written(due.until(now)));
    let cursor = filter.start.cursor().and_then(|cursor| {
        let micros = cursor.key.parse::<i64>().ok()?;
        let key = if micros == NEVER {
            "infinity".to_owned()
        } else {
            written(DateTime::from_timestamp_micros(micros)?)
        };
        Some((key, cursor.id))
    });
    let beginning = || "-infinity".to_owned();
    let (far, (key, id)) = if down {
        (beginning(), cursor.unwrap_or((until, i64::MAX)))
    } else {
        (until, cursor.unwrap_or((beginning(), i64::MIN)))
    };
    let living = filter.due.is_some_and(|due| due.status().is_none());
    sqlx::query(text)
        .bind(scope.ids())
        .bind(far)
        .bind(key)
        .bind(id)
        .bind(filter.tab.map(crate::features::resources::filter::Tab::code))
        .bind(filter.service.as_deref())
        .bind(filter.resource_type.as_deref())
        .bind(filter.region.as_deref())
        .bind(filter.project.as_deref())
        .bind(filter.due.and_then(crate::features::resources::filter::Due::status))
        .bind(living)
        .bind(filter.with_pending)
}

fn written(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// Sends every resource of the filter in its order, until nobody takes them any more. A slow reader may
/// take long, so the ordinary limit of a statement does not hold here.
pub async fn send(
    db: &PgPool,
    scope: &Scope,
    filter: &Filter,
    now: DateTime<Utc>,
    to: &Sender<Row>,
) -> sqlx::Result<()> {
    let scope = scope.narrowed(filter.account.map(AccountId));
    // Pasted ids are shown whatever holds them.
    let filter = &Filter { with_pending: filter.with_pending || !filter.ids.is_empty(), ..filter.clone() };
    let mut tx = db.begin().await?;
    sqlx::query("set local statement_timeout = '30min'").execute(&mut *tx).await?;
    let text = if filter.descending { WHOLE_DOWN } else { WHOLE_UP };
    let rows = bind(text, &scope, filter, now, filter.descending)
        .bind((!filter.text.is_empty()).then_some(&filter.text))
        .bind((!filter.ids.is_empty()).then_some(&filter.ids))
        .fetch(&mut *tx);
    send_all(Box::pin(rows.map_ok(Row)), to).await
}

/// Something attached to a resource of the list.
#[derive(Debug, Clone)]
pub struct Attached {
    /// The account.
    pub account: uuid::Uuid,
    /// What it is attached to.
    pub parent_id: String,
    /// Its own id.
    pub resource_id: String,
    /// What people call it; may be empty.
    pub name: String,
    /// The type's name in Chinese.
    pub type_zh: String,
    /// The type's name in English.
    pub type_en: String,
    /// What it is, for people.
    pub spec: String,
}

/// What is attached to the resources with these ids.
pub async fn attached(db: &PgPool, scope: &Scope, ids: &[String]) -> sqlx::Result<Vec<Attached>> {
    sqlx::query_as!(
        Attached,
        r#"select account_id as account, parent_id as "parent_id!", resource_id, name, type_name_zh as type_zh,
                  type_name_en as type_en, spec
             from resources
            where account_id = any($1) and parent_id = any($2) and gone_at is null
            order by parent_id, type_name_zh, resource_id"#,
        &scope.ids(),
        ids
    )
    .fetch_all(db)
    .await
}

#[cfg(test)]
mod tests;
