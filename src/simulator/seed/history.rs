//! Three years of purchases, renewals, changes and unsubscriptions that ended before the start.

use super::{
    super::world::{
        dice::{Dice, mix},
        orders::{COMBINED, DOWNGRADE, NO_BASE, Order, kind, status},
        services::{CDN, CLOUDPOND, DCS, DDS, ECS, EVS, OBS, RDS, VPC},
        shape,
        times::{DAY, HOUR, Millis},
    },
    Seed,
};

/// So many orders, the oldest first; the last is older than any open order.
pub(super) fn orders(seed: Seed, account: usize, count: u32) -> Vec<Order> {
    let mut dice = Dice::new(seed.number ^ 0x00DE_2500 ^ ((account as u64) << 40));
    let moments = moments(&mut dice, seed.start - 3 * 365 * DAY, seed.start - 8 * DAY, count);
    let mut orders: Vec<Order> = Vec::with_capacity(moments.len() + 64);
    let mut gone = vec![false; moments.len()];
    for created in moments {
        let order = order(&mut dice, &orders, &mut gone, created);
        orders.push(order);
    }
    orders
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

fn order(dice: &mut Dice, orders: &[Order], gone: &mut [bool], created: u32) -> Order {
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
    let continues = matches!(wanted, kind::RENEWAL | kind::CHANGE | kind::UNSUBSCRIPTION);
    let base = if continues { base(dice, orders, gone) } else { None };
    let kind = if continues && base.is_none() { kind::NEW } else { wanted };
    let mut order = Order {
        created,
        salt: dice.next() as u32,
        base: base.unwrap_or(NO_BASE),
        official: 0,
        after: 0,
        kind,
        service: base.map_or_else(|| some_service(dice), |base| orders[base as usize].service),
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
    if let Some(base) = base.filter(|_| order.refunds()) {
        gone[base as usize] = true;
    }
    let lines = shape::lines(&order, base.map(|base| &orders[base as usize]));
    order.official = u32::try_from(lines.iter().map(|l| l.official).sum::<i64>()).unwrap_or(u32::MAX);
    order.after = u32::try_from(lines.iter().map(|l| l.after).sum::<i64>()).unwrap_or(u32::MAX);
    order
}

/// An earlier purchase that is still in use.
fn base(dice: &mut Dice, orders: &[Order], gone: &[bool]) -> Option<u32> {
    let from = dice.roll(orders.len() as u64) as usize;
    (from.saturating_sub(12)..=from).rev().find_map(|at| {
        let order = orders.get(at)?;
        let fits = order.kind == kind::NEW && order.status == status::COMPLETED && !order.combined();
        (fits && !gone[at]).then(|| u32::try_from(at).ok()).flatten()
    })
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
