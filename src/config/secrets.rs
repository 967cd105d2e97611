//! What must never be shown: the database's address, keys, and the accounts' credentials. `Debug`
//! of everything here hides them, and no flag sets them.

use anyhow::{Context, Result, bail, ensure};
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use super::{Settings, read_secret_file};

/// The secrets that were given.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secrets {
    /// The address of PostgreSQL; none to run one of our own.
    pub database_url: Option<SecretString>,
    /// The key that seals the accounts' keys, as text.
    pub vault_key: Option<SecretString>,
    /// What is mixed into the hashes of passwords.
    pub pepper: Option<SecretString>,
    /// The cloud accounts to read and pay for.
    #[serde(default, rename = "account")]
    accounts: Vec<WrittenAccount>,
}

impl Secrets {
    /// The keys of the file that are secrets.
    pub(super) const KEYS: [&str; 4] = ["database_url", "vault_key", "pepper", "account"];

    /// The environment is stronger than the file.
    pub(super) fn take_environment(&mut self, variable: impl Fn(&str) -> Option<String>) {
        let mut take = |name: &str, place: fn(&mut Self) -> &mut Option<SecretString>| {
            if let Some(value) = variable(name) {
                *place(self) = Some(value.into());
            }
        };
        take("DATABASE_URL", |secrets| &mut secrets.database_url);
        take("BSS_PORTAL_DATABASE_URL", |secrets| &mut secrets.database_url);
        take("BSS_PORTAL_VAULT_KEY", |secrets| &mut secrets.vault_key);
        take("BSS_PORTAL_PEPPER", |secrets| &mut secrets.pepper);
    }

    /// Reads the files that the settings name for secrets.
    pub fn take_files(&mut self, settings: &Settings) -> Result<()> {
        for (path, place) in [
            (&settings.database_url_file, &mut self.database_url),
            (&settings.vault_key_file, &mut self.vault_key),
            (&settings.pepper_file, &mut self.pepper),
        ] {
            if let Some(path) = path {
                *place = Some(read_secret_file(path)?);
            }
        }
        Ok(())
    }

    /// The accounts of the file, checked.
    pub fn accounts(&self) -> Result<Vec<Account>> {
        let accounts: Vec<Account> =
            self.accounts.iter().map(WrittenAccount::check).collect::<Result<_>>()?;
        for (at, account) in accounts.iter().enumerate() {
            let twice = accounts[..at].iter().any(|earlier| earlier.name == account.name);
            ensure!(!twice, "there are two accounts named {:?}", account.name);
        }
        Ok(accounts)
    }
}

/// A cloud account: one credential of BSS.
#[derive(Debug, Clone)]
pub struct Account {
    /// What people call it; it identifies the account from one start to the next.
    pub name: String,
    /// Where its BSS is.
    pub upstream: Upstream,
    /// The access key.
    pub ak: SecretString,
    /// The secret key.
    pub sk: SecretString,
    /// Huawei's id of the account, where it is known.
    pub domain_id: Option<String>,
    /// The login name of the user whose key it is.
    pub user_name: Option<String>,
    /// Whether it is the master of an enterprise, which may act for its members.
    pub is_master: bool,
}

/// Where BSS is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Upstream {
    /// A site of Huawei Cloud.
    Site(Site),
    /// An address of one's own.
    Endpoint(Url),
}

/// A site of Huawei Cloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Site {
    /// Mainland China.
    China,
    /// International.
    International,
}

/// An account as the file has it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenAccount {
    name: String,
    site: Option<Site>,
    endpoint: Option<String>,
    ak: SecretString,
    sk: SecretString,
    domain_id: Option<String>,
    user_name: Option<String>,
    #[serde(default)]
    master: bool,
}

impl WrittenAccount {
    fn check(&self) -> Result<Account> {
        let upstream = match (self.site, &self.endpoint) {
            (Some(site), None) => Upstream::Site(site),
            (None, Some(endpoint)) => Upstream::Endpoint(
                endpoint
                    .parse()
                    .with_context(|| format!("account {:?}: endpoint {endpoint:?}", self.name))?,
            ),
            _ => bail!("account {:?} needs either a site (china or international) or an endpoint", self.name),
        };
        ensure!(!self.name.trim().is_empty(), "an account has no name");
        let nobody = self.user_name.as_ref().is_some_and(|user| user.trim().is_empty());
        ensure!(!nobody, "account {:?}: the user_name is empty", self.name);
        Ok(Account {
            name: self.name.clone(),
            upstream,
            ak: self.ak.clone(),
            sk: self.sk.clone(),
            domain_id: self.domain_id.clone(),
            user_name: self.user_name.clone(),
            is_master: self.master,
        })
    }
}
