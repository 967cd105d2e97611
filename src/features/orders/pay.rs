//! The page on which an order is paid. Everything on it is read from Huawei at that moment, and sealed
//! into its form; what is confirmed is handed to the journal, which reads again, and never sent from here.

mod facts;
pub(super) mod store;
pub mod texts;
mod view;

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use uuid::Uuid;

use self::{
    facts::{Bare, Change, Facts, Seen},
    texts::Texts,
    view::{Bought, View},
};
use super::{
    glance::Glance,
    standing::{self, Found, Obstacle},
};
use crate::{
    bss::pay::MAX_COUPONS,
    identity::access::Actor,
    money::Money,
    operations::{Confirmed, Intent, SubmitError},
    payments::{
        Live,
        pay_order::{DEADLINE_RESERVE, PayOrder},
        rules::{Choice, Quote, first_choice, quote},
    },
    state::App,
    web::{
        Error, Form, Page, Ui,
        coupons::Services,
        form::Query,
        links,
        posted::{Again, as_first_sent},
        sentence::{Failure, Sentence},
        shown::FormOf,
        typed::{Typed, to_type},
    },
};

/// What was chosen, as it stands in the URL.
#[derive(Debug, Deserialize)]
pub struct Asked {
    #[serde(default)]
    coupon: Vec<String>,
    #[serde(default)]
    discount: Option<String>,
}

/// The form.
#[derive(Debug, Deserialize)]
pub struct PayForm {
    form_key: Uuid,
    seen: String,
    #[serde(default)]
    seal: String,
    #[serde(default)]
    coupon: Vec<String>,
    #[serde(default)]
    discount: Option<String>,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    typed: String,
    /// Pressed to reckon again without paying, where no script does it.
    #[serde(default)]
    update: Option<String>,
}

#[derive(Template)]
#[template(path = "orders/pay.html", blocks = ["how_paid", "typed_amount", "summary"])]
struct PayPage<'a> {
    ui: &'a Ui,
    t: Texts,
    order_id: &'a str,
    lede: String,
    account: &'a str,
    sentence: Option<Sentence>,
    failures: Vec<Failure>,
    changes: Vec<Change>,
    lines: Vec<Bought>,
    more_lines: usize,
    pay_until: Option<DateTime<Utc>>,
    view: Option<View>,
    /// What was posted while Huawei could not be read, so that it is not lost.
    kept: Option<PayForm>,
}

/// `GET /orders/{id}/pay`.
pub async fn show(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    let looked = look(&app, &actor, &ui, &id).await?;
    let (found, live) = match looked {
        Looked::Blocked(found, obstacle) => {
            return Ok(blocked(&ui, &id, found.as_ref(), &obstacle, StatusCode::OK));
        }
        Looked::Live(found, live) => (found, live),
    };
    let mut page = PayPage::new(&ui, &id, Some(&found));
    let Some(facts) = page.admit(&found, *live) else { return Ok(Page(page).into_response()) };
    let mut choice = Choice::new(asked.coupon, asked.discount);
    choice.discount = choice.discount.or_else(|| first_choice(&facts.offer).discount);
    let quote = quote(&facts.offer, &choice, facts.at);
    let about = (id.as_str(), Uuid::new_v4());
    page.view = Some(view(&app, (&ui, &actor), about, &facts, (&choice, quote)).await?);
    if !ui.htmx {
        return Ok(Page(page).into_response());
    }
    let parts = [page.as_how_paid().render()?, page.as_typed_amount().render()?, page.as_summary().render()?];
    Ok(Html(parts.concat()).into_response())
}

/// `POST /orders/{id}/pay`.
pub async fn submit(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Path(id): Path<String>,
    Form(form): Form<PayForm>,
) -> Result<Response, Error> {
    let wish = Wish::of(&form);
    let seen: Seen =
        serde_json::from_str(&form.seen).map_err(|_| Error::Invalid("what was seen".to_owned()))?;
    let answer = if let Some((facts, found)) = sealed(&app, (&ui, &actor), &id, &form) {
        let mut page = PayPage::new(&ui, &id, Some(&found));
        page.show(facts.order.clone());
        confirm(&app, &actor, (page, &found), (&facts, &seen), form).await?
    } else {
        // The same form again: what it became, whatever is true by now.
        if let Some(answer) = became(&app, (&ui, &actor), &id, &wish).await? {
            return Ok(answer);
        }
        read_again(&app, (&ui, &actor), (&id, form), &seen).await?
    };
    if answer.status() != StatusCode::SEE_OTHER
        && let Some(first) = became(&app, (&ui, &actor), &id, &wish).await?
    {
        return Ok(first);
    }
    Ok(answer)
}

/// The facts that this form was shown with, if it proves them and they are good: then Huawei is not
/// asked, since the journal compares them before it sends anything.
fn sealed(app: &App, (ui, actor): (&Ui, &Actor), id: &str, form: &PayForm) -> Option<(Facts, Found)> {
    if form.update.is_some() {
        return None;
    }
    let facts: Facts = form_of((ui, actor), (id, form.form_key), &form.seen).open(app, &form.seal)?;
    // What the person may see and what the portal reads can have changed since.
    let is_theirs = actor.all_accounts.contains(facts.account) && app.readers.get(facts.account).is_some();
    let found = facts.found(app.readers.name(facts.account)?);
    is_theirs.then_some((facts, found))
}

fn form_of<'a>(
    (ui, actor): (&Ui, &'a Actor),
    (about, form_key): (&'a str, Uuid),
    seen: &'a str,
) -> FormOf<'a> {
    FormOf { kind: PayOrder::KIND, actor, locale: ui.locale, about, form_key, seen }
}

/// What is shown of these facts and this choice, sealed for the person's form.
async fn view(
    app: &App,
    (ui, actor): (&Ui, &Actor),
    (id, form_key): (&str, Uuid),
    facts: &Facts,
    (choice, quote): (&Choice, Quote),
) -> Result<View, Error> {
    let services = services(app, actor, facts, ui).await?;
    let mut view = View::new((facts, quote), choice, ui, &services);
    view.form_key = form_key;
    view.seal = form_of((ui, actor), (id, form_key), &view.seen).seal(app, facts);
    view.approvals = approvals(app, view.quote.payable).await?;
    Ok(view)
}

async fn approvals(app: &App, payable: Money) -> Result<i16, Error> {
    Ok(app.desk.reading().approvals_needed(PayOrder::KIND, Some(payable)).await?)
}

/// What a form asks for beside the facts that it was shown.
struct Wish {
    form_key: Uuid,
    coupons: Vec<String>,
    discount: Option<String>,
    reason: String,
}

impl Wish {
    fn of(form: &PayForm) -> Self {
        let choice = Choice::new(form.coupon.clone(), form.discount.clone());
        let mut coupons = choice.coupons;
        coupons.sort();
        let reason = form.reason.trim().to_owned();
        Self { form_key: form.form_key, coupons, discount: choice.discount, reason }
    }

    fn is(&self, first: PayOrder) -> bool {
        let mut coupons: Vec<String> = first.coupons.into_iter().map(|coupon| coupon.id).collect();
        coupons.sort();
        let discount = first.discount.map(|discount| discount.id);
        (coupons, discount, first.reason.as_str())
            == (self.coupons.clone(), self.discount.clone(), self.reason.as_str())
    }
}

/// Where a form leads that was posted before.
async fn became(
    app: &App,
    (ui, actor): (&Ui, &Actor),
    id: &str,
    wish: &Wish,
) -> Result<Option<Response>, Error> {
    let made = app.desk.reading().of_forms(&actor.all_accounts, actor.id, &[wish.form_key]).await?;
    Ok(made.first().map(|made| match Again::of(made, (PayOrder::KIND, id), |first| wish.is(first)) {
        Again::Same => Redirect::to(&links::operation(made.operation.0)).into_response(),
        Again::Otherwise => Redirect::to(&as_first_sent(made)).into_response(),
        Again::Another => {
            let used = Obstacle::UsedForm { operation: made.operation, subject: made.subject.clone() };
            blocked(ui, id, None, &used, StatusCode::CONFLICT)
        }
    }))
}

/// Confirms a form by what is true at Huawei now.
async fn read_again(
    app: &App,
    (ui, actor): (&Ui, &Actor),
    (id, form): (&str, PayForm),
    seen: &Seen,
) -> Result<Response, Error> {
    let looked = look(app, actor, ui, id).await?;
    let (found, live) = match looked {
        Looked::Blocked(found, obstacle) => {
            let status = match obstacle {
                Obstacle::Busy(_) => StatusCode::CONFLICT,
                _ => StatusCode::UNPROCESSABLE_ENTITY,
            };
            return Ok(blocked(ui, id, found.as_ref(), &obstacle, status));
        }
        Looked::Live(found, live) => (found, live),
    };
    let mut page = PayPage::new(ui, id, Some(&found));
    let Some(facts) = page.admit(&found, *live) else {
        page.kept = Some(form);
        return Ok(refused(page));
    };
    confirm(app, actor, (page, &found), (&facts, seen), form).await
}

/// Hands a form to the journal, or shows it again with what is in the way.
async fn confirm(
    app: &App,
    actor: &Actor,
    (mut page, found): (PayPage<'_>, &Found),
    (facts, seen): (&Facts, &Seen),
    form: PayForm,
) -> Result<Response, Error> {
    let (ui, t, id) = (page.ui, page.t, page.order_id);
    let choice = Choice::new(form.coupon, form.discount);
    let quote = quote(&facts.offer, &choice, app.clock.now());
    let now = facts.seen(&quote);
    let changes = if *seen == now {
        Vec::new()
    } else {
        seen.changes(&now, &quote, ui, &services(app, actor, facts, ui).await?)
    };
    let mut typed = Typed::new(&form.reason, form.typed);
    // Who gave a reason need not be asked for one.
    let needed = if typed.reason.is_empty() { approvals(app, quote.payable).await? } else { 0 };
    let (is_update, is_valid) = (form.update.is_some(), quote.is_valid());
    let is_complete = is_update || typed.check(to_type(quote.from_balance), needed, ui);
    if is_update || !changes.is_empty() || !is_valid || !is_complete {
        if !is_update && changes.is_empty() {
            page.sentence = Some(if is_valid {
                Sentence::warning(t.not_confirmed(), "")
            } else {
                Sentence::warning(t.not_valid(), t.not_valid_next())
            });
        }
        let mut view = view(app, (ui, actor), (id, form.form_key), facts, (&choice, quote)).await?;
        view.typed = typed;
        page.view = Some(view);
        if is_update {
            return Ok(Page(page).into_response());
        }
        page.changes = changes;
        return Ok(refused(page));
    }
    let reading = app.desk.reading();
    let confirmed = facts.confirmed(&quote, typed.reason);
    match app.desk.submit(actor, Intent::new(found.account, form.form_key, &confirmed)).await {
        Ok(operation) => Ok(Redirect::to(&links::operation(operation.0)).into_response()),
        Err(SubmitError::Busy { operation }) => {
            let holder = reading.find(&actor.all_accounts, operation).await?.ok_or(Error::Busy)?;
            let obstacle = Obstacle::Busy(Box::new(holder.operation));
            Ok(blocked(ui, id, Some(found), &obstacle, StatusCode::CONFLICT))
        }
        // This form was posted before, and asked for something else.
        Err(SubmitError::OtherForm { operation }) => {
            let first = reading.find(&actor.all_accounts, operation).await?.ok_or(Error::Busy)?.operation;
            let used = Obstacle::UsedForm { operation, subject: first.subject };
            Ok(blocked(ui, id, Some(found), &used, StatusCode::CONFLICT))
        }
        Err(SubmitError::TooLate) => {
            page.sentence = Some(Sentence { icon: "deadline", ..Sentence::warning(t.too_late_now(), "") });
            Ok(refused(page))
        }
        Err(SubmitError::NotAllowed) => Err(Error::Forbidden),
        Err(SubmitError::Unavailable(fault)) => Err(Error::Unavailable(fault.into())),
    }
}

/// What looking for an order brought.
enum Looked {
    Blocked(Option<Found>, Obstacle),
    Live(Found, Box<Live>),
}

async fn look(app: &App, actor: &Actor, ui: &Ui, id: &str) -> Result<Looked, Error> {
    let (found, reader) = match standing::look_for(app, actor, id, ui.locale).await? {
        Ok(found) => found,
        Err(Obstacle::NotFound) => return Err(Error::NotFound),
        Err(obstacle) => return Ok(Looked::Blocked(None, obstacle)),
    };
    if let Some(operation) = standing::holder(app, actor, id).await? {
        return Ok(Looked::Blocked(Some(found), Obstacle::Busy(Box::new(operation))));
    }
    let live = Live::read(&reader, id, ui.locale, &app.clock).await;
    Ok(Looked::Live(found, Box::new(live)))
}

fn blocked(ui: &Ui, id: &str, found: Option<&Found>, obstacle: &Obstacle, status: StatusCode) -> Response {
    let mut page = PayPage::new(ui, id, found);
    page.sentence = Some(obstacle.sentence(id, ui));
    (status, Page(page)).into_response()
}

fn refused(page: PayPage<'_>) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response()
}

/// The names of services: those of the lists, and those that the order itself tells.
async fn services(app: &App, actor: &Actor, facts: &Facts, ui: &Ui) -> Result<Services, Error> {
    let glance = Glance::at(app, &actor.all_accounts).await?;
    let known = glance.services.iter();
    let mut services: Services =
        known.map(|one| (one.code.clone(), ui.locale.pick(one.zh.as_str(), &one.en).to_owned())).collect();
    services.extend(facts.services.iter().cloned());
    Ok(services)
}

impl<'a> PayPage<'a> {
    fn new(ui: &'a Ui, order_id: &'a str, found: Option<&'a Found>) -> Self {
        Self {
            ui,
            t: Texts(ui.locale),
            order_id,
            lede: found.map(|found| found.service.clone()).unwrap_or_default(),
            account: found.map_or("", |found| found.account_name.as_str()),
            sentence: None,
            failures: Vec::new(),
            changes: Vec::new(),
            lines: Vec::new(),
            more_lines: 0,
            pay_until: None,
            view: None,
            kept: None,
        }
    }

    /// How many others must agree to the amount.
    fn approvals(&self) -> String {
        match self.view.as_ref().map_or(0, |view| view.approvals) {
            0 => self.t.approvals_none().to_owned(),
            1 => self.t.approvals_one().to_owned(),
            n => self.t.approvals(n),
        }
    }

    fn words_for_more(&self) -> String {
        self.t.more_lines(self.more_lines)
    }

    /// Shows what is known of the order.
    fn show(&mut self, order: Bare) {
        self.lede = order.lede;
        self.lines = order.lines;
        self.more_lines = order.more_lines;
        self.pay_until = order.pay_until;
    }

    /// Takes in what was read. The facts, if the order can be paid and everything was read;
    /// otherwise the page says why not.
    fn admit(&mut self, found: &Found, live: Live) -> Option<Facts> {
        let (t, locale) = (self.t, self.ui.locale);
        if let Ok(detail) = &live.order {
            self.show(Bare::of(detail, found, self.ui));
            if let Some(obstacle) = standing::obstacle(&detail.order.item, live.at, DEADLINE_RESERVE) {
                self.sentence = Some(obstacle.sentence(self.order_id, self.ui));
                return None;
            }
        }
        let failed = [
            (live.order.as_ref().err(), t.the_order()),
            (live.coupons.as_ref().err(), t.the_coupons()),
            (live.discounts.as_ref().err(), t.the_discounts()),
            (live.balances.as_ref().err(), t.the_balance()),
        ];
        let failed = failed.into_iter().filter_map(|(error, what)| Some((error?, what)));
        self.failures = failed.map(|(error, what)| Failure::of(error, what, locale)).collect();
        Facts::of(live, found, self.ui)
    }
}
