//! Builds evidence of what may happen, act by act, as a correct portal and the simulator would leave it behind. Each
//! operation has a clock of its own, so that several are under way at once.

mod plans;
mod upstream;

use std::collections::BTreeMap;

use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::evidence::{
    Act, Answered, Approval, Attempt, Blow, Event, Evidence, Kill, Mode, Operation, PlacedOrder,
    PlacedResource, Probe, Review, Submission, View,
};

/// What the people of a world are called.
pub(super) const PEOPLE: [&str; 4] = ["li.na", "zhang.wei", "wang.fang", "chen.jie"];
/// The account that everything is on.
pub(super) const DOMAIN: &str = "d000000001";

/// Evidence in the making.
pub(super) struct World {
    evidence: Evidence,
    begin: DateTime<Utc>,
    numbers: u128,
    /// What happens at the expiry of resources; nothing of those that are gone.
    values: BTreeMap<String, Option<&'static str>>,
}

/// An operation in the making: its place among the rows, and its own time.
#[derive(Clone, Copy)]
pub(super) struct Making {
    row: usize,
    pub(super) now: DateTime<Utc>,
}

pub(super) fn ms(milliseconds: i64) -> TimeDelta {
    TimeDelta::milliseconds(milliseconds)
}

fn who(person: &str) -> Uuid {
    let nth = PEOPLE.iter().position(|known| *known == person).expect("one of the people");
    Uuid::from_u128(1_000 + nth as u128)
}

fn step_of(kind: &str) -> &'static str {
    match kind {
        "pay_order" => "pay",
        "cancel_order" => "cancel",
        "renew" => "create_order",
        "unsubscribe" | "convert" => "leave",
        _ => "set",
    }
}

/// Whether it waits before it is sent, once others have agreed.
fn waits(kind: &str) -> bool {
    ["unsubscribe", "convert"].contains(&kind)
}

impl World {
    pub(super) fn new(mode: Mode) -> Self {
        let begin: DateTime<Utc> = "2026-11-23T08:00:00Z".parse().expect("a moment");
        let evidence = Evidence {
            seed: 1,
            mode,
            settle_point: ms(4_000),
            began_at: begin,
            healed_at: begin,
            ended_at: begin,
            patience: ms(20_000),
            orders: Vec::new(),
            resources: Vec::new(),
            submissions: Vec::new(),
            acts: Vec::new(),
            views: Vec::new(),
            denied: Vec::new(),
            ledger: Vec::new(),
            requests: Vec::new(),
            operations: Vec::new(),
            plans: Vec::new(),
            exports: Vec::new(),
            resource_exports: Vec::new(),
            kills: Vec::new(),
        };
        Self { evidence, begin, numbers: 0, values: BTreeMap::new() }
    }

    fn number(&mut self) -> u128 {
        self.numbers += 1;
        self.numbers
    }

    /// How much was counted so far.
    pub(super) fn count(&self) -> i64 {
        i64::try_from(self.numbers).expect("few")
    }

    /// A moment after the beginning.
    pub(super) fn at(&self, milliseconds: i64) -> DateTime<Utc> {
        self.begin + ms(milliseconds) + TimeDelta::microseconds(417)
    }

    pub(super) fn place(&mut self, amount: Decimal) -> String {
        let id = format!("CS{:08}AB", self.number());
        self.evidence.orders.push(PlacedOrder { id: id.clone(), account: DOMAIN.to_owned(), amount });
        id
    }

    /// Somebody bought a resource.
    pub(super) fn buy(&mut self) -> String {
        let id = format!("resource-{}", self.number());
        self.evidence.resources.push(PlacedResource { id: id.clone(), account: DOMAIN.to_owned() });
        id
    }

    fn amount_of(&self, order: &str) -> Decimal {
        self.evidence
            .orders
            .iter()
            .find(|placed| placed.id == order)
            .map(|placed| placed.amount)
            .unwrap_or_default()
    }

    /// Somebody sends a form and is led to an operation.
    pub(super) fn submit(&mut self, (person, kind): (&str, &str), order: &str, at: DateTime<Utc>) -> Making {
        let (id, form_key) = (Uuid::from_u128(self.number()), Uuid::from_u128(self.number() << 64));
        let (pays, amount) = (kind == "pay_order", self.amount_of(order));
        let needs: i16 = match amount {
            _ if waits(kind) => 1,
            _ if !pays => 0,
            amount if amount > Decimal::from(50_000) => 2,
            amount => i16::from(amount > Decimal::from(1_000)),
        };
        self.form(person, (kind, order, form_key), at, Answered::Operation(id));
        let now = at + ms(15);
        let (state, note) =
            if needs > 0 { ("PENDING_APPROVAL", "approval_wanted") } else { ("READY", "requested") };
        self.evidence.operations.push(Operation {
            id,
            account: "production".to_owned(),
            domain_id: DOMAIN.to_owned(),
            kind: kind.to_owned(),
            state: state.to_owned(),
            payload_sha256: vec![u8::try_from(self.numbers % 250).expect("small"); 32],
            subject: order.to_owned(),
            payload: "{\"day\":{\"deduction\":5}}".to_owned(),
            plan: None,
            amount: pays.then_some(amount),
            requester_id: who(person),
            requester: person.to_owned(),
            form_key,
            needs_approvals: needs,
            pays_order_id: pays.then(|| order.to_owned()),
            upstream_order_id: None,
            note: note.to_owned(),
            held_until: None,
            created_at: now,
            state_since: now,
            closed_at: None,
            attempts: Vec::new(),
            approvals: Vec::new(),
            reviews: Vec::new(),
            events: vec![Event { at: now, from: None, to: state.to_owned(), note: note.to_owned() }],
        });
        Making { row: self.evidence.operations.len() - 1, now }
    }

    /// One form that cancels several orders, of which the first ones can be cancelled; answers their operations.
    pub(super) fn cancel_all(&mut self, orders: &[String], able: usize, at: DateTime<Utc>) -> Vec<Making> {
        let key = Uuid::from_u128(self.number() << 64);
        let first = self.evidence.submissions.len();
        let made: Vec<Making> =
            orders[..able].iter().map(|order| self.submit(("li.na", "cancel_order"), order, at)).collect();
        self.evidence.submissions.truncate(first);
        let answer = match &made[..] {
            [one] => Answered::Operation(self.evidence.operations[one.row].id),
            _ => Answered::Accepted,
        };
        for order in orders {
            self.form("li.na", ("cancel_order", order, key), at, answer.clone());
        }
        made
    }

    fn form(
        &mut self,
        person: &str,
        (kind, order, key): (&str, &str, Uuid),
        at: DateTime<Utc>,
        answer: Answered,
    ) {
        self.evidence.submissions.push(Submission {
            at,
            person: person.to_owned(),
            form_key: key.to_string(),
            subject: order.to_owned(),
            pays: false,
            kind: kind.to_owned(),
            replica: 0,
            answer,
        });
    }

    fn row(&mut self, of: Making) -> &mut Operation {
        &mut self.evidence.operations[of.row]
    }

    pub(super) fn is_open(&self, of: Making) -> bool {
        self.evidence.operations[of.row].closed_at.is_none()
    }

    /// The same form once more, and another form for the same order while this one is open.
    pub(super) fn press_again(&mut self, of: Making, at: DateTime<Utc>) {
        let row = &self.evidence.operations[of.row];
        let (kind, order, key, id, person) =
            (row.kind.clone(), row.subject.clone(), row.form_key, row.id, row.requester.clone());
        self.form(&person, (&kind, &order, key), at, Answered::Operation(id));
        let other = Uuid::from_u128(self.number() << 64);
        self.form("chen.jie", ("cancel_order", &order, other), at, Answered::Busy(id));
        let lost = Uuid::from_u128(self.number() << 64);
        self.form("chen.jie", ("pay_order", &order, lost), at, Answered::Lost);
    }

    fn act(&mut self, person: &str, what: &str, operation: Option<Uuid>, at: DateTime<Utc>) {
        self.evidence.acts.push(Act {
            at,
            person: person.to_owned(),
            what: what.to_owned(),
            operation,
            subject: None,
            status: Some(303),
        });
    }

    /// The operation moves on, and people look at it in both languages.
    fn moves(&mut self, of: &mut Making, to: &str, note: &str) {
        of.now += ms(40);
        let now = of.now;
        let row = self.row(*of);
        let from = std::mem::replace(&mut row.state, to.to_owned());
        if from != to {
            row.state_since = now;
        }
        if to == "READY" && waits(&row.kind) && row.held_until.is_none() {
            row.held_until = Some(now + ms(1_200));
        }
        row.note = note.to_owned();
        row.events.push(Event { at: now, from: Some(from), to: to.to_owned(), note: note.to_owned() });
        if ["SUCCEEDED", "FAILED", "STALE", "REJECTED", "EXPIRED", "CANCELLED"].contains(&to) {
            row.closed_at = Some(now);
        }
        let (id, state) = (row.id, to.to_owned());
        for (language, warning) in
            [("en", "Do not repeat it here"), ("zh", "不要在这里或华为云控制台重复支付")]
        {
            let text = if to == "UNKNOWN" { format!("… {warning} …") } else { "…".to_owned() };
            self.evidence.views.push(View {
                at: now + ms(9),
                asked_at: now + ms(3),
                person: "wang.fang".to_owned(),
                operation: id,
                state: state.clone(),
                text,
                language: language.to_owned(),
                fragment: language == "en",
                listed: false,
            });
        }
        of.now += ms(20);
    }

    pub(super) fn decide(&mut self, of: &mut Making, person: &str, agrees: bool) {
        let decision = if agrees { "approve" } else { "reject" };
        let at = of.now + ms(5);
        let row = self.row(*of);
        let id = row.id;
        let payload_sha256 = row.payload_sha256.clone();
        row.approvals.push(Approval {
            approver_id: who(person),
            approver: person.to_owned(),
            payload_sha256,
            decision: decision.to_owned(),
            at: at + ms(8),
        });
        let all = row.approvals.len() == usize::try_from(row.needs_approvals).expect("not negative");
        self.act(person, decision, Some(id), at);
        match (agrees, all) {
            (false, _) => self.moves(of, "REJECTED", "rejected_by_person"),
            (true, true) => self.moves(of, "READY", "approved"),
            (true, false) => self.moves(of, "PENDING_APPROVAL", "agreed_by_one"),
        }
    }

    /// Renews a resource, which makes an order that nobody has paid yet; answers that order.
    pub(super) fn renew(&mut self, resource: &str, at: DateTime<Utc>) -> String {
        let mut renewal = self.submit(("li.na", "renew"), resource, at);
        self.arm(&mut renewal);
        self.succeeds(&mut renewal);
        self.row(renewal).upstream_order_id.clone().expect("made")
    }

    /// Pays an order without any trouble; answers when that is over.
    pub(super) fn pay(&mut self, order: &str, at: DateTime<Utc>) -> DateTime<Utc> {
        let mut payment = self.submit(("zhang.wei", "pay_order"), order, at);
        self.arm(&mut payment);
        self.succeeds(&mut payment);
        payment.now
    }

    /// As many others agree as must.
    pub(super) fn agree(&mut self, of: &mut Making) {
        let row = self.row(*of);
        let (needs, maker) =
            (usize::try_from(row.needs_approvals).expect("not negative"), row.requester.clone());
        for person in PEOPLE.into_iter().filter(|person| *person != maker).take(needs) {
            self.decide(of, person, true);
        }
    }

    pub(super) fn withdraw(&mut self, of: &mut Making) {
        let (id, maker) = (self.row(*of).id, self.row(*of).requester.clone());
        self.act(&maker, "withdraw", Some(id), of.now + ms(1));
        self.moves(of, "CANCELLED", "withdrawn");
    }

    pub(super) fn note(&mut self, of: &mut Making, to: &str, note: &str) {
        self.moves(of, to, note);
    }

    pub(super) fn arm(&mut self, of: &mut Making) {
        of.now = self.row(*of).held_until.unwrap_or(of.now).max(of.now) + ms(20);
        let now = of.now;
        let row = self.row(*of);
        let (step, payload) = (step_of(&row.kind), row.subject.clone());
        // The bytes of a request are about its order: the same for each attempt, and for another operation on it.
        let mut request_sha256 = payload.into_bytes();
        request_sha256.extend(step.bytes().chain(row.kind.bytes()));
        request_sha256.resize(32, 0);
        row.attempts.push(Attempt {
            step: step.to_owned(),
            attempt_no: i32::try_from(row.attempts.len()).expect("few") + 1,
            x_sdk_date: now.duration_trunc(TimeDelta::seconds(1)).expect("a moment"),
            request_sha256,
            armed_at: now,
            outcome: None,
            class: None,
            answered_at: None,
            settled_at: None,
        });
        self.moves(of, "SENDING", "armed");
    }

    fn settle(&mut self, of: Making, outcome: &str) {
        let now = of.now;
        let attempt = self.row(of).attempts.last_mut().expect("armed");
        attempt.outcome = Some(outcome.to_owned());
        attempt.settled_at = (outcome != "unknown").then_some(now);
    }

    /// The answer is good and the effect is read.
    pub(super) fn succeeds(&mut self, of: &mut Making) {
        self.arrives(*of, 30, true, Some(204));
        of.now += ms(60);
        self.settle(*of, "executed");
        self.moves(of, "CONFIRMING", "accepted");
        of.now += ms(1_100);
        self.moves(of, "SUCCEEDED", "effect_read");
    }

    /// The answer is lost; the effect is read later.
    pub(super) fn is_found(&mut self, of: &mut Making, note: &str) {
        self.loses(of);
        of.now += ms(1_500);
        self.settle(*of, "executed");
        self.moves(of, "SUCCEEDED", note);
    }

    /// Nobody knows what became of it.
    pub(super) fn loses(&mut self, of: &mut Making) {
        of.now += ms(300);
        self.settle(*of, "unknown");
        self.moves(of, "UNKNOWN", "answer_unclear");
    }

    /// Two looks after the settle point show nothing.
    pub(super) fn is_absent(&mut self, of: &mut Making, to: &str, note: &str) {
        of.now += ms(4_500);
        self.moves(of, "UNKNOWN", "absent_once");
        of.now += ms(300);
        self.settle(*of, "not_executed");
        self.moves(of, to, note);
    }

    /// The gateway does not take it; it is safe to send again.
    pub(super) fn is_throttled(&mut self, of: &mut Making) {
        self.arrives(*of, 10, false, Some(429));
        of.now += ms(20);
        self.settle(*of, "not_executed");
        self.moves(of, "READY", "held_throttled");
    }

    /// Two people conclude the same.
    pub(super) fn is_judged(&mut self, of: &mut Making, executed: bool) {
        let verdict = if executed { "executed" } else { "not_executed" };
        let (id, round) = (self.row(*of).id, self.row(*of).state_since);
        for person in ["wang.fang", "chen.jie"] {
            let at = of.now + ms(4);
            self.act(person, &format!("review_{verdict}"), Some(id), at);
            let verdict = verdict.to_owned();
            self.row(*of).reviews.push(Review { round, reviewer_id: who(person), verdict, at });
            if person == "wang.fang" {
                self.moves(of, "NEEDS_REVIEW", "judged_by_one");
            }
        }
        of.now += ms(10);
        self.settle(*of, verdict);
        let (to, note) = if executed { ("SUCCEEDED", "judged_done") } else { ("FAILED", "judged_not_done") };
        self.moves(of, to, note);
    }

    /// Somebody of another account tries to see and to decide, and is told nothing.
    pub(super) fn probe(&mut self, of: Making) {
        let (began, row) = (self.begin, self.row(of));
        let (id, order) = (row.id, row.subject.clone());
        let addresses = [format!("GET /activity/{id}"), format!("POST /activity/{id}/approve")];
        for what in addresses.into_iter().chain([format!("POST /orders/{order}/pay")]) {
            self.evidence.denied.push(Probe {
                at: began,
                person: "a.stranger".to_owned(),
                what,
                allowed: vec![403, 404],
                status: Some(404),
                leaked: Vec::new(),
            });
        }
    }

    pub(super) fn hurt(&mut self, at: DateTime<Utc>, how: Blow) {
        self.evidence.kills.push(Kill { at, replica: Some(0), how });
    }

    /// All is healed and downloaded.
    pub(super) fn evidence(mut self) -> Evidence {
        let last = |row: &Operation| row.events.last().map_or(row.created_at, |event| event.at);
        let end = self.evidence.operations.iter().map(last).max().unwrap_or(self.begin);
        self.evidence.healed_at = end - ms(1_000);
        self.evidence.ended_at = end + ms(1_000);
        self.evidence.exports = vec![self.export("en"), self.export("zh")];
        self.evidence.resource_exports = vec![self.resource_export("en"), self.resource_export("zh")];
        self.evidence.submissions.sort_by_key(|submission| submission.at);
        self.evidence.requests.sort_by_key(|sent| sent.at);
        self.evidence
    }
}
