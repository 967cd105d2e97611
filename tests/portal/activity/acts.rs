//! What people do on the page of an operation, and what they are told when it cannot be done.

use bss_portal::{identity::access::Role, operations::State};
use reqwest::StatusCode;
use sqlx::PgPool;

use super::{
    super::support::{
        browser::{Browser, Page},
        stage::{SETTLED, SETTLES},
    },
    staged,
};

async fn judges(browser: &Browser, path: &str, verdict: &str, reason: &str) -> Page {
    browser.post(&format!("{path}/judge"), &[("verdict", verdict), ("reason", reason)]).await
}

#[sqlx::test]
async fn two_people_close_what_reading_cannot_settle(db: PgPool) {
    let (portal, stage) = staged(db).await;
    let id = stage.contradiction(SETTLED).await;
    let path = format!("/activity/{id}");
    let (finance, approver) = (portal.sign_in(Role::Finance).await, portal.sign_in(Role::Approver).await);

    let first = finance.get(&path).await;
    assert!(first.has("#judge-not-executed:not([disabled])"));
    assert_eq!(first.attributes("tr.odd th", "scope").len(), 2, "status and payment time do not fit");
    let form =
        first.form("form.judge").with("verdict", "not_executed").with("reason", "  Not in the console  ");
    assert_eq!(finance.submit(&form).await.leads_to(), Some(path.clone()));

    // Whoever has concluded cannot conclude twice, and the evidence is still there for the second.
    let waiting = finance.get(&path).await;
    assert!(!waiting.has("form.judge") && waiting.words("main").contains("Your conclusion is recorded"));
    assert_eq!(judges(&finance, &path, "not_executed", "again").await.status, StatusCode::CONFLICT);
    let second = approver.get(&path).await;
    for wanted in [
        "finance says that it did not happen",
        "Not in the console",
        "What was read contradicts itself",
        "does not fit",
    ] {
        assert!(second.words("main").contains(wanted), "{wanted}: {}", second.words("main"));
    }
    let form = second.form("form.judge").with("verdict", "not_executed").with("reason", "Nor do I see it");
    approver.submit(&form).await;
    let closed = finance.get(&path).await;
    assert!(
        closed.words(".state").contains("Nothing was charged by this request"),
        "{}",
        closed.words(".state")
    );
    assert_eq!(stage.story(id).await.operation.state, State::Failed);
    portal.stop().await;
}

#[sqlx::test]
async fn nobody_can_say_that_it_did_not_happen_while_it_still_may(db: PgPool) {
    let (portal, stage) = staged(db).await;
    let id = stage.contradiction(SETTLES).await;
    let path = format!("/activity/{id}");
    let finance = portal.sign_in(Role::Finance).await;
    let page = finance.get(&path).await;
    assert!(page.has("#judge-not-executed-yet[disabled]"));
    assert!(page.words(".option .reason").contains("in 19 min"), "{}", page.words(".option .reason"));
    let early = judges(&finance, &path, "not_executed", "I see nothing").await;
    assert_eq!(early.status, StatusCode::CONFLICT);
    assert!(early.words("main").contains("That is not possible now"));
    assert_eq!(early.words("#judge-reason"), "I see nothing", "nothing typed is lost");
    assert_eq!(stage.story(id).await.reviews.len(), 0);

    // Another look takes it out of people's hands.
    finance.submit(&page.form("form[action$='/check']")).await;
    assert_ne!(stage.story(id).await.operation.state, State::NeedsReview);
    portal.stop().await;
}

#[sqlx::test]
async fn a_conclusion_needs_an_answer_and_a_reason_and_keeps_what_was_typed(db: PgPool) {
    let (portal, stage) = staged(db).await;
    let path = format!("/activity/{}", stage.contradiction(SETTLED).await);
    let finance = portal.sign_in(Role::Finance).await;
    let empty = judges(&finance, &path, "executed", "  ").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.has("#judge-executed[checked]") && empty.has("#judge-reason[aria-invalid=true]"));
    assert_eq!(empty.words("#judge-error"), "Write a reason.");
    let long = "理".repeat(501);
    let page = judges(&finance, &path, "executed", &long).await;
    assert_eq!((page.status, page.words("#judge-reason")), (StatusCode::UNPROCESSABLE_ENTITY, long));
    let page = finance.post(&format!("{path}/judge"), &[("reason", "seen")]).await;
    assert_eq!(
        (page.status, page.words("#judge-reason").as_str()),
        (StatusCode::UNPROCESSABLE_ENTITY, "seen")
    );
    assert!(page.words(".judge fieldset").contains("Choose one of the two"));
    assert_eq!(judges(&finance, &path, "executed", &"理".repeat(500)).await.status, StatusCode::SEE_OTHER);
    portal.stop().await;
}

#[sqlx::test]
async fn what_is_not_possible_is_answered_by_the_page_and_what_is_not_allowed_is_refused(db: PgPool) {
    let (portal, stage) = staged(db).await;
    let all = stage.every_state().await;
    let (finance, approver) = (portal.sign_in(Role::Finance).await, portal.sign_in(Role::Approver).await);
    let viewer = portal.sign_in(Role::Viewer).await;
    for staged in &all {
        let path = format!("/activity/{}", staged.id);
        let before = stage.story(staged.id).await.operation;
        let hash = hex::encode(&before.payload_sha256);
        let mine = matches!(staged.state, State::PendingApproval | State::Ready);
        if !mine {
            let answer = finance.post(&format!("{path}/cancel"), &[]).await;
            assert_eq!(answer.status, StatusCode::CONFLICT, "{}", staged.name);
            assert!(answer.words("main").contains("That is not possible now"), "{}", answer.text);
        }
        if staged.state != State::PendingApproval {
            let answer = approver.post(&format!("{path}/approve"), &[("payload", &hash)]).await;
            assert_eq!(answer.status, StatusCode::CONFLICT, "{}", staged.name);
        }
        if staged.state != State::NeedsReview {
            assert_eq!(
                judges(&finance, &path, "executed", "x").await.status,
                StatusCode::CONFLICT,
                "{}",
                staged.name
            );
        }
        for (act, fields) in [
            ("cancel", vec![]),
            ("approve", vec![("payload", hash.as_str())]),
            ("reject", vec![("payload", hash.as_str()), ("reason", "no")]),
            ("judge", vec![("verdict", "executed"), ("reason", "yes")]),
        ] {
            let answer = viewer.post(&format!("{path}/{act}"), &fields).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{act} of {}", staged.name);
        }
        let after = stage.story(staged.id).await.operation;
        assert_eq!((before.state, before.note), (after.state, after.note), "{}", staged.name);
    }
    portal.stop().await;
}

#[sqlx::test]
async fn who_rejects_says_why_and_the_maker_reads_it(db: PgPool) {
    let (portal, stage) = staged(db).await;
    let id = stage.every_state().await[0].id;
    let path = format!("/activity/{id}");
    let approver = portal.sign_in(Role::Approver).await;
    let form = approver.get(&path).await.form("form[action$='/reject']");
    let silent = approver.submit(&form).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(silent.words("#reject-error"), "Write a reason.");
    assert_eq!(stage.story(id).await.operation.state, State::PendingApproval);
    approver.submit(&form.with("reason", "Not this quarter")).await;
    let page = portal.sign_in(Role::Finance).await.get(&path).await;
    assert!(
        page.words(".state").contains("Rejected by approver Why Not this quarter"),
        "{}",
        page.words(".state")
    );
    portal.stop().await;
}
