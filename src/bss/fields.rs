//! What single fields of BSS hold: ids, amounts, times, counts. Numbers may come as strings and strings
//! as numbers, as they do on the wire; nothing passes through a float.

use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat, Utc};
use rust_decimal::Decimal;
use serde_json::{Value, value::RawValue};

use super::record::{Field, Wrong, text};
use crate::money::Money;

/// A text that has to be there and not empty: an id.
impl Field for String {
    fn read(token: &RawValue) -> Result<Self, Wrong> {
        let text = text(token)?;
        if text.is_empty() { Self::absent() } else { Ok(text.into_owned()) }
    }
    fn told(&self) -> Value {
        Value::String(self.clone())
    }
}

impl Field for Money {
    fn read(token: &RawValue) -> Result<Self, Wrong> {
        text(token)?.parse().map_err(|_| Wrong::not("an amount of money", token.get()))
    }
    fn told(&self) -> Value {
        self.decimal().told()
    }
}

/// A ratio, a quantity, or another number that is no money, with every digit.
impl Field for Decimal {
    fn read(token: &RawValue) -> Result<Self, Wrong> {
        Money::read(token).map(Money::decimal).map_err(|_| Wrong::not("a number", token.get()))
    }
    fn told(&self) -> Value {
        Value::String(self.normalize().to_string())
    }
}

/// An instant such as `2026-01-31T16:00:00Z`; BSS says that all are UTC.
impl Field for DateTime<Utc> {
    fn read(token: &RawValue) -> Result<Self, Wrong> {
        let text = text(token)?;
        if let Ok(time) = DateTime::parse_from_rfc3339(&text) {
            return Ok(time.to_utc());
        }
        // Some answers leave the zone out or put a space where the T belongs.
        ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f"]
            .iter()
            .find_map(|format| NaiveDateTime::parse_from_str(&text, format).ok())
            .map(|time| time.and_utc())
            .ok_or_else(|| Wrong::not("a time", &text))
    }
    fn told(&self) -> Value {
        Value::String(self.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

/// A day of Beijing's calendar such as `2026-01-31`.
impl Field for NaiveDate {
    fn read(token: &RawValue) -> Result<Self, Wrong> {
        let text = text(token)?;
        text.parse().map_err(|_| Wrong::not("a day", &text))
    }
    fn told(&self) -> Value {
        Value::String(self.to_string())
    }
}

/// Yes or no, as a JSON boolean or as the strings `0`, `1`, `true`, `false`.
impl Field for bool {
    fn read(token: &RawValue) -> Result<Self, Wrong> {
        match &*text(token)? {
            "1" | "true" | "True" | "TRUE" => Ok(true),
            "0" | "false" | "False" | "FALSE" => Ok(false),
            other => Err(Wrong::not("yes or no", other)),
        }
    }
    fn told(&self) -> Value {
        Value::Bool(*self)
    }
}

macro_rules! whole_numbers {
    ($($type:ty),+) => {$(
        /// A whole number, also as a string of digits.
        impl Field for $type {
            fn read(token: &RawValue) -> Result<Self, Wrong> {
                text(token)?.parse().map_err(|_| Wrong::not("a whole number", token.get()))
            }
            fn told(&self) -> Value {
                Value::from(*self)
            }
        }
    )+};
}
whole_numbers!(u64, i64, u32, i32);

#[cfg(test)]
mod tests {
    use super::super::record::record;

    use super::*;

    record! {
        /// A line with an amount that has to be there and one that may not apply.
        struct Line {
            /// Has to be there.
            a: Money,
            /// May not apply.
            b: Option<Money>,
        }
    }

    #[test]
    fn an_amount_that_does_not_apply_is_none() {
        for wire in [r#"{"a":1}"#, r#"{"a":1,"b":null}"#, r#"{"a":1,"b":""}"#] {
            let line: Line = serde_json::from_str(wire).expect(wire);
            assert_eq!((line.a, line.b), (Money::from_fen(100), None), "{wire}");
        }
    }
}
