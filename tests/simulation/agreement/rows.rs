//! The rows of the journal in memory in the shape in which PostgreSQL shows its own, and answers of both
//! in one shape. Nothing is compared here.

use bss_portal::operations::{Approval, Attempt, Claimed, Event, Operation, Review, Stop, Story};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::journal::{Journal, Request, Row};

/// A moment as `to_jsonb` writes it: no zeros at the end.
fn at(moment: DateTime<Utc>) -> String {
    let text = moment.format("%Y-%m-%dT%H:%M:%S.%6f").to_string();
    format!("{}+00:00", text.trim_end_matches('0').trim_end_matches('.'))
}

fn maybe(moment: Option<DateTime<Utc>>) -> Option<String> {
    moment.map(at)
}

fn bytes(bytes: &[u8]) -> String {
    format!("\\x{}", hex::encode(bytes))
}

fn with(mut object: Value, more: Value) -> Value {
    if let (Value::Object(object), Value::Object(more)) = (&mut object, more) {
        object.extend(more);
    }
    object
}

/// Every row, as [`super::store::rows`].
pub(crate) fn all(journal: &Journal) -> Value {
    let each = |rows: fn(&Row) -> Vec<Value>| journal.operations().flat_map(rows).collect::<Vec<_>>();
    let epochs = journal.epochs().iter().enumerate().map(|(n, epoch)| {
        json!({
            "id": n + 1, "system_identifier": epoch.identity, "observed_at": at(epoch.observed_at),
            "quarantine_until": at(epoch.quarantine_until),
        })
    });
    json!({
        "operation": each(|row| vec![own(row)]),
        "operation_target": each(targets),
        "attempt": each(|row| row.requests.iter().map(|request| sent(row, request)).collect()),
        "approval": each(|row| row.approvals.iter().map(|(one, sha256)| {
            with(approval(one), json!({ "operation_id": row.operation.id, "payload_sha256": bytes(sha256) }))
        }).collect()),
        "review": each(|row| row.reviews.iter().map(|(round, one)| {
            with(review(one), json!({ "operation_id": row.operation.id, "round": at(*round) }))
        }).collect()),
        "operation_event": each(|row| row.events.iter().map(|(one, actor)| {
            with(event(one), json!({ "operation_id": row.operation.id, "actor_id": actor }))
        }).collect()),
        "sending_stop": journal.stops().map(stop).collect::<Vec<_>>(),
        "recovery_epoch": epochs.collect::<Vec<_>>(),
    })
}

fn own(row: &Row) -> Value {
    let (owner, until) = row.lease.clone().unzip();
    let more = json!({
        "fence": row.fence, "lease_owner": owner, "lease_until": maybe(until), "form_nonce": row.form_key,
        "hold_ms": row.hold_ms, "plan_id": row.plan,
    });
    with(operation(&row.operation), more)
}

fn targets(row: &Row) -> Vec<Value> {
    let operation = &row.operation;
    let mut targets: Vec<_> = row.targets.iter().map(bss_portal::operations::Target::parts).collect();
    targets.sort_unstable();
    let each = targets.into_iter().map(|(kind, id)| {
        json!({
            "operation_id": operation.id, "account_id": operation.account_id, "target_kind": kind,
            "target_id": id, "open": operation.closed_at.is_none(),
        })
    });
    each.collect()
}

fn sent(row: &Row, request: &Request) -> Value {
    let more = json!({
        "operation_id": row.operation.id, "account_id": row.operation.account_id, "fence": request.fence,
        "request_sha256": bytes(&request.request_sha256), "pay_order_id": request.pays,
    });
    with(attempt(&request.attempt), more)
}

fn operation(o: &Operation) -> Value {
    json!({
        "id": o.id, "account_id": o.account_id, "kind": o.kind, "step": o.step, "state": o.state,
        "payload_sha256": bytes(&o.payload_sha256), "subject": o.subject,
        "amount": o.amount.map(|amount| amount.normalize().to_string()),
        "requester_id": o.requester_id, "requester_name": o.requester_name,
        "needs_approvals": o.needs_approvals, "trans_id": o.trans_id, "pays_order_id": o.pays_order_id,
        "upstream_order_id": o.upstream_order_id, "more_orders": o.more_orders,
        "held_until": maybe(o.held_until), "epoch": o.epoch, "next_at": at(o.next_at),
        "approve_by": at(o.approve_by), "deadline_at": at(o.deadline_at), "created_at": at(o.created_at),
        "state_since": at(o.state_since), "closed_at": maybe(o.closed_at), "polls": o.polls,
        "holds": o.holds, "absences": o.absences, "absent_at": maybe(o.absent_at), "rejected": o.rejected,
        "result_code": o.result_code, "result_text": o.result_text, "note": o.note, "detail": o.detail,
    })
}

fn attempt(a: &Attempt) -> Value {
    json!({
        "step": a.step, "attempt_no": a.attempt_no, "x_sdk_date": at(a.x_sdk_date),
        "settles_at": at(a.settles_at), "armed_at": at(a.armed_at),
        "outcome": a.outcome.map(bss_portal::operations::Outcome::as_str), "class": a.class,
        "http_status": a.http_status, "error_code": a.error_code, "error_msg": a.error_msg,
        "request_id": a.request_id, "answered_at": maybe(a.answered_at), "settled_at": maybe(a.settled_at),
        "evidence": a.evidence,
    })
}

fn approval(a: &Approval) -> Value {
    json!({
        "approver_id": a.approver_id, "approver_name": a.approver_name, "decision": a.decision,
        "reason": a.reason, "at": at(a.at),
    })
}

fn review(r: &Review) -> Value {
    json!({
        "reviewer_id": r.reviewer_id, "reviewer_name": r.reviewer_name, "verdict": r.verdict,
        "reason": r.reason, "at": at(r.at),
    })
}

fn event(e: &Event) -> Value {
    json!({
        "at": at(e.at), "from_state": e.from_state, "to_state": e.to_state, "note": e.note,
        "detail": e.detail, "actor_name": e.actor_name,
    })
}

fn stop(s: &Stop) -> Value {
    json!({
        "account_id": s.account_id, "since": at(s.since), "error_code": s.error_code, "error_msg": s.error_msg,
    })
}

/// What `claim` returned.
pub(crate) fn claimed(claimed: Option<&Claimed>) -> Value {
    claimed.map_or(Value::Null, |claimed| {
        let mut bound = claimed.bound.clone();
        bound.sort_unstable();
        json!({
            "operation": with(operation(&claimed.operation), json!({ "payload": claimed.operation.payload })),
            "attempts": claimed.attempts.iter().map(attempt).collect::<Vec<_>>(),
            "fence": claimed.fence, "now": at(claimed.now), "recovered": claimed.recovered, "bound": bound,
        })
    })
}

/// What `story` returned.
pub(crate) fn story(story: Option<&Story>) -> Value {
    story.map_or(Value::Null, |story| {
        json!({
            "operation": with(operation(&story.operation), json!({ "payload": story.operation.payload })),
            "attempts": story.attempts.iter().map(attempt).collect::<Vec<_>>(),
            "approvals": story.approvals.iter().map(approval).collect::<Vec<_>>(),
            "reviews": story.reviews.iter().map(review).collect::<Vec<_>>(),
            "events": story.events.iter().map(event).collect::<Vec<_>>(),
            "stop": story.stop.as_ref().map(stop),
        })
    })
}
