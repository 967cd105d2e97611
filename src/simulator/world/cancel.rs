//! Cancelling an order that waits for its payment.

use super::{
    Cause, Mode, Refusal, World,
    ids::Place,
    orders::{Truth, status},
    refuse,
};

impl World {
    /// Cancels an order and gives back the coupons that it holds.
    pub(crate) fn cancel(&mut self, cause: &Cause, account: usize, order_id: &str) -> Result<(), Refusal> {
        let Some(place) = self.find_for(account, order_id) else {
            return Err(refuse("CBC.30000010", "The order does not exist or cannot be operated."));
        };
        if place.sub != 0 {
            return Err(refuse("CBC.99000089", "A sub-order of a combined order cannot be operated alone."));
        }
        let Place { account, index, .. } = place;
        let id = self.order_id(account, index, 0);
        let visible = cause.at + self.settings.visible_after_ms;
        let not_now = || refuse("CBC.99005010", "The order cannot be cancelled in its status.");
        let naive = self.mode == Mode::Naive;
        let live = self.accounts[account].live.get_mut(&index).ok_or_else(not_now)?;
        let overdue = live.deadline.is_some_and(|deadline| deadline <= cause.at);
        match live.truth {
            Truth::Open if !overdue => {
                live.truth = Truth::Cancelled;
                live.status.forget_after(cause.at);
                live.status.plan(visible, status::CANCELLED);
            }
            Truth::Cancelled if naive => {}
            _ => return Err(not_now()),
        }
        for coupon in &mut self.accounts[account].coupons {
            coupon.release(cause.at, &id);
        }
        self.record(cause, account, "cancel_customer_order", &id);
        Ok(())
    }
}
