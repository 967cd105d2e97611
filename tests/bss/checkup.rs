//! The check-up of an account against a simulator that is well, and against each way in which it is not.

use std::sync::Arc;

use bss_portal::{
    bss::{
        self, Connection, Credentials, Identity, Login,
        checkup::{Checkup, Finding, Status, Subject, examine},
        transport::HttpWire,
    },
    clock::Clock,
    i18n::Locale,
    simulator::Options,
};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::client::Bss;

async fn examined(bss: &Bss, key: Credentials) -> Checkup {
    let (reader, _) = bss::connect(bss.connection(key));
    examine(&reader).await
}

fn found(checkup: &Checkup, subject: &Subject) -> Finding {
    checkup.of(subject).unwrap_or_else(|| panic!("{subject:?} in {checkup:?}")).clone()
}

fn status(checkup: &Checkup, subject: &Subject) -> Status {
    found(checkup, subject).status
}

fn permission(codes: &str) -> Subject {
    Subject::Permission(codes.to_owned())
}

const ORDERS: &str = "bss:order:view / billing:order:view";
const PAYING: &str = "bss:order:pay / billing:order:pay";

/// Every finding says something in both languages, and what is not well says what to do.
fn is_told(checkup: &Checkup) {
    for finding in &checkup.findings {
        assert!(!finding.found.say(Locale::Zh).is_empty() && !finding.found.say(Locale::En).is_empty());
        let to_do = matches!(finding.status, Status::Failed | Status::Warning);
        assert_eq!(finding.next.is_some(), to_do, "{finding:?}");
    }
}

#[tokio::test]
async fn a_healthy_account_is_well_and_nothing_was_changed() {
    let bss = Bss::start().await;
    let checkup = examined(&bss, bss.key()).await;
    is_told(&checkup);
    assert!(checkup.is_well(), "{checkup:?}");
    for subject in [Subject::Dns, Subject::Tcp, Subject::Clock, Subject::Credentials, Subject::Site] {
        assert_eq!(status(&checkup, &subject), Status::Well, "{subject:?}");
    }
    assert_eq!(status(&checkup, &Subject::Tls), Status::Warning, "not encrypted");
    assert_eq!(found(&checkup, &Subject::AccountId).found.en, bss.master().domain_id);
    assert_eq!(status(&checkup, &permission(ORDERS)), Status::Well);
    assert_eq!(status(&checkup, &permission("bss:discount:view")), Status::Well);
    assert_eq!(status(&checkup, &permission(PAYING)), Status::NotTried);
    assert_eq!(status(&checkup, &Subject::Rate), Status::Well);
    let ledger: Vec<Value> = bss.control("GET", "/ledger", Value::Null).await;
    assert!(ledger.is_empty());
}

#[tokio::test]
async fn a_wrong_secret_and_an_unknown_key_are_told_apart_and_tried_once() {
    let bss = Bss::start().await;
    for (key, words) in [
        (Credentials { secret_key: "wrong".to_owned().into(), ..bss.key() }, "secret key"),
        (Credentials { access_key: "NOBODY".to_owned(), ..bss.key() }, "does not exist"),
    ] {
        let before: Vec<Value> = bss.control("GET", "/requests", Value::Null).await;
        let checkup = examined(&bss, key).await;
        is_told(&checkup);
        assert!(!checkup.is_well());
        let finding = found(&checkup, &Subject::Credentials);
        assert_eq!(finding.status, Status::Failed);
        assert!(finding.found.en.contains(words), "{finding:?}");
        assert_eq!(status(&checkup, &permission(ORDERS)), Status::NotTried);
        let after: Vec<Value> = bss.control("GET", "/requests", Value::Null).await;
        assert_eq!(after.len() - before.len(), 1);
    }
}

#[tokio::test]
async fn a_clock_that_is_off_is_named_with_seconds_and_direction() {
    for (minutes, expected, words) in [
        (20, Status::Failed, ("ahead of", "快")),
        (-20, Status::Failed, ("behind", "慢")),
        (5, Status::Warning, ("ahead of", "快")),
    ] {
        let bss = Bss::start().await;
        let (clock, _) = Clock::manual(Clock::system().now() + TimeDelta::minutes(minutes));
        let connection = Connection {
            clock: clock.clone(),
            wire: Arc::new(HttpWire::new(clock).expect("a wire")),
            ..bss.connection(bss.key())
        };
        let checkup = examine(&bss::connect(connection).0).await;
        is_told(&checkup);
        let finding = found(&checkup, &Subject::Clock);
        assert_eq!(finding.status, expected, "{finding:?}");
        assert!(finding.found.en.contains(words.0) && finding.found.zh.contains(words.1), "{finding:?}");
        let seconds = minutes.unsigned_abs() * 60;
        let near = (seconds - 5..=seconds + 5).any(|far| finding.found.en.contains(&far.to_string()));
        assert!(near, "{finding:?}");
        assert_eq!(checkup.is_well(), expected == Status::Warning);
        let failed = checkup.findings.iter().filter(|finding| finding.status == Status::Failed).count();
        assert_eq!(failed, usize::from(expected == Status::Failed), "one cause is told once: {checkup:?}");
    }
}

#[tokio::test]
async fn a_missing_permission_is_named_and_the_others_are_still_tried() {
    let bss = Bss::start().await;
    for denied in ["billing:order:view", "bss:balance:view"] {
        let _: Value = bss.control("POST", "/permissions", json!({"deny": [denied]})).await;
        let checkup = examined(&bss, bss.key()).await;
        is_told(&checkup);
        let failed: Vec<_> =
            checkup.findings.iter().filter(|finding| finding.status == Status::Failed).collect();
        assert_eq!(failed.len(), 1, "{failed:?}");
        let next = failed[0].next.as_ref().expect("a cure");
        assert!(next.zh.contains(denied) && next.en.contains(denied), "{next:?}");
        assert_eq!(status(&checkup, &Subject::Credentials), Status::Well);
    }
}

#[tokio::test]
async fn an_account_of_the_other_site_is_told_where_to_go() {
    let bss = Bss::start().await;
    let _: Value = bss.control("POST", "/site", json!({"elsewhere": true})).await;
    let checkup = examined(&bss, bss.key()).await;
    is_told(&checkup);
    let finding = found(&checkup, &Subject::Site);
    assert_eq!(finding.status, Status::Failed);
    assert!(finding.next.expect("a cure").en.contains("other site"));
    assert_eq!(status(&checkup, &Subject::Credentials), Status::Well);
}

#[tokio::test]
async fn what_cannot_be_reached_is_told_by_the_step_that_failed() {
    let bss = Bss::start().await;
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = closed.local_addr().expect("an address");
    drop(closed);
    for (endpoint, failed) in [
        (format!("http://{address}"), Subject::Tcp),
        ("https://no-such-host.invalid".to_owned(), Subject::Dns),
        (bss.endpoint().to_string().replace("http:", "https:"), Subject::Tls),
    ] {
        let endpoint = endpoint.parse().expect("an endpoint");
        let connection = Connection { endpoint, ..bss.connection(bss.key()) };
        let checkup = examine(&bss::connect(connection).0).await;
        is_told(&checkup);
        assert_eq!(status(&checkup, &failed), Status::Failed, "{checkup:?}");
        assert_eq!(status(&checkup, &Subject::Credentials), Status::NotTried);
    }
}

#[tokio::test]
async fn a_throttled_account_is_not_called_wrong() {
    let bss = Bss::start_with(Options { orders: 60, ..Options::default() }).await;
    bss.fault("list_customer_orders", json!({"kind": "throttle"})).await;
    let checkup = examined(&bss, bss.key()).await;
    is_told(&checkup);
    assert!(checkup.is_well(), "{checkup:?}");
    let rate = found(&checkup, &Subject::Rate);
    assert_eq!(rate.status, Status::Warning);
    assert!(rate.found.en.contains("list_customer_orders"), "{rate:?}");
}

#[tokio::test]
async fn a_log_in_and_a_temporary_key_are_examined_alike() {
    let bss = Bss::start().await;
    let account = bss.master();
    let login = |password: &str| Login {
        user: account.iam_user.clone(),
        password: password.to_owned().into(),
        domain: account.name.clone(),
        identity: Identity { iam: bss.endpoint(), sts: None },
    };
    let checkup = examine(&bss::log_in(bss.connection(login(&account.iam_password)))).await;
    is_told(&checkup);
    assert!(checkup.is_well(), "{checkup:?}");
    assert!(found(&checkup, &Subject::Credentials).found.en.contains("only reads"));
    assert_eq!(found(&checkup, &Subject::AccountId).found.en, account.domain_id);
    let checkup = examine(&bss::log_in(bss.connection(login("wrong")))).await;
    assert!(found(&checkup, &Subject::Credentials).next.expect("a cure").en.contains("iam_password"));

    let made: Value = bss.control("POST", "/session-keys", json!({"seconds": 1_800})).await;
    let text = |name: &str| made[name].as_str().expect("a text").to_owned();
    let session =
        bss::Session { token: text("security_token").into(), expires_at: text("expires_at").parse().ok() };
    let key = Credentials {
        session: Some(session),
        ..Credentials::of_key(text("ak"), text("sk").into(), Some(text("domain_id")))
    };
    let checkup = examined(&bss, key).await;
    let finding = found(&checkup, &Subject::Credentials);
    assert_eq!(finding.status, Status::Warning, "{finding:?}");
    assert!(finding.found.en.contains("29 minutes"), "{finding:?}");
}
