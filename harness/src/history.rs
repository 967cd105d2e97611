//! Plays one history: everybody acts as planned, portals and database suffer as planned; then all is healed, people
//! finish what waits for them, and what was left behind is gathered.

use std::time::Duration;

use anyhow::{Context as _, Result};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::{join, join_all};
use serde_json::json;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use uuid::Uuid;

use crate::{
    browser::Form,
    company::{MARGIN, SIGNATURE_VALID},
    console::Struck,
    deeds::{Deed, Scene, Thing},
    diary::{Diary, Entries},
    evidence::{Blow, Effect, Evidence, Kill, Mode, Operation, Sent},
    people::{Paying, People},
    plan::{Harm, Plan, Strike, Trouble},
    replica::Replica,
    resources::{Acting, Renewing},
    stage::{Placed, Stage},
    store,
    trespass::trespass,
};

/// How long after healing everything must be closed, or wait for people. Half an hour, hurried, is six seconds; plans
/// are carried on by a job, which is taken over half a minute after its holder died; the rest is for a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);
/// How long portals may take to hear of what is new; a job whose holder died is taken over after half a minute.
const HEARD_WITHIN: Duration = Duration::from_mins(2);
/// Added to the settle point before late copies are looked for.
const AFTER: Duration = Duration::from_millis(300);

/// What a history brought.
pub struct Played {
    /// What was left behind.
    pub evidence: Evidence,
    /// How many faults struck at Huawei's, by call and kind.
    pub faults: Struck,
    /// How many pages did not say in which state the operation is.
    pub stateless: u32,
    /// Why it proves nothing, if so: the simulated gateway itself was too late.
    pub void: Option<String>,
}

/// Plays `plan` with what was placed for it before.
pub async fn play(stage: &Stage, plan: &Plan, placed: &Placed) -> Result<Played> {
    let diary = Diary::default();
    let Placed { orders, resources } = placed;
    let (crowd, account) = (&stage.crowd, stage.account.name.as_str());
    let people = People { crowd, orders, resources, account, diary: &diary };
    heard(&people).await?;
    let before = {
        let mut before = stage.before.lock().await;
        *before = stage.console.last(*before).await?;
        *before
    };
    set(stage, plan).await?;
    let began_at = Utc::now();
    let start = Instant::now();
    let acted = join_all(plan.scenes.iter().map(|scene| perform(&people, stage, scene, start)));
    let harmed = join(harm(stage, plan, start), trouble(stage, plan, &diary, start));
    // Nobody waits for ever, whatever hangs.
    let _ = timeout(Duration::from_millis(plan.span) + Duration::from_secs(30), join(acted, harmed)).await;

    stage.proxy.cuts.clear();
    let faults = stage.console.clear_faults().await?;
    let (one, other) = join(stage.portals[0].heal(), stage.portals[1].heal()).await;
    one.and(other).context("healing")?;
    store::end_leases(&stage.db).await?;
    let healed_at = Utc::now();
    finish(stage, &people, began_at, before).await?;
    let ended_at = Utc::now();
    settle(stage, began_at).await?;
    let ledger = about(stage.console.ledger(before.0).await?, placed);
    let (exports, resource_exports) = last_looks(&people, &ledger).await?;

    let Entries { submissions, acts, views, denied, mut kills, stateless, .. } = diary.close();
    let cut = stage.proxy.cuts.done();
    kills.extend((0..cut).map(|_| Kill { at: healed_at, replica: Some(1), how: Blow::Commit }));
    kills.extend(stage.portals.iter().flat_map(Replica::blows));
    kills.sort_by_key(|kill| kill.at);
    let evidence = Evidence {
        seed: plan.seed,
        mode: plan.mode,
        settle_point: TimeDelta::from_std(SIGNATURE_VALID + MARGIN)?,
        began_at,
        healed_at,
        ended_at,
        patience: TimeDelta::from_std(PATIENCE)?,
        orders: orders.clone(),
        resources: resources.clone(),
        submissions,
        acts,
        views,
        denied,
        ledger,
        requests: stage.console.writes(before.1).await?,
        operations: store::operations(&stage.db, began_at).await?,
        plans: store::plans(&stage.db, began_at).await?,
        exports,
        resource_exports,
        kills,
    };
    let void = broken_promise(&evidence, plan.visible_after);
    Ok(Played { evidence, faults, stateless, void })
}

/// Waits until the portals have heard of the orders and resources.
async fn heard(people: &People<'_>) -> Result<()> {
    let orders = people.orders.iter().map(|order| format!("/orders/{}", order.id));
    let resources = people.resources.iter().map(|resource| format!("/resources/of/{}", resource.id));
    let begun = Instant::now();
    for path in orders.chain(resources) {
        known(people, &path, begun).await?;
    }
    Ok(())
}

/// Waits until there is a page at `path`.
async fn known(people: &People<'_>, path: &str, begun: Instant) -> Result<()> {
    while people.crowd.makers[0].get(0, path, true).await.is_none_or(|page| page.status != 200) {
        anyhow::ensure!(begun.elapsed() < HEARD_WITHIN, "the portal never heard of {path}");
        sleep(Duration::from_millis(300)).await;
    }
    Ok(())
}

/// Sets upstream and portals up as planned.
async fn set(stage: &Stage, plan: &Plan) -> Result<()> {
    let mode = if plan.mode == Mode::Naive { "naive" } else { "strict" };
    stage.console.mode(mode).await?;
    let settings = json!({
        "visible_after_ms": plan.visible_after,
        "unpaid_renewals_list_resources": plan.listed_unpaid,
    });
    stage.console.settings(&settings).await?;
    for (portal, Harm { points, away, armed_at_once, .. }) in stage.portals.iter().zip(&plan.harms) {
        portal.blows();
        portal.equip(points.clone(), away.clone(), *armed_at_once).await?;
    }
    if !plan.rules.is_empty() {
        stage.console.faults(&plan.rules).await?;
    }
    Ok(())
}

async fn perform(people: &People<'_>, stage: &Stage, scene: &Scene, start: Instant) {
    sleep_until(start + Duration::from_millis(scene.at)).await;
    let portal = scene.replica;
    let console = async |what: &str, act: serde_json::Value, order: Option<&str>| {
        let at = Utc::now();
        let status = stage.console.act(&act).await.ok();
        people.diary.act(at, "console", what, (None, order), status);
    };
    let id = |order: &usize| people.id(Thing::Order(*order));
    let resource = |nth: &usize| people.id(Thing::Resource(*nth));
    match &scene.deed {
        Deed::Pay { maker, order, tabs, clicks, coupon, later } => {
            let later = Duration::from_millis(*later);
            let (maker, order, tabs, clicks, coupon) = (*maker, *order, *tabs, *clicks, *coupon);
            people.pay(portal, &Paying { maker, order, tabs, clicks, coupon, later }).await;
        }
        Deed::Cancel { maker, orders, clicks } => people.cancel(portal, *maker, orders, *clicks).await,
        Deed::Renew { maker, resources, pays, tabs, clicks, by_hand } => {
            let (resources, maker, pays, tabs, clicks, by_hand) =
                (resources.clone(), *maker, *pays, *tabs, *clicks, *by_hand);
            people.renew(portal, &Renewing { maker, resources, pays, tabs, clicks, by_hand }).await;
        }
        Deed::Set { maker, resources, to, clicks } => {
            let (maker, clicks) = (*maker, *clicks);
            people.set(portal, *to, &Acting { maker, resources, clicks, regrets: false }).await;
        }
        Deed::Leave { maker, resources, clicks, regrets } => {
            let (maker, clicks, regrets) = (*maker, *clicks, *regrets);
            people.leave(portal, &Acting { maker, resources, clicks, regrets }).await;
        }
        Deed::Convert { maker, resources, clicks, regrets } => {
            let (maker, clicks, regrets) = (*maker, *clicks, *regrets);
            people.convert(portal, &Acting { maker, resources, clicks, regrets }).await;
        }
        Deed::Day { maker, days, clicks } => people.set_day(portal, *maker, *days, *clicks).await,
        Deed::Stop { maker, resource } => people.stop(portal, *maker, *resource).await,
        Deed::Decide { approver, agrees } => people.decide(portal, *approver, *agrees).await,
        Deed::Withdraw { about } => people.withdraw(portal, *about).await,
        Deed::Check { maker, about } => people.check(portal, *maker, *about).await,
        Deed::Look { viewer, about, fragment } => people.look(portal, *viewer, *about, *fragment).await,
        Deed::Trespass { order } => trespass(people, portal, *order).await,
        Deed::ConsolePay { order } => {
            console("console_pay", json!({"action": "pay", "order_id": id(order)}), Some(id(order))).await;
        }
        Deed::ConsoleCancel { order } => {
            console("console_cancel", json!({"action": "cancel", "order_id": id(order)}), Some(id(order)))
                .await;
        }
        Deed::ConsoleRenew { resource: nth } => {
            let id = resource(nth);
            let act = json!({"action": "renew", "account": stage.account.name, "resource_id": id});
            console("console_renew", act, Some(id)).await;
        }
        Deed::ConsoleLeave { resource: nth } => {
            let id = resource(nth);
            let act = json!({"action": "unsubscribe", "account": stage.account.name, "resource_id": id});
            console("console_unsubscribe", act, Some(id)).await;
        }
        Deed::ConsoleCoupon => {
            let page = people.crowd.makers[0]
                .get(portal, &format!("/orders/{}/pay", people.orders[0].id), false)
                .await;
            if let Some(coupon) = page.and_then(|page| page.choices("coupon").first().cloned()) {
                let act =
                    json!({"action": "spend_coupon", "account": stage.account.name, "coupon_id": coupon});
                console("console_spend_coupon", act, None).await;
            }
        }
    }
}

/// Strikes the portals.
async fn harm(stage: &Stage, plan: &Plan, start: Instant) {
    let strikes = stage.portals.iter().zip(&plan.harms).map(|(portal, harm)| async move {
        for (at, strike) in &harm.blows {
            sleep_until(start + Duration::from_millis(*at)).await;
            match strike {
                Strike::Kill => portal.kill(),
                Strike::Term => portal.term(),
                Strike::Pause(ms) => portal.pause(*ms),
            }
        }
    });
    join_all(strikes).await;
}

/// Troubles the database and the way to it.
async fn trouble(stage: &Stage, plan: &Plan, diary: &Diary, start: Instant) {
    for (at, trouble) in &plan.database {
        sleep_until(start + Duration::from_millis(*at)).await;
        let how = match trouble {
            Trouble::Backends => store::end_connections(&stage.db).await.ok().map(Blow::Backends),
            Trouble::CutBefore | Trouble::CutAfter => {
                stage.proxy.cuts.order(*trouble == Trouble::CutAfter);
                None
            }
            Trouble::Restart => {
                let cluster = stage.cluster.clone();
                let done = tokio::task::spawn_blocking(move || cluster.restart()).await;
                done.is_ok_and(|done| done.is_ok()).then_some(Blow::Restart)
            }
        };
        if let Some(how) = how {
            diary.write(|entries| entries.kills.push(Kill { at: Utc::now(), replica: None, how }));
        }
    }
}

/// People finish what waits for them, until nothing is open.
async fn finish(stage: &Stage, people: &People<'_>, since: DateTime<Utc>, before: (u64, u64)) -> Result<()> {
    let begun = Instant::now();
    let mut turn = 0_usize;
    while begun.elapsed() < PATIENCE {
        // Plans first: what they submit afterwards is open then.
        let plans = store::open_plans(&stage.db, since).await.unwrap_or(1);
        let open = store::open(&stage.db, since).await.unwrap_or_default();
        if open.is_empty() && plans == 0 && turn > 0 {
            break;
        }
        if turn.is_multiple_of(4) {
            people.resume().await;
        }
        if open.iter().any(|one| one.state == "PENDING_APPROVAL") {
            people.decide(turn, turn % 2, true).await;
        }
        for one in open.iter().filter(|one| one.state == "NEEDS_REVIEW") {
            let executed = took_effect(stage, since, one.id, before).await?;
            for reviewer in &people.crowd.approvers {
                people.judge(reviewer, one.id, executed).await;
            }
        }
        if turn.is_multiple_of(3) {
            for one in &open {
                people.look_at(&people.crowd.viewers[turn % 2], turn, one.id, turn.is_multiple_of(2)).await;
            }
        }
        turn += 1;
        sleep(Duration::from_millis(250)).await;
    }
    Ok(())
}

/// Whether a request of the operation had an effect, as somebody finds out who looks in Huawei's console.
async fn took_effect(stage: &Stage, since: DateTime<Utc>, id: Uuid, before: (u64, u64)) -> Result<bool> {
    let operations = store::operations(&stage.db, since).await?;
    let Some(operation) = operations.iter().find(|one| one.id == id) else { return Ok(false) };
    let requests = stage.console.writes(before.1).await?;
    Ok(requests.iter().any(|sent| sent.effect.is_some() && sent_by(operation, sent)))
}

fn sent_by(operation: &Operation, sent: &Sent) -> bool {
    operation.attempts.iter().any(|attempt| {
        attempt.x_sdk_date == sent.x_sdk_date && hex::encode(&attempt.request_sha256) == sent.body_sha256
    })
}

/// Waits until no copy of any request can take effect any more.
async fn settle(stage: &Stage, since: DateTime<Utc>) -> Result<()> {
    let Some(signed) = store::last_signed(&stage.db, since).await? else { return Ok(()) };
    let settled = signed + TimeDelta::from_std(SIGNATURE_VALID + MARGIN + AFTER)?;
    sleep((settled - Utc::now()).to_std().unwrap_or_default()).await;
    Ok(())
}

/// Everybody looks once more, and the lists of orders and of resources are downloaded, those that orders hold too.
async fn last_looks(people: &People<'_>, ledger: &[Effect]) -> Result<(Vec<String>, Vec<String>)> {
    let maker = &people.crowd.makers[0];
    let subjects = people.orders.iter().map(|order| order.id.as_str());
    let subjects = subjects.chain(people.resources.iter().map(|resource| resource.id.as_str()));
    for (at, subject) in subjects.enumerate() {
        for (operation, _) in people.diary.about(subject) {
            people.look_at(&people.crowd.viewers[at % 2], at, operation, false).await;
        }
    }
    // Read from Huawei now, whenever the lists were read last. Orders that renewals made are heard of first.
    let begun = Instant::now();
    let made = ledger.iter().filter(|effect| effect.operation == "renewal_resources");
    let orders = people.orders.iter().map(|order| &order.id).chain(made.map(|effect| &effect.subject));
    for (at, order) in orders.enumerate() {
        known(people, &format!("/orders/{order}"), begun).await?;
        maker.post(at, &Form::to(&format!("/orders/{order}/refresh"), &[])).await;
    }
    for (at, resource) in people.resources.iter().enumerate() {
        people.refresh(at, &resource.id).await;
    }
    let lists = async |path: &str| {
        let mut lists = Vec::new();
        for portal in 0..2 {
            let page = maker.insist(portal, path, false).await.context("no list")?;
            anyhow::ensure!(page.status == 200, "no list at {path}: {}", page.status);
            lists.push(page.text);
        }
        anyhow::Ok(lists)
    };
    Ok((lists("/orders/export.csv").await?, lists("/resources/export.csv?pending=shown").await?))
}

/// The effects on what was placed for this history, and on the orders that were made about it. Huawei renews some
/// resources by itself meanwhile; those are none of this history's.
fn about(ledger: Vec<Effect>, placed: &Placed) -> Vec<Effect> {
    const MAKES: [&str; 3] =
        ["renewal_resources", "cancel_resources_subscription", "update_period_to_on_demand_instantly"];
    let mut ids: Vec<String> = placed.orders.iter().map(|order| order.id.clone()).collect();
    ids.extend(placed.resources.iter().map(|resource| resource.id.clone()));
    let makes = |effect: &&Effect| MAKES.contains(&effect.operation.as_str()) && effect.actor != "system";
    ids.extend(ledger.iter().filter(makes).map(|effect| effect.subject.clone()));
    let sets_day = |effect: &Effect| effect.operation == "set_resources_renew_config";
    ledger.into_iter().filter(|effect| ids.contains(&effect.subject) || sets_day(effect)).collect()
}

/// Whether the simulated gateway let a request take effect, or be seen, later than any gateway would: on a machine
/// that is too busy it may. Such a history proves nothing about portals.
fn broken_promise(evidence: &Evidence, visible_after: u64) -> Option<String> {
    let lag = TimeDelta::milliseconds(i64::try_from(visible_after).unwrap_or_default());
    evidence.requests.iter().find_map(|sent| {
        let effect = evidence.ledger.iter().find(|effect| Some(effect.seq) == sent.effect)?;
        let latest: DateTime<Utc> = sent.x_sdk_date + evidence.settle_point;
        (effect.at + lag > latest)
            .then(|| format!("an effect of a request signed at {} came at {}", sent.x_sdk_date, effect.at))
    })
}
