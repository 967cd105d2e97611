//! What the database says: the rows of the journal and of plans that a history made. It reads, and ends
//! connections and leases of jobs; it changes nothing else but the template before it is copied.

use std::collections::HashMap;

use anyhow::Result;
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{PgPool, Row as _, postgres::PgRow};
use uuid::Uuid;

use crate::evidence::{Approval, Attempt, Event, Operation, PlanStep, RenewalPlan, Review};

/// An operation that is not closed.
#[derive(Debug, Clone)]
pub struct Open {
    /// Its id.
    pub id: Uuid,
    /// Where it stands.
    pub state: String,
}

/// The operations since a moment that are not closed.
pub async fn open(db: &PgPool, since: DateTime<Utc>) -> sqlx::Result<Vec<Open>> {
    let query = "select id, state from operation where created_at >= $1 and closed_at is null order by id";
    let rows = sqlx::query(query).bind(since).fetch_all(db).await?;
    rows.iter().map(|row| Ok(Open { id: row.try_get("id")?, state: row.try_get("state")? })).collect()
}

/// How many plans since a moment have not ended.
pub async fn open_plans(db: &PgPool, since: DateTime<Utc>) -> sqlx::Result<i64> {
    let query = "select count(*) from plan where created_at >= $1 and closed_at is null";
    sqlx::query_scalar(query).bind(since).fetch_one(db).await
}

/// When the last request of an operation since a moment was signed.
pub async fn last_signed(db: &PgPool, since: DateTime<Utc>) -> sqlx::Result<Option<DateTime<Utc>>> {
    let query = "select max(x_sdk_date) from attempt t join operation o on o.id = t.operation_id
                  where o.created_at >= $1";
    sqlx::query_scalar(query).bind(since).fetch_one(db).await
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

/// Ends the leases of background jobs and has them run: half a minute after its holder died a job would be taken over
/// anyway, and no span of the proof rests on that.
pub async fn end_leases(db: &PgPool) -> sqlx::Result<()> {
    sqlx::query("update job set lease_id = null, lease_until = null").execute(db).await?;
    sqlx::query("select pg_notify('job_wake', name) from job").execute(db).await.map(drop)
}

/// Every operation since a moment, with all that belongs to it.
pub async fn operations(db: &PgPool, since: DateTime<Utc>) -> sqlx::Result<Vec<Operation>> {
    let query = "select o.*, a.name as account_name, a.domain_id from operation o
                   join cloud_account a on a.id = o.account_id where o.created_at >= $1 order by o.id";
    let rows = sqlx::query(query).bind(since).fetch_all(db).await?;
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

/// Every plan since a moment, with its steps.
pub async fn plans(db: &PgPool, since: DateTime<Utc>) -> Result<Vec<RenewalPlan>> {
    let rows = sqlx::query("select * from plan where created_at >= $1 order by id").bind(since);
    let mut plans = Vec::new();
    for row in rows.fetch_all(db).await? {
        let id: Uuid = row.try_get("id")?;
        let steps = sqlx::query("select * from plan_step where plan_id = $1 order by no").bind(id);
        let steps = steps.fetch_all(db).await?.iter().map(plan_step).collect::<Result<_>>()?;
        plans.push(RenewalPlan {
            id,
            requester: row.try_get("requester_name")?,
            form_key: row.try_get("form_key")?,
            created_at: row.try_get("created_at")?,
            stopped_at: row.try_get("stopped_at")?,
            closed_at: row.try_get("closed_at")?,
            steps,
        });
    }
    Ok(plans)
}

/// A step; what was confirmed of it is kept as JSON.
fn plan_step(row: &PgRow) -> Result<PlanStep> {
    let facts: Value = serde_json::from_str(row.try_get("facts")?)?;
    let resources = facts["resources"].as_array().into_iter().flatten();
    let id = |one: &Value| one["chosen"]["id"].as_str().unwrap_or_default().to_owned();
    let amount = facts["price"]["payable"].as_str().unwrap_or_default();
    let pays = facts["payment"] != "order_only";
    Ok(PlanStep {
        no: row.try_get("no")?,
        resources: resources.map(id).collect(),
        confirmed: pays.then(|| amount.parse()).transpose()?,
        order_form_key: row.try_get("order_form_key")?,
        pay_form_key: row.try_get("pay_form_key")?,
        state: row.try_get("state")?,
        order_id: row.try_get("order_id")?,
        why: row.try_get("why")?,
    })
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
        payload: row.try_get("payload")?,
        plan: row.try_get("plan_id")?,
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
