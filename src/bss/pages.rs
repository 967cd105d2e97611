//! Pages of long listings, and how to walk through all of them while they change under our feet.

use std::collections::HashSet;

use futures_util::Stream;

use super::{
    Error, Listed, Reader,
    orders::{Order, OrderQuery},
    read::ReadOperation,
};
use crate::i18n::Locale;

/// One page of a listing.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// How many items match in all, as far as Huawei says.
    pub total: u64,
    /// Where this page begins, in items from 0.
    pub offset: u64,
}

impl<T> Page<T> {
    /// The page, whose total is what it holds where Huawei gives none.
    pub(super) fn of(
        operation: &ReadOperation,
        items: Vec<T>,
        total: Option<u64>,
        offset: u64,
        limit: u32,
    ) -> Self {
        if items.len() > limit as usize {
            tracing::warn!(
                operation = operation.id,
                items = items.len(),
                limit,
                "a page holds more than asked"
            );
        }
        let seen = offset + items.len() as u64;
        Self { items, total: total.unwrap_or(seen), offset }
    }

    /// Where the next page begins, if there is one. An empty page ends a listing whatever its total.
    pub fn next_offset(&self) -> Option<u64> {
        let next = self.offset + self.items.len() as u64;
        (!self.items.is_empty() && next < self.total).then_some(next)
    }
}

/// A listing that can be walked through: a query, with the language where its names have one.
pub trait Listing: Send + Sync {
    /// What it lists.
    type Item: Send;

    /// Its operation, by the catalogue's id.
    const OPERATION: &'static str;

    /// The page that begins at `offset`, as large as BSS allows.
    fn page(
        &self,
        reader: &Reader,
        offset: u64,
    ) -> impl Future<Output = Result<Page<Self::Item>, Error>> + Send;

    /// What tells an item from all others of the listing; `None` where nothing does.
    fn key(item: &Self::Item) -> Option<String>;
}

/// Walks through a whole listing, giving each item once.
///
/// BSS pages by counting, so an item that leaves the listing between two pages (an order that is paid,
/// when the query is for unpaid ones) moves the rest up, and one would be missed. Each page therefore
/// begins with the last item of the page before; when it is not there, the listing has moved and the walk
/// begins again, leaving out what it has given already. Where nothing tells items apart, a listing that
/// changes its length while it is walked through ends with an error, and the caller begins anew.
pub struct Pages<'a, L> {
    reader: &'a Reader,
    listing: L,
    offset: u64,
    given: u64,
    keys: HashSet<String>,
    last: Option<String>,
    total: Option<u64>,
    restarts: u32,
    finished: bool,
}

impl Reader {
    /// The whole of `listing`, page by page; its own offset is ignored.
    pub fn pages<L: Listing>(&self, listing: L) -> Pages<'_, L> {
        Pages {
            reader: self,
            listing,
            offset: 0,
            given: 0,
            keys: HashSet::new(),
            last: None,
            total: None,
            restarts: 0,
            finished: false,
        }
    }

    /// All orders that match `query`, page by page; its offset is ignored.
    pub fn order_pages(&self, query: OrderQuery, locale: Locale) -> Pages<'_, (OrderQuery, Locale)> {
        self.pages((query, locale))
    }
}

impl<'a, L: Listing> Pages<'a, L> {
    /// A listing that moves more often than this during one walk is walked through all the same; what
    /// was missed comes with the next walk.
    const RESTARTS: u32 = 3;

    /// Items that the walk has not given yet, or `None` at its end. After an error the same page can be
    /// asked for again.
    pub async fn next(&mut self) -> Option<Result<Vec<L::Item>, Error>> {
        while !self.finished {
            let page = match self.listing.page(self.reader, self.offset).await {
                Ok(page) => page,
                Err(error) => return Some(Err(error)),
            };
            let keys: Option<Vec<String>> = page.items.iter().map(L::key).collect();
            let Some(keys) = keys else { return Some(self.without_keys(page)) };
            self.total = Some(page.total);
            let moved = self.last.is_some() && self.last.as_ref() != keys.first();
            if moved && self.restarts < Self::RESTARTS {
                self.restarts += 1;
                self.last = None;
                self.offset = 0;
                continue;
            }
            self.last = keys.last().cloned();
            match page.next_offset() {
                // A page of one would give its last item as the first of the next one for ever.
                Some(next) if page.items.len() > 1 => self.offset = next - 1,
                Some(next) => {
                    self.offset = next;
                    self.last = None;
                }
                None => self.finished = true,
            }
            let fresh: Vec<_> = keys
                .into_iter()
                .zip(page.items)
                .filter_map(|(key, item)| self.keys.insert(key).then_some(item))
                .collect();
            self.given += fresh.len() as u64;
            if !fresh.is_empty() {
                return Some(Ok(fresh));
            }
            // More places walked than items known, and nothing new: the listing repeats itself.
            self.finished |= self.offset > self.given;
        }
        None
    }

    fn without_keys(&mut self, page: Page<L::Item>) -> Result<Vec<L::Item>, Error> {
        let before = self.total.replace(page.total);
        if before.is_some_and(|before| before != page.total) {
            self.finished = true;
            return Err(Error::incomplete(L::OPERATION, self.given, page.total));
        }
        match page.next_offset() {
            Some(next) => self.offset = next,
            None => self.finished = true,
        }
        self.given += page.items.len() as u64;
        Ok(page.items)
    }

    /// The same as a stream.
    pub fn into_stream(self) -> impl Stream<Item = Result<Vec<L::Item>, Error>> + Send + use<'a, L> {
        futures_util::stream::unfold(self, |mut pages| async move {
            let page = pages.next().await?;
            Some((page, pages))
        })
    }

    /// How many items match, by the page read last.
    pub fn total(&self) -> u64 {
        self.total.unwrap_or(0)
    }

    /// How many items the walk has given.
    pub const fn given(&self) -> u64 {
        self.given
    }
}

impl Listing for (OrderQuery, Locale) {
    type Item = Listed<Order>;
    const OPERATION: &'static str = "list_customer_orders";

    async fn page(&self, reader: &Reader, offset: u64) -> Result<Page<Self::Item>, Error> {
        reader.orders(&OrderQuery { offset, ..self.0.clone() }, self.1).await
    }

    fn key(order: &Self::Item) -> Option<String> {
        Some(order.item.order_id.clone())
    }
}

/// The page size to ask for when the caller wants `limit`, 0 being as many as there may be.
pub(super) fn page_size(limit: u32, most: u32) -> u32 {
    if limit == 0 { most } else { limit.min(most) }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use proptest::prelude::*;

    use super::*;
    use crate::bss::{
        scripted::{answer, flying, handles},
        transport::{Broken, Request, Response, Wire},
    };

    /// A listing from which orders vanish, and into which orders come, between two pages.
    struct Moving {
        orders: Mutex<Vec<u32>>,
        changes: Mutex<Vec<(bool, usize)>>,
    }

    #[async_trait::async_trait]
    impl Wire for Moving {
        async fn exchange(&self, request: Request, _: std::time::Duration) -> Result<Response, Broken> {
            let number = |name: &str| -> usize {
                let (_, rest) = request.target.split_once(&format!("{name}=")).expect("a parameter");
                rest.split('&').next().and_then(|n| n.parse().ok()).expect("a number")
            };
            let mut orders = self.orders.lock().expect("lock");
            let page: Vec<String> = orders
                .iter()
                .skip(number("offset"))
                .take(number("limit"))
                .map(|n| {
                    format!(
                        r#"{{"order_id":"CS{n}","status":6,"order_type":1,"create_time":"2026-01-01T00:00:00Z"}}"#
                    )
                })
                .collect();
            let body = format!(r#"{{"total_count":{},"order_infos":[{}]}}"#, orders.len(), page.join(","));
            if let Some((vanishes, at)) = self.changes.lock().expect("lock").pop()
                && !orders.is_empty()
            {
                let at = at % orders.len();
                if vanishes {
                    orders.remove(at);
                } else {
                    let new = 1000 + u32::try_from(orders.len()).expect("few");
                    orders.insert(at, new);
                }
            }
            answer(200, &body)
        }
    }

    fn walk(orders: u32, limit: u32, changes: Vec<(bool, usize)>) -> (Vec<String>, Vec<u32>) {
        let wire =
            Arc::new(Moving { orders: Mutex::new((0..orders).collect()), changes: Mutex::new(changes) });
        let (reader, _, _, hand) = handles(wire.clone());
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let mut given = Vec::new();
        runtime.block_on(async {
            let mut pages = reader.order_pages(OrderQuery { limit, ..OrderQuery::default() }, Locale::Zh);
            while let Some(page) = flying(&hand, pages.next()).await {
                given.extend(page.expect("a page").into_iter().map(|order| order.item.order_id));
            }
        });
        let left = wire.orders.lock().expect("lock").clone();
        (given, left)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn no_order_that_stays_is_missed_and_none_is_given_twice(
            orders in 0_u32..40,
            limit in 2_u32..9,
            changes in proptest::collection::vec((any::<bool>(), 0_usize..40), 0..3),
        ) {
            let (given, left) = walk(orders, limit, changes);
            let unique: HashSet<_> = given.iter().collect();
            prop_assert_eq!(unique.len(), given.len());
            for order in left.into_iter().filter(|order| *order < 1000) {
                prop_assert!(given.contains(&format!("CS{order}")), "CS{} of {:?}", order, given);
            }
        }
    }

    #[test]
    fn pages_of_one_order_end_too() {
        assert_eq!(walk(3, 1, Vec::new()).0, ["CS0", "CS1", "CS2"]);
    }

    /// Orders as if nothing told them apart.
    struct Rows;

    impl Listing for Rows {
        type Item = String;
        const OPERATION: &'static str = "list_customer_orders";

        async fn page(&self, reader: &Reader, offset: u64) -> Result<Page<String>, Error> {
            let query = OrderQuery { offset, limit: 4, ..OrderQuery::default() };
            let page = reader.orders(&query, Locale::Zh).await?;
            let items = page.items.into_iter().map(|order| order.item.order_id).collect();
            Ok(Page { items, total: page.total, offset })
        }

        fn key(_: &String) -> Option<String> {
            None
        }
    }

    fn rows(orders: u32, changes: Vec<(bool, usize)>) -> Vec<Result<Vec<String>, Error>> {
        let wire =
            Arc::new(Moving { orders: Mutex::new((0..orders).collect()), changes: Mutex::new(changes) });
        let (reader, _, _, hand) = handles(wire);
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let pages = reader.pages(Rows).into_stream();
        runtime.block_on(flying(&hand, futures_util::StreamExt::collect(pages)))
    }

    #[test]
    fn rows_that_nothing_tells_apart_are_walked_once_and_a_changed_length_is_an_error() {
        let quiet = rows(10, Vec::new());
        let given: Vec<_> = quiet.into_iter().flat_map(|page| page.expect("a page")).collect();
        assert_eq!(given, (0..10).map(|n| format!("CS{n}")).collect::<Vec<_>>());
        let moved = rows(10, vec![(true, 0)]);
        assert_eq!(moved.len(), 2);
        let error = moved[1].as_ref().expect_err("the listing changed");
        assert_eq!(error.kind, crate::bss::Kind::Malformed);
    }
}
