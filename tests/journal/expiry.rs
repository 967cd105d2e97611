//! A BSS of a few lines that only knows what happens to resources at their expiry: what is set, what becomes
//! pay-per-use, and how that is read back. A script says what goes wrong with each write.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use bss_portal::{
    bss::transport::{Broken, Purpose, Request, Response, Stage, Wire},
    clock::Clock,
};
use serde_json::{Value, json};

use super::{resources::expiry, upstream::Fate};

/// A resource: BSS's codes of its status and policy.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kept {
    pub(crate) status: i32,
    pub(crate) policy: i32,
}

/// An order that makes a resource pay-per-use.
#[derive(Debug, Clone)]
pub(crate) struct Converting {
    pub(crate) status: i32,
    created: String,
}

#[derive(Default)]
pub(crate) struct Inside {
    pub(crate) resources: BTreeMap<String, Kept>,
    pub(crate) orders: Vec<Converting>,
    pub(crate) fates: VecDeque<Fate>,
    /// The status of the next conversion: 5 done, 1 under review.
    pub(crate) converts_to: i32,
    /// What took effect: operation and body.
    pub(crate) effects: Vec<(&'static str, Value)>,
    /// How many writes left.
    pub(crate) posts: usize,
    late: Vec<(&'static str, String, Value)>,
}

/// The scripted BSS.
#[derive(Clone)]
pub(crate) struct Expiry {
    inside: Arc<Mutex<Inside>>,
    clock: Arc<Mutex<Option<Clock>>>,
}

impl Expiry {
    pub(crate) fn new() -> Self {
        let inside = Inside { converts_to: 5, ..Inside::default() };
        Self { inside: Arc::new(Mutex::new(inside)), clock: Arc::default() }
    }

    /// As the wire of a world with this time.
    pub(crate) fn wire(&self, clock: &Clock) -> Arc<dyn Wire> {
        *self.clock.lock().expect("no test panicked") = Some(clock.clone());
        Arc::new(self.clone())
    }

    pub(crate) fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().expect("no test panicked inside")
    }

    /// Somebody sets this in the console, or it is so from the start.
    pub(crate) fn set(&self, id: &str, policy: i32) {
        self.inside().resources.insert(id.to_owned(), Kept { status: 2, policy });
    }

    pub(crate) fn policy(&self, id: &str) -> i32 {
        self.inside().resources[id].policy
    }

    /// How many writes took effect, and how many left.
    pub(crate) fn counted(&self) -> (usize, usize) {
        let inside = self.inside();
        (inside.effects.len(), inside.posts)
    }

    pub(crate) fn fate(&self, fate: Fate) {
        self.inside().fates.push_back(fate);
    }

    /// What was late arrives now.
    pub(crate) fn deliver_late(&self) {
        let late = std::mem::take(&mut self.inside().late);
        for (operation, id, body) in late {
            self.execute(operation, &id, &body);
        }
    }

    fn now(&self) -> String {
        let clock = self.clock.lock().expect("no test panicked").clone().expect("in a world");
        clock.now().format("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    fn execute(&self, operation: &'static str, id: &str, body: &Value) -> Response {
        let created = self.now();
        let mut inside = self.inside();
        let status = inside.converts_to;
        let Inside { resources, orders, effects, .. } = &mut *inside;
        effects.push((operation, body.clone()));
        if operation == "set_resources_renew_config" {
            return response(200, &json!({ "error_code": "CBC.0000", "error_msg": "Success." }));
        }
        let kept = resources.get_mut(id).expect("there is such a resource");
        match operation {
            "auto_renewal_resources" => kept.policy = 3,
            "cancel_auto_renewal_resources" => kept.policy = 0,
            "update_period_to_on_demand" => {
                kept.policy = i32::from(body["operation"] == "SET_UP");
                return response(200, &json!({ "error_details": [] }));
            }
            "update_period_to_on_demand_instantly" => {
                let order_id = format!("CS{:03}", orders.len());
                orders.push(Converting { status, created });
                if status == 5 {
                    kept.status = 3;
                }
                let result = if status == 5 { "SUCCESS" } else { "AUDIT" };
                let row = json!({ "resource_id": id, "result": result, "order_id": order_id });
                return response(200, &json!({ "to_ondemand_service_results": [row] }));
            }
            other => panic!("an unexpected write: {other}"),
        }
        Response { status: 204, headers: http::HeaderMap::new(), body: Vec::new() }
    }

    fn read(&self, request: &Request) -> Response {
        let inside = self.inside();
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        match request.operation {
            "list_pay_per_use_customer_resources" => {
                let wanted: Vec<&str> =
                    body["resource_ids"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
                let expires = expiry().format("%Y-%m-%dT%H:%M:%SZ").to_string();
                let row = |(id, kept): (&String, &Kept)| {
                    json!({ "id": "1", "resource_id": id, "status": kept.status, "is_main_resource": 1,
                        "expire_time": expires, "expire_policy": kept.policy })
                };
                let listed =
                    |(id, kept): &(&String, &Kept)| wanted.contains(&id.as_str()) && kept.status != 3;
                let data: Vec<Value> = inside.resources.iter().filter(listed).map(row).collect();
                response(200, &json!({ "total_count": data.len(), "data": data }))
            }
            "list_customer_orders" => {
                let asks_for_conversions = request.target.contains("order_type=10");
                let orders = inside.orders.iter().enumerate().filter(|_| asks_for_conversions);
                let infos: Vec<Value> = orders.map(|(n, order)| order.json(n)).collect();
                response(200, &json!({ "total_count": infos.len(), "order_infos": infos }))
            }
            "show_customer_order_details" => {
                let asked = request.target.split(['/', '?']).nth(5).unwrap_or_default();
                let found = inside.orders.iter().enumerate().find(|(n, _)| format!("CS{n:03}") == asked);
                let (n, order) = found.expect("there is such an order");
                let info = order.json(n);
                response(200, &json!({ "total_count": 0, "order_info": info, "order_line_items": [] }))
            }
            // What is read again afterwards is of no interest here.
            _ => response(404, &json!({})),
        }
    }
}

impl Converting {
    fn json(&self, n: usize) -> Value {
        json!({ "order_id": format!("CS{n:03}"), "order_type": 10, "status": self.status, "user_name": "portal",
            "create_time": self.created, "official_amount": 0, "amount_after_discount": 0 })
    }
}

fn response(status: u16, body: &Value) -> Response {
    Response { status, headers: http::HeaderMap::new(), body: body.to_string().into_bytes() }
}

#[async_trait::async_trait]
impl Wire for Expiry {
    async fn exchange(&self, request: Request, _: Duration) -> Result<Response, Broken> {
        if request.purpose == Purpose::Read {
            return Ok(self.read(&request));
        }
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let of_path = request.target.rsplit('/').next().unwrap_or_default();
        let id = body["resource_ids"][0].as_str().unwrap_or(of_path).to_owned();
        let fate = self.inside().fates.pop_front().unwrap_or(Fate::Fine);
        if matches!(fate, Fate::NotSent) {
            return Err(Broken::unsent(Stage::Connect, "refused"));
        }
        self.inside().posts += 1;
        let lost = || Err(Broken::sent(Stage::Exchange, "reset"));
        let said = |status, body: &str| {
            Ok(Response { status, headers: http::HeaderMap::new(), body: body.as_bytes().to_vec() })
        };
        match fate {
            Fate::Fine => Ok(self.execute(request.operation, &id, &body)),
            Fate::LostAnswer | Fate::Hang => {
                self.execute(request.operation, &id, &body);
                lost()
            }
            Fate::LostRequest | Fate::NotSent => lost(),
            Fate::Answer(status, words) => said(status, words),
            Fate::EffectThen(status, words) => {
                self.execute(request.operation, &id, &body);
                said(status, words)
            }
            Fate::Late => {
                self.inside().late.push((request.operation, id, body));
                lost()
            }
        }
    }
}
