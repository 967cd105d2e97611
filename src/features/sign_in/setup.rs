//! The first-run page: there while there is no administrator, and not a moment longer.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use secrecy::SecretString;
use serde::Deserialize;

use super::texts::Texts;
use crate::{
    identity::{password::Weak, people::Problem},
    state::App,
    web::{Error, Form, Page, Ui, links, session::Visit},
};

#[derive(Debug, Deserialize)]
pub(super) struct SetupForm {
    code: SecretString,
    username: String,
    password: SecretString,
}

pub(super) async fn show(State(app): State<App>, ui: Ui) -> Result<Response, Error> {
    if !app.identity.needs_setup().await? {
        return Ok(Redirect::to(links::SIGN_IN).into_response());
    }
    Ok(Page(SetupPage::new(ui, String::new(), Wrong::default())).into_response())
}

pub(super) async fn create(
    State(app): State<App>,
    visit: Visit,
    ui: Ui,
    Form(form): Form<SetupForm>,
) -> Result<Response, Error> {
    if !app.identity.needs_setup().await? {
        return Ok(Redirect::to(links::SIGN_IN).into_response());
    }
    let t = Texts(ui.locale);
    let made = app
        .identity
        .finish_setup(&form.code, &form.username, &form.password, (ui.locale, visit.whence()))
        .await;
    let wrong = match made {
        Ok(Some(_)) => return Ok(Redirect::to(links::SIGN_IN).into_response()),
        Ok(None) => Wrong { code: t.code_wrong(), ..Wrong::default() },
        Err(Problem::BadName(_) | Problem::Unknown(_)) => {
            Wrong { username: t.username_bad(), ..Wrong::default() }
        }
        Err(Problem::Taken(_)) => Wrong { username: t.username_taken(), ..Wrong::default() },
        Err(Problem::Weak(weak)) => Wrong { password: weak_words(t, weak), ..Wrong::default() },
        Err(Problem::Busy(_)) => return Err(Error::Busy),
        Err(Problem::Database(error)) => return Err(error.into()),
    };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(SetupPage::new(ui, form.username, wrong))).into_response())
}

const fn weak_words(t: Texts, weak: Weak) -> &'static str {
    match weak {
        Weak::Short => t.password_short(),
        Weak::Long => t.password_long(),
        Weak::Guessable => t.password_guessable(),
    }
}

/// What is wrong with each field, or nothing.
#[derive(Default)]
struct Wrong {
    code: &'static str,
    username: &'static str,
    password: &'static str,
}

#[derive(Template)]
#[template(path = "sign_in/setup.html")]
struct SetupPage {
    t: Texts,
    ui: Ui,
    username: String,
    wrong: Wrong,
}

impl SetupPage {
    fn new(ui: Ui, username: String, wrong: Wrong) -> Self {
        Self { t: Texts(ui.locale), ui, username, wrong }
    }
}
