//! Balances and what moved them: each kind of account of money by its type, income and expense by month and one by
//! one, and that nothing is read or written twice.

use bss_portal::identity::access::{AccountId, Role};
use reqwest::StatusCode;
use serde_json::json;
use sqlx::PgPool;

use super::support::{Portal, eventually};

/// A portal whose balances and changes were read once.
async fn portal(db: PgPool) -> Portal {
    let portal = Portal::start(db).await;
    eventually("everything is read", async || {
        let read: i64 = sqlx::query_scalar(
            "select count(*) from reading where listing in ('balance', 'account-changes') and read_at is not null",
        )
        .fetch_one(&portal.db)
        .await
        .expect("readings");
        (read == 2 * i64::try_from(portal.accounts.len()).expect("few")).then_some(())
    })
    .await;
    portal
}

fn first(portal: &Portal) -> (String, AccountId) {
    let name = portal.simulator.ready().accounts[0].name.clone();
    (name.clone(), portal.accounts[&name])
}

async fn texts(db: &PgPool, query: &'static str, account: AccountId) -> Vec<String> {
    sqlx::query_scalar(query).bind(account.0).fetch_all(db).await.expect("rows")
}

#[sqlx::test]
async fn cash_is_the_account_of_its_type_and_every_change_leads_to_its_order(db: PgPool) {
    let portal = portal(db).await;
    let (name, account) = first(&portal);
    let finance = portal.sign_in(Role::Finance).await;
    finance.post("/preferences", &[("account", &account.to_string()), ("back", "/balance")]).await;
    let page = finance.get("/balance").await;
    // The simulator tells cash last, behind a retired kind and credit.
    let cash = texts(
        &portal.db,
        "select amount::text from balance where account_id = $1 and account_type = 1",
        account,
    )
    .await;
    let shown = page.texts("#funds dd")[0].replace([',', '¥'], "");
    assert_eq!([shown], cash[..], "{}", page.text);
    let kinds = page.texts("#held td:nth-child(2)");
    assert_eq!(kinds[..2], ["Cash balance", "Credit"], "{kinds:?}");
    let last: String = sqlx::query_scalar(
        "select balance_after::text from account_change where account_id = $1 and account_type = 1
          order by traded_at desc, id desc limit 1",
    )
    .bind(account.0)
    .fetch_one(&portal.db)
    .await
    .expect("a change");
    assert_eq!([last], cash[..], "the newest change leaves what there is");

    // A payment and a top-up appear, and what was read is not written again.
    let order = portal.simulator.place_order("123.00").await;
    portal.simulator.console(json!({"action": "pay", "account": name, "order_id": order})).await;
    portal.simulator.console(json!({"action": "top_up", "account": name, "amount": "50.00"})).await;
    let before = texts(
        &portal.db,
        "select change_id || xmin::text from account_change where account_id = $1 order by id",
        account,
    )
    .await;
    let rows = eventually("the payment is read, and its order", async || {
        let page = finance.get(&format!("/balance?q={order}")).await;
        let paid = page.texts("#results tfoot td.money").contains(&"123.00".to_owned());
        (paid && page.attributes("#results td.key a", "href") == [format!("/orders/{order}")]).then_some(page)
    })
    .await;
    assert!(rows.words("#results tfoot").contains("-123.00"), "{}", rows.words("#results tfoot"));
    let after = texts(
        &portal.db,
        "select change_id || xmin::text from account_change where account_id = $1 order by id",
        account,
    )
    .await;
    assert!(after.len() > before.len() && after.starts_with(&before), "old rows are left alone");

    // Types of trade are Huawei's, by which it filters, though its records name none.
    let top_ups = finance.get("/balance?trade=RECHARGE&way=in").await;
    assert!(
        top_ups
            .texts("#results .table-wrap:not(.plain) tbody td:nth-child(2)")
            .iter()
            .all(|word| word == "Top-up")
    );
    assert!(top_ups.texts("#results .active-filters li").contains(&"Trade: Top-up".to_owned()));
    let file = finance.get("/balance/export.csv?trade=RECHARGE&way=in").await;
    let lines = file.text.lines().count() - 1;
    assert!(
        lines > 0 && top_ups.words("#results tfoot th").contains(&format!("Total of {lines}:")),
        "{lines}"
    );
    assert_eq!(finance.get("/balance/export.xlsx").await.status, StatusCode::OK);
    let none = finance.get("/balance?q=nothing-like-this").await;
    assert_eq!(none.words(".empty h2"), "Nothing matches");
    let fragment = finance.htmx("/balance?of=credit").await;
    assert!(!fragment.text.contains("<html") && fragment.has("#tabs"), "{}", fragment.text);
    assert!(fragment.has("#results"), "{}", fragment.text);
    portal.stop().await;
}

#[sqlx::test]
async fn months_add_up_to_their_lines_and_pages_to_the_whole(db: PgPool) {
    let portal = portal(db).await;
    let finance = portal.sign_in(Role::Finance).await;
    let page = finance.get("/balance").await;
    assert_eq!(page.texts(".by-month tbody tr").len(), 12);
    assert!(page.has(".chart polyline") && page.has(".chart rect"));
    let months = page.attributes(".by-month tbody a", "href");
    let sums = page.texts(".by-month tbody td:nth-child(3)");
    let numbers = page.texts(".by-month tbody td:nth-child(2)");
    let at = numbers.iter().position(|n| n != "0").expect("a month with changes");
    let month = finance.get(&months[at]).await;
    assert_eq!(month.texts("#results tfoot td")[0], sums[at], "income of the month");
    let all: usize = page.words("#tabs a[aria-current] .count").replace(',', "").parse().expect("a number");
    let (mut met, mut next) = (page.texts("#results .table-wrap:not(.plain) tbody tr").len(), page);
    while let Some(url) = next.attributes("#results a[rel=next]", "href").first() {
        next = finance.get(url).await;
        met += next.texts("#results .table-wrap:not(.plain) tbody tr").len();
    }
    assert_eq!(met, all);
    portal.stop().await;
}

#[sqlx::test]
async fn a_reading_goes_on_where_it_was_stopped(db: PgPool) {
    let portal = Portal::start(db).await;
    let name = portal.simulator.ready().accounts[0].name.clone();
    let broken = json!({"kind": "status", "code": 500, "body": {"error_code": "CBC.0999"}});
    let months = "select count(*) from reading_month where records like 'account-changes/%'";
    eventually("some months are read", async || {
        let n: i64 = sqlx::query_scalar(months).fetch_one(&portal.db).await.expect("months");
        (n > 3).then_some(())
    })
    .await;
    portal.simulator.fault("list_customer_account_change_records", 1_000, broken).await;
    let finance = portal.sign_in(Role::Finance).await;
    eventually("the failure is told", async || {
        let page = finance.get("/balance").await;
        page.texts(".notice .title").iter().any(|title| title.contains("could not be read")).then_some(())
    })
    .await;
    portal.simulator.clear_faults().await;
    eventually("it ends", async || {
        let n: i64 = sqlx::query_scalar("select count(*) from reading where listing = 'account-changes' and read_at is not null and error is null")
            .fetch_one(&portal.db).await.expect("readings");
        (n == i64::try_from(portal.accounts.len()).expect("few")).then_some(())
    })
    .await;
    // A month that is over is asked for once for each account of money, and then left alone.
    let requests = portal.simulator.requests().await;
    let old = requests.iter().filter(|request| {
        let path = request["path"].as_str().unwrap_or_default();
        request["operation"] == "list_customer_account_change_records"
            && request["account"].as_str() == Some(&name)
            && path.contains("balance_type=BALANCE_TYPE_CREDIT")
            && !path.contains("trade_type")
            && request["status"] == 200
    });
    let mut begins: Vec<String> = old
        .filter_map(|r| {
            r["path"].as_str()?.split("trade_time_begin=").nth(1).map(|rest| rest[..10].to_owned())
        })
        .filter(|day| day.ends_with("-01"))
        .collect();
    begins.sort();
    let all = begins.len();
    begins.dedup();
    assert!(begins.len() + 3 >= all, "{all} questions for {} months", begins.len());
    portal.stop().await;
}
