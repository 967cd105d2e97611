//! What the gateway and the control plane share: the world, its clock, faults and logs, each
//! behind a lock that is held for a moment only.

use std::{
    collections::{HashMap, VecDeque},
    io,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use super::{
    acts::Act,
    faces::Operation,
    faults::Faults,
    server::Received,
    state::{Journal, Remembered},
    world::{World, dice::mix, times::Millis},
};
use crate::clock::Clock;

/// The log of requests keeps so many.
const KEPT: usize = 100_000;

/// What shares a rate limit: who pays, and the operation.
type Lane = (usize, &'static str);

/// The state of a running simulator.
pub(crate) struct Shared {
    clock: Clock,
    advanced: AtomicI64,
    ids: AtomicU64,
    world: Mutex<World>,
    /// Locked after the world, so that acts are written in the order in which they happened.
    journal: Mutex<Journal>,
    faults: Mutex<Faults>,
    requests: Mutex<(u64, VecDeque<Received>)>,
    /// Calls in the current second, by who pays and operation.
    calls: Mutex<HashMap<Lane, (Millis, u32)>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    pub(crate) fn new(clock: Clock, Remembered { world, journal, advanced }: Remembered) -> Self {
        Self {
            clock,
            advanced: AtomicI64::new(advanced),
            ids: AtomicU64::new(0),
            world: Mutex::new(world),
            journal: Mutex::new(journal),
            faults: Mutex::default(),
            requests: Mutex::default(),
            calls: Mutex::default(),
        }
    }

    /// The simulator's own time: that of its clock and what it was advanced by.
    pub(crate) fn now(&self) -> Millis {
        self.clock.now().timestamp_millis() + self.advanced.load(Ordering::SeqCst)
    }

    pub(crate) fn advance(&self, by: Millis) -> io::Result<()> {
        self.change(|_| (self.advanced.fetch_add(by, Ordering::SeqCst), Some(Act::Clock { by })))?;
        Ok(())
    }

    /// By how much time was advanced.
    pub(crate) fn advanced(&self) -> Millis {
        self.advanced.load(Ordering::SeqCst)
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        lock(&self.world)
    }

    /// Lets something happen, and writes down what changed the world; both before anything else happens.
    pub(crate) fn change<T>(&self, happen: impl FnOnce(&mut World) -> (T, Option<Act>)) -> io::Result<T> {
        let mut world = self.world();
        let mut journal = lock(&self.journal);
        journal.ready()?;
        let (answer, act) = happen(&mut world);
        if let Some(act) = act {
            journal.write(&act)?;
        }
        Ok(answer)
    }

    /// Gives up the file, so that the next simulator can go on; nothing happens here any more.
    pub(crate) fn close(&self) {
        lock(&self.journal).close();
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, Faults> {
        lock(&self.faults)
    }

    /// 32 hexadecimal digits that no other request of this run has.
    pub(crate) fn new_request_id(&self) -> String {
        let nth = self.ids.fetch_add(1, Ordering::Relaxed);
        format!("{:016x}{:016x}", mix(nth), mix(!nth ^ self.now().cast_unsigned()))
    }

    /// Notes a request and answers its number.
    pub(crate) fn log(&self, entry: impl FnOnce(u64) -> Received) -> u64 {
        let mut requests = lock(&self.requests);
        requests.0 += 1;
        let seq = requests.0;
        let entry = entry(seq);
        requests.1.push_back(entry);
        if requests.1.len() > KEPT {
            requests.1.pop_front();
        }
        seq
    }

    /// Adds to what is known of a request.
    pub(crate) fn amend(&self, seq: u64, change: impl FnOnce(&mut Received)) {
        let mut requests = lock(&self.requests);
        let first = requests.1.front().map_or(0, |entry| entry.seq);
        let at = usize::try_from(seq.wrapping_sub(first)).unwrap_or(usize::MAX);
        if let Some(entry) = requests.1.get_mut(at) {
            change(entry);
        }
    }

    /// The requests that came after a number.
    pub(crate) fn requests(&self, after: u64) -> Vec<Received> {
        lock(&self.requests).1.iter().filter(|entry| entry.seq > after).cloned().collect()
    }

    /// Whether the gateway lets another call through in this second.
    pub(crate) fn lets_through(&self, account: usize, operation: &Operation) -> bool {
        let (limited, payer) = {
            let world = self.world();
            (world.settings.rate_limits, world.payer(account))
        };
        if !limited {
            return true;
        }
        let second = self.now() / 1_000;
        let mut calls = lock(&self.calls);
        let (counted, calls) = calls.entry((payer, operation.id)).or_insert((second, 0));
        if *counted != second {
            (*counted, *calls) = (second, 0);
        }
        *calls += 1;
        *calls <= operation.rate
    }
}
