//! One day on which everything happens that may happen without harm: each ending, and each way to it.

use super::world::{Making, World, ms};
use crate::evidence::{Blow, Evidence, Mode};

/// The day, as it goes where the upstream behaves in `mode`.
pub(crate) fn a_full_day(mode: Mode) -> Evidence {
    let mut world = World::new(mode);
    let (paying, cancelling) = (("li.na", "pay_order"), ("zhang.wei", "cancel_order"));
    for (nth, amount) in (0_i64..).zip(["12.34", "2500.00", "60000.00"]) {
        let order = world.place(amount.parse().expect("an amount"));
        let at = world.at(nth * 700);
        let mut paid = world.submit(paying, &order, at);
        world.agree(&mut paid);
        world.press_again(paid, at + ms(30));
        world.arm(&mut paid);
        world.succeeds(&mut paid);
        world.probe(paid);
        if mode == Mode::Duplicates {
            world.arrives_again(900);
        }
    }
    let mut each = |kind: (&str, &str), amount: &str, story: &dyn Fn(&mut World, &mut Making, &str)| {
        let order = world.place(amount.parse().expect("an amount"));
        let at = world.at(world.count() * 150);
        let mut making = world.submit(kind, &order, at);
        story(&mut world, &mut making, &order);
    };
    // Lost after the effect; lost before it and sent again; lost before it and given up.
    each(paying, "20.00", &|world, of, _| {
        world.arm(of);
        world.arrives(*of, 200, true, None);
        world.hurt(of.now, Blow::Kill);
        world.is_found(of, "effect_read");
    });
    each(paying, "30.00", &|world, of, _| {
        world.arm(of);
        world.arrives(*of, 40, false, None);
        world.loses(of);
        world.is_absent(of, "READY", "absent_try_again");
        world.arm(of);
        world.succeeds(of);
    });
    each(paying, "40.00", &|world, of, _| {
        world.arm(of);
        world.loses(of);
        world.is_absent(of, "FAILED", "absent");
    });
    // Throttled twice in one second: the two requests have one signature.
    each(paying, "50.00", &|world, of, _| {
        world.arm(of);
        world.is_throttled(of);
        world.arm(of);
        world.is_throttled(of);
        world.arm(of);
        world.succeeds(of);
    });
    // Paid in the console: before we looked, between looking and sending, and after an unknown request.
    each(paying, "60.00", &|world, of, order| {
        world.console(true, order, of.now);
        world.note(of, "STALE", "facts_changed");
    });
    each(paying, "70.00", &|world, of, order| {
        world.console(true, order, of.now - ms(1_900));
        world.arm(of);
        world.arrives(*of, 40, false, Some(400));
        world.is_found(of, "done_elsewhere");
    });
    each(paying, "80.00", &|world, of, order| {
        world.arm(of);
        world.console(true, order, of.now + ms(100));
        world.is_found(of, "effect_read");
    });
    // People: taken back, refused, never decided, judged, and still waiting for a judgement.
    each(paying, "90.00", &|world, of, _| world.withdraw(of));
    each(paying, "9000.00", &|world, of, _| world.decide(of, "wang.fang", false));
    each(paying, "9100.00", &|world, of, _| world.note(of, "EXPIRED", "approval_expired"));
    each(paying, "9200.00", &|world, of, _| of.now = of.now.max(world.at(0)));
    for executed in [true, false] {
        each(paying, "100.00", &|world, of, _| {
            world.arm(of);
            world.arrives(*of, 40, executed, None);
            world.loses(of);
            of.now += ms(4_500);
            world.note(of, "NEEDS_REVIEW", "contradiction");
            world.is_judged(of, executed);
        });
    }
    each(paying, "110.00", &|world, of, _| {
        world.arm(of);
        world.arrives(*of, 40, true, None);
        world.loses(of);
        world.note(of, "NEEDS_REVIEW", "contradiction");
    });
    // Cancelled by us, and by somebody else before us; and paid by a second operation after a first that failed.
    each(cancelling, "120.00", &|world, of, _| {
        world.arm(of);
        world.succeeds(of);
    });
    each(cancelling, "130.00", &|world, of, order| {
        world.console(false, order, of.now);
        world.note(of, "STALE", "facts_changed");
    });
    each(paying, "140.00", &|world, of, order| {
        world.arm(of);
        world.loses(of);
        world.is_absent(of, "FAILED", "absent");
        world.pay(order, of.now + ms(50));
    });
    // Cancelled together; and one of two that were asked for, since the other one was paid.
    for (able, seconds) in [(2, 30), (1, 40)] {
        let orders = [(); 2].map(|()| world.place("150.00".parse().expect("an amount")));
        for mut making in world.cancel_all(&orders, able, world.at(seconds * 1_000)) {
            world.arm(&mut making);
            world.succeeds(&mut making);
        }
    }
    // Renewed, paid, and renewed again.
    let mut at = world.at(20_000);
    for _ in 0..2 {
        let order = world.renew("resource-1", at);
        at = world.pay(&order, at + ms(5_000));
    }
    resources(&mut world);
    world.evidence()
}

/// Everything that is done to resources.
fn resources(world: &mut World) {
    // Set and set back, one after another, and one of them found after its answer was lost.
    let [set, shifted] = [(); 2].map(|()| world.buy());
    let mut at = world.at(60_000);
    for (kind, resource) in [
        ("auto_renew_on", &set),
        ("auto_renew_off", &set),
        ("at_expiry_on", &set),
        ("at_expiry_off", &set),
        ("auto_renew_on", &shifted),
    ] {
        let mut setting = world.submit(("li.na", kind), resource, at);
        world.arm(&mut setting);
        if kind == "at_expiry_off" {
            world.arrives(setting, 200, true, None);
            world.is_found(&mut setting, "effect_read");
        } else {
            world.succeeds(&mut setting);
        }
        at = setting.now + ms(100);
    }
    let mut day = world.submit(("li.na", "renewal_day"), "production", world.at(60_500));
    world.arm(&mut day);
    world.succeeds(&mut day);
    // Ended, agreed to and ended, and taken back while it waits.
    for (kind, taken_back) in [("unsubscribe", false), ("convert", false), ("unsubscribe", true)] {
        let resource = world.buy();
        let mut leaving = world.submit(("zhang.wei", kind), &resource, world.at(61_000 + world.count() * 50));
        world.agree(&mut leaving);
        if taken_back {
            world.withdraw(&mut leaving);
        } else {
            world.arm(&mut leaving);
            world.succeeds(&mut leaving);
        }
    }
    // Renewed by plans: paid, left, and not ordered.
    let renewed = [(); 3].map(|()| world.buy());
    let begun = world.at(62_000);
    let paid = world.plan(&renewed[..2], true, begun);
    let at = world.step((paid, 0), begun + ms(400));
    let at = world.stale_step((paid, 1), at + ms(100));
    world.close(paid, at);
    let left = world.plan(&renewed[2..], false, begun);
    let at = world.step((left, 0), begun + ms(450));
    world.close(left, at);
}
