//! The tables in the program and in the database are the same, and the database enforces them.

use bss_portal::operations::{CONSEQUENCES, Confirmed as _, Note, State, Store as _, Submitted, TRANSITIONS};
use sqlx::PgPool;

use super::{
    store,
    world::{World, pay_order, payment, person, plan},
};

/// The design, which the tables cite.
const DESIGN: &str = include_str!("../../docs/operations.md");

#[test]
fn every_row_of_the_tables_cites_a_rule_or_section_that_exists() {
    let cited = TRANSITIONS.iter().map(|rule| rule.citation);
    let cited: Vec<_> = cited.chain(CONSEQUENCES.iter().map(|row| row.citation)).collect();
    assert_eq!(cited.len(), 27 + 6);
    for citation in cited {
        let ours = citation.split("; ").find_map(|part| part.strip_prefix("docs/operations.md, "));
        let place = ours.unwrap_or_else(|| panic!("no rule of ours: {citation}"));
        let is_rule = place.starts_with('R') && place[1..].parse::<u8>().is_ok();
        let written = if is_rule { format!("\n* **{place}** ") } else { format!("\n## {place}\n") };
        assert!(DESIGN.contains(&written), "docs/operations.md has no {place}");
    }
    for class in CONSEQUENCES.iter().map(|row| row.class.letter()) {
        assert!(DESIGN.contains(&format!("\n| {class} | ")), "class {class} is not explained");
    }
    for state in State::ALL {
        assert!(DESIGN.contains(state.as_str()), "{state} is not explained");
    }
}

#[sqlx::test]
async fn the_database_knows_the_same_transitions_as_the_program(db: PgPool) {
    let mut ours: Vec<_> =
        TRANSITIONS.iter().map(|rule| (rule.from.to_string(), rule.to.to_string())).collect();
    let mut theirs = store::rules(&db).await;
    ours.sort();
    theirs.sort();
    assert_eq!(ours, theirs);
}

/// Legal changes may still be refused for another reason (nothing armed, nobody agreed); illegal ones
/// are refused as illegal, all 105 of them.
#[sqlx::test]
async fn every_illegal_transition_is_refused_by_the_trigger(db: PgPool) {
    let world = World::new(db.clone()).await;
    let (mut refused, mut listed) = (0, 0);
    for from in State::ALL {
        let order = format!("CS{from}");
        world.upstream.order(&order, "100.00");
        let id = world.submit(payment(&order, "100.00")).await;
        store::force(&db, id.0, from).await;
        for to in State::ALL.into_iter().filter(|to| *to != from) {
            // One transaction that is rolled back, so that each begins in the same state.
            let change = format!(
                "do $$ begin
                     update operation set state = '{to}' where id = '{id}';
                     raise exception 'it was let through';
                 end $$"
            );
            let words = store::run(&db, &change).await.expect_err("always an error");
            let illegal = words.contains("illegal transition") || words.contains("closed operation is final");
            assert_eq!(illegal, !from.may_become(to), "{from} -> {to}: {words}");
            if illegal {
                refused += 1;
            } else {
                listed += 1;
            }
        }
    }
    assert_eq!((refused, listed), (105, TRANSITIONS.len()));
}

#[sqlx::test]
async fn every_change_is_history_in_the_words_that_pages_know(db: PgPool) {
    let world = World::new(db.clone()).await;
    let id = world.pay("CS1").await;
    world.perform().await;
    world.reconciler.step().await.expect("reconciled");
    let story = world.story(id).await;
    let states: Vec<_> = story.events.iter().map(|event| event.to_state).collect();
    assert_eq!(states, [State::Ready, State::Sending, State::Confirming]);
    assert!(story.events.iter().all(|event| event.why().is_some()), "{:?}", story.events);
    assert!(Note::ALL.iter().all(|note| Note::from_code(note.as_str()) == Some(*note)));
}

#[sqlx::test]
async fn nothing_of_the_journal_is_deleted_and_no_decision_edited(db: PgPool) {
    let world = World::new(db.clone()).await;
    world.pay("CS1").await;
    world.perform().await;
    for table in [
        "operation_event",
        "approval",
        "review",
        "attempt",
        "operation_target",
        "operation",
        "transition_rule",
    ] {
        assert!(store::run(&db, &format!("delete from {table}")).await.is_err(), "delete {table}");
        assert!(store::run(&db, &format!("truncate {table} cascade")).await.is_err(), "truncate {table}");
    }
    for edit in [
        "operation_event set note = 'x'",
        "transition_rule set to_state = 'READY'",
        "recovery_epoch set timeline = 'x'",
    ] {
        assert!(store::run(&db, &format!("update {edit}")).await.is_err(), "{edit}");
    }
}

#[sqlx::test]
async fn an_intent_cannot_be_changed_after_it_was_submitted(db: PgPool) {
    let world = World::new(db.clone()).await;
    world.pay("CS1").await;
    for edit in [
        "payload = '{}', payload_sha256 = sha256('{}')",
        "amount = 1",
        "needs_approvals = 0, requester_name = 'x'",
        "pays_order_id = 'CS2'",
        "deadline_at = deadline_at + interval '1 day'",
        "epoch = epoch + 1",
        "fence = fence - 1",
    ] {
        let words = store::run(&db, &format!("update operation set {edit}")).await.expect_err(edit);
        assert!(words.contains("immutable") || words.contains("fence"), "{edit}: {words}");
    }
}

#[sqlx::test]
async fn the_number_of_others_who_must_agree_follows_the_amount(db: PgPool) {
    let world = World::new(db.clone()).await;
    for (amount, needed) in
        [("0.00", 0), ("1000.00", 0), ("1000.01", 1), ("50000.00", 1), ("50000.01", 2), ("9000000.00", 2)]
    {
        let id = world.submit(payment(&format!("CS{amount}"), amount)).await;
        let operation = world.story(id).await.operation;
        assert_eq!(operation.needs_approvals, needed, "{amount}");
        let state = if needed == 0 { State::Ready } else { State::PendingApproval };
        assert_eq!(operation.state, state, "{amount}");
    }
    assert_eq!(super::world::person("x").role.as_str(), "finance");
    assert_eq!(bss_portal::payments::PayOrder::KIND, "pay_order");
}

#[sqlx::test]
async fn a_payment_whose_deadline_has_passed_is_not_accepted(db: PgPool) {
    let world = World::new(db).await;
    let mut pay = pay_order("CS1", "100.00");
    pay.shown.pay_until = Some(world.clock.now() + chrono::TimeDelta::minutes(5));
    let intent = bss_portal::operations::Intent::new(super::world::ACCOUNT, uuid::Uuid::new_v4(), &pay);
    assert_eq!(world.store.submit(&plan(&person("a"), intent)).await.expect("answered"), Submitted::TooLate);
}
