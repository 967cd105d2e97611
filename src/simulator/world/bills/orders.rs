//! What orders put on bills: each line of each paid order, refunds as negative amounts.

use chrono::Datelike;

use super::{FEN, Fee, Month, Parts, Source, Used, bill_type, mode};
use crate::simulator::world::{
    Account, Fen, World,
    dice::{mix, share},
    ids::Place,
    orders::{Order, Payment, kind, status},
    services::{REGIONS, service},
    times::{HOUR, Millis, beijing_day},
    view::SeenLine,
};

/// When everything that is decided has come about.
const AT_LAST: Millis = Millis::MAX / 2;
/// The source of orders that nobody placed.
const SYSTEM: u8 = 8;

impl World {
    /// The fees of an account's orders that were paid from a month to another one, an order's lines of a
    /// service together.
    pub(super) fn order_fees(&self, account: usize, first: Month, last: Month) -> Vec<Fee> {
        let owner = &self.accounts[account];
        // An order that ended before the start was paid less than two hours after it was placed.
        let from = owner.orders.partition_point(|order| order.created_at() < first.begins() - 2 * HOUR);
        let to = owner.orders.partition_point(|order| order.created_at() < last.ends());
        let ended = (from as u32..to as u32).filter(|index| !owner.live.contains_key(index));
        let mut fees = Vec::new();
        for index in ended.chain(owner.live.keys().copied()) {
            let Some((at, seen)) = self.billed_at(account, index) else { continue };
            if (first.begins()..last.ends()).contains(&at) {
                self.fees_of_order(account, index, (at, seen), &mut fees);
            }
        }
        fees
    }

    /// When an order was paid or refunded, and when readers see that.
    fn billed_at(&self, account: usize, index: u32) -> Option<(Millis, Millis)> {
        let owner = &self.accounts[account];
        let order = &owner.orders[index as usize];
        let Some(live) = owner.live.get(&index) else {
            return order.paid_at().map(|at| (at, at));
        };
        match &live.payment {
            Some(payment) => Some((payment.at, payment.shown_from)),
            // A refund that Huawei has finished by itself.
            None if order.refunds() && *live.status.last() == status::COMPLETED => {
                let at = live.status.since_last();
                Some((at, at))
            }
            None => None,
        }
    }

    fn fees_of_order(&self, account: usize, index: u32, billed: (Millis, Millis), fees: &mut Vec<Fee>) {
        let owner = &self.accounts[account];
        let order = &owner.orders[index as usize];
        let place = Place { account, index, sub: 0 };
        let lines = self.seen_lines(place, AT_LAST);
        let payment = owner.live.get(&index).and_then(|live| live.payment.as_ref());
        let amounts = amounts(order, &lines, payment);
        // What is given back or changed is for the rest of the term that was bought.
        let remainder = order.refunds() || order.kind == kind::CHANGE;
        let today = beijing_day(billed.0).num_days_from_ce();
        let mut nth: Vec<usize> = (0..lines.len()).collect();
        nth.sort_by_key(|nth| lines[*nth].line.service);
        for nth in nth {
            let SeenLine { line, term, .. } = &lines[nth];
            let (purchase, of_purchase) = continued(owner, index, nth);
            let bought = &owner.orders[purchase as usize];
            let days = |at: Millis| beijing_day(at).num_days_from_ce();
            let term = match term {
                _ if remainder => (today, self.end(account, purchase, of_purchase).map_or(today, days)),
                Some((from, until)) => (days(*from), days(*until)),
                None => (today, today),
            };
            let sold = service(line.service);
            fees.push(Fee {
                account,
                source: Source::Line { order: index, nth: nth as u16, purchase, of_purchase, sub: line.sub },
                service: sold.code,
                resource_type: sold.resource_type,
                region: REGIONS[bought.salt as usize % REGIONS.len()],
                project: Some((mix(u64::from(bought.salt)) >> 8) as usize % owner.projects.len().max(1)),
                mode: mode::PERIOD,
                provider: 1,
                bill_type: bill_type_of(order, self.source(place)),
                at: billed.0,
                seen: billed.1,
                term: (term.0, term.1.max(term.0)),
                used: Used::default(),
                parts: amounts[nth],
            });
        }
    }

    /// Until when what a line of a purchase provides was paid for.
    fn end(&self, account: usize, purchase: u32, nth: u16) -> Option<Millis> {
        let lines = self.seen_lines(Place { account, index: purchase, sub: 0 }, AT_LAST);
        lines.get(usize::from(nth))?.term.map(|(_, until)| until)
    }
}

/// What each line was paid by. What no coupon paid was paid by cash and credit; what was given back went
/// the other way.
fn amounts(order: &Order, lines: &[SeenLine], payment: Option<&Payment>) -> Vec<Parts> {
    let credit = payment.map_or(0, |payment| payment.credit.abs());
    let due: Vec<Fen> = (lines.iter())
        .map(|SeenLine { amounts, .. }| amounts.after - amounts.coupon - amounts.flexi - amounts.card)
        .collect();
    let credits = share(credit.min(due.iter().sum()), &due);
    let sign = if order.refunds() { -FEN } else { FEN };
    (lines.iter().zip(due.iter().zip(credits)))
        .map(|(SeenLine { amounts, .. }, (due, credit))| Parts {
            official: sign * amounts.official,
            discount: sign * (amounts.official - amounts.after),
            cash: sign * (due - credit),
            credit: sign * credit,
            coupon: sign * amounts.coupon,
            flexi: sign * amounts.flexi,
            card: sign * amounts.card,
            ..Parts::default()
        })
        .collect()
}

/// What a bill calls an order, by who placed it: a renewal that the system placed is an automatic one.
fn bill_type_of(order: &Order, source: u8) -> u8 {
    match order.kind {
        kind::RENEWAL if source == SYSTEM => bill_type::AUTOMATIC_RENEWAL,
        kind::RENEWAL => bill_type::RENEWAL,
        kind::CHANGE if order.refunds() => bill_type::CHANGE_REFUND,
        kind::CHANGE => bill_type::CHANGE,
        kind::UNSUBSCRIPTION => bill_type::UNSUBSCRIPTION,
        kind::TO_ON_DEMAND => bill_type::TO_METERED,
        15 => bill_type::ADJUSTMENT,
        _ => bill_type::PURCHASE,
    }
}

/// The purchase and the line of it that a line of an order buys, renews, changes or ends.
fn continued(owner: &Account, index: u32, nth: usize) -> (u32, u16) {
    if let Some(key) = owner.resources.subject(index, nth) {
        return key;
    }
    let base = owner.orders[index as usize].base;
    let purchase = if (base as usize) < owner.orders.len() { base } else { index };
    (purchase, nth as u16)
}
