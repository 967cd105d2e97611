//! The SQL of writing resources: only what differs, a page in one statement for each table.

use std::{
    collections::{HashMap, HashSet},
    fmt::Write as _,
};

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

use super::Written;
use crate::{db::copy_text, features::resources::resource::Resource, identity::access::AccountId};

struct Known {
    id: i64,
    digest: Uuid,
    is_gone: bool,
}

/// Stores resources of one account as they were when they were asked for. What has not changed is not written
/// at all: the digests are compared first. New ones are copied, which is twice as fast as inserting them.
pub async fn upsert(
    db: &mut PgConnection,
    account: AccountId,
    asked_at: DateTime<Utc>,
    resources: &[Resource],
) -> sqlx::Result<Written> {
    let mut latest: HashMap<&str, &Resource> = HashMap::with_capacity(resources.len());
    for resource in resources {
        latest.insert(&resource.resource_id, resource);
    }
    let ids: Vec<String> = latest.keys().map(|id| (*id).to_owned()).collect();
    // Planned each time, and one look into the unique index for each: what PostgreSQL plans while the
    // table is empty reads all of an account's resources, and would be kept to for the whole first load.
    let mut known: HashMap<String, Known> = sqlx::query_as(
        "select n.resource_id, o.id, o.digest, o.is_gone from unnest($2::text[]) as n (resource_id)
         cross join lateral (select id, digest, gone_at is not null as is_gone from resources
                             where account_id = $1 and resource_id = n.resource_id limit 1) as o",
    )
    .bind(account.0)
    .bind(&ids)
    .persistent(false)
    .fetch_all(&mut *db)
    .await?
    .into_iter()
    .map(|(resource_id, id, digest, is_gone): (String, i64, Uuid, bool)| {
        (resource_id, Known { id, digest, is_gone })
    })
    .collect();

    let (mut added, mut changed) = (Vec::new(), Vec::new());
    for resource in latest.into_values() {
        match known.remove(&resource.resource_id) {
            None => added.push(resource),
            Some(known) if known.is_gone || known.digest != resource.digest => {
                changed.push((known.id, resource));
            }
            Some(_) => {}
        }
    }
    // In the order of the lists, and in one order everywhere, so that two writers meet in it.
    added.sort_unstable_by_key(|resource| (resource.expires_at, &resource.resource_id));
    copy(db, account, asked_at, &added).await?;
    let changed = lock(db, asked_at, changed).await?;
    update(db, asked_at, &changed).await?;
    Ok(Written { added: added.len() as u64, changed: changed.len() as u64, gone: 0 })
}

async fn copy(
    db: &mut PgConnection,
    account: AccountId,
    asked_at: DateTime<Utc>,
    resources: &[&Resource],
) -> sqlx::Result<()> {
    if resources.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = sqlx::query_scalar!(
        r#"select nextval(pg_get_serial_sequence('resources', 'id')) as "id!" from generate_series(1, $1::int)"#,
        i32::try_from(resources.len()).unwrap_or(i32::MAX)
    )
    .fetch_all(&mut *db)
    .await?;
    let mut rows = String::with_capacity(resources.len() * 600);
    let mut listed = String::with_capacity(resources.len() * 1000);
    let mut grams = String::with_capacity(resources.len() * 8000);
    for (id, resource) in ids.iter().zip(resources) {
        let text = resource.search_text();
        let _ = write!(rows, "{id}\t{account}\t{}\t", asked_at.to_rfc3339());
        copy_row(&mut rows, resource, &text);
        let _ = write!(listed, "{id}\t");
        copy_text(&mut listed, &resource.raw);
        listed.push('\n');
        let _ = writeln!(grams, "{id}\t{}", array(&resource.grams(&text)));
    }
    for (into, rows) in [
        (
            "copy resources (id, account_id, asked_at, resource_id, name, service_type_code, service_name_zh, \
             service_name_en, resource_type_code, type_name_zh, type_name_en, region_code, project_id, \
             project_name, spec_code, spec, search, spec_size, spec_measure, status, expire_policy, is_main, \
             parent_id, effective_at, expires_at, changed_at, digest) from stdin",
            rows,
        ),
        ("copy resource_raw (resource_pk, listed) from stdin", listed),
        ("copy resource_gram (resource_pk, grams) from stdin", grams),
    ] {
        let mut copy = db.copy_in_raw(into).await?;
        copy.send(rows.into_bytes()).await?;
        copy.finish().await?;
    }
    Ok(())
}

fn copy_row(out: &mut String, resource: &Resource, text: &str) {
    for text in [
        &resource.resource_id,
        &resource.name,
        &resource.service_type_code,
        &resource.service.zh,
        &resource.service.en,
        &resource.resource_type_code,
        &resource.type_name.zh,
        &resource.type_name.en,
        &resource.region_code,
        &resource.project_id,
        &resource.project_name,
        &resource.spec_code,
        &resource.spec,
        text,
    ] {
        copy_text(out, text);
        out.push('\t');
    }
    or_null(out, resource.spec_size);
    or_null(out, resource.spec_measure);
    let is_main = if resource.is_main { 't' } else { 'f' };
    let _ = write!(out, "{}\t{}\t{is_main}\t", resource.status, resource.expire_policy);
    match &resource.parent_id {
        Some(parent) => copy_text(out, parent),
        None => out.push_str("\\N"),
    }
    out.push('\t');
    or_null(out, resource.effective_at.map(|at| at.to_rfc3339()));
    or_null(out, Some(resource.expires_at.map_or_else(|| "infinity".to_owned(), |at| at.to_rfc3339())));
    or_null(out, resource.changed_at.map(|at| at.to_rfc3339()));
    let _ = writeln!(out, "{}", resource.digest);
}

fn or_null(out: &mut String, value: Option<impl std::fmt::Display>) {
    match value {
        Some(value) => {
            let _ = write!(out, "{value}\t");
        }
        None => out.push_str("\\N\t"),
    }
}

fn array(grams: &[i64]) -> String {
    let mut array = String::with_capacity(grams.len() * 20);
    array.push('{');
    for (at, gram) in grams.iter().enumerate() {
        let _ = write!(array, "{}{gram}", if at == 0 { "" } else { "," });
    }
    array.push('}');
    array
}

/// Of these rows those that nobody has stored as they were later, held until the end of the transaction.
async fn lock<'a>(
    db: &mut PgConnection,
    asked_at: DateTime<Utc>,
    changed: Vec<(i64, &'a Resource)>,
) -> sqlx::Result<Vec<(i64, &'a Resource)>> {
    if changed.is_empty() {
        return Ok(changed);
    }
    let ids: Vec<i64> = changed.iter().map(|(id, _)| *id).collect();
    let held: HashSet<i64> = sqlx::query_scalar!(
        "select id from resources where id = any($1) and asked_at <= $2 order by id for update",
        &ids,
        asked_at
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .collect();
    Ok(changed.into_iter().filter(|(id, _)| held.contains(id)).collect())
}

async fn update(
    db: &mut PgConnection,
    asked_at: DateTime<Utc>,
    changed: &[(i64, &Resource)],
) -> sqlx::Result<()> {
    if changed.is_empty() {
        return Ok(());
    }
    let text = |f: fn(&Resource) -> &String| changed.iter().map(|(_, r)| f(r).clone()).collect::<Vec<_>>();
    let small = |f: fn(&Resource) -> i16| changed.iter().map(|(_, r)| f(r)).collect::<Vec<_>>();
    let time =
        |f: fn(&Resource) -> Option<DateTime<Utc>>| changed.iter().map(|(_, r)| f(r)).collect::<Vec<_>>();
    let ids: Vec<i64> = changed.iter().map(|(id, _)| *id).collect();
    let sizes: Vec<Option<Decimal>> = changed.iter().map(|(_, r)| r.spec_size).collect();
    let measures: Vec<Option<i16>> = changed.iter().map(|(_, r)| r.spec_measure).collect();
    let mains: Vec<bool> = changed.iter().map(|(_, r)| r.is_main).collect();
    let parents: Vec<Option<String>> = changed.iter().map(|(_, r)| r.parent_id.clone()).collect();
    let texts: Vec<String> = changed.iter().map(|(_, r)| r.search_text()).collect();
    let digests: Vec<Uuid> = changed.iter().map(|(_, r)| r.digest).collect();
    sqlx::query!(
        "update resources o set name = n.name, service_type_code = n.service, service_name_zh = n.service_zh,
                service_name_en = n.service_en, resource_type_code = n.type, type_name_zh = n.type_zh,
                type_name_en = n.type_en, region_code = n.region, project_id = n.project,
                project_name = n.project_name, spec_code = n.spec_code, spec = n.spec, spec_size = n.size,
                spec_measure = n.measure, status = n.status, expire_policy = n.policy, is_main = n.is_main,
                parent_id = n.parent, effective_at = n.effective_at,
                expires_at = coalesce(n.expires_at, 'infinity'), changed_at = n.changed_at, gone_at = null,
                search = n.search, digest = n.digest, asked_at = $24
         from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                     $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::numeric[],
                     $15::smallint[], $16::smallint[], $17::smallint[], $18::bool[], $19::text[],
                     $20::timestamptz[], $21::timestamptz[], $22::timestamptz[], $23::text[], $25::uuid[])
              as n(id, name, service, service_zh, service_en, type, type_zh, type_en, region, project,
                   project_name, spec_code, spec, size, measure, status, policy, is_main, parent, effective_at,
                   expires_at, changed_at, search, digest)
         where o.id = n.id",
        &ids,
        &text(|r| &r.name),
        &text(|r| &r.service_type_code),
        &text(|r| &r.service.zh),
        &text(|r| &r.service.en),
        &text(|r| &r.resource_type_code),
        &text(|r| &r.type_name.zh),
        &text(|r| &r.type_name.en),
        &text(|r| &r.region_code),
        &text(|r| &r.project_id),
        &text(|r| &r.project_name),
        &text(|r| &r.spec_code),
        &text(|r| &r.spec),
        &sizes as &[Option<Decimal>],
        &measures as &[Option<i16>],
        &small(|r| r.status),
        &small(|r| r.expire_policy),
        &mains,
        &parents as &[Option<String>],
        &time(|r| r.effective_at) as &[Option<DateTime<Utc>>],
        &time(|r| r.expires_at) as &[Option<DateTime<Utc>>],
        &time(|r| r.changed_at) as &[Option<DateTime<Utc>>],
        &texts,
        asked_at,
        &digests
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update resource_raw o set listed = n.listed from unnest($1::bigint[], $2::text[]) as n(id, listed)
         where o.resource_pk = n.id and o.listed <> n.listed",
        &ids,
        &text(|r| &r.raw)
    )
    .execute(&mut *db)
    .await?;
    let grams: Vec<String> = changed.iter().zip(&texts).map(|((_, r), text)| array(&r.grams(text))).collect();
    sqlx::query!(
        "update resource_gram o set grams = n.grams::bigint[] from unnest($1::bigint[], $2::text[]) as n(id, grams)
         where o.resource_pk = n.id and o.grams <> n.grams::bigint[]",
        &ids,
        &grams
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Marks those of these that are there as gone, unless they were stored as they were later. No order holds
/// what is gone.
pub(super) async fn mark_gone(
    db: &mut PgConnection,
    account: AccountId,
    asked_at: DateTime<Utc>,
    ids: &[String],
) -> sqlx::Result<u64> {
    if ids.is_empty() {
        return Ok(0);
    }
    let done = sqlx::query!(
        "update resources set gone_at = $3, asked_at = $3, pending_order_id = ''
         where account_id = $1 and resource_id = any($2) and gone_at is null and asked_at <= $3",
        account.0,
        ids,
        asked_at
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}
