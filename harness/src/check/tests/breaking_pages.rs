//! Ways to break what people see, and who may see it: I15 and I16.

use crate::{
    check::{
        check,
        tests::{a_full_day, breaking::noted, is_caught, world::ms},
    },
    evidence::{Answered, Approval, Blow, Evidence, Kill, Mode, View},
};

fn view_of<'e>(evidence: &'e mut Evidence, state: &str) -> &'e mut View {
    evidence.views.iter_mut().find(|view| view.state == state).expect("somebody saw it")
}

#[test]
fn an_ending_that_was_taken_back_is_caught() {
    is_caught("I15: an ending was taken back", |evidence| {
        view_of(evidence, "SUCCEEDED").state = "FAILED".to_owned();
    });
    is_caught("I15: and later", |evidence| {
        let ended = view_of(evidence, "SUCCEEDED").clone();
        let (asked_at, at) = (ended.asked_at + ms(200), ended.at + ms(200));
        evidence.views.push(View { state: "CONFIRMING".to_owned(), asked_at, at, ..ended });
    });
}

#[test]
fn a_page_that_was_ahead_of_the_database_is_caught() {
    is_caught("I15", |evidence| {
        let view = view_of(evidence, "SUCCEEDED");
        view.asked_at -= ms(100);
        view.at -= ms(100);
    });
}

fn late(evidence: &mut Evidence, by: i64) {
    let view = view_of(evidence, "SENDING");
    view.asked_at += ms(by);
    view.at += ms(by);
}

#[test]
fn a_page_that_was_behind_the_database_is_caught() {
    is_caught("I15", |evidence| late(evidence, 20_000));
}

#[test]
fn a_page_may_be_behind_while_a_stopped_portal_holds_the_change_uncommitted() {
    let mut evidence = a_full_day(Mode::Strict);
    let id = view_of(&mut evidence, "SENDING").operation;
    let row = evidence.operations.iter_mut().find(|row| row.id == id).expect("its row");
    // The accepted answer was being written when the portal was stopped for 30 seconds.
    let (accepted, last) = (row.events[2].at, row.events.len() - 1);
    row.events[last].at += ms(30_000);
    row.closed_at = Some(row.events[last].at);
    row.state_since = row.events[last].at;
    evidence.views.retain(|view| view.operation != id || view.state == "SENDING");
    late(&mut evidence, 15_000);
    assert!(check(&evidence).iter().any(|violation| violation.invariant == "I15"));
    evidence.kills.push(Kill { at: accepted - ms(2), replica: Some(0), how: Blow::Pause(29_000) });
    assert_eq!(check(&evidence), []);
}

#[test]
fn a_page_with_a_state_that_there_is_not_is_caught() {
    is_caught("I15", |evidence| view_of(evidence, "SENDING").state = "SENT".to_owned());
}

#[test]
fn an_unknown_result_that_does_not_warn_is_caught_in_both_languages() {
    for language in ["en", "zh"] {
        is_caught("I15", |evidence| {
            for view in evidence.views.iter_mut().filter(|view| view.language == language) {
                view.text = "…".to_owned();
            }
        });
    }
}

#[test]
fn a_list_need_not_repeat_the_warning() {
    let mut evidence = a_full_day(Mode::Strict);
    let view = view_of(&mut evidence, "UNKNOWN");
    (view.listed, view.text) = (true, "Result unknown".to_owned());
    assert_eq!(check(&evidence), []);
}

#[test]
fn a_holder_that_had_ended_is_caught() {
    is_caught("I15", |evidence| {
        let busy = evidence.submissions.iter_mut().find(|one| matches!(one.answer, Answered::Busy(_)));
        busy.expect("one was busy").at += ms(60_000);
    });
}

#[test]
fn an_answer_to_somebody_who_may_not_is_caught() {
    is_caught("I16", |evidence| evidence.denied[0].status = Some(200));
    is_caught("I16", |evidence| evidence.denied[1].status = Some(303));
    is_caught("I16", |evidence| evidence.denied[0].leaked.push("12.34".to_owned()));
}

#[test]
fn an_effect_of_somebody_who_may_not_is_caught() {
    is_caught("I16", |evidence| {
        let stranger = evidence.denied[1].person.clone();
        let row = &mut evidence.operations[0];
        row.approvals.push(Approval {
            approver_id: uuid::Uuid::from_u128(9),
            approver: stranger,
            payload_sha256: row.payload_sha256.clone(),
            decision: "approve".to_owned(),
            at: row.created_at,
        });
    });
    is_caught("I16", |evidence| {
        let row = evidence.operations[0].clone();
        let probe = &mut evidence.denied[0];
        (probe.person, probe.at) = (row.requester, row.created_at - ms(10));
        probe.what = format!("POST /orders/{}/pay", row.subject);
    });
}

#[test]
fn a_withdrawal_that_its_maker_did_not_ask_for_is_caught() {
    is_caught("I16", |evidence| {
        let id = noted(evidence, "withdrawn").id;
        let act = evidence.acts.iter_mut().find(|act| act.operation == Some(id)).expect("asked for");
        act.person = "a.stranger".to_owned();
    });
}
