//! The terms that were paid for: the purchase's, then each renewal's from where the one before it ends,
//! with the account's common day of expiry.

use chrono::Datelike as _;

use super::{
    super::{
        Account, Settings, World,
        orders::kind,
        shape::{self, Line},
        times::{Millis, Versions, beijing_day, beijing_end, end_of_term},
    },
    Key, policy, state,
};

/// A term that an order paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Term {
    /// The order and the line of it.
    pub(crate) order: u32,
    pub(crate) line: u16,
    pub(crate) from: Millis,
    pub(crate) until: Millis,
    /// When the order was complete.
    pub(crate) since: Millis,
    /// Unit and number, as they were ordered.
    pub(crate) period: (u8, u32),
}

/// The days of an account: of the deduction of automatic renewals, and of expiry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RenewalDays {
    /// So many days before expiry, 2 to 7.
    pub(crate) deduction: u8,
    /// Day of the month, 1 to 28, or -1 for the last one.
    pub(crate) expiry: Option<i8>,
}

/// Those days as they changed.
pub(crate) struct Days(pub(crate) Versions<RenewalDays>);

impl Default for Days {
    fn default() -> Self {
        Self(Versions::new(0, RenewalDays { deduction: 7, expiry: None }))
    }
}

/// The common day of expiry on or after the end of what was paid for.
fn moved(until: Millis, day: i8) -> Millis {
    let paid = beijing_day(until);
    let fits = |date: &chrono::NaiveDate| match day {
        -1 => date.succ_opt().is_none_or(|next| next.day() == 1),
        day => date.day() == u32::from(day.unsigned_abs()),
    };
    paid.iter_days().take(62).find(fits).map_or(until, beijing_end)
}

impl Settings {
    /// Where a resource is in its life; nothing when it is no yearly/monthly resource any more.
    pub(crate) fn phase(&self, code: u8, expires: Millis, at: Millis) -> Option<u8> {
        let over = at - expires;
        match () {
            () if over < 0 => Some(state::IN_USE),
            () if code == policy::TO_PAY_PER_USE => None,
            () if over < self.grace_ms => Some(state::EXPIRED),
            () if over < self.grace_ms + self.retention_ms => Some(state::FROZEN),
            () => None,
        }
    }
}

impl Account {
    /// When a term that an order renews ends, if it begins at `from`.
    fn renewed_until(&self, order: u32, period: (u8, u32), from: Millis) -> Millis {
        let until = end_of_term(from, period.0, period.1);
        let paid = self.live.get(&order).and_then(|live| live.payment.as_ref()).map(|payment| payment.at);
        match paid.and_then(|paid| self.resources.days.0.at(paid).expiry) {
            Some(day) => moved(until, day),
            None => until,
        }
    }
}

impl World {
    /// The terms of a resource as readers see them at a moment; none when it is not there yet.
    pub(crate) fn terms(&self, account: usize, key: Key, line: &Line, at: Millis) -> Vec<Term> {
        let owner = &self.accounts[account];
        let (Some(from), Some(periods)) = (owner.provided_at(key.0, at), line.periods) else {
            return Vec::new();
        };
        let period = (line.period_type, periods);
        let until = end_of_term(from, period.0, period.1);
        let mut terms = vec![Term { order: key.0, line: key.1, from, until, since: from, period }];
        let resources = &owner.resources;
        let old = resources.past.continued(key.0).filter(|order| {
            owner.orders[*order as usize].kind == kind::RENEWAL && !resources.targets.contains_key(order)
        });
        let newer = resources.renewals.get(&key).into_iter().flatten().copied();
        for (order, nth) in old.map(|order| (order, key.1)).chain(newer) {
            let Some(since) = owner.provided_at(order, at) else { continue };
            if resources.given_back.get(&(order, nth)).is_some_and(|gone| gone.at <= at) {
                continue;
            }
            let period = match owner.live.get(&order) {
                None => shape::term(&owner.orders[order as usize]),
                Some(open) => {
                    let Some(line) = open.lines.get(usize::from(nth)) else { continue };
                    (line.period_type, line.periods.unwrap_or(0))
                }
            };
            let from = terms.last().map_or(from, |last| last.until);
            let until = owner.renewed_until(order, period, from);
            terms.push(Term { order, line: nth, from, until, since, period });
        }
        terms
    }

    /// The term that a line of a renewal paid for; nothing when it is not known what it renews.
    pub(crate) fn renewed_term(
        &self,
        account: usize,
        order: u32,
        nth: usize,
        at: Millis,
    ) -> Option<(Millis, Millis)> {
        let owner = &self.accounts[account];
        let key = match owner.resources.targets.get(&order) {
            Some(keys) => *keys.get(nth)?,
            None => (owner.orders[order as usize].base, nth as u16),
        };
        owner.orders.get(key.0 as usize)?;
        let line = owner.lines(key.0).into_iter().nth(usize::from(key.1))?;
        let terms = self.terms(account, key, &line, at);
        terms.into_iter().find(|term| term.order == order).map(|term| (term.from, term.until))
    }
}

#[cfg(test)]
mod tests {
    use super::{super::super::times::parse, *};

    #[test]
    fn a_common_day_moves_an_expiry_later_and_never_earlier() {
        let at = |text| parse(text).expect("a moment");
        let end = at("2026-07-15T15:59:59Z");
        assert_eq!(moved(end, 15), end);
        assert_eq!(moved(end, 20), at("2026-07-20T15:59:59Z"));
        assert_eq!(moved(end, 1), at("2026-08-01T15:59:59Z"));
        assert_eq!(moved(end, -1), at("2026-07-31T15:59:59Z"));
        assert_eq!(moved(at("2026-02-28T15:59:59Z"), -1), at("2026-02-28T15:59:59Z"));
    }
}
