//! The control plane's hand on the gate: which permissions a key lacks, which site an account belongs to,
//! and temporary keys.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    acts::{Act, Wrong, bad},
    shared::Shared,
    world::{
        World, gate,
        times::{SECOND, wire},
    },
};

/// The permissions that an account's key lacks from now on: all of them, none, or by code.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Permissions {
    account: Option<String>,
    deny: Vec<String>,
}

/// Whether an account belongs to the other site, and which code says so.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Elsewhere {
    account: Option<String>,
    elsewhere: bool,
    #[serde(default)]
    code: Code,
}

#[derive(Debug, Default, Clone, Copy, Serialize, Deserialize)]
enum Code {
    #[default]
    #[serde(rename = "CBC.0150")]
    Website,
    #[serde(rename = "CBC.0156")]
    Site,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSession {
    account: Option<String>,
    #[serde(default = "a_quarter")]
    seconds: i64,
}

fn a_quarter() -> i64 {
    900
}

impl Permissions {
    /// Takes these, and gives back all others.
    pub(crate) fn happen(&self, world: &mut World) -> Result<(), Wrong> {
        let account = named(world, self.account.as_deref())?;
        if let Some(unknown) = self.deny.iter().find(|code| !gate::is_permission(code)) {
            return Err(bad(format!("no such permission: {unknown}")));
        }
        world.gate.denied.insert(account, self.deny.iter().cloned().collect());
        Ok(())
    }
}

impl Elsewhere {
    /// Moves the account.
    pub(crate) fn happen(&self, world: &mut World) -> Result<(), Wrong> {
        let account = named(world, self.account.as_deref())?;
        let code = match self.code {
            Code::Website => "CBC.0150",
            Code::Site => "CBC.0156",
        };
        if self.elsewhere {
            world.gate.elsewhere.insert(account, code);
        } else {
            world.gate.elsewhere.remove(&account);
        }
        Ok(())
    }
}

/// `POST /permissions`
pub(super) async fn set_permissions(
    State(shared): State<Arc<Shared>>,
    Json(body): Json<Permissions>,
) -> Result<Json<serde_json::Value>, Wrong> {
    let told = json!({"deny": body.deny});
    shared.change(|world| {
        let done = body.happen(world);
        let act = done.is_ok().then_some(Act::Permissions { body });
        (done, act)
    })??;
    Ok(Json(told))
}

/// `POST /site`
pub(super) async fn set_site(
    State(shared): State<Arc<Shared>>,
    Json(body): Json<Elsewhere>,
) -> Result<Json<serde_json::Value>, Wrong> {
    let told = json!({"elsewhere": body.elsewhere});
    shared.change(|world| {
        let done = body.happen(world);
        let act = done.is_ok().then_some(Act::Site { body });
        (done, act)
    })??;
    Ok(Json(told))
}

/// `POST /session-keys`: nothing is remembered about them, so this is no act.
pub(super) async fn new_session(
    State(shared): State<Arc<Shared>>,
    Json(body): Json<NewSession>,
) -> Result<Json<serde_json::Value>, Wrong> {
    let world = shared.world();
    let account = named(&world, body.account.as_deref())?;
    let expires = (shared.now() / SECOND + body.seconds) * SECOND;
    let key = world.session_key(account, expires);
    Ok(Json(json!({
        "ak": key.ak, "sk": key.sk, "security_token": key.security_token, "expires_at": wire(expires),
        "domain_id": world.accounts[account].domain_id,
    })))
}

fn named(world: &World, name: Option<&str>) -> Result<usize, Wrong> {
    name.map_or(Some(0), |name| world.account(name)).ok_or_else(|| bad("no such account"))
}
