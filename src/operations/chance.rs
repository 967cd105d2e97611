//! Where random bytes come from: an argument, so that a simulation can be replayed from its seed.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use rand::{Rng, RngExt, SeedableRng, rngs::StdRng};
use uuid::Uuid;

/// A handle on chance, cheap to clone.
#[derive(Clone)]
pub struct Chance(Arc<Mutex<StdRng>>);

impl Chance {
    /// From the operating system's entropy.
    pub fn system() -> Self {
        Self(Arc::new(Mutex::new(rand::make_rng())))
    }

    /// The same sequence for the same seed.
    pub fn seeded(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(StdRng::seed_from_u64(seed))))
    }

    /// A time-ordered id (version 7) for `now`.
    pub fn id(&self, now: DateTime<Utc>) -> Uuid {
        let mut random = [0; 10];
        self.with(|rng| rng.fill_bytes(&mut random));
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }

    /// `span`, longer or shorter by up to a fifth, so that many who wait do not return at once.
    pub fn jitter(&self, span: Duration) -> Duration {
        span * self.with(|rng| rng.random_range(800_u32..=1200)) / 1000
    }

    fn with<T>(&self, draw: impl FnOnce(&mut StdRng) -> T) -> T {
        draw(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl std::fmt::Debug for Chance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Chance")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_ids_and_they_sort_by_time() {
        let (a, b) = (Chance::seeded(7), Chance::seeded(7));
        let early = DateTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        let id = a.id(early);
        assert_eq!(id, b.id(early));
        assert_eq!(id.get_version_num(), 7);
        assert!(a.id(early + Duration::from_secs(1)) > id);
    }

    #[test]
    fn jitter_stays_within_a_fifth() {
        let chance = Chance::seeded(1);
        for _ in 0..1000 {
            let span = chance.jitter(Duration::from_secs(1)).as_millis();
            assert!((800..=1200).contains(&span));
        }
    }
}
