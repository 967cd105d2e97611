//! What every page template has as `ui`, and how a template becomes an answer. It knows no feature.

use askama::Template;
use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    http::request::Parts,
    response::{Html, IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{
    assets,
    error::Error,
    fmt, links,
    session::{RequestId, Visit},
    texts,
};
use crate::{
    i18n::Locale,
    identity::{
        Theme,
        access::{Actor, Permission, Role},
        session::SignedIn,
    },
    state::App,
};

/// The reader of a page, and what its frame shows. The methods without arguments are what
/// `templates/layout.html` asks for.
#[derive(Debug, Clone)]
pub struct Ui {
    /// The reader's language.
    pub locale: Locale,
    /// The texts of the frame and the shared components.
    pub t: texts::Texts,
    /// The person, if somebody is signed in.
    pub actor: Option<Actor>,
    /// The zone that times are shown in.
    pub zone: Tz,
    /// When the page was made.
    pub now: DateTime<Utc>,
    /// The request's id.
    pub request_id: RequestId,
    /// Whether HTMX asked for a fragment.
    pub htmx: bool,
    theme: Theme,
    path: String,
    here: String,
    search: String,
    accounts: Vec<AccountChoice>,
    open_operations: u64,
}

/// An account in the header's switch.
#[derive(Debug, Clone)]
pub struct AccountChoice {
    /// Its id, as a form sends it.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether it is the one looked at.
    pub chosen: bool,
}

impl Ui {
    /// The page's frame for whoever is behind `visit`.
    pub(crate) async fn of(app: &App, visit: &Visit) -> Result<Self, Error> {
        let mut ui = Self::for_nobody(app, visit);
        if let Some(person) = visit.signed_in().await? {
            ui.sign(app, person);
        }
        Ok(ui)
    }

    /// The page's frame for a stranger.
    pub(super) fn for_nobody(app: &App, visit: &Visit) -> Self {
        let search = visit
            .query()
            .and_then(|query| form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "q"))
            .map(|(_, value)| value.into_owned())
            .unwrap_or_default();
        Self {
            locale: visit.locale(),
            t: texts::Texts(visit.locale()),
            actor: None,
            zone: app.settings.zone,
            now: app.clock.now(),
            request_id: visit.request_id(),
            htmx: visit.is_htmx(),
            theme: Theme::default(),
            path: visit.path().to_owned(),
            here: visit.here(),
            search,
            accounts: Vec::new(),
            open_operations: 0,
        }
    }

    fn sign(&mut self, app: &App, person: &SignedIn) {
        let actor = person.actor();
        self.locale = person.locale;
        self.t = texts::Texts(person.locale);
        self.theme = person.theme;
        let one_chosen = actor.scope != actor.all_accounts;
        self.accounts = app
            .readers
            .accounts(&actor.all_accounts)
            .map(|account| AccountChoice {
                id: account.id.to_string(),
                name: account.name.clone(),
                chosen: one_chosen && actor.scope.contains(account.id),
            })
            .collect();
        self.open_operations = app.pulse.open_operations(&actor.scope);
        self.actor = Some(actor);
    }

    /// The language's tag.
    pub const fn lang(&self) -> &'static str {
        self.locale.tag()
    }

    /// The tag of the other language.
    pub const fn other_lang(&self) -> &'static str {
        match self.locale {
            Locale::Zh => Locale::En.tag(),
            Locale::En => Locale::Zh.tag(),
        }
    }

    /// `auto`, `light` or `dark`.
    pub const fn theme(&self) -> &'static str {
        self.theme.as_str()
    }

    /// The URL of a static file.
    pub fn asset(&self, name: &str) -> String {
        assets::url(name)
    }

    /// An icon of the sprite.
    pub const fn icon(&self, name: &'static str) -> assets::Icon {
        assets::icon(name)
    }

    /// Path and query of this page.
    pub fn here(&self) -> &str {
        &self.here
    }

    /// Whether this page is `path` or below it; `/` is only itself.
    pub fn is_in(&self, path: &str) -> bool {
        self.path == path
            || (path != "/" && self.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('/')))
    }

    /// The zone's name.
    pub fn zone(&self) -> &'static str {
        self.zone.name()
    }

    /// Whether somebody is signed in.
    pub const fn signed_in(&self) -> bool {
        self.actor.is_some()
    }

    /// The name of who is signed in, or nothing.
    pub fn username(&self) -> &str {
        self.actor.as_ref().map_or("", |actor| actor.username.as_str())
    }

    /// The role of who is signed in, in the reader's language, or nothing.
    pub fn role_name(&self) -> &'static str {
        self.actor.as_ref().map_or("", |actor| role_name(actor.role, self.locale))
    }

    /// Whether the reader may do `permission`.
    pub fn may(&self, permission: Permission) -> bool {
        self.actor.as_ref().is_some_and(|actor| actor.may(permission))
    }

    /// Whether orders are shown to the reader.
    pub fn sees_orders(&self) -> bool {
        self.may(Permission::ViewOrders)
    }

    /// Whether yearly/monthly resources are shown to the reader.
    pub fn sees_resources(&self) -> bool {
        self.may(Permission::ViewResources)
    }

    /// Whether coupons, cards and balances are shown to the reader.
    pub fn sees_funds(&self) -> bool {
        self.may(Permission::ViewFunds)
    }

    /// Whether resource packages are shown to the reader.
    pub fn sees_packages(&self) -> bool {
        self.may(Permission::ViewPackages)
    }

    /// Whether the reader may ask for prices.
    pub fn sees_prices(&self) -> bool {
        self.may(Permission::ViewPrices)
    }

    /// The list that the header's search looks into: the one that is looked at, usually orders.
    pub fn searched(&self) -> &'static str {
        let resources = self.is_in(links::RESOURCES) || !self.sees_orders();
        if resources && self.sees_resources() { links::RESOURCES } else { links::ORDERS }
    }

    /// What that search looks for.
    pub fn search_hint(&self) -> &'static str {
        if self.searched() == links::RESOURCES {
            self.t.search_resources_hint()
        } else {
            self.t.search_hint()
        }
    }

    /// Whether operations are shown to the reader.
    pub fn sees_activity(&self) -> bool {
        self.may(Permission::ViewActivity)
    }

    /// Whether the header counts open operations: not for who has no account to have any.
    pub fn sees_open_operations(&self) -> bool {
        self.sees_activity() && !self.accounts.is_empty()
    }

    /// The accounts of the header's switch.
    pub fn accounts(&self) -> &[AccountChoice] {
        &self.accounts
    }

    /// Whether all accounts are looked at, not a chosen one.
    pub fn all_accounts(&self) -> bool {
        !self.accounts.iter().any(|account| account.chosen)
    }

    /// How many operations are open in the accounts looked at.
    pub const fn open_operations(&self) -> u64 {
        self.open_operations
    }

    /// The text in the search box.
    pub fn search(&self) -> &str {
        &self.search
    }

    /// `at` to the minute, in the portal's zone.
    pub fn at(&self, at: &DateTime<Utc>) -> fmt::Minute {
        fmt::minute(*at, self.zone)
    }

    /// `at` to the second, in the portal's zone.
    pub fn at_second(&self, at: &DateTime<Utc>) -> fmt::Second {
        fmt::second(*at, self.zone)
    }

    /// How far off `at` is, for what is still to come: “in 20 s”, or “any moment” once it has passed.
    pub fn ahead(&self, at: &DateTime<Utc>) -> String {
        let seconds = (*at - self.now).num_seconds();
        fmt::distance(self.t.in_words(), u64::try_from(seconds).unwrap_or_default())
    }

    /// The day of `at`, in the portal's zone.
    pub fn day(&self, at: &DateTime<Utc>) -> fmt::Day {
        fmt::day(*at, self.zone)
    }
}

/// A role in the reader's language.
pub const fn role_name(role: Role, locale: Locale) -> &'static str {
    let t = Texts(locale);
    match role {
        Role::Viewer => t.viewer(),
        Role::Finance => t.finance(),
        Role::Approver => t.approver(),
        Role::Admin => t.admin(),
    }
}

crate::texts! {
    /// The roles' names.
    pub struct Texts {
        viewer: "只读", "Viewer";
        finance: "财务", "Finance";
        approver: "审批", "Approver";
        admin: "管理员", "Administrator";
    }
}

impl FromRequestParts<App> for Ui {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let visit = Visit::from_request_parts(parts, app).await?;
        Self::of(app, &visit).await
    }
}

impl FromRequestParts<App> for Visit {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Error> {
        parts
            .extensions
            .get()
            .cloned()
            .ok_or_else(|| Error::Internal(anyhow::anyhow!("no layer made the visit")))
    }
}

impl FromRequestParts<App> for Actor {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        Visit::from_request_parts(parts, app)
            .await?
            .signed_in()
            .await?
            .map(SignedIn::actor)
            .ok_or(Error::SignIn)
    }
}

impl OptionalFromRequestParts<App> for Actor {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Option<Self>, Error> {
        let visit = <Visit as FromRequestParts<App>>::from_request_parts(parts, app).await?;
        Ok(visit.signed_in().await?.map(SignedIn::actor))
    }
}

/// A template, or one of its blocks, as an answer.
#[derive(Debug)]
pub struct Page<T>(pub T);

impl<T: Template> IntoResponse for Page<T> {
    fn into_response(self) -> Response {
        match self.0.render() {
            Ok(html) => Html(html).into_response(),
            Err(error) => Error::from(error).into_response(),
        }
    }
}
