//! Keeps `.sqlx`: what the query macros learnt from a database that has every migration, so that
//! the portal compiles without one. The macros write it themselves while they expand.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    time::SystemTime,
};

use anyhow::{Context, Result, bail, ensure};

use crate::{cluster, postgres, run};

const COMMITTED: &str = ".sqlx";
const MACROS: [&str; 4] = ["query!(", "query_as!(", "query_scalar!(", "query_file"];

type Queries = BTreeMap<String, String>;

/// Writes `.sqlx`.
pub(crate) fn write() -> Result<ExitCode> {
    let queries = expand()?;
    if Path::new(COMMITTED).exists() {
        fs::remove_dir_all(COMMITTED)?;
    }
    fs::create_dir(COMMITTED)?;
    for (name, text) in &queries {
        fs::write(Path::new(COMMITTED).join(name), text)?;
    }
    println!("{COMMITTED}: {} queries written", queries.len());
    Ok(ExitCode::SUCCESS)
}

/// Compares `.sqlx` with what the queries and migrations say now.
pub(crate) fn check() -> Result<ExitCode> {
    let (fresh, committed) = (expand()?, read(Path::new(COMMITTED))?);
    if fresh == committed {
        println!("{COMMITTED}: {} queries, fresh", fresh.len());
        return Ok(ExitCode::SUCCESS);
    }
    for name in fresh.keys().chain(committed.keys()).filter(|name| fresh.get(*name) != committed.get(*name)) {
        eprintln!("differs: {COMMITTED}/{name}");
    }
    bail!("{COMMITTED} is stale: run `make prepare` and commit it");
}

fn expand() -> Result<Queries> {
    cluster::with(|server| {
        migrate(&server.url("postgres"))?;
        let target = Path::new("target/sqlx");
        if target.exists() {
            fs::remove_dir_all(target)?;
        }
        fs::create_dir_all(target)?;
        for source in sources_with_queries()? {
            // A changed time makes cargo compile the file's crate again, and so expand its macros.
            File::options().append(true).open(&source)?.set_modified(SystemTime::now())?;
        }
        let status = run::cargo()
            .args(["check", "--quiet", "--workspace", "--all-targets"])
            .env("DATABASE_URL", server.url("postgres"))
            .env("SQLX_OFFLINE", "false")
            .env("SQLX_OFFLINE_DIR", target.canonicalize()?)
            .status()?;
        ensure!(status.success(), "cargo check failed");
        read(target)
    })
}

fn migrate(url: &str) -> Result<()> {
    let beside = postgres::find_binaries(std::env::var_os("PATH").as_deref(), None)?.join("psql");
    let psql = if beside.is_file() { beside } else { PathBuf::from("psql") };
    let mut migrations = Vec::new();
    collect(Path::new("migrations"), "sql", &mut migrations)?;
    migrations.sort();
    for migration in migrations {
        let status = Command::new(&psql)
            .args(["-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-d", url, "-f"])
            .arg(&migration)
            .env("PGOPTIONS", "-c client_min_messages=warning")
            .status()
            .context("running psql")?;
        ensure!(status.success(), "{} does not apply", migration.display());
    }
    Ok(())
}

fn sources_with_queries() -> Result<Vec<PathBuf>> {
    let mut sources = Vec::new();
    for directory in ["src", "tests", "benches"] {
        collect(Path::new(directory), "rs", &mut sources)?;
    }
    let mut found = Vec::new();
    for source in sources {
        let text = fs::read_to_string(&source)?;
        if MACROS.iter().any(|name| text.contains(name)) {
            found.push(source);
        }
    }
    Ok(found)
}

fn collect(directory: &Path, extension: &str, files: &mut Vec<PathBuf>) -> Result<()> {
    if !directory.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, extension, files)?;
        } else if path.extension().is_some_and(|found| found == extension) {
            files.push(path);
        }
    }
    Ok(())
}

fn read(directory: &Path) -> Result<Queries> {
    if !directory.exists() {
        return Ok(Queries::new());
    }
    fs::read_dir(directory)?
        .map(|entry| {
            let entry = entry?;
            Ok((entry.file_name().to_string_lossy().into_owned(), fs::read_to_string(entry.path())?))
        })
        .filter(|file| !matches!(file, Ok((name, _)) if !name.starts_with("query-")))
        .collect()
}
