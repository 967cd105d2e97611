//! The list of operations: by state, newest first, in keyset pages. It asks nobody upstream.

use std::collections::HashMap;

use askama::Template;
use axum::{
    extract::State as Extract,
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use uuid::Uuid;

use super::{texts, words};
use crate::{
    identity::access::{AccountId, Actor, Permission},
    operations::{Filter, Operation, OperationId, State},
    state::App,
    web::{Error, Page, Ui, form::Query, links},
};

/// Rows on a page.
const SIZE: u32 = 50;

/// What the URL says.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Parameters {
    state: Option<String>,
    open: Option<String>,
    kind: Option<String>,
    order: Option<String>,
    before: Option<Uuid>,
}

impl Parameters {
    fn filter(&self) -> Filter {
        Filter {
            state: self.state.as_deref().and_then(|state| state.parse().ok()),
            open: self.open.as_deref() == Some("1"),
            kind: self.kind.clone(),
            subject: self.order.clone(),
            before: self.before.map(OperationId),
        }
    }
}

/// The URL of the list under `filter`.
fn url(filter: &Filter) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if let Some(state) = filter.state {
        query.append_pair("state", state.as_str());
    }
    if filter.open {
        query.append_pair("open", "1");
    }
    for (name, value) in [("kind", &filter.kind), ("order", &filter.subject)] {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    if let Some(before) = filter.before {
        query.append_pair("before", &before.to_string());
    }
    let query = query.finish();
    if query.is_empty() { links::ACTIVITY.to_owned() } else { format!("{}?{query}", links::ACTIVITY) }
}

struct Tab {
    url: String,
    word: &'static str,
    count: i64,
    current: bool,
}

struct Row {
    kind: String,
    look: words::Look,
    operation: Operation,
    url: String,
    account: String,
}

struct Stopped {
    account: String,
    resume: Option<String>,
    error_code: String,
    error_msg: String,
}

#[derive(Template)]
#[template(path = "activity/list.html", blocks = ["results"])]
struct ListPage {
    ui: Ui,
    t: texts::Texts,
    tabs: Vec<Tab>,
    rows: Vec<Row>,
    stopped: Vec<Stopped>,
    quarantine: Option<String>,
    filtered: bool,
    first: Option<String>,
    next: Option<String>,
    here: String,
}

/// The page, or only its results for HTMX.
pub(super) async fn show(
    Extract(app): Extract<App>,
    actor: Actor,
    ui: Ui,
    Query(parameters): Query<Parameters>,
) -> Result<Response, Error> {
    let (t, w) = (texts::Texts(ui.locale), words::Texts(ui.locale));
    let filter = parameters.filter();
    let reading = app.desk.reading();
    let mut operations = reading.list(&actor.scope, &filter, SIZE + 1).await?;
    let more = operations.len() > SIZE as usize;
    operations.truncate(SIZE as usize);
    let counts: HashMap<State, i64> = reading.counts(&actor.scope).await?.into_iter().collect();
    let names = names(&app, &actor);
    let name = |account: AccountId| names.get(&account).cloned().unwrap_or_else(|| account.to_string());
    let stopped = reading
        .stops(&actor.scope)
        .await?
        .into_iter()
        .map(|stop| Stopped {
            account: name(stop.account_id),
            resume: ui
                .may(Permission::ManageAccounts)
                .then(|| format!("{}/accounts/{}/resume", links::ACTIVITY, stop.account_id)),
            error_code: stop.error_code.unwrap_or_default(),
            error_msg: stop.error_msg.unwrap_or_default(),
        })
        .collect();
    let quarantine = reading.quarantine().await?.map(|until| ui.at_second(&until).to_string());
    let next = more
        .then(|| operations.last().map(|last| url(&Filter { before: Some(last.id), ..filter.clone() })))
        .flatten();
    let page = ListPage {
        tabs: tabs((t, w), &filter, &counts),
        rows: operations
            .into_iter()
            .map(|operation| Row {
                kind: w.kind(&operation.kind).to_owned(),
                look: w.look(operation.state),
                url: links::operation(operation.id.0),
                account: name(operation.account_id),
                operation,
            })
            .collect(),
        stopped,
        quarantine,
        filtered: filter != Filter::default(),
        first: filter.before.map(|_| url(&Filter { before: None, ..filter.clone() })),
        next,
        here: url(&filter),
        ui,
        t,
    };
    if page.ui.htmx {
        Ok(Html(page.as_results().render()?).into_response())
    } else {
        Ok(Page(page).into_response())
    }
}

fn tabs((t, w): (texts::Texts, words::Texts), filter: &Filter, counts: &HashMap<State, i64>) -> Vec<Tab> {
    let sum = |wanted: &dyn Fn(State) -> bool| -> i64 {
        counts.iter().filter(|(state, _)| wanted(**state)).map(|(_, count)| count).sum()
    };
    let base = Filter { kind: filter.kind.clone(), subject: filter.subject.clone(), ..Filter::default() };
    let tab = |word, filter: Filter, count, current| Tab { url: url(&filter), word, count, current };
    let mut tabs = vec![
        tab(t.all(), base.clone(), sum(&|_| true), filter.state.is_none() && !filter.open),
        tab(t.open(), Filter { open: true, ..base.clone() }, sum(&|state| !state.is_final()), filter.open),
    ];
    // The states that people look for are always there, others while something is in them.
    let always = [
        State::PendingApproval,
        State::Unknown,
        State::NeedsReview,
        State::Succeeded,
        State::Failed,
        State::Stale,
    ];
    for state in State::ALL {
        let (count, current) = (counts.get(&state).copied().unwrap_or_default(), filter.state == Some(state));
        if always.contains(&state) || count > 0 || current {
            let filter = Filter { state: Some(state), ..base.clone() };
            tabs.push(tab(w.look(state).word, filter, count, current));
        }
    }
    tabs
}

/// The names of the accounts that the reader was given.
pub(super) fn names(app: &App, actor: &Actor) -> HashMap<AccountId, String> {
    app.readers.accounts(&actor.all_accounts).map(|account| (account.id, account.name.clone())).collect()
}
