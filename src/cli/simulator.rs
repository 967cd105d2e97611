//! `simulator`: a simulated Huawei Cloud on its own, for tests and benchmarks of anything.

use std::{net::SocketAddr, path::PathBuf};

use anyhow::{Context, Result};

use super::stop;
use crate::{
    clock::Clock,
    config::LogFormat,
    simulator::{self, Options},
    telemetry,
};

#[derive(Debug, clap::Args)]
pub(super) struct Simulator {
    /// Address to serve BSS on; port 0 for any free one
    #[arg(id = "simulator_listen", long = "listen", value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Address to serve the control plane on, a loopback one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    control: SocketAddr,
    /// Chooses the invented company; the same number gives the same one
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// How many orders to invent
    #[arg(long, value_name = "N", default_value_t = 400)]
    orders: u32,
    /// Invent names that try to break out of pages and spreadsheets
    #[arg(long)]
    hostile: bool,
    /// Throttle at the documented rates
    #[arg(long)]
    rate_limits: bool,
    /// Remember the world in this file, and go on from it at the next start
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
}

/// Serves until a signal; says in one JSON line on standard output when it is ready.
pub(super) async fn simulator(simulator: Simulator) -> Result<()> {
    telemetry::log("info", LogFormat::Text)?;
    let stop = stop::at_a_signal()?;
    let options = Options {
        listen: simulator.listen,
        control: simulator.control,
        seed: simulator.seed,
        orders: simulator.orders,
        hostile: simulator.hostile,
        rate_limits: simulator.rate_limits,
        state: simulator.state,
        clock: Clock::system(),
    };
    let running = simulator::run(options).await.context("starting the simulator")?;
    println!("{}", serde_json::to_string(&running.ready)?);
    stop.cancelled().await;
    Ok(())
}
