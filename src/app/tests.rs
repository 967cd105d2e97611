//! Walks every route of the whole portal as every role and as nobody, and holds each answer against
//! the access that the route declares. A route that a feature adds is walked without a word here.

use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use sqlx::PgPool;

use super::*;
use crate::{
    identity::access::Role,
    web::{
        Access, RouteInfo, assets,
        harness::{Browser, Portal},
        links,
    },
};

/// Something to stand for each `{parameter}`, which nothing is called.
fn example(route: &RouteInfo) -> String {
    if route.path == assets::PATH {
        return assets::url("app.css");
    }
    let mut path = String::new();
    for part in route.path.split('/').skip(1) {
        path.push('/');
        if !part.starts_with('{') {
            path.push_str(part);
        } else if part.contains("session") || route.path.starts_with(links::ACTIVITY) {
            path.push_str("00000000-0000-7000-8000-000000000000");
        } else {
            path.push_str("CS0000000000");
        }
    }
    path
}

async fn ask(browser: &mut Browser, route: &RouteInfo) -> (StatusCode, String) {
    let path = example(route);
    let answer =
        if route.method == Method::GET { browser.get(&path).await } else { browser.post(&path, &[]).await };
    (answer.status, answer.location().to_owned())
}

fn table(db: &PgPool) -> Vec<RouteInfo> {
    let mut table =
        routes(Readiness::new(db.clone())).get(assets::PATH, Access::Public, assets::serve).table().to_vec();
    // Signing out ends the walk.
    table.sort_by_key(|route| route.path == links::SIGN_OUT);
    table
}

#[sqlx::test]
async fn every_route_answers_every_role_as_it_declares(db: PgPool) {
    let portal = Portal::new(db.clone(), routes(Readiness::new(db.clone())));
    let mut visitors = vec![(None, portal.browser())];
    for role in Role::ALL {
        portal.person(role.as_str(), role, &[]).await;
        visitors.push((Some(role), portal.signed_in(role.as_str()).await));
    }
    let (mut wrong, mut asked) = (Vec::new(), 0);
    for route in table(&db) {
        for (role, browser) in &mut visitors {
            let (status, location) = ask(browser, &route).await;
            let to_sign_in = status == StatusCode::SEE_OTHER && location.starts_with(links::SIGN_IN);
            let fits = match (route.access, *role) {
                (Access::Public, _) => status != StatusCode::FORBIDDEN,
                (_, None) => to_sign_in,
                (Access::SignedIn, Some(_)) => {
                    status != StatusCode::FORBIDDEN && (!to_sign_in || route.path == links::SIGN_OUT)
                }
                (Access::Needs(permission), Some(role)) if role.grants(permission) => {
                    status != StatusCode::FORBIDDEN && !to_sign_in
                }
                (Access::Needs(_), Some(_)) => status == StatusCode::FORBIDDEN,
            };
            asked += 1;
            if !fits || status.is_server_error() {
                let who = role.map_or("nobody", Role::as_str);
                wrong.push(format!(
                    "{} {} as {who}: {status} {location} ({:?})",
                    route.method, route.path, route.access
                ));
            }
        }
    }
    println!("{asked} cells: {} routes × {} visitors", table(&db).len(), visitors.len());
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[sqlx::test]
async fn no_route_takes_a_form_from_another_site(db: PgPool) {
    let portal = Portal::new(db.clone(), routes(Readiness::new(db.clone())));
    portal.person("finance", Role::Finance, &[]).await;
    let mut browser = portal.signed_in("finance").await;
    for route in table(&db).iter().filter(|route| route.method == Method::POST) {
        for site in ["cross-site", "same-site", "none"] {
            let request = browser
                .request("POST", &example(route))
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header("sec-fetch-site", site);
            let answer = browser.send(request.body(Body::empty()).expect("a request")).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{} from {site}", route.path);
        }
    }
}

#[sqlx::test]
async fn nothing_is_changed_by_looking_and_only_named_pages_are_open_to_strangers(db: PgPool) {
    let open: Vec<&str> =
        table(&db).iter().filter(|route| route.access == Access::Public).map(|route| route.path).collect();
    for path in &open {
        // A calendar's address is itself the secret that opens it.
        let known = [
            "/healthz",
            "/livez",
            "/readyz",
            links::SIGN_IN,
            links::SETUP,
            links::PREFERENCES,
            assets::PATH,
            "/calendar/{secret}",
        ];
        assert!(known.contains(path), "{path} is open to strangers: say why here");
    }
    assert!(table(&db).iter().all(|route| route.method == Method::GET || route.method == Method::POST));
}
