//! Money and coupons between the master and its members.

use bss_portal::{
    bss::{
        Write,
        answers::Done,
        codes::BalanceType,
        coupons::CouponQuery,
        enterprise::{
            MemberQuery, RecoverableQuery, RetrieveCouponQuery, TransferCouponQuery, TransferableQuery,
        },
        members::{HandOutCoupon, MoveMoney, TakeBackCoupon},
    },
    money::Money,
};
use chrono::{DateTime, Utc};
use serde_json::json;

use super::{
    super::stage::{MASTER, MEMBER, ORDINARY, Stage, paged},
    refused,
};

pub(super) async fn play(stage: &mut Stage) {
    cash(stage).await;
    credit(stage).await;
    coupons(stage).await;
}

fn yuan(text: &str) -> Money {
    text.parse().expect("an amount")
}

/// Transfers are told apart by their ids; those of the scenes are counted.
fn id(nth: u32) -> String {
    format!("scene{nth:027}")
}

fn cash_of(customer: &str, amount: &str, trans_id: String) -> MoveMoney {
    MoveMoney::new(customer.to_owned(), yuan(amount), trans_id, BalanceType::Debit, None).expect("valid")
}

async fn cash_in(stage: &Stage, account: usize) -> Money {
    let balances = stage.reader(account).balances().await.expect("balances");
    balances.cash().expect("cash").amount
}

async fn transferable(stage: &mut Stage, balance_type: BalanceType) -> Vec<(Money, Option<DateTime<Utc>>)> {
    let query = TransferableQuery { balance_type, offset: 0, limit: 20 };
    let told = paged("total_count", "amount_infos");
    let page = stage.read(MASTER, async |reader| reader.transferable(&query).await, told).await;
    page.items.iter().map(|row| (row.item.available.expect("an amount"), row.item.expire_time)).collect()
}

async fn recoverable(stage: &mut Stage, customer: &str, balance_type: BalanceType) -> Vec<Money> {
    let query = RecoverableQuery { customer_id: customer.to_owned(), balance_type, offset: 0, limit: 20 };
    let told = paged("total_count", "amount_infos");
    let page = stage.read(MASTER, async |reader| reader.recoverable(&query).await, told).await;
    page.items.iter().map(|row| row.item.available.expect("an amount")).collect()
}

async fn cash(stage: &mut Stage) {
    let shanghai = stage.domain_id(MEMBER);
    let before = (cash_in(stage, MASTER).await, cash_in(stage, MEMBER).await);
    let could = transferable(stage, BalanceType::Debit).await;
    assert!(could[0].0 < before.0, "what is designated stays");

    let hundred = cash_of(&shanghai, "100.50", id(1));
    stage.done(MASTER, &Write::HandOutMoney(hundred.clone())).await;
    refused(stage, MASTER, &Write::HandOutMoney(hundred.clone()), "CBC.99007009").await;
    let next = Write::HandOutMoney(cash_of(&shanghai, "1", id(2)));
    refused(stage, MASTER, &next, "CBC.99007461").await;
    stage.later(2).await;
    assert_eq!(cash_in(stage, MASTER).await, before.0 - yuan("100.50"));
    assert_eq!(cash_in(stage, MEMBER).await, before.1 + yuan("100.50"));
    let left = transferable(stage, BalanceType::Debit).await;
    assert_eq!(left[0].0, could[0].0 - yuan("100.50"));
    assert_eq!(recoverable(stage, &shanghai, BalanceType::Debit).await, [yuan("100.50")]);

    let much = cash_of(&shanghai, "99999999", id(3));
    refused(stage, MASTER, &Write::HandOutMoney(much), "CBC.99005003").await;
    let more = cash_of(&shanghai, "100.51", id(4));
    refused(stage, MASTER, &Write::TakeBackMoney(more), "CBC.99005003").await;
    refused(stage, ORDINARY, &Write::HandOutMoney(cash_of(&shanghai, "1", id(5))), "CBC.0155").await;
    let nobody = "0".repeat(32);
    refused(stage, MASTER, &Write::HandOutMoney(cash_of(&nobody, "1", id(6))), "CBC.0100").await;
    stage.done(MASTER, &Write::TakeBackMoney(cash_of(&shanghai, "60.50", id(7)))).await;
    stage.later(2).await;
    assert_eq!(cash_in(stage, MASTER).await, before.0 - yuan("40"));

    for (name, code) in [("huaxin-xiamen", "CBC.99007004"), ("huaxin-tianjin", "CBC.99000043")] {
        let customer = named(stage, name).await;
        refused(stage, MASTER, &Write::HandOutMoney(cash_of(&customer, "1", id(8))), code).await;
    }
}

async fn named(stage: &Stage, name: &str) -> String {
    let query = MemberQuery { account_name: Some(name.to_owned()), ..MemberQuery::default() };
    let page = stage.reader(MASTER).members(&query).await.expect("members");
    page.items[0].item.customer_id.clone()
}

async fn credit(stage: &mut Stage) {
    let beijing = named(stage, "huaxin-beijing").await;
    let credit = |amount: &str, nth: u32, expires: Option<DateTime<Utc>>| {
        let customer = beijing.clone();
        MoveMoney::new(customer, yuan(amount), id(nth), BalanceType::Credit, expires).expect("valid")
    };
    let parts = transferable(stage, BalanceType::Credit).await;
    let [(_, Some(end)), (_, None)] = parts[..] else { panic!("{parts:?}") };
    let before = recoverable(stage, &beijing, BalanceType::Credit).await;

    stage.done(MASTER, &Write::HandOutMoney(credit("500", 20, Some(end)))).await;
    stage.later(2).await;
    stage.done(MASTER, &Write::HandOutMoney(credit("1000", 21, None))).await;
    stage.later(2).await;
    let after = recoverable(stage, &beijing, BalanceType::Credit).await;
    assert_eq!(after, [before[0] + yuan("500"), before[1] + yuan("1000")]);
    let other = end + chrono::TimeDelta::days(1);
    refused(stage, MASTER, &Write::HandOutMoney(credit("1", 22, Some(other))), "CBC.0100").await;
    let past = "2026-01-01T00:00:00Z".parse().ok();
    refused(stage, MASTER, &Write::HandOutMoney(credit("1", 23, past)), "CBC.99007181").await;

    // All of the line can be taken back, and what the member has used of it becomes its debt.
    let all = format!("{:.2}", after[0].decimal());
    stage.done(MASTER, &Write::TakeBackMoney(credit(&all, 24, Some(end)))).await;
    stage.later(2).await;
    let hangzhou = named(stage, "huaxin-hangzhou").await;
    let unshared = MoveMoney::new(hangzhou, yuan("1"), id(25), BalanceType::Credit, None).expect("valid");
    refused(stage, MASTER, &Write::HandOutMoney(unshared), "CBC.99007004").await;
}

async fn coupons(stage: &mut Stage) {
    let shanghai = stage.domain_id(MEMBER);
    let query = TransferCouponQuery { offset: 0, limit: 50 };
    let told = paged("total_count", "avail_transfer_coupons");
    let coupons = stage.read(MASTER, async |reader| reader.transfer_coupons(&query).await, told).await;
    let limited = coupons.items.iter().filter(|coupon| !coupon.item.use_limits.is_empty());
    let mut given = Vec::new();
    for (coupon, nth) in limited.chain([&coupons.items[0]]).zip(40..) {
        let coupon = coupon.item.coupon_id.clone();
        let part =
            HandOutCoupon::new(shanghai.clone(), coupon.clone(), yuan("2.50"), id(nth)).expect("valid");
        let answer = stage.done(MASTER, &Write::HandOutCoupon(part)).await;
        let Some(Done::Coupon(made)) = answer.done else { panic!("{answer:?}") };
        given.push((coupon, made));
        stage.later(2).await;
    }
    let query = RetrieveCouponQuery { customer_id: shanghai.clone(), offset: 0, limit: 50 };
    let told = paged("total_count", "avail_retrieve_coupons");
    let back = stage.read(MASTER, async |reader| reader.retrieve_coupons(&query).await, told).await;
    for (coupon, made) in &given {
        let row = back.items.iter().find(|row| row.item.sub_coupon_id == *made).expect("it can come back");
        assert_eq!((&row.item.coupon_id, row.item.balance), (coupon, Some(yuan("2.50"))));
    }

    let (coupon, made) = given.pop().expect("one was given");
    let theirs = CouponQuery { coupon_id: Some(made.clone()), ..CouponQuery::default() };
    let seen = stage
        .read(MEMBER, async |reader| reader.coupons(&theirs).await, paged("count", "user_coupons"))
        .await;
    assert_eq!(seen.items[0].item.balance, Some(yuan("2.50")));
    assert_eq!(seen.items[0].item.source_id.as_deref(), Some(&*coupon));
    // The member spends some of it, and the rest comes back.
    let spent = json!({"action": "spend_coupon", "account": shanghai, "coupon_id": made, "amount": "1"});
    stage.control("POST", "/console", spent).await;
    let take = TakeBackCoupon::new(shanghai.clone(), coupon.clone(), made.clone(), id(90)).expect("valid");
    let answer = stage.done(MASTER, &Write::TakeBackCoupon(take)).await;
    assert_eq!(answer.done, Some(Done::CameBack(yuan("1.50"))));
    stage.later(2).await;
    let again = TakeBackCoupon::new(shanghai.clone(), coupon.clone(), made, id(91)).expect("valid");
    refused(stage, MASTER, &Write::TakeBackCoupon(again), "CBC.99000043").await;
    let foreign = TakeBackCoupon::new(shanghai.clone(), coupon, "CP0".to_owned(), id(92)).expect("valid");
    refused(stage, MASTER, &Write::TakeBackCoupon(foreign), "CBC.0100").await;
    let unknown = HandOutCoupon::new(shanghai, "CP0".to_owned(), yuan("1"), id(93)).expect("valid");
    refused(stage, MASTER, &Write::HandOutCoupon(unknown), "CBC.0100").await;
}
