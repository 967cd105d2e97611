//! The simulator's control plane: somebody in Huawei's own console, faults on order, and what really happened.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use chrono::{DateTime, NaiveDateTime, Utc};
use reqwest::Client;
use rust_decimal::Decimal;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::evidence::{Effect, Sent};

/// A simulator's control plane.
#[derive(Debug, Clone)]
pub struct Console {
    http: Client,
    url: String,
}

/// A row of the ledger as the simulator tells it.
#[derive(Deserialize)]
struct Row {
    seq: u64,
    at: DateTime<Utc>,
    account: String,
    operation: String,
    subject: String,
    amount: Decimal,
    request_id: String,
    actor: String,
    coupons: Vec<Spent>,
}

#[derive(Deserialize)]
struct Spent {
    amount: Decimal,
}

/// A request as the simulator tells it.
#[derive(Deserialize)]
struct Received {
    seq: u64,
    at: DateTime<Utc>,
    account: Option<String>,
    operation: Option<String>,
    method: String,
    x_sdk_date: Option<String>,
    body_sha256: String,
    signature: Option<String>,
    status: Option<u16>,
    effect: Option<u64>,
    duplicate: bool,
}

/// A rule as the simulator tells it.
#[derive(Deserialize)]
struct Standing {
    operation: String,
    fired: u64,
    fault: Kind,
}

#[derive(Deserialize)]
struct Kind {
    kind: String,
}

/// How often faults struck, by call and kind.
pub type Struck = BTreeMap<(String, String), u64>;

/// An order as it really is.
#[derive(Debug, Clone, Deserialize)]
pub struct Truth {
    /// The status that readers see, or will see.
    pub status: i64,
    /// When it was paid.
    pub paid_at: Option<DateTime<Utc>>,
    /// What it provides once it is complete.
    pub resource_ids: Vec<String>,
}

impl Console {
    /// The one at `url`.
    pub fn new(http: Client, url: String) -> Self {
        Self { http, url }
    }

    /// Every effect after `after`.
    pub async fn ledger(&self, after: u64) -> Result<Vec<Effect>> {
        let rows: Vec<Row> = self.get(&format!("/ledger?after={after}")).await?;
        let effect = |row: Row| Effect {
            seq: row.seq,
            at: row.at,
            account: row.account,
            operation: row.operation,
            subject: row.subject,
            amount: row.amount,
            coupons: row.coupons.iter().map(|spent| spent.amount).sum(),
            request_id: Some(row.request_id),
            actor: row.actor,
        };
        Ok(rows.into_iter().map(effect).collect())
    }

    /// The number of the last effect and of the last request.
    pub async fn last(&self, (effect, request): (u64, u64)) -> Result<(u64, u64)> {
        let effects: Vec<Row> = self.get(&format!("/ledger?after={effect}")).await?;
        let requests: Vec<Received> = self.get(&format!("/requests?after={request}")).await?;
        let last = requests.last().map_or(request, |request| request.seq);
        Ok((effects.last().map_or(effect, |row| row.seq), last))
    }

    /// Every request that would change something, after `after`. Some questions have a body, and so are posted:
    /// Huawei's names of those begin with what they do. Whatever had an effect counts, however it is called.
    pub async fn writes(&self, after: u64) -> Result<Vec<Sent>> {
        let requests: Vec<Received> = self.get(&format!("/requests?after={after}")).await?;
        let asks = |request: &Received| {
            let operation = request.operation.as_deref().unwrap_or_default();
            request.effect.is_none() && ["list_", "show_"].iter().any(|verb| operation.starts_with(verb))
        };
        let writes = requests
            .into_iter()
            .filter(|request| request.method != "GET" && request.account.is_some() && !asks(request));
        writes.map(sent).collect()
    }

    /// Adds rules.
    pub async fn faults(&self, rules: &[Value]) -> Result<()> {
        self.post("/faults", &json!({ "rules": rules })).await.map(drop)
    }

    /// Makes everything go right again; how often faults struck, by call and kind.
    pub async fn clear_faults(&self) -> Result<Struck> {
        let rules: Vec<Standing> = self.get("/faults").await?;
        let mut struck = BTreeMap::new();
        for rule in rules.into_iter().filter(|rule| rule.fired > 0) {
            *struck.entry((rule.operation, rule.fault.kind)).or_default() += rule.fired;
        }
        let answer = self.http.delete(format!("{}/faults", self.url)).send().await?;
        ensure!(answer.status().is_success(), "faults stay: {}", answer.status());
        Ok(struck)
    }

    /// `strict` or `naive`.
    pub async fn mode(&self, mode: &str) -> Result<()> {
        self.post("/mode", &json!({ "mode": mode })).await.map(drop)
    }

    /// Changes its settings.
    pub async fn settings(&self, settings: &Value) -> Result<()> {
        self.post("/settings", settings).await.map(drop)
    }

    /// Somebody acts in Huawei's console; the status of the answer.
    pub async fn act(&self, act: &Value) -> Result<u16> {
        let answer = self.http.post(format!("{}/console", self.url)).json(act).send().await?;
        Ok(answer.status().as_u16())
    }

    /// A new order that waits to be paid.
    pub async fn place(&self, account: &str, amount: &str) -> Result<String> {
        let placed = self.post("/orders", &json!({ "account": account, "amount": amount })).await?;
        Ok(placed["order_id"].as_str().context("no order id")?.to_owned())
    }

    /// A resource is bought by the month, and paid for in the console.
    pub async fn buy(&self, account: &str, amount: &str) -> Result<String> {
        let order = self.place(account, amount).await?;
        let status = self.act(&json!({ "action": "pay", "order_id": order })).await?;
        ensure!(status == 200, "the purchase {order} was not paid: {status}");
        self.order(&order).await?.resource_ids.into_iter().next().context("a purchase of nothing")
    }

    /// An order as it really is.
    pub async fn order(&self, id: &str) -> Result<Truth> {
        self.get(&format!("/orders/{id}")).await
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        let answer = self.http.get(format!("{}{path}", self.url)).send().await?.error_for_status()?;
        answer.json().await.with_context(|| format!("what the simulator says about {path}"))
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let answer = self.http.post(format!("{}{path}", self.url)).json(body).send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        ensure!(status.is_success(), "{path} {body}: {status} {text}");
        Ok(serde_json::from_str(&text).unwrap_or_default())
    }
}

fn sent(request: Received) -> Result<Sent> {
    let date = request.x_sdk_date.unwrap_or_default();
    let date =
        NaiveDateTime::parse_from_str(&date, "%Y%m%dT%H%M%SZ").with_context(|| format!("date {date:?}"))?;
    Ok(Sent {
        at: request.at,
        account: request.account.unwrap_or_default(),
        operation: request.operation.unwrap_or_default(),
        x_sdk_date: date.and_utc(),
        body_sha256: request.body_sha256,
        signature: request.signature.unwrap_or_default(),
        status: request.status,
        effect: request.effect,
        duplicate: request.duplicate,
    })
}
