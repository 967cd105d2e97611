//! The SQL of lists of packages: rows with what their orders cost, their items with what is expected of them, and
//! how many there are of each kind.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    features::packages::{
        filter::{Filter, NEAR_DAYS, Near, Tab},
        usage::beijing,
    },
    identity::access::{AccountId, Scope},
    web::pager::{Cursor, SIZE},
};

/// A package.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its id here.
    pub id: i64,
    /// The account that has it.
    pub account: Uuid,
    /// Huawei's id.
    pub order_instance_id: String,
    /// The order that bought it; empty for a gift.
    pub order_id: String,
    /// The product in Chinese.
    pub product_zh: String,
    /// The product in English.
    pub product_en: String,
    /// The service in Chinese.
    pub service_zh: String,
    /// The service in English.
    pub service_en: String,
    /// The region.
    pub region: String,
    /// The enterprise project.
    pub project_id: String,
    /// Whether it is for that project alone.
    pub one_project: bool,
    /// From when it can be used.
    pub effective_at: Option<DateTime<Utc>>,
    /// Until when.
    pub expires_at: Option<DateTime<Utc>>,
    /// BSS's code of where it is in its life.
    pub status: i16,
    /// BSS's code of where it comes from.
    pub source: Option<i16>,
    /// Since when BSS does not list it any more.
    pub gone_at: Option<DateTime<Utc>>,
    /// What its order cost after discounts, where all that it bought are packages of one product.
    pub payable: Option<Decimal>,
    /// How many packages that order bought.
    pub of_order: Option<i64>,
    /// Its place in the list.
    pub key: i64,
}

impl Row {
    /// Its place in the list.
    pub fn cursor(&self) -> Cursor {
        Cursor { key: self.key.to_string(), id: self.id }
    }
}

/// What a package holds of one type of usage, and what is expected of it.
#[derive(Debug, Clone)]
pub struct Item {
    /// The account.
    pub account: Uuid,
    /// The package.
    pub package: String,
    /// Huawei's id.
    pub item_id: String,
    /// The type of usage in Chinese.
    pub usage_zh: String,
    /// The type of usage in English.
    pub usage_en: String,
    /// What is left in the current cycle.
    pub left: Option<Decimal>,
    /// What there was at its beginning.
    pub quota: Option<Decimal>,
    /// The unit of both.
    pub measure: Option<i32>,
    /// BSS's code of how often the quota comes back.
    pub cycle: Option<i16>,
    /// BSS's code of from when cycles are counted.
    pub cycle_start: Option<i16>,
    /// When the current cycle began.
    pub window_from: Option<DateTime<Utc>>,
    /// When it ends.
    pub window_until: Option<DateTime<Utc>>,
    /// What is used of its kind on an average day; none where nothing is expected.
    pub per_day: Option<Decimal>,
    /// Whether that is only the least.
    pub is_least: Option<bool>,
    /// From how many days that is known.
    pub days: Option<i32>,
    /// The day on which its quota is used up.
    pub runs_out: Option<NaiveDate>,
    /// The same by the busiest of recent weeks.
    pub earliest: Option<NaiveDate>,
    /// The same by the quietest.
    pub latest: Option<NaiveDate>,
    /// What is left when it ends.
    pub left_at_end: Option<Decimal>,
    /// What lapses from now on, as a share of all that its term gives.
    pub lapses: Option<Decimal>,
    /// How many others are used before it.
    pub after_others: Option<i16>,
    /// Whether it counts as low.
    pub is_low: bool,
}

/// How many packages there are in a status.
#[derive(Debug, Clone, Copy)]
pub struct Tally {
    /// The status.
    pub status: i16,
    /// All of them.
    pub n: i64,
    /// Those of which little is left.
    pub low: i64,
    /// Those that run out soon.
    pub running_out: i64,
    /// Those that end soon.
    pub expiring: i64,
}

impl Tally {
    /// How many are near something, or all.
    pub const fn count(&self, near: Option<Near>) -> i64 {
        match near {
            None => self.n,
            Some(Near::Low) => self.low,
            Some(Near::RunningOut) => self.running_out,
            Some(Near::Expiring) => self.expiring,
        }
    }
}

/// The packages of a filter from its start on: one more than a page, or all of them.
pub async fn rows(
    db: &PgPool,
    scope: &Scope,
    filter: &Filter,
    now: DateTime<Utc>,
    whole: bool,
) -> sqlx::Result<Vec<Row>> {
    let scope = scope.narrowed(filter.account.map(AccountId));
    let limit = if whole { i64::MAX } else { i64::try_from(SIZE).unwrap_or(i64::MAX) + 1 };
    find(db, &scope, (filter, None), now, limit).await
}

/// The package with this id, also one that BSS no longer lists.
pub async fn one(db: &PgPool, scope: &Scope, id: &str, now: DateTime<Utc>) -> sqlx::Result<Option<Row>> {
    let filter = Filter { tab: Tab::All, ..Filter::default() };
    Ok(find(db, scope, (&filter, Some(id)), now, 1).await?.pop())
}

async fn find(
    db: &PgPool,
    scope: &Scope,
    (filter, id): (&Filter, Option<&str>),
    now: DateTime<Utc>,
    limit: i64,
) -> sqlx::Result<Vec<Row>> {
    let sign: i64 = if filter.descending == filter.start.backwards() { 1 } else { -1 };
    let cursor = filter.start.cursor();
    let key = cursor.and_then(|cursor| cursor.key.parse::<i64>().ok());
    sqlx::query_as!(
        Row,
        r#"select p.id as "id!", p.account_id as "account!", p.order_instance_id as "order_instance_id!",
                  p.order_id as "order_id!", p.product_zh as "product_zh!", p.product_en as "product_en!",
                  p.service_zh as "service_zh!", p.service_en as "service_en!", p.region_code as "region!",
                  p.project_id as "project_id!", p.one_project as "one_project!", p.effective_at, p.expires_at,
                  p.status as "status!", p.source, p.gone_at, b.payable as "payable?", b.packages as "of_order?",
                  p.key as "key!"
             from (select *, (extract(epoch from coalesce(expires_at, '9999-12-31 00:00:00Z')) * 1000000)::bigint as key
                     from package where account_id = any($1)) as p
             cross join lateral (
                 select bool_or(package_is_low(t.kind, t.value, i.left_amount, i.quota, i.cycle, f.runs_out, $8::date)) as low,
                        min(f.runs_out) filter (where coalesce(i.cycle, 9) > 3) as runs_out
                   from package_item i
                   left join package_forecast f on f.account_id = i.account_id and f.item_id = i.item_id
                   left join package_threshold t
                     on t.account_id = i.account_id and t.order_instance_id = i.order_instance_id
                  where i.account_id = p.account_id and i.order_instance_id = p.order_instance_id) as s
             left join lateral (
                 select o.payable, (select count(*) from package q
                                     where q.account_id = o.account_id and q.order_id = o.order_id) as packages
                   from orders o
                  where p.order_id <> '' and o.account_id = p.account_id and o.order_id = p.order_id
                    and not exists (select from package q where q.account_id = o.account_id and q.order_id = o.order_id
                                       and q.product_id <> p.product_id)) as b on true
            where ($2::smallint is null or p.status = $2) and ($3::text is null or p.service_type_code = $3)
              and ($4::text is null or p.region_code = $4) and ($5 = '' or position($5 in p.search) > 0)
              and ($6::text is null or p.order_id = $6)
              and case $7::text when 'low' then p.status = 1 and s.low
                                when 'running-out' then p.status = 1 and s.runs_out <= $8::date + $9::int
                                when 'expiring' then p.status in (0, 1)
                                     and p.expires_at <= $10::timestamptz + make_interval(days => $9::int)
                                else true end
              and ($11::text is null and p.gone_at is null or p.order_instance_id = $11)
              and ($12::bigint is null or (p.key * $14::bigint, p.id * $14) > ($12 * $14, $13::bigint * $14))
            order by p.key * $14, p.id * $14 limit $15"#,
        &scope.ids(),
        filter.tab.code(),
        filter.service,
        filter.region,
        filter.text,
        filter.order,
        filter.near.map(Near::name),
        beijing(now),
        NEAR_DAYS,
        now,
        id,
        key,
        cursor.map(|cursor| cursor.id),
        sign,
        limit
    )
    .fetch_all(db)
    .await
}

/// The items of these packages, in their order.
pub async fn items(db: &PgPool, rows: &[Row], now: DateTime<Utc>) -> sqlx::Result<Vec<Item>> {
    let accounts: Vec<Uuid> = rows.iter().map(|row| row.account).collect();
    let packages: Vec<String> = rows.iter().map(|row| row.order_instance_id.clone()).collect();
    sqlx::query_as!(
        Item,
        r#"select i.account_id as account, i.order_instance_id as package, i.item_id, i.usage_zh, i.usage_en,
                  i.left_amount as left, i.quota, i.measure, i.cycle, i.cycle_start, i.window_from, i.window_until,
                  f.per_day as "per_day?", f.is_least as "is_least?", f.days as "days?", f.runs_out as "runs_out?",
                  f.earliest as "earliest?", f.latest as "latest?", f.left_at_end as "left_at_end?",
                  f.lapses as "lapses?", f.after_others as "after_others?",
                  (p.status = 1 and package_is_low(t.kind, t.value, i.left_amount, i.quota, i.cycle, f.runs_out, $3))
                      as "is_low!"
             from unnest($1::uuid[], $2::text[]) as wanted (account, package)
             join package p on p.account_id = wanted.account and p.order_instance_id = wanted.package
             join package_item i on i.account_id = wanted.account and i.order_instance_id = wanted.package
             left join package_forecast f on f.account_id = i.account_id and f.item_id = i.item_id
             left join package_threshold t on t.account_id = i.account_id and t.order_instance_id = i.order_instance_id
            order by i.nth, i.item_id"#,
        &accounts,
        &packages,
        beijing(now)
    )
    .fetch_all(db)
    .await
}

/// How many packages a filter finds, by status, whatever its tab and what it is near.
pub async fn tallies(
    db: &PgPool,
    scope: &Scope,
    filter: &Filter,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<Tally>> {
    let scope = scope.narrowed(filter.account.map(AccountId));
    sqlx::query_as!(
        Tally,
        r#"select p.status, count(*) as "n!", count(*) filter (where p.status = 1 and s.low) as "low!",
                  count(*) filter (where p.status = 1 and s.runs_out <= $6::date + $7::int) as "running_out!",
                  count(*) filter (where p.status in (0, 1)
                      and p.expires_at <= $8::timestamptz + make_interval(days => $7::int)) as "expiring!"
             from package p
             cross join lateral (
                 select bool_or(package_is_low(t.kind, t.value, i.left_amount, i.quota, i.cycle, f.runs_out, $6::date)) as low,
                        min(f.runs_out) filter (where coalesce(i.cycle, 9) > 3) as runs_out
                   from package_item i
                   left join package_forecast f on f.account_id = i.account_id and f.item_id = i.item_id
                   left join package_threshold t
                     on t.account_id = i.account_id and t.order_instance_id = i.order_instance_id
                  where i.account_id = p.account_id and i.order_instance_id = p.order_instance_id) as s
            where p.account_id = any($1) and p.gone_at is null and ($2::text is null or p.service_type_code = $2)
              and ($3::text is null or p.region_code = $3) and ($4 = '' or position($4 in p.search) > 0)
              and ($5::text is null or p.order_id = $5)
            group by p.status"#,
        &scope.ids(),
        filter.service,
        filter.region,
        filter.text,
        filter.order,
        beijing(now),
        NEAR_DAYS,
        now
    )
    .fetch_all(db)
    .await
}

/// Something that packages can be chosen by.
#[derive(Debug, Clone)]
pub struct Choice {
    /// Its code.
    pub code: String,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// The services of a scope's packages.
pub async fn services(db: &PgPool, scope: &Scope) -> sqlx::Result<Vec<Choice>> {
    sqlx::query_as!(
        Choice,
        r#"select service_type_code as code, max(service_zh) as "zh!", max(service_en) as "en!" from package
            where account_id = any($1) and gone_at is null and service_type_code <> '' group by 1 order by 1"#,
        &scope.ids()
    )
    .fetch_all(db)
    .await
}

/// The regions of a scope's packages.
pub async fn regions(db: &PgPool, scope: &Scope) -> sqlx::Result<Vec<Choice>> {
    sqlx::query_as!(
        Choice,
        r#"select distinct region_code as code, region_code as zh, region_code as en from package
            where account_id = any($1) and gone_at is null and region_code <> '' order by 1"#,
        &scope.ids()
    )
    .fetch_all(db)
    .await
}
