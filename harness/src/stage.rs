//! Where histories are played: a database, a simulated Huawei Cloud and two portals as processes, and people who are
//! signed in at them. Used for one history after another.

use std::{fmt::Write as _, path::PathBuf, sync::Arc};

use anyhow::{Context as _, Result};
use reqwest::Client;
use serde_json::json;
use sqlx::PgPool;
use tempfile::TempDir;
use tokio::sync::Mutex;

use crate::{
    browser::Browser,
    cluster::{Cluster, free_port},
    company::{
        ADMIN, APPROVERS, Account, Company, MAKERS, SIGNATURE_VALID, STRANGER, Simulator, TEMPLATE, VIEWERS,
        settings,
    },
    console::Console,
    evidence::{PlacedOrder, PlacedResource},
    plan::{Plan, yuan},
    proxy::Proxy,
    replica::{Recipe, Replica},
};

/// What all stages are made from.
pub struct Troupe {
    /// The portal's program, which is the simulator's too.
    pub binary: PathBuf,
    /// The deliberate bug that both portals have.
    pub mutant: Option<String>,
    /// The cluster that stages share.
    pub cluster: Arc<Cluster>,
    /// The people in its template database.
    pub company: Company,
    /// The client of all browsers.
    pub http: Client,
}

/// Everybody's browsers.
pub struct Crowd {
    /// They ask for payments and cancellations.
    pub makers: [Browser; 2],
    /// They agree or do not.
    pub approvers: [Browser; 2],
    /// They look.
    pub viewers: [Browser; 2],
    /// Of another account.
    pub stranger: Browser,
    /// Lets an account send again.
    pub admin: Browser,
}

/// A stage.
pub struct Stage {
    /// Its number, for people.
    pub name: String,
    /// Its PostgreSQL.
    pub cluster: Arc<Cluster>,
    /// A look into its database.
    pub db: PgPool,
    /// Huawei's console.
    pub console: Console,
    /// The account whose orders are paid.
    pub account: Account,
    /// The two portals.
    pub portals: [Replica; 2],
    /// The way of the second portal to PostgreSQL.
    pub proxy: Proxy,
    /// The people.
    pub crowd: Crowd,
    /// How many histories were played.
    pub played: u32,
    /// The number of the last effect and of the last request before the history that is played.
    pub before: Mutex<(u64, u64)>,
    _simulator: Simulator,
    files: TempDir,
}

/// What was placed for one history.
#[derive(Debug, Clone)]
pub struct Placed {
    /// Its orders.
    pub orders: Vec<PlacedOrder>,
    /// Its resources.
    pub resources: Vec<PlacedResource>,
}

impl Stage {
    /// Sets one up, on the shared cluster or on another that has the same template.
    pub async fn set_up(troupe: &Troupe, cluster: Arc<Cluster>, name: &str) -> Result<Self> {
        let files = tempfile::Builder::new().prefix("bss-portal-stage-").tempdir()?;
        cluster.create(name, Some(TEMPLATE)).await?;
        let simulator = Simulator::start(&troupe.binary, &files.path().join("simulator.log")).await?;
        let console = Console::new(troupe.http.clone(), simulator.ready.control.clone());
        // The gateway forgets a signature as early as the hurried journal believes.
        let valid = u64::try_from(SIGNATURE_VALID.as_millis())?;
        console.settings(&json!({ "signature_valid_ms": valid, "provision_ms": 400 })).await?;
        let proxy = Proxy::start(cluster.port).await?;
        let mut recipes = Vec::new();
        for (number, database) in [cluster.port, proxy.port].into_iter().enumerate() {
            recipes.push(Recipe {
                binary: troupe.binary.clone(),
                settings: settings(files.path(), &simulator.ready, &Cluster::url(name, database))?,
                log: files.path().join(format!("portal-{number}.log")),
                port: free_port()?,
                mutant: troupe.mutant.clone(),
            });
        }
        let [one, other] = <[Recipe; 2]>::try_from(recipes).ok().context("two portals")?;
        let portals = [Replica::start(0, one).await?, Replica::start(1, other).await?];
        let urls: Vec<String> = portals.iter().map(|portal| portal.url.clone()).collect();
        let somebody = |name: &str| -> Result<Browser> {
            let who = troupe
                .company
                .people
                .iter()
                .find(|who| who.username == name)
                .context("nobody of that name")?;
            Ok(Browser::new(troupe.http.clone(), urls.clone(), who.clone()))
        };
        let two =
            |names: [&str; 2]| -> Result<[Browser; 2]> { Ok([somebody(names[0])?, somebody(names[1])?]) };
        Ok(Self {
            crowd: Crowd {
                makers: two(MAKERS)?,
                approvers: two(APPROVERS)?,
                viewers: two(VIEWERS)?,
                stranger: somebody(STRANGER)?,
                admin: somebody(ADMIN)?,
            },
            db: cluster.pool(name),
            account: simulator.ready.accounts[0].clone(),
            name: name.to_owned(),
            played: 0,
            before: Mutex::default(),
            _simulator: simulator,
            cluster,
            console,
            portals,
            proxy,
            files,
        })
    }

    /// Places the orders of a plan and buys its resources. Portals hear of them a little later.
    pub async fn place(&self, plan: &Plan) -> Result<Placed> {
        let account = || self.account.domain_id.clone();
        let (mut orders, mut resources) = (Vec::new(), Vec::new());
        for fen in &plan.orders {
            let amount = yuan(*fen);
            let id = self.console.place(&self.account.name, &amount).await?;
            orders.push(PlacedOrder { id, account: account(), amount: amount.parse()? });
        }
        for fen in &plan.resources {
            let id = self.console.buy(&self.account.name, &yuan(*fen)).await?;
            resources.push(PlacedResource { id, account: account() });
        }
        Ok(Placed { orders, resources })
    }

    /// What both portals said, for people who want to know why.
    pub fn words(&self) -> String {
        let read = |number| std::fs::read_to_string(self.files.path().join(format!("portal-{number}.log")));
        let tail = |text: String| text.lines().rev().take(400).map(str::to_owned).collect::<Vec<_>>();
        let mut said = String::new();
        for number in 0..2 {
            let _ = writeln!(said, "── portal {number}");
            for line in tail(read(number).unwrap_or_default()).iter().rev() {
                said += line;
                said.push('\n');
            }
        }
        said
    }

    /// Takes it down.
    pub async fn strike(self) -> Result<()> {
        let Self { cluster, name, portals, db, .. } = self;
        drop(portals);
        db.close().await;
        cluster.remove(&name).await
    }
}
