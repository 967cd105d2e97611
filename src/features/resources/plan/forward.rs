//! What comes next for a step of a plan, told by what the journal says of its operations. Pure: it asks
//! nobody, writes nothing and submits nothing.

use super::{End, Payment, Step, StepState};
use crate::operations::{Note, Part, State};

/// What comes next for a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Next {
    /// Its operation is on its way and will move on by itself; others of the account wait for it.
    Moving,
    /// Its operation waits for people or for time; others go on.
    Waiting,
    /// The order is to be made.
    Order,
    /// This order is to be paid.
    Pay(String),
    /// It has ended.
    Ended(End),
}

/// Where the operations of a step are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parts<'a> {
    pub(super) order: Option<&'a Part>,
    pub(super) pay: Option<&'a Part>,
}

impl<'a> Parts<'a> {
    /// Those of `step` among all that were submitted for its plan.
    pub(super) fn of(step: &Step, all: &'a [Part]) -> Self {
        let with = |key| all.iter().find(|part| part.form_key == key);
        Self { order: with(step.order_form_key), pay: with(step.pay_form_key) }
    }
}

/// What comes next for an open step. `stopped`: nothing more may be submitted, and `parts` were read after
/// that was so.
pub(super) fn next(step: &Step, parts: Parts<'_>, stopped: bool) -> Next {
    let Some(order) = parts.order else {
        return if stopped { Next::Ended(end(StepState::NotOrdered, None, "stopped")) } else { Next::Order };
    };
    if let Some(going) = going(order) {
        return going;
    }
    if order.state != State::Succeeded {
        return Next::Ended(end(StepState::NotOrdered, None, ending(order.state)));
    }
    // People found that there is an order, but which one is not on record.
    let Some(order_id) = order.upstream_order_id.as_deref() else {
        return Next::Ended(end(StepState::Unpaid, None, "order_unknown"));
    };
    // One order was confirmed; how several share what it costs was not.
    if !order.more_orders.is_empty() {
        let all: Vec<&String> = order.upstream_order_id.iter().chain(&order.more_orders).collect();
        let detail = serde_json::json!({ "orders": all }).to_string();
        return Next::Ended(End { detail, ..end(StepState::Unpaid, Some(order_id), "several_orders") });
    }
    if step.facts.payment == Payment::OrderOnly {
        return Next::Ended(end(StepState::Ordered, Some(order_id), ""));
    }
    let Some(pay) = parts.pay else {
        return if stopped {
            Next::Ended(end(StepState::Unpaid, Some(order_id), "stopped"))
        } else {
            Next::Pay(order_id.to_owned())
        };
    };
    if let Some(going) = going(pay) {
        return going;
    }
    Next::Ended(match pay.state {
        State::Succeeded if pay.why() == Some(Note::DoneElsewhere) => {
            end(StepState::Paid, Some(order_id), "elsewhere")
        }
        State::Succeeded => end(StepState::Paid, Some(order_id), ""),
        State::Stale if is_paid(pay) => end(StepState::Paid, Some(order_id), "elsewhere"),
        state => end(StepState::Unpaid, Some(order_id), ending(state)),
    })
}

/// What an operation that has not ended means for its step and the others.
fn going(part: &Part) -> Option<Next> {
    match part.state {
        State::Ready | State::Sending | State::Confirming => Some(Next::Moving),
        State::PendingApproval | State::Unknown | State::NeedsReview => Some(Next::Waiting),
        _ => None,
    }
}

/// Whether the payment was not sent because somebody else had paid already: the order was in process or
/// complete (`order_status` 3, 5).
fn is_paid(pay: &Part) -> bool {
    let differences = pay.detail.get("differences").and_then(|all| all.as_array());
    differences.into_iter().flatten().any(|one| {
        one.get("fact").is_some_and(|fact| fact == "status")
            && one.get("live").is_some_and(|live| live == "3" || live == "5")
    })
}

/// The code of an operation that ended without its effect.
const fn ending(state: State) -> &'static str {
    match state {
        State::Stale => "stale",
        State::Rejected => "rejected",
        State::Expired => "expired",
        State::Cancelled => "withdrawn",
        _ => "failed",
    }
}

pub(super) fn end(state: StepState, order_id: Option<&str>, why: &'static str) -> End {
    End { state, order_id: order_id.map(str::to_owned), why, detail: "{}".to_owned() }
}
