//! Asks BSS and understands the answer: rate limit, deadline, retries with jittered back-off. It can
//! only ask; nothing here is able to send a request that changes something.

use std::{fmt::Display, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Serialize, de::DeserializeOwned};

use super::{
    Error, Kind, Line,
    limits::Haste,
    line::Pass,
    record::Shape,
    sign::{encoded, query},
    transport::{Purpose, Response},
};
use crate::i18n::Locale;

/// How often a question is put at most.
const ATTEMPTS: u32 = 5;
/// The back-off before the first repetition; it doubles from there.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(8);
/// What Huawei's FAQ says to wait at least after being throttled.
const THROTTLED_PAUSE: Duration = Duration::from_secs(2);
/// The time that one attempt gets.
const ATTEMPT_LIMIT: Duration = Duration::from_secs(20);
/// The time that a question with all its repetitions gets unless the caller says otherwise.
const WHOLE_LIMIT: Duration = Duration::from_secs(90);

/// Asks BSS about one account. Clones share their limits; none of them can change anything.
#[derive(Clone)]
pub struct Reader {
    line: Arc<Line>,
    whole_limit: Duration,
    haste: Haste,
    user_name: Option<Arc<str>>,
}

/// An operation that only reads, as the catalogue has it.
pub(super) struct ReadOperation {
    pub(super) id: &'static str,
    pub(super) method: &'static str,
    /// With a name in braces where a segment is put in.
    pub(super) path: &'static str,
    /// Huawei's documented rate (api-oce, fci_00002).
    pub(super) per_second: u32,
    /// The fields of its answer.
    pub(super) answer: &'static [Shape],
}

/// One question: an operation with its parameters.
pub(super) struct Ask {
    operation: &'static ReadOperation,
    path: String,
    parameters: Vec<(&'static str, String)>,
    /// What is asked in a body.
    body: Option<Vec<u8>>,
    locale: Option<Locale>,
}

impl Ask {
    pub(super) fn of(operation: &'static ReadOperation) -> Self {
        let (path, _) = operation.path.split_once("/{").unwrap_or((operation.path, ""));
        Self { operation, path: path.to_owned(), parameters: Vec::new(), body: None, locale: None }
    }

    /// Puts a segment where the path has a name in braces.
    pub(super) fn segment(mut self, segment: &str) -> Self {
        self.path = format!("{}/{}", self.path, encoded(segment));
        self
    }

    /// Adds a parameter, if there is a value: BSS takes an empty one for a filter.
    pub(super) fn with(mut self, name: &'static str, value: Option<impl Display>) -> Self {
        if let Some(value) = value {
            self.parameters.push((name, value.to_string()));
        }
        self
    }

    /// Puts the question into a body.
    pub(super) fn saying(mut self, body: &impl Serialize) -> Self {
        self.body = Some(serde_json::to_vec(body).expect("texts and numbers always serialise"));
        self
    }

    pub(super) fn in_language(mut self, locale: Locale) -> Self {
        self.locale = Some(locale);
        self
    }

    fn target(&self) -> String {
        let query = query(&self.parameters);
        if query.is_empty() { self.path.clone() } else { format!("{}?{query}", self.path) }
    }
}

/// A time as BSS takes it in a query.
pub(super) fn stamp(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

impl Reader {
    pub(super) fn new(line: Arc<Line>) -> Self {
        Self { line, whole_limit: WHOLE_LIMIT, haste: Haste::People, user_name: None }
    }

    /// The same reader, with at most `limit` for each question: what a page can wait for.
    #[must_use]
    pub fn within(&self, limit: Duration) -> Self {
        Self { whole_limit: limit, ..self.clone() }
    }

    /// The same reader for work that nobody waits for: where calls have to wait, it lets all others go first.
    #[must_use]
    pub fn in_background(&self) -> Self {
        Self { haste: Haste::Background, ..self.clone() }
    }

    /// The same reader, told by which login name Huawei knows the user whose key it signs with.
    #[must_use]
    pub fn known_as(self, user_name: Option<&str>) -> Self {
        Self { user_name: user_name.map(Into::into), ..self }
    }

    /// The login name that orders placed with this account's key carry as their creator, if it is
    /// known.
    pub fn user_name(&self) -> Option<&str> {
        self.user_name.as_deref()
    }

    /// Where the account's BSS is.
    pub fn endpoint(&self) -> &super::Endpoint {
        &self.line.connection.endpoint
    }

    /// How far Huawei's clock is ahead of ours, by its last answer; a signature more than 15 minutes off
    /// is refused.
    pub fn clock_skew(&self) -> Option<TimeDelta> {
        self.line.skew()
    }

    /// Huawei's id of the account: given, or looked up now.
    ///
    /// # Errors
    /// When IAM or STS is asked and does not tell. `None` when there is nobody to ask.
    pub async fn account_id(&self) -> Result<Option<String>, Error> {
        self.line.ask_account_id(self.whole_limit.min(ATTEMPT_LIMIT)).await
    }

    /// The connection, for the check-up.
    pub(super) fn line(&self) -> &Line {
        &self.line
    }

    /// When the temporary key ends that this reader signs with, where that is known.
    pub fn key_expires_at(&self) -> Option<DateTime<Utc>> {
        self.line.key()?.session.as_ref()?.expires_at
    }

    /// Asks until there is an answer, a refusal, or no time left.
    pub(super) async fn ask<T: DeserializeOwned>(&self, ask: Ask) -> Result<T, Error> {
        let response = self.answer(&ask).await?;
        serde_json::from_slice(&response.body)
            .map_err(|why| Error::malformed(ask.operation.id, &response, why))
    }

    async fn answer(&self, ask: &Ask) -> Result<Response, Error> {
        let connection = &self.line.connection;
        let clock = &connection.clock;
        let deadline = clock.since_boot() + self.whole_limit;
        let mut attempt = 0;
        loop {
            attempt += 1;
            let left = deadline.saturating_sub(clock.since_boot());
            let (result, hold) = tokio::select! {
                biased;
                result = self.attempt(ask, left.min(ATTEMPT_LIMIT)) => result,
                () = clock.sleep(left) => (Err(self.out_of_time(ask)), None),
            };
            let error = match result {
                Ok(response) => return Ok(response),
                Err(error) => error,
            };
            let pause = pause(attempt, (connection.chance)()).max(hold.unwrap_or_default());
            let time_left = clock.since_boot() + pause < deadline;
            if !error.is_passing() || attempt >= ATTEMPTS || !time_left {
                return Err(error);
            }
            tracing::debug!(account = connection.account, %error, attempt, "asking Huawei again");
            clock.sleep(pause).await;
        }
    }

    /// One attempt: its outcome, and how long Huawei wants to be left alone.
    async fn attempt(&self, ask: &Ask, limit: Duration) -> (Result<Response, Error>, Option<Duration>) {
        let pass = match self.line.pass(limit).await {
            Ok(pass) => pass,
            Err(error) => return (Err(error), None),
        };
        let sent = self.send(ask, &pass, limit).await;
        let (Err(error), _) = &sent else { return sent };
        if !self.line.renews(&pass, error).await {
            return sent;
        }
        // Once: a new token that is refused as well says that something else is wrong.
        match self.line.pass(limit).await {
            Ok(pass) => self.send(ask, &pass, limit).await,
            Err(error) => (Err(error), None),
        }
    }

    async fn send(
        &self,
        ask: &Ask,
        pass: &Pass<'_>,
        limit: Duration,
    ) -> (Result<Response, Error>, Option<Duration>) {
        let connection = &self.line.connection;
        let operation = ask.operation;
        let pace = (operation.id, operation.per_second);
        connection.limits.turn(&connection.account, pace, self.haste).await;
        // Signed after the turn has come: a signature ages.
        let mut draft = self.line.draft(operation.id, Purpose::Read, operation.method, ask.target());
        draft.body = ask.body.clone().unwrap_or_default();
        draft.locale = ask.locale;
        let response = match self.line.exchange(draft.proved(pass), limit).await {
            Ok(response) => response,
            Err(broken) => return (Err(Error::broken(operation.id, &broken)), None),
        };
        let Some(mut error) = Error::refusal(operation.id, &response) else { return (Ok(response), None) };
        error.message = error.message.map(|message| pass.discreet(self.line.discreet(&message)));
        if error.kind != Kind::Throttled {
            return (Err(error), response.retry_after());
        }
        let hold = response.retry_after().unwrap_or(THROTTLED_PAUSE);
        connection.limits.throttled(&connection.account, operation.id, hold);
        (Err(error), Some(hold))
    }

    fn out_of_time(&self, ask: &Ask) -> Error {
        Error {
            kind: Kind::Unavailable,
            operation: ask.operation.id,
            http_status: None,
            code: None,
            message: Some(format!("no answer within {} s", self.whole_limit.as_secs())),
            request_id: None,
        }
    }
}

/// How long to wait before the next attempt: doubling, with the upper half left to chance so that
/// several processes do not come back together.
fn pause(attempt: u32, chance: f64) -> Duration {
    let whole = FIRST_PAUSE.saturating_mul(1 << (attempt - 1).min(16)).min(LONGEST_PAUSE);
    whole.mul_f64(0.5 + chance.clamp(0.0, 1.0) / 2.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::bss::{
        codes::OrderStatus,
        orders::{OrderQuery, Sort, Window},
        scripted::{Script, answer, flying, handles, start},
        transport::{Broken, Stage},
    };

    const BALANCES: &str = r#"{"account_balances":[{"account_type":2,"amount":5,"credit_amount":"9"},
        {"account_type":1,"amount":1234.10,"currency":"CNY"}],"debt_amount":0}"#;

    #[tokio::test]
    async fn a_question_is_repeated_after_passing_failures_and_signed_anew() {
        let wire = Script::of([
            Err(Broken::sent(Stage::Exchange, "reset")),
            answer(503, "<html>"),
            answer(500, r#"{"error_code":"CBC.0999","error_msg":"x"}"#),
            answer(429, r#"{"error_code":"APIG.0308","error_msg":"x"}"#),
            answer(200, BALANCES),
        ]);
        let (reader, _, clock, hand) = handles(wire.clone());
        let balances = flying(&hand, reader.balances()).await.expect("an answer at last");
        assert_eq!(balances.cash().expect("cash").amount.to_string(), "1,234.10");
        assert_eq!(balances.credit().expect("credit").credit_line.expect("line").to_string(), "9.00");
        assert!(clock.since_boot() >= THROTTLED_PAUSE, "{:?}", clock.since_boot());
        let dates: Vec<_> = wire.asked().iter().map(|request| request.headers[3].1.clone()).collect();
        assert!(dates.first() < dates.last(), "{dates:?}");
    }

    #[tokio::test]
    async fn a_refusal_is_final_at_once() {
        for (status, body, kind, code) in [
            (
                401,
                r#"{"error_code":"APIGW.0301","error_msg":"ak AKEXAMPLE not exist"}"#,
                Kind::NotAuthorised,
                "APIGW.0301",
            ),
            (403, r#"{"error_code":"CBC.0151","error_msg":"x"}"#, Kind::NotAuthorised, "CBC.0151"),
            (400, r#"{"error_code":"CBC.0101","error_msg":"x"}"#, Kind::Refused, "CBC.0101"),
            (200, r#"{"error_code":"CBC.30000010","error_msg":"x"}"#, Kind::Refused, "CBC.30000010"),
        ] {
            let wire = Script::of([answer(status, body)]);
            let (reader, _, _, hand) = handles(wire.clone());
            let error = flying(&hand, reader.balances()).await.expect_err(body);
            assert_eq!((error.kind, error.code.as_deref()), (kind, Some(code)));
            assert!(!error.to_string().contains("AKEXAMPLE"), "{error}");
        }
    }

    #[tokio::test]
    async fn the_retries_end() {
        let wire = Script::of((0..ATTEMPTS).map(|_| answer(502, "")));
        let (reader, _, _, hand) = handles(wire.clone());
        let error = flying(&hand, reader.balances()).await.expect_err("never an answer");
        assert_eq!(error.kind, Kind::Unavailable);
        assert_eq!(wire.asked().len(), ATTEMPTS as usize);
        // A page that can wait for a second gets no third attempt.
        let wire = Script::of((0..ATTEMPTS).map(|_| answer(502, "")));
        let (reader, _, clock, hand) = handles(wire.clone());
        flying(&hand, reader.within(Duration::from_secs(1)).balances()).await.expect_err("never");
        assert!(clock.since_boot() <= Duration::from_secs(1));
    }

    #[tokio::test]
    async fn questions_in_the_background_let_others_go_first() {
        let wire = Script::of((0..9).map(|_| answer(200, r#"{"total_count":0}"#)));
        let (reader, _, _, hand) = handles(wire.clone());
        let ask = async |reader: &Reader, offset| {
            let query = OrderQuery { offset, ..OrderQuery::default() };
            reader.orders(&query, Locale::Zh).await.expect("a page");
        };
        let background = reader.in_background();
        let later = (1..=8).map(|offset| ask(&background, offset));
        flying(&hand, async { tokio::join!(futures_util::future::join_all(later), ask(&reader, 99)) }).await;
        let asked: Vec<String> = wire.asked().into_iter().map(|request| request.target).collect();
        // Four went at once, before anybody else asked.
        assert!(asked[4].contains("offset=99"), "{asked:?}");
    }

    #[tokio::test]
    async fn an_answer_that_nobody_understands_is_malformed() {
        for (status, body) in
            [(200, "<html>"), (200, ""), (200, "[1"), (302, ""), (200, r#"{"account_balances":7}"#)]
        {
            let wire = Script::of([answer(status, body)]);
            let (reader, _, _, hand) = handles(wire);
            let error = flying(&hand, reader.balances()).await.expect_err(body);
            assert_eq!(error.kind, Kind::Malformed, "{status} {body}");
        }
    }

    #[tokio::test]
    async fn filters_that_are_not_set_are_not_sent() {
        let wire = Script::of([answer(200, r#"{"total_count":0}"#), answer(200, r#"{"total_count":0}"#)]);
        let (reader, _, _, hand) = handles(wire.clone());
        let query = OrderQuery {
            status: Some(OrderStatus::AwaitingPayment),
            created: Some(Window { from: start() - TimeDelta::days(1), to: start() }),
            sort: Some(Sort::NewestFirst),
            limit: 7,
            ..OrderQuery::default()
        };
        flying(&hand, reader.orders(&query, Locale::En)).await.expect("a page");
        flying(&hand, reader.orders(&OrderQuery::default(), Locale::Zh)).await.expect("a page");
        let targets: Vec<_> = wire.asked().into_iter().map(|request| request.target).collect();
        assert_eq!(
            targets,
            [
                "/v2/orders/customer-orders?create_time_begin=2026-01-14T08%3A30%3A00Z&create_time_end=\
                 2026-01-15T08%3A30%3A00Z&limit=7&offset=0&order_by=-createTime&status=6",
                "/v2/orders/customer-orders?limit=100&offset=0",
            ]
        );
    }

    #[tokio::test]
    async fn an_answer_about_another_order_is_no_answer() {
        let body = r#"{"total_count":0,"order_info":{"order_id":"CS2","status":6,"order_type":1,
            "create_time":"2026-01-01T00:00:00Z"},"order_line_items":[]}"#;
        let wire = Script::of([answer(200, body), answer(200, body)]);
        let (reader, _, _, hand) = handles(wire.clone());
        let error = flying(&hand, reader.order("CS1", Locale::Zh)).await.expect_err("another order");
        assert_eq!(error.kind, Kind::Malformed);
        let detail = flying(&hand, reader.order("cs2", Locale::Zh)).await.expect("ids ignore case");
        assert_eq!(detail.order.item.order_id, "CS2");
    }

    proptest! {
        #[test]
        fn pauses_grow_and_stay_within_bounds(attempt in 1_u32..40, chance in 0.0_f64..1.0) {
            let pause = pause(attempt, chance);
            prop_assert!(pause >= FIRST_PAUSE / 2 && pause <= LONGEST_PAUSE);
        }
    }
}
