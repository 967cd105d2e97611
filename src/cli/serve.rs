//! `serve`: the portal as a service, and what `demo` shares with it.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

use anyhow::{Context, Result, bail};
use secrecy::ExposeSecret;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{database::Database, keys::Keys, stop, upstream};
use crate::{
    app::{Parts, Portal},
    bss::transport::HttpWire,
    clock::Clock,
    cloud_accounts,
    config::{Account, Secrets, Settings},
    db,
    operations::Timings,
    state, telemetry,
    web::{links, observe, server},
};

const METRICS: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9464);

/// Serves until a signal.
pub(super) async fn serve(settings: Settings, mut secrets: Secrets) -> Result<()> {
    telemetry::log(&settings.log, settings.log_format)?;
    #[cfg(feature = "proof")]
    crate::proof::obey(crate::config::proof_orders()?);
    secrets.take_files(&settings)?;
    let stop = stop::at_a_signal()?;
    let keys = Keys::of(&settings, &secrets)?;
    let accounts = secrets.accounts()?;
    let database = Database::open(&settings, secrets.database_url).await?;
    let listener = listen(settings.listen).await?;
    let address = listener.local_addr()?;
    let portal = portal(&settings, address, &database, keys, &accounts).await?;
    tracing::info!(%address, "the portal is ready");
    if let Some(token) = portal.app().identity.begin_setup().await? {
        // Not into the log, which is kept and read by many.
        let url = settings.public_url(address)?;
        eprintln!(
            "Nobody can sign in yet. Make the first administrator at {}, with this token: {}",
            url.join(links::SETUP)?,
            token.expose_secret()
        );
    }
    let metrics = listen_for_metrics(settings.metrics_listen(METRICS)).await?;
    run(portal, listener, metrics, database, stop).await
}

/// The portal that the settings describe. Brings its database up to date first.
pub(super) async fn portal(
    settings: &Settings,
    address: SocketAddr,
    database: &Database,
    keys: Keys,
    accounts: &[Account],
) -> Result<Portal> {
    let checked = upstream::checked(accounts, settings.allow_private_upstream)?;
    refuse_hurry(settings.hurry, &checked)?;
    db::migrate(database.url()).await?;
    let clock = Clock::system();
    let pool = db::pool(database.url(), settings.database_connections)?;
    let configured = upstream::placed(checked, &pool, &upstream::shared(clock.clone())?).await?;
    cloud_accounts::configure(&pool, &keys.vault, clock.now(), &configured)
        .await
        .context("writing the accounts")?;
    let parts = Parts {
        wire: Arc::new(HttpWire::new(clock.clone())?),
        settings: state::Settings {
            public_url: settings.public_url(address)?,
            zone: settings.zone,
            max_data_age: settings.max_data_age(),
            trusted_proxies: settings.trusted_proxies.clone(),
            grace_days: settings.grace_days,
            retention_days: settings.retention_days,
        },
        trans_key: keys.trans_key(),
        vault: keys.vault,
        pepper: Some(keys.pepper),
        timings: Timings::hurried(settings.hurry),
        replicas: settings.replicas,
        sync_period: settings.sync_period(),
        db: pool,
        clock,
    };
    Portal::start(parts).await
}

/// Shorter waits are only safe where requests die as early: at a simulator on this machine. A real
/// gateway takes a signature for 15 minutes, whatever we wish.
fn refuse_hurry(hurry: u32, accounts: &[upstream::Checked]) -> Result<()> {
    let simulated = |account: &upstream::Checked| match &account.configured.upstream {
        cloud_accounts::Upstream::Custom(endpoint) => endpoint.is_loopback(),
        cloud_accounts::Upstream::Site(_) => false,
    };
    if hurry > 1 && (accounts.is_empty() || !accounts.iter().all(simulated)) {
        bail!("hurry is only for a simulator on this machine: every account must be one of it");
    }
    Ok(())
}

/// Binds `address`, or says why not.
pub(super) async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("listening on {address}"))
}

/// Listens where Prometheus reads, if it is to read anything.
pub(super) async fn listen_for_metrics(address: Option<SocketAddr>) -> Result<Option<TcpListener>> {
    let Some(address) = address else { return Ok(None) };
    let listener = listen(address).await.context("for /metrics")?;
    tracing::info!(address = %listener.local_addr()?, "metrics are served");
    Ok(Some(listener))
}

/// Runs the portal until `stop`, or until its own PostgreSQL is gone.
pub(super) async fn run(
    portal: Portal,
    listener: TcpListener,
    metrics: Option<TcpListener>,
    database: Database,
    stop: CancellationToken,
) -> Result<()> {
    if let Some(listener) = metrics {
        let metrics = telemetry::Metrics::install()?;
        let service = observe::metrics(metrics.clone(), portal.app().db.clone());
        tokio::spawn(metrics.upkeep());
        let stopped = stop.clone().cancelled_owned();
        tokio::spawn(server::serve(listener, service, server::Limits::default(), stopped));
    }
    let lost = database.lost()?;
    let portal_stops = stop.child_token();
    let running = portal.run(listener, portal_stops.clone());
    tokio::pin!(running);
    let was_lost = tokio::select! {
        ended = &mut running => {
            ended?;
            false
        }
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
