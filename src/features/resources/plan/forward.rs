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

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use serde_json::{Value, json};
    use uuid::Uuid;

    use super::*;
    use crate::{
        bss::Term,
        features::resources::plan::{Facts, Price},
        identity::access::AccountId,
        money::Money,
        operations::OperationId,
    };

    fn step(payment: Payment) -> Step {
        let price = Price { official: Money::ZERO, payable: Money::ZERO, from_balance: Money::ZERO };
        Step {
            no: 1,
            account: AccountId(Uuid::nil()),
            facts: Facts { resources: Vec::new(), term: Term::Months(1), price, payment },
            order_form_key: Uuid::from_u128(1),
            pay_form_key: Uuid::from_u128(2),
            state: StepState::Open,
            order_id: None,
            why: String::new(),
            detail: "{}".to_owned(),
            holds: 0,
            next_at: Some(DateTime::UNIX_EPOCH),
        }
    }

    fn part(key: u128, state: State, orders: &[&str], detail: Value) -> Part {
        Part {
            form_key: Uuid::from_u128(key),
            operation: OperationId(Uuid::nil()),
            state,
            needs_approvals: 0,
            upstream_order_id: orders.first().map(|id| (*id).to_owned()),
            more_orders: orders.iter().skip(1).map(|id| (*id).to_owned()).collect(),
            result_code: None,
            note: String::new(),
            detail,
        }
    }

    fn after(parts: &[Part], stopped: bool) -> Next {
        let step = step(Payment::with(None));
        next(&step, Parts::of(&step, parts), stopped)
    }

    fn ended(next: Next) -> (StepState, &'static str) {
        match next {
            Next::Ended(end) => (end.state, end.why),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_step_is_ordered_then_paid_and_neither_once_the_plan_has_stopped() {
        assert_eq!(after(&[], false), Next::Order);
        assert_eq!(ended(after(&[], true)), (StepState::NotOrdered, "stopped"));
        let order = part(1, State::Succeeded, &["CS1"], json!({}));
        assert_eq!(after(std::slice::from_ref(&order), false), Next::Pay("CS1".to_owned()));
        assert_eq!(ended(after(&[order], true)), (StepState::Unpaid, "stopped"));
    }

    #[test]
    fn what_is_not_known_is_waited_for_and_never_repeated() {
        for state in [State::Unknown, State::NeedsReview, State::PendingApproval] {
            assert_eq!(after(&[part(1, state, &[], json!({}))], false), Next::Waiting, "{state}");
        }
        for state in [State::Ready, State::Sending, State::Confirming] {
            assert_eq!(after(&[part(1, state, &[], json!({}))], true), Next::Moving, "{state}");
        }
    }

    #[test]
    fn only_the_one_order_that_was_confirmed_is_paid() {
        let unknown = part(1, State::Succeeded, &[], json!({}));
        assert_eq!(ended(after(&[unknown], false)), (StepState::Unpaid, "order_unknown"));
        let several = part(1, State::Succeeded, &["CS1", "CS2"], json!({}));
        assert_eq!(ended(after(&[several], false)), (StepState::Unpaid, "several_orders"));
        for state in [State::Failed, State::Stale, State::Rejected, State::Expired, State::Cancelled] {
            let without = part(1, state, &[], json!({}));
            assert_eq!(ended(after(&[without], false)).0, StepState::NotOrdered, "{state}");
        }
    }

    #[test]
    fn a_payment_that_came_too_late_because_somebody_paid_is_told_so() {
        let order = || part(1, State::Succeeded, &["CS1"], json!({}));
        let differs = |live: &str| json!({ "differences": [{ "fact": "status", "live": live }] });
        for (live, end) in [("5", (StepState::Paid, "elsewhere")), ("4", (StepState::Unpaid, "stale"))] {
            let stale = part(2, State::Stale, &[], differs(live));
            assert_eq!(ended(after(&[order(), stale], false)), end);
        }
        let paid = part(2, State::Succeeded, &[], json!({}));
        assert_eq!(ended(after(&[order(), paid], true)), (StepState::Paid, ""));
    }
}
