//! What people make of lists: which columns there are, and views that are saved, shared and deleted. Each
//! person has their own, and a view shows nobody what they may not see.

use bss_portal::identity::access::Role;
use reqwest::StatusCode;
use sqlx::PgPool;

use super::support::{Portal, browser::Browser};

async fn heads(browser: &Browser, url: &str) -> Vec<String> {
    browser.get(url).await.texts("thead th")
}

/// The list once it has rows.
async fn filled(browser: &Browser, url: &str) {
    super::plans::shop::patiently("the list has rows", async || {
        browser.get(url).await.has("tbody tr").then_some(())
    })
    .await;
}

#[sqlx::test]
async fn columns_are_hidden_for_one_person_and_come_back(db: PgPool) {
    let portal = Portal::start(db).await;
    let (finance, viewer) = (portal.sign_in(Role::Finance).await, portal.sign_in(Role::Viewer).await);
    for (list, gone, stays) in [("/orders", "Product", "Order"), ("/resources", "Region", "Resource")] {
        filled(&finance, list).await;
        let before = heads(&finance, list).await;
        assert!(before.iter().any(|head| head.contains(gone)), "{before:?}");
        let page = finance.get(&format!("{list}?q=a")).await;
        let mut form = page.form("#columns form");
        let name = if list == "/orders" { "product" } else { "region" };
        form.fields.retain(|(_, value)| value != name);
        let answer = finance.submit(&form.and("dense", "1")).await;
        assert_eq!(
            answer.leads_to().as_deref(),
            Some(format!("{list}?q=a").as_str()),
            "back to the same filter"
        );
        let after = heads(&finance, list).await;
        assert!(!after.iter().any(|head| head.contains(gone)), "{after:?}");
        assert!(after.iter().any(|head| head.contains(stays)), "{after:?}");
        let shown = finance.get(list).await;
        assert!(shown.has("table.compact"));
        // Cells and heads go together, also in the row of sums.
        let columns = shown.texts("thead th").len();
        assert!(shown.texts("tbody tr").len() * columns == shown.texts("tbody td, tbody th").len(), "{list}");
        assert!(heads(&viewer, list).await.iter().any(|head| head.contains(gone)), "others have all: {list}");
        let all = finance.get(list).await.form("#columns form").and("shown", name);
        finance.submit(&all).await;
        assert_eq!(heads(&finance, list).await, before);
    }
    portal.stop().await;
}

#[sqlx::test]
async fn a_view_is_saved_shared_followed_and_deleted_by_its_owner_alone(db: PgPool) {
    let portal = Portal::start(db).await;
    let (finance, viewer) = (portal.sign_in(Role::Finance).await, portal.sign_in(Role::Viewer).await);
    filled(&finance, "/resources").await;
    let page = finance.get("/resources?policy=auto&q=a%20b").await;
    let form = page.form("#views form[action$='/views']").with("name", " <b>mine</b> ");
    let answer = finance.submit(&form).await;
    assert_eq!(answer.leads_to().as_deref(), Some("/resources?policy=auto&q=a+b"));
    let seen = finance.get("/resources?policy=auto&q=a+b").await;
    assert_eq!(seen.texts("#views a[aria-current]"), ["<b>mine</b>"]);
    assert!(!viewer.get("/resources").await.has("#views .views"), "nobody else sees it");
    // The same name again is the same view, now for everybody.
    finance.submit(&form.clone().with("query", "q=other").and("shared", "1")).await;
    let shared = viewer.get("/resources").await;
    assert_eq!(shared.attributes("#views .views a", "href"), ["/resources?q=other"]);
    assert!(shared.words("#views .views a").contains("shared by finance"), "{}", shared.text);
    assert!(!viewer.get("/orders").await.has("#views .views"), "it is of resources");
    // Only its owner deletes it.
    let delete = finance.get("/resources").await.form("#views .views form");
    assert!(!shared.has("#views .views form"));
    assert_eq!(viewer.submit(&delete).await.status, StatusCode::NOT_FOUND);
    assert_eq!(finance.submit(&delete).await.leads_to().as_deref(), Some("/resources"));
    assert!(!viewer.get("/resources").await.has("#views .views"));
    // Names that are none, lists that are none, and strangers.
    for name in ["", "  ", &"x".repeat(61)] {
        let wrong = finance.submit(&form.clone().with("name", name)).await;
        assert!(wrong.status.is_client_error(), "{name}: {}", wrong.status);
    }
    let nowhere = finance.post("/lists/people/look", &[("query", "")]).await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
    let stranger = portal.nobody().post("/lists/orders/look", &[("query", "")]).await;
    assert_ne!(stranger.status, StatusCode::OK);
    let kept: i64 =
        sqlx::query_scalar("select (select count(*) from list_view) + (select count(*) from list_look)")
            .fetch_one(&portal.db)
            .await
            .expect("a count");
    assert_eq!(kept, 0);
    portal.stop().await;
}
