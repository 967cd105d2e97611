//! Chance that is the same for the same seed, on every machine.

use std::fmt::Write as _;

/// A stream of numbers (splitmix64).
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

/// Spreads the bits of a number over all 64.
pub(crate) fn mix(number: u64) -> u64 {
    let z = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(mix(seed))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    /// A number below `sides`.
    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        self.next() % sides.max(1)
    }

    /// True so many times of a hundred.
    pub(crate) fn percent(&mut self, chance: u64) -> bool {
        self.roll(100) < chance
    }

    /// So many hexadecimal digits.
    pub(crate) fn hex(&mut self, digits: usize) -> String {
        let mut text = String::new();
        while text.len() < digits {
            let _ = write!(text, "{:016x}", self.next());
        }
        text.truncate(digits);
        text
    }

    /// So many capital letters and digits.
    pub(crate) fn code(&mut self, length: usize) -> String {
        const SIGNS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        (0..length).map(|_| char::from(SIGNS[(self.next() % 36) as usize])).collect()
    }
}

/// Splits a total in proportion to weights; the parts add up exactly.
pub(crate) fn share(total: i64, weights: &[i64]) -> Vec<i64> {
    let whole: i128 = weights.iter().map(|w| i128::from(*w)).sum();
    let mut left = total;
    let mut parts: Vec<i64> = weights
        .iter()
        .map(|weight| {
            let part = if whole == 0 { 0 } else { (i128::from(total) * i128::from(*weight) / whole) as i64 };
            left -= part;
            part
        })
        .collect();
    // What rounding left over goes where it fits, so that no part exceeds its weight.
    for (part, weight) in parts.iter_mut().zip(weights) {
        let room = (weight - *part).clamp(0, left.max(0));
        *part += room;
        left -= room;
    }
    if let Some(last) = parts.last_mut() {
        *last += left;
    }
    parts
}
