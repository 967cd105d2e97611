//! Income and expense: what changed the money of an account, and the balances of its coupons (api-oce,
//! 查询收支明细, 查询优惠券收支明细). It moves nothing.

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    Error, Listed, Page, Reader,
    codes::{
        AccountTrade, BalanceType, CouponBalanceType, CouponTrade, CouponTradeDetail, Direction,
        PaymentChannel,
    },
    pages::{Listing, page_size},
    read::{Ask, ReadOperation},
    record::{Record, record},
};
use crate::money::Money;

/// The most records that one page holds: documented for coupons, and kept to for accounts, whose
/// documentation gives no maximum.
pub const RECORDS_PER_PAGE: u32 = 100;

pub(super) const OPERATIONS: &[&ReadOperation] = &[&ACCOUNT, &COUPONS];

const ACCOUNT: ReadOperation = ReadOperation {
    id: "list_customer_account_change_records",
    method: "GET",
    path: "/v2/accounts/customer-accounts/account-change-records",
    per_second: 10,
    answer: AccountAnswer::FIELDS,
};
const COUPONS: ReadOperation = ReadOperation {
    id: "list_customer_coupon_change_records",
    method: "GET",
    path: "/v2/promotions/benefits/account-change-records",
    per_second: 10,
    answer: CouponAnswer::FIELDS,
};

/// From one day of Beijing's calendar to a later one, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
}

/// Which changes of an account of money to list. What is `None` or empty filters nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRecordQuery {
    /// The cash or the credit account; BSS answers for one at a time.
    pub balance_type: BalanceType,
    /// Only what came in, or what went out.
    pub direction: Option<Direction>,
    /// Only changes for this reason.
    pub trade: Option<AccountTrade>,
    /// On these days.
    pub days: Option<Days>,
    /// Of this transaction or order.
    pub trade_id: Option<String>,
    /// By any of these ways.
    pub channels: Vec<PaymentChannel>,
    /// With this number of the payment channel.
    pub channel_no: Option<String>,
    /// How many to skip.
    pub offset: u64,
    /// How many to give, at most [`RECORDS_PER_PAGE`]; that many when 0.
    pub limit: u32,
}

record! {
    /// One change of the money of an account.
    pub struct AccountRecord {
        /// Its id.
        pub account_change_id: Option<String>,
        /// Why, in detail; Huawei documents no table of these words.
        pub trade_detail_type: Option<String>,
        /// When.
        pub trade_time: Option<DateTime<Utc>>,
        /// The transaction, or the order.
        pub trade_id: Option<String>,
        /// How much, yuan; `direction` says whether it came or went.
        pub change_amount: Option<Money>,
        /// What was in the account then, yuan.
        pub balance_after_change: Option<Money>,
        /// Whether it came in or went out.
        pub direction: Option<Direction> = "revenue_expense_type",
        /// The billing cycle that it belongs to, such as `2026-07`, by Beijing's calendar.
        pub bill_cycle: Option<String>,
        /// The way by which the money came or went, of top-ups and withdrawals.
        pub payment_channel: Option<PaymentChannel> = "payment_channel_id",
        /// The channel's number for it.
        pub payment_channel_no: Option<String>,
        /// When what was paid for was consumed.
        pub consume_time: Option<DateTime<Utc>>,
        /// The account that consumed it.
        pub account_name: Option<String>,
        /// The service that was paid for.
        pub cloud_service_type_name: Option<String>,
        /// The type of resource that was paid for.
        pub resource_type_name: Option<String>,
    }
}

record! {
    struct AccountAnswer {
        total_count: Option<u64>,
        currency: Option<String>,
        records: Vec<Listed<AccountRecord>>,
    }
}

/// Which changes of coupons' balances to list. What is `None` filters nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CouponRecordQuery {
    /// Only what came in, or what went out.
    pub direction: Option<Direction>,
    /// Only changes for this reason.
    pub trade: Option<CouponTrade>,
    /// Of this transaction or order.
    pub trade_id: Option<String>,
    /// On these days; the last year when `None`.
    pub days: Option<Days>,
    /// Of this coupon.
    pub coupon_id: Option<String>,
    /// How many to skip.
    pub offset: u64,
    /// How many to give, at most [`RECORDS_PER_PAGE`]; that many when 0.
    pub limit: u32,
}

record! {
    /// One change of a coupon's balance.
    pub struct CouponRecord {
        /// The coupon.
        pub coupon_id: Option<String>,
        /// Why.
        pub trade_detail_type: Option<CouponTradeDetail>,
        /// When.
        pub trade_time: Option<DateTime<Utc>>,
        /// The transaction, or the order.
        pub trade_id: Option<String>,
        /// How much, yuan; `direction` says whether it came or went.
        pub change_amount: Option<Money>,
        /// What was left of the coupon then, yuan.
        pub balance_after_change: Option<Money>,
        /// Whether it came in or went out.
        pub direction: Option<Direction> = "revenue_expense_type",
        /// The billing cycle that it belongs to, such as `2026-07`, by Beijing's calendar.
        pub bill_cycle: Option<String>,
        /// The account that consumed what was paid for.
        pub account_name: Option<String>,
        /// The service that was paid for.
        pub cloud_service_type_name: Option<String>,
        /// The type of resource that was paid for.
        pub resource_type_name: Option<String>,
    }
}

record! {
    struct CouponAnswer {
        total_count: Option<u64>,
        currency: Option<String>,
        records: Vec<Listed<CouponRecord>>,
    }
}

/// A page of records with the currency of their amounts.
#[derive(Debug, Clone)]
pub struct Records<T> {
    /// The records.
    pub page: Page<Listed<T>>,
    /// `CNY`; absent means the same.
    pub currency: Option<String>,
}

impl AccountRecordQuery {
    /// All changes of one account of money.
    pub const fn of(balance_type: BalanceType) -> Self {
        Self {
            balance_type,
            direction: None,
            trade: None,
            days: None,
            trade_id: None,
            channels: Vec::new(),
            channel_no: None,
            offset: 0,
            limit: 0,
        }
    }
}

impl Reader {
    /// One page of what changed the cash or the credit of the account
    /// (`list_customer_account_change_records`, api-oce "查询收支明细(客户)"). Not for resold customers.
    pub async fn account_records(&self, query: &AccountRecordQuery) -> Result<Records<AccountRecord>, Error> {
        let limit = page_size(query.limit, RECORDS_PER_PAGE);
        let channels: Vec<String> = query.channels.iter().map(|channel| channel.code().to_string()).collect();
        let ask = Ask::of(&ACCOUNT)
            .with("balance_type", Some(query.balance_type.code()))
            .with("revenue_expense_type", query.direction.as_ref().map(Direction::code))
            .with("trade_type", query.trade.as_ref().map(AccountTrade::code))
            .with("trade_time_begin", query.days.map(|days| days.from))
            .with("trade_time_end", query.days.map(|days| days.to))
            .with("trade_id", query.trade_id.as_deref())
            .with("payment_channel_id", (!channels.is_empty()).then(|| channels.join(",")))
            .with("payment_channel_no", query.channel_no.as_deref())
            .with("offset", Some(query.offset))
            .with("limit", Some(limit));
        let answer: AccountAnswer = self.ask(ask).await?;
        let page = Page::of(&ACCOUNT, answer.records, answer.total_count, query.offset, limit);
        Ok(Records { page, currency: answer.currency })
    }

    /// One page of what changed the balances of the account's coupons
    /// (`list_customer_coupon_change_records`, api-oce "查询优惠券收支明细").
    pub async fn coupon_records(&self, query: &CouponRecordQuery) -> Result<Records<CouponRecord>, Error> {
        let limit = page_size(query.limit, RECORDS_PER_PAGE);
        let ask = Ask::of(&COUPONS)
            .with("balance_type", Some(CouponBalanceType::Coupon.code()))
            .with("revenue_expense_type", query.direction.as_ref().map(Direction::code))
            .with("trade_type", query.trade.as_ref().map(CouponTrade::code))
            .with("trade_id", query.trade_id.as_deref())
            .with("trade_time_begin", query.days.map(|days| days.from))
            .with("trade_time_end", query.days.map(|days| days.to))
            .with("coupon_id", query.coupon_id.as_deref())
            .with("offset", Some(query.offset))
            .with("limit", Some(limit));
        let answer: CouponAnswer = self.ask(ask).await?;
        let page = Page::of(&COUPONS, answer.records, answer.total_count, query.offset, limit);
        Ok(Records { page, currency: answer.currency })
    }
}

impl Listing for AccountRecordQuery {
    type Item = Listed<AccountRecord>;
    const OPERATION: &'static str = ACCOUNT.id;

    async fn page(&self, reader: &Reader, offset: u64) -> Result<Page<Self::Item>, Error> {
        Ok(reader.account_records(&Self { offset, ..self.clone() }).await?.page)
    }

    fn key(record: &Self::Item) -> Option<String> {
        record.item.account_change_id.clone()
    }
}

impl Listing for CouponRecordQuery {
    type Item = Listed<CouponRecord>;
    const OPERATION: &'static str = COUPONS.id;

    async fn page(&self, reader: &Reader, offset: u64) -> Result<Page<Self::Item>, Error> {
        Ok(reader.coupon_records(&Self { offset, ..self.clone() }).await?.page)
    }

    /// Nothing tells two changes of a coupon by the same order at the same time apart.
    fn key(_: &Self::Item) -> Option<String> {
        None
    }
}
