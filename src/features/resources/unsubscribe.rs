//! Unsubscribing resources, or only those of their terms that have not started, as the journal does it. It
//! cannot be undone: it waits before it is sent, and when nothing came of it, a person decides anew.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use sqlx::PgPool;

use super::{
    live::{self, About, ChosenResource},
    refund::Share,
    sync,
};
use crate::{
    bss::{
        Reader, Unsubscribed, Unsubscription, Write,
        codes::{OrderType, UnsubscribeReason},
        resources::Resource,
    },
    clock::Clock,
    identity::access::Permission,
    operations::{Confirmed, Kind, Operation, Preflight, Sent, Sighting, Target},
};

/// An unsubscription as a person confirmed it: up to [`MAX_RESOURCES`](crate::bss::MAX_RESOURCES) resources in
/// one request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsubscribe {
    /// The resources as they were shown. People call the operation by the first one.
    pub resources: Vec<ChosenResource>,
    /// The resources themselves, or only renewed terms that have not started.
    pub what: Unsubscribed,
    /// What Huawei is told, if anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<Told>,
    /// What was shown to come back; it decides nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate: Option<Estimated>,
    /// Why, for the company's own record; may be empty.
    #[serde(default)]
    pub reason: String,
}

/// What was shown to come back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Estimated {
    /// How many of the year's unsubscriptions by the rule of five days it takes.
    pub five_days: usize,
    /// By resource and original order.
    pub shares: Vec<Share>,
}

/// The reason that Huawei is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// One of Huawei's.
    pub reason: UnsubscribeReason,
    /// In the person's words; may be empty.
    #[serde(default)]
    pub words: String,
}

impl Confirmed for Unsubscribe {
    const KIND: &'static str = "unsubscribe";
    const STEP: &'static str = "unsubscribe";
    const NEEDS: Permission = Permission::UnsubscribeResources;
    const HOLDS: bool = true;

    fn subject(&self) -> &str {
        self.resources.first().map_or("", |resource| &resource.id)
    }

    fn targets(&self) -> Vec<Target> {
        live::targets(&self.resources)
    }
}

/// Unsubscribes resources.
#[derive(Debug, Clone)]
pub struct Unsubscriptions {
    /// Where the resources are kept.
    pub db: PgPool,
    /// The time.
    pub clock: Clock,
}

#[async_trait]
impl Kind for Unsubscriptions {
    fn name(&self) -> &'static str {
        Unsubscribe::KIND
    }

    fn tries(&self) -> i32 {
        1
    }

    async fn preflight(&self, operation: &Operation, reader: &Reader) -> Preflight {
        let Ok(confirmed) = serde_json::from_str::<Unsubscribe>(&operation.payload) else {
            return Preflight::Unreadable { why: "the payload cannot be understood".to_owned() };
        };
        live::preflight(&confirmed.resources, (reader, &self.clock)).await
    }

    fn write(&self, operation: &Operation) -> anyhow::Result<Write> {
        let confirmed: Unsubscribe = serde_json::from_str(&operation.payload)?;
        let resources = confirmed.resources.into_iter().map(|resource| resource.id).collect();
        let unsubscription = Unsubscription::new(resources, confirmed.what)?;
        Ok(Write::Unsubscribe(match confirmed.told {
            Some(Told { reason, words }) => unsubscription.because(reason, words),
            None => unsubscription,
        }))
    }

    async fn look_up(&self, operation: &Operation, sent: Sent<'_>, reader: &Reader) -> Sighting {
        let Ok(confirmed) = serde_json::from_str::<Unsubscribe>(&operation.payload) else {
            return Sighting::Unreadable { why: "the payload cannot be understood".to_owned() };
        };
        if let Some(sighting) = live::made(operation, OrderType::Unsubscription, reader).await {
            return sighting;
        }
        let (order_type, resources) = (OrderType::Unsubscription, confirmed.resources.as_slice());
        let (left, why_not): (fn(&_, &_) -> _, fn(&_, Option<&_>) -> _) = match confirmed.what {
            Unsubscribed::Resource => (is_closed, why_not_closed),
            Unsubscribed::UnstartedTerms => (is_shortened, why_not_shortened),
        };
        let about = About { order_type, resources, left };
        match live::own(operation, sent, about, (reader, &self.clock)).await {
            Ok(Some(sighting)) => sighting,
            Ok(None) => live::absence(resources, reader, why_not).await,
            Err(error) => live::unreadable(&error),
        }
    }

    /// The order that was made is found by the ordinary synchronisation of orders.
    async fn settled(&self, operation: &Operation, reader: &Reader) {
        if let Ok(confirmed) = serde_json::from_str::<Unsubscribe>(&operation.payload) {
            sync::after((&self.db, &self.clock), operation, reader, &live::ids(&confirmed.resources)).await;
        }
    }
}

/// Whether it is as an unsubscription leaves it.
fn is_closed(_: &ChosenResource, live: &Resource) -> bool {
    !live.status.is_alive()
}

/// Whether it is as one of terms that have not started leaves it: there, and paid for until an earlier time.
fn is_shortened(confirmed: &ChosenResource, live: &Resource) -> bool {
    live.status.is_alive() && live.expire_time.is_some_and(|at| at < confirmed.expire_time)
}

/// There is no order of ours. If the resource is gone all the same, somebody else ended it.
fn why_not_closed(_: &ChosenResource, live: Option<&Resource>) -> Option<&'static str> {
    let is_alive = live.is_some_and(|live| live.status.is_alive());
    (!is_alive).then_some("unsubscribed_elsewhere")
}

/// The same of terms that have not started.
fn why_not_shortened(confirmed: &ChosenResource, live: Option<&Resource>) -> Option<&'static str> {
    match live {
        Some(live) if !live.status.is_alive() => Some("unsubscribed_elsewhere"),
        None => Some("unsubscribed_elsewhere"),
        Some(live) if live.expire_time != Some(confirmed.expire_time) => Some("terms_changed_elsewhere"),
        Some(_) => None,
    }
}
