//! What a history will be, drawn from one number: who does what when, what goes wrong at Huawei's, and what is done
//! to the portals. A value, to be printed and drawn again; nothing is done here.

use std::fmt;

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use serde_json::Value;

use crate::{
    deeds::{self, Scene},
    evidence::Mode,
    faults,
};

/// The places at which a portal with the feature `proof` can be made to die, those on every payment's way first.
pub const POINTS: [&str; 21] = [
    "arm.before_commit",
    "arm.after_commit",
    "send.after_connect",
    "send.after_half_body",
    "send.after_full_body",
    "recv.after_headers",
    "recv.after_body",
    "settle.before_commit",
    "settle.after_commit",
    "claim.after_commit",
    "preflight.after",
    "reconcile.after_read",
    "reconcile.before_commit",
    "reconcile.after_commit",
    "submit.before_commit",
    "submit.after_commit",
    "approve.before_commit",
    "approve.after_commit",
    "withdraw.before_commit",
    "judge.before_commit",
    "shutdown.drain",
];

/// How often something goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Never.
    None,
    /// Now and then.
    Low,
    /// All the time.
    High,
}

/// A history to be.
#[derive(Debug, Clone)]
pub struct Plan {
    /// From which it was drawn.
    pub seed: u64,
    /// How the upstream behaves.
    pub mode: Mode,
    /// How often calls go wrong.
    pub faults: Level,
    /// How often portals are hurt.
    pub harm: Level,
    /// How long people go on, in milliseconds.
    pub span: u64,
    /// How late readers at Huawei's see what happened, in milliseconds.
    pub visible_after: u64,
    /// Whether resources are listed under the order that renews them before it is paid.
    pub listed_unpaid: bool,
    /// What each order costs, in hundredths of a yuan.
    pub orders: Vec<u64>,
    /// What each resource was bought for, in hundredths of a yuan.
    pub resources: Vec<u64>,
    /// What is done when, in order.
    pub scenes: Vec<Scene>,
    /// The rules of the simulator's faults.
    pub rules: Vec<Value>,
    /// What each portal has to suffer.
    pub harms: [Harm; 2],
    /// What the database has to suffer: when, and what.
    pub database: Vec<(u64, Trouble)>,
}

/// What one portal has to suffer.
#[derive(Debug, Clone, Default)]
pub struct Harm {
    /// When, and what.
    pub blows: Vec<(u64, Strike)>,
    /// How long it stays away each time.
    pub away: Vec<u64>,
    /// At which point it dies each time it was started.
    pub points: Vec<Option<Arm>>,
    /// Whether it is started anew at the beginning, with the first of them.
    pub armed_at_once: bool,
}

/// What is done to a portal from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strike {
    /// SIGKILL.
    Kill,
    /// SIGTERM.
    Term,
    /// SIGSTOP for so many milliseconds.
    Pause(u64),
}

/// A named point at which a portal dies or stands still by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arm {
    /// The point.
    pub point: &'static str,
    /// `kill`, `stop` or `panic`.
    pub how: &'static str,
    /// At which passing.
    pub nth: u32,
    /// How long it stands still.
    pub stands_ms: u64,
}

/// What is done to the database or to the way to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// All connections of the portals are ended.
    Backends,
    /// A connection is cut before a COMMIT arrives.
    CutBefore,
    /// A connection is cut before the answer to a COMMIT arrives.
    CutAfter,
    /// It is stopped at once and started again. Only where no other history uses it.
    Restart,
}

impl Plan {
    /// Draws one. `points` says whether portals can die at named points.
    pub fn draw(mode: Mode, seed: u64, points: bool) -> Self {
        let mut chance = StdRng::seed_from_u64(seed ^ ((mode as u64 + 1) << 56));
        let level = |chance: &mut StdRng| match chance.random_range(0..5) {
            0 => Level::None,
            1 | 2 => Level::Low,
            _ => Level::High,
        };
        let (faults, harm) = (level(&mut chance), level(&mut chance));
        let span = chance.random_range(2_500..4_500);
        // Most have resources; what is done to those takes its time, so there are fewer orders beside them.
        let resources = if chance.random_bool(0.6) { chance.random_range(2..=3) } else { 0 };
        let orders = if resources > 0 { chance.random_range(1..=3) } else { chance.random_range(3..=6) };
        let orders: Vec<u64> = (0..orders).map(|_| amount(&mut chance)).collect();
        let resources: Vec<u64> = (0..resources).map(|_| chance.random_range(1_000..3_000)).collect();
        let scenes = deeds::scenes(&mut chance, (orders.len(), resources.len()), span);
        let database = troubles(&mut chance, harm, span);
        Self {
            rules: faults::draw(&mut chance, mode, faults),
            harms: [(); 2].map(|()| suffering(&mut chance, harm, span, points)),
            visible_after: [0, 100, 500][chance.random_range(0..3)],
            listed_unpaid: chance.random_bool(0.5),
            database,
            seed,
            mode,
            faults,
            harm,
            span,
            orders,
            resources,
            scenes,
        }
    }

    /// Whether it needs a PostgreSQL that no other history uses.
    pub fn restarts_database(&self) -> bool {
        self.database.iter().any(|(_, trouble)| *trouble == Trouble::Restart)
    }
}

/// Mostly what needs no approval; odd, so that it is recognised where it should not be seen.
fn amount(chance: &mut StdRng) -> u64 {
    match chance.random_range(0..40) {
        0 => chance.random_range(5_000_100..5_100_000),
        1..=9 => chance.random_range(100_100..900_000),
        10 => chance.random_range(1_000_100..1_200_000),
        _ => chance.random_range(1_000..100_000),
    }
}

fn suffering(chance: &mut StdRng, level: Level, span: u64, points: bool) -> Harm {
    let (blows, arms, at_once) = match level {
        Level::None => return Harm::default(),
        Level::Low => (chance.random_range(0..=1), chance.random_range(0..=1), 0.7),
        Level::High => (chance.random_range(0..=2), chance.random_range(2..=4), 0.9),
    };
    let strike = |chance: &mut StdRng| match chance.random_range(0..10) {
        0..=4 => Strike::Kill,
        5 => Strike::Term,
        6 => Strike::Pause(chance.random_range(2_000..8_000)),
        _ => Strike::Pause(chance.random_range(100..2_000)),
    };
    let mut struck: Vec<(u64, Strike)> =
        (0..blows).map(|_| (chance.random_range(200..span), strike(chance))).collect();
    struck.sort_by_key(|(at, _)| *at);
    Harm {
        blows: struck,
        away: (0..6).map(|_| chance.random_range(0..1_200)).collect(),
        points: if points { (0..arms).map(|_| Some(arm(chance))).collect() } else { Vec::new() },
        armed_at_once: points && arms > 0 && chance.random_bool(at_once),
    }
}

fn arm(chance: &mut StdRng) -> Arm {
    // The first are passed by every payment; the others are seldom reached.
    let at = if chance.random_bool(0.8) {
        chance.random_range(0..14)
    } else {
        chance.random_range(14..POINTS.len())
    };
    let stands_ms = if chance.random_bool(0.4) {
        chance.random_range(3_500..8_000)
    } else {
        chance.random_range(100..3_500)
    };
    Arm {
        point: POINTS[at],
        how: ["kill", "kill", "kill", "stop", "stop", "panic"][chance.random_range(0..6)],
        nth: [1, 1, 1, 1, 2, 3][chance.random_range(0..6)],
        stands_ms,
    }
}

fn troubles(chance: &mut StdRng, level: Level, span: u64) -> Vec<(u64, Trouble)> {
    let most = match level {
        Level::None => return Vec::new(),
        Level::Low => 1,
        Level::High => 4,
    };
    let mut troubles: Vec<(u64, Trouble)> = (0..chance.random_range(0..=most))
        .map(|_| {
            let what = match chance.random_range(0..8) {
                0 => Trouble::Backends,
                1..=3 => Trouble::CutBefore,
                _ => Trouble::CutAfter,
            };
            (chance.random_range(100..span), what)
        })
        .collect();
    if chance.random_bool(0.04) {
        troubles.push((chance.random_range(500..span), Trouble::Restart));
    }
    troubles.sort_by_key(|(at, _)| *at);
    troubles
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, mode, faults, harm, span, visible_after, listed_unpaid, .. } = self;
        writeln!(
            f,
            "plan {mode:?} {seed}: faults {faults:?}, harm {harm:?}, {span} ms, visible after {visible_after} ms{}",
            if *listed_unpaid { ", unpaid renewals list their resources" } else { "" }
        )?;
        for (n, fen) in self.orders.iter().enumerate() {
            writeln!(f, "  order {n}: {}", yuan(*fen))?;
        }
        for (n, fen) in self.resources.iter().enumerate() {
            writeln!(f, "  resource {n}: bought for {}", yuan(*fen))?;
        }
        for Scene { at, replica, deed } in &self.scenes {
            writeln!(f, "  {at:>5} ms  portal {replica}  {deed:?}")?;
        }
        for (n, harm) in self.harms.iter().enumerate() {
            for (at, strike) in &harm.blows {
                writeln!(f, "  {at:>5} ms  portal {n}  {strike:?}")?;
            }
            let now = if harm.armed_at_once { "from the beginning" } else { "from its next start" };
            for arm in harm.points.iter().flatten() {
                writeln!(
                    f,
                    "  portal {n} {now}: {}:{}:{} ({} ms)",
                    arm.point, arm.how, arm.nth, arm.stands_ms
                )?;
            }
        }
        for (at, trouble) in &self.database {
            writeln!(f, "  {at:>5} ms  database  {trouble:?}")?;
        }
        for rule in &self.rules {
            writeln!(f, "  fault {rule}")?;
        }
        Ok(())
    }
}

/// Hundredths as the simulator and the pages write them.
pub fn yuan(fen: u64) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_draws_one_plan_and_another_another() {
        let draw = |mode, seed| Plan::draw(mode, seed, true).to_string();
        assert_eq!(draw(Mode::Strict, 7), draw(Mode::Strict, 7));
        assert_ne!(draw(Mode::Strict, 7), draw(Mode::Strict, 8));
        assert_ne!(draw(Mode::Strict, 7).lines().nth(1), draw(Mode::Naive, 7).lines().nth(1));
    }

    #[test]
    fn plans_differ_in_all_that_can_go_wrong() {
        let plans: Vec<Plan> = (0..300).map(|seed| Plan::draw(Mode::Duplicates, seed, true)).collect();
        let all: String = plans.iter().map(Plan::to_string).collect();
        for word in ["Kill", "Term", "Pause", "Restart", "CutAfter", "CutBefore", "Backends", "deliver_twice"]
        {
            assert!(all.contains(word), "{word}");
        }
        for point in POINTS {
            assert!(all.contains(point), "{point}");
        }
        for level in [Level::None, Level::Low, Level::High] {
            assert!(plans.iter().any(|plan| plan.harm == level && plan.faults == Level::None), "{level:?}");
        }
        let restarts = plans.iter().filter(|plan| plan.restarts_database()).count();
        assert!((1..30).contains(&restarts), "{restarts}");
        assert!(plans.iter().all(|plan| plan.scenes.is_sorted_by_key(|scene| scene.at)));
    }

    #[test]
    fn plans_hold_everything_that_is_done_to_resources() {
        let plans: Vec<Plan> = (0..300).map(|seed| Plan::draw(Mode::Strict, seed, true)).collect();
        let all: String = plans.iter().map(Plan::to_string).collect();
        for deed in
            ["Renew {", "Set {", "Leave {", "Convert {", "Day {", "Stop {", "ConsoleRenew", "ConsoleLeave"]
        {
            assert!(all.contains(deed), "{deed}");
        }
        for setting in ["AutoRenewal", "NoAutoRenewal", "PayPerUse", "NoPayPerUse"] {
            assert!(all.contains(&format!("to: {setting}")), "{setting}");
        }
        let with_resources = plans.iter().filter(|plan| !plan.resources.is_empty()).count();
        assert!((150..210).contains(&with_resources), "{with_resources}");
    }

    #[test]
    fn only_the_mode_with_duplicates_has_them_and_without_points_nobody_dies_at_one() {
        for mode in [Mode::Strict, Mode::Naive] {
            let all: String = (0..100).map(|seed| Plan::draw(mode, seed, false).to_string()).collect();
            assert!(!all.contains("deliver_twice") && !all.contains("arm.after_commit"));
        }
    }

    #[test]
    fn amounts_are_written_with_two_decimals() {
        assert_eq!([yuan(5), yuan(100_000)], ["0.05", "1000.00"]);
    }
}
