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
    i18n::Locale,
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
    /// Keeps what was wanted if it was brought about, and what Huawei says now in any case.
    pub(super) async fn policy_settled(&self, operation: &Operation, wanted: Wanted, reader: &Reader) {
        let done = async {
            let live = self.read_policy(operation, reader).await?;
            if !self.succeeded(operation).await? {
                return Ok(());
            }
            let setting: Setting = serde_json::from_str(&operation.payload)?;
            let renews = wanted == Wanted::AutoRenewal;
            let policy = live.filter(|policy| wanted.holds(*policy)).unwrap_or(match wanted {
                Wanted::AutoRenewal => ExpirePolicy::AutoRenew,
                Wanted::PayPerUse => ExpirePolicy::ToPayPerUse,
                Wanted::NoAutoRenewal | Wanted::NoPayPerUse => ExpirePolicy::GracePeriod,
            });
            let intended = Intended {
                account: operation.account_id,
                resource_id: setting.resource.id,
                wanted: i16::try_from(policy.code())?,
                times: setting.times.filter(|_| renews).map(i16::from),
                period: setting.period.filter(|_| renews).map(|period| period.code().to_owned()),
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

    /// Keeps what Huawei says now.
    pub(super) async fn read_again(&self, operation: &Operation, reader: &Reader) {
        told(operation, self.read_policy(operation, reader).await.map(drop));
    }

    async fn read_policy(
        &self,
        operation: &Operation,
        reader: &Reader,
    ) -> anyhow::Result<Option<ExpirePolicy>> {
        let listed = reader.resource(&operation.subject, Locale::default()).await?;
        let policy = listed.and_then(|listed| listed.item.expire_policy);
        if let Some(policy) = policy {
            let code = i16::try_from(policy.code())?;
            store::keep_policy(&self.db, operation.account_id, &operation.subject, code).await?;
        }
        Ok(policy)
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
