//! What renewing resources costs: as much as the renewal order would.

use super::{
    super::{
        Fen, World,
        orders::{kind, status},
        resources::Resource,
        services::CLOUDPOND,
        shape::{self, Line},
        times::Millis,
    },
    Offered,
    period::{Instalments, Plan},
};

/// What was asked, with its prices.
pub(crate) struct Rating {
    /// Main resources with the lines that renew them and what is attached to them.
    pub(crate) rows: Vec<(String, Vec<usize>)>,
    pub(crate) lines: Vec<Line>,
    /// How each line is paid.
    pub(crate) plans: Vec<Plan>,
    pub(crate) offers: Vec<Offered>,
    pub(crate) failed: Vec<Failed>,
}

/// A resource whose price cannot be said.
pub(crate) struct Failed {
    pub(crate) id: String,
    pub(crate) code: &'static str,
    pub(crate) message: &'static str,
}

impl World {
    /// What an account would pay for renewing these main resources by so many months or years, with the
    /// other main resources of the same purchases where those are wanted too.
    pub(crate) fn rate_renewal(
        &self,
        account: usize,
        ids: &[String],
        term: (u8, u32),
        relatives: bool,
        at: Millis,
    ) -> Rating {
        let mut rating = Rating {
            rows: Vec::new(),
            lines: Vec::new(),
            plans: Vec::new(),
            offers: Vec::new(),
            failed: Vec::new(),
        };
        for id in ids {
            match self.inquired(account, id, term, at) {
                Ok(resource) => self.renew_row(&resource, term, at, &mut rating),
                Err((code, message)) => rating.failed.push(Failed { id: id.clone(), code, message }),
            }
        }
        if relatives {
            let asked = rating.rows.len();
            for at_row in 0..asked {
                let id = rating.rows[at_row].0.clone();
                let Some(resource) = self.resource(&id, at) else { continue };
                for other in self.provided_by(account, resource.order, at) {
                    let known =
                        ids.contains(&other.id) || rating.rows.iter().any(|(row, _)| *row == other.id);
                    if !known && self.inquired(account, &other.id, term, at).is_ok() {
                        self.renew_row(&other, term, at, &mut rating);
                    }
                }
            }
        }
        rating.offers = self.offered(account, &rating.lines, at);
        rating
    }

    fn renew_row(&self, resource: &Resource, term: (u8, u32), at: Millis, rating: &mut Rating) {
        let attached = self
            .provided_by(resource.account, resource.order, at)
            .into_iter()
            .filter(|other| other.parent.as_deref() == Some(&*resource.id));
        let mut row = Vec::new();
        for renewed in std::iter::once(resource.clone()).chain(attached) {
            row.push(rating.lines.len());
            let was = renewed.line;
            let line = shape::line((was.service, was.product), term, was.quantity, 0, (0, 0));
            // CloudPond is paid by the month.
            let mode = if line.service == CLOUDPOND { Instalments::Zero } else { Instalments::No };
            rating.plans.push(Plan::of(mode, term.0, term.1).unwrap_or(Plan(None)));
            rating.lines.push(line);
        }
        rating.rows.push((resource.id.clone(), row));
    }

    /// The resource, if it can be renewed by itself now.
    fn inquired(
        &self,
        account: usize,
        id: &str,
        term: (u8, u32),
        at: Millis,
    ) -> Result<Resource, (&'static str, &'static str)> {
        let resource = self
            .resource(id, at)
            .filter(|resource| resource.account == account)
            .ok_or(("CBC.30050009", "The resource does not exist or has been deleted."))?;
        if resource.parent.is_some() {
            return Err(("CBC.30050007", "The resource is not a main resource."));
        }
        if !matches!(term, (2, 1..=11) | (3, 1..=3)) {
            return Err(("CBC.30050008", "The resource cannot be renewed for such a period."));
        }
        match self.held(&resource, at) {
            Some(held) => Err(held),
            None => Ok(resource),
        }
    }

    /// The order that keeps a resource from being renewed, as a reason.
    fn held(&self, resource: &Resource, at: Millis) -> Option<(&'static str, &'static str)> {
        let owner = &self.accounts[resource.account];
        owner.live.range(resource.order..).find_map(|(index, _)| {
            let order = &owner.orders[*index as usize];
            let about = order.base == resource.order
                && matches!(order.kind, kind::RENEWAL | kind::CHANGE | kind::UNSUBSCRIPTION);
            if !about || order.created_at() > at {
                return None;
            }
            match owner.status(*index, at) {
                status::AWAITING_PAYMENT => Some(("CBC.30050010", "The resource is in an unpaid order.")),
                status::COMPLETED | status::CANCELLED => None,
                _ => Some(("CBC.30050011", "The resource is being unsubscribed from or changed.")),
            }
        })
    }
}

impl Rating {
    /// The list price of everything.
    pub(crate) fn official(&self) -> Fen {
        self.lines.iter().map(|line| line.official).sum()
    }

    /// The sum of the instalments of the lines that have some, of what `price` says that a line costs.
    pub(crate) fn instalments(&self, price: impl Fn(usize) -> Fen) -> Option<Fen> {
        let parts = self.plans.iter().enumerate().filter_map(|(at, plan)| plan.part(price(at)));
        parts.reduce(|sum, part| sum + part)
    }
}
