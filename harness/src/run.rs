//! Plays many histories on a few stages at once, each stage used again and again, and counts what is found.

use std::{
    collections::VecDeque,
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use crate::{
    browser,
    check::{Violation, check},
    cluster::Cluster,
    company::Company,
    evidence::Mode,
    figures::{self, Figures},
    history::{Played, play},
    plan::Plan,
    report,
    stage::{Placed, Stage, Troupe},
};
use anyhow::{Context as _, Result};

/// A stage is renewed after so many histories, before coupons and money run out and logs grow long.
const HISTORIES_PER_STAGE: u32 = 20;
/// A history that could not be played, or that proves nothing, is played again so often.
const TRIES: u32 = 3;

/// What is to be played.
pub struct Options {
    /// The portal's program.
    pub binary: PathBuf,
    /// Whether it was built with the feature `proof`.
    pub points: bool,
    /// The deliberate bug that portals shall have.
    pub mutant: Option<String>,
    /// Modes and seeds, in order.
    pub histories: Vec<(Mode, u64)>,
    /// How many at once.
    pub parallel: usize,
    /// Where failures are saved.
    pub save_in: PathBuf,
    /// Whether to stop at the first violation.
    pub until_caught: bool,
    /// Whether to tell each history's story.
    pub tell: bool,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// The figures.
    pub figures: Figures,
    /// Histories with violations, in order of being found.
    pub caught: Vec<(Mode, u64, Vec<Violation>)>,
    /// Histories that could not be played, and why.
    pub unplayed: Vec<(Mode, u64, String)>,
    /// How many histories were played.
    pub played: u32,
    stateless: u32,
}

struct Run {
    options: Options,
    troupe: Troupe,
    /// Those that need a PostgreSQL of their own come first in the second.
    waiting: Mutex<[VecDeque<Job>; 2]>,
    found: Mutex<Found>,
    stages: AtomicU32,
    /// A PostgreSQL that only one stage uses at a time.
    own: Option<Arc<Cluster>>,
}

#[derive(Debug, Clone)]
struct Job {
    plan: Plan,
    tries: u32,
}

/// Plays them.
pub async fn run(options: Options) -> Result<Found> {
    let files = tempfile::Builder::new().prefix("bss-portal-harness-files-").tempdir()?;
    let cluster = Arc::new(tokio::task::spawn_blocking(Cluster::start).await??);
    let http = browser::client(browser::PATIENCE)?;
    let company = Company::found(&cluster, &options.binary, files.path()).await.context("founding")?;
    let mut waiting = [VecDeque::new(), VecDeque::new()];
    for (mode, seed) in &options.histories {
        let plan = Plan::draw(*mode, *seed, options.points);
        waiting[usize::from(plan.restarts_database())].push_back(Job { plan, tries: 0 });
    }
    let alone = !waiting[1].is_empty();
    let whole = cluster.clone();
    let own =
        if alone { Some(Arc::new(tokio::task::spawn_blocking(move || whole.twin()).await??)) } else { None };
    let (binary, mutant) = (options.binary.clone(), options.mutant.clone());
    let run = Arc::new(Run {
        troupe: Troupe { binary, mutant, cluster, company, http },
        waiting: Mutex::new(waiting),
        found: Mutex::default(),
        stages: AtomicU32::new(0),
        own,
        options,
    });
    let mut workers = tokio::task::JoinSet::new();
    for number in 0..run.options.parallel.max(1) {
        let run = run.clone();
        // The first is the one whose PostgreSQL may be restarted, if any history wants that.
        workers.spawn(async move { run.work(number == 0 && alone).await });
    }
    while let Some(ended) = workers.join_next().await {
        ended??;
    }
    let found = std::mem::take(&mut *run.found.lock().unwrap_or_else(PoisonError::into_inner));
    if found.stateless > 0 {
        eprintln!("{} pages did not say in which state the operation is", found.stateless);
    }
    Ok(found)
}

impl Run {
    /// One stage after the other, until nothing waits.
    async fn work(&self, alone: bool) -> Result<()> {
        let own = if alone { self.own.as_ref() } else { None };
        let cluster = own.unwrap_or(&self.troupe.cluster);
        while let Some(first) = self.next(alone) {
            let name = format!("stage_{}", self.stages.fetch_add(1, Ordering::SeqCst));
            match Stage::set_up(&self.troupe, cluster.clone(), &name).await {
                Ok(stage) => self.fill(stage, first, alone).await?,
                Err(error) => self.put_back(first, &format!("no stage: {error:#}")),
            }
        }
        Ok(())
    }

    /// Plays history after history on a stage, until it is worn out or nothing waits.
    async fn fill(&self, mut stage: Stage, first: Job, alone: bool) -> Result<()> {
        let mut next = Some((first, None));
        while let Some((job, placed)) = next.take() {
            let placed = match placed {
                Some(placed) => Ok(placed),
                None => stage.place(&job.plan).await,
            };
            stage.played += 1;
            // What the next one is about is placed now, so that portals hear of it meanwhile.
            if stage.played < HISTORIES_PER_STAGE
                && let Some(after) = self.next(alone)
            {
                match stage.place(&after.plan).await {
                    Ok(placed) => next = Some((after, Some(placed))),
                    Err(error) => self.put_back(after, &format!("{error:#}")),
                }
            }
            let sound = match placed {
                Ok(placed) => self.history(&stage, &job, &placed).await,
                Err(error) => {
                    self.put_back(job, &format!("{error:#}"));
                    false
                }
            };
            if !sound {
                // What is wrong with a stage must not be held against the next history.
                if let Some((job, _)) = next.take() {
                    self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
                        [usize::from(job.plan.restarts_database())]
                    .push_front(job);
                }
            }
        }
        stage.strike().await
    }

    /// Plays one history and judges it; whether the stage can be used again.
    async fn history(&self, stage: &Stage, job: &Job, placed: &Placed) -> bool {
        let begun = Instant::now();
        let brought = match play(stage, &job.plan, placed).await {
            Ok(brought) => brought,
            Err(error) => {
                eprintln!("{}", stage.words());
                self.put_back(job.clone(), &format!("{error:#}"));
                return false;
            }
        };
        let Played { evidence, faults, stateless, void } = brought;
        let violations = check(&evidence);
        let took = begun.elapsed();
        let (mode, seed) = (evidence.mode, evidence.seed);
        if self.options.tell {
            println!("{}{}", job.plan, report::story(&evidence));
        }
        if let Some(why) = void {
            self.lock(|found| found.figures.void(mode));
            self.put_back(job.clone(), &format!("it proves nothing: {why}"));
            return true;
        }
        for violation in &violations {
            println!("{} {seed}: {}: {}", figures::name(mode), violation.invariant, violation.what);
        }
        if !violations.is_empty() {
            let (plan, words) = (job.plan.to_string(), stage.words());
            if let Err(error) = report::save(&self.options.save_in, &evidence, &plan, &words, &violations) {
                eprintln!("not saved: {error:#}");
            }
        }
        let sound = violations.is_empty();
        self.lock(|found| {
            found.figures.count(&evidence, &faults, &violations, took);
            found.played += 1;
            found.stateless += stateless;
            if !sound {
                found.caught.push((mode, seed, violations));
            }
        });
        sound
    }

    fn next(&self, alone: bool) -> Option<Job> {
        if self.options.until_caught && self.lock(|found| !found.caught.is_empty()) {
            return None;
        }
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let own = if alone { waiting[1].pop_front() } else { None };
        own.or_else(|| waiting[0].pop_front())
    }

    /// It is played again, on another stage, unless that was tried often enough.
    fn put_back(&self, mut job: Job, why: &str) {
        job.tries += 1;
        let (mode, seed) = (job.plan.mode, job.plan.seed);
        eprintln!("{} {seed} could not be played: {why}", figures::name(mode));
        if job.tries < TRIES {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            waiting[usize::from(job.plan.restarts_database())].push_back(job);
        } else {
            self.lock(|found| found.unplayed.push((mode, seed, why.to_owned())));
        }
    }

    fn lock<T>(&self, act: impl FnOnce(&mut Found) -> T) -> T {
        act(&mut self.found.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The seeds of a corpus: lines `mode seed  # why`.
pub fn corpus(path: &Path) -> Result<Vec<(Mode, u64)>> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| format!("reading {}", path.display())),
    };
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    lines.filter(|line| !line.is_empty()).map(entry).collect()
}

fn entry(line: &str) -> Result<(Mode, u64)> {
    let (mode, seed) =
        line.split_once(char::is_whitespace).with_context(|| format!("mode and seed: {line:?}"))?;
    let mode = mode_of(mode).with_context(|| format!("no mode is called {mode:?}"))?;
    Ok((mode, seed.trim().parse().with_context(|| format!("no number: {seed:?}"))?))
}

/// The mode of this name.
pub fn mode_of(name: &str) -> Option<Mode> {
    [Mode::Strict, Mode::Duplicates, Mode::Naive].into_iter().find(|mode| figures::name(*mode) == name)
}

/// Appends failures to the corpus, each once.
pub fn append(path: &Path, caught: &[(Mode, u64, Vec<Violation>)]) -> Result<()> {
    let known = corpus(path)?;
    let mut text = fs::read_to_string(path).unwrap_or_default();
    for (mode, seed, violations) in caught {
        if !known.contains(&(*mode, *seed)) {
            let why = violations.first().map(|violation| violation.invariant).unwrap_or_default();
            text += &[figures::name(*mode), " ", &seed.to_string(), "  # ", why, "\n"].concat();
        }
    }
    Ok(fs::write(path, text)?)
}

/// How long a run took, as people say it.
pub fn span(took: Duration) -> String {
    format!("{}:{:02} min", took.as_secs() / 60, took.as_secs() % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_corpus_is_read_with_its_remarks_and_failures_join_it_once() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("corpus.txt");
        assert!(corpus(&file).unwrap().is_empty());
        fs::write(&file, "# all\nstrict 7  # I1\n\nnaive 12\n").unwrap();
        assert_eq!(corpus(&file).unwrap(), [(Mode::Strict, 7), (Mode::Naive, 12)]);
        let violation = Violation { invariant: "I2", what: "twice".to_owned() };
        let caught = [(Mode::Strict, 7, vec![violation.clone()]), (Mode::Duplicates, 9, vec![violation])];
        append(&file, &caught).unwrap();
        assert_eq!(corpus(&file).unwrap(), [(Mode::Strict, 7), (Mode::Naive, 12), (Mode::Duplicates, 9)]);
        fs::write(&file, "lenient 7\n").unwrap();
        assert!(corpus(&file).is_err());
    }
}
