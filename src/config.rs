//! Every setting of the portal, by flag, by environment or by file, in that order of strength; and
//! the secrets, never by flag. The only file that reads the environment. Nothing here is acted on.

mod file;
mod secrets;
mod span;

use std::{
    env,
    ffi::OsString,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use chrono_tz::Tz;
use clap::{CommandFactory, FromArgMatches, builder::BoolishValueParser};
use url::Url;

pub use secrets::{Account, Credential, Secrets, Site, Upstream};
pub use span::Span;

/// What `--help` says below the settings.
pub const SECRETS_HELP: &str = "\
Secrets come from the environment or the file, never from a flag:
  BSS_PORTAL_DATABASE_URL, DATABASE_URL  database_url   PostgreSQL to use; without it the portal runs its own
  BSS_PORTAL_VAULT_KEY                   vault_key      seals the accounts' keys: 32 bytes in base64 or hex
  BSS_PORTAL_PEPPER                      pepper         mixed into the hashes of passwords
                                         [[account]]    name, site (china, international) or endpoint, ak, sk,
                                                        domain_id, user_name, master (true or false)

The file is TOML, with the flags' names and _ for -. If it holds a secret, only its owner may read it.
Spans of time are written 500ms, 30s, 5m, 2h or 3d.";

/// What can be set.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Settings")]
pub struct Settings {
    /// Settings from this file
    #[arg(long, env = "BSS_PORTAL_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Address to serve pages on
    #[arg(long, env = "BSS_PORTAL_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,

    /// Address that people type, when a proxy stands before the portal
    #[arg(long, env = "BSS_PORTAL_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<Url>,

    /// Address to serve /metrics on, for programs only; `off` for none [default: 127.0.0.1:9464, any free port
    /// for demo]
    #[arg(long, env = "BSS_PORTAL_METRICS_LISTEN", value_name = "ADDRESS")]
    pub metrics_listen: Option<Listen>,

    /// Directory for what the portal keeps itself: its own PostgreSQL and generated keys [default:
    /// /var/lib/bss-portal for root, otherwise ~/.local/share/bss-portal; ./demo-data for demo]
    #[arg(long, env = "BSS_PORTAL_DATA", value_name = "DIRECTORY")]
    pub data: Option<PathBuf>,

    /// File with the address of the database
    #[arg(long, env = "BSS_PORTAL_DATABASE_URL_FILE", value_name = "FILE")]
    pub database_url_file: Option<PathBuf>,

    /// How many connections to the database this process opens at most
    #[arg(long, env = "BSS_PORTAL_DATABASE_CONNECTIONS", value_name = "N", default_value_t = 24)]
    pub database_connections: u32,

    /// File with the key that seals the accounts' keys
    #[arg(long, env = "BSS_PORTAL_VAULT_KEY_FILE", value_name = "FILE")]
    pub vault_key_file: Option<PathBuf>,

    /// File with the secret that is mixed into the hashes of passwords
    #[arg(long, env = "BSS_PORTAL_PEPPER_FILE", value_name = "FILE")]
    pub pepper_file: Option<PathBuf>,

    /// Zone in which times are shown and days are decided
    #[arg(long, env = "BSS_PORTAL_ZONE", value_name = "ZONE", default_value = "Asia/Shanghai")]
    pub zone: Tz,

    /// Proxies whose X-Forwarded-For is believed, separated by commas
    #[arg(long, env = "BSS_PORTAL_TRUSTED_PROXIES", value_name = "IP", value_delimiter = ',')]
    pub trusted_proxies: Vec<IpAddr>,

    /// Let accounts name endpoints at private addresses, such as a simulator
    #[arg(long, env = "BSS_PORTAL_ALLOW_PRIVATE_UPSTREAM", value_name = "BOOL", num_args = 0..=1,
          default_value = "false", default_missing_value = "true", value_parser = BoolishValueParser::new())]
    pub allow_private_upstream: bool,

    /// How many portals share the database and the limits of upstream
    #[arg(long, env = "BSS_PORTAL_REPLICAS", value_name = "N", default_value_t = 1,
          value_parser = clap::value_parser!(u32).range(1..=64))]
    pub replicas: u32,

    /// How long to wait between two reads of what may have changed upstream
    #[arg(long, env = "BSS_PORTAL_SYNC_PERIOD", value_name = "SPAN", default_value = "1m")]
    pub sync_period: Span,

    /// Past this age of what is shown, no money can be moved until it is refreshed
    #[arg(long, env = "BSS_PORTAL_MAX_DATA_AGE", value_name = "SPAN", default_value = "1h")]
    pub max_data_age: Span,

    /// Days for which an expired resource can still be used; Huawei decides by the customer's level
    #[arg(long, env = "BSS_PORTAL_GRACE_DAYS", value_name = "DAYS", default_value_t = 15)]
    pub grace_days: u16,

    /// Days for which it is kept, frozen, after those; Huawei decides by the customer's level
    #[arg(long, env = "BSS_PORTAL_RETENTION_DAYS", value_name = "DAYS", default_value_t = 15)]
    pub retention_days: u16,

    /// Make the waiting times of the journal this many times shorter; only for a simulator
    #[arg(long, env = "BSS_PORTAL_HURRY", value_name = "TIMES", default_value_t = 1)]
    pub hurry: u32,

    /// What to log: a level, or levels by module
    #[arg(long, env = "BSS_PORTAL_LOG", value_name = "FILTER", default_value = "info")]
    pub log: String,

    /// How to write the log
    #[arg(long, env = "BSS_PORTAL_LOG_FORMAT", value_name = "FORMAT", default_value = "text")]
    pub log_format: LogFormat,
}

impl Settings {
    /// The address that people type.
    pub fn public_url(&self, listening: SocketAddr) -> Result<Url> {
        match &self.public_url {
            // Any other scheme has no origin that a form could come from.
            Some(url) if !matches!(url.scheme(), "http" | "https") || !url.has_host() => {
                bail!("the public address {url} is not an http or https address")
            }
            Some(url) => Ok(url.clone()),
            None => Url::parse(&format!("http://{listening}/")).context("the address has no URL"),
        }
    }

    /// Where to serve the metrics; `otherwise` when nothing was said.
    pub fn metrics_listen(&self, otherwise: SocketAddr) -> Option<SocketAddr> {
        self.metrics_listen.map_or(Some(otherwise), |listen| listen.0)
    }

    /// The directory for what the portal keeps itself.
    pub fn data(&self) -> PathBuf {
        self.data.clone().unwrap_or_else(default_data)
    }

    /// How long to wait between two reads of upstream.
    pub fn sync_period(&self) -> Duration {
        self.sync_period.into()
    }

    /// How old data may be under a button that moves money.
    pub fn max_data_age(&self) -> Duration {
        self.max_data_age.into()
    }
}

/// An address to listen on, or nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listen(pub Option<SocketAddr>);

impl std::str::FromStr for Listen {
    type Err = std::net::AddrParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "off" { Ok(Self(None)) } else { text.parse().map(|address| Self(Some(address))) }
    }
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line, for programs.
    Json,
}

/// Reads the command line `C`, whose settings the environment and the file complete, and the
/// secrets of the environment and the file. Ends the process after `--help` or a wrong flag, as
/// command lines do.
pub fn load<C: CommandFactory + FromArgMatches>() -> Result<(C, Secrets)> {
    let arguments: Vec<OsString> = env::args_os().collect();
    let path = file_named_in(&arguments).or_else(|| env::var_os("BSS_PORTAL_CONFIG").map(PathBuf::from));
    let mut command = C::command();
    let mut secrets = Secrets::default();
    if let Some(path) = path {
        let file = file::File::read(&path)?;
        command = file.complete(command).with_context(|| format!("in {}", path.display()))?;
        secrets = file.secrets;
    }
    secrets.take_environment(|name| env::var(name).ok().filter(|value| !value.is_empty()));
    let mut matches = command.clone().get_matches_from(arguments);
    let parsed =
        C::from_arg_matches_mut(&mut matches).unwrap_or_else(|error| error.format(&mut command).exit());
    Ok((parsed, secrets))
}

/// The `PATH` in which an installed PostgreSQL is looked for.
pub fn search_path() -> Option<OsString> {
    env::var_os("PATH")
}

/// The bug and the trap that the proof of the journal wants in this process.
#[cfg(feature = "proof")]
pub fn proof_orders() -> Result<crate::proof::Orders> {
    let named = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let mutant = named("BSS_PORTAL_PROOF_MUTANT").map(|name| {
        crate::proof::Mutant::from_name(&name).with_context(|| format!("no bug is called {name:?}"))
    });
    let point = named("BSS_PORTAL_PROOF_POINT").map(|text| text.parse());
    Ok(crate::proof::Orders { mutant: mutant.transpose()?, point: point.transpose()? })
}

/// A directory for things that may vanish.
pub fn temporary() -> PathBuf {
    env::temp_dir()
}

/// Where a service keeps its data, and where a person's program does.
fn default_data() -> PathBuf {
    if rustix::process::geteuid().is_root() {
        return PathBuf::from("/var/lib/bss-portal");
    }
    // systemd's StateDirectory= names the place that it made for us.
    let state = env::var_os("STATE_DIRECTORY").map(PathBuf::from);
    let home = || {
        let shared = env::var_os("XDG_DATA_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
        let share = shared.or_else(|| Some(Path::new(&env::var_os("HOME")?).join(".local/share")))?;
        Some(share.join("bss-portal"))
    };
    state.or_else(home).unwrap_or_else(|| PathBuf::from("bss-portal-data"))
}

/// Whether systemd keeps the file for us alone. It does so by an access list, which shows as a
/// permission of the group.
fn is_a_credential(path: &Path) -> bool {
    env::var_os("CREDENTIALS_DIRECTORY").is_some_and(|directory| path.starts_with(directory))
}

fn file_named_in(arguments: &[OsString]) -> Option<PathBuf> {
    let mut arguments = arguments.iter().skip(1);
    while let Some(argument) = arguments.next() {
        if argument == "--config" {
            return arguments.next().map(PathBuf::from);
        }
        if let Some(path) = argument.to_str().and_then(|text| text.strip_prefix("--config=")) {
            return Some(PathBuf::from(path));
        }
    }
    None
}

/// The text of a file that holds one secret.
pub fn read_secret_file(path: &Path) -> Result<secrecy::SecretString> {
    let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let text = text.trim();
    ensure!(!text.is_empty(), "{} is empty", path.display());
    Ok(text.to_owned().into())
}

#[cfg(test)]
mod tests;
