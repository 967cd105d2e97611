//! One operation: where it stands in words, its course, what was asked, what was sent and answered, and
//! what the reader can do. It asks nobody upstream.

use askama::Template;
use axum::{
    extract::{Path, State as Extract},
    http::{HeaderName, HeaderValue, StatusCode},
    response::{Html, IntoResponse, Response},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    course::{Moment, course},
    evidence::{self, Read},
    list::names,
    payload::Asked,
    stand::{Around, Fact, Stand, known_by, stand},
    texts, words,
};
use crate::{
    bss::Unsubscribed,
    identity::access::{Actor, Permission},
    operations::{Attempt, Note, OperationId, Outcome, PartOf, Review, State, Story},
    state::App,
    web::{Error, Page, Ui, form::Query, links, term::term},
};

/// After this long in one state the page asks less often.
const SOON: TimeDelta = TimeDelta::minutes(1);

/// Tells the rest of the page that something about operations has changed.
pub(super) const CHANGED: (HeaderName, HeaderValue) =
    (HeaderName::from_static("hx-trigger"), HeaderValue::from_static("operations"));

/// What a page that looks again has seen already.
#[derive(Debug, Deserialize)]
pub(super) struct Seen {
    seen: Option<String>,
    /// The form had been posted before, and asked for this in another way then.
    first: Option<String>,
}

/// What is to be said about an act that was not done, with what was typed for it.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// It was not possible any more.
    pub(super) not_now: bool,
    /// The form had been posted before, and asked for this in another way then.
    pub(super) as_first_sent: bool,
    /// Somebody wanted to reject it.
    pub(super) rejecting: Option<Typed>,
    /// Somebody wanted to conclude something.
    pub(super) judging: Option<Typed>,
}

/// What was typed into a form that was not accepted, and why not.
#[derive(Debug, Default)]
pub(super) struct Typed {
    pub(super) executed: Option<bool>,
    pub(super) reason: String,
    /// What is wrong with the answer that was chosen.
    pub(super) wrong_answer: &'static str,
    /// What is wrong with the reason.
    pub(super) wrong_reason: &'static str,
}

/// What the reader can do.
struct Acts {
    withdraw: bool,
    look: Option<&'static str>,
    approve: bool,
    judge: Judge,
    /// Until then nobody can conclude that it was not executed.
    may_take_effect_until: Option<DateTime<Utc>>,
    again: Option<String>,
}

/// Whether the reader can say what became of it.
#[derive(PartialEq, Eq)]
enum Judge {
    No,
    May,
    /// They have, in this round.
    Did,
}

#[derive(Template)]
#[template(path = "activity/operation.html", blocks = ["operation"])]
struct OperationPage {
    ui: Ui,
    t: texts::Texts,
    kind: String,
    stand: Stand,
    course: Vec<Moment>,
    read: Option<Read>,
    contradictions: Vec<String>,
    acts: Acts,
    asked: Option<Asked>,
    account: String,
    payload_hex: String,
    poll: Option<&'static str>,
    version: String,
    not_now: bool,
    /// The form had been posted before, and asked for this in another way then.
    as_first_sent: bool,
    rejecting: Typed,
    judging: Typed,
    story: Story,
}

impl OperationPage {
    fn url(&self, act: &str) -> String {
        format!("{}/{act}", self.here())
    }

    fn here(&self) -> String {
        links::operation(self.story.operation.id.0)
    }

    /// For how long something is renewed.
    fn term(&self) -> Option<String> {
        Some(term(self.asked.as_ref()?.term?, self.ui.locale))
    }

    /// What is unsubscribed.
    fn what(&self) -> Option<&'static str> {
        Some(match self.asked.as_ref()?.what? {
            Unsubscribed::Resource => self.t.whole_resource(),
            Unsubscribed::UnstartedTerms => self.t.unstarted_terms(),
        })
    }

    /// Why, as Huawei is told.
    fn told(&self) -> Option<String> {
        let told = self.asked.as_ref()?.told.as_ref()?;
        let reason = told.reason.name(self.ui.locale);
        Some(if told.words.is_empty() { reason.into_owned() } else { format!("{reason} · {}", told.words) })
    }

    /// The order that it is about, or that it made.
    fn order(&self) -> Option<String> {
        let operation = &self.story.operation;
        match operation.kind.as_str() {
            "pay_order" | "cancel_order" => Some(links::order(&operation.subject)),
            _ => operation.upstream_order_id.as_deref().map(links::order),
        }
    }

    /// Where what it gave back is compared with what was estimated.
    fn refunds(&self) -> Option<String> {
        let operation = &self.story.operation;
        let gave_back = operation.kind == "unsubscribe" && operation.upstream_order_id.is_some();
        gave_back.then(|| links::refunds(operation.id.0))
    }

    /// The plan that it is a part of, if the reader may see it.
    fn plan(&self) -> Option<String> {
        match self.story.part_of.as_ref()? {
            PartOf::Seen { plan, .. } => Some(links::plan(*plan)),
            PartOf::Unseen => None,
        }
    }

    /// By what it was decided how many must agree, where that is not its own amount.
    fn approvals_by(&self) -> Option<String> {
        let operation = &self.story.operation;
        let part_of = self.story.part_of.as_ref()?;
        let asks = operation.amount.is_some() && operation.needs_approvals > 0;
        asks.then(|| match part_of {
            PartOf::Seen { amount, .. } => self.t.by_plan_sum(&amount.to_string()),
            PartOf::Unseen => self.t.by_plan_sum_unseen().to_owned(),
        })
    }

    fn needs_review(&self) -> bool {
        self.story.operation.state == State::NeedsReview
    }

    /// People disagree, so that one more is needed, or another look.
    fn opinions_differ(&self) -> bool {
        let mut verdicts = self.story.reviews.iter().map(|review| review.verdict.as_str());
        let first = verdicts.next();
        verdicts.any(|verdict| Some(verdict) != first)
    }

    fn opinion(&self, review: &Review) -> (&'static str, &'static str) {
        if review.verdict == "executed" {
            ("done", self.t.says_executed())
        } else {
            ("final", self.t.says_not_executed())
        }
    }

    fn outcome(&self, attempt: &Attempt) -> (&'static str, &'static str, &'static str) {
        match attempt.outcome {
            None => ("progress", "send", self.t.outcome_armed()),
            Some(Outcome::Unknown) => ("unknown", "unknown", self.t.outcome_unknown()),
            // Found, but brought about by something else.
            Some(Outcome::Executed) if self.story.operation.why() == Some(Note::DoneElsewhere) => {
                ("final", "history", self.t.outcome_elsewhere())
            }
            // Huawei's word alone; nobody has seen the effect yet.
            Some(Outcome::Executed) if attempt.evidence.is_none() => {
                ("progress", "check", self.t.outcome_accepted())
            }
            Some(Outcome::Executed) => ("done", "done", self.t.outcome_executed()),
            Some(Outcome::NotExecuted) => ("final", "failed", self.t.outcome_not_executed()),
        }
    }

    fn approvers(&self) -> String {
        let agreed = self.story.approvals.iter().filter(|approval| approval.decision == "approve");
        agreed.map(|approval| approval.approver_name.as_str()).collect::<Vec<_>>().join(", ")
    }
}

/// The page, or only what changes on it for HTMX; nothing when that is on the page already.
pub(super) async fn show(
    Extract(app): Extract<App>,
    actor: Actor,
    ui: Ui,
    Path(id): Path<Uuid>,
    Query(asked): Query<Seen>,
) -> Result<Response, Error> {
    let said = Said { as_first_sent: asked.first.is_some(), ..Said::default() };
    let page = page(&app, &actor, ui, id, said).await?;
    if !page.ui.htmx {
        return Ok(Page(page).into_response());
    }
    if asked.seen.as_ref() == Some(&page.version) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    Ok(([CHANGED], Html(page.as_operation().render()?)).into_response())
}

/// The page as the answer to an act that was not done.
pub(super) async fn answer(
    (app, actor, ui): (&App, &Actor, Ui),
    id: Uuid,
    (status, said): (StatusCode, Said),
) -> Result<Response, Error> {
    Ok((status, Page(page(app, actor, ui, id, said).await?)).into_response())
}

async fn page(app: &App, actor: &Actor, ui: Ui, id: Uuid, said: Said) -> Result<OperationPage, Error> {
    let reading = app.desk.reading();
    let story = reading.find(&actor.all_accounts, OperationId(id)).await?.ok_or(Error::NotFound)?;
    let operation = &story.operation;
    let (t, w) = (texts::Texts(ui.locale), words::Texts(ui.locale));
    let quarantine = if operation.state == State::Ready { reading.quarantine().await? } else { None };
    let asked = Asked::of(operation);
    let mine = operation.requester_id == actor.id;
    // What waits a little changes soon after.
    let moves = operation.held_until.map_or(operation.state_since, |until| until.max(operation.state_since));
    let poll =
        (!operation.state.is_final()).then(|| if ui.now - moves < SOON { "every 2s" } else { "every 10s" });
    let acts = acts(&story, actor, &ui, t);
    let reviewed = operation.state == State::NeedsReview || !story.reviews.is_empty();
    Ok(OperationPage {
        kind: w.kind(&operation.kind).to_owned(),
        stand: stand(&story, &Around { ui: &ui, asked: asked.as_ref(), mine, quarantine }),
        course: course(&story, &ui),
        read: evidence::read(&story, asked.as_ref(), &ui),
        contradictions: if reviewed {
            evidence::contradictions(&story, asked.as_ref(), &ui)
        } else {
            Vec::new()
        },
        account: names(app, actor).remove(&operation.account_id).unwrap_or_default(),
        payload_hex: hex::encode(&operation.payload_sha256),
        version: version(&story, (poll, &acts, quarantine, ui.now)),
        not_now: said.not_now,
        as_first_sent: said.as_first_sent,
        rejecting: said.rejecting.unwrap_or_default(),
        judging: said.judging.unwrap_or_default(),
        poll,
        acts,
        asked,
        story,
        ui,
        t,
    })
}

/// Names all that the page is made of: while it stays the same, there is nothing to put in anew. Of the
/// time, only what the page says differently once it has passed.
fn version(
    story: &Story,
    (poll, acts, quarantine, now): (Option<&str>, &Acts, Option<DateTime<Utc>>, DateTime<Utc>),
) -> String {
    let operation = &story.operation;
    let passed = [Some(operation.next_at), operation.held_until, known_by(story), acts.may_take_effect_until]
        .map(|at| at.is_some_and(|at| at <= now));
    let all = format!("{story:?} {poll:?} {passed:?} {:?} {quarantine:?}", acts.may_take_effect_until);
    hex::encode(&Sha256::digest(all)[..8])
}

fn acts(story: &Story, actor: &Actor, ui: &Ui, t: texts::Texts) -> Acts {
    let operation = &story.operation;
    let mine = operation.requester_id == actor.id;
    let decided = story.approvals.iter().any(|approval| approval.approver_id == actor.id);
    let judged = story.reviews.iter().any(|review| review.reviewer_id == actor.id);
    let look = match operation.state {
        State::Ready if operation.next_at > ui.now && story.stop.is_none() => Some(t.try_now()),
        State::Unknown | State::Confirming => Some(t.check_now()),
        State::NeedsReview if actor.may(Permission::Review) => Some(t.look_again()),
        _ => None,
    };
    let ended_without = operation.state.is_final() && operation.state != State::Succeeded;
    let again = match operation.kind.as_str() {
        "pay_order" if actor.may(Permission::PayOrders) => Some(links::pay_order(&operation.subject)),
        "cancel_order" if actor.may(Permission::CancelOrders) => {
            Some(links::cancel_orders([operation.subject.as_str()]))
        }
        "auto_renew_on" | "auto_renew_off" if actor.may(Permission::SetRenewal) => {
            Some(links::auto_renewal([operation.subject.as_str()]))
        }
        "at_expiry_on" | "at_expiry_off" if actor.may(Permission::SetRenewal) => {
            Some(links::at_expiry([operation.subject.as_str()]))
        }
        "convert" if actor.may(Permission::ConvertResources) => {
            Some(links::convert([operation.subject.as_str()]))
        }
        "renewal_day" if actor.may(Permission::SetRenewal) => Some(links::RENEWAL_DAYS.to_owned()),
        "unsubscribe" if actor.may(Permission::UnsubscribeResources) => Asked::of(operation)
            .map(|asked| links::unsubscribe(asked.resources.iter().map(|one| one.id.as_str()))),
        _ => None,
    };
    // What was to be switched off is offered so again.
    let again = again.map(|url| if operation.kind.ends_with("_off") { format!("{url}&to=off") } else { url });
    Acts {
        withdraw: mine && matches!(operation.state, State::PendingApproval | State::Ready),
        look: look.filter(|_| actor.may(Permission::Refresh)),
        approve: operation.state == State::PendingApproval
            && !mine
            && !decided
            && actor.may(Permission::Approve),
        judge: match operation.state {
            State::NeedsReview if judged => Judge::Did,
            State::NeedsReview if actor.may(Permission::Review) => Judge::May,
            _ => Judge::No,
        },
        may_take_effect_until: story.may_take_effect_until().filter(|at| ui.now <= *at),
        again: again.filter(|_| ended_without),
    }
}
