//! Yearly/monthly resources: where each is in its life, and what was done to it.

use super::{
    World,
    dice::mix,
    ids::Place,
    orders::{kind, status},
    services::REGIONS,
    shape::{self, Line},
    times::Millis,
};

/// What has become of an account's resources.
#[derive(Debug, Default)]
pub(crate) struct Resources {}

/// A resource as it is at a moment: what one line of a purchase provided.
#[derive(Debug, Clone)]
pub(crate) struct Resource {
    pub(crate) id: String,
    pub(crate) account: usize,
    /// Position of the purchase.
    pub(crate) order: u32,
    pub(crate) line: Line,
    /// The resource that it is attached to.
    pub(crate) parent: Option<String>,
    pub(crate) region: &'static str,
    /// Position of its enterprise project.
    pub(crate) project: usize,
    pub(crate) effective: Millis,
    pub(crate) expires: Millis,
}

impl World {
    /// The resource with this id, if it is there at a moment.
    pub(crate) fn resource(&self, id: &str, at: Millis) -> Option<Resource> {
        let (account, order, nth) = shape::resource_place(self.seed, id)?;
        self.accounts.get(account)?.orders.get(order as usize)?;
        self.provided_by(account, order, at).into_iter().nth(nth)
    }

    /// What a purchase provided and what is still there at a moment.
    pub(crate) fn provided_by(&self, account: usize, order: u32, at: Millis) -> Vec<Resource> {
        let owner = &self.accounts[account];
        let bought = &owner.orders[order as usize];
        let buys = matches!(bought.kind, kind::NEW | kind::FROM_ON_DEMAND);
        if !buys || owner.status(order, at) != status::COMPLETED || owner.released.contains(&order) {
            return Vec::new();
        }
        let place = Place { account, index: order, sub: 0 };
        let spread = mix(u64::from(bought.salt));
        let seen = self.seen_lines(place, at).into_iter().enumerate();
        seen.filter_map(|(nth, seen)| {
            let (effective, expires) = seen.term?;
            Some(Resource {
                id: shape::resource_id(self.seed, account, order, nth),
                account,
                order,
                line: seen.line,
                parent: None,
                region: REGIONS[bought.salt as usize % REGIONS.len()],
                project: (spread >> 8) as usize % owner.projects.len().max(1),
                effective,
                expires,
            })
        })
        .collect()
    }

    /// Renews what renews itself until a moment.
    pub(super) fn renew_automatically(&mut self, _now: Millis) {}
}
