//! The page of balances: what there is now by account and type, and what came in and went out, by month and one by
//! one. It asks nobody upstream.

pub mod store;
pub mod words;

use std::{borrow::Cow, sync::Arc};

use askama::Template;
use axum::{
    extract::State,
    http::HeaderValue,
    response::{Html, IntoResponse, Redirect, Response},
};
use chrono::{Days, Months, NaiveDate};
use rust_decimal::Decimal;

use self::store::{Flow, Row};
use super::{
    amounts,
    changes::{self, Purse},
    filter::{Filter, Parameters, Way},
    store::{Entry, debts, entries},
    summary::Funds,
    texts::Texts,
};
use crate::{
    bss::codes::{AccountTrade, Direction},
    identity::access::{AccountId, Actor, Permission, Scope},
    jobs,
    money::Money,
    readings::{Standing, months::month_of},
    state::App,
    web::{
        Error, Page, Ui, bars,
        filters::Dates,
        fmt::grouped,
        form::Query,
        glance::Kept,
        links,
        narrowing::{Active, Choice, Pick, Tab, days},
        pager::Start,
    },
};

/// Months of the chart, the current one included.
const MONTHS: u32 = 12;

/// What the page of a scope shows besides rows.
#[derive(Debug)]
struct Glance {
    entries: Vec<Entry>,
    debts: Vec<(AccountId, Decimal)>,
    counts: Vec<(i16, i64)>,
    trades: Vec<String>,
    standing: Standing,
}

static KEPT: Kept<Glance> = Kept::new();

impl Glance {
    async fn at(app: &App, scope: &Scope) -> sqlx::Result<Arc<Self>> {
        let look = async {
            Ok(Self {
                entries: entries(&app.db, scope).await?,
                debts: debts(&app.db, scope).await?,
                counts: store::counts(&app.db, scope).await?,
                trades: store::trades(&app.db).await?,
                standing: Standing::of(&app.db, scope, &[amounts::JOB, changes::JOB]).await?,
            })
        };
        KEPT.at(&app.clock, scope, look).await
    }

    fn count(&self, purse: Purse) -> i64 {
        self.counts.iter().find(|(code, _)| *code == purse.code()).map_or(0, |(_, n)| *n)
    }
}

/// An account of money of an account, or what that owes.
struct Held {
    account: String,
    kind: Cow<'static, str>,
    amount: Money,
    earmarked: Option<Money>,
    line: Option<Money>,
    used: Option<Money>,
    is_debt: bool,
}

/// A month of the chart.
struct Month {
    month: NaiveDate,
    url: String,
    flow: Flow,
    /// What was there at its end.
    end: Option<Money>,
    is_current: bool,
}

#[derive(Template)]
#[template(path = "balance/list.html", blocks = ["tabs", "results"])]
struct ListPage<'a> {
    ui: &'a Ui,
    t: Texts,
    app: &'a App,
    standing: &'a Standing,
    is_fresh: bool,
    funds: Funds,
    held: Vec<Held>,
    filter: &'a Filter,
    tabs: Vec<Tab>,
    picks: Vec<Pick>,
    days: [String; 2],
    active: Vec<Active>,
    months: Vec<Month>,
    bars: Vec<bars::Pair>,
    points: Vec<bars::Point>,
    rows: &'a [Row],
    total: Flow,
    shown: String,
    first: Option<String>,
    previous: Option<String>,
    next: Option<String>,
}

/// `GET /balance`.
pub(super) async fn show(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Query(parameters): Query<Parameters>,
) -> Result<Response, Error> {
    let (filter, t) = (Filter::from(parameters), Texts(ui.locale));
    let glance = Glance::at(&app, &actor.scope).await?;
    let page = store::list(&app.db, &actor.scope, &filter).await?;
    let total = store::total(&app.db, &actor.scope, &filter).await?;
    let months = months(&app, &actor.scope, &filter, &ui).await?;
    let of_month =
        |month: &Month| (month.month.format("%y-%m").to_string(), month.flow.income, month.flow.expense);
    let line: Vec<Option<Money>> = months.iter().map(|month| month.end).collect();
    let (bars, points) = bars::with_line(months.iter().map(of_month).collect(), &line);
    let url = |start: Start| url(&Filter { start, ..filter.clone() });
    let view = ListPage {
        ui: &ui,
        t,
        app: &app,
        is_fresh: glance.standing.is_fresh(ui.now, app.settings.max_data_age),
        standing: &glance.standing,
        funds: Funds::of(&glance.entries, &glance.debts),
        held: held(&app, &glance, t),
        tabs: tabs(&filter, &glance, t),
        picks: picks(&filter, &glance, t),
        days: days(filter.days),
        active: active(&app, &filter, t),
        bars,
        points,
        shown: match &filter.start {
            Start::First => t.first_of(page.rows.len(), &grouped(total.n)),
            _ => t.on_page(page.rows.len()),
        },
        first: (filter.start != Start::First).then(|| url(Start::First)),
        previous: page.previous.map(url),
        next: page.next.map(url),
        rows: &page.rows,
        filter: &filter,
        months,
        total,
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

/// `POST /balance/refresh`: wakes the jobs that read balances and what changed them.
pub(super) async fn refresh(State(app): State<App>) -> Result<Redirect, Error> {
    for job in [amounts::JOB, changes::JOB] {
        jobs::wake(&app.db, job).await?;
    }
    Ok(Redirect::to(links::BALANCE))
}

fn url(filter: &Filter) -> String {
    format!("{}?{}", links::BALANCE, filter.query())
}

/// The last months with what a filter finds in them, the oldest first.
async fn months(app: &App, scope: &Scope, filter: &Filter, ui: &Ui) -> Result<Vec<Month>, Error> {
    let current = month_of(ui.now);
    let all: Vec<NaiveDate> =
        (0..MONTHS).rev().filter_map(|back| current.checked_sub_months(Months::new(back))).collect();
    let since = all.first().copied().unwrap_or(current);
    let flows = store::months(&app.db, scope, filter, since).await?;
    let ends = store::ends(&app.db, scope, filter, &all).await?;
    let month = |month: NaiveDate| {
        let last = month + Months::new(1) - Days::new(1);
        Month {
            month,
            url: url(&filter.with(|f| f.days = Dates { from: Some(month), to: Some(last) })),
            flow: flows.iter().find(|(of, _)| *of == month).map(|(_, flow)| *flow).unwrap_or_default(),
            end: ends.iter().find(|(of, _)| *of == month).map(|(_, end)| *end),
            is_current: month == current,
        }
    };
    Ok(all.into_iter().map(month).collect())
}

/// Every account of money that is in use, and every debt. Retired kinds are left out while they are empty.
fn held(app: &App, glance: &Glance, t: Texts) -> Vec<Held> {
    let name = |account: AccountId| app.readers.name(account).unwrap_or_default().to_owned();
    let mut held = Vec::new();
    for account in app.readers.all() {
        let of = glance.entries.iter().filter(|entry| entry.account == account.id);
        let in_use = |entry: &&Entry| {
            Purse::ALL.iter().any(|purse| purse.code() == entry.account_type) || !entry.amount.is_zero()
        };
        held.extend(of.filter(in_use).map(|entry| Held {
            account: name(entry.account),
            kind: words::account_type(entry.account_type, t.0),
            amount: entry.amount(),
            earmarked: entry.earmarked(),
            line: entry.line(),
            used: entry.used(),
            is_debt: false,
        }));
        held.extend(glance.debts.iter().filter(|(of, _)| *of == account.id).map(|(of, debt)| Held {
            account: name(*of),
            kind: Cow::Borrowed(t.debt()),
            amount: -Money::new(*debt),
            earmarked: None,
            line: None,
            used: None,
            is_debt: true,
        }));
    }
    held
}

fn tabs(filter: &Filter, glance: &Glance, t: Texts) -> Vec<Tab> {
    let words = [t.cash_tab(), t.credit_tab()];
    let tab = |(purse, word): (Purse, &'static str)| Tab {
        url: url(&filter.with(|f| f.purse = purse)),
        word: Cow::Borrowed(word),
        count: Some(grouped(glance.count(purse))),
        current: filter.purse == purse,
    };
    Purse::ALL.into_iter().zip(words).map(tab).collect()
}

fn picks(filter: &Filter, glance: &Glance, t: Texts) -> Vec<Pick> {
    let way = |way: Way| Choice {
        value: way.name().to_owned(),
        word: Direction::from_code(way.direction()).name(t.0).into_owned(),
        chosen: filter.way == Some(way),
    };
    let trade = |code: &String| Choice {
        value: code.clone(),
        word: AccountTrade::from_code(code).name(t.0).into_owned(),
        chosen: filter.trade.as_ref() == Some(code),
    };
    vec![
        Pick { name: "way", word: t.way(), choices: Way::ALL.into_iter().map(way).collect() },
        Pick { name: "trade", word: t.trade(), choices: glance.trades.iter().map(trade).collect() },
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
    if let Some(way) = filter.way {
        add(Direction::from_code(way.direction()).name(t.0).into_owned(), |f| f.way = None);
    }
    if let Some(trade) = &filter.trade {
        add(t.trade_is(&AccountTrade::from_code(trade).name(t.0)), |f| f.trade = None);
    }
    let day = |day: Option<NaiveDate>| day.map(|day| day.to_string());
    match (day(filter.days.from), day(filter.days.to)) {
        (None, None) => {}
        (Some(from), Some(to)) => add(t.between(&from, &to), |f| f.days = Dates::default()),
        (Some(from), None) => add(t.since(&from), |f| f.days = Dates::default()),
        (None, Some(to)) => add(t.until(&to), |f| f.days = Dates::default()),
    }
    if let Some(account) = filter.account {
        add(t.account_is(app.readers.name(AccountId(account)).unwrap_or("—")), |f| f.account = None);
    }
    active
}

impl ListPage<'_> {
    fn may_export(&self) -> bool {
        self.ui.may(Permission::Export)
    }

    fn export(&self, kind: &str) -> String {
        format!("{}/export.{kind}?{}", links::BALANCE, self.filter.conditions())
    }

    fn account(&self, row: &Row) -> &str {
        self.app.readers.name(row.account).unwrap_or_default()
    }

    fn trade(&self, row: &Row) -> Cow<'static, str> {
        words::trade(row, self.ui.locale)
    }

    /// What was paid for and by whom, or by which way the money came.
    fn what(&self, row: &Row) -> String {
        let channel = words::channel(row, self.ui.locale).unwrap_or_default();
        let parts = [row.service.as_str(), row.resource_type.as_str(), &channel, row.channel_no.as_str()];
        let mut said: Vec<&str> = Vec::new();
        for part in parts {
            if !part.is_empty() && !said.contains(&part) {
                said.push(part);
            }
        }
        said.join(" · ")
    }

    fn links_order(&self, row: &Row) -> bool {
        row.is_order && self.ui.sees_orders()
    }

    /// The billing cycle, where it is another month than that of the change.
    fn other_cycle(&self, row: &Row) -> Option<String> {
        let own = month_of(row.traded_at).format("%Y-%m").to_string();
        (!row.bill_cycle.is_empty() && row.bill_cycle != own).then(|| self.t.cycle_is(&row.bill_cycle))
    }

    fn has_flow(&self) -> bool {
        self.months.iter().any(|month| month.flow.n > 0 || month.end.is_some())
    }

    fn by_month_hint(&self) -> &'static str {
        if self.filter.way.is_some() || self.filter.trade.is_some() || !self.filter.text.is_empty() {
            self.t.by_month_filtered()
        } else {
            self.t.by_month_hint()
        }
    }

    fn none(&self) -> &'static str {
        match self.filter.purse {
            Purse::Cash => self.t.none_cash(),
            Purse::Credit => self.t.none_credit(),
        }
    }

    fn credit_line(&self, line: &Money) -> String {
        self.t.of_line(&line.to_string())
    }

    fn earmarked(&self) -> Option<String> {
        let part = self.funds.earmarked;
        (!part.is_zero()).then(|| self.t.earmarked(&part.to_string()))
    }

    fn difference(&self) -> Money {
        self.total.income - self.total.expense
    }

    fn total_words(&self) -> String {
        self.t.total_records(&grouped(self.total.n))
    }
}
