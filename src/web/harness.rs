//! A portal without a network for tests of this program: a browser that keeps cookies, talks to the
//! router directly, and says about each request what real browsers say.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, Request, StatusCode, header},
};
use chrono::DateTime;
use secrecy::SecretString;
use sqlx::PgPool;
use tower::ServiceExt;

use super::Routes;
use crate::{
    clock::{Clock, Hand},
    cloud_accounts::{Account, Readers},
    i18n::Locale,
    identity::{
        self, Identity,
        access::{AccountId, Role},
        people::{self, NewPerson},
    },
    operations::Desk,
    state::{App, Pulse, Settings},
};

/// The address that the test portal believes to have.
pub(crate) const ORIGIN: &str = "http://127.0.0.1:8080";
/// The password of everybody in a test.
pub(crate) const PASSWORD: &str = "gravel harbour violet ninety";

/// A portal in a test.
pub(crate) struct Portal {
    pub(crate) app: App,
    pub(crate) hand: Hand,
    service: Router,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub(crate) fn location(&self) -> &str {
        self.header("location")
    }
}

impl Portal {
    /// A portal with `routes` on `db`, where time stands still.
    pub(crate) fn new(db: PgPool, routes: Routes) -> Self {
        Self::with_accounts(db, routes, Vec::new())
    }

    pub(crate) fn with_accounts(db: PgPool, routes: Routes, accounts: Vec<Account>) -> Self {
        let (clock, hand) = Clock::manual(DateTime::from_timestamp(1_795_363_331, 0).expect("in range"));
        let settings = Settings {
            public_url: ORIGIN.parse().expect("a URL"),
            zone: chrono_tz::Asia::Shanghai,
            max_data_age: Duration::from_hours(1),
            trusted_proxies: Vec::new(),
            grace_days: 15,
            retention_days: 15,
        };
        let app = App {
            desk: Desk::unattended(db.clone(), clock.clone()),
            identity: Identity::new(db.clone(), clock.clone(), identity::Settings::default()),
            db,
            clock,
            settings: Arc::new(settings),
            readers: Readers::of(accounts, std::collections::HashMap::new()),
            pulse: Pulse::default(),
        };
        Self { service: super::finish(routes, app.clone()), app, hand }
    }

    /// Adds somebody called like their role, or otherwise.
    pub(crate) async fn person(&self, username: &str, role: Role, accounts: &[AccountId]) {
        let new = NewPerson {
            username: username.to_owned(),
            role,
            locale: Locale::En,
            accounts: accounts.to_vec(),
            password: Some(SecretString::from(PASSWORD.to_owned())),
        };
        people::add(&self.app.identity, &new).await.expect("added");
    }

    /// A fresh browser on this machine.
    pub(crate) fn browser(&self) -> Browser {
        Browser {
            service: self.service.clone(),
            cookies: BTreeMap::new(),
            ip: Ipv4Addr::LOCALHOST.into(),
            extra: Vec::new(),
        }
    }

    /// A browser in which `username` is signed in.
    pub(crate) async fn signed_in(&self, username: &str) -> Browser {
        let mut browser = self.browser();
        let answer = browser.sign_in(username, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        browser
    }
}

/// A browser.
#[derive(Clone)]
pub(crate) struct Browser {
    service: Router,
    pub(crate) cookies: BTreeMap<String, String>,
    pub(crate) ip: IpAddr,
    /// Headers sent with every request.
    pub(crate) extra: Vec<(&'static str, String)>,
}

impl Browser {
    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(self.request("GET", path).body(Body::empty()).expect("a request")).await
    }

    /// As a page asks that looks by itself what is new.
    pub(crate) async fn unattended(&mut self, path: &str) -> Answer {
        let request = self.request("GET", path).header("x-unattended", "1");
        self.send(request.body(Body::empty()).expect("a request")).await
    }

    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self
            .request("POST", path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .header(header::ORIGIN, ORIGIN);
        self.send(request.body(Body::from(form)).expect("a request")).await
    }

    pub(crate) async fn sign_in(&mut self, username: &str, password: &str) -> Answer {
        self.post("/sign-in", &[("username", username), ("password", password)]).await
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let mut request = Request::builder().method(method).uri(path);
        let jar: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !jar.is_empty() {
            request = request.header(header::COOKIE, jar.join("; "));
        }
        for (name, value) in &self.extra {
            request = request.header(*name, value);
        }
        request.extension(ConnectInfo(SocketAddr::new(self.ip, 40_000)))
    }

    pub(crate) async fn send(&mut self, request: Request<Body>) -> Answer {
        let response = self.service.clone().oneshot(request).await.expect("infallible");
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.expect("a body");
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let text = cookie.to_str().expect("text");
            let (name, rest) = text.split_once('=').expect("a cookie");
            let value = rest.split(';').next().unwrap_or_default();
            if value.is_empty() || text.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }
}
