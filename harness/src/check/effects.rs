//! I1 to I4: what the simulator's ledger says happened, against what the journal says happened.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use uuid::Uuid;

use super::{
    Found,
    case::{Case, PAY, RENEW, ROUNDED, call_of_kind, name, time},
    states::WITHOUT_EFFECT,
};
use crate::evidence::{Effect, Mode, Operation};

/// Times of payment are whole seconds, told by a clock whose difference is known to a second.
const WHOLE_SECONDS: TimeDelta = TimeDelta::seconds(3);

/// I1. Extra *unpaid* orders made by duplicate delivery move no money; I17 judges them. What sets a value may be
/// delivered again; I19 judges what it ends as.
pub(super) fn once_per_step(case: &Case<'_>, found: &mut Found) {
    let mut by_cause: BTreeMap<Vec<(Uuid, &str)>, Vec<&Effect>> = BTreeMap::new();
    for caused in &case.caused {
        let mut causes: Vec<(Uuid, &str)> =
            caused.causes.iter().map(|tried| (tried.operation.id, tried.attempt.step.as_str())).collect();
        causes.sort_unstable();
        causes.dedup();
        let unpaid_extra = caused.effect.operation == RENEW && case.evidence.mode == Mode::Duplicates;
        if !causes.is_empty() && !unpaid_extra && !caused.is_repeated_value() {
            by_cause.entry(causes).or_default().push(caused.effect);
        }
    }
    for (causes, effects) in by_cause.iter().filter(|(causes, effects)| effects.len() > causes.len()) {
        let told: Vec<String> = effects.iter().map(|effect| case.tell(effect)).collect();
        let steps: Vec<String> = causes.iter().map(|(id, step)| format!("{step} of {id}")).collect();
        found.add(format!("{} took effect {} times: {}", steps.join(" or "), effects.len(), told.join(", ")));
    }
}

/// I2.
pub(super) fn paid_once(case: &Case<'_>, found: &mut Found) {
    let mut payments: BTreeMap<String, Vec<&Effect>> = BTreeMap::new();
    for caused in case.caused.iter().filter(|caused| caused.effect.operation == PAY) {
        payments.entry(caused.effect.subject.to_uppercase()).or_default().push(caused.effect);
    }
    for (order, payments) in payments.iter().filter(|(_, payments)| payments.len() > 1) {
        let told: Vec<String> = payments.iter().map(|payment| case.tell(payment)).collect();
        found.add(format!("order {order} was paid {} times: {}", payments.len(), told.join(", ")));
    }
}

/// I3.
pub(super) fn done_is_done(case: &Case<'_>, found: &mut Found) {
    for operation in case.evidence.operations.iter().filter(|operation| operation.state == "SUCCEEDED") {
        let Some(call) = call_of_kind(&operation.kind) else { continue };
        let on_order = matches!(operation.kind.as_str(), "pay_order" | "cancel_order");
        let all: Vec<&Effect> = if on_order {
            case.happened(call, &operation.subject).collect()
        } else if operation.note == "done_elsewhere" {
            // The ledger names the order that somebody else made, not the resource; I19 judges values.
            continue;
        } else {
            case.effects_of(operation).iter().map(|caused| caused.effect).collect()
        };
        let closed = operation.closed_at.unwrap_or(case.evidence.ended_at);
        if !all.iter().any(|effect| effect.at <= closed + ROUNDED) {
            found.add(format!("{}: nothing in the ledger shows it by {}", name(operation), time(closed)));
            continue;
        }
        if operation.kind == "pay_order" {
            by_whom_we_say(case, found, operation, &all);
        }
    }
}

/// Whether a payment is claimed by the one who made it, as far as that can be told from outside.
fn by_whom_we_say(case: &Case<'_>, found: &mut Found, operation: &Operation, all: &[&Effect]) {
    let own = case.effects_of(operation);
    let by_others = all.iter().any(|effect| effect.actor != "api");
    match (operation.note.as_str(), own.first()) {
        // An upstream that lets an order be paid twice shows only the first payment.
        ("done_elsewhere", Some(_)) if case.evidence.mode == Mode::Naive && by_others => {}
        ("done_elsewhere", Some(own)) => {
            found.add(format!(
                "{}: called paid elsewhere, but it is its own: {}",
                name(operation),
                case.tell(own.effect)
            ));
        }
        ("effect_read", None) => {
            let taken =
                operation.attempts.iter().filter(|attempt| attempt.outcome.as_deref() == Some("executed"));
            let first = taken.map(|attempt| attempt.x_sdk_date).min();
            let before = |effect: &&Effect| first.is_none_or(|first| effect.at + WHOLE_SECONDS < first);
            if let Some(payment) = all.first().filter(|_| all.iter().all(before)) {
                let payment = case.tell(payment);
                found.add(format!(
                    "{}: called its own payment, but it was there before: {payment}",
                    name(operation)
                ));
            }
        }
        _ => {}
    }
}

/// I4. Also for each attempt by itself: what was settled as not executed did not happen.
pub(super) fn not_done_is_not_done(case: &Case<'_>, found: &mut Found) {
    for caused in &case.caused {
        let operations = caused.operations();
        if let Some(first) = operations.first()
            && operations.iter().all(|operation| WITHOUT_EFFECT.contains(&operation.state.as_str()))
        {
            found.add(format!("{}: it took effect all the same: {}", name(first), case.tell(caused.effect)));
            continue;
        }
        let denied = |outcome: &Option<String>| outcome.as_deref() == Some("not_executed");
        if let Some(first) = caused.causes.first()
            && caused.causes.iter().all(|tried| denied(&tried.attempt.outcome))
        {
            found.add(format!("{first} was settled as not executed, but: {}", case.tell(caused.effect)));
        }
    }
}
