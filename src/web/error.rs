//! What went wrong, as data, and the one layer that tells the reader: in their language, for HTMX or
//! as a page, with the request's id. Inner texts go to the log, never to a visitor.

use std::{borrow::Cow, sync::Arc, time::Duration};

use askama::Template;
use axum::{
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{Html, IntoResponse, Redirect, Response},
};

use super::{
    links,
    page::Ui,
    session::{RequestId, Visit},
};
use crate::{bss, state::App};

/// Why a request was not answered as asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody is signed in; leads to the sign-in page and back.
    #[error("not signed in")]
    SignIn,
    /// The person must change their password before anything else.
    #[error("the password must be changed first")]
    ChangePassword,
    /// The person's role does not permit it.
    #[error("not permitted")]
    Forbidden,
    /// A form that was not sent from a page of ours.
    #[error("sent from another site")]
    CrossSite,
    /// No such thing, or not in the person's scope.
    #[error("not found")]
    NotFound,
    /// The path exists, but not for this method.
    #[error("method not allowed")]
    Method,
    /// A request that no page of ours makes.
    #[error("malformed request: {0}")]
    Invalid(String),
    /// More was sent than any form of ours has.
    #[error("too large")]
    TooLarge,
    /// Asked too often; try again after this long.
    #[error("too many requests")]
    TooMany(Duration),
    /// The portal is at its limit for a moment.
    #[error("busy")]
    Busy,
    /// The answer took too long.
    #[error("timed out")]
    Timeout,
    /// BSS did not answer a live question.
    #[error("BSS: {0}")]
    Upstream(#[from] bss::Error),
    /// The database cannot be reached.
    #[error("database unavailable: {0}")]
    Unavailable(#[source] anyhow::Error),
    /// Anything that should not happen.
    #[error("internal error: {0:#}")]
    Internal(#[source] anyhow::Error),
}

impl Error {
    /// The HTTP status that says it.
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::SignIn | Self::ChangePassword => StatusCode::SEE_OTHER,
            Self::Forbidden | Self::CrossSite => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Invalid(_) => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Busy | Self::Timeout | Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Upstream(_) => StatusCode::BAD_GATEWAY,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The error that a bare status stands for, as layers and extractors below answer.
    fn from_status(status: StatusCode) -> Self {
        match status {
            StatusCode::FORBIDDEN => Self::Forbidden,
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Self::Method,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
            StatusCode::TOO_MANY_REQUESTS => Self::TooMany(Duration::from_secs(1)),
            StatusCode::REQUEST_TIMEOUT | StatusCode::SERVICE_UNAVAILABLE => Self::Timeout,
            status if status.is_client_error() => Self::Invalid(status.to_string()),
            status => Self::Internal(anyhow::anyhow!("a bare {status}")),
        }
    }

    const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::TooMany(wait) => Some(*wait),
            Self::Busy | Self::Timeout | Self::Unavailable(_) => Some(Duration::from_secs(5)),
            _ => None,
        }
    }

    /// What the reader is told: what happened, and what to do next.
    fn words(&self, t: Texts) -> (&'static str, Cow<'static, str>) {
        let (title, next) = match self {
            Self::SignIn | Self::ChangePassword => ("", ""),
            Self::Forbidden => (t.forbidden(), t.forbidden_next()),
            Self::CrossSite => (t.cross_site(), t.cross_site_next()),
            Self::NotFound => (t.not_found(), t.not_found_next()),
            Self::Method | Self::Invalid(_) => (t.invalid(), t.invalid_next()),
            Self::TooLarge => (t.too_large(), t.too_large_next()),
            Self::TooMany(_) => (t.too_many(), t.too_many_next()),
            Self::Busy | Self::Timeout => (t.busy(), t.busy_next()),
            Self::Unavailable(_) => (t.unavailable(), t.unavailable_next()),
            Self::Upstream(error) => return (t.upstream(), upstream_words(error, t)),
            Self::Internal(_) => (t.internal(), t.internal_next()),
        };
        (title, Cow::Borrowed(next))
    }
}

/// Huawei's code, what it means and what to do next, as far as that is known.
fn upstream_words(error: &bss::Error, t: Texts) -> Cow<'static, str> {
    match (&error.code, error.explanation(t.0)) {
        (Some(code), Some(words)) => Cow::Owned(format!("{code}: {} {}", words.meaning, words.next)),
        (None, Some(words)) => Cow::Owned(format!("{} {}", words.meaning, words.next)),
        (Some(code), None) => Cow::Owned(format!("{code}: {}", error.message.as_deref().unwrap_or_default())),
        (None, None) => Cow::Borrowed(t.upstream_next()),
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::Io(_)
            | sqlx::Error::Tls(_) => Self::Unavailable(error.into()),
            // 57: the server stops or starts; 53: it has no room for us.
            sqlx::Error::Database(ref inner)
                if inner.code().is_some_and(|code| code.starts_with("57P") || code.starts_with("53")) =>
            {
                Self::Unavailable(error.into())
            }
            other => Self::Internal(other.into()),
        }
    }
}

impl From<tower_sessions::session::Error> for Error {
    fn from(error: tower_sessions::session::Error) -> Self {
        match error {
            tower_sessions::session::Error::Store(inner) => Self::Unavailable(inner.into()),
            other @ tower_sessions::session::Error::SerdeJson(_) => Self::Internal(other.into()),
        }
    }
}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
        Self::Internal(error)
    }
}

impl From<askama::Error> for Error {
    fn from(error: askama::Error) -> Self {
        Self::Internal(error.into())
    }
}

/// In a response's extensions: an error status whose text is meant for a program, not a reader.
#[derive(Debug, Clone, Copy)]
pub struct AsIs;

/// The outer layer: collects what the answer will need, and turns errors into what a reader sees.
pub(super) async fn render(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let request_id = request.extensions().get().copied().unwrap_or_else(|| RequestId(uuid::Uuid::now_v7()));
    let visit = Visit::of(&request, request_id, &app.settings);
    request.extensions_mut().insert(visit.clone());
    let response = next.run(request).await;
    let Some(error) = error_of(&response) else { return response };
    log(&error, &visit);
    told(&error, &app, &visit).await
}

fn error_of(response: &Response) -> Option<Arc<Error>> {
    if let Some(error) = response.extensions().get::<Arc<Error>>() {
        return Some(error.clone());
    }
    let status = response.status();
    let is_failure = status.is_client_error() || status.is_server_error();
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let as_is = response.extensions().get::<AsIs>().is_some();
    (is_failure && !is_page && !as_is).then(|| Arc::new(Error::from_status(status)))
}

fn log(error: &Error, visit: &Visit) {
    let request_id = visit.request_id().0;
    match error {
        Error::Upstream(error) => tracing::warn!(%request_id, path = visit.path(), "{error}"),
        Error::Internal(_) | Error::Unavailable(_) => {
            tracing::error!(%request_id, path = visit.path(), "{error:#}");
        }
        Error::SignIn | Error::ChangePassword | Error::NotFound => {}
        refused => tracing::info!(%request_id, path = visit.path(), "refused: {refused}"),
    }
}

async fn told(error: &Error, app: &App, visit: &Visit) -> Response {
    match error {
        Error::SignIn => return elsewhere(visit, &sign_in_url(visit)),
        Error::ChangePassword => return elsewhere(visit, links::ACCOUNT),
        _ => {}
    }
    let ui = Ui::of(app, visit).await.unwrap_or_else(|_| Ui::for_nobody(app, visit));
    let (title, next_step) = error.words(Texts(ui.locale));
    let huawei_request = match error {
        Error::Upstream(error) => error.request_id.as_deref(),
        _ => None,
    };
    let status = error.status().as_u16();
    let request_id = visit.request_id().0;
    let page =
        ErrorPage { t: Texts(ui.locale), ui: &ui, status, title, next_step, huawei_request, request_id };
    let rendered = if visit.is_htmx() { page.as_problem().render() } else { page.render() };
    let mut response = (error.status(), Html(rendered.unwrap_or_else(|_| title.to_owned()))).into_response();
    let headers = response.headers_mut();
    if visit.is_htmx() {
        // The notice goes above the page's content, and nothing that was typed is lost.
        headers.insert("hx-retarget", HeaderValue::from_static("#main"));
        headers.insert("hx-reswap", HeaderValue::from_static("afterbegin"));
    }
    if let Some(wait) = error.retry_after() {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
    }
    response
}

/// Leads the browser to `url`, whether it asked for a page or HTMX for a fragment.
fn elsewhere(visit: &Visit, url: &str) -> Response {
    if visit.is_htmx() {
        ([("hx-redirect", url.to_owned())], StatusCode::NO_CONTENT).into_response()
    } else {
        Redirect::to(url).into_response()
    }
}

/// The sign-in page, which leads back to a page, but never repeats what a form posted.
fn sign_in_url(visit: &Visit) -> String {
    if visit.method() == Method::GET && !visit.is_htmx() && visit.path() != "/" {
        links::sign_in(Some(&visit.here()))
    } else {
        links::sign_in(None)
    }
}

#[derive(Template)]
#[template(path = "web/error.html", blocks = ["problem"])]
struct ErrorPage<'a> {
    t: Texts,
    ui: &'a Ui,
    status: u16,
    title: &'static str,
    next_step: Cow<'static, str>,
    huawei_request: Option<&'a str>,
    request_id: uuid::Uuid,
}

crate::texts! {
    /// What errors say.
    pub struct Texts {
        forbidden: "您没有此权限", "You may not do this";
        forbidden_next: "您的角色不包含这项操作。如有需要，请联系管理员。", "Your role does not include it. Ask an administrator if you need it.";
        cross_site: "该请求不是从本站页面发出的", "This was not sent from a page of this portal";
        cross_site_next: "未执行任何操作。请在本站打开页面后重试。", "Nothing was done. Open the page here and try again.";
        not_found: "找不到该页面", "There is no such page";
        not_found_next: "它可能已被删除，或属于您无权查看的云账号。", "It may be gone, or belong to a cloud account that you were not given.";
        invalid: "无法理解该请求", "This request makes no sense here";
        invalid_next: "未执行任何操作。请返回上一页，刷新后重试。", "Nothing was done. Go back, reload the page and try again.";
        too_large: "提交的内容过大", "Too much was sent";
        too_large_next: "未执行任何操作。请减少内容后重试。", "Nothing was done. Send less and try again.";
        too_many: "请求过于频繁", "Too many requests";
        too_many_next: "请稍候再试。", "Wait a little and try again.";
        busy: "系统繁忙", "The portal is busy";
        busy_next: "请稍候再试。", "Try again in a moment.";
        unavailable: "数据库暂时不可用", "The database cannot be reached";
        unavailable_next: "请稍后重试；如持续出现，请联系管理员。", "Try again in a moment; if it stays like this, tell an administrator.";
        internal: "系统出现错误", "Something went wrong";
        internal_next: "错误已记录。请把下面的请求编号告诉管理员。", "It has been recorded. Give an administrator the request number below.";
        upstream: "华为云没有给出可用的回答", "Huawei Cloud gave no usable answer";
        upstream_next: "未执行任何操作。请稍候再试。", "Nothing was done. Try again a little later.";
        request: "请求编号", "Request";
        huawei_request: "华为云请求编号", "Huawei's request";
    }
}
