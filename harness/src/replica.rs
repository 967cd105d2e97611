//! One portal as a process that dies and comes back: killed, stopped, asked to end, or dying by itself at a named
//! point. It always comes back at the same address.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use chrono::Utc;
use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    process::{Child, Command},
    sync::{mpsc, oneshot},
    time::{Instant, sleep, timeout},
};

use crate::{
    evidence::{Blow, Kill},
    plan::Arm,
};

/// How long a portal may take until it is ready.
const READY_WITHIN: Duration = Duration::from_secs(40);
/// How long a portal may take to end when asked to.
const ENDS_WITHIN: Duration = Duration::from_secs(20);

/// How a portal is started.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// The program.
    pub binary: PathBuf,
    /// Its settings file.
    pub settings: PathBuf,
    /// Where its words go.
    pub log: PathBuf,
    /// The port it serves on.
    pub port: u16,
    /// The deliberate bug that it has, if the binary can have one.
    pub mutant: Option<String>,
}

/// What is done to it.
#[derive(Debug)]
enum Order {
    /// Takes up a plan: the points at which it dies, one for each coming start, and how long it stays away.
    Equip {
        points: Vec<Option<Arm>>,
        away: Vec<u64>,
        now: bool,
        done: oneshot::Sender<Result<()>>,
    },
    Kill,
    Term,
    Pause(u64),
    Heal(oneshot::Sender<Result<()>>),
}

/// A portal that is kept.
pub struct Replica {
    /// Where it is, without a slash at the end.
    pub url: String,
    orders: mpsc::UnboundedSender<Order>,
    blows: Arc<Mutex<Vec<Kill>>>,
}

impl Replica {
    /// Starts it, and waits until it is ready.
    pub async fn start(number: usize, recipe: Recipe) -> Result<Self> {
        let (orders, received) = mpsc::unbounded_channel();
        let (url, blows) = (format!("http://127.0.0.1:{}", recipe.port), Arc::default());
        let mut keeper = Keeper {
            number,
            recipe,
            http: reqwest::Client::builder().no_proxy().timeout(Duration::from_millis(1_500)).build()?,
            child: None,
            armed: None,
            stopped_self: false,
            points: Vec::new(),
            away: Vec::new(),
            back_at: None,
            blows: Arc::clone(&blows),
        };
        keeper.spawn()?;
        keeper.ready().await?;
        tokio::spawn(keeper.keep(received));
        Ok(Self { url, orders, blows })
    }

    /// Takes up what a history has planned for it; `now` starts it anew with the first point.
    pub async fn equip(&self, points: Vec<Option<Arm>>, away: Vec<u64>, now: bool) -> Result<()> {
        let (done, answer) = oneshot::channel();
        self.orders.send(Order::Equip { points, away, now, done }).ok().context("its keeper is gone")?;
        answer.await?
    }

    /// Ends it as a power cut does.
    pub fn kill(&self) {
        let _ = self.orders.send(Order::Kill);
    }

    /// Asks it to end.
    pub fn term(&self) {
        let _ = self.orders.send(Order::Term);
    }

    /// Lets it stand still for so many milliseconds.
    pub fn pause(&self, ms: u64) {
        let _ = self.orders.send(Order::Pause(ms));
    }

    /// Ends all harm: afterwards it runs, is ready, and dies at no point.
    pub async fn heal(&self) -> Result<()> {
        let (done, answer) = oneshot::channel();
        self.orders.send(Order::Heal(done)).ok().context("its keeper is gone")?;
        answer.await?
    }

    /// What was done to it since it was last asked.
    pub fn blows(&self) -> Vec<Kill> {
        std::mem::take(&mut *self.blows.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Keeps the process.
struct Keeper {
    number: usize,
    recipe: Recipe,
    http: reqwest::Client,
    child: Option<Child>,
    armed: Option<Arm>,
    /// It stopped itself at its point, and was continued.
    stopped_self: bool,
    points: Vec<Option<Arm>>,
    away: Vec<u64>,
    back_at: Option<Instant>,
    blows: Arc<Mutex<Vec<Kill>>>,
}

impl Keeper {
    async fn keep(mut self, mut orders: mpsc::UnboundedReceiver<Order>) {
        loop {
            let back = self.back_at;
            let watches = self.armed.as_ref().is_some_and(|arm| arm.how == "stop") && !self.stopped_self;
            tokio::select! {
                order = orders.recv() => match order {
                    None => break,
                    Some(order) => self.obey(order).await,
                },
                ended = wait(&mut self.child) => self.died(ended),
                () = until(back) => self.come_back(),
                () = sleep(Duration::from_millis(60)), if watches => self.notice_stop().await,
            }
        }
    }

    async fn obey(&mut self, order: Order) {
        match order {
            Order::Equip { points, away, now, done } => {
                (self.points, self.away) = (points, away);
                let made = if now { self.again().await } else { Ok(()) };
                let _ = done.send(made);
            }
            Order::Kill => {
                if let Some(mut child) = self.child.take() {
                    let _ = child.start_kill();
                    let _ = child.wait().await;
                    self.suffered(Blow::Kill);
                    self.leave();
                }
            }
            Order::Term => {
                if self.child.is_some() {
                    let code = self.terminate().await;
                    self.suffered(Blow::Term(code.flatten()));
                    self.leave();
                }
            }
            Order::Pause(ms) => {
                if self.signal(Signal::STOP) {
                    sleep(Duration::from_millis(ms)).await;
                    self.signal(Signal::CONT);
                    self.suffered(Blow::Pause(ms));
                }
            }
            Order::Heal(done) => {
                let healed = self.heal().await;
                let _ = done.send(healed);
            }
        }
    }

    fn spawn(&mut self) -> Result<()> {
        let log = fs::OpenOptions::new().create(true).append(true).open(&self.recipe.log)?;
        let mut command = Command::new(&self.recipe.binary);
        command
            .args(["serve", "--metrics-listen=off", &format!("--listen=127.0.0.1:{}", self.recipe.port)])
            .arg("--config")
            .arg(&self.recipe.settings)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true);
        if let Some(mutant) = &self.recipe.mutant {
            command.env("BSS_PORTAL_PROOF_MUTANT", mutant);
        }
        if let Some(Arm { point, how, nth, .. }) = &self.armed {
            command.env("BSS_PORTAL_PROOF_POINT", format!("{point}:{how}:{nth}"));
        }
        self.stopped_self = false;
        self.child = Some(command.spawn().context("starting a portal")?);
        Ok(())
    }

    /// Waits until it is ready.
    async fn ready(&mut self) -> Result<()> {
        let begun = Instant::now();
        let url = format!("http://127.0.0.1:{}/readyz", self.recipe.port);
        while begun.elapsed() < READY_WITHIN {
            if self.http.get(&url).send().await.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            if let Some(child) = &mut self.child
                && let Some(ended) = child.try_wait()?
            {
                self.died(ended.into());
                // It may die of its point; otherwise it cannot start at all.
                self.armed = None;
                self.back_at = None;
                sleep(Duration::from_millis(200)).await;
                self.spawn()?;
            }
            sleep(Duration::from_millis(25)).await;
        }
        bail!("portal {} is not ready after {READY_WITHIN:?}; see {}", self.number, self.recipe.log.display())
    }

    /// Ends it, and starts it with the next point of the plan.
    async fn again(&mut self) -> Result<()> {
        self.terminate().await;
        self.next_point();
        self.spawn()
    }

    async fn heal(&mut self) -> Result<()> {
        self.points.clear();
        self.back_at = None;
        // One that still waits for its point would die later.
        if self.armed.is_some() {
            self.terminate().await;
            self.armed = None;
        }
        let gone = match &mut self.child {
            None => true,
            Some(child) => child.try_wait()?.is_some(),
        };
        if gone {
            self.spawn()?;
        }
        self.ready().await
    }

    /// Asks it to end; kills it when it does not. The exit code, when it ended by itself.
    async fn terminate(&mut self) -> Option<Option<i32>> {
        self.signal(Signal::TERM);
        // It may be standing at its point, or stop there while it ends.
        let watch = self.armed.as_ref().is_some_and(|arm| arm.how == "stop");
        let mut child = self.child.take()?;
        let pid = child.id();
        let begun = Instant::now();
        while begun.elapsed() < ENDS_WITHIN {
            if let Ok(Ok(status)) = timeout(Duration::from_millis(100), child.wait()).await {
                return Some(status.code());
            }
            if watch && pid.is_some_and(stands_still) {
                signal(pid, Signal::CONT);
            }
        }
        let _ = child.start_kill();
        let _ = child.wait().await;
        Some(None)
    }

    fn died(&mut self, ended: Option<ExitStatus>) {
        self.child = None;
        let what = match &self.armed {
            Some(arm) => Blow::Point(format!("{}:{}:{}", arm.point, arm.how, arm.nth)),
            None => Blow::Died(ended.map(|status| status.to_string()).unwrap_or_default()),
        };
        self.suffered(what);
        self.leave();
    }

    /// It stopped itself at its point: it goes on after a while.
    async fn notice_stop(&mut self) {
        let pid = self.child.as_ref().and_then(Child::id);
        if let (Some(arm), true) = (self.armed.clone(), pid.is_some_and(stands_still)) {
            sleep(Duration::from_millis(arm.stands_ms)).await;
            self.signal(Signal::CONT);
            self.stopped_self = true;
            self.suffered(Blow::Point(format!("{}:{}:{}", arm.point, arm.how, arm.nth)));
        }
    }

    fn leave(&mut self) {
        let away = if self.away.is_empty() { 150 } else { self.away.remove(0) };
        self.back_at = Some(Instant::now() + Duration::from_millis(away));
    }

    fn come_back(&mut self) {
        self.back_at = None;
        self.next_point();
        if let Err(error) = self.spawn() {
            eprintln!("portal {}: {error:#}", self.number);
        }
    }

    fn next_point(&mut self) {
        self.armed = if self.points.is_empty() { None } else { self.points.remove(0) };
    }

    fn signal(&self, what: Signal) -> bool {
        self.child.as_ref().is_some_and(|child| signal(child.id(), what))
    }

    fn suffered(&self, how: Blow) {
        let kill = Kill { at: Utc::now(), replica: Some(self.number), how };
        self.blows.lock().unwrap_or_else(PoisonError::into_inner).push(kill);
    }
}

fn signal(pid: Option<u32>, what: Signal) -> bool {
    let pid = pid.and_then(|pid| Pid::from_raw(pid.cast_signed()));
    pid.is_some_and(|pid| kill_process(pid, what).is_ok())
}

/// Whether a process was stopped by a signal. The state follows the name, which is in parentheses.
fn stands_still(pid: u32) -> bool {
    let stat = fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('T'))
}

/// Waits for the end of a process; for ever when there is none.
async fn wait(child: &mut Option<Child>) -> Option<ExitStatus> {
    match child {
        Some(child) => child.wait().await.ok(),
        None => std::future::pending().await,
    }
}

async fn until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}
