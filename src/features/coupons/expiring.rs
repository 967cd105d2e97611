//! Coupons that expire soon, each with what it could still be used for: orders that wait to be paid, and resources that
//! have to be renewed before. It asks nobody upstream; whether an order takes a coupon is asked on the order's page.

use askama::Template;
use axum::{
    extract::State as Extracted,
    response::{IntoResponse, Response},
};

use super::{
    could::{Could, could},
    detail::RENEWED_AT_ONCE,
    filter::{Filter, State},
    list::Glance,
    store::{self, Pending, Row},
    texts::{DetailTexts, Texts},
    words::Shown,
};
use crate::{
    identity::access::{Actor, Permission},
    money::Money,
    readings::Standing,
    state::App,
    web::{Error, Page, Ui, links, pager::Start},
};

/// Orders of a coupon that are listed.
const ORDERS: usize = 5;

/// A coupon with what it could be used for.
struct Expiring<'a> {
    row: &'a Row,
    coupon: Shown,
    could: Could<'a>,
}

impl Expiring<'_> {
    fn orders(&self) -> &[&Pending] {
        &self.could.orders[..self.could.orders.len().min(ORDERS)]
    }

    fn more_orders(&self) -> usize {
        self.could.orders.len() - self.orders().len()
    }

    fn renew_url(&self) -> String {
        links::renew(self.could.resources.iter().take(RENEWED_AT_ONCE).map(|one| one.resource_id.as_str()))
    }
}

#[derive(Template)]
#[template(path = "coupons/expiring.html")]
struct ExpiringPage<'a> {
    ui: &'a Ui,
    t: Texts,
    d: DetailTexts,
    app: &'a App,
    standing: &'a Standing,
    is_fresh: bool,
    soon: (i64, Money),
    /// The same as a list.
    all_url: String,
    all: Vec<Expiring<'a>>,
}

/// `GET /coupons/expiring`.
pub(super) async fn show(Extracted(app): Extracted<App>, ui: Ui, actor: Actor) -> Result<Response, Error> {
    let glance = Glance::at(&app, &actor.scope).await?;
    let filter = Filter { state: Some(State::Usable), soon: true, start: Start::First, ..Filter::default() };
    let rows = store::list(&app.db, &actor.scope, &filter, ui.now).await?.rows;
    let services = store::services(&app.db, ui.locale).await?;
    let orders = store::pending(&app.db, &actor.scope, ui.now).await?;
    let until = store::soon(ui.now);
    let resources = store::renewable(&app.db, &actor.scope, (ui.now, until)).await?;
    let expiring = |row| -> Result<Expiring<'_>, Error> {
        let row: &Row = row;
        let coupon = Shown::of(row, &services, ui.now, ui.locale)?;
        let could = could(row.account, &coupon.wire, (&orders, &resources), ui.now);
        Ok(Expiring { row, coupon, could })
    };
    let view = ExpiringPage {
        t: Texts(ui.locale),
        d: DetailTexts(ui.locale),
        app: &app,
        is_fresh: glance.standing.is_fresh(ui.now, app.settings.max_data_age),
        standing: &glance.standing,
        soon: glance.soon,
        all_url: format!("{}?{}", links::COUPONS, filter.query()),
        all: rows.iter().map(expiring).collect::<Result<_, Error>>()?,
        ui: &ui,
    };
    Ok(Page(view).into_response())
}

impl ExpiringPage<'_> {
    fn account(&self, row: &Row) -> &str {
        self.app.readers.name(row.account).unwrap_or_default()
    }

    fn may_renew(&self) -> bool {
        self.ui.may(Permission::RenewResources)
    }

    fn number(&self) -> String {
        self.t.number(self.soon.0)
    }
}
