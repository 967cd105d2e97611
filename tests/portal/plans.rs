//! Plans through the whole portal, judged by the simulator's ledger: each renewal is ordered and paid at most
//! once, only as it was confirmed, and nothing more is submitted once a plan has stopped.

pub(crate) mod shop;

use bss_portal::{
    clock::Clock,
    features::resources::plan::{Made, Payment},
    identity::access::Role,
    operations::State,
};
use reqwest::StatusCode;
use serde_json::json;
use sqlx::PgPool;

use self::shop::{Shop, patiently};
use super::support::{Portal, Process, Simulator, portal::Setup};

/// Waits of the journal, so much shorter that absence is proved in seconds.
const HURRY: u32 = 300;
/// How long an answer is kept back while something else happens.
const KEPT_BACK: u64 = 6_000;

async fn portal(db: PgPool) -> (Portal, Shop) {
    let portal = Portal::with(db, Setup { orders: 30, hurry: HURRY, ..Setup::default() }).await;
    let shop = Shop::of(&portal.db, &portal.simulator).await;
    shop.nothing_needs_approval().await;
    (portal, shop)
}

/// Keeps the discounts of the order back that a plan is about to pay, and waits until it asks for them.
async fn about_to_pay(portal: &Portal, shop: &Shop, plan: uuid::Uuid) -> String {
    let order = patiently("the order is made", async || shop.steps(plan).await[0].order_id.clone()).await;
    patiently("the portal reads the order", async || {
        (portal.simulator.asked("list_order_discounts").await > 0).then_some(())
    })
    .await;
    order
}

async fn keep_back(simulator: &Simulator) {
    simulator.fault("list_order_discounts", 1, json!({"kind": "delay", "ms": KEPT_BACK})).await;
}

#[sqlx::test]
async fn a_form_sent_twice_is_one_plan_that_orders_and_pays_each_resource_once(db: PgPool) {
    let (portal, shop) = portal(db).await;
    let two = shop.renewable(2).await;
    let new = shop.new_plan(&two, true).await;
    let (first, second) = tokio::join!(shop.create(&new), shop.create(&new));
    assert_eq!(first.id(), second.id(), "{first:?} {second:?}");
    assert!([first, second].contains(&Made::New(first.id())), "{first:?} {second:?}");
    let steps = shop.ended(first.id()).await;
    for (step, resource) in steps.iter().zip(&two) {
        assert_eq!((step.state.as_str(), step.why.as_str()), ("paid", ""), "{steps:?}");
        let order = step.order_id.as_deref().expect("an order");
        assert_eq!(shop.pays(order).await.0, 1, "{resource:?}");
        assert_eq!(portal.simulator.happened("renewal_resources", order).await, 1);
    }
    assert_eq!(shop.renewals().await, 2);
    let viewer = portal.sign_in(Role::Viewer).await;
    let page = viewer.get(&format!("/resources/plans/{}", first.id())).await;
    assert_eq!(page.texts("tbody tr").len(), 2, "{}", page.text);
    assert!(page.words("h1").contains("Ended"), "{}", page.text);
    assert!(!page.has("#stop"), "a viewer stops nothing");
    assert_eq!(viewer.get("/resources/plans").await.texts("tbody tr").len(), 1);
    // The same form with another reason is the first plan still.
    let mut otherwise = new.clone();
    otherwise.reason = "another".to_owned();
    assert_eq!(shop.create(&otherwise).await, Made::OtherForm(first.id()));
    portal.stop().await;
}

#[sqlx::test]
async fn two_plans_on_one_resource_order_it_once(db: PgPool) {
    let (portal, shop) = portal(db).await;
    let one = shop.renewable(1).await;
    let (first, second) = (shop.new_plan(&one, true).await, shop.new_plan(&one, true).await);
    let (first, second) = tokio::join!(shop.create(&first), shop.create(&second));
    let mut ends = [shop.ended(first.id()).await.remove(0), shop.ended(second.id()).await.remove(0)];
    ends.sort_by_key(|step| step.state != "paid");
    let [paid, other] = ends;
    assert_eq!(paid.state, "paid", "{paid:?} {other:?}");
    assert_eq!(other.state, "not_ordered", "{other:?}");
    assert!(["busy", "stale"].contains(&other.why.as_str()), "{other:?}");
    assert_eq!(shop.renewals().await, 1, "{other:?}");
    assert_eq!(shop.pays(&paid.order_id.expect("an order")).await.0, 1);
    portal.stop().await;
}

#[sqlx::test]
async fn an_order_whose_answer_is_lost_is_never_made_again_nor_paid_unproved(db: PgPool) {
    let (portal, shop) = portal(db).await;
    let two = shop.renewable(2).await;
    for (one, fault) in two.chunks(1).zip([json!({"kind": "drop_before"}), json!({"kind": "lose_answer"})]) {
        let before = shop.renewals().await;
        portal.simulator.clear_faults().await;
        portal.simulator.fault("renewal_resources", 1, fault.clone()).await;
        let plan = shop.create(&shop.new_plan(one, true).await).await.id();
        // Either it is proved and goes on, or people must look.
        let step = patiently("it ends or needs people", async || {
            let step = shop.steps(plan).await.remove(0);
            let order = shop.operation(step.order_form_key).await;
            (step.state != "open" || order.is_some_and(|(state, _)| state == State::NeedsReview))
                .then_some(step)
        })
        .await;
        assert!(shop.renewals().await - before <= 1, "{fault}: {step:?}");
        match (step.state.as_str(), step.order_id) {
            ("paid", Some(order)) => assert_eq!(shop.pays(&order).await.0, 1, "{fault}"),
            (_, order) => assert_eq!(order, None, "{fault}: nothing unproved is paid"),
        }
    }
    portal.stop().await;
}

#[sqlx::test]
async fn an_order_whose_answer_is_lost_is_adopted_and_paid_where_it_names_its_resources(db: PgPool) {
    let (portal, shop) = portal(db).await;
    portal.simulator.settings(json!({"unpaid_renewals_list_resources": true})).await;
    portal.simulator.fault("renewal_resources", 1, json!({"kind": "lose_answer"})).await;
    let before = shop.renewals().await;
    let plan = shop.create(&shop.new_plan(&shop.renewable(1).await, true).await).await.id();
    let step = shop.ended(plan).await.remove(0);
    assert_eq!((step.state.as_str(), shop.renewals().await - before), ("paid", 1), "{step:?}");
    assert_eq!(shop.pays(&step.order_id.expect("an order")).await.0, 1);
    portal.stop().await;
}

#[sqlx::test]
async fn a_payment_whose_answer_is_lost_is_made_once(db: PgPool) {
    let (portal, shop) = portal(db).await;
    portal.simulator.mode("naive").await;
    let one = shop.renewable(1).await;
    portal.simulator.fault("pay_orders", 1, json!({"kind": "lose_answer"})).await;
    let plan = shop.create(&shop.new_plan(&one, true).await).await.id();
    let step = shop.ended(plan).await.remove(0);
    assert_eq!(step.state, "paid", "{step:?}");
    assert_eq!(shop.pays(&step.order_id.expect("an order")).await.0, 1);
    portal.stop().await;
}

#[sqlx::test]
async fn a_price_that_differs_is_not_paid_and_the_order_is_left(db: PgPool) {
    let (portal, shop) = portal(db).await;
    let one = shop.renewable(1).await;
    let mut new = shop.new_plan(&one, true).await;
    let price = &mut new.steps[0].facts.price;
    price.payable += "0.01".parse().expect("an amount");
    price.from_balance = price.payable;
    let plan = shop.create(&new).await.id();
    let step = shop.ended(plan).await.remove(0);
    assert_eq!((step.state.as_str(), step.why.as_str()), ("unpaid", "differs"), "{step:?}");
    let order = step.order_id.expect("an order");
    assert_eq!(shop.pays(&order).await, (0, 0));
    let page = portal.sign_in(Role::Finance).await.get(&format!("/resources/plans/{plan}")).await;
    let row = page.words("#step-1");
    assert!(row.contains("The price differs") && row.contains("→"), "{row}");
    assert!(page.has(&format!("#step-1 a[href='/orders/{order}/pay']")), "{}", page.text);
    portal.stop().await;
}

#[sqlx::test]
async fn an_order_paid_in_the_console_meanwhile_is_not_paid_again(db: PgPool) {
    let (portal, shop) = portal(db).await;
    portal.simulator.mode("naive").await;
    let one = shop.renewable(1).await;
    keep_back(&portal.simulator).await;
    let plan = shop.create(&shop.new_plan(&one, true).await).await.id();
    let order = about_to_pay(&portal, &shop, plan).await;
    portal.simulator.console(json!({"action": "pay", "order_id": order})).await;
    let step = shop.ended(plan).await.remove(0);
    assert_eq!((step.state.as_str(), step.why.as_str()), ("paid", "elsewhere"), "{step:?}");
    assert_eq!(portal.simulator.asked("pay_orders").await, 0);
    portal.stop().await;
}

#[sqlx::test]
async fn a_plan_stopped_between_ordering_and_paying_pays_nothing_more(db: PgPool) {
    let (portal, shop) = portal(db).await;
    let finance = portal.sign_in(Role::Finance).await;
    let two = shop.renewable(2).await;
    keep_back(&portal.simulator).await;
    let plan = shop.create(&shop.new_plan(&two, true).await).await.id();
    let order = about_to_pay(&portal, &shop, plan).await;
    let page = finance.get(&format!("/resources/plans/{plan}")).await;
    let stop = page.form("form:has(#stop)");
    let viewer = portal.sign_in(Role::Viewer).await;
    assert_eq!(viewer.submit(&stop).await.status, StatusCode::FORBIDDEN);
    assert_eq!(finance.submit(&stop).await.status, StatusCode::SEE_OTHER);
    let steps = shop.ended(plan).await;
    let ends: Vec<_> = steps.iter().map(|step| (step.state.as_str(), step.why.as_str())).collect();
    assert_eq!(ends, [("unpaid", "stopped"), ("not_ordered", "stopped")], "{steps:?}");
    assert_eq!(shop.pays(&order).await, (0, 0));
    assert_eq!(shop.renewals().await, 1);
    assert_eq!(portal.simulator.asked("pay_orders").await, 0);
    let page = finance.get(&format!("/resources/plans/{plan}")).await;
    assert!(page.text.contains("finance stopped the plan"), "{}", page.text);
    assert!(page.has(&format!("#step-1 a[href='/orders/{order}/pay']")), "{}", page.text);
    portal.stop().await;
}

#[sqlx::test]
async fn a_right_that_is_taken_between_ordering_and_paying_stops_the_plan(db: PgPool) {
    let (portal, shop) = portal(db).await;
    let one = shop.renewable(1).await;
    keep_back(&portal.simulator).await;
    let plan = shop.create(&shop.new_plan(&one, true).await).await.id();
    let order = about_to_pay(&portal, &shop, plan).await;
    let demoted = "update person set role = 'viewer' where username = 'finance'";
    sqlx::query(demoted).execute(&portal.db).await.expect("demoted");
    let step = shop.ended(plan).await.remove(0);
    assert_eq!((step.state.as_str(), step.why.as_str()), ("unpaid", "stopped"), "{step:?}");
    let why: Option<String> = sqlx::query_scalar("select stop_why from plan where id = $1")
        .bind(plan)
        .fetch_one(&portal.db)
        .await
        .expect("the plan");
    assert_eq!(why.as_deref(), Some("no_right"));
    assert_eq!(shop.pays(&order).await, (0, 0));
    portal.stop().await;
}

#[sqlx::test]
async fn each_payment_needs_the_approvals_of_the_whole_sum(db: PgPool) {
    let (portal, shop) = portal(db).await;
    let two = shop.renewable(2).await;
    let new = shop.new_plan(&two, true).await;
    let most = new.steps.iter().map(|step| step.facts.price.payable).max().expect("two");
    assert!(new.amount() > most);
    // What each costs alone needs nobody.
    let tier = "insert into approval_tier (kind, above, approvals) values ('pay_order', $1, 1)";
    sqlx::query(tier).bind(most.decimal()).execute(&portal.db).await.expect("a tier");
    let plan = shop.create(&new).await.id();
    let steps = patiently("both payments wait for approval", async || {
        let steps = shop.steps(plan).await;
        for step in &steps {
            let (state, needs) = shop.operation(step.pay_form_key).await?;
            assert_eq!((state, needs), (State::PendingApproval, 1));
        }
        Some(steps)
    })
    .await;
    assert_eq!(portal.simulator.asked("pay_orders").await, 0);
    // The page of the payment leads to the plan and says by which sum approvals are asked.
    let payment = shop.operation_id(steps[0].pay_form_key).await;
    let sum = format!("the sum of the whole plan, ¥{}", new.amount());
    let finance = portal.sign_in(Role::Finance).await;
    let page = finance.get(&format!("/activity/{payment}")).await;
    assert!(page.has(&format!("#of-plan a[href='/resources/plans/{plan}']")), "{}", page.text);
    assert!(page.text.contains(&sum), "{}", page.text);
    // Ordering moves no money and needs nobody.
    let ordering = shop.operation_id(steps[0].order_form_key).await;
    let page = finance.get(&format!("/activity/{ordering}")).await;
    assert!(page.has("#of-plan a") && !page.text.contains("the whole plan"), "{}", page.text);
    // Who does not see every account of the plan is not led there, nor told the sum.
    let more = "update plan set accounts = accounts || gen_random_uuid() where id = $1";
    shop.unguarded(more, plan).await;
    let page = finance.get(&format!("/activity/{payment}")).await;
    assert!(page.has("#of-plan") && !page.has("#of-plan a") && !page.text.contains(&sum), "{}", page.text);
    // Nor does the journal take it with fewer, whoever says so.
    let cheat = "update operation set needs_approvals = 0 where form_nonce = $1";
    assert!(sqlx::query(cheat).bind(steps[0].pay_form_key).execute(&portal.db).await.is_err());
    portal.stop().await;
}

#[sqlx::test]
async fn what_is_only_ordered_is_never_paid(db: PgPool) {
    let (portal, shop) = portal(db).await;
    let one = shop.renewable(1).await;
    let new = shop.new_plan(&one, false).await;
    assert_eq!(new.steps[0].facts.payment, Payment::OrderOnly);
    let plan = shop.create(&new).await.id();
    let step = shop.ended(plan).await.remove(0);
    assert_eq!(step.state, "ordered", "{step:?}");
    assert_eq!(shop.pays(&step.order_id.expect("an order")).await, (0, 0));
    portal.stop().await;
}

#[sqlx::test(migrations = false)]
async fn a_plan_survives_its_portal_at_any_moment(db: PgPool) {
    let simulator = Simulator::start(1, 30, Clock::system()).await;
    simulator.mode("naive").await;
    let doomed = Process::start(&db, &simulator, HURRY).await;
    shop::add_finance(&db).await;
    let shop = Shop::of(&db, &simulator).await;
    shop.nothing_needs_approval().await;
    // The answer to the payment never comes; the portal dies while it waits.
    simulator.fault("pay_orders", 1, json!({"kind": "delay", "ms": 60_000, "after_effect": true})).await;
    let two = shop.renewable(2).await;
    let plan = shop.create(&shop.new_plan(&two, true).await).await.id();
    patiently("the payment takes effect", async || (simulator.asked("pay_orders").await > 0).then_some(()))
        .await;
    doomed.kill9();
    // Again and again, wherever it is.
    for pause in [700, 1_300, 2_100] {
        let next = Process::start(&db, &simulator, HURRY).await;
        tokio::time::sleep(std::time::Duration::from_millis(pause)).await;
        next.kill9();
    }
    let (one, other) =
        tokio::join!(Process::start(&db, &simulator, HURRY), Process::start(&db, &simulator, HURRY));
    patiently("the plan ends or needs people", async || {
        for step in shop.steps(plan).await {
            let order = shop.operation(step.order_form_key).await;
            if step.state == "open" && order.is_none_or(|(state, _)| state != State::NeedsReview) {
                return None;
            }
        }
        Some(())
    })
    .await;
    let ledger = simulator.ledger().await;
    for step in shop.steps(plan).await {
        if let Some(order) = step.order_id {
            assert_eq!(shop.pays(&order).await.0, usize::from(step.state == "paid"), "{order}");
        }
    }
    let renewed = ledger.iter().filter(|effect| effect.operation == "renewal_resources").count();
    assert!(renewed <= two.len(), "{ledger:?}");
    assert!(one.terminate().success() && other.terminate().success());
}
