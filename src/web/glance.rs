//! What pages of a scope need besides their rows and what changes slowly, kept for two seconds, so that a
//! page is one statement. It knows no list.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use uuid::Uuid;

use crate::{clock::Clock, identity::access::Scope};

/// How long a glance is good. What is looked at anew takes one reader's time, not everybody's.
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
        if let Some((since, seen)) = kept().get_mut(&key) {
            if now.saturating_sub(*since) < GOOD_FOR {
                return Ok(seen.clone());
            }
            // While this one looks, others go on with what was seen.
            *since = now;
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

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use chrono::DateTime;

    use super::*;
    use crate::identity::access::AccountId;

    async fn seen(kept: &Kept<u32>, clock: &Clock, scope: &Scope, look: impl Future<Output = u32>) -> u32 {
        let look = async { Ok::<_, Infallible>(look.await) };
        *kept.at(clock, scope, look).await.unwrap_or_else(|never| match never {})
    }

    #[tokio::test]
    async fn one_reader_looks_anew_and_the_others_go_on_with_what_was_seen() {
        let (clock, hand) = Clock::manual(DateTime::UNIX_EPOCH);
        let (kept, scope) = (Kept::new(), Scope::of([AccountId(Uuid::from_u128(1))]));
        assert_eq!(seen(&kept, &clock, &scope, async { 1 }).await, 1);
        assert_eq!(seen(&kept, &clock, &scope, async { unreachable!("it is young") }).await, 1);
        hand.advance(GOOD_FOR);
        let slow = async {
            assert_eq!(seen(&kept, &clock, &scope, async { unreachable!("one looks") }).await, 1);
            2
        };
        assert_eq!(seen(&kept, &clock, &scope, slow).await, 2);
        let other = Scope::of([AccountId(Uuid::from_u128(2))]);
        assert_eq!(seen(&kept, &clock, &other, async { 3 }).await, 3);
        assert_eq!(seen(&kept, &clock, &scope, async { unreachable!("it is young") }).await, 2);
    }
}
