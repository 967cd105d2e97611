//! The list of orders: tabs with counts, filters in the URL, keyset pages. It asks nobody upstream.

pub mod store;

use std::{borrow::Cow, collections::HashMap, sync::Arc};

use askama::Template;
use axum::{
    extract::State,
    http::HeaderValue,
    response::{Html, IntoResponse, Redirect, Response},
};
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use self::store::{Listing, Row, Tally, list, summary};
use super::{
    filter::{Filter, Parameters, Sort},
    glance::Glance,
    sync,
    texts::Texts,
    words,
};
use crate::{
    bss::codes::OrderType,
    i18n::Locale,
    identity::{
        access::{Actor, Permission},
        lists::List,
    },
    jobs,
    state::App,
    web::{
        Error, Page, Ui, chip::Chip, filters::Dates, form::Query, links, lists::Tools, pager::Start,
        refresh::WHOLE_PAGE,
    },
};

/// The tabs that are always there, in their order; others come after them when they have orders.
const TABS: [i16; 5] = [6, 1, 3, 5, 4];

struct Tab {
    url: String,
    word: Cow<'static, str>,
    count: Option<String>,
    current: bool,
}

struct Choice {
    value: String,
    word: String,
    chosen: bool,
}

struct Active {
    sentence: String,
    without: String,
}

struct Column {
    url: Option<String>,
    direction: &'static str,
    icon: &'static str,
}

#[derive(Template)]
#[template(path = "orders/list.html", blocks = ["tabs", "results"])]
struct ListPage<'a> {
    ui: &'a Ui,
    t: Texts,
    filter: &'a Filter,
    rows: &'a [Row],
    tabs: Vec<Tab>,
    active: Vec<Active>,
    types: Vec<Choice>,
    services: Vec<Choice>,
    total: Option<Total>,
    glance: &'a Glance,
    names: HashMap<Uuid, &'a str>,
    /// The days of the filter as fields hold them.
    days: [String; 4],
    shown: String,
    first: Option<String>,
    previous: Option<String>,
    next: Option<String>,
    last: Option<String>,
    is_fresh: bool,
    tools: Tools,
}

/// Count and sums below the table.
struct Total {
    orders: String,
    payable: crate::money::Money,
    official: crate::money::Money,
}

impl Total {
    fn of(tallies: &[Tally]) -> Self {
        Self {
            orders: words::grouped(tallies.iter().map(|tally| tally.n).sum()),
            payable: tallies.iter().map(|tally| tally.payable).sum(),
            official: tallies.iter().map(|tally| tally.official).sum(),
        }
    }
}

/// `GET /orders`.
pub async fn show(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Query(parameters): Query<Parameters>,
) -> Result<Response, Error> {
    if let Some(url) = links::searched(parameters.typed(), links::ORDERS) {
        return Ok(Redirect::to(&url).into_response());
    }
    let filter = Filter::from(parameters);
    let glance = Glance::at(&app, &actor.scope).await?;
    let Listing { page, tallies } = list(&app.db, &actor.scope, &filter, app.settings.zone).await?;
    let total = filter.is_tallied().then(|| {
        let shown: Vec<Tally> = tallies
            .iter()
            .copied()
            .filter(|tally| filter.status.is_none_or(|status| status == tally.status))
            .collect();
        Total::of(&shown)
    });
    let url = |start: Start| format!("{}?{}", links::ORDERS, Filter { start, ..filter.clone() }.query());
    let shown = match (&total, &filter.start) {
        (Some(total), Start::First) => Texts(ui.locale).first_of(page.rows.len(), &total.orders),
        _ => Texts(ui.locale).on_page(page.rows.len()),
    };
    let view = ListPage {
        ui: &ui,
        t: Texts(ui.locale),
        tabs: tabs(&filter, &tallies, ui.locale),
        active: active(&app, &filter, &glance, ui.locale),
        types: types(&filter, ui.locale),
        services: services(&filter, &glance, ui.locale),
        names: app.readers.all().iter().map(|account| (account.id.0, account.name.as_str())).collect(),
        days: [filter.created.from, filter.created.to, filter.paid.from, filter.paid.to]
            .map(|day| day.map(|day| day.to_string()).unwrap_or_default()),
        shown,
        first: (filter.start != Start::First).then(|| url(Start::First)),
        last: page.next.is_some().then(|| url(Start::Last)),
        previous: page.previous.map(url),
        next: page.next.map(url),
        is_fresh: is_fresh(&app, &glance, ui.now),
        rows: &page.rows,
        filter: &filter,
        glance: &glance,
        total,
        tools: tools(&app, (&ui, &actor), &filter).await?,
    };
    if !ui.htmx {
        return Ok(Page(view).into_response());
    }
    let fragments = format!("{}{}", view.as_tabs().render()?, view.as_results().render()?);
    let mut response = Html(fragments).into_response();
    if let Ok(url) = HeaderValue::from_str(&format!("{}?{}", links::ORDERS, filter.query())) {
        response.headers_mut().insert("hx-push-url", url);
    }
    Ok(response)
}

#[derive(Template)]
#[template(path = "orders/summary.html")]
struct SummaryPage<'a> {
    ui: &'a Ui,
    t: Texts,
    total: Total,
    back: String,
    tools: Tools,
}

async fn tools(app: &App, (ui, actor): (&Ui, &Actor), filter: &Filter) -> Result<Tools, Error> {
    let t = Texts(ui.locale);
    let words = [t.status(), t.product(), t.account(), t.created(), t.paid_or_due(), t.official()];
    Tools::read(app, (ui, actor), List::Orders, &words, filter.conditions()).await
}

impl SummaryPage<'_> {
    fn span(&self) -> usize {
        span(&self.tools)
    }
}

/// How many columns stand before the amounts.
fn span(tools: &Tools) -> usize {
    1 + tools.count(&["status", "product", "account", "created", "paid"])
}

/// `GET /orders/summary`: count and sums where no tally has them.
pub async fn show_summary(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Query(parameters): Query<Parameters>,
) -> Result<Response, Error> {
    let filter = Filter { start: Start::First, ..Filter::from(parameters) };
    let total = Total::of(&[summary(&app.db, &actor.scope, &filter, app.settings.zone).await?]);
    let back = format!("{}?{}", links::ORDERS, filter.query());
    let tools = tools(&app, (&ui, &actor), &filter).await?;
    Ok(Page(SummaryPage { ui: &ui, t: Texts(ui.locale), total, back, tools }).into_response())
}

#[derive(Template)]
#[template(path = "orders/progress.html")]
struct ProgressPage {
    t: Texts,
    loading: Option<(i64, i64)>,
}

/// `GET /orders/sync`: how far the first load is; the page is read again when it has ended.
pub async fn show_progress(State(app): State<App>, ui: Ui, actor: Actor) -> Result<Response, Error> {
    let glance = Glance::at(&app, &actor.scope).await?;
    let loading = glance.loading();
    let ended = loading.is_none();
    let mut response = Page(ProgressPage { t: Texts(ui.locale), loading }).into_response();
    if ended {
        response.headers_mut().extend([WHOLE_PAGE]);
    }
    Ok(response)
}

/// `POST /orders/refresh`: wakes the job that reads orders.
pub async fn refresh(State(app): State<App>) -> Result<Redirect, Error> {
    jobs::wake(&app.db, sync::JOB).await?;
    Ok(Redirect::to(links::ORDERS))
}

/// Whether the data is young enough to act on.
pub fn is_fresh(app: &App, glance: &Glance, now: DateTime<Utc>) -> bool {
    glance
        .read_at()
        .is_some_and(|read_at| (now - read_at).to_std().unwrap_or_default() <= app.settings.max_data_age)
}

impl Row {
    fn is_payable(&self) -> bool {
        words::awaits_payment(self.status())
    }

    fn gives_back(&self) -> bool {
        words::gives_back(self.order_type(), self.payable())
    }
}

impl ListPage<'_> {
    fn chip(&self, row: &Row) -> Chip {
        words::status(row.status(), self.ui.locale)
    }

    fn kind(&self, row: &Row) -> Cow<'static, str> {
        words::order_type(row.order_type(), self.ui.locale)
    }

    fn service<'r>(&self, row: &'r Row) -> &'r str {
        self.ui.locale.pick(row.service_zh(), row.service_en())
    }

    fn account(&self, row: &Row) -> &str {
        self.names.get(&row.account()).copied().unwrap_or_default()
    }

    fn may_pay(&self, row: &Row) -> bool {
        row.is_payable() && self.is_fresh && self.ui.may(Permission::PayOrders)
    }

    fn may_cancel(&self) -> bool {
        self.is_fresh && self.ui.may(Permission::CancelOrders)
    }

    fn may_export(&self) -> bool {
        self.ui.may(Permission::Export)
    }

    fn export(&self, kind: &str) -> String {
        format!("{}/export.{kind}?{}", links::ORDERS, self.filter.conditions())
    }

    fn span(&self) -> usize {
        span(&self.tools)
    }

    fn summary_url(&self) -> String {
        format!("{}/summary?{}", links::ORDERS, self.filter.conditions())
    }

    /// The header of a column that can be sorted by: the same list the other way round, or by it.
    fn column(&self, sort: Sort) -> Column {
        let filter = self.filter;
        let current = filter.sort == sort;
        let direction = match (current, filter.descending) {
            (false, _) => "none",
            (true, true) => "descending",
            (true, false) => "ascending",
        };
        let icon = match direction {
            "descending" => "arrow-down",
            "ascending" => "up",
            _ => "sort",
        };
        let url = filter.offers(sort).then(|| {
            let turned = filter.with(|f| {
                f.descending = if current { !f.descending } else { sort != Sort::Deadline };
                f.sort = sort;
            });
            format!("{}?{}", links::ORDERS, turned.query())
        });
        Column { url, direction, icon }
    }

    /// Among orders that await something the deadline is what counts, elsewhere the payment.
    fn second_time(&self) -> Sort {
        if self.filter.offers(Sort::Deadline) { Sort::Deadline } else { Sort::Paid }
    }

    fn sort_parameter(&self) -> String {
        self.filter.sort_parameter(self.filter.sort, self.filter.descending)
    }
}

fn tabs(filter: &Filter, tallies: &[Tally], locale: Locale) -> Vec<Tab> {
    let counted = filter.created.is_open() && filter.paid.is_open() && filter.text.is_empty();
    let count = |status: Option<i16>| {
        let n = tallies
            .iter()
            .filter(|tally| status.is_none_or(|s| s == tally.status))
            .map(|tally| tally.n)
            .sum();
        counted.then(|| words::grouped(n))
    };
    let others = tallies.iter().map(|tally| tally.status).filter(|status| !TABS.contains(status));
    std::iter::once(None)
        .chain(TABS.into_iter().chain(others).map(Some))
        .map(|status| Tab {
            url: format!("{}?{}", links::ORDERS, filter.with(|f| f.status = status).query()),
            word: status
                .map_or(Cow::Borrowed(Texts(locale).all()), |status| words::status(status, locale).word),
            count: count(status),
            current: filter.status == status,
        })
        .collect()
}

fn types(filter: &Filter, locale: Locale) -> Vec<Choice> {
    OrderType::ALL
        .iter()
        .map(|kind| Choice {
            value: kind.code().to_string(),
            word: kind.name(locale).into_owned(),
            chosen: filter.order_type.map(i32::from) == Some(kind.code()),
        })
        .collect()
}

fn services(filter: &Filter, glance: &Arc<Glance>, locale: Locale) -> Vec<Choice> {
    glance
        .services
        .iter()
        .map(|service| Choice {
            value: service.code.clone(),
            word: locale.pick(service.zh.as_str(), &service.en).to_owned(),
            chosen: filter.service.as_deref() == Some(&service.code),
        })
        .collect()
}

/// The conditions as sentences, each with the list without it.
fn active(app: &App, filter: &Filter, glance: &Glance, locale: Locale) -> Vec<Active> {
    let t = Texts(locale);
    let mut active = Vec::new();
    let mut add = |sentence: String, change: fn(&mut Filter)| {
        let without = format!("{}?{}", links::ORDERS, filter.with(change).query());
        active.push(Active { sentence, without });
    };
    if !filter.text.is_empty() {
        add(t.text_is(&filter.typed()), |f| {
            f.text.clear();
            f.in_ids = false;
        });
    }
    if let Some(code) = filter.order_type {
        add(t.type_is(&words::order_type(code, locale)), |f| f.order_type = None);
    }
    if let Some(code) = &filter.service {
        let known = glance.services.iter().find(|service| service.code == *code);
        let name = known.map_or(code.as_str(), |service| locale.pick(service.zh.as_str(), &service.en));
        add(t.service_is(name), |f| f.service = None);
    }
    let day = |day: Option<NaiveDate>| day.map(|day| day.to_string());
    match (day(filter.created.from), day(filter.created.to)) {
        (None, None) => {}
        (Some(from), Some(to)) => add(t.created_between(&from, &to), |f| f.created = Dates::default()),
        (Some(from), None) => add(t.created_since(&from), |f| f.created = Dates::default()),
        (None, Some(to)) => add(t.created_until(&to), |f| f.created = Dates::default()),
    }
    match (day(filter.paid.from), day(filter.paid.to)) {
        (None, None) => {}
        (Some(from), Some(to)) => add(t.paid_between(&from, &to), |f| f.paid = Dates::default()),
        (Some(from), None) => add(t.paid_since(&from), |f| f.paid = Dates::default()),
        (None, Some(to)) => add(t.paid_until(&to), |f| f.paid = Dates::default()),
    }
    if let Some(account) = filter.account {
        let name = app.readers.name(crate::identity::access::AccountId(account)).unwrap_or("—");
        add(t.account_is(name), |f| f.account = None);
    }
    active
}
