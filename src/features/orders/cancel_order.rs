//! Cancelling an unpaid order as the journal does it. Cancelling only sets a value: an order that is
//! cancelled twice is cancelled. Pages and forms are in `cancel.rs`.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    bss::{Reader, Write, codes::OrderStatus, orders::Order},
    i18n::Locale,
    identity::access::Permission,
    money::Money,
    operations::{Attempt, Confirmed, Difference, Kind, Operation, Preflight, Sent, Sighting, Target},
    payments::{
        KeptOrders,
        pay_order::{Shown, evidence},
    },
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
    pub kept: Arc<dyn KeptOrders>,
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
        let Ok(confirmed) = serde_json::from_str::<CancelOrder>(&operation.payload) else {
            return Preflight::Unreadable { why: "the payload cannot be understood".to_owned() };
        };
        match reader.order(&operation.subject, Locale::default()).await {
            Ok(detail) => match differences(&confirmed, &detail.order.item) {
                differences if differences.is_empty() => Preflight::Same,
                differences => Preflight::Stale { differences },
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
        self.kept.read_again(operation, reader).await;
    }
}

/// What about the order is no longer as it was confirmed.
fn differences(confirmed: &CancelOrder, order: &Order) -> Vec<Difference> {
    let awaiting = OrderStatus::AwaitingPayment;
    let costs = order.amount_after_discount.unwrap_or_default();
    let mut differences = Vec::new();
    if order.status != awaiting {
        differences.push(("status", awaiting.code().to_string(), order.status.code().to_string()));
    } else if costs != confirmed.after_discount {
        differences.push(("after_discount", confirmed.after_discount.to_string(), costs.to_string()));
    }
    let about = String::new;
    let told = differences.into_iter();
    told.map(|(fact, confirmed, live)| Difference { fact, about: about(), confirmed, live }).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_status_or_price_than_was_confirmed_stops_it_and_no_price_is_none() {
        let confirmed = |amount: &str| CancelOrder {
            order_id: "CS1".to_owned(),
            after_discount: amount.parse().expect("an amount"),
            shown: Shown { service: String::new(), created_at: DateTime::UNIX_EPOCH, pay_until: None },
            reason: String::new(),
        };
        let order = |status: i32, amount: &str| -> Order {
            let json = format!(
                r#"{{"order_id":"CS1","status":{status},"order_type":1,"amount_after_discount":"{amount}",
                    "create_time":"2026-01-01T00:00:00Z"}}"#
            );
            serde_json::from_str(&json).expect("an order")
        };
        for (shown, status, amount, fact) in [
            ("10.00", 6, "10", None),
            ("0", 6, "", None),
            ("10.00", 6, "10.01", Some("after_discount")),
            ("10.00", 6, "", Some("after_discount")),
            ("10.00", 4, "10.00", Some("status")),
            ("10.00", 5, "9.00", Some("status")),
        ] {
            let found = differences(&confirmed(shown), &order(status, amount));
            let facts: Vec<&str> = found.iter().map(|difference| difference.fact).collect();
            assert_eq!(facts, fact.into_iter().collect::<Vec<_>>(), "{shown} {status} {amount}");
        }
    }
}
