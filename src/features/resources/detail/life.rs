//! The life of a resource as a line: bought, renewed, expiring, and what comes after that by the lengths
//! that were configured. It reads nothing.

use chrono::{DateTime, TimeDelta, Utc};

use super::store::{Full, Past};
use crate::{
    bss::codes::{ExpirePolicy, OrderStatus, OrderType, ResourceStatus},
    features::resources::texts::{DetailTexts, Texts},
    i18n::Locale,
};

/// Renewals that have a place of their own on the line.
const RENEWALS: usize = 3;

/// What happens at a place on the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// It was bought.
    Bought,
    /// It was renewed.
    Renewed,
    /// What is paid for ends.
    Expires,
    /// It is frozen.
    GraceEnds,
    /// It is released.
    RetentionEnds,
    /// BSS stopped listing it.
    Gone,
}

/// A place on the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// What happens.
    pub what: What,
    /// When.
    pub at: DateTime<Utc>,
    /// Whether it has happened.
    pub is_past: bool,
    /// Whether the resource is between here and the next place.
    pub is_current: bool,
}

/// Lengths of what follows the expiry, in days.
#[derive(Debug, Clone, Copy)]
pub struct Lengths {
    /// Of the grace period.
    pub grace: u16,
    /// Of the retention period.
    pub retention: u16,
}

/// The line, in order.
pub fn line(resource: &Full, orders: &[Past], lengths: Lengths, now: DateTime<Utc>) -> Vec<Stop> {
    let mut stops: Vec<(What, DateTime<Utc>)> = Vec::new();
    stops.extend(resource.effective_at.map(|at| (What::Bought, at)));
    let mut renewals: Vec<DateTime<Utc>> = orders
        .iter()
        .filter(|order| {
            OrderType::from_code(order.order_type.into()) == OrderType::Renewal
                && OrderStatus::from_code(order.status.into()) == OrderStatus::Completed
        })
        .map(|order| order.paid_at.unwrap_or(order.created_at))
        .take(RENEWALS)
        .collect();
    renewals.sort_unstable();
    stops.extend(renewals.into_iter().map(|at| (What::Renewed, at)));
    let status = ResourceStatus::from_code(resource.status.into());
    if let Some(expires_at) = resource.expires_at {
        let grace_ends = expires_at + TimeDelta::days(lengths.grace.into());
        stops.push((What::Expires, expires_at));
        // What becomes pay-per-use or is deleted at its expiry has neither.
        let policy = ExpirePolicy::from_code(resource.expire_policy.into());
        if !matches!(policy, ExpirePolicy::ToPayPerUse | ExpirePolicy::Delete) || is_over(status) {
            stops.push((What::GraceEnds, grace_ends));
            stops.push((What::RetentionEnds, grace_ends + TimeDelta::days(lengths.retention.into())));
        }
    }
    if let Some(gone_at) = resource.gone_at {
        stops.retain(|(_, at)| *at <= gone_at);
        stops.push((What::Gone, gone_at));
    }
    let reached = reached(status, resource.gone_at.is_some());
    let last_reached = stops.iter().rposition(|(what, _)| rank(*what) <= reached);
    stops
        .into_iter()
        .enumerate()
        .map(|(place, (what, at))| Stop {
            what,
            at,
            is_past: last_reached.is_some_and(|last| place <= last) || (at <= now && what == What::Gone),
            is_current: Some(place) == last_reached && what != What::Gone,
        })
        .collect()
}

const fn is_over(status: ResourceStatus) -> bool {
    matches!(status, ResourceStatus::Expired | ResourceStatus::Frozen)
}

/// How far along the line a state is: BSS's word counts, not the calendar.
const fn reached(status: ResourceStatus, is_gone: bool) -> u8 {
    match status {
        _ if is_gone => rank(What::Gone),
        ResourceStatus::Expired => rank(What::Expires),
        ResourceStatus::Frozen => rank(What::GraceEnds),
        ResourceStatus::Closed => rank(What::RetentionEnds),
        ResourceStatus::InUse | ResourceStatus::Unknown(_) => rank(What::Renewed),
    }
}

const fn rank(what: What) -> u8 {
    match what {
        What::Bought => 0,
        What::Renewed => 1,
        What::Expires => 2,
        What::GraceEnds => 3,
        What::RetentionEnds => 4,
        What::Gone => 5,
    }
}

impl Stop {
    /// What happens here.
    pub const fn word(&self, locale: Locale) -> &'static str {
        let d = DetailTexts(locale);
        match self.what {
            What::Bought => d.was_bought(),
            What::Renewed => d.was_renewed(),
            What::Expires => d.expires(),
            What::GraceEnds => d.grace_ends(),
            What::RetentionEnds => d.retention_ends(),
            What::Gone => d.not_listed(),
        }
    }

    /// What is between here and the next place.
    pub const fn phase(&self, locale: Locale) -> Option<&'static str> {
        let t = Texts(locale);
        match self.what {
            What::Expires => Some(t.grace()),
            What::GraceEnds => Some(t.retention()),
            What::Bought | What::Renewed if self.is_current => Some(t.in_use()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{identity::access::AccountId, money::Money};

    const DAYS: Lengths = Lengths { grace: 15, retention: 15 };

    fn day(n: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000 + n)
    }

    fn resource(status: i16, expire_policy: i16) -> Full {
        let text = String::new;
        Full {
            account: AccountId(uuid::Uuid::from_u128(1)),
            resource_id: "r1".to_owned(),
            name: text(),
            service_zh: text(),
            service_en: text(),
            type_zh: text(),
            type_en: text(),
            region_code: text(),
            project_id: text(),
            project_name: text(),
            spec_code: text(),
            spec: text(),
            spec_size: None,
            spec_measure: None,
            status,
            expire_policy,
            is_main: true,
            parent_id: None,
            effective_at: Some(day(-60)),
            expires_at: Some(day(0)),
            changed_at: None,
            pending_order_id: text(),
            gone_at: None,
            listed: None,
            read_at: None,
        }
    }

    fn renewal(status: i16, paid: i64) -> Past {
        Past {
            order_id: format!("CS{paid}"),
            order_type: 2,
            status,
            created_at: day(paid),
            paid_at: Some(day(paid)),
            payable: Money::from_fen(100),
        }
    }

    fn told(stops: &[Stop]) -> Vec<(What, bool, bool)> {
        stops.iter().map(|stop| (stop.what, stop.is_past, stop.is_current)).collect()
    }

    #[test]
    fn what_is_in_use_runs_from_its_last_renewal_to_its_expiry() {
        let orders = [renewal(6, -5), renewal(5, -10), renewal(5, -40)];
        let stops = line(&resource(2, 0), &orders, DAYS, day(-3));
        let expected = [
            (What::Bought, true, false),
            (What::Renewed, true, false),
            (What::Renewed, true, true),
            (What::Expires, false, false),
            (What::GraceEnds, false, false),
            (What::RetentionEnds, false, false),
        ];
        assert_eq!(told(&stops), expected, "an unpaid renewal is none");
        assert_eq!(stops.last().map(|stop| stop.at), Some(day(30)));
    }

    #[test]
    fn the_state_tells_the_phase_even_where_the_lengths_do_not_fit() {
        let stops = line(&resource(4, 0), &[], DAYS, day(3));
        assert_eq!(told(&stops)[2], (What::GraceEnds, true, true));
        assert!(!stops[3].is_past);
    }

    #[test]
    fn what_becomes_pay_per_use_has_no_grace_and_what_is_gone_no_future() {
        let stops = line(&resource(2, 1), &[], DAYS, day(-3));
        assert_eq!(told(&stops), [(What::Bought, true, true), (What::Expires, false, false)]);
        let gone = Full { gone_at: Some(day(5)), ..resource(5, 0) };
        let stops = line(&gone, &[], DAYS, day(9));
        let expected = [(What::Bought, true, false), (What::Expires, true, false), (What::Gone, true, false)];
        assert_eq!(told(&stops), expected);
    }
}
