//! A bound from below on what must be paid: the rules are relaxed and coupons are given prices. Whatever the
//! prices are, what the items cost by themselves with them, less what all coupons are worth, is no more than the
//! least that can be paid; better prices give a better bound. It proposes nothing by itself.

use std::cmp::Ordering;

use super::case::{Case, Coupon, Fen, Rank, WHOLE, Way};

/// What a price of a whole fen is for each fen that a coupon takes.
pub(super) const ONE: Fen = 1_000;

/// What using coupons is thought to cost.
#[derive(Debug, Clone)]
pub(super) struct Prices {
    /// For each fen that is taken, in parts of [`ONE`].
    pub(super) by_fen: Vec<Fen>,
    /// For each use of one that is used up by it, in fen times [`ONE`].
    pub(super) by_use: Vec<Fen>,
}

/// A bound with the prices that gave it.
#[derive(Debug, Clone)]
pub(super) struct Bound {
    pub(super) prices: Prices,
    /// What each item costs at least, in fen times [`ONE`].
    pub(super) items: Vec<i128>,
    /// The least cash, fen.
    pub(super) least: Fen,
}

/// How often each coupon is used where everything is as cheap as it could be.
#[derive(Debug, Clone)]
struct Usage {
    /// Fen.
    taken: Vec<Fen>,
    /// Fen: the part of its worth for each use.
    used: Vec<Fen>,
}

/// Items as the relaxed rules see them.
pub(super) struct Relaxed<'c> {
    case: &'c Case,
    /// For each item its ways.
    ways: Vec<Vec<Way>>,
    /// The most that each coupon can save of an item.
    worth: Vec<Fen>,
    two_vouchers: bool,
}

/// A coupon that could pay for a part of an item.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    coupon: usize,
    /// How much it can take.
    most: Fen,
    /// What is saved by that, with its price, in fen times [`ONE`].
    saves: Fen,
    is_voucher: bool,
}

impl Candidate {
    /// Whether each fen saves more than with the other.
    fn rate_against(&self, other: &Self) -> Ordering {
        let mine = i128::from(self.saves) * i128::from(other.most);
        mine.cmp(&(i128::from(other.saves) * i128::from(self.most)))
    }
}

/// What is saved of an item, and how.
#[derive(Debug, Clone, Default)]
struct Saving {
    saves: Fen,
    parts: Vec<(usize, Fen, Fen)>,
}

impl Prices {
    /// Coupons cost nothing.
    pub(super) fn none(case: &Case) -> Self {
        Self { by_fen: vec![0; case.coupons.len()], by_use: vec![0; case.coupons.len()] }
    }
}

impl<'c> Relaxed<'c> {
    /// Relaxes the rules: an item of a larger order may use what any order with it could.
    pub(super) fn new(case: &'c Case) -> Self {
        let ways: Vec<Vec<Way>> = (0..case.prices.len()).map(|item| ways(case, item)).collect();
        let mut worth = vec![1; case.coupons.len()];
        for way in ways.iter().flatten() {
            for coupon in &way.coupons {
                let most = most(case, *coupon, way.payable);
                worth[*coupon] = worth[*coupon].max(most);
            }
        }
        Self { case, ways, worth, two_vouchers: case.takes_two_vouchers() }
    }

    /// Looks for good prices. `known` is what some plan pays; `at` is told of prices on the way and may
    /// find a better plan by them.
    pub(super) fn climb(
        &self,
        rounds: usize,
        mut known: Fen,
        mut at: impl FnMut(usize, &Prices) -> Fen,
    ) -> Bound {
        // At first as if all coupons could be spent, but for a little that makes them be used at all.
        let mut shares = vec![(ONE - 10, ONE - 10); self.case.coupons.len()];
        let mut centre = shares.clone();
        let (mut best, mut usage) = self.at(self.prices(&shares));
        let mut highest = self.total(&best);
        let mut total = highest;
        let mut best_usage = usage.clone();
        let (mut stride, mut idle) = (1_000, 0);
        for round in 0..rounds {
            if round % 8 == 0 {
                known = known.min(at(round, &best.prices));
            }
            if best.least >= known {
                break;
            }
            let missing = i128::from(known) * i128::from(ONE) - total;
            self.step(&mut shares, &usage, (missing, stride));
            let (bound, used) = self.at(self.prices(&shares));
            total = self.total(&bound);
            usage = used;
            if total > highest {
                highest = total;
                best = bound;
                centre.clone_from(&shares);
                best_usage.clone_from(&usage);
                idle = 0;
                continue;
            }
            idle += 1;
            if idle >= 5 {
                // Steps were too long: back to the best prices, with shorter ones.
                idle = 0;
                stride = (stride * 6 / 10).max(1);
                shares.clone_from(&centre);
                usage = best_usage.clone();
                total = highest;
            }
        }
        best
    }

    /// Prices from shares: of a fen, and of what a coupon can save at most.
    fn prices(&self, shares: &[(Fen, Fen)]) -> Prices {
        let mut prices = Prices::none(self.case);
        for (at, coupon) in self.case.coupons.iter().enumerate() {
            if self.has_fen_price(coupon) {
                prices.by_fen[at] = shares[at].0;
            }
            if self.has_use_price(coupon) {
                prices.by_use[at] = shares[at].1 * self.worth[at];
            }
        }
        prices
    }

    /// Makes dear what is used too much and cheap what is used too little.
    fn step(&self, shares: &mut [(Fen, Fen)], usage: &Usage, (missing, stride): (i128, i128)) {
        let budget = self.budget();
        let mut slopes = vec![(0, 0); shares.len()];
        let mut norm: i128 = 0;
        for (at, coupon) in self.case.coupons.iter().enumerate() {
            let by_fen = if self.has_fen_price(coupon) { usage.taken[at] - coupon.left } else { 0 };
            let by_use =
                if self.has_use_price(coupon) { usage.used[at] - budget * self.worth[at] } else { 0 };
            slopes[at] = (
                if by_fen < 0 && shares[at].0 == 0 { 0 } else { by_fen },
                if by_use < 0 && shares[at].1 == 0 { 0 } else { by_use },
            );
            norm += i128::from(slopes[at].0).pow(2) + i128::from(slopes[at].1).pow(2);
        }
        if norm == 0 {
            return;
        }
        let moved = |share: Fen, slope: Fen| {
            let by = missing.max(i128::from(ONE)) * i128::from(slope) * stride / (1_000 * norm);
            let by = Fen::try_from(by.clamp(-1_000, 1_000)).unwrap_or_default();
            let by = if by == 0 { slope.signum() } else { by };
            (share + by).clamp(0, ONE)
        };
        for (share, slope) in shares.iter_mut().zip(slopes) {
            *share = (moved(share.0, slope.0), moved(share.1, slope.1));
        }
    }

    /// How many items may use a coupon that one order uses up.
    fn budget(&self) -> Fen {
        Fen::try_from(self.case.largest).unwrap_or(1)
    }

    /// Of larger orders the amount of a coupon is shared, and the number of items says little.
    fn has_use_price(&self, coupon: &Coupon) -> bool {
        coupon.once && (coupon.rank == Rank::Ratio || self.case.largest == 1)
    }

    /// One item cannot take more than there is, so only what several items share has such a price.
    fn has_fen_price(&self, coupon: &Coupon) -> bool {
        coupon.rank != Rank::Ratio && (!coupon.once || self.case.largest > 1)
    }

    /// The bound with these prices, and how much is used.
    fn at(&self, prices: Prices) -> (Bound, Usage) {
        let count = self.case.coupons.len();
        let mut usage = Usage { taken: vec![0; count], used: vec![0; count] };
        let mut items = Vec::with_capacity(self.ways.len());
        let cheapest = self.cheapest(&prices);
        for ways in &self.ways {
            let mut least: Option<(Fen, Saving)> = None;
            for way in ways {
                let saving = self.saving(way.payable, (way, false), (&prices, &usage.taken));
                consider(&mut least, way.payable * ONE - saving.saves, saving);
                for ratio in way.coupons.iter().filter(|at| self.case.coupons[**at].rank == Rank::Ratio) {
                    let rest = way.payable - most(self.case, *ratio, way.payable);
                    let at_least = rest * cheapest + prices.by_use[*ratio];
                    if least.as_ref().is_some_and(|(known, _)| *known <= at_least) {
                        continue;
                    }
                    let mut saving = self.saving(rest, (way, true), (&prices, &usage.taken));
                    saving.parts.push((*ratio, 0, self.worth[*ratio]));
                    consider(&mut least, rest * ONE - saving.saves + prices.by_use[*ratio], saving);
                }
            }
            let Some((cost, saving)) = least else { continue };
            items.push(i128::from(cost));
            for (coupon, taken, used) in saving.parts {
                usage.taken[coupon] += taken;
                usage.used[coupon] += used;
            }
        }
        let mut bound = Bound { prices, items, least: 0 };
        bound.least = whole(self.total(&bound));
        (bound, usage)
    }

    /// What a fen that a flexi-purchase coupon takes costs at least.
    fn cheapest(&self, prices: &Prices) -> Fen {
        let flexi = (0..self.worth.len()).filter(|at| self.case.coupons[*at].rank == Rank::Flexi);
        flexi.map(|at| prices.by_fen[at] + prices.by_use[at] / self.worth[at]).fold(ONE, Fen::min)
    }

    /// The bound in fen times [`ONE`].
    fn total(&self, bound: &Bound) -> i128 {
        bound.items.iter().sum::<i128>() - bound.worth(self.case, &self.case.lefts())
    }

    /// The most that coupons can save of what is left of an item, with their prices.
    fn saving(
        &self,
        rest: Fen,
        (way, beside_ratio): (&Way, bool),
        (prices, taken): (&Prices, &[Fen]),
    ) -> Saving {
        if rest == 0 {
            return Saving::default();
        }
        let better = |one: &Candidate, other: &Candidate| {
            // Among equal ones what has most left, so that all are used.
            let open = |one: &Candidate| self.case.coupons[one.coupon].left - taken[one.coupon];
            other.rate_against(one).then_with(|| (open(other), one.coupon).cmp(&(open(one), other.coupon)))
        };
        let all = || way.coupons.iter().filter_map(|at| self.candidate(*at, (rest, beside_ratio), prices));
        let Some(first) = all().min_by(better) else { return Saving::default() };
        // What fills it at the best rate of all cannot be bettered.
        if first.most == rest {
            return self.filled(&[first], rest);
        }
        let mut candidates: Vec<Candidate> = all().collect();
        candidates.sort_by(better);
        let used_here = usize::from(beside_ratio);
        if self.two_vouchers {
            return self.least_of_both(&candidates, rest, 3 - used_here);
        }
        let others: Vec<Candidate> = candidates.iter().filter(|one| !one.is_voucher).copied().collect();
        let mut best = self.least_of_both(&others, rest, 3 - used_here);
        let mut widest = 0;
        for voucher in candidates.iter().filter(|one| one.is_voucher) {
            // A voucher that takes no more, at no better a rate, saves no more.
            if voucher.most <= widest {
                continue;
            }
            widest = voucher.most;
            let mut with = others.clone();
            let at = with.partition_point(|one| one.rate_against(voucher).is_ge());
            with.insert(at, *voucher);
            let saving = self.with_voucher(&with, voucher, rest);
            if saving.saves > best.saves {
                best = saving;
            }
        }
        best
    }

    /// A coupon with what it can save, if it saves anything.
    fn candidate(&self, at: usize, (rest, beside_ratio): (Fen, bool), prices: &Prices) -> Option<Candidate> {
        let coupon = &self.case.coupons[at];
        let is_voucher = coupon.rank == Rank::Voucher;
        if coupon.rank == Rank::Ratio || (beside_ratio && is_voucher) {
            return None;
        }
        let most = coupon.left.min(rest);
        let saves = most * (ONE - prices.by_fen[at]) - prices.by_use[at];
        (saves > 0).then_some(Candidate { coupon: at, most, saves, is_voucher })
    }

    fn with_voucher(&self, with: &[Candidate], voucher: &Candidate, rest: Fen) -> Saving {
        let mut saving = self.filled(with, rest);
        if saving.parts.len() > 3 {
            let mut others: Vec<Fen> =
                with.iter().filter(|one| !one.is_voucher).map(|one| one.saves).collect();
            others.sort_unstable_by_key(|saves| -saves);
            saving.saves = saving.saves.min(voucher.saves + others.iter().take(2).sum::<Fen>());
        }
        saving
    }

    /// As if any number could be used, and as if each took all that it can: the truth is below both.
    fn least_of_both(&self, candidates: &[Candidate], rest: Fen, number: usize) -> Saving {
        let mut saving = self.filled(candidates, rest);
        if saving.parts.len() > number {
            let mut all: Vec<Fen> = candidates.iter().map(|one| one.saves).collect();
            all.sort_unstable_by_key(|saves| -saves);
            saving.saves = saving.saves.min(all.iter().take(number).sum());
        }
        saving
    }

    /// Fills what is left in this order, parts of coupons allowed.
    fn filled(&self, candidates: &[Candidate], rest: Fen) -> Saving {
        let mut saving = Saving::default();
        let mut open = rest;
        for one in candidates {
            if open == 0 {
                break;
            }
            let taken = one.most.min(open);
            open -= taken;
            saving.saves += if taken == one.most { one.saves } else { part(one.saves, taken, one.most) + 1 };
            let once = self.case.coupons[one.coupon].once;
            let used = if once { part(self.worth[one.coupon], taken, one.most) } else { 0 };
            saving.parts.push((one.coupon, taken, used));
        }
        saving
    }
}

impl Bound {
    /// What all coupons are worth at these prices, with what they have, in fen times [`ONE`].
    pub(super) fn worth(&self, case: &Case, lefts: &[Fen]) -> i128 {
        let budget = Fen::try_from(case.largest).unwrap_or(1);
        case.coupons
            .iter()
            .enumerate()
            .map(|(at, coupon)| {
                let by_fen = if coupon.rank == Rank::Ratio { 0 } else { self.prices.by_fen[at] * lefts[at] };
                let by_use = if lefts[at] > 0 { self.prices.by_use[at] * budget } else { 0 };
                i128::from(by_fen) + i128::from(by_use)
            })
            .sum()
    }
}

fn consider(least: &mut Option<(Fen, Saving)>, cost: Fen, saving: Saving) {
    if least.as_ref().is_none_or(|(known, _)| cost < *known) {
        *least = Some((cost, saving));
    }
}

/// Fen times [`ONE`] as whole fen, rounded up: what is paid is whole fen.
pub(super) fn whole(scaled: i128) -> Fen {
    let one = i128::from(ONE);
    Fen::try_from(scaled.div_euclid(one) + i128::from(scaled.rem_euclid(one) > 0)).unwrap_or_default().max(0)
}

/// A part of an amount, rounded down.
fn part(amount: Fen, of: Fen, whole: Fen) -> Fen {
    let part = i128::from(amount) * i128::from(of) / i128::from(whole);
    Fen::try_from(part).unwrap_or(amount)
}

/// The most that a coupon takes of an item: of a larger order a discount coupon takes up to a fen more.
fn most(case: &Case, coupon: usize, payable: Fen) -> Fen {
    let one = &case.coupons[coupon];
    match one.rank {
        Rank::Ratio if case.largest == 1 => case.takes(coupon, payable, 1),
        Rank::Ratio => (case.takes(coupon, payable, 1) + Fen::from(one.paid < WHOLE)).min(payable),
        Rank::Voucher | Rank::Flexi => case.takes(coupon, payable, one.left),
    }
}

/// The ways of an item in any order.
fn ways(case: &Case, item: usize) -> Vec<Way> {
    let mut ways = case.order(vec![item]).ways;
    if case.largest == 1 {
        return ways;
    }
    for way in &mut ways {
        let could = |coupon: &Coupon| {
            coupon.fits[item]
                && case.prices[item] <= coupon.ceiling
                && way.discount.is_none_or(|at| coupon.beside[at].could_allow())
                && reaches(case, coupon)
        };
        way.coupons = (0..case.coupons.len()).filter(|at| could(&case.coupons[*at])).collect();
    }
    ways
}

/// Whether any order can cost as much as the coupon wants.
fn reaches(case: &Case, coupon: &Coupon) -> bool {
    let mut prices: Vec<Fen> =
        case.prices.iter().zip(&coupon.fits).filter(|(_, fits)| **fits).map(|(price, _)| *price).collect();
    prices.sort_unstable_by_key(|price| -price);
    prices.iter().take(case.largest).sum::<Fen>() >= coupon.floor
}
