//! The real executor and reconciler through ordinary days: payments and cancellations that work, facts
//! that changed, people in Huawei's console.

use std::time::Duration;

use bss_portal::operations::{Intent, Outcome, State};
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use super::{
    store,
    upstream::Fate,
    world::{ACCOUNT, World, cancellation, payment, with_coupon},
};

const MINUTE: Duration = Duration::from_mins(1);

#[sqlx::test]
async fn a_payment_is_sent_once_and_read_back(db: PgPool) {
    let mut world = World::new(db).await;
    let id = world.pay("CS1").await;
    world.perform().await;
    assert_eq!(world.state(id).await, State::Confirming);
    world.reconcile_for(MINUTE).await;
    let story = world.story(id).await;
    assert_eq!((story.operation.state, story.operation.note.as_str()), (State::Succeeded, "effect_read"));
    assert_eq!(story.attempts[0].outcome, Some(Outcome::Executed));
    assert_eq!((world.upstream.effects("CS1"), world.upstream.posts()), (1, 1));
}

#[sqlx::test]
async fn a_cancellation_is_sent_once_and_read_back(db: PgPool) {
    let mut world = World::new(db).await;
    world.upstream.order("CS1", "100.00");
    let id = world.submit(cancellation("CS1")).await;
    world.perform().await;
    world.reconcile_for(MINUTE).await;
    assert_eq!(world.state(id).await, State::Succeeded);
    assert_eq!((world.upstream.effects("CS1"), world.upstream.posts()), (1, 1));
}

#[sqlx::test]
async fn an_order_that_was_paid_in_the_console_meanwhile_is_not_paid(db: PgPool) {
    let world = World::new(db).await;
    let id = world.pay("CS1").await;
    world.upstream.console_pays("CS1");
    world.perform().await;
    let story = world.story(id).await;
    assert_eq!((story.operation.state, story.operation.note.as_str()), (State::Stale, "facts_changed"));
    assert_eq!(story.operation.detail["differences"][0]["fact"], "status");
    assert_eq!(world.upstream.posts(), 0);
}

#[sqlx::test]
async fn a_price_that_changed_meanwhile_is_not_paid_and_the_difference_is_kept(db: PgPool) {
    let world = World::new(db).await;
    world.upstream.order("CS1", "100.01");
    let id = world.submit(payment("CS1", "100.00")).await;
    world.perform().await;
    let story = world.story(id).await;
    assert_eq!(story.operation.state, State::Stale);
    let difference = &story.operation.detail["differences"][0];
    assert_eq!((&difference["confirmed"], &difference["live"]), (&json!("100.00"), &json!("100.01")));
    assert_eq!(world.upstream.posts(), 0);
}

#[sqlx::test]
async fn a_coupon_that_was_spent_meanwhile_stops_the_payment(db: PgPool) {
    let world = World::new(db).await;
    let coupon = |left: f64| json!({ "coupon_id": "CP1", "status": 2, "coupon_type": 1, "balance": left });
    for (order, coupons, state) in [
        ("CS1", vec![coupon(30.0)], State::Confirming),
        ("CS2", vec![coupon(29.0)], State::Stale),
        ("CS3", vec![], State::Stale),
        (
            "CS4",
            vec![
                json!({ "coupon_id": "CP1", "status": 2, "coupon_type": 1, "balance": 30.0, "used_by_order_id": "CS9" }),
            ],
            State::Stale,
        ),
    ] {
        world.upstream.order(order, "100.00");
        world.upstream.inside().coupons = coupons;
        let pay = with_coupon(order, "100.00", ("CP1", "30.00"));
        let id = world.submit(Intent::new(ACCOUNT, Uuid::new_v4(), &pay)).await;
        world.perform().await;
        assert_eq!(world.state(id).await, state, "{order}");
    }
    assert_eq!(world.upstream.posts(), 1);
}

#[sqlx::test]
async fn a_balance_that_fell_short_meanwhile_stops_the_payment(db: PgPool) {
    let world = World::new(db).await;
    let id = world.pay("CS1").await;
    world.upstream.inside().cash = "99.99";
    world.perform().await;
    let story = world.story(id).await;
    assert_eq!(story.operation.state, State::Stale);
    assert_eq!(story.operation.detail["differences"][0]["fact"], "balance");
}

#[sqlx::test]
async fn facts_that_cannot_be_read_stop_the_payment_until_they_can(db: PgPool) {
    let mut world = World::new(db).await;
    let id = world.pay("CS1").await;
    for garbage in [(200, "<html>"), (200, "[]"), (200, "{}"), (403, r#"{"error_code":"CBC.0151"}"#)] {
        world.upstream.inside().reads_fail = Some(garbage);
        world.perform().await;
        let story = world.story(id).await;
        assert_eq!((story.operation.state, story.operation.note.as_str()), (State::Ready, "held_unreadable"));
        world.pass(Duration::from_mins(5)).await;
    }
    world.upstream.inside().reads_fail = None;
    world.perform().await;
    world.reconcile_for(MINUTE).await;
    assert_eq!(world.state(id).await, State::Succeeded);
    assert_eq!(world.upstream.posts(), 1);
}

#[sqlx::test]
async fn what_could_not_be_sent_in_time_expires_without_effect(db: PgPool) {
    let mut world = World::new(db).await;
    let id = world.pay("CS1").await;
    world.upstream.fate(Fate::NotSent);
    world.perform().await;
    assert_eq!((world.state(id).await, world.note(id).await.as_str()), (State::Ready, "held_not_sent"));
    world.pass(Duration::from_hours(24)).await;
    world.perform().await;
    assert_eq!((world.state(id).await, world.note(id).await.as_str()), (State::Expired, "deadline_passed"));
    assert_eq!(world.upstream.posts(), 0);
}

#[sqlx::test]
async fn two_processes_on_one_database_send_each_operation_once(db: PgPool) {
    let mut world = World::new(db.clone()).await;
    let mut ids = Vec::new();
    for n in 0..12 {
        ids.push(world.pay(&format!("CS{n}")).await);
    }
    let (one, _) = world.other_process("one");
    let (two, _) = world.other_process("two");
    let both = async |performer: bss_portal::operations::Performer| {
        loop {
            match performer.step().await {
                Ok(false) => return,
                Ok(true) | Err(bss_portal::operations::Fault::Moved) => {}
                Err(fault) => panic!("{fault}"),
            }
        }
    };
    for _ in 0..8 {
        // Our own rate limit puts some back for a moment.
        tokio::join!(both(world.other_process("a").0), both(world.other_process("b").0));
        world.pass(Duration::from_secs(5)).await;
    }
    drop((one, two));
    world.reconcile_for(10 * MINUTE).await;
    for (n, id) in ids.iter().enumerate() {
        assert_eq!(world.state(*id).await, State::Succeeded);
        assert_eq!(world.upstream.effects(&format!("CS{n}")), 1);
    }
    assert_eq!(world.upstream.posts(), 12);
    assert_eq!(store::count(&db, "attempt").await, 12);
}

#[sqlx::test]
async fn a_finished_operation_frees_its_order_and_a_paid_order_is_not_paid_again(db: PgPool) {
    let mut world = World::new(db).await;
    world.pay("CS1").await;
    world.perform().await;
    world.reconcile_for(MINUTE).await;
    let again = world.submit(payment("CS1", "100.00")).await;
    world.perform().await;
    assert_eq!(world.state(again).await, State::Stale);
    assert_eq!(world.upstream.effects("CS1"), 1);
}
