//! Setting the account's day of deduction or common day of expiry as the journal does it.
//!
//! BSS tells neither day again, so nothing that can be read proves the effect or its absence. What follows from
//! the rules of the journal: a success is Huawei's word and is taken as the effect. Everything else, a refusal
//! that came after the request was taken in as well as a lost answer, stays unknown until nothing that was sent
//! can arrive any more, and then two people look into Huawei's console and say what is set there. Sending it
//! again without being asked would be harmless in itself, since it only sets a value, but the journal frees an
//! attempt for another one only when it is proved that it was not executed; and an operation that then expired
//! or was taken back would say that nothing was changed, which nobody knows. Once the two have spoken, anybody
//! sets the day again with a new form.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::kept::Kept;
use crate::{
    bss::{Reader, RenewalDay, Write},
    identity::access::{AccountId, Permission},
    operations::{Confirmed, Kind, Operation, Outcome, Preflight, Sent, Sighting, Target},
};

/// A day of the account's renewals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Day {
    /// So many days before expiry an automatic renewal is first charged, 2 to 7.
    Deduction(u8),
    /// Expiries move to this day of the month with the next renewal, 1 to 28.
    Expiry(u8),
    /// Expiries move to the last day of the month with the next renewal.
    MonthEnd,
}

impl Day {
    /// As BSS takes it; nothing where it knows no such day.
    pub fn wire(self) -> Option<RenewalDay> {
        let day = match self {
            Self::Deduction(days) => RenewalDay::Deduction(days),
            Self::Expiry(day) => RenewalDay::Expiry(day),
            Self::MonthEnd => RenewalDay::ExpiryAtMonthEnd,
        };
        day.is_known().then_some(day)
    }

    /// The columns that keep it: days of deduction, day of expiry (-1 for the last one of the month).
    pub fn columns(self) -> (Option<i16>, Option<i16>) {
        match self {
            Self::Deduction(days) => (Some(i16::from(days)), None),
            Self::Expiry(day) => (None, Some(i16::from(day))),
            Self::MonthEnd => (None, Some(-1)),
        }
    }
}

/// A day as a person confirmed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetRenewalDay {
    /// The account.
    pub account: AccountId,
    /// Its name, as it was shown.
    pub account_name: String,
    /// The day.
    pub day: Day,
    /// What was last set here before, as it was shown.
    #[serde(default)]
    pub before: Option<Day>,
    /// Why, in the person's words; may be empty.
    #[serde(default)]
    pub reason: String,
}

impl Confirmed for SetRenewalDay {
    const KIND: &'static str = "renewal_day";
    const STEP: &'static str = "set_day";
    const NEEDS: Permission = Permission::SetRenewal;

    fn subject(&self) -> &str {
        &self.account_name
    }

    fn targets(&self) -> Vec<Target> {
        vec![Target::Account(self.account.to_string())]
    }
}

/// Sets days.
#[derive(Debug, Clone)]
pub struct RenewalDays {
    /// Where it is kept what was set.
    pub kept: Kept,
}

#[async_trait]
impl Kind for RenewalDays {
    fn name(&self) -> &'static str {
        SetRenewalDay::KIND
    }

    fn tries(&self) -> i32 {
        1
    }

    /// Nothing tells what is set, so there is nothing to compare.
    async fn preflight(&self, _: &Operation, _: &Reader) -> Preflight {
        Preflight::Same
    }

    fn write(&self, operation: &Operation) -> anyhow::Result<Write> {
        let confirmed: SetRenewalDay = serde_json::from_str(&operation.payload)?;
        let day = confirmed.day.wire();
        Ok(Write::SetRenewalDay(day.ok_or_else(|| anyhow::anyhow!("there is no such day"))?))
    }

    async fn look_up(&self, _: &Operation, sent: Sent<'_>, _: &Reader) -> Sighting {
        let now = self.kept.clock.now() - sent.ahead;
        let evidence = json!({ "reads_back": false });
        if sent.attempts.iter().any(|attempt| attempt.outcome == Some(Outcome::Executed)) {
            return Sighting::Effect { evidence, elsewhere: false, binds: None };
        }
        let mut unsettled = sent.attempts.iter().filter(|attempt| attempt.is_unsettled()).peekable();
        if unsettled.peek().is_none() {
            return Sighting::NoEffect { evidence, gone: None };
        }
        if unsettled.any(|attempt| attempt.settles_at >= now) {
            return Sighting::NotYetVisible;
        }
        Sighting::Contradiction { evidence }
    }

    async fn settled(&self, operation: &Operation, _: &Reader) {
        self.kept.day_settled(operation).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_that_bss_knows_are_sent_and_each_has_its_column() {
        for (day, is_known) in [
            (Day::Deduction(1), false),
            (Day::Deduction(2), true),
            (Day::Deduction(7), true),
            (Day::Deduction(8), false),
            (Day::Expiry(0), false),
            (Day::Expiry(28), true),
            (Day::Expiry(29), false),
            (Day::MonthEnd, true),
        ] {
            assert_eq!(day.wire().is_some(), is_known, "{day:?}");
        }
        assert_eq!(Day::Deduction(5).columns(), (Some(5), None));
        assert_eq!(Day::MonthEnd.columns(), (None, Some(-1)));
    }
}
