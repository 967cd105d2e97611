//! `list_customer_account_change_records`, `list_customer_coupon_change_records` and
//! `list_stored_value_cards`: the income and expense of an account and of its coupons, and its cards.

use serde::Serialize;

use super::{Answer, At, Call, Operation, YuanText, wrong};
use crate::simulator::world::{
    Refusal, World,
    cards::Card,
    days::{day_begins, parse_day, year_before},
    months::Month,
    records::{Change, CouponChange, Purse, Wanted},
    services::service,
    times::{DAY, Millis, beijing_day},
};

/// What is asked here.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        id: "list_customer_account_change_records",
        method: "GET",
        path: "/v2/accounts/customer-accounts/account-change-records",
        rate: 10,
        answer: account_records,
    },
    Operation {
        id: "list_customer_coupon_change_records",
        method: "GET",
        path: "/v2/promotions/benefits/account-change-records",
        rate: 10,
        answer: coupon_records,
    },
    Operation {
        id: "list_stored_value_cards",
        method: "GET",
        path: "/v2/promotions/benefits/stored-value-cards",
        rate: 5,
        answer: cards,
    },
];

#[derive(Serialize)]
struct Records<T> {
    total_count: usize,
    currency: &'static str,
    records: Vec<T>,
}

#[derive(Serialize)]
struct AccountRecord<'w> {
    account_change_id: String,
    trade_detail_type: &'static str,
    trade_time: At,
    trade_id: String,
    change_amount: YuanText,
    balance_after_change: YuanText,
    revenue_expense_type: &'static str,
    bill_cycle: String,
    payment_channel_id: Option<String>,
    payment_channel_no: Option<String>,
    consume_time: Option<At>,
    account_name: &'w str,
    cloud_service_type_name: Option<&'static str>,
    resource_type_name: Option<&'static str>,
}

#[derive(Serialize)]
struct CouponRecord<'w> {
    coupon_id: &'w str,
    trade_detail_type: &'static str,
    trade_time: At,
    trade_id: String,
    change_amount: YuanText,
    balance_after_change: YuanText,
    revenue_expense_type: &'static str,
    bill_cycle: String,
    account_name: &'w str,
    cloud_service_type_name: Option<&'static str>,
    resource_type_name: Option<&'static str>,
}

#[derive(Serialize)]
struct Cards<'w> {
    total_count: usize,
    stored_value_cards: Vec<StoredValueCard<'w>>,
}

#[derive(Serialize)]
struct StoredValueCard<'w> {
    card_id: &'w str,
    card_name: &'w str,
    status: u8,
    face_value: YuanText,
    balance: YuanText,
    effective_time: At,
    expire_time: At,
}

/// Types of trade of an account's money.
const ACCOUNT_TRADES: [&str; 13] = [
    "RECHARGE",
    "DEDEUCT",
    "REFUND",
    "RFROZEN",
    "TRANS",
    "ADJUST",
    "BEUNBIND",
    "EXPIRED",
    "BONUSCONVERT",
    "TRADE_MODE_TRANSFER",
    "DEPOSIT",
    "BEADJUST",
    "BERETRIEVE",
];

/// Types of trade of coupons.
const COUPON_TRADES: [&str; 7] =
    ["ADJUST", "DEDEUCT", "REFUND", "RFROZEN", "EXPIRED", "COUPONADJUST", "COUPONCANCEL"];

/// Ways by which money comes and goes.
const CHANNELS: [u16; 11] = [1, 2, 4, 5, 6, 7, 10, 11, 317, 319, 320];

/// `GET /v2/accounts/customer-accounts/account-change-records`
pub(super) fn account_records(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    let query = &call.query;
    query.only(&[
        "balance_type",
        "revenue_expense_type",
        "trade_type",
        "trade_time_begin",
        "trade_time_end",
        "trade_id",
        "payment_channel_id",
        "payment_channel_no",
        "offset",
        "limit",
    ])?;
    let purse = match query.required("balance_type")? {
        "BALANCE_TYPE_DEBIT" => Purse::Cash,
        "BALANCE_TYPE_CREDIT" => Purse::Credit,
        _ => return Err(wrong("balance_type")),
    };
    // An empty type, id or channel filters nothing here.
    let given = |name| query.text(name).filter(|value: &&str| !value.is_empty());
    let trade = given("trade_type");
    if trade.is_some_and(|trade| !ACCOUNT_TRADES.contains(&trade)) {
        return Err(wrong("trade_type"));
    }
    let channels = given("payment_channel_id").map_or(Ok(Vec::new()), |ids| {
        ids.split(',')
            .map(|id| id.trim().parse().ok().filter(|id| CHANNELS.contains(id)))
            .collect::<Option<Vec<u16>>>()
            .ok_or_else(|| wrong("payment_channel_id"))
    })?;
    let wanted = Wanted {
        window: window(call)?,
        income: income(call)?,
        trade: trade.map(str::to_owned),
        trade_id: given("trade_id").map(str::to_owned),
        channels,
        channel_no: given("payment_channel_no").map(str::to_owned),
    };
    let (offset, limit) = query.page(world.settings.unstated_page_most)?;
    let (total_count, page) = world.changes(call.account, purse, &wanted, (call.as_of, offset, limit));
    let records = page.into_iter().map(|change| account_record(world, call, change)).collect();
    Answer::json(&Records { total_count, currency: "CNY", records })
}

/// `GET /v2/promotions/benefits/account-change-records`
pub(super) fn coupon_records(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    let query = &call.query;
    query.only(&[
        "balance_type",
        "revenue_expense_type",
        "trade_type",
        "trade_id",
        "trade_time_begin",
        "trade_time_end",
        "coupon_id",
        "offset",
        "limit",
    ])?;
    if query.required("balance_type")? != "BALANCE_TYPE_COUPON" {
        return Err(wrong("balance_type"));
    }
    let trade = query.text("trade_type");
    if trade.is_some_and(|trade| !COUPON_TRADES.contains(&trade)) {
        return Err(wrong("trade_type"));
    }
    for (name, most) in [("trade_id", 128), ("coupon_id", 64)] {
        if query.text(name).is_some_and(|id| id.chars().count() > most) {
            return Err(wrong(name));
        }
    }
    let (income, (from, until)) = (income(call)?, window(call)?);
    let (offset, limit) = query.page(100)?;
    let owner = &world.accounts[call.account];
    let same = |name, value: &str| query.text(name).is_none_or(|wanted| wanted.is_empty() || wanted == value);
    let changes: Vec<CouponChange> = world
        .coupon_changes(call.account, call.as_of)
        .into_iter()
        .filter(|change| {
            (from..until).contains(&change.at)
                && income.is_none_or(|income| income == (change.amount > 0))
                && trade.is_none_or(|trade| trade == change.trade)
                && same("trade_id", &change.trade_id)
                && same("coupon_id", &owner.coupons[change.coupon].id)
        })
        .collect();
    let total_count = changes.len();
    let records = changes
        .into_iter()
        .skip(offset)
        .take(limit)
        .map(|change| CouponRecord {
            coupon_id: &owner.coupons[change.coupon].id,
            trade_detail_type: change.detail,
            trade_time: At(change.at),
            change_amount: YuanText(change.amount.abs()),
            balance_after_change: YuanText(change.balance),
            revenue_expense_type: direction(change.amount),
            bill_cycle: Month::of(change.at).text(),
            account_name: &owner.name,
            cloud_service_type_name: change.service.map(|s| service(s).names[call.language]),
            resource_type_name: change.service.map(|s| service(s).resource_names[call.language]),
            trade_id: change.trade_id,
        })
        .collect();
    Answer::json(&Records { total_count, currency: "CNY", records })
}

/// `GET /v2/promotions/benefits/stored-value-cards`
pub(super) fn cards(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    let query = &call.query;
    query.only(&["status", "card_id", "offset", "limit"])?;
    query.required("status")?;
    let status =
        query.number("status")?.filter(|code| [1, 2].contains(code)).ok_or_else(|| wrong("status"))?;
    let (offset, limit) = query.page(100)?;
    let id = query.text("card_id").filter(|id| !id.is_empty());
    let matching: Vec<(&Card, u8)> = world.accounts[call.account]
        .cards
        .iter()
        .filter_map(|card| Some((card, card_status(card, call.as_of)?)))
        .filter(|(card, code)| i64::from(*code) == status && id.is_none_or(|id| id == card.id))
        .collect();
    let page = matching.iter().skip(offset).take(limit).map(|(card, status)| StoredValueCard {
        card_id: &card.id,
        card_name: &card.name,
        status: *status,
        face_value: YuanText(card.face),
        balance: YuanText(*card.balance.at(call.as_of)),
        effective_time: At(card.effective),
        expire_time: At(card.expires),
    });
    Answer::json(&Cards { total_count: matching.len(), stored_value_cards: page.collect() })
}

/// Usable or used up; a card that expired with something on it is neither.
fn card_status(card: &Card, at: Millis) -> Option<u8> {
    match *card.balance.at(at) {
        ..=0 => Some(2),
        _ => (at < card.expires).then_some(1),
    }
}

fn account_record<'w>(world: &'w World, call: &Call<'_>, change: Change) -> AccountRecord<'w> {
    let (channel, number) = change.channel.unzip();
    AccountRecord {
        account_change_id: change.id,
        trade_detail_type: change.detail,
        trade_time: At(change.at),
        trade_id: change.trade_id,
        change_amount: YuanText(change.amount.abs()),
        balance_after_change: YuanText(change.balance),
        revenue_expense_type: direction(change.amount),
        bill_cycle: Month::of(change.cycle).text(),
        payment_channel_id: channel.map(|id| id.to_string()),
        payment_channel_no: number,
        consume_time: change.consumption.then_some(At(change.at)),
        account_name: &world.accounts[change.account].name,
        cloud_service_type_name: change.service.map(|s| service(s).names[call.language]),
        resource_type_name: change.service.map(|s| service(s).resource_names[call.language]),
    }
}

fn direction(amount: i64) -> &'static str {
    if amount > 0 { "REVENUE" } else { "EXPENSE" }
}

fn income(call: &Call<'_>) -> Result<Option<bool>, Refusal> {
    match call.query.text("revenue_expense_type") {
        None => Ok(None),
        Some("REVENUE") => Ok(Some(true)),
        Some("EXPENSE") => Ok(Some(false)),
        Some(_) => Err(wrong("revenue_expense_type")),
    }
}

/// From the beginning of the first day to the end of the last one; a year that ends today when nothing
/// else is said.
fn window(call: &Call<'_>) -> Result<(Millis, Millis), Refusal> {
    let day = |name| call.query.text(name).map(|text| parse_day(text).ok_or_else(|| wrong(name))).transpose();
    let today = beijing_day(call.cause.at);
    let begin = day("trade_time_begin")?.unwrap_or_else(|| year_before(today));
    let end = day("trade_time_end")?.unwrap_or(today);
    if end < begin {
        return Err(wrong("trade_time_end"));
    }
    Ok((day_begins(begin), day_begins(end) + DAY))
}
