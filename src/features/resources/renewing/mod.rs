//! The page on which resources are renewed. Prices and expiries are read from Huawei at that moment and sealed
//! into its form; what is confirmed becomes a plan, which the journal carries out, and is never sent from here.

mod facts;
mod least;
mod prices;
mod term;
mod terms;
pub mod texts;
mod wish;

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use uuid::Uuid;

use self::{
    facts::{Change, Facts, Purse, RowFacts, Seen},
    least::Proposed,
    term::{Choice, TERMS},
    texts::Texts,
    wish::{Asked, Pays, RenewForm, Wish},
};
use super::{
    plan::{self, Made, NewPlan, NewStep, Payment, job::JOB},
    standing::{self, Obstacle},
};
use crate::{
    identity::access::{
        AccountId, Actor,
        Permission::{PayOrders, RenewResources},
    },
    jobs,
    money::Money,
    operations::Confirmed as _,
    payments::PayOrder,
    state::App,
    web::{
        Access::Needs,
        Error, Form, Page, Routes, Ui,
        form::Query,
        links,
        sentence::{Failure, Sentence},
        shown::FormOf,
        typed::{Typed, to_type},
    },
};

/// What sealed facts of this page are bound to, beside who was shown them.
const FORM: &str = "renewal_plan";

#[derive(Template)]
#[template(path = "resources/renew.html")]
struct RenewPage<'a> {
    ui: &'a Ui,
    t: Texts,
    wish: Wish,
    terms: Vec<Choice>,
    sentence: Option<Sentence>,
    changes: Vec<Change>,
    failures: Vec<Failure>,
    facts: Facts,
    unable: Vec<(String, Sentence)>,
    purses: Vec<Paid>,
    form_key: Uuid,
    seen: String,
    seal: String,
    approvals: i16,
    may_pay: bool,
    typed: Typed,
    paste: String,
}

/// What a payment does to an account.
struct Paid {
    account: String,
    takes: Money,
    cash: Money,
    cash_after: Money,
    from_credit: Money,
    short: Money,
}

/// The routes of the pages.
pub fn routes() -> Routes {
    Routes::new()
        .get("/resources/renew", Needs(RenewResources), show)
        .post("/resources/renew", Needs(RenewResources), submit)
        .get("/resources/renew/terms", Needs(RenewResources), terms::show)
        .get("/resources/plan", Needs(RenewResources), show_plan)
        .post("/resources/plan", Needs(RenewResources), submit_plan)
}

/// `GET /resources/renew`.
async fn show(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    let mut wish = asked.wish(false);
    if !actor.may(PayOrders) {
        wish.pays = Pays::Not;
    }
    shown((&app, &ui, &actor), asked, wish).await
}

/// `GET /resources/plan`: the orders and payments that take the least cash.
async fn show_plan(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    let wish = asked.wish(true);
    shown((&app, &ui, &actor), asked, wish).await
}

/// `POST /resources/renew`.
async fn submit(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Form(form): Form<RenewForm>,
) -> Result<Response, Error> {
    let wish = form.wish(false);
    submitted((&app, &ui, &actor), form, wish).await
}

/// `POST /resources/plan`.
async fn submit_plan(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Form(form): Form<RenewForm>,
) -> Result<Response, Error> {
    let wish = form.wish(true);
    submitted((&app, &ui, &actor), form, wish).await
}

async fn shown((app, ui, actor): (&App, &Ui, &Actor), asked: Asked, wish: Wish) -> Result<Response, Error> {
    let mut page = RenewPage::new(ui, wish);
    page.may_pay = actor.may(PayOrders);
    page.paste = asked.paste;
    page.typed = Typed::new(&asked.reason, String::new());
    let t = page.t;
    if page.wish.ids.len() > plan::MOST {
        let many = t.too_many(page.wish.ids.len(), plan::MOST);
        page.sentence = Some(Sentence::warning(many, t.too_many_next()));
        page.paste = page.wish.ids.join("\n");
        page.wish.ids.clear();
        return Ok(Page(page).into_response());
    }
    page.read(app, actor).await?;
    page.seal(app, actor).await?;
    Ok(Page(page).into_response())
}

async fn submitted(
    (app, ui, actor): (&App, &Ui, &Actor),
    form: RenewForm,
    wish: Option<Wish>,
) -> Result<Response, Error> {
    let wish = wish.ok_or_else(|| Error::Invalid("no such term, no resources, or too many".to_owned()))?;
    let seen: Seen =
        serde_json::from_str(&form.seen).map_err(|_| Error::Invalid("what was seen".to_owned()))?;
    if wish.pays.is_now() && !actor.may(PayOrders) {
        return Err(Error::Forbidden);
    }
    let mut page = RenewPage::new(ui, wish);
    page.may_pay = actor.may(PayOrders);
    page.form_key = form.form_key;
    page.typed = Typed::new(&form.reason, form.typed.clone());
    let is_update = form.update.is_some();
    if is_update || !page.recall(app, actor, &form) {
        // The same form again: what it became, whatever is true by now.
        if !is_update && let Some(first) = plan::of_form(&app.db, actor.id, form.form_key).await? {
            return Ok(Redirect::to(&format!("{}?first=1", links::plan(first))).into_response());
        }
        page.read(app, actor).await?;
        if !is_update {
            page.changes = seen.changes(&page.facts, ui);
        }
    }
    if is_update {
        page.seal(app, actor).await?;
        return Ok(Page(page).into_response());
    }
    let answer = confirm(app, actor, page).await?;
    if answer.status() != StatusCode::SEE_OTHER
        && let Some(first) = plan::of_form(&app.db, actor.id, form.form_key).await?
    {
        return Ok(Redirect::to(&format!("{}?first=1", links::plan(first))).into_response());
    }
    Ok(answer)
}

/// Makes the plan, or shows the page again with what is in the way.
async fn confirm(app: &App, actor: &Actor, mut page: RenewPage<'_>) -> Result<Response, Error> {
    let (ui, t) = (page.ui, page.t);
    page.reckon(app).await?;
    let total = page.taken_now();
    let needed = if page.typed.reason.is_empty() { page.approvals } else { 0 };
    let is_right = page.typed.check(to_type(total), needed, ui);
    let is_valid = page.is_valid();
    if !page.changes.is_empty() || !is_valid || !is_right {
        if page.changes.is_empty() && page.failures.is_empty() {
            page.sentence =
                Some(Sentence::warning(if is_valid { t.not_confirmed() } else { t.not_valid() }, ""));
        }
        page.seal(app, actor).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response());
    }
    let steps = std::mem::take(&mut page.facts.rows)
        .into_iter()
        .map(|row| NewStep { account: row.account, facts: row.facts })
        .collect();
    let new = NewPlan { form_key: page.form_key, reason: page.typed.reason.clone(), steps };
    if !new.is_allowed_to(actor) {
        return Err(Error::Forbidden);
    }
    let made = plan::create(&app.db, actor, &new, app.clock.now()).await?;
    jobs::wake(&app.db, JOB).await?;
    let url = links::plan(made.id());
    let url = if matches!(made, Made::OtherForm(_)) { format!("{url}?first=1") } else { url };
    Ok(Redirect::to(&url).into_response())
}

impl<'a> RenewPage<'a> {
    fn new(ui: &'a Ui, wish: Wish) -> Self {
        Self {
            ui,
            t: Texts(ui.locale),
            terms: TERMS.iter().map(|one| one.choice(wish.term, ui.locale)).collect(),
            facts: Facts::none(&wish, ui.now),
            wish,
            sentence: None,
            changes: Vec::new(),
            failures: Vec::new(),
            unable: Vec::new(),
            purses: Vec::new(),
            form_key: Uuid::new_v4(),
            seen: String::new(),
            seal: String::new(),
            approvals: 0,
            may_pay: false,
            typed: Typed::default(),
            paste: String::new(),
        }
    }

    /// Reads everything from Huawei.
    async fn read(&mut self, app: &App, actor: &Actor) -> Result<(), Error> {
        if self.wish.ids.is_empty() {
            return Ok(());
        }
        if self.wish.span.is_none() {
            self.sentence = Some(Sentence::warning(self.t.no_such_day(), self.t.no_such_day_next()));
        }
        let looked = standing::look(app, actor, self.ui, &self.wish.ids).await?;
        let is_unknown = |(_, obstacle): &(String, Obstacle)| matches!(obstacle, Obstacle::NotFound);
        if looked.able.is_empty() && looked.unable.iter().all(is_unknown) {
            return Err(Error::NotFound);
        }
        self.unable = looked.unable.iter().map(|(id, why)| (id.clone(), why.sentence(self.ui))).collect();
        let read = facts::read(app, self.ui, &self.wish, looked.able).await?;
        self.facts = read.facts;
        self.unable.extend(read.unable);
        self.failures = read.failures;
        Ok(())
    }

    /// Takes the facts that this form was shown with, if it proves them and they are good.
    fn recall(&mut self, app: &App, actor: &Actor, form: &RenewForm) -> bool {
        let about = self.about();
        let Some(facts) = self.form_of(actor, &about, &form.seen).open::<Facts>(app, &form.seal) else {
            return false;
        };
        // What the person may see and what the portal reads can have changed since.
        let theirs = |row: &RowFacts| {
            actor.all_accounts.contains(row.account) && app.readers.get(row.account).is_some()
        };
        let is_same = Some(facts.span) == self.wish.span && facts.pays == self.wish.pays;
        if !is_same || !facts.rows.iter().all(theirs) {
            return false;
        }
        self.facts = facts;
        true
    }

    fn about(&self) -> String {
        self.wish.ids.join(",")
    }

    fn form_of<'f>(&self, actor: &'f Actor, about: &'f str, seen: &'f str) -> FormOf<'f> {
        FormOf { kind: FORM, actor, locale: self.ui.locale, about, form_key: self.form_key, seen }
    }

    /// Reckons what follows from the facts.
    async fn reckon(&mut self, app: &App) -> Result<(), Error> {
        let mut takes: BTreeMap<AccountId, Money> = BTreeMap::new();
        for row in self.facts.rows.iter().filter(|row| row.facts.payment != Payment::OrderOnly) {
            *takes.entry(row.account).or_default() += row.facts.price.from_balance;
        }
        let paid = |(account, takes): (AccountId, Money)| {
            let purse = self.facts.purses.iter().find(|purse| purse.account == account)?;
            Some(Paid::of(purse, takes, app.readers.name(account).unwrap_or_default()))
        };
        self.purses = takes.into_iter().filter_map(paid).collect();
        let sum = self.payable();
        self.approvals = if self.facts.pays.is_now() && !sum.is_zero() {
            app.desk.reading().approvals_needed(PayOrder::KIND, Some(sum)).await?
        } else {
            0
        };
        Ok(())
    }

    async fn seal(&mut self, app: &App, actor: &Actor) -> Result<(), Error> {
        self.reckon(app).await?;
        self.seen = serde_json::to_string(&self.facts.seen()).map_err(anyhow::Error::from)?;
        let about = self.about();
        self.seal = self.form_of(actor, &about, &self.seen).seal(app, &self.facts);
        Ok(())
    }

    fn sum(&self, of: impl Fn(&RowFacts) -> Money) -> Money {
        self.facts.rows.iter().map(of).sum()
    }

    fn official(&self) -> Money {
        self.sum(|row| row.facts.price.official)
    }

    fn payable(&self) -> Money {
        self.sum(|row| row.facts.price.payable)
    }

    fn discount(&self) -> Money {
        self.official() - self.payable()
    }

    /// What is taken from balances at once.
    fn taken_now(&self) -> Money {
        if self.facts.pays.is_now() { self.sum(|row| row.facts.price.from_balance) } else { Money::ZERO }
    }

    /// The amount that must be typed.
    fn to_type(&self) -> Option<Money> {
        to_type(self.taken_now())
    }

    fn needs_reason(&self) -> bool {
        self.approvals > 0
    }

    fn is_valid(&self) -> bool {
        !self.facts.rows.is_empty()
            && (self.may_pay || !self.facts.pays.is_now())
            && self.failures.is_empty()
            && self.purses.iter().all(|paid| paid.short.is_zero())
    }

    fn button(&self) -> String {
        let n = self.facts.rows.len();
        if self.facts.pays.is_now() {
            self.t.renew_and_pay(&self.taken_now().to_string())
        } else if n == 1 {
            self.t.order_one().to_owned()
        } else {
            self.t.order_only(n)
        }
    }

    fn approvals(&self) -> String {
        match self.approvals {
            _ if !self.facts.pays.is_now() => self.t.order_only_help().to_owned(),
            0 => self.t.approvals_none().to_owned(),
            1 => self.t.approvals_one().to_owned(),
            n => self.t.approvals(n),
        }
    }

    fn terms_url(&self) -> String {
        let ids = self.facts.rows.iter().flat_map(|row| &row.facts.resources);
        terms::url(ids.map(|one| one.chosen.id.as_str()), self.facts.pays.is_now())
    }

    fn term_words(&self) -> String {
        self.facts.span.words(self.ui.locale)
    }

    /// The term of an order, in words.
    fn row_term(&self, row: &RowFacts) -> String {
        plan::texts::term(row.facts.term, self.ui.locale)
    }

    /// Where the prices of the same renewals are kept as a quote.
    fn quote_url(&self) -> String {
        links::quote_renewal(self.wish.ids.iter().map(String::as_str))
    }

    fn path(&self) -> &'static str {
        self.wish.pays.path()
    }

    fn is_plan(&self) -> bool {
        self.wish.pays.is_least()
    }

    fn title(&self) -> &'static str {
        if self.is_plan() { self.t.plan_title() } else { self.t.title() }
    }

    fn resources(&self) -> usize {
        self.facts.rows.iter().map(|row| row.facts.resources.len()).sum()
    }

    fn by_coupons(&self) -> Money {
        self.sum(|row| row.facts.price.payable - row.facts.price.from_balance)
    }

    /// The same resources and term on the page that plans for the least cash.
    fn plan_url(&self) -> String {
        let term = TERMS.iter().find(|one| one.1 == self.wish.term).map_or("", |one| one.0);
        format!("{}&term={term}", links::plan_renewals(self.wish.ids.iter().map(String::as_str)))
    }

    /// How good the proposal for an account is, in words.
    fn quality(&self, one: &Proposed) -> String {
        if one.gap().is_zero() {
            self.t.is_least().to_owned()
        } else {
            self.t.could_be_lower(&one.gap().to_string())
        }
    }

    fn auto(&self, row: &RowFacts) -> String {
        row.charged_at.map_or_else(String::new, |at| self.t.auto_soon(&self.ui.at(&at).to_string()))
    }
}

impl Paid {
    fn of(purse: &Purse, takes: Money, account: &str) -> Self {
        let from_cash = takes.min(purse.cash.max(Money::ZERO));
        let from_credit = (takes - from_cash).min(purse.credit.max(Money::ZERO));
        Self {
            account: account.to_owned(),
            takes,
            cash: purse.cash,
            cash_after: purse.cash - from_cash,
            from_credit,
            short: takes - from_cash - from_credit,
        }
    }
}
