//! Evidence that looks wrong and is not, each beside what is like it and is wrong.

use crate::{
    check::{
        check,
        tests::world::{Making, World, ms},
    },
    evidence::{Effect, Evidence, Mode},
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
