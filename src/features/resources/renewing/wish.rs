//! What a person wishes to renew: which resources, until when, and how it is paid. Read out of addresses and
//! forms; it asks nobody.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    term::{self, Span},
    texts::Texts,
};
use crate::{bss::Term, features::resources::plan, i18n::Locale, web::form::ids_in};

/// What the URL says.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    resource: Vec<String>,
    #[serde(default)]
    pub(super) paste: String,
    #[serde(default)]
    term: Option<String>,
    #[serde(default)]
    pay: Option<String>,
    #[serde(default)]
    pub(super) reason: String,
    /// `day` for a common day instead of a term.
    #[serde(default)]
    ends: String,
    #[serde(default)]
    until: String,
    /// Whether several resources may share an order.
    #[serde(default)]
    together: Option<String>,
}

/// The form.
#[derive(Debug, Deserialize)]
pub(super) struct RenewForm {
    pub(super) form_key: Uuid,
    pub(super) seen: String,
    #[serde(default)]
    pub(super) seal: String,
    #[serde(default)]
    resource: Vec<String>,
    term: String,
    #[serde(default)]
    pay: String,
    #[serde(default)]
    pub(super) reason: String,
    #[serde(default)]
    pub(super) typed: String,
    #[serde(default)]
    ends: String,
    #[serde(default)]
    until: String,
    #[serde(default)]
    together: Option<String>,
    /// Pressed to reckon again without confirming, where no script does it.
    #[serde(default)]
    pub(super) update: Option<String>,
}

/// What only the page that plans for the least cash asks.
struct Least<'a> {
    ends: &'a str,
    until: &'a str,
    together: bool,
}

/// How orders are paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Pays {
    /// Not now.
    Not,
    /// From the balance with the best discount, each resource an order of its own.
    Balance,
    /// For the least cash with coupons and discounts; `together`: several resources may share an order.
    Least { together: bool },
}

/// What is renewed, until when, and how it is paid.
#[derive(Debug, Clone)]
pub(super) struct Wish {
    pub(super) ids: Vec<String>,
    /// Nothing for a day that cannot be understood.
    pub(super) span: Option<Span>,
    pub(super) pays: Pays,
    /// The term that is chosen, or would be if no day were.
    pub(super) term: Term,
    /// The day as it was typed.
    pub(super) until: String,
}

impl Asked {
    pub(super) fn wish(&self, is_plan: bool) -> Wish {
        let ids = ids_in(self.resource.iter().chain([&self.paste]), str::to_owned);
        let term = self.term.as_deref().and_then(term::read).unwrap_or(Term::Months(1));
        let least = Least { ends: &self.ends, until: &self.until, together: self.together.is_some() };
        Wish::new(ids, term, self.pay.as_deref(), is_plan.then_some(least))
    }
}

impl RenewForm {
    /// Nothing when it asks for what no page offers.
    pub(super) fn wish(&self, is_plan: bool) -> Option<Wish> {
        let ids = ids_in(&self.resource, str::to_owned);
        let term = term::read(&self.term)?;
        let is_possible = (1..=plan::MOST).contains(&ids.len());
        let least = Least { ends: &self.ends, until: &self.until, together: self.together.is_some() };
        is_possible.then(|| Wish::new(ids, term, Some(&self.pay), is_plan.then_some(least)))
    }
}

impl Wish {
    fn new(ids: Vec<String>, term: Term, pay: Option<&str>, least: Option<Least<'_>>) -> Self {
        let mut wish = Self {
            ids,
            span: Some(Span::Term(term)),
            pays: if pay == Some("order") { Pays::Not } else { Pays::Balance },
            term,
            until: String::new(),
        };
        let Some(least) = least else { return wish };
        wish.pays = Pays::Least { together: least.together };
        least.until.trim().clone_into(&mut wish.until);
        if least.ends == "day" {
            wish.span = NaiveDate::parse_from_str(&wish.until, "%Y-%m-%d").ok().map(Span::Day);
        }
        wish
    }

    /// Whether a common day is asked for, understood or not.
    pub(super) const fn is_by_day(&self) -> bool {
        !matches!(self.span, Some(Span::Term(_)))
    }

    /// The facts before anything was read are about this.
    pub(super) fn span_or_term(&self) -> Span {
        self.span.unwrap_or(Span::Term(self.term))
    }
}

impl Pays {
    pub(super) const fn is_now(self) -> bool {
        !matches!(self, Self::Not)
    }

    pub(super) const fn is_least(self) -> bool {
        matches!(self, Self::Least { .. })
    }

    /// Whether several resources may share an order.
    pub(super) const fn together(self) -> bool {
        matches!(self, Self::Least { together: true })
    }

    /// The page on which it is chosen.
    pub(super) const fn path(self) -> &'static str {
        if self.is_least() { "/resources/plan" } else { "/resources/renew" }
    }

    pub(super) fn words(self, locale: Locale) -> String {
        let t = Texts(locale);
        match self {
            Self::Not => t.order_only_choice().to_owned(),
            Self::Balance => t.pay_now().to_owned(),
            Self::Least { together: false } => t.plan_title().to_owned(),
            Self::Least { together: true } => t.together().to_owned(),
        }
    }
}
