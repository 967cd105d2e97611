//! Saved quotes: prices as Huawei told them, kept under a name with how long the company takes them as valid. What is
//! saved was asked for once more at that moment; no amount comes from a form.

pub mod capitals;
pub mod export;
pub mod page;
pub mod renewal;
pub mod save;
mod store;
pub mod texts;

use std::collections::HashMap;

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::Deserialize;
use uuid::Uuid;

use self::texts::QuoteTexts;
use super::{Tab, answer::Answer, table::exact, tabs};
use crate::{
    identity::access::{AccountId, Actor, Permission},
    money::Money,
    state::App,
    web::{Error, Page, Ui, chip::Chip, form::Query, links, pager::Start},
};

/// The longest text that is searched for.
const LONGEST: usize = 60;

/// What the address of the list says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Parameters {
    q: String,
    valid: String,
    after: Option<String>,
    before: Option<String>,
    /// One quote alone, in exports.
    quote: Option<Uuid>,
}

/// Which quotes are shown.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    text: String,
    valid: Option<bool>,
    start: Start,
}

/// A quote in the list.
#[derive(Debug)]
pub struct Row {
    id: Uuid,
    number: i64,
    account: AccountId,
    kind: String,
    name: String,
    made_at: DateTime<Utc>,
    made_by: String,
    valid_until: DateTime<Utc>,
    official: Decimal,
    payable: Decimal,
}

impl Row {
    fn official(&self) -> String {
        exact(Money::new(self.official))
    }

    fn payable(&self) -> String {
        exact(Money::new(self.payable))
    }
}

/// A quote as it is stored.
#[derive(Debug)]
pub struct Stored {
    id: Uuid,
    account: AccountId,
    kind: String,
    term: Option<String>,
    name: String,
    made_at: DateTime<Utc>,
    made_by: String,
    valid_until: DateTime<Utc>,
    answer: String,
    company: String,
    department: String,
    purpose: String,
}

/// A quote to be stored.
struct NewQuote<'a> {
    id: Uuid,
    account: AccountId,
    kind: &'static str,
    term: Option<String>,
    name: &'a str,
    made_at: DateTime<Utc>,
    made_by: &'a str,
    valid_until: DateTime<Utc>,
    official: Money,
    payable: Money,
    answer: String,
    search: String,
}

impl From<Parameters> for Filter {
    fn from(asked: Parameters) -> Self {
        let valid = match asked.valid.as_str() {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        };
        Self {
            text: asked.q.trim().to_lowercase().chars().take(LONGEST).collect(),
            valid,
            start: Start::parse(asked.after.as_deref(), asked.before.as_deref()),
        }
    }
}

impl Filter {
    fn url(&self, path: &str, valid: Option<bool>, start: &Start) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if !self.text.is_empty() {
            query.append_pair("q", &self.text);
        }
        if let Some(valid) = valid {
            query.append_pair("valid", if valid { "yes" } else { "no" });
        }
        if let Some((name, value)) = start.parameter() {
            query.append_pair(name, &value);
        }
        format!("{}/quotes{path}?{}", links::PRICES, query.finish())
    }
}

impl Stored {
    /// What Huawei answered.
    fn answer(&self) -> Result<Answer, Error> {
        serde_json::from_str(&self.answer).map_err(|error| Error::Internal(error.into()))
    }

    fn is_renewal(&self) -> bool {
        self.kind == "renewal"
    }
}

#[derive(Template)]
#[template(path = "prices/quotes.html", blocks = ["results"])]
struct QuotesPage<'a> {
    ui: &'a Ui,
    t: QuoteTexts,
    tabs: Vec<Tab>,
    filter: &'a Filter,
    choices: Vec<(String, &'static str, i64, bool)>,
    rows: Vec<Row>,
    names: HashMap<AccountId, String>,
    total: i64,
    first: Option<String>,
    previous: Option<String>,
    next: Option<String>,
}

/// `GET /prices/quotes`.
pub async fn show(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Query(asked): Query<Parameters>,
) -> Result<Response, Error> {
    let filter = Filter::from(asked);
    let now = app.clock.now();
    let (valid, past) = store::counts(&app.db, &actor.scope, &filter.text, now).await?;
    let page = store::list(&app.db, &actor.scope, &filter, now).await?;
    let t = QuoteTexts(ui.locale);
    let choices =
        [(None, t.all(), valid + past), (Some(true), t.valid(), valid), (Some(false), t.past(), past)];
    let choices =
        choices.map(|(of, word, n)| (filter.url("", of, &Start::First), word, n, filter.valid == of));
    let url = |start: Start| filter.url("", filter.valid, &start);
    let accounts = app.readers.accounts(&actor.scope);
    let view = QuotesPage {
        t,
        tabs: tabs("/quotes", ui.locale),
        choices: choices.into(),
        names: accounts.map(|account| (account.id, account.name.clone())).collect(),
        total: valid + past,
        first: (filter.start != Start::First).then(|| url(Start::First)),
        previous: page.previous.map(url),
        next: page.next.map(url),
        rows: page.rows,
        filter: &filter,
        ui: &ui,
    };
    Ok(Page(view).into_response())
}

/// Whether a quote is still taken as valid.
fn standing(valid_until: DateTime<Utc>, ui: &Ui) -> Chip {
    let t = QuoteTexts(ui.locale);
    if valid_until > ui.now {
        Chip::of("done", "done", t.valid())
    } else {
        Chip::of("final", "deadline", t.past())
    }
}

impl QuotesPage<'_> {
    fn chip(&self, row: &Row) -> Chip {
        standing(row.valid_until, self.ui)
    }

    fn account(&self, row: &Row) -> &str {
        self.names.get(&row.account).map_or("", String::as_str)
    }

    fn kind(&self, row: &Row) -> &'static str {
        if row.kind == "renewal" { self.t.renewal() } else { self.t.purchase() }
    }

    fn export(&self, kind: &str) -> String {
        self.filter.url(&format!("/export.{kind}"), self.filter.valid, &Start::First)
    }

    fn may_export(&self) -> bool {
        self.ui.may(Permission::Export)
    }
}
