//! Unsubscribing: what a resource's orders paid comes back, as far as the rules go, and the resource
//! goes; or only renewed terms that have not started are given back.

use std::collections::{BTreeSet, HashMap};

use super::{
    super::{
        Cause, Fen, Refusal, Spent, World,
        coupons::{FLEXI, VOUCHER},
        dice::share,
        orders::{NO_BASE, Payment, Truth, kind, status},
        place::Draft,
        refuse,
        services::{DDS, SERVICES},
        shape::Line,
        times::{Millis, beijing_year},
    },
    Gone, Key, Resource, is_package,
    judge::{Failed, Group, Made, Obstacle},
    reckon::{FIVE_DAYS, Part},
    terms::Term,
};
use crate::money::Money;

/// What is unsubscribed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// The resource with all that it was renewed for.
    Resource,
    /// Renewed terms that have not started.
    UnstartedTerms,
}

impl World {
    /// Unsubscribes resources, an order for each.
    pub(crate) fn unsubscribe(
        &mut self,
        cause: &Cause,
        account: usize,
        ids: &[String],
        what: What,
    ) -> Result<Made, Refusal> {
        let judged = self.judged_at(cause);
        let mut groups = Vec::new();
        let mut failed = Vec::new();
        for id in ids {
            match self.unsubscribable(account, id, what, judged) {
                Ok(group) => groups.push(group),
                Err(why) => failed.push(Failed { resource_id: id.clone(), why }),
            }
        }
        // Some services can only be given up as a whole.
        let named: BTreeSet<Key> = groups.iter().map(|group| group.main.key()).collect();
        groups.retain(|group| {
            let whole = what == What::UnstartedTerms || self.is_whole(group, &named, judged);
            if !whole {
                let why = refuse("CBC.99003185", "The resources of this service are operated as a whole.");
                failed.push(Failed { resource_id: group.main.id.clone(), why });
            }
            whole
        });
        if let Some(first) = failed.first().filter(|_| groups.is_empty())
            && self.settings.all_failed_is_refused
        {
            return Err(first.why.clone());
        }
        let order_ids =
            groups.into_iter().map(|group| self.give_up(cause, account, &[group], what)).collect();
        Ok(Made { order_ids, failed })
    }

    fn unsubscribable(&self, account: usize, id: &str, what: What, at: Millis) -> Result<Group, Refusal> {
        let group = self.group(account, id, at).map_err(|obstacle| match obstacle {
            Obstacle::Unknown => refuse("CBC.99003012", "The resource does not exist."),
            Obstacle::Gone => refuse("CBC.30000067", "The resource has been deleted or is not managed."),
            Obstacle::Attached(_) => {
                refuse("CBC.99003185", "The resource is operated with its main resource as a whole.")
            }
            Obstacle::Unpaid => refuse("CBC.99003100", "The resource is in an unpaid order."),
            Obstacle::Leaving | Obstacle::Running => {
                refuse("CBC.99003651", "A transaction of the resource is in progress.")
            }
        })?;
        if is_package(group.main.line.service) {
            return Err(refuse("CBC.99003647", "A package cannot be unsubscribed."));
        }
        if what == What::UnstartedTerms && unstarted(&group.main, at).next().is_none() {
            return Err(refuse("CBC.99003128", "No term was renewed, or it has started."));
        }
        Ok(group)
    }

    /// Whether a group is all of what has to be operated together.
    fn is_whole(&self, group: &Group, named: &BTreeSet<Key>, at: Millis) -> bool {
        let together = group.main.line.service == DDS
            || SERVICES[usize::from(group.main.line.service)].code == "hws.service.type.dms";
        let provided = || self.provided_by(group.main.account, group.main.order, at);
        !together
            || provided()
                .iter()
                .filter(|other| other.parent.is_none() && other.line.service == group.main.line.service)
                .all(|other| named.contains(&other.key()))
    }

    /// Gives up groups of one purchase, or unstarted terms of them, in one order; answers its id.
    pub(super) fn give_up(&mut self, cause: &Cause, account: usize, groups: &[Group], what: What) -> String {
        let at = cause.at;
        let judged = self.judged_at(cause);
        let mut parts = Vec::new();
        for group in groups {
            let whole = what == What::Resource && self.comes_back_whole(group, at);
            if whole {
                let used = self.accounts[account].resources.five_day.entry(beijing_year(at));
                *used.or_default() += 1;
            }
            for resource in group.all() {
                let unstarted: BTreeSet<u32> = unstarted(resource, at).map(|term| term.order).collect();
                let counts = |part: &Part| what == What::Resource || unstarted.contains(&part.order);
                parts.extend(self.parts(resource, whole, (judged, at)).into_iter().filter(counts));
            }
        }
        let resources: Vec<&Resource> = groups.iter().flat_map(Group::all).collect();
        let sum = |key: Key| parts.iter().filter(|p| p.key == key).map(|p| p.refunded).sum::<Fen>();
        let lines: Vec<Line> = resources
            .iter()
            .map(|resource| {
                let amount = sum(resource.key());
                let line = resource.line.clone();
                Line { sub: 0, periods: None, official: amount, after: amount, discount: 0, ..line }
            })
            .collect();
        let draft = Draft {
            kind: kind::UNSUBSCRIPTION,
            base: resources.first().map_or(NO_BASE, |resource| resource.order),
            status: status::PROCESSING,
            deadline: None,
            by: Some(cause.actor),
            ..Draft::purchase(at, lines)
        };
        let index = self.place(account, draft);
        let done_at = at + self.settings.visible_after_ms + self.settings.provision_ms;
        let owner = &mut self.accounts[account];
        if let Some(live) = owner.live.get_mut(&index) {
            live.truth = Truth::Elsewhere;
            live.status.plan(done_at, status::COMPLETED);
            live.payment = Some(Payment { at, shown_from: done_at, done_at, ..Payment::default() });
        }
        let gone = Gone { decided: at, at: done_at };
        match what {
            What::Resource => owner.resources.leave(resources.iter().map(|r| r.key()), gone),
            What::UnstartedTerms => {
                for part in &parts {
                    owner.resources.given_back.insert((part.order, part.line), gone);
                    owner.resources.touched.insert(part.key.0);
                }
            }
        }
        owner.resources.refunds.insert(index, parts.clone());
        self.refund(cause, account, index, &parts);
        for group in groups {
            self.plan_renewal(account, group.main.key(), done_at);
        }
        self.order_id(account, index, 0)
    }

    /// Whether the rule of five days holds: a new purchase, and quota left in this year.
    fn comes_back_whole(&self, group: &Group, at: Millis) -> bool {
        let owner = &self.accounts[group.main.account];
        let used = owner.resources.five_day.get(&beijing_year(at)).copied().unwrap_or(0);
        owner.orders[group.main.order as usize].kind == kind::NEW
            && at - group.main.effective < FIVE_DAYS
            && used < self.settings.five_day_quota
    }

    /// Gives money back to the cash account, and to coupons and cards what came from them.
    fn refund(&mut self, cause: &Cause, account: usize, index: u32, parts: &[Part]) {
        let mut coupons: Vec<Spent> = Vec::new();
        let mut cash = 0;
        for part in parts {
            cash += part.refunded - part.voucher - part.flexi - part.card;
            for (kind, amount) in [(VOUCHER, part.voucher), (FLEXI, part.flexi)] {
                coupons.extend(self.coupons_back(cause.at, account, part.order, (kind, amount)));
            }
            coupons.extend(self.cards_back(cause.at, account, part.order, part.card));
        }
        let payer = self.payer(account);
        let mut balances = *self.accounts[payer].balances.last();
        balances.cash += cash;
        self.accounts[payer].balances.put(cause.at, balances);
        let id = self.order_id(account, index, 0);
        let effect = self.record(cause, account, "cancel_resources_subscription", &id);
        effect.amount = Money::from_fen(-cash);
        effect.cash = Money::from_fen(-cash);
        effect.coupons = coupons;
    }

    /// What each coupon and card paid of an order; nothing is known of orders that ended before the start.
    fn spent_on(&self, account: usize, order: u32) -> HashMap<String, Fen> {
        let live = self.accounts[account].live.get(&order);
        let payment = live.and_then(|live| live.payment.as_ref());
        payment.map(|payment| payment.coupons.iter().cloned().collect()).unwrap_or_default()
    }

    /// Gives an amount back to the coupons of a kind that paid an order; expired ones are void.
    fn coupons_back(
        &mut self,
        at: Millis,
        account: usize,
        order: u32,
        (kind, amount): (u8, Fen),
    ) -> Vec<Spent> {
        if amount == 0 {
            return Vec::new();
        }
        let id = self.order_id(account, order, 0);
        let spent = self.spent_on(account, order);
        let owner = &mut self.accounts[account];
        let of_kind: Vec<(usize, Fen)> = owner
            .coupons
            .iter()
            .enumerate()
            .filter(|(_, coupon)| coupon.kind == kind)
            .filter_map(|(nth, coupon)| {
                let of_old = coupon.now.last().last_order.as_ref() == Some(&id);
                let paid = spent.get(&coupon.id).copied();
                paid.or_else(|| of_old.then_some(coupon.face)).map(|amount| (nth, amount))
            })
            .collect();
        let weights: Vec<Fen> = of_kind.iter().map(|(_, amount)| *amount).collect();
        let mut back = Vec::new();
        for ((nth, whole), part) in of_kind.iter().zip(share(amount, &weights)) {
            let coupon = &mut owner.coupons[*nth];
            // A coupon for one use comes back whole or not at all.
            let part = if coupon.version == 2 || part == *whole { part } else { 0 };
            let part = coupon.give_back(at, part, &id);
            if part != 0 {
                back.push(Spent { coupon_id: coupon.id.clone(), amount: Money::from_fen(-part) });
            }
        }
        back
    }

    /// Gives an amount back to the stored-value cards that paid an order; expired ones are void.
    fn cards_back(&mut self, at: Millis, account: usize, order: u32, amount: Fen) -> Vec<Spent> {
        let spent = self.spent_on(account, order);
        let owner = &mut self.accounts[account];
        let mut cards: Vec<_> =
            owner.cards.iter_mut().filter_map(|card| Some((*spent.get(&card.id)?, card))).collect();
        let weights: Vec<Fen> = cards.iter().map(|(paid, _)| *paid).collect();
        let mut back = Vec::new();
        for ((_, card), part) in cards.iter_mut().zip(share(amount, &weights)) {
            let part = card.give_back(at, part);
            if part != 0 {
                back.push(Spent { coupon_id: card.id.clone(), amount: Money::from_fen(-part) });
            }
        }
        back
    }
}

/// The renewed terms that have not started at a moment.
fn unstarted(resource: &Resource, at: Millis) -> impl Iterator<Item = &Term> {
    resource.terms.iter().filter(move |term| term.order != resource.order && term.from > at)
}
