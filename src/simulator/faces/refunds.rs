//! `show_refund_order_details`.

use serde::Serialize;

use super::{Answer, Call, Operation, Yuan, order_of};
use crate::simulator::world::{Refusal, World, refuse, services::service};

/// What is asked here.
pub(super) static OPERATIONS: &[Operation] = &[Operation {
    id: "show_refund_order_details",
    method: "GET",
    path: "/v2/orders/customer-orders/refund-orders",
    rate: 10,
    answer: show,
}];

#[derive(Serialize)]
struct Refunds<'w> {
    total_count: usize,
    refund_infos: Vec<RefundInfo<'w>>,
}

#[derive(Serialize)]
struct RefundInfo<'w> {
    id: String,
    amount: Yuan,
    /// A string here and nowhere else.
    measure_id: &'static str,
    customer_id: &'w str,
    resource_type_code: &'static str,
    service_type_code: &'static str,
    resource_type_name: &'static str,
    service_type_name: &'static str,
    region_code: &'static str,
    base_order_id: String,
}

/// `GET /v2/orders/customer-orders/refund-orders`
pub(super) fn show(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    call.query.only(&["order_id", "customer_id", "indirect_partner_id"])?;
    let id = call.query.required("order_id")?;
    if id.len() > 64 {
        return Err(refuse("CBC.0100", "The parameter order_id is incorrect."));
    }
    let place = order_of(world, call, id)?;
    let customer_id = world.accounts[place.account].domain_id.as_str();
    let refund_infos: Vec<RefundInfo<'_>> = world
        .refund_rows(place)
        .into_iter()
        .map(|row| RefundInfo {
            amount: Yuan(row.amount),
            measure_id: "1",
            customer_id,
            resource_type_code: row.resource_type(),
            service_type_code: service(row.service).code,
            resource_type_name: service(row.service).resource_names[call.language],
            service_type_name: service(row.service).names[call.language],
            region_code: row.region,
            base_order_id: row.base_order_id,
            id: row.id,
        })
        .collect();
    Answer::json(&Refunds { total_count: refund_infos.len(), refund_infos })
}
