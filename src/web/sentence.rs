//! Sentences that pages say about what stands in the way, and readings that failed, in words. They decide
//! nothing.

use super::problem::Problem;
use crate::{bss, i18n::Locale};

/// A sentence with a link, in a tone of the design.
#[derive(Debug, Clone)]
pub struct Sentence {
    /// The tone.
    pub tone: &'static str,
    /// The icon.
    pub icon: &'static str,
    /// What is so.
    pub title: String,
    /// What it means or what to do.
    pub text: String,
    /// Where to go: URL and word.
    pub link: Option<(String, &'static str)>,
}

impl Sentence {
    /// That something is missing or wrong; `text` may be empty.
    pub fn warning(title: impl Into<String>, text: impl Into<String>) -> Self {
        Self { tone: "decision", icon: "warning", title: title.into(), text: text.into(), link: None }
    }
}

/// A reading that failed, in words.
#[derive(Debug, Clone)]
pub struct Failure {
    /// What could not be read.
    pub what: &'static str,
    /// Why, and what to do.
    pub problem: Problem,
}

impl Failure {
    /// In the reader's words; `what` is what could not be read.
    pub fn of(error: &bss::Error, what: &'static str, locale: Locale) -> Self {
        tracing::warn!(%error, "facts cannot be read for a page");
        Self { what, problem: Problem::of(error, locale) }
    }

    /// Code, meaning and next step in one sentence.
    pub fn words(&self) -> String {
        let code = self.problem.code.as_deref().map(|code| format!("{code}: ")).unwrap_or_default();
        format!("{code}{} {}", self.problem.meaning, self.problem.next)
    }
}
