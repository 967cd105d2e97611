//! The calendar's page and file over a real database: sums of what the tables say, cut down to the reader's
//! accounts, and the secret address. Time stands still at 2026-11-23 00:02 in UTC+8.

use axum::http::StatusCode;
use sqlx::PgPool;
use uuid::Uuid;

use super::routes;
use crate::{
    cloud_accounts::Account,
    features,
    identity::{
        access::{AccountId, Role},
        events_for_a_test, people,
    },
    web::harness::{ORIGIN, Portal},
};

const OURS: AccountId = AccountId(Uuid::from_u128(1));
const THEIRS: AccountId = AccountId(Uuid::from_u128(2));

/// A resource with what renewing it for a year costs: (quoted, last paid).
async fn put(
    db: &PgPool,
    (account, id): (AccountId, &str),
    (expires, policy): (&str, i16),
    (quoted, last): (Option<&str>, Option<&str>),
) {
    super::store::tests::put_resource(db, account, (id, expires, policy)).await;
    super::store::tests::put_quote(db, account, id, quoted, last).await;
}

async fn portal(db: &PgPool) -> Portal {
    let account = |id: AccountId, name: &str| Account { id, name: name.to_owned(), enabled: true };
    let routes = routes().merge(features::sign_in::routes());
    let portal =
        Portal::with_accounts(db.clone(), routes, vec![account(OURS, "ours"), account(THEIRS, "theirs")]);
    for (id, name) in [(OURS, "ours"), (THEIRS, "theirs")] {
        super::store::tests::put_account(db, id, name).await;
    }
    portal.person("viewer", Role::Viewer, &[OURS]).await;
    put(db, (OURS, "auto"), ("2026-12-20T04:00:00Z", 3), (Some("1200.50"), Some("999"))).await;
    put(db, (OURS, "manual"), ("2026-12-13T04:00:00Z", 0), (None, Some("100"))).await;
    put(db, (OURS, "in-grace"), ("2026-11-20T04:00:00Z", 0), (None, None)).await;
    put(db, (OURS, "never"), ("2026-12-13T04:00:00Z", 2), (Some("77777"), None)).await;
    put(db, (THEIRS, "of-others"), ("2026-12-13T04:00:00Z", 0), (Some("88888"), None)).await;
    portal
}

#[sqlx::test]
async fn months_days_and_what_is_due_on_a_day_are_those_of_the_readers_accounts(db: PgPool) {
    let portal = portal(&db).await;
    let mut viewer = portal.signed_in("viewer").await;
    let page = viewer.get("/resources/calendar?month=2026-12&day=2026-12-13").await.body;
    // The automatic one is charged seven days before the 20th, on the day on which the manual one expires.
    for part in [
        "1,200.50",
        "1,300.50",
        "1 as last paid",
        "1 of unknown cost",
        "/resources/of/auto",
        "/resources/of/manual",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    for part in ["of-others", "88,888", "77,777", "999.00", "/resources/of/never", "/resources/of/in-grace"] {
        assert!(!page.contains(part), "{part} in {page}");
    }
    // What has expired can still be renewed, today.
    let today = viewer.get("/resources/calendar?day=2026-11-23").await.body;
    assert!(today.contains("/resources/of/in-grace") && today.contains("not asked yet"), "{today}");
    // What is no month or day is this month.
    let odd = viewer.get("/resources/calendar?month=1999-13&day=tomorrow").await;
    assert_eq!(odd.status, StatusCode::OK);
    assert!(odd.body.contains("November 2026"));
}

#[sqlx::test]
async fn the_first_day_on_which_the_balance_does_not_suffice_is_told(db: PgPool) {
    let portal = portal(&db).await;
    let mut viewer = portal.signed_in("viewer").await;
    let page = viewer.get("/resources/calendar").await.body;
    assert!(page.contains("the balance has not been read yet"), "{page}");
    super::store::tests::put_cash(&db, OURS, "1250").await;
    let page = viewer.get("/resources/calendar").await.body;
    // The automatic ones are paid; with the manual one of the same day they are not.
    assert!(page.contains("beyond twelve months") && page.contains("short from 2026-12-13"), "{page}");
    super::store::tests::put_cash(&db, OURS, "1300.50").await;
    let page = viewer.get("/resources/calendar").await.body;
    assert!(!page.contains("short from"), "{page}");
}

/// Whether no line is longer than RFC 5545 permits, and blocks are closed in the order of their opening.
fn is_well_formed(file: &str) -> bool {
    let mut open: Vec<&str> = Vec::new();
    let lines_fit = file.split("\r\n").all(|line| line.len() <= 75 && !line.contains('\n'));
    for line in file.split("\r\n") {
        if let Some(name) = line.strip_prefix("BEGIN:") {
            open.push(name);
        } else if let Some(name) = line.strip_prefix("END:")
            && open.pop() != Some(name)
        {
            return false;
        }
    }
    lines_fit && open.is_empty() && file.starts_with("BEGIN:VCALENDAR\r\n")
}

/// The file without its folds.
fn unfolded(file: &str) -> String {
    file.replace("\r\n ", "").replace("\r\n\t", "")
}

#[sqlx::test]
async fn a_secret_address_shows_what_its_owner_may_see_until_it_is_taken_back(db: PgPool) {
    let portal = portal(&db).await;
    let mut viewer = portal.signed_in("viewer").await;
    let address = |page: &str| {
        let at = page.split(ORIGIN).nth(1).expect("an address");
        at.split(['<', '"', ' ']).next().expect("its end").to_owned()
    };
    let made = viewer.post("/resources/calendar/feed", &[]).await;
    let first = address(&made.body);
    assert!(first.strip_suffix(".ics").is_some_and(|secret| secret.len() > 50), "{first}");
    assert!(!viewer.get("/resources/calendar").await.body.contains(&first), "shown once");

    let mut stranger = portal.browser();
    let file = stranger.get(&first).await;
    assert_eq!(file.header("content-type"), "text/calendar; charset=utf-8");
    assert!(is_well_formed(&file.body), "{}", file.body);
    let text = unfolded(&file.body);
    for part in
        ["DTSTART;VALUE=DATE:20261213", "1 automatic renewals\\, 1 expire\\, ¥1\\,300.50", "name of manual"]
    {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!text.contains("of-others") && !text.contains("88\\,888"), "{text}");

    // Another address ends the first, taking it back ends that, and so does the end of a person.
    let second = address(&viewer.post("/resources/calendar/feed", &[]).await.body);
    assert_ne!(first, second);
    assert_eq!(stranger.get(&first).await.status, StatusCode::NOT_FOUND);
    assert_eq!(stranger.get(&second).await.status, StatusCode::OK);
    viewer.post("/resources/calendar/feed/revoke", &[]).await;
    assert_eq!(stranger.get(&second).await.status, StatusCode::NOT_FOUND);
    let third = address(&viewer.post("/resources/calendar/feed", &[]).await.body);
    people::grant(&portal.app.identity, "viewer", &[]).await.expect("granted");
    let nothing = stranger.get(&third).await;
    assert!(nothing.status == StatusCode::OK && !nothing.body.contains("VEVENT"), "{}", nothing.body);
    people::disable(&portal.app.identity, "viewer").await.expect("disabled");
    assert_eq!(stranger.get(&third).await.status, StatusCode::NOT_FOUND);
    for odd in ["/calendar/.ics", "/calendar/x", "/calendar/%00.ics"] {
        let status = stranger.get(odd).await.status;
        assert!(status.is_client_error(), "{odd}: {status}");
    }
    let kinds: Vec<String> = events_for_a_test(&db).await.into_iter().map(|event| event.kind).collect();
    assert_eq!(kinds.iter().filter(|kind| *kind == "calendar_shared").count(), 3);
    assert!(kinds.iter().any(|kind| kind == "calendar_withdrawn"));
    let kept = super::store::tests::digests(&db).await;
    assert!(kept.iter().all(|digest| digest.len() == 32), "only digests are kept");
}
