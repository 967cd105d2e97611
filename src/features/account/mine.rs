//! The account page itself; what is posted from it lives beside it.

use askama::Template;
use axum::{extract::State, response::IntoResponse};
use serde::Deserialize;
use uuid::Uuid;

use super::texts::Texts;
use crate::{
    identity::session::Listed,
    state::App,
    web::{Error, Page, Ui, form::Query, session::Visit},
};

#[derive(Debug, Deserialize)]
pub(super) struct Told {
    changed: Option<String>,
}

pub(super) async fn show(
    State(app): State<App>,
    visit: Visit,
    ui: Ui,
    Query(told): Query<Told>,
) -> Result<impl IntoResponse, Error> {
    let page = MinePage::new(&app, &visit, ui, Wrong::default()).await?;
    Ok(Page(MinePage { changed: told.changed.is_some(), ..page }))
}

/// What is wrong with each field of the password form, or nothing.
#[derive(Debug, Default)]
pub(super) struct Wrong {
    pub(super) current: &'static str,
    pub(super) new: &'static str,
    pub(super) again: &'static str,
}

#[derive(Template)]
#[template(path = "account/mine.html")]
pub(super) struct MinePage {
    t: Texts,
    ui: Ui,
    accounts: Vec<String>,
    sessions: Vec<Listed>,
    this_session: Uuid,
    must_change: bool,
    changed: bool,
    wrong: Wrong,
}

impl MinePage {
    pub(super) async fn new(app: &App, visit: &Visit, ui: Ui, wrong: Wrong) -> Result<Self, Error> {
        let person = visit.signed_in().await?.ok_or(Error::SignIn)?;
        let accounts =
            app.readers.accounts(&person.actor().all_accounts).map(|account| account.name.clone()).collect();
        Ok(Self {
            t: Texts(ui.locale),
            ui,
            accounts,
            sessions: app.identity.sessions().list(person.person).await?,
            this_session: person.session,
            must_change: person.must_change_password,
            changed: false,
            wrong,
        })
    }
}
