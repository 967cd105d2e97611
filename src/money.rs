//! Amounts of money: a decimal from the wire to the database to the page, never a float.
//! It knows no currency conversion; the portal's only currency is yuan (CNY).

use std::{fmt, iter::Sum, ops, str::FromStr};

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::value::RawValue;

/// An amount in yuan, exact to as many decimals as it was given with.
///
/// BSS sends amounts as JSON numbers in some answers and as strings in others; both are read from
/// the raw token of the message, so no digit passes through binary floating point.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(Decimal);

impl Money {
    /// No money at all.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// The amount of `yuan`.
    pub const fn new(yuan: Decimal) -> Self {
        Self(yuan)
    }

    /// An amount of whole fen (hundredths of a yuan).
    pub fn from_fen(fen: i64) -> Self {
        Self(Decimal::new(fen, 2))
    }

    /// The amount as a plain decimal, for the database.
    pub const fn decimal(self) -> Decimal {
        self.0
    }

    /// Whether nothing is owed either way.
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// Whether the amount is below zero, as refunds are.
    pub fn is_negative(self) -> bool {
        self.0.is_sign_negative() && !self.0.is_zero()
    }

    /// The distance from zero.
    #[must_use]
    pub fn abs(self) -> Self {
        Self(self.0.abs())
    }

    /// Rounded half to even to fen, as it is shown and charged.
    #[must_use]
    pub fn rounded(self) -> Self {
        Self(self.0.round_dp_with_strategy(2, RoundingStrategy::MidpointNearestEven))
    }

    /// Appends the amount with two decimals and thousands separators: `-1,234.50`.
    ///
    /// Written by hand because list pages print thousands of these and `Decimal`'s own `Display`
    /// was half of their rendering time.
    pub fn write_grouped(self, out: &mut impl fmt::Write) -> fmt::Result {
        self.write(out, true)
    }

    fn write(self, out: &mut impl fmt::Write, grouped: bool) -> fmt::Result {
        let rounded = self.rounded().0;
        let fen = if rounded.scale() <= 2 {
            rounded.mantissa() * [100, 10, 1][rounded.scale() as usize]
        } else {
            rounded.trunc_with_scale(2).mantissa()
        };
        if fen < 0 {
            out.write_char('-')?;
        }
        let fen = fen.unsigned_abs();
        let digits = (fen / 100).to_string();
        for (at, digit) in digits.char_indices() {
            if grouped && at > 0 && (digits.len() - at).is_multiple_of(3) {
                out.write_char(',')?;
            }
            out.write_char(digit)?;
        }
        write!(out, ".{:02}", fen % 100)
    }
}

/// With two decimals and thousands separators, as people read it: `1,234.50`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_grouped(f)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "¥{}", self.0)
    }
}

/// The text is not an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an amount of money")]
pub struct NotMoney;

/// Reads `1234.5`, `-3`, `1E+2` and the grouped form `1,234.50`; refuses anything else.
impl FromStr for Money {
    type Err = NotMoney;

    fn from_str(text: &str) -> Result<Self, NotMoney> {
        let text = text.trim();
        let plain: String;
        let text = if text.contains(',') {
            let whole = text.trim_start_matches('-').split('.').next().unwrap_or_default();
            let well_grouped = whole.split(',').enumerate().all(|(at, group)| {
                (if at == 0 { (1..=3).contains(&group.len()) } else { group.len() == 3 })
                    && group.bytes().all(|b| b.is_ascii_digit())
            });
            if !well_grouped {
                return Err(NotMoney);
            }
            plain = text.replace(',', "");
            &plain
        } else {
            text
        };
        let parsed = if text.contains(['e', 'E']) {
            Decimal::from_scientific(text).map_err(|_| NotMoney)?
        } else {
            Decimal::from_str_exact(text).map_err(|_| NotMoney)?
        };
        Ok(Self(parsed))
    }
}

impl From<Decimal> for Money {
    fn from(yuan: Decimal) -> Self {
        Self(yuan)
    }
}

impl From<Money> for Decimal {
    fn from(money: Money) -> Self {
        money.0
    }
}

impl ops::Add for Money {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl ops::AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl ops::Sub for Money {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl ops::SubAssign for Money {
    fn sub_assign(&mut self, other: Self) {
        self.0 -= other.0;
    }
}

impl ops::Neg for Money {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, |sum, amount| sum + amount)
    }
}

/// As a string of plain digits (`"1234.5"`): the form that loses nothing in any reader.
impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// From a JSON number or a JSON string, by its raw text. Only from text or bytes, not from a
/// `serde_json::Value`, whose numbers have already lost digits.
impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        let token = raw.get().trim_matches('"');
        token.parse().map_err(|_| D::Error::custom(format_args!("not an amount of money: {token:.40}")))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Deserialize)]
    struct Line {
        a: Money,
    }

    fn money(text: &str) -> Money {
        text.parse().expect("an amount")
    }

    #[test]
    fn numbers_and_strings_of_the_wire_are_the_same_amount() {
        for (wire, amount) in [
            (r#"{"a":1234.10}"#, "1234.10"),
            (r#"{"a":"1234.10"}"#, "1234.1"),
            (r#"{"a":1.2341E3}"#, "1234.1"),
            (r#"{"a":123456789012.12345678}"#, "123456789012.12345678"),
            (r#"{"a":-0.00000001}"#, "-0.00000001"),
        ] {
            let line: Line = serde_json::from_str(wire).expect(wire);
            assert_eq!(line.a, money(amount), "{wire}");
        }
    }

    #[test]
    fn what_is_not_an_amount_is_refused() {
        for text in ["", "abc", "1,23", "12,3456.00", "NaN", "1e400", "--1", "1.2.3", "１２"] {
            assert!(text.parse::<Money>().is_err(), "{text}");
        }
        assert!(serde_json::from_str::<Line>(r#"{"a":[1]}"#).is_err());
        assert!(serde_json::from_str::<Line>(r#"{"a":true}"#).is_err());
    }

    #[test]
    fn people_read_two_decimals_and_thousands() {
        for (amount, shown) in [
            ("0", "0.00"),
            ("-0.001", "0.00"),
            ("1234.5", "1,234.50"),
            ("-1234567.895", "-1,234,567.90"),
            ("0.125", "0.12"),
            ("999", "999.00"),
            ("1000", "1,000.00"),
        ] {
            assert_eq!(money(amount).to_string(), shown);
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_reads_back_as_the_rounded_amount(mantissa in -10_i64.pow(17)..10_i64.pow(17), scale in 0_u32..9) {
            let amount = Money::new(Decimal::new(mantissa, scale));
            prop_assert_eq!(amount.to_string().parse::<Money>().expect("reads back"), amount.rounded());
        }

        #[test]
        fn the_wire_form_loses_nothing(mantissa in any::<i64>(), scale in 0_u32..12) {
            let amount = Money::new(Decimal::new(mantissa, scale));
            let wire = serde_json::to_string(&amount).expect("serialises");
            prop_assert_eq!(serde_json::from_str::<Money>(&wire).expect("reads back"), amount);
        }
    }
}
