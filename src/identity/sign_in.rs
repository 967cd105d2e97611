//! Signing in and proving oneself again: names, passwords, limits and the record, without a word
//! about HTTP. What it answers never tells whether a name exists.

use std::time::Duration;

use rand::Rng as _;
use secrecy::SecretString;
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    Identity,
    events::{Event, Kind, Whence},
    limits::{self, Channel},
    password::{self, Busy, Checked},
    people, store,
};

/// How long a device stays known without being used.
const DEVICE_MEMORY: Duration = Duration::from_hours(180 * 24);

/// Somebody says who they are.
#[derive(Debug)]
pub struct Attempt {
    /// The name, as typed.
    pub username: String,
    /// The password, as typed.
    pub password: SecretString,
    /// The token that the browser brought along, if it has one.
    pub device: Option<DeviceToken>,
    /// Where it comes from.
    pub whence: Whence,
}

/// Somebody proved who they are.
#[derive(Debug)]
pub struct Entered {
    /// The person.
    pub person: Uuid,
    /// What the browser keeps, to be known next time.
    pub device: DeviceToken,
}

/// Why somebody may not come in.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// Name or password are wrong; which of them is nobody's business.
    #[error("wrong name or password")]
    Wrong,
    /// Too many failures; the next attempt is looked at after this long.
    #[error("too many failures")]
    Wait(Duration),
    /// Too many are signing in at this moment.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The new password is refused.
    #[error(transparent)]
    Weak(#[from] password::Weak),
    /// The database said no.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// What a browser keeps to be known again: 256 random bits, worth nothing without a password.
#[derive(Clone)]
pub struct DeviceToken(String);

impl std::fmt::Debug for DeviceToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DeviceToken(…)")
    }
}

impl DeviceToken {
    fn new() -> Self {
        Self(random_token())
    }

    /// The token in a cookie, if it is one.
    pub fn read(text: &str) -> Option<Self> {
        (text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())).then(|| Self(text.to_owned()))
    }

    /// As a cookie holds it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn hash(&self) -> [u8; 32] {
        Sha256::digest(&self.0).into()
    }
}

/// 256 random bits in hexadecimal.
pub(super) fn random_token() -> String {
    let mut bytes = [0_u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    hex::encode(bytes)
}

impl Identity {
    /// Checks a name and a password.
    pub async fn sign_in(&self, attempt: &Attempt) -> Result<Entered, Refused> {
        let now = self.clock.now();
        let username = people::normalised(&attempt.username);
        let device = attempt.device.clone().unwrap_or_else(DeviceToken::new);
        let known = store::knows_device(&self.db, &username, &device.hash(), now - DEVICE_MEMORY).await?;
        let channel =
            if known { Channel::device(&username, &device.hash()) } else { Channel::strangers(&username) };
        let found = store::credentials(&self.db, &username).await?;
        let person = found.as_ref().map(|found| found.id);

        if let Err(wait) = limits::admit(&self.db, now, &channel, &limits::network(attempt.whence.ip)).await?
        {
            let event = Event::unknown(Kind::SignInLimited, person, attempt.whence);
            store::record_now_and_then(&self.db, now, &event).await?;
            return Err(Refused::Wait(wait));
        }
        let stored = found.as_ref().map(|found| found.password_hash.as_str());
        let checked = self.passwords.check(&attempt.password, stored).await?;
        let (Some(found), Checked::Right { better }) =
            (found.as_ref().filter(|found| !found.disabled), checked)
        else {
            self.record(&Event::unknown(Kind::SignInRefused, person, attempt.whence)).await?;
            return Err(Refused::Wrong);
        };

        let mut tx = self.db.begin().await?;
        store::forgive(&mut tx, &channel.hash).await?;
        store::remember_device(&mut tx, &device.hash(), found.id, now).await?;
        let event =
            Event::own(Kind::SignedIn, found.id, attempt.whence).with(json!({ "known_device": known }));
        store::record(&mut *tx, now, &event).await?;
        tx.commit().await?;
        if let Some(better) = better {
            store::better_hash(&self.db, found.id, &found.password_hash, &better).await?;
        }
        Ok(Entered { person: found.id, device })
    }

    /// Gives a signed-in person a new password for the old one. Every session of theirs ends with
    /// it; the caller begins a new one for this browser.
    pub async fn change_password(
        &self,
        (person, username): (Uuid, &str),
        old: &SecretString,
        new: &SecretString,
        whence: Whence,
    ) -> Result<Entered, Refused> {
        password::judge(new, username)?;
        let now = self.clock.now();
        let channel = Channel::own(person);
        if let Err(wait) = limits::admit(&self.db, now, &channel, &limits::network(whence.ip)).await? {
            return Err(Refused::Wait(wait));
        }
        let stored = store::password_hash(&self.db, person).await?;
        if self.passwords.check(old, stored.as_deref()).await? == Checked::Wrong {
            self.record(
                &Event::own(Kind::SignInRefused, person, whence).with(json!({ "for": "password change" })),
            )
            .await?;
            return Err(Refused::Wrong);
        }
        let hash = self.passwords.hash(new).await?;
        let device = DeviceToken::new();
        let mut tx = self.db.begin().await?;
        store::set_password(&mut tx, person, &hash, false).await?;
        store::forgive(&mut tx, &channel.hash).await?;
        store::remember_device(&mut tx, &device.hash(), person, now).await?;
        store::record(&mut *tx, now, &Event::own(Kind::PasswordChanged, person, whence)).await?;
        tx.commit().await?;
        Ok(Entered { person, device })
    }

    /// Adds to the record of security events.
    pub async fn record(&self, event: &Event) -> sqlx::Result<()> {
        store::record(&self.db, self.clock.now(), event).await
    }

    /// Removes sessions, failures and devices that have outlived their use.
    pub async fn tidy(&self) -> sqlx::Result<()> {
        let now = self.clock.now();
        store::tidy(&self.db, now, now - limits::MEMORY, now - DEVICE_MEMORY).await
    }
}
