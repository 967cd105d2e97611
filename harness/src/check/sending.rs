//! I9, I10, I11 and I18: what arrived at Huawei Cloud, against the attempts that were written down before it left.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{
    Found,
    case::{Case, ROUNDED, Tried, name, time},
};
use crate::evidence::Sent;

fn told(sent: &Sent) -> String {
    let Sent { operation, at, x_sdk_date, signature, status, .. } = sent;
    let signature: String = signature.chars().take(12).collect();
    let signed = x_sdk_date.format("%H:%M:%S");
    format!(
        "{operation} that arrived at {} (signed {signed}, signature {signature}…, answered {status:?})",
        time(*at)
    )
}

/// The requests that the portal sent; a second delivery is the network's.
fn sent<'e>(case: &Case<'e>) -> impl Iterator<Item = &'e Sent> {
    case.evidence.requests.iter().filter(|sent| !sent.duplicate)
}

/// Requests that are alike in date, bytes and call, with the attempts that are so too.
fn alike<'e, 'c>(case: &'c Case<'e>) -> Vec<(Vec<&'e Sent>, Vec<&'c Tried<'e>>)> {
    let mut arrivals: BTreeMap<(&str, DateTime<Utc>, String), Vec<&'e Sent>> = BTreeMap::new();
    for one in sent(case) {
        let key = (one.operation.as_str(), one.x_sdk_date, one.body_sha256.to_lowercase());
        arrivals.entry(key).or_default().push(one);
    }
    let with_attempts = arrivals.into_values().map(|mut arrivals| {
        arrivals.sort_by_key(|one| one.at);
        let mut tried: Vec<&Tried<'e>> =
            case.tried.iter().filter(|tried| tried.would_be(arrivals[0])).collect();
        tried.sort_by_key(|tried| tried.attempt.armed_at);
        (arrivals, tried)
    });
    with_attempts.collect()
}

/// I9. Every request is an attempt's of its own, which was armed before it arrived: so there are no more than attempts.
pub(super) fn written_before_sent(case: &Case<'_>, found: &mut Found) {
    for (arrivals, tried) in alike(case) {
        for (nth, one) in arrivals.iter().enumerate() {
            match tried.get(nth) {
                None if tried.is_empty() => {
                    found.add(format!("no attempt was written down for {}", told(one)));
                }
                None => found.add(format!("{} was sent once more: {}", tried[0], told(one))),
                Some(tried) if tried.attempt.armed_at > one.at + ROUNDED => {
                    found.add(format!("{tried} was written down after its request: {}", told(one)));
                }
                Some(_) => {}
            }
        }
    }
    for caused in case.caused.iter().filter(|caused| caused.sent.is_none()) {
        found.add(format!("no request is known that had {}", case.tell(caused.effect)));
    }
}

/// I10. Two attempts may have one signature only when both were armed for the same bytes in the same second.
pub(super) fn signed_once(case: &Case<'_>, found: &mut Found) {
    for (arrivals, tried) in alike(case) {
        if tried.is_empty() {
            for one in &arrivals {
                if let Some(meant) = case.tried.iter().find(|tried| tried.has_bytes(one) && tried.calls(one))
                {
                    found.add(format!("{} carries another date than {meant}", told(one)));
                }
            }
        }
    }
    let mut by_signature: BTreeMap<&str, Vec<&Sent>> = BTreeMap::new();
    for one in sent(case).filter(|one| !one.signature.is_empty()) {
        by_signature.entry(&one.signature).or_default().push(one);
    }
    for arrivals in by_signature.values().filter(|arrivals| arrivals.len() > 1) {
        let attempts = case.tried.iter().filter(|tried| tried.would_be(arrivals[0])).count();
        if arrivals.len() > attempts {
            let told: Vec<String> = arrivals.iter().map(|one| told(one)).collect();
            found.add(format!(
                "one signature was sent {} times for {attempts} attempts: {}",
                arrivals.len(),
                told.join(", ")
            ));
        }
    }
}

/// I11. Over all operations on one order, since a request of an earlier operation is as dangerous as an own one; and an
/// order that was paid, or may have been, is never paid again.
pub(super) fn one_live(case: &Case<'_>, found: &mut Found) {
    let mut on: BTreeMap<String, Vec<&Tried<'_>>> = BTreeMap::new();
    for tried in &case.tried {
        on.entry(tried.operation.subject.to_uppercase()).or_default().push(tried);
    }
    for on in on.values_mut() {
        on.sort_by_key(|tried| (tried.attempt.armed_at, tried.attempt.attempt_no));
        for (nth, later) in on.iter().enumerate() {
            let live = on[..nth].iter().find(|earlier| match live_until(earlier, later) {
                Some(until) => later.attempt.armed_at < until,
                None => true,
            });
            if let Some(earlier) = live {
                let outcome = earlier.attempt.outcome.as_deref().unwrap_or("armed");
                let settled = earlier.attempt.settled_at.map_or_else(|| "never".to_owned(), time);
                found.add(format!("{later} although {earlier} was live ({outcome}, settled {settled})"));
            }
        }
    }
}

/// The kinds that cannot be undone.
const WAITS: [&str; 2] = ["unsubscribe", "convert"];

/// I18. By the history and not only by the row, which says until when: it waits from when it was ready on. What was
/// taken back meanwhile is not sent at all.
pub(super) fn waited(case: &Case<'_>, found: &mut Found) {
    for operation in case.evidence.operations.iter().filter(|one| WAITS.contains(&one.kind.as_str())) {
        let ready = operation.events.iter().find(|event| event.to == "READY").map(|event| event.at);
        match (ready, operation.held_until) {
            (Some(_), None) => found.add(format!("{} was ready and did not wait", name(operation))),
            (Some(ready), Some(until)) if until < ready => {
                found.add(format!("{} waited until {}, before it was ready", name(operation), time(until)));
            }
            _ => {}
        }
        let taken_back = operation.events.iter().find(|event| event.to == "CANCELLED").map(|event| event.at);
        let sent =
            operation.attempts.iter().find(|attempt| attempt.outcome.as_deref() != Some("not_executed"));
        if let (Some(at), Some(attempt)) = (taken_back, sent) {
            let (at, armed) = (time(at), time(attempt.armed_at));
            found.add(format!("{} was taken back at {at}, and armed at {armed}", name(operation)));
        }
    }
    for tried in case.tried.iter().filter(|tried| tried.operation.held_until.is_some()) {
        let until = tried.operation.held_until.unwrap_or_default();
        if tried.attempt.armed_at < until {
            found.add(format!("{tried} was armed before {}, until when it waits", time(until)));
        }
        for one in sent(case).filter(|one| tried.would_be(one) && one.at + ROUNDED < until) {
            found.add(format!(
                "{} although {} waits until {}",
                told(one),
                name(tried.operation),
                time(until)
            ));
        }
    }
}

/// Until when `earlier` forbids `later`; none for ever.
fn live_until(earlier: &Tried<'_>, later: &Tried<'_>) -> Option<DateTime<Utc>> {
    let pays = |tried: &Tried<'_>| tried.attempt.step == "pay";
    let one_step = earlier.operation.id == later.operation.id && earlier.attempt.step == later.attempt.step;
    match earlier.attempt.outcome.as_deref() {
        Some("not_executed") => earlier.attempt.settled_at,
        Some("executed") if !(one_step || (pays(earlier) && pays(later))) => earlier.attempt.settled_at,
        _ => None,
    }
}
