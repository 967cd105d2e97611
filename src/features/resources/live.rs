//! What is read of a resource before and after something is done to it: whether it is still as it was
//! confirmed, which unpaid order holds it, and which orders about it may be ours. It only reads.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    bss::{
        self, Reader,
        codes::{OrderStatus, OrderType},
        orders::{Order, OrderQuery, Sort, Window},
        resources::{MAX_IDS, Resource, ResourceQuery},
    },
    clock::Clock,
    i18n::Locale,
    operations::{Difference, Operation, SeenOrder, Sent, Sighting, Wanted, is_bound, own_from, own_order},
};

/// A resource as the person saw it when they confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenResource {
    /// Its id.
    pub id: String,
    /// Until when it is paid for.
    pub expire_time: DateTime<Utc>,
}

/// What else the person saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// What people call it; may be empty.
    pub name: String,
    /// The service, in words.
    pub service: String,
    /// The region.
    pub region: String,
}

/// A paid renewal shows on its resource by then.
const TAKES_EFFECT_WITHIN: TimeDelta = TimeDelta::minutes(10);

/// BSS's code for an order that it does not know (yet).
const NO_SUCH_ORDER: &str = "CBC.30000010";

/// These resources as they are now, and what is attached to them. What Huawei does not list is absent.
pub(super) async fn listed(
    reader: &Reader,
    ids: &[String],
    locale: Locale,
) -> Result<Vec<Resource>, bss::Error> {
    let mut found = Vec::with_capacity(ids.len());
    for some in ids.chunks(MAX_IDS) {
        let query = ResourceQuery { resource_ids: some.to_vec(), ..ResourceQuery::default() };
        let mut pages = reader.pages((query, locale));
        while let Some(page) = pages.next().await {
            found.extend(page?.into_iter().map(|listed| listed.item));
        }
    }
    Ok(found)
}

/// What about the resource is no longer as it was confirmed, unless it is only an unpaid order.
pub(super) fn differences(confirmed: &SeenResource, live: Option<&Resource>) -> Vec<Difference> {
    let difference = |fact, confirmed: String, live: String| {
        vec![Difference { fact, about: String::new(), confirmed, live }]
    };
    let Some(live) = live else { return difference("resource_status", String::new(), "gone".to_owned()) };
    if !live.status.is_alive() {
        return difference("resource_status", String::new(), live.status.code().to_string());
    }
    if live.is_main == Some(false) {
        return difference("attached", String::new(), live.parent_resource_id.clone().unwrap_or_default());
    }
    if live.expire_time != Some(confirmed.expire_time) {
        let at = live.expire_time.map(|at| at.to_rfc3339()).unwrap_or_default();
        return difference("expire_time", confirmed.expire_time.to_rfc3339(), at);
    }
    Vec::new()
}

/// Everything that is no longer as it was confirmed: the resource itself, then orders that hold it.
pub(super) async fn all_differences(
    confirmed: &SeenResource,
    (reader, clock): (&Reader, &Clock),
) -> Result<Vec<Difference>, bss::Error> {
    let live = reader.resource(&confirmed.id, Locale::default()).await?;
    let differences = differences(confirmed, live.as_ref().map(|listed| &listed.item));
    if !differences.is_empty() {
        return Ok(differences);
    }
    let mut found = unpaid_orders(&confirmed.id, reader).await?;
    for renewal in renewals(&confirmed.id, (reader, clock)).await? {
        if found.iter().all(|known| known.about != renewal.about) {
            found.push(renewal);
        }
    }
    Ok(found)
}

/// Renewals that nobody has paid, or that were paid a moment ago, so that the resource may not show it yet.
/// One reading tells both: between two, an order could be paid and be in neither.
async fn renewals(
    resource_id: &str,
    (reader, clock): (&Reader, &Clock),
) -> Result<Vec<Difference>, bss::Error> {
    let now = clock.now() + reader.clock_skew().unwrap_or_default();
    let query = OrderQuery {
        order_type: Some(OrderType::Renewal),
        created: Some(Window { from: now - TimeDelta::days(1), to: now + TimeDelta::hours(1) }),
        sort: Some(Sort::OldestFirst),
        ..OrderQuery::default()
    };
    let mut found = Vec::new();
    let mut pages = reader.order_pages(query, Locale::default());
    while let Some(page) = pages.next().await {
        for order in page?.into_iter().map(|listed| listed.item) {
            let lately = order.payment_time.is_some_and(|paid| paid > now - TAKES_EFFECT_WITHIN);
            let fact = match order.status {
                OrderStatus::AwaitingPayment => "unpaid_order",
                OrderStatus::Processing => "paid_renewal",
                OrderStatus::Completed if lately => "paid_renewal",
                _ => continue,
            };
            if resources_of(reader, &order.order_id).await?.iter().any(|id| id == resource_id) {
                let (about, live) = (order.order_id, order.status.code().to_string());
                found.push(Difference { fact, about, confirmed: String::new(), live });
            }
        }
    }
    Ok(found)
}

/// The unpaid orders that hold the resource. Upstream refuses another one beside them.
async fn unpaid_orders(resource_id: &str, reader: &Reader) -> Result<Vec<Difference>, bss::Error> {
    let query = OrderQuery {
        status: Some(OrderStatus::AwaitingPayment),
        sort: Some(Sort::OldestFirst),
        ..OrderQuery::default()
    };
    let mut found = Vec::new();
    let mut pages = reader.order_pages(query, Locale::default());
    while let Some(page) = pages.next().await {
        // A new purchase is about nothing that there is already.
        for order in page?.into_iter().filter(|order| order.item.order_type != OrderType::NewPurchase) {
            let order = order.item;
            if resources_of(reader, &order.order_id).await?.iter().any(|id| id == resource_id) {
                found.push(Difference {
                    fact: "unpaid_order",
                    about: order.order_id,
                    confirmed: String::new(),
                    live: order.status.code().to_string(),
                });
            }
        }
    }
    Ok(found)
}

/// Looks for the order that an operation made; `Ok(None)` when there is none.
pub(super) async fn own(
    operation: &Operation,
    sent: Sent<'_>,
    (order_type, resource_id): (OrderType, &str),
    (reader, clock): (&Reader, &Clock),
) -> Result<Option<Sighting>, bss::Error> {
    // How far Huawei's clock is ahead is known after its first answer at the latest.
    let own_from = |skew| own_from(operation.created_at, sent, skew);
    let from = own_from(reader.clock_skew()).min(own_from(None));
    let ahead = reader.clock_skew().unwrap_or_default().max(TimeDelta::zero());
    let to = clock.now().max(from) + ahead + TimeDelta::hours(1);
    let query = OrderQuery {
        order_type: Some(order_type),
        created: Some(Window { from, to }),
        sort: Some(Sort::OldestFirst),
        ..OrderQuery::default()
    };
    let mut seen = Vec::new();
    let mut pages = reader.order_pages(query, Locale::default());
    while let Some(page) = pages.next().await {
        let page = page?;
        let from = own_from(reader.clock_skew());
        let perhaps = |order: &Order| order.create_time >= from && !is_bound(sent.bound, &order.order_id);
        for order in page.into_iter().filter(|order| perhaps(&order.item)) {
            seen.push(seen_order(reader, &order.item.order_id).await?);
        }
    }
    let from = own_from(reader.clock_skew());
    let wanted = Wanted { order_type, resource_id, user_name: reader.user_name(), from, bound: sent.bound };
    let settled = sent.attempts.iter().all(|attempt| attempt.settles_at < clock.now() - sent.ahead);
    Ok(own_order(&seen, &wanted).sighting(settled))
}

/// An order with what tells whose it is and what it is about.
async fn seen_order(reader: &Reader, order_id: &str) -> Result<SeenOrder, bss::Error> {
    // Only the details name the creator.
    let order = reader.order(order_id, Locale::default()).await?.order.item;
    let resources = match order.order_type {
        OrderType::Unsubscription => unsubscribed(reader, order_id).await?,
        _ => resources_of(reader, order_id).await?,
    };
    Ok(SeenOrder {
        order_id: order.order_id,
        order_type: order.order_type,
        status: order.status,
        created_at: order.create_time,
        user_name: order.user_name,
        resources,
    })
}

/// The resources of an order, as far as they are listed yet.
async fn resources_of(reader: &Reader, order_id: &str) -> Result<Vec<String>, bss::Error> {
    let query = ResourceQuery { order_id: Some(order_id.to_owned()), ..ResourceQuery::default() };
    let page = reader.resources(&query, Locale::default()).await?;
    Ok(page.items.into_iter().map(|listed| listed.item.resource_id).collect())
}

/// The resource that an unsubscription is certainly about: the only one that an order lists which the
/// money came from, and closed. That is all there is: its lines name no resource, and the ids of its
/// refunds are those of records. What is gone may be listed nowhere any more, so silence proves nothing.
async fn unsubscribed(reader: &Reader, order_id: &str) -> Result<Vec<String>, bss::Error> {
    let rows = match reader.refund_orders(order_id).await {
        Ok(rows) => rows,
        // There may be none while the order is not through.
        Err(error) if error.kind == bss::Kind::Refused => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let bases: BTreeSet<String> = rows.into_iter().filter_map(|row| row.item.base_order_id).collect();
    for base in bases {
        let query = ResourceQuery { order_id: Some(base), only_main: true, ..ResourceQuery::default() };
        let bought = reader.resources(&query, Locale::default()).await?.items;
        if let [only] = bought.as_slice()
            && !only.item.status.is_alive()
        {
            return Ok(vec![only.item.resource_id.clone()]);
        }
    }
    Ok(Vec::new())
}

/// The order that Huawei's own answer named.
pub(super) async fn named(order_id: &str, order_type: OrderType, reader: &Reader) -> Sighting {
    match reader.order(order_id, Locale::default()).await {
        Ok(detail) => {
            let order = detail.order.item;
            let seen = SeenOrder {
                order_id: order.order_id,
                order_type: order.order_type,
                status: order.status,
                created_at: order.create_time,
                user_name: order.user_name,
                resources: Vec::new(),
            };
            if seen.order_type == order_type {
                // It is bound already: the answer did that.
                Sighting::Effect { evidence: seen.evidence(), elsewhere: false, binds: None }
            } else {
                Sighting::Contradiction { evidence: seen.evidence() }
            }
        }
        Err(error) if error.code.as_deref() == Some(NO_SUCH_ORDER) => Sighting::NotYetVisible,
        Err(error) => unreadable(&error),
    }
}

pub(super) fn unreadable(error: &bss::Error) -> Sighting {
    Sighting::Unreadable { why: error.to_string() }
}

/// What is kept of a resource as proof that nothing was done to it.
pub(super) fn evidence(live: Option<&Resource>) -> Value {
    json!({
        "resource_status": live.map(|live| live.status.code()),
        "expire_time": live.and_then(|live| live.expire_time),
    })
}
