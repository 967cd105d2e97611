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
fn only_what_was_done_to_a_portal_in_the_moment_of_the_change_explains_a_late_page() {
    // The page is 12 seconds late; what happened is so long after the change that it does not show.
    let excused = |after: i64, how: Blow| {
        let mut evidence = a_full_day(Mode::Strict);
        let id = view_of(&mut evidence, "SENDING").operation;
        let row = evidence.operations.iter_mut().find(|row| row.id == id).expect("its row");
        let (changed, last) = (row.events[2].at, row.events.len() - 1);
        row.events[last].at += ms(60_000);
        row.closed_at = Some(row.events[last].at);
        row.state_since = row.events[last].at;
        evidence.views.retain(|view| view.operation != id || view.state == "SENDING");
        evidence.healed_at += ms(60_000);
        late(&mut evidence, 12_000);
        evidence.kills.push(Kill { at: changed + ms(after), replica: Some(0), how });
        check(&evidence).is_empty()
    };
    assert!(excused(-1_000, Blow::Pause(8_000)));
    assert!(excused(1_000, Blow::Pause(8_000)));
    assert!(excused(-7_000, Blow::Pause(14_500)), "stopped long before, until long after");
    assert!(excused(-30_000, Blow::Pause(60_000)));
    assert!(!excused(-30_000, Blow::Pause(8_000)), "over when it changed");
    assert!(!excused(-7_000, Blow::Pause(7_500)), "over soon after it changed");
    assert!(!excused(8_000, Blow::Pause(8_000)), "stopped when it was committed");
    assert!(!excused(-1_000, Blow::Pause(1_000)), "too short");
    assert!(excused(1_000, Blow::Point("settle.before_commit:stop:1".to_owned())));
    assert!(excused(-1_000, Blow::Point("settle.before_commit:stop:1".to_owned())));
    assert!(!excused(-8_000, Blow::Point("settle.before_commit:stop:1".to_owned())));
    assert!(!excused(8_000, Blow::Point("settle.before_commit:stop:1".to_owned())));
    assert!(!excused(0, Blow::Kill));
}

#[test]
fn a_warning_forbids_and_says_what() {
    for (text, warns) in [
        ("Result not known yet: do not repeat it here", true),
        ("DO NOT REPEAT", true),
        ("结果还不知道：不要在这里或华为云控制台重复支付", true),
        ("请勿重复", true),
        ("可以重复支付", false),
        ("不要着急", false),
        ("You may repeat it", false),
    ] {
        let mut evidence = a_full_day(Mode::Strict);
        text.clone_into(&mut view_of(&mut evidence, "UNKNOWN").text);
        assert_eq!(check(&evidence).is_empty(), warns, "{text}");
    }
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
