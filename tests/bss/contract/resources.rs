//! Scenes around yearly/monthly resources: listed, renewed, renewed by themselves, converted, unsubscribed.

use bss_portal::{
    bss::{
        self, AutoRenewal, Conversion, Listed, Page, PayOrder, Renewal, RenewalDay, Term, ToPayPerUse,
        Unsubscribed, Unsubscription, Write,
        codes::{AutoPeriod, ExpirePolicy, ResourceStatus, UnsubscribeReason},
        orders::Window,
        resources::{Resource, ResourceQuery},
    },
    i18n::Locale,
};
use chrono::TimeDelta;
use serde_json::json;

use super::stage::{MASTER, MEMBER, Stage, paged};

const DAY: i64 = 86_400;

pub(super) async fn play(stage: &mut Stage) {
    let master = listings(stage).await;
    renewals(stage, &master).await;
    by_themselves(stage, &master).await;
    conversions(stage).await;
    unsubscriptions(stage).await;
}

async fn list(stage: &mut Stage, query: ResourceQuery, locale: Locale) -> Page<Listed<Resource>> {
    stage
        .read(MASTER, async |reader| reader.resources(&query, locale).await, paged("total_count", "data"))
        .await
}

/// A resource that is there.
async fn one(stage: &mut Stage, id: &str) -> Resource {
    let query = ResourceQuery { resource_ids: vec![id.to_owned()], only_main: true, ..Default::default() };
    let page = list(stage, query, Locale::Zh).await;
    assert_eq!(page.items.len(), 1, "{id}");
    page.items[0].item.clone()
}

async fn listings(stage: &mut Stage) -> Vec<Resource> {
    let all = list(stage, ResourceQuery::default(), Locale::Zh).await;
    let rows: Vec<Resource> = all.items.iter().map(|listed| listed.item.clone()).collect();
    for row in &rows {
        assert_eq!(row.is_main == Some(true), row.parent_resource_id.is_none(), "{row:?}");
        assert!(row.effective_time < row.expire_time && row.internal_id.as_ref() != Some(&row.resource_id));
    }
    for state in [ResourceStatus::InUse, ResourceStatus::Expired, ResourceStatus::Frozen] {
        let of_it = ResourceQuery { statuses: vec![state], ..Default::default() };
        let page = list(stage, of_it, Locale::Zh).await;
        assert!(!page.items.is_empty() && page.items.iter().all(|row| row.item.status == state));
    }
    let mains =
        list(stage, ResourceQuery { only_main: true, limit: 7, offset: 3, ..Default::default() }, Locale::Zh);
    assert!(mains.await.items.iter().all(|row| row.item.is_main == Some(true)));

    let first = rows[0].expire_time.expect("an expiry");
    let soon = Window { from: first - TimeDelta::days(1), to: first + TimeDelta::days(400) };
    let service = rows[0].service_type_code.clone();
    let query =
        ResourceQuery { expires: Some(soon), service_type_code: service.clone(), ..Default::default() };
    let page = list(stage, query, Locale::Zh).await;
    assert!(page.items.iter().all(|row| row.item.service_type_code == service));
    assert!(page.items.iter().any(|row| row.item.resource_id == rows[0].resource_id));

    let attached = rows.iter().find(|row| row.parent_resource_id.is_some()).expect("an attached one");
    let parent = attached.parent_resource_id.clone().expect("a parent");
    let with = ResourceQuery { resource_ids: vec![parent.clone()], ..Default::default() };
    let page = list(stage, with, Locale::Zh).await;
    assert!(page.items.len() > 1, "what is attached comes along");
    let itself = one(stage, &attached.resource_id).await;
    assert_eq!(itself.resource_id, attached.resource_id, "an attached one can be asked for alone");
    let empty = ResourceQuery { order_id: Some("CS2001010000ABCDE".to_owned()), ..Default::default() };
    assert!(list(stage, empty, Locale::Zh).await.items.is_empty());
    let ask = stage.reader(MASTER);
    let english = ask.resource(&rows[0].resource_id, Locale::En).await.expect("an answer").expect("it");
    assert_ne!(english.item.service_type_name, rows[0].service_type_name, "names follow the language");
    stage
        .refused(MASTER, "CBC.0100", async |reader| {
            let ids = (0..51).map(|n| format!("r-{n}")).collect();
            reader.resources(&ResourceQuery { resource_ids: ids, ..Default::default() }, Locale::Zh).await
        })
        .await;
    rows
}

fn renewal(ids: &[&str], term: Term) -> Write {
    let ids = ids.iter().map(|id| (*id).to_owned()).collect();
    Write::Renew(Renewal::new(ids, term).expect("a renewal"))
}

fn calm(row: &Resource) -> bool {
    row.is_main == Some(true)
        && row.status == ResourceStatus::InUse
        && row.expire_policy == Some(ExpirePolicy::GracePeriod)
}

/// A main server or database that nothing is planned for, bought before the start.
fn things(rows: &[Resource]) -> Vec<&Resource> {
    rows.iter()
        .filter(|row| calm(row))
        .filter(|row| {
            let service = row.service_type_code.as_deref().unwrap_or_default();
            ["ec2", "rds", "ebs", "vpc", "dcs"].iter().any(|short| service.ends_with(short))
        })
        .collect()
}

async fn renewals(stage: &mut Stage, rows: &[Resource]) {
    let things = things(rows);
    let attached = rows.iter().find(|row| row.parent_resource_id.is_some()).expect("an attached one");
    let renewable = renewable(stage, &things).await;
    let id = renewable.resource_id.clone();
    let old = renewable.expire_time.expect("an expiry");

    let made = stage.done(MASTER, &renewal(&[&id], Term::Months(2))).await;
    let [order] = &made.order_ids[..] else { panic!("{made:?}") };
    let again = stage.write(MASTER, &renewal(&[&id], Term::Months(1))).await;
    assert_eq!(again.error_code.as_deref(), Some("CBC.99003100"), "an unpaid order holds it");
    assert_eq!(one(stage, &id).await.expire_time, Some(old), "nothing is renewed before it is paid");
    stage.done(MASTER, &Write::Pay(PayOrder::new(order.clone(), Vec::new(), None).expect("a payment"))).await;
    let running = stage.write(MASTER, &renewal(&[&id], Term::Months(1))).await;
    assert_eq!(running.error_code.as_deref(), Some("CBC.99003144"));
    stage.later(10).await;
    let renewed = one(stage, &id).await;
    assert!(renewed.expire_time.expect("an expiry") >= old + TimeDelta::days(59));
    let of_order = ResourceQuery { order_id: Some(order.clone()), ..Default::default() };
    let page = list(stage, of_order, Locale::Zh).await;
    assert!(page.items.iter().any(|row| row.item.resource_id == id));
    let details = stage.reader(MASTER).order(order, Locale::Zh).await.expect("details");
    let line = &details.lines[0];
    assert_eq!((line.item.effective_time, line.item.expire_time), (Some(old), renewed.expire_time));

    let partly = stage.write(MASTER, &renewal(&[&id, &attached.resource_id], Term::Years(1))).await;
    assert_eq!(partly.failed[0].error_code.as_deref(), Some("CBC.30010036"));
    stage.done(MASTER, &Write::CancelOrder { order_id: partly.order_ids[0].clone() }).await;
    stage.later(10).await;
    for (id, code) in [("r-none", "CBC.99003016"), (&*attached.resource_id, "CBC.30010036")] {
        let refused = stage.write(MASTER, &renewal(&[id], Term::Months(1))).await;
        assert_eq!(refused.error_code.as_deref(), Some(code), "{refused:?}");
    }
    // The common day of expiry moves the next renewal's end later.
    stage.done(MASTER, &Write::SetRenewalDay(RenewalDay::Expiry(28))).await;
    let made = stage.done(MASTER, &renewal(&[&id], Term::Months(1))).await;
    let pay = PayOrder::new(made.order_ids[0].clone(), Vec::new(), None).expect("a payment");
    stage.done(MASTER, &Write::Pay(pay)).await;
    stage.later(10).await;
    let expiry = one(stage, &id).await.expire_time.expect("an expiry");
    assert_eq!(expiry.to_rfc3339()[8..10].to_owned(), "28", "the end of the 28th in Beijing");
    stage.done(MASTER, &Write::SetRenewalDay(RenewalDay::ExpiryAtMonthEnd)).await;
}

/// One whose renewal no order is in the way of.
async fn renewable(stage: &mut Stage, things: &[&Resource]) -> Resource {
    for thing in things {
        let renewal = renewal(&[&thing.resource_id], Term::Months(1));
        let answer = stage.write(MASTER, &renewal).await;
        if let Some(order) = answer.order_ids.first() {
            stage.done(MASTER, &Write::CancelOrder { order_id: order.clone() }).await;
            stage.later(10).await;
            return one(stage, &thing.resource_id).await;
        }
    }
    panic!("nothing can be renewed");
}

async fn by_themselves(stage: &mut Stage, rows: &[Resource]) {
    let things = things(rows);
    let thing = things.iter().max_by_key(|row| row.expire_time).expect("something");
    let id = thing.resource_id.clone();
    let set = |times, period| {
        Write::AutoRenew(AutoRenewal::new(id.clone(), times, period).expect("an automatic renewal"))
    };
    stage.done(MASTER, &set(None, None)).await;
    assert_eq!(one(stage, &id).await.expire_policy, Some(ExpirePolicy::AutoRenew));
    stage.done(MASTER, &set(Some(2), Some(AutoPeriod::Month))).await;
    stage.done(MASTER, &Write::SetRenewalDay(RenewalDay::Deduction(3))).await;
    let cancel = Write::CancelAutoRenew { resource_id: id.clone() };
    stage.done(MASTER, &cancel).await;
    let off = stage.write(MASTER, &cancel).await;
    assert_eq!(off.error_code.as_deref(), Some("CBC.99003605"));
    let unknown = Write::CancelAutoRenew { resource_id: "r-none".to_owned() };
    assert_eq!(stage.write(MASTER, &unknown).await.error_code.as_deref(), Some("CBC.99003012"));
    let unknown = AutoRenewal::new("r-none".to_owned(), None, None).expect("an automatic renewal");
    let unknown = stage.write(MASTER, &Write::AutoRenew(unknown)).await;
    assert_eq!(unknown.error_code.as_deref(), Some("CBC.99003012"));

    let expired = ResourceQuery {
        statuses: vec![ResourceStatus::Frozen, ResourceStatus::Expired],
        only_main: true,
        ..Default::default()
    };
    let page = list(stage, expired, Locale::Zh).await;
    let late = page.items.iter().find(|row| row.item.expire_policy != Some(ExpirePolicy::AutoRenew));
    let late = late.expect("an expired one").item.resource_id.clone();
    let late = AutoRenewal::new(late, None, None).expect("an automatic renewal");
    let refused = stage.write(MASTER, &Write::AutoRenew(late)).await;
    assert_eq!(refused.error_code.as_deref(), Some("CBC.99003602"));
}

/// A server bought and provided just now; answers its id.
async fn bought(stage: &mut Stage, account: usize, count: usize) -> Vec<String> {
    let made = stage
        .control(
            "POST",
            "/orders",
            json!({"account": stage.domain_id(account), "amount": "310", "count": count}),
        )
        .await;
    let mut ids = Vec::new();
    for order in made["order_ids"].as_array().expect("orders") {
        let order = order.as_str().expect("an id").to_owned();
        stage
            .control(
                "POST",
                "/console",
                json!({"action": "pay", "account": stage.domain_id(account), "order_id": order}),
            )
            .await;
        let known = stage.control("GET", &format!("/orders/{order}"), json!(null)).await;
        ids.push(known["resource_ids"][0].as_str().expect("an id").to_owned());
    }
    stage.later(10).await;
    ids
}

async fn conversions(stage: &mut Stage) {
    let ids = bought(stage, MASTER, 2).await;
    let named = |id: &str| vec![id.to_owned(), "r-none".to_owned()];
    let set = |ids, wanted| Write::SetToPayPerUse(ToPayPerUse::new(ids, wanted).expect("resources"));
    let partly = stage.write(MASTER, &set(named(&ids[0]), true)).await;
    assert_eq!(partly.failed[0].error_code.as_deref(), Some("CBC.99003012"));
    assert_eq!(one(stage, &ids[0]).await.expire_policy, Some(ExpirePolicy::ToPayPerUse));
    stage.done(MASTER, &set(vec![ids[0].clone()], false)).await;
    assert_eq!(one(stage, &ids[0]).await.expire_policy, Some(ExpirePolicy::GracePeriod));

    let convert = |ids| Write::ConvertToPayPerUse(Conversion::new(ids).expect("resources"));
    let made = stage.write(MASTER, &convert(named(&ids[1]))).await;
    assert_eq!((made.order_ids.len(), made.failed.len()), (1, 1), "{made:?}");
    stage.later(10).await;
    let gone = ResourceQuery { resource_ids: vec![ids[1].clone()], ..Default::default() };
    assert!(list(stage, gone, Locale::Zh).await.items.is_empty(), "pay-per-use is listed elsewhere");

    let member = bought(stage, MEMBER, 1).await;
    let reviewed = stage.done(MEMBER, &convert(member.clone())).await;
    assert_eq!(reviewed.done, Some(bss::answers::Done::UnderReview(member)));
}

async fn unsubscriptions(stage: &mut Stage) {
    let ids = bought(stage, MASTER, 2).await;
    let unsubscribe = |ids: &[String], what| {
        let made = Unsubscription::new(ids.to_vec(), what).expect("an unsubscription");
        Write::Unsubscribe(made.because(UnsubscribeReason::Other, "业务迁移".to_owned()))
    };
    let first = &ids[..1];
    let none = stage.write(MASTER, &unsubscribe(first, Unsubscribed::UnstartedTerms)).await;
    assert_eq!(none.error_code.as_deref(), Some("CBC.99003128"));
    let made = stage.done(MASTER, &renewal(&[&ids[0]], Term::Months(3))).await;
    let held = stage.write(MASTER, &unsubscribe(first, Unsubscribed::Resource)).await;
    assert_eq!(held.error_code.as_deref(), Some("CBC.99003100"));
    let pay = PayOrder::new(made.order_ids[0].clone(), Vec::new(), None).expect("a payment");
    stage.done(MASTER, &Write::Pay(pay)).await;
    stage.later(10).await;
    let long = one(stage, &ids[0]).await.expire_time;
    stage.done(MASTER, &unsubscribe(first, Unsubscribed::UnstartedTerms)).await;
    let running = stage.write(MASTER, &unsubscribe(first, Unsubscribed::UnstartedTerms)).await;
    assert!(running.error_code.is_some(), "once only");
    stage.later(10).await;
    assert!(one(stage, &ids[0]).await.expire_time < long, "only the renewed term is given back");

    stage.later(6 * DAY).await;
    let used = [ids[0].clone(), "r-none".to_owned()];
    let partly = stage.write(MASTER, &unsubscribe(&used, Unsubscribed::Resource)).await;
    assert_eq!(partly.failed[0].error_code.as_deref(), Some("CBC.99003012"));
    let leaving = stage.write(MASTER, &unsubscribe(first, Unsubscribed::Resource)).await;
    assert_eq!(leaving.error_code.as_deref(), Some("CBC.99003651"));
    stage.later(10).await;
    let gone = stage.write(MASTER, &unsubscribe(first, Unsubscribed::Resource)).await;
    assert_eq!(gone.error_code.as_deref(), Some("CBC.30000067"));
    let details = stage.reader(MASTER).order(&partly.order_ids[0], Locale::Zh).await.expect("it");
    let info = details.order.item.amount_info.expect("amounts");
    assert!(info.consumed > Some(bss_portal::money::Money::ZERO), "{info:?}");
    assert!(info.commission > Some(bss_portal::money::Money::ZERO), "{info:?}");
}
