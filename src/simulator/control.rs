//! The control plane: what tests see and do behind BSS's back. It listens on a port of its own
//! and asks for no credentials, so it belongs on the loopback address.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::StatusCode,
    routing::{get, post},
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    acts::{Act, Console, NewOrders, SettingsBody, Wrong, bad},
    faces,
    faults::{Rule, Standing},
    gates,
    server::Received,
    shared::Shared,
    world::{
        Cause, Doer, Effect, Mode, Settings,
        enterprise::Side,
        settings::RULES,
        times::{SECOND, wire},
    },
};
use crate::money::Money;

type App = State<Arc<Shared>>;

/// Every route of the control plane.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/ledger", get(ledger))
        .route("/requests", get(requests))
        .route("/faults", get(faults).post(add_faults).delete(clear_faults))
        .route("/mode", get(mode).post(set_mode))
        .route("/clock", get(clock).post(advance))
        .route("/settings", get(settings).post(set_settings))
        .route("/rules", get(async || Json(RULES)))
        .route("/operations", get(operations))
        .route("/console", post(console))
        .route("/orders", get(open_orders).post(place_orders))
        .route("/orders/{id}", get(order))
        .route("/accounts", get(accounts))
        .route("/messages", get(messages))
        .route("/members", get(members))
        .route("/permissions", post(gates::set_permissions))
        .route("/site", post(gates::set_site))
        .route("/session-keys", post(gates::new_session))
        .with_state(shared)
}

#[derive(Deserialize)]
struct After {
    #[serde(default)]
    after: u64,
}

async fn ledger(State(shared): App, Query(After { after }): Query<After>) -> Json<Vec<Effect>> {
    let mut world = shared.world();
    world.catch_up(shared.now());
    Json(world.ledger.iter().filter(|effect| effect.seq > after).cloned().collect())
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

async fn set_mode(State(shared): App, Json(body): Json<ModeBody>) -> Result<Json<ModeBody>, Wrong> {
    shared.change(|world| {
        world.mode = body.mode;
        ((), Some(Act::Mode { mode: body.mode }))
    })?;
    Ok(Json(body))
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
    shared.advance(body.advance_seconds * SECOND)?;
    Ok(clock(State(shared)).await)
}

/// What the simulator can be asked.
async fn operations() -> Json<Vec<serde_json::Value>> {
    let told = faces::operations().map(|operation| {
        json!({"id": operation.id, "method": operation.method, "path": operation.path, "rate": operation.rate})
    });
    Json(told.collect())
}

async fn settings(State(shared): App) -> Json<Settings> {
    Json(shared.world().settings)
}

async fn set_settings(State(shared): App, Json(body): Json<SettingsBody>) -> Result<Json<Settings>, Wrong> {
    let at = shared.now();
    let settings = shared.change(|world| {
        // What happened until now happened by the rules until now.
        world.catch_up(at);
        let done = body.happen(world).map(|()| world.settings);
        let act = done.is_ok().then_some(Act::Settings { at, body });
        (done, act)
    })??;
    Ok(Json(settings))
}

async fn console(State(shared): App, Json(body): Json<Console>) -> Result<Json<serde_json::Value>, Wrong> {
    let cause = Cause { at: shared.now(), request_id: shared.new_request_id(), actor: Doer::Console };
    let request_id = cause.request_id.clone();
    let made = shared.change(|world| {
        world.catch_up(cause.at);
        let before = world.ledger.len();
        let made = body.happen(world, &cause);
        let ledger = world.ledger.len();
        let Cause { at, request_id, .. } = cause;
        let act = (ledger > before).then_some(Act::Console { at, request_id, body, ledger });
        (made, act)
    })??;
    Ok(Json(json!({"order_id": made, "request_id": request_id})))
}

async fn place_orders(
    State(shared): App,
    Json(body): Json<NewOrders>,
) -> Result<Json<serde_json::Value>, Wrong> {
    let at = shared.now();
    let order_ids = shared.change(|world| {
        world.catch_up(at);
        let made = body.happen(world, at);
        let act = made.is_ok().then_some(Act::Orders { at, body });
        (made, act)
    })??;
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
    let rows = world.accounts.iter().enumerate().map(|(at, account)| {
        let has = account.balances.last();
        json!({
            "name": account.name, "domain_id": account.domain_id, "ak": account.ak, "sk": account.sk,
            "kind": account.kind, "region_projects": world.region_projects(at), "orders": account.orders.len(), "coupons": account.coupons.len(),
            "cash": Money::from_fen(has.cash), "credit_left": Money::from_fen(has.credit()),
            "credit_limit": Money::from_fen(has.credit_limit), "debt": Money::from_fen(has.debt),
        })
    });
    Json(rows.collect())
}

/// The text messages that were made, with their codes: only here.
async fn messages(State(shared): App) -> Json<Vec<serde_json::Value>> {
    let world = shared.world();
    let rows = world.enterprise.messages.iter().map(|message| {
        json!({
            "at": wire(message.at), "mobile_phone": message.phone, "code": message.code,
            "expires": wire(message.expires), "language": message.language,
            "sub_customer_name": message.member, "sent": message.sent, "used": message.used,
        })
    });
    Json(rows.collect())
}

/// The members of the enterprise with their money and coupons, as they really are.
async fn members(State(shared): App) -> Json<Vec<serde_json::Value>> {
    let now = shared.now();
    let mut world = shared.world();
    world.catch_up(now);
    let rows = world.enterprise.members.iter().enumerate().map(|(at, member)| {
        let has = world.money_of(Side::Member(at)).last();
        let coupons = world.coupons_of(Side::Member(at)).iter();
        json!({
            "id": member.id, "name": member.name, "status": member.status.at(now), "custody": member.custody,
            "permissions": member.permissions, "mobile_phone": member.phone,
            "is_account": member.account.is_some(), "handed_out": Money::from_fen(*member.handed.last()),
            "cash": Money::from_fen(has.cash), "credit_limit": Money::from_fen(has.credit_limit),
            "credit_used": Money::from_fen(has.credit_used), "debt": Money::from_fen(has.debt),
            "coupons": coupons.map(|coupon| json!({
                "coupon_id": coupon.id, "balance": Money::from_fen(coupon.now.last().balance),
            })).collect::<Vec<_>>(),
        })
    });
    Json(rows.collect())
}
