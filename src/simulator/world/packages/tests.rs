//! Packages are used up and refilled as their quota says, whatever is asked when.

use super::{
    super::{
        super::seed::{self, Seed},
        Cause, Doer, Settings,
        pay::Wish,
        place::Draft,
        shape::line,
        times::{DAY, HOUR, parse},
    },
    usage::State,
    *,
};

fn start() -> Millis {
    parse("2026-07-15T02:30:00Z").expect("a time")
}

fn world(orders: u32) -> World {
    seed::world(Seed { number: 1, orders, hostile: false, start: start(), settings: Settings::default() })
}

fn cause(at: Millis) -> Cause {
    Cause { at, request_id: "r".to_owned(), actor: Doer::Api }
}

/// Buys a package and pays for it.
fn buy(world: &mut World, what: (u8, u8), at: Millis) -> String {
    let index = world.place(0, Draft::purchase(at, vec![line(what, (2, 1), 1, 0, (0, 0))]));
    let id = world.order_id(0, index, 0);
    world.pay(&cause(at), 0, &Wish { order_id: id.clone(), ..Wish::default() }).expect("paid");
    id
}

#[test]
fn what_was_deducted_in_a_cycle_is_what_the_quota_lacks() {
    let world = world(600);
    for hours in [0, 5, 24, 24 * 40] {
        let at = start() + hours * HOUR;
        let packages = world.packages(0, at);
        assert!(packages.len() > 10, "{}", packages.len());
        let left = world.left(0, &packages, at);
        let deductions = world.deductions(0, &packages, (0, at));
        let told = packages.iter().enumerate().filter(|(_, package)| !package.is_forgotten(at));
        for (nth, package) in told {
            for (item, held) in package.goods.items.iter().enumerate() {
                let (begin, end) = package.cycle(at);
                let mine = deductions.iter().filter(|d| d.package == nth && d.item == item);
                let in_cycle: Vec<_> = mine.filter(|d| (begin..=end).contains(&d.at)).collect();
                let used: Milli = in_cycle.iter().map(|d| d.used).sum();
                assert_eq!(package.quota(held) - used, left[nth][item]);
                assert!(left[nth][item] >= 0);
                let mut before = package.quota(held);
                for deduction in in_cycle {
                    assert_eq!(deduction.before, before, "each deduction goes on where the last one ended");
                    before -= deduction.used;
                }
            }
        }
    }
}

#[test]
fn asking_later_does_not_change_what_was_deducted_before() {
    let mut world = world(300);
    let at = start() + 3 * DAY;
    let before = world.deducted(0, start(), at);
    buy(&mut world, (OBS, 2), at);
    assert_eq!(world.deducted(0, start(), at), before);
}

#[test]
fn a_bought_package_is_there_once_it_is_provided_and_is_used_from_then_on() {
    let mut world = world(60);
    let id = buy(&mut world, (OBS, 2), start());
    let of = |world: &World, at| {
        let place = world.find(&id).expect("a place");
        world.packages(0, at).into_iter().find(|package| package.bought == Some(place))
    };
    assert!(of(&world, start() + 1_000).is_none());
    let package = of(&world, start() + HOUR).expect("a package");
    assert_eq!(world.left(0, std::slice::from_ref(&package), start() + HOUR), [[500_000]]);
    assert!(world.left(0, std::slice::from_ref(&package), start() + 3 * DAY)[0][0] < 500_000);
    // The month that it was bought for is its only cycle, and it is too small for it.
    let late = package.expires - HOUR;
    let left = world.left(0, std::slice::from_ref(&package), late);
    assert!(matches!(package.state(&left[0], late), State::UsedUp | State::InEffect));
    assert_eq!(package.state(&left[0], package.expires), State::Expired);
    assert!(!package.is_forgotten(package.expires + 500 * DAY));
    assert!(package.is_forgotten(package.expires + 560 * DAY), "it is forgotten after 18 months");
    let index = world.find(&id).expect("a place").index;
    world.unsubscribe_in_console(&cause(start() + 2 * DAY), 0, index).expect("gone");
    let gone = of(&world, start() + 3 * DAY).expect("still told of");
    assert_eq!(gone.state(&[1], start() + 3 * DAY), State::Unsubscribed);
    let packages = world.packages(0, start() + 9 * DAY);
    let deductions = world.deductions(0, &packages, (start(), start() + 9 * DAY));
    let of_gone = |d: &&Deduction| packages[d.package].id == gone.id;
    assert!(deductions.iter().filter(of_gone).all(|d| d.at < start() + 3 * DAY));
}

#[test]
fn a_package_is_renewed_as_the_resource_that_it_is_and_what_it_gave_before_stays() {
    let mut world = world(300);
    let id = buy(&mut world, (CDN, 0), start());
    let place = world.find(&id).expect("a place");
    let of =
        |world: &World, at| world.packages(0, at).into_iter().find(|package| package.bought == Some(place));
    let bought = of(&world, start() + DAY).expect("a package");
    let at = bought.expires + 3 * DAY;
    let deductions = |world: &World| {
        let packages = world.packages(0, at);
        let told = world.deductions(0, &packages, (start(), at)).into_iter();
        told.map(|d| (packages[d.package].id.clone(), d.item, d.at, d.used)).collect::<Vec<_>>()
    };
    let before = deductions(&world);
    world.renew_in_console(&cause(at), 0, place.index).expect("renewed in its grace period");
    let renewed = of(&world, at + DAY).expect("a package");
    let resource = world.resource(&renewed.id, at + DAY).expect("a resource");
    assert_eq!((renewed.effective, renewed.expires), (resource.effective, resource.expires));
    assert_eq!(deductions(&world), before, "nothing is used of it while it had expired");
}

#[test]
fn the_package_that_ends_first_gives_first() {
    let mut world = world(20);
    world.accounts[0].packages.gifts.clear();
    buy(&mut world, (CDN, 0), start());
    buy(&mut world, (CDN, 0), start() + 5 * DAY);
    let at = start() + 25 * DAY;
    let packages = world.packages(0, at);
    let cdn: Vec<&Package> = packages.iter().filter(|p| p.effective > start()).collect();
    let of = |region| cdn.iter().filter(|p| p.region == region).count();
    let left = world.left(0, &packages, at);
    for package in cdn.iter().filter(|package| of(package.region) == 2) {
        let nth = packages.iter().position(|p| p.id == package.id).expect("there");
        let first = cdn.iter().filter(|p| p.region == package.region).all(|p| package.expires <= p.expires);
        assert_eq!(left[nth][0] < package.quota(&package.goods.items[0]), first);
    }
}
