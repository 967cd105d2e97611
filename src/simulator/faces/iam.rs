//! What of IAM and STS belongs to BSS: logging in for a token, and asking whose key it is. Who may is
//! decided at the door.

use super::{Answer, Call, Operation};
use crate::simulator::{
    door,
    world::{Refusal, World},
};

/// The operation that has no signature, because it is how one gets a token.
pub(crate) const LOG_IN: &str = "keystone_create_user_token_by_password";

/// What is asked here.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation { id: LOG_IN, method: "POST", path: "/v3/auth/tokens", rate: 10, answer: tokens },
    Operation {
        id: "keystone_list_auth_domains",
        method: "GET",
        path: "/v3/auth/domains",
        rate: 10,
        answer: domains,
    },
    Operation {
        id: "get_caller_identity",
        method: "GET",
        path: "/v5/caller-identity",
        rate: 10,
        answer: caller_identity,
    },
];

/// Whether an operation is IAM's or STS's, so that neither sites nor permissions of BSS concern it.
pub(crate) fn is_iam(operation: &Operation) -> bool {
    OPERATIONS.iter().any(|own| own.id == operation.id)
}

/// `POST /v3/auth/tokens`
fn tokens(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (token, body) = door::issued(world, call.account, call.cause.at);
    let answer = Answer::json(&body)?;
    Ok(Answer { status: 201, header: Some(("x-subject-token", token)), ..answer })
}

/// `GET /v3/auth/domains`
pub(super) fn domains(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    let account = &world.accounts[call.account];
    let domain = serde_json::json!({"id": account.domain_id, "name": account.name, "enabled": true});
    let domains = if world.settings.domains_listed { vec![domain] } else { Vec::new() };
    Answer::json(&serde_json::json!({"domains": domains}))
}

/// `GET /v5/caller-identity`
fn caller_identity(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    let account = &world.accounts[call.account];
    let urn = format!("iam::{}:user:{}", account.domain_id, account.users.first().map_or("", String::as_str));
    Answer::json(&serde_json::json!({
        "account_id": account.domain_id, "principal_id": account.domain_id, "principal_urn": urn,
    }))
}
