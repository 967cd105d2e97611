//! Order ids: `CS` + the minute of ordering in Beijing + five signs. The five signs are a
//! scrambled number that tells account, position and sub-order, so that a million orders need no
//! index to be found by their ids.

use super::{
    dice::mix,
    times::{Millis, stamp},
};

const SIGNS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const SPACE: u64 = 36_u64.pow(5);
/// Coprime to 36, so that multiplying by it modulo [`SPACE`] can be undone.
const FACTOR: u64 = 39_916_801;
/// A combined order has at most three sub-orders.
const SUBS: u64 = 4;
/// At most so many accounts.
const ACCOUNTS: u64 = 4;

/// Where an order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) account: usize,
    pub(crate) index: u32,
    /// 0 is the order itself, others are its sub-orders.
    pub(crate) sub: u8,
}

/// Makes ids of places and finds places by ids.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ids {
    offset: u64,
    inverse: u64,
}

impl Ids {
    pub(crate) fn new(seed: u64) -> Self {
        Self { offset: mix(seed ^ 0x1D5) % SPACE, inverse: inverse_of(FACTOR, SPACE) }
    }

    /// The largest number of orders that ids can name.
    pub(crate) const fn capacity() -> u64 {
        SPACE / SUBS / ACCOUNTS
    }

    pub(crate) fn id(self, place: Place, created: Millis) -> String {
        let number = (u64::from(place.index) * SUBS + u64::from(place.sub)) * ACCOUNTS + place.account as u64;
        let mut code = (number % SPACE * FACTOR + self.offset) % SPACE;
        let mut signs = [b'0'; 5];
        for sign in signs.iter_mut().rev() {
            *sign = SIGNS[(code % 36) as usize];
            code /= 36;
        }
        format!("CS{}{}", stamp(created), String::from_utf8_lossy(&signs))
    }

    /// The place that an id in capitals can only mean; whether an order is there is another question.
    pub(crate) fn place(self, id: &str) -> Option<Place> {
        let signs = id.strip_prefix("CS").filter(|rest| rest.len() == 15 && rest.is_ascii())?;
        let mut code = 0;
        for sign in signs.bytes().skip(10) {
            code = code * 36 + SIGNS.iter().position(|s| *s == sign)? as u64;
        }
        let number = (code + SPACE - self.offset) % SPACE * self.inverse % SPACE;
        Some(Place {
            account: (number % ACCOUNTS) as usize,
            sub: (number / ACCOUNTS % SUBS) as u8,
            index: (number / ACCOUNTS / SUBS) as u32,
        })
    }
}

/// The number that undoes multiplication by `factor` modulo `space` (extended Euclid).
fn inverse_of(factor: u64, space: u64) -> u64 {
    let (mut r, mut next_r) = (i128::from(space), i128::from(factor));
    let (mut t, mut next_t) = (0_i128, 1_i128);
    while next_r != 0 {
        let quotient = r / next_r;
        (r, next_r) = (next_r, r - quotient * next_r);
        (t, next_t) = (next_t, t - quotient * next_t);
    }
    t.rem_euclid(i128::from(space)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_leads_back_to_its_place_and_looks_like_huaweis() {
        let ids = Ids::new(7);
        for index in [0, 1, 399, 999_999, 1_700_000] {
            for account in 0..4 {
                for sub in 0..4 {
                    let place = Place { account, index, sub };
                    let id = ids.id(place, 1_790_000_000_000);
                    assert_eq!(id.len(), 17);
                    assert_eq!(ids.place(&id), Some(place), "{id}");
                }
            }
        }
        assert_eq!(ids.place("CS22072614"), None);
        assert_eq!(ids.place("XX2207261447AUY4H"), None);
    }
}
