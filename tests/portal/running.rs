//! How a portal runs: health, signs of life, and good and bad ends.

use std::time::{Duration, Instant};

use bss_portal::clock::Clock;
use reqwest::StatusCode;
use sqlx::PgPool;

use super::support::{Portal, Process, Simulator};

#[sqlx::test]
async fn health_is_told_to_anybody_and_says_nothing_else(db: PgPool) {
    let portal = Portal::start(db).await;
    for path in ["/healthz", "/livez", "/readyz"] {
        let page = portal.nobody().get(path).await;
        assert_eq!((page.status, page.text.as_str()), (StatusCode::OK, "ok"), "{path}");
    }
    let metrics = portal.nobody().get("/metrics").await;
    assert_ne!(metrics.status, StatusCode::OK, "metrics are not for visitors");
    portal.stop().await;
}

#[sqlx::test(migrations = false)]
async fn a_portal_is_stopped_in_good_order_and_survives_being_killed(db: PgPool) {
    let simulator = Simulator::start(1, 20, Clock::system()).await;
    Process::start(&db, &simulator, 60).await.kill9();
    let portal = Process::start(&db, &simulator, 60).await;
    assert_eq!(portal.nobody().get("/readyz").await.status, StatusCode::OK);
    let healthy = |address: &str| {
        let program = std::process::Command::new(env!("CARGO_BIN_EXE_bss-portal"))
            .args(["healthy", "--listen", address])
            .output();
        program.expect("it runs").status.success()
    };
    assert!(healthy(portal.url.trim_start_matches("http://")));
    assert!(!healthy("127.0.0.1:1"));
    let begun = Instant::now();
    assert!(portal.terminate().success());
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

#[sqlx::test(migrations = false)]
async fn two_portals_start_on_one_empty_database_at_once(db: PgPool) {
    let simulator = Simulator::start(1, 20, Clock::system()).await;
    let (one, other) = tokio::join!(Process::start(&db, &simulator, 60), Process::start(&db, &simulator, 60));
    for portal in [&one, &other] {
        assert_eq!(portal.nobody().get("/readyz").await.status, StatusCode::OK);
    }
}
