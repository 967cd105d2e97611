//! What a run did and found, counted per mode: a table for people, one line of JSON for programs. It judges nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    time::Duration,
};

use serde::Serialize;

use crate::{
    check::Violation,
    evidence::{Blow, Evidence, Mode},
};

/// The figures of a run.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(transparent)]
pub struct Figures(BTreeMap<Mode, OfMode>);

type Counts = BTreeMap<String, u64>;

/// The figures of one mode.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct OfMode {
    /// Histories that were judged.
    pub histories: u64,
    /// Histories that prove nothing, since the simulated world broke a promise; they were played again.
    pub void: u64,
    /// Forms that people sent.
    pub forms: u64,
    /// Operations that came of them.
    pub operations: u64,
    /// Requests that were written down.
    pub attempts: u64,
    /// Requests that arrived, without second deliveries.
    pub posts: u64,
    /// Second deliveries.
    pub duplicates: u64,
    /// Effects of requests.
    pub effects: u64,
    /// Pages of operations that somebody looked at.
    pub views: u64,
    /// What people tried who may not.
    pub probes: u64,
    /// What was done to portals and database, by kind.
    pub harm: Counts,
    /// What went wrong at the upstream, by kind.
    pub faults: Counts,
    /// Operations by the state in which they ended.
    pub states: Counts,
    /// Operations that people had to settle, whatever they ended as.
    pub needed_people: u64,
    /// Violations by invariant.
    pub violations: Counts,
    /// How long the histories took together.
    pub seconds: f64,
}

/// A line of the table: how deep it stands, its name, and its figure in each mode.
type Line = (usize, String, Box<dyn Fn(&OfMode) -> u64>);

/// Which figures belong together.
type Group = fn(&OfMode) -> &Counts;

impl Figures {
    /// A history that proves nothing.
    pub fn void(&mut self, mode: Mode) {
        self.0.entry(mode).or_default().void += 1;
    }

    /// Counts a history. `faults` are those that struck it, by kind.
    pub fn count(&mut self, evidence: &Evidence, faults: &Counts, violations: &[Violation], took: Duration) {
        let of = self.0.entry(evidence.mode).or_default();
        let twice = evidence.requests.iter().filter(|sent| sent.duplicate).count();
        of.histories += 1;
        of.forms += count(&evidence.submissions);
        of.operations += count(&evidence.operations);
        of.posts += (evidence.requests.len() - twice) as u64;
        of.duplicates += twice as u64;
        of.effects += evidence.ledger.iter().filter(|effect| effect.actor == "api").count() as u64;
        of.views += count(&evidence.views);
        of.probes += count(&evidence.denied);
        of.seconds += took.as_secs_f64();
        for operation in &evidence.operations {
            of.attempts += count(&operation.attempts);
            add(&mut of.states, &operation.state, 1);
            of.needed_people += u64::from(operation.events.iter().any(|event| event.to == "NEEDS_REVIEW"));
        }
        for kill in &evidence.kills {
            add(&mut of.harm, kind(&kill.how), 1);
        }
        for (fault, times) in faults {
            add(&mut of.faults, fault, *times);
        }
        for violation in violations {
            add(&mut of.violations, violation.invariant, 1);
        }
    }

    /// Whether any invariant did not hold in any history.
    pub fn is_violated(&self) -> bool {
        self.0.values().any(|of| !of.violations.is_empty())
    }

    /// Everything as one line of JSON.
    pub fn json(&self) -> String {
        serde_json::to_string(self).expect("figures are plain data")
    }

    fn lines(&self) -> Vec<Line> {
        let mut lines: Vec<Line> = Vec::new();
        let mut one = |name: &str, of: fn(&OfMode) -> u64| lines.push((0, name.to_owned(), Box::new(of)));
        one("histories", |of| of.histories);
        one("played again, proving nothing", |of| of.void);
        one("forms sent", |of| of.forms);
        one("operations", |of| of.operations);
        one("attempts", |of| of.attempts);
        one("requests that arrived", |of| of.posts);
        one("delivered a second time", |of| of.duplicates);
        one("effects", |of| of.effects);
        one("pages looked at", |of| of.views);
        one("trespasses tried", |of| of.probes);
        let groups: [(&str, Group); 4] = [
            ("harm done", |of| &of.harm),
            ("faults that struck", |of| &of.faults),
            ("operations by their end", |of| &of.states),
            ("violations", |of| &of.violations),
        ];
        for (name, group) in groups {
            if name == "violations" {
                lines.push((0, "operations that needed people".to_owned(), Box::new(|of| of.needed_people)));
            }
            lines.push((0, name.to_owned(), Box::new(move |of| group(of).values().sum())));
            let kinds: BTreeSet<String> = self.0.values().flat_map(|of| group(of).keys().cloned()).collect();
            for kind in kinds {
                let name = kind.clone();
                lines.push((1, name, Box::new(move |of| group(of).get(&kind).copied().unwrap_or_default())));
            }
        }
        lines
    }
}

/// A column for each mode.
impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<36}", "")?;
        for mode in self.0.keys() {
            write!(f, "{:>12}", name(*mode))?;
        }
        writeln!(f)?;
        for (depth, name, figure) in self.lines() {
            write!(f, "{:<36}", format!("{}{name}", "  ".repeat(depth)))?;
            for of in self.0.values() {
                write!(f, "{:>12}", figure(of))?;
            }
            writeln!(f)?;
        }
        write!(f, "{:<36}", "seconds for each history")?;
        for of in self.0.values() {
            let histories = u32::try_from(of.histories.max(1)).map_or(1.0, f64::from);
            write!(f, "{:>12.1}", of.seconds / histories)?;
        }
        writeln!(f)
    }
}

/// The name of a mode in the table and on the command line.
pub fn name(mode: Mode) -> &'static str {
    match mode {
        Mode::Strict => "strict",
        Mode::Duplicates => "duplicates",
        Mode::Naive => "naive",
    }
}

/// What is counted together. A point counts by its name, without the way of dying and the number of the hit.
fn kind(how: &Blow) -> &str {
    match how {
        Blow::Kill => "killed",
        Blow::Term(_) => "asked to stop",
        Blow::Pause(_) => "stopped for a while",
        Blow::Point(point) => point.split(':').next().unwrap_or(point),
        Blow::Died(_) => "died by itself",
        Blow::Backends(_) => "database connections ended",
        Blow::Restart => "database restarted",
        Blow::Commit => "commit without an answer",
    }
}

fn count<T>(all: &[T]) -> u64 {
    all.len() as u64
}

fn add(counts: &mut Counts, what: &str, times: u64) {
    *counts.entry(what.to_owned()).or_default() += times;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        check::{check, tests::a_full_day},
        evidence::Kill,
    };

    fn figures() -> Figures {
        let mut figures = Figures::default();
        let faults = Counts::from([("lose_answer".to_owned(), 3), ("throttle".to_owned(), 2)]);
        for mode in [Mode::Strict, Mode::Duplicates, Mode::Naive] {
            let mut evidence = a_full_day(mode);
            let point = Blow::Point("arm.after_commit:kill:2".to_owned());
            evidence.kills.push(Kill { at: evidence.began_at, replica: Some(1), how: point });
            figures.count(&evidence, &faults, &check(&evidence), Duration::from_millis(2_500));
            figures.count(&evidence, &faults, &check(&evidence), Duration::from_millis(3_500));
        }
        figures.void(Mode::Naive);
        figures
    }

    #[test]
    fn everything_is_counted_once() {
        let figures = figures();
        let strict = &figures.0[&Mode::Strict];
        let evidence = a_full_day(Mode::Strict);
        assert_eq!(strict.histories, 2);
        assert_eq!(strict.operations, 2 * evidence.operations.len() as u64);
        assert_eq!(strict.states.values().sum::<u64>(), strict.operations);
        assert_eq!(strict.posts, 2 * evidence.requests.len() as u64);
        assert!(strict.attempts > strict.posts, "some requests never arrived");
        assert_eq!(strict.needed_people, 2 * 3);
        assert_eq!(strict.harm, Counts::from([("killed".to_owned(), 2), ("arm.after_commit".to_owned(), 2)]));
        assert_eq!(strict.faults["lose_answer"], 6);
        assert_eq!((strict.duplicates, figures.0[&Mode::Duplicates].duplicates), (0, 6));
        assert_eq!(figures.0[&Mode::Naive].void, 1);
        assert!(!figures.is_violated());
    }

    #[test]
    fn violations_are_counted_by_invariant() {
        let mut figures = figures();
        let violation = Violation { invariant: "I2", what: String::new() };
        let evidence = a_full_day(Mode::Naive);
        figures.count(&evidence, &Counts::new(), &[violation.clone(), violation], Duration::ZERO);
        assert!(figures.is_violated());
        assert_eq!(figures.0[&Mode::Naive].violations, Counts::from([("I2".to_owned(), 2)]));
    }

    #[test]
    fn the_table_has_a_column_for_each_mode_and_a_line_for_each_kind() {
        let table = figures().to_string();
        let heads: Vec<&str> = table.lines().next().expect("a head").split_whitespace().collect();
        assert_eq!(heads, ["strict", "duplicates", "naive"]);
        let line = |name: &str| -> Vec<String> {
            let line = table.lines().find(|line| line.trim_start().starts_with(name)).expect(name);
            line.trim_start()[name.len()..].split_whitespace().map(str::to_owned).collect()
        };
        assert_eq!(line("histories"), ["2", "2", "2"]);
        assert_eq!(line("lose_answer"), ["6", "6", "6"]);
        assert_eq!(line("arm.after_commit"), ["2", "2", "2"]);
        assert_eq!(line("violations"), ["0", "0", "0"]);
        assert_eq!(line("seconds for each history"), ["3.0", "3.0", "3.0"]);
        assert!(table.lines().all(|line| line.len() < 100));
    }

    #[test]
    fn programs_get_one_line() {
        let json = figures().json();
        assert_eq!(json.lines().count(), 1);
        let read: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!(read["duplicates"]["histories"], 2);
        assert_eq!(read["strict"]["faults"]["throttle"], 4);
        assert_eq!(read["naive"]["violations"], serde_json::json!({}));
    }
}
