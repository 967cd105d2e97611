//! What proves to Huawei who asks: access keys, permanent or temporary, or the name and password of an IAM
//! user. It is held and never shown; nothing is asked here.

use chrono::{DateTime, Utc};
use secrecy::SecretString;

use super::Endpoint;

/// An access key of one account at Huawei Cloud. Only these sign, so only these can write.
#[derive(Clone)]
pub struct Credentials {
    /// The access key's id, which is no secret but is not shown either.
    pub access_key: String,
    /// The secret key.
    pub secret_key: SecretString,
    /// What a temporary key came with; permanent keys have none.
    pub session: Option<Session>,
    /// The account's domain id; looked up at `identity` without it, and left out where that fails, too.
    pub domain_id: Option<String>,
    /// Where it is asked whose key this is; never when the domain id is known.
    pub identity: Option<Identity>,
}

impl Credentials {
    /// A permanent key.
    pub fn of_key(access_key: String, secret_key: SecretString, domain_id: Option<String>) -> Self {
        Self { access_key, secret_key, session: None, domain_id, identity: None }
    }
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("domain_id", &self.domain_id).finish_non_exhaustive()
    }
}

/// What makes a temporary access key valid, and how long.
#[derive(Debug, Clone)]
pub struct Session {
    /// The security token; sent as `X-Security-Token` and signed with the rest.
    pub token: SecretString,
    /// When key and token end, where that is known.
    pub expires_at: Option<DateTime<Utc>>,
}

/// An IAM user who logs in with a password. A request with its token can be sent again by whoever saw it for as
/// long as the token lasts, so there is no writer for it.
#[derive(Clone)]
pub struct Login {
    /// The IAM user's name.
    pub user: String,
    /// The password.
    pub password: SecretString,
    /// The name of the account that the user belongs to.
    pub domain: String,
    /// Where one logs in.
    pub identity: Identity,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Login").field("domain", &self.domain).finish_non_exhaustive()
    }
}

/// Where identities are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// IAM: log-ins, and whose key a key is.
    pub iam: Endpoint,
    /// STS, which knows whose key it is where IAM does not say.
    pub sts: Option<Endpoint>,
}
