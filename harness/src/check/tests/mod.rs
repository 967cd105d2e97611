//! The checker checked: evidence of what may happen passes, and each way to break an invariant is caught by its name.

mod benign;
mod breaking;
mod breaking_pages;
mod breaking_resources;
mod breaking_rows;
mod close_calls;
mod day;
mod world;

use crate::{
    check::{INVARIANTS, Violation, check},
    evidence::{Evidence, Mode},
};
pub(crate) use day::a_full_day;
use world::World;

/// Breaks correct evidence and has the checker say so: `expected` is the invariant that does not hold any more, with
/// words of the report after a colon where another line of the same invariant would notice it too.
fn is_caught(expected: &str, breaks: impl FnOnce(&mut Evidence)) {
    is_caught_in(Mode::Strict, expected, breaks);
}

fn is_caught_in(mode: Mode, expected: &str, breaks: impl FnOnce(&mut Evidence)) {
    let mut evidence = a_full_day(mode);
    assert_eq!(check(&evidence), [], "before it is broken");
    breaks(&mut evidence);
    let found = check(&evidence);
    let (invariant, words) = expected.split_once(": ").unwrap_or((expected, ""));
    let is_it = |violation: &Violation| violation.invariant == invariant && violation.what.contains(words);
    assert!(found.iter().any(is_it), "{expected} is not among {found:#?}");
}

#[test]
fn a_day_on_which_all_went_right_passes_in_every_mode() {
    for mode in [Mode::Strict, Mode::Duplicates, Mode::Naive] {
        assert_eq!(check(&a_full_day(mode)), [], "{mode:?}");
    }
}

#[test]
fn a_day_on_which_nothing_happened_passes() {
    assert_eq!(check(&World::new(Mode::Strict).evidence()), []);
}

#[test]
fn the_full_day_has_every_state_in_which_a_history_may_end() {
    let evidence = a_full_day(Mode::Strict);
    for state in ["SUCCEEDED", "FAILED", "STALE", "REJECTED", "EXPIRED", "CANCELLED", "NEEDS_REVIEW"] {
        assert!(evidence.operations.iter().any(|operation| operation.state == state), "{state}");
    }
}

#[test]
fn there_are_twenty_invariants_named_in_order() {
    assert_eq!(INVARIANTS.len(), 20);
    for (nth, invariant) in INVARIANTS.iter().enumerate() {
        assert_eq!(invariant.name, format!("I{}", nth + 1));
        assert!(!invariant.words.is_empty());
    }
}
