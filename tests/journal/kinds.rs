//! Operations that make orders upstream, through the real executor and reconciler: a renewal is
//! ordered once and never paid, an unsubscription ends its resource once, and no order that is not
//! certainly the operation's own ever proves anything.

use std::time::Duration;

use bss_portal::{
    bss::{Term, Unsubscribed},
    features::resources::{ChosenResource, Shown, renew::Renew, unsubscribe::Unsubscribe},
    operations::{Intent, OperationId, Outcome, Planned, State, Store as _, Timings, Vote},
};
use chrono::TimeDelta;
use sqlx::PgPool;
use uuid::Uuid;

use super::{
    resources::expiry,
    upstream::Fate,
    world::{ACCOUNT, World, person, plan},
};

const MINUTE: Duration = Duration::from_mins(1);
const LONG: Duration = Duration::from_hours(2);
const RENEW: &str = "renewal_resources";
const UNSUBSCRIBE: &str = "cancel_resources_subscription";

/// Resources as a page shows them: alone, and until when all of them are paid for.
pub(crate) fn chosen(ids: &[&str]) -> Vec<ChosenResource> {
    let words = || "x".to_owned();
    let shown = Shown { name: words(), service: words(), region: words() };
    let one = |id: &&str| ChosenResource {
        id: (*id).to_owned(),
        expire_time: expiry(),
        attached: Vec::new(),
        shown: shown.clone(),
        amount: None,
    };
    ids.iter().map(one).collect()
}

pub(crate) fn renewal(resources: Vec<ChosenResource>) -> Intent {
    let renew = Renew { resources, term: Term::Months(1), reason: String::new() };
    Intent::new(ACCOUNT, Uuid::new_v4(), &renew)
}

pub(crate) fn unsubscription(resources: Vec<ChosenResource>, what: Unsubscribed) -> Intent {
    let unsubscribe = Unsubscribe { resources, what, told: None, reason: String::new() };
    Intent::new(ACCOUNT, Uuid::new_v4(), &unsubscribe)
}

async fn renew(world: &World, id: &str) -> OperationId {
    world.upstream.resource(id);
    world.submit(renewal(chosen(&[id]))).await
}

/// Asks for an unsubscription, to which somebody else agrees, and which nobody takes back.
async fn unsubscribe(world: &mut World, id: &str) -> OperationId {
    world.upstream.resource(id);
    let id = agreed(world, unsubscription(chosen(&[id]), Unsubscribed::Resource)).await;
    world.pass(Timings::REAL.hold).await;
    id
}

/// Submits what somebody else agrees to.
pub(crate) async fn agreed(world: &World, intent: Intent) -> OperationId {
    let planned = plan(&person("maker"), intent);
    agreed_to(world, &planned).await;
    planned.id
}

/// The same, as it is planned.
pub(crate) async fn agreed_to(world: &World, planned: &Planned) {
    world.store.submit(planned).await.expect("submitted");
    agree(world, planned).await;
}

/// Somebody else agrees.
pub(crate) async fn agree(world: &World, planned: &Planned) {
    let approver = person("checker");
    let vote = Vote {
        operation: planned.id,
        person: (approver.id, approver.username),
        payload_sha256: planned.intent.payload_sha256().to_vec(),
        agrees: true,
        reason: String::new(),
    };
    assert_eq!(world.state(planned.id).await, State::PendingApproval);
    assert_eq!(world.store.vote(&vote).await.expect("agreed"), State::Ready);
}

/// State, reason and bound order.
pub(crate) async fn ended(world: &World, id: OperationId) -> (State, String, Option<String>) {
    let operation = world.story(id).await.operation;
    (operation.state, operation.note, operation.upstream_order_id)
}

pub(crate) fn end(state: State, note: &str, order: Option<&str>) -> (State, String, Option<String>) {
    (state, note.to_owned(), order.map(str::to_owned))
}

#[sqlx::test]
async fn a_renewal_makes_one_unpaid_order_that_its_answer_proves(db: PgPool) {
    let mut world = World::new(db).await;
    let id = renew(&world, "r-1").await;
    world.perform().await;
    assert_eq!(ended(&world, id).await, end(State::Confirming, "accepted", Some("CS000")));
    world.reconcile_for(MINUTE).await;
    assert_eq!(ended(&world, id).await, end(State::Succeeded, "effect_read", Some("CS000")));
    let order = world.upstream.made("CS000");
    assert_eq!((order.kind, order.status), (2, 6), "it is not paid");
    assert_eq!((world.upstream.effects("r-1"), world.upstream.posts()), (1, 1));
}

#[sqlx::test]
async fn an_unsubscription_needs_another_person_and_ends_the_resource_once(db: PgPool) {
    let mut world = World::new(db).await;
    let id = unsubscribe(&mut world, "r-1").await;
    world.perform().await;
    world.reconcile_for(MINUTE).await;
    assert_eq!(ended(&world, id).await, end(State::Succeeded, "effect_read", Some("CS000")));
    assert_eq!(world.upstream.inside().shop.resources["r-1"].status, 3);
    assert_eq!((world.upstream.effects("r-1"), world.upstream.posts()), (1, 1));
}

#[sqlx::test]
async fn an_order_whose_answer_was_lost_is_found_by_its_creator(db: PgPool) {
    let mut world = World::new(db).await;
    for (n, kind) in [RENEW, UNSUBSCRIBE].into_iter().enumerate() {
        let resource = format!("r-{n}");
        world.upstream.fate(Fate::LostAnswer);
        let id = if kind == RENEW {
            renew(&world, &resource).await
        } else {
            unsubscribe(&mut world, &resource).await
        };
        world.perform().await;
        assert_eq!(world.state(id).await, State::Unknown);
        world.reconcile_for(MINUTE).await;
        let order = format!("CS00{n}");
        assert_eq!(ended(&world, id).await, end(State::Succeeded, "effect_read", Some(&order)), "{kind}");
        let story = world.story(id).await;
        assert_eq!(story.attempts[0].outcome, Some(Outcome::Executed));
        assert_eq!(world.upstream.effects(&resource), 1);
    }
    assert_eq!(world.upstream.posts(), 2);
}

#[sqlx::test]
async fn a_refusal_is_believed_only_when_no_order_shows(db: PgPool) {
    let mut world = World::new(db).await;
    let refusal = r#"{"error_code":"CBC.99003144","error_msg":"an order is in progress"}"#;
    let in_part = r#"{"order_ids":[],"fail_resource_infos":[
        {"resource_id":"r-1","error_code":"CBC.99003144","error_msg":"an order is in progress"},
        {"resource_id":"r-3","error_code":"CBC.99003144","error_msg":"an order is in progress"}]}"#;
    for (n, (fate, state, note)) in [
        (Fate::Answer(400, refusal), State::Stale, "refused"),
        (Fate::Answer(200, in_part), State::Stale, "refused"),
        // The first of two copies took effect, the second one's refusal came back.
        (Fate::EffectThen(400, refusal), State::Succeeded, "effect_read"),
        (Fate::EffectThen(200, in_part), State::Succeeded, "effect_read"),
    ]
    .into_iter()
    .enumerate()
    {
        world.upstream.fate(fate.clone());
        let id = renew(&world, &format!("r-{n}")).await;
        world.perform().await;
        assert_eq!(world.state(id).await, State::Unknown, "{fate:?}");
        world.reconcile_for(LONG).await;
        let (ended, why, _) = ended(&world, id).await;
        assert_eq!((ended, why.as_str()), (state, note), "{fate:?}");
        assert_eq!(world.story(id).await.operation.result_code.as_deref(), Some("CBC.99003144"));
        assert_eq!(world.upstream.posts(), n + 1);
    }
}

#[sqlx::test]
async fn an_answer_that_names_several_orders_is_settled_by_reading(db: PgPool) {
    let mut world = World::new(db).await;
    world.upstream.fate(Fate::EffectThen(200, r#"{"order_ids":["CS000","CS777"]}"#));
    let id = renew(&world, "r-1").await;
    world.perform().await;
    let story = world.story(id).await;
    assert_eq!(ended(&world, id).await, end(State::Unknown, "orders_unclear", None));
    assert_eq!(story.operation.detail["order_ids"].as_array().map(Vec::len), Some(2));
    assert_eq!(story.attempts[0].outcome, Some(Outcome::Executed), "Huawei said so");
    world.reconcile_for(MINUTE).await;
    assert_eq!(ended(&world, id).await, end(State::Succeeded, "effect_read", Some("CS000")));
}

#[sqlx::test]
async fn several_orders_of_ours_are_for_people_and_nothing_is_paid(db: PgPool) {
    let mut world = World::new(db).await;
    let id = renew(&world, "r-1").await;
    world.upstream.inside().shop.naive = true;
    world.upstream.fate(Fate::LostAnswer);
    world.perform().await;
    // A second copy of the same request arrives.
    let now = world.clock.now();
    world.upstream.inside().shop.change(RENEW, "r-1", "portal", now).expect("naive");
    world.reconcile_for(MINUTE).await;
    assert_eq!(ended(&world, id).await, end(State::NeedsReview, "contradiction", None));
    let detail = world.story(id).await.operation.detail;
    let ids: Vec<_> = (0..2).map(|n| detail["orders"][n]["order_id"].clone()).collect();
    assert_eq!(ids, ["CS000", "CS001"]);
    assert!(world.upstream.inside().shop.made.iter().all(|order| order.status == 6));
}

/// Something happens to a resource without the portal.
fn happens(world: &World, change: &str, resource: &str) {
    if change == "unpaid" {
        world.upstream.console(RENEW, resource, world.clock.now());
        return;
    }
    let mut inside = world.upstream.inside();
    let live = inside.shop.resources.get_mut(resource).expect("there");
    match change {
        "expiry" => live.expire_time += TimeDelta::days(30),
        "gone" => live.status = 3,
        // What is frozen can still be renewed and unsubscribed.
        _ => live.status = 4,
    }
}

#[sqlx::test]
async fn what_somebody_did_in_the_console_before_it_was_sent_stops_it(db: PgPool) {
    let mut world = World::new(db).await;
    for (n, (change, fact)) in
        [("expiry", "expire_time"), ("unpaid", "unpaid_order"), ("gone", "resource_status"), ("frozen", "")]
            .into_iter()
            .enumerate()
    {
        for kind in [RENEW, UNSUBSCRIBE] {
            let resource = format!("{n}-{kind}");
            let id = if kind == RENEW {
                renew(&world, &resource).await
            } else {
                unsubscribe(&mut world, &resource).await
            };
            happens(&world, change, &resource);
            let before = world.upstream.posts();
            world.perform().await;
            let operation = world.story(id).await.operation;
            if fact.is_empty() {
                assert_eq!(operation.state, State::Confirming, "{change} {kind}");
                continue;
            }
            assert_eq!((operation.state, operation.note.as_str()), (State::Stale, "facts_changed"));
            assert_eq!(operation.detail["differences"][0]["fact"], fact, "{kind}");
            assert_eq!(world.upstream.posts(), before);
        }
    }
}

#[sqlx::test]
async fn somebody_elses_order_is_never_taken_for_ours(db: PgPool) {
    let mut world = World::new(db).await;
    // Ours was lost on its way, and a person in the console did the same at that moment.
    for (n, kind) in [RENEW, UNSUBSCRIBE].into_iter().enumerate() {
        let resource = format!("r-{n}");
        world.upstream.fate(Fate::LostRequest);
        let id = if kind == RENEW {
            renew(&world, &resource).await
        } else {
            unsubscribe(&mut world, &resource).await
        };
        world.perform().await;
        let theirs = world.upstream.console(kind, &resource, world.clock.now());
        for _ in 0..4 {
            world.reconcile_for(LONG).await;
            let _ = world.performer.step().await.expect("performed");
        }
        assert_eq!(ended(&world, id).await, end(State::Stale, "impossible", None), "{kind}");
        assert_eq!(world.upstream.made(&theirs).user, "li.na");
        assert_eq!(world.upstream.posts(), n + 1, "{kind}");
    }
}

#[sqlx::test]
async fn without_the_portals_own_name_only_an_answer_proves(db: PgPool) {
    let mut world = World::known_as(db, None).await;
    let answered = renew(&world, "r-1").await;
    world.perform().await;
    world.reconcile_for(MINUTE).await;
    assert_eq!(ended(&world, answered).await, end(State::Succeeded, "effect_read", Some("CS000")));

    world.upstream.fate(Fate::LostAnswer);
    let lost = renew(&world, "r-2").await;
    world.perform().await;
    world.reconcile_for(Duration::from_mins(10)).await;
    assert_eq!(world.state(lost).await, State::Unknown, "a later look may be clearer");
    world.reconcile_for(LONG).await;
    assert_eq!(ended(&world, lost).await, end(State::NeedsReview, "contradiction", None));
    assert_eq!(world.story(lost).await.operation.detail["orders"][0]["order_id"], "CS001");

    world.upstream.fate(Fate::LostRequest);
    let nothing = unsubscribe(&mut world, "r-3").await;
    world.perform().await;
    world.reconcile_for(LONG).await;
    assert_eq!(ended(&world, nothing).await, end(State::Failed, "absent", None), "absence needs no name");
}

#[sqlx::test]
async fn an_unsubscription_of_ours_that_nothing_ties_to_the_resource_is_for_people(db: PgPool) {
    let mut world = World::new(db).await;
    world.upstream.inside().shop.forgets = true;
    world.upstream.fate(Fate::LostAnswer);
    let id = unsubscribe(&mut world, "r-1").await;
    world.perform().await;
    world.reconcile_for(Duration::from_mins(10)).await;
    assert_eq!(world.state(id).await, State::Unknown, "it may be listed a little later");
    world.reconcile_for(LONG).await;
    assert_eq!(ended(&world, id).await, end(State::NeedsReview, "contradiction", None));
    assert_eq!(world.story(id).await.operation.detail["orders"][0]["order_id"], "CS000");
    // An answer that named the order needs nothing of that.
    let id = unsubscribe(&mut world, "r-2").await;
    world.perform().await;
    world.reconcile_for(MINUTE).await;
    assert_eq!(ended(&world, id).await, end(State::Succeeded, "effect_read", Some("CS001")));
}

#[sqlx::test]
async fn of_two_unsubscriptions_at_once_neither_takes_the_others_order(db: PgPool) {
    let mut world = World::new(db).await;
    for together in [false, true] {
        world.upstream.inside().shop.together = together;
        world.upstream.fate(Fate::LostRequest);
        let lost = unsubscribe(&mut world, &format!("{together}-1")).await;
        world.perform().await;
        world.upstream.fate(Fate::LostAnswer);
        let unanswered = unsubscribe(&mut world, &format!("{together}-2")).await;
        world.perform().await;
        world.reconcile_for(LONG).await;
        let states = (ended(&world, lost).await, ended(&world, unanswered).await);
        let review = || end(State::NeedsReview, "contradiction", None);
        let expected = if together {
            (review(), review())
        } else {
            (end(State::Failed, "absent", None), end(State::Succeeded, "effect_read", Some("CS000")))
        };
        assert_eq!(states, expected, "{together}");
    }
}

#[sqlx::test]
async fn an_order_that_proved_one_operation_proves_no_other_however_soon(db: PgPool) {
    let mut world = World::new(db).await;
    world.upstream.inside().shop.naive = true;
    for (n, kind) in [RENEW, UNSUBSCRIBE].into_iter().enumerate() {
        let resource = format!("r-{n}");
        let ask = async |world: &mut World| {
            if kind == RENEW { renew(world, &resource).await } else { unsubscribe(world, &resource).await }
        };
        let first = ask(&mut world).await;
        world.perform().await;
        world.reconcile_for(MINUTE).await;
        let (state, _, proof) = ended(&world, first).await;
        assert_eq!(state, State::Succeeded);
        let proof = proof.expect("bound");
        // Cancelled in the console, or asked for on a page of a moment ago: the same once more, at once.
        world.upstream.inside().shop.made.iter_mut().for_each(|order| order.status = 4);
        world.upstream.fate(Fate::LostRequest);
        let second = ask(&mut world).await;
        world.perform().await;
        assert_eq!(world.state(second).await, State::Unknown, "{kind}");
        world.reconcile_for(MINUTE).await;
        assert_eq!(ended(&world, second).await, end(State::Unknown, "answer_unclear", None), "{kind}");
        world.reconcile_for(LONG).await;
        if kind == UNSUBSCRIBE {
            // It is not tried again by itself.
            assert_eq!(ended(&world, second).await, end(State::Failed, "absent", None));
            assert!(!world.performer.step().await.expect("performed"));
            continue;
        }
        world.perform().await;
        world.reconcile_for(MINUTE).await;
        let (state, _, other) = ended(&world, second).await;
        assert_eq!(state, State::Succeeded);
        assert!(other.is_some_and(|other| other != proof), "{kind}");
    }
}

#[sqlx::test]
async fn an_answer_that_names_another_operations_order_proves_nothing(db: PgPool) {
    let mut world = World::new(db).await;
    let first = renew(&world, "r-1").await;
    world.perform().await;
    world.reconcile_for(MINUTE).await;
    assert_eq!(world.state(first).await, State::Succeeded);
    world.upstream.fate(Fate::EffectThen(200, r#"{"order_ids":["CS000"]}"#));
    let second = renew(&world, "r-2").await;
    world.perform().await;
    assert_eq!(ended(&world, second).await, end(State::Unknown, "orders_unclear", None));
    world.reconcile_for(MINUTE).await;
    assert_eq!(ended(&world, second).await, end(State::Succeeded, "effect_read", Some("CS001")));
}
