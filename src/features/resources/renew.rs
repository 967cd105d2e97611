//! Ordering the renewal of resources as the journal does it. It makes orders that await payment and never
//! pays them: paying is an operation of its own, which a person asks for.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use sqlx::PgPool;

use super::{
    live::{self, About, ChosenResource},
    sync,
};
use crate::{
    bss::{Reader, Renewal, Term, Write, codes::OrderType, resources::Resource},
    clock::Clock,
    identity::access::Permission,
    operations::{Confirmed, Kind, Operation, Preflight, Sent, Sighting, Target},
};

/// A renewal as a person confirmed it: up to [`MAX_RESOURCES`](crate::bss::MAX_RESOURCES) resources for one
/// term, in one request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renew {
    /// The resources as they were shown. People call the operation by the first one.
    pub resources: Vec<ChosenResource>,
    /// For how long.
    pub term: Term,
    /// Why, in the person's words; may be empty.
    #[serde(default)]
    pub reason: String,
}

impl Confirmed for Renew {
    const KIND: &'static str = "renew";
    const STEP: &'static str = "create_order";
    const NEEDS: Permission = Permission::RenewResources;

    fn subject(&self) -> &str {
        self.resources.first().map_or("", |resource| &resource.id)
    }

    fn targets(&self) -> Vec<Target> {
        live::targets(&self.resources)
    }
}

/// Orders renewals.
#[derive(Debug, Clone)]
pub struct Renewals {
    /// Where the resources are kept.
    pub db: PgPool,
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
        live::preflight(&confirmed.resources, (reader, &self.clock)).await
    }

    fn write(&self, operation: &Operation) -> anyhow::Result<Write> {
        let confirmed: Renew = serde_json::from_str(&operation.payload)?;
        let resources = confirmed.resources.into_iter().map(|resource| resource.id).collect();
        Ok(Write::Renew(Renewal::new(resources, confirmed.term)?))
    }

    async fn look_up(&self, operation: &Operation, sent: Sent<'_>, reader: &Reader) -> Sighting {
        let Ok(confirmed) = serde_json::from_str::<Renew>(&operation.payload) else {
            return Sighting::Unreadable { why: "the payload cannot be understood".to_owned() };
        };
        if let Some(sighting) = live::made(operation, OrderType::Renewal, reader).await {
            return sighting;
        }
        let about =
            About { order_type: OrderType::Renewal, resources: &confirmed.resources, left: |_, _| false };
        match live::own(operation, sent, about, (reader, &self.clock)).await {
            Ok(Some(sighting)) => sighting,
            Ok(None) => live::absence(&confirmed.resources, reader, why_not).await,
            Err(error) => live::unreadable(&error),
        }
    }

    /// The resources show the order that holds them; the order itself is found by the synchronisation of orders.
    async fn settled(&self, operation: &Operation, reader: &Reader) {
        if let Ok(confirmed) = serde_json::from_str::<Renew>(&operation.payload) {
            sync::after((&self.db, &self.clock), operation, reader, &live::ids(&confirmed.resources)).await;
        }
    }
}

/// Why the resource cannot be renewed any more as it was confirmed.
fn why_not(confirmed: &ChosenResource, live: Option<&Resource>) -> Option<&'static str> {
    match live {
        Some(live) if !live.status.is_alive() => Some("resource_gone"),
        None => Some("resource_gone"),
        Some(live) if live.expire_time != Some(confirmed.expire_time) => Some("renewed_elsewhere"),
        Some(_) => None,
    }
}
