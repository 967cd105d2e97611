//! The simulated Huawei Cloud of a test, and what happens in it behind the portal's back.

use bss_portal::{
    clock::Clock,
    simulator::{self, Options, ReadyLine, Running},
};
use serde::Deserialize;
use serde_json::{Value, json};

/// A simulator that ends with the test.
pub struct Simulator {
    running: Running,
    http: reqwest::Client,
}

/// Something that happened to money or to an order.
#[derive(Debug, Clone, Deserialize)]
pub struct Effect {
    /// Its number, from 1.
    pub seq: u64,
    /// The domain id of the account.
    pub account: String,
    /// The catalogue's name of the call.
    pub operation: String,
    /// The order or resource.
    pub subject: String,
    /// The amount, if money moved.
    pub amount: Option<String>,
    /// The coupons that were used.
    #[serde(default)]
    pub coupons: Vec<Spent>,
}

/// What was taken from a coupon.
#[derive(Debug, Clone, Deserialize)]
pub struct Spent {
    /// The coupon.
    pub coupon_id: String,
}

impl Simulator {
    /// With this many orders of the first account.
    pub async fn start(seed: u64, orders: u32, clock: Clock) -> Self {
        // reqwest takes the process's provider, and there may be one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let options = Options { seed, orders, clock, ..Options::default() };
        let running = simulator::run(options).await.expect("a simulator");
        Self { running, http: reqwest::Client::new() }
    }

    /// Where it is and whose accounts it has.
    pub fn ready(&self) -> &ReadyLine {
        &self.running.ready
    }

    /// Everything that happened, in order.
    pub async fn ledger(&self) -> Vec<Effect> {
        serde_json::from_value(self.get("/ledger").await).expect("a ledger")
    }

    /// How often `operation` happened to `subject`.
    pub async fn happened(&self, operation: &str, subject: &str) -> usize {
        let ledger = self.ledger().await;
        ledger.iter().filter(|effect| effect.operation == operation && effect.subject == subject).count()
    }

    /// The requests that arrived, as the simulator lists them.
    pub async fn requests(&self) -> Vec<Value> {
        serde_json::from_value(self.get("/requests").await).expect("requests")
    }

    /// How many requests of `operation` have arrived.
    pub async fn asked(&self, operation: &str) -> usize {
        self.requests().await.iter().filter(|request| request["operation"] == operation).count()
    }

    /// Makes calls of `operation` go wrong: `{"kind": "lose_answer"}` and so on; the first `times`.
    pub async fn fault(&self, operation: &str, times: u64, fault: Value) {
        self.post(
            "/faults",
            json!({"rules": [{"operation": operation, "call": 1, "times": times, "fault": fault}]}),
        )
        .await;
    }

    /// Makes everything go right again.
    pub async fn clear_faults(&self) {
        let answer = self.http.delete(self.url("/faults")).send().await.expect("an answer");
        assert!(answer.status().is_success());
    }

    /// `strict` or `naive`.
    pub async fn mode(&self, mode: &str) {
        self.post("/mode", json!({ "mode": mode })).await;
    }

    /// Lets time pass there.
    pub async fn advance(&self, seconds: i64) {
        self.post("/clock", json!({ "advance_seconds": seconds })).await;
    }

    /// Changes its settings, such as `{"visible_after_ms": 0}`.
    pub async fn settings(&self, settings: Value) {
        self.post("/settings", settings).await;
    }

    /// Takes permissions from the key of the account called `account`: all of these, and no others.
    pub async fn deny(&self, account: &str, permissions: &[&str]) {
        self.post("/permissions", json!({"account": account, "deny": permissions})).await;
    }

    /// Somebody acts in Huawei's own console: `{"action": "pay", "order_id": …}`.
    pub async fn console(&self, act: Value) -> Value {
        self.post("/console", act).await
    }

    /// The same where it may be refused.
    pub async fn console_if_it_can(&self, act: Value) -> Option<Value> {
        let answer = self.http.post(self.url("/console")).json(&act).send().await.expect("an answer");
        if answer.status().is_success() { Some(read(answer).await) } else { None }
    }

    /// A new order that waits to be paid, in the first account.
    pub async fn place_order(&self, amount: &str) -> String {
        let placed = self.post("/orders", json!({ "amount": amount })).await;
        placed["order_id"].as_str().expect("an order").to_owned()
    }

    /// An order as it really is.
    pub async fn order(&self, id: &str) -> Value {
        self.get(&format!("/orders/{id}")).await
    }

    /// The project of a region of the account at a position.
    pub async fn project(&self, account: usize, region: &str) -> String {
        let accounts = self.get("/accounts").await;
        accounts[account]["region_projects"][region].as_str().expect("a project").to_owned()
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.ready().control)
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self.http.get(self.url(path)).send().await.expect("an answer");
        read(answer).await
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let answer = self.http.post(self.url(path)).json(&body).send().await.expect("an answer");
        read(answer).await
    }
}

async fn read(answer: reqwest::Response) -> Value {
    let status = answer.status();
    let text = answer.text().await.expect("a body");
    assert!(status.is_success(), "{status}: {text}");
    serde_json::from_str(&text).expect("JSON")
}
