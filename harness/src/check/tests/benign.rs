//! Random histories in which nothing goes wrong that a correct portal cannot bear: the checker finds nothing in them.

use proptest::prelude::*;

use crate::{
    check::{
        check,
        tests::world::{Making, PEOPLE, World, ms},
    },
    evidence::{Blow, Mode},
};

/// What becomes of one request.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Answered,
    LostAfter,
    LostBefore,
    ArrivedLate,
    Throttled,
    Reviewed(bool),
}

/// What happens before anything is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    Agreed,
    Refused,
    Withdrawn,
    DoneInTheConsole,
}

/// What becomes of one operation.
#[derive(Debug, Clone)]
struct Plan {
    person: usize,
    pays: bool,
    fen: i64,
    pause: i64,
    pressed_twice: bool,
    before: Before,
    tries: Vec<Fate>,
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        3 => Just(Fate::Answered),
        2 => Just(Fate::LostAfter),
        2 => Just(Fate::LostBefore),
        1 => Just(Fate::ArrivedLate),
        2 => Just(Fate::Throttled),
        1 => any::<bool>().prop_map(Fate::Reviewed),
    ]
}

fn before() -> impl Strategy<Value = Before> {
    prop_oneof![
        7 => Just(Before::Agreed),
        1 => Just(Before::Refused),
        1 => Just(Before::Withdrawn),
        1 => Just(Before::DoneInTheConsole),
    ]
}

fn plan() -> impl Strategy<Value = Plan> {
    let people = (0..PEOPLE.len(), prop::bool::weighted(0.75), any::<bool>(), 0_i64..3_000);
    let fen = prop_oneof![1_i64..100_000, 100_001_i64..5_000_000, 5_000_001_i64..9_000_000];
    (people, fen, before(), prop::collection::vec(fate(), 0..4)).prop_map(
        |((person, pays, pressed_twice, pause), fen, before, tries)| Plan {
            person,
            pays,
            fen,
            pause,
            pressed_twice,
            before,
            tries,
        },
    )
}

/// Whether the order is done with: nothing more can be asked of it.
fn carry_out(world: &mut World, plan: &Plan, order: &str, making: &mut Making) -> bool {
    if plan.pressed_twice {
        world.press_again(*making, making.now + ms(1));
    }
    if plan.before == Before::Withdrawn {
        world.withdraw(making);
        return false;
    }
    if plan.before == Before::Refused && plan.pays && plan.fen > 100_000 {
        let other = PEOPLE[(plan.person + 1) % PEOPLE.len()];
        world.decide(making, other, false);
        return false;
    }
    world.agree(making);
    making.now += ms(plan.pause);
    if plan.before == Before::DoneInTheConsole {
        world.console(plan.pays, order, making.now);
        world.note(making, "STALE", "facts_changed");
        return true;
    }
    for (nth, fate) in plan.tries.iter().chain([&Fate::Answered]).enumerate() {
        world.arm(making);
        match fate {
            Fate::Answered => {
                world.succeeds(making);
                return true;
            }
            Fate::LostAfter => {
                world.hurt(making.now, Blow::Kill);
                world.arrives(*making, 100, true, None);
                world.is_found(making, "effect_read");
                return true;
            }
            Fate::ArrivedLate => {
                world.loses(making);
                world.arrives(*making, 1_500, true, Some(204));
                making.now += ms(2_000);
                world.is_found(making, "effect_read");
                return true;
            }
            Fate::LostBefore => {
                world.loses(making);
                let gives_up = nth == 2;
                let (to, note) = if gives_up { ("FAILED", "absent") } else { ("READY", "absent_try_again") };
                world.is_absent(making, to, note);
                if gives_up {
                    return false;
                }
            }
            Fate::Throttled => world.is_throttled(making),
            Fate::Reviewed(executed) => {
                world.arrives(*making, 50, *executed, None);
                world.loses(making);
                world.note(making, "NEEDS_REVIEW", "contradiction");
                making.now += ms(5_000);
                world.is_judged(making, *executed);
                return *executed;
            }
        }
    }
    unreachable!("the last request is answered")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_found_in_a_history_in_which_nothing_is_wrong(
        mode in prop_oneof![Just(Mode::Strict), Just(Mode::Duplicates), Just(Mode::Naive)],
        orders in prop::collection::vec(prop::collection::vec(plan(), 1..4), 0..8),
    ) {
        let mut world = World::new(mode);
        for (nth, plans) in (0_i64..).zip(orders) {
            let order = world.place(rust_decimal::Decimal::new(plans[0].fen, 2));
            let mut at = world.at(nth * 431);
            for plan in plans.iter().map(|plan| Plan { fen: plans[0].fen, ..plan.clone() }) {
                let kind = if plan.pays { "pay_order" } else { "cancel_order" };
                let mut making = world.submit((PEOPLE[plan.person], kind), &order, at);
                let is_over = carry_out(&mut world, &plan, &order, &mut making);
                prop_assert!(!world.is_open(making));
                at = making.now + ms(250);
                if is_over {
                    break;
                }
            }
        }
        let found = check(&world.evidence());
        prop_assert!(found.is_empty(), "{found:#?}");
    }
}
