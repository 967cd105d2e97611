//! The keys of a portal: given, or made once and kept in its data directory when its database is
//! there too. Keys and data must not be lost apart, so a given database needs given keys.

use anyhow::{Context, Result, bail};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::home::Home;
use crate::{
    config::{Secrets, Settings},
    operations::TransKey,
    vault::Vault,
};

pub(super) struct Keys {
    pub(super) vault: Vault,
    pub(super) pepper: SecretString,
    vault_text: SecretString,
}

impl Keys {
    /// The keys that were given, or those of the data directory.
    pub(super) fn of(settings: &Settings, secrets: &Secrets) -> Result<Self> {
        let ours = secrets.database_url.is_none().then(|| Home::open(&settings.data())).transpose()?;
        let key = |given: &Option<SecretString>, name: &str, what: &str| match (given, &ours) {
            (Some(given), _) => Ok(given.clone()),
            (None, Some(home)) => home.secret(name),
            (None, None) => bail!(
                "a database was given and no {what}: make one with `openssl rand -base64 32`, keep a copy apart from \
                 the database, and give it as BSS_PORTAL_{} or --{}-file",
                name.to_uppercase(),
                name.replace('_', "-")
            ),
        };
        let pepper = key(&secrets.pepper, "pepper", "pepper for passwords")?;
        Self::new(key(&secrets.vault_key, "vault_key", "key for the vault")?, pepper)
    }

    /// The keys of a data directory.
    pub(super) fn at(home: &Home) -> Result<Self> {
        Self::new(home.secret("vault_key")?, home.secret("pepper")?)
    }

    fn new(vault_text: SecretString, pepper: SecretString) -> Result<Self> {
        Ok(Self { vault: Vault::new(&vault_text).context("the vault's key")?, pepper, vault_text })
    }

    /// The key of upstream's ids, derived from the oldest key of the vault, which stays when a newer
    /// one is added.
    pub(super) fn trans_key(&self) -> TransKey {
        let oldest = self.vault_text.expose_secret().lines().map(str::trim).rfind(|line| !line.is_empty());
        let mut hash = Sha256::new();
        hash.update(b"bss-portal trans_id\0");
        hash.update(oldest.unwrap_or_default());
        TransKey(hash.finalize().into())
    }
}
