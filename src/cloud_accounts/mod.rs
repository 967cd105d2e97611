//! The company's cloud accounts: their credentials, sealed at rest, and the two handles on each.
//! Readers go to whoever shows or syncs; the one set of writers goes to the money journal.

mod credential;
mod store;

use std::{
    collections::{HashMap, HashSet},
    fmt,
    sync::Arc,
};

use chrono::{DateTime, Utc};
use secrecy::ExposeSecret;
use sqlx::PgPool;
use uuid::Uuid;

pub use self::credential::Credential;
use crate::{
    bss::{
        self, Chance, Connection, Credentials, Endpoint, Identity, Login, NoEndpoint, Reader, Site, Writer,
        limits::Limits, transport::Wire,
    },
    clock::Clock,
    identity::access::{AccountId, Scope},
    vault::{Closed, Vault},
};

/// What an account may do at Huawei.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Kind {
    /// Acts for itself.
    #[default]
    Ordinary,
    /// The master of an enterprise: may act for its members.
    Master,
}

impl Kind {
    /// The name in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ordinary => "ordinary",
            Self::Master => "master",
        }
    }
}

/// Where an account's BSS is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Upstream {
    /// One of Huawei's sites.
    Site(Site),
    /// An address of one's own: a simulator, or a site of tomorrow.
    Custom(Endpoint),
}

impl Upstream {
    fn columns(&self) -> (&'static str, Option<String>) {
        match self {
            Self::Site(Site::China) => ("china", None),
            Self::Site(Site::International) => ("international", None),
            Self::Site(Site::Europe) => ("europe", None),
            Self::Custom(endpoint) => ("custom", Some(endpoint.to_string())),
        }
    }

    fn read(site: &str, endpoint: Option<&str>) -> Result<Self, NoEndpoint> {
        match site {
            "china" => Ok(Self::Site(Site::China)),
            "international" => Ok(Self::Site(Site::International)),
            "europe" => Ok(Self::Site(Site::Europe)),
            _ => endpoint.ok_or(NoEndpoint)?.parse().map(Self::Custom),
        }
    }

    fn endpoint(&self) -> Endpoint {
        match self {
            Self::Site(site) => site.endpoint(),
            Self::Custom(endpoint) => endpoint.clone(),
        }
    }

    fn identity(&self) -> Option<Identity> {
        match self {
            Self::Site(site) => Some(site.identity()),
            Self::Custom(_) => None,
        }
    }
}

/// An account as it is configured.
#[derive(Debug, Clone)]
pub struct Configured {
    /// What people call it; it finds the account again at the next start.
    pub name: String,
    /// What it may do.
    pub kind: Kind,
    /// Where its BSS is.
    pub upstream: Upstream,
    /// Where IAM and STS are, if not where they are for the site.
    pub identity: Option<Identity>,
    /// Huawei's id of it, where it is known.
    pub domain_id: Option<String>,
    /// The login name of the user whose key it is, as Huawei's orders have it.
    pub user_name: Option<String>,
    /// What it signs in with.
    pub credential: Credential,
}

impl Configured {
    /// The means to read the account without going through the database, to try it out.
    ///
    /// # Errors
    /// When there is a log-in and nowhere to log in.
    pub fn reader(&self, shared: &Shared) -> Result<Reader, NowhereToLogIn> {
        let place = At {
            upstream: &self.upstream,
            identity: self.identity.clone(),
            domain_id: self.domain_id.clone(),
            label: self.name.clone(),
        };
        place.connect(self.credential.clone(), shared).map(|(reader, _)| reader)
    }
}

/// An account that logs in does not say where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an IAM user cannot log in: where IAM is, is not known")]
pub struct NowhereToLogIn;

/// Where an account is.
struct At<'a> {
    upstream: &'a Upstream,
    identity: Option<Identity>,
    domain_id: Option<String>,
    label: String,
}

impl At<'_> {
    /// Both handles; no writer where there is no key to sign with.
    fn connect(
        self,
        credential: Credential,
        shared: &Shared,
    ) -> Result<(Reader, Option<Writer>), NowhereToLogIn> {
        let identity = self.identity.clone().or_else(|| self.upstream.identity());
        match credential {
            Credential::Key { access_key, secret_key, session } => {
                let access_key = access_key.expose_secret().to_owned();
                let domain_id = self.domain_id.clone();
                let key = Credentials { access_key, secret_key, session, domain_id, identity };
                let (reader, writer) = bss::connect(self.connection(key, shared));
                Ok((reader, Some(writer)))
            }
            Credential::Login { user, password, domain } => {
                let identity = identity.ok_or(NowhereToLogIn)?;
                let login = Login { user, password, domain, identity };
                Ok((bss::log_in(self.connection(login, shared)), None))
            }
        }
    }

    fn connection<C>(self, credentials: C, shared: &Shared) -> Connection<C> {
        Connection {
            endpoint: self.upstream.endpoint(),
            credentials,
            account: self.label,
            clock: shared.clock.clone(),
            wire: shared.wire.clone(),
            limits: shared.limits.clone(),
            chance: shared.chance.clone(),
        }
    }
}

/// An account, as pages and jobs name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The portal's id of it.
    pub id: AccountId,
    /// What people call it.
    pub name: String,
    /// Whether it is still read and paid for; what was read before stays to be seen.
    pub enabled: bool,
}

/// Why accounts could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// A credential does not open.
    #[error("the credentials of account {0}")]
    Sealed(String, #[source] Closed),
    /// A stored address is none.
    #[error("the address of account {0}")]
    Address(String, #[source] NoEndpoint),
    /// A log-in leads nowhere.
    #[error("account {0}")]
    LogIn(String, #[source] NowhereToLogIn),
    /// The database said no.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Writes the configured accounts, sealed, and switches off those that are no longer configured.
/// Nothing configured changes nothing: then accounts are managed elsewhere.
pub async fn configure(
    db: &PgPool,
    vault: &Vault,
    now: DateTime<Utc>,
    configured: &[Configured],
) -> Result<(), Problem> {
    if configured.is_empty() {
        return Ok(());
    }
    let mut tx = db.begin().await?;
    store::one_at_a_time(&mut tx).await?;
    for account in configured {
        let existing = store::find(&mut tx, &account.name).await?;
        let (site, endpoint) = account.upstream.columns();
        let id = existing.as_ref().map_or_else(Uuid::now_v7, |row| row.id);
        let credential = &account.credential;
        let (iam, sts) = addresses(account.identity.as_ref());
        let at = credential::LogInAt::of(site, iam.as_deref());
        let same = existing.as_ref().is_some_and(|row| credential.is_in(vault, at, row));
        let version =
            existing.as_ref().map_or(1, |row| if same { row.sealed_version } else { row.sealed_version + 1 });
        let kept = existing.filter(|row| same && !credential::is_outdated(vault, row));
        let sealed = kept.map_or_else(
            || credential.seal(vault, at, id, version),
            |row| credential::Sealed { first: row.ak_sealed, second: row.sk_sealed, token: row.token_sealed },
        );
        let row = store::Written {
            id,
            name: &account.name,
            kind: account.kind.as_str(),
            site,
            endpoint: endpoint.as_deref(),
            domain_id: account.domain_id.as_deref(),
            user_name: account.user_name.as_deref(),
            credential: credential.kind(),
            ak_sealed: &sealed.first,
            sk_sealed: &sealed.second,
            token_sealed: sealed.token.as_deref(),
            key_expires_at: credential.expires_at(),
            iam: iam.as_deref(),
            sts: sts.as_deref(),
            sealed_version: version,
        };
        store::upsert(&mut tx, &row, now).await?;
    }
    let names: Vec<String> = configured.iter().map(|account| account.name.clone()).collect();
    store::disable_others(&mut tx, &names, now).await?;
    tx.commit().await?;
    Ok(())
}

/// What the connections of all accounts share.
#[derive(Clone)]
pub struct Shared {
    /// The time.
    pub clock: Clock,
    /// What carries the requests.
    pub wire: Arc<dyn Wire>,
    /// The rate limits of the process.
    pub limits: Limits,
    /// Chance for back-off.
    pub chance: Chance,
}

/// Opens every account. One that does not open stops the start: a portal that silently leaves out an
/// account shows wrong sums.
pub async fn open(db: &PgPool, vault: &Vault, shared: &Shared) -> Result<(Readers, Writers), Problem> {
    let mut accounts = Vec::new();
    let mut readers = HashMap::new();
    let mut writers = HashMap::new();
    let mut masters = HashSet::new();
    for row in store::all(db).await? {
        let id = AccountId(row.id);
        if row.kind == Kind::Master.as_str() {
            masters.insert(id);
        }
        if row.enabled {
            let (reader, writer) = handles(vault, shared, &row)?;
            readers.insert(id, reader.known_as(row.user_name.as_deref()));
            writers.extend(writer.map(|writer| (id, writer)));
        }
        accounts.push(Account { id, name: row.name, enabled: row.enabled });
    }
    Ok((Readers(Arc::new(Opened { accounts, readers, masters })), Writers::of(writers)))
}

/// The ids of the accounts called `names`; the first name that nothing is called is the error.
pub async fn ids(db: &PgPool, names: &[String]) -> Result<Vec<AccountId>, UnknownAccount> {
    let all = store::all(db).await?;
    names
        .iter()
        .map(|name| {
            let found = all.iter().find(|row| row.name == *name);
            found.map(|row| AccountId(row.id)).ok_or_else(|| UnknownAccount::Name(name.clone()))
        })
        .collect()
}

/// No account is called so.
#[derive(Debug, thiserror::Error)]
pub enum UnknownAccount {
    /// This name.
    #[error("there is no cloud account {0:?}")]
    Name(String),
    /// The database said no.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// The site that an account was found to belong to, if it is known of old.
pub async fn site_of(db: &PgPool, name: &str) -> sqlx::Result<Option<Site>> {
    let all = store::all(db).await?;
    let known = all.into_iter().find(|row| row.name == name);
    let upstream = known.and_then(|row| Upstream::read(&row.site, row.endpoint.as_deref()).ok());
    Ok(upstream.and_then(|upstream| match upstream {
        Upstream::Site(site) => Some(site),
        Upstream::Custom(_) => None,
    }))
}

fn addresses(identity: Option<&Identity>) -> (Option<String>, Option<String>) {
    let iam = identity.map(|identity| identity.iam.to_string());
    (iam, identity.and_then(|identity| identity.sts.as_ref()).map(ToString::to_string))
}

fn handles(vault: &Vault, shared: &Shared, row: &store::Row) -> Result<(Reader, Option<Writer>), Problem> {
    let credential =
        Credential::open(vault, row).map_err(|closed| Problem::Sealed(row.name.clone(), closed))?;
    let address = |error| Problem::Address(row.name.clone(), error);
    let upstream = Upstream::read(&row.site, row.endpoint.as_deref()).map_err(address)?;
    let identity = match &row.iam {
        None => None,
        Some(iam) => Some(Identity {
            iam: iam.parse().map_err(address)?,
            sts: row.sts.as_deref().map(str::parse).transpose().map_err(address)?,
        }),
    };
    let domain_id = row.domain_id.clone();
    At { upstream: &upstream, identity, domain_id, label: row.id.to_string() }
        .connect(credential, shared)
        .map_err(|nowhere| Problem::LogIn(row.name.clone(), nowhere))
}

/// The means to read every enabled account; cheap to clone.
#[derive(Clone, Default)]
pub struct Readers(Arc<Opened>);

#[derive(Default)]
struct Opened {
    accounts: Vec<Account>,
    readers: HashMap<AccountId, Reader>,
    masters: HashSet<AccountId>,
}

impl fmt::Debug for Readers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Readers").field(&self.0.accounts).finish()
    }
}

impl Readers {
    /// Readers of accounts that are already open, as tests and simulations have them.
    pub fn of(accounts: Vec<Account>, readers: HashMap<AccountId, Reader>) -> Self {
        Self(Arc::new(Opened { accounts, readers, masters: HashSet::new() }))
    }

    /// The means to read `account`; `None` if it is unknown or switched off.
    pub fn get(&self, account: AccountId) -> Option<&Reader> {
        self.0.readers.get(&account)
    }

    /// Whether `account` is the master of an enterprise, which also pays for its members.
    pub fn is_master(&self, account: AccountId) -> bool {
        self.0.masters.contains(&account)
    }

    /// The same for work that nobody waits for, which lets the calls of pages and operations go first.
    #[must_use]
    pub fn in_background(&self) -> Self {
        let Opened { accounts, readers, masters } = &*self.0;
        let readers = readers.iter().map(|(account, reader)| (*account, reader.in_background())).collect();
        Self(Arc::new(Opened { accounts: accounts.clone(), readers, masters: masters.clone() }))
    }

    /// Every account, by name.
    pub fn all(&self) -> &[Account] {
        &self.0.accounts
    }

    /// The accounts in `scope`, by name.
    pub fn accounts<'a>(&'a self, scope: &'a Scope) -> impl Iterator<Item = &'a Account> {
        self.0.accounts.iter().filter(|account| scope.contains(account.id))
    }

    /// What people call `account`.
    pub fn name(&self, account: AccountId) -> Option<&str> {
        self.0.accounts.iter().find(|known| known.id == account).map(|known| known.name.as_str())
    }
}

/// The means to move money, one per enabled account that signs with a key. There is one set, and the journal
/// has it.
pub struct Writers(HashMap<AccountId, Arc<Writer>>);

impl fmt::Debug for Writers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Writers({})", self.0.len())
    }
}

impl Writers {
    /// Writers of accounts that are already open, as tests and simulations have them.
    pub fn of(writers: HashMap<AccountId, Writer>) -> Self {
        Self(writers.into_iter().map(|(account, writer)| (account, Arc::new(writer))).collect())
    }

    /// The means to move `account`'s money; `None` if it is unknown, switched off, or can only be read.
    pub fn get(&self, account: AccountId) -> Option<Arc<Writer>> {
        self.0.get(&account).cloned()
    }
}

/// An account that leads nowhere.
#[cfg(test)]
pub(crate) async fn one_for_a_test(db: &PgPool) -> AccountId {
    let vault = Vault::new(&secrecy::SecretString::from("ab".repeat(32))).expect("a key");
    let account = tests::account("north", "secret");
    configure(db, &vault, DateTime::UNIX_EPOCH, &[account]).await.expect("written");
    ids(db, &["north".to_owned()]).await.expect("there").remove(0)
}

/// The same, and the means to try.
#[cfg(test)]
pub(crate) async fn readers_for_a_test(db: &PgPool) -> (AccountId, Readers) {
    let account = one_for_a_test(db).await;
    let vault = Vault::new(&secrecy::SecretString::from("ab".repeat(32))).expect("a key");
    let (readers, _) = open(db, &vault, &tests::shared()).await.expect("open");
    (account, readers)
}

#[cfg(test)]
mod tests;
