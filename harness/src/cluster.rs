//! A PostgreSQL for the length of a run: made in a temporary directory, quick rather than safe against power cuts,
//! and stopped at its end. It knows nothing of portals.

use std::{
    env, fs,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};
use sqlx::{
    AssertSqlSafe, Connection as _, PgConnection, PgPool,
    error::DatabaseError,
    postgres::{PgConnectOptions, PgPoolOptions, PgSslMode},
};
use tempfile::TempDir;
use tokio::sync::Mutex;

const PREFIX: &str = "bss-portal-harness-";
/// The file with the process that a cluster belongs to.
const OWNER: &str = "owner";

/// A running cluster.
pub struct Cluster {
    binaries: PathBuf,
    /// The account that runs it, when that is not the one that runs us.
    account: Option<(u32, u32)>,
    directory: TempDir,
    /// Its port on the loopback address.
    pub port: u16,
    /// A database that is copied is copied by one at a time.
    copying: Mutex<()>,
}

impl Cluster {
    /// Makes and starts one.
    pub fn start() -> Result<Self> {
        let cluster = Self::place()?;
        let data = cluster.data();
        let arguments = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N", "-D"];
        cluster.run("initdb", arguments.iter().map(AsRef::as_ref).chain([data.as_os_str()]))?;
        cluster.up()?;
        Ok(cluster)
    }

    /// Makes and starts another with the same databases. This one stands still meanwhile.
    pub fn twin(&self) -> Result<Self> {
        let twin = Self::place()?;
        self.down("fast")?;
        let (from, to) = (self.data(), twin.data());
        let copied = twin.run("/bin/cp", ["-a".as_ref(), from.as_os_str(), to.as_os_str()].into_iter());
        self.up()?;
        copied?;
        twin.up()?;
        Ok(twin)
    }

    /// A directory for one, and its port.
    fn place() -> Result<Self> {
        sweep();
        let directory = tempfile::Builder::new().prefix(PREFIX).tempdir()?;
        fs::write(directory.path().join(OWNER), std::process::id().to_string())?;
        let account = account()?;
        if let Some((user, group)) = account {
            std::os::unix::fs::chown(directory.path(), Some(user), Some(group))?;
        }
        Ok(Self { binaries: binaries()?, account, directory, port: free_port()?, copying: Mutex::default() })
    }

    fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    fn up(&self) -> Result<()> {
        let settings = format!(
            "listen_addresses = '127.0.0.1'\nport = {}\nunix_socket_directories = '{}'\n\
             max_connections = 500\nshared_buffers = 128MB\nfsync = off\nfull_page_writes = off\n\
             synchronous_commit = on\nautovacuum_naptime = 5min\nlog_min_messages = fatal\n",
            self.port,
            self.directory.path().display()
        );
        fs::write(self.data().join("postgresql.auto.conf"), settings)?;
        let (data, log) = (self.data(), self.directory.path().join("log"));
        let (data, log) = (data.as_os_str(), log.as_os_str());
        let arguments = ["start", "-w", "-s", "-t", "60", "-D"];
        let arguments = arguments.iter().map(AsRef::as_ref).chain([data, "-l".as_ref(), log]);
        self.run("pg_ctl", arguments)
    }

    fn down(&self, how: &str) -> Result<()> {
        let data = self.data();
        let arguments = ["stop", "-w", "-s", "-m", how, "-D"];
        self.run("pg_ctl", arguments.iter().map(AsRef::as_ref).chain([data.as_os_str()]))
    }

    /// Stops it at once, as a crash does, and starts it again.
    pub fn restart(&self) -> Result<()> {
        self.down("immediate")?;
        self.up()
    }

    fn run<'a>(&self, program: &str, arguments: impl Iterator<Item = &'a std::ffi::OsStr>) -> Result<()> {
        let mut command = Command::new(self.binaries.join(program));
        command.args(arguments).current_dir(self.directory.path()).env_clear().env("LC_ALL", "C");
        command.env("PATH", env::var_os("PATH").unwrap_or_default());
        if let Some((user, group)) = self.account {
            command.uid(user).gid(group);
        }
        // The server outlives `pg_ctl` and would keep its pipes open: a file takes what it says.
        let name = program.rsplit('/').next().unwrap_or(program);
        let said = self.directory.path().join(format!("{name}.out"));
        let file = fs::File::create(&said)?;
        let status = command
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .status()
            .with_context(|| format!("running {program}"))?;
        ensure!(status.success(), "{program} failed: {}", fs::read_to_string(said)?.trim());
        Ok(())
    }

    /// The way to one of its databases.
    pub fn options(&self, database: &str) -> PgConnectOptions {
        let options = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(self.port);
        options
            .username("postgres")
            .database(database)
            .ssl_mode(PgSslMode::Disable)
            .application_name("harness")
    }

    /// A small pool on one of its databases.
    pub fn pool(&self, database: &str) -> PgPool {
        PgPoolOptions::new().max_connections(3).connect_lazy_with(self.options(database))
    }

    /// The same as the portal's settings take it, perhaps through another port.
    pub fn url(database: &str, port: u16) -> String {
        format!("postgres://postgres@127.0.0.1:{port}/{database}?sslmode=disable")
    }

    /// Makes a database, as a copy of `template` if there is one.
    pub async fn create(&self, database: &str, template: Option<&str>) -> Result<()> {
        let _alone = self.copying.lock().await;
        let mut postgres = PgConnection::connect_with(&self.options("postgres")).await?;
        let copy = template.map(|name| format!(" template {name} strategy file_copy")).unwrap_or_default();
        let statement = format!("create database {database}{copy}");
        // Connections of a process that was killed linger for a moment, and keep a template from being copied.
        for _ in 0..50 {
            let made = sqlx::raw_sql(AssertSqlSafe(statement.clone())).execute(&mut postgres).await;
            match made.map_err(|error| {
                (error.as_database_error().and_then(DatabaseError::code) == Some("55006".into()), error)
            }) {
                Ok(_) => return Ok(postgres.close().await?),
                Err((true, _)) => tokio::time::sleep(Duration::from_millis(100)).await,
                Err((false, error)) => return Err(error).with_context(|| format!("making {database}")),
            }
        }
        bail!("{database} could not be made: its template is in use")
    }

    /// Removes a database.
    pub async fn remove(&self, database: &str) -> Result<()> {
        let mut postgres = PgConnection::connect_with(&self.options("postgres")).await?;
        let statement = format!("drop database if exists {database} with (force)");
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut postgres).await?;
        Ok(postgres.close().await?)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.data().join("postmaster.pid").exists()
            && let Err(error) = self.down("immediate")
        {
            eprintln!("PostgreSQL was not stopped: {error:#}");
        }
    }
}

/// Ends and removes what runs left behind that were killed.
fn sweep() {
    for entry in fs::read_dir(env::temp_dir()).into_iter().flatten().flatten() {
        let place = entry.path();
        let is_ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        let owner = fs::read_to_string(place.join(OWNER)).ok().and_then(|pid| pid.parse::<u32>().ok());
        let Some(owner) = owner.filter(|_| is_ours) else { continue };
        if Path::new("/proc").join(owner.to_string()).exists() {
            continue;
        }
        let server = fs::read_to_string(place.join("data/postmaster.pid")).unwrap_or_default();
        let pid = server.lines().next().and_then(|pid| pid.parse().ok()).and_then(Pid::from_raw);
        if let Some(pid) = pid {
            let _ = kill_process(pid, Signal::QUIT);
        }
        let _ = fs::remove_dir_all(place);
    }
}

/// PostgreSQL refuses to run as root: then the account that it was installed with runs it.
fn account() -> Result<Option<(u32, u32)>> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    let accounts = fs::read_to_string("/etc/passwd")?;
    for wanted in ["postgres", "nobody"] {
        let line = accounts.lines().find(|line| line.split(':').next() == Some(wanted));
        let mut fields = line.into_iter().flat_map(|line| line.split(':').skip(2));
        if let (Some(user), Some(group)) = (fields.next(), fields.next()) {
            return Ok(Some((user.parse()?, group.parse()?)));
        }
    }
    bail!("PostgreSQL does not run as root, and there is neither an account `postgres` nor `nobody`")
}

/// Where its programs are: on the search path, or where Debian and Red Hat put them, newest first.
fn binaries() -> Result<PathBuf> {
    let on_path =
        env::var_os("PATH").map(|path| env::split_paths(&path).collect::<Vec<_>>()).unwrap_or_default();
    let mut places: Vec<PathBuf> = Vec::new();
    for (root, below) in [("/usr/lib/postgresql", "bin"), ("/usr", "bin")] {
        let entries = fs::read_dir(root).into_iter().flatten().flatten().map(|entry| entry.path());
        let is_server = |path: &PathBuf| root != "/usr" || path.to_string_lossy().starts_with("/usr/pgsql-");
        places.extend(entries.filter(is_server).map(|path| path.join(below)));
    }
    places.sort_by_key(|place| std::cmp::Reverse(version(place)));
    let has_all =
        |place: &PathBuf| ["initdb", "pg_ctl", "postgres"].iter().all(|name| place.join(name).is_file());
    let found = on_path.into_iter().chain(places).find(has_all);
    found.context("PostgreSQL is not installed: neither on PATH nor in /usr/lib/postgresql")
}

fn version(place: &Path) -> u32 {
    let digits: String = place.to_string_lossy().chars().filter(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_default()
}

/// A port that nobody listens on, out of the range from which systems take ports of their own for connections.
pub fn free_port() -> Result<u16> {
    for _ in 0..200 {
        let port = rand::random_range(15_000..32_000);
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no free port")
}
