//! What the database says: the journal's rows about a history's orders. It reads, and ends connections;
//! it changes nothing but the template before it is copied.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::{PgPool, Row as _, postgres::PgRow};
use uuid::Uuid;

use crate::evidence::{Approval, Attempt, Event, Operation, Review};

/// An operation that is not closed.
#[derive(Debug, Clone)]
pub struct Open {
    /// Its id.
    pub id: Uuid,
    /// Where it stands.
    pub state: String,
}

/// The operations about `orders` that are not closed.
pub async fn open(db: &PgPool, orders: &[String]) -> sqlx::Result<Vec<Open>> {
    let rows = sqlx::query(
        "select id, state from operation where subject = any($1) and closed_at is null order by id",
    )
    .bind(orders)
    .fetch_all(db)
    .await?;
    rows.iter().map(|row| Ok(Open { id: row.try_get("id")?, state: row.try_get("state")? })).collect()
}

/// When the last request about `orders` was signed.
pub async fn last_signed(db: &PgPool, orders: &[String]) -> sqlx::Result<Option<DateTime<Utc>>> {
    let query = "select max(x_sdk_date) from attempt t join operation o on o.id = t.operation_id
                  where o.subject = any($1)";
    sqlx::query_scalar(query).bind(orders).fetch_one(db).await
}

/// Ends all connections of portals to this database; how many.
pub async fn end_connections(db: &PgPool) -> sqlx::Result<u64> {
    let query = "select pg_terminate_backend(pid) from pg_stat_activity
                  where datname = current_database() and application_name = 'bss-portal'";
    Ok(sqlx::query(query).fetch_all(db).await?.len() as u64)
}

/// Forgets when jobs ran and who holds them, in the database that is copied.
pub async fn forget_jobs(db: &PgPool) -> sqlx::Result<()> {
    // The portal was killed, but its connections may outlive it for a moment.
    end_connections(db).await?;
    sqlx::query("delete from job").execute(db).await.map(drop)
}

/// Everything about `orders`.
pub async fn operations(db: &PgPool, orders: &[String]) -> sqlx::Result<Vec<Operation>> {
    let query = "select o.*, a.name as account_name, a.domain_id from operation o
                   join cloud_account a on a.id = o.account_id where o.subject = any($1) order by o.id";
    let rows = sqlx::query(query).bind(orders).fetch_all(db).await?;
    let mut operations: Vec<Operation> = rows.iter().map(operation).collect::<sqlx::Result<_>>()?;
    let ids: Vec<Uuid> = operations.iter().map(|operation| operation.id).collect();
    let mut attempts = parts(db, "attempt", "step, attempt_no", &ids, attempt).await?;
    let mut approvals = parts(db, "approval", "at", &ids, approval).await?;
    let mut reviews = parts(db, "review", "at", &ids, review).await?;
    let mut events = parts(db, "operation_event", "id", &ids, event).await?;
    for operation in &mut operations {
        operation.attempts = attempts.remove(&operation.id).unwrap_or_default();
        operation.approvals = approvals.remove(&operation.id).unwrap_or_default();
        operation.reviews = reviews.remove(&operation.id).unwrap_or_default();
        operation.events = events.remove(&operation.id).unwrap_or_default();
    }
    Ok(operations)
}

async fn parts<T>(
    db: &PgPool,
    table: &'static str,
    order: &'static str,
    ids: &[Uuid],
    read: impl Fn(&PgRow) -> sqlx::Result<T>,
) -> sqlx::Result<HashMap<Uuid, Vec<T>>> {
    let query = format!("select * from {table} where operation_id = any($1) order by {order}");
    let rows = sqlx::query(sqlx::AssertSqlSafe(query)).bind(ids).fetch_all(db).await?;
    let mut parts: HashMap<Uuid, Vec<T>> = HashMap::new();
    for row in &rows {
        parts.entry(row.try_get("operation_id")?).or_default().push(read(row)?);
    }
    Ok(parts)
}

fn operation(row: &PgRow) -> sqlx::Result<Operation> {
    Ok(Operation {
        id: row.try_get("id")?,
        account: row.try_get("account_name")?,
        domain_id: row.try_get::<Option<String>, _>("domain_id")?.unwrap_or_default(),
        kind: row.try_get("kind")?,
        state: row.try_get("state")?,
        payload_sha256: row.try_get("payload_sha256")?,
        subject: row.try_get("subject")?,
        amount: row.try_get("amount")?,
        requester_id: row.try_get("requester_id")?,
        requester: row.try_get("requester_name")?,
        form_key: row.try_get("form_nonce")?,
        needs_approvals: row.try_get("needs_approvals")?,
        pays_order_id: row.try_get("pays_order_id")?,
        upstream_order_id: row.try_get("upstream_order_id")?,
        note: row.try_get("note")?,
        held_until: row.try_get("held_until")?,
        created_at: row.try_get("created_at")?,
        state_since: row.try_get("state_since")?,
        closed_at: row.try_get("closed_at")?,
        attempts: Vec::new(),
        approvals: Vec::new(),
        reviews: Vec::new(),
        events: Vec::new(),
    })
}

fn attempt(row: &PgRow) -> sqlx::Result<Attempt> {
    Ok(Attempt {
        step: row.try_get("step")?,
        attempt_no: row.try_get("attempt_no")?,
        x_sdk_date: row.try_get("x_sdk_date")?,
        request_sha256: row.try_get("request_sha256")?,
        armed_at: row.try_get("armed_at")?,
        outcome: row.try_get("outcome")?,
        class: row.try_get("class")?,
        answered_at: row.try_get("answered_at")?,
        settled_at: row.try_get("settled_at")?,
    })
}

fn approval(row: &PgRow) -> sqlx::Result<Approval> {
    Ok(Approval {
        approver_id: row.try_get("approver_id")?,
        approver: row.try_get("approver_name")?,
        payload_sha256: row.try_get("payload_sha256")?,
        decision: row.try_get("decision")?,
        at: row.try_get("at")?,
    })
}

fn review(row: &PgRow) -> sqlx::Result<Review> {
    Ok(Review {
        round: row.try_get("round")?,
        reviewer_id: row.try_get("reviewer_id")?,
        verdict: row.try_get("verdict")?,
        at: row.try_get("at")?,
    })
}

fn event(row: &PgRow) -> sqlx::Result<Event> {
    Ok(Event {
        at: row.try_get("at")?,
        from: row.try_get("from_state")?,
        to: row.try_get("to_state")?,
        note: row.try_get("note")?,
    })
}
