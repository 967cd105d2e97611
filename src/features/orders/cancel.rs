//! The page on which orders are cancelled, one or many. Each is read from Huawei at that moment and
//! sealed into the form; each becomes an operation of its own in the journal; nothing is sent from here.

mod facts;
pub mod texts;

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use self::{facts::Facts, texts::Texts};
use super::{
    cancel_order::CancelOrder,
    standing::{self, Found, Obstacle},
    words,
};
use crate::{
    identity::access::Actor,
    money::Money,
    operations::{Confirmed as _, FormMade, Intent, OperationId, SubmitError},
    payments::pay_order::Shown,
    state::App,
    web::{
        Error, Form, Page, Ui,
        chip::Chip,
        form::{Query, ids_in},
        links,
        posted::{Again, as_first_sent, part_key},
        sentence::{Failure, Sentence},
        shown::FormOf,
        typed::Typed,
    },
};

/// The most orders that one form cancels.
pub const MOST: usize = 200;
/// Orders that are asked about at once.
const AT_ONCE: usize = 8;
/// Which orders: ticked in a list, or pasted.
#[derive(Debug, Deserialize)]
pub struct Asked {
    #[serde(default)]
    order: Vec<String>,
    #[serde(default)]
    paste: String,
}

/// The form.
#[derive(Debug, Deserialize)]
pub struct CancelForm {
    form_key: Uuid,
    seen: String,
    #[serde(default)]
    seal: String,
    #[serde(default)]
    order: Vec<String>,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    typed: String,
}

/// What was shown of an order that can be cancelled. The form brings it back for comparison only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Seen {
    id: String,
    payable: Money,
}

/// An order that can be cancelled.
struct Able {
    found: Found,
    chip: Chip,
    service: String,
    created_at: DateTime<Utc>,
    pay_until: Option<DateTime<Utc>>,
    payable: Money,
}

/// One that cannot, and why.
struct Unable {
    id: String,
    why: Sentence,
}

/// A fact that is no longer as it was shown.
struct Change {
    id: String,
    was: String,
    is: String,
}

#[derive(Template)]
#[template(path = "orders/cancel.html")]
struct CancelPage<'a> {
    ui: &'a Ui,
    t: Texts,
    form_key: Uuid,
    at: DateTime<Utc>,
    able: Vec<Able>,
    unable: Vec<Unable>,
    sentence: Option<Sentence>,
    changes: Vec<Change>,
    seen: String,
    /// What is shown, sealed; empty when it is too large.
    seal: String,
    typed: Typed,
    paste: String,
}

/// `GET /orders/cancel`.
pub async fn show(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    let ids = ids_in(asked.order.iter().chain([&asked.paste]), str::to_uppercase);
    let mut page = CancelPage::new(&ui, app.clock.now());
    page.paste = asked.paste;
    if let Some(sentence) = too_many(&ids, &ui) {
        page.sentence = Some(sentence);
        return Ok(Page(page).into_response());
    }
    page.take(examine(&app, &actor, &ui, &ids).await?, app.clock.now());
    page.seal(&app, &actor);
    Ok(Page(page).into_response())
}

/// `POST /orders/cancel`.
pub async fn submit(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Form(form): Form<CancelForm>,
) -> Result<Response, Error> {
    let ids = ids_in(&form.order, str::to_uppercase);
    if ids.is_empty() || ids.len() > MOST {
        return Err(Error::Invalid("no orders, or too many".to_owned()));
    }
    let seen: Vec<Seen> =
        serde_json::from_str(&form.seen).map_err(|_| Error::Invalid("what was seen".to_owned()))?;
    let wanted: Vec<&str> = seen.iter().map(|seen| seen.id.as_str()).collect();
    let mut page = CancelPage::new(&ui, app.clock.now());
    page.form_key = form.form_key;
    page.typed = Typed::new(&form.reason, form.typed.clone());
    // With what was shown, sealed, Huawei is not asked: the journal compares before it sends anything.
    if !page.recall(&app, &actor, (&form, &ids)) {
        // The same form again: what it became, whatever is true by now.
        if let Some(answer) = became(&app, (&ui, &actor), &form, &wanted).await? {
            return Ok(answer);
        }
        page.take(examine(&app, &actor, &ui, &ids).await?, app.clock.now());
    }
    page.changes = page.changes_since(&seen);
    let answer = confirm(&app, &actor, page).await?;
    if answer.status() != StatusCode::SEE_OTHER
        && let Some(first) = became(&app, (&ui, &actor), &form, &wanted).await?
    {
        return Ok(first);
    }
    Ok(answer)
}

/// Where a form leads that was posted before, if all that it asked for was submitted then.
async fn became(
    app: &App,
    (ui, actor): (&Ui, &Actor),
    form: &CancelForm,
    ids: &[&str],
) -> Result<Option<Response>, Error> {
    let keys: Vec<Uuid> = ids.iter().map(|id| part_key(form.form_key, id)).collect();
    let made = app.desk.reading().of_forms(&actor.all_accounts, actor.id, &keys).await?;
    if made.is_empty() || made.len() != ids.len() {
        return Ok(None);
    }
    let reason = form.reason.trim();
    let is_same = |made: &FormMade| {
        let same = |first: CancelOrder| first.reason == reason;
        Again::of(made, (CancelOrder::KIND, &made.subject), same) == Again::Same
    };
    Ok(Some(match made.as_slice() {
        made if made.iter().all(is_same) => {
            lead_to(&made.iter().map(|made| made.operation).collect::<Vec<_>>())
        }
        [one] => Redirect::to(&as_first_sent(one)).into_response(),
        many => first_sent(app, ui, many.len()),
    }))
}

/// Says that orders were submitted as the form was first sent.
fn first_sent(app: &App, ui: &Ui, count: usize) -> Response {
    let mut page = CancelPage::new(ui, app.clock.now());
    let link = Some((links::ACTIVITY.to_owned(), page.t.see_activity()));
    page.sentence =
        Some(Sentence { link, ..Sentence::warning(page.t.first_sent(), page.t.first_sent_next(count)) });
    (StatusCode::CONFLICT, Page(page)).into_response()
}

/// Hands what the page lists to the journal, or shows it again with what is in the way.
async fn confirm(app: &App, actor: &Actor, mut page: CancelPage<'_>) -> Result<Response, Error> {
    let ui = page.ui;
    let t = page.t;
    let count = page.able.len();
    let to_type = (count > 1).then(|| count.to_string());
    page.typed.check_word(to_type.as_deref(), 0, ui);
    if !page.changes.is_empty() || count == 0 {
        page.seal(app, actor);
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response());
    }
    if !page.typed.is_right() {
        page.sentence = Some(Sentence::warning(t.not_confirmed(), ""));
        page.seal(app, actor);
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response());
    }
    let mut made = Vec::new();
    let mut not_made = Vec::new();
    let mut otherwise = false;
    for able in std::mem::take(&mut page.able) {
        let confirmed = CancelOrder {
            order_id: able.found.order_id.clone(),
            after_discount: able.payable,
            shown: Shown { service: able.service, created_at: able.created_at, pay_until: able.pay_until },
            reason: page.typed.reason.clone(),
        };
        let key = part_key(page.form_key, &able.found.order_id);
        match app.desk.submit(actor, Intent::new(able.found.account, key, &confirmed)).await {
            Ok(operation) => made.push(operation),
            Err(SubmitError::Busy { operation }) => {
                let story = app.desk.reading().find(&actor.all_accounts, operation).await?;
                let holder = story.ok_or(Error::Busy)?.operation;
                not_made.push((able.found.order_id, Obstacle::Busy(Box::new(holder))));
            }
            // Another posting of this form was faster, and said it otherwise.
            Err(SubmitError::OtherForm { operation }) => {
                made.push(operation);
                otherwise = true;
            }
            Err(SubmitError::TooLate) => {
                let until = able.pay_until.unwrap_or(page.at);
                not_made.push((able.found.order_id, Obstacle::TooLate(until)));
            }
            Err(SubmitError::NotAllowed) => return Err(Error::Forbidden),
            // The same form can be posted again: what was written is found by its key.
            Err(SubmitError::Unavailable(fault)) => return Err(Error::Unavailable(fault.into())),
        }
    }
    if not_made.is_empty() {
        return Ok(if otherwise { first_sent(app, ui, made.len()) } else { lead_to(&made) });
    }
    let link = (!made.is_empty()).then(|| (links::ACTIVITY.to_owned(), t.see_activity()));
    page.sentence = Some(Sentence { link, ..Sentence::warning(t.not_all(), t.submitted(made.len())) });
    page.unable =
        not_made.into_iter().map(|(id, obstacle)| Unable { why: obstacle.sentence(&id, ui), id }).collect();
    Ok((StatusCode::CONFLICT, Page(page)).into_response())
}

/// To the operation, or to the list of them.
fn lead_to(made: &[OperationId]) -> Response {
    let url = match made {
        [one] => links::operation(one.0),
        _ => links::ACTIVITY.to_owned(),
    };
    Redirect::to(&url).into_response()
}

fn too_many(ids: &[String], ui: &Ui) -> Option<Sentence> {
    let t = Texts(ui.locale);
    (ids.len() > MOST).then(|| Sentence::warning(t.too_many(ids.len(), MOST), t.too_many_next()))
}

type Examined = (String, Result<Able, Obstacle>);

/// Reads each order as it is now, a few at once.
async fn examine(app: &App, actor: &Actor, ui: &Ui, ids: &[String]) -> Result<Vec<Examined>, Error> {
    let mut examined = Vec::with_capacity(ids.len());
    for some in ids.chunks(AT_ONCE) {
        let results = join_all(some.iter().map(|id| examine_one(app, actor, ui, id))).await;
        for (id, result) in some.iter().zip(results) {
            examined.push((id.clone(), result?));
        }
    }
    Ok(examined)
}

async fn examine_one(app: &App, actor: &Actor, ui: &Ui, id: &str) -> Result<Result<Able, Obstacle>, Error> {
    let (found, reader) = match standing::look_for(app, actor, id, ui.locale).await? {
        Ok(found) => found,
        Err(obstacle) => return Ok(Err(obstacle)),
    };
    if let Some(operation) = standing::holder(app, actor, id).await? {
        return Ok(Err(Obstacle::Busy(Box::new(operation))));
    }
    let detail = match reader.order(id, ui.locale).await {
        Ok(detail) => detail,
        Err(error) => {
            return Ok(Err(Obstacle::Unreadable(Failure::of(
                &error,
                standing::the_order(ui.locale),
                ui.locale,
            ))));
        }
    };
    let order = &detail.order.item;
    match standing::obstacle(order, app.clock.now(), TimeDelta::zero()) {
        // What it would have cost does not matter for leaving it.
        None | Some(Obstacle::NoPrice) => {}
        Some(obstacle) => return Ok(Err(obstacle)),
    }
    Ok(Ok(Able {
        chip: words::status(i16::try_from(order.status.code()).unwrap_or_default(), ui.locale),
        service: standing::service(&detail, &found, ui.locale),
        created_at: order.create_time,
        pay_until: order.pending_payment_end_time,
        payable: order.amount_after_discount.unwrap_or_default(),
        found,
    }))
}

impl<'a> CancelPage<'a> {
    fn new(ui: &'a Ui, at: DateTime<Utc>) -> Self {
        Self {
            ui,
            t: Texts(ui.locale),
            form_key: Uuid::new_v4(),
            at,
            able: Vec::new(),
            unable: Vec::new(),
            sentence: None,
            changes: Vec::new(),
            seen: String::new(),
            seal: String::new(),
            typed: Typed::default(),
            paste: String::new(),
        }
    }

    fn take(&mut self, examined: Vec<Examined>, at: DateTime<Utc>) {
        self.at = at;
        for (id, result) in examined {
            match result {
                Ok(able) => self.able.push(able),
                Err(obstacle) => self.unable.push(Unable { why: obstacle.sentence(&id, self.ui), id }),
            }
        }
        self.look_at_able();
    }

    /// What the form brings back of what is listed.
    fn look_at_able(&mut self) {
        let seen: Vec<Seen> = self
            .able
            .iter()
            .map(|able| Seen { id: able.found.order_id.clone(), payable: able.payable })
            .collect();
        self.seen = serde_json::to_string(&seen).expect("plain data");
    }

    /// Seals what is listed into the form.
    fn seal(&mut self, app: &App, actor: &Actor) {
        self.seal = self.form_of(actor, &self.seen).seal(app, &Facts::of(self));
    }

    /// Lists what the form was shown with, if it proves that, and that is good and covers all of it.
    fn recall(&mut self, app: &App, actor: &Actor, (form, ids): (&CancelForm, &[String])) -> bool {
        let facts: Option<Facts> = self.form_of(actor, &form.seen).open(app, &form.seal);
        let Some((able, unable, at)) = facts.and_then(|facts| facts.again(app, actor, ids, self.ui)) else {
            return false;
        };
        (self.able, self.unable, self.at) = (able, unable, at);
        self.look_at_able();
        true
    }

    fn form_of<'f>(&self, actor: &'f Actor, seen: &'f str) -> FormOf<'f> {
        let (kind, locale, form_key) = (CancelOrder::KIND, self.ui.locale, self.form_key);
        FormOf { kind, actor, locale, about: "", form_key, seen }
    }

    /// What differs between what was shown and what is.
    fn changes_since(&self, seen: &[Seen]) -> Vec<Change> {
        let t = self.t;
        let mut changes = Vec::new();
        for was in seen {
            if let Some(now) = self.unable.iter().find(|unable| unable.id == was.id) {
                let is = now.why.title.clone();
                changes.push(Change { id: was.id.clone(), was: t.can_be_cancelled().to_owned(), is });
            }
        }
        for now in &self.able {
            let id = &now.found.order_id;
            let was = seen.iter().find(|seen| seen.id == *id).map(|seen| seen.payable);
            if was != Some(now.payable) {
                let was = was.map_or(t.left_out().to_owned(), |amount| format!("¥{amount}"));
                changes.push(Change { id: id.clone(), was, is: format!("¥{}", now.payable) });
            }
        }
        changes
    }

    fn title(&self) -> String {
        match self.able.len() {
            0 => self.t.title_none().to_owned(),
            1 => self.t.title_one().to_owned(),
            n => self.t.title_many(n),
        }
    }

    fn sum(&self) -> Money {
        self.able.iter().map(|able| able.payable).sum()
    }

    /// Whether nothing was asked about yet, so that only the paste box is of use.
    fn is_blank(&self) -> bool {
        self.able.is_empty() && self.unable.is_empty() && self.sentence.is_none()
    }
}
