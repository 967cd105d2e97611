//! Our client against our simulator, over HTTP: every operation, and every way in which one can fail.

use std::{sync::Arc, time::Duration};

use bss_portal::{
    bss::{
        self, Answer, Connection, Credentials, Kind, PaidCoupon, PayOrder, Reader, Write, Writer,
        answers::Class,
        codes::{CouponStatus, OrderStatus, OrderType, PayCouponType},
        coupons::CouponQuery,
        limits::Limits,
        orders::{OrderQuery, Sort, Window},
        transport::{HttpWire, Purpose, Request, Response, Wire},
    },
    clock::Clock,
    i18n::Locale,
    simulator::{self, Options, ReadyAccount, Running},
};
use serde::Deserialize;
use serde_json::{Value, json};

const LIMIT: Duration = Duration::from_secs(10);
const ORDERS: u32 = 150;

/// A simulator with a wire to it.
pub(super) struct Bss {
    running: Running,
    wire: Arc<HttpWire>,
    clock: Clock,
}

impl Bss {
    pub(super) async fn start() -> Self {
        Self::start_with(Options { orders: ORDERS, ..Options::default() }).await
    }

    pub(super) async fn start_with(options: Options) -> Self {
        let clock = options.clock.clone();
        let running = simulator::run(options).await.expect("a simulator");
        let wire = Arc::new(HttpWire::new(clock.clone()).expect("a wire"));
        Self { running, wire, clock }
    }

    /// Both handles on the enterprise master's account.
    pub(super) fn handles(&self) -> (Reader, Writer) {
        bss::connect(self.connection(self.key()))
    }

    fn handles_with(&self, sk: String) -> (Reader, Writer) {
        bss::connect(self.connection(Credentials { secret_key: sk.into(), ..self.key() }))
    }

    /// The enterprise master's own key.
    pub(super) fn key(&self) -> Credentials {
        let account = self.master();
        Credentials::of_key(account.ak.clone(), account.sk.clone().into(), Some(account.domain_id.clone()))
    }

    /// The enterprise master.
    pub(super) fn master(&self) -> &ReadyAccount {
        &self.running.ready.accounts[0]
    }

    /// Where the simulator is.
    pub(super) fn endpoint(&self) -> bss::Endpoint {
        self.running.ready.endpoint.parse().expect("an endpoint")
    }

    pub(super) fn connection<C>(&self, credentials: C) -> Connection<C> {
        Connection {
            endpoint: self.endpoint(),
            credentials,
            account: self.master().name.clone(),
            clock: self.clock.clone(),
            wire: self.wire.clone(),
            limits: Limits::new(self.clock.clone(), 1),
            chance: bss::chance(),
        }
    }

    pub(super) async fn send(&self, writer: &Writer, write: &Write) -> Answer {
        let prepared = writer.prepare(write, self.clock.now());
        writer.send(prepared, self.clock.since_boot() + LIMIT, LIMIT).await
    }

    pub(super) async fn control<T: for<'a> Deserialize<'a>>(
        &self,
        method: &'static str,
        path: &str,
        body: Value,
    ) -> T {
        let answer = control(&self.wire, &self.running, (method, path, &body)).await;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        serde_json::from_str(&text)
            .unwrap_or_else(|why| panic!("{method} {path}: {} {why} {text}", answer.status))
    }

    /// The next call of `operation` goes wrong in this way.
    pub(super) async fn fault(&self, operation: &str, fault: Value) {
        let rules = json!({"rules": [{"operation": operation, "call": 1, "fault": fault}]});
        let _: Value = self.control("POST", "/faults", rules).await;
    }

    /// A new order that awaits payment.
    pub(super) async fn unpaid_order(&self, amount: &str) -> String {
        let made: Value = self.control("POST", "/orders", json!({"amount": amount})).await;
        made["order_id"].as_str().expect("an order id").to_owned()
    }

    /// How many effects there were on `subject`.
    pub(super) async fn effects(&self, subject: &str) -> usize {
        let ledger: Vec<Value> = self.control("GET", "/ledger", Value::Null).await;
        ledger.iter().filter(|effect| effect["subject"] == subject).count()
    }
}

/// A request of a simulator's control plane.
pub(super) async fn control(
    wire: &HttpWire,
    running: &Running,
    (method, path, body): (&'static str, &str, &Value),
) -> Response {
    let endpoint: bss::Endpoint = running.ready.control.parse().expect("an endpoint");
    let request = Request {
        operation: "control",
        purpose: Purpose::Write,
        method,
        headers: vec![("Host", endpoint.authority()), ("Content-Type", "application/json".to_owned())],
        endpoint,
        target: path.to_owned(),
        body: if body.is_null() { Vec::new() } else { body.to_string().into_bytes() },
        begin_by: None,
    };
    wire.exchange(request, LIMIT).await.expect("an answer")
}

pub(super) fn pay(order_id: &str) -> Write {
    Write::Pay(PayOrder::new(order_id.to_owned(), Vec::new(), None).expect("valid"))
}

#[tokio::test]
async fn orders_are_read_as_they_are_told() {
    let bss = Bss::start().await;
    let (reader, _) = bss.handles();
    let mut walk = reader.order_pages(
        OrderQuery { sort: Some(Sort::OldestFirst), limit: 40, ..OrderQuery::default() },
        Locale::Zh,
    );
    let mut orders = Vec::new();
    while let Some(page) = walk.next().await {
        orders.extend(page.expect("a page"));
    }
    assert_eq!(orders.len() as u64, walk.total());
    assert!(orders.len() >= ORDERS as usize);
    assert!(orders.is_sorted_by_key(|order| order.item.create_time));
    for order in &orders {
        assert!(order.unknown_fields().is_empty(), "{:?}", order.unknown_fields());
        assert!(!matches!(order.item.status, OrderStatus::Unknown(_)));
        assert!(order.item.amount_after_discount.is_some());
    }
    assert!(orders.iter().any(|order| !order.item.sub_orders.is_empty()), "a combined order");

    let unpaid = OrderQuery { status: Some(OrderStatus::AwaitingPayment), ..OrderQuery::default() };
    let page = reader.orders(&unpaid, Locale::Zh).await.expect("a page");
    assert!(page.total > 0);
    assert!(page.items.iter().all(|order| order.item.status == OrderStatus::AwaitingPayment));
    let first = &orders[0].item;
    let window = Window { from: first.create_time, to: first.create_time };
    let at_once = OrderQuery { created: Some(window), ..OrderQuery::default() };
    let page = reader.orders(&at_once, Locale::Zh).await.expect("a page");
    assert!(page.items.iter().any(|order| order.item.order_id == first.order_id));
}

#[tokio::test]
async fn one_order_is_told_with_its_lines_and_instruments() {
    let bss = Bss::start().await;
    let (reader, _) = bss.handles();
    let unpaid = OrderQuery { status: Some(OrderStatus::AwaitingPayment), ..OrderQuery::default() };
    let mut coupons = 0;
    for order in reader.orders(&unpaid, Locale::Zh).await.expect("a page").items.iter().take(5) {
        let id = &order.item.order_id;
        let detail = reader.order(id, Locale::En).await.expect("an order");
        assert_eq!(detail.order.item.amount_after_discount, order.item.amount_after_discount);
        assert!(detail.order.item.pending_payment_end_time.is_some());
        assert!(detail.order.unknown_fields().is_empty());
        assert!(!detail.lines.is_empty());
        assert!(detail.lines.iter().all(|line| line.unknown_fields().is_empty()));
        let usable = reader.order_coupons(id).await.expect("coupons");
        assert!(usable.coupons.iter().all(|coupon| coupon.unknown_fields().is_empty()));
        coupons += usable.coupons.len();
        for discount in reader.order_discounts(id).await.expect("discounts") {
            assert!(discount.amount().is_some(), "{discount:?}");
        }
    }
    assert!(coupons > 0, "some order can use a coupon");
    let error = reader.order("CS0000000000ZZZZZ", Locale::Zh).await.expect_err("no such order");
    assert!(matches!(error.kind, Kind::Refused), "{error}");
}

#[tokio::test]
async fn refunds_balances_and_coupons_are_told() {
    let bss = Bss::start().await;
    let (reader, _) = bss.handles();
    let returned = OrderQuery { order_type: Some(OrderType::Unsubscription), ..OrderQuery::default() };
    let page = reader.orders(&returned, Locale::Zh).await.expect("a page");
    let order = page.items.first().expect("an unsubscription");
    let refunds = reader.refund_orders(&order.item.order_id).await.expect("refunds");
    assert!(refunds.iter().any(|refund| refund.item.amount.is_negative()));
    assert!(refunds.iter().all(|refund| refund.unknown_fields().is_empty()));

    let balances = reader.balances().await.expect("balances");
    assert!(balances.cash().is_some());

    let page = reader.coupons(&CouponQuery::default()).await.expect("a page");
    assert_eq!(page.total, page.items.len() as u64);
    for coupon in &page.items {
        let unknown = coupon.unknown_fields();
        assert!(unknown.iter().all(|(name, _)| name == "extend_param1"), "{unknown:?}");
    }
    let usable = CouponQuery { status: Some(CouponStatus::Usable), ..CouponQuery::default() };
    let page = reader.coupons(&usable).await.expect("a page");
    assert!(page.items.iter().all(|coupon| coupon.item.status == CouponStatus::Usable));
}

#[tokio::test]
async fn an_order_is_paid_once_and_a_paid_one_is_refused() {
    let bss = Bss::start().await;
    let (_, writer) = bss.handles();
    let order = bss.unpaid_order("10.00").await;
    let paid = bss.send(&writer, &pay(&order)).await;
    assert_eq!((paid.class, paid.http_status), (Class::Success, Some(204)), "{paid:?}");
    assert!(paid.request_id.is_some());
    let again = bss.send(&writer, &pay(&order)).await;
    assert_eq!((again.class, again.error_code.as_deref()), (Class::Rejected, Some("CBC.99003106")));
    assert_eq!(bss.effects(&order).await, 1);
}

#[tokio::test]
async fn an_order_is_paid_with_the_coupon_that_was_listed() {
    let bss = Bss::start().await;
    let (reader, writer) = bss.handles();
    let order = bss.unpaid_order("500.00").await;
    let usable = reader.order_coupons(&order).await.expect("coupons").coupons;
    let coupon = usable
        .iter()
        .map(|coupon| &coupon.item)
        .filter(|coupon| coupon.used_by_order_id.is_none() && coupon.status == CouponStatus::Usable)
        .find_map(|coupon| Some((coupon, PayCouponType::of(coupon.coupon_type)?)));
    let (coupon, kind) = coupon.expect("a coupon that can be used");
    let used = PaidCoupon { id: coupon.coupon_id.clone(), kind };
    let write = Write::Pay(PayOrder::new(order.clone(), vec![used], None).expect("valid"));
    let paid = bss.send(&writer, &write).await;
    assert_eq!(paid.class, Class::Success, "{paid:?}");
}

#[tokio::test]
async fn an_order_is_cancelled_once() {
    let bss = Bss::start().await;
    let (_, writer) = bss.handles();
    let order = bss.unpaid_order("10.00").await;
    let cancel = Write::CancelOrder { order_id: order };
    assert_eq!(bss.send(&writer, &cancel).await.class, Class::Success);
    let again = bss.send(&writer, &cancel).await;
    assert_eq!((again.class, again.error_code.as_deref()), (Class::Rejected, Some("CBC.99005010")));
}

#[tokio::test]
async fn a_wrong_secret_key_is_not_tried_twice() {
    let bss = Bss::start().await;
    let (reader, writer) = bss.handles_with("not the secret key".to_owned());
    let error = reader.balances().await.expect_err("refused");
    assert_eq!(error.kind, Kind::NotAuthorised);
    assert_eq!(error.code.as_deref().and_then(bss::gateway_number), Some(301));
    let answer = bss.send(&writer, &pay("CS1")).await;
    assert_eq!(answer.class, Class::NotExecuted);
    assert!(answer.stops_account());
    let requests: Vec<Value> = bss.control("GET", "/requests", Value::Null).await;
    assert_eq!(requests.len(), 2);
}

#[tokio::test]
async fn a_signature_ends_as_early_as_the_gateway_is_told() {
    let bss = Bss::start().await;
    let (_, writer) = bss.handles();
    let order = bss.unpaid_order("10.00").await;
    let _: Value = bss.control("POST", "/settings", json!({"signature_valid_ms": -1})).await;
    assert_eq!(bss.send(&writer, &pay(&order)).await.http_status, Some(401));
    assert_eq!(bss.effects(&order).await, 0);
    let _: Value = bss.control("POST", "/settings", json!({"signature_valid_ms": 3_000})).await;
    assert_eq!(bss.send(&writer, &pay(&order)).await.http_status, Some(204));
}

#[tokio::test]
async fn a_request_that_arrives_late_takes_effect_then_or_never() {
    let bss = Bss::start().await;
    let (_, writer) = bss.handles();
    for (valid_ms, effects) in [(60_000, 1), (0, 0)] {
        let order = bss.unpaid_order("10.00").await;
        bss.fault("pay_orders", json!({"kind": "arrive_late", "after_ms": 1_100})).await;
        assert_eq!(bss.send(&writer, &pay(&order)).await.http_status, None);
        assert_eq!(bss.effects(&order).await, 0, "not yet");
        let _: Value = bss.control("POST", "/settings", json!({"signature_valid_ms": valid_ms})).await;
        tokio::time::sleep(Duration::from_millis(1_400)).await;
        assert_eq!(bss.effects(&order).await, effects, "signed for {valid_ms} ms");
    }
}

#[tokio::test]
async fn a_throttled_read_is_repeated_and_a_throttled_write_is_not() {
    let bss = Bss::start().await;
    let (reader, writer) = bss.handles();
    bss.fault("show_customer_account_balances", json!({"kind": "throttle"})).await;
    reader.balances().await.expect("an answer the second time");
    let order = bss.unpaid_order("10.00").await;
    bss.fault("pay_orders", json!({"kind": "throttle"})).await;
    let answer = bss.send(&writer, &pay(&order)).await;
    assert_eq!((answer.class, answer.http_status), (Class::NotExecuted, Some(429)));
    assert!(!answer.stops_account());
    assert_eq!(bss.effects(&order).await, 0);
}

#[tokio::test]
async fn what_goes_wrong_with_a_write_is_never_taken_for_more_than_it_proves() {
    let bss = Bss::start().await;
    for (fault, effects) in [
        (json!({"kind": "lose_answer"}), 1),
        (json!({"kind": "drop_before"}), 0),
        (json!({"kind": "garbled"}), 1),
        (json!({"kind": "close_mid_body"}), 1),
        (json!({"kind": "status", "code": 500, "effect": true}), 1),
        (json!({"kind": "status", "code": 502, "effect": false}), 0),
        (json!({"kind": "status", "code": 302, "effect": true}), 1),
        (json!({"kind": "status", "code": 403, "body": "<html>"}), 0),
    ] {
        let (_, writer) = bss.handles();
        let order = bss.unpaid_order("10.00").await;
        bss.fault("pay_orders", fault.clone()).await;
        let answer = bss.send(&writer, &pay(&order)).await;
        assert_eq!(answer.class, Class::Ambiguous, "{fault} {answer:?}");
        assert!(answer.broken.as_ref().is_none_or(|broken| broken.sent), "{fault} {answer:?}");
        assert_eq!(bss.effects(&order).await, effects, "{fault}");
    }
}

#[tokio::test]
async fn a_read_survives_what_passes_and_names_what_does_not() {
    let bss = Bss::start().await;
    for fault in [
        json!({"kind": "lose_answer"}),
        json!({"kind": "close_mid_body"}),
        json!({"kind": "status", "code": 503}),
    ] {
        let (reader, _) = bss.handles();
        bss.fault("show_customer_account_balances", fault.clone()).await;
        reader.balances().await.unwrap_or_else(|error| panic!("{fault}: {error}"));
    }
    let (reader, _) = bss.handles();
    bss.fault("show_customer_account_balances", json!({"kind": "garbled"})).await;
    assert_eq!(reader.balances().await.expect_err("garbage").kind, Kind::Malformed);

    // Nobody listens any more, and a wire of its own holds no connection from before.
    let mut bss = bss;
    bss.wire = Arc::new(HttpWire::new(bss.clock.clone()).expect("a wire"));
    let (reader, _) = bss.handles();
    drop(bss.running);
    let error = reader.within(Duration::from_secs(1)).balances().await.expect_err("nobody there");
    assert_eq!(error.kind, Kind::Unavailable);
}
