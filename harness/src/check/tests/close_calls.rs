//! Evidence that looks wrong and is not, each beside what is like it and is wrong.

use crate::{
    check::{
        check,
        tests::world::{Making, World, ms},
    },
    evidence::{Act, Effect, Evidence, Mode, Sent},
};

fn names(evidence: &Evidence) -> Vec<&'static str> {
    let mut names: Vec<&str> = check(evidence).into_iter().map(|violation| violation.invariant).collect();
    names.dedup();
    names
}

/// A world with one payment that was armed.
fn armed(mode: Mode) -> (World, Making, String) {
    let mut world = World::new(mode);
    let order = world.place("10.00".parse().expect("an amount"));
    let mut making = world.submit(("li.na", "pay_order"), &order, world.at(0));
    world.arm(&mut making);
    (world, making, order)
}

#[test]
fn an_upstream_that_pays_twice_shows_the_consoles_payment_only() {
    let paid_beside_the_console = |mode, console: bool| {
        let (mut world, mut making, order) = armed(mode);
        if console {
            world.console(true, &order, making.now - ms(3_500));
        }
        world.arrives(making, 50, true, None);
        world.is_found(&mut making, "done_elsewhere");
        names(&world.evidence())
    };
    assert_eq!(paid_beside_the_console(Mode::Naive, true), [""; 0]);
    assert_eq!(paid_beside_the_console(Mode::Strict, true), ["I3"]);
    assert_eq!(paid_beside_the_console(Mode::Naive, false), ["I3"]);
}

#[test]
fn a_payment_of_the_console_while_ours_was_under_way_cannot_be_told_from_ours() {
    let found_paid = |before_and_after: [Option<i64>; 2]| {
        let (mut world, mut making, order) = armed(Mode::Naive);
        for after in before_and_after.into_iter().flatten() {
            world.console(true, &order, making.now + ms(after));
        }
        world.is_found(&mut making, "effect_read");
        names(&world.evidence())
    };
    assert_eq!(found_paid([None, Some(200)]), [""; 0]);
    assert_eq!(found_paid([Some(-9_000), Some(200)]), [""; 0]);
    assert_eq!(found_paid([Some(-9_000), None]), ["I3"]);
}

#[test]
fn a_payment_is_ours_only_if_some_request_may_have_taken_effect() {
    let (mut world, mut making, order) = armed(Mode::Strict);
    world.is_throttled(&mut making);
    world.console(true, &order, making.now);
    world.note(&mut making, "UNKNOWN", "effect_found_first");
    world.note(&mut making, "SUCCEEDED", "effect_read");
    assert_eq!(names(&world.evidence()), ["I3"]);
}

#[test]
fn two_requests_with_the_same_bytes_in_one_second_are_told_apart_as_far_as_they_can_be() {
    let one_after_the_other = || {
        let (mut world, mut first, order) = armed(Mode::Strict);
        world.is_throttled(&mut first);
        world.withdraw(&mut first);
        let mut second = world.submit(("zhang.wei", "pay_order"), &order, first.now + ms(10));
        world.arm(&mut second);
        world.succeeds(&mut second);
        world.evidence()
    };
    let evidence = one_after_the_other();
    assert_eq!(evidence.requests[0].signature, evidence.requests[1].signature);
    assert_eq!(names(&evidence), [""; 0]);
    // Neither can have caused it.
    let mut evidence = one_after_the_other();
    evidence.operations[1].state = "FAILED".to_owned();
    assert!(names(&evidence).contains(&"I4"));
    // Each may have had one effect, and no more than one; and the order may have had one in all.
    let mut evidence = one_after_the_other();
    let seq = evidence.ledger.len() as u64 + 1;
    evidence.ledger.push(Effect { seq, ..evidence.ledger[0].clone() });
    evidence.requests[0].effect = Some(seq);
    assert!(names(&evidence).contains(&"I2"));
    assert!(!names(&evidence).contains(&"I1"));
}

#[test]
fn a_renewal_is_done_by_its_own_order_or_elsewhere() {
    let mut world = World::new(Mode::Strict);
    world.renew("resource-1", world.at(0));
    let mut evidence = world.evidence();
    assert_eq!(names(&evidence), [""; 0]);
    evidence.ledger.clear();
    evidence.requests.clear();
    assert_eq!(names(&evidence), ["I3"]);
    evidence.operations[0].note = "done_elsewhere".to_owned();
    assert_eq!(names(&evidence), [""; 0]);
}

#[test]
fn an_extra_order_of_our_own_may_be_cancelled_though_nobody_picked_it() {
    let tidied = |by_us: bool| {
        let mut world = World::new(Mode::Strict);
        let order = if by_us {
            world.renew("resource-1", world.at(0))
        } else {
            world.place("10.00".parse().expect("an amount"))
        };
        let mut making = world.submit(("li.na", "cancel_order"), &order, world.at(5_000));
        world.arm(&mut making);
        world.succeeds(&mut making);
        let mut evidence = world.evidence();
        evidence.submissions.retain(|submission| submission.kind != "cancel_order");
        names(&evidence)
    };
    assert_eq!(tidied(true), [""; 0]);
    assert_eq!(tidied(false), ["I6"]);
}

#[test]
fn who_must_still_decide_is_waited_for_and_nobody_else() {
    let waiting = |decisions: &[&str]| {
        let mut world = World::new(Mode::Strict);
        let order = world.place("60000.00".parse().expect("an amount"));
        let mut making = world.submit(("li.na", "pay_order"), &order, world.at(0));
        for person in ["wang.fang", "chen.jie"].iter().take(decisions.len()) {
            world.decide(&mut making, person, true);
        }
        let mut evidence = world.evidence();
        let row = &mut evidence.operations[0];
        for (approval, decision) in row.approvals.iter_mut().zip(decisions) {
            (*decision).clone_into(&mut approval.decision);
        }
        for (act, decision) in evidence.acts.iter_mut().zip(decisions) {
            (*decision).clone_into(&mut act.what);
        }
        "PENDING_APPROVAL".clone_into(&mut row.state);
        row.events.truncate(1);
        evidence.views.clear();
        names(&evidence)
    };
    assert_eq!(waiting(&[]), [""; 0]);
    assert_eq!(waiting(&["approve"]), [""; 0]);
    assert_eq!(waiting(&["approve", "approve"]), ["I5"]);
    assert_eq!(waiting(&["reject"]), ["I5"]);
}

#[test]
fn rest_is_due_some_time_after_the_last_act_on_an_operation() {
    let rested = |act_on_it: bool| {
        let (mut world, mut making, _) = armed(Mode::Strict);
        world.arrives(making, 50, true, None);
        world.is_found(&mut making, "effect_read");
        let mut evidence = world.evidence();
        let row = &evidence.operations[0];
        let (id, since) = (row.id, row.state_since);
        evidence.patience = ms(1_000);
        evidence.healed_at = since - ms(1_500);
        evidence.acts.push(Act {
            at: since - ms(900),
            person: "wang.fang".to_owned(),
            what: "check_now".to_owned(),
            operation: act_on_it.then_some(id),
            subject: None,
            status: Some(303),
        });
        names(&evidence)
    };
    assert_eq!(rested(true), [""; 0]);
    assert_eq!(rested(false), ["I5"]);
}

#[test]
fn a_request_is_compared_with_the_attempt_that_it_is_like() {
    let with_another = |changes: fn(&mut Sent)| {
        let (mut world, mut making, _) = armed(Mode::Strict);
        world.succeeds(&mut making);
        let mut evidence = world.evidence();
        let mut sent = Sent { effect: None, signature: "another".to_owned(), ..evidence.requests[0].clone() };
        changes(&mut sent);
        evidence.requests.push(sent);
        names(&evidence)
    };
    assert_eq!(with_another(|_| {}), ["I9"]);
    assert_eq!(with_another(|sent| sent.body_sha256 = "ab".repeat(32)), ["I9", "I12"]);
    assert_eq!(with_another(|sent| sent.x_sdk_date += ms(1_000)), ["I9", "I10"]);
    assert_eq!(with_another(|sent| sent.operation = "cancel_customer_order".to_owned()), ["I9"]);
    assert_eq!(
        with_another(|sent| {
            sent.body_sha256 = "ab".repeat(32);
            sent.x_sdk_date += ms(1_000);
        }),
        ["I9"]
    );
}

#[test]
fn a_cancelled_order_may_be_cancelled_again_by_another_operation_and_not_by_the_same() {
    let mut world = World::new(Mode::Strict);
    let order = world.place("10.00".parse().expect("an amount"));
    let mut first = world.submit(("li.na", "cancel_order"), &order, world.at(0));
    world.arm(&mut first);
    world.is_throttled(&mut first);
    world.arm(&mut first);
    world.succeeds(&mut first);
    let mut second = world.submit(("zhang.wei", "cancel_order"), &order, first.now + ms(50));
    world.arm(&mut second);
    world.arrives(second, 40, false, Some(400));
    world.is_found(&mut second, "done_elsewhere");
    let mut evidence = world.evidence();
    assert_eq!(names(&evidence), [""; 0]);
    evidence.operations[0].attempts[0].outcome = Some("executed".to_owned());
    assert_eq!(names(&evidence), ["I11"]);
}

#[test]
fn a_payment_beside_the_consoles_still_counts_to_the_cent() {
    let (mut world, mut making, order) = armed(Mode::Naive);
    world.console(true, &order, making.now);
    world.succeeds(&mut making);
    let mut evidence = world.evidence();
    assert_eq!(names(&evidence), [""; 0]);
    let own = evidence.ledger.iter_mut().find(|effect| effect.actor == "api").expect("paid");
    own.amount += rust_decimal::Decimal::new(1, 2);
    assert_eq!(names(&evidence), ["I13"]);
}

#[test]
fn an_order_need_not_be_in_the_export_of_somebody_who_may_not_see_it() {
    let (mut world, mut making, _) = armed(Mode::Strict);
    world.succeeds(&mut making);
    let mut evidence = world.evidence();
    let header = evidence.exports[0].lines().next().expect("a header").to_owned();
    evidence.exports.push(header.clone());
    assert_eq!(names(&evidence), [""; 0]);
    evidence.exports = vec![header];
    assert_eq!(names(&evidence), ["I13"]);
}
