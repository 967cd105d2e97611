//! Keeps our calls below Huawei's documented rates (api-oce, fci_00002), for every account and operation
//! apart, shared by all of the process. It waits; it never drops a call. What people wait for goes first.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::clock::Clock;

/// The part of a documented rate that we use.
const SHARE: f64 = 0.8;
/// How long the rate stays halved after Huawei throttled us.
const PENANCE: Duration = Duration::from_mins(1);
/// What counts as a whole token: the clock's grid makes the last wait end a hair too early.
const WHOLE: f64 = 1.0 - 1e-6;
/// The longest that we let a `Retry-After` hold us.
const LONGEST_HOLD: Duration = Duration::from_mins(1);

/// For whom a call is made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Haste {
    /// For a page or an operation: it has the next turn, behind other such calls only.
    #[default]
    People,
    /// In the background: it takes the turns that nobody waits for.
    Background,
}

/// The rate limits of the process; clones share them.
#[derive(Clone)]
pub struct Limits {
    clock: Clock,
    replicas: f64,
    buckets: Arc<Mutex<Buckets>>,
}

type Buckets = HashMap<(String, &'static str), Bucket>;

impl Limits {
    /// Limits for a process that is one of `replicas` behind one address, which share Huawei's rate.
    pub fn new(clock: Clock, replicas: u32) -> Self {
        Self { clock, replicas: f64::from(replicas.max(1)), buckets: Arc::default() }
    }

    /// Waits until a call of `operation` for `account` has its turn. Calls for people are served in the order
    /// in which they came; those in the background only while no other waits.
    pub async fn turn(&self, account: &str, (operation, per_second): (&'static str, u32), haste: Haste) {
        let queued = (haste == Haste::People).then(|| Queued::up(self, account, operation, per_second));
        let number = queued.as_ref().map(|queued| queued.number);
        while let Err(wait) = self.in_bucket(account, operation, per_second, |bucket, now| {
            let before = |other: &&u64| number.is_none_or(|number| **other < number);
            bucket.take(now, bucket.people.iter().filter(before).count())
        }) {
            self.clock.sleep(wait).await;
        }
    }

    /// Takes a turn now, whoever waits.
    ///
    /// # Errors
    /// How long to wait before there may be one.
    pub fn take(&self, account: &str, operation: &'static str, per_second: u32) -> Result<(), Duration> {
        self.in_bucket(account, operation, per_second, |bucket, now| bucket.take(now, 0))
    }

    fn in_bucket<T>(
        &self,
        account: &str,
        operation: &'static str,
        per_second: u32,
        act: impl FnOnce(&mut Bucket, Duration) -> T,
    ) -> T {
        let now = self.clock.since_boot();
        let documented = f64::from(per_second.max(1)) / self.replicas;
        let mut buckets = self.locked();
        let bucket = buckets.entry((account.to_owned(), operation));
        act(bucket.or_insert_with(|| Bucket::full(documented, now)), now)
    }

    fn locked(&self) -> MutexGuard<'_, Buckets> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The operations of `account` that Huawei throttled within the last minute.
    pub fn slowed(&self, account: &str) -> Vec<&'static str> {
        let now = self.clock.since_boot();
        let buckets = self.locked();
        let slowed =
            buckets.iter().filter(|((owner, _), bucket)| owner == account && now < bucket.slow_until);
        let mut slowed: Vec<_> = slowed.map(|((_, operation), _)| *operation).collect();
        slowed.sort_unstable();
        slowed
    }

    /// The part of a documented rate that this process uses, in hundredths.
    pub fn percent(&self) -> u32 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 100")]
        let percent = (SHARE * 100.0 / self.replicas).round() as u32;
        percent
    }

    /// Huawei throttled a call: the rate is halved for a minute and nothing goes out for `hold`.
    pub fn throttled(&self, account: &str, operation: &'static str, hold: Duration) {
        let now = self.clock.since_boot();
        if let Some(bucket) = self.locked().get_mut(&(account.to_owned(), operation)) {
            bucket.slow_until = now + PENANCE;
            bucket.closed_until = bucket.closed_until.max(now + hold.min(LONGEST_HOLD));
            bucket.tokens = 0.0;
        }
    }
}

/// A call for people in the queue of its bucket, until it has had its turn or is given up.
struct Queued<'a> {
    limits: &'a Limits,
    account: &'a str,
    operation: &'static str,
    number: u64,
}

impl<'a> Queued<'a> {
    fn up(limits: &'a Limits, account: &'a str, operation: &'static str, per_second: u32) -> Self {
        let number = limits.in_bucket(account, operation, per_second, |bucket, _| {
            let number = bucket.people.last().map_or(0, |last| last + 1);
            bucket.people.push(number);
            number
        });
        Self { limits, account, operation, number }
    }
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        if let Some(bucket) = self.limits.locked().get_mut(&(self.account.to_owned(), self.operation)) {
            bucket.people.retain(|number| *number != self.number);
        }
    }
}

/// A token bucket. It refills at our share of the documented rate and holds what is above that share, so
/// that no second sees more than the documented number of calls.
struct Bucket {
    per_second: f64,
    capacity: f64,
    tokens: f64,
    refilled: Duration,
    slow_until: Duration,
    closed_until: Duration,
    /// The calls for people that wait, by their numbers, first come first.
    people: Vec<u64>,
}

impl Bucket {
    fn full(documented: f64, now: Duration) -> Self {
        let capacity = (documented * (1.0 - SHARE)).max(1.0);
        Self {
            per_second: documented * SHARE,
            capacity,
            tokens: capacity,
            refilled: now,
            slow_until: Duration::ZERO,
            closed_until: Duration::ZERO,
            people: Vec::new(),
        }
    }

    /// Takes a turn that leaves one for each of the `ahead` that come first.
    fn take(&mut self, now: Duration, ahead: usize) -> Result<(), Duration> {
        let rate = if now < self.slow_until { self.per_second / 2.0 } else { self.per_second };
        let passed = now.saturating_sub(self.refilled).as_secs_f64();
        self.tokens = (self.tokens + passed * rate).min(self.capacity);
        self.refilled = now;
        if let Some(closed) = self.closed_until.checked_sub(now).filter(|closed| !closed.is_zero()) {
            return Err(closed);
        }
        let ahead = f64::from(u32::try_from(ahead).unwrap_or(u32::MAX));
        if self.tokens >= WHOLE + ahead {
            self.tokens -= 1.0;
            return Ok(());
        }
        Err(Duration::from_secs_f64((1.0 + ahead - self.tokens) / rate))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;
    use crate::bss::scripted::flying;

    /// Takes as many turns as there are until `end`, as fast as it may, and says when each was.
    fn turns(
        limits: &Limits,
        hand: &crate::clock::Hand,
        clock: &Clock,
        rate: u32,
        end: Duration,
    ) -> Vec<Duration> {
        let mut taken = Vec::new();
        while clock.since_boot() < end {
            match limits.take("a", "pay_orders", rate) {
                Ok(()) => taken.push(clock.since_boot()),
                Err(wait) => hand.advance(wait),
            }
        }
        taken
    }

    fn busiest_second(taken: &[Duration]) -> usize {
        taken
            .iter()
            .map(|from| {
                taken.iter().filter(|at| *at >= from && **at < *from + Duration::from_secs(1)).count()
            })
            .max()
            .unwrap_or(0)
    }

    proptest! {
        #[test]
        fn no_second_sees_more_calls_than_documented(rate in 5_u32..40, replicas in 1_u32..4) {
            let (clock, hand) = Clock::manual(DateTime::UNIX_EPOCH);
            let limits = Limits::new(clock.clone(), replicas);
            let taken = turns(&limits, &hand, &clock, rate, Duration::from_secs(20));
            prop_assert!(busiest_second(&taken) * replicas as usize <= rate as usize + replicas as usize);
            let fair = f64::from(rate) * SHARE / f64::from(replicas) * 20.0;
            prop_assert!(f64::from(u32::try_from(taken.len()).expect("few")) >= fair * 0.95, "{} of {fair}", taken.len());
        }
    }

    #[test]
    fn accounts_and_operations_do_not_wait_for_each_other() {
        let (clock, _hand) = Clock::manual(DateTime::UNIX_EPOCH);
        let limits = Limits::new(clock, 4);
        assert!(limits.take("a", "pay_orders", 4).is_ok());
        assert!(limits.take("a", "pay_orders", 4).is_err());
        assert!(limits.take("b", "pay_orders", 4).is_ok());
        assert!(limits.take("a", "list_customer_orders", 4).is_ok());
    }

    #[test]
    fn after_being_throttled_the_rate_is_halved_for_a_minute() {
        let (clock, hand) = Clock::manual(DateTime::UNIX_EPOCH);
        let limits = Limits::new(clock.clone(), 1);
        assert!(limits.take("a", "pay_orders", 10).is_ok());
        limits.throttled("a", "pay_orders", Duration::from_secs(3));
        assert_eq!(limits.take("a", "pay_orders", 10), Err(Duration::from_secs(3)));
        hand.advance(Duration::from_secs(3));
        let slow = turns(&limits, &hand, &clock, 10, Duration::from_mins(1)).len();
        let fast = turns(&limits, &hand, &clock, 10, Duration::from_secs(117)).len();
        assert!((220..=235).contains(&slow), "{slow}");
        assert!((450..=465).contains(&fast), "{fast}");
    }

    const RATE: u32 = 20;
    /// How far apart turns are at that rate.
    const SLOT: Duration = Duration::from_micros(62_500);

    /// Lets so many calls ask for turns for ever, and counts those that they get.
    fn crowd(limits: &Limits, calls: usize, haste: Haste) -> Arc<AtomicUsize> {
        let taken = Arc::new(AtomicUsize::new(0));
        for _ in 0..calls {
            let (limits, taken) = (limits.clone(), taken.clone());
            tokio::spawn(async move {
                loop {
                    limits.turn("a", ("show_order", RATE), haste).await;
                    taken.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        taken
    }

    #[tokio::test]
    async fn people_wait_less_than_two_turns_while_the_background_takes_all_others() {
        let (clock, hand) = Clock::manual(DateTime::UNIX_EPOCH);
        let limits = Limits::new(clock.clone(), 1);
        let taken = crowd(&limits, 20, Haste::Background);
        let mut longest = Duration::ZERO;
        for pause in 0..60 {
            flying(&hand, clock.sleep(Duration::from_millis(300 + 7 * pause))).await;
            let asked = clock.since_boot();
            let call = limits.clone();
            let call = async move { call.turn("a", ("show_order", RATE), Haste::People).await };
            // Behind all others also where it happens to be looked at.
            flying(&hand, tokio::spawn(call)).await.expect("a turn");
            longest = longest.max(clock.since_boot().saturating_sub(asked));
        }
        assert!(longest > Duration::ZERO && longest < 2 * SLOT, "{longest:?}");
        let used = taken.load(Ordering::Relaxed) + 60;
        let limit = f64::from(RATE) * SHARE * clock.since_boot().as_secs_f64();
        assert!(f64::from(u32::try_from(used).expect("few")) >= 0.95 * limit, "{used} of {limit}");
    }

    #[tokio::test]
    async fn people_are_served_in_the_order_in_which_they_came() {
        let (clock, hand) = Clock::manual(DateTime::UNIX_EPOCH);
        let limits = Limits::new(clock, 1);
        while limits.take("a", "show_order", RATE).is_ok() {}
        let order = Mutex::new(Vec::new());
        let calls = (0..8).map(|number| {
            let (limits, order) = (&limits, &order);
            async move {
                limits.turn("a", ("show_order", RATE), Haste::People).await;
                order.lock().expect("lock").push(number);
            }
        });
        flying(&hand, futures_util::future::join_all(calls)).await;
        assert_eq!(*order.lock().expect("lock"), [0, 1, 2, 3, 4, 5, 6, 7]);
    }

    #[tokio::test]
    async fn who_gives_up_keeps_nobody_waiting() {
        let (clock, hand) = Clock::manual(DateTime::UNIX_EPOCH);
        let limits = Limits::new(clock.clone(), 1);
        while limits.take("a", "show_order", RATE).is_ok() {}
        let mut given_up = Box::pin(limits.turn("a", ("show_order", RATE), Haste::People));
        assert!(futures_util::poll!(&mut given_up).is_pending());
        drop(given_up);
        flying(&hand, limits.turn("a", ("show_order", RATE), Haste::Background)).await;
        assert!(clock.since_boot() < 2 * SLOT, "{:?}", clock.since_boot());
    }
}
