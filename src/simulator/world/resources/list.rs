//! Listing resources, those of the newest purchases first. What the start's index tells is counted
//! without being derived; only the page itself, and what changed since, is looked at closely.

use super::{
    super::{
        World,
        orders::{Truth, kind},
        services::service,
        shape,
        times::Millis,
    },
    Resource,
    past::Standing,
};

/// What the list is asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter {
    pub(crate) ids: Vec<String>,
    pub(crate) order_id: Option<String>,
    pub(crate) only_main: bool,
    /// Any, when empty.
    pub(crate) states: Vec<u8>,
    /// Expiry, both ends included.
    pub(crate) expires: (Option<Millis>, Option<Millis>),
    pub(crate) service: Option<String>,
    pub(crate) offset: usize,
    pub(crate) limit: usize,
}

impl Filter {
    fn fits(&self, resource: &Resource) -> bool {
        (!self.only_main || resource.parent.is_none())
            && self.is_in(resource.status, resource.expires)
            && self.service.as_ref().is_none_or(|code| code == service(resource.line.service).code)
    }

    fn is_in(&self, state: u8, expires: Millis) -> bool {
        (self.states.is_empty() || self.states.contains(&state))
            && self.expires.0.is_none_or(|begin| begin <= expires)
            && self.expires.1.is_none_or(|end| expires <= end)
    }
}

impl World {
    /// How many resources of an account match, and one page of them.
    pub(crate) fn list_resources(
        &self,
        account: usize,
        filter: &Filter,
        at: Millis,
    ) -> (usize, Vec<Resource>) {
        if filter.ids.is_empty() && filter.order_id.is_none() {
            return self.list_all(account, filter, at);
        }
        let mut found = match &filter.order_id {
            Some(id) => self.of_order(account, id, at),
            None => self.named(account, filter, at),
        };
        if filter.order_id.is_some() && !filter.ids.is_empty() {
            let named = self.named(account, filter, at);
            found.retain(|resource| named.iter().any(|other| other.id == resource.id));
        }
        // An attached resource that is named is found all the same.
        found.retain(|r| {
            filter.fits(r)
                || (filter.ids.contains(&r.id) && Filter { only_main: false, ..filter.clone() }.fits(r))
        });
        let total = found.len();
        (total, found.into_iter().skip(filter.offset).take(filter.limit).collect())
    }

    /// The resources with these ids and what is attached to them.
    fn named(&self, account: usize, filter: &Filter, at: Millis) -> Vec<Resource> {
        let mut found: Vec<Resource> = Vec::new();
        for id in &filter.ids {
            let Some(key) = self.key_of(account, id) else { continue };
            for resource in self.provided_by(account, key.0, at) {
                let wanted = resource.id == *id || resource.parent.as_ref() == Some(id);
                if wanted && found.iter().all(|known| known.id != resource.id) {
                    found.push(resource);
                }
            }
        }
        found
    }

    /// What an order bought or renewed.
    fn of_order(&self, account: usize, id: &str, at: Millis) -> Vec<Resource> {
        let owner = &self.accounts[account];
        let Some(place) = self.find(id).filter(|place| place.account == account) else { return Vec::new() };
        let order = &owner.orders[place.index as usize];
        if order.kind != kind::RENEWAL {
            let mut provided = self.provided_by(account, place.index, at);
            provided.retain(|resource| place.sub == 0 || resource.line.sub == place.sub);
            return provided;
        }
        let targets = owner.resources.targets.get(&place.index);
        let purchases = match targets {
            Some(keys) => keys.iter().map(|key| key.0).collect(),
            None => vec![order.base],
        };
        let is_open = owner.live.get(&place.index).is_some_and(|live| live.truth == Truth::Open);
        let held = targets.filter(|_| is_open && self.settings.unpaid_renewals_list_resources);
        let mut seen = std::collections::BTreeSet::new();
        purchases
            .into_iter()
            .filter(|purchase| (*purchase as usize) < owner.orders.len() && seen.insert(*purchase))
            .flat_map(|purchase| self.provided_by(account, purchase, at))
            .filter(|resource| {
                resource.terms.iter().any(|term| term.order == place.index)
                    || held.is_some_and(|keys| keys.contains(&resource.key()))
            })
            .collect()
    }

    fn list_all(&self, account: usize, filter: &Filter, at: Millis) -> (usize, Vec<Resource>) {
        let owner = &self.accounts[account];
        let newer =
            owner.live.keys().rev().filter(|index| {
                matches!(owner.orders[**index as usize].kind, kind::NEW | kind::FROM_ON_DEMAND)
            });
        let newer = newer.map(|index| (*index, None));
        let older = owner.resources.past.standing.iter().rev().map(|old| (old.order, Some(old)));
        let end = filter.offset.saturating_add(filter.limit);
        let mut total = 0;
        let mut page = Vec::new();
        for (order, old) in newer.chain(older) {
            let known = old
                .filter(|_| !owner.resources.touched.contains(&order))
                .and_then(|old| self.counted(account, old, filter, at));
            let from = total;
            if let Some(count) = known {
                total += count;
                if total <= filter.offset || from >= end || count == 0 {
                    continue;
                }
            }
            let mut matching = self.provided_by(account, order, at);
            matching.retain(|resource| filter.fits(resource));
            total = from + matching.len();
            let skipped = filter.offset.saturating_sub(from);
            page.extend(matching.into_iter().skip(skipped).take(filter.limit - page.len()));
        }
        (total, page)
    }

    /// How many resources of a purchase match, if its index alone tells.
    fn counted(&self, account: usize, old: &Standing, filter: &Filter, at: Millis) -> Option<usize> {
        let order = &self.accounts[account].orders[old.order as usize];
        let Some(state) = self.settings.phase(old.policy, old.expires, at) else { return Some(0) };
        if !filter.is_in(state, old.expires) {
            return Some(0);
        }
        if let Some(code) = &filter.service {
            if !old.plain {
                return None;
            }
            if service(order.service).code != code {
                return Some(0);
            }
        }
        Some(usize::from(if filter.only_main { old.mains } else { old.resources }))
    }
}

/// The id by which BSS itself knows a resource.
pub(crate) fn internal_id(seed: u64, resource: &Resource) -> String {
    let id = shape::resource_id(!seed, resource.account, resource.order, usize::from(resource.nth));
    id.replace('-', "")
}
