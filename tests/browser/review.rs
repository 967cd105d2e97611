//! Two people in two browsers close what reading could not settle; a page that stays open keeps what is
//! being typed; somebody approves with the keyboard alone.

use bss_portal::{
    identity::access::Role,
    operations::{Change, Note, State},
};
use serde_json::json;
use sqlx::PgPool;

use crate::{
    gallery::user,
    stages::{
        Portal,
        portal::Setup,
        stage::{SETTLED, Stage, payment},
    },
    support::Browser,
};

/// The keys as WebDriver names them.
const ENTER: &str = "\u{E007}";
const TAB: &str = "\u{E004}";

async fn staged(db: PgPool) -> (Portal, Stage) {
    let portal = Portal::with(db, Setup { orders: 5, hurry: 1, ..Setup::default() }).await;
    let stage = Stage::of(&portal).await;
    (portal, stage)
}

async fn opened(portal: &Portal, role: Role, path: &str) -> Browser {
    let browser = Browser::open(&portal.url).await;
    browser.size(1440, 1000).await;
    browser.sign_in(&user(role)).await;
    browser.go(path).await;
    browser
}

#[sqlx::test]
async fn two_people_close_an_operation_and_what_one_types_survives_what_the_other_does(db: PgPool) {
    let (portal, stage) = staged(db).await;
    let id = stage.contradiction(SETTLED).await;
    let path = format!("/activity/{id}");
    let first = opened(&portal, Role::Finance, &path).await;
    let second = opened(&portal, Role::Approver, &path).await;

    // The second has chosen and is in the middle of a sentence when the first concludes.
    second.click("#judge-not-executed").await;
    second.fill("#judge-reason", "The statement of ").await;
    first.click("#judge-not-executed").await;
    first.fill("#judge-reason", "收支明细里没有这笔扣款").await;
    first.click("#conclude").await;
    first.until("document.body.innerText.includes('Your conclusion is recorded')").await;
    first.picture("review-first").await;

    second.until("document.body.innerText.includes('收支明细里没有这笔扣款')").await;
    let kept = "[document.activeElement.id, document.querySelector('#judge-reason').value, document.querySelector('#judge-not-executed').checked]";
    assert_eq!(second.ask(kept).await, json!(["judge-reason", "The statement of ", true]));
    second
        .driver
        .active_element()
        .await
        .expect("focus")
        .send_keys("November shows nothing")
        .await
        .expect("typed");
    second.picture("review-second").await;
    second.click("#conclude").await;
    second.until("document.querySelector('.state.final')").await;
    // The first did nothing more, and sees it too; then their page is quiet.
    first.until("document.querySelector('.state.final')").await;
    assert_eq!(first.ask("document.querySelectorAll('#operation[hx-get]').length").await, json!(0));
    first.picture("review-closed").await;
    let story = stage.story(id).await;
    assert_eq!(story.operation.state, State::Failed);
    assert_eq!(story.reviews[1].reason, "The statement of November shows nothing");
    for browser in [first, second] {
        browser.assert_quiet().await;
        browser.close().await;
    }
    portal.stop().await;
}

#[sqlx::test]
async fn an_open_page_follows_the_operation_and_so_does_the_header_of_another(db: PgPool) {
    let (portal, stage) = staged(db).await;
    let id = stage.submit(&payment("312.40")).await;
    let page = opened(&portal, Role::Finance, &format!("/activity/{id}")).await;
    let other = opened(&portal, Role::Viewer, "/account").await;
    other.until("document.querySelector('#open-operations .count').innerText === '1'").await;
    page.click("#technical summary").await;
    page.ask("document.querySelector('#withdraw').focus()").await;
    let throttled = Change::to(State::Ready, Note::HeldThrottled);
    stage.settle(id, throttled).await;
    page.until("document.querySelector('.state').innerText.includes('Too many calls')").await;
    assert_eq!(
        page.ask("document.activeElement.id").await,
        json!("withdraw"),
        "the focus stays where it was"
    );
    page.until("document.querySelector('time[data-relative=in] .relative').innerText.includes('in 4 min')")
        .await;
    stage.settle(id, Change::to(State::Expired, Note::DeadlinePassed)).await;
    page.until("document.querySelector('.state.final')").await;
    page.until("document.querySelector('#open-operations .count').innerText === '0'").await;
    other.until("document.querySelector('#open-operations .count').innerText === '0'").await;
    for browser in [page, other] {
        browser.assert_quiet().await;
        browser.close().await;
    }
    portal.stop().await;
}

#[sqlx::test]
async fn somebody_approves_with_the_keyboard_alone(db: PgPool) {
    let (portal, stage) = staged(db).await;
    let id = stage.submit(&payment("4800.00")).await;
    let browser = opened(&portal, Role::Approver, "/activity?state=PENDING_APPROVAL").await;
    let press = async |keys: &str| {
        browser.driver.active_element().await.expect("focus").send_keys(keys).await.expect("pressed");
    };
    press("j").await;
    press(ENTER).await;
    browser.until("location.pathname.length > 20").await;
    for tabs in 1.. {
        assert!(tabs < 40, "the button is not reached");
        press(TAB).await;
        if browser.ask("document.activeElement.id").await == json!("approve") {
            break;
        }
    }
    let ring = "getComputedStyle(document.activeElement).outlineStyle";
    assert_eq!(browser.ask(ring).await, json!("solid"), "the focus can be seen");
    press(ENTER).await;
    browser.until("!document.querySelector('#approve')").await;
    assert_eq!(stage.story(id).await.approvals[0].approver_name, "approver");
    browser.assert_quiet().await;
    browser.close().await;
    portal.stop().await;
}
