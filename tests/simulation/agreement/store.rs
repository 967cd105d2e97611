//! What the comparison reads and sets behind the journal's back: its clock, its identity, all of its rows.

use bss_portal::operations::PgStore;
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

/// A journal whose clock and identity are settings of its only session.
pub(crate) async fn open(options: PgPoolOptions, connect: PgConnectOptions) -> PgStore {
    let db = options.max_connections(1).connect_with(connect).await.expect("a database");
    let functions = "
        create or replace function journal_clock() returns timestamptz language sql volatile as
            $$ select current_setting('model.now')::timestamptz $$;
        create or replace function database_identity(
            out system_identifier bigint, out timeline text, out database_oid oid) language sql volatile as
            $$ select current_setting('model.identity')::bigint, '00000001', 1::oid $$;";
    sqlx::raw_sql(functions).execute(&db).await.expect("functions");
    PgStore(db)
}

/// Sets the journal's clock, and which database it is in.
pub(crate) async fn set(db: &PgPool, now: DateTime<Utc>, identity: u64) {
    sqlx::query("select set_config('model.now', $1, false), set_config('model.identity', $2, false)")
        .bind(now.to_rfc3339())
        .bind(identity.to_string())
        .execute(db)
        .await
        .expect("set");
}

/// Forgets everything, which only somebody above the journal's triggers can.
pub(crate) async fn wipe(db: &PgPool) {
    let wipe = "
        set session_replication_role = replica;
        delete from operation_event; delete from review; delete from approval; delete from attempt;
        delete from operation_target; delete from operation; delete from sending_stop; delete from recovery_epoch;
        select setval(pg_get_serial_sequence('recovery_epoch', 'id'), 1, false);
        set session_replication_role = origin;";
    sqlx::raw_sql(wipe).execute(db).await.expect("wiped");
}

/// Every row of the journal. Columns are taken as they come, so that a new one is missed on the other
/// side; left out are payloads, of which there is a hash, and who changed a row, which the history keeps.
pub(crate) async fn rows(db: &PgPool) -> Value {
    sqlx::query_scalar(
        "select jsonb_build_object(
            'operation', (select coalesce(jsonb_agg(
                to_jsonb(o) - '{payload,changed_by,changed_by_name}'::text[]
                    || jsonb_build_object('amount', trim_scale(o.amount)::text) order by o.id), '[]') from operation o),
            'operation_target', (select coalesce(jsonb_agg(
                to_jsonb(t) order by t.operation_id, t.target_kind, t.target_id), '[]') from operation_target t),
            'attempt', (select coalesce(jsonb_agg(
                to_jsonb(a) order by a.operation_id, a.armed_at, a.attempt_no), '[]') from attempt a),
            'approval', (select coalesce(jsonb_agg(to_jsonb(a) order by a.operation_id, a.at), '[]') from approval a),
            'review', (select coalesce(jsonb_agg(to_jsonb(r) order by r.operation_id, r.at), '[]') from review r),
            'operation_event', (select coalesce(jsonb_agg(
                to_jsonb(e) - 'id' order by e.operation_id, e.id), '[]') from operation_event e),
            'sending_stop', (select coalesce(jsonb_agg(to_jsonb(s) order by s.account_id), '[]') from sending_stop s),
            'recovery_epoch', (select coalesce(jsonb_agg(
                to_jsonb(e) - '{timeline,database_oid}'::text[] order by e.id), '[]') from recovery_epoch e))",
    )
    .fetch_one(db)
    .await
    .expect("rows")
}

/// The policy: kind, above, approvals.
pub(crate) async fn tiers(db: &PgPool) -> Vec<(String, i64, i16)> {
    sqlx::query_as("select kind, above::bigint, approvals from approval_tier order by kind, above")
        .fetch_all(db)
        .await
        .expect("tiers")
}

/// The words that a check allows.
pub(crate) async fn allowed(db: &PgPool, check: &str) -> Vec<String> {
    let words = "select w[1] from pg_constraint,
        regexp_matches(pg_get_constraintdef(oid), '''([^'']+)''::text', 'g') w where conname = $1";
    sqlx::query_scalar(words).bind(check).fetch_all(db).await.expect("a check")
}
