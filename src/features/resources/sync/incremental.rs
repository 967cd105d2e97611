//! What is read between two walks: the resources of orders that changed, and those that expire soon or have
//! expired lately.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::{
    For, Listing, Sync, Written,
    store::{self, ChangedOrder, State},
};
use crate::{
    bss::{
        Kind,
        codes::{OrderStatus, OrderType},
        orders::Window,
        resources::ResourceQuery,
    },
    i18n::Locale,
};

/// Of how many orders that changed the resources are asked for in one run.
const ORDERS_PER_RUN: i64 = 200;
/// Of how many orders of the past, for the history of resources.
const PAST_ORDERS_PER_RUN: i64 = 20;
/// Orders whose resources are asked for at once.
const ORDERS_AT_ONCE: usize = 4;
/// Orders whose resources are stored in one transaction.
const ORDERS_PER_WRITE: usize = 50;
/// How old the newest orders may be that have never been asked about and are not of the past.
const LATELY: TimeDelta = TimeDelta::days(2);
/// How long after an order is done BSS may still show its resources as they were.
const SHOWS_WITHIN_MINUTES: i32 = 15;
/// How often resources of an order that is not final are asked for again.
const OPEN_AGAIN: TimeDelta = TimeDelta::minutes(10);
/// How long a walk is the last one at least, although something was unsubscribed since.
const WALK_AGAIN: TimeDelta = TimeDelta::minutes(10);
/// What expires within is read again and again, so that automatic renewals show …
const EXPIRES_WITHIN: TimeDelta = TimeDelta::days(8);
/// … and what has expired, as long as it may be in its grace or retention period.
const EXPIRED_WITHIN: TimeDelta = TimeDelta::days(35);
/// How many that should have expired and are not listed with the others are asked for in one run.
const ELSEWHERE_PER_RUN: usize = 500;

/// What came of it.
pub(super) struct Changes {
    pub(super) written: Written,
    /// Whether something may be gone, of which no order tells what it was.
    pub(super) wants_walk: bool,
}

impl Sync<'_> {
    /// Reads what may have changed since the last run.
    pub(super) async fn changes(&self, state: &State, now: DateTime<Utc>) -> anyhow::Result<Changes> {
        let since = store::Since {
            made: now - LATELY,
            open: now - OPEN_AGAIN,
            shows_within_minutes: SHOWS_WITHIN_MINUTES,
            now,
        };
        let shows_within = TimeDelta::minutes(SHOWS_WITHIN_MINUTES.into());
        let changed = store::changed_orders(self.db, self.account, since, ORDERS_PER_RUN).await?;
        let past = store::past_orders(self.db, self.account, PAST_ORDERS_PER_RUN).await?;
        // An unsubscription does not tell what it ended. A walk that began when that was out of the list
        // certainly has not met it.
        let (ends, mut orders): (Vec<_>, Vec<_>) =
            changed.into_iter().partition(ChangedOrder::ends_something);
        let (seen, unseen): (Vec<_>, Vec<_>) = ends
            .into_iter()
            .partition(|order| state.walked_at.is_some_and(|walked| order.done_at + shows_within < walked));
        let is_young = state.walked_at.is_some_and(|walked| walked > now - WALK_AGAIN);
        let reached = past.iter().map(|order| order.created_at).min();
        orders.extend(seen.into_iter().chain(past));
        let mut written = self.orders(&orders).await?;
        if let Some(reached) = reached {
            store::past_read(self.db, self.account, reached).await?;
        }
        written += self.expiring(now).await?;
        store::release(self.db, self.account).await?;
        Ok(Changes { written, wants_walk: !unseen.is_empty() && !is_young })
    }

    /// The resources of these orders.
    async fn orders(&self, orders: &[ChangedOrder]) -> anyhow::Result<Written> {
        let mut written = Written::default();
        for some in orders.chunks(ORDERS_PER_WRITE) {
            let asked_at = self.clock.now();
            let listed: Vec<_> = stream::iter(some.to_vec())
                .map(|order| async move {
                    // Nothing came of one that was cancelled, and nothing is left of an unsubscription.
                    let items = if order.status == OrderStatus::Cancelled || order.ends_something() {
                        Vec::new()
                    } else {
                        let query =
                            ResourceQuery { order_id: Some(order.order_id.clone()), ..Default::default() };
                        match self.listed(query).await {
                            Ok(items) => items,
                            Err(error) if error.kind == Kind::Refused => {
                                tracing::warn!(order = order.order_id, %error, "no resources of an order");
                                Vec::new()
                            }
                            Err(error) => return Err(error),
                        }
                    };
                    Ok((order, items))
                })
                .buffered(ORDERS_AT_ONCE)
                .try_collect()
                .await?;
            let listings = listed.iter().map(|(order, items)| Listing {
                order_id: order.order_id.clone(),
                read: Some(order.status),
                holds: !super::is_final(order.status),
                resources: items.iter().map(|listed| listed.item.resource_id.clone()).collect(),
            });
            let listings = listings.collect();
            let items: Vec<_> = listed.into_iter().flat_map(|(_, items)| items).collect();
            written += self.put(asked_at, &items, For::Orders(listings)).await?;
        }
        Ok(written)
    }

    /// What expires soon or has expired lately. What should be among it and is not has another expiry by now,
    /// or is gone.
    async fn expiring(&self, now: DateTime<Utc>) -> anyhow::Result<Written> {
        let window = Window { from: now - EXPIRED_WITHIN, to: now + EXPIRES_WITHIN };
        let mut elsewhere: BTreeSet<String> =
            store::expiring(self.db, self.account, window).await?.into_iter().collect();
        let mut written = Written::default();
        let query = ResourceQuery { expires: Some(window), ..ResourceQuery::default() };
        let mut pages = self.reader.pages((query, Locale::Zh));
        loop {
            let asked_at = self.clock.now();
            let Some(page) = pages.next().await else { break };
            let page = page?;
            for listed in &page {
                elsewhere.remove(&listed.item.resource_id);
            }
            written += self.put(asked_at, &page, For::Themselves).await?;
        }
        let elsewhere: Vec<String> = elsewhere.into_iter().take(ELSEWHERE_PER_RUN).collect();
        written += self.ask(&elsewhere).await?;
        Ok(written)
    }
}

impl ChangedOrder {
    /// Whether it is an unsubscription that is through.
    fn ends_something(&self) -> bool {
        self.order_type == OrderType::Unsubscription && self.status == OrderStatus::Completed
    }
}
