//! How the answers of BSS are read: a record names its fields once, and from that come its reading, the
//! list of what it knows, its shape (which tests hold to Huawei's catalogue) and how it is told again.
//! It knows no operation.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::{Value, value::RawValue};

/// What a field holds: read from its JSON token, so that no digit passes through a float.
///
/// `Option` is for what may be absent, `null` or empty, which BSS uses alike; everything else but a list
/// has to be there. A list may be absent, and a lone object stands for a list of one, as in Huawei's SDK.
pub trait Field: Sized {
    /// The fields below it, when it is a record or a list of records.
    const BELOW: Option<fn() -> &'static [Shape]> = None;

    /// Reads what is there and not `null`.
    fn read(token: &RawValue) -> Result<Self, Wrong>;

    /// What stands for a field that is not there.
    fn absent() -> Result<Self, Wrong> {
        Err(Wrong("is missing".to_owned()))
    }

    /// The value as JSON, amounts and times in one form whatever form they came in; `null` when there is
    /// none.
    fn told(&self) -> Value;
}

/// A JSON object of BSS that is read field by field.
pub trait Record: Field {
    /// Its fields, in the order of the catalogue.
    const FIELDS: &'static [Shape];
}

/// A field by its name on the wire.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// The name on the wire.
    pub name: &'static str,
    /// The fields below it.
    pub below: Option<fn() -> &'static [Shape]>,
}

/// The token is not what the field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong(pub(super) String);

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Wrong {
    pub(super) fn not(what: &str, token: &str) -> Self {
        Self(format!("not {what}: {token:.60}"))
    }
}

/// One item of a listing: what we understood of it, and the text that it came as, so that fields which
/// we do not know still reach the page.
#[derive(Debug, Clone)]
pub struct Listed<T> {
    /// The item as we read it.
    pub item: T,
    /// The JSON object as it came.
    pub raw: Box<RawValue>,
}

impl<T: Record> Listed<T> {
    /// The members of this item that its type does not read, as (name, value) for display and in their
    /// order: strings without quotes, everything else as its JSON text. `null` and empty strings are left
    /// out.
    pub fn unknown_fields(&self) -> Vec<(String, String)> {
        unknown_fields(&self.raw, T::FIELDS)
    }
}

fn unknown_fields(raw: &RawValue, known: &[Shape]) -> Vec<(String, String)> {
    let Ok(Members(members)) = serde_json::from_str(raw.get()) else { return Vec::new() };
    members
        .into_iter()
        .filter(|(name, _)| known.iter().all(|field| field.name != name))
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
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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

/// The name of a member, without a copy where there is no escape in it.
pub(super) struct Name<'de>(pub(super) Cow<'de, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Name<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }
            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Borrowed(name)))
            }
            fn visit_str<E>(self, name: &str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Owned(name.to_owned())))
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

/// Declares records. A field whose name on the wire differs is followed by `= "that_name"`.
macro_rules! record {
    ($($(#[$meta:meta])* $vis:vis struct $name:ident {
        $($(#[$fmeta:meta])* $fvis:vis $field:ident : $type:ty $(= $wire:literal)?),* $(,)?
    })+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone)]
        $vis struct $name { $($(#[$fmeta])* $fvis $field: $type,)* }

        impl $crate::bss::record::Record for $name {
            const FIELDS: &'static [$crate::bss::record::Shape] = &[$($crate::bss::record::Shape {
                name: $crate::bss::record::record!(@name $field $($wire)?),
                below: <$type as $crate::bss::record::Field>::BELOW,
            }),*];
        }

        impl $crate::bss::record::Field for $name {
            const BELOW: Option<fn() -> &'static [$crate::bss::record::Shape]> =
                Some(|| <Self as $crate::bss::record::Record>::FIELDS);

            fn read(token: &serde_json::value::RawValue) -> Result<Self, $crate::bss::record::Wrong> {
                serde_json::from_str(token.get())
                    .map_err(|why| $crate::bss::record::Wrong(why.to_string()))
            }

            fn told(&self) -> serde_json::Value {
                $crate::bss::record::object([$((
                    $crate::bss::record::record!(@name $field $($wire)?),
                    $crate::bss::record::Field::told(&self.$field),
                )),*])
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Visitor;
                impl<'de> serde::de::Visitor<'de> for Visitor {
                    type Value = $name;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("an object")
                    }
                    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<$name, A::Error> {
                        $(let mut $field: Option<&'de serde_json::value::RawValue> = None;)*
                        while let Some($crate::bss::record::Name(name)) = map.next_key()? {
                            $(if name == $crate::bss::record::record!(@name $field $($wire)?) {
                                $field = Some(map.next_value()?);
                                continue;
                            })*
                            map.next_value::<serde::de::IgnoredAny>()?;
                        }
                        Ok($name {$(
                            $field: $crate::bss::record::field(
                                $crate::bss::record::record!(@name $field $($wire)?),
                                $field,
                            )
                            .map_err(<A::Error as serde::de::Error>::custom)?,
                        )*})
                    }
                }
                deserializer.deserialize_map(Visitor)
            }
        }
    )+};
    (@name $field:ident) => { stringify!($field) };
    (@name $field:ident $wire:literal) => { $wire };
}
pub(super) use record;

/// A field of a record, named in what goes wrong.
pub(super) fn field<T: Field>(name: &str, token: Option<&RawValue>) -> Result<T, Wrong> {
    match token {
        Some(token) if token.get() != "null" => T::read(token),
        _ => T::absent(),
    }
    .map_err(|Wrong(why)| Wrong(format!("{name}: {why}")))
}

/// The members that are something.
pub(super) fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Object(
        members
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    )
}

/// The text of a string, or of a number or a truth value that stands in its place.
pub(super) fn text(token: &RawValue) -> Result<Cow<'_, str>, Wrong> {
    let token = token.get();
    match token.as_bytes().first() {
        Some(b'"') => {
            let whole = &token[1..token.len() - 1];
            if !whole.contains('\\') {
                return Ok(Cow::Borrowed(whole));
            }
            serde_json::from_str(token).map(Cow::Owned).map_err(|_| Wrong::not("a text", token))
        }
        Some(b'{' | b'[') | None => Err(Wrong::not("a text", token)),
        _ => Ok(Cow::Borrowed(token)),
    }
}

impl<T: Field> Field for Option<T> {
    const BELOW: Option<fn() -> &'static [Shape]> = T::BELOW;

    fn read(token: &RawValue) -> Result<Self, Wrong> {
        if matches!(token.get(), "null" | "\"\"") { Ok(None) } else { T::read(token).map(Some) }
    }
    fn absent() -> Result<Self, Wrong> {
        Ok(None)
    }
    fn told(&self) -> Value {
        self.as_ref().map_or(Value::Null, Field::told)
    }
}

impl<T: Field> Field for Vec<T> {
    const BELOW: Option<fn() -> &'static [Shape]> = T::BELOW;

    fn read(token: &RawValue) -> Result<Self, Wrong> {
        let text = token.get();
        match text.as_bytes().first() {
            Some(b'[') => {
                let items: Vec<&RawValue> =
                    serde_json::from_str(text).map_err(|_| Wrong::not("a list", text))?;
                items.into_iter().map(T::read).collect()
            }
            Some(b'{') => Ok(vec![T::read(token)?]),
            _ if text == "\"\"" => Ok(Self::new()),
            _ => Err(Wrong::not("a list", text)),
        }
    }
    fn absent() -> Result<Self, Wrong> {
        Ok(Self::new())
    }
    fn told(&self) -> Value {
        if self.is_empty() { Value::Null } else { self.iter().map(Field::told).collect() }
    }
}

impl<T: Field> Field for Listed<T> {
    const BELOW: Option<fn() -> &'static [Shape]> = T::BELOW;

    fn read(token: &RawValue) -> Result<Self, Wrong> {
        Ok(Self { item: T::read(token)?, raw: token.to_owned() })
    }
    fn told(&self) -> Value {
        self.item.told()
    }
}

impl<T: Field> Field for Box<T> {
    const BELOW: Option<fn() -> &'static [Shape]> = T::BELOW;

    fn read(token: &RawValue) -> Result<Self, Wrong> {
        T::read(token).map(Self::new)
    }
    fn absent() -> Result<Self, Wrong> {
        T::absent().map(Self::new)
    }
    fn told(&self) -> Value {
        (**self).told()
    }
}

impl<'de, T: Field> Deserialize<'de> for Listed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let token = <&RawValue>::deserialize(deserializer)?;
        Self::read(token).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use serde_json::json;

    use super::*;
    use crate::money::Money;

    record! {
        /// A row.
        struct Row {
            /// When.
            at: Option<DateTime<Utc>>,
            /// What.
            id: Option<String>,
            /// Some.
            rows: Vec<u64>,
            /// Or not.
            frozen: Option<bool> = "is_frozen",
            /// More of them.
            below: Vec<Below>,
        }

        /// A row below.
        struct Below {
            /// Which.
            id: String,
            /// How much.
            amount: Option<Money>,
        }
    }

    #[test]
    fn absent_null_and_empty_are_all_nothing() {
        for wire in [
            "{}",
            r#"{"at":null,"id":null,"rows":null,"is_frozen":null,"below":null}"#,
            r#"{"at":"","id":"","rows":"","is_frozen":"","below":[]}"#,
        ] {
            let row: Row = serde_json::from_str(wire).expect(wire);
            assert_eq!(row.told(), json!({}), "{wire}");
        }
    }

    #[test]
    fn times_without_a_zone_are_utc() {
        let with: Row = serde_json::from_str(r#"{"at":"2026-01-31T16:00:00Z"}"#).expect("with");
        let without: Row = serde_json::from_str(r#"{"at":"2026-01-31 16:00:00"}"#).expect("without");
        assert_eq!(with.at, without.at);
        let why = serde_json::from_str::<Row>(r#"{"at":"soon"}"#).expect_err("no time").to_string();
        assert!(why.starts_with("at: not a time: soon"), "{why}");
    }

    #[test]
    fn numbers_are_texts_where_texts_are_expected_and_the_other_way_round() {
        let row: Row = serde_json::from_str(r#"{"id":1.10,"is_frozen":"1","rows":["1",2]}"#).expect("reads");
        assert_eq!(row.told(), json!({"id": "1.10", "is_frozen": true, "rows": [1, 2]}));
        assert!(serde_json::from_str::<Row>(r#"{"id":[1]}"#).is_err());
        assert!(serde_json::from_str::<Row>(r#"{"rows":7}"#).is_err());
    }

    #[test]
    fn a_lone_object_is_a_list_of_one_and_what_is_missing_is_named() {
        let row: Row =
            serde_json::from_str(r#"{"below":{"id":"a\"b","amount":"1.50"}}"#).expect("a list of one");
        assert_eq!(row.told(), json!({"below": [{"id": "a\"b", "amount": "1.5"}]}));
        let why = serde_json::from_str::<Row>(r#"{"below":[{"id":""}]}"#).expect_err("no id").to_string();
        assert!(why.contains("below: id: is missing"), "{why}");
        assert!(serde_json::from_str::<Row>("[]").is_err());
    }

    #[test]
    fn a_record_knows_its_shape() {
        let names: Vec<_> = Row::FIELDS.iter().map(|field| field.name).collect();
        assert_eq!(names, ["at", "id", "rows", "is_frozen", "below"]);
        let below = Row::FIELDS[4].below.expect("a record")();
        assert_eq!(below.iter().map(|field| field.name).collect::<Vec<_>>(), ["id", "amount"]);
        assert!(Row::FIELDS[2].below.is_none());
    }

    #[test]
    fn unknown_members_keep_their_order_and_every_digit() {
        let raw: Box<RawValue> = serde_json::from_str(
            r#"{"order_id":"CS1","new_fee":123456789012.12345678,"zone":"cn","gone":null,"x":{"a":[1]}}"#,
        )
        .expect("raw");
        assert_eq!(
            unknown_fields(&raw, &[Shape { name: "order_id", below: None }]),
            [("new_fee", "123456789012.12345678"), ("zone", "cn"), ("x", r#"{"a":[1]}"#)]
                .map(|(name, text)| (name.to_owned(), text.to_owned()))
        );
    }
}
