//! Reading resources: all of them, what orders changed, what is gone, and after a crash.

use std::{collections::BTreeMap, time::Duration};

use bss_portal::{
    bss::{
        Listed, Reader,
        codes::{ExpirePolicy, ResourceStatus},
        resources::{Resource as Wire, ResourceQuery},
    },
    clock::Clock,
    features::{
        orders,
        resources::{
            resource::{Name, Resource},
            sync::{
                Sync, Written, again,
                store::{Progress, progress},
                upsert, walk_again,
            },
        },
    },
    i18n::Locale,
    identity::access::Scope,
    simulator::Running,
};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use sqlx::PgPool;

use super::{ACCOUNT, of, simulated};

const LIST: &str = "list_pay_per_use_customer_resources";

/// The simulator, behind the back of what reads it.
struct Behind {
    running: Running,
    http: reqwest::Client,
}

impl Behind {
    /// Where nothing takes time.
    async fn of(running: Running) -> Self {
        // reqwest takes the process's provider, and there may be one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let behind = Self { running, http: reqwest::Client::new() };
        behind.post("/settings", json!({"visible_after_ms": 0, "provision_ms": 0})).await.expect("settings");
        behind
    }

    /// What it answers; nothing when it refuses.
    async fn post(&self, path: &str, body: Value) -> Option<Value> {
        let url = format!("{}{path}", self.running.ready.control);
        let answer = self.http.post(url).json(&body).send().await.expect("an answer");
        answer.status().is_success().then_some(answer.json().await.expect("JSON"))
    }

    async fn clear_faults(&self) {
        let url = format!("{}/faults", self.running.ready.control);
        self.http.delete(url).send().await.expect("an answer");
    }

    /// Somebody renews or unsubscribes a resource in the console; answers the order.
    async fn console(&self, action: &str, resource_id: &str) -> Option<String> {
        let account = &self.running.ready.accounts[0].name;
        let body = json!({"action": action, "account": account, "resource_id": resource_id});
        Some(self.post("/console", body).await?["order_id"].as_str().expect("an order").to_owned())
    }
}

/// A resource as both sides tell it.
type Told = (String, String, i16, i16, bool, Option<String>, Option<DateTime<Utc>>);

async fn listing(reader: &Reader) -> Vec<Listed<Wire>> {
    let mut all = Vec::new();
    let mut pages = reader.pages((ResourceQuery::default(), Locale::Zh));
    while let Some(page) = pages.next().await {
        all.extend(page.expect("a page"));
    }
    all
}

async fn upstream(reader: &Reader) -> BTreeMap<String, Told> {
    let code = |code: i32| i16::try_from(code).expect("a small code");
    let told = |wire: Wire| {
        let told = (
            wire.resource_name.unwrap_or_default(),
            wire.resource_type_name.unwrap_or_default(),
            code(wire.status.code()),
            code(wire.expire_policy.map_or(0, ExpirePolicy::code)),
            wire.is_main.expect("a role"),
            wire.parent_resource_id,
            wire.expire_time,
        );
        (wire.resource_id, told)
    };
    listing(reader).await.into_iter().map(|listed| told(listed.item)).collect()
}

async fn stored(db: &PgPool) -> BTreeMap<String, Told> {
    type Row = (String, String, String, i16, i16, bool, Option<String>, Option<DateTime<Utc>>);
    let rows: Vec<Row> = sqlx::query_as(
        "select resource_id, name, type_name_zh, status, expire_policy, is_main, parent_id, nullif(expires_at, 'infinity')
         from resources where account_id = $1 and gone_at is null",
    )
    .bind(ACCOUNT.0)
    .fetch_all(db)
    .await
    .expect("reads");
    rows.into_iter()
        .map(|(id, name, kind, st, pol, main, up, at)| (id, (name, kind, st, pol, main, up, at)))
        .collect()
}

/// Whether what is stored is what BSS lists; tells only what differs.
async fn assert_same(db: &PgPool, reader: &Reader) {
    let (mut stored, mut upstream) = (stored(db).await, upstream(reader).await);
    let all = upstream.len();
    upstream.retain(|id, told| stored.get(id) != Some(told));
    stored.retain(|id, _| upstream.contains_key(id));
    let kept: i64 = scalar(db, "select count(*) from resources where gone_at is null").await;
    assert!(upstream.is_empty(), "{} of {all} differ: {upstream:#?} {stored:#?}", upstream.len());
    assert_eq!(usize::try_from(kept), Ok(all), "as many as BSS lists");
}

async fn scalar<T>(db: &PgPool, sql: &'static str) -> T
where
    T: Send + Unpin + for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
{
    sqlx::query_scalar(sql).fetch_one(db).await.expect(sql)
}

async fn is_gone(db: &PgPool, resource_id: &str) -> bool {
    sqlx::query_scalar("select gone_at is not null from resources where resource_id = $1")
        .bind(resource_id)
        .fetch_one(db)
        .await
        .expect("it is kept")
}

async fn read(db: &PgPool, clock: &Clock, reader: &Reader) -> Written {
    Sync::new(db, clock, ACCOUNT, reader).run().await.expect("reads")
}

async fn read_orders(db: &PgPool, clock: &Clock, reader: &Reader) {
    orders::sync::Sync::new(db, clock, &of(reader, i64::MAX)).run().await.expect("reads orders");
}

async fn how_far(db: &PgPool) -> Progress {
    progress(db, &Scope::of([ACCOUNT])).await.expect("reads").pop().expect("it has begun")
}

/// Waits until BSS shows this resource as it is wanted.
async fn shows(reader: &Reader, resource_id: &str, wanted: impl Fn(Option<&Wire>) -> bool) {
    for _ in 0..600 {
        let listed = reader.resource(resource_id, Locale::Zh).await.expect("an answer");
        if wanted(listed.as_ref().map(|listed| &listed.item)) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{resource_id} never becomes what is wanted");
}

/// A main resource in use that expires later than what is read every minute.
async fn lasting(reader: &Reader, clock: &Clock) -> Wire {
    let later = clock.now() + TimeDelta::days(12);
    let lasts = |wire: &Wire| {
        wire.is_main == Some(true)
            && wire.status == ResourceStatus::InUse
            && wire.expire_time.is_some_and(|at| at > later)
    };
    listing(reader).await.into_iter().map(|listed| listed.item).find(lasts).expect("one that lasts")
}

#[sqlx::test]
async fn all_that_bss_lists_is_there_and_a_second_reading_writes_nothing(db: PgPool) {
    let (_running, reader, clock) = simulated(600).await;
    let first = read(&db, &clock, &reader).await;
    let expected = upstream(&reader).await;
    assert!(expected.len() > 50, "{} resources", expected.len());
    assert_same(&db, &reader).await;
    assert_eq!(usize::try_from(first.added), Ok(expected.len()));
    let progress = how_far(&db).await;
    assert!(!progress.walking && progress.read_at.is_some() && progress.error.is_none());
    assert_eq!((usize::try_from(progress.done), progress.total), (Ok(expected.len()), progress.done));
    // Every name in both languages, every row with what belongs to it, and the tally of all.
    let unnamed: i64 = scalar(
        &db,
        "select count(*) from resources where service_name_zh = '' or type_name_zh = ''
             or service_name_en !~ '^[ -~]+$' or type_name_en !~ '^[ -~]+$'",
    )
    .await;
    let whole: i64 = scalar(
        &db,
        "select count(*) from resources r join resource_raw w on w.resource_pk = r.id
         join resource_gram g on g.resource_pk = r.id where cardinality(grams) > 10",
    )
    .await;
    assert_eq!((unnamed, usize::try_from(whole)), (0, Ok(expected.len())));
    let tallied: i64 =
        scalar(&db, "select sum(n)::bigint from resource_tally where service_type_code = '*'").await;
    assert_eq!(usize::try_from(tallied), Ok(expected.values().filter(|told| told.4).count()));

    let versions = "select string_agg(id || ':' || xmin || ':' || ctid, ',' order by id) from (
         select id, xmin, ctid from resources union all select resource_pk, xmin, ctid from resource_raw
         union all select resource_pk, xmin, ctid from resource_gram) as every";
    let before: String = scalar(&db, versions).await;
    walk_again(&db, &clock, &[ACCOUNT]).await.expect("asks");
    assert!(how_far(&db).await.walking);
    assert_eq!(read(&db, &clock, &reader).await, Written::default());
    assert_eq!(scalar::<String>(&db, versions).await, before);
}

#[sqlx::test]
async fn a_walk_that_was_cut_off_goes_on_also_when_the_listing_has_moved_meanwhile(db: PgPool) {
    let (running, reader, clock) = simulated(6_000).await;
    let behind = Behind::of(running).await;
    let refusal =
        json!({"kind": "status", "code": 403, "body": {"error_code": "CBC.0151", "error_msg": "no"}});
    // The first page, its names, and then some pages at once, one of which fails.
    let fault = json!({"rules": [{"operation": LIST, "call": 4, "times": 1, "fault": refusal}]});
    behind.post("/faults", fault).await.expect("a fault");
    let before = upstream_after_faults(&behind, &reader, &db, &clock).await;

    let progress = how_far(&db).await;
    assert!(progress.walking && progress.read_at.is_none() && progress.failed_at.is_some());
    let met = stored(&db).await;
    assert!(met.len() >= 500 && met.len() < before.len(), "{} of {}", met.len(), before.len());
    assert_eq!(usize::try_from(progress.done), Ok(met.len()), "the place stands for what is stored");
    let place: i64 = scalar(&db, "select walk_offset from resource_sync").await;
    assert!(place > 0);

    // The newest are listed first; when they leave, what follows the place moves before it.
    let mut left = 0;
    for listed in listing(&reader).await.iter().take(400) {
        let leaves = listed.item.is_main == Some(true);
        if leaves && behind.console("unsubscribe", &listed.item.resource_id).await.is_some() {
            shows(&reader, &listed.item.resource_id, |wire| wire.is_none()).await;
            left += 1;
        }
        if left >= 40 {
            break;
        }
    }
    assert!(left >= 40, "only {left} were unsubscribed");
    let written = read(&db, &clock, &reader).await;
    assert_same(&db, &reader).await;
    assert!(written.gone >= 40);
    let kept: i64 = scalar(&db, "select count(*) from resources where gone_at is not null").await;
    assert_eq!(u64::try_from(kept), Ok(written.gone), "what is gone is kept");
}

/// Reads until the fault strikes; what BSS lists then.
async fn upstream_after_faults(
    behind: &Behind,
    reader: &Reader,
    db: &PgPool,
    clock: &Clock,
) -> BTreeMap<String, Told> {
    let failed = Sync::new(db, clock, ACCOUNT, reader).run().await.expect_err("it is cut off");
    assert!(format!("{failed:#}").contains("CBC.0151"), "{failed:#}");
    behind.clear_faults().await;
    upstream(reader).await
}

#[sqlx::test]
async fn what_was_unsubscribed_is_marked_as_gone_and_kept_and_what_comes_back_is_unmarked(db: PgPool) {
    let (running, reader, clock) = simulated(300).await;
    let behind = Behind::of(running).await;
    read_orders(&db, &clock, &reader).await;
    read(&db, &clock, &reader).await;
    let rows: i64 = scalar(&db, "select count(*) from resources").await;
    let one = lasting(&reader, &clock).await.resource_id;
    behind.console("unsubscribe", &one).await.expect("unsubscribed");
    shows(&reader, &one, |wire| wire.is_none()).await;
    assert!(!is_gone(&db, &one).await);

    // Its order says that something has ended, but not what: all are walked through, though not at once again.
    read_orders(&db, &clock, &reader).await;
    assert_eq!(read(&db, &clock, &reader).await.gone, 0);
    sqlx::query("update resource_sync set walked_at = walked_at - interval '11 minutes'")
        .execute(&db)
        .await
        .expect("time passes");
    assert!(read(&db, &clock, &reader).await.gone > 0);
    assert!(is_gone(&db, &one).await);
    assert_eq!(scalar::<i64>(&db, "select count(*) from resources").await, rows, "nothing is deleted");
    assert_same(&db, &reader).await;

    let other = lasting(&reader, &clock).await.resource_id;
    sqlx::query("update resources set gone_at = now() where resource_id = $1")
        .bind(&other)
        .execute(&db)
        .await
        .expect("marks");
    walk_again(&db, &clock, &[ACCOUNT]).await.expect("asks");
    assert_eq!(read(&db, &clock, &reader).await.changed, 1);
    assert!(!is_gone(&db, &other).await);
}

#[sqlx::test]
async fn a_renewal_shows_after_its_order_and_is_linked_with_it(db: PgPool) {
    let (running, reader, clock) = simulated(300).await;
    let behind = Behind::of(running).await;
    read_orders(&db, &clock, &reader).await;
    read(&db, &clock, &reader).await;
    let one = lasting(&reader, &clock).await;
    let order = behind.console("renew", &one.resource_id).await.expect("renewed");
    let renewed = |wire: Option<&Wire>| wire.is_some_and(|wire| wire.expire_time > one.expire_time);
    shows(&reader, &one.resource_id, renewed).await;
    assert_eq!(stored(&db).await[&one.resource_id].6, one.expire_time, "not yet");
    for _ in 0..600 {
        read_orders(&db, &clock, &reader).await;
        read(&db, &clock, &reader).await;
        if stored(&db).await[&one.resource_id].6 > one.expire_time {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_same(&db, &reader).await;
    let linked: i64 =
        sqlx::query_scalar("select count(*) from resource_order where resource_id = $1 and order_id = $2")
            .bind(&one.resource_id)
            .bind(&order)
            .fetch_one(&db)
            .await
            .expect("reads");
    assert_eq!(linked, 1);
}

#[sqlx::test]
async fn an_order_holds_its_resources_as_long_as_it_is_not_final(db: PgPool) {
    let (_running, reader, clock) = simulated(300).await;
    read_orders(&db, &clock, &reader).await;
    read(&db, &clock, &reader).await;
    let (order, resource): (String, String) = sqlx::query_as(
        "select order_id, resource_id from resource_order join resources using (account_id, resource_id)
         where is_main and gone_at is null order by 1, 2 limit 1",
    )
    .fetch_one(&db)
    .await
    .expect("orders of the past are linked");
    let held = async || -> String {
        let held = "select pending_order_id from resources where resource_id = $1";
        sqlx::query_scalar(held).bind(&resource).fetch_one(&db).await.expect("reads")
    };
    for (status, holds) in [(3_i16, true), (5, false)] {
        sqlx::query("update orders set status = $2 where order_id = $1")
            .bind(&order)
            .bind(status)
            .execute(&db)
            .await
            .expect("changes");
        read(&db, &clock, &reader).await;
        assert_eq!(held().await, if holds { order.as_str() } else { "" });
        let pending: i64 = scalar(
            &db,
            "select coalesce(sum(n), 0)::bigint from resource_tally where is_pending and service_type_code = '*'",
        )
        .await;
        assert_eq!(pending > 0, holds);
    }
}

#[sqlx::test]
async fn resources_are_read_again_with_what_is_attached_to_them(db: PgPool) {
    let (running, reader, clock) = simulated(600).await;
    let behind = Behind::of(running).await;
    read(&db, &clock, &reader).await;
    let all = listing(&reader).await;
    let attached = all
        .iter()
        .find(|listed| listed.item.is_main == Some(false) && listed.item.status == ResourceStatus::InUse)
        .expect("something attached");
    let parent = attached.item.parent_resource_id.clone().expect("a parent");
    let before = stored(&db).await;
    let read_again =
        async |id: &str| again(&db, &clock, &reader, ACCOUNT, &[id.to_owned()]).await.expect("reads");
    assert_eq!(read_again(&parent).await, Written::default());

    behind.console("renew", &parent).await.expect("renewed");
    let renewed = |wire: Option<&Wire>| wire.is_some_and(|wire| wire.expire_time > before[&parent].6);
    shows(&reader, &parent, renewed).await;
    assert!(read_again(&parent).await.changed >= 2);
    let after = stored(&db).await;
    assert!(after[&parent].6 > before[&parent].6);
    assert!(after[&attached.item.resource_id].6 > before[&attached.item.resource_id].6);

    behind.console("unsubscribe", &parent).await.expect("unsubscribed");
    shows(&reader, &parent, |wire| wire.is_none()).await;
    assert!(read_again(&parent).await.gone >= 2);
    assert!(is_gone(&db, &parent).await && is_gone(&db, &attached.item.resource_id).await);
}

#[sqlx::test]
async fn an_answer_to_an_earlier_question_does_not_overwrite_a_later_one(db: PgPool) {
    let asked_at = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
    let made = |status: u8| {
        let json =
            json!({"resource_id": "r1", "status": status, "resource_name": "a\tb\\N\n\u{0}c"}).to_string();
        let item = serde_json::from_str(&json).expect("a resource");
        let raw = serde_json::from_str(&json).expect("JSON");
        Resource::new(&Listed { item, raw }, Name::default(), Name::default())
    };
    for (seconds, status, changed, kept) in [(0, 2, 0, 2_i16), (60, 5, 1, 5), (30, 4, 0, 5), (60, 4, 1, 4)] {
        let mut tx = db.begin().await.expect("begins");
        let asked_at = asked_at + TimeDelta::seconds(seconds);
        let written = upsert(&mut tx, ACCOUNT, asked_at, &[made(status)]).await.expect("writes");
        tx.commit().await.expect("commits");
        assert_eq!(written.changed, changed, "after {seconds} s");
        let (status, name): (i16, String) =
            sqlx::query_as("select status, name from resources").fetch_one(&db).await.expect("reads");
        assert_eq!((status, name.as_str()), (kept, "a\tb\\N\nc"));
    }
}
