//! Huawei Cloud's BSS (billing) API as it is documented, and nothing more: no database, no pages, no
//! opinion. [`connect`] gives a [`Reader`], which anybody may clone, and a [`Writer`], which nobody can.

pub mod answers;
pub mod balances;
pub mod bills;
pub mod cards;
pub mod catalogue;
mod changes;
pub mod checkup;
pub mod codes;
pub mod costs;
pub mod coupons;
mod credentials;
mod cycle;
mod endpoint;
pub mod enterprise;
mod error;
pub mod explain;
mod fields;
mod iam;
pub mod identity;
pub mod instruments;
pub mod limits;
mod line;
pub mod members;
pub mod orders;
pub mod packages;
pub mod pages;
pub mod pay;
pub mod permissions;
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
mod site;
#[cfg(feature = "proof")]
mod stepwise;
pub mod subscriptions;
pub mod transport;
pub mod usage;
mod write;

use std::sync::Arc;

pub use self::{
    changes::Write,
    credentials::{Credentials, Identity, Login, Session},
    cycle::{BillCycle, NoCycle},
    endpoint::{Endpoint, NoEndpoint, Site},
    error::{Error, Kind, gateway_number},
    pages::Page,
    pay::{PaidCoupon, PaidDiscount, PayOrder},
    read::Reader,
    record::Listed,
    site::find_site,
    subscriptions::{
        AutoRenewal, Conversion, InvalidSubscription, MAX_RESOURCES, MAX_TO_PAY_PER_USE, Renewal, RenewalDay,
        Term, ToPayPerUse, Unsubscribed, Unsubscription,
    },
    write::{Answer, Prepared, Writer},
};
use self::{limits::Limits, line::Line, transport::Wire};
use crate::clock::Clock;

/// A source of chance: a number from 0 up to 1. Back-off uses it to spread.
pub type Chance = Arc<dyn Fn() -> f64 + Send + Sync>;

/// The machine's chance.
pub fn chance() -> Chance {
    Arc::new(rand::random::<f64>)
}

/// All that a connection to one account needs. Time, chance and the wire are arguments, so that a
/// simulation can replace them.
#[derive(Clone)]
pub struct Connection<C = Credentials> {
    /// Where the account's BSS is.
    pub endpoint: Endpoint,
    /// What proves who asks.
    pub credentials: C,
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
    let key = connection.credentials.clone();
    let line = Arc::new(Line::of(connection));
    (Reader::new(line.clone()), Writer::new(line, key))
}

/// The reading handle on an account whose IAM user has a password and no key. There is no writer
/// (docs/decisions/0009).
pub fn log_in(connection: Connection<Login>) -> Reader {
    Reader::new(Arc::new(Line::of_login(connection)))
}
