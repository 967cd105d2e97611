//! What a payload says for people to read, as far as its kind says it. The journal keeps it as text;
//! what it means to Huawei is decided by the kinds.

use chrono::{DateTime, Utc};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use crate::{
    bss::{Term, Unsubscribed, codes::UnsubscribeReason},
    money::Money,
    operations::Operation,
};

/// What was asked for.
pub(super) struct Asked {
    pub(super) expected: Option<Expected>,
    pub(super) coupons: Vec<Chosen>,
    pub(super) discount: Option<Chosen>,
    pub(super) after_discount: Option<Money>,
    /// What it is about, where that is an order.
    pub(super) shown: Option<Shown>,
    pub(super) resources: Vec<Resource>,
    pub(super) term: Option<Term>,
    pub(super) what: Option<Unsubscribed>,
    pub(super) told: Option<Told>,
    pub(super) reason: String,
}

/// The amounts that were confirmed.
#[derive(Deserialize)]
pub(super) struct Expected {
    pub(super) official: Money,
    pub(super) after_discount: Money,
    #[serde(default)]
    pub(super) payable: Option<Money>,
    pub(super) from_balance: Money,
}

/// A coupon or discount that was chosen.
#[derive(Deserialize)]
pub(super) struct Chosen {
    pub(super) id: String,
    pub(super) amount: Money,
}

/// A resource.
#[derive(Deserialize)]
pub(super) struct Resource {
    pub(super) id: String,
    #[serde(default)]
    pub(super) expire_time: Option<DateTime<Utc>>,
    #[serde(default)]
    pub(super) attached: Vec<String>,
    #[serde(default)]
    pub(super) shown: Shown,
    /// What it was said to cost, or to give back.
    #[serde(default)]
    pub(super) amount: Option<Money>,
}

/// What Huawei is told.
#[derive(Deserialize)]
pub(super) struct Told {
    pub(super) reason: UnsubscribeReason,
    #[serde(default)]
    pub(super) words: String,
}

/// What else was seen when it was confirmed.
#[derive(Default, Deserialize)]
pub(super) struct Shown {
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) service: String,
    #[serde(default)]
    pub(super) region: String,
    #[serde(default)]
    pub(super) pay_until: Option<DateTime<Utc>>,
}

/// A payload's parts. Each is read by itself, so that one of another kind hides no other.
#[derive(Deserialize)]
struct Parts<'a> {
    #[serde(borrow, default)]
    expected: Option<&'a RawValue>,
    #[serde(borrow, default)]
    coupons: Option<&'a RawValue>,
    #[serde(borrow, default)]
    discount: Option<&'a RawValue>,
    #[serde(borrow, default)]
    after_discount: Option<&'a RawValue>,
    #[serde(borrow, default)]
    shown: Option<&'a RawValue>,
    #[serde(borrow, default)]
    resource: Option<&'a RawValue>,
    #[serde(borrow, default)]
    resources: Option<&'a RawValue>,
    #[serde(borrow, default)]
    term: Option<&'a RawValue>,
    #[serde(borrow, default)]
    what: Option<&'a RawValue>,
    #[serde(borrow, default)]
    told: Option<&'a RawValue>,
    #[serde(borrow, default)]
    reason: Option<&'a RawValue>,
}

fn part<T: DeserializeOwned>(raw: Option<&RawValue>) -> Option<T> {
    serde_json::from_str(raw?.get()).ok()
}

impl Asked {
    /// What `operation` asks for, if its payload is of a form that is known here.
    pub(super) fn of(operation: &Operation) -> Option<Self> {
        Self::read(&operation.payload)
    }

    fn read(payload: &str) -> Option<Self> {
        let parts: Parts<'_> = serde_json::from_str(payload).ok()?;
        let mut shown: Option<Shown> = part(parts.shown);
        let mut resources: Vec<Resource> = part(parts.resources).unwrap_or_default();
        // What is shown of a single resource stands beside it.
        if let Some(only) = part::<Resource>(parts.resource) {
            resources.push(Resource { shown: shown.take().unwrap_or_default(), ..only });
        }
        Some(Self {
            expected: part(parts.expected),
            coupons: part(parts.coupons).unwrap_or_default(),
            discount: part(parts.discount),
            after_discount: part(parts.after_discount),
            shown,
            resources,
            term: part(parts.term),
            what: part(parts.what),
            told: part(parts.told),
            reason: part(parts.reason).unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_is_of_another_kind_hides_no_other() {
        let asked = Asked::read(
            r#"{"resource":{"id":"r-1","expire_time":"2026-12-01T00:00:00Z"},"term":{"weeks":2},"what":7,
                "shown":{"name":"web","service":"ECS","region":"cn-north-4"},"reason":"moved","policy":3}"#,
        )
        .expect("read");
        assert_eq!((asked.resources[0].id.as_str(), asked.resources[0].shown.name.as_str()), ("r-1", "web"));
        assert_eq!((asked.term, asked.what, asked.reason.as_str()), (None, None, "moved"));
        assert!(asked.shown.is_none(), "it is shown with the resource");
    }

    #[test]
    fn several_resources_are_read_with_what_is_done_to_them() {
        let asked = Asked::read(
            r#"{"resources":[{"id":"r-1","expire_time":"2026-12-01T00:00:00Z","attached":["d-1"],
                "shown":{"name":"web","service":"ECS","region":"cn-north-4"},"amount":"12.50"},{"id":"r-2"}],
                "what":"unstarted_terms","told":{"reason":5,"words":"moved"},"term":{"years":1}}"#,
        )
        .expect("read");
        let amounts: Vec<_> =
            asked.resources.iter().map(|one| one.amount.map(|amount| amount.to_string())).collect();
        assert_eq!(amounts, [Some("12.50".to_owned()), None]);
        assert_eq!((asked.what, asked.term), (Some(Unsubscribed::UnstartedTerms), Some(Term::Years(1))));
        assert!(
            asked.told.is_some_and(|told| told.reason == UnsubscribeReason::Other && told.words == "moved")
        );
    }
}
