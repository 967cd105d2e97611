//! Three years of purchases, renewals, changes and unsubscriptions that ended before the start. What is
//! renewed, changed or unsubscribed was there at the time; some of it expires around the start.

use std::collections::BTreeSet;

use super::{
    super::world::{
        Fen,
        dice::{Dice, mix},
        orders::{COMBINED, DOWNGRADE, NO_BASE, Order, WITHIN_FIVE_DAYS, kind, status},
        resources::{attached_to, is_package, policy, policy_of_old},
        services::{CDN, CLOUDPOND, DCS, DDS, ECS, EVS, OBS, RDS, VPC},
        shape,
        times::{DAY, HOUR, Millis, beijing_year, end_of_term},
    },
    Seed,
};

/// Days before (negative: after) the start at which purchases of a month expire that nobody continues,
/// with what happens then; whether a disk is attached.
const EXPIRING: [(i64, u8, bool); 12] = [
    (1, policy::GRACE, false),
    (3, policy::GRACE, true),
    (5, policy::AUTO_RENEW, false),
    (7, policy::GRACE, false),
    (9, policy::AUTO_RENEW, true),
    (13, policy::TO_PAY_PER_USE, false),
    (15, policy::GRACE, false),
    (20, policy::GRACE, true),
    (-4, policy::GRACE, false),
    (-9, policy::AUTO_RENEW, false),
    (-18, policy::GRACE, true),
    (-24, policy::GRACE, false),
];
/// So few orders have no room for those.
const FEW: u32 = 60;

/// So many orders, the oldest first; the last is older than any open order.
pub(super) fn orders(seed: Seed, account: usize, count: u32) -> Vec<Order> {
    let mut dice = Dice::new(seed.number ^ 0x00DE_2500 ^ ((account as u64) << 40));
    let expiring = if count < FEW { &EXPIRING[..0] } else { &EXPIRING[..] };
    let rest = count - expiring.len() as u32;
    let mut moments: Vec<(u32, Option<(u8, bool)>)> =
        moments(&mut dice, seed.start - 3 * 365 * DAY, seed.start - 8 * DAY, rest)
            .into_iter()
            .map(|moment| (moment, None))
            .collect();
    let bought = |(days, policy, attached): &(i64, u8, bool)| {
        let moment = seed.start + days * DAY - 31 * DAY + 2 * HOUR;
        (u32::try_from(moment / 1_000).unwrap_or(u32::MAX), Some((*policy, *attached)))
    };
    moments.extend(expiring.iter().map(bought));
    moments.sort_unstable_by_key(|(moment, wanted)| (*moment, wanted.is_some()));
    let mut made = History { orders: Vec::with_capacity(moments.len() + 64), ..History::default() };
    for (created, wanted) in moments {
        match wanted {
            Some((policy, attached)) => made.buy_for_a_month(&mut dice, created, policy, attached),
            None => made.order(&mut dice, created),
        }
    }
    made.orders
}

/// Moments that become denser with the years and keep office hours, mostly.
fn moments(dice: &mut Dice, begin: Millis, end: Millis, count: u32) -> Vec<u32> {
    let n = i128::from(count.max(1));
    let mut moments: Vec<u32> = (0..count)
        .map(|i| {
            let i = i128::from(i);
            let way = i128::from(end - begin) * (3 * i * n - i * i) / (2 * n * n);
            let mut at = begin + i64::try_from(way).unwrap_or(0);
            if dice.percent(85) {
                // 09:00 to 19:00 in Beijing is 01:00 to 11:00 UTC.
                at = at - at % DAY + HOUR + i64::try_from(dice.roll(36_000)).unwrap_or(0) * 1_000;
            }
            u32::try_from(at.min(end) / 1_000).unwrap_or(u32::MAX)
        })
        .collect();
    moments.sort_unstable();
    moments
}

/// The orders so far, and what of them can be continued.
#[derive(Default)]
struct History {
    orders: Vec<Order>,
    /// Plain purchases by the second of their expiry.
    alive: BTreeSet<(u32, u32)>,
    /// The same that were never renewed nor changed.
    fresh: BTreeSet<(u32, u32)>,
    /// The year of the last unsubscription by the rule of five days, and how many it saw.
    five_days: (i32, u32),
}

impl History {
    fn order(&mut self, dice: &mut Dice, created: u32) {
        let wanted = match dice.roll(100) {
            0..=38 => kind::NEW,
            39..=77 => kind::RENEWAL,
            78..=85 => kind::CHANGE,
            86..=94 => kind::UNSUBSCRIPTION,
            95 | 96 => kind::FROM_ON_DEMAND,
            97 => 10,
            98 => 13,
            _ => 15,
        };
        let found = match wanted {
            kind::RENEWAL => self.expiring(dice, created),
            kind::CHANGE => self.any(dice, created),
            kind::UNSUBSCRIPTION => self.to_be_given_up(dice, created),
            _ => None,
        };
        let continues = matches!(wanted, kind::RENEWAL | kind::CHANGE | kind::UNSUBSCRIPTION);
        let kind = if continues && found.is_none() { kind::NEW } else { wanted };
        let base = found.map(|(_, base)| self.orders[base as usize]);
        let mut order = Order {
            created,
            salt: dice.next() as u32,
            base: found.map_or(NO_BASE, |(_, base)| base),
            official: 0,
            after: 0,
            kind,
            service: base.map_or_else(|| some_service(dice), |base| base.service),
            status: status::COMPLETED,
            flags: 0,
        };
        if kind == kind::NEW && dice.percent(12) {
            order.flags = COMBINED;
            order.service = ECS;
        }
        if kind == kind::CHANGE && dice.percent(30) {
            order.flags = DOWNGRADE;
        }
        if kind != kind::UNSUBSCRIPTION && !order.refunds() && dice.percent(8) {
            order.status = status::CANCELLED;
        }
        if kind == kind::UNSUBSCRIPTION && base.is_some_and(|base| self.within_five_days(&order, &base)) {
            order.flags = WITHIN_FIVE_DAYS;
        }
        if let Some(found) = found.filter(|_| order.status == status::COMPLETED) {
            self.continued(found, &order);
        }
        self.keep(order, base.as_ref());
    }

    /// Prices an order and notes until when what it buys can be used.
    fn keep(&mut self, mut order: Order, base: Option<&Order>) {
        let lines = shape::lines(&order, base);
        (order.official, order.after) = sums(&lines);
        if let Some(paid) = order.paid_at().filter(|_| order.kind == kind::NEW && !order.combined()) {
            let (period_type, periods) = shape::term(&order);
            let entry = (seconds(end_of_term(paid, period_type, periods)), self.orders.len() as u32);
            self.alive.insert(entry);
            self.fresh.insert(entry);
        }
        self.orders.push(order);
    }

    /// A purchase of a month that nothing continues.
    fn buy_for_a_month(&mut self, dice: &mut Dice, created: u32, wanted: u8, attached: bool) {
        let service = if attached { ECS } else { [RDS, ECS, DCS, VPC][dice.roll(4) as usize] };
        let mut order = Order {
            created,
            salt: 0,
            base: NO_BASE,
            official: 0,
            after: 0,
            kind: kind::NEW,
            service,
            status: status::COMPLETED,
            flags: 0,
        };
        for _ in 0..5_000 {
            order.salt = dice.next() as u32;
            let plain = shape::term(&order) == (2, 1) && policy_of_old(order.salt, service) == wanted;
            if !plain {
                continue;
            }
            let lines = shape::lines(&order, None);
            let disks = (0..lines.len()).filter(|nth| attached_to(&lines, *nth).is_some()).count();
            if lines.len() < 6 && (disks > 0) == attached {
                break;
            }
        }
        let lines = shape::lines(&order, None);
        (order.official, order.after) = sums(&lines);
        self.orders.push(order);
    }

    /// Something that expires soon, or expired not long ago.
    fn expiring(&self, dice: &mut Dice, created: u32) -> Option<(u32, u32)> {
        let from = created.saturating_sub(seconds(12 * DAY));
        self.alive.range((from, 0)..).nth(dice.roll(6) as usize).copied()
    }

    /// Something that is in use.
    fn any(&self, dice: &mut Dice, created: u32) -> Option<(u32, u32)> {
        let expiry = created + dice.roll(360 * 86_400) as u32;
        let later = self.alive.range((expiry, 0)..).next();
        later.or_else(|| self.alive.range((created, 0)..).next()).copied()
    }

    /// Something in use that was never renewed, and now and then something just bought.
    fn to_be_given_up(&self, dice: &mut Dice, created: u32) -> Option<(u32, u32)> {
        let gives_up = |entry: &&(u32, u32)| !is_package(self.orders[entry.1 as usize].service);
        if dice.percent(25) {
            let newest = (0..self.orders.len() as u32).rev().take(4);
            let mut just_bought = newest.filter_map(|order| {
                let bought = &self.orders[order as usize];
                let (period_type, periods) = shape::term(bought);
                let entry = (seconds(end_of_term(bought.paid_at()?, period_type, periods)), order);
                self.fresh.get(&entry).filter(|_| created - bought.created > 7_200)
            });
            if let Some(found) = just_bought.find(gives_up) {
                return Some(*found);
            }
        }
        let expiry = created + dice.roll(360 * 86_400) as u32;
        let later = self.fresh.range((expiry, 0)..).take(8).find(gives_up);
        later.or_else(|| self.fresh.range((created, 0)..).take(8).find(gives_up)).copied()
    }

    fn within_five_days(&mut self, order: &Order, base: &Order) -> bool {
        let year = beijing_year(order.created_at());
        if self.five_days.0 != year {
            self.five_days = (year, 0);
        }
        // A few are left for the year of the start.
        let holds =
            base.paid_at().is_some_and(|paid| order.created_at() - paid < 5 * DAY) && self.five_days.1 < 4;
        self.five_days.1 += u32::from(holds);
        holds
    }

    fn continued(&mut self, found: (u32, u32), order: &Order) {
        self.fresh.remove(&found);
        match order.kind {
            kind::RENEWAL => {
                self.alive.remove(&found);
                let (period_type, periods) = shape::term(order);
                let until = end_of_term(Millis::from(found.0) * 1_000, period_type, periods);
                self.alive.insert((seconds(until), found.1));
            }
            kind::UNSUBSCRIPTION => {
                self.alive.remove(&found);
            }
            _ => {}
        }
    }
}

/// List price, and price.
fn sums(lines: &[shape::Line]) -> (u32, u32) {
    let sum = |of: fn(&shape::Line) -> Fen| u32::try_from(lines.iter().map(of).sum::<Fen>());
    (sum(|l| l.official).unwrap_or(u32::MAX), sum(|l| l.after).unwrap_or(u32::MAX))
}

fn seconds(at: Millis) -> u32 {
    u32::try_from(at / 1_000).unwrap_or(u32::MAX)
}

fn some_service(dice: &mut Dice) -> u8 {
    match dice.roll(100) {
        0..=37 => ECS,
        38..=48 => EVS,
        49..=60 => VPC,
        61..=70 => RDS,
        71..=76 => OBS,
        77..=81 => CDN,
        82..=86 => DCS,
        87..=89 => DDS,
        other => (mix(other) % u64::from(CLOUDPOND)) as u8,
    }
}
