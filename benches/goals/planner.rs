//! Proposals for renewals of a large account: how long they take and how far they may be from the least.

use std::time::Instant;

use anyhow::Result;
use bss_portal::{
    bss::{Term, codes::DiscountType, instruments::OrderCoupon},
    features::resources::planner::{Off, PlannedDiscount, Problem, Renewable},
    money::Money,
};
use chrono::{DateTime, TimeDelta};
use rust_decimal::Decimal;

use crate::{
    Options,
    report::{Asked, Report, median},
};

const SERVICES: [&str; 5] = ["ecs", "evs", "vpc", "rds", "obs"];

/// Plans for each by itself and for tens ordered together.
pub(crate) fn measure(options: &Options, report: &mut Report) -> Result<()> {
    let (resources, coupons) = if options.quick { (60, 20) } else { (500, 100) };
    for largest in [1, 10] {
        let (mut seconds, mut gaps) = (Vec::new(), Vec::new());
        for seed in 1..=3 {
            let problem = usual(&mut Dice(seed * 7_919), resources, coupons, largest)?;
            let begun = Instant::now();
            let proposal = problem.propose();
            seconds.push(begun.elapsed().as_secs_f64());
            let gap = proposal.gap().decimal() / proposal.without_coupons.decimal() * Decimal::ONE_HUNDRED;
            report.note(format!(
                "{resources} resources, {coupons} coupons, orders of {largest}: {} yuan instead of {}, at least {}; {} orders, {:.1} s",
                proposal.cash,
                proposal.without_coupons,
                proposal.at_least,
                proposal.orders.len(),
                begun.elapsed().as_secs_f64()
            ));
            gaps.push(gap.to_string().parse::<f64>()?);
        }
        let what = |what| {
            format!("proposal for {resources} resources and {coupons} coupons, orders of {largest}: {what}")
        };
        report.add_in(" s", "plan", what("time, median of three"), median(seconds), Asked::Nothing);
        let worst = gaps.into_iter().fold(0.0, f64::max);
        report.add_in(
            " %",
            "plan",
            what("how far it may be from the least, of the price without coupons, worst of three"),
            worst,
            Asked::Most(8.0),
        );
    }
    Ok(())
}

/// A company's renewals: five services, two discounts, mostly vouchers.
fn usual(dice: &mut Dice, resources: u64, coupons: u64, largest_order: usize) -> Result<Problem> {
    let services: Vec<u64> = (0..resources).map(|_| dice.roll(5)).collect();
    let resource = |dice: &mut Dice, (at, service): (usize, &u64)| {
        let most = dice.one_of(&[60_000, 60_000, 60_000, 600_000]);
        Renewable {
            resource_id: format!("r-{at}"),
            service: name(*service).to_owned(),
            region: "cn-north-4".to_owned(),
            products: Vec::new(),
            term: Term::Months(1),
            price: fen(2_000 + dice.roll(most)),
        }
    };
    let resources: Vec<Renewable> =
        services.iter().enumerate().map(|service| resource(dice, service)).collect();
    let discount = |id: &str, kind, share: &dyn Fn(u64) -> Option<u64>| {
        let off = |(resource, service): (&Renewable, &u64)| {
            let share = Decimal::from(share(*service)?) / Decimal::ONE_HUNDRED;
            let amount = Money::new((resource.price.decimal() * share).trunc_with_scale(2));
            Some(Off { amount, ratio: Some(Decimal::ONE - share) })
        };
        PlannedDiscount { id: id.to_owned(), kind, off: resources.iter().zip(&services).map(off).collect() }
    };
    let discounts = vec![
        discount("D0", DiscountType::Promotion, &|service| (service < 3).then_some(15)),
        discount("D1", DiscountType::Commercial, &|service| (service >= 2).then_some(5 + service)),
    ];
    let coupons = (0..coupons).map(|at| coupon(dice, at)).collect::<Result<_>>()?;
    Ok(Problem {
        resources,
        discounts,
        coupons,
        max_use: vec![serde_json::from_str(r#"{"coupon_type":1,"use_quantity_value":1}"#)?],
        largest_order,
        now: DateTime::UNIX_EPOCH + TimeDelta::days(20_000),
    })
}

fn coupon(dice: &mut Dice, at: u64) -> Result<OrderCoupon> {
    let kind = dice.one_of(&[2, 1, 1, 1, 1, 4, 4]);
    let mut limits = Vec::new();
    let mut limit =
        |key: &str, value: &str| limits.push(format!(r#"{{"limit_key":"{key}","value1":"{value}"}}"#));
    let only = dice.roll(12);
    if only < 5 {
        limit("serviceType", name(only));
    }
    let floor = dice.one_of(&[0, 0, 0, 0, 500, 1_000, 2_000]);
    if floor > 0 {
        limit("minOrderAmount", &floor.to_string());
    }
    for with in ["Promotion", "Contract"] {
        if dice.roll(100) < 20 {
            limit(&format!("simultaneousUseWith{with}Discount"), "0");
        }
    }
    let (version, worth) = if kind == 2 {
        (1, format!(r#""face_value":{}"#, dice.one_of(&["0.9", "0.95", "0.8"])))
    } else {
        let worth = 50 + dice.roll(20) * 100;
        let version = if dice.roll(100) < 20 { 1 } else { 2 };
        (version, format!(r#""face_value":{worth},"balance":{worth}"#))
    };
    Ok(serde_json::from_str(&format!(
        r#"{{"coupon_id":"C{at}","status":2,"coupon_type":{kind},"coupon_version":{version},{worth},
            "expire_time":"2099-01-01T00:00:00Z","use_limits":[{}]}}"#,
        limits.join(",")
    ))?)
}

fn name(service: u64) -> &'static str {
    usize::try_from(service).ok().and_then(|at| SERVICES.get(at)).copied().unwrap_or_default()
}

fn fen(fen: u64) -> Money {
    Money::new(Decimal::from(fen) / Decimal::ONE_HUNDRED)
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    /// One of `0..below`.
    fn roll(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % below.max(1)
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.roll(all.len() as u64)).unwrap_or_default()]
    }
}
