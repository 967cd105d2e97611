//! A small BSS: orders, resources, one account's money, and a ledger of every effect, which is the truth that
//! histories are judged by. It is told when to act; what goes wrong on the way is up to `wire.rs`.

use std::collections::BTreeMap;

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
    /// What was set: a code of what happens at expiry, or a number of days.
    pub(crate) value: Option<u8>,
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
    /// A resource became pay-per-use.
    Convert,
    /// What happens at the expiry of a resource was set.
    Set,
    /// The account's day of deduction was set.
    Day,
}

impl What {
    /// The effect that a kind of operation is there for.
    pub(crate) fn wanted_by(kind: &str) -> Self {
        match kind {
            "pay_order" => Self::Pay,
            "cancel_order" => Self::Cancel,
            "renew" => Self::Renew,
            "unsubscribe" => Self::Unsubscribe,
            "convert" => Self::Convert,
            "auto_renew_on" | "auto_renew_off" | "at_expiry_on" | "at_expiry_off" => Self::Set,
            "renewal_day" => Self::Day,
            other => panic!("no kind {other}"),
        }
    }
}

/// The call that a kind of operation makes.
pub(crate) fn call_of(kind: &str) -> &'static str {
    match (What::wanted_by(kind), kind) {
        (What::Pay, _) => "pay_orders",
        (What::Cancel, _) => "cancel_customer_order",
        (What::Renew, _) => "renewal_resources",
        (What::Unsubscribe, _) => "cancel_resources_subscription",
        (What::Convert, _) => "update_period_to_on_demand_instantly",
        (What::Day, _) => "set_resources_renew_config",
        (What::Set, "auto_renew_on") => "auto_renewal_resources",
        (What::Set, "auto_renew_off") => "cancel_auto_renewal_resources",
        (What::Set, _) => "update_period_to_on_demand",
    }
}

/// An order.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    /// 1 new, 2 renewal, 4 unsubscription, 10 to pay-per-use.
    pub(crate) kind: u8,
    /// The resources that it is about.
    pub(crate) resources: Vec<String>,
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
            resources: Vec::new(),
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
    /// What happens at its expiry, over time.
    pub(crate) policy: Vec<(At, u8)>,
}

impl Resource {
    /// Until which month it is paid for, as of a moment.
    pub(crate) fn term(&self, at: At) -> u32 {
        self.term.iter().rev().find(|(since, _)| *since <= at).unwrap_or(&self.term[0]).1
    }

    /// What happens at its expiry, as of a moment.
    pub(crate) fn policy(&self, at: At) -> u8 {
        self.policy.iter().rev().find(|(since, _)| *since <= at).map_or(0, |(_, code)| *code)
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
    pub(crate) naive: bool,
    /// Whether a renewal of several resources is one order for all.
    pub(crate) together: bool,
    /// What is left to pay with, over time.
    balance: Vec<(At, Cents)>,
    /// How far its clock is ahead, in seconds.
    pub(crate) skew: i64,
    pub(crate) start: DateTime<Utc>,
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

    pub(crate) fn refusal(code: &str, words: &str) -> Self {
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
            together: false,
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
        let resource = Resource { term: vec![(0, 1)], gone: None, unseen: None, policy: Vec::new() };
        self.resources.insert(id.to_owned(), resource);
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

    pub(crate) fn balance(&self, at: At) -> Cents {
        self.balance.iter().rev().find(|(since, _)| *since <= at).unwrap_or(&self.balance[0]).1
    }

    /// Whether an unpaid renewal of a resource holds it.
    pub(crate) fn unpaid_renewal(&self, resource: &str, at: At) -> bool {
        self.orders.values().any(|order| {
            order.kind == 2
                && order.resources.iter().any(|one| one == resource)
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
            for id in order.resources.iter().filter(|_| order.kind == 2) {
                if let Some(resource) = self.resources.get_mut(id) {
                    let next = resource.term(u64::MAX) + 1;
                    resource.term.push((now + lag, next));
                }
            }
        }
        self.balance.push((now, balance - amount));
        self.happened(What::Pay, id, (None, amount), post);
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
        self.happened(What::Cancel, id, (None, 0), post);
        Said::new(204, "")
    }

    /// Writes down what happened.
    pub(crate) fn happened(
        &mut self,
        what: What,
        key: &str,
        (made, amount): (Option<String>, Cents),
        post: Option<usize>,
    ) {
        let (key, value) = (key.to_owned(), None);
        self.ledger.push(Effect { what, key, made, amount, value, post });
    }

    /// Makes orders for renewals, which await payment: one for all or one for each.
    pub(crate) fn renew(
        &mut self,
        ids: &[&str],
        post: Option<usize>,
        creator: &'static str,
        now: At,
    ) -> Said {
        let mut able = Vec::new();
        let mut failed = Vec::new();
        for id in ids {
            if !self.resources.get(*id).is_some_and(|resource| resource.is_alive(now)) {
                failed.push((*id, "CBC.30000067", "the resource is gone"));
            } else if !self.naive && self.unpaid_renewal(id, now) {
                failed.push((*id, "CBC.30050010", "an unpaid order holds the resource"));
            } else {
                able.push(*id);
            }
        }
        let size = if self.together { able.len() } else { 1 };
        let mut made = Vec::new();
        for bundle in able.chunks(size.max(1)) {
            let resources: Vec<String> = bundle.iter().map(|id| (*id).to_owned()).collect();
            let price = 30_000 * Cents::try_from(bundle.len()).unwrap_or(1);
            let order = self.made(Order { resources, ..Order::new(2, creator, now, price) });
            for id in bundle {
                self.happened(What::Renew, id, (Some(order.clone()), 0), post);
            }
            made.push(order);
        }
        orders(&made, &failed)
    }

    /// Gives resources back, an order for each.
    pub(crate) fn unsubscribe(
        &mut self,
        ids: &[&str],
        post: Option<usize>,
        creator: &'static str,
        (now, lag): (At, At),
    ) -> Said {
        let naive = self.naive;
        let mut made = Vec::new();
        let mut failed = Vec::new();
        for id in ids {
            if self.resources.get(*id).is_none_or(|resource| !naive && !resource.is_alive(now)) {
                failed.push((*id, "CBC.30000067", "the resource is gone"));
                continue;
            }
            let order = self.leaves(id, 4, creator, (now, lag));
            self.happened(What::Unsubscribe, id, (Some(order.clone()), -20_000), post);
            made.push(order);
        }
        orders(&made, &failed)
    }

    /// Ends a resource with an order of this kind, whose id it answers.
    pub(crate) fn leaves(
        &mut self,
        id: &str,
        kind: u8,
        creator: &'static str,
        (now, lag): (At, At),
    ) -> String {
        if let Some(resource) = self.resources.get_mut(id) {
            resource.gone.get_or_insert(now);
            resource.unseen.get_or_insert(now + lag);
        }
        let price = if kind == 4 { -20_000 } else { 0 };
        let mut order = Order { resources: vec![id.to_owned()], ..Order::new(kind, creator, now, price) };
        order.life = vec![(now, 3, None), (now + lag, 5, None)];
        self.made(order)
    }

    /// Carries out a request that arrived: number `post`.
    pub(crate) fn execute(&mut self, request: &Request, post: usize, now: At, lag: At) -> Said {
        let body = if request.body.is_empty() { b"{}" } else { request.body.as_slice() };
        let Ok(body) = serde_json::from_slice::<Value>(body) else {
            return Said::refusal("CBC.0101", "not JSON");
        };
        let order = body["order_id"].as_str().unwrap_or_default().to_uppercase();
        let resources = body["resource_ids"].as_array().into_iter().flatten();
        let resources: Vec<&str> = resources.filter_map(Value::as_str).collect();
        match request.operation {
            "pay_orders" => self.pay(&order, Some(post), now, lag),
            "cancel_customer_order" => self.cancel(&order, Some(post), now),
            "renewal_resources" => self.renew(&resources, Some(post), PORTAL_USER, now),
            "cancel_resources_subscription" => {
                self.unsubscribe(&resources, Some(post), PORTAL_USER, (now, lag))
            }
            _ => self.set(request, (&body, &resources), post, (now, lag)),
        }
    }

    /// How long after a signature a request with it is still taken, by this clock.
    pub(crate) fn takes(&self, x_sdk_date: DateTime<Utc>, now: At) -> bool {
        (self.clock(now) - x_sdk_date).num_seconds().unsigned_abs() <= 900
    }
}

/// The answer of what makes orders. Where every resource failed, all of it is refused.
fn orders(made: &[String], failed: &[(&str, &str, &str)]) -> Said {
    if let ([], [(_, code, words), ..]) = (made, failed) {
        return Said::refusal(code, words);
    }
    let made: Vec<String> = made.iter().map(|id| format!(r#""{id}""#)).collect();
    let failed: Vec<String> = failed
        .iter()
        .map(|(id, code, words)| {
            format!(r#"{{"resource_id":"{id}","error_code":"{code}","error_msg":"{words}"}}"#)
        })
        .collect();
    Said::new(
        200,
        format!(r#"{{"order_ids":[{}],"fail_resource_infos":[{}]}}"#, made.join(","), failed.join(",")),
    )
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
