//! Coupons of an account: what they are good for, what is left of them, who holds them.

use super::{
    Account, Cause, Fen, Refusal, World,
    orders::Order,
    refuse,
    services::{REGIONS, service},
    shape::Line,
    times::{Millis, Versions},
};
use crate::money::Money;

/// Coupon types of the lists.
pub(crate) const VOUCHER: u8 = 1;
pub(crate) const DISCOUNT: u8 = 2;
pub(crate) const FLEXI: u8 = 4;

/// Coupon states of the wire.
pub(crate) mod state {
    pub(crate) const INACTIVE: u8 = 1;
    pub(crate) const USABLE: u8 = 2;
    pub(crate) const USED: u8 = 3;
    pub(crate) const EXPIRED: u8 = 4;
    pub(crate) const RECLAIMED: u8 = 5;
}

/// A coupon.
#[derive(Debug, Clone)]
pub(crate) struct Coupon {
    pub(crate) id: String,
    pub(crate) code: String,
    pub(crate) kind: u8,
    pub(crate) group: u8,
    /// 1 is used once, 2 until its balance is spent.
    pub(crate) version: u8,
    /// Of a discount coupon, the hundredths of the price that are still paid.
    pub(crate) face: Fen,
    pub(crate) created: Millis,
    pub(crate) valid_from: Millis,
    pub(crate) expires: Millis,
    pub(crate) plan_id: String,
    pub(crate) plan_name: String,
    pub(crate) plan_desc: String,
    pub(crate) media_type: u8,
    pub(crate) fetch_method: u8,
    pub(crate) source_id: String,
    pub(crate) frozen: bool,
    pub(crate) limits: Vec<Limit>,
    pub(crate) now: Versions<Holding>,
}

/// What changes about a coupon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Holding {
    pub(crate) state: u8,
    pub(crate) balance: Fen,
    /// The unpaid order that it is kept for.
    pub(crate) lock: Option<String>,
    pub(crate) last_order: Option<String>,
    pub(crate) last_used: Option<Millis>,
}

/// What a coupon can be used for, or with.
#[derive(Debug, Clone)]
pub(crate) struct Limit {
    pub(crate) key: &'static str,
    pub(crate) value1: String,
    pub(crate) value2: Option<String>,
}

impl Coupon {
    /// Its state at a moment: a usable coupon expires by itself.
    pub(crate) fn state(&self, at: Millis) -> u8 {
        match self.now.at(at).state {
            state::INACTIVE | state::USABLE if self.expires <= at => state::EXPIRED,
            state => state,
        }
    }

    /// What is left of it at a moment: nothing once it has expired or was reclaimed.
    pub(crate) fn remaining(&self, at: Millis) -> Fen {
        let holding = self.now.at(at);
        match (self.state(at), self.version) {
            (state::EXPIRED | state::RECLAIMED | state::USED, _) => 0,
            (_, 1) if holding.balance == 0 => self.face,
            _ => holding.balance,
        }
    }

    /// Whether its limits let it pay for these lines, which are in one region.
    pub(crate) fn suits(&self, lines: &[Line], region: &str) -> bool {
        self.limits.iter().all(|limit| match limit.key {
            "regionCode" => limit.value1.split(',').any(|code| code == region),
            "serviceType" => {
                lines.iter().any(|l| limit.value1.split(',').any(|code| code == service(l.service).code))
            }
            _ => true,
        })
    }

    /// What it excludes: the value 0 of a key that begins with `simultaneousUseWith`.
    pub(crate) fn excludes(&self, discount: &str) -> bool {
        self.limits
            .iter()
            .any(|l| l.key.strip_prefix("simultaneousUseWith") == Some(discount) && l.value1 == "0")
    }

    /// The least ratio of a discount beside it, in ten-thousandths.
    pub(crate) fn least_ratio(&self) -> Option<i64> {
        let limit = self.limits.iter().find(|l| l.key == "minConsumeDiscount")?;
        let ratio: Money = limit.value1.parse().ok()?;
        i64::try_from((ratio.decimal() * rust_decimal::Decimal::from(10_000)).trunc().mantissa()).ok()
    }

    /// The type code that paying wants.
    pub(crate) fn pay_type(&self) -> i64 {
        match self.kind {
            DISCOUNT => 300,
            FLEXI => 302,
            _ => 301,
        }
    }

    /// What it can still pay.
    pub(crate) fn worth(&self) -> Fen {
        let holding = self.now.last();
        match (holding.state, self.version) {
            (state::USABLE, 2) => holding.balance,
            // What came back of a coupon that is spent at once may be less than its face.
            (state::USABLE, _) if holding.balance > 0 => holding.balance,
            (state::USABLE, _) => self.face,
            _ => 0,
        }
    }

    /// Takes an amount for an order.
    pub(crate) fn spend(&mut self, at: Millis, amount: Fen, order: &str) {
        let mut holding = self.now.last().clone();
        holding.balance = if self.version == 2 { holding.balance - amount } else { 0 };
        if holding.balance <= 0 || self.version != 2 {
            holding.state = state::USED;
        }
        holding.lock = None;
        holding.last_order = Some(order.to_owned());
        holding.last_used = Some(at);
        self.now.put(at, holding);
    }

    /// Puts back what an order took of it, and answers how much that was: nothing when it has expired or
    /// was reclaimed meanwhile, or is a discount coupon. An effect that returns an amount names it, below
    /// zero, among its coupons.
    pub(crate) fn give_back(&mut self, at: Millis, amount: Fen, order: &str) -> Fen {
        let gone = self.expires <= at || self.now.last().state == state::RECLAIMED;
        let before = if self.now.last().state == state::USED { 0 } else { self.worth() };
        let amount = amount.min(self.face - before);
        if gone || self.kind == DISCOUNT || amount <= 0 {
            return 0;
        }
        let holding = Holding {
            state: state::USABLE,
            balance: before + amount,
            last_order: Some(order.to_owned()),
            ..self.now.last().clone()
        };
        self.now.put(at, holding);
        amount
    }

    /// Gives the coupon back to everybody if this order holds it.
    pub(crate) fn release(&mut self, at: Millis, order: &str) {
        if self.now.last().lock.as_deref() == Some(order) {
            let holding = Holding { lock: None, ..self.now.last().clone() };
            self.now.put(at, holding);
        }
    }
}

/// How many coupons of a type and group one payment takes.
pub(crate) const MOST: [(u8, u8, u8); 6] =
    [(VOUCHER, 0, 2), (VOUCHER, 1, 1), (VOUCHER, 2, 1), (DISCOUNT, 0, 1), (FLEXI, 0, 3), (FLEXI, 1, 1)];

impl Account {
    /// Coupons that could pay for an order, also those that another order holds.
    pub(crate) fn coupons_for(&self, index: u32, order: &Order, at: Millis) -> Vec<&Coupon> {
        if order.refunds() || !matches!(self.status(index, at), super::orders::status::AWAITING_PAYMENT) {
            return Vec::new();
        }
        let lines = self.lines(index);
        let region = REGIONS[order.salt as usize % REGIONS.len()];
        self.coupons
            .iter()
            .filter(|coupon| {
                matches!(coupon.state(at), state::INACTIVE | state::USABLE)
                    && !coupon.frozen
                    && coupon.suits(&lines, region)
            })
            .collect()
    }
}

impl World {
    /// Somebody uses a coupon for something else, in the console.
    pub(crate) fn spend_coupon(
        &mut self,
        cause: &Cause,
        account: usize,
        coupon_id: &str,
        amount: Option<Fen>,
    ) -> Result<(), Refusal> {
        let at = cause.at;
        let coupon = self.accounts[account]
            .coupons
            .iter_mut()
            .find(|coupon| coupon.id == coupon_id)
            .ok_or_else(|| refuse("CBC.0100", "No such coupon."))?;
        if coupon.state(at) != state::USABLE {
            return Err(refuse("CBC.99003112", "The coupon has been used."));
        }
        let amount = amount.unwrap_or(coupon.worth()).min(coupon.worth());
        coupon.spend(at, amount, "");
        let spent = super::Spent { coupon_id: coupon_id.to_owned(), amount: Money::from_fen(amount) };
        self.record(cause, account, "spend_coupon", coupon_id).coupons.push(spent);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coupon(kind: u8, version: u8, face: Fen) -> Coupon {
        let balance = if version == 2 { face } else { 0 };
        let holding =
            Holding { state: state::USABLE, balance, lock: None, last_order: None, last_used: None };
        Coupon {
            id: "CP1".to_owned(),
            code: "A".to_owned(),
            kind,
            group: 0,
            version,
            face,
            created: 0,
            valid_from: 0,
            expires: 1_000,
            plan_id: "PL1".to_owned(),
            plan_name: "券".to_owned(),
            plan_desc: "券".to_owned(),
            media_type: 1,
            fetch_method: 3,
            source_id: "1".to_owned(),
            frozen: false,
            limits: Vec::new(),
            now: Versions::new(0, holding),
        }
    }

    #[test]
    fn what_comes_back_can_be_spent_again_and_is_never_more_than_the_coupon_was_worth() {
        let mut voucher = coupon(VOUCHER, 2, 500);
        voucher.spend(10, 500, "CS1");
        assert_eq!((voucher.state(10), voucher.remaining(10), voucher.remaining(9)), (state::USED, 0, 500));
        assert_eq!(voucher.give_back(20, 300, "CS1"), 300);
        assert_eq!((voucher.state(20), voucher.worth(), voucher.remaining(20)), (state::USABLE, 300, 300));
        assert_eq!(voucher.give_back(30, 900, "CS1"), 200);
        assert_eq!(voucher.give_back(1_000, 1, "CS1"), 0, "it has expired");
    }

    #[test]
    fn a_coupon_that_is_spent_at_once_comes_back_with_what_was_taken() {
        let mut once = coupon(FLEXI, 1, 500);
        assert_eq!((once.worth(), once.remaining(0)), (500, 500));
        once.spend(10, 200, "CS1");
        assert_eq!(once.remaining(10), 0);
        assert_eq!(once.give_back(20, 200, "CS1"), 200);
        assert_eq!((once.worth(), once.remaining(20)), (200, 200));
        let mut discount = coupon(DISCOUNT, 1, 90);
        discount.spend(10, 40, "CS1");
        assert_eq!(discount.give_back(20, 40, "CS1"), 0, "discount coupons never come back");
    }
}
