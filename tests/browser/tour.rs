//! Every page in both languages, light and dark, on a desktop and on a telephone: it loads, fits its
//! window, and the browser has nothing to complain of.

use serde_json::json;

use crate::{
    journey::{control, pay, place},
    resources::listed,
    support::{Browser, Demo},
};

/// The looks in which every page is seen: language, colour scheme, width and height.
pub(crate) const LOOKS: [(&str, &str, u32, u32); 4] = [
    ("zh-CN", "light", 1440, 1000),
    ("zh-CN", "light", 390, 844),
    ("en", "dark", 1440, 1000),
    ("en", "dark", 390, 844),
];

pub(crate) async fn choose_language(browser: &Browser, tag: &str) {
    browser
        .ask(&format!(
            "fetch('/preferences', {{ method: 'POST', redirect: 'manual', \
             body: new URLSearchParams({{ language: '{tag}', back: '/' }}) }}).then(() => true)"
        ))
        .await;
}

pub(crate) async fn look_at(browser: &Browser, pages: &[(&str, String)]) {
    let mut too_wide = Vec::new();
    for (language, scheme, width, height) in LOOKS {
        choose_language(browser, language).await;
        browser.size(width, height).await;
        browser.scheme(scheme).await;
        for (name, path) in pages {
            // Before there is a session, the language stands in the address.
            let path = path.replace("{language}", language);
            browser.go(&path).await;
            let what = format!("{name}.{language}.{scheme}.{width}");
            assert_eq!(browser.ask("document.documentElement.lang").await, json!(language), "{what}");
            assert_eq!(browser.ask("document.querySelectorAll('h1').length").await, json!(1), "{what}");
            browser.picture(&what).await;
            if browser.overhang().await > 0 {
                too_wide.push(what);
            }
            browser.assert_quiet().await;
        }
    }
    assert!(too_wide.is_empty(), "wider than their window: {too_wide:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_can_be_seen_in_both_languages_light_and_dark_wide_and_narrow() {
    let demo = Demo::start(400);
    let browser = Browser::open(&demo.ready.url).await;
    browser.go("/sign-in").await;
    look_at(&browser, &[("sign-in", "/sign-in?lang={language}".to_owned())]).await;

    browser.sign_in(demo.ready.user("finance")).await;
    browser.go("/orders").await;
    browser
        .until("document.querySelectorAll('tbody tr').length > 20 && !document.querySelector('progress')")
        .await;
    let id = |script: &'static str| {
        let browser = &browser;
        async move { browser.ask(script).await.as_str().expect("an order").to_owned() }
    };
    let first = "document.querySelector('tbody a[href^=\"/orders/\"]').pathname";
    let any = id(first).await;
    browser.go("/orders?status=6").await;
    let pending = id(first).await;
    browser.go("/orders?type=4").await;
    let refund = id(first).await;
    listed(&browser, "/resources?policy=manual&sort=-expiry", 6).await;
    let resource = id("document.querySelector('tbody .key a[data-open-row]').pathname").await;
    let resource_id = resource.rsplit('/').next().unwrap_or_default().to_owned();
    browser.go("/packages?state=in-effect").await;
    browser.until("document.querySelector('tbody .key a[data-open-row]')").await;
    let package = id("document.querySelector('tbody .key a[data-open-row]').pathname").await;
    browser.go("/coupons?state=held").await;
    browser.until("document.querySelector('tbody .key a[data-open-row]')").await;
    let coupon = id("document.querySelector('tbody .key a[data-open-row]').pathname").await;
    // Operations in the states that people meet: done, waiting for approval, and not known yet.
    let order = place(&demo, &browser, "640.00").await;
    let done = pay(&browser, &order).await;
    browser.until("document.querySelector('.state.done')").await;
    let order = place(&demo, &browser, "4800.00").await;
    let waiting = pay(&browser, &order).await;
    let order = place(&demo, &browser, "128.00").await;
    control(&demo, "/settings", Some(json!({ "visible_after_ms": 3_600_000 }))).await;
    let lost = json!({ "operation": "pay_orders", "fault": { "kind": "lose_answer" } });
    control(&demo, "/faults", Some(json!({ "rules": [lost] }))).await;
    let unknown = pay(&browser, &order).await;
    browser.until("document.querySelector('.state.unknown')").await;

    browser.go("/prices").await;
    let asking = browser.ask("document.querySelector('#account option[selected]').textContent").await;
    let accounts = control(&demo, "/accounts", None).await;
    let account = accounts.as_array().and_then(|all| all.iter().find(|one| one["name"] == asking));
    let project = account.and_then(|one| one["region_projects"]["cn-north-4"].as_str()).expect("a project");
    let prices = format!(
        "/prices?line=hws.service.type.ec2~hws.resource.type.vm~cn-north-4~c7.large.2.linux~~2~m1\
         &line=hws.service.type.ebs~hws.resource.type.volume~cn-north-4~GPSSD~40x17~1~Duration~1.5~4\
         &line=hws.service.type.ebs~hws.resource.type.volume~cn-north-4~GPSSD~100x17~2~y1\
         &place=cn-north-4&project={project}&ask=1"
    );
    let number = pending.rsplit('/').next().unwrap_or_default().to_owned();
    look_at(
        &browser,
        &[
            ("overview", "/".to_owned()),
            ("orders", "/orders".to_owned()),
            ("orders-one", format!("/orders?q={number}")),
            ("orders-none", "/orders?q=nothing-like-this".to_owned()),
            ("order", any),
            ("order-pending", pending.clone()),
            ("pay", format!("{pending}/pay")),
            ("cancel", format!("/orders/cancel?order={number}")),
            ("refund", format!("{refund}/refund")),
            ("resources", "/resources".to_owned()),
            ("resources-near", "/resources?due=30".to_owned()),
            ("resources-pasted", "/resources?ids=nobody-knows+neither-this".to_owned()),
            ("resource", resource.clone()),
            ("calendar", "/resources/calendar".to_owned()),
            ("renew", format!("/resources/renew?resource={resource_id}")),
            ("plan", format!("/resources/plan?resource={resource_id}")),
            ("auto-renewal", format!("/resources/auto-renewal?resource={resource_id}")),
            ("at-expiry", format!("/resources/at-expiry?resource={resource_id}&resource=nobody-knows")),
            ("convert", format!("/resources/convert?resource={resource_id}")),
            ("unsubscribe", format!("/resources/unsubscribe?resource={resource_id}")),
            ("days", "/resources/days".to_owned()),
            ("plans", "/resources/plans".to_owned()),
            ("packages", "/packages".to_owned()),
            ("packages-all", "/packages?state=all".to_owned()),
            ("package", package),
            ("prices", "/prices?service=hws.service.type.ebs&region=cn-north-4&sold=use".to_owned()),
            ("prices-answered", prices.clone()),
            ("prices-compared", prices.replace("/prices?", "/prices/break-even?")),
            (
                "prices-renewal",
                format!("/prices/renewal?resource={resource_id}&resource=nobody-knows&term=y1"),
            ),
            ("quotes", "/prices/quotes".to_owned()),
            ("contract", "/prices/discounts".to_owned()),
            ("coupons", "/coupons".to_owned()),
            ("coupons-all", "/coupons?state=all".to_owned()),
            ("coupon", coupon),
            ("cards", "/coupons/cards".to_owned()),
            ("expiring", "/coupons/expiring".to_owned()),
            ("spendable", format!("/coupons/for/{number}")),
            ("balance", "/balance".to_owned()),
            ("balance-credit", "/balance?of=credit".to_owned()),
            ("activity", "/activity".to_owned()),
            ("operation-done", done),
            ("operation-waiting", waiting),
            ("operation-unknown", unknown),
            ("account", "/account".to_owned()),
        ],
    )
    .await;
    browser.close().await;
}
