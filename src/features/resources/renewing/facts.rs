//! What a renewal is decided upon, as it was read and shown: the form carries it sealed. It asks for what it
//! needs and decides nothing.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};

use super::{prices, term, texts::Texts};
use crate::{
    bss::{Term, codes::ExpirePolicy},
    features::resources::{
        ChosenResource, Shown,
        plan::{self, Named, Payment},
        standing::Subject,
        store::{Days, renewal_days},
    },
    identity::access::{AccountId, Scope},
    money::Money,
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
    pub(super) term: Term,
    pub(super) pays: bool,
    pub(super) rows: Vec<RowFacts>,
    pub(super) purses: Vec<Purse>,
    pub(super) at: DateTime<Utc>,
}

/// One resource that can be renewed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct RowFacts {
    pub(super) account: AccountId,
    pub(super) account_name: String,
    pub(super) facts: plan::Facts,
    pub(super) discount_name: String,
    /// When Huawei charges it by itself, if that is near.
    pub(super) charged_at: Option<DateTime<Utc>>,
    /// Whether the new expiry is moved to the account's common day.
    pub(super) is_moved: bool,
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

/// Reads prices and balances for these resources.
pub(super) async fn read(
    app: &App,
    ui: &Ui,
    (term, pays): (Term, bool),
    able: Vec<Subject>,
) -> Result<Read, Error> {
    let t = Texts(ui.locale);
    let mut read =
        Read { facts: Facts::none(term, pays, app.clock.now()), unable: Vec::new(), failures: Vec::new() };
    let accounts: Vec<AccountId> = able.iter().map(|one| one.stored.account).collect();
    let days: BTreeMap<AccountId, Days> = renewal_days(&app.db, &Scope::of(accounts.iter().copied()))
        .await?
        .into_iter()
        .map(|days| (days.account, days))
        .collect();
    let reader = |account: AccountId| Some(app.readers.get(account)?.within(PAGE_LIMIT));
    let (subjects, asked): (Vec<Subject>, Vec<_>) = able
        .into_iter()
        .filter_map(|one| {
            let asked = (reader(one.stored.account)?, one.stored.resource_id.clone());
            Some((one, asked))
        })
        .unzip();
    let mut owners = accounts;
    owners.sort_unstable();
    owners.dedup();
    let purses = owners.into_iter().filter_map(|account| {
        let reader = reader(account)?;
        Some(async move { (account, reader.balances().await) })
    });
    let (priced, purses) = tokio::join!(prices::each(asked, term), join_all(purses));
    for (subject, priced) in subjects.into_iter().zip(priced) {
        let id = subject.stored.resource_id.clone();
        match priced {
            Ok(Ok(quote)) => match row(app, ui, (term, pays), subject, (quote, &days)) {
                Some(row) => read.facts.rows.push(row),
                None => read.unable.push((id, Sentence::warning(t.no_expiry(), ""))),
            },
            Ok(Err(unpriced)) => read.unable.push((id, unpriced.sentence(ui.locale))),
            Err(error) => read.failures.push(Failure::of(&error, t.the_price(), ui.locale)),
        }
    }
    for (account, balances) in purses {
        match balances {
            Ok(balances) => read.facts.purses.push(Purse {
                account,
                cash: balances.cash().map(|cash| cash.amount).unwrap_or_default(),
                credit: balances.credit().map(|credit| credit.amount).unwrap_or_default(),
            }),
            // What is not paid now needs no balance.
            Err(error) if pays => read.failures.push(Failure::of(&error, t.the_balance(), ui.locale)),
            Err(_) => {}
        }
    }
    // One sentence for what fails in the same way many times.
    read.failures.dedup_by(|a, b| a.words() == b.words());
    read.facts.at = app.clock.now();
    Ok(read)
}

/// The facts of one resource; nothing for one without an expiry.
fn row(
    app: &App,
    ui: &Ui,
    (term, pays): (Term, bool),
    subject: Subject,
    (quote, days): (prices::Quote, &BTreeMap<AccountId, Days>),
) -> Option<RowFacts> {
    let Subject { stored, live, attached } = subject;
    let expire_time = live.expire_time?;
    let days = days.get(&stored.account);
    let until = term::until(expire_time, term, days.and_then(|days| days.expiry));
    let is_auto = live.expire_policy == Some(ExpirePolicy::AutoRenew);
    let deduction = days.map_or(DEDUCTION, |days| days.deduction);
    let now = app.clock.now();
    let charged_at = term::charged_next(expire_time, deduction, now).filter(|at| is_auto && *at - now < SOON);
    let (discount, discount_name) =
        quote.discount.map_or((None, String::new()), |(id, name)| (Some(id), name));
    let payment = match discount {
        _ if !pays => Payment::OrderOnly,
        Some(id) => Payment::Discount(id),
        None => Payment::FromBalance,
    };
    let name = live.resource_name.clone().unwrap_or_else(|| stored.name.clone());
    let service = live
        .service_type_name
        .clone()
        .unwrap_or_else(|| ui.locale.pick(&*stored.service_name_zh, &*stored.service_name_en).to_owned());
    let chosen = ChosenResource {
        id: stored.resource_id,
        expire_time,
        attached: attached.into_iter().map(|one| one.resource_id).collect(),
        shown: Shown { name, service, region: live.region_code.unwrap_or(stored.region_code) },
        amount: Some(quote.price.payable),
    };
    Some(RowFacts {
        account: stored.account,
        account_name: app.readers.name(stored.account).unwrap_or_default().to_owned(),
        is_moved: until != term::until(expire_time, term, None),
        facts: plan::Facts { resources: vec![Named { chosen, until }], term, price: quote.price, payment },
        discount_name,
        charged_at,
    })
}

impl Facts {
    /// Before anything was read.
    pub(super) const fn none(term: Term, pays: bool, at: DateTime<Utc>) -> Self {
        Self { term, pays, rows: Vec::new(), purses: Vec::new(), at }
    }

    /// What was shown, for the form to bring back.
    pub(super) fn seen(&self) -> Seen {
        let row = |row: &RowFacts| {
            let one = row.facts.resources.first()?;
            Some(SeenRow {
                id: one.chosen.id.clone(),
                from: one.chosen.expire_time,
                until: one.until,
                official: row.facts.price.official,
                payable: row.facts.price.payable,
            })
        };
        Seen { term: self.term, pays: self.pays, rows: self.rows.iter().filter_map(row).collect() }
    }
}

/// What the page showed. The form brings it back to be compared with what is true then; it decides nothing
/// else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seen {
    term: Term,
    pays: bool,
    rows: Vec<SeenRow>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct SeenRow {
    id: String,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    official: Money,
    payable: Money,
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
        let term = |term| plan::texts::term(term, ui.locale);
        compare("", t.term(), term(self.term), term(now.term));
        let pays = |pays| if pays { t.pay_now() } else { t.order_only_choice() }.to_owned();
        compare("", t.how(), pays(self.pays), pays(now.pays));
        let (yes, no) = (t.can_be_renewed(), t.cannot_be_renewed());
        for was in &self.rows {
            let Some(is) = now.rows.iter().find(|row| row.id == was.id) else {
                compare(&was.id, t.renewable(), yes.to_owned(), no.to_owned());
                continue;
            };
            let day = |at: DateTime<Utc>| ui.at(&at).to_string();
            let yuan = |amount: Money| format!("¥{amount}");
            compare(&was.id, t.expires(), day(was.from), day(is.from));
            compare(&was.id, t.new_expiry(), day(was.until), day(is.until));
            compare(&was.id, t.official(), yuan(was.official), yuan(is.official));
            compare(&was.id, t.payable(), yuan(was.payable), yuan(is.payable));
        }
        for is in now.rows.iter().filter(|is| self.rows.iter().all(|was| was.id != is.id)) {
            compare(&is.id, t.renewable(), no.to_owned(), yes.to_owned());
        }
        changes
    }
}
