//! The people of a test: one per role, called like it, who may see every account.

use bss_portal::{
    i18n::Locale,
    identity::{
        Identity,
        access::{AccountId, Role},
        people::{self, NewPerson},
    },
};

/// Everybody's password.
pub const PASSWORD: &str = "gravel harbour violet ninety";

pub(super) async fn add(identity: &Identity, accounts: &[AccountId]) {
    for role in Role::ALL {
        let new = NewPerson {
            username: role.as_str().to_owned(),
            role,
            locale: Locale::En,
            accounts: accounts.to_vec(),
            password: Some(PASSWORD.to_owned().into()),
        };
        people::add(identity, &new).await.expect("added");
    }
}
