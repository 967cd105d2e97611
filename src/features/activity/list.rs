//! The list of operations: by state, newest first, in keyset pages. It asks nobody upstream.

use std::{borrow::Cow, collections::HashMap};

use askama::Template;
use axum::{
    extract::State as Extract,
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{operation::CHANGED, texts, words};
use crate::{
    identity::access::{AccountId, Actor, Permission},
    operations::{Filter, Note, Operation, OperationId, State},
    state::App,
    web::{
        Error, Page, Ui,
        chip::{self, Chip},
        form::Query,
        links,
    },
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
    /// What a page that looks again has seen already.
    seen: Option<String>,
}

impl ListPage {
    /// The address that looks again.
    fn again(&self) -> String {
        let sign = if self.here.contains('?') { '&' } else { '?' };
        format!("{}{sign}seen={}", self.here, self.version)
    }

    /// Whether the list is less than everything.
    fn is_narrowed(&self) -> bool {
        self.filter != Filter::default()
    }

    fn subject(&self) -> &str {
        self.filter.subject.as_deref().unwrap_or_default()
    }
}

impl Parameters {
    fn filter(&self) -> Filter {
        Filter {
            state: self.state.as_deref().and_then(|state| state.parse().ok()),
            open: self.open.as_deref() == Some("1"),
            kind: self.kind.clone().filter(|kind| !kind.is_empty()),
            subject: self.order.as_deref().map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned),
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
    word: Cow<'static, str>,
    /// How many there are; unknown while another condition narrows the list.
    count: Option<i64>,
    current: bool,
}

/// A condition that no tab shows, and the list without it.
struct Active {
    sentence: String,
    without: String,
}

struct Row {
    kind: String,
    chip: Chip,
    /// Why it is where it is, while that is not the end.
    why: Option<&'static str>,
    operation: Operation,
    url: String,
    account: String,
}

#[derive(Debug)]
struct Stopped {
    account: String,
    resume: Option<String>,
    error_code: String,
    error_msg: String,
}

#[derive(Template)]
#[template(path = "activity/list.html", blocks = ["live"])]
struct ListPage {
    ui: Ui,
    t: texts::Texts,
    tabs: Vec<Tab>,
    rows: Vec<Row>,
    stopped: Vec<Stopped>,
    quarantine: Option<String>,
    active: Vec<Active>,
    filter: Filter,
    /// Whether the reader was given any account.
    has_accounts: bool,
    first: Option<String>,
    next: Option<String>,
    here: String,
    version: String,
}

/// The page, or only what changes on it for HTMX; nothing when that is on the page already.
pub(super) async fn show(
    Extract(app): Extract<App>,
    actor: Actor,
    ui: Ui,
    Query(parameters): Query<Parameters>,
) -> Result<Response, Error> {
    let filter = parameters.filter();
    let page = page(&app, &actor, ui, filter).await?;
    if !page.ui.htmx {
        return Ok(Page(page).into_response());
    }
    if parameters.seen.as_ref() == Some(&page.version) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    Ok(([CHANGED], Html(page.as_live().render()?)).into_response())
}

async fn page(app: &App, actor: &Actor, ui: Ui, filter: Filter) -> Result<ListPage, Error> {
    let (t, w) = (texts::Texts(ui.locale), words::Texts(ui.locale));
    let reading = app.desk.reading();
    let mut operations = reading.list(&actor.scope, &filter, SIZE + 1).await?;
    let more = operations.len() > SIZE as usize;
    operations.truncate(SIZE as usize);
    let counts: HashMap<State, i64> = reading.counts(&actor.scope).await?.into_iter().collect();
    let names = names(app, actor);
    let name = |account: AccountId| names.get(&account).cloned().unwrap_or_else(|| account.to_string());
    let stopped: Vec<Stopped> = reading
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
    let counted: Vec<Option<&i64>> = State::ALL.iter().map(|state| counts.get(state)).collect();
    let all = format!("{operations:?} {counted:?} {stopped:?} {quarantine:?} {next:?}");
    Ok(ListPage {
        tabs: tabs(t, &filter, &counts),
        version: hex::encode(&Sha256::digest(all)[..8]),
        rows: operations
            .into_iter()
            .map(|operation| Row {
                kind: w.kind(&operation.kind).to_owned(),
                chip: chip::operation(operation.state, ui.locale),
                why: why(&operation).map(|note| w.reason(note)),
                url: links::operation(operation.id.0),
                account: name(operation.account_id),
                operation,
            })
            .collect(),
        stopped,
        quarantine,
        active: active((t, w), &filter),
        has_accounts: !actor.all_accounts.accounts().is_empty(),
        first: filter.before.map(|_| url(&Filter { before: None, ..filter.clone() })),
        next,
        here: url(&filter),
        filter,
        ui,
        t,
    })
}

/// Why it has not ended, where that says more than the state does.
fn why(operation: &Operation) -> Option<Note> {
    let open = operation.why().filter(|_| !operation.state.is_final());
    open.filter(|note| {
        !matches!(
            note,
            Note::Requested | Note::Approved | Note::ApprovalWanted | Note::Armed | Note::Accepted
        )
    })
}

/// The conditions that no tab shows.
fn active((t, w): (texts::Texts, words::Texts), filter: &Filter) -> Vec<Active> {
    let kind = filter.kind.as_ref().map(|kind| Active {
        sentence: w.kind(kind).to_owned(),
        without: url(&Filter { kind: None, before: None, ..filter.clone() }),
    });
    let subject = filter.subject.as_ref().map(|subject| Active {
        sentence: t.about(subject),
        without: url(&Filter { subject: None, before: None, ..filter.clone() }),
    });
    [kind, subject].into_iter().flatten().collect()
}

fn tabs(t: texts::Texts, filter: &Filter, counts: &HashMap<State, i64>) -> Vec<Tab> {
    let sum = |wanted: &dyn Fn(State) -> bool| -> i64 {
        counts.iter().filter(|(state, _)| wanted(**state)).map(|(_, count)| count).sum()
    };
    let narrowed = filter.kind.is_some() || filter.subject.is_some();
    let base = Filter { kind: filter.kind.clone(), subject: filter.subject.clone(), ..Filter::default() };
    let tab = |word, filter: Filter, count: i64, current| {
        let count = (!narrowed).then_some(count);
        Tab { url: url(&filter), word, count, current }
    };
    let mut tabs = vec![
        tab(t.all().into(), base.clone(), sum(&|_| true), filter.state.is_none() && !filter.open),
        tab(
            t.open().into(),
            Filter { open: true, ..base.clone() },
            sum(&|state| !state.is_final()),
            filter.open,
        ),
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
            tabs.push(tab(chip::operation(state, t.0).word, filter, count, current));
        }
    }
    tabs
}

/// The names of the accounts that the reader was given.
pub(super) fn names(app: &App, actor: &Actor) -> HashMap<AccountId, String> {
    app.readers.accounts(&actor.all_accounts).map(|account| (account.id, account.name.clone())).collect()
}
