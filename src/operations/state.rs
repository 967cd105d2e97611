//! The states of an operation and the legal changes between them, as data. The database holds the
//! same table (`transition_rule`); nothing here decides when a change is made.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where an operation is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[sqlx(type_name = "text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// Others must agree first.
    PendingApproval,
    /// Accepted and not sent yet.
    Ready,
    /// Armed: a signed request is on its way, or its sender died.
    Sending,
    /// Sent, and not known what became of it.
    Unknown,
    /// Huawei said yes; the effect was not read back yet.
    Confirming,
    /// Reading cannot settle it; two people must.
    NeedsReview,
    /// The effect exists.
    Succeeded,
    /// No effect exists nor ever will.
    Failed,
    /// Not done because the world was no longer as confirmed.
    Stale,
    /// Another person said no.
    Rejected,
    /// Its time ran out before it was sent.
    Expired,
    /// Taken back by its maker before it was sent.
    Cancelled,
}

use State::{
    Cancelled, Confirming, Expired, Failed, NeedsReview, PendingApproval, Ready, Rejected, Sending, Stale,
    Succeeded, Unknown,
};

impl State {
    /// Every state, in the order of a life.
    pub const ALL: [Self; 12] = [
        PendingApproval,
        Ready,
        Sending,
        Unknown,
        Confirming,
        NeedsReview,
        Succeeded,
        Failed,
        Stale,
        Rejected,
        Expired,
        Cancelled,
    ];

    /// The name in the database and in links.
    pub const fn as_str(self) -> &'static str {
        match self {
            PendingApproval => "PENDING_APPROVAL",
            Ready => "READY",
            Sending => "SENDING",
            Unknown => "UNKNOWN",
            Confirming => "CONFIRMING",
            NeedsReview => "NEEDS_REVIEW",
            Succeeded => "SUCCEEDED",
            Failed => "FAILED",
            Stale => "STALE",
            Rejected => "REJECTED",
            Expired => "EXPIRED",
            Cancelled => "CANCELLED",
        }
    }

    /// Whether nothing can change any more.
    pub const fn is_final(self) -> bool {
        matches!(self, Succeeded | Failed | Stale | Rejected | Expired | Cancelled)
    }

    /// Whether `self → next` is legal.
    pub fn may_become(self, next: Self) -> bool {
        TRANSITIONS.iter().any(|rule| rule.from == self && rule.to == next)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no state of an operation: {0:?}")]
pub struct NoState(String);

impl std::str::FromStr for State {
    type Err = NoState;

    fn from_str(text: &str) -> Result<Self, NoState> {
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or_else(|| NoState(text.to_owned()))
    }
}

/// One legal change of state and why it exists.
#[derive(Debug, Clone, Copy)]
pub struct Transition {
    /// Before.
    pub from: State,
    /// After.
    pub to: State,
    /// What makes it happen.
    pub why: &'static str,
    /// Where the rule is written down, as sections of the design.
    pub citation: &'static str,
}

const fn rule(from: State, to: State, why: &'static str, citation: &'static str) -> Transition {
    Transition { from, to, why, citation }
}

/// Every legal change. A change that is missing here is refused by the database as well.
pub const TRANSITIONS: [Transition; 27] = [
    rule(
        PendingApproval,
        Ready,
        "enough others agreed to exactly this payload",
        "docs/operations.md, Approval",
    ),
    rule(PendingApproval, Rejected, "another person said no", "docs/operations.md, Approval"),
    rule(PendingApproval, Expired, "nobody decided in time", "docs/operations.md, Approval"),
    rule(PendingApproval, Cancelled, "its maker took it back", "docs/operations.md, States"),
    rule(PendingApproval, Stale, "the confirmed facts no longer hold", "docs/operations.md, R7"),
    rule(Ready, Sending, "the holder of the lease armed an attempt", "docs/operations.md, R1"),
    rule(Ready, Stale, "the live facts differ from the confirmed ones", "docs/operations.md, R7"),
    rule(Ready, Expired, "the deadline passed before it could be sent", "docs/operations.md, States"),
    rule(Ready, Cancelled, "its maker took it back", "docs/operations.md, States"),
    rule(Ready, Unknown, "its own effect was found before sending again", "docs/operations.md, R6"),
    rule(Ready, Failed, "it cannot be sent at all", "docs/operations.md, States"),
    rule(Sending, Confirming, "a well-formed success answer", "docs/operations.md, R5"),
    rule(Sending, Unknown, "any answer that proves nothing, or the sender is gone", "docs/operations.md, R3"),
    rule(
        Sending,
        Ready,
        "proved not executed by its own sender: safe to send again",
        "docs/operations.md, R4",
    ),
    rule(Sending, Failed, "refused in a way that no repetition can change", "docs/operations.md, R4"),
    rule(
        Unknown,
        Confirming,
        "a success became known, its effect is still to be read",
        "docs/operations.md, R5",
    ),
    rule(Unknown, Succeeded, "the effect was read", "docs/operations.md, R5"),
    rule(Unknown, Ready, "proved absent, and may be tried again", "docs/operations.md, R4"),
    rule(Unknown, Failed, "proved absent, and is not tried again", "docs/operations.md, R4"),
    rule(
        Unknown,
        Stale,
        "proved absent after a business refusal or a changed world",
        "docs/operations.md, R4",
    ),
    rule(
        Unknown,
        NeedsReview,
        "contradicting evidence, or unreadable for 72 hours",
        "docs/operations.md, Verdicts of reading",
    ),
    rule(Confirming, Succeeded, "the effect was read", "docs/operations.md, R5"),
    rule(Confirming, Ready, "this step is done, the next one begins", "docs/operations.md, States"),
    rule(
        Confirming,
        NeedsReview,
        "accepted, but the effect does not show",
        "docs/operations.md, Verdicts of reading",
    ),
    rule(NeedsReview, Succeeded, "two people found the effect", "docs/operations.md, Review by people"),
    rule(NeedsReview, Failed, "two people found that there is none", "docs/operations.md, Review by people"),
    rule(NeedsReview, Unknown, "a person asked for another look", "docs/operations.md, Review by people"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_final_state_has_no_way_out() {
        for state in State::ALL {
            let ways = TRANSITIONS.iter().filter(|rule| rule.from == state).count();
            assert_eq!(ways == 0, state.is_final(), "{state}");
        }
    }

    #[test]
    fn no_change_is_listed_twice() {
        for (at, a) in TRANSITIONS.iter().enumerate() {
            assert!(
                TRANSITIONS[..at].iter().all(|b| (a.from, a.to) != (b.from, b.to)),
                "{} -> {}",
                a.from,
                a.to
            );
        }
    }

    #[test]
    fn names_read_back() {
        for state in State::ALL {
            assert_eq!(state.as_str().parse::<State>().expect("reads back"), state);
            assert_eq!(serde_json::to_string(&state).expect("json"), format!("\"{state}\""));
        }
    }

    #[test]
    fn every_state_leads_to_an_end() {
        fn ends(state: State, seen: &mut Vec<State>) -> bool {
            if state.is_final() {
                return true;
            }
            if seen.contains(&state) {
                return false;
            }
            seen.push(state);
            TRANSITIONS.iter().filter(|rule| rule.from == state).any(|rule| ends(rule.to, seen))
        }
        for state in State::ALL {
            assert!(ends(state, &mut Vec::new()), "{state}");
        }
    }
}
