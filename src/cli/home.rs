//! The portal's own directory, and the secrets that it makes for itself there.

use std::{
    fs::{self, OpenOptions, Permissions},
    io::{self, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use secrecy::SecretString;

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

    /// A file in it.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// 32 random bytes in hex, kept in the file `name` and made at the first start.
    pub(super) fn secret(&self, name: &str) -> Result<SecretString> {
        let path = self.file(name);
        if path.exists() {
            return crate::config::read_secret_file(&path);
        }
        let secret = hex::encode(rand::random::<[u8; 32]>());
        write_private(&path, &secret).with_context(|| format!("writing {}", path.display()))?;
        Ok(secret.into())
    }
}

/// Writes a file that only its owner may read, whole or not at all.
pub(super) fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let unfinished = path.with_extension("unfinished");
    let _ = fs::remove_file(&unfinished);
    let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(&unfinished)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&unfinished, path)
}
