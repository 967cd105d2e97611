//! What a list must be, against real tables.

use std::collections::HashSet;

use super::*;
use crate::{
    features::orders::{
        filter::Parameters,
        fixtures::{OURS, THEIRS, order, put, start},
        order::Order,
    },
    web::pager::Start,
};

const ZONE: Tz = chrono_tz::Asia::Shanghai;

fn filter(query: &str) -> Filter {
    let uri: axum::http::Uri = format!("/?{query}").parse().expect("a uri");
    let parameters: axum::extract::Query<Parameters> =
        axum::extract::Query::try_from_uri(&uri).expect("a query");
    parameters.0.into()
}

fn day(time: DateTime<Utc>) -> &'static str {
    time.with_timezone(&ZONE).format("%Y-%m-%d").to_string().leak()
}

async fn ids(db: &PgPool, scope: &Scope, filter: &Filter) -> Vec<String> {
    stream(db, scope, filter, ZONE)
        .map_ok(|row| row.order_id().to_owned())
        .try_collect()
        .await
        .expect("streams")
}

/// All pages from one end to the other, with the number of pages.
async fn walk(db: &PgPool, scope: &Scope, filter: &Filter, backwards: bool) -> Vec<String> {
    let mut filter = filter.clone();
    let mut all = Vec::new();
    if backwards {
        filter.start = Start::Last;
    }
    for _ in 0..50 {
        let page = list(db, scope, &filter, ZONE).await.expect("lists").page;
        let rows: Vec<String> = page.rows.iter().map(|row| row.order_id().to_owned()).collect();
        let next = if backwards {
            all.splice(0..0, rows);
            page.previous
        } else {
            all.extend(rows);
            page.next
        };
        let Some(next) = next else { return all };
        filter.start = next;
    }
    panic!("the list does not end");
}

#[sqlx::test]
async fn pages_in_both_directions_are_the_whole_list_for_every_sort_and_filter(db: PgPool) {
    let ours: Vec<Order> = (0..400).map(|n| order(OURS, n)).collect();
    let theirs: Vec<Order> = (400..500).map(|n| order(THEIRS, n)).collect();
    put(&db, OURS, &ours).await;
    put(&db, THEIRS, &theirs).await;
    let both = Scope::of([OURS, THEIRS]);
    let all: fn(&Order) -> bool = |_| true;
    for (query, scope, shown) in [
        ("", &both, all),
        ("", &Scope::of([OURS]), |o| o.account == OURS),
        ("sort=-created", &both, all),
        ("status=5", &both, |o| o.status == 5),
        ("sort=paid", &both, |o| o.paid_at.is_some()),
        ("sort=-paid&status=5", &both, |o| o.status == 5),
        ("sort=payable", &both, all),
        ("sort=-payable", &both, all),
        ("sort=payable&status=6", &both, |o| o.status == 6),
        ("status=6&sort=deadline", &both, |o| o.status == 6),
        ("status=6&sort=-deadline", &both, |o| o.status == 6),
        ("type=3", &both, |o| o.order_type == 3),
        ("service=hws.service.type.ebs", &both, |o| o.service.zh == "云硬盘"),
        ("status=5&service=hws.service.type.ebs", &both, |o| o.status == 5 && o.service.zh == "云硬盘"),
        ("status=5&type=2", &both, |o| o.status == 5 && o.order_type == 2),
        ("status=5&type=1&service=hws.service.type.ec2", &both, |o| {
            o.status == 5 && o.order_type == 1 && o.service.en == "Elastic Cloud Server"
        }),
        ("created_from=2023-12-01&created_to=2023-12-09", &both, |o| {
            day(o.created_at) >= "2023-12-01" && day(o.created_at) <= "2023-12-09"
        }),
        ("paid_from=2023-12-01&paid_to=2023-12-20", &both, |o| {
            o.paid_at.is_some_and(|at| day(at) >= "2023-12-01" && day(at) <= "2023-12-20")
        }),
        ("account=00000000-0000-0000-0000-000000000002", &both, |o| o.account == THEIRS),
        ("q=cs", &both, all),
        ("q=cs&sort=-created", &both, all),
        ("q=%E4%BA%91%E7%A1%AC", &both, |o| o.service.zh == "云硬盘"),
        ("q=%E4%BA%91%E7%A1%AC&status=5&created_from=2023-12-01", &both, |o| {
            o.service.zh == "云硬盘" && o.status == 5 && day(o.created_at) >= "2023-12-01"
        }),
    ] {
        let expected = ours.iter().chain(&theirs).filter(|o| shown(o)).count();
        let filter = filter(query);
        let whole = ids(&db, scope, &filter).await;
        assert!(!whole.is_empty() && whole.len() == expected, "{query}: {}, not {expected}", whole.len());
        assert_eq!(walk(&db, scope, &filter, false).await, whole, "{query}");
        assert_eq!(walk(&db, scope, &filter, true).await, whole, "{query} from its end");
        let sums = summary(&db, scope, &filter, ZONE).await.expect("sums");
        assert_eq!(usize::try_from(sums.n), Ok(whole.len()), "{query}");
        if filter.is_tallied() {
            let tallies = list(&db, scope, &filter, ZONE).await.expect("lists").tallies;
            let of_tab: Vec<_> =
                tallies.iter().filter(|t| filter.status.is_none_or(|s| s == t.status)).collect();
            assert_eq!(of_tab.iter().map(|t| t.n).sum::<i64>(), sums.n, "{query}");
            assert_eq!(of_tab.iter().map(|t| t.payable).sum::<Money>(), sums.payable, "{query}");
            assert_eq!(of_tab.iter().map(|t| t.official).sum::<Money>(), sums.official, "{query}");
        }
    }
}

#[sqlx::test]
async fn another_accounts_orders_are_in_no_list(db: PgPool) {
    put(&db, THEIRS, &[order(THEIRS, 1)]).await;
    let scope = Scope::of([OURS]);
    for query in ["", "q=cs", "status=5", "account=00000000-0000-0000-0000-000000000002"] {
        let listing = list(&db, &scope, &filter(query), ZONE).await.expect("lists");
        assert!(listing.page.rows.is_empty() && listing.tallies.is_empty(), "{query}");
        assert!(ids(&db, &scope, &filter(query)).await.is_empty());
    }
    let found =
        crate::features::orders::store::find(&db, &scope, &order(THEIRS, 1).order_id).await.expect("asks");
    assert!(found.is_none());
}

#[sqlx::test]
async fn text_of_any_length_is_found_in_old_and_new_orders(db: PgPool) {
    // Thousands, so that the walk over the newest does not reach the oldest.
    let orders: Vec<Order> = (0..3000).map(|n| order(OURS, n)).collect();
    put(&db, OURS, &orders).await;
    let scope = Scope::of([OURS]);
    let oldest = &orders[97];
    let mut queries: HashSet<String> = HashSet::new();
    for text in [&oldest.order_id, &oldest.service.zh, &oldest.service.en, &oldest.project_name] {
        let chars: Vec<char> = text.chars().collect();
        for length in 1..=chars.len().min(20) {
            queries.insert(chars[chars.len() - length..].iter().collect());
            queries.insert(chars[..length].iter().collect());
        }
    }
    queries.extend(["不存在", "无", "qq", "z9z", "cs99", "备货x"].map(str::to_owned));
    for typed in queries {
        let parameters = form_urlencoded::Serializer::new(String::new()).append_pair("q", &typed).finish();
        let filter = filter(&parameters);
        let whole = ids(&db, &scope, &filter).await;
        let expected = orders.iter().filter(|o| o.search_text("").contains(&filter.text)).count();
        assert_eq!(whole.len(), expected, "{typed}");
        let first = list(&db, &scope, &filter, ZONE).await.expect("lists").page.rows;
        let first: Vec<&str> = first.iter().map(Row::order_id).collect();
        assert_eq!(first, whole.iter().take(50).collect::<Vec<_>>(), "{typed}");
    }
    let id = filter(&format!("q=order:{}", oldest.order_id));
    assert_eq!(ids(&db, &scope, &id).await, std::slice::from_ref(&oldest.order_id));
    assert!(ids(&db, &scope, &filter("q=order:elastic")).await.is_empty());
    assert!(start() < oldest.created_at);
}

#[sqlx::test]
async fn every_list_walks_an_index_and_sorts_nothing(db: PgPool) {
    let mut connection = db.acquire().await.expect("a connection");
    sqlx::raw_sql(
        "insert into orders (account_id, order_id, status, order_type, source_type, service_type_code, service_name_zh,
                             service_name_en, payable, official, currency, created_at, paid_at, search, digest)
         select '00000000-0000-0000-0000-000000000001', 'CS' || n, 4 + n % 3, n % 5, 1, 'service.' || n % 9, '', '',
                n, n, 'CNY', to_timestamp(1700000000 + n * 900), to_timestamp(1700000500 + n * 900), 'cs' || n,
                gen_random_uuid()
         from generate_series(1, 5000) as n;
         analyze orders;
         set plan_cache_mode = force_generic_plan;
         set random_page_cost = 1.1",
    )
    .execute(&mut *connection)
    .await
    .expect("orders");
    let queries = [
        "",
        "status=6",
        "type=1",
        "service=x",
        "status=6&type=1",
        "status=6&service=x",
        "status=6&service=x&type=1",
        "created_from=2026-01-01",
        "status=6&created_to=2026-01-01",
        "sort=paid",
        "status=5&sort=paid",
        "paid_from=2026-01-01&service=x",
        "sort=payable",
        "status=5&sort=payable",
        "status=6&sort=deadline",
    ];
    for (query, down) in queries.iter().flat_map(|query| [(query, true), (query, false)]) {
        let text = statement(&filter(query), down);
        let plan = format!(
            "deallocate all; prepare page as {text}; explain execute page(null, null, null, null, null, null, null, null, \
             null, null, null)"
        );
        let rows =
            sqlx::raw_sql(sqlx::AssertSqlSafe(plan)).fetch_all(&mut *connection).await.expect("a plan");
        let lines: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        let of_one_account = lines.iter().position(|line| line.contains("Function Scan on unnest"));
        let of_one_account = lines[of_one_account.expect("a plan by accounts")..].join("\n");
        assert!(of_one_account.contains("Index Scan"), "{query} {down}:\n{of_one_account}");
        assert!(!of_one_account.contains("Sort"), "{query} {down}:\n{of_one_account}");
    }
}
