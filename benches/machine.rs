//! What the kernel says about processes and about this machine. Linux only.

use std::fs;

/// Ticks per second in /proc, the same on every Linux.
const TICKS: f64 = 100.0;

struct Stat {
    parent: i32,
    own: u64,
    of_ended_children: u64,
}

fn stat(pid: i32) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields: Vec<&str> = text.rsplit_once(") ")?.1.split(' ').collect();
    let number = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok()).unwrap_or_default();
    Some(Stat {
        parent: fields.get(1)?.parse().ok()?,
        own: number(11) + number(12),
        of_ended_children: number(13) + number(14),
    })
}

/// Processor time of a process and its children in seconds, of those that have ended too.
pub(crate) fn cpu_of_tree(pid: i32) -> f64 {
    let mut ticks = stat(pid).map_or(0, |stat| stat.own + stat.of_ended_children);
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let child = entry.file_name().to_str().and_then(|name| name.parse().ok()).and_then(stat);
        ticks += child.filter(|child| child.parent == pid).map_or(0, |child| child.own);
    }
    ticks as f64 / TICKS
}

/// A line of /proc/PID/status in kilobytes.
pub(crate) fn memory(pid: i32, line: &str) -> f64 {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let value = text.lines().find_map(|found| found.strip_prefix(line)?.strip_prefix(':'));
    value.and_then(|value| value.split_whitespace().next()?.parse::<f64>().ok()).unwrap_or(f64::NAN)
}

/// This machine in general words.
pub(crate) fn description() -> String {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let info = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kilobytes: f64 = info
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:")?.split_whitespace().next()?.parse().ok())
        .unwrap_or(f64::NAN);
    format!(
        "{cores} virtual cores, {:.0} GiB, {}; the load generator, the portal and PostgreSQL share them",
        kilobytes / 1024.0 / 1024.0,
        std::env::consts::ARCH
    )
}
