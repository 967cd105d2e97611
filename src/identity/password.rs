//! Passwords: which are good enough, and argon2id behind a short queue, so that a flood of sign-ins
//! takes neither the processor nor the memory from everybody else. It stores nothing.

use std::{sync::Arc, time::Duration};

use argon2::{
    Algorithm, Argon2, KeyId, ParamsBuilder, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

/// The fewest characters of a password.
pub const MIN_CHARS: usize = 15;
/// The most bytes of a password.
pub const MAX_BYTES: usize = 256;

/// 19 MiB, twice: what OWASP asks of argon2id with one lane; some 35 ms of a core.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
/// How many may wait for a turn, and how long.
const QUEUE: usize = 64;
const WAIT: Duration = Duration::from_secs(3);

/// Why a new password is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Weak {
    /// Fewer than [`MIN_CHARS`] characters.
    #[error("the password needs at least {MIN_CHARS} characters")]
    Short,
    /// More than [`MAX_BYTES`] bytes.
    #[error("the password may have at most {MAX_BYTES} bytes")]
    Long,
    /// On the lists of those who guess, or made of names they would try.
    #[error("the password is easy to guess")]
    Guessable,
}

/// Whether `password` may be chosen by somebody called `username`. No rules about kinds of
/// characters: they make passwords worse (NIST SP 800-63B).
pub fn judge(password: &SecretString, username: &str) -> Result<(), Weak> {
    let password = normalised(password);
    let password = password.expose_secret();
    if password.chars().count() < MIN_CHARS {
        return Err(Weak::Short);
    }
    if password.len() > MAX_BYTES {
        return Err(Weak::Long);
    }
    // Estimating takes longer the longer the text; what is guessable shows at the start.
    let head: String = password.chars().take(64).collect();
    let context = [username, "huawei", "portal", "billing", "cloud", "bss", "华为云"];
    // Names that everybody here knows count for nothing.
    let rest = context.iter().fold(head.to_lowercase(), |rest, word| rest.replace(&word.to_lowercase(), ""));
    if rest.chars().filter(|c| c.is_alphanumeric() || !c.is_ascii()).count() < 8 {
        return Err(Weak::Guessable);
    }
    if zxcvbn::zxcvbn(&head, &context).score() < zxcvbn::Score::Three {
        return Err(Weak::Guessable);
    }
    Ok(())
}

/// Too many are waiting for their password to be checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many passwords are being checked")]
pub struct Busy;

/// What checking a password found.
#[derive(Debug, PartialEq, Eq)]
pub enum Checked {
    /// It is not the password.
    Wrong,
    /// It is the password.
    Right {
        /// A hash with today's parameters, if the stored one has others.
        better: Option<String>,
    },
}

/// Makes and checks hashes, a few at a time.
#[derive(Debug, Clone)]
pub struct Passwords(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    pepper: Option<SecretString>,
    turns: Arc<Semaphore>,
    places: Semaphore,
    /// The hash of nothing in particular: checked when there is no such person, so that the answer
    /// takes as long.
    decoy: String,
}

impl Passwords {
    /// With a secret of the portal's that is mixed into every hash, if one is configured.
    pub fn new(pepper: Option<SecretString>) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
        let turns = cores.saturating_sub(1).max(1);
        let decoy = hash(&SecretString::from(uuid::Uuid::new_v4().to_string()), pepper.as_ref());
        Self(Arc::new(Inner {
            pepper,
            turns: Arc::new(Semaphore::new(turns)),
            places: Semaphore::new(turns + QUEUE),
            decoy,
        }))
    }

    /// The hash of a new password.
    pub async fn hash(&self, password: &SecretString) -> Result<String, Busy> {
        let password = normalised(password);
        self.in_turn(move |inner| hash(&password, inner.pepper.as_ref())).await
    }

    /// Whether `password` is the one behind `stored`; without one it is never, and takes as long.
    pub async fn check(&self, password: &SecretString, stored: Option<&str>) -> Result<Checked, Busy> {
        if password.expose_secret().len() > 2 * MAX_BYTES {
            return Ok(Checked::Wrong);
        }
        let password = normalised(password);
        let stored = stored.map(str::to_owned);
        self.in_turn(move |inner| {
            let checked = check(&password, stored.as_ref().unwrap_or(&inner.decoy), inner.pepper.as_ref());
            if stored.is_some() { checked } else { Checked::Wrong }
        })
        .await
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let _place = self.0.places.try_acquire().map_err(|_| Busy)?;
        let turn = tokio::time::timeout(WAIT, self.0.turns.clone().acquire_owned())
            .await
            .map_err(|_| Busy)?
            .map_err(|_| Busy)?;
        let inner = self.0.clone();
        tokio::task::spawn_blocking(move || {
            // Kept until the work is done, also when nobody waits for it any more.
            let _turn = turn;
            work(&inner)
        })
        .await
        .map_err(|_| Busy)
    }
}

/// One spelling of what looks the same, whatever keyboard it came from.
fn normalised(password: &SecretString) -> SecretString {
    SecretString::from(password.expose_secret().nfc().collect::<String>())
}

/// Names the pepper in a hash without telling it.
fn pepper_id(pepper: &SecretString) -> [u8; 8] {
    let mut id = [0; 8];
    id.copy_from_slice(&Sha256::digest([b"pepper:", pepper.expose_secret().as_bytes()].concat())[..8]);
    id
}

fn hasher(pepper: Option<&SecretString>) -> Argon2<'_> {
    let mut params = ParamsBuilder::new();
    params.m_cost(MEMORY_KIB).t_cost(PASSES).p_cost(1);
    if let Some(pepper) = pepper {
        params.keyid(KeyId::new(&pepper_id(pepper)).expect("eight bytes are a key id"));
    }
    let params = params.build().expect("constants within argon2's limits");
    with(params, pepper)
}

fn with(params: argon2::Params, pepper: Option<&SecretString>) -> Argon2<'_> {
    match pepper {
        Some(pepper) => Argon2::new_with_secret(
            pepper.expose_secret().as_bytes(),
            Algorithm::Argon2id,
            Version::V0x13,
            params,
        )
        .expect("a secret within argon2's limits"),
        None => Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
    }
}

fn hash(password: &SecretString, pepper: Option<&SecretString>) -> String {
    hasher(pepper)
        .hash_password(password.expose_secret().as_bytes())
        .expect("argon2 hashes any password")
        .to_string()
}

fn check(password: &SecretString, stored: &str, pepper: Option<&SecretString>) -> Checked {
    let Ok(parsed) = PasswordHash::new(stored) else { return Checked::Wrong };
    let Ok(params) = argon2::Params::try_from(&parsed) else { return Checked::Wrong };
    let pepper_used = match (params.keyid(), pepper) {
        ([], _) => None,
        (id, Some(pepper)) if id == pepper_id(pepper) => Some(pepper),
        _ => {
            tracing::error!("a password was hashed with a pepper that is not configured");
            return Checked::Wrong;
        }
    };
    let today = hasher(pepper);
    let today = today.params();
    let as_today = (params.m_cost(), params.t_cost(), params.p_cost(), params.keyid())
        == (today.m_cost(), today.t_cost(), today.p_cost(), today.keyid());
    if with(params, pepper_used).verify_password(password.expose_secret().as_bytes(), &parsed).is_err() {
        return Checked::Wrong;
    }
    Checked::Right { better: (!as_today).then(|| hash(password, pepper)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> SecretString {
        SecretString::from(text.to_owned())
    }

    #[test]
    fn length_and_guessability_are_judged_and_nothing_else() {
        for (password, verdict) in [
            ("", Err(Weak::Short)),
            ("Tr0ub4dor&3-xyz", Ok(())),
            ("xK9#mQ2$vL5@nR", Err(Weak::Short)),
            ("correct horse battery staple", Ok(())),
            ("  leading and trailing count  ", Ok(())),
            ("蓝色的订单在雨夜里慢慢地付款啊", Ok(())),
            ("🦀🌧📦🧾🪁🎋🏮🧮🖌🪶🐉🏯🎏🧧🪭", Ok(())),
            ("aaaaaaaaaaaaaaaaaaaa", Err(Weak::Guessable)),
            ("passwordpassword", Err(Weak::Guessable)),
            ("123456789012345", Err(Weak::Guessable)),
            ("qwertyuiopasdfgh", Err(Weak::Guessable)),
            ("li.na.finance01", Err(Weak::Guessable)),
            ("bss-portal-huawei", Err(Weak::Guessable)),
        ] {
            assert_eq!(judge(&secret(password), "li.na.finance"), verdict, "{password:?}");
        }
        let varied: String =
            (0..300_u32).map(|i| char::from(b'!' + u8::try_from(i * i * 7 % 90).unwrap_or(0))).collect();
        assert_eq!(judge(&secret(&varied[..256]), "x"), Ok(()));
        assert_eq!(judge(&secret(&varied[..257]), "x"), Err(Weak::Long));
    }

    #[tokio::test]
    async fn a_password_is_right_only_if_it_is_the_same_to_the_last_character() {
        let passwords = Passwords::new(None);
        let long = "0123456789abcdef".repeat(16);
        let stored = passwords.hash(&secret(&long)).await.expect("a turn");
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert_eq!(passwords.check(&secret(&long), Some(&stored)).await, Ok(Checked::Right { better: None }));
        for wrong in [&long[..255], &long.to_uppercase(), &format!("{long} "), ""] {
            assert_eq!(passwords.check(&secret(wrong), Some(&stored)).await, Ok(Checked::Wrong));
        }
        assert_eq!(passwords.check(&secret(&long), None).await, Ok(Checked::Wrong));
        assert_eq!(passwords.check(&secret(&long), Some("$argon2id$broken")).await, Ok(Checked::Wrong));
    }

    #[tokio::test]
    async fn one_spelling_is_enough_for_what_looks_the_same() {
        let passwords = Passwords::new(None);
        let stored = passwords.hash(&secret("caf\u{e9} au lait toujours")).await.expect("a turn");
        let typed = secret("cafe\u{301} au lait toujours");
        assert_eq!(passwords.check(&typed, Some(&stored)).await, Ok(Checked::Right { better: None }));
    }

    #[tokio::test]
    async fn an_old_hash_is_bettered_when_the_pepper_arrives_and_dies_with_another() {
        let password = secret("quiet rivers pay invoices");
        let plain = Passwords::new(None).hash(&password).await.expect("a turn");
        let peppered = Passwords::new(Some(secret("salt mine")));
        let Ok(Checked::Right { better: Some(better) }) = peppered.check(&password, Some(&plain)).await
        else {
            panic!("not bettered")
        };
        assert!(better.contains("keyid="), "{better}");
        assert_eq!(peppered.check(&password, Some(&better)).await, Ok(Checked::Right { better: None }));
        assert_eq!(Passwords::new(None).check(&password, Some(&better)).await, Ok(Checked::Wrong));
        let other = Passwords::new(Some(secret("sugar mine")));
        assert_eq!(other.check(&password, Some(&better)).await, Ok(Checked::Wrong));
    }

    #[tokio::test]
    async fn who_finds_the_queue_full_is_told_at_once() {
        let passwords = Passwords::new(None);
        let full = passwords.0.places.available_permits();
        let _crowd = passwords.0.places.acquire_many(u32::try_from(full).unwrap_or(u32::MAX)).await;
        assert_eq!(passwords.hash(&secret("whatever it may be")).await, Err(Busy));
    }
}
