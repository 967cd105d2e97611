//! `show_real_name_auth_status` and `show_real_name_auth_qr_code`: real names.

use serde::Serialize;

use super::{Answer, Call, Operation};
use crate::simulator::world::{Refusal, World};

/// What is asked here.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        id: "show_real_name_auth_status",
        method: "GET",
        path: "/v2/customers/real-name-auth-status",
        rate: 10,
        answer: status,
    },
    Operation {
        id: "show_real_name_auth_qr_code",
        method: "GET",
        path: "/v2/customers/real-name-auth-qrcode",
        rate: 10,
        answer: qr_code,
    },
];

#[derive(Serialize)]
struct Status {
    verified_status: i8,
    verified_type: Option<u8>,
}

/// `GET /v2/customers/real-name-auth-status`
fn status(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    call.query.only(&[])?;
    let name = world.real_name(call.account, call.as_of);
    Answer::json(&Status { verified_status: name.status, verified_type: name.kind })
}

/// `GET /v2/customers/real-name-auth-qrcode`
fn qr_code(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    call.query.only(&[])?;
    Answer::json(&serde_json::json!({"qr_code_url": world.face_check(call.account, call.as_of)}))
}
