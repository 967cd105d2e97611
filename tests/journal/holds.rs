//! What cannot be undone waits once it is ready: by the database's clock, whoever asks, restarts or approves, and
//! its maker can take it back meanwhile.

use std::time::Duration;

use bss_portal::{
    bss::Unsubscribed,
    operations::{Fault, OperationId, Planned, State, Store as _, Submitted, Timings},
};
use chrono::TimeDelta;
use sqlx::PgPool;

use super::{
    kinds::{agreed, chosen, unsubscription},
    store,
    upstream::Fate,
    world::{World, person, plan},
};

const SECOND: Duration = Duration::from_secs(1);
const HOLD: Duration = Timings::REAL.hold;

/// An unsubscription to which somebody else has just agreed.
async fn ready(world: &World) -> OperationId {
    world.upstream.resource("r-1");
    agreed(world, unsubscription(chosen(&["r-1"]), Unsubscribed::Resource)).await
}

#[sqlx::test]
async fn it_is_not_sent_before_its_hold_is_over_and_then_it_is(db: PgPool) {
    let mut world = World::new(db).await;
    let id = ready(&world).await;
    let operation = world.story(id).await.operation;
    let held_until = operation.held_until.expect("held");
    assert_eq!(held_until, operation.state_since + TimeDelta::from_std(HOLD).expect("short"));
    for span in [Duration::ZERO, HOLD.saturating_sub(20 * SECOND)] {
        world.pass(span).await;
        assert!(!world.performer.step().await.expect("asked"), "after {span:?}");
    }
    world.pass(20 * SECOND).await;
    world.perform().await;
    world.reconcile_for(60 * SECOND).await;
    let story = world.story(id).await;
    assert_eq!(story.operation.state, State::Succeeded);
    assert!(story.attempts[0].armed_at >= held_until);
    assert_eq!(world.upstream.posts(), 1);
}

#[sqlx::test]
async fn whoever_holds_it_all_the_same_cannot_arm_it(db: PgPool) {
    let mut world = World::new(db).await;
    let id = ready(&world).await;
    world.pass(HOLD).await;
    let claimed = world.claim().await.expect("due");
    // As a wrong program would have claimed it.
    let earlier =
        format!("update operation set held_until = journal_clock() + interval '1 s' where id = '{id}'");
    store::unguarded(&world.db, &earlier).await.expect("set");
    let Err(Fault::Refused(words)) = world.arm(&claimed).await else { panic!("armed") };
    assert_eq!(words, "it can still be taken back");
    store::unguarded(&world.db, &format!("update operation set held_until = null where id = '{id}'"))
        .await
        .expect("set");
    assert!(matches!(world.arm(&claimed).await, Err(Fault::Refused(_))), "it never was ready");
    store::unguarded(
        &world.db,
        &format!("update operation set held_until = journal_clock() where id = '{id}'"),
    )
    .await
    .expect("set");
    world.arm(&claimed).await.expect("armed");
}

#[sqlx::test]
async fn its_maker_takes_it_back_meanwhile_and_nothing_is_sent(db: PgPool) {
    let mut world = World::new(db).await;
    world.upstream.resource("r-1");
    let maker = person("maker");
    let planned = plan(&maker, unsubscription(chosen(&["r-1"]), Unsubscribed::Resource));
    let id = planned.id;
    super::kinds::agreed_to(&world, &planned).await;
    world.pass(HOLD.saturating_sub(30 * SECOND)).await;
    assert!(!world.performer.step().await.expect("asked"));
    world.store.withdraw(id, &(maker.id, maker.username)).await.expect("taken back");
    world.pass(HOLD).await;
    assert!(!world.performer.step().await.expect("asked"));
    assert_eq!(world.state(id).await, State::Cancelled);
    assert_eq!(world.upstream.inside().shop.resources["r-1"].status, 2);
    assert_eq!(world.upstream.posts(), 0);
}

#[sqlx::test]
async fn it_waits_from_the_last_approval_on(db: PgPool) {
    let mut world = World::new(db).await;
    world.upstream.resource("r-1");
    let planned = plan(&person("maker"), unsubscription(chosen(&["r-1"]), Unsubscribed::Resource));
    world.store.submit(&planned).await.expect("submitted");
    assert_eq!(world.story(planned.id).await.operation.held_until, None, "nobody has agreed yet");
    world.pass(10 * HOLD).await;
    super::kinds::agree(&world, &planned).await;
    assert!(!world.performer.step().await.expect("asked"), "asking is long ago, agreeing is not");
    world.pass(HOLD).await;
    world.perform().await;
}

#[sqlx::test]
async fn a_restart_and_another_replica_wait_as_long_and_one_of_them_sends(db: PgPool) {
    let mut world = World::new(db).await;
    let id = ready(&world).await;
    let held_until = world.story(id).await.operation.held_until;
    let (restarted, _) = world.other_process("restarted");
    world.pass(HOLD.saturating_sub(30 * SECOND)).await;
    let (other, _) = world.other_process("other");
    for performer in [&world.performer, &restarted, &other] {
        assert!(!performer.step().await.expect("asked"));
    }
    assert_eq!(world.story(id).await.operation.held_until, held_until);
    world.pass(30 * SECOND).await;
    let (a, b) = tokio::join!(restarted.step(), other.step());
    let sent = [a.expect("asked"), b.expect("asked")].into_iter().filter(|sent| *sent).count();
    assert_eq!((sent, world.upstream.posts()), (1, 1));
}

#[sqlx::test]
async fn a_machine_whose_clock_is_ahead_sends_nothing_sooner(db: PgPool) {
    let mut world = World::new(db).await;
    ready(&world).await;
    world.pass(HOLD.saturating_sub(60 * SECOND)).await;
    world.goes_wrong_by(100 * SECOND);
    assert!(!world.performer.step().await.expect("asked"), "the database's clock decides");
    assert_eq!(world.upstream.posts(), 0);
}

#[sqlx::test]
async fn looking_at_it_now_does_not_shorten_it_and_another_try_does_not_wait_again(db: PgPool) {
    let mut world = World::new(db).await;
    let id = ready(&world).await;
    let maker = person("somebody");
    world.store.hasten(id, &(maker.id, maker.username)).await.expect("hastened");
    assert!(!world.performer.step().await.expect("asked"));
    world.pass(HOLD).await;
    world.upstream.fate(Fate::NotSent);
    world.perform().await;
    let operation = world.story(id).await.operation;
    assert_eq!((operation.state, operation.note.as_str()), (State::Ready, "held_not_sent"));
    world.pass(30 * SECOND).await;
    world.perform().await;
    assert_eq!(world.state(id).await, State::Confirming);
    assert_eq!(world.story(id).await.operation.held_until, operation.held_until);
}

#[sqlx::test]
async fn one_whose_deadline_comes_first_expires(db: PgPool) {
    let mut world = World::new(db).await;
    world.upstream.resource("r-1");
    let planned = plan(&person("maker"), unsubscription(chosen(&["r-1"]), Unsubscribed::Resource));
    let planned = Planned { send_within: 60 * SECOND, ..planned };
    super::kinds::agreed_to(&world, &planned).await;
    world.pass(61 * SECOND).await;
    world.perform().await;
    assert_eq!(world.state(planned.id).await, State::Expired);
    assert_eq!(world.upstream.posts(), 0);
}

#[sqlx::test]
async fn nobody_moves_a_hold_and_what_ends_something_always_has_one(db: PgPool) {
    let world = World::new(db).await;
    let id = ready(&world).await;
    for (change, words) in [
        ("held_until = journal_clock()", "a hold is kept"),
        ("held_until = null", "a hold is kept"),
        ("hold_ms = 0", "an intent is immutable"),
        ("hold_ms = null", "an intent is immutable"),
    ] {
        let refused =
            store::run(&world.db, &format!("update operation set {change} where id = '{id}'")).await;
        assert!(refused.as_ref().is_err_and(|error| error.contains(words)), "{change}: {refused:?}");
    }
    let intent = unsubscription(chosen(&["r-2"]), Unsubscribed::Resource);
    let planned = plan(&person("maker"), intent);
    for hold in [None, Some(Duration::from_hours(1) + Duration::from_millis(1))] {
        let refused = world.store.submit(&Planned { hold, ..planned.clone() }).await;
        assert!(matches!(refused, Err(Fault::Refused(_))), "{hold:?}");
    }
    let at_once = Planned { hold: Some(Duration::ZERO), ..planned };
    assert!(matches!(world.store.submit(&at_once).await, Ok(Submitted::New(_))));
}

#[sqlx::test]
async fn without_a_hold_it_is_sent_at_once(db: PgPool) {
    let world = World::new(db).await;
    world.upstream.resource("r-1");
    let planned = plan(&person("maker"), unsubscription(chosen(&["r-1"]), Unsubscribed::Resource));
    super::kinds::agreed_to(&world, &Planned { hold: Some(Duration::ZERO), ..planned }).await;
    world.perform().await;
    assert_eq!(world.upstream.posts(), 1);
}
