//! Plans: renewals of several resources asked for with one form, ordered and paid one after another through
//! the journal. A plan sends nothing itself, holds nothing, and never does more than was confirmed.

mod forward;
pub mod job;
mod list;
mod page;
mod pay;
mod store;
pub mod texts;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

pub use store::{Made, create, of_form};

use super::live::ChosenResource;
use crate::{
    bss::Term,
    identity::access::{
        AccountId, Actor, Permission,
        Permission::{PayOrders, RenewResources, ViewResources},
        Scope,
    },
    money::Money,
    web::{Access::Needs, Routes},
};

/// The most resources that one plan renews.
pub const MOST: usize = 50;

/// A plan as a person confirmed it.
#[derive(Debug, Clone)]
pub struct NewPlan {
    /// The random key of the form: posting it twice is one plan.
    pub form_key: Uuid,
    /// Why, in the person's words; may be empty.
    pub reason: String,
    /// What is done, in this order.
    pub steps: Vec<NewStep>,
}

/// One order to be made, and perhaps to be paid.
#[derive(Debug, Clone)]
pub struct NewStep {
    /// The account that has the resources.
    pub account: AccountId,
    /// What was confirmed.
    pub facts: Facts,
}

/// What was confirmed of one order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// What is renewed with one order, as it was shown.
    pub resources: Vec<Named>,
    /// For how long.
    pub term: Term,
    /// What it costs, as it was shown.
    pub price: Price,
    /// How it is paid.
    pub payment: Payment,
}

/// A resource that is renewed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// As it was shown.
    pub chosen: ChosenResource,
    /// Until when it will be, as estimated.
    pub until: DateTime<Utc>,
}

/// What an order costs, in yuan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// The list price.
    pub official: Money,
    /// After the discount that is used, before coupons.
    pub payable: Money,
    /// What is taken from the balance.
    pub from_balance: Money,
}

/// How an order is paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payment {
    /// Not at all: it is left to be paid by hand.
    OrderOnly,
    /// With these, and the rest from the balance.
    Now(PaidWith),
}

/// What pays an order before the balance does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaidWith {
    /// The discount; without one, that which must be used.
    pub discount: Option<String>,
    /// The coupons, in this order.
    #[serde(default)]
    pub coupons: Vec<String>,
}

impl Payment {
    /// Now, with this discount and no coupons.
    pub const fn with(discount: Option<String>) -> Self {
        Self::Now(PaidWith { discount, coupons: Vec::new() })
    }

    /// The coupons that it uses.
    pub fn coupons(&self) -> &[String] {
        match self {
            Self::OrderOnly => &[],
            Self::Now(with) => &with.coupons,
        }
    }
}

/// A plan as it is kept.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Its id.
    pub id: Uuid,
    /// Who asked for it …
    pub requester_id: Uuid,
    /// … by the name they had then.
    pub requester_name: String,
    /// Why; may be empty.
    pub reason: String,
    /// The accounts of its steps.
    pub accounts: Vec<Uuid>,
    /// What all its payments come to before coupons.
    pub amount: Money,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// Since when nothing more is submitted.
    pub stopped_at: Option<DateTime<Utc>>,
    /// Why, as a code.
    pub stop_why: Option<String>,
    /// By whom, if it was a person.
    pub stopped_by: Option<String>,
    /// When its last step ended.
    pub closed_at: Option<DateTime<Utc>>,
}

/// A step as it is kept.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its number, from 1.
    pub no: i32,
    /// The account that has the resources.
    pub account: AccountId,
    /// What was confirmed.
    pub facts: Facts,
    /// The key of the order's form, chosen beforehand.
    pub order_form_key: Uuid,
    /// The key of the payment's form, chosen beforehand.
    pub pay_form_key: Uuid,
    /// Where it stands.
    pub state: StepState,
    /// The order that came of it.
    pub order_id: Option<String>,
    /// Why it ended so, or what it waits for, as a code.
    pub why: String,
    /// What belongs to the code, as JSON text.
    pub detail: String,
    /// How often in a row it could not go on.
    pub holds: i32,
    /// When it is looked at again.
    pub next_at: Option<DateTime<Utc>>,
}

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum StepState {
    /// It has not ended.
    Open,
    /// The order is paid.
    Paid,
    /// The order is made and was not meant to be paid here.
    Ordered,
    /// The order is made, and was not paid although it was meant to be.
    Unpaid,
    /// No order was made.
    NotOrdered,
}

impl StepState {
    /// The name in the database and in pages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Paid => "paid",
            Self::Ordered => "ordered",
            Self::Unpaid => "unpaid",
            Self::NotOrdered => "not_ordered",
        }
    }
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// Where it stands then.
    pub state: StepState,
    /// The order that came of it.
    pub order_id: Option<String>,
    /// Why, as a code.
    pub why: &'static str,
    /// What belongs to the code, as JSON text.
    pub detail: String,
}

impl NewPlan {
    /// What all its payments come to before coupons.
    pub fn amount(&self) -> Money {
        let paid = self.steps.iter().filter(|step| step.facts.payment != Payment::OrderOnly);
        paid.map(|step| step.facts.price.payable).sum()
    }

    /// A digest of all that it asks for.
    fn sha256(&self) -> [u8; 32] {
        let steps: Vec<(AccountId, &Facts)> =
            self.steps.iter().map(|step| (step.account, &step.facts)).collect();
        let text = serde_json::to_string(&(&self.reason, steps)).expect("facts are plain data");
        Sha256::digest(text).into()
    }

    /// Whether `actor` may ask for all of it.
    pub fn is_allowed_to(&self, actor: &Actor) -> bool {
        let pays = self.steps.iter().any(|step| step.facts.payment != Payment::OrderOnly);
        actor.may(RenewResources)
            && (!pays || actor.may(PayOrders))
            && self.steps.iter().all(|step| actor.all_accounts.contains(step.account))
    }
}

impl Plan {
    /// The accounts of its steps.
    pub fn scope(&self) -> Scope {
        Scope::of(self.accounts.iter().copied().map(AccountId))
    }

    /// Why `actor`, who asked for it, may not go on with it, as a code.
    fn forbidden_to(&self, actor: Option<&Actor>) -> Option<&'static str> {
        let Some(actor) = actor else { return Some("disabled") };
        let needs: &[Permission] =
            if self.amount.is_zero() { &[RenewResources] } else { &[RenewResources, PayOrders] };
        if !needs.iter().all(|permission| actor.may(*permission)) {
            return Some("no_right");
        }
        let has_all = self.scope().accounts().iter().all(|account| actor.all_accounts.contains(*account));
        (!has_all).then_some("no_account")
    }
}

/// The pages of plans.
pub fn routes() -> Routes {
    Routes::new()
        .get("/resources/plans", Needs(ViewResources), list::show)
        .get("/resources/plans/{id}", Needs(ViewResources), page::show)
        .post("/resources/plans/{id}/stop", Needs(RenewResources), page::stop)
}
