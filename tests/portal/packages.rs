//! Resource packages as people see them: what is left in which unit, what used it up, what is low, and that what
//! was read before is neither read nor written again.

use bss_portal::{bss::packages::PackageQuery, i18n::Locale, identity::access::Role, units::Units};
use reqwest::StatusCode;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use sqlx::PgPool;

use super::{
    plans::shop::patiently,
    resources::reader_of,
    support::{Portal, browser::Browser},
};

/// A portal that has read every package and all that was taken from them.
async fn portal(db: PgPool) -> Portal {
    let portal = Portal::start(db).await;
    settled(&portal).await;
    portal
}

/// Waits until everything has been read: since the first package could be used, or for as long as BSS tells.
async fn settled(portal: &Portal) {
    patiently("packages and their use are read", async || {
        let (readings, forecasts): (i64, i64) = sqlx::query_as(
            "select (select count(*) from reading where listing in ('packages', 'package-use')
                       and read_at is not null and error is null),
                    (select count(*) from package_forecast)",
        )
        .fetch_one(&portal.db)
        .await
        .expect("readings");
        let all = i64::try_from(portal.accounts.len() * 2).expect("few");
        let history: bool = sqlx::query_scalar(
            "select coalesce(bool_and(h.since <= greatest(p.first, now() - interval '18 months' + interval '1 day')), false)
               from (select account_id, min(effective_at) + interval '1 day' as first from package group by 1) p
               left join package_history h using (account_id)",
        )
        .fetch_one(&portal.db)
        .await
        .expect("histories");
        (readings == all && forecasts > 0 && history).then_some(())
    })
    .await;
}

async fn number(db: &PgPool, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(db).await.expect(sql)
}

async fn text(db: &PgPool, sql: &'static str) -> String {
    sqlx::query_scalar(sql).fetch_one(db).await.expect(sql)
}

/// A package in effect with one item whose quota does not come back within a day, and nothing decided about it.
const CALM: &str =
    "select p.order_instance_id from package p join package_item i using (account_id, order_instance_id)
     where p.status = 1 and p.gone_at is null and i.left_amount > 0 and i.cycle is distinct from 1
       and exists (select from package_deduction d where d.item_id = i.item_id)
       and (select count(*) from package_item o where o.order_instance_id = p.order_instance_id) = 1
     order by 1 limit 1";

#[sqlx::test]
async fn units_convert_exactly_over_the_whole_table_and_back(db: PgPool) {
    let portal = Portal::start(db).await;
    let units = patiently("units are read", async || {
        let units = Units::known(&portal.db).await.expect("units");
        (!units.is_empty()).then_some(units)
    })
    .await;
    let reader = reader_of(&portal.simulator);
    let (zh, en) = (
        reader.measure_units(Locale::Zh).await.expect("units"),
        reader.measure_units(Locale::En).await.expect("units"),
    );
    let rows = reader.conversions(None, Locale::Zh).await.expect("conversions");
    assert!(zh.len() > 70 && rows.len() > 60, "{} units, {} conversions", zh.len(), rows.len());
    assert_eq!(units.all().count(), zh.len());
    for (unit, english) in zh.iter().zip(&en) {
        assert_eq!(Some(units.name(unit.measure_id, Locale::Zh)), unit.measure_name);
        assert_eq!(Some(units.name(unit.measure_id, Locale::En)), english.measure_name);
    }
    let documented: Value = serde_json::from_str(include_str!("../fixtures/codes.json")).expect("codes");
    for (id, words) in documented["enumerations"]["measure_id"]["codes"].as_object().expect("units") {
        let name = units.name(id.parse().expect("an id"), Locale::Zh);
        assert!(name.starts_with(words["zh"].as_str().expect("a name")), "{id}: {name}");
    }
    let amounts =
        ["1", "0.5", "2560", "780.123", "1024", "1000000", "0.000001"].map(|a| a.parse().expect("a decimal"));
    for row in &rows {
        let (from, to, ratio) = (row.measure_id, row.ref_measure_id, Decimal::from(row.conversion_ratio));
        for amount in amounts {
            let there = units.convert(amount, from, to).expect("a whole number of times");
            assert_eq!(there, (amount * ratio).normalize(), "{from} to {to}");
            assert_eq!(units.convert(there, to, from), Some(amount.normalize()), "{to} back to {from}");
        }
        for next in rows.iter().filter(|next| next.measure_id == to) {
            let both = ratio * Decimal::from(next.conversion_ratio);
            assert_eq!(units.convert(Decimal::ONE, from, next.ref_measure_id), Some(both));
        }
    }
    for unit in units.all() {
        for amount in amounts {
            let said = units.readable(amount, unit.id, Locale::En);
            let number: Decimal = said.number.replace(',', "").parse().expect("a number");
            let same = units.all().filter(|other| other.en == said.unit);
            let mut back = same.filter_map(|other| units.convert(number, other.id, unit.id));
            assert!(
                !said.is_exact || back.any(|back| back == amount.normalize()),
                "{amount} {} is {said}",
                unit.en
            );
        }
    }
    assert_eq!(units.convert(Decimal::ONE, 10, 17), None, "traffic is no capacity");
    portal.stop().await;
}

#[sqlx::test]
async fn packages_are_listed_with_what_is_left_and_all_that_was_taken(db: PgPool) {
    let portal = portal(db).await;
    let viewer = portal.sign_in(Role::Viewer).await;
    let reader = reader_of(&portal.simulator);
    let mut pages = reader.pages((PackageQuery::default(), Locale::En));
    let mut told = Vec::new();
    while let Some(page) = pages.next().await {
        told.extend(page.expect("packages").into_iter().map(|listed| listed.item));
    }
    assert!(told.len() >= 5, "{}", told.len());
    let page = viewer.get("/packages?state=all").await;
    assert_eq!(page.status, StatusCode::OK);
    let all: Vec<String> = page.texts("tbody .key a[data-open-row]");
    for package in &told {
        let name = package.product_name.as_deref().expect("a name");
        assert!(all.iter().any(|shown| shown == name) || page.has("a[rel=next]"), "{name} in {all:?}");
    }
    // What a cycle lacks is what was deducted in it, for every item.
    let wrong = text(
        &portal.db,
        "select coalesce(string_agg(i.item_id || ': ' || (i.quota - i.left_amount) || ' <> ' || coalesce(d.used, 0), '; '), '')
           from package_item i
           join package p using (account_id, order_instance_id)
           left join lateral (select sum(used) as used from package_deduction d
                where d.account_id = i.account_id and d.item_id = i.item_id
                  and d.at between i.window_from and i.window_until) d on true
          where i.cycle is distinct from 1 and p.status in (1, 2) and i.quota - i.left_amount <> coalesce(d.used, 0)",
    )
    .await;
    assert_eq!(wrong, "");
    assert_eq!(
        number(
            &portal.db,
            "select count(*) from package_day p where used <> (select sum(used) from package_deduction d
            where (d.account_id, d.item_id, d.day) = (p.account_id, p.item_id, p.day))"
        )
        .await,
        0
    );
    let id = text(&portal.db, CALM).await;
    let page = viewer.get(&format!("/packages/of/{id}")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.has("#deductions tbody tr"), "{}", page.words("#deductions"));
    assert!(page.has("figure .bar"), "{}", page.words("#item-1"));
    assert!(page.words("#item-1").contains("How this was reckoned"), "{}", page.words("#item-1"));
    assert_eq!(viewer.get("/packages/of/nobody-has-this").await.status, StatusCode::NOT_FOUND);
    portal.stop().await;
}

async fn exported(browser: &Browser, query: &str) -> Vec<String> {
    let page = browser.get(&format!("/packages/export.csv?{query}")).await;
    assert_eq!(page.status, StatusCode::OK);
    let lines = page.text.lines().skip(1);
    let mut ids: Vec<String> =
        lines.map(|line| line.split(',').next().unwrap_or_default().to_owned()).collect();
    ids.dedup();
    ids
}

#[sqlx::test]
async fn the_list_is_filtered_counted_and_exported_as_it_is_shown(db: PgPool) {
    let portal = portal(db).await;
    let finance = portal.sign_in(Role::Finance).await;
    for query in
        ["", "state=all", "state=expired", "near=low", "near=running-out", "near=expiring", "q=cdn&state=all"]
    {
        let page = finance.get(&format!("/packages?{query}")).await;
        let shown: Vec<String> = page
            .attributes("tbody .key a[data-open-row]", "href")
            .into_iter()
            .filter_map(|href| href.strip_prefix("/packages/of/").map(str::to_owned))
            .collect();
        let counted = page.texts(if query.starts_with("near") {
            "#near a[aria-current] .count"
        } else {
            "#tabs a[aria-current] .count"
        });
        assert_eq!(counted, [shown.len().to_string()], "{query}");
        assert_eq!(exported(&finance, query).await, shown, "{query}");
    }
    let file = finance.get("/packages/export.xlsx?state=all").await;
    assert!(file.status == StatusCode::OK && !file.text.is_empty());
    let none = finance.get("/packages?q=nothing-like-this").await;
    assert!(none.words("#results").contains("No package matches"));
    let (mine, account): (String, uuid::Uuid) = sqlx::query_as(
        "select order_instance_id, account_id from package where status = 1 order by id limit 1",
    )
    .fetch_one(&portal.db)
    .await
    .expect("a package");
    let other = portal.accounts.values().find(|id| id.0 != account).expect("another account");
    finance.post("/preferences", &[("account", &other.0.to_string()), ("back", "/")]).await;
    assert_eq!(finance.get(&format!("/packages/of/{mine}")).await.status, StatusCode::NOT_FOUND);
    let deductions = finance.get(&format!("/packages/deductions.csv?package={mine}")).await;
    assert_eq!(deductions.text.lines().count(), 1, "nothing but the header of another account's package");
    portal.stop().await;
}

#[sqlx::test]
async fn finance_decides_when_a_package_is_low_and_everybody_sees_it(db: PgPool) {
    let portal = portal(db).await;
    let (finance, viewer) = (portal.sign_in(Role::Finance).await, portal.sign_in(Role::Viewer).await);
    let id = text(&portal.db, CALM).await;
    let (url, low) = (format!("/packages/of/{id}"), format!("a[href='/packages/of/{id}']"));
    let set = |kind: &'static str, value: &'static str| {
        let (finance, url) = (&finance, format!("{url}/threshold"));
        async move { finance.post(&url, &[("kind", kind), ("value", value)]).await }
    };
    assert_eq!(set("amount", "0.000001").await.leads_to(), Some(url.clone()));
    assert!(!viewer.get("/packages?near=low").await.has(&low));
    assert_eq!(set("percent", "100").await.leads_to(), Some(url.clone()));
    assert!(viewer.get("/packages?near=low").await.has(&low));
    assert!(viewer.get("/").await.has("#packages a[href*='near=low']"), "the overview counts it");
    let page = viewer.get(&url).await;
    assert!(page.words("#threshold").contains("100%") && !page.has("#threshold form"));
    assert_eq!(
        viewer.post(&format!("{url}/threshold"), &[("kind", "days"), ("value", "3")]).await.status,
        StatusCode::FORBIDDEN
    );
    let wrong = set("percent", "120").await;
    assert!(wrong.words("#threshold .error").contains("above 0"));
    assert_eq!(wrong.attributes("#value", "value"), ["120"], "what was typed is kept");
    assert_eq!(number(&portal.db, "select value::bigint from package_threshold").await, 100);
    set("percent", "").await;
    assert_eq!(number(&portal.db, "select count(*) from package_threshold").await, 0);
    portal.stop().await;
}

#[sqlx::test]
async fn what_has_not_changed_is_not_written_and_a_stopped_reading_goes_on(db: PgPool) {
    let portal = portal(db).await;
    // Which version of each row there is: of what no hour and no new day changes.
    let versions = "select concat_ws(' ',
        (select md5(string_agg(order_instance_id || xmin::text, ',' order by id)) from package),
        (select md5(string_agg(item_id || day || xmin::text, ',' order by item_id, day)) from package_day
          where day < current_date - 2),
        (select md5(string_agg(item_id || xmin::text, ',' order by item_id)) from package_item
          where cycle is distinct from 1))";
    let before = text(&portal.db, versions).await;
    let asked = portal.simulator.asked("list_free_resource_infos").await;
    patiently("it is read again and again", async || {
        (portal.simulator.asked("list_free_resource_infos").await >= asked + 12).then_some(())
    })
    .await;
    assert_eq!(text(&portal.db, versions).await, before);

    // As if the first reading had been stopped after its first windows.
    let days = number(&portal.db, "select count(*) from package_day").await;
    sqlx::query("delete from package_day where day < current_date - 40")
        .execute(&portal.db)
        .await
        .expect("deleted");
    sqlx::query("update package_history set since = current_date - 40")
        .execute(&portal.db)
        .await
        .expect("set back");
    patiently("the older days are read again", async || {
        (number(&portal.db, "select count(*) from package_day").await >= days).then_some(())
    })
    .await;

    // A reading that fails says so, and what was read before stays.
    portal.simulator.fault("list_free_resource_infos", 100_000, json!({"kind": "lose_answer"})).await;
    let viewer = portal.sign_in(Role::Viewer).await;
    patiently("the failure is told", async || {
        let page = viewer.get("/packages").await;
        (page.has(".notice") && page.has("tbody tr")).then_some(())
    })
    .await;
    portal.stop().await;
}

#[sqlx::test]
async fn a_package_and_its_order_lead_to_each_other(db: PgPool) {
    let portal = portal(db).await;
    let viewer = portal.sign_in(Role::Viewer).await;
    let (id, order): (String, String) = patiently("a bought package whose order is read", async || {
        sqlx::query_as("select order_instance_id, p.order_id from package p join orders using (account_id, order_id) limit 1")
            .fetch_optional(&portal.db)
            .await
            .expect("a query")
    })
    .await;
    let page = viewer.get(&format!("/packages/of/{id}")).await;
    assert!(page.has(&format!("a[href='/orders/{order}']")));
    assert!(
        viewer.get(&format!("/orders/{order}")).await.has(&format!("#packages a[href='/packages/of/{id}']"))
    );
    let listed = viewer.get(&format!("/packages?order={order}")).await;
    assert!(listed.has(&format!("a[href='/packages/of/{id}']")));
    portal.stop().await;
}
