//! What every list of a scope needs besides its rows and changes slowly: the services there are and
//! how far the reading is. Kept for two seconds, so that a page is one statement.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    list::store::{Service, services},
    sync::store::{Progress, progress},
};
use crate::{identity::access::Scope, state::App};

/// How long a glance is good.
const GOOD_FOR: Duration = Duration::from_secs(2);
/// More scopes than this are not kept.
const MOST: usize = 1_000;

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

type Kept = HashMap<Vec<Uuid>, (Duration, Arc<Glance>)>;
static KEPT: LazyLock<Mutex<Kept>> = LazyLock::new(Mutex::default);

impl Glance {
    /// At this scope.
    pub async fn at(app: &App, scope: &Scope) -> sqlx::Result<Arc<Self>> {
        let key = scope.ids();
        let now = app.clock.since_boot();
        let kept = || KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((since, glance)) = kept().get(&key)
            && now.saturating_sub(*since) < GOOD_FOR
        {
            return Ok(glance.clone());
        }
        let glance = Arc::new(Self {
            services: services(&app.db, scope).await?,
            progress: progress(&app.db, scope).await?,
            accounts: key.len(),
        });
        let mut kept = kept();
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(key, (now, glance.clone()));
        Ok(glance)
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
