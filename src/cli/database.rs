//! The database of a command: the one that was given, or a PostgreSQL of our own for its length.

use anyhow::{Context, Result};
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;

use super::home::Home;
use crate::{
    config::{self, Settings},
    postgres::{self, Options, Server},
};

/// A database that can be reached.
pub(super) struct Database {
    url: SecretString,
    server: Option<Server>,
}

impl Database {
    /// The given database, or the managed one in the data directory.
    pub(super) async fn open(settings: &Settings, given: Option<SecretString>) -> Result<Self> {
        match given {
            Some(url) => Ok(Self { url, server: None }),
            None => Self::managed(&Home::open(&settings.data())?).await,
        }
    }

    /// The same for a command that looks in or changes a thing while a portal may be running: it uses
    /// the managed PostgreSQL of that portal.
    pub(super) async fn visit(settings: &Settings, given: Option<SecretString>) -> Result<Self> {
        if given.is_none()
            && let Some(url) =
                postgres::running_elsewhere(&Home::open(&settings.data())?.postgres(), "postgres")
        {
            return Ok(Self { url: url.into(), server: None });
        }
        Self::open(settings, given).await
    }

    /// The managed one.
    pub(super) async fn managed(home: &Home) -> Result<Self> {
        let options = Options::durable(home.postgres(), config::search_path());
        // It waits for processes and for the disk.
        let server = tokio::task::spawn_blocking(move || Server::start(&options))
            .await
            .context("starting PostgreSQL")??;
        tracing::info!(directory = %server.directory().display(), "PostgreSQL runs");
        Ok(Self { url: server.url("postgres").into(), server: Some(server) })
    }

    pub(super) fn url(&self) -> &SecretString {
        &self.url
    }

    /// A token that is cancelled when the managed server ends before us.
    pub(super) fn lost(&self) -> Result<CancellationToken> {
        let lost = CancellationToken::new();
        if let Some(server) = &self.server {
            let told = lost.clone();
            server.when_ended(move |how| {
                tracing::debug!(how, "PostgreSQL ended");
                told.cancel();
            })?;
        }
        Ok(lost)
    }

    /// Stops the managed server.
    pub(super) async fn close(self) -> Result<()> {
        let Some(server) = self.server else { return Ok(()) };
        tokio::task::spawn_blocking(move || server.stop()).await.context("stopping PostgreSQL")?
    }
}
