//! What every page stands on: the parts of HTTP and HTML that know no feature.

pub mod assets;
pub mod bars;
pub mod chip;
#[cfg(test)]
mod contrast;
pub mod coupons;
mod csrf;
pub mod download;
pub mod error;
pub mod export;
pub mod filters;
pub mod fmt;
pub mod form;
pub mod glance;
mod guard;
#[cfg(test)]
pub(crate) mod harness;
pub mod health;
pub mod links;
pub mod lists;
pub mod narrowing;
pub mod observe;
pub mod page;
pub mod pager;
pub mod posted;
pub mod problem;
pub mod refresh;
pub mod routes;
mod security;
pub mod sentence;
pub mod server;
pub mod session;
pub mod shown;
pub mod term;
pub mod texts;
pub mod typed;

use std::time::Duration;

use axum::{Router, http::StatusCode, middleware};
use tower_http::{
    CompressionLevel,
    catch_panic::CatchPanicLayer,
    compression::CompressionLayer,
    timeout::{RequestBodyTimeoutLayer, TimeoutLayer},
};

pub use error::Error;
pub use form::Form;
pub use page::{Page, Ui};
pub use routes::{Access, RouteInfo, Routes};

use crate::state::App;

/// How long a page waits for an answer of Huawei's.
pub const PAGE_LIMIT: Duration = Duration::from_secs(10);
/// How long a request may take until its answer begins.
const REQUEST_TIMEOUT: Duration = Duration::from_mins(1);
/// How long a pause a body may make.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// The portal's service: the routes behind their guard, and around them what every request and
/// every answer passes. Below, the last layer is the outermost.
pub fn finish(routes: Routes, app: App) -> Router {
    let routes = routes.get(assets::PATH, Access::Public, assets::serve);
    let (pages, table) = routes.into_parts();
    pages
        .route_layer(middleware::from_fn_with_state(
            guard::Guard::new(&table, app.identity.clone()),
            guard::check,
        ))
        .fallback(async || Error::NotFound)
        .method_not_allowed_fallback(async || Error::Method)
        .with_state(app.clone())
        .layer(axum::extract::DefaultBodyLimit::max(form::LIMIT))
        .layer(middleware::from_fn_with_state(app.clone(), csrf::check))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(RequestBodyTimeoutLayer::new(BODY_TIMEOUT))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, REQUEST_TIMEOUT))
        .layer(middleware::from_fn_with_state(app.clone(), error::render))
        .layer(session::layer(&app))
        .layer(middleware::from_fn(session::unattended))
        // Pages are made for one reader at one moment: squeezing them harder costs more than it saves.
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn_with_state(app, security::surround))
        .layer(middleware::from_fn(observe::count))
}

#[expect(clippy::needless_pass_by_value, reason = "tower-http's signature")]
fn panicked(panic: Box<dyn std::any::Any + Send + 'static>) -> axum::response::Response {
    let what = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without words");
    axum::response::IntoResponse::into_response(Error::Internal(anyhow::anyhow!("panicked: {what}")))
}

#[cfg(test)]
mod tests;
