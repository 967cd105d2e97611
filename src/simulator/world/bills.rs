//! What was billed, month by month: derived from orders and from metered use, always the same way and
//! never stored beside them. It takes no money; paying an order does.

use std::{collections::HashMap, sync::Arc};

use chrono::Datelike;

use super::{
    Settings, World, costs,
    months::Month,
    times::{DAY, Millis},
};

mod meters;
mod orders;
mod say;
mod select;

#[cfg(test)]
mod tests;

use meters::Used;
pub(crate) use say::{Said, Usage};
pub(crate) use select::{Row, Scope, Wanted};

/// A hundred-millionth of a yuan: the smallest amount of a bill. An `i64` holds 92 thousand million yuan.
pub(crate) type Atom = i64;

/// A fen in atoms.
pub(crate) const FEN: Atom = 1_000_000;

/// How pay-per-use is billed where a bill says so.
pub(crate) mod mode {
    pub(crate) const PERIOD: u8 = 1;
    pub(crate) const METERED: u8 = 3;
    pub(crate) const RESERVED: u8 = 10;
    /// What filters know.
    pub(crate) const ALL: [i64; 4] = [1, 3, 10, 11];
}

/// What a charge is for.
pub(crate) mod bill_type {
    pub(crate) const PURCHASE: u8 = 1;
    pub(crate) const RENEWAL: u8 = 2;
    pub(crate) const CHANGE: u8 = 3;
    pub(crate) const UNSUBSCRIPTION: u8 = 4;
    pub(crate) const USE: u8 = 5;
    pub(crate) const AUTOMATIC_RENEWAL: u8 = 8;
    pub(crate) const ADJUSTMENT: u8 = 16;
    pub(crate) const CHANGE_REFUND: u8 = 20;
    pub(crate) const TO_METERED: u8 = 24;
    /// What filters know.
    pub(crate) const ALL: [i64; 15] = [1, 2, 3, 4, 5, 8, 9, 14, 16, 18, 20, 23, 24, 25, 103];
}

/// Whether a charge is paid.
pub(crate) mod pay_status {
    pub(crate) const PAID: u8 = 1;
    pub(crate) const NOT_YET_BILLED: u8 = 3;
}

/// What is billed of one resource at one moment.
#[derive(Debug, Clone)]
pub(crate) struct Fee {
    pub(crate) account: usize,
    pub(crate) source: Source,
    pub(crate) service: &'static str,
    pub(crate) resource_type: &'static str,
    pub(crate) region: &'static str,
    /// Position of the enterprise project; nothing where the service knows none.
    pub(crate) project: Option<usize>,
    pub(crate) mode: u8,
    pub(crate) provider: u8,
    pub(crate) bill_type: u8,
    /// When it was consumed, which decides its cycle.
    pub(crate) at: Millis,
    /// When readers of charges see it.
    pub(crate) seen: Millis,
    /// First and last day that it is for, as days since the common era.
    pub(crate) term: (i32, i32),
    /// What was used; nothing of what orders buy.
    used: Used,
    parts: Parts,
}

/// What a fee comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    /// A line of an order: positions of the order and the line, of the purchase that provided the resource and
    /// the line of that, and the sub-order.
    Line { order: u32, nth: u16, purchase: u32, of_purchase: u16, sub: u8 },
    /// A day of a meter: position of the meter among those of the account.
    Meter(u16),
}

/// An amount in its parts. What was paid adds up to the list price less the rest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Parts {
    pub(crate) official: Atom,
    pub(crate) discount: Atom,
    /// Cut off to come to whole fen.
    pub(crate) erased: Atom,
    pub(crate) cash: Atom,
    pub(crate) credit: Atom,
    pub(crate) coupon: Atom,
    pub(crate) flexi: Atom,
    pub(crate) card: Atom,
    pub(crate) debt: Atom,
}

/// Which amounts of a fee are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Digits {
    /// With every digit, as bills of resources tell them.
    Exact,
    /// As charged, in whole fen.
    Charged,
}

/// What was worked out, as long as nothing has happened since.
#[derive(Debug, Default)]
pub(crate) struct Views(HashMap<View, (Stamp, Arc<Vec<Fee>>)>);

/// Account, first and last month, and whether what was billed earlier for days of them counts too.
type View = (usize, Month, Month, bool);

/// What the fees of a month depend on.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Stamp {
    effects: usize,
    orders: usize,
    settings: Settings,
}

impl Parts {
    /// What is to be paid, in whatever way.
    pub(crate) fn payable(&self) -> Atom {
        self.cash + self.credit + self.coupon + self.flexi + self.card + self.debt
    }

    /// Both together.
    pub(crate) fn plus(self, other: &Self) -> Self {
        self.zip(*other, |a, b| a + b)
    }

    /// Each part as `f` makes it.
    pub(crate) fn map(self, f: impl Fn(Atom) -> Atom) -> Self {
        self.zip(self, |a, _| f(a))
    }

    fn zip(self, other: Self, f: impl Fn(Atom, Atom) -> Atom) -> Self {
        Self {
            official: f(self.official, other.official),
            discount: f(self.discount, other.discount),
            erased: f(self.erased, other.erased),
            cash: f(self.cash, other.cash),
            credit: f(self.credit, other.credit),
            coupon: f(self.coupon, other.coupon),
            flexi: f(self.flexi, other.flexi),
            card: f(self.card, other.card),
            debt: f(self.debt, other.debt),
        }
    }

    /// In whole fen: what is over is cut off.
    fn charged(self) -> Self {
        let cut = |amount: Atom| amount - amount % FEN;
        let whole = Self {
            cash: cut(self.cash),
            credit: cut(self.credit),
            coupon: cut(self.coupon),
            flexi: cut(self.flexi),
            card: cut(self.card),
            debt: cut(self.debt),
            ..self
        };
        Self { erased: self.payable() - whole.payable(), ..whole }
    }

    /// All of it still owed.
    fn owed(self) -> Self {
        let debt = self.payable();
        Self {
            official: self.official,
            discount: self.discount,
            erased: self.erased,
            debt,
            ..Self::default()
        }
    }
}

impl Fee {
    /// The month in which it is billed.
    pub(crate) fn month(&self) -> Month {
        Month::of(self.at)
    }

    /// Whether it is paid at a moment: orders at once, use some days into the next month.
    pub(crate) fn is_settled(&self, at: Millis, settings: &Settings) -> bool {
        match self.source {
            Source::Line { .. } => true,
            Source::Meter(_) => {
                at >= self.month().ends() + Millis::from(settings.settlement_day.max(1) - 1) * DAY
            }
        }
    }

    /// Its amounts at a moment.
    pub(crate) fn parts(&self, digits: Digits, at: Millis, settings: &Settings) -> Parts {
        let parts = if self.is_settled(at, settings) { self.parts } else { self.parts.owed() };
        match digits {
            Digits::Exact => parts,
            Digits::Charged => parts.charged(),
        }
    }

    /// What a month's sum calls it: consumption, refund, adjustment.
    pub(crate) fn class(&self) -> u8 {
        match self.bill_type {
            bill_type::UNSUBSCRIPTION | bill_type::CHANGE_REFUND | bill_type::TO_METERED => 2,
            bill_type::ADJUSTMENT => 3,
            _ => 1,
        }
    }
}

impl World {
    /// Everything that was billed of an account in a month, by the time of consumption, whether readers
    /// see it yet or not.
    pub(crate) fn fees(&mut self, account: usize, month: Month) -> Arc<Vec<Fee>> {
        self.fees_for(account, month, month)
    }

    /// The same of what is for a day between two months, both included: bills of those months, and of
    /// earlier ones what orders bought for longer.
    pub(crate) fn fees_for_days(&mut self, account: usize, from: Month, to: Month) -> Arc<Vec<Fee>> {
        self.kept((account, from, to, true), |world| {
            let mut fees = world.order_fees(account, from.plus(-costs::LONGEST), to);
            fees.extend(months(from, to).flat_map(|month| world.metered_fees(account, month)));
            let (first, last) = (from.first_day().num_days_from_ce(), to.last_day().num_days_from_ce());
            fees.retain(|fee| fee.term.0 <= last && first <= fee.term.1);
            fees
        })
    }

    /// Everything that was billed from a month to another one.
    pub(crate) fn fees_for(&mut self, account: usize, from: Month, to: Month) -> Arc<Vec<Fee>> {
        self.kept((account, from, to, false), |world| {
            let mut fees = world.order_fees(account, from, to);
            fees.extend(months(from, to).flat_map(|month| world.metered_fees(account, month)));
            fees
        })
    }

    /// The fees of a view, from before if nothing has happened since.
    fn kept(&mut self, view: View, make: impl FnOnce(&Self) -> Vec<Fee>) -> Arc<Vec<Fee>> {
        /// So many fees are kept beside the newest view: about 100 MB.
        const ENOUGH: usize = 600_000;
        let stamp = Stamp {
            effects: self.ledger.len(),
            orders: self.accounts[view.0].orders.len(),
            settings: self.settings,
        };
        if let Some((known, fees)) = self.bills.0.get(&view)
            && *known == stamp
        {
            return Arc::clone(fees);
        }
        let mut fees = make(self);
        fees.sort_by_key(|fee| (fee.at, matches!(fee.source, Source::Meter(_))));
        let fees = Arc::new(fees);
        let kept: usize = self.bills.0.values().map(|(_, fees)| fees.len()).sum();
        if kept > ENOUGH {
            self.bills.0.clear();
        }
        self.bills.0.insert(view, (stamp, Arc::clone(&fees)));
        fees
    }
}

/// From one to another, both included.
fn months(from: Month, to: Month) -> impl Iterator<Item = Month> {
    (0..=from.until(to)).map(move |later| from.plus(later))
}
