//! Unsubscribing and renewing several resources, and only terms that have not started, through the real executor
//! and reconciler: with lost answers, people in the console, and orders that Huawei splits.

use std::time::Duration;

use bss_portal::{
    bss::Unsubscribed,
    features::resources::ChosenResource,
    operations::{Intent, OperationId, State, Timings},
};
use chrono::TimeDelta;
use sqlx::PgPool;

use super::{
    kinds::{agreed, chosen, end, ended, renewal, unsubscription},
    resources::expiry,
    store,
    upstream::Fate,
    world::World,
};

const MINUTE: Duration = Duration::from_mins(1);
const LONG: Duration = Duration::from_hours(2);
const UNSUBSCRIBE: &str = "cancel_resources_subscription";

/// Two resources, a disk at the first of them.
fn two(world: &World, n: usize) -> Vec<ChosenResource> {
    let ids = [format!("a-{n}"), format!("b-{n}")];
    for id in &ids {
        world.upstream.resource(id);
    }
    world.upstream.attached(&format!("disk-{n}"), &ids[0]);
    let mut two = chosen(&[&ids[0], &ids[1]]);
    two[0].attached.push(format!("disk-{n}"));
    two
}

/// What is to be sent now: agreed to, and not taken back.
async fn asked(world: &mut World, resources: Vec<ChosenResource>, what: Unsubscribed) -> OperationId {
    let id = agreed(world, unsubscription(resources, what)).await;
    world.pass(Timings::REAL.hold).await;
    id
}

fn statuses(world: &World, ids: &[&str]) -> Vec<i32> {
    ids.iter().map(|id| world.upstream.inside().shop.resources[*id].status).collect()
}

#[sqlx::test]
async fn several_resources_leave_by_one_request_with_what_is_attached_to_them(db: PgPool) {
    let mut world = World::new(db).await;
    let two = two(&world, 0);
    let id = asked(&mut world, two, Unsubscribed::Resource).await;
    let held = format!("operation_target where open and operation_id = '{id}'");
    assert_eq!(store::count(&world.db, &held).await, 3);
    world.perform().await;
    world.reconcile_for(MINUTE).await;
    assert_eq!(ended(&world, id).await, end(State::Succeeded, "effect_read", Some("CS000")));
    assert_eq!(statuses(&world, &["a-0", "b-0", "disk-0"]), [3, 3, 3]);
    assert_eq!(world.upstream.posts(), 1);
}

#[sqlx::test]
async fn only_terms_that_have_not_started_leave_and_the_resources_stay(db: PgPool) {
    let mut world = World::new(db).await;
    let two = two(&world, 0);
    let id = asked(&mut world, two, Unsubscribed::UnstartedTerms).await;
    world.perform().await;
    world.reconcile_for(MINUTE).await;
    assert_eq!(ended(&world, id).await, end(State::Succeeded, "effect_read", Some("CS000")));
    assert_eq!(statuses(&world, &["a-0", "b-0", "disk-0"]), [2, 2, 2]);
    let expires = world.upstream.inside().shop.resources["a-0"].expire_time;
    assert_eq!(expires, expiry() - TimeDelta::days(30));
}

#[sqlx::test]
async fn lost_answers_are_settled_by_reading_before_and_after_the_effect(db: PgPool) {
    let mut world = World::new(db).await;
    let mut orders = 0;
    for (n, (fate, what, several)) in [
        (Fate::LostAnswer, Unsubscribed::Resource, true),
        (Fate::LostRequest, Unsubscribed::Resource, true),
        (Fate::LostAnswer, Unsubscribed::UnstartedTerms, true),
        (Fate::LostRequest, Unsubscribed::UnstartedTerms, true),
        (Fate::LostAnswer, Unsubscribed::UnstartedTerms, false),
        (Fate::LostRequest, Unsubscribed::UnstartedTerms, false),
    ]
    .into_iter()
    .enumerate()
    {
        let mut resources = two(&world, n);
        resources.truncate(if several { 2 } else { 1 });
        let id = asked(&mut world, resources, what).await;
        world.upstream.fate(fate.clone());
        world.perform().await;
        assert_eq!(world.state(id).await, State::Unknown, "{n}");
        world.reconcile_for(LONG).await;
        let order = format!("CS{orders:03}");
        let expected = match fate {
            Fate::LostAnswer => end(State::Succeeded, "effect_read", Some(&order)),
            _ => end(State::Failed, "absent", None),
        };
        assert_eq!(ended(&world, id).await, expected, "{n}");
        orders += usize::from(matches!(fate, Fate::LostAnswer));
        assert_eq!(world.upstream.posts(), n + 1, "it is never sent again by itself");
    }
}

#[sqlx::test]
async fn what_changed_before_it_was_sent_stops_it_and_says_which_resource(db: PgPool) {
    let mut world = World::new(db).await;
    for (n, fact) in
        ["resource_status", "expire_time", "attached_ids", "attached_ids", "unpaid_order", "attached"]
            .into_iter()
            .enumerate()
    {
        let resources = two(&world, n);
        let id = asked(&mut world, resources, Unsubscribed::Resource).await;
        let (a, b, disk) = (format!("a-{n}"), format!("b-{n}"), format!("disk-{n}"));
        let now = world.clock.now();
        let about = match n {
            0 => {
                world.upstream.console(UNSUBSCRIBE, &b, now);
                &b
            }
            1 => {
                let mut inside = world.upstream.inside();
                inside.shop.resources.get_mut(&b).expect("there").expire_time += TimeDelta::days(30);
                &b
            }
            2 => {
                world.upstream.attached(&format!("more-{n}"), &b);
                &b
            }
            3 => {
                world.upstream.inside().shop.resources.remove(&disk);
                &a
            }
            4 => &world.upstream.console("renewal_resources", &disk, now),
            _ => {
                world.upstream.inside().shop.resources.get_mut(&b).expect("there").attached_to =
                    Some(a.clone());
                &b
            }
        };
        let before = world.upstream.posts();
        world.perform().await;
        let operation = world.story(id).await.operation;
        assert_eq!((operation.state, operation.note.as_str()), (State::Stale, "facts_changed"), "{fact}");
        let differences = operation.detail["differences"].as_array().cloned().unwrap_or_default();
        let found = differences.iter().any(|one| one["fact"] == fact && one["about"] == about.as_str());
        assert!(found, "{fact} {about}: {differences:?}");
        assert_eq!(world.upstream.posts(), before);
    }
}

#[sqlx::test]
async fn what_somebody_in_the_console_did_first_is_not_taken_for_ours(db: PgPool) {
    let mut world = World::new(db).await;
    for (n, what) in [Unsubscribed::Resource, Unsubscribed::UnstartedTerms].into_iter().enumerate() {
        let resources = two(&world, n);
        let id = asked(&mut world, resources, what).await;
        world.upstream.fate(Fate::LostRequest);
        world.perform().await;
        let terms = i32::from(what == Unsubscribed::UnstartedTerms) + 1;
        let body = serde_json::json!({ "resource_ids": [format!("a-{n}")], "unsubscribe_type": terms });
        let now = world.clock.now();
        world.upstream.inside().shop.request(UNSUBSCRIBE, &body, "li.na", now);
        world.reconcile_for(LONG).await;
        assert_eq!(ended(&world, id).await, end(State::Stale, "impossible", None), "{what:?}");
    }
}

#[sqlx::test]
async fn a_request_that_was_done_in_part_is_for_people(db: PgPool) {
    let mut world = World::new(db).await;
    for (n, renews) in [false, true].into_iter().enumerate() {
        let resources = two(&world, n);
        world.upstream.inside().shop.refuses.insert(format!("b-{n}"));
        let id = if renews {
            world.submit(renewal(resources)).await
        } else {
            asked(&mut world, resources, Unsubscribed::Resource).await
        };
        world.perform().await;
        assert_eq!(ended(&world, id).await, end(State::Unknown, "refused_in_part", None));
        world.reconcile_for(LONG).await;
        assert_eq!(ended(&world, id).await, end(State::NeedsReview, "contradiction", None));
        let detail = world.story(id).await.operation.detail;
        assert_eq!(detail["orders"][0]["order_id"], format!("CS00{n}").as_str());
    }
    // Where all of it was refused, nothing happened.
    world.upstream.inside().shop.refuses.insert("a-2".to_owned());
    world.upstream.inside().shop.refuses.insert("b-2".to_owned());
    let resources = two(&world, 2);
    let id = asked(&mut world, resources, Unsubscribed::Resource).await;
    world.perform().await;
    world.reconcile_for(LONG).await;
    assert_eq!(ended(&world, id).await, end(State::Stale, "refused", None));
}

#[sqlx::test]
async fn several_orders_of_one_request_are_all_its_own(db: PgPool) {
    let mut world = World::new(db).await;
    world.upstream.inside().shop.splits = true;
    let intents: [fn(Vec<ChosenResource>) -> Intent; 2] =
        [renewal, |resources| unsubscription(resources, Unsubscribed::Resource)];
    for (n, intent) in intents.into_iter().enumerate() {
        let resources = two(&world, n);
        let intent = intent(resources);
        let id = if n == 0 { world.submit(intent).await } else { agreed(&world, intent).await };
        world.pass(Timings::REAL.hold).await;
        world.perform().await;
        world.reconcile_for(MINUTE).await;
        let [first, other] = [2 * n, 2 * n + 1].map(|at| format!("CS{at:03}"));
        assert_eq!(ended(&world, id).await, end(State::Succeeded, "several_orders", Some(&first)));
        let operation = world.story(id).await.operation;
        assert_eq!(operation.more_orders, std::slice::from_ref(&other));
        assert_eq!(operation.detail["more_orders"][0]["order_id"], other.as_str());
    }
}

#[sqlx::test]
async fn an_order_beside_the_first_proves_no_other_operation(db: PgPool) {
    let mut world = World::new(db).await;
    world.upstream.inside().shop.splits = true;
    let resources = two(&world, 0);
    let both = world.submit(renewal(resources)).await;
    world.perform().await;
    world.reconcile_for(MINUTE).await;
    assert_eq!(ended(&world, both).await, end(State::Succeeded, "several_orders", Some("CS000")));
    world.upstream.inside().shop.made.iter_mut().for_each(|order| order.status = 4);
    world.upstream.fate(Fate::LostRequest);
    let second = world.submit(renewal(chosen(&["b-0"]))).await;
    world.perform().await;
    world.reconcile_for(MINUTE).await;
    assert_eq!(ended(&world, second).await, end(State::Unknown, "answer_unclear", None));
}

#[sqlx::test]
async fn several_orders_whose_answer_was_lost_are_for_people(db: PgPool) {
    let mut world = World::new(db).await;
    world.upstream.inside().shop.splits = true;
    let resources = two(&world, 0);
    let id = world.submit(renewal(resources)).await;
    world.upstream.fate(Fate::LostAnswer);
    world.perform().await;
    world.reconcile_for(LONG).await;
    assert_eq!(ended(&world, id).await, end(State::NeedsReview, "contradiction", None));
    let detail = world.story(id).await.operation.detail;
    assert_eq!(detail["orders"].as_array().map(Vec::len), Some(2));
    assert!(world.upstream.inside().shop.made.iter().all(|order| order.status == 6), "nothing is paid");
}
