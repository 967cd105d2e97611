//! Signing in against a database: limits, records, and what is given away to whom.

use std::{net::Ipv4Addr, time::Duration};

use axum::http::StatusCode;
use secrecy::{ExposeSecret, SecretString};
use sqlx::PgPool;

use super::{
    access::Role,
    events::Whence,
    people::{self, NewPerson, Problem},
};
use crate::{
    features::sign_in,
    i18n::Locale,
    web::harness::{Answer, Browser, PASSWORD, Portal},
};

async fn portal(db: PgPool) -> Portal {
    let portal = Portal::new(db, sign_in::routes());
    portal.person("admin", Role::Admin, &[]).await;
    portal.person("li.na", Role::Finance, &[]).await;
    portal
}

async fn fail(browser: &mut Browser, username: &str, times: usize) -> Answer {
    let mut last = None;
    for at in 0..times {
        last = Some(browser.sign_in(username, &format!("wrong guess number {at}")).await);
    }
    last.expect("at least one")
}

#[sqlx::test]
async fn after_five_failures_even_the_right_password_must_wait_longer_each_time(db: PgPool) {
    let portal = portal(db).await;
    let mut stranger = portal.browser();
    assert_eq!(fail(&mut stranger, "li.na", 5).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let limited = stranger.sign_in("li.na", PASSWORD).await;
    assert_eq!((limited.status, limited.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "5"));
    portal.hand.advance(Duration::from_secs(5));
    assert_eq!(fail(&mut stranger, "li.na", 1).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(stranger.sign_in("li.na", PASSWORD).await.header("retry-after"), "10");
    portal.hand.advance(Duration::from_secs(10));
    assert_eq!(stranger.sign_in("li.na", PASSWORD).await.status, StatusCode::SEE_OTHER);
    assert_eq!(
        fail(&mut portal.browser(), "li.na", 4).await.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "wiped clean"
    );
}

#[sqlx::test]
async fn strangers_cannot_lock_a_colleague_out_of_their_own_desk(db: PgPool) {
    let portal = portal(db).await;
    let mut desk = portal.signed_in("li.na").await;
    desk.post("/sign-out", &[]).await;
    fail(&mut portal.browser(), "li.na", 40).await;
    assert_eq!(portal.browser().sign_in("li.na", PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(desk.sign_in("li.na", PASSWORD).await.status, StatusCode::SEE_OTHER);
    // The desk has an allowance, not a licence, and knowing one person says nothing about another.
    assert_eq!(fail(&mut desk, "li.na", 6).await.status, StatusCode::TOO_MANY_REQUESTS);
    fail(&mut portal.browser(), "admin", 6).await;
    assert_eq!(desk.sign_in("admin", PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[sqlx::test]
async fn one_address_cannot_try_every_name(db: PgPool) {
    let portal = portal(db).await;
    let mut stranger = portal.browser();
    stranger.ip = Ipv4Addr::new(192, 0, 2, 1).into();
    for at in 0..100 {
        let answer = stranger.sign_in(&format!("name{at}"), "a password many people have").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{at}");
    }
    assert_eq!(stranger.sign_in("li.na", PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(
        portal.browser().sign_in("li.na", PASSWORD).await.status,
        StatusCode::SEE_OTHER,
        "others are not held up"
    );
    portal.hand.advance(Duration::from_mins(15));
    assert_eq!(stranger.sign_in("li.na", PASSWORD).await.status, StatusCode::SEE_OTHER);
}

#[sqlx::test]
async fn a_forwarded_address_is_believed_only_from_a_trusted_proxy(db: PgPool) {
    let portal = portal(db.clone()).await;
    let mut liar = portal.browser();
    liar.extra = vec![("x-forwarded-for", "203.0.113.9".to_owned())];
    liar.sign_in("li.na", "not the password at all").await;
    let events = super::events_for_a_test(&db).await;
    assert_eq!(events.last().and_then(|event| event.ip.as_deref()), Some("127.0.0.1"));
}

#[sqlx::test]
async fn parallel_guesses_count_each_other(db: PgPool) {
    let portal = portal(db).await;
    let guesses = (0..20).map(|at| {
        let mut browser = portal.browser();
        tokio::spawn(async move { browser.sign_in("li.na", &format!("parallel guess {at}")).await.status })
    });
    let mut looked_at = 0;
    for guess in guesses.collect::<Vec<_>>() {
        looked_at += usize::from(guess.await.expect("ran") == StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(looked_at, 5);
}

#[sqlx::test]
async fn unknown_wrong_and_disabled_look_the_same(db: PgPool) {
    let portal = portal(db).await;
    portal.person("gone", Role::Viewer, &[]).await;
    people::disable(&portal.app.identity, "gone").await.expect("disabled");
    let mut pages = Vec::new();
    for (username, password) in
        [("li.na", "not the password"), ("nobody", "not the password"), ("gone", PASSWORD), ("李娜", "x")]
    {
        let answer = portal.browser().sign_in(username, password).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!answer.body.contains(password) || password == "x");
        pages.push(answer.body.replace(username, "NAME").replace(answer.header("x-request-id"), "ID"));
    }
    assert!(pages.windows(2).all(|two| two[0] == two[1]), "{pages:#?}");
}

#[sqlx::test]
async fn every_attempt_leaves_a_record_without_secrets(db: PgPool) {
    let portal = portal(db.clone()).await;
    fail(&mut portal.browser(), "li.na", 9).await;
    fail(&mut portal.browser(), "my-password-typed-as-name", 1).await;
    portal.hand.advance(Duration::from_mins(1));
    let mut browser = portal.signed_in("li.na").await;
    browser.post("/sign-out", &[]).await;
    let events = super::events_for_a_test(&db).await;
    let kinds: Vec<&str> = events.iter().map(|event| event.kind.as_str()).collect();
    let expected = [
        &["person_added"; 2][..],
        &["sign_in_refused"; 5],
        &["sign_in_limited", "sign_in_refused", "signed_in", "signed_out"],
    ]
    .concat();
    assert_eq!(kinds, expected);
    assert!(events[2].person_id.is_some() && events[8].person_id.is_none());
    assert!(
        events[2..]
            .iter()
            .all(|event| event.request_id.is_some() && event.ip.as_deref() == Some("127.0.0.1"))
    );
    assert!(events.iter().all(|event| !event.detail.to_string().contains("password")));
}

#[sqlx::test]
async fn the_first_administrator_is_made_once_by_whoever_holds_the_token(db: PgPool) {
    let portal = Portal::new(db, sign_in::routes());
    let identity = &portal.app.identity;
    assert_eq!(portal.browser().get("/sign-in").await.location(), "/setup");
    let stale = identity.begin_setup().await.expect("asked").expect("a token");
    let token = identity.begin_setup().await.expect("asked").expect("a token");
    let password = SecretString::from(PASSWORD.to_owned());
    let finish = |token: SecretString, name: &'static str| {
        let (identity, password) = (identity.clone(), password.clone());
        async move { identity.finish_setup(&token, name, &password, (Locale::Zh, Whence::default())).await }
    };
    assert!(finish(stale, "early").await.expect("answered").is_none(), "a later start ends it");
    let (one, two) = tokio::join!(finish(token.clone(), "one"), finish(token.clone(), "two"));
    let made = [one, two].into_iter().filter(|made| matches!(made, Ok(Some(_)))).count();
    assert_eq!(made, 1, "of two who try at once, one");
    assert!(finish(token, "late").await.expect("answered").is_none());
    assert!(identity.begin_setup().await.expect("asked").is_none());
    assert_eq!(portal.browser().get("/setup").await.location(), "/sign-in");
}

#[sqlx::test]
async fn a_setup_token_is_good_for_a_day_and_the_page_says_what_is_wrong(db: PgPool) {
    let portal = Portal::new(db, sign_in::routes());
    let token = portal.app.identity.begin_setup().await.expect("asked").expect("a token");
    let mut browser = portal.browser();
    assert_eq!(browser.get("/setup").await.status, StatusCode::OK);
    for (code, username, password) in [
        ("guess", "admin", PASSWORD),
        (token.expose_secret(), "李", PASSWORD),
        (token.expose_secret(), "admin", "short"),
    ] {
        let answer =
            browser.post("/setup", &[("code", code), ("username", username), ("password", password)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.body.contains("aria-invalid=\"true\""));
    }
    portal.hand.advance(Duration::from_hours(25));
    let fields = [("code", token.expose_secret()), ("username", "admin"), ("password", PASSWORD)];
    assert_eq!(browser.post("/setup", &fields).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let token = portal.app.identity.begin_setup().await.expect("asked").expect("a token");
    let fields = [("code", token.expose_secret()), ("username", "admin"), ("password", PASSWORD)];
    assert_eq!(browser.post("/setup", &fields).await.location(), "/sign-in");
    assert_eq!(browser.sign_in("admin", PASSWORD).await.status, StatusCode::SEE_OTHER);
}

#[sqlx::test]
async fn people_are_added_once_and_listed_with_what_they_are(db: PgPool) {
    let portal = portal(db).await;
    let identity = &portal.app.identity;
    let new = |username: &str| NewPerson {
        username: username.to_owned(),
        role: Role::Viewer,
        locale: Locale::Zh,
        accounts: Vec::new(),
        password: None,
    };
    let (_, made) = people::add(identity, &new("Wang.Fang")).await.expect("added");
    assert!(made.is_some());
    assert!(matches!(people::add(identity, &new("wang.fang")).await, Err(Problem::Taken(_))));
    assert!(matches!(people::add(identity, &new("no spaces")).await, Err(Problem::BadName(_))));
    assert!(matches!(people::disable(identity, "nobody").await, Err(Problem::Unknown(_))));
    people::disable(identity, "WANG.FANG").await.expect("disabled");
    let listed = people::list(identity).await.expect("listed");
    let names: Vec<_> =
        listed.iter().map(|person| (person.username.as_str(), person.disabled_at.is_some())).collect();
    assert_eq!(names, [("admin", false), ("li.na", false), ("wang.fang", true)]);
}
