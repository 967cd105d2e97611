//! Tokens, temporary keys and look-ups over a scripted wire: what is asked, how often, and what is never
//! shown.

use std::sync::Arc;

use hyper::{HeaderMap, header::HeaderValue};

use super::*;
use crate::bss::{
    Connection, Identity, Reader, Session, Site, connect, log_in,
    scripted::{Script, answer, connection, flying, start},
    transport::{Broken, Request, Stage, Wire},
};

const BALANCES: &str = r#"{"account_balances":[],"debt_amount":0}"#;
const EXPIRED: &str = "x_auth_token is expired.";
const ILLEGAL: &str = r#"{"error_code":"CBC.0154","error_msg":"The token is illegal."}"#;

fn identity() -> Identity {
    Site::China.identity()
}

#[expect(clippy::unnecessary_wraps, reason = "it stands beside broken exchanges in scripts")]
fn issued(token: &str, hours: i64) -> Result<Response, Broken> {
    let mut headers = HeaderMap::new();
    headers.insert("x-subject-token", HeaderValue::from_str(token).expect("a header"));
    let expires_at = (start() + TimeDelta::hours(hours)).format("%Y-%m-%dT%H:%M:%S%.6fZ");
    let body = format!(r#"{{"token":{{"expires_at":"{expires_at}","domain":{{"id":"d1","name":"n"}}}}}}"#);
    Ok(Response { status: 201, headers, body: body.into_bytes() })
}

fn person(wire: Arc<dyn Wire>) -> (Reader, crate::clock::Hand) {
    let (connection, hand) = connection(wire);
    let Connection { endpoint, account, clock, wire, limits, chance, .. } = connection;
    let credentials = Login {
        user: "reader".to_owned(),
        password: "the-password".to_owned().into(),
        domain: "group".to_owned(),
        identity: identity(),
    };
    (log_in(Connection { endpoint, credentials, account, clock, wire, limits, chance }), hand)
}

fn header<'r>(request: &'r Request, name: &str) -> Option<&'r str> {
    request.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
}

#[tokio::test]
async fn a_token_is_fetched_once_and_sent_instead_of_a_signature() {
    let wire = Script::of([issued("t1", 24), answer(200, BALANCES), answer(200, BALANCES)]);
    let (reader, hand) = person(wire.clone());
    for _ in 0..2 {
        flying(&hand, reader.balances()).await.expect("an answer");
    }
    let asked = wire.asked();
    assert_eq!(asked.len(), 3);
    assert_eq!(
        format!("{}{}", asked[0].endpoint, asked[0].target),
        "https://iam.myhuaweicloud.com/v3/auth/tokens"
    );
    let body: serde_json::Value = serde_json::from_slice(&asked[0].body).expect("JSON");
    assert_eq!(body["auth"]["scope"], json!({"domain": {"name": "group"}}));
    assert_eq!(body["auth"]["identity"]["password"]["user"]["password"], "the-password");
    assert_eq!(header(&asked[0], "Authorization"), None);
    for question in &asked[1..] {
        assert_eq!(header(question, "X-Auth-Token"), Some("t1"));
        assert_eq!(header(question, "X-Domain-Id"), Some("d1"));
        assert_eq!((header(question, "Authorization"), header(question, "X-Sdk-Date")), (None, None));
    }
}

#[tokio::test]
async fn a_token_is_renewed_before_it_ends() {
    let wire = Script::of([issued("t1", 24), answer(200, BALANCES), issued("t2", 48), answer(200, BALANCES)]);
    let (reader, hand) = person(wire.clone());
    flying(&hand, reader.balances()).await.expect("an answer");
    hand.advance(Duration::from_mins(24 * 60 - 29));
    flying(&hand, reader.balances()).await.expect("an answer");
    assert_eq!(header(&wire.asked()[3], "X-Auth-Token"), Some("t2"));
}

#[tokio::test]
async fn callers_at_once_fetch_one_token() {
    let answers = (0..5).map(|_| answer(200, BALANCES));
    let wire = Script::of(std::iter::once(issued("t1", 24)).chain(answers));
    let (reader, hand) = person(wire.clone());
    let all = futures_util::future::join_all((0..5).map(|_| reader.balances()));
    for answer in flying(&hand, all).await {
        answer.expect("an answer");
    }
    let fetched = wire.asked().iter().filter(|request| request.operation == LOG_IN).count();
    assert_eq!((fetched, wire.asked().len()), (1, 6));
}

#[tokio::test]
async fn a_token_that_ended_early_is_replaced_once_and_the_question_repeated_once() {
    for (status, refusal) in [(401, EXPIRED), (403, ILLEGAL)] {
        let wire =
            Script::of([issued("t1", 24), answer(status, refusal), issued("t2", 24), answer(200, BALANCES)]);
        let (reader, hand) = person(wire.clone());
        flying(&hand, reader.balances()).await.expect("an answer");
        assert_eq!(header(&wire.asked()[3], "X-Auth-Token"), Some("t2"), "{refusal}");

        let wire = Script::of([
            issued("t1", 24),
            answer(status, refusal),
            issued("t2", 24),
            answer(status, refusal),
        ]);
        let (reader, hand) = person(wire.clone());
        let error = flying(&hand, reader.balances()).await.expect_err("refused again");
        assert_eq!(error.kind, Kind::NotAuthorised);
        assert_eq!(wire.asked().len(), 4);
    }
}

#[tokio::test]
async fn a_refused_log_in_is_not_tried_again_for_a_while() {
    let refused = r#"{"error":{"code":401,"message":"The username or password is wrong."}}"#;
    let wire = Script::of([answer(401, refused), issued("t1", 24), answer(200, BALANCES)]);
    let (reader, hand) = person(wire.clone());
    for _ in 0..3 {
        let error = flying(&hand, reader.balances()).await.expect_err("refused");
        assert_eq!((error.kind, error.operation), (Kind::NotAuthorised, LOG_IN));
        assert_eq!(error.message.as_deref(), Some("The username or password is wrong."));
        let told = error.explanation(crate::i18n::Locale::En).expect("known");
        assert!(told.next.contains("iam_password"), "{told:?}");
    }
    assert_eq!(wire.asked().len(), 1);
    hand.advance(AFTER_REFUSAL);
    flying(&hand, reader.balances()).await.expect("an answer");
}

#[tokio::test]
async fn a_log_in_that_broke_is_repeated_like_any_question() {
    let wire = Script::of([
        Err(Broken::unsent(Stage::Connect, "refused")),
        answer(201, "{}"),
        issued("t1", 24),
        answer(200, BALANCES),
    ]);
    let (reader, hand) = person(wire.clone());
    let error = flying(&hand, reader.balances()).await.expect_err("no token in the answer");
    assert_eq!(error.kind, Kind::Malformed);
    flying(&hand, reader.balances()).await.expect("an answer");
}

#[tokio::test]
async fn a_temporary_key_signs_its_token_with_the_rest() {
    let wire = Script::of([answer(200, BALANCES)]);
    let (mut connection, hand) = connection(wire.clone());
    let token = SecretString::from("the-security-token");
    connection.credentials.session = Some(Session { token, expires_at: Some(start()) });
    assert!(!format!("{:?}", connection.credentials).contains("security-token"));
    let (reader, writer) = connect(connection);
    flying(&hand, reader.balances()).await.expect("an answer");
    assert_eq!(reader.key_expires_at(), Some(start()));
    let asked = wire.asked();
    assert_eq!(header(&asked[0], "X-Security-Token"), Some("the-security-token"));
    let signed = header(&asked[0], "Authorization").expect("a signature");
    assert!(signed.contains(";x-sdk-date;x-security-token,"), "{signed}");
    let cancel = crate::bss::Write::CancelOrder { order_id: "CS1".to_owned() };
    let prepared = writer.prepare(&cancel, start());
    assert!(!format!("{prepared:?}").contains("the-security-token"));
}

#[tokio::test]
async fn the_account_is_looked_up_once_at_iam_and_then_at_sts() {
    let none = r#"{"domains":[]}"#;
    let one = r#"{"domains":[{"id":"d9","name":"group","enabled":true}]}"#;
    let caller = r#"{"account_id":"d9"}"#;
    for answers in [vec![answer(200, one)], vec![answer(200, none), answer(200, caller)]] {
        let before = answers.len();
        let wire = Script::of(answers.into_iter().chain([answer(200, BALANCES), answer(200, BALANCES)]));
        let (mut connection, hand) = connection(wire.clone());
        connection.credentials.domain_id = None;
        connection.credentials.identity = Some(identity());
        let (reader, writer) = connect(connection);
        for _ in 0..2 {
            flying(&hand, reader.balances()).await.expect("an answer");
        }
        let asked = wire.asked();
        assert_eq!(asked.len(), before + 2);
        for request in &asked[..before] {
            assert!(header(request, "Authorization").is_some());
            assert_eq!((header(request, "Content-Type"), header(request, "X-Domain-Id")), (None, None));
        }
        assert!(asked[before..].iter().all(|question| header(question, "X-Domain-Id") == Some("d9")));
        assert_eq!(flying(&hand, reader.account_id()).await, Ok(Some("d9".to_owned())));
        let cancel = crate::bss::Write::CancelOrder { order_id: "CS1".to_owned() };
        assert_eq!(header(writer.prepare(&cancel, start()).request(), "X-Domain-Id"), Some("d9"));
    }
}

#[tokio::test]
async fn what_is_found_out_later_changes_no_write() {
    let one = r#"{"domains":[{"id":"d9","name":"group","enabled":true}]}"#;
    let wire = Script::of([answer(200, one), answer(200, BALANCES)]);
    let (mut connection, hand) = connection(wire.clone());
    connection.credentials.domain_id = None;
    connection.credentials.identity = Some(identity());
    let (reader, writer) = connect(connection);
    let cancel = crate::bss::Write::CancelOrder { order_id: "CS1".to_owned() };
    let before = writer.prepare(&cancel, start());
    flying(&hand, reader.balances()).await.expect("an answer");
    let after = writer.prepare(&cancel, start());
    assert_eq!(before.request().headers, after.request().headers);
}

/// An IAM that swallows what is sent to it, as a firewall may.
struct Swallowing(crate::clock::Clock);

#[async_trait::async_trait]
impl Wire for Swallowing {
    async fn exchange(&self, request: Request, limit: Duration) -> Result<Response, Broken> {
        if request.operation == DOMAINS {
            self.0.sleep(limit).await;
            return Err(Broken::sent(Stage::Deadline, "the time for the whole call is over"));
        }
        answer(200, BALANCES)
    }
}

#[tokio::test]
async fn an_iam_that_never_answers_leaves_time_for_the_question() {
    let (mut connection, hand) = connection(Script::of([]));
    connection.wire = Arc::new(Swallowing(connection.clock.clone()));
    connection.credentials.domain_id = None;
    connection.credentials.identity = Some(identity());
    let (reader, _) = connect(connection);
    let reader = reader.within(Duration::from_secs(3));
    flying(&hand, reader.balances()).await.expect("an answer");
}

#[tokio::test]
async fn what_iam_does_not_tell_keeps_nobody_from_asking() {
    let wire = Script::of([
        Err(Broken::unsent(Stage::Connect, "a firewall")),
        answer(200, BALANCES),
        answer(200, BALANCES),
    ]);
    let (mut connection, hand) = connection(wire.clone());
    connection.credentials.domain_id = None;
    connection.credentials.identity = Some(identity());
    let (reader, _) = connect(connection);
    for _ in 0..2 {
        flying(&hand, reader.balances()).await.expect("an answer");
    }
    assert_eq!(wire.asked().len(), 3);
    assert!(wire.asked()[1..].iter().all(|question| header(question, "X-Domain-Id").is_none()));
}

#[test]
fn nothing_secret_is_shown() {
    let login = Login {
        user: "u".to_owned(),
        password: "the-password".to_owned().into(),
        domain: "group".to_owned(),
        identity: identity(),
    };
    assert!(!format!("{login:?}").contains("the-password"));
    let session = Session { token: "the-token".to_owned().into(), expires_at: None };
    assert!(!format!("{session:?}").contains("the-token"));
}
