//! The file that lets a simulator remember: how its world began, and every act since, a JSON line
//! each. A line is with the operating system before anybody is answered, but not yet on the disk.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use serde::{Deserialize, Serialize};

use super::{
    acts::Act,
    seed::{self, Seed},
    world::{World, times::Millis},
};

/// The form of the file.
const VERSION: u32 = 1;

/// The first line: from this the same world is made again.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Anchor {
    simulator: u32,
    seed: u64,
    orders: u32,
    hostile: bool,
    start: Millis,
}

/// Where acts are written down.
#[derive(Debug)]
pub(crate) enum Journal {
    /// Nowhere: the world is forgotten at the end.
    None,
    File(File),
    /// It is over, or a line could not be written: nothing may happen any more.
    Closed,
}

/// A world with what goes on from an earlier start.
pub(crate) struct Remembered {
    pub(crate) world: World,
    pub(crate) journal: Journal,
    pub(crate) advanced: Millis,
}

impl Remembered {
    /// A world that nobody remembers.
    pub(crate) fn anew(seed: Seed) -> Self {
        Self { world: seed::world(seed), journal: Journal::None, advanced: 0 }
    }

    /// The world of a file, with everything that happened; a new one where the file is new.
    pub(crate) fn open(path: &Path, seed: Seed) -> io::Result<Self> {
        Self::read(path, seed)
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
    }

    fn read(path: &Path, seed: Seed) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).read(true).mode(0o600).open(path)?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => {
                io::Error::new(io::ErrorKind::ResourceBusy, "another simulator uses this file")
            }
            TryLockError::Error(error) => error,
        })?;
        let mut bytes = fs::read(path)?;
        // A line that was not finished was not answered either.
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        if whole < bytes.len() {
            bytes.truncate(whole);
            file.set_len(u64::try_from(whole).map_err(io::Error::other)?)?;
        }
        let mut lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let asked = Anchor {
            simulator: VERSION,
            seed: seed.number,
            orders: seed.orders,
            hostile: seed.hostile,
            start: seed.start,
        };
        let Some(first) = lines.next() else {
            let mut journal = Journal::File(file);
            journal.line(&asked)?;
            return Ok(Self { journal, ..Self::anew(seed) });
        };
        let anchor: Anchor = serde_json::from_slice(first).map_err(|error| broken(1, &error.to_string()))?;
        if anchor.simulator != VERSION {
            return Err(broken(1, "another version of the simulator wrote this"));
        }
        tell_if_other(path, &anchor, &asked);
        let seed = Seed {
            number: anchor.seed,
            orders: anchor.orders,
            hostile: anchor.hostile,
            start: anchor.start,
            ..seed
        };
        let mut remembered = Self::anew(seed);
        for (number, line) in (2..).zip(lines) {
            let act: Act =
                serde_json::from_slice(line).map_err(|error| broken(number, &error.to_string()))?;
            let by = act.again(&mut remembered.world);
            remembered.advanced +=
                by.ok_or_else(|| broken(number, "this does not happen again as it did"))?;
        }
        remembered.journal = Journal::File(file);
        Ok(remembered)
    }
}

fn broken(line: usize, why: &str) -> io::Error {
    let text = format!("line {line}: {why}; remove the file to begin with a new company");
    io::Error::new(io::ErrorKind::InvalidData, text)
}

/// The company stays what it is: the portal beside it knows its orders.
fn tell_if_other(path: &Path, kept: &Anchor, asked: &Anchor) {
    if (kept.seed, kept.orders, kept.hostile) != (asked.seed, asked.orders, asked.hostile) {
        tracing::warn!(
            seed = kept.seed,
            orders = kept.orders,
            hostile = kept.hostile,
            "the simulated company stays the one of {}, not the one that was asked for",
            path.display()
        );
    }
}

impl Journal {
    /// Whether anything may happen.
    pub(crate) fn ready(&self) -> io::Result<()> {
        match self {
            Self::Closed => Err(io::Error::other("the simulator cannot write down what happens")),
            Self::None | Self::File(_) => Ok(()),
        }
    }

    /// Writes down what happened.
    pub(crate) fn write(&mut self, act: &Act) -> io::Result<()> {
        self.line(act).inspect_err(|error| {
            tracing::error!(%error, "the simulator cannot write down what happens, and stops answering");
            *self = Self::Closed;
        })
    }

    /// Gives the file up; without one, all goes on.
    pub(crate) fn close(&mut self) {
        if matches!(self, Self::File(_)) {
            *self = Self::Closed;
        }
    }

    fn line(&mut self, line: &impl Serialize) -> io::Result<()> {
        let Self::File(file) = self else { return self.ready() };
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        file.write_all(&text)
    }
}
