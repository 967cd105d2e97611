//! Cancelling an unpaid order as the journal does it. Cancelling only sets a value: an order that is
//! cancelled twice is cancelled. Pages and forms are in `cancel.rs`.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;

use super::pay_order::{Shown, evidence, refreshed};
use crate::{
    bss::{Reader, Write, codes::OrderStatus, orders::Order},
    clock::Clock,
    i18n::Locale,
    identity::access::Permission,
    money::Money,
    operations::{Attempt, Confirmed, Difference, Kind, Operation, Preflight, Sent, Sighting, Target},
};

/// A cancellation as a person confirmed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancelOrder {
    /// The order.
    pub order_id: String,
    /// What it would have cost.
    pub after_discount: Money,
    /// What else was shown.
    pub shown: Shown,
    /// Why, in the person's words; may be empty.
    #[serde(default)]
    pub reason: String,
}

impl Confirmed for CancelOrder {
    const KIND: &'static str = "cancel_order";
    const STEP: &'static str = "cancel";
    const NEEDS: Permission = Permission::CancelOrders;

    fn subject(&self) -> &str {
        &self.order_id
    }

    fn targets(&self) -> Vec<Target> {
        vec![Target::Order(self.order_id.clone())]
    }

    fn until(&self) -> Option<DateTime<Utc>> {
        self.shown.pay_until
    }
}

/// Carries cancellations out.
pub struct CancelOrders {
    /// Where the order is kept after it settled.
    pub db: PgPool,
    /// The time.
    pub clock: Clock,
}

#[async_trait]
impl Kind for CancelOrders {
    fn name(&self) -> &'static str {
        CancelOrder::KIND
    }

    fn tries(&self) -> i32 {
        6
    }

    async fn preflight(&self, operation: &Operation, reader: &Reader) -> Preflight {
        match reader.order(&operation.subject, Locale::default()).await {
            Ok(detail) if detail.order.item.status == OrderStatus::AwaitingPayment => Preflight::Same,
            Ok(detail) => Preflight::Stale {
                differences: vec![Difference {
                    fact: "status",
                    about: String::new(),
                    confirmed: OrderStatus::AwaitingPayment.code().to_string(),
                    live: detail.order.item.status.code().to_string(),
                }],
            },
            Err(error) => Preflight::Unreadable { why: error.to_string() },
        }
    }

    fn write(&self, operation: &Operation) -> anyhow::Result<Write> {
        let confirmed: CancelOrder = serde_json::from_str(&operation.payload)?;
        Ok(Write::CancelOrder { order_id: confirmed.order_id })
    }

    async fn look_up(&self, operation: &Operation, sent: Sent<'_>, reader: &Reader) -> Sighting {
        match reader.order(&operation.subject, Locale::default()).await {
            Ok(detail) => sighting(sent.attempts, &detail.order.item),
            Err(error) => Sighting::Unreadable { why: error.to_string() },
        }
    }

    async fn settled(&self, operation: &Operation, reader: &Reader) {
        refreshed(&self.db, &self.clock, operation, reader).await;
    }
}

/// What an order's details say about its cancellation (`operations.md` §1.6).
fn sighting(attempts: &[Attempt], order: &Order) -> Sighting {
    let evidence = evidence(order);
    let paid = order.payment_time.is_some();
    match order.status {
        OrderStatus::Cancelled if paid => Sighting::Contradiction { evidence },
        OrderStatus::Unknown(_) => Sighting::Contradiction { evidence },
        OrderStatus::Cancelled => {
            Sighting::Effect { evidence, elsewhere: !attempts.iter().any(Attempt::is_live), binds: None }
        }
        OrderStatus::AwaitingPayment if !paid => Sighting::NoEffect { evidence, gone: None },
        _ if paid => Sighting::NoEffect { evidence, gone: Some("order_paid") },
        OrderStatus::Processing | OrderStatus::Completed => {
            Sighting::NoEffect { evidence, gone: Some("order_paid") }
        }
        _ => Sighting::NotYetVisible,
    }
}
