//! What every response says about itself, whatever its status: what may run on the page, who may
//! frame, keep or read it. The outermost layer, so errors and panics are covered too.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use tracing::Instrument;
use uuid::Uuid;

use super::{links, session::RequestId};
use crate::state::App;

/// Nothing but our own files, no inline script or style, no frames, forms only to ourselves.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);

const ALWAYS: [(HeaderName, HeaderValue); 7] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static(
            "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), \
             midi=(), payment=(), publickey-credentials-get=(self), usb=()",
        ),
    ),
];

const TRANSPORT: HeaderValue = HeaderValue::from_static("max-age=63072000; includeSubDomains");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives the request its id and its span, and the response its headers.
pub(super) async fn surround(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let id = RequestId(Uuid::now_v7());
    request.headers_mut().remove(&REQUEST_ID);
    request.extensions_mut().insert(id);
    let span = tracing::info_span!(
        "request",
        id = %id.0,
        method = %request.method(),
        path = unsecret(request.uri().path()),
    );
    let mut response = next.run(request).instrument(span.clone()).await;
    span.in_scope(|| tracing::debug!(status = response.status().as_u16(), "answered"));
    say(response.headers_mut(), app.settings.is_secure(), id);
    response
}

/// A path as it may stand in the log: the address of a calendar is a secret.
fn unsecret(path: &str) -> &str {
    if path.starts_with(links::CALENDAR_FEEDS) { links::CALENDAR_FEEDS } else { path }
}

fn say(headers: &mut HeaderMap, secure: bool, id: RequestId) {
    for (name, value) in ALWAYS {
        headers.insert(name, value);
    }
    if secure {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, TRANSPORT);
    }
    // Static files say themselves how long they keep.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.remove(header::SERVER);
    complete_cookies(headers);
    if let Ok(value) = HeaderValue::from_str(&id.0.to_string()) {
        headers.insert(REQUEST_ID, value);
    }
}

/// Browsers ignore whatever sets or removes a `__Host-` cookie without these words, and removing is
/// what the session layer does without them.
fn complete_cookies(headers: &mut HeaderMap) {
    let bare = |value: &HeaderValue| value.as_bytes().starts_with(b"__Host-") && !has_secure(value);
    if !headers.get_all(header::SET_COOKIE).iter().any(bare) {
        return;
    }
    let cookies: Vec<HeaderValue> = headers.get_all(header::SET_COOKIE).iter().cloned().collect();
    headers.remove(header::SET_COOKIE);
    for cookie in cookies {
        let whole = [cookie.as_bytes(), b"; Secure; HttpOnly; SameSite=Strict"].concat();
        let complete = if bare(&cookie) { HeaderValue::from_bytes(&whole).unwrap_or(cookie) } else { cookie };
        headers.append(header::SET_COOKIE, complete);
    }
}

fn has_secure(cookie: &HeaderValue) -> bool {
    cookie
        .as_bytes()
        .split(|byte| *byte == b';')
        .any(|part| part.trim_ascii().eq_ignore_ascii_case(b"secure"))
}
