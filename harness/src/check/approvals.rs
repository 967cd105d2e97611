//! I12: who agreed to what before it was sent, and whether what was sent is what they agreed to.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use uuid::Uuid;

use super::{
    Found,
    case::{Case, name, time},
};
use crate::evidence::Operation;

/// How many others must agree at least, as the product's rules say (`operations.md` §1.9). A payment of a plan counts as
/// all that the plan pays.
fn policy(case: &Case<'_>, operation: &Operation) -> i16 {
    let whole =
        case.pays_step(operation).map(|(plan, _)| plan.steps.iter().filter_map(|step| step.confirmed).sum());
    match (operation.kind.as_str(), whole.or(operation.amount)) {
        ("pay_order", Some(amount)) if amount > Decimal::from(50_000) => 2,
        ("pay_order", Some(amount)) if amount > Decimal::from(1_000) => 1,
        ("unsubscribe" | "convert", _) => 1,
        _ => 0,
    }
}

/// I12.
pub(super) fn agreed(case: &Case<'_>, found: &mut Found) {
    for operation in &case.evidence.operations {
        of_the_payload(case, found, operation);
        before_sending(found, operation);
        two_reviewers(found, operation);
    }
    exactly_the_bytes(case, found);
}

/// Every decision is by another person, on this payload, and was made by pressing a button.
fn of_the_payload(case: &Case<'_>, found: &mut Found, operation: &Operation) {
    let least = policy(case, operation);
    if operation.needs_approvals < least {
        let (amount, needs) = (operation.amount.unwrap_or_default(), operation.needs_approvals);
        found.add(format!(
            "{}: ¥{amount} needs {needs} approvals, the rules ask for {least}",
            name(operation)
        ));
    }
    for approval in &operation.approvals {
        let who = format!(
            "{}: {} said {} at {}",
            name(operation),
            approval.approver,
            approval.decision,
            time(approval.at)
        );
        if approval.approver_id == operation.requester_id {
            found.add(format!("{who}, but asked for it too"));
        }
        if approval.payload_sha256 != operation.payload_sha256 {
            found.add(format!("{who} to another payload"));
        }
        let pressed = case.evidence.acts.iter().any(|act| {
            act.operation == Some(operation.id)
                && act.person == approval.approver
                && act.what == approval.decision
                && act.at <= approval.at
        });
        if !pressed {
            found.add(format!("{who}, but never pressed the button"));
        }
    }
}

fn before_sending(found: &mut Found, operation: &Operation) {
    let Some(first) = operation.attempts.iter().map(|attempt| attempt.armed_at).min() else { return };
    let agreed: BTreeSet<Uuid> = operation
        .approvals
        .iter()
        .filter(|approval| approval.decision == "approve" && approval.at <= first)
        .filter(|approval| approval.approver_id != operation.requester_id)
        .filter(|approval| approval.payload_sha256 == operation.payload_sha256)
        .map(|approval| approval.approver_id)
        .collect();
    let needed = usize::try_from(operation.needs_approvals).unwrap_or_default();
    if agreed.len() < needed {
        let (has, at) = (agreed.len(), time(first));
        found.add(format!("{}: armed at {at} with {has} of {needed} approvals", name(operation)));
    }
    if operation.approvals.iter().any(|approval| approval.decision == "reject") {
        found.add(format!("{}: armed at {}, and somebody said no", name(operation), time(first)));
    }
}

/// What reading cannot settle is settled by two people who say the same in one stay.
fn two_reviewers(found: &mut Found, operation: &Operation) {
    let Some(last) = operation.events.last().filter(|event| event.from.as_deref() == Some("NEEDS_REVIEW"))
    else {
        return;
    };
    let verdict = match last.to.as_str() {
        "SUCCEEDED" => "executed",
        "FAILED" => "not_executed",
        _ => return,
    };
    let Some(round) = operation.reviews.iter().map(|review| review.round).max() else {
        found.add(format!("{}: closed after a review in which nobody said anything", name(operation)));
        return;
    };
    let said: BTreeSet<Uuid> = operation
        .reviews
        .iter()
        .filter(|review| review.round == round && review.verdict == verdict && review.at <= last.at)
        .map(|review| review.reviewer_id)
        .collect();
    if said.len() < 2 {
        found.add(format!("{}: closed at {} by {} reviewers", name(operation), time(last.at), said.len()));
    }
}

/// A request with an attempt's date and other bytes was not what was agreed to.
fn exactly_the_bytes(case: &Case<'_>, found: &mut Found) {
    for sent in &case.evidence.requests {
        if case.tried.iter().any(|tried| tried.has_bytes(sent) && tried.calls(sent)) {
            continue;
        }
        let signed_then = |sent_at| case.tried.iter().find(move |tried| tried.attempt.x_sdk_date == sent_at);
        if let Some(meant) = signed_then(sent.x_sdk_date).filter(|meant| meant.calls(sent)) {
            let (call, hash) = (&sent.operation, &sent.body_sha256);
            found.add(format!(
                "{call} arrived at {} with the bytes {hash}, not those of {meant}",
                time(sent.at)
            ));
        }
    }
}
