//! The queries behind the pages of the journal.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use super::{Approval, Event, Filter, FormMade, Part, PartOf, Review, Stop, Story};
use crate::{
    identity::access::{AccountId, Scope},
    money::Money,
    operations::{
        intent::OperationId,
        journal::Operation,
        state::State,
        store::{attempts, load},
    },
};

pub(super) async fn find(db: &PgPool, scope: &Scope, id: OperationId) -> Result<Option<Story>, sqlx::Error> {
    // One snapshot, so that the history never runs ahead of the state.
    let mut tx = db.begin().await?;
    sqlx::query!("set transaction isolation level repeatable read read only").execute(&mut *tx).await?;
    let seen = sqlx::query_scalar!(
        "select id from operation where id = $1 and account_id = any($2)",
        id.0,
        &scope.ids(),
    )
    .fetch_optional(&mut *tx)
    .await?;
    if seen.is_none() {
        return Ok(None);
    }
    let operation = load(&mut tx, id.0).await?;
    let attempts = attempts(&mut tx, id.0).await?;
    let approvals = sqlx::query_as!(
        Approval,
        "select approver_id, approver_name, decision, reason, at from approval where operation_id = $1 order by at",
        id.0,
    )
    .fetch_all(&mut *tx)
    .await?;
    let reviews = sqlx::query_as!(
        Review,
        "select reviewer_id, reviewer_name, verdict, reason, at from review
          where operation_id = $1
            and round = coalesce($2, (select max(round) from review where operation_id = $1)) order by at",
        id.0,
        // While it needs review, conclusions of an earlier round no longer count.
        (operation.state == State::NeedsReview).then_some(operation.state_since),
    )
    .fetch_all(&mut *tx)
    .await?;
    let events = sqlx::query_as!(
        Event,
        r#"select at, from_state as "from_state: State", to_state as "to_state: State", note, detail, actor_name
             from operation_event where operation_id = $1 order by id"#,
        id.0,
    )
    .fetch_all(&mut *tx)
    .await?;
    let stop = sqlx::query_as!(
        Stop,
        "select account_id, since, error_code, error_msg from sending_stop where account_id = $1",
        operation.account_id.0,
    )
    .fetch_optional(&mut *tx)
    .await?;
    let plan = sqlx::query!(
        r#"select p.id, p.amount, p.accounts <@ $2 as "seen!" from operation o join plan p on p.id = o.plan_id
            where o.id = $1"#,
        id.0,
        &scope.ids(),
    )
    .fetch_optional(&mut *tx)
    .await?;
    let part_of = plan.map(|plan| {
        if plan.seen {
            PartOf::Seen { plan: plan.id, amount: Money::new(plan.amount) }
        } else {
            PartOf::Unseen
        }
    });
    tx.commit().await?;
    Ok(Some(Story { operation, attempts, approvals, reviews, events, stop, part_of }))
}

pub(super) async fn list(
    db: &PgPool,
    scope: &Scope,
    filter: &Filter,
    limit: u32,
) -> Result<Vec<Operation>, sqlx::Error> {
    sqlx::query_as!(
        Operation,
        r#"select id, account_id, kind, step, state as "state: State", payload,
                  payload_sha256, subject, amount, requester_id, requester_name, needs_approvals, trans_id,
                  pays_order_id, upstream_order_id, more_orders, epoch, next_at, approve_by, deadline_at,
                  held_until, created_at,
                  state_since, closed_at, polls, holds, absences, absent_at, rejected, result_code,
                  result_text, note, detail
             from operation
            where account_id = any($1)
              and ($2::text is null or state = $2)
              and (not $3 or not is_final(state))
              and ($4::text is null or kind = $4)
              and ($5::text is null or upper(subject) = upper($5)
                   or id in (select t.operation_id from operation_target t where upper(t.target_id) = upper($5)))
              and ($6::uuid is null or id < $6)
            order by id desc
            limit $7"#,
        &scope.ids(),
        filter.state.map(State::as_str),
        filter.open,
        filter.kind,
        filter.subject,
        filter.before.map(|id| id.0),
        i64::from(limit),
    )
    .fetch_all(db)
    .await
}

pub(super) async fn counts(db: &PgPool, scope: &Scope) -> Result<Vec<(State, i64)>, sqlx::Error> {
    let counts = sqlx::query!(
        r#"select state as "state: State", count(*) as "count!" from operation where account_id = any($1) group by state"#,
        &scope.ids(),
    )
    .fetch_all(db)
    .await?;
    Ok(counts.into_iter().map(|row| (row.state, row.count)).collect())
}

pub(super) async fn open_count(db: &PgPool, scope: &Scope) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from operation where account_id = any($1) and not is_final(state)"#,
        &scope.ids(),
    )
    .fetch_one(db)
    .await
}

pub(super) async fn open_by_account(db: &PgPool) -> Result<HashMap<AccountId, u64>, sqlx::Error> {
    let open = sqlx::query!(
        r#"select account_id, count(*) as "count!" from operation where not is_final(state) group by account_id"#,
    )
    .fetch_all(db)
    .await?;
    Ok(open.into_iter().map(|row| (AccountId(row.account_id), row.count.unsigned_abs())).collect())
}

pub(super) async fn holding(
    db: &PgPool,
    scope: &Scope,
    kind: &str,
    ids: &[String],
) -> Result<Vec<(String, OperationId)>, sqlx::Error> {
    let held = sqlx::query!(
        r#"select wanted.id as "id!", t.operation_id
             from unnest($2::text[]) as wanted (id)
             join operation_target t on t.target_kind = $3 and upper(t.target_id) = upper(wanted.id)
            where t.open and t.account_id = any($1)"#,
        &scope.ids(),
        ids,
        kind,
    )
    .fetch_all(db)
    .await?;
    Ok(held.into_iter().map(|row| (row.id, OperationId(row.operation_id))).collect())
}

pub(super) async fn of_forms(
    db: &PgPool,
    scope: &Scope,
    requester: Uuid,
    form_keys: &[Uuid],
) -> Result<Vec<FormMade>, sqlx::Error> {
    sqlx::query_as!(
        FormMade,
        r#"select form_nonce as form_key, id as operation, kind, subject, payload from operation
            where account_id = any($1) and requester_id = $2 and form_nonce = any($3)"#,
        &scope.ids(),
        requester,
        form_keys,
    )
    .fetch_all(db)
    .await
}

pub(super) async fn of_plan(db: &PgPool, scope: &Scope, plan: Uuid) -> Result<Vec<Part>, sqlx::Error> {
    sqlx::query_as!(
        Part,
        r#"select form_nonce as form_key, id as operation, state as "state: State", needs_approvals,
                  upstream_order_id, more_orders, result_code, note, detail
             from operation where plan_id = $2 and account_id = any($1)"#,
        &scope.ids(),
        plan,
    )
    .fetch_all(db)
    .await
}

pub(super) async fn approvals_needed(
    db: &PgPool,
    kind: &str,
    amount: Option<Money>,
) -> Result<i16, sqlx::Error> {
    sqlx::query_scalar!(r#"select approvals_needed($1, $2) as "needed!""#, kind, amount.map(Money::decimal),)
        .fetch_one(db)
        .await
}

pub(super) async fn stops(db: &PgPool, scope: &Scope) -> Result<Vec<Stop>, sqlx::Error> {
    sqlx::query_as!(
        Stop,
        "select account_id, since, error_code, error_msg from sending_stop where account_id = any($1) order by since",
        &scope.ids(),
    )
    .fetch_all(db)
    .await
}

pub(super) async fn quarantine(db: &PgPool) -> Result<Option<DateTime<Utc>>, sqlx::Error> {
    sqlx::query_scalar!(
        "select quarantine_until from recovery_epoch where quarantine_until > journal_clock() order by id desc limit 1",
    )
    .fetch_optional(db)
    .await
}
