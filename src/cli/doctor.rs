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
        Endpoint, Reader,
        checkup::{self, Checkup, Finding, Status, Subject},
        permissions::PERMISSIONS,
    },
    clock::Clock,
    cloud_accounts::{self, Readers},
    config::{self, SECRETS_HELP, Secrets, Settings},
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

    /// What was found about one account: first what was looked at, then what was not, by the reasons.
    fn tell(&mut self, name: &str, place: &Endpoint, checkup: &Checkup) {
        if !self.json {
            println!("\naccount {name:?} at {place}");
        }
        let (not_tried, looked_at): (Vec<_>, Vec<_>) =
            checkup.findings.iter().partition(|finding| finding.status == Status::NotTried);
        for finding in looked_at {
            let found = finding.found.say(Locale::En);
            self.line(finding.status, &finding.subject.name(Locale::En), found);
            self.more(finding.next.iter().map(|next| next.say(Locale::En).to_owned()));
        }
        let mut reasons: Vec<&str> = not_tried.iter().map(|finding| finding.found.say(Locale::En)).collect();
        reasons.dedup();
        for reason in reasons {
            let alike = not_tried.iter().filter(|finding| finding.found.say(Locale::En) == reason);
            self.line(Status::NotTried, "not looked at", reason);
            self.more(subjects(&alike.copied().collect::<Vec<_>>()));
        }
        let told = json!({"account": name, "is_well": checkup.is_well(), "findings": checkup.findings});
        self.accounts.push(told);
    }

    fn more(&self, lines: impl IntoIterator<Item = String>) {
        for line in lines.into_iter().filter(|_| !self.json) {
            println!("      {line}");
        }
    }

    /// Examines accounts, one after the other.
    async fn examine(&mut self, accounts: Result<Accounts>) {
        let accounts = match accounts {
            Ok(accounts) => accounts,
            Err(error) => vec![("accounts".to_owned(), Err(error))],
        };
        for (name, reader) in accounts {
            match reader {
                Ok(reader) => self.tell(&name, reader.endpoint(), &checkup::examine(&reader).await),
                Err(error) => {
                    self.note::<()>(&name, Err(error), |()| String::new());
                }
            }
        }
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
    let configured = secrets.accounts().unwrap_or_default();
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
    findings.examine(connected(&configured, settings.allow_private_upstream, &clock).await).await;
    if json {
        println!("{}", json!({"portal": findings.portal, "accounts": findings.accounts}));
    }
    let bad = findings.bad;
    ensure!(bad == 0, "{bad} {} not well", if bad == 1 { "thing is" } else { "things are" });
    Ok(())
}

/// What several findings are about, a line for each permission; all permissions together need no list.
fn subjects(findings: &[&Finding]) -> Vec<String> {
    let (permissions, others): (Vec<_>, Vec<_>) = (findings.iter())
        .map(|finding| &finding.subject)
        .partition(|subject| matches!(subject, Subject::Permission(_)));
    let name = |subject: &Subject| subject.name(Locale::En);
    let mut first: Vec<String> = others.into_iter().map(name).collect();
    let mut lines = Vec::new();
    if permissions.len() == PERMISSIONS.len() {
        first.push("permissions".to_owned());
    } else {
        lines.extend(permissions.into_iter().map(name));
    }
    if !first.is_empty() {
        lines.insert(0, first.join(", "));
    }
    lines
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

/// The configured accounts, each at its site; one that cannot be is told by itself.
async fn connected(configured: &[config::Account], allow_private: bool, clock: &Clock) -> Result<Accounts> {
    let shared = upstream::shared(clock.clone())?;
    let mut found = Vec::new();
    for account in configured {
        let reader = match upstream::check(account, allow_private) {
            Ok(checked) => upstream::tried(checked, &shared).await,
            Err(error) => Err(error),
        };
        found.push((account.name.clone(), reader));
    }
    Ok(found)
}

async fn open(pool: &PgPool, keys: &Keys, clock: Clock) -> Result<Readers> {
    let (readers, _) = cloud_accounts::open(pool, &keys.vault, &upstream::shared(clock)?)
        .await
        .context("opening the accounts")?;
    Ok(readers)
}
