//! Sixty-four connections of people and workers who race each other: agreeing, taking back, judging,
//! expiring. Whoever wins, the rest is told so, and nothing happens twice.

use std::time::Duration;

use bss_portal::operations::{Judgement, Planned, State, Store as _, Vote};
use chrono::TimeDelta;
use sqlx::PgPool;
use uuid::Uuid;

use super::{
    crowd::{CROWD, Crowd, through},
    store,
    world::{World, cancellation, payment, person, plan},
};

fn vote(planned: &Planned, (id, name): (Uuid, String), agrees: bool) -> Vote {
    let payload_sha256 = planned.intent.payload_sha256().to_vec();
    Vote { operation: planned.id, person: (id, name), payload_sha256, agrees, reason: String::new() }
}

#[sqlx::test]
async fn of_those_who_agree_only_as_many_as_needed_count_and_never_the_maker(db: PgPool) {
    let world = World::new(db.clone()).await;
    let maker = person("maker");
    let planned = plan(&maker, payment("CS1", "60000.00"));
    world.store.submit(&planned).await.expect("submitted");
    let crowd = Crowd::gather(&db).await;
    let alone = crowd.act(|_, store| {
        let vote = vote(&planned, (maker.id, "maker".to_owned()), true);
        async move { store.vote(&vote).await }
    });
    assert_eq!(through(&alone.await), 0, "the maker counts for nothing, however often");
    let twin = Uuid::new_v4();
    let one = crowd.act(|_, store| {
        let vote = vote(&planned, (twin, "twin".to_owned()), true);
        async move { store.vote(&vote).await }
    });
    assert_eq!(through(&one.await), 1, "one person counts once");
    assert_eq!(world.state(planned.id).await, State::PendingApproval);
    let many = crowd.act(|n, store| {
        let vote = vote(&planned, (Uuid::new_v4(), format!("c{n}")), true);
        async move { store.vote(&vote).await }
    });
    assert_eq!(through(&many.await), 1, "the second is enough, and the others come too late");
    assert_eq!(world.state(planned.id).await, State::Ready);
    assert_eq!(store::count(&db, "approval").await, 2);
}

#[sqlx::test]
async fn what_is_taken_back_is_not_armed_and_what_is_armed_is_not_taken_back(db: PgPool) {
    let world = World::new(db.clone()).await;
    let mut claims = Vec::new();
    for n in 0..CROWD / 2 {
        world.submit(payment(&format!("CS{n}"), "100.00")).await;
        claims.push(world.claim().await.expect("ready"));
    }
    let crowd = Crowd::gather(&db).await;
    let arming = world.arming(TimeDelta::zero());
    let done = crowd.act(|n, store| {
        let (claimed, arming) = (claims[n / 2].clone(), arming.clone());
        async move {
            let operation = &claimed.operation;
            let maker = (operation.requester_id, operation.requester_name.clone());
            // Who begins alternates from operation to operation.
            if (n + n / 2) % 2 == 0 {
                (n / 2, true, store.arm(&claimed, &arming).await)
            } else {
                (n / 2, false, store.withdraw(operation.id, &maker).await)
            }
        }
    });
    let done = done.await;
    let (mut armed, mut withdrawn) = (0, 0);
    for (at, claimed) in claims.iter().enumerate() {
        let won: Vec<_> = done.iter().filter(|one| one.0 == at && one.2.is_ok()).collect();
        assert_eq!(won.len(), 1, "exactly one: {done:?}");
        let state = world.state(claimed.operation.id).await;
        assert_eq!(state, if won[0].1 { State::Sending } else { State::Cancelled });
        if won[0].1 { armed += 1 } else { withdrawn += 1 }
    }
    assert_eq!(store::count(&db, "attempt").await, armed);
    assert_eq!(armed + withdrawn, 32);
}

#[sqlx::test]
async fn review_is_closed_by_the_first_two_of_one_mind(db: PgPool) {
    let world = World::new(db.clone()).await;
    let crowd = Crowd::gather(&db).await;
    for round in 0..4 {
        let id = world.submit(cancellation(&format!("CS{round}"))).await;
        store::force(&db, id.0, State::NeedsReview).await;
        let twin = Uuid::new_v4();
        let done = crowd.act(|n, store| {
            // Half of them is one person with many hands.
            let person = (if n % 2 == 0 { twin } else { Uuid::new_v4() }, format!("p{n}"));
            let reason = "I looked".to_owned();
            let judgement = Judgement { operation: id, person, executed: n / 2 % 2 == 0, reason };
            async move { store.judge(&judgement).await }
        });
        let done = done.await;
        let counted = through(&done);
        assert!((2..=3).contains(&counted), "{counted}");
        let state = world.state(id).await;
        let verdict = if state == State::Succeeded { "executed" } else { "not_executed" };
        assert!(state.is_final(), "{state}");
        let agree = format!("review where operation_id = '{id}' and verdict = '{verdict}'");
        assert_eq!(store::count(&db, &agree).await, 2);
        let people = format!("(select distinct reviewer_id from review where operation_id = '{id}') p");
        assert_eq!(store::count(&db, &people).await, i64::try_from(counted).expect("few"));
    }
}

#[sqlx::test]
async fn what_expires_was_not_agreed_to_and_what_was_agreed_to_in_time_does_not_expire(db: PgPool) {
    let world = World::new(db.clone()).await;
    let mut plans = Vec::new();
    for n in 0..CROWD / 2 {
        let mut planned = plan(&person("maker"), payment(&format!("CS{n}"), "2000.00"));
        planned.approve_within = Duration::from_hours(1);
        world.store.submit(&planned).await.expect("submitted");
        plans.push(planned);
    }
    let crowd = Crowd::gather(&db).await;
    // Their time is over in a moment, some a little before others.
    store::set_clock(&db, Duration::from_hours(1) - Duration::from_millis(700)).await;
    crowd
        .act(|n, store| {
            let vote = vote(&plans[n % plans.len()], (Uuid::new_v4(), format!("c{n}")), true);
            async move {
                if n < 60 {
                    tokio::time::sleep(Duration::from_millis(25) * u32::try_from(n).expect("small")).await;
                    drop(store.vote(&vote).await);
                } else {
                    for _ in 0..12 {
                        tokio::time::sleep(Duration::from_millis(150)).await;
                        store.expire().await.expect("looked");
                    }
                }
            }
        })
        .await;
    let agreed = "(select operation_id from approval) a";
    let ready = store::count(&db, "operation where state = 'READY'").await;
    assert_eq!(store::count(&db, agreed).await, ready, "whoever was heard was heard in time");
    assert_eq!(store::count(&db, "operation where state = 'EXPIRED'").await, 32 - ready);
    let late = "approval a join operation o on o.id = a.operation_id where a.at >= o.approve_by or o.state <> 'READY'";
    assert_eq!(store::count(&db, late).await, 0);
}
