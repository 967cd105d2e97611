//! Each constraint and guard of the journal against a wrong program, one step at a time.

use std::time::Duration;

use bss_portal::operations::{
    Answered, Change, Claimed, Fault, Judgement, Note, Outcome, Planned, State, Store as _, Submitted,
    Timings, Verdict, Vote,
};
use chrono::TimeDelta;
use sqlx::PgPool;
use uuid::Uuid;

use super::{
    store,
    world::{World, pay_order, payment, person, plan},
};

#[sqlx::test]
async fn who_lost_the_lease_can_neither_arm_nor_settle(db: PgPool) {
    let mut world = World::new(db.clone()).await;
    world.pay("CS1").await;
    let slow = world.claim().await.expect("ready");
    assert!(world.claim().await.is_none(), "it is held");
    world.pass(Duration::from_secs(61)).await;
    assert!(matches!(world.arm(&slow).await, Err(Fault::Moved)), "the lease is over");
    let quick = world.claim_again().await;
    assert!(quick.fence > slow.fence);
    assert!(matches!(world.arm(&slow).await, Err(Fault::Moved)), "another holds it");
    world.arm(&quick).await.expect("the holder arms");
    let change = Change::to(State::Confirming, Note::Accepted);
    let change = Change { verdict: Verdict::Answer(Outcome::Executed, Answered::default()), ..change };
    assert!(matches!(world.store.settle(&slow, &change).await, Err(Fault::Moved)));
    world.store.settle(&quick, &change).await.expect("the holder settles");
}

#[sqlx::test]
async fn the_lease_is_judged_by_the_database_alone(db: PgPool) {
    let world = World::new(db.clone()).await;
    world.pay("CS1").await;
    let claimed = world.claim().await.expect("ready");
    // Only the database's time passes; the program's stands where it was.
    store::set_clock(&db, Duration::from_secs(61)).await;
    assert!(matches!(world.arm(&claimed).await, Err(Fault::Moved)));
}

#[sqlx::test]
async fn a_clock_that_is_off_by_more_than_two_minutes_cannot_arm(db: PgPool) {
    let world = World::new(db.clone()).await;
    world.pay("CS1").await;
    let claimed = world.claim().await.expect("ready");
    for skew in [-600, -125, 125, 600] {
        let arming = world.arming(TimeDelta::seconds(skew));
        assert!(matches!(world.store.arm(&claimed, &arming).await, Err(Fault::Clock)), "{skew} s");
    }
    world.store.arm(&claimed, &world.arming(TimeDelta::seconds(100))).await.expect("close enough");
}

#[sqlx::test]
async fn an_order_is_paid_at_most_once_over_all_operations(db: PgPool) {
    let world = World::new(db.clone()).await;
    let first = world.pay("CS1").await;
    world.perform().await;
    world.reconciler.step().await.expect("looked");
    store::force(&db, first.0, State::Succeeded).await;
    store::run(&db, "update operation_target set open = false").await.expect("closed");
    // A second operation on the same order, which some wrong program thinks is unpaid.
    let _second = world.submit(payment("cs1", "100.00")).await;
    let claimed = world.claim().await.expect("ready");
    assert!(matches!(world.arm(&claimed).await, Err(Fault::Live)));
}

#[sqlx::test]
async fn another_order_than_the_confirmed_one_cannot_be_armed(db: PgPool) {
    let world = World::new(db.clone()).await;
    world.pay("CS1").await;
    let mut claimed: Claimed = world.claim().await.expect("ready");
    claimed.operation.pays_order_id = Some("CS2".to_owned());
    assert!(matches!(world.arm(&claimed).await, Err(Fault::Refused(_))));
}

#[sqlx::test]
async fn a_settled_attempt_is_final(db: PgPool) {
    let world = World::new(db.clone()).await;
    world.pay("CS1").await;
    world.perform().await;
    assert_eq!(store::one(&db, "select outcome from attempt").await.as_deref(), Some("executed"));
    for outcome in ["'not_executed'", "'unknown'", "null"] {
        assert!(
            store::run(&db, &format!("update attempt set outcome = {outcome}")).await.is_err(),
            "{outcome}"
        );
    }
    for edit in ["x_sdk_date = now()", "request_sha256 = sha256('x')", "pay_order_id = 'CS2'", "fence = 99"] {
        assert!(store::run(&db, &format!("update attempt set {edit}")).await.is_err(), "{edit}");
    }
}

#[sqlx::test]
async fn nothing_ends_or_is_sent_again_while_an_attempt_is_live(db: PgPool) {
    let world = World::new(db.clone()).await;
    let id = world.pay("CS1").await;
    let claimed = world.claim().await.expect("ready");
    world.arm(&claimed).await.expect("armed");
    for (from, to) in [
        (State::Sending, State::Ready),
        (State::Sending, State::Failed),
        (State::Unknown, State::Ready),
        (State::Unknown, State::Failed),
        (State::Unknown, State::Stale),
        (State::Unknown, State::Succeeded),
    ] {
        store::force(&db, id.0, from).await;
        let words =
            store::run(&db, &format!("update operation set state = '{to}'")).await.expect_err("refused");
        assert!(words.contains("attempt is"), "{from} -> {to}: {words}");
    }
}

#[sqlx::test]
async fn an_open_operation_keeps_its_targets(db: PgPool) {
    let world = World::new(db.clone()).await;
    world.pay("CS1").await;
    assert!(store::run(&db, "update operation_target set open = false").await.is_err());
    assert!(store::run(&db, "update operation_target set target_id = 'CS2'").await.is_err());
}

fn vote(planned: &Planned, who: &bss_portal::identity::access::Actor, agrees: bool) -> Vote {
    Vote {
        operation: planned.id,
        person: (who.id, who.username.clone()),
        payload_sha256: planned.intent.payload_sha256().to_vec(),
        agrees,
        reason: String::new(),
    }
}

#[sqlx::test]
async fn two_others_must_agree_to_exactly_this_payload_and_never_the_maker(db: PgPool) {
    let world = World::new(db.clone()).await;
    let maker = person("maker");
    let planned = plan(&maker, payment("CS1", "60000.00"));
    world.store.submit(&planned).await.expect("submitted");
    assert!(world.claim().await.is_none(), "nothing is ready before anybody agreed");
    assert!(store::run(&db, "update operation set state = 'READY'").await.is_err());
    assert!(
        matches!(world.store.vote(&vote(&planned, &maker, true)).await, Err(Fault::Refused(_))),
        "the maker"
    );
    let (one, two) = (person("one"), person("two"));
    let mut other_payload = vote(&planned, &one, true);
    other_payload.payload_sha256[0] ^= 1;
    assert!(matches!(world.store.vote(&other_payload).await, Err(Fault::Refused(_))), "another payload");
    assert_eq!(world.store.vote(&vote(&planned, &one, true)).await.expect("agreed"), State::PendingApproval);
    assert!(world.store.vote(&vote(&planned, &one, true)).await.is_err(), "nobody counts twice");
    assert!(store::run(&db, "update operation set state = 'READY'").await.is_err(), "one is not two");
    assert_eq!(world.store.vote(&vote(&planned, &two, true)).await.expect("agreed"), State::Ready);
    assert!(world.store.vote(&vote(&planned, &person("three"), false)).await.is_err(), "too late to say no");
}

#[sqlx::test]
async fn one_who_says_no_ends_it_and_time_ends_it_too(db: PgPool) {
    let mut world = World::new(db.clone()).await;
    let refused = plan(&person("maker"), payment("CS1", "60000.00"));
    let forgotten = plan(&person("maker"), payment("CS2", "60000.00"));
    for planned in [&refused, &forgotten] {
        world.store.submit(planned).await.expect("submitted");
    }
    assert_eq!(
        world.store.vote(&vote(&refused, &person("one"), false)).await.expect("said"),
        State::Rejected
    );
    assert_eq!(world.store.expire().await.expect("looked"), 0);
    world.pass(Duration::from_secs(24 * 3600 + 1)).await;
    assert!(world.store.vote(&vote(&forgotten, &person("one"), true)).await.is_err(), "too late to agree");
    assert_eq!(world.store.expire().await.expect("looked"), 1);
    assert_eq!(world.state(forgotten.id).await, State::Expired);
}

#[sqlx::test]
async fn the_policy_cannot_be_undercut_by_who_submits(db: PgPool) {
    let world = World::new(db.clone()).await;
    world.pay("CS1").await;
    let copy = "insert into operation (id, account_id, kind, step, state, payload, payload_sha256, subject, amount,
                    requester_id, requester_name, form_nonce, needs_approvals, trans_id, pays_order_id, epoch,
                    approve_by, deadline_at, note)
                select gen_random_uuid(), account_id, kind, step, 'READY', payload, payload_sha256, subject, 60000,
                    requester_id, requester_name, gen_random_uuid(), 0, trans_id, pays_order_id, epoch,
                    approve_by, deadline_at, note from operation";
    let words = store::run(&db, copy).await.expect_err("refused");
    assert!(words.contains("policy"), "{words}");
}

#[sqlx::test]
async fn review_is_closed_by_two_different_people_who_agree(db: PgPool) {
    let mut world = World::new(db.clone()).await;
    let id = world.pay("CS1").await;
    world.upstream.fate(super::upstream::Fate::LostRequest);
    world.perform().await;
    world.upstream.set_status("CS1", 77);
    world.reconcile_for(Duration::from_mins(1)).await;
    assert_eq!(world.state(id).await, State::NeedsReview);
    assert!(store::run(&db, "update operation set state = 'FAILED'").await.is_err(), "not without people");
    let judge = |who: &str, person: Uuid, executed| Judgement {
        operation: id,
        person: (person, who.to_owned()),
        executed,
        reason: "seen in the console".to_owned(),
    };
    let (a, b, c) = (Uuid::new_v4(), Uuid::new_v4(), Uuid::new_v4());
    world.pass(Timings::REAL.settle_point()).await;
    assert_eq!(world.store.judge(&judge("a", a, false)).await.expect("said"), State::NeedsReview);
    assert!(world.store.judge(&judge("a", a, false)).await.is_err(), "nobody counts twice");
    assert_eq!(world.store.judge(&judge("b", b, true)).await.expect("said"), State::NeedsReview);
    assert_eq!(world.store.judge(&judge("c", c, false)).await.expect("said"), State::Failed);
    assert_eq!(store::one(&db, "select outcome from attempt").await.as_deref(), Some("not_executed"));
}

#[sqlx::test]
async fn nobody_says_not_executed_before_every_request_has_settled_by_the_databases_clock(db: PgPool) {
    let mut world = World::new(db.clone()).await;
    let id = world.pay("CS1").await;
    world.upstream.fate(super::upstream::Fate::LostRequest);
    world.perform().await;
    world.upstream.set_status("CS1", 77);
    world.reconcile_for(Duration::from_mins(1)).await;
    assert_eq!(world.state(id).await, State::NeedsReview);
    let says = async |executed| {
        let (person, reason) = ((Uuid::new_v4(), "somebody".to_owned()), "I looked".to_owned());
        world.store.judge(&Judgement { operation: id, person, executed, reason }).await
    };
    let settles = "extract(epoch from settles_at - x_sdk_date)::int::text";
    let span = store::one(&db, &format!("select {settles} from attempt")).await.expect("a span");
    assert_eq!(span, "1200", "the real spans");
    for ahead in [0, 600, 1_190] {
        store::set_clock(&db, Duration::from_secs(ahead)).await;
        let refused = says(false).await.expect_err("too early");
        assert!(refused.to_string().contains("may still take effect"), "{ahead} s: {refused}");
    }
    let edit = "update attempt set settles_at = x_sdk_date + interval '1 second'";
    assert!(store::run(&db, edit).await.is_err(), "the span is as immutable as the request");
    assert_eq!(says(true).await.expect("an effect can be seen at any time"), State::NeedsReview);
    store::set_clock(&db, Duration::from_secs(1_201)).await;
    assert_eq!(says(false).await.expect("it is over"), State::NeedsReview);
    assert_eq!(says(false).await.expect("two of one mind"), State::Failed);
}

#[sqlx::test]
async fn after_a_refusal_even_a_request_that_was_not_executed_must_have_settled(db: PgPool) {
    let world = World::new(db.clone()).await;
    let id = world.pay("CS1").await;
    world.upstream.fate(super::upstream::Fate::NotSent);
    world.perform().await;
    let says = async || {
        let (person, reason) = ((Uuid::new_v4(), "somebody".to_owned()), "I looked".to_owned());
        world.store.judge(&Judgement { operation: id, person, executed: false, reason }).await
    };
    store::force(&db, id.0, State::NeedsReview).await;
    assert_eq!(says().await.expect("nothing was sent"), State::NeedsReview);
    store::run(&db, "update operation set rejected = true").await.expect("refused by Huawei");
    let refused = says().await.expect_err("a copy of it may be what was refused");
    assert!(refused.to_string().contains("may still take effect"), "{refused}");
}

#[sqlx::test]
async fn the_maker_is_at_most_one_of_the_two_who_close_an_operation(db: PgPool) {
    let world = World::new(db.clone()).await;
    let planned = plan(&person("maker"), payment("CS1", "100.00"));
    world.store.submit(&planned).await.expect("submitted");
    store::force(&db, planned.id.0, State::NeedsReview).await;
    let says = async |person: Uuid| {
        let (person, reason) = ((person, "somebody".to_owned()), "I looked".to_owned());
        world.store.judge(&Judgement { operation: planned.id, person, executed: false, reason }).await
    };
    let maker = planned.requester_id;
    assert_eq!(says(maker).await.expect("said"), State::NeedsReview);
    assert!(matches!(says(maker).await, Err(Fault::Refused(_))), "nobody counts twice, the maker neither");
    assert_eq!(world.state(planned.id).await, State::NeedsReview);
    assert_eq!(says(Uuid::new_v4()).await.expect("said"), State::Failed);
}

#[sqlx::test]
async fn two_people_may_overrule_an_acceptance_that_never_shows_and_the_order_is_free_again(db: PgPool) {
    let mut world = World::new(db.clone()).await;
    let id = world.pay("CS1").await;
    world.upstream.fate(super::upstream::Fate::Answer(204, ""));
    world.perform().await;
    world.reconcile_for(Duration::from_mins(40)).await;
    assert_eq!(world.note(id).await, "not_shown");
    let deny = "update attempt set outcome = 'not_executed'";
    for (who, then) in [("a", State::NeedsReview), ("b", State::Failed)] {
        assert!(store::run(&db, deny).await.is_err(), "not before two people said so");
        let reason = "unpaid in the console".to_owned();
        let person = (Uuid::new_v4(), who.to_owned());
        let judged = world.store.judge(&Judgement { operation: id, person, executed: false, reason }).await;
        assert_eq!(judged.expect("said"), then);
    }
    let again = world.submit(payment("CS1", "100.00")).await;
    world.perform().await;
    world.reconcile_for(Duration::from_mins(1)).await;
    assert_eq!((world.state(again).await, world.upstream.effects("CS1")), (State::Succeeded, 1));
    assert!(store::run(&db, deny).await.is_err(), "a settled attempt of an ended operation is final");
}

#[sqlx::test]
async fn only_its_maker_takes_an_operation_back_and_only_before_it_is_sent(db: PgPool) {
    let world = World::new(db.clone()).await;
    let maker = person("maker");
    let planned = plan(&maker, payment("CS1", "100.00"));
    world.upstream.order("CS1", "100.00");
    world.store.submit(&planned).await.expect("submitted");
    let (me, other) = ((maker.id, "maker".to_owned()), (Uuid::new_v4(), "other".to_owned()));
    assert!(matches!(world.store.withdraw(planned.id, &other).await, Err(Fault::Moved)));
    let claimed = world.claim().await.expect("ready");
    world.store.withdraw(planned.id, &me).await.expect("taken back");
    assert!(world.arm(&claimed).await.is_err(), "a worker that held it can no longer send it");
    assert_eq!(world.state(planned.id).await, State::Cancelled);
    // Its order is free again.
    let again = plan(&maker, Planned { ..planned }.intent);
    let fresh = bss_portal::operations::Intent::new(
        super::world::ACCOUNT,
        Uuid::new_v4(),
        &pay_order("CS1", "100.00"),
    );
    assert!(
        matches!(world.store.submit(&again).await.expect("answered"), Submitted::Already(_)),
        "the same form"
    );
    let fresh = plan(&maker, fresh);
    assert_eq!(world.store.submit(&fresh).await.expect("answered"), Submitted::New(fresh.id));
    world.perform().await;
    assert!(matches!(world.store.withdraw(fresh.id, &me).await, Err(Fault::Moved)), "it was sent");
}
