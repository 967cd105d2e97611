//! What happens at the expiry of resources, set as people do it on the pages: each resource is an operation of
//! its own, one form is one wish, and what cannot be read cannot be confirmed. The simulator's ledger is the
//! judge.

use bss_portal::identity::access::Role;
use reqwest::StatusCode;
use serde_json::json;
use sqlx::PgPool;

use super::{
    pay::portal,
    support::{
        Portal,
        browser::{Browser, Page},
        eventually,
    },
};

const ON: &str = "auto_renewal_resources";
const OFF: &str = "cancel_auto_renewal_resources";
const AT_EXPIRY: &str = "update_period_to_on_demand";
const AT_ONCE: &str = "update_period_to_on_demand_instantly";

/// So many resources that were bought a moment ago and that the portal has read.
async fn resources(portal: &Portal, browser: &Browser, count: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for _ in 0..count {
        let order = portal.simulator.place_order("321.00").await;
        portal.simulator.console(json!({"action": "pay", "order_id": order})).await;
        let truth = portal.simulator.order(&order).await;
        ids.push(truth["resource_ids"][0].as_str().expect("a resource").to_owned());
    }
    let all = url("auto-renewal", &ids, "");
    eventually("they are read", async || {
        let page = browser.get(&all).await;
        (page.texts("form#policy tbody tr").len() == count).then_some(())
    })
    .await;
    ids
}

fn url(what: &str, ids: &[String], more: &str) -> String {
    let ids: Vec<String> = ids.iter().map(|id| format!("resource={id}")).collect();
    format!("/resources/{what}?{}{more}", ids.join("&"))
}

/// Waits until this happened once to each.
async fn happened(portal: &Portal, operation: &str, ids: &[String]) {
    for id in ids {
        eventually(operation, async || (portal.simulator.happened(operation, id).await > 0).then_some(()))
            .await;
    }
}

async fn times(portal: &Portal, operation: &str) -> usize {
    portal.simulator.ledger().await.iter().filter(|effect| effect.operation == operation).count()
}

async fn count(portal: &Portal, query: &'static str) -> i64 {
    sqlx::query_scalar(query).fetch_one(&portal.db).await.expect("counted")
}

/// Waits until so many operations are in this state.
async fn operations(portal: &Portal, state: &str, many: i64) {
    eventually(state, async || {
        let now: i64 = sqlx::query_scalar("select count(*) from operation where state = $1")
            .bind(state)
            .fetch_one(&portal.db)
            .await
            .expect("counted");
        (now == many).then_some(())
    })
    .await;
}

fn left_out(page: &Page) -> String {
    page.texts("ul.rows li").join("\n")
}

#[sqlx::test]
async fn automatic_renewal_is_switched_on_and_off_each_by_an_operation_of_its_own(db: PgPool) {
    let (portal, finance) = portal(db).await;
    let ids = resources(&portal, &finance, 2).await;
    let page = finance.get(&format!("{}&paste=R-404", url("auto-renewal", &ids, ""))).await;
    assert!(
        left_out(&page).contains("R-404") && left_out(&page).contains("No such resource"),
        "{}",
        page.text
    );
    let rows = page.texts("tbody tr").join("\n");
    assert!(rows.contains("Enter the grace period") && rows.contains("once it is on"), "{rows}");

    let form = page.form("form#policy").with("times", "3").with("period", "YEAR").with("reason", "as agreed");
    let mistyped = finance.submit(&form.clone().with("typed", "2").with("times", "100")).await;
    assert_eq!(mistyped.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", mistyped.text);
    assert!(mistyped.text.contains("A whole number from 1 to 99"), "{}", mistyped.text);
    assert_eq!(mistyped.words("#reason"), "as agreed");
    let uncounted = finance.submit(&form.clone().with("typed", "3")).await;
    assert_eq!(uncounted.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(uncounted.attributes("#times", "value"), ["3"]);

    let form = form.with("typed", "2");
    let (first, second) = tokio::join!(finance.submit(&form), finance.submit(&form));
    for answer in [&first, &second] {
        assert_eq!(answer.leads_to().as_deref(), Some("/activity"), "{}", answer.text);
    }
    happened(&portal, ON, &ids).await;
    operations(&portal, "SUCCEEDED", 2).await;
    assert_eq!(finance.submit(&form).await.leads_to().as_deref(), Some("/activity"), "also once it is done");
    let otherwise = finance.submit(&form.clone().with("times", "4")).await;
    assert_eq!(otherwise.status, StatusCode::CONFLICT, "{}", otherwise.text);
    assert!(otherwise.words(".notice").contains("accepted as first sent"), "{}", otherwise.text);
    assert_eq!(times(&portal, ON).await, 2);

    // What was set is shown, and left out where the very same is wanted again.
    let chosen = "&times=3&period=YEAR";
    let same = eventually("kept", async || {
        let page = finance.get(&url("auto-renewal", &ids, chosen)).await;
        left_out(&page).contains("renewed by itself just so already").then_some(page)
    })
    .await;
    assert!(!same.has("form#policy"), "{}", same.text);
    let off = finance.get(&url("auto-renewal", &ids[..1], "&to=off")).await;
    let row = off.words("tbody tr");
    assert!(row.contains("Renew automatically · 3 times · By the year"), "{row}");
    assert!(row.contains("Switch off by"), "{row}");
    let answer = finance.submit(&off.form("form#policy")).await;
    assert!(answer.leads_to().is_some_and(|place| place.starts_with("/activity/")), "{}", answer.text);
    happened(&portal, OFF, &ids[..1]).await;
    operations(&portal, "SUCCEEDED", 3).await;
    assert_eq!((times(&portal, ON).await, times(&portal, OFF).await), (2, 1));
    portal.stop().await;
}

#[sqlx::test]
async fn one_of_a_batch_that_huawei_refuses_leaves_the_others_alone(db: PgPool) {
    let (portal, finance) = portal(db).await;
    let ids = resources(&portal, &finance, 2).await;
    let refusal = json!({"kind": "status", "code": 400, "effect": false,
        "body": {"error_code": "CBC.99003602", "error_msg": "frozen"}});
    portal.simulator.fault(ON, 1, refusal).await;
    let form = finance.get(&url("auto-renewal", &ids, "")).await.form("form#policy").with("typed", "2");
    assert_eq!(finance.submit(&form).await.leads_to().as_deref(), Some("/activity"));
    operations(&portal, "SUCCEEDED", 1).await;
    operations(&portal, "STALE", 1).await;
    assert_eq!(times(&portal, ON).await, 1);
    assert_eq!(count(&portal, "select count(*) from resource_policy").await, 1);
    portal.stop().await;
}

#[sqlx::test]
async fn what_changed_or_cannot_be_read_stops_and_loses_nothing_typed(db: PgPool) {
    let (portal, finance) = portal(db).await;
    let ids = resources(&portal, &finance, 1).await;
    let page = url("at-expiry", &ids, "");
    // Without its seal, the facts are read again before anything is handed to the journal.
    let slow =
        finance.get(&page).await.form("form#policy").with("reason", "for the <audit>").with("seal", "");
    let refusal = json!({"kind": "status", "code": 403, "effect": false,
        "body": {"error_code": "CBC.0151", "error_msg": "denied"}});
    portal.simulator.fault("list_pay_per_use_customer_resources", 100_000, refusal).await;
    assert!(!finance.get(&page).await.has("form#policy"));
    let unreadable = finance.submit(&slow).await;
    assert_eq!(unreadable.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        !unreadable.has("form#policy") && left_out(&unreadable).contains("CBC.0151"),
        "{}",
        unreadable.text
    );
    portal.simulator.clear_faults().await;
    let kept = finance.submit(&unreadable.form("form#again").and("update", "1")).await;
    assert_eq!(
        (kept.status, kept.words("#reason").as_str()),
        (StatusCode::OK, "for the <audit>"),
        "{}",
        kept.text
    );

    let fast = finance.get(&page).await.form("form#policy");
    assert!(finance.submit(&fast).await.leads_to().is_some());
    happened(&portal, AT_EXPIRY, &ids).await;
    operations(&portal, "SUCCEEDED", 1).await;
    let stopped = finance.submit(&slow).await;
    assert_eq!(stopped.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", stopped.text);
    assert!(stopped.text.contains("Different from what was shown"), "{}", stopped.text);
    assert!(left_out(&stopped).contains("becomes pay-per-use at expiry already"), "{}", stopped.text);
    // The sealed one is compared by the journal.
    let taken = finance.submit(&kept.form("form#policy")).await;
    assert!(taken.leads_to().is_some(), "{}", taken.text);
    operations(&portal, "STALE", 1).await;
    assert_eq!(times(&portal, AT_EXPIRY).await, 1);

    let off = finance.get(&url("at-expiry", &ids, "&to=off")).await.form("form#policy");
    assert!(finance.submit(&off).await.leads_to().is_some());
    operations(&portal, "SUCCEEDED", 2).await;
    assert_eq!(times(&portal, AT_EXPIRY).await, 2);
    portal.stop().await;
}

#[sqlx::test]
async fn a_conversion_says_that_it_is_for_good_and_waits_for_another_person(db: PgPool) {
    let (portal, finance) = portal(db).await;
    let ids = resources(&portal, &finance, 1).await;
    let page = finance.get(&url("convert", &ids, "")).await;
    for words in ["cannot be undone", "term ends at once", "refunded by Huawei Cloud's rules"] {
        assert!(page.words("main").contains(words), "{words}: {}", page.words("main"));
    }
    assert!(page.has("a[data-focus]") && page.has("button.destructive"), "focus is on leaving it");
    let form = page.form("form#policy");
    let unsaid = finance.submit(&form).await;
    assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY, "an approver wants to know why");
    let answer = finance.submit(&form.with("reason", "moves to another region")).await;
    let place = answer.leads_to().expect("to the operation");
    operations(&portal, "PENDING_APPROVAL", 1).await;
    assert_eq!(times(&portal, AT_ONCE).await, 0);
    let approver = portal.sign_in(Role::Approver).await;
    let agreed = approver.get(&place).await.form("form[action$='/approve']");
    assert!(approver.submit(&agreed).await.leads_to().is_some());
    operations(&portal, "SUCCEEDED", 1).await;
    assert_eq!(times(&portal, AT_ONCE).await, 1);
    let again = finance.get(&url("convert", &ids, "")).await;
    assert!(!again.has("form#policy") && left_out(&again).contains("The resource is gone"), "{}", again.text);
    let many: Vec<String> = (0..11).map(|n| format!("r-{n}")).collect();
    assert!(finance.get(&url("convert", &many, "")).await.text.contains("At most 10 resources"));
    portal.stop().await;
}

#[sqlx::test]
async fn only_who_may_can_set_anything_and_only_of_what_they_were_given(db: PgPool) {
    let (portal, finance) = portal(db).await;
    let ids = resources(&portal, &finance, 1).await;
    let form = finance.get(&url("auto-renewal", &ids, "")).await.form("form#policy");
    let viewer = portal.sign_in(Role::Viewer).await;
    for what in ["auto-renewal", "at-expiry", "convert", "days"] {
        assert_eq!(viewer.get(&url(what, &ids, "")).await.status, StatusCode::FORBIDDEN, "{what}");
        let mut posted = form.clone();
        posted.action = format!("/resources/{what}");
        assert_eq!(viewer.submit(&posted).await.status, StatusCode::FORBIDDEN, "{what}");
    }
    sqlx::query(
        "delete from account_grant where person_id = (select id from person where username = 'finance')",
    )
    .execute(&portal.db)
    .await
    .expect("taken away");
    let refused = finance.submit(&form).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
    assert!(left_out(&refused).contains("No such resource"), "{}", refused.text);
    assert_eq!(count(&portal, "select count(*) from operation").await, 0);
    assert_eq!(times(&portal, ON).await, 0);
    portal.stop().await;
}

#[sqlx::test]
async fn the_days_of_an_account_are_set_and_shown_as_last_set_here(db: PgPool) {
    let (portal, finance) = portal(db).await;
    let page = finance.get("/resources/days").await;
    assert!(page.words("main").contains("Never set here"), "{}", page.text);
    let form = page.form("form#deduction");
    assert_eq!(finance.submit(&form).await.status, StatusCode::UNPROCESSABLE_ENTITY, "no day was chosen");
    let form = form.with("day", "5").with("reason", "pay day");
    let (first, second) = tokio::join!(finance.submit(&form), finance.submit(&form));
    let place = first.leads_to().expect("to the operation");
    assert_eq!(second.leads_to().as_deref(), Some(place.as_str()), "{}", second.text);
    operations(&portal, "SUCCEEDED", 1).await;
    // It is noted after the operation has ended.
    eventually("kept", async || {
        let page = finance.get("/resources/days").await;
        page.words("main").contains("Set here to: 5 days before expiry").then_some(())
    })
    .await;
    let expiry = page.form("form#expiry").with("day", "end");
    let stale = finance.submit(&expiry).await;
    assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY, "another day was set since: {}", stale.text);
    assert!(finance.submit(&stale.form("form#expiry").with("day", "end")).await.leads_to().is_some());
    operations(&portal, "SUCCEEDED", 2).await;
    let shown = eventually("kept", async || {
        let page = finance.get("/resources/days").await;
        page.words("main").contains("last day of the month (last set by finance").then_some(page)
    })
    .await;
    assert!(shown.words("main").contains("Set here to: 5 days before expiry"), "{}", shown.text);
    assert_eq!(times(&portal, "set_resources_renew_config").await, 2);
    portal.stop().await;
}
