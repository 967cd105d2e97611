//! What a renewal is decided upon, as it was read and shown: the form carries it sealed. It asks for what it
//! needs and decides nothing.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::{OptionFuture, join_all};
use serde::{Deserialize, Serialize};

use super::{
    least::{Planning, Priced, Proposed},
    prices,
    term::{self, NoTerm, Span},
    texts::Texts,
    wish::{Pays, Wish},
};
use crate::{
    bss::{Term, codes::ExpirePolicy},
    features::resources::{
        ChosenResource, Shown,
        plan::{self, Named, Payment, Price},
        planner::Renewable,
        standing::Subject,
        store::{Days, renewal_days},
    },
    identity::access::{AccountId, Scope},
    money::Money,
    payments,
    state::App,
    web::{
        Error, PAGE_LIMIT, Ui,
        sentence::{Failure, Sentence},
        shown::ReadAt,
    },
};

/// An automatic renewal that is nearer than this is warned of.
const SOON: TimeDelta = TimeDelta::hours(24);
/// Days before expiry on which Huawei first charges an automatic renewal, unless the account has it otherwise.
const DEDUCTION: i16 = 7;

/// Everything that a renewal is decided upon, all of it read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Facts {
    pub(super) span: Span,
    pub(super) pays: Pays,
    /// Each an order, in the sequence in which they are made and paid.
    pub(super) rows: Vec<RowFacts>,
    pub(super) purses: Vec<Purse>,
    /// What was proposed for the least cash, of each account.
    pub(super) proposed: Vec<Proposed>,
    pub(super) at: DateTime<Utc>,
}

/// One order: a resource, or several where they share it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct RowFacts {
    pub(super) account: AccountId,
    pub(super) account_name: String,
    pub(super) facts: plan::Facts,
    /// Discount and coupons in words.
    pub(super) paid_with: Vec<Used>,
    /// When Huawei charges it by itself, if that is near.
    pub(super) charged_at: Option<DateTime<Utc>>,
    /// Whether the new expiry is moved to the account's common day.
    pub(super) is_moved: bool,
}

/// A discount or coupon that an order is paid with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Used {
    pub(super) id: String,
    pub(super) title: String,
    /// What it takes off, yuan.
    pub(super) takes: Money,
    pub(super) is_coupon: bool,
}

/// What an account has, yuan.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Purse {
    pub(super) account: AccountId,
    pub(super) cash: Money,
    pub(super) credit: Money,
}

/// What reading brought.
pub(super) struct Read {
    pub(super) facts: Facts,
    /// Those that cannot be renewed, and why.
    pub(super) unable: Vec<(String, Sentence)>,
    /// What could not be read, so that nothing can be confirmed.
    pub(super) failures: Vec<Failure>,
}

impl ReadAt for Facts {
    fn read_at(&self) -> DateTime<Utc> {
        self.at
    }
}

/// Reads prices and balances for these resources, and for the least cash coupons too.
pub(super) async fn read(app: &App, ui: &Ui, wish: &Wish, able: Vec<Subject>) -> Result<Read, Error> {
    let t = Texts(ui.locale);
    let mut read =
        Read { facts: Facts::none(wish, app.clock.now()), unable: Vec::new(), failures: Vec::new() };
    let Some(span) = wish.span else { return Ok(read) };
    let mut accounts: Vec<AccountId> = able.iter().map(|one| one.stored.account).collect();
    accounts.sort_unstable();
    accounts.dedup();
    let days: BTreeMap<AccountId, Days> = renewal_days(&app.db, &Scope::of(accounts.iter().copied()))
        .await?
        .into_iter()
        .map(|days| (days.account, days))
        .collect();
    let reader = |account: AccountId| Some(app.readers.get(account)?.within(PAGE_LIMIT));
    let (mut subjects, mut asked) = (Vec::new(), Vec::new());
    for one in able {
        let id = one.stored.resource_id.clone();
        let days = days.get(&one.stored.account).copied();
        let timed =
            one.live.expire_time.map(|from| (from, span.term(from, days.and_then(|days| days.expiry))));
        match (timed, reader(one.stored.account)) {
            (_, None) => {}
            (None, _) => read.unable.push((id, Sentence::warning(t.no_expiry(), ""))),
            (Some((from, Err(why))), _) => read.unable.push((id, no_term(why, from, ui))),
            (Some((from, Ok(term))), Some(reader)) => {
                subjects.push(Timed { subject: one, from, term, days });
                asked.push((reader, id, term));
            }
        }
    }
    let purses = accounts.into_iter().filter_map(|account| {
        let reader = reader(account)?;
        let is_least = wish.pays.is_least();
        Some(async move {
            let coupons = OptionFuture::from(is_least.then(|| payments::coupons_of(&reader)));
            let (balances, coupons) = tokio::join!(reader.balances(), coupons);
            (account, balances, coupons)
        })
    });
    let (priced, purses) = tokio::join!(prices::each(asked), join_all(purses));
    let mut renewals = Vec::new();
    for (timed, priced) in subjects.into_iter().zip(priced) {
        match priced {
            Ok(Ok(quote)) => renewals.push(timed.row(app, ui, wish.pays, quote)),
            Ok(Err(unpriced)) => {
                read.unable.push((timed.subject.stored.resource_id, unpriced.sentence(ui.locale)));
            }
            Err(error) => read.failures.push(Failure::of(&error, t.the_price(), ui.locale)),
        }
    }
    for (account, balances, coupons) in purses {
        match balances {
            Ok(balances) => read.facts.purses.push(Purse {
                account,
                cash: balances.cash().map(|cash| cash.amount).unwrap_or_default(),
                credit: balances.credit().map(|credit| credit.amount).unwrap_or_default(),
            }),
            // What is not paid now needs no balance.
            Err(error) if wish.pays.is_now() => {
                read.failures.push(Failure::of(&error, t.the_balance(), ui.locale));
            }
            Err(_) => {}
        }
        let Some(coupons) = coupons else { continue };
        let mine: Vec<Priced> = renewals.extract_if(.., |priced| priced.row.account == account).collect();
        match coupons {
            Ok(_) if mine.is_empty() => {}
            Ok(coupons) => {
                let terms = (wish.pays.together(), app.clock.now());
                let planning = Planning::new(mine, coupons, terms, ui);
                let solved = tokio::task::spawn_blocking(move || planning.solve()).await;
                let (planning, proposal) = solved.map_err(anyhow::Error::from)?;
                let (planned, proposed) = planning.rows(&proposal, ui);
                read.facts.rows.extend(planned);
                read.facts.proposed.extend(proposed);
            }
            Err(error) => read.failures.push(Failure::of(&error, t.the_coupons(), ui.locale)),
        }
    }
    // What was not planned is ordered one by one, as it was asked for.
    read.facts.rows.extend(renewals.into_iter().map(|priced| priced.row));
    // One sentence for what fails in the same way many times.
    read.failures.dedup_by(|a, b| a.words() == b.words());
    read.facts.at = app.clock.now();
    Ok(read)
}

fn no_term(why: NoTerm, from: DateTime<Utc>, ui: &Ui) -> Sentence {
    let t = Texts(ui.locale);
    match why {
        NoTerm::Reached => Sentence::warning(t.reached(&ui.day(&from).to_string()), ""),
        NoTerm::TooFar => Sentence::warning(t.too_far(&ui.day(&from).to_string()), ""),
    }
}

/// A resource with the term that it is renewed for.
struct Timed {
    subject: Subject,
    from: DateTime<Utc>,
    term: Term,
    days: Option<Days>,
}

impl Timed {
    /// The facts of the resource as an order of its own.
    fn row(self, app: &App, ui: &Ui, pays: Pays, quote: prices::Quote) -> Priced {
        let Self { subject: Subject { stored, live, attached }, from, term, days } = self;
        let until = term::until(from, term, days.and_then(|days| days.expiry));
        let is_auto = live.expire_policy == Some(ExpirePolicy::AutoRenew);
        let deduction = days.map_or(DEDUCTION, |days| days.deduction);
        let now = app.clock.now();
        let charged_at = term::charged_next(from, deduction, now).filter(|at| is_auto && *at - now < SOON);
        let used = quote.discount.map(|(id, title)| Used {
            id,
            title,
            takes: quote.price.official - quote.price.payable,
            is_coupon: false,
        });
        let payment = if pays.is_now() {
            Payment::with(used.as_ref().map(|used| used.id.clone()))
        } else {
            Payment::OrderOnly
        };
        let name = live.resource_name.clone().unwrap_or_else(|| stored.name.clone());
        let service = live
            .service_type_name
            .clone()
            .unwrap_or_else(|| ui.locale.pick(&*stored.service_name_zh, &*stored.service_name_en).to_owned());
        let region = live.region_code.unwrap_or(stored.region_code);
        let renewable = Renewable {
            resource_id: stored.resource_id.clone(),
            service: stored.service_type_code,
            region: region.clone(),
            products: live.product_id.into_iter().collect(),
            term,
            price: quote.price.official,
        };
        let chosen = ChosenResource {
            id: stored.resource_id,
            expire_time: from,
            attached: attached.into_iter().map(|one| one.resource_id).collect(),
            shown: Shown { name, service, region },
            amount: Some(quote.price.payable),
        };
        let row = RowFacts {
            account: stored.account,
            account_name: app.readers.name(stored.account).unwrap_or_default().to_owned(),
            is_moved: until != term::until(from, term, None),
            facts: plan::Facts {
                resources: vec![Named { chosen, until }],
                term,
                price: quote.price,
                payment,
            },
            paid_with: used.into_iter().collect(),
            charged_at,
        };
        Priced { row, renewable, offers: quote.offers }
    }
}

impl Facts {
    /// Before anything was read.
    pub(super) fn none(wish: &Wish, at: DateTime<Utc>) -> Self {
        Self {
            span: wish.span_or_term(),
            pays: wish.pays,
            rows: Vec::new(),
            purses: Vec::new(),
            proposed: Vec::new(),
            at,
        }
    }

    /// What was shown, for the form to bring back.
    pub(super) fn seen(&self) -> Seen {
        let row = |row: &RowFacts| {
            let resources = &row.facts.resources;
            let ids: Vec<&str> = resources.iter().map(|one| one.chosen.id.as_str()).collect();
            SeenRow {
                id: ids.join(", "),
                spans: resources.iter().map(|one| (one.chosen.expire_time, one.until)).collect(),
                price: row.facts.price,
                payment: row.facts.payment.clone(),
            }
        };
        Seen { span: self.span, pays: self.pays, rows: self.rows.iter().map(row).collect() }
    }
}

/// What the page showed. The form brings it back to be compared with what is true then; it decides nothing
/// else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seen {
    span: Span,
    pays: Pays,
    rows: Vec<SeenRow>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct SeenRow {
    /// Of all resources of the order.
    id: String,
    /// Until when each is and will be.
    spans: Vec<(DateTime<Utc>, DateTime<Utc>)>,
    price: Price,
    payment: Payment,
}

/// A fact that is no longer as it was shown.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) id: String,
    pub(super) what: &'static str,
    pub(super) was: String,
    pub(super) is: String,
}

impl Seen {
    /// What differs between what was shown and what is.
    pub(super) fn changes(&self, facts: &Facts, ui: &Ui) -> Vec<Change> {
        let t = Texts(ui.locale);
        let now = facts.seen();
        let mut changes = Vec::new();
        let mut compare = |id: &str, what, was: String, is: String| {
            if was != is {
                changes.push(Change { id: id.to_owned(), what, was, is });
            }
        };
        compare("", t.term(), self.span.words(ui.locale), now.span.words(ui.locale));
        compare("", t.how(), self.pays.words(ui.locale), now.pays.words(ui.locale));
        let (yes, no) = (t.can_be_renewed(), t.cannot_be_renewed());
        let renewable = if now.pays.together() { t.this_order() } else { t.renewable() };
        for was in &self.rows {
            let Some(is) = now.rows.iter().find(|row| row.id == was.id) else {
                compare(&was.id, renewable, yes.to_owned(), no.to_owned());
                continue;
            };
            let day = |at: DateTime<Utc>| ui.at(&at).to_string();
            let yuan = |amount: Money| format!("¥{amount}");
            for (was_span, is_span) in was.spans.iter().zip(&is.spans) {
                compare(&was.id, t.expires(), day(was_span.0), day(is_span.0));
                compare(&was.id, t.new_expiry(), day(was_span.1), day(is_span.1));
            }
            compare(&was.id, t.official(), yuan(was.price.official), yuan(is.price.official));
            compare(&was.id, t.payable(), yuan(was.price.payable), yuan(is.price.payable));
            let balance = |price: &Price| yuan(price.from_balance);
            compare(&was.id, t.sum_now(), balance(&was.price), balance(&is.price));
            let coupons = |payment: &Payment| payment.coupons().join(", ");
            compare(&was.id, t.coupons(), coupons(&was.payment), coupons(&is.payment));
        }
        for is in now.rows.iter().filter(|is| self.rows.iter().all(|was| was.id != is.id)) {
            compare(&is.id, renewable, no.to_owned(), yes.to_owned());
        }
        changes
    }
}
