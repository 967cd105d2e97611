//! The server process: started so that it ends with us even if we are killed, watched, and
//! stopped in steps. One left by an earlier life is stopped before a new one starts.

use std::{
    fs::{self, OpenOptions},
    io::{self, Read, Seek, SeekFrom},
    os::unix::{fs::OpenOptionsExt, process::CommandExt},
    path::Path,
    process::Command,
    sync::{Arc, Condvar, Mutex, PoisonError, mpsc},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal};

use super::{Options, PORT, directory::Directory};

/// Signals that stop the server, politest first, and how long each may take. SIGINT is
/// PostgreSQL's fast stop; SIGTERM would wait for every client.
const STOPS: [(Signal, Duration); 3] = [
    (Signal::INT, Duration::from_secs(30)),
    (Signal::QUIT, Duration::from_secs(5)),
    (Signal::KILL, Duration::from_secs(5)),
];

/// After its postmaster was killed, backends hold the shared memory for a moment.
const MEMORY_IN_USE: &str = "pre-existing shared memory block";

pub(super) struct Child {
    pid: Pid,
    end: Arc<End>,
}

/// How the server ended, once it has.
#[derive(Default)]
struct End {
    how: Mutex<Option<String>>,
    changed: Condvar,
}

impl End {
    fn set(&self, how: String) {
        *self.how.lock().unwrap_or_else(PoisonError::into_inner) = Some(how);
        self.changed.notify_all();
    }

    fn get(&self) -> Option<String> {
        self.how.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn wait(&self, limit: Duration) -> Option<String> {
        let how = self.how.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.changed.wait_timeout_while(how, limit, |how| how.is_none());
        waited.unwrap_or_else(PoisonError::into_inner).0.clone()
    }
}

impl Child {
    pub(super) fn pid(&self) -> i32 {
        self.pid.as_raw_nonzero().get()
    }

    pub(super) fn when_ended(&self, told: impl FnOnce(&str) + Send + 'static) -> Result<()> {
        let end = Arc::clone(&self.end);
        let wait = move || {
            loop {
                if let Some(how) = end.wait(Duration::from_hours(1)) {
                    return told(&how);
                }
            }
        };
        thread::Builder::new().name("postgres-end".into()).spawn(wait).context("starting a thread")?;
        Ok(())
    }

    pub(super) fn stop(&mut self) -> Result<()> {
        for (signal, limit) in STOPS {
            if self.end.get().is_some() {
                return Ok(());
            }
            // It may end by itself between the look and the signal.
            let _ = rustix::process::kill_process(self.pid, signal);
            if self.end.wait(limit).is_some() {
                return Ok(());
            }
        }
        bail!("PostgreSQL (process {}) does not stop", self.pid())
    }

    /// The server writes `ready` into line 8 of postmaster.pid; no client is needed to see it.
    fn wait_ready(&self, data: &Path, until: Instant) -> Result<()> {
        loop {
            if let Some(how) = self.end.get() {
                bail!("the server ended: {how}");
            }
            let text = fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
            let line = |n: usize| text.lines().nth(n).map(str::trim);
            if line(0).and_then(|pid| pid.parse().ok()) == Some(self.pid()) && line(7) == Some("ready") {
                return Ok(());
            }
            if Instant::now() > until {
                bail!("the server is still not ready");
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Starts the server and waits until it takes connections.
pub(super) fn start(
    binaries: &Path,
    directory: &Directory,
    options: &Options,
    limit: Duration,
) -> Result<Child> {
    let until = Instant::now() + limit;
    loop {
        let log_start = fs::metadata(directory.log()).map_or(0, |meta| meta.len());
        let mut child = spawn(command(binaries, directory, options)?)?;
        let Err(error) = child.wait_ready(&directory.data(), until) else { return Ok(child) };
        let log = text_from(&directory.log(), log_start);
        child.stop()?;
        if log.contains(MEMORY_IN_USE) && Instant::now() < until {
            thread::sleep(Duration::from_millis(500));
            continue;
        }
        return Err(error.context(format!("PostgreSQL did not start. Its log says:\n{}", log.trim_end())));
    }
}

fn command(binaries: &Path, directory: &Directory, options: &Options) -> Result<Command> {
    let log = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(directory.log())
        .with_context(|| format!("opening {}", directory.log().display()))?;
    let mut command = directory.account().command(binaries.join("postgres"), &directory.data());
    command.arg("-D").arg(directory.data());
    let mut set = |name: &str, value: &str| {
        command.arg("-c").arg(format!("{name}={value}"));
    };
    set("listen_addresses", "");
    set("port", &PORT.to_string());
    set("unix_socket_directories", &directory.socket().to_string_lossy());
    set("unix_socket_permissions", "0700");
    set("max_connections", &options.max_connections.to_string());
    set("shared_buffers", "128MB");
    set("log_destination", "stderr");
    set("logging_collector", "off");
    set("log_timezone", "UTC");
    set("timezone", "UTC");
    if !options.durable {
        set("fsync", "off");
        set("full_page_writes", "off");
    }
    for (name, value) in &options.settings {
        set(name, value);
    }
    command.stdout(log.try_clone()?).stderr(log);
    // Ctrl-C in a terminal must reach us, who stop the server, and not the server below us.
    command.process_group(0);
    die_with_us(&mut command);
    Ok(command)
}

/// Asks Linux to stop the server when we end, however we end. Elsewhere a server that outlives
/// a killed portal is stopped by the next start.
fn die_with_us(command: &mut Command) {
    #[cfg(target_os = "linux")]
    {
        let us = rustix::process::getpid();
        let ask = move || {
            rustix::process::set_parent_process_death_signal(Some(Signal::INT))?;
            // We may have ended before the line above.
            if rustix::process::getppid() == Some(us) {
                Ok(())
            } else {
                Err(io::Error::other("the portal is gone"))
            }
        };
        #[expect(unsafe_code, reason = "the only way to run code between fork and exec")]
        // SAFETY: two system calls that are safe after a fork, and no allocation. The standard
        // library runs this after changing the user id, which would clear the setting.
        unsafe {
            command.pre_exec(ask);
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = command;
}

/// Linux sends the signal of `die_with_us` when the *thread* that started the server ends, so
/// that thread is one that waits for the server, and never one of a pool.
fn spawn(mut command: Command) -> Result<Child> {
    let end = Arc::new(End::default());
    let (started, start) = mpsc::channel();
    let watched = Arc::clone(&end);
    let watch = move || match command.spawn() {
        Err(error) => drop(started.send(Err(error))),
        Ok(mut server) => {
            let _ = started.send(Ok(server.id()));
            watched.set(server.wait().map_or_else(|error| error.to_string(), |status| status.to_string()));
        }
    };
    thread::Builder::new().name("postgres".into()).spawn(watch).context("starting a thread")?;
    let pid = start.recv().context("the thread that starts postgres ended")?.context("running postgres")?;
    let pid = Pid::from_raw(pid.cast_signed()).context("postgres has no process id")?;
    Ok(Child { pid, end })
}

/// A server of this cluster that a killed portal left running, or that is still stopping.
pub(super) fn stop_orphan(data: &Path) -> Result<()> {
    let Some(pid) = orphan(data) else { return Ok(()) };
    for (signal, limit) in STOPS {
        let _ = rustix::process::kill_process(pid, signal);
        let until = Instant::now() + limit;
        while Instant::now() < until {
            if orphan(data).is_none() {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
    bail!(
        "a PostgreSQL server (process {}) already runs in {} and does not stop",
        pid.as_raw_nonzero(),
        data.display()
    )
}

/// The process that postmaster.pid names, if it is alive and is a server of this cluster. A
/// number alone proves nothing: after a reboot it may belong to anybody.
fn orphan(data: &Path) -> Option<Pid> {
    let text = fs::read_to_string(data.join("postmaster.pid")).ok()?;
    let pid = Pid::from_raw(text.lines().next()?.trim().parse().ok()?)?;
    let arguments = arguments_of(pid)?;
    (arguments.contains("postgres") && arguments.contains(&*data.to_string_lossy())).then_some(pid)
}

fn arguments_of(pid: Pid) -> Option<String> {
    let pid = pid.as_raw_nonzero().to_string();
    if cfg!(target_os = "linux") {
        let raw = fs::read(format!("/proc/{pid}/cmdline")).ok().filter(|raw| !raw.is_empty())?;
        return Some(String::from_utf8_lossy(&raw).replace('\0', " "));
    }
    let output = Command::new("ps").args(["-o", "args=", "-p", &pid]).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

fn text_from(path: &Path, start: u64) -> String {
    let read = || {
        let mut file = fs::File::open(path)?;
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        file.take(16 * 1024).read_to_end(&mut bytes)?;
        Ok::<_, io::Error>(bytes)
    };
    read().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}
