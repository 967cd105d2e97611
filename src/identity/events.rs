//! The record of what happened at the portal's own doors. It is appended to, and holds no secrets
//! and no name that nobody has.

use std::net::IpAddr;

use serde_json::Value;
use uuid::Uuid;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A password was right.
    SignedIn,
    /// A password was wrong, or the person unknown or disabled.
    SignInRefused,
    /// An attempt came too soon.
    SignInLimited,
    /// A person ended their session.
    SignedOut,
    /// A person ended another session of theirs.
    SessionEnded,
    /// A person changed their password.
    PasswordChanged,
    /// Somebody gave a person a new first password.
    PasswordReset,
    /// A person was added.
    PersonAdded,
    /// A person may no longer sign in.
    PersonDisabled,
    /// The accounts a person may see were set.
    AccountsGranted,
    /// A person made a secret address of their calendar.
    CalendarShared,
    /// A person took the secret address of their calendar back.
    CalendarWithdrawn,
    /// A role did not permit what was asked.
    AccessDenied,
    /// The first administrator was made.
    SetUp,
}

impl Kind {
    /// The name in the record.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignedIn => "signed_in",
            Self::SignInRefused => "sign_in_refused",
            Self::SignInLimited => "sign_in_limited",
            Self::SignedOut => "signed_out",
            Self::SessionEnded => "session_ended",
            Self::PasswordChanged => "password_changed",
            Self::PasswordReset => "password_reset",
            Self::PersonAdded => "person_added",
            Self::PersonDisabled => "person_disabled",
            Self::AccountsGranted => "accounts_granted",
            Self::CalendarShared => "calendar_shared",
            Self::CalendarWithdrawn => "calendar_withdrawn",
            Self::AccessDenied => "access_denied",
            Self::SetUp => "set_up",
        }
    }
}

/// Where a request came from; nothing of it for the command line.
#[derive(Debug, Clone, Copy, Default)]
pub struct Whence {
    /// The client's address.
    pub ip: Option<IpAddr>,
    /// The request's id, as in the log.
    pub request_id: Option<Uuid>,
}

/// One event.
#[derive(Debug, Clone)]
pub struct Event {
    /// What happened.
    pub kind: Kind,
    /// Whose doing, if known.
    pub actor: Option<Uuid>,
    /// Whom it is about.
    pub person: Option<Uuid>,
    /// Where it came from.
    pub whence: Whence,
    /// What else matters; no secrets.
    pub detail: Value,
}

impl Event {
    /// Somebody did something to themselves.
    pub fn own(kind: Kind, person: Uuid, whence: Whence) -> Self {
        Self {
            kind,
            actor: Some(person),
            person: Some(person),
            whence,
            detail: Value::Object(serde_json::Map::default()),
        }
    }

    /// Somebody unknown did something about a person, or about nobody.
    pub fn unknown(kind: Kind, person: Option<Uuid>, whence: Whence) -> Self {
        Self { kind, actor: None, person, whence, detail: Value::Object(serde_json::Map::default()) }
    }

    /// With more about it.
    #[must_use]
    pub fn with(mut self, detail: Value) -> Self {
        self.detail = detail;
        self
    }
}
