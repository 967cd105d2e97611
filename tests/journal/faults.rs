//! The real executor and reconciler when things go wrong between writing down and knowing: nothing is
//! paid twice, nothing is called dead that is not, and everything ends.

use std::time::Duration;

use bss_portal::operations::{Outcome, State, Store as _};
use sqlx::PgPool;

use super::{store, upstream::Fate, world::World};

const MINUTE: Duration = Duration::from_mins(1);
/// The settle point, two readings apart, and some polls.
const SETTLED: Duration = Duration::from_mins(25);

#[sqlx::test]
async fn an_answer_lost_after_the_effect_is_found_by_reading(db: PgPool) {
    let mut world = World::new(db).await;
    let fates = [Fate::LostAnswer, Fate::EffectThen(500, "oops"), Fate::EffectThen(200, "<html>")];
    for (n, fate) in fates.into_iter().enumerate() {
        let order = format!("CS{n}");
        let id = world.pay(&order).await;
        world.upstream.fate(fate.clone());
        world.perform().await;
        let unclear = (State::Unknown, "answer_unclear");
        assert_eq!((world.state(id).await, world.note(id).await.as_str()), unclear, "{fate:?}");
        world.reconcile_for(MINUTE).await;
        let found = (State::Succeeded, "effect_read");
        assert_eq!((world.state(id).await, world.note(id).await.as_str()), found, "{fate:?}");
        assert_eq!((world.upstream.effects(&order), world.upstream.posts()), (1, n + 1));
    }
}

#[sqlx::test]
async fn an_answer_lost_before_the_effect_is_sent_again_only_after_the_signature_has_expired(db: PgPool) {
    let mut world = World::new(db).await;
    let fates =
        [Fate::LostRequest, Fate::Answer(502, "<html>"), Fate::Answer(200, "{\"x\":"), Fate::Answer(302, "")];
    for (n, fate) in fates.into_iter().enumerate() {
        let order = format!("CS{n}");
        let id = world.pay(&order).await;
        world.upstream.fate(fate.clone());
        world.perform().await;
        world.reconcile_for(Duration::from_mins(19)).await;
        assert_eq!(world.state(id).await, State::Unknown, "{fate:?}: not before the settle point");
        assert!(!world.performer.step().await.expect("looked"), "nothing may be sent");
        world.reconcile_for(4 * MINUTE).await;
        let again = (State::Ready, "absent_try_again");
        assert_eq!((world.state(id).await, world.note(id).await.as_str()), again, "{fate:?}");
        world.perform().await;
        world.reconcile_for(MINUTE).await;
        assert_eq!(world.state(id).await, State::Succeeded);
        assert_eq!((world.upstream.effects(&order), world.upstream.posts()), (1, 2 * (n + 1)));
    }
}

#[sqlx::test]
async fn what_is_lost_three_times_is_given_up_without_effect(db: PgPool) {
    let mut world = World::new(db).await;
    let id = world.pay("CS1").await;
    for _ in 0..3 {
        world.upstream.fate(Fate::LostRequest);
        world.perform().await;
        world.reconcile_for(SETTLED).await;
    }
    assert_eq!((world.state(id).await, world.note(id).await.as_str()), (State::Failed, "absent"));
    assert_eq!(world.upstream.effects("CS1"), 0);
}

#[sqlx::test]
async fn a_late_request_takes_effect_before_its_settle_point_and_is_found(db: PgPool) {
    let mut world = World::new(db).await;
    let id = world.pay("CS1").await;
    world.upstream.fate(Fate::Late);
    world.perform().await;
    world.reconcile_for(Duration::from_mins(14)).await;
    assert_eq!(world.state(id).await, State::Unknown);
    world.upstream.deliver_late();
    world.reconcile_for(5 * MINUTE).await;
    assert_eq!(world.state(id).await, State::Succeeded);
    assert_eq!((world.upstream.effects("CS1"), world.upstream.posts()), (1, 1));
}

#[sqlx::test]
async fn a_dead_workers_request_is_never_sent_by_another(db: PgPool) {
    let mut world = World::new(db).await;
    let id = world.pay("CS1").await;
    // It takes effect and hangs; the worker dies between arming and answer.
    world.upstream.fate(Fate::Hang);
    let (doomed, _) = world.other_process("doomed");
    let task = tokio::spawn(async move { doomed.step().await });
    while world.upstream.posts() == 0 {
        tokio::task::yield_now().await;
    }
    task.abort();
    assert!(task.await.is_err(), "it was killed");
    assert_eq!(world.state(id).await, State::Sending);
    let (performer, reconciler) = world.other_process("successor");
    assert!(!performer.step().await.expect("looked"), "nothing is ready");
    assert!(!reconciler.step().await.expect("looked"), "the lease still holds");
    world.pass(Duration::from_secs(61)).await;
    assert!(!performer.step().await.expect("looked"), "still nothing is ready");
    assert!(reconciler.step().await.expect("took over"));
    assert_eq!((world.state(id).await, world.note(id).await.as_str()), (State::Unknown, "sender_lost"));
    world.reconcile_for(MINUTE).await;
    assert_eq!(world.state(id).await, State::Succeeded);
    assert_eq!((world.upstream.effects("CS1"), world.upstream.posts()), (1, 1));
}

#[sqlx::test]
async fn a_worker_that_died_before_sending_costs_time_but_no_money(db: PgPool) {
    let mut world = World::new(db).await;
    let id = world.pay("CS1").await;
    let claimed = world.claim().await.expect("ready");
    world.arm(&claimed).await.expect("armed, and then it died");
    world.pass(Duration::from_secs(61)).await;
    world.reconcile_for(SETTLED).await;
    assert_eq!((world.state(id).await, world.note(id).await.as_str()), (State::Ready, "absent_try_again"));
    world.perform().await;
    world.reconcile_for(MINUTE).await;
    assert_eq!(world.state(id).await, State::Succeeded);
    assert_eq!((world.upstream.effects("CS1"), world.upstream.posts()), (1, 1));
}

#[sqlx::test]
async fn throttling_and_no_connection_are_sent_again_with_patience(db: PgPool) {
    let mut world = World::new(db).await;
    let id = world.pay("CS1").await;
    for (fate, note) in [
        (Fate::Answer(429, r#"{"error_code":"APIG.0308","error_msg":"slow down"}"#), "held_throttled"),
        (Fate::NotSent, "held_not_sent"),
        (Fate::Answer(404, r#"{"error_code":"APIG.0101","error_msg":"no such API"}"#), "held_gateway"),
    ] {
        world.upstream.fate(fate);
        world.perform().await;
        let story = world.story(id).await;
        assert_eq!((story.operation.state, story.operation.note.as_str()), (State::Ready, note));
        assert_eq!(story.attempts.last().expect("an attempt").outcome, Some(Outcome::NotExecuted));
        assert!(!world.performer.step().await.expect("looked"), "not at once");
        world.pass(Duration::from_secs(61)).await;
    }
    world.perform().await;
    world.reconcile_for(MINUTE).await;
    assert_eq!(world.state(id).await, State::Succeeded);
    assert_eq!(world.upstream.effects("CS1"), 1);
}

#[sqlx::test]
async fn refused_credentials_stop_the_account_until_a_person_acts(db: PgPool) {
    let mut world = World::new(db.clone()).await;
    let (first, second) = (world.pay("CS1").await, world.pay("CS2").await);
    world.upstream.fate(Fate::Answer(401, r#"{"error_code":"APIG.0301","error_msg":"signature"}"#));
    world.perform().await;
    world.pass(Duration::from_hours(1)).await;
    assert!(!world.performer.step().await.expect("looked"), "nothing is sent for the account");
    let stop = world.story(second).await.stop.expect("it is said why");
    assert_eq!(stop.error_code.as_deref(), Some("APIG.0301"));
    assert_eq!(world.upstream.posts(), 1);
    world.store.resume(super::world::ACCOUNT).await.expect("resumed");
    world.perform().await;
    world.perform().await;
    world.reconcile_for(MINUTE).await;
    assert_eq!((world.state(first).await, world.state(second).await), (State::Succeeded, State::Succeeded));
}

#[sqlx::test]
async fn a_business_refusal_ends_only_after_absence_was_proved(db: PgPool) {
    let mut world = World::new(db).await;
    let id = world.pay("CS1").await;
    world.upstream.fate(Fate::Answer(400, r#"{"error_code":"CBC.99005003","error_msg":"balance too low"}"#));
    world.perform().await;
    assert_eq!((world.state(id).await, world.note(id).await.as_str()), (State::Unknown, "refused_unproved"));
    world.reconcile_for(Duration::from_mins(19)).await;
    assert_eq!(world.state(id).await, State::Unknown, "not before the settle point");
    world.reconcile_for(4 * MINUTE).await;
    let operation = world.story(id).await.operation;
    assert_eq!((operation.state, operation.note.as_str()), (State::Stale, "refused"));
    assert_eq!(operation.result_code.as_deref(), Some("CBC.99005003"));
}

#[sqlx::test]
async fn a_refusal_of_a_second_copy_does_not_hide_the_effect_of_the_first(db: PgPool) {
    let mut world = World::new(db).await;
    let id = world.pay("CS1").await;
    world
        .upstream
        .fate(Fate::EffectThen(400, r#"{"error_code":"CBC.99003106","error_msg":"status changed"}"#));
    world.perform().await;
    world.reconcile_for(MINUTE).await;
    assert_eq!(world.state(id).await, State::Succeeded);
}

#[sqlx::test]
async fn wrong_parameters_fail_at_once_but_only_on_the_first_request(db: PgPool) {
    let never = || Fate::Answer(400, r#"{"error_code":"CBC.0100","error_msg":"parameter"}"#);
    let mut world = World::new(db).await;
    let first = world.pay("CS1").await;
    world.upstream.fate(never());
    world.perform().await;
    assert_eq!((world.state(first).await, world.note(first).await.as_str()), (State::Failed, "never_can"));
    let second = world.pay("CS2").await;
    world.upstream.fate(Fate::NotSent);
    world.perform().await;
    world.pass(MINUTE).await;
    world.upstream.fate(never());
    world.perform().await;
    assert_eq!(
        (world.state(second).await, world.note(second).await.as_str()),
        (State::Unknown, "refused_unproved")
    );
}

#[sqlx::test]
async fn an_order_paid_in_the_console_while_ours_was_lost_ends_as_done_elsewhere_or_by_us_but_once(
    db: PgPool,
) {
    let mut world = World::new(db).await;
    let id = world.pay("CS1").await;
    // Lost three minutes after somebody paid in the console, which stale readings did not show.
    world.upstream.freeze_reads();
    world.upstream.console_pays("CS1");
    world.pass(3 * MINUTE).await;
    world.upstream.fate(Fate::LostRequest);
    world.perform().await;
    world.upstream.inside().stale = None;
    world.reconcile_for(MINUTE).await;
    assert_eq!((world.state(id).await, world.note(id).await.as_str()), (State::Succeeded, "done_elsewhere"));
    assert_eq!(world.upstream.effects("CS1"), 0);
}

#[sqlx::test]
async fn stale_readings_neither_fail_nor_repeat_what_was_done(db: PgPool) {
    let mut world = World::new(db).await;
    let id = world.pay("CS1").await;
    world.upstream.freeze_reads();
    world.upstream.fate(Fate::LostAnswer);
    world.perform().await;
    world.reconcile_for(15 * MINUTE).await;
    assert_eq!(world.state(id).await, State::Unknown);
    world.upstream.inside().stale = None;
    world.reconcile_for(5 * MINUTE).await;
    assert_eq!(world.state(id).await, State::Succeeded);
    assert_eq!((world.upstream.effects("CS1"), world.upstream.posts()), (1, 1));
}

#[sqlx::test]
async fn what_cannot_be_read_for_three_days_or_contradicts_itself_needs_people(db: PgPool) {
    let mut world = World::new(db).await;
    let unreadable = world.pay("CS1").await;
    world.upstream.fate(Fate::LostRequest);
    world.perform().await;
    world.upstream.inside().reads_fail = Some((200, "<html>"));
    while world.reconciler.step().await.expect("looked") {}
    world.pass(Duration::from_hours(72)).await;
    world.reconcile_for(MINUTE).await;
    assert_eq!(world.note(unreadable).await, "unreadable_too_long");
    world.upstream.inside().reads_fail = None;
    let accepted = world.pay("CS2").await;
    world.upstream.fate(Fate::Answer(204, ""));
    world.perform().await;
    world.reconcile_for(Duration::from_mins(40)).await;
    assert_eq!(
        (world.state(accepted).await, world.note(accepted).await.as_str()),
        (State::NeedsReview, "not_shown")
    );
    // Another look, now that it shows.
    world.upstream.console_pays("CS2");
    world.store.hasten(accepted, &(uuid::Uuid::new_v4(), "reviewer".to_owned())).await.expect("looked again");
    world.reconcile_for(MINUTE).await;
    assert_eq!(world.state(accepted).await, State::Succeeded);
}

#[sqlx::test]
async fn a_pause_between_arming_and_sending_drops_the_request_unsent(db: PgPool) {
    let mut world = World::new(db).await;
    let id = world.pay("CS1").await;
    // Reading takes long, then the machine is suspended: a worker whose lease is over cannot arm.
    let slow = world.claim().await.expect("ready");
    world.pass(Duration::from_secs(400)).await;
    assert!(world.arm(&slow).await.is_err());
    world.perform().await;
    world.reconcile_for(MINUTE).await;
    assert_eq!(world.state(id).await, State::Succeeded);
    assert_eq!(world.upstream.posts(), 1);
}

#[sqlx::test]
async fn a_recovered_database_sends_nothing_for_twenty_minutes_and_looks_first(db: PgPool) {
    let mut world = World::new(db.clone()).await;
    let id = world.pay("CS1").await;
    let paid_before = world.pay("CS2").await;
    let claimed = world.claim().await.expect("ready");
    another_database(&db).await;
    assert!(world.claim().await.is_none(), "nothing is taken up on a database that was not recorded");
    assert!(world.arm(&claimed).await.is_err(), "nothing is armed on a database that was not recorded");
    world.pass(Duration::from_secs(61)).await;
    assert!(world.store.observe(Duration::from_mins(20)).await.expect("observed"), "it is another one");
    assert!(!world.store.observe(Duration::from_mins(20)).await.expect("observed"), "and now it is known");
    assert!(!world.performer.step().await.expect("looked"), "quarantine");
    // What a lost commit may have sent shows up in the meantime.
    world.upstream.console_pays("CS2");
    world.pass(Duration::from_secs(1201)).await;
    world.perform().await;
    world.perform().await;
    assert_eq!(world.note(paid_before).await, "effect_found_first");
    world.reconcile_for(MINUTE).await;
    assert_eq!((world.state(id).await, world.state(paid_before).await), (State::Succeeded, State::Succeeded));
    assert_eq!(
        (world.upstream.effects("CS1"), world.upstream.effects("CS2"), world.upstream.posts()),
        (1, 0, 1)
    );
}

/// From now on the last recorded identity is another one, as after a promotion, a restore or a copy.
async fn another_database(db: &PgPool) {
    let other = "insert into recovery_epoch (system_identifier, timeline, database_oid, quarantine_until)
                 values (1, 'x', 1, journal_clock())";
    store::run(db, other).await.expect("recorded");
}

#[sqlx::test]
async fn in_a_recovered_database_nothing_expires_before_it_was_looked_for(db: PgPool) {
    let mut world = World::new(db.clone()).await;
    let id = world.pay("CS1").await;
    another_database(&db).await;
    assert!(world.store.observe(Duration::from_mins(20)).await.expect("observed"));
    // A request that the journal has lost.
    world.upstream.console_pays("CS1");
    world.pass(Duration::from_hours(25)).await;
    world.perform().await;
    assert_eq!(world.note(id).await, "effect_found_first");
    world.reconcile_for(MINUTE).await;
    assert_eq!(world.state(id).await, State::Succeeded);
}

#[sqlx::test]
async fn after_a_recovery_nothing_is_proved_absent_while_a_lost_request_may_arrive(db: PgPool) {
    let mut world = World::new(db.clone()).await;
    let id = world.pay("CS1").await;
    world.upstream.fate(Fate::LostRequest);
    world.perform().await;
    world.pass(Duration::from_secs(1201)).await;
    another_database(&db).await;
    world.reconcile_for(5 * MINUTE).await;
    assert_eq!(world.state(id).await, State::Unknown, "nobody has noticed");
    assert!(world.store.observe(Duration::from_mins(20)).await.expect("observed"));
    world.reconcile_for(15 * MINUTE).await;
    assert_eq!(world.state(id).await, State::Unknown, "quarantine");
    world.reconcile_for(15 * MINUTE).await;
    assert_eq!(world.state(id).await, State::Ready);
}
