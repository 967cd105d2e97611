//! Managing people: what the command line and, later, administrators' pages do. No one but the
//! person ever chooses a lasting password: one given by others must be changed at first use.

use chrono::{DateTime, Utc};
use rand::RngExt as _;
use secrecy::SecretString;
use serde_json::json;
use uuid::Uuid;

use super::{
    Identity,
    access::{AccountId, Actor, Role},
    events::{Event, Kind, Whence},
    password::{self, Busy},
    store,
};
use crate::i18n::Locale;

/// A person, as lists show them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Their id.
    pub id: Uuid,
    /// The name they sign in with.
    pub username: String,
    /// What they are here for.
    pub role: Role,
    /// The names of the accounts they may see.
    pub accounts: Vec<String>,
    /// Whether they must choose a password at their next sign-in.
    pub must_change_password: bool,
    /// Since when they may not sign in, if so.
    pub disabled_at: Option<DateTime<Utc>>,
    /// Since when they are here.
    pub created_at: DateTime<Utc>,
}

/// A person to be added.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// The name they will sign in with.
    pub username: String,
    /// What they are here for.
    pub role: Role,
    /// Their language until they choose another.
    pub locale: Locale,
    /// The accounts they may see.
    pub accounts: Vec<AccountId>,
    /// A lasting password, as a demo needs it; without one, a first password is made that must be
    /// changed.
    pub password: Option<SecretString>,
}

/// Why a change to people was not made.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The name has other characters, or is too long.
    #[error(
        "{0:?} is not a user name: 1 to 64 small letters, digits and . _ - @, starting with a letter or digit"
    )]
    BadName(String),
    /// The name is taken.
    #[error("there is already a user {0}")]
    Taken(String),
    /// Nobody is called so.
    #[error("there is no user {0}")]
    Unknown(String),
    /// The password is refused.
    #[error(transparent)]
    Weak(#[from] password::Weak),
    /// Too many passwords are being checked at this moment.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The database said no.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Adds a person; answers with their id and with the first password if one was made.
pub async fn add(identity: &Identity, new: &NewPerson) -> Result<(Uuid, Option<SecretString>), Problem> {
    let username = checked_name(&new.username)?;
    let made = new.password.is_none().then(first_password);
    let password = new.password.as_ref().or(made.as_ref()).ok_or(Busy)?;
    password::judge(password, &username)?;
    let hash = identity.passwords.hash(password).await?;
    let now = identity.clock.now();
    let row = store::Row {
        id: Uuid::now_v7(),
        username: &username,
        password_hash: &hash,
        must_change_password: made.is_some(),
        role: new.role,
        locale: new.locale,
    };
    let mut tx = identity.db.begin().await?;
    if !store::insert_person(&mut tx, &row, now).await? {
        return Err(Problem::Taken(username));
    }
    store::grant(&mut tx, row.id, &new.accounts).await?;
    let event = Event::unknown(Kind::PersonAdded, Some(row.id), Whence::default())
        .with(json!({ "username": username, "role": new.role, "accounts": new.accounts }));
    store::record(&mut *tx, now, &event).await?;
    tx.commit().await?;
    Ok((row.id, made))
}

/// Gives a person a first password again, which ends all their sessions.
pub async fn reset_password(identity: &Identity, username: &str) -> Result<SecretString, Problem> {
    let person = find(identity, username).await?;
    let password = first_password();
    let hash = identity.passwords.hash(&password).await?;
    let mut tx = identity.db.begin().await?;
    store::set_password(&mut tx, person, &hash, true).await?;
    let event = Event::unknown(Kind::PasswordReset, Some(person), Whence::default());
    store::record(&mut *tx, identity.clock.now(), &event).await?;
    tx.commit().await?;
    Ok(password)
}

/// Ends a person's access and all their sessions at once.
pub async fn disable(identity: &Identity, username: &str) -> Result<(), Problem> {
    let person = find(identity, username).await?;
    let now = identity.clock.now();
    let mut tx = identity.db.begin().await?;
    store::disable(&mut tx, person, now).await?;
    store::record(&mut *tx, now, &Event::unknown(Kind::PersonDisabled, Some(person), Whence::default()))
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Sets the accounts that a person may see; in force at their next request.
pub async fn grant(identity: &Identity, username: &str, accounts: &[AccountId]) -> Result<(), Problem> {
    let person = find(identity, username).await?;
    let mut tx = identity.db.begin().await?;
    store::grant(&mut tx, person, accounts).await?;
    let event = Event::unknown(Kind::AccountsGranted, Some(person), Whence::default())
        .with(json!({ "accounts": accounts }));
    store::record(&mut *tx, identity.clock.now(), &event).await?;
    tx.commit().await?;
    Ok(())
}

/// Everybody, by name.
pub async fn list(identity: &Identity) -> Result<Vec<Person>, Problem> {
    Ok(store::people(&identity.db).await?)
}

/// The person with this id as they are now, with all their rights, for what is done in their name while they
/// are away. Nobody who is disabled, or who has to choose a new password first.
pub async fn actor(identity: &Identity, person: Uuid) -> sqlx::Result<Option<Actor>> {
    store::actor(&identity.db, person).await
}

async fn find(identity: &Identity, username: &str) -> Result<Uuid, Problem> {
    let username = normalised(username);
    store::credentials(&identity.db, &username).await?.map(|found| found.id).ok_or(Problem::Unknown(username))
}

/// A name as it is looked up: people capitalise and leave blanks behind.
pub(super) fn normalised(username: &str) -> String {
    username.trim().to_lowercase()
}

/// A name that may be given to somebody.
pub(super) fn checked_name(username: &str) -> Result<String, Problem> {
    let name = normalised(username);
    let starts_well = name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    let is_plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._@-".contains(&b));
    if starts_well && is_plain && name.len() <= 64 {
        Ok(name)
    } else {
        Err(Problem::BadName(username.to_owned()))
    }
}

/// 120 random bits in groups that can be read out: `k7mq-2xwd-…`.
fn first_password() -> SecretString {
    // Without letters and digits that look alike.
    const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
    let mut random = rand::rng();
    let mut text = String::with_capacity(29);
    for at in 0..24 {
        if at > 0 && at % 4 == 0 {
            text.push('-');
        }
        text.push(char::from(ALPHABET[random.random_range(0..ALPHABET.len())]));
    }
    SecretString::from(text)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn names_are_small_ascii_and_unlike_each_other() {
        for (given, name) in [
            (" Li.Na ", Some("li.na")),
            ("zhang-3@corp.cn", Some("zhang-3@corp.cn")),
            ("李娜", None),
            ("", None),
            (".a", None),
            ("a b", None),
        ] {
            assert_eq!(checked_name(given).ok().as_deref(), name, "{given:?}");
        }
        assert!(checked_name(&"a".repeat(65)).is_err());
    }

    #[test]
    fn a_first_password_passes_our_own_rules() {
        for _ in 0..20 {
            let password = first_password();
            assert_eq!(password::judge(&password, "li.na"), Ok(()), "{}", password.expose_secret());
        }
    }
}
