//! Ordering the renewal of a resource as the journal does it. It makes an order that awaits payment
//! and never pays it: paying is an operation of its own, which a person asks for.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::live::{self, SeenResource, Shown};
use crate::{
    bss::{Reader, Renewal, Term, Write, codes::OrderType},
    clock::Clock,
    i18n::Locale,
    identity::access::Permission,
    operations::{Confirmed, Kind, Operation, Preflight, Sent, Sighting, Target},
};

/// A renewal as a person confirmed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renew {
    /// The resource as it was shown.
    pub resource: SeenResource,
    /// For how long.
    pub term: Term,
    /// What else was shown.
    pub shown: Shown,
    /// Why, in the person's words; may be empty.
    #[serde(default)]
    pub reason: String,
}

impl Confirmed for Renew {
    const KIND: &'static str = "renew";
    const STEP: &'static str = "create_order";
    const NEEDS: Permission = Permission::RenewResources;

    fn subject(&self) -> &str {
        &self.resource.id
    }

    fn targets(&self) -> Vec<Target> {
        vec![Target::Resource(self.resource.id.clone())]
    }
}

/// Orders renewals.
#[derive(Debug, Clone)]
pub struct Renewals {
    /// The time.
    pub clock: Clock,
}

#[async_trait]
impl Kind for Renewals {
    fn name(&self) -> &'static str {
        Renew::KIND
    }

    async fn preflight(&self, operation: &Operation, reader: &Reader) -> Preflight {
        let Ok(confirmed) = serde_json::from_str::<Renew>(&operation.payload) else {
            return Preflight::Unreadable { why: "the payload cannot be understood".to_owned() };
        };
        match live::all_differences(&confirmed.resource, (reader, &self.clock)).await {
            Ok(differences) if differences.is_empty() => Preflight::Same,
            Ok(differences) => Preflight::Stale { differences },
            Err(error) => Preflight::Unreadable { why: error.to_string() },
        }
    }

    fn write(&self, operation: &Operation) -> anyhow::Result<Write> {
        let confirmed: Renew = serde_json::from_str(&operation.payload)?;
        Ok(Write::Renew(Renewal::new(vec![confirmed.resource.id], confirmed.term)?))
    }

    async fn look_up(&self, operation: &Operation, sent: Sent<'_>, reader: &Reader) -> Sighting {
        let Ok(confirmed) = serde_json::from_str::<Renew>(&operation.payload) else {
            return Sighting::Unreadable { why: "the payload cannot be understood".to_owned() };
        };
        if let Some(order_id) = &operation.upstream_order_id {
            return live::named(order_id, OrderType::Renewal, reader).await;
        }
        let resource = &confirmed.resource;
        let about = (OrderType::Renewal, resource.id.as_str());
        match live::own(operation, sent, about, (reader, &self.clock)).await {
            Ok(Some(sighting)) => sighting,
            Ok(None) => absence(resource, reader).await,
            Err(error) => live::unreadable(&error),
        }
    }

    /// The order that was made is found by the ordinary synchronisation of orders.
    async fn settled(&self, _: &Operation, _: &Reader) {}
}

/// There is no order of ours; whether there still can be one is up to the resource.
async fn absence(confirmed: &SeenResource, reader: &Reader) -> Sighting {
    match reader.resource(&confirmed.id, Locale::default()).await {
        Ok(listed) => {
            let live = listed.as_ref().map(|listed| &listed.item);
            let gone = match live {
                Some(live) if !live.status.is_alive() => Some("resource_gone"),
                None => Some("resource_gone"),
                Some(live) if live.expire_time != Some(confirmed.expire_time) => Some("renewed_elsewhere"),
                Some(_) => None,
            };
            Sighting::NoEffect { evidence: live::evidence(live), gone }
        }
        Err(error) => live::unreadable(&error),
    }
}
