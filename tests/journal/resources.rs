//! The part of the scripted BSS that sells resources: what renewals and unsubscriptions do, and how
//! both are read back.

use std::collections::{BTreeMap, BTreeSet};

use bss_portal::bss::transport::Request;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::upstream::Upstream;

/// A yearly/monthly resource.
#[derive(Debug, Clone)]
pub(crate) struct FakeResource {
    pub(crate) status: i32,
    pub(crate) expire_time: DateTime<Utc>,
    pub(crate) attached_to: Option<String>,
}

/// An order about resources.
#[derive(Debug, Clone)]
pub(crate) struct MadeOrder {
    pub(crate) id: String,
    pub(crate) kind: i32,
    pub(crate) status: i32,
    pub(crate) resources: Vec<String>,
    pub(crate) user: &'static str,
    pub(crate) created: DateTime<Utc>,
}

/// All of them.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a mood of its own")]
pub(crate) struct Shop {
    pub(crate) resources: BTreeMap<String, FakeResource>,
    pub(crate) made: Vec<MadeOrder>,
    /// Does again what was done, instead of refusing it.
    pub(crate) naive: bool,
    /// Everything was bought by one order.
    pub(crate) together: bool,
    /// Lists nothing that is closed.
    pub(crate) forgets: bool,
    /// Makes an order for each resource of a request.
    pub(crate) splits: bool,
    /// Does nothing to these.
    pub(crate) refuses: BTreeSet<String>,
}

/// What came of a request.
#[derive(Default)]
pub(crate) struct Done {
    pub(crate) orders: Vec<String>,
    pub(crate) resources: Vec<String>,
    pub(crate) failed: Vec<(String, &'static str)>,
}

impl Done {
    /// As it is answered: a refusal when nothing came of it.
    pub(crate) fn answer(&self) -> (u16, Value) {
        if let ([], Some((_, code))) = (self.orders.as_slice(), self.failed.first()) {
            return (400, json!({ "error_code": code, "error_msg": "no" }));
        }
        let failed = self.failed.iter();
        let failed =
            failed.map(|(id, code)| json!({ "resource_id": id, "error_code": code, "error_msg": "no" }));
        (200, json!({ "order_ids": self.orders, "fail_resource_infos": failed.collect::<Vec<_>>() }))
    }
}

impl Shop {
    /// Renews (an unpaid order) or unsubscribes one resource for `user`, or says why not.
    pub(crate) fn change(
        &mut self,
        operation: &str,
        id: &str,
        user: &'static str,
        now: DateTime<Utc>,
    ) -> Result<String, &'static str> {
        let asked = json!({ "resource_ids": [id], "unsubscribe_type": 1 });
        let mut done = self.request(operation, &asked, user, now);
        done.orders.pop().ok_or_else(|| done.failed[0].1)
    }

    /// Does what a request about several resources asks for, as far as it can.
    pub(crate) fn request(
        &mut self,
        operation: &str,
        asked: &Value,
        user: &'static str,
        now: DateTime<Utc>,
    ) -> Done {
        let (renews, terms) = (operation == "renewal_resources", asked["unsubscribe_type"] == 2);
        let mut done = Done::default();
        for id in asked["resource_ids"].as_array().expect("ids").iter().filter_map(Value::as_str) {
            match self.one(id, renews, terms) {
                Ok(()) => done.resources.push(id.to_owned()),
                Err(code) => done.failed.push((id.to_owned(), code)),
            }
        }
        let (kind, status) = if renews { (2, 6) } else { (4, 5) };
        let of_orders: Vec<Vec<String>> = match done.resources.as_slice() {
            [] => Vec::new(),
            each if self.splits => each.iter().map(|id| vec![id.clone()]).collect(),
            all => vec![all.to_vec()],
        };
        for resources in of_orders {
            let id = format!("CS{:03}", self.made.len());
            done.orders.push(id.clone());
            self.made.push(MadeOrder { id, kind, status, resources, user, created: now });
        }
        done
    }

    fn one(&mut self, id: &str, renews: bool, terms: bool) -> Result<(), &'static str> {
        let unpaid =
            self.made.iter().any(|order| order.status == 6 && order.resources.iter().any(|one| one == id));
        let resource = self.resources.get_mut(id).ok_or("CBC.99003012")?;
        if !self.naive && unpaid {
            return Err("CBC.99003100");
        }
        if !self.naive && (resource.status == 3 || self.refuses.contains(id)) {
            return Err("CBC.30000067");
        }
        if terms {
            resource.expire_time -= TimeDelta::days(30);
        } else if !renews {
            resource.status = 3;
            for one in self.resources.values_mut().filter(|one| one.attached_to.as_deref() == Some(id)) {
                one.status = 3;
            }
        }
        Ok(())
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
                let row = |id: &String| {
                    let base = format!("P-{id}");
                    json!({ "id": "R1", "amount": -1, "measure_id": "1", "base_order_id": base })
                };
                let rows: Vec<_> = order.resources.iter().map(row).collect();
                Some(json!({ "total_count": rows.len(), "refund_infos": rows }))
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
                None => {
                    let made = self.made.iter().filter(|order| order.id == id);
                    made.flat_map(|order| order.resources.iter().map(String::as_str)).collect()
                }
            },
            None => body["resource_ids"].as_array().expect("ids").iter().filter_map(Value::as_str).collect(),
        };
        let only_main = body["only_main_resource"] == 1;
        let listed = |id: &str, resource: &FakeResource| {
            let parent = resource.attached_to.as_deref().filter(|_| !only_main);
            let is_wanted = wanted.contains(&id) || parent.is_some_and(|parent| wanted.contains(&parent));
            is_wanted && (resource.status != 3 || !self.forgets)
        };
        let data: Vec<_> = self
            .resources
            .iter()
            .filter(|(id, resource)| listed(id, resource))
            .map(|(id, resource)| {
                let main = i32::from(resource.attached_to.is_none());
                json!({ "id": "1", "resource_id": id, "status": resource.status, "is_main_resource": main,
                    "parent_resource_id": resource.attached_to, "expire_time": stamp(resource.expire_time) })
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
        let resource = FakeResource { status: 2, expire_time: expiry(), attached_to: None };
        self.inside().shop.resources.insert(id.to_owned(), resource);
    }

    /// There is this resource, attached to another one.
    pub(crate) fn attached(&self, id: &str, parent: &str) {
        let attached_to = Some(parent.to_owned());
        let resource = FakeResource { status: 2, expire_time: expiry(), attached_to };
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
