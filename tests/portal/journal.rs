//! Money through the whole portal, judged by the simulator's ledger: each payment happens at most once,
//! whatever goes wrong between writing down and knowing, and people are told what is true.

mod scene;

use std::time::Duration;

use bss_portal::{
    clock::Clock,
    i18n::Locale,
    identity::access::Role,
    operations::{State, Submitted},
};
use serde_json::json;
use sqlx::PgPool;

use self::scene::{Scene, money};
use super::support::{Portal, Process, Simulator, eventually, portal::Setup};

/// Waits of the journal, so much shorter that absence is proved in seconds.
const HURRY: u32 = 300;

async fn portal(db: PgPool) -> (Portal, Scene) {
    let portal = Portal::with(db, Setup { orders: 20, hurry: HURRY, ..Setup::default() }).await;
    let scene = Scene::of(&portal.db, &portal.simulator).await;
    (portal, scene)
}

#[sqlx::test]
async fn a_payment_is_made_once_and_told_in_both_languages(db: PgPool) {
    let (portal, scene) = portal(db).await;
    let order = portal.simulator.place_order("321.00").await;
    let id = scene.pays(&order).await;
    let story = scene.ended(id).await;
    assert_eq!(story.operation.state, State::Succeeded, "{story:?}");
    assert_eq!(scene.paid(&portal.simulator, &order).await, (1, 1));
    let viewer = portal.sign_in(Role::Viewer).await;
    let page = viewer.get(&format!("/activity/{id}")).await;
    assert!(page.text.contains("Paid ¥321.00"), "{}", page.text);
    let request_id = story.attempts[0].request_id.clone().expect("Huawei's id of the request");
    assert!(page.text.contains(&request_id));
    viewer.post("/preferences", &[("locale", Locale::Zh.tag()), ("next", "/activity")]).await;
    let list = viewer.get("/activity").await;
    assert!(list.text.contains(&order), "{}", list.text);
    portal.stop().await;
}

#[sqlx::test]
async fn one_form_twice_and_two_people_at_once_are_one_payment(db: PgPool) {
    let (portal, scene) = portal(db).await;
    let order = portal.simulator.place_order("50.00").await;
    let form = scene.form(&order).await;
    let (first, second) = tokio::join!(scene.submit("li.na", &form), scene.submit("li.na", &form));
    let id = scene::made(first).or(scene::made(second)).expect("one is new");
    assert!([first, second].contains(&Submitted::Already(id)), "{first:?} {second:?}");
    let other = scene.form(&order).await;
    let mut answers = Vec::new();
    for person in ["zhang.wei", "wang.fang"] {
        answers.push(scene.submit(person, &other).await);
    }
    let story = scene.ended(id).await;
    assert_eq!(story.operation.state, State::Succeeded);
    for answer in answers {
        match answer {
            Submitted::Busy(busy) => assert_eq!(busy, id),
            // The first one was done before this person pressed the button: overtaken, nothing charged.
            Submitted::New(late) => assert_eq!(scene.ended(late).await.operation.state, State::Stale),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(scene.paid(&portal.simulator, &order).await, (1, 1));
    portal.stop().await;
}

#[sqlx::test]
async fn a_form_sent_twice_leads_to_one_operation_and_a_second_form_to_the_one_that_is_open(db: PgPool) {
    let (portal, scene) = portal(db).await;
    let order = portal.simulator.place_order("60.00").await;
    // It must not end while the second form is on its way.
    portal
        .simulator
        .fault("pay_orders", 1, json!({"kind": "delay", "ms": 1_500, "after_effect": true}))
        .await;
    let person = portal.sign_in(Role::Finance).await;
    let path = format!("/orders/{order}/pay");
    let page = eventually("the order is read", async || {
        let page = person.get(&path).await;
        (page.status == 200 && page.has("form#pay")).then_some(page)
    })
    .await;
    let other_tab = person.get(&path).await;
    let form = page.form("form#pay");
    let (first, second) = tokio::join!(person.submit(&form), person.submit(&form));
    let operation = first.leads_to().expect("the operation");
    assert!(operation.starts_with("/activity/"), "{operation}: {}", first.text);
    assert_eq!(second.leads_to(), Some(operation.clone()));
    let busy = person.submit(&other_tab.form("form#pay")).await;
    assert!(busy.text.contains(&operation) || busy.leads_to() == Some(operation.clone()), "{}", busy.text);
    let id = operation.trim_start_matches("/activity/").parse().expect("an id");
    assert_eq!(scene.ended(id).await.operation.state, State::Succeeded);
    assert_eq!(scene.paid(&portal.simulator, &order).await, (1, 1));
    portal.stop().await;
}

#[sqlx::test]
async fn whatever_is_lost_after_the_effect_is_found_by_reading(db: PgPool) {
    let (portal, scene) = portal(db).await;
    for fault in [
        json!({"kind": "lose_answer"}),
        json!({"kind": "garbled"}),
        json!({"kind": "close_mid_body"}),
        json!({"kind": "status", "code": 500, "body": {"error_code": "CBC.0999"}, "effect": true}),
        json!({"kind": "status", "code": 502, "body": "<html>", "effect": true}),
        json!({"kind": "deliver_twice", "after_ms": 100}),
    ] {
        let order = portal.simulator.place_order("10.00").await;
        portal.simulator.clear_faults().await;
        portal.simulator.fault("pay_orders", 1, fault.clone()).await;
        let story = scene.ended(scene.pays(&order).await).await;
        assert_eq!(story.operation.state, State::Succeeded, "{fault}: {story:?}");
        assert_eq!(scene.happened(&portal.simulator, &order).await, 1, "{fault}");
        assert_eq!(story.attempts.len(), 1, "{fault}");
    }
    portal.stop().await;
}

#[sqlx::test]
async fn what_is_lost_before_the_effect_is_sent_again_only_when_it_can_no_longer_arrive(db: PgPool) {
    let (portal, scene) = portal(db).await;
    let order = portal.simulator.place_order("10.00").await;
    portal.simulator.fault("pay_orders", 1, json!({"kind": "drop_before"})).await;
    let id = scene.pays(&order).await;
    let viewer = portal.sign_in(Role::Viewer).await;
    scene.reaches(id, State::Unknown).await;
    let page = viewer.htmx(&format!("/activity/{id}")).await;
    assert!(page.text.contains("do not repeat it here or in the Huawei console"), "{}", page.text);
    assert!(!page.text.contains("<html"), "only what changes");
    let story = scene.ended(id).await;
    assert_eq!(story.operation.state, State::Succeeded, "{story:?}");
    let settle = bss_portal::operations::Timings::hurried(HURRY).settle_point();
    let apart = story.attempts[1].armed_at - story.attempts[0].x_sdk_date;
    assert!(apart.to_std().expect("later") > settle, "{apart}");
    assert_eq!(scene.paid(&portal.simulator, &order).await, (1, 2));
    portal.stop().await;
}

#[sqlx::test]
async fn throttling_is_waited_out_and_a_refusal_ends_without_effect(db: PgPool) {
    let (portal, scene) = portal(db).await;
    let order = portal.simulator.place_order("10.00").await;
    portal.simulator.fault("pay_orders", 2, json!({"kind": "throttle"})).await;
    let story = scene.ended(scene.pays(&order).await).await;
    assert_eq!(story.operation.state, State::Succeeded, "{story:?}");
    assert_eq!(scene.paid(&portal.simulator, &order).await, (1, 3));
    let order = portal.simulator.place_order("10.00").await;
    let refusal =
        json!({"kind": "status", "code": 400, "body": {"error_code": "CBC.99003162", "error_msg": "no"}});
    portal.simulator.fault("pay_orders", 1, refusal).await;
    let story = scene.ended(scene.pays(&order).await).await;
    assert_eq!((story.operation.state, story.operation.note.as_str()), (State::Stale, "refused"));
    assert_eq!(scene.happened(&portal.simulator, &order).await, 0);
    portal.stop().await;
}

#[sqlx::test]
async fn an_order_paid_in_the_console_meanwhile_is_not_paid_again(db: PgPool) {
    let (portal, scene) = portal(db).await;
    portal.simulator.mode("naive").await;
    let order = portal.simulator.place_order("10.00").await;
    let form = scene.form(&order).await;
    portal.simulator.console(json!({"action": "pay", "order_id": order})).await;
    tokio::time::sleep(Duration::from_millis(1200)).await;
    let id = scene::made(scene.submit("li.na", &form).await).expect("new");
    let story = scene.ended(id).await;
    assert_eq!(story.operation.state, State::Stale, "{story:?}");
    assert_eq!(
        scene.paid(&portal.simulator, &order).await,
        (1, 0),
        "the console's payment, no request of ours"
    );
    let page = portal.sign_in(Role::Viewer).await.get(&format!("/activity/{id}")).await;
    assert!(page.text.contains("Nothing was charged") && page.text.contains("Order status"), "{}", page.text);
    portal.stop().await;
}

#[sqlx::test]
async fn a_coupon_spent_meanwhile_stops_the_payment_that_counted_on_it(db: PgPool) {
    let (portal, scene) = portal(db).await;
    let order = portal.simulator.place_order("500.00").await;
    let (form, coupon) = scene.form_with_coupon(&order).await;
    let spend = json!({"action": "spend_coupon", "account": scene.account_name, "coupon_id": coupon});
    portal.simulator.console(spend).await;
    tokio::time::sleep(Duration::from_millis(1200)).await;
    let id = scene::made(scene.submit("li.na", &form).await).expect("new");
    let story = scene.ended(id).await;
    assert_eq!(story.operation.state, State::Stale, "{story:?}");
    assert_eq!(story.operation.detail["differences"][0]["fact"], "coupon", "{story:?}");
    assert_eq!(scene.happened(&portal.simulator, &order).await, 0);
    portal.stop().await;
}

#[sqlx::test]
async fn a_large_payment_waits_for_an_approver_who_is_not_its_maker(db: PgPool) {
    let (portal, scene) = portal(db).await;
    let order = portal.simulator.place_order("1500.00").await;
    let id = scene.pays(&order).await;
    let maker = portal.sign_in(Role::Finance).await;
    let page = maker.get(&format!("/activity/{id}")).await;
    assert!(page.text.contains("Approvals still needed: 1"), "{}", page.text);
    let hash = hex::encode(scene.story(id).await.operation.payload_sha256);
    let refused = maker.post(&format!("/activity/{id}/approve"), &[("payload", &hash)]).await;
    assert_eq!(refused.status, 403, "finance cannot approve");
    let approver = portal.sign_in(Role::Approver).await;
    let other = "00".repeat(32);
    let late = approver.post(&format!("/activity/{id}/approve"), &[("payload", &other)]).await;
    assert_eq!(late.status, 409, "another payload: nothing happens");
    assert_eq!(scene.story(id).await.operation.state, State::PendingApproval);
    approver.post(&format!("/activity/{id}/approve"), &[("payload", &hash)]).await;
    let story = scene.ended(id).await;
    assert_eq!(story.operation.state, State::Succeeded, "{story:?}");
    assert_eq!(scene.paid(&portal.simulator, &order).await, (1, 1));
    portal.stop().await;
}

#[sqlx::test(migrations = false)]
async fn a_portal_killed_between_arming_and_answer_never_pays_twice(db: PgPool) {
    let simulator = Simulator::start(1, 20, Clock::system()).await;
    simulator.mode("naive").await;
    for (after_effect, requests) in [(true, 1), (false, 2)] {
        let doomed = Process::start(&db, &simulator, HURRY).await;
        let scene = Scene::of(&db, &simulator).await;
        let order = simulator.place_order("10.00").await;
        simulator.clear_faults().await;
        let delay = json!({"kind": "delay", "ms": 60_000, "after_effect": after_effect});
        simulator.fault("pay_orders", 1, delay).await;
        let id = scene.pays(&order).await;
        scene.reaches(id, State::Sending).await;
        scene.sent(&simulator, after_effect.then_some(order.as_str())).await;
        doomed.kill9();
        let successor = Process::start(&db, &simulator, HURRY).await;
        let story = scene.ended(id).await;
        assert_eq!(story.operation.state, State::Succeeded, "{after_effect}: {story:?}");
        assert!(story.events.iter().any(|event| event.note == "sender_lost"), "{story:?}");
        assert_eq!(scene.happened(&simulator, &order).await, 1, "after the effect: {after_effect}");
        assert_eq!(story.attempts.len(), requests, "after the effect: {after_effect}");
        assert!(successor.terminate().success());
    }
}

#[sqlx::test(migrations = false)]
async fn two_portals_on_one_database_pay_every_order_once(db: PgPool) {
    let simulator = Simulator::start(1, 20, Clock::system()).await;
    simulator.mode("naive").await;
    let (one, two) =
        tokio::join!(Process::start(&db, &simulator, HURRY), Process::start(&db, &simulator, HURRY));
    let scene = Scene::of(&db, &simulator).await;
    simulator.fault("pay_orders", 3, json!({"kind": "lose_answer"})).await;
    let mut payments = Vec::new();
    for _ in 0..8 {
        let order = simulator.place_order("10.00").await;
        payments.push((scene.pays(&order).await, order));
    }
    for (id, order) in payments {
        assert_eq!(scene.ended(id).await.operation.state, State::Succeeded);
        assert_eq!(scene.paid(&simulator, &order).await, (1, 1));
    }
    assert!(one.terminate().success() && two.terminate().success());
}

#[sqlx::test(migrations = false)]
async fn a_portal_that_is_asked_to_stop_records_the_answer_that_is_on_its_way(db: PgPool) {
    let simulator = Simulator::start(1, 20, Clock::system()).await;
    // Less hurried, so that the answer is waited for long enough.
    let portal = Process::start(&db, &simulator, 4).await;
    let scene = Scene::of(&db, &simulator).await;
    let order = simulator.place_order("10.00").await;
    simulator.fault("pay_orders", 1, json!({"kind": "delay", "ms": 1_200, "after_effect": true})).await;
    let id = scene.pays(&order).await;
    scene.sent(&simulator, Some(&order)).await;
    // Beside the simulator, which has an answer to give meanwhile.
    let ended = tokio::task::spawn_blocking(move || portal.terminate()).await.expect("no panic");
    assert!(ended.success());
    let story = scene.story(id).await;
    assert_eq!(story.attempts[0].class.as_deref(), Some("S"), "{story:?}");
    assert!(matches!(story.operation.state, State::Confirming | State::Succeeded));
    assert_eq!(story.operation.money(), Some(money("10.00")));
}
