//! What the list of resources must be, against real tables.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use tokio::sync::mpsc;

use super::*;
use crate::{
    features::resources::{
        filter::{Due, Parameters, Tab},
        glance::store::{Choice, choices, nearing},
        resource::never,
    },
    web::pager::Start,
};

const OURS: AccountId = AccountId(uuid::Uuid::from_u128(0x11));
const THEIRS: AccountId = AccountId(uuid::Uuid::from_u128(0x22));
const SERVICES: [(&str, &str, &str); 3] = [
    ("hws.service.type.ec2", "弹性云服务器", "Elastic Cloud Server"),
    ("hws.service.type.ebs", "云硬盘", "Elastic Volume Service"),
    ("hws.service.type.vpc", "虚拟私有云", "Virtual Private Cloud"),
];

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_363_331, 0).expect("in range")
}

/// A resource of which everything follows from its number.
struct Made {
    account: AccountId,
    id: String,
    name: String,
    service: usize,
    kind: &'static str,
    region: &'static str,
    project: &'static str,
    policy: i16,
    status: i16,
    expires_at: Option<DateTime<Utc>>,
    is_main: bool,
    is_gone: bool,
    pending: &'static str,
}

fn made(account: AccountId, n: u32) -> Made {
    let (status, hours) = match n % 10 {
        0 => (5, -30 - i64::from(n % 40)),
        1 => (4, -500 - i64::from(n % 40)),
        // A few expire at the very same moment, and some at none.
        2 => (2, 48),
        _ => (2, i64::from(n % 97) * 11),
    };
    Made {
        account,
        id: format!("res-{n:04}"),
        name: format!("{}-{}", ["web", "数据库", "Cache"][(n % 3) as usize], n % 50),
        service: (n % 7 % 3) as usize,
        kind: ["vm", "disk"][(n % 5 / 3) as usize],
        region: ["cn-north-4", "cn-south-1"][(n % 2) as usize],
        project: ["0", "ep-1", "ep-2"][(n % 11 % 3) as usize],
        policy: [0, 3, 0, 1, 2, 4][(n % 6) as usize],
        status,
        expires_at: (!n.is_multiple_of(23)).then(|| now() + TimeDelta::hours(hours)),
        is_main: !n.is_multiple_of(13),
        is_gone: n.is_multiple_of(17),
        pending: if n.is_multiple_of(9) { "CS1" } else { "" },
    }
}

impl Made {
    fn tab(&self) -> i16 {
        match self.policy {
            3 => 1,
            1 => 2,
            2 | 4 | 5 => 3,
            _ => 0,
        }
    }

    fn listed(&self) -> bool {
        self.is_main && !self.is_gone
    }

    fn within(&self, days: i64) -> bool {
        self.status == 2 && self.expires_at.is_some_and(|at| at <= now() + TimeDelta::days(days))
    }

    fn text(&self) -> String {
        let (_, zh, en) = SERVICES[self.service];
        search::text([self.id.as_str(), &self.name, zh, en, self.region])
    }
}

async fn put(db: &PgPool, all: &[Made]) {
    let mut tx = db.begin().await.expect("begins");
    for one in all {
        let (code, zh, en) = SERVICES[one.service];
        let id: i64 = sqlx::query_scalar(
            "insert into resources (account_id, resource_id, name, service_type_code, service_name_zh, service_name_en,
                 resource_type_code, type_name_zh, type_name_en, region_code, project_id, project_name, spec_code, spec,
                 status, expire_policy, is_main, parent_id, expires_at, pending_order_id, gone_at, search, digest)
             values ($1, $2, $3, $4, $5, $6, $7, $7, $7, $8, $9, $9, 's', 's', $10, $11, $12, $13,
                     coalesce($14, 'infinity'), $15, $16, $17, $1)
             returning id",
        )
        .bind(one.account.0)
        .bind(&one.id)
        .bind(&one.name)
        .bind(code)
        .bind(zh)
        .bind(en)
        .bind(one.kind)
        .bind(one.region)
        .bind(one.project)
        .bind(one.status)
        .bind(one.policy)
        .bind(one.is_main)
        .bind((!one.is_main).then_some("res-0001"))
        .bind(one.expires_at)
        .bind(one.pending)
        .bind(one.is_gone.then(now))
        .bind(one.text())
        .fetch_one(&mut *tx)
        .await
        .expect("inserted");
        sqlx::query("insert into resource_gram values ($1, $2)")
            .bind(id)
            .bind(search::grams(&one.text(), one.expires_at.unwrap_or_else(never)))
            .execute(&mut *tx)
            .await
            .expect("indexed");
    }
    tx.commit().await.expect("commits");
}

fn filter(query: &str) -> Filter {
    let uri: axum::http::Uri = format!("/?{query}").parse().expect("a uri");
    let parameters: axum::extract::Query<Parameters> =
        axum::extract::Query::try_from_uri(&uri).expect("a query");
    parameters.0.into()
}

async fn exported(db: &PgPool, scope: &Scope, filter: &Filter) -> Vec<String> {
    let (to, mut portions) = mpsc::channel(8);
    let sending = async {
        send(db, scope, filter, now(), &to).await.expect("sent");
        drop(to);
    };
    let taking = async {
        let mut ids = Vec::new();
        while let Some(portion) = portions.recv().await {
            ids.extend(portion.expect("rows").iter().map(|row| row.resource_id().to_owned()));
        }
        ids
    };
    tokio::join!(sending, taking).1
}

/// All pages from one end to the other.
async fn walk(db: &PgPool, scope: &Scope, filter: &Filter, backwards: bool) -> Vec<String> {
    let mut filter = filter.clone();
    let mut all = Vec::new();
    if backwards {
        filter.start = Start::Last;
    }
    for _ in 0..50 {
        let page = list(db, scope, &filter, now()).await.expect("lists").page;
        let rows: Vec<String> = page.rows.iter().map(|row| row.resource_id().to_owned()).collect();
        let next = if backwards {
            all.splice(0..0, rows);
            page.previous
        } else {
            all.extend(rows);
            page.next
        };
        let Some(next) = next else { return all };
        // As it comes back from a URL.
        filter.start = self::filter(&Filter { start: next, ..filter.clone() }.query()).start;
    }
    panic!("the list does not end");
}

/// Whether a row belongs into a list.
type Test = fn(&Made) -> bool;

#[sqlx::test]
async fn pages_in_both_directions_and_the_export_are_the_whole_list_for_every_filter(db: PgPool) {
    let mut all: Vec<Made> = (0..600).map(|n| made(OURS, n)).collect();
    all.extend((600..700).map(|n| made(THEIRS, n)));
    put(&db, &all).await;
    let both = Scope::of([OURS, THEIRS]);
    let cases: [(&str, Test); 19] = [
        ("", |r| r.pending.is_empty()),
        ("sort=-expiry", |r| r.pending.is_empty()),
        ("pending=shown", |_| true),
        ("policy=auto", |r| r.tab() == 1 && r.pending.is_empty()),
        ("policy=none&pending=shown&sort=-expiry", |r| r.tab() == 3),
        ("due=1&pending=shown", |r| r.within(1)),
        ("due=7&sort=-expiry", |r| r.within(7) && r.pending.is_empty()),
        ("due=grace", |r| r.status == 5 && r.expires_at.is_some() && r.pending.is_empty()),
        ("policy=manual&due=retention", |r| {
            r.status == 4 && r.expires_at.is_some() && r.tab() == 0 && r.pending.is_empty()
        }),
        ("service=hws.service.type.ebs", |r| r.service == 1 && r.pending.is_empty()),
        ("type=disk&due=30", |r| r.kind == "disk" && r.within(30) && r.pending.is_empty()),
        ("region=cn-south-1&policy=manual", |r| {
            r.region == "cn-south-1" && r.tab() == 0 && r.pending.is_empty()
        }),
        ("project=ep-1&service=hws.service.type.ec2&pending=shown", |r| {
            r.project == "ep-1" && r.service == 0
        }),
        ("q=web", |r| r.name.starts_with("web") && r.pending.is_empty()),
        ("q=%E6%95%B0%E6%8D%AE&sort=-expiry", |r| r.name.starts_with("数据") && r.pending.is_empty()),
        ("q=res-0017&pending=shown", |r| r.id == "res-0017"),
        ("q=cache-7&pending=shown&sort=-expiry", |r| r.name.starts_with("Cache-7")),
        ("q=ELASTIC&policy=pay-per-use", |r| r.service != 2 && r.tab() == 2 && r.pending.is_empty()),
        ("q=nothing+like+this", |_| false),
    ];
    for (query, test) in cases {
        for scope in [&both, &Scope::of([OURS]), &Scope::default()] {
            let filter = filter(query);
            let mut expected: Vec<(usize, &Made)> = all
                .iter()
                .enumerate()
                .filter(|(_, one)| one.listed() && scope.contains(one.account) && test(one))
                .collect();
            let end = |one: &Made| one.expires_at.unwrap_or(DateTime::<Utc>::MAX_UTC);
            expected.sort_by_key(|(n, one)| (end(one), *n));
            if filter.descending {
                expected.reverse();
            }
            let expected: Vec<&str> = expected.iter().map(|(_, one)| one.id.as_str()).collect();
            assert_eq!(walk(&db, scope, &filter, false).await, expected, "{query}, forwards");
            assert_eq!(walk(&db, scope, &filter, true).await, expected, "{query}, backwards");
            assert_eq!(exported(&db, scope, &filter).await, expected, "{query}, exported");
        }
    }
}

#[sqlx::test]
async fn what_is_rare_among_many_is_found_in_its_period(db: PgPool) {
    let mut all: Vec<Made> =
        (0..1_300).map(|n| Made { is_main: true, is_gone: false, ..made(OURS, n) }).collect();
    all[1].name.push_str("-needle");
    for (n, one) in all.iter_mut().enumerate() {
        if n > 1_200 {
            one.name.push_str("-needle");
            one.expires_at = (n < 1_290).then(|| now() + TimeDelta::days(i64::try_from(n).expect("small")));
        }
    }
    put(&db, &all).await;
    let scope = Scope::of([OURS]);
    for query in ["q=needle&pending=shown", "q=needle&pending=shown&sort=-expiry"] {
        let filter = filter(query);
        let found = walk(&db, &scope, &filter, false).await;
        assert_eq!(found.len(), 100, "{query}");
        assert_eq!(found, exported(&db, &scope, &filter).await, "{query}");
        assert_eq!(found, walk(&db, &scope, &filter, true).await, "{query}");
    }
}

#[sqlx::test]
async fn counts_are_those_of_the_lists_they_lead_to(db: PgPool) {
    let all: Vec<Made> = (0..300).map(|n| made(OURS, n)).chain((300..400).map(|n| made(THEIRS, n))).collect();
    put(&db, &all).await;
    let scope = Scope::of([OURS, THEIRS]);
    for (query, with_pending) in [("", false), ("service=hws.service.type.ec2&pending=shown", true)] {
        let filter = filter(query);
        let tallies: BTreeMap<i16, i64> =
            list(&db, &scope, &filter, now()).await.expect("lists").tallies.into_iter().collect();
        for tab in Tab::ALL {
            let shown = exported(&db, &scope, &filter.with(|f| f.tab = Some(tab))).await.len();
            assert_eq!(
                tallies.get(&tab.code()).copied().unwrap_or_default(),
                i64::try_from(shown).expect("few"),
                "{query} {tab:?}"
            );
        }
        let nearing = nearing(&db, &scope, now()).await.expect("counts");
        for (at, due) in Due::ALL.into_iter().enumerate() {
            let filter = Filter { due: Some(due), with_pending, ..Filter::default() };
            let shown = exported(&db, &scope, &filter).await.len();
            let counted: i64 =
                nearing.iter().filter(|one| with_pending || !one.is_pending).map(|one| one.n[at]).sum();
            assert_eq!(counted, i64::try_from(shown).expect("few"), "{due:?}");
        }
    }
}

#[sqlx::test]
async fn only_what_there_is_can_be_chosen_and_pasted(db: PgPool) {
    let all: Vec<Made> = (1..60).map(|n| made(OURS, n)).chain([made(THEIRS, 62)]).collect();
    put(&db, &all).await;
    let ours = Scope::of([OURS]);
    let choices = choices(&db, &ours).await.expect("choices");
    let codes = |choices: &[Choice]| {
        let mut codes: Vec<String> = choices.iter().map(|choice| choice.code.clone()).collect();
        codes.sort();
        codes
    };
    assert_eq!(
        codes(&choices.services),
        ["hws.service.type.ebs", "hws.service.type.ec2", "hws.service.type.vpc"]
    );
    assert_eq!(codes(&choices.types), ["disk", "vm"]);
    assert_eq!(codes(&choices.regions), ["cn-north-4", "cn-south-1"]);
    assert_eq!(codes(&choices.projects), ["0", "ep-1", "ep-2"]);
    // One that is held by an order is shown, what is attached, gone or somebody else's is not.
    let filter = filter("ids=res-0009+res-0013+res-0017+res-0062+res-0002");
    let listing = list(&db, &ours, &filter, now()).await.expect("lists");
    let mut ids: Vec<&str> = listing.page.rows.iter().map(Row::resource_id).collect();
    ids.sort_unstable();
    assert_eq!(ids, ["res-0002", "res-0009"]);
    let mut exported = exported(&db, &ours, &filter).await;
    exported.sort();
    assert_eq!(exported, ids);
    let attached = attached(&db, &ours, &["res-0001".to_owned()]).await.expect("reads");
    assert!(attached.iter().any(|one| one.resource_id == "res-0013"));
    assert!(attached.iter().all(|one| one.parent_id == "res-0001" && one.account == OURS.0));
}
