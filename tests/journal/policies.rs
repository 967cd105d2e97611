//! What happens at the expiry of resources, through the real executor and reconciler: a value is set once, a
//! late copy never overtakes a newer wish, what nobody tells is never guessed, and what was wanted is kept.

use std::time::Duration;

use bss_portal::{
    bss::codes::AutoPeriod,
    features::resources::{
        ChosenResource, SeenResource, Shown,
        policy::{
            convert_now::ConvertNow,
            renewal_day::{Day, SetRenewalDay},
            set_policy::{Setting, Wanted},
        },
    },
    operations::{Intent, OperationId, Outcome, State, Store as _, Submitted, Vote},
};
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use super::{
    expiry::Expiry,
    resources::expiry,
    store,
    upstream::Fate,
    world::{ACCOUNT, World, person, plan},
};

const MINUTE: Duration = Duration::from_mins(1);
const LONG: Duration = Duration::from_hours(2);

async fn world(db: PgPool) -> (World, Expiry) {
    let cloud = Expiry::new();
    let world = World::on(db, Some("portal"), |clock, _| cloud.wire(clock)).await;
    (world, cloud)
}

fn shown() -> Shown {
    let words = || "x".to_owned();
    Shown { name: words(), service: words(), region: words() }
}

fn setting(id: &str, policy: i32) -> Setting {
    let resource = SeenResource { id: id.to_owned(), expire_time: expiry() };
    Setting { resource, policy, times: None, period: None, shown: shown(), reason: String::new() }
}

fn intent(wanted: Wanted, setting: Setting) -> Intent {
    wanted.intent(ACCOUNT, Uuid::new_v4(), setting)
}

/// What it is before the wish comes true, and after.
fn before_and_after(wanted: Wanted) -> (i32, i32) {
    match wanted {
        Wanted::AutoRenewal => (0, 3),
        Wanted::NoAutoRenewal => (3, 0),
        Wanted::PayPerUse => (0, 1),
        Wanted::NoPayPerUse => (1, 0),
    }
}

async fn set(world: &World, cloud: &Expiry, wanted: Wanted, id: &str) -> OperationId {
    let (before, _) = before_and_after(wanted);
    cloud.set(id, before);
    world.submit(intent(wanted, setting(id, before))).await
}

async fn ended(world: &World, id: OperationId) -> (State, String) {
    let operation = world.story(id).await.operation;
    (operation.state, operation.note)
}

fn end(state: State, note: &str) -> (State, String) {
    (state, note.to_owned())
}

#[sqlx::test]
async fn each_wish_is_set_once_read_back_and_kept(db: PgPool) {
    let (mut world, cloud) = world(db).await;
    for (n, wanted) in Wanted::ALL.into_iter().enumerate() {
        let (before, after) = before_and_after(wanted);
        let resource = format!("r-{n}");
        cloud.set(&resource, before);
        let renews = wanted == Wanted::AutoRenewal;
        let (times, period) = (renews.then_some(3), renews.then_some(AutoPeriod::Year));
        let id = world.submit(intent(wanted, Setting { times, period, ..setting(&resource, before) })).await;
        world.perform().await;
        assert_eq!(ended(&world, id).await, end(State::Confirming, "accepted"), "{wanted:?}");
        world.reconcile_for(MINUTE).await;
        assert_eq!(ended(&world, id).await, end(State::Succeeded, "effect_read"), "{wanted:?}");
        assert_eq!(cloud.policy(&resource), after, "{wanted:?}");
        let kept = format!("select wanted::text from resource_policy where resource_id = '{resource}'");
        assert_eq!(store::one(&world.db, &kept).await, Some(after.to_string()), "{wanted:?}");
    }
    let chosen =
        "select times || ' ' || period || ' ' || set_by from resource_policy where resource_id = 'r-0'";
    assert_eq!(store::one(&world.db, chosen).await.as_deref(), Some("3 YEAR maker"));
    let sent = cloud.inside().effects.clone();
    assert_eq!(sent[0].1, json!({"auto_renew_times": 3, "period_type": "YEAR"}));
    assert_eq!(sent[2].1, json!({"operation": "SET_UP", "resource_ids": ["r-2"]}));
    assert_eq!(sent[3].1, json!({"operation": "CANCEL", "resource_ids": ["r-3"]}));
    assert_eq!((sent.len(), cloud.inside().posts), (4, 4));
}

#[sqlx::test]
async fn an_effect_without_an_answer_counts_only_once_nothing_can_arrive_any_more(db: PgPool) {
    let (mut world, cloud) = world(db).await;
    for wanted in Wanted::ALL {
        let resource = format!("{wanted:?}");
        cloud.fate(Fate::LostAnswer);
        let id = set(&world, &cloud, wanted, &resource).await;
        world.perform().await;
        world.reconcile_for(Duration::from_mins(18)).await;
        assert_eq!(world.state(id).await, State::Unknown, "{wanted:?}: a copy may still be on its way");
        // Meanwhile nobody's newer wish can be overtaken by it.
        let (before, after) = before_and_after(wanted);
        let opposite = Wanted::ALL.into_iter().find(|one| before_and_after(*one) == (after, before));
        let newer = intent(opposite.expect("each has one"), setting(&resource, after));
        let refused = world.store.submit(&plan(&person("other"), newer)).await.expect("answered");
        assert_eq!(refused, Submitted::Busy(id));
        world.reconcile_for(LONG).await;
        assert_eq!(ended(&world, id).await, end(State::Succeeded, "effect_read"), "{wanted:?}");
        assert_eq!(world.story(id).await.attempts[0].outcome, Some(Outcome::Executed));
    }
    assert_eq!(cloud.counted(), (4, 4));
}

#[sqlx::test]
async fn what_was_lost_on_its_way_is_set_again(db: PgPool) {
    let (mut world, cloud) = world(db).await;
    for wanted in Wanted::ALL {
        let resource = format!("{wanted:?}");
        cloud.fate(Fate::LostRequest);
        let id = set(&world, &cloud, wanted, &resource).await;
        world.perform().await;
        world.reconcile_for(LONG).await;
        assert_eq!(ended(&world, id).await, end(State::Ready, "absent_try_again"), "{wanted:?}");
        world.perform().await;
        world.reconcile_for(MINUTE).await;
        assert_eq!(ended(&world, id).await, end(State::Succeeded, "effect_read"), "{wanted:?}");
        assert_eq!(cloud.policy(&resource), before_and_after(wanted).1);
    }
    assert_eq!(cloud.counted(), (4, 8));
}

#[sqlx::test]
async fn a_refusal_is_told_once_nothing_of_it_shows(db: PgPool) {
    let (mut world, cloud) = world(db).await;
    let refusal = r#"{"error_code":"CBC.99003602","error_msg":"expired or frozen"}"#;
    let in_part = r#"{"error_details":[{"id":"r-1","error_code":"CBC.99003623","error_msg":"in progress"}]}"#;
    for (resource, wanted, fate, code) in [
        ("r-0", Wanted::AutoRenewal, Fate::Answer(400, refusal), "CBC.99003602"),
        ("r-1", Wanted::PayPerUse, Fate::Answer(200, in_part), "CBC.99003623"),
    ] {
        cloud.fate(fate);
        let id = set(&world, &cloud, wanted, resource).await;
        world.perform().await;
        assert_eq!(world.state(id).await, State::Unknown);
        world.reconcile_for(LONG).await;
        assert_eq!(ended(&world, id).await, end(State::Stale, "refused"));
        assert_eq!(world.story(id).await.operation.result_code.as_deref(), Some(code));
        assert_eq!(store::count(&world.db, "resource_policy").await, 0, "nothing came true");
    }
    // The second copy of what took effect was refused: it is off already.
    let already = r#"{"error_code":"CBC.99003605","error_msg":"already off"}"#;
    cloud.fate(Fate::EffectThen(400, already));
    let id = set(&world, &cloud, Wanted::NoAutoRenewal, "r-2").await;
    world.perform().await;
    world.reconcile_for(LONG).await;
    assert_eq!(ended(&world, id).await, end(State::Succeeded, "effect_read"));
    assert_eq!(cloud.inside().posts, 3);
}

#[sqlx::test]
async fn what_the_console_did_first_stops_it(db: PgPool) {
    let (world, cloud) = world(db).await;
    for wanted in Wanted::ALL {
        let resource = format!("{wanted:?}");
        let id = set(&world, &cloud, wanted, &resource).await;
        let (before, after) = before_and_after(wanted);
        cloud.set(&resource, after);
        world.perform().await;
        let operation = world.story(id).await.operation;
        assert_eq!((operation.state, operation.note.as_str()), (State::Stale, "facts_changed"), "{wanted:?}");
        let difference = &operation.detail["differences"][0];
        assert_eq!(difference["fact"], "expire_policy");
        assert_eq!(
            (&difference["confirmed"], &difference["live"]),
            (&json!(before.to_string()), &json!(after.to_string()))
        );
    }
    let id = set(&world, &cloud, Wanted::AutoRenewal, "r-gone").await;
    cloud.inside().resources.get_mut("r-gone").expect("there").status = 3;
    world.perform().await;
    assert_eq!(ended(&world, id).await, end(State::Stale, "facts_changed"));
    assert_eq!(cloud.inside().posts, 0);
}

#[sqlx::test]
async fn values_that_contradict_each_other_are_for_people(db: PgPool) {
    let (mut world, cloud) = world(db).await;
    // Somebody else set a third value.
    cloud.fate(Fate::LostRequest);
    let third = set(&world, &cloud, Wanted::AutoRenewal, "r-third").await;
    world.perform().await;
    cloud.set("r-third", 1);
    world.reconcile_for(Duration::from_mins(15)).await;
    assert_eq!(world.state(third).await, State::Unknown, "it may still arrive");
    world.reconcile_for(LONG).await;
    assert_eq!(ended(&world, third).await, end(State::NeedsReview, "contradiction"));
    assert_eq!(world.story(third).await.operation.detail["expire_policy"], 1);

    // It was not there when nothing could arrive any more, and then it is.
    cloud.fate(Fate::Late);
    let flips = set(&world, &cloud, Wanted::AutoRenewal, "r-flips").await;
    world.perform().await;
    while world.note(flips).await != "absent_once" {
        world.pass(Duration::from_secs(10)).await;
        while world.reconciler.step().await.expect("reconciled") {}
    }
    cloud.deliver_late();
    world.reconcile_for(LONG).await;
    assert_eq!(ended(&world, flips).await, end(State::NeedsReview, "contradiction"));

    // Only how often was to change, which nobody tells again.
    cloud.set("r-on", 3);
    cloud.fate(Fate::LostAnswer);
    let times = Setting { times: Some(2), ..setting("r-on", 3) };
    let unseen = world.submit(intent(Wanted::AutoRenewal, times)).await;
    world.perform().await;
    world.reconcile_for(LONG).await;
    assert_eq!(ended(&world, unseen).await, end(State::NeedsReview, "contradiction"));
    assert_eq!(store::count(&world.db, "resource_policy").await, 0, "none of them is known");
}

/// Asks for a conversion, to which somebody else agrees, and lets the time pass in which it can be taken back.
async fn convert(world: &mut World, cloud: &Expiry, id: &str) -> OperationId {
    cloud.set(id, 0);
    let (name, attached) = (id.to_owned(), Vec::new());
    let resource = ChosenResource { id: name, expire_time: expiry(), attached, shown: shown(), amount: None };
    let confirmed = ConvertNow { resources: vec![resource], reason: "moved".to_owned() };
    let planned = plan(&person("maker"), Intent::new(ACCOUNT, Uuid::new_v4(), &confirmed));
    world.store.submit(&planned).await.expect("submitted");
    let approver = person("checker");
    let vote = Vote {
        operation: planned.id,
        person: (approver.id, approver.username),
        payload_sha256: planned.intent.payload_sha256().to_vec(),
        agrees: true,
        reason: String::new(),
    };
    assert_eq!(world.state(planned.id).await, State::PendingApproval);
    world.store.vote(&vote).await.expect("agreed");
    assert!(!world.performer.step().await.expect("performed"), "it waits, so that it can be taken back");
    world.pass(Duration::from_mins(3)).await;
    world.perform().await;
    planned.id
}

#[sqlx::test]
async fn a_conversion_needs_another_person_and_is_proved_by_its_order(db: PgPool) {
    let (mut world, cloud) = world(db).await;
    let id = convert(&mut world, &cloud, "r-1").await;
    world.reconcile_for(MINUTE).await;
    assert_eq!(ended(&world, id).await, end(State::Succeeded, "effect_read"));
    assert_eq!(world.story(id).await.operation.upstream_order_id.as_deref(), Some("CS000"));
    assert_eq!(cloud.inside().resources["r-1"].status, 3);

    // Huawei's own people look at it first.
    cloud.inside().converts_to = 1;
    let reviewed = convert(&mut world, &cloud, "r-2").await;
    world.reconcile_for(Duration::from_hours(1)).await;
    assert_eq!(ended(&world, reviewed).await, end(State::Confirming, "under_way"));
    cloud.inside().orders[1].status = 5;
    world.reconcile_for(Duration::from_hours(1)).await;
    assert_eq!(ended(&world, reviewed).await, end(State::Succeeded, "effect_read"));
    assert_eq!(cloud.inside().posts, 2);
}

#[sqlx::test]
async fn a_conversion_that_came_to_nothing_is_not_tried_again(db: PgPool) {
    let (mut world, cloud) = world(db).await;
    cloud.fate(Fate::LostRequest);
    let lost = convert(&mut world, &cloud, "r-1").await;
    world.reconcile_for(LONG).await;
    assert_eq!(ended(&world, lost).await, end(State::Failed, "absent"));
    let failed = r#"{"to_ondemand_service_results":[{"resource_id":"r-2","result":"FAIL",
        "error_code":"CBC.99003611","error_msg":"a package"}]}"#;
    cloud.fate(Fate::Answer(200, failed));
    let refused = convert(&mut world, &cloud, "r-2").await;
    world.reconcile_for(LONG).await;
    assert_eq!(ended(&world, refused).await, end(State::Stale, "refused"));
    // It took effect, but nothing ties the order to the resource.
    cloud.fate(Fate::LostAnswer);
    let unclear = convert(&mut world, &cloud, "r-3").await;
    world.reconcile_for(LONG).await;
    assert_eq!(ended(&world, unclear).await, end(State::NeedsReview, "contradiction"));
    assert_eq!(cloud.counted(), (1, 3));
}

fn day(day: Day) -> Intent {
    let (account_name, reason) = ("Head office".to_owned(), String::new());
    let set = SetRenewalDay { account: ACCOUNT, account_name, day, before: None, reason };
    Intent::new(ACCOUNT, Uuid::new_v4(), &set)
}

#[sqlx::test]
async fn a_day_is_set_by_an_answer_and_by_nothing_else(db: PgPool) {
    let (mut world, cloud) = world(db).await;
    let kept = "select coalesce(deduction_days::text, '-') || ' ' || coalesce(expiry_day::text, '-') from renewal_days";
    for (wish, config, row) in [
        (Day::Deduction(5), json!({"config_name": "DEDUCTION_DATE", "config_value": "5"}), "5 -"),
        (Day::MonthEnd, json!({"config_name": "EXPIRE_DATE", "config_value": "-1"}), "5 -1"),
        (Day::Expiry(28), json!({"config_name": "EXPIRE_DATE", "config_value": "28"}), "5 28"),
    ] {
        let id = world.submit(day(wish)).await;
        let again =
            world.store.submit(&plan(&person("other"), day(Day::Deduction(2)))).await.expect("answered");
        assert_eq!(again, Submitted::Busy(id), "one at a time for an account");
        world.perform().await;
        world.reconcile_for(MINUTE).await;
        assert_eq!(ended(&world, id).await, end(State::Succeeded, "effect_read"), "{wish:?}");
        assert_eq!(cloud.inside().effects.last().expect("sent").1, config);
        assert_eq!(store::one(&world.db, kept).await.as_deref(), Some(row));
    }
    // Not sent at all is safe to send again; no answer is for people, whether it took effect or not.
    cloud.fate(Fate::NotSent);
    cloud.fate(Fate::LostAnswer);
    let lost = world.submit(day(Day::Deduction(3))).await;
    world.perform().await;
    assert_eq!(world.state(lost).await, State::Ready);
    world.pass(MINUTE).await;
    world.perform().await;
    world.reconcile_for(Duration::from_mins(15)).await;
    assert_eq!(world.state(lost).await, State::Unknown, "it may still arrive");
    world.reconcile_for(LONG).await;
    assert_eq!(ended(&world, lost).await, end(State::NeedsReview, "contradiction"));
    assert_eq!(world.story(lost).await.operation.detail["reads_back"], false);
    assert_eq!(store::one(&world.db, kept).await.as_deref(), Some("5 28"));
    assert_eq!(cloud.inside().posts, 4);
}
