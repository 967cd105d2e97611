//! The ways in which a task waits: at a boundary, for a moment, for somebody else. Standing still delays them
//! all. Nothing is decided here.

use std::{
    ops::RangeInclusive,
    pin::Pin,
    sync::atomic::Ordering,
    task::{Context, Poll},
    time::Duration,
};

use bss_portal::clock::{Clock, Sleep, Source};
use chrono::{DateTime, TimeDelta, Utc};

use super::{At, Event, Flag, GIVEN_UP, OVER, ProcessId, Sim, TaskId, Wake};

impl Sim {
    /// The clock of a process.
    pub(crate) fn clock(&self, process: ProcessId) -> Clock {
        Clock::of(Machine { sim: self.clone(), process })
    }

    /// Passes a boundary of `process`, at which it may die or stand still, and which takes a while.
    pub(crate) async fn boundary(&self, process: ProcessId, what: &str, takes: RangeInclusive<At>) {
        let at = self.core().passes(process, what, takes);
        match at {
            Some(at) => self.until(process, at).await,
            None => std::future::pending().await,
        }
    }

    /// Waits until `at`, longer if `process` stands still then.
    pub(crate) fn until(&self, process: ProcessId, at: At) -> Until {
        Until { sim: self.clone(), process, at, flag: None }
    }

    /// Waits for `span`.
    pub(crate) fn sleep(&self, process: ProcessId, span: At) -> Until {
        let at = self.core().now + span;
        self.until(process, at)
    }

    /// A wait of the present task that ends when its alarm is rung.
    pub(crate) fn alarm(&self, process: ProcessId) -> Alarm {
        let task = self.core().current.expect("a task waits");
        Alarm { sim: self.clone(), task, process, flag: Flag::default() }
    }

    /// Runs `step` unless its process panics in it. `None` then.
    pub(crate) async fn unless_aborted<T>(&self, step: impl Future<Output = T>) -> Option<T> {
        let mut step = Box::pin(step);
        std::future::poll_fn(move |cx| match step.as_mut().poll(cx) {
            Poll::Ready(done) => Poll::Ready(Some(done)),
            Poll::Pending => {
                let mut core = self.core();
                let task = core.current.expect("a task is polled").0;
                if std::mem::take(&mut core.tasks[task].aborted) { Poll::Ready(None) } else { Poll::Pending }
            }
        })
        .await
    }

    /// Has `process` serve a request that comes from outside. `None` when it dies or panics meanwhile.
    pub(crate) async fn served_by<T>(
        &self,
        process: ProcessId,
        request: impl Future<Output = T>,
    ) -> Option<T> {
        let begun = self.incarnation(process);
        let mut request = Box::pin(self.unless_aborted(request));
        std::future::poll_fn(move |cx| {
            if self.incarnation(process) != begun || !self.is_alive(process) {
                return Poll::Ready(None);
            }
            request.as_mut().poll(cx)
        })
        .await
    }
}

/// A wait until a moment.
pub(crate) struct Until {
    sim: Sim,
    process: ProcessId,
    at: At,
    flag: Option<Flag>,
}

impl Future for Until {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if let Some(flag) = &self.flag {
            return if flag[OVER].load(Ordering::Relaxed) { Poll::Ready(()) } else { Poll::Pending };
        }
        let flag = Flag::default();
        {
            let mut core = self.sim.core();
            let task = core.current.expect("a task waits");
            let wake = Wake { task, process: self.process, flag: flag.clone() };
            let at = self.at.max(core.now);
            core.push(at, Event::Wake(wake));
        }
        self.flag = Some(flag);
        Poll::Pending
    }
}

impl Drop for Until {
    fn drop(&mut self) {
        if let Some(flag) = &self.flag {
            flag[GIVEN_UP].store(true, Ordering::Relaxed);
        }
    }
}

/// A wait that somebody else ends.
pub(crate) struct Alarm {
    sim: Sim,
    task: TaskId,
    process: ProcessId,
    flag: Flag,
}

/// Ends a wait.
#[derive(Clone)]
pub(crate) struct Bell {
    task: TaskId,
    process: ProcessId,
    flag: Flag,
}

impl Bell {
    /// Whether it is this task that waits.
    pub(crate) fn is_for(&self, task: TaskId) -> bool {
        self.task == task
    }
}

impl Alarm {
    /// What ends it.
    pub(crate) fn bell(&self) -> Bell {
        Bell { task: self.task, process: self.process, flag: self.flag.clone() }
    }

    /// Also ends it after `span`.
    pub(crate) fn or_after(&self, span: At) {
        self.sim.ring(&self.bell(), span);
    }
}

impl Sim {
    /// Ends a wait `span` from now.
    pub(crate) fn ring(&self, bell: &Bell, span: At) {
        let mut core = self.core();
        let at = core.now + span;
        let wake = Wake { task: bell.task, process: bell.process, flag: bell.flag.clone() };
        core.push(at, Event::Wake(wake));
    }
}

impl Future for Alarm {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.flag[OVER].load(Ordering::Relaxed) { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.flag[GIVEN_UP].store(true, Ordering::Relaxed);
    }
}

/// The clock of one machine.
struct Machine {
    sim: Sim,
    process: ProcessId,
}

impl Source for Machine {
    fn now(&self) -> DateTime<Utc> {
        let core = self.sim.core();
        let skew = core.processes[self.process.0].skew;
        core.start + Duration::from_micros(core.now) + TimeDelta::milliseconds(skew)
    }

    fn since_boot(&self) -> Duration {
        Duration::from_hours(1) + Duration::from_micros(self.sim.now())
    }

    fn sleep(&self, how_long: Duration) -> Sleep {
        let (sim, process) = (self.sim.clone(), self.process);
        let span = u64::try_from(how_long.as_micros()).unwrap_or(u64::MAX / 4);
        Box::pin(async move { sim.boundary(process, "sleep", span..=span).await })
    }
}
