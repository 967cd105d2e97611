//! The first administrator. There is no default password: whoever can read the portal's log, or the
//! file that it names, holds a token that makes one administrator, once.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    Identity,
    access::Role,
    events::{Event, Kind, Whence},
    password,
    people::{self, Problem},
    sign_in::random_token,
    store,
};
use crate::i18n::Locale;

/// How long a token is good; a restart makes another.
const GOOD_FOR: Duration = Duration::from_hours(24);

impl Identity {
    /// Whether there is no administrator yet.
    pub async fn needs_setup(&self) -> sqlx::Result<bool> {
        Ok(!store::has_admin(&self.db).await?)
    }

    /// Makes the token of the first-run page, if there is no administrator yet. Earlier tokens end.
    pub async fn begin_setup(&self) -> sqlx::Result<Option<SecretString>> {
        if !self.needs_setup().await? {
            return Ok(None);
        }
        let token = SecretString::from(random_token());
        store::put_setup_token(&self.db, &hash(&token), self.clock.now() + GOOD_FOR).await?;
        Ok(Some(token))
    }

    /// Makes the first administrator. `None`: the token is not, or no longer, good.
    pub async fn finish_setup(
        &self,
        token: &SecretString,
        username: &str,
        password: &SecretString,
        (locale, whence): (Locale, Whence),
    ) -> Result<Option<Uuid>, Problem> {
        let username = people::checked_name(username)?;
        password::judge(password, &username)?;
        let password_hash = self.passwords.hash(password).await?;
        let now = self.clock.now();
        let id = Uuid::now_v7();
        let mut tx = self.db.begin().await?;
        // Whoever deletes the token first wins; the other waits here and finds none.
        if !store::take_setup_token(&mut tx, &hash(token), now).await? || store::has_admin(&mut *tx).await? {
            return Ok(None);
        }
        let row = store::Row {
            id,
            username: &username,
            password_hash: &password_hash,
            must_change_password: false,
            role: Role::Admin,
            locale,
        };
        if !store::insert_person(&mut tx, &row, now).await? {
            return Err(Problem::Taken(username));
        }
        store::record(&mut *tx, now, &Event::own(Kind::SetUp, id, whence)).await?;
        tx.commit().await?;
        Ok(Some(id))
    }
}

fn hash(token: &SecretString) -> [u8; 32] {
    Sha256::digest(token.expose_secret().trim()).into()
}
