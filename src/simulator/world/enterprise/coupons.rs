//! Coupons that a master hands out, whole or in part: a part becomes a coupon of the member, and what is
//! left of that can be taken back.

use super::{
    super::{
        Cause, Fen, Refusal, World,
        coupons::{Coupon, Holding, VOUCHER, state},
        dice::Dice,
        refuse,
        times::{Millis, Versions, stamp},
    },
    Side,
    money::{Taken, too_low},
};

/// A coupon of a member that was made of one of the master's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    /// The master's coupon.
    pub(crate) of: String,
    /// The member, by position.
    pub(crate) member: usize,
    /// The member's coupon.
    pub(crate) id: String,
}

/// A wish to move a coupon, well formed but not yet judged.
#[derive(Debug, Clone)]
pub(crate) struct CouponMove {
    pub(crate) customer_id: String,
    pub(crate) coupon_id: String,
    pub(crate) trans_id: Option<String>,
}

/// Whether a master can hand out parts of a coupon: vouchers for cloud services that Huawei has issued and
/// that keep a balance. Special-purpose vouchers and those of the marketplace are none of the kinds that the
/// documents name.
pub(crate) fn can_be_handed_out(coupon: &Coupon, at: Millis) -> bool {
    let holding = coupon.now.at(at);
    (coupon.kind, coupon.version, coupon.group) == (VOUCHER, 2, 0)
        && coupon.state(at) == state::USABLE
        && !coupon.frozen
        && holding.lock.is_none()
        && holding.balance > 0
}

fn can_come_back(coupon: &Coupon, at: Millis) -> bool {
    let holding = coupon.now.at(at);
    matches!(coupon.state(at), state::USABLE | state::INACTIVE)
        && holding.lock.is_none()
        && holding.balance > 0
}

impl World {
    /// The coupons that the master can hand out, as they were known at a moment.
    pub(crate) fn transfer_coupons(&self, at: Millis) -> Vec<&Coupon> {
        self.coupons_of(Side::Master).iter().filter(|coupon| can_be_handed_out(coupon, at)).collect()
    }

    /// The coupons of a member that can be taken back, each with the master's coupon that it is a part of.
    pub(crate) fn retrieve_coupons(&self, member: usize, at: Millis) -> Vec<(&Part, &Coupon)> {
        let coupons = self.coupons_of(Side::Member(member));
        self.enterprise
            .parts
            .iter()
            .filter(|part| part.member == member)
            .filter_map(|part| Some((part, coupons.iter().find(|coupon| coupon.id == part.id)?)))
            .filter(|(_, coupon)| coupon.created <= at && can_come_back(coupon, at))
            .collect()
    }

    /// Hands a part of a coupon out; answers the member's coupon.
    pub(crate) fn hand_out_coupon(
        &mut self,
        cause: &Cause,
        account: usize,
        wish: &CouponMove,
        amount: Fen,
    ) -> Result<String, Refusal> {
        let (member, trans_id) =
            self.may_move(cause.at, account, &wish.customer_id, wish.trans_id.as_deref())?;
        let at = self.coupon(Side::Master, &wish.coupon_id, "coupon_id")?;
        let coupon = &self.coupons_of(Side::Master)[at];
        if !can_be_handed_out(coupon, cause.at) {
            return Err(immovable());
        }
        if amount > coupon.now.last().balance {
            return Err(too_low());
        }
        let mut dice = Dice::new(self.seed ^ 0xC0_9A27 ^ ((self.enterprise.parts.len() as u64) << 24));
        let mut part = part_of(coupon, cause.at, amount);
        part.id = format!("CP{}{}", stamp(cause.at), dice.code(6));
        part.code = dice.code(16);
        let id = part.id.clone();
        change(&mut self.coupons_of_mut(Side::Master)[at], cause.at, -amount);
        self.coupons_of_mut(Side::Member(member)).push(part);
        self.enterprise.parts.push(Part { of: wish.coupon_id.clone(), member, id: id.clone() });
        let taken = [(wish.coupon_id.clone(), amount), (id.clone(), -amount)]
            .map(|coupon| Taken { coupon: Some(coupon), ..Taken::default() });
        self.note_move(cause, "claim_enterprise_multi_account_coupon", &trans_id, member, taken);
        Ok(id)
    }

    /// Takes back what is left of a member's coupon; answers how much that was.
    pub(crate) fn take_back_coupon(
        &mut self,
        cause: &Cause,
        account: usize,
        wish: &CouponMove,
        sub_coupon_id: &str,
    ) -> Result<Fen, Refusal> {
        let (member, trans_id) =
            self.may_move(cause.at, account, &wish.customer_id, wish.trans_id.as_deref())?;
        let main = self.coupon(Side::Master, &wish.coupon_id, "coupon_id")?;
        let part = Part { of: wish.coupon_id.clone(), member, id: sub_coupon_id.to_owned() };
        if !self.enterprise.parts.contains(&part) {
            return Err(refuse("CBC.0100", "The parameter sub_coupon_id is incorrect."));
        }
        let sub = self.coupon(Side::Member(member), sub_coupon_id, "sub_coupon_id")?;
        let coupon = &mut self.coupons_of_mut(Side::Member(member))[sub];
        if !can_come_back(coupon, cause.at) {
            return Err(immovable());
        }
        let left = coupon.now.last().balance;
        let holding = Holding { state: state::RECLAIMED, balance: 0, ..coupon.now.last().clone() };
        coupon.now.put(cause.at, holding);
        change(&mut self.coupons_of_mut(Side::Master)[main], cause.at, left);
        let taken = [(wish.coupon_id.clone(), -left), (sub_coupon_id.to_owned(), left)]
            .map(|coupon| Taken { coupon: Some(coupon), ..Taken::default() });
        self.note_move(cause, "reclaim_enterprise_multi_account_coupon", &trans_id, member, taken);
        Ok(left)
    }

    fn coupon(&self, side: Side, id: &str, parameter: &str) -> Result<usize, Refusal> {
        self.coupons_of(side)
            .iter()
            .position(|coupon| coupon.id == id)
            .ok_or_else(|| refuse("CBC.0100", format!("The parameter {parameter} is incorrect.")))
    }
}

/// A coupon with an amount of another one, and with everything else that it has. It still has its ids.
pub(crate) fn part_of(coupon: &Coupon, at: Millis, amount: Fen) -> Coupon {
    let holding =
        Holding { state: state::USABLE, balance: amount, lock: None, last_order: None, last_used: None };
    Coupon {
        face: amount,
        created: at,
        source_id: coupon.id.clone(),
        now: Versions::new(0, holding),
        ..coupon.clone()
    }
}

/// Makes the balance of a coupon larger or smaller; one that is spent is used up, until something comes back.
fn change(coupon: &mut Coupon, at: Millis, by: Fen) {
    let mut holding = coupon.now.last().clone();
    holding.balance += by;
    if holding.balance == 0 {
        holding.state = state::USED;
        holding.last_used = Some(at);
    } else if holding.state == state::USED {
        holding.state = state::USABLE;
    }
    coupon.now.put(at, holding);
}

fn immovable() -> Refusal {
    refuse("CBC.99000043", "The transfer or recovery failed: the coupon cannot be moved.")
}
