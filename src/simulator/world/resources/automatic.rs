//! What renews itself: deducted at three in the morning of Beijing, from some days before expiry, until
//! it is paid or the resource is released.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Days;

use super::{
    super::{
        Cause, Doer, Refusal, World,
        dice::mix,
        refuse,
        times::{DAY, Millis, beijing_day, beijing_hour},
    },
    Key, Policy, Resource, attached_to,
    judge::{Group, Obstacle},
    past::Standing,
    policy,
    renew::best,
    state, whole,
};

/// The hour of deduction in Beijing.
const HOUR: u32 = 3;

/// When deductions are tried.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    by_time: BTreeSet<(Millis, Key)>,
    by_key: BTreeMap<Key, Millis>,
}

impl Agenda {
    fn plan(&mut self, key: Key, at: Millis) {
        self.forget(key);
        self.by_key.insert(key, at);
        self.by_time.insert((at, key));
    }

    fn forget(&mut self, key: Key) {
        if let Some(at) = self.by_key.remove(&key) {
            self.by_time.remove(&(at, key));
        }
    }
}

/// The first deduction after a moment.
fn next(after: Millis) -> Millis {
    let day = beijing_day(after);
    let today = beijing_hour(day, HOUR);
    if today > after { today } else { today + DAY }
}

/// The first deduction for something that expires then.
fn first(expires: Millis, days_before: u8) -> Millis {
    let day = beijing_day(expires);
    beijing_hour(day.checked_sub_days(Days::new(u64::from(days_before))).unwrap_or(day), HOUR)
}

impl World {
    /// Has a resource, or the main one that it is attached to, renewed by itself.
    pub(crate) fn set_auto_renewal(
        &mut self,
        cause: &Cause,
        account: usize,
        id: &str,
        chosen: (Option<u8>, Option<u8>),
    ) -> Result<(), Refusal> {
        let Group { main, .. } = self.main_of(account, id, cause.at)?;
        if main.status != state::IN_USE {
            return Err(refuse("CBC.99003602", "The resource has expired or is frozen."));
        }
        let (times, unit) = chosen;
        let before = main.policy;
        let on = before.code == policy::AUTO_RENEW;
        let policy = Policy {
            code: policy::AUTO_RENEW,
            times: match times {
                // What is on already keeps its number unless one is named.
                None if on => before.times,
                None | Some(0) => None,
                some => some,
            },
            unit: unit.or(before.unit.filter(|_| on)),
        };
        self.set_policy(account, main.key(), cause.at, policy);
        self.record(cause, account, "auto_renewal_resources", id);
        Ok(())
    }

    /// Has a resource not renewed by itself any more.
    pub(crate) fn cancel_auto_renewal(
        &mut self,
        cause: &Cause,
        account: usize,
        id: &str,
    ) -> Result<(), Refusal> {
        let Group { main, .. } = self.main_of(account, id, cause.at)?;
        if main.policy.code != policy::AUTO_RENEW {
            return Err(refuse("CBC.99003605", "The resource is not renewed automatically."));
        }
        self.set_policy(account, main.key(), cause.at, Policy::default());
        self.record(cause, account, "cancel_auto_renewal_resources", id);
        Ok(())
    }

    /// Sets so many days before expiry on which automatic renewals are deducted.
    pub(crate) fn set_deduction_day(&mut self, cause: &Cause, account: usize, days: u8) {
        let resources = &mut self.accounts[account].resources;
        let before = *resources.days.0.last();
        resources.days.0.put(cause.at, super::terms::RenewalDays { deduction: days, ..before });
        let keys: Vec<Key> = resources.agenda.by_key.keys().copied().collect();
        for key in keys {
            self.plan_renewal(account, key, cause.at);
        }
        self.record(cause, account, "set_resources_renew_config", &format!("DEDUCTION_DATE={days}"));
    }

    /// Sets the day of the month to which renewals move expiries, -1 for the last one.
    pub(crate) fn set_expiry_day(&mut self, cause: &Cause, account: usize, day: i8) {
        let resources = &mut self.accounts[account].resources;
        let before = *resources.days.0.last();
        resources.days.0.put(cause.at, super::terms::RenewalDays { expiry: Some(day), ..before });
        self.record(cause, account, "set_resources_renew_config", &format!("EXPIRE_DATE={day}"));
    }

    /// The main resource of an id that may be an attached one's.
    fn main_of(&self, account: usize, id: &str, at: Millis) -> Result<Group, Refusal> {
        let unknown = || refuse("CBC.99003012", "The resource does not exist.");
        let key = self.key_of(account, id).ok_or_else(unknown)?;
        match self.present(account, key, at) {
            Err(Obstacle::Attached(main)) => self.present(account, main, at),
            found => found,
        }
        .map_err(|_| unknown())
    }

    /// Plans the deductions of everything that renewed itself at the start.
    pub(crate) fn plan_renewals_of_old(&mut self, account: usize, start: Millis) {
        let owner = &self.accounts[account];
        let days = owner.resources.days.0.at(start).deduction;
        let renews = |old: &&Standing| {
            old.policy == policy::AUTO_RENEW && self.settings.phase(old.policy, old.expires, start).is_some()
        };
        let mut planned = Vec::new();
        for old in owner.resources.past.standing.iter().filter(renews) {
            let lines = owner.lines(old.order);
            let mains = (0..lines.len()).filter(|nth| attached_to(&lines, *nth).is_none());
            let at = first(old.expires, days).max(next(start));
            planned.extend(mains.map(|nth| ((old.order, nth as u16), at)));
        }
        let agenda = &mut self.accounts[account].resources.agenda;
        agenda.by_time = planned.iter().map(|(key, at)| (*at, *key)).collect();
        agenda.by_key = planned.into_iter().collect();
    }

    /// Plans the next deduction for a main resource, if it renews itself.
    pub(super) fn plan_renewal(&mut self, account: usize, key: Key, after: Millis) {
        let found = self.resource_at(account, key, after);
        let days = self.accounts[account].resources.days.0.at(after).deduction;
        let agenda = &mut self.accounts[account].resources.agenda;
        match found {
            Some(resource) if resource.policy.code == policy::AUTO_RENEW => {
                agenda.plan(key, first(resource.expires, days).max(next(after)));
            }
            _ => agenda.forget(key),
        }
    }

    /// Renews what renews itself until a moment.
    pub(crate) fn renew_automatically(&mut self, now: Millis) {
        loop {
            let due = self.accounts.iter().enumerate().filter_map(|(account, owner)| {
                owner.resources.agenda.by_time.first().map(|(at, key)| (*at, account, *key))
            });
            let Some((at, account, key)) = due.min().filter(|(at, ..)| *at <= now) else { return };
            self.accounts[account].resources.agenda.forget(key);
            self.deduct(account, key, at);
        }
    }

    /// Tries to renew a resource at its time.
    fn deduct(&mut self, account: usize, key: Key, at: Millis) {
        let days = self.accounts[account].resources.days.0.at(at).deduction;
        let Ok(group) = self.present(account, key, at) else { return };
        if group.main.policy.code != policy::AUTO_RENEW {
            return;
        }
        let due = first(group.main.expires, days);
        let again = if due > at { due } else { at + DAY };
        if due <= at && self.orders_in_the_way(account, &group, at).is_none() {
            self.renew_by_itself(account, group, at);
        }
        self.accounts[account].resources.agenda.plan(key, again);
    }

    /// Places and pays the order, unless the balance is too low: then nothing happens until tomorrow.
    fn renew_by_itself(&mut self, account: usize, group: Group, at: Millis) {
        let term = automatic_term(&group.main);
        let lines: Vec<_> = group.all().map(|resource| Self::renewed_line(resource, term)).collect();
        let offers = self.offers_for(account, &lines, at);
        let off: i64 = best(&offers, &lines).map_or(0, |offer| offer.reductions(&lines).iter().sum());
        let mut balances = *self.accounts[self.payer(account)].balances.last();
        if balances.charge(whole(&lines) - off).is_err() {
            return;
        }
        let (main, policy) = (group.main.key(), group.main.policy);
        let name = format!("{:016x}{:016x}", mix(at.cast_unsigned()), mix(id_number(&group.main.id)));
        let cause = Cause { at, request_id: name, actor: Doer::System };
        let (index, id) = self.order_renewal(&cause, account, &[group], term);
        self.accounts[account].resources.automatic.insert(index);
        let wish = self.best_wish(account, &id);
        if self.pay(&cause, account, &wish).is_err() {
            return;
        }
        let left = policy.times.map(|times| times.saturating_sub(1));
        let policy = if left == Some(0) { Policy::default() } else { Policy { times: left, ..policy } };
        self.set_policy(account, main, at, policy);
    }
}

/// The term of the last order, or one unit of what somebody chose.
fn automatic_term(main: &Resource) -> (u8, u32) {
    let last = main.terms.last().map_or((2, 1), |term| term.period);
    match main.policy.unit {
        Some(unit) => (unit, 1),
        None => last,
    }
}

/// A number that only this id has, nearly.
fn id_number(id: &str) -> u64 {
    id.bytes().fold(0, |number, byte| mix(number ^ u64::from(byte)))
}
