//! I5, I6 and I8: what people asked for, against what the journal holds and what was done in their name.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::{
    Found,
    case::{CANCEL, Case, Caused, PAY, RENEW, ROUNDED, SET_DAY, call_of_kind, name, same, sets_expiry, time},
    states::is_final,
    values::day_of,
};
use crate::evidence::{Answered, Effect, Operation, Submission};

fn is_about(submission: &Submission, operation: &Operation) -> bool {
    same(&submission.subject, &operation.subject) && submission.kind == operation.kind
}

fn form(submission: &Submission) -> String {
    let Submission { kind, subject, person, form_key, at, .. } = submission;
    format!("form {form_key} ({kind} {subject} by {person} at {})", time(*at))
}

/// I5. An operation on which too few people decided waits for them, not for the portal.
pub(super) fn ends(case: &Case<'_>, found: &mut Found) {
    let evidence = case.evidence;
    for submission in &evidence.submissions {
        let is_kept = match &submission.answer {
            Answered::Operation(id) => case.operation(*id).is_some(),
            // That leads to the list, since there are several.
            Answered::Accepted => {
                let orders: BTreeSet<String> = case.orders_of(submission).map(str::to_uppercase).collect();
                let made = orders.iter().filter(|order| {
                    evidence.operations.iter().any(|row| {
                        same(&row.subject, order)
                            && row.kind == submission.kind
                            && row.requester == submission.person
                    })
                });
                made.count() >= orders.len().min(2)
            }
            Answered::Plan(id) => evidence.plans.iter().any(|plan| {
                plan.id == *id
                    && plan.requester == submission.person
                    && submission.form_key.eq_ignore_ascii_case(&plan.form_key.to_string())
            }),
            Answered::Busy(_) | Answered::Refused(_) | Answered::Lost => true,
        };
        if !is_kept {
            found.add(format!(
                "{} was accepted ({:?}), and no row holds it",
                form(submission),
                submission.answer
            ));
        }
    }
    // A list also holds what is older than this history.
    let pages = evidence.views.iter().filter(|view| !view.listed);
    for id in pages.map(|view| view.operation).collect::<BTreeSet<Uuid>>() {
        if case.operation(id).is_none() {
            found.add(format!("a page showed operation {id}, and no row holds it"));
        }
    }
    for operation in &evidence.operations {
        let rests = is_final(&operation.state) || operation.state == "NEEDS_REVIEW";
        if !rests && !waits_for_people(operation) {
            found.add(format!(
                "{}: still open at {}; healed at {}",
                name(operation),
                time(evidence.ended_at),
                time(evidence.healed_at)
            ));
            continue;
        }
        let acts = evidence.acts.iter().filter(|act| act.operation == Some(operation.id)).map(|act| act.at);
        let due = acts.fold(evidence.healed_at.max(operation.created_at), Ord::max) + evidence.patience;
        if rests && operation.state_since > due {
            let since = time(operation.state_since);
            found.add(format!("{}: came to rest at {since} only, due by {}", name(operation), time(due)));
        }
    }
}

/// Whether it has come to an end, or people have to do something first.
pub(super) fn rests(operation: &Operation) -> bool {
    is_final(&operation.state) || operation.state == "NEEDS_REVIEW" || waits_for_people(operation)
}

fn waits_for_people(operation: &Operation) -> bool {
    let said = |decision| operation.approvals.iter().filter(|approval| approval.decision == decision).count();
    let needed = usize::try_from(operation.needs_approvals).unwrap_or_default();
    operation.state == "PENDING_APPROVAL" && said("approve") < needed && said("reject") == 0
}

/// I6.
pub(super) fn picked(case: &Case<'_>, found: &mut Found) {
    let evidence = case.evidence;
    let made_by_us = |order: &str| {
        case.caused.iter().any(|c| c.effect.operation == RENEW && same(&c.effect.subject, order))
    };
    for caused in &case.caused {
        let effect = caused.effect;
        let rows = caused.operations();
        // An extra renewal order, which nobody picked, is to be cancelled (I17).
        let tidied = effect.operation == CANCEL && made_by_us(&effect.subject);
        if (effect.operation == PAY || effect.operation == CANCEL) && !tidied {
            let asked = |submission: &&Submission| {
                same(&submission.subject, &effect.subject)
                    && call_of_kind(&submission.kind) == Some(&effect.operation)
                    && submission.at <= effect.at + ROUNDED
            };
            let planned = rows.iter().any(|row| is_planned(case, row));
            if !planned && !evidence.submissions.iter().any(|submission| asked(&submission)) {
                found.add(format!("nobody asked for {}", case.tell(effect)));
            }
        }
        if !rows.is_empty() && !tidied && rows.iter().all(|row| !is_on_its_subject(caused, row)) {
            found.add(format!("{} was caused by {}", case.tell(effect), name(rows[0])));
        }
    }
    for operation in &evidence.operations {
        let asked = evidence.submissions.iter().any(|submission| {
            is_about(submission, operation)
                && submission.person == operation.requester
                && submission.at <= operation.created_at + ROUNDED
        });
        let tidies = operation.kind == "cancel_order" && made_by_us(&operation.subject);
        if !asked && !tidies && !is_planned(case, operation) {
            found.add(format!(
                "{}: no such form was sent before {}",
                name(operation),
                time(operation.created_at)
            ));
        }
    }
}

/// Whether an effect is on what the operation is about, as far as the ledger names that: of what makes an order it
/// names the order.
fn is_on_its_subject(caused: &Caused<'_>, operation: &Operation) -> bool {
    let effect = caused.effect;
    match effect.operation.as_str() {
        PAY | CANCEL => same(&operation.subject, &effect.subject),
        SET_DAY => day_of(operation).is_some_and(|day| same(&day, &effect.subject)),
        call if sets_expiry(call) => same(&operation.subject, &effect.subject),
        _ => true,
    }
}

/// Whether it pays the order of a step, as the form asked for that made the plan.
fn is_planned(case: &Case<'_>, operation: &Operation) -> bool {
    case.pays_step(operation).is_some_and(|(plan, step)| {
        operation.kind == "pay_order"
            && step.confirmed.is_some()
            && step.order_id.as_ref().is_some_and(|order| same(order, &operation.subject))
            && case.evidence.submissions.iter().any(|form| {
                form.kind == "renew"
                    && form.pays
                    && form.person == operation.requester
                    && form.form_key.eq_ignore_ascii_case(&plan.form_key.to_string())
                    && step.resources.iter().any(|resource| same(resource, &form.subject))
            })
    })
}

/// I8. A form for several orders is one operation for each of them.
pub(super) fn one_per_form(case: &Case<'_>, found: &mut Found) {
    let evidence = case.evidence;
    let mut led_to: BTreeMap<(&str, &str, String), BTreeSet<Uuid>> = BTreeMap::new();
    let mut forms: BTreeMap<(&str, &str, String), BTreeSet<String>> = BTreeMap::new();
    for submission in &evidence.submissions {
        let Submission { person, kind, form_key, subject, .. } = submission;
        let key = form_key.to_lowercase();
        forms.entry((person, kind, subject.to_uppercase())).or_default().insert(key.clone());
        let Answered::Operation(id) = submission.answer else { continue };
        let ids = led_to.entry((person, kind, key)).or_default();
        ids.insert(id);
        let orders: BTreeSet<String> = case.orders_of(submission).map(str::to_uppercase).collect();
        if ids.len() > orders.len() {
            let told: Vec<String> = ids.iter().map(ToString::to_string).collect();
            found.add(format!("{} led to {} operations: {}", form(submission), ids.len(), told.join(", ")));
        }
        if let Some(row) = case.operation(id)
            && !(row.requester == *person
                && row.kind == *kind
                && orders.contains(&row.subject.to_uppercase()))
        {
            found.add(format!("{} led to {}", form(submission), name(row)));
        }
    }

    let mut by_key: BTreeMap<(Uuid, Uuid), Vec<&Operation>> = BTreeMap::new();
    let mut by_order: BTreeMap<(&str, &str, String), Vec<&Operation>> = BTreeMap::new();
    for row in &evidence.operations {
        by_key.entry((row.requester_id, row.form_key)).or_default().push(row);
        by_order.entry((&row.requester, &row.kind, row.subject.to_uppercase())).or_default().push(row);
    }
    for ((_, key), rows) in &by_key {
        if rows.len() > 1 {
            found.add(format!("form {key} is {} operations: {}", rows.len(), names(rows)));
        }
        let effects: Vec<&Effect> = case
            .caused
            .iter()
            .filter(|caused| !caused.causes.is_empty() && caused.effect.operation != RENEW)
            .filter(|caused| !caused.is_repeated_value())
            .filter(|caused| {
                caused.operations().iter().all(|cause| rows.iter().any(|row| row.id == cause.id))
            })
            .map(|caused| caused.effect)
            .collect();
        if effects.len() > 1 {
            let told: Vec<String> = effects.iter().map(|effect| case.tell(effect)).collect();
            found.add(format!("form {key} had {} effects: {}", effects.len(), told.join(", ")));
        }
    }
    for (about, rows) in &by_order {
        let sent = forms.get(about).map_or(0, BTreeSet::len);
        if sent > 0 && rows.len() > sent {
            found.add(format!("{sent} forms became {} operations: {}", rows.len(), names(rows)));
        }
    }
}

fn names(rows: &[&Operation]) -> String {
    rows.iter().map(|row| name(row)).collect::<Vec<_>>().join(", ")
}
