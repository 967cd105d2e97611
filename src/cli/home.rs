//! The portal's own directory.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// A directory that only we look into.
#[derive(Debug, Clone)]
pub(super) struct Home(PathBuf);

impl Home {
    /// Makes the directory if needed.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let open = || {
            fs::create_dir_all(path)?;
            // PostgreSQL's own account must pass through to its cluster when we are root.
            let mode = if rustix::process::geteuid().is_root() { 0o711 } else { 0o700 };
            fs::set_permissions(path, Permissions::from_mode(mode))?;
            path.canonicalize()
        };
        open().map(Self).with_context(|| format!("making the data directory {}", path.display()))
    }

    /// Where the managed PostgreSQL lives.
    pub(super) fn postgres(&self) -> PathBuf {
        self.0.join("postgres")
    }
}
