//! Answers as they go over the wire: whole ones, broken ones, and the gateway's own refusals.

use std::{convert::Infallible, io};

use futures_util::stream;
use http::{Response, StatusCode, header};
use http_body_util::{BodyExt, Full, StreamBody, combinators::BoxBody};
use hyper::body::{Bytes, Frame};

use super::{
    faces::Answer,
    world::times::{self, Millis},
};

/// The body of an answer, which may break off.
pub(crate) type Body = BoxBody<Bytes, io::Error>;

/// A refusal of the gateway: its form differs from that of BSS.
pub(crate) struct Refused(pub(crate) u16, pub(crate) &'static str, pub(crate) String);

impl Refused {
    pub(crate) fn answer(&self, request_id: &str) -> Answer {
        let Self(status, code, message) = self;
        let body = serde_json::json!({"error_msg": message, "error_code": code, "request_id": request_id});
        Answer::plain(*status, body.to_string())
    }
}

/// What stands before the gateway answers in plain words.
pub(crate) fn plain(status: u16, words: &str) -> Answer {
    Answer::plain(status, words.to_owned())
}

/// The gateway's words when an operation is called more than `rate` times in a second.
pub(crate) fn throttled(rate: u32) -> String {
    format!(
        "The throttling threshold has been reached: policy user over ratelimit,limit:{rate},time:1 second"
    )
}

/// The answer that a fault prescribes.
pub(crate) fn scripted(code: u16, body: &serde_json::Value) -> Answer {
    let body = match body {
        serde_json::Value::Null => String::new(),
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    Answer::plain(code, body)
}

fn head(status: u16, now: Millis, request_id: &str) -> http::response::Builder {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let response = Response::builder()
        .status(status)
        .header("x-request-id", request_id)
        .header(header::DATE, times::http_date(now));
    if status == StatusCode::NO_CONTENT {
        response
    } else {
        response.header(header::CONTENT_TYPE, "application/json")
    }
}

/// A whole answer.
pub(crate) fn respond(answer: Answer, now: Millis, request_id: &str) -> Response<Body> {
    let body = Full::new(Bytes::from(answer.body)).map_err(|never: Infallible| match never {}).boxed();
    let mut head = head(answer.status, now, request_id);
    if let Some((name, value)) = answer.header {
        head = head.header(name, value);
    }
    head.body(body).unwrap_or_default()
}

/// Promises a whole answer, sends a part of it, and closes the connection.
pub(crate) fn respond_half(answer: Answer, now: Millis, request_id: &str) -> Response<Body> {
    let whole = if answer.body.is_empty() { "{\"result\":\"success\"}".to_owned() } else { answer.body };
    let status = if answer.status == 204 { 200 } else { answer.status };
    let part = Bytes::copy_from_slice(&whole.as_bytes()[..whole.len() / 2]);
    let broken =
        stream::iter([Ok(Frame::data(part)), Err(io::Error::from(io::ErrorKind::ConnectionAborted))]);
    head(status, now, request_id)
        .header(header::CONTENT_LENGTH, whole.len())
        .body(BodyExt::boxed(StreamBody::new(broken)))
        .unwrap_or_default()
}
