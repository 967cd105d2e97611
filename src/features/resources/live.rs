//! What is read of a resource before and after something is done to it: whether it is still as it was
//! confirmed, which unpaid order holds it, and which orders about it may be ours. It only reads.

use std::{collections::BTreeSet, iter};

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
    money::Money,
    operations::{
        Difference, Operation, Preflight, SeenOrder, Sent, Sighting, Target, Wanted, is_bound, own_from,
        own_order,
    },
};

/// A resource as the person saw it when they confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenResource {
    /// Its id.
    pub id: String,
    /// Until when it is paid for.
    pub expire_time: DateTime<Utc>,
}

/// A main resource that one request about several names, as the person saw it when they confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChosenResource {
    /// Its id.
    pub id: String,
    /// Until when it is paid for.
    pub expire_time: DateTime<Utc>,
    /// The ids of what is attached to it, in any order.
    #[serde(default)]
    pub attached: Vec<String>,
    /// What else was shown of it.
    pub shown: Shown,
    /// What it was said to cost or to give back, yuan, where the page said so. It decides nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
}

impl ChosenResource {
    /// What is compared of it whatever is done to it.
    pub fn seen(&self) -> SeenResource {
        SeenResource { id: self.id.clone(), expire_time: self.expire_time }
    }
}

/// What an operation on these resources holds: each of them, and what is attached to it.
pub fn targets(resources: &[ChosenResource]) -> Vec<Target> {
    ids(resources).into_iter().map(Target::Resource).collect()
}

/// The ids of these resources and of what is attached to them, each once.
pub(super) fn ids(resources: &[ChosenResource]) -> Vec<String> {
    let all = resources.iter().flat_map(|one| iter::once(&one.id).chain(&one.attached));
    let mut ids: Vec<String> = all.cloned().collect();
    ids.sort_unstable();
    ids.dedup();
    ids
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

/// Everything that is no longer as it was confirmed of several resources: each by itself and what is attached to
/// it, then orders that hold one of them.
async fn chosen_differences(
    confirmed: &[ChosenResource],
    (reader, clock): (&Reader, &Clock),
) -> Result<Vec<Difference>, bss::Error> {
    let ids: Vec<String> = confirmed.iter().map(|one| one.id.clone()).collect();
    let live = listed(reader, &ids, Locale::default()).await?;
    let mut found = Vec::new();
    for one in confirmed {
        let mine = live.iter().find(|live| live.resource_id == one.id);
        let mut differences = differences(&one.seen(), mine);
        if differences.is_empty() {
            differences.extend(attached_otherwise(one, &live));
        }
        if confirmed.len() > 1 {
            for difference in &mut differences {
                difference.about.clone_from(&one.id);
            }
        }
        found.extend(differences);
    }
    if !found.is_empty() {
        return Ok(found);
    }
    let attached = confirmed.iter().flat_map(|one| one.attached.iter().cloned());
    held(&ids.iter().cloned().chain(attached).collect(), (reader, clock)).await
}

/// How several resources compare with what was confirmed of them.
pub(super) async fn preflight(confirmed: &[ChosenResource], at: (&Reader, &Clock)) -> Preflight {
    match chosen_differences(confirmed, at).await {
        Ok(differences) if differences.is_empty() => Preflight::Same,
        Ok(differences) => Preflight::Stale { differences },
        Err(error) => Preflight::Unreadable { why: error.to_string() },
    }
}

/// Whether something else is attached to it than was shown.
fn attached_otherwise(confirmed: &ChosenResource, live: &[Resource]) -> Option<Difference> {
    let shown: BTreeSet<&str> = confirmed.attached.iter().map(String::as_str).collect();
    let mine = live.iter().filter(|one| one.parent_resource_id.as_ref() == Some(&confirmed.id));
    let there: BTreeSet<&str> = mine.map(|one| one.resource_id.as_str()).collect();
    let words = |ids: &BTreeSet<&str>| ids.iter().copied().collect::<Vec<_>>().join(", ");
    (shown != there).then(|| Difference {
        fact: "attached_ids",
        about: String::new(),
        confirmed: words(&shown),
        live: words(&there),
    })
}

/// The orders that hold one of these resources.
async fn held(
    ids: &BTreeSet<String>,
    (reader, clock): (&Reader, &Clock),
) -> Result<Vec<Difference>, bss::Error> {
    let mut found = unpaid_orders(ids, reader).await?;
    for renewal in renewals(ids, (reader, clock)).await? {
        if found.iter().all(|known| known.about != renewal.about) {
            found.push(renewal);
        }
    }
    Ok(found)
}

/// Renewals that nobody has paid, or that were paid a moment ago, so that the resource may not show it yet.
/// One reading tells both: between two, an order could be paid and be in neither.
async fn renewals(
    ids: &BTreeSet<String>,
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
            if resources_of(reader, &order.order_id).await?.iter().any(|id| ids.contains(id)) {
                let (about, live) = (order.order_id, order.status.code().to_string());
                found.push(Difference { fact, about, confirmed: String::new(), live });
            }
        }
    }
    Ok(found)
}

/// The unpaid orders that hold one of these resources. Upstream refuses another one beside them.
async fn unpaid_orders(ids: &BTreeSet<String>, reader: &Reader) -> Result<Vec<Difference>, bss::Error> {
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
            if resources_of(reader, &order.order_id).await?.iter().any(|id| ids.contains(id)) {
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

/// What an operation's own order is about.
#[derive(Clone, Copy)]
pub(super) struct About<'a> {
    /// What it does.
    pub(super) order_type: OrderType,
    /// The resources.
    pub(super) resources: &'a [ChosenResource],
    /// Whether a resource is as an unsubscription by this operation would leave it.
    pub(super) left: fn(&ChosenResource, &Resource) -> bool,
}

impl About<'_> {
    fn is_left(self, live: &Resource) -> bool {
        // One that is not among ours tells by being closed.
        let ours = self.resources.iter().find(|one| one.id == live.resource_id);
        ours.map_or(!live.status.is_alive(), |ours| (self.left)(ours, live))
    }
}

/// Looks for the order that an operation made; `Ok(None)` when there is none.
pub(super) async fn own(
    operation: &Operation,
    sent: Sent<'_>,
    about: About<'_>,
    (reader, clock): (&Reader, &Clock),
) -> Result<Option<Sighting>, bss::Error> {
    let order_type = about.order_type;
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
            seen.push(seen_order(reader, &order.item.order_id, about).await?);
        }
    }
    let from = own_from(reader.clock_skew());
    let mains: Vec<String> = about.resources.iter().map(|one| one.id.clone()).collect();
    let attached: Vec<String> = about.resources.iter().flat_map(|one| one.attached.iter().cloned()).collect();
    let (resources, attached) = (mains.as_slice(), attached.as_slice());
    let user_name = reader.user_name();
    let wanted = Wanted { order_type, resources, attached, user_name, from, bound: sent.bound };
    let settled = sent.attempts.iter().all(|attempt| attempt.settles_at < clock.now() - sent.ahead);
    Ok(own_order(&seen, &wanted).sighting(settled))
}

/// An order with what tells whose it is and what it is about.
async fn seen_order(reader: &Reader, order_id: &str, about: About<'_>) -> Result<SeenOrder, bss::Error> {
    // Only the details name the creator.
    let order = reader.order(order_id, Locale::default()).await?.order.item;
    let resources = match order.order_type {
        OrderType::Unsubscription => unsubscribed(reader, order_id, about).await?,
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

/// The resources that an unsubscription is certainly about: each the only one that an order lists which the
/// money came from, and left as an unsubscription leaves it. That is all there is: its lines name no resource,
/// and the ids of its refunds are those of records. What is gone may be listed nowhere any more, so silence
/// proves nothing.
async fn unsubscribed(reader: &Reader, order_id: &str, about: About<'_>) -> Result<Vec<String>, bss::Error> {
    let rows = match reader.refund_orders(order_id).await {
        Ok(rows) => rows,
        // There may be none while the order is not through.
        Err(error) if error.kind == bss::Kind::Refused => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let bases: BTreeSet<String> = rows.into_iter().filter_map(|row| row.item.base_order_id).collect();
    let mut resources = BTreeSet::new();
    for base in bases {
        let query = ResourceQuery { order_id: Some(base), only_main: true, ..ResourceQuery::default() };
        let bought = reader.resources(&query, Locale::default()).await?.items;
        if let [only] = bought.as_slice()
            && about.is_left(&only.item)
        {
            resources.insert(only.item.resource_id.clone());
        }
    }
    Ok(resources.into_iter().collect())
}

/// The orders that Huawei's own answer named: each has to be there.
pub(super) async fn made(operation: &Operation, order_type: OrderType, reader: &Reader) -> Option<Sighting> {
    let (first, more) = (operation.upstream_order_id.as_ref()?, &operation.more_orders);
    let mut sighting = named(first, order_type, reader).await;
    let mut others = Vec::new();
    for order_id in more {
        match (&sighting, named(order_id, order_type, reader).await) {
            (Sighting::Effect { .. }, Sighting::Effect { evidence, .. }) => others.push(evidence),
            (Sighting::Effect { .. }, other) => sighting = other,
            _ => break,
        }
    }
    if let Sighting::Effect { evidence, .. } = &mut sighting
        && !others.is_empty()
    {
        evidence["more_orders"] = Value::Array(others);
    }
    Some(sighting)
}

/// The order that Huawei's own answer named.
async fn named(order_id: &str, order_type: OrderType, reader: &Reader) -> Sighting {
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

/// There is no order of ours; whether there still can be one is up to the resources. `gone` says of a resource why
/// there cannot.
pub(super) async fn absence(
    confirmed: &[ChosenResource],
    reader: &Reader,
    gone: fn(&ChosenResource, Option<&Resource>) -> Option<&'static str>,
) -> Sighting {
    let ids: Vec<String> = confirmed.iter().map(|one| one.id.clone()).collect();
    let listed = match listed(reader, &ids, Locale::default()).await {
        Ok(listed) => listed,
        Err(error) => return unreadable(&error),
    };
    let of = |one: &ChosenResource| listed.iter().find(|live| live.resource_id == one.id);
    let why = confirmed.iter().find_map(|one| gone(one, of(one)));
    let proof = match confirmed {
        [only] => evidence(of(only)),
        several => {
            let each = several.iter().map(|one| (one.id.clone(), evidence(of(one))));
            json!({ "resources": each.collect::<serde_json::Map<_, _>>() })
        }
    };
    Sighting::NoEffect { evidence: proof, gone: why }
}

/// What is kept of a resource as proof that nothing was done to it.
pub(super) fn evidence(live: Option<&Resource>) -> Value {
    json!({
        "resource_status": live.map(|live| live.status.code()),
        "expire_time": live.and_then(|live| live.expire_time),
    })
}
