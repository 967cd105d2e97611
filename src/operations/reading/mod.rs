//! What pages read of the journal. Every query takes a scope; nothing here writes.

mod store;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use super::{
    intent::OperationId,
    journal::{Attempt, Operation},
    note::Note,
    state::State,
};
use crate::{
    identity::access::{AccountId, Scope},
    money::Money,
};

/// Reads the journal for pages.
#[derive(Debug, Clone)]
pub struct Reading {
    pub(super) db: PgPool,
}

/// Which operations a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only in this state.
    pub state: Option<State>,
    /// Only those that have not ended.
    pub open: bool,
    /// Only of this kind.
    pub kind: Option<String>,
    /// Only about this order or resource.
    pub subject: Option<String>,
    /// Only older ones than this: the last of the page before.
    pub before: Option<OperationId>,
}

/// An operation with everything that happened to it.
#[derive(Debug, Clone)]
pub struct Story {
    /// The operation.
    pub operation: Operation,
    /// What was sent because of it.
    pub attempts: Vec<Attempt>,
    /// What others decided.
    pub approvals: Vec<Approval>,
    /// What people concluded in the present round of review.
    pub reviews: Vec<Review>,
    /// Its history, oldest first.
    pub events: Vec<Event>,
    /// Why nothing is sent for its account, if so.
    pub stop: Option<Stop>,
    /// The plan that it is a part of.
    pub part_of: Option<PartOf>,
}

/// The plan that an operation is a part of, as far as the reader's scope shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartOf {
    /// All accounts of the plan are in the scope.
    Seen {
        /// The plan's id.
        plan: Uuid,
        /// What all its payments come to, yuan; by this the approvals for each are asked.
        amount: Money,
    },
    /// Some account of the plan is not.
    Unseen,
}

impl Story {
    /// Until when something that was sent may still take effect. After a refusal, a copy of any earlier
    /// request may be what Huawei refused.
    pub fn may_take_effect_until(&self) -> Option<DateTime<Utc>> {
        let refused = self.operation.rejected;
        let possible = self.attempts.iter().filter(|attempt| refused || attempt.is_live());
        possible.map(|attempt| attempt.settles_at).max()
    }
}

/// What a form became.
#[derive(Debug, Clone)]
pub struct FormMade {
    /// The key of the form.
    pub form_key: Uuid,
    /// The operation.
    pub operation: OperationId,
    /// Its kind.
    pub kind: String,
    /// What people call it by.
    pub subject: String,
    /// What was confirmed, as JSON text.
    pub payload: String,
}

/// An operation that is a part of a plan.
#[derive(Debug, Clone)]
pub struct Part {
    /// The key of the form that it was submitted with.
    pub form_key: Uuid,
    /// The operation.
    pub operation: OperationId,
    /// Where it is.
    pub state: State,
    /// How many others must agree.
    pub needs_approvals: i16,
    /// The order that it made upstream.
    pub upstream_order_id: Option<String>,
    /// The orders that it made beside that one.
    pub more_orders: Vec<String>,
    /// Huawei's code.
    pub result_code: Option<String>,
    /// Why it is in its state, as a code.
    pub note: String,
    /// What belongs to the note.
    pub detail: Value,
}

impl Part {
    /// Why it is in its state.
    pub fn why(&self) -> Option<Note> {
        Note::from_code(&self.note)
    }
}

/// What another person decided.
#[derive(Debug, Clone)]
pub struct Approval {
    /// Who.
    pub approver_id: Uuid,
    /// By which name.
    pub approver_name: String,
    /// `approve` or `reject`.
    pub decision: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// What a person concluded.
#[derive(Debug, Clone)]
pub struct Review {
    /// Who.
    pub reviewer_id: Uuid,
    /// By which name.
    pub reviewer_name: String,
    /// `executed` or `not_executed`.
    pub verdict: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// One row of history.
#[derive(Debug, Clone)]
pub struct Event {
    /// When.
    pub at: DateTime<Utc>,
    /// Before; none for the first.
    pub from_state: Option<State>,
    /// After.
    pub to_state: State,
    /// Why, as a code.
    pub note: String,
    /// What belongs to it.
    pub detail: Value,
    /// Who did it; none for the portal itself.
    pub actor_name: Option<String>,
}

impl Event {
    /// Why.
    pub fn why(&self) -> Option<Note> {
        Note::from_code(&self.note)
    }
}

/// Why nothing is sent for an account.
#[derive(Debug, Clone)]
pub struct Stop {
    /// The account.
    pub account_id: AccountId,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Huawei's code.
    pub error_code: Option<String>,
    /// Huawei's words.
    pub error_msg: Option<String>,
}

impl Reading {
    /// Reads from `db`.
    pub fn new(db: PgPool) -> Self {
        Self { db }
    }

    /// One operation with its history, if it is in scope.
    pub async fn find(&self, scope: &Scope, id: OperationId) -> Result<Option<Story>, sqlx::Error> {
        store::find(&self.db, scope, id).await
    }

    /// Up to `limit` operations, newest first.
    pub async fn list(
        &self,
        scope: &Scope,
        filter: &Filter,
        limit: u32,
    ) -> Result<Vec<Operation>, sqlx::Error> {
        store::list(&self.db, scope, filter, limit).await
    }

    /// How many operations are in each state.
    pub async fn counts(&self, scope: &Scope) -> Result<Vec<(State, i64)>, sqlx::Error> {
        store::counts(&self.db, scope).await
    }

    /// How many have not ended.
    pub async fn open_count(&self, scope: &Scope) -> Result<i64, sqlx::Error> {
        store::open_count(&self.db, scope).await
    }

    /// How many have not ended, by account, for all accounts: for the figure in every page's header,
    /// which is cut down to the reader's scope there.
    pub async fn open_by_account(&self) -> Result<HashMap<AccountId, u64>, sqlx::Error> {
        store::open_by_account(&self.db).await
    }

    /// The open operations that hold these orders: (order id as it was given, operation).
    pub async fn holding_orders(
        &self,
        scope: &Scope,
        orders: &[String],
    ) -> Result<Vec<(String, OperationId)>, sqlx::Error> {
        store::holding(&self.db, scope, "order", orders).await
    }

    /// The open operations that hold these resources: (resource id as it was given, operation).
    pub async fn holding_resources(
        &self,
        scope: &Scope,
        resources: &[String],
    ) -> Result<Vec<(String, OperationId)>, sqlx::Error> {
        store::holding(&self.db, scope, "resource", resources).await
    }

    /// What forms of this person became.
    pub async fn of_forms(
        &self,
        scope: &Scope,
        requester: Uuid,
        form_keys: &[Uuid],
    ) -> Result<Vec<FormMade>, sqlx::Error> {
        store::of_forms(&self.db, scope, requester, form_keys).await
    }

    /// The operations that were submitted for a plan.
    pub async fn of_plan(&self, scope: &Scope, plan: Uuid) -> Result<Vec<Part>, sqlx::Error> {
        store::of_plan(&self.db, scope, plan).await
    }

    /// How many others must agree to an operation of this kind and amount, by today's policy.
    pub async fn approvals_needed(&self, kind: &str, amount: Option<Money>) -> Result<i16, sqlx::Error> {
        store::approvals_needed(&self.db, kind, amount).await
    }

    /// The accounts in scope for which nothing is sent.
    pub async fn stops(&self, scope: &Scope) -> Result<Vec<Stop>, sqlx::Error> {
        store::stops(&self.db, scope).await
    }

    /// Until when nothing is sent because the database was recovered, if so.
    pub async fn quarantine(&self) -> Result<Option<DateTime<Utc>>, sqlx::Error> {
        store::quarantine(&self.db).await
    }
}
