//! When to stop: at SIGTERM, as services are told, and at Ctrl-C.

use anyhow::{Context, Result};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// A token that is cancelled at the first signal. A second one ends the process at once.
pub(super) fn at_a_signal() -> Result<CancellationToken> {
    let mut terminate = signal(SignalKind::terminate()).context("listening for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("listening for SIGINT")?;
    let stop = CancellationToken::new();
    let told = stop.clone();
    tokio::spawn(async move {
        let mut next = async || {
            tokio::select! {
                _ = terminate.recv() => "SIGTERM",
                _ = interrupt.recv() => "SIGINT",
            }
        };
        tracing::info!("{}: stopping", next().await);
        told.cancel();
        let again = next().await;
        tracing::warn!("{again} again: ending at once");
        // The managed PostgreSQL sees our end and stops by itself.
        std::process::exit(1);
    });
    Ok(stop)
}
