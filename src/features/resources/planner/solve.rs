//! A case is taken apart into parts that share no coupon; each is planned, bounded, and proved where it is small.

use super::{
    bound::{Bound, Prices, Relaxed},
    case::{Beside, Case, Coupon, Discount, Fen, Limit, Paid},
    exact::{self, Proof},
    heuristic::{Plan, Search},
};

/// The steps after which a proof is given up.
const PROOF_STEPS: usize = 200_000;

/// Orders in the sequence of their payments, with what is known about the least cash.
#[derive(Debug, Clone, Default)]
pub(super) struct Solved {
    pub(super) orders: Vec<Paid>,
    /// No way of paying costs less than this.
    pub(super) least: Fen,
}

/// A plan for all items.
pub(super) fn solve(case: &Case) -> Solved {
    let mut all = Solved::default();
    let parts = parts(case);
    for items in &parts {
        let coupons: Vec<usize> = (0..case.coupons.len())
            .filter(|at| items.iter().any(|item| case.coupons[*at].fits[*item]))
            .collect();
        let solved = solve_part(&restricted(case, items, &coupons));
        all.least += solved.least;
        all.orders.extend(solved.orders.into_iter().map(|order| Paid {
            items: order.items.iter().map(|at| items[*at]).collect(),
            coupons: order.coupons.iter().map(|at| coupons[*at]).collect(),
            ..order
        }));
    }
    all
}

fn solve_part(case: &Case) -> Solved {
    let mut search = Search::new(case);
    let items = case.prices.len();
    let none = Prices::none(case);
    let mut best = search.build(&none, true, false);
    for (scarce_first, grouped) in [(false, false), (true, true), (false, true)] {
        best = better(best, search.build(&none, scarce_first, grouped));
    }
    let relaxed = Relaxed::new(case);
    let rounds = (50_000 / items).clamp(100, 400);
    let bound: Bound = relaxed.climb(rounds, best.cash, |round, prices| {
        for grouped in [false, true] {
            let plan = search.build(prices, round % 16 == 0, grouped);
            if plan.cash < best.cash {
                best = plan;
            }
        }
        best.cash
    });
    let steps = (300 + 40 * items).min(4_500);
    let mut plan = search.improve(best, steps, bound.least);
    let mut least = bound.least;
    if plan.cash > least {
        match exact::prove(case, &bound, plan.cash, PROOF_STEPS) {
            Proof::Known => least = plan.cash,
            Proof::Less(found) => {
                plan = search.plan_of(&found);
                least = plan.cash;
            }
            Proof::Open => {}
        }
    }
    Solved { orders: search.finish(plan), least }
}

fn better(one: Plan, other: Plan) -> Plan {
    if other.cash < one.cash { other } else { one }
}

/// Items by the coupons that they share, directly or through others.
fn parts(case: &Case) -> Vec<Vec<usize>> {
    let mut part: Vec<usize> = (0..case.prices.len()).collect();
    for coupon in &case.coupons {
        let fits = || (0..part.len()).filter(|item| coupon.fits[*item]);
        let Some(to) = fits().map(|item| part[item]).min() else { continue };
        let mut joined: Vec<usize> = fits().map(|item| part[item]).collect();
        joined.sort_unstable();
        joined.dedup();
        for one in &mut part {
            if joined.binary_search(one).is_ok() {
                *one = to;
            }
        }
    }
    let mut found: Vec<Vec<usize>> = Vec::new();
    let mut names: Vec<usize> = Vec::new();
    for (item, name) in part.into_iter().enumerate() {
        if let Some(at) = names.iter().position(|known| *known == name) {
            found[at].push(item);
        } else {
            names.push(name);
            found.push(vec![item]);
        }
    }
    found
}

/// The case with these items and coupons alone.
fn restricted(case: &Case, items: &[usize], coupons: &[usize]) -> Case {
    let coupon = |at: &usize| {
        let coupon = &case.coupons[*at];
        let beside = coupon.beside.iter().map(|beside| match beside {
            Beside::Reaching(each) => Beside::Reaching(items.iter().map(|item| each[*item]).collect()),
            other => other.clone(),
        });
        Coupon {
            fits: items.iter().map(|item| coupon.fits[*item]).collect(),
            beside: beside.collect(),
            ..coupon.clone()
        }
    };
    let discount = |discount: &Discount| Discount {
        off: items.iter().map(|item| discount.off[*item]).collect(),
        ..discount.clone()
    };
    let limit = |limit: &Limit| Limit {
        covers: coupons.iter().map(|at| limit.covers[*at]).collect(),
        most: limit.most,
    };
    Case {
        prices: items.iter().map(|item| case.prices[*item]).collect(),
        discounts: case.discounts.iter().map(discount).collect(),
        coupons: coupons.iter().map(coupon).collect(),
        limits: case.limits.iter().map(limit).collect(),
        largest: case.largest,
        batches: items.iter().map(|item| case.batches[*item]).collect(),
    }
}
