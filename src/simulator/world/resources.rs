//! Yearly/monthly resources: where each is in its life, and what was done to it. They are derived from
//! the orders that bought and renewed them; only what the start's history cannot tell is kept.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Fen, World,
    dice::mix,
    orders::{kind, status},
    services::{CDN, ECS, EVS, OBS, REGIONS},
    shape::{self, Line},
    times::{Millis, Versions},
};

pub(crate) mod automatic;
pub(crate) mod console;
pub(crate) mod convert;
pub(crate) mod describe;
pub(crate) mod judge;
pub(crate) mod list;
pub(crate) mod past;
pub(crate) mod reckon;
pub(crate) mod renew;
pub(crate) mod terms;
#[cfg(test)]
mod tests;
pub(crate) mod unsubscribe;

use automatic::Agenda;
use past::Past;
use reckon::Part;
use terms::{Days, Term};

/// What identifies a resource of an account: position of its purchase, and line.
pub(crate) type Key = (u32, u16);

/// States of the wire.
pub(crate) mod state {
    pub(crate) const IN_USE: u8 = 2;
    pub(crate) const CLOSED: u8 = 3;
    pub(crate) const FROZEN: u8 = 4;
    pub(crate) const EXPIRED: u8 = 5;
}

/// What happens at expiry, in the codes of the wire.
pub(crate) mod policy {
    pub(crate) const GRACE: u8 = 0;
    pub(crate) const TO_PAY_PER_USE: u8 = 1;
    pub(crate) const AUTO_RENEW: u8 = 3;
}

/// What has become of an account's resources.
#[derive(Default)]
pub(crate) struct Resources {
    /// What was there at the start.
    pub(crate) past: Past,
    /// Purchases of which something below is known, so that the start's index does not tell all.
    touched: BTreeSet<u32>,
    /// What happens at the expiry of main resources.
    policies: BTreeMap<Key, Versions<Policy>>,
    gone: BTreeMap<Key, Gone>,
    /// The orders since the start that renew a resource, paid or not: position and line.
    renewals: BTreeMap<Key, Vec<(u32, u16)>>,
    /// What each line of such an order renews.
    targets: BTreeMap<u32, Vec<Key>>,
    /// Unpaid orders that change what a purchase provided.
    changes: BTreeMap<u32, Vec<u32>>,
    /// Renewed terms that were given back before they started, by order and line.
    given_back: BTreeMap<(u32, u16), Gone>,
    /// What unsubscriptions since the start refunded.
    refunds: BTreeMap<u32, Vec<Part>>,
    /// Orders that BSS placed by itself.
    automatic: BTreeSet<u32>,
    pub(crate) days: Days,
    agenda: Agenda,
    /// Unsubscriptions by the rule of five days, by year.
    pub(crate) five_day: BTreeMap<i32, u32>,
}

/// What happens when a resource expires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Policy {
    pub(crate) code: u8,
    /// Automatic renewals that are left; nothing is without end.
    pub(crate) times: Option<u8>,
    /// The unit of the term that is renewed automatically, if somebody chose one.
    pub(crate) unit: Option<u8>,
}

/// The end of a resource or of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gone {
    /// Since when nothing can be done with it any more.
    pub(crate) decided: Millis,
    /// Since when readers do not see it.
    pub(crate) at: Millis,
}

/// A resource as it is at a moment: what one line of a purchase provided.
#[derive(Debug, Clone)]
pub(crate) struct Resource {
    pub(crate) id: String,
    pub(crate) account: usize,
    /// Position of the purchase.
    pub(crate) order: u32,
    /// The line of it.
    pub(crate) nth: u16,
    pub(crate) line: Line,
    /// The resource that it is attached to.
    pub(crate) parent: Option<String>,
    pub(crate) region: &'static str,
    /// Position of its enterprise project.
    pub(crate) project: usize,
    pub(crate) effective: Millis,
    pub(crate) expires: Millis,
    /// State of the wire.
    pub(crate) status: u8,
    pub(crate) policy: Policy,
    /// When something about it changed last.
    pub(crate) updated: Millis,
    /// The terms that were paid for, one after another.
    pub(crate) terms: Vec<Term>,
}

impl Resource {
    pub(crate) fn key(&self) -> Key {
        (self.order, self.nth)
    }

    /// Whether it is a package of something rather than a thing that runs.
    pub(crate) fn is_package(&self) -> bool {
        is_package(self.line.service)
    }
}

/// Whether a service sells packages by the term.
pub(crate) fn is_package(service: u8) -> bool {
    matches!(service, OBS | CDN)
}

/// The line whose resource a line's resource is attached to: a disk belongs to the server before it.
pub(crate) fn attached_to(lines: &[Line], nth: usize) -> Option<usize> {
    if lines.get(nth)?.service != EVS {
        return None;
    }
    lines[..nth].iter().rposition(|line| line.service == ECS)
}

/// What happens at the expiry of what a purchase of before the start provided, until somebody sets it.
pub(crate) fn policy_of_old(salt: u32, service: u8) -> u8 {
    match mix(u64::from(salt) ^ 0x0A_0704) % 16 {
        0 | 1 => policy::AUTO_RENEW,
        2 if !is_package(service) => policy::TO_PAY_PER_USE,
        _ => policy::GRACE,
    }
}

impl Resources {
    /// The policy of a main resource that somebody set, as it was at a moment.
    fn policy(&self, main: Key, at: Millis) -> Option<Policy> {
        self.policies.get(&main).map(|versions| *versions.at(at))
    }

    /// What an unsubscription since the start refunded.
    pub(crate) fn refund(&self, order: u32) -> Option<&[Part]> {
        self.refunds.get(&order).map(Vec::as_slice)
    }

    /// What a line of an order since the start renews or ends, where that is no line of the same position.
    pub(crate) fn subject(&self, order: u32, nth: usize) -> Option<Key> {
        if let Some(keys) = self.targets.get(&order) {
            return keys.get(nth).copied();
        }
        let mut keys: Vec<Key> = self.refunds.get(&order)?.iter().map(|part| part.key).collect();
        keys.dedup();
        keys.get(nth).copied()
    }

    /// Whether BSS placed an order by itself; nothing where that is left to chance.
    pub(crate) fn placed_by_bss(&self, order: u32) -> Option<bool> {
        self.targets.contains_key(&order).then(|| self.automatic.contains(&order))
    }

    /// Notes an order that renews these, a line each.
    pub(crate) fn will_renew(&mut self, order: u32, keys: Vec<Key>) {
        for (line, key) in (0_u16..).zip(&keys) {
            self.renewals.entry(*key).or_default().push((order, line));
            self.touched.insert(key.0);
        }
        self.targets.insert(order, keys);
    }

    /// Notes an unpaid order that changes what a purchase provided.
    pub(crate) fn will_change(&mut self, purchase: u32, order: u32) {
        self.changes.entry(purchase).or_default().push(order);
    }

    /// Notes that resources have gone.
    pub(crate) fn leave(&mut self, keys: impl IntoIterator<Item = Key>, gone: Gone) {
        for key in keys {
            self.gone.insert(key, gone);
            self.touched.insert(key.0);
        }
    }
}

impl World {
    /// The resource with this id, if it is there at a moment.
    pub(crate) fn resource(&self, id: &str, at: Millis) -> Option<Resource> {
        let (account, order, nth) = shape::resource_place(self.seed, id)?;
        self.accounts.get(account)?.orders.get(order as usize)?;
        self.provided_by(account, order, at).into_iter().find(|resource| usize::from(resource.nth) == nth)
    }

    /// What a purchase provided and what is still there at a moment.
    pub(crate) fn provided_by(&self, account: usize, order: u32, at: Millis) -> Vec<Resource> {
        let owner = &self.accounts[account];
        let bought = &owner.orders[order as usize];
        let buys = matches!(bought.kind, kind::NEW | kind::FROM_ON_DEMAND);
        if !buys || owner.status(order, at) != status::COMPLETED || owner.was_given_up(order, at) {
            return Vec::new();
        }
        let spread = mix(u64::from(bought.salt));
        let lines = owner.lines(order);
        let one = |nth: usize| {
            let line = &lines[nth];
            let key = (order, nth as u16);
            let gone = owner.resources.gone.get(&key);
            if gone.is_some_and(|gone| gone.at <= at) {
                return None;
            }
            let terms = self.terms(account, key, line, at);
            let (first, last) = (terms.first()?, terms.last()?);
            let (effective, expires) = (first.from, last.until);
            let main = attached_to(&lines, nth);
            let policy = self.policy(account, (order, main.unwrap_or(nth) as u16), at);
            let status = self.settings.phase(policy.code, expires, at)?;
            let changed = owner.resources.policies.get(&key).map_or(0, |versions| versions.since(at));
            let stages = [expires, expires + self.settings.grace_ms];
            let newest = terms.iter().map(|term| term.since).chain(stages.into_iter().filter(|s| *s <= at));
            Some(Resource {
                id: shape::resource_id(self.seed, account, order, nth),
                account,
                order,
                nth: nth as u16,
                line: line.clone(),
                parent: main.map(|main| shape::resource_id(self.seed, account, order, main)),
                region: REGIONS[bought.salt as usize % REGIONS.len()],
                project: (spread >> 8) as usize % owner.projects.len().max(1),
                effective,
                expires,
                status,
                policy,
                updated: newest.max().unwrap_or(effective).max(changed),
                terms,
            })
        };
        (0..lines.len()).filter_map(one).collect()
    }

    /// What happens at the expiry of a main resource.
    fn policy(&self, account: usize, main: Key, at: Millis) -> Policy {
        let owner = &self.accounts[account];
        owner.resources.policy(main, at).unwrap_or_else(|| {
            let order = &owner.orders[main.0 as usize];
            let old = !owner.live.contains_key(&main.0);
            let code = if old { policy_of_old(order.salt, order.service) } else { policy::GRACE };
            Policy { code, ..Policy::default() }
        })
    }

    /// Sets what happens at the expiry of a main resource and of what is attached to it.
    fn set_policy(&mut self, account: usize, main: Key, at: Millis, policy: Policy) {
        let before = self.policy(account, main, at);
        let resources = &mut self.accounts[account].resources;
        resources.touched.insert(main.0);
        resources.policies.entry(main).or_insert_with(|| Versions::new(0, before)).put(at, policy);
        self.plan_renewal(account, main, at);
    }

    /// The resource of a key, if it is there at a moment.
    fn resource_at(&self, account: usize, key: Key, at: Millis) -> Option<Resource> {
        self.provided_by(account, key.0, at).into_iter().find(|resource| resource.nth == key.1)
    }

    /// What it costs to renew a resource for a term.
    pub(crate) fn renewed_line(resource: &Resource, term: (u8, u32)) -> Line {
        let line = &resource.line;
        shape::line((line.service, line.product), term, line.quantity, 0, (0, 0))
    }
}

/// What an amount of lines costs together.
fn whole(lines: &[Line]) -> Fen {
    lines.iter().map(|line| line.after).sum()
}
