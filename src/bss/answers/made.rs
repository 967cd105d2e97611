//! The body of an answer that names the orders it made, as renewing and unsubscribing answer.

use serde::Deserialize;

use super::Expected;

/// What a body says about the orders that were made.
pub(super) enum Made {
    /// These.
    Orders(Vec<String>),
    /// None for our resource.
    Failed(Failure),
}

/// Why one resource failed inside an answer of success.
#[derive(Deserialize)]
pub(super) struct Failure {
    resource_id: String,
    #[serde(default)]
    pub(super) error_code: Option<String>,
    #[serde(default)]
    pub(super) error_msg: Option<String>,
}

impl Made {
    /// Read strictly, since a success is believed at once: anything that is not as documented, or says
    /// a code of failure beside it, is not read at all.
    pub(super) fn read(expected: &Expected, body: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Wire {
            #[serde(default)]
            order_ids: Option<Vec<String>>,
            #[serde(default)]
            fail_resource_infos: Option<Vec<Failure>>,
            #[serde(default)]
            error_code: Option<String>,
        }
        let Expected::OrdersFor(resource) = expected else { return None };
        // The library would also take an array for an object.
        if !body.trim_ascii_start().starts_with(b"{") {
            return None;
        }
        let wire: Wire = serde_json::from_slice(body).ok()?;
        if wire.error_code.is_some_and(|code| !code.is_empty() && code != "CBC.0000") {
            return None;
        }
        let failures = wire.fail_resource_infos.unwrap_or_default();
        if let Some(ours) = failures.into_iter().find(|failure| failure.resource_id == *resource) {
            return Some(Self::Failed(ours));
        }
        let orders = wire.order_ids.unwrap_or_default();
        (!orders.is_empty() && orders.iter().all(|id| is_id(id))).then_some(Self::Orders(orders))
    }
}

/// Ids of orders are short words.
fn is_id(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}
