//! The pages on which many resources get another end of their term: automatic renewal, pay-per-use at expiry,
//! pay-per-use at once. Each resource is read from Huawei at that moment and sealed into the form; each becomes
//! an operation of its own in the journal; nothing is sent from here.

mod view;

use std::collections::HashMap;

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    deduction::USUAL_DAYS,
    rows::{Facts, LeftOut, Row},
    store::{self, Intended},
    texts::Texts,
    wish::{Purpose, To, Wish},
};
use crate::{
    bss::codes::AutoPeriod,
    features::resources::standing::{self, Obstacle},
    identity::access::{AccountId, Actor},
    operations::{FormMade, OperationId, SubmitError},
    state::App,
    web::{
        Error, Form, Page, Ui,
        form::{Query, ids_in},
        links,
        posted::{as_first_sent, part_key},
        sentence::Sentence,
        shown::FormOf,
        typed::Typed,
    },
};

/// Which resources, and what is wanted of them.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    resource: Vec<String>,
    #[serde(default)]
    paste: String,
    #[serde(default)]
    to: To,
    #[serde(default)]
    times: String,
    #[serde(default)]
    period: String,
}

/// The form.
#[derive(Debug, Deserialize)]
pub(super) struct PolicyForm {
    form_key: Uuid,
    seen: String,
    #[serde(default)]
    seal: String,
    #[serde(default)]
    resource: Vec<String>,
    #[serde(default)]
    to: To,
    #[serde(default)]
    times: String,
    #[serde(default)]
    period: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    typed: String,
    /// It is only to be read again.
    #[serde(default)]
    update: String,
}

/// What was shown of a resource that fits. The form brings it back for comparison only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Seen {
    id: String,
    policy: i32,
    expires: i64,
}

/// A fact that is no longer as it was shown.
struct Change {
    id: String,
    was: String,
    is: String,
}

#[derive(Template)]
#[template(path = "resources/policy.html")]
struct PolicyPage<'a> {
    ui: &'a Ui,
    t: Texts,
    wish: Wish,
    form_key: Uuid,
    at: DateTime<Utc>,
    able: Vec<Row>,
    unable: Vec<LeftOut>,
    /// Those that could be read and are left out all the same.
    unfit: Vec<Row>,
    sentence: Option<Sentence>,
    changes: Vec<Change>,
    seen: String,
    /// What is shown, sealed; empty when it is too large.
    seal: String,
    typed: Typed,
    times_wrong: &'static str,
    approvals: i16,
    paste: String,
    /// Whether something was typed that must not get lost.
    is_posted: bool,
}

/// `GET /resources/auto-renewal`.
pub(super) async fn show_auto_renewal(
    app: State<App>,
    ui: Ui,
    actor: Actor,
    asked: Query<Asked>,
) -> Result<Response, Error> {
    show(Purpose::AutoRenewal, (app, ui, actor), asked).await
}

/// `POST /resources/auto-renewal`.
pub(super) async fn submit_auto_renewal(
    app: State<App>,
    ui: Ui,
    actor: Actor,
    form: Form<PolicyForm>,
) -> Result<Response, Error> {
    submit(Purpose::AutoRenewal, (app, ui, actor), form).await
}

/// `GET /resources/at-expiry`.
pub(super) async fn show_at_expiry(
    app: State<App>,
    ui: Ui,
    actor: Actor,
    asked: Query<Asked>,
) -> Result<Response, Error> {
    show(Purpose::AtExpiry, (app, ui, actor), asked).await
}

/// `POST /resources/at-expiry`.
pub(super) async fn submit_at_expiry(
    app: State<App>,
    ui: Ui,
    actor: Actor,
    form: Form<PolicyForm>,
) -> Result<Response, Error> {
    submit(Purpose::AtExpiry, (app, ui, actor), form).await
}

/// `GET /resources/convert`.
pub(super) async fn show_convert(
    app: State<App>,
    ui: Ui,
    actor: Actor,
    asked: Query<Asked>,
) -> Result<Response, Error> {
    show(Purpose::Convert, (app, ui, actor), asked).await
}

/// `POST /resources/convert`.
pub(super) async fn submit_convert(
    app: State<App>,
    ui: Ui,
    actor: Actor,
    form: Form<PolicyForm>,
) -> Result<Response, Error> {
    submit(Purpose::Convert, (app, ui, actor), form).await
}

async fn show(
    purpose: Purpose,
    (State(app), ui, actor): (State<App>, Ui, Actor),
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    let ids = ids_in(asked.resource.iter().chain([&asked.paste]), str::to_owned);
    let wish = Wish { purpose, to: asked.to, times: asked.times, period: asked.period };
    let mut page = PolicyPage::new(&app, &ui, wish).await?;
    page.paste = asked.paste;
    if ids.len() > purpose.most() {
        page.sentence =
            Some(Sentence::warning(page.t.too_many(ids.len(), purpose.most()), page.t.too_many_next()));
        return Ok(Page(page).into_response());
    }
    page.examine(&app, &actor, &ids).await?;
    page.seal(&app, &actor);
    Ok(Page(page).into_response())
}

async fn submit(
    purpose: Purpose,
    (State(app), ui, actor): (State<App>, Ui, Actor),
    Form(form): Form<PolicyForm>,
) -> Result<Response, Error> {
    let ids = ids_in(&form.resource, str::to_owned);
    if ids.is_empty() || ids.len() > purpose.most() {
        return Err(Error::Invalid("no resources, or too many".to_owned()));
    }
    let seen: Vec<Seen> =
        serde_json::from_str(&form.seen).map_err(|_| Error::Invalid("what was seen".to_owned()))?;
    let wanted: Vec<&str> = seen.iter().map(|seen| seen.id.as_str()).collect();
    let wish = Wish { purpose, to: form.to, times: form.times.clone(), period: form.period.clone() };
    if wish.term().is_err() {
        return Err(Error::Invalid("no such period".to_owned()));
    }
    let mut page = PolicyPage::new(&app, &ui, wish).await?;
    page.form_key = form.form_key;
    page.typed = Typed::new(&form.reason, form.typed.clone());
    page.is_posted = true;
    if !form.update.is_empty() {
        page.examine(&app, &actor, &ids).await?;
        page.seal(&app, &actor);
        return Ok(Page(page).into_response());
    }
    // With what was shown, sealed, Huawei is not asked: the journal compares before it sends anything.
    if !page.recall(&app, &actor, (&form, &ids)) {
        // The same form again: what it became, whatever is true by now.
        if let Some(answer) = page.became(&app, &actor, &wanted).await? {
            return Ok(answer);
        }
        page.examine(&app, &actor, &ids).await?;
    }
    page.changes = page.changes_since(&seen);
    let again = page.as_asked();
    let answer = confirm(&app, &actor, page).await?;
    if answer.status() != StatusCode::SEE_OTHER
        && let Some(first) = again.became(&app, &actor, &wanted).await?
    {
        return Ok(first);
    }
    Ok(answer)
}

/// Hands what the page lists to the journal, or shows it again with what is in the way.
async fn confirm(app: &App, actor: &Actor, mut page: PolicyPage<'_>) -> Result<Response, Error> {
    let (ui, t) = (page.ui, page.t);
    let count = page.able.len();
    let to_type = (count > 1).then(|| count.to_string());
    page.typed.check_word(to_type.as_deref(), page.approvals, ui);
    if page.wish.number().is_err() {
        page.times_wrong = t.times_wrong();
    }
    let is_right = page.typed.is_right() && page.times_wrong.is_empty();
    if !page.changes.is_empty() || count == 0 || !is_right {
        if page.changes.is_empty() && count > 0 {
            page.sentence = Some(Sentence::warning(t.not_confirmed(), ""));
        }
        page.seal(app, actor);
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response());
    }
    let mut made = Vec::new();
    let mut not_made = Vec::new();
    let mut otherwise = false;
    for row in std::mem::take(&mut page.able) {
        let key = part_key(page.form_key, &row.id);
        let intent = page.wish.intent(&row, (key, &page.typed.reason));
        let intent = intent.ok_or_else(|| Error::Invalid("how often, or how long".to_owned()))?;
        match app.desk.submit(actor, intent).await {
            Ok(operation) => made.push(operation),
            Err(SubmitError::Busy { operation }) => {
                let story = app.desk.reading().find(&actor.all_accounts, operation).await?;
                let holder = story.ok_or(Error::Busy)?.operation;
                let why = Obstacle::Busy(Box::new(holder)).sentence(ui);
                not_made.push(LeftOut { id: row.id, why });
            }
            // Another posting of this form was faster, and said it otherwise.
            Err(SubmitError::OtherForm { operation }) => {
                made.push(operation);
                otherwise = true;
            }
            Err(SubmitError::TooLate) => return Err(Error::Busy),
            Err(SubmitError::NotAllowed) => return Err(Error::Forbidden),
            // The same form can be posted again: what was written is found by its key.
            Err(SubmitError::Unavailable(fault)) => return Err(Error::Unavailable(fault.into())),
        }
    }
    if not_made.is_empty() {
        return Ok(if otherwise { page.first_sent(made.len()) } else { lead_to(&made) });
    }
    let link = (!made.is_empty()).then(|| (links::ACTIVITY.to_owned(), t.see_activity()));
    page.sentence = Some(Sentence { link, ..Sentence::warning(t.not_all(), t.submitted(made.len())) });
    page.unable = not_made;
    page.unfit.clear();
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

impl<'a> PolicyPage<'a> {
    async fn new(app: &App, ui: &'a Ui, wish: Wish) -> Result<Self, Error> {
        let approvals = app.desk.reading().approvals_needed(wish.kind(), None).await?;
        Ok(Self::blank(ui, wish, (app.clock.now(), approvals)))
    }

    fn blank(ui: &'a Ui, wish: Wish, (at, approvals): (DateTime<Utc>, i16)) -> Self {
        Self {
            ui,
            t: Texts(ui.locale),
            wish,
            form_key: Uuid::new_v4(),
            at,
            able: Vec::new(),
            unable: Vec::new(),
            unfit: Vec::new(),
            sentence: None,
            changes: Vec::new(),
            seen: String::new(),
            seal: String::new(),
            typed: Typed::default(),
            times_wrong: "",
            approvals,
            paste: String::new(),
            is_posted: false,
        }
    }

    /// The same form with nothing in it but what was asked.
    fn as_asked(&self) -> Self {
        let typed = Typed::new(&self.typed.reason, String::new());
        let blank = Self::blank(self.ui, self.wish.clone(), (self.at, self.approvals));
        Self { form_key: self.form_key, typed, ..blank }
    }

    /// Reads each resource as it is now.
    async fn examine(&mut self, app: &App, actor: &Actor, ids: &[String]) -> Result<(), Error> {
        let (ui, scope) = (self.ui, &actor.all_accounts);
        let looked = standing::look(app, actor, ui, ids).await?;
        self.at = app.clock.now();
        let mut intended: HashMap<(AccountId, String), Intended> = store::intended(&app.db, scope, ids)
            .await?
            .into_iter()
            .map(|one| ((one.account, one.resource_id.clone()), one))
            .collect();
        let days: HashMap<AccountId, u8> = store::days(&app.db, scope)
            .await?
            .into_iter()
            .filter_map(|days| Some((days.account, u8::try_from(days.deduction_days?).ok()?)))
            .collect();
        let mut rows = Vec::new();
        for subject in &looked.able {
            let (account, id) = (subject.stored.account, &subject.stored.resource_id);
            let name = app.readers.name(account).unwrap_or_default().to_owned();
            let days = days.get(&account).copied().unwrap_or(USUAL_DAYS);
            let intended = intended.remove(&(account, id.clone()));
            match Row::of(subject, (name, days), intended, ui.locale) {
                // Of a hundred resources the form could not carry what follows each.
                Some(row) if self.wish.purpose != Purpose::Convert => {
                    rows.push(Row { attached_ids: Vec::new(), ..row });
                }
                Some(row) => rows.push(row),
                None => {
                    let why = Sentence::warning(self.t.not_told(), self.t.not_told_next());
                    self.unable.push(LeftOut { id: id.clone(), why });
                }
            }
        }
        let left = looked.unable.iter().map(|(id, why)| LeftOut { id: id.clone(), why: why.sentence(ui) });
        self.unable.extend(left);
        self.sort_out(rows);
        Ok(())
    }

    /// Lists those that fit what is wanted, and says why the others do not.
    fn sort_out(&mut self, rows: Vec<Row>) {
        for row in rows {
            match self.wish.leaves_out(&row, self.ui.locale) {
                None => self.able.push(row),
                Some(_) => self.unfit.push(row),
            }
        }
        let seen = |row: &Row| Seen {
            id: row.id.clone(),
            policy: row.policy,
            expires: row.expires_at.timestamp_millis(),
        };
        let seen: Vec<Seen> = self.able.iter().map(seen).collect();
        self.seen = serde_json::to_string(&seen).expect("plain data");
    }

    /// Seals what is listed into the form.
    fn seal(&mut self, app: &App, actor: &Actor) {
        let rows = [self.able.as_slice(), &self.unfit].concat();
        self.seal = self.form_of(actor, &self.seen).seal(app, &Facts::of(self.at, &rows, &self.unable));
    }

    /// Lists what the form was shown with, if it proves that, and that is good and covers all of it.
    fn recall(&mut self, app: &App, actor: &Actor, (form, ids): (&PolicyForm, &[String])) -> bool {
        let facts: Option<Facts> = self.form_of(actor, &form.seen).open(app, &form.seal);
        let Some((rows, unable, at)) = facts.and_then(|facts| facts.again(app, actor, ids)) else {
            return false;
        };
        (self.unable, self.at) = (unable, at);
        self.sort_out(rows);
        true
    }

    fn form_of<'f>(&self, actor: &'f Actor, seen: &'f str) -> FormOf<'f> {
        let (kind, locale, form_key) = (self.wish.kind(), self.ui.locale, self.form_key);
        FormOf { kind, actor, locale, about: "", form_key, seen }
    }

    /// Where a form leads that was posted before, if all that it asked for was submitted then.
    async fn became(&self, app: &App, actor: &Actor, ids: &[&str]) -> Result<Option<Response>, Error> {
        let keys: Vec<Uuid> = ids.iter().map(|id| part_key(self.form_key, id)).collect();
        let made = app.desk.reading().of_forms(&actor.all_accounts, actor.id, &keys).await?;
        if made.is_empty() || made.len() != ids.len() {
            return Ok(None);
        }
        let is_same = |made: &FormMade| self.wish.is_same(made, &self.typed.reason);
        Ok(Some(match made.as_slice() {
            made if made.iter().all(is_same) => {
                lead_to(&made.iter().map(|made| made.operation).collect::<Vec<_>>())
            }
            [one] => Redirect::to(&as_first_sent(one)).into_response(),
            many => self.first_sent(many.len()),
        }))
    }

    /// Says that the resources were submitted as the form was first sent.
    fn first_sent(&self, count: usize) -> Response {
        let mut page = self.as_asked();
        let link = Some((links::ACTIVITY.to_owned(), page.t.see_activity()));
        let sentence = Sentence::warning(page.t.first_sent(), page.t.first_sent_next(count));
        page.sentence = Some(Sentence { link, ..sentence });
        (StatusCode::CONFLICT, Page(page)).into_response()
    }
}
