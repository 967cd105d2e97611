//! What renewing resources would cost, asked of Huawei, to be kept as a quote. Renewing itself is done elsewhere.

use std::collections::HashMap;

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::{
    super::{
        Choice, Tab, account, accounts, ask,
        line::{term_name, term_named, terms},
        table::Told,
        tabs,
    },
    store,
    texts::RenewalTexts,
};
use crate::{
    bss::Term,
    identity::access::{AccountId, Actor},
    state::App,
    web::{
        Error, PAGE_LIMIT, Page, Ui,
        form::{Query, ids_in},
        links,
        problem::Problem,
        term,
    },
};

/// The most resources of one quote.
const MOST: usize = 50;

/// What the address says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    account: String,
    resource: Vec<String>,
    term: String,
    changed: String,
    name: String,
    days: String,
}

#[derive(Template)]
#[template(path = "prices/renewal.html")]
struct RenewalPage {
    ui: Ui,
    t: RenewalTexts,
    tabs: Vec<Tab>,
    accounts: Vec<Choice>,
    asked: Asked,
    account: String,
    ids: Vec<String>,
    pasted: String,
    too_many: bool,
    terms: Vec<Choice>,
    told: Option<Told>,
    problem: Option<Problem>,
}

/// `GET /prices/renewal`.
pub async fn show(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    let ids = ids_in(&asked.resource, str::to_owned);
    let known = known(&app, &actor, &ids).await?;
    let own = ids.iter().find_map(|id| known.get(id)).map(|(account, _)| *account);
    let id = match own {
        Some(own) => Some(own),
        None => account(&app, &actor, &asked.account)?,
    };
    let chosen = term_named(&asked.term).unwrap_or(Term::Years(1));
    let too_many = ids.len() > MOST;
    let reader = id.and_then(|id| app.readers.get(id)).map(|reader| reader.within(PAGE_LIMIT));
    let is_asked = !ids.is_empty() && !too_many;
    let (told, problem) = match (is_asked, &reader) {
        (false, _) => (None, None),
        (true, None) => (None, Some(Problem::switched_off(ui.locale))),
        (true, Some(reader)) => match ask::renewals(reader, &named(&ids, &known), chosen).await {
            Ok(answer) => (Some(Told::of(&answer, ui.locale)), None),
            Err(error) => (None, Some(Problem::of(&error, ui.locale))),
        },
    };
    let choice = |of| Choice { value: term_name(of), word: term::term(of, ui.locale), chosen: of == chosen };
    let page = RenewalPage {
        t: RenewalTexts(ui.locale),
        tabs: tabs("/renewal", ui.locale),
        accounts: accounts(&app, &actor, id),
        account: id.map(|id| id.to_string()).unwrap_or_default(),
        pasted: ids.join("\n"),
        terms: terms().map(choice).collect(),
        told,
        too_many,
        problem,
        asked: Asked { term: term_name(chosen), ..asked },
        ids,
        ui,
    };
    Ok(Page(page).into_response())
}

/// Accounts and names of resources, as far as the portal knows them.
pub(super) async fn known(
    app: &App,
    actor: &Actor,
    ids: &[String],
) -> Result<HashMap<String, (AccountId, String)>, Error> {
    let rows = store::resources(&app.db, &actor.scope, ids).await?;
    Ok(rows.into_iter().map(|(id, account, name)| (id, (AccountId(account), name))).collect())
}

/// Resources with what they are called, in both languages: their ids where nothing else is known.
pub(super) fn named(
    ids: &[String],
    known: &HashMap<String, (AccountId, String)>,
) -> Vec<(String, [String; 2])> {
    let name = |id: &String| {
        let name = known.get(id).map(|(_, name)| name.as_str()).filter(|name| !name.is_empty());
        name.map_or_else(|| id.clone(), |name| format!("{name} · {id}"))
    };
    ids.iter().map(|id| (id.clone(), [name(id), name(id)])).collect()
}

/// The address of the inquiry about these resources.
pub(super) fn url(ids: &[String], term: &str, more: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("term", term).extend_pairs(more);
    let url = links::quote_renewal(ids.iter().map(String::as_str));
    format!("{url}&{}", query.finish())
}

impl RenewalPage {
    fn renew(&self) -> String {
        links::renew(self.ids.iter().map(String::as_str))
    }
}
