//! What orders put on bills: each line of each paid order, refunds as negative amounts.

use chrono::Datelike;

use super::{FEN, Fee, Month, Parts, Source, bill_type, mode};
use crate::simulator::world::{
    Fen, World,
    dice::{mix, share},
    ids::Place,
    orders::{Order, Payment, kind, status},
    services::{REGIONS, service},
    times::{HOUR, Millis, beijing_day},
    view::SeenLine,
};

/// When everything that is decided has come about.
const AT_LAST: Millis = Millis::MAX / 2;

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
        let mut lines = self.seen_lines(Place { account, index, sub: 0 }, AT_LAST);
        let payment = owner.live.get(&index).and_then(|live| live.payment.as_ref());
        let by_bss = self.source(Place { account, index, sub: 0 }) == 8;
        let amounts = amounts(order, &lines, payment);
        let based = (order.base as usize) < owner.orders.len();
        let purchase = if based { order.base } else { index };
        let base = &owner.orders[purchase as usize];
        let ends = if order.refunds() { self.ends(account, purchase) } else { Vec::new() };
        let today = beijing_day(billed.0).num_days_from_ce();
        let mut nth: Vec<usize> = (0..lines.len()).collect();
        nth.sort_by_key(|nth| lines[*nth].line.service);
        for nth in nth {
            let SeenLine { line, term, .. } = &mut lines[nth];
            let days = |at: &Millis| beijing_day(*at).num_days_from_ce();
            let term = match (term, ends.get(nth)) {
                (Some((from, until)), _) => (days(from), days(until).max(days(from))),
                (None, Some(until)) => (today, days(until).max(today)),
                (None, None) => (today, today),
            };
            let sold = service(line.service);
            fees.push(Fee {
                account,
                source: Source::Line { order: index, purchase, nth: nth as u16, sub: line.sub },
                service: sold.code,
                resource_type: sold.resource_type,
                region: REGIONS[base.salt as usize % REGIONS.len()],
                project: Some((mix(u64::from(base.salt)) >> 8) as usize % owner.projects.len().max(1)),
                mode: mode::PERIOD,
                provider: 1,
                bill_type: bill_type_of(order, by_bss),
                at: billed.0,
                seen: billed.1,
                term,
                parts: amounts[nth],
            });
        }
    }

    /// Until when what a purchase provides was paid for, by line.
    fn ends(&self, account: usize, purchase: u32) -> Vec<Millis> {
        let lines = self.seen_lines(Place { account, index: purchase, sub: 0 }, AT_LAST);
        lines.into_iter().map(|line| line.term.map_or(0, |(_, until)| until)).collect()
    }
}

/// What each line was paid by. What no coupon paid was paid by cash and credit; what was given back went
/// the other way.
fn amounts(order: &Order, lines: &[SeenLine], payment: Option<&Payment>) -> Vec<Parts> {
    let back = order.refunds();
    let credit = payment.map_or(0, |payment| payment.credit.abs());
    let coupons: Vec<(Fen, Fen)> = (lines.iter().enumerate())
        .map(|(nth, seen)| {
            let of = |parts: &[Fen]| parts.get(nth).map_or(0, |part| part.abs());
            match payment {
                Some(payment) if back => {
                    let voucher = of(&payment.vouchers).min(seen.amounts.after);
                    (voucher, of(&payment.flexi).min(seen.amounts.after - voucher))
                }
                _ => (seen.amounts.coupon, seen.amounts.flexi),
            }
        })
        .collect();
    let due: Vec<Fen> = (lines.iter().zip(&coupons))
        .map(|(seen, (voucher, flexi))| seen.amounts.after - voucher - flexi)
        .collect();
    let credits = share(credit.min(due.iter().sum()), &due);
    let sign = if back { -FEN } else { FEN };
    (lines.iter().zip(coupons).zip(due.iter().zip(credits)))
        .map(|((seen, (voucher, flexi)), (due, credit))| Parts {
            official: sign * seen.amounts.official,
            discount: sign * (seen.amounts.official - seen.amounts.after),
            cash: sign * (due - credit),
            credit: sign * credit,
            coupon: sign * voucher,
            flexi: sign * flexi,
            ..Parts::default()
        })
        .collect()
}

/// What a bill calls an order. A renewal that the system placed is an automatic one.
fn bill_type_of(order: &Order, by_bss: bool) -> u8 {
    match order.kind {
        kind::RENEWAL if by_bss => bill_type::AUTOMATIC_RENEWAL,
        kind::RENEWAL => bill_type::RENEWAL,
        kind::CHANGE if order.refunds() => bill_type::CHANGE_REFUND,
        kind::CHANGE => bill_type::CHANGE,
        kind::UNSUBSCRIPTION => bill_type::UNSUBSCRIPTION,
        10 => bill_type::TO_METERED,
        15 => bill_type::ADJUSTMENT,
        _ => bill_type::PURCHASE,
    }
}
