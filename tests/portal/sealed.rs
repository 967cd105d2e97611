//! Submitting does not wait for Huawei: the form proves the facts that it was shown with, the journal
//! compares them before it sends, and a form that proves nothing is read again as before.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use bss_portal::{
    clock::{Clock, Sleep, Source},
    identity::access::Role,
};
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::StatusCode;
use serde_json::json;
use sqlx::PgPool;

use super::{
    pay::{coupons, pay_page, pay_url, portal},
    support::{
        Portal, Simulator,
        browser::{Browser, Form, Page},
        eventually,
        people::PASSWORD,
        portal::Setup,
    },
};

/// What only the page of a payment asks about; the journal asks for the order itself first, and balances are read in
/// the background.
const ASKED_BY_THE_PAGE: [&str; 2] = ["list_order_coupons_by_order_id", "list_order_discounts"];

async fn asked_by_the_page(simulator: &Simulator) -> usize {
    let mut asked = 0;
    for operation in ASKED_BY_THE_PAGE {
        asked += simulator.asked(operation).await;
    }
    asked
}

async fn every_answer_takes(simulator: &Simulator, ms: u64) {
    simulator.fault("*", 100_000, json!({"kind": "delay", "ms": ms})).await;
}

/// The page of the operation that a form became, once it says `words`.
async fn told(browser: &Browser, answer: &Page, words: &str) -> Page {
    let place = answer.leads_to().unwrap_or_else(|| panic!("{} {}", answer.status, answer.text));
    assert!(place.starts_with("/activity/"), "{place}");
    eventually(words, async || {
        let page = browser.get(&place).await;
        page.words("main").contains(words).then_some(page)
    })
    .await
}

async fn spend(portal: &Portal, voucher: &str) {
    let account = &portal.simulator.ready().accounts[0].name;
    let spent = json!({"action": "spend_coupon", "account": account, "coupon_id": voucher});
    portal.simulator.console(spent).await;
}

/// A form that pays `order` with a voucher, and the voucher.
async fn form_with_voucher(browser: &Browser, order: &str) -> (Form, String) {
    let voucher = coupons(&pay_page(browser, order).await, "Voucher").remove(0);
    let chosen = browser.get(&format!("{}?coupon={voucher}", pay_url(order))).await;
    (chosen.form("form#pay").with("reason", "for the <audit>"), voucher)
}

/// The form was read again: what changed is shown, and nothing that was typed is lost.
fn is_read_again(page: &Page, why: &str) {
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{why}: {:?} {}", page.leads_to(), page.text);
    assert!(page.text.contains("Different from what was shown"), "{why}: {}", page.text);
    assert_eq!(page.words("#reason"), "for the <audit>", "{why}");
}

#[sqlx::test]
async fn a_payment_is_taken_while_huawei_does_not_answer_and_sent_when_it_does(db: PgPool) {
    let (portal, finance) = portal(db).await;
    let order = portal.simulator.place_order("321.00").await;
    let form = pay_page(&finance, &order).await.form("form#pay").with("reason", "monthly");
    every_answer_takes(&portal.simulator, 30_000).await;
    let before = asked_by_the_page(&portal.simulator).await;
    let answer = finance.submit(&form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    assert_eq!(asked_by_the_page(&portal.simulator).await, before, "Huawei was asked");

    let held = told(&finance, &answer, "Huawei Cloud does not tell how things stand").await;
    for words in ["Accepted, not sent yet", "Tried until", "you can withdraw it"] {
        assert!(held.words("main").contains(words), "{words}: {}", held.words("main"));
    }
    assert!(held.has("form[action$='/cancel']"), "it can be taken back: {}", held.text);
    portal.simulator.clear_faults().await;
    told(&finance, &answer, "Done").await;
    assert_eq!(portal.simulator.happened("pay_orders", &order).await, 1);
    portal.stop().await;
}

#[sqlx::test]
async fn what_is_typed_wrong_is_told_without_asking_huawei(db: PgPool) {
    let (portal, finance) = portal(db).await;
    let order = portal.simulator.place_order("12345.00").await;
    let form = pay_page(&finance, &order).await.form("form#pay").with("typed", "1").with("reason", "why");
    every_answer_takes(&portal.simulator, 30_000).await;
    let before = asked_by_the_page(&portal.simulator).await;
    let refused = finance.submit(&form).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
    assert_eq!(refused.texts("[aria-invalid=true] ~ .error").len(), 1, "{}", refused.text);
    assert_eq!(refused.words("#reason"), "why");
    // What is ticked and not yet reckoned with is shown before it is paid.
    let voucher = coupons(&refused, "Voucher").remove(0);
    let shown = finance.submit(&refused.form("form#pay").with("reason", "why").and("coupon", &voucher)).await;
    assert_eq!(shown.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", shown.text);
    assert!(shown.text.contains("Different from what was shown"), "{}", shown.text);
    let taken =
        finance.submit(&shown.form("form#pay").with("typed", &to_type(&shown)).with("reason", "why")).await;
    assert!(taken.leads_to().is_some(), "{}", taken.text);
    assert_eq!(asked_by_the_page(&portal.simulator).await, before, "Huawei was asked");
    portal.stop().await;
}

/// The amount that the page wants typed.
fn to_type(page: &Page) -> String {
    let total = page.words("#summary .total dd");
    total.trim_start_matches('¥').to_owned()
}

#[sqlx::test]
async fn what_changed_after_the_form_was_shown_is_found_by_the_journal(db: PgPool) {
    let (portal, finance) = portal(db).await;
    let order = portal.simulator.place_order("321.00").await;
    let (form, voucher) = form_with_voucher(&finance, &order).await;
    spend(&portal, &voucher).await;
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    let answer = finance.submit(&form).await;
    let stale = told(&finance, &answer, "Nothing was charged").await;
    assert!(stale.words("main").contains(&voucher), "what differs: {}", stale.words("main"));
    assert!(stale.text.contains(&pay_url(&order)), "where to start again: {}", stale.text);
    assert_eq!(portal.simulator.happened("pay_orders", &order).await, 0);

    // Somebody paid it in the console.
    let form = pay_page(&finance, &order).await.form("form#pay");
    portal.simulator.console(json!({"action": "pay", "order_id": order})).await;
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    let answer = finance.submit(&form).await;
    told(&finance, &answer, "Nothing was charged").await;
    assert_eq!(portal.simulator.happened("pay_orders", &order).await, 1, "the console's");
    portal.stop().await;
}

#[sqlx::test]
async fn a_seal_of_another_form_order_or_person_counts_for_nothing(db: PgPool) {
    let (portal, finance) = portal(db).await;
    let (order, other) =
        (portal.simulator.place_order("321.00").await, portal.simulator.place_order("322.00").await);
    let (form, voucher) = form_with_voucher(&finance, &order).await;
    let same_order = finance.get(&format!("{}?coupon={voucher}", pay_url(&order))).await.form("form#pay");
    let other_order = form_with_voucher(&finance, &other).await.0;
    let colleague = colleague(&portal).await;
    let others = colleague.get(&format!("{}?coupon={voucher}", pay_url(&order))).await.form("form#pay");
    spend(&portal, &voucher).await;
    tokio::time::sleep(Duration::from_millis(1_200)).await;

    let seal = form.value("seal");
    let mut letters: Vec<char> = seal.chars().collect();
    let middle = letters.len() / 2;
    letters[middle] = if letters[middle] == 'A' { 'B' } else { 'A' };
    let changed: String = letters.into_iter().collect();
    let fresh = uuid::Uuid::new_v4().to_string();
    for (why, forged) in [
        ("none", form.clone().with("seal", "")),
        ("changed", form.clone().with("seal", &changed)),
        ("cut", form.clone().with("seal", &seal[..seal.len() - 4])),
        ("of another form", form.clone().with("seal", same_order.value("seal"))),
        ("with another form key", form.clone().with("form_key", &fresh)),
        ("of another order", form.clone().with("seal", other_order.value("seal"))),
        ("of another person", form.clone().with("seal", others.value("seal"))),
        ("of another person, whole", others.clone().with("reason", "for the <audit>")),
    ] {
        let before = asked_by_the_page(&portal.simulator).await;
        is_read_again(&finance.submit(&forged).await, why);
        assert_eq!(asked_by_the_page(&portal.simulator).await, before + ASKED_BY_THE_PAGE.len(), "{why}");
    }
    // The seal also holds what was shown of the choice.
    let cheaper = form.value("seen").replace("321", "320");
    is_read_again(&finance.submit(&form.clone().with("seen", &cheaper)).await, "seen otherwise");
    let operations: i64 =
        sqlx::query_scalar("select count(*) from operation").fetch_one(&portal.db).await.expect("counted");
    assert_eq!(operations, 0, "nothing reached the journal");
    // The form itself is in order, so that it was the seal.
    assert!(finance.submit(&form).await.leads_to().is_some());
    portal.stop().await;
}

/// Another person who may pay.
async fn colleague(portal: &Portal) -> Browser {
    let copied = "with one as (
            insert into person (id, username, password_hash, role, locale, created_at)
            select gen_random_uuid(), 'colleague', password_hash, role, locale, created_at
              from person where username = 'finance' returning id)
        insert into account_grant (person_id, account_id) select one.id, c.id from one, cloud_account c";
    sqlx::query(copied).execute(&portal.db).await.expect("a colleague");
    let browser = portal.nobody();
    browser.sign_in("colleague", PASSWORD).await;
    browser
}

/// The machine's clock, put forward.
struct Forward(Clock, Arc<AtomicI64>);

impl Source for Forward {
    fn now(&self) -> DateTime<Utc> {
        self.0.now() + TimeDelta::seconds(self.1.load(Ordering::Relaxed))
    }

    fn since_boot(&self) -> Duration {
        self.0.since_boot()
    }

    fn sleep(&self, how_long: Duration) -> Sleep {
        self.0.sleep(how_long)
    }
}

#[sqlx::test]
async fn facts_of_a_quarter_of_an_hour_ago_are_read_again(db: PgPool) {
    let ahead = Arc::new(AtomicI64::new(0));
    let clock = Clock::of(Forward(Clock::system(), ahead.clone()));
    let portal = Portal::with(db, Setup { orders: 20, hurry: 300, clock, ..Setup::default() }).await;
    let finance = portal.sign_in(Role::Finance).await;
    let order = portal.simulator.place_order("321.00").await;
    let (form, voucher) = form_with_voucher(&finance, &order).await;
    spend(&portal, &voucher).await;
    ahead.store(15 * 60 + 1, Ordering::Relaxed);
    is_read_again(&finance.submit(&form).await, "expired");
    ahead.store(14 * 60, Ordering::Relaxed);
    let taken = finance.submit(&form).await;
    assert!(taken.leads_to().is_some(), "{}", taken.text);
    assert_eq!(portal.simulator.happened("pay_orders", &order).await, 0);
    portal.stop().await;
}

#[sqlx::test]
async fn orders_are_cancelled_without_asking_huawei_first(db: PgPool) {
    let (portal, finance) = portal(db).await;
    let mut orders = Vec::new();
    for amount in ["10.00", "20.00", "30.00"] {
        let order = portal.simulator.place_order(amount).await;
        pay_page(&finance, &order).await;
        orders.push(order);
    }
    let page = finance.get(&format!("/orders/cancel?paste={}+{}+CS404", orders[0], orders[1])).await;
    let form = page.form("form#cancel").with("reason", "for the <audit>");
    let refusal = json!({"kind": "status", "code": 403, "effect": false,
        "body": {"error_code": "CBC.0151", "error_msg": "denied"}});
    portal.simulator.fault("show_customer_order_details", 100_000, refusal).await;

    // Without its seal, or with an order that was not shown, it is read again: which fails now.
    let unsealed = form.clone().with("seal", "").with("typed", "2");
    for again in [unsealed, form.clone().with("typed", "3").and("order", &orders[2])] {
        let refused = finance.submit(&again).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
        assert!(refused.text.contains("CBC.0151"), "{}", refused.text);
    }
    let mistyped = finance.submit(&form.clone().with("typed", "3")).await;
    assert_eq!(mistyped.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", mistyped.text);
    assert_eq!(
        (mistyped.texts("tbody tr").len(), mistyped.words("#reason").as_str()),
        (2, "for the <audit>")
    );
    let left_out = mistyped.texts("ul.rows li").join(" ");
    assert!(left_out.contains("CS404") && left_out.contains("No such order"), "{left_out}");
    let taken = finance.submit(&mistyped.form("form#cancel").with("typed", "2")).await;
    assert_eq!(taken.leads_to().as_deref(), Some("/activity"), "{}", taken.text);
    portal.simulator.clear_faults().await;
    for order in &orders[..2] {
        eventually("cancelled", async || {
            (portal.simulator.happened("cancel_customer_order", order).await == 1).then_some(())
        })
        .await;
    }
    assert_eq!(portal.simulator.happened("cancel_customer_order", &orders[2]).await, 0);
    portal.stop().await;
}
