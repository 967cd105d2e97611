//! What the portal keeps of resources' expiry after an operation has ended: what people want, and what Huawei
//! says by then. Nothing depends on it: a failure is only a line in the log.

use sqlx::PgPool;

use super::{
    renewal_day::SetRenewalDay,
    set_policy::{Setting, Wanted},
    store::{self, Intended},
};
use crate::{
    bss::{Reader, codes::ExpirePolicy},
    clock::Clock,
    features::resources::{self, sync},
    identity::access::Scope,
    operations::{Operation, Reading, State},
};

/// This database.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Where it is kept.
    pub db: PgPool,
    /// The time.
    pub clock: Clock,
}

impl Kept {
    /// Keeps what Huawei says now, and what was wanted if it was brought about.
    pub(super) async fn policy_settled(&self, operation: &Operation, wanted: Wanted, reader: &Reader) {
        self.read_again(operation, reader).await;
        let done = async {
            if !self.succeeded(operation).await? {
                return Ok(());
            }
            let setting: Setting = serde_json::from_str(&operation.payload)?;
            let scope = Scope::of([operation.account_id]);
            let read = resources::store::find(&self.db, &scope, &setting.resource.id).await?;
            let read = read.map(|row| ExpirePolicy::from_code(i32::from(row.expire_policy)));
            // Off leaves what Huawei makes of it.
            let policy = read.filter(|policy| wanted.holds(*policy)).unwrap_or(match wanted {
                Wanted::AutoRenewal => ExpirePolicy::AutoRenew,
                Wanted::PayPerUse => ExpirePolicy::ToPayPerUse,
                Wanted::NoAutoRenewal | Wanted::NoPayPerUse => ExpirePolicy::GracePeriod,
            });
            let intended = Intended {
                account: operation.account_id,
                resource_id: setting.resource.id,
                wanted: i16::try_from(policy.code())?,
                times: setting.times.map(i16::from),
                period: setting.period.map(|period| period.code().to_owned()),
            };
            let by = (operation.requester_name.as_str(), operation.id.0);
            Ok(store::intend(&self.db, &intended, by, operation.created_at).await?)
        };
        told(operation, done.await);
    }

    /// Keeps the day if it was set.
    pub(super) async fn day_settled(&self, operation: &Operation) {
        let done = async {
            if !self.succeeded(operation).await? {
                return Ok(());
            }
            let set: SetRenewalDay = serde_json::from_str(&operation.payload)?;
            let by = (operation.requester_name.as_str(), operation.created_at);
            Ok(store::set_day(&self.db, operation.account_id, set.day.columns(), by).await?)
        };
        told(operation, done.await);
    }

    /// Keeps what Huawei says of the resource now.
    pub(super) async fn read_again(&self, operation: &Operation, reader: &Reader) {
        let about = [operation.subject.clone()];
        sync::after((&self.db, &self.clock), operation, reader, &about).await;
    }

    /// Whether the operation, which was given as it was before it ended, came to a good end.
    async fn succeeded(&self, operation: &Operation) -> anyhow::Result<bool> {
        let scope = Scope::of([operation.account_id]);
        let story = Reading::new(self.db.clone()).find(&scope, operation.id).await?;
        Ok(story.is_some_and(|story| story.operation.state == State::Succeeded))
    }
}

fn told(operation: &Operation, done: anyhow::Result<()>) {
    if let Err(error) = done {
        tracing::warn!(
            operation = %operation.id,
            error = format!("{error:#}"),
            "what became of an expiry was not kept"
        );
    }
}
