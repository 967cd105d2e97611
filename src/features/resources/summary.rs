//! What the overview tells about resources: how many expire how soon, by what happens then. It shows nothing.

use chrono::{DateTime, Utc};

pub use super::filter::{Due, Tab};
use super::{filter::Filter, glance::Glance, texts::Texts};
use crate::{
    i18n::Locale,
    identity::access::{AccountId, Scope},
    state::App,
    web::links,
};

/// A number that leads to its list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// How many main resources, without those that an unfinished order holds.
    pub n: i64,
    /// The list of just these.
    pub url: String,
}

/// What happens to some resources, and how many of them are how near to their end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What happens.
    pub tab: Tab,
    /// In the order of [`Due::ALL`].
    pub figures: Vec<Figure>,
}

/// Figures of the resources in a scope.
#[derive(Debug, Clone)]
pub struct Summary {
    /// By what happens at expiry.
    pub rows: Vec<Row>,
    /// When the data was read, if all of it was.
    pub read_at: Option<DateTime<Utc>>,
    /// Whether it is young enough to act on.
    pub is_fresh: bool,
    /// Readings that failed: account, why, when.
    pub failures: Vec<(AccountId, String, DateTime<Utc>)>,
}

impl Summary {
    /// Whether nothing is near its end.
    pub fn is_calm(&self) -> bool {
        self.rows.iter().all(|row| row.figures.iter().all(|figure| figure.n == 0))
    }
}

/// The figures at `now`.
pub async fn summary(app: &App, scope: &Scope, now: DateTime<Utc>) -> sqlx::Result<Summary> {
    let glance = Glance::at(app, scope).await?;
    let figure = |tab: Tab, due: Due| Figure {
        n: glance.count(due, Some(tab), false),
        url: format!(
            "{}?{}",
            links::RESOURCES,
            Filter { tab: Some(tab), due: Some(due), ..Filter::default() }.query()
        ),
    };
    let row = |tab| Row { tab, figures: Due::ALL.into_iter().map(|due| figure(tab, due)).collect() };
    Ok(Summary {
        rows: Tab::ALL.into_iter().map(row).collect(),
        read_at: glance.read_at(),
        is_fresh: glance.is_fresh(app, now),
        failures: glance
            .failures()
            .map(|(progress, error, at)| (progress.account, error.to_owned(), at))
            .collect(),
    })
}

/// What a tab is called.
pub const fn tab(tab: Tab, locale: Locale) -> &'static str {
    Texts(locale).tab(tab)
}

/// What a nearness is called.
pub fn due(due: Due, locale: Locale) -> String {
    Texts(locale).due(due)
}
