//! The composition root: the one file that names every feature, and puts the portal together from
//! what it is given. It decides nothing that a feature could decide.

mod tidy;

use std::{sync::Arc, time::Duration};

use anyhow::{Context, Result};
use secrecy::SecretString;
use sqlx::PgPool;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    bss::{self, limits::Limits, transport::Wire},
    clock::Clock,
    cloud_accounts,
    features::{
        self, balance, coupons,
        orders::{self, cancel_order::CancelOrders, job::ReadOrders},
        packages,
        prices::dictionary::job::ReadDictionaries,
        resources::{
            self, job::ReadResources, plan::job::CarryOn, policy, renew::Renewals,
            unsubscribe::Unsubscriptions,
        },
    },
    identity::{self, Identity},
    jobs::{Driver, Job},
    operations::{self, Accounts, Chance, PgStore, Reading, Registry, Setup, Timings, TransKey},
    payments::PayOrders,
    readings::{Listing, ReadEach},
    state::{App, Pulse, Settings},
    units::ReadUnits,
    vault::Vault,
    web::{
        self, Routes,
        health::{self, Readiness},
        server,
    },
};

use tidy::Tidy;

/// What a portal is made of. Everything that a simulation or a test replaces is here.
pub struct Parts {
    /// The portal's database, migrated.
    pub db: PgPool,
    /// The only source of time.
    pub clock: Clock,
    /// What carries requests to Huawei.
    pub wire: Arc<dyn Wire>,
    /// What pages are told of the configuration.
    pub settings: Settings,
    /// Opens the accounts' keys.
    pub vault: Vault,
    /// Derives upstream's ids of money movements.
    pub trans_key: TransKey,
    /// Mixed into the hashes of passwords.
    pub pepper: Option<SecretString>,
    /// The spans of time of the journal.
    pub timings: Timings,
    /// How many portals share upstream's limits.
    pub replicas: u32,
    /// How long to wait between two reads of what may have changed upstream.
    pub sync_period: Duration,
}

/// A portal that can be run.
pub struct Portal {
    app: App,
    readiness: Readiness,
    operations: operations::Running,
    sync_period: Duration,
}

impl Portal {
    /// Puts the parts together and starts the journal, which has work to do before anybody comes.
    pub async fn start(parts: Parts) -> Result<Self> {
        let Parts { db, clock, wire, settings, vault, trans_key, pepper, timings, replicas, sync_period } =
            parts;
        let shared = cloud_accounts::Shared {
            clock: clock.clone(),
            wire,
            limits: Limits::new(clock.clone(), replicas),
            chance: bss::chance(),
        };
        let (readers, writers) =
            cloud_accounts::open(&db, &vault, &shared).await.context("opening the accounts")?;
        #[cfg(feature = "proof")]
        PgStore(db.clone()).weaken().await?;
        let pulse = Pulse::default();
        let beat = pulse.clone();
        let operations = operations::start(
            Setup {
                store: Arc::new(PgStore(db.clone())),
                registry: registry(&db, &clock),
                upstream: Arc::new(Accounts::new(readers.clone(), writers)),
                clock: clock.clone(),
                chance: Chance::system(),
                timings,
                name: Uuid::now_v7().to_string(),
            },
            Reading::new(db.clone()),
            trans_key,
            Box::new(move |open| beat.set_open_operations(open)),
        )
        .await
        .context("starting the journal")?;
        let app = App {
            identity: Identity::new(
                db.clone(),
                clock.clone(),
                identity::Settings { pepper, ..Default::default() },
            ),
            settings: Arc::new(settings),
            desk: operations.desk.clone(),
            readers,
            pulse,
            clock,
            db,
        };
        Ok(Self { readiness: Readiness::new(app.db.clone()), app, operations, sync_period })
    }

    /// What handlers see.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Every route, each with who may use it.
    pub fn routes(&self) -> Routes {
        routes(self.readiness.clone())
    }

    /// Serves pages on `listener` and does the portal's work until `stop`; then takes no more
    /// visitors, lets requests in flight finish, and lets each piece of work come to a good end.
    pub async fn run(self, listener: TcpListener, stop: CancellationToken) -> Result<()> {
        let service = web::finish(self.routes(), self.app.clone());
        let driver =
            Driver::new(self.app.db.clone(), self.app.clock.clone(), jobs(&self.app, self.sync_period));
        let jobs = tokio::spawn(driver.run(stop.clone().cancelled_owned()));
        let readiness = self.readiness.clone();
        let told = async {
            stop.cancelled().await;
            readiness.stop();
        };
        server::serve(listener, service, server::Limits::default(), told).await;
        self.operations.stop().await;
        jobs.await.context("the jobs' driver")?;
        self.app.db.close().await;
        Ok(())
    }
}

/// Every route of every feature.
fn routes(readiness: Readiness) -> Routes {
    health::routes(readiness)
        .merge(features::sign_in::routes())
        .merge(features::account::routes())
        .merge(features::lists::routes())
        .merge(features::orders::routes())
        .merge(resources::routes())
        .merge(packages::routes())
        .merge(features::prices::routes())
        .merge(balance::routes())
        .merge(coupons::routes())
        .merge(features::overview::routes())
        .merge(features::activity::routes())
}

/// The kinds of operations.
fn registry(db: &PgPool, clock: &Clock) -> Registry {
    let kept = Arc::new(orders::kept::Kept { db: db.clone(), clock: clock.clone() });
    let (pay, cancel) =
        (PayOrders { kept: kept.clone(), clock: clock.clone() }, CancelOrders { kept: kept.clone() });
    let (renew, unsubscribe) = (
        Renewals { db: db.clone(), clock: clock.clone() },
        Unsubscriptions { db: db.clone(), clock: clock.clone() },
    );
    policy::register(Registry::new().with(pay).with(cancel).with(renew).with(unsubscribe), db, clock)
}

/// The background work.
fn jobs(app: &App, sync_period: Duration) -> Vec<Arc<dyn Job>> {
    vec![
        Arc::new(ReadOrders::new(app.db.clone(), &app.readers).every(sync_period)),
        Arc::new(ReadResources::new(app.db.clone(), &app.readers).every(sync_period)),
        Arc::new(ReadUnits::new(app.db.clone(), &app.readers)),
        Arc::new(read(app, packages::sync::Packages, sync_period)),
        Arc::new(read(app, packages::usage::Usage, sync_period)),
        Arc::new(ReadDictionaries::new(app.db.clone(), &app.readers)),
        Arc::new(read(app, balance::amounts::Amounts, sync_period)),
        Arc::new(read(app, balance::changes::Changes, sync_period)),
        Arc::new(read(app, coupons::read::Coupons, sync_period)),
        Arc::new(read(app, coupons::read::Changes, sync_period)),
        Arc::new(read(app, coupons::read::Cards, sync_period)),
        Arc::new(CarryOn(app.clone())),
        Arc::new(resources::calendar::job::AskPrices::new(app.db.clone(), &app.readers)),
        Arc::new(Tidy(app.identity.clone())),
    ]
}

/// Reads a listing of every account.
fn read<L: Listing>(app: &App, listing: L, sync_period: Duration) -> ReadEach<L> {
    ReadEach::new(listing, app.db.clone(), &app.readers).paced(sync_period)
}

#[cfg(test)]
mod tests;
