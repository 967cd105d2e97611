//! Whether the process lives and whether it may be sent visitors. It says nothing else, and it does
//! not ask upstream: an outage there must not take the portal away from its readers.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use sqlx::PgPool;

use super::{Access, Routes, error::AsIs};
use crate::db;

/// A database that answers later than this does not answer.
const ANSWERS_WITHIN: Duration = Duration::from_secs(1);

/// Whether visitors may come.
#[derive(Debug, Clone)]
pub struct Readiness {
    db: PgPool,
    stopping: Arc<AtomicBool>,
}

impl Readiness {
    /// Ready as long as `db` is.
    pub fn new(db: PgPool) -> Self {
        Self { db, stopping: Arc::default() }
    }

    /// From now on no more visitors, so that a load balancer sends them elsewhere.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// What keeps visitors away, if anything does.
    async fn obstacle(&self) -> Option<String> {
        if self.stopping.load(Ordering::Relaxed) {
            return Some("stopping".to_owned());
        }
        let condition = match tokio::time::timeout(ANSWERS_WITHIN, db::condition(&self.db)).await {
            Err(_) => return Some("the database does not answer".to_owned()),
            Ok(Err(error)) => {
                tracing::debug!(%error, "not ready");
                return Some("the database cannot be reached".to_owned());
            }
            Ok(Ok(condition)) => condition,
        };
        if !condition.missing_migrations.is_empty() {
            return Some("the database lacks migrations".to_owned());
        }
        if !condition.commits_are_durable {
            return Some("the database has synchronous_commit off".to_owned());
        }
        None
    }
}

/// `/healthz` and `/livez` (the process lives) and `/readyz`.
pub fn routes(readiness: Readiness) -> Routes {
    Routes::new().get("/healthz", Access::Public, alive).get("/livez", Access::Public, alive).get(
        "/readyz",
        Access::Public,
        move || ready(readiness.clone()),
    )
}

async fn alive() -> &'static str {
    "ok"
}

async fn ready(readiness: Readiness) -> Response {
    let Some(obstacle) = readiness.obstacle().await else { return "ok".into_response() };
    let mut response = (StatusCode::SERVICE_UNAVAILABLE, obstacle).into_response();
    response.extensions_mut().insert(AsIs);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[sqlx::test]
    async fn a_migrated_database_is_ready_until_the_portal_stops(db: PgPool) {
        let readiness = Readiness::new(db);
        assert_eq!(readiness.obstacle().await, None);
        readiness.stop();
        assert_eq!(readiness.obstacle().await.as_deref(), Some("stopping"));
    }

    #[sqlx::test(migrations = false)]
    async fn a_database_without_our_tables_is_not(db: PgPool) {
        let obstacle = Readiness::new(db).obstacle().await.expect("an obstacle");
        assert!(obstacle.contains("migrations"), "{obstacle}");
    }

    #[sqlx::test]
    async fn commits_that_may_be_forgotten_are_not_good_enough(db: PgPool) {
        let options = (*db.connect_options()).clone().options([("synchronous_commit", "off")]);
        let careless = sqlx::postgres::PgPoolOptions::new().connect_with(options).await.expect("a pool");
        let obstacle = Readiness::new(careless).obstacle().await.expect("an obstacle");
        assert!(obstacle.contains("synchronous_commit"), "{obstacle}");
    }

    #[tokio::test]
    async fn a_database_that_is_not_there_is_told_within_a_second() {
        let nowhere = "postgres://u@127.0.0.1:1/d".to_owned().into();
        let begun = std::time::Instant::now();
        assert!(Readiness::new(db::pool(&nowhere, 1).expect("a pool")).obstacle().await.is_some());
        assert!(begun.elapsed() < Duration::from_secs(2));
    }
}
