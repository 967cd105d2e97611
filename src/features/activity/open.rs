//! The number of open operations in every page's header, brought up to date while the page stays open.

use askama::Template;
use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;

use crate::web::{Error, Ui, form::Query};

/// The number that the page shows already.
#[derive(Debug, Deserialize)]
pub(super) struct Seen {
    seen: Option<u64>,
}

#[derive(Template)]
#[template(path = "activity/open.html")]
struct Open {
    ui: Ui,
}

/// The link with its number, or nothing when the page has it already.
pub(super) async fn show(ui: Ui, Query(asked): Query<Seen>) -> Result<Response, Error> {
    if asked.seen == Some(ui.open_operations()) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    Ok(Html(Open { ui }.render()?).into_response())
}
