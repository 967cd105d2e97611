//! A throw-away look at the pages of prices.

use serde_json::json;

use crate::{
    journey::control,
    resources::listed,
    support::{Browser, Demo},
    tour::look_at,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prices_look() {
    let demo = Demo::start(60);
    let browser = Browser::open(&demo.ready.url).await;
    browser.go("/sign-in").await;
    browser.sign_in(demo.ready.user("finance")).await;
    listed(&browser, "/resources?policy=manual&sort=-expiry", 2).await;
    let resource = browser
        .ask("document.querySelector('tbody .key a[data-open-row]').pathname")
        .await
        .as_str()
        .expect("a resource")
        .to_owned();
    let resource_id = resource.rsplit('/').next().unwrap_or_default().to_owned();
    browser.go("/prices").await;
    let asking = browser.ask("document.querySelector('#account option[selected]').textContent").await;
    let accounts = control(&demo, "/accounts", None).await;
    let account = accounts.as_array().and_then(|all| all.iter().find(|one| one["name"] == asking));
    let project = account.and_then(|one| one["region_projects"]["cn-north-4"].as_str()).expect("a project");
    let prices = format!(
        "/prices?line=hws.service.type.ec2~hws.resource.type.vm~cn-north-4~c7.large.2.linux~~2~m1\
         &line=hws.service.type.ebs~hws.resource.type.volume~cn-north-4~GPSSD~40x17~1~Duration~1.5~4\
         &line=hws.service.type.ebs~hws.resource.type.volume~cn-north-4~GPSSD~100x17~2~y1\
         &line=hws.service.type.ebs~hws.resource.type.volume~cn-north-4~NONE~100x17~2~y1\
         &place=cn-north-4&project={project}&ask=1"
    );
    let good = prices.replace("&line=hws.service.type.ebs~hws.resource.type.volume~cn-north-4~NONE~100x17~2~y1", "");
    browser.go(&good).await;
    browser.ask("(document.querySelector('#quote-name').value='2026 年 12 月新增服务器', document.querySelector('#save-quote').submit(), true)").await;
    browser.until("location.pathname.startsWith('/prices/quotes/') && document.querySelector('#describe')").await;
    let quote = browser.ask("location.pathname").await.as_str().expect("a path").to_owned();
    let _ = json!(null);
    look_at(
        &browser,
        &[
            ("p-build", "/prices?service=hws.service.type.ebs&region=cn-north-4&sold=use".to_owned()),
            ("p-answered", prices.clone()),
            ("p-compared", good.replace("/prices?", "/prices/break-even?")),
            ("p-renewal", format!("/prices/renewal?resource={resource_id}&resource=nobody-knows&term=y1")),
            ("p-quotes", "/prices/quotes".to_owned()),
            ("p-quote", format!("{quote}?again=1")),
            ("p-sheet", format!("{quote}/sheet")),
            ("p-contract", "/prices/discounts".to_owned()),
        ],
    )
    .await;
    browser.close().await;
}
