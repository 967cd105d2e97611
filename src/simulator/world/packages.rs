//! Resource packages: which there are and what they hold. They come from completed purchases of
//! packages of OBS and CDN, and a few are gifts. How they are used up is in `usage.rs`.

mod cycles;
mod goods;
#[cfg(test)]
mod tests;
mod usage;

use std::{
    collections::{BTreeMap, HashMap},
    sync::OnceLock,
};

pub(crate) use self::{
    goods::{GIFTS, Goods, Item, USAGES, Usage, goods},
    usage::Deduction,
};
use super::{
    World,
    days::months_after,
    dice::mix,
    ids::Place,
    orders::{Order, kind, status},
    services::{CDN, OBS, REGIONS},
    shape::{self, Line},
    times::Millis,
};

/// A quantity in thousandths of its unit.
pub(crate) type Milli = i64;

/// Packages are told of for so many months after their end.
const KEPT_MONTHS: u32 = 18;

/// The packages of an account: its gifts, and where its purchases are.
#[derive(Debug, Default)]
pub(crate) struct Packages {
    pub(crate) gifts: Vec<Gift>,
    ended: OnceLock<Ended>,
}

/// A package that nobody paid for.
#[derive(Debug, Clone)]
pub(crate) struct Gift {
    pub(crate) id: String,
    pub(crate) goods: &'static Goods,
    pub(crate) region: &'static str,
    pub(crate) effective: Millis,
    pub(crate) expires: Millis,
}

/// Purchases of packages among the orders that ended before the start, with what renewed and ended them.
#[derive(Debug, Default)]
struct Ended {
    purchases: Vec<u32>,
    after: HashMap<u32, Vec<u32>>,
}

/// A package.
#[derive(Debug, Clone)]
pub(crate) struct Package {
    /// The same as that of the yearly/monthly resource that the purchase provided.
    pub(crate) id: String,
    /// Where it was bought; gifts were not.
    pub(crate) bought: Option<Place>,
    pub(crate) goods: &'static Goods,
    /// How many of the product are in it.
    pub(crate) quantity: u32,
    pub(crate) region: &'static str,
    /// Position of its enterprise project.
    pub(crate) project: usize,
    /// Whether it is for that project alone.
    pub(crate) one_project: bool,
    pub(crate) effective: Millis,
    pub(crate) expires: Millis,
    /// The terms that were paid for.
    terms: Vec<Held>,
    /// When it was unsubscribed.
    pub(crate) ended: Option<Millis>,
}

/// A term of a package.
#[derive(Debug, Clone, Copy)]
struct Held {
    /// From when it could be used: a renewal after the end gives back nothing of the time between.
    from: Millis,
    until: Millis,
    /// When it was paid for.
    since: Millis,
}

/// What packages paid of the use of something in a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Deducted {
    /// The code of the usage.
    pub(crate) code: &'static str,
    pub(crate) region: &'static str,
    pub(crate) used: Milli,
    /// When it was used.
    pub(crate) used_from: Millis,
}

impl Package {
    /// Whether it could be used at a moment.
    fn is_held(&self, at: Millis) -> bool {
        self.ended.is_none_or(|ended| at < ended)
            && self.terms.iter().any(|term| (term.from..term.until).contains(&at))
    }

    /// When it was to expire by what was known at a moment.
    fn expiry_at(&self, at: Millis) -> Millis {
        let known = self.terms.iter().rev().find(|term| term.since <= at).or(self.terms.first());
        known.map_or(self.expires, |term| term.until)
    }

    /// Until when it can be used.
    pub(crate) fn until(&self) -> Millis {
        self.ended.map_or(self.expires, |ended| ended.min(self.expires))
    }

    /// Whether nobody is told of it any more.
    pub(crate) fn is_forgotten(&self, at: Millis) -> bool {
        months_after(self.expires, KEPT_MONTHS) <= at
    }

    /// The id of one of its items.
    pub(crate) fn item_id(&self, nth: usize) -> String {
        format!("{}{:02}", self.id.replace('-', ""), nth + 1)
    }

    /// What an item holds at the beginning of each cycle.
    pub(crate) fn quota(&self, item: &Item) -> Milli {
        item.quota * 1_000 * Milli::from(self.quantity)
    }

    /// The cycle of a moment, both ends included to the second; the whole term where nothing comes back.
    pub(crate) fn cycle(&self, at: Millis) -> (Millis, Millis) {
        let at = at.clamp(self.effective, self.until().max(self.effective));
        match self.goods.reuse {
            None => (self.effective, self.expires),
            Some(reuse) => reuse.around(at, self.effective, self.expires),
        }
    }
}

/// The id of such a resource.
pub(crate) fn package_user_id(number: u64) -> String {
    format!("{number:016x}{:016x}", mix(number))
}

impl World {
    /// Every package that an account has had until a moment, the newest first.
    pub(crate) fn packages(&self, account: usize, at: Millis) -> Vec<Package> {
        let owner = &self.accounts[account];
        let ended = owner.packages.ended.get_or_init(|| self.ended_purchases(account));
        let mut after: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for index in owner.live.keys() {
            let base = owner.orders[*index as usize].base;
            if owner.orders.get(base as usize).is_some_and(sells_packages) {
                after.entry(base).or_default().push(*index);
            }
        }
        let since = owner.live.iter().filter(|(_, live)| live.lines.iter().any(is_package));
        let purchases = ended.purchases.iter().chain(since.map(|(index, _)| index));
        let mut packages = Vec::new();
        for index in purchases {
            let continued: Vec<u32> =
                [ended.after.get(index), after.get(index)].into_iter().flatten().flatten().copied().collect();
            packages.extend(self.bought_packages(account, *index, &continued, at));
        }
        packages.extend(owner.packages.gifts.iter().map(|gift| Package {
            id: gift.id.clone(),
            bought: None,
            goods: gift.goods,
            quantity: 1,
            region: gift.region,
            project: 0,
            one_project: false,
            effective: gift.effective,
            expires: gift.expires,
            terms: vec![Held { from: gift.effective, until: gift.expires, since: Millis::MIN }],
            ended: None,
        }));
        packages.sort_by(|a, b| (b.effective, &b.id).cmp(&(a.effective, &a.id)));
        packages
    }

    /// What was deducted from packages of an account between two moments, for those who bill the rest of
    /// what was used.
    pub(crate) fn deducted(&self, account: usize, from: Millis, until: Millis) -> Vec<Deducted> {
        let packages = self.packages(account, until);
        let deductions = self.deductions(account, &packages, (from, until));
        let told = |deduction: Deduction| {
            let package = &packages[deduction.package];
            let code = package.goods.items[deduction.item].usage.code;
            Deducted { code, region: package.region, used: deduction.used, used_from: deduction.used_from }
        };
        deductions.into_iter().map(told).collect()
    }

    /// The number of the resource of an account whose usage packages pay in a region.
    pub(crate) fn package_user(&self, account: usize, usage: &str, region: &str) -> u64 {
        let name = usage.bytes().chain(region.bytes()).fold(3, |sum, byte| mix(sum ^ u64::from(byte)));
        mix(self.seed ^ name ^ ((account as u64) << 32))
    }

    fn ended_purchases(&self, account: usize) -> Ended {
        let owner = &self.accounts[account];
        let mut ended = Ended::default();
        for (index, order) in (0..owner.made_by(owner.past.start)).zip(&owner.orders) {
            if order.status != status::COMPLETED || owner.live.contains_key(&index) {
                continue;
            }
            if order.kind == kind::NEW && sells_packages(order) {
                ended.purchases.push(index);
            } else if owner.orders.get(order.base as usize).is_some_and(sells_packages) {
                ended.after.entry(order.base).or_default().push(index);
            }
        }
        ended
    }

    /// The packages of a purchase, with the terms of the resources that they are, until an unsubscription.
    fn bought_packages(&self, account: usize, index: u32, continued: &[u32], at: Millis) -> Vec<Package> {
        let owner = &self.accounts[account];
        let order = &owner.orders[index as usize];
        if order.kind != kind::NEW || order.created_at() > at {
            return Vec::new();
        }
        let unsubscribed = continued.iter().filter_map(|later| {
            let ends = owner.orders[*later as usize].kind == kind::UNSUBSCRIPTION;
            owner.paid_at(*later, at).filter(|paid| ends && *paid <= at)
        });
        let ended = unsubscribed.min();
        let place = Place { account, index, sub: 0 };
        let spread = mix(u64::from(order.salt));
        let lines = owner.lines(index).into_iter().enumerate();
        lines
            .filter(|(_, line)| is_package(line))
            .filter_map(|(nth, line)| {
                let terms: Vec<Held> = self
                    .terms(account, (index, u16::try_from(nth).ok()?), &line, at)
                    .into_iter()
                    .map(|term| Held {
                        from: term.from.max(term.since),
                        until: term.until,
                        since: term.since,
                    })
                    .collect();
                let (effective, expires) = (terms.first()?.from, terms.last()?.until);
                Some(Package {
                    id: shape::resource_id(self.seed, account, index, nth),
                    bought: Some(place),
                    goods: goods(&line),
                    quantity: line.quantity,
                    region: REGIONS[order.salt as usize % REGIONS.len()],
                    project: (spread >> 8) as usize % owner.projects.len().max(1),
                    one_project: spread & 1 == 1,
                    effective,
                    expires,
                    terms,
                    ended,
                })
            })
            .collect()
    }
}

fn sells_packages(order: &Order) -> bool {
    matches!(order.service, OBS | CDN) && !order.combined()
}

fn is_package(line: &Line) -> bool {
    matches!(line.service, OBS | CDN)
}
