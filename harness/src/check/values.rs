//! I19: values that can be set and set back. The ledger has each change in order, so what a value ended as is told by
//! replaying it; the journal has who confirmed what, one after another on each resource.

use std::collections::BTreeSet;

use super::{
    Found,
    case::{AT_EXPIRY, CONVERT, Case, LEAVE, RENEWS_ITSELF, RENEWS_NO_MORE, SET_DAY, name, same},
};
use crate::evidence::{Mode, Operation};

/// What happens at expiry, in Huawei Cloud's codes.
const NOTHING: u8 = 0;
const PAY_PER_USE: u8 = 1;
const RENEWED: u8 = 3;

/// What lists call these, in both languages.
const WORDS: [(u8, [&str; 2]); 3] = [
    (NOTHING, ["Manual renewal", "手动续费"]),
    (PAY_PER_USE, ["Pay-per-use at expiry", "到期转按需"]),
    (RENEWED, ["Auto-renewal", "自动续费"]),
];

/// I19. An operation that people must look at has no end yet. The network may deliver an accepted request once more
/// after the next value was set: no client can see that coming, and lists tell it.
pub(super) fn last_confirmed(case: &Case<'_>, found: &mut Found) {
    for resource in &case.evidence.resources {
        let (is, last) = replayed(case, &resource.id);
        let sets = |row: &Operation| set_by(&row.kind, NOTHING).is_some() && same(&row.subject, &resource.id);
        if let Some(done) = done(case, last, sets) {
            let expected = done.iter().fold(NOTHING, |was, row| set_by(&row.kind, was).unwrap_or(was));
            if is != expected {
                let (id, told) = (&resource.id, names(&done));
                found.add(format!("{id} ended as {is}, not {expected}; called done: {told}"));
            }
        }
    }
    let last = case.evidence.ledger.iter().rfind(|effect| effect.operation == SET_DAY);
    if let Some(done) = done(case, last.map(|effect| effect.seq), |row| row.kind == "renewal_day") {
        let expected = done.last().and_then(|row| day_of(row));
        let is = last.map(|effect| effect.subject.clone());
        if is != expected {
            let told = names(&done);
            found.add(format!("the account's day ended as {is:?}, not {expected:?}; called done: {told}"));
        }
    }
    for export in &case.evidence.resource_exports {
        match rows(export) {
            Ok(rows) => lists(case, &rows, found),
            Err(why) => found.add(format!("a list of resources cannot be read: {why}")),
        }
    }
}

fn names(rows: &[&Operation]) -> String {
    rows.iter().map(|row| name(row)).collect::<Vec<_>>().join(", ")
}

/// The operations on one value that are called done, in the order in which they were asked for; nothing where its end
/// cannot be told. `last`: the last change.
fn done<'e>(
    case: &Case<'e>,
    last: Option<u64>,
    sets: impl Fn(&Operation) -> bool,
) -> Option<Vec<&'e Operation>> {
    let once_more =
        |seq| case.evidence.requests.iter().any(|sent| sent.effect == Some(seq) && sent.duplicate);
    let mut rows: Vec<&Operation> = case.evidence.operations.iter().filter(|row| sets(row)).collect();
    if rows.iter().any(|row| row.state == "NEEDS_REVIEW")
        || (case.evidence.mode == Mode::Duplicates && last.is_some_and(once_more))
    {
        return None;
    }
    rows.retain(|row| row.state == "SUCCEEDED");
    rows.sort_by_key(|row| row.created_at);
    Some(rows)
}

/// What happens at the expiry of a resource after all that the ledger has, and which change was the last one.
fn replayed(case: &Case<'_>, resource: &str) -> (u8, Option<u64>) {
    let mut effects: Vec<_> =
        case.evidence.ledger.iter().filter(|effect| same(&effect.subject, resource)).collect();
    effects.sort_by_key(|effect| effect.seq);
    effects.into_iter().fold((NOTHING, None), |(is, last), effect| match effect.operation.as_str() {
        RENEWS_ITSELF => (RENEWED, Some(effect.seq)),
        RENEWS_NO_MORE => (NOTHING, Some(effect.seq)),
        // It is written down only where it changes something.
        AT_EXPIRY if is == PAY_PER_USE => (NOTHING, Some(effect.seq)),
        AT_EXPIRY => (PAY_PER_USE, Some(effect.seq)),
        _ => (is, last),
    })
}

/// What `kind` makes of a value; nothing for a kind that sets none. Switching off leaves what was not on.
fn set_by(kind: &str, was: u8) -> Option<u8> {
    match kind {
        "auto_renew_on" => Some(RENEWED),
        "auto_renew_off" => Some(if was == RENEWED { NOTHING } else { was }),
        "at_expiry_on" => Some(PAY_PER_USE),
        "at_expiry_off" => Some(if was == PAY_PER_USE { NOTHING } else { was }),
        _ => None,
    }
}

/// The day that was confirmed, as the ledger calls it.
pub(super) fn day_of(operation: &Operation) -> Option<String> {
    let payload: serde_json::Value = serde_json::from_str(&operation.payload).ok()?;
    Some(format!("DEDUCTION_DATE={}", payload["day"]["deduction"].as_u64()?))
}

/// The resources that were unsubscribed or converted, by us or in the console.
fn gone(case: &Case<'_>) -> BTreeSet<String> {
    let ended =
        case.caused.iter().filter(|caused| [LEAVE, CONVERT].contains(&caused.effect.operation.as_str()));
    let ours = ended.flat_map(|caused| caused.operations()).map(|row| row.subject.as_str());
    let acts = case.evidence.acts.iter();
    let console = acts.filter(|act| act.what == "console_unsubscribe" && act.status == Some(200));
    ours.chain(console.filter_map(|act| act.subject.as_deref())).map(str::to_uppercase).collect()
}

/// Whether a list tells of each resource what the ledger does.
fn lists(case: &Case<'_>, rows: &[(String, String)], found: &mut Found) {
    let gone = gone(case);
    for resource in &case.evidence.resources {
        let told = rows.iter().find(|(id, _)| same(id, &resource.id)).map(|(_, word)| word.as_str());
        let is_gone = gone.contains(&resource.id.to_uppercase());
        let (is, _) = replayed(case, &resource.id);
        let right = WORDS.iter().find(|(code, _)| *code == is).map(|(_, words)| *words).unwrap_or_default();
        match told {
            Some(word) if is_gone => {
                found.add(format!("the list has {} (“{word}”), which is gone", resource.id));
            }
            None if !is_gone => found.add(format!("the list does not have {}", resource.id)),
            Some(word) if !right.contains(&word) => {
                found.add(format!("the list says of {} “{word}”; it ended as {is}", resource.id));
            }
            _ => {}
        }
    }
}

/// The resources of a list in either language: id, and what happens at expiry.
fn rows(export: &str) -> Result<Vec<(String, String)>, String> {
    let mut reader = csv::ReaderBuilder::new().from_reader(export.trim_start_matches('\u{feff}').as_bytes());
    let header = reader.headers().map_err(|error| error.to_string())?.clone();
    let column = |names: [&str; 2]| {
        let found = header.iter().position(|title| names.contains(&title));
        found.ok_or_else(|| format!("no column {}", names.join(" or ")))
    };
    let (id, policy) = (column(["Resource id", "资源 ID"])?, column(["At expiry", "到期策略"])?);
    let rows = reader.records().map(|record| {
        let record = record.map_err(|error| error.to_string())?;
        let cell = |at: usize| record.get(at).unwrap_or_default().to_owned();
        Ok((cell(id), cell(policy)))
    });
    rows.collect()
}
