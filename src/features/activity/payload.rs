//! What a payload says for people to read, as far as its kind says it. The journal keeps it as text;
//! what it means to Huawei is decided in `orders`.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::{money::Money, operations::Operation};

/// What was asked for.
#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    pub(super) expected: Option<Expected>,
    #[serde(default)]
    pub(super) coupons: Vec<Chosen>,
    #[serde(default)]
    pub(super) discount: Option<Chosen>,
    #[serde(default)]
    pub(super) after_discount: Option<Money>,
    pub(super) shown: Option<Shown>,
    #[serde(default)]
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

/// What else was seen when it was confirmed.
#[derive(Deserialize)]
pub(super) struct Shown {
    #[serde(default)]
    pub(super) service: String,
    #[serde(default)]
    pub(super) pay_until: Option<DateTime<Utc>>,
}

impl Asked {
    /// What `operation` asks for, if its payload is of a form that is known here.
    pub(super) fn of(operation: &Operation) -> Option<Self> {
        serde_json::from_str(&operation.payload).ok()
    }
}
