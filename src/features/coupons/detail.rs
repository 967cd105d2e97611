//! One coupon: what it is worth, what it is limited to, which order holds it, what it was used for, and what it could
//! still be used for. It shows what was read before.

use std::borrow::Cow;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};

use super::{
    could::could,
    list::Glance,
    store::{self, Change, Pending, Renewable, Row},
    texts::{DetailTexts, Texts},
    words::Shown,
};
use crate::{
    bss::codes::{CouponTradeDetail, CouponVersion, Direction},
    identity::access::{Actor, Permission, Scope},
    money::Money,
    readings::Standing,
    state::App,
    web::{Error, Page, Ui, links},
};

/// Resources that one form of renewal takes.
pub(super) const RENEWED_AT_ONCE: usize = 50;

#[derive(Template)]
#[template(path = "coupons/detail.html")]
struct DetailPage<'a> {
    ui: &'a Ui,
    t: Texts,
    d: DetailTexts,
    row: &'a Row,
    coupon: Shown,
    account: &'a str,
    changes: Vec<Change>,
    orders: Vec<&'a Pending>,
    resources: Vec<&'a Renewable>,
    standing: &'a Standing,
    is_fresh: bool,
}

/// `GET /coupons/of/{id}`.
pub(super) async fn show(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let row = store::find(&app.db, &actor.scope, &id).await?.ok_or(Error::NotFound)?;
    let services = store::services(&app.db, ui.locale).await?;
    let coupon = Shown::of(&row, &services, ui.now, ui.locale)?;
    let glance = Glance::at(&app, &actor.scope).await?;
    let scope = Scope::of([row.account]);
    let pending = store::pending(&app.db, &scope, ui.now).await?;
    let renewable = match row.expires_at {
        Some(until) => store::renewable(&app.db, &scope, (ui.now, until)).await?,
        None => Vec::new(),
    };
    let could = could(row.account, &coupon.wire, (&pending, &renewable), ui.now);
    let view = DetailPage {
        t: Texts(ui.locale),
        d: DetailTexts(ui.locale),
        account: app.readers.name(row.account).unwrap_or_default(),
        changes: store::changes(&app.db, row.account, &row.coupon_id).await?,
        orders: could.orders,
        resources: could.resources,
        is_fresh: glance.standing.is_fresh(ui.now, app.settings.max_data_age),
        standing: &glance.standing,
        coupon,
        row: &row,
        ui: &ui,
    };
    Ok(Page(view).into_response())
}

impl Change {
    fn amount(&self) -> Money {
        let amount = Money::new(self.amount);
        if self.direction == Direction::Expense.code() { -amount } else { amount }
    }

    fn after(&self) -> Option<Money> {
        self.balance_after.map(Money::new)
    }
}

impl Pending {
    pub(super) fn amount(&self) -> Money {
        Money::new(self.payable)
    }
}

impl DetailPage<'_> {
    fn what(&self, change: &Change) -> Cow<'static, str> {
        CouponTradeDetail::from_code(&change.detail).name(self.ui.locale)
    }

    fn service(&self, order: &Pending) -> String {
        self.ui.locale.pick(&order.service_zh, &order.service_en).clone()
    }

    /// How it is spent.
    fn version(&self) -> Option<Cow<'static, str>> {
        let version = self.coupon.wire.coupon_version?;
        Some(match version {
            CouponVersion::SingleUse => Cow::Borrowed(self.d.single_use()),
            CouponVersion::Reusable => Cow::Borrowed(self.d.reusable()),
            CouponVersion::Unknown(_) => version.name(self.ui.locale),
        })
    }

    fn gone_since(&self) -> Option<String> {
        self.row.gone_at.map(|at| self.d.gone_since(&self.ui.at(&at).to_string()))
    }

    fn used_by(&self) -> Option<&str> {
        self.coupon.wire.order_id.as_deref().filter(|id| !id.is_empty())
    }

    fn may_cancel(&self) -> bool {
        self.ui.may(Permission::CancelOrders)
    }

    fn may_pay(&self) -> bool {
        self.ui.may(Permission::PayOrders)
    }

    fn cancel_url(&self) -> String {
        links::cancel_orders([self.row.lock_order_id.as_str()])
    }

    fn may_renew(&self) -> bool {
        self.ui.may(Permission::RenewResources) && !self.resources.is_empty()
    }

    fn renew_url(&self) -> String {
        links::renew(self.resources.iter().take(RENEWED_AT_ONCE).map(|one| one.resource_id.as_str()))
    }

    /// The resources that are listed by themselves.
    fn listed(&self) -> &[&Renewable] {
        &self.resources[..self.resources.len().min(20)]
    }

    fn more(&self) -> Option<String> {
        let more = self.resources.len() - self.listed().len();
        (more > 0).then(|| self.d.more_resources(more))
    }
}
