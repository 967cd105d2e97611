//! The SQL of plans. Each function is one transaction, and none is open while anybody else is asked.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sqlx::PgPool;
use uuid::Uuid;

use super::{End, Facts, NewPlan, Plan, Step, StepState};
use crate::{
    identity::access::{AccountId, Actor, Scope},
    money::Money,
};

/// What making a plan did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// It is written.
    New(Uuid),
    /// The form was posted before and asked for the same; this is what it made.
    Already(Uuid),
    /// The form was posted before and asked for something else then; this is what it made.
    OtherForm(Uuid),
}

impl Made {
    /// The plan that the form made.
    pub const fn id(self) -> Uuid {
        match self {
            Self::New(id) | Self::Already(id) | Self::OtherForm(id) => id,
        }
    }
}

/// Writes a plan down; the same form posted again finds the first one.
pub async fn create(db: &PgPool, actor: &Actor, new: &NewPlan, now: DateTime<Utc>) -> sqlx::Result<Made> {
    let id = Uuid::now_v7();
    let mut accounts: Vec<Uuid> = new.steps.iter().map(|step| step.account.0).collect();
    let step_accounts = accounts.clone();
    accounts.sort_unstable();
    accounts.dedup();
    let facts: Vec<String> = new
        .steps
        .iter()
        .map(|step| serde_json::to_string(&step.facts).expect("facts are plain data"))
        .collect();
    let order_keys: Vec<Uuid> = new.steps.iter().map(|_| Uuid::new_v4()).collect();
    let pay_keys: Vec<Uuid> = new.steps.iter().map(|_| Uuid::new_v4()).collect();
    let digest = new.sha256();
    // One statement: all of it is written when it returns, or nothing is.
    let written = sqlx::query!(
        r#"with made as (
               insert into plan (id, kind, requester_id, requester_name, form_key, asked_sha256, reason, accounts,
                   amount, created_at)
               values ($1, 'renew', $2, $3, $4, $5, $6, $7, $8, $9)
               on conflict on constraint one_plan_per_form do nothing
               returning id
           ), steps as (
               insert into plan_step (plan_id, no, account_id, facts, order_form_key, pay_form_key)
               select made.id, s.no, s.account_id, s.facts, s.order_key, s.pay_key
                 from made, unnest($10::uuid[], $11::text[], $12::uuid[], $13::uuid[]) with ordinality
                              as s (account_id, facts, order_key, pay_key, no)
           )
           select set_config('synchronous_commit', 'on', true) as durable from made"#,
        id,
        actor.id,
        actor.username,
        new.form_key,
        &digest[..],
        new.reason,
        &accounts,
        new.amount().decimal(),
        now,
        &step_accounts,
        &facts,
        &order_keys,
        &pay_keys,
    )
    .fetch_optional(db)
    .await?;
    if written.is_some() {
        return Ok(Made::New(id));
    }
    let first = sqlx::query!(
        r#"select id, asked_sha256 = $3 as "is_same!" from plan where requester_id = $1 and form_key = $2"#,
        actor.id,
        new.form_key,
        &digest[..],
    )
    .fetch_one(db)
    .await?;
    Ok(if first.is_same { Made::Already(first.id) } else { Made::OtherForm(first.id) })
}

/// The plan that a form of this person made.
pub async fn of_form(db: &PgPool, requester: Uuid, form_key: Uuid) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!("select id from plan where requester_id = $1 and form_key = $2", requester, form_key)
        .fetch_optional(db)
        .await
}

struct Row {
    id: Uuid,
    requester_id: Uuid,
    requester_name: String,
    reason: String,
    accounts: Vec<Uuid>,
    amount: Decimal,
    created_at: DateTime<Utc>,
    stopped_at: Option<DateTime<Utc>>,
    stop_why: Option<String>,
    stopped_by: Option<String>,
    closed_at: Option<DateTime<Utc>>,
}

impl From<Row> for Plan {
    fn from(row: Row) -> Self {
        let Row { id, requester_id, requester_name, reason, accounts, amount, created_at, .. } = row;
        Self {
            id,
            requester_id,
            requester_name,
            reason,
            accounts,
            amount: Money::new(amount),
            created_at,
            stopped_at: row.stopped_at,
            stop_why: row.stop_why,
            stopped_by: row.stopped_by,
            closed_at: row.closed_at,
        }
    }
}

/// Plans that have not ended, oldest first.
pub(super) async fn open(db: &PgPool, most: i64) -> sqlx::Result<Vec<Plan>> {
    let rows = sqlx::query_as!(
        Row,
        "select id, requester_id, requester_name, reason, accounts, amount, created_at, stopped_at, stop_why,
                stopped_by, closed_at
           from plan where closed_at is null order by created_at limit $1",
        most
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Plan::from).collect())
}

/// A plan all of whose accounts are in the scope.
pub(super) async fn find(db: &PgPool, scope: &Scope, id: Uuid) -> sqlx::Result<Option<Plan>> {
    let row = sqlx::query_as!(
        Row,
        "select id, requester_id, requester_name, reason, accounts, amount, created_at, stopped_at, stop_why,
                stopped_by, closed_at
           from plan where id = $2 and accounts <@ $1",
        &scope.ids(),
        id
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(Plan::from))
}

/// A plan in a list.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) plan: Plan,
    pub(super) steps: i64,
    pub(super) ended: i64,
    pub(super) without: i64,
}

/// Plans all of whose accounts are in the scope: those that have not ended first, then newest first.
pub(super) async fn list(db: &PgPool, scope: &Scope, (skip, most): (i64, i64)) -> sqlx::Result<Vec<Listed>> {
    let rows = sqlx::query!(
        r#"select p.id, p.requester_id, p.requester_name, p.reason, p.accounts, p.amount, p.created_at, p.stopped_at,
                  p.stop_why, p.stopped_by, p.closed_at, s.steps as "steps!", s.ended as "ended!", s.without as "without!"
             from plan p,
                  lateral (select count(*) as steps, count(*) filter (where s.state <> 'open') as ended,
                                  count(*) filter (where s.state in ('unpaid', 'not_ordered')) as without
                             from plan_step s where s.plan_id = p.id) s
            where p.accounts <@ $1
            order by (p.closed_at is null) desc, p.created_at desc, p.id desc
            offset $2 limit $3"#,
        &scope.ids(),
        skip,
        most
    )
    .fetch_all(db)
    .await?;
    let listed = |row: Row, steps, ended, without| Listed { plan: row.into(), steps, ended, without };
    Ok(rows
        .into_iter()
        .map(|r| {
            let row = Row {
                id: r.id,
                requester_id: r.requester_id,
                requester_name: r.requester_name,
                reason: r.reason,
                accounts: r.accounts,
                amount: r.amount,
                created_at: r.created_at,
                stopped_at: r.stopped_at,
                stop_why: r.stop_why,
                stopped_by: r.stopped_by,
                closed_at: r.closed_at,
            };
            listed(row, r.steps, r.ended, r.without)
        })
        .collect())
}

/// The steps of a plan in their order.
pub(super) async fn steps(db: &PgPool, plan: Uuid) -> sqlx::Result<Vec<Step>> {
    let rows = sqlx::query!(
        r#"select no, account_id, facts, order_form_key, pay_form_key, state as "state: StepState", order_id, why,
                  detail, holds, next_at
             from plan_step where plan_id = $1 order by no"#,
        plan
    )
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|row| {
            let facts: Facts =
                serde_json::from_str(&row.facts).map_err(|error| sqlx::Error::Decode(error.into()))?;
            Ok(Step {
                no: row.no,
                account: AccountId(row.account_id),
                facts,
                order_form_key: row.order_form_key,
                pay_form_key: row.pay_form_key,
                state: row.state,
                order_id: row.order_id,
                why: row.why,
                detail: row.detail,
                holds: row.holds,
                next_at: row.next_at,
            })
        })
        .collect()
}

/// Lets nothing more of a plan be submitted, for good. `false` when that was so already.
pub(super) async fn stop(
    db: &PgPool,
    plan: Uuid,
    (why, by): (&str, Option<&str>),
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update plan set stopped_at = $4, stop_why = $2, stopped_by = $3
          where id = $1 and stopped_at is null and closed_at is null",
        plan,
        why,
        by,
        now
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Writes how a step ended, unless it has ended already.
pub(super) async fn end(db: &PgPool, plan: Uuid, no: i32, end: &End, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "update plan_step set state = $3, order_id = coalesce($4, order_id), why = $5, detail = $6, ended_at = $7,
                next_at = null
          where plan_id = $1 and no = $2 and state = 'open'",
        plan,
        no,
        end.state.as_str(),
        end.order_id,
        end.why,
        end.detail,
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes which order came of a step that goes on.
pub(super) async fn ordered(db: &PgPool, plan: Uuid, no: i32, order_id: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "update plan_step set order_id = $3, why = '', detail = '{}', holds = 0, next_at = null
          where plan_id = $1 and no = $2 and state = 'open' and order_id is null",
        plan,
        no,
        order_id
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Puts a step off that cannot go on at the moment.
pub(super) async fn hold(
    db: &PgPool,
    plan: Uuid,
    no: i32,
    (why, detail): (&str, &str),
    until: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update plan_step set why = $3, detail = $4, holds = holds + 1, next_at = $5
          where plan_id = $1 and no = $2 and state = 'open'",
        plan,
        no,
        why,
        detail,
        until
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Closes a plan whose steps have all ended.
pub(super) async fn close(db: &PgPool, plan: Uuid, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "update plan set closed_at = $2
          where id = $1 and closed_at is null
            and not exists (select from plan_step where plan_id = $1 and state = 'open')",
        plan,
        now
    )
    .execute(db)
    .await?;
    Ok(())
}
