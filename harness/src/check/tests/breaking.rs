//! Ways to break what happened at Huawei Cloud, what was sent and what was paid: I1 to I4, I7, I9 to I11, I13, I17, I18.

use crate::{
    check::{
        check,
        tests::{
            is_caught, is_caught_in,
            world::{World, ms},
        },
    },
    evidence::{Effect, Evidence, Mode, Operation, Sent},
};

/// The first operation that ended with this note.
pub(super) fn noted<'e>(evidence: &'e mut Evidence, note: &str) -> &'e mut Operation {
    evidence.operations.iter_mut().find(|operation| operation.note == note).expect("one such operation")
}

/// The effect and the request that paid an order, as positions.
fn payment_of(evidence: &Evidence, order: &str) -> (usize, usize) {
    let is_it = |effect: &Effect| effect.subject == order && effect.operation == "pay_orders";
    let effect = evidence.ledger.iter().position(is_it).expect("paid");
    let seq = evidence.ledger[effect].seq;
    (effect, evidence.requests.iter().position(|sent| sent.effect == Some(seq)).expect("sent"))
}

/// The first payment that went as it should.
fn first_payment(evidence: &mut Evidence) -> (usize, usize) {
    let order = evidence.operations[0].subject.clone();
    payment_of(evidence, &order)
}

/// The same payment happens once more, by the same bytes or by a request of its own.
fn pay_again(evidence: &mut Evidence, changes: impl FnOnce(&mut Sent, &mut Effect)) {
    let (effect, sent) = first_payment(evidence);
    let seq = evidence.ledger.len() as u64 + 1;
    let mut effect = Effect { seq, ..evidence.ledger[effect].clone() };
    let mut sent = Sent { effect: Some(seq), ..evidence.requests[sent].clone() };
    effect.at += ms(700);
    sent.at += ms(700);
    changes(&mut sent, &mut effect);
    evidence.ledger.push(effect);
    evidence.requests.push(sent);
}

#[test]
fn a_request_that_takes_effect_twice_is_caught() {
    for (mode, invariant) in
        [(Mode::Naive, "I1"), (Mode::Naive, "I2"), (Mode::Naive, "I8"), (Mode::Duplicates, "I1")]
    {
        is_caught_in(mode, invariant, |evidence| pay_again(evidence, |sent, _| sent.duplicate = true));
    }
}

#[test]
fn an_order_that_two_operations_pay_is_caught() {
    let mut world = World::new(Mode::Naive);
    let order = world.place("10.00".parse().expect("an amount"));
    let after = world.pay(&order, world.at(0));
    world.pay(&order.to_lowercase(), after + ms(500));
    let found = check(&world.evidence());
    assert!(found.iter().any(|violation| violation.invariant == "I2"), "{found:#?}");
}

#[test]
fn a_success_without_an_effect_is_caught() {
    is_caught("I3", |evidence| {
        let (effect, sent) = first_payment(evidence);
        evidence.requests[sent].effect = None;
        evidence.ledger.remove(effect);
    });
    is_caught("I3", |evidence| noted(evidence, "absent").state = "SUCCEEDED".to_owned());
}

#[test]
fn a_success_before_its_effect_is_caught() {
    is_caught("I3", |evidence| {
        let (effect, _) = first_payment(evidence);
        evidence.ledger[effect].at += ms(60_000);
    });
}

#[test]
fn a_payment_of_the_console_that_is_called_ours_is_caught() {
    is_caught("I3", |evidence| {
        let operation = noted(evidence, "done_elsewhere");
        operation.note = "effect_read".to_owned();
        let order = operation.subject.clone();
        for effect in evidence.ledger.iter_mut().filter(|effect| effect.subject == order) {
            effect.at -= ms(5_000);
        }
    });
}

#[test]
fn a_payment_of_ours_that_is_called_the_consoles_is_caught() {
    is_caught("I3", |evidence| evidence.operations[0].note = "done_elsewhere".to_owned());
}

#[test]
fn an_operation_that_failed_and_took_effect_is_caught_then_and_later() {
    for state in ["FAILED", "STALE", "EXPIRED", "REJECTED", "CANCELLED"] {
        is_caught("I4", |evidence| evidence.operations[0].state = state.to_owned());
    }
    is_caught("I4", |evidence| {
        // The request of an operation that was given up arrives after all.
        let operation = noted(evidence, "absent").clone();
        let attempt = &operation.attempts[0];
        let order = &evidence.operations[0].subject.clone();
        let (effect, sent) = payment_of(evidence, order);
        let (seq, at) = (evidence.ledger.len() as u64 + 1, attempt.x_sdk_date + ms(4_800));
        let effect = evidence.ledger[effect].clone();
        evidence.ledger.push(Effect { seq, at, subject: operation.subject.clone(), ..effect });
        evidence.requests.push(Sent {
            at: attempt.armed_at + ms(10),
            x_sdk_date: attempt.x_sdk_date,
            body_sha256: hex::encode(&attempt.request_sha256),
            effect: Some(seq),
            ..evidence.requests[sent].clone()
        });
    });
}

#[test]
fn an_attempt_that_was_settled_as_not_executed_and_took_effect_is_caught() {
    is_caught("I4", |evidence| evidence.operations[0].attempts[0].outcome = Some("not_executed".to_owned()));
}

#[test]
fn an_effect_after_the_signature_was_dead_blames_the_harness_too() {
    let mut world = World::new(Mode::Strict);
    let order = world.place("10.00".parse().expect("an amount"));
    let mut late = world.submit(("li.na", "pay_order"), &order, world.at(0));
    world.arm(&mut late);
    world.arrives(late, 5_500, true, None);
    world.loses(&mut late);
    world.is_absent(&mut late, "FAILED", "absent");
    let found = check(&world.evidence());
    let told = found.iter().find(|violation| violation.invariant == "I4").expect("caught");
    assert!(told.what.contains("look at the harness first"), "{told}");
}

#[test]
fn two_paid_renewals_from_one_look_are_caught() {
    let mut world = World::new(Mode::Strict);
    let orders = [world.renew("resource-1", world.at(0)), world.renew("RESOURCE-1", world.at(2_000))];
    for (nth, order) in (0..).zip(&orders) {
        world.pay(order, world.at(6_000 + nth * 3_000));
    }
    let found = check(&world.evidence());
    assert!(found.iter().any(|violation| violation.invariant == "I7"), "{found:#?}");
}

#[test]
fn one_paid_renewal_of_two_is_no_violation() {
    let mut world = World::new(Mode::Strict);
    let orders = [world.renew("resource-1", world.at(0)), world.renew("resource-1", world.at(2_000))];
    world.pay(&orders[1], world.at(6_000));
    assert_eq!(check(&world.evidence()), []);
}

#[test]
fn an_extra_unpaid_order_is_caught_and_so_is_a_paid_one() {
    let mut world = World::new(Mode::Duplicates);
    world.renew("resource-1", world.at(0));
    let mut evidence = world.evidence();
    let seq = evidence.ledger.len() as u64 + 1;
    let extra = Effect { seq, subject: "CS99999999AB".to_owned(), ..evidence.ledger[0].clone() };
    evidence.ledger.push(extra.clone());
    let again = Sent { effect: Some(seq), duplicate: true, ..evidence.requests[0].clone() };
    evidence.requests.push(again);
    let names = |evidence: &Evidence| -> Vec<&str> {
        check(evidence).into_iter().map(|violation| violation.invariant).collect()
    };
    assert_eq!(names(&evidence), ["I17"]);
    // The network made it after the end, and it is in the lists.
    let mut late = evidence.clone();
    let closed = late.operations[0].closed_at.expect("closed");
    late.ledger.last_mut().expect("the extra one").at = closed + ms(100);
    assert_eq!(names(&late), ["I17"]);
    late.exports[0] += "\r\nCS99999999AB,x,Awaiting payment,,10.00,10.00";
    assert_eq!(names(&late), [""; 0]);
    late.requests.last_mut().expect("its request").duplicate = false;
    assert!(names(&late).contains(&"I17"));
    let mut shown = evidence.clone();
    let last = shown.operations[0].events.len() - 2;
    shown.operations[0].events[last].to = "NEEDS_REVIEW".to_owned();
    assert!(!names(&shown).contains(&"I17"));
    let cancelled = Effect { seq: 90, operation: "cancel_customer_order".to_owned(), ..extra.clone() };
    evidence.ledger.push(Effect { actor: "console".to_owned(), ..cancelled });
    assert_eq!(names(&evidence), [""; 0]);
    evidence.ledger.push(Effect { seq: 91, operation: "pay_orders".to_owned(), ..extra });
    assert!(names(&evidence).contains(&"I17"));
}

#[test]
fn a_request_without_an_attempt_is_caught() {
    is_caught("I9", |evidence| {
        evidence.operations[0].attempts.clear();
    });
    is_caught("I9", |evidence| {
        let (_, sent) = first_payment(evidence);
        let body_sha256 = "ab".repeat(32);
        let unknown = Sent { body_sha256, effect: None, ..evidence.requests[sent].clone() };
        evidence.requests.push(unknown);
    });
}

#[test]
fn a_request_that_left_before_its_attempt_is_caught() {
    is_caught("I9", |evidence| evidence.operations[0].attempts[0].armed_at += ms(35));
}

#[test]
fn an_effect_of_no_request_is_caught() {
    is_caught("I9", |evidence| {
        let (_, sent) = first_payment(evidence);
        evidence.requests[sent].effect = None;
    });
}

#[test]
fn an_attempt_that_is_sent_twice_is_caught() {
    for invariant in ["I9", "I10"] {
        is_caught(invariant, |evidence| {
            let (_, sent) = first_payment(evidence);
            let mut again = Sent { effect: None, status: Some(400), ..evidence.requests[sent].clone() };
            again.at += ms(300);
            evidence.requests.push(again);
        });
    }
}

#[test]
fn a_request_that_was_signed_again_is_caught() {
    is_caught("I10", |evidence| {
        let (_, sent) = first_payment(evidence);
        evidence.requests[sent].x_sdk_date += ms(2_000);
    });
}

#[test]
fn an_attempt_beside_a_live_one_is_caught() {
    // Of the same operation: armed again before the absence was proved, or although nothing was proved.
    for outcome in [Some("unknown".to_owned()), None, Some("executed".to_owned())] {
        is_caught("I11", |evidence| {
            let retried =
                evidence.operations.iter_mut().find(|row| row.attempts.len() == 2).expect("one retried");
            retried.attempts[0].outcome.clone_from(&outcome);
        });
    }
    is_caught("I11", |evidence| {
        let retried =
            evidence.operations.iter_mut().find(|row| row.attempts.len() == 2).expect("one retried");
        let again = retried.attempts[1].armed_at;
        retried.attempts[0].settled_at = Some(again + ms(1));
    });
    // Of an earlier operation on the same order.
    is_caught("I11", |evidence| {
        let order = evidence.operations[0].subject.clone();
        let paid_later = noted(evidence, "done_elsewhere");
        paid_later.subject = order;
    });
}

#[test]
fn sums_that_differ_by_a_cent_are_caught() {
    let cent = rust_decimal::Decimal::new(1, 2);
    for expected in ["I13: called paid", "I13: account d000000001"] {
        is_caught(expected, |evidence| {
            let (effect, _) = first_payment(evidence);
            evidence.ledger[effect].amount += cent;
        });
        is_caught(expected, |evidence| {
            let (effect, _) = first_payment(evidence);
            evidence.ledger[effect].coupons += cent;
        });
    }
    // Too much for one and too little for another: the account's sum agrees.
    is_caught("I13: called paid, ¥", |evidence| {
        for (operation, off) in [(0, cent), (1, -cent)] {
            let order = evidence.operations[operation].subject.clone();
            let (effect, _) = payment_of(evidence, &order);
            evidence.ledger[effect].amount += off;
        }
    });
    // Paid by an operation that is called failed.
    is_caught("I13: account d000000001", |evidence| evidence.operations[0].state = "FAILED".to_owned());
}

#[test]
fn what_coupons_give_counts_as_paid() {
    let mut evidence = crate::check::tests::a_full_day(Mode::Strict);
    let (effect, _) = first_payment(&mut evidence);
    let part = rust_decimal::Decimal::new(500, 2);
    evidence.ledger[effect].amount -= part;
    evidence.ledger[effect].coupons += part;
    assert_eq!(check(&evidence), []);
}

#[test]
fn an_export_that_tells_something_else_is_caught() {
    let paid = |evidence: &Evidence| evidence.operations[0].subject.clone();
    for (from, to) in [("Completed", "Cancelled"), ("12.34,12.34", "12.34,12.43"), ("2026-11-23", "")] {
        is_caught("I13", |evidence| {
            let order = paid(evidence);
            let lines: Vec<String> = evidence.exports[0]
                .split("\r\n")
                .map(|line| match line.starts_with(&order) {
                    true if to.is_empty() => {
                        let mut cells: Vec<&str> = line.rsplitn(4, ',').collect();
                        cells[2] = "";
                        cells.into_iter().rev().collect::<Vec<_>>().join(",")
                    }
                    true => line.replace(from, to),
                    false => line.to_owned(),
                })
                .collect();
            evidence.exports[0] = lines.join("\r\n");
        });
    }
    is_caught("I13", |evidence| {
        let order = paid(evidence);
        for export in &mut evidence.exports {
            *export = export.replace(&order, "CS00000000XX");
        }
    });
    is_caught("I13: cannot be read", |evidence| evidence.exports[1] = "nothing,at,all".to_owned());
    is_caught("I13: is payable", |evidence| {
        evidence.exports[0] = evidence.exports[0].replace(",12.34\r", ",much\r");
    });
}

#[test]
fn what_cannot_be_undone_and_did_not_wait_is_caught() {
    let mut world = World::new(Mode::Strict);
    world.renew("resource-1", world.at(0));
    let mut evidence = world.evidence();
    let names =
        |evidence: &Evidence| -> Vec<&str> { check(evidence).iter().map(|one| one.invariant).collect() };
    let operation = &mut evidence.operations[0];
    let armed_at = operation.attempts[0].armed_at;
    operation.held_until = Some(armed_at);
    assert!(!names(&evidence).contains(&"I18"), "it waited");
    evidence.operations[0].held_until = Some(armed_at + ms(1_000));
    let found: Vec<_> = check(&evidence).into_iter().filter(|one| one.invariant == "I18").collect();
    assert!(found.iter().any(|one| one.what.contains("was armed before")), "{found:?}");
    assert!(found.iter().any(|one| one.what.contains("that arrived at")), "{found:?}");
    let operation = &mut evidence.operations[0];
    (operation.kind, operation.held_until) = ("unsubscribe".to_owned(), None);
    assert!(names(&evidence).contains(&"I18"), "it is ready and does not wait");
    evidence.operations[0].held_until = Some(evidence.operations[0].created_at - ms(1));
    assert!(names(&evidence).contains(&"I18"), "it waited in the past");
}
