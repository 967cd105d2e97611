//! Renewing as people do it on the page: what is shown, what is left out and why, what stops, and that one form
//! is one plan.

use bss_portal::identity::access::Role;
use reqwest::StatusCode;
use serde_json::json;
use sqlx::PgPool;

use super::{
    plans::shop::{Shop, patiently},
    support::{
        Portal,
        browser::{Browser, Page},
        portal::Setup,
    },
};

pub(super) async fn portal(db: PgPool) -> (Portal, Shop, Browser) {
    let portal = Portal::with(db, Setup { orders: 30, hurry: 300, ..Setup::default() }).await;
    let shop = Shop::of(&portal.db, &portal.simulator).await;
    shop.nothing_needs_approval().await;
    let finance = portal.sign_in(Role::Finance).await;
    (portal, shop, finance)
}

fn url(ids: &[String], more: &str) -> String {
    let ids: Vec<String> = ids.iter().map(|id| format!("resource={id}")).collect();
    format!("/resources/renew?{}{more}", ids.join("&"))
}

/// The page once the portal has heard of so many of the resources.
pub(super) async fn page(browser: &Browser, url: &str, rows: usize) -> Page {
    patiently("the resources can be renewed", async || {
        let page = browser.get(url).await;
        (page.texts("#renew tr[id^=row-]").len() == rows).then_some(page)
    })
    .await
}

pub(super) async fn ids(shop: &Shop, count: usize) -> Vec<String> {
    shop.renewable(count).await.into_iter().map(|one| one.resource_id).collect()
}

#[sqlx::test]
async fn a_renewal_is_shown_compared_confirmed_once_and_carried_out(db: PgPool) {
    let (portal, shop, finance) = portal(db).await;
    let two = ids(&shop, 2).await;
    let shown = page(&finance, &url(&two, "&term=m3"), 2).await;
    assert!(shown.words("#summary").contains("3 months"), "{}", shown.text);
    assert!(shown.texts("#renew tr[id^=row-] .change").iter().all(|change| change.contains("→")));
    let sum = shown.words("#summary button");
    assert!(sum.starts_with("Renew and pay ¥"), "{sum}");
    let order_only = page(&finance, &url(&two, "&pay=order"), 2).await;
    assert!(order_only.words("#summary button").starts_with("Order 2 renewals"), "{}", order_only.text);

    let terms = finance.htmx(&shown.attributes("#terms", "hx-get")[0]).await;
    assert!(!terms.text.contains("<html"), "only the grid");
    assert_eq!(terms.texts("tbody tr").len(), 14, "{}", terms.text);
    // What cannot be renewed for a term is told with the reason, and a term for none of them cannot be chosen.
    for row in terms.texts("tbody tr:has(details)") {
        assert!(two.iter().any(|id| row.contains(id.as_str())) && row.contains("CBC."), "{row}");
    }
    for row in terms.texts("tbody tr:not(:has(a))") {
        assert!(row.contains("—") && row.contains("2 cannot be renewed"), "{row}");
    }

    let form = shown.form("form#renew").with("reason", "for the <audit>");
    let typed = shown.attributes("#typed", "id").is_empty();
    let amount = sum.trim_start_matches("Renew and pay ¥").to_owned();
    let form = if typed { form } else { form.with("typed", &amount) };
    let (first, second) = tokio::join!(finance.submit(&form), finance.submit(&form));
    let plan = first.leads_to().unwrap_or_else(|| panic!("{} {}", first.status, first.text));
    assert!(plan.starts_with("/resources/plans/"), "{plan}");
    let again = second.leads_to().expect("the plan");
    assert_eq!(again.split('?').next(), plan.split('?').next());
    let id = plan.split('?').next().and_then(|path| path.rsplit('/').next()).and_then(|id| id.parse().ok());
    let steps = shop.ended(id.expect("an id")).await;
    assert!(steps.iter().all(|step| step.state == "paid"), "{steps:?}");
    assert_eq!(shop.renewals().await, 2);
    let ended = finance.get(&plan).await;
    assert!(ended.text.contains("for the &#60;audit&#62;"), "{}", ended.text);
    portal.stop().await;
}

#[sqlx::test]
async fn who_may_not_renew_sees_nothing_and_what_is_out_of_scope_is_not_found(db: PgPool) {
    let (portal, shop, finance) = portal(db).await;
    let one = ids(&shop, 1).await;
    let url = url(&one, "");
    let shown = page(&finance, &url, 1).await;
    for role in [Role::Viewer, Role::Approver, Role::Admin] {
        let other = portal.sign_in(role).await;
        assert_eq!(other.get(&url).await.status, StatusCode::FORBIDDEN, "{role}");
        assert_eq!(other.submit(&shown.form("form#renew")).await.status, StatusCode::FORBIDDEN, "{role}");
    }
    sqlx::query("delete from account_grant where account_id = $1")
        .bind(shop.account.0)
        .execute(&portal.db)
        .await
        .expect("taken");
    assert_eq!(finance.get(&url).await.status, StatusCode::NOT_FOUND);
    assert_eq!(finance.submit(&shown.form("form#renew")).await.status, StatusCode::NOT_FOUND);
    let terms = url.replace("/renew?", "/renew/terms?");
    assert_eq!(finance.get(&terms).await.status, StatusCode::NOT_FOUND);
    assert_eq!(shop.renewals().await, 0);
    portal.stop().await;
}

#[sqlx::test]
async fn what_changed_is_shown_and_nothing_that_was_typed_is_lost(db: PgPool) {
    let (portal, shop, finance) = portal(db).await;
    let two = ids(&shop, 2).await;
    let shown = page(&finance, &url(&two, "&pay=order"), 2).await;
    // Somebody orders a renewal in the console; the form proves nothing, so that all is read again.
    shop.order_elsewhere(&two[0]).await;
    let form = shown.form("form#renew").with("seal", "").with("reason", "for the <audit>");
    let answer = finance.submit(&form).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text);
    assert!(answer.text.contains("Different from what was shown"), "{}", answer.text);
    assert!(answer.text.contains("CBC.30050010"), "{}", answer.text);
    assert_eq!(answer.words("#reason"), "for the <audit>");
    // Another term than was shown is a change too.
    let other = finance.submit(&shown.form("form#renew").with("term", "y1").with("reason", "kept")).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(other.words("#reason"), "kept");
    let plans: i64 =
        sqlx::query_scalar("select count(*) from plan").fetch_one(&portal.db).await.expect("a count");
    assert_eq!(plans, 0);
    let too_short = finance.get(&url(&two, "&term=m12")).await;
    assert_eq!(too_short.status, StatusCode::OK, "an unknown term is the first one");
    portal.stop().await;
}

#[sqlx::test]
async fn without_prices_nothing_can_be_confirmed(db: PgPool) {
    let (portal, shop, finance) = portal(db).await;
    let one = ids(&shop, 1).await;
    page(&finance, &url(&one, ""), 1).await;
    let broken = json!({"kind": "status", "code": 500, "body": {"error_code": "CBC.0999"}});
    portal.simulator.fault("list_renew_rate_on_period", 1_000, broken).await;
    let shown = finance.get(&url(&one, "")).await;
    assert!(shown.text.contains("nothing can be confirmed"), "{}", shown.text);
    assert!(!shown.has("#summary button"), "{}", shown.text);
    portal.stop().await;
}
