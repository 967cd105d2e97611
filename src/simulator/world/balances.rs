//! Cash, credit and debt of an account.

use super::{Cause, Fen, Refusal, World, records::TOP_UP, refuse};
use crate::money::Money;

/// What an account has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Balances {
    pub(crate) cash: Fen,
    /// The part of the cash that is earmarked.
    pub(crate) designated: Fen,
    pub(crate) credit_limit: Fen,
    pub(crate) credit_used: Fen,
    pub(crate) debt: Fen,
}

impl Balances {
    /// What credit is left.
    pub(crate) fn credit(&self) -> Fen {
        (self.credit_limit - self.credit_used).max(0)
    }

    /// Takes an amount from cash first, then from credit; nothing at all when both together do not suffice.
    pub(crate) fn charge(&mut self, amount: Fen) -> Result<(Fen, Fen), Refusal> {
        let cash = amount.min(self.cash.max(0));
        let credit = amount - cash;
        if credit > self.credit() {
            return Err(refuse("CBC.99005003", "The account balance is insufficient."));
        }
        self.cash -= cash;
        self.credit_used += credit;
        Ok((cash, credit))
    }
}

impl World {
    /// Somebody puts money into an account, in the console.
    pub(crate) fn top_up(&mut self, cause: &Cause, account: usize, amount: Fen) {
        let owner = &mut self.accounts[account];
        let has = *owner.balances.last();
        owner.balances.put(cause.at, Balances { cash: has.cash + amount, ..has });
        let subject = format!("TR{:016}", self.ledger.len() + 1);
        let effect = self.record(cause, account, TOP_UP, &subject);
        effect.amount = Money::from_fen(-amount);
        effect.cash = Money::from_fen(-amount);
    }
}
