//! Huawei's errors in words, with what to do next, in both languages. What is not known here is shown as
//! it came; nothing is guessed.

mod common;
mod enterprise;
mod orders;
mod prices;
mod resources;
mod special;
mod steps;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

pub(super) use self::special::says_token_expired;
pub use self::special::{ClockApart, clock_apart, missing_permission};
use super::{Error, gateway_number};
use crate::i18n::Locale;

/// An error in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// What happened.
    pub meaning: Cow<'static, str>,
    /// What to do about it.
    pub next: Cow<'static, str>,
}

/// What is known of an error.
#[derive(Debug, Clone, Copy, Default)]
pub struct Said<'a> {
    /// The operation that failed, by the catalogue's id.
    pub operation: Option<&'a str>,
    /// The HTTP status.
    pub status: Option<u16>,
    /// Huawei's code.
    pub code: Option<&'a str>,
    /// Huawei's words.
    pub message: Option<&'a str>,
}

/// A text in Chinese and English.
type Pair = (&'static str, &'static str);

/// What is explained, what it means, and what to do next.
type Row = (Code, Pair, Pair);

/// What a code is known by.
enum Code {
    /// BSS's own, whole.
    Business(&'static str),
    /// BSS's own, when its message holds this.
    BusinessSaying(&'static str, &'static str),
    /// The gateway's number, under either prefix.
    Gateway(u16),
    /// The gateway's number, when its message holds this.
    GatewaySaying(u16, &'static str),
}

/// Every table; the first row that fits is taken.
const TABLES: [&[Row]; 6] =
    [common::BUSINESS, common::GATEWAY, orders::ROWS, resources::ROWS, prices::ROWS, enterprise::ROWS];

/// What `code` means, with Huawei's own `message` where that says more. `None` for codes that we do not
/// know: show them as they are.
pub fn explain(code: &str, message: Option<&str>, locale: Locale) -> Option<Explanation> {
    explain_said(Said { code: Some(code), message, ..Said::default() }, locale)
}

/// What an error means, also where it has no code: the gateway's own answers, and tokens that ended.
pub fn explain_said(said: Said<'_>, locale: Locale) -> Option<Explanation> {
    let message = said.message.unwrap_or_default();
    let plain = |(meaning, next): (Pair, Pair)| Explanation {
        meaning: Cow::Borrowed(locale.pick(meaning.0, meaning.1)),
        next: Cow::Borrowed(locale.pick(next.0, next.1)),
    };
    if says_token_expired(message) {
        return Some(plain(special::TOKEN_EXPIRED));
    }
    if said.operation == Some(super::iam::LOG_IN) && said.status == Some(401) {
        return Some(plain(special::WRONG_PASSWORD));
    }
    let Some(code) = said.code else { return special::without_code(said.status?).map(plain) };
    let mut explanation = plain(row(code, message)?);
    if code == "CBC.0151" {
        explanation.next = special::permission_next(said, locale).unwrap_or(explanation.next);
    }
    if gateway_number(code) == Some(301)
        && let Some(apart) = clock_apart(message)
    {
        explanation.meaning = apart.words(locale).into();
    }
    Some(explanation)
}

impl Error {
    /// The error in words, if it is known.
    pub fn explanation(&self, locale: Locale) -> Option<Explanation> {
        let said = Said {
            operation: Some(self.operation),
            status: self.http_status,
            code: self.code.as_deref(),
            message: self.message.as_deref(),
        };
        explain_said(said, locale)
    }
}

/// Codes of items inside an answer may come without their prefix.
fn row(code: &str, message: &str) -> Option<(Pair, Pair)> {
    let number = gateway_number(code);
    let bare = !code.is_empty() && code.bytes().all(|digit| digit.is_ascii_digit());
    let is = |business: &str| {
        business == code || (bare && business.strip_prefix("CBC.").is_some_and(|digits| digits == code))
    };
    let fits = |known: &Code| match *known {
        Code::Business(business) => is(business),
        Code::BusinessSaying(business, words) => is(business) && message.contains(words),
        Code::Gateway(gateway) => number == Some(gateway),
        Code::GatewaySaying(gateway, words) => number == Some(gateway) && message.contains(words),
    };
    let (_, meaning, next) = TABLES.into_iter().flatten().find(|(known, ..)| fits(known))?;
    Some((*meaning, *next))
}
