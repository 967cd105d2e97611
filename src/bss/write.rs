//! Sends a prepared write, once, and says what the answer proves. There is one writer per account: it
//! cannot be cloned, it never repeats a request, and it never signs one twice.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

use super::{
    Credentials, Line, Write,
    answers::{self, Class, Done, Expected, ItemFailure, Received},
    changes::WriteOperation,
    error::shortened,
    sign::sha256_hex,
    transport::{Broken, Purpose, Request, Stage},
};

/// The only way to change something at Huawei. Made by [`super::connect`] alone, and owned by the
/// journal.
pub struct Writer {
    line: Arc<Line>,
    /// Writes are signed with a key, never sent with a token: a signature ends after 15 minutes, which is what
    /// allows the journal to conclude that something can no longer happen.
    key: Credentials,
    /// What is known of the account's id when the first write is prepared. It stays: what readers find out
    /// later must not change how a write is sent.
    account_id: OnceLock<Option<String>>,
}

/// A signed write that can be sent once. It is immutable: the same write at the same time is the same
/// bytes, so that what was recorded is what is sent.
#[derive(Debug)]
pub struct Prepared {
    request: Request,
    operation: &'static WriteOperation,
    x_sdk_date: DateTime<Utc>,
    body_sha256: String,
    expected: Expected,
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

    #[cfg(test)]
    pub(super) const fn request(&self) -> &Request {
        &self.request
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
    /// The orders that it made.
    pub order_ids: Vec<String>,
    /// Our items that failed inside an answer of success.
    pub failed: Vec<ItemFailure>,
    /// What else a success says was done.
    pub done: Option<Done>,
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
    pub(super) fn new(line: Arc<Line>, key: Credentials) -> Self {
        Self { line, key, account_id: OnceLock::new() }
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

    /// Signs `write` for `x_sdk_date`, cut to whole seconds. The same arguments always give the same request.
    pub fn prepare(&self, write: &Write, x_sdk_date: DateTime<Utc>) -> Prepared {
        let x_sdk_date = x_sdk_date.duration_trunc(TimeDelta::seconds(1)).unwrap_or(x_sdk_date);
        let operation = write.operation();
        let mut draft = self.line.draft(operation.id, Purpose::Write, operation.method, write.path());
        draft.body = write.body();
        draft.at = x_sdk_date;
        let account_id = self.account_id.get_or_init(|| self.line.account_id().map(str::to_owned));
        let request = draft.signed(&self.key, account_id.as_deref());
        let body_sha256 = sha256_hex(&request.body);
        Prepared { request, operation, x_sdk_date, body_sha256, expected: write.expects() }
    }

    /// Sends `prepared`, once, and waits at most `limit` for the answer. The first byte is not written
    /// when [`crate::clock::Clock::since_boot`] has passed `begin_by`; that is class N.
    pub async fn send(&self, prepared: Prepared, begin_by: Duration, limit: Duration) -> Answer {
        let connection = &self.line.connection;
        let Prepared { mut request, operation, expected, .. } = prepared;
        request.begin_by = Some(begin_by);
        let result = if connection.clock.since_boot() > begin_by {
            Err(Broken::unsent(Stage::TooLate, "the time to begin sending has passed"))
        } else {
            self.line.exchange(request, limit).await
        };
        let received = match &result {
            Ok(response) => Received::Answer { status: response.status, body: &response.body },
            Err(broken) => Received::Broken(broken),
        };
        let verdict = answers::classify(&expected, received);
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
            order_ids: verdict.order_ids,
            failed: verdict.failed,
            done: verdict.done,
            request_id: response
                .and_then(super::transport::Response::request_id)
                .map(str::to_owned)
                .or(verdict.request_id),
            broken: result.err(),
            retry_after,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bss::{
        PayOrder,
        scripted::{Script, answer, handles, start},
        transport::Response,
    };

    const SOON: Duration = Duration::from_secs(5);
    const LIMIT: Duration = Duration::from_secs(30);

    fn pay() -> Write {
        Write::Pay(PayOrder::new("CS1".to_owned(), Vec::new(), None).expect("valid"))
    }

    #[test]
    fn the_same_write_at_the_same_time_is_the_same_bytes() {
        let (_, writer, _, hand) = handles(Script::of([]));
        let at = start() + TimeDelta::milliseconds(1234);
        let first = writer.prepare(&pay(), at);
        hand.advance(Duration::from_mins(1));
        let second = writer.prepare(&pay(), at);
        assert_eq!(first.request.headers, second.request.headers);
        assert_eq!(first.request.body, second.request.body);
        assert_eq!(first.body_sha256(), second.body_sha256());
        assert_eq!(first.x_sdk_date(), start() + TimeDelta::seconds(1));
        let later = writer.prepare(&pay(), at + TimeDelta::seconds(1));
        assert_ne!(first.request.headers, later.request.headers);
        assert!(!format!("{first:?}").contains("Signature"), "{first:?}");
    }

    async fn outcome(outcome: Result<Response, Broken>) -> (Answer, usize) {
        let wire = Script::of([outcome]);
        let (_, writer, clock, _) = handles(wire.clone());
        let prepared = writer.prepare(&pay(), clock.now());
        let answer = writer.send(prepared, clock.since_boot() + SOON, LIMIT).await;
        (answer, wire.asked().len())
    }

    #[tokio::test]
    async fn every_outcome_is_one_request_and_one_class() {
        let gateway = r#"{"error_code":"APIG.0308","error_msg":"x","request_id":"r1"}"#;
        for (result, class) in [
            (answer(204, ""), Class::Success),
            (answer(429, gateway), Class::NotExecuted),
            (answer(500, ""), Class::Ambiguous),
            (answer(200, "<html>"), Class::Ambiguous),
            (Err(Broken::sent(Stage::Exchange, "reset")), Class::Ambiguous),
            (Err(Broken::unsent(Stage::Connect, "refused")), Class::NotExecuted),
        ] {
            let (answer, requests) = outcome(result.clone()).await;
            assert_eq!((answer.class, requests), (class, 1), "{result:?}");
        }
    }

    #[tokio::test]
    async fn a_refused_credential_stops_the_account_and_stays_untold() {
        let body = r#"{"error_code":"APIGW.0301","error_msg":"ak AKEXAMPLE not exist","request_id":"r1"}"#;
        let (answer, _) = outcome(answer(401, body)).await;
        assert_eq!(answer.class, Class::NotExecuted);
        assert!(answer.stops_account());
        assert_eq!(answer.error_msg.as_deref(), Some("ak *** not exist"));
        assert_eq!(answer.request_id.as_deref(), Some("r1"));
    }

    #[tokio::test]
    async fn what_comes_too_late_is_not_sent() {
        let wire = Script::of([]);
        let (_, writer, clock, hand) = handles(wire.clone());
        let prepared = writer.prepare(&pay(), clock.now());
        let begin_by = clock.since_boot() + SOON;
        hand.advance(SOON + Duration::from_millis(1));
        let answer = writer.send(prepared, begin_by, LIMIT).await;
        assert_eq!(answer.class, Class::NotExecuted);
        assert!(!answer.broken.expect("a reason").sent);
        assert!(wire.asked().is_empty());
    }

    #[test]
    fn turns_are_counted_per_operation() {
        let (_, writer, _, _) = handles(Script::of([]));
        let cancel = Write::CancelOrder { order_id: "CS1".to_owned() };
        let taken = (0..5).filter(|_| writer.take_turn(&pay()).is_ok()).count();
        assert_eq!(taken, 2);
        assert!(writer.take_turn(&cancel).is_ok());
    }
}
