//! Coupons and cards: what is listed under which state and limit, what holds a coupon and how it is freed, what
//! expiring ones could be used for, and what one order can be paid with.

use bss_portal::identity::access::{AccountId, Role};
use reqwest::StatusCode;
use serde_json::json;
use sqlx::PgPool;

use super::support::{
    Portal,
    browser::{Browser, Page},
    eventually,
};

/// A portal whose coupons, cards and orders were read once, and its finance person, who looks at the first account.
async fn portal(db: PgPool) -> (Portal, Browser, AccountId) {
    let portal = Portal::start(db).await;
    eventually("everything is read", async || {
        let read: i64 = sqlx::query_scalar(
            "select count(*) from reading where listing in ('coupons', 'coupon-changes', 'cards') and read_at is not null",
        )
        .fetch_one(&portal.db)
        .await
        .expect("readings");
        (read == 3 * i64::try_from(portal.accounts.len()).expect("few")).then_some(())
    })
    .await;
    let account = portal.accounts[&portal.simulator.ready().accounts[0].name];
    let finance = portal.sign_in(Role::Finance).await;
    finance.post("/preferences", &[("account", &account.to_string()), ("back", "/coupons")]).await;
    (portal, finance, account)
}

fn ids(page: &Page) -> Vec<String> {
    page.texts("#results tbody td.key code")
}

/// The coupon with this name of its plan.
async fn named(portal: &Portal, plan: &str) -> String {
    sqlx::query_scalar("select coupon_id from coupon where plan_name = $1")
        .bind(plan)
        .fetch_one(&portal.db)
        .await
        .expect("the coupon")
}

#[sqlx::test]
async fn coupons_stand_under_their_state_with_their_limits_in_words(db: PgPool) {
    let (portal, finance, _) = portal(db).await;
    let page = finance.get("/coupons").await;
    let tabs = page.texts("#tabs a");
    let counted = |word: &str| -> usize {
        let tab = tabs.iter().find(|tab| tab.starts_with(word)).expect("the tab");
        tab.rsplit(' ').next().and_then(|n| n.parse().ok()).expect("a count")
    };
    assert_eq!(ids(&page).len(), counted("Usable"));
    let all = ["Usable", "Held or frozen", "Not activated", "Used up", "Expired", "Taken back"];
    assert_eq!(all.iter().map(|word| counted(word)).sum::<usize>(), counted("All"));

    let ecs = named(&portal, "ECS专享代金券").await;
    let one = finance.get(&format!("/coupons?q={}", ecs.to_lowercase())).await;
    assert_eq!(ids(&one), [ecs.as_str()]);
    let limits = one.texts("#results .limit");
    assert!(limits.iter().any(|words| words.starts_with("Only for ")), "{limits:?}");
    let frozen = named(&portal, "已冻结代金券").await;
    assert!(!ids(&page).contains(&frozen), "a frozen coupon is not usable");
    assert!(ids(&finance.get("/coupons?state=held").await).contains(&frozen));
    let kinds = finance.get("/coupons?kind=2").await;
    assert!(
        kinds.texts("#results tbody td:nth-child(2)").iter().all(|kind| kind.starts_with("Discount coupon"))
    );

    for (query, n) in
        [("state=all", counted("All")), ("state=used", counted("Used up")), ("kind=2", ids(&kinds).len())]
    {
        let file = finance.get(&format!("/coupons/export.csv?{query}")).await;
        assert_eq!(file.text.lines().count() - 1, n, "{query}");
    }
    assert_eq!(finance.get("/coupons/export.xlsx").await.status, StatusCode::OK);
    let none = finance.get("/coupons?q=nothing-like-this").await;
    assert_eq!(none.words(".empty h2"), "No coupon matches");

    let fragment = finance.htmx("/coupons?kind=2").await;
    assert!(!fragment.text.contains("<html") && fragment.has("#tabs"), "{}", fragment.text);
    assert_eq!(ids(&fragment), ids(&kinds));

    let cards = finance.get("/coupons/cards").await;
    let states = cards.texts("#cards .chip");
    assert!(states.contains(&"Usable".to_owned()) && states.contains(&"Used up".to_owned()), "{states:?}");

    // Nothing is written again that is as it was.
    let versions = "select coalesce(string_agg(coupon_id || xmin::text, ',' order by id), '') from coupon";
    let before: String = sqlx::query_scalar(versions).fetch_one(&portal.db).await.expect("rows");
    let asked = portal.simulator.asked("list_sub_customer_coupons").await;
    eventually("it is read again", async || {
        (portal.simulator.asked("list_sub_customer_coupons").await > asked + 3).then_some(())
    })
    .await;
    let after: String = sqlx::query_scalar(versions).fetch_one(&portal.db).await.expect("rows");
    assert_eq!(before, after);

    // Another account's coupon is not there for who looks at the first.
    let theirs = named(&portal, "新客代金券").await;
    assert_eq!(finance.get(&format!("/coupons/of/{theirs}")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(finance.get("/coupons/of/CP-nobody").await.status, StatusCode::NOT_FOUND);
    portal.stop().await;
}

#[sqlx::test]
async fn a_held_coupon_names_its_order_and_is_free_when_that_is_cancelled(db: PgPool) {
    let (portal, finance, _) = portal(db).await;
    let held: (String, String) = sqlx::query_as(
        "select c.coupon_id, c.lock_order_id from coupon c join cloud_account a on a.id = c.account_id
          where c.lock_order_id <> '' and a.name = $1",
    )
    .bind(&portal.simulator.ready().accounts[0].name)
    .fetch_one(&portal.db)
    .await
    .expect("a held coupon");
    let (coupon, order) = held;
    let page = finance.get(&format!("/coupons/of/{coupon}")).await;
    assert!(page.words(".notice .title").contains(&order), "{}", page.text);
    let links = page.attributes(".notice a", "href");
    assert_eq!(
        links,
        [format!("/orders/{order}"), format!("/orders/{order}/pay"), format!("/orders/cancel?order={order}")]
    );
    assert_eq!(ids(&finance.get(&format!("/coupons?order={order}")).await), [coupon.as_str()]);

    portal.simulator.console(json!({"action": "cancel", "account": portal.simulator.ready().accounts[0].name, "order_id": order})).await;
    eventually("it is free", async || {
        let page = finance.get(&format!("/coupons/of/{coupon}")).await;
        (!page.has(".notice") && page.words("h1 .chip") == "Usable").then_some(())
    })
    .await;
    portal.stop().await;
}

#[sqlx::test]
async fn a_used_coupon_and_its_order_lead_to_each_other(db: PgPool) {
    let (portal, finance, _) = portal(db).await;
    let account = portal.simulator.ready().accounts[0].name.clone();
    let coupon = named(&portal, "企业激励代金券").await;
    portal
        .simulator
        .console(
            json!({"action": "spend_coupon", "account": account, "coupon_id": coupon, "amount": "20.00"}),
        )
        .await;
    let page = eventually("its change is read", async || {
        let page = finance.get(&format!("/coupons/of/{coupon}")).await;
        page.texts("#history tbody td.money").iter().any(|amount| amount.starts_with('-')).then_some(page)
    })
    .await;
    assert!(page.texts("#history tbody td").iter().any(|word| word == "Activation"), "{}", page.text);
    let used: (String, String) = sqlx::query_as(
        "select coupon_id, order_id from coupon c
          where order_id <> '' and status = 3 and exists(select from orders o where o.account_id = c.account_id and o.order_id = c.order_id)
            and account_id = $1 limit 1",
    )
    .bind(portal.accounts[&account].0)
    .fetch_one(&portal.db)
    .await
    .expect("a used coupon");
    let page = finance.get(&format!("/coupons/of/{}", used.0)).await;
    assert!(
        page.attributes("aside a, #history a", "href").contains(&format!("/orders/{}", used.1)),
        "{}",
        page.text
    );
    let order = finance.get(&format!("/orders/{}", used.1)).await;
    let back = format!("/coupons?order={}", used.1);
    assert!(order.attributes("aside a", "href").contains(&back), "{}", order.text);
    assert!(ids(&finance.get(&back).await).contains(&used.0));
    portal.stop().await;
}

#[sqlx::test]
async fn what_expires_soon_could_be_used_for_orders_that_nothing_known_speaks_against(db: PgPool) {
    let (portal, finance, _) = portal(db).await;
    let order = portal.simulator.place_order("77.00").await;
    let soon = named(&portal, "即将到期代金券").await;
    let spendable = format!("/coupons/for/{order}");
    eventually("the order is read", async || {
        let page = finance.get(&format!("/coupons/of/{soon}")).await;
        page.attributes("#could a", "href").contains(&spendable).then_some(())
    })
    .await;
    let page = finance.get("/coupons/expiring").await;
    assert_eq!(page.texts("#radar td.key code"), [soon], "only what expires within 30 days");
    let links = page.attributes("#radar a", "href");
    assert!(links.iter().any(|link| link.starts_with("/coupons/for/")), "{links:?}");
    let overview = finance.get("/").await;
    let links = overview.attributes("#money a", "href");
    assert!(
        links.contains(&"/coupons/expiring".to_owned()) && links.contains(&"/balance".to_owned()),
        "{links:?}"
    );
    portal.stop().await;
}

#[sqlx::test]
async fn what_an_order_can_be_paid_with_has_its_parts_and_every_other_coupon_its_reason(db: PgPool) {
    let (portal, finance, account) = portal(db).await;
    let order = portal.simulator.place_order("1000.00").await;
    eventually("the order is read", async || {
        (finance.get(&format!("/orders/{order}")).await.status == StatusCode::OK).then_some(())
    })
    .await;
    let page = finance.get(&format!("/coupons/for/{order}")).await;
    let parts = page.texts("#parts dd");
    let fen = |text: &str| -> i64 { text.replace([',', '.', '¥'], "").parse().expect("an amount") };
    let (sum, rest) = parts.split_last().expect("parts");
    assert_eq!(rest.iter().map(|part| fen(part)).sum::<i64>(), fen(sum), "{parts:?}");
    assert_eq!(fen(&page.texts("#figures dd")[0]), fen(sum));
    // What is counted is what the figure says, and what is chosen on the page of the payment.
    let counted = page.texts("#usable tr:has(.chip) td.key code");
    assert!(!counted.is_empty() && counted.len() <= 3, "{counted:?}");
    let pay = page.attributes(".page-head a.primary", "href").remove(0);
    assert!(counted.iter().all(|id| pay.contains(id.as_str())), "{pay}");
    let shown = finance.get(&pay).await;
    assert!(!shown.text.contains("cannot be used like this"), "{}", shown.text);
    // Every coupon of the account that could be asked about is there once, and what is left out says why.
    let (usable, excluded) = (page.texts("#usable td.key code"), page.texts("#excluded td.key code"));
    let known: Vec<String> = sqlx::query_scalar(
        "select coupon_id from coupon where account_id = $1 and (status in (1, 2) or status = 4 and expires_at > now() - interval '90 days')
          order by coupon_id",
    )
    .bind(account.0)
    .fetch_all(&portal.db)
    .await
    .expect("coupons");
    let mut told: Vec<String> = usable.iter().chain(&excluded).cloned().collect();
    told.sort();
    assert_eq!(told, known);
    let reasons = page.texts("#excluded td:nth-child(4)");
    assert!(reasons.iter().all(|why| !why.is_empty()), "{reasons:?}");
    for why in ["Frozen by Huawei Cloud", "Expired", "Held by order"] {
        assert!(reasons.iter().any(|reason| reason.starts_with(why)), "{why}: {reasons:?}");
    }

    let broken = json!({"kind": "status", "code": 500, "body": {"error_code": "CBC.0999"}});
    portal.simulator.fault("list_order_coupons_by_order_id", 100, broken).await;
    let unread = finance.get(&format!("/coupons/for/{order}")).await;
    assert!(!unread.has("#figures") && unread.has(".notice"), "no figure of a part: {}", unread.text);
    portal.simulator.clear_faults().await;
    portal.simulator.console(json!({"action": "cancel", "account": portal.simulator.ready().accounts[0].name, "order_id": order})).await;
    eventually("the cancellation is told", async || {
        let over = finance.get(&format!("/coupons/for/{order}")).await;
        let told = over.texts(".notice .title").iter().any(|title| title.contains("Cancelled"));
        (told && !over.has("#figures")).then_some(())
    })
    .await;
    assert_eq!(finance.get("/coupons/for/CS-nobody").await.status, StatusCode::NOT_FOUND);
    portal.stop().await;
}
