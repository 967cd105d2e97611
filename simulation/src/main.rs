//! `run`, `replay` and `mutants` on the command line. What a history is, is in the library.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write as _,
    num::NonZero,
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Instant,
};

use anyhow::Context as _;
use bss_portal::proof::Mutant;
use bss_portal_simulation::history::{self, Mode, Told};
use clap::{Args, Parser, Subcommand};

#[derive(Parser)]
#[command(about)]
struct Cli {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Run the corpus, and then many new histories of each mode; fails if one breaks a rule
    Run {
        #[command(flatten)]
        many: Many,
        /// One mode: strict, duplicates, naive or failover; all of them when left out
        #[arg(long)]
        mode: Option<Mode>,
        /// Go on after a history that breaks a rule
        #[arg(long)]
        all: bool,
        /// Seeds that are run first; a seed that breaks a rule is added to it
        #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus.txt"))]
        corpus: PathBuf,
    },
    /// Run one history twice, and say what happened in it
    Replay {
        /// Its mode
        #[arg(long)]
        mode: Mode,
        /// Its seed
        #[arg(long)]
        seed: u64,
        /// The bug to put in, such as M4; needs the feature `proof`
        #[arg(long, value_parser = mutant_of)]
        mutant: Option<Mutant>,
        /// Print everything that happened
        #[arg(long)]
        trace: bool,
    },
    /// Put each bug in, and run histories until one breaks a rule; fails if a bug is not noticed
    Mutants {
        #[command(flatten)]
        many: Many,
        /// One bug, such as M4; all of them when left out
        #[arg(long, value_parser = mutant_of)]
        only: Option<Mutant>,
    },
}

#[derive(Args)]
struct Many {
    /// How many, of each mode
    #[arg(long, default_value_t = 1_000)]
    histories: u64,
    /// The first seed
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many at once; as many as there are processors when left out
    #[arg(long)]
    threads: Option<NonZero<usize>>,
}

fn mutant_of(name: &str) -> Result<Mutant, String> {
    Mutant::from_name(name).ok_or_else(|| format!("no mutant is called {name:?}"))
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().what {
        What::Run { many, mode, all, corpus } => run(&many, mode, all, &corpus),
        What::Replay { mode, seed, mutant, trace } => replay(mode, seed, mutant, trace),
        What::Mutants { many, only } => mutants(&many, only),
    }
}

fn run(many: &Many, mode: Option<Mode>, all: bool, corpus: &Path) -> anyhow::Result<()> {
    let modes = mode.map_or_else(|| Mode::ALL.to_vec(), |mode| vec![mode]);
    let mut broken = 0;
    for (of, seed) in known(corpus)? {
        if modes.contains(&of) {
            let told = history::run(of, seed, false);
            say(of, seed, &told);
            broken += u64::from(!told.violations.is_empty());
        }
    }
    anyhow::ensure!(broken == 0 || all, "{broken} histories of the corpus broke a rule");
    for mode in modes {
        let sum = Sum::of(mode, many, all);
        println!("{sum}");
        for (seed, rule) in &sum.broken {
            remember(corpus, mode, *seed, rule)?;
        }
        broken += sum.broken.len() as u64;
        if let Some((seed, _)) = sum.broken.first()
            && !all
        {
            for line in history::run(mode, *seed, true).trace {
                println!("{line}");
            }
            println!("again: replay --mode {mode} --seed {seed} --trace");
            break;
        }
    }
    anyhow::ensure!(broken == 0, "{broken} histories broke a rule");
    Ok(())
}

/// The seeds of the corpus: a mode, a seed, and why it is there, on each line.
fn known(corpus: &Path) -> anyhow::Result<Vec<(Mode, u64)>> {
    let text = fs::read_to_string(corpus).unwrap_or_default();
    let mut seeds = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let mut words = line.split_whitespace();
        let mode = words.next().unwrap_or_default().parse().map_err(anyhow::Error::msg)?;
        let seed =
            words.next().unwrap_or_default().parse().with_context(|| format!("no seed in {line:?}"))?;
        seeds.push((mode, seed));
    }
    Ok(seeds)
}

fn remember(corpus: &Path, mode: Mode, seed: u64, rule: &str) -> anyhow::Result<()> {
    let mut file = fs::OpenOptions::new().create(true).append(true).open(corpus)?;
    writeln!(file, "{mode} {seed} {rule}")?;
    Ok(())
}

fn say(mode: Mode, seed: u64, told: &Told) {
    for violation in &told.violations {
        println!("{mode} seed {seed}: {} {}", violation.rule, violation.what);
    }
}

fn replay(mode: Mode, seed: u64, mutant: Option<Mutant>, trace: bool) -> anyhow::Result<()> {
    let told = with(mutant, || history::run(mode, seed, trace))?;
    let again = with(mutant, || history::run(mode, seed, false))?;
    for line in &told.trace {
        println!("{line}");
    }
    for (what, times) in &told.counts {
        println!("{times:>8} {what}");
    }
    say(mode, seed, &told);
    println!("hash {:016x}, and again {:016x}", told.hash, again.hash);
    anyhow::ensure!(told.hash == again.hash, "the same seed was another history");
    anyhow::ensure!(told.violations.is_empty(), "a rule was broken");
    Ok(())
}

/// Runs `act` with a bug in it.
#[cfg(feature = "proof")]
#[expect(clippy::unnecessary_wraps, reason = "another build has no bugs")]
fn with<T>(mutant: Option<Mutant>, act: impl FnOnce() -> T) -> anyhow::Result<T> {
    Ok(bss_portal::proof::with(mutant, act))
}

#[cfg(not(feature = "proof"))]
fn with<T>(mutant: Option<Mutant>, act: impl FnOnce() -> T) -> anyhow::Result<T> {
    anyhow::ensure!(mutant.is_none(), "this build has no bugs in it: it needs the feature `proof`");
    Ok(act())
}

/// The modes in which a bug shows, the one where it shows soonest first.
fn modes_of(mutant: Mutant) -> &'static [Mode] {
    match mutant {
        Mutant::TakeoverSends | Mutant::ServerErrorIsNothing | Mutant::SignsLate => {
            &[Mode::Naive, Mode::Strict]
        }
        Mutant::TargetsNotHeld => &[Mode::Strict, Mode::Naive],
        Mutant::RefusalBelieved | Mutant::NoEvidenceFirst => &[Mode::Duplicates],
        Mutant::NoQuarantine => &[Mode::Failover],
        _ => &[Mode::Strict],
    }
}

fn mutants(many: &Many, only: Option<Mutant>) -> anyhow::Result<()> {
    let mut missed = Vec::new();
    println!("{:<6} {:<32} {:<11} {:>9} {:>9}  rule", "mutant", "", "mode", "histories", "seed");
    for mutant in Mutant::ALL.iter().copied().filter(|mutant| only.is_none_or(|only| only == *mutant)) {
        let mut is_caught = false;
        for mode in modes_of(mutant) {
            let (code, what) = (mutant.as_str(), format!("{mutant:?}"));
            match first_catch(mutant, *mode, many)? {
                Some((at, violation)) => {
                    let seed = many.seed + at;
                    println!("{code:<6} {what:<32} {mode:<11} {:>9} {seed:>9}  {violation}", at + 1);
                    is_caught = true;
                }
                None => {
                    println!("{code:<6} {what:<32} {mode:<11} {:>9} {:>9}  not caught", many.histories, "");
                }
            }
        }
        if !is_caught {
            missed.push(mutant.as_str());
        }
    }
    anyhow::ensure!(missed.is_empty(), "not noticed: {}", missed.join(", "));
    Ok(())
}

/// The first history, from 0, in which a bug shows, and how.
fn first_catch(mutant: Mutant, mode: Mode, many: &Many) -> anyhow::Result<Option<(u64, String)>> {
    let first: Mutex<Option<(u64, String)>> = Mutex::default();
    let next = AtomicU64::new(0);
    // Without the feature no thread needs to find out.
    with(Some(mutant), || ())?;
    std::thread::scope(|scope| {
        for _ in 0..threads(many) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let caught = first.lock().expect("nobody panics with it").as_ref().map(|(at, _)| *at);
                    if at >= many.histories || caught.is_some_and(|caught| caught < at) {
                        return;
                    }
                    let Ok(told) = with(Some(mutant), || history::run(mode, many.seed + at, false)) else {
                        return;
                    };
                    if let Some(violation) = told.violations.first() {
                        let mut first = first.lock().expect("nobody panics with it");
                        if first.as_ref().is_none_or(|(earlier, _)| at < *earlier) {
                            *first = Some((at, format!("{} {}", violation.rule, violation.what)));
                        }
                    }
                }
            });
        }
    });
    Ok(first.into_inner().expect("nobody panics with it"))
}

fn threads(many: &Many) -> usize {
    many.threads.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZero::get)
}

/// What came of many histories.
struct Sum {
    mode: Mode,
    histories: u64,
    seconds: f64,
    broken: Vec<(u64, String)>,
    counts: BTreeMap<&'static str, u64>,
    counts_of: BTreeMap<(&'static str, &'static str), u64>,
}

/// What is counted of each kind of operation: what was done, then what went wrong.
const COLUMNS: [&str; 14] = [
    "histories",
    "operations",
    "requests",
    "effects",
    "people",
    "violations",
    "lost",
    "late",
    "doubled",
    "refused",
    "5xx before",
    "5xx after",
    "unanswered",
    "garbage",
];

impl Sum {
    /// Runs histories on several threads; all of them, or until one breaks a rule.
    fn of(mode: Mode, many: &Many, all: bool) -> Self {
        let (next, stop) = (AtomicU64::new(0), AtomicBool::new(false));
        let began = Instant::now();
        let (counts, counts_of) = (BTreeMap::new(), BTreeMap::new());
        let sum = Self { mode, histories: 0, seconds: 0.0, broken: Vec::new(), counts, counts_of };
        let sum = Mutex::new(sum);
        std::thread::scope(|scope| {
            for _ in 0..threads(many) {
                scope.spawn(|| {
                    loop {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        if at >= many.histories || stop.load(Ordering::Relaxed) {
                            return;
                        }
                        let seed = many.seed + at;
                        let told = history::run(mode, seed, false);
                        say(mode, seed, &told);
                        let mut sum = sum.lock().expect("nobody panics with it");
                        sum.histories += 1;
                        for (what, times) in told.counts {
                            *sum.counts.entry(what).or_default() += times;
                        }
                        for (of, times) in told.counts_of {
                            *sum.counts_of.entry(of).or_default() += times;
                        }
                        if let Some(violation) = told.violations.first() {
                            sum.broken.push((seed, format!("{} {}", violation.rule, violation.what)));
                            stop.store(!all, Ordering::Relaxed);
                        }
                    }
                });
            }
        });
        let mut sum = sum.into_inner().expect("nobody panics with it");
        sum.seconds = began.elapsed().as_secs_f64();
        sum.broken.sort();
        sum
    }
}

impl std::fmt::Display for Sum {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { mode, histories, seconds, broken, counts, counts_of } = self;
        #[expect(clippy::cast_precision_loss, reason = "for people to read")]
        let rate = *histories as f64 / seconds;
        let broken = broken.len();
        writeln!(
            f,
            "{mode}: {histories} histories, {broken} broke a rule; {seconds:.1} s, {rate:.1} a second"
        )?;
        let counts: Vec<_> = counts.iter().map(|(what, times)| format!("{what} {times}")).collect();
        writeln!(f, "  {}", counts.join(", "))?;
        write!(f, "  {:<37}", "")?;
        COLUMNS.iter().try_for_each(|column| write!(f, "{column:>11}"))?;
        let calls: BTreeSet<&str> = counts_of.keys().map(|(call, _)| *call).collect();
        for call in calls {
            write!(f, "\n  {call:<37}")?;
            for column in COLUMNS {
                write!(f, "{:>11}", counts_of.get(&(call, column)).copied().unwrap_or_default())?;
            }
        }
        Ok(())
    }
}
