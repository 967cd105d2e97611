//! Pairs of bars for charts by month: tops and heights in the units of the drawing. It draws nothing.

use crate::money::Money;

/// The height of the field.
pub const HEIGHT: i64 = 150;
/// Where bars stand.
pub const FOOT: i64 = 170;

/// A pair of bars of one month: top and height of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// What stands below it.
    pub label: String,
    /// Where the pair begins.
    pub x: i64,
    /// The first bar.
    pub first: (i64, i64),
    /// The second one.
    pub second: (i64, i64),
}

/// One pair for each label with its two amounts, all in the proportion of the largest.
pub fn pairs(amounts: Vec<(String, Money, Money)>) -> Vec<Pair> {
    let fen = |amount: Money| -> i64 {
        let hundredths = amount.rounded().decimal() * rust_decimal::Decimal::ONE_HUNDRED;
        hundredths.trunc().try_into().unwrap_or(i64::MAX)
    };
    let most = amounts.iter().map(|(_, first, second)| fen(*first).max(fen(*second))).max();
    let most = i128::from(most.unwrap_or_default().max(1));
    let bar = |amount: Money| {
        let height =
            i64::try_from(i128::from(fen(amount).max(0)) * i128::from(HEIGHT) / most).unwrap_or(HEIGHT);
        (FOOT - height, height)
    };
    let pair = |(at, (label, first, second)): (i64, (String, Money, Money))| Pair {
        label,
        x: 20 + at * 58,
        first: bar(first),
        second: bar(second),
    };
    (0..).zip(amounts).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_amount_fills_the_field_and_others_their_part_of_it() {
        let yuan = |yuan: i64| Money::from_fen(yuan * 100);
        let month = |first, second| ("26-11".to_owned(), yuan(first), yuan(second));
        let pairs = pairs(vec![month(100, 50), month(0, -3)]);
        assert_eq!((pairs[0].first, pairs[0].second), ((20, 150), (95, 75)));
        assert_eq!((pairs[1].first, pairs[1].second, pairs[1].x), ((170, 0), (170, 0), 78));
    }
}
