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
        let sets = |row: &&Operation| holds(&row.kind, NOTHING).is_some() && same(&row.subject, &resource.id);
        let is_right = |row: &Operation| holds(&row.kind, is) == Some(true);
        judge(
            case,
            found,
            &settings(case, sets),
            &is_right,
            &|row| match row {
                Some(_) => format!("it ended as {is}"),
                None if is == NOTHING => String::new(),
                None => format!("{} ended as {is}, and nothing that sets it is called done", resource.id),
            },
            last,
        );
    }
    let days: Vec<_> = case.evidence.ledger.iter().filter(|effect| effect.operation == SET_DAY).collect();
    let is = days.last().map(|effect| effect.subject.clone());
    let is_right = |row: &Operation| day_of(row) == is;
    judge(
        case,
        found,
        &settings(case, |row| row.kind == "renewal_day"),
        &is_right,
        &|row| match (row, &is) {
            (Some(_), _) => format!("it ended as {is:?}"),
            (None, None) => String::new(),
            (None, Some(is)) => {
                format!("the account ended with {is}, and nothing that sets it is called done")
            }
        },
        days.last().map(|effect| effect.seq),
    );
    for export in &case.evidence.resource_exports {
        match rows(export) {
            Ok(rows) => lists(case, &rows, found),
            Err(why) => found.add(format!("a list of resources cannot be read: {why}")),
        }
    }
}

/// The operations that set one value, in the order in which they were asked for.
fn settings<'e>(case: &Case<'e>, are: impl Fn(&&Operation) -> bool) -> Vec<&'e Operation> {
    let mut rows: Vec<&Operation> = case.evidence.operations.iter().filter(|row| are(row)).collect();
    rows.sort_by_key(|row| row.created_at);
    rows
}

/// Compares what a value ended as with the last operation on it that is called done. `last`: the last change.
fn judge(
    case: &Case<'_>,
    found: &mut Found,
    rows: &[&Operation],
    is_right: &dyn Fn(&Operation) -> bool,
    told: &dyn Fn(Option<&Operation>) -> String,
    last: Option<u64>,
) {
    let done = rows.iter().rposition(|row| row.state == "SUCCEEDED");
    let later = &rows[done.map_or(0, |done| done + 1)..];
    if later.iter().any(|row| row.state == "NEEDS_REVIEW") {
        return;
    }
    let once_more =
        |seq: u64| case.evidence.requests.iter().any(|sent| sent.effect == Some(seq) && sent.duplicate);
    if case.evidence.mode == Mode::Duplicates && last.is_some_and(once_more) {
        return;
    }
    match done.map(|done| rows[done]) {
        Some(row) if !is_right(row) => found.add(format!("{}: {}", name(row), told(Some(row)))),
        None if !told(None).is_empty() => found.add(told(None)),
        _ => {}
    }
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

/// Whether a value is as `kind` wants it; nothing for a kind that sets none.
fn holds(kind: &str, is: u8) -> Option<bool> {
    match kind {
        "auto_renew_on" => Some(is == RENEWED),
        "auto_renew_off" => Some(is != RENEWED),
        "at_expiry_on" => Some(is == PAY_PER_USE),
        "at_expiry_off" => Some(is != PAY_PER_USE),
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
