//! Sends a prepared write, once, and says what the answer proves. There is one writer per account: it
//! cannot be cloned, it never repeats a request, and it never signs one twice.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

use super::{
    Line, Write,
    answers::{self, Class, Received},
    error::shortened,
    pay::WriteOperation,
    sign::sha256_hex,
    transport::{Broken, Purpose, Request, Stage},
};

/// The only way to change something at Huawei. Made by [`super::connect`] alone, and owned by the
/// journal.
pub struct Writer {
    line: Arc<Line>,
}

/// A signed write that can be sent once. It is immutable: the same write at the same time is the same
/// bytes, so that what was recorded is what is sent.
#[derive(Debug)]
pub struct Prepared {
    request: Request,
    operation: &'static WriteOperation,
    x_sdk_date: DateTime<Utc>,
    body_sha256: String,
}

impl Prepared {
    /// The time in its signature, whole seconds. The gateway refuses the request 15 minutes after it.
    pub const fn x_sdk_date(&self) -> DateTime<Utc> {
        self.x_sdk_date
    }

    /// The SHA-256 of the body's bytes, in lower-case hex.
    pub fn body_sha256(&self) -> &str {
        &self.body_sha256
    }

    /// The operation, by the catalogue's id.
    pub fn operation_id(&self) -> &'static str {
        self.operation.id
    }
}

/// What came of sending a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What it proves.
    pub class: Class,
    /// The HTTP status, if there was a whole answer.
    pub http_status: Option<u16>,
    /// Huawei's code.
    pub error_code: Option<String>,
    /// Huawei's words.
    pub error_msg: Option<String>,
    /// Huawei's id of the request.
    pub request_id: Option<String>,
    /// Why there was no whole answer.
    pub broken: Option<Broken>,
    /// How long Huawei asks to wait.
    pub retry_after: Option<Duration>,
}

impl Answer {
    /// Whether the credential itself was refused: nothing more may be sent for this account until a
    /// person has looked, since repeated refusals lock the access key.
    pub const fn stops_account(&self) -> bool {
        matches!(self.class, Class::NotExecuted) && matches!(self.http_status, Some(401 | 403))
    }
}

impl Writer {
    pub(super) fn new(line: Arc<Line>) -> Self {
        Self { line }
    }

    /// The label of the account that this writer changes.
    pub fn account(&self) -> &str {
        &self.line.connection.account
    }

    /// Takes a turn in the account's rate limit for this operation; to be done before the attempt is
    /// recorded, since a recorded attempt has to be sent within seconds.
    ///
    /// # Errors
    /// How long to wait before there may be a turn.
    pub fn take_turn(&self, write: &Write) -> Result<(), Duration> {
        let connection = &self.line.connection;
        let operation = write.operation();
        connection.limits.take(&connection.account, operation.id, operation.per_second)
    }

    /// Signs `write` for `x_sdk_date`, cut to whole seconds. Pure: the same arguments give the same
    /// request.
    pub fn prepare(&self, write: &Write, x_sdk_date: DateTime<Utc>) -> Prepared {
        let x_sdk_date = x_sdk_date.duration_trunc(TimeDelta::seconds(1)).unwrap_or(x_sdk_date);
        let operation = write.operation();
        let path = operation.path.to_owned();
        let mut draft = self.line.draft(operation.id, Purpose::Write, operation.method, path);
        draft.body = write.body();
        draft.at = x_sdk_date;
        let request = draft.signed();
        let body_sha256 = sha256_hex(&request.body);
        Prepared { request, operation, x_sdk_date, body_sha256 }
    }

    /// Sends `prepared`, once, and waits at most `limit` for the answer. The first byte is not written
    /// when [`crate::clock::Clock::since_boot`] has passed `begin_by`; that is class N.
    pub async fn send(&self, prepared: Prepared, begin_by: Duration, limit: Duration) -> Answer {
        let connection = &self.line.connection;
        let Prepared { mut request, operation, .. } = prepared;
        request.begin_by = Some(begin_by);
        let result = if connection.clock.since_boot() > begin_by {
            Err(Broken::unsent(Stage::TooLate, "the time to begin sending has passed"))
        } else {
            connection.wire.exchange(request, limit).await
        };
        let received = match &result {
            Ok(response) => Received::Answer { status: response.status, body: &response.body },
            Err(broken) => Received::Broken(broken),
        };
        let verdict = answers::classify(received);
        let response = result.as_ref().ok();
        let retry_after = response.and_then(super::transport::Response::retry_after);
        if response.is_some_and(|response| response.status == 429) {
            let hold = retry_after.unwrap_or(Duration::from_secs(2));
            connection.limits.throttled(&connection.account, operation.id, hold);
        }
        Answer {
            class: verdict.class,
            http_status: response.map(|response| response.status),
            error_code: verdict.error_code,
            error_msg: verdict.error_msg.map(|text| shortened(&self.line.discreet(&text))),
            request_id: response
                .and_then(super::transport::Response::request_id)
                .map(str::to_owned)
                .or(verdict.request_id),
            broken: result.err(),
            retry_after,
        }
    }
}
