//! Changing one's password: the old one proves that it is still the same person.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::{
    mine::{MinePage, Wrong},
    texts::Texts,
};
use crate::{
    identity::{access::Actor, password::Weak, sign_in::Refused},
    state::App,
    web::{Error, Form, Page, Ui, session::Visit},
};

#[derive(Debug, Deserialize)]
pub(super) struct PasswordForm {
    current: SecretString,
    new: SecretString,
    again: SecretString,
}

pub(super) async fn change(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    ui: Ui,
    Form(form): Form<PasswordForm>,
) -> Result<Response, Error> {
    let t = Texts(ui.locale);
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    let wrong = if form.new.expose_secret() != form.again.expose_secret() {
        Wrong { again: t.again_differs(), ..Wrong::default() }
    } else if form.new.expose_secret() == form.current.expose_secret() {
        Wrong { new: t.new_same(), ..Wrong::default() }
    } else {
        let person = (actor.id, actor.username.as_str());
        match app.identity.change_password(person, &form.current, &form.new, visit.whence()).await {
            Ok(entered) => {
                let cookies = visit.begin(&app, &entered).await?;
                return Ok((cookies, Redirect::to("/account?changed=password")).into_response());
            }
            Err(Refused::Wrong) => Wrong { current: t.current_wrong(), ..Wrong::default() },
            Err(Refused::Weak(weak)) => Wrong { new: weak_words(t, weak), ..Wrong::default() },
            Err(Refused::Wait(_)) => {
                status = StatusCode::TOO_MANY_REQUESTS;
                Wrong { current: t.too_often(), ..Wrong::default() }
            }
            Err(Refused::Busy(_)) => return Err(Error::Busy),
            Err(Refused::Database(error)) => return Err(error.into()),
        }
    };
    Ok((status, Page(MinePage::new(&app, &visit, ui, wrong).await?)).into_response())
}

const fn weak_words(t: Texts, weak: Weak) -> &'static str {
    match weak {
        Weak::Short => t.new_short(),
        Weak::Long => t.new_long(),
        Weak::Guessable => t.new_guessable(),
    }
}
