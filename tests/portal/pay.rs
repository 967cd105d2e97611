//! Paying and cancelling as people do it on the pages: what is shown, what stops, and that one form is
//! one operation. The simulator's ledger is the judge.

use std::time::Duration;

use bss_portal::identity::access::Role;
use reqwest::StatusCode;
use serde_json::json;
use sqlx::PgPool;

use super::support::{
    Portal,
    browser::{Browser, Page},
    eventually,
    portal::Setup,
};

pub(crate) async fn portal(db: PgPool) -> (Portal, Browser) {
    let portal = Portal::with(db, Setup { orders: 20, hurry: 300, ..Setup::default() }).await;
    let finance = portal.sign_in(Role::Finance).await;
    (portal, finance)
}

pub(crate) fn pay_url(order: &str) -> String {
    format!("/orders/{order}/pay")
}

/// The payment page of an order, once the portal has heard of it.
pub(crate) async fn pay_page(browser: &Browser, order: &str) -> Page {
    eventually("the order can be paid", async || {
        let page = browser.get(&pay_url(order)).await;
        page.has("form#pay").then_some(page)
    })
    .await
}

/// The ids of coupons that can be ticked and whose title is this.
pub(crate) fn coupons(page: &Page, title: &str) -> Vec<String> {
    let titles = page.texts(".options .option:has(input[name=coupon]:not([disabled])) .title");
    let id = |words: &String| words.rsplit(' ').next().map(str::to_owned);
    titles.iter().filter(|words| words.starts_with(title)).filter_map(id).collect()
}

#[sqlx::test]
async fn the_page_shows_what_can_be_used_and_why_the_rest_cannot(db: PgPool) {
    let (portal, finance) = portal(db).await;
    let order = portal.simulator.place_order("321.00").await;
    let page = pay_page(&finance, &order).await;
    assert!(coupons(&page, "Voucher").len() > 2, "{}", page.text);
    let reasons = page.texts(".more .reason");
    for reason in ["Frozen by Huawei Cloud", "Cannot be used: its status is “Not activated”", "Expired"] {
        assert!(reasons.iter().any(|told| told == reason), "{reason} in {reasons:?}");
    }
    assert!(page.words("#summary button").contains("Pay ¥321.00"));
    assert!(page.words("#summary").contains("needs no approval"));

    let voucher = &coupons(&page, "Voucher")[0];
    let fragment = finance.htmx(&format!("{}?coupon={voucher}&discount=", pay_url(&order))).await;
    assert!(!fragment.text.contains("<html"), "only the parts that change");
    let reasons = fragment.texts("#how-paid .reason");
    assert!(reasons.iter().any(|told| told.starts_with("Vouchers and discount coupons")), "{reasons:?}");
    assert!(fragment.has("#summary") && fragment.has("#typed-amount"));
    portal.stop().await;
}

#[sqlx::test]
async fn a_form_that_is_posted_twice_is_one_payment(db: PgPool) {
    let (portal, finance) = portal(db).await;
    let order = portal.simulator.place_order("321.00").await;
    let page = pay_page(&finance, &order).await;
    let voucher = coupons(&page, "Voucher").remove(0);
    let chosen = finance.get(&format!("{}?coupon={voucher}", pay_url(&order))).await;
    let form = chosen.form("form#pay").with("reason", "monthly");
    let (first, second) = tokio::join!(finance.submit(&form), finance.submit(&form));
    let place = first.leads_to().expect("to the operation");
    assert!(place.starts_with("/activity/"), "{place}");
    assert_eq!(second.leads_to().as_deref(), Some(place.as_str()), "{}", second.text);
    eventually("paid", async || (portal.simulator.happened("pay_orders", &order).await > 0).then_some(()))
        .await;
    let third = finance.submit(&form).await;
    assert_eq!(third.leads_to().as_deref(), Some(place.as_str()), "also when it is paid by now");
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(portal.simulator.happened("pay_orders", &order).await, 1);

    // What was changed in it since is not dropped in silence …
    let changed = finance.submit(&form.clone().with("reason", "something else")).await;
    assert_eq!(changed.leads_to(), Some(format!("{place}?first=1")), "{}", changed.text);
    let told = finance.get(&format!("{place}?first=1")).await;
    assert!(told.words(".notice").contains("accepted as first sent"), "{}", told.text);
    // … and it cannot be used for another order.
    let other = portal.simulator.place_order("12.00").await;
    pay_page(&finance, &other).await;
    let mut stray = form.clone();
    stray.action = pay_url(&other);
    let refused = finance.submit(&stray).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
    assert!(refused.words(".notice").contains("This form was used for another request"), "{}", refused.text);
    assert!(refused.text.contains(&place), "with a link to what it became");
    assert_eq!(portal.simulator.happened("pay_orders", &other).await, 0);

    // A fresh form finds that there is nothing to pay any more.
    let again = eventually("seen as paid", async || {
        let page = finance.get(&pay_url(&order)).await;
        page.text.contains("The order&#39;s status is now").then_some(page)
    })
    .await;
    assert!(!again.has("form#pay"));
    portal.stop().await;
}

#[sqlx::test]
async fn what_changed_since_it_was_shown_stops_and_loses_nothing_typed(db: PgPool) {
    let (portal, finance) = portal(db).await;
    let order = portal.simulator.place_order("321.00").await;
    let page = pay_page(&finance, &order).await;
    let voucher = coupons(&page, "Voucher").remove(0);
    let chosen = finance.get(&format!("{}?coupon={voucher}", pay_url(&order))).await;
    // Without its seal, the facts are read again before anything is handed to the journal.
    let form = chosen.form("form#pay").with("reason", "for the <audit>").with("seal", "");
    let account = &portal.simulator.ready().accounts[0].name;
    portal
        .simulator
        .console(json!({"action": "spend_coupon", "account": account, "coupon_id": voucher}))
        .await;
    let stopped = finance.submit(&form).await;
    assert_eq!(stopped.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        stopped.words(".page-head ~ .notice .title").contains("Different from what was shown"),
        "{}",
        stopped.text
    );
    assert!(stopped.texts(".notice .change ins").iter().any(|is| is.contains("¥321.00")), "{}", stopped.text);
    assert_eq!(stopped.words("#reason"), "for the <audit>");
    assert_eq!(portal.simulator.happened("pay_orders", &order).await, 0);

    // Somebody paid it in the console meanwhile.
    portal.simulator.console(json!({"action": "pay", "order_id": order})).await;
    let paid = eventually("seen as paid", async || {
        let page = finance.submit(&stopped.form("form#pay").with("seal", "")).await;
        (!page.has("form#pay")).then_some(page)
    })
    .await;
    assert_eq!(paid.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", paid.text);
    portal.stop().await;
}

#[sqlx::test]
async fn a_large_amount_is_typed_and_explained(db: PgPool) {
    let (portal, finance) = portal(db).await;
    let order = portal.simulator.place_order("12345.00").await;
    let page = pay_page(&finance, &order).await;
    assert!(page.words("#summary").contains("needs one approval"));
    let form = page.form("form#pay");
    for (typed, reason) in [("", "why"), ("12345.01", "why"), ("12345.00", "")] {
        let refused = finance.submit(&form.clone().with("typed", typed).with("reason", reason)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed} {reason}");
        assert_eq!(
            refused.texts("[aria-invalid=true] ~ .error").len(),
            1,
            "{typed} {reason}: {}",
            refused.text
        );
        assert_eq!(refused.attributes("#typed", "value"), [typed]);
    }
    let taken = finance.submit(&form.with("typed", "12,345.00").with("reason", "why")).await;
    assert!(taken.leads_to().is_some_and(|place| place.starts_with("/activity/")), "{}", taken.text);
    let busy = finance.get(&pay_url(&order)).await;
    assert!(busy.words(".notice").contains("finance"), "who holds it: {}", busy.text);
    assert!(!busy.has("form#pay"));
    assert_eq!(portal.simulator.happened("pay_orders", &order).await, 0, "it waits for an approval");
    portal.stop().await;
}

#[sqlx::test]
async fn what_was_not_read_before_cannot_be_confirmed_while_it_cannot_be_read(db: PgPool) {
    let (portal, finance) = portal(db).await;
    let order = portal.simulator.place_order("321.00").await;
    let form = pay_page(&finance, &order).await.form("form#pay").with("reason", "kept").with("seal", "");
    let refusal = json!({"kind": "status", "code": 403, "effect": false,
        "body": {"error_code": "CBC.0151", "error_msg": "denied"}});
    portal.simulator.fault("list_order_discounts", 100, refusal).await;
    for page in [finance.get(&pay_url(&order)).await, finance.submit(&form).await] {
        assert!(!page.has("form#pay") && page.words(".notice").contains("CBC.0151"), "{}", page.text);
    }
    portal.simulator.clear_faults().await;
    let kept = finance.submit(&form.and("update", "1")).await;
    assert_eq!((kept.status, kept.words("#reason").as_str()), (StatusCode::OK, "kept"));
    assert_eq!(portal.simulator.happened("pay_orders", &order).await, 0);
    portal.stop().await;
}

#[sqlx::test]
async fn only_who_may_can_pay_and_only_what_they_were_given(db: PgPool) {
    let (portal, finance) = portal(db).await;
    let order = portal.simulator.place_order("321.00").await;
    let form = pay_page(&finance, &order).await.form("form#pay");
    let viewer = portal.sign_in(Role::Viewer).await;
    assert_eq!(viewer.get(&pay_url(&order)).await.status, StatusCode::FORBIDDEN);
    assert_eq!(viewer.submit(&form).await.status, StatusCode::FORBIDDEN);
    assert_eq!(viewer.get(&format!("/orders/cancel?order={order}")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(finance.get(&pay_url("CS0000000000NONE0")).await.status, StatusCode::NOT_FOUND);

    sqlx::query(
        "delete from account_grant where person_id = (select id from person where username = 'finance')",
    )
    .execute(&portal.db)
    .await
    .expect("taken away");
    assert_eq!(finance.get(&pay_url(&order)).await.status, StatusCode::NOT_FOUND);
    assert_eq!(finance.submit(&form).await.status, StatusCode::NOT_FOUND);
    let cancel = finance.get(&format!("/orders/cancel?order={order}")).await;
    assert!(cancel.text.contains("No such order") && !cancel.has("form#cancel"), "{}", cancel.text);
    assert_eq!(portal.simulator.happened("pay_orders", &order).await, 0);
    portal.stop().await;
}

#[sqlx::test]
async fn several_orders_are_cancelled_each_by_an_operation_of_its_own(db: PgPool) {
    let (portal, finance) = portal(db).await;
    let mut orders = Vec::new();
    for amount in ["10.00", "20.00", "30.00"] {
        orders.push(portal.simulator.place_order(amount).await);
    }
    for order in &orders {
        pay_page(&finance, order).await;
    }
    portal.simulator.console(json!({"action": "cancel", "order_id": orders[2]})).await;
    let pasted =
        format!("/orders/cancel?paste={}%2C{}%0A{}+CS404", orders[0], orders[1].to_lowercase(), orders[2]);
    let page = eventually("the third is seen as cancelled", async || {
        let page = finance.get(&pasted).await;
        (page.texts("tbody tr").len() == 2).then_some(page)
    })
    .await;
    assert!(page.words(".summary").contains("¥30.00"), "{}", page.text);
    let left_out = page.texts("ul.rows li").join("\n");
    assert!(left_out.contains("Cancelled") && left_out.contains("No such order"), "{left_out}");
    let form = page.form("form#cancel").with("reason", "not needed");
    let refused = finance.submit(&form.clone().with("typed", "3")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.words("#reason"), "not needed");
    let form = form.with("typed", "2");
    let (first, second) = tokio::join!(finance.submit(&form), finance.submit(&form));
    for answer in [&first, &second] {
        assert_eq!(answer.leads_to().as_deref(), Some("/activity"), "{}", answer.text);
    }
    for order in &orders[..2] {
        eventually("cancelled", async || {
            (portal.simulator.happened("cancel_customer_order", order).await > 0).then_some(())
        })
        .await;
    }
    let third = finance.submit(&form).await;
    assert_eq!(third.leads_to().as_deref(), Some("/activity"));
    let otherwise = finance.submit(&form.with("reason", "a better one")).await;
    assert_eq!(otherwise.status, StatusCode::CONFLICT);
    assert!(otherwise.words(".notice").contains("accepted as first sent"), "{}", otherwise.text);
    for order in &orders[..2] {
        assert_eq!(portal.simulator.happened("cancel_customer_order", order).await, 1);
    }
    portal.stop().await;
}
