//! `run`, `replay` and `mutants` on the command line. What a history is, is in the library.

use std::{
    collections::BTreeMap,
    num::NonZero,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use bss_portal_simulation::history::{self, Mode, Told};
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(about)]
struct Cli {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Run many histories; stops at the first that breaks a rule.
    Run {
        /// strict, duplicates, naive or failover; all of them when left out
        #[arg(long)]
        mode: Option<Mode>,
        /// How many, of each mode
        #[arg(long, default_value_t = 1_000)]
        histories: u64,
        /// The first seed
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// How many at once; as many as there are processors when left out
        #[arg(long)]
        threads: Option<NonZero<usize>>,
        /// Go on after a history that breaks a rule
        #[arg(long)]
        all: bool,
    },
    /// Run one history twice, and say what happened in it
    Replay {
        /// Its mode
        #[arg(long)]
        mode: Mode,
        /// Its seed
        #[arg(long)]
        seed: u64,
        /// Print everything that happened
        #[arg(long)]
        trace: bool,
    },
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().what {
        What::Run { mode, histories, seed, threads, all } => {
            let threads =
                threads.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZero::get);
            let modes = mode.map_or_else(|| Mode::ALL.to_vec(), |mode| vec![mode]);
            let mut broken = 0;
            for mode in modes {
                broken += many(mode, seed, histories, threads, all);
            }
            anyhow::ensure!(broken == 0, "{broken} histories broke a rule");
        }
        What::Replay { mode, seed, trace } => {
            let told = history::run(mode, seed, trace);
            let again = history::run(mode, seed, false);
            for line in &told.trace {
                println!("{line}");
            }
            print(mode, seed, &told);
            for (what, times) in &told.counts {
                println!("{times:>8} {what}");
            }
            println!("hash {:016x} and again {:016x}", told.hash, again.hash);
            anyhow::ensure!(told.hash == again.hash, "the same seed was another history");
            anyhow::ensure!(told.violations.is_empty(), "a rule was broken");
        }
    }
    Ok(())
}

fn print(mode: Mode, seed: u64, told: &Told) {
    for violation in &told.violations {
        println!("{mode} seed {seed}: {} {}", violation.rule, violation.what);
    }
}

/// Runs histories on several threads. Returns how many broke a rule.
fn many(mode: Mode, first: u64, histories: u64, threads: usize, all: bool) -> u64 {
    let (next, broken) = (AtomicU64::new(0), AtomicU64::new(0));
    let sums: Mutex<BTreeMap<&'static str, u64>> = Mutex::default();
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= histories || (!all && broken.load(Ordering::Relaxed) > 0) {
                        return;
                    }
                    let told = history::run(mode, first + at, false);
                    if !told.violations.is_empty() {
                        broken.fetch_add(1, Ordering::Relaxed);
                        print(mode, first + at, &told);
                    }
                    let mut sums = sums.lock().expect("nobody panics with it");
                    *sums.entry("histories").or_default() += 1;
                    for (what, times) in told.counts {
                        *sums.entry(what).or_default() += times;
                    }
                }
            });
        }
    });
    let seconds = began.elapsed().as_secs_f64();
    let sums = sums.into_inner().expect("nobody panics with it");
    #[expect(clippy::cast_precision_loss, reason = "for people to read")]
    let rate = sums.get("histories").copied().unwrap_or(0) as f64 / seconds;
    println!(
        "{mode}: {seconds:.1} s, {rate:.1} histories a second, {} broken",
        broken.load(Ordering::Relaxed)
    );
    println!(
        "  {}",
        sums.iter().map(|(what, times)| format!("{what} {times}")).collect::<Vec<_>>().join(", ")
    );
    broken.into_inner()
}
