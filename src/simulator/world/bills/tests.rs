//! Tests of bills: they are derived from what happened, add up to the last digit, and are the same each time.

use std::time::Instant;

use proptest::prelude::*;

use super::{Digits, FEN, Fee, Parts, Row, Scope, Source, Wanted};
use crate::simulator::{
    seed::{self, Seed},
    world::{
        Cause, Doer, Fen, Settings, World, costs,
        days::parse_day,
        months::Month,
        orders::status,
        pay::Wish,
        place::Draft,
        shape::line,
        times::{DAY, HOUR, Millis, SECOND, parse},
        usage,
    },
};

fn start() -> Millis {
    parse("2026-07-15T02:30:00Z").expect("a time")
}

fn world_of(orders: u32) -> World {
    seed::world(Seed { number: 5, orders, hostile: false, start: start(), settings: Settings::default() })
}

fn cause(at: Millis) -> Cause {
    Cause { at, request_id: String::new(), actor: Doer::Api }
}

fn month(text: &str) -> Month {
    Month::parse(text).expect("a month")
}

fn all(at: Millis) -> Wanted {
    Wanted { at, ..Wanted::default() }
}

fn adds_up(parts: &Parts) -> bool {
    parts.official == parts.discount + parts.erased + parts.payable()
}

#[test]
fn every_fee_adds_up_exactly_and_as_charged() {
    let mut world = world_of(400);
    for account in 0..3 {
        for later in -30..=0 {
            let fees = world.fees(account, month("2026-07").plus(later));
            for fee in fees.iter() {
                for at in [fee.seen, fee.seen + 70 * DAY] {
                    let exact = fee.parts(Digits::Exact, at, &world.settings);
                    let charged = fee.parts(Digits::Charged, at, &world.settings);
                    assert!(adds_up(&exact) && adds_up(&charged), "{fee:?}");
                    assert_eq!(charged.payable() % FEN, 0);
                    assert_eq!(exact.erased, 0);
                    assert!((0..FEN).contains(&charged.erased));
                }
                assert_eq!(fee.class() == 2 && fee.parts.payable() != 0, fee.parts.payable() < 0);
            }
        }
    }
}

#[test]
fn every_paid_order_is_billed_once_with_what_it_cost() {
    let mut world = world_of(400);
    let months: Vec<Month> = (-40..=0).map(|later| month("2026-07").plus(later)).collect();
    let mut billed = vec![0; world.accounts[0].made() as usize];
    for month in months {
        for fee in world.fees(0, month).iter() {
            if let Source::Line { order, .. } = fee.source {
                billed[order as usize] += fee.parts.payable() / FEN;
            }
        }
    }
    let owner = &world.accounts[0];
    for (index, billed) in (0..owner.made()).zip(billed) {
        let order = &owner.orders[index as usize];
        let paid = owner.paid_at(index, Millis::MAX / 2).is_some();
        let finished = order.refunds() && owner.status(index, Millis::MAX / 2) == status::COMPLETED;
        let sign = if order.refunds() { -1 } else { 1 };
        let expected = if paid || finished { sign * Fen::from(order.after) } else { 0 };
        assert_eq!(billed, expected, "order {index}");
    }
}

#[test]
fn a_payment_shows_in_the_bill_of_its_month_in_beijing() {
    let mut world = world_of(60);
    // Half past midnight in Beijing on the first of August.
    let at = parse("2026-07-31T16:30:00Z").expect("a time");
    let index = world.place(0, Draft::purchase(at, vec![line((0, 0), (2, 1), 1, 0, (0, 0))]));
    let order_id = world.order_id(0, index, 0);
    assert!(world.fees(0, month("2026-08")).iter().all(|fee| matches!(fee.source, Source::Meter(_))));
    world.pay(&cause(at), 0, &Wish { order_id: order_id.clone(), ..Wish::default() }).expect("paid");
    let fees = world.fees(0, month("2026-08"));
    let wanted = Wanted { trade: Some(order_id.clone()), ..all(at) };
    assert!(world.wanted(&fees, &wanted).is_empty(), "not before readers see the payment");
    let wanted = Wanted { trade: Some(order_id), ..all(at + SECOND) };
    let charges = world.charges(&fees, &wanted);
    assert_eq!(charges.len(), 1);
    let parts = charges[0].parts(&world, &fees, Digits::Charged, at);
    assert_eq!((parts.payable(), parts.cash), (23_580 * FEN, 23_580 * FEN));
}

#[test]
fn what_is_used_is_owed_until_the_month_is_settled() {
    let mut world = world_of(60);
    let fees = world.fees(0, month("2026-06"));
    let metered: Vec<&Fee> = fees.iter().filter(|fee| matches!(fee.source, Source::Meter(_))).collect();
    assert!(metered.len() > 300);
    let settled = parse("2026-07-02T16:00:00Z").expect("a time");
    for fee in metered {
        let before = fee.parts(Digits::Charged, settled - 1, &world.settings);
        let after = fee.parts(Digits::Charged, settled, &world.settings);
        assert_eq!((before.debt, after.debt), (before.payable(), 0));
        assert_eq!(before.payable(), after.payable());
    }
}

#[test]
fn rows_of_a_cycle_are_the_days_of_a_meter_together() {
    let mut world = world_of(60);
    let fees = world.fees(0, month("2026-06"));
    let at = start();
    let sum = |rows: &[Row]| {
        let parts = rows.iter().map(|row| row.parts(&world, &fees, Digits::Exact, at));
        parts.fold(Parts::default(), |sum, parts| sum.plus(&parts))
    };
    let (cycle, single) =
        (world.resource_rows(&fees, &all(at), true), world.resource_rows(&fees, &all(at), false));
    assert_eq!(sum(&cycle), sum(&single));
    assert!(cycle.len() < single.len());
    assert!(world.charges(&fees, &all(at)).len() <= single.len());
    assert_eq!(world.in_scope(0, &Scope::All), [0, 2]);
    assert_eq!(world.in_scope(1, &Scope::All), [1]);
}

#[test]
fn every_month_of_a_term_has_its_part_and_together_they_are_the_whole() {
    let mut world = world_of(400);
    let mut checked = 0;
    for later in -14..=0 {
        for fee in world.fees(0, month("2026-07").plus(later)).iter() {
            let parts = fee.parts(Digits::Charged, start(), &world.settings);
            let mut told = 0;
            for later in -1..75 {
                let Some(spread) = costs::spread(fee, &parts, fee.month().plus(later)) else { continue };
                assert_eq!(spread.past, told, "{fee:?}");
                told += spread.now.payable();
                assert_eq!(spread.future, parts.payable() - told);
                checked += 1;
            }
            assert_eq!(told, parts.payable(), "{fee:?}");
        }
    }
    assert!(checked > 1_000);
}

#[test]
fn a_view_is_made_anew_when_something_happened() {
    let mut world = world_of(60);
    let first = world.fees(0, month("2026-07"));
    assert!(std::sync::Arc::ptr_eq(&first, &world.fees(0, month("2026-07"))));
    let index = world.place(0, Draft::purchase(start(), vec![line((0, 0), (2, 1), 1, 0, (0, 0))]));
    let order_id = world.order_id(0, index, 0);
    world.pay(&cause(start()), 0, &Wish { order_id, ..Wish::default() }).expect("paid");
    assert_eq!(world.fees(0, month("2026-07")).len(), first.len() + 1);
}

#[test]
fn a_month_of_a_large_company_is_worked_out_once() {
    let mut world = world_of(400_000);
    let cycle = month("2026-06");
    let fees = world.fees(0, cycle);
    assert!(fees.len() > 10_000);
    let began = Instant::now();
    for _ in 0..10 {
        let fees = world.fees(0, cycle);
        assert!(world.charges(&fees, &all(start())).len() > 10_000);
    }
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
}

#[test]
fn usage_of_a_month_is_the_same_each_time_and_its_percentile_leaves_a_twentieth_out() {
    let world = world_of(60);
    let cycle = month("2026-06");
    for kind in 0..usage::KINDS.len() {
        for measured in world.measured(0, kind, cycle) {
            let points = measured.points(cycle, start());
            assert_eq!(points, measured.points(cycle, start() + HOUR));
            let billed = usage::billed(&points, "95Peak").expect("a value");
            let more =
                points.iter().filter(|p| usage::megabits(p.bits, "95Peak") > billed.percentile).count();
            assert!(more <= points.len() / 20 && billed.peak >= billed.percentile);
            assert!(
                usage::megabits(points[0].bits, "95peak_1000") > usage::megabits(points[0].bits, "95Peak")
            );
        }
    }
    assert_eq!(usage::days(288 * 30).to_string(), "30");
    assert_eq!(usage::days(1).to_string(), "0.00347222222222222222");
}

proptest! {
    #[test]
    fn parts_of_any_days_add_up(
        amount in -1_000_000_000_i64..1_000_000_000,
        length in 1_i32..1_200,
        cuts in proptest::collection::vec(0_i32..1_300, 0..6),
    ) {
        let first = parse_day("2025-03-09").expect("a day");
        let number = chrono::Datelike::num_days_from_ce(&first);
        let parts = Parts { official: amount, cash: amount / 3, coupon: amount - amount / 3, ..Parts::default() };
        let fee = Fee {
            account: 0,
            source: Source::Meter(0),
            service: "",
            resource_type: "",
            region: "",
            project: None,
            mode: 1,
            provider: 1,
            bill_type: 1,
            at: 0,
            seen: 0,
            term: (number, number + length - 1),
            used: super::Used::default(),
            parts,
        };
        let mut cuts: Vec<i32> = cuts.into_iter().map(|cut| cut.min(length)).chain([0, length]).collect();
        cuts.sort_unstable();
        cuts.dedup();
        let at = |days: i32| first + chrono::Days::new(days.unsigned_abs().into());
        let sum = cuts.windows(2).fold(Parts::default(), |sum, cut| {
            sum.plus(&costs::part(&fee, &parts, at(cut[0]), at(cut[1] - 1)))
        });
        prop_assert_eq!(sum, parts);
    }
}
