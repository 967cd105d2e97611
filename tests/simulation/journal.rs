//! The money journal in memory: what `PgStore` and the triggers of its tables do, as plain synchronous
//! code for simulations. It asks no clock and draws nothing; agreement.rs holds it to PostgreSQL.

mod people;
pub(crate) mod rules;
pub(crate) mod workers;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use bss_portal::{
    identity::access::AccountId,
    money::Money,
    operations::{
        Approval, Attempt, Event, Fault, Note, Operation, OperationId, Outcome, Planned, Review, State, Stop,
        Submitted, Target,
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::RoundingStrategy;
use serde_json::{Value, json};
use uuid::Uuid;

use self::rules::{Guards, after, kept, refused, taken, violated};

/// A journal. Each method that is named like one of [`Store`](bss_portal::operations::Store) is one
/// transaction at `now`: what is refused has changed nothing.
#[derive(Debug, Clone)]
pub(crate) struct Journal {
    /// Which database this is: what a promoted standby or a restored copy has another one of.
    identity: u64,
    rows: BTreeMap<OperationId, Row>,
    /// The open ones, by when they are looked at next.
    due: BTreeSet<(DateTime<Utc>, OperationId)>,
    forms: BTreeMap<(AccountId, Uuid, Uuid), OperationId>,
    /// What open operations hold.
    held: BTreeMap<(&'static str, String), OperationId>,
    /// How many live attempts pay an order.
    paid: BTreeMap<String, u32>,
    /// The operations that an upstream order proves.
    proved: Vec<OperationId>,
    stops: BTreeMap<AccountId, Stop>,
    epochs: Vec<Epoch>,
}

/// An operation with all that belongs to it.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// The operation.
    pub(crate) operation: Operation,
    /// The fence of who took hold of it last …
    pub(crate) fence: i64,
    /// … and who that is, and until when, unless it was let go of.
    pub(crate) lease: Option<(String, DateTime<Utc>)>,
    /// The key of its form.
    pub(crate) form_key: Uuid,
    /// How long it waits once it is ready, in milliseconds.
    pub(crate) hold_ms: Option<i64>,
    /// The plan that it is a part of; what plans forbid is tested where plans are.
    pub(crate) plan: Option<Uuid>,
    /// What it holds while it is open.
    pub(crate) targets: Vec<Target>,
    /// What was sent because of it.
    pub(crate) requests: Vec<Request>,
    /// What others decided, and the hash of what they saw.
    pub(crate) approvals: Vec<(Approval, Vec<u8>)>,
    /// What people concluded, by round.
    pub(crate) reviews: Vec<(DateTime<Utc>, Review)>,
    /// Its history, and the ids of those who made it.
    pub(crate) events: Vec<(Event, Option<Uuid>)>,
}

/// A signed request.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// Its row as readers see it.
    pub(crate) attempt: Attempt,
    /// The fence of who armed it.
    pub(crate) fence: i64,
    /// The SHA-256 of its body.
    pub(crate) request_sha256: [u8; 32],
    /// The order that it pays.
    pub(crate) pays: Option<String>,
}

/// A time in which the database was one and the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Epoch {
    /// Which one.
    pub(crate) identity: u64,
    /// Since when that is known.
    pub(crate) observed_at: DateTime<Utc>,
    /// Until when nothing is sent.
    pub(crate) quarantine_until: DateTime<Utc>,
}

/// What a change of an operation's row says in its history.
struct Moved<'a> {
    to: State,
    note: Option<Note>,
    detail: Option<Value>,
    by: Option<&'a (Uuid, String)>,
}

impl Row {
    fn agreed(&self) -> usize {
        self.approvals.iter().filter(|(approval, _)| approval.decision == "approve").count()
    }

    fn is_agreed_to(&self) -> bool {
        let needed = usize::try_from(self.operation.needs_approvals).unwrap_or_default();
        // Each approval was held to the payload's hash when it was written.
        self.agreed() >= needed && self.agreed() == self.approvals.len()
    }

    /// How many concluded the same in a round.
    fn concluded(&self, round: DateTime<Utc>, executed: bool) -> usize {
        let verdict = if executed { "executed" } else { "not_executed" };
        self.reviews.iter().filter(|(of, review)| *of == round && review.verdict == verdict).count()
    }

    fn lease_until(&self) -> Option<DateTime<Utc>> {
        self.lease.as_ref().map(|(_, until)| *until)
    }
}

impl Journal {
    /// An empty one in the database `identity`.
    pub(crate) fn new(identity: u64) -> Self {
        Self {
            identity,
            rows: BTreeMap::new(),
            due: BTreeSet::new(),
            forms: BTreeMap::new(),
            held: BTreeMap::new(),
            paid: BTreeMap::new(),
            proved: Vec::new(),
            stops: BTreeMap::new(),
            epochs: Vec::new(),
        }
    }

    /// This journal in another database, as after a failover. Whoever keeps an older clone and calls this
    /// has lost the commits since then.
    pub(crate) fn recovered_as(&self, identity: u64) -> Self {
        Self { identity, ..self.clone() }
    }

    /// Every operation, oldest id first.
    pub(crate) fn operations(&self) -> impl Iterator<Item = &Row> {
        self.rows.values()
    }

    /// One operation.
    pub(crate) fn operation(&self, id: OperationId) -> Option<&Row> {
        self.rows.get(&id)
    }

    /// How many operations have not ended.
    pub(crate) fn open(&self) -> usize {
        self.due.len()
    }

    /// Which databases there were, oldest first.
    pub(crate) fn epochs(&self) -> &[Epoch] {
        &self.epochs
    }

    /// The accounts for which nothing is sent.
    pub(crate) fn stops(&self) -> impl Iterator<Item = &Stop> {
        self.stops.values()
    }

    /// As [`Store::submit`](bss_portal::operations::Store::submit).
    pub(crate) fn submit(&mut self, planned: &Planned, now: DateTime<Utc>) -> Result<Submitted, Fault> {
        let intent = &planned.intent;
        let send_by = after(now, planned.send_within)?;
        let deadline_at = intent.until.map_or(send_by, |until| kept(until).min(send_by));
        let form = (intent.account, planned.requester_id, intent.form_key);
        let made_before = self.forms.get(&form).and_then(|id| self.rows.get(id)).map(|made| {
            let made = &made.operation;
            let is_same = made.kind == intent.kind && made.payload_sha256 == intent.payload_sha256();
            if is_same { Submitted::Already(made.id) } else { Submitted::OtherForm(made.id) }
        });
        if deadline_at <= now {
            return Ok(made_before.unwrap_or(Submitted::TooLate));
        }
        if self.epochs.is_empty() {
            let words =
                "null value in column \"epoch\" of relation \"operation\" violates not-null constraint";
            return Err(refused(words));
        }
        let hold_ms = planned.hold.map(milliseconds);
        if hold_ms.is_some_and(|hold_ms| hold_ms > rules::LONGEST_HOLD_MS) {
            return Err(violated("operation", "operation_hold_ms_check"));
        }
        if !rules::KINDS.contains(&intent.kind) {
            return Err(violated("operation", "operation_kind_check"));
        }
        if !rules::STEPS.contains(&intent.step) {
            return Err(violated("operation", "operation_step_check"));
        }
        if intent.kind == "pay_order" && intent.pays_order.is_none() {
            return Err(violated("operation", "paying_names_an_order"));
        }
        if intent.kind == "unsubscribe" && hold_ms.is_none() {
            return Err(violated("operation", "unsubscribing_waits"));
        }
        if let Some(made) = made_before {
            return Ok(made);
        }
        if self.rows.contains_key(&planned.id) {
            return Err(taken("operation_pkey"));
        }
        let targets: Vec<_> = intent.targets.iter().map(target).collect();
        for (n, target) in targets.iter().enumerate() {
            if intent.targets[..n].contains(&intent.targets[n]) {
                return Err(taken("operation_target_pkey"));
            }
            if Guards::standing().once && (self.held.contains_key(target) || targets[..n].contains(target)) {
                let holder = targets.iter().find_map(|target| self.held.get(target));
                return holder.copied().map(Submitted::Busy).ok_or(Fault::Moved);
            }
        }
        let row = begun(planned, deadline_at, self.epochs.len(), now)?;
        self.held.extend(targets.into_iter().map(|target| (target, planned.id)));
        self.forms.insert(form, planned.id);
        self.due.insert((row.operation.next_at, planned.id));
        self.rows.insert(planned.id, row);
        Ok(Submitted::New(planned.id))
    }

    /// As [`Store::observe`](bss_portal::operations::Store::observe).
    pub(crate) fn observe(&mut self, quarantine: Duration, now: DateTime<Utc>) -> Result<bool, Fault> {
        if self.epochs.last().is_some_and(|epoch| epoch.identity == self.identity) {
            return Ok(false);
        }
        let quarantine_until = if self.rows.is_empty() { now } else { after(now, quarantine)? };
        self.epochs.push(Epoch { identity: self.identity, observed_at: now, quarantine_until });
        Ok(quarantine_until > now)
    }

    /// As [`Store::resume`](bss_portal::operations::Store::resume).
    pub(crate) fn resume(&mut self, account: AccountId) {
        self.stops.remove(&account);
    }

    /// Has an open operation looked at then.
    fn due_at(&mut self, id: OperationId, next_at: DateTime<Utc>) {
        let operation = &mut self.rows.get_mut(&id).expect("it is there").operation;
        self.due.remove(&(operation.next_at, id));
        operation.next_at = next_at;
        self.due.insert((next_at, id));
    }

    /// Writes a change that is legal, its history, and what follows when it ends the operation.
    fn moved(&mut self, id: OperationId, change: Moved<'_>, now: DateTime<Utc>) {
        let row = self.rows.get_mut(&id).expect("it is there");
        let operation = &mut row.operation;
        let from = operation.state;
        let note = change.note.map(Note::as_str).filter(|note| *note != operation.note);
        let is_history = change.to != from || note.is_some();
        if let Some(note) = note {
            note.clone_into(&mut operation.note);
        }
        if let Some(detail) = change.detail {
            operation.detail = detail;
        }
        if change.to != from {
            operation.state = change.to;
            operation.state_since = now;
            operation.closed_at = change.to.is_final().then_some(now);
            if change.to == State::Ready && operation.held_until.is_none() {
                operation.held_until = held_until(row.hold_ms, now);
            }
        }
        if is_history {
            let event = Event {
                at: now,
                from_state: Some(from),
                to_state: change.to,
                note: operation.note.clone(),
                detail: operation.detail.clone(),
                actor_name: change.by.map(|(_, name)| name.clone()),
            };
            row.events.push((event, change.by.map(|(person, _)| *person)));
        }
        if operation.closed_at.is_some() {
            self.due.remove(&(operation.next_at, id));
            for held in row.targets.iter().map(target) {
                if self.held.get(&held) == Some(&id) {
                    self.held.remove(&held);
                }
            }
        }
    }
}

/// A span in whole milliseconds, as the tables keep it.
fn milliseconds(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

/// Until when what is ready now waits.
fn held_until(hold_ms: Option<i64>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    Some(now + TimeDelta::milliseconds(hold_ms?))
}

fn number(count: usize) -> i64 {
    i64::try_from(count).expect("a small number")
}

/// A target as it is held: Huawei does not regard the case of ids.
fn target(target: &Target) -> (&'static str, String) {
    let (kind, id) = target.parts();
    (kind, id.to_uppercase())
}

/// A new operation's row.
fn begun(
    planned: &Planned,
    deadline_at: DateTime<Utc>,
    epochs: usize,
    now: DateTime<Utc>,
) -> Result<Row, Fault> {
    let intent = &planned.intent;
    let amount = intent.amount.map(Money::decimal);
    let needs_approvals = rules::approvals_needed(intent.kind, amount);
    let (state, note) = match needs_approvals {
        0 => (State::Ready, Note::Requested),
        _ => (State::PendingApproval, Note::ApprovalWanted),
    };
    let hold_ms = planned.hold.map(milliseconds);
    let event = Event {
        at: now,
        from_state: None,
        to_state: state,
        note: note.as_str().to_owned(),
        detail: json!({}),
        actor_name: Some(planned.requester_name.clone()),
    };
    let operation = Operation {
        id: planned.id,
        account_id: intent.account,
        kind: intent.kind.to_owned(),
        step: intent.step.to_owned(),
        state,
        payload: intent.payload.clone(),
        payload_sha256: intent.payload_sha256().to_vec(),
        subject: intent.subject.clone(),
        amount: amount.map(|yuan| yuan.round_dp_with_strategy(8, RoundingStrategy::MidpointAwayFromZero)),
        requester_id: planned.requester_id,
        requester_name: planned.requester_name.clone(),
        needs_approvals,
        trans_id: planned.trans_id,
        pays_order_id: intent.pays_order.clone(),
        upstream_order_id: None,
        more_orders: Vec::new(),
        epoch: number(epochs),
        next_at: now,
        approve_by: after(now, planned.approve_within)?.min(deadline_at),
        deadline_at,
        held_until: if state == State::Ready { held_until(hold_ms, now) } else { None },
        created_at: now,
        state_since: now,
        closed_at: None,
        polls: 0,
        holds: 0,
        absences: 0,
        absent_at: None,
        rejected: false,
        result_code: None,
        result_text: None,
        note: note.as_str().to_owned(),
        detail: json!({}),
    };
    Ok(Row {
        operation,
        fence: 0,
        lease: None,
        form_key: intent.form_key,
        hold_ms,
        plan: planned.intent.plan,
        targets: intent.targets.clone(),
        requests: Vec::new(),
        approvals: Vec::new(),
        reviews: Vec::new(),
        events: vec![(event, Some(planned.requester_id))],
    })
}

/// Writes what became of a request; one that never took effect no longer pays its order.
fn settled(paid: &mut BTreeMap<String, u32>, request: &mut Request, outcome: Outcome, now: DateTime<Utc>) {
    let before = request.attempt.outcome.replace(outcome);
    if before == Some(outcome) || outcome == Outcome::Unknown {
        return;
    }
    request.attempt.settled_at = Some(now);
    if outcome == Outcome::NotExecuted
        && let Some(order) = request.pays.as_ref().map(|order| order.to_uppercase())
        && let Some(live) = paid.get_mut(&order)
    {
        *live -= 1;
        if *live == 0 {
            paid.remove(&order);
        }
    }
}
