//! The simulated gateway on a socket: signatures, throttling, faults and the log of requests
//! around the operations. It works on the bytes that arrived, without a framework between.

use std::{io, net::SocketAddr, pin::Pin, sync::Arc, time::Duration};

use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Limited};
use hyper::{
    body::{Bytes, Incoming as Arriving},
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;

use super::{
    door,
    faces::{self, Answer, Call, Operation, Query},
    faults::Fault,
    respond::{Body, Refused, respond, respond_half, scripted, throttled},
    shared::Shared,
    signature,
    world::{
        Cause, Doer,
        times::{self, Millis},
    },
};

/// The largest body that is read.
const MOST_BYTES: usize = 12 << 20;

/// The connection ends without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection was closed on purpose")]
struct Closed;

/// A request that the gateway received, as the control plane tells it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Received {
    pub(crate) seq: u64,
    #[serde(serialize_with = "times::as_text")]
    at: Millis,
    account: Option<String>,
    operation: Option<&'static str>,
    method: String,
    path: String,
    x_sdk_date: Option<String>,
    body_sha256: String,
    signature: Option<String>,
    request_id: String,
    /// The status that was answered; nothing when no answer was sent, or not yet.
    status: Option<u16>,
    /// The effect that this request had.
    effect: Option<u64>,
    fault: Option<Fault>,
    /// Whether the network delivered it a second time.
    duplicate: bool,
}

/// A request, read to its end.
#[derive(Clone)]
pub(super) struct Whole {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// What is sent back.
enum Outcome {
    Answer(Answer),
    /// The answer breaks off in the middle.
    Half(Answer),
    Nothing,
}

/// Accepts connections for ever.
pub(crate) async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        tokio::spawn(connection(stream, shared.clone()));
    }
}

async fn connection(stream: tokio::net::TcpStream, shared: Arc<Shared>) {
    let service = service_fn(move |request| exchange(request, shared.clone()));
    // An error here is a client that left or an answer withheld on purpose.
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn exchange(request: Request<Arriving>, shared: Arc<Shared>) -> Result<Response<Body>, Closed> {
    let (parts, body) = request.into_parts();
    let body = Limited::new(body, MOST_BYTES).collect().await.map_err(|_| Closed)?.to_bytes();
    let whole = Whole {
        method: parts.method.to_string(),
        target: parts.uri.path_and_query().map_or_else(String::new, ToString::to_string),
        headers: parts.headers,
        body,
    };
    let request_id = shared.new_request_id();
    let id = request_id.clone();
    // In a task of its own: what has begun goes on when the client leaves.
    let handled = shared.clone();
    let outcome = tokio::spawn(async move { handle(&handled, whole, &id, false).await }).await;
    let now = shared.now();
    match outcome.map_err(|_| Closed)? {
        Outcome::Nothing => Err(Closed),
        Outcome::Answer(answer) => Ok(respond(answer, now, &request_id)),
        Outcome::Half(answer) => Ok(respond_half(answer, now, &request_id)),
    }
}

async fn handle(shared: &Arc<Shared>, whole: Whole, request_id: &str, duplicate: bool) -> Outcome {
    let (path, query) = whole.target.split_once('?').unwrap_or((&whole.target, ""));
    let found = faces::operation(&whole.method, path);
    let operation = found.as_ref().map(|(operation, _)| *operation);
    let seq = shared.log(|seq| received(seq, shared.now(), &whole, operation, request_id, duplicate));
    let gate = |answer: Answer| {
        shared.amend(seq, |entry| entry.status = Some(answer.status));
        Outcome::Answer(answer)
    };
    if let Err(answer) = door::knock(&whole.target, found.is_some(), request_id) {
        return gate(answer);
    }
    let Some((operation, path_parameter)) = found else { return Outcome::Nothing };
    let account = match door::identify(shared, &whole, operation, request_id) {
        Ok(account) => account,
        Err(answer) => return gate(answer),
    };
    let domain_id = shared.world().accounts[account].domain_id.clone();
    shared.amend(seq, |entry| entry.account = Some(domain_id));
    if let Err(answer) = door::inspect(&whole) {
        return gate(answer);
    }
    // A second delivery is not a call of its own: it would be delivered again for ever.
    let fault = if duplicate { None } else { shared.faults().draw(operation.id) };
    shared.amend(seq, |entry| entry.fault.clone_from(&fault));
    if fault == Some(Fault::Throttle) || !shared.lets_through(account, operation) {
        return gate(Refused(429, "APIG.0308", throttled(operation.rate)).answer(request_id));
    }

    let mut lag = 0;
    match &fault {
        Some(Fault::DropBefore) => return Outcome::Nothing,
        Some(Fault::ArriveLate { after_ms }) => {
            tokio::spawn(deliver_again(shared.clone(), whole, *after_ms));
            return Outcome::Nothing;
        }
        Some(Fault::Status { code, body, effect: false }) => {
            let answer = scripted(*code, body);
            shared.amend(seq, |entry| entry.status = Some(*code));
            return Outcome::Answer(answer);
        }
        Some(Fault::Delay { ms, after_effect: false }) => {
            tokio::time::sleep(Duration::from_millis(*ms)).await;
        }
        Some(Fault::StaleReads { seconds }) => lag = seconds * times::SECOND,
        _ => {}
    }
    let answer = {
        let now = shared.now();
        let language = whole.headers.get("x-language").and_then(|v| v.to_str().ok()).unwrap_or_default();
        let call = Call {
            account,
            path_parameter,
            query: Query::parse(query),
            body: &whole.body,
            language: usize::from(language.to_ascii_lowercase().starts_with("en")),
            as_of: now - lag,
            cause: Cause { at: now, request_id: request_id.to_owned(), actor: Doer::Api },
        };
        let happened = shared.change(|world| {
            world.catch_up(now);
            let before = world.ledger.len();
            let admitted =
                if faces::is_iam(operation) { Ok(()) } else { world.admits(account, operation.id) };
            let answer = match admitted {
                Ok(()) => operation.answer(world, &call),
                Err(refusal) => faces::refused(&refusal),
            };
            let effect = world.ledger.get(before).map(|effect| effect.seq);
            let act = effect.map(|_| call.written(operation, world.ledger.len()));
            ((answer, effect), act)
        });
        // What could not be written down is not answered.
        let Ok((answer, effect)) = happened else { return Outcome::Nothing };
        shared.amend(seq, |entry| entry.effect = effect);
        answer
    };
    conclude(shared, whole, seq, fault, answer).await
}

/// What becomes of an answer after the effect.
async fn conclude(
    shared: &Arc<Shared>,
    whole: Whole,
    seq: u64,
    fault: Option<Fault>,
    answer: Answer,
) -> Outcome {
    let outcome = match fault {
        Some(Fault::LoseAnswer) => Outcome::Nothing,
        Some(Fault::Garbled) => {
            Outcome::Answer(Answer::plain(200, "<html><body>\u{fffd}{\"order_id\":".to_owned()))
        }
        Some(Fault::CloseMidBody) => Outcome::Half(answer),
        Some(Fault::Status { code, body, .. }) => Outcome::Answer(scripted(code, &body)),
        Some(Fault::Delay { ms, after_effect: true }) => {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            Outcome::Answer(answer)
        }
        Some(Fault::DeliverTwice { after_ms }) => {
            tokio::spawn(deliver_again(shared.clone(), whole, after_ms));
            Outcome::Answer(answer)
        }
        _ => Outcome::Answer(answer),
    };
    if let Outcome::Answer(answer) | Outcome::Half(answer) = &outcome {
        shared.amend(seq, |entry| entry.status = Some(answer.status));
    }
    outcome
}

/// The network's second copy of a request. Boxed, because handling it contains this again.
fn deliver_again(
    shared: Arc<Shared>,
    whole: Whole,
    after_ms: u64,
) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
        tokio::time::sleep(Duration::from_millis(after_ms)).await;
        let request_id = shared.new_request_id();
        handle(&shared, whole, &request_id, true).await;
    })
}

fn received(
    seq: u64,
    at: Millis,
    whole: &Whole,
    operation: Option<&Operation>,
    request_id: &str,
    duplicate: bool,
) -> Received {
    let header = |name: &str| whole.headers.get(name).and_then(|v| v.to_str().ok());
    Received {
        seq,
        at,
        account: None,
        operation: operation.map(|operation| operation.id),
        method: whole.method.clone(),
        path: whole.target.clone(),
        x_sdk_date: header("x-sdk-date").map(str::to_owned),
        body_sha256: hex::encode(Sha256::digest(&whole.body)),
        signature: header("authorization").and_then(signature::read).map(|read| read.signature),
        request_id: request_id.to_owned(),
        status: None,
        effect: None,
        fault: None,
        duplicate,
    }
}

/// A listener on an address; port 0 is any free one.
pub(crate) async fn bind(at: SocketAddr) -> io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(at).await?;
    let bound = listener.local_addr()?;
    Ok((listener, bound))
}
