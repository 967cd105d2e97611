//! The only source of time: what is "now" is an argument, so that deadlines, leases and retries
//! are ordinary tests. Nothing else in the program asks the operating system for the time.

use std::{
    pin::Pin,
    sync::{Arc, Mutex},
    time::Duration,
};

use chrono::{DateTime, Utc};
use tokio::sync::Notify;

/// A future that ends when its time has come.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Where time comes from.
pub trait Source: Send + Sync {
    /// The time of day, UTC.
    fn now(&self) -> DateTime<Utc>;
    /// Time since the machine started, also while it was suspended.
    fn since_boot(&self) -> Duration;
    /// Waits for `how_long`.
    fn sleep(&self, how_long: Duration) -> Sleep;
}

/// A handle on time, cheap to clone.
#[derive(Clone)]
pub struct Clock(Arc<dyn Source>);

impl Clock {
    /// The clock of the machine.
    pub fn system() -> Self {
        Self(Arc::new(System))
    }

    /// A clock that stands still at `start` until its hand is moved, for tests and simulation.
    pub fn manual(start: DateTime<Utc>) -> (Self, Hand) {
        let hand = Hand(Arc::new(Manual { start, elapsed: Mutex::default(), moved: Notify::new() }));
        (Self(Arc::new(hand.0.clone())), hand)
    }

    /// A clock with its own idea of time, such as one machine of a simulated many.
    pub fn of(source: impl Source + 'static) -> Self {
        Self(Arc::new(source))
    }

    /// The time of day, UTC.
    pub fn now(&self) -> DateTime<Utc> {
        self.0.now()
    }

    /// Time since the machine started, also while it was suspended; it never goes back.
    pub fn since_boot(&self) -> Duration {
        self.0.since_boot()
    }

    /// Waits for `how_long`.
    pub fn sleep(&self, how_long: Duration) -> Sleep {
        self.0.sleep(how_long)
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}

struct System;

impl Source for System {
    #[expect(clippy::disallowed_methods, reason = "this is where time comes from")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    #[cfg(target_os = "linux")]
    fn since_boot(&self) -> Duration {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        Duration::new(time.tv_sec.cast_unsigned(), u32::try_from(time.tv_nsec).unwrap_or_default())
    }

    #[cfg(not(target_os = "linux"))]
    fn since_boot(&self) -> Duration {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
        Duration::new(time.tv_sec.cast_unsigned(), u32::try_from(time.tv_nsec).unwrap_or_default())
    }

    fn sleep(&self, how_long: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(how_long))
    }
}

struct Manual {
    start: DateTime<Utc>,
    elapsed: Mutex<Duration>,
    moved: Notify,
}

impl Manual {
    fn elapsed(&self) -> Duration {
        *self.elapsed.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Moves a manual clock.
#[derive(Clone)]
pub struct Hand(Arc<Manual>);

impl Hand {
    /// Lets `by` pass, and wakes every sleeper whose time has come.
    pub fn advance(&self, by: Duration) {
        *self.0.elapsed.lock().unwrap_or_else(std::sync::PoisonError::into_inner) += by;
        self.0.moved.notify_waiters();
    }
}

impl Source for Arc<Manual> {
    fn now(&self) -> DateTime<Utc> {
        self.start + self.elapsed()
    }

    fn since_boot(&self) -> Duration {
        self.elapsed()
    }

    fn sleep(&self, how_long: Duration) -> Sleep {
        let clock = self.clone();
        let until = clock.elapsed() + how_long;
        Box::pin(async move {
            loop {
                let moved = clock.moved.notified();
                tokio::pin!(moved);
                moved.as_mut().enable();
                if clock.elapsed() >= until {
                    return;
                }
                moved.await;
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_sleeper_wakes_when_the_hand_has_moved_far_enough() {
        let (clock, hand) = Clock::manual(DateTime::UNIX_EPOCH);
        let sleeper = tokio::spawn(clock.sleep(Duration::from_secs(10)));
        hand.advance(Duration::from_secs(9));
        tokio::task::yield_now().await;
        assert!(!sleeper.is_finished());
        hand.advance(Duration::from_secs(1));
        sleeper.await.expect("wakes");
        assert_eq!(clock.now(), DateTime::UNIX_EPOCH + Duration::from_secs(10));
        assert_eq!(clock.since_boot(), Duration::from_secs(10));
    }
}
