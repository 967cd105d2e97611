//! Ways to break what was done to resources: values that are set, holds, and plans: I5, I6, I12, I18 to I20.

use uuid::Uuid;

use crate::{
    check::{
        check,
        tests::{a_full_day, is_caught, is_caught_in, world::ms},
    },
    evidence::{Effect, Evidence, Mode, Operation, PlanStep, Sent},
};

fn of_kind<'e>(evidence: &'e mut Evidence, kind: &str) -> &'e mut Operation {
    evidence.operations.iter_mut().find(|row| row.kind == kind).expect("one of this kind")
}

/// The request and the effect of an operation of this kind, once more at the end.
fn once_more(evidence: &mut Evidence, kind: &str, duplicate: bool) {
    let row = of_kind(evidence, kind).clone();
    let hash = hex::encode(&row.attempts[0].request_sha256);
    let is_it = |sent: &&Sent| sent.body_sha256 == hash && sent.effect.is_some();
    let sent = evidence.requests.iter().find(is_it).expect("sent").clone();
    let effect = evidence.ledger.iter().find(|effect| Some(effect.seq) == sent.effect).expect("done").clone();
    let seq = evidence.ledger.len() as u64 + 1;
    let at = evidence.ended_at - ms(500);
    evidence.requests.push(Sent { effect: Some(seq), duplicate, at, ..sent });
    evidence.ledger.push(Effect { seq, at, ..effect });
}

/// What lists say of a resource is changed: in the words of each language, or left out.
fn relist(evidence: &mut Evidence, resource: &str, words: Option<[&str; 2]>) {
    for (nth, export) in evidence.resource_exports.iter_mut().enumerate() {
        let mut lines: Vec<String> = export.split("\r\n").map(str::to_owned).collect();
        lines.retain(|line| !line.starts_with(&format!("{resource},")));
        lines.extend(words.map(|words| format!("{resource},x,{}", words[nth])));
        *export = lines.join("\r\n");
    }
}

fn plan_step(evidence: &mut Evidence, state: &str) -> (usize, usize) {
    let all = evidence.plans.iter().enumerate();
    let mut all = all.flat_map(|(plan, one)| (0..one.steps.len()).map(move |step| (plan, step)));
    let is_it = |(plan, step): &(usize, usize)| evidence.plans[*plan].steps[*step].state == state;
    all.find(is_it).expect("such a step")
}

fn step_of<'e>(evidence: &'e mut Evidence, state: &str) -> &'e mut PlanStep {
    let (plan, step) = plan_step(evidence, state);
    &mut evidence.plans[plan].steps[step]
}

#[test]
fn a_late_copy_that_sets_a_value_back_is_caught_unless_the_network_made_it() {
    is_caught("I19: ended as 3, not 0", |evidence| {
        once_more(evidence, "auto_renew_on", true);
        let set = of_kind(evidence, "auto_renew_on").subject.clone();
        relist(evidence, &set, Some(["Auto-renewal", "自动续费"]));
    });
    let mut evidence = a_full_day(Mode::Duplicates);
    once_more(&mut evidence, "auto_renew_on", true);
    let set = of_kind(&mut evidence, "auto_renew_on").subject.clone();
    relist(&mut evidence, &set, Some(["Auto-renewal", "自动续费"]));
    assert_eq!(check(&evidence), []);
    // A copy of the portal's own is none of the network's.
    is_caught_in(Mode::Duplicates, "I1", |evidence| once_more(evidence, "auto_renew_on", false));
}

#[test]
fn a_value_that_nothing_has_set_is_caught_and_one_under_review_is_not() {
    is_caught("I19: ended as 3, not 0", |evidence| {
        let row = evidence.operations.iter_mut().rfind(|row| row.kind == "auto_renew_on").expect("one");
        row.state = "FAILED".to_owned();
    });
    is_caught("I19: the account's day ended as", |evidence| {
        of_kind(evidence, "renewal_day").state = "FAILED".to_owned();
    });
    let mut evidence = a_full_day(Mode::Strict);
    let row = evidence.operations.iter_mut().rfind(|row| row.kind == "auto_renew_on").expect("one");
    row.state = "NEEDS_REVIEW".to_owned();
    assert!(check(&evidence).iter().all(|violation| violation.invariant != "I19"));
}

#[test]
fn a_day_that_ended_as_another_is_caught() {
    is_caught("I19: ended as Some(\"DEDUCTION_DATE=5\"), not Some(\"DEDUCTION_DATE=4\")", |evidence| {
        of_kind(evidence, "renewal_day").payload = "{\"day\":{\"deduction\":4}}".to_owned();
    });
    is_caught("I6: was caused by", |evidence| {
        of_kind(evidence, "renewal_day").payload = "{\"day\":{\"deduction\":4}}".to_owned();
    });
}

#[test]
fn a_list_of_resources_that_tells_something_else_is_caught() {
    is_caught("I19: the list says of", |evidence| {
        let set = of_kind(evidence, "auto_renew_on").subject.clone();
        relist(evidence, &set, Some(["Auto-renewal", "自动续费"]));
    });
    is_caught("I19: the list does not have", |evidence| {
        let set = of_kind(evidence, "auto_renew_on").subject.clone();
        relist(evidence, &set, None);
    });
    for kind in ["unsubscribe", "convert"] {
        is_caught("I19: which is gone", |evidence| {
            let gone = of_kind(evidence, kind).subject.clone();
            relist(evidence, &gone, Some(["Manual renewal", "手动续费"]));
        });
    }
    is_caught("I19: cannot be read", |evidence| evidence.resource_exports[0] = "nothing,at,all".to_owned());
}

#[test]
fn a_value_of_another_resource_than_the_operations_is_caught() {
    is_caught("I6: was caused by", |evidence| {
        let (one, other) =
            (of_kind(evidence, "auto_renew_off").subject.clone(), evidence.resources[2].id.clone());
        let sets =
            |effect: &&mut Effect| effect.subject == one && effect.operation.starts_with("cancel_auto");
        evidence.ledger.iter_mut().find(sets).expect("one").subject = other;
    });
}

#[test]
fn what_was_taken_back_and_was_armed_all_the_same_is_caught() {
    is_caught("I18: was taken back at", |evidence| {
        let attempt = of_kind(evidence, "convert").attempts[0].clone();
        let taken_back =
            evidence.operations.iter_mut().find(|row| row.kind == "unsubscribe" && row.state == "CANCELLED");
        taken_back.expect("one").attempts.push(attempt);
    });
    is_caught("I18: was ready and did not wait", |evidence| of_kind(evidence, "convert").held_until = None);
}

#[test]
fn what_needs_agreement_and_asks_for_none_is_caught() {
    for kind in ["unsubscribe", "convert"] {
        is_caught("I12: needs 0 approvals, the rules ask for 1", |evidence| {
            of_kind(evidence, kind).needs_approvals = 0;
        });
    }
    // A payment of a plan counts as all that the plan pays.
    is_caught("I12: needs 0 approvals, the rules ask for 1", |evidence| {
        let (plan, _) = plan_step(evidence, "paid");
        evidence.plans[plan].steps[1].confirmed = Some("5000".parse().expect("an amount"));
    });
}

#[test]
fn a_plan_that_was_accepted_and_is_gone_is_caught() {
    is_caught("I5: was accepted (Plan", |evidence| evidence.plans.clear());
    is_caught("I5: was accepted (Plan", |evidence| evidence.plans[0].requester = "wang.fang".to_owned());
}

#[test]
fn a_plan_that_never_ends_is_caught_unless_it_waits_for_people() {
    is_caught("I20: was still open", |evidence| evidence.plans[0].closed_at = None);
    let mut evidence = a_full_day(Mode::Strict);
    evidence.plans[0].closed_at = None;
    let id = evidence.plans[0].id;
    let row = evidence.operations.iter_mut().find(|row| row.plan == Some(id)).expect("one");
    (row.state, row.closed_at) = ("NEEDS_REVIEW".to_owned(), None);
    assert!(check(&evidence).iter().all(|violation| !violation.what.contains("was still open")));
}

#[test]
fn a_payment_that_the_form_of_a_plan_did_not_ask_for_is_caught() {
    for expected in ["I6: nobody asked for", "I6: no such form", "I20: no form asked for"] {
        is_caught(expected, |evidence| {
            for form in evidence.submissions.iter_mut().filter(|form| form.kind == "renew") {
                form.pays = false;
            }
        });
    }
    is_caught("I20: its order was to be left", |evidence| step_of(evidence, "paid").confirmed = None);
    is_caught("I20: was confirmed;", |evidence| {
        step_of(evidence, "paid").confirmed = Some("9.99".parse().expect("an amount"));
    });
}

#[test]
fn a_plan_for_a_resource_that_nobody_picked_is_caught() {
    is_caught("I20: no form asked for", |evidence| {
        step_of(evidence, "not_ordered").resources = vec!["resource-x".to_owned()];
    });
}

#[test]
fn a_form_that_became_two_plans_is_caught() {
    is_caught("I20: is several plans", |evidence| {
        let mut twin = evidence.plans[0].clone();
        twin.id = Uuid::from_u128(4_711);
        evidence.plans.push(twin);
    });
}

#[test]
fn a_part_that_is_none_of_its_plans_is_caught() {
    is_caught("I20: of none of its steps", |evidence| {
        let row = evidence.operations.iter_mut().find(|row| row.plan.is_some()).expect("one");
        row.form_key = Uuid::from_u128(4_711);
    });
    is_caught("I20: was stopped", |evidence| {
        evidence.plans[0].stopped_at = Some(evidence.plans[0].created_at - ms(60_000));
    });
}

#[test]
fn a_step_that_tells_something_else_than_the_ledger_is_caught() {
    for (was, is, words) in [
        ("not_ordered", "paid", "nobody paid its order"),
        ("ordered", "not_ordered", "an order was made"),
        ("paid", "unpaid", "it paid the order"),
        ("not_ordered", "ordered", "no order was made"),
    ] {
        is_caught(&format!("I20: {words}"), |evidence| step_of(evidence, was).state = is.to_owned());
    }
    is_caught("I20: the ledger knows otherwise", |evidence| {
        step_of(evidence, "ordered").order_id = Some("CS00000000XX".to_owned());
    });
    is_caught("I20: somebody else paid its order", |evidence| {
        let (plan, step) = plan_step(evidence, "paid");
        let key = evidence.plans[plan].steps[step].pay_form_key;
        evidence.operations.retain(|row| row.form_key != key);
    });
}
