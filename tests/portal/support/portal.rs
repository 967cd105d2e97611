//! A portal in this process, put together as `serve` does it, on the test's own database.

use std::{collections::HashMap, net::SocketAddr, sync::Arc, time::Duration};

use bss_portal::{
    app::{Parts, Portal as Program},
    bss::transport::HttpWire,
    clock::Clock,
    cloud_accounts::{self, Configured, Credential, Kind, Upstream},
    identity::access::{AccountId, Role},
    operations::{Timings, TransKey},
    state,
    vault::Vault,
    web::RouteInfo,
};
use sqlx::{
    PgPool,
    postgres::{PgPoolOptions, PgSslMode},
};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use super::{
    browser::Browser,
    people::{self, PASSWORD},
    simulator::Simulator,
};

/// The key of every test's vault.
pub const VAULT_KEY: &str = "0101010101010101010101010101010101010101010101010101010101010101";

/// What a test may choose.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Orders of the simulator's first account.
    pub orders: u32,
    /// Chooses the simulator's company.
    pub seed: u64,
    /// How many times faster the journal waits.
    pub hurry: u32,
    /// How old data may be under a button that moves money.
    pub max_data_age: Duration,
    /// How long what cannot be undone waits, made shorter by `hurry`.
    pub hold: Duration,
    /// The time, of the portal and of the simulator.
    pub clock: Clock,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            orders: 60,
            seed: 1,
            hurry: 60,
            max_data_age: Duration::from_hours(1),
            hold: Duration::from_mins(2),
            clock: Clock::system(),
        }
    }
}

/// A running portal.
pub struct Portal {
    /// Where it is, without a slash at the end.
    pub url: String,
    /// Its database, for looking only.
    pub db: PgPool,
    /// Its Huawei Cloud.
    pub simulator: Simulator,
    /// Every route and who may use it.
    pub routes: Vec<RouteInfo>,
    /// The portal's ids of the simulator's accounts, by name.
    pub accounts: HashMap<String, AccountId>,
    stop: CancellationToken,
    running: JoinHandle<anyhow::Result<()>>,
}

impl Portal {
    /// A portal on `db`, as `#[sqlx::test]` gives it, with the usual setup.
    pub async fn start(db: PgPool) -> Self {
        Self::with(db, Setup::default()).await
    }

    /// A portal on `db`.
    pub async fn with(db: PgPool, setup: Setup) -> Self {
        let simulator = Simulator::start(setup.seed, setup.orders, setup.clock.clone()).await;
        let pool = pool_of_its_own(&db).await;
        let vault = Vault::new(&VAULT_KEY.to_owned().into()).expect("a key");
        let configured = configured(&simulator);
        cloud_accounts::configure(&pool, &vault, setup.clock.now(), &configured).await.expect("accounts");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = url(listener.local_addr().expect("bound"));
        let program = Program::start(Parts {
            db: pool,
            wire: Arc::new(HttpWire::new(setup.clock.clone()).expect("a wire")),
            settings: state::Settings {
                public_url: url.parse().expect("a URL"),
                zone: chrono_tz::Asia::Shanghai,
                max_data_age: setup.max_data_age,
                handling_fee_percent: 5,
                trusted_proxies: Vec::new(),
                grace_days: 15,
                retention_days: 15,
            },
            vault,
            trans_key: TransKey([1; 32]),
            pepper: None,
            timings: Timings::hurried(setup.hurry).holding(setup.hold),
            replicas: 1,
            sync_period: Duration::from_secs(2),
            clock: setup.clock,
        })
        .await
        .expect("a portal");
        let readers = &program.app().readers;
        let accounts: HashMap<_, _> =
            readers.all().iter().map(|account| (account.name.clone(), account.id)).collect();
        let ids: Vec<AccountId> = accounts.values().copied().collect();
        people::add(&program.app().identity, &ids).await;
        let routes = program.routes().table().to_vec();
        let stop = CancellationToken::new();
        let running = tokio::spawn(program.run(listener, stop.clone()));
        Self { url, db, simulator, routes, accounts, stop, running }
    }

    /// A browser in which nobody is signed in.
    pub fn nobody(&self) -> Browser {
        Browser::at(&self.url)
    }

    /// A browser in which the person of `role` is signed in.
    pub async fn sign_in(&self, role: Role) -> Browser {
        let browser = self.nobody();
        browser.sign_in(role.as_str(), PASSWORD).await;
        browser
    }

    /// Stops it as SIGTERM does, and gives back its Huawei Cloud.
    pub async fn stop(self) -> Simulator {
        self.stop.cancel();
        self.running.await.expect("no panic").expect("a good end");
        self.simulator
    }
}

/// The simulator's accounts, as the portal is told of them.
pub(super) fn configured(simulator: &Simulator) -> Vec<Configured> {
    let ready = simulator.ready();
    let accounts = ready.accounts.iter().enumerate().map(|(at, account)| Configured {
        name: account.name.clone(),
        kind: if at == 0 { Kind::Master } else { Kind::Ordinary },
        upstream: Upstream::Custom(ready.endpoint.parse().expect("an endpoint")),
        domain_id: Some(account.domain_id.clone()),
        user_name: Some(account.iam_user.clone()),
        identity: None,
        credential: Credential::of_key(account.ak.clone().into(), account.sk.clone().into()),
    });
    accounts.collect()
}

fn url(address: SocketAddr) -> String {
    format!("http://{address}")
}

/// The pool of `#[sqlx::test]` is too small for a portal and its loops.
async fn pool_of_its_own(db: &PgPool) -> PgPool {
    let options = (*db.connect_options()).clone().ssl_mode(PgSslMode::Disable);
    PgPoolOptions::new().max_connections(12).connect_with(options).await.expect("a pool")
}
