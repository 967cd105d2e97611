//! What one order is best paid with: all sets of a few coupons, by their prices. It knows no other order.

use super::{
    bound::{ONE, Prices},
    case::{Case, Fen, Picks, Rank},
};

/// What a coupon is thought to cost if it takes this, in fen times [`ONE`].
pub(super) fn price(case: &Case, prices: &Prices, coupon: usize, taken: Fen) -> Fen {
    let by_fen = if case.coupons[coupon].rank == Rank::Ratio { 0 } else { prices.by_fen[coupon] * taken };
    by_fen + prices.by_use[coupon]
}

/// All sets of the coupons that are looked at.
pub(super) struct Stack<'s> {
    pub(super) case: &'s Case,
    pub(super) candidates: &'s [usize],
    pub(super) prices: &'s Prices,
    pub(super) lefts: &'s [Fen],
    /// What it costs with the prices of coupons, the cash of that, and the coupons.
    pub(super) best: Option<(Fen, Fen, Picks)>,
}

impl Stack<'_> {
    /// Tries these coupons, and with them each of those that follow.
    pub(super) fn extend(&mut self, picks: Picks, (from, rest, cost): (usize, Fen, Fen)) {
        if self.best.is_none_or(|(least, _, _)| cost < least) {
            self.best = Some((cost, rest, picks));
        }
        if rest == 0 {
            return;
        }
        for (nth, coupon) in self.candidates.iter().copied().enumerate().skip(from) {
            if self.case.goes_with(&picks, coupon) {
                let taken = self.case.takes(coupon, rest, self.lefts[coupon]);
                if taken > 0 {
                    let cost = cost - taken * ONE + price(self.case, self.prices, coupon, taken);
                    self.extend(picks.with(coupon), (nth + 1, rest - taken, cost));
                }
            }
        }
    }
}
