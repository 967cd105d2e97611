//! One history: an hour in which everything goes wrong, then none of it any more, until every operation has
//! ended or waits for people; and then the judgement. The same mode and seed are the same history.

use std::{
    collections::BTreeMap,
    fmt,
    panic::AssertUnwindSafe,
    str::FromStr,
    sync::{Arc, Mutex},
};

use bss_portal::operations::State;

use crate::{
    check,
    engine::{At, Runner, SECOND, Sim},
    portal::World,
    store::Database,
    upstream::{PORTAL_USER, Upstream},
    wire::lock,
};

/// When faults end.
const HEALED: At = 3_600 * SECOND;
/// After this, nothing that was on its way when faults ended can arrive any more.
const ALL_ARRIVED: At = HEALED + 1_600 * SECOND;
/// By then everything has ended, or never will.
const END: At = HEALED + 3 * 3_600 * SECOND;

/// What the world is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// Huawei refuses what was done before.
    Strict,
    /// And requests may arrive twice.
    Duplicates,
    /// Huawei does again what it is asked again; no request arrives twice.
    Naive,
    /// Strict, and the database loses its last commits in failovers.
    Failover,
}

impl Mode {
    /// Every mode.
    pub const ALL: [Self; 4] = [Self::Strict, Self::Duplicates, Self::Naive, Self::Failover];

    /// Its name on command lines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Duplicates => "duplicates",
            Self::Naive => "naive",
            Self::Failover => "failover",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Mode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let named = Self::ALL.into_iter().find(|mode| mode.as_str() == text);
        named.ok_or_else(|| format!("no mode {text:?}: choose strict, duplicates, naive or failover"))
    }
}

/// A rule that was broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The rule, as in `operations.md`.
    pub rule: &'static str,
    /// What happened.
    pub what: String,
}

/// What came of a history.
#[derive(Debug)]
pub struct Told {
    /// The hash of everything that happened.
    pub hash: u64,
    /// What was counted.
    pub counts: BTreeMap<&'static str, u64>,
    /// What was counted of each kind of operation, by its call.
    pub counts_of: BTreeMap<(&'static str, &'static str), u64>,
    /// The rules that were broken.
    pub violations: Vec<Violation>,
    /// Everything that happened, if that was asked for.
    pub trace: Vec<String>,
}

/// Runs one history. `traced` keeps everything that happened as text.
pub fn run(mode: Mode, seed: u64, traced: bool) -> Told {
    let sim = Sim::new(seed.wrapping_mul(4).wrapping_add(mode as u64), traced);
    let (balance, skew) = (sim.pick(&[50_000_000, 50_000_000, 160_000]), sim.pick(&[0, 0, 20, -20, 90, -90]));
    let world = World {
        upstream: Arc::new(Mutex::new(Upstream::new(mode == Mode::Naive, balance, skew, sim.utc_at(0)))),
        database: Arc::new(Mutex::new(Database::new(mode == Mode::Failover))),
        record: Arc::default(),
        doors: Arc::default(),
        doubles: mode == Mode::Duplicates,
        portal_user: sim.pick(&[Some(PORTAL_USER), Some(PORTAL_USER), Some(PORTAL_USER), None]),
        sim,
    };
    lock(&world.upstream).together = world.sim.chance(0.5);
    let ended = std::panic::catch_unwind(AssertUnwindSafe(|| live(&world, mode)));
    let sim = &world.sim;
    if let Err(panic) = ended {
        let what = panic.downcast_ref::<String>().cloned();
        let what = what.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()));
        lock(&world.record).broken("panic", what.unwrap_or_default());
    } else {
        check::judge(&world, mode);
    }
    let violations = std::mem::take(&mut lock(&world.record).violations);
    let told = Told {
        hash: sim.hash(),
        counts: sim.counts(),
        counts_of: sim.counts_of(),
        violations,
        trace: sim.trace(),
    };
    sim.clear();
    told
}

fn live(world: &World, mode: Mode) {
    let sim = &world.sim;
    for name in ["a", "b"] {
        let skew = if sim.chance(sim.faults().skewed) {
            sim.pick(&[-400_000, -100_000, -30_000, -3_000, 3_000, 30_000, 100_000, 400_000])
        } else {
            0
        };
        let portal = world.portal(name, skew);
        sim.boot(portal);
    }
    world.populate();
    if mode == Mode::Failover {
        for _ in 0..sim.draw(1..=2) {
            let world = world.clone();
            let at = sim.draw(60 * SECOND..=3_000 * SECOND);
            sim.after(at, move |sim| {
                lock(&world.database).fail_over(sim);
                // What people saw may be among what was lost.
                lock(&world.record).forgets();
            });
        }
    }
    sim.after(HEALED, Sim::heal);
    Runner::new(sim.clone()).run(END, || sim.now() >= ALL_ARRIVED && has_ended(world));
}

fn has_ended(world: &World) -> bool {
    let database = lock(&world.database);
    database
        .journal
        .operations()
        .all(|row| row.operation.closed_at.is_some() || row.operation.state == State::NeedsReview)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_mode_and_seed_are_the_same_history_a_hundred_times_of_a_hundred() {
        for mode in Mode::ALL {
            for seed in 1..=25 {
                let (once, again) = (run(mode, seed, false), run(mode, seed, false));
                assert_eq!((once.hash, once.counts), (again.hash, again.counts), "{mode} {seed}");
            }
        }
    }

    #[test]
    fn another_seed_is_another_history_and_keeping_its_record_changes_nothing() {
        assert_ne!(run(Mode::Strict, 1, false).hash, run(Mode::Strict, 2, false).hash);
        let kept = run(Mode::Strict, 1, true);
        assert_eq!(kept.hash, run(Mode::Strict, 1, false).hash);
        assert!(kept.trace.iter().any(|line| line.contains("POST")), "{:?}", kept.trace);
    }
}
