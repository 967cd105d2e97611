//! Ending one of one's own sessions, such as the one on a lost laptop.

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Redirect},
};
use uuid::Uuid;

use crate::{
    identity::{
        access::Actor,
        events::{Event, Kind},
    },
    state::App,
    web::{Error, Form, form::Nothing, links, session::Visit},
};

pub(super) async fn end(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Path(session): Path<Uuid>,
    Form(Nothing { .. }): Form<Nothing>,
) -> Result<impl IntoResponse, Error> {
    if !app.identity.sessions().end_one(actor.id, session).await? {
        return Err(Error::NotFound);
    }
    app.identity.record(&Event::own(Kind::SessionEnded, actor.id, visit.whence())).await?;
    Ok(Redirect::to(links::ACCOUNT))
}
