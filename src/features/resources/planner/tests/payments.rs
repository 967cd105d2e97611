//! The proposal: every order is valid by the rules of payments, and no valid way to pay costs less.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;

use super::{
    super::{LeftOut, Off, PlannedDiscount, Problem, Proposal, Renewable, usable},
    Dice,
};
use crate::{
    bss::{
        Term,
        codes::{CouponType, DiscountType},
        coupons::Coupon,
        instruments::OrderCoupon,
    },
    money::Money,
    payments::rules::{Choice, Offer, Why, quote},
};

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
}

fn money(text: &str) -> Money {
    text.parse().expect("an amount")
}

fn renewable(id: &str, service: &str, price: &str) -> Renewable {
    Renewable {
        resource_id: id.to_owned(),
        service: service.to_owned(),
        region: "cn-north-4".to_owned(),
        products: Vec::new(),
        term: Term::Months(1),
        price: money(price),
    }
}

fn coupon(id: &str, (kind, version): (i32, i32), face: &str, limits: &[(&str, &str)]) -> OrderCoupon {
    let limits: Vec<String> =
        limits.iter().map(|(key, value)| format!(r#"{{"limit_key":"{key}","value1":"{value}"}}"#)).collect();
    let balance = if version == 2 { format!(r#""balance":{face},"#) } else { String::new() };
    let json = format!(
        r#"{{"coupon_id":"{id}","status":2,"coupon_type":{kind},"coupon_version":{version},{balance}
            "face_value":{face},"expire_time":"2099-01-01T00:00:00Z","use_limits":[{}]}}"#,
        limits.join(",")
    );
    serde_json::from_str(&json).expect("a coupon")
}

fn problem(resources: Vec<Renewable>, coupons: Vec<OrderCoupon>) -> Problem {
    let one_voucher = serde_json::from_str(r#"{"coupon_type":1,"use_quantity_value":1}"#).expect("a limit");
    Problem {
        resources,
        discounts: Vec::new(),
        coupons,
        max_use: vec![one_voucher],
        largest_order: 10,
        now: now(),
    }
}

/// Orders as resources and coupons, with what each takes from the balance.
fn told(proposal: &Proposal) -> Vec<(Vec<usize>, Vec<&str>, String)> {
    let order = |order: &'_ super::super::ProposedOrder| {
        (order.resources.clone(), order.quote.from_balance.to_string())
    };
    let coupons = proposal.orders.iter().map(|one| one.choice.coupons.iter().map(String::as_str).collect());
    proposal
        .orders
        .iter()
        .map(order)
        .zip(coupons)
        .map(|((items, cash), coupons)| (items, coupons, cash))
        .collect()
}

#[test]
fn a_balance_serves_several_orders_and_a_coupon_for_one_service_is_kept_for_it() {
    let resources = vec![renewable("r-1", "ecs", "100"), renewable("r-2", "evs", "80")];
    let coupons =
        vec![coupon("ALL", (1, 2), "120", &[]), coupon("ECS", (4, 2), "60", &[("serviceType", "ecs")])];
    let proposal = problem(resources, coupons).propose();
    assert_eq!((proposal.cash, proposal.without_coupons), (money("0"), money("180")));
    assert!(proposal.is_least());
    assert_eq!(proposal.gap(), Money::ZERO);
}

#[test]
fn resources_are_ordered_together_only_where_that_saves() {
    let resources =
        || vec![renewable("r-1", "ecs", "60"), renewable("r-2", "ecs", "50"), renewable("r-3", "ecs", "10")];
    let floor = vec![coupon("V", (1, 2), "40", &[("orderAmount", "100")])];
    let together = problem(resources(), floor.clone()).propose();
    let mut orders = told(&together);
    orders.sort();
    assert_eq!(orders[0], (vec![0, 1], vec!["V"], "70.00".to_owned()));
    assert_eq!((orders.len(), together.cash, together.is_least()), (2, money("80"), true));

    let apart = Problem { largest_order: 1, ..problem(resources(), floor) }.propose();
    assert_eq!((apart.orders.len(), apart.cash), (3, money("120")));
    let plain = problem(resources(), vec![coupon("V", (1, 2), "40", &[])]).propose();
    assert_eq!((plain.orders.len(), plain.cash), (3, money("80")));
}

#[test]
fn resources_for_different_terms_are_never_ordered_together() {
    let year = Renewable { term: Term::Years(1), ..renewable("r-2", "ecs", "50") };
    let floor = coupon("V", (1, 2), "40", &[("orderAmount", "100")]);
    let proposal = problem(vec![renewable("r-1", "ecs", "60"), year], vec![floor]).propose();
    assert_eq!((proposal.orders.len(), proposal.cash, proposal.is_least()), (2, money("110"), true));
}

#[test]
fn a_coupon_that_excludes_the_discount_is_used_only_where_it_is_worth_more() {
    for (face, cash, discount) in [("10", "80", Some("COMM")), ("30", "70", None)] {
        let off = Off { amount: money("20"), ratio: Some(Decimal::new(8, 1)) };
        let proposal = Problem {
            discounts: vec![PlannedDiscount {
                id: "COMM".to_owned(),
                kind: DiscountType::Commercial,
                off: vec![Some(off)],
            }],
            ..problem(
                vec![renewable("r-1", "ecs", "100")],
                vec![coupon("V", (1, 2), face, &[("simultaneousUseWithContractDiscount", "0")])],
            )
        }
        .propose();
        assert_eq!((proposal.cash, proposal.without_coupons), (money(cash), money("80")));
        assert_eq!(proposal.orders[0].choice.discount.as_deref(), discount);
    }
}

#[test]
fn of_two_ways_that_take_no_cash_the_one_that_takes_less_from_the_coupon_is_chosen() {
    let off = Off { amount: money("20"), ratio: Some(Decimal::new(8, 1)) };
    let proposal = Problem {
        discounts: vec![PlannedDiscount {
            id: "COMM".to_owned(),
            kind: DiscountType::Commercial,
            off: vec![Some(off)],
        }],
        ..problem(vec![renewable("r-1", "ecs", "100")], vec![coupon("V", (1, 2), "300", &[])])
    }
    .propose();
    assert_eq!(proposal.cash, Money::ZERO);
    assert_eq!(proposal.orders[0].choice.discount.as_deref(), Some("COMM"));
    assert_eq!(proposal.orders[0].quote.coupons[0].takes, Some(money("80")));
}

#[test]
fn a_coupon_whose_limits_nobody_understands_is_left_out() {
    let services = ["ecs".to_owned()];
    let account = |fields: &str| -> Coupon {
        let json = format!(
            r#"{{"coupon_id":"C","status":2,"coupon_type":1,"face_value":10,"coupon_version":1{fields}}}"#
        );
        serde_json::from_str(&json).expect("a coupon")
    };
    let limit =
        |key: &str, value: &str| format!(r#","use_limits":[{{"limit_key":"{key}","value1":"{value}"}}]"#);
    for (fields, why) in [
        (String::new(), None),
        (limit("orderAmount", "100"), None),
        (limit("serviceType", "ecs,evs"), None),
        (limit("phaseOfMoon", "full"), Some(LeftOut::UnknownLimit("phaseOfMoon".to_owned()))),
        (limit("orderAmount", "much"), Some(LeftOut::UnknownLimit("orderAmount".to_owned()))),
        (limit("minConsumeDiscount", "?"), Some(LeftOut::UnknownLimit("minConsumeDiscount".to_owned()))),
        (limit("serviceType", "evs"), Some(LeftOut::Rule(Why::OnlyForServices("evs".to_owned())))),
        (r#","is_frozen":"1""#.to_owned(), Some(LeftOut::Rule(Why::Frozen))),
        (r#","lock_order_id":"CS2""#.to_owned(), Some(LeftOut::Rule(Why::HeldBy("CS2".to_owned())))),
        (r#","face_value":0"#.to_owned(), Some(LeftOut::Rule(Why::Empty))),
    ] {
        let fields =
            if fields.contains("face_value") { fields.replace(",\"face_value\":0", "") } else { fields };
        let mut coupon = account(&fields);
        if why == Some(LeftOut::Rule(Why::Empty)) {
            coupon.face_value = Some(Money::ZERO);
        }
        assert_eq!(usable(&coupon, &services, now()).err(), why, "{fields}");
    }
}

/// What the test knows of a coupon beside what the planner is given.
struct Known {
    service: Option<&'static str>,
    floor: Money,
}

fn any(dice: &mut Dice) -> (Problem, Vec<Known>) {
    let services = ["ecs", "evs"];
    let resources: Vec<Renewable> = (0..=dice.roll(3))
        .map(|at| renewable(&format!("r-{at}"), dice.one_of(&services), &(1 + dice.roll(60)).to_string()))
        .collect();
    let kinds = [DiscountType::Promotion, DiscountType::Commercial, DiscountType::PriceAdjustment];
    let discounts = (0..dice.roll(3)).map(|at| {
        let paid = dice.one_of(&[95, 80, 60]);
        let off = |dice: &mut Dice, one: &Renewable| {
            let amount = Money::new((one.price.decimal() * Decimal::new(100 - paid, 2)).trunc_with_scale(2));
            dice.percent(75).then_some(Off { amount, ratio: Some(Decimal::new(paid, 2)) })
        };
        let kind = if at == 0 { dice.one_of(&kinds) } else { DiscountType::Partner };
        let off = resources.iter().map(|one| off(dice, one)).collect();
        PlannedDiscount { id: format!("D{at}"), kind, off }
    });
    let discounts: Vec<PlannedDiscount> = discounts.collect();
    let mut known = Vec::new();
    let coupons = (0..dice.roll(4)).map(|at| {
        let (kind, version, face) = match dice.roll(4) {
            0 => (2, 1, dice.one_of(&["0.9", "0.85", "0.5"]).to_owned()),
            1 => (4, 2, (1 + dice.roll(60)).to_string()),
            2 => (1, 1, (1 + dice.roll(60)).to_string()),
            _ => (1, 2, (1 + dice.roll(60)).to_string()),
        };
        let mut limits = Vec::new();
        let mut terms = Known { service: None, floor: Money::ZERO };
        if dice.percent(25) {
            terms.service = Some(dice.one_of(&services));
            limits.push(("serviceType", terms.service.unwrap_or_default().to_owned()));
        }
        if dice.percent(25) {
            let floor = dice.roll(90).to_string();
            terms.floor = money(&floor);
            limits.push(("minOrderAmount", floor));
        }
        for key in ["Empower", "Contract", "Promotion"] {
            if dice.percent(20) {
                let key = match key {
                    "Empower" => "simultaneousUseWithEmpowerDiscount",
                    "Contract" => "simultaneousUseWithContractDiscount",
                    _ => "simultaneousUseWithPromotionDiscount",
                };
                limits.push((key, "0".to_owned()));
            }
        }
        if dice.percent(20) {
            limits.push(("minConsumeDiscount", dice.one_of(&["0.7", "0.9"]).to_owned()));
        }
        known.push(terms);
        let limits: Vec<(&str, &str)> = limits.iter().map(|(key, value)| (*key, value.as_str())).collect();
        coupon(&format!("C{at}"), (kind, version), &face, &limits)
    });
    let coupons: Vec<OrderCoupon> = coupons.collect();
    let mut problem = Problem { discounts, largest_order: 3, ..problem(resources, coupons) };
    if dice.percent(50) {
        problem.max_use.clear();
    }
    (problem, known)
}

/// All valid ways to pay, by the rules of payments alone.
struct All<'p> {
    problem: &'p Problem,
    known: &'p [Known],
    done: HashMap<(usize, Vec<Money>), Money>,
}

impl All<'_> {
    fn least(&mut self, open: usize, lefts: &[Money]) -> Money {
        if open == 0 {
            return Money::ZERO;
        }
        if let Some(done) = self.done.get(&(open, lefts.to_vec())) {
            return *done;
        }
        let mut least: Option<Money> = None;
        for items in (1..=open).filter(|items| items & !open == 0) {
            let items: Vec<usize> =
                (0..self.problem.resources.len()).filter(|at| items >> at & 1 == 1).collect();
            let rest = items.iter().fold(open, |open, at| open & !(1 << at));
            for (cash, after) in self.paid(&items, lefts) {
                let all = cash + self.least(rest, &after);
                least = Some(least.map_or(all, |known| known.min(all)));
            }
        }
        let least = least.expect("it can be paid from the balance");
        self.done.insert((open, lefts.to_vec()), least);
        least
    }

    fn paid(&self, items: &[usize], lefts: &[Money]) -> Vec<(Money, Vec<Money>)> {
        let problem = self.problem;
        let price: Money = items.iter().map(|at| problem.resources[*at].price).sum();
        let offered = problem.discounts.iter().filter(|one| items.iter().any(|at| one.off[*at].is_some()));
        let discounts: Vec<_> = offered.collect();
        let mut ways = Vec::new();
        for discount in std::iter::once(None).chain(discounts.iter().map(|one| Some(one.id.clone()))) {
            let off: Money = discounts
                .iter()
                .filter(|one| Some(&one.id) == discount.as_ref())
                .flat_map(|one| items.iter().filter_map(|at| one.off[*at]).map(|off| off.amount))
                .sum();
            let fits = |at: &usize| {
                let known = &self.known[*at];
                let for_all = items.iter().all(|item| {
                    known.service.is_none_or(|service| problem.resources[*item].service == service)
                });
                for_all && price - off >= known.floor && !lefts[*at].is_zero()
            };
            let coupons: Vec<usize> = (0..problem.coupons.len()).filter(fits).collect();
            let with_left =
                |at: &usize| OrderCoupon { balance: Some(lefts[*at]), ..problem.coupons[*at].clone() };
            let offer = Offer {
                order_id: "CS1".to_owned(),
                after_discount: price,
                coupons: coupons.iter().map(with_left).collect(),
                max_use: problem.max_use.clone(),
                discounts: discounts.iter().map(|one| order_discount(one, items)).collect(),
                cash: price,
                credit: Money::ZERO,
            };
            let mut sets: Vec<Vec<usize>> = vec![Vec::new()];
            while let Some(set) = sets.pop() {
                let ids = set.iter().map(|at| problem.coupons[*at].coupon_id.clone());
                let quote = quote(&offer, &Choice::new(ids, discount.clone()), now());
                let ratios =
                    set.iter().filter(|at| problem.coupons[**at].coupon_type == CouponType::DiscountCoupon);
                if ratios.count() <= 1 && quote.is_valid() {
                    let mut after = lefts.to_vec();
                    for at in &set {
                        let line =
                            quote.coupons.iter().find(|line| line.id == problem.coupons[*at].coupon_id);
                        let taken = line.and_then(|line| line.takes).unwrap_or_default();
                        let keeps = problem.coupons[*at].balance.is_some();
                        after[*at] = if keeps { lefts[*at] - taken } else { Money::ZERO };
                    }
                    ways.push((quote.from_balance, after));
                }
                if set.len() < 3 {
                    sets.extend(
                        coupons
                            .iter()
                            .filter(|at| !set.contains(at))
                            .map(|at| [set.as_slice(), &[*at]].concat()),
                    );
                }
            }
        }
        ways
    }
}

fn order_discount(one: &PlannedDiscount, items: &[usize]) -> crate::bss::instruments::OrderDiscount {
    let lines: Vec<String> = items
        .iter()
        .filter_map(|at| one.off[*at])
        .map(|off| {
            let ratio = off.ratio.unwrap_or_default();
            format!(
                r#"{{"order_line_item_ids":["1"],"discount_amount":{},"discount_ratio":{ratio}}}"#,
                off.amount.decimal()
            )
        })
        .collect();
    let json = format!(
        r#"{{"discount_id":"{}","discount_type":{},"orders":[{{"order_id":"CS1","order_line_items":[{}]}}]}}"#,
        one.id,
        one.kind.code(),
        lines.join(",")
    );
    serde_json::from_str(&json).expect("a discount")
}

#[test]
fn every_order_is_valid_and_no_valid_way_to_pay_costs_less() {
    let mut dice = Dice(4_711);
    for nth in 0..200 {
        let (problem, known) = any(&mut dice);
        let proposal = problem.propose();
        let mut items: Vec<usize> =
            proposal.orders.iter().flat_map(|order| order.resources.clone()).collect();
        items.sort_unstable();
        assert_eq!(items, (0..problem.resources.len()).collect::<Vec<_>>(), "{nth}");
        for order in &proposal.orders {
            let again = quote(&order.offer, &order.choice, now());
            assert!(again.is_valid(), "{nth}: {again:?} of {problem:?}");
            assert_eq!(again, order.quote);
        }
        let lefts: Vec<Money> = problem.coupons.iter().map(OrderCoupon::left).collect();
        let everything = (1 << problem.resources.len()) - 1;
        let least = All { problem: &problem, known: &known, done: HashMap::new() }.least(everything, &lefts);
        assert_eq!((proposal.cash, proposal.at_least), (least, least), "{nth}: {problem:?}");
        assert!(proposal.cash <= proposal.without_coupons);
    }
}
