//! The rules of resources, tried without HTTP.

use proptest::prelude::*;

use super::{
    super::{
        super::seed::{self, Seed},
        Account, Cause, Doer, Mode, Refusal, Settings, World,
        ids::Place,
        orders::{kind, status},
        pay::Wish,
        place::Draft,
        services::{DDS, ECS, EVS, OBS, RDS},
        shape::{Line, line},
        times::{DAY, HOUR, MINUTE, Millis, SECOND, parse, wire},
    },
    Resource,
    list::Filter,
    policy,
    renew::Renewal,
    state,
    unsubscribe::What,
};
use crate::simulator::world::Fen;

mod unsubscribing;

const MONTH: (u8, u32) = (2, 1);
const FULL: (u16, u8) = (0, 0);

fn start() -> Millis {
    parse("2026-07-15T02:30:00Z").expect("a moment")
}

fn world_of(number: u64, orders: u32) -> World {
    let settings = Settings { visible_after_ms: 1_000, provision_ms: 2_000, ..Settings::default() };
    seed::world(Seed { number, orders, hostile: false, start: start(), settings })
}

fn cause(at: Millis) -> Cause {
    Cause { at, request_id: "r".to_owned(), actor: Doer::Api }
}

fn pay(world: &mut World, at: Millis, order_id: &str, coupons: Vec<(String, i64)>) {
    let wish = Wish { order_id: order_id.to_owned(), coupons, ..Wish::default() };
    world.pay(&cause(at), 0, &wish).expect("paid");
}

/// What these lines provide, bought at a moment and there ten seconds later.
fn bought(world: &mut World, at: Millis, lines: Vec<Line>) -> Vec<Resource> {
    let index = world.place(0, Draft::purchase(at, lines));
    let id = world.order_id(0, index, 0);
    pay(world, at, &id, Vec::new());
    world.provided_by(0, index, at + 10 * SECOND)
}

fn server(world: &mut World, at: Millis) -> Resource {
    bought(world, at, vec![line((ECS, 1), MONTH, 1, 0, FULL)]).remove(0)
}

fn renewed(world: &mut World, at: Millis, id: &str, term: (u8, u32)) -> String {
    let wish = Renewal { resource_ids: vec![id.to_owned()], term, pay: true };
    world.renew(&cause(at), 0, &wish).expect("renewed").order_ids.remove(0)
}

fn give_up(world: &mut World, at: Millis, id: &str, what: What) -> Result<String, Refusal> {
    world.unsubscribe(&cause(at), 0, &[id.to_owned()], what).map(|made| made.order_ids[0].clone())
}

fn cash(world: &World) -> Fen {
    world.accounts[0].balances.last().cash
}

fn rich(world: &mut World, cash: Fen) {
    let mut balances = *world.accounts[0].balances.last();
    balances.cash = cash;
    world.accounts[0].balances.put(start(), balances);
}

fn code<T: std::fmt::Debug>(answer: Result<T, Refusal>) -> &'static str {
    answer.expect_err("a refusal").code
}

/// Everything that is there, by looking at every order.
fn every(world: &World, account: usize, at: Millis) -> Vec<Resource> {
    let orders = (0..world.accounts[account].made()).rev();
    orders.flat_map(|order| world.provided_by(account, order, at)).collect()
}

#[test]
fn the_start_has_resources_in_every_phase_and_expiring_on_every_near_day() {
    let world = world_of(1, 400);
    let all = every(&world, 0, start());
    for wanted in [state::IN_USE, state::EXPIRED, state::FROZEN] {
        assert!(all.iter().any(|resource| resource.status == wanted), "state {wanted}");
    }
    for days in [1, 3, 7, 15, 30] {
        let within = |resource: &&Resource| {
            resource.status == state::IN_USE && resource.expires - start() <= days * DAY
        };
        assert!(all.iter().filter(within).count() > 0, "within {days} days");
    }
    for wanted in [policy::GRACE, policy::TO_PAY_PER_USE, policy::AUTO_RENEW] {
        assert!(all.iter().any(|resource| resource.policy.code == wanted), "policy {wanted}");
    }
    let attached: Vec<&Resource> = all.iter().filter(|resource| resource.parent.is_some()).collect();
    assert!(!attached.is_empty());
    for resource in attached {
        assert_eq!(resource.line.service, EVS);
        let parent = resource.parent.as_ref().and_then(|id| world.resource(id, start())).expect("a parent");
        assert_eq!((parent.order, parent.line.service), (resource.order, ECS));
        assert_eq!((parent.expires, parent.policy), (resource.expires, resource.policy));
    }
    let held = all.iter().filter(|r| r.parent.is_none()).find_map(|r| world.group(0, &r.id, start()).err());
    assert_eq!(held, Some(super::judge::Obstacle::Unpaid), "some have a pending order");
}

#[test]
fn history_renews_and_gives_up_only_what_was_there() {
    let world = world_of(3, 900);
    let Account { orders, live, .. } = &world.accounts[0];
    let mut renewals = 0;
    for (index, order) in (0_u32..).zip(orders) {
        if live.contains_key(&index) || order.status != status::COMPLETED {
            continue;
        }
        if order.kind == kind::RENEWAL {
            let (from, until) = world.renewed_term(0, index, 0, start()).expect("a term");
            assert!(from < until && order.created_at() < from + 15 * DAY, "{}", wire(from));
            let lines = world.seen_lines(Place { account: 0, index, sub: 0 }, start());
            assert_eq!(lines[0].term, Some((from, until)));
            renewals += 1;
        }
        if order.kind == kind::UNSUBSCRIPTION {
            assert!(!world.provided_by(0, order.base, order.created_at()).is_empty());
            assert!(world.provided_by(0, order.base, start()).is_empty(), "it is gone");
        }
    }
    assert!(renewals > 200, "{renewals}");
}

#[test]
fn a_renewal_counts_from_the_old_expiry_also_in_grace_and_retention() {
    let mut world = world_of(1, 60);
    for late in [-3, 2, 20] {
        let thing = server(&mut world, start());
        let at = thing.expires + late * DAY;
        let order = renewed(&mut world, at, &thing.id, (2, 2));
        let again = world.resource(&thing.id, at + 10 * SECOND).expect("it is there");
        assert_eq!(again.terms.last().expect("terms").from, thing.expires, "{late}");
        assert!(again.expires > thing.expires + 58 * DAY);
        assert_eq!(again.status, state::IN_USE);
        let place = world.find(&order).expect("an order");
        let lines = world.seen_lines(place, at + 10 * SECOND);
        assert_eq!(lines[0].term, Some((thing.expires, again.expires)));
        assert_eq!(world.head(place, at + 10 * SECOND).source, 1);
    }
    let thing = server(&mut world, start() + 100 * DAY);
    let wish = Renewal { resource_ids: vec![thing.id], term: MONTH, pay: false };
    assert_eq!(code(world.renew(&cause(thing.expires + 31 * DAY), 0, &wish)), "CBC.99003016");
}

#[test]
fn what_stands_in_the_way_of_a_renewal_is_named() {
    let mut world = world_of(1, 60);
    let lines = vec![line((ECS, 1), MONTH, 1, 0, FULL), line((EVS, 1), MONTH, 1, 0, FULL)];
    let things = bought(&mut world, start(), lines);
    let at = start() + MINUTE;
    let wish = |ids: &[&str], term| Renewal {
        resource_ids: ids.iter().map(|id| (*id).to_owned()).collect(),
        term,
        pay: false,
    };
    let (main, disk) = (things[0].id.clone(), things[1].id.clone());
    assert_eq!(code(world.renew(&cause(at), 0, &wish(&[&disk], MONTH))), "CBC.30010036");
    assert_eq!(code(world.renew(&cause(at), 0, &wish(&["r"], MONTH))), "CBC.99003016");
    assert_eq!(code(world.renew(&cause(at), 1, &wish(&[&main], MONTH))), "CBC.99003016");
    let made = world.renew(&cause(at), 0, &wish(&[&main, "r"], (3, 1))).expect("one of two");
    assert_eq!((made.order_ids.len(), made.failed[0].why.code), (1, "CBC.99003016"));
    let place = world.find(&made.order_ids[0]).expect("an order");
    assert_eq!(world.accounts[0].lines(place.index).len(), 2, "the disk goes along");
    assert_eq!(code(world.renew(&cause(at), 0, &wish(&[&main], MONTH))), "CBC.99003100");
    world.cancel(&cause(at), 0, &made.order_ids[0]).expect("cancelled");
    let order = renewed(&mut world, at, &main, (3, 3));
    assert_eq!(code(world.renew(&cause(at), 0, &wish(&[&main], MONTH))), "CBC.99003144");
    assert_eq!(code(world.renew(&cause(at + MINUTE), 0, &wish(&[&main], (3, 2)))), "CBC.99003154");
    assert_ne!(order, made.order_ids[0]);
    let package = bought(&mut world, at, vec![line((OBS, 0), (3, 1), 1, 0, FULL)]).remove(0);
    assert_eq!(code(world.renew(&cause(at + MINUTE), 0, &wish(&[&package.id], (2, 7)))), "CBC.30010069");
    rich(&mut world, 0);
    let mut poor = *world.accounts[0].balances.last();
    poor.credit_used = poor.credit_limit;
    world.accounts[0].balances.put(at, poor);
    let orders = world.accounts[0].made();
    let dear = Renewal { pay: true, ..wish(&[&package.id], (3, 1)) };
    assert_eq!(code(world.renew(&cause(at + MINUTE), 0, &dear)), "CBC.30050006");
    assert_eq!(world.accounts[0].made(), orders + 1, "the order is there");
}

#[test]
fn one_order_for_all_is_a_matter_of_settings() {
    let mut world = world_of(1, 60);
    let ids: Vec<String> = (0..3).map(|_| server(&mut world, start()).id).collect();
    let wish = Renewal { resource_ids: ids, term: MONTH, pay: false };
    world.settings.renewals_together = true;
    let made = world.renew(&cause(start() + MINUTE), 0, &wish).expect("renewed");
    assert_eq!(made.order_ids.len(), 1);
    let place = world.find(&made.order_ids[0]).expect("an order");
    assert_eq!(world.accounts[0].lines(place.index).len(), 3);
}

#[test]
fn what_renews_itself_is_charged_at_three_in_the_morning_however_time_passes() {
    let run = |step: Millis| {
        let mut world = world_of(2, 300);
        let thing = server(&mut world, start());
        let chosen = (Some(2), Some(2));
        world.set_auto_renewal(&cause(start() + MINUTE), 0, &thing.id, chosen).expect("set");
        let until = start() + 125 * DAY;
        let mut now = start() + MINUTE;
        while now < until {
            now = (now + step).min(until);
            world.catch_up(now);
        }
        (world, thing)
    };
    let (at_once, thing) = run(400 * DAY);
    let (by_steps, _) = run(7 * HOUR + 13 * MINUTE);
    assert_eq!(at_once.ledger, by_steps.ledger);
    assert_eq!(at_once.accounts[0].balances.last(), by_steps.accounts[0].balances.last());
    assert_eq!(at_once.accounts[0].orders, by_steps.accounts[0].orders);

    let later = start() + 125 * DAY;
    let now = every(&at_once, 0, later);
    let thing = now.iter().find(|resource| resource.id == thing.id);
    assert!(thing.is_none(), "two renewals of a month end after three months");
    let orders: Vec<_> = at_once.ledger.iter().filter(|effect| effect.actor == Doer::System).collect();
    assert!(orders.len() > 8, "the start has some as well");
    for effect in orders {
        assert_eq!(effect.at % DAY, 19 * HOUR, "three in Beijing: {}", wire(effect.at));
        let place = at_once.find(&effect.subject).expect("an order");
        let head = at_once.head(place, later);
        assert_eq!((head.kind, head.source, head.status), (kind::RENEWAL, 8, status::COMPLETED));
    }
}

#[test]
fn a_deduction_waits_for_money_until_the_resource_is_released() {
    let mut world = world_of(2, 60);
    let thing = server(&mut world, start());
    let set = start() + MINUTE;
    world.set_auto_renewal(&cause(set), 0, &thing.id, (None, None)).expect("set");
    world.set_deduction_day(&cause(set), 0, 2);
    let mut poor = *world.accounts[0].balances.last();
    (poor.cash, poor.credit_used) = (0, poor.credit_limit);
    world.accounts[0].balances.put(set, poor);
    let effects = world.ledger.len();
    world.catch_up(thing.expires + 4 * DAY);
    assert_eq!(world.ledger.len(), effects, "nothing happens without money");
    poor.cash = 1_000_000;
    world.accounts[0].balances.put(thing.expires + 4 * DAY, poor);
    world.catch_up(thing.expires + 6 * DAY);
    let again = world.resource(&thing.id, thing.expires + 6 * DAY).expect("it is there");
    assert_eq!(again.terms.last().map(|term| term.from), Some(thing.expires));
    assert_eq!(again.policy.code, policy::AUTO_RENEW);
    let paid = world.ledger.iter().filter(|e| e.actor == Doer::System && e.operation == "pay_orders");
    assert_eq!(paid.count(), 1);
    assert!(world.ledger.last().expect("an effect").at > thing.expires + 4 * DAY);
    // Two days before, not seven.
    world.catch_up(again.expires - 3 * DAY);
    assert_eq!(world.resource(&thing.id, again.expires - 3 * DAY).expect("it").expires, again.expires);
    world.catch_up(again.expires);
    assert!(world.resource(&thing.id, again.expires).expect("it").expires > again.expires);
}

#[test]
fn automatic_renewal_is_set_and_cancelled_with_the_documented_refusals() {
    let mut world = world_of(1, 60);
    let lines = vec![line((ECS, 1), MONTH, 1, 0, FULL), line((EVS, 1), MONTH, 1, 0, FULL)];
    let things = bought(&mut world, start(), lines);
    let at = start() + MINUTE;
    let id = things[0].id.clone();
    assert_eq!(code(world.cancel_auto_renewal(&cause(at), 0, &id)), "CBC.99003605");
    assert_eq!(code(world.set_auto_renewal(&cause(at), 0, "r", (None, None))), "CBC.99003012");
    world.set_auto_renewal(&cause(at), 0, &things[1].id, (Some(5), Some(3))).expect("by the disk");
    let main = world.resource(&id, at).expect("it");
    assert_eq!(
        (main.policy.code, main.policy.times, main.policy.unit),
        (policy::AUTO_RENEW, Some(5), Some(3))
    );
    world.set_auto_renewal(&cause(at), 0, &id, (None, None)).expect("again");
    assert_eq!(world.resource(&id, at).expect("it").policy.times, Some(5), "no number, no change");
    world.cancel_auto_renewal(&cause(at), 0, &id).expect("cancelled");
    let late = things[0].expires + DAY;
    assert_eq!(code(world.set_auto_renewal(&cause(late), 0, &id, (None, None))), "CBC.99003602");
}

#[test]
fn what_becomes_pay_per_use_is_not_listed_any_more() {
    let mut world = world_of(1, 60);
    let (first, second) = (server(&mut world, start()), server(&mut world, start()));
    let at = start() + MINUTE;
    assert!(world.set_to_pay_per_use(&cause(at), 0, std::slice::from_ref(&first.id), true).is_empty());
    assert!(world.resource(&first.id, first.expires - SECOND).is_some());
    assert!(world.resource(&first.id, first.expires).is_none());
    let results = world.convert(&cause(at), 0, &[second.id.clone(), "r".to_owned()]);
    assert!(matches!(results[0].1, super::convert::Conversion::Done(_)));
    assert!(matches!(&results[1].1, super::convert::Conversion::Failed(why) if why.code == "CBC.99003012"));
    assert!(world.resource(&second.id, at + MINUTE).is_none());
    let late = world.set_to_pay_per_use(&cause(second.expires + DAY), 0, &[second.id], true);
    assert_eq!(late[0].why.code, "CBC.99003012");
    let third = server(&mut world, start() + HOUR);
    let late = world.set_to_pay_per_use(&cause(third.expires + DAY), 0, &[third.id], true);
    assert_eq!(late[0].why.code, "CBC.99003610");
}

#[test]
fn an_old_time_is_read_as_it_was() {
    let mut world = world_of(1, 60);
    world.mode = Mode::Strict;
    let thing = server(&mut world, start());
    let at = start() + DAY;
    world.set_auto_renewal(&cause(at), 0, &thing.id, (None, None)).expect("set");
    assert_eq!(world.resource(&thing.id, at - SECOND).expect("it").policy.code, policy::GRACE);
    assert!(world.resource(&thing.id, start()).is_none(), "not yet provided");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn a_page_is_what_looking_at_every_purchase_finds(
        // History ended eight days before the start.
        days in -7_i64..80,
        only_main in any::<bool>(),
        states in proptest::collection::vec(proptest::sample::select(vec![2_u8, 4, 5]), 0..2),
        service in proptest::option::of(proptest::sample::select(vec![ECS, EVS, RDS])),
        window in proptest::option::of((-30_i64..30, 0_i64..60)),
        offset in 0_usize..30,
        limit in 1_usize..20,
    ) {
        let mut world = world_of(6, 250);
        rich(&mut world, 500_000_000);
        let thing = server(&mut world, start() + HOUR);
        let at = start() + HOUR + MINUTE;
        renewed(&mut world, at, &thing.id, MONTH);
        let old = world.accounts[0].resources.past.standing.iter().rev().map(|old| old.order).take(9);
        for order in old.collect::<Vec<_>>() {
            for resource in world.provided_by(0, order, at).into_iter().filter(|r| r.parent.is_none()) {
                let _ = give_up(&mut world, at, &resource.id, What::Resource);
                let _ = world.set_auto_renewal(&cause(at), 0, &resource.id, (None, None));
            }
        }
        let at = start() + days * DAY;
        world.catch_up(at);
        let code = service.map(|at| super::super::services::service(at).code.to_owned());
        let span = window.map(|(from, long)| (start() + from * DAY, start() + (from + long) * DAY));
        let filter = Filter {
            only_main,
            states,
            expires: (span.map(|(from, _)| from), span.map(|(_, to)| to)),
            service: code.clone(),
            offset,
            limit,
            ..Filter::default()
        };
        let mut found = every(&world, 0, at);
        found.retain(|resource| {
            (!only_main || resource.parent.is_none())
                && (filter.states.is_empty() || filter.states.contains(&resource.status))
                && span.is_none_or(|(from, to)| from <= resource.expires && resource.expires <= to)
                && service.is_none_or(|wanted| wanted == resource.line.service)
        });
        let ids = |resources: &[Resource]| -> Vec<String> { resources.iter().map(|r| r.id.clone()).collect() };
        let (total, page) = world.list_resources(0, &filter, at);
        prop_assert_eq!(total, found.len());
        let wanted: Vec<Resource> = found.into_iter().skip(offset).take(limit).collect();
        prop_assert_eq!(ids(&page), ids(&wanted));
    }
}
