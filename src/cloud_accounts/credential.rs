//! What an account signs in with, and how it is sealed: one secret text for each sealed column. It reads and
//! writes no table.

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::store;
use crate::{
    bss::Session,
    vault::{Closed, Place, Vault},
};

/// What an account signs in with.
#[derive(Debug, Clone)]
pub enum Credential {
    /// An access key; with a session it is a temporary one.
    Key {
        /// The access key's id.
        access_key: SecretString,
        /// The secret key.
        secret_key: SecretString,
        /// What makes a temporary key valid.
        session: Option<Session>,
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

/// Where an account logs in, as its row has it: an address, or the site whose IAM it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LogInAt<'a>(pub(super) &'a str);

impl<'a> LogInAt<'a> {
    pub(super) fn of(site: &'a str, iam: Option<&'a str>) -> Self {
        Self(iam.unwrap_or(site))
    }
}

/// The sealed columns, as texts. Of a log-in the first has a line for the account, one for the user and one for
/// the place.
struct Texts {
    first: SecretString,
    second: SecretString,
    token: Option<SecretString>,
}

const FIRST: &str = "ak_sealed";
const SECOND: &str = "sk_sealed";
const TOKEN: &str = "token_sealed";

/// The values of the sealed columns.
pub(super) struct Sealed {
    pub(super) first: Vec<u8>,
    pub(super) second: Vec<u8>,
    pub(super) token: Option<Vec<u8>>,
}

fn place(row: Uuid, column: &'static str, version: i32) -> Place<'static> {
    Place { table: "cloud_account", row, column, version }
}

impl Credential {
    /// A permanent access key.
    pub fn of_key(access_key: SecretString, secret_key: SecretString) -> Self {
        Self::Key { access_key, secret_key, session: None }
    }

    /// Its name in the database.
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Key { session: None, .. } => "key",
            Self::Key { session: Some(_), .. } => "session",
            Self::Login { .. } => "login",
        }
    }

    /// When it ends, where that is known.
    pub(super) fn expires_at(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Key { session, .. } => session.as_ref()?.expires_at,
            Self::Login { .. } => None,
        }
    }

    pub(super) fn seal(&self, vault: &Vault, at: LogInAt<'_>, row: Uuid, version: i32) -> Sealed {
        let seal = |column, secret: &SecretString| vault.seal(place(row, column, version), secret);
        let Texts { first, second, token } = self.texts(at);
        Sealed {
            first: seal(FIRST, &first),
            second: seal(SECOND, &second),
            token: token.map(|token| seal(TOKEN, &token)),
        }
    }

    /// A password leaves the portal in the clear, unlike a key: it is only given out for the place that it was
    /// sealed with, whatever else the row says.
    pub(super) fn open(vault: &Vault, row: &store::Row) -> Result<Self, Closed> {
        let open = |column, sealed: &[u8]| vault.open(place(row.id, column, row.sealed_version), sealed);
        let (first, second) = (open(FIRST, &row.ak_sealed)?, open(SECOND, &row.sk_sealed)?);
        if row.credential == "login" {
            let lines: Vec<&str> = first.expose_secret().split('\n').collect();
            let [domain, user, at] = lines[..] else { return Err(Closed::Damaged) };
            if LogInAt(at) != LogInAt::of(&row.site, row.iam.as_deref()) {
                return Err(Closed::Damaged);
            }
            let (domain, user) = (domain.to_owned(), user.to_owned());
            return Ok(Self::Login { user, password: second, domain });
        }
        let token = row.token_sealed.as_deref().map(|sealed| open(TOKEN, sealed)).transpose()?;
        let session = token.map(|token| Session { token, expires_at: row.key_expires_at });
        Ok(Self::Key { access_key: first, secret_key: second, session })
    }

    /// Whether a row holds just this.
    pub(super) fn is_in(&self, vault: &Vault, at: LogInAt<'_>, row: &store::Row) -> bool {
        let same = |one: &Self| {
            let (mine, theirs) = (self.texts(at), one.texts(LogInAt::of(&row.site, row.iam.as_deref())));
            let shown =
                |text: &Option<SecretString>| text.as_ref().map(|text| text.expose_secret().to_owned());
            mine.first.expose_secret() == theirs.first.expose_secret()
                && mine.second.expose_secret() == theirs.second.expose_secret()
                && shown(&mine.token) == shown(&theirs.token)
        };
        self.kind() == row.credential && Self::open(vault, row).is_ok_and(|held| same(&held))
    }

    fn texts(&self, at: LogInAt<'_>) -> Texts {
        match self {
            Self::Key { access_key, secret_key, session } => Texts {
                first: access_key.clone(),
                second: secret_key.clone(),
                token: session.as_ref().map(|session| session.token.clone()),
            },
            Self::Login { user, password, domain } => Texts {
                first: format!("{domain}\n{user}\n{}", at.0).into(),
                second: password.clone(),
                token: None,
            },
        }
    }
}

/// Whether a row was sealed with a key that is no longer the newest.
pub(super) fn is_outdated(vault: &Vault, row: &store::Row) -> bool {
    let sealed = [Some(&row.ak_sealed), Some(&row.sk_sealed), row.token_sealed.as_ref()];
    sealed.into_iter().flatten().any(|sealed| vault.is_outdated(sealed))
}
