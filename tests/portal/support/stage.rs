//! Operations in every state that people can meet, brought there by the journal's own legal changes and
//! held there: no worker of the portal takes them up while a test looks at them.

use std::time::Duration;

use bss_portal::{
    bss::codes::PayCouponType,
    clock::Clock,
    features::orders::cancel_order::CancelOrder,
    identity::access::{AccountId, Role, Scope},
    money::Money,
    operations::{
        Answered, Arming, Chance, Change, Claimed, Confirmed, Counted, Intent, Judgement, Note, OperationId,
        Outcome, PgStore, Planned, Reading, State, Store as _, Story, Submitted, Verdict, Vote,
    },
    payments::pay_order::{ChosenCoupon, Expected, PayOrder, Shown},
};
use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use super::Portal;

/// Longer than any test looks.
const AFTER_THE_TEST: Duration = Duration::from_mins(5);
/// Until when a request may take effect, as it really is.
pub const SETTLES: TimeDelta = TimeDelta::minutes(20);
/// The same for a request that can no longer take effect.
pub const SETTLED: TimeDelta = TimeDelta::milliseconds(1);

/// One of them.
#[derive(Debug, Clone, Copy)]
pub struct Staged {
    /// What is special about it.
    pub name: &'static str,
    /// Where it is.
    pub state: State,
    /// Which one it is.
    pub id: OperationId,
}

/// A journal whose operations stay where they are put.
pub struct Stage {
    db: PgPool,
    store: PgStore,
    accounts: [AccountId; 2],
}

impl Stage {
    /// The journal of a portal, from now on.
    pub async fn of(portal: &Portal) -> Self {
        let held = "create function held() returns trigger language plpgsql as $$ begin
                        new.next_at := now() + interval '1 hour';
                        return new;
                    end $$;
                    create trigger held before insert on operation for each row execute function held();";
        sqlx::raw_sql(held).execute(&portal.db).await.expect("held");
        let account = |at: usize| portal.accounts[&portal.simulator.ready().accounts[at].name];
        Self { db: portal.db.clone(), store: PgStore(portal.db.clone()), accounts: [account(0), account(1)] }
    }

    /// The person of a role.
    pub async fn person(&self, role: Role) -> (Uuid, String) {
        let id = sqlx::query_scalar("select id from person where username = $1")
            .bind(role.as_str())
            .fetch_one(&self.db)
            .await
            .expect("a person");
        (id, role.as_str().to_owned())
    }

    /// One operation with everything that happened to it.
    pub async fn story(&self, id: OperationId) -> Story {
        let reading = Reading::new(self.db.clone());
        reading.find(&Scope::of(self.accounts), id).await.expect("read").expect("there")
    }

    /// Asks for something in the name of the finance person.
    pub async fn submit(&self, confirmed: &impl Confirmed) -> OperationId {
        self.submit_for(0, confirmed, Duration::from_hours(24)).await
    }

    async fn submit_for(
        &self,
        account: usize,
        confirmed: &impl Confirmed,
        approve_within: Duration,
    ) -> OperationId {
        let (requester_id, requester_name) = self.person(Role::Finance).await;
        let intent = Intent::new(self.accounts[account], Uuid::new_v4(), confirmed);
        let planned = Planned {
            id: OperationId(Chance::system().id(Clock::system().now())),
            hold: intent.holds.then_some(Duration::ZERO),
            intent,
            requester_id,
            requester_name,
            trans_id: Uuid::new_v4(),
            approve_within,
            send_within: Duration::from_hours(24),
        };
        let id = match self.store.submit(&planned).await.expect("submitted") {
            Submitted::New(id) => id,
            other => panic!("not new: {other:?}"),
        };
        self.held(id).await;
        // Due, as it really is; the lease keeps the workers off.
        let due = "update operation set next_at = created_at where id = $1";
        sqlx::query(due).bind(id.0).execute(&self.db).await.expect("due");
        id
    }

    /// Takes hold of an operation as a worker does.
    async fn held(&self, id: OperationId) -> Claimed {
        let hold = "update operation set fence = fence + 1, lease_owner = 'stage',
                           lease_until = clock_timestamp() + interval '1 hour' where id = $1 returning fence";
        let fence = sqlx::query_scalar(hold).bind(id.0).fetch_one(&self.db).await.expect("held");
        let Story { operation, attempts, .. } = self.story(id).await;
        Claimed {
            operation,
            attempts,
            fence,
            now: Clock::system().now(),
            recovered: false,
            may_be_incomplete: false,
            bound: Vec::new(),
        }
    }

    /// Writes a change as a worker does, and lets nobody look again soon.
    pub async fn settle(&self, id: OperationId, change: Change) {
        let claimed = self.held(id).await;
        let change = Change { next_in: AFTER_THE_TEST, ..change };
        self.store.settle(&claimed, &change).await.expect("settled");
    }

    /// Writes down that a request is on its way, which may take effect until after `settles`.
    async fn arm(&self, id: OperationId, settles: TimeDelta) {
        let claimed = self.held(id).await;
        let x_sdk_date = now().trunc_subsecs(0);
        let arming = Arming { x_sdk_date, settles_at: x_sdk_date + settles, request_sha256: [0; 32] };
        self.store.arm(&claimed, &arming).await.expect("armed");
    }

    /// A payment that was sent and answered like this.
    async fn sent(&self, id: OperationId, settles: TimeDelta, answer: Change) {
        self.arm(id, settles).await;
        self.settle(id, answer).await;
    }

    async fn vote(&self, id: OperationId, agrees: bool, reason: &str) {
        let payload_sha256 = self.story(id).await.operation.payload_sha256;
        // Held, so that an agreement makes it ready for nobody.
        self.held(id).await;
        let person = self.person(Role::Approver).await;
        let vote = Vote { operation: id, person, payload_sha256, agrees, reason: reason.to_owned() };
        self.store.vote(&vote).await.expect("voted");
    }

    async fn judge(&self, id: OperationId, role: Role, executed: bool, reason: &str) {
        let person = self.person(role).await;
        let judgement = Judgement { operation: id, person, executed, reason: reason.to_owned() };
        self.store.judge(&judgement).await.expect("judged");
    }

    /// An operation that people must look at because its order says two things at once.
    pub async fn contradiction(&self, settles: TimeDelta) -> OperationId {
        let id = self.submit(&with_coupon(payment("760.00"), "100.00")).await;
        self.sent(id, settles, lost()).await;
        let seen = order(4, "760.00", Some(now()));
        self.settle(id, Change { detail: seen, ..Change::to(State::NeedsReview, Note::Contradiction) }).await;
        id
    }

    /// Operations in all states, and in each for the reasons that people are told differently.
    pub async fn every_state(&self) -> Vec<Staged> {
        let mut all = self.open().await;
        all.extend(self.for_people().await);
        all.extend(self.done().await);
        all.extend(self.without().await);
        all
    }

    async fn open(&self) -> Vec<Staged> {
        let mut all = Vec::new();
        let mut keep = |name, state, id| all.push(Staged { name, state, id });

        keep(
            "pending",
            State::PendingApproval,
            self.submit(&with_coupon(payment("4800.00"), "300.00")).await,
        );
        let id = self.submit(&payment("68250.00")).await;
        self.vote(id, true, "").await;
        keep("pending-agreed", State::PendingApproval, id);

        keep("ready", State::Ready, self.submit(&payment("312.40")).await);
        let id = self.submit(&payment("96.00")).await;
        self.settle(
            id,
            refused(
                (State::Ready, Note::HeldThrottled),
                (429, "APIG.0308", "The throttling threshold has been reached"),
            ),
        )
        .await;
        keep("ready-throttled", State::Ready, id);
        let id = self.submit(&payment("128.50")).await;
        let detail = json!({ "why": "connection refused (os error 111)" });
        self.settle(
            id,
            Change { detail, counts: Some(Counted::Hold), ..Change::to(State::Ready, Note::HeldUnreadable) },
        )
        .await;
        keep("ready-unreadable", State::Ready, id);
        let id = self.submit_for(1, &payment("77.00"), AFTER_THE_TEST).await;
        let words = "Incorrect IAM authentication information: verify aksk signature fail";
        let stop = Change {
            stops_account: true,
            ..refused((State::Ready, Note::HeldStopped), (401, "APIG.0301", words))
        };
        self.settle(id, stop).await;
        keep("ready-stopped", State::Ready, id);
        let id = self.submit(&payment("55.00")).await;
        self.sent(id, SETTLED, lost()).await;
        self.settle(
            id,
            read(State::Ready, Note::AbsentTryAgain, Outcome::NotExecuted, order(6, "55.00", None)),
        )
        .await;
        keep("ready-again", State::Ready, id);

        let id = self.submit(&payment("640.00")).await;
        self.arm(id, SETTLES).await;
        keep("sending", State::Sending, id);
        let id = self.submit(&payment("720.00")).await;
        self.sent(id, SETTLES, lost()).await;
        keep("unknown", State::Unknown, id);
        let id = self.submit(&payment("500.00")).await;
        let no = refused((State::Unknown, Note::RefusedUnproved), (400, "CBC.99003162", "no"));
        self.sent(id, SETTLES, Change { rejected: true, ..no }).await;
        keep("unknown-refused", State::Unknown, id);
        let id = self.submit(&payment("433.00")).await;
        self.sent(id, SETTLED, lost()).await;
        keep("unknown-late", State::Unknown, id);
        let id = self.submit(&payment("810.00")).await;
        self.sent(id, SETTLES, accepted()).await;
        keep("confirming", State::Confirming, id);
        all
    }

    async fn for_people(&self) -> Vec<Staged> {
        let state = State::NeedsReview;
        let id = self.submit(&payment("905.00")).await;
        self.sent(id, SETTLES, accepted()).await;
        let seen = order(6, "905.00", None);
        self.settle(id, Change { detail: seen, ..Change::to(state, Note::NotShown) }).await;
        self.judge(id, Role::Approver, true, "控制台的收支明细里有这笔扣款，流水号 2026112300017").await;
        let not_shown = Staged { name: "review-not-shown", state, id };

        let id = self.submit(&payment("333.00")).await;
        self.sent(id, SETTLED, lost()).await;
        let detail = json!({ "why": "the answer did not come in time" });
        self.settle(id, Change { detail, ..Change::to(state, Note::UnreadableTooLong) }).await;
        self.judge(id, Role::Approver, false, "Not in the console").await;
        self.judge(id, Role::Finance, true, "I see it in the console").await;
        let differing = Staged { name: "review-differing", state, id };

        let early = Staged { name: "review", state, id: self.contradiction(SETTLES).await };
        vec![
            early,
            Staged { name: "review-settled", state, id: self.contradiction(SETTLED).await },
            not_shown,
            differing,
        ]
    }

    async fn done(&self) -> Vec<Staged> {
        let state = State::Succeeded;
        let effect = |note, amount: &str| read(state, note, Outcome::Executed, order(5, amount, Some(now())));
        let mut all = Vec::new();
        let id = self.submit(&with_coupon(payment("812.00"), "100.00")).await;
        self.sent(id, SETTLES, accepted()).await;
        self.settle(id, effect(Note::EffectRead, "812.00")).await;
        all.push(Staged { name: "succeeded", state, id });
        let id = self.submit(&payment("42.00")).await;
        self.sent(id, SETTLES, lost()).await;
        self.settle(id, effect(Note::EffectRead, "42.00")).await;
        all.push(Staged { name: "succeeded-read", state, id });
        let id = self.submit(&payment("43.00")).await;
        self.sent(id, SETTLED, lost()).await;
        self.settle(
            id,
            read(
                state,
                Note::DoneElsewhere,
                Outcome::Executed,
                order(5, "43.00", Some(now() - TimeDelta::hours(1))),
            ),
        )
        .await;
        all.push(Staged { name: "succeeded-elsewhere", state, id });
        let id = self.contradiction(SETTLES).await;
        self.judge(id, Role::Approver, true, "The console shows the payment").await;
        self.judge(id, Role::Finance, true, "收支明细里有").await;
        all.push(Staged { name: "succeeded-people", state, id });
        let id = self.submit(&cancellation()).await;
        self.sent(id, SETTLES, accepted()).await;
        self.settle(id, read(state, Note::EffectRead, Outcome::Executed, order(4, "960.00", None))).await;
        all.push(Staged { name: "succeeded-cancelled", state, id });
        all
    }

    async fn without(&self) -> Vec<Staged> {
        let mut all = Vec::new();
        let mut keep = |name, state, id| all.push(Staged { name, state, id });

        let id = self.submit(&payment("61.00")).await;
        let never = refused((State::Failed, Note::NeverCan), (403, "CBC.0150", "No permission"));
        let Verdict::Answer(_, answered) = never.verdict.clone() else { unreachable!("made so") };
        self.sent(id, SETTLES, Change { verdict: Verdict::Answer(Outcome::NotExecuted, answered), ..never })
            .await;
        keep("failed", State::Failed, id);
        let id = self.submit(&payment("62.00")).await;
        self.sent(id, SETTLED, lost()).await;
        self.settle(id, read(State::Failed, Note::Absent, Outcome::NotExecuted, order(6, "62.00", None)))
            .await;
        keep("failed-absent", State::Failed, id);
        let id = self.contradiction(SETTLED).await;
        self.judge(id, Role::Approver, false, "Not in the console").await;
        self.judge(id, Role::Finance, false, "收支明细里没有").await;
        keep("failed-people", State::Failed, id);

        let id = self.submit(&payment("1000.00")).await;
        let differences = json!({ "differences": [
            { "fact": "status", "about": "", "confirmed": "6", "live": "5" },
            { "fact": "after_discount", "about": "", "confirmed": "1000.00", "live": "1280.00" },
            { "fact": "coupon", "about": "CP2611010007ZKQ1X9", "confirmed": "100.00", "live": "not_usable" },
        ] });
        self.settle(id, Change { detail: differences, ..Change::to(State::Stale, Note::FactsChanged) }).await;
        keep("stale", State::Stale, id);
        let id = self.submit(&payment("63.00")).await;
        let no = refused((State::Unknown, Note::RefusedUnproved), (400, "CBC.99003162", "no"));
        self.sent(id, SETTLED, Change { rejected: true, ..no }).await;
        self.settle(id, read(State::Stale, Note::Refused, Outcome::NotExecuted, order(6, "63.00", None)))
            .await;
        keep("stale-refused", State::Stale, id);
        let id = self.submit(&cancellation()).await;
        let differences =
            json!({ "differences": [{ "fact": "status", "about": "", "confirmed": "6", "live": "3" }] });
        self.settle(id, Change { detail: differences, ..Change::to(State::Stale, Note::FactsChanged) }).await;
        keep("stale-cancel", State::Stale, id);

        let id = self.submit(&payment("9900.00")).await;
        self.vote(id, false, "预算已用完，请改到下个季度").await;
        keep("rejected", State::Rejected, id);
        let id = self.submit_for(0, &payment("9800.00"), Duration::from_millis(1)).await;
        self.store.expire().await.expect("expired");
        keep("expired-approval", State::Expired, id);
        let id = self.submit(&payment("97.00")).await;
        self.settle(id, Change::to(State::Expired, Note::DeadlinePassed)).await;
        keep("expired", State::Expired, id);
        let id = self.submit(&payment("98.00")).await;
        self.store.withdraw(id, &self.person(Role::Finance).await).await.expect("withdrawn");
        keep("cancelled", State::Cancelled, id);
        all
    }
}

fn now() -> DateTime<Utc> {
    Clock::system().now()
}

/// A payment of an order that is on no other operation.
pub fn payment(amount: &str) -> PayOrder {
    let amount: Money = amount.parse().expect("an amount");
    let order = Uuid::new_v4().simple().to_string()[..8].to_uppercase();
    PayOrder {
        order_id: format!("CS261123{order}"),
        coupons: Vec::new(),
        discount: None,
        expected: Expected {
            official: amount,
            after_discount: amount,
            payable: amount,
            from_balance: amount,
        },
        shown: Shown {
            service: "弹性云服务器".to_owned(),
            created_at: now() - TimeDelta::hours(3),
            pay_until: Some(now() + TimeDelta::days(3)),
        },
        reason: String::new(),
    }
}

/// The same, a part of it by a coupon, and with a reason.
fn with_coupon(mut payment: PayOrder, amount: &str) -> PayOrder {
    let amount: Money = amount.parse().expect("an amount");
    let id = "CP2611010007ZKQ1X9".to_owned();
    payment.expected.from_balance = payment.expected.payable - amount;
    payment.coupons.push(ChosenCoupon { id, kind: PayCouponType::Voucher, amount });
    payment.reason.push_str("2026 年第四季度生产环境扩容，预算编号 FY26-Q4-0117");
    payment
}

/// The cancellation of an order.
fn cancellation() -> CancelOrder {
    let PayOrder { order_id, shown, .. } = payment("960.00");
    let after_discount = "960.00".parse().expect("an amount");
    CancelOrder { order_id, after_discount, shown, reason: String::new() }
}

/// An order as the journal keeps it for proof.
fn order(status: i32, amount: &str, paid_at: Option<DateTime<Utc>>) -> Value {
    json!({
        "status": status, "payment_time": paid_at, "amount_after_discount": amount,
        "coupon": null, "flexipurchase_coupon": null, "stored_card": null,
    })
}

/// No answer came.
fn lost() -> Change {
    let broken = "the answer did not come in time";
    let answered = Answered { class: Some("A"), error_msg: Some(broken.to_owned()), ..Answered::default() };
    Change {
        detail: json!({ "class": "A", "broken": broken }),
        verdict: Verdict::Answer(Outcome::Unknown, answered),
        ..Change::to(State::Unknown, Note::AnswerUnclear)
    }
}

/// Huawei said yes.
fn accepted() -> Change {
    let request_id = "0f7a5e1c9d3b4a2e8c6f5d4b3a291807";
    let answered = Answered {
        class: Some("S"),
        http_status: Some(204),
        request_id: Some(request_id.to_owned()),
        ..Answered::default()
    };
    Change {
        detail: json!({ "class": "S", "http_status": 204, "request_id": request_id }),
        verdict: Verdict::Answer(Outcome::Executed, answered),
        ..Change::to(State::Confirming, Note::Accepted)
    }
}

/// Huawei said no.
fn refused((to, note): (State, Note), (status, code, words): (i32, &str, &str)) -> Change {
    let request_id = "9c1e5f7a0b2d4c6e8f0a1b3c5d7e9f02";
    let answered = Answered {
        class: Some("R"),
        http_status: Some(status),
        error_code: Some(code.to_owned()),
        error_msg: Some(words.to_owned()),
        request_id: Some(request_id.to_owned()),
    };
    let ready = to == State::Ready;
    Change {
        detail: json!({ "http_status": status, "error_code": code, "error_msg": words, "request_id": request_id }),
        verdict: if ready { Verdict::None } else { Verdict::Answer(Outcome::Unknown, answered) },
        counts: ready.then_some(Counted::Hold),
        result: Some((Some(code.to_owned()), Some(words.to_owned()))),
        ..Change::to(to, note)
    }
}

/// Reading settled it.
fn read(to: State, note: Note, outcome: Outcome, evidence: Value) -> Change {
    Change { detail: evidence.clone(), verdict: Verdict::Read(outcome, evidence), ..Change::to(to, note) }
}
