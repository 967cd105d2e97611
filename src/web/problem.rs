//! A read that failed, as pages tell it: Huawei's code, what it means and what to do. The code is kept,
//! the rest is in the reader's language.

use crate::{
    bss::{self, Kind},
    i18n::Locale,
};

/// What a page says about a failed read.
#[derive(Debug, Clone)]
pub struct Problem {
    /// Huawei's code, if there was an answer with one.
    pub code: Option<String>,
    /// What happened.
    pub meaning: String,
    /// What to do.
    pub next: String,
    /// Huawei's own words.
    pub words: Option<String>,
    /// Huawei's number of the request.
    pub request_id: Option<String>,
}

impl Problem {
    /// From a failed read.
    pub fn of(error: &bss::Error, locale: Locale) -> Self {
        let t = Texts(locale);
        let known = error.explanation(locale);
        let (meaning, next) = known.map_or_else(
            || {
                let meaning = match error.kind {
                    Kind::NotAuthorised => t.not_authorised(),
                    Kind::Refused => t.refused(),
                    Kind::Throttled => t.throttled(),
                    Kind::Unavailable => t.unavailable(),
                    Kind::Malformed => t.malformed(),
                };
                (meaning.to_owned(), t.again().to_owned())
            },
            |known| (known.meaning.into_owned(), known.next.into_owned()),
        );
        Self {
            code: error.code.clone(),
            meaning,
            next,
            words: error.message.clone(),
            request_id: error.request_id.clone(),
        }
    }

    /// From whatever went wrong while reading.
    pub fn of_any(error: &anyhow::Error, locale: Locale) -> Self {
        if let Some(error) = error.chain().find_map(|cause| cause.downcast_ref::<bss::Error>()) {
            return Self::of(error, locale);
        }
        tracing::warn!(error = format!("{error:#}"), "what Huawei was asked for could not be read");
        let t = Texts(locale);
        Self::told(t.not_stored(), t.again())
    }

    /// The account is no longer in use.
    pub fn switched_off(locale: Locale) -> Self {
        let t = Texts(locale);
        Self::told(t.switched_off(), t.switched_off_next())
    }

    fn told(meaning: &str, next: &str) -> Self {
        Self { code: None, meaning: meaning.to_owned(), next: next.to_owned(), words: None, request_id: None }
    }
}

crate::texts! {
    /// What failed reads are called when their code says nothing.
    pub struct Texts {
        not_authorised: "华为云不接受该云账号的凭证或权限。", "Huawei Cloud does not accept the account's credentials or rights.";
        refused: "华为云拒绝了这次读取。", "Huawei Cloud refused the read.";
        throttled: "读取过于频繁。", "Too many reads.";
        unavailable: "华为云没有应答。", "Huawei Cloud does not answer.";
        malformed: "华为云的应答无法理解。", "Huawei Cloud's answer cannot be understood.";
        not_stored: "读到的数据无法保存。", "What was read could not be stored.";
        again: "请稍后再试。", "Try again in a while.";
        switched_off: "该云账号已停用，不再从华为云读取。", "This cloud account is switched off and no longer read.";
        switched_off_next: "如需使用，请联系管理员。", "Ask an administrator if you need it.";
    }
}
