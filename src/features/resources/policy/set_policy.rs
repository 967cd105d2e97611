//! Setting what happens at the expiry of a resource as the journal does it: renewed by itself or not,
//! pay-per-use or not. One resource for each request, so that each has an outcome of its own.
//!
//! Such a value can be set again and changed back, so that order matters: a late copy of an "on" must not
//! arrive after a newer "off". An outcome that no answer told is therefore settled only once nothing that was
//! sent can arrive any more; until then the operation holds its resource.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::kept::Kept;
use crate::{
    bss::{
        AutoRenewal, Reader, ToPayPerUse, Write,
        codes::{AutoPeriod, ExpirePolicy},
        resources::Resource,
    },
    features::resources::live::{self, SeenResource, Shown},
    i18n::Locale,
    identity::access::{AccountId, Permission},
    operations::{
        Attempt, Confirmed, Difference, Intent, Kind, Operation, Outcome, Preflight, Sent, Sighting, Target,
    },
};

/// What a person confirmed for one resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// The resource as it was shown.
    pub resource: SeenResource,
    /// What happened at its expiry then, in the codes of `expire_policy`.
    pub policy: i32,
    /// How often it is renewed by itself; 0 is without end. Only where that is switched on.
    #[serde(default)]
    pub times: Option<u8>,
    /// For how long each time; the original or smallest term without one.
    #[serde(default)]
    pub period: Option<AutoPeriod>,
    /// What else was shown.
    pub shown: Shown,
    /// Why, in the person's words; may be empty.
    #[serde(default)]
    pub reason: String,
}

macro_rules! confirmed {
    ($($(#[$meta:meta])* $name:ident = $kind:literal;)+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(
            /// What was confirmed.
            pub Setting,
        );

        impl Confirmed for $name {
            const KIND: &'static str = $kind;
            const STEP: &'static str = "set_policy";
            const NEEDS: Permission = Permission::SetRenewal;

            fn subject(&self) -> &str {
                &self.0.resource.id
            }

            fn targets(&self) -> Vec<Target> {
                vec![Target::Resource(self.0.resource.id.clone())]
            }
        }
    )+};
}

confirmed! {
    /// It is to be renewed by itself.
    AutoRenewOn = "auto_renew_on";
    /// It is not to be renewed by itself any more.
    AutoRenewOff = "auto_renew_off";
    /// It is to become pay-per-use when it expires.
    AtExpiryOn = "at_expiry_on";
    /// It is not to become pay-per-use any more when it expires.
    AtExpiryOff = "at_expiry_off";
}

/// What is wanted of a resource's expiry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// It is renewed by itself.
    AutoRenewal,
    /// It is not renewed by itself.
    NoAutoRenewal,
    /// It becomes pay-per-use.
    PayPerUse,
    /// It does not become pay-per-use.
    NoPayPerUse,
}

impl Wanted {
    /// All of them, each a kind of its own.
    pub const ALL: [Self; 4] = [Self::AutoRenewal, Self::NoAutoRenewal, Self::PayPerUse, Self::NoPayPerUse];

    /// The kind that brings it about.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::AutoRenewal => AutoRenewOn::KIND,
            Self::NoAutoRenewal => AutoRenewOff::KIND,
            Self::PayPerUse => AtExpiryOn::KIND,
            Self::NoPayPerUse => AtExpiryOff::KIND,
        }
    }

    /// Whether a policy is as wanted: whatever is not 3 means that it is not renewed by itself.
    pub fn holds(self, policy: ExpirePolicy) -> bool {
        match self {
            Self::AutoRenewal => policy == ExpirePolicy::AutoRenew,
            Self::NoAutoRenewal => policy != ExpirePolicy::AutoRenew,
            Self::PayPerUse => policy == ExpirePolicy::ToPayPerUse,
            Self::NoPayPerUse => policy != ExpirePolicy::ToPayPerUse,
        }
    }

    /// What `setting` asks for on `account`, with the key of its part of the form.
    pub fn intent(self, account: AccountId, form_key: Uuid, setting: Setting) -> Intent {
        match self {
            Self::AutoRenewal => Intent::new(account, form_key, &AutoRenewOn(setting)),
            Self::NoAutoRenewal => Intent::new(account, form_key, &AutoRenewOff(setting)),
            Self::PayPerUse => Intent::new(account, form_key, &AtExpiryOn(setting)),
            Self::NoPayPerUse => Intent::new(account, form_key, &AtExpiryOff(setting)),
        }
    }

    fn write(self, setting: Setting) -> anyhow::Result<Write> {
        let id = setting.resource.id;
        Ok(match self {
            Self::AutoRenewal => Write::AutoRenew(AutoRenewal::new(id, setting.times, setting.period)?),
            Self::NoAutoRenewal => Write::CancelAutoRenew { resource_id: id },
            Self::PayPerUse | Self::NoPayPerUse => {
                Write::SetToPayPerUse(ToPayPerUse::new(vec![id], self == Self::PayPerUse)?)
            }
        })
    }
}

/// Sets one of them.
#[derive(Debug, Clone)]
pub struct Policies {
    /// What this kind sets.
    pub wanted: Wanted,
    /// Where it is kept what people want.
    pub kept: Kept,
}

#[async_trait]
impl Kind for Policies {
    fn name(&self) -> &'static str {
        self.wanted.kind()
    }

    fn tries(&self) -> i32 {
        6
    }

    async fn preflight(&self, operation: &Operation, reader: &Reader) -> Preflight {
        let Ok(setting) = serde_json::from_str::<Setting>(&operation.payload) else {
            return Preflight::Unreadable { why: "the payload cannot be understood".to_owned() };
        };
        match reader.resource(&setting.resource.id, Locale::default()).await {
            Ok(listed) => {
                let live = listed.as_ref().map(|listed| &listed.item);
                match differences(&setting, live) {
                    differences if differences.is_empty() => Preflight::Same,
                    differences => Preflight::Stale { differences },
                }
            }
            Err(error) => Preflight::Unreadable { why: error.to_string() },
        }
    }

    fn write(&self, operation: &Operation) -> anyhow::Result<Write> {
        self.wanted.write(serde_json::from_str(&operation.payload)?)
    }

    async fn look_up(&self, operation: &Operation, sent: Sent<'_>, reader: &Reader) -> Sighting {
        let Ok(setting) = serde_json::from_str::<Setting>(&operation.payload) else {
            return Sighting::Unreadable { why: "the payload cannot be understood".to_owned() };
        };
        match reader.resource(&setting.resource.id, Locale::default()).await {
            Ok(listed) => {
                let live = listed.as_ref().map(|listed| &listed.item);
                let now = self.kept.clock.now() - sent.ahead;
                let read = Read { live, was_absent: operation.absent_at.is_some(), now };
                sighting((self.wanted, &setting), sent.attempts, &read)
            }
            Err(error) => live::unreadable(&error),
        }
    }

    async fn settled(&self, operation: &Operation, reader: &Reader) {
        self.kept.policy_settled(operation, self.wanted, reader).await;
    }
}

/// What about the resource is no longer as it was confirmed.
fn differences(setting: &Setting, live: Option<&Resource>) -> Vec<Difference> {
    let mut differences = live::differences(&setting.resource, live);
    let policy = live.and_then(|live| live.expire_policy).map(ExpirePolicy::code);
    if differences.is_empty() && policy != Some(setting.policy) {
        differences.push(Difference {
            fact: "expire_policy",
            about: String::new(),
            confirmed: setting.policy.to_string(),
            live: policy.map(|code| code.to_string()).unwrap_or_default(),
        });
    }
    differences
}

/// One reading of the resource.
struct Read<'a> {
    live: Option<&'a Resource>,
    /// The reading before this one showed no effect, when nothing could arrive any more.
    was_absent: bool,
    now: DateTime<Utc>,
}

/// What a reading says (`operations.md`, verdicts of reading).
fn sighting(
    (wanted, setting): (Wanted, &Setting),
    attempts: &[Attempt],
    Read { live, was_absent, now }: &Read<'_>,
) -> Sighting {
    let evidence = evidence(*live);
    let accepted = attempts.iter().any(|attempt| attempt.outcome == Some(Outcome::Executed));
    let may_arrive = attempts.iter().any(|attempt| attempt.is_unsettled() && attempt.settles_at >= *now);
    let ours = attempts.iter().any(Attempt::is_live);
    let Some(live) = live.filter(|live| live.status.is_alive()) else {
        // It may have been set before the resource went, and only an answer tells of that any more.
        return match (accepted, ours) {
            (true, _) => Sighting::Effect { evidence, elsewhere: false, binds: None },
            (false, true) if may_arrive => Sighting::NotYetVisible,
            (false, true) => Sighting::Contradiction { evidence },
            (false, false) => Sighting::NoEffect { evidence, gone: Some("resource_gone") },
        };
    };
    let Some(policy) = live.expire_policy else {
        return Sighting::Unreadable { why: "Huawei does not say what happens at the expiry".to_owned() };
    };
    if !accepted && may_arrive {
        return Sighting::NotYetVisible;
    }
    let was_so_before = wanted.holds(ExpirePolicy::from_code(setting.policy));
    match (wanted.holds(policy), policy.code() == setting.policy) {
        // How often and for how long is told by nobody: only an answer proves that it was set anew.
        (true, _) if was_so_before && !ours => Sighting::NoEffect { evidence, gone: None },
        (true, _) if was_so_before && !accepted => Sighting::Contradiction { evidence },
        // It showed after nothing could arrive any more.
        (true, _) if *was_absent && !accepted => Sighting::Contradiction { evidence },
        (true, _) => Sighting::Effect { evidence, elsewhere: !ours, binds: None },
        (false, true) => Sighting::NoEffect { evidence, gone: None },
        // Neither as it was nor as it was wanted: somebody else set it, before or after us.
        (false, false) if ours => Sighting::Contradiction { evidence },
        (false, false) => Sighting::NoEffect { evidence, gone: Some("policy_changed") },
    }
}

fn evidence(live: Option<&Resource>) -> Value {
    let mut evidence = live::evidence(live);
    evidence["expire_policy"] = json!(live.and_then(|live| live.expire_policy).map(ExpirePolicy::code));
    evidence
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn attempt(outcome: Option<Outcome>, settles_in: i64) -> Attempt {
        let settles_at = NOW + TimeDelta::minutes(settles_in);
        Attempt {
            step: "set_policy".to_owned(),
            attempt_no: 1,
            x_sdk_date: NOW,
            settles_at,
            armed_at: NOW,
            outcome,
            class: None,
            http_status: None,
            error_code: None,
            error_msg: None,
            request_id: None,
            answered_at: None,
            settled_at: None,
            evidence: None,
        }
    }

    fn resource(status: i32, policy: i32) -> Resource {
        let json = format!(
            r#"{{"resource_id":"r-1","status":{status},"is_main_resource":1,"expire_policy":{policy},
                "expire_time":"1970-02-01T00:00:00Z"}}"#
        );
        serde_json::from_str(&json).expect("a resource")
    }

    fn setting(policy: i32) -> Setting {
        let resource = SeenResource {
            id: "r-1".to_owned(),
            expire_time: "1970-02-01T00:00:00Z".parse().expect("a time"),
        };
        let words = String::new;
        let shown = Shown { name: words(), service: words(), region: words() };
        Setting { resource, policy, times: Some(0), period: None, shown, reason: words() }
    }

    fn word(wanted: Wanted, was: i32, attempts: &[Attempt], read: (Option<&Resource>, bool)) -> &'static str {
        let read = Read { live: read.0, was_absent: read.1, now: NOW };
        match sighting((wanted, &setting(was)), attempts, &read) {
            Sighting::Effect { elsewhere: false, .. } => "effect",
            Sighting::Effect { .. } => "elsewhere",
            Sighting::NoEffect { gone, .. } => gone.unwrap_or("none"),
            Sighting::NotYetVisible => "wait",
            Sighting::Contradiction { .. } => "people",
            Sighting::UnderWay { .. } | Sighting::Unreadable { .. } => "something else",
        }
    }

    #[test]
    fn a_value_counts_once_nothing_that_was_sent_can_arrive_any_more() {
        use Wanted::{AutoRenewal, NoAutoRenewal};
        let lost = |settles_in| vec![attempt(Some(Outcome::Unknown), settles_in)];
        let accepted = vec![attempt(Some(Outcome::Executed), 20)];
        let (on, off, other) = (resource(2, 3), resource(2, 0), resource(2, 1));
        for (wanted, was, attempts, live, absent, expected) in [
            (AutoRenewal, 0, accepted.clone(), Some(&on), false, "effect"),
            (AutoRenewal, 0, accepted.clone(), Some(&off), false, "none"),
            (AutoRenewal, 0, accepted.clone(), Some(&other), false, "people"),
            (AutoRenewal, 0, lost(1), Some(&on), false, "wait"),
            (AutoRenewal, 0, lost(1), Some(&off), false, "wait"),
            (AutoRenewal, 0, lost(-1), Some(&on), false, "effect"),
            (AutoRenewal, 0, lost(-1), Some(&off), false, "none"),
            (AutoRenewal, 0, lost(-1), Some(&on), true, "people"),
            (AutoRenewal, 0, lost(-1), Some(&other), false, "people"),
            (AutoRenewal, 0, lost(-1), None, false, "people"),
            (AutoRenewal, 0, lost(1), None, false, "wait"),
            (AutoRenewal, 0, accepted.clone(), None, false, "effect"),
            (AutoRenewal, 0, Vec::new(), None, false, "resource_gone"),
            (AutoRenewal, 0, Vec::new(), Some(&on), false, "elsewhere"),
            (AutoRenewal, 0, Vec::new(), Some(&other), false, "policy_changed"),
            // Only how often and how long was to change.
            (AutoRenewal, 3, accepted, Some(&on), false, "effect"),
            (AutoRenewal, 3, lost(-1), Some(&on), false, "people"),
            (AutoRenewal, 3, vec![attempt(Some(Outcome::NotExecuted), 20)], Some(&on), false, "none"),
            (AutoRenewal, 3, lost(-1), Some(&off), false, "people"),
            (NoAutoRenewal, 3, lost(-1), Some(&off), false, "effect"),
            (NoAutoRenewal, 3, lost(-1), Some(&other), false, "effect"),
            (NoAutoRenewal, 3, lost(-1), Some(&on), false, "none"),
        ] {
            let told = word(wanted, was, &attempts, (live, absent));
            assert_eq!(told, expected, "{wanted:?} {was} {attempts:?} {live:?}");
        }
        let closed = resource(3, 3);
        assert_eq!(word(AutoRenewal, 0, &lost(-1), (Some(&closed), false)), "people");
        assert_eq!(word(AutoRenewal, 0, &[], (Some(&closed), false)), "resource_gone");
    }

    #[test]
    fn what_is_no_longer_as_it_was_shown_stops_it() {
        let facts = |was: i32, live: Option<&Resource>| -> Vec<&str> {
            differences(&setting(was), live).iter().map(|difference| difference.fact).collect()
        };
        assert!(facts(0, Some(&resource(2, 0))).is_empty());
        assert_eq!(facts(0, Some(&resource(2, 3))), ["expire_policy"]);
        assert_eq!(facts(0, Some(&resource(3, 0))), ["resource_status"]);
        assert_eq!(facts(0, None), ["resource_status"]);
    }
}
