//! A BSS of a few lines behind the client's wire: orders, coupons and a balance that payments change,
//! and a script of what goes wrong with each write. It counts effects and requests. Resources are in
//! `resources.rs`.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use bss_portal::{
    bss::transport::{Broken, Purpose, Request, Response, Stage, Wire},
    clock::Clock,
};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::resources::Shop;

/// What happens to the next write.
#[derive(Debug, Clone)]
pub(crate) enum Fate {
    /// It takes effect and is answered.
    Fine,
    /// It takes effect; the answer is lost.
    LostAnswer,
    /// It is lost on its way.
    LostRequest,
    /// It never left.
    NotSent,
    /// This answer, without effect.
    Answer(u16, &'static str),
    /// It takes effect, and this answer comes.
    EffectThen(u16, &'static str),
    /// It takes effect, and no answer comes until the sender gives up or dies.
    Hang,
    /// It arrives when a test says so; no answer comes.
    Late,
}

/// One order.
#[derive(Debug, Clone)]
pub(crate) struct FakeOrder {
    pub(crate) status: i32,
    pub(crate) amount: &'static str,
    pub(crate) paid_at: Option<DateTime<Utc>>,
}

#[derive(Default)]
pub(crate) struct Inside {
    pub(crate) orders: HashMap<String, FakeOrder>,
    pub(crate) coupons: Vec<Value>,
    pub(crate) discounts: Vec<Value>,
    pub(crate) cash: &'static str,
    pub(crate) fates: VecDeque<Fate>,
    /// Effects that happened: operation and order.
    pub(crate) effects: Vec<(String, String)>,
    /// Every write that arrived or was lost after it left: its X-Sdk-Date.
    pub(crate) posts: Vec<String>,
    /// Reads fail with this status and body.
    pub(crate) reads_fail: Option<(u16, &'static str)>,
    /// Reads show orders as they were when this was set.
    pub(crate) stale: Option<HashMap<String, FakeOrder>>,
    /// Yearly/monthly resources and the orders about them.
    pub(crate) shop: Shop,
    late: Vec<(String, Value)>,
}

/// The scripted BSS.
#[derive(Clone)]
pub(crate) struct Upstream {
    inside: Arc<Mutex<Inside>>,
    clock: Clock,
}

impl Upstream {
    pub(crate) fn new(clock: Clock) -> Self {
        let inside = Inside { cash: "100000.00", ..Inside::default() };
        Self { inside: Arc::new(Mutex::new(inside)), clock }
    }

    pub(crate) fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().expect("no test panicked inside")
    }

    pub(crate) fn order(&self, id: &str, amount: &'static str) {
        self.inside().orders.insert(id.to_owned(), FakeOrder { status: 6, amount, paid_at: None });
    }

    pub(crate) fn fate(&self, fate: Fate) {
        self.inside().fates.push_back(fate);
    }

    /// Somebody pays in Huawei's own console.
    pub(crate) fn console_pays(&self, id: &str) {
        let now = self.clock.now();
        let mut inside = self.inside();
        let order = inside.orders.get_mut(id).expect("there is such an order");
        (order.status, order.paid_at) = (5, Some(now));
    }

    pub(crate) fn set_status(&self, id: &str, status: i32) {
        self.inside().orders.get_mut(id).expect("there is such an order").status = status;
    }

    /// From now on reads show orders as they are now, whatever happens.
    pub(crate) fn freeze_reads(&self) {
        let mut inside = self.inside();
        inside.stale = Some(inside.orders.clone());
    }

    /// What was late arrives now.
    pub(crate) fn deliver_late(&self) {
        let late = std::mem::take(&mut self.inside().late);
        for (operation, asked) in late {
            self.execute(&operation, &asked);
        }
    }

    /// How often `order` was paid or cancelled.
    pub(crate) fn effects(&self, order: &str) -> usize {
        self.inside().effects.iter().filter(|(_, subject)| subject == order).count()
    }

    pub(crate) fn posts(&self) -> usize {
        self.inside().posts.len()
    }

    /// Pays or cancels without asking whether that was done before: a naive upstream.
    fn execute(&self, operation: &str, asked: &Value) -> Response {
        let now = self.clock.now();
        let mut inside = self.inside();
        if matches!(operation, "renewal_resources" | "cancel_resources_subscription") {
            let done = inside.shop.request(operation, asked, "portal", now);
            let effects = done.resources.iter().map(|id| (operation.to_owned(), id.clone()));
            inside.effects.extend(effects);
            let (status, body) = done.answer();
            return response(status, &body.to_string());
        }
        let id = asked["order_id"].as_str().expect("an order");
        inside.effects.push((operation.to_owned(), id.to_owned()));
        let order = inside.orders.get_mut(id).expect("there is such an order");
        if operation == "pay_orders" {
            (order.status, order.paid_at) = (5, Some(now));
        } else {
            order.status = 4;
        }
        response(204, "")
    }

    fn read(&self, request: &Request) -> Response {
        let inside = self.inside();
        if let Some((status, body)) = inside.reads_fail {
            return response(status, body);
        }
        if let Some(body) = inside.shop.read(request) {
            return response(200, &body.to_string());
        }
        let body = match request.operation {
            "show_customer_order_details" => {
                let id = request.target.split(['/', '?']).nth(5).unwrap_or_default();
                let orders = inside.stale.as_ref().unwrap_or(&inside.orders);
                let Some(order) = orders.get(id) else {
                    return response(400, r#"{"error_code":"CBC.30000010","error_msg":"no such order"}"#);
                };
                let info = json!({
                    "order_id": id, "status": order.status, "order_type": 1,
                    "create_time": "2026-11-01T00:00:00Z",
                    "payment_time": order.paid_at.map(|at| at.format("%Y-%m-%dT%H:%M:%SZ").to_string()),
                });
                // Amounts are numbers on this wire; written by hand so that no digit is lost.
                let info = info.to_string();
                let amounts = format!(r#","official_amount":{0},"amount_after_discount":{0}}}"#, order.amount);
                let info = format!("{}{amounts}", info.trim_end_matches('}'));
                format!(r#"{{"total_count":0,"order_info":{info},"order_line_items":[]}}"#)
            }
            "list_order_coupons_by_order_id" => {
                json!({ "count": inside.coupons.len(), "user_coupons": inside.coupons, "coupon_max_use_quantity": [] })
                    .to_string()
            }
            "list_order_discounts" => json!({ "discounts": inside.discounts }).to_string(),
            "show_customer_account_balances" => format!(
                r#"{{"account_balances":[{{"account_type":1,"amount":{}}}],"debt_amount":0,"currency":"CNY"}}"#,
                inside.cash
            ),
            // What is read again afterwards is of no interest here.
            _ => return response(404, "{}"),
        };
        response(200, &body)
    }
}

fn response(status: u16, body: &str) -> Response {
    Response { status, headers: http::HeaderMap::new(), body: body.as_bytes().to_vec() }
}

#[async_trait::async_trait]
impl Wire for Upstream {
    async fn exchange(&self, request: Request, limit: Duration) -> Result<Response, Broken> {
        if request.purpose == Purpose::Read {
            return Ok(self.read(&request));
        }
        let asked: Value = serde_json::from_slice(&request.body).expect("a JSON body");
        let date = request.headers.iter().find(|(name, _)| *name == "X-Sdk-Date").expect("signed").1.clone();
        let fate = self.inside().fates.pop_front().unwrap_or(Fate::Fine);
        if matches!(fate, Fate::NotSent) {
            return Err(Broken::unsent(Stage::Connect, "refused"));
        }
        self.inside().posts.push(date);
        let lost = || Err(Broken::sent(Stage::Exchange, "reset"));
        match fate {
            Fate::Fine => Ok(self.execute(request.operation, &asked)),
            Fate::LostAnswer => {
                self.execute(request.operation, &asked);
                lost()
            }
            Fate::LostRequest => lost(),
            Fate::Answer(status, body) => Ok(response(status, body)),
            Fate::EffectThen(status, body) => {
                self.execute(request.operation, &asked);
                Ok(response(status, body))
            }
            Fate::Hang => {
                self.execute(request.operation, &asked);
                self.clock.sleep(limit).await;
                Err(Broken::sent(Stage::Deadline, "no answer"))
            }
            Fate::Late => {
                self.inside().late.push((request.operation.to_owned(), asked));
                Err(Broken::sent(Stage::Deadline, "no answer"))
            }
            Fate::NotSent => unreachable!("handled above"),
        }
    }
}
