//! The states and the legal changes between them, as `operations.md` §1.3 draws them. The checker's own copy: it is
//! compared with what the database recorded, never with the portal's table.

/// No effect exists, nor ever will.
pub(super) const WITHOUT_EFFECT: [&str; 5] = ["FAILED", "STALE", "REJECTED", "EXPIRED", "CANCELLED"];

/// Every state that has a way out.
const OPEN: [&str; 6] = ["PENDING_APPROVAL", "READY", "SENDING", "UNKNOWN", "CONFIRMING", "NEEDS_REVIEW"];

/// From each state to those that may follow it: 27 changes.
const CHANGES: [(&str, &[&str]); 6] = [
    ("PENDING_APPROVAL", &["READY", "REJECTED", "EXPIRED", "STALE", "CANCELLED"]),
    ("READY", &["SENDING", "UNKNOWN", "STALE", "EXPIRED", "CANCELLED", "FAILED"]),
    ("SENDING", &["CONFIRMING", "UNKNOWN", "READY", "FAILED"]),
    ("UNKNOWN", &["CONFIRMING", "SUCCEEDED", "READY", "FAILED", "STALE", "NEEDS_REVIEW"]),
    ("CONFIRMING", &["SUCCEEDED", "READY", "NEEDS_REVIEW"]),
    ("NEEDS_REVIEW", &["SUCCEEDED", "FAILED", "UNKNOWN"]),
];

/// Whether nothing may follow.
pub(super) fn is_final(state: &str) -> bool {
    state == "SUCCEEDED" || WITHOUT_EFFECT.contains(&state)
}

/// Whether it is one of the twelve.
pub(super) fn is_known(state: &str) -> bool {
    is_final(state) || OPEN.contains(&state)
}

/// Whether `to` may follow `from`.
pub(super) fn may_become(from: &str, to: &str) -> bool {
    CHANGES.iter().any(|(state, next)| *state == from && next.contains(&to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_27_changes_among_twelve_states_and_none_leaves_an_end() {
        assert_eq!(CHANGES.iter().map(|(_, next)| next.len()).sum::<usize>(), 27);
        for (from, next) in CHANGES {
            assert!(OPEN.contains(&from), "{from}");
            assert!(next.iter().all(|to| is_known(to) && *to != from), "{from}");
        }
        assert_eq!(OPEN.len() + WITHOUT_EFFECT.len() + 1, 12);
    }
}
