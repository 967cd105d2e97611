//! The SQL of units and conversions.

use sqlx::PgPool;

use super::Unit;
use crate::bss::products::Conversion;

pub(super) async fn units(db: &PgPool) -> sqlx::Result<Vec<Unit>> {
    sqlx::query_as!(Unit, "select id, kind, name_zh as zh, name_en as en from measure_unit order by id")
        .fetch_all(db)
        .await
}

pub(super) async fn conversions(db: &PgPool) -> sqlx::Result<Vec<Conversion>> {
    let rows = sqlx::query!("select unit, other, ratio from measure_conversion order by unit, other")
        .fetch_all(db)
        .await?;
    let row = |measure_id, ref_measure_id, ratio: i64| Conversion {
        measure_id,
        ref_measure_id,
        conversion_ratio: ratio.unsigned_abs(),
        measure_type: None,
    };
    Ok(rows.into_iter().map(|r| row(r.unit, r.other, r.ratio)).collect())
}

/// Stores what differs, and removes what BSS no longer lists; answers how many rows that were.
pub(super) async fn keep(db: &PgPool, units: &[Unit], conversions: &[Conversion]) -> sqlx::Result<u64> {
    let mut tx = db.begin().await?;
    let ids: Vec<i32> = units.iter().map(|unit| unit.id).collect();
    let kinds: Vec<i32> = units.iter().map(|unit| unit.kind).collect();
    let zh: Vec<String> = units.iter().map(|unit| unit.zh.clone()).collect();
    let en: Vec<String> = units.iter().map(|unit| unit.en.clone()).collect();
    let mut written = sqlx::query!("delete from measure_unit where id <> all($1)", &ids)
        .execute(&mut *tx)
        .await?
        .rows_affected();
    written += sqlx::query!(
        "insert into measure_unit (id, kind, name_zh, name_en)
         select * from unnest($1::int[], $2::int[], $3::text[], $4::text[])
         on conflict (id) do update set kind = excluded.kind, name_zh = excluded.name_zh, name_en = excluded.name_en
         where (measure_unit.kind, measure_unit.name_zh, measure_unit.name_en)
               is distinct from (excluded.kind, excluded.name_zh, excluded.name_en)",
        &ids,
        &kinds,
        &zh,
        &en
    )
    .execute(&mut *tx)
    .await?
    .rows_affected();
    let from: Vec<i32> = conversions.iter().map(|row| row.measure_id).collect();
    let to: Vec<i32> = conversions.iter().map(|row| row.ref_measure_id).collect();
    let ratios: Vec<i64> =
        conversions.iter().map(|row| i64::try_from(row.conversion_ratio).unwrap_or(i64::MAX)).collect();
    written += sqlx::query!(
        "delete from measure_conversion where (unit, other) not in (select * from unnest($1::int[], $2::int[]))",
        &from,
        &to
    )
    .execute(&mut *tx)
    .await?
    .rows_affected();
    written += sqlx::query!(
        "insert into measure_conversion (unit, other, ratio)
         select * from unnest($1::int[], $2::int[], $3::bigint[])
         on conflict (unit, other) do update set ratio = excluded.ratio
         where measure_conversion.ratio <> excluded.ratio",
        &from,
        &to,
        &ratios
    )
    .execute(&mut *tx)
    .await?
    .rows_affected();
    tx.commit().await?;
    Ok(written)
}
