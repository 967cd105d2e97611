//! Ways to break what people asked for and what the journal holds: I5, I6, I8, I12, I14.

use uuid::Uuid;

use crate::{
    check::tests::{breaking::noted, is_caught, world::ms},
    evidence::{Act, Answered, Event, Operation},
};

#[test]
fn an_accepted_form_without_a_row_is_caught() {
    is_caught("I5: was accepted (Operation", |evidence| {
        evidence.operations.retain(|row| row.note != "withdrawn");
    });
    is_caught("I5: was accepted (Accepted", |evidence| {
        let accepted =
            evidence.submissions.iter().find(|one| one.answer == Answered::Accepted).expect("several");
        let order = accepted.subject.clone();
        evidence.operations.retain(|row| row.subject != order);
    });
}

#[test]
fn an_operation_that_never_rests_is_caught() {
    for state in ["READY", "SENDING", "UNKNOWN", "CONFIRMING"] {
        is_caught("I5", |evidence| {
            let row = noted(evidence, "effect_read");
            state.clone_into(&mut row.state);
            row.closed_at = None;
        });
    }
    is_caught("I5", |evidence| {
        let row =
            evidence.operations.iter_mut().find(|row| row.state == "PENDING_APPROVAL").expect("one waits");
        row.needs_approvals = 0;
    });
}

#[test]
fn an_operation_that_rests_too_late_is_caught() {
    is_caught("I5", |evidence| {
        evidence.patience = ms(100);
        evidence.healed_at = evidence.began_at;
    });
}

#[test]
fn a_page_of_an_operation_that_is_gone_is_caught() {
    is_caught("I5", |evidence| evidence.views[0].operation = Uuid::from_u128(7 << 80));
}

#[test]
fn a_payment_that_nobody_picked_is_caught() {
    is_caught("I6: nobody asked for", |evidence| {
        let order = evidence.operations[0].subject.clone();
        evidence.submissions.retain(|submission| submission.subject != order);
    });
    is_caught("I6: nobody asked for", |evidence| {
        let order = evidence.operations[0].subject.clone();
        for submission in evidence.submissions.iter_mut().filter(|submission| submission.subject == order) {
            submission.kind = "cancel_order".to_owned();
        }
    });
}

#[test]
fn a_payment_of_another_order_than_the_operations_is_caught() {
    is_caught("I6: was caused by", |evidence| {
        let (one, other) = (evidence.operations[0].subject.clone(), evidence.operations[1].subject.clone());
        for effect in &mut evidence.ledger {
            if effect.subject == one {
                effect.subject.clone_from(&other);
            }
        }
    });
}

#[test]
fn an_operation_of_another_kind_or_order_than_was_asked_for_is_caught() {
    is_caught("I6: no such form", |evidence| {
        noted(evidence, "withdrawn").kind = "cancel_order".to_owned();
    });
    is_caught("I6: no such form", |evidence| {
        noted(evidence, "withdrawn").subject = "CS00000000XX".to_owned();
    });
}

#[test]
fn a_cancellation_that_nobody_picked_is_caught_whoever_picked_a_renewal() {
    for expected in ["I6: nobody asked for", "I6: no such form"] {
        is_caught(expected, |evidence| {
            let cancelled = |row: &&Operation| row.kind == "cancel_order" && row.note == "effect_read";
            let order = evidence.operations.iter().find(cancelled).expect("one").subject.clone();
            evidence.submissions.retain(|submission| submission.subject != order);
        });
    }
}

#[test]
fn an_operation_that_nobody_asked_for_is_caught() {
    is_caught("I6", |evidence| {
        let person = &mut evidence.operations[0].requester;
        *person = "wang.fang".to_owned();
    });
    is_caught("I6", |evidence| {
        for submission in &mut evidence.submissions {
            submission.at += ms(3_600_000);
        }
    });
}

/// A second row that is like the first one.
fn twin(row: &Operation) -> Operation {
    Operation { id: Uuid::from_u128(4_711), attempts: Vec::new(), ..row.clone() }
}

#[test]
fn a_form_that_became_two_operations_is_caught() {
    is_caught("I8: is 2 operations", |evidence| {
        let row = twin(noted(evidence, "withdrawn"));
        evidence.operations.push(row);
    });
    // With a key of its own, as if the form had been sent by somebody else.
    is_caught("I8: forms became 2 operations", |evidence| {
        let row = twin(noted(evidence, "withdrawn"));
        evidence.operations.push(Operation { form_key: Uuid::from_u128(5), ..row });
    });
}

#[test]
fn a_form_whose_two_operations_both_took_effect_is_caught() {
    is_caught("I8: had 2 effects", |evidence| {
        let form_key = evidence.operations[0].form_key;
        evidence.operations[3].form_key = form_key;
        assert_eq!(evidence.operations[0].requester_id, evidence.operations[3].requester_id);
    });
}

#[test]
fn a_form_that_led_to_two_operations_or_to_a_strangers_is_caught() {
    for expected in ["I8: led to 2 operations", "I8: led to pay_order"] {
        is_caught(expected, |evidence| {
            let other = evidence.operations[1].id;
            let (order, first) = (&evidence.operations[0].subject, evidence.submissions[0].at);
            let again = evidence.submissions.iter().position(|one| one.subject == *order && one.at > first);
            evidence.submissions[again.expect("pressed again")].answer = Answered::Operation(other);
        });
    }
}

#[test]
fn sending_without_enough_approvals_is_caught() {
    let two = |row: &&mut Operation| row.needs_approvals == 2;
    is_caught("I12", |evidence| {
        let row = evidence.operations.iter_mut().find(two).expect("needs two");
        row.approvals.pop();
    });
    is_caught("I12", |evidence| {
        let row = evidence.operations.iter_mut().find(two).expect("needs two");
        row.approvals[1].approver_id = row.approvals[0].approver_id;
    });
    is_caught("I12", |evidence| {
        let row = evidence.operations.iter_mut().find(two).expect("needs two");
        row.approvals[1].at = row.attempts[0].armed_at + ms(1);
    });
}

#[test]
fn a_maker_who_checks_is_caught() {
    is_caught("I12: but asked for it too", |evidence| {
        let row = evidence.operations.iter_mut().find(|row| row.needs_approvals == 1).expect("needs one");
        row.approvals[0].approver_id = row.requester_id;
    });
}

#[test]
fn approval_of_another_payload_is_caught() {
    is_caught("I12: to another payload", |evidence| {
        let row = evidence.operations.iter_mut().find(|row| row.needs_approvals == 1).expect("needs one");
        row.payload_sha256[0] ^= 1;
    });
}

#[test]
fn an_approval_that_nobody_gave_or_another_or_other_than_it_was_given_is_caught() {
    let breaks: [fn(&mut Act); 4] = [
        |act| act.what = "check_now".to_owned(),
        |act| act.what = "reject".to_owned(),
        |act| act.person = "a.stranger".to_owned(),
        |act| act.operation = Some(Uuid::from_u128(7 << 80)),
    ];
    for broken in breaks {
        is_caught("I12: never pressed", |evidence| {
            evidence.acts.iter_mut().filter(|act| act.what == "approve").for_each(broken);
        });
    }
}

#[test]
fn sending_although_somebody_said_no_is_caught() {
    is_caught("I12: somebody said no", |evidence| {
        let row = evidence.operations.iter_mut().find(|row| row.needs_approvals == 2).expect("needs two");
        let mut no = row.approvals[0].clone();
        no.decision = "reject".to_owned();
        row.approvals.push(no);
    });
}

#[test]
fn fewer_approvals_than_the_rules_ask_for_are_caught() {
    is_caught("I12: the rules ask for 2", |evidence| {
        let row = evidence.operations.iter_mut().find(|row| row.needs_approvals == 2).expect("needs two");
        row.needs_approvals = 1;
    });
}

#[test]
fn other_bytes_than_those_that_were_written_down_are_caught() {
    is_caught("I12", |evidence| {
        let sent = evidence.requests.iter_mut().find(|sent| sent.effect.is_some()).expect("one");
        sent.body_sha256 = "cd".repeat(32);
    });
}

#[test]
fn a_review_by_one_person_is_caught() {
    is_caught("I12", |evidence| {
        noted(evidence, "judged_done").reviews.pop();
    });
    is_caught("I12", |evidence| noted(evidence, "judged_not_done").reviews.clear());
    is_caught("I12", |evidence| {
        noted(evidence, "judged_done").reviews[0].verdict = "not_executed".to_owned();
    });
}

type Break = fn(&mut Vec<Event>);

#[test]
fn a_broken_course_is_caught() {
    // A change that is missing, told twice, illegal, out of order, after the end, or not the last one.
    let breaks: [(&str, Break); 8] = [
        ("but it was", |events| drop(events.remove(1))),
        ("but it was", |events| events.insert(2, events[1].clone())),
        ("illegal change", |events| {
            events.remove(2);
            events[2].from = Some("SENDING".to_owned());
        }),
        ("goes back", |events| events[2].at -= ms(900)),
        ("after its end", |events| {
            let mut last = events[events.len() - 1].clone();
            last.from = Some("SUCCEEDED".to_owned());
            events.push(last);
        }),
        ("its history ends with", |events| drop(events.pop())),
        ("its history begins", |events| events[0].to = "PENDING_APPROVAL".to_owned()),
        ("has no history", Vec::clear),
    ];
    for (words, broken) in breaks {
        is_caught(&format!("I14: {words}"), |evidence| broken(&mut evidence.operations[0].events));
    }
    is_caught("I14: closed at", |evidence| evidence.operations[0].closed_at = None);
    is_caught("I14: times recorded as sending", |evidence| {
        let attempts = &mut evidence.operations[0].attempts;
        attempts.push(attempts[0].clone());
    });
}
