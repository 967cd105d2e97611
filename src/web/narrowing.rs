//! How a list is narrowed, as its page shows it: tabs, choices, days and the conditions that are in force. It knows
//! no list.

use std::borrow::Cow;

use super::filters::Dates;

/// A tab above a list.
#[derive(Debug, Clone)]
pub struct Tab {
    /// The list under it.
    pub url: String,
    /// Its word.
    pub word: Cow<'static, str>,
    /// How many rows it has, where that is known.
    pub count: Option<String>,
    /// Whether it is the one that is shown.
    pub current: bool,
}

/// One of the values of a filter.
#[derive(Debug, Clone)]
pub struct Choice {
    /// The value in the URL.
    pub value: String,
    /// Its word.
    pub word: String,
    /// Whether it is in force.
    pub chosen: bool,
}

/// A filter that takes one of some values.
#[derive(Debug, Clone)]
pub struct Pick {
    /// Its name in the URL.
    pub name: &'static str,
    /// Its word.
    pub word: &'static str,
    /// The values.
    pub choices: Vec<Choice>,
}

impl Pick {
    /// Whether a value is in force.
    pub fn is_on(&self) -> bool {
        self.choices.iter().any(|choice| choice.chosen)
    }
}

/// A condition that is in force.
#[derive(Debug, Clone)]
pub struct Active {
    /// What it says.
    pub sentence: String,
    /// The list without it.
    pub without: String,
}

/// A day of a filter as a field holds it.
pub fn days(dates: Dates) -> [String; 2] {
    [dates.from, dates.to].map(|day| day.map(|day| day.to_string()).unwrap_or_default())
}
