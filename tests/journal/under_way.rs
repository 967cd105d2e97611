//! What Huawei itself reviews: neither absent nor failed nor accepted in vain, for as long as an outcome is looked
//! for, and then for people here.

use std::time::Duration;

use bss_portal::operations::{Change, Claimed, Note, Outcome, Sighting, State, Store as _, Timings, decide};
use serde_json::json;
use sqlx::PgPool;

use super::{upstream::Fate, world::World};

fn under_way() -> Sighting {
    Sighting::UnderWay { evidence: json!({ "result": "AUDIT" }) }
}

async fn claim(world: &World, state: State) -> Claimed {
    world.store.claim(&[state], "test", Duration::from_mins(1)).await.expect("claimed").expect("due")
}

#[sqlx::test]
async fn what_is_under_way_is_looked_at_until_people_are_asked_and_never_called_absent(db: PgPool) {
    let mut world = World::new(db).await;
    for (order, fate, state) in
        [("CS1", Fate::Fine, State::Confirming), ("CS2", Fate::LostAnswer, State::Unknown)]
    {
        world.upstream.fate(fate);
        let id = world.pay(order).await;
        world.perform().await;
        let mut spans = [3, 60 * 60, 24 * 60 * 60, 46 * 60 * 60].into_iter();
        world.pass(Duration::from_secs(3)).await;
        for _ in 0..4 {
            let claimed = claim(&world, state).await;
            let change = decide(&claimed, &under_way(), 3, &Timings::REAL);
            assert_eq!((change.to, change.note, change.absent_at), (state, Some(Note::UnderWay), None));
            world
                .store
                .settle(&claimed, &Change { next_in: Duration::ZERO, ..change })
                .await
                .expect("settled");
            world.pass(Duration::from_secs(spans.next().unwrap_or_default())).await;
        }
        let story = world.story(id).await;
        assert_eq!(story.operation.detail["result"], "AUDIT");
        assert_eq!(story.events.iter().filter(|event| event.note == "under_way").count(), 1, "told once");

        world.pass(Duration::from_hours(2)).await;
        let claimed = claim(&world, state).await;
        let change = decide(&claimed, &under_way(), 3, &Timings::REAL);
        assert_eq!((change.to, change.note), (State::NeedsReview, Some(Note::UnderWayTooLong)));
        world.store.settle(&claimed, &change).await.expect("settled");
        let live = world.story(id).await.attempts[0].outcome;
        assert_ne!(live, Some(Outcome::NotExecuted));
    }
}

#[sqlx::test]
async fn a_reading_without_effect_before_a_review_proves_nothing_after_it(db: PgPool) {
    let mut world = World::new(db).await;
    world.upstream.fate(Fate::LostRequest);
    world.pay("CS1").await;
    world.perform().await;
    let absent = Sighting::NoEffect { evidence: json!({}), gone: None };
    for (sighting, note) in
        [(&absent, Note::AbsentOnce), (&under_way(), Note::UnderWay), (&absent, Note::AbsentOnce)]
    {
        world.pass(Timings::REAL.settle_point() + Duration::from_mins(1)).await;
        let claimed = claim(&world, State::Unknown).await;
        let change = decide(&claimed, sighting, 3, &Timings::REAL);
        assert_eq!((change.to, change.note), (State::Unknown, Some(note)));
        world.store.settle(&claimed, &Change { next_in: Duration::ZERO, ..change }).await.expect("settled");
    }
}
