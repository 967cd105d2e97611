//! What an unsubscription or downgrade gave back. It gives nothing back itself.

use super::{
    Error, Listed, Reader,
    read::{Ask, ReadOperation},
    record::{Record, record},
};
use crate::money::Money;

pub(super) const OPERATIONS: &[&ReadOperation] = &[&REFUND];

const REFUND: ReadOperation = ReadOperation {
    id: "show_refund_order_details",
    method: "GET",
    path: "/v2/orders/customer-orders/refund-orders",
    per_second: 10,
    answer: RefundAnswer::FIELDS,
};

record! {
    /// What was refunded for one resource of an unsubscription or downgrade, and from which order.
    pub struct RefundInfo {
        /// This row's own id; it names no resource.
        pub id: Option<String>,
        /// Negative: refunded. Positive: already consumed, or a handling fee. Yuan.
        pub amount: Money,
        /// The unit of the amount; 1 is yuan.
        pub measure_id: Option<i32>,
        /// The account.
        pub customer_id: Option<String>,
        /// The type of the resource.
        pub resource_type_code: Option<String>,
        /// The name of that type.
        pub resource_type_name: Option<String>,
        /// The service.
        pub service_type_code: Option<String>,
        /// The name of the service.
        pub service_type_name: Option<String>,
        /// The region.
        pub region_code: Option<String>,
        /// The order that the money came from.
        pub base_order_id: Option<String>,
    }
}

record! {
    struct RefundAnswer {
        total_count: Option<u64>,
        refund_infos: Vec<Listed<RefundInfo>>,
    }
}

impl Reader {
    /// What an unsubscription or downgrade gave back, per resource and original order
    /// (`show_refund_order_details`, api-oce "查询退款订单的金额详情"). The answer is not paged.
    pub async fn refund_orders(&self, order_id: &str) -> Result<Vec<Listed<RefundInfo>>, Error> {
        let answer: RefundAnswer = self.ask(Ask::of(&REFUND).with("order_id", Some(order_id))).await?;
        let (given, promised) = (answer.refund_infos.len() as u64, answer.total_count);
        match promised.filter(|promised| given < *promised) {
            Some(promised) => Err(Error::incomplete(REFUND.id, given, promised)),
            None => Ok(answer.refund_infos),
        }
    }
}
