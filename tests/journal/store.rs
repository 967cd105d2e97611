//! What tests write and read behind the journal's back.

use std::time::Duration;

use bss_portal::operations::State;
use sqlx::{PgPool, Row as _};
use uuid::Uuid;

/// Moves the database's clock of the journal.
pub(crate) async fn set_clock(db: &PgPool, ahead: Duration) {
    let statement = format!(
        "create or replace function journal_clock() returns timestamptz language sql volatile as
         'select clock_timestamp() + interval ''{} milliseconds'''",
        ahead.as_millis()
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(db).await.expect("the clock moves");
}

/// Runs one statement and returns how many rows it changed, or the database's words.
pub(crate) async fn run(db: &PgPool, statement: &str) -> Result<u64, String> {
    sqlx::query(sqlx::AssertSqlSafe(statement.to_owned()))
        .execute(db)
        .await
        .map(|done| done.rows_affected())
        .map_err(|error| error.to_string())
}

/// The first column of the first row, as text.
pub(crate) async fn one(db: &PgPool, query: &str) -> Option<String> {
    let row =
        sqlx::query(sqlx::AssertSqlSafe(query.to_owned())).fetch_optional(db).await.expect("a query")?;
    row.try_get::<Option<String>, _>(0).expect("a text")
}

/// How many rows a query has.
pub(crate) async fn count(db: &PgPool, from_where: &str) -> i64 {
    let query = format!("select count(*) from {from_where}");
    sqlx::query_scalar(sqlx::AssertSqlSafe(query)).fetch_one(db).await.expect("a count")
}

/// The rules as the database has them.
pub(crate) async fn rules(db: &PgPool) -> Vec<(String, String)> {
    sqlx::query_as("select from_state, to_state from transition_rule").fetch_all(db).await.expect("rules")
}

/// Puts an operation into a state without asking anybody.
pub(crate) async fn force(db: &PgPool, id: Uuid, state: State) {
    let closed = if state.is_final() { "clock_timestamp()" } else { "null" };
    let mut tx = db.begin().await.expect("a transaction");
    let as_replica = "set local session_replication_role = replica";
    sqlx::raw_sql(as_replica).execute(&mut *tx).await.expect("no triggers");
    let update = format!("update operation set state = '{state}', closed_at = {closed} where id = '{id}'");
    sqlx::raw_sql(sqlx::AssertSqlSafe(update)).execute(&mut *tx).await.expect("forced");
    tx.commit().await.expect("committed");
}

/// Runs one statement without any trigger, as a wrong program with a superuser's rights could.
pub(crate) async fn unguarded(db: &PgPool, statement: &str) -> Result<u64, String> {
    let mut tx = db.begin().await.expect("a transaction");
    let as_replica = "set local session_replication_role = replica";
    sqlx::raw_sql(as_replica).execute(&mut *tx).await.expect("no triggers");
    let done = sqlx::query(sqlx::AssertSqlSafe(statement.to_owned())).execute(&mut *tx).await;
    let done = done.map(|done| done.rows_affected()).map_err(|error| error.to_string());
    tx.commit().await.expect("ended");
    done
}

/// Runs several statements without any trigger.
pub(crate) async fn unguarded_script(db: &PgPool, script: &str) {
    let script = format!("begin; set local session_replication_role = replica; {script}; commit");
    sqlx::raw_sql(sqlx::AssertSqlSafe(script)).execute(db).await.expect("arranged");
}
