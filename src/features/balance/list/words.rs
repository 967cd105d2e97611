//! How codes of income and expense look. It decides nothing.

use std::borrow::Cow;

use super::store::Row;
use crate::{
    bss::codes::{AccountTrade, AccountType, CouponTradeDetail, Direction, PaymentChannel},
    i18n::Locale,
};

/// Whether it came in or went out.
pub fn way(row: &Row, locale: Locale) -> Cow<'static, str> {
    Direction::from_code(&row.direction).name(locale)
}

/// The type of trade. Where nobody knows it, what Huawei's word means among coupons, or the word.
pub fn trade(row: &Row, locale: Locale) -> Cow<'static, str> {
    if row.trade.is_empty() {
        match CouponTradeDetail::from_code(&row.detail) {
            CouponTradeDetail::Unknown(word) => Cow::Owned(word.into()),
            known => known.name(locale),
        }
    } else {
        AccountTrade::from_code(&row.trade).name(locale)
    }
}

/// The way by which money came or went.
pub fn channel(row: &Row, locale: Locale) -> Option<Cow<'static, str>> {
    Some(PaymentChannel::from_code(row.channel?).name(locale))
}

/// A type of account of money.
pub fn account_type(code: i16, locale: Locale) -> Cow<'static, str> {
    AccountType::from_code(code.into()).name(locale)
}
