//! The overview: what needs a decision now, and the figures that orders can give. It counts nothing
//! itself; every number leads to its list.

pub mod texts;

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, NaiveDate, Utc};

use self::texts::Texts;
use super::{
    balance::summary as balance,
    coupons::summary as coupons,
    orders::summary::{Flow, Pending, Summary, summary, words},
    packages::summary as packages,
    resources::summary::{self as resources, Due},
};
use crate::{
    identity::access::{AccountId, Actor},
    money::Money,
    operations::{Filter, Operation, State as OperationState},
    readings::Progress,
    state::App,
    web::{
        Access, Error, Page, Routes, Ui, bars,
        chip::{self, Chip},
        links,
    },
};

/// Operations that are listed by themselves.
const LISTED: u32 = 5;

/// The overview's routes.
pub fn routes() -> Routes {
    Routes::new().get(links::OVERVIEW, Access::SignedIn, show)
}

/// An operation that somebody should look at.
struct Waiting {
    url: String,
    subject: String,
    chip: Chip,
    account: String,
    by: String,
    at: DateTime<Utc>,
    amount: Option<Money>,
}

#[derive(Template)]
#[template(path = "overview/overview.html")]
struct OverviewPage<'a> {
    ui: &'a Ui,
    t: Texts,
    app: &'a App,
    s: &'a Summary,
    /// What can pay; none for who sees no balances and coupons.
    money: Option<(balance::Summary, coupons::Summary)>,
    /// None for who sees no resources.
    expiring: Option<&'a resources::Summary>,
    /// None for who sees no packages.
    packages: Option<&'a packages::Summary>,
    waiting: Vec<Waiting>,
    /// What was paid, and what was given back.
    bars: Vec<bars::Pair>,
    /// What awaits payment, the nearest deadline first.
    pending_url: String,
}

async fn show(State(app): State<App>, ui: Ui, actor: Actor) -> Result<Response, Error> {
    let s = summary(&app, &actor.scope, ui.now, ui.locale).await?;
    let expiring =
        if ui.sees_resources() { Some(resources::summary(&app, &actor.scope, ui.now).await?) } else { None };
    let packages =
        if ui.sees_packages() { Some(packages::summary(&app, &actor.scope, ui.now).await?) } else { None };
    let money = if ui.sees_funds() {
        let balance = balance::summary(&app, &actor.scope, ui.now).await?;
        Some((balance, coupons::summary(&app, &actor.scope, ui.now).await?))
    } else {
        None
    };
    let mut waiting = Vec::new();
    if ui.sees_activity() {
        for state in [OperationState::Unknown, OperationState::NeedsReview, OperationState::PendingApproval] {
            let filter = Filter { state: Some(state), ..Filter::default() };
            let operations = app.desk.reading().list(&actor.scope, &filter, LISTED).await?;
            waiting.extend(operations.iter().map(|operation| wait(&app, &ui, operation)));
        }
    }
    let pending_url = format!("{}?status=6&sort=deadline", links::ORDERS);
    let view = OverviewPage {
        pending_url,
        t: Texts(ui.locale),
        bars: bars(&s),
        money,
        expiring: expiring.as_ref(),
        packages: packages.as_ref(),
        waiting,
        s: &s,
        app: &app,
        ui: &ui,
    };
    Ok(Page(view).into_response())
}

fn wait(app: &App, ui: &Ui, operation: &Operation) -> Waiting {
    Waiting {
        url: links::operation(operation.id.0),
        subject: operation.subject.clone(),
        chip: chip::operation(operation.state, ui.locale),
        account: app.readers.name(operation.account_id).unwrap_or_default().to_owned(),
        by: operation.requester_name.clone(),
        at: operation.created_at,
        amount: operation.amount.map(Money::new),
    }
}

fn bars(s: &Summary) -> Vec<bars::Pair> {
    let month = |(month, flow): &(NaiveDate, Flow)| {
        (month.format("%y-%m").to_string(), flow.paid_amount, flow.returned_amount)
    };
    bars::pairs(s.months.iter().map(month).collect())
}

impl OverviewPage<'_> {
    fn near(&self, figure: &packages::Figure) -> &'static str {
        packages::Texts(self.ui.locale).near(figure.near)
    }

    fn tab(&self, row: &resources::Row) -> &'static str {
        resources::tab(row.tab, self.ui.locale)
    }

    /// The columns of what expires.
    fn dues(&self) -> Vec<String> {
        Due::ALL.into_iter().map(|due| resources::due(due, self.ui.locale)).collect()
    }

    fn pending_note(&self) -> String {
        match self.s.urgent.first().and_then(|order| order.pay_until) {
            Some(due) => self.t.orders_first(self.s.pending, &self.ui.at(&due).to_string()),
            None => self.t.orders(self.s.pending),
        }
    }

    fn paid_note(&self) -> String {
        self.t.before_coupons(self.s.this_month.paid)
    }

    fn last_note(&self) -> String {
        self.t.orders(self.s.last_month.paid)
    }

    fn returned_note(&self) -> String {
        self.t.orders(self.s.this_month.returned)
    }

    fn loading_note(&self) -> Option<String> {
        self.s.loading.map(|(done, total)| self.t.loading(done, total))
    }

    fn account(&self, account: &AccountId) -> &str {
        self.app.readers.name(*account).unwrap_or_default()
    }

    fn kind(&self, order: &Pending) -> String {
        words::order_type(order.order_type, self.ui.locale).into_owned()
    }

    fn chip(&self, order: &Pending) -> Chip {
        words::status(order.status, self.ui.locale)
    }

    /// Everything paid in this month; with unsubscriptions alone, those.
    fn month_url(&self, returned: bool) -> String {
        let (from, to) = self.s.month_days;
        let kind = if returned { "type=4&" } else { "" };
        format!("{}?{kind}paid_from={from}&paid_to={to}", links::ORDERS)
    }

    fn earmarked(&self, balance: &balance::Summary) -> Option<String> {
        let part = balance.funds.earmarked;
        (!part.is_zero()).then(|| self.t.earmarked(&part.to_string()))
    }

    /// Readings of what can pay that failed: account, why, when.
    fn unread(
        &self,
        balance: &balance::Summary,
        coupons: &coupons::Summary,
    ) -> Vec<(String, String, DateTime<Utc>)> {
        let told = |(progress, why, at): (&Progress, &str, DateTime<Utc>)| {
            (self.account(&progress.account).to_owned(), why.to_owned(), at)
        };
        balance.standing.failures().chain(coupons.standing.failures()).map(told).collect()
    }

    fn is_calm(&self) -> bool {
        self.s.urgent.is_empty() && self.waiting.is_empty()
    }

    fn has_flow(&self) -> bool {
        self.s.months.iter().any(|(_, flow)| *flow != Flow::default())
    }
}
