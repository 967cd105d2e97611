//! What follows from the answer to a request, as data: one row per class of answers. The classes
//! themselves are the BSS client's table (`bss::answers`); nothing here reads an answer's text.

use std::time::Duration;

use serde_json::json;

use super::{
    journal::{Answered, Change, Claimed, Counted, Outcome, Verdict},
    note::Note,
    own_order::is_bound,
    state::State,
    timings::Timings,
};
use crate::{
    bss::{Answer, answers::Class, transport::Stage},
    proof::{self, Mutant},
};

/// A gateway that asks for a longer pause is not believed: an operation waits for hours at most.
const LONGEST_WISH: Duration = Duration::from_hours(1);

/// What follows from one class.
#[derive(Debug, Clone, Copy)]
pub struct Consequence {
    /// The class.
    pub class: Class,
    /// What becomes of the attempt.
    pub outcome: Outcome,
    /// What becomes of the operation.
    pub to: State,
    /// What the history says.
    pub note: Note,
    /// Why this is safe.
    pub why: &'static str,
    /// Where that is written down: sections of the design, and Huawei's pages.
    pub citation: &'static str,
}

/// One row per class.
pub const CONSEQUENCES: [Consequence; 6] = [
    Consequence {
        class: Class::Success,
        outcome: Outcome::Executed,
        to: State::Confirming,
        note: Note::Accepted,
        why: "a well-formed success is Huawei's word; success is shown only after the effect was read",
        citation: "docs/operations.md, R5; api-oce, api_order_00030 (pay): success is 204 without a body",
    },
    Consequence {
        class: Class::Partial,
        outcome: Outcome::Unknown,
        to: State::Unknown,
        note: Note::RefusedInPart,
        why: "which part was done is settled by reading",
        citation: "docs/operations.md, Verdicts of reading; api-oce, renew and unsubscribe: fail_resource_infos",
    },
    Consequence {
        class: Class::NotExecuted,
        outcome: Outcome::NotExecuted,
        to: State::Ready,
        note: Note::HeldGateway,
        why: "it never reached BSS, and the worker that sent it saw so itself",
        citation: "docs/operations.md, R4; usermanual-apig, apig_03_0048: refused by the gateway itself",
    },
    Consequence {
        class: Class::Never,
        outcome: Outcome::NotExecuted,
        to: State::Failed,
        note: Note::NeverCan,
        why: "refused before any rule of the business, and no earlier request of it exists",
        citation: "docs/operations.md, R4; api-oce, status codes: wrong parameters (CBC.0100), no permission (CBC.0151)",
    },
    Consequence {
        class: Class::Rejected,
        outcome: Outcome::Unknown,
        to: State::Unknown,
        note: Note::RefusedUnproved,
        why: "a refusal may answer a second copy of a request whose first copy took effect",
        citation: "docs/operations.md, R4; api-oce, api_order_00030: refused by a rule of the business",
    },
    Consequence {
        class: Class::Ambiguous,
        outcome: Outcome::Unknown,
        to: State::Unknown,
        note: Note::AnswerUnclear,
        why: "anything may have happened",
        citation: "docs/operations.md, Classes of answers",
    },
];

/// The row of `class`.
pub fn consequence(class: Class) -> Consequence {
    CONSEQUENCES.into_iter().find(|row| row.class == class).expect("there is a row for every class")
}

/// The change that follows from `answer` to a request about so many `resources`. `wait` is the back-off if it is
/// put back.
pub(super) fn change(
    (claimed, resources): (&Claimed, usize),
    answer: &Answer,
    timings: &Timings,
    wait: Duration,
) -> Change {
    // "Never" is believed of a first request only: any earlier one makes it one more refusal.
    let class = match answer.class {
        Class::Never if !claimed.attempts.is_empty() => Class::Rejected,
        class => class,
    };
    let row = mutated(consequence(class), answer);
    // The orders that it made are proof, if no other operation's is among them, and there are no more of them than
    // resources. What was refused in part is not proved by an order for the rest.
    let in_part = class == Class::Partial && resources > 1;
    let (row, binds) = match answer.order_ids.as_slice() {
        orders if orders.is_empty() || in_part => (row, &[][..]),
        orders if orders.len() <= resources && are_own(orders, &claimed.bound) => (row, orders),
        _ => (Consequence { to: State::Unknown, note: Note::OrdersUnclear, ..row }, &[][..]),
    };
    let note = match &answer.broken {
        _ if row.to != State::Ready => row.note,
        Some(broken) if broken.stage == Stage::TooLate => Note::DroppedLate,
        Some(_) => Note::HeldNotSent,
        None if answer.stops_account() => Note::HeldStopped,
        None if answer.http_status == Some(429) => Note::HeldThrottled,
        None => row.note,
    };
    let said = answer.error_code.is_some() || answer.error_msg.is_some();
    Change {
        detail: json!({
            "class": answer.class.letter(),
            "http_status": answer.http_status,
            "error_code": answer.error_code,
            "error_msg": answer.error_msg,
            "request_id": answer.request_id,
            "order_ids": answer.order_ids,
            "broken": answer.broken.as_ref().map(ToString::to_string),
        }),
        verdict: Verdict::Answer(row.outcome, answered(answer)),
        next_in: match row.to {
            State::Ready => wait.max(answer.retry_after.unwrap_or_default().min(LONGEST_WISH)),
            _ => timings.next_look(0, Duration::ZERO),
        },
        counts: (row.to == State::Ready).then_some(Counted::Hold),
        // Where each of its resources failed, all of it was refused.
        rejected: class == Class::Rejected || class == Class::Partial && answer.failed.len() >= resources,
        result: said.then(|| (answer.error_code.clone(), answer.error_msg.clone())),
        binds: binds.first().cloned(),
        binds_more: binds.iter().skip(1).cloned().collect(),
        stops_account: answer.stops_account(),
        ..Change::to(row.to, note)
    }
}

/// Whether each is named once, and none proves another operation.
fn are_own(orders: &[String], bound: &[String]) -> bool {
    orders.iter().enumerate().all(|(nth, order)| !is_bound(bound, order) && !is_bound(&orders[..nth], order))
}

/// The row as it is, unless a bug was put here on purpose.
fn mutated(row: Consequence, answer: &Answer) -> Consequence {
    let server_error = answer.http_status.is_some_and(|status| status >= 500);
    match row.class {
        Class::Ambiguous if server_error && proof::is(Mutant::ServerErrorIsNothing) => {
            consequence(Class::NotExecuted)
        }
        Class::Rejected if proof::is(Mutant::RefusalBelieved) => consequence(Class::Never),
        _ => row,
    }
}

fn answered(answer: &Answer) -> Answered {
    Answered {
        class: Some(answer.class.letter()),
        http_status: answer.http_status.map(i32::from),
        error_code: answer.error_code.clone(),
        error_msg: answer
            .error_msg
            .clone()
            .or_else(|| answer.broken.as_ref().map(std::string::ToString::to_string)),
        request_id: answer.request_id.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_has_one_row_and_every_row_is_a_legal_change() {
        for class in Class::ALL {
            assert_eq!(CONSEQUENCES.iter().filter(|row| row.class == class).count(), 1, "{class:?}");
            assert!(State::Sending.may_become(consequence(class).to), "{class:?}");
        }
    }

    #[test]
    fn only_what_is_proved_not_executed_may_be_sent_again_or_end() {
        for row in CONSEQUENCES {
            if row.to == State::Ready || row.to.is_final() {
                assert_eq!(row.outcome, Outcome::NotExecuted, "{:?}", row.class);
            }
        }
    }
}
