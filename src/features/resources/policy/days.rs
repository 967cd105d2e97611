//! The page on which an account's day of deduction and common day of expiry are set. It shows what was last
//! set here, since Huawei does not tell it again, and hands the new day to the journal.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    renewal_day::{Day, SetRenewalDay},
    store::{self, Days},
    texts::Texts,
};
use crate::{
    identity::access::{AccountId, Actor},
    operations::{Confirmed as _, Intent, SubmitError},
    state::App,
    web::{
        Error, Form, Page, Ui,
        form::Query,
        links,
        posted::{Again, as_first_sent},
        sentence::Sentence,
        typed::Typed,
    },
};

/// The value of the last day of the month in the form.
const MONTH_END: &str = "end";

/// Which account.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    account: Option<Uuid>,
}

/// The form of one of the two days.
#[derive(Debug, Deserialize)]
pub(super) struct DaysForm {
    form_key: Uuid,
    seen: String,
    account: Uuid,
    setting: Which,
    #[serde(default)]
    day: String,
    #[serde(default)]
    reason: String,
}

/// Which of the two days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Which {
    Deduction,
    Expiry,
}

/// What was shown as set before. The form brings it back for comparison only.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Seen {
    deduction: Option<i16>,
    expiry: Option<i16>,
}

/// An account that can be chosen.
struct Choice {
    id: AccountId,
    name: String,
    chosen: bool,
}

/// One of the two forms.
struct Part {
    which: Which,
    form_key: Uuid,
    typed: Typed,
    title: &'static str,
    help: &'static str,
    button: &'static str,
    /// What was last set here, in words.
    before: String,
    /// Value, word, whether it is chosen.
    options: Vec<(String, String, bool)>,
    wrong: &'static str,
}

#[derive(Template)]
#[template(path = "resources/days.html")]
struct DaysPage<'a> {
    ui: &'a Ui,
    t: Texts,
    accounts: Vec<Choice>,
    account: Option<(AccountId, String)>,
    parts: Vec<Part>,
    sentence: Option<Sentence>,
    changes: Vec<(String, String)>,
    seen: String,
}

/// `GET /resources/days`.
pub(super) async fn show(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    let asked = asked.account.map(AccountId);
    let (page, _) = DaysPage::of(&app, (&ui, &actor), asked, None).await?;
    Ok(Page(page).into_response())
}

/// `POST /resources/days`.
pub(super) async fn submit(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Form(form): Form<DaysForm>,
) -> Result<Response, Error> {
    let seen: Seen =
        serde_json::from_str(&form.seen).map_err(|_| Error::Invalid("what was seen".to_owned()))?;
    let (account, t) = (AccountId(form.account), Texts(ui.locale));
    let (mut page, now) = DaysPage::of(&app, (&ui, &actor), Some(account), Some(&form)).await?;
    let mut typed = Typed::new(&form.reason, String::new());
    typed.check_word(None, 0, &ui);
    let name = page.account.as_ref().map(|(_, name)| name.clone()).ok_or(Error::NotFound)?;
    let day = form.day();
    for part in page.parts.iter_mut().filter(|part| part.which == form.setting) {
        (part.form_key, part.typed) = (form.form_key, typed.clone());
        part.wrong = if day.is_none() { t.choose_day() } else { "" };
    }
    let Some(day) = day else {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response());
    };
    // The same form again: what it became, whatever is kept by now.
    let made = app.desk.reading().of_forms(&actor.all_accounts, actor.id, &[form.form_key]).await?;
    if let [first] = made.as_slice() {
        let same = |first: SetRenewalDay| first.day == day && first.reason == typed.reason;
        return Ok(match Again::of(first, (SetRenewalDay::KIND, &name), same) {
            Again::Same => Redirect::to(&links::operation(first.operation.0)).into_response(),
            Again::Otherwise => Redirect::to(&as_first_sent(first)).into_response(),
            Again::Another => {
                let link = Some((links::operation(first.operation.0), t.see_operation()));
                page.sentence = Some(Sentence { link, ..Sentence::warning(t.other_request(), "") });
                (StatusCode::CONFLICT, Page(page)).into_response()
            }
        });
    }
    page.changes = changes(t, seen, now);
    if !page.changes.is_empty() || !typed.is_right() {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response());
    }
    let before = day_of(form.setting, now);
    let confirmed = SetRenewalDay { account, account_name: name, day, before, reason: typed.reason };
    match app.desk.submit(&actor, Intent::new(account, form.form_key, &confirmed)).await {
        Ok(operation) | Err(SubmitError::OtherForm { operation }) => {
            Ok(Redirect::to(&links::operation(operation.0)).into_response())
        }
        Err(SubmitError::Busy { operation }) => {
            let story = app.desk.reading().find(&actor.all_accounts, operation).await?;
            let holder = story.ok_or(Error::Busy)?.operation;
            page.sentence = Some(Sentence {
                tone: "progress",
                icon: "progress",
                title: t.busy().to_owned(),
                text: t.busy_who(&holder.requester_name, &ui.at(&holder.created_at).to_string()),
                link: Some((links::operation(operation.0), t.see_operation())),
            });
            Ok((StatusCode::CONFLICT, Page(page)).into_response())
        }
        Err(SubmitError::TooLate) => Err(Error::Busy),
        Err(SubmitError::NotAllowed) => Err(Error::Forbidden),
        // The same form can be posted again: what was written is found by its key.
        Err(SubmitError::Unavailable(fault)) => Err(Error::Unavailable(fault.into())),
    }
}

impl Which {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Deduction => "deduction",
            Self::Expiry => "expiry",
        }
    }
}

impl DaysForm {
    /// The day that was chosen; nothing when none was, or there is no such day.
    fn day(&self) -> Option<Day> {
        let day = match (self.setting, self.day.as_str()) {
            (Which::Expiry, MONTH_END) => Day::MonthEnd,
            (Which::Expiry, day) => Day::Expiry(day.parse().ok()?),
            (Which::Deduction, days) => Day::Deduction(days.parse().ok()?),
        };
        day.wire().map(|_| day)
    }
}

/// The day of a kept column.
fn day_of(which: Which, seen: Seen) -> Option<Day> {
    match which {
        Which::Deduction => u8::try_from(seen.deduction?).ok().map(Day::Deduction),
        Which::Expiry => match seen.expiry? {
            -1 => Some(Day::MonthEnd),
            day => u8::try_from(day).ok().map(Day::Expiry),
        },
    }
}

fn day_word(t: Texts, day: Day) -> String {
    match day {
        Day::Deduction(days) => t.days_before(days),
        Day::Expiry(day) => t.day_of_month(day),
        Day::MonthEnd => t.month_end().to_owned(),
    }
}

/// What is kept now and was not when the form was shown.
fn changes(t: Texts, was: Seen, is: Seen) -> Vec<(String, String)> {
    let word = |which, seen| day_of(which, seen).map_or(t.none().to_owned(), |day| day_word(t, day));
    let of = |which| (word(which, was), word(which, is));
    [Which::Deduction, Which::Expiry].into_iter().map(of).filter(|(was, is)| was != is).collect()
}

impl<'a> DaysPage<'a> {
    /// The page of an account, or of the first one there is, and what is kept of it.
    async fn of(
        app: &App,
        (ui, actor): (&'a Ui, &Actor),
        asked: Option<AccountId>,
        form: Option<&DaysForm>,
    ) -> Result<(Self, Seen), Error> {
        let t = Texts(ui.locale);
        let in_use = |id: AccountId| app.readers.get(id).is_some();
        let theirs: Vec<(AccountId, String)> = app
            .readers
            .accounts(&actor.all_accounts)
            .filter(|account| in_use(account.id))
            .map(|account| (account.id, account.name.clone()))
            .collect();
        let account = match asked {
            Some(asked) => Some(theirs.iter().find(|(id, _)| *id == asked).ok_or(Error::NotFound)?),
            None => theirs.iter().find(|(id, _)| actor.scope.contains(*id)).or(theirs.first()),
        };
        let account = account.cloned();
        let chosen = account.as_ref().map(|(id, _)| *id);
        let kept = store::days(&app.db, &actor.all_accounts).await?;
        let kept = kept.into_iter().find(|days| Some(days.account) == chosen);
        let seen = kept
            .as_ref()
            .map_or(Seen::default(), |kept| Seen { deduction: kept.deduction_days, expiry: kept.expiry_day });
        let part = |which| part(ui, which, (kept.as_ref(), seen), form);
        let parts = [Which::Deduction, Which::Expiry].map(part).into();
        let choice = |(id, name): (AccountId, String)| Choice { id, name, chosen: Some(id) == chosen };
        let page = Self {
            ui,
            t,
            accounts: theirs.into_iter().map(choice).collect(),
            account,
            parts,
            sentence: None,
            changes: Vec::new(),
            seen: serde_json::to_string(&seen).expect("plain data"),
        };
        Ok((page, seen))
    }
}

fn part(ui: &Ui, which: Which, (kept, seen): (Option<&Days>, Seen), form: Option<&DaysForm>) -> Part {
    let t = Texts(ui.locale);
    let before = match (day_of(which, seen), kept) {
        (Some(day), Some(kept)) => {
            t.set_before(&day_word(t, day), &kept.set_by, &ui.at(&kept.set_at).to_string())
        }
        _ => t.never_here().to_owned(),
    };
    let chosen = form.filter(|form| form.setting == which).map_or("", |form| form.day.as_str());
    let option = |value: String, day: Day| {
        let is_chosen = value == chosen;
        (value, day_word(t, day), is_chosen)
    };
    let (title, help, button, options) = match which {
        Which::Deduction => {
            let options = (2..=7).map(|days| option(days.to_string(), Day::Deduction(days)));
            (t.deduction_day(), t.deduction_help(), t.set_deduction(), options.collect())
        }
        Which::Expiry => {
            let days = (1..=28).map(|day| option(day.to_string(), Day::Expiry(day)));
            let options = days.chain([option(MONTH_END.to_owned(), Day::MonthEnd)]);
            (t.expiry_day(), t.expiry_help(), t.set_expiry(), options.collect())
        }
    };
    let (form_key, typed) = (Uuid::new_v4(), Typed::default());
    Part { which, form_key, typed, title, help, button, before, options, wrong: "" }
}
