//! The resources of a form as they were read, and as the form carries them sealed: short, since they are up to
//! a hundred. It asks nobody.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{deduction::Deduction, store::Intended};
use crate::{
    bss::codes::{ExpirePolicy, ResourceStatus},
    features::resources::standing::Subject,
    i18n::Locale,
    identity::access::{AccountId, Actor},
    state::App,
    web::{chip::Chip, sentence::Sentence, shown::ReadAt},
};

/// A main resource that could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) account: AccountId,
    pub(super) account_name: String,
    /// What people call it; may be empty.
    pub(super) name: String,
    pub(super) service: String,
    pub(super) region: String,
    /// BSS's code of its status.
    pub(super) status: i32,
    /// What happens at its expiry, in BSS's codes.
    pub(super) policy: i32,
    pub(super) expires_at: DateTime<Utc>,
    /// How many resources follow it.
    pub(super) attached: usize,
    /// Their ids, where few resources are acted upon.
    pub(super) attached_ids: Vec<String>,
    /// Days before expiry on which an automatic renewal is first charged.
    pub(super) days: u8,
    /// What was wanted of its expiry here.
    pub(super) intended: Option<Intended>,
}

/// One that is left out, and why.
#[derive(Debug, Clone)]
pub(super) struct LeftOut {
    pub(super) id: String,
    pub(super) why: Sentence,
}

/// What was shown, as it is sealed.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Facts {
    at: DateTime<Utc>,
    accounts: Vec<AccountId>,
    rows: Vec<Packed>,
    /// Resource, what stands in its way, and more about that.
    left_out: Vec<(String, String, String)>,
}

/// Id, which of the accounts, name, service, region; status, policy, expiry in milliseconds, how many follow
/// it and which ones, days of deduction, and what was wanted.
type Packed =
    (String, usize, String, String, String, i32, i32, i64, (usize, Vec<String>), u8, Option<PackedIntent>);
/// Policy, times, period.
type PackedIntent = (i16, Option<i16>, Option<String>);

impl ReadAt for Facts {
    fn read_at(&self) -> DateTime<Utc> {
        self.at
    }
}

impl Row {
    /// Of what was looked up; nothing where Huawei does not tell what happens when.
    pub(super) fn of(
        subject: &Subject,
        (account_name, days): (String, u8),
        intended: Option<Intended>,
        locale: Locale,
    ) -> Option<Self> {
        let (stored, live) = (&subject.stored, &subject.live);
        let service = live.service_type_name.clone().filter(|name| !name.is_empty()).unwrap_or_else(|| {
            locale.pick(stored.service_name_zh.as_str(), &stored.service_name_en).to_owned()
        });
        Some(Self {
            id: stored.resource_id.clone(),
            account: stored.account,
            account_name,
            name: live.resource_name.clone().unwrap_or_default(),
            service,
            region: live.region_code.clone().unwrap_or_default(),
            status: live.status.code(),
            policy: live.expire_policy?.code(),
            expires_at: live.expire_time?,
            attached: subject.attached.len(),
            attached_ids: subject.attached.iter().map(|one| one.resource_id.clone()).collect(),
            days,
            intended,
        })
    }

    /// The next charge of its automatic renewal, on or to be switched on.
    pub(super) fn deduction(&self, now: DateTime<Utc>) -> Deduction {
        Deduction::next(self.expires_at, self.days, now)
    }

    /// Whether its term is over, so that it is in grace or retention.
    pub(super) fn has_expired(&self, now: DateTime<Utc>) -> bool {
        self.expires_at <= now
    }

    /// Whether it is renewed by itself now.
    pub(super) fn renews(&self) -> bool {
        self.policy == ExpirePolicy::AutoRenew.code()
    }

    /// What happens at its expiry now.
    pub(super) fn policy_chip(&self, locale: Locale) -> Chip {
        policy_chip(self.policy, locale)
    }

    /// The status, where it is no longer in use.
    pub(super) fn status_chip(&self, locale: Locale) -> Option<Chip> {
        let status = ResourceStatus::from_code(self.status);
        let (tone, icon) = match status {
            ResourceStatus::InUse => return None,
            ResourceStatus::Expired => ("decision", "deadline"),
            ResourceStatus::Frozen => ("destructive", "paused"),
            ResourceStatus::Closed => ("final", "final"),
            ResourceStatus::Unknown(_) => ("unknown", "unknown"),
        };
        Some(Chip { tone, icon, word: status.name(locale) })
    }

    /// Whether Huawei says something else than what was wanted here.
    pub(super) fn drifts(&self) -> bool {
        self.intended.as_ref().is_some_and(|intended| i32::from(intended.wanted) != self.policy)
    }

    fn packed(&self, account: usize) -> Packed {
        let intended = self.intended.as_ref();
        let intended = intended.map(|one| (one.wanted, one.times, one.period.clone()));
        let (id, name, service) = (self.id.clone(), self.name.clone(), self.service.clone());
        let (region, at) = (self.region.clone(), self.expires_at.timestamp_millis());
        let attached = (self.attached, self.attached_ids.clone());
        (id, account, name, service, region, self.status, self.policy, at, attached, self.days, intended)
    }
}

/// A policy as a chip.
pub(super) fn policy_chip(code: i32, locale: Locale) -> Chip {
    let policy = ExpirePolicy::from_code(code);
    let (tone, icon) = match policy {
        ExpirePolicy::AutoRenew => ("done", "renew"),
        ExpirePolicy::ToPayPerUse => ("progress", "forward"),
        ExpirePolicy::GracePeriod => ("final", "person"),
        ExpirePolicy::Delete | ExpirePolicy::Freeze | ExpirePolicy::DeleteAfterRetention => {
            ("decision", "never")
        }
        ExpirePolicy::Unknown(_) => ("unknown", "unknown"),
    };
    Chip { tone, icon, word: policy.name(locale) }
}

impl Facts {
    /// Of what is shown.
    pub(super) fn of(at: DateTime<Utc>, rows: &[Row], left_out: &[LeftOut]) -> Self {
        let mut accounts: Vec<AccountId> = Vec::new();
        let mut number = |account: AccountId| {
            accounts.iter().position(|known| *known == account).unwrap_or_else(|| {
                accounts.push(account);
                accounts.len() - 1
            })
        };
        let rows = rows.iter().map(|row| row.packed(number(row.account))).collect();
        let left = left_out.iter().map(|one| (one.id.clone(), one.why.title.clone(), one.why.text.clone()));
        Self { at, rows, left_out: left.collect(), accounts }
    }

    /// The same again for the resources with these ids, if all of them were shown and are still for this person
    /// to act on.
    pub(super) fn again(
        self,
        app: &App,
        actor: &Actor,
        ids: &[String],
    ) -> Option<(Vec<Row>, Vec<LeftOut>, DateTime<Utc>)> {
        let Self { at, accounts, rows, left_out } = self;
        let is_shown = |id: &String| {
            rows.iter().any(|(row, ..)| row == id) || left_out.iter().any(|(left, ..)| left == id)
        };
        if !ids.iter().all(is_shown) {
            return None;
        }
        let unpacked = |packed: Packed| {
            let (id, account, name, service, region, status, policy, expires, attached, days, intended) =
                packed;
            let (account, (attached, attached_ids)) = (*accounts.get(account)?, attached);
            let is_theirs = actor.all_accounts.contains(account) && app.readers.get(account).is_some();
            let account_name = app.readers.name(account).filter(|_| is_theirs)?.to_owned();
            let expires_at = DateTime::from_timestamp_millis(expires)?;
            let intended = intended.map(|(wanted, times, period)| {
                let resource_id = id.clone();
                Intended { account, resource_id, wanted, times, period }
            });
            Some(Row {
                id,
                account,
                account_name,
                name,
                service,
                region,
                status,
                policy,
                expires_at,
                attached,
                attached_ids,
                days,
                intended,
            })
        };
        let is_wanted = |id: &String| ids.contains(id);
        let rows = rows.into_iter().filter(|(id, ..)| is_wanted(id)).map(unpacked).collect::<Option<_>>()?;
        let why = |title, text| Sentence { tone: "decision", icon: "info", title, text, link: None };
        let left_out = left_out.into_iter().filter(|(id, ..)| is_wanted(id));
        let left_out = left_out.map(|(id, title, text)| LeftOut { id, why: why(title, text) }).collect();
        Some((rows, left_out, at))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::operations::{Seals, TransKey};

    #[test]
    fn as_many_resources_as_one_form_may_set_fit_into_it() {
        let account = AccountId(Uuid::nil());
        let row = |n: u32| {
            let resource_id = Uuid::from_u128(u128::from(n)).to_string();
            let (times, period) = (Some(99), Some("MONTH".to_owned()));
            Row {
                id: resource_id.clone(),
                account,
                account_name: String::new(),
                name: format!("生产环境-订单服务-数据库-{n:04}"),
                service: "分布式消息服务RabbitMQ版".to_owned(),
                region: "cn-north-219".to_owned(),
                status: 2,
                policy: 3,
                expires_at: DateTime::UNIX_EPOCH,
                attached: 12,
                attached_ids: Vec::new(),
                days: 7,
                intended: Some(Intended { account, resource_id, wanted: 3, times, period }),
            }
        };
        let rows: Vec<Row> = (0..100).map(row).collect();
        let facts = Facts::of(DateTime::UNIX_EPOCH, &rows, &[]);
        let seals = Seals::of(&TransKey([1; 32]));
        let sealed = seals.seal(&[], &facts).expect("small enough");
        let again: Facts = seals.open(&[], &sealed).expect("ours");
        assert_eq!((again.rows, again.accounts, again.at), (facts.rows, facts.accounts, facts.at));
    }
}
