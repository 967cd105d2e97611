//! The list of resources, the page of one and what the overview says of them, as people see them: what is
//! shown to whom, where it leads, and that the export is the list.

use bss_portal::{
    identity::access::{AccountId, Role},
    search,
};
use chrono::{DateTime, Utc};
use reqwest::StatusCode;
use sqlx::PgPool;

use super::support::{
    Portal,
    browser::{Browser, Page},
};

/// A portal whose resources stand still: the job that would read them from the simulator is not due for long.
async fn portal(db: PgPool) -> (Portal, [AccountId; 2]) {
    sqlx::query("insert into job (name, due_at) values ('resources', '2200-01-01')")
        .execute(&db)
        .await
        .expect("a job");
    let portal = Portal::start(db).await;
    let mut accounts: Vec<AccountId> = portal.accounts.values().copied().collect();
    accounts.sort();
    (portal, [accounts[0], accounts[1]])
}

/// Resources of the first account, but for the one called `theirs`.
async fn fill(db: &PgPool, [ours, theirs]: [AccountId; 2]) {
    sqlx::query(
        "insert into resources (account_id, resource_id, name, service_type_code, service_name_zh, service_name_en,
             resource_type_code, type_name_zh, type_name_en, region_code, project_id, project_name, spec_code, spec,
             status, expire_policy, is_main, parent_id, effective_at, expires_at, pending_order_id, gone_at, search,
             digest)
         select case when id = 'theirs' then $2 else $1 end, id, name, 'hws.service.type.ec2', '弹性云服务器',
                'Elastic Cloud Server', 'hws.resource.type.vm', '云主机', 'Server', region, '0', 'default',
                's6.large.2.linux', 's6.large.2', status, policy, parent is null, parent, now() - interval '100 days',
                now() + make_interval(days => days), pending, case when is_gone then now() end, lower(id || E'\\n' || name),
                $1
         from (values
             ('near', 'Near', 'cn-north-4', 2::smallint, 0::smallint, null, 2, '', false),
             ('near-disk', '', 'cn-north-4', 2, 0, 'near', 2, '', false),
             ('renewing', 'Renewing', 'cn-south-1', 2, 3, null, 20, '', false),
             ('late', 'Late', 'cn-north-4', 5, 0, null, -1, '', false),
             ('held', 'Held', 'cn-north-4', 2, 0, null, 5, 'CS-HELD', false),
             ('gone', 'Gone', 'cn-north-4', 2, 0, null, -9, '', true),
             ('theirs', 'Theirs', 'cn-north-4', 2, 3, null, 3, '', false)
         ) as made (id, name, region, status, policy, parent, days, pending, is_gone)
         union all
         select $1, 'far-' || lpad(n::text, 3, '0'), 'Far', 'hws.service.type.ebs', '云硬盘', 'Elastic Volume Service',
                'hws.resource.type.volume', '磁盘', 'Disk', 'cn-north-4', '0', 'default', 'SATA', 'SATA', 2, 1, true, null,
                now() - interval '100 days', now() + make_interval(days => 100 + n), '', null, 'far', $1
         from generate_series(1, 60) as n",
    )
    .bind(ours.0)
    .bind(theirs.0)
    .execute(db)
    .await
    .expect("resources");
    index(db, "renewing").await;
    sqlx::query(
        "insert into resource_sync (account_id, done, total, walked_at, read_at)
         select account, 1, 1, now(), now() from unnest($1::uuid[]) as account
         on conflict (account_id) do update set read_at = now(), error = null, failed_at = null",
    )
    .bind(
        sqlx::query_scalar::<_, uuid::Uuid>("select id from cloud_account")
            .fetch_all(db)
            .await
            .expect("accounts"),
    )
    .execute(db)
    .await
    .expect("a reading");
}

/// Lets text search find a resource.
async fn index(db: &PgPool, id: &str) {
    let (pk, text, expires_at): (i64, String, DateTime<Utc>) =
        sqlx::query_as("select id, search, expires_at from resources where resource_id = $1")
            .bind(id)
            .fetch_one(db)
            .await
            .expect("the resource");
    sqlx::query("insert into resource_gram values ($1, $2)")
        .bind(pk)
        .bind(search::grams(&text, expires_at))
        .execute(db)
        .await
        .expect("indexed");
}

fn ids(page: &Page) -> Vec<String> {
    page.attributes("tbody td.select input", "value")
}

/// The ids of a list's export, from the second line on.
async fn exported(browser: &Browser, query: &str) -> Vec<String> {
    let page = browser.get(&format!("/resources/export.csv?{query}")).await;
    assert_eq!(page.status, StatusCode::OK);
    let lines = page.text.lines().skip(1);
    lines.map(|line| line.split(',').next().unwrap_or_default().to_owned()).collect()
}

#[sqlx::test]
async fn the_list_is_filtered_counted_paged_and_exported_as_it_is_shown(db: PgPool) {
    let (portal, accounts) = portal(db).await;
    fill(&portal.db, accounts).await;
    let finance = portal.sign_in(Role::Finance).await;
    let page = finance.get("/resources").await;
    assert_eq!(
        page.texts("#tabs a"),
        [
            "All 64",
            "Manual renewal 2",
            "Auto-renewal 2",
            "Pay-per-use at expiry 60",
            "Not renewed at expiry 0"
        ]
    );
    assert_eq!(
        page.texts("#due a"),
        [
            "Expires ≤ 1 d 0",
            "Expires ≤ 3 d 2",
            "Expires ≤ 7 d 2",
            "Expires ≤ 15 d 2",
            "Expires ≤ 30 d 3",
            "Grace period 1",
            "Retention period 0"
        ]
    );
    let first = ids(&page);
    assert_eq!(first.len(), 50);
    assert_eq!(first[..4], ["late", "near", "theirs", "renewing"], "the soonest first");
    assert!(page.words(".pager p").contains("1–50 of 64"));
    let second = finance.get(&page.attributes("a[rel=next]", "href")[0]).await;
    assert_eq!(ids(&second).len(), 14);
    let back = finance.get(&second.attributes("a[rel=prev]", "href")[0]).await;
    assert_eq!(ids(&back), first);

    for (query, expected) in [
        ("policy=auto", vec!["theirs", "renewing"]),
        ("policy=auto&sort=-expiry", vec!["renewing", "theirs"]),
        ("due=3", vec!["near", "theirs"]),
        ("due=7&pending=shown", vec!["near", "theirs", "held"]),
        ("due=grace", vec!["late"]),
        ("region=cn-south-1", vec!["renewing"]),
        ("q=renewing", vec!["renewing"]),
        ("q=res%3Aheld", vec!["held"]),
        ("ids=near+held+late", vec!["late", "near", "held"]),
    ] {
        let page = finance.get(&format!("/resources?{query}")).await;
        assert_eq!(ids(&page), expected, "{query}");
        assert_eq!(exported(&finance, query).await, expected, "{query}");
    }
    let none = finance.get("/resources?q=nothing+like+this").await;
    assert_eq!(none.words(".empty h2"), "No resource matches");
    let fragment = finance.htmx("/resources?policy=auto").await;
    assert!(!fragment.text.contains("<html") && fragment.has("#tabs") && fragment.has("#due"));
    assert_eq!(fragment.header("hx-push-url"), "/resources?policy=auto");

    let pasted = finance.get("/resources?ids=near+near-disk+gone+nobody-knows").await;
    assert_eq!(ids(&pasted), ["near"]);
    let missing = pasted.texts(".missing li");
    assert!(missing[0].starts_with("near-disk attached"), "{missing:?}");
    assert!(missing[1].starts_with("gone not listed by Huawei Cloud since"), "{missing:?}");
    assert!(missing[2].starts_with("nobody-knows not on your cloud accounts"), "{missing:?}");
    let many: Vec<String> = (0..201).map(|n| format!("x{n}")).collect();
    let pasted = finance.get(&format!("/resources?ids={}", many.join("+"))).await;
    assert!(pasted.texts(".notice .title").iter().any(|title| title.starts_with("At most 200")));

    let search = finance.get("/orders?q=res%3Anear").await;
    assert_eq!(search.leads_to().as_deref(), Some("/resources?q=res%3Anear"));
    let search = finance.get("/resources?q=order%3ACS1").await;
    assert_eq!(search.leads_to().as_deref(), Some("/orders?q=order%3ACS1"));

    let overview = finance.get("/").await;
    assert_eq!(overview.texts("#expiring tbody tr:nth-child(1) td"), ["0", "1", "1", "1", "1", "1", "0"]);
    let link = &overview.attributes("#expiring tbody tr:nth-child(1) td a", "href")[0];
    assert_eq!(ids(&finance.get(link).await), ["near"]);
    portal.stop().await;
}

#[sqlx::test]
async fn people_see_their_accounts_and_do_what_their_role_may(db: PgPool) {
    let (portal, accounts) = portal(db).await;
    fill(&portal.db, accounts).await;
    let finance = portal.sign_in(Role::Finance).await;
    assert_eq!(finance.get("/resources/of/theirs").await.status, StatusCode::OK);
    let chosen = accounts[0].to_string();
    finance.post("/preferences", &[("account", &chosen), ("back", "/resources")]).await;
    let page = finance.get("/resources?due=7").await;
    assert_eq!(ids(&page), ["near"]);
    assert!(exported(&finance, "").await.iter().all(|id| id != "theirs"));
    let pasted = finance.get("/resources?ids=theirs").await;
    assert!(pasted.words(".missing li").contains("not on your cloud accounts"));
    for path in ["/resources/of/theirs", "/resources/of/nobody-knows"] {
        assert_eq!(finance.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(
        page.attributes("[data-bulk-bar] button[formaction]", "formaction"),
        [
            "/resources/renew",
            "/resources/plan",
            "/resources/auto-renewal",
            "/resources/at-expiry",
            "/resources/convert",
            "/resources/unsubscribe"
        ]
    );
    assert_eq!(
        page.attributes("[data-bulk-bar] button[formaction]", "data-limit"),
        ["50", "50", "100", "100", "10", "10"]
    );
    let detail = finance.get("/resources/of/near").await;
    let acts = detail.attributes(".page-head .actions a", "href");
    assert_eq!(acts.last().map(String::as_str), Some("/resources/renew?resource=near"));
    // An unfinished order stands in the way of another one, not of a policy.
    let held = finance.get("/resources/of/held").await;
    assert_eq!(held.texts(".page-head .actions a"), ["Pay-per-use at expiry", "Auto-renewal"]);
    assert!(held.attributes(".notice a", "href").contains(&"/orders/CS-HELD".to_owned()));
    // Old data cannot be acted upon.
    sqlx::query("update resource_sync set read_at = now() - interval '2 hours'")
        .execute(&portal.db)
        .await
        .expect("aged");
    assert!(!finance.get("/resources/of/near").await.has(".page-head .actions a"));

    let viewer = portal.sign_in(Role::Viewer).await;
    let page = viewer.get("/resources").await;
    assert!(page.has("tbody tr") && !page.has("[data-bulk-bar]") && !page.has("td.select"));
    assert!(!viewer.get("/resources/of/near").await.has(".page-head .actions a"));
    portal.stop().await;
}

#[sqlx::test]
async fn everything_that_matches_is_selected_over_all_pages_up_to_the_limit_of_each_act(db: PgPool) {
    let (portal, accounts) = portal(db).await;
    fill(&portal.db, accounts).await;
    let finance = portal.sign_in(Role::Finance).await;
    let one_page = finance.get("/resources?policy=auto").await;
    assert!(!one_page.has("#choose-all"), "the page is all there is");
    let first = finance.get("/resources?policy=pay-per-use").await;
    let second = finance.get(&first.attributes("a[rel=next]", "href")[0]).await;
    let link = second.attributes("#choose-all", "href").remove(0);
    let all = finance.get(&link).await;
    assert!(all.words("#all").contains("All 60 that match are selected"), "{}", all.words("#all"));
    // In the order of the list, from its beginning, whatever page one was on.
    let acts = all.attributes("#all .actions a", "href");
    let chosen = |act: &str| -> Vec<String> {
        let url = acts.iter().find(|url| url.starts_with(&format!("/resources/{act}?"))).expect("the act");
        let ids = url.split(['?', '&']).skip(1);
        ids.map(|pair| pair.trim_start_matches("resource=").to_owned()).collect()
    };
    let listed: Vec<String> = ids(&first).into_iter().chain(ids(&second)).collect();
    assert_eq!(chosen("renew"), listed[..50]);
    assert_eq!(chosen("auto-renewal"), listed);
    assert_eq!(chosen("unsubscribe"), listed[..10]);
    let words = all.words("#all");
    assert!(words.contains("Renew first 50") && words.contains("Auto-renewal 60"), "{words}");
    assert!(words.contains("begins with those listed first"), "{words}");
    assert!(!all.has("tbody input[name=resource]"), "one way to select at a time");
    // What has no kept number is counted by what was found.
    let found = finance.get("/resources?region=cn-south-1&select=all").await;
    assert!(found.words("#all").contains("All 1 that match"), "{}", found.words("#all"));
    assert!(!found.words("#all").contains("listed first"), "{}", found.words("#all"));
    let viewer = portal.sign_in(Role::Viewer).await;
    assert!(!viewer.get("/resources?select=all").await.has("#all"));
    portal.stop().await;
}

#[sqlx::test]
async fn the_page_of_a_resource_tells_its_life_and_what_is_wanted_of_it(db: PgPool) {
    let (portal, accounts) = portal(db).await;
    fill(&portal.db, accounts).await;
    let ours = accounts[0].0;
    sqlx::query(
        "insert into orders (account_id, order_id, status, order_type, source_type, service_type_code, service_name_zh,
             service_name_en, payable, official, currency, created_at, paid_at, project_name, sub_orders, for_member,
             search, digest)
         select $1, 'CS-' || kind, 5, kind, 1, '', '', '', 12.5, 20, 'CNY', now() - make_interval(days => 50 - kind),
                now() - make_interval(days => 50 - kind), '', 0, false, '', $1
         from generate_series(1, 2) as kind",
    )
    .bind(ours)
    .execute(&portal.db)
    .await
    .expect("orders");
    sqlx::query(
        "insert into resource_order select $1, 'near', 'CS-' || kind from generate_series(1, 2) as kind",
    )
    .bind(ours)
    .execute(&portal.db)
    .await
    .expect("their resource");
    sqlx::query(
        "insert into resource_policy (account_id, resource_id, wanted, times, period, set_by, set_at, operation_id)
         values ($1, 'near', 3, 0, 'MONTH', 'finance', now(), $1)",
    )
    .bind(ours)
    .execute(&portal.db)
    .await
    .expect("a wish");
    sqlx::query(
        "insert into resource_raw select id, '{\"resource_id\":\"near\",\"status\":2,\"rack\":\"B7\"}' from resources
         where resource_id = 'near'",
    )
    .execute(&portal.db)
    .await
    .expect("what was listed");
    let finance = portal.sign_in(Role::Finance).await;
    let page = finance.get("/resources/of/near").await;
    assert_eq!(
        page.texts(".life .what"),
        ["Bought", "Renewed", "Expires", "Grace ends", "Retention ends, released"]
    );
    assert!(page.words(".life [aria-current] .phase").contains("In use"));
    assert_eq!(page.texts("#orders tbody td:first-child code"), ["CS-2", "CS-1"]);
    assert_eq!(page.texts("#attached tbody td:first-child a"), ["near-disk"]);
    assert!(page.texts(".notice .title").contains(&"Not what Huawei Cloud has".to_owned()));
    assert!(page.text.contains("by the month · without end") && page.text.contains("B7"));
    let disk = finance.get("/resources/of/near-disk").await;
    assert!(disk.has("a[href='/resources/of/near']") && !disk.has(".page-head .actions a"));
    let late = finance.get("/resources/of/late").await;
    assert!(late.words(".life [aria-current] .phase").contains("Grace period"));
    let gone = finance.get("/resources/of/gone").await;
    assert_eq!(gone.words(".notice.final .title"), "Huawei Cloud does not list this resource any more");
    assert_eq!(gone.texts(".life .what"), ["Bought", "Expires", "Not listed"]);
    portal.stop().await;
}
