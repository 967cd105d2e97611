//! Which upstream order an operation made. Somebody in Huawei's console, upstream's own auto-renewal
//! and other operations of the portal make orders of the same type about the same resource; none of
//! those may count as ours. It only picks, and reads nothing.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::kind::{Sent, Sighting};
use crate::{
    bss::codes::{OrderStatus, OrderType},
    proof::{self, Mutant},
};

/// An order is looked for from so long before its request was armed: how far clocks differ is known to
/// seconds only.
const BEFORE: TimeDelta = TimeDelta::seconds(60);

/// An upstream order that may be ours, as far as it could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenOrder {
    /// Its id.
    pub order_id: String,
    /// What it does.
    pub order_type: OrderType,
    /// Where it is in its life.
    pub status: OrderStatus,
    /// When it was made, by Huawei's clock.
    pub created_at: DateTime<Utc>,
    /// The login name of who made it, if Huawei says it.
    pub user_name: Option<String>,
    /// The resources that it is about, as far as Huawei lists them yet.
    pub resources: Vec<String>,
}

/// What an operation's own order is like.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// What it does.
    pub order_type: OrderType,
    /// The resources that it is about, all of them.
    pub resources: &'a [String],
    /// What is attached to those, and may be listed with them.
    pub attached: &'a [String],
    /// The login name that Huawei knows the portal by. Without it, nobody's name proves anything.
    pub user_name: Option<&'a str>,
    /// Made at this time or later, by Huawei's clock.
    pub from: DateTime<Utc>,
    /// Orders that prove other operations.
    pub bound: &'a [String],
}

/// What the orders say.
#[derive(Debug, PartialEq, Eq)]
pub enum OwnOrder<'a> {
    /// None of them is ours.
    None,
    /// This one is, and no other can be.
    One(&'a SeenOrder),
    /// Several are.
    Several(Vec<&'a SeenOrder>),
    /// These may be, or may not.
    Unclear(Vec<&'a SeenOrder>),
}

/// A clock that is further off than this gets nothing signed that Huawei accepts.
const FURTHEST_OFF: TimeDelta = TimeDelta::minutes(15);

/// From when on an order can be the own one of an operation that was asked for at `asked_at`, by
/// Huawei's clock, which is ahead of this machine's by `skew`, once that is known. The clock of the machine
/// that signed may be minutes off, so it does not count: the journal's does.
pub fn own_from(asked_at: DateTime<Utc>, sent: Sent<'_>, skew: Option<TimeDelta>) -> DateTime<Utc> {
    // Without an attempt there may have been one that a recovered database has lost.
    let first = sent.attempts.iter().map(|attempt| attempt.armed_at).min().unwrap_or(asked_at);
    first + sent.ahead + skew.unwrap_or(-FURTHEST_OFF) - BEFORE
}

/// Whether `order_id` proves another operation already.
pub fn is_bound(bound: &[String], order_id: &str) -> bool {
    !proof::is(Mutant::OrderProvesMany) && bound.iter().any(|bound| bound.eq_ignore_ascii_case(order_id))
}

/// Picks the operation's own order out of `seen`.
pub fn own_order<'a>(seen: &'a [SeenOrder], wanted: &Wanted<'_>) -> OwnOrder<'a> {
    let (mut ours, mut perhaps) = (Vec::new(), Vec::new());
    for order in seen {
        if order.order_type != wanted.order_type
            || order.created_at < wanted.from
            || is_bound(wanted.bound, &order.order_id)
        {
            continue;
        }
        match (is_about(order, wanted), is_by(order, wanted.user_name)) {
            (Some(false), _) | (_, Some(false)) => {}
            (Some(true), Some(true)) => ours.push(order),
            _ => perhaps.push(order),
        }
    }
    match (ours.as_slice(), perhaps.is_empty()) {
        ([], true) => OwnOrder::None,
        ([one], true) => OwnOrder::One(one),
        ([_, _, ..], _) => OwnOrder::Several([ours, perhaps].concat()),
        _ => OwnOrder::Unclear([ours, perhaps].concat()),
    }
}

/// Whether it is about exactly these resources; unknown while Huawei lists nothing for it, and when it lists only
/// some of them, or others beside them.
fn is_about(order: &SeenOrder, wanted: &Wanted<'_>) -> Option<bool> {
    let is_ours = |id: &String| wanted.resources.contains(id) || wanted.attached.contains(id);
    if order.resources.is_empty() {
        return None;
    }
    if !order.resources.iter().any(is_ours) {
        return Some(false);
    }
    let are_all = wanted.resources.iter().all(|id| order.resources.contains(id));
    (are_all && order.resources.iter().all(is_ours)).then_some(true)
}

/// Whether the portal made it; unknown without either name.
fn is_by(order: &SeenOrder, user_name: Option<&str>) -> Option<bool> {
    if proof::is(Mutant::AnyCreator) {
        return Some(true);
    }
    Some(order.user_name.as_deref()? == user_name?)
}

impl SeenOrder {
    /// What is kept of it as proof.
    pub fn evidence(&self) -> Value {
        json!({
            "order_id": self.order_id,
            "order_type": self.order_type.code(),
            "status": self.status.code(),
            "create_time": self.created_at,
            "user_name": self.user_name,
            "resources": self.resources,
        })
    }
}

impl OwnOrder<'_> {
    /// What this means for the operation, unless there is no such order. `settled`: nothing that was
    /// sent can take effect any more, so that waiting will not make clear what is not.
    pub fn sighting(&self, settled: bool) -> Option<Sighting> {
        Some(match self {
            Self::None => return None,
            Self::One(order) => Sighting::Effect {
                evidence: order.evidence(),
                elsewhere: false,
                binds: Some(order.order_id.clone()),
            },
            Self::Unclear(_) if !settled => Sighting::NotYetVisible,
            Self::Several(orders) | Self::Unclear(orders) => {
                let orders: Vec<Value> = orders.iter().map(|order| order.evidence()).collect();
                Sighting::Contradiction { evidence: json!({ "orders": orders }) }
            }
        })
    }
}

#[cfg(test)]
mod tests;
