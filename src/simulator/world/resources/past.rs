//! What was there at the start: an index of a few bytes for each purchase whose resources may still be
//! there, and for each order that continued one. It is made once and never changes.

use super::{
    super::{
        Account,
        orders::{Order, WITHIN_FIVE_DAYS, kind, status},
        shape,
        times::{DAY, Millis, beijing_year, end_of_term},
    },
    attached_to, policy_of_old,
};

/// Longer than any grace and retention that anybody would set.
const KEPT: Millis = 400 * DAY;

/// A purchase of before the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) expires: Millis,
    pub(crate) order: u32,
    pub(crate) resources: u16,
    pub(crate) mains: u16,
    /// What happens at expiry.
    pub(crate) policy: u8,
    /// Whether all of its resources are of the order's service.
    pub(crate) plain: bool,
}

/// The index.
#[derive(Debug, Default)]
pub(crate) struct Past {
    /// Purchases with the complete orders that renewed or ended them, sorted.
    continued: Vec<(u32, u32)>,
    /// Purchases, the oldest first.
    pub(crate) standing: Vec<Standing>,
}

impl Past {
    /// The complete orders that renewed or ended a purchase, the oldest first.
    pub(crate) fn continued(&self, purchase: u32) -> impl Iterator<Item = u32> {
        let from = self.continued.partition_point(|(base, _)| *base < purchase);
        self.continued[from..].iter().take_while(move |(base, _)| *base == purchase).map(|(_, order)| *order)
    }
}

impl Account {
    /// Whether an unsubscription of before the start had ended what a purchase provided.
    pub(super) fn was_given_up(&self, purchase: u32, at: Millis) -> bool {
        self.resources.past.continued(purchase).any(|order| {
            let order = &self.orders[order as usize];
            order.kind == kind::UNSUBSCRIPTION && order.paid_at().is_some_and(|done| done <= at)
        })
    }

    /// Makes the index; called once, when nothing but history is there.
    pub(crate) fn index_past(&mut self, start: Millis) {
        let done = |order: &&Order| order.status == status::COMPLETED;
        let mut continued: Vec<(u32, u32)> = (0..)
            .zip(&self.orders)
            .filter(|(_, order)| done(order) && matches!(order.kind, kind::RENEWAL | kind::UNSUBSCRIPTION))
            .map(|(index, order)| (order.base, index))
            .collect();
        continued.sort_unstable();
        for order in &self.orders {
            if order.kind == kind::UNSUBSCRIPTION && order.flags & WITHIN_FIVE_DAYS != 0 {
                *self.resources.five_day.entry(beijing_year(order.created_at())).or_default() += 1;
            }
        }
        self.resources.past = Past { continued, standing: Vec::new() };
        let standing = (0..self.made()).filter_map(|index| self.standing(index, start)).collect();
        self.resources.past.standing = standing;
    }

    fn standing(&self, index: u32, start: Millis) -> Option<Standing> {
        let order = &self.orders[index as usize];
        if order.status != status::COMPLETED || !matches!(order.kind, kind::NEW | kind::FROM_ON_DEMAND) {
            return None;
        }
        let (period_type, periods) = shape::term(order);
        let mut expires = end_of_term(order.paid_at()?, period_type, periods);
        for later in self.resources.past.continued(index) {
            let later = &self.orders[later as usize];
            if later.kind == kind::UNSUBSCRIPTION {
                return None;
            }
            let (period_type, periods) = shape::term(later);
            expires = end_of_term(expires, period_type, periods);
        }
        if expires + KEPT < start {
            return None;
        }
        let (resources, attached) = if order.combined() {
            let lines = shape::lines(order, None);
            let attached = (0..lines.len()).filter(|nth| attached_to(&lines, *nth).is_some()).count();
            (lines.len() as u64, attached as u64)
        } else {
            shape::counts(order)
        };
        Some(Standing {
            expires,
            order: index,
            resources: resources as u16,
            mains: (resources - attached) as u16,
            policy: policy_of_old(order.salt, order.service),
            plain: !order.combined() && attached == 0,
        })
    }
}
