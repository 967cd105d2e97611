//! Scenes around the money of an account: balances, stored-value cards, income and expense, and a payment
//! after which all of them agree.

use bss_portal::{
    bss::{
        PaidCoupon, PayOrder, Write,
        balances::Balances,
        cards::{CardQuery, StoredValueCard},
        codes::{
            AccountTrade, BalanceType, CardStatus, CouponStatus, CouponType, Direction, PayCouponType,
            PaymentChannel,
        },
        coupons::CouponQuery,
        records::{AccountRecord, AccountRecordQuery, CouponRecordQuery, Days},
    },
    i18n::Locale,
    money::Money,
};
use chrono::Days as Later;
use serde_json::json;

use super::{
    coupons::all_of,
    stage::{MASTER, ORDINARY, Stage, paged, whole},
};

pub(super) async fn play(stage: &mut Stage) {
    told_of_old(stage).await;
    paid_with_a_card_and_a_coupon(stage).await;
    topped_up(stage).await;
    refused(stage).await;
}

async fn balances(stage: &mut Stage, account: usize) -> Balances {
    stage.read(account, async |reader| reader.balances().await, whole).await
}

async fn cards(stage: &mut Stage, query: CardQuery) -> Vec<StoredValueCard> {
    let told = paged("total_count", "stored_value_cards");
    let page = stage.read(MASTER, async |reader| reader.cards(&query).await, told).await;
    page.items.into_iter().map(|listed| listed.item).collect()
}

async fn records(stage: &mut Stage, account: usize, query: AccountRecordQuery) -> Vec<AccountRecord> {
    let records = stage.read(account, async |reader| reader.account_records(&query).await, all_of).await;
    records.page.items.into_iter().map(|listed| listed.item).collect()
}

fn yuan(text: &str) -> Money {
    text.parse().expect("an amount")
}

/// The last change of either account left what is there, and each goes on where the one before ended.
async fn told_of_old(stage: &mut Stage) {
    let has = balances(stage, MASTER).await;
    let now = [(BalanceType::Debit, has.cash()), (BalanceType::Credit, has.credit())];
    for (kind, account) in now.map(|(kind, account)| (kind, account.expect("an account").amount)) {
        let told = records(stage, MASTER, AccountRecordQuery::of(kind)).await;
        assert_eq!(told[0].balance_after_change, Some(account));
        for two in told.windows(2) {
            let amount = two[0].change_amount.expect("an amount");
            let change = if two[0].direction == Some(Direction::Revenue) { amount } else { -amount };
            let before = two[1].balance_after_change.expect("a balance");
            assert_eq!(Some(before + change), two[0].balance_after_change);
        }
    }
    let top_ups = AccountRecordQuery {
        trade: Some(AccountTrade::TopUp),
        direction: Some(Direction::Revenue),
        channels: vec![PaymentChannel::BankTransfer, PaymentChannel::Alipay],
        limit: 3,
        ..AccountRecordQuery::of(BalanceType::Debit)
    };
    let top_up = records(stage, MASTER, top_ups.clone()).await.remove(0);
    let day = top_up.trade_time.expect("a time").date_naive();
    let this_one = AccountRecordQuery {
        days: Some(Days { from: day, to: day + Later::new(1) }),
        trade_id: top_up.trade_id.clone(),
        channels: top_up.payment_channel.into_iter().collect(),
        channel_no: top_up.payment_channel_no.clone(),
        ..top_ups
    };
    let found = records(stage, MASTER, this_one).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].account_change_id, top_up.account_change_id);
}

/// Order, card, coupon, balance and both lists of changes agree.
async fn paid_with_a_card_and_a_coupon(stage: &mut Stage) {
    let usable = cards(stage, CardQuery::of(CardStatus::Usable)).await;
    let card = usable.iter().find(|c| c.balance < c.face_value).expect("one that is begun").clone();
    let before = card.balance.expect("a balance");
    let wanted = CouponQuery {
        status: Some(CouponStatus::Usable),
        coupon_type: Some(CouponType::Voucher),
        ..CouponQuery::default()
    };
    let told = paged("count", "user_coupons");
    let coupons = stage.read(MASTER, async |reader| reader.coupons(&wanted).await, told).await;
    let voucher = coupons.items.iter().map(|listed| &listed.item);
    let voucher = { voucher }
        .find(|c| {
            c.use_limits.is_empty()
                && c.balance.is_some()
                && c.lock_order_id.is_none()
                && c.is_frozen == Some(false)
        })
        .expect("a voucher for everything");
    let worth = voucher.balance.expect("a balance");
    let rest = yuan("12.34");
    let cash = balances(stage, MASTER).await.cash().expect("cash").amount;
    let price = (before + worth + rest).to_string();
    let order = json!({"account": stage.domain_id(MASTER), "amount": price});
    let order = stage.control("POST", "/orders", order).await;
    let order_id = order["order_id"].as_str().expect("an id").to_owned();
    let paid = vec![
        PaidCoupon { id: voucher.coupon_id.clone(), kind: PayCouponType::Voucher },
        PaidCoupon { id: card.card_id.clone(), kind: PayCouponType::StoredValueCard },
    ];
    let pay = PayOrder::new(order_id.clone(), paid, None).expect("a payment");
    stage.done(MASTER, &Write::Pay(pay)).await;
    stage.later(60).await;

    let detail = stage.reader(MASTER).order(&order_id, Locale::Zh).await.expect("the order");
    let info = detail.order.item.amount_info.expect("amounts");
    assert_eq!((info.coupon, info.stored_card), (Some(worth), Some(before)));
    assert_eq!(detail.lines[0].item.amount_info.as_ref().and_then(|info| info.stored_card), Some(before));
    let of_card =
        CardQuery { card_id: Some(card.card_id.clone()), limit: 5, ..CardQuery::of(CardStatus::UsedUp) };
    let emptied = cards(stage, of_card).await.remove(0);
    assert_eq!(emptied.balance, Some(Money::ZERO));
    assert_eq!(balances(stage, MASTER).await.cash().expect("cash").amount, cash - rest);
    let of_order = AccountRecordQuery {
        trade_id: Some(order_id.clone()),
        trade: Some(AccountTrade::Consumption),
        ..AccountRecordQuery::of(BalanceType::Debit)
    };
    let told = records(stage, MASTER, of_order).await;
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].change_amount, told[0].balance_after_change), (Some(rest), Some(cash - rest)));
    assert!(told[0].cloud_service_type_name.is_some() && told[0].consume_time.is_some());
    let of_order = CouponRecordQuery { trade_id: Some(order_id), ..CouponRecordQuery::default() };
    let told = stage.read(MASTER, async |reader| reader.coupon_records(&of_order).await, all_of).await;
    let spent: Vec<_> = told.page.items.iter().map(|listed| listed.item.change_amount).collect();
    assert_eq!(spent, [Some(worth)], "cards are no coupons");
}

async fn topped_up(stage: &mut Stage) {
    let before = balances(stage, ORDINARY).await.cash().expect("cash").amount;
    let act = json!({"action": "top_up", "account": stage.domain_id(ORDINARY), "amount": "250.00"});
    stage.control("POST", "/console", act).await;
    let newest = AccountRecordQuery { limit: 1, ..AccountRecordQuery::of(BalanceType::Debit) };
    let told = records(stage, ORDINARY, newest).await.remove(0);
    let after = before + yuan("250");
    assert_eq!((told.direction, told.balance_after_change), (Some(Direction::Revenue), Some(after)));
    assert_eq!(balances(stage, ORDINARY).await.cash().expect("cash").amount, after);
}

async fn refused(stage: &mut Stage) {
    let query = CardQuery::of(CardStatus::Unknown(3));
    stage.refused(MASTER, "CBC.0100", async |reader| reader.cards(&query).await).await;
    let query = AccountRecordQuery::of(BalanceType::from_code("BALANCE_TYPE_GOLD"));
    stage.refused(MASTER, "CBC.0100", async |reader| reader.account_records(&query).await).await;
    let query = AccountRecordQuery {
        channels: vec![PaymentChannel::Unknown(3)],
        ..AccountRecordQuery::of(BalanceType::Debit)
    };
    stage.refused(MASTER, "CBC.0100", async |reader| reader.account_records(&query).await).await;
}
