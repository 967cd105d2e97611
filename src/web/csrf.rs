//! Forms are only accepted from our own pages. Judged by what the browser says about a request's
//! origin; what says nothing is refused. No token stands in any page.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::Response,
};

use super::error::Error;
use crate::state::App;

pub(super) async fn check(State(app): State<App>, request: Request, next: Next) -> Result<Response, Error> {
    if is_ours(request.method(), request.headers(), &app.settings.origin()) {
        Ok(next.run(request).await)
    } else {
        Err(Error::CrossSite)
    }
}

/// Browsers send `Sec-Fetch-Site` to trustworthy addresses; where they do not, `Origin` must be the
/// configured one, never merely what `Host` says.
fn is_ours(method: &Method, headers: &HeaderMap, own_origin: &str) -> bool {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return true;
    }
    match (only(headers, "sec-fetch-site"), only(headers, header::ORIGIN.as_str())) {
        (Some(site), _) => site == b"same-origin",
        (None, Some(origin)) => origin == own_origin.as_bytes(),
        (None, None) => false,
    }
}

/// The value of a header; of one given more than once, a value that means nothing.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a [u8]> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    Some(if values.next().is_none() { first.as_bytes() } else { b"" })
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "https://portal.example:8443";

    fn judged(method: &Method, given: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in given {
            headers.append(*name, value.parse().expect("a header"));
        }
        is_ours(method, &headers, OWN)
    }

    #[test]
    fn a_form_is_accepted_only_from_our_own_origin() {
        const SITE: &str = "sec-fetch-site";
        for (given, accepted) in [
            (&[(SITE, "same-origin")][..], true),
            (&[(SITE, "same-origin"), ("origin", OWN)], true),
            (&[(SITE, "same-site")], false),
            (&[(SITE, "same-site"), ("origin", OWN)], false),
            (&[(SITE, "cross-site")], false),
            (&[(SITE, "cross-site"), ("origin", OWN)], false),
            (&[(SITE, "none")], false),
            (&[(SITE, "")], false),
            (&[(SITE, "Same-Origin")], false),
            (&[(SITE, "same-origin"), (SITE, "cross-site")], false),
            (&[("origin", OWN)], true),
            (&[("origin", "https://portal.example")], false),
            (&[("origin", "http://portal.example:8443")], false),
            (&[("origin", "https://portal.example:8443.evil")], false),
            (&[("origin", "null")], false),
            (&[("origin", OWN), ("origin", OWN)], false),
            (&[("host", "portal.example:8443")], false),
            (&[("referer", "https://portal.example:8443/orders")], false),
            (&[], false),
        ] {
            for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
                assert_eq!(judged(&method, given), accepted, "{method} {given:?}");
            }
        }
    }

    #[test]
    fn reading_is_not_judged() {
        for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
            assert!(judged(&method, &[("sec-fetch-site", "cross-site")]));
        }
    }
}
