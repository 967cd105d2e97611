//! Money and coupons that are moved between a master and its members: nothing is lost and nothing is made,
//! whatever is asked for; and members are made by the rules.

use super::{
    super::{
        super::seed::{self, Seed},
        Cause, Doer, Effect, Fen, Refusal, Settings, World,
        dice::Dice,
        times::{DAY, MINUTE, Millis, SECOND},
    },
    Side,
    coupons::CouponMove,
    credit::{self, Dated},
    members::{NewMember, nothing},
    money::{Move, Purse},
    status,
};

const START: Millis = 1_795_000_000_000 / 60_000 * 60_000;

fn world() -> World {
    let settings = Settings::default();
    seed::world(Seed { number: 5, orders: 60, hostile: false, start: START, settings })
}

fn cause(at: Millis) -> Cause {
    Cause { at, request_id: "r".to_owned(), actor: Doer::Api }
}

fn code<T: std::fmt::Debug>(answer: Result<T, Refusal>) -> &'static str {
    answer.expect_err("a refusal").code
}

fn sides(world: &World) -> Vec<Side> {
    (0..world.enterprise.members.len()).map(Side::Member).chain([Side::Master]).collect()
}

fn named(world: &World, name: &str) -> usize {
    world.enterprise.members.iter().position(|member| member.name == name).expect("a member")
}

fn to(world: &World, member: usize, amount: Fen, purse: Purse) -> Move {
    Move { customer_id: world.enterprise.members[member].id.clone(), amount, trans_id: None, purse }
}

/// What all have together: cash, credit lines, what is owed, and what coupons are worth.
fn wealth(world: &World) -> (Fen, Fen, Fen, Fen) {
    let mut sums = (0, 0, 0, 0);
    for side in sides(world) {
        let has = world.money_of(side).last();
        sums.0 += has.cash;
        sums.1 += has.credit_limit;
        sums.2 += has.credit_used + has.debt;
        let coupons = world.coupons_of(side).iter();
        sums.3 += coupons.map(|coupon| coupon.now.last().balance).sum::<Fen>();
    }
    sums
}

fn try_something(world: &mut World, dice: &mut Dice, now: Millis) -> Result<(), Refusal> {
    let members = world.enterprise.members.len() as u64;
    let member = dice.roll(members) as usize;
    let amount = 1 + dice.roll(60_000).cast_signed() * if dice.percent(10) { 500 } else { 1 };
    let trans_id = dice.percent(40).then(|| format!("t{}", dice.roll(200)));
    let customer_id = world.enterprise.members[member].id.clone();
    let ends = world.enterprise.dated.last().first().map(|part| part.expires);
    let purse = match dice.roll(4) {
        0 => Purse::Credit { expires: None },
        1 => Purse::Credit { expires: ends },
        _ => Purse::Cash,
    };
    let account = usize::from(dice.percent(3));
    let cause = cause(now);
    let wish = Move { customer_id: customer_id.clone(), amount, trans_id: trans_id.clone(), purse };
    match dice.roll(4) {
        0 => world.hand_out_money(&cause, account, &wish),
        1 => world.take_back_money(&cause, account, &wish),
        2 => {
            let coupons = &world.accounts[0].coupons;
            let coupon_id = coupons[dice.roll(coupons.len() as u64) as usize].id.clone();
            let wish = CouponMove { customer_id, coupon_id, trans_id };
            world.hand_out_coupon(&cause, account, &wish, amount % 5_000 + 1).map(|_| ())
        }
        _ => {
            let parts = &world.enterprise.parts;
            let part = parts[dice.roll(parts.len() as u64) as usize].clone();
            let customer_id = world.enterprise.members[part.member].id.clone();
            let wish = CouponMove { customer_id, coupon_id: part.of, trans_id };
            world.take_back_coupon(&cause, account, &wish, &part.id).map(|_| ())
        }
    }
}

/// A move is told from both sides: what one lost the other has.
fn two_sided(effects: &[Effect]) {
    let [ours, theirs] = effects else { panic!("two effects: {effects:?}") };
    assert_eq!((ours.operation, &ours.subject), (theirs.operation, &theirs.subject));
    assert_ne!(ours.account, theirs.account);
    for (a, b) in [(ours.amount, theirs.amount), (ours.cash, theirs.cash), (ours.credit, theirs.credit)] {
        assert!((a + b).is_zero(), "{ours:?} {theirs:?}");
    }
    assert_eq!(ours.coupons.len(), theirs.coupons.len());
    for (a, b) in ours.coupons.iter().zip(&theirs.coupons) {
        assert!((a.amount + b.amount).is_zero() && a.coupon_id != b.coupon_id, "{ours:?} {theirs:?}");
    }
}

#[test]
fn a_thousand_moves_lose_nothing_and_make_nothing() {
    let mut world = world();
    let before = wealth(&world);
    let mut dice = Dice::new(99);
    let (mut done, mut refused) = (0, 0);
    let mut now = START + SECOND;
    for nth in 0..1_000 {
        now += if dice.percent(15) { 100 } else { 2 * SECOND };
        let (was, effects) = (wealth(&world), world.ledger.len());
        let happened = try_something(&mut world, &mut dice, now).is_ok();
        if happened {
            done += 1;
            two_sided(&world.ledger[effects..]);
        } else {
            refused += 1;
            assert_eq!(
                (effects, was),
                (world.ledger.len(), wealth(&world)),
                "{nth}: a refusal moved something"
            );
        }
        assert_eq!(wealth(&world), before, "after move {nth}");
        for side in sides(&world) {
            let has = world.money_of(side).last();
            assert!(has.cash >= 0 && has.credit_limit >= 0 && has.credit_used <= has.credit_limit, "{has:?}");
        }
    }
    assert!(done > 150 && refused > 150, "{done} done, {refused} refused");
}

#[test]
fn a_transfer_is_made_once_and_one_at_a_time() {
    let mut world = world();
    let beijing = named(&world, "huaxin-beijing");
    let mut wish = to(&world, beijing, 10_000, Purse::Cash);
    wish.trans_id = Some("a".to_owned());
    world.hand_out_money(&cause(START), 0, &wish).expect("the first");
    assert_eq!(code(world.hand_out_money(&cause(START + 1), 0, &wish)), "CBC.99007009");
    wish.trans_id = Some("b".to_owned());
    assert_eq!(code(world.hand_out_money(&cause(START + 1), 0, &wish)), "CBC.99007461");
    let later = START + world.settings.transfer_ms;
    assert_eq!(
        code(world.take_back_money(
            &cause(later),
            0,
            &Move { trans_id: Some("a".to_owned()), ..wish.clone() }
        )),
        "CBC.99007009"
    );
    world.hand_out_money(&cause(later), 0, &wish).expect("the next");
    assert_eq!(code(world.hand_out_money(&cause(later), 1, &wish)), "CBC.0155");
}

#[test]
fn only_what_was_handed_out_comes_back() {
    let mut world = world();
    let beijing = named(&world, "huaxin-beijing");
    let side = Side::Member(beijing);
    let most = world.movable_cash(side, START);
    assert!(most < world.money_of(side).last().cash);
    let more = to(&world, beijing, most + 1, Purse::Cash);
    assert_eq!(code(world.take_back_money(&cause(START), 0, &more)), "CBC.99005003");
    let all = to(&world, beijing, most, Purse::Cash);
    world.take_back_money(&cause(START), 0, &all).expect("all of it");
    assert_eq!(world.movable_cash(side, START), 0);
    assert_eq!(world.movable_cash(side, START - 1), most, "readers of the past see the past");
}

#[test]
fn credit_that_is_used_and_taken_back_is_debt() {
    let mut world = world();
    let beijing = named(&world, "huaxin-beijing");
    let side = Side::Member(beijing);
    let rows = world.credit_rows(side, START);
    let [dated, endless] = rows[..] else { panic!("{rows:?}") };
    assert_eq!(
        (dated.left, endless.left),
        (dated.line - 500_000, endless.line),
        "what ends first is used first"
    );
    let back = |line, expires| Move {
        customer_id: world.enterprise.members[beijing].id.clone(),
        amount: line,
        trans_id: None,
        purse: Purse::Credit { expires },
    };
    let moves = [back(dated.line, dated.expires), back(endless.line, None)];
    for (wish, at) in moves.iter().zip([START, START + MINUTE]) {
        world.take_back_money(&cause(at), 0, wish).expect("all of the line");
    }
    let has = world.money_of(side).last();
    assert_eq!((has.credit_limit, has.credit_used, has.debt), (0, 0, 500_000));
    let past = Purse::Credit { expires: Some(START - DAY) };
    let late = to(&world, beijing, 1, past);
    assert_eq!(code(world.hand_out_money(&cause(START + DAY), 0, &late)), "CBC.99007181");
}

#[test]
fn a_part_of_a_credit_line_ends() {
    let mut world = world();
    let before = *world.money_of(Side::Master).last();
    let parts = world.enterprise.dated.last().clone();
    let end = parts[0].expires;
    world.catch_up(end - 1);
    assert_eq!(world.money_of(Side::Master).last().credit_limit, before.credit_limit);
    world.catch_up(end + DAY);
    world.catch_up(end + 2 * DAY);
    let after = world.money_of(Side::Master).last();
    assert_eq!(after.credit_limit, before.credit_limit - parts[0].line);
    assert!(after.credit_used <= after.credit_limit);
    assert_eq!(world.money_of(Side::Master).at(end - 1).credit_limit, before.credit_limit);
}

#[test]
fn a_line_has_the_parts_that_it_was_given() {
    let mut dated = vec![Dated { expires: 9, line: 100 }];
    credit::lengthen(&mut dated, 5, 40);
    let has = super::super::balances::Balances { credit_limit: 200, credit_used: 90, ..nothing() };
    let told: Vec<_> =
        credit::rows(&has, &dated).iter().map(|row| (row.expires, row.line, row.left)).collect();
    assert_eq!(told, [(Some(5), 40, 0), (Some(9), 100, 50), (None, 60, 60)]);
    credit::lengthen(&mut dated, 9, -100);
    assert_eq!(dated, [Dated { expires: 5, line: 40 }]);
}

#[test]
fn rules_say_who_gets_what() {
    let mut world = world();
    for (name, purse, wanted) in [
        ("huaxin-xiamen", Purse::Cash, "CBC.99007004"),
        ("huaxin-hangzhou", Purse::Credit { expires: None }, "CBC.99007004"),
        ("huaxin-tianjin", Purse::Cash, "CBC.99000043"),
        ("huaxin-chengdu", Purse::Cash, "CBC.99000043"),
    ] {
        let member = named(&world, name);
        let wish = to(&world, member, 100, purse);
        assert_eq!(code(world.hand_out_money(&cause(START), 0, &wish)), wanted, "{name}");
    }
    let chengdu = named(&world, "huaxin-chengdu");
    let wish = to(&world, chengdu, 100, Purse::Cash);
    world.hand_out_money(&cause(START + DAY), 0, &wish).expect("it is normal by then");
}

fn suzhou(phone: Option<(&str, &str)>) -> NewMember {
    NewMember {
        party_id: "10005".to_owned(),
        name: "huaxin-suzhou".to_owned(),
        display_name: None,
        permissions: Vec::new(),
        phone: phone.map(|(phone, code)| (phone.to_owned(), code.to_owned())),
        custody: true,
    }
}

#[test]
fn a_code_lasts_as_long_as_it_was_asked_for_and_is_good_for_one_member() {
    let mut world = world();
    let (phone, password) = ("13800001234", "Passw0rd!");
    world.send_code(&cause(START), 0, phone, 61, ("zh-cn", "x")).expect("sent");
    let sent = world.enterprise.messages[0].clone();
    assert_eq!(sent.expires, START + 5 * MINUTE, "above an hour is five minutes");
    let with = suzhou(Some((phone, &sent.code)));
    let late = cause(START + 5 * MINUTE);
    assert_eq!(code(world.create_member(&late, 0, with.clone(), password)), "CBC.99000027");
    world.send_code(&cause(START + DAY), 0, phone, 10, ("zh-cn", "x")).expect("sent");
    let now = cause(START + DAY + MINUTE);
    assert_eq!(code(world.create_member(&now, 0, with, password)), "CBC.99000026", "the newest counts");
    let newest = world.enterprise.messages[1].code.clone();
    world.create_member(&now, 0, suzhou(Some((phone, &newest))), password).expect("made");
    let made = world.enterprise.members.last().expect("a member");
    assert_eq!((*made.status.at(now.at), made.permissions.len()), (status::BEING_CREATED, 3));
    assert_eq!(*made.status.at(now.at + world.settings.member_creation_ms), status::NORMAL);
    assert!(!format!("{made:?}").contains(password));
    let other = NewMember { name: "huaxin-wuxi".to_owned(), ..suzhou(Some((phone, &newest))) };
    assert_eq!(code(world.create_member(&now, 0, other, password)), "CBC.99000029");
}

#[test]
fn telephones_and_passwords_have_rules() {
    let mut world = world();
    let now = cause(START);
    for (phone, wanted) in [("13900000051", "CBC.99000051"), ("13800000022", "CBC.99000030")] {
        let new = suzhou(Some((phone, "1")));
        assert_eq!(code(world.create_member(&now, 0, new, "Passw0rd")), wanted, "{phone}");
    }
    for password in ["Pass0rd", "password", "12345678", "pass word1", "密码密码密码1a"] {
        assert_eq!(code(world.create_member(&now, 0, suzhou(None), password)), "CBC.99000036", "{password}");
    }
    for _ in 0..world.settings.codes_a_day {
        world.send_code(&now, 0, "13800001111", 10, ("zh-cn", "x")).expect("sent");
    }
    let again = world.send_code(&now, 0, "13800001111", 10, ("zh-cn", "x"));
    assert_eq!(code(again), "CBC.99000082");
    world.settings.telephones_unreachable = true;
    assert_eq!(code(world.send_code(&now, 0, "13800001112", 10, ("zh-cn", "x"))), "CBC.99004003");
    assert_eq!(code(world.send_code(&now, 2, "13800001112", 10, ("zh-cn", "x"))), "CBC.70300009");
}
