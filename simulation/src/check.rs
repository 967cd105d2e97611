//! Judges a history that has ended by the invariants of `operations.md` §1.11, from Huawei's ledger, the
//! journal's rows, and what people were answered. It shares no rule with the journal.

use std::collections::{BTreeMap, BTreeSet};

use bss_portal::{
    money::Money,
    operations::{Note, Operation, OperationId, Outcome, State},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use crate::{
    engine::Sim,
    history::Mode,
    model::journal::Row,
    portal::World,
    record::{Form, Record},
    store::Database,
    upstream::{Effect, Upstream, What, call_of, yuan},
    values::is_as_wanted,
    wire::lock,
};

/// Everything has to end this long after the world is well again, with a little patience of people.
const ENDS_WITHIN: TimeDelta = TimeDelta::minutes(34);
/// How long what cannot be undone waits.
const HOLD: TimeDelta = TimeDelta::minutes(2);

/// Judges `world`, and adds what is wrong to its record.
pub(crate) fn judge(world: &World, mode: Mode) {
    let (database, upstream) = (lock(&world.database), lock(&world.upstream));
    let mut record = lock(&world.record);
    let case = Case {
        mode,
        now: world.sim.utc(),
        at: world.sim.now(),
        healed: world.sim.utc_at(world.sim.healed_at().unwrap_or_default()),
        database: &database,
        upstream: &upstream,
    };
    let mut found = Vec::new();
    for row in database.journal.operations() {
        case.effects_and_state(row, &record, &mut found);
        case.requests(row, &record, &mut found);
        case.agreement(row, &record, &mut found);
        case.hold(row, &record, &mut found);
        case.end(row, &record, &mut found);
        if record.seen.get(&row.operation.id).is_some_and(|seen| *seen != row.operation.state) {
            let seen = record.seen[&row.operation.id];
            let what =
                format!("{} was seen {seen}, and is {}", record.name(row.operation.id), row.operation.state);
            found.push(("I15", what));
        }
    }
    case.payments(&record, &mut found);
    case.renewals(&world.sim, &record, &mut found);
    case.values(&record, &mut found);
    case.forms(&record, &mut found);
    case.holders(&record, &mut found);
    for row in database.journal.operations() {
        world.sim.count(match row.operation.state {
            State::Succeeded => "ended SUCCEEDED",
            State::Failed => "ended FAILED",
            State::Stale => "ended STALE",
            State::Expired => "ended EXPIRED",
            State::Rejected => "ended REJECTED",
            State::Cancelled => "ended CANCELLED",
            State::NeedsReview => "ended NEEDS_REVIEW",
            _ => "not ended",
        });
    }
    by_kind(&world.sim, &database, (&record, &found));
    for (rule, what) in found {
        record.broken(rule, what);
    }
}

/// Counts the operations of each kind, and the violations that name one.
fn by_kind(sim: &Sim, database: &Database, (record, found): (&Record, &Found)) {
    let mut calls = BTreeSet::new();
    for row in database.journal.operations() {
        let call = call_of(&row.operation.kind);
        calls.insert(call);
        sim.count_of(call, "operations");
        if row.events.iter().any(|(event, _)| event.to_state == State::NeedsReview) {
            sim.count_of(call, "people");
        }
        let name = record.name(row.operation.id);
        for _ in found.iter().filter(|(_, what)| what.split_whitespace().any(|word| word == name)) {
            sim.count_of(call, "violations");
        }
    }
    for call in calls {
        sim.count_of(call, "histories");
    }
}

pub(crate) type Found = Vec<(&'static str, String)>;

pub(crate) struct Case<'a> {
    pub(crate) mode: Mode,
    now: DateTime<Utc>,
    at: u64,
    healed: DateTime<Utc>,
    pub(crate) database: &'a Database,
    pub(crate) upstream: &'a Upstream,
}

/// What an operation is about, in upper case: its resources, or its subject.
fn keys(operation: &Operation) -> Vec<String> {
    let payload: Value = serde_json::from_str(&operation.payload).unwrap_or_default();
    let resources = payload["resources"].as_array().into_iter().flatten();
    let ids: Vec<String> = resources.filter_map(|one| Some(one["id"].as_str()?.to_uppercase())).collect();
    if ids.is_empty() { vec![operation.subject.to_uppercase()] } else { ids }
}

/// The orders that prove an operation.
fn proofs(operation: &Operation) -> impl Iterator<Item = &String> {
    operation.upstream_order_id.iter().chain(&operation.more_orders)
}

/// Whether it was ended without a look at Huawei, as it is when others do not agree.
fn ended_by_people(row: &Row) -> bool {
    matches!(row.operation.why(), Some(Note::Withdrawn | Note::RejectedByPerson | Note::ApprovalExpired))
}

impl Case<'_> {
    fn own<'a>(&'a self, id: OperationId, record: &'a Record) -> impl Iterator<Item = &'a Effect> {
        self.upstream
            .ledger
            .iter()
            .filter(move |effect| effect.post.and_then(|post| record.posts[post].operation) == Some(id))
    }

    /// I1, I3, I4, I6, and that what was charged is what was confirmed.
    fn effects_and_state(&self, row: &Row, record: &Record, found: &mut Found) {
        let operation = &row.operation;
        let (name, state) = (record.name(operation.id), operation.state);
        let what = What::wanted_by(&operation.kind);
        let own: Vec<&Effect> = self.own(operation.id, record).collect();
        let keys = keys(operation);
        let of_key = |key: &String| {
            let is = |effect: &&&Effect| effect.what == what && effect.key.to_uppercase() == *key;
            own.iter().filter(is).count()
        };
        let times = keys.iter().map(of_key).max().unwrap_or_default();
        let again = matches!(what, What::Renew | What::Set | What::Day) && self.mode == Mode::Duplicates;
        let repeatable = what == What::Cancel || again;
        if times > 1 && !repeatable {
            found.push(("I1", format!("{name} took effect {times} times")));
        }
        let key = operation.subject.to_uppercase();
        if let Some(other) = own.iter().find(|effect| {
            let is_known = keys.contains(&effect.key.to_uppercase());
            !is_known || effect.what != what || !is_as_wanted(effect, operation)
        }) {
            found.push(("I6", format!("{name} did something else: {other:?}")));
        }
        let exists = self.upstream.ledger.iter().any(|effect| {
            effect.what == what
                && keys.contains(&effect.key.to_uppercase())
                && match what {
                    What::Pay | What::Cancel => true,
                    What::Set | What::Day => is_as_wanted(effect, operation),
                    // People who judged have seen it; otherwise an order proves it.
                    _ if operation.why() == Some(Note::JudgedDone) => true,
                    What::Renew | What::Unsubscribe | What::Convert => {
                        let by = effect.post.and_then(|post| record.posts[post].operation);
                        let is_own = by == Some(operation.id);
                        let is_lost = self.mode == Mode::Failover && by.is_some();
                        // A second copy of an older request for the same renewal makes an order that
                        // nobody can tell from the one that was asked for now.
                        let is_doubled = self.mode == Mode::Duplicates && what == What::Renew && by.is_some();
                        let is_proof =
                            effect.made.as_ref().is_some_and(|made| proofs(operation).any(|id| id == made));
                        is_proof && (is_own || is_lost || is_doubled)
                    }
                }
        });
        let lapsed = what == What::Cancel && self.upstream.orders[&key].status(self.at).0 == 4;
        let elsewhere = operation.why() == Some(Note::DoneElsewhere);
        match state {
            State::Succeeded if !exists && !lapsed => {
                found.push(("I3", format!("{name} SUCCEEDED without an effect")));
            }
            // After a recovery the request may be one that the journal no longer knows of, and a copy of
            // one that the gateway refused may be what took effect.
            State::Succeeded
                if elsewhere
                    && times > 0
                    && matches!(self.mode, Mode::Strict | Mode::Naive)
                    && !self.upstream.ledger.iter().any(|effect| {
                        // A naive Huawei that was paid twice tells of the first time.
                        effect.post.is_none() && effect.what == what && effect.key == key
                    }) =>
            {
                found
                    .push(("I3", format!("{name} is said to be done elsewhere, but its own request did it")));
            }
            // People who ended what a recovered journal shows as unsent cannot know better.
            State::Cancelled | State::Rejected | State::Expired
                if times > 0 && self.has_lost_requests(row, record) && ended_by_people(row) => {}
            // Nor whoever takes back what the gateway refused, while a copy of it is on its way.
            State::Cancelled | State::Expired
                if times > 0
                    && self.mode == Mode::Duplicates
                    && self.was_refused_by_the_gateway(row, record) => {}
            State::Failed | State::Stale | State::Expired | State::Rejected | State::Cancelled
                if times > 0 =>
            {
                found.push(("I4", format!("{name} is {state}, but it took effect")));
            }
            State::Succeeded
                if what == What::Pay && !elsewhere && operation.why() == Some(Note::EffectRead) =>
            {
                let confirmed = operation.money().map(Money::decimal);
                let charged = own.iter().find(|effect| effect.what == What::Pay);
                let charged = charged.map(|effect| yuan(effect.amount).parse().expect("an amount"));
                if charged.is_some() && charged != confirmed {
                    found.push((
                        "I13",
                        format!("{name} was charged {charged:?}, confirmed was {confirmed:?}"),
                    ));
                }
            }
            _ => {}
        }
    }

    /// Whether the gateway said that what took effect was not passed on.
    fn was_refused_by_the_gateway(&self, row: &Row, record: &Record) -> bool {
        let refused = |date| {
            let mut attempts = row.requests.iter().map(|request| &request.attempt);
            attempts.any(|attempt| attempt.x_sdk_date == date && attempt.class.as_deref() == Some("N"))
        };
        let mut posts = self.own(row.operation.id, record).filter_map(|effect| effect.post);
        posts.all(|post| refused(record.posts[post].x_sdk_date))
    }

    /// Whether a failover took requests of this operation with it.
    fn has_lost_requests(&self, row: &Row, record: &Record) -> bool {
        let kept = |date| row.requests.iter().any(|request| request.attempt.x_sdk_date == date);
        let mut of_row = record.posts.iter().filter(|post| post.operation == Some(row.operation.id));
        self.mode == Mode::Failover && of_row.any(|post| !kept(post.x_sdk_date))
    }

    /// I9 as a count, I11.
    fn requests(&self, row: &Row, record: &Record, found: &mut Found) {
        let id = row.operation.id;
        let name = record.name(id);
        let posts = record.posts.iter().filter(|post| post.operation == Some(id)).count();
        if posts > row.requests.len() && self.mode != Mode::Failover {
            found.push((
                "I9",
                format!("{name} sent {posts} requests and has {} attempts", row.requests.len()),
            ));
        }
        let mut by_step: BTreeMap<&str, Vec<_>> = BTreeMap::new();
        for request in &row.requests {
            by_step.entry(&request.attempt.step).or_default().push(&request.attempt);
        }
        for pair in by_step.values().flat_map(|attempts| attempts.windows(2)) {
            let settled = pair[0].settled_at.is_some_and(|at| at <= pair[1].armed_at);
            if pair[0].outcome != Some(Outcome::NotExecuted) || !settled {
                let no = pair[0].attempt_no;
                found.push(("I11", format!("{name} was sent again while attempt {no} was live")));
            }
        }
    }

    /// I12: whatever was sent had been agreed to by enough others.
    fn agreement(&self, row: &Row, record: &Record, found: &mut Found) {
        let operation = &row.operation;
        let amount = operation.amount.unwrap_or_default();
        let needed = match operation.kind.as_str() {
            "pay_order" if amount > 50_000.into() => 2,
            "pay_order" if amount > 1_000.into() => 1,
            "unsubscribe" | "convert" => 1,
            _ => 0,
        };
        let agreed: BTreeSet<_> = row
            .approvals
            .iter()
            .filter(|(approval, sha256)| {
                approval.decision == "approve"
                    && approval.approver_id != operation.requester_id
                    && *sha256 == operation.payload_sha256
            })
            .map(|(approval, _)| approval.approver_id)
            .collect();
        let sent = record.posts.iter().any(|post| post.operation == Some(operation.id));
        // A failover may have taken the votes, and then people have voted again, or it was not sent.
        if sent && agreed.len() < needed && self.mode != Mode::Failover {
            let name = record.name(operation.id);
            found.push(("I12", format!("{name} was sent with {} of {needed} agreements", agreed.len())));
        }
    }

    /// I18: what cannot be undone was not sent before its maker had had time to take it back.
    fn hold(&self, row: &Row, record: &Record, found: &mut Found) {
        let operation = &row.operation;
        if !["unsubscribe", "convert"].contains(&operation.kind.as_str()) {
            return;
        }
        let name = record.name(operation.id);
        let ready = row.events.iter().find(|(event, _)| event.to_state == State::Ready);
        let until = ready.map(|(event, _)| event.at + HOLD);
        let early = |at: DateTime<Utc>| until.is_none_or(|until| at < until);
        if let Some(request) = row.requests.iter().find(|request| early(request.attempt.armed_at)) {
            found.push((
                "I18",
                format!("{name} was armed at {}, held until {until:?}", request.attempt.armed_at),
            ));
        }
        // A failover may have taken with it that it was ready, and then it waits anew.
        let mut posts = record.posts.iter().filter(|post| post.operation == Some(operation.id));
        if let Some(post) = posts.find(|post| early(post.at))
            && self.mode != Mode::Failover
        {
            found.push(("I18", format!("{name} was sent at {}, held until {until:?}", post.at)));
        }
    }

    /// I5.
    fn end(&self, row: &Row, record: &Record, found: &mut Found) {
        let operation = &row.operation;
        if operation.state == State::NeedsReview {
            return;
        }
        let agreed = row.approvals.iter().map(|(approval, _)| approval.at).max();
        let quarantine = self.database.journal.epochs().iter().map(|epoch| epoch.quarantine_until).max();
        let from = [Some(self.healed), Some(operation.created_at), agreed, quarantine];
        let from = from.into_iter().flatten().max().expect("a time");
        let until = operation.closed_at.unwrap_or(self.now);
        if until - from > ENDS_WITHIN || operation.closed_at.is_none() {
            let (name, state) = (record.name(operation.id), operation.state);
            let minutes = (until - from).num_minutes();
            found.push(("I5", format!("{name} is {state} {minutes} minutes after everything was well")));
        }
    }

    /// I2: over all operations and all time, and nobody else's payment is taken for one's own.
    fn payments(&self, record: &Record, found: &mut Found) {
        let mut paid: BTreeMap<&str, usize> = BTreeMap::new();
        for effect in &self.upstream.ledger {
            if effect.what == What::Pay && effect.post.is_some() {
                *paid.entry(&effect.key).or_default() += 1;
            }
        }
        for (order, times) in paid.iter().filter(|(_, times)| **times > 1) {
            found.push(("I2", format!("{order} was paid {times} times by the portal")));
        }
        let mut claimed: BTreeMap<(String, &str), Vec<String>> = BTreeMap::new();
        for operation in self.database.journal.operations().map(|row| &row.operation) {
            let proofs: Vec<String> = match What::wanted_by(&operation.kind) {
                What::Pay => vec![operation.subject.to_uppercase()],
                What::Renew | What::Unsubscribe | What::Convert => proofs(operation).cloned().collect(),
                What::Cancel | What::Set | What::Day => Vec::new(),
            };
            let claims = operation.state == State::Succeeded && operation.why() == Some(Note::EffectRead);
            for proof in proofs.into_iter().filter(|_| claims) {
                claimed.entry((proof, &operation.kind)).or_default().push(record.name(operation.id));
            }
        }
        for ((proof, kind), names) in claimed.iter().filter(|(_, names)| names.len() > 1) {
            found.push(("I2", format!("{proof} proves {kind} of {}", names.join(" and "))));
        }
    }

    /// I7: what was seen of a resource once leads to one paid renewal. An order that nobody asked for, made
    /// by a doubled request, moves nothing and is counted.
    fn renewals(&self, sim: &Sim, record: &Record, found: &mut Found) {
        let mut paid: BTreeMap<(String, String), BTreeSet<&str>> = BTreeMap::new();
        let rows = || self.database.journal.operations().map(|row| &row.operation);
        for operation in rows().filter(|operation| operation.kind == "renew") {
            let payload: Value = serde_json::from_str(&operation.payload).unwrap_or_default();
            for effect in self.own(operation.id, record) {
                let Some(made) = effect.made.as_deref() else { continue };
                let mut resources = payload["resources"].as_array().into_iter().flatten();
                let shown = resources.find(|one| one["id"] == effect.key.as_str());
                let seen = shown.map(|one| one["expire_time"].to_string()).unwrap_or_default();
                let by_portal = |effect: &&Effect| effect.what == What::Pay && effect.post.is_some();
                if self.upstream.ledger.iter().filter(by_portal).any(|effect| effect.key == made) {
                    paid.entry((effect.key.clone(), seen.clone())).or_default().insert(made);
                }
                let is_unpaid = self.upstream.orders[made].status(self.at).0 == 6;
                if is_unpaid && rows().all(|other| proofs(other).all(|id| id != made)) {
                    sim.count("extra unpaid orders");
                }
            }
        }
        for ((resource, _), orders) in paid.iter().filter(|(_, orders)| orders.len() > 1) {
            found.push(("I7", format!("{resource} was renewed {} times as seen once", orders.len())));
        }
    }

    /// I8, also over lost commits.
    fn forms(&self, record: &Record, found: &mut Found) {
        let mut of_form: BTreeMap<Form, BTreeSet<OperationId>> = BTreeMap::new();
        for (id, form) in &record.operations {
            of_form.entry(*form).or_default().insert(*id);
        }
        for ids in of_form.values() {
            let moves =
                |effect: &&Effect| matches!(effect.what, What::Pay | What::Unsubscribe | What::Convert);
            let mut by_key: BTreeMap<&str, usize> = BTreeMap::new();
            for effect in ids.iter().flat_map(|id| self.own(*id, record).filter(moves)) {
                *by_key.entry(&effect.key).or_default() += 1;
            }
            let effects = by_key.into_values().max().unwrap_or_default();
            let names: Vec<_> = ids.iter().map(|id| record.name(*id)).collect();
            if effects > 1 {
                found.push((
                    "I8",
                    format!("one form took effect {effects} times, as {}", names.join(" and ")),
                ));
            }
            if ids.len() > 1 && self.mode != Mode::Failover {
                found.push(("I8", format!("one form became {}", names.join(" and "))));
            }
        }
        let mut answered: BTreeMap<Form, OperationId> = BTreeMap::new();
        for (form, id) in &record.answers {
            let first = *answered.entry(*form).or_insert(*id);
            if first != *id && self.mode != Mode::Failover {
                let (first, other) = (record.name(first), record.name(*id));
                found.push(("I8", format!("one form was answered with {first} and with {other}")));
            }
        }
    }

    /// R9: what an open operation holds, no other open one does.
    fn holders(&self, record: &Record, found: &mut Found) {
        let mut held: BTreeMap<(&str, String), Vec<&Row>> = BTreeMap::new();
        for row in self.database.journal.operations() {
            for target in &row.targets {
                let (kind, id) = target.parts();
                held.entry((kind, id.to_uppercase())).or_default().push(row);
            }
        }
        for ((_, target), mut rows) in held {
            rows.sort_by_key(|row| row.operation.created_at);
            for pair in rows.windows(2) {
                let closed = pair[0].operation.closed_at;
                if closed.is_none_or(|closed| closed > pair[1].operation.created_at) {
                    let (one, other) = (record.name(pair[0].operation.id), record.name(pair[1].operation.id));
                    found.push(("R9", format!("{one} and {other} were open on {target} together")));
                }
            }
        }
    }
}
