//! Who visits: facts of the request that guard, pages and errors share, and the cookie that carries
//! a session. The person is read from the database once per request, when first asked for.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::{ConnectInfo, Request},
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::Response,
};
use tokio::sync::OnceCell;
use tower_sessions::{
    Expiry, Session, SessionManagerLayer,
    cookie::{Cookie, SameSite},
};
use uuid::Uuid;

use super::error::Error;
use crate::{
    i18n::Locale,
    identity::{
        events::Whence,
        session::{self, Sessions, SignedIn},
        sign_in::{DeviceToken, Entered},
    },
    state::{App, Settings},
};

/// The cookie by which a browser is known again after its session.
const DEVICE: &str = "device";
const DEVICE_AGE: tower_sessions::cookie::time::Duration = tower_sessions::cookie::time::Duration::days(180);

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

/// A page that looks by itself what is new says so, and does not keep its session alive by that.
pub(super) async fn unattended(request: Request, next: Next) -> Response {
    if request.method() == Method::GET && is(request.headers(), "x-unattended", "1") {
        session::unattended(next.run(request)).await
    } else {
        next.run(request).await
    }
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
    ip: Option<IpAddr>,
    agent: Option<String>,
    device: Option<DeviceToken>,
    locale: Locale,
    session: Option<Session>,
    signed_in: OnceCell<Option<SignedIn>>,
}

impl Visit {
    pub(super) fn of(request: &Request, request_id: RequestId, settings: &Settings) -> Self {
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
            ip: client(request, &settings.trusted_proxies),
            agent: headers
                .get(header::USER_AGENT)
                .map(|agent| String::from_utf8_lossy(agent.as_bytes()).chars().take(200).collect()),
            device: cookie(headers, &cookie_name(settings, DEVICE)).and_then(DeviceToken::read),
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

    /// Where the request came from, for records.
    pub(crate) fn whence(&self) -> Whence {
        Whence { ip: self.0.ip, request_id: Some(self.0.request_id.0) }
    }

    /// The token by which the browser is known, if it has one.
    pub(crate) fn device(&self) -> Option<&DeviceToken> {
        self.0.device.as_ref()
    }

    /// Begins a session for who has just proved themselves, and has the browser remembered.
    pub(crate) async fn begin(&self, app: &App, entered: &Entered) -> Result<HeaderMap, Error> {
        let start = session::Start {
            person: entered.person,
            ip: self.0.ip.map(|ip| ip.to_string()),
            agent: self.0.agent.clone(),
        };
        session::begin(self.session()?, &start).await?;
        let mut headers = HeaderMap::new();
        let cookie = Cookie::build((cookie_name(&app.settings, DEVICE), entered.device.as_str()))
            .secure(app.settings.is_secure())
            .http_only(true)
            .same_site(SameSite::Strict)
            .path("/")
            .max_age(DEVICE_AGE)
            .build();
        if let Ok(value) = cookie.to_string().parse() {
            headers.append(header::SET_COOKIE, value);
        }
        Ok(headers)
    }

    /// Ends the visit's session.
    pub(crate) async fn end(&self) -> Result<(), Error> {
        Ok(session::end(self.session()?).await?)
    }

    fn session(&self) -> Result<&Session, Error> {
        self.0.session.as_ref().ok_or_else(|| Error::Internal(anyhow::anyhow!("no session layer")))
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

/// Who sent the request: the peer, or what a trusted proxy says about it, read from the right, because
/// the left is what anybody may have written.
fn client(request: &Request, trusted: &[IpAddr]) -> Option<IpAddr> {
    let mut client = request.extensions().get::<ConnectInfo<SocketAddr>>()?.0.ip().to_canonical();
    let forwarded: Vec<&str> = request
        .headers()
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    for hop in forwarded.iter().rev() {
        if !trusted.contains(&client) {
            break;
        }
        let Ok(further) = hop.trim().parse::<IpAddr>() else { break };
        client = further.to_canonical();
    }
    Some(client)
}

/// The value of a cookie; of one given twice, none, because somebody planted one of them.
fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(found, _)| *found == name)
        .map(|(_, value)| value);
    values.next().filter(|_| values.next().is_none())
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
