//! Pages that stay open: what they ask for by themselves, the count in the header, and the list.

use bss_portal::{
    identity::access::Role,
    operations::{Change, Note, State},
};
use reqwest::StatusCode;
use sqlx::PgPool;

use super::{
    super::support::{
        eventually,
        stage::{SETTLED, payment},
    },
    staged,
};

#[sqlx::test]
async fn an_open_page_asks_what_is_new_and_gets_nothing_until_something_is(db: PgPool) {
    let (portal, stage) = staged(db).await;
    let id = stage.submit(&payment("50.00")).await;
    let browser = portal.sign_in(Role::Viewer).await;
    let page = browser.get(&format!("/activity/{id}")).await;
    let asks = page.attributes("#operation", "hx-get").remove(0);
    assert_eq!(page.attributes("#operation", "hx-trigger"), ["every 2s"]);
    let nothing = browser.htmx(&asks).await;
    assert_eq!((nothing.status, nothing.text.as_str()), (StatusCode::NO_CONTENT, ""));
    stage.settle(id, Change::to(State::Expired, Note::DeadlinePassed)).await;
    let news = browser.htmx(&asks).await;
    assert_eq!((news.status, news.header("hx-trigger")), (StatusCode::OK, "operations"));
    assert!(!news.text.contains("<html") && news.words(".state").contains("Not sent; nothing was charged"));
    assert!(!news.has("#operation[hx-get]"), "it has ended, so nothing more is asked");
    portal.stop().await;
}

#[sqlx::test]
async fn every_page_counts_what_is_open_for_who_has_accounts(db: PgPool) {
    let (portal, stage) = staged(db.clone()).await;
    let browser = portal.sign_in(Role::Viewer).await;
    let before = browser.get("/orders").await;
    assert_eq!(before.words("#open-operations .count"), "0");
    let asks = before.attributes("#open-operations", "hx-get").remove(0);
    assert_eq!(browser.htmx(&asks).await.status, StatusCode::NO_CONTENT);
    stage.submit(&payment("50.00")).await;
    stage.submit(&payment("51.00")).await;
    let news = eventually("the header counts them", async || {
        let news = browser.htmx(&asks).await;
        (news.status == StatusCode::OK).then_some(news)
    })
    .await;
    assert_eq!(news.words("a.open-operations.some .count"), "2");
    assert_eq!(news.attributes("a", "href"), ["/activity?open=1"]);
    for path in ["/", "/orders", "/account", "/activity", "/no-such-page"] {
        assert_eq!(browser.get(path).await.words("#open-operations .count"), "2", "{path}");
    }
    sqlx::query(
        "delete from account_grant where person_id = (select id from person where username = 'viewer')",
    )
    .execute(&db)
    .await
    .expect("no accounts");
    let page = browser.get("/activity").await;
    assert!(!page.has("#open-operations"), "{}", page.text);
    assert!(page.words("main").contains("You were not given a cloud account yet"));
    portal.stop().await;
}

#[sqlx::test]
async fn the_list_is_narrowed_by_state_and_by_order_and_says_so(db: PgPool) {
    let (portal, stage) = staged(db).await;
    let browser = portal.sign_in(Role::Viewer).await;
    let empty = browser.get("/activity").await;
    assert!(empty.words(".empty").contains("No operations"));
    let all = stage.every_state().await;
    let count = |wanted: &dyn Fn(State) -> bool| all.iter().filter(|staged| wanted(staged.state)).count();
    let page = browser.get("/activity").await;
    assert_eq!(page.attributes("tbody tr", "data-state").len(), all.len());
    let tab = |name: &str, n: usize| {
        let tabs = page.texts(".tabs a");
        assert!(tabs.contains(&format!("{name} {n}")), "{name} {n} in {tabs:?}");
    };
    tab("All", all.len());
    tab("Open", count(&|state| !state.is_final()));
    tab("Needs a person", count(&|state| state == State::NeedsReview));
    for state in State::ALL {
        let page = browser.get(&format!("/activity?state={state}")).await;
        let shown = page.attributes("tbody tr", "data-state");
        assert_eq!(shown.len(), count(&|other| other == state), "{state}");
        assert!(shown.iter().all(|shown| shown == state.as_str()), "{state}: {shown:?}");
        assert!(page.has(".tabs a[aria-current]"));
    }
    let open = browser.get("/activity?open=1").await;
    assert_eq!(open.attributes("tbody tr", "data-state").len(), count(&|state| !state.is_final()));
    let subject = stage.story(all[0].id).await.operation.subject;
    let one = browser.get(&format!("/activity?order={}", subject.to_lowercase())).await;
    assert_eq!(one.attributes("tbody tr", "data-state").len(), 1);
    assert!(one.words(".active-filters").contains(&format!("About {}", subject.to_lowercase())));
    assert!(one.attributes(".active-filters a", "href").contains(&"/activity".to_owned()));
    assert_eq!(one.words(".tabs a[aria-current]"), "All", "a count of everything would not be true here");
    let none = browser.get("/activity?state=SUCCEEDED&order=nothing-like-this").await;
    assert!(none.words(".empty").contains("No operation matches"));
    let asks = page.attributes("#operations", "hx-get").remove(0);
    assert_eq!(browser.htmx(&asks).await.status, StatusCode::NO_CONTENT);
    portal.stop().await;
}

#[sqlx::test]
async fn a_long_list_has_pages(db: PgPool) {
    let (portal, stage) = staged(db).await;
    for n in 1..=53 {
        stage.submit(&payment(&format!("{n}.00"))).await;
    }
    stage.contradiction(SETTLED).await;
    let browser = portal.sign_in(Role::Viewer).await;
    let first = browser.get("/activity").await;
    assert_eq!(first.attributes("tbody tr", "data-state").len(), 50);
    let next = first.attributes(".pager a[rel=next]", "href").remove(0);
    let second = browser.get(&next).await;
    assert_eq!(second.attributes("tbody tr", "data-state").len(), 4);
    assert!(second.attributes(".pager a", "href").contains(&"/activity".to_owned()));
    portal.stop().await;
}
