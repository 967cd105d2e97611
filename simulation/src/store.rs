//! The journal as one process reaches it: the journal in memory behind a connection that is slow, breaks, and
//! loses the answer to a commit; and the database behind it, which can be replaced by an older copy of itself.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use bss_portal::{
    identity::access::{AccountId, Scope},
    operations::{
        Arming, Change, Claimed, Fault, Judgement, OperationId, Planned, State, Store, Story, Submitted, Vote,
    },
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    engine::{At, Bell, ProcessId, SECOND, Sim},
    model::journal::Journal,
    record::Record,
    wire::lock,
};

/// The most commits, by time, that a failover loses.
const LONGEST_LOSS: At = 40 * SECOND;
/// How often idle workers look, as [`bss_portal::operations::Timings::REAL`] has it.
const IDLE: At = SECOND;
/// The transaction that writes nothing.
const READING: &str = "story";

/// The database that all portals share.
pub(crate) struct Database {
    /// What is in it.
    pub(crate) journal: Journal,
    /// Older copies of it, when failovers happen in this history.
    copies: Option<VecDeque<(At, Journal)>>,
    /// How often it was replaced.
    pub(crate) replaced: u64,
    /// Workers who wait for something to do.
    waiting: Vec<Waiting>,
}

struct Waiting {
    states: Vec<State>,
    bell: Bell,
    rings_at: At,
}

impl Database {
    /// An empty one.
    pub(crate) fn new(loses_commits: bool) -> Self {
        let copies = loses_commits.then(VecDeque::new);
        Self { journal: Journal::new(1), copies, replaced: 0, waiting: Vec::new() }
    }

    /// What follows from a commit: an older copy is kept, and whoever waits is told.
    fn committed(&mut self, sim: &Sim) {
        let now = sim.now();
        if let Some(copies) = &mut self.copies {
            copies.push_back((now, self.journal.clone()));
            while copies.get(1).is_some_and(|(at, _)| at + LONGEST_LOSS < now) {
                copies.pop_front();
            }
        }
        let mut waiting = std::mem::take(&mut self.waiting);
        for one in &mut waiting {
            self.tell(one, sim);
        }
        self.waiting = waiting;
    }

    fn tell(&self, waiting: &mut Waiting, sim: &Sim) {
        let Some(due) = self.journal.next_due_in(&waiting.states) else { return };
        let wait = (due - sim.utc()).num_microseconds().unwrap_or(i64::MAX / 4).max(0).cast_unsigned();
        if sim.now() + wait < waiting.rings_at {
            waiting.rings_at = sim.now() + wait;
            let late = sim.draw(0..=IDLE);
            sim.ring(&waiting.bell, wait + late);
        }
    }

    /// The standby takes over, without the last commits.
    pub(crate) fn fail_over(&mut self, sim: &Sim) {
        let loss = sim.draw(0..=LONGEST_LOSS);
        let then = sim.now().saturating_sub(loss);
        self.replaced += 1;
        let copies = self.copies.as_mut().expect("this history has failovers");
        while copies.back().is_some_and(|(at, _)| *at > then) && copies.len() > 1 {
            copies.pop_back();
            sim.count("lost commits");
        }
        let copy = copies.back().map(|(_, journal)| journal.recovered_as(self.replaced + 1));
        sim.count("failovers");
        sim.note(format_args!("FAILOVER loses the last {} s", loss / SECOND));
        if let Some(copy) = copy {
            self.journal = copy;
        }
        self.committed(sim);
    }
}

/// Waits until there may be something to do in these states.
pub(crate) async fn idle(sim: &Sim, process: ProcessId, database: &Mutex<Database>, states: &[State]) {
    let alarm = sim.alarm(process);
    {
        let mut database = lock(database);
        let bell = alarm.bell();
        database.waiting.retain(|waiting| !waiting.bell.is_for(sim.task()));
        let mut waiting = Waiting { states: states.to_vec(), bell, rings_at: At::MAX };
        database.tell(&mut waiting, sim);
        database.waiting.push(waiting);
    }
    alarm.await;
}

/// One process's connection.
pub(crate) struct SimStore {
    /// The machine.
    pub(crate) sim: Sim,
    /// Whose it is.
    pub(crate) process: ProcessId,
    /// What it leads to.
    pub(crate) database: Arc<Mutex<Database>>,
    /// What was seen.
    pub(crate) record: Arc<Mutex<Record>>,
}

impl SimStore {
    /// One transaction, unless the connection or the database has other plans.
    async fn transaction<T: Send>(
        &self,
        what: &'static str,
        act: impl FnOnce(&mut Journal, DateTime<Utc>) -> Result<T, Fault> + Send,
    ) -> Result<T, Fault> {
        let (sim, process) = (&self.sim, self.process);
        let faults = sim.faults();
        let replaced = lock(&self.database).replaced;
        let slow = if sim.chance(faults.slow) { 20_000 } else { 5 };
        sim.boundary(process, what, SECOND / 1000..=slow * SECOND / 1000).await;
        let faults = sim.faults();
        let away = |why: &'static str| {
            sim.note(format_args!("{what}: {why}"));
            Err(Fault::Unknown(anyhow::anyhow!("{why}")))
        };
        if lock(&self.database).replaced != replaced || sim.chance(faults.down) {
            sim.count("database away");
            return away("the database is away");
        }
        let unknown = sim.chance(faults.unknown);
        if unknown && sim.chance(0.5) {
            sim.count("unknown commits, not written");
            return away("the connection broke before the commit");
        }
        let done = {
            let mut database = lock(&self.database);
            let done = act(&mut database.journal, sim.utc());
            if done.is_ok() && what != READING {
                database.committed(sim);
            }
            done
        };
        if let Err(fault) = &done {
            sim.note(format_args!("{what}: {fault}"));
            if matches!(fault, Fault::Refused(_)) {
                sim.count("refused by the journal");
            }
        }
        sim.boundary(process, what, 0..=slow * SECOND / 2000).await;
        if unknown {
            sim.count("unknown commits, written");
            return away("the connection broke after the commit");
        }
        if lock(&self.database).replaced != replaced {
            return away("the database failed over");
        }
        done
    }

    fn name(&self, id: OperationId) -> String {
        lock(&self.record).name(id)
    }
}

#[async_trait]
impl Store for SimStore {
    async fn story(&self, scope: &Scope, id: OperationId) -> Result<Option<Story>, Fault> {
        self.transaction(READING, |journal, _| Ok(journal.story(scope, id))).await
    }

    async fn submit(&self, planned: &Planned) -> Result<Submitted, Fault> {
        self.transaction("submit", |journal, now| {
            let submitted = journal.submit(planned, now)?;
            if let Submitted::New(id) = submitted {
                lock(&self.record).written(self.sim.task(), id);
                let kind = journal.operation(id).map(|row| row.operation.kind.clone()).unwrap_or_default();
                self.sim.count("operations");
                self.sim.note(format_args!("{} is a new {kind}", self.name(id)));
            } else {
                self.sim.count("repeated or busy forms");
            }
            Ok(submitted)
        })
        .await
    }

    async fn claim(&self, states: &[State], by: &str, lease: Duration) -> Result<Option<Claimed>, Fault> {
        self.transaction("claim", |journal, now| {
            let claimed = journal.claim(states, by, lease, now)?;
            if let Some(claimed) = &claimed {
                let operation = &claimed.operation;
                lock(&self.record).held(operation.id, claimed.fence);
                self.sim.note(format_args!(
                    "claims {} {} fence {}{}",
                    self.name(operation.id),
                    operation.state,
                    claimed.fence,
                    if claimed.recovered { ", recovered" } else { "" }
                ));
            }
            Ok(claimed)
        })
        .await
    }

    async fn arm(&self, claimed: &Claimed, arming: &Arming) -> Result<(), Fault> {
        let id = claimed.operation.id;
        lock(&self.record).arms(self.sim.task(), id);
        self.transaction("arm", |journal, now| {
            journal.arm(claimed, arming, now)?;
            lock(&self.record).committed(id, arming);
            self.sim.count("attempts");
            self.sim.note(format_args!("{} armed, signed {}", self.name(id), arming.x_sdk_date));
            Ok(())
        })
        .await
    }

    async fn settle(&self, claimed: &Claimed, change: &Change) -> Result<(), Fault> {
        let id = claimed.operation.id;
        self.transaction("settle", |journal, now| {
            journal.settle(claimed, change, now)?;
            lock(&self.record).settled(id, claimed.fence);
            let note = change.note.map_or("", bss_portal::operations::Note::as_str);
            if change.to == State::NeedsReview {
                self.sim.count("handed to people");
            }
            self.sim.note(format_args!("{} -> {} {note} {}", self.name(id), change.to, change.detail));
            Ok(())
        })
        .await
    }

    async fn vote(&self, vote: &Vote) -> Result<State, Fault> {
        self.transaction("vote", |journal, now| {
            let state = journal.vote(vote, now)?;
            self.sim.note(format_args!("{} voted on -> {state}", self.name(vote.operation)));
            Ok(state)
        })
        .await
    }

    async fn judge(&self, judgement: &Judgement) -> Result<State, Fault> {
        self.transaction("judge", |journal, now| {
            let state = journal.judge(judgement, now)?;
            let executed = judgement.executed;
            self.sim.note(format_args!("{} judged {executed} -> {state}", self.name(judgement.operation)));
            Ok(state)
        })
        .await
    }

    async fn withdraw(&self, id: OperationId, person: &(Uuid, String)) -> Result<(), Fault> {
        self.transaction("withdraw", |journal, now| {
            journal.withdraw(id, person, now)?;
            self.sim.note(format_args!("{} withdrawn", self.name(id)));
            Ok(())
        })
        .await
    }

    async fn hasten(&self, id: OperationId, person: &(Uuid, String)) -> Result<(), Fault> {
        self.transaction("hasten", |journal, now| {
            journal.hasten(id, person, now)?;
            self.sim.note(format_args!("{} hastened", self.name(id)));
            Ok(())
        })
        .await
    }

    async fn expire(&self) -> Result<u64, Fault> {
        self.transaction("expire", |journal, now| Ok(journal.expire(now))).await
    }

    async fn observe(&self, quarantine: Duration) -> Result<bool, Fault> {
        self.transaction("observe", |journal, now| {
            let new = journal.observe(quarantine, now)?;
            if new {
                self.sim.note(format_args!("a recovered database: quarantine"));
            }
            Ok(new)
        })
        .await
    }

    async fn resume(&self, account: AccountId) -> Result<(), Fault> {
        self.transaction("resume", |journal, _| {
            journal.resume(account);
            Ok(())
        })
        .await
    }
}
