//! The part of the scripted BSS that sells resources: what renewals and unsubscriptions do, and how
//! both are read back.

use std::collections::BTreeMap;

use bss_portal::bss::transport::Request;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::upstream::Upstream;

/// A yearly/monthly resource.
#[derive(Debug, Clone)]
pub(crate) struct FakeResource {
    pub(crate) status: i32,
    pub(crate) expire_time: DateTime<Utc>,
}

/// An order about a resource.
#[derive(Debug, Clone)]
pub(crate) struct MadeOrder {
    pub(crate) id: String,
    pub(crate) kind: i32,
    pub(crate) status: i32,
    pub(crate) resource: String,
    pub(crate) user: &'static str,
    pub(crate) created: DateTime<Utc>,
}

/// All of them.
#[derive(Default)]
pub(crate) struct Shop {
    pub(crate) resources: BTreeMap<String, FakeResource>,
    pub(crate) made: Vec<MadeOrder>,
    /// Does again what was done, instead of refusing it.
    pub(crate) naive: bool,
    /// Everything was bought by one order.
    pub(crate) together: bool,
    /// Lists nothing that is closed.
    pub(crate) forgets: bool,
}

impl Shop {
    /// Renews (an unpaid order) or unsubscribes for `user`, or says why not.
    pub(crate) fn change(
        &mut self,
        operation: &str,
        id: &str,
        user: &'static str,
        now: DateTime<Utc>,
    ) -> Result<String, &'static str> {
        let renews = operation == "renewal_resources";
        let unpaid = self.made.iter().any(|order| order.resource == id && order.status == 6);
        let resource = self.resources.get_mut(id).ok_or("CBC.99003012")?;
        if !self.naive && unpaid {
            return Err("CBC.99003100");
        }
        if !self.naive && resource.status == 3 {
            return Err("CBC.30000067");
        }
        let (kind, status) = if renews { (2, 6) } else { (4, 5) };
        if !renews {
            resource.status = 3;
        }
        let order = format!("CS{:03}", self.made.len());
        let made = MadeOrder { id: order.clone(), kind, status, resource: id.to_owned(), user, created: now };
        self.made.push(made);
        Ok(order)
    }

    /// The answer to a question about resources and their orders, if it is one.
    pub(crate) fn read(&self, request: &Request) -> Option<Value> {
        let asked = request.target.split(['/', '?']).nth(5).unwrap_or_default();
        match request.operation {
            "list_pay_per_use_customer_resources" => Some(self.resources(&request.body)),
            "show_customer_order_details" => {
                let order = self.made.iter().find(|order| order.id == asked)?;
                Some(json!({ "total_count": 0, "order_info": order.json(true), "order_line_items": [] }))
            }
            "show_refund_order_details" => {
                let order_id = parameter(request, "order_id")?;
                let order = self.made.iter().find(|order| order.id == order_id)?;
                // The id is the record's; the order that the money came from leads to the resource.
                let base = format!("P-{}", order.resource);
                let row = json!({ "id": "R1", "amount": -1, "measure_id": "1", "base_order_id": base });
                Some(json!({ "total_count": 1, "refund_infos": [row] }))
            }
            "list_customer_orders" if parameter(request, "order_id").is_none() => {
                let found: Vec<_> = self.made.iter().filter(|order| order.fits(request)).collect();
                let infos: Vec<_> = found.iter().map(|order| order.json(false)).collect();
                Some(json!({ "total_count": infos.len(), "order_infos": infos }))
            }
            _ => None,
        }
    }

    fn resources(&self, body: &[u8]) -> Value {
        let body: Value = serde_json::from_slice(body).expect("a question in JSON");
        let of_order = body["order_id"].as_str();
        let wanted: Vec<&str> = match of_order {
            Some(id) => match id.strip_prefix("P-") {
                Some(_) if self.together => self.resources.keys().map(String::as_str).collect(),
                Some(bought) => vec![bought],
                None => self.made.iter().filter(|o| o.id == id).map(|o| o.resource.as_str()).collect(),
            },
            None => body["resource_ids"].as_array().expect("ids").iter().filter_map(Value::as_str).collect(),
        };
        let listed = |id: &str, status| wanted.contains(&id) && (status != 3 || !self.forgets);
        let data: Vec<_> = self
            .resources
            .iter()
            .filter(|(id, resource)| listed(id, resource.status))
            .map(|(id, resource)| {
                json!({ "id": "1", "resource_id": id, "status": resource.status, "is_main_resource": 1,
                    "expire_time": stamp(resource.expire_time) })
            })
            .collect();
        json!({ "total_count": data.len(), "data": data })
    }
}

impl MadeOrder {
    /// Only details name the creator.
    fn json(&self, in_details: bool) -> Value {
        let user = in_details.then_some(self.user);
        json!({ "order_id": self.id, "order_type": self.kind, "status": self.status, "user_name": user,
            "create_time": stamp(self.created), "official_amount": 1, "amount_after_discount": 1 })
    }

    fn fits(&self, request: &Request) -> bool {
        let is = |name, value: i32| parameter(request, name).is_none_or(|asked| asked == value.to_string());
        let from = parameter(request, "create_time_begin");
        is("order_type", self.kind)
            && is("status", self.status)
            && from.is_none_or(|from| stamp(self.created).as_str() >= from.as_str())
    }
}

fn parameter(request: &Request, name: &str) -> Option<String> {
    let query = request.target.split_once('?')?.1;
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs.find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

fn stamp(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// When the resources of tests expire, unless somebody renews them.
pub(crate) fn expiry() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(30_000)
}

impl Upstream {
    /// There is this resource.
    pub(crate) fn resource(&self, id: &str) {
        let resource = FakeResource { status: 2, expire_time: expiry() };
        self.inside().shop.resources.insert(id.to_owned(), resource);
    }

    /// Somebody does this in Huawei's own console.
    pub(crate) fn console(&self, operation: &str, id: &str, now: DateTime<Utc>) -> String {
        self.inside().shop.change(operation, id, "li.na", now).expect("allowed")
    }

    /// An order about a resource.
    pub(crate) fn made(&self, order: &str) -> MadeOrder {
        let inside = self.inside();
        inside.shop.made.iter().find(|made| made.id == order).expect("made").clone()
    }
}
