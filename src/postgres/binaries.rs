//! Finds an installed PostgreSQL server. It never installs one; it names the package instead.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Result, anyhow};

/// Directories whose children each hold a `bin` of one version.
const VERSIONED: [&str; 5] = [
    "/usr/lib/postgresql",                          // Debian, Ubuntu
    "/usr/libexec/postgresql",                      // Alpine
    "/opt/homebrew/opt",                            // Homebrew on Apple silicon
    "/usr/local/opt",                               // Homebrew on Intel
    "/Applications/Postgres.app/Contents/Versions", // Postgres.app
];

/// The directory of the newest installed server, or of the newest with major version `wanted`.
pub fn find(search_path: Option<&OsStr>, wanted: Option<u32>) -> Result<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> =
        candidates(search_path).iter().filter_map(|directory| inspect(directory)).collect();
    found.retain(|(major, _)| wanted.is_none_or(|wanted| wanted == *major));
    found.sort();
    found.pop().map(|(_, directory)| directory).ok_or_else(|| match wanted {
        Some(major) => anyhow!(
            "no PostgreSQL {major} server is installed, and the existing cluster was made by version {major}: \
             install that version, or point the portal at a server with DATABASE_URL"
        ),
        None => anyhow!(
            "no PostgreSQL server is installed: {}, or point the portal at a server with DATABASE_URL",
            advice()
        ),
    })
}

fn candidates(search_path: Option<&OsStr>) -> Vec<PathBuf> {
    let mut directories = Vec::new();
    for base in VERSIONED {
        directories.extend(children(Path::new(base)).map(|child| child.join("bin")));
        directories.extend(children(Path::new(base)));
    }
    // PostgreSQL's own packages on Red Hat's family.
    directories.extend(
        children(Path::new("/usr")).filter_map(|child| {
            child.file_name()?.to_str()?.starts_with("pgsql-").then(|| child.join("bin"))
        }),
    );
    if let Some(path) = search_path {
        directories.extend(std::env::split_paths(path));
    }
    directories
}

fn children(directory: &Path) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path())
}

/// The major version and real place of the server in `directory`, if it is a whole one. Links
/// are followed, because initdb and the share directory lie beside the real file.
fn inspect(directory: &Path) -> Option<(u32, PathBuf)> {
    let server = directory.join("postgres").canonicalize().ok()?;
    let directory = server.parent().filter(|real| real.join("initdb").is_file())?;
    let output = Command::new(&server).arg("--version").output().ok()?;
    Some((major(&String::from_utf8(output.stdout).ok()?)?, directory.to_owned()))
}

/// `postgres (PostgreSQL) 15.14 (Debian …)` is 15, and so is `15beta1`.
fn major(version: &str) -> Option<u32> {
    version.split_whitespace().nth(2)?.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// How to install a server on this system.
fn advice() -> &'static str {
    if cfg!(target_os = "macos") {
        return "run `brew install postgresql@17`";
    }
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let family: String = release
        .lines()
        .filter(|line| line.starts_with("ID=") || line.starts_with("ID_LIKE="))
        .flat_map(str::chars)
        .collect();
    let has = |name: &str| family.contains(name);
    if has("debian") || has("ubuntu") {
        "run `sudo apt-get install postgresql`"
    } else if has("fedora") || has("rhel") || has("openEuler") || has("euleros") {
        "run `sudo dnf install postgresql-server`"
    } else if has("suse") {
        "run `sudo zypper install postgresql-server`"
    } else if has("alpine") {
        "run `apk add postgresql`"
    } else if has("arch") {
        "run `sudo pacman -S postgresql`"
    } else {
        "install your system's PostgreSQL server package"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_what_the_server_says() {
        assert_eq!(major("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)"), Some(15));
        assert_eq!(major("postgres (PostgreSQL) 18beta2"), Some(18));
        assert_eq!(major("something else"), None);
    }

    #[test]
    fn a_version_that_is_not_installed_is_refused_by_name() {
        let error = find(None, Some(7)).expect_err("nobody has version 7");
        assert!(error.to_string().contains("PostgreSQL 7"), "{error}");
    }
}
