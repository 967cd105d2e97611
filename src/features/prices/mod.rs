//! Prices: inquiries of Huawei's list prices and discounts, when the term is cheaper than use, saved quotes, and the
//! commercial contract. Nothing here buys anything.

pub mod answer;
pub mod ask;
pub mod asked;
pub mod break_even;
pub mod compare;
pub mod dictionary;
pub mod discounts;
pub mod inquiry;
pub mod line;
pub mod quotes;
pub mod regions;
pub mod table;
pub mod texts;

use crate::{
    i18n::Locale,
    identity::access::{
        AccountId, Actor,
        Permission::{Export, Refresh, ViewPrices},
    },
    state::App,
    web::{
        Access::Needs,
        Error, Routes,
        download::{csv, xlsx},
        links,
    },
};

/// The pages of prices.
pub fn routes() -> Routes {
    Routes::new()
        .get("/prices", Needs(ViewPrices), inquiry::show)
        .post("/prices/refresh", Needs(Refresh), inquiry::refresh)
        .get("/prices/break-even", Needs(ViewPrices), compare::show)
        .get("/prices/discounts", Needs(ViewPrices), discounts::show)
        .get("/prices/renewal", Needs(ViewPrices), quotes::renewal::show)
        .get("/prices/quotes", Needs(ViewPrices), quotes::show)
        .post("/prices/quotes", Needs(ViewPrices), quotes::save::save)
        .get("/prices/quotes/export.csv", Needs(Export), csv::<quotes::export::Lines>)
        .get("/prices/quotes/export.xlsx", Needs(Export), xlsx::<quotes::export::Lines>)
        .get("/prices/quotes/{id}", Needs(ViewPrices), quotes::page::show)
        .post("/prices/quotes/{id}", Needs(ViewPrices), quotes::page::describe)
        .get("/prices/quotes/{id}/sheet", Needs(ViewPrices), quotes::page::sheet)
}

/// A page of this feature among the others.
pub struct Tab {
    url: String,
    word: &'static str,
    current: bool,
}

/// The pages of this feature, of which one is looked at.
pub fn tabs(current: &str, locale: Locale) -> Vec<Tab> {
    let t = texts::Texts(locale);
    [("", t.inquiry()), ("/renewal", t.renewal()), ("/quotes", t.quotes()), ("/discounts", t.discounts())]
        .into_iter()
        .map(|(path, word)| Tab { url: format!("{}{path}", links::PRICES), word, current: path == current })
        .collect()
}

/// An account to choose.
pub struct Choice {
    /// What a form sends.
    pub value: String,
    /// What people read.
    pub word: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// The account that a page asks for: the chosen one, or the first that can be asked. None where there is none.
pub fn account(app: &App, actor: &Actor, chosen: &str) -> Result<Option<AccountId>, Error> {
    if chosen.is_empty() {
        let mut accounts = app.readers.accounts(&actor.scope);
        return Ok(accounts.find(|account| account.enabled).map(|account| account.id));
    }
    let id = chosen.parse().map(AccountId).map_err(|_| Error::NotFound)?;
    if actor.scope.contains(id) { Ok(Some(id)) } else { Err(Error::NotFound) }
}

/// The accounts to choose from.
pub fn accounts(app: &App, actor: &Actor, chosen: Option<AccountId>) -> Vec<Choice> {
    app.readers
        .accounts(&actor.scope)
        .map(|account| Choice {
            value: account.id.to_string(),
            word: account.name.clone(),
            chosen: chosen == Some(account.id),
        })
        .collect()
}
