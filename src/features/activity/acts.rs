//! What the buttons do: each hands one act to the desk and leads back to the page that shows it. An act
//! that is not possible is answered by that page, with why, and with what was typed.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    operation::{self, Said, Typed},
    texts,
};
use crate::{
    identity::access::{AccountId, Actor},
    operations::{ActError, OperationId},
    state::App,
    web::{
        Error, Ui,
        form::{Form, Nothing},
        links,
    },
};

/// The longest reason, in characters.
const LONGEST_REASON: usize = 500;

/// Back to the operation, which says so when the act is not possible.
async fn back(
    visitor: (&App, &Actor, Ui),
    id: Uuid,
    (done, typed): (Result<(), ActError>, Said),
) -> Result<Response, Error> {
    match done {
        Ok(()) => Ok(Redirect::to(&links::operation(id)).into_response()),
        Err(ActError::NotNow) => {
            let said = Said { not_now: true, ..typed };
            operation::answer(visitor, id, (StatusCode::CONFLICT, said)).await
        }
        Err(ActError::NotFound) => Err(Error::NotFound),
        Err(ActError::NotAllowed) => Err(Error::Forbidden),
        Err(ActError::Unavailable(error)) => Err(Error::Unavailable(error)),
    }
}

/// What is wrong with a reason, or nothing.
fn wrong(reason: &str, t: texts::Texts) -> &'static str {
    match reason.chars().count() {
        0 => t.reason_missing(),
        1..=LONGEST_REASON => "",
        _ => t.reason_too_long(),
    }
}

/// Takes an operation back.
pub(super) async fn cancel(
    State(app): State<App>,
    actor: Actor,
    ui: Ui,
    Path(id): Path<Uuid>,
    Form(_): Form<Nothing>,
) -> Result<Response, Error> {
    let done = app.desk.cancel(&actor, OperationId(id)).await;
    back((&app, &actor, ui), id, (done, Said::default())).await
}

/// Has it looked at now.
pub(super) async fn check(
    State(app): State<App>,
    actor: Actor,
    ui: Ui,
    Path(id): Path<Uuid>,
    Form(_): Form<Nothing>,
) -> Result<Response, Error> {
    let done = app.desk.check_now(&actor, OperationId(id)).await;
    back((&app, &actor, ui), id, (done, Said::default())).await
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
    ui: Ui,
    Path(id): Path<Uuid>,
    Form(decision): Form<Decision>,
) -> Result<Response, Error> {
    let done = app.desk.approve(&actor, OperationId(id), &decision.payload()?).await;
    back((&app, &actor, ui), id, (done.map(drop), Said::default())).await
}

/// Says no.
pub(super) async fn reject(
    State(app): State<App>,
    actor: Actor,
    ui: Ui,
    Path(id): Path<Uuid>,
    Form(decision): Form<Decision>,
) -> Result<Response, Error> {
    let reason = decision.reason.clone().unwrap_or_default().trim().to_owned();
    let wrong_reason = wrong(&reason, texts::Texts(ui.locale));
    let typed = Said {
        rejecting: Some(Typed { reason: reason.clone(), wrong_reason, ..Typed::default() }),
        ..Said::default()
    };
    if !wrong_reason.is_empty() {
        return operation::answer((&app, &actor, ui), id, (StatusCode::UNPROCESSABLE_ENTITY, typed)).await;
    }
    let done = app.desk.reject(&actor, OperationId(id), &decision.payload()?, &reason).await;
    back((&app, &actor, ui), id, (done.map(drop), typed)).await
}

/// What a person concludes.
#[derive(Deserialize)]
pub(super) struct Conclusion {
    verdict: Option<Verdict>,
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
    ui: Ui,
    Path(id): Path<Uuid>,
    Form(conclusion): Form<Conclusion>,
) -> Result<Response, Error> {
    let t = texts::Texts(ui.locale);
    let reason = conclusion.reason.unwrap_or_default().trim().to_owned();
    let executed = conclusion.verdict.map(|verdict| verdict == Verdict::Executed);
    let wrong_answer = if executed.is_none() { t.answer_missing() } else { "" };
    let wrong_reason = wrong(&reason, t);
    let typed = Typed { executed, reason: reason.clone(), wrong_answer, wrong_reason };
    let typed = Said { judging: Some(typed), ..Said::default() };
    match executed {
        Some(executed) if wrong_reason.is_empty() => {
            let done = app.desk.judge(&actor, OperationId(id), executed, &reason).await;
            back((&app, &actor, ui), id, (done.map(drop), typed)).await
        }
        _ => operation::answer((&app, &actor, ui), id, (StatusCode::UNPROCESSABLE_ENTITY, typed)).await,
    }
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
