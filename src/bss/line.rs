//! How a request is put together, signed and sent: what both handles on an account share. It decides
//! neither when something is asked nor what an answer means.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::ExposeSecret;

use super::{
    Connection, Credentials, Endpoint, Error, Login,
    iam::{self, AccountId, Token, Tokens},
    sign,
    transport::{Broken, Purpose, Request, Response},
};
use crate::i18n::Locale;

/// The connection to one account.
pub(super) struct Line {
    pub(super) connection: Connection<()>,
    proof: Proof,
    account_id: AccountId,
    /// How far Huawei's clock is ahead of ours, seconds; `i64::MIN` while we do not know.
    skew: AtomicI64,
}

/// How it is proved who asks.
enum Proof {
    Key(Credentials),
    Login(Tokens),
}

/// The proof for one question.
pub(super) enum Pass<'a> {
    Key(&'a Credentials, Option<String>),
    Token(Token),
}

impl Pass<'_> {
    /// `message` without the token that was sent.
    pub(super) fn discreet(&self, message: String) -> String {
        match self {
            Self::Token(token) => message.replace(token.value.expose_secret(), "***"),
            Self::Key(..) => message,
        }
    }
}

/// A request before it is signed.
pub(super) struct Draft<'a> {
    operation: &'static str,
    purpose: Purpose,
    method: &'static str,
    target: String,
    pub(super) body: Vec<u8>,
    pub(super) locale: Option<Locale>,
    pub(super) at: DateTime<Utc>,
    pub(super) endpoint: &'a Endpoint,
    /// Whether it says what its body is, which BSS wants even of a request without one.
    pub(super) is_typed: bool,
}

impl Line {
    pub(super) fn of(connection: Connection) -> Self {
        let (connection, key) = connection.parted();
        let account_id = AccountId::of(key.domain_id.as_deref());
        Self { connection, proof: Proof::Key(key), account_id, skew: AtomicI64::new(i64::MIN) }
    }

    pub(super) fn of_login(connection: Connection<Login>) -> Self {
        let (connection, login) = connection.parted();
        let proof = Proof::Login(Tokens::of(login));
        Self { connection, proof, account_id: AccountId::default(), skew: AtomicI64::new(i64::MIN) }
    }

    pub(super) fn draft(
        &self,
        operation: &'static str,
        purpose: Purpose,
        method: &'static str,
        target: String,
    ) -> Draft<'_> {
        Draft {
            operation,
            purpose,
            method,
            target,
            body: Vec::new(),
            locale: None,
            at: self.connection.clock.now(),
            endpoint: &self.connection.endpoint,
            is_typed: true,
        }
    }

    /// What proves who asks, for one question: got from IAM where it has to be.
    pub(super) async fn pass(&self, limit: Duration) -> Result<Pass<'_>, Error> {
        match &self.proof {
            Proof::Key(key) => Ok(Pass::Key(key, self.account_id.found(self, key, limit).await)),
            Proof::Login(tokens) => Ok(Pass::Token(tokens.valid(self, limit).await?)),
        }
    }

    /// Whether asking once more may help after this refusal: a token that ended can be replaced.
    pub(super) async fn renews(&self, pass: &Pass<'_>, error: &Error) -> bool {
        let (Proof::Login(tokens), Pass::Token(token)) = (&self.proof, pass) else { return false };
        if !error.says_token_ended() {
            return false;
        }
        tokens.forget(token).await;
        true
    }

    /// The account's id, as far as it is known without asking.
    pub(super) fn account_id(&self) -> Option<&str> {
        self.account_id.get()
    }

    /// The account's id, asked for now if it was not given.
    pub(super) async fn ask_account_id(&self, limit: Duration) -> Result<Option<String>, Error> {
        match &self.proof {
            Proof::Key(_) if self.account_id().is_some() => Ok(self.account_id().map(str::to_owned)),
            Proof::Key(key) => iam::look_up(self, key, limit).await,
            Proof::Login(tokens) => Ok(tokens.valid(self, limit).await?.domain_id),
        }
    }

    /// The key that signs, where one does.
    pub(super) fn key(&self) -> Option<&Credentials> {
        match &self.proof {
            Proof::Key(key) => Some(key),
            Proof::Login(_) => None,
        }
    }

    /// One exchange over the wire, measured.
    pub(super) async fn exchange(&self, request: Request, limit: Duration) -> Result<Response, Broken> {
        let Connection { clock, wire, .. } = &self.connection;
        let operation = request.operation;
        let began = clock.since_boot();
        let result = wire.exchange(request, limit).await;
        let outcome = match &result {
            Ok(response) => response.status.to_string(),
            Err(broken) => broken.stage.label().to_owned(),
        };
        let took = clock.since_boot().saturating_sub(began).as_secs_f64();
        metrics::histogram!("bss_request_seconds", "operation" => operation).record(took);
        metrics::counter!("bss_requests_total", "operation" => operation, "outcome" => outcome).increment(1);
        let date = result.as_ref().ok().and_then(|response| response.header("date"));
        if let Some(theirs) = date.and_then(|date| DateTime::parse_from_rfc2822(date).ok()) {
            self.skew.store((theirs.to_utc() - clock.now()).num_seconds(), Ordering::Relaxed);
        }
        result
    }

    pub(super) fn skew(&self) -> Option<TimeDelta> {
        TimeDelta::try_seconds(self.skew.load(Ordering::Relaxed))
    }

    /// `message` without our access key, which the gateway likes to repeat, and without our tokens.
    pub(super) fn discreet(&self, message: &str) -> String {
        let Some(key) = self.key() else { return message.to_owned() };
        let token = key.session.as_ref().map_or("", |session| session.token.expose_secret());
        let shown = |message: String, secret: &str| {
            if secret.is_empty() { message } else { message.replace(secret, "***") }
        };
        shown(shown(message.to_owned(), &key.access_key), token)
    }
}

impl<C> Connection<C> {
    fn parted(self) -> (Connection<()>, C) {
        let Self { endpoint, credentials, account, clock, wire, limits, chance } = self;
        (Connection { endpoint, credentials: (), account, clock, wire, limits, chance }, credentials)
    }
}

impl Draft<'_> {
    /// With this proof.
    pub(super) fn proved(self, pass: &Pass<'_>) -> Request {
        match pass {
            Pass::Key(key, account_id) => self.signed(key, account_id.as_deref()),
            Pass::Token(token) => self.with_token(token),
        }
    }

    /// Signs it: the same draft always becomes the same request.
    pub(super) fn signed(self, key: &Credentials, account_id: Option<&str>) -> Request {
        let date = sign::sdk_date(self.at);
        let mut headers = self.headers();
        headers.push(("X-Sdk-Date", date.clone()));
        if let Some(session) = &key.session {
            headers.push(("X-Security-Token", session.token.expose_secret().to_owned()));
        }
        self.name(&mut headers, account_id);
        let authorization =
            sign::Unsigned { method: self.method, target: &self.target, headers: &headers, body: &self.body }
                .authorization(&key.access_key, key.secret_key.expose_secret(), &date);
        headers.push(("Authorization", authorization));
        self.request(headers)
    }

    /// As whoever holds a token may send it.
    fn with_token(self, token: &Token) -> Request {
        let mut headers = self.headers();
        headers.push(("X-Auth-Token", token.value.expose_secret().to_owned()));
        self.name(&mut headers, token.domain_id.as_deref());
        self.request(headers)
    }

    /// As anybody may send it: a log-in carries its proof in its body.
    pub(super) fn anonymous(self) -> Request {
        let headers = self.headers();
        self.request(headers)
    }

    fn headers(&self) -> Vec<(&'static str, String)> {
        let mut headers = vec![("Host", self.endpoint.authority())];
        if self.is_typed {
            headers.push(("Content-Type", "application/json".to_owned()));
        }
        headers.push(("User-Agent", concat!("bss-portal/", env!("CARGO_PKG_VERSION")).to_owned()));
        headers
    }

    fn name(&self, headers: &mut Vec<(&'static str, String)>, account_id: Option<&str>) {
        if let Some(account_id) = account_id {
            headers.push(("X-Domain-Id", account_id.to_owned()));
        }
        if let Some(locale) = self.locale {
            headers.push(("X-Language", locale.bss().to_owned()));
        }
    }

    fn request(self, headers: Vec<(&'static str, String)>) -> Request {
        Request {
            operation: self.operation,
            purpose: self.purpose,
            method: self.method,
            endpoint: self.endpoint.clone(),
            target: self.target,
            headers,
            body: self.body,
            begin_by: None,
        }
    }
}
