//! Huawei Cloud's BSS (billing) API as it is documented, and nothing more: no database, no pages, no
//! opinion. [`connect`] gives a [`Reader`], which anybody may clone, and a [`Writer`], which nobody can.

pub mod answers;
pub mod balances;
pub mod bills;
pub mod cards;
pub mod catalogue;
mod changes;
pub mod codes;
pub mod costs;
pub mod coupons;
mod endpoint;
pub mod enterprise;
mod error;
pub mod explain;
mod fields;
pub mod identity;
pub mod instruments;
pub mod limits;
pub mod members;
pub mod orders;
pub mod packages;
pub mod pages;
pub mod pay;
pub mod places;
pub mod prices;
pub mod products;
mod read;
pub mod record;
pub mod records;
mod refunds;
pub mod resources;
#[cfg(test)]
mod scripted;
pub mod sign;
#[cfg(feature = "proof")]
mod stepwise;
mod subscriptions;
pub mod transport;
pub mod usage;
mod write;

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret, SecretString};

pub use self::{
    changes::Write,
    endpoint::{Endpoint, NoEndpoint, Site},
    error::{Error, Kind, gateway_number},
    pages::Page,
    pay::{PaidCoupon, PaidDiscount, PayOrder},
    read::Reader,
    record::Listed,
    subscriptions::{
        AutoRenewal, Conversion, InvalidSubscription, MAX_RESOURCES, MAX_TO_PAY_PER_USE, Renewal, RenewalDay,
        Term, ToPayPerUse, Unsubscribed, Unsubscription,
    },
    write::{Answer, Prepared, Writer},
};
use self::{
    limits::Limits,
    transport::{Broken, Purpose, Request, Response, Wire},
};
use crate::{clock::Clock, i18n::Locale};

/// A source of chance: a number from 0 up to 1. Back-off uses it to spread.
pub type Chance = Arc<dyn Fn() -> f64 + Send + Sync>;

/// The machine's chance.
pub fn chance() -> Chance {
    Arc::new(rand::random::<f64>)
}

/// An access key of one account at Huawei Cloud.
#[derive(Clone)]
pub struct Credentials {
    /// The access key's id, which is no secret but is not shown either.
    pub access_key: String,
    /// The secret key.
    pub secret_key: SecretString,
    /// The account's domain id; the `X-Domain-Id` header is left out without it.
    pub domain_id: Option<String>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("domain_id", &self.domain_id).finish_non_exhaustive()
    }
}

/// All that a connection to one account needs. Time, chance and the wire are arguments, so that a
/// simulation can replace them.
#[derive(Clone)]
pub struct Connection {
    /// Where the account's BSS is.
    pub endpoint: Endpoint,
    /// How requests are signed.
    pub credentials: Credentials,
    /// What rate limits are counted by and logs name: connections with the same label share limits.
    pub account: String,
    /// The time.
    pub clock: Clock,
    /// What carries the requests.
    pub wire: Arc<dyn Wire>,
    /// The rate limits of the process.
    pub limits: Limits,
    /// Chance for back-off.
    pub chance: Chance,
}

/// Both handles on an account. Nothing goes over the wire yet.
pub fn connect(connection: Connection) -> (Reader, Writer) {
    let line = Arc::new(Line { connection, skew: AtomicI64::new(i64::MIN) });
    (Reader::new(line.clone()), Writer::new(line))
}

/// What both handles share: how a request is put together, signed and sent.
struct Line {
    connection: Connection,
    /// How far Huawei's clock is ahead of ours, seconds; `i64::MIN` while we do not know.
    skew: AtomicI64,
}

/// A request before it is signed.
struct Draft<'a> {
    operation: &'static str,
    purpose: Purpose,
    method: &'static str,
    target: String,
    body: Vec<u8>,
    locale: Option<Locale>,
    at: DateTime<Utc>,
    credentials: &'a Credentials,
    endpoint: &'a Endpoint,
}

impl Line {
    fn draft(
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
            credentials: &self.connection.credentials,
            endpoint: &self.connection.endpoint,
        }
    }

    /// One exchange over the wire, measured.
    async fn exchange(&self, request: Request, limit: Duration) -> Result<Response, Broken> {
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

    fn skew(&self) -> Option<TimeDelta> {
        TimeDelta::try_seconds(self.skew.load(Ordering::Relaxed))
    }

    /// `message` without our access key, which the gateway likes to repeat.
    fn discreet(&self, message: &str) -> String {
        let key = &self.connection.credentials.access_key;
        if key.is_empty() { message.to_owned() } else { message.replace(key.as_str(), "***") }
    }
}

impl Draft<'_> {
    /// Signs it: the same draft always becomes the same request.
    fn signed(self) -> Request {
        let date = sign::sdk_date(self.at);
        let mut headers = vec![
            ("Host", self.endpoint.authority()),
            ("Content-Type", "application/json".to_owned()),
            ("User-Agent", concat!("bss-portal/", env!("CARGO_PKG_VERSION")).to_owned()),
            ("X-Sdk-Date", date.clone()),
        ];
        if let Some(domain_id) = &self.credentials.domain_id {
            headers.push(("X-Domain-Id", domain_id.clone()));
        }
        if let Some(locale) = self.locale {
            headers.push(("X-Language", locale.bss().to_owned()));
        }
        let authorization =
            sign::Unsigned { method: self.method, target: &self.target, headers: &headers, body: &self.body }
                .authorization(
                    &self.credentials.access_key,
                    self.credentials.secret_key.expose_secret(),
                    &date,
                );
        headers.push(("Authorization", authorization));
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
