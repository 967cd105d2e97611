//! I15 and I16: what people saw, against the recorded course of the operation, and what people tried who may not.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Found,
    case::{Case, ROUNDED, name, same, time},
    states::{is_final, is_known},
};
use crate::evidence::{Answered, Blow, Evidence, Operation, View};

/// A change is written a moment before it is committed, and pages read what is committed. On a busy machine that moment
/// may be this long; a process that was stopped in it makes it longer.
const COMMITTED_WITHIN: TimeDelta = TimeDelta::seconds(5);

fn told(view: &View) -> String {
    let View { asked_at, at, person, language, state, .. } = view;
    format!(
        "the {language} page of {person}, asked {}, answered {}, says {state}",
        time(*asked_at),
        time(*at)
    )
}

/// I15.
pub(super) fn true_and_final(case: &Case<'_>, found: &mut Found) {
    let mut views: Vec<&View> = case.evidence.views.iter().collect();
    views.sort_by_key(|view| view.at);
    for (nth, view) in views.iter().enumerate() {
        let Some(operation) = case.operation(view.operation) else { continue };
        if !is_known(&view.state) {
            found.add(format!("{}: {}, which is no state", name(operation), told(view)));
            continue;
        }
        if is_final(&view.state) && view.state != operation.state {
            found.add(format!("{}: an ending was taken back: {}", name(operation), told(view)));
        }
        let ended = views[..nth].iter().find(|earlier| {
            earlier.operation == view.operation && is_final(&earlier.state) && earlier.at < view.asked_at
        });
        if let Some(ended) = ended.filter(|ended| ended.state != view.state) {
            found.add(format!("{}: {}, and later {}", name(operation), told(ended), told(view)));
        }
        if !was_so(case.evidence, operation, view) {
            found.add(format!("{}: {}; its course: {}", name(operation), told(view), course(operation)));
        }
        if view.state == "UNKNOWN" && !view.listed && !warns(&view.text) {
            found.add(format!(
                "{}: {}, and does not say that it must not be repeated",
                name(operation),
                told(view)
            ));
        }
    }
    for submission in &case.evidence.submissions {
        let Answered::Busy(id) = submission.answer else { continue };
        let Some(holder) = case.operation(id) else { continue };
        let over = holder
            .closed_at
            .filter(|closed| committed(case.evidence, *closed).is_some_and(|at| at < submission.at));
        if over.is_some() || !case.orders_of(submission).any(|order| same(order, &holder.subject)) {
            let (order, at) = (&submission.subject, time(submission.at));
            found.add(format!("at {at} {order} was called held by {}", name(holder)));
        }
    }
}

/// Whether the operation was in that state at some moment between the question and the answer.
fn was_so(evidence: &Evidence, operation: &Operation, view: &View) -> bool {
    operation.events.iter().enumerate().filter(|(_, event)| event.to == view.state).any(|(nth, event)| {
        let later = operation.events.get(nth + 1).and_then(|next| committed(evidence, next.at));
        // The change after the next one could only be written once the next one was committed.
        let until = later.into_iter().chain(operation.events.get(nth + 2).map(|event| event.at)).min();
        event.at <= view.at + ROUNDED && until.is_none_or(|until| view.asked_at <= until + ROUNDED)
    })
}

/// By when a change that was written at a moment is committed; none when that cannot be told, because a process died or
/// was stopped around then.
pub(super) fn committed(evidence: &Evidence, written: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let near = |at: DateTime<Utc>| at <= written + COMMITTED_WITHIN && at + COMMITTED_WITHIN >= written;
    let mut until = written + COMMITTED_WITHIN;
    for blow in &evidence.kills {
        match blow.how {
            Blow::Pause(ms) => {
                let ends = blow.at + TimeDelta::milliseconds(i64::try_from(ms).unwrap_or(i64::MAX));
                if near(blow.at) || (blow.at <= written && written <= ends) {
                    until = until.max(ends + COMMITTED_WITHIN);
                }
            }
            Blow::Point(_) | Blow::Died(_) if near(blow.at) => return None,
            _ => {}
        }
    }
    Some(until)
}

fn course(operation: &Operation) -> String {
    let moments = operation.events.iter().map(|event| format!("{} {}", time(event.at), event.to));
    moments.collect::<Vec<_>>().join(", ")
}

/// Whether a page says in either language that it must not be repeated.
fn warns(text: &str) -> bool {
    let text = text.to_lowercase();
    let forbids = ["不要", "请勿", "切勿"].iter().any(|word| text.contains(word));
    text.contains("do not repeat") || (forbids && text.contains("重复"))
}

/// I16. What was tried was refused and told nothing, and no row shows that it happened nevertheless.
pub(super) fn kept_apart(case: &Case<'_>, found: &mut Found) {
    let evidence = case.evidence;
    for probe in &evidence.denied {
        let tried = format!("{} tried {} at {}", probe.person, probe.what, time(probe.at));
        if let Some(status) = probe.status.filter(|status| !probe.allowed.contains(status)) {
            found.add(format!("{tried} and was answered {status}, not {:?}", probe.allowed));
        }
        if !probe.leaked.is_empty() {
            found.add(format!("{tried} and was told {:?}", probe.leaked));
        }
        for operation in &evidence.operations {
            let about = |id: &str| probe.what.to_uppercase().contains(&id.to_uppercase());
            if about(&operation.id.to_string()) {
                let own = operation.requester == probe.person;
                let decided = operation.approvals.iter().any(|approval| approval.approver == probe.person);
                if decided && !own {
                    found.add(format!("{tried}, and a decision of theirs counts on {}", name(operation)));
                }
            } else if about(&operation.subject)
                && operation.requester == probe.person
                && operation.created_at >= probe.at
                && probe.what.starts_with("POST")
            {
                found.add(format!("{tried}, and it became {}", name(operation)));
            }
        }
    }
    for operation in evidence.operations.iter().filter(|operation| operation.state == "CANCELLED") {
        let taken_back = evidence.acts.iter().any(|act| {
            act.operation == Some(operation.id) && act.what == "withdraw" && act.person == operation.requester
        });
        if !taken_back {
            found.add(format!("{}: its maker never took it back", name(operation)));
        }
    }
}
