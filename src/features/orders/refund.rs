//! What an unsubscription or downgrade gave back: which resource, from which original order. Asked
//! live, since it is kept nowhere else.

use std::time::Duration;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};

use super::{
    detail::Known,
    texts::{DetailTexts, Texts},
};
use crate::{
    bss::{Listed, orders::RefundInfo},
    identity::access::Actor,
    money::Money,
    state::App,
    web::{Error, Page, Ui, chip::Chip, problem::Problem},
};

/// How long a reader waits for Huawei.
const WITHIN: Duration = Duration::from_secs(15);

struct Row {
    resource: String,
    resource_id: String,
    original: Option<String>,
    region: String,
    /// Negative: given back.
    refund: Money,
    /// Consumed, or a fee: BSS does not say which.
    kept: Money,
    unknown: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "orders/refund.html")]
struct RefundPage<'a> {
    ui: &'a Ui,
    t: Texts,
    d: DetailTexts,
    order_id: &'a str,
    chip: Chip,
    rows: Vec<Row>,
    refunded: Money,
    kept: Money,
    problem: Option<Problem>,
}

/// `GET /orders/{id}/refund`.
pub async fn show(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Path(order_id): Path<String>,
) -> Result<Response, Error> {
    let known = Known::find(&app, &actor, &order_id).await?;
    let (rows, problem) = match app.readers.get(known.stored.account) {
        None => (Vec::new(), Some(Problem::switched_off(ui.locale))),
        Some(reader) => match reader.within(WITHIN).refund_orders(&order_id).await {
            Ok(refunds) => (refunds.iter().map(row).collect(), None),
            Err(error) => (Vec::new(), Some(Problem::of(&error, ui.locale))),
        },
    };
    let view = RefundPage {
        t: Texts(ui.locale),
        d: DetailTexts(ui.locale),
        order_id: &order_id,
        chip: known.chip(ui.locale),
        refunded: rows.iter().map(|row: &Row| row.refund).sum(),
        kept: rows.iter().map(|row| row.kept).sum(),
        rows,
        problem,
        ui: &ui,
    };
    Ok(Page(view).into_response())
}

fn row(listed: &Listed<RefundInfo>) -> Row {
    let info = &listed.item;
    let (refund, kept) =
        if info.amount.is_negative() { (info.amount, Money::ZERO) } else { (Money::ZERO, info.amount) };
    let first = |texts: [&Option<String>; 3]| texts.into_iter().flatten().next().cloned().unwrap_or_default();
    Row {
        resource: first([&info.resource_type_name, &info.service_type_name, &info.resource_type_code]),
        resource_id: info.id.clone().unwrap_or_default(),
        original: info.base_order_id.clone(),
        region: info.region_code.clone().unwrap_or_default(),
        refund,
        kept,
        unknown: listed.unknown_fields(),
    }
}
