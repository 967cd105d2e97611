//! How fields of BSS answers are read: an absent, `null` or empty value is `None`, times are UTC, and
//! fields that we do not know are kept for display. It knows no operation.

use chrono::{DateTime, NaiveDateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, de::DeserializeOwned, de::Error as _};
use serde_json::value::RawValue;

use crate::money;

/// One item of a listing: what we understood of it, and the text that it came as, so that fields which
/// we do not know still reach the page.
#[derive(Debug, Clone)]
pub struct Listed<T> {
    /// The item as we read it.
    pub item: T,
    /// The JSON object as it came.
    pub raw: Box<RawValue>,
}

impl<T> Listed<T> {
    /// Fields of this item that `known` does not name, as (name, value) for display.
    pub fn unknown_fields(&self, known: &[&str]) -> Vec<(String, String)> {
        unknown_fields(&self.raw, known)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Listed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let item = serde_json::from_str(raw.get()).map_err(D::Error::custom)?;
        Ok(Self { item, raw })
    }
}

/// The members of the JSON object `raw` whose names are not in `known`, in their order: strings
/// without quotes, everything else as its JSON text. `null` and empty strings are left out.
pub fn unknown_fields(raw: &RawValue, known: &[&str]) -> Vec<(String, String)> {
    let Ok(Members(members)) = serde_json::from_str(raw.get()) else { return Vec::new() };
    members
        .into_iter()
        .filter(|(name, _)| !known.contains(&name.as_str()))
        .map(|(name, value)| {
            let text = serde_json::from_str::<String>(value.get()).unwrap_or_else(|_| value.get().to_owned());
            (name, text)
        })
        .filter(|(_, text)| !text.is_empty() && text != "null")
        .collect()
}

/// The members of an object in their order, each value as its text.
struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Members;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

/// An instant such as `2026-01-31T16:00:00Z`; BSS says that all are UTC.
pub(super) fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    let Some(text) = text(deserializer)? else { return Ok(None) };
    if let Ok(time) = DateTime::parse_from_rfc3339(&text) {
        return Ok(Some(time.to_utc()));
    }
    // Some answers leave the zone out or put a space where the T belongs.
    ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(&text, format).ok())
        .map(|time| Some(time.and_utc()))
        .ok_or_else(|| D::Error::custom(format_args!("not a time: {text:.40}")))
}

/// An instant that has to be there.
pub(super) fn time_required<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
    time(deserializer)?.ok_or_else(|| D::Error::custom("a time is missing"))
}

/// A text, also when it comes as a number, as ids and measures do in places.
pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?;
    let token = raw.get();
    let text = match token.as_bytes().first() {
        Some(b'"') => serde_json::from_str::<String>(token).map_err(D::Error::custom)?,
        Some(b'n') => return Ok(None),
        Some(b'{' | b'[') => return Err(D::Error::custom("a text was expected")),
        _ => token.to_owned(),
    };
    Ok((!text.is_empty()).then_some(text))
}

/// A text that has to be there and not empty: an id.
pub(super) fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    text(deserializer)?.ok_or_else(|| D::Error::custom("an id is missing"))
}

/// A code or a whole number that may be absent, `null`, empty, or a string.
pub(super) fn optional<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?;
    match raw.get() {
        "null" | "\"\"" => Ok(None),
        token => serde_json::from_str(token).map(Some).map_err(D::Error::custom),
    }
}

/// A ratio or another number that is no money, with every digit.
pub(super) fn decimal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
    Ok(money::optional(deserializer)?.map(money::Money::decimal))
}

/// A count, as a number or as a string of digits.
pub(super) fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    match text(deserializer)? {
        None => Ok(None),
        Some(digits) => {
            digits.parse().map(Some).map_err(|_| D::Error::custom(format_args!("not a count: {digits:.40}")))
        }
    }
}

/// A list that may be absent or `null`. A lone object stands for a list of one, as in Huawei's SDK.
pub(super) fn list<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?;
    match raw.get().as_bytes().first() {
        Some(b'n') => Ok(Vec::new()),
        Some(b'{') => serde_json::from_str(raw.get()).map(|one| vec![one]).map_err(D::Error::custom),
        _ => serde_json::from_str(raw.get()).map_err(D::Error::custom),
    }
}

/// Yes or no, as a JSON boolean or as the strings `0`, `1`, `true`, `false`.
pub(super) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    match text(deserializer)?.as_deref() {
        None => Ok(None),
        Some("1" | "true" | "True") => Ok(Some(true)),
        Some("0" | "false" | "False") => Ok(Some(false)),
        Some(other) => Err(D::Error::custom(format_args!("neither yes nor no: {other:.40}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Row {
        #[serde(default, deserialize_with = "time")]
        at: Option<DateTime<Utc>>,
        #[serde(default, deserialize_with = "text")]
        id: Option<String>,
        #[serde(default, deserialize_with = "list")]
        rows: Vec<u8>,
        #[serde(default, deserialize_with = "flag")]
        frozen: Option<bool>,
    }

    #[test]
    fn absent_null_and_empty_are_all_nothing() {
        for wire in ["{}", r#"{"at":null,"id":null,"rows":null,"frozen":null}"#, r#"{"at":"","id":""}"#] {
            let row: Row = serde_json::from_str(wire).expect(wire);
            assert!(
                row.at.is_none() && row.id.is_none() && row.rows.is_empty() && row.frozen.is_none(),
                "{wire}"
            );
        }
    }

    #[test]
    fn times_without_a_zone_are_utc() {
        let with: Row = serde_json::from_str(r#"{"at":"2026-01-31T16:00:00Z"}"#).expect("with");
        let without: Row = serde_json::from_str(r#"{"at":"2026-01-31 16:00:00"}"#).expect("without");
        assert_eq!(with.at, without.at);
        assert!(serde_json::from_str::<Row>(r#"{"at":"soon"}"#).is_err());
    }

    #[test]
    fn numbers_are_texts_where_texts_are_expected() {
        let row: Row = serde_json::from_str(r#"{"id":1.10,"frozen":"1","rows":[1,2]}"#).expect("reads");
        assert_eq!(row.id.as_deref(), Some("1.10"));
        assert_eq!(row.frozen, Some(true));
        assert_eq!(row.rows, [1, 2]);
    }

    #[test]
    fn unknown_members_keep_their_order_and_every_digit() {
        let raw: Box<RawValue> = serde_json::from_str(
            r#"{"order_id":"CS1","new_fee":123456789012.12345678,"zone":"cn","gone":null,"x":{"a":[1]}}"#,
        )
        .expect("raw");
        assert_eq!(
            unknown_fields(&raw, &["order_id"]),
            [("new_fee", "123456789012.12345678"), ("zone", "cn"), ("x", r#"{"a":[1]}"#)]
                .map(|(name, text)| (name.to_owned(), text.to_owned()))
        );
    }
}
