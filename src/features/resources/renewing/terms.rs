//! The comparison of all terms for the same resources, asked of Huawei when it is looked at. It decides nothing.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::State,
    response::{Html, IntoResponse, Response},
};
use futures_util::{StreamExt as _, stream};
use serde::Deserialize;

use super::{
    prices::{AT_ONCE, Together, together},
    term::{Named, TERMS, months},
    texts::Texts,
};
use crate::{
    features::resources::{
        plan,
        store::{Stored, find_many},
    },
    identity::access::{AccountId, Actor},
    money::Money,
    state::App,
    web::{
        Error, PAGE_LIMIT, Page, Ui,
        form::{Query, ids_in},
        links,
        sentence::Failure,
    },
};

/// What the URL says.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    resource: Vec<String>,
    #[serde(default)]
    pay: Option<String>,
}

#[derive(Template)]
#[template(path = "resources/terms.html", blocks = ["grid"])]
struct TermsPage {
    ui: Ui,
    t: Texts,
    back: String,
    rows: Vec<Row>,
    failure: Option<Failure>,
}

/// One term.
struct Row {
    words: String,
    url: String,
    official: Money,
    payable: Money,
    per_month: Money,
    /// Those that cannot be renewed for it, and why.
    failed: Vec<(String, String)>,
    /// Whether it can be chosen for any of them.
    is_possible: bool,
    is_cheapest: bool,
}

/// The address of the comparison.
pub(super) fn url<'a>(ids: impl Iterator<Item = &'a str>, pays: bool) -> String {
    address("/resources/renew/terms", ids, &[("pay", if pays { "balance" } else { "order" })])
}

/// `GET /resources/renew/terms`: a page, or its grid for HTMX.
pub(super) async fn show(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    let ids = ids_in(&asked.resource, str::to_owned);
    if ids.is_empty() || ids.len() > plan::MOST {
        return Err(Error::Invalid("no resources, or too many".to_owned()));
    }
    let stored = find_many(&app.db, &actor.all_accounts, &ids).await?;
    if stored.is_empty() {
        return Err(Error::NotFound);
    }
    let pay = asked.pay.as_deref().unwrap_or("balance");
    let (sums, failure) = compare(&app, &ui, &stored).await;
    let all = stored.len();
    let per_month = |named: &Named, sum: &Together| {
        Money::new(sum.payable.decimal() / rust_decimal::Decimal::from(months(named.1))).rounded()
    };
    let is_whole = |sum: &Together| sum.failed.is_empty();
    let cheapest =
        sums.iter().filter(|(_, sum)| is_whole(sum)).map(|(named, sum)| per_month(named, sum)).min();
    let row = |(named, sum): &(Named, Together)| Row {
        words: plan::texts::term(named.1, ui.locale),
        url: address("/resources/renew", ids.iter().map(String::as_str), &[("term", named.0), ("pay", pay)]),
        official: sum.official,
        payable: sum.payable,
        per_month: per_month(named, sum),
        failed: sum.failed.iter().map(|(id, why)| (id.clone(), why.sentence(ui.locale).text)).collect(),
        is_possible: sum.failed.len() < all,
        is_cheapest: is_whole(sum) && Some(per_month(named, sum)) == cheapest,
    };
    let rows = sums.iter().map(row).collect();
    let back = links::renew(ids.iter().map(String::as_str));
    let t = Texts(ui.locale);
    let page = TermsPage { ui, t, back, rows, failure };
    if page.ui.htmx {
        return Ok(Html(page.as_grid().render()?).into_response());
    }
    Ok(Page(page).into_response())
}

/// What each term costs for all of them together, as far as it can be read.
async fn compare(app: &App, ui: &Ui, stored: &[Stored]) -> (Vec<(Named, Together)>, Option<Failure>) {
    let mut by_account: BTreeMap<AccountId, Vec<String>> = BTreeMap::new();
    for one in stored {
        by_account.entry(one.account).or_default().push(one.resource_id.clone());
    }
    let asked =
        TERMS.iter().flat_map(|named| by_account.iter().map(move |(account, ids)| (*named, *account, ids)));
    let asked: Vec<_> = asked
        .filter_map(|(named, account, ids)| {
            Some((named, app.readers.get(account)?.within(PAGE_LIMIT), ids.clone()))
        })
        .collect();
    let answers: Vec<_> = stream::iter(asked)
        .map(|(named, reader, ids)| async move { (named, together(&reader, &ids, named.1).await) })
        .buffered(AT_ONCE)
        .collect()
        .await;
    let mut sums: Vec<(Named, Together)> = TERMS.iter().map(|named| (*named, Together::default())).collect();
    let mut failure = None;
    // A sum without a part of it would look cheap.
    let is_unread = |named: &Named| {
        let mut of_term = answers.iter().filter(|(other, _)| other.0 == named.0);
        of_term.any(|(_, answer)| answer.is_err())
    };
    sums.retain(|(named, _)| !is_unread(named));
    for (named, answer) in answers {
        match answer {
            Ok(part) => {
                let Some((_, sum)) = sums.iter_mut().find(|(known, _)| known.0 == named.0) else { continue };
                sum.official += part.official;
                sum.payable += part.payable;
                sum.failed.extend(part.failed);
            }
            Err(error) => {
                failure =
                    failure.or_else(|| Some(Failure::of(&error, Texts(ui.locale).the_price(), ui.locale)));
            }
        }
    }
    (sums, failure)
}

fn address<'a>(path: &str, ids: impl Iterator<Item = &'a str>, more: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for id in ids {
        query.append_pair("resource", id);
    }
    for (name, value) in more {
        query.append_pair(name, value);
    }
    format!("{path}?{}", query.finish())
}
