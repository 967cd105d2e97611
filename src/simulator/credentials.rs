//! What the simulated IAM hands out: passwords, tokens and temporary keys. Each carries what it is good
//! for and a mark that only this company can make, so that nothing has to be remembered about them.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::world::{World, times::Millis};

/// A temporary access key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SessionKey {
    pub(crate) ak: String,
    pub(crate) sk: String,
    pub(crate) security_token: String,
}

/// What temporary access keys begin with.
const SESSION: &str = "HST3";
/// What tokens begin with.
const TOKEN: &str = "MIISim";

impl World {
    /// The password of an account's IAM users.
    pub(crate) fn password(&self, account: usize) -> String {
        format!("Pw-{}", &self.mark(&format!("password {}", self.accounts[account].domain_id))[..16])
    }

    /// A token of an account that lasts until `expires`.
    pub(crate) fn token(&self, account: usize, expires: Millis) -> String {
        let claim = format!("{account:04x}{expires:012x}");
        let mark = self.mark(&format!("token {claim}"));
        // Real ones are long.
        format!("{TOKEN}{claim}{mark}{}", mark.repeat(8))
    }

    /// Whose token it is and until when; nothing when it was not made here.
    pub(crate) fn token_holder(&self, token: &str) -> Option<(usize, Millis)> {
        let (account, expires) = self.claim(token.strip_prefix(TOKEN)?)?;
        (self.token(account, expires) == token).then_some((account, expires))
    }

    /// A temporary key of an account that lasts until `expires`.
    pub(crate) fn session_key(&self, account: usize, expires: Millis) -> SessionKey {
        let claim = format!("{account:04X}{expires:012X}");
        SessionKey {
            ak: format!("{SESSION}{claim}"),
            sk: self.mark(&format!("session secret {claim}"))[..40].to_owned(),
            security_token: format!("gQ{}", self.mark(&format!("session token {claim}")).repeat(4)),
        }
    }

    /// Whose temporary key it is and until when.
    pub(crate) fn session_holder(&self, ak: &str) -> Option<(usize, Millis)> {
        let rest = ak.strip_prefix(SESSION)?;
        let (account, expires) = self.claim(rest)?;
        (self.session_key(account, expires).ak == ak).then_some((account, expires))
    }

    fn claim(&self, text: &str) -> Option<(usize, Millis)> {
        let account = usize::from_str_radix(text.get(..4)?, 16).ok()?;
        let expires = Millis::from_str_radix(text.get(4..16)?, 16).ok()?;
        (account < self.accounts.len()).then_some((account, expires))
    }

    fn mark(&self, text: &str) -> String {
        let key = format!("simulated IAM {}", self.seed);
        let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("HMAC takes a key of any length");
        mac.update(text.as_bytes());
        hex::encode(mac.finalize().into_bytes())
    }
}
