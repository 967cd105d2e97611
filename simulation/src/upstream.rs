//! A small BSS: orders, resources, one account's money, and a ledger of every effect, which is the truth that
//! histories are judged by. It is told when to act; what goes wrong on the way is up to `wire.rs`.

use std::{collections::BTreeMap, fmt::Write as _};

use bss_portal::bss::transport::Request;
use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::engine::{At, SECOND};

/// The IAM user that the portal acts as.
pub(crate) const PORTAL_USER: &str = "bss-portal";
/// Somebody in Huawei's own console.
pub(crate) const CONSOLE_USER: &str = "wang.fang";

/// Money in cents.
pub(crate) type Cents = i64;

/// Something that happened at Huawei.
#[derive(Debug, Clone)]
pub(crate) struct Effect {
    /// What.
    pub(crate) what: What,
    /// The order or the resource that it was done to.
    pub(crate) key: String,
    /// The order that came of it.
    pub(crate) made: Option<String>,
    /// What was charged.
    pub(crate) amount: Cents,
    /// The request that did it, by its number; none for the console.
    pub(crate) post: Option<usize>,
}

/// A kind of effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum What {
    /// An order was paid.
    Pay,
    /// An order was cancelled.
    Cancel,
    /// An order for a renewal was made.
    Renew,
    /// A resource was given back.
    Unsubscribe,
}

impl What {
    /// The effect that a kind of operation is there for.
    pub(crate) fn wanted_by(kind: &str) -> Self {
        match kind {
            "pay_order" => Self::Pay,
            "cancel_order" => Self::Cancel,
            "renew" => Self::Renew,
            "unsubscribe" => Self::Unsubscribe,
            other => panic!("no kind {other}"),
        }
    }
}

/// An order.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    /// 1 new, 2 renewal, 4 unsubscription.
    pub(crate) kind: u8,
    /// The resource that it is about.
    pub(crate) resource: Option<String>,
    /// Who made it.
    pub(crate) creator: &'static str,
    /// When.
    pub(crate) created: At,
    /// Until when it can be paid.
    pub(crate) pay_until: Option<At>,
    /// Its status and when it was paid, over time.
    life: Vec<(At, u8, Option<At>)>,
    /// What it costs, over time.
    price: Vec<(At, Cents)>,
}

impl Order {
    fn new(kind: u8, creator: &'static str, created: At, price: Cents) -> Self {
        Self {
            kind,
            resource: None,
            creator,
            created,
            pay_until: None,
            life: vec![(created, 6, None)],
            price: vec![(created, price)],
        }
    }

    /// Its status and when it was paid, as of a moment.
    pub(crate) fn status(&self, at: At) -> (u8, Option<At>) {
        let (_, status, paid) =
            self.life.iter().rev().find(|(since, ..)| *since <= at).unwrap_or(&self.life[0]);
        let over = *status == 6 && self.pay_until.is_some_and(|until| until <= at);
        (if over { 4 } else { *status }, *paid)
    }

    /// What it costs, as of a moment.
    pub(crate) fn price(&self, at: At) -> Cents {
        self.price.iter().rev().find(|(since, _)| *since <= at).unwrap_or(&self.price[0]).1
    }
}

/// A resource that is paid for until a time.
#[derive(Debug, Clone)]
pub(crate) struct Resource {
    /// Until which month it is paid for, over time.
    term: Vec<(At, u32)>,
    /// Since when it is gone.
    gone: Option<At>,
    /// Since when nobody can see it any more, a little later.
    unseen: Option<At>,
}

impl Resource {
    /// Until which month it is paid for, as of a moment.
    pub(crate) fn term(&self, at: At) -> u32 {
        self.term.iter().rev().find(|(since, _)| *since <= at).unwrap_or(&self.term[0]).1
    }

    /// Whether it is listed, as of a moment.
    pub(crate) fn is_listed(&self, at: At) -> bool {
        self.unseen.is_none_or(|since| since > at)
    }

    /// Whether it can be acted on.
    pub(crate) fn is_alive(&self, at: At) -> bool {
        self.gone.is_none_or(|since| since > at)
    }
}

/// Everything at Huawei.
#[derive(Debug)]
pub(crate) struct Upstream {
    /// Orders by id, in upper case.
    pub(crate) orders: BTreeMap<String, Order>,
    /// Resources by id.
    pub(crate) resources: BTreeMap<String, Resource>,
    /// Every effect, oldest first.
    pub(crate) ledger: Vec<Effect>,
    /// Whether it does again what it is asked again.
    naive: bool,
    /// What is left to pay with, over time.
    balance: Vec<(At, Cents)>,
    /// How far its clock is ahead, in seconds.
    pub(crate) skew: i64,
    start: DateTime<Utc>,
}

/// An answer of BSS.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    /// The status.
    pub(crate) status: u16,
    /// The body.
    pub(crate) body: String,
}

impl Said {
    /// An answer.
    pub(crate) fn new(status: u16, body: impl Into<String>) -> Self {
        Self { status, body: body.into() }
    }

    fn refusal(code: &str, words: &str) -> Self {
        Self::new(400, format!(r#"{{"error_code":"{code}","error_msg":"{words}"}}"#))
    }
}

impl Upstream {
    /// One without anything.
    pub(crate) fn new(naive: bool, balance: Cents, skew: i64, start: DateTime<Utc>) -> Self {
        Self {
            orders: BTreeMap::new(),
            resources: BTreeMap::new(),
            ledger: Vec::new(),
            naive,
            balance: vec![(0, balance)],
            skew,
            start,
        }
    }

    /// Its clock's time.
    pub(crate) fn clock(&self, now: At) -> DateTime<Utc> {
        self.start + std::time::Duration::from_micros(now) + chrono::TimeDelta::seconds(self.skew)
    }

    /// Adds a new, unpaid order.
    pub(crate) fn order(&mut self, id: &str, price: Cents, pay_until: Option<At>) {
        let order = Order { pay_until, ..Order::new(1, CONSOLE_USER, 0, price) };
        self.orders.insert(id.to_owned(), order);
    }

    /// Adds a resource.
    pub(crate) fn resource(&mut self, id: &str) {
        self.resources.insert(id.to_owned(), Resource { term: vec![(0, 1)], gone: None, unseen: None });
    }

    /// The price of an unpaid order changes.
    pub(crate) fn reprice(&mut self, id: &str, price: Cents, now: At) {
        let order = self.orders.get_mut(id).expect("there is such an order");
        if order.status(now).0 == 6 {
            order.price.push((now, price));
        }
    }

    fn made(&mut self, order: Order) -> String {
        let id = format!("CS{:05}", 10_000 + self.orders.len());
        self.orders.insert(id.clone(), order);
        id
    }

    fn balance(&self, at: At) -> Cents {
        self.balance.iter().rev().find(|(since, _)| *since <= at).unwrap_or(&self.balance[0]).1
    }

    /// Whether an unpaid renewal of a resource holds it.
    pub(crate) fn unpaid_renewal(&self, resource: &str, at: At) -> bool {
        self.orders.values().any(|order| {
            order.kind == 2
                && order.resource.as_deref() == Some(resource)
                && order.created <= at
                && order.status(at).0 == 6
        })
    }

    /// Pays an order. `lag` is how long it takes to be done.
    pub(crate) fn pay(&mut self, id: &str, post: Option<usize>, now: At, lag: At) -> Said {
        let (naive, balance) = (self.naive, self.balance(now));
        let Some(order) = self.orders.get_mut(id) else {
            return Said::refusal("CBC.30000010", "no such order");
        };
        let (status, _) = order.status(now);
        let again = naive && matches!(status, 3 | 5);
        if status != 6 && !again {
            return Said::refusal("CBC.30000052", "the order cannot be paid in its status");
        }
        let amount = order.price(now);
        if balance < amount {
            return Said::refusal("CBC.5025", "the balance does not suffice");
        }
        if !again {
            order.life.push((now, 3, Some(now)));
            order.life.push((now + lag, 5, Some(now)));
            if order.kind == 2
                && let Some(resource) = order.resource.as_ref().and_then(|id| self.resources.get_mut(id))
            {
                let next = resource.term(u64::MAX) + 1;
                resource.term.push((now + lag, next));
            }
        }
        self.balance.push((now, balance - amount));
        self.ledger.push(Effect { what: What::Pay, key: id.to_owned(), made: None, amount, post });
        Said::new(204, "")
    }

    /// Cancels an unpaid order.
    pub(crate) fn cancel(&mut self, id: &str, post: Option<usize>, now: At) -> Said {
        let Some(order) = self.orders.get_mut(id) else {
            return Said::refusal("CBC.30000010", "no such order");
        };
        let (status, paid) = order.status(now);
        if self.naive && status == 4 {
            return Said::new(204, "");
        }
        if status != 6 {
            return Said::refusal("CBC.30000053", "the order cannot be cancelled in its status");
        }
        order.life.push((now, 4, paid));
        self.ledger.push(Effect { what: What::Cancel, key: id.to_owned(), made: None, amount: 0, post });
        Said::new(204, "")
    }

    /// Makes an order for a renewal, which awaits payment.
    pub(crate) fn renew(&mut self, id: &str, post: Option<usize>, creator: &'static str, now: At) -> Said {
        if !self.resources.get(id).is_some_and(|resource| resource.is_alive(now)) {
            return Said::refusal("CBC.30000067", "the resource is gone");
        }
        if !self.naive && self.unpaid_renewal(id, now) {
            return Said::refusal("CBC.30050010", "an unpaid order holds the resource");
        }
        let order = Order { resource: Some(id.to_owned()), ..Order::new(2, creator, now, 30_000) };
        let made = self.made(order);
        self.ledger.push(Effect {
            what: What::Renew,
            key: id.to_owned(),
            made: Some(made.clone()),
            amount: 0,
            post,
        });
        Said::new(200, format!(r#"{{"order_ids":["{made}"],"fail_resource_infos":[]}}"#))
    }

    /// Gives a resource back.
    pub(crate) fn unsubscribe(
        &mut self,
        id: &str,
        post: Option<usize>,
        creator: &'static str,
        (now, lag): (At, At),
    ) -> Said {
        let naive = self.naive;
        let Some(resource) = self.resources.get_mut(id).filter(|resource| naive || resource.is_alive(now))
        else {
            return Said::refusal("CBC.30000067", "the resource is gone");
        };
        resource.gone.get_or_insert(now);
        resource.unseen.get_or_insert(now + lag);
        let mut order = Order { resource: Some(id.to_owned()), ..Order::new(4, creator, now, -20_000) };
        order.life = vec![(now, 3, None), (now + lag, 5, None)];
        let made = self.made(order);
        self.ledger.push(Effect {
            what: What::Unsubscribe,
            key: id.to_owned(),
            made: Some(made.clone()),
            amount: -20_000,
            post,
        });
        Said::new(200, format!(r#"{{"order_ids":["{made}"],"fail_resource_infos":[]}}"#))
    }

    /// Carries out a request that arrived: number `post`.
    pub(crate) fn execute(&mut self, request: &Request, post: usize, now: At, lag: At) -> Said {
        let Ok(body) = serde_json::from_slice::<Value>(&request.body) else {
            return Said::refusal("CBC.0101", "not JSON");
        };
        let order = body["order_id"].as_str().unwrap_or_default().to_uppercase();
        let resource = body["resource_ids"][0].as_str().unwrap_or_default();
        match request.operation {
            "pay_orders" => self.pay(&order, Some(post), now, lag),
            "cancel_customer_order" => self.cancel(&order, Some(post), now),
            "renewal_resources" => self.renew(resource, Some(post), PORTAL_USER, now),
            "cancel_resources_subscription" => {
                self.unsubscribe(resource, Some(post), PORTAL_USER, (now, lag))
            }
            other => panic!("BSS knows no {other}"),
        }
    }

    /// Answers a question with what was true at `at`.
    pub(crate) fn read(&self, request: &Request, at: At) -> Said {
        let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
        match request.operation {
            "show_customer_order_details" => {
                let id = path.rsplit('/').next().unwrap_or_default().to_uppercase();
                match self.orders.get(&id).filter(|order| order.created <= at) {
                    Some(order) => Said::new(
                        200,
                        format!(
                            r#"{{"total_count":0,"order_info":{},"order_line_items":[]}}"#,
                            self.described(&id, order, at, true)
                        ),
                    ),
                    None => Said::refusal("CBC.30000010", "no such order"),
                }
            }
            "list_customer_orders" => self.list(query, at),
            "list_pay_per_use_customer_resources" => self.resources_of(&request.body, at),
            "show_refund_order_details" => self.refunds(query, at),
            "list_order_coupons_by_order_id" => {
                Said::new(200, r#"{"count":0,"user_coupons":[],"coupon_max_use_quantity":[]}"#)
            }
            "list_order_discounts" => Said::new(200, r#"{"discounts":[]}"#),
            "show_customer_account_balances" => Said::new(
                200,
                format!(
                    r#"{{"account_balances":[{{"account_type":1,"amount":{}}}],"debt_amount":0,"currency":"CNY"}}"#,
                    yuan(self.balance(at))
                ),
            ),
            other => panic!("BSS cannot be asked for {other}"),
        }
    }

    fn stamp(&self, at: At) -> String {
        self.clock(at).format("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    fn described(&self, id: &str, order: &Order, at: At, in_full: bool) -> String {
        let (status, paid) = order.status(at);
        let price = yuan(order.price(at));
        let mut text = format!(
            r#"{{"order_id":"{id}","status":{status},"order_type":{},"create_time":"{}","official_amount":{price},"amount_after_discount":{price},"currency":"CNY""#,
            order.kind,
            self.stamp(order.created),
        );
        if let Some(paid) = paid {
            let _ = write!(text, r#","payment_time":"{}""#, self.stamp(paid));
        }
        if in_full {
            let _ = write!(text, r#","user_name":"{}""#, order.creator);
            if let Some(until) = order.pay_until {
                let _ = write!(text, r#","pending_payment_end_time":"{}""#, self.stamp(until));
            }
        }
        text.push('}');
        text
    }

    /// A list of orders by type and time of placing.
    fn list(&self, query: &str, at: At) -> Said {
        let asked: BTreeMap<&str, String> = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name, value.replace("%3A", ":")))
            .collect();
        let number = |name: &str| asked.get(name).and_then(|value| value.parse::<usize>().ok());
        let fits = |(id, order): &(&String, &Order)| {
            let created = self.stamp(order.created);
            order.created <= at
                && number("order_type").is_none_or(|kind| kind == usize::from(order.kind))
                && number("status").is_none_or(|status| status == usize::from(order.status(at).0))
                && asked.get("create_time_begin").is_none_or(|from| created >= *from)
                && asked.get("create_time_end").is_none_or(|to| created <= *to)
                && asked.get("order_id").is_none_or(|asked| asked.eq_ignore_ascii_case(id))
        };
        let mut found: Vec<_> = self.orders.iter().filter(fits).collect();
        found.sort_by_key(|(id, order)| (order.created, *id));
        if asked.get("order_by").is_some_and(|by| by.starts_with('-')) {
            found.reverse();
        }
        let total = found.len();
        let page: Vec<String> = found
            .into_iter()
            .skip(number("offset").unwrap_or(0))
            .take(number("limit").unwrap_or(100))
            .map(|(id, order)| self.described(id, order, at, false))
            .collect();
        Said::new(200, format!(r#"{{"total_count":{total},"order_infos":[{}]}}"#, page.join(",")))
    }

    /// What an unsubscription gave back, once it is through.
    fn refunds(&self, query: &str, at: At) -> Said {
        let id = query.strip_prefix("order_id=").unwrap_or_default().to_uppercase();
        let order = self.orders.get(&id).filter(|order| order.created <= at);
        match order {
            Some(Order { kind: 4, resource: Some(resource), .. })
                if order.is_some_and(|o| o.status(at).0 == 5) =>
            {
                Said::new(
                    200,
                    format!(
                        r#"{{"refund_infos":[{{"id":"{resource}","amount":-200.00,"measure_id":"1"}}]}}"#
                    ),
                )
            }
            _ => Said::refusal("CBC.30000010", "no such refund"),
        }
    }

    fn resources_of(&self, body: &[u8], at: At) -> Said {
        let asked: Value = serde_json::from_slice(body).unwrap_or_default();
        let ids = asked["resource_ids"].as_array();
        let order = asked["order_id"].as_str().map(str::to_uppercase);
        let of_order = order
            .map(|id| self.orders.get(&id).filter(|o| o.created <= at).and_then(|o| o.resource.as_ref()));
        let rows: Vec<String> = self
            .resources
            .iter()
            .filter(|(id, resource)| {
                resource.is_listed(at)
                    && ids.is_none_or(|ids| ids.iter().any(|asked| asked.as_str() == Some(id)))
                    && of_order.is_none_or(|of| of == Some(id))
            })
            .map(|(id, resource)| {
                let expires = expires(self.start, resource.term(at));
                format!(
                    r#"{{"id":"i-{id}","resource_id":"{id}","is_main_resource":1,"status":2,"expire_policy":0,"effective_time":"2025-12-01T00:00:00Z","expire_time":"{}"}}"#,
                    expires.format("%Y-%m-%dT%H:%M:%SZ")
                )
            })
            .collect();
        Said::new(200, format!(r#"{{"total_count":{},"data":[{}]}}"#, rows.len(), rows.join(",")))
    }

    /// How long after a signature a request with it is still taken, by this clock.
    pub(crate) fn takes(&self, x_sdk_date: DateTime<Utc>, now: At) -> bool {
        (self.clock(now) - x_sdk_date).num_seconds().unsigned_abs() <= 900
    }
}

/// How long an effect takes to be over, at most.
pub(crate) const LONGEST_LAG: At = 40 * SECOND;

/// When something is paid for that many months.
pub(crate) fn expires(start: DateTime<Utc>, months: u32) -> DateTime<Utc> {
    start + chrono::TimeDelta::days(30 * i64::from(months))
}

/// Cents as BSS writes them.
pub(crate) fn yuan(cents: Cents) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100)
}
