//! Lets everything happen, one event after the other: wakes tasks, buries what was killed, and starts it again.

use std::{
    sync::atomic::Ordering,
    task::{Context, Waker},
};

use rand::RngExt as _;

use super::{At, Event, Job, OUTSIDE, OVER, ProcessId, SECOND, Sim, TaskId, Wake};

/// Runs everything until nothing is left to happen, or it is told to stop.
pub(crate) struct Runner {
    sim: Sim,
    jobs: Vec<Option<Job>>,
}

impl Runner {
    /// The runner of this machine.
    pub(crate) fn new(sim: Sim) -> Self {
        Self { sim, jobs: Vec::new() }
    }

    /// Lets everything happen until `end`, or until `done` says so, which is asked every 30 seconds.
    pub(crate) fn run(mut self, end: At, mut done: impl FnMut() -> bool) {
        let mut asked = 0;
        loop {
            self.settle();
            let event = {
                let mut core = self.sim.core();
                let Some(((at, _), event)) = core.queue.pop_first() else { return };
                if at > end {
                    return;
                }
                core.now = at;
                event
            };
            if self.sim.now() >= asked {
                asked = self.sim.now() + 30 * SECOND;
                if done() {
                    return;
                }
            }
            self.happen(event);
        }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Wake(wake) => self.wake(wake),
            Event::Poll(task) => self.poll(task),
            Event::Resume => {
                let deferred = std::mem::take(&mut self.sim.core().deferred);
                for wake in deferred {
                    self.wake(wake);
                    self.settle();
                }
            }
            Event::Act(act) => act(&self.sim),
        }
    }

    fn wake(&mut self, wake: Wake) {
        if wake.flag.iter().any(|past| past.load(Ordering::Relaxed)) {
            return;
        }
        {
            let mut core = self.sim.core();
            if core.standing_until(&wake) > core.now {
                core.deferred.push(wake);
                return;
            }
        }
        wake.flag[OVER].store(true, Ordering::Relaxed);
        self.poll(wake.task);
    }

    fn poll(&mut self, task: TaskId) {
        let Some(job) = self.jobs.get_mut(task.0).and_then(Option::as_mut) else { return };
        self.sim.core().current = Some(task);
        let done = job.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready();
        self.sim.core().current = None;
        if done {
            self.jobs[task.0] = None;
            self.sim.core().tasks[task.0].alive = false;
        }
    }

    /// Carries out what the last event asked for: deaths first, then births.
    fn settle(&mut self) {
        loop {
            let killed = std::mem::take(&mut self.sim.core().killed);
            for process in killed {
                self.bury(process);
            }
            let spawned = std::mem::take(&mut self.sim.core().spawned);
            if spawned.is_empty() {
                return;
            }
            for (task, job) in spawned {
                self.jobs.resize_with(task.0 + 1, || None);
                self.jobs[task.0] = Some(job);
                self.poll(task);
            }
        }
    }

    /// Drops all tasks of a killed process, and has it started again after a while.
    fn bury(&mut self, process: ProcessId) {
        let mut core = self.sim.core();
        if !core.processes[process.0].alive {
            return;
        }
        let slot = &mut core.processes[process.0];
        slot.alive = false;
        slot.incarnation += 1;
        slot.paused_until = 0;
        let now = core.now;
        let down = core.rng.random_range(SECOND..=120 * SECOND);
        core.push(now + down, Event::Act(Box::new(move |sim: &Sim| sim.boot(process))));
        let mut dead = Vec::new();
        let mut clients = Vec::new();
        for (at, task) in core.tasks.iter_mut().enumerate() {
            if task.alive && task.process == process {
                task.alive = false;
                dead.push(at);
            } else if task.alive && task.process == OUTSIDE {
                // Whoever was being served notices that the connection is gone.
                clients.push(TaskId(at));
            }
        }
        for client in clients {
            core.push(now, Event::Poll(client));
        }
        drop(core);
        for task in dead {
            self.jobs[task] = None;
        }
    }
}
