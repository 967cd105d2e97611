//! Listing orders. Orders that ended are found by position, open ones are few and looked at one by
//! one, so that a page of a million costs as little as a page of ten.

use super::{Account, World, orders::status, services::service, times::Millis};

/// What the list is asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter {
    pub(crate) order_id: Option<String>,
    /// Creation, both ends included.
    pub(crate) created: (Option<Millis>, Option<Millis>),
    pub(crate) paid: (Option<Millis>, Option<Millis>),
    pub(crate) service: Option<String>,
    pub(crate) status: Option<u8>,
    pub(crate) kind: Option<u8>,
    pub(crate) oldest_first: bool,
    pub(crate) offset: usize,
    pub(crate) limit: usize,
}

impl World {
    /// How many orders of an account match, and the positions of one page of them.
    pub(crate) fn list(&self, account: usize, filter: &Filter, at: Millis) -> (usize, Vec<u32>) {
        let owner = &self.accounts[account];
        if let Some(id) = &filter.order_id {
            let found = self.find(id).filter(|place| place.account == account && place.sub == 0);
            let matching: Vec<u32> = found
                .map(|place| place.index)
                .filter(|index| owner.window(filter, at).contains(index) && owner.matches(*index, filter, at))
                .into_iter()
                .collect();
            return (matching.len(), page(matching.len(), filter, |nth| matching[nth]));
        }
        owner.list(filter, at)
    }
}

impl Account {
    fn list(&self, filter: &Filter, at: Millis) -> (usize, Vec<u32>) {
        let window = self.window(filter, at);
        let plain = filter.service.is_none()
            && filter.kind.is_none()
            && filter.paid == (None, None)
            && !window.is_empty();
        match filter.status {
            None if plain => {
                let total = window.len();
                (total, page(total, filter, |nth| window.start + nth as u32))
            }
            Some(wanted) if plain => {
                let ended = self.ended_in(wanted, &window);
                let open: Vec<u32> = self
                    .live
                    .range(window.clone())
                    .map(|(index, _)| *index)
                    .filter(|i| self.status(*i, at) == wanted)
                    .collect();
                let total = ended.len() + open.len();
                (total, page(total, filter, |nth| nth_of_two(ended, &open, nth)))
            }
            _ => {
                let matching: Vec<u32> = window.filter(|index| self.matches(*index, filter, at)).collect();
                (matching.len(), page(matching.len(), filter, |nth| matching[nth]))
            }
        }
    }

    /// The positions of orders made in the window that is asked for.
    fn window(&self, filter: &Filter, at: Millis) -> std::ops::Range<u32> {
        let from =
            filter.created.0.map_or(0, |begin| self.orders.partition_point(|o| o.created_at() < begin));
        let made = self.made_by(filter.created.1.map_or(at, |end| end.min(at)));
        from as u32..made.max(from as u32)
    }

    fn ended_in(&self, wanted: u8, window: &std::ops::Range<u32>) -> &[u32] {
        let ended = self.ended.get(&wanted).map_or(&[][..], Vec::as_slice);
        let from = ended.partition_point(|index| *index < window.start);
        let to = ended.partition_point(|index| *index < window.end);
        &ended[from..to]
    }

    fn matches(&self, index: u32, filter: &Filter, at: Millis) -> bool {
        let order = &self.orders[index as usize];
        filter.kind.is_none_or(|kind| kind == order.kind)
            && filter.service.as_ref().is_none_or(|code| code == service(order.service).code)
            && filter.status.is_none_or(|wanted| self.status(index, at) == wanted)
            && (filter.paid == (None, None)
                || self.paid_at(index, at).is_some_and(|paid| {
                    filter.paid.0.is_none_or(|begin| begin <= paid)
                        && filter.paid.1.is_none_or(|end| paid <= end)
                }))
    }

    /// Notes where the orders that are not open ended; called once, after seeding.
    pub(crate) fn index_ended(&mut self) {
        for (index, order) in (0_u32..).zip(&self.orders) {
            if !self.live.contains_key(&index) {
                debug_assert!(matches!(order.status, status::CANCELLED | status::COMPLETED));
                self.ended.entry(order.status).or_default().push(index);
            }
        }
    }
}

/// One page of `total` items, the newest first unless asked otherwise.
fn page(total: usize, filter: &Filter, item: impl Fn(usize) -> u32) -> Vec<u32> {
    let from = filter.offset.min(total);
    let to = from.saturating_add(filter.limit).min(total);
    (from..to).map(|nth| item(if filter.oldest_first { nth } else { total - 1 - nth })).collect()
}

/// The nth of two sorted lists without a common element, as if they were merged.
fn nth_of_two(long: &[u32], short: &[u32], nth: usize) -> u32 {
    // `before` elements of the short list come before the nth of the merged list.
    let (mut low, mut high) = (nth.saturating_sub(long.len()), nth.min(short.len()));
    while low < high {
        let middle = low.midpoint(high);
        let taken_from_long = nth - middle;
        if taken_from_long == 0
            || (taken_from_long <= long.len() && short[middle] > long[taken_from_long - 1])
        {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    let from_long = nth - low;
    match (long.get(from_long), short.get(low)) {
        (Some(a), Some(b)) => *a.min(b),
        (Some(a), None) => *a,
        (None, Some(b)) => *b,
        (None, None) => 0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_nth_of_two_lists_is_the_nth_of_them_merged(numbers in proptest::collection::btree_map(0_u32..1_000, any::<bool>(), 0..60)) {
            let long: Vec<u32> = numbers.iter().filter(|(_, in_long)| **in_long).map(|(n, _)| *n).collect();
            let short: Vec<u32> = numbers.iter().filter(|(_, in_long)| !**in_long).map(|(n, _)| *n).collect();
            for (nth, number) in numbers.keys().enumerate() {
                prop_assert_eq!(nth_of_two(&long, &short, nth), *number);
            }
        }
    }
}
