//! Sessions in PostgreSQL behind tower-sessions. Only hashes of ids are kept; a session is made by
//! signing in and only ever updated afterwards, so one that has ended stays ended.

mod store;

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::PgPool;
use tower_sessions::{
    Session, SessionStore,
    session::{self, Id, Record},
    session_store::{Error, Result},
};
use uuid::Uuid;

use super::{
    Theme,
    access::{AccountId, Actor, Role, Scope},
};
use crate::{clock::Clock, i18n::Locale};

/// The key under which a session says whose it is, when it is made.
const START: &str = "start";
/// The key under which a loaded session carries what was joined to it.
const SIGNED_IN: &str = "signed_in";
/// How far behind `seen_at` may be; each request writing it would cost more than the page.
const SEEN_GRAIN: Duration = Duration::from_secs(30);

tokio::task_local! {
    static UNATTENDED: ();
}

/// Runs `request` as one that a page makes by itself: it shows nobody's presence, so a session that is
/// only used like this ends as an idle one does.
pub async fn unattended<F: Future>(request: F) -> F::Output {
    UNATTENDED.scope((), request).await
}

/// Whose session is to be made, and from where.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Start {
    /// Who signed in.
    pub person: Uuid,
    /// The address it came from.
    pub ip: Option<String>,
    /// What the browser calls itself.
    pub agent: Option<String>,
}

/// What is known about the person behind a session, read in one query with the session itself, so
/// that a change of rights is in force at the next request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedIn {
    /// The person.
    pub person: Uuid,
    /// The name they sign in with.
    pub username: String,
    /// What they are here for.
    pub role: Role,
    /// Their language.
    pub locale: Locale,
    /// How they like pages to look.
    pub theme: Theme,
    /// The accounts that they were given.
    pub accounts: Vec<AccountId>,
    /// The one account chosen in the header, if any.
    pub chosen: Option<AccountId>,
    /// Whether they must change their password before anything else.
    pub must_change_password: bool,
    /// What pages may call this session.
    pub session: Uuid,
}

impl SignedIn {
    /// The person as an actor, looking at the chosen account or at all of theirs.
    pub fn actor(&self) -> Actor {
        let all_accounts = Scope::of(self.accounts.iter().copied());
        // A choice that is no longer theirs counts for nothing.
        let chosen = self.chosen.filter(|account| all_accounts.contains(*account));
        Actor {
            id: self.person,
            username: self.username.clone(),
            role: self.role,
            scope: all_accounts.narrowed(chosen),
            all_accounts,
            locale: self.locale,
        }
    }
}

/// A session, as its person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// What pages may call it.
    pub session: Uuid,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to half a minute.
    pub seen_at: DateTime<Utc>,
    /// The address it was begun from.
    pub ip: Option<String>,
    /// What the browser called itself.
    pub agent: Option<String>,
}

/// Makes `session` the person's, under a new id.
pub async fn begin(session: &Session, start: &Start) -> std::result::Result<(), session::Error> {
    session.cycle_id().await?;
    session.clear().await;
    session.insert(START, start).await?;
    session.save().await
}

/// Ends `session`.
pub async fn end(session: &Session) -> std::result::Result<(), session::Error> {
    session.flush().await
}

/// Whose session it is: `None` for nobody's, or one that has ended.
pub async fn signed_in(session: &Session) -> std::result::Result<Option<SignedIn>, session::Error> {
    session.get(SIGNED_IN).await
}

/// The sessions of one portal.
#[derive(Debug, Clone)]
pub struct Sessions {
    db: PgPool,
    clock: Clock,
    idle: Duration,
    absolute: Duration,
}

impl Sessions {
    pub(super) const fn new(db: PgPool, clock: Clock, idle: Duration, absolute: Duration) -> Self {
        Self { db, clock, idle, absolute }
    }

    /// A person's sessions in force, the last used first.
    pub async fn list(&self, person: Uuid) -> sqlx::Result<Vec<Listed>> {
        let now = self.clock.now();
        store::list(&self.db, person, now, self.idle_since(now)).await
    }

    /// Ends one of a person's sessions; `false` if they have no such session.
    pub async fn end_one(&self, person: Uuid, session: Uuid) -> sqlx::Result<bool> {
        store::end_one(&self.db, person, session).await
    }

    /// Looks at one account, or at all, in this session. The caller has checked the account's scope.
    pub async fn choose_account(&self, session: Uuid, account: Option<AccountId>) -> sqlx::Result<()> {
        store::choose_account(&self.db, session, account).await
    }

    fn idle_since(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now - self.idle
    }
}

fn hash(id: Id) -> [u8; 32] {
    Sha256::digest(id.0.to_be_bytes()).into()
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn backend(error: sqlx::Error) -> Error {
    Error::Backend(error.to_string())
}

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        let start =
            record.data.get(START).cloned().ok_or_else(|| Error::Encode("nobody's session".to_owned()))?;
        let start: Start = serde_json::from_value(start).map_err(|error| Error::Encode(error.to_string()))?;
        let now = self.clock.now();
        loop {
            if store::insert(&self.db, &hash(record.id), &start, now, now + self.absolute)
                .await
                .map_err(backend)?
            {
                return Ok(());
            }
            record.id = Id::default();
        }
    }

    /// Writes only that the session was used: all else about it has its own statements.
    async fn save(&self, record: &Record) -> Result<()> {
        store::touch(&self.db, &hash(record.id), self.clock.now()).await.map_err(backend)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let now = self.clock.now();
        let id_hash = hash(*id);
        let Some(found) =
            store::find(&self.db, &id_hash, now, self.idle_since(now)).await.map_err(backend)?
        else {
            return Ok(None);
        };
        if found.seen_at + SEEN_GRAIN < now && UNATTENDED.try_with(|()| ()).is_err() {
            store::touch(&self.db, &id_hash, now).await.map_err(backend)?;
        }
        let signed_in =
            serde_json::to_value(&found.signed_in).map_err(|error| Error::Decode(error.to_string()))?;
        Ok(Some(Record {
            id: *id,
            data: [(SIGNED_IN.to_owned(), signed_in)]
                .into_iter()
                .collect::<std::collections::HashMap<String, Value>>(),
            expiry_date: time::OffsetDateTime::from_unix_timestamp(found.expires_at.timestamp())
                .map_err(|error| Error::Decode(error.to_string()))?,
        }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        store::delete(&self.db, &hash(*id)).await.map_err(backend)
    }
}

#[cfg(test)]
mod tests;
