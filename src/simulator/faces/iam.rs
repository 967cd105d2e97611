//! The one call of IAM that Huawei's SDK makes when it is not told its account.

use super::{Answer, Call};
use crate::simulator::world::{Refusal, World};

/// `GET /v3/auth/domains`
pub(super) fn domains(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    let account = &world.accounts[call.account];
    Answer::json(&serde_json::json!({
        "domains": [{"id": account.domain_id, "name": account.name, "enabled": true}],
    }))
}
