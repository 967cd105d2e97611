//! What can be changed about yearly/monthly resources: order their renewal, have them renewed by
//! themselves, make them pay-per-use, unsubscribe them. These are values; only a [`super::Writer`] can send
//! them. A renewal is only ordered here, never paid.

use serde::{Deserialize, Serialize};

use super::codes::{
    AutoPeriod, RenewalPayment, RenewalSetting, RenewalUnit, ToPayPerUseOperation, UnsubscribeReason,
    UnsubscribeType,
};

/// The most resources that one renewal, one unsubscription or one conversion may name.
pub const MAX_RESOURCES: usize = 10;
/// The most resources that may be set to become pay-per-use at once.
pub const MAX_TO_PAY_PER_USE: usize = 100;

/// A renewal to be ordered: resources for one term. The orders that come of it await payment; nothing
/// here is able to have them charged at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renewal {
    resource_ids: Vec<String>,
    term: Term,
}

/// For how long something is renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Term {
    /// One to eleven months.
    Months(u8),
    /// One to three years.
    Years(u8),
}

/// An unsubscription to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsubscription {
    resource_ids: Vec<String>,
    what: Unsubscribed,
    reason: Option<(UnsubscribeReason, String)>,
}

/// What is unsubscribed (`unsubscribe_type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unsubscribed {
    /// The resource with all the terms that it was renewed for. It stops at once.
    Resource,
    /// Only renewed terms that have not started; the resource stays.
    UnstartedTerms,
}

/// A resource to be renewed by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AutoRenewal {
    resource_id: String,
    times: Option<u8>,
    period: Option<AutoPeriod>,
}

/// The account's day of deduction or of expiry (`renew_config_name`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RenewalDay {
    /// So many days before expiry an automatic renewal is charged, 2 to 7.
    Deduction(u8),
    /// Expiries move to this day of the month with the next renewal, 1 to 28.
    Expiry(u8),
    /// Expiries move to the last day of the month with the next renewal.
    ExpiryAtMonthEnd,
}

/// Resources that become pay-per-use when they expire, or do not any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToPayPerUse {
    resource_ids: Vec<String>,
    wanted: bool,
}

/// Resources that become pay-per-use at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversion {
    resource_ids: Vec<String>,
}

/// It is not a request that BSS could accept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSubscription {
    /// An id is empty.
    #[error("an id is empty")]
    EmptyId,
    /// There is no resource, or there are too many.
    #[error("one request is about 1 to {0} resources")]
    Number(usize),
    /// A resource is named twice.
    #[error("a resource is named twice")]
    Twice,
    /// BSS knows no such term.
    #[error("a term is 1 to 11 months or 1 to 3 years")]
    NoSuchTerm,
    /// BSS renews by itself up to 99 times, or without end.
    #[error("automatic renewals are 0 (without end) to 99 times")]
    NoSuchTimes,
    /// There is no such day.
    #[error("the day of deduction is 2 to 7 days before expiry, the day of expiry 1 to 28")]
    NoSuchDay,
}

impl Term {
    /// Whether BSS knows such a term (`renew_period_type`).
    pub const fn is_known(self) -> bool {
        match self {
            Self::Months(months) => matches!(months, 1..=11),
            Self::Years(years) => matches!(years, 1..=3),
        }
    }

    /// Unit and number as BSS takes them.
    pub(super) const fn wire(self) -> (RenewalUnit, u8) {
        match self {
            Self::Months(months) => (RenewalUnit::Month, months),
            Self::Years(years) => (RenewalUnit::Year, years),
        }
    }
}

impl Renewal {
    /// A renewal that BSS could accept, as far as its form goes.
    pub fn new(resource_ids: Vec<String>, term: Term) -> Result<Self, InvalidSubscription> {
        if !term.is_known() {
            return Err(InvalidSubscription::NoSuchTerm);
        }
        Ok(Self { resource_ids: named(resource_ids, MAX_RESOURCES)?, term })
    }

    /// The resources.
    pub fn resource_ids(&self) -> &[String] {
        &self.resource_ids
    }

    /// `is_auto_pay` is always 0: then a repetition makes at worst an order that nobody pays.
    pub(super) fn body(&self) -> serde_json::Result<Vec<u8>> {
        let (period_type, period_num) = self.term.wire();
        let resource_ids = &self.resource_ids;
        let is_auto_pay = RenewalPayment::Later;
        serde_json::to_vec(&RenewBody { resource_ids, period_type, period_num, is_auto_pay })
    }
}

impl Unsubscription {
    /// An unsubscription that BSS could accept, as far as its form goes.
    pub fn new(resource_ids: Vec<String>, what: Unsubscribed) -> Result<Self, InvalidSubscription> {
        Ok(Self { resource_ids: named(resource_ids, MAX_RESOURCES)?, what, reason: None })
    }

    /// The same, with the reason that Huawei is told.
    #[must_use]
    pub fn because(self, reason: UnsubscribeReason, words: String) -> Self {
        Self { reason: Some((reason, words)), ..self }
    }

    /// The resources.
    pub fn resource_ids(&self) -> &[String] {
        &self.resource_ids
    }

    pub(super) fn body(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(&UnsubscribeBody {
            resource_ids: &self.resource_ids,
            unsubscribe_type: match self.what {
                Unsubscribed::Resource => UnsubscribeType::Resource,
                Unsubscribed::UnstartedTerms => UnsubscribeType::UnstartedTerms,
            },
            unsubscribe_reason_type: self.reason.as_ref().map(|(reason, _)| *reason),
            unsubscribe_reason: self
                .reason
                .as_ref()
                .map(|(_, words)| words.as_str())
                .filter(|w| !w.is_empty()),
        })
    }
}

impl AutoRenewal {
    /// `times` 0 is without end; without a `period` each renewal is for the original or smallest term.
    pub fn new(
        resource_id: String,
        times: Option<u8>,
        period: Option<AutoPeriod>,
    ) -> Result<Self, InvalidSubscription> {
        if times.is_some_and(|times| times > 99) {
            return Err(InvalidSubscription::NoSuchTimes);
        }
        let resource_id = named(vec![resource_id], 1)?.remove(0);
        Ok(Self { resource_id, times, period })
    }

    /// The resource.
    pub fn resource_id(&self) -> &str {
        &self.resource_id
    }

    /// Nothing at all where nothing is chosen.
    pub(super) fn body(&self) -> serde_json::Result<Vec<u8>> {
        if self.times.is_none() && self.period.is_none() {
            return Ok(Vec::new());
        }
        serde_json::to_vec(&AutoRenewBody { auto_renew_times: self.times, period_type: self.period.as_ref() })
    }
}

impl RenewalDay {
    /// Whether BSS knows such a day.
    pub const fn is_known(self) -> bool {
        match self {
            Self::Deduction(days) => matches!(days, 2..=7),
            Self::Expiry(day) => matches!(day, 1..=28),
            Self::ExpiryAtMonthEnd => true,
        }
    }

    pub(super) fn body(self) -> serde_json::Result<Vec<u8>> {
        let (config_name, config_value) = match self {
            Self::Deduction(days) => (RenewalSetting::DeductionDay, days.to_string()),
            Self::Expiry(day) => (RenewalSetting::ExpiryDay, day.to_string()),
            Self::ExpiryAtMonthEnd => (RenewalSetting::ExpiryDay, "-1".to_owned()),
        };
        serde_json::to_vec(&RenewalDayBody { config_name, config_value })
    }
}

impl ToPayPerUse {
    /// `wanted`: they become pay-per-use when they expire; otherwise that is taken back.
    pub fn new(resource_ids: Vec<String>, wanted: bool) -> Result<Self, InvalidSubscription> {
        Ok(Self { resource_ids: named(resource_ids, MAX_TO_PAY_PER_USE)?, wanted })
    }

    /// The resources.
    pub fn resource_ids(&self) -> &[String] {
        &self.resource_ids
    }

    pub(super) fn body(&self) -> serde_json::Result<Vec<u8>> {
        let operation = if self.wanted { ToPayPerUseOperation::SetUp } else { ToPayPerUseOperation::Cancel };
        serde_json::to_vec(&ToPayPerUseBody { operation, resource_ids: &self.resource_ids })
    }
}

impl Conversion {
    /// A conversion that BSS could accept, as far as its form goes.
    pub fn new(resource_ids: Vec<String>) -> Result<Self, InvalidSubscription> {
        Ok(Self { resource_ids: named(resource_ids, MAX_RESOURCES)? })
    }

    /// The resources.
    pub fn resource_ids(&self) -> &[String] {
        &self.resource_ids
    }

    pub(super) fn body(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(&ConversionBody { resource_ids: &self.resource_ids })
    }
}

fn named(resource_ids: Vec<String>, most: usize) -> Result<Vec<String>, InvalidSubscription> {
    if resource_ids.is_empty() || resource_ids.len() > most {
        return Err(InvalidSubscription::Number(most));
    }
    if resource_ids.iter().any(|id| id.trim().is_empty()) {
        return Err(InvalidSubscription::EmptyId);
    }
    if resource_ids.iter().enumerate().any(|(at, id)| resource_ids[..at].contains(id)) {
        return Err(InvalidSubscription::Twice);
    }
    Ok(resource_ids)
}

#[derive(Serialize)]
struct RenewBody<'a> {
    resource_ids: &'a [String],
    period_type: RenewalUnit,
    period_num: u8,
    is_auto_pay: RenewalPayment,
}

#[derive(Serialize)]
struct UnsubscribeBody<'a> {
    resource_ids: &'a [String],
    unsubscribe_type: UnsubscribeType,
    #[serde(skip_serializing_if = "Option::is_none")]
    unsubscribe_reason_type: Option<UnsubscribeReason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unsubscribe_reason: Option<&'a str>,
}

#[derive(Serialize)]
struct AutoRenewBody<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    auto_renew_times: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    period_type: Option<&'a AutoPeriod>,
}

#[derive(Serialize)]
struct RenewalDayBody {
    config_name: RenewalSetting,
    config_value: String,
}

#[derive(Serialize)]
struct ToPayPerUseBody<'a> {
    operation: ToPayPerUseOperation,
    resource_ids: &'a [String],
}

#[derive(Serialize)]
struct ConversionBody<'a> {
    resource_ids: &'a [String],
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(body: serde_json::Result<Vec<u8>>) -> String {
        String::from_utf8(body.expect("a body")).expect("text")
    }

    fn ids(count: usize) -> Vec<String> {
        (1..=count).map(|n| format!("r-{n}")).collect()
    }

    #[test]
    fn a_renewal_never_pays() {
        let body = |term| text(Renewal::new(ids(1), term).expect("valid").body());
        assert_eq!(
            body(Term::Months(11)),
            r#"{"resource_ids":["r-1"],"period_type":2,"period_num":11,"is_auto_pay":0}"#
        );
        assert_eq!(
            body(Term::Years(1)),
            r#"{"resource_ids":["r-1"],"period_type":3,"period_num":1,"is_auto_pay":0}"#
        );
    }

    #[test]
    fn an_unsubscription_says_what_and_why() {
        let all = Unsubscription::new(ids(1), Unsubscribed::Resource).expect("valid");
        assert_eq!(text(all.body()), r#"{"resource_ids":["r-1"],"unsubscribe_type":1}"#);
        let some = Unsubscription::new(ids(2), Unsubscribed::UnstartedTerms).expect("valid");
        assert_eq!(
            text(some.because(UnsubscribeReason::Other, "搬迁".to_owned()).body()),
            r#"{"resource_ids":["r-1","r-2"],"unsubscribe_type":2,"unsubscribe_reason_type":5,"unsubscribe_reason":"搬迁"}"#
        );
    }

    #[test]
    fn what_is_not_chosen_is_not_sent() {
        let bare = AutoRenewal::new("r-1".to_owned(), None, None).expect("valid");
        assert_eq!(text(bare.body()), "");
        let chosen = AutoRenewal::new("r-1".to_owned(), Some(0), Some(AutoPeriod::Year)).expect("valid");
        assert_eq!(text(chosen.body()), r#"{"auto_renew_times":0,"period_type":"YEAR"}"#);
        assert_eq!(
            text(RenewalDay::ExpiryAtMonthEnd.body()),
            r#"{"config_name":"EXPIRE_DATE","config_value":"-1"}"#
        );
        assert_eq!(
            text(ToPayPerUse::new(ids(1), false).expect("valid").body()),
            r#"{"operation":"CANCEL","resource_ids":["r-1"]}"#
        );
    }

    #[test]
    fn what_bss_could_not_accept_does_not_exist() {
        for term in [Term::Months(0), Term::Months(12), Term::Years(0), Term::Years(4)] {
            assert_eq!(Renewal::new(ids(1), term), Err(InvalidSubscription::NoSuchTerm), "{term:?}");
        }
        let renewal = |ids| Renewal::new(ids, Term::Months(1)).map(|_| ());
        for id in ["", " "] {
            assert_eq!(renewal(vec![id.to_owned()]), Err(InvalidSubscription::EmptyId));
        }
        assert_eq!(renewal(vec!["r-1".to_owned(), "r-1".to_owned()]), Err(InvalidSubscription::Twice));
        assert_eq!(renewal(ids(11)), Err(InvalidSubscription::Number(10)));
        assert_eq!(renewal(Vec::new()), Err(InvalidSubscription::Number(10)));
        assert!(ToPayPerUse::new(ids(100), true).is_ok());
        assert_eq!(ToPayPerUse::new(ids(101), true), Err(InvalidSubscription::Number(100)));
        let times = AutoRenewal::new("r-1".to_owned(), Some(100), None);
        assert_eq!(times, Err(InvalidSubscription::NoSuchTimes));
        assert!(!RenewalDay::Deduction(8).is_known() && !RenewalDay::Expiry(29).is_known());
    }
}
