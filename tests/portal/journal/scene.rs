//! What a person would do on the pages of orders, done at the journal's door: forms with the facts that
//! are live at the time, and looking at what becomes of them.

use std::{sync::Arc, time::Duration};

use bss_portal::{
    bss::{
        self, Connection, Credentials, Reader,
        codes::{CouponStatus, CouponType, PayCouponType},
        limits::Limits,
        transport::HttpWire,
    },
    clock::Clock,
    i18n::Locale,
    identity::access::{AccountId, Scope},
    money::Money,
    operations::{
        Chance, Intent, OperationId, PgStore, Planned, Reading, State, Store as _, Story, Submitted, Timings,
        TransKey,
    },
    payments::pay_order::{ChosenCoupon, Expected, PayOrder, Shown},
};
use sqlx::PgPool;
use uuid::Uuid;

use crate::support::{Simulator, eventually};

/// One account of the simulator, seen from a portal's database and from its BSS.
pub(crate) struct Scene {
    pub(crate) account_name: String,
    account: AccountId,
    store: PgStore,
    reading: Reading,
    reader: Reader,
}

pub(crate) fn money(text: &str) -> Money {
    text.parse().expect("an amount")
}

/// The operation that a submission made.
pub(crate) fn made(submitted: Submitted) -> Option<OperationId> {
    if let Submitted::New(id) = submitted { Some(id) } else { None }
}

impl Scene {
    /// The first account.
    pub(crate) async fn of(db: &PgPool, simulator: &Simulator) -> Self {
        let ready = simulator.ready();
        let account = &ready.accounts[0];
        let id: Uuid = sqlx::query_scalar("select id from cloud_account where name = $1")
            .bind(&account.name)
            .fetch_one(db)
            .await
            .expect("the account");
        let clock = Clock::system();
        let (reader, _) = bss::connect(Connection {
            endpoint: ready.endpoint.parse().expect("an endpoint"),
            credentials: Credentials::of_key(
                account.ak.clone(),
                account.sk.clone().into(),
                Some(account.domain_id.clone()),
            ),
            account: "the person".to_owned(),
            wire: Arc::new(HttpWire::new(clock.clone()).expect("a wire")),
            limits: Limits::new(clock.clone(), 1),
            chance: bss::chance(),
            clock,
        });
        Self {
            account_name: account.name.clone(),
            account: AccountId(id),
            store: PgStore(db.clone()),
            reading: Reading::new(db.clone()),
            reader,
        }
    }

    async fn confirmed(&self, order: &str) -> PayOrder {
        let detail = self.reader.order(order, Locale::Zh).await.expect("the order");
        let live = detail.order.item;
        let payable = live.amount_after_discount.expect("an amount");
        PayOrder {
            order_id: order.to_owned(),
            coupons: Vec::new(),
            discount: None,
            expected: Expected {
                official: live.official_amount.expect("an amount"),
                after_discount: payable,
                payable,
                from_balance: payable,
            },
            shown: Shown {
                service: live.service_type_name.unwrap_or_default(),
                created_at: live.create_time,
                pay_until: live.pending_payment_end_time,
            },
            reason: String::new(),
        }
    }

    /// The form that pays an order from the balance, as it is confirmed now.
    pub(crate) async fn form(&self, order: &str) -> Intent {
        Intent::new(self.account, Uuid::new_v4(), &self.confirmed(order).await)
    }

    /// The same with the first voucher that has a balance.
    pub(crate) async fn form_with_coupon(&self, order: &str) -> (Intent, String) {
        let mut confirmed = self.confirmed(order).await;
        let usable = self.reader.order_coupons(order).await.expect("coupons").coupons;
        let coupon = usable
            .into_iter()
            .map(|listed| listed.item)
            .find(|coupon| {
                coupon.coupon_type == CouponType::Voucher
                    && coupon.status == CouponStatus::Usable
                    && coupon.used_by_order_id.is_none()
                    && coupon.balance.is_some_and(|left| left > Money::ZERO)
            })
            .expect("a voucher");
        let amount = coupon.balance.expect("a balance");
        confirmed.expected.from_balance = (confirmed.expected.payable - amount).max(Money::ZERO);
        confirmed.coupons.push(ChosenCoupon {
            id: coupon.coupon_id.clone(),
            kind: PayCouponType::Voucher,
            amount,
        });
        (Intent::new(self.account, Uuid::new_v4(), &confirmed), coupon.coupon_id)
    }

    /// What happens when `person` confirms `form`.
    pub(crate) async fn submit(&self, person: &str, form: &Intent) -> Submitted {
        let mut id = [0; 16];
        id[..person.len()].copy_from_slice(person.as_bytes());
        let requester_id = Uuid::from_bytes(id);
        let planned = Planned {
            id: OperationId(Chance::system().id(Clock::system().now())),
            intent: form.clone(),
            hold: form.holds.then_some(Timings::REAL.hold),
            requester_id,
            requester_name: person.to_owned(),
            trans_id: TransKey([1; 32]).id(self.account, requester_id, Uuid::new_v4()),
            approve_within: Timings::REAL.approve_within,
            send_within: Timings::REAL.send_within,
        };
        self.store.submit(&planned).await.expect("submitted")
    }

    /// Somebody confirms the payment of an order.
    pub(crate) async fn pays(&self, order: &str) -> OperationId {
        made(self.submit("li.na", &self.form(order).await).await).expect("new")
    }

    pub(crate) async fn story(&self, id: OperationId) -> Story {
        self.reading.find(&Scope::of([self.account]), id).await.expect("read").expect("there")
    }

    /// The operation once it has ended, or needs people.
    pub(crate) async fn ended(&self, id: OperationId) -> Story {
        eventually("the operation ends", async || {
            let story = self.story(id).await;
            let state = story.operation.state;
            (state.is_final() || state == State::NeedsReview).then_some(story)
        })
        .await
    }

    pub(crate) async fn reaches(&self, id: OperationId, wanted: State) {
        eventually("the operation moves on", async || {
            let story = self.story(id).await;
            assert!(!story.operation.state.is_final(), "{story:?}");
            (story.operation.state == wanted).then_some(())
        })
        .await;
    }

    /// Waits until a payment is on its way, and, for an order, until it has taken effect at Huawei.
    pub(crate) async fn sent(&self, simulator: &Simulator, effect: Option<&str>) {
        let Some(order) = effect else {
            tokio::time::sleep(Duration::from_millis(300)).await;
            return;
        };
        eventually("the request takes effect", async || {
            (self.happened(simulator, order).await > 0).then_some(())
        })
        .await;
    }

    /// How often an order was paid.
    pub(crate) async fn happened(&self, simulator: &Simulator, order: &str) -> usize {
        simulator.happened("pay_orders", order).await
    }

    /// How often an order was paid, and how many requests for it we recorded.
    pub(crate) async fn paid(&self, simulator: &Simulator, order: &str) -> (usize, i64) {
        let attempts = sqlx::query_scalar("select count(*) from attempt where pay_order_id = $1")
            .bind(order)
            .fetch_one(&self.store.0)
            .await
            .expect("a count");
        (self.happened(simulator, order).await, attempts)
    }
}
