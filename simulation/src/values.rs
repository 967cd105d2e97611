//! Judges what was set and set back: each value ends as the last operation on it that is called done.

use std::collections::BTreeMap;

use bss_portal::operations::{Operation, State};
use serde_json::Value;

use crate::{
    check::{Case, Found},
    expiry::{WHOLE_ACCOUNT, holds, policy},
    history::Mode,
    record::Record,
    upstream::{Effect, What},
};

/// Whether an effect set what an operation wants.
pub(crate) fn is_as_wanted(effect: &Effect, operation: &Operation) -> bool {
    match (effect.what, effect.value) {
        (What::Set, Some(code)) => holds(&operation.kind, code),
        (What::Day, value) => value.is_some() && value == day_of(operation),
        _ => true,
    }
}

/// The days that were confirmed.
fn day_of(operation: &Operation) -> Option<u8> {
    let payload: Value = serde_json::from_str(&operation.payload).ok()?;
    u8::try_from(payload["day"]["deduction"].as_u64()?).ok()
}

impl Case<'_> {
    /// I19. A recovered journal may have lost who was last; a doubled copy of what was accepted may arrive after the
    /// next value was set, which no client can see coming; and what people must look at has no end yet.
    pub(crate) fn values(&self, record: &Record, found: &mut Found) {
        if self.mode == Mode::Failover {
            return;
        }
        let mut by_key: BTreeMap<&str, Vec<&Operation>> = BTreeMap::new();
        for operation in self.database.journal.operations().map(|row| &row.operation) {
            if matches!(What::wanted_by(&operation.kind), What::Set | What::Day) {
                by_key.entry(&operation.subject).or_default().push(operation);
            }
        }
        for (key, mut rows) in by_key {
            rows.sort_by_key(|operation| operation.created_at);
            let done = rows.iter().rposition(|operation| operation.state == State::Succeeded);
            let later = &rows[done.map_or(0, |done| done + 1)..];
            let last = self
                .upstream
                .ledger
                .iter()
                .rfind(|effect| effect.key == key && matches!(effect.what, What::Set | What::Day));
            let came_before = |effect: &&Effect| {
                effect.post == last.and_then(|last| last.post)
                    && last.is_some_and(|last| !std::ptr::eq(*effect, last))
            };
            let is_copy =
                self.mode == Mode::Duplicates && self.upstream.ledger.iter().any(|e| came_before(&e));
            if is_copy || later.iter().any(|operation| operation.state == State::NeedsReview) {
                continue;
            }
            let value = last.and_then(|effect| effect.value);
            match done.map(|done| rows[done]) {
                Some(operation) if !last.is_some_and(|last| is_as_wanted(last, operation)) => {
                    let name = record.name(operation.id);
                    found.push(("I19", format!("{name} is the last one done, and {key} ended as {value:?}")));
                }
                None if value.is_some_and(|value| value != policy::NOTHING || key == WHOLE_ACCOUNT) => {
                    found.push(("I19", format!("nothing is called done, and {key} ended as {value:?}")));
                }
                _ => {}
            }
        }
    }
}
