//! `doctor` and `account list`: looks at everything that the portal needs, in the order in which one
//! thing needs another, and says of each whether it is well. It writes nothing into the database.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use chrono::TimeDelta;
use clap::Subcommand;
use serde_json::json;
use sqlx::PgPool;
use tokio::time::timeout;

use super::{database::Database, keys::Keys, upstream};
use crate::{
    bss::{
        Reader,
        checkup::{self, Checkup, Finding, Status},
    },
    clock::Clock,
    cloud_accounts::{self, Readers},
    config::{SECRETS_HELP, Secrets, Settings},
    db,
    i18n::Locale,
};

/// A database that takes longer does not answer.
const STEP: Duration = Duration::from_secs(5);
/// Clocks further apart are worth a word; Huawei refuses signatures that are 15 minutes off.
const APART: TimeDelta = TimeDelta::seconds(60);

#[derive(Debug, clap::Args)]
pub(super) struct Doctor {
    /// Print one line of JSON instead, with what was found about accounts in both languages
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    settings: Settings,
}

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
    /// For a program, which is told at the end.
    json: bool,
    bad: u32,
    portal: Vec<serde_json::Value>,
    accounts: Vec<serde_json::Value>,
}

impl Findings {
    fn note<T>(&mut self, what: &str, found: Result<T>, well: impl FnOnce(&T) -> String) -> Option<T> {
        let (status, text) = match &found {
            Ok(found) => (Status::Well, well(found)),
            Err(error) => (Status::Failed, format!("{error:#}")),
        };
        self.portal.push(json!({"subject": what, "status": status, "found": text}));
        self.line(status, what, &text);
        found.ok()
    }

    /// What was found about one account, each by itself.
    fn tell(&mut self, name: &str, checkup: &Checkup) {
        // What was not tried for one reason is one line.
        let together = |one: &Finding, next: &Finding| {
            one.status == Status::NotTried && next.status == Status::NotTried && one.found == next.found
        };
        for findings in checkup.findings.chunk_by(together) {
            let [finding, ..] = findings else { continue };
            let subjects: Vec<_> = findings.iter().map(|finding| finding.subject.name(Locale::En)).collect();
            let what = format!("{name}: {}", subjects.join(", "));
            let found = finding.found.say(Locale::En);
            match &finding.next {
                None => self.line(finding.status, &what, found),
                Some(next) => {
                    let stop = if found.ends_with('.') { "" } else { "." };
                    self.line(finding.status, &what, &format!("{found}{stop} {}", next.say(Locale::En)));
                }
            }
        }
        let told = json!({"account": name, "is_well": checkup.is_well(), "findings": checkup.findings});
        self.accounts.push(told);
    }

    /// Examines accounts, one after the other.
    async fn examine(&mut self, accounts: Result<Accounts>) {
        let accounts = match accounts {
            Ok(accounts) => accounts,
            Err(error) => vec![("accounts".to_owned(), Err(error))],
        };
        for (name, reader) in accounts {
            match reader {
                Ok(reader) => self.tell(&name, &checkup::examine(&reader).await),
                Err(error) => {
                    self.note::<()>(&name, Err(error), |()| String::new());
                }
            }
        }
    }

    /// The accounts whose addresses are allowed; what is not is noted.
    fn addresses(&mut self, checked: Result<Vec<upstream::Checked>>) -> Vec<upstream::Checked> {
        checked.unwrap_or_else(|error| {
            self.note::<()>("accounts", Err(error), |()| String::new());
            Vec::new()
        })
    }

    fn line(&mut self, status: Status, what: &str, text: &str) {
        let mark = match status {
            Status::Well => "ok  ",
            Status::Warning => "warn",
            Status::NotTried => "-   ",
            Status::Failed => "FAIL",
        };
        self.bad += u32::from(status == Status::Failed);
        if !self.json {
            println!("{mark}  {what}: {text}");
        }
    }
}

/// Looks at everything; fails if anything is not well.
pub(super) async fn doctor(Doctor { json, settings }: Doctor, mut secrets: Secrets) -> Result<()> {
    let mut findings = Findings { json, ..Findings::default() };
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
    let configured =
        upstream::checked(&secrets.accounts().unwrap_or_default(), settings.allow_private_upstream);
    let configured = findings.addresses(configured);
    let database = Database::visit(&settings, secrets.database_url.clone()).await;
    if let Some(database) = findings.note("PostgreSQL", database, |_| "there".to_owned()) {
        let pool = db::pool(database.url(), 2)?;
        findings.note("database", condition(&pool, &clock).await, Clone::clone);
        if let (Some(keys), true) = (keys, configured.is_empty()) {
            findings.examine(stored(&pool, &keys, &clock).await).await;
        }
        pool.close().await;
        database.close().await?;
    }
    // These need no database.
    findings.examine(connected(configured, &clock).await).await;
    if json {
        println!("{}", json!({"portal": findings.portal, "accounts": findings.accounts}));
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

type Accounts = Vec<(String, Result<Reader>)>;

/// The accounts that the database holds.
async fn stored(pool: &PgPool, keys: &Keys, clock: &Clock) -> Result<Accounts> {
    if !db::condition(pool).await?.missing_migrations.is_empty() {
        return Ok(Vec::new());
    }
    let readers = open(pool, keys, clock.clone()).await?;
    let all = readers
        .all()
        .iter()
        .filter_map(|account| Some((account.name.clone(), Ok(readers.get(account.id)?.clone()))));
    Ok(all.collect())
}

/// The configured accounts, each at its site.
async fn connected(configured: Vec<upstream::Checked>, clock: &Clock) -> Result<Accounts> {
    let shared = upstream::shared(clock.clone())?;
    let mut found = Vec::new();
    for account in configured {
        let name = account.configured.name.clone();
        let placed = upstream::placed(vec![account], None, &shared).await;
        let reader = placed.and_then(|placed| {
            let account = placed.first().context("no account")?;
            Ok(account.reader(&shared)?)
        });
        found.push((name, reader));
    }
    Ok(found)
}

async fn open(pool: &PgPool, keys: &Keys, clock: Clock) -> Result<Readers> {
    let (readers, _) = cloud_accounts::open(pool, &keys.vault, &upstream::shared(clock)?)
        .await
        .context("opening the accounts")?;
    Ok(readers)
}
