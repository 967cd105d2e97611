//! Sends what is ready, once: claim, look for evidence, compare the live facts, arm, send, record.
//! It never sends what another worker armed, and never sends without a committed attempt.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use serde_json::json;

use super::{
    Setup, answer,
    journal::{Arming, Change, Claimed, Counted, Fault, Outcome, Verdict},
    kind::{Kind, Preflight, Sighting},
    note::Note,
    state::State,
};
use crate::{
    bss::{Reader, Write, Writer},
    proof::{self, Mutant, Point},
};

/// Carries out operations that are ready.
pub struct Performer {
    setup: Arc<Setup>,
    name: String,
}

/// What is needed to send, once everything has been checked.
struct Cleared {
    kind: Arc<dyn Kind>,
    reader: Reader,
    writer: Arc<Writer>,
    write: Write,
}

impl Performer {
    /// One that signs its leases with `name`.
    pub fn new(setup: Arc<Setup>, name: String) -> Self {
        Self { setup, name }
    }

    /// Carries out one operation, as far as it gets. `false` when nothing was due.
    pub async fn step(&self) -> Result<bool, Fault> {
        let setup = &self.setup;
        let asked_at = setup.clock.now();
        let Some(claimed) = setup.store.claim(&[State::Ready], &self.name, setup.timings.lease).await? else {
            return Ok(false);
        };
        match self.cleared(&claimed, asked_at).await {
            Ok(cleared) => self.send(&claimed, cleared).await?,
            Err(change) => self.settle(&claimed, &change).await?,
        }
        Ok(true)
    }

    /// Everything that has to be true before arming, or the change that follows if it is not.
    async fn cleared(&self, claimed: &Claimed, asked_at: DateTime<Utc>) -> Result<Cleared, Box<Change>> {
        let (setup, operation) = (&self.setup, &claimed.operation);
        let is_late = claimed.now >= operation.deadline_at;
        // After a recovery a request could exist that the journal has lost: evidence first.
        if is_late && !claimed.recovered {
            return Err(Change::to(State::Expired, Note::DeadlinePassed).into());
        }
        let accounts = &setup.upstream;
        let (Some(reader), Some(writer)) =
            (accounts.reader(operation.account_id), accounts.writer(operation.account_id))
        else {
            return Err(self.hold(claimed, Note::HeldNoAccess, json!({})));
        };
        // Before the lease ends, so that what is waited for is written down.
        let reader = reader.within(setup.timings.read_within());
        let sent_before = !claimed.attempts.is_empty() && !proof::is(Mutant::NoEvidenceFirst);
        let unsendable = |why: String| {
            // What was sent before is settled by reading, not by giving up.
            let to = if sent_before || claimed.recovered { State::Unknown } else { State::Failed };
            Box::new(Change { detail: json!({ "why": why }), ..Change::to(to, Note::Unsendable) })
        };
        let Some(kind) = setup.registry.get(&operation.kind) else {
            return Err(unsendable(format!("no kind {}", operation.kind)));
        };
        let write = kind.write(operation).map_err(|error| unsendable(error.to_string()))?;

        // R6: evidence first, whenever a request could exist that this row does not know of.
        if sent_before || claimed.recovered {
            match kind.look_up(operation, claimed.sent(asked_at), &reader).await {
                Sighting::NoEffect { .. } => {}
                Sighting::Effect { evidence, .. }
                | Sighting::UnderWay { evidence }
                | Sighting::Contradiction { evidence } => {
                    let change = Change::to(State::Unknown, Note::EffectFoundFirst);
                    return Err(Box::new(Change { detail: evidence, ..change }));
                }
                Sighting::NotYetVisible => return Err(self.hold(claimed, Note::HeldNotNow, json!({}))),
                Sighting::Unreadable { why } => {
                    return Err(self.hold(claimed, Note::HeldUnreadable, json!({ "why": why })));
                }
            }
        }

        if is_late {
            return Err(Change::to(State::Expired, Note::DeadlinePassed).into());
        }

        // R7: the live facts against the confirmed ones.
        match kind.preflight(operation, &reader).await {
            Preflight::Same => {}
            Preflight::NotNow { why } => {
                return Err(self.hold(claimed, Note::HeldNotNow, json!({ "why": why })));
            }
            Preflight::Unreadable { why } => {
                return Err(self.hold(claimed, Note::HeldUnreadable, json!({ "why": why })));
            }
            Preflight::Stale { differences } => {
                let change = if sent_before {
                    // The world may have moved because of what was sent: reading decides.
                    Change { rejected: true, ..Change::to(State::Unknown, Note::FactsChangedAfterSending) }
                } else {
                    Change::to(State::Stale, Note::FactsChanged)
                };
                return Err(Box::new(Change { detail: json!({ "differences": differences }), ..change }));
            }
        }

        if let Err(wait) = writer.take_turn(&write) {
            let change = Change::to(State::Ready, Note::HeldThrottled);
            let detail = json!({ "why": "own_limit" });
            return Err(Box::new(Change { next_in: wait, detail, ..change }));
        }
        proof::at(Point::PreflightAfter);
        Ok(Cleared { kind: kind.clone(), reader, writer, write })
    }

    /// Arms, sends once, and records what came of it.
    async fn send(&self, claimed: &Claimed, cleared: Cleared) -> Result<(), Fault> {
        let Cleared { kind, reader, writer, write } = cleared;
        let resources = write.resources();
        let setup = &self.setup;
        // R2: counted from before arming, on a clock that runs through a suspension of the machine.
        let mut begin_by = setup.clock.since_boot() + setup.timings.send_by;
        let mut prepared = writer.prepare(&write, self.unused_date(claimed));
        let arming = Arming {
            x_sdk_date: prepared.x_sdk_date(),
            settles_at: prepared.x_sdk_date() + setup.timings.settle_point(),
            request_sha256: sha256_of(prepared.body_sha256())?,
        };
        // R1: whatever goes wrong here, nothing is sent. If the attempt was committed all the same, its
        // lease runs out and the reconciler asks about it.
        match setup.store.arm(claimed, &arming).await {
            Ok(()) => {}
            Err(Fault::Clock) => return self.put_back(claimed, Note::HeldClock).await,
            Err(Fault::Halted) => return self.put_back(claimed, Note::HeldRecovery).await,
            // Its targets are held by this operation alone, so what is live here belongs to one that
            // has ended: the order is paid already.
            Err(Fault::Live) => {
                let change = Change::to(State::Stale, Note::PaidBefore);
                return self.settle(claimed, &change).await;
            }
            Err(Fault::Unknown(_)) if proof::is(Mutant::SendsUncommitted) => {}
            Err(fault) => return Err(fault),
        }
        if proof::is(Mutant::SignsLate) {
            prepared = writer.prepare(&write, setup.clock.now().trunc_subsecs(0));
            begin_by = Duration::MAX;
        }
        tracing::info!(operation = %claimed.operation.id, kind = kind.name(), "sending");
        let answer = writer.send(prepared, begin_by, setup.timings.answer_within).await;
        tracing::info!(
            operation = %claimed.operation.id,
            class = answer.class.letter(),
            status = answer.http_status,
            code = answer.error_code,
            request_id = answer.request_id,
            "answered"
        );
        metrics::counter!("operations_answers_total", "kind" => kind.name(), "class" => answer.class.letter())
            .increment(1);
        let change = answer::change((claimed, resources), &answer, &setup.timings, self.backoff(claimed));
        self.record(claimed, &change).await?;
        if change.to.is_final() {
            kind.settled(&claimed.operation, &reader).await;
        }
        Ok(())
    }

    /// Now, to the second, or the next second of which no request of the operation has the signature:
    /// one that another machine sent, whose clock is ahead, may look the same.
    fn unused_date(&self, claimed: &Claimed) -> DateTime<Utc> {
        let mut date = self.setup.clock.now().trunc_subsecs(0);
        while claimed.attempts.iter().any(|attempt| attempt.x_sdk_date == date) {
            date += TimeDelta::seconds(1);
        }
        date
    }

    /// Records an answer. The database may be away for a moment, and an answer is worth some patience;
    /// if it stays away, the lease runs out and reading settles it.
    async fn record(&self, claimed: &Claimed, change: &Change) -> Result<(), Fault> {
        let setup = &self.setup;
        let patient_until = setup.clock.since_boot() + setup.timings.lease / 3;
        loop {
            match self.settle(claimed, change).await {
                Err(Fault::Unknown(error)) if setup.clock.since_boot() < patient_until => {
                    tracing::warn!(operation = %claimed.operation.id, %error, "an answer could not be recorded yet");
                    setup.clock.sleep(setup.timings.idle).await;
                }
                settled => return settled,
            }
        }
    }

    /// Back to READY without having sent.
    fn hold(&self, claimed: &Claimed, note: Note, detail: serde_json::Value) -> Box<Change> {
        Box::new(Change {
            next_in: self.backoff(claimed),
            counts: Some(Counted::Hold),
            detail,
            ..Change::to(State::Ready, note)
        })
    }

    async fn put_back(&self, claimed: &Claimed, note: Note) -> Result<(), Fault> {
        if note == Note::HeldRecovery {
            // Perhaps the database is another one since a moment ago.
            self.setup.observe().await?;
        }
        self.settle(claimed, &self.hold(claimed, note, json!({}))).await
    }

    fn backoff(&self, claimed: &Claimed) -> Duration {
        let holds = u32::try_from(claimed.operation.holds).unwrap_or_default();
        self.setup.chance.jitter(self.setup.timings.backoff(holds))
    }

    async fn settle(&self, claimed: &Claimed, change: &Change) -> Result<(), Fault> {
        self.setup.settle(claimed, change).await
    }
}

fn sha256_of(hex: &str) -> Result<[u8; 32], Fault> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(hex, &mut bytes).map_err(|error| Fault::Unknown(error.into()))?;
    Ok(bytes)
}

/// An attempt whose sender is gone: nobody sends it again, its outcome is asked about.
pub(super) fn sender_lost(next_in: Duration) -> Change {
    Change {
        verdict: Verdict::Answer(Outcome::Unknown, super::journal::Answered::default()),
        next_in,
        ..Change::to(State::Unknown, Note::SenderLost)
    }
}
