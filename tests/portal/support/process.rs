//! A portal in a process of its own, which a test may kill and start again, or run several of, on one
//! database and one simulator.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    process::{Child, Command, Stdio},
};

use bss_portal::config;
use rustix::process::{Pid, Signal};
use sqlx::{ConnectOptions, PgPool};
use tempfile::TempDir;

use super::{browser::Browser, eventually, portal::VAULT_KEY, simulator::Simulator};

/// A portal that can die.
pub struct Process {
    /// Where it is, without a slash at the end.
    pub url: String,
    child: Child,
    _files: TempDir,
}

impl Process {
    /// `bss-portal serve` on the database of `db`, with the accounts of `simulator`, when it is ready.
    pub async fn start(db: &PgPool, simulator: &Simulator, hurry: u32) -> Self {
        let files = tempfile::tempdir().expect("a directory");
        let settings = files.path().join("portal.toml");
        fs::write(&settings, toml(db, simulator, hurry)).expect("a file");
        fs::set_permissions(&settings, fs::Permissions::from_mode(0o600)).expect("ours");
        let port = free_port();
        let child = Command::new(env!("CARGO_BIN_EXE_bss-portal"))
            .args(["serve", "--metrics-listen=off", &format!("--listen=127.0.0.1:{port}")])
            .arg("--config")
            .arg(&settings)
            .env_clear()
            .env("PATH", config::search_path().unwrap_or_default())
            .stdin(Stdio::null())
            .spawn()
            .expect("a portal");
        let process = Self { url: format!("http://127.0.0.1:{port}"), child, _files: files };
        let http = reqwest::Client::new();
        eventually("the portal is ready", async || {
            let answer = http.get(format!("{}/readyz", process.url)).send().await.ok()?;
            answer.status().is_success().then_some(())
        })
        .await;
        process
    }

    /// A browser in which nobody is signed in.
    pub fn nobody(&self) -> Browser {
        Browser::at(&self.url)
    }

    /// Ends it as a power cut does.
    pub fn kill9(mut self) {
        self.child.kill().expect("ours");
        self.child.wait().expect("ours");
    }

    /// Asks it to stop, and says how it ended.
    pub fn terminate(mut self) -> std::process::ExitStatus {
        let pid = Pid::from_raw(self.child.id().cast_signed()).expect("a pid");
        rustix::process::kill_process(pid, Signal::TERM).expect("it lives");
        self.child.wait().expect("ours")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn toml(db: &PgPool, simulator: &Simulator, hurry: u32) -> String {
    let database = db.connect_options().to_url_lossy();
    let accounts = simulator.ready().accounts.iter().enumerate().map(|(at, account)| {
        let (endpoint, master) = (&simulator.ready().endpoint, at == 0);
        format!(
            "[[account]]\nname = '{}'\nendpoint = '{endpoint}'\nak = '{}'\nsk = '{}'\ndomain_id = '{}'\n\
             master = {master}\n",
            account.name, account.ak, account.sk, account.domain_id
        )
    });
    let settings = format!(
        "database_url = '{database}'\nvault_key = '{VAULT_KEY}'\npepper = 'pepper'\nhurry = {hurry}\n\
         allow_private_upstream = true\ndatabase_connections = 12\nlog = 'warn'\n"
    );
    // It says little: a portal must run the same whatever it logs.
    std::iter::once(settings).chain(accounts).collect()
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("bound").port()
}
