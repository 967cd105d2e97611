//! Paying an order: which coupons and discounts may be used together, what remains, and what is
//! taken from where. Either everything is taken or nothing.

use super::{
    Cause, Fen, Mode, Refusal, Spent, World,
    cards::{self, Card},
    coupons::{Coupon, DISCOUNT, FLEXI, MOST, VOUCHER, state},
    dice::share,
    discounts::{ADJUSTED, COMMERCIAL, CONTRACT, Offer, PARTNER, PROMOTION},
    ids::Place,
    orders::{Payment, Truth, status},
    refuse,
    services::REGIONS,
    shape::Line,
    times::Millis,
};
use crate::money::Money;

/// A wish to pay, well formed but not yet judged.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wish {
    pub(crate) order_id: String,
    /// Coupon id and pay type code.
    pub(crate) coupons: Vec<(String, i64)>,
    /// Discount id and type code.
    pub(crate) discount: Option<(String, i64)>,
}

impl World {
    /// Pays an order from coupons and cards, then cash, then credit.
    pub(crate) fn pay(&mut self, cause: &Cause, account: usize, wish: &Wish) -> Result<(), Refusal> {
        let place = self
            .find_for(account, &wish.order_id)
            .ok_or_else(|| refuse("CBC.30000010", "The order does not exist or cannot be operated."))?;
        if place.sub != 0 {
            return Err(refuse("CBC.99000089", "A sub-order of a combined order cannot be paid alone."));
        }
        let again = self.may_be_paid(place, cause.at)?;
        let id = self.order_id(place.account, place.index, 0);
        let payer = self.payer(place.account);
        let owner = &self.accounts[place.account];
        let live = owner.live.get(&place.index).ok_or_else(changed)?;

        let offer = chosen_offer(&live.offers, wish.discount.as_ref())?;
        let coupons = self.chosen_coupons(place, &id, wish, cause.at, again)?;
        let picked: Vec<&Coupon> = coupons.iter().map(|at| &owner.coupons[*at]).collect();
        agree(&picked, offer, &live.lines)?;
        let cards = owner.chosen_cards(&wish.coupons, cause.at, again)?;

        let (mut payment, left) = reckon(&live.lines, offer, &picked);
        payment.at = cause.at;
        let chosen: Vec<&Card> = cards.iter().map(|at| &owner.cards[*at]).collect();
        cards::pay_with(&chosen, left, &mut payment);
        payment.shown_from = cause.at + self.settings.visible_after_ms;
        payment.done_at = payment.shown_from + self.settings.provision_ms;
        let due = self.remaining(place, &payment);
        let mut balances = *self.accounts[payer].balances.last();
        (payment.cash, payment.credit) = balances.charge(due)?;

        self.accounts[payer].balances.put(cause.at, balances);
        self.settle(place, &id, payment.clone(), &coupons);
        let spent = &payment.coupons[coupons.len()..];
        for (at, (_, amount)) in cards.iter().zip(spent) {
            self.accounts[place.account].cards[*at].spend(cause.at, *amount);
        }
        let effect = self.record(cause, place.account, "pay_orders", &id);
        effect.amount = Money::from_fen(payment.cash + payment.credit);
        effect.cash = Money::from_fen(payment.cash);
        effect.credit = Money::from_fen(payment.credit);
        effect.coupons = payment
            .coupons
            .iter()
            .map(|(coupon, amount)| Spent { coupon_id: coupon.clone(), amount: Money::from_fen(*amount) })
            .collect();
        Ok(())
    }

    /// Whether the order can be paid; true when it is paid already and that does not matter here.
    fn may_be_paid(&self, place: Place, now: Millis) -> Result<bool, Refusal> {
        let live = self.accounts[place.account].live.get(&place.index).ok_or_else(changed)?;
        match live.truth {
            Truth::Open if live.deadline.is_some_and(|deadline| deadline <= now) => {
                Err(refuse("CBC.99003110", "The payment deadline of the order has passed."))
            }
            Truth::Open => Ok(false),
            Truth::Paid if self.mode == Mode::Naive => Ok(true),
            Truth::Paid | Truth::Cancelled | Truth::Elsewhere => Err(changed()),
        }
    }

    /// The positions of the wished coupons, each usable by itself.
    fn chosen_coupons(
        &self,
        place: Place,
        order_id: &str,
        wish: &Wish,
        now: Millis,
        again: bool,
    ) -> Result<Vec<usize>, Refusal> {
        let owner = &self.accounts[place.account];
        let lines = owner.lines(place.index);
        let region = REGIONS[owner.orders[place.index as usize].salt as usize % REGIONS.len()];
        let mut chosen = Vec::new();
        for (id, pay_type) in wish.coupons.iter().filter(|(_, pay_type)| *pay_type != cards::PAY_TYPE) {
            let at = owner
                .coupons
                .iter()
                .position(|coupon| coupon.id == *id)
                .ok_or_else(|| refuse("CBC.0100", format!("The coupon {id} does not exist.")))?;
            let coupon = &owner.coupons[at];
            if coupon.pay_type() != *pay_type {
                return Err(refuse("CBC.0100", format!("The type of the coupon {id} is not {pay_type}.")));
            }
            let held = coupon.now.last().lock.as_deref().is_some_and(|lock| lock != order_id);
            let unusable = coupon.state(now) != state::USABLE || coupon.frozen || held;
            if unusable && !again {
                return Err(refuse(
                    "CBC.99003112",
                    format!("The coupon {id} has been used or is not usable."),
                ));
            }
            if !coupon.suits(&lines, region) {
                return Err(refuse("CBC.0100", format!("The coupon {id} is not for this order.")));
            }
            chosen.push(at);
        }
        Ok(chosen)
    }

    /// What is left to be paid with money.
    fn remaining(&self, place: Place, payment: &Payment) -> Fen {
        let live = &self.accounts[place.account].live[&place.index];
        let price: Fen = live.lines.iter().map(|l| l.after).sum();
        let off = payment.discount.as_ref().map_or(0, |(_, lines)| lines.iter().sum())
            + payment.ratio_coupon.as_ref().map_or(0, |lines| lines.iter().sum::<Fen>())
            + payment.vouchers.iter().sum::<Fen>()
            + payment.flexi.iter().sum::<Fen>()
            + payment.cards.iter().sum::<Fen>();
        price - off
    }

    fn settle(&mut self, place: Place, order_id: &str, payment: Payment, coupons: &[usize]) {
        let owner = &mut self.accounts[place.account];
        for (at, (_, amount)) in coupons.iter().zip(&payment.coupons) {
            owner.coupons[*at].spend(payment.at, *amount, order_id);
        }
        // Coupons kept for this order that it did not use are free again.
        for coupon in &mut owner.coupons {
            coupon.release(payment.at, order_id);
        }
        let live = owner.live.get_mut(&place.index);
        if let Some(live) = live.filter(|live| live.truth == Truth::Open) {
            live.truth = Truth::Paid;
            live.status.forget_after(payment.at);
            live.status.plan(payment.shown_from, status::PROCESSING);
            live.status.plan(payment.done_at, status::COMPLETED);
            live.payment = Some(payment);
        }
    }
}

fn changed() -> Refusal {
    refuse("CBC.99003106", "The order status has changed. The order cannot be paid.")
}

fn chosen_offer<'o>(offers: &'o [Offer], wish: Option<&(String, i64)>) -> Result<Option<&'o Offer>, Refusal> {
    let unusable = || refuse("CBC.99003108", "The discount cannot be used for the order.");
    let chosen = match wish {
        Some((id, kind)) => {
            let offer = offers.iter().find(|offer| offer.id == *id).ok_or_else(unusable)?;
            if i64::from(offer.kind) != *kind {
                return Err(unusable());
            }
            Some(offer)
        }
        None => None,
    };
    let adjusted = offers.iter().any(|offer| offer.kind == ADJUSTED);
    if adjusted && chosen.is_none_or(|offer| offer.kind != ADJUSTED) {
        return Err(unusable());
    }
    Ok(chosen)
}

/// Whether coupons go together, and with the discount.
fn agree(coupons: &[&Coupon], offer: Option<&Offer>, lines: &[Line]) -> Result<(), Refusal> {
    let has = |kind| coupons.iter().any(|coupon| coupon.kind == kind);
    if has(VOUCHER) && has(DISCOUNT) {
        return Err(refuse("CBC.99003147", "Vouchers and discount coupons cannot be used together."));
    }
    let group = |group| coupons.iter().any(|coupon| coupon.group == group);
    if group(1) && group(2) {
        return Err(refuse(
            "CBC.99003156",
            "Marketplace coupons and special-purpose vouchers exclude each other.",
        ));
    }
    for coupon in coupons {
        let most = MOST.iter().find(|(kind, group, _)| *kind == coupon.kind && *group == coupon.group);
        let used = coupons.iter().filter(|c| c.kind == coupon.kind && c.group == coupon.group).count();
        if used > most.map_or(0, |(_, _, most)| usize::from(*most)) {
            return Err(refuse("CBC.0100", "Too many coupons of this type."));
        }
        let Some(offer) = offer else { continue };
        let excluded = match offer.kind {
            PROMOTION => coupon.excludes("PromotionDiscount"),
            CONTRACT | COMMERCIAL => coupon.excludes("ContractDiscount"),
            PARTNER => coupon.excludes("EmpowerDiscount"),
            _ => false,
        };
        if excluded {
            return Err(refuse("CBC.99003116", "The coupon cannot be used with the discount."));
        }
        if coupon.least_ratio().is_some_and(|least| offer.ratios(lines).iter().all(|ratio| *ratio < least)) {
            return Err(refuse("CBC.99003117", "The discount is below the minimum discount of the coupon."));
        }
    }
    Ok(())
}

/// What each instrument pays of each line (the discount, a discount coupon, vouchers, flexi-purchase
/// coupons), and what they leave of it.
fn reckon(lines: &[Line], offer: Option<&Offer>, coupons: &[&Coupon]) -> (Payment, Vec<Fen>) {
    let mut left: Vec<Fen> = lines.iter().map(|l| l.after).collect();
    let mut payment =
        Payment { vouchers: vec![0; lines.len()], flexi: vec![0; lines.len()], ..Payment::default() };
    let take = |left: &mut Vec<Fen>, parts: &[Fen]| left.iter_mut().zip(parts).for_each(|(l, p)| *l -= p);
    if let Some(offer) = offer {
        let parts = offer.reductions(lines);
        take(&mut left, &parts);
        payment.discount = Some((offer.amount_type(), parts));
    }
    payment.coupons = coupons.iter().map(|coupon| (coupon.id.clone(), 0)).collect();
    for wanted in [DISCOUNT, VOUCHER, FLEXI] {
        for (coupon, spent) in coupons.iter().zip(&mut payment.coupons) {
            if coupon.kind != wanted {
                continue;
            }
            let whole: Fen = left.iter().sum();
            let amount = match (wanted, coupon.worth()) {
                (DISCOUNT, 0) => 0,
                (DISCOUNT, _) => whole * (100 - coupon.face.clamp(0, 100)) / 100,
                (_, worth) => worth.min(whole),
            };
            let parts = share(amount, &left);
            take(&mut left, &parts);
            spent.1 = amount;
            let sum = match wanted {
                DISCOUNT => payment.ratio_coupon.get_or_insert_with(|| vec![0; lines.len()]),
                VOUCHER => &mut payment.vouchers,
                _ => &mut payment.flexi,
            };
            sum.iter_mut().zip(parts).for_each(|(s, p)| *s += p);
        }
    }
    (payment, left)
}
