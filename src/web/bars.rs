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
    with_line(amounts, &[]).0
}

/// The same below a line, which is in the same proportion: its points stand above the middle of the pairs, where
/// there is an amount for it.
pub fn with_line(amounts: Vec<(String, Money, Money)>, line: &[Option<Money>]) -> (Vec<Pair>, Vec<Point>) {
    let most =
        amounts.iter().flat_map(|(_, first, second)| [*first, *second]).chain(line.iter().flatten().copied());
    let most = i128::from(most.map(fen).max().unwrap_or_default().max(1));
    let height = |amount: Money| {
        i64::try_from(i128::from(fen(amount).max(0)) * i128::from(HEIGHT) / most).unwrap_or(HEIGHT)
    };
    let bar = |amount: Money| (FOOT - height(amount), height(amount));
    let x = |at: i64| 20 + at * 58;
    let pair = |(at, (label, first, second)): (i64, (String, Money, Money))| Pair {
        label,
        x: x(at),
        first: bar(first),
        second: bar(second),
    };
    let point = |(at, amount): (i64, &Option<Money>)| {
        amount.map(|amount| Point { x: x(at) + 18, y: FOOT - height(amount) })
    };
    ((0..).zip(amounts).map(pair).collect(), (0..).zip(line).filter_map(point).collect())
}

/// A point of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// From the left.
    pub x: i64,
    /// From above.
    pub y: i64,
}

fn fen(amount: Money) -> i64 {
    let hundredths = amount.rounded().decimal() * rust_decimal::Decimal::ONE_HUNDRED;
    hundredths.trunc().try_into().unwrap_or(i64::MAX)
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

    #[test]
    fn a_line_is_in_the_proportion_of_its_bars_and_has_gaps() {
        let yuan = |yuan: i64| Money::from_fen(yuan * 100);
        let months = vec![("1".to_owned(), yuan(100), yuan(0)), ("2".to_owned(), yuan(0), yuan(0))];
        let (pairs, points) = with_line(months, &[None, Some(yuan(200))]);
        assert_eq!(pairs[0].first, (95, 75));
        assert_eq!(points, [Point { x: 96, y: 20 }]);
    }
}
