//! Who gets through: every request is judged by the table of routes before its handler runs, and
//! what the table does not hold is refused. It looks at roles; scopes are the queries' business.

use std::{collections::HashMap, sync::Arc};

use askama::Template;
use axum::{
    extract::{MatchedPath, Request, State},
    http::{Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{
    error::Error,
    links,
    page::Page,
    routes::{Access, RouteInfo},
    session::Visit,
};
use crate::identity::{
    Identity,
    events::{Event, Kind},
};

/// The table, as the guard looks things up in it.
#[derive(Debug, Clone)]
pub(super) struct Guard {
    table: Arc<HashMap<(&'static Method, &'static str), Access>>,
    identity: Identity,
}

impl Guard {
    pub(super) fn new(table: &[RouteInfo], identity: Identity) -> Self {
        let table = table.iter().map(|route| ((route.method, route.path), route.access)).collect();
        Self { table: Arc::new(table), identity }
    }

    fn access(&self, method: &Method, path: &str) -> Option<Access> {
        let method = match *method {
            Method::GET | Method::HEAD => &Method::GET,
            Method::POST => &Method::POST,
            _ => return None,
        };
        let key: (&Method, &str) = (method, path);
        self.table.get(&key).copied()
    }
}

pub(super) async fn check(
    State(guard): State<Guard>,
    mut request: Request,
    next: Next,
) -> Result<Response, Error> {
    // PostgreSQL cannot hold a zero character, so nothing has such a name.
    if request.uri().path().contains("%00") {
        return Err(Error::NotFound);
    }
    let path = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str).unwrap_or_default();
    let access = guard.access(request.method(), path).ok_or(Error::Forbidden)?;
    if access == Access::Public {
        return Ok(next.run(request).await);
    }
    let visit: Visit = request
        .extensions()
        .get()
        .cloned()
        .ok_or_else(|| Error::Internal(anyhow::anyhow!("no layer made the visit")))?;
    let Some(person) = visit.signed_in().await? else {
        return if follows_a_link_from_elsewhere(&visit) {
            Ok(second_step(&visit))
        } else {
            Err(Error::SignIn)
        };
    };
    let actor = person.actor();
    if person.must_change_password
        && ![links::ACCOUNT, links::PREFERENCES, links::SIGN_OUT].contains(&own_path(path))
    {
        return Err(Error::ChangePassword);
    }
    if let Access::Needs(permission) = access
        && !actor.may(permission)
    {
        let detail = serde_json::json!({ "method": visit.method().as_str(), "path": path });
        let event = Event::own(Kind::AccessDenied, actor.id, visit.whence()).with(detail);
        guard.identity.record(&event).await?;
        return Err(Error::Forbidden);
    }
    request.extensions_mut().insert(actor);
    Ok(next.run(request).await)
}

/// `/account/password` is part of `/account`.
fn own_path(path: &str) -> &str {
    path.find('/').and_then(|start| path[start + 1..].find('/')).map_or(path, |end| &path[..=end])
}

/// The session's cookie is not sent when a link in a mail or on another site is followed, because it
/// is `SameSite=Strict`; so "nobody" may be somebody.
fn follows_a_link_from_elsewhere(visit: &Visit) -> bool {
    visit.is_cross_site() && visit.method() == Method::GET
}

/// Loads the same page again, this time from here, so that the cookie comes along. It says nothing
/// that depends on who asks.
fn second_step(visit: &Visit) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Page(SecondStep { url: visit.here() })).into_response()
}

#[derive(Template)]
#[template(path = "web/guard.html")]
struct SecondStep {
    url: String,
}
