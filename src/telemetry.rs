//! Logs and metrics of the process. No secret and no body reaches either.

use std::{io::IsTerminal, time::Duration};

use anyhow::{Context, Result};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

use crate::config::LogFormat;

/// Bounds of the buckets of durations, in seconds.
const SECONDS: [f64; 13] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0];

/// How often the recorder forgets what it no longer needs.
const UPKEEP: Duration = Duration::from_secs(5);

/// Sends the log to stderr; stdout belongs to programs that read our one line.
pub fn log(filter: &str, format: LogFormat) -> Result<()> {
    let filter: EnvFilter = filter.parse().with_context(|| format!("the log filter {filter:?}"))?;
    // Statement texts of sqlx are of no use to an operator at the general level.
    let filter = filter.add_directive("sqlx::query=warn".parse().context("our own directive")?);
    // "Already exists, skipping", at each start.
    let filter = filter.add_directive("sqlx::postgres::notice=warn".parse().context("our own directive")?);
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    match format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => {
            log.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init()
        }
    }
    .map_err(|error| anyhow::anyhow!("starting the log: {error}"))
}

/// What `/metrics` shows.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// Installs the recorder of this process.
    pub fn install() -> Result<Self> {
        let builder =
            PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &SECONDS)?;
        Ok(Self(builder.install_recorder().context("installing the metrics recorder")?))
    }

    /// The present figures in Prometheus's format.
    pub fn render(&self) -> String {
        self.0.render()
    }

    /// Keeps the recorder's memory bounded; runs for as long as the process does.
    pub async fn upkeep(self) {
        loop {
            tokio::time::sleep(UPKEEP).await;
            self.0.run_upkeep();
        }
    }
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Metrics")
    }
}
