//! What the buttons do: each hands one act to the desk and leads back to the page that shows it.

use axum::{
    extract::{Path, State},
    response::Redirect,
};
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    identity::access::{AccountId, Actor},
    operations::{ActError, OperationId},
    state::App,
    web::{
        Error,
        form::{Form, Nothing},
        links,
    },
};

/// Back to the operation; with a word about it when the act came too late.
fn back(id: Uuid, done: Result<(), ActError>) -> Result<Redirect, Error> {
    match done {
        Ok(()) => Ok(Redirect::to(&links::operation(id))),
        Err(ActError::NotNow) => Ok(Redirect::to(&format!("{}?late=1", links::operation(id)))),
        Err(ActError::NotFound) => Err(Error::NotFound),
        Err(ActError::NotAllowed) => Err(Error::Forbidden),
        Err(ActError::Unavailable(error)) => Err(Error::Unavailable(error)),
    }
}

/// Takes an operation back.
pub(super) async fn cancel(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<Uuid>,
    Form(_): Form<Nothing>,
) -> Result<Redirect, Error> {
    back(id, app.desk.cancel(&actor, OperationId(id)).await)
}

/// Has it looked at now.
pub(super) async fn check(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<Uuid>,
    Form(_): Form<Nothing>,
) -> Result<Redirect, Error> {
    back(id, app.desk.check_now(&actor, OperationId(id)).await)
}

/// What was seen when it was decided upon.
#[derive(Deserialize)]
pub(super) struct Decision {
    /// The hash of the payload on the page, in hex.
    payload: String,
    #[serde(default)]
    reason: Option<String>,
}

impl Decision {
    fn payload(&self) -> Result<Vec<u8>, Error> {
        hex::decode(&self.payload).map_err(|_| Error::Invalid("payload".to_owned()))
    }
}

/// Agrees.
pub(super) async fn approve(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<Uuid>,
    Form(decision): Form<Decision>,
) -> Result<Redirect, Error> {
    let done = app.desk.approve(&actor, OperationId(id), &decision.payload()?).await;
    back(id, done.map(drop))
}

/// Says no.
pub(super) async fn reject(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<Uuid>,
    Form(decision): Form<Decision>,
) -> Result<Redirect, Error> {
    let reason = decision.reason.clone().unwrap_or_default();
    let done = app.desk.reject(&actor, OperationId(id), &decision.payload()?, reason.trim()).await;
    back(id, done.map(drop))
}

/// What a person concludes.
#[derive(Deserialize)]
pub(super) struct Conclusion {
    verdict: Verdict,
    reason: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Executed,
    NotExecuted,
}

/// Judges what reading could not settle.
pub(super) async fn judge(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<Uuid>,
    Form(conclusion): Form<Conclusion>,
) -> Result<Redirect, Error> {
    let reason = conclusion.reason.unwrap_or_default();
    let reason = reason.trim();
    if reason.is_empty() {
        return Ok(Redirect::to(&format!("{}?reason=1", links::operation(id))));
    }
    let executed = conclusion.verdict == Verdict::Executed;
    let done = app.desk.judge(&actor, OperationId(id), executed, reason).await;
    back(id, done.map(drop))
}

/// Lets an account send again.
pub(super) async fn resume(
    State(app): State<App>,
    actor: Actor,
    Path(account): Path<Uuid>,
    Form(_): Form<Nothing>,
) -> Result<Redirect, Error> {
    match app.desk.resume(&actor, AccountId(account)).await {
        Ok(()) | Err(ActError::NotNow) => Ok(Redirect::to(links::ACTIVITY)),
        Err(ActError::NotFound) => Err(Error::NotFound),
        Err(ActError::NotAllowed) => Err(Error::Forbidden),
        Err(ActError::Unavailable(error)) => Err(Error::Unavailable(error)),
    }
}
