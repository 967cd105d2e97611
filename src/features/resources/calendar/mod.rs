//! The calendar: when resources expire and when renewals are charged, by month and by day, what that costs, and
//! how long the balance lasts. It shows what was asked in the background; nothing here waits for Huawei.

mod feed;
pub mod forecast;
pub mod job;
pub(super) mod store;
#[cfg(test)]
mod tests;
pub mod texts;

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Datelike as _, Days, Months, NaiveDate, Utc};
use chrono_tz::Asia::Shanghai;
use serde::Deserialize;

use self::{
    forecast::{Due, Sum},
    store::{Feed, OnDay},
    texts::Texts,
};
use crate::{
    identity::access::{Actor, Permission, Scope},
    money::Money,
    state::App,
    web::{
        Access::{Needs, Public},
        Error, Page, Routes, Ui, bars,
        form::Query,
        links,
    },
};

/// Resources of a day that are listed.
const LISTED: i64 = 200;

/// The pages of the calendar.
pub fn routes() -> Routes {
    Routes::new()
        .get(links::CALENDAR, Needs(Permission::ViewResources), show)
        .post("/resources/calendar/feed", Needs(Permission::ViewResources), feed::make)
        .post("/resources/calendar/feed/revoke", Needs(Permission::ViewResources), feed::revoke)
        .get("/calendar/{secret}", Public, feed::serve)
}

/// What of the calendar to show.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    /// A month, as `2026-11`.
    #[serde(default)]
    month: String,
    /// A day of it.
    #[serde(default)]
    day: String,
}

/// A month of the twelve.
struct Month {
    first: NaiveDate,
    url: String,
    chosen: bool,
    sum: Sum,
    /// Everything up to its end.
    running: Money,
}

/// A day of the month that is looked at; none before its first and after its last.
struct Cell {
    day: NaiveDate,
    is_today: bool,
    chosen: bool,
    sum: Option<Sum>,
    url: String,
}

/// What an account has against what is due.
struct Cash {
    account: String,
    balance: Option<store::Balance>,
    /// The first day on which it does not pay for what is charged by itself, and for everything.
    short: (Option<NaiveDate>, Option<NaiveDate>),
    due: Money,
}

/// The resources that are due on a day.
struct OnOneDay {
    day: NaiveDate,
    rows: Vec<OnDay>,
    sum: Sum,
}

impl OnOneDay {
    /// How many renewals of the day are repetitions of earlier ones, and so not listed.
    fn repeated(&self) -> i64 {
        self.sum.count() - i64::try_from(self.rows.len()).unwrap_or(i64::MAX)
    }
}

#[derive(Template)]
#[template(path = "resources/calendar.html")]
struct CalendarPage<'a> {
    ui: &'a Ui,
    t: Texts,
    app: &'a App,
    months: Vec<Month>,
    bars: Vec<bars::Pair>,
    total: Sum,
    first: NaiveDate,
    weeks: Vec<Vec<Option<Cell>>>,
    on_day: Option<OnOneDay>,
    cash: Vec<Cash>,
    feed: Option<Feed>,
    /// The secret address, just made: it is shown once.
    address: Option<String>,
}

async fn show(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    Ok(Page(page(&app, &ui, &actor, asked).await?).into_response())
}

async fn page<'a>(app: &'a App, ui: &'a Ui, actor: &Actor, asked: Asked) -> Result<CalendarPage<'a>, Error> {
    let today = today(ui.now);
    let all = due(app, &actor.scope, ui.now).await?;
    let day = asked.day.parse::<NaiveDate>().ok();
    let first_of = |day: NaiveDate| day.with_day(1).unwrap_or(day);
    let first = format!("{}-01", asked.month)
        .parse()
        .ok()
        .or(day.map(first_of))
        .filter(|first| (first_of(today)..=forecast::last_day(today)).contains(first))
        .unwrap_or(first_of(today));
    let days = forecast::by_day(&all);
    let months = months(&all, today, first);
    let mut total = Sum::default();
    for month in &months {
        total = total.plus(month.sum);
    }
    let on_day = match day.filter(|day| first_of(*day) == first) {
        None => None,
        Some(day) => {
            // What was due before is due today.
            let from = if day == today { today - Days::new(45) } else { day };
            Some(OnOneDay {
                day,
                rows: store::on_days(&app.db, &actor.scope, (from, day), LISTED).await?,
                sum: days.get(&day).copied().unwrap_or_default(),
            })
        }
    };
    Ok(CalendarPage {
        ui,
        t: Texts(ui.locale),
        app,
        weeks: weeks(first, today, day, &days),
        cash: cash(app, &actor.scope, &all).await?,
        feed: store::feed(&app.db, actor.id).await?,
        bars: bars(&months),
        months,
        total,
        first,
        on_day,
        address: None,
    })
}

/// The day in UTC+8, in which Huawei counts.
fn today(now: DateTime<Utc>) -> NaiveDate {
    now.with_timezone(&Shanghai).date_naive()
}

/// Everything that is due in a scope within twelve months. A resource can be renewed until its retention
/// period ends, so what has expired lately is due now.
async fn due(app: &App, scope: &Scope, now: DateTime<Utc>) -> Result<Vec<Due>, Error> {
    let from = now - Days::new(35);
    let to = now.checked_add_months(Months::new(forecast::MONTHS + 1)).unwrap_or(now);
    let first = store::due(&app.db, scope, (from, to)).await?;
    Ok(forecast::repeated(&first, today(now)))
}

fn months(all: &[Due], today: NaiveDate, chosen: NaiveDate) -> Vec<Month> {
    let mut running = Money::ZERO;
    let sums = forecast::by_month(all, today).into_iter();
    sums.map(|(first, sum)| {
        running += sum.amount();
        let url = format!("{}?month={}", links::CALENDAR, first.format("%Y-%m"));
        Month { first, url, chosen: first == chosen, sum, running }
    })
    .collect()
}

/// What is charged by itself in each month, and what is not.
fn bars(months: &[Month]) -> Vec<bars::Pair> {
    let month = |month: &Month| {
        (month.first.format("%y-%m").to_string(), month.sum.automatic_amount, month.sum.manual_amount)
    };
    bars::pairs(months.iter().map(month).collect())
}

/// The month in weeks that begin on Monday.
fn weeks(
    first: NaiveDate,
    today: NaiveDate,
    chosen: Option<NaiveDate>,
    days: &BTreeMap<NaiveDate, Sum>,
) -> Vec<Vec<Option<Cell>>> {
    let mut cells: Vec<Option<Cell>> = Vec::new();
    cells.resize_with(first.weekday().num_days_from_monday() as usize, || None);
    for day in first.iter_days().take_while(|day| day.month() == first.month()) {
        cells.push(Some(Cell {
            day,
            is_today: day == today,
            chosen: chosen == Some(day),
            sum: days.get(&day).copied(),
            url: format!("{}?month={}&day={day}#day", links::CALENDAR, first.format("%Y-%m")),
        }));
    }
    let missing = cells.len().next_multiple_of(7) - cells.len();
    cells.extend((0..missing).map(|_| None));
    let mut weeks = Vec::new();
    let mut rest = cells.into_iter().peekable();
    while rest.peek().is_some() {
        weeks.push(rest.by_ref().take(7).collect());
    }
    weeks
}

async fn cash(app: &App, scope: &Scope, all: &[Due]) -> Result<Vec<Cash>, Error> {
    let balances = store::balances(&app.db, scope).await?;
    let of = |account: &crate::cloud_accounts::Account| {
        let balance = balances.iter().find(|balance| balance.account == account.id).cloned();
        let there = balance.as_ref().map(store::Balance::spendable);
        Cash {
            account: account.name.clone(),
            short: there.map(|there| forecast::short_from(all, account.id, there)).unwrap_or_default(),
            due: all.iter().filter(|due| due.account == account.id).map(|due| due.amount).sum(),
            balance,
        }
    };
    Ok(app.readers.accounts(scope).map(of).collect())
}

impl store::Balance {
    /// What can pay: cash and what is left of the credit. Earmarked cash counts, since it may be earmarked for
    /// just this.
    fn spendable(&self) -> Money {
        Money::new(self.cash + self.credit.unwrap_or_default())
    }

    fn cash_amount(&self) -> Money {
        Money::new(self.cash)
    }

    fn credit_amount(&self) -> Option<Money> {
        self.credit.map(Money::new)
    }

    fn earmarked_amount(&self) -> Option<Money> {
        (!self.earmarked.is_zero()).then_some(Money::new(self.earmarked))
    }

    fn debt_amount(&self) -> Option<Money> {
        (!self.debt.is_zero()).then_some(Money::new(self.debt))
    }
}

impl OnDay {
    fn amount(&self) -> Option<Money> {
        self.payable.or(self.last_paid).map(Money::new)
    }

    /// How the amount is known.
    fn basis(&self, t: Texts) -> &'static str {
        match (self.payable, self.last_paid) {
            (Some(_), _) => t.quoted(),
            (None, Some(_)) => t.last_paid(),
            (None, None) if self.asked_at.is_some() => t.not_said(),
            (None, None) => t.not_asked(),
        }
    }
}

impl CalendarPage<'_> {
    fn month_name(&self, month: NaiveDate) -> String {
        match self.ui.locale {
            crate::i18n::Locale::Zh => month.format("%Y 年 %-m 月").to_string(),
            crate::i18n::Locale::En => month.format("%B %Y").to_string(),
        }
    }

    fn account(&self, row: &OnDay) -> &str {
        self.app.readers.name(row.account).unwrap_or_default()
    }

    fn service<'b>(&self, row: &'b OnDay) -> &'b str {
        self.ui.locale.pick(&row.service_zh, &row.service_en)
    }

    fn term(&self, row: &OnDay) -> String {
        if row.months == 1 { self.t.one_month().to_owned() } else { self.t.months(i64::from(row.months)) }
    }

    /// What is said about amounts that are no quotes.
    fn caveat(&self, sum: &Sum) -> Option<String> {
        let parts = [
            (sum.last_paid > 0).then(|| self.t.some_last_paid(sum.last_paid)),
            (sum.unknown > 0).then(|| self.t.some_unknown(sum.unknown)),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(self.ui.locale.pick("，", ", ")))
    }

    fn is_empty(&self) -> bool {
        self.total.count() == 0
    }
}
