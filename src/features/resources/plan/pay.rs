//! Whether the order of a step may be paid as it was confirmed: the live facts must be exactly those. Pure:
//! what was read is given, and what comes of it is for the journal, which reads and compares once more.

use serde_json::json;

use super::{End, Payment, Price, Step, StepState, forward::end};
use crate::{
    bss::{self, codes::OrderStatus},
    money::Money,
    operations::Difference,
    payments::{
        Live,
        pay_order::{PayOrder, Shown},
        rules::{Choice, Offer, Quote, first_choice, quote},
    },
};

/// What the live facts allow.
#[derive(Debug)]
pub(super) enum Payable {
    /// This payment, as it was confirmed.
    Yes(Box<PayOrder>),
    /// None; the step has ended.
    No(End),
    /// It cannot be told at the moment; why, in Huawei's words.
    Unread(String),
}

/// Compares what was read with what was confirmed.
pub(super) fn payable(step: &Step, live: Live, reason: &str) -> Payable {
    let Live { order, coupons, discounts, balances, at, .. } = live;
    let detail = match order {
        Ok(detail) => detail,
        Err(error) => return unread(&error),
    };
    let order = &detail.order.item;
    let unpaid = |why| Payable::No(end(StepState::Unpaid, Some(&order.order_id), why));
    match order.status {
        OrderStatus::AwaitingPayment => {}
        OrderStatus::Processing | OrderStatus::Completed => {
            return Payable::No(end(StepState::Paid, Some(&order.order_id), "elsewhere"));
        }
        OrderStatus::Cancelled => return unpaid("cancelled"),
        _ => return unpaid("status"),
    }
    let (coupons, discounts, balances) = match (coupons, discounts, balances) {
        (Ok(coupons), Ok(discounts), Ok(balances)) => (coupons, discounts, balances),
        (Err(error), ..) | (_, Err(error), _) | (.., Err(error)) => return unread(&error),
    };
    let offer = Offer::of(order, coupons, discounts, &balances);
    let quote = quote(&offer, &choice(&step.facts.payment, &offer), at);
    let price = Price {
        official: order.official_amount.unwrap_or_default(),
        payable: quote.payable,
        from_balance: quote.from_balance,
    };
    let differences = differences(&step.facts.price, &price, &quote);
    if !differences.is_empty() {
        let detail = json!({ "differences": differences }).to_string();
        return Payable::No(End { detail, ..end(StepState::Unpaid, Some(&order.order_id), "differs") });
    }
    if !quote.short.is_zero() {
        let detail = json!({ "short": quote.short }).to_string();
        return Payable::No(End { detail, ..end(StepState::Unpaid, Some(&order.order_id), "short") });
    }
    let service =
        step.facts.resources.first().map(|one| one.chosen.shown.service.clone()).unwrap_or_default();
    let shown = Shown { service, created_at: order.create_time, pay_until: order.pending_payment_end_time };
    Payable::Yes(Box::new(PayOrder::of(&offer, &quote, (price.official, shown), reason.to_owned())))
}

/// The choice that a payment is, for what is on offer.
fn choice(payment: &Payment, offer: &Offer) -> Choice {
    let must = first_choice(offer);
    match payment {
        Payment::OrderOnly => must,
        Payment::Now(with) => {
            Choice::new(with.coupons.iter().cloned(), with.discount.clone().or(must.discount))
        }
    }
}

/// What is not exactly as it was confirmed: amounts, and what can no longer be chosen.
fn differences(confirmed: &Price, live: &Price, quote: &Quote) -> Vec<Difference> {
    let mut found: Vec<Difference> = [
        ("official", confirmed.official, live.official),
        ("payable", confirmed.payable, live.payable),
        ("from_balance", confirmed.from_balance, live.from_balance),
    ]
    .into_iter()
    .filter(|(_, was, is)| was != is)
    .map(|(fact, was, is)| difference(fact, "", was, is.to_string()))
    .collect();
    let wrong = quote.coupons.iter().chain(&quote.discounts).filter(|line| line.chosen && line.why.is_some());
    found.extend(wrong.map(|line| {
        let was = line.takes.unwrap_or_default();
        difference("choice", &line.id, was, "not_usable".to_owned())
    }));
    found
}

fn difference(fact: &'static str, about: &str, was: Money, live: String) -> Difference {
    Difference { fact, about: about.to_owned(), confirmed: was.to_string(), live }
}

fn unread(error: &bss::Error) -> Payable {
    Payable::Unread(error.to_string())
}
