//! The list of yearly/monthly resources: tabs by what happens at expiry, how near that is, filters in the
//! URL, keyset pages. It asks nobody upstream.

mod matching;
pub mod store;

use std::{collections::HashMap, sync::Arc};

use askama::Template;
use axum::{
    extract::State,
    http::HeaderValue,
    response::{Html, IntoResponse, Redirect, Response},
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use self::{
    matching::{Act, Matching, acts},
    store::{Attached, Listing, Row, attached, list},
};
use super::{
    filter::{Due, Filter, MOST_IDS, Parameters, SELECT_ALL, Tab},
    glance::{Glance, named, store::Choice},
    store::find_many,
    sync::{self, store::Progress},
    texts::Texts,
    words,
};
use crate::{
    i18n::Locale,
    identity::{
        access::{AccountId, Actor, Permission, Scope},
        lists::List,
    },
    jobs,
    state::App,
    web::{
        Error, Page, Ui, chip::Chip, fmt::grouped, form::Query, links, lists::Tools, pager::Start,
        refresh::WHOLE_PAGE,
    },
};

/// A tab or a chip of the list.
struct Link {
    url: String,
    word: String,
    count: Option<String>,
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

/// A pasted id that is not listed, and why.
struct Missing {
    id: String,
    why: String,
    parent: Option<String>,
}

#[derive(Template)]
#[template(path = "resources/list.html", blocks = ["tabs", "due", "results"])]
struct ListPage<'a> {
    ui: &'a Ui,
    t: Texts,
    filter: &'a Filter,
    rows: &'a [Row],
    attached: HashMap<(Uuid, &'a str), Vec<&'a Attached>>,
    tabs: Vec<Link>,
    due: Vec<Link>,
    picks: Vec<Pick>,
    active: Vec<Active>,
    missing: Vec<Missing>,
    glance: &'a Glance,
    names: HashMap<Uuid, &'a str>,
    acts: Vec<Act>,
    /// Everything that matches, where that is selected.
    matching: Option<Matching>,
    shown: String,
    first: Option<String>,
    previous: Option<String>,
    next: Option<String>,
    last: Option<String>,
    is_fresh: bool,
    too_many: bool,
    tools: Tools,
}

/// `GET /resources`.
pub async fn show(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Query(parameters): Query<Parameters>,
) -> Result<Response, Error> {
    if let Some(url) = links::searched(parameters.typed(), links::RESOURCES) {
        return Ok(Redirect::to(&url).into_response());
    }
    let wants_all = parameters.wants_all();
    let mut filter = Filter::from(parameters);
    if wants_all {
        filter.start = Start::First;
    }
    let asked = filter.ids.len();
    filter.ids.truncate(MOST_IDS);
    let t = Texts(ui.locale);
    let scope = actor.scope.narrowed(filter.account.map(AccountId));
    let glance = Glance::at(&app, &actor.scope).await?;
    let kept = if filter.account.is_some() { Glance::at(&app, &scope).await? } else { glance.clone() };
    let Listing { page, tallies } = list(&app.db, &actor.scope, &filter, ui.now).await?;
    let ids: Vec<String> = page.rows.iter().map(|row| row.resource_id().to_owned()).collect();
    let attachments = attached(&app.db, &scope, &ids).await?;
    let mut attached: HashMap<(Uuid, &str), Vec<&Attached>> = HashMap::new();
    for one in &attachments {
        attached.entry((one.account, one.parent_id.as_str())).or_default().push(one);
    }
    let tabs = tabs(&filter, &tallies, &kept, ui.locale);
    let total = tabs.iter().find(|tab| tab.current).and_then(|tab| tab.count.clone());
    let shown = match (&total, &filter.start) {
        (_, _) if !filter.ids.is_empty() => t.pasted(page.rows.len(), asked),
        (Some(total), Start::First) => t.first_of(page.rows.len(), total),
        _ => t.on_page(page.rows.len()),
    };
    let is_fresh = glance.is_fresh(&app, ui.now);
    let acts = acts(&ui);
    let matching = if wants_all && is_fresh && !acts.is_empty() {
        let total = total.as_deref();
        Some(Matching::of((&app.db, &actor.scope), (&filter, &ui), (&page, total), &acts).await?)
    } else {
        None
    };
    let url = |start: Start| format!("{}?{}", links::RESOURCES, Filter { start, ..filter.clone() }.query());
    let view = ListPage {
        ui: &ui,
        t,
        tabs,
        due: due(&filter, &kept, ui.locale),
        picks: picks(&filter, &glance, ui.locale),
        active: active(&app, &filter, &glance, ui.locale),
        missing: missing(&app, &actor.scope, &filter, &page.rows, &ui).await?,
        names: app.readers.all().iter().map(|account| (account.id.0, account.name.as_str())).collect(),
        acts,
        matching,
        shown,
        first: (filter.start != Start::First).then(|| url(Start::First)),
        last: page.next.is_some().then(|| url(Start::Last)),
        previous: page.previous.map(url),
        next: page.next.map(url),
        is_fresh,
        too_many: asked > MOST_IDS,
        tools: Tools::read(
            &app,
            (&ui, &actor),
            List::Resources,
            &[t.product(), t.region_and_project(), t.account(), t.policy(), t.status()],
            filter.conditions(),
        )
        .await?,
        rows: &page.rows,
        attached,
        filter: &filter,
        glance: &glance,
    };
    if !ui.htmx {
        return Ok(Page(view).into_response());
    }
    let fragments =
        format!("{}{}{}", view.as_tabs().render()?, view.as_due().render()?, view.as_results().render()?);
    let mut response = Html(fragments).into_response();
    if let Ok(url) = HeaderValue::from_str(&format!("{}?{}", links::RESOURCES, filter.query())) {
        response.headers_mut().insert("hx-push-url", url);
    }
    Ok(response)
}

#[derive(Template)]
#[template(path = "resources/progress.html")]
struct ProgressPage {
    t: Texts,
    loading: Option<(i64, i64)>,
}

/// `GET /resources/sync`: how far the first walk is; the page is read again when it has ended.
pub async fn show_progress(State(app): State<App>, ui: Ui, actor: Actor) -> Result<Response, Error> {
    let loading = Glance::at(&app, &actor.scope).await?.loading();
    let ended = loading.is_none();
    let mut response = Page(ProgressPage { t: Texts(ui.locale), loading }).into_response();
    if ended {
        response.headers_mut().extend([WHOLE_PAGE]);
    }
    Ok(response)
}

/// `POST /resources/refresh`: wakes the job that reads resources.
pub async fn refresh(State(app): State<App>) -> Result<Redirect, Error> {
    jobs::wake(&app.db, sync::JOB).await?;
    Ok(Redirect::to(links::RESOURCES))
}

impl Row {
    fn size_in_words(&self) -> Option<String> {
        words::size(self.spec(), self.size(), self.measure())
    }

    /// The name of its enterprise project, or its id.
    fn project(&self) -> &str {
        if self.project_name().is_empty() { self.project_id() } else { self.project_name() }
    }
}

impl ListPage<'_> {
    fn read_failed(&self, progress: &Progress, at: &DateTime<Utc>) -> String {
        let account = self.names.get(&progress.account.0).copied().unwrap_or_default();
        self.t.read_failed(account, &self.ui.at(at).to_string())
    }

    fn status(&self, row: &Row) -> Chip {
        words::status(row.status(), self.ui.locale)
    }

    fn policy(&self, row: &Row) -> Chip {
        words::policy(row.policy(), self.ui.locale)
    }

    fn service<'r>(&self, row: &'r Row) -> &'r str {
        self.ui.locale.pick(row.service_zh(), row.service_en())
    }

    fn kind<'r>(&self, row: &'r Row) -> &'r str {
        self.ui.locale.pick(row.type_zh(), row.type_en())
    }

    fn kind_of(&self, attached: &Attached) -> String {
        self.ui.locale.pick(&attached.type_zh, &attached.type_en).clone()
    }

    fn account(&self, row: &Row) -> &str {
        self.names.get(&row.account()).copied().unwrap_or_default()
    }

    fn attached_to<'r>(&'r self, row: &'r Row) -> &'r [&'r Attached] {
        self.attached.get(&(row.account(), row.resource_id())).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether its end is so near that the expiry is shown as something to decide about.
    fn is_near(&self, row: &Row) -> bool {
        row.expires_at().is_some_and(|at| at <= Due::Within(7).until(self.ui.now))
    }

    fn may_act(&self) -> bool {
        self.is_fresh && !self.acts.is_empty()
    }

    /// The list with everything that matches selected, where that is more than the page.
    fn all(&self) -> Option<String> {
        let has_more = self.first.is_some() || self.next.is_some();
        let conditions = self.filter.conditions();
        let sign = if conditions.is_empty() { "" } else { "&" };
        (has_more && self.filter.ids.is_empty())
            .then(|| format!("{}?{conditions}{sign}{SELECT_ALL}", links::RESOURCES))
    }

    /// The list with nothing selected.
    fn none(&self) -> String {
        url(self.filter, |_| ())
    }

    /// Whether the reader could act if the data were younger.
    fn wants_fresh(&self) -> bool {
        !self.is_fresh && !self.acts.is_empty()
    }

    fn may_set(&self) -> bool {
        self.ui.may(Permission::SetRenewal)
    }

    fn may_export(&self) -> bool {
        self.ui.may(Permission::Export)
    }

    fn export(&self, kind: &str) -> String {
        format!("{}/export.{kind}?{}", links::RESOURCES, self.filter.conditions())
    }

    /// The list the other way round.
    fn turned(&self) -> String {
        let turned = self.filter.with(|f| f.descending = !f.descending);
        format!("{}?{}", links::RESOURCES, turned.query())
    }
}

/// The list with something changed.
fn url(filter: &Filter, change: impl FnOnce(&mut Filter)) -> String {
    let query = filter.with(change).query();
    if query.is_empty() { links::RESOURCES.to_owned() } else { format!("{}?{query}", links::RESOURCES) }
}

fn tabs(filter: &Filter, tallies: &[(i16, i64)], glance: &Glance, locale: Locale) -> Vec<Link> {
    let t = Texts(locale);
    let count = |tab: Option<Tab>| -> Option<i64> {
        match filter.due {
            _ if filter.is_special() => None,
            Some(_) if filter.service.is_some() => None,
            Some(due) => Some(glance.count(due, tab, filter.with_pending)),
            None => {
                let of = tallies.iter().filter(|(code, _)| tab.is_none_or(|tab| tab.code() == *code));
                Some(of.map(|(_, n)| n).sum())
            }
        }
    };
    std::iter::once(None)
        .chain(Tab::ALL.into_iter().map(Some))
        .map(|tab| Link {
            url: url(filter, |f| f.tab = tab),
            word: tab.map_or(t.all(), |tab| t.tab(tab)).to_owned(),
            count: count(tab).map(grouped),
            current: filter.tab == tab && filter.ids.is_empty(),
            urgent: false,
        })
        .collect()
}

/// How many are how near to their end, under the tab; counted only where the kept numbers hold.
fn due(filter: &Filter, glance: &Glance, locale: Locale) -> Vec<Link> {
    let holds = !filter.is_special() && filter.service.is_none();
    Due::ALL
        .into_iter()
        .map(|due| {
            let n = glance.count(due, filter.tab, filter.with_pending);
            let current = filter.due == Some(due);
            Link {
                url: url(filter, |f| f.due = (!current).then_some(due)),
                word: Texts(locale).due(due),
                count: holds.then(|| grouped(n)),
                current,
                urgent: holds && n > 0 && matches!(due, Due::Grace | Due::Retention),
            }
        })
        .collect()
}

fn picks(filter: &Filter, glance: &Arc<Glance>, locale: Locale) -> Vec<Pick> {
    let (t, choices) = (Texts(locale), &glance.choices);
    let pick = |name, word, choices: &[Choice], chosen: &Option<String>| Pick {
        name,
        word,
        choices: choices
            .iter()
            .map(|choice| Offer {
                value: choice.code.clone(),
                word: choice.word(locale),
                chosen: chosen.as_ref() == Some(&choice.code),
            })
            .collect(),
    };
    vec![
        pick("service", t.service(), &choices.services, &filter.service),
        pick("type", t.kind(), &choices.types, &filter.resource_type),
        pick("region", t.region(), &choices.regions, &filter.region),
        pick("project", t.project(), &choices.projects, &filter.project),
    ]
}

impl Choice {
    /// What it is called.
    fn word(&self, locale: Locale) -> String {
        let name = locale.pick(&self.zh, &self.en);
        if name.is_empty() { self.code.clone() } else { name.clone() }
    }
}

impl Pick {
    fn is_on(&self) -> bool {
        self.choices.iter().any(|choice| choice.chosen)
    }
}

/// The conditions as sentences, each with the list without it.
fn active(app: &App, filter: &Filter, glance: &Glance, locale: Locale) -> Vec<Active> {
    let t = Texts(locale);
    let mut active = Vec::new();
    let mut add = |sentence: String, change: fn(&mut Filter)| {
        active.push(Active { sentence, without: url(filter, change) });
    };
    let name = |choices: &[Choice], code: &str| {
        named(choices, code).map_or_else(|| code.to_owned(), |choice| choice.word(locale))
    };
    let choices = &glance.choices;
    if !filter.text.is_empty() {
        add(t.text_is(&filter.text), |f| f.text.clear());
    }
    if let Some(id) = filter.ids.first().filter(|_| filter.is_exact) {
        add(t.exactly(id), |_| ());
    } else if !filter.ids.is_empty() {
        add(t.paste().to_owned(), |_| ());
    }
    if let Some(due) = filter.due {
        add(t.due(due), |f| f.due = None);
    }
    if let Some(code) = &filter.service {
        add(t.service_is(&name(&choices.services, code)), |f| f.service = None);
    }
    if let Some(code) = &filter.resource_type {
        add(t.kind_is(&name(&choices.types, code)), |f| f.resource_type = None);
    }
    if let Some(code) = &filter.region {
        add(t.region_is(code), |f| f.region = None);
    }
    if let Some(code) = &filter.project {
        add(t.project_is(&name(&choices.projects, code)), |f| f.project = None);
    }
    if let Some(account) = filter.account {
        let name = app.readers.name(AccountId(account)).unwrap_or("—");
        add(t.account_is(name), |f| f.account = None);
    }
    if filter.with_pending {
        add(t.pending_is().to_owned(), |f| f.with_pending = false);
    }
    active
}

/// Which of the ids that were asked for are not listed, and why.
async fn missing(
    app: &App,
    scope: &Scope,
    filter: &Filter,
    rows: &[Row],
    ui: &Ui,
) -> Result<Vec<Missing>, Error> {
    let not_listed: Vec<String> =
        filter.ids.iter().filter(|id| rows.iter().all(|row| row.resource_id() != *id)).cloned().collect();
    if not_listed.is_empty() {
        return Ok(Vec::new());
    }
    let t = Texts(ui.locale);
    let known = find_many(&app.db, scope, &not_listed).await?;
    let missing = not_listed.into_iter().map(|id| {
        let stored = known.iter().find(|one| one.resource_id == id);
        let why = match stored {
            None => t.missing_unknown().to_owned(),
            Some(one) => match one.gone_at {
                Some(at) => t.missing_gone(&ui.at(&at).to_string()),
                None => t.missing_attached().to_owned(),
            },
        };
        let parent = stored.filter(|one| one.gone_at.is_none()).and_then(|one| one.parent_id.clone());
        Missing { id, why, parent }
    });
    Ok(missing.collect())
}
