//! Income and expense add up: from nothing to what is there now, for money and for each coupon.

use super::{
    super::{
        super::seed::{self, Seed},
        Cause, Doer, Spent,
        balances::Balances,
        coupons::{Coupon, DISCOUNT, Holding, VOUCHER, state},
        pay::Wish,
        place::Draft,
        shape::line,
        times::{DAY, HOUR, SECOND, Versions},
    },
    *,
};
use crate::money::Money;

const START: Millis = 1_795_000_000_000 / 60_000 * 60_000;

fn world(orders: u32) -> World {
    let settings = crate::simulator::world::Settings::default();
    seed::world(Seed { number: 7, orders, hostile: false, start: START, settings })
}

fn all() -> Wanted {
    Wanted { window: (0, Millis::MAX), ..Wanted::default() }
}

fn changes(world: &World, account: usize, purse: Purse, at: Millis) -> Vec<Change> {
    let (total, changes) = world.changes(account, purse, &all(), (at, 0, usize::MAX));
    assert_eq!(total, changes.len());
    changes
}

fn cause(at: Millis) -> Cause {
    Cause { at, request_id: "r".to_owned(), actor: Doer::Api }
}

/// Each change leads from the balance before to the one after; the last one is what is there.
fn add_up(world: &World, at: Millis) {
    for account in 0..world.accounts.len() {
        let has = world.accounts[account].balances.at(at);
        for (purse, now) in [(Purse::Cash, has.cash), (Purse::Credit, has.credit())] {
            let mut balance = 0;
            let mut before = 0;
            for change in changes(world, account, purse, at).iter().rev() {
                balance += change.amount;
                assert_eq!(balance, change.balance, "{change:?}");
                assert!(balance >= 0 && change.at >= before && change.amount != 0, "{change:?}");
                before = change.at;
            }
            assert_eq!(balance, now, "account {account} {purse:?}");
        }
        let coupons = world.coupon_changes(account, at);
        for (nth, coupon) in world.accounts[account].coupons.iter().enumerate() {
            let mut balance = 0;
            for change in coupons.iter().rev().filter(|change| change.coupon == nth) {
                balance += change.amount;
                assert_eq!(balance, change.balance, "{change:?}");
            }
            let unmoved = coupon.kind == DISCOUNT || coupon.state(at) == state::INACTIVE;
            assert_eq!(balance, if unmoved { 0 } else { coupon.remaining(at) }, "{coupon:?}");
        }
    }
}

#[test]
fn the_last_balance_of_every_purse_and_coupon_is_what_is_there() {
    for orders in [30, 400] {
        let world = world(orders);
        add_up(&world, START);
        add_up(&world, START + 400 * DAY);
    }
}

#[test]
fn what_happens_is_told_and_still_adds_up() {
    let mut world = world(200);
    let index = world.place(0, Draft::purchase(START, vec![line((0, 0), (2, 1), 1, 0, (0, 0))]));
    let id = world.order_id(0, index, 0);
    let coupon = world.accounts[0].coupons.iter().find(|c| c.kind == VOUCHER && c.worth() == 20_000);
    let coupon = coupon.expect("a voucher").id.clone();
    let card = world.accounts[0].cards[1].id.clone();
    let wish = Wish {
        order_id: id.clone(),
        coupons: vec![(coupon.clone(), 301), (card, super::super::cards::PAY_TYPE)],
        discount: None,
    };
    world.pay(&cause(START + HOUR), 0, &wish).expect("paid");
    add_up(&world, START + HOUR);
    // The voucher is spent at once, the card pays the rest: no money moved.
    assert!(changes(&world, 0, Purse::Cash, START + HOUR).iter().all(|change| change.trade_id != id));
    let told = world.coupon_changes(0, START + HOUR);
    assert_eq!((told[0].trade_id.as_str(), told[0].amount), (id.as_str(), -20_000));

    let dear = world.place(0, Draft::purchase(START + HOUR, vec![line((3, 1), (2, 1), 1, 0, (0, 0))]));
    let dear = world.order_id(0, dear, 0);
    world.pay(&cause(START + HOUR), 0, &Wish { order_id: dear.clone(), ..Wish::default() }).expect("paid");
    let index = world.find(&dear).expect("a place").index;
    let back = world.unsubscribe_in_console(&cause(START + DAY), 0, index).expect("gone");
    world.top_up(&cause(START + DAY + SECOND), 1, 12_345);
    add_up(&world, START + 2 * DAY);
    let of = |id: &str| Wanted { trade_id: Some(id.to_owned()), ..all() };
    let refund = world.changes(0, Purse::Cash, &of(&back), (START + 2 * DAY, 0, 10)).1;
    assert_eq!((refund.len(), refund[0].trade), (1, "REFUND"));
    let payment = world.changes(0, Purse::Cash, &of(&dear.to_lowercase()), (START + 2 * DAY, 0, 10)).1;
    assert!(payment.is_empty(), "ids of transactions are taken as they are");
    let payment = world.changes(0, Purse::Cash, &of(&dear), (START + 2 * DAY, 0, 10)).1;
    assert_eq!((payment.len(), payment[0].trade), (1, "DEDEUCT"));
    assert!(changes(&world, 0, Purse::Cash, START + HOUR - 1).iter().all(|change| change.at <= START));
}

/// What the operations of the enterprise do to money and coupons, as far as records are concerned.
fn transfer(world: &mut World, at: Millis, operation: &'static str, amount: Fen) {
    for (account, taken) in [(0, amount), (2, -amount)] {
        let has = *world.accounts[account].balances.last();
        world.accounts[account].balances.put(at, Balances { cash: has.cash - taken, ..has });
        world.record(&cause(at), account, operation, "T1").cash = Money::from_fen(taken);
    }
}

#[test]
fn what_a_master_hands_out_and_takes_back_is_told_on_both_sides() {
    let mut world = world(60);
    transfer(&mut world, START + HOUR, "update_sub_enterprise_amount", 700);
    transfer(&mut world, START + 2 * HOUR, "reclaim_sub_enterprise_amount", -200);
    add_up(&world, START + DAY);
    let told = |account, at| -> Vec<(&'static str, Fen)> {
        let changes = changes(&world, account, Purse::Cash, at);
        changes.iter().take(2).map(|change| (change.trade, change.amount)).collect()
    };
    assert_eq!(told(0, START + DAY), [("TRANS", 200), ("TRANS", -700)]);
    assert_eq!(told(2, START + DAY), [("TRANS", -200), ("TRANS", 700)], "not the master's, though it pays");

    let (at, main) = (START + 3 * HOUR, world.accounts[0].coupons[0].clone());
    let holding = Holding { balance: 500, ..main.now.last().clone() };
    let sub = Coupon {
        id: "CPSUB".to_owned(),
        face: 500,
        created: at,
        now: Versions::new(at, holding),
        ..main.clone()
    };
    world.accounts[0].coupons[0].spend(at, 500, "T2");
    world.accounts[2].coupons.push(sub);
    let effect = world.record(&cause(at), 0, "claim_enterprise_multi_account_coupon", "T2");
    effect.coupons = [(main.id, 500), ("CPSUB".to_owned(), -500)]
        .map(|(coupon_id, fen)| Spent { coupon_id, amount: Money::from_fen(fen) })
        .to_vec();
    add_up(&world, START + DAY);
    let details = |account: usize, coupon: &str| {
        let id = |change: &CouponChange| &world.accounts[account].coupons[change.coupon].id;
        let changes = world.coupon_changes(account, START + DAY);
        changes.iter().find(|change| id(change) == coupon).map(|change| change.detail)
    };
    let details = [details(0, &world.accounts[0].coupons[0].id), details(2, "CPSUB")];
    assert_eq!(details, [Some("SOURCE_OPERATION_TRANSFER"); 2]);
}

#[test]
fn what_an_order_gives_back_is_told_of_its_coupon() {
    let mut world = world(60);
    let index = world.place(0, Draft::purchase(START, vec![line((0, 0), (2, 1), 1, 0, (0, 0))]));
    let id = world.order_id(0, index, 0);
    let coupon = world.accounts[0].coupons[0].id.clone();
    let wish = Wish { order_id: id.clone(), coupons: vec![(coupon.clone(), 301)], ..Wish::default() };
    world.pay(&cause(START + HOUR), 0, &wish).expect("paid");
    let back = world.accounts[0].coupons[0].give_back(START + DAY, 10_000, &id);
    assert_eq!(back, 10_000);
    let effect = world.record(&cause(START + DAY), 0, "cancel_resources_subscription", &id);
    effect.coupons = vec![Spent { coupon_id: coupon, amount: Money::from_fen(-back) }];
    add_up(&world, START + DAY);
    let told = world.coupon_changes(0, START + DAY);
    let told = told.iter().find(|change| change.coupon == 0).expect("told");
    assert_eq!((told.trade, told.detail, told.amount), ("REFUND", "SOURCE_OPERAIION_UNSUBSCRIBE", 10_000));
}

#[test]
fn a_coupon_that_is_spent_at_once_loses_what_it_did_not_pay() {
    let mut world = world(60);
    let at_once = world.accounts[0].coupons.iter().find(|c| c.kind == VOUCHER && c.version == 1);
    let (id, face) = at_once.map(|coupon| (coupon.id.clone(), coupon.face)).expect("one");
    world.spend_coupon(&cause(START + HOUR), 0, &id, Some(face - 1)).expect("spent");
    add_up(&world, START + HOUR);
    let told = world.coupon_changes(0, START + HOUR);
    assert_eq!((told[0].trade, told[0].amount, told[1].amount), ("EXPIRED", -1, 1 - face));
}

#[test]
fn filters_choose_and_pages_do_not_overlap() {
    let world = world(300);
    let ask = |wanted: &Wanted, offset, limit| world.changes(0, Purse::Cash, wanted, (START, offset, limit));
    let (total, whole) = ask(&all(), 0, usize::MAX);
    let (paged, page) = ask(&all(), 5, 7);
    assert_eq!((paged, &page[..]), (total, &whole[5..12]));
    for income in [true, false] {
        let (_, found) = ask(&Wanted { income: Some(income), ..all() }, 0, usize::MAX);
        assert!(!found.is_empty() && found.iter().all(|change| (change.amount > 0) == income));
    }
    let mut sum = 0;
    for trade in ["RECHARGE", "DEDEUCT", "REFUND", "RFROZEN"] {
        let (count, found) = ask(&Wanted { trade: Some(trade.to_owned()), ..all() }, 0, usize::MAX);
        assert!(found.iter().all(|change| change.trade == trade));
        sum += count;
    }
    assert_eq!(sum, total);
    let old = whole.last().expect("the oldest");
    let (_, found) = ask(&Wanted { trade_id: Some(old.trade_id.clone()), ..all() }, 0, 10);
    assert_eq!(found[0], *old);
    let order = whole.iter().find(|change| change.service.is_some()).expect("an order's");
    let (_, found) = ask(&Wanted { trade_id: Some(order.trade_id.clone()), ..all() }, 0, 10);
    assert_eq!(found, std::slice::from_ref(order));
    let channelled = whole.iter().find(|change| change.channel.is_some()).expect("a top-up");
    let (way, number) = channelled.channel.clone().expect("a channel");
    let by = Wanted { channels: vec![way], channel_no: Some(number), ..all() };
    assert_eq!(ask(&by, 0, 10).1, std::slice::from_ref(channelled));
}
