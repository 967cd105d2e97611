//! What finance people do with yearly/monthly resources: renew some, have one renewed by itself and not any more,
//! see a batch of which one fails, and unsubscribe one, waiting and taking it back. The simulator's ledger is
//! the judge.

use serde_json::{Value, json};

use crate::{
    journey::control,
    support::{Browser, Demo},
    tour::look_at,
};

/// What lasts longest, and nobody has to renew today.
const LIST: &str = "/resources?policy=manual&sort=-expiry";

/// Main resources of the first account that are in use and can be renewed by hand, at least so many, as the
/// list shows them to `role`.
async fn begin(role: &str, at_least: usize) -> (Demo, Browser, Vec<String>) {
    begin_at(Demo::start(120), role, at_least).await
}

async fn begin_at(demo: Demo, role: &str, at_least: usize) -> (Demo, Browser, Vec<String>) {
    let browser = Browser::open(&demo.ready.url).await;
    browser.size(1440, 1000).await;
    browser.sign_in(demo.ready.user(role)).await;
    listed(&browser, LIST, at_least).await;
    let ids = browser
        .ask(
            "[...document.querySelectorAll('tbody tr')]
                .filter(row => row.innerText.includes('使用中') && row.innerText.includes('huaxin-group'))
                .map(row => row.querySelector('input[name=resource]').value)",
        )
        .await;
    let ids: Vec<String> = serde_json::from_value(ids).expect("ids");
    assert!(ids.len() >= at_least, "{ids:?}");
    (demo, browser, ids)
}

/// Opens a list of resources again and again until so many rows can be ticked: until all accounts were read
/// there are no buttons, and so nothing to tick.
pub(crate) async fn listed(browser: &Browser, url: &str, at_least: usize) {
    let there = format!("document.querySelectorAll('tbody input[name=resource]').length >= {at_least}");
    for _ in 0..300 {
        browser.go(url).await;
        if browser.ask(&there).await == json!(true) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    panic!("the resources never came");
}

/// Ticks these rows and presses the button that leads to `page`.
async fn choose(browser: &Browser, ids: &[String], page: &str) {
    for id in ids {
        browser.click(&format!("tbody input[name=resource][value='{id}']")).await;
    }
    browser.until("document.querySelector('[data-bulk-count]').innerText !== '0'").await;
    browser.click(&format!("[data-bulk-bar] button[formaction='/resources/{page}']")).await;
    browser.until(&format!("location.pathname === '/resources/{page}'")).await;
}

/// Signs out, and in as somebody else.
async fn change_to(demo: &Demo, browser: &Browser, role: &str) {
    browser.click("button[popovertarget=person]").await;
    browser.click("form[action='/sign-out'] button").await;
    browser.until("location.pathname.startsWith('/sign-in')").await;
    browser.sign_in(demo.ready.user(role)).await;
}

/// How often an operation took effect.
async fn happened(demo: &Demo, operation: &str) -> usize {
    let ledger = control(demo, "/ledger", None).await;
    let effects = ledger.as_array().expect("a list").iter();
    effects.filter(|effect| effect["operation"] == json!(operation)).count()
}

/// The policy of a resource, as its page shows the cloud's.
async fn shows(browser: &Browser, id: &str, word: &str) {
    browser.go(&format!("/resources/of/{id}")).await;
    browser.until(&format!("document.querySelector('main').innerText.includes({})", json!(word))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_resources_are_renewed_by_a_plan_and_paid() {
    let (demo, browser, ids) = begin("finance", 2).await;
    choose(&browser, &ids[..2], "renew").await;
    browser.until("document.querySelectorAll('#renew tr[id^=row-]').length === 2").await;
    // The terms that there are for both are laid side by side when they have been read.
    browser.until("document.querySelectorAll('#terms tbody tr').length > 2").await;
    browser.picture("resources-1-renew").await;
    browser.fill("#reason", "Browser test").await;
    if browser.ask("Boolean(document.querySelector('#typed'))").await == json!(true) {
        let amount = browser.ask("document.querySelector('#summary .grand dd').innerText").await;
        browser.fill("#typed", amount.as_str().expect("an amount")).await;
    }
    browser.click("#summary button[type=submit]").await;
    browser.until("location.pathname.startsWith('/resources/plans/')").await;
    browser.picture("resources-2-plan").await;
    // Both are ordered, and paid unless somebody has to agree first.
    let ordered = async || happened(&demo, "renewal_resources").await;
    for attempt in 0.. {
        if ordered().await == 2 {
            break;
        }
        assert!(attempt < 300, "two orders were never made");
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    browser.until("document.querySelectorAll('main a[href^=\"/orders/\"]').length >= 2").await;
    browser.assert_quiet().await;
    assert_eq!(ordered().await, 2, "one order each, once");
    browser.picture("resources-3-ordered").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_resource_is_renewed_by_itself_and_then_not_any_more() {
    let (demo, browser, ids) = begin("finance", 1).await;
    choose(&browser, &ids[..1], "auto-renewal").await;
    browser.fill("#times", "3").await;
    browser.picture("resources-4-auto-renewal").await;
    browser.click("#submit").await;
    browser.until("location.pathname.startsWith('/activity/')").await;
    browser.until("document.querySelector('.state.done')").await;
    shows(&browser, &ids[0], "自动续费").await;
    browser.go(&format!("/resources/auto-renewal?to=off&resource={}", ids[0])).await;
    browser.click("#submit").await;
    browser.until("location.pathname.startsWith('/activity/')").await;
    browser.until("document.querySelector('.state.done')").await;
    shows(&browser, &ids[0], "手动续费").await;
    let told = (
        happened(&demo, "auto_renewal_resources").await,
        happened(&demo, "cancel_auto_renewal_resources").await,
    );
    assert_eq!(told, (1, 1));
    browser.assert_quiet().await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_batch_one_fails_and_the_others_are_done() {
    let (demo, browser, ids) = begin("finance", 3).await;
    choose(&browser, &ids[..3], "auto-renewal").await;
    browser.fill("#typed", "3").await;
    // Huawei does not permit the first of them.
    let body = json!({ "error_code": "CBC.0151", "error_msg": "no permission" });
    let refusal = json!({ "kind": "status", "code": 403, "body": body });
    let rules: Value = json!({ "rules": [{
        "operation": "auto_renewal_resources", "call": 1, "times": 1, "fault": refusal }] });
    control(&demo, "/faults", Some(rules)).await;
    browser.click("#submit").await;
    browser.until("location.pathname === '/activity'").await;
    for attempt in 0.. {
        if happened(&demo, "auto_renewal_resources").await == 2 {
            break;
        }
        assert!(attempt < 300, "two were never switched on");
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    browser.go("/activity?state=FAILED").await;
    browser.until("document.querySelectorAll('tbody tr').length === 1").await;
    browser.picture("resources-5-one-failed").await;
    browser.close().await;
}

/// Asks for the unsubscription of a resource and has it agreed to; the page of the operation is open then.
async fn unsubscribe(demo: &Demo, browser: &Browser, id: &String) -> String {
    choose(browser, std::slice::from_ref(id), "unsubscribe").await;
    browser.until("document.querySelector('#leave')").await;
    browser.fill("#reason", "Browser test").await;
    let word = browser.ask("document.querySelector('#typed').dataset.confirmText").await;
    assert_eq!(
        browser.ask("document.querySelector('#submit').disabled").await,
        json!(true),
        "not before the word"
    );
    browser.fill("#typed", word.as_str().expect("a word")).await;
    browser.picture("resources-6-unsubscribe").await;
    browser.click("#submit").await;
    browser.until("location.pathname.startsWith('/activity/')").await;
    let operation = browser.path().await;
    change_to(demo, browser, "approver").await;
    browser.go(&operation).await;
    browser.click("form[action$='/approve'] button").await;
    operation
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unsubscription_gives_back_what_its_page_lays_beside_the_estimate() {
    let (demo, browser, _) = begin_at(Demo::holding(120, "1s"), "finance", 1).await;
    // Packages cannot be unsubscribed.
    let server = browser
        .ask(
            "[...document.querySelectorAll('tbody tr')].find(row =>
                ['使用中', 'huaxin-group', '云服务器'].every(word => row.innerText.includes(word)))
                .querySelector('input[name=resource]').value",
        )
        .await;
    let server = server.as_str().expect("a server").to_owned();
    // What it gives back can be estimated once the orders that bought it have been read.
    let known =
        "document.querySelector('#leave') !== null && document.querySelector('#not-estimated') === null";
    for attempt in 0.. {
        browser.go(&format!("/resources/unsubscribe?resource={server}")).await;
        if browser.ask(known).await == json!(true) {
            break;
        }
        assert!(attempt < 400, "its orders were never read");
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    }
    listed(&browser, LIST, 1).await;
    let operation = unsubscribe(&demo, &browser, &server).await;
    browser.until("document.querySelector('.state.done')").await;
    assert_eq!(happened(&demo, "cancel_resources_subscription").await, 1);
    change_to(&demo, &browser, "finance").await;
    browser.go(&operation).await;
    browser.until("document.querySelector('.state.done')").await;
    browser.click("#see-refunds").await;
    browser.until("location.pathname.startsWith('/resources/refunds/')").await;
    let refunds = browser.path().await;
    // The refund is told once Huawei has made it.
    for attempt in 0.. {
        if browser.ask("document.querySelectorAll('.figures .dash').length").await == json!(0) {
            break;
        }
        assert!(attempt < 300, "the refund was never told");
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        browser.go(&refunds).await;
    }
    let figures = browser.ask("[...document.querySelectorAll('.figures dd')].map(dd => dd.innerText)").await;
    let [estimated, real] = [0, 1].map(|at| figures[at].as_str().expect("an amount").to_owned());
    let is_amount = |text: &str| text.starts_with('¥') && text.contains('.');
    assert!(is_amount(&estimated) && is_amount(&real), "{figures}");
    let lines = "document.querySelectorAll('tbody tr').length";
    assert!(browser.ask(lines).await.as_i64().is_some_and(|lines| lines >= 1));
    let resource = format!("/resources/of/{server}");
    look_at(
        &browser,
        &[("refunds", refunds), ("operation-unsubscribed", operation), ("resource-gone", resource)],
    )
    .await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_calendar_is_filled_with_quotes_and_deductions_are_counted_down_to() {
    let (_demo, browser, ids) = begin("finance", 3).await;
    // Prices are asked for in the background, every two minutes.
    let next_month =
        "document.querySelectorAll('[aria-labelledby=months] tbody th a')[1]?.getAttribute('href')";
    let priced = "document.querySelector('.month-grid a:has(.amount)')?.getAttribute('href')";
    let quoted = "document.querySelector('#day tbody')?.innerText.includes('询价') ?? false";
    let mut day = None;
    for _ in 0..250 {
        browser.go("/resources/calendar").await;
        if let Some(month) = browser.ask(next_month).await.as_str() {
            browser.go(month).await;
            if let Some(found) = browser.ask(priced).await.as_str() {
                browser.go(found).await;
                day = (browser.ask(quoted).await == json!(true)).then(|| found.to_owned());
            }
        }
        if day.is_some() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    }
    let day = day.expect("a day with a quoted amount");
    let some: Vec<String> = ids.iter().take(3).map(|id| format!("resource={id}")).collect();
    look_at(
        &browser,
        &[
            ("calendar-day", day),
            ("auto-renewal-three", format!("/resources/auto-renewal?{}", some.join("&"))),
            ("unsubscribe-three", format!("/resources/unsubscribe?{}", some.join("&"))),
            ("resources-all", "/resources?select=all".to_owned()),
        ],
    )
    .await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unsubscription_is_agreed_to_waits_and_is_taken_back() {
    let (demo, browser, ids) = begin("finance", 1).await;
    let operation = unsubscribe(&demo, &browser, &ids[0]).await;
    browser.until("document.querySelector('[data-countdown], .relative')").await;
    change_to(&demo, &browser, "finance").await;
    browser.go(&operation).await;
    browser.until("document.querySelector('#withdraw')").await;
    browser.picture("resources-7-waits").await;
    browser.click("#withdraw").await;
    browser.until("!document.querySelector('#withdraw') && document.querySelector('.state.final')").await;
    assert_eq!(happened(&demo, "cancel_resources_subscription").await, 0);
    shows(&browser, &ids[0], "使用中").await;
    browser.assert_quiet().await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proposal_for_the_least_cash_is_confirmed_and_paid_with_its_coupons() {
    let (demo, browser, ids) = begin("finance", 2).await;
    choose(&browser, &ids[..2], "plan").await;
    browser.until("document.querySelectorAll('#orders tr[data-order]').length === 2").await;
    // Until a common day, and back to a term: the page reckons again by itself.
    let day = "[...document.querySelectorAll('#orders .change ins')].map(end => end.innerText).sort().pop()";
    let day = browser.ask(day).await;
    // As its keys are typed in an American browser: month, day, year.
    let day = day.as_str().expect("a day").replace('-', "");
    browser.fill("#until", &format!("{}{}", &day[4..], &day[..4])).await;
    browser.until("document.querySelector('#ends-day').checked").await;
    browser.until("document.querySelector('#summary').innerText.includes('至少到')").await;
    browser.picture("resources-8-until-a-day").await;
    browser.click("#ends-term").await;
    browser.until("!document.querySelector('#summary').innerText.includes('至少到')").await;
    browser.until("document.querySelectorAll('#orders .used code').length > 0").await;
    browser.picture("resources-9-planner").await;
    browser.fill("#reason", "Browser test").await;
    if browser.ask("Boolean(document.querySelector('#typed'))").await == json!(true) {
        let amount = browser.ask("document.querySelector('#summary .grand dd').innerText").await;
        browser.fill("#typed", amount.as_str().expect("an amount")).await;
    }
    let coupons =
        browser.ask("[...document.querySelectorAll('#orders .used code')].map(one => one.innerText)").await;
    browser.click("#summary button[type=submit]").await;
    browser.until("location.pathname.startsWith('/resources/plans/')").await;
    let plan = browser.path().await;
    approve_payments(&demo, &browser, &plan, 2).await;
    browser.go(&plan).await;
    browser.until("document.querySelectorAll('tr[data-state=paid]').length === 2").await;
    browser.assert_quiet().await;
    browser.picture("resources-10-planned-and-paid").await;
    let ledger = control(&demo, "/ledger", None).await;
    let paid = ledger.as_array().expect("a list").iter().filter(|effect| effect["operation"] == "pay_orders");
    let spent: Vec<&Value> = paid.flat_map(|effect| effect["coupons"].as_array().expect("coupons")).collect();
    let mut spent: Vec<&str> = spent.iter().filter_map(|one| one["coupon_id"].as_str()).collect();
    let mut shown: Vec<&str> = coupons.as_array().expect("ids").iter().filter_map(Value::as_str).collect();
    spent.sort_unstable();
    shown.sort_unstable();
    assert_eq!(spent, shown, "exactly the coupons that were shown");
    browser.close().await;
}

/// Agrees to each payment of a plan that waits for it, one after another, until so many steps are paid.
async fn approve_payments(demo: &Demo, browser: &Browser, plan: &str, steps: usize) {
    change_to(demo, browser, "approver").await;
    for _ in 0..300 {
        browser.go(plan).await;
        let paid = browser.ask("document.querySelectorAll('tr[data-state=paid]').length").await;
        if paid == json!(steps) {
            return;
        }
        let waiting = browser
            .ask(
                "[...document.querySelectorAll('tr[data-state=open] a[href^=\"/activity/\"]')]
                    .filter(link => link.innerText.includes('待审批')).map(link => link.pathname)[0] ?? ''",
            )
            .await;
        match waiting.as_str() {
            Some("") | None => tokio::time::sleep(std::time::Duration::from_millis(200)).await,
            Some(operation) => {
                browser.go(operation).await;
                browser.click("form[action$='/approve'] button").await;
                browser.until("!document.querySelector('form[action$=\"/approve\"]')").await;
            }
        }
    }
    panic!("the plan was never paid");
}
