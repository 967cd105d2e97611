//! How packages are used up: each account uses so much of each usage in each region, a package that ends
//! earlier gives before one that ends later, and what a cycle leaves is lost. It is the same every time
//! it is worked out.

use std::collections::BTreeMap;

use super::{
    super::{
        World,
        days::{day_number, numbered_day_begins},
        dice::mix,
        times::{DAY, HOUR, MINUTE, Millis},
    },
    Milli, Package, Usage,
};

/// What was taken from an item of a package for the usage of an hour or a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Deduction {
    pub(crate) at: Millis,
    /// Position among the packages.
    pub(crate) package: usize,
    /// Position of the item in it.
    pub(crate) item: usize,
    /// What was left before.
    pub(crate) before: Milli,
    pub(crate) used: Milli,
    /// When it was used.
    pub(crate) used_from: Millis,
    pub(crate) used_until: Millis,
}

/// Package states of the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    NotYetEffective = 0,
    InEffect = 1,
    UsedUp = 2,
    Expired = 3,
    Unsubscribed = 4,
}

/// How long after an hour its space is deducted.
const AFTER_AN_HOUR: Millis = 20 * MINUTE;
/// When in the day the day before is deducted.
const AFTER_A_DAY: Millis = 3 * HOUR;

/// Usage of one kind in one region.
type Kind = (&'static str, &'static str);

/// An item that usage of its kind can be taken from.
struct Source {
    package: usize,
    item: usize,
    cycle: (Millis, Millis),
    left: Milli,
}

impl World {
    /// What was deducted from these packages, which are all of an account's, from one moment to another,
    /// both included; the oldest first.
    pub(crate) fn deductions(
        &self,
        account: usize,
        packages: &[Package],
        (from, at): (Millis, Millis),
    ) -> Vec<Deduction> {
        let mut kinds: BTreeMap<Kind, (&'static Usage, Vec<Source>)> = BTreeMap::new();
        for (package, sold) in packages.iter().enumerate() {
            for (item, held) in sold.goods.items.iter().enumerate() {
                let sources = kinds.entry((held.usage.code, sold.region)).or_insert((held.usage, Vec::new()));
                sources.1.push(Source { package, item, cycle: (Millis::MIN, Millis::MIN), left: 0 });
            }
        }
        let mut deductions = Vec::new();
        for ((_, region), (usage, mut coming)) in kinds {
            // What was to end first gives first; renewing a package changes nothing of what it gave before.
            let rank = |s: &Source, at| (packages[s.package].expiry_at(at), &packages[s.package].id, s.item);
            let first = coming.iter().map(|s| packages[s.package].effective).min().unwrap_or(at);
            // No cycle of space is longer than the hour that it is counted by: nothing older matters.
            let first = if usage.hourly { first.max(from) } else { first };
            // Only what is there by then is looked at, however many there have been.
            coming.sort_by_key(|s| std::cmp::Reverse(packages[s.package].effective));
            let mut there: Vec<Source> = Vec::new();
            let mut renewals = renewals(packages, &coming);
            for step in steps(usage, first, at) {
                let mut wanted = self.demand(account, usage, region, step.number);
                let mut changed = false;
                while renewals.last().is_some_and(|since| *since <= step.at) {
                    renewals.pop();
                    changed = true;
                }
                while let Some(source) = coming.pop_if(|s| packages[s.package].effective <= step.at) {
                    there.push(source);
                    changed = true;
                }
                if changed {
                    there.retain(|s| step.at < packages[s.package].until());
                    there.sort_by(|a, b| rank(a, step.at).cmp(&rank(b, step.at)));
                }
                for source in &mut there {
                    if wanted == 0 {
                        break;
                    }
                    wanted -= source.take(packages, wanted, &step, &mut deductions);
                }
            }
        }
        deductions.retain(|deduction| from <= deduction.at);
        deductions.sort_by_key(|deduction| deduction.at);
        deductions
    }

    /// What each item of these packages has left in the cycle of a moment, by package.
    pub(crate) fn left(&self, account: usize, packages: &[Package], at: Millis) -> Vec<Vec<Milli>> {
        let mut left: Vec<Vec<Milli>> = packages
            .iter()
            .map(|package| package.goods.items.iter().map(|item| package.quota(item)).collect())
            .collect();
        let cycles: Vec<(Millis, Millis)> = packages.iter().map(|package| package.cycle(at)).collect();
        // What nobody is told of any more need not be known.
        let told = packages.iter().zip(&cycles).filter(|(package, _)| !package.is_forgotten(at));
        let from = told.map(|(_, (begin, _))| *begin).min().unwrap_or(at);
        for deduction in self.deductions(account, packages, (from, at)) {
            let (begin, end) = cycles[deduction.package];
            if (begin..=end).contains(&deduction.at) {
                left[deduction.package][deduction.item] -= deduction.used;
            }
        }
        left
    }

    /// What an account uses in a step, thousandths: less at weekends, more with the years.
    pub(crate) fn demand(&self, account: usize, usage: &Usage, region: &str, step: i64) -> Milli {
        let day = if usage.hourly { (step + 8).div_euclid(24) } else { step };
        let name = usage.code.bytes().chain(region.bytes()).fold(7_u64, |sum, b| mix(sum ^ u64::from(b)));
        let chance = mix(self.seed ^ name ^ ((account as u64) << 48) ^ day.cast_unsigned());
        let size = if self.accounts[account].custodian.is_some() { 30 } else { 100 };
        // 1970 began on a Thursday.
        let weekend = matches!((day + 3).rem_euclid(7), 5 | 6);
        let share = if weekend && !usage.hourly { 45 } else { 100 };
        let percent = 70 + (chance % 61).cast_signed();
        let amount = usage.ordinary * percent / 100 * share / 100 * size / 100;
        match usage.measure {
            // Times are whole.
            14 => amount / 1_000 * 1_000,
            _ => amount,
        }
    }
}

impl Package {
    /// Where it is in its life, with what its items have left.
    pub(crate) fn state(&self, left: &[Milli], at: Millis) -> State {
        if self.ended.is_some_and(|ended| ended <= at) {
            State::Unsubscribed
        } else if self.expires <= at {
            State::Expired
        } else if self.effective > at {
            State::NotYetEffective
        } else if left.iter().all(|left| *left == 0) && self.cycle(at).1 == self.expires {
            // What comes back in another cycle is not used up.
            State::UsedUp
        } else {
            State::InEffect
        }
    }
}

impl Source {
    /// Takes what is there of what is wanted, and answers how much that was.
    fn take(&mut self, packages: &[Package], wanted: Milli, step: &Step, out: &mut Vec<Deduction>) -> Milli {
        let package = &packages[self.package];
        if !package.is_held(step.at) {
            return 0;
        }
        if step.at > self.cycle.1 {
            self.cycle = package.cycle(step.at);
            self.left = package.quota(&package.goods.items[self.item]);
        }
        let used = wanted.min(self.left);
        if used > 0 {
            out.push(Deduction {
                at: step.at,
                package: self.package,
                item: self.item,
                before: self.left,
                used,
                used_from: step.used.0,
                used_until: step.used.1,
            });
            self.left -= used;
        }
        used
    }
}

/// When packages were renewed, the latest first.
fn renewals(packages: &[Package], sources: &[Source]) -> Vec<Millis> {
    let of = |source: &Source| packages[source.package].terms.iter().skip(1).map(|term| term.since);
    let mut moments: Vec<Millis> = sources.iter().flat_map(of).collect();
    moments.sort_unstable_by(|a, b| b.cmp(a));
    moments
}

/// An hour or a day whose usage is deducted.
struct Step {
    number: i64,
    used: (Millis, Millis),
    /// When it is deducted.
    at: Millis,
}

/// The steps that are deducted between two moments.
fn steps(usage: &Usage, first: Millis, until: Millis) -> impl Iterator<Item = Step> {
    let hourly = usage.hourly;
    let (length, after) = if hourly { (HOUR, AFTER_AN_HOUR) } else { (DAY, AFTER_A_DAY) };
    let number = move |at: Millis| if hourly { at.div_euclid(HOUR) } else { day_number(at) };
    let last = number(until);
    (number(first)..=last)
        .map(move |number| {
            let begin = if hourly { number * HOUR } else { numbered_day_begins(number) };
            Step { number: number - 1, used: (begin - length, begin - 1_000), at: begin + after }
        })
        .filter(move |step| step.at <= until)
}
