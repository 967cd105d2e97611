//! The SQL of the overview's figures about orders.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgPool;

use crate::{
    i18n::Locale,
    identity::access::{AccountId, Scope},
    money::Money,
};

/// An order as the overview lists it.
#[derive(Debug, Clone)]
pub struct Pending {
    /// Its id.
    pub order_id: String,
    /// Its account.
    pub account: AccountId,
    /// Its status.
    pub status: i16,
    /// Its type.
    pub order_type: i16,
    /// Its service, in the reader's language.
    pub service: String,
    /// What is to be paid.
    pub payable: Money,
    /// When it was placed.
    pub created_at: DateTime<Utc>,
    /// Until when it can be paid.
    pub pay_until: Option<DateTime<Utc>>,
}

/// Money that went out and came back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flow {
    /// Orders paid.
    pub paid: i64,
    /// What they came to, before coupons.
    pub paid_amount: Money,
    /// Unsubscriptions done.
    pub returned: i64,
    /// What they came to.
    pub returned_amount: Money,
}

/// How many orders await payment, and what they come to.
pub(super) async fn awaiting_payment(db: &PgPool, scope: &Scope) -> sqlx::Result<(i64, Money)> {
    let row = sqlx::query!(
        r#"select coalesce(sum(n), 0)::bigint as "n!", coalesce(sum(payable), 0) as "payable!" from order_tally
           where account_id = any($1) and order_type = -1 and service_type_code = '*' and status = 6"#,
        &scope.ids()
    )
    .fetch_one(db)
    .await?;
    Ok((row.n, Money::new(row.payable)))
}

/// Orders that await payment, the nearest deadline first.
pub(super) async fn urgent(
    db: &PgPool,
    scope: &Scope,
    limit: i64,
    locale: Locale,
) -> sqlx::Result<Vec<Pending>> {
    let rows = sqlx::query!(
        "select o.order_id, o.account_id, o.status, o.order_type, o.service_name_zh, o.service_name_en, o.payable,
                o.created_at, o.pay_until
         from orders o
         where o.account_id = any($1) and o.status = 6 and o.status not in (4, 5)
         order by coalesce(o.pay_until, '9999-12-31 00:00:00+00'), o.id limit $2",
        &scope.ids(),
        limit
    )
    .fetch_all(db)
    .await?;
    let pending = rows.into_iter().map(|row| Pending {
        order_id: row.order_id,
        account: AccountId(row.account_id),
        status: row.status,
        order_type: row.order_type,
        service: locale.pick(&row.service_name_zh, &row.service_name_en).clone(),
        payable: Money::new(row.payable),
        created_at: row.created_at,
        pay_until: row.pay_until,
    });
    Ok(pending.collect())
}

/// The newest orders of every account, merged.
pub(super) async fn recent(
    db: &PgPool,
    scope: &Scope,
    limit: i64,
    locale: Locale,
) -> sqlx::Result<Vec<Pending>> {
    let rows = sqlx::query!(
        r#"select o.order_id as "order_id!", o.account_id as "account_id!", o.status as "status!",
                  o.order_type as "order_type!", o.service_name_zh as "zh!", o.service_name_en as "en!",
                  o.payable as "payable!", o.created_at as "created_at!", o.pay_until
           from unnest($1::uuid[]) as account(id) cross join lateral (
               select * from orders where account_id = account.id order by created_at desc, id desc limit $2) as o
           order by o.created_at desc, o.id desc limit $2"#,
        &scope.ids(),
        limit
    )
    .fetch_all(db)
    .await?;
    let recent = rows.into_iter().map(|row| Pending {
        order_id: row.order_id,
        account: AccountId(row.account_id),
        status: row.status,
        order_type: row.order_type,
        service: locale.pick(&row.zh, &row.en).clone(),
        payable: Money::new(row.payable),
        created_at: row.created_at,
        pay_until: row.pay_until,
    });
    Ok(recent.collect())
}

/// What was paid and given back between two times.
pub(super) async fn flow(
    db: &PgPool,
    scope: &Scope,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> sqlx::Result<Flow> {
    let row = sqlx::query!(
        r#"select count(*) filter (where order_type <> 4) as "paid!",
                  coalesce(sum(payable) filter (where order_type <> 4), 0) as "paid_amount!",
                  count(*) filter (where order_type = 4) as "returned!",
                  coalesce(sum(abs(payable)) filter (where order_type = 4), 0) as "returned_amount!"
           from orders where account_id = any($1) and paid_at >= $2 and paid_at < $3 and status in (3, 5)"#,
        &scope.ids(),
        from,
        to
    )
    .fetch_one(db)
    .await?;
    Ok(Flow {
        paid: row.paid,
        paid_amount: Money::new(row.paid_amount),
        returned: row.returned,
        returned_amount: Money::new(row.returned_amount),
    })
}

/// The same by month of the zone, since `from`.
pub(super) async fn by_month(
    db: &PgPool,
    scope: &Scope,
    from: DateTime<Utc>,
    zone: &str,
) -> sqlx::Result<Vec<(NaiveDate, Flow)>> {
    let rows = sqlx::query!(
        r#"select date_trunc('month', paid_at at time zone $3)::date as "month!",
                  count(*) filter (where order_type <> 4) as "paid!",
                  coalesce(sum(payable) filter (where order_type <> 4), 0) as "paid_amount!",
                  count(*) filter (where order_type = 4) as "returned!",
                  coalesce(sum(abs(payable)) filter (where order_type = 4), 0) as "returned_amount!"
           from orders where account_id = any($1) and paid_at >= $2 and status in (3, 5)
           group by 1 order by 1"#,
        &scope.ids(),
        from,
        zone
    )
    .fetch_all(db)
    .await?;
    let months = rows.into_iter().map(|row| {
        let flow = Flow {
            paid: row.paid,
            paid_amount: Money::new(row.paid_amount),
            returned: row.returned,
            returned_amount: Money::new(row.returned_amount),
        };
        (row.month, flow)
    });
    Ok(months.collect())
}
