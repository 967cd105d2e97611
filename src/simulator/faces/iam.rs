//! The one call of IAM that Huawei's SDK makes when it is not told its account.

use super::{Answer, Call, Operation};
use crate::simulator::world::{Refusal, World};

/// What is asked here.
pub(super) static OPERATIONS: &[Operation] = &[Operation {
    id: "keystone_list_auth_domains",
    method: "GET",
    path: "/v3/auth/domains",
    rate: 10,
    answer: domains,
}];

/// `GET /v3/auth/domains`
pub(super) fn domains(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    let account = &world.accounts[call.account];
    Answer::json(&serde_json::json!({
        "domains": [{"id": account.domain_id, "name": account.name, "enabled": true}],
    }))
}
