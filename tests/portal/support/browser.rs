//! A browser without a screen: it keeps cookies, sends what real browsers send, reads pages as HTML,
//! and fills in the forms that it finds there.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use reqwest::{Method, StatusCode, header};
use scraper::{ElementRef, Html, Selector};

/// One person's browser. Clones share its cookies, as tabs do.
#[derive(Clone)]
pub struct Browser {
    http: reqwest::Client,
    origin: String,
    cookies: Arc<Mutex<BTreeMap<String, String>>>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Page {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: header::HeaderMap,
    /// The body as text.
    pub text: String,
}

/// A form of a page, with what it would send.
#[derive(Debug, Clone)]
pub struct Form {
    /// Where it goes.
    pub action: String,
    /// Names and values, in order.
    pub fields: Vec<(String, String)>,
}

impl Browser {
    /// A fresh one.
    pub(super) fn at(origin: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .expect("a client");
        Self { http, origin: origin.to_owned(), cookies: Arc::default() }
    }

    /// Follows a link or types an address.
    pub async fn get(&self, path: &str) -> Page {
        self.send(self.http.get(self.url(path))).await
    }

    /// Asks as HTMX does.
    pub async fn htmx(&self, path: &str) -> Page {
        self.send(self.http.get(self.url(path)).header("hx-request", "true")).await
    }

    /// Sends a form of the portal's own page.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let request = self.http.post(self.url(path)).form(fields);
        self.send(request.header(header::ORIGIN, &self.origin).header("sec-fetch-site", "same-origin")).await
    }

    /// Sends a form that was found on a page.
    pub async fn submit(&self, form: &Form) -> Page {
        let fields: Vec<(&str, &str)> = form.fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        self.post(&form.action, &fields).await
    }

    /// Any request, such as one that a page of ours never makes.
    pub async fn request(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Page {
        let mut request = self.http.request(method, self.url(path));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request).await
    }

    /// Follows where a page leads, until one leads nowhere.
    pub async fn follow(&self, page: Page) -> Page {
        let mut page = page;
        for _ in 0..5 {
            let Some(next) = page.leads_to() else { return page };
            page = self.get(&next).await;
        }
        panic!("redirected for ever");
    }

    /// Signs in, or fails the test.
    pub async fn sign_in(&self, username: &str, password: &str) {
        let page = self.post("/sign-in", &[("username", username), ("password", password)]).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    }

    /// The cookies by name.
    pub fn cookies(&self) -> BTreeMap<String, String> {
        self.cookies.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Page {
        let cookies: Vec<String> =
            self.cookies().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request =
            if cookies.is_empty() { request } else { request.header(header::COOKIE, cookies.join("; ")) };
        let answer = request.send().await.expect("the portal answers");
        let (status, headers) = (answer.status(), answer.headers().clone());
        for cookie in headers.get_all(header::SET_COOKIE) {
            self.keep(cookie.to_str().expect("a cookie"));
        }
        Page { status, headers, text: answer.text().await.expect("a body") }
    }

    fn keep(&self, cookie: &str) {
        let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
        let Some((name, value)) = pair.split_once('=') else { return };
        let mut cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        if value.is_empty() || attributes.to_lowercase().contains("max-age=0") {
            cookies.remove(name);
        } else {
            cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}

impl Page {
    /// Where a redirect leads, as a path.
    pub fn leads_to(&self) -> Option<String> {
        let header =
            |name| self.headers.get(name).and_then(|value: &header::HeaderValue| value.to_str().ok());
        if self.status.is_redirection() { header("location").map(str::to_owned) } else { None }
    }

    /// A header's text, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The words of every element that `selector` finds, with single blanks.
    pub fn texts(&self, selector: &str) -> Vec<String> {
        self.select(selector, |element| {
            element.text().flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
        })
    }

    /// The words of the one element that `selector` finds.
    pub fn words(&self, selector: &str) -> String {
        let mut found = self.texts(selector);
        assert_eq!(found.len(), 1, "{selector} finds {found:?} in {}", self.text);
        found.remove(0)
    }

    /// An attribute of every element that `selector` finds and that has it.
    pub fn attributes(&self, selector: &str, name: &str) -> Vec<String> {
        let found = self.select(selector, |element| element.value().attr(name).map(str::to_owned));
        found.into_iter().flatten().collect()
    }

    /// Whether `selector` finds anything.
    pub fn has(&self, selector: &str) -> bool {
        !self.select(selector, |_| ()).is_empty()
    }

    /// The one form that `selector` finds, as it would be sent untouched.
    pub fn form(&self, selector: &str) -> Form {
        let mut forms = self.select(selector, Form::read);
        assert_eq!(forms.len(), 1, "{selector} in {}", self.text);
        forms.remove(0)
    }

    fn select<T>(&self, selector: &str, each: impl Fn(ElementRef<'_>) -> T) -> Vec<T> {
        let selector = Selector::parse(selector).expect("a selector");
        Html::parse_document(&self.text).select(&selector).map(each).collect()
    }
}

impl Form {
    fn read(form: ElementRef<'_>) -> Self {
        let fields = Selector::parse("input, select, textarea").expect("a selector");
        let chosen = Selector::parse("option[selected]").expect("a selector");
        let first = Selector::parse("option").expect("a selector");
        let mut found = Vec::new();
        for field in form.select(&fields) {
            let element = field.value();
            let Some(name) = element.attr("name") else { continue };
            let is_off = element.attr("disabled").is_some();
            let value = match (element.name(), element.attr("type")) {
                (_, _) if is_off => None,
                ("select", _) => {
                    let option = field.select(&chosen).next().or_else(|| field.select(&first).next());
                    option.and_then(|option| option.value().attr("value"))
                }
                ("input", Some("checkbox" | "radio")) => {
                    element.attr("checked").map(|_| element.attr("value").unwrap_or("on"))
                }
                ("input", Some("submit" | "button")) => None,
                _ => Some(element.attr("value").unwrap_or_default()),
            };
            found.extend(value.map(|value| (name.to_owned(), value.to_owned())));
        }
        Self { action: form.value().attr("action").unwrap_or_default().to_owned(), fields: found }
    }

    /// With `name` set to `value`, in place of what it was.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(field, _)| field != name);
        self.and(name, value)
    }

    /// What it would send as `name`, if it has it once.
    pub fn value(&self, name: &str) -> &str {
        let mut values = self.fields.iter().filter(|(field, _)| field == name).map(|(_, value)| value);
        let (first, second) = (values.next(), values.next());
        assert!(second.is_none(), "{name} twice");
        first.unwrap_or_else(|| panic!("no {name} in {:?}", self.fields))
    }

    /// With one more `name`.
    #[must_use]
    pub fn and(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }
}
