//! The composition root: the one file that names every feature, and puts the portal together from
//! what it is given. It decides nothing that a feature could decide.

use std::sync::Arc;

use anyhow::Result;
use sqlx::PgPool;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{
    clock::Clock,
    cloud_accounts::Readers,
    identity::{self, Identity},
    state::{App, Pulse, Settings},
    web::{
        self, Routes,
        health::{self, Readiness},
        server::{self, Limits},
    },
};

/// What a portal is made of. Everything that a simulation or a test replaces is here.
pub struct Parts {
    /// The portal's database, migrated.
    pub db: PgPool,
    /// The only source of time.
    pub clock: Clock,
    /// What pages are told of the configuration.
    pub settings: Settings,
}

/// A portal that can be run.
pub struct Portal {
    app: App,
    readiness: Readiness,
}

impl Portal {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        let readiness = Readiness::new(parts.db.clone());
        let identity = Identity::new(parts.db.clone(), parts.clock.clone(), identity::Settings::default());
        let app = App {
            db: parts.db,
            clock: parts.clock,
            settings: Arc::new(parts.settings),
            identity,
            readers: Readers::default(),
            pulse: Pulse::default(),
        };
        Self { app, readiness }
    }

    /// What handlers see.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Every route, each with who may use it.
    pub fn routes(&self) -> Routes {
        health::routes(self.readiness.clone())
    }

    /// Serves pages on `listener` and does the portal's work until `stop`; then takes no more
    /// visitors, lets requests in flight finish, and lets each piece of work come to a good end.
    pub async fn run(self, listener: TcpListener, stop: CancellationToken) -> Result<()> {
        let service = web::finish(self.routes(), self.app.clone());
        let readiness = self.readiness.clone();
        let told = async {
            stop.cancelled().await;
            readiness.stop();
        };
        server::serve(listener, service, Limits::default(), told).await;
        self.app.db.close().await;
        Ok(())
    }
}
