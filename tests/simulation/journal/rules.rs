//! What the journal refuses, in the words of its tables' triggers and constraints. Nothing here writes.

use bss_portal::{
    operations::{Change, Fault, Outcome, State, Verdict},
    proof::{self, Mutant},
};
use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{Request, Row};

/// The kinds and steps that the tables know.
pub(crate) const KINDS: [&str; 10] = [
    "pay_order",
    "cancel_order",
    "renew",
    "unsubscribe",
    "auto_renew_on",
    "auto_renew_off",
    "at_expiry_on",
    "at_expiry_off",
    "convert",
    "renewal_day",
];
pub(crate) const STEPS: [&str; 7] =
    ["pay", "cancel", "create_order", "unsubscribe", "set_policy", "convert", "set_day"];

/// The longest that an operation may wait once it is ready.
pub(super) const LONGEST_HOLD_MS: i64 = 3_600_000;

/// How many others must agree: to amounts of this kind that are above this.
pub(crate) const TIERS: [(&str, i64, i16); 12] = [
    ("pay_order", -1, 0),
    ("pay_order", 1_000, 1),
    ("pay_order", 50_000, 2),
    ("cancel_order", -1, 0),
    ("renew", -1, 0),
    ("unsubscribe", -1, 1),
    ("auto_renew_on", -1, 0),
    ("auto_renew_off", -1, 0),
    ("at_expiry_on", -1, 0),
    ("at_expiry_off", -1, 0),
    ("convert", -1, 1),
    ("renewal_day", -1, 0),
];

/// The classes of answers that an attempt may carry.
const CLASSES: [&str; 6] = ["S", "P", "N", "V", "R", "A"];

/// The most that a clock may differ from the journal's when an attempt is armed.
pub(super) const CLOCKS_APART: TimeDelta = TimeDelta::seconds(120);

/// How many others must agree to an operation of this kind and amount.
pub(super) fn approvals_needed(kind: &str, amount: Option<Decimal>) -> i16 {
    let amount = amount.unwrap_or_default();
    let tiers = TIERS.iter().filter(|(of, above, _)| *of == kind && Decimal::from(*above) < amount);
    tiers.max_by_key(|(_, above, _)| *above).map_or(2, |(_, _, approvals)| *approvals)
}

/// The guards that a deliberate bug of this thread or process takes away are false.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Guards {
    /// One open operation per target, and no order paid twice.
    pub(crate) once: bool,
    /// Only whoever holds an operation settles it.
    pub(crate) fence: bool,
    /// One upstream order proves one operation.
    pub(crate) one_proof: bool,
}

impl Guards {
    /// Those that stand now.
    pub(crate) fn standing() -> Self {
        Self {
            once: !proof::is(Mutant::TargetsNotHeld),
            fence: !proof::is(Mutant::FenceIgnored),
            one_proof: !proof::is(Mutant::OrderProvesMany),
        }
    }
}

pub(super) fn refused(words: impl Into<String>) -> Fault {
    Fault::Refused(words.into())
}

/// A unique index or constraint that already has such a row.
pub(super) fn taken(constraint: &str) -> Fault {
    refused(format!("duplicate key value violates unique constraint \"{constraint}\""))
}

/// A check on one row that fails.
pub(super) fn violated(table: &str, constraint: &str) -> Fault {
    refused(format!("new row for relation \"{table}\" violates check constraint \"{constraint}\""))
}

/// A moment as the tables keep it: in whole microseconds.
pub(super) fn kept(moment: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(moment.timestamp_micros()).unwrap_or(moment)
}

/// A moment this much later. One out of range has the code of a wrong clock.
pub(super) fn after(now: DateTime<Utc>, span: std::time::Duration) -> Result<DateTime<Utc>, Fault> {
    let micros = i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
    now.checked_add_signed(TimeDelta::microseconds(micros)).ok_or(Fault::Clock)
}

/// Whether a request with this outcome could have taken effect or still can.
pub(super) fn is_live(outcome: Option<Outcome>) -> bool {
    outcome != Some(Outcome::NotExecuted)
}

fn is_unsettled(outcome: Option<Outcome>) -> bool {
    matches!(outcome, None | Some(Outcome::Unknown))
}

/// The outcome that `request` has after a verdict on the attempts of `step`.
pub(super) fn judged(verdict: &Verdict, step: &str, request: &Request) -> Option<Outcome> {
    let before = request.attempt.outcome;
    match verdict {
        Verdict::Answer(outcome, _) if before.is_none() && request.attempt.step == step => Some(*outcome),
        Verdict::Read(outcome, _) if is_unsettled(before) && request.attempt.step == step => Some(*outcome),
        _ => before,
    }
}

/// Refuses an answer that the table of attempts refuses.
pub(super) fn may_answer(row: &Row, step: &str, verdict: &Verdict) -> Result<(), Fault> {
    let is_armed = |r: &Request| r.attempt.step == step && r.attempt.outcome.is_none();
    match verdict {
        Verdict::Answer(_, answered)
            if answered.class.is_some_and(|class| !CLASSES.contains(&class))
                && row.requests.iter().any(is_armed) =>
        {
            Err(violated("attempt", "attempt_class_check"))
        }
        _ => Ok(()),
    }
}

/// Refuses what `operation_guard` refuses about a change of `row` by its holder.
pub(super) fn may_settle(row: &Row, step: &str, change: &Change) -> Result<(), Fault> {
    if row.operation.closed_at.is_some() {
        return Err(refused("a closed operation is final"));
    }
    if let (Some(bound), Some(order)) = (&row.operation.upstream_order_id, &change.binds)
        && (bound != order || row.operation.more_orders != change.binds_more)
    {
        return Err(refused("a bound order stays bound"));
    }
    may_become(row, change.to, |request| judged(&change.verdict, step, request))
}

/// Refuses what `operation_guard` refuses about a change of state. `outcome` is what becomes of an
/// attempt in the same transaction.
pub(super) fn may_become(
    row: &Row,
    to: State,
    outcome: impl Fn(&Request) -> Option<Outcome>,
) -> Result<(), Fault> {
    let operation = &row.operation;
    let from = operation.state;
    if to == from {
        return Ok(());
    }
    if !from.may_become(to) {
        return Err(refused(format!("illegal transition {from} -> {to}")));
    }
    let mut of_step = row.requests.iter().filter(|request| request.attempt.step == operation.step);
    match to {
        State::Ready if from == State::PendingApproval && !row.is_agreed_to() => {
            return Err(refused("approvals are missing"));
        }
        State::Sending if !of_step.any(|r| r.fence == row.fence && outcome(r).is_none()) => {
            return Err(refused("nothing is armed"));
        }
        State::Confirming if !of_step.any(|r| outcome(r) == Some(Outcome::Executed)) => {
            return Err(refused("nothing was executed"));
        }
        State::Ready | State::Failed | State::Stale | State::Expired | State::Cancelled | State::Rejected
            if of_step.any(|r| is_live(outcome(r))) =>
        {
            return Err(refused("an attempt is live"));
        }
        State::Succeeded if row.requests.iter().any(|r| is_unsettled(outcome(r))) => {
            return Err(refused("an attempt is unsettled"));
        }
        _ => {}
    }
    if from == State::NeedsReview
        && to.is_final()
        && row.concluded(operation.state_since, to == State::Succeeded) < 2
    {
        return Err(refused("two people must agree"));
    }
    Ok(())
}

/// Refuses what `approval_guard` and its table refuse.
pub(super) fn may_vote(row: &Row, person: Uuid, sha256: &[u8], now: DateTime<Utc>) -> Result<(), Fault> {
    if row.operation.requester_id == person {
        return Err(refused("the maker cannot be the checker"));
    }
    if row.operation.approve_by <= now {
        return Err(refused("nothing to approve"));
    }
    if row.operation.payload_sha256 != sha256 {
        return Err(refused("something else was approved"));
    }
    if row.approvals.iter().any(|(approval, _)| approval.approver_id == person) {
        return Err(taken("approval_pkey"));
    }
    Ok(())
}

/// Refuses what `review_guard` and its table refuse.
pub(super) fn may_judge(
    row: &Row,
    (person, reason): (Uuid, &str),
    executed: bool,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let may_take_effect =
        |r: &Request| r.attempt.settles_at >= now && (r.attempt.is_live() || row.operation.rejected);
    if !executed && row.requests.iter().any(may_take_effect) {
        return Err(refused("a request may still take effect"));
    }
    if reason.is_empty() {
        return Err(violated("review", "review_reason_check"));
    }
    let round = row.operation.state_since;
    if row.reviews.iter().any(|(of, review)| *of == round && review.reviewer_id == person) {
        return Err(taken("review_pkey"));
    }
    Ok(())
}
