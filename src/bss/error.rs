//! What went wrong with a read from BSS: data for callers, words for logs, nothing secret.
//! What a failed write proves is decided in `answers.rs`, not here.

use std::fmt;

use serde::Deserialize;

use super::{
    explain,
    transport::{Broken, Response},
};

/// A read that brought no answer to use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Error {
    /// The sort of failure.
    pub kind: Kind,
    /// The operation, by the catalogue's id.
    pub operation: &'static str,
    /// The HTTP status, if there was an answer.
    pub http_status: Option<u16>,
    /// Huawei's code, such as `CBC.0151` or `APIGW.0301`.
    pub code: Option<String>,
    /// Huawei's words, or what is wrong with the answer. Not for visitors without a glance at `code`
    /// first: `explain` says it in their language.
    pub message: Option<String>,
    /// Huawei's id of the request, for its support.
    pub request_id: Option<String>,
}

/// The sorts of failure that callers tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The credential is wrong, expired, or lacks the permission (401, 403). Repeating it would lock the
    /// access key.
    NotAuthorised,
    /// Huawei understood and said no (other 4xx, or a code in a 2xx).
    Refused,
    /// Too many requests, still after the retries.
    Throttled,
    /// No answer, or Huawei's own failure (5xx), still after the retries.
    Unavailable,
    /// An answer came that cannot be understood, or that is about something else.
    Malformed,
}

impl Kind {
    /// Its name in logs and metrics.
    pub const fn label(self) -> &'static str {
        match self {
            Self::NotAuthorised => "not authorised",
            Self::Refused => "refused",
            Self::Throttled => "throttled",
            Self::Unavailable => "unavailable",
            Self::Malformed => "malformed",
        }
    }
}

impl Error {
    /// Whether the same question may well be answered a little later.
    pub const fn is_passing(&self) -> bool {
        matches!(self.kind, Kind::Throttled | Kind::Unavailable)
    }

    /// Whether it is about a token that ended, so that a new one may help.
    pub(super) fn says_token_ended(&self) -> bool {
        let code = self.code.as_deref().unwrap_or_default();
        let words = self.message.as_deref().unwrap_or_default();
        code == "CBC.0154" || gateway_number(code) == Some(307) || explain::says_token_expired(words)
    }

    /// Whether it says that the account belongs to another site.
    pub fn says_other_site(&self) -> bool {
        matches!(self.code.as_deref(), Some("CBC.0150" | "CBC.0156"))
    }

    pub(super) fn broken(operation: &'static str, broken: &Broken) -> Self {
        Self {
            kind: Kind::Unavailable,
            operation,
            http_status: None,
            code: None,
            message: Some(broken.to_string()),
            request_id: None,
        }
    }

    pub(super) fn malformed(operation: &'static str, response: &Response, why: impl fmt::Display) -> Self {
        Self {
            kind: Kind::Malformed,
            operation,
            http_status: Some(response.status),
            code: None,
            message: Some(shortened(&why.to_string())),
            request_id: response.request_id().map(str::to_owned),
        }
    }

    /// An answer about another order than the one asked about.
    pub(super) fn about_another(operation: &'static str, asked: &str, told: &str) -> Self {
        Self::unusable(operation, &format!("asked about {asked}, the answer is about {told}"))
    }

    /// A listing that ended before it had given all that it promised.
    pub(super) fn incomplete(operation: &'static str, given: u64, promised: u64) -> Self {
        Self::unusable(operation, &format!("{given} of {promised} items were given"))
    }

    fn unusable(operation: &'static str, why: &str) -> Self {
        Self {
            kind: Kind::Malformed,
            operation,
            http_status: None,
            code: None,
            message: Some(shortened(why)),
            request_id: None,
        }
    }

    /// The refusal that `response` is, or `None` when it is a success.
    pub(super) fn refusal(operation: &'static str, response: &Response) -> Option<Self> {
        let envelope = Envelope::read(&response.body);
        let code = envelope.code.filter(|code| code != "CBC.0000");
        let throttled = response.status == 429
            || code.as_deref().is_some_and(|code| gateway_number(code) == Some(308) || code == "CBC.0250");
        let kind = match response.status {
            200..=299 if code.is_none() => return None,
            _ if throttled => Kind::Throttled,
            401 | 403 => Kind::NotAuthorised,
            200..=299 | 400..=499 => Kind::Refused,
            500..=599 => Kind::Unavailable,
            _ => Kind::Malformed,
        };
        Some(Self {
            kind,
            operation,
            http_status: Some(response.status),
            code,
            message: envelope.message.or_else(|| plain_words(&response.body)).as_deref().map(shortened),
            request_id: response.request_id().map(str::to_owned).or(envelope.request_id),
        })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.operation, self.kind.label())?;
        if let Some(status) = self.http_status {
            write!(f, ", HTTP {status}")?;
        }
        if let Some(code) = &self.code {
            write!(f, ", {code}")?;
        }
        if let Some(message) = &self.message {
            write!(f, " ({message})")?;
        }
        if let Some(id) = &self.request_id {
            write!(f, ", request {id}")?;
        }
        Ok(())
    }
}

/// The members of an answer that tell of a failure, in BSS's own and the gateway's form.
#[derive(Default)]
pub(super) struct Envelope {
    pub(super) code: Option<String>,
    pub(super) message: Option<String>,
    pub(super) request_id: Option<String>,
}

impl Envelope {
    /// What `body` says; all empty when it is no JSON object or says nothing.
    pub(super) fn read(body: &[u8]) -> Self {
        #[derive(Deserialize)]
        struct Wire {
            #[serde(default)]
            error_code: Option<String>,
            #[serde(default)]
            error_msg: Option<String>,
            #[serde(default)]
            request_id: Option<String>,
        }
        let Ok(wire) = serde_json::from_slice::<Wire>(body) else { return Self::default() };
        Self {
            code: wire.error_code.filter(|code| is_code(code)),
            message: wire.error_msg.filter(|message| !message.is_empty()),
            request_id: wire.request_id.filter(|id| id.len() <= 128),
        }
    }
}

/// The words of an answer that is neither JSON nor a page, as what stands in front of BSS may answer.
fn plain_words(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?.trim();
    (!text.is_empty() && !text.starts_with(['<', '{', '['])).then(|| text.to_owned())
}

/// The number of a gateway code, which comes as `APIG.0301` and as `APIGW.0301`.
pub fn gateway_number(code: &str) -> Option<u16> {
    let digits = code.strip_prefix("APIGW.").or_else(|| code.strip_prefix("APIG."))?;
    (digits.len() == 4 && digits.bytes().all(|digit| digit.is_ascii_digit()))
        .then(|| digits.parse().ok())
        .flatten()
}

/// Codes are short words; anything else in their place is not taken for one.
pub(super) fn is_code(code: &str) -> bool {
    (1..=40).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_".contains(&b))
}

/// At most as long as Huawei says its messages are, on one line.
pub(super) fn shortened(message: &str) -> String {
    const LONGEST: usize = 1000;
    message.chars().take(LONGEST).map(|c| if c.is_control() { ' ' } else { c }).collect()
}
