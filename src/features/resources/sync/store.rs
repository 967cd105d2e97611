//! The SQL of reading resources: how far each account is, whose orders' resources are worth asking for, and
//! the names of services and types.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};

use super::names::{Known, Named};
use crate::{
    bss::{
        codes::{OrderStatus, OrderType},
        orders::Window,
    },
    features::resources::resource::Name,
    identity::access::{AccountId, Scope},
};

/// How far the resources of an account are.
#[derive(Debug, Clone)]
pub struct Progress {
    /// The account.
    pub account: AccountId,
    /// Resources that the walk through all of them has met, or the last walk met.
    pub done: i64,
    /// Resources that there are to walk through, as far as BSS says.
    pub total: i64,
    /// Whether a walk through all is under way. Without `read_at`, it is the first one.
    pub walking: bool,
    /// When the account was last read to the end: the age of everything shown.
    pub read_at: Option<DateTime<Utc>>,
    /// Why the last reading failed.
    pub error: Option<String>,
    /// When it did.
    pub failed_at: Option<DateTime<Utc>>,
}

/// How far the accounts of the scope are; those never begun are not there.
pub async fn progress(db: &PgPool, scope: &Scope) -> sqlx::Result<Vec<Progress>> {
    sqlx::query_as!(
        Progress,
        r#"select account_id as account, done, total, walk_offset is not null as "walking!", read_at, error, failed_at
           from resource_sync where account_id = any($1)"#,
        &scope.ids()
    )
    .fetch_all(db)
    .await
}

/// Where a walk is.
#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    /// Where its next page begins.
    pub(super) offset: u64,
    /// The resource that it met last.
    pub(super) last: Option<String>,
    /// How many there are, as far as BSS says.
    pub(super) total: u64,
}

/// What a run begins with.
#[derive(Debug)]
pub(super) struct State {
    /// Where the walk under way is.
    pub(super) walk: Option<Place>,
    /// When the last walk that came to its end began.
    pub(super) walked_at: Option<DateTime<Utc>>,
}

/// How far an account is, which begins with it if need be.
pub(super) async fn state(db: &PgPool, account: AccountId) -> sqlx::Result<State> {
    sqlx::query!("insert into resource_sync (account_id) values ($1) on conflict do nothing", account.0)
        .execute(db)
        .await?;
    let row = sqlx::query!(
        "select walk_offset, walk_last, total, walked_at from resource_sync where account_id = $1",
        account.0
    )
    .fetch_one(db)
    .await?;
    let walk = row.walk_offset.map(|offset| Place {
        offset: offset.unsigned_abs(),
        last: row.walk_last,
        total: row.total.unsigned_abs(),
    });
    Ok(State { walk, walked_at: row.walked_at })
}

/// Begins a walk through all resources of these accounts; one under way is left alone, unless it is to begin
/// anew and forget what it has met.
pub(super) async fn begin_walk(
    db: &PgPool,
    accounts: &[AccountId],
    now: DateTime<Utc>,
    anew: bool,
) -> sqlx::Result<()> {
    let accounts: Vec<_> = accounts.iter().map(|account| account.0).collect();
    sqlx::query!(
        "with begun as (
             insert into resource_sync (account_id, walk_offset, walk_begun)
             select account_id, 0, $2 from unnest($1::uuid[]) as n(account_id)
             on conflict (account_id) do update
             set walk_offset = 0, walk_begun = $2, walk_last = null, done = 0
             where resource_sync.walk_offset is null or $3
             returning account_id)
         delete from resource_met m using begun where m.account_id = begun.account_id",
        &accounts,
        now,
        anew
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Moves a walk on; in the transaction of what it stored.
pub(super) async fn advance(
    db: &mut PgConnection,
    account: AccountId,
    place: &Place,
    met: &[String],
) -> sqlx::Result<()> {
    sqlx::query!(
        "with met as (
             insert into resource_met (account_id, resource_id) select distinct $1::uuid, unnest($5::text[])
             on conflict do nothing returning 1)
         update resource_sync
         set walk_offset = $2, walk_last = $3, total = $4, done = done + (select count(*) from met)
         where account_id = $1",
        account.0,
        i64::try_from(place.offset).unwrap_or(i64::MAX),
        place.last,
        i64::try_from(place.total).unwrap_or(i64::MAX),
        met
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Those that are there and that the walk has not met.
pub(super) async fn unmet(db: &PgPool, account: AccountId) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        "select resource_id from resources r
         where account_id = $1 and gone_at is null and not exists (
             select from resource_met m where m.account_id = $1 and m.resource_id = r.resource_id)
         order by id",
        account.0
    )
    .fetch_all(db)
    .await
}

/// Ends a walk; answers when it began.
pub(super) async fn walked(db: &PgPool, account: AccountId) -> sqlx::Result<Option<DateTime<Utc>>> {
    let mut tx = db.begin().await?;
    sqlx::query!("delete from resource_met where account_id = $1", account.0).execute(&mut *tx).await?;
    let walked_at = sqlx::query_scalar!(
        "update resource_sync set walked_at = walk_begun, walk_offset = null, walk_begun = null, walk_last = null,
                                  total = done
         where account_id = $1 returning walked_at",
        account.0
    )
    .fetch_one(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(walked_at)
}

/// Records that the account was read to the end at `read_at`.
pub(super) async fn complete(db: &PgPool, account: AccountId, read_at: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "update resource_sync set read_at = $2, error = null, failed_at = null where account_id = $1",
        account.0,
        read_at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Records why the account could not be read.
pub(super) async fn failed(
    db: &PgPool,
    account: AccountId,
    why: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update resource_sync set error = $2, failed_at = $3 where account_id = $1",
        account.0,
        why,
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

/// An order whose resources are worth asking for.
#[derive(Debug, Clone)]
pub(super) struct ChangedOrder {
    pub(super) order_id: String,
    pub(super) status: OrderStatus,
    pub(super) order_type: OrderType,
    pub(super) created_at: DateTime<Utc>,
    /// When it was paid, or else placed.
    pub(super) done_at: DateTime<Utc>,
}

/// Which orders have changed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Since {
    /// Those never asked about that were placed or paid after this.
    pub(super) made: DateTime<Utc>,
    /// Those that are not final and were last asked about before this.
    pub(super) open: DateTime<Utc>,
    /// Those that were last asked about sooner than this after they were done, when it has passed …
    pub(super) shows_within_minutes: i32,
    /// … by now.
    pub(super) now: DateTime<Utc>,
}

/// The newest orders whose resources may have changed since they were asked for.
pub(super) async fn changed_orders(
    db: &PgPool,
    account: AccountId,
    since: Since,
    most: i64,
) -> sqlx::Result<Vec<ChangedOrder>> {
    let rows = sqlx::query!(
        r#"select o.order_id as "order_id!", o.status as "status!", o.order_type as "order_type!",
                  o.created_at as "created_at!", coalesce(o.paid_at, o.created_at) as "done_at!"
           from (select * from orders where account_id = $1 and status not in (4, 5)
                 union select * from orders where account_id = $1 and status = 5 and created_at > $2
                 union select * from orders where account_id = $1 and status = 5 and paid_at > $2
                 union select o.* from resource_order_read r join orders o using (account_id, order_id)
                       where r.account_id = $1 and r.status not in (4, 5) and o.status in (4, 5)) as o
           left join resource_order_read r on r.account_id = $1 and r.order_id = o.order_id
           where r.status is distinct from o.status
              or o.status not in (4, 5) and r.read_at < $4
              or o.status = 5 and r.read_at < coalesce(o.paid_at, o.created_at) + make_interval(mins => $3)
                 and coalesce(o.paid_at, o.created_at) + make_interval(mins => $3) < $5
           order by o.created_at desc, o.id desc limit $6"#,
        account.0,
        since.made,
        since.shows_within_minutes,
        since.open,
        since.now,
        most
    )
    .fetch_all(db)
    .await?;
    let orders = rows.into_iter().map(|row| ChangedOrder {
        order_id: row.order_id,
        status: OrderStatus::from_code(row.status.into()),
        order_type: OrderType::from_code(row.order_type.into()),
        created_at: row.created_at,
        done_at: row.done_at,
    });
    Ok(orders.collect())
}

/// The newest orders of the past that were never asked about, once the orders themselves are all there.
pub(super) async fn past_orders(
    db: &PgPool,
    account: AccountId,
    most: i64,
) -> sqlx::Result<Vec<ChangedOrder>> {
    let rows = sqlx::query!(
        r#"select order_id, order_type, created_at, coalesce(paid_at, created_at) as "done_at!"
           from orders o
           where account_id = $1 and status = 5 and created_at <= (
                     select coalesce(s.orders_before, 'infinity') from resource_sync s
                     join order_sync using (account_id)
                     where s.account_id = $1 and order_sync.read_at is not null)
             and not exists (
                 select from resource_order_read r where r.account_id = $1 and r.order_id = o.order_id)
           order by created_at desc, id desc limit $2"#,
        account.0,
        most
    )
    .fetch_all(db)
    .await?;
    let orders = rows.into_iter().map(|row| ChangedOrder {
        order_id: row.order_id,
        status: OrderStatus::Completed,
        order_type: OrderType::from_code(row.order_type.into()),
        created_at: row.created_at,
        done_at: row.done_at,
    });
    Ok(orders.collect())
}

/// Records that all orders of the past were asked about that were placed after this.
pub(super) async fn past_read(db: &PgPool, account: AccountId, until: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("update resource_sync set orders_before = $2 where account_id = $1", account.0, until)
        .execute(db)
        .await?;
    Ok(())
}

/// The resources that are known of an order.
#[derive(Debug, Clone)]
pub(super) struct Listing {
    pub(super) order_id: String,
    /// In which status BSS was asked for them, if it was.
    pub(super) read: Option<OrderStatus>,
    /// Whether it keeps other orders away from them.
    pub(super) holds: bool,
    pub(super) resources: Vec<String>,
}

/// Stores which resources orders have.
pub(super) async fn put_listings(
    db: &mut PgConnection,
    account: AccountId,
    read_at: DateTime<Utc>,
    listings: &[Listing],
) -> sqlx::Result<()> {
    let (mut orders, mut resources, mut holds) = (Vec::new(), Vec::new(), Vec::new());
    for listing in listings {
        for resource in &listing.resources {
            orders.push(listing.order_id.clone());
            resources.push(resource.clone());
            holds.push(listing.holds);
        }
    }
    if !orders.is_empty() {
        sqlx::query!(
            "insert into resource_order (account_id, resource_id, order_id)
             select distinct $1::uuid, resource_id, order_id
             from unnest($2::text[], $3::text[]) as n(resource_id, order_id)
             on conflict do nothing",
            account.0,
            &resources,
            &orders
        )
        .execute(&mut *db)
        .await?;
    }
    if holds.contains(&true) {
        sqlx::query!(
            "update resources r set pending_order_id = n.order_id
             from unnest($2::text[], $3::text[], $4::bool[]) as n(resource_id, order_id, holds)
             where r.account_id = $1 and r.resource_id = n.resource_id and n.holds
               and r.pending_order_id <> n.order_id",
            account.0,
            &resources,
            &orders,
            &holds
        )
        .execute(&mut *db)
        .await?;
    }
    let (read, statuses): (Vec<String>, Vec<i32>) =
        listings.iter().filter_map(|listing| Some((listing.order_id.clone(), listing.read?.code()))).unzip();
    sqlx::query!(
        "insert into resource_order_read (account_id, order_id, status, read_at)
         select distinct on (order_id) $1::uuid, order_id, status, $4::timestamptz
         from unnest($2::text[], $3::int[]) as n(order_id, status)
         on conflict (account_id, order_id) do update set status = excluded.status, read_at = excluded.read_at",
        account.0,
        &read,
        &statuses,
        read_at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Lets go of what was held by an order that is final by now.
pub(super) async fn release(db: &PgPool, account: AccountId) -> sqlx::Result<()> {
    sqlx::query!(
        "update resources r set pending_order_id = ''
         where account_id = $1 and pending_order_id <> '' and exists (
             select from orders o
             where o.account_id = $1 and o.order_id = r.pending_order_id and o.status in (4, 5))",
        account.0
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Main resources that are there and expire within.
pub(super) async fn expiring(db: &PgPool, account: AccountId, window: Window) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        "select resource_id from resources
         where account_id = $1 and is_main and gone_at is null and expires_at between $2 and $3",
        account.0,
        window.from,
        window.to
    )
    .fetch_all(db)
    .await
}

/// What is attached to these and is still there.
pub(super) async fn attached_to(
    db: &PgPool,
    account: AccountId,
    parents: &[String],
) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        "select resource_id from resources
         where account_id = $1 and parent_id = any($2) and gone_at is null
         order by resource_id",
        account.0,
        parents
    )
    .fetch_all(db)
    .await
}

/// The names of all services and types met so far.
pub(super) async fn names(db: &PgPool) -> sqlx::Result<Known> {
    let rows = sqlx::query!(
        r#"select true as "is_service!", code as "code!", name_zh as "name_zh!", name_en as "name_en!" from order_service
           union all select false, code, name_zh, name_en from resource_type_name"#
    )
    .fetch_all(db)
    .await?;
    let known = rows.into_iter().map(|row| {
        let what = if row.is_service { Named::Service } else { Named::Type };
        ((what, row.code), Name { zh: row.name_zh, en: row.name_en })
    });
    Ok(known.collect())
}

/// Keeps names.
pub(super) async fn keep_names(db: &PgPool, names: &[(Named, String, Name)]) -> sqlx::Result<()> {
    for (what, code, name) in names {
        match what {
            Named::Service => sqlx::query!(
                "insert into order_service (code, name_zh, name_en) values ($1, $2, $3)
                 on conflict (code) do update set name_zh = $2, name_en = $3
                 where (order_service.name_zh, order_service.name_en) is distinct from ($2, $3)",
                code,
                name.zh,
                name.en
            ),
            Named::Type => sqlx::query!(
                "insert into resource_type_name (code, name_zh, name_en) values ($1, $2, $3)
                 on conflict (code) do update set name_zh = $2, name_en = $3
                 where (resource_type_name.name_zh, resource_type_name.name_en) is distinct from ($2, $3)",
                code,
                name.zh,
                name.en
            ),
        }
        .execute(db)
        .await?;
    }
    Ok(())
}
