//! A good plan for many resources: orders are paid one after the other, each by what costs least with the
//! coupons that are left; then a part of them is taken back and paid anew, again and again, and what is no
//! worse is kept. It is the same for the same case, and ends after a number of steps that depends on its size.

use super::{
    bound::{ONE, Prices},
    case::{Beside, Case, Fen, Order, Paid, Picks, Rank},
    choice::{Stack, price},
};

/// Orders by how they are paid, in the order of their payments.
#[derive(Debug, Clone, Default)]
pub(super) struct Plan {
    placed: Vec<Placed>,
    /// What is left for the balance.
    pub(super) cash: Fen,
}

/// An order that has its way and coupons.
#[derive(Debug, Clone, Copy)]
struct Placed {
    order: usize,
    way: usize,
    picks: Picks,
    cash: Fen,
}

/// Looks for plans.
pub(super) struct Search<'c> {
    case: &'c Case,
    /// All orders that were thought of; first one for each item.
    orders: Vec<Order>,
    /// Orders of several items that coupons for a share of the price are best for, with the coupon.
    groups: Vec<(usize, usize)>,
    dice: Dice,
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    /// One of `0..below`.
    fn roll(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let below = u64::try_from(below.max(1)).unwrap_or(1);
        usize::try_from((self.0 >> 11) % below).unwrap_or_default()
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.roll(at + 1));
        }
    }
}

/// How many coupons of a kind are looked at for an order.
const LOOKED_AT: usize = 3;

impl<'c> Search<'c> {
    pub(super) fn new(case: &'c Case) -> Self {
        let orders = (0..case.prices.len()).map(|item| case.order(vec![item])).collect();
        let mut search = Self { case, orders, groups: Vec::new(), dice: Dice(0x9E37_79B9_7F4A_7C15) };
        if case.largest > 1 {
            search.group();
        }
        search
    }

    /// Gives each coupon for a share of the price the items that gain most by it; the greatest gain first.
    fn group(&mut self) {
        let case = self.case;
        let is_share = |at: &usize| case.coupons[*at].rank == Rank::Ratio;
        let mut coupons: Vec<usize> = (0..case.coupons.len()).filter(is_share).collect();
        let mut is_open = vec![true; case.prices.len()];
        loop {
            let mut best: (Fen, usize, Vec<usize>) = (0, 0, Vec::new());
            for coupon in &coupons {
                for discount in 0..=case.discounts.len() {
                    let gains = self.gains(*coupon, discount.checked_sub(1));
                    let gainful =
                        |at: &usize| is_open[*at] && case.coupons[*coupon].fits[*at] && gains[*at] > 0;
                    let mut items: Vec<usize> = (0..gains.len()).filter(gainful).collect();
                    items.sort_by_key(|at| -gains[*at]);
                    let Some(first) = items.first().copied() else { continue };
                    items.retain(|at| case.batches[*at] == case.batches[first]);
                    items.truncate(case.largest);
                    let gain: Fen = items.iter().map(|at| gains[*at]).sum();
                    if gain > best.0 {
                        best = (gain, *coupon, items);
                    }
                }
            }
            let (gain, coupon, mut items) = best;
            if gain == 0 {
                break;
            }
            coupons.retain(|other| *other != coupon);
            items.sort_unstable();
            for item in &items {
                is_open[*item] = false;
            }
            if items.len() > 1 {
                self.orders.push(case.order(items));
                self.groups.push((self.orders.len() - 1, coupon));
            }
        }
    }

    /// A plan by these prices of coupons, with an order for each item but those that are `grouped`: dear ones
    /// first, or those first that few coupons can pay.
    pub(super) fn build(&self, prices: &Prices, scarce_first: bool, grouped: bool) -> Plan {
        let groups: &[(usize, usize)] = if grouped { &self.groups } else { &[] };
        let mut is_open = vec![true; self.case.prices.len()];
        for item in groups.iter().flat_map(|(order, _)| &self.orders[*order].items) {
            is_open[*item] = false;
        }
        let mut sequence: Vec<usize> = (0..self.case.prices.len()).filter(|at| is_open[*at]).collect();
        let choices = |at: &usize| self.orders[*at].ways.iter().map(|way| way.coupons.len()).max();
        if scarce_first {
            sequence.sort_by_key(|at| (choices(at), -self.case.prices[*at]));
        } else {
            sequence.sort_by_key(|at| -self.case.prices[*at]);
        }
        let mut lefts = self.case.lefts();
        let wanted = groups.iter().map(|(order, coupon)| (*order, Some(*coupon)));
        let placed: Vec<Placed> = wanted
            .chain(sequence.into_iter().map(|at| (at, None)))
            .map(|(at, wanted)| self.place(at, &mut lefts, (prices, wanted)))
            .collect();
        let cash = placed.iter().map(|one| one.cash).sum();
        self.spent(Plan { placed, cash })
    }

    /// The plan after what is left of coupons was used where cash is still paid.
    fn spent(&self, plan: Plan) -> Plan {
        let (mut kept, mut again): (Vec<Placed>, Vec<Placed>) =
            plan.placed.into_iter().partition(|one| one.cash == 0);
        let mut lefts = self.case.lefts();
        self.run(&mut kept, &mut lefts);
        let free = Prices::none(self.case);
        // Those that pay most are served first.
        again.sort_by_key(|one| (-one.cash, one.order));
        for one in again {
            let placed = self.place(one.order, &mut lefts, (&free, None));
            kept.push(placed);
        }
        let cash = kept.iter().map(|one| one.cash).sum();
        if cash <= plan.cash { Plan { placed: kept, cash } } else { self.sum(kept) }
    }

    fn sum(&self, mut placed: Vec<Placed>) -> Plan {
        let cash = self.run(&mut placed, &mut self.case.lefts());
        Plan { placed, cash }
    }

    /// Takes parts of the plan back and pays them anew, until it costs `enough` or after so many steps.
    pub(super) fn improve(&mut self, plan: Plan, steps: usize, enough: Fen) -> Plan {
        let mut best = plan.clone();
        let mut now = plan;
        let discounts = self.case.discounts.len();
        let is_for_groups = |at: &usize| {
            let with = |discount: usize| self.case.is_for_groups(*at, discount.checked_sub(1));
            self.case.largest > 1 && (0..=discounts).any(with)
        };
        let grouping: Vec<usize> = (0..self.case.coupons.len()).filter(is_for_groups).collect();
        for _ in 0..steps {
            if best.cash <= enough {
                break;
            }
            let by_group = !grouping.is_empty() && self.dice.roll(3) == 0;
            let changed = if by_group {
                let coupon = grouping[self.dice.roll(grouping.len())];
                self.regrouped(&now, coupon)
            } else {
                self.repaid(&now)
            };
            let Some(changed) = changed else { continue };
            if changed.cash <= now.cash {
                now = changed;
                if now.cash < best.cash {
                    best = now.clone();
                }
            }
        }
        best
    }

    /// Some orders are paid anew, after all others.
    fn repaid(&mut self, plan: &Plan) -> Option<Plan> {
        let count = plan.placed.len();
        let paying: Vec<usize> = (0..count).filter(|at| plan.placed[*at].cash > 0).collect();
        if paying.is_empty() {
            return None;
        }
        let first = paying[self.dice.roll(paying.len())];
        let mut chosen = vec![first];
        // One that uses what the first could use makes room for it.
        let mut could = vec![false; self.case.coupons.len()];
        for coupon in self.orders[plan.placed[first].order].ways.iter().flat_map(|way| &way.coupons) {
            could[*coupon] = true;
        }
        let is_rival = |at: &usize| *at != first && plan.placed[*at].picks.iter().any(|coupon| could[coupon]);
        let rivals: Vec<usize> = (0..count).filter(is_rival).collect();
        if !rivals.is_empty() {
            for _ in 0..self.dice.roll(4).min(rivals.len()) + usize::from(!rivals.is_empty()) {
                chosen.push(rivals[self.dice.roll(rivals.len())]);
            }
        }
        for _ in 0..self.dice.roll(3) {
            chosen.push(self.dice.roll(count));
        }
        chosen.sort_unstable();
        chosen.dedup();
        let apart = self.dice.roll(2) == 0;
        let mut anew: Vec<usize> = Vec::new();
        for at in &chosen {
            let order = plan.placed[*at].order;
            if apart { anew.extend(&self.orders[order].items) } else { anew.push(order) }
        }
        if self.dice.roll(2) == 0 {
            anew.sort_by_key(|order| {
                let order = &self.orders[*order];
                (order.ways.iter().map(|way| way.coupons.len()).max(), order.items[0])
            });
        } else {
            self.dice.shuffle(&mut anew);
        }
        let kept = |at: usize| chosen.binary_search(&at).is_err();
        let in_front = self.dice.roll(4) == 0;
        Some(self.anew(plan, kept, &anew, (None, in_front)))
    }

    /// Some items are ordered together for the sake of a coupon.
    fn regrouped(&mut self, plan: &Plan, coupon: usize) -> Option<Plan> {
        // Whether it is ordered with others already, what its order pays, and which it is.
        let mut of: Vec<(bool, Fen, usize)> = Vec::new();
        for one in &plan.placed {
            let items = &self.orders[one.order].items;
            let fits = items.iter().filter(|at| self.case.coupons[coupon].fits[**at]);
            of.extend(fits.map(|at| (items.len() > 1, one.cash, *at)));
        }
        if of.is_empty() {
            return None;
        }
        let batch = self.case.batches[of[self.dice.roll(of.len())].2];
        of.retain(|(_, _, item)| self.case.batches[*item] == batch);
        let most = self.case.largest.min(of.len());
        let discount = self.dice.roll(self.case.discounts.len() + 1).checked_sub(1);
        let gains = self.gains(coupon, discount);
        match self.dice.roll(6) {
            // Those whose orders pay most,
            0 => of.sort_unstable_by_key(|(is_grouped, cash, at)| (*is_grouped, -cash, *at)),
            // those that gain most by it, of those that are by themselves or of all,
            1 | 2 => of.sort_unstable_by_key(|(is_grouped, _, at)| (*is_grouped, -gains[*at], *at)),
            3 => of.sort_unstable_by_key(|(_, _, at)| (-gains[*at], *at)),
            // the dearest of all, or any.
            4 => of.sort_unstable_by_key(|(_, _, at)| (-self.case.prices[*at], *at)),
            _ => self.dice.shuffle(&mut of),
        }
        // The more the better for a share of the price.
        let is_share = self.case.coupons[coupon].rank == Rank::Ratio;
        let number =
            if self.dice.roll(if is_share { 2 } else { 4 }) == 0 { most } else { 1 + self.dice.roll(most) };
        let mut items: Vec<usize> = of[..number].iter().map(|(_, _, at)| *at).collect();
        items.sort_unstable();
        let kept = |at: usize| {
            let others = &self.orders[plan.placed[at].order].items;
            !others.iter().any(|item| items.binary_search(item).is_ok())
        };
        let mut anew: Vec<usize> = Vec::new();
        for one in plan.placed.iter().enumerate().filter(|(at, _)| !kept(*at)).map(|(_, one)| one) {
            let rest = self.orders[one.order].items.iter();
            anew.extend(rest.filter(|item| items.binary_search(item).is_err()));
        }
        let kept: Vec<bool> = (0..plan.placed.len()).map(kept).collect();
        let group = self.named(items);
        anew.insert(0, group);
        let wanted = (self.dice.roll(2) == 0).then_some(coupon);
        let in_front = self.dice.roll(2) == 0;
        let changed = self.anew(plan, |at| kept[at], &anew, (wanted, in_front));
        if changed.cash > plan.cash && group >= self.case.prices.len() {
            self.orders.pop();
        }
        Some(changed)
    }

    /// What each item gains by a coupon together with a discount, against its best discount alone.
    fn gains(&self, coupon: usize, discount: Option<usize>) -> Vec<Fen> {
        let excluded = discount.is_some_and(|at| self.case.coupons[coupon].beside[at] == Beside::Never);
        if excluded {
            return vec![0; self.case.prices.len()];
        }
        let gain = |(item, price): (usize, &Fen)| {
            let alone = self.orders[item].ways.iter().map(|way| way.payable).min().unwrap_or_default();
            let off = discount.and_then(|at| self.case.discounts[at].off[item]).unwrap_or_default();
            let taken = self.case.takes(coupon, (price - off).max(0), self.case.coupons[coupon].left);
            alone - (price - off - taken)
        };
        self.case.prices.iter().enumerate().map(gain).collect()
    }

    /// The plan with these orders paid before or after those that are kept. The first may have to use a
    /// certain coupon.
    fn anew(
        &self,
        plan: &Plan,
        kept: impl Fn(usize) -> bool,
        orders: &[usize],
        (wanted, in_front): (Option<usize>, bool),
    ) -> Plan {
        let mut lefts = self.case.lefts();
        let mut placed: Vec<Placed> =
            (0..plan.placed.len()).filter(|at| kept(*at)).map(|at| plan.placed[at]).collect();
        let free = Prices::none(self.case);
        let mut cash = 0;
        if !in_front {
            cash += self.run(&mut placed, &mut lefts);
        }
        let mut fresh = Vec::with_capacity(orders.len());
        for (nth, order) in orders.iter().enumerate() {
            let wanted = wanted.filter(|_| nth == 0);
            fresh.push(self.place(*order, &mut lefts, (&free, wanted)));
        }
        cash += fresh.iter().map(|one| one.cash).sum::<Fen>();
        if in_front {
            cash += self.run(&mut placed, &mut lefts);
            fresh.append(&mut placed);
            placed = fresh;
        } else {
            placed.append(&mut fresh);
        }
        Plan { placed, cash }
    }

    /// Pays orders as they are, one after the other; what they pay is kept with them.
    fn run(&self, placed: &mut [Placed], lefts: &mut [Fen]) -> Fen {
        let mut cash = 0;
        for one in placed {
            let payable = self.orders[one.order].ways[one.way].payable;
            one.cash = if one.picks.len() == 0 { payable } else { self.case.pay(payable, &one.picks, lefts) };
            cash += one.cash;
        }
        cash
    }

    /// Pays an order by what costs least with what is left, coupons priced; perhaps only with a certain one. Of
    /// ways that cost the same, it is the one that takes least from coupons.
    fn place(&self, at: usize, lefts: &mut [Fen], (prices, wanted): (&Prices, Option<usize>)) -> Placed {
        let order = &self.orders[at];
        let mut best = Placed { order: at, way: 0, picks: Picks::default(), cash: Fen::MAX };
        let mut least = (Fen::MAX, Fen::MAX);
        for (nth, way) in order.ways.iter().enumerate() {
            let looked_at = self.looked_at(way.payable, &way.coupons, (lefts, prices, wanted));
            let mut stack = Stack { case: self.case, candidates: &looked_at, prices, lefts, best: None };
            stack.extend(Picks::default(), (0, way.payable, way.payable * ONE));
            if let Some((cost, cash, picks)) = stack.best {
                let is_wanted = wanted.is_none_or(|wanted| picks.iter().any(|coupon| coupon == wanted));
                let cost = if is_wanted { cost } else { cost.saturating_add(Fen::MAX / 4) };
                if (cost, way.payable) < least {
                    least = (cost, way.payable);
                    best = Placed { order: at, way: nth, picks, cash };
                }
            }
        }
        self.case.pay(order.ways[best.way].payable, &best.picks, lefts);
        best
    }

    /// The coupons that save most of it, some of each kind, by rank.
    fn looked_at(
        &self,
        payable: Fen,
        coupons: &[usize],
        (lefts, prices, wanted): (&[Fen], &Prices, Option<usize>),
    ) -> Vec<usize> {
        let mut found: Vec<usize> = Vec::with_capacity(3 * LOOKED_AT);
        for rank in [Rank::Ratio, Rank::Voucher, Rank::Flexi] {
            let mut top: [(Fen, usize); LOOKED_AT] = [(0, usize::MAX); LOOKED_AT];
            for at in coupons.iter().copied().filter(|at| self.case.coupons[*at].rank == rank) {
                if lefts[at] == 0 {
                    continue;
                }
                let taken = self.case.takes(at, payable, lefts[at]);
                let saves = if wanted == Some(at) {
                    Fen::MAX
                } else {
                    taken * ONE - price(self.case, prices, at, taken)
                };
                if saves > top[LOOKED_AT - 1].0 {
                    top[LOOKED_AT - 1] = (saves, at);
                    top.sort_by_key(|(saves, at)| (-saves, *at));
                }
            }
            found.extend(top.iter().filter(|(saves, _)| *saves > 0).map(|(_, at)| *at));
        }
        found
    }

    /// The plan in full: coupons that take nothing are left out, and what gains nothing by being ordered
    /// together is ordered by itself.
    pub(super) fn finish(&mut self, plan: Plan) -> Vec<Paid> {
        let plan = self.apart(plan);
        let mut lefts = self.case.lefts();
        let mut paid = Vec::with_capacity(plan.placed.len());
        for one in &plan.placed {
            let order = &self.orders[one.order];
            let way = &order.ways[one.way];
            let mut cash = way.payable;
            let mut coupons = Vec::new();
            for coupon in one.picks.iter() {
                let rest = self.case.pay(cash, &Picks::default().with(coupon), &mut lefts);
                if rest < cash {
                    coupons.push(coupon);
                }
                cash = rest;
            }
            paid.push(Paid { items: order.items.clone(), discount: way.discount, coupons, cash });
        }
        paid
    }

    /// Takes apart what was ordered together for nothing: as a whole, or one item at a time.
    fn apart(&mut self, plan: Plan) -> Plan {
        let mut plan = plan;
        let mut at = 0;
        'orders: while at < plan.placed.len() {
            let items = self.orders[plan.placed[at].order].items.clone();
            if items.len() > 1 {
                let mut ways: Vec<Vec<usize>> = vec![items.clone()];
                for item in &items {
                    let rest: Vec<usize> = items.iter().copied().filter(|other| other != item).collect();
                    ways.push(vec![self.named(rest), *item]);
                }
                for orders in ways {
                    let other = self.anew(&plan, |nth| nth != at, &orders, (None, false));
                    if other.cash <= plan.cash {
                        plan = other;
                        continue 'orders;
                    }
                }
            }
            at += 1;
        }
        plan
    }

    /// The order of these items.
    fn named(&mut self, items: Vec<usize>) -> usize {
        if let [only] = items.as_slice() {
            return *only;
        }
        self.orders.push(self.case.order(items));
        self.orders.len() - 1
    }

    /// Orders that were paid elsewhere, as a plan.
    pub(super) fn plan_of(&mut self, paid: &[Paid]) -> Plan {
        let mut plan = Plan::default();
        for one in paid {
            let order = self.named(one.items.clone());
            let way = self.orders[order].ways.iter().position(|way| way.discount == one.discount);
            let picks = one.coupons.iter().fold(Picks::default(), |picks, coupon| picks.with(*coupon));
            plan.placed.push(Placed { order, way: way.unwrap_or_default(), picks, cash: one.cash });
            plan.cash += one.cash;
        }
        plan
    }
}
