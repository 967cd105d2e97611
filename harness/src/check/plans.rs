//! I20: plans, which order and pay renewals one after another. What a plan says of each step is compared with the
//! ledger, and what its operations ask for with what was confirmed.

use super::{
    Found,
    case::{Case, PAY, RENEW, name, same, time},
    pages::committed,
    submissions::rests,
};
use crate::evidence::{Effect, Operation, PlanStep, RenewalPlan};

fn told(plan: &RenewalPlan, step: &PlanStep) -> String {
    let PlanStep { no, state, why, resources, .. } = step;
    format!("step {no} of plan {} ({state}, {why}) for {}", plan.id, resources.join(", "))
}

/// I20.
pub(super) fn kept(case: &Case<'_>, found: &mut Found) {
    for plan in &case.evidence.plans {
        asked_for(case, found, plan);
        let parts = || case.evidence.operations.iter().filter(|row| row.plan == Some(plan.id));
        // A step waits as long as its operation does, for people too.
        let waits = parts().any(|row| row.closed_at.is_none() && rests(row));
        if plan.closed_at.is_none() && !waits {
            let end = time(case.evidence.ended_at);
            found.add(format!("plan {} of {} was still open at {end}", plan.id, plan.requester));
        }
        for part in parts() {
            let keys = |step: &&PlanStep| [step.order_form_key, step.pay_form_key].contains(&part.form_key);
            if plan.steps.iter().all(|step| !keys(&step)) || part.requester != plan.requester {
                found.add(format!("{} is of plan {} and of none of its steps", name(part), plan.id));
            }
            let stopped = plan.stopped_at.and_then(|stopped| committed(case.evidence, stopped));
            if stopped.is_some_and(|stopped| part.created_at > stopped) {
                found.add(format!("{} was submitted after plan {} was stopped", name(part), plan.id));
            }
        }
        for step in &plan.steps {
            step_is_true(case, found, (plan, step));
        }
    }
}

/// One form with this number made it, and asked for all of its resources.
fn asked_for(case: &Case<'_>, found: &mut Found, plan: &RenewalPlan) {
    let twins = case.evidence.plans.iter();
    let twins = twins.filter(|one| one.requester == plan.requester && one.form_key == plan.form_key);
    if twins.count() > 1 {
        found.add(format!("form {} is several plans, {} among them", plan.form_key, plan.id));
    }
    for step in &plan.steps {
        for resource in &step.resources {
            let asked = case.evidence.submissions.iter().any(|form| {
                form.kind == "renew"
                    && form.person == plan.requester
                    && form.form_key.eq_ignore_ascii_case(&plan.form_key.to_string())
                    && same(&form.subject, resource)
                    && (form.pays || step.confirmed.is_none())
                    && form.at <= plan.created_at
            });
            if !asked {
                found.add(format!("{}: no form asked for {resource}", told(plan, step)));
            }
        }
    }
}

/// What a step says came of it is what the ledger says of its operations and its order.
fn step_is_true(case: &Case<'_>, found: &mut Found, (plan, step): (&RenewalPlan, &PlanStep)) {
    let with =
        |key| case.evidence.operations.iter().find(|row| row.plan == Some(plan.id) && row.form_key == key);
    let (order, pay) = (with(step.order_form_key), with(step.pay_form_key));
    let effects = |row: Option<&Operation>, call: &str| -> Vec<&Effect> {
        let own = row.map(|row| case.effects_of(row)).unwrap_or_default();
        own.into_iter().map(|caused| caused.effect).filter(|effect| effect.operation == call).collect()
    };
    let (made, paid) = (effects(order, RENEW), effects(pay, PAY));
    let say = |found: &mut Found, what: &str| found.add(format!("{}: {what}", told(plan, step)));
    if let (Some(pay), Some(confirmed)) = (pay, step.confirmed)
        && pay.amount != Some(confirmed)
    {
        say(found, &format!("¥{confirmed} was confirmed; {} is for {:?}", name(pay), pay.amount));
    }
    if step.confirmed.is_none() && pay.is_some() {
        say(found, "its order was to be left, and is paid");
    }
    // An order that people found is on no record.
    if let Some(id) = &step.order_id
        && !made.iter().any(|effect| same(&effect.subject, id))
    {
        say(found, &format!("it says that the order {id} came of it; the ledger knows otherwise"));
    }
    let anybody_paid = step.order_id.as_ref().is_some_and(|id| case.happened(PAY, id).next().is_some());
    match step.state.as_str() {
        "paid" if !anybody_paid => say(found, "nobody paid its order"),
        "paid" if paid.is_empty() && step.why != "elsewhere" => say(found, "somebody else paid its order"),
        "not_ordered" if !made.is_empty() => say(found, "an order was made"),
        "unpaid" | "ordered" if !paid.is_empty() => say(found, "it paid the order"),
        "ordered" if made.is_empty() => say(found, "no order was made"),
        _ => {}
    }
}
