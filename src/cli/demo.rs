//! `demo`: a whole portal with invented data, for people who want to see it and programs that test it.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use serde::Serialize;

use super::{database::Database, home::Home, serve, stop};
use crate::{config::Settings, postgres, telemetry};

pub(super) const HELP: &str = "\
When the portal is ready, one JSON line on standard output says where it is, whom one can sign in as, and where the
simulated Huawei Cloud is. Everything else goes to standard error.";

/// Where root's demonstration lives when PostgreSQL's account cannot enter the chosen directory.
const OPEN_TO_THE_SERVER: &str = "/var/lib/bss-portal-demo";

const ANY_PORT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// What a demonstration may be told.
#[derive(Debug, clap::Args)]
pub(super) struct Demo {
    /// Chooses the invented data; the same number gives the same data
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// How many orders to invent
    #[arg(long, value_name = "N", default_value_t = 600)]
    orders: u32,
    #[command(flatten)]
    settings: Settings,
}

/// The line for programs.
#[derive(Serialize)]
struct Ready {
    url: String,
}

pub(super) async fn demo(demo: Demo) -> Result<()> {
    let settings = demo.settings;
    telemetry::log(&settings.log, settings.log_format)?;
    let stop = stop::at_a_signal()?;
    let home = Home::open(&place(settings.data.as_deref().unwrap_or(Path::new("demo-data")))?)?;
    let listener = serve::listen(settings.listen).await?;
    let address = listener.local_addr()?;
    let database = Database::managed(&home).await?;
    let portal = serve::portal(&settings, address, &database).await?;
    let url = settings.public_url(address)?.to_string();
    eprintln!("The portal is ready: {url}");
    println!("{}", serde_json::to_string(&Ready { url }).context("writing the line for programs")?);
    let metrics = settings.metrics_listen(ANY_PORT);
    serve::run(portal, listener, metrics, database, stop).await
}

/// The directory that was asked for, or one that PostgreSQL's account can enter.
fn place(asked: &Path) -> Result<PathBuf> {
    let Some(closed) = postgres::closed_to_the_server(&asked.join("postgres"))? else {
        return Ok(asked.to_owned());
    };
    let absolute = std::path::absolute(asked)?;
    let name: String =
        absolute.to_string_lossy().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let place = Path::new(OPEN_TO_THE_SERVER).join(name.trim_matches('-'));
    eprintln!(
        "PostgreSQL does not run as root, and the account it runs under cannot enter {}: the data goes to {}",
        closed.display(),
        place.display()
    );
    Ok(place)
}
