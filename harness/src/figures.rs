//! What a run did and found, counted per mode: a table for people, one line of JSON for programs. It judges nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    time::Duration,
};

use serde::Serialize;

use crate::{
    check::{Violation, call_of_kind},
    console::Struck,
    evidence::{Blow, Evidence, Mode, Operation, Sent},
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
    /// The same by the kind of operation whose call it struck; the calls that only read are one.
    pub faults_by_kind: BTreeMap<String, Counts>,
    /// What was done, by kind of operation.
    pub kinds: BTreeMap<String, OfKind>,
    /// Plans for renewals.
    pub plans: u64,
    /// Operations by the state in which they ended.
    pub states: Counts,
    /// Operations that people had to settle, whatever they ended as.
    pub needed_people: u64,
    /// Violations by invariant.
    pub violations: Counts,
    /// How long the histories took together.
    pub seconds: f64,
}

/// The figures of one kind of operation in one mode.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct OfKind {
    /// Histories that had one.
    pub histories: u64,
    /// Operations.
    pub operations: u64,
    /// Requests that arrived, second deliveries among them.
    pub requests: u64,
    /// Effects of requests.
    pub effects: u64,
    /// Operations that are called done.
    pub done: u64,
    /// Operations that were taken back before they were sent.
    pub taken_back: u64,
    /// Operations that people had to settle.
    pub needed_people: u64,
    /// Violations that name one.
    pub violations: u64,
}

/// How a call that only reads is told.
const READING: &str = "reading";

/// A line of the table: how deep it stands, its name, and its figure in each mode.
type Line = (usize, String, Box<dyn Fn(&OfMode) -> u64>);

/// Which figures belong together.
type Group = fn(&OfMode) -> &Counts;

/// The kinds of operations, as the table names them: one that is switched on and off is one.
const KINDS: [(&str, &[&str]); 9] = [
    ("pay_order", &["pay_order"]),
    ("cancel_order", &["cancel_order"]),
    ("renew", &["renew"]),
    ("unsubscribe", &["unsubscribe"]),
    ("auto_renew_on", &["auto_renew_on"]),
    ("auto_renew_off", &["auto_renew_off"]),
    ("at_expiry", &["at_expiry_on", "at_expiry_off"]),
    ("convert", &["convert"]),
    ("renewal_day", &["renewal_day"]),
];

/// The kind in the table that makes a call.
fn kind_of_call(call: &str) -> Option<&'static str> {
    KINDS.into_iter().find(|(_, kinds)| call_of_kind(kinds[0]) == Some(call)).map(|(name, _)| name)
}

impl OfMode {
    fn count_kinds(&mut self, evidence: &Evidence, violations: &[Violation]) {
        for (name, kinds) in KINDS {
            let is = |row: &&Operation| kinds.contains(&row.kind.as_str());
            let rows: Vec<&Operation> = evidence.operations.iter().filter(is).collect();
            let call = call_of_kind(kinds[0]);
            let sent = |sent: &&Sent| Some(sent.operation.as_str()) == call;
            let by_us = evidence.ledger.iter().filter(|effect| effect.actor == "api");
            let tells = |violation: &&Violation| {
                let of_row = |row: &&Operation| violation.what.contains(&row.id.to_string());
                rows.iter().any(of_row) || call.is_some_and(|call| violation.what.contains(call))
            };
            let one = OfKind {
                histories: u64::from(!rows.is_empty()),
                operations: count(&rows),
                requests: evidence.requests.iter().filter(sent).count() as u64,
                effects: by_us.filter(|effect| Some(effect.operation.as_str()) == call).count() as u64,
                done: rows.iter().filter(|row| row.state == "SUCCEEDED").count() as u64,
                taken_back: rows.iter().filter(|row| row.state == "CANCELLED").count() as u64,
                needed_people: rows.iter().filter(|row| needed_people(row)).count() as u64,
                violations: violations.iter().filter(tells).count() as u64,
            };
            if one != OfKind::default() {
                *self.kinds.entry(name.to_owned()).or_default() += &one;
            }
        }
    }
}

impl std::ops::AddAssign<&Self> for OfKind {
    fn add_assign(&mut self, other: &Self) {
        self.histories += other.histories;
        self.operations += other.operations;
        self.requests += other.requests;
        self.effects += other.effects;
        self.done += other.done;
        self.taken_back += other.taken_back;
        self.needed_people += other.needed_people;
        self.violations += other.violations;
    }
}

fn needed_people(operation: &Operation) -> bool {
    operation.events.iter().any(|event| event.to == "NEEDS_REVIEW")
}

impl Figures {
    /// A history that proves nothing.
    pub fn void(&mut self, mode: Mode) {
        self.0.entry(mode).or_default().void += 1;
    }

    /// Counts a history. `faults` are those that struck it, by call and kind.
    pub fn count(&mut self, evidence: &Evidence, faults: &Struck, violations: &[Violation], took: Duration) {
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
            of.needed_people += u64::from(needed_people(operation));
        }
        for kill in &evidence.kills {
            add(&mut of.harm, kind(&kill.how), 1);
        }
        for ((call, fault), times) in faults {
            add(&mut of.faults, fault, *times);
            let kind = kind_of_call(call).unwrap_or(READING);
            add(of.faults_by_kind.entry(kind.to_owned()).or_default(), fault, *times);
        }
        of.plans += count(&evidence.plans);
        of.count_kinds(evidence, violations);
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
        one("plans for renewals", |of| of.plans);
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
        writeln!(f)?;
        self.table_of_kinds(f)?;
        self.table_of_faults(f)
    }
}

impl Figures {
    /// A line for each kind of operation, over all modes.
    fn table_of_kinds(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heads =
            ["histories", "operations", "requests", "effects", "done", "taken back", "people", "violations"];
        write!(f, "\n{:<16}", "by kind")?;
        for head in heads {
            write!(f, "{head:>11}")?;
        }
        writeln!(f)?;
        for (name, _) in KINDS {
            let mut sum = OfKind::default();
            self.0.values().filter_map(|of| of.kinds.get(name)).for_each(|of| sum += of);
            write!(f, "{name:<16}")?;
            let OfKind { histories, operations, requests, effects, done, taken_back, .. } = sum;
            let (people, violations) = (sum.needed_people, sum.violations);
            for figure in [histories, operations, requests, effects, done, taken_back, people, violations] {
                write!(f, "{figure:>11}")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }

    /// A line for each kind of operation and for reading, and a column for each fault that struck.
    fn table_of_faults(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = || self.0.values().flat_map(|of| &of.faults_by_kind);
        let faults: BTreeSet<&str> =
            all().flat_map(|(_, faults)| faults.keys().map(String::as_str)).collect();
        write!(f, "\n{:<16}", "faults by kind")?;
        for fault in &faults {
            write!(f, "{fault:>16}")?;
        }
        writeln!(f)?;
        for name in KINDS.into_iter().map(|(name, _)| name).chain([READING]) {
            write!(f, "{name:<16}")?;
            for fault in &faults {
                let of = all().filter(|(kind, _)| *kind == name);
                write!(f, "{:>16}", of.filter_map(|(_, faults)| faults.get(*fault)).sum::<u64>())?;
            }
            writeln!(f)?;
        }
        Ok(())
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
        let struck = |call: &str, fault: &str| (call.to_owned(), fault.to_owned());
        let faults = Struck::from([
            (struck("pay_orders", "lose_answer"), 3),
            (struck("show_customer_order_details", "throttle"), 2),
        ]);
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
        figures.count(&evidence, &Struck::new(), &[violation.clone(), violation], Duration::ZERO);
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
        assert!(table.lines().take(30).all(|line| line.len() < 100));
        let whole = a_full_day(Mode::Strict);
        let paid = whole.operations.iter().filter(|row| row.kind == "pay_order").count() * 6;
        assert_eq!(line("pay_order")[..2], ["6".to_owned(), paid.to_string()]);
        assert_eq!(line("renew")[..2], ["6", "30"]);
        assert_eq!(line("convert"), ["6", "6", "6", "6", "6", "0", "0", "0"]);
        assert_eq!(line("unsubscribe")[4..6], ["6", "6"]);
        assert_eq!(line("faults by kind"), ["lose_answer", "throttle"]);
        assert_eq!(line("reading"), ["0", "12"]);
    }

    #[test]
    fn a_violation_counts_for_the_kinds_that_it_names() {
        let evidence = a_full_day(Mode::Strict);
        let row = evidence.operations.iter().find(|row| row.kind == "renew").expect("one");
        let what = format!("something about {}", row.id);
        let mut figures = Figures::default();
        let violation = Violation { invariant: "I7", what };
        figures.count(&evidence, &Struck::new(), &[violation], Duration::ZERO);
        let kinds = &figures.0[&Mode::Strict].kinds;
        assert_eq!((kinds["renew"].violations, kinds["pay_order"].violations), (1, 0));
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
