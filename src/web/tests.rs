//! What every answer owes its reader, whatever its status.

use axum::{
    body::Body,
    http::{StatusCode, header},
};
use sqlx::PgPool;

use super::{
    Access, Error, Form, Routes,
    form::Nothing,
    harness::{ORIGIN, Portal},
};
use crate::identity::access::{Permission, Role};

/// One route for every way to fail.
fn failing() -> Routes {
    crate::features::sign_in::routes()
        .get("/fine", Access::Public, async || "fine")
        .get("/panic", Access::Public, async || -> &'static str { panic!("the secret of the panic") })
        .get("/internal", Access::Public, async || -> Result<(), Error> {
            Err(anyhow::anyhow!("select secret from table").into())
        })
        .get("/gone", Access::Public, async || -> Result<(), Error> { Err(sqlx::Error::PoolTimedOut.into()) })
        .get("/busy", Access::Public, async || -> Result<(), Error> { Err(Error::Busy) })
        .get("/bare", Access::Public, async || (StatusCode::BAD_GATEWAY, "inner text"))
        .get(
            "/typed/{number}",
            Access::Public,
            async |axum::extract::Path(_): axum::extract::Path<u32>| "fine",
        )
        .post("/form", Access::Public, async |Form(Nothing { .. }): Form<Nothing>| "fine")
        .get("/mine", Access::SignedIn, async || "fine")
        .get("/admins", Access::Needs(Permission::ManageUsers), async || "fine")
}

const ALWAYS: [(&str, &str); 9] = [
    ("content-security-policy", "default-src 'none'"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=()"),
    ("strict-transport-security", "max-age=63072000; includeSubDomains"),
    ("cache-control", "no-store"),
];

#[sqlx::test]
async fn every_status_carries_the_security_headers_and_tells_nothing(db: PgPool) {
    let portal = Portal::new(db, failing());
    portal.person("viewer", Role::Viewer, &[]).await;
    let mut browser = portal.signed_in("viewer").await;
    for (path, status) in [
        ("/fine", 200),
        ("/panic", 500),
        ("/internal", 500),
        ("/gone", 503),
        ("/busy", 503),
        ("/bare", 500),
        ("/typed/seven", 400),
        ("/typed/%ff", 400),
        ("/admins", 403),
        ("/form", 405),
        ("/nothing", 404),
        ("/assets/0000/app.css", 404),
        ("/%ff", 404),
    ] {
        for htmx in [false, true] {
            browser.extra = if htmx { vec![("hx-request", "true".to_owned())] } else { Vec::new() };
            let answer = browser.get(path).await;
            assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.body);
            for (name, part) in ALWAYS {
                assert!(answer.header(name).contains(part), "{path} {name}: {:?}", answer.header(name));
            }
            assert_eq!(answer.header("server"), "");
            assert_eq!(answer.header("x-request-id").len(), 36, "{path}");
            for inner in ["secret", "select", "inner text", "PoolTimedOut", "panicked", "src/"] {
                assert!(!answer.body.contains(inner), "{path} tells {inner}: {}", answer.body);
            }
            if status >= 400 {
                assert!(answer.header("content-type").starts_with("text/html; charset=utf-8"), "{path}");
                assert!(answer.body.contains(answer.header("x-request-id")), "{path}: {}", answer.body);
                assert_eq!(answer.body.contains("<html"), !htmx, "{path}");
                assert_eq!(answer.header("hx-retarget").is_empty(), !htmx, "{path}");
            }
        }
    }
}

#[sqlx::test]
async fn a_request_id_is_never_the_clients(db: PgPool) {
    let portal = Portal::new(db, failing());
    let mut browser = portal.browser();
    browser.extra = vec![("x-request-id", "chosen-by-a-stranger".to_owned())];
    assert_ne!(browser.get("/fine").await.header("x-request-id"), "chosen-by-a-stranger");
}

#[sqlx::test]
async fn a_path_with_a_zero_character_leads_nowhere(db: PgPool) {
    let portal = Portal::new(db, failing().get("/named/{name}", Access::Public, async || "fine"));
    let mut browser = portal.browser();
    assert_eq!(browser.get("/named/a%00b").await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.get("/named/a%2500b").await.status, StatusCode::OK);
}

#[sqlx::test]
async fn methods_that_no_form_uses_are_refused(db: PgPool) {
    let portal = Portal::new(db, failing());
    let mut browser = portal.browser();
    for (method, status) in [("PUT", 403), ("DELETE", 403), ("PATCH", 403), ("TRACE", 403), ("OPTIONS", 405)]
    {
        let request = browser.request(method, "/fine").body(Body::empty()).expect("a request");
        assert_eq!(browser.send(request).await.status.as_u16(), status, "{method}");
        let request = browser.request(method, "/fine").header("sec-fetch-site", "same-origin");
        let answer = browser.send(request.body(Body::empty()).expect("a request")).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert_eq!(answer.header("access-control-allow-origin"), "");
    }
    let request = browser.request("HEAD", "/fine").body(Body::empty()).expect("a request");
    assert_eq!(browser.send(request).await.status, StatusCode::OK);
}

#[sqlx::test]
async fn a_form_from_elsewhere_does_nothing_and_a_large_one_is_too_large(db: PgPool) {
    let portal = Portal::new(db, failing());
    let mut browser = portal.browser();
    let kind = (header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    for (name, value) in
        [("sec-fetch-site", "cross-site"), ("origin", "https://evil"), ("x-nothing", "at all")]
    {
        let request = browser.request("POST", "/form").header(kind.0.clone(), kind.1).header(name, value);
        assert_eq!(
            browser.send(request.body(Body::empty()).expect("a request")).await.status,
            StatusCode::FORBIDDEN
        );
    }
    for (kind, body, status) in [
        (kind.1, String::new(), 200),
        (kind.1, "extra=1".to_owned(), 400),
        ("application/json", "{}".to_owned(), 400),
        (kind.1, "a".repeat(70_000), 413),
    ] {
        let request = browser
            .request("POST", "/form")
            .header(header::CONTENT_TYPE, kind)
            .header(header::ORIGIN, ORIGIN);
        let answer = browser.send(request.body(Body::from(body)).expect("a request")).await;
        assert_eq!(answer.status.as_u16(), status, "{}", answer.body);
    }
}

#[sqlx::test]
async fn strangers_are_led_to_the_sign_in_page_and_back(db: PgPool) {
    let portal = Portal::new(db, failing());
    let mut browser = portal.browser();
    let answer = browser.get("/mine?a=1&b=%2F").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.location(), "/sign-in?next=%2Fmine%3Fa%3D1%26b%3D%252F");

    browser.extra = vec![("hx-request", "true".to_owned())];
    let answer = browser.get("/mine").await;
    assert_eq!((answer.status, answer.header("hx-redirect")), (StatusCode::NO_CONTENT, "/sign-in"));

    // A link in a mail: the strict cookie stays behind, so the page is asked for again from here.
    browser.extra = vec![("sec-fetch-site", "cross-site".to_owned())];
    let answer = browser.get("/mine?a='b&c=1").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.body.contains("content=\"0;url=/mine?a=&#39;b&#38;c=1\""), "{}", answer.body);
}

#[sqlx::test]
async fn a_denied_request_leaves_a_record(db: PgPool) {
    let portal = Portal::new(db.clone(), failing());
    portal.person("viewer", Role::Viewer, &[]).await;
    let answer = portal.signed_in("viewer").await.get("/admins?q=1").await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let events = crate::identity::events_for_a_test(&db).await;
    let denied = events.iter().find(|event| event.kind == "access_denied").expect("recorded");
    assert_eq!(denied.request_id.map(|id| id.to_string()).as_deref(), Some(answer.header("x-request-id")));
    assert_eq!(denied.detail["path"], "/admins");
}

#[test]
fn pages_may_run_nothing_but_our_files() {
    let layout = include_str!("../../templates/layout.html");
    assert!(!layout.contains("style=") && !layout.contains("onclick") && !layout.contains("hx-on"));
}
