//! One thing that a reader has read again from Huawei: how long they wait, and where that leads. It knows no
//! feature.

use std::time::Duration;

use axum::{
    http::{HeaderName, HeaderValue},
    response::{IntoResponse, Redirect, Response},
};

use super::{Error, Ui, problem::Problem};

/// How long a reader waits for Huawei when they ask for fresh data.
pub const WITHIN: Duration = Duration::from_secs(15);
/// Makes HTMX read the whole page anew.
pub const WHOLE_PAGE: (HeaderName, HeaderValue) =
    (HeaderName::from_static("hx-refresh"), HeaderValue::from_static("true"));

/// Leads to the page at `url` once `read` has read it again. Where that fails, or nothing can be read since the
/// account is no longer in use, `page` shows what is known with what went wrong.
pub async fn refresh<P>(
    (ui, url): (&Ui, &str),
    read: Option<impl Future<Output = anyhow::Result<()>>>,
    page: impl FnOnce(Problem) -> P,
) -> Result<Response, Error>
where
    P: Future<Output = Result<Response, Error>>,
{
    let problem = match read {
        None => Problem::switched_off(ui.locale),
        Some(read) => match read.await {
            Ok(()) if ui.htmx => return Ok([WHOLE_PAGE].into_response()),
            Ok(()) => return Ok(Redirect::to(url).into_response()),
            Err(error) => Problem::of_any(&error, ui.locale),
        },
    };
    page(problem).await
}
