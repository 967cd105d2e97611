//! The gateway's door: what is no request at all is turned away, and whoever asks is known afterwards, by a
//! signature, by a temporary key with its token, or by a token of IAM.

use http::header;
use serde::{Deserialize, de::IgnoredAny};

use super::{
    faces::{Answer, LOG_IN, Operation},
    respond::{Refused, plain},
    server::Whole,
    shared::Shared,
    signature::{self, Incoming},
    world::{
        World,
        times::{Millis, wire},
    },
};

/// What comes before the paths of Huawei's interfaces; under any other there is not even a gateway.
const LOOKS_LIKE_AN_API: [&str; 6] = ["/v1/", "/v2/", "/v3/", "/v3.0/", "/v4/", "/v5/"];

/// Turns away an address that cannot be read, and one under which there is nothing.
pub(super) fn knock(target: &str, found: bool, request_id: &str) -> Result<(), Answer> {
    if !is_encoded(target) {
        return Err(plain(400, "400 Bad Request"));
    }
    if found {
        return Ok(());
    }
    if !LOOKS_LIKE_AN_API.iter().any(|version| target.starts_with(version)) {
        return Err(plain(404, "404 Not Found"));
    }
    let words = "The API does not exist or has not been published in the environment".to_owned();
    Err(Refused(404, "APIG.0101", words).answer(request_id))
}

/// Turns away what has no length, no type or no JSON.
pub(super) fn inspect(whole: &Whole) -> Result<(), Answer> {
    let posts = matches!(whole.method.as_str(), "POST" | "PUT");
    if posts && !whole.headers.contains_key(header::CONTENT_LENGTH) {
        return Err(plain(411, "411 Length Required"));
    }
    if !posts || whole.body.is_empty() {
        return Ok(());
    }
    let typed = whole.headers.contains_key(header::CONTENT_TYPE);
    if !typed || serde_json::from_slice::<IgnoredAny>(&whole.body).is_err() {
        return Err(plain(400, "400 Bad Request"));
    }
    Ok(())
}

/// Whose request it is.
pub(super) fn identify(
    shared: &Shared,
    whole: &Whole,
    operation: &Operation,
    request_id: &str,
) -> Result<usize, Answer> {
    let now = shared.now();
    let world = shared.world();
    let unknown = |text: String| {
        Refused(401, "APIGW.0301", format!("Incorrect IAM authentication information: {text}"))
            .answer(request_id)
    };
    if operation.id == LOG_IN {
        return log_in(&world, &whole.body).ok_or_else(wrong_password);
    }
    let text = |name: &str| whole.headers.get(name).and_then(|v| v.to_str().ok());
    // A token counts only where there is no signature.
    let account = match text("x-auth-token").filter(|_| text("authorization").is_none()) {
        None => signed(&world, whole, now).map_err(unknown)?,
        Some(token) => by_token(&world, token, now)?,
    };
    let claimed = text("x-domain-id");
    if claimed.is_some_and(|claimed| claimed != world.accounts[account].domain_id) {
        return Err(unknown("the domain id does not belong to the ak".to_owned()));
    }
    Ok(account)
}

fn signed(world: &World, whole: &Whole, now: Millis) -> Result<usize, signature::Bad> {
    let incoming =
        Incoming { method: &whole.method, target: &whole.target, headers: &whole.headers, body: &whole.body };
    let (account, session) = signature::verify(&incoming, (now, world.settings.signature_valid_ms), |ak| {
        if let Some(account) = world.key_holder(ak) {
            return Some(((account, None), world.accounts[account].sk.clone()));
        }
        let (account, expires) = world.session_holder(ak)?;
        let key = world.session_key(account, expires);
        Some(((account, Some((expires, key.security_token))), key.sk))
    })?;
    let token = whole.headers.get("x-security-token").and_then(|v| v.to_str().ok());
    // A permanent key has no token; one that is sent all the same is not looked at.
    let Some((expires, own)) = session else { return Ok(account) };
    match token {
        None => Err("x-security-token header is missing".to_owned()),
        Some(sent) if own != sent => Err("verify security token fail".to_owned()),
        Some(_) if expires <= now => Err("security token is expired".to_owned()),
        Some(_) => Ok(account),
    }
}

fn by_token(world: &World, token: &str, now: Millis) -> Result<usize, Answer> {
    let Some((account, expires)) = world.token_holder(token) else {
        let body = serde_json::json!({"error_code": "CBC.0154", "error_msg": "The token is illegal."});
        return Err(Answer::plain(403, body.to_string()));
    };
    if expires <= now {
        return Err(plain(401, "x_auth_token is expired."));
    }
    Ok(account)
}

/// IAM's own form of an error.
fn wrong_password() -> Answer {
    let error = serde_json::json!({"code": 401, "message": "The username or password is wrong.", "title": "Unauthorized"});
    Answer::plain(401, serde_json::json!({"error": error}).to_string())
}

#[derive(Deserialize)]
struct LogIn {
    auth: Auth,
}

#[derive(Deserialize)]
struct Auth {
    identity: Identity,
    scope: Option<Scope>,
}

#[derive(Deserialize)]
struct Identity {
    methods: Vec<String>,
    password: Password,
}

#[derive(Deserialize)]
struct Password {
    user: User,
}

#[derive(Deserialize)]
struct User {
    name: String,
    password: String,
    domain: Named,
}

#[derive(Deserialize)]
struct Scope {
    domain: Named,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

/// The account that an IAM user logs in to, for the whole of it: BSS is a global service.
fn log_in(world: &World, body: &[u8]) -> Option<usize> {
    let LogIn { auth: Auth { identity, scope } } = serde_json::from_slice(body).ok()?;
    let user = identity.password.user;
    let account = world.accounts.iter().position(|account| account.name == user.domain.name)?;
    let scoped = scope.is_none_or(|scope| scope.domain.name == user.domain.name);
    let known = world.accounts[account].users.contains(&user.name);
    let right = user.password == world.password(account);
    (scoped && known && right && identity.methods.iter().any(|method| method == "password"))
        .then_some(account)
}

/// The token that a successful log-in is answered with, and its body.
pub(super) fn issued(world: &World, account: usize, now: Millis) -> (String, serde_json::Value) {
    let expires = now + world.settings.token_valid_ms;
    let owner = &world.accounts[account];
    let moment = |at: Millis| wire(at).replace('Z', ".000000Z");
    let body = serde_json::json!({"token": {
        "methods": ["password"],
        "expires_at": moment(expires),
        "issued_at": moment(now),
        "domain": {"id": owner.domain_id, "name": owner.name},
        "user": {"name": owner.users.first(), "domain": {"id": owner.domain_id, "name": owner.name}},
        "roles": [],
    }});
    (world.token(account, expires), body)
}

fn is_encoded(target: &str) -> bool {
    let bytes = target.as_bytes();
    let encoded =
        |at: usize| bytes.get(at + 1..at + 3).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit));
    bytes.iter().enumerate().filter(|(_, byte)| **byte == b'%').all(|(at, _)| encoded(at))
}
