//! What unsubscribing gives back and keeps.

use super::*;

#[test]
fn within_five_days_everything_comes_back_while_the_quota_lasts() {
    let mut world = world_of(1, 60);
    world.settings.five_day_quota = world.accounts[0].resources.five_day.get(&2026).copied().unwrap_or(0) + 1;
    let price = line((ECS, 1), MONTH, 1, 0, FULL).after;
    rich(&mut world, 50_000_000);
    for (nth, whole) in [(1, true), (2, false)] {
        let before = cash(&world);
        let thing = server(&mut world, start());
        let order = give_up(&mut world, start() + 4 * DAY, &thing.id, What::Resource).expect("given up");
        let rows = world.refund_rows(world.find(&order).expect("an order"));
        let (back, kept): (Fen, Fen) = rows
            .iter()
            .fold((0, 0), |(back, kept), row| (back - row.amount.min(0), kept + row.amount.max(0)));
        assert_eq!(back + kept, price, "{nth}");
        assert_eq!(kept == 0, whole, "{nth}");
        assert_eq!(before - cash(&world), kept);
    }
}

#[test]
fn a_used_resource_keeps_its_voucher_and_gives_flexi_coupons_back() {
    let mut world = world_of(1, 60);
    rich(&mut world, 50_000_000);
    let coupon = |world: &World, kind: u8| {
        let usable = |c: &&super::super::super::coupons::Coupon| {
            c.kind == kind
                && c.version == 2
                && c.limits.is_empty()
                && c.group == 0
                && c.worth() > 1_000
                && !c.frozen
                && c.now.last().lock.is_none()
                && c.state(start()) == 2
        };
        world.accounts[0].coupons.iter().find(usable).expect("a coupon").clone()
    };
    let (voucher, flexi) = (coupon(&world, 1), coupon(&world, 4));
    let worth =
        |world: &World, id: &str| world.accounts[0].coupons.iter().find(|c| c.id == id).expect("it").worth();
    let price = voucher.worth() + flexi.worth() + 100_000;
    let mut only = line((RDS, 0), MONTH, 1, 0, FULL);
    (only.official, only.after) = (price, price);
    for (begin, days, whole) in [(start(), 1, true), (start() + 2 * DAY, 10, false)] {
        let index = world.place(0, Draft::purchase(begin, vec![only.clone()]));
        let id = world.order_id(0, index, 0);
        let before = (worth(&world, &voucher.id), worth(&world, &flexi.id), cash(&world));
        let used = vec![(voucher.id.clone(), 301), (flexi.id.clone(), 302)];
        pay(&mut world, begin, &id, used);
        let at = begin + days * DAY;
        let thing = world.provided_by(0, index, at).remove(0);
        let order = give_up(&mut world, at, &thing.id, What::Resource).expect("given up");
        let after = (worth(&world, &voucher.id), worth(&world, &flexi.id), cash(&world));
        if whole {
            assert_eq!(after, before);
            continue;
        }
        assert_eq!(after.0, 0, "the voucher is lost");
        let head = world.head(world.find(&order).expect("an order"), at);
        let (consumed, fee) = head.amounts.kept.expect("kept");
        let real = price - voucher.worth();
        assert_eq!(head.amounts.after + consumed + fee, real);
        assert_eq!(fee, (real - consumed) * 5 / 100);
        assert_eq!(after.1, head.amounts.flexi);
        assert_eq!(after.2, before.2 - 100_000 + head.amounts.after - head.amounts.flexi);
        let effect = world.ledger.last().expect("an effect");
        assert_eq!(effect.cash, crate::money::Money::from_fen(head.amounts.flexi - head.amounts.after));
        assert_eq!(effect.coupons.len(), 1);
    }
}

#[test]
fn only_terms_that_have_not_started_are_given_back_alone() {
    let mut world = world_of(1, 60);
    rich(&mut world, 50_000_000);
    let thing = server(&mut world, start());
    let at = start() + 10 * DAY;
    assert_eq!(code(give_up(&mut world, at, &thing.id, What::UnstartedTerms)), "CBC.99003128");
    let before = cash(&world);
    let renewal = renewed(&mut world, at, &thing.id, (2, 3));
    let later = at + MINUTE;
    let order = give_up(&mut world, later, &thing.id, What::UnstartedTerms).expect("given back");
    assert_eq!(cash(&world), before, "all of it comes back");
    assert_eq!(code(give_up(&mut world, later, &thing.id, What::UnstartedTerms)), "CBC.99003651");
    let rows = world.refund_rows(world.find(&order).expect("an order"));
    assert!(rows.len() == 1 && rows[0].base_order_id == renewal && rows[0].amount < 0);
    let longer = world.resource(&thing.id, later).expect("it").expires;
    let after = later + MINUTE;
    let now = world.resource(&thing.id, after).expect("it stays");
    assert!(now.expires == thing.expires && longer > thing.expires);
    assert_eq!(code(give_up(&mut world, after, &thing.id, What::UnstartedTerms)), "CBC.99003128");
    let place = world.find(&renewal).expect("an order");
    assert!(world.seen_lines(place, after)[0].amounts.after > 0);
}

#[test]
fn a_renewed_resource_gives_back_what_is_left_and_all_that_has_not_started() {
    let mut world = world_of(1, 60);
    rich(&mut world, 50_000_000);
    let lines = vec![line((ECS, 1), MONTH, 1, 0, FULL), line((EVS, 1), MONTH, 1, 0, FULL)];
    let things = bought(&mut world, start(), lines);
    let at = start() + 12 * DAY;
    renewed(&mut world, at, &things[0].id, MONTH);
    let later = at + MINUTE;
    assert_eq!(code(give_up(&mut world, later, &things[1].id, What::Resource)), "CBC.99003185");
    let order = give_up(&mut world, later, &things[0].id, What::Resource).expect("given up");
    let rows = world.refund_rows(world.find(&order).expect("an order"));
    // Of each of two resources: purchase back, consumed and fee; renewal back.
    assert_eq!(rows.len(), 8);
    assert!(world.provided_by(0, things[0].order, later + 10 * SECOND).is_empty(), "the disk went along");
    assert_eq!(world.provided_by(0, things[0].order, later).len(), 2, "readers see it for a moment");
    assert_eq!(code(give_up(&mut world, later, &things[0].id, What::Resource)), "CBC.99003651");
    let gone = later + MINUTE;
    assert_eq!(code(give_up(&mut world, gone, &things[0].id, What::Resource)), "CBC.30000067");
    assert_eq!(code(give_up(&mut world, gone, "r", What::Resource)), "CBC.99003012");
}

#[test]
fn packages_and_parts_of_a_whole_are_not_unsubscribed() {
    let mut world = world_of(1, 60);
    rich(&mut world, 500_000_000);
    let package = bought(&mut world, start(), vec![line((OBS, 0), (3, 1), 1, 0, FULL)]).remove(0);
    let at = start() + MINUTE;
    assert_eq!(code(give_up(&mut world, at, &package.id, What::Resource)), "CBC.99003647");
    let parts = vec![line((DDS, 0), MONTH, 1, 0, FULL), line((DDS, 1), MONTH, 1, 0, FULL)];
    let ids: Vec<String> = bought(&mut world, at, parts).into_iter().map(|part| part.id).collect();
    let at = at + MINUTE;
    assert_eq!(code(give_up(&mut world, at, &ids[0], What::Resource)), "CBC.99003185");
    let made = world.unsubscribe(&cause(at), 0, &ids, What::Resource).expect("both");
    assert_eq!((made.order_ids.len(), made.failed.len()), (2, 0));
}
