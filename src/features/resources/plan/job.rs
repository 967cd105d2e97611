//! The job that carries plans on: it submits to the journal, in the name of who asked and with the rights that
//! they have at that moment, what comes next in each. A crash between any two of its lines loses nothing, since
//! the keys of all forms were chosen before.

use std::{collections::HashSet, time::Duration};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use serde_json::json;

use super::{
    End, Facts, Plan, Step, StepState,
    forward::{Next, Parts, end, next},
    pay::{Payable, payable},
    store,
};
use crate::{
    features::resources::renew::Renew,
    i18n::Locale,
    identity::people,
    jobs::{Job, Run},
    operations::{Intent, SubmitError},
    payments::Live,
    state::App,
    web::PAGE_LIMIT,
};

/// The name of the job, by which it is woken.
pub const JOB: &str = "plans";
/// How long it rests when nothing is on its way.
const PERIOD: Duration = Duration::from_secs(3);
/// How often it looks while something is.
const LOOK: Duration = Duration::from_millis(400);
/// How long one run looks.
const RUN: TimeDelta = TimeDelta::seconds(60);
/// Plans that one run looks after.
const PLANS: i64 = 200;
/// The shortest and the longest wait for what cannot be read.
const HOLD: (TimeDelta, TimeDelta) = (TimeDelta::seconds(5), TimeDelta::minutes(5));

/// Carries plans on.
pub struct CarryOn(pub App);

#[async_trait]
impl Job for CarryOn {
    fn name(&self) -> &'static str {
        JOB
    }

    fn period(&self) -> Duration {
        PERIOD
    }

    async fn run(&self, run: &Run) -> anyhow::Result<()> {
        let until = run.clock.now() + RUN;
        loop {
            let plans = store::open(&self.0.db, PLANS).await?;
            let looked = join_all(plans.iter().map(|plan| look(&self.0, plan))).await;
            let moving = looked.iter().any(|one| matches!(one, Ok(true)));
            // One plan that cannot go on does not keep the others back.
            let failed: Vec<String> =
                looked.into_iter().filter_map(|one| one.err().map(|error| format!("{error:#}"))).collect();
            anyhow::ensure!(failed.is_empty(), "{}", failed.join("; "));
            if !moving || run.clock.now() >= until {
                return Ok(());
            }
            run.clock.sleep(LOOK).await;
        }
    }
}

/// Takes a plan as far as it goes now. Whether something of it is on its way.
async fn look(app: &App, plan: &Plan) -> anyhow::Result<bool> {
    let now = app.clock.now();
    let actor = people::actor(&app.identity, plan.requester_id).await?;
    let mut stopped = plan.stopped_at.is_some();
    if !stopped && let Some(why) = plan.forbidden_to(actor.as_ref()) {
        store::stop(&app.db, plan.id, (why, None), now).await?;
        stopped = true;
    }
    // Read after the stop: what is not there now will never be, since the journal takes nothing of a plan
    // that has stopped.
    let parts = app.desk.reading().of_plan(&plan.scope(), plan.id).await?;
    let steps = store::steps(&app.db, plan.id).await?;
    let mut busy = HashSet::new();
    let mut to_do = Vec::new();
    for step in steps.iter().filter(|step| step.state == StepState::Open) {
        match next(step, Parts::of(step, &parts), stopped) {
            Next::Moving => {
                busy.insert(step.account);
            }
            Next::Waiting => {}
            Next::Ended(ended) => store::end(&app.db, plan.id, step.no, &ended, now).await?,
            next => to_do.push((step, next)),
        }
    }
    for (step, next) in to_do {
        let is_due = step.next_at.is_none_or(|at| at <= now);
        let must_wait = matches!(next, Next::Pay(_)) && waits_for_coupons(step, &steps);
        if !is_due || must_wait || busy.contains(&step.account) {
            continue;
        }
        let moves = match next {
            Next::Pay(order_id) => pay(app, (plan, step), &order_id).await?,
            _ => order(app, (plan, step)).await?,
        };
        if moves {
            busy.insert(step.account);
        }
    }
    store::close(&app.db, plan.id, app.clock.now()).await?;
    Ok(!busy.is_empty())
}

/// Whether a step before it that has not ended uses one of its coupons: what is left of the coupon then was
/// confirmed.
fn waits_for_coupons(step: &Step, all: &[Step]) -> bool {
    let mut before = all.iter().filter(|other| other.no < step.no && other.state == StepState::Open);
    let coupons = step.facts.payment.coupons();
    before.any(|other| other.facts.payment.coupons().iter().any(|used| coupons.contains(used)))
}

/// Asks the journal for the order of a step. Whether it is on its way then.
async fn order(app: &App, of: (&Plan, &Step)) -> anyhow::Result<bool> {
    let (plan, step) = of;
    let renew = renewal(&step.facts, &plan.reason);
    let intent = Intent::new(step.account, step.order_form_key, &renew).part_of(plan.id);
    submit(app, of, (intent, StepState::NotOrdered)).await
}

/// The renewal that a step asks for.
fn renewal(facts: &Facts, reason: &str) -> Renew {
    let resources = facts.resources.iter().map(|one| one.chosen.clone()).collect();
    Renew { resources, term: facts.term, reason: reason.to_owned() }
}

/// Asks the journal to pay the order of a step, if all is exactly as it was confirmed. Whether the payment is
/// on its way then.
async fn pay(app: &App, of: (&Plan, &Step), order_id: &str) -> anyhow::Result<bool> {
    let (plan, step) = of;
    if step.order_id.is_none() {
        store::ordered(&app.db, plan.id, step.no, order_id).await?;
    }
    let Some(reader) = app.readers.get(step.account) else {
        hold(app, of, ("switched_off", "{}".to_owned())).await?;
        return Ok(false);
    };
    let live = Live::read(&reader.within(PAGE_LIMIT), order_id, Locale::default(), &app.clock).await;
    let mut judged = payable(step, live, &plan.reason);
    if matches!(judged, Payable::No(_)) {
        // Its parts are read at once: one may tell of a payment that another does not know yet. What is true
        // is true in a second reading as well.
        let live = Live::read(&reader.within(PAGE_LIMIT), order_id, Locale::default(), &app.clock).await;
        judged = payable(step, live, &plan.reason);
    }
    match judged {
        Payable::Yes(confirmed) => {
            let intent = Intent::new(step.account, step.pay_form_key, confirmed.as_ref()).part_of(plan.id);
            submit(app, of, (intent, StepState::Unpaid)).await
        }
        Payable::No(ended) => {
            finish(app, of, ended).await?;
            Ok(false)
        }
        Payable::Unread(why) => {
            hold(app, of, ("unreadable", json!({ "why": why }).to_string())).await?;
            Ok(false)
        }
    }
}

/// Hands an intent to the journal, with the rights that who asked has at this moment. `without`: where the step
/// ends if the journal does not take it.
async fn submit(
    app: &App,
    of: (&Plan, &Step),
    (intent, without): (Intent, StepState),
) -> anyhow::Result<bool> {
    let (plan, step) = of;
    let actor = match people::actor(&app.identity, plan.requester_id).await? {
        Some(actor) if plan.forbidden_to(Some(&actor)).is_none() => actor,
        other => {
            let why = plan.forbidden_to(other.as_ref()).unwrap_or("disabled");
            store::stop(&app.db, plan.id, (why, None), app.clock.now()).await?;
            // Looked at again at once, so that its steps end.
            return Ok(true);
        }
    };
    let ended = match app.desk.submit(&actor, intent).await {
        // The key is this step's alone: whatever the form became, it is this step's operation.
        Ok(_) | Err(SubmitError::OtherForm { .. }) => return Ok(true),
        Err(SubmitError::Busy { operation }) => {
            End { detail: json!({ "operation": operation }).to_string(), ..end(without, None, "busy") }
        }
        Err(SubmitError::TooLate) => end(without, None, "too_late"),
        Err(SubmitError::NotAllowed) => {
            store::stop(&app.db, plan.id, ("no_right", None), app.clock.now()).await?;
            return Ok(false);
        }
        // Perhaps it was written: its key tells at the next look. Perhaps the plan was stopped meanwhile.
        Err(SubmitError::Unavailable(fault)) => {
            tracing::warn!(%fault, plan = %plan.id, step = step.no, "a step could not be submitted");
            hold(app, of, ("journal", "{}".to_owned())).await?;
            return Ok(false);
        }
    };
    finish(app, of, ended).await?;
    Ok(false)
}

async fn finish(app: &App, (plan, step): (&Plan, &Step), ended: End) -> sqlx::Result<()> {
    store::end(&app.db, plan.id, step.no, &ended, app.clock.now()).await
}

async fn hold(app: &App, (plan, step): (&Plan, &Step), why: (&str, String)) -> sqlx::Result<()> {
    let until = until(step.holds, app.clock.now());
    store::hold(&app.db, plan.id, step.no, (why.0, &why.1), until).await
}

/// Twice as long each time, within limits.
fn until(holds: i32, now: DateTime<Utc>) -> DateTime<Utc> {
    let times = 1_i32 << holds.clamp(0, 10);
    now + (HOLD.0 * times).min(HOLD.1)
}
