//! People: who they are, how they prove it, and what they may do.

pub mod access;
pub mod session;

use sqlx::PgPool;

use crate::clock::Clock;

/// People and their sessions, as the web and the command line use them.
#[derive(Debug, Clone)]
pub struct Identity {
    db: PgPool,
    clock: Clock,
    settings: Settings,
}

/// What is configured about people.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// A session that nobody used for this long has ended.
    pub idle: std::time::Duration,
    /// A session this old has ended, used or not.
    pub absolute: std::time::Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self { idle: std::time::Duration::from_mins(30), absolute: std::time::Duration::from_hours(12) }
    }
}

impl Identity {
    /// People in `db`.
    pub const fn new(db: PgPool, clock: Clock, settings: Settings) -> Self {
        Self { db, clock, settings }
    }

    /// Where sessions are kept.
    pub fn sessions(&self) -> session::Sessions {
        session::Sessions::new(
            self.db.clone(),
            self.clock.clone(),
            self.settings.idle,
            self.settings.absolute,
        )
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
