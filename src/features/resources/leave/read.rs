//! Reads what a page needs to say what unsubscribing brings: the resources and what is attached to them as
//! they are now, the orders that paid for them, and how much of the five-day rule's quota is used. It
//! changes nothing.

use std::collections::HashMap;

use chrono::{DateTime, Datelike as _, NaiveDate, TimeDelta, Utc};
use futures_util::future::join_all;

use super::{
    facts::{Able, Quota, Read, Thing, Unable},
    store,
    texts::Texts,
};
use crate::{
    bss::{Reader, Unsubscribed, orders::OrderDetail, resources::Resource},
    features::resources::{
        refund::{Estimate, FIVE_DAY_QUOTA, Orders, Rules, estimate::FIVE_DAYS, is_within_five_days},
        standing::{self, Obstacle, Subject},
    },
    identity::access::{AccountId, Actor},
    state::App,
    web::{
        Error, PAGE_LIMIT, Ui, links,
        sentence::{Failure, Sentence},
    },
};

/// Orders that are asked about at once.
const AT_ONCE: usize = 8;

/// Reads these resources. An error in words when something about them cannot be read: then nothing can be
/// confirmed.
pub(super) async fn read(
    app: &App,
    (actor, ui): (&Actor, &Ui),
    ids: &[String],
    what: Unsubscribed,
) -> Result<Result<Read, Vec<Failure>>, Error> {
    let looked = standing::look(app, actor, ui, ids).await?;
    let mut read = Read::default();
    let mut failures = Vec::new();
    for (id, obstacle) in looked.unable {
        match obstacle {
            Obstacle::Unreadable(failure) => failures.push(*failure),
            obstacle => read.unable.push(Unable { why: obstacle.sentence(ui), id }),
        }
    }
    let mut by_account: Vec<(AccountId, Vec<Subject>)> = Vec::new();
    for subject in looked.able {
        let account = subject.stored.account;
        match by_account.iter_mut().find(|(known, _)| *known == account) {
            Some((_, subjects)) => subjects.push(subject),
            None => by_account.push((account, vec![subject])),
        }
    }
    for (account, subjects) in by_account {
        let Some(reader) = app.readers.get(account) else { continue };
        let visit = Visit { app, ui, account, reader: reader.within(PAGE_LIMIT), what };
        if let Err(failure) = visit.account(subjects, &mut read).await? {
            failures.push(failure);
        }
    }
    let place = |id: &String| ids.iter().position(|asked| asked == id);
    read.able.sort_by_key(|one| place(&one.thing.id));
    read.unable.sort_by_key(|one| place(&one.id));
    Ok(if failures.is_empty() { Ok(read) } else { Err(failures) })
}

/// The resources of one account.
struct Visit<'a> {
    app: &'a App,
    ui: &'a Ui,
    account: AccountId,
    reader: Reader,
    what: Unsubscribed,
}

impl Visit<'_> {
    async fn account(&self, subjects: Vec<Subject>, read: &mut Read) -> Result<Result<(), Failure>, Error> {
        let (db, t) = (&self.app.db, Texts(self.ui.locale));
        let mains: Vec<String> = subjects.iter().map(|subject| subject.live.resource_id.clone()).collect();
        let all = |subject: &Subject| {
            let each = std::iter::once(&subject.live).chain(&subject.attached);
            each.map(|one| one.resource_id.clone()).collect::<Vec<_>>()
        };
        let every: Vec<String> = subjects.iter().flat_map(all).collect();
        let orders = match self.orders(&every).await? {
            Ok(orders) => orders,
            Err(error) => return Ok(Err(Failure::of(&error, t.its_orders(), self.ui.locale))),
        };
        let at = self.app.clock.now();
        let used = store::five_day_used(db, self.account, year_of(at), FIVE_DAYS).await?;
        let mut left = (FIVE_DAY_QUOTA - used).max(0);
        let mut siblings: HashMap<String, Vec<String>> = HashMap::new();
        for sibling in store::siblings_of(db, self.account, &mains).await? {
            siblings.entry(sibling.of).or_default().push(sibling.resource_id);
        }
        let account_name = self.app.readers.name(self.account).unwrap_or_default().to_owned();
        let mut asks_quota = false;
        for subject in subjects {
            let id = subject.live.resource_id.clone();
            if let Some(why) = self.in_the_way(&subject, &orders) {
                read.unable.push(Unable { id, why });
                continue;
            }
            let Some(expires_at) = subject.live.expire_time else {
                read.unable.push(Unable { id, why: Sentence::warning(t.no_expiry(), t.no_expiry_next()) });
                continue;
            };
            let fee_percent = self.app.settings.handling_fee_percent;
            let rules = Rules { at, what: self.what, fee_percent, quota_left: left > 0 };
            asks_quota |= is_within_five_days(&subject.live, &orders, at);
            let estimate = Estimate::of(&subject.live, &subject.attached, &orders, rules);
            left -= i64::from(estimate.five_days);
            if self.what == Unsubscribed::UnstartedTerms && !estimate.has_unstarted {
                read.unable
                    .push(Unable { id, why: Sentence::warning(t.none_unstarted(), t.none_unstarted_next()) });
                continue;
            }
            read.able.push(Able {
                account: self.account,
                account_name: account_name.clone(),
                region: subject.live.region_code.clone().unwrap_or_default(),
                status: subject.live.status.code(),
                expires_at,
                attached: subject.attached.iter().map(thing).collect(),
                siblings: siblings.remove(&id).unwrap_or_default(),
                thing: thing(&subject.live),
                estimate,
            });
        }
        if asks_quota {
            read.quota.push(Quota { account: self.account, account_name, used });
        }
        Ok(Ok(()))
    }

    /// The orders about these resources, as they are now.
    async fn orders(&self, resources: &[String]) -> Result<Result<Orders, crate::bss::Error>, Error> {
        let mut orders = Orders::default();
        let mut ids: Vec<String> = Vec::new();
        for row in store::orders_of(&self.app.db, self.account, resources).await? {
            orders.counts.insert(row.order_id.clone(), row.resources);
            if !ids.contains(&row.order_id) {
                ids.push(row.order_id.clone());
            }
            orders.of.push((row.resource_id, row.order_id));
        }
        for some in ids.chunks(AT_ONCE) {
            let reads = some.iter().map(|id| self.reader.order(id, self.ui.locale));
            for (id, detail) in some.iter().zip(join_all(reads).await) {
                let detail: OrderDetail = match detail {
                    Ok(detail) => detail,
                    Err(error) => return Ok(Err(error)),
                };
                orders.read.insert(id.clone(), detail);
            }
        }
        Ok(Ok(orders))
    }

    /// An order that Huawei wants to see ended first.
    fn in_the_way(&self, subject: &Subject, orders: &Orders) -> Option<Sentence> {
        let t = Texts(self.ui.locale);
        let each = std::iter::once(&subject.live).chain(&subject.attached);
        let ids: Vec<&str> = each.map(|one| one.resource_id.as_str()).collect();
        let order = &orders.in_the_way(&ids)?.order.item.order_id;
        let link = Some((links::order(order), t.see_order()));
        Some(Sentence { link, ..Sentence::warning(t.order_holds(order), t.order_holds_next()) })
    }
}

fn thing(resource: &Resource) -> Thing {
    let first = |texts: [&Option<String>; 3]| texts.into_iter().flatten().next().cloned().unwrap_or_default();
    Thing {
        id: resource.resource_id.clone(),
        name: resource.resource_name.clone().unwrap_or_default(),
        what: first([
            &resource.resource_type_name,
            &resource.service_type_name,
            &resource.resource_type_code,
        ]),
        spec: resource.product_spec_desc.clone().unwrap_or_default(),
    }
}

/// The calendar year of Beijing that a moment is in: its first moment, and the next year's.
fn year_of(at: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
    const AHEAD: TimeDelta = TimeDelta::hours(8);
    let year = (at + AHEAD).year();
    let first = |year| {
        let day = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default();
        day.and_time(chrono::NaiveTime::MIN).and_utc() - AHEAD
    };
    (first(year), first(year + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_year_of_the_quota_is_beijings() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().expect("a moment");
        let of_2026 = (at("2025-12-31T16:00:00Z"), at("2026-12-31T16:00:00Z"));
        assert_eq!(year_of(at("2025-12-31T16:00:00Z")), of_2026);
        assert_eq!(year_of(at("2026-12-31T15:59:59Z")), of_2026);
    }
}
