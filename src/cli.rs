//! The command line: what can be asked of the program, and who does it. It holds no logic of its own.

mod database;
mod demo;
mod doctor;
mod healthy;
mod home;
mod keys;
mod people;
mod serve;
mod simulator;
mod stop;
mod upstream;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

use crate::config::{self, SECRETS_HELP, Secrets, Settings};

/// A self-hosted billing portal for companies that buy from Huawei Cloud.
#[derive(Debug, Parser)]
#[command(name = "bss-portal", version, about, max_term_width = 110, after_help = SECRETS_HELP)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the portal
    #[command(after_help = SECRETS_HELP)]
    Serve(Settings),
    /// Serve a portal with invented data: its own database, a simulated Huawei Cloud, and people to sign in as
    #[command(after_help = demo::HELP)]
    Demo(demo::Demo),
    /// Serve a simulated Huawei Cloud alone
    Simulator(simulator::Simulator),
    /// Manage people
    #[command(subcommand)]
    User(people::User),
    /// List the cloud accounts
    #[command(subcommand)]
    Account(doctor::Account),
    /// Look whether everything that the portal needs is there
    #[command(after_help = SECRETS_HELP)]
    Doctor(doctor::Doctor),
    /// Ask the portal of this machine or container whether it is ready
    Healthy(Settings),
    /// Bring the database to the newest migration
    #[command(after_help = SECRETS_HELP)]
    Migrate(Settings),
}

/// Does what the command line asks for.
pub fn run() -> Result<()> {
    rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_| anyhow::anyhow!("a TLS provider is installed already"))?;
    let (line, secrets) = config::load::<Line>()?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().context("starting the runtime")?;
    runtime.block_on(dispatch(line.command, secrets))
}

async fn dispatch(command: Command, secrets: Secrets) -> Result<()> {
    match command {
        Command::Serve(settings) => serve::serve(settings, secrets).await,
        Command::Demo(demo) => demo::demo(demo).await,
        Command::Simulator(simulator) => simulator::simulator(simulator).await,
        Command::User(command) => people::user(command, secrets).await,
        Command::Account(command) => doctor::account(command, secrets).await,
        Command::Doctor(doctor) => doctor::doctor(doctor, secrets).await,
        Command::Healthy(settings) => healthy::healthy(settings.listen).await,
        Command::Migrate(settings) => {
            let mut secrets = secrets;
            secrets.take_files(&settings)?;
            let database = database::Database::open(&settings, secrets.database_url).await?;
            crate::db::migrate(database.url()).await?;
            database.close().await
        }
    }
}
