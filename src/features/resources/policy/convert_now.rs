//! Making a resource pay-per-use at once as the journal does it. The yearly/monthly term ends and cannot be
//! had back: it waits before it is sent, and when nothing came of it, a person decides anew.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::kept::Kept;
use crate::{
    bss::{
        Conversion, Reader, Write,
        codes::{OrderStatus, OrderType},
        resources::Resource,
    },
    features::resources::live::{self, About, ChosenResource},
    identity::access::Permission,
    operations::{Confirmed, Kind, Operation, Outcome, Preflight, Sent, Sighting, Target},
};

/// A conversion as a person confirmed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConvertNow {
    /// The resource as it was shown, with what is attached to it and goes with it: one for each operation.
    pub resources: Vec<ChosenResource>,
    /// Why, in the person's words; may be empty.
    #[serde(default)]
    pub reason: String,
}

impl Confirmed for ConvertNow {
    const KIND: &'static str = "convert";
    const STEP: &'static str = "convert";
    const NEEDS: Permission = Permission::ConvertResources;
    const HOLDS: bool = true;

    fn subject(&self) -> &str {
        self.resources.first().map_or("", |resource| &resource.id)
    }

    fn targets(&self) -> Vec<Target> {
        live::targets(&self.resources)
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
        live::preflight(&confirmed.resources, (reader, &self.kept.clock)).await
    }

    fn write(&self, operation: &Operation) -> anyhow::Result<Write> {
        let confirmed: ConvertNow = serde_json::from_str(&operation.payload)?;
        Ok(Write::ConvertToPayPerUse(Conversion::new(
            confirmed.resources.into_iter().map(|one| one.id).collect(),
        )?))
    }

    async fn look_up(&self, operation: &Operation, sent: Sent<'_>, reader: &Reader) -> Sighting {
        let Ok(confirmed) = serde_json::from_str::<ConvertNow>(&operation.payload) else {
            return Sighting::Unreadable { why: "the payload cannot be understood".to_owned() };
        };
        if let Some(made) = live::made(operation, OrderType::ToPayPerUse, reader).await {
            return by_its_order(made);
        }
        let resources = confirmed.resources.as_slice();
        // An answer need not name an order: then it is Huawei's word and the resource that tell.
        if sent.attempts.iter().any(|attempt| attempt.outcome == Some(Outcome::Executed)) {
            return match live::absence(resources, reader, why_not).await {
                Sighting::NoEffect { evidence, gone: Some(_) } => {
                    Sighting::Effect { evidence, elsewhere: false, binds: None }
                }
                other => other,
            };
        }
        let about = About { order_type: OrderType::ToPayPerUse, resources, left: is_gone };
        match live::own(operation, sent, about, (reader, &self.kept.clock)).await {
            Ok(Some(Sighting::Effect { evidence, elsewhere, binds })) => {
                by_its_order(Sighting::Effect { evidence, elsewhere, binds })
            }
            Ok(Some(other)) => other,
            Ok(None) => live::absence(resources, reader, why_not).await,
            Err(error) => live::unreadable(&error),
        }
    }

    async fn settled(&self, operation: &Operation, reader: &Reader) {
        self.kept.read_again(operation, reader).await;
    }
}

/// What the order that it made says. Only once that is through has the resource become pay-per-use; while Huawei
/// reviews it, nothing has happened yet.
fn by_its_order(seen: Sighting) -> Sighting {
    let Sighting::Effect { evidence, elsewhere, binds } = seen else { return seen };
    let status = evidence["status"].as_i64().and_then(|code| i32::try_from(code).ok());
    match status.map(OrderStatus::from_code) {
        Some(OrderStatus::Completed) => Sighting::Effect { evidence, elsewhere, binds },
        Some(OrderStatus::AwaitingApproval) => Sighting::UnderWay { evidence },
        // Accepted, and then turned down.
        Some(OrderStatus::Cancelled | OrderStatus::Unknown(_)) | None => Sighting::Contradiction { evidence },
        Some(_) => Sighting::NotYetVisible,
    }
}

fn is_gone(_: &ChosenResource, live: &Resource) -> bool {
    !live.status.is_alive()
}

/// Without an order of ours: a resource that is gone was ended by somebody else.
fn why_not(_: &ChosenResource, live: Option<&Resource>) -> Option<&'static str> {
    let is_alive = live.is_some_and(|live| live.status.is_alive());
    (!is_alive).then_some("gone_elsewhere")
}
