//! Asks about what is not known: reads upstream until the effect shows, or its absence is proved. It
//! never sends anything, and takes silence and errors for what they are: nothing.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{
    Setup,
    journal::{Answered, Change, Claimed, Counted, Fault, Operation, Outcome, Verdict},
    kind::Sighting,
    note::Note,
    perform::sender_lost,
    state::State,
    timings::Timings,
};
use crate::proof::{self, Mutant, Point};

/// Settles operations whose outcome is not known.
pub struct Reconciler {
    setup: Arc<Setup>,
    name: String,
}

impl Reconciler {
    /// One that signs its leases with `name`.
    pub fn new(setup: Arc<Setup>, name: String) -> Self {
        Self { setup, name }
    }

    /// Looks once for the effect of one operation. `false` when nothing was due.
    pub async fn step(&self) -> Result<bool, Fault> {
        const ASKED: [State; 3] = [State::Sending, State::Unknown, State::Confirming];
        let setup = &self.setup;
        let asked_at = setup.clock.now();
        let Some(claimed) = setup.store.claim(&ASKED, &self.name, setup.timings.lease).await? else {
            return Ok(false);
        };
        let operation = &claimed.operation;
        // R3: whoever takes over an armed attempt never sends it.
        if operation.state == State::Sending {
            let mut change = sender_lost(setup.timings.next_look(0, Duration::ZERO));
            if proof::is(Mutant::TakeoverSends) {
                change.to = State::Ready;
                change.verdict = Verdict::Answer(Outcome::NotExecuted, Answered::default());
            }
            setup.settle(&claimed, &change).await?;
            return Ok(true);
        }
        let (kind, reader) =
            (setup.registry.get(&operation.kind), setup.upstream.reader(operation.account_id));
        let sighting = match (kind, &reader) {
            (Some(kind), Some(reader)) => kind.look_up(operation, claimed.sent(asked_at), reader).await,
            _ => Sighting::Unreadable { why: "the account is not in use".to_owned() },
        };
        let tries = kind.map_or(1, |kind| kind.tries());
        proof::at(Point::ReconcileAfterRead);
        let change = decide(&claimed, &sighting, tries, &setup.timings);
        proof::at(Point::ReconcileBeforeCommit);
        setup.settle(&claimed, &change).await?;
        proof::at(Point::ReconcileAfterCommit);
        if change.to.is_final()
            && let (Some(kind), Some(reader)) = (kind, &reader)
        {
            kind.settled(operation, reader).await;
        }
        Ok(true)
    }
}

/// What follows from a sighting.
pub fn decide(claimed: &Claimed, sighting: &Sighting, tries: i32, timings: &Timings) -> Change {
    let (operation, now) = (&claimed.operation, claimed.now);
    match sighting {
        Sighting::Effect { evidence, elsewhere, binds } => {
            let note = if *elsewhere {
                Note::DoneElsewhere
            } else if operation.more_orders.is_empty() {
                Note::EffectRead
            } else {
                Note::SeveralOrders
            };
            Change {
                detail: evidence.clone(),
                verdict: Verdict::Read(Outcome::Executed, evidence.clone()),
                binds: binds.clone(),
                ..Change::to(State::Succeeded, note)
            }
        }
        Sighting::Contradiction { evidence } => needs_review(Note::Contradiction, evidence.clone()),
        Sighting::NoEffect { evidence, gone } if proof::is(Mutant::NotSeenIsAbsent) => {
            proved_absent(claimed, evidence, *gone, tries)
        }
        Sighting::NoEffect { evidence, gone } if may_be_absent(claimed, timings) => {
            match operation.absent_at {
                // R4: two readings, apart, both later than the settle point of every live attempt.
                Some(first) if now - first >= span(timings.absence_apart) => {
                    proved_absent(claimed, evidence, *gone, tries)
                }
                Some(first) => {
                    let rest = (first + span(timings.absence_apart) - now).to_std().unwrap_or_default();
                    Change {
                        next_in: rest,
                        absent_at: Some(first),
                        counts: Some(Counted::Look),
                        ..later(operation)
                    }
                }
                None => Change {
                    next_in: timings.absence_apart,
                    absent_at: Some(now),
                    counts: Some(Counted::Look),
                    detail: evidence.clone(),
                    ..Change::to(operation.state, Note::AbsentOnce)
                },
            }
        }
        Sighting::NoEffect { .. }
        | Sighting::UnderWay { .. }
        | Sighting::NotYetVisible
        | Sighting::Unreadable { .. } => look_again(claimed, sighting, timings),
    }
}

/// Whether a reading without effect counts: nothing that was sent can still take effect, also nothing
/// that a recovered journal has lost, and Huawei never said that it did.
fn may_be_absent(claimed: &Claimed, timings: &Timings) -> bool {
    let operation = &claimed.operation;
    let settled = |sent: DateTime<Utc>| claimed.now > sent + span(timings.settle_point());
    operation.state == State::Unknown
        && !claimed.may_be_incomplete
        && claimed.attempts.iter().all(|attempt| match attempt.outcome {
            Some(Outcome::Executed) => false,
            // After a refusal, a copy of any earlier request may be what Huawei refused.
            Some(Outcome::NotExecuted) => !operation.rejected || settled(attempt.x_sdk_date),
            None | Some(Outcome::Unknown) => settled(attempt.x_sdk_date),
        })
}

fn proved_absent(claimed: &Claimed, evidence: &Value, gone: Option<&'static str>, tries: i32) -> Change {
    let operation = &claimed.operation;
    let refused = operation.rejected && operation.result_code.is_some();
    let (to, note) = if refused {
        (State::Stale, Note::Refused)
    } else if operation.rejected || gone.is_some() {
        (State::Stale, Note::Impossible)
    } else if operation.absences + 1 < tries && claimed.now < operation.deadline_at {
        (State::Ready, Note::AbsentTryAgain)
    } else {
        (State::Failed, Note::Absent)
    };
    Change {
        detail: json!({ "evidence": evidence, "gone": gone }),
        verdict: Verdict::Read(Outcome::NotExecuted, evidence.clone()),
        counts: Some(Counted::Absence),
        ..Change::to(to, note)
    }
}

/// Nothing is known yet: look again later, or hand it to people when that has gone on for too long.
fn look_again(claimed: &Claimed, sighting: &Sighting, timings: &Timings) -> Change {
    let (operation, now) = (&claimed.operation, claimed.now);
    let sent = claimed.attempts.iter().map(|attempt| attempt.x_sdk_date).max();
    let since_sent = now - sent.unwrap_or(operation.state_since);
    let accepted = claimed.attempts.iter().any(|attempt| attempt.outcome == Some(Outcome::Executed));
    let seen = match sighting {
        Sighting::NoEffect { evidence, .. } | Sighting::UnderWay { evidence } => evidence.clone(),
        Sighting::Unreadable { why } => json!({ "why": why }),
        _ => json!({}),
    };
    let under_way = matches!(sighting, Sighting::UnderWay { .. });
    if accepted && !under_way && since_sent > span(timings.confirm_within) {
        return needs_review(Note::NotShown, seen);
    }
    if since_sent > span(timings.review_after) {
        let note = if under_way { Note::UnderWayTooLong } else { Note::UnreadableTooLong };
        return needs_review(note, seen);
    }
    let polls = u32::try_from(operation.polls).unwrap_or_default() + 1;
    let schedule = timings.next_look(polls, since_sent.to_std().unwrap_or_default());
    // The moment from which absence counts is worth looking at on time.
    let until_settled = sent
        .map(|sent| sent + span(timings.settle_point()) - now)
        .and_then(|rest| rest.to_std().ok())
        .filter(|rest| !rest.is_zero())
        .map(|rest| rest + Duration::from_millis(10));
    let change = if under_way {
        Change { detail: seen, ..Change::to(operation.state, Note::UnderWay) }
    } else {
        later(operation)
    };
    Change {
        next_in: until_settled.map_or(schedule, |rest| rest.min(schedule)),
        counts: Some(Counted::Look),
        // A failed reading neither proves nor disproves the one before it.
        absent_at: matches!(sighting, Sighting::Unreadable { .. }).then_some(operation.absent_at).flatten(),
        ..change
    }
}

fn needs_review(note: Note, detail: Value) -> Change {
    Change { detail, ..Change::to(State::NeedsReview, note) }
}

fn later(operation: &Operation) -> Change {
    Change::later(operation.state)
}

fn span(duration: Duration) -> chrono::TimeDelta {
    chrono::TimeDelta::from_std(duration).unwrap_or(chrono::TimeDelta::MAX)
}
