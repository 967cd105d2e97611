//! Sessions against a database: when they begin, how they end, and that they stay ended.

use std::time::Duration;

use axum::http::StatusCode;
use sha2::{Digest, Sha256};
use sqlx::{PgPool, postgres::PgPoolOptions};
use tower_sessions::SessionStore;

use super::*;
use crate::{
    features::{account, sign_in},
    identity::people,
    web::{
        Access, Routes,
        harness::{PASSWORD, Portal},
    },
};

const COOKIE: &str = "__Host-session";

fn routes() -> Routes {
    sign_in::routes()
        .merge(account::routes())
        .get("/who", Access::SignedIn, async |actor: Actor| format!("{} {}", actor.username, actor.role))
        .get("/scope", Access::SignedIn, async |actor: Actor| format!("{:?}", actor.scope.ids()))
}

async fn portal(db: PgPool) -> Portal {
    let portal = Portal::new(db, routes());
    portal.person("li.na", Role::Finance, &[]).await;
    portal
}

#[sqlx::test]
async fn signing_in_gives_a_new_id_and_only_its_hash_is_kept(db: PgPool) {
    let portal = portal(db.clone()).await;
    let mut browser = portal.browser();
    let planted = Id::default().to_string();
    browser.cookies.insert(COOKIE.to_owned(), planted.clone());
    let answer = browser.sign_in("li.na", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let first = browser.cookies[COOKIE].clone();
    assert_ne!(first, planted);
    let set: Vec<_> = answer.headers.get_all("set-cookie").iter().filter_map(|c| c.to_str().ok()).collect();
    for cookie in &set {
        for word in ["HttpOnly", "Secure", "SameSite=Strict", "Path=/"] {
            assert!(cookie.contains(word), "{cookie}");
        }
        assert!(cookie.starts_with("__Host-") && !cookie.contains("Domain"), "{cookie}");
    }
    assert_eq!(set.len(), 2);

    browser.sign_in("li.na", PASSWORD).await;
    assert_ne!(browser.cookies[COOKIE], first, "signing in again changes the id");
    let mut old = portal.browser();
    old.cookies.insert(COOKIE.to_owned(), first.clone());
    assert_eq!(old.get("/who").await.status, StatusCode::SEE_OTHER, "the id before is worth nothing");

    let stored = store::hashes_for_a_test(&db).await.expect("rows");
    assert_eq!(stored.len(), 1);
    let id: Id = browser.cookies[COOKIE].parse().expect("an id");
    assert_eq!(stored[0], Sha256::digest(id.0.to_be_bytes()).to_vec());
    // What is stored does not sign in.
    let mut thief = portal.browser();
    thief.cookies.insert(COOKIE.to_owned(), hex::encode(&stored[0]));
    assert_eq!(thief.get("/who").await.status, StatusCode::SEE_OTHER);
}

#[sqlx::test]
async fn a_session_that_ended_while_a_request_ran_stays_ended(db: PgPool) {
    let portal = portal(db.clone()).await;
    let mut browser = portal.signed_in("li.na").await;
    let id: Id = browser.cookies[COOKIE].parse().expect("an id");
    let sessions = portal.app.identity.sessions();
    let slow = sessions.load(&id).await.expect("loads").expect("in force");

    let replayed = browser.clone();
    let answer = browser.post("/sign-out", &[]).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/sign-in"));
    assert_eq!(answer.header("clear-site-data"), "\"cache\", \"storage\"");
    assert!(!browser.cookies.contains_key(COOKIE), "the cookie is removed");
    let removal = answer
        .headers
        .get_all("set-cookie")
        .iter()
        .filter_map(|c| c.to_str().ok())
        .find(|c| c.contains(COOKIE));
    assert!(removal.is_some_and(|c| c.contains("Secure") && c.contains("Path=/")), "{removal:?}");

    sessions.save(&slow).await.expect("does nothing");
    let mut replayed = replayed;
    assert_eq!(replayed.get("/who").await.status, StatusCode::SEE_OTHER);
    assert_eq!(store::hashes_for_a_test(&db).await.expect("rows").len(), 0);
}

#[sqlx::test]
async fn a_page_that_asks_by_itself_keeps_no_session_alive(db: PgPool) {
    let portal = portal(db).await;
    let mut left_open = portal.signed_in("li.na").await;
    for _ in 0..3 {
        portal.hand.advance(Duration::from_mins(9));
        assert_eq!(left_open.unattended("/who").await.status, StatusCode::OK);
    }
    portal.hand.advance(Duration::from_mins(9));
    assert_eq!(left_open.unattended("/who").await.status, StatusCode::SEE_OTHER);
}

#[sqlx::test]
async fn an_unused_session_ends_after_half_an_hour_and_a_used_one_after_twelve(db: PgPool) {
    let portal = portal(db).await;
    let mut idle = portal.signed_in("li.na").await;
    let mut used = portal.signed_in("li.na").await;
    portal.hand.advance(Duration::from_mins(29));
    assert_eq!(used.get("/who").await.status, StatusCode::OK);
    portal.hand.advance(Duration::from_mins(2));
    assert_eq!(idle.get("/who").await.status, StatusCode::SEE_OTHER);
    for _ in 0..24 {
        assert_eq!(used.get("/who").await.status, StatusCode::OK);
        portal.hand.advance(Duration::from_mins(28));
    }
    portal.hand.advance(Duration::from_mins(18));
    assert_eq!(used.get("/who").await.status, StatusCode::SEE_OTHER);
}

#[sqlx::test]
async fn the_databases_own_time_zone_changes_nothing(db: PgPool) {
    for zone in ["UTC", "Asia/Shanghai", "America/New_York"] {
        let options = db.connect_options().as_ref().clone().options([("timezone", zone)]);
        let zoned = PgPoolOptions::new().max_connections(3).connect_with(options).await.expect("connected");
        let portal = Portal::new(zoned, routes());
        portal.person(&format!("person.{}", zone.len()), Role::Viewer, &[]).await;
        let mut browser = portal.signed_in(&format!("person.{}", zone.len())).await;
        portal.hand.advance(Duration::from_mins(29));
        portal.app.identity.tidy().await.expect("tidied");
        assert_eq!(browser.get("/who").await.status, StatusCode::OK, "{zone}");
        portal.hand.advance(Duration::from_mins(31));
        assert_eq!(browser.get("/who").await.status, StatusCode::SEE_OTHER, "{zone}");
    }
}

#[sqlx::test]
async fn disabling_somebody_ends_all_their_sessions_at_once(db: PgPool) {
    let portal = portal(db.clone()).await;
    let (mut one, mut two) = (portal.signed_in("li.na").await, portal.signed_in("li.na").await);
    people::disable(&portal.app.identity, "li.na").await.expect("disabled");
    for browser in [&mut one, &mut two] {
        assert_eq!(browser.get("/who").await.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(store::hashes_for_a_test(&db).await.expect("rows").len(), 0);
    let refused = one.sign_in("li.na", PASSWORD).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[sqlx::test]
async fn a_change_of_role_or_accounts_is_in_force_at_the_next_request(db: PgPool) {
    let portal = portal(db.clone()).await;
    let mut browser = portal.signed_in("li.na").await;
    assert_eq!(browser.get("/who").await.body, "li.na finance");
    assert_eq!(browser.get("/scope").await.body, "[]");
    store::set_role_for_a_test(&db, "li.na", Role::Viewer).await.expect("set");
    assert_eq!(browser.get("/who").await.body, "li.na viewer");
    let account = crate::cloud_accounts::one_for_a_test(&db).await;
    people::grant(&portal.app.identity, "li.na", &[account]).await.expect("granted");
    assert_eq!(browser.get("/scope").await.body, format!("[{account}]"));
    people::grant(&portal.app.identity, "li.na", &[]).await.expect("granted");
    assert_eq!(browser.get("/scope").await.body, "[]");
}

#[sqlx::test]
async fn a_person_lists_their_sessions_and_ends_one(db: PgPool) {
    let portal = portal(db).await;
    portal.person("zhang.wei", Role::Viewer, &[]).await;
    let (mut here, mut lost) = (portal.signed_in("li.na").await, portal.signed_in("li.na").await);
    let mut stranger = portal.signed_in("zhang.wei").await;
    let page = here.get("/account").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let ends: Vec<&str> =
        page.body.match_indices("/account/sessions/").map(|(at, _)| &page.body[at..at + 58]).collect();
    assert_eq!(ends.len(), 1, "only the other one can be ended");
    assert_eq!(stranger.post(ends[0], &[]).await.status, StatusCode::NOT_FOUND, "it is not theirs");
    assert_eq!(here.post(ends[0], &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(lost.get("/who").await.status, StatusCode::SEE_OTHER);
    assert_eq!(here.get("/who").await.status, StatusCode::OK);
}

#[sqlx::test]
async fn changing_the_password_ends_every_other_session(db: PgPool) {
    const NEW: &str = "saffron ledger moonlit canyon";
    let portal = portal(db).await;
    let (mut here, mut other) = (portal.signed_in("li.na").await, portal.signed_in("li.na").await);
    let before = here.cookies[COOKIE].clone();
    for (current, new, again) in [
        ("wrong password entirely", NEW, NEW),
        (PASSWORD, NEW, "different"),
        (PASSWORD, "short", "short"),
        (PASSWORD, PASSWORD, PASSWORD),
    ] {
        let answer =
            here.post("/account/password", &[("current", current), ("new", new), ("again", again)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!answer.body.contains(NEW));
    }
    let answer = here.post("/account/password", &[("current", PASSWORD), ("new", NEW), ("again", NEW)]).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/account?changed=password"));
    assert_ne!(here.cookies[COOKIE], before);
    assert_eq!(here.get("/who").await.status, StatusCode::OK);
    assert_eq!(other.get("/who").await.status, StatusCode::SEE_OTHER);
    assert_eq!(portal.browser().sign_in("li.na", PASSWORD).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(portal.browser().sign_in("li.na", NEW).await.status, StatusCode::SEE_OTHER);
}

#[sqlx::test]
async fn a_first_password_lets_in_only_to_choose_ones_own(db: PgPool) {
    use secrecy::ExposeSecret;
    let portal = portal(db).await;
    let first = people::reset_password(&portal.app.identity, "li.na").await.expect("reset");
    let mut browser = portal.browser();
    assert_eq!(browser.sign_in("li.na", first.expose_secret()).await.status, StatusCode::SEE_OTHER);
    let answer = browser.get("/who").await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/account"));
    assert_eq!(browser.get("/account").await.status, StatusCode::OK);
    let new = "saffron ledger moonlit canyon";
    let fields = [("current", first.expose_secret()), ("new", new), ("again", new)];
    assert_eq!(browser.post("/account/password", &fields).await.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.get("/who").await.status, StatusCode::OK);
}
