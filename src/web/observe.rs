//! Counts requests and their times, by route and never by what was asked for, so that the number of
//! series stays small and no id gets into a metric.

use axum::{
    Router,
    extract::{MatchedPath, Request},
    middleware::Next,
    response::Response,
    routing::get,
};
use sqlx::PgPool;
use std::time::Instant;

use crate::telemetry::Metrics;

/// Around every request.
pub(super) async fn count(request: Request, next: Next) -> Response {
    let path = request
        .extensions()
        .get()
        .map_or_else(|| "none".to_owned(), |path: &MatchedPath| path.as_str().to_owned());
    let method = request.method().as_str().to_owned();
    let begun = Instant::now();
    metrics::gauge!("http_requests_in_flight").increment(1);
    let response = next.run(request).await;
    metrics::gauge!("http_requests_in_flight").decrement(1);
    let status = response.status().as_u16().to_string();
    metrics::histogram!("http_request_seconds", "path" => path.clone()).record(begun.elapsed());
    metrics::counter!("http_requests_total", "method" => method, "path" => path, "status" => status)
        .increment(1);
    response
}

/// The service of the metrics' own listener.
pub fn metrics(metrics: Metrics, db: PgPool) -> Router {
    let render = move || {
        let (metrics, db) = (metrics.clone(), db.clone());
        async move {
            let idle = u32::try_from(db.num_idle()).unwrap_or(u32::MAX);
            metrics::gauge!("database_connections", "state" => "idle").set(idle);
            metrics::gauge!("database_connections", "state" => "busy").set(db.size().saturating_sub(idle));
            ([("content-type", "text/plain; version=0.0.4; charset=utf-8")], metrics.render())
        }
    };
    Router::new().route("/metrics", get(render))
}
