//! The code tables of BSS with their names in both languages (api-oce), a file per area. A code that is
//! not in its table survives as `Unknown` and is never mapped to another.

mod bills;
mod enterprise;
mod money;
mod orders;
mod packages;
mod prices;
mod resources;

use std::{
    borrow::Cow,
    collections::HashSet,
    sync::{LazyLock, Mutex, PoisonError},
};

use super::error::shortened;
use crate::i18n::Locale;

pub use self::{bills::*, enterprise::*, money::*, orders::*, packages::*, prices::*, resources::*};

/// One of the tables: its name in Huawei's documents as we collected them, and its rows.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// The name.
    pub name: &'static str,
    /// Code, Chinese and English name of each row.
    pub rows: &'static [(&'static str, &'static str, &'static str)],
}

/// Every table that a type here stands for.
pub fn tables() -> impl Iterator<Item = &'static Table> {
    [
        bills::TABLES,
        bills::WORDS,
        enterprise::TABLES,
        enterprise::WORDS,
        money::TABLES,
        money::WORDS,
        orders::TABLES,
        orders::WORDS,
        packages::TABLES,
        packages::WORDS,
        prices::TABLES,
        prices::WORDS,
        resources::TABLES,
        resources::WORDS,
    ]
    .into_iter()
    .flatten()
}

/// Declares tables of numbers: `Name("table") { Variant = 1: "中文", "English"; }`.
macro_rules! codes {
    ($($(#[$meta:meta])* $name:ident($table:literal) { $($variant:ident = $code:literal: $zh:literal, $en:literal;)+ })*) => {
        /// The tables of this file.
        pub(super) const TABLES: &[super::Table] = &[$(super::Table {
            name: $table,
            rows: &[$((stringify!($code), $zh, $en)),+],
        }),*];
        $(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $(#[doc = concat!($zh, ", “", $en, "”.")] $variant,)+
            /// A code that the documentation does not list.
            Unknown(i32),
        }

        impl $name {
            /// Every documented value, by code.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The value of a code.
            pub const fn from_code(code: i32) -> Self {
                match code {
                    $($code => Self::$variant,)+
                    other => Self::Unknown(other),
                }
            }

            /// The code on the wire.
            pub const fn code(self) -> i32 {
                match self {
                    $(Self::$variant => $code,)+
                    Self::Unknown(code) => code,
                }
            }

            /// What people call it; an unknown code is shown as the number that it is.
            pub fn name(self, locale: crate::i18n::Locale) -> std::borrow::Cow<'static, str> {
                match self {
                    $(Self::$variant => std::borrow::Cow::Borrowed(locale.pick($zh, $en)),)+
                    Self::Unknown(code) => super::unknown(&code.to_string(), locale),
                }
            }
        }

        impl crate::bss::record::Field for $name {
            fn read(token: &serde_json::value::RawValue) -> Result<Self, crate::bss::record::Wrong> {
                let value = Self::from_code(i32::read(token)?);
                if let Self::Unknown(code) = value {
                    super::notice_unknown(stringify!($name), &code.to_string());
                }
                Ok(value)
            }
            fn told(&self) -> serde_json::Value {
                self.code().into()
            }
        }

        super::through_field!($name);

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_i32(self.code())
            }
        }
        )*
    };
}
use codes;

/// Declares tables of words: `Name("table") { Variant = "WORD": "中文", "English"; }`. They follow the
/// tables of numbers of their file, whose list of tables names them as `WORDS`.
macro_rules! words {
    ($($(#[$meta:meta])* $name:ident($table:literal) { $($variant:ident = $code:literal: $zh:literal, $en:literal;)+ })*) => {
        /// The tables of words of this file.
        pub(super) const WORDS: &[super::Table] = &[$(super::Table {
            name: $table,
            rows: &[$(($code, $zh, $en)),+],
        }),*];
        $(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub enum $name {
            $(#[doc = concat!($zh, ", “", $en, "”.")] $variant,)+
            /// A word that the documentation does not list.
            Unknown(Box<str>),
        }

        impl $name {
            /// Every documented value.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The value of a word.
            pub fn from_code(code: &str) -> Self {
                match code {
                    $($code => Self::$variant,)+
                    other => Self::Unknown(other.into()),
                }
            }

            /// The word on the wire.
            pub fn code(&self) -> &str {
                match self {
                    $(Self::$variant => $code,)+
                    Self::Unknown(code) => code,
                }
            }

            /// What people call it; an unknown word is shown as it is.
            pub fn name(&self, locale: crate::i18n::Locale) -> std::borrow::Cow<'static, str> {
                match self {
                    $(Self::$variant => std::borrow::Cow::Borrowed(locale.pick($zh, $en)),)+
                    Self::Unknown(code) => super::unknown(code, locale),
                }
            }
        }

        impl crate::bss::record::Field for $name {
            fn read(token: &serde_json::value::RawValue) -> Result<Self, crate::bss::record::Wrong> {
                let value = Self::from_code(&String::read(token)?);
                if let Self::Unknown(code) = &value {
                    super::notice_unknown(stringify!($name), code);
                }
                Ok(value)
            }
            fn told(&self) -> serde_json::Value {
                self.code().into()
            }
        }

        super::through_field!($name);

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.code())
            }
        }
        )*
    };
}
use words;

/// Read by serde as it is read as a field.
macro_rules! through_field {
    ($name:ident) => {
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let token = <&serde_json::value::RawValue>::deserialize(deserializer)?;
                <Self as crate::bss::record::Field>::read(token).map_err(serde::de::Error::custom)
            }
        }
    };
}
use through_field;

fn unknown(code: &str, locale: Locale) -> Cow<'static, str> {
    Cow::Owned(match locale {
        Locale::Zh => format!("未知（{code}）"),
        Locale::En => format!("Unknown ({code})"),
    })
}

/// Says once per process and code that Huawei uses a code that the documentation lacks.
fn notice_unknown(table: &'static str, code: &str) {
    static SEEN: LazyLock<Mutex<HashSet<(&'static str, String)>>> = LazyLock::new(Mutex::default);
    const ENOUGH: usize = 1000;
    let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    if seen.len() < ENOUGH && seen.insert((table, shortened(code))) {
        tracing::warn!(table, code, "Huawei sent a code that the documentation does not list");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_reads_from_a_number_or_a_string_of_digits() {
        assert_eq!(serde_json::from_str::<OrderStatus>("6").expect("number"), OrderStatus::AwaitingPayment);
        assert_eq!(
            serde_json::from_str::<AmountDiscountType>("\"605\"").expect("string"),
            AmountDiscountType::CommercialContract
        );
    }

    #[test]
    fn an_unknown_code_survives_and_is_shown_as_it_is() {
        let status: OrderStatus = serde_json::from_str("77").expect("reads");
        assert_eq!(status, OrderStatus::Unknown(77));
        assert_eq!(serde_json::to_string(&status).expect("writes"), "77");
        assert_eq!(status.name(Locale::En), "Unknown (77)");
        assert!(!status.is_final());
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for wire in ["\"\"", "6.5", "\"six\"", "[6]", "99999999999"] {
            assert!(serde_json::from_str::<OrderStatus>(wire).is_err(), "{wire}");
        }
    }

    #[test]
    fn every_listed_code_finds_its_value_again() {
        for value in OrderType::ALL {
            assert_eq!(OrderType::from_code(value.code()), *value);
            assert!(!matches!(value, OrderType::Unknown(_)));
        }
    }
}
