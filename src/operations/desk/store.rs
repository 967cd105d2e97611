//! The transactions in which people act on the journal. Who may act is decided by the desk; what is
//! legal is decided by the triggers.

use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::operations::{
    intent::{OperationId, Target},
    journal::{Fault, Judgement, Planned, Submitted, Vote},
    state::State,
    store::interval,
};
use crate::proof::{self, Point};

/// Writes a new operation with its targets, or says which one is in the way.
pub(crate) async fn submit(db: &PgPool, planned: &Planned) -> Result<Submitted, Fault> {
    let targets = planned.intent.targets.iter().map(Target::parts);
    let (kinds, ids): (Vec<String>, Vec<String>) =
        targets.map(|(kind, id)| (kind.to_owned(), id.to_owned())).unzip();
    proof::at(Point::SubmitBeforeCommit);
    match write(db, planned, &kinds, &ids).await {
        Ok(true) => {
            proof::at(Point::SubmitAfterCommit);
            Ok(Submitted::New(planned.id))
        }
        Ok(false) => Ok(made_before(db, planned).await?.unwrap_or(Submitted::TooLate)),
        Err(error) if is_taken(&error) => {
            // The holder may have closed in the meantime; then the person simply tries again.
            let holder = holder(db, &kinds, &ids).await?;
            holder.map(Submitted::Busy).ok_or(Fault::Moved)
        }
        Err(error) => Err(error.into()),
    }
}

/// One statement, which is its own transaction: all of it is committed when it returns, or nothing
/// is. `false` when the form was used before or the deadline has passed.
async fn write(
    db: &PgPool,
    planned: &Planned,
    target_kinds: &[String],
    target_ids: &[String],
) -> Result<bool, sqlx::Error> {
    let intent = &planned.intent;
    let written = sqlx::query!(
        r#"with made as (
               insert into operation (id, account_id, kind, step, state, payload, payload_sha256, subject, amount,
                   requester_id, requester_name, form_nonce, needs_approvals, trans_id, pays_order_id, epoch,
                   approve_by, deadline_at, note, changed_by, changed_by_name, hold_ms, plan_id)
               select $1, $2, $3, $4, case when needed.n > 0 then 'PENDING_APPROVAL' else 'READY' end, $5, $6, $7, $8,
                      $9, $10, $11, needed.n, $12, $13, (select max(e.id) from recovery_epoch e),
                      least(journal_clock() + $14, deadline.at), deadline.at,
                      case when needed.n > 0 then 'approval_wanted' else 'requested' end, $9, $10, $19, $20
                 from (select greatest(approvals_needed($3, $8),
                              (select approvals_needed($3, p.amount) from plan p
                                where p.id = $20 and $8::numeric is not null)) as n) needed,
                      (select least(journal_clock() + $15, $16) as at) deadline
                where deadline.at > journal_clock()
               on conflict on constraint one_operation_per_form do nothing
               returning id
           ), held as (
               insert into operation_target (operation_id, account_id, target_kind, target_id)
               select made.id, $2, t.kind, t.id from made, unnest($17::text[], $18::text[]) as t (kind, id)
           )
           select set_config('synchronous_commit', 'on', true) as durable from made"#,
        planned.id.0,
        intent.account.0,
        intent.kind,
        intent.step,
        intent.payload,
        &intent.payload_sha256()[..],
        intent.subject,
        intent.amount.map(crate::money::Money::decimal),
        planned.requester_id,
        planned.requester_name,
        intent.form_key,
        planned.trans_id,
        intent.pays_order,
        interval(planned.approve_within),
        interval(planned.send_within),
        intent.until,
        target_kinds,
        target_ids,
        planned.hold.map(|hold| i32::try_from(hold.as_millis()).unwrap_or(i32::MAX)),
        intent.plan,
    )
    .fetch_optional(db)
    .await?;
    Ok(written.is_some())
}

fn is_taken(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|database| database.constraint())
        == Some("one_open_operation_per_target")
}

/// What this form became when it was posted before.
async fn made_before(db: &PgPool, planned: &Planned) -> Result<Option<Submitted>, sqlx::Error> {
    let made = sqlx::query!(
        r#"select id, (kind, payload_sha256) = ($4, $5) as "is_same!" from operation
            where account_id = $1 and requester_id = $2 and form_nonce = $3"#,
        planned.intent.account.0,
        planned.requester_id,
        planned.intent.form_key,
        planned.intent.kind,
        &planned.intent.payload_sha256()[..],
    )
    .fetch_optional(db)
    .await?;
    Ok(made.map(|made| {
        let id = OperationId(made.id);
        if made.is_same { Submitted::Already(id) } else { Submitted::OtherForm(id) }
    }))
}

/// The open operation that holds one of these targets, whichever account it acts for.
pub(crate) async fn holder(
    db: &PgPool,
    kinds: &[String],
    ids: &[String],
) -> Result<Option<OperationId>, sqlx::Error> {
    let id = sqlx::query_scalar!(
        r#"select t.operation_id from operation_target t
             join unnest($1::text[], $2::text[]) as wanted (kind, id)
               on t.target_kind = wanted.kind and upper(t.target_id) = upper(wanted.id)
            where t.open
            limit 1"#,
        kinds,
        ids,
    )
    .fetch_optional(db)
    .await?;
    Ok(id.map(OperationId))
}

/// Writes a decision; the last agreement makes the operation ready, one refusal ends it.
pub(crate) async fn vote(db: &PgPool, vote: &Vote) -> Result<State, Fault> {
    let (person, name) = &vote.person;
    let mut tx = db.begin().await?;
    sqlx::query!("set local synchronous_commit = on").execute(&mut *tx).await?;
    let needed = lock(&mut tx, vote.operation, State::PendingApproval).await?.needs_approvals;
    sqlx::query!(
        "insert into approval (operation_id, approver_id, approver_name, payload_sha256, decision, reason)
         values ($1, $2, $3, $4, $5, $6)",
        vote.operation.0,
        person,
        name,
        vote.payload_sha256,
        if vote.agrees { "approve" } else { "reject" },
        vote.reason,
    )
    .execute(&mut *tx)
    .await?;
    let agreed = sqlx::query_scalar!(
        r#"select count(*) as "count!" from approval where operation_id = $1 and decision = 'approve'"#,
        vote.operation.0,
    )
    .fetch_one(&mut *tx)
    .await?;
    let (state, note) = match (vote.agrees, agreed >= i64::from(needed)) {
        (false, _) => (State::Rejected, "rejected_by_person"),
        (true, true) => (State::Ready, "approved"),
        (true, false) => (State::PendingApproval, "agreed_by_one"),
    };
    let detail = serde_json::json!({ "agreed": agreed, "needed": needed, "reason": vote.reason });
    change(&mut tx, vote.operation, (state, note, detail), &vote.person).await?;
    proof::at(Point::ApproveBeforeCommit);
    tx.commit().await?;
    proof::at(Point::ApproveAfterCommit);
    Ok(state)
}

/// Writes a conclusion; the second equal one closes the operation.
pub(crate) async fn judge(db: &PgPool, judgement: &Judgement) -> Result<State, Fault> {
    let (person, name) = &judgement.person;
    let mut tx = db.begin().await?;
    sqlx::query!("set local synchronous_commit = on").execute(&mut *tx).await?;
    let round = lock(&mut tx, judgement.operation, State::NeedsReview).await?.state_since;
    let verdict = if judgement.executed { "executed" } else { "not_executed" };
    sqlx::query!(
        "insert into review (operation_id, round, reviewer_id, reviewer_name, verdict, reason) values ($1, $2, $3, $4, $5, $6)",
        judgement.operation.0,
        round,
        person,
        name,
        verdict,
        judgement.reason,
    )
    .execute(&mut *tx)
    .await?;
    let agreed = sqlx::query_scalar!(
        r#"select count(*) as "count!" from review where operation_id = $1 and round = $2 and verdict = $3"#,
        judgement.operation.0,
        round,
        verdict,
    )
    .fetch_one(&mut *tx)
    .await?;
    let detail = serde_json::json!({ "verdict": verdict, "reason": judgement.reason });
    let (state, note) = match (agreed >= 2, judgement.executed) {
        (false, _) => (State::NeedsReview, "judged_by_one"),
        (true, true) => (State::Succeeded, "judged_done"),
        (true, false) => (State::Failed, "judged_not_done"),
    };
    if agreed >= 2 {
        sqlx::query!(
            "update attempt set outcome = $2, evidence = $3
              where operation_id = $1
                and (outcome is null or outcome = 'unknown' or (outcome = 'executed' and $2 = 'not_executed'))",
            judgement.operation.0,
            verdict,
            detail,
        )
        .execute(&mut *tx)
        .await?;
    }
    change(&mut tx, judgement.operation, (state, note, detail), &judgement.person).await?;
    proof::at(Point::JudgeBeforeCommit);
    tx.commit().await?;
    Ok(state)
}

/// Takes back what was not sent, if `person` asked for it. A worker that holds it can no longer arm.
pub(crate) async fn withdraw(
    db: &PgPool,
    operation: OperationId,
    person: &(Uuid, String),
) -> Result<(), Fault> {
    proof::at(Point::WithdrawBeforeCommit);
    let done = sqlx::query!(
        "update operation set state = 'CANCELLED', note = 'withdrawn', detail = '{}', changed_by = $2, changed_by_name = $3
          where id = $1 and requester_id = $2 and state in ('PENDING_APPROVAL', 'READY')",
        operation.0,
        person.0,
        person.1,
    )
    .execute(db)
    .await?;
    if done.rows_affected() == 0 { Err(Fault::Moved) } else { Ok(()) }
}

/// Makes an operation due now. One that needs review goes back to being asked about.
pub(crate) async fn hasten(
    db: &PgPool,
    operation: OperationId,
    person: &(Uuid, String),
) -> Result<(), Fault> {
    let done = sqlx::query!(
        "update operation set
            next_at = journal_clock(),
            state = case state when 'NEEDS_REVIEW' then 'UNKNOWN' else state end,
            note = case state when 'NEEDS_REVIEW' then 'look_again' else note end,
            changed_by = $2, changed_by_name = $3
          where id = $1 and state in ('READY', 'SENDING', 'UNKNOWN', 'CONFIRMING', 'NEEDS_REVIEW')",
        operation.0,
        person.0,
        person.1,
    )
    .execute(db)
    .await?;
    if done.rows_affected() == 0 { Err(Fault::Moved) } else { Ok(()) }
}

struct Locked {
    needs_approvals: i16,
    state_since: chrono::DateTime<chrono::Utc>,
}

async fn lock(tx: &mut PgConnection, operation: OperationId, state: State) -> Result<Locked, Fault> {
    sqlx::query_as!(
        Locked,
        "select needs_approvals, state_since from operation where id = $1 and state = $2 for update",
        operation.0,
        state.as_str(),
    )
    .fetch_optional(tx)
    .await?
    .ok_or(Fault::Moved)
}

async fn change(
    tx: &mut PgConnection,
    operation: OperationId,
    (state, note, detail): (State, &str, serde_json::Value),
    (person, name): &(Uuid, String),
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update operation set state = $2, note = $3, detail = $4, next_at = journal_clock(), changed_by = $5, changed_by_name = $6
          where id = $1",
        operation.0,
        state.as_str(),
        note,
        detail,
        person,
        name,
    )
    .execute(tx)
    .await?;
    Ok(())
}
