//! What every handler can reach: handles that are cheap to clone, and settings. No logic.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use chrono_tz::Tz;
use sqlx::PgPool;
use url::Url;

use crate::{
    clock::Clock,
    cloud_accounts::Readers,
    identity::{
        Identity,
        access::{AccountId, Scope},
    },
    operations::Desk,
};

/// The running portal, as handlers see it.
#[derive(Debug, Clone)]
pub struct App {
    /// The portal's database.
    pub db: PgPool,
    /// The only source of time.
    pub clock: Clock,
    /// What was configured.
    pub settings: Arc<Settings>,
    /// People and how they prove who they are.
    pub identity: Identity,
    /// The cloud accounts and the means to read them.
    pub readers: Readers,
    /// Where operations that move money are asked for and acted on.
    pub desk: Desk,
    /// What the header of every page shows.
    pub pulse: Pulse,
}

/// Settings that pages depend on.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The address that people type; forms are only accepted from its origin.
    pub public_url: Url,
    /// The zone that times are shown and days are decided in.
    pub zone: Tz,
    /// Past this age of the data shown, nothing that moves money can be confirmed.
    pub max_data_age: Duration,
    /// Proxies whose `X-Forwarded-For` is believed; normally none.
    pub trusted_proxies: Vec<IpAddr>,
    /// For how many days an expired resource can still be used. Huawei decides by the customer's level.
    pub grace_days: u16,
    /// For how many days it is kept, frozen, after those. The same.
    pub retention_days: u16,
}

impl Settings {
    /// The origin that forms must come from, as browsers write it.
    pub fn origin(&self) -> String {
        self.public_url.origin().ascii_serialization()
    }

    /// Whether browsers treat the address as trustworthy, so that `Secure` cookies reach us:
    /// https, or this machine itself.
    pub fn is_secure(&self) -> bool {
        let loopback = match self.public_url.host() {
            Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
            Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
            None => false,
        };
        self.public_url.scheme() == "https" || loopback
    }
}

/// Figures about each account that every page's header shows. Jobs set them, so that pages need
/// no query for them.
#[derive(Debug, Clone, Default)]
pub struct Pulse(Arc<RwLock<HashMap<AccountId, u64>>>);

impl Pulse {
    /// Replaces the number of open operations of every account.
    pub fn set_open_operations(&self, by_account: HashMap<AccountId, u64>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = by_account;
    }

    /// How many operations of the accounts in `scope` are open.
    pub fn open_operations(&self, scope: &Scope) -> u64 {
        let counts = self.0.read().unwrap_or_else(PoisonError::into_inner);
        scope.accounts().iter().filter_map(|account| counts.get(account)).sum()
    }
}
