//! What every list of orders of a scope needs besides its rows: the services there are and how far the
//! reading is.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{
    list::store::{Service, services},
    sync::store::{Progress, progress},
};
use crate::{identity::access::Scope, state::App, web::glance::Kept};

/// What is known of a scope.
#[derive(Debug)]
pub struct Glance {
    /// Its services, most frequent first.
    pub services: Vec<Service>,
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
                services: services(&app.db, scope).await?,
                progress: progress(&app.db, scope).await?,
                accounts: scope.accounts().len(),
            })
        };
        KEPT.at(&app.clock, scope, look).await
    }

    /// When the account that was read longest ago was read; none while one was never read.
    pub fn read_at(&self) -> Option<DateTime<Utc>> {
        if self.progress.len() < self.accounts {
            return None;
        }
        self.progress.iter().map(|progress| progress.read_at).min().flatten()
    }

    /// Done and total of the first loads under way.
    pub fn loading(&self) -> Option<(i64, i64)> {
        let under_way: Vec<_> = self.progress.iter().filter(|progress| progress.place.is_some()).collect();
        (!under_way.is_empty())
            .then(|| (under_way.iter().map(|p| p.done).sum(), under_way.iter().map(|p| p.total).sum()))
    }

    /// Readings that failed and have not succeeded since.
    pub fn failures(&self) -> impl Iterator<Item = (&str, DateTime<Utc>)> {
        self.progress.iter().filter_map(|progress| Some((progress.error.as_deref()?, progress.failed_at?)))
    }
}
