//! `serve`: the portal as a service, and what `demo` shares with it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use anyhow::{Context, Result, bail};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{database::Database, stop};
use crate::{
    app::{Parts, Portal},
    clock::Clock,
    config::{Secrets, Settings},
    db, state, telemetry,
    web::{observe, server},
};

const METRICS: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9464);

/// Serves until a signal.
pub(super) async fn serve(settings: Settings, mut secrets: Secrets) -> Result<()> {
    telemetry::log(&settings.log, settings.log_format)?;
    secrets.take_files(&settings)?;
    let stop = stop::at_a_signal()?;
    let database = Database::open(&settings, secrets).await?;
    let listener = listen(settings.listen).await?;
    let address = listener.local_addr()?;
    let portal = portal(&settings, address, &database).await?;
    tracing::info!(%address, "the portal is ready");
    run(portal, listener, settings.metrics_listen(METRICS), database, stop).await
}

/// The portal that the settings describe, on a migrated database.
pub(super) async fn portal(settings: &Settings, address: SocketAddr, database: &Database) -> Result<Portal> {
    db::migrate(database.url()).await?;
    let pool = db::pool(database.url(), settings.database_connections)?;
    Ok(Portal::new(Parts {
        db: pool,
        clock: Clock::system(),
        settings: state::Settings {
            public_url: settings.public_url(address)?,
            zone: settings.zone,
            max_data_age: settings.max_data_age(),
            trusted_proxies: settings.trusted_proxies.clone(),
        },
    }))
}

/// Binds `address`, or says why not.
pub(super) async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("listening on {address}"))
}

/// Runs the portal until `stop`, or until its own PostgreSQL is gone.
pub(super) async fn run(
    portal: Portal,
    listener: TcpListener,
    metrics: Option<SocketAddr>,
    database: Database,
    stop: CancellationToken,
) -> Result<()> {
    if let Some(address) = metrics {
        let metrics = telemetry::Metrics::install()?;
        let service = observe::metrics(metrics.clone(), portal.app().db.clone());
        let listener = listen(address).await.context("for /metrics")?;
        tracing::info!(address = %listener.local_addr()?, "metrics are served");
        tokio::spawn(metrics.upkeep());
        tokio::spawn(server::serve(
            listener,
            service,
            server::Limits::default(),
            stop.clone().cancelled_owned(),
        ));
    }
    let lost = database.lost()?;
    let portal_stops = stop.child_token();
    let running = portal.run(listener, portal_stops.clone());
    tokio::pin!(running);
    let was_lost = tokio::select! {
        ended = &mut running => { ended?; false }
        () = lost.cancelled() => !stop.is_cancelled(),
    };
    if was_lost {
        portal_stops.cancel();
        running.await?;
        bail!("the portal's own PostgreSQL ended; its log is beside its data");
    }
    database.close().await?;
    tracing::info!("stopped");
    Ok(())
}
