//! Saving a quote: Huawei is asked once more, and nothing is saved when the prices differ from those shown.

use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use chrono::TimeDelta;
use serde::Deserialize;
use uuid::Uuid;

use super::{
    super::{
        account,
        answer::Answer,
        ask::{self, Words},
        asked::Asked,
        dictionary::Dictionary,
        line::{term_name, term_named},
        table::exact,
    },
    NewQuote, renewal, store,
};
use crate::{
    identity::access::{AccountId, Actor},
    state::App,
    web::{Error, Form, PAGE_LIMIT, Ui, links},
};

/// For how many days a quote may be valid.
const DAYS: std::ops::RangeInclusive<i64> = 1..=365;
/// The longest name of a quote, in characters.
const NAME: usize = 100;

/// What a form of an inquiry sends: what was asked, what was shown, and under which name to keep it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SaveForm {
    account: String,
    line: Vec<String>,
    place: Vec<String>,
    project: Vec<String>,
    resource: Vec<String>,
    term: String,
    name: String,
    days: String,
    official: String,
    payable: String,
}

/// `POST /prices/quotes`.
pub async fn save(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Form(form): Form<SaveForm>,
) -> Result<Response, Error> {
    let id = account(&app, &actor, &form.account)?.ok_or(Error::NotFound)?;
    let name: String = form.name.trim().chars().take(NAME).collect();
    let days = form.days.trim().parse().ok().filter(|days| DAYS.contains(days)).unwrap_or(7);
    let again = back(&form, &name, days)?;
    let term = (!form.resource.is_empty()).then(|| term_named(&form.term)).flatten();
    // Whatever went wrong, the page of the inquiry says it.
    let Some(answer) = answer(&app, (id, &ui, &actor), &form).await? else {
        return Ok(Redirect::to(&again).into_response());
    };
    let is_as_shown = exact(answer.official()) == form.official && exact(answer.payable()) == form.payable;
    if name.is_empty() || !answer.is_whole() || !is_as_shown {
        return Ok(Redirect::to(&again).into_response());
    }
    let now = app.clock.now();
    let codes = answer.lines.iter().flat_map(|line| [&line.zh[0], &line.en[0], &line.asked]);
    let search = std::iter::once(&name).chain([&actor.username]).chain(codes);
    let search = search.map(|text| text.to_lowercase()).collect::<Vec<_>>().join("\n");
    let quote = NewQuote {
        id: Uuid::now_v7(),
        account: id,
        kind: if term.is_some() { "renewal" } else { "purchase" },
        term: term.map(term_name),
        name: &name,
        made_at: now,
        made_by: &actor.username,
        valid_until: now + TimeDelta::days(days),
        official: answer.official(),
        payable: answer.payable(),
        answer: serde_json::to_string(&answer).map_err(|error| Error::Internal(error.into()))?,
        search,
    };
    store::add(&app.db, &quote).await?;
    Ok(Redirect::to(&links::quote(quote.id)).into_response())
}

/// What Huawei answers now; nothing where it does not.
async fn answer(
    app: &App,
    (id, ui, actor): (AccountId, &Ui, &Actor),
    form: &SaveForm,
) -> Result<Option<Answer>, Error> {
    let Some(reader) = app.readers.get(id).map(|reader| reader.within(PAGE_LIMIT)) else { return Ok(None) };
    if !form.resource.is_empty() {
        let Some(term) = term_named(&form.term) else { return Ok(None) };
        let known = renewal::known(app, actor, &form.resource).await?;
        let named = renewal::named(&form.resource, &known);
        return Ok(ask::renewals(&reader, &named, term).await.ok());
    }
    let asked = asked(form);
    let lines = asked.lines()?;
    let dictionary = Dictionary { db: &app.db, clock: &app.clock, reader: Some(&reader), locale: ui.locale };
    let words = Words::of(&lines, dictionary).await?;
    Ok(ask::products(&reader, &lines, &asked.projects(), &words).await.ok())
}

/// The inquiry as it was, with what was typed.
fn back(form: &SaveForm, name: &str, days: i64) -> Result<String, Error> {
    let days = days.to_string();
    let typed = [("ask", "1"), ("changed", "1"), ("name", name), ("days", &days)];
    if form.resource.is_empty() {
        let asked = asked(form);
        return Ok(asked.url(&asked.lines()?, &typed));
    }
    Ok(renewal::url(&form.resource, &form.term, &typed))
}

fn asked(form: &SaveForm) -> Asked {
    Asked {
        account: form.account.clone(),
        line: form.line.clone(),
        place: form.place.clone(),
        project: form.project.clone(),
        ..Asked::default()
    }
}
