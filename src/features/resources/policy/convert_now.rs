//! Making a resource pay-per-use at once as the journal does it. The yearly/monthly term ends and cannot be
//! had back, so when nothing came of it, a person decides anew.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::kept::Kept;
use crate::{
    bss::{
        Conversion, Reader, Write,
        codes::{OrderStatus, OrderType},
    },
    features::resources::live::{self, SeenResource, Shown},
    i18n::Locale,
    identity::access::Permission,
    operations::{Confirmed, Kind, Operation, Outcome, Preflight, Sent, Sighting, Target},
};

/// A conversion as a person confirmed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConvertNow {
    /// The resource as it was shown.
    pub resource: SeenResource,
    /// What else was shown.
    pub shown: Shown,
    /// Why, in the person's words; may be empty.
    #[serde(default)]
    pub reason: String,
}

impl Confirmed for ConvertNow {
    const KIND: &'static str = "convert";
    const STEP: &'static str = "convert";
    const NEEDS: Permission = Permission::ConvertResources;

    fn subject(&self) -> &str {
        &self.resource.id
    }

    fn targets(&self) -> Vec<Target> {
        vec![Target::Resource(self.resource.id.clone())]
    }
}

/// Makes resources pay-per-use.
#[derive(Debug, Clone)]
pub struct Conversions {
    /// What is kept of resources.
    pub kept: Kept,
}

#[async_trait]
impl Kind for Conversions {
    fn name(&self) -> &'static str {
        ConvertNow::KIND
    }

    fn tries(&self) -> i32 {
        1
    }

    async fn preflight(&self, operation: &Operation, reader: &Reader) -> Preflight {
        let Ok(confirmed) = serde_json::from_str::<ConvertNow>(&operation.payload) else {
            return Preflight::Unreadable { why: "the payload cannot be understood".to_owned() };
        };
        match live::all_differences(&confirmed.resource, (reader, &self.kept.clock)).await {
            Ok(differences) if differences.is_empty() => Preflight::Same,
            Ok(differences) => Preflight::Stale { differences },
            Err(error) => Preflight::Unreadable { why: error.to_string() },
        }
    }

    fn write(&self, operation: &Operation) -> anyhow::Result<Write> {
        let confirmed: ConvertNow = serde_json::from_str(&operation.payload)?;
        Ok(Write::ConvertToPayPerUse(Conversion::new(vec![confirmed.resource.id])?))
    }

    async fn look_up(&self, operation: &Operation, sent: Sent<'_>, reader: &Reader) -> Sighting {
        let Ok(confirmed) = serde_json::from_str::<ConvertNow>(&operation.payload) else {
            return Sighting::Unreadable { why: "the payload cannot be understood".to_owned() };
        };
        if let Some(order_id) = &operation.upstream_order_id {
            return named(order_id, reader).await;
        }
        let resource_id = confirmed.resource.id.as_str();
        // An answer need not name an order: then it is Huawei's word and the resource that tell.
        if sent.attempts.iter().any(|attempt| attempt.outcome == Some(Outcome::Executed)) {
            return without_order(resource_id, true, reader).await;
        }
        let about = (OrderType::ToPayPerUse, resource_id);
        match live::own(operation, sent, about, (reader, &self.kept.clock)).await {
            Ok(Some(sighting)) => sighting,
            Ok(None) => without_order(resource_id, false, reader).await,
            Err(error) => live::unreadable(&error),
        }
    }

    async fn settled(&self, operation: &Operation, reader: &Reader) {
        self.kept.read_again(operation, reader).await;
    }
}

/// The order that Huawei's answer named. Only once it is through has the resource become pay-per-use; while
/// Huawei reviews it, nothing has happened yet.
async fn named(order_id: &str, reader: &Reader) -> Sighting {
    match live::named(order_id, OrderType::ToPayPerUse, reader).await {
        Sighting::Effect { evidence, elsewhere, binds } => {
            let status = evidence["status"].as_i64().and_then(|code| i32::try_from(code).ok());
            match status.map(OrderStatus::from_code) {
                Some(OrderStatus::Completed) => Sighting::Effect { evidence, elsewhere, binds },
                // Accepted, and then turned down.
                Some(OrderStatus::Cancelled | OrderStatus::Unknown(_)) | None => {
                    Sighting::Contradiction { evidence }
                }
                Some(_) => Sighting::NotYetVisible,
            }
        }
        other => other,
    }
}

/// No order says what became of it. A resource that is gone has become pay-per-use if Huawei accepted that;
/// otherwise somebody else ended it.
async fn without_order(resource_id: &str, accepted: bool, reader: &Reader) -> Sighting {
    match reader.resource(resource_id, Locale::default()).await {
        Ok(listed) => {
            let live = listed.as_ref().map(|listed| &listed.item);
            let evidence = live::evidence(live);
            let alive = live.is_some_and(|live| live.status.is_alive());
            if accepted && !alive {
                return Sighting::Effect { evidence, elsewhere: false, binds: None };
            }
            Sighting::NoEffect { evidence, gone: (!alive).then_some("gone_elsewhere") }
        }
        Err(error) => live::unreadable(&error),
    }
}
