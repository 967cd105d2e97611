//! What can be changed about a yearly/monthly resource: order its renewal, unsubscribe it. These are
//! values; only a [`super::Writer`] can send them. A renewal is only ordered here, never paid.

use serde::{Deserialize, Serialize};

/// A renewal to be ordered: one resource for one term. The order that comes of it awaits payment;
/// nothing here is able to have it charged at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenewResource {
    resource_id: String,
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

/// An unsubscription to be made: one resource with all the terms that it was renewed for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsubscribeResource {
    resource_id: String,
}

/// It is not a request that BSS could accept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSubscription {
    /// The id is empty.
    #[error("an id is empty")]
    EmptyId,
    /// BSS knows no such term.
    #[error("a term is 1 to 11 months or 1 to 3 years")]
    NoSuchTerm,
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
    const fn wire(self) -> (u8, u8) {
        match self {
            Self::Months(months) => (2, months),
            Self::Years(years) => (3, years),
        }
    }
}

impl RenewResource {
    /// A renewal that BSS could accept, as far as its form goes.
    pub fn new(resource_id: String, term: Term) -> Result<Self, InvalidSubscription> {
        if !term.is_known() {
            return Err(InvalidSubscription::NoSuchTerm);
        }
        Ok(Self { resource_id: named(resource_id)?, term })
    }

    /// The resource.
    pub fn resource_id(&self) -> &str {
        &self.resource_id
    }

    pub(super) fn body(&self) -> serde_json::Result<Vec<u8>> {
        let (period_type, period_num) = self.term.wire();
        let resource_ids = [self.resource_id.as_str()];
        serde_json::to_vec(&RenewBody { resource_ids, period_type, period_num, is_auto_pay: 0 })
    }
}

impl UnsubscribeResource {
    /// An unsubscription that BSS could accept, as far as its form goes.
    pub fn new(resource_id: String) -> Result<Self, InvalidSubscription> {
        Ok(Self { resource_id: named(resource_id)? })
    }

    /// The resource.
    pub fn resource_id(&self) -> &str {
        &self.resource_id
    }

    pub(super) fn body(&self) -> serde_json::Result<Vec<u8>> {
        let resource_ids = [self.resource_id.as_str()];
        serde_json::to_vec(&UnsubscribeBody { resource_ids, unsubscribe_type: 1 })
    }
}

fn named(resource_id: String) -> Result<String, InvalidSubscription> {
    if resource_id.trim().is_empty() { Err(InvalidSubscription::EmptyId) } else { Ok(resource_id) }
}

/// One resource per call, so that a failure is never one in part. `is_auto_pay` is always 0: then a
/// repetition makes at worst an order that nobody pays.
#[derive(Serialize)]
struct RenewBody<'a> {
    resource_ids: [&'a str; 1],
    period_type: u8,
    period_num: u8,
    is_auto_pay: u8,
}

/// Type 1: the resource itself, with all its renewed terms.
#[derive(Serialize)]
struct UnsubscribeBody<'a> {
    resource_ids: [&'a str; 1],
    unsubscribe_type: u8,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(body: serde_json::Result<Vec<u8>>) -> String {
        String::from_utf8(body.expect("a body")).expect("text")
    }

    #[test]
    fn a_renewal_is_of_one_resource_and_never_pays() {
        let body = |term| text(RenewResource::new("r-1".to_owned(), term).expect("valid").body());
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
    fn an_unsubscription_is_of_one_resource_with_its_renewals() {
        let body = text(UnsubscribeResource::new("r-1".to_owned()).expect("valid").body());
        assert_eq!(body, r#"{"resource_ids":["r-1"],"unsubscribe_type":1}"#);
    }

    #[test]
    fn what_bss_could_not_accept_does_not_exist() {
        for term in [Term::Months(0), Term::Months(12), Term::Years(0), Term::Years(4)] {
            let renewal = RenewResource::new("r-1".to_owned(), term);
            assert_eq!(renewal, Err(InvalidSubscription::NoSuchTerm), "{term:?}");
        }
        for id in ["", " "] {
            let renewal = RenewResource::new(id.to_owned(), Term::Months(1));
            assert_eq!(renewal, Err(InvalidSubscription::EmptyId));
            assert_eq!(UnsubscribeResource::new(id.to_owned()), Err(InvalidSubscription::EmptyId));
        }
    }
}
