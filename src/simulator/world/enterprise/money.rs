//! Money that a master hands out to a member and takes back. What leaves one side comes to the other, and
//! either everything happens or nothing.

use super::{
    super::{Cause, Fen, Mode, Refusal, Spent, World, dice::Dice, refuse, times::Millis},
    Side, credit, status,
};
use crate::money::Money;

/// A wish to move money, well formed but not yet judged.
#[derive(Debug, Clone)]
pub(crate) struct Move {
    pub(crate) customer_id: String,
    pub(crate) amount: Fen,
    /// The caller's name for it, if it gave one.
    pub(crate) trans_id: Option<String>,
    pub(crate) purse: Purse,
}

/// From what money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purse {
    Cash,
    /// The part of the credit line that ends then, or the one that never does.
    Credit {
        expires: Option<Millis>,
    },
}

/// What a move took from one side, or brought to it when below zero.
#[derive(Debug, Default)]
pub(super) struct Taken {
    pub(super) cash: Fen,
    pub(super) credit: Fen,
    pub(super) coupon: Option<(String, Fen)>,
}

impl World {
    /// Hands money of the master out to a member.
    pub(crate) fn hand_out_money(
        &mut self,
        cause: &Cause,
        account: usize,
        wish: &Move,
    ) -> Result<(), Refusal> {
        let (member, trans_id) =
            self.may_move(cause.at, account, &wish.customer_id, wish.trans_id.as_deref())?;
        self.may_get(member, wish.purse)?;
        self.shift(cause, (Side::Master, Side::Member(member)), wish)?;
        self.note_move(
            cause,
            "update_sub_enterprise_amount",
            &trans_id,
            member,
            taken(wish.purse, wish.amount),
        );
        Ok(())
    }

    /// Takes money back from a member.
    pub(crate) fn take_back_money(
        &mut self,
        cause: &Cause,
        account: usize,
        wish: &Move,
    ) -> Result<(), Refusal> {
        let (member, trans_id) =
            self.may_move(cause.at, account, &wish.customer_id, wish.trans_id.as_deref())?;
        self.shift(cause, (Side::Member(member), Side::Master), wish)?;
        self.note_move(
            cause,
            "reclaim_sub_enterprise_amount",
            &trans_id,
            member,
            taken(wish.purse, -wish.amount),
        );
        Ok(())
    }

    /// What of its cash a side can give away.
    pub(crate) fn movable_cash(&self, side: Side, at: Millis) -> Fen {
        let has = self.money_of(side).at(at);
        let free = (has.cash - has.designated).max(0);
        match side {
            Side::Member(member) if self.settings.take_back_handed_only => {
                free.min(*self.enterprise.members[member].handed.at(at))
            }
            _ => free,
        }
    }

    /// Whether anything can be moved between the caller and a member now; answers the member, and the
    /// transfer's id.
    pub(super) fn may_move(
        &self,
        now: Millis,
        account: usize,
        customer_id: &str,
        trans_id: Option<&str>,
    ) -> Result<(usize, String), Refusal> {
        self.master_only(account)?;
        let member = self.member(now, customer_id, "customer_id")?;
        let id = match trans_id {
            Some(id) if self.mode == Mode::Strict && self.enterprise.transfers.contains(id) => {
                return Err(refuse("CBC.99007009", "The transaction ID already exists."));
            }
            Some(id) => id.to_owned(),
            None => Dice::new(self.seed ^ 0x7A45 ^ ((self.ledger.len() as u64) << 20)).hex(32),
        };
        if now < self.enterprise.busy_until {
            return Err(refuse("CBC.99007461", "Another transfer or recovery has not been completed."));
        }
        if *self.enterprise.members[member].status.at(now) != status::NORMAL {
            return Err(refuse(
                "CBC.99000043",
                "The transfer or recovery failed: the member account is not normal.",
            ));
        }
        Ok((member, id))
    }

    /// Whether money of this kind may go to a member at all.
    fn may_get(&self, member: usize, purse: Purse) -> Result<(), Refusal> {
        let member = &self.enterprise.members[member];
        let unmet = match purse {
            Purse::Cash if !member.same_entity => "ADVANCE_PAY_PRI_SUB_MUST_SAME_LEGAL",
            Purse::Credit { .. } if !member.shares_credit => "NO_SHARE_CREDIT_TO_SUB_PERMISSION",
            Purse::Credit { .. } if self.money_of(Side::Master).last().credit_limit == 0 => {
                "TRANS_CREDIT_EXT_PRI_MUST_POSTPAY"
            }
            _ if member.custody && !self.settings.custodial_members_get_money => "SUB_CUSTOMER_IN_CUSTODY",
            _ => return Ok(()),
        };
        Err(refuse("CBC.99007004", format!("The business check is not met: {unmet}.")))
    }

    fn shift(&mut self, cause: &Cause, (from, to): (Side, Side), wish: &Move) -> Result<(), Refusal> {
        match wish.purse {
            Purse::Cash => self.shift_cash(cause.at, from, to, wish.amount),
            Purse::Credit { expires } => self.shift_credit(cause.at, (from, to), wish.amount, expires),
        }
    }

    fn shift_cash(&mut self, at: Millis, from: Side, to: Side, amount: Fen) -> Result<(), Refusal> {
        if amount > self.movable_cash(from, at) {
            return Err(too_low());
        }
        for (side, change) in [(from, -amount), (to, amount)] {
            let mut has = *self.money_of(side).last();
            has.cash += change;
            self.money_of_mut(side).put(at, has);
            if let Side::Member(member) = side {
                let handed = &mut self.enterprise.members[member].handed;
                let left = (*handed.last() + change).max(0);
                handed.put(at, left);
            }
        }
        Ok(())
    }

    fn shift_credit(
        &mut self,
        at: Millis,
        (from, to): (Side, Side),
        amount: Fen,
        expires: Option<Millis>,
    ) -> Result<(), Refusal> {
        if expires.is_some_and(|end| end <= at) {
            return Err(refuse("CBC.99007181", "The validity period of the credit has passed."));
        }
        let row = self.credit_rows(from, at).into_iter().find(|row| row.expires == expires);
        let most = match (row, from) {
            // What the member has used can be taken back too, and leaves it in debt.
            (Some(row), Side::Member(_)) => row.line,
            (Some(row), Side::Master) => row.left,
            (None, _) if expires.is_some() => {
                return Err(refuse("CBC.0100", "The parameter expire_time is incorrect."));
            }
            (None, _) => 0,
        };
        if amount > most {
            return Err(too_low());
        }
        for (side, change) in [(from, -amount), (to, amount)] {
            let mut has = *self.money_of(side).last();
            let line = has.credit_limit + change;
            credit::set_line(&mut has, line);
            self.money_of_mut(side).put(at, has);
            if let Some(end) = expires {
                let mut dated = self.dated_of(side).to_vec();
                credit::lengthen(&mut dated, end, change);
                self.set_dated(side, at, dated);
            }
        }
        Ok(())
    }

    /// Notes a move on both sides, that of the master first, and that it goes on for a while.
    pub(super) fn note_move(
        &mut self,
        cause: &Cause,
        operation: &'static str,
        trans_id: &str,
        member: usize,
        taken: [Taken; 2],
    ) {
        self.enterprise.busy_until = cause.at + self.settings.transfer_ms;
        self.enterprise.transfers.insert(trans_id.to_owned());
        let master = self.enterprise.master;
        for (side, taken) in [Side::Master, Side::Member(member)].into_iter().zip(taken) {
            let account = self.customer_id(side).to_owned();
            let effect = self.record(cause, master, operation, trans_id);
            effect.account = account;
            effect.amount = Money::from_fen(taken.cash + taken.credit);
            effect.cash = Money::from_fen(taken.cash);
            effect.credit = Money::from_fen(taken.credit);
            let spent = taken.coupon.map(|(coupon_id, amount)| (coupon_id, Money::from_fen(amount)));
            effect.coupons =
                spent.map(|(coupon_id, amount)| Spent { coupon_id, amount }).into_iter().collect();
        }
    }
}

/// What a move takes from the master and from the member.
fn taken(purse: Purse, from_master: Fen) -> [Taken; 2] {
    [from_master, -from_master].map(|amount| match purse {
        Purse::Cash => Taken { cash: amount, ..Taken::default() },
        Purse::Credit { .. } => Taken { credit: amount, ..Taken::default() },
    })
}

pub(super) fn too_low() -> Refusal {
    refuse("CBC.99005003", "The account balance is insufficient.")
}
