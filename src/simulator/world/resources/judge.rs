//! Whether something can be done with a resource: what its id means, which orders are in the way, and
//! what goes along with it.

use super::{
    super::{
        Cause, Doer, Refusal, World,
        ids::Place,
        orders::{Truth, kind},
        refuse, shape,
        times::Millis,
    },
    Key, Resource,
};

/// Why an id cannot be acted on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// There never was such a resource.
    Unknown,
    /// It has been unsubscribed, converted or released.
    Gone,
    /// It is being unsubscribed or converted.
    Leaving,
    /// It goes along with this main resource.
    Attached(Key),
    /// An unpaid order is about it.
    Unpaid,
    /// A paid order about it is not complete.
    Running,
}

/// A main resource with what is attached to it.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) main: Resource,
    pub(super) attached: Vec<Resource>,
}

impl Group {
    /// The main resource and what is attached to it.
    pub(super) fn all(&self) -> impl Iterator<Item = &Resource> {
        std::iter::once(&self.main).chain(&self.attached)
    }

    pub(super) fn keys(&self) -> Vec<Key> {
        self.all().map(Resource::key).collect()
    }
}

/// A resource of several for which it was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failed {
    pub(crate) resource_id: String,
    pub(crate) why: Refusal,
}

/// The orders that were made, and the resources for which there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Made {
    pub(crate) order_ids: Vec<String>,
    pub(crate) failed: Vec<Failed>,
}

impl World {
    /// The moment whose state is judged. Somebody in the console waits until what runs is done, though
    /// the clock need not have moved.
    pub(super) fn judged_at(&self, cause: &Cause) -> Millis {
        match cause.actor {
            Doer::Console => cause.at + self.settings.visible_after_ms + self.settings.provision_ms,
            Doer::Api | Doer::System => cause.at,
        }
    }

    /// The main resource that an id means, with what is attached to it, if an order can be made about it.
    pub(super) fn group(&self, account: usize, id: &str, at: Millis) -> Result<Group, Obstacle> {
        let key = self.key_of(account, id).ok_or(Obstacle::Unknown)?;
        let group = self.present(account, key, at)?;
        if let Some(obstacle) = self.orders_in_the_way(account, &group, at) {
            return Err(obstacle);
        }
        Ok(group)
    }

    /// What a key means, whatever orders there are about it.
    pub(super) fn present(&self, account: usize, key: Key, at: Millis) -> Result<Group, Obstacle> {
        let owner = &self.accounts[account];
        if let Some(gone) = owner.resources.gone.get(&key) {
            return Err(if gone.at <= at { Obstacle::Gone } else { Obstacle::Leaving });
        }
        let mut provided = self.provided_by(account, key.0, at);
        let Some(nth) = provided.iter().position(|resource| resource.nth == key.1) else {
            let was_there = owner.provided_at(key.0, at).is_some();
            return Err(if was_there { Obstacle::Gone } else { Obstacle::Unknown });
        };
        let main = provided.swap_remove(nth);
        if let Some(parent) = &main.parent {
            let parent = provided.iter().find(|resource| resource.id == *parent);
            return Err(parent.map_or(Obstacle::Gone, |parent| Obstacle::Attached(parent.key())));
        }
        let mut attached: Vec<Resource> = provided
            .into_iter()
            .filter(|resource| resource.parent.as_ref() == Some(&main.id))
            .filter(|resource| !owner.resources.gone.contains_key(&resource.key()))
            .collect();
        attached.sort_by_key(|resource| resource.nth);
        Ok(Group { main, attached })
    }

    /// The key of an id of this account, whether or not anything is there.
    pub(super) fn key_of(&self, account: usize, id: &str) -> Option<Key> {
        let (owner, order, nth) = shape::resource_place(self.seed, id)?;
        let bought = self.accounts.get(owner)?.orders.get(order as usize)?;
        let fits = owner == account && matches!(bought.kind, kind::NEW | kind::FROM_ON_DEMAND);
        fits.then(|| Some((order, u16::try_from(nth).ok()?)))?
    }

    /// An order about a resource or what is attached to it that has to end first.
    pub(super) fn orders_in_the_way(&self, account: usize, group: &Group, at: Millis) -> Option<Obstacle> {
        let owner = &self.accounts[account];
        let given_back = |key| {
            let orders = owner.resources.renewals.get(&key).into_iter().flatten();
            orders.filter_map(|order| owner.resources.given_back.get(order)).any(|gone| gone.at > at)
        };
        if group.keys().into_iter().any(given_back) {
            return Some(Obstacle::Leaving);
        }
        let renewals = group.all().filter_map(|resource| owner.resources.renewals.get(&resource.key()));
        let changes = owner.resources.changes.get(&group.main.order);
        let orders = renewals.flatten().map(|(order, _)| order).chain(changes.into_iter().flatten());
        orders.filter_map(|order| owner.live.get(order)).find_map(|live| match live.truth {
            Truth::Open if live.deadline.is_none_or(|deadline| deadline > at) => Some(Obstacle::Unpaid),
            Truth::Paid => {
                live.payment.as_ref().is_some_and(|payment| payment.done_at > at).then_some(Obstacle::Running)
            }
            _ => None,
        })
    }

    /// The purchase that a resource or order id means.
    pub(crate) fn purchase_of(&self, account: usize, id: &str) -> Result<u32, Refusal> {
        let unknown = || refuse("CBC.99003012", "No such resource.");
        let place = match shape::resource_place(self.seed, id) {
            Some((owner, index, _)) => Place { account: owner, index, sub: 0 },
            None => self.find_for(account, id).ok_or_else(unknown)?,
        };
        let known = self.accounts.get(place.account).is_some_and(|a| (place.index as usize) < a.orders.len());
        if place.account != account || !known {
            return Err(unknown());
        }
        Ok(place.index)
    }
}
