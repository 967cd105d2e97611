//! A BSS of our own, with state and rules, for demonstrations, tests and benchmarks. It is reached
//! over HTTP only and shares nothing with the client but the type of money.

use std::{io, net::SocketAddr, path::PathBuf, sync::Arc};

use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;

use crate::clock::Clock;

mod acts;
mod control;
mod credentials;
mod door;
mod faces;
mod faults;
mod gates;
mod respond;
#[expect(clippy::cast_possible_truncation, reason = "dice are cut to the range that is wanted")]
mod seed;
mod server;
mod shared;
mod signature;
mod state;
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "the world packs a million orders into small integers whose ranges it knows"
)]
mod world;

/// How to run a simulator.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where BSS is served; port 0 is any free one.
    pub listen: SocketAddr,
    /// Where the control plane is served, without credentials: a loopback address.
    pub control: SocketAddr,
    /// The same number makes the same company.
    pub seed: u64,
    /// Orders of the enterprise master.
    pub orders: u32,
    /// Whether some names try to break out of pages and spreadsheets.
    pub hostile: bool,
    /// Whether the gateway throttles at the documented rates from the start.
    pub rate_limits: bool,
    /// The file in which it remembers its world; without one every start is a new company.
    pub state: Option<PathBuf>,
    /// Where its time comes from, before it is advanced.
    pub clock: Clock,
}

impl Default for Options {
    fn default() -> Self {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        Self {
            listen: any,
            control: any,
            seed: 1,
            orders: 400,
            hostile: false,
            rate_limits: false,
            state: None,
            clock: Clock::system(),
        }
    }
}

/// The line that tells programs where the simulator is and who may call it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadyLine {
    /// Address of the simulated BSS: `http://127.0.0.1:PORT`.
    pub endpoint: String,
    /// Address of the control plane.
    pub control: String,
    /// The enterprise master first, then an ordinary account, then a member of the master.
    pub accounts: Vec<ReadyAccount>,
}

/// An account with its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadyAccount {
    /// The account's name.
    pub name: String,
    /// The account's id, 32 hexadecimal digits.
    pub domain_id: String,
    /// Access key.
    pub ak: String,
    /// Secret key: of a simulated account, so no secret.
    pub sk: String,
    /// An IAM user of the account, which can log in for a token.
    #[serde(default)]
    pub iam_user: String,
    /// Its password.
    #[serde(default)]
    pub iam_password: String,
}

/// A simulator at work; it stops when this is dropped.
pub struct Running {
    /// Where it is.
    pub ready: ReadyLine,
    shared: Arc<shared::Shared>,
    tasks: [JoinHandle<()>; 2],
}

impl Drop for Running {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
        self.shared.close();
    }
}

/// Makes the world and serves it; comes back as soon as both ports answer.
pub async fn run(options: Options) -> io::Result<Running> {
    let (listener, endpoint) = server::bind(options.listen).await?;
    let (control_listener, control) = server::bind(options.control).await?;
    let seed = seed::Seed {
        number: options.seed,
        orders: options.orders,
        hostile: options.hostile,
        // Whole minutes, so that a world made twice in a minute is the same one.
        start: options.clock.now().timestamp() / 60 * 60 * world::times::SECOND,
        settings: world::Settings { rate_limits: options.rate_limits, ..world::Settings::default() },
    };
    let remember = move || match options.state {
        None => Ok(state::Remembered::anew(seed)),
        Some(file) => state::Remembered::open(&file, seed),
    };
    let remembered = tokio::task::spawn_blocking(remember).await.map_err(io::Error::other)??;
    let accounts = remembered
        .world
        .accounts
        .iter()
        .enumerate()
        .map(|(at, account)| ReadyAccount {
            name: account.name.clone(),
            domain_id: account.domain_id.clone(),
            ak: account.ak.clone(),
            sk: account.sk.clone(),
            iam_user: account.users.first().cloned().unwrap_or_default(),
            iam_password: remembered.world.password(at),
        })
        .collect();
    let shared = Arc::new(shared::Shared::new(options.clock, remembered));
    let router = control::router(shared.clone());
    let tasks = [
        tokio::spawn(server::serve(listener, shared.clone())),
        tokio::spawn(async move {
            // It ends only with the task.
            let _ = axum::serve(control_listener, router).await;
        }),
    ];
    let ready =
        ReadyLine { endpoint: format!("http://{endpoint}"), control: format!("http://{control}"), accounts };
    Ok(Running { ready, shared, tasks })
}
