//! Every way of proving who asks, against the simulated gateway: tokens, temporary keys, and an account
//! whose id has to be found out.

use bss_portal::bss::{self, Credentials, Identity, Kind, Login, Reader, Session, answers::Class};
use serde_json::{Value, json};

use super::client::{Bss, pay};

fn identity(bss: &Bss) -> Identity {
    Identity { iam: bss.endpoint(), sts: Some(bss.endpoint()) }
}

fn person(bss: &Bss, password: &str) -> Reader {
    let account = bss.master();
    bss::log_in(bss.connection(Login {
        user: account.iam_user.clone(),
        password: password.to_owned().into(),
        domain: account.name.clone(),
        identity: identity(bss),
    }))
}

async fn asked(bss: &Bss) -> Vec<String> {
    let requests: Vec<Value> = bss.control("GET", "/requests", Value::Null).await;
    requests.iter().map(|request| request["operation"].as_str().unwrap_or_default().to_owned()).collect()
}

const LOG_IN: &str = "keystone_create_user_token_by_password";
const BALANCES: &str = "show_customer_account_balances";

#[tokio::test]
async fn an_iam_user_reads_with_one_token_for_all_questions() {
    let bss = Bss::start().await;
    let reader = person(&bss, &bss.master().iam_password);
    let (one, other) = tokio::join!(reader.balances(), reader.balances());
    let (one, other) = (one.expect("balances"), other.expect("balances"));
    assert_eq!(one.cash().map(|cash| cash.amount), other.cash().map(|cash| cash.amount));
    assert_eq!(asked(&bss).await, [LOG_IN, BALANCES, BALANCES]);
    assert_eq!(reader.account_id().await.expect("told"), Some(bss.master().domain_id.clone()));
}

#[tokio::test]
async fn a_token_that_ended_is_replaced_without_a_word() {
    let bss = Bss::start().await;
    let reader = person(&bss, &bss.master().iam_password);
    reader.balances().await.expect("balances");
    // By the gateway's clock the token is over; ours, which is behind, does not know it yet.
    let _: Value = bss.control("POST", "/clock", json!({"advance_seconds": 86_401})).await;
    reader.balances().await.expect("balances with another token");
    assert_eq!(asked(&bss).await, [LOG_IN, BALANCES, BALANCES, LOG_IN, BALANCES]);
}

#[tokio::test]
async fn a_wrong_password_is_tried_once() {
    let bss = Bss::start().await;
    let reader = person(&bss, "wrong");
    for _ in 0..3 {
        assert_eq!(reader.balances().await.expect_err("refused").kind, Kind::NotAuthorised);
    }
    assert_eq!(asked(&bss).await, [LOG_IN]);
}

async fn session(bss: &Bss, seconds: i64) -> Credentials {
    let made: Value = bss.control("POST", "/session-keys", json!({"seconds": seconds})).await;
    let text = |name: &str| made[name].as_str().expect("a text").to_owned();
    let token = text("security_token").into();
    let expires_at = text("expires_at").parse().ok();
    Credentials {
        session: Some(Session { token, expires_at }),
        ..Credentials::of_key(text("ak"), text("sk").into(), Some(text("domain_id")))
    }
}

#[tokio::test]
async fn a_temporary_key_reads_and_pays_until_it_ends() {
    let bss = Bss::start().await;
    let key = session(&bss, 600).await;
    let (reader, writer) = bss::connect(bss.connection(key.clone()));
    reader.balances().await.expect("balances");
    let order = bss.unpaid_order("10.00").await;
    assert_eq!(bss.send(&writer, &pay(&order)).await.class, Class::Success);
    let (bare, _) = bss::connect(bss.connection(Credentials { session: None, ..key }));
    let error = bare.balances().await.expect_err("no token");
    assert!(error.to_string().contains("x-security-token"), "{error}");
    let _: Value = bss.control("POST", "/clock", json!({"advance_seconds": 601})).await;
    let error = reader.balances().await.expect_err("over");
    assert_eq!(error.kind, Kind::NotAuthorised);
    let told = error.explanation(bss_portal::i18n::Locale::En).expect("known");
    assert!(told.meaning.contains("security token"), "{told:?}");
    let refused = bss.send(&writer, &pay(&bss.unpaid_order("10.00").await)).await;
    assert_eq!((refused.class, refused.stops_account()), (Class::NotExecuted, true));
}

#[tokio::test]
async fn an_account_that_nobody_named_is_found_out_once() {
    for (listed, before) in [
        (true, vec!["keystone_list_auth_domains"]),
        (false, vec!["keystone_list_auth_domains", "get_caller_identity"]),
    ] {
        let bss = Bss::start().await;
        let _: Value = bss.control("POST", "/settings", json!({"domains_listed": listed})).await;
        let key = Credentials { domain_id: None, identity: Some(identity(&bss)), ..bss.key() };
        let (reader, _) = bss::connect(bss.connection(key));
        for _ in 0..2 {
            reader.balances().await.expect("balances");
        }
        assert_eq!(reader.account_id().await.expect("told"), Some(bss.master().domain_id.clone()));
        assert_eq!(asked(&bss).await, [before, vec![BALANCES, BALANCES]].concat());
    }
}
