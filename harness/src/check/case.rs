//! The evidence with its parts joined: which request had which effect, and which attempt of which operation wrote that
//! request down. The join uses only what the simulator saw (date and body) and what the journal says it would send.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::evidence::{Attempt, Effect, Evidence, Operation, PlanStep, RenewalPlan, Sent, Submission};

/// The simulator's clock shows whole milliseconds, the database's and the harness's show more.
pub(super) const ROUNDED: TimeDelta = TimeDelta::milliseconds(1);

/// What a step is called by the journal and by Huawei Cloud. Other steps make the call of their operation's kind.
const CALLS: [(&str, &str); 4] =
    [("pay", PAY), ("cancel", CANCEL), ("create_order", RENEW), ("unsubscribe", LEAVE)];

/// Paying, as Huawei Cloud calls it.
pub(super) const PAY: &str = "pay_orders";
/// Cancelling an order.
pub(super) const CANCEL: &str = "cancel_customer_order";
/// Renewing a resource, which makes an order.
pub(super) const RENEW: &str = "renewal_resources";
/// Unsubscribing a resource, which makes an order.
pub(super) const LEAVE: &str = "cancel_resources_subscription";
/// Making a resource pay-per-use at once, which makes an order.
pub(super) const CONVERT: &str = "update_period_to_on_demand_instantly";
/// Having a resource renewed by itself.
pub(super) const RENEWS_ITSELF: &str = "auto_renewal_resources";
/// Having it not renewed by itself any more.
pub(super) const RENEWS_NO_MORE: &str = "cancel_auto_renewal_resources";
/// Having a resource become pay-per-use at its expiry, or not any more: what is written down tells only of a change.
pub(super) const AT_EXPIRY: &str = "update_period_to_on_demand";
/// Setting a day of the account.
pub(super) const SET_DAY: &str = "set_resources_renew_config";

/// The call that `kind` makes.
pub fn call_of_kind(kind: &str) -> Option<&'static str> {
    match kind {
        "pay_order" => Some(PAY),
        "cancel_order" => Some(CANCEL),
        "renew" => Some(RENEW),
        "unsubscribe" => Some(LEAVE),
        "convert" => Some(CONVERT),
        "auto_renew_on" => Some(RENEWS_ITSELF),
        "auto_renew_off" => Some(RENEWS_NO_MORE),
        "at_expiry_on" | "at_expiry_off" => Some(AT_EXPIRY),
        "renewal_day" => Some(SET_DAY),
        _ => None,
    }
}

/// Whether a call sets a value of a resource, which the ledger names then.
pub(super) fn sets_expiry(call: &str) -> bool {
    [RENEWS_ITSELF, RENEWS_NO_MORE, AT_EXPIRY].contains(&call)
}

/// Whether a call sets a value: doing it again changes nothing.
pub(super) fn sets_value(call: &str) -> bool {
    sets_expiry(call) || call == SET_DAY
}

/// Whether two ids mean one thing; Huawei Cloud does not tell case apart.
pub(super) fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

/// An attempt with its operation.
#[derive(Clone, Copy)]
pub(super) struct Tried<'e> {
    pub(super) operation: &'e Operation,
    pub(super) attempt: &'e Attempt,
}

impl Tried<'_> {
    /// Whether `sent` is this attempt on its way: same date, same bytes, the step's call, and not before it was armed.
    fn is(&self, sent: &Sent) -> bool {
        self.would_be(sent) && self.attempt.armed_at <= sent.at + ROUNDED
    }

    /// The same, whenever it was armed.
    pub(super) fn would_be(&self, sent: &Sent) -> bool {
        self.attempt.x_sdk_date == sent.x_sdk_date && self.has_bytes(sent) && self.calls(sent)
    }

    /// Whether the bytes are those that were written down.
    pub(super) fn has_bytes(&self, sent: &Sent) -> bool {
        sent.body_sha256.eq_ignore_ascii_case(&hex::encode(&self.attempt.request_sha256))
    }

    /// Whether this step makes that call. A step of a kind that is not known here makes any.
    pub(super) fn calls(&self, sent: &Sent) -> bool {
        let of_step = CALLS.iter().find(|(step, _)| *step == self.attempt.step).map(|(_, call)| *call);
        of_step.or_else(|| call_of_kind(&self.operation.kind)).is_none_or(|call| call == sent.operation)
    }
}

impl std::fmt::Display for Tried<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Attempt { step, attempt_no, x_sdk_date, armed_at, .. } = self.attempt;
        let (armed, signed) = (time(*armed_at), x_sdk_date.format("%H:%M:%S"));
        write!(f, "attempt {step}/{attempt_no} of {} (armed {armed}, signed {signed})", self.operation.id)
    }
}

/// An effect of a request, and the attempts that may have been that request. There are several only where two requests
/// had the same bytes in the same second.
pub(super) struct Caused<'e> {
    pub(super) effect: &'e Effect,
    pub(super) sent: Option<&'e Sent>,
    pub(super) causes: Vec<Tried<'e>>,
}

impl Caused<'_> {
    /// The operations that may have caused it, each once.
    pub(super) fn operations(&self) -> Vec<&Operation> {
        let mut operations: Vec<&Operation> = Vec::new();
        for tried in &self.causes {
            if !operations.iter().any(|known| known.id == tried.operation.id) {
                operations.push(tried.operation);
            }
        }
        operations
    }

    /// Whether it may be there once more: a value that the network set a second time is the same value.
    pub(super) fn is_repeated_value(&self) -> bool {
        sets_value(&self.effect.operation) && self.sent.is_some_and(|sent| sent.duplicate)
    }

    /// Whether `operation` may have caused it.
    pub(super) fn is_of(&self, operation: &Operation) -> bool {
        self.causes.iter().any(|tried| tried.operation.id == operation.id)
    }
}

/// The evidence, joined.
pub(super) struct Case<'e> {
    pub(super) evidence: &'e Evidence,
    /// All attempts.
    pub(super) tried: Vec<Tried<'e>>,
    /// The effects of requests; not those of the console.
    pub(super) caused: Vec<Caused<'e>>,
    operations: HashMap<Uuid, &'e Operation>,
}

impl<'e> Case<'e> {
    pub(super) fn new(evidence: &'e Evidence) -> Self {
        let tried: Vec<Tried<'e>> = evidence
            .operations
            .iter()
            .flat_map(|operation| operation.attempts.iter().map(move |attempt| Tried { operation, attempt }))
            .collect();
        let sent: HashMap<u64, &Sent> =
            evidence.requests.iter().filter_map(|sent| Some((sent.effect?, sent))).collect();
        let by_api = evidence.ledger.iter().filter(|effect| effect.actor == "api");
        let caused = by_api
            .map(|effect| {
                let sent = sent.get(&effect.seq).copied();
                let mut causes: Vec<Tried<'e>> = sent
                    .map(|sent| tried.iter().filter(|tried| tried.is(sent)).copied().collect())
                    .unwrap_or_default();
                // Requests that set values have the same bytes for many resources; the ledger names which.
                let is_of = |tried: &Tried<'_>| same(&tried.operation.subject, &effect.subject);
                if sets_expiry(&effect.operation) && causes.iter().any(is_of) {
                    causes.retain(is_of);
                }
                Caused { effect, sent, causes }
            })
            .collect();
        let operations = evidence.operations.iter().map(|operation| (operation.id, operation)).collect();
        Self { evidence, tried, caused, operations }
    }

    /// The row of an operation.
    pub(super) fn operation(&self, id: Uuid) -> Option<&'e Operation> {
        self.operations.get(&id).copied()
    }

    /// The step of a plan that `operation` pays, with the plan.
    pub(super) fn pays_step(&self, operation: &Operation) -> Option<(&'e RenewalPlan, &'e PlanStep)> {
        let plan = self.evidence.plans.iter().find(|plan| Some(plan.id) == operation.plan)?;
        let step = plan.steps.iter().find(|step| step.pay_form_key == operation.form_key)?;
        Some((plan, step))
    }

    /// The orders or resources of a form, which may hold several.
    pub(super) fn orders_of<'s>(&'s self, form: &'s Submission) -> impl Iterator<Item = &'e str> + 's {
        let alike = self.evidence.submissions.iter().filter(|one| {
            one.person == form.person && one.kind == form.kind && same(&one.form_key, &form.form_key)
        });
        alike.map(|one| one.subject.as_str())
    }

    /// The effects that `operation` may have caused.
    pub(super) fn effects_of(&self, operation: &Operation) -> Vec<&Caused<'e>> {
        self.caused.iter().filter(|caused| caused.is_of(operation)).collect()
    }

    /// What happened to an order by one call, whoever did it.
    pub(super) fn happened<'s>(
        &'s self,
        call: &'s str,
        subject: &'s str,
    ) -> impl Iterator<Item = &'e Effect> + 's {
        let ledger = self.evidence.ledger.iter();
        ledger.filter(move |effect| effect.operation == call && same(&effect.subject, subject))
    }

    /// An effect in words. One that came after the last moment at which a gateway accepts its signature says so: then
    /// it was the harness that broke a promise of the real world.
    pub(super) fn tell(&self, effect: &Effect) -> String {
        let Effect { seq, operation, subject, amount, actor, at, .. } = effect;
        let told = format!("effect {seq} ({operation} {subject} ¥{amount} by {actor} at {})", time(*at));
        let sent = self.caused.iter().find(|caused| caused.effect.seq == *seq).and_then(|caused| caused.sent);
        match sent.map(|sent| sent.x_sdk_date + self.evidence.settle_point) {
            Some(end) if *at > end => {
                format!(
                    "{told} [after {}, when its signature was dead: look at the harness first]",
                    time(end)
                )
            }
            _ => told,
        }
    }
}

/// An operation in words.
pub(super) fn name(operation: &Operation) -> String {
    let Operation { id, kind, subject, requester, state, note, .. } = operation;
    format!("{kind} {id} of {requester} on {subject} ({state}, {note})")
}

/// A moment in words.
pub(super) fn time(at: DateTime<Utc>) -> String {
    at.format("%H:%M:%S%.3f").to_string()
}
