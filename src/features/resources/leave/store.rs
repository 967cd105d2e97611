//! What unsubscribing needs of the database: which orders paid for resources, what else was bought with
//! them, and how often the rule of five days was used.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;

use crate::identity::access::AccountId;

/// That an order is about a resource.
pub(super) struct OrderOf {
    pub(super) resource_id: String,
    pub(super) order_id: String,
    /// How many resources the order is about.
    pub(super) resources: i64,
}

/// A main resource that the same order bought of the same service.
pub(super) struct Sibling {
    pub(super) of: String,
    pub(super) resource_id: String,
}

/// The orders about these resources, as far as BSS lists resources under them.
pub(super) async fn orders_of(
    db: &PgPool,
    account: AccountId,
    resources: &[String],
) -> sqlx::Result<Vec<OrderOf>> {
    sqlx::query_as!(
        OrderOf,
        r#"select r.resource_id, r.order_id,
                  (select count(*) from resource_order o
                    where o.account_id = r.account_id and o.order_id = r.order_id) as "resources!"
             from resource_order r
            where r.account_id = $1 and r.resource_id = any($2)
            order by r.resource_id, r.order_id"#,
        account.0,
        resources
    )
    .fetch_all(db)
    .await
}

/// What else the purchases of these main resources bought of their services and is still there.
pub(super) async fn siblings_of(
    db: &PgPool,
    account: AccountId,
    resources: &[String],
) -> sqlx::Result<Vec<Sibling>> {
    sqlx::query_as!(
        Sibling,
        r#"select distinct mine.resource_id as "of!", other.resource_id as "resource_id!"
             from resources mine
             join resource_order a on a.account_id = mine.account_id and a.resource_id = mine.resource_id
             join orders o on o.account_id = a.account_id and o.order_id = a.order_id and o.order_type in (1, 11)
             join resource_order b on b.account_id = a.account_id and b.order_id = a.order_id
             join resources other on other.account_id = b.account_id and other.resource_id = b.resource_id
            where mine.account_id = $1 and mine.resource_id = any($2)
              and other.service_type_code = mine.service_type_code and other.is_main and other.gone_at is null
              and other.resource_id <> mine.resource_id
            order by 1, 2"#,
        account.0,
        resources
    )
    .fetch_all(db)
    .await
}

/// How often the rule of five days was used, or will be by what is under way, in a span of time: by the
/// portal's own operations, and by other unsubscriptions as far as BSS still lists what they were about.
pub(super) async fn five_day_used(
    db: &PgPool,
    account: AccountId,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    within: TimeDelta,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select ((select coalesce(sum((payload::jsonb #>> '{estimate,five_days}')::bigint), 0)
                      from operation
                     where account_id = $1 and kind = 'unsubscribe' and created_at < $3
                       and (state = 'SUCCEEDED' and closed_at >= $2 or not is_final(state)))
                 + (select count(distinct o.order_id)
                      from orders o
                      join resource_order r on r.account_id = o.account_id and r.order_id = o.order_id
                      join resource_order b on b.account_id = r.account_id and b.resource_id = r.resource_id
                      join orders p on p.account_id = b.account_id and p.order_id = b.order_id
                     where o.account_id = $1 and o.order_type = 4 and o.status = 5
                       and o.created_at >= $2 and o.created_at < $3
                       and p.order_type = 1 and o.created_at < coalesce(p.paid_at, p.created_at) + $4::interval
                       and not exists (select 1 from operation x
                                        where x.account_id = o.account_id and x.kind = 'unsubscribe'
                                          and x.upstream_order_id = o.order_id)))::bigint as "used!""#,
        account.0,
        from,
        to,
        sqlx::postgres::types::PgInterval { months: 0, days: 0, microseconds: within.num_microseconds().unwrap_or_default() }
    )
    .fetch_one(db)
    .await
}
