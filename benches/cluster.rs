//! The PostgreSQL of a run: a durable cluster of its own, databases in it, the programs that come with
//! PostgreSQL as references, and what its processes cost. Nothing of it survives.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use bss_portal::{db, postgres};
use sqlx::{PgPool, postgres::PgPoolOptions};

use crate::machine;

const PREFIX: &str = "bss-portal-bench-";

/// A running cluster.
pub(crate) struct Cluster {
    server: Option<postgres::Server>,
    directory: PathBuf,
    binaries: PathBuf,
}

impl Cluster {
    /// Makes and starts one.
    pub(crate) fn start() -> Result<Self> {
        sweep();
        let directory = env::temp_dir().join(format!("{PREFIX}{}", std::process::id()));
        let mut options = postgres::Options::durable(directory.join("postgres"), env::var_os("PATH"));
        options.max_connections = 200;
        // Enough memory that a million orders are read from it, as on a machine of their size; and
        // checkpoints so rare that they do not fall into one round and not into the other.
        options.settings = [
            ("shared_buffers", "1GB"),
            ("max_wal_size", "16GB"),
            ("checkpoint_timeout", "1h"),
            ("maintenance_work_mem", "256MB"),
            ("shared_preload_libraries", "pg_stat_statements"),
            ("pg_stat_statements.track_utility", "off"),
            ("track_activity_query_size", "32768"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        fs::create_dir_all(&directory)?;
        let server = postgres::Server::start(&options)?;
        let binaries = postgres::find_binaries(env::var_os("PATH").as_deref(), None)?;
        Ok(Self { server: Some(server), directory, binaries })
    }

    fn server(&self) -> &postgres::Server {
        self.server.as_ref().expect("it runs until it is dropped")
    }

    /// A directory that is removed with the cluster.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// The address of a database.
    pub(crate) fn url(&self, database: &str) -> String {
        self.server().url(database)
    }

    /// A few connections to a database.
    pub(crate) async fn pool(&self, database: &str) -> Result<PgPool> {
        Ok(PgPoolOptions::new().max_connections(8).connect(&self.url(database)).await?)
    }

    /// A new database with all migrations.
    pub(crate) async fn create(&self, database: &str) -> Result<PgPool> {
        let admin = self.pool("postgres").await?;
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!("create database {database}"))).execute(&admin).await?;
        admin.close().await;
        db::migrate(&self.url(database).into()).await?;
        let pool = self.pool(database).await?;
        sqlx::raw_sql("create extension if not exists pg_stat_statements").execute(&pool).await?;
        Ok(pool)
    }

    /// Removes a database.
    pub(crate) async fn remove(&self, database: &str) -> Result<()> {
        let admin = self.pool("postgres").await?;
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!("drop database {database} with (force)")))
            .execute(&admin)
            .await?;
        Ok(())
    }

    /// Processor time that the server has used, in seconds.
    pub(crate) fn cpu(&self) -> f64 {
        machine::cpu_of_tree(self.server().pid())
    }

    /// Transactions per second of `script` by pgbench.
    pub(crate) fn pgbench(
        &self,
        database: &str,
        script: &Script,
        clients: usize,
        length: Duration,
    ) -> Result<f64> {
        let seconds = length.as_secs().max(1).to_string();
        let output = self.run_pgbench(database, script, clients, &["-T", &seconds])?;
        let line = output.lines().find(|line| line.starts_with("tps = ")).context("pgbench says no tps")?;
        Ok(line.split_whitespace().nth(2).context("pgbench's tps")?.parse()?)
    }

    /// The times in microseconds of `transactions` by one client of pgbench.
    pub(crate) fn pgbench_times(
        &self,
        database: &str,
        script: &Script,
        transactions: u32,
    ) -> Result<Vec<f64>> {
        let prefix = self.directory.join("pgbench-log");
        let prefix = prefix.to_string_lossy();
        let count = transactions.to_string();
        let log = format!("--log-prefix={prefix}");
        self.run_pgbench(database, script, 1, &["-t", &count, "-l", &log])?;
        let mut times = Vec::new();
        for entry in fs::read_dir(&self.directory)?.flatten() {
            if entry.file_name().to_string_lossy().starts_with("pgbench-log") {
                for line in fs::read_to_string(entry.path())?.lines() {
                    times.extend(line.split(' ').nth(2).and_then(|time| time.parse::<f64>().ok()));
                }
                fs::remove_file(entry.path())?;
            }
        }
        Ok(times)
    }

    fn run_pgbench(&self, database: &str, script: &Script, clients: usize, more: &[&str]) -> Result<String> {
        let file = self.directory.join("script.sql");
        fs::write(&file, &script.text)?;
        let mut command = Command::new(self.binaries.join("pgbench"));
        // The same settings as the portal's own connections.
        command.env("PGOPTIONS", "-c plan_cache_mode=force_generic_plan -c random_page_cost=1.1 -c jit=off");
        command.args(["-n", "-M", "prepared", "-j", "2", "-c", &clients.to_string()]).args(more);
        for (name, value) in &script.variables {
            command.arg("-D").arg(format!("{name}={value}"));
        }
        let output =
            command.arg("-f").arg(&file).arg(self.url(database)).output().context("running pgbench")?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        if !output.status.success() || text.contains("failed transactions: ") && !text.contains(": 0 (") {
            bail!("pgbench: {}\n{text}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(text)
    }

    /// Runs commands of psql.
    pub(crate) fn psql(&self, database: &str, commands: &[String]) -> Result<()> {
        let mut command = Command::new(self.binaries.join("psql"));
        command.args(["-qX", "-v", "ON_ERROR_STOP=1"]);
        for text in commands {
            command.arg("-c").arg(text);
        }
        let status =
            command.arg(self.url(database)).stdout(Stdio::null()).status().context("running psql")?;
        ensure!(status.success(), "psql failed");
        Ok(())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            let _ = server.stop();
        }
        let _ = fs::remove_dir_all(&self.directory);
    }
}

/// What pgbench runs. A parameter that has no value is null.
pub(crate) struct Script {
    /// Statements with `:name` for parameters.
    pub(crate) text: String,
    /// The parameters' values.
    pub(crate) variables: Vec<(String, String)>,
}

impl Script {
    /// A statement as the portal prepared it, with the values of its parameters in order.
    pub(crate) fn prepared(statement: &str, values: &[Option<String>]) -> Self {
        let mut text = statement.trim().to_owned();
        for at in (1..=values.len()).rev() {
            text = text.replace(&format!("${at}"), &format!(":p{at}"));
        }
        // pgbench ends a statement at a semicolon, and a line ends none.
        let variables = values
            .iter()
            .enumerate()
            .filter_map(|(at, value)| Some((format!("p{}", at + 1), value.clone()?)))
            .collect();
        Self { text: format!("{text};\n"), variables }
    }
}

/// Removes what earlier runs left that were killed.
fn sweep() {
    for entry in fs::read_dir(env::temp_dir()).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.strip_prefix(PREFIX)) else { continue };
        if pid.parse::<u32>().is_ok() && !Path::new("/proc").join(pid).exists() {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
