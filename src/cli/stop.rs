//! When to stop: at SIGTERM, as services are told, and at Ctrl-C.

use std::time::Duration;

use anyhow::{Context, Result};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Signals so close together are one wish.
const SAME_WISH: Duration = Duration::from_secs(2);

/// A token that is cancelled at the first signal. A later one ends the process at once.
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
        // Not within the macro: it evaluates nothing for a level that is off, and then would not wait.
        let signal = next().await;
        tracing::info!("{signal}: stopping");
        told.cancel();
        // One wish to stop may come as several signals: to us, and to the group we are in.
        let settled = tokio::time::sleep(SAME_WISH);
        tokio::pin!(settled);
        while tokio::select! { () = &mut settled => false, _ = next() => true } {}
        let again = next().await;
        tracing::warn!("{again} again: ending at once");
        // The managed PostgreSQL sees our end and stops by itself.
        std::process::exit(1);
    });
    Ok(stop)
}
