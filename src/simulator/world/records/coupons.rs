//! What changed the balances of an account's coupons: activation, orders, what came back, transfers,
//! expiry. It is told from the coupons and the ledger.

use std::collections::HashMap;

use super::{
    super::{
        Effect, Fen, World,
        coupons::{Coupon, DISCOUNT, state},
        dice::mix,
        times::Millis,
    },
    fen,
};

/// One change of a coupon's balance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CouponChange {
    pub(crate) coupon: usize,
    pub(crate) trade: &'static str,
    pub(crate) detail: &'static str,
    pub(crate) at: Millis,
    pub(crate) trade_id: String,
    /// Above zero it came in.
    pub(crate) amount: Fen,
    /// What was left then.
    pub(crate) balance: Fen,
    /// What was paid for.
    pub(crate) service: Option<u8>,
}

/// Type and detailed type of a change.
type Trade = (&'static str, &'static str);

const ACTIVATED: Trade = ("ADJUST", "SOURCE_OPERAIION_PRIZE");
const BOUGHT: Trade = ("DEDEUCT", "SOURCE_OPERAIION_DEDEUCT");
const USED: Trade = ("DEDEUCT", "SOURCE_OPERAIION_USAGE");
const RETURNED: Trade = ("REFUND", "SOURCE_OPERAIION_UNSUBSCRIBE");
const EXPIRED: Trade = ("EXPIRED", "SOURCE_OPERAIION_EXPIRECLEAR");
const RECLAIMED: Trade = ("COUPONCANCEL", "SOURCE_OPERATION_COUPONCANCEL");
const HANDED_OUT: Trade = ("COUPONADJUST", "SOURCE_OPERATION_TRANSFER");
const TAKEN_BACK: Trade = ("COUPONCANCEL", "SOURCE_OPERATION_RETRIEVE");

impl World {
    /// The changes of an account's coupons until a moment, the newest first.
    pub(crate) fn coupon_changes(&self, account: usize, as_of: Millis) -> Vec<CouponChange> {
        let owner = &self.accounts[account];
        let nth: HashMap<&str, usize> =
            owner.coupons.iter().enumerate().map(|(nth, coupon)| (coupon.id.as_str(), nth)).collect();
        let mut since: Vec<Vec<(&Effect, Fen)>> = vec![Vec::new(); owner.coupons.len()];
        for effect in self.ledger.iter().filter(|effect| effect.at <= as_of) {
            for spent in &effect.coupons {
                if let Some(nth) = nth.get(spent.coupon_id.as_str()) {
                    since[*nth].push((effect, fen(spent.amount)));
                }
            }
        }
        let mut changes = Vec::new();
        for (nth, (coupon, since)) in owner.coupons.iter().zip(since).enumerate() {
            if coupon.kind != DISCOUNT {
                let life = Life { world: self, nth, balance: 0, changes: Vec::new() };
                changes.extend(life.of(coupon, &since, (owner.past.start, as_of)));
            }
        }
        changes.retain(|change| change.at <= as_of);
        changes.sort_by_key(|change| change.at);
        changes.reverse();
        changes
    }
}

/// A coupon's life while it is told.
struct Life<'w> {
    world: &'w World,
    nth: usize,
    balance: Fen,
    changes: Vec<CouponChange>,
}

impl Life<'_> {
    fn of(
        mut self,
        coupon: &Coupon,
        since: &[(&Effect, Fen)],
        (start, as_of): (Millis, Millis),
    ) -> Vec<CouponChange> {
        let first = coupon.now.at(Millis::MIN);
        // A coupon that a master handed out began with that.
        let handed = coupon.created >= start && since.first().is_some_and(|(_, amount)| *amount < 0);
        if first.state != state::INACTIVE && !handed {
            self.change(coupon.valid_from, coupon.face, ACTIVATED, &format!("AC{}", coupon.id));
        }
        if coupon.created < start {
            self.before(coupon, start);
        }
        for (effect, taken) in since {
            let trade = match effect.operation {
                "claim_enterprise_multi_account_coupon" => HANDED_OUT,
                "reclaim_enterprise_multi_account_coupon" => TAKEN_BACK,
                "spend_coupon" => USED,
                _ if *taken < 0 => RETURNED,
                _ => BOUGHT,
            };
            self.change(effect.at, -taken, trade, &effect.subject);
            // What a coupon that is spent at once did not pay is lost.
            if coupon.version == 1 && *taken > 0 {
                self.change(effect.at, -self.balance, EXPIRED, &effect.subject);
            }
        }
        if coupon.state(as_of) == state::EXPIRED {
            self.change(coupon.expires, -self.balance, EXPIRED, &format!("EX{}", coupon.id));
        }
        self.changes
    }

    /// What happened to it before the start.
    fn before(&mut self, coupon: &Coupon, start: Millis) {
        let first = coupon.now.at(Millis::MIN);
        let end = start.min(coupon.expires);
        let between = coupon.valid_from + (end - coupon.valid_from) / 2 / 1_000 * 1_000;
        match (first.state, &first.last_order) {
            (state::USED, Some(order)) => {
                self.change(first.last_used.unwrap_or(between), -coupon.face, BOUGHT, order);
            }
            (state::RECLAIMED, _) => {
                self.change(between, -coupon.face, RECLAIMED, &format!("RC{}", coupon.id));
            }
            (state::USABLE, _) if coupon.version == 2 => {
                let bill = mix(between.cast_unsigned()) % 10_000_000_000;
                self.change(between, first.balance - coupon.face, USED, &format!("PP{bill:010}"));
            }
            _ => {}
        }
    }

    fn change(&mut self, at: Millis, amount: Fen, (trade, detail): Trade, trade_id: &str) {
        if amount == 0 {
            return;
        }
        self.balance += amount;
        self.changes.push(CouponChange {
            coupon: self.nth,
            trade,
            detail,
            at,
            trade_id: trade_id.to_owned(),
            amount,
            balance: self.balance,
            service: self.world.find(trade_id).map(|place| self.world.order(place).service),
        });
    }
}
