//! The sign-in page. Wrong names and wrong passwords look the same, and take as long.

use std::time::Duration;

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use secrecy::SecretString;
use serde::Deserialize;

use super::texts::Texts;
use crate::{
    identity::sign_in::{Attempt, Refused},
    state::App,
    web::{Error, Form, Page, Ui, form::Query, links, session::Visit},
};

#[derive(Debug, Deserialize)]
pub(super) struct Back {
    next: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct EnterForm {
    username: String,
    password: SecretString,
    next: Option<String>,
}

pub(super) async fn show(
    State(app): State<App>,
    ui: Ui,
    Query(Back { next }): Query<Back>,
) -> Result<Response, Error> {
    if ui.signed_in() {
        return Ok(Redirect::to(onward(next.as_deref())).into_response());
    }
    if app.identity.needs_setup().await? {
        return Ok(Redirect::to(links::SETUP).into_response());
    }
    Ok(Page(EnterPage::new(ui, String::new(), next, None)).into_response())
}

pub(super) async fn enter(
    State(app): State<App>,
    visit: Visit,
    ui: Ui,
    Form(form): Form<EnterForm>,
) -> Result<Response, Error> {
    let attempt = Attempt {
        username: form.username,
        password: form.password,
        device: visit.device().cloned(),
        whence: visit.whence(),
    };
    let refused = match app.identity.sign_in(&attempt).await {
        Ok(entered) => {
            let cookies = visit.begin(&app, &entered).await?;
            return Ok((cookies, Redirect::to(onward(form.next.as_deref()))).into_response());
        }
        Err(refused) => refused,
    };
    let t = Texts(ui.locale);
    let mut headers = HeaderMap::new();
    let (status, problem) = match refused {
        Refused::Database(error) => return Err(error.into()),
        Refused::Wrong | Refused::Weak(_) => (StatusCode::UNPROCESSABLE_ENTITY, Problem::wrong(t)),
        Refused::Wait(wait) => {
            headers.insert(header::RETRY_AFTER, wait.as_secs().max(1).into());
            (StatusCode::TOO_MANY_REQUESTS, Problem::wait(t, wait))
        }
        Refused::Busy(_) => {
            headers.insert(header::RETRY_AFTER, 3.into());
            (StatusCode::SERVICE_UNAVAILABLE, Problem::busy(t))
        }
    };
    let page = EnterPage::new(ui, attempt.username, form.next, Some(problem));
    Ok((status, headers, Page(page)).into_response())
}

/// Where to go after signing in: where the visitor wanted to, if that is here.
fn onward(next: Option<&str>) -> &str {
    next.and_then(links::local).unwrap_or(links::OVERVIEW)
}

struct Problem {
    tone: &'static str,
    icon: &'static str,
    title: &'static str,
    next_step: String,
}

impl Problem {
    fn wrong(t: Texts) -> Self {
        Self { tone: "destructive", icon: "error", title: t.wrong(), next_step: t.wrong_next().to_owned() }
    }

    fn wait(t: Texts, wait: Duration) -> Self {
        let how_long = match wait.as_secs() {
            seconds @ 0..60 => t.seconds(seconds.max(1)),
            seconds @ 60..3_600 => t.minutes(seconds.div_ceil(60)),
            seconds => t.hours(seconds.div_ceil(3_600)),
        };
        Self { tone: "decision", icon: "clock", title: t.too_often(), next_step: t.wait(&how_long) }
    }

    fn busy(t: Texts) -> Self {
        Self { tone: "decision", icon: "clock", title: t.busy(), next_step: t.busy_next().to_owned() }
    }
}

#[derive(Template)]
#[template(path = "sign_in/enter.html")]
struct EnterPage {
    t: Texts,
    ui: Ui,
    username: String,
    next: Option<String>,
    problem: Option<Problem>,
}

impl EnterPage {
    fn new(ui: Ui, username: String, next: Option<String>, problem: Option<Problem>) -> Self {
        Self { t: Texts(ui.locale), ui, username, next, problem }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_this_portal_are_gone_on_to() {
        assert_eq!(onward(Some("/orders?q=1")), "/orders?q=1");
        for elsewhere in
            [None, Some("//evil"), Some("https://evil"), Some("/\\evil"), Some("javascript:alert(1)")]
        {
            assert_eq!(onward(elsewhere), "/");
        }
    }
}
