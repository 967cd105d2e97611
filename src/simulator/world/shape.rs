//! The lines of an order, derived from its salt: what, for how long, at which price. The same
//! order always has the same lines, so that none of them need be kept.

use super::{
    Fen,
    dice::{Dice, mix, share},
    orders::{Order, WITHIN_FIVE_DAYS, kind},
    services::{DCS, ECS, EVS, RDS, VPC, service},
    times::{Millis, end_of_term},
};

/// One product of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) service: u8,
    pub(crate) product: u8,
    /// Which sub-order it is in; 0 when the order has none.
    pub(crate) sub: u8,
    pub(crate) period_type: u8,
    /// Nothing on unsubscriptions.
    pub(crate) periods: Option<u32>,
    pub(crate) quantity: u32,
    pub(crate) official: Fen,
    pub(crate) after: Fen,
    /// Type of the discount that is part of the price, 0 when there is none.
    pub(crate) discount: u16,
}

/// How an unsubscription or downgrade divides what was paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Returned {
    pub(crate) refunded: Fen,
    pub(crate) consumed: Fen,
    pub(crate) fee: Fen,
}

/// What a product costs for a term, so many times.
pub(crate) fn price(line_service: u8, product: u8, period_type: u8, periods: u32, quantity: u32) -> Fen {
    term_price(service(line_service).product(product).monthly, period_type, periods) * Fen::from(quantity)
}

/// What a term costs of something with a price by the month: a year costs ten months, a day the thirtieth
/// part of one, an hour the 24th part of a day; parts of a fen are not charged.
pub(crate) fn term_price(monthly: Fen, period_type: u8, periods: u32) -> Fen {
    let periods = Fen::from(periods);
    match period_type {
        0 => monthly * periods / 30,
        3 => 10 * monthly * periods,
        4 => monthly * periods / 720,
        _ => monthly * periods,
    }
}

/// A line at its list price less a discount in hundredths (15 takes off 15 %).
pub(crate) fn line(what: (u8, u8), term: (u8, u32), quantity: u32, sub: u8, off: (u16, u8)) -> Line {
    let official = price(what.0, what.1, term.0, term.1, quantity);
    let reduction = official * Fen::from(off.1) / 100;
    Line {
        service: what.0,
        product: what.1,
        sub,
        period_type: term.0,
        periods: Some(term.1),
        quantity,
        official,
        after: official - reduction,
        discount: if reduction == 0 { 0 } else { off.0 },
    }
}

/// The lines of an order that ended before the start.
pub(crate) fn lines(order: &Order, base: Option<&Order>) -> Vec<Line> {
    match (order.kind, base) {
        (kind::RENEWAL, Some(base)) => renewed(order, &bought(base)),
        (_, Some(base)) if order.refunds() => returned_lines(order, base),
        (kind::CHANGE, Some(base)) => changed(order, &bought(base)),
        // Trials, adjustments and the end of a term cost nothing here.
        (10 | 13 | 15, _) => {
            bought(order).into_iter().map(|l| Line { official: 0, after: 0, discount: 0, ..l }).collect()
        }
        _ => bought(order),
    }
}

/// What the order took, gave and kept, for orders that refund.
pub(crate) fn returned(order: &Order, base: &Order) -> Returned {
    let paid = Fen::from(base.after);
    if order.kind != kind::UNSUBSCRIPTION {
        let mut dice = Dice::new(u64::from(order.salt) ^ 0xBEEF);
        let consumed = paid * (8 + dice.roll(60) as Fen) / 100;
        return Returned { refunded: paid - consumed, consumed, fee: 0 };
    }
    if order.flags & WITHIN_FIVE_DAYS != 0 {
        return Returned { refunded: paid, consumed: 0, fee: 0 };
    }
    let (period_type, periods) = term(base);
    let from = base.paid_at().unwrap_or(base.created_at());
    let consumed = consumed(paid, (from, end_of_term(from, period_type, periods)), order.created_at());
    let fee = (paid - consumed) * 5 / 100;
    Returned { refunded: paid - consumed - fee, consumed, fee }
}

/// The part of what was paid for a term that is used up at a moment, by time.
pub(crate) fn consumed(paid: Fen, (from, until): (Millis, Millis), at: Millis) -> Fen {
    let whole = i128::from((until - from).max(1));
    let gone = i128::from((at - from).max(0)).min(whole);
    Fen::try_from(i128::from(paid) * gone / whole).unwrap_or(paid)
}

/// For how long an order that ended before the start buys or renews: unit and number.
pub(crate) fn term(order: &Order) -> (u8, u32) {
    terms(&mut Dice::new(u64::from(order.salt)))
}

fn terms(dice: &mut Dice) -> (u8, u32) {
    match dice.roll(10) {
        0..=3 => (2, 1),
        4 | 5 => (2, 3),
        6 => (2, 6),
        _ => (3, 1),
    }
}

fn standing_discount(dice: &mut Dice) -> (u16, u8) {
    match dice.roll(20) {
        0..=6 => (0, 0),
        7..=14 => (605, 8 + dice.roll(20) as u8),
        15..=17 => (700, 10),
        18 => (609, 12),
        _ => (900, 5),
    }
}

fn bought(order: &Order) -> Vec<Line> {
    let mut dice = Dice::new(u64::from(order.salt));
    let term = terms(&mut dice);
    let off = standing_discount(&mut dice);
    if order.combined() {
        let parts: &[u8] = match dice.roll(3) {
            0 => &[ECS, EVS, VPC],
            1 => &[ECS, RDS],
            _ => &[ECS, RDS, DCS],
        };
        let mut lines = Vec::new();
        for (sub, part) in (1_u8..).zip(parts) {
            for _ in 0..=dice.roll(2) {
                let product = dice.roll(8) as u8;
                lines.push(line((*part, product), term, 1 + dice.roll(2) as u32, sub, off));
            }
        }
        return lines;
    }
    (0..count(order, &mut dice))
        .map(|at| {
            let what = if order.service == ECS && at % 3 == 1 { EVS } else { order.service };
            let quantity = if dice.percent(80) { 1 } else { 2 + dice.roll(4) as u32 };
            line((what, dice.roll(8) as u8), term, quantity, 0, off)
        })
        .collect()
}

fn count(order: &Order, dice: &mut Dice) -> u64 {
    match order.salt % 61 {
        0 => 12 + dice.roll(40),
        1..=12 => 2 + dice.roll(3),
        _ => 1,
    }
}

/// How many lines a purchase of one service has, and how many of them are disks beside a server.
pub(crate) fn counts(order: &Order) -> (u64, u64) {
    let mut dice = Dice::new(u64::from(order.salt));
    terms(&mut dice);
    standing_discount(&mut dice);
    let lines = count(order, &mut dice);
    (lines, if order.service == ECS { (lines + 1) / 3 } else { 0 })
}

fn renewed(order: &Order, base: &[Line]) -> Vec<Line> {
    let mut dice = Dice::new(u64::from(order.salt));
    let term = terms(&mut dice);
    let off = standing_discount(&mut dice);
    base.iter().map(|l| line((l.service, l.product), term, l.quantity, 0, off)).collect()
}

fn changed(order: &Order, base: &[Line]) -> Vec<Line> {
    let mut dice = Dice::new(u64::from(order.salt));
    base.iter()
        .take(1)
        .map(|l| {
            let official = l.official * (10 + dice.roll(50) as Fen) / 100;
            Line { product: l.product.wrapping_add(1), official, after: official, discount: 0, ..l.clone() }
        })
        .collect()
}

fn returned_lines(order: &Order, base: &Order) -> Vec<Line> {
    let lines = bought(base);
    let refunded = returned(order, base).refunded;
    let weights: Vec<Fen> = lines.iter().map(|l| l.after).collect();
    lines
        .into_iter()
        .zip(share(refunded, &weights))
        .map(|(l, part)| Line { sub: 0, periods: None, official: part, after: part, discount: 0, ..l })
        .collect()
}

/// The id of what a line provides. The order's position is in its first digits, so that a
/// resource leads back to its order.
pub(crate) fn resource_id(seed: u64, account: usize, index: u32, at: usize) -> String {
    let mask = mix(seed ^ 0x5E5) as u32;
    let rest = mix(seed ^ (u64::from(index) << 20) ^ ((account as u64) << 10) ^ at as u64);
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        index ^ mask,
        ((account << 12) | (at & 0xFFF)) ^ (mask as usize & 0xFFFF),
        rest & 0xFFF,
        0x8000 | (rest >> 12 & 0x3FFF),
        rest >> 16,
    )
}

/// Account, position of the order and line that provide this resource, if it is one of ours.
pub(crate) fn resource_place(seed: u64, id: &str) -> Option<(usize, u32, usize)> {
    let mask = mix(seed ^ 0x5E5) as u32;
    let index = u32::from_str_radix(id.get(..8)?, 16).ok()? ^ mask;
    let second = usize::from_str_radix(id.get(9..13)?, 16).ok()? ^ (mask as usize & 0xFFFF);
    let (account, at) = (second >> 12, second & 0xFFF);
    (resource_id(seed, account, index, at) == id).then_some((account, index, at))
}
