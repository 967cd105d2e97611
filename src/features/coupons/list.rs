//! The list of coupons: tabs by state, filters in the URL, keyset pages. It asks nobody upstream.

use std::{borrow::Cow, sync::Arc};

use askama::Template;
use axum::{
    extract::State as Extracted,
    http::HeaderValue,
    response::{Html, IntoResponse, Redirect, Response},
};

use super::{
    filter::{Filter, Parameters, State},
    read::{COUPONS, JOBS},
    store::{self, Row, Tally},
    texts::Texts,
    words::Shown,
};
use crate::{
    bss::codes::CouponType,
    identity::access::{AccountId, Actor, Permission, Scope},
    jobs,
    money::Money,
    readings::Standing,
    state::App,
    web::{
        Error, Page, Ui,
        coupons::Services,
        fmt::grouped,
        form::Query,
        glance::Kept,
        links,
        narrowing::{Active, Choice, Pick, Tab},
        pager::Start,
    },
};

/// What every page of coupons of a scope needs besides rows.
#[derive(Debug)]
pub(super) struct Glance {
    pub(super) tallies: Vec<Tally>,
    /// How many expire soon, and what they can still pay.
    pub(super) soon: (i64, Money),
    pub(super) standing: Standing,
}

static KEPT: Kept<Glance> = Kept::new();

impl Glance {
    pub(super) async fn at(app: &App, scope: &Scope) -> sqlx::Result<Arc<Self>> {
        let look = async {
            Ok(Self {
                tallies: store::tallies(&app.db, scope).await?,
                soon: store::expiring_soon(&app.db, scope, app.clock.now()).await?,
                standing: Standing::of(&app.db, scope, &[COUPONS]).await?,
            })
        };
        KEPT.at(&app.clock, scope, look).await
    }

    fn count(&self, state: Option<State>) -> i64 {
        let of = self.tallies.iter().filter(|tally| state.is_none_or(|state| state.code() == tally.state));
        of.map(|tally| tally.n).sum()
    }

    fn remaining(&self, state: State) -> Money {
        let of = self.tallies.iter().filter(|tally| state.code() == tally.state);
        of.map(Tally::remaining).sum()
    }
}

/// A row with what is shown of it.
struct Line<'a> {
    row: &'a Row,
    shown: Shown,
}

#[derive(Template)]
#[template(path = "coupons/list.html", blocks = ["tabs", "results"])]
struct ListPage<'a> {
    ui: &'a Ui,
    t: Texts,
    app: &'a App,
    glance: &'a Glance,
    held_url: String,
    standing: &'a Standing,
    is_fresh: bool,
    filter: &'a Filter,
    tabs: Vec<Tab>,
    picks: Vec<Pick>,
    active: Vec<Active>,
    lines: Vec<Line<'a>>,
    shown: String,
    first: Option<String>,
    previous: Option<String>,
    next: Option<String>,
}

/// `GET /coupons`.
pub(super) async fn show(
    Extracted(app): Extracted<App>,
    ui: Ui,
    actor: Actor,
    Query(parameters): Query<Parameters>,
) -> Result<Response, Error> {
    let (filter, t) = (Filter::from(parameters), Texts(ui.locale));
    let glance = Glance::at(&app, &actor.scope).await?;
    let page = store::list(&app.db, &actor.scope, &filter, ui.now).await?;
    let services = store::services(&app.db, ui.locale).await?;
    let url = |start: Start| url(&Filter { start, ..filter.clone() });
    let view = ListPage {
        t,
        app: &app,
        is_fresh: glance.standing.is_fresh(ui.now, app.settings.max_data_age),
        standing: &glance.standing,
        tabs: tabs(&filter, &glance, t),
        picks: picks(&filter, t),
        active: active(&app, &filter, t),
        lines: lines(&page.rows, &services, &ui)?,
        shown: t.on_page(page.rows.len()),
        first: (filter.start != Start::First).then(|| url(Start::First)),
        previous: page.previous.map(url),
        next: page.next.map(url),
        filter: &filter,
        glance: &glance,
        held_url: self::url(&Filter { state: Some(State::Held), ..Filter::default() }),
        ui: &ui,
    };
    if !ui.htmx {
        return Ok(Page(view).into_response());
    }
    let fragments = format!("{}{}", view.as_tabs().render()?, view.as_results().render()?);
    let mut response = Html(fragments).into_response();
    if let Ok(here) = HeaderValue::from_str(&url(filter.start.clone())) {
        response.headers_mut().insert("hx-push-url", here);
    }
    Ok(response)
}

/// `POST /coupons/refresh`: wakes the jobs that read coupons, what changed them, and cards.
pub(super) async fn refresh(Extracted(app): Extracted<App>) -> Result<Redirect, Error> {
    for job in JOBS {
        jobs::wake(&app.db, job).await?;
    }
    Ok(Redirect::to(links::COUPONS))
}

fn url(filter: &Filter) -> String {
    let query = filter.query();
    if query.is_empty() { links::COUPONS.to_owned() } else { format!("{}?{query}", links::COUPONS) }
}

fn lines<'a>(rows: &'a [Row], services: &Services, ui: &Ui) -> Result<Vec<Line<'a>>, Error> {
    let line = |row: &'a Row| Ok(Line { row, shown: Shown::of(row, services, ui.now, ui.locale)? });
    rows.iter().map(line).collect()
}

fn tabs(filter: &Filter, glance: &Glance, t: Texts) -> Vec<Tab> {
    let tab = |state: Option<State>| Tab {
        url: url(&filter.with(|f| f.state = state)),
        word: Cow::Borrowed(state.map_or(t.all(), |state| t.state_is(state))),
        count: (!filter.is_narrowed()).then(|| grouped(glance.count(state))),
        current: filter.state == state,
    };
    State::ALL.into_iter().map(Some).chain([None]).map(tab).collect()
}

fn picks(filter: &Filter, t: Texts) -> Vec<Pick> {
    let kind = |kind: &CouponType| Choice {
        value: kind.code().to_string(),
        word: kind.name(t.0).into_owned(),
        chosen: filter.kind.map(i32::from) == Some(kind.code()),
    };
    let soon = Choice { value: "1".to_owned(), word: t.within_30_days().to_owned(), chosen: filter.soon };
    vec![
        Pick { name: "kind", word: t.kind(), choices: CouponType::ALL.iter().map(kind).collect() },
        Pick { name: "soon", word: t.expires(), choices: vec![soon] },
    ]
}

/// The conditions as sentences, each with the list without it.
fn active(app: &App, filter: &Filter, t: Texts) -> Vec<Active> {
    let mut active = Vec::new();
    let mut add = |sentence: String, change: fn(&mut Filter)| {
        active.push(Active { sentence, without: url(&filter.with(change)) });
    };
    if !filter.text.is_empty() {
        add(t.text_is(&filter.text), |f| f.text.clear());
    }
    if let Some(kind) = filter.kind {
        add(CouponType::from_code(kind.into()).name(t.0).into_owned(), |f| f.kind = None);
    }
    if filter.soon {
        add(t.within_30_days().to_owned(), |f| f.soon = false);
    }
    if let Some(order) = &filter.order {
        add(t.order_is(order), |f| {
            f.order = None;
            f.state = Some(State::Usable);
        });
    }
    if let Some(account) = filter.account {
        add(t.account_is(app.readers.name(AccountId(account)).unwrap_or("—")), |f| f.account = None);
    }
    active
}

impl Texts {
    /// The word of a state.
    pub(super) const fn state_is(self, state: State) -> &'static str {
        match state {
            State::Usable => self.usable(),
            State::Held => self.held_or_frozen(),
            State::Inactive => self.inactive(),
            State::Used => self.used(),
            State::Expired => self.expired(),
            State::Reclaimed => self.reclaimed(),
        }
    }
}

impl ListPage<'_> {
    fn may_export(&self) -> bool {
        self.ui.may(Permission::Export)
    }

    fn may_refresh(&self) -> bool {
        self.ui.may(Permission::Refresh)
    }

    fn export(&self, kind: &str) -> String {
        format!("{}/export.{kind}?{}", links::COUPONS, self.filter.conditions())
    }

    fn account(&self, row: &Row) -> &str {
        self.app.readers.name(row.account).unwrap_or_default()
    }

    fn usable(&self) -> Money {
        self.glance.remaining(State::Usable)
    }

    fn usable_note(&self) -> String {
        self.t.coupons_without_ratio(self.glance.count(Some(State::Usable)))
    }

    fn held(&self) -> Money {
        self.glance.remaining(State::Held)
    }

    fn held_note(&self) -> String {
        self.t.number(self.glance.count(Some(State::Held)))
    }

    fn soon_note(&self) -> String {
        self.t.number(self.glance.soon.0)
    }
}
