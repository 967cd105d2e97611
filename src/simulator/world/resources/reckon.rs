//! What an unsubscription gives back: of each term by how far it has gone, of each instrument by its
//! own rule. Arithmetic only; nothing changes here.

use super::{
    super::{
        Fen, World,
        dice::share,
        ids::Place,
        shape,
        times::{DAY, Millis},
    },
    Key, Resource,
    terms::Term,
};

/// What becomes of what one order paid for one resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Part {
    pub(crate) key: Key,
    /// The order that the money came from, and the line of it.
    pub(crate) order: u32,
    pub(crate) line: u16,
    /// Everything that comes back, in whatever form.
    pub(crate) refunded: Fen,
    pub(crate) consumed: Fen,
    pub(crate) fee: Fen,
    /// Of what comes back, what comes back as vouchers, as flexi-purchase coupons and on cards.
    pub(crate) voucher: Fen,
    pub(crate) flexi: Fen,
    pub(crate) card: Fen,
}

/// By which rule a term is refunded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// Within five days of the purchase, or not started: nothing is kept and vouchers come back.
    Whole,
    /// In use: the used part and a fee are kept, and vouchers are lost.
    Unused,
}

/// What was paid for a line, by instrument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Paid {
    pub(super) voucher: Fen,
    pub(super) flexi: Fen,
    pub(super) card: Fen,
    pub(super) money: Fen,
}

/// How long after its purchase a resource comes back whole.
pub(super) const FIVE_DAYS: Millis = 5 * DAY;

/// What comes back of a term at a moment, the fee in ten-thousandths: as money, vouchers, flexi-purchase
/// coupons, on cards; and what is kept as consumed and as fee.
pub(super) fn back(rule: Rule, paid: Paid, span: (Millis, Millis), at: Millis, fee_bp: u32) -> Part {
    if rule == Rule::Whole {
        let Paid { voucher, flexi, card, money } = paid;
        return Part { refunded: voucher + flexi + card + money, voucher, flexi, card, ..Part::default() };
    }
    let real = paid.flexi + paid.card + paid.money;
    let consumed = shape::consumed(real, span, at);
    let fee = (real - consumed) * Fen::from(fee_bp.min(10_000)) / 10_000;
    let refunded = real - consumed - fee;
    // What is left is divided as it was paid.
    let shares = share(refunded, &[paid.flexi, paid.card, paid.money]);
    let (flexi, card) = (shares[0].min(paid.flexi), shares[1].min(paid.card));
    Part { refunded, consumed, fee, flexi, card, ..Part::default() }
}

impl World {
    /// What was paid for a term of a resource.
    pub(super) fn paid_for(&self, account: usize, term: &Term, at: Millis) -> Paid {
        let place = Place { account, index: term.order, sub: 0 };
        let amounts = self.seen_lines(place, at).into_iter().nth(usize::from(term.line)).map(|l| l.amounts);
        let amounts = amounts.unwrap_or_default();
        let money = (amounts.after - amounts.coupon - amounts.flexi - amounts.card).max(0);
        Paid { voucher: amounts.coupon, flexi: amounts.flexi, card: amounts.card, money }
    }

    /// What comes back of every term of a resource: `whole` says whether its purchase comes back whole.
    /// `judged` is the moment whose terms count, `at` the one until which they were used.
    pub(super) fn parts(
        &self,
        resource: &Resource,
        whole: bool,
        (judged, at): (Millis, Millis),
    ) -> Vec<Part> {
        let fee = self.settings.unsubscribe_fee_bp;
        let part = |term: &Term| {
            let bought = term.order == resource.order;
            let started = term.from <= at || bought;
            let rule = if !started || (bought && whole) { Rule::Whole } else { Rule::Unused };
            let paid = self.paid_for(resource.account, term, judged);
            let part = back(rule, paid, (term.from, term.until), at, fee);
            Part { key: resource.key(), order: term.order, line: term.line, ..part }
        };
        resource.terms.iter().map(part).collect()
    }
}
