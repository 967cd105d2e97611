//! The command line of the harness. What it does is in the library beside it.

use std::{fs, path::PathBuf, process::ExitCode, time::Instant};

use anyhow::{Context as _, Result, bail, ensure};
use bss_portal_harness::{
    check::check,
    evidence::{Evidence, Mode},
    figures,
    run::{self, Found, Options, mode_of, run},
};
use clap::{Args, Parser, Subcommand};
use tokio::signal::unix::{SignalKind, signal};

/// Kills whole portals in every way while people use them, and has what is left behind judged.
#[derive(Debug, Parser)]
#[command(name = "bss-portal-harness", max_term_width = 110)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Play histories, those of the corpus first
    Run {
        /// How many, beside those of the corpus
        #[arg(long, default_value_t = 200)]
        histories: u64,
        /// The first seed; the others follow
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// strict, duplicates, naive, or all in turn
        #[arg(long, default_value = "all")]
        mode: String,
        /// How many at once
        #[arg(long, default_value_t = 8)]
        parallel: usize,
        /// The file of seeds that failed before
        #[arg(long, default_value = "harness/corpus.txt")]
        corpus: PathBuf,
        /// Neither play the corpus nor add to it
        #[arg(long)]
        no_corpus: bool,
        /// Succeed when a violation is found within so many histories, and stop there
        #[arg(long, value_name = "N")]
        until_caught: Option<u64>,
        /// Print the figures once more at the end, as one line of JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        program: Program,
    },
    /// Play one history, and tell what was planned and what happened
    Replay {
        /// strict, duplicates or naive
        #[arg(long)]
        mode: String,
        /// Its seed
        #[arg(long)]
        seed: u64,
        #[command(flatten)]
        program: Program,
    },
    /// Judge saved evidence again
    Check {
        /// Evidence, as a failed history leaves it
        file: PathBuf,
    },
}

/// The portal that is put to the proof.
#[derive(Debug, Args)]
struct Program {
    /// The program, for debugging rather than optimised
    #[arg(long, default_value = "target/debug/bss-portal")]
    binary: PathBuf,
    /// It was built with the feature `proof`: it can die at named points
    #[arg(long)]
    points: bool,
    /// The deliberate bug that it shall have, such as M1; needs the feature `proof` too
    #[arg(long)]
    mutant: Option<String>,
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    // The client takes the process's provider of TLS, though nothing here uses TLS.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let line = Line::parse();
    // What was started is ended in every case: dropping the work ends its processes.
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        done = act(line.command) => done,
        _ = terminate.recv() => bail!("asked to end"),
        _ = interrupt.recv() => bail!("interrupted"),
    }
}

async fn act(command: Command) -> Result<ExitCode> {
    match command {
        Command::Run { histories, seed, mode, parallel, corpus, no_corpus, until_caught, json, program } => {
            let modes = modes(&mode)?;
            let mut all =
                if no_corpus || until_caught.is_some() { Vec::new() } else { run::corpus(&corpus)? };
            all.retain(|(mode, _)| modes.contains(mode));
            let count = until_caught.unwrap_or(histories);
            all.extend((seed..seed + count).zip(modes.iter().cycle()).map(|(seed, mode)| (*mode, seed)));
            let begun = Instant::now();
            let found = run(options(program, all, parallel, until_caught.is_some(), false)?).await?;
            print!("{}", found.figures);
            println!("{} histories in {}", found.played, run::span(begun.elapsed()));
            if until_caught.is_none() && !no_corpus && !found.caught.is_empty() {
                run::append(&corpus, &found.caught)?;
            }
            let code = until_caught.map_or_else(|| verdict(&found), |most| caught(&found, most));
            if json {
                println!("{}", found.figures.json());
            }
            Ok(code)
        }
        Command::Replay { mode, seed, program } => {
            let mode = mode_of(&mode).with_context(|| format!("no mode is called {mode:?}"))?;
            let found = run(options(program, vec![(mode, seed)], 1, false, true)?).await?;
            print!("{}", found.figures);
            Ok(verdict(&found))
        }
        Command::Check { file } => {
            let evidence: Evidence = serde_json::from_str(&fs::read_to_string(file)?)?;
            let violations = check(&evidence);
            for violation in &violations {
                println!("{}: {}", violation.invariant, violation.what);
            }
            Ok(if violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
    }
}

fn modes(name: &str) -> Result<Vec<Mode>> {
    if name == "all" {
        return Ok(vec![Mode::Strict, Mode::Duplicates, Mode::Naive]);
    }
    Ok(vec![mode_of(name).with_context(|| format!("no mode is called {name:?}"))?])
}

fn options(
    program: Program,
    histories: Vec<(Mode, u64)>,
    parallel: usize,
    until_caught: bool,
    tell: bool,
) -> Result<Options> {
    let Program { binary, points, mutant } = program;
    ensure!(binary.is_file(), "{} is not there: build it first", binary.display());
    let (binary, save_in) = (fs::canonicalize(binary)?, PathBuf::from("target/harness"));
    Ok(Options { binary, points, mutant, histories, parallel, save_in, until_caught, tell })
}

/// Nothing may be violated, and every history must have been played.
fn verdict(found: &Found) -> ExitCode {
    for (mode, seed, violations) in &found.caught {
        let first = violations.first().map(|violation| violation.invariant).unwrap_or_default();
        println!("{first}: bss-portal-harness replay --mode {} --seed {seed}", figures::name(*mode));
    }
    for (mode, seed, why) in &found.unplayed {
        println!("not played: {} {seed}: {why}", figures::name(*mode));
    }
    if found.caught.is_empty() && found.unplayed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Something must be violated.
fn caught(found: &Found, most: u64) -> ExitCode {
    let Some((mode, seed, violations)) = found.caught.first() else {
        println!("not caught within {most} histories");
        return ExitCode::FAILURE;
    };
    let first = violations.first().map(|violation| violation.invariant).unwrap_or_default();
    println!("caught by {} {seed}: {first}, after {} histories", figures::name(*mode), found.played);
    ExitCode::SUCCESS
}
