//! What somebody does in Huawei's own console, beside the program that uses the API.

use super::{
    Cause, Fen, Refusal, World,
    ids::Place,
    orders::{Payment, Truth, kind, status},
    pay::Wish,
    place::Draft,
    refuse,
    shape::{self, Line, line},
};
use crate::money::Money;

impl World {
    /// Renews what an order bought, for a month, and pays for it. Answers the new order's id.
    pub(crate) fn renew_in_console(
        &mut self,
        cause: &Cause,
        account: usize,
        base: u32,
    ) -> Result<String, Refusal> {
        self.must_be_in_use(account, base)?;
        let lines: Vec<Line> = self.accounts[account]
            .lines(base)
            .iter()
            .map(|l| line((l.service, l.product), (2, 1), l.quantity, 0, (0, 0)))
            .collect();
        let draft = Draft { kind: kind::RENEWAL, base, ..Draft::purchase(cause.at, lines) };
        let index = self.place(account, draft);
        let id = self.order_id(account, index, 0);
        self.record(cause, account, "renewal_resources", &id);
        self.pay(cause, account, &Wish { order_id: id.clone(), ..Wish::default() })?;
        Ok(id)
    }

    /// Unsubscribes what an order bought; the money goes back to the cash account. Answers the new order's id.
    pub(crate) fn unsubscribe_in_console(
        &mut self,
        cause: &Cause,
        account: usize,
        base: u32,
    ) -> Result<String, Refusal> {
        self.must_be_in_use(account, base)?;
        let created = cause.at;
        let lines = self.accounts[account].lines(base);
        let draft = Draft {
            kind: kind::UNSUBSCRIPTION,
            base,
            status: status::PROCESSING,
            deadline: None,
            ..Draft::purchase(created, lines)
        };
        let index = self.place(account, draft);
        let owner = &mut self.accounts[account];
        let (order, bought) = (owner.orders[index as usize], owner.orders[base as usize]);
        let refunded = shape::returned(&order, &bought).refunded;
        let weights: Vec<Fen> = owner.lines(base).iter().map(|l| l.after).collect();
        let parts = super::dice::share(refunded, &weights);
        let amount = u32::try_from(refunded).unwrap_or(u32::MAX);
        owner.orders[index as usize].official = amount;
        owner.orders[index as usize].after = amount;
        let done_at = created + self.settings.visible_after_ms + self.settings.provision_ms;
        if let Some(live) = owner.live.get_mut(&index) {
            for (line, part) in live.lines.iter_mut().zip(parts) {
                *line =
                    Line { sub: 0, periods: None, official: part, after: part, discount: 0, ..line.clone() };
            }
            live.truth = Truth::Elsewhere;
            live.status.plan(done_at, status::COMPLETED);
            live.payment = Some(Payment { at: created, shown_from: done_at, done_at, ..Payment::default() });
        }
        owner.orders[index as usize].flags = 0;
        owner.released.insert(base);
        let payer = self.payer(account);
        let mut balances = *self.accounts[payer].balances.last();
        balances.cash += refunded;
        self.accounts[payer].balances.put(created, balances);
        let id = self.order_id(account, index, 0);
        let effect = self.record(cause, account, "cancel_resources_subscription", &id);
        effect.amount = Money::from_fen(-refunded);
        effect.cash = Money::from_fen(-refunded);
        Ok(id)
    }

    /// The purchase that a resource or order id means.
    pub(crate) fn purchase_of(&self, account: usize, id: &str) -> Result<u32, Refusal> {
        let unknown = || refuse("CBC.99003012", "No such resource.");
        let place = match shape::resource_place(self.seed, id) {
            Some((owner, index, _)) => Place { account: owner, index, sub: 0 },
            None => self.find_for(account, id).ok_or_else(unknown)?,
        };
        let known = self.accounts.get(place.account).is_some_and(|a| (place.index as usize) < a.orders.len());
        if place.account != account || !known {
            return Err(unknown());
        }
        Ok(place.index)
    }

    fn must_be_in_use(&self, account: usize, base: u32) -> Result<(), Refusal> {
        let owner = &self.accounts[account];
        let order = &owner.orders[base as usize];
        let paid = match owner.live.get(&base) {
            Some(live) => live.truth == Truth::Paid,
            None => order.status == status::COMPLETED,
        };
        let buys = matches!(order.kind, kind::NEW | kind::FROM_ON_DEMAND) && paid;
        if !buys || owner.released.contains(&base) {
            return Err(refuse("CBC.99003012", "The resource is not in use."));
        }
        Ok(())
    }
}
