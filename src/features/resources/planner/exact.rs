//! The least that can be paid, proved by going through everything that could be less: all ways to put items
//! into orders, to choose discounts and coupons, and to pay the orders one after the other. What cannot be less
//! than what is known is cut off by the bound. It gives up after a number of steps.

use std::collections::HashMap;

use super::{
    bound::{Bound, whole},
    case::{Case, Fen, Order, Paid, Picks, Rank},
};

/// The most items that can be gone through.
pub(super) const MOST_ITEMS: usize = 12;

/// How a search ended.
pub(super) enum Proof {
    /// Nothing is less than what was known.
    Known,
    /// This is the least.
    Less(Vec<Paid>),
    /// It was given up; nothing is said.
    Open,
}

/// Goes through everything that could cost less than `known`, in so many steps at most.
pub(super) fn prove(case: &Case, bound: &Bound, known: Fen, steps: usize) -> Proof {
    let count = case.prices.len();
    if count > MOST_ITEMS {
        return Proof::Open;
    }
    let mut search = Search {
        case,
        bound,
        orders: (0..1_usize << count).map(|_| None).collect(),
        paths: [HashMap::new(), HashMap::new()],
        done: Vec::new(),
        least: known,
        found: None,
        steps,
    };
    let lefts = case.lefts();
    search.fixed((1 << count) - 1, 0, (0, &lefts));
    match (search.steps, search.found) {
        (0, _) => Proof::Open,
        (_, None) => Proof::Known,
        (_, Some(found)) => Proof::Less(found),
    }
}

/// Sets of items, one bit each.
type Items = usize;

/// What is left to do: items, and what coupons have.
type State = (Items, Items, Vec<Fen>);

struct Search<'c> {
    case: &'c Case,
    bound: &'c Bound,
    /// By their items.
    orders: Vec<Option<Order>>,
    /// The least cash with which a state was reached, in either part of the search.
    paths: [HashMap<State, Fen>; 2],
    done: Vec<Paid>,
    least: Fen,
    found: Option<Vec<Paid>>,
    steps: usize,
}

/// An order paid in some way.
struct Move {
    way: usize,
    picks: Picks,
    cash: Fen,
    lefts: Vec<Fen>,
}

impl Search<'_> {
    /// First the orders that take from no coupon with a balance, which it does not matter when to pay. The
    /// first open item is in such an order with others that are open, or is put off.
    fn fixed(&mut self, open: Items, later: Items, (cash, lefts): (Fen, &[Fen])) {
        if !self.goes_on(0, (open, later), (cash, lefts)) {
            return;
        }
        if open == 0 {
            self.shared(later, (cash, lefts));
            return;
        }
        let first = open & open.wrapping_neg();
        let rest = open & !first;
        let mut with = rest;
        loop {
            self.each(first | with, lefts, false, |search, next| {
                search.fixed(rest & !with, later, (cash + next.cash, &next.lefts));
            });
            if with == 0 {
                break;
            }
            with = (with - 1) & rest;
        }
        self.fixed(rest, later | first, (cash, lefts));
    }

    /// Then the others, in every sequence.
    fn shared(&mut self, open: Items, (cash, lefts): (Fen, &[Fen])) {
        if open == 0 {
            if cash < self.least {
                self.least = cash;
                self.found = Some(self.done.clone());
            }
            return;
        }
        if !self.goes_on(1, (open, 0), (cash, lefts)) {
            return;
        }
        let mut items = open;
        while items > 0 {
            self.each(items, lefts, true, |search, next| {
                search.shared(open & !items, (cash + next.cash, &next.lefts));
            });
            items = (items - 1) & open;
        }
    }

    /// Whether something less may be found from here.
    fn goes_on(&mut self, part: usize, (open, later): (Items, Items), (cash, lefts): (Fen, &[Fen])) -> bool {
        if self.steps == 0 {
            return false;
        }
        let items = open | later;
        let costs: i128 = (0..self.case.prices.len())
            .filter(|at| items >> at & 1 == 1)
            .map(|at| self.bound.items[at])
            .sum();
        if cash + whole(costs - self.bound.worth(self.case, lefts)) >= self.least {
            return false;
        }
        let known = self.paths[part].entry((open, later, lefts.to_vec())).or_insert(Fen::MAX);
        if cash >= *known {
            return false;
        }
        *known = cash;
        true
    }

    /// Each way to pay for these items as one order: with a coupon that has a balance, or without one.
    fn each(&mut self, items: Items, lefts: &[Fen], shared: bool, mut go: impl FnMut(&mut Self, Move)) {
        let named: Vec<usize> = (0..self.case.prices.len()).filter(|at| items >> at & 1 == 1).collect();
        let number = named.len();
        if !self.case.is_order(&named) {
            return;
        }
        let order = self.orders[items].take().unwrap_or_else(|| self.case.order(named));
        let mut moves = Vec::new();
        for way in 0..order.ways.len() {
            self.ways_to_pay((&order, way), (Picks::default(), order.ways[way].payable), lefts, &mut moves);
        }
        let has_balance = |coupon: usize| !self.case.coupons[coupon].once;
        moves.retain(|one| {
            let discount = order.ways[one.way].discount;
            one.picks.iter().any(has_balance) == shared
                && (number == 1 || one.picks.iter().any(|coupon| self.case.is_for_groups(coupon, discount)))
        });
        moves.sort_by_key(|one| one.cash);
        for one in moves {
            if self.steps == 0 {
                break;
            }
            self.steps -= 1;
            self.done.push(Paid {
                items: order.items.clone(),
                discount: order.ways[one.way].discount,
                coupons: one.picks.iter().collect(),
                cash: one.cash,
            });
            go(self, one);
            self.done.pop();
        }
        self.orders[items] = Some(order);
    }

    /// Coupons in every sequence in which the rules let them take their part.
    fn ways_to_pay(
        &self,
        (order, way): (&Order, usize),
        (picks, rest): (Picks, Fen),
        lefts: &[Fen],
        moves: &mut Vec<Move>,
    ) {
        moves.push(Move { way, picks, cash: rest, lefts: lefts.to_vec() });
        let rank = picks.iter().last().map_or(Rank::Ratio, |coupon| self.case.coupons[coupon].rank);
        for coupon in order.ways[way].coupons.iter().copied() {
            let follows = self.case.coupons[coupon].rank >= rank && self.case.goes_with(&picks, coupon);
            if follows && self.case.takes(coupon, rest, lefts[coupon]) > 0 {
                let mut lefts = lefts.to_vec();
                let rest = self.case.pay(rest, &Picks::default().with(coupon), &mut lefts);
                self.ways_to_pay((order, way), (picks.with(coupon), rest), &lefts, moves);
            }
        }
    }
}
