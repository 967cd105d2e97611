//! Every state of an operation as people see it: it fits its window, every word can be read against its
//! ground, every control has a name, and the browser has nothing to complain of. `GALLERY=all` looks at
//! each state in each look; otherwise each is seen in two of them.

use bss_portal::identity::access::Role;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::{
    stages::{Portal, people::PASSWORD, portal::Setup, stage::Stage},
    support::{Browser, User},
    tour::{LOOKS, choose_language},
};

/// What an accessibility checker would say of this page, in the rules that can be decided here: contrast
/// of every text (WCAG 1.4.3), names of controls (4.1.2), ids only once, headings in order.
const PROBLEMS: &str = include_str!("problems.js");

/// Somebody of the stage, as a browser signs in.
pub(crate) fn user(role: Role) -> User {
    User { username: role.as_str().to_owned(), password: PASSWORD.to_owned(), role: role.as_str().to_owned() }
}

/// The looks of the gallery: those of the tour, or all that there are.
fn looks() -> Vec<(&'static str, &'static str, u32, u32)> {
    if !is_whole() {
        return LOOKS.to_vec();
    }
    let sizes = [(1440, 1000), (390, 844)];
    let schemes = [("zh-CN", "light"), ("zh-CN", "dark"), ("en", "light"), ("en", "dark")];
    let all = schemes
        .into_iter()
        .flat_map(|(language, scheme)| sizes.map(|(width, height)| (language, scheme, width, height)));
    all.collect()
}

fn is_whole() -> bool {
    std::env::var("GALLERY").is_ok_and(|wanted| wanted == "all")
}

#[sqlx::test]
async fn every_state_of_an_operation_can_be_seen(db: PgPool) {
    let portal = Portal::with(db, Setup { orders: 5, hurry: 1, ..Setup::default() }).await;
    let stage = Stage::of(&portal).await;
    let empty = Browser::open(&portal.url).await;
    empty.size(1440, 1000).await;
    empty.sign_in(&user(Role::Finance)).await;
    empty.go("/activity").await;
    empty.picture("activity-empty").await;
    empty.close().await;

    let all = stage.every_state().await;
    let mut pages: Vec<(String, String)> = all
        .iter()
        .map(|staged| (format!("state-{}", staged.name), format!("/activity/{}", staged.id)))
        .collect();
    for (name, path) in [
        ("activity-all", "/activity"),
        ("activity-open", "/activity?open=1"),
        ("activity-review", "/activity?state=NEEDS_REVIEW"),
        ("activity-none", "/activity?order=nothing-like-this"),
    ] {
        pages.push((name.to_owned(), path.to_owned()));
    }
    let (mut problems, mut seen) = (Vec::new(), 0);
    // Who approves sees what is to be decided; who asked sees what they can take back.
    for (turn, (role, read_in)) in [(Role::Approver, "zh-CN"), (Role::Finance, "en")].into_iter().enumerate()
    {
        let browser = Browser::open(&portal.url).await;
        browser.sign_in(&user(role)).await;
        let looks = looks().into_iter().filter(|(language, ..)| *language == read_in);
        for (n, (language, scheme, width, height)) in looks.enumerate() {
            choose_language(&browser, language).await;
            browser.size(width, height).await;
            browser.scheme(scheme).await;
            // Each page in one width of each language, the other one in the other, unless all are wanted.
            let wanted = pages.iter().enumerate().filter(|(at, _)| is_whole() || (at + turn) % 2 == n);
            for (name, path) in wanted.map(|(_, page)| page) {
                browser.go(path).await;
                let what = format!("{name}.{language}.{scheme}.{width}");
                let found: Value = browser.ask(PROBLEMS).await;
                let overhang = browser.overhang().await;
                if overhang > 0 || found != json!([]) {
                    problems.push(format!("{what}: {overhang} px too wide, {found:#}"));
                }
                browser.whole_picture(&what).await;
                seen += 1;
            }
            browser.assert_quiet().await;
        }
        browser.close().await;
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(seen >= 2 * pages.len());
    portal.stop().await;
}
