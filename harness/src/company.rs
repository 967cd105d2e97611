//! The people of the harness, and the database in which they already exist: made once for a run, copied for each
//! stage, so that passwords are hashed and migrations run once.

use std::{
    fmt::Write as _,
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
    time::timeout,
};

use crate::{
    browser::{self, Browser, Identity, own_password},
    cluster::{Cluster, free_port},
    replica::{Recipe, Replica},
    store,
};

/// The database that is copied.
pub const TEMPLATE: &str = "company";
/// Chooses the simulated company; the same for all, since accounts and keys follow from it.
const SEED: &str = "1";
/// How many times faster the journal waits.
pub const HURRY: u32 = 300;
/// How long the gateway takes a signature: a quarter of an hour, hurried.
pub const SIGNATURE_VALID: Duration = Duration::from_millis(15 * 60 * 1_000 / HURRY as u64);
/// Added to it for what happens late upstream: five minutes, hurried.
pub const MARGIN: Duration = Duration::from_millis(5 * 60 * 1_000 / HURRY as u64);

/// How long what cannot be undone waits, hurried too: long enough for somebody to take it back.
const HOLD_MINUTES: u32 = 6;

/// Everybody, by what they do.
pub const MAKERS: [&str; 2] = ["li.na", "zhang.wei"];
/// They agree or do not.
pub const APPROVERS: [&str; 2] = ["wang.fang", "chen.jie"];
/// They look.
pub const VIEWERS: [&str; 2] = ["sun.yue", "zhao.lei"];
/// Of another account.
pub const STRANGER: &str = "zhou.min";
/// Who lets an account send again.
pub const ADMIN: &str = "ma.jun";

/// A simulator that runs.
pub struct Simulator {
    /// The process; it ends with this value.
    _process: Child,
    /// Where it is and whose accounts it has.
    pub ready: Ready,
}

/// The line that a simulator prints when it is ready.
#[derive(Debug, Clone, Deserialize)]
pub struct Ready {
    /// Where BSS is.
    pub endpoint: String,
    /// Where its control plane is.
    pub control: String,
    /// Its accounts, the master first.
    pub accounts: Vec<Account>,
}

/// An account of the simulator.
#[derive(Debug, Clone, Deserialize)]
pub struct Account {
    /// What the portal calls it.
    pub name: String,
    /// What Huawei calls it.
    pub domain_id: String,
    ak: String,
    sk: String,
    /// The IAM user whose key this is.
    iam_user: String,
}

impl Simulator {
    /// Starts one; its words go to `log`.
    pub async fn start(binary: &Path, log: &Path) -> Result<Self> {
        let mut process = Command::new(binary)
            .args(["simulator", "--seed", SEED, "--orders", "6"])
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(fs::File::create(log)?)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("starting {} simulator", binary.display()))?;
        let mut lines = BufReader::new(process.stdout.take().context("its output")?).lines();
        let line = timeout(Duration::from_secs(30), lines.next_line()).await??;
        let ready = serde_json::from_str(&line.context("the simulator ended at once")?)?;
        Ok(Self { _process: process, ready })
    }
}

/// The people, and what makes portals know them.
#[derive(Debug, Clone)]
pub struct Company {
    /// Everybody.
    pub people: Vec<Identity>,
}

impl Company {
    /// Makes the database to be copied, and everybody in it.
    pub async fn found(cluster: &Cluster, binary: &Path, files: &Path) -> Result<Self> {
        let http = browser::client(Duration::from_mins(1))?;
        cluster.create(TEMPLATE, None).await?;
        // Only its accounts are wanted: it ends here, so that none of its orders are read.
        let ready = Simulator::start(binary, &files.join("simulator.log")).await?.ready;
        let settings = settings(files, &ready, &Cluster::url(TEMPLATE, cluster.port))?;
        let (port, log) = (free_port()?, files.join("portal.log"));
        let recipe =
            Recipe { binary: binary.to_owned(), settings: settings.clone(), log, port, mutant: None };
        let portal = Replica::start(0, recipe).await?;
        let (all, other) = (ready.accounts.iter(), &ready.accounts[1].name);
        let all = all.map(|account| account.name.as_str()).collect::<Vec<_>>().join(",");
        let mut staff = vec![(STRANGER, "finance", other.as_str(), "en"), (ADMIN, "admin", &all, "en")];
        for (names, role) in [(MAKERS, "finance"), (APPROVERS, "approver"), (VIEWERS, "viewer")] {
            staff.extend(
                names.iter().zip(["zh", "en"]).map(|(name, tongue)| (*name, role, all.as_str(), tongue)),
            );
        }
        let mut people = Vec::new();
        for (username, role, accounts, language) in staff {
            let password = add(binary, &settings, username, role, accounts).await?;
            let who = Identity { username: username.to_owned(), password, language, cookies: [].into() };
            let mut browser = Browser::new(http.clone(), vec![portal.url.clone()], who);
            own_password(&mut browser, &format!("gravel harbour violet {username}")).await?;
            people.push(browser.identity());
        }
        drop(portal);
        // Reading orders failed all the time, and may have been under way: in the copies it begins anew.
        let db = cluster.pool(TEMPLATE);
        store::forget_jobs(&db).await?;
        db.close().await;
        Ok(Self { people })
    }
}

/// The settings file of a portal. Only its owner may read it.
pub fn settings(files: &Path, ready: &Ready, database: &str) -> Result<PathBuf> {
    let mut text = format!(
        "database_url = '{database}'\nvault_key = '{}'\npepper = 'pepper'\nhurry = {HURRY}\nhold = '{HOLD_MINUTES}m'\n\
         sync_period = '2s'\n\
         allow_private_upstream = true\ndatabase_connections = 12\nlog = 'warn,bss_portal::operations=info'\n",
        "01".repeat(32)
    );
    for (at, Account { name, domain_id, ak, sk, iam_user }) in ready.accounts.iter().enumerate() {
        let _ = write!(
            text,
            "[[account]]\nname = '{name}'\nendpoint = '{}'\nak = '{ak}'\nsk = '{sk}'\ndomain_id = '{domain_id}'\n\
             user_name = '{iam_user}'\nmaster = {}\n",
            ready.endpoint,
            at == 0
        );
    }
    let path = files.join(format!("portal-{}.toml", uuid::Uuid::new_v4()));
    fs::write(&path, text)?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
    Ok(path)
}

/// Adds somebody by the command line, which prints a first password.
async fn add(binary: &Path, settings: &Path, name: &str, role: &str, accounts: &str) -> Result<String> {
    let made = Command::new(binary)
        .args(["user", "add", name, "--role", role, "--accounts", accounts, "--config"])
        .arg(settings)
        .env_clear()
        .output()
        .await?;
    ensure!(made.status.success(), "{name} was not added: {}", String::from_utf8_lossy(&made.stderr));
    Ok(String::from_utf8_lossy(&made.stdout).trim().to_owned())
}
