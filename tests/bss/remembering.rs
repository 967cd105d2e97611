//! A simulator with a file goes on, after a stop or a fall, from where it was.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    time::Duration,
};

use bss_portal::{
    bss::{
        AutoRenewal, Write,
        codes::BalanceType,
        members::{CreateMember, MoveMoney, Password, Phone, SendCode},
    },
    clock::{Clock, Hand},
    simulator::{self, Options},
};
use chrono::DateTime;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::client::{Bss, pay};

/// A place for the file, and a clock for everybody who uses it.
struct Place {
    directory: TempDir,
    clock: Clock,
    hand: Hand,
}

impl Place {
    fn new() -> Self {
        let start = DateTime::from_timestamp(1_795_000_030, 0).expect("a moment");
        let (clock, hand) = Clock::manual(start);
        Self { directory: tempfile::tempdir().expect("a directory"), clock, hand }
    }

    fn file(&self) -> PathBuf {
        self.directory.path().join("simulator.jsonl")
    }

    fn options(&self) -> Options {
        Options { orders: 60, clock: self.clock.clone(), state: Some(self.file()), ..Options::default() }
    }

    async fn start(&self) -> Bss {
        Bss::start_with(self.options()).await
    }
}

/// Everything about a world that the control plane tells.
async fn whole(bss: &Bss) -> Vec<Value> {
    let mut told = Vec::new();
    for path in ["/ledger", "/accounts", "/orders", "/mode", "/settings", "/clock"] {
        told.push(bss.control("GET", path, Value::Null).await);
    }
    let orders: Vec<Value> = bss.control("GET", "/orders", Value::Null).await;
    for order in orders {
        let id = order["order_id"].as_str().expect("an id");
        told.push(bss.control("GET", &format!("/orders/{id}"), Value::Null).await);
    }
    let (reader, _) = bss.handles();
    let coupons = reader.coupons(&bss_portal::bss::coupons::CouponQuery::default()).await.expect("coupons");
    told.push(json!(format!("{:?}", coupons.items)));
    told
}

/// A payment, a cancellation, and a bit of everything in the console.
async fn live(place: &Place, bss: &Bss) {
    let (_, writer) = bss.handles();
    let _: Value = bss.control("POST", "/settings", json!({"visible_after_ms": 700})).await;
    let paid = bss.unpaid_order("120.50").await;
    assert_eq!(bss.send(&writer, &pay(&paid)).await.http_status, Some(204));
    place.hand.advance(Duration::from_secs(4));
    let cancelled = bss.unpaid_order("88").await;
    let cancel = Write::CancelOrder { order_id: cancelled.clone() };
    assert_eq!(bss.send(&writer, &cancel).await.http_status, Some(204));
    // A refusal is nothing to remember.
    assert_eq!(bss.send(&writer, &pay(&cancelled)).await.http_status, Some(400));
    let _: Value = bss.control("POST", "/clock", json!({"advance_seconds": 600})).await;
    for (action, order) in [("renew", &paid), ("unsubscribe", &paid)] {
        let _: Value = bss.control("POST", "/console", json!({"action": action, "order_id": order})).await;
    }
    let discounts = json!([{"discount_type": 607, "ratio": 80}]);
    let more = json!({"count": 3, "amount": "9.90", "account": "yunfan-studio", "discounts": discounts});
    let placed: Value = bss.control("POST", "/orders", more).await;
    let pay_it = json!({"action": "pay", "order_id": placed["order_ids"][1]});
    let _: Value = bss.control("POST", "/console", pay_it).await;
    let _: Value = bss.control("POST", "/mode", json!({"mode": "naive"})).await;
    assert_eq!(bss.send(&writer, &pay(&paid)).await.http_status, Some(204), "paid twice");
}

fn lines(file: &Path) -> usize {
    fs::read_to_string(file).expect("the file").lines().count()
}

#[tokio::test]
async fn a_world_goes_on_from_its_file_as_it_was() {
    let place = Place::new();
    let first = place.start().await;
    live(&place, &first).await;
    let before = whole(&first).await;
    assert!(before[0].as_array().expect("a ledger").len() >= 6);
    let written = lines(&place.file());
    drop(first);

    let second = place.start().await;
    assert_eq!(whole(&second).await, before);
    assert_eq!(lines(&place.file()), written, "going on writes nothing");

    // And it goes on: the next effect has the next number, and the third start knows it, too.
    let order = second.unpaid_order("1").await;
    let _: Value = second.control("POST", "/console", json!({"action": "cancel", "order_id": order})).await;
    let before = whole(&second).await;
    drop(second);
    assert_eq!(whole(&place.start().await).await, before);
}

#[tokio::test]
async fn what_happened_in_an_enterprise_is_remembered_without_a_password() {
    let place = Place::new();
    let first = place.start().await;
    let (_, writer) = first.handles();
    let members: Value = first.control("GET", "/members", Value::Null).await;
    let member = members[0]["id"].as_str().expect("an id").to_owned();
    let code = Write::SendCode(SendCode {
        mobile_phone: "13800001234".to_owned(),
        timeout: None,
        language: None,
        member_name: "huaxin-suzhou".to_owned(),
    });
    assert_eq!(first.send(&writer, &code).await.http_status, Some(204));
    let sent: Value = first.control("GET", "/messages", Value::Null).await;
    let code = sent[0]["code"].as_str().expect("a code").to_owned();
    let create = Write::CreateMember(CreateMember {
        party_id: "10005".to_owned(),
        display_name: None,
        permissions: Vec::new(),
        customer_name: "huaxin-suzhou".to_owned(),
        phone: Phone::Own { number: "13800001234".to_owned(), code },
        password: Password("Sesame-Open-7".to_owned().into()),
        financial_custody: None,
    });
    assert_eq!(first.send(&writer, &create).await.http_status, Some(204));
    let money =
        MoveMoney::new(member, "12.50".parse().expect("yuan"), "t1".to_owned(), BalanceType::Debit, None);
    let hand_out = Write::HandOutMoney(money.expect("valid"));
    assert_eq!(first.send(&writer, &hand_out).await.http_status, Some(204));
    let told = async |bss: &Bss| {
        let mut told = whole(bss).await;
        for path in ["/members", "/messages"] {
            told.push(bss.control("GET", path, Value::Null).await);
        }
        told
    };
    let before = told(&first).await;
    drop(first);
    let text = fs::read_to_string(place.file()).expect("the file");
    assert!(text.contains("huaxin-suzhou") && !text.contains("Sesame"), "{text}");
    assert_eq!(told(&place.start().await).await, before);
}

#[tokio::test]
async fn time_passes_while_nobody_serves_the_world() {
    let place = Place::new();
    let first = place.start().await;
    let body = json!({"deadline_seconds": 60});
    let placed: Value = first.control("POST", "/orders", body).await;
    let order = format!("/orders/{}", placed["order_id"].as_str().expect("an id"));
    let open: Value = first.control("GET", &order, Value::Null).await;
    drop(first);
    place.hand.advance(Duration::from_hours(72));
    let second = place.start().await;
    let overdue: Value = second.control("GET", &order, Value::Null).await;
    assert_eq!((&open["status"], &overdue["status"]), (&json!(6), &json!(4)), "cancelled by its deadline");
}

#[tokio::test]
async fn a_line_that_was_torn_off_did_not_happen() {
    let place = Place::new();
    let first = place.start().await;
    live(&place, &first).await;
    let before = whole(&first).await;
    drop(first);
    let mut file = fs::OpenOptions::new().append(true).open(place.file()).expect("the file");
    file.write_all(br#"{"act":"clock","#).expect("half a line");
    let second = place.start().await;
    assert_eq!(whole(&second).await, before);
    let _: Value = second.control("POST", "/clock", json!({"advance_seconds": 5})).await;
    let before = whole(&second).await;
    drop(second);
    assert_eq!(whole(&place.start().await).await, before, "what came after it is whole");

    fs::write(place.file(), br#"{"simulator":1,"se"#).expect("half an anchor");
    assert_eq!(whole(&place.start().await).await[0], json!([]), "nothing had begun");
}

#[tokio::test]
async fn the_file_says_whose_world_it_is() {
    let place = Place::new();
    let first = place.start().await;
    let before = whole(&first).await;
    let taken = simulator::run(place.options()).await.err().expect("a refusal").to_string();
    assert!(taken.contains("another simulator uses this file"), "{taken}");
    drop(first);
    let other = Options { seed: 9, orders: 100, hostile: true, ..place.options() };
    assert_eq!(whole(&Bss::start_with(other).await).await, before);
}

#[tokio::test]
async fn a_file_that_cannot_be_lived_again_is_refused() {
    let place = Place::new();
    let first = place.start().await;
    live(&place, &first).await;
    drop(first);
    let text = fs::read_to_string(place.file()).expect("the file");
    fs::write(place.file(), text.replacen("\"ledger\":1}", "\"ledger\":5}", 1)).expect("another past");
    let error = simulator::run(place.options()).await.err().expect("a refusal").to_string();
    assert!(error.contains("does not happen again as it did"), "{error}");
    fs::write(place.file(), text.replacen("\"act\":\"call\"", "\"act\":\"cough\"", 1)).expect("nonsense");
    let error = simulator::run(place.options()).await.err().expect("a refusal").to_string();
    assert!(error.contains("line 4"), "{error}");
}

#[tokio::test]
async fn a_stopped_simulator_lets_nothing_happen_behind_its_file() {
    let place = Place::new();
    let running = simulator::run(place.options()).await.expect("a simulator");
    let control = running.ready.control.trim_start_matches("http://").to_owned();
    let mut open = TcpStream::connect(&control).await.expect("a connection");
    let request = format!(
        "POST /orders HTTP/1.1\r\nHost: {control}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}"
    );
    open.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = [0; 1_000];
    let read = open.read(&mut answer).await.expect("an answer");
    assert!(answer[..read].starts_with(b"HTTP/1.1 200"));
    assert_eq!(lines(&place.file()), 2);
    drop(running);
    // Whether the old connection is closed already or still answers: it cannot do anything.
    let _ = open.write_all(request.as_bytes()).await;
    let read = open.read(&mut answer).await.unwrap_or(0);
    assert!(!answer[..read].starts_with(b"HTTP/1.1 200"));
    assert_eq!(lines(&place.file()), 2);
}

#[tokio::test]
async fn what_was_taken_from_keys_and_where_accounts_went_is_remembered() {
    let place = Place::new();
    let bss = place.start().await;
    let _: Value = bss.control("POST", "/permissions", json!({"deny": ["bss:balance:view"]})).await;
    let session: Value = bss.control("POST", "/session-keys", json!({"seconds": 3_600})).await;
    drop(bss);
    let again = place.start().await;
    let (reader, _) = again.handles();
    let error = reader.balances().await.expect_err("denied");
    assert_eq!(error.code.as_deref(), Some("CBC.0151"));
    let same: Value = again.control("POST", "/session-keys", json!({"seconds": 3_600})).await;
    assert_eq!(session, same);
    let _: Value = again.control("POST", "/permissions", json!({"deny": []})).await;
    let _: Value = again.control("POST", "/site", json!({"elsewhere": true, "code": "CBC.0156"})).await;
    drop(again);
    let last = place.start().await;
    let (reader, _) = last.handles();
    assert_eq!(reader.balances().await.expect_err("elsewhere").code.as_deref(), Some("CBC.0156"));
}

#[tokio::test]
async fn what_renewed_itself_is_renewed_once_however_often_the_world_is_made_anew() {
    let place = Place::new();
    let first = place.start().await;
    let (_, writer) = first.handles();
    let order = first.unpaid_order("300").await;
    assert_eq!(first.send(&writer, &pay(&order)).await.http_status, Some(204));
    place.hand.advance(Duration::from_secs(10));
    let known: Value = first.control("GET", &format!("/orders/{order}"), Value::Null).await;
    let resource = known["resource_ids"][0].as_str().expect("an id").to_owned();
    let set = AutoRenewal::new(resource, Some(1), None).expect("an automatic renewal");
    assert_eq!(first.send(&writer, &Write::AutoRenew(set)).await.http_status, Some(204));
    let _: Value = first.control("POST", "/clock", json!({"advance_seconds": 40 * 86_400})).await;
    let ledger: Vec<Value> = first.control("GET", "/ledger", Value::Null).await;
    assert!(ledger.iter().any(|effect| effect["actor"] == "system"), "{ledger:?}");
    // From now on resources are released sooner; what happened before does not change.
    let _: Value = first.control("POST", "/settings", json!({"grace_ms": 0, "retention_ms": 0})).await;
    let _: Value = first.control("POST", "/orders", json!({"amount": "5"})).await;
    let _: Value = first.control("POST", "/settings", json!({"signature_valid_ms": i64::MAX / 4})).await;
    let before = whole(&first).await;
    drop(first);
    let second = place.start().await;
    assert_eq!(whole(&second).await, before);
}
