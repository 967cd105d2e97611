//! The list of packages: tabs by where they are in their life, what is low, running out and ending, filters in the
//! URL, keyset pages. It asks nobody upstream.

pub mod store;

use std::collections::HashMap;

use askama::Template;
use axum::{
    extract::State,
    http::HeaderValue,
    response::{Html, IntoResponse, Redirect, Response},
};
use uuid::Uuid;

use self::store::{Choice, Item, Row, Tally, items, regions, rows, services, tallies};
use super::{
    filter::{Filter, Near, Parameters, Tab},
    sync,
    texts::Texts,
    usage,
    words::{self, Said},
};
use crate::{
    i18n::Locale,
    identity::access::{Actor, Permission},
    jobs,
    money::Money,
    readings::Standing,
    state::App,
    units::Units,
    web::{
        Error, Page, Ui,
        chip::Chip,
        fmt::grouped,
        form::Query,
        links,
        pager::{self, Start},
    },
};

/// What the pages of packages rest on.
pub const LISTINGS: [&str; 1] = [sync::JOB];

/// A tab or a chip of the list.
struct Link {
    url: String,
    word: &'static str,
    count: String,
    current: bool,
    /// Whether it counts something that needs a decision.
    urgent: bool,
}

/// A filter with all that can be chosen.
struct Pick {
    name: &'static str,
    word: &'static str,
    choices: Vec<Offer>,
}

/// One of them.
struct Offer {
    value: String,
    word: String,
    chosen: bool,
}

struct Active {
    sentence: String,
    without: String,
}

/// A package in words.
struct Line {
    row: Row,
    chip: Chip,
    items: Vec<Said>,
    lapsing: Option<Money>,
}

#[derive(Template)]
#[template(path = "packages/list.html", blocks = ["tabs", "near", "results"])]
struct ListPage<'a> {
    ui: &'a Ui,
    t: Texts,
    app: &'a App,
    filter: &'a Filter,
    standing: &'a Standing,
    lines: Vec<Line>,
    tabs: Vec<Link>,
    near: Vec<Link>,
    picks: Vec<Pick>,
    active: Vec<Active>,
    shown: String,
    first: Option<String>,
    previous: Option<String>,
    next: Option<String>,
    is_fresh: bool,
}

/// `GET /packages`.
pub async fn show(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Query(parameters): Query<Parameters>,
) -> Result<Response, Error> {
    if let Some(url) = links::searched(parameters.typed(), links::PACKAGES) {
        return Ok(Redirect::to(&url).into_response());
    }
    let filter = Filter::from(parameters);
    let standing = Standing::of(&app.db, &actor.scope, &LISTINGS).await?;
    let counted = tallies(&app.db, &actor.scope, &filter, ui.now).await?;
    let found = rows(&app.db, &actor.scope, &filter, ui.now, false).await?;
    let page = pager::Page::of(found, &filter.start, Row::cursor);
    let held = items(&app.db, &page.rows, ui.now).await?;
    let units = Units::known(&app.db).await?;
    let tabs = tabs(&filter, &counted, ui.locale);
    let total = tabs.iter().find(|tab| tab.current).map(|tab| tab.count.clone()).unwrap_or_default();
    let t = Texts(ui.locale);
    let url = |start: Start| format!("{}?{}", links::PACKAGES, Filter { start, ..filter.clone() }.query());
    let view = ListPage {
        ui: &ui,
        t,
        shown: match filter.start {
            Start::First => t.first_of(page.rows.len(), &total),
            _ => t.on_page(page.rows.len()),
        },
        tabs,
        near: near(&filter, &counted, ui.locale),
        picks: vec![
            pick(
                "service",
                t.service(),
                (&services(&app.db, &actor.scope).await?, &filter.service),
                ui.locale,
            ),
            pick("region", t.region(), (&regions(&app.db, &actor.scope).await?, &filter.region), ui.locale),
        ],
        active: active(&app, &filter, ui.locale),
        first: (filter.start != Start::First).then(|| url(Start::First)),
        previous: page.previous.map(url),
        next: page.next.map(url),
        is_fresh: standing.is_fresh(ui.now, app.settings.max_data_age),
        lines: lines(page.rows, &held, &units, &ui),
        standing: &standing,
        filter: &filter,
        app: &app,
    };
    if !ui.htmx {
        return Ok(Page(view).into_response());
    }
    let fragments =
        format!("{}{}{}", view.as_tabs().render()?, view.as_near().render()?, view.as_results().render()?);
    let mut response = Html(fragments).into_response();
    if let Ok(url) = HeaderValue::from_str(&format!("{}?{}", links::PACKAGES, filter.query())) {
        response.headers_mut().insert("hx-push-url", url);
    }
    Ok(response)
}

/// `POST /packages/refresh`: wakes the jobs that read packages and their use.
pub async fn refresh(State(app): State<App>) -> Result<Redirect, Error> {
    jobs::wake(&app.db, sync::JOB).await?;
    jobs::wake(&app.db, usage::JOB).await?;
    Ok(Redirect::to(links::PACKAGES))
}

/// The items of each package.
pub fn by_package(held: &[Item]) -> HashMap<(Uuid, &str), Vec<&Item>> {
    let mut of: HashMap<(Uuid, &str), Vec<&Item>> = HashMap::new();
    for item in held {
        of.entry((item.account, item.package.as_str())).or_default().push(item);
    }
    of
}

fn lines(rows: Vec<Row>, held: &[Item], units: &Units, ui: &Ui) -> Vec<Line> {
    let of = by_package(held);
    let line = |row: Row| {
        let items =
            of.get(&(row.account, row.order_instance_id.as_str())).map(Vec::as_slice).unwrap_or_default();
        Line {
            chip: words::status(row.status, ui.locale),
            items: items.iter().map(|item| words::item(&row, item, units, ui.locale, ui.now)).collect(),
            lapsing: words::lapsing(&row, items),
            row,
        }
    };
    rows.into_iter().map(line).collect()
}

impl ListPage<'_> {
    fn product<'r>(&self, row: &'r Row) -> &'r str {
        self.ui.locale.pick(&row.product_zh, &row.product_en)
    }

    fn service<'r>(&self, row: &'r Row) -> &'r str {
        self.ui.locale.pick(&row.service_zh, &row.service_en)
    }

    fn account(&self, row: &Row) -> &str {
        self.app.readers.name(row.account.into()).unwrap_or_default()
    }

    /// Whether its end is so near that it is shown as something to decide about.
    fn is_near(&self, row: &Row) -> bool {
        let soon = chrono::TimeDelta::days(7);
        words::is_live(row) && row.expires_at.is_some_and(|at| at <= self.ui.now + soon)
    }

    /// A tab is a status, unless it is all of them.
    fn shows_status(&self) -> bool {
        self.filter.tab == Tab::All
    }

    fn may_export(&self) -> bool {
        self.ui.may(Permission::Export)
    }

    fn export(&self, kind: &str) -> String {
        format!("{}/export.{kind}?{}", links::PACKAGES, self.filter.conditions())
    }

    /// The list the other way round.
    fn turned(&self) -> String {
        url(self.filter, |f| f.descending = !f.descending)
    }
}

/// The list with something changed.
fn url(filter: &Filter, change: impl FnOnce(&mut Filter)) -> String {
    let query = filter.with(change).query();
    if query.is_empty() { links::PACKAGES.to_owned() } else { format!("{}?{query}", links::PACKAGES) }
}

fn sum(counted: &[Tally], tab: Tab, near: Option<Near>) -> i64 {
    let of_tab = counted.iter().filter(|tally| tab.code().is_none_or(|code| code == tally.status));
    of_tab.map(|tally| tally.count(near)).sum()
}

fn tabs(filter: &Filter, counted: &[Tally], locale: Locale) -> Vec<Link> {
    let link = |tab: Tab| Link {
        url: url(filter, |f| f.tab = tab),
        word: Texts(locale).tab(tab),
        count: grouped(sum(counted, tab, filter.near)),
        current: filter.tab == tab,
        urgent: false,
    };
    Tab::ALL.into_iter().map(link).collect()
}

fn near(filter: &Filter, counted: &[Tally], locale: Locale) -> Vec<Link> {
    let link = |near: Near| {
        let (n, current) = (sum(counted, filter.tab, Some(near)), filter.near == Some(near));
        Link {
            url: url(filter, |f| f.near = (!current).then_some(near)),
            word: Texts(locale).near(near),
            count: grouped(n),
            current,
            urgent: n > 0 && near != Near::Expiring,
        }
    };
    Near::ALL.into_iter().map(link).collect()
}

fn pick(
    name: &'static str,
    word: &'static str,
    (choices, chosen): (&[Choice], &Option<String>),
    locale: Locale,
) -> Pick {
    let offer = |choice: &Choice| Offer {
        value: choice.code.clone(),
        word: locale.pick(&choice.zh, &choice.en).clone(),
        chosen: chosen.as_ref() == Some(&choice.code),
    };
    Pick { name, word, choices: choices.iter().map(offer).collect() }
}

impl Pick {
    fn is_on(&self) -> bool {
        self.choices.iter().any(|choice| choice.chosen)
    }
}

/// The conditions as sentences, each with the list without it.
fn active(app: &App, filter: &Filter, locale: Locale) -> Vec<Active> {
    let t = Texts(locale);
    let mut active = Vec::new();
    let mut add = |sentence: String, change: fn(&mut Filter)| {
        active.push(Active { sentence, without: url(filter, change) });
    };
    if !filter.text.is_empty() {
        add(t.text_is(&filter.text), |f| f.text.clear());
    }
    if let Some(near) = filter.near {
        add(t.near(near).to_owned(), |f| f.near = None);
    }
    if let Some(code) = &filter.service {
        add(t.service_is(code), |f| f.service = None);
    }
    if let Some(code) = &filter.region {
        add(t.region_is(code), |f| f.region = None);
    }
    if let Some(id) = &filter.order {
        add(t.order_is(id), |f| {
            f.order = None;
            f.tab = Tab::default();
        });
    }
    if let Some(account) = filter.account {
        add(t.account_is(app.readers.name(account.into()).unwrap_or_default()), |f| f.account = None);
    }
    active
}
