//! What must never be shown: the database's address, keys, and the accounts' credentials. `Debug`
//! of everything here hides them, and no flag sets them.

use anyhow::{Context, Result, bail, ensure};
use chrono::{DateTime, Utc};
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
    /// What it signs in with.
    pub credential: Credential,
    /// Where IAM and STS are, if not where they are for the site.
    pub identity: Option<(Url, Option<Url>)>,
    /// Huawei's id of the account, where it is known.
    pub domain_id: Option<String>,
    /// The login name of the user whose key it is.
    pub user_name: Option<String>,
    /// Whether it is the master of an enterprise, which may act for its members.
    pub is_master: bool,
}

/// What an account signs in with.
#[derive(Debug, Clone)]
pub enum Credential {
    /// An access key, a temporary one with its security token.
    Key {
        /// The access key.
        ak: SecretString,
        /// The secret key.
        sk: SecretString,
        /// The security token of a temporary key, and when both end, if that is known.
        session: Option<(SecretString, Option<DateTime<Utc>>)>,
    },
    /// An IAM user with a password: the account can only be read.
    Login {
        /// The user's name.
        user: String,
        /// The password.
        password: SecretString,
        /// The name of the account that the user belongs to.
        domain: String,
    },
}

/// Where BSS is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Upstream {
    /// A site of Huawei Cloud.
    Site(Site),
    /// One of China's and the International site: it is found out by asking.
    ToBeFound,
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
    /// Europe.
    Europe,
}

/// An account as the file has it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenAccount {
    name: String,
    site: Option<Site>,
    endpoint: Option<String>,
    ak: Option<SecretString>,
    sk: Option<SecretString>,
    security_token: Option<SecretString>,
    key_expires_at: Option<String>,
    iam_user: Option<String>,
    iam_password: Option<SecretString>,
    iam_domain: Option<String>,
    iam_endpoint: Option<String>,
    sts_endpoint: Option<String>,
    domain_id: Option<String>,
    user_name: Option<String>,
    #[serde(default)]
    master: bool,
}

impl WrittenAccount {
    fn check(&self) -> Result<Account> {
        let upstream = match (self.site, &self.endpoint) {
            (Some(site), None) => Upstream::Site(site),
            (None, Some(endpoint)) => Upstream::Endpoint(self.url("endpoint", endpoint)?),
            (None, None) => Upstream::ToBeFound,
            (Some(_), Some(_)) => {
                bail!("account {:?} has a site and an endpoint: only one of them can be", self.name)
            }
        };
        let credential = self.credential()?;
        let identity = self.identity()?;
        let logs_in = matches!(credential, Credential::Login { .. });
        ensure!(
            !logs_in || identity.is_some() || !matches!(upstream, Upstream::Endpoint(_)),
            "account {:?}: an IAM user at an endpoint of one's own needs an iam_endpoint",
            self.name
        );
        ensure!(!self.name.trim().is_empty(), "an account has no name");
        let nobody = self.user_name.as_ref().is_some_and(|user| user.trim().is_empty());
        ensure!(!nobody, "account {:?}: the user_name is empty", self.name);
        Ok(Account {
            name: self.name.clone(),
            upstream,
            credential,
            identity,
            domain_id: self.domain_id.clone(),
            user_name: self.user_name.clone(),
            is_master: self.master,
        })
    }

    fn credential(&self) -> Result<Credential> {
        let key = self.ak.clone().zip(self.sk.clone());
        let login = (self.iam_user.clone())
            .zip(self.iam_password.clone())
            .zip(self.iam_domain.clone())
            .map(|((user, password), domain)| Credential::Login { user, password, domain });
        let any_key = self.ak.is_some() || self.sk.is_some() || self.security_token.is_some();
        let any_login = self.iam_user.is_some() || self.iam_password.is_some() || self.iam_domain.is_some();
        match (key, login) {
            (Some((ak, sk)), None) if !any_login => Ok(Credential::Key { ak, sk, session: self.session()? }),
            (None, Some(login)) if !any_key => Ok(login),
            _ => bail!(
                "account {:?} needs either ak and sk, or iam_user, iam_password and iam_domain",
                self.name
            ),
        }
    }

    fn session(&self) -> Result<Option<(SecretString, Option<DateTime<Utc>>)>> {
        let expires_at = self.key_expires_at.as_deref().map(str::parse).transpose();
        let expires_at =
            expires_at.with_context(|| format!("account {:?}: key_expires_at is no time", self.name))?;
        ensure!(
            self.security_token.is_some() || expires_at.is_none(),
            "account {:?}: only a temporary key, which has a security_token, ends",
            self.name
        );
        Ok(self.security_token.clone().map(|token| (token, expires_at)))
    }

    fn identity(&self) -> Result<Option<(Url, Option<Url>)>> {
        let sts = self.sts_endpoint.as_deref().map(|sts| self.url("sts_endpoint", sts)).transpose()?;
        if let Some(iam) = &self.iam_endpoint {
            return Ok(Some((self.url("iam_endpoint", iam)?, sts)));
        }
        ensure!(sts.is_none(), "account {:?}: an sts_endpoint needs an iam_endpoint", self.name);
        Ok(None)
    }

    fn url(&self, name: &str, text: &str) -> Result<Url> {
        text.parse().with_context(|| format!("account {:?}: {name} {text:?}", self.name))
    }
}
