//! Costs: fees spread over the days that they are for, so that what is paid for a year counts in each of its
//! months. Parts of an amount add up to it exactly.

use chrono::{Datelike, NaiveDate};

use super::{
    bills::{Atom, Fee, Parts},
    months::Month,
};

/// What was told before, is told now, and remains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spread {
    pub(crate) past: Atom,
    pub(crate) now: Parts,
    pub(crate) future: Atom,
}

/// How many months before a month a fee may have been billed that still counts in it: three years, and the
/// months by which a renewal can come before its term.
pub(crate) const LONGEST: i32 = 72;

/// The part of a fee's amounts that days from one to another cost, both included.
pub(crate) fn part(fee: &Fee, parts: &Parts, from: NaiveDate, to: NaiveDate) -> Parts {
    let (before, after) =
        (until(fee, parts, from.num_days_from_ce()), until(fee, parts, to.num_days_from_ce() + 1));
    after.plus(&before.map(|part| -part))
}

/// A fee in a month, if any of its days are in it.
pub(crate) fn spread(fee: &Fee, parts: &Parts, month: Month) -> Option<Spread> {
    let (first, last) = (month.first_day(), month.last_day());
    let overlaps = fee.term.0 <= last.num_days_from_ce() && first.num_days_from_ce() <= fee.term.1;
    overlaps.then(|| {
        let past = until(fee, parts, first.num_days_from_ce()).payable();
        let now = part(fee, parts, first, last);
        Spread { past, now, future: parts.payable() - past - now.payable() }
    })
}

/// The part of the amounts that is for days before one. Each part grows day by day from nothing to the
/// whole, so that differences of two days add up whatever is rounded.
fn until(fee: &Fee, parts: &Parts, day: i32) -> Parts {
    let (first, last) = fee.term;
    let whole = i128::from(last - first + 1);
    let passed = i128::from(day - first).clamp(0, whole);
    parts.map(|part| (i128::from(part) * passed / whole) as Atom)
}
