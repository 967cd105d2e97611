//! `demo`: a whole portal with invented data, for people who want to see it and programs that test it.

use std::{
    fs,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use rand::RngExt as _;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::{
    database::Database,
    home::{self, Home},
    keys::Keys,
    serve, stop,
};
use crate::{
    config::{Account, Credential, Settings, Upstream},
    i18n::Locale,
    identity::{
        access::Role,
        people::{self, NewPerson},
    },
    postgres,
    simulator::{self, Options, ReadyLine},
    state::App,
    telemetry,
};

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
    /// Without a slash at its end: programs put paths behind it.
    url: String,
    /// Where Prometheus reads.
    metrics: Option<String>,
    users: Vec<User>,
    simulator: ReadyLine,
}

/// Somebody whom one can sign in as.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct User {
    username: String,
    password: String,
    role: Role,
}

pub(super) async fn demo(demo: Demo) -> Result<()> {
    let mut settings = demo.settings;
    telemetry::log(&settings.log, settings.log_format)?;
    let stop = stop::at_a_signal()?;
    let home = Home::open(&place(settings.data.as_deref().unwrap_or(Path::new("demo-data")))?)?;
    let listener = serve::listen(settings.listen).await?;
    let address = listener.local_addr()?;
    let options = Options {
        seed: demo.seed,
        orders: demo.orders,
        state: Some(home.file("simulator.jsonl")),
        ..Options::default()
    };
    let simulator = simulator::run(options).await.context("starting the simulator")?;
    settings.allow_private_upstream = true;
    let database = Database::managed(&home).await?;
    let accounts = accounts(&simulator.ready)?;
    let portal = serve::portal(&settings, address, &database, Keys::at(&home)?, &accounts).await?;
    let users = users(&home, portal.app()).await?;
    let metrics = serve::listen_for_metrics(settings.metrics_listen(ANY_PORT)).await?;
    let read_at = metrics.as_ref().map(tokio::net::TcpListener::local_addr).transpose()?;
    tell(&Ready {
        url: settings.public_url(address)?.as_str().trim_end_matches('/').to_owned(),
        metrics: read_at.map(|address| format!("http://{address}/metrics")),
        users,
        simulator: simulator.ready.clone(),
    })?;
    serve::run(portal, listener, metrics, database, stop).await
}

/// Tells people on standard error and programs on standard output.
fn tell(ready: &Ready) -> Result<()> {
    eprintln!("\nThe portal is ready: {}\n", ready.url);
    for User { username, password, role } in &ready.users {
        eprintln!("  {:<9} {username:<9} {password}", role.as_str());
    }
    eprintln!("\nIts data is invented, its Huawei Cloud simulated: {}\n", ready.simulator.endpoint);
    println!("{}", serde_json::to_string(ready).context("writing the line for programs")?);
    Ok(())
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
        "PostgreSQL does not run as root, and the account that it runs under cannot enter {}: the data goes to {}",
        closed.display(),
        place.display()
    );
    Ok(place)
}

/// The simulator's accounts, the enterprise master first.
fn accounts(simulator: &ReadyLine) -> Result<Vec<Account>> {
    let endpoint: url::Url = simulator.endpoint.parse().context("the simulator's endpoint")?;
    let accounts = simulator.accounts.iter().enumerate().map(|(at, account)| Account {
        name: account.name.clone(),
        upstream: Upstream::Endpoint(endpoint.clone()),
        credential: Credential::Key {
            ak: account.ak.clone().into(),
            sk: account.sk.clone().into(),
            session: None,
        },
        identity: None,
        domain_id: Some(account.domain_id.clone()),
        user_name: Some(account.iam_user.clone()).filter(|name| !name.is_empty()),
        is_master: at == 0,
    });
    Ok(accounts.collect())
}

/// One person per role, who may see every account. Names and passwords stay from one start to the next.
async fn users(home: &Home, app: &App) -> Result<Vec<User>> {
    let file = home.file("users.json");
    let users: Vec<User> = if file.exists() {
        serde_json::from_slice(&fs::read(&file)?).with_context(|| format!("reading {}", file.display()))?
    } else {
        let users: Vec<User> = Role::ALL.into_iter().map(User::invented).collect();
        home::write_private(&file, &serde_json::to_string_pretty(&users)?)?;
        users
    };
    let accounts: Vec<_> = app.readers.all().iter().map(|account| account.id).collect();
    for user in &users {
        let new = NewPerson {
            username: user.username.clone(),
            role: user.role,
            locale: Locale::default(),
            accounts: accounts.clone(),
            password: Some(SecretString::from(user.password.clone())),
        };
        match people::add(&app.identity, &new).await {
            Ok(_) => {}
            Err(people::Problem::Taken(_)) => people::grant(&app.identity, &user.username, &accounts).await?,
            Err(error) => return Err(error).with_context(|| format!("adding {}", user.username)),
        }
    }
    Ok(users)
}

impl User {
    fn invented(role: Role) -> Self {
        const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
        let mut chance = rand::rng();
        let mut block = || -> String {
            (0..5).map(|_| char::from(LETTERS[chance.random_range(0..LETTERS.len())])).collect()
        };
        let password = [block(), block(), block(), block()].join("-");
        Self { username: role.as_str().to_owned(), password, role }
    }
}
