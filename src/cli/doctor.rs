//! `doctor` and `account list`: looks at everything that the portal needs, in the order in which one
//! thing needs another, and says of each whether it is well. It writes nothing into the database.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use chrono::TimeDelta;
use clap::Subcommand;
use sqlx::PgPool;
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};

use super::{database::Database, keys::Keys, upstream};
use crate::{
    bss::{self, Endpoint, Reader, limits::Limits, transport::HttpWire},
    clock::Clock,
    cloud_accounts::{self, Readers, Shared},
    config::{SECRETS_HELP, Secrets, Settings},
    db,
};

/// A step over the network that takes longer has failed.
const STEP: Duration = Duration::from_secs(5);
/// Clocks further apart are worth a word; Huawei refuses signatures that are 15 minutes off.
const APART: TimeDelta = TimeDelta::seconds(60);

#[derive(Debug, Subcommand)]
pub(super) enum Account {
    /// List them, by name
    #[command(after_help = SECRETS_HELP)]
    List {
        #[command(flatten)]
        settings: Settings,
    },
}

/// Lists the accounts that the database holds.
pub(super) async fn account(Account::List { settings }: Account, mut secrets: Secrets) -> Result<()> {
    secrets.take_files(&settings)?;
    let keys = Keys::of(&settings, &secrets)?;
    let database = Database::visit(&settings, secrets.database_url).await?;
    let pool = db::pool(database.url(), 2)?;
    let listed = open(&pool, &keys, Clock::system()).await;
    pool.close().await;
    database.close().await?;
    let readers = listed?;
    for account in readers.all() {
        let place = readers.get(account.id).map(|reader| reader.endpoint().to_string());
        println!("{}\t{}\t{}", account.name, account.id, place.as_deref().unwrap_or("switched off"));
    }
    Ok(())
}

/// What was looked at, and how many things were not well.
#[derive(Default)]
struct Findings {
    bad: u32,
}

impl Findings {
    fn note<T>(&mut self, what: &str, found: Result<T>, well: impl FnOnce(&T) -> String) -> Option<T> {
        match found {
            Ok(found) => {
                println!("ok    {what}: {}", well(&found));
                Some(found)
            }
            Err(error) => {
                self.bad += 1;
                println!("FAIL  {what}: {error:#}");
                None
            }
        }
    }
}

/// Looks at everything; fails if anything is not well.
pub(super) async fn doctor(settings: Settings, mut secrets: Secrets) -> Result<()> {
    let mut findings = Findings::default();
    secrets.take_files(&settings)?;
    let source = settings.config.as_ref().map(|path| path.display().to_string());
    findings.note("configuration", secrets.accounts(), |accounts| {
        format!("{}, {} accounts in it", source.as_deref().unwrap_or("no file"), accounts.len())
    });
    findings.note("public address", settings.public_url(settings.listen), |url| match url.scheme() {
        "https" => url.to_string(),
        _ => format!("{url}, not encrypted: right behind this machine's own browser only"),
    });
    let keys =
        findings.note("keys", Keys::of(&settings, &secrets), |_| "the vault's key and the pepper".to_owned());
    let clock = Clock::system();
    let database = Database::visit(&settings, secrets.database_url.clone()).await;
    if let Some(database) = findings.note("PostgreSQL", database, |_| "there".to_owned()) {
        let pool = db::pool(database.url(), 2)?;
        findings.note("database", condition(&pool, &clock).await, Clone::clone);
        if let Some(keys) = keys {
            match readers(&settings, &secrets, &pool, &keys, &clock).await {
                Ok(readers) => {
                    for (name, reader) in readers {
                        look_at(&mut findings, &name, &reader).await;
                    }
                }
                Err(error) => {
                    findings.note::<()>("accounts", Err(error), |()| String::new());
                }
            }
        }
        pool.close().await;
        database.close().await?;
    }
    ensure!(findings.bad == 0, "not well: {}", findings.bad);
    Ok(())
}

async fn condition(pool: &PgPool, clock: &Clock) -> Result<String> {
    let condition = timeout(STEP, db::condition(pool)).await.context("no answer in time")??;
    let apart = (clock.now() - condition.now).abs();
    ensure!(apart < APART, "its clock is {} s away from ours", apart.num_seconds());
    ensure!(condition.commits_are_durable, "synchronous_commit is off: a payment could be forgotten");
    ensure!(
        condition.unknown_migrations.is_empty(),
        "it belongs to a newer portal (migration {:?})",
        condition.unknown_migrations
    );
    let missing = condition.missing_migrations.len();
    Ok(format!(
        "version {}, commits are durable, its clock agrees, {}",
        condition.version,
        if missing == 0 {
            "migrations are current".to_owned()
        } else {
            format!("{missing} migrations will be applied")
        }
    ))
}

/// The configured accounts; if there are none, those that the database holds.
async fn readers(
    settings: &Settings,
    secrets: &Secrets,
    pool: &PgPool,
    keys: &Keys,
    clock: &Clock,
) -> Result<Vec<(String, Reader)>> {
    let configured = upstream::configured(&secrets.accounts()?, settings.allow_private_upstream)?;
    if configured.is_empty() {
        if !db::condition(pool).await?.missing_migrations.is_empty() {
            return Ok(Vec::new());
        }
        let readers = open(pool, keys, clock.clone()).await?;
        let all = readers
            .all()
            .iter()
            .filter_map(|account| Some((account.name.clone(), readers.get(account.id)?.clone())));
        return Ok(all.collect());
    }
    let shared = shared(clock.clone())?;
    let connect = |account: &cloud_accounts::Configured| {
        let (reader, _) = bss::connect(account.connection(&shared));
        (account.name.clone(), reader)
    };
    Ok(configured.iter().map(connect).collect())
}

async fn open(pool: &PgPool, keys: &Keys, clock: Clock) -> Result<Readers> {
    let (readers, _) =
        cloud_accounts::open(pool, &keys.vault, &shared(clock)?).await.context("opening the accounts")?;
    Ok(readers)
}

fn shared(clock: Clock) -> Result<Shared> {
    Ok(Shared {
        wire: Arc::new(HttpWire::new(clock.clone())?),
        limits: Limits::new(clock.clone(), 1),
        chance: bss::chance(),
        clock,
    })
}

/// Name, connection, encryption, clock, and one signed question, each by itself.
async fn look_at(findings: &mut Findings, name: &str, reader: &Reader) {
    let endpoint = reader.endpoint();
    let step = |what: &str| format!("{name}: {what}");
    let Some(addresses) = findings.note(&step("DNS"), look_up(endpoint).await, |found| {
        format!("{} is {}", endpoint.host(), found.first().map(ToString::to_string).unwrap_or_default())
    }) else {
        return;
    };
    let connected = connect(&addresses).await;
    if findings.note(&step("TCP"), connected, |_| format!("port {} answers", endpoint.port())).is_none() {
        return;
    }
    let answer = timeout(STEP * 2, reader.balances()).await.context("no answer in time");
    let answer = answer.and_then(|balances| balances.map_err(anyhow::Error::new));
    let encrypted = if endpoint.is_encrypted() { "over TLS" } else { "without TLS" };
    findings.note(&step("signed question"), answer, |_| format!("the balance was read {encrypted}"));
    let skew = match reader.clock_skew() {
        Some(skew) if skew.abs() >= APART => Err(anyhow::anyhow!("{} s away from ours", skew.num_seconds())),
        Some(_) => Ok("agrees with ours"),
        None => Ok("did not say"),
    };
    findings.note(&step("clock"), skew, ToString::to_string);
}

async fn look_up(endpoint: &Endpoint) -> Result<Vec<std::net::SocketAddr>> {
    let found =
        timeout(STEP, lookup_host((endpoint.host(), endpoint.port()))).await.context("no answer in time")?;
    let found: Vec<_> = found.with_context(|| format!("looking up {}", endpoint.host()))?.collect();
    if found.is_empty() {
        bail!("{} has no address", endpoint.host());
    }
    Ok(found)
}

async fn connect(addresses: &[std::net::SocketAddr]) -> Result<TcpStream> {
    let connected = timeout(STEP, TcpStream::connect(addresses)).await.context("no answer in time")?;
    connected.with_context(|| format!("connecting to {}", addresses[0]))
}
