//! Who visits: facts of the request that guard, pages and errors share, and the cookie that carries
//! a session. The person is read from the database once per request, when first asked for.

use std::sync::Arc;

use axum::{
    extract::Request,
    http::{HeaderMap, Method, header},
};
use tokio::sync::OnceCell;
use tower_sessions::{Expiry, Session, SessionManagerLayer, cookie::SameSite};
use uuid::Uuid;

use super::error::Error;
use crate::{
    i18n::Locale,
    identity::session::{self, Sessions, SignedIn},
    state::{App, Settings},
};

/// The layer that reads and sets the session cookie.
pub(super) fn layer(app: &App) -> SessionManagerLayer<Sessions> {
    // Strict, so that no other site can act or read as the person; a link from a mail is followed
    // by a second step of our own (`guard`). Without Max-Age the cookie ends with the browser; how
    // long a session may last is the store's business.
    SessionManagerLayer::new(app.identity.sessions())
        .with_name(cookie_name(&app.settings, "session"))
        .with_secure(app.settings.is_secure())
        .with_http_only(true)
        .with_same_site(SameSite::Strict)
        .with_path("/")
        .with_expiry(Expiry::OnSessionEnd)
}

/// The name of one of our cookies: bound to this host where browsers can promise that.
pub(crate) fn cookie_name(settings: &Settings, name: &str) -> String {
    if settings.is_secure() { format!("__Host-{name}") } else { name.to_owned() }
}

/// The id of a request: in its log lines, on its error page, in `X-Request-Id`. Always made here, so
/// that nobody else's text gets into logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId(pub Uuid);

/// What is known about a request whatever becomes of it.
#[derive(Debug, Clone)]
pub(crate) struct Visit(Arc<Facts>);

#[derive(Debug)]
struct Facts {
    request_id: RequestId,
    method: Method,
    path: String,
    query: Option<String>,
    htmx: bool,
    cross_site: bool,
    locale: Locale,
    session: Option<Session>,
    signed_in: OnceCell<Option<SignedIn>>,
}

impl Visit {
    pub(super) fn of(request: &Request, request_id: RequestId) -> Self {
        let headers = request.headers();
        let query = request.uri().query();
        Self(Arc::new(Facts {
            request_id,
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            query: query.map(str::to_owned),
            // A boosted link wants a whole page.
            htmx: is(headers, "hx-request", "true") && !is(headers, "hx-boosted", "true"),
            cross_site: is(headers, "sec-fetch-site", "cross-site"),
            locale: asked_language(query).unwrap_or_else(|| {
                Locale::negotiate(
                    headers
                        .get(header::ACCEPT_LANGUAGE)
                        .and_then(|value| value.to_str().ok())
                        .unwrap_or_default(),
                )
            }),
            session: request.extensions().get::<Session>().cloned(),
            signed_in: OnceCell::new(),
        }))
    }

    /// The person, if somebody is signed in.
    pub(crate) async fn signed_in(&self) -> Result<Option<&SignedIn>, Error> {
        self.0
            .signed_in
            .get_or_try_init(async || match &self.0.session {
                Some(session) => session::signed_in(session).await.map_err(Error::from),
                None => Ok(None),
            })
            .await
            .map(Option::as_ref)
    }

    /// The person, if already asked for.
    pub(super) fn known(&self) -> Option<&SignedIn> {
        self.0.signed_in.get().and_then(Option::as_ref)
    }

    pub(crate) fn request_id(&self) -> RequestId {
        self.0.request_id
    }

    pub(super) fn method(&self) -> &Method {
        &self.0.method
    }

    pub(super) fn path(&self) -> &str {
        &self.0.path
    }

    pub(super) fn query(&self) -> Option<&str> {
        self.0.query.as_deref()
    }

    /// Path and query.
    pub(super) fn here(&self) -> String {
        match &self.0.query {
            Some(query) => format!("{}?{query}", self.0.path),
            None => self.0.path.clone(),
        }
    }

    /// Whether HTMX asked for a fragment.
    pub(super) fn is_htmx(&self) -> bool {
        self.0.htmx
    }

    /// Whether a link on another site led here.
    pub(super) fn is_cross_site(&self) -> bool {
        self.0.cross_site
    }

    /// The reader's language as far as it is known.
    pub(super) fn locale(&self) -> Locale {
        self.known().map_or(self.0.locale, |person| person.locale)
    }
}

fn is(headers: &HeaderMap, name: &str, value: &str) -> bool {
    headers.get(name).is_some_and(|found| found.as_bytes() == value.as_bytes())
}

/// The language that a page for strangers was asked in, as `?lang=en`: they have no other place to
/// keep a choice.
fn asked_language(query: Option<&str>) -> Option<Locale> {
    form_urlencoded::parse(query?.as_bytes())
        .find(|(name, _)| name == "lang")
        .and_then(|(_, value)| Locale::from_tag(&value))
}
