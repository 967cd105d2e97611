//! One operation: where it stands in words, its course, what was asked, what was sent and answered, and
//! what the reader can do. It asks nobody upstream.

use askama::Template;
use axum::{
    extract::{Path, State as Extract},
    response::{Html, IntoResponse, Response},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::{list::names, texts, words};
use crate::{
    bss::{codes::OrderStatus, explain::explain},
    identity::access::{Actor, Permission},
    money::Money,
    operations::{Attempt, Note, OperationId, Outcome, State, Story},
    state::App,
    web::{Error, Page, Ui, form::Query, links},
};

/// After this long in one state the page asks less often.
const SOON: TimeDelta = TimeDelta::minutes(1);

/// What the URL says about the last act.
#[derive(Debug, Deserialize)]
pub(super) struct Said {
    late: Option<String>,
    first: Option<String>,
    reason: Option<String>,
}

/// What a payload says about money, as far as its kind says it.
#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    expected: Option<Expected>,
    #[serde(default)]
    coupons: Vec<Chosen>,
    #[serde(default)]
    discount: Option<Chosen>,
    #[serde(default)]
    after_discount: Option<Money>,
    shown: Option<Shown>,
    #[serde(default)]
    reason: String,
}

#[derive(Deserialize)]
struct Expected {
    official: Money,
    after_discount: Money,
    from_balance: Money,
}

#[derive(Deserialize)]
struct Chosen {
    id: String,
    amount: Money,
}

#[derive(Deserialize)]
struct Shown {
    service: String,
    pay_until: Option<DateTime<Utc>>,
}

/// One line of the course.
struct Moment {
    tone: &'static str,
    icon: &'static str,
    what: String,
    at: DateTime<Utc>,
    current: bool,
    words: String,
    code: String,
    differences: Vec<Changed>,
}

struct Changed {
    fact: String,
    confirmed: String,
    live: String,
}

/// The box that says where it stands.
struct Stand {
    tone: &'static str,
    icon: &'static str,
    word: &'static str,
    head: String,
    text: String,
}

/// What the reader can do.
struct Acts {
    withdraw: bool,
    look: Option<&'static str>,
    approve: bool,
    judge: bool,
    /// Until then nobody can conclude that it was not executed.
    may_take_effect_until: Option<DateTime<Utc>>,
    again: Option<String>,
}

#[derive(Template)]
#[template(path = "activity/operation.html", blocks = ["operation"])]
struct OperationPage {
    ui: Ui,
    t: texts::Texts,
    kind: String,
    stand: Stand,
    course: Vec<Moment>,
    evidence: Vec<(&'static str, String)>,
    acts: Acts,
    asked: Option<Asked>,
    account: String,
    payload_hex: String,
    poll: Option<&'static str>,
    late: bool,
    /// The form had been posted before, and asked for this in another way then.
    as_first_sent: bool,
    reason_missing: bool,
    story: Story,
}

impl OperationPage {
    fn url(&self, act: &str) -> String {
        format!("{}/{act}", links::operation(self.story.operation.id.0))
    }

    fn here(&self) -> String {
        links::operation(self.story.operation.id.0)
    }

    fn order(&self) -> String {
        links::order(&self.story.operation.subject)
    }

    fn outcome(&self, attempt: &Attempt) -> &'static str {
        match attempt.outcome {
            None => self.t.outcome_armed(),
            Some(Outcome::Unknown) => self.t.outcome_unknown(),
            Some(Outcome::Executed) => self.t.outcome_executed(),
            Some(Outcome::NotExecuted) => self.t.outcome_not_executed(),
        }
    }

    fn approvers(&self) -> String {
        let agreed = self.story.approvals.iter().filter(|approval| approval.decision == "approve");
        agreed.map(|approval| approval.approver_name.as_str()).collect::<Vec<_>>().join(", ")
    }
}

/// The page, or only what changes on it for HTMX.
pub(super) async fn show(
    Extract(app): Extract<App>,
    actor: Actor,
    ui: Ui,
    Path(id): Path<Uuid>,
    Query(said): Query<Said>,
) -> Result<Response, Error> {
    let story =
        app.desk.reading().find(&actor.all_accounts, OperationId(id)).await?.ok_or(Error::NotFound)?;
    let (t, w) = (texts::Texts(ui.locale), words::Texts(ui.locale));
    let operation = &story.operation;
    let asked: Option<Asked> = serde_json::from_str(&operation.payload).ok();
    let account = names(&app, &actor).remove(&operation.account_id).unwrap_or_default();
    let poll = (!operation.state.is_final())
        .then(|| if ui.now - operation.state_since < SOON { "every 2s" } else { "every 10s" });
    let page = OperationPage {
        kind: w.kind(&operation.kind).to_owned(),
        stand: stand(&story, asked.as_ref(), &ui, app.desk.settle_point()),
        course: course(&story, &ui),
        evidence: evidence(&story, &ui),
        acts: Acts {
            may_take_effect_until: story.may_take_effect_until().filter(|at| ui.now <= *at),
            ..acts(&story, &actor, t)
        },
        account,
        payload_hex: hex::encode(&operation.payload_sha256),
        poll,
        late: said.late.is_some(),
        as_first_sent: said.first.is_some(),
        reason_missing: said.reason.is_some(),
        asked,
        story,
        ui,
        t,
    };
    if page.ui.htmx {
        Ok(Html(page.as_operation().render()?).into_response())
    } else {
        Ok(Page(page).into_response())
    }
}

fn acts(story: &Story, actor: &Actor, t: texts::Texts) -> Acts {
    let operation = &story.operation;
    let mine = operation.requester_id == actor.id;
    let decided = story.approvals.iter().any(|approval| approval.approver_id == actor.id);
    let judged = story.reviews.iter().any(|review| review.reviewer_id == actor.id);
    let look = match operation.state {
        State::Ready if operation.holds > 0 => Some(t.try_now()),
        State::Unknown | State::Confirming => Some(t.check_now()),
        State::NeedsReview if actor.may(Permission::Review) => Some(t.look_again()),
        _ => None,
    };
    let may_ask = match operation.kind.as_str() {
        "pay_order" => actor.may(Permission::PayOrders),
        _ => actor.may(Permission::CancelOrders),
    };
    let ended_without = matches!(
        operation.state,
        State::Failed | State::Stale | State::Expired | State::Cancelled | State::Rejected
    );
    let again = (ended_without && may_ask).then(|| match operation.kind.as_str() {
        "pay_order" => links::pay_order(&operation.subject),
        _ => links::cancel_orders([operation.subject.as_str()]),
    });
    Acts {
        withdraw: mine && matches!(operation.state, State::PendingApproval | State::Ready),
        look: look.filter(|_| actor.may(Permission::Refresh)),
        approve: operation.state == State::PendingApproval
            && !mine
            && !decided
            && actor.may(Permission::Approve),
        judge: operation.state == State::NeedsReview && !judged && actor.may(Permission::Review),
        may_take_effect_until: None,
        again,
    }
}

fn stand(story: &Story, asked: Option<&Asked>, ui: &Ui, settle_point: TimeDelta) -> Stand {
    let operation = &story.operation;
    let w = words::Texts(ui.locale);
    let reason = operation.why().map_or(operation.note.as_str(), |note| w.reason(note));
    let paying = operation.kind == "pay_order";
    let at = |time: &DateTime<Utc>| ui.at_second(time).to_string();
    let (head, text) = match operation.state {
        State::PendingApproval => {
            let agreed = story.approvals.iter().filter(|approval| approval.decision == "approve").count();
            let missing = i64::from(operation.needs_approvals) - i64::try_from(agreed).unwrap_or_default();
            (w.head_pending(missing), w.text_pending(&at(&operation.approve_by)))
        }
        State::Ready => {
            let until = at(&operation.deadline_at);
            let reason = if story.stop.is_some() { w.held_stopped() } else { reason };
            let plain =
                matches!(operation.why(), Some(Note::Requested | Note::Approved)) && story.stop.is_none();
            let text = if plain { w.text_ready(&until) } else { w.text_ready_because(reason, &until) };
            (w.head_ready().to_owned(), text)
        }
        State::Sending => (w.head_sending().to_owned(), w.text_sending().to_owned()),
        State::Unknown => {
            let head = if paying { w.head_unknown_pay() } else { w.head_unknown() };
            let sent = story.attempts.iter().map(|attempt| attempt.x_sdk_date).max();
            let latest = sent.unwrap_or(operation.state_since) + settle_point;
            (head.to_owned(), w.text_unknown(reason, &at(&operation.next_at), &at(&latest)))
        }
        State::Confirming => (w.head_confirming().to_owned(), w.text_confirming().to_owned()),
        State::NeedsReview => (w.head_review().to_owned(), w.text_review(reason)),
        State::Succeeded => succeeded(story, asked, w, &at(&operation.state_since)),
        State::Expired => (w.head_expired().to_owned(), w.text_because(reason)),
        State::Stale if paying => (w.head_stale_charged().to_owned(), w.text_because(reason)),
        _ => {
            let head = if paying { w.head_not_charged() } else { w.head_not_changed() };
            (head.to_owned(), w.text_because(reason))
        }
    };
    let look = w.look(operation.state);
    Stand { tone: look.tone, icon: look.icon, word: look.word, head, text }
}

fn succeeded(story: &Story, asked: Option<&Asked>, w: words::Texts, at: &str) -> (String, String) {
    let operation = &story.operation;
    let elsewhere = operation.why() == Some(Note::DoneElsewhere);
    let head = match (operation.kind.as_str(), elsewhere) {
        ("pay_order", true) => w.head_paid_elsewhere().to_owned(),
        ("pay_order", false) => {
            let charged =
                asked.and_then(|asked| asked.expected.as_ref()).map(|expected| expected.from_balance);
            charged
                .or(operation.money())
                .map_or_else(|| w.head_done().to_owned(), |amount| w.head_paid(&amount.to_string()))
        }
        _ => w.head_cancelled_order().to_owned(),
    };
    let answered = story.attempts.iter().any(|attempt| attempt.class.as_deref() == Some("S"));
    let source = match operation.why() {
        _ if elsewhere => w.source_elsewhere(),
        Some(Note::JudgedDone) => w.source_people(),
        _ if answered => w.source_answer(),
        _ => w.source_read(),
    };
    (head, w.text_done(at, source))
}

fn course(story: &Story, ui: &Ui) -> Vec<Moment> {
    let w = words::Texts(ui.locale);
    let last = story.events.len().saturating_sub(1);
    let moment = |(n, event): (usize, &crate::operations::Event)| {
        let look = w.look(event.to_state);
        let (tone, icon) = if n == last { (look.tone, look.icon) } else { ("done", "check") };
        let reason = event.why().map_or(event.note.as_str(), |note| w.reason(note));
        let who = event.actor_name.as_deref().map(|name| format!("{reason} · {name}"));
        let text = |key: &str| event.detail.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let code = text("error_code");
        let explained = explain(&code, event.detail.get("error_msg").and_then(Value::as_str), ui.locale);
        let said = explained.map_or_else(|| text("error_msg"), |explained| explained.meaning.into_owned());
        let words =
            [said, text("broken"), text("why"), text("reason")].into_iter().find(|words| !words.is_empty());
        Moment {
            tone,
            icon,
            what: who.unwrap_or_else(|| reason.to_owned()),
            at: event.at,
            current: n == last,
            words: words.unwrap_or_default(),
            code,
            differences: differences(&event.detail, ui),
        }
    };
    story.events.iter().enumerate().map(moment).collect()
}

fn differences(detail: &Value, ui: &Ui) -> Vec<Changed> {
    let w = words::Texts(ui.locale);
    let all = detail.get("differences").and_then(Value::as_array).into_iter().flatten();
    let changed = all.map(|difference| {
        let text = |key: &str| difference.get(key).and_then(Value::as_str).unwrap_or_default();
        let value = |key: &str| match (text("fact"), text(key)) {
            (_, "not_usable") => w.not_usable().to_owned(),
            (_, "must_be_used") => String::new(),
            ("status", code) => status(code, ui),
            (_, other) => other.to_owned(),
        };
        let about = text("about");
        let fact = w.fact(text("fact"));
        Changed {
            fact: if about.is_empty() { fact.to_owned() } else { format!("{fact} {about}") },
            confirmed: value("confirmed"),
            live: value("live"),
        }
    });
    changed.collect()
}

fn status(code: &str, ui: &Ui) -> String {
    code.parse()
        .map_or_else(|_| code.to_owned(), |code| OrderStatus::from_code(code).name(ui.locale).into_owned())
}

/// What was read of the order last, for people to judge by.
fn evidence(story: &Story, ui: &Ui) -> Vec<(&'static str, String)> {
    let w = words::Texts(ui.locale);
    let t = texts::Texts(ui.locale);
    let attempt = story.attempts.iter().rev().find_map(|attempt| attempt.evidence.as_ref());
    let detail = &story.operation.detail;
    let read =
        detail.get("evidence").or_else(|| detail.get("status").is_some().then_some(detail)).or(attempt);
    let Some(read) = read else { return Vec::new() };
    let mut seen = Vec::new();
    if let Some(code) = read.get("status").and_then(Value::as_i64) {
        seen.push((w.fact_status(), status(&code.to_string(), ui)));
    }
    let text = |key: &str| read.get(key).and_then(Value::as_str);
    if let Some(amount) = text("amount_after_discount").and_then(|amount| amount.parse::<Money>().ok()) {
        seen.push((w.fact_after_discount(), format!("¥{amount}")));
    }
    if let Some(paid) = text("payment_time").and_then(|time| time.parse::<DateTime<Utc>>().ok()) {
        seen.push((t.paid_at(), ui.at_second(&paid).to_string()));
    }
    seen
}
