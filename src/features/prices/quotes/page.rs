//! One quote: its lines as they were told, the same asked again with the difference, what its printed sheet says, and
//! that sheet.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    super::{
        Tab,
        answer::Answer,
        ask::{self, Words},
        asked::Asked,
        dictionary::Dictionary,
        line::{Line, term_named},
        table::{Told, exact},
        tabs,
    },
    Stored,
    capitals::capitals,
    renewal, standing, store,
    texts::QuoteTexts,
};
use crate::{
    identity::access::{Actor, Permission},
    money::Money,
    state::App,
    web::{Error, Form, PAGE_LIMIT, Page, Ui, chip::Chip, form::Query, links, problem::Problem},
};

/// The longest text of the sheet, in characters.
const LONGEST: usize = 200;

/// What the address says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Parameters {
    again: String,
}

/// What the printed sheet is to say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SheetForm {
    company: String,
    department: String,
    purpose: String,
}

#[derive(Template)]
#[template(path = "prices/quote.html")]
struct QuotePage {
    ui: Ui,
    t: QuoteTexts,
    tabs: Vec<Tab>,
    quote: Stored,
    account: String,
    chip: Chip,
    told: Told,
    inquiry: String,
    renew: Option<String>,
    again: Option<Again>,
    problem: Option<Problem>,
    may_export: bool,
}

/// The same asked again.
struct Again {
    rows: Vec<Difference>,
    total: Difference,
    is_same: bool,
}

/// A price then and now.
struct Difference {
    title: String,
    terms: String,
    was: Option<String>,
    now: Option<String>,
    by: Option<String>,
}

#[derive(Template)]
#[template(path = "prices/sheet.html")]
struct SheetPage {
    ui: Ui,
    t: QuoteTexts,
    quote: Stored,
    account: String,
    told: Told,
    /// What is requested, to the fen, and the same in capitals.
    rounded: Money,
    capitals: String,
}

/// `GET /prices/quotes/{id}`.
pub async fn show(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Path(id): Path<Uuid>,
    Query(asked): Query<Parameters>,
) -> Result<Response, Error> {
    let quote = store::find(&app.db, &actor.scope, id).await?.ok_or(Error::NotFound)?;
    let answer = quote.answer()?;
    let (again, problem) = match asked.again.as_str() {
        "" => (None, None),
        _ => match asked_again(&app, (&ui, &actor), &quote, &answer).await? {
            Ok(now) => (Some(again(&answer, &now, &ui)), None),
            Err(problem) => (None, Some(problem)),
        },
    };
    let resources: Vec<String> = answer.lines.iter().map(|line| line.asked.clone()).collect();
    let inquiry = if quote.is_renewal() {
        renewal::url(&resources, quote.term.as_deref().unwrap_or_default(), &[("ask", "1")])
    } else {
        let account = quote.account.to_string();
        Asked { account, ..Asked::default() }.url(&lines(&answer), &[("ask", "1")])
    };
    let may_renew = quote.is_renewal() && ui.may(Permission::RenewResources);
    let page = QuotePage {
        t: QuoteTexts(ui.locale),
        tabs: tabs("/quotes", ui.locale),
        account: app.readers.name(quote.account).unwrap_or_default().to_owned(),
        chip: standing(quote.valid_until, &ui),
        told: Told::of(&answer, ui.locale),
        renew: may_renew.then(|| links::renew(resources.iter().map(String::as_str))),
        may_export: ui.may(Permission::Export),
        inquiry,
        again,
        problem,
        quote,
        ui,
    };
    Ok(Page(page).into_response())
}

/// `POST /prices/quotes/{id}`: what the printed sheet says.
pub async fn describe(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<Uuid>,
    Form(form): Form<SheetForm>,
) -> Result<Redirect, Error> {
    let short = |text: &str| text.trim().chars().take(LONGEST).collect::<String>();
    let texts = [short(&form.company), short(&form.department), short(&form.purpose)];
    let texts = [texts[0].as_str(), &texts[1], &texts[2]];
    if !store::describe(&app.db, &actor.scope, id, texts).await? {
        return Err(Error::NotFound);
    }
    Ok(Redirect::to(&format!("{}/sheet", links::quote(id))))
}

/// `GET /prices/quotes/{id}/sheet`: the sheet to print (请款单).
pub async fn sheet(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Path(id): Path<Uuid>,
) -> Result<Response, Error> {
    let quote = store::find(&app.db, &actor.scope, id).await?.ok_or(Error::NotFound)?;
    let answer = quote.answer()?;
    let page = SheetPage {
        t: QuoteTexts(ui.locale),
        account: app.readers.name(quote.account).unwrap_or_default().to_owned(),
        told: Told::of(&answer, ui.locale),
        rounded: answer.payable().rounded(),
        capitals: capitals(answer.payable()),
        quote,
        ui,
    };
    Ok(Page(page).into_response())
}

fn lines(answer: &Answer) -> Vec<Line> {
    answer.lines.iter().filter_map(|line| line.asked.parse().ok()).collect()
}

/// What Huawei answers now to what the quote asked.
async fn asked_again(
    app: &App,
    (ui, actor): (&Ui, &Actor),
    quote: &Stored,
    then: &Answer,
) -> Result<Result<Answer, Problem>, Error> {
    let Some(reader) = app.readers.get(quote.account).map(|reader| reader.within(PAGE_LIMIT)) else {
        return Ok(Err(Problem::switched_off(ui.locale)));
    };
    let now = if let Some(term) = quote.term.as_deref().and_then(term_named) {
        let ids: Vec<String> = then.lines.iter().map(|line| line.asked.clone()).collect();
        let known = renewal::known(app, actor, &ids).await?;
        ask::renewals(&reader, &renewal::named(&ids, &known), term).await
    } else {
        let lines = lines(then);
        let dictionary =
            Dictionary { db: &app.db, clock: &app.clock, reader: Some(&reader), locale: ui.locale };
        let words = Words::of(&lines, dictionary).await?;
        let mut projects = ask::Projects::new();
        for (region, project) in dictionary.projects(quote.account).await? {
            projects.entry(region).or_insert(project);
        }
        ask::products(&reader, &lines, &projects, &words).await
    };
    Ok(now.map_err(|error| Problem::of(&error, ui.locale)))
}

fn again(then: &Answer, now: &Answer, ui: &Ui) -> Again {
    let difference = |[title, terms]: [String; 2], was: Option<Money>, is: Option<Money>| Difference {
        title,
        terms,
        was: was.map(exact),
        now: is.map(exact),
        by: was.zip(is).map(|(was, is)| {
            let by = is - was;
            let sign = if by > Money::ZERO { "+" } else { "" };
            format!("{sign}{}", exact(by))
        }),
    };
    let rows: Vec<Difference> = then
        .lines
        .iter()
        .zip(&now.lines)
        .map(|(was, is)| {
            let is_priced = is.failed.is_none();
            let words = ui.locale.pick(&was.zh, &was.en).clone();
            difference(words, was.price(), is.price().filter(|_| is_priced))
        })
        .collect();
    let total = difference(Default::default(), Some(then.payable()), now.is_whole().then(|| now.payable()));
    let is_same = now.is_whole() && then.payable() == now.payable() && then.official() == now.official();
    Again { rows, total, is_same }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_reads_back_to_the_last_digit() {
        let told = r#"{"lines":[],"sums":[{"is_use":true,"official":"12345678901.0000000001","offers":[]}]}"#;
        let answer: Answer = serde_json::from_str(told).expect("an answer");
        assert_eq!(exact(answer.official()), "12,345,678,901.0000000001");
        assert_eq!(serde_json::to_string(&answer).expect("text"), told);
    }
}
