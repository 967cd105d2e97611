//! What the portal is for, as a person does it: sign in, find the order that waits for payment, pay
//! it with a coupon, see it done, and look at what an earlier unsubscription gave back.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Browser, Demo};

/// What is to be paid, in yuan: little enough to need nobody's approval.
const AMOUNT: &str = "812.00";

/// Asks the simulator's control plane, or tells it something.
pub(crate) async fn control(demo: &Demo, path: &str, body: Option<Value>) -> Value {
    let http = reqwest::Client::new();
    let url = format!("{}{path}", demo.ready.simulator.control);
    let request = match body {
        Some(body) => http.post(url).json(&body),
        None => http.get(url),
    };
    request.send().await.expect("the simulator answers").json().await.expect("JSON")
}

/// Places an order of `amount` yuan in Huawei's console and waits until the portal shows it.
pub(crate) async fn place(demo: &Demo, browser: &Browser, amount: &str) -> String {
    let account = &demo.ready.simulator.accounts[0].domain_id;
    let placed = control(demo, "/orders", Some(json!({ "account": account, "amount": amount }))).await;
    let order = placed["order_id"].as_str().expect("an order").to_owned();
    browser.go("/orders").await;
    browser.click("form[action='/orders/refresh'] button").await;
    let found = format!("Boolean(document.querySelector('tbody a[href=\"/orders/{order}\"]'))");
    for attempt in 0.. {
        browser.go(&format!("/orders?status=6&q={order}")).await;
        if browser.ask(&found).await == json!(true) {
            return order;
        }
        assert!(attempt < 100, "the new order never came");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    unreachable!("the loop ends by returning")
}

/// What the money page says is taken from the balance.
pub(crate) const FROM_BALANCE: &str = "document.querySelector('#summary .grand dd')?.innerText";

/// Confirms the payment of `order` as its page proposes it, and follows it to its operation.
pub(crate) async fn pay(browser: &Browser, order: &str) -> String {
    browser.go(&format!("/orders/{order}/pay")).await;
    browser.until(FROM_BALANCE).await;
    browser.fill("#reason", "Browser test").await;
    browser.click("#summary button[type=submit]").await;
    browser.until("location.pathname.startsWith('/activity/')").await;
    browser.path().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_finance_person_pays_an_order_with_a_coupon_and_sees_it_done() {
    let demo = Demo::start(120);
    let browser = Browser::open(&demo.ready.url).await;
    browser.size(1440, 1000).await;

    browser.sign_in(demo.ready.user("finance")).await;
    browser.go("/orders").await;
    browser.until("document.querySelectorAll('tbody tr').length > 20").await;

    // An order is placed in Huawei's console; the portal is asked to read again.
    let order = place(&demo, &browser, AMOUNT).await;
    browser.picture("journey-1-found").await;

    browser.click(&format!("a[href='/orders/{order}']")).await;
    browser.until("document.querySelector('h1')?.innerText.includes('CS')").await;
    browser.click(&format!("a[href='/orders/{order}/pay']")).await;
    browser.until(FROM_BALANCE).await;
    let without_coupon = browser.ask(FROM_BALANCE).await;
    assert_eq!(without_coupon, json!(format!("¥{AMOUNT}")));
    browser.click("#how-paid input[name=coupon]:not([disabled])").await;
    browser.until(&format!("{FROM_BALANCE} !== {without_coupon}")).await;
    let left =
        browser.ask(FROM_BALANCE).await.as_str().expect("an amount").trim_start_matches('¥').to_owned();
    browser.picture("journey-2-pay").await;

    browser.click("#summary button[type=submit]").await;
    browser.until("location.pathname.startsWith('/activity/')").await;
    browser.picture("journey-3-under-way").await;
    browser.until("document.querySelector('.state.done')").await;
    browser.picture("journey-4-done").await;

    // Huawei's own record: one payment, of what was left after the coupon.
    let ledger = control(&demo, "/ledger", None).await;
    let payments: Vec<&Value> = ledger
        .as_array()
        .expect("a list")
        .iter()
        .filter(|effect| effect["operation"] == "pay_orders" && effect["subject"] == json!(order))
        .collect();
    assert_eq!(payments.len(), 1, "{ledger:#}");
    let charged: bss_portal::money::Money =
        payments[0]["amount"].as_str().expect("text").parse().expect("money");
    assert_eq!(charged, left.parse().expect("money"));

    // The order itself says so too.
    browser.go(&format!("/orders/{order}")).await;
    browser.until(&format!("!document.querySelector('a[href=\"/orders/{order}/pay\"]')")).await;
    browser.until("document.querySelector('a[href^=\"/activity/\"]')").await;
    browser.picture("journey-5-order").await;

    browser.go("/orders?type=4&status=5").await;
    browser.click("tbody a[href$='/refund']").await;
    browser
        .until(
            "location.pathname.endsWith('/refund') && document.querySelector('tbody a[href^=\"/orders/\"]')",
        )
        .await;
    browser.picture("journey-6-refund").await;

    browser.assert_quiet().await;
    browser.click("button[popovertarget=person]").await;
    browser.click("form[action='/sign-out'] button").await;
    browser.until("location.pathname.startsWith('/sign-in')").await;
    browser.go(&format!("/orders/{order}")).await;
    browser.until("location.pathname.startsWith('/sign-in')").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_larger_payment_waits_for_somebody_else_to_agree() {
    let demo = Demo::start(60);
    let browser = Browser::open(&demo.ready.url).await;
    browser.size(1440, 1000).await;
    browser.sign_in(demo.ready.user("finance")).await;
    let order = place(&demo, &browser, "5000.00").await;
    let operation = pay(&browser, &order).await;
    browser.until("document.querySelector('.state.decision')").await;
    // Who asked is not offered to agree.
    assert_eq!(browser.ask("document.querySelectorAll('form[action$=\"/approve\"]').length").await, json!(0));

    browser.click("button[popovertarget=person]").await;
    browser.click("form[action='/sign-out'] button").await;
    browser.until("location.pathname.startsWith('/sign-in')").await;
    browser.sign_in(demo.ready.user("approver")).await;
    browser.go("/activity").await;
    browser.click(&format!("a[href='{operation}']")).await;
    browser.picture("journey-7-approval").await;
    browser.click("form[action$='/approve'] button").await;
    browser.until("document.querySelector('.state.done')").await;
    let ledger = control(&demo, "/ledger", None).await;
    let payments = ledger.as_array().expect("a list").iter();
    assert_eq!(payments.filter(|effect| effect["subject"] == json!(order)).count(), 1, "{ledger:#}");
    browser.assert_quiet().await;
    browser.close().await;
}
