//! Seals secrets for the database, each bound to its row and column, so that a value copied elsewhere
//! does not open. It fails closed: what does not open exactly is an error, never an empty secret.

use std::{
    fs, io,
    io::Write as _,
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
};

use base64::Engine as _;
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use rand::Rng as _;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// The first byte of what is sealed: the layout of the rest.
const LAYOUT: u8 = 1;
const KEY_ID: usize = 8;
const NONCE: usize = 24;

/// Where a sealed value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The table.
    pub table: &'a str,
    /// The row's key.
    pub row: uuid::Uuid,
    /// The column.
    pub column: &'a str,
    /// Grows when the value is replaced, so that an old one cannot be put back.
    pub version: i32,
}

impl Place<'_> {
    fn bound(&self) -> String {
        format!("{}|{}|{}|{}", self.table, self.row, self.column, self.version)
    }
}

/// Why a vault or a value does not open. It never says more.
#[derive(Debug, thiserror::Error)]
pub enum Closed {
    /// The text is not 32 bytes in base64 or hexadecimal.
    #[error("a vault key is 32 bytes, written in base64 or hexadecimal")]
    NotAKey,
    /// The key file can be read by others than its owner.
    #[error("{0} can be read by others than its owner; run chmod 600 on it")]
    Readable(String),
    /// The key file cannot be read or made.
    #[error("vault key file {0}")]
    File(String, #[source] io::Error),
    /// Sealed with a key that is not here.
    #[error("sealed with a key that was not given")]
    UnknownKey,
    /// Damaged, or belonging elsewhere.
    #[error("the sealed value is damaged or belongs elsewhere")]
    Damaged,
}

/// Keys that seal and open: the first seals, all open, so that keys can be changed without a gap.
pub struct Vault {
    keys: Vec<Key>,
}

struct Key {
    id: [u8; KEY_ID],
    cipher: XChaCha20Poly1305,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Vault({} keys)", self.keys.len())
    }
}

impl Vault {
    /// A vault with the key, or keys, that `text` holds: one a line, the newest first.
    pub fn new(text: &SecretString) -> Result<Self, Closed> {
        let keys: Vec<Key> = text
            .expose_secret()
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(Key::read)
            .collect::<Result<_, _>>()?;
        if keys.is_empty() { Err(Closed::NotAKey) } else { Ok(Self { keys }) }
    }

    /// A vault with the keys of the file, which is made with a new key if it does not exist.
    pub fn at(path: &Path) -> Result<Self, Closed> {
        let failed = |error| Closed::File(path.display().to_string(), error);
        let opened = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        match opened {
            Ok(mut file) => {
                let mut bytes = [0_u8; 32];
                rand::rng().fill_bytes(&mut bytes);
                let text = format!("{}\n", hex::encode(bytes));
                file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
                Self::new(&SecretString::from(text))
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let access = fs::metadata(path).map_err(failed)?.permissions().mode();
                if access & 0o077 != 0 {
                    return Err(Closed::Readable(path.display().to_string()));
                }
                Self::new(&SecretString::from(fs::read_to_string(path).map_err(failed)?))
            }
            Err(error) => Err(failed(error)),
        }
    }

    /// Seals `secret` for its place.
    pub fn seal(&self, place: Place<'_>, secret: &SecretString) -> Vec<u8> {
        let key = &self.keys[0];
        let mut nonce = [0_u8; NONCE];
        rand::rng().fill_bytes(&mut nonce);
        let bound = place.bound();
        let payload = Payload { msg: secret.expose_secret().as_bytes(), aad: bound.as_bytes() };
        let sealed = key
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .expect("a secret is far below the cipher's limit");
        [&[LAYOUT][..], &key.id, &nonce, &sealed].concat()
    }

    /// Opens what was sealed for this very place.
    pub fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<SecretString, Closed> {
        let (id, rest) = split(sealed)?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE>().ok_or(Closed::Damaged)?;
        let key = self.keys.iter().find(|key| key.id == *id).ok_or(Closed::UnknownKey)?;
        let bound = place.bound();
        let payload = Payload { msg: sealed, aad: bound.as_bytes() };
        let secret = key.cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| Closed::Damaged)?;
        String::from_utf8(secret).map(SecretString::from).map_err(|_| Closed::Damaged)
    }

    /// Whether a value was sealed with an older key and should be sealed again.
    pub fn is_outdated(&self, sealed: &[u8]) -> bool {
        split(sealed).is_ok_and(|(id, _)| *id != self.keys[0].id)
    }
}

fn split(sealed: &[u8]) -> Result<(&[u8; KEY_ID], &[u8]), Closed> {
    match sealed.split_first() {
        Some((&LAYOUT, rest)) => rest.split_first_chunk::<KEY_ID>().ok_or(Closed::Damaged),
        _ => Err(Closed::Damaged),
    }
}

impl Key {
    fn read(text: &str) -> Result<Self, Closed> {
        let bytes = hex::decode(text)
            .or_else(|_| base64::engine::general_purpose::STANDARD.decode(text))
            .map_err(|_| Closed::NotAKey)?;
        let cipher = XChaCha20Poly1305::new_from_slice(&bytes).map_err(|_| Closed::NotAKey)?;
        let mut id = [0; KEY_ID];
        id.copy_from_slice(&Sha256::digest([b"vault key:", &bytes[..]].concat())[..KEY_ID]);
        Ok(Self { id, cipher })
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const OLD: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    const NEW: &str = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";

    fn secret(text: &str) -> SecretString {
        SecretString::from(text.to_owned())
    }

    fn place() -> Place<'static> {
        Place { table: "cloud_account", row: Uuid::from_u128(1), column: "sk_sealed", version: 1 }
    }

    #[test]
    fn a_value_opens_only_in_its_own_place() {
        let vault = Vault::new(&secret(OLD)).expect("a key");
        let sealed = vault.seal(place(), &secret("the key"));
        assert_eq!(vault.open(place(), &sealed).expect("opens").expose_secret(), "the key");
        for elsewhere in [
            Place { row: Uuid::from_u128(2), ..place() },
            Place { column: "ak_sealed", ..place() },
            Place { table: "other", ..place() },
            Place { version: 2, ..place() },
        ] {
            assert!(matches!(vault.open(elsewhere, &sealed), Err(Closed::Damaged)), "{elsewhere:?}");
        }
    }

    #[test]
    fn every_changed_byte_and_every_cut_keeps_it_shut() {
        let vault = Vault::new(&secret(OLD)).expect("a key");
        let sealed = vault.seal(place(), &secret("x"));
        for at in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[at] ^= 1;
            assert!(vault.open(place(), &damaged).is_err(), "byte {at}");
            assert!(vault.open(place(), &sealed[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn sealing_twice_gives_two_texts_and_neither_shows_the_secret() {
        let vault = Vault::new(&secret(OLD)).expect("a key");
        let (one, two) =
            (vault.seal(place(), &secret("plain words")), vault.seal(place(), &secret("plain words")));
        assert_ne!(one, two);
        assert!(!one.windows(5).any(|part| part == b"plain"));
    }

    #[test]
    fn a_new_key_still_opens_what_the_old_one_sealed() {
        let before = Vault::new(&secret(OLD)).expect("a key");
        let after = Vault::new(&secret(&format!("# newest first\n{NEW}\n{OLD}\n"))).expect("two keys");
        let sealed = before.seal(place(), &secret("kept"));
        assert_eq!(after.open(place(), &sealed).expect("opens").expose_secret(), "kept");
        assert!(after.is_outdated(&sealed) && !before.is_outdated(&sealed));
        let renewed = after.seal(place(), &secret("kept"));
        assert!(matches!(before.open(place(), &renewed), Err(Closed::UnknownKey)));
    }

    #[test]
    fn what_is_not_a_key_is_refused() {
        for text in ["", "\n", "short", "00", &OLD[2..], "!!!!"] {
            assert!(matches!(Vault::new(&secret(text)), Err(Closed::NotAKey)), "{text:?}");
        }
    }

    #[test]
    fn a_key_file_is_made_once_and_only_for_its_owner() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("vault.key");
        let sealed = Vault::at(&path).expect("made").seal(place(), &secret("kept"));
        assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
        assert_eq!(
            Vault::at(&path).expect("read").open(place(), &sealed).expect("opens").expose_secret(),
            "kept"
        );
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("ours");
        assert!(matches!(Vault::at(&path), Err(Closed::Readable(_))));
    }
}
