//! What comes back when a resource, with what is attached to it, is unsubscribed: reckoned from the orders
//! that paid for it, and saying what it does not know. Nothing is asked or sent here.

pub mod compare;
pub mod estimate;
pub mod texts;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use self::estimate::{Case, FIVE_DAYS, Paid, Part, Span, part};
use crate::{
    bss::{
        Unsubscribed,
        codes::{OrderStatus, OrderType},
        orders::{OrderDetail, OrderLine},
        resources::Resource,
    },
    money::Money,
};

/// Unsubscriptions by the rule of five days that an account has in a calendar year (UTC+8).
pub const FIVE_DAY_QUOTA: i64 = 10;

/// Refunds above this, in yuan, are checked by Huawei once more.
pub const CHECKED_ABOVE: i64 = 50_000;

/// The orders of some resources.
#[derive(Debug, Default)]
pub struct Orders {
    /// Which resource is on which order.
    pub of: Vec<(String, String)>,
    /// How many resources each order is known to be about.
    pub counts: HashMap<String, i64>,
    /// The orders as they are.
    pub read: HashMap<String, OrderDetail>,
}

/// How it is reckoned.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// The moment.
    pub at: DateTime<Utc>,
    /// What is unsubscribed.
    pub what: Unsubscribed,
    /// What is kept of the unused part.
    pub fee_percent: u32,
    /// Whether quota of the five-day rule is left.
    pub quota_left: bool,
}

/// What becomes of what one order paid for one resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// The resource.
    pub resource: String,
    /// The order.
    pub order: String,
    /// When the term that it paid for begins …
    pub from: DateTime<Utc>,
    /// … and ends.
    pub until: DateTime<Utc>,
    /// What becomes of it.
    pub part: Part,
}

/// Something that is not known, so that the estimate may be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gap {
    /// Which order bought the resource.
    Purchase,
    /// What the order's line is: none is of this product, or it says no amount or term.
    Line,
    /// Which of several lines with different amounts is the resource's; the lowest is taken.
    WhichLine,
    /// What a change of its specification cost or gave back.
    Changed,
    /// Which orders paid for all the time until it expires.
    Terms,
}

/// What comes back of a resource with what is attached to it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Estimate {
    /// By resource and order, oldest term first.
    pub shares: Vec<Share>,
    /// What is not known, and about which order or resource.
    pub gaps: Vec<(Gap, String)>,
    /// Whether it takes one of the year's unsubscriptions by the rule of five days.
    pub five_days: bool,
    /// Whether it has renewed terms that have not begun, whatever is unsubscribed.
    pub has_unstarted: bool,
}

/// What a term looked like on its order.
struct Bought<'a> {
    order: &'a str,
    paid: Paid,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    renewed: bool,
}

impl Estimate {
    /// Of a main resource and what is attached to it.
    pub fn of(main: &Resource, attached: &[Resource], orders: &Orders, rules: Rules) -> Self {
        let mut estimate = Self {
            five_days: rules.what == Unsubscribed::Resource
                && rules.quota_left
                && is_within_five_days(main, orders, rules.at),
            ..Self::default()
        };
        for resource in std::iter::once(main).chain(attached) {
            estimate.add(resource, orders, rules);
        }
        estimate
    }

    /// What comes back of all of it.
    pub fn back(&self) -> Money {
        self.shares.iter().map(|share| share.part.back()).sum()
    }

    fn add(&mut self, resource: &Resource, orders: &Orders, rules: Rules) {
        let mut terms = self.terms(resource, orders);
        terms.sort_by_key(|term| (term.from, term.renewed));
        if !terms.iter().any(|term| !term.renewed) {
            self.gap(Gap::Purchase, &resource.resource_id);
        }
        let last = terms.iter().map(|term| term.until).max();
        if last.is_some() && last != resource.expire_time {
            self.gap(Gap::Terms, &resource.resource_id);
        }
        for term in terms {
            let not_begun = term.renewed && term.from > rules.at;
            self.has_unstarted |= not_begun;
            if rules.what == Unsubscribed::UnstartedTerms && !not_begun {
                continue;
            }
            let case = match () {
                () if not_begun => Case::NotStarted,
                () if !term.renewed && resource.effective_time.is_none() => Case::NotProvided,
                () if !term.renewed && self.five_days => Case::FiveDays,
                () if term.until <= rules.at => Case::Ended,
                () => Case::InUse,
            };
            let span = Span { from: term.from, until: term.until, at: rules.at };
            self.shares.push(Share {
                resource: resource.resource_id.clone(),
                order: term.order.to_owned(),
                from: term.from,
                until: term.until,
                part: part(case, term.paid, span, rules.fee_percent),
            });
        }
    }

    /// The terms that orders paid for, but for those that were given back before.
    fn terms<'a>(&mut self, resource: &Resource, orders: &'a Orders) -> Vec<Bought<'a>> {
        let mut terms = Vec::new();
        for detail in orders.paid_for(&resource.resource_id) {
            let order = &detail.order.item;
            let renewed = match order.order_type {
                OrderType::Unsubscription | OrderType::ToPayPerUse => continue,
                OrderType::Change | OrderType::FeeAdjustment => {
                    self.gap(Gap::Changed, &order.order_id);
                    continue;
                }
                kind => kind == OrderType::Renewal,
            };
            let lines = lines_of(resource, detail);
            let of = |line: &OrderLine| Some((Paid::of(line)?, line.effective_time?, line.expire_time?));
            let told: Vec<_> = lines.iter().filter_map(|line| Some((*line, of(line)?))).collect();
            let Some((line, (paid, from, until))) = told.iter().min_by_key(|(_, (paid, ..))| paid.sum())
            else {
                self.gap(Gap::Line, &order.order_id);
                continue;
            };
            if told.len() < lines.len() || told.iter().any(|(_, other)| *other != (*paid, *from, *until)) {
                self.gap(Gap::WhichLine, &order.order_id);
            }
            // A renewal that begins after all that is paid for by now was given back.
            if renewed && resource.expire_time.is_some_and(|end| *from >= end) {
                continue;
            }
            // One line for several: there are more resources than lines.
            let lines = i64::try_from(detail.lines.len()).unwrap_or(i64::MAX);
            let several = orders.counts.get(&order.order_id).is_some_and(|resources| *resources > lines);
            let paid = if several { paid.one_of(line.subscription_num.unwrap_or(1)) } else { *paid };
            terms.push(Bought { order: &order.order_id, paid, from: *from, until: *until, renewed });
        }
        terms
    }

    fn gap(&mut self, gap: Gap, about: &str) {
        let gap = (gap, about.to_owned());
        if !self.gaps.contains(&gap) {
            self.gaps.push(gap);
        }
    }
}

impl Orders {
    /// The complete orders about a resource.
    fn paid_for(&self, resource: &str) -> Vec<&OrderDetail> {
        let mine = self.of.iter().filter(|(of, _)| of == resource);
        let read = mine.filter_map(|(_, order)| self.read.get(order));
        read.filter(|detail| detail.order.item.status == OrderStatus::Completed).collect()
    }

    /// An order that has to end before anything can be done with one of these resources.
    pub fn in_the_way(&self, resources: &[&str]) -> Option<&OrderDetail> {
        let about = self.of.iter().filter(|(of, _)| resources.contains(&of.as_str()));
        about.filter_map(|(_, order)| self.read.get(order)).find(|detail| {
            matches!(
                detail.order.item.status,
                OrderStatus::AwaitingPayment | OrderStatus::AwaitingApproval | OrderStatus::Processing
            )
        })
    }
}

/// Whether it was bought, not converted, and provided less than five days ago.
pub fn is_within_five_days(main: &Resource, orders: &Orders, at: DateTime<Utc>) -> bool {
    let is_new = |detail: &OrderDetail| detail.order.item.order_type == OrderType::NewPurchase;
    main.effective_time.is_some_and(|since| at - since < FIVE_DAYS)
        && orders.paid_for(&main.resource_id).into_iter().any(is_new)
}

/// The lines of an order that are of a resource's product; of its service where BSS names no product.
fn lines_of<'a>(resource: &Resource, detail: &'a OrderDetail) -> Vec<&'a OrderLine> {
    let lines = || detail.lines.iter().map(|line| &line.item);
    let same = |line: &&OrderLine| match (&resource.product_id, &line.product_id) {
        (Some(mine), Some(its)) => mine == its,
        _ => line.service_type_code == resource.service_type_code,
    };
    lines().filter(same).collect()
}

#[cfg(test)]
mod tests;
