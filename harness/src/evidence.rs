//! Everything that one history left behind, read from outside: the simulator's ledger and request log, the pages
//! as people saw them, and the database. Plain data; the checker reads it and nothing else.

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How the simulated Huawei Cloud behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// A repeated payment is refused.
    Strict,
    /// As strict, and requests may arrive twice.
    Duplicates,
    /// A repeated payment is carried out and charged again; requests arrive once.
    Naive,
}

/// What one history left behind.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Evidence {
    /// Everything that was drawn came from it.
    pub seed: u64,
    /// How the upstream behaved.
    pub mode: Mode,
    /// From signing on, after this long no copy of a request may take effect; as hurried.
    #[serde(with = "milliseconds")]
    pub settle_point: TimeDelta,
    /// When the first act of the plan began.
    pub began_at: DateTime<Utc>,
    /// When faults were off and both portals were up.
    pub healed_at: DateTime<Utc>,
    /// When the harness stopped waiting.
    pub ended_at: DateTime<Utc>,
    /// How long after healing everything must be closed, or wait for people.
    #[serde(with = "milliseconds")]
    pub patience: TimeDelta,
    /// The orders that were placed for this history, with the domain id of their account.
    pub orders: Vec<PlacedOrder>,
    /// The resources that were bought for it. None has anything set for its expiry at the beginning.
    #[serde(default)]
    pub resources: Vec<PlacedResource>,
    /// The forms that people sent, in order.
    pub submissions: Vec<Submission>,
    /// Everything else that people did, in order.
    pub acts: Vec<Act>,
    /// Every page of an operation that somebody looked at.
    pub views: Vec<View>,
    /// What people tried who may not, and what they were answered.
    pub denied: Vec<Probe>,
    /// The simulator's effects on this history's orders.
    pub ledger: Vec<Effect>,
    /// The writes that arrived at the simulator for this history's orders.
    pub requests: Vec<Sent>,
    /// The journal's rows that were made in this history.
    pub operations: Vec<Operation>,
    /// The plans for renewals that were made in it.
    #[serde(default)]
    pub plans: Vec<RenewalPlan>,
    /// The lists of orders as downloaded at the end, as CSV.
    pub exports: Vec<String>,
    /// The lists of resources as downloaded at the end, as CSV.
    #[serde(default)]
    pub resource_exports: Vec<String>,
    /// What was done to the portals and to the database.
    pub kills: Vec<Kill>,
}

/// An order that was placed for a history.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PlacedOrder {
    /// Its id.
    pub id: String,
    /// The account's domain id, as the ledger and the request log call it.
    pub account: String,
    /// What it costs before coupons.
    pub amount: Decimal,
}

/// A resource that was bought for a history, by the month.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PlacedResource {
    /// Its id.
    pub id: String,
    /// The account's domain id.
    pub account: String,
}

/// A form that somebody sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Submission {
    /// When it was sent.
    pub at: DateTime<Utc>,
    /// Who sent it, by user name.
    pub person: String,
    /// The form's own number; sending a form again repeats it.
    pub form_key: String,
    /// What it is about: an order's or a resource's id, an account's name. A form about several is written down once
    /// for each.
    pub subject: String,
    /// The kind of operation that it asks for, such as `pay_order`.
    pub kind: String,
    /// Whether a renewal is to be paid, too.
    #[serde(default)]
    pub pays: bool,
    /// Which portal it was sent to.
    pub replica: usize,
    /// What came back.
    pub answer: Answered,
}

/// What a submission was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answered {
    /// It led to the page of this operation.
    Operation(Uuid),
    /// It led to the page of this plan.
    Plan(Uuid),
    /// It led to the list of operations.
    Accepted,
    /// Another operation holds the order or resource: its page was named.
    Busy(Uuid),
    /// The form came back, or an error page, with this status.
    Refused(u16),
    /// No answer arrived.
    Lost,
}

/// Something that somebody did other than sending a form that asks for an operation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Act {
    /// When.
    pub at: DateTime<Utc>,
    /// Who, by user name; `console` for somebody at Huawei's.
    pub person: String,
    /// `approve`, `reject`, `withdraw`, `check_now`, `stop_plan`, `review_executed`, `review_not_executed`,
    /// `console_pay`, `console_cancel`, `console_renew`, `console_unsubscribe`, `console_spend_coupon`.
    pub what: String,
    /// The operation, where there is one.
    pub operation: Option<Uuid>,
    /// The order, resource, plan or coupon.
    pub subject: Option<String>,
    /// The status of the answer; none when none arrived.
    pub status: Option<u16>,
}

/// A page of an operation, or its row in the list, as somebody saw it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct View {
    /// When its answer began to arrive; what it shows was true at the latest then.
    pub at: DateTime<Utc>,
    /// When it was asked for; what it shows was true at the earliest then.
    pub asked_at: DateTime<Utc>,
    /// Who looked.
    pub person: String,
    /// Which operation.
    pub operation: Uuid,
    /// Its state as the page names it for programs.
    pub state: String,
    /// The words of the page.
    pub text: String,
    /// `zh` or `en`.
    pub language: String,
    /// Whether it was asked for as HTMX does.
    pub fragment: bool,
    /// Whether it was its row in the list, not its page.
    pub listed: bool,
}

/// What somebody tried who may not.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Probe {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub person: String,
    /// The method and path.
    pub what: String,
    /// The statuses that would be right.
    pub allowed: Vec<u16>,
    /// What was answered; none when no answer arrived.
    pub status: Option<u16>,
    /// Words of the victim's data that the answer held, and may not hold.
    pub leaked: Vec<String>,
}

/// Something that happened at Huawei's.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Effect {
    /// Its number in the ledger.
    pub seq: u64,
    /// When.
    pub at: DateTime<Utc>,
    /// The account's domain id.
    pub account: String,
    /// The call, such as `pay_orders`.
    pub operation: String,
    /// The order, which a renewal, an unsubscription or a conversion has made; the resource whose expiry was set; the
    /// day that was set for the account.
    pub subject: String,
    /// What was taken from the balances; negative came back.
    pub amount: Decimal,
    /// What coupons gave.
    pub coupons: Decimal,
    /// The request that did it.
    pub request_id: Option<String>,
    /// `api` or `console`.
    pub actor: String,
}

/// A write that arrived at Huawei's.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Sent {
    /// When.
    pub at: DateTime<Utc>,
    /// The account's domain id.
    pub account: String,
    /// The call, such as `pay_orders`.
    pub operation: String,
    /// When it says it was signed.
    pub x_sdk_date: DateTime<Utc>,
    /// Of its body, as hexadecimal digits.
    pub body_sha256: String,
    /// The signature.
    pub signature: String,
    /// What was answered; none when no answer was sent.
    pub status: Option<u16>,
    /// The number of its effect in the ledger.
    pub effect: Option<u64>,
    /// Whether this is the second delivery of a request, made by the simulator.
    pub duplicate: bool,
}

/// A row of the journal with everything that belongs to it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Operation {
    /// Its id.
    pub id: Uuid,
    /// The account's name.
    pub account: String,
    /// The account's domain id.
    pub domain_id: String,
    /// `pay_order`, `cancel_order`, …
    pub kind: String,
    /// Where it stands.
    pub state: String,
    /// What others agree to.
    #[serde(with = "hex_bytes")]
    pub payload_sha256: Vec<u8>,
    /// What it is about: the order's or resource's id, the account's name.
    pub subject: String,
    /// What was confirmed, as JSON.
    #[serde(default)]
    pub payload: String,
    /// The plan that it is part of.
    #[serde(default)]
    pub plan: Option<Uuid>,
    /// What it costs.
    pub amount: Option<Decimal>,
    /// Who asked for it.
    pub requester_id: Uuid,
    /// Who asked for it, by user name.
    pub requester: String,
    /// The form's own number.
    pub form_key: Uuid,
    /// How many others must agree.
    pub needs_approvals: i16,
    /// The order it pays.
    pub pays_order_id: Option<String>,
    /// The order it made.
    pub upstream_order_id: Option<String>,
    /// Why it is in this state.
    pub note: String,
    /// Until when it could be taken back, for what cannot be undone.
    #[serde(default)]
    pub held_until: Option<DateTime<Utc>>,
    /// When it was committed.
    pub created_at: DateTime<Utc>,
    /// When it came to this state.
    pub state_since: DateTime<Utc>,
    /// When it ended.
    pub closed_at: Option<DateTime<Utc>>,
    /// What was sent because of it.
    pub attempts: Vec<Attempt>,
    /// What others decided.
    pub approvals: Vec<Approval>,
    /// What people concluded about it.
    pub reviews: Vec<Review>,
    /// Its history.
    pub events: Vec<Event>,
}

/// A plan that renews resources, with its steps.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RenewalPlan {
    /// Its id.
    pub id: Uuid,
    /// Who asked for it, by user name.
    pub requester: String,
    /// The form's own number.
    pub form_key: Uuid,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it was stopped.
    pub stopped_at: Option<DateTime<Utc>>,
    /// When its last step ended.
    pub closed_at: Option<DateTime<Utc>>,
    /// Its steps, in order.
    pub steps: Vec<PlanStep>,
}

/// One order of a plan.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PlanStep {
    /// From 1.
    pub no: i32,
    /// The resources that it renews.
    pub resources: Vec<String>,
    /// What was confirmed to be paid; none where the order is left to be paid by hand.
    pub confirmed: Option<Decimal>,
    /// The number of the form with which the order is asked for.
    pub order_form_key: Uuid,
    /// The number of the form with which it is paid.
    pub pay_form_key: Uuid,
    /// `open`, `paid`, `ordered`, `unpaid`, `not_ordered`.
    pub state: String,
    /// The order that it says came of it.
    pub order_id: Option<String>,
    /// Why it ended so.
    pub why: String,
}

/// One signed request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Attempt {
    /// `pay`, `cancel`, …
    pub step: String,
    /// From 1.
    pub attempt_no: i32,
    /// When it was signed.
    pub x_sdk_date: DateTime<Utc>,
    /// Of its body.
    #[serde(with = "hex_bytes")]
    pub request_sha256: Vec<u8>,
    /// When it was committed, or shortly before.
    pub armed_at: DateTime<Utc>,
    /// Nothing while armed; `unknown`, `executed`, `not_executed`.
    pub outcome: Option<String>,
    /// The class of the answer: S P N V R A.
    pub class: Option<String>,
    /// When its answer was there.
    pub answered_at: Option<DateTime<Utc>>,
    /// When its outcome became final.
    pub settled_at: Option<DateTime<Utc>>,
}

/// What another person decided.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Approval {
    /// Who.
    pub approver_id: Uuid,
    /// Who, by user name.
    pub approver: String,
    /// What was agreed to.
    #[serde(with = "hex_bytes")]
    pub payload_sha256: Vec<u8>,
    /// `approve` or `reject`.
    pub decision: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// What a person concluded about an operation that reading could not settle.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Review {
    /// The stay in NEEDS_REVIEW, by when it began.
    pub round: DateTime<Utc>,
    /// Who.
    pub reviewer_id: Uuid,
    /// `executed` or `not_executed`.
    pub verdict: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// One line of an operation's history.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Event {
    /// When.
    pub at: DateTime<Utc>,
    /// The state before; none at the beginning.
    pub from: Option<String>,
    /// The state after.
    pub to: String,
    /// Why.
    pub note: String,
}

/// What was done to a portal or to the database.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Kill {
    /// When.
    pub at: DateTime<Utc>,
    /// Which portal; none for the database.
    pub replica: Option<usize>,
    /// How.
    pub how: Blow,
}

/// A way to hurt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Blow {
    /// SIGKILL.
    Kill,
    /// SIGTERM; the exit code, or none when a signal ended it.
    Term(Option<i32>),
    /// SIGSTOP, and SIGCONT after so many milliseconds.
    Pause(u64),
    /// It died, panicked or stopped by itself at a named point.
    Point(String),
    /// It ended without having been told to, in this way.
    Died(String),
    /// `pg_terminate_backend` for so many connections.
    Backends(u64),
    /// PostgreSQL was stopped at once and started again.
    Restart,
    /// The connection was cut after a COMMIT went by, before its answer.
    Commit,
}

/// Spans as whole milliseconds.
mod milliseconds {
    use chrono::TimeDelta;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(span: &TimeDelta, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_i64(span.num_milliseconds())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<TimeDelta, D::Error> {
        Ok(TimeDelta::milliseconds(i64::deserialize(from)?))
    }
}

/// Bytes as hexadecimal digits.
mod hex_bytes {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&hex::encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        hex::decode(String::deserialize(from)?).map_err(D::Error::custom)
    }
}
