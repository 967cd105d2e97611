//! People: who they are, how they prove it, and what they may do.

pub mod access;
pub mod events;
mod limits;
pub mod lists;
pub mod password;
pub mod people;
pub mod session;
mod setup;
pub mod sign_in;
mod store;

use std::time::Duration;

use secrecy::SecretString;
use sqlx::PgPool;

use crate::{clock::Clock, i18n::Locale};

/// People and their sessions, as the web and the command line use them.
#[derive(Debug, Clone)]
pub struct Identity {
    db: PgPool,
    clock: Clock,
    passwords: password::Passwords,
    idle: Duration,
    absolute: Duration,
}

/// What is configured about people.
#[derive(Debug, Clone)]
pub struct Settings {
    /// A session that nobody used for this long has ended.
    pub idle: Duration,
    /// A session this old has ended, used or not.
    pub absolute: Duration,
    /// A secret mixed into every password hash, kept outside the database.
    pub pepper: Option<SecretString>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { idle: Duration::from_mins(30), absolute: Duration::from_hours(12), pepper: None }
    }
}

impl Identity {
    /// The people of `db`.
    pub fn new(db: PgPool, clock: Clock, settings: Settings) -> Self {
        let passwords = password::Passwords::new(settings.pepper);
        Self { db, clock, passwords, idle: settings.idle, absolute: settings.absolute }
    }

    /// Where sessions are kept.
    pub fn sessions(&self) -> session::Sessions {
        session::Sessions::new(self.db.clone(), self.clock.clone(), self.idle, self.absolute)
    }

    /// Sets a person's language.
    pub async fn set_locale(&self, person: uuid::Uuid, locale: Locale) -> sqlx::Result<()> {
        store::set_locale(&self.db, person, locale).await
    }

    /// Sets how a person likes pages to look.
    pub async fn set_theme(&self, person: uuid::Uuid, theme: Theme) -> sqlx::Result<()> {
        store::set_theme(&self.db, person, theme).await
    }
}

/// How a person likes pages to look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the browser or the system says.
    #[default]
    Auto,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// The name in the database, in forms and in `data-theme`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Auto, Self::Light, Self::Dark].into_iter().find(|theme| theme.as_str() == name)
    }
}

/// The record of security events so far.
#[cfg(test)]
pub(crate) async fn events_for_a_test(db: &PgPool) -> Vec<store::Recorded> {
    store::recorded(db).await.expect("the record can be read")
}

#[cfg(test)]
mod tests;
