//! The portal as people run it: the program itself in a process of its own, and somebody who is signed in.

use std::{
    fs::{self, File},
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use bss_portal::{
    clock::Clock,
    i18n::Locale,
    identity::{
        self, Identity,
        access::{AccountId, Role},
        people::{self, NewPerson},
        session::{self, Start},
    },
};
use rustix::process::{Pid, Signal};
use sqlx::PgPool;
use tower_sessions::Session;
use uuid::Uuid;

use crate::{
    clients::{Answer, Client},
    machine,
};

/// Seals nothing worth keeping.
pub(crate) const VAULT_KEY: &str = "YmVuY2htYXJrIGJlbmNobWFyayBiZW5jaG1hcmshISE=";
const PEPPER: &str = "YmVuY2htYXJrIGJlbmNobWFyayBiZW5jaG1hcmsuLi4=";
const PROGRAM: &str = env!("CARGO_BIN_EXE_bss-portal");

/// A program that ends with us.
pub(crate) struct Process(Child);

impl Process {
    /// Starts the program with these arguments and this environment.
    pub(crate) fn start(arguments: &[&str], environment: &[(&str, &str)], log: &Path) -> Result<Self> {
        let mut command = Command::new(PROGRAM);
        command.args(arguments).envs(environment.iter().copied());
        let child = command
            .env_remove("DATABASE_URL_FILE")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(log)?)
            .spawn()
            .context("starting bss-portal")?;
        Ok(Self(child))
    }

    /// Its id.
    pub(crate) fn pid(&self) -> i32 {
        self.0.id().cast_signed()
    }

    /// The line that it prints when it is ready.
    pub(crate) fn ready_line(&mut self) -> Result<serde_json::Value> {
        use std::io::{BufRead as _, BufReader};
        let output = self.0.stdout.take().context("its output was taken already")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        serde_json::from_str(&line).with_context(|| format!("no line of JSON: {line:?}"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(pid) = Pid::from_raw(self.pid()) {
            let _ = rustix::process::kill_process(pid, Signal::TERM);
        }
        let until = Instant::now() + Duration::from_secs(20);
        while Instant::now() < until {
            if matches!(self.0.try_wait(), Ok(Some(_)) | Err(_)) {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A portal that serves a database.
pub(crate) struct Portal {
    process: Process,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// From its start to its first readiness.
    pub(crate) ready_after: Duration,
    cookie: String,
    log: PathBuf,
}

impl Portal {
    /// Starts one on `url` for somebody with this cookie.
    pub(crate) fn start(url: &str, cookie: &str, log: &Path) -> Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let begun = Instant::now();
        let listen = address.to_string();
        let process = Process::start(
            &["serve", "--listen", &listen, "--metrics-listen", "off"],
            &[("DATABASE_URL", url), ("BSS_PORTAL_VAULT_KEY", VAULT_KEY), ("BSS_PORTAL_PEPPER", PEPPER)],
            log,
        )?;
        let ready = format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\n\r\n");
        loop {
            let answer = Client::connect(address).and_then(|mut client| client.ask(ready.as_bytes()));
            if answer.is_ok_and(|answer| answer.status == 200) {
                break;
            }
            ensure!(
                begun.elapsed() < Duration::from_mins(1),
                "the portal is not ready; see {}",
                log.display()
            );
            thread::sleep(Duration::from_millis(2));
        }
        Ok(Self {
            process,
            address,
            ready_after: begun.elapsed(),
            cookie: cookie.to_owned(),
            log: log.to_owned(),
        })
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> i32 {
        self.process.pid()
    }

    /// The end of what it logged.
    pub(crate) fn log_tail(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(10)..].join("\n")
    }

    /// Processor time that it has used, in seconds.
    pub(crate) fn cpu(&self) -> f64 {
        machine::cpu_of_tree(self.pid())
    }

    /// The request for a page, as the signed-in person's browser sends it, with more header lines.
    pub(crate) fn request(&self, path: &str, more: &str) -> Vec<u8> {
        format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\nSec-Fetch-Site: same-origin\r\n{more}\r\n",
            self.address, self.cookie
        )
        .into_bytes()
    }

    /// A page.
    pub(crate) fn get(&self, path: &str, more: &str) -> Result<Answer> {
        Client::connect(self.address)?.ask(&self.request(path, more))
    }
}

/// Adds a person who may see `account`, and signs them in; gives their cookie.
pub(crate) async fn sign_in(db: &PgPool, account: AccountId, role: Role) -> Result<String> {
    let identity = Identity::new(db.clone(), Clock::system(), identity::Settings::default());
    let new = NewPerson {
        username: format!("bench-{role}"),
        role,
        locale: Locale::default(),
        accounts: vec![account],
        password: Some("a benchmark needs no password".to_owned().into()),
    };
    let (person, _) = people::add(&identity, &new).await?;
    let session = Session::new(None, Arc::new(identity.sessions()), None);
    session::begin(&session, &Start { person, ip: None, agent: None }).await?;
    let id = session.id().context("the session has no id")?;
    Ok(format!("__Host-session={id}"))
}

/// Adds an account that is seen but not read, so that no job runs beside what is measured.
pub(crate) async fn add_account(db: &PgPool) -> Result<AccountId> {
    let id = Uuid::now_v7();
    sqlx::query(
        "insert into cloud_account (id, name, site, ak_sealed, sk_sealed, enabled, created_at, updated_at)
         values ($1, 'benchmark', 'china', '', '', false, now(), now())",
    )
    .bind(id)
    .execute(db)
    .await?;
    Ok(AccountId(id))
}
