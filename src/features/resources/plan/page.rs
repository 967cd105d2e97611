//! One plan: where each of its steps stands, what it came to, and what the reader can do next. It asks nobody
//! upstream.

use askama::Template;
use axum::{
    extract::{Path, State as Extract},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{
    Payment, Plan, Price, Step, StepState,
    forward::Parts,
    job::JOB,
    store,
    texts::{self, Texts},
};
use crate::{
    identity::access::{Actor, Permission},
    jobs,
    money::Money,
    operations::{Confirmed as _, OperationId, Part},
    payments::PayOrder,
    state::App,
    web::{
        Error, Page, Ui,
        chip::{self, Chip},
        form::Query,
        links,
    },
};

/// What a page that looks again has seen already.
#[derive(Debug, Deserialize)]
pub(super) struct Seen {
    seen: Option<String>,
    /// The form had been posted before, and asked for something else then.
    first: Option<String>,
}

#[derive(Template)]
#[template(path = "resources/plan/page.html", blocks = ["plan"])]
struct PlanPage {
    ui: Ui,
    t: Texts,
    plan: Plan,
    chip: Chip,
    rows: Vec<Row>,
    sums: Vec<(&'static str, Money)>,
    approvals: String,
    may_stop: bool,
    as_first_sent: bool,
    version: String,
}

struct Row {
    no: i32,
    state: StepState,
    resources: Vec<Renewed>,
    account: String,
    term: String,
    payment: String,
    price: Price,
    chip: Chip,
    why: String,
    changes: Vec<(&'static str, String, String)>,
    order: Option<String>,
    operations: Vec<(String, &'static str, Chip)>,
    acts: Vec<(String, &'static str)>,
}

struct Renewed {
    id: String,
    name: String,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
}

/// What belongs to why a step ended.
#[derive(Debug, Default, Deserialize)]
struct Detail {
    #[serde(default)]
    differences: Vec<Differing>,
    short: Option<Money>,
    #[serde(default)]
    orders: Vec<String>,
    operation: Option<OperationId>,
}

#[derive(Debug, Deserialize)]
struct Differing {
    fact: String,
    confirmed: String,
    live: String,
}

/// `GET /resources/plans/{id}`: the page, or only what changes on it for HTMX.
pub(super) async fn show(
    Extract(app): Extract<App>,
    actor: Actor,
    ui: Ui,
    Path(id): Path<Uuid>,
    Query(asked): Query<Seen>,
) -> Result<Response, Error> {
    let plan = store::find(&app.db, &actor.all_accounts, id).await?.ok_or(Error::NotFound)?;
    let parts = app.desk.reading().of_plan(&actor.all_accounts, id).await?;
    let steps = store::steps(&app.db, id).await?;
    let all = format!("{plan:?} {steps:?} {parts:?}");
    let version = hex::encode(&Sha256::digest(all)[..8]);
    if ui.htmx && asked.seen.as_ref() == Some(&version) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let t = Texts(ui.locale);
    let rows: Vec<Row> = steps.iter().map(|step| row(&app, &ui, step, Parts::of(step, &parts))).collect();
    let needed = approvals(&app, &plan, &parts).await?;
    let amount = plan.amount.to_string();
    let page = PlanPage {
        chip: look(&plan, steps.iter().map(|step| step.state), t),
        sums: sums(&plan, &steps, t),
        approvals: match needed {
            _ if plan.amount.is_zero() => String::new(),
            0 => t.approvals_none().to_owned(),
            1 => t.approvals_one(&amount),
            n => t.approvals(n, &amount),
        },
        may_stop: plan.stopped_at.is_none()
            && plan.closed_at.is_none()
            && actor.may(Permission::RenewResources),
        as_first_sent: asked.first.is_some(),
        version,
        rows,
        plan,
        ui,
        t,
    };
    if page.ui.htmx {
        return Ok(Html(page.as_plan().render()?).into_response());
    }
    Ok(Page(page).into_response())
}

/// `POST /resources/plans/{id}/stop`: nothing more of it is submitted, for good.
pub(super) async fn stop(
    Extract(app): Extract<App>,
    actor: Actor,
    Path(id): Path<Uuid>,
) -> Result<Redirect, Error> {
    let plan = store::find(&app.db, &actor.all_accounts, id).await?.ok_or(Error::NotFound)?;
    let by = ("person", Some(actor.username.as_str()));
    if store::stop(&app.db, plan.id, by, app.clock.now()).await? {
        tracing::info!(plan = %plan.id, by = %actor.username, "plan stopped");
        jobs::wake(&app.db, JOB).await?;
    }
    Ok(Redirect::to(&links::plan(plan.id)))
}

/// How many others must agree to each payment: what the journal asked for, or would.
async fn approvals(app: &App, plan: &Plan, parts: &[Part]) -> Result<i16, Error> {
    let asked = parts.iter().map(|part| part.needs_approvals).max().unwrap_or_default();
    let would = app.desk.reading().approvals_needed(PayOrder::KIND, Some(plan.amount)).await?;
    Ok(if plan.closed_at.is_some() { asked } else { asked.max(would) })
}

/// How a plan looks.
pub(super) fn look(plan: &Plan, states: impl Iterator<Item = StepState>, t: Texts) -> Chip {
    let mut without = false;
    for state in states {
        without |= matches!(state, StepState::Unpaid | StepState::NotOrdered);
    }
    match (plan.closed_at.is_some(), plan.stopped_at.is_some()) {
        (false, false) => Chip::of("progress", "progress", t.going()),
        (false, true) => Chip::of("decision", "paused", t.stopping()),
        (true, true) => Chip::of("final", "paused", t.stopped()),
        (true, false) if without => Chip::of("decision", "warning", t.ended_without()),
        (true, false) => Chip::of("done", "done", t.ended()),
    }
}

fn sums(plan: &Plan, steps: &[Step], t: Texts) -> Vec<(&'static str, Money)> {
    let of = |wanted: &[StepState], part: fn(&Price) -> Money| -> Money {
        let those = steps.iter().filter(|step| wanted.contains(&step.state));
        those.filter(|step| step.why != "elsewhere").map(|step| part(&step.facts.price)).sum()
    };
    let payable = |price: &Price| price.payable;
    let from_balance = |price: &Price| price.from_balance;
    let is_paid = |step: &&Step| step.facts.payment != Payment::OrderOnly;
    let confirmed: Money = steps.iter().filter(is_paid).map(|step| step.facts.price.from_balance).sum();
    let mut sums = vec![(t.sum_confirmed(), plan.amount)];
    if confirmed != plan.amount {
        sums.push((t.sum_by_coupons(), plan.amount - confirmed));
        sums.push((t.sum_from_balance(), confirmed));
    }
    sums.push((t.sum_paid(), of(&[StepState::Paid], from_balance)));
    let more = [
        (t.sum_open(), of(&[StepState::Open], payable)),
        (t.sum_unpaid(), of(&[StepState::Unpaid, StepState::Ordered], payable)),
        (t.sum_not_ordered(), of(&[StepState::NotOrdered], payable)),
    ];
    sums.extend(more.into_iter().filter(|(_, sum)| !sum.is_zero()));
    sums
}

fn row(app: &App, ui: &Ui, step: &Step, parts: Parts<'_>) -> Row {
    let t = Texts(ui.locale);
    let facts = &step.facts;
    let detail: Detail = serde_json::from_str(&step.detail).unwrap_or_default();
    let order = step.order_id.clone().or_else(|| parts.order.and_then(|part| part.upstream_order_id.clone()));
    let operation = |part: &Part, word| {
        (links::operation(part.operation.0), word, chip::operation(part.state, ui.locale))
    };
    let submitted = parts.order.iter().map(|part| operation(part, t.ordering()));
    let submitted = submitted.chain(parts.pay.iter().map(|part| operation(part, t.paying())));
    // What an open step once waited for is told only while it still does.
    let is_past = step.state == StepState::Open && step.next_at.is_none_or(|at| at <= ui.now);
    let why = match detail.short {
        Some(short) => t.short(&short.to_string()),
        None if is_past => String::new(),
        None => t.why(&step.why).to_owned(),
    };
    let mut acts = acts(ui, step, order.as_deref(), &detail.orders);
    if let Some(holder) = detail.operation {
        acts.push((links::operation(holder.0), t.see_operation()));
    }
    Row {
        no: step.no,
        state: step.state,
        resources: facts
            .resources
            .iter()
            .map(|one| Renewed {
                id: one.chosen.id.clone(),
                name: one.chosen.shown.name.clone(),
                from: one.chosen.expire_time,
                until: one.until,
            })
            .collect(),
        account: app.readers.name(step.account).unwrap_or_default().to_owned(),
        term: texts::term(facts.term, ui.locale),
        payment: match &facts.payment {
            Payment::OrderOnly => t.pay_order_only().to_owned(),
            Payment::Now(with) => {
                let discount = with.discount.as_ref().map(|_| t.pay_discount().to_owned());
                let coupons = (!with.coupons.is_empty()).then(|| t.pay_coupons(with.coupons.len()));
                let with: Vec<String> = discount.into_iter().chain(coupons).collect();
                if with.is_empty() {
                    t.pay_balance().to_owned()
                } else {
                    t.pay_with(&with.join(ui.locale.pick("、", ", ")))
                }
            }
        },
        price: facts.price,
        chip: step_chip(step, parts, t, ui),
        why,
        changes: detail.differences.iter().map(|one| change(one, t)).collect(),
        order,
        operations: submitted.collect(),
        acts,
    }
}

fn step_chip(step: &Step, parts: Parts<'_>, t: Texts, ui: &Ui) -> Chip {
    match step.state {
        StepState::Paid => return Chip::of("done", "done", t.paid()),
        StepState::Ordered => return Chip::of("done", "done", t.ordered()),
        StepState::Unpaid => return Chip::of("decision", "warning", t.unpaid()),
        StepState::NotOrdered => return Chip::of("final", "failed", t.not_ordered()),
        StepState::Open => {}
    }
    match (parts.order, parts.pay) {
        (_, Some(pay)) => chip::operation(pay.state, ui.locale),
        (Some(order), None) if order.state == crate::operations::State::Succeeded => {
            Chip::of("progress", "clock", t.to_be_paid())
        }
        (Some(order), None) => chip::operation(order.state, ui.locale),
        (None, None) => Chip::of("final", "clock", t.queued()),
    }
}

fn change(one: &Differing, t: Texts) -> (&'static str, String, String) {
    let live = if one.live == "not_usable" { t.not_usable().to_owned() } else { format!("¥{}", one.live) };
    (t.fact(&one.fact), format!("¥{}", one.confirmed), live)
}

/// What the reader can do about a step that ended.
fn acts(ui: &Ui, step: &Step, order: Option<&str>, orders: &[String]) -> Vec<(String, &'static str)> {
    let t = Texts(ui.locale);
    let mut acts = Vec::new();
    match (step.state, order) {
        (StepState::Unpaid, _) if orders.len() > 1 => {
            acts.extend(orders.iter().map(|order| (links::order(order), t.order())));
        }
        (StepState::Ordered | StepState::Unpaid, Some(order)) => {
            if ui.may(Permission::PayOrders) {
                acts.push((links::pay_order(order), t.pay_by_hand()));
            }
            if ui.may(Permission::CancelOrders) {
                acts.push((links::cancel_orders([order]), t.cancel()));
            }
        }
        (StepState::NotOrdered, _) if ui.may(Permission::RenewResources) => {
            let ids = step.facts.resources.iter().map(|one| one.chosen.id.as_str());
            acts.push((links::renew(ids), t.renew_again()));
        }
        _ => {}
    }
    acts
}

impl PlanPage {
    fn here(&self) -> String {
        links::plan(self.plan.id)
    }

    fn again(&self) -> String {
        format!("{}?seen={}", links::plan(self.plan.id), self.version)
    }

    fn stop_url(&self) -> String {
        format!("{}/stop", links::plan(self.plan.id))
    }

    fn stop_words(&self) -> String {
        let why = self.plan.stop_why.as_deref().unwrap_or_default();
        self.t.stop(why, self.plan.stopped_by.as_deref().unwrap_or_default())
    }
}
