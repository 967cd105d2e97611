//! Chips: a status as colour, icon and word, and those of orders and of the journal's states.

use std::borrow::Cow;

use crate::{bss::codes::OrderStatus, i18n::Locale, operations::State};

/// A status as a chip: colour, icon and word.
#[derive(Debug, Clone)]
pub struct Chip {
    /// The tone.
    pub tone: &'static str,
    /// The name of the icon.
    pub icon: &'static str,
    /// The word.
    pub word: Cow<'static, str>,
}

impl Chip {
    /// With a word of our own.
    pub const fn of(tone: &'static str, icon: &'static str, word: &'static str) -> Self {
        Self { tone, icon, word: Cow::Borrowed(word) }
    }
}

/// The chip of an order's status.
pub fn order(code: i16, locale: Locale) -> Chip {
    let status = OrderStatus::from_code(code.into());
    let (tone, icon) = match status {
        OrderStatus::AwaitingApproval | OrderStatus::AwaitingConfirmation => ("decision", "clock"),
        OrderStatus::AwaitingPayment => ("decision", "deadline"),
        OrderStatus::AwaitingRefund => ("progress", "refund"),
        OrderStatus::Processing => ("progress", "progress"),
        OrderStatus::Completed => ("done", "done"),
        OrderStatus::Cancelled => ("final", "final"),
        OrderStatus::AwaitingShipment
        | OrderStatus::AwaitingReceipt
        | OrderStatus::AwaitingPickUp
        | OrderStatus::BeingReplaced => ("progress", "shipping"),
        OrderStatus::Unknown(_) => ("unknown", "unknown"),
    };
    Chip { tone, icon, word: status.name(locale) }
}

/// The chip of an operation's state.
pub const fn operation(state: State, locale: Locale) -> Chip {
    let t = Texts(locale);
    let (tone, icon, word) = match state {
        State::PendingApproval => ("decision", "approval", t.pending_approval()),
        State::Ready => ("progress", "clock", t.ready()),
        State::Sending => ("progress", "send", t.sending()),
        State::Unknown => ("unknown", "unknown", t.unknown()),
        State::Confirming => ("progress", "progress", t.confirming()),
        State::NeedsReview => ("decision", "review", t.needs_review()),
        State::Succeeded => ("done", "done", t.succeeded()),
        State::Failed => ("final", "failed", t.failed()),
        State::Stale => ("final", "stale", t.stale()),
        State::Rejected => ("final", "failed", t.rejected()),
        State::Expired => ("final", "deadline", t.expired()),
        State::Cancelled => ("final", "undo", t.cancelled()),
    };
    Chip::of(tone, icon, word)
}

crate::texts! {
    /// The states of an operation, in a word.
    pub struct Texts {
        pending_approval: "待审批", "Awaiting approval";
        ready: "已提交", "Accepted";
        sending: "发送中", "Being sent";
        unknown: "结果未知", "Result unknown";
        confirming: "确认中", "Confirming";
        needs_review: "待人工核对", "Needs a person";
        succeeded: "已完成", "Done";
        failed: "未执行", "Not executed";
        stale: "情况已变", "Overtaken";
        rejected: "已驳回", "Rejected";
        expired: "已过期", "Expired";
        cancelled: "已撤回", "Withdrawn";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_of_an_operation_has_a_word_in_both_languages() {
        for state in State::ALL {
            assert_ne!(operation(state, Locale::Zh).word, operation(state, Locale::En).word);
        }
    }

    #[test]
    fn what_is_unknown_never_looks_like_a_failure() {
        let tone = |state| operation(state, Locale::En).tone;
        for state in State::ALL.into_iter().filter(|state| *state != State::Unknown) {
            assert_ne!(tone(state), tone(State::Unknown), "{state}");
        }
    }
}
