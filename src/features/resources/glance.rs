//! What every list of resources of a scope needs besides its rows: what there is to choose from, how much
//! is near its end, and how far the reading is.

pub mod store;

use std::sync::Arc;

use chrono::{DateTime, Utc};

use self::store::{Choice, Choices, Nearing, choices, nearing};
use super::{
    filter::{Due, Tab},
    sync::store::{Progress, progress},
};
use crate::{identity::access::Scope, state::App, web::glance::Kept};

/// What is known of a scope.
#[derive(Debug)]
pub struct Glance {
    /// What its resources can be filtered by.
    pub choices: Choices,
    /// How many of them are near their end.
    pub nearing: Vec<Nearing>,
    /// How far its accounts are.
    pub progress: Vec<Progress>,
    /// How many accounts it has.
    pub accounts: usize,
}

static KEPT: Kept<Glance> = Kept::new();

impl Glance {
    /// At this scope.
    pub async fn at(app: &App, scope: &Scope) -> sqlx::Result<Arc<Self>> {
        let look = async {
            Ok(Self {
                choices: choices(&app.db, scope).await?,
                nearing: nearing(&app.db, scope, app.clock.now()).await?,
                progress: progress(&app.db, scope).await?,
                accounts: scope.accounts().len(),
            })
        };
        KEPT.at(&app.clock, scope, look).await
    }

    /// How many are so near their end, under one tab or all of them.
    pub fn count(&self, due: Due, tab: Option<Tab>, with_pending: bool) -> i64 {
        let at = Due::ALL.iter().position(|each| *each == due);
        let counted = self.nearing.iter().filter(|nearing| {
            tab.is_none_or(|tab| tab.code() == nearing.tab) && (with_pending || !nearing.is_pending)
        });
        counted.filter_map(|nearing| at.and_then(|at| nearing.n.get(at))).sum()
    }

    /// When the account that was read longest ago was read; none while one was never read.
    pub fn read_at(&self) -> Option<DateTime<Utc>> {
        if self.progress.len() < self.accounts {
            return None;
        }
        self.progress.iter().map(|progress| progress.read_at).min().flatten()
    }

    /// Whether the data is young enough to act on.
    pub fn is_fresh(&self, app: &App, now: DateTime<Utc>) -> bool {
        self.read_at()
            .is_some_and(|read_at| (now - read_at).to_std().unwrap_or_default() <= app.settings.max_data_age)
    }

    /// Done and total of the first walks under way.
    pub fn loading(&self) -> Option<(i64, i64)> {
        let first = |progress: &&Progress| progress.walking && progress.read_at.is_none();
        let under_way: Vec<_> = self.progress.iter().filter(first).collect();
        let total = under_way.iter().map(|p| p.total).sum();
        // Until Huawei says how many there are, there is nothing to show.
        (total > 0).then(|| (under_way.iter().map(|p| p.done).sum(), total))
    }

    /// Readings that failed and have not succeeded since.
    pub fn failures(&self) -> impl Iterator<Item = (&Progress, &str, DateTime<Utc>)> {
        self.progress
            .iter()
            .filter_map(|progress| Some((progress, progress.error.as_deref()?, progress.failed_at?)))
    }
}

/// The choice with this code.
pub fn named<'a>(choices: &'a [Choice], code: &str) -> Option<&'a Choice> {
    choices.iter().find(|choice| choice.code == code)
}
