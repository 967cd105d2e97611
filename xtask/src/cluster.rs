//! A PostgreSQL for the length of one task. Nothing in it survives.

use std::{env, fs, path::Path, process, time::Duration};

use anyhow::{Context, Result};

use crate::postgres::{Options, Server};

const PREFIX: &str = "bss-portal-xtask-";
/// No task takes this long, so an older directory belongs to one that was killed.
const LEFT_BEHIND: Duration = Duration::from_hours(24);

/// Runs `task` with a new cluster and removes it afterwards.
pub(crate) fn with<T>(task: impl FnOnce(&Server) -> Result<T>) -> Result<T> {
    sweep(&env::temp_dir());
    let directory = env::temp_dir().join(format!("{PREFIX}{}", process::id()));
    let server = Server::start(&Options::throw_away(&directory, env::var_os("PATH")))?;
    let result = task(&server);
    server.stop()?;
    fs::remove_dir_all(&directory).context("removing the throw-away cluster")?;
    result
}

fn sweep(temporary: &Path) {
    for entry in fs::read_dir(temporary).into_iter().flatten().flatten() {
        let ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        let age = entry.metadata().and_then(|meta| meta.modified()).ok().and_then(|time| time.elapsed().ok());
        if ours && age.is_some_and(|age| age > LEFT_BEHIND) {
            // Somebody else's, perhaps: then it stays.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
