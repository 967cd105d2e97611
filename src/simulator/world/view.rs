//! What a reader sees of an order at a moment: heads of orders and sub-orders, and lines, with
//! amounts that add up.

use super::{
    Account, Doer, Fen, World,
    dice::mix,
    ids::Place,
    orders::{Order, Payment, kind, status},
    services::service,
    shape::{self, Line},
    times::{Millis, end_of_term},
};

/// The amounts of an order, a sub-order or a line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Amounts {
    pub(crate) official: Fen,
    pub(crate) after: Fen,
    /// Type and amount of each discount.
    pub(crate) discounts: Vec<(u16, Fen)>,
    pub(crate) coupon: Fen,
    pub(crate) flexi: Fen,
    /// Paid with stored-value cards.
    pub(crate) card: Fen,
    /// What was consumed and the handling fee, of unsubscriptions only.
    pub(crate) kept: Option<(Fen, Fen)>,
}

/// The head of an order or a sub-order.
pub(crate) struct Head {
    pub(crate) id: String,
    pub(crate) account: usize,
    pub(crate) service: u8,
    pub(crate) source: u8,
    pub(crate) status: u8,
    pub(crate) kind: u8,
    pub(crate) amounts: Amounts,
    pub(crate) created: Millis,
    pub(crate) paid: Option<Millis>,
    pub(crate) contract: Option<String>,
    pub(crate) project: usize,
    pub(crate) user: usize,
    pub(crate) deadline: Option<Millis>,
}

/// A line as a reader sees it.
pub(crate) struct SeenLine {
    pub(crate) id: String,
    pub(crate) order_id: String,
    pub(crate) line: Line,
    pub(crate) amounts: Amounts,
    pub(crate) term: Option<(Millis, Millis)>,
}

/// The id of a line.
pub(crate) fn line_id(order_id: &str, at: usize) -> String {
    format!("{order_id}-{:06}", at + 1)
}

impl Amounts {
    fn add(&mut self, other: &Self) {
        self.official += other.official;
        self.after += other.after;
        self.coupon += other.coupon;
        self.flexi += other.flexi;
        self.card += other.card;
        for (kind, amount) in &other.discounts {
            match self.discounts.iter_mut().find(|(known, _)| known == kind) {
                Some((_, sum)) => *sum += amount,
                None => self.discounts.push((*kind, *amount)),
            }
        }
        if let Some((consumed, fee)) = other.kept {
            let kept = self.kept.get_or_insert((0, 0));
            kept.0 += consumed;
            kept.1 += fee;
        }
    }

    fn sum<'a>(parts: impl Iterator<Item = &'a Self>) -> Self {
        parts.fold(Self::default(), |mut sum, part| {
            sum.add(part);
            sum
        })
    }
}

impl World {
    /// The head of an order, or of one of its sub-orders.
    pub(crate) fn head(&self, place: Place, at: Millis) -> Head {
        let owner = &self.accounts[place.account];
        let order = &owner.orders[place.index as usize];
        let amounts = self.amounts(place, at);
        let part = match place.sub {
            0 => None,
            sub => owner.lines(place.index).into_iter().find(|line| line.sub == sub),
        };
        let spread = mix(u64::from(order.salt));
        Head {
            id: self.ids.id(place, order.created_at()),
            account: place.account,
            service: part.map_or(order.service, |line| line.service),
            source: self.source(place),
            status: owner.status(place.index, at),
            kind: order.kind,
            amounts,
            created: order.created_at(),
            paid: owner.paid_at(place.index, at),
            contract: (self.source(place) == 3).then(|| format!("CT{:010}", spread % 10_000_000_000)),
            project: (spread >> 8) as usize % owner.projects.len().max(1),
            user: placed_by(owner, place.index, (spread >> 16) as usize),
            deadline: owner.live.get(&place.index).and_then(|live| live.deadline),
        }
    }

    /// Who placed an order: for renewals since the start that is known, for others chance tells.
    pub(crate) fn source(&self, place: Place) -> u8 {
        let owner = &self.accounts[place.account];
        match owner.resources.placed_by_bss(place.index) {
            Some(by_bss) => {
                if by_bss {
                    8
                } else {
                    1
                }
            }
            None => source_of_old(&owner.orders[place.index as usize]),
        }
    }

    /// The sub-orders of a combined order.
    pub(crate) fn subs(&self, place: Place, at: Millis) -> Vec<Head> {
        let owner = &self.accounts[place.account];
        if place.sub != 0 || !owner.orders[place.index as usize].combined() {
            return Vec::new();
        }
        let last = owner.lines(place.index).iter().map(|line| line.sub).max().unwrap_or(0);
        (1..=last).map(|sub| self.head(Place { sub, ..place }, at)).collect()
    }

    /// The lines of an order or of one of its sub-orders.
    pub(crate) fn seen_lines(&self, place: Place, at: Millis) -> Vec<SeenLine> {
        let owner = &self.accounts[place.account];
        let order = &owner.orders[place.index as usize];
        let lines = owner.lines(place.index);
        let amounts = self.line_amounts(place.index, place.account, &lines, at);
        let status = owner.status(place.index, at);
        let from = match owner.payment(place.index, at) {
            Some(payment) => Some(payment.done_at),
            None => order.paid_at(),
        };
        lines
            .into_iter()
            .zip(amounts)
            .enumerate()
            .filter(|(_, (line, _))| place.sub == 0 || line.sub == place.sub)
            .map(|(nth, (line, amounts))| SeenLine {
                id: line_id(&self.order_id(place.account, place.index, 0), nth),
                order_id: self.order_id(place.account, place.index, line.sub),
                term: from.filter(|_| status == status::COMPLETED).and_then(|from| {
                    let renewed = (order.kind == kind::RENEWAL)
                        .then(|| self.renewed_term(place.account, place.index, nth, at))
                        .flatten();
                    renewed.or_else(|| Some((from, end_of_term(from, line.period_type, line.periods?))))
                }),
                line,
                amounts,
            })
            .collect()
    }

    /// The amounts of an order, without working out its lines where that can be avoided.
    fn amounts(&self, place: Place, at: Millis) -> Amounts {
        let owner = &self.accounts[place.account];
        let order = &owner.orders[place.index as usize];
        let known = place.sub == 0
            && !order.refunds()
            && order.official == order.after
            && !owner.live.contains_key(&place.index);
        if known && !owner.coupons_paid.contains_key(&place.index) {
            let amount = Fen::from(order.after);
            return Amounts { official: amount, after: amount, ..Amounts::default() };
        }
        let lines = owner.lines(place.index);
        let amounts = self.line_amounts(place.index, place.account, &lines, at);
        Amounts::sum(
            lines
                .iter()
                .zip(&amounts)
                .filter(|(line, _)| place.sub == 0 || line.sub == place.sub)
                .map(|(_, amounts)| amounts),
        )
    }

    fn line_amounts(&self, index: u32, account: usize, lines: &[Line], at: Millis) -> Vec<Amounts> {
        let owner = &self.accounts[account];
        let order = &owner.orders[index as usize];
        let mut amounts: Vec<Amounts> = lines.iter().map(standing).collect();
        if let Some(parts) = owner.resources.refund(index) {
            let mut keys: Vec<_> = parts.iter().map(|part| part.key).collect();
            keys.dedup();
            for (amounts, key) in amounts.iter_mut().zip(keys) {
                let of_it = parts.iter().filter(|part| part.key == key);
                let kept = of_it.clone().fold((0, 0), |(c, f), part| (c + part.consumed, f + part.fee));
                amounts.kept = Some(kept);
                amounts.coupon = of_it.clone().map(|part| part.voucher).sum();
                amounts.flexi = of_it.clone().map(|part| part.flexi).sum();
                amounts.card = of_it.map(|part| part.card).sum();
            }
        } else if let Some(base) = owner.orders.get(order.base as usize).filter(|_| order.refunds()) {
            let returned = shape::returned(order, base);
            let weights: Vec<Fen> = lines.iter().map(|line| line.after).collect();
            let consumed = super::dice::share(returned.consumed, &weights);
            let fees = super::dice::share(returned.fee, &weights);
            for ((amounts, consumed), fee) in amounts.iter_mut().zip(consumed).zip(fees) {
                amounts.kept = Some((consumed, fee));
            }
        }
        if let Some((voucher, flexi)) = owner.coupons_paid.get(&index) {
            let weights: Vec<Fen> = lines.iter().map(|line| line.after).collect();
            let parts = super::dice::share(*voucher, &weights).into_iter();
            for ((amounts, voucher), flexi) in
                amounts.iter_mut().zip(parts).zip(super::dice::share(*flexi, &weights))
            {
                amounts.coupon = voucher;
                amounts.flexi = flexi;
            }
        }
        if let Some(payment) = owner.payment(index, at) {
            apply(payment, &mut amounts);
        }
        amounts
    }
}

/// Amounts of a line before any payment.
fn standing(line: &Line) -> Amounts {
    let off = line.official - line.after;
    Amounts {
        official: line.official,
        after: line.after,
        discounts: if off == 0 { Vec::new() } else { vec![(line.discount, off)] },
        ..Amounts::default()
    }
}

fn apply(payment: &Payment, amounts: &mut [Amounts]) {
    let mut less = |kind: u16, parts: &[Fen]| {
        for (amounts, off) in amounts.iter_mut().zip(parts) {
            amounts.add(&Amounts { after: -off, discounts: vec![(kind, *off)], ..Amounts::default() });
        }
    };
    if let Some((kind, parts)) = &payment.discount {
        less(*kind, parts);
    }
    if let Some(parts) = &payment.ratio_coupon {
        less(300, parts);
    }
    for ((amounts, voucher), flexi) in amounts.iter_mut().zip(&payment.vouchers).zip(&payment.flexi) {
        amounts.coupon += voucher;
        amounts.flexi += flexi;
    }
    for (amounts, card) in amounts.iter_mut().zip(&payment.cards) {
        amounts.card += card;
    }
}

/// Who or what placed an order that ended before the start.
fn source_of_old(order: &Order) -> u8 {
    match (order.kind, mix(u64::from(order.salt)) % 20) {
        (kind::RENEWAL, 0..=7) => 8,
        (kind::NEW, 0 | 1) => 3,
        (kind::NEW, 2) => 2,
        _ => 1,
    }
}

/// The service's name in a language: 0 is Chinese, 1 English.
pub(crate) fn service_name(at: u8, language: usize) -> &'static str {
    service(at).names[language]
}

/// Who of an account's users placed an order: its key is the first one's, and the others work in the console.
/// Where nobody knows, chance tells.
fn placed_by(owner: &Account, order: u32, chance: usize) -> usize {
    let users = owner.users.len().max(1);
    match owner.live.get(&order).and_then(|live| live.by) {
        Some(Doer::Api) => 0,
        Some(Doer::Console | Doer::System) if users > 1 => 1 + chance % (users - 1),
        _ => chance % users,
    }
}
