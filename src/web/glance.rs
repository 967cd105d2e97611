//! What pages of a scope need besides their rows and what changes slowly, kept for two seconds, so that a
//! page is one statement. It knows no list.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use uuid::Uuid;

use crate::{clock::Clock, identity::access::Scope};

/// How long a glance is good.
const GOOD_FOR: Duration = Duration::from_secs(2);
/// More scopes than this are not kept.
const MOST: usize = 1_000;

/// What was seen of each scope, and when.
#[derive(Debug)]
pub struct Kept<T>(Mutex<BTreeMap<Accounts, Seen<T>>>);

type Accounts = Vec<Uuid>;
type Seen<T> = (Duration, Arc<T>);

impl<T> Kept<T> {
    /// Nothing yet.
    pub const fn new() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }

    /// What was seen of this scope a moment ago, or what `look` sees now.
    pub async fn at<E>(
        &self,
        clock: &Clock,
        scope: &Scope,
        look: impl Future<Output = Result<T, E>>,
    ) -> Result<Arc<T>, E> {
        let key = scope.ids();
        let now = clock.since_boot();
        let kept = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((since, seen)) = kept().get(&key)
            && now.saturating_sub(*since) < GOOD_FOR
        {
            return Ok(seen.clone());
        }
        let seen = Arc::new(look.await?);
        let mut kept = kept();
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(key, (now, seen.clone()));
        Ok(seen)
    }
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self::new()
    }
}
