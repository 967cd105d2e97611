//! Judges one history's evidence against the invariants I1 to I20. Pure: it reads what it is given, and never asks a
//! portal, a database or a clock. It shares no code with the portal, so that a mistake there is not repeated here.

mod approvals;
mod case;
mod effects;
mod history;
mod money;
mod pages;
mod plans;
mod renewals;
mod sending;
mod states;
mod submissions;
#[cfg(test)]
pub(crate) mod tests;
mod values;

use self::case::Case;
pub use self::case::call_of_kind;
use crate::evidence::Evidence;

/// An invariant that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// `I1` to `I20`.
    pub invariant: &'static str,
    /// What contradicts it, with ids and times.
    pub what: String,
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.invariant, self.what)
    }
}

/// An invariant, and the function that judges it.
pub struct Invariant {
    /// `I1` to `I20`.
    pub name: &'static str,
    /// What always holds.
    pub words: &'static str,
    judge: fn(&Case<'_>, &mut Found),
}

const fn invariant(name: &'static str, words: &'static str, judge: fn(&Case<'_>, &mut Found)) -> Invariant {
    Invariant { name, words, judge }
}

/// Every invariant.
pub const INVARIANTS: [Invariant; 20] = [
    invariant("I1", "an operation's step takes effect at most once", effects::once_per_step),
    invariant("I2", "the portal pays an order at most once, over all operations", effects::paid_once),
    invariant("I3", "what is called done was done, by us or by whom we say", effects::done_is_done),
    invariant("I4", "what is called not done has no effect, then or later", effects::not_done_is_not_done),
    invariant("I5", "what was accepted is kept, and ends or waits for people", submissions::ends),
    invariant("I6", "only what a person picked is touched", submissions::picked),
    invariant("I7", "one look at a resource leads to at most one paid renewal", renewals::one_paid),
    invariant("I8", "one form is at most one operation and one effect", submissions::one_per_form),
    invariant("I9", "nothing is sent that was not written down before", sending::written_before_sent),
    invariant("I10", "a request is signed once, and a signature is used once", sending::signed_once),
    invariant("I11", "nothing is armed while an earlier request may still take effect", sending::one_live),
    invariant("I12", "exactly what others agreed to is sent, and only then", approvals::agreed),
    invariant("I13", "the sums agree to the cent, in the ledger, the journal and the exports", money::sums),
    invariant("I14", "each change of state is legal and written down once", history::unbroken),
    invariant("I15", "pages tell what was true, and take back no ending", pages::true_and_final),
    invariant("I16", "nobody sees or touches what is not theirs", pages::kept_apart),
    invariant("I17", "an extra unpaid order is cancelled, or shown to people", renewals::none_left_over),
    invariant("I18", "what cannot be undone waits, and is not sent before", sending::waited),
    invariant(
        "I19",
        "what is set ends as what was confirmed last, and lists tell it",
        values::last_confirmed,
    ),
    invariant("I20", "a plan orders and pays what was confirmed, and tells what came of it", plans::kept),
];

/// Collects what is found.
struct Found {
    invariant: &'static str,
    violations: Vec<Violation>,
}

impl Found {
    /// Something contradicts the invariant that is being judged.
    fn add(&mut self, what: String) {
        self.violations.push(Violation { invariant: self.invariant, what });
    }
}

/// Everything in `evidence` that may not be.
pub fn check(evidence: &Evidence) -> Vec<Violation> {
    let case = Case::new(evidence);
    let mut found = Found { invariant: "", violations: Vec::new() };
    for invariant in &INVARIANTS {
        found.invariant = invariant.name;
        (invariant.judge)(&case, &mut found);
    }
    found.violations
}
