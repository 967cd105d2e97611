//! What was measured: printed as it comes, and written as docs/BENCHMARKS.md. What people wrote below
//! the mark in that file stays.

use std::{fmt::Write as _, fs, path::Path};

use anyhow::{Context, Result};
use bss_portal::clock::Clock;

const BY_HAND: &str = "<!-- Below this line the file is written by people. -->";

/// What a goal asks of a figure.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Asked {
    /// At least this.
    Least(f64),
    /// At most this.
    Most(f64),
    /// Nothing: it helps to understand the others.
    Nothing,
}

/// Everything measured in one run.
#[derive(Default)]
pub(crate) struct Report {
    rows: Vec<Row>,
    context: Vec<String>,
}

struct Row {
    goal: &'static str,
    what: String,
    measured: String,
    asked: String,
    verdict: &'static str,
}

impl Report {
    /// One figure of a goal.
    pub(crate) fn add(&mut self, goal: &'static str, what: impl Into<String>, measured: f64, asked: Asked) {
        self.add_in("", goal, what, measured, asked);
    }

    /// One figure of a goal, with its unit.
    pub(crate) fn add_in(
        &mut self,
        unit: &str,
        goal: &'static str,
        what: impl Into<String>,
        measured: f64,
        asked: Asked,
    ) {
        let (verdict, asked) = match asked {
            Asked::Least(least) => {
                (if measured >= least { "yes" } else { "**no**" }, format!("≥ {least}{unit}"))
            }
            Asked::Most(most) => (if measured <= most { "yes" } else { "**no**" }, format!("≤ {most}{unit}")),
            Asked::Nothing => ("", "–".to_owned()),
        };
        let row =
            Row { goal, what: what.into(), measured: format!("{}{unit}", figure(measured)), asked, verdict };
        println!(
            "{:<4} {:>12}  {:<12} {:<7} {}",
            row.goal,
            row.measured,
            row.asked,
            plain(verdict),
            row.what
        );
        self.rows.push(row);
    }

    /// A goal that could not be measured, and why.
    pub(crate) fn skip(&mut self, goal: &'static str, why: &str) {
        println!("{goal:<4} {:>12}  {:<12} {:<7} {why}", "–", "", "");
        self.rows.push(Row {
            goal,
            what: why.to_owned(),
            measured: "not measured".to_owned(),
            asked: "–".to_owned(),
            verdict: "",
        });
    }

    /// Says why the rest of a goal's figures are missing, if they are.
    pub(crate) fn failed(&mut self, goal: &'static str, done: Result<()>) {
        if let Err(error) = done {
            self.skip(goal, &format!("failed: {error:#}"));
        }
    }

    /// A raw figure.
    pub(crate) fn note(&mut self, text: impl Into<String>) {
        let text = text.into();
        println!("     {text}");
        self.context.push(text);
    }

    /// Writes the file.
    pub(crate) fn write(&self, path: &Path, machine: &str, command: &str) -> Result<()> {
        let kept = fs::read_to_string(path).unwrap_or_default();
        let kept = kept.split_once(BY_HAND).map_or("\n", |(_, below)| below);
        let mut text = format!(
            "# Benchmarks\n\n`make bench` measures, prints and writes this page. Only ratios within one run count; the raw \
             figures are there to understand them by.\n\n* Date: {}\n* Machine: {machine}\n* Command: `{command}`\n\n\
             | Goal | What | Measured | Asked | Met |\n|---|---|---|---|---|\n",
            Clock::system().now().format("%F")
        );
        for row in &self.rows {
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | {} |",
                row.goal, row.what, row.measured, row.asked, row.verdict
            );
        }
        text.push_str("\n## Raw figures of the run\n\n");
        for line in &self.context {
            let _ = writeln!(text, "* {line}");
        }
        let _ = write!(text, "\n{BY_HAND}{kept}");
        fs::write(path, text).with_context(|| format!("writing {}", path.display()))
    }
}

/// Three significant digits.
fn figure(value: f64) -> String {
    match value.abs() {
        v if v >= 100.0 => format!("{value:.0}"),
        v if v >= 10.0 => format!("{value:.1}"),
        v if v >= 1.0 || v == 0.0 => format!("{value:.2}"),
        v if v >= 0.01 => format!("{value:.3}"),
        _ => format!("{value:.5}"),
    }
}

fn plain(verdict: &str) -> String {
    verdict.replace("**", "")
}

/// The middle of some figures.
pub(crate) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    match figures.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => figures[n / 2],
        n => f64::midpoint(figures[n / 2 - 1], figures[n / 2]),
    }
}

/// The value below which this share of the figures lies.
pub(crate) fn quantile(mut figures: Vec<f64>, share: f64) -> f64 {
    figures.sort_by(f64::total_cmp);
    let last = figures.len().saturating_sub(1);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index")]
    let at = ((last as f64) * share).ceil() as usize;
    figures.get(at.min(last)).copied().unwrap_or(f64::NAN)
}
