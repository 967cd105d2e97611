//! The planner as people use it: what it proposes is what is ordered and paid, to the fen and coupon by coupon,
//! and what is no longer so is not paid.

use std::collections::BTreeSet;

use bss_portal::{
    bss::{Term, codes::CouponType},
    features::resources::plan::{Facts, Payment},
    identity::access::Role,
    money::Money,
    payments::coupons_of,
};
use reqwest::StatusCode;
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use super::{
    plans::shop::{Shop, patiently},
    resources_renew::{ids, page, portal},
    support::{Portal, browser::Page},
};

fn url(ids: &[String], more: &str) -> String {
    let ids: Vec<String> = ids.iter().map(|id| format!("resource={id}")).collect();
    format!("/resources/plan?{}{more}", ids.join("&"))
}

/// What a person was shown, in the order of the steps.
async fn facts(portal: &Portal, plan: Uuid) -> Vec<Facts> {
    let kept: Vec<String> = sqlx::query_scalar("select facts from plan_step where plan_id = $1 order by no")
        .bind(plan)
        .fetch_all(&portal.db)
        .await
        .expect("steps");
    kept.iter().map(|facts| serde_json::from_str(facts).expect("facts")).collect()
}

fn made(answer: &Page) -> Uuid {
    let plan = answer.leads_to().unwrap_or_else(|| panic!("{} {}", answer.status, answer.text));
    let path = plan.split('?').next().unwrap_or_default();
    path.rsplit('/').next().and_then(|id| id.parse().ok()).expect("the plan")
}

/// The form of a proposal with what has to be typed.
fn confirmed(shown: &Page) -> super::support::browser::Form {
    let form = shown.form("form#renew").with("reason", "planned");
    if !shown.has("#typed") {
        return form;
    }
    let amount = shown.words("#summary button").trim_start_matches("Renew and pay ¥").to_owned();
    form.with("typed", &amount)
}

/// Somebody spends a coupon of the first account in the console, if it can still be spent.
async fn spend(portal: &Portal, coupon: &str) {
    let account = &portal.simulator.ready().accounts[0].name;
    let act = json!({"action": "spend_coupon", "account": account, "coupon_id": coupon});
    portal.simulator.console_if_it_can(act).await;
}

/// Somebody spends every voucher and cash coupon of the account elsewhere.
async fn only_discount_coupons(portal: &Portal, shop: &Shop) {
    for coupon in coupons_of(&shop.reader).await.expect("coupons") {
        if coupon.coupon_type != CouponType::DiscountCoupon {
            spend(portal, &coupon.coupon_id).await;
        }
    }
}

async fn plans(portal: &Portal) -> i64 {
    sqlx::query_scalar("select count(*) from plan").fetch_one(&portal.db).await.expect("a count")
}

#[sqlx::test]
async fn what_is_proposed_is_ordered_and_paid_to_the_fen_and_coupon_by_coupon(db: PgPool) {
    let (portal, shop, finance) = portal(db).await;
    let four = ids(&shop, 4).await;
    let shown = page(&finance, &url(&four, "&term=m3"), 4).await;
    let saved = shown.words("#planned-1 .total dd");
    assert_ne!(saved, "¥0.00", "{}", shown.text);
    let (first, second) = {
        let form = confirmed(&shown);
        tokio::join!(finance.submit(&form), finance.submit(&form))
    };
    let plan = made(&first);
    assert_eq!(made(&second), plan, "one form is one plan");
    let facts = facts(&portal, plan).await;
    let steps = shop.ended(plan).await;
    let coupons: Vec<&String> = facts.iter().flat_map(|facts| facts.payment.coupons()).collect();
    assert!(coupons.len() >= 2, "{facts:?}");
    let ledger = portal.simulator.ledger().await;
    let mut from_balance = Money::ZERO;
    for (step, facts) in steps.iter().zip(&facts) {
        assert_eq!((step.state.as_str(), step.why.as_str()), ("paid", ""), "{facts:?} {steps:?}");
        let order = step.order_id.as_deref().expect("an order");
        let paid: Vec<_> =
            ledger.iter().filter(|one| one.operation == "pay_orders" && one.subject == order).collect();
        assert_eq!(paid.len(), 1, "{facts:?}");
        let taken: Money = paid[0].amount.as_deref().expect("an amount").parse().expect("yuan");
        assert_eq!(taken, facts.price.from_balance, "{facts:?}");
        let used: BTreeSet<&String> = paid[0].coupons.iter().map(|spent| &spent.coupon_id).collect();
        assert_eq!(used, facts.payment.coupons().iter().collect(), "{facts:?}");
        from_balance += taken;
    }
    assert_eq!(shown.words("#summary button"), format!("Renew and pay ¥{from_balance}"));
    assert_eq!(shop.renewals().await, 4);
    portal.stop().await;
}

#[sqlx::test]
async fn a_coupon_that_was_spent_elsewhere_is_not_replaced_by_cash(db: PgPool) {
    let (portal, shop, finance) = portal(db).await;
    let one = ids(&shop, 1).await;
    let shown = page(&finance, &url(&one, ""), 1).await;
    let coupon = shown.texts("#orders .used code").remove(0);
    spend(&portal, &coupon).await;
    let plan = made(&finance.submit(&confirmed(&shown)).await);
    let step = shop.ended(plan).await.remove(0);
    assert_eq!((step.state.as_str(), step.why.as_str()), ("unpaid", "differs"), "{step:?}");
    assert_eq!(shop.pays(&step.order_id.expect("an order")).await, (0, 0));
    portal.stop().await;
}

#[sqlx::test]
async fn until_a_common_day_each_gets_the_shortest_term_that_reaches_it(db: PgPool) {
    let (portal, shop, finance) = portal(db).await;
    let some = shop.renewable(5).await;
    let last = some.iter().filter_map(|one| one.expire_time).max().expect("an expiry");
    let day = (last + chrono::TimeDelta::days(40)).format("%Y-%m-%d").to_string();
    let ids: Vec<String> = some.iter().map(|one| one.resource_id.clone()).collect();
    // Some are not sold for every term.
    let there = url(&ids, &format!("&ends=day&until={day}"));
    let shown = patiently("most can be planned", async || {
        let shown = finance.get(&there).await;
        (shown.texts("#orders tr[data-order]").len() >= 2).then_some(shown)
    })
    .await;
    let ends = shown.texts("#orders .change ins");
    assert!(ends.iter().all(|end| *end >= day), "{ends:?} {day}");
    assert!(shown.words("#summary").contains(&format!("At least until {day}")), "{}", shown.text);
    let plan = made(&finance.submit(&confirmed(&shown)).await);
    for facts in facts(&portal, plan).await {
        assert!(matches!(&facts.payment, Payment::Now(_)), "{facts:?}");
        let months = if matches!(facts.term, Term::Years(2 | 3)) { 12 } else { 1 };
        let shorter = facts.resources[0].until - chrono::Months::new(months);
        assert!(shorter.format("%Y-%m-%d").to_string() < day, "a shorter term would do: {facts:?}");
    }
    // What lasts that long already is left out with the reason, and nonsense loses nothing.
    let early = (last - chrono::TimeDelta::days(800)).format("%Y-%m-%d").to_string();
    let left_out = finance.get(&url(&ids[..1], &format!("&ends=day&until={early}"))).await;
    assert!(left_out.text.contains("already"), "{}", left_out.text);
    let nonsense = finance.get(&url(&ids[..1], "&ends=day&until=soon&reason=kept")).await;
    assert!(nonsense.status == StatusCode::OK && nonsense.text.contains("Not a day"), "{}", nonsense.text);
    assert_eq!(nonsense.attributes("#until", "value"), ["soon"]);
    assert!(!nonsense.has("#summary"), "{}", nonsense.text);
    portal.stop().await;
}

#[sqlx::test]
async fn an_order_of_several_resources_is_paid_as_one_or_not_at_all(db: PgPool) {
    let (portal, shop, finance) = portal(db).await;
    // A discount coupon is used once: on an order of all of them it takes off most.
    only_discount_coupons(&portal, &shop).await;
    let three = ids(&shop, 3).await;
    let orders = async |more: &str| {
        let shown = page(&finance, &url(&three, more), 3).await;
        let orders: BTreeSet<String> = shown.attributes("#orders tr", "data-order").into_iter().collect();
        (shown, orders.len())
    };
    assert_eq!(orders("").await.1, 3, "nobody allowed to put them together");
    let (shown, orders) = orders("&together=1").await;
    assert!(orders < 3, "{}", shown.text);
    portal.simulator.settings(json!({"renewals_together": true})).await;
    let plan = made(&finance.submit(&confirmed(&shown)).await);
    let facts = facts(&portal, plan).await;
    let steps = shop.ended(plan).await;
    assert_eq!(steps.len(), orders);
    for (step, facts) in steps.iter().zip(&facts) {
        assert_eq!((step.state.as_str(), step.why.as_str()), ("paid", ""), "{facts:?} {steps:?}");
        assert_eq!(shop.pays(step.order_id.as_deref().expect("an order")).await.0, 1);
    }
    assert_eq!(shop.renewals().await, orders);
    portal.stop().await;
}

#[sqlx::test]
async fn without_coupons_nothing_can_be_confirmed_and_who_may_not_pay_confirms_nothing(db: PgPool) {
    let (portal, shop, finance) = portal(db).await;
    let one = ids(&shop, 1).await;
    let shown = page(&finance, &url(&one, ""), 1).await;
    for role in [Role::Viewer, Role::Approver, Role::Admin] {
        let other = portal.sign_in(role).await;
        assert_eq!(other.get(&url(&one, "")).await.status, StatusCode::FORBIDDEN, "{role}");
        assert_eq!(other.submit(&confirmed(&shown)).await.status, StatusCode::FORBIDDEN, "{role}");
    }
    // Another way of paying than was shown is a change, and what was typed stays.
    let other = finance.submit(&confirmed(&shown).with("together", "1").with("reason", "kept")).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(other.words("#reason"), "kept");
    let broken = json!({"kind": "status", "code": 500, "body": {"error_code": "CBC.0999"}});
    portal.simulator.fault("list_sub_customer_coupons", 1_000, broken).await;
    let shown = finance.get(&url(&one, "")).await;
    assert!(shown.text.contains("nothing can be confirmed"), "{}", shown.text);
    assert!(!shown.has("#summary button"), "{}", shown.text);
    assert_eq!(plans(&portal).await, 0);
    patiently("it can be planned again", async || {
        portal.simulator.clear_faults().await;
        finance.get(&url(&one, "")).await.has("#summary button").then_some(())
    })
    .await;
    portal.stop().await;
}
