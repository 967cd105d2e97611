//! Unsubscribing resources in the browser: what the page shows, that it waits and can be taken back, that it is
//! done once with what is attached, and that what changed meanwhile stops it.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use bss_portal::{
    bss::{
        Reader,
        codes::{OrderType, ResourceStatus},
        resources::{Resource, ResourceQuery},
    },
    features::resources::refund::Orders,
    i18n::Locale,
    identity::access::Role,
};
use reqwest::StatusCode;
use serde_json::json;
use sqlx::PgPool;

use super::{
    resources::{all_of, groups, orders_of, put, reader_of},
    support::{
        Portal,
        browser::{Browser, Page},
        people::PASSWORD,
        portal::Setup,
    },
};

const SERVERS: &str = "hws.service.type.ec2";

/// A portal with the servers of a company and finance signed in.
struct Stage {
    portal: Portal,
    finance: Browser,
    reader: Reader,
    resources: Vec<Resource>,
    orders: Orders,
}

impl Stage {
    async fn of(db: PgPool, hold: Duration) -> Self {
        let setup = Setup { orders: 120, hurry: 60, hold, ..Setup::default() };
        let portal = Portal::with(db, setup).await;
        let reader = reader_of(&portal.simulator);
        let (resources, orders) = (all_of(&reader).await, orders_of(&reader, Some(SERVERS)).await);
        let is_server = |one: &Resource| one.service_type_code.as_deref() == Some(SERVERS);
        let servers = resources.iter().filter(|one| is_server(one) || one.parent_resource_id.is_some());
        put(&portal, &servers.cloned().collect::<Vec<_>>(), &orders).await;
        let finance = portal.sign_in(Role::Finance).await;
        Self { portal, finance, reader, resources, orders }
    }

    /// A server in use with something attached, which nothing holds: it, the rest, and its purchase.
    fn server(&self) -> (Resource, Vec<Resource>, String) {
        let is_bought_by =
            |resource: &str, order: &str| self.orders.of.iter().any(|(of, by)| of == resource && by == order);
        let found = groups(&self.resources).into_iter().find_map(|(main, attached)| {
            let purchase = self.orders.read.iter().find(|(id, detail)| {
                detail.order.item.order_type == OrderType::NewPurchase && is_bought_by(&main.resource_id, id)
            });
            let is_fit = main.status == ResourceStatus::InUse
                && !attached.is_empty()
                && main.service_type_code.as_deref() == Some(SERVERS);
            purchase.filter(|_| is_fit).map(|(id, _)| (main, attached, id.clone()))
        });
        found.expect("a server with a disk")
    }

    async fn page(&self, resource: &str) -> Page {
        self.page_at(&format!("/resources/unsubscribe?resource={resource}")).await
    }

    /// A page that could be read in time, which the portal's jobs may be in the way of at first.
    async fn page_at(&self, url: &str) -> Page {
        Self::read(async || self.finance.get(url).await).await
    }

    async fn read(mut ask: impl AsyncFnMut() -> Page) -> Page {
        let begun = Instant::now();
        loop {
            let page = ask().await;
            if !page.text.contains("Something cannot be read") {
                return page;
            }
            assert!(begun.elapsed() < Duration::from_secs(90), "{}", page.words("main"));
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    /// Somebody else agrees to an operation.
    async fn agree(&self, place: &str) {
        let approver = self.portal.sign_in(Role::Approver).await;
        let form = approver.get(place).await.form("form[action$='/approve']");
        assert_eq!(approver.submit(&form).await.status, StatusCode::SEE_OTHER);
    }

    async fn unsubscribed(&self) -> usize {
        let ledger = self.portal.simulator.ledger().await;
        ledger.iter().filter(|effect| effect.operation == "cancel_resources_subscription").count()
    }

    async fn listed(&self, ids: Vec<String>) -> Vec<Resource> {
        let query = ResourceQuery { resource_ids: ids, ..ResourceQuery::default() };
        let page = self.reader.resources(&query, Locale::En).await.expect("resources");
        page.items.into_iter().map(|listed| listed.item).collect()
    }

    /// The page of an operation once it says `words`, however slow the machine is.
    async fn told(&self, place: &str, words: &str) -> Page {
        let begun = Instant::now();
        loop {
            let page = self.finance.get(place).await;
            if page.words("main").contains(words) {
                return page;
            }
            assert!(begun.elapsed() < Duration::from_mins(1), "{words}: {}", page.words("main"));
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

#[sqlx::test]
async fn it_says_what_it_brings_waits_and_can_be_taken_back(db: PgPool) {
    let stage = Stage::of(db, Duration::from_hours(3)).await;
    let (server, attached, purchase) = stage.server();
    let page = stage.page(&server.resource_id).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    for id in attached.iter().map(|one| &one.resource_id).chain([&purchase, &server.resource_id]) {
        assert!(page.text.contains(id.as_str()), "{id}");
    }
    for words in ["Attached resources that go with it", "Fee", "nothing is sent to Huawei Cloud for 3 min"] {
        assert!(page.words("main").contains(words), "{words}: {}", page.words("main"));
    }
    assert!(page.has("aside a.button[data-focus]"), "focus begins on what does nothing");
    let form =
        page.form("form#leave").with("told", "5").with("words", "moved away").with("reason", "closing");
    let refused = stage.finance.submit(&form.clone().with("typed", "unsubscribe")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
    assert_eq!(refused.words("#reason"), "closing", "nothing that was typed is lost");
    assert_eq!(
        stage.finance.submit(&form.clone().with("typed", "UNSUBSCRIBE").with("reason", "")).await.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "somebody must agree, so a reason is needed"
    );

    let form = form.with("typed", "UNSUBSCRIBE");
    let place = stage.finance.submit(&form).await.leads_to().expect("to the operation");
    assert!(place.starts_with("/activity/"), "{place}");
    stage.agree(&place).await;
    let held = stage.told(&place, "Accepted").await;
    let taken_back = stage.finance.submit(&held.form("form[action$='/cancel']")).await;
    assert_eq!(taken_back.status, StatusCode::SEE_OTHER, "{}", taken_back.text);
    stage.told(&place, "Withdrawn").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(stage.unsubscribed().await, 0);
    assert_eq!(stage.portal.simulator.asked("cancel_resources_subscription").await, 0, "nothing was sent");
    assert!(!stage.finance.get(&place).await.has("#see-refunds"), "nothing was given back");

    // Who may only look, and who has another account.
    let viewer = stage.portal.sign_in(Role::Viewer).await;
    let url = format!("/resources/unsubscribe?resource={}", server.resource_id);
    assert_eq!(viewer.get(&url).await.status, StatusCode::FORBIDDEN);
    assert_eq!(viewer.submit(&form).await.status, StatusCode::FORBIDDEN);
    let stranger = stranger(&stage.portal).await;
    let nothing = Stage::read(async || stranger.get(&url).await).await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND);
    assert!(!nothing.has("form#leave") && !nothing.text.contains(&purchase), "{}", nothing.text);
    let refunds = place.replace("/activity/", "/resources/refunds/");
    assert_eq!(stranger.get(&refunds).await.status, StatusCode::NOT_FOUND);
    stage.portal.stop().await;
}

/// A person of finance who may see the second account alone.
async fn stranger(portal: &Portal) -> Browser {
    let copied = "with one as (
            insert into person (id, username, password_hash, role, locale, created_at)
            select gen_random_uuid(), 'stranger', password_hash, role, locale, created_at
              from person where username = 'finance' returning id)
        insert into account_grant (person_id, account_id) select one.id, $1 from one";
    let second = portal.accounts[&portal.simulator.ready().accounts[1].name].0;
    sqlx::query(copied).bind(second).execute(&portal.db).await.expect("a stranger");
    let browser = portal.nobody();
    browser.sign_in("stranger", PASSWORD).await;
    browser
}

#[sqlx::test]
async fn it_is_done_once_with_what_is_attached_and_its_refund_is_compared(db: PgPool) {
    let stage = Stage::of(db, Duration::from_secs(30)).await;
    let (server, attached, purchase) = stage.server();
    let form = stage.page(&server.resource_id).await.form("form#leave");
    let form = form.with("typed", "UNSUBSCRIBE").with("reason", "closing").with("told", "5");
    let (first, second) = tokio::join!(stage.finance.submit(&form), stage.finance.submit(&form));
    let place = first.leads_to().expect("to the operation");
    assert_eq!(second.leads_to().as_deref(), Some(place.as_str()), "{}", second.text);
    let changed = stage.finance.submit(&form.clone().with("reason", "something else")).await;
    assert_eq!(changed.leads_to(), Some(format!("{place}?first=1")), "{}", changed.text);
    // While it is open, nothing else can be done with the resource.
    let busy = stage.page(&server.resource_id).await;
    assert!(busy.text.contains("An operation on this resource is open") && !busy.has("form#leave"));

    stage.agree(&place).await;
    let done = stage.told(&place, "Done").await;
    assert_eq!(stage.unsubscribed().await, 1);
    let ids: Vec<String> = attached.iter().chain([&server]).map(|one| one.resource_id.clone()).collect();
    let begun = Instant::now();
    loop {
        let left = stage.listed(ids.clone()).await;
        if left.iter().all(|one| !one.status.is_alive()) {
            break;
        }
        assert!(begun.elapsed() < Duration::from_mins(1), "{left:?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert!(done.has("#see-refunds"), "{}", done.text);
    let refunds = stage.finance.get(&place.replace("/activity/", "/resources/refunds/")).await;
    assert_eq!(refunds.status, StatusCode::OK, "{}", refunds.text);
    let lines = refunds.texts("main table tbody tr");
    assert!(lines.len() > attached.len(), "a line for each resource and order: {lines:?}");
    assert!(
        lines.iter().any(|line| line.contains(&purchase) && line.contains(&server.resource_id)),
        "{lines:?}"
    );
    let made: Vec<Option<String>> = sqlx::query_scalar("select upstream_order_id from operation")
        .fetch_all(&stage.portal.db)
        .await
        .expect("one");
    let [Some(order)] = made.as_slice() else { panic!("{made:?}") };
    let rows = stage.reader.refund_orders(order).await.expect("refunds");
    let back = rows.into_iter().map(|row| row.item.amount).filter(|amount| amount.is_negative());
    let back = back.map(bss_portal::money::Money::abs).sum::<bss_portal::money::Money>();
    let figures = refunds.texts("main dl.figures dd");
    assert_eq!(figures[1], format!("¥{back}"), "{figures:?}");
    stage.portal.stop().await;
}

#[sqlx::test]
async fn what_changed_meanwhile_stops_it_before_and_after_it_is_submitted(db: PgPool) {
    let stage = Stage::of(db, Duration::from_secs(30)).await;
    let (server, attached, purchase) = stage.server();
    let form = stage.page(&server.resource_id).await.form("form#leave");
    let form = form.with("typed", "UNSUBSCRIBE").with("reason", "closing");
    // As if one more had been attached when it was shown. What is seen is part of the seal.
    let seen = form.value("seen").replacen("\"attached\":[", "\"attached\":[\"gone-by-now\",", 1);
    assert_ne!(seen, form.value("seen"));
    let forged = form.clone().with("seen", &seen);
    let stopped = Stage::read(async || stage.finance.submit(&forged).await).await;
    assert_eq!(stopped.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", stopped.text);
    assert!(stopped.words(".notice .change del").contains("gone-by-now"), "{}", stopped.text);
    assert_eq!(stopped.words("#reason"), "closing");
    let operations: i64 = sqlx::query_scalar("select count(*) from operation")
        .fetch_one(&stage.portal.db)
        .await
        .expect("counted");
    assert_eq!(operations, 0);

    // It was renewed in the console after it was shown: the journal finds that before it sends anything.
    stage.portal.simulator.console(json!({"action": "renew", "order_id": purchase})).await;
    let place = stage.finance.submit(&form).await.leads_to().expect("to the operation");
    stage.agree(&place).await;
    stage.told(&place, "Expires at").await;
    assert_eq!(stage.unsubscribed().await, 0);
    let ids: Vec<String> = attached.iter().chain([&server]).map(|one| one.resource_id.clone()).collect();
    assert!(stage.listed(ids).await.iter().all(|one| one.status.is_alive()));
    stage.portal.stop().await;
}

#[sqlx::test]
async fn only_renewed_terms_that_have_not_started_are_given_back_where_that_is_chosen(db: PgPool) {
    let mut stage = Stage::of(db, Duration::from_secs(30)).await;
    let (server, attached, purchase) = stage.server();
    let renewed = stage.portal.simulator.console(json!({"action": "renew", "order_id": purchase})).await;
    let renewal = renewed["order_id"].as_str().expect("an order").to_owned();
    let begun = Instant::now();
    let until = loop {
        let now = stage.listed(vec![server.resource_id.clone()]).await;
        let until =
            now.iter().find(|one| one.resource_id == server.resource_id).and_then(|one| one.expire_time);
        if until > server.expire_time {
            break until.expect("a time");
        }
        assert!(begun.elapsed() < Duration::from_mins(1));
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    stage.orders.of =
        attached.iter().chain([&server]).map(|one| (one.resource_id.clone(), renewal.clone())).collect();
    put(&stage.portal, &[], &stage.orders).await;
    // What was paid a moment ago may not show on its resource yet, so the journal would stop.
    stage.portal.simulator.advance(11 * 60).await;

    let whole = stage.page(&server.resource_id).await;
    assert!(whole.text.contains("what=unstarted_terms"), "it can be chosen: {}", whole.text);
    let url = format!("/resources/unsubscribe?resource={}&what=unstarted_terms", server.resource_id);
    let page = stage.page_at(&url).await;
    let orders: BTreeSet<String> = page.texts("main table tbody th .id code").into_iter().collect();
    assert_eq!(orders, BTreeSet::from([renewal]), "{}", page.text);
    let lost = page.texts("main table tfoot td");
    assert!(lost[1] == "0.00" && lost[2] == "0.00", "nothing is kept: {lost:?}");
    let form = page.form("form#leave").with("typed", "UNSUBSCRIBE").with("reason", "too long");
    assert_eq!(form.value("what"), "unstarted_terms");
    let place = stage.finance.submit(&form).await.leads_to().expect("to the operation");
    let payload: String =
        sqlx::query_scalar("select payload from operation").fetch_one(&stage.portal.db).await.expect("one");
    assert!(payload.contains(r#""what":"unstarted_terms""#), "{payload}");
    assert!(payload.contains(&until.format("%Y-%m-%dT%H:%M:%SZ").to_string()), "{payload}");
    stage.agree(&place).await;
    stage.told(&place, "Done").await;
    assert_eq!(stage.unsubscribed().await, 1);
    let ids: Vec<String> = attached.iter().chain([&server]).map(|one| one.resource_id.clone()).collect();
    let begun = Instant::now();
    loop {
        let now = stage.listed(ids.clone()).await;
        if now.len() == ids.len()
            && now.iter().all(|one| one.status.is_alive() && one.expire_time == server.expire_time)
        {
            break;
        }
        assert!(begun.elapsed() < Duration::from_mins(1), "{now:?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }

    // What has no such term cannot be chosen.
    let other = groups(&stage.resources).into_iter().map(|(main, _)| main).find(|main| {
        main.service_type_code.as_deref() == Some(SERVERS) && main.resource_id != server.resource_id
    });
    let other = other.expect("another server").resource_id;
    let none = stage.page_at(&format!("/resources/unsubscribe?resource={other}&what=unstarted_terms")).await;
    assert!(none.text.contains("CBC.99003128") || none.has("form#leave"), "{}", none.text);
    stage.portal.stop().await;
}
