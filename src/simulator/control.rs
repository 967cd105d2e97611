//! The control plane: what tests see and do behind BSS's back. It listens on a port of its own
//! and asks for no credentials, so it belongs on the loopback address.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    faults::{Rule, Standing},
    server::Received,
    shared::Shared,
    world::{
        Cause, Doer, Effect, Mode, Refusal, Settings,
        discounts::{Offer, Way},
        orders::{NO_BASE, kind, status},
        pay::Wish,
        place::Draft,
        services::SERVICES,
        shape::Line,
        times::{DAY, SECOND, wire},
    },
};
use crate::money::Money;

type App = State<Arc<Shared>>;

/// A refusal of the control plane itself: status and words.
struct Wrong(StatusCode, String);

impl IntoResponse for Wrong {
    fn into_response(self) -> Response {
        (self.0, Json(json!({"error": self.1}))).into_response()
    }
}

impl From<Refusal> for Wrong {
    fn from(refusal: Refusal) -> Self {
        Self(StatusCode::CONFLICT, format!("{} {}", refusal.code, refusal.message))
    }
}

fn bad(text: impl Into<String>) -> Wrong {
    Wrong(StatusCode::BAD_REQUEST, text.into())
}

/// Every route of the control plane.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/ledger", get(ledger))
        .route("/requests", get(requests))
        .route("/faults", get(faults).post(add_faults).delete(clear_faults))
        .route("/mode", get(mode).post(set_mode))
        .route("/clock", get(clock).post(advance))
        .route("/settings", get(settings).post(set_settings))
        .route("/console", post(console))
        .route("/orders", get(open_orders).post(place_orders))
        .route("/orders/{id}", get(order))
        .route("/accounts", get(accounts))
        .with_state(shared)
}

#[derive(Deserialize)]
struct After {
    #[serde(default)]
    after: u64,
}

async fn ledger(State(shared): App, Query(After { after }): Query<After>) -> Json<Vec<Effect>> {
    Json(shared.world().ledger.iter().filter(|effect| effect.seq > after).cloned().collect())
}

async fn requests(State(shared): App, Query(After { after }): Query<After>) -> Json<Vec<Received>> {
    Json(shared.requests(after))
}

#[derive(Deserialize)]
struct Rules {
    rules: Vec<Rule>,
}

async fn faults(State(shared): App) -> Json<Vec<Standing>> {
    Json(shared.faults().all().to_vec())
}

async fn add_faults(State(shared): App, Json(Rules { rules }): Json<Rules>) -> Json<Vec<Standing>> {
    let mut faults = shared.faults();
    faults.add(rules);
    Json(faults.all().to_vec())
}

async fn clear_faults(State(shared): App) -> StatusCode {
    shared.faults().clear();
    StatusCode::NO_CONTENT
}

#[derive(Serialize, Deserialize)]
struct ModeBody {
    mode: Mode,
}

async fn mode(State(shared): App) -> Json<ModeBody> {
    Json(ModeBody { mode: shared.world().mode })
}

async fn set_mode(State(shared): App, Json(body): Json<ModeBody>) -> Json<ModeBody> {
    shared.world().mode = body.mode;
    Json(body)
}

#[derive(Deserialize)]
struct Advance {
    advance_seconds: i64,
}

async fn clock(State(shared): App) -> Json<serde_json::Value> {
    Json(json!({"now": wire(shared.now()), "advanced_seconds": shared.advanced() / SECOND}))
}

async fn advance(State(shared): App, Json(body): Json<Advance>) -> Result<Json<serde_json::Value>, Wrong> {
    if body.advance_seconds < 0 {
        return Err(bad("time does not go back"));
    }
    shared.advance(body.advance_seconds * SECOND);
    Ok(clock(State(shared)).await)
}

async fn settings(State(shared): App) -> Json<Settings> {
    Json(shared.world().settings)
}

/// Settings to change; the others stay.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SettingsBody {
    visible_after_ms: Option<i64>,
    provision_ms: Option<i64>,
    rate_limits: Option<bool>,
}

async fn set_settings(State(shared): App, Json(body): Json<SettingsBody>) -> Json<Settings> {
    let mut world = shared.world();
    let settings = &mut world.settings;
    settings.visible_after_ms = body.visible_after_ms.unwrap_or(settings.visible_after_ms);
    settings.provision_ms = body.provision_ms.unwrap_or(settings.provision_ms);
    settings.rate_limits = body.rate_limits.unwrap_or(settings.rate_limits);
    Json(*settings)
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Action {
    Pay,
    Cancel,
    Renew,
    Unsubscribe,
    SpendCoupon,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Console {
    action: Action,
    account: Option<String>,
    order_id: Option<String>,
    resource_id: Option<String>,
    coupon_id: Option<String>,
    amount: Option<String>,
}

async fn console(State(shared): App, body: Json<Console>) -> Result<Json<serde_json::Value>, Wrong> {
    let Json(body) = body;
    let cause = Cause { at: shared.now(), request_id: shared.new_request_id(), actor: Doer::Console };
    let mut world = shared.world();
    let owner_of_order = body.order_id.as_deref().and_then(|id| world.find(id)).map(|place| place.account);
    let account = match &body.account {
        Some(name) => world.account(name).ok_or_else(|| bad("no such account"))?,
        None => owner_of_order.ok_or_else(|| bad("which account?"))?,
    };
    let order_id = body.order_id.unwrap_or_default();
    let thing = body.resource_id.unwrap_or_else(|| order_id.clone());
    let made = match body.action {
        Action::Pay => {
            world.pay(&cause, account, &Wish { order_id, ..Wish::default() })?;
            None
        }
        Action::Cancel => {
            world.cancel(&cause, account, &order_id)?;
            None
        }
        Action::Renew => {
            let base = world.purchase_of(account, &thing)?;
            Some(world.renew_in_console(&cause, account, base)?)
        }
        Action::Unsubscribe => {
            let base = world.purchase_of(account, &thing)?;
            Some(world.unsubscribe_in_console(&cause, account, base)?)
        }
        Action::SpendCoupon => {
            let amount = body.amount.as_deref().map(fen).transpose()?;
            world.spend_coupon(&cause, account, &body.coupon_id.unwrap_or_default(), amount)?;
            None
        }
    };
    Ok(Json(json!({"order_id": made, "request_id": cause.request_id})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewOrders {
    account: Option<String>,
    amount: Option<String>,
    #[serde(default = "one")]
    count: u32,
    #[serde(default = "a_week")]
    deadline_seconds: i64,
    service_type_code: Option<String>,
    order_type: Option<u8>,
    #[serde(default)]
    discounts: Vec<NewDiscount>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewDiscount {
    discount_type: u16,
    /// Hundredths of the price that are left.
    ratio: u8,
}

fn one() -> u32 {
    1
}

fn a_week() -> i64 {
    7 * DAY / SECOND
}

async fn place_orders(
    State(shared): App,
    Json(body): Json<NewOrders>,
) -> Result<Json<serde_json::Value>, Wrong> {
    let now = shared.now();
    let mut world = shared.world();
    let name = body.account.as_deref().unwrap_or_default();
    let account = if name.is_empty() { Some(0) } else { world.account(name) };
    let account = account.ok_or_else(|| bad("no such account"))?;
    let price = body.amount.as_deref().map_or(Ok(10_000), fen)?;
    let service = match &body.service_type_code {
        None => 0,
        Some(code) => SERVICES.iter().position(|s| s.code == code).ok_or_else(|| bad("no such service"))?,
    };
    if !(0..=i64::from(u32::MAX)).contains(&price) {
        return Err(bad("no such amount"));
    }
    let line = Line {
        service: u8::try_from(service).unwrap_or_default(),
        product: 0,
        sub: 0,
        period_type: 2,
        periods: Some(1),
        quantity: 1,
        official: price,
        after: price,
        discount: 0,
    };
    let offers = body.discounts.iter().map(|discount| Offer {
        id: format!("DC{now}{:03}", discount.discount_type),
        kind: discount.discount_type,
        way: Way::Ratio(discount.ratio.min(100)),
    });
    let offers: Vec<Offer> = offers.collect();
    let order_ids: Vec<String> = (0..body.count)
        .map(|_| {
            let draft = Draft {
                created: now,
                kind: body.order_type.unwrap_or(kind::NEW),
                base: NO_BASE,
                lines: vec![line.clone()],
                offers: offers.clone(),
                status: status::AWAITING_PAYMENT,
                deadline: Some(now + body.deadline_seconds * SECOND),
            };
            let index = world.place(account, draft);
            world.order_id(account, index, 0)
        })
        .collect();
    Ok(Json(json!({"order_id": order_ids.first(), "order_ids": order_ids})))
}

/// Orders that are or were open since the start, as they really are.
async fn open_orders(State(shared): App) -> Json<Vec<serde_json::Value>> {
    let now = shared.now();
    let world = shared.world();
    let mut rows = Vec::new();
    for (account, owner) in world.accounts.iter().enumerate() {
        for (index, live) in &owner.live {
            rows.push(json!({
                "order_id": world.order_id(account, *index, 0),
                "account": owner.domain_id,
                "truth": live.truth,
                "status": live.status.at(now),
                "deadline": live.deadline.map(wire),
                "amount": Money::from_fen(live.lines.iter().map(|line| line.after).sum()),
            }));
        }
    }
    Json(rows)
}

async fn order(State(shared): App, Path(id): Path<String>) -> Result<Json<serde_json::Value>, Wrong> {
    let now = shared.now();
    let world = shared.world();
    let place = world.find(&id).ok_or_else(|| Wrong(StatusCode::NOT_FOUND, "no such order".to_owned()))?;
    let owner = &world.accounts[place.account];
    let live = owner.live.get(&place.index);
    let paid = live.and_then(|live| live.payment.as_ref());
    Ok(Json(json!({
        "order_id": world.order_id(place.account, place.index, 0),
        "account": owner.domain_id,
        "status": owner.status(place.index, now),
        "truth": live.map(|live| live.truth),
        "paid_at": paid.map(|payment| wire(payment.at)),
        "cash": paid.map(|payment| Money::from_fen(payment.cash)),
        "credit": paid.map(|payment| Money::from_fen(payment.credit)),
        "resource_ids": (0..owner.lines(place.index).len())
            .map(|at| super::world::shape::resource_id(world.seed, place.account, place.index, at))
            .collect::<Vec<_>>(),
    })))
}

async fn accounts(State(shared): App) -> Json<Vec<serde_json::Value>> {
    let world = shared.world();
    let rows = world.accounts.iter().map(|account| {
        let has = account.balances.last();
        json!({
            "name": account.name, "domain_id": account.domain_id, "ak": account.ak, "sk": account.sk,
            "kind": account.kind, "orders": account.orders.len(), "coupons": account.coupons.len(),
            "cash": Money::from_fen(has.cash), "credit_left": Money::from_fen(has.credit()),
            "credit_limit": Money::from_fen(has.credit_limit), "debt": Money::from_fen(has.debt),
        })
    });
    Json(rows.collect())
}

fn fen(text: &str) -> Result<i64, Wrong> {
    let money: Money = text.parse().map_err(|_| bad("not an amount"))?;
    let hundredths = money.decimal() * rust_decimal::Decimal::ONE_HUNDRED;
    i64::try_from(hundredths.trunc().mantissa()).map_err(|_| bad("not an amount"))
}
