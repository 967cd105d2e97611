//! I14: the recorded course of each operation: complete, unbroken, legal, and the same as where it stands.

use super::{
    Found,
    case::{Case, name, time},
    states::{is_final, may_become},
};
use crate::evidence::Operation;

/// I14. A line that changes no state only tells something; each change has one line, since two would break the chain.
pub(super) fn unbroken(case: &Case<'_>, found: &mut Found) {
    for operation in &case.evidence.operations {
        course(operation, found);
        if operation.closed_at.is_some() != is_final(&operation.state) {
            found.add(format!("{}: closed at {:?}", name(operation), operation.closed_at));
        }
        let sending = |from: Option<&str>, to: &str| from != Some("SENDING") && to == "SENDING";
        let sent = operation.events.iter().filter(|event| sending(event.from.as_deref(), &event.to)).count();
        if sent != operation.attempts.len() {
            let attempts = operation.attempts.len();
            found.add(format!(
                "{}: {attempts} attempts, and {sent} times recorded as sending",
                name(operation)
            ));
        }
    }
}

fn course(operation: &Operation, found: &mut Found) {
    let begins = if operation.needs_approvals > 0 { "PENDING_APPROVAL" } else { "READY" };
    let Some((first, rest)) = operation.events.split_first() else {
        found.add(format!("{}: has no history", name(operation)));
        return;
    };
    if first.from.is_some() || first.to != begins {
        let (from, to) = (first.from.as_deref().unwrap_or("nothing"), &first.to);
        found.add(format!("{}: its history begins {from} → {to}, not with {begins}", name(operation)));
    }
    let mut before = first;
    for event in rest {
        let (from, to, at) = (event.from.as_deref().unwrap_or("nothing"), &event.to, time(event.at));
        if from != before.to {
            found.add(format!("{}: at {at} {from} → {to}, but it was {}", name(operation), before.to));
        }
        if is_final(&before.to) {
            found.add(format!("{}: at {at} {from} → {to} after its end", name(operation)));
        } else if from != to && !may_become(from, to) {
            found.add(format!("{}: at {at} the illegal change {from} → {to}", name(operation)));
        }
        if event.at < before.at {
            found.add(format!("{}: its history goes back from {} to {at}", name(operation), time(before.at)));
        }
        before = event;
    }
    if before.to != operation.state {
        found.add(format!("{}: its history ends with {} at {}", name(operation), before.to, time(before.at)));
    }
}
