//! A PostgreSQL server of our own: a private cluster in a directory, served by a child process
//! that lives exactly as long as we do. It downloads nothing, opens no TCP port, and speaks no
//! SQL, so that `xtask` can include it before the portal compiles.

mod account;
mod binaries;
mod child;
mod directory;

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result};

use account::Account;
pub use binaries::find as find_binaries;
use child::Child;
use directory::Directory;

/// Names the socket file; nothing listens on a port.
const PORT: u16 = 5432;
const SUPERUSER: &str = "bss_portal";
const START_LIMIT: Duration = Duration::from_mins(5);

/// What kind of cluster is wanted.
#[derive(Debug, Clone)]
pub struct Options {
    /// Holds the cluster, its socket, its log and its password. Made when missing.
    pub directory: PathBuf,
    /// Where `postgres` and `initdb` are; installed places are searched when absent.
    pub binaries: Option<PathBuf>,
    /// The `PATH` to search after the usual places.
    pub search_path: Option<OsString>,
    /// Whether a committed transaction survives a power cut. Off only for throw-away clusters.
    pub durable: bool,
    /// How many connections the server takes.
    pub max_connections: u16,
    /// More settings, as `postgres -c name=value`.
    pub settings: Vec<(String, String)>,
}

impl Options {
    /// A durable cluster in `directory`.
    pub fn durable(directory: impl Into<PathBuf>, search_path: Option<OsString>) -> Self {
        Self {
            directory: directory.into(),
            binaries: None,
            search_path,
            durable: true,
            max_connections: 100,
            settings: Vec::new(),
        }
    }

    /// A fast cluster for tests, whose data does not matter.
    pub fn throw_away(directory: impl Into<PathBuf>, search_path: Option<OsString>) -> Self {
        Self { durable: false, max_connections: 300, ..Self::durable(directory, search_path) }
    }
}

/// The directory above `directory`, or itself, that keeps out the account which root lends to the
/// server, if there is one. Only root need ask.
pub fn closed_to_the_server(directory: &Path) -> Result<Option<PathBuf>> {
    directory::closed_to(Account::for_cluster(directory)?, directory)
}

/// The address of `database` on the cluster in `directory`, if another portal runs it at this moment
/// and it takes connections.
pub fn running_elsewhere(directory: &Path, database: &str) -> Option<String> {
    let running = directory::Running::find(directory)?;
    Some(address(&running.socket, &running.password, database))
}

fn address(socket: &Path, password: &str, database: &str) -> String {
    let mut host = String::new();
    for byte in socket.to_string_lossy().bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
            host.push(char::from(byte));
        } else {
            host.extend(['%', hex(byte >> 4), hex(byte & 15)]);
        }
    }
    format!("postgres://{SUPERUSER}:{password}@localhost:{PORT}/{database}?host={host}")
}

/// A running server. Dropping it stops the server.
pub struct Server {
    child: Child,
    directory: Directory,
    password: String,
}

impl Server {
    /// Starts the cluster of `options.directory`, making it first if there is none. Returns when
    /// it takes connections.
    pub fn start(options: &Options) -> Result<Self> {
        let account = Account::for_cluster(&options.directory)?;
        let directory = Directory::open(&options.directory, account)?;
        let major = directory.cluster_version();
        let binaries = match &options.binaries {
            Some(given) => given.clone(),
            None => find_binaries(options.search_path.as_deref(), major)?,
        };
        let password = directory.password()?;
        if major.is_none() {
            directory.make_cluster(&binaries, &password)?;
        }
        child::stop_orphan(&directory.data())?;
        let child = child::start(&binaries, &directory, options, START_LIMIT)
            .with_context(|| format!("starting PostgreSQL in {}", directory.path().display()))?;
        Ok(Self { child, directory, password })
    }

    /// The address of `database` in a form that sqlx, psql and every libpq program understand. It
    /// carries the password.
    pub fn url(&self, database: &str) -> String {
        address(self.directory.socket(), &self.password, database)
    }

    /// The directory given at the start, made absolute.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// The process id of the server.
    pub fn pid(&self) -> i32 {
        self.child.pid()
    }

    /// Calls `told` once, from a thread of its own, when the server has ended for whatever reason.
    pub fn when_ended(&self, told: impl FnOnce(&str) + Send + 'static) -> Result<()> {
        self.child.when_ended(told)
    }

    /// Stops the server: open transactions are rolled back and a checkpoint is written.
    pub fn stop(mut self) -> Result<()> {
        self.child.stop()
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("directory", &self.directory.path()).finish_non_exhaustive()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A failure to stop is seen in the server's own log, and the next start deals with it.
        let _ = self.child.stop();
    }
}

fn hex(nibble: u8) -> char {
    char::from_digit(nibble.into(), 16).unwrap_or('0').to_ascii_uppercase()
}
