//! The journal as its users see it: rows, and the `Store` trait of which each method is one
//! transaction. What is legal is checked again by the store itself; nothing here decides.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::Value;
use uuid::Uuid;

use super::{
    intent::{Intent, OperationId},
    kind::Sent,
    note::Note,
    reading::Story,
    state::State,
};
use crate::{
    identity::access::{AccountId, Scope},
    money::Money,
};

/// What became of an attempt. Without one it is armed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum Outcome {
    /// It may or may not have taken effect.
    Unknown,
    /// Its effect exists.
    Executed,
    /// It had no effect and never will.
    NotExecuted,
}

impl Outcome {
    /// The name in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Executed => "executed",
            Self::NotExecuted => "not_executed",
        }
    }
}

/// An operation as it is stored.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Its id.
    pub id: OperationId,
    /// The account it is for.
    pub account_id: AccountId,
    /// Its kind.
    pub kind: String,
    /// The step it is at.
    pub step: String,
    /// Where it is.
    pub state: State,
    /// What was confirmed, as JSON text.
    pub payload: String,
    /// The hash that others agree to.
    pub payload_sha256: Vec<u8>,
    /// What people call it by.
    pub subject: String,
    /// The money it moves; see [`Operation::money`].
    pub amount: Option<Decimal>,
    /// Who asked for it …
    pub requester_id: Uuid,
    /// … by the name they had then.
    pub requester_name: String,
    /// How many others must agree.
    pub needs_approvals: i16,
    /// Upstream's key against repeats.
    pub trans_id: Uuid,
    /// The order that it pays.
    pub pays_order_id: Option<String>,
    /// The order that it made upstream.
    pub upstream_order_id: Option<String>,
    /// The other orders, where Huawei made several of it.
    pub more_orders: Vec<String>,
    /// The recovery epoch it was made in.
    pub epoch: i64,
    /// When it is looked at next.
    pub next_at: DateTime<Utc>,
    /// Until when others can agree.
    pub approve_by: DateTime<Utc>,
    /// Until when it may be sent.
    pub deadline_at: DateTime<Utc>,
    /// Until then it is not sent, so that it can be taken back; none while it was never ready, and for what
    /// does not wait.
    pub held_until: Option<DateTime<Utc>>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// Since when it is in its state.
    pub state_since: DateTime<Utc>,
    /// When it ended.
    pub closed_at: Option<DateTime<Utc>>,
    /// How often its outcome was looked for since it was sent.
    pub polls: i32,
    /// How often it was put back without having been sent.
    pub holds: i32,
    /// How often it was proved absent.
    pub absences: i32,
    /// The first reading without effect after its settle point.
    pub absent_at: Option<DateTime<Utc>>,
    /// Whether Huawei refused it.
    pub rejected: bool,
    /// Huawei's code.
    pub result_code: Option<String>,
    /// Huawei's words.
    pub result_text: Option<String>,
    /// Why it is in its state; see [`Operation::why`].
    pub note: String,
    /// What belongs to the note.
    pub detail: Value,
}

impl Operation {
    /// The money it moves.
    pub fn money(&self) -> Option<Money> {
        self.amount.map(Money::new)
    }

    /// Why it is in its state.
    pub fn why(&self) -> Option<Note> {
        Note::from_code(&self.note)
    }

    /// Every order that it made upstream, as far as they are known.
    pub fn made_orders(&self) -> impl Iterator<Item = &String> {
        self.upstream_order_id.iter().chain(&self.more_orders)
    }
}

/// One signed request as it is stored.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// The step it belongs to.
    pub step: String,
    /// Its number within the step, from 1.
    pub attempt_no: i32,
    /// The time in its signature.
    pub x_sdk_date: DateTime<Utc>,
    /// After this, no copy of it can take effect any more.
    pub settles_at: DateTime<Utc>,
    /// When it was written down.
    pub armed_at: DateTime<Utc>,
    /// What became of it.
    pub outcome: Option<Outcome>,
    /// The class of its answer, as a letter.
    pub class: Option<String>,
    /// The status of its answer.
    pub http_status: Option<i32>,
    /// The code in its answer.
    pub error_code: Option<String>,
    /// The words in its answer.
    pub error_msg: Option<String>,
    /// BSS's id of the request.
    pub request_id: Option<String>,
    /// When the answer came, or was given up.
    pub answered_at: Option<DateTime<Utc>>,
    /// When it was settled.
    pub settled_at: Option<DateTime<Utc>>,
    /// What was read upstream that settled it.
    pub evidence: Option<Value>,
}

impl Attempt {
    /// Whether it could have taken effect or still can.
    pub fn is_live(&self) -> bool {
        self.outcome != Some(Outcome::NotExecuted)
    }

    /// Whether it is armed or its outcome is not known.
    pub fn is_unsettled(&self) -> bool {
        matches!(self.outcome, None | Some(Outcome::Unknown))
    }
}

/// A new operation, ready to be written.
#[derive(Debug, Clone)]
pub struct Planned {
    /// Its id.
    pub id: OperationId,
    /// What is asked for.
    pub intent: Intent,
    /// Who asks.
    pub requester_id: Uuid,
    /// By which name.
    pub requester_name: String,
    /// Upstream's key against repeats.
    pub trans_id: Uuid,
    /// How long others can agree.
    pub approve_within: Duration,
    /// How long it may be sent.
    pub send_within: Duration,
    /// How long it waits once it is ready, for a kind that does.
    pub hold: Option<Duration>,
}

/// What submitting did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Submitted {
    /// It is written.
    New(OperationId),
    /// This form was submitted before; this is what it made.
    Already(OperationId),
    /// This form was submitted before and asked for something else then; this is what it made.
    OtherForm(OperationId),
    /// Another open operation holds the target.
    Busy(OperationId),
    /// Its deadline has passed.
    TooLate,
}

/// An operation held by a worker until its lease ends or it is settled.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// The operation.
    pub operation: Operation,
    /// The attempts of its current step, oldest first.
    pub attempts: Vec<Attempt>,
    /// The fence that every later write must name.
    pub fence: i64,
    /// The store's time at the claim, before anything was read because of it.
    pub now: DateTime<Utc>,
    /// Whether the database was recovered since the operation was made.
    pub recovered: bool,
    /// Whether it was recovered so short a time ago that a request which the journal has lost may still
    /// take effect.
    pub may_be_incomplete: bool,
    /// The upstream orders that prove other operations of this kind and account, and so none of this one.
    pub bound: Vec<String>,
}

impl Claimed {
    /// What was sent for it, as a kind looks at it. `asked_at` is this machine's time before the claim.
    pub fn sent(&self, asked_at: DateTime<Utc>) -> Sent<'_> {
        Sent { attempts: &self.attempts, bound: &self.bound, ahead: asked_at - self.now }
    }
}

/// An attempt about to be armed.
#[derive(Debug, Clone)]
pub struct Arming {
    /// The time in its signature.
    pub x_sdk_date: DateTime<Utc>,
    /// After this, no copy of it can take effect any more.
    pub settles_at: DateTime<Utc>,
    /// The SHA-256 of its body.
    pub request_sha256: [u8; 32],
}

/// What an answer carried, for the attempt's row.
#[derive(Debug, Clone, Default)]
pub struct Answered {
    /// The class, as a letter.
    pub class: Option<&'static str>,
    /// The status.
    pub http_status: Option<i32>,
    /// Huawei's code.
    pub error_code: Option<String>,
    /// Huawei's words.
    pub error_msg: Option<String>,
    /// BSS's id of the request.
    pub request_id: Option<String>,
}

/// What a change says about attempts of the current step.
#[derive(Debug, Clone, Default)]
pub enum Verdict {
    /// Nothing.
    #[default]
    None,
    /// What the answer to the armed attempt says.
    Answer(Outcome, Answered),
    /// What reading upstream says about every unsettled attempt.
    Read(Outcome, Value),
}

/// What a change counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// One more look was taken.
    Look,
    /// It was put back without having been sent.
    Hold,
    /// Absence was proved once more.
    Absence,
}

/// One step of an operation, written whole or not at all.
#[derive(Debug, Clone)]
pub struct Change {
    /// The next state; the present one to only look again later.
    pub to: State,
    /// Why; without one, the present reason and its detail stay.
    pub note: Option<Note>,
    /// What belongs to it.
    pub detail: Value,
    /// What it says about attempts.
    pub verdict: Verdict,
    /// When to look next.
    pub next_in: Duration,
    /// What is counted by it.
    pub counts: Option<Counted>,
    /// The first reading without effect, or none.
    pub absent_at: Option<DateTime<Utc>>,
    /// Huawei refused it, with these words.
    pub rejected: bool,
    /// Huawei's code and words, when there are new ones.
    pub result: Option<(Option<String>, Option<String>)>,
    /// The upstream order that proves it.
    pub binds: Option<String>,
    /// The other orders that Huawei made of it, together with `binds`.
    pub binds_more: Vec<String>,
    /// Huawei refused the credentials: send nothing more for the account.
    pub stops_account: bool,
}

impl Change {
    /// A change to `to` because of `note`, and nothing else.
    pub fn to(to: State, note: Note) -> Self {
        Self { note: Some(note), ..Self::later(to) }
    }

    /// No change of `state`, only another time to look.
    pub fn later(state: State) -> Self {
        Self {
            to: state,
            note: None,
            detail: Value::Object(serde_json::Map::new()),
            verdict: Verdict::None,
            next_in: Duration::ZERO,
            counts: None,
            absent_at: None,
            rejected: false,
            result: None,
            binds: None,
            binds_more: Vec::new(),
            stops_account: false,
        }
    }
}

/// What another person decides about a pending operation.
#[derive(Debug, Clone)]
pub struct Vote {
    /// The operation.
    pub operation: OperationId,
    /// Who decides.
    pub person: (Uuid, String),
    /// The hash of the payload they saw.
    pub payload_sha256: Vec<u8>,
    /// Agrees, or not.
    pub agrees: bool,
    /// Why.
    pub reason: String,
}

/// What a person concludes about an operation that reading cannot settle.
#[derive(Debug, Clone)]
pub struct Judgement {
    /// The operation.
    pub operation: OperationId,
    /// Who judges.
    pub person: (Uuid, String),
    /// It happened, or not.
    pub executed: bool,
    /// Why.
    pub reason: String,
}

/// Why a transaction did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Somebody else holds the operation now, or its state has moved on. Nothing was written.
    #[error("the operation has moved on")]
    Moved,
    /// This machine's clock differs from the database's. Nothing was written.
    #[error("this machine's clock differs from the database's by more than two minutes")]
    Clock,
    /// The database was recovered, or the account is stopped. Nothing was written.
    #[error("nothing may be sent now")]
    Halted,
    /// Another attempt is live or took effect already. Nothing was written.
    #[error("another attempt is live or took effect already")]
    Live,
    /// A rule of the journal refused it. Nothing was written.
    #[error("refused by the journal: {0}")]
    Refused(String),
    /// The database failed; whether it was written is not known.
    #[error("the database failed: {0}")]
    Unknown(#[source] anyhow::Error),
}

/// The journal. Each method is one transaction, judged by the store's own clock.
#[async_trait]
pub trait Store: Send + Sync {
    /// An operation with everything that happened to it, if it is of one of these accounts.
    async fn story(&self, scope: &Scope, operation: OperationId) -> Result<Option<Story>, Fault>;

    /// Writes a new operation, unless its form or its target is taken.
    async fn submit(&self, planned: &Planned) -> Result<Submitted, Fault>;

    /// Takes hold of the operation in one of `states` that is due longest, for `lease`.
    async fn claim(&self, states: &[State], by: &str, lease: Duration) -> Result<Option<Claimed>, Fault>;

    /// Writes an attempt and with it SENDING. Unless this returns `Ok`, nothing may be sent.
    async fn arm(&self, claimed: &Claimed, arming: &Arming) -> Result<(), Fault>;

    /// Writes a change and lets go of the operation.
    async fn settle(&self, claimed: &Claimed, change: &Change) -> Result<(), Fault>;

    /// Writes another person's decision and what follows from it.
    async fn vote(&self, vote: &Vote) -> Result<State, Fault>;

    /// Writes a person's conclusion and what follows from it.
    async fn judge(&self, judgement: &Judgement) -> Result<State, Fault>;

    /// Takes an operation back that was not sent, for its maker.
    async fn withdraw(&self, operation: OperationId, person: &(Uuid, String)) -> Result<(), Fault>;

    /// Makes an open operation due now; one that needs review is looked for again.
    async fn hasten(&self, operation: OperationId, person: &(Uuid, String)) -> Result<(), Fault>;

    /// Ends what nobody agreed to in time. Returns how many.
    async fn expire(&self) -> Result<u64, Fault>;

    /// Records which database answers; a new one brings quarantine for `quarantine` with it.
    /// Returns whether it was a new one with operations in it.
    async fn observe(&self, quarantine: Duration) -> Result<bool, Fault>;

    /// Lets an account send again.
    async fn resume(&self, account: AccountId) -> Result<(), Fault>;
}
