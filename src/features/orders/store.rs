//! The SQL of single orders: writing what BSS listed, only where it differs, and reading one back.
//! Lists are in `list/store.rs`.

use std::{collections::HashMap, fmt::Write as _};

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::order::{Detail, Order, ServiceName};
use crate::{
    db::copy_text,
    identity::access::{AccountId, Scope},
    search,
};

/// What a write did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// Orders that were not there before.
    pub added: u64,
    /// Orders that differed.
    pub changed: u64,
}

struct Known {
    id: i64,
    digest: Uuid,
    user_name: String,
}

/// Stores the orders of one account. What has not changed is not written at all: the digests are
/// compared first. New ones are copied, which is twice as fast as inserting them.
pub async fn upsert(db: &mut PgConnection, account: AccountId, orders: &[Order]) -> sqlx::Result<Written> {
    let mut latest: HashMap<&str, &Order> = HashMap::with_capacity(orders.len());
    for order in orders {
        latest.insert(&order.order_id, order);
    }
    let ids: Vec<String> = latest.keys().map(|id| (*id).to_owned()).collect();
    // Planned each time, and one look into the unique index for each: what PostgreSQL plans while the
    // table is empty reads all of an account's orders, and would be kept to for the whole first load.
    let mut known: HashMap<String, Known> = sqlx::query_as(
        "select n.order_id, o.id, o.digest, o.user_name from unnest($2::text[]) as n (order_id)
         cross join lateral (select id, digest, user_name from orders
                             where account_id = $1 and order_id = n.order_id limit 1) as o",
    )
    .bind(account.0)
    .bind(&ids)
    .persistent(false)
    .fetch_all(&mut *db)
    .await?
    .into_iter()
    .map(|(order_id, id, digest, user_name): (String, i64, Uuid, String)| {
        (order_id, Known { id, digest, user_name })
    })
    .collect();

    let (mut added, mut changed) = (Vec::new(), Vec::new());
    for order in latest.into_values() {
        match known.remove(&order.order_id) {
            None => added.push(order),
            Some(known) if known.digest != order.digest => changed.push((known, order)),
            Some(_) => {}
        }
    }
    // In one order everywhere, so that two writers meet in it and do not deadlock.
    added.sort_unstable_by(|a, b| (a.created_at, &a.order_id).cmp(&(b.created_at, &b.order_id)));
    changed.sort_unstable_by_key(|(known, _)| known.id);
    let ids = copy(db, &added).await?;
    update(db, &changed).await?;
    let mut with_subs: Vec<(i64, &Order)> = ids.into_iter().zip(added.iter().copied()).collect();
    with_subs.extend(changed.iter().map(|(known, order)| (known.id, *order)));
    put_subs(db, &with_subs, !changed.is_empty()).await?;
    Ok(Written { added: added.len() as u64, changed: changed.len() as u64 })
}

async fn copy(db: &mut PgConnection, orders: &[&Order]) -> sqlx::Result<Vec<i64>> {
    if orders.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<i64> = sqlx::query_scalar!(
        r#"select nextval(pg_get_serial_sequence('orders', 'id')) as "id!" from generate_series(1, $1::int)"#,
        i32::try_from(orders.len()).unwrap_or(i32::MAX)
    )
    .fetch_all(&mut *db)
    .await?;
    let mut rows = String::with_capacity(orders.len() * 320);
    let mut listed = String::with_capacity(orders.len() * 900);
    let mut grams = String::with_capacity(orders.len() * 2000);
    for (id, order) in ids.iter().zip(orders) {
        let text = order.search_text("");
        copy_row(&mut rows, *id, order, &text);
        let _ = write!(listed, "{id}\t");
        copy_text(&mut listed, &order.raw);
        listed.push('\n');
        let _ = write!(grams, "{id}\t{{");
        for (at, gram) in search::grams(&text, order.created_at).iter().enumerate() {
            let _ = write!(grams, "{}{gram}", if at == 0 { "" } else { "," });
        }
        grams.push_str("}\n");
    }
    for (into, rows) in [
        (
            "copy orders (id, account_id, order_id, status, order_type, source_type, service_type_code, \
             service_name_zh, service_name_en, payable, official, currency, created_at, paid_at, project_name, \
             sub_orders, for_member, search, digest) from stdin",
            rows,
        ),
        ("copy order_raw (order_pk, listed) from stdin", listed),
        ("copy order_gram (order_pk, grams) from stdin", grams),
    ] {
        let mut copy = db.copy_in_raw(into).await?;
        copy.send(rows.into_bytes()).await?;
        copy.finish().await?;
    }
    Ok(ids)
}

fn copy_row(out: &mut String, id: i64, order: &Order, text: &str) {
    let _ = write!(out, "{id}\t{}\t", order.account);
    copy_text(out, &order.order_id);
    let _ = write!(out, "\t{}\t{}\t{}\t", order.status, order.order_type, order.source_type);
    for text in [&order.service_type_code, &order.service.zh, &order.service.en] {
        copy_text(out, text);
        out.push('\t');
    }
    let _ = write!(out, "{}\t{}\t", order.payable.decimal(), order.official.decimal());
    copy_text(out, &order.currency);
    let _ = write!(out, "\t{}\t", order.created_at.to_rfc3339());
    match order.paid_at {
        Some(paid_at) => out.push_str(&paid_at.to_rfc3339()),
        None => out.push_str("\\N"),
    }
    out.push('\t');
    copy_text(out, &order.project_name);
    let _ = write!(out, "\t{}\t{}\t", sub_count(order), if order.for_member { 't' } else { 'f' });
    copy_text(out, text);
    let _ = writeln!(out, "\t{}", order.digest);
}

fn sub_count(order: &Order) -> i16 {
    order.subs.len().try_into().unwrap_or(i16::MAX)
}

async fn update(db: &mut PgConnection, changed: &[(Known, &Order)]) -> sqlx::Result<()> {
    if changed.is_empty() {
        return Ok(());
    }
    let column = |f: fn(&Order) -> String| changed.iter().map(|(_, order)| f(order)).collect::<Vec<_>>();
    let small = |f: fn(&Order) -> i16| changed.iter().map(|(_, order)| f(order)).collect::<Vec<_>>();
    let ids: Vec<i64> = changed.iter().map(|(known, _)| known.id).collect();
    let texts: Vec<String> =
        changed.iter().map(|(known, order)| order.search_text(&known.user_name)).collect();
    let payable: Vec<Decimal> = changed.iter().map(|(_, order)| order.payable.decimal()).collect();
    let official: Vec<Decimal> = changed.iter().map(|(_, order)| order.official.decimal()).collect();
    let created: Vec<DateTime<Utc>> = changed.iter().map(|(_, order)| order.created_at).collect();
    let paid: Vec<Option<DateTime<Utc>>> = changed.iter().map(|(_, order)| order.paid_at).collect();
    let members: Vec<bool> = changed.iter().map(|(_, order)| order.for_member).collect();
    let digests: Vec<Uuid> = changed.iter().map(|(_, order)| order.digest).collect();
    sqlx::query!(
        "update orders o set status = n.status, order_type = n.order_type, source_type = n.source_type,
                service_type_code = n.service_type_code, service_name_zh = n.zh, service_name_en = n.en,
                payable = n.payable, official = n.official, currency = n.currency, created_at = n.created_at,
                paid_at = n.paid_at, project_name = n.project_name, sub_orders = n.sub_orders,
                for_member = n.for_member, search = n.search, digest = n.digest
         from unnest($1::bigint[], $2::smallint[], $3::smallint[], $4::smallint[], $5::text[], $6::text[], $7::text[],
                     $8::numeric[], $9::numeric[], $10::text[], $11::timestamptz[], $12::timestamptz[], $13::text[],
                     $14::smallint[], $15::bool[], $16::text[], $17::uuid[])
              as n(id, status, order_type, source_type, service_type_code, zh, en, payable, official, currency,
                   created_at, paid_at, project_name, sub_orders, for_member, search, digest)
         where o.id = n.id",
        &ids,
        &small(|o| o.status),
        &small(|o| o.order_type),
        &small(|o| o.source_type),
        &column(|o| o.service_type_code.clone()),
        &column(|o| o.service.zh.clone()),
        &column(|o| o.service.en.clone()),
        &payable,
        &official,
        &column(|o| o.currency.clone()),
        &created,
        &paid as &[Option<DateTime<Utc>>],
        &column(|o| o.project_name.clone()),
        &small(sub_count),
        &members,
        &texts,
        &digests
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update order_raw r set listed = n.listed from unnest($1::bigint[], $2::text[]) as n(id, listed)
         where r.order_pk = n.id",
        &ids,
        &column(|o| o.raw.replace('\0', ""))
    )
    .execute(&mut *db)
    .await?;
    for ((id, text), created_at) in ids.iter().zip(&texts).zip(&created) {
        put_grams(db, *id, text, *created_at).await?;
    }
    Ok(())
}

async fn put_grams(
    db: &mut PgConnection,
    id: i64,
    text: &str,
    created_at: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update order_gram set grams = $2 where order_pk = $1 and grams <> $2",
        id,
        &search::grams(text, created_at)
    )
    .execute(db)
    .await?;
    Ok(())
}

async fn put_subs(db: &mut PgConnection, orders: &[(i64, &Order)], replace: bool) -> sqlx::Result<()> {
    if replace {
        let ids: Vec<i64> = orders.iter().map(|(id, _)| *id).collect();
        sqlx::query!("delete from order_sub where order_pk = any($1)", &ids).execute(&mut *db).await?;
    }
    for (id, order) in orders {
        for (no, sub) in order.subs.iter().enumerate() {
            sqlx::query!(
                "insert into order_sub (order_pk, sub_no, order_id, status, order_type, service_type_code,
                                        service_name_zh, service_name_en, payable, official)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                id,
                i32::try_from(no).unwrap_or(i32::MAX),
                sub.order_id,
                sub.status,
                sub.order_type,
                sub.service_type_code,
                sub.service.zh,
                sub.service.en,
                sub.payable.decimal(),
                sub.official.decimal()
            )
            .execute(&mut *db)
            .await?;
        }
    }
    Ok(())
}

/// Stores what the detail answer told about an order that is there; false when nothing changed
/// (only the time of reading is written then, and only if `touch` asks for it).
pub async fn put_detail(
    db: &mut PgConnection,
    (account, order_id): (AccountId, &str),
    detail: &Detail,
    now: DateTime<Utc>,
    touch: bool,
) -> sqlx::Result<bool> {
    let Some(known) = sqlx::query!(
        "select o.id, o.user_name, o.search, o.created_at, o.digest as listed_digest, d.digest as \"digest?\",
                d.listed_digest as \"for_digest?\"
         from orders o left join order_detail d on d.order_pk = o.id
         where o.account_id = $1 and o.order_id = $2",
        account.0,
        order_id
    )
    .fetch_optional(&mut *db)
    .await?
    else {
        return Ok(false);
    };
    if known.digest == Some(detail.digest) {
        if touch || known.for_digest != Some(known.listed_digest) {
            sqlx::query!(
                "update order_detail set read_at = $2, listed_digest = $3 where order_pk = $1",
                known.id,
                now,
                known.listed_digest
            )
            .execute(db)
            .await?;
        }
        return Ok(false);
    }
    sqlx::query!(
        "insert into order_detail (order_pk, detail, digest, listed_digest, read_at) values ($1, $2, $3, $4, $5)
         on conflict (order_pk) do update set detail = $2, digest = $3, listed_digest = $4, read_at = $5",
        known.id,
        detail.raw.replace('\0', ""),
        detail.digest,
        known.listed_digest,
        now
    )
    .execute(&mut *db)
    .await?;
    let text = if known.user_name == detail.user_name {
        known.search
    } else {
        let old = search::fold(&known.user_name);
        let kept = known.search.split('\n').filter(|field| old.is_empty() || *field != old);
        search::text(kept.chain([detail.user_name.as_str()]))
    };
    sqlx::query!(
        "update orders set user_name = $2, pay_until = $3, expires_at = $4, search = $5
         where id = $1 and (user_name, pay_until, expires_at, search) is distinct from ($2, $3, $4, $5)",
        known.id,
        detail.user_name,
        detail.pay_until,
        detail.expires_at,
        text
    )
    .execute(&mut *db)
    .await?;
    put_grams(db, known.id, &text, known.created_at).await?;
    put_lines(db, known.id, detail).await?;
    Ok(true)
}

async fn put_lines(db: &mut PgConnection, id: i64, detail: &Detail) -> sqlx::Result<()> {
    sqlx::query!("delete from order_line where order_pk = $1", id).execute(&mut *db).await?;
    for (no, line) in detail.lines.iter().enumerate() {
        sqlx::query!(
            "insert into order_line (order_pk, line_no, line_id, sub_order_id, service_type_code, service_name,
                                     product, period_type, period_num, quantity, effective_at, expires_at,
                                     payable, official)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
            id,
            i32::try_from(no).unwrap_or(i32::MAX),
            line.line_id,
            line.sub_order_id,
            line.service_type_code,
            line.service_name,
            line.product,
            line.period_type,
            line.period_num,
            line.quantity,
            line.effective_at,
            line.expires_at,
            line.payable.map(crate::money::Money::decimal),
            line.official.map(crate::money::Money::decimal)
        )
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

/// An order with everything that is stored of it.
#[derive(Debug, Clone)]
pub struct Stored {
    /// The account it was found in.
    pub account: AccountId,
    /// Its own id here.
    pub id: i64,
    /// What BSS listed, whole.
    pub listed: String,
    /// What BSS told in detail, whole.
    pub detail: Option<String>,
    /// When the detail was read, if later than the account.
    pub detail_read_at: Option<DateTime<Utc>>,
    /// The service's name.
    pub service: ServiceName,
    /// When the account was last read to the end.
    pub account_read_at: Option<DateTime<Utc>>,
}

/// The order with this id in the scope. In more than one account (a member's and its master's), the
/// one that pays comes first: its balance and its permission to pay are the ones that count.
pub async fn find(db: &PgPool, scope: &Scope, order_id: &str) -> sqlx::Result<Option<Stored>> {
    let row = sqlx::query!(
        r#"select o.account_id, o.id, r.listed, d.detail as "detail?", d.read_at as "read_at?",
                  o.service_name_zh, o.service_name_en, s.read_at as account_read_at
           from orders o
           join order_raw r on r.order_pk = o.id
           left join order_detail d on d.order_pk = o.id
           left join order_sync s on s.account_id = o.account_id
           where o.account_id = any($1) and o.order_id = $2
           order by o.for_member desc limit 1"#,
        &scope.ids(),
        order_id
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Stored {
        account: AccountId(row.account_id),
        id: row.id,
        listed: row.listed,
        detail: row.detail,
        detail_read_at: row.read_at,
        service: ServiceName { zh: row.service_name_zh, en: row.service_name_en },
        account_read_at: row.account_read_at,
    }))
}

/// A resource package that an order bought.
#[derive(Debug, Clone)]
pub struct BoughtPackage {
    /// Huawei's id of it.
    pub order_instance_id: String,
    /// The product in Chinese.
    pub product_zh: String,
    /// The product in English.
    pub product_en: String,
}

/// The packages that an order bought, as far as they have been read: also those of a member's, whose order its master
/// sees, too.
pub async fn packages_of(db: &PgPool, scope: &Scope, order_id: &str) -> sqlx::Result<Vec<BoughtPackage>> {
    sqlx::query_as!(
        BoughtPackage,
        "select order_instance_id, product_zh, product_en from package
          where account_id = any($1) and order_id = $2 and order_id <> '' order by id limit 50",
        &scope.ids(),
        order_id
    )
    .fetch_all(db)
    .await
}

#[cfg(test)]
mod tests;
