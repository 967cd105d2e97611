//! The operating-system account that the server runs under. PostgreSQL refuses to run as root,
//! so root lends it another account; everybody else uses their own.

use std::{
    ffi::OsStr,
    os::unix::{fs::MetadataExt, process::CommandExt},
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

/// Accounts that root may lend, the best first.
const LENT: [&str; 3] = ["postgres", "_postgres", "nobody"];

/// A user and group id, and whether taking them needs root's power.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) uid: u32,
    pub(super) gid: u32,
    /// We are root, and the server must not be.
    pub(super) lent: bool,
}

impl Account {
    /// The account for the cluster below `directory`: root lends the one that made it, and for a
    /// new cluster the first that exists.
    pub(super) fn for_cluster(directory: &Path) -> Result<Self> {
        let uid = rustix::process::geteuid().as_raw();
        let owner = std::fs::metadata(directory.join("data")).ok();
        if uid != 0 {
            if let Some(owner) = owner
                && owner.uid() != uid
            {
                bail!(
                    "the PostgreSQL cluster in {} belongs to uid {}, and this is uid {uid}: start it as the \
                     account that made it, or choose another data directory",
                    directory.display(),
                    owner.uid()
                );
            }
            return Ok(Self { uid, gid: rustix::process::getegid().as_raw(), lent: false });
        }
        if let Some(owner) = owner.filter(|owner| owner.uid() != 0) {
            return Ok(Self { uid: owner.uid(), gid: owner.gid(), lent: true });
        }
        for name in LENT {
            if let (Ok(uid), Ok(gid)) = (id("-u", name), id("-g", name)) {
                return Ok(Self { uid, gid, lent: true });
            }
        }
        bail!(
            "PostgreSQL does not run as root, and there is no account named {} to lend it",
            LENT.join(" or ")
        )
    }

    /// A command that runs under this account in `directory`, which the account can read (initdb
    /// and postgres fail in a working directory that they cannot enter).
    pub(super) fn command(self, program: impl AsRef<OsStr>, directory: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(directory).stdin(Stdio::null()).env("LC_ALL", "C").env("TZ", "UTC");
        for inherited in ["PGDATA", "PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE", "PGOPTIONS"] {
            command.env_remove(inherited);
        }
        if self.lent {
            // With a uid, the standard library also drops root's supplementary groups.
            command.gid(self.gid).uid(self.uid);
        }
        command
    }
}

fn id(flag: &str, name: &str) -> Result<u32> {
    let output = Command::new("id").args([flag, name]).output().context("running id")?;
    if !output.status.success() {
        bail!("there is no account {name}");
    }
    Ok(String::from_utf8(output.stdout)?.trim().parse()?)
}
