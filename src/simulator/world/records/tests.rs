//! Income and expense add up: from nothing to what is there now, for money and for each coupon.

use super::{
    super::{
        super::seed::{self, Seed},
        Cause, Doer,
        coupons::{DISCOUNT, VOUCHER, state},
        pay::Wish,
        place::Draft,
        shape::line,
        times::{DAY, HOUR, SECOND},
    },
    *,
};

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
    assert_eq!(found, [order.clone()]);
    let channelled = whole.iter().find(|change| change.channel.is_some()).expect("a top-up");
    let (way, number) = channelled.channel.clone().expect("a channel");
    let by = Wanted { channels: vec![way], channel_no: Some(number), ..all() };
    assert_eq!(ask(&by, 0, 10).1, [channelled.clone()]);
}
