//! A journal with everything around it: people, an account, the scripted BSS, and time that a test moves
//! for the program and the database together.

use std::{collections::HashMap, sync::Arc, time::Duration};

use bss_portal::{
    bss::{self, Connection, Credentials, limits::Limits, transport::Wire},
    clock::{Clock, Hand},
    features::orders::{
        cancel_order::{CancelOrder, CancelOrders},
        kept::Kept,
    },
    features::resources::{policy, renew::Renewals, unsubscribe::Unsubscriptions},
    i18n::Locale,
    identity::access::{AccountId, Actor, Role, Scope},
    money::Money,
    operations::{
        Chance, Claimed, Fault, Intent, OperationId, Performer, PgStore, Planned, Reading, Reconciler,
        Registry, Setup, State, Store, Story, Submitted, Timings, TransKey,
    },
    payments::{
        PayOrders,
        pay_order::{ChosenCoupon, Expected, PayOrder, Shown},
    },
};
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use sqlx::PgPool;
use tokio::task::AbortHandle;
use uuid::Uuid;

use super::{store, upstream::Upstream};

pub(crate) const ACCOUNT: AccountId = AccountId(Uuid::from_u128(0xACC));

/// Everything a test needs.
pub(crate) struct World {
    pub(crate) db: PgPool,
    pub(crate) store: Arc<PgStore>,
    pub(crate) upstream: Upstream,
    pub(crate) performer: Performer,
    pub(crate) reconciler: Reconciler,
    pub(crate) clock: Clock,
    hand: Hand,
    ahead: Duration,
    ticking: AbortHandle,
}

impl Drop for World {
    fn drop(&mut self) {
        self.ticking.abort();
    }
}

impl World {
    pub(crate) async fn new(db: PgPool) -> Self {
        Self::known_as(db, Some("portal")).await
    }

    /// One whose portal was told this of the name that Huawei knows it by.
    pub(crate) async fn known_as(db: PgPool, user_name: Option<&str>) -> Self {
        Self::on(db, user_name, |_, upstream| Arc::new(upstream.clone())).await
    }

    /// One whose requests are answered by a wire of the test's own.
    pub(crate) async fn on(
        db: PgPool,
        user_name: Option<&str>,
        wire: impl FnOnce(&Clock, &Upstream) -> Arc<dyn Wire>,
    ) -> Self {
        let start = Utc::now_for_tests();
        let (clock, hand) = Clock::manual(start);
        let ticking = tick(hand.clone());
        let store = Arc::new(PgStore(db.clone()));
        store.observe(Duration::from_mins(20)).await.expect("observed");
        let upstream = Upstream::new(clock.clone());
        let setup = setup(&db, wire(&clock, &upstream), &clock, user_name);
        Self {
            performer: Performer::new(setup.clone(), "p".to_owned()),
            reconciler: Reconciler::new(setup, "r".to_owned()),
            ahead: Duration::ZERO,
            db,
            store,
            upstream,
            clock,
            hand,
            ticking,
        }
    }

    /// Another process on the same database.
    pub(crate) fn other_process(&self, name: &str) -> (Performer, Reconciler) {
        let wire = Arc::new(self.upstream.clone());
        let setup = setup(&self.db, wire, &self.clock, Some("portal"));
        (Performer::new(setup.clone(), format!("{name}/p")), Reconciler::new(setup, format!("{name}/r")))
    }

    /// Lets time pass, for the program and for the database.
    pub(crate) async fn pass(&mut self, span: Duration) {
        self.hand.advance(span);
        self.ahead += span;
        store::set_clock(&self.db, self.ahead).await;
    }

    /// The clock of the machine goes ahead of the database's.
    pub(crate) fn goes_wrong_by(&self, span: Duration) {
        self.hand.advance(span);
    }

    /// Submits for a person of one's own.
    pub(crate) async fn submit(&self, intent: Intent) -> OperationId {
        match self.store.submit(&plan(&person("maker"), intent)).await.expect("submitted") {
            Submitted::New(id) => id,
            other => panic!("not new: {other:?}"),
        }
    }

    /// Submits the payment of an order that costs 100.
    pub(crate) async fn pay(&self, order: &str) -> OperationId {
        self.upstream.order(order, "100.00");
        self.submit(payment(order, "100.00")).await
    }

    pub(crate) async fn perform(&self) {
        assert!(self.performer.step().await.expect("performed"), "nothing was ready");
    }

    /// Lets the reconciler look until nothing is due, moving time from look to look, for at most `span`.
    pub(crate) async fn reconcile_for(&mut self, span: Duration) {
        let mut passed = Duration::ZERO;
        loop {
            while self.reconciler.step().await.expect("reconciled") {}
            let open = "operation where state in ('SENDING', 'UNKNOWN', 'CONFIRMING')";
            if passed >= span || store::count(&self.db, open).await == 0 {
                return;
            }
            let step = Duration::from_secs(30);
            self.pass(step).await;
            passed += step;
        }
    }

    pub(crate) async fn story(&self, id: OperationId) -> Story {
        let reading = Reading::new(self.db.clone());
        reading.find(&Scope::of([ACCOUNT]), id).await.expect("read").expect("there")
    }

    pub(crate) async fn state(&self, id: OperationId) -> State {
        self.story(id).await.operation.state
    }

    pub(crate) async fn note(&self, id: OperationId) -> String {
        self.story(id).await.operation.note
    }

    /// Takes hold of a ready operation as a worker of one's own.
    pub(crate) async fn claim(&self) -> Option<Claimed> {
        self.store.claim(&[State::Ready], "test", Duration::from_mins(1)).await.expect("claimed")
    }

    /// What is free again. The refusal before may still be rolled back for a moment, and holds its row that long.
    pub(crate) async fn claim_again(&self) -> Claimed {
        for _ in 0..600 {
            if let Some(claimed) = self.claim().await {
                return claimed;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("never free again");
    }

    pub(crate) async fn arm(&self, claimed: &Claimed) -> Result<(), Fault> {
        self.store.arm(claimed, &self.arming(TimeDelta::zero())).await
    }

    pub(crate) fn arming(&self, skew: TimeDelta) -> bss_portal::operations::Arming {
        let x_sdk_date = self.clock.now() + skew;
        let settles_at = x_sdk_date + Timings::REAL.settle_point();
        bss_portal::operations::Arming { x_sdk_date, settles_at, request_sha256: [0; 32] }
    }
}

trait Now {
    fn now_for_tests() -> DateTime<Utc>;
}

impl Now for Utc {
    /// The machine's time, in whole seconds as the wire has it.
    fn now_for_tests() -> DateTime<Utc> {
        Clock::system().now().duration_trunc(TimeDelta::seconds(1)).expect("a time")
    }
}

/// Time also flows by itself, so that waits inside the client end.
fn tick(hand: Hand) -> AbortHandle {
    let ticking = tokio::spawn(async move {
        let mut every = tokio::time::interval(Duration::from_millis(2));
        loop {
            every.tick().await;
            hand.advance(Duration::from_millis(2));
        }
    });
    ticking.abort_handle()
}

fn setup(db: &PgPool, wire: Arc<dyn Wire>, clock: &Clock, user_name: Option<&str>) -> Arc<Setup> {
    let connection = Connection {
        endpoint: "http://127.0.0.1:1".parse().expect("an endpoint"),
        credentials: Credentials::of_key("AK".to_owned(), "SK".to_owned().into(), None),
        account: "test".to_owned(),
        clock: clock.clone(),
        wire,
        limits: Limits::new(clock.clone(), 1),
        chance: Arc::new(|| 0.5),
    };
    let (reader, writer) = bss::connect(connection);
    let accounts = HashMap::from([(ACCOUNT, (reader.known_as(user_name), Arc::new(writer)))]);
    let kept = Arc::new(Kept { db: db.clone(), clock: clock.clone() });
    let (pay, cancel) = (PayOrders { kept: kept.clone(), clock: clock.clone() }, CancelOrders { kept });
    let (renew, unsubscribe) = (
        Renewals { db: db.clone(), clock: clock.clone() },
        Unsubscriptions { db: db.clone(), clock: clock.clone() },
    );
    Arc::new(Setup {
        store: Arc::new(PgStore(db.clone())),
        registry: policy::register(
            Registry::new().with(pay).with(cancel).with(renew).with(unsubscribe),
            db,
            clock,
        ),
        upstream: Arc::new(accounts),
        clock: clock.clone(),
        chance: Chance::seeded(1),
        timings: Timings::REAL,
        name: "test".to_owned(),
    })
}

pub(crate) fn money(text: &str) -> Money {
    text.parse().expect("an amount")
}

pub(crate) fn person(name: &str) -> Actor {
    Actor {
        id: Uuid::new_v4(),
        username: name.to_owned(),
        role: Role::Finance,
        all_accounts: Scope::of([ACCOUNT]),
        scope: Scope::of([ACCOUNT]),
        locale: Locale::En,
    }
}

pub(crate) fn shown() -> Shown {
    Shown { service: "ECS".to_owned(), created_at: DateTime::UNIX_EPOCH, pay_until: None }
}

pub(crate) fn pay_order(order: &str, amount: &str) -> PayOrder {
    let amount = money(amount);
    PayOrder {
        order_id: order.to_owned(),
        coupons: Vec::new(),
        discount: None,
        expected: Expected {
            official: amount,
            after_discount: amount,
            payable: amount,
            from_balance: amount,
        },
        shown: shown(),
        reason: String::new(),
    }
}

pub(crate) fn with_coupon(order: &str, amount: &str, coupon: (&str, &str)) -> PayOrder {
    use bss_portal::bss::codes::PayCouponType;
    let mut pay = pay_order(order, amount);
    let (id, worth) = (coupon.0.to_owned(), money(coupon.1));
    pay.expected.from_balance = pay.expected.payable - worth;
    pay.coupons.push(ChosenCoupon { id, kind: PayCouponType::Voucher, amount: worth });
    pay
}

pub(crate) fn payment(order: &str, amount: &str) -> Intent {
    Intent::new(ACCOUNT, Uuid::new_v4(), &pay_order(order, amount))
}

pub(crate) fn cancellation(order: &str) -> Intent {
    let (order_id, reason) = (order.to_owned(), String::new());
    let cancel = CancelOrder { order_id, after_discount: money("100.00"), shown: shown(), reason };
    Intent::new(ACCOUNT, Uuid::new_v4(), &cancel)
}

pub(crate) fn plan(actor: &Actor, intent: Intent) -> Planned {
    Planned {
        id: OperationId(Uuid::now_v7()),
        requester_id: actor.id,
        requester_name: actor.username.clone(),
        trans_id: TransKey([7; 32]).id(ACCOUNT, actor.id, Uuid::new_v4()),
        approve_within: Timings::REAL.approve_within,
        send_within: Timings::REAL.send_within,
        hold: intent.holds.then_some(Timings::REAL.hold),
        intent,
    }
}
