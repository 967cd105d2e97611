//! What people do with the journal: submit, agree, take back, look again, judge. Each act is one
//! small transaction; none waits for Huawei.

pub(super) mod store;

use std::sync::Arc;

use uuid::Uuid;

use super::{
    chance::Chance,
    intent::{Intent, OperationId, TransKey},
    journal::{Fault, Judgement, Planned, Store, Submitted, Vote},
    reading::{Reading, Story},
    run::Bell,
    seal::Seals,
    state::State,
    timings::Timings,
};
use crate::{
    clock::Clock,
    identity::access::{AccountId, Actor, Permission},
    proof::{self, Mutant},
};

/// Why nothing was submitted.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// Another open operation holds the same thing: show it.
    #[error("operation {operation} is already open on this")]
    Busy {
        /// The one that is open.
        operation: OperationId,
    },
    /// This form was used before and asked for something else then: nothing was written now.
    #[error("the form became operation {operation}, which asks for something else")]
    OtherForm {
        /// What it became.
        operation: OperationId,
    },
    /// The payment deadline is too near or has passed.
    #[error("the deadline has passed")]
    TooLate,
    /// The person may not do this, or not on this account.
    #[error("not allowed")]
    NotAllowed,
    /// The database failed; the same form may be posted again without harm.
    #[error("the journal cannot be reached: {0}")]
    Unavailable(#[source] Fault),
}

/// Why an act on an operation was not done.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// There is no such operation on the person's accounts.
    #[error("no such operation")]
    NotFound,
    /// The person may not do this.
    #[error("not allowed")]
    NotAllowed,
    /// The operation has moved on, so this is no longer possible.
    #[error("the operation has moved on")]
    NotNow,
    /// The database failed.
    #[error("the journal cannot be reached: {0}")]
    Unavailable(#[source] anyhow::Error),
}

impl From<Fault> for ActError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Moved | Fault::Live | Fault::Refused(_) => Self::NotNow,
            other => Self::Unavailable(other.into()),
        }
    }
}

impl From<sqlx::Error> for ActError {
    fn from(error: sqlx::Error) -> Self {
        Self::Unavailable(error.into())
    }
}

/// Where pages hand in intents and act on operations. Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    store: Arc<dyn Store>,
    reading: Reading,
    clock: Clock,
    chance: Chance,
    key: TransKey,
    seals: Seals,
    timings: Timings,
    bell: Arc<Bell>,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Desk")
    }
}

impl Desk {
    /// A desk over `store` that tells workers through `bell` when there is something to do.
    pub fn new(
        store: Arc<dyn Store>,
        reading: Reading,
        (clock, chance): (Clock, Chance),
        (key, timings): (TransKey, Timings),
        bell: Arc<Bell>,
    ) -> Self {
        let seals = Seals::of(&key);
        Self { store, reading, clock, chance, key, seals, timings, bell }
    }

    /// A desk whose operations nobody works on, for tests of pages.
    #[cfg(test)]
    pub(crate) fn unattended(db: sqlx::PgPool, clock: Clock) -> Self {
        let store = Arc::new(super::store::PgStore(db.clone()));
        let chance_and_key = (TransKey([0; 32]), Timings::REAL);
        Self::new(store, Reading::new(db), (clock, Chance::seeded(1)), chance_and_key, Arc::default())
    }

    /// What pages read.
    pub fn reading(&self) -> &Reading {
        &self.reading
    }

    /// Seals what forms show, for those that they are handed to.
    pub fn seals(&self) -> &Seals {
        &self.seals
    }

    /// From signing on, after this long it is known what became of a request, if Huawei answers.
    pub fn settle_point(&self) -> chrono::TimeDelta {
        chrono::TimeDelta::from_std(self.timings.settle_point()).unwrap_or(chrono::TimeDelta::MAX)
    }

    /// Writes the intent down. The same form posted again returns the first operation, unless it asks
    /// for something else by then.
    pub async fn submit(&self, actor: &Actor, mut intent: Intent) -> Result<OperationId, SubmitError> {
        if proof::is(Mutant::FormNotOnce) {
            intent.form_key = self.chance.id(self.clock.now());
        }
        if !actor.may(intent.needs) || !actor.all_accounts.contains(intent.account) {
            return Err(SubmitError::NotAllowed);
        }
        let planned = Planned {
            id: OperationId(self.chance.id(self.clock.now())),
            requester_id: actor.id,
            requester_name: actor.username.clone(),
            trans_id: self.key.id(intent.account, actor.id, intent.form_key),
            approve_within: self.timings.approve_within,
            send_within: self.timings.send_within,
            hold: intent.holds.then(|| self.hold()),
            intent,
        };
        // Moved: the holder of the target closed while it was being named; once more then.
        let mut submitted = self.store.submit(&planned).await;
        if matches!(submitted, Err(Fault::Moved)) {
            submitted = self.store.submit(&planned).await;
        }
        match submitted.map_err(SubmitError::Unavailable)? {
            Submitted::New(id) => {
                metrics::counter!("operations_submitted_total", "kind" => planned.intent.kind).increment(1);
                tracing::info!(operation = %id, kind = planned.intent.kind, "operation submitted");
                self.bell.one_ready();
                Ok(id)
            }
            Submitted::Already(id) => Ok(id),
            Submitted::OtherForm(operation) => Err(SubmitError::OtherForm { operation }),
            Submitted::Busy(operation) => Err(SubmitError::Busy { operation }),
            Submitted::TooLate => Err(SubmitError::TooLate),
        }
    }

    /// Agrees to the payload with this hash. Returns the state that follows.
    pub async fn approve(
        &self,
        actor: &Actor,
        id: OperationId,
        payload_sha256: &[u8],
    ) -> Result<State, ActError> {
        self.vote(actor, id, (payload_sha256, true), "").await
    }

    /// Says no to the payload with this hash.
    pub async fn reject(
        &self,
        actor: &Actor,
        id: OperationId,
        payload_sha256: &[u8],
        reason: &str,
    ) -> Result<State, ActError> {
        self.vote(actor, id, (payload_sha256, false), reason).await
    }

    /// Takes back what was not sent; only its maker can.
    pub async fn cancel(&self, actor: &Actor, id: OperationId) -> Result<(), ActError> {
        let story = self.story(actor, id, Permission::ViewActivity).await?;
        if story.operation.requester_id != actor.id {
            return Err(ActError::NotAllowed);
        }
        Ok(self.store.withdraw(id, &person(actor)).await?)
    }

    /// Has an operation looked at now; one that needs review is asked about again.
    pub async fn check_now(&self, actor: &Actor, id: OperationId) -> Result<(), ActError> {
        let story = self.story(actor, id, Permission::Refresh).await?;
        if story.operation.state == State::NeedsReview && !actor.may(Permission::Review) {
            return Err(ActError::NotAllowed);
        }
        self.store.hasten(id, &person(actor)).await?;
        self.bell.any_due();
        Ok(())
    }

    /// Says what became of an operation that reading cannot settle; two people must say the same.
    /// Nobody can call dead what may still take effect; the journal judges that by its own clock.
    pub async fn judge(
        &self,
        actor: &Actor,
        id: OperationId,
        executed: bool,
        reason: &str,
    ) -> Result<State, ActError> {
        self.story(actor, id, Permission::Review).await?;
        let judgement =
            Judgement { operation: id, person: person(actor), executed, reason: reason.to_owned() };
        Ok(self.store.judge(&judgement).await?)
    }

    /// Lets an account send again after its credentials were refused.
    pub async fn resume(&self, actor: &Actor, account: AccountId) -> Result<(), ActError> {
        if !actor.may(Permission::ManageAccounts) {
            return Err(ActError::NotAllowed);
        }
        if !actor.all_accounts.contains(account) {
            return Err(ActError::NotFound);
        }
        tracing::info!(%account, by = %actor.username, "sending resumed");
        self.store.resume(account).await?;
        self.bell.any_due();
        Ok(())
    }

    async fn vote(
        &self,
        actor: &Actor,
        id: OperationId,
        (payload_sha256, agrees): (&[u8], bool),
        reason: &str,
    ) -> Result<State, ActError> {
        let story = self.story(actor, id, Permission::Approve).await?;
        if story.operation.requester_id == actor.id {
            return Err(ActError::NotAllowed);
        }
        let vote = Vote {
            operation: id,
            person: person(actor),
            payload_sha256: payload_sha256.to_vec(),
            agrees,
            reason: reason.to_owned(),
        };
        let state = self.store.vote(&vote).await?;
        self.bell.one_ready();
        Ok(state)
    }

    /// How long what cannot be undone waits.
    pub fn hold(&self) -> std::time::Duration {
        if proof::is(Mutant::HoldForgotten) { std::time::Duration::ZERO } else { self.timings.hold }
    }

    async fn story(&self, actor: &Actor, id: OperationId, needs: Permission) -> Result<Story, ActError> {
        if !actor.may(needs) {
            return Err(ActError::NotAllowed);
        }
        self.store.story(&actor.all_accounts, id).await?.ok_or(ActError::NotFound)
    }
}

fn person(actor: &Actor) -> (Uuid, String) {
    (actor.id, actor.username.clone())
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::{
        identity::access::{Role, Scope},
        operations::{
            Arming, Change, Confirmed, Note, PgStore, Target,
            journal::{Answered, Outcome, Verdict},
        },
    };

    const ACCOUNT: AccountId = AccountId(Uuid::from_u128(1));

    #[derive(serde::Serialize)]
    struct Cancelling;

    impl Confirmed for Cancelling {
        const KIND: &'static str = "cancel_order";
        const STEP: &'static str = "cancel";
        const NEEDS: Permission = Permission::CancelOrders;

        fn subject(&self) -> &'static str {
            "CS1"
        }

        fn targets(&self) -> Vec<Target> {
            vec![Target::Order("CS1".to_owned())]
        }
    }

    #[sqlx::test]
    async fn nobody_calls_dead_what_may_still_take_effect(db: sqlx::PgPool) {
        let now = Clock::system().now();
        let (clock, hand) = Clock::manual(now);
        let (desk, store) = (Desk::unattended(db.clone(), clock), PgStore(db));
        store.observe(std::time::Duration::ZERO).await.expect("observed");
        let all = Scope::of([ACCOUNT]);
        let (id, username) = (Uuid::from_u128(7), "finance".to_owned());
        let (role, locale) = (Role::Finance, crate::i18n::Locale::En);
        let actor = Actor { id, username, role, all_accounts: all.clone(), scope: all, locale };
        let form = Uuid::from_u128(9);
        let id = desk.submit(&actor, Intent::new(ACCOUNT, form, &Cancelling)).await.expect("submitted");
        let lease = std::time::Duration::from_mins(1);
        let claim = async |state| store.claim(&[state], "test", lease).await.expect("asked").expect("due");
        let ready = claim(State::Ready).await;
        let settles_at = now + Timings::REAL.settle_point();
        let arming = Arming { x_sdk_date: now, settles_at, request_sha256: [0; 32] };
        store.arm(&ready, &arming).await.expect("armed");
        let verdict = Verdict::Answer(Outcome::Unknown, Answered::default());
        let lost = Change { verdict, ..Change::to(State::Unknown, Note::AnswerUnclear) };
        store.settle(&ready, &lost).await.expect("lost");
        let odd = Change::to(State::NeedsReview, Note::Contradiction);
        store.settle(&claim(State::Unknown).await, &odd).await.expect("odd");

        // Nor when this machine's clock says that it is over.
        for ahead in [std::time::Duration::ZERO, std::time::Duration::from_hours(1)] {
            hand.advance(ahead);
            let early = desk.judge(&actor, id, false, "not there").await;
            assert!(matches!(early, Err(ActError::NotNow)), "{early:?}");
        }
        let said = desk.judge(&actor, id, true, "I see it").await.expect("said");
        assert_eq!(said, State::NeedsReview);
    }

    #[sqlx::test]
    async fn a_desk_that_was_handed_nothing_has_nothing_open(db: sqlx::PgPool) {
        let (clock, _) = Clock::manual(DateTime::UNIX_EPOCH);
        let open = Desk::unattended(db, clock).reading().open_count(&Scope::default()).await;
        assert_eq!(open.expect("an answer"), 0);
    }
}
