//! The machine under a history: one queue of events, one source of chance, processes that can be killed and
//! stopped at every boundary, and a record of all that happens. It knows nothing of money.

mod runner;
mod waits;

use std::{
    collections::BTreeMap,
    fmt::{self, Write as _},
    ops::RangeInclusive,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicBool},
    time::Duration,
};

use chrono::{DateTime, Utc};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

pub(crate) use self::{runner::Runner, waits::Bell};
use crate::faults::Faults;

/// A moment, in microseconds since the history began.
pub(crate) type At = u64;

/// One second of simulated time.
pub(crate) const SECOND: At = 1_000_000;

/// The longest that somebody stands still.
const LONGEST_PAUSE: At = 1_800 * SECOND;

/// How far a clock may be off, in milliseconds, for a machine to be of use.
const FURTHEST_OFF: i64 = 110_000;

/// A machine's process: what is killed and stopped as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ProcessId(pub usize);

/// The world outside of all processes: people, Huawei. It never dies.
pub(crate) const OUTSIDE: ProcessId = ProcessId(0);

/// Something that runs within a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TaskId(usize);

type Job = Pin<Box<dyn Future<Output = ()> + Send>>;
type Act = Box<dyn FnOnce(&Sim) + Send>;
type Boot = Arc<dyn Fn(&Sim, ProcessId) + Send + Sync>;

enum Event {
    Wake(Wake),
    Poll(TaskId),
    /// Whoever stood still goes on.
    Resume,
    Act(Act),
}

struct Wake {
    task: TaskId,
    /// Whose standing still delays it.
    process: ProcessId,
    flag: Flag,
}

/// Says whether a wait is over, or is waited for by nobody any more.
type Flag = Arc<[AtomicBool; 2]>;
const OVER: usize = 0;
const GIVEN_UP: usize = 1;

struct Process {
    name: &'static str,
    boot: Option<Boot>,
    incarnation: u32,
    alive: bool,
    paused_until: At,
    /// How far its clock is off, in milliseconds.
    skew: i64,
}

struct Task {
    process: ProcessId,
    name: String,
    paused_until: At,
    alive: bool,
    /// Its present step is given up, as by a panic.
    aborted: bool,
}

struct Core {
    now: At,
    seq: u64,
    queue: BTreeMap<(At, u64), Event>,
    deferred: Vec<Wake>,
    rng: StdRng,
    faults: Faults,
    healed_at: Option<At>,
    processes: Vec<Process>,
    tasks: Vec<Task>,
    current: Option<TaskId>,
    killed: Vec<ProcessId>,
    spawned: Vec<(TaskId, Job)>,
    log: Log,
    counts: BTreeMap<&'static str, u64>,
    counts_of: BTreeMap<(&'static str, &'static str), u64>,
    start: DateTime<Utc>,
}

/// Everything that happened: always as a hash, as text when asked for.
struct Log {
    hash: u64,
    lines: Option<Vec<String>>,
}

/// A handle on the machine, cheap to clone.
#[derive(Clone)]
pub(crate) struct Sim(Arc<Mutex<Core>>);

impl Sim {
    /// A machine with this seed. `traced` keeps the record as text.
    pub(crate) fn new(seed: u64, traced: bool) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let faults = Faults::drawn(&mut rng);
        let start = DateTime::from_timestamp(1_768_464_000, 0).expect("a time");
        let outside =
            Process { name: "outside", boot: None, incarnation: 0, alive: true, paused_until: 0, skew: 0 };
        Self(Arc::new(Mutex::new(Core {
            now: 0,
            seq: 0,
            queue: BTreeMap::new(),
            deferred: Vec::new(),
            rng,
            faults,
            healed_at: None,
            processes: vec![outside],
            tasks: Vec::new(),
            current: None,
            killed: Vec::new(),
            spawned: Vec::new(),
            log: Log { hash: 0xcbf2_9ce4_8422_2325, lines: traced.then(Vec::new) },
            counts: BTreeMap::new(),
            counts_of: BTreeMap::new(),
            start,
        })))
    }

    fn core(&self) -> MutexGuard<'_, Core> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    // ── Time ──

    /// Now.
    pub(crate) fn now(&self) -> At {
        self.core().now
    }

    /// Now, as a true clock shows it.
    pub(crate) fn utc(&self) -> DateTime<Utc> {
        let core = self.core();
        core.start + Duration::from_micros(core.now)
    }

    /// A moment as a true clock shows it.
    pub(crate) fn utc_at(&self, at: At) -> DateTime<Utc> {
        self.core().start + Duration::from_micros(at)
    }

    // ── Chance ──

    /// Whether something of this likelihood happens.
    pub(crate) fn chance(&self, likelihood: f64) -> bool {
        likelihood > 0.0 && self.core().rng.random_bool(likelihood.min(1.0))
    }

    /// A number out of `range`.
    pub(crate) fn draw(&self, range: RangeInclusive<u64>) -> u64 {
        self.core().rng.random_range(range)
    }

    /// One of these.
    pub(crate) fn pick<T: Clone>(&self, of: &[T]) -> T {
        of[self.core().rng.random_range(0..of.len())].clone()
    }

    /// What goes wrong now; nothing any more once everything is healed.
    pub(crate) fn faults(&self) -> Faults {
        let core = self.core();
        if core.healed_at.is_some() { Faults::NONE } else { core.faults.clone() }
    }

    // ── Record ──

    /// Notes down what somebody did.
    pub(crate) fn note(&self, what: fmt::Arguments<'_>) {
        self.core().note(what);
    }

    /// Counts something.
    pub(crate) fn count(&self, what: &'static str) {
        *self.core().counts.entry(what).or_default() += 1;
    }

    /// Counts something that happened to one kind of operation, which its call names.
    pub(crate) fn count_of(&self, call: &'static str, what: &'static str) {
        *self.core().counts_of.entry((call, what)).or_default() += 1;
    }

    /// What was counted of each kind.
    pub(crate) fn counts_of(&self) -> BTreeMap<(&'static str, &'static str), u64> {
        self.core().counts_of.clone()
    }

    /// What was counted.
    pub(crate) fn counts(&self) -> BTreeMap<&'static str, u64> {
        self.core().counts.clone()
    }

    /// The hash of all that happened so far.
    pub(crate) fn hash(&self) -> u64 {
        self.core().log.hash
    }

    /// All that happened so far, if it was kept.
    pub(crate) fn trace(&self) -> Vec<String> {
        self.core().log.lines.clone().unwrap_or_default()
    }

    // ── Processes ──

    /// The task that runs now.
    pub(crate) fn task(&self) -> TaskId {
        self.core().current.expect("a task runs")
    }

    /// A new process; `boot` starts its tasks each time it starts.
    pub(crate) fn process(
        &self,
        name: &'static str,
        skew: i64,
        boot: impl Fn(&Self, ProcessId) + Send + Sync + 'static,
    ) -> ProcessId {
        let mut core = self.core();
        let id = ProcessId(core.processes.len());
        core.processes.push(Process {
            name,
            boot: Some(Arc::new(boot)),
            incarnation: 0,
            alive: false,
            paused_until: 0,
            skew,
        });
        id
    }

    /// Starts a process now.
    pub(crate) fn boot(&self, process: ProcessId) {
        let boot = {
            let mut core = self.core();
            let slot = &mut core.processes[process.0];
            slot.alive = true;
            slot.boot.clone()
        };
        self.note(format_args!("{} starts", self.process_name(process)));
        if let Some(boot) = boot {
            boot(self, process);
        }
    }

    /// Whether it runs.
    pub(crate) fn is_alive(&self, process: ProcessId) -> bool {
        self.core().processes[process.0].alive
    }

    /// How often it was killed.
    pub(crate) fn incarnation(&self, process: ProcessId) -> u32 {
        self.core().processes[process.0].incarnation
    }

    /// Its name.
    pub(crate) fn process_name(&self, process: ProcessId) -> &'static str {
        self.core().processes[process.0].name
    }

    /// Starts a task within a process.
    pub(crate) fn spawn(
        &self,
        process: ProcessId,
        name: impl Into<String>,
        job: impl Future<Output = ()> + Send + 'static,
    ) {
        let mut core = self.core();
        let id = TaskId(core.tasks.len());
        core.tasks.push(Task { process, name: name.into(), paused_until: 0, alive: true, aborted: false });
        core.spawned.push((id, Box::pin(job)));
    }

    /// Does something at a later moment, outside of all processes.
    pub(crate) fn after(&self, span: At, act: impl FnOnce(&Self) + Send + 'static) {
        let mut core = self.core();
        let at = core.now + span;
        core.push(at, Event::Act(Box::new(act)));
    }

    /// Ends all that goes wrong by itself: whoever stands still goes on, and a machine whose clock is so far off
    /// that it cannot send is started again with a right one.
    pub(crate) fn heal(&self) {
        let mut core = self.core();
        core.note(format_args!("healed"));
        core.healed_at = Some(core.now);
        let mut wrong = Vec::new();
        for (at, process) in core.processes.iter_mut().enumerate() {
            process.paused_until = 0;
            if process.skew.abs() > FURTHEST_OFF {
                process.skew = 0;
                wrong.push(ProcessId(at));
            }
        }
        core.killed.extend(wrong);
        for task in &mut core.tasks {
            task.paused_until = 0;
        }
        let now = core.now;
        core.push(now, Event::Resume);
    }

    /// When faults ended.
    pub(crate) fn healed_at(&self) -> Option<At> {
        self.core().healed_at
    }

    /// Forgets everything that was still to happen, which holds on to the machine itself.
    pub(crate) fn clear(&self) {
        let mut core = self.core();
        let events = std::mem::take(&mut core.queue);
        let spawned = std::mem::take(&mut core.spawned);
        let boots: Vec<_> = core.processes.iter_mut().map(|process| process.boot.take()).collect();
        drop(core);
        drop((events, spawned, boots));
    }

    /// Whether faults have ended.
    pub(crate) fn is_healed(&self) -> bool {
        self.core().healed_at.is_some()
    }
}

impl Core {
    fn push(&mut self, at: At, event: Event) {
        self.seq += 1;
        self.queue.insert((at, self.seq), event);
    }

    fn note(&mut self, what: fmt::Arguments<'_>) {
        let now = self.now;
        let who = self.current.map_or("", |task| self.tasks[task.0].name.as_str());
        let _ = writeln!(Hasher(&mut self.log.hash), "{now} {who}: {what}");
        if let Some(lines) = &mut self.log.lines {
            #[expect(clippy::cast_precision_loss, reason = "for people to read")]
            let seconds = now as f64 / 1e6;
            lines.push(format!("{seconds:>12.6} {who:<14} {what}"));
        }
    }

    /// When the present task is past a boundary. `None` when it goes no further.
    fn passes(&mut self, process: ProcessId, what: &str, takes: RangeInclusive<At>) -> Option<At> {
        if self.strikes(process, what) { None } else { Some(self.now + self.rng.random_range(takes)) }
    }

    /// Whether the present task goes no further: its process was killed, or its step panicked.
    fn strikes(&mut self, process: ProcessId, what: &str) -> bool {
        if self.healed_at.is_some() || process == OUTSIDE {
            return false;
        }
        let (crash, pause) = (self.faults.crash, self.faults.pause);
        let roll: f64 = self.rng.random();
        if roll < crash {
            if self.rng.random_bool(0.2) {
                self.note(format_args!("PANIC at {what}"));
                *self.counts.entry("panics").or_default() += 1;
                let task = self.current.expect("a task passes a boundary").0;
                self.tasks[task].aborted = true;
            } else {
                let name = self.processes[process.0].name;
                self.note(format_args!("KILL {name} at {what}"));
                *self.counts.entry("kills").or_default() += 1;
                self.killed.push(process);
            }
            return true;
        }
        if roll < crash + pause {
            let span = match self.rng.random_range(0..5) {
                0 => self.rng.random_range(3 * SECOND..=10 * SECOND),
                1 => self.rng.random_range(10 * SECOND..=40 * SECOND),
                2 => self.rng.random_range(40 * SECOND..=120 * SECOND),
                3 => self.rng.random_range(120 * SECOND..=600 * SECOND),
                _ => self.rng.random_range(600 * SECOND..=LONGEST_PAUSE),
            };
            let until = self.now + span;
            let whole = self.rng.random_bool(0.6);
            *self.counts.entry("pauses").or_default() += 1;
            if whole {
                let name = self.processes[process.0].name;
                self.note(format_args!("PAUSE {name} at {what} for {} s", span / SECOND));
                self.processes[process.0].paused_until = until;
            } else {
                self.note(format_args!("STALL at {what} for {} s", span / SECOND));
                let task = self.current.expect("a task passes a boundary").0;
                self.tasks[task].paused_until = until;
            }
            self.push(until, Event::Resume);
        }
        false
    }

    fn standing_until(&self, wake: &Wake) -> At {
        self.processes[wake.process.0].paused_until.max(self.tasks[wake.task.0].paused_until)
    }
}

/// FNV-1a over text.
struct Hasher<'a>(&'a mut u64);

impl fmt::Write for Hasher<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            *self.0 = (*self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        Ok(())
    }
}
