//! The rules, tried without HTTP: money adds up whatever is done, and the same seed is the same world.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{
    super::seed::{self, Seed},
    list::Filter,
    orders::{Truth, status},
    pay::Wish,
    shape::line,
    times::{DAY, SECOND},
    *,
};

const START: Millis = 1_795_000_000_000 / 60_000 * 60_000;

fn world_of(number: u64, orders: u32) -> World {
    let settings =
        Settings { visible_after_ms: 1_000, provision_ms: 2_000, rate_limits: false, ..Settings::default() };
    seed::world(Seed { number, orders, hostile: false, start: START, settings })
}

fn cause(at: Millis) -> Cause {
    Cause { at, request_id: "r".to_owned(), actor: Doer::Api }
}

fn pay(id: &str) -> Wish {
    Wish { order_id: id.to_owned(), ..Wish::default() }
}

fn new_order(world: &mut World, account: usize, at: Millis, price: Fen) -> (u32, String) {
    let mut only = line((0, 0), (2, 1), 1, 0, (0, 0));
    (only.official, only.after) = (price, price);
    let index = world.place(account, place::Draft::purchase(at, vec![only]));
    (index, world.order_id(account, index, 0))
}

/// What an account could still spend.
fn wealth(world: &World, account: usize) -> Fen {
    let has = world.accounts[account].balances.last();
    has.cash + has.credit()
}

fn code<T: std::fmt::Debug>(answer: Result<T, Refusal>) -> &'static str {
    answer.expect_err("a refusal").code
}

#[test]
fn the_same_seed_makes_the_same_world_and_another_one_another() {
    let ids = |world: &World| -> Vec<String> {
        (0..world.accounts[0].made()).map(|index| world.order_id(0, index, 0)).collect()
    };
    let (a, b, other) = (world_of(3, 200), world_of(3, 200), world_of(4, 200));
    assert_eq!(ids(&a), ids(&b));
    assert_ne!(ids(&a), ids(&other));
    for (x, y) in a.accounts.iter().zip(&b.accounts) {
        assert_eq!(x.orders, y.orders);
        assert_eq!((&x.domain_id, &x.ak, &x.sk), (&y.domain_id, &y.ak, &y.sk));
        assert_eq!(x.balances.last(), y.balances.last());
        let coupons = |account: &Account| format!("{:?}", account.coupons);
        assert_eq!(coupons(x), coupons(y));
    }
    assert_ne!(a.accounts[0].domain_id, other.accounts[0].domain_id);
}

#[test]
fn every_order_of_every_account_adds_up_and_is_found_by_its_id() {
    let world = world_of(11, 500);
    assert_eq!(world.accounts[0].made(), 500);
    for account in 0..world.accounts.len() {
        for index in 0..world.accounts[account].made() {
            let place = ids::Place { account, index, sub: 0 };
            let head = world.head(place, START);
            assert_eq!(world.find(&head.id.to_lowercase()), Some(place));
            let off: Fen = head.amounts.discounts.iter().map(|(_, off)| off).sum();
            assert_eq!(head.amounts.official - off, head.amounts.after, "{}", head.id);
            let lines = world.seen_lines(place, START);
            assert!(!lines.is_empty(), "{}", head.id);
            assert_eq!(lines.iter().map(|l| l.amounts.after).sum::<Fen>(), head.amounts.after);
            assert_eq!(lines.iter().map(|l| l.amounts.official).sum::<Fen>(), head.amounts.official);
            let order = &world.accounts[account].orders[index as usize];
            assert_eq!(Fen::from(order.after), head.amounts.after, "{}", head.id);
            let subs = world.subs(place, START);
            assert!(
                subs.is_empty() || subs.iter().map(|s| s.amounts.after).sum::<Fen>() == head.amounts.after
            );
            for sub in subs {
                assert_eq!(
                    world.find(&sub.id).map(|place| (place.index, place.sub > 0)),
                    Some((index, true))
                );
            }
            let refund: Fen = world.refund_rows(place).iter().map(|row| row.amount.min(0)).sum();
            assert_eq!(-refund, if order.refunds() { head.amounts.after } else { 0 }, "{}", head.id);
            assert!(head.amounts.coupon + head.amounts.flexi <= head.amounts.after, "{}", head.id);
        }
    }
}

#[test]
fn a_seeded_company_has_every_peculiarity() {
    let world = world_of(1, 400);
    let master = &world.accounts[0];
    let open: Vec<_> = master.live.values().filter(|live| live.truth == Truth::Open).collect();
    assert!(open.len() >= 10);
    let left = |live: &&orders::Live| live.deadline.expect("a deadline") - START;
    for about in [DAY / 24, DAY, 6 * DAY] {
        assert!(open.iter().any(|live| left(live) == about));
    }
    assert!(open.iter().any(|live| live.offers.iter().any(|offer| offer.kind == discounts::ADJUSTED)));
    assert!(open.iter().any(|live| live.lines.iter().any(|line| line.sub == 3)));
    for kind in [1, 2, 3, 4, 11] {
        assert!(master.orders.iter().any(|order| order.kind == kind), "type {kind}");
    }
    for status in [1, 2, 3, 4, 5, 6, 9] {
        let seen = (0..master.made()).any(|index| master.status(index, START) == status);
        assert!(seen, "status {status}");
    }
    let kinds: BTreeSet<u8> = master.coupons.iter().map(|coupon| coupon.kind).collect();
    assert_eq!(kinds, BTreeSet::from([1, 2, 4]));
    let used: Vec<&Coupon> =
        master.coupons.iter().filter(|coupon| coupon.state(START) == coupons::state::USED).collect();
    assert!(used.len() >= 4);
    for coupon in used {
        let id = coupon.now.last().last_order.clone().expect("an order");
        let place = world.find(&id).expect("it exists");
        let amounts = world.head(place, START).amounts;
        assert_eq!(amounts.coupon + amounts.flexi, coupon.face);
    }
}

#[test]
fn a_payment_shows_a_moment_later_and_completes_later_still() {
    let mut world = world_of(1, 50);
    let (index, id) = new_order(&mut world, 0, START, 10_000);
    world.pay(&cause(START + SECOND), 0, &pay(&id)).expect("paid");
    let seen = |at: Millis| world.accounts[0].status(index, START + at);
    assert_eq!(seen(1_999), status::AWAITING_PAYMENT);
    assert_eq!(world.accounts[0].paid_at(index, START + 1_999), None);
    assert_eq!(seen(2_000), status::PROCESSING);
    assert_eq!(world.accounts[0].paid_at(index, START + 2_000), Some(START + SECOND));
    assert_eq!(seen(4_000), status::COMPLETED);
    let lines = world.seen_lines(ids::Place { account: 0, index, sub: 0 }, START + 4_000);
    assert!(lines[0].term.is_some_and(|(from, until)| from == START + 4_000 && until > from + 27 * DAY));
    assert_eq!(code(world.pay(&cause(START + 1_500), 0, &pay(&id))), "CBC.99003106");
    assert_eq!(world.ledger.len(), 1);
}

#[test]
fn a_naive_world_pays_twice_when_asked_twice() {
    let mut world = world_of(1, 50);
    world.mode = Mode::Naive;
    let before = wealth(&world, 0);
    let (_, id) = new_order(&mut world, 0, START, 10_000);
    for _ in 0..2 {
        world.pay(&cause(START), 0, &pay(&id)).expect("paid");
    }
    assert_eq!(world.ledger.len(), 2);
    assert_eq!(before - wealth(&world, 0), 20_000);
}

#[test]
fn cash_goes_before_credit_and_a_short_balance_takes_nothing() {
    let mut world = world_of(1, 50);
    let has = *world.accounts[0].balances.last();
    let voucher = world.accounts[0].coupons[0].clone();
    let (_, dear) = new_order(&mut world, 0, START, has.cash + has.credit() + voucher.face + 1);
    let with = Wish { coupons: vec![(voucher.id.clone(), 301)], ..pay(&dear) };
    assert_eq!(code(world.pay(&cause(START), 0, &with)), "CBC.99005003");
    assert_eq!(world.accounts[0].coupons[0].worth(), voucher.face);
    assert_eq!(*world.accounts[0].balances.last(), has);
    assert!(world.ledger.is_empty());

    let (_, id) = new_order(&mut world, 0, START, has.cash + 7);
    world.pay(&cause(START), 0, &pay(&id)).expect("paid");
    let now = world.accounts[0].balances.last();
    assert_eq!((now.cash, now.credit_used), (0, has.credit_used + 7));
}

#[test]
fn a_deadline_ends_an_order_for_readers_and_payers() {
    let mut world = world_of(1, 50);
    let (index, id) = new_order(&mut world, 0, START, 100);
    let late = START + 7 * DAY;
    assert_eq!(world.accounts[0].status(index, late - 1), status::AWAITING_PAYMENT);
    assert_eq!(world.accounts[0].status(index, late), status::CANCELLED);
    assert_eq!(code(world.pay(&cause(late), 0, &pay(&id))), "CBC.99003110");
    assert_eq!(code(world.cancel(&cause(late), 0, &id)), "CBC.99005010");
}

#[test]
fn an_account_reaches_neither_orders_nor_coupons_of_another() {
    let mut world = world_of(1, 50);
    let (_, id) = new_order(&mut world, 1, START, 100);
    assert_eq!(code(world.pay(&cause(START), 0, &pay(&id))), "CBC.30000010");
    assert_eq!(code(world.cancel(&cause(START), 0, &id)), "CBC.30000010");
    let (_, own) = new_order(&mut world, 0, START, 100);
    let foreign = world.accounts[1].coupons[0].id.clone();
    let wish = Wish { coupons: vec![(foreign, 301)], ..pay(&own) };
    assert_eq!(code(world.pay(&cause(START), 0, &wish)), "CBC.0100");
}

#[test]
fn the_master_pays_for_a_member_from_its_own_money() {
    let mut world = world_of(1, 50);
    let before = wealth(&world, 0);
    let (_, id) = new_order(&mut world, 2, START, 500);
    world.pay(&cause(START), 0, &pay(&id)).expect("paid");
    assert_eq!(before - wealth(&world, 0), 500);
}

#[test]
fn a_console_renews_and_unsubscribes_what_was_bought_once() {
    let mut world = world_of(1, 200);
    let console = Cause { actor: Doer::Console, ..cause(START) };
    let (base, id) = new_order(&mut world, 0, START, 90_000);
    assert_eq!(code(world.renew_in_console(&console, 0, base)), "CBC.99003012");
    world.pay(&console, 0, &pay(&id)).expect("paid");
    let resource = shape::resource_id(world.seed, 0, base, 0);
    assert_eq!(world.purchase_of(0, &resource), Ok(base));
    let renewed = world.renew_in_console(&console, 0, base).expect("renewed");
    let before = wealth(&world, 0);
    let gone = world.unsubscribe_in_console(&console, 0, base).expect("unsubscribed");
    let back = wealth(&world, 0) - before;
    assert!(back > 0);
    let place = world.find(&gone).expect("an order");
    let rows = world.refund_rows(place);
    assert_eq!(-rows.iter().map(|row| row.amount.min(0)).sum::<Fen>(), back);
    let from: BTreeSet<&str> = rows.iter().map(|row| row.base_order_id.as_str()).collect();
    assert_eq!(from, BTreeSet::from([id.as_str(), renewed.as_str()]));
    assert_eq!(code(world.unsubscribe_in_console(&console, 0, base)), "CBC.99003012");
}

#[test]
fn older_moments_are_still_what_they_were() {
    let mut world = world_of(1, 50);
    let (index, id) = new_order(&mut world, 0, START, 100);
    let all = Filter { limit: 100, ..Filter::default() };
    let unpaid = Filter { status: Some(status::AWAITING_PAYMENT), ..all.clone() };
    let open_before = world.list(0, &unpaid, START).0;
    world.pay(&cause(START + DAY), 0, &pay(&id)).expect("paid");
    let later = START + DAY + 10 * SECOND;
    assert!(!world.list(0, &unpaid, later).1.contains(&index));
    assert_eq!(world.list(0, &unpaid, START).0, open_before, "a stale reader sees it unpaid");
    assert_eq!(
        world.list(0, &all, START - SECOND).0 + 1,
        world.list(0, &all, START).0,
        "and before, not at all"
    );
    let balances = &world.accounts[0].balances;
    assert_eq!(balances.at(START).cash - balances.at(later).cash, 100);
}

#[derive(Debug, Clone)]
enum Step {
    Pay { order: usize, coupons: Vec<usize>, discount: bool },
    Cancel { order: usize },
    Wait { seconds: i64 },
    Buy { price: Fen },
    Renew { order: usize },
    Unsubscribe { order: usize },
    Spend { coupon: usize },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0_usize..40, proptest::collection::vec(0_usize..40, 0..4), any::<bool>())
            .prop_map(|(order, coupons, discount)| Step::Pay { order, coupons, discount }),
        1 => (0_usize..40).prop_map(|order| Step::Cancel { order }),
        1 => (0_i64..400_000).prop_map(|seconds| Step::Wait { seconds }),
        2 => (0_i64..9_000_000).prop_map(|price| Step::Buy { price }),
        1 => (0_usize..40).prop_map(|order| Step::Renew { order }),
        1 => (0_usize..40).prop_map(|order| Step::Unsubscribe { order }),
        1 => (0_usize..40).prop_map(|coupon| Step::Spend { coupon }),
    ]
}

fn take(world: &mut World, now: &mut Millis, step: &Step) -> Option<Refusal> {
    let open: Vec<u32> = world.accounts[0].live.keys().copied().collect();
    let order = |nth: usize| open[nth % open.len()];
    match step {
        Step::Pay { order: nth, coupons, discount } => {
            let index = order(*nth);
            let owner = &world.accounts[0];
            let mut chosen: Vec<(String, i64)> = coupons
                .iter()
                .map(|at| &owner.coupons[at % owner.coupons.len()])
                .map(|coupon| (coupon.id.clone(), coupon.pay_type()))
                .collect();
            chosen.sort();
            chosen.dedup();
            let offer = owner.live[&index].offers.first().filter(|_| *discount);
            let discount = offer.map(|offer| (offer.id.clone(), i64::from(offer.kind)));
            let order_id = world.order_id(0, index, 0);
            world.pay(&cause(*now), 0, &Wish { order_id, coupons: chosen, discount }).err()
        }
        Step::Cancel { order: nth } => {
            let id = world.order_id(0, order(*nth), 0);
            world.cancel(&cause(*now), 0, &id).err()
        }
        Step::Wait { seconds } => {
            *now += seconds * SECOND;
            None
        }
        Step::Buy { price } => {
            new_order(world, 0, *now, *price);
            None
        }
        Step::Renew { order: nth } => world.renew_in_console(&cause(*now), 0, order(*nth)).err(),
        Step::Unsubscribe { order: nth } => world.unsubscribe_in_console(&cause(*now), 0, order(*nth)).err(),
        Step::Spend { coupon } => {
            let owner = &world.accounts[0];
            let id = owner.coupons[coupon % owner.coupons.len()].id.clone();
            world.spend_coupon(&cause(*now), 0, &id, None).err()
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn the_ledger_equals_what_the_balances_lost(
        steps in proptest::collection::vec(step(), 1..60),
        naive in any::<bool>(),
    ) {
        let mut world = world_of(5, 60);
        world.mode = if naive { Mode::Naive } else { Mode::Strict };
        let before = wealth(&world, 0);
        let coupons_before: Fen = world.accounts[0].coupons.iter().map(Coupon::worth).sum();
        let mut now = START;
        for step in &steps {
            let (effects, rich) = (world.ledger.len(), wealth(&world, 0));
            if take(&mut world, &mut now, step).is_some() && !matches!(step, Step::Renew { .. }) {
                prop_assert_eq!((world.ledger.len(), wealth(&world, 0)), (effects, rich), "a refusal did something");
            }
        }
        let spent: Money = world.ledger.iter().map(|effect| effect.amount).sum();
        prop_assert_eq!(spent, Money::from_fen(before - wealth(&world, 0)));
        let by_coupons: Money = world.ledger.iter().flat_map(|e| &e.coupons).map(|c| c.amount).sum();
        let coupons_after: Fen = world.accounts[0].coupons.iter().map(Coupon::worth).sum();
        prop_assert!(by_coupons >= Money::ZERO);
        prop_assert!(coupons_after <= coupons_before);
        prop_assert!(world.accounts[0].coupons.iter().all(|c| c.now.last().balance >= 0));
        if !naive {
            let mut paid: Vec<&str> =
                world.ledger.iter().filter(|e| e.operation == "pay_orders").map(|e| e.subject.as_str()).collect();
            let effects = paid.len();
            paid.sort_unstable();
            paid.dedup();
            prop_assert_eq!(paid.len(), effects, "an order was paid twice");
        }
        for index in world.accounts[0].live.keys() {
            let head = world.head(ids::Place { account: 0, index: *index, sub: 0 }, now + DAY);
            let off: Fen = head.amounts.discounts.iter().map(|(_, off)| off).sum();
            prop_assert_eq!(head.amounts.official - off, head.amounts.after);
            if let Some(payment) = &world.accounts[0].live[index].payment {
                let by_coupons = head.amounts.coupon + head.amounts.flexi;
                let paid = payment.cash + payment.credit + by_coupons;
                // Coupons of a refund are those that came back.
                let refunds = world.accounts[0].orders[*index as usize].refunds();
                let expected = if refunds { by_coupons } else { head.amounts.after };
                prop_assert_eq!(paid, expected, "what was paid is not the price");
            }
        }
    }

    #[test]
    fn a_page_is_what_looking_at_every_order_finds(
        wanted in proptest::option::of(proptest::sample::select(status::FILTER.to_vec())),
        kind in proptest::option::of(proptest::sample::select(orders::kind::ALL.to_vec())),
        from in proptest::option::of(0_i64..1_100),
        until in proptest::option::of(0_i64..1_100),
        oldest_first in any::<bool>(),
        offset in 0_usize..60,
        limit in 1_usize..40,
    ) {
        let world = world_of(9, 150);
        let day = |days: i64| START - days * DAY;
        let filter = Filter {
            status: wanted,
            kind,
            created: (from.map(day), until.map(day)),
            oldest_first,
            offset,
            limit,
            ..Filter::default()
        };
        let owner = &world.accounts[0];
        let mut every: Vec<u32> = (0..owner.made())
            .filter(|index| {
                let order = &owner.orders[*index as usize];
                wanted.is_none_or(|wanted| owner.status(*index, START) == wanted)
                    && kind.is_none_or(|kind| kind == order.kind)
                    && filter.created.0.is_none_or(|begin| begin <= order.created_at())
                    && filter.created.1.is_none_or(|end| order.created_at() <= end)
            })
            .collect();
        if !oldest_first {
            every.reverse();
        }
        let page: Vec<u32> = every.iter().copied().skip(offset).take(limit).collect();
        prop_assert_eq!(world.list(0, &filter, START), (every.len(), page));
    }
}

#[test]
fn a_million_orders_are_small_and_paged_to_the_end() {
    assert!(size_of::<orders::Order>() <= 24);
    let world = world_of(9, 1_000_000);
    assert_eq!(world.accounts[0].made(), 1_000_000);
    let oldest = Filter { offset: 999_999, limit: 100, ..Filter::default() };
    assert_eq!(world.list(0, &oldest, START), (1_000_000, vec![0]));
    let completed =
        Filter { status: Some(status::COMPLETED), limit: 100, offset: 500_000, ..Filter::default() };
    let (total, page) = world.list(0, &completed, START);
    assert!(total > 900_000 && page.len() == 100);
    for index in page {
        assert_eq!(world.find(&world.order_id(0, index, 0)).map(|place| place.index), Some(index));
    }
}

#[test]
fn a_hostile_seed_has_names_that_try_to_break_out() {
    let settings = Settings::default();
    let world = seed::world(Seed { number: 1, orders: 400, hostile: true, start: START, settings });
    let master = &world.accounts[0];
    let shown = |name: &str| {
        (0..master.made()).any(|index| {
            let head = world.head(ids::Place { account: 0, index, sub: 0 }, START);
            master.projects[head.project].name.starts_with(name) || master.users[head.user].starts_with(name)
        })
    };
    assert!(shown("<script>") && shown("=HYPERLINK") && shown("<img"));
    assert!(master.coupons.iter().any(|coupon| coupon.plan_name.contains("<script>")));
}
