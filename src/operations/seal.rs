//! Seals what a page shows into its form, so that the form brings it back as it was shown. It hides
//! nothing and holds nothing: what is sealed is read by whoever was shown it, and nobody can change it.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Serialize, de::DeserializeOwned};
use sha2::Sha256;

use super::intent::TransKey;

/// The most that is sealed. As text it is a third more: half of what a form may be.
const MOST: usize = 24 * 1024;
const TAG: usize = 32;

/// Makes and checks seals. All portals of one vault make the same.
#[derive(Clone)]
pub struct Seals([u8; 32]);

impl Seals {
    /// Seals under a key of their own, derived from `key`.
    pub fn of(key: &TransKey) -> Self {
        let mut mac = keyed(&key.0);
        mac.update(b"bss-portal seal of a form's facts, 1");
        Self(mac.finalize().into_bytes().into())
    }

    /// `facts` as one text that opens only with the same `bound`: who was shown them, about what, in
    /// which form. None if they are too large for a form.
    pub fn seal(&self, bound: &[&str], facts: &impl Serialize) -> Option<String> {
        let facts = serde_json::to_vec(facts).ok().filter(|facts| facts.len() <= MOST)?;
        let tag = self.tag(bound, &facts).finalize().into_bytes();
        Some(URL_SAFE_NO_PAD.encode([&tag[..], &facts].concat()))
    }

    /// What was sealed with the same `bound`. None for anything else.
    pub fn open<T: DeserializeOwned>(&self, bound: &[&str], sealed: &str) -> Option<T> {
        let sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (tag, facts) = sealed.split_at_checked(TAG)?;
        self.tag(bound, facts).verify_slice(tag).ok()?;
        serde_json::from_slice(facts).ok()
    }

    /// Every part with its length, so that no two lists of parts are the same bytes.
    fn tag(&self, bound: &[&str], facts: &[u8]) -> Hmac<Sha256> {
        let mut mac = keyed(&self.0);
        for part in bound.iter().map(|part| part.as_bytes()).chain([facts]) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac
    }
}

impl std::fmt::Debug for Seals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seals")
    }
}

fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes a key of any length")
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUND: [&str; 3] = ["pay_order", "li.na", "CS1"];

    fn seals() -> Seals {
        Seals::of(&TransKey([1; 32]))
    }

    #[test]
    fn what_was_sealed_opens_only_for_whom_and_what_it_was_sealed_for() {
        let sealed = seals().seal(&BOUND, &("¥1.00", 7)).expect("small");
        assert_eq!(seals().open(&BOUND, &sealed), Some(("¥1.00".to_owned(), 7)));
        for other in [
            &["pay_order", "li.na", "CS2"][..],
            &["pay_order", "wang.wei", "CS1"],
            &["cancel_order", "li.na", "CS1"],
            &["pay_orderli.na", "", "CS1"],
            &["pay_order", "li.na"],
            &["pay_order", "li.na", "CS1", ""],
        ] {
            assert_eq!(seals().open::<(String, u8)>(other, &sealed), None, "{other:?}");
        }
        let elsewhere = Seals::of(&TransKey([2; 32]));
        assert_eq!(elsewhere.open::<(String, u8)>(&BOUND, &sealed), None);
    }

    #[test]
    fn every_changed_bit_and_every_cut_keeps_it_shut() {
        let sealed = seals().seal(&BOUND, &"1.00").expect("small");
        let bytes = URL_SAFE_NO_PAD.decode(&sealed).expect("base64");
        for bit in 0..bytes.len() * 8 {
            let mut forged = bytes.clone();
            forged[bit / 8] ^= 1 << (bit % 8);
            let forged = URL_SAFE_NO_PAD.encode(forged);
            assert_eq!(seals().open::<String>(&BOUND, &forged), None, "bit {bit}");
        }
        for at in 0..sealed.len() {
            assert_eq!(seals().open::<String>(&BOUND, &sealed[..at]), None, "cut at {at}");
        }
        assert_eq!(seals().open::<String>(&BOUND, "not base64!"), None);
    }

    #[test]
    fn what_is_too_large_for_a_form_is_not_sealed() {
        let facts = "x".repeat(MOST - 2);
        let sealed = seals().seal(&BOUND, &facts).expect("just small enough");
        assert!(sealed.len() <= 33 * 1024, "{}", sealed.len());
        assert_eq!(seals().seal(&BOUND, &format!("{facts}x")), None);
    }
}
