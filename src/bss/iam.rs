//! Asks IAM for a token and whose key a key is. Tokens are kept in memory until shortly before they end,
//! and one caller renews them for all; a refused log-in is not tried again for a while.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::Mutex;

use super::{
    Credentials, Error, Kind, Line, Login,
    limits::Haste,
    transport::{Broken, Purpose, Response, Stage},
};

/// Logging in, by the name of its interface in IAM.
pub(super) const LOG_IN: &str = "keystone_create_user_token_by_password";
const DOMAINS: &str = "keystone_list_auth_domains";
const CALLER: &str = "get_caller_identity";
/// IAM says nothing of its rates; these calls are rare.
const PER_SECOND: u32 = 10;
/// A token is replaced so long before it ends.
const MARGIN: TimeDelta = TimeDelta::minutes(30);
/// Repeated refusals lock a user: five in a quarter of an hour, unless its account has stricter rules, and every
/// replica logs in for itself.
const AFTER_REFUSAL: Duration = Duration::from_mins(20);
/// A look-up that failed is not repeated with every question.
const AFTER_NO_ID: Duration = Duration::from_mins(10);
/// A look-up takes at most this long, and at most a third of the time that the question has which needs it.
const LOOK_UP: Duration = Duration::from_secs(5);

/// A token, with what came with it.
#[derive(Clone)]
pub(super) struct Token {
    pub(super) value: SecretString,
    expires_at: DateTime<Utc>,
    pub(super) domain_id: Option<String>,
}

/// The tokens of one log-in.
pub(super) struct Tokens {
    pub(super) login: Login,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    token: Option<Token>,
    /// The last refusal, and until when it stands.
    refused: Option<(Error, Duration)>,
}

impl Tokens {
    pub(super) fn of(login: Login) -> Self {
        Self { login, held: Mutex::default() }
    }

    /// A token that lasts; those who come while one is fetched wait for it.
    pub(super) async fn valid(&self, line: &Line, limit: Duration) -> Result<Token, Error> {
        let clock = &line.connection.clock;
        let mut held = self.held.lock().await;
        let now = clock.now() + line.skew().unwrap_or_default();
        if let Some(token) = held.token.as_ref().filter(|token| now + MARGIN < token.expires_at) {
            return Ok(token.clone());
        }
        if let Some((error, _)) = held.refused.as_ref().filter(|(_, until)| clock.since_boot() < *until) {
            return Err(error.clone());
        }
        let fetched = fetch(line, &self.login, limit).await;
        held.refused = (fetched.as_ref().err())
            .filter(|error| error.kind == Kind::NotAuthorised)
            .map(|error| (error.clone(), clock.since_boot() + AFTER_REFUSAL));
        held.token = fetched.as_ref().ok().cloned();
        fetched
    }

    /// Huawei does not take this token any more.
    pub(super) async fn forget(&self, token: &Token) {
        let mut held = self.held.lock().await;
        let is_it = |kept: &Token| kept.value.expose_secret() == token.value.expose_secret();
        if held.token.as_ref().is_some_and(is_it) {
            held.token = None;
        }
    }
}

#[derive(Deserialize)]
struct Issued {
    token: IssuedToken,
}

#[derive(Deserialize)]
struct IssuedToken {
    expires_at: DateTime<Utc>,
    domain: Option<Domain>,
}

#[derive(Deserialize)]
struct Domain {
    id: String,
}

async fn fetch(line: &Line, login: &Login, limit: Duration) -> Result<Token, Error> {
    let domain = json!({"name": login.domain});
    let user = json!({"name": login.user, "password": login.password.expose_secret(), "domain": domain});
    let identity = json!({"methods": ["password"], "password": {"user": user}});
    let mut draft = line.draft(LOG_IN, Purpose::Read, "POST", "/v3/auth/tokens".to_owned());
    draft.endpoint = &login.identity.iam;
    // The scope is the account: BSS is a global service.
    draft.body =
        json!({"auth": {"identity": identity, "scope": {"domain": domain}}}).to_string().into_bytes();
    let response = answered(line, draft.anonymous(), limit).await?;
    let value = response.header("x-subject-token").filter(|token| !token.is_empty());
    let malformed = |why: &str| Error::malformed(LOG_IN, &response, why);
    let value = SecretString::from(value.ok_or_else(|| malformed("there is no X-Subject-Token"))?);
    let issued: Issued = serde_json::from_slice(&response.body)
        .map_err(|error| malformed(&format!("when the token ends is not told ({:?})", error.classify())))?;
    let domain_id = issued.token.domain.map(|domain| domain.id);
    Ok(Token { value, expires_at: issued.token.expires_at, domain_id })
}

#[derive(Deserialize)]
struct Domains {
    domains: Vec<Domain>,
}

#[derive(Deserialize)]
struct Caller {
    account_id: Option<String>,
}

/// The account id of a key, once it was asked for.
#[derive(Default)]
pub(super) struct AccountId {
    known: std::sync::OnceLock<String>,
    /// The reading of the clock before which it is not asked for again.
    not_before: Mutex<Duration>,
}

impl AccountId {
    pub(super) fn of(known: Option<&str>) -> Self {
        let this = Self::default();
        if let Some(known) = known {
            let _ = this.known.set(known.to_owned());
        }
        this
    }

    pub(super) fn get(&self) -> Option<&str> {
        self.known.get().map(String::as_str)
    }

    /// The id for the next question: looked up if need be, left out when that fails, since much is answered
    /// without it.
    pub(super) async fn found(&self, line: &Line, key: &Credentials, limit: Duration) -> Option<String> {
        if let Some(known) = self.get() {
            return Some(known.to_owned());
        }
        key.identity.as_ref()?;
        let clock = &line.connection.clock;
        let limit = LOOK_UP.min(limit / 3);
        let mut not_before = tokio::select! {
            biased;
            held = self.not_before.lock() => held,
            () = clock.sleep(limit) => return None,
        };
        if let Some(known) = self.get() {
            return Some(known.to_owned());
        }
        if clock.since_boot() < *not_before {
            return None;
        }
        // Set before it is asked: whoever asks may be given up, and the next one need not wait as long again.
        *not_before = clock.since_boot() + AFTER_NO_ID;
        let found = tokio::select! {
            biased;
            found = look_up(line, key, limit) => found,
            // IAM and STS have this time together.
            () = clock.sleep(limit) => Err(Error::broken(DOMAINS, &Broken::sent(Stage::Deadline, "no answer in time"))),
        };
        match found {
            Ok(Some(id)) => {
                let _ = self.known.set(id.clone());
                return Some(id);
            }
            Ok(None) => {
                tracing::warn!(account = line.connection.account, "IAM does not say whose key this is");
            }
            Err(error) => {
                tracing::warn!(account = line.connection.account, %error, "the account's id is not known");
            }
        }
        None
    }
}

/// Whose key it is: IAM is asked first, then STS.
pub(super) async fn look_up(
    line: &Line,
    key: &Credentials,
    limit: Duration,
) -> Result<Option<String>, Error> {
    let Some(identity) = &key.identity else { return Ok(None) };
    let mut draft = line.draft(DOMAINS, Purpose::Read, "GET", "/v3/auth/domains".to_owned());
    draft.endpoint = &identity.iam;
    draft.is_typed = false;
    let response = answered(line, draft.signed(key, None), limit).await?;
    let domains: Domains = serde_json::from_slice(&response.body)
        .map_err(|error| Error::malformed(DOMAINS, &response, error))?;
    if let Some(domain) = domains.domains.into_iter().next() {
        return Ok(Some(domain.id));
    }
    let Some(sts) = &identity.sts else { return Ok(None) };
    let mut draft = line.draft(CALLER, Purpose::Read, "GET", "/v5/caller-identity".to_owned());
    draft.endpoint = sts;
    draft.is_typed = false;
    let response = answered(line, draft.signed(key, None), limit).await?;
    let caller: Caller =
        serde_json::from_slice(&response.body).map_err(|error| Error::malformed(CALLER, &response, error))?;
    Ok(caller.account_id.filter(|id| !id.is_empty()))
}

async fn answered(
    line: &Line,
    request: super::transport::Request,
    limit: Duration,
) -> Result<Response, Error> {
    let operation = request.operation;
    let connection = &line.connection;
    connection.limits.turn(&connection.account, (operation, PER_SECOND), Haste::People).await;
    let response = line.exchange(request, limit).await.map_err(|broken| Error::broken(operation, &broken))?;
    let Some(mut error) = Error::refusal(operation, &response) else { return Ok(response) };
    error.message = error.message.or_else(|| own_words(&response.body)).map(|words| line.discreet(&words));
    Err(error)
}

/// IAM's own form of an error.
fn own_words(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Wire {
        error: Inner,
    }
    #[derive(Deserialize)]
    struct Inner {
        message: String,
    }
    serde_json::from_slice::<Wire>(body).ok().map(|wire| super::error::shortened(&wire.error.message))
}

#[cfg(test)]
mod tests;
