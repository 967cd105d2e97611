//! The page on which resources are unsubscribed, or only renewed terms that have not started. Each is read
//! from Huawei at that moment with the orders that paid for it, and sealed into the form; what is confirmed
//! is handed to the journal, which holds it back for a while, and nothing is sent from here.

mod facts;
mod read;
mod store;
pub mod texts;
mod view;

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use uuid::Uuid;

use self::{
    facts::{Able, Facts, Seen, groups},
    view::LeavePage,
};
use super::{
    ChosenResource, Shown,
    unsubscribe::{Estimated, Told, Unsubscribe},
};
use crate::{
    bss::{Unsubscribed, codes::UnsubscribeReason, subscriptions::MAX_RESOURCES},
    identity::access::{Actor, Permission::UnsubscribeResources},
    operations::{Confirmed as _, FormMade, Intent, OperationId, SubmitError},
    state::App,
    web::{
        Access::Needs,
        Error, Form, Page, Routes, Ui,
        form::{Query, ids_in},
        links,
        posted::{Again, as_first_sent, part_key},
        sentence::Sentence,
        shown::FormOf,
        typed::REASON,
    },
};

/// The most resources that one form unsubscribes.
pub const MOST: usize = MAX_RESOURCES;

/// Which resources, and what of them.
#[derive(Debug, Deserialize)]
struct Asked {
    #[serde(default)]
    resource: Vec<String>,
    #[serde(default)]
    paste: String,
    #[serde(default)]
    what: Option<String>,
}

/// The form.
#[derive(Debug, Default, Deserialize)]
struct LeaveForm {
    form_key: Uuid,
    seen: String,
    what: String,
    #[serde(default)]
    seal: String,
    #[serde(default)]
    resource: Vec<String>,
    #[serde(default)]
    together: Option<String>,
    /// Huawei's code of a reason, or nothing.
    #[serde(default)]
    told: String,
    #[serde(default)]
    words: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    typed: String,
}

/// The page.
pub fn routes() -> Routes {
    Routes::new().get("/resources/unsubscribe", Needs(UnsubscribeResources), show).post(
        "/resources/unsubscribe",
        Needs(UnsubscribeResources),
        submit,
    )
}

async fn show(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    let ids = ids_in(asked.resource.iter().chain([&asked.paste]), str::to_owned);
    let mut page = LeavePage::new(&app, &ui, what_of(asked.what.as_deref())?);
    page.paste = asked.paste;
    if ids.len() > MOST {
        let t = page.t;
        page.sentence = Some(Sentence::warning(t.too_many(ids.len(), MOST), t.too_many_next()));
        return Ok(Page(page).into_response());
    }
    page.read(&app, &actor, &ids).await?;
    page.finish(&app, &actor).await?;
    let status = if page.is_about_nothing_known(&ids) { StatusCode::NOT_FOUND } else { StatusCode::OK };
    Ok((status, Page(page)).into_response())
}

async fn submit(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Form(form): Form<LeaveForm>,
) -> Result<Response, Error> {
    let ids = ids_in(&form.resource, str::to_owned);
    if ids.is_empty() || ids.len() > MOST {
        return Err(Error::Invalid("no resources, or too many".to_owned()));
    }
    let seen: Vec<Seen> =
        serde_json::from_str(&form.seen).map_err(|_| Error::Invalid("what was seen".to_owned()))?;
    let mut page = LeavePage::new(&app, &ui, what_of(Some(&form.what))?);
    page.take_form(&form);
    let wish = Wish { form: &form, what: page.what };
    // With what was shown, sealed, Huawei is not asked: the journal compares before it sends anything.
    if !recall(&app, &actor, &mut page, (&form, &ids)) {
        // The same form again: what it became, whatever is true by now.
        if let Some(answer) = wish.became(&app, (&ui, &actor), &seen).await? {
            return Ok(answer);
        }
        page.read(&app, &actor, &ids).await?;
    }
    page.changes = Seen::changes(&seen, &page.facts, &ui);
    let answer = confirm(&app, &actor, page, &form).await?;
    if answer.status() != StatusCode::SEE_OTHER
        && let Some(first) = wish.became(&app, (&ui, &actor), &seen).await?
    {
        return Ok(first);
    }
    Ok(answer)
}

/// What of the resources, as it stands in the URL.
fn what_of(code: Option<&str>) -> Result<Unsubscribed, Error> {
    match code {
        None | Some("resource") => Ok(Unsubscribed::Resource),
        Some("unstarted_terms") => Ok(Unsubscribed::UnstartedTerms),
        Some(_) => Err(Error::Invalid("what is unsubscribed".to_owned())),
    }
}

/// The same as a word.
const fn code_of(what: Unsubscribed) -> &'static str {
    match what {
        Unsubscribed::Resource => "resource",
        Unsubscribed::UnstartedTerms => "unstarted_terms",
    }
}

fn form_of<'a>(actor: &'a Actor, page: &LeavePage<'_>, seen: &'a str) -> FormOf<'a> {
    let (kind, locale, form_key) = (Unsubscribe::KIND, page.ui.locale, page.form_key);
    FormOf { kind, actor, locale, about: code_of(page.what), form_key, seen }
}

/// Lists what the form was shown with, if it proves that, and that is good and covers all of it.
fn recall(app: &App, actor: &Actor, page: &mut LeavePage<'_>, (form, ids): (&LeaveForm, &[String])) -> bool {
    let facts: Option<Facts> = form_of(actor, page, &form.seen).open(app, &form.seal);
    let Some((read, at)) = facts.and_then(|facts| facts.again(app, actor, ids)) else { return false };
    (page.facts, page.at) = (read, at);
    true
}

/// What a form asks for beside the facts that it was shown.
#[derive(Clone, Copy)]
struct Wish<'a> {
    form: &'a LeaveForm,
    what: Unsubscribed,
}

impl Wish<'_> {
    fn told(&self) -> Option<Told> {
        let code = self.form.told.parse().ok()?;
        let reason = UnsubscribeReason::from_code(code);
        let words = self.form.words.trim().to_owned();
        UnsubscribeReason::ALL.contains(&reason).then_some(Told { reason, words })
    }

    /// The keys of its requests.
    fn keys(&self, seen: &[Seen]) -> Vec<Uuid> {
        let mut requests: Vec<(usize, Vec<&str>)> = Vec::new();
        for (at, one) in seen.iter().enumerate() {
            let group = if self.form.together.is_some() { one.group } else { at };
            match requests.iter_mut().find(|(known, _)| *known == group) {
                Some((_, ids)) => ids.push(&one.id),
                None => requests.push((group, vec![&one.id])),
            }
        }
        requests.into_iter().map(|(_, ids)| part_key(self.form.form_key, &ids.join(","))).collect()
    }

    /// Where a form leads that was posted before, if all that it asked for was submitted then.
    async fn became(
        &self,
        app: &App,
        (ui, actor): (&Ui, &Actor),
        seen: &[Seen],
    ) -> Result<Option<Response>, Error> {
        let keys = self.keys(seen);
        let made = app.desk.reading().of_forms(&actor.all_accounts, actor.id, &keys).await?;
        if made.is_empty() || made.len() != keys.len() {
            return Ok(None);
        }
        let is_same = |made: &FormMade| {
            let same = |first: Unsubscribe| {
                first.reason == self.form.reason.trim()
                    && first.told == self.told()
                    && first.what == self.what
            };
            Again::of(made, (Unsubscribe::KIND, &made.subject), same) == Again::Same
        };
        Ok(Some(match made.as_slice() {
            made if made.iter().all(is_same) => {
                lead_to(&made.iter().map(|made| made.operation).collect::<Vec<_>>())
            }
            [one] => Redirect::to(&as_first_sent(one)).into_response(),
            many => first_sent(app, ui, self.what, many.len()),
        }))
    }
}

/// Says that the form was submitted as it was first sent.
fn first_sent(app: &App, ui: &Ui, what: Unsubscribed, count: usize) -> Response {
    let mut page = LeavePage::new(app, ui, what);
    let link = Some((links::ACTIVITY.to_owned(), page.t.see_activity()));
    page.sentence =
        Some(Sentence { link, ..Sentence::warning(page.t.first_sent(), page.t.first_sent_next(count)) });
    (StatusCode::CONFLICT, Page(page)).into_response()
}

/// Hands what the page lists to the journal, or shows it again with what is in the way.
async fn confirm(
    app: &App,
    actor: &Actor,
    mut page: LeavePage<'_>,
    form: &LeaveForm,
) -> Result<Response, Error> {
    let (ui, t) = (page.ui, page.t);
    let wish = Wish { form, what: page.what };
    page.finish(app, actor).await?;
    page.typed.check_word(Some(t.word()), page.approvals, ui);
    page.words_wrong = match () {
        () if form.words.trim().chars().count() > REASON => t.words_long(),
        () if !form.words.trim().is_empty() && wish.told().is_none() => t.words_alone(),
        () => "",
    };
    if page.is_blocked() || !page.changes.is_empty() || page.facts.able.is_empty() {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response());
    }
    if !page.typed.is_right() || !page.words_wrong.is_empty() {
        page.sentence = Some(Sentence::warning(t.not_confirmed(), ""));
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response());
    }
    let mut made = Vec::new();
    let mut not_made = Vec::new();
    let mut otherwise = false;
    for request in requests(&page.facts.able, form.together.is_some()) {
        let Some(first) = request.first() else { continue };
        let ids: Vec<&str> = request.iter().map(|able| able.thing.id.as_str()).collect();
        let key = part_key(form.form_key, &ids.join(","));
        let confirmed = confirmed(&request, wish, &page.typed.reason);
        match app.desk.submit(actor, Intent::new(first.account, key, &confirmed)).await {
            Ok(operation) => made.push(operation),
            // Another posting of this form was faster, and said it otherwise.
            Err(SubmitError::OtherForm { operation }) => {
                made.push(operation);
                otherwise = true;
            }
            Err(SubmitError::Busy { operation }) => {
                let story = app.desk.reading().find(&actor.all_accounts, operation).await?;
                let holder = story.ok_or(Error::Busy)?.operation;
                let why = super::standing::Obstacle::Busy(Box::new(holder)).sentence(ui);
                not_made.extend(ids.iter().map(|id| ((*id).to_owned(), why.clone())));
            }
            Err(SubmitError::TooLate) => {
                let why = Sentence::warning(t.too_late(), "");
                not_made.extend(ids.iter().map(|id| ((*id).to_owned(), why.clone())));
            }
            Err(SubmitError::NotAllowed) => return Err(Error::Forbidden),
            // The same form can be posted again: what was written is found by its key.
            Err(SubmitError::Unavailable(fault)) => return Err(Error::Unavailable(fault.into())),
        }
    }
    if not_made.is_empty() {
        return Ok(if otherwise { first_sent(app, ui, page.what, made.len()) } else { lead_to(&made) });
    }
    Ok((StatusCode::CONFLICT, Page(page.not_all(made.len(), not_made))).into_response())
}

/// Which resources go into one request: each by itself, or those that were bought together together.
fn requests(able: &[Able], together: bool) -> Vec<Vec<&Able>> {
    let mut requests: Vec<(usize, Vec<&Able>)> = Vec::new();
    for ((at, one), group) in able.iter().enumerate().zip(groups(able)) {
        let group = if together { group } else { at };
        match requests.iter_mut().find(|(known, _)| *known == group) {
            Some((_, members)) => members.push(one),
            None => requests.push((group, vec![one])),
        }
    }
    requests.into_iter().map(|(_, members)| members).collect()
}

fn confirmed(request: &[&Able], wish: Wish<'_>, reason: &str) -> Unsubscribe {
    let chosen = |able: &&Able| ChosenResource {
        id: able.thing.id.clone(),
        expire_time: able.expires_at,
        attached: able.attached.iter().map(|thing| thing.id.clone()).collect(),
        shown: Shown {
            name: able.thing.name.clone(),
            service: able.thing.what.clone(),
            region: able.region.clone(),
        },
        amount: able.is_estimated().then(|| able.estimate.back()),
    };
    Unsubscribe {
        resources: request.iter().map(chosen).collect(),
        what: wish.what,
        told: wish.told(),
        estimate: Some(Estimated {
            five_days: request.iter().filter(|able| able.estimate.five_days).count(),
            shares: request.iter().flat_map(|able| able.estimate.shares.clone()).collect(),
        }),
        reason: reason.to_owned(),
    }
}

/// To the operation, or to the list of them.
fn lead_to(made: &[OperationId]) -> Response {
    let url = match made {
        [one] => links::operation(one.0),
        _ => links::ACTIVITY.to_owned(),
    };
    Redirect::to(&url).into_response()
}
