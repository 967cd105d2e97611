//! What an unsubscription or downgrade gave back. It gives nothing back itself.

use serde::Deserialize;

use super::{
    Error, Listed, Reader, json,
    read::{Ask, ReadOperation},
};
use crate::money::Money;

const REFUND: ReadOperation = ReadOperation {
    id: "show_refund_order_details",
    path: "/v2/orders/customer-orders/refund-orders",
    per_second: 10,
};

/// What was refunded for one resource of an unsubscription or downgrade, and from which order.
#[derive(Debug, Clone, Deserialize)]
pub struct RefundInfo {
    /// This row's own id; it names no resource.
    #[serde(default, deserialize_with = "json::text")]
    pub id: Option<String>,
    /// Negative: refunded. Positive: already consumed, or a handling fee. Yuan.
    pub amount: Money,
    /// The account.
    #[serde(default, deserialize_with = "json::text")]
    pub customer_id: Option<String>,
    /// The type of the resource.
    #[serde(default, deserialize_with = "json::text")]
    pub resource_type_code: Option<String>,
    /// The name of that type.
    #[serde(default, deserialize_with = "json::text")]
    pub resource_type_name: Option<String>,
    /// The service.
    #[serde(default, deserialize_with = "json::text")]
    pub service_type_code: Option<String>,
    /// The name of the service.
    #[serde(default, deserialize_with = "json::text")]
    pub service_type_name: Option<String>,
    /// The region.
    #[serde(default, deserialize_with = "json::text")]
    pub region_code: Option<String>,
    /// The order that the money came from.
    #[serde(default, deserialize_with = "json::text")]
    pub base_order_id: Option<String>,
}

impl RefundInfo {
    /// The wire names that this type reads.
    pub const KNOWN: &[&str] = &[
        "id",
        "amount",
        "measure_id",
        "customer_id",
        "resource_type_code",
        "resource_type_name",
        "service_type_code",
        "service_type_name",
        "region_code",
        "base_order_id",
    ];
}

#[derive(Deserialize)]
struct RefundAnswer {
    #[serde(default, deserialize_with = "json::list")]
    refund_infos: Vec<Listed<RefundInfo>>,
}

impl Reader {
    /// What an unsubscription or downgrade gave back, per resource and original order
    /// (`show_refund_order_details`, api-oce "查询退款订单的金额详情"). The answer is not paged.
    pub async fn refund_orders(&self, order_id: &str) -> Result<Vec<Listed<RefundInfo>>, Error> {
        let answer: RefundAnswer = self.ask(Ask::of(&REFUND).with("order_id", Some(order_id))).await?;
        Ok(answer.refund_infos)
    }
}
