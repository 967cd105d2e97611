//! Unsubscribing a resource as the journal does it. It ends the resource and cannot be undone, so when
//! nothing came of it, a person decides anew.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::live::{self, SeenResource, Shown};
use crate::{
    bss::{Reader, Unsubscribed, Unsubscription, Write, codes::OrderType},
    clock::Clock,
    i18n::Locale,
    identity::access::Permission,
    operations::{Confirmed, Kind, Operation, Preflight, Sent, Sighting, Target},
};

/// An unsubscription as a person confirmed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsubscribe {
    /// The resource as it was shown.
    pub resource: SeenResource,
    /// What else was shown.
    pub shown: Shown,
    /// Why, in the person's words; may be empty.
    #[serde(default)]
    pub reason: String,
}

impl Confirmed for Unsubscribe {
    const KIND: &'static str = "unsubscribe";
    const STEP: &'static str = "unsubscribe";
    const NEEDS: Permission = Permission::UnsubscribeResources;

    fn subject(&self) -> &str {
        &self.resource.id
    }

    fn targets(&self) -> Vec<Target> {
        vec![Target::Resource(self.resource.id.clone())]
    }
}

/// Unsubscribes resources.
#[derive(Debug, Clone)]
pub struct Unsubscriptions {
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
        match live::all_differences(&confirmed.resource, (reader, &self.clock)).await {
            Ok(differences) if differences.is_empty() => Preflight::Same,
            Ok(differences) => Preflight::Stale { differences },
            Err(error) => Preflight::Unreadable { why: error.to_string() },
        }
    }

    fn write(&self, operation: &Operation) -> anyhow::Result<Write> {
        let confirmed: Unsubscribe = serde_json::from_str(&operation.payload)?;
        let resource = vec![confirmed.resource.id];
        Ok(Write::Unsubscribe(Unsubscription::new(resource, Unsubscribed::Resource)?))
    }

    async fn look_up(&self, operation: &Operation, sent: Sent<'_>, reader: &Reader) -> Sighting {
        let Ok(confirmed) = serde_json::from_str::<Unsubscribe>(&operation.payload) else {
            return Sighting::Unreadable { why: "the payload cannot be understood".to_owned() };
        };
        if let Some(order_id) = &operation.upstream_order_id {
            return live::named(order_id, OrderType::Unsubscription, reader).await;
        }
        let resource_id = confirmed.resource.id.as_str();
        let about = (OrderType::Unsubscription, resource_id);
        match live::own(operation, sent, about, (reader, &self.clock)).await {
            Ok(Some(sighting)) => sighting,
            Ok(None) => absence(resource_id, reader).await,
            Err(error) => live::unreadable(&error),
        }
    }

    /// The order that was made is found by the ordinary synchronisation of orders.
    async fn settled(&self, _: &Operation, _: &Reader) {}
}

/// There is no order of ours. If the resource is gone all the same, somebody else ended it.
async fn absence(resource_id: &str, reader: &Reader) -> Sighting {
    match reader.resource(resource_id, Locale::default()).await {
        Ok(listed) => {
            let live = listed.as_ref().map(|listed| &listed.item);
            let alive = live.is_some_and(|live| live.status.is_alive());
            let gone = (!alive).then_some("unsubscribed_elsewhere");
            Sighting::NoEffect { evidence: live::evidence(live), gone }
        }
        Err(error) => live::unreadable(&error),
    }
}
