//! A person's browser without a screen: it keeps cookies, says what real browsers say, and fills in the forms that
//! stand on pages. Which portal it asks is told with each request; both take its cookies.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use chrono::{DateTime, Utc};
use reqwest::{Client, Method, header, redirect};
use scraper::{ElementRef, Html, Selector};
use uuid::Uuid;

/// How long people wait before they press again.
pub const PATIENCE: Duration = Duration::from_millis(3_500);

/// Who somebody is, with the cookies that make portals know them.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The name they sign in with.
    pub username: String,
    /// Their password.
    pub password: String,
    /// `zh` or `en`.
    pub language: &'static str,
    /// Their cookies.
    pub cookies: BTreeMap<String, String>,
}

/// One person's browser, which knows both portals.
pub struct Browser {
    /// Whose it is.
    pub who: Identity,
    http: Client,
    portals: Vec<String>,
    cookies: Mutex<BTreeMap<String, String>>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Page {
    /// The status.
    pub status: u16,
    /// Where it leads.
    pub location: Option<String>,
    /// The body.
    pub text: String,
    /// When it was asked for.
    pub asked_at: DateTime<Utc>,
    /// When its first bytes were there.
    pub at: DateTime<Utc>,
}

/// A form of a page, with what it would send.
#[derive(Debug, Clone)]
pub struct Form {
    /// Where it goes.
    pub action: String,
    /// Names and values, in order.
    pub fields: Vec<(String, String)>,
}

/// The client that browsers share; who has waited for so long gives up.
pub fn client(patience: Duration) -> Result<Client> {
    let client = Client::builder().redirect(redirect::Policy::none()).no_proxy().timeout(patience);
    Ok(client.pool_idle_timeout(Duration::from_secs(20)).build()?)
}

impl Browser {
    /// `who`'s, at `portals`.
    pub fn new(http: Client, portals: Vec<String>, who: Identity) -> Self {
        Self { cookies: Mutex::new(who.cookies.clone()), http, portals, who }
    }

    /// Follows a link or types an address, at one portal. Nothing when no answer comes.
    pub async fn get(&self, portal: usize, path: &str, fragment: bool) -> Option<Page> {
        self.send(portal, (Method::GET, path), &[], fragment).await
    }

    /// Sends a form, to one portal. Nothing when no answer comes.
    pub async fn post(&self, portal: usize, form: &Form) -> Option<Page> {
        self.send(portal, (Method::POST, &form.action), &form.fields, false).await
    }

    /// Tries both portals in turn until one answers well, as people do who press again.
    pub async fn insist(&self, portal: usize, path: &str, fragment: bool) -> Option<Page> {
        for turn in 0..5 {
            match self.get(portal + turn, path, fragment).await {
                Some(page) if page.status < 500 => return Some(page),
                _ => tokio::time::sleep(Duration::from_millis(250)).await,
            }
        }
        None
    }

    /// Signs in at one portal.
    pub async fn sign_in(&self, portal: usize) -> Result<()> {
        let fields = [("username", &self.who.username), ("password", &self.who.password)];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.clone()));
        let page =
            self.once(portal, (Method::POST, "/sign-in"), &fields, false).await.context("no answer")?;
        ensure!(page.status == 303, "{} cannot sign in: {}", self.who.username, page.status);
        Ok(())
    }

    /// What makes portals know them by now.
    pub fn identity(&self) -> Identity {
        Identity { cookies: self.cookies(), ..self.who.clone() }
    }

    async fn send(
        &self,
        portal: usize,
        what: (Method, &str),
        fields: &[(String, String)],
        fragment: bool,
    ) -> Option<Page> {
        let page = self.once(portal, what.clone(), fields, fragment).await?;
        let is_out = page.location.as_deref().is_some_and(|place| place.starts_with("/sign-in"));
        if (!is_out && page.status != 401) || self.sign_in(portal).await.is_err() {
            return Some(page);
        }
        // The session was too old: nothing was done with the request.
        self.once(portal, what, fields, fragment).await
    }

    async fn once(
        &self,
        portal: usize,
        (method, path): (Method, &str),
        fields: &[(String, String)],
        fragment: bool,
    ) -> Option<Page> {
        let origin = &self.portals[portal % self.portals.len()];
        let mut request = self.http.request(method.clone(), format!("{origin}{path}"));
        let cookies: Vec<String> =
            self.cookies().iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        if fragment {
            request = request.header("hx-request", "true");
        }
        if method == Method::POST {
            request =
                request.form(fields).header(header::ORIGIN, origin).header("sec-fetch-site", "same-origin");
        }
        let asked_at = Utc::now();
        let answer = request.send().await.ok()?;
        let (at, status, headers) = (Utc::now(), answer.status().as_u16(), answer.headers().clone());
        for cookie in headers.get_all(header::SET_COOKIE) {
            self.keep(cookie.to_str().unwrap_or_default());
        }
        let location = headers.get(header::LOCATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
        Some(Page { status, location, text: answer.text().await.ok()?, asked_at, at })
    }

    fn cookies(&self) -> BTreeMap<String, String> {
        self.cookies.lock().unwrap_or_else(PoisonError::into_inner).clone()
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
    /// The operation that it leads to.
    pub fn operation(&self) -> Option<Uuid> {
        operation_of(self.location.as_deref()?)
    }

    /// The plan that it leads to.
    pub fn plan(&self) -> Option<Uuid> {
        self.location.as_deref()?.strip_prefix("/resources/plans/")?.get(..36)?.parse().ok()
    }

    /// The operations that it links to, each once.
    pub fn operations(&self) -> Vec<Uuid> {
        let mut found = Vec::new();
        for part in self.text.split("\"/activity/").skip(1) {
            if let Some(id) = part.get(..36).and_then(|id| id.parse().ok())
                && !found.contains(&id)
            {
                found.push(id);
            }
        }
        found
    }

    /// The first order that it links to.
    pub fn order(&self) -> Option<String> {
        let id = self.text.split("\"/orders/").nth(1)?.split('"').next()?;
        id.chars().all(|c| c.is_ascii_alphanumeric()).then(|| id.to_owned())
    }

    /// The forms of the page.
    pub fn forms(&self) -> Vec<Form> {
        let selector = Selector::parse("form").expect("a selector");
        Html::parse_document(&self.text).select(&selector).map(Form::read).collect()
    }

    /// The one form with this id, as it would be sent untouched.
    pub fn form(&self, id: &str) -> Option<Form> {
        let selector = Selector::parse(&format!("form#{id}")).expect("a selector");
        Html::parse_document(&self.text).select(&selector).next().map(Form::read)
    }

    /// The form that goes to `.../{act}`.
    pub fn form_to(&self, act: &str) -> Option<Form> {
        self.forms().into_iter().find(|form| form.action.rsplit('/').next() == Some(act))
    }

    /// The values of the first few inputs of this name that can be ticked.
    pub fn choices(&self, name: &str) -> Vec<String> {
        let selector = Selector::parse(&format!("input[name={name}]:not([disabled])")).expect("a selector");
        let html = Html::parse_document(&self.text);
        let values = html.select(&selector).filter_map(|input| input.value().attr("value"));
        values.filter(|value| !value.is_empty()).take(4).map(str::to_owned).collect()
    }

    /// The value of the entry with these words in the list of this id.
    pub fn option(&self, list: &str, entry: &str) -> Option<String> {
        let selector = Selector::parse(&format!("select#{list} option")).expect("a selector");
        let html = Html::parse_document(&self.text);
        let found = html.select(&selector).find(|option| words(*option) == entry)?;
        found.value().attr("value").map(str::to_owned)
    }

    /// The words and, where it says so, the state of the element with this id; its words with single blanks.
    pub fn part(&self, id: &str) -> Option<(Option<String>, String)> {
        let selector = Selector::parse(&format!("#{id}")).expect("a selector");
        let html = if self.text.contains("<html") {
            Html::parse_document(&self.text)
        } else {
            Html::parse_fragment(&self.text)
        };
        let element = html.select(&selector).next()?;
        Some((element.value().attr("data-state").map(str::to_owned), words(element)))
    }

    /// The rows of the list of operations: which, its state, its words.
    pub fn rows(&self) -> Vec<(Uuid, Option<String>, String)> {
        let (rows, links) = (Selector::parse("tbody tr"), Selector::parse("a[href^='/activity/']"));
        let (rows, links) = (rows.expect("a selector"), links.expect("a selector"));
        let state = Selector::parse("[data-state]").expect("a selector");
        let html = Html::parse_document(&self.text);
        let read = |row: ElementRef<'_>| {
            let link = row.select(&links).next()?.value().attr("href")?;
            let inside = row.select(&state).next();
            let told = row.value().attr("data-state").or_else(|| inside?.value().attr("data-state"));
            Some((operation_of(link)?, told.map(str::to_owned), words(row)))
        };
        html.select(&rows).filter_map(read).collect()
    }
}

/// The operation whose page is at `path`.
fn operation_of(path: &str) -> Option<Uuid> {
    path.strip_prefix("/activity/")?.get(..36)?.parse().ok()
}

fn words(element: ElementRef<'_>) -> String {
    element.text().flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

/// What a list to choose from would send: what is chosen in it, or else its first entry.
fn chosen(list: ElementRef<'_>) -> Option<String> {
    let options = Selector::parse("option").expect("a selector");
    let is_chosen = |option: &ElementRef<'_>| option.value().attr("selected").is_some();
    let option = list.select(&options).find(is_chosen).or_else(|| list.select(&options).next())?;
    Some(option.value().attr("value").unwrap_or_default().to_owned())
}

impl Form {
    fn read(form: ElementRef<'_>) -> Self {
        let fields = Selector::parse("input, textarea, select").expect("a selector");
        let mut found = Vec::new();
        for field in form.select(&fields) {
            let element = field.value();
            let (Some(name), None) = (element.attr("name"), element.attr("disabled")) else { continue };
            let value = match (element.name(), element.attr("type")) {
                ("input", Some("checkbox" | "radio")) => {
                    element.attr("checked").map(|_| element.attr("value").unwrap_or("on").to_owned())
                }
                ("input", Some("submit" | "button")) => None,
                ("select", _) => chosen(field),
                ("textarea", _) => Some(words(field)),
                _ => Some(element.attr("value").unwrap_or_default().to_owned()),
            };
            found.extend(value.map(|value| (name.to_owned(), value)));
        }
        Self { action: form.value().attr("action").unwrap_or_default().to_owned(), fields: found }
    }

    /// A form that stands on no page.
    pub fn to(action: &str, fields: &[(&str, &str)]) -> Self {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { action: action.to_owned(), fields }
    }

    /// What `name` would be sent with.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// With `name` set to `value`.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(field, _)| field != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// Makes a first password one's own, as the portal asks for at the first sign-in.
pub async fn own_password(browser: &mut Browser, own: &str) -> Result<()> {
    browser.sign_in(0).await?;
    let (old, new) = (browser.who.password.clone(), own);
    let form = Form::to("/account/password", &[("current", &old), ("new", new), ("again", new)]);
    let page = browser.post(0, &form).await.context("no answer")?;
    if page.status != 303 {
        bail!("{}'s password was not changed: {} {}", browser.who.username, page.status, page.text);
    }
    new.clone_into(&mut browser.who.password);
    let tag = if browser.who.language == "zh" { "zh-CN" } else { "en" };
    let page = browser.post(0, &Form::to("/preferences", &[("language", tag)])).await.context("no answer")?;
    ensure!(page.status == 303, "no language: {}", page.status);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: &str) -> Page {
        let at = Utc::now();
        Page { status: 200, location: None, text: text.to_owned(), asked_at: at, at }
    }

    #[test]
    fn a_form_sends_what_a_browser_would_send() {
        let form = page(
            r#"<html><form id="pay" action="/orders/CS1/pay"><input type="hidden" name="form_key" value="k">
            <input type="checkbox" name="coupon" value="C1"><input type="checkbox" name="coupon" value="C2" checked>
            <select name="term"><option value="m1"><option value="m2" selected></select>
            <select name="period"><option value="">none<option value="YEAR"></select>
            <input name="off" value="x" disabled><textarea name="reason"> why </textarea>
            <button name="update" value="1"></button></form></html>"#,
        );
        let form = form.form("pay").unwrap();
        assert_eq!(form.action, "/orders/CS1/pay");
        let sent: Vec<(&str, &str)> = form.fields.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        let expected =
            [("form_key", "k"), ("coupon", "C2"), ("term", "m2"), ("period", ""), ("reason", "why")];
        assert_eq!(sent, expected);
        assert_eq!(form.with("reason", "other").value("reason"), Some("other"));
    }

    #[test]
    fn states_are_read_from_pages_and_fragments() {
        let id = "018f0000-0000-7000-8000-000000000001";
        let fragment = page(r#"<div id="operation" data-state="UNKNOWN"><h1>Result  not known</h1></div>"#);
        assert_eq!(
            fragment.part("operation"),
            Some((Some("UNKNOWN".to_owned()), "Result not known".to_owned()))
        );
        let list = page(&format!(
            r#"<html><table><tbody><tr data-state="READY"><td><a href="/activity/{id}">Pay</a></td></tr></tbody></table>"#
        ));
        assert_eq!(list.rows(), [(id.parse().unwrap(), Some("READY".to_owned()), "Pay".to_owned())]);
        assert_eq!(list.operations(), [id.parse::<Uuid>().unwrap()]);
    }
}
