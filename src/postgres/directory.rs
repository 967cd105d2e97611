//! The directory of a cluster: who may enter it, its lock, its password, its socket, and how a
//! new cluster comes into it. Nothing here touches a running server.

use std::{
    fs::{self, File, OpenOptions, Permissions},
    io::{self, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, chown},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, anyhow, bail};

use super::{PORT, SUPERUSER, account::Account};

/// macOS gives a socket's path 104 bytes, Linux 108, both with the closing zero.
const SOCKET_PATH_LIMIT: usize = 103;

pub(super) struct Directory {
    path: PathBuf,
    socket: PathBuf,
    account: Account,
    /// Held while the server may run, so that two portals never share a cluster.
    lock: File,
}

impl Directory {
    /// Makes the directory if needed, checks that the server's account can reach it, and locks it.
    pub(super) fn open(path: &Path, account: Account) -> Result<Self> {
        fs::create_dir_all(path).with_context(|| format!("making {}", path.display()))?;
        let path = path.canonicalize().with_context(|| format!("finding {}", path.display()))?;
        // A lent account must pass through to its own directories below, but not look around.
        let mode = if account.lent { 0o711 } else { 0o700 };
        fs::set_permissions(&path, Permissions::from_mode(mode))
            .with_context(|| format!("closing {} to others", path.display()))?;
        if let Some(closed) = closed_to(account, &path)? {
            bail!(
                "{} cannot be entered by the account that PostgreSQL runs under (uid {}): choose a data directory \
                 outside it, such as /var/lib/bss-portal",
                closed.display(),
                account.uid
            );
        }
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(path.join("lock"))
            .with_context(|| format!("opening the lock of {}", path.display()))?;
        lock.try_lock().map_err(|_| {
            anyhow!("another portal is using {}: stop it, or choose another data directory", path.display())
        })?;
        let socket = socket_directory(&path, account)?;
        Ok(Self { path, socket, account, lock })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn data(&self) -> PathBuf {
        self.path.join("data")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.path.join("postgres.log")
    }

    /// Where the server puts its socket.
    pub(super) fn socket(&self) -> &Path {
        &self.socket
    }

    pub(super) fn account(&self) -> Account {
        self.account
    }

    /// The major version that made the cluster; none when there is no cluster yet.
    pub(super) fn cluster_version(&self) -> Option<u32> {
        fs::read_to_string(self.data().join("PG_VERSION")).ok()?.trim().parse().ok()
    }

    /// The superuser's password, made at the first start.
    pub(super) fn password(&self) -> Result<String> {
        let path = self.path.join("password");
        match fs::read_to_string(&path) {
            Ok(text) if !text.trim().is_empty() => return Ok(text.trim().to_owned()),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(|| format!("reading {}", path.display())),
        }
        if self.cluster_version().is_some() {
            bail!(
                "{} is missing: without it the cluster beside it cannot be entered. Restore it from a backup",
                path.display()
            );
        }
        let mut random = [0_u8; 16];
        rustix::rand::getrandom(&mut random, rustix::rand::GetRandomFlags::empty())
            .context("asking the system for randomness")?;
        let password = format!("{:032x}", u128::from_ne_bytes(random));
        write_private(&path, &password).with_context(|| format!("writing {}", path.display()))?;
        Ok(password)
    }

    /// Makes the cluster beside its place and renames it when whole, since an interrupted initdb
    /// leaves a directory behind that looks like a cluster.
    pub(super) fn make_cluster(&self, binaries: &Path, password: &str) -> Result<()> {
        let unfinished = self.path.join("data.unfinished");
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished).context("removing an unfinished cluster")?;
        }
        make_private(&unfinished, self.account)?;
        // A file of the server's account: initdb cannot read our standard input as another user.
        let password_file = self.path.join("initdb.password");
        write_private(&password_file, password).context("writing the password for initdb")?;
        if self.account.lent {
            chown(&password_file, Some(self.account.uid), Some(self.account.gid))?;
        }
        let output = self
            .account
            .command(binaries.join("initdb"), &unfinished)
            .arg("-D")
            .arg(&unfinished)
            .arg(format!("--username={SUPERUSER}"))
            .arg(format!("--pwfile={}", password_file.display()))
            .args(["--auth=scram-sha-256", "--encoding=UTF8", "--no-locale", "--data-checksums"])
            .output();
        fs::remove_file(&password_file).context("removing the password for initdb")?;
        let output = output.context("running initdb")?;
        if !output.status.success() {
            bail!(
                "initdb failed ({}): {}{}",
                output.status,
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            );
        }
        fs::rename(&unfinished, self.data()).context("putting the new cluster in its place")?;
        File::open(&self.path)?.sync_all().context("recording the new cluster")?;
        Ok(())
    }
}

/// How to reach a server that somebody else runs.
pub(super) struct Running {
    pub(super) socket: PathBuf,
    pub(super) password: String,
}

impl Running {
    /// None when nobody holds the directory's lock, or the server is not ready.
    pub(super) fn find(directory: &Path) -> Option<Self> {
        let lock = File::open(directory.join("lock")).ok()?;
        if lock.try_lock_shared().is_ok() {
            let _ = lock.unlock();
            return None;
        }
        // The server's own note: its socket's directory in line 5, its state in line 8.
        let note = fs::read_to_string(directory.join("data").join("postmaster.pid")).ok()?;
        let line = |at| note.lines().nth(at).map(str::trim);
        let socket = line(4).filter(|_| line(7) == Some("ready"))?.into();
        let password = fs::read_to_string(directory.join("password")).ok()?.trim().to_owned();
        Some(Self { socket, password })
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // Said aloud: closing the file is not enough while a child that another thread is starting
        // still has its copy of it.
        let _ = self.lock.unlock();
        if !self.socket.starts_with(&self.path) {
            // Ours alone, and made again at the next start. Not empty means that the server lives.
            let _ = fs::remove_dir(&self.socket);
        }
    }
}

/// The first directory on the way to `path` that a lent account may not pass through.
pub(super) fn closed_to(account: Account, path: &Path) -> Result<Option<PathBuf>> {
    if !account.lent {
        return Ok(None);
    }
    let path = std::path::absolute(path).with_context(|| format!("finding {}", path.display()))?;
    for above in path.ancestors().skip(1) {
        let Ok(meta) = fs::metadata(above) else { continue };
        let pass = if meta.uid() == account.uid {
            0o100
        } else if meta.gid() == account.gid {
            0o010
        } else {
            0o001
        };
        if meta.mode() & pass == 0 {
            return Ok(Some(above.to_owned()));
        }
    }
    Ok(None)
}

/// `run` in the directory, or a short private one in /tmp when that path is too long for a socket.
fn socket_directory(path: &Path, account: Account) -> Result<PathBuf> {
    let mut directory = path.join("run");
    if directory.as_os_str().len() + format!("/.s.PGSQL.{PORT}").len() > SOCKET_PATH_LIMIT {
        directory = PathBuf::from(format!("/tmp/bss-portal-{}-{:016x}", account.uid, fingerprint(path)));
    }
    make_private(&directory, account)?;
    let meta = fs::symlink_metadata(&directory)?;
    if !meta.is_dir() || meta.uid() != account.uid || meta.mode() & 0o077 != 0 {
        bail!("{} is not a private directory of uid {}", directory.display(), account.uid);
    }
    Ok(directory)
}

/// FNV-1a: the same path has the same name after every restart.
fn fingerprint(path: &Path) -> u64 {
    path.as_os_str()
        .as_encoded_bytes()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

fn make_private(path: &Path, account: Account) -> Result<()> {
    let make = || {
        fs::create_dir_all(path)?;
        fs::set_permissions(path, Permissions::from_mode(0o700))?;
        if account.lent { chown(path, Some(account.uid), Some(account.gid)) } else { Ok(()) }
    };
    make().with_context(|| format!("making {}", path.display()))
}

/// Whole or not at all, and for our eyes only.
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let unfinished = path.with_extension("unfinished");
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(&unfinished)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&unfinished, path)
}
