//! The loops that keep the journal moving, and how they stop: an operation in flight always reaches
//! its record. Nothing is decided here.

use std::{
    collections::HashMap,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use futures_util::FutureExt as _;
use tokio::sync::Notify;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    chance::Chance,
    desk::Desk,
    intent::TransKey,
    journal::{Change, Claimed, Fault, Store},
    kind::{Registry, Upstream},
    perform::Performer,
    reading::Reading,
    reconcile::Reconciler,
    timings::Timings,
};
use crate::{
    clock::Clock,
    identity::access::AccountId,
    proof::{self, Mutant, Point},
};

/// Told how many operations of each account are open whenever that may have changed.
pub type OnOpen = Box<dyn Fn(HashMap<AccountId, u64>) + Send + Sync>;

/// All that the journal runs on. Time, chance, upstream and store are arguments, so that a simulation
/// can replace every one of them.
pub struct Setup {
    /// Where the journal is written.
    pub store: Arc<dyn Store>,
    /// The kinds of operations.
    pub registry: Registry,
    /// The accounts upstream.
    pub upstream: Arc<dyn Upstream>,
    /// The time.
    pub clock: Clock,
    /// Chance.
    pub chance: Chance,
    /// The spans of time.
    pub timings: Timings,
    /// The name that this process signs leases with.
    pub name: String,
}

impl Setup {
    /// Ends what nobody agreed to in time, and notices a recovered database.
    pub async fn tend(&self) -> Result<(), Fault> {
        self.store.expire().await?;
        if self.observe().await? {
            tracing::error!(
                "the database was recovered: nothing is sent until earlier requests have expired"
            );
        }
        Ok(())
    }

    /// Records which database answers; whether it is another one than before.
    pub(super) async fn observe(&self) -> Result<bool, Fault> {
        let careful = !proof::is(Mutant::NoQuarantine);
        self.store.observe(if careful { self.timings.quarantine } else { Duration::ZERO }).await
    }

    /// Writes a change and counts it.
    pub(super) async fn settle(&self, claimed: &Claimed, change: &Change) -> Result<(), Fault> {
        self.store.settle(claimed, change).await?;
        let operation = &claimed.operation;
        if change.stops_account {
            tracing::error!(account = %operation.account_id, "credentials were refused; nothing more is sent for the account");
        }
        if change.to != operation.state {
            metrics::counter!("operations_transitions_total", "kind" => operation.kind.clone(), "to" => change.to.as_str())
                .increment(1);
            tracing::info!(
                operation = %operation.id, from = %operation.state, to = %change.to,
                note = change.note.map(super::Note::as_str), "operation moved"
            );
        }
        Ok(())
    }
}

/// The running journal.
pub struct Running {
    /// Where pages hand in intents and act on operations.
    pub desk: Desk,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Running {
    /// Takes up nothing more and waits until what is in flight has reached its record.
    pub async fn stop(self) {
        self.stop.cancel();
        proof::at(Point::ShutdownDrain);
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// How many operations are sent at once by one process, and how many are asked about.
const PERFORMERS: usize = 4;
const RECONCILERS: usize = 2;

/// Wakes those workers for whom there is something to do, and nobody else: whoever submits shares the
/// processors with whom it wakes.
#[derive(Debug, Default)]
pub struct Bell {
    send: Notify,
    look: Notify,
    count: Notify,
}

impl Bell {
    /// One more operation may be ready.
    pub fn one_ready(&self) {
        self.send.notify_one();
        self.count.notify_one();
    }

    /// Any number of operations may be due, to be sent or to be asked about.
    pub fn any_due(&self) {
        self.send.notify_waiters();
        self.look.notify_waiters();
    }
}

/// Starts the loops. `key` derives upstream's ids; `reading` is what pages read; `on_open` hears how
/// many operations are open.
///
/// # Errors
/// When the database cannot be told apart from another one, without which nothing may be sent.
pub async fn start(setup: Setup, reading: Reading, key: TransKey, on_open: OnOpen) -> Result<Running, Fault> {
    if setup.timings.are_hurried() {
        tracing::warn!("the journal's timings are hurried: safe against the simulator only");
    }
    setup.observe().await?;
    let (setup, stop, tasks) = (Arc::new(setup), CancellationToken::new(), TaskTracker::new());
    let bell = Arc::new(Bell::default());
    let desk = Desk::new(
        setup.store.clone(),
        reading.clone(),
        (setup.clock.clone(), setup.chance.clone()),
        (key, setup.timings),
        bell.clone(),
    );
    let rhythm = Rhythm { clock: setup.clock.clone(), idle: setup.timings.idle, stop: stop.clone(), bell };
    let house = House { setup: setup.clone(), reading, on_open, tended_at: Mutex::default() };
    let mut workers: Vec<(&str, Box<dyn Worker>)> = vec![("house", Box::new(house))];
    for n in 0..PERFORMERS {
        let name = format!("{}/perform-{n}", setup.name);
        workers.push(("perform", Box::new(Performer::new(setup.clone(), name))));
    }
    for n in 0..RECONCILERS {
        let name = format!("{}/reconcile-{n}", setup.name);
        workers.push(("reconcile", Box::new(Reconciler::new(setup.clone(), name))));
    }
    for (what, worker) in workers {
        tasks.spawn(rhythm.clone().keep(what, worker));
    }
    Ok(Running { desk, stop, tasks })
}

/// Something that is done again and again.
#[async_trait]
pub(super) trait Worker: Send + Sync {
    /// Does one thing. `false` when there was nothing to do.
    async fn work(&self) -> Result<bool, Fault>;

    /// What tells it that there is something to do.
    fn hears<'b>(&self, bell: &'b Bell) -> &'b Notify;
}

#[async_trait]
impl Worker for Performer {
    async fn work(&self) -> Result<bool, Fault> {
        self.step().await
    }

    fn hears<'b>(&self, bell: &'b Bell) -> &'b Notify {
        &bell.send
    }
}

#[async_trait]
impl Worker for Reconciler {
    async fn work(&self) -> Result<bool, Fault> {
        self.step().await
    }

    fn hears<'b>(&self, bell: &'b Bell) -> &'b Notify {
        &bell.look
    }
}

/// Ends what nobody agreed to, notices a recovered database, and counts what is open.
struct House {
    setup: Arc<Setup>,
    reading: Reading,
    on_open: OnOpen,
    tended_at: Mutex<Option<Duration>>,
}

impl House {
    /// Whether the rest is due, however often it is woken to count.
    fn is_untended(&self) -> bool {
        let now = self.setup.clock.since_boot();
        let mut tended_at = self.tended_at.lock().unwrap_or_else(PoisonError::into_inner);
        let due = tended_at.is_none_or(|at| now.saturating_sub(at) >= self.setup.timings.idle);
        if due {
            *tended_at = Some(now);
        }
        due
    }
}

#[async_trait]
impl Worker for House {
    fn hears<'b>(&self, bell: &'b Bell) -> &'b Notify {
        &bell.count
    }

    async fn work(&self) -> Result<bool, Fault> {
        if self.is_untended() {
            self.setup.tend().await?;
        }
        let open = self.reading.open_by_account().await?;
        // Metrics are floats.
        metrics::gauge!("operations_open")
            .set(f64::from(u32::try_from(open.values().sum::<u64>()).unwrap_or(u32::MAX)));
        (self.on_open)(open);
        Ok(false)
    }
}

/// How a loop goes on: at once while there is work, else when there is some, or after a while.
#[derive(Clone)]
struct Rhythm {
    clock: Clock,
    idle: Duration,
    stop: CancellationToken,
    bell: Arc<Bell>,
}

impl Rhythm {
    async fn keep(self, what: &'static str, worker: Box<dyn Worker>) {
        while !self.stop.is_cancelled() {
            let woken = worker.hears(&self.bell).notified();
            // A step that panics has written whole transactions or none; the next one goes on.
            match AssertUnwindSafe(worker.work()).catch_unwind().await {
                Ok(Ok(true)) => continue,
                Ok(Ok(false)) => {}
                Ok(Err(Fault::Moved)) => {
                    tracing::debug!(what, "another worker was faster");
                }
                Ok(Err(fault)) => tracing::warn!(what, error = %fault, "the journal could not go on"),
                Err(_) => tracing::error!(what, "a step of the journal panicked"),
            }
            tokio::select! {
                () = self.stop.cancelled() => {}
                () = woken => {}
                () = self.clock.sleep(self.idle) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use super::*;

    #[tokio::test]
    async fn one_operation_wakes_one_who_sends_and_nobody_who_looks() {
        let bell = Bell::default();
        let (mut one, mut other) = (pin!(bell.send.notified()), pin!(bell.send.notified()));
        let mut looking = pin!(bell.look.notified());
        for waiting in [&mut one, &mut other, &mut looking] {
            waiting.as_mut().enable();
        }
        bell.one_ready();
        let woken = [one.as_mut().now_or_never(), other.as_mut().now_or_never()];
        assert_eq!(woken.into_iter().flatten().count(), 1);
        assert!(looking.as_mut().now_or_never().is_none());
        bell.one_ready();
        assert!(other.now_or_never().is_some());
        bell.one_ready();
        assert!(bell.send.notified().now_or_never().is_some(), "kept for the next who would wait");
        bell.any_due();
        assert!(looking.now_or_never().is_some());
    }
}
