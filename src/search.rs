//! Text search without limits on length or script: what is indexed of an order, and what a query
//! looks up. It knows no SQL.
//!
//! Every order has the hashes of the one-, two- and three-character pieces of its text, each put
//! under the period in which the order was created. A query goes through the periods from the
//! newest and looks up a few pieces in each, so that neither a frequent nor an absent text costs
//! more than a page does.

use chrono::{DateTime, Utc};
use unicode_normalization::UnicodeNormalization as _;

/// The longest text that is looked for; more characters than any id has.
pub const LONGEST: usize = 40;
/// How many pieces of a query are looked up; the rest is compared with what they find.
const LOOKED_UP: usize = 5;
/// A period's length in days.
pub const PERIOD_DAYS: i64 = 16;
/// A hash has this many bits; the period stands above them.
pub const HASH_BITS: u32 = 44;

/// Text as it is compared: compatibility forms folded, lower case.
pub fn fold(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).filter(|c| !c.is_control()).collect()
}

/// The searched text of an order: one field a line, so that no query matches across two.
pub fn text<'a>(fields: impl IntoIterator<Item = &'a str>) -> String {
    let mut text = String::new();
    for field in fields {
        let field = fold(field);
        // Names are often the same in both languages.
        if !field.is_empty() && !text.split('\n').any(|known| known == field) {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&field);
        }
    }
    text
}

/// The period of a time of creation.
pub fn period(created_at: DateTime<Utc>) -> i64 {
    created_at.timestamp().div_euclid(86_400 * PERIOD_DAYS)
}

/// What is indexed for an order with this text.
pub fn grams(text: &str, created_at: DateTime<Utc>) -> Vec<i64> {
    let period = period(created_at) << HASH_BITS;
    let mut grams = Vec::with_capacity(text.len() * 3);
    for field in text.split('\n') {
        let chars: Vec<char> = field.chars().collect();
        for length in 1..=3 {
            grams.extend(chars.windows(length).map(|piece| period | hash(piece)));
        }
    }
    grams.sort_unstable();
    grams.dedup();
    grams
}

/// What is looked up for a query, without its period: its longest pieces, spread over its length.
pub fn keys(folded: &str) -> Vec<i64> {
    let chars: Vec<char> = folded.chars().collect();
    let length = chars.len().min(3);
    if length == 0 {
        return Vec::new();
    }
    let pieces = chars.len() - length + 1;
    let taken = pieces.min(LOOKED_UP);
    let mut keys: Vec<i64> = (0..taken)
        .map(|at| {
            let start = if taken == 1 { 0 } else { at * (pieces - 1) / (taken - 1) };
            hash(&chars[start..start + length])
        })
        .collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// FNV-1a over the characters, cut to [`HASH_BITS`]. A collision only makes a comparison more.
fn hash(piece: &[char]) -> i64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for c in piece {
        for byte in u32::from(*c).to_le_bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    ((hash ^ (hash >> HASH_BITS)) & ((1 << HASH_BITS) - 1)).cast_signed()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_are_compared_in_one_form() {
        assert_eq!(fold("ＥＣＳ 弹性云"), "ecs 弹性云");
        assert_eq!(text(["CS1", "", "云硬盘", "cs1"]), "cs1\n云硬盘");
    }

    proptest! {
        #[test]
        fn whatever_stands_in_a_field_is_found_by_its_keys(
            fields in prop::collection::vec("[a-z0-9弹性云服务器 ]{0,25}", 1..4),
            at in 0_usize..25, length in 1_usize..=20,
        ) {
            let text = text(fields.iter().map(String::as_str));
            let created_at = DateTime::UNIX_EPOCH + chrono::TimeDelta::days(20_000);
            let grams = grams(&text, created_at);
            for field in text.split('\n') {
                let chars: Vec<char> = field.chars().collect();
                let query: String = chars.iter().skip(at).take(length).collect();
                for key in keys(&query) {
                    prop_assert!(grams.contains(&(period(created_at) << HASH_BITS | key)), "{query}");
                }
            }
        }
    }
}
