//! Coming in and going out, and the first administrator. What is right and what is limited is
//! identity's business; here are the pages.

mod enter;
mod setup;
pub mod texts;

use axum::{
    extract::State,
    http::{HeaderName, HeaderValue},
    response::{IntoResponse, Redirect},
};

use crate::{
    identity::{
        access::Actor,
        events::{Event, Kind},
    },
    state::App,
    web::{Access, Error, Form, Routes, form::Nothing, links, session::Visit},
};

/// The pages of this feature.
pub fn routes() -> Routes {
    Routes::new()
        .get(links::SIGN_IN, Access::Public, enter::show)
        .post(links::SIGN_IN, Access::Public, enter::enter)
        .post(links::SIGN_OUT, Access::SignedIn, leave)
        .get(links::SETUP, Access::Public, setup::show)
        .post(links::SETUP, Access::Public, setup::create)
}

/// What the browser keeps of us apart from cookies, which say who may come back sooner.
const FORGET: (HeaderName, HeaderValue) =
    (HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"cache\", \"storage\""));

async fn leave(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Form(Nothing { .. }): Form<Nothing>,
) -> Result<impl IntoResponse, Error> {
    visit.end().await?;
    app.identity.record(&Event::own(Kind::SignedOut, actor.id, visit.whence())).await?;
    Ok(([FORGET], Redirect::to(links::SIGN_IN)))
}
