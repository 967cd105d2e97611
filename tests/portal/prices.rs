//! Prices as people ask for them: dictionaries that lead to a product, prices to the last digit that Huawei tells, what
//! happens when it tells none, and quotes that are kept, asked again, printed and exported.

use bss_portal::{
    bss::{
        Reader, Term,
        codes::{InquiryPeriod, InquiryPrecision, Measure, SizeMeasure, UsageFactor},
        prices::{PeriodInquiry, PeriodProduct, Product, RenewalInquiry, Size, UsageInquiry, UsedProduct},
    },
    identity::access::Role,
    money::Money,
    units::grouped,
};
use reqwest::StatusCode;
use rust_decimal::dec;
use serde_json::{Value, json};
use sqlx::PgPool;

use super::{
    plans::shop::Shop,
    resources::reader_of,
    support::{
        Portal, Simulator,
        browser::{Browser, Page},
        eventually,
        portal::Setup,
    },
};

const REGION: &str = "cn-north-4";
const SERVER: &str = "hws.service.type.ec2~hws.resource.type.vm~cn-north-4~c7.large.2.linux~~2~m1";
const DATABASE: &str =
    "hws.service.type.rds~hws.resource.type.rds.vm~cn-north-4~rds.mysql.n1.large.4.ha~~1~y1";
const DISK_BY_USE: &str =
    "hws.service.type.ebs~hws.resource.type.volume~cn-north-4~GPSSD~40x17~1~Duration~1.5~4";
const TRAFFIC: &str =
    "hws.service.type.vpc~hws.resource.type.bandwidth~cn-north-4~12_bgp~~3~upflow~123.4567~10";
const NO_SUCH: &str = "hws.service.type.ec2~hws.resource.type.vm~cn-north-4~c7.none.linux~~1~m1";

struct Asker {
    portal: Portal,
    browser: Browser,
    account: String,
    project: String,
}

impl Asker {
    async fn start(db: PgPool) -> Self {
        let portal = Portal::with(db, Setup { orders: 30, ..Setup::default() }).await;
        let browser = portal.sign_in(Role::Finance).await;
        browser.post("/preferences", &[("language", "en"), ("back", "/")]).await;
        let name = portal.simulator.ready().accounts[0].name.clone();
        let account = portal.accounts[&name].to_string();
        let project = portal.simulator.project(0, REGION).await;
        Self { portal, browser, account, project }
    }

    fn url(&self, lines: &[&str], with_project: bool) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("account", &self.account);
        for line in lines {
            query.append_pair("line", line);
        }
        if with_project {
            query.append_pair("place", REGION).append_pair("project", &self.project);
        }
        format!("/prices?{}&ask=1", query.finish())
    }

    async fn ask(&self, lines: &[&str]) -> Page {
        self.browser.get(&self.url(lines, true)).await
    }

    async fn quotes(&self) -> i64 {
        sqlx::query_scalar("select count(*) from quote").fetch_one(&self.portal.db).await.expect("a number")
    }
}

fn refused() -> Value {
    json!({"kind": "status", "code": 400, "body": {"error_code": "CBC.99006055", "error_msg": "Too much."}})
}

/// An amount with every digit that Huawei told, and two decimals at least.
fn told(amount: Option<Money>) -> String {
    let text = grouped(amount.expect("an amount").decimal());
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    format!("{whole}.{:0<2}", rest.trim_end_matches('0'))
}

/// The cells of a line: the list price first, the best price last.
fn amounts(page: &Page, line: usize) -> Vec<String> {
    let cells = page.texts(&format!("#result tr[data-line=\"{line}\"] td.money"));
    cells.into_iter().map(|cell| cell.replace(" Best", "")).collect()
}

fn product(service: &str, resource: &str, spec: &str, size: Option<u32>) -> Product {
    Product {
        service_type: format!("hws.service.type.{service}"),
        resource_type: format!("hws.resource.type.{resource}"),
        spec: spec.to_owned(),
        region: REGION.to_owned(),
        zone: None,
        size: size.map(|amount| Size { amount, measure: SizeMeasure::Gb }),
    }
}

async fn by_use(reader: &Reader, project: &str) -> bss_portal::bss::prices::UsagePrices {
    let disk = UsedProduct {
        id: "disk".to_owned(),
        product: product("ebs", "volume", "GPSSD", Some(40)),
        factor: UsageFactor::Duration,
        value: dec!(1.5),
        measure: Measure::Hour,
        quantity: 1,
    };
    let traffic = UsedProduct {
        id: "traffic".to_owned(),
        product: product("vpc", "bandwidth", "12_bgp", None),
        factor: UsageFactor::OutboundTraffic,
        value: dec!(123.4567),
        measure: Measure::TrafficGb,
        quantity: 3,
    };
    let asked = UsageInquiry::new(project.to_owned(), vec![disk, traffic], InquiryPrecision::Ten);
    reader.usage_prices(&asked.expect("an inquiry")).await.expect("prices")
}

async fn by_term(reader: &Reader, project: &str) -> bss_portal::bss::prices::PeriodPrices {
    let of = |id: &str, product, period, quantity| PeriodProduct {
        id: id.to_owned(),
        product,
        period,
        periods: 1,
        quantity,
        instalments: None,
    };
    let products = vec![
        of("server", product("ec2", "vm", "c7.large.2.linux", None), InquiryPeriod::Month, 2),
        of("database", product("rds", "rds.vm", "rds.mysql.n1.large.4.ha", None), InquiryPeriod::Year, 1),
    ];
    let asked = PeriodInquiry::new(project.to_owned(), products).expect("an inquiry");
    reader.period_prices(&asked).await.expect("prices")
}

#[sqlx::test]
async fn dictionaries_lead_to_a_product_in_both_languages_and_are_asked_for_once(db: PgPool) {
    let asker = Asker::start(db).await;
    let browser = &asker.browser;
    let services = eventually("the services are read", async || {
        let page = browser.get("/prices").await;
        page.has("#service option[value='hws.service.type.ec2']").then_some(page)
    })
    .await;
    assert!(services.has("#age time"), "the catalogue's age is told");
    let option = "#service option[value='hws.service.type.ebs']";
    assert_eq!(services.words(option), "Elastic Volume Service");
    let chosen = "/prices?service=hws.service.type.ebs&region=cn-north-4&sold=use";
    let page = eventually("usage types and units are read", async || {
        let page = browser.htmx(&format!("{chosen}&account={}", asker.account)).await;
        (page.has("#factor option[value='Duration']") && page.has("#unit option")).then_some(page)
    })
    .await;
    // The only resource type is chosen by itself, and its specs are there to choose.
    assert!(page.has("#resource option[value='hws.resource.type.volume'][selected]"), "{}", page.text);
    assert!(page.words("#spec option[value='GPSSD']").starts_with("General Purpose SSD"));
    assert!(page.has("#unit option[value='4'][selected]"));
    let specs = asker.portal.simulator.asked("list_resource_specs").await;
    assert_eq!(specs, 2, "once in each language");
    browser.post("/preferences", &[("language", "zh-CN"), ("back", "/")]).await;
    let page = browser.get(&format!("{chosen}&account={}", asker.account)).await;
    assert!(page.words("#spec option[value='GPSSD']").starts_with("通用型SSD"));
    assert_eq!(page.words(option), "云硬盘");
    assert_eq!(asker.portal.simulator.asked("list_resource_specs").await, specs, "not asked again");
    asker.portal.stop().await;
}

#[sqlx::test]
async fn prices_are_huaweis_to_the_last_digit_with_discounts_side_by_side(db: PgPool) {
    let asker = Asker::start(db).await;
    let reader = reader_of(&asker.portal.simulator);
    let page = asker.ask(&[SERVER, TRAFFIC, DATABASE, DISK_BY_USE]).await;
    assert_eq!(page.texts("#result h3"), ["Pay-per-use", "Yearly/monthly"], "{}", page.text);
    let used = by_use(&reader, &asker.project).await;
    for (line, id) in [(1, "traffic"), (3, "disk")] {
        let price = used.of(id).expect("a price");
        let cells = amounts(&page, line);
        assert_eq!(cells.first(), Some(&told(price.official_website_amount)), "{id}");
        assert_eq!(cells.last(), Some(&told(price.amount)), "{id}");
    }
    let terms = by_term(&reader, &asker.project).await;
    let official = terms.official.as_ref().expect("prices");
    assert!(terms.discounted.len() >= 2, "the master has several discounts");
    for (line, id) in [(0, "server"), (2, "database")] {
        let list = official.products.iter().find(|one| one.id == id).expect("a product");
        let mut expected = vec![told(list.official_website_amount)];
        for discount in &terms.discounted {
            let mine = discount.products.iter().find(|one| one.id == id).expect("a product");
            expected.push(told(mine.amount));
        }
        let best = terms.best().expect("a best one").products.iter().find(|one| one.id == id);
        expected.push(told(best.expect("a product").amount));
        assert_eq!(amounts(&page, line), expected, "{id}");
    }
    let best = terms.best().expect("a best one");
    let saved = page.texts("#result tfoot tr td:last-child");
    assert_eq!(saved, [told(used.amount), told(best.amount)]);
    // The project was answered for, so that it need not be typed again.
    let again = asker.browser.get(&asker.url(&[SERVER, DATABASE], false)).await;
    assert_eq!(amounts(&again, 0), amounts(&page, 0), "{}", again.text);
    asker.portal.stop().await;
}

#[sqlx::test]
async fn what_was_typed_stays_whatever_goes_wrong(db: PgPool) {
    let asker = Asker::start(db).await;
    let simulator: &Simulator = &asker.portal.simulator;
    let page = asker.browser.get(&asker.url(&[SERVER], false)).await;
    assert!(page.words(".places .error").contains("project id"), "{}", page.text);
    assert_eq!(simulator.asked("list_rate_on_period_detail").await, 0, "nothing is asked without it");
    // One wrong line hides no other's price, and nothing of it can be saved.
    let page = asker.ask(&[SERVER, NO_SUCH]).await;
    assert!(page.words("#result tr[data-line='1'] th").contains("CBC.99006006"), "{}", page.text);
    assert!(page.words("#result tr[data-line='0'] td:last-child").starts_with(char::is_numeric));
    assert!(!page.has("#save-quote"));
    // A line that is half done keeps what was chosen, and says what is missing.
    let half = "&service=hws.service.type.ebs&region=cn-north-4&sold=use&value=x&add=1";
    let page = asker.browser.get(&format!("{}{half}", asker.url(&[SERVER], true))).await;
    assert!(page.words("#value-error").contains("number above 0"), "{}", page.text);
    assert_eq!(page.attributes("#value", "value"), ["x"]);
    assert_eq!(page.attributes("input[name=line]", "value"), [SERVER]);
    // One that is whole goes to the others, in the address.
    let whole = "/prices?service=hws.service.type.ec2&resource=hws.resource.type.vm&region=cn-north-4\
                 &spec=c7.large.2.linux&count=2&term=m1&sold=term&add=1";
    let url = asker.browser.get(whole).await.leads_to().expect("leads on");
    assert!(url.contains("line=hws.service.type.ec2%7Ehws.resource.type.vm"), "{url}");
    simulator.fault("list_rate_on_period_detail", 9, refused()).await;
    let page = asker.ask(&[SERVER]).await;
    assert!(page.text.contains("CBC.99006055"), "{}", page.text);
    assert_eq!(page.attributes("input[name=line]", "value"), [SERVER]);
    asker.portal.stop().await;
}

#[sqlx::test]
async fn a_quote_is_kept_asked_again_printed_and_exported(db: PgPool) {
    let asker = Asker::start(db).await;
    let browser = &asker.browser;
    assert!(browser.get("/prices/quotes").await.has(".empty"));
    let page = asker.ask(&[SERVER, DISK_BY_USE]).await;
    let form = page.form("#save-quote").with("name", "Two servers").with("days", "3");
    // Whoever saw other prices than Huawei tells now saves nothing.
    let stale = browser.submit(&form.clone().with("payable", "1.00")).await;
    let back = stale.leads_to().expect("leads back");
    assert!(back.contains("changed=1") && asker.quotes().await == 0, "{back}");
    let again = browser.get(&back).await;
    assert!(again.text.contains("Prices have changed"));
    assert_eq!(again.form("#save-quote").value("name"), "Two servers");

    let url = browser.submit(&form).await.leads_to().expect("leads to the quote");
    assert_eq!(asker.quotes().await, 1);
    let quote = browser.get(&url).await;
    assert_eq!(quote.words("#payable"), format!("¥{}", form.value("payable")));
    assert!(quote.words("h1").contains("Two servers") && quote.words("h1").contains("Valid"));
    let asked = browser.get(&format!("{url}?again=1")).await;
    assert!(asked.words("#again .notice").contains("the same"), "{}", asked.text);
    let differences = asked.texts("#again tbody td:last-child");
    let is_nothing = |by: &String| by.trim_matches(['0', '.']).is_empty();
    assert!(differences.len() == 2 && differences.iter().all(is_nothing), "{differences:?}");
    // Where Huawei tells no price any more, nothing is called the same.
    let simulator = &asker.portal.simulator;
    simulator.fault("list_rate_on_period_detail", 9, refused()).await;
    let asked = browser.get(&format!("{url}?again=1")).await;
    assert!(asked.words("#again .notice").contains("differ"), "{}", asked.text);
    simulator.clear_faults().await;

    let sheet = quote.form("#describe").with("company", "Acme 公司").with("purpose", "servers");
    let sheet_url = browser.submit(&sheet).await.leads_to().expect("leads to the sheet");
    let sheet = browser.get(&sheet_url).await;
    let words = sheet.words("#request > .facts");
    assert!(words.contains("Acme 公司") && words.contains('元'), "{words}");
    let file = browser.get("/prices/quotes/export.csv").await;
    assert_eq!(file.text.lines().count(), 3, "{}", file.text);
    assert!(file.text.contains("Two servers") && file.text.contains("c7.large.2.linux"), "{}", file.text);
    let id = url.rsplit('/').next().expect("an id");
    let workbook = browser.get(&format!("/prices/quotes/export.xlsx?quote={id}")).await;
    assert_eq!(workbook.status, StatusCode::OK);

    let list = browser.get("/prices/quotes?q=c7.large").await;
    assert_eq!(list.texts("#results tbody tr").len(), 1, "found by what was asked");
    assert!(browser.get("/prices/quotes?valid=no").await.has(".empty"));
    // Whoever looks at another account does not find it.
    let other = &asker.portal.simulator.ready().accounts[1].name;
    let other = asker.portal.accounts[other].to_string();
    browser.post("/preferences", &[("account", &other), ("back", "/")]).await;
    assert_eq!(browser.get(&url).await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.get(&format!("{url}/sheet")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.get(&asker.url(&[SERVER], true)).await.status, StatusCode::NOT_FOUND);
    asker.portal.stop().await;
}

#[sqlx::test]
async fn a_renewal_is_quoted_as_huawei_prices_it_and_leads_to_renewing(db: PgPool) {
    let asker = Asker::start(db).await;
    let browser = &asker.browser;
    let shop = Shop::of(&asker.portal.db, &asker.portal.simulator).await;
    let ids: Vec<String> = shop.renewable(2).await.into_iter().map(|one| one.resource_id).collect();
    let reader = reader_of(&asker.portal.simulator);
    let asked = RenewalInquiry::new(ids.clone(), Term::Years(1), false).expect("an inquiry");
    let prices = reader.renewal_prices(&asked).await.expect("prices");
    let url =
        format!("/prices/renewal?account={}&resource={}&resource={}&term=y1", asker.account, ids[0], ids[1]);
    let page = browser.get(&url).await;
    let official = prices.official.as_ref().and_then(|price| price.official_website_amount);
    let payable = prices.best().map_or(official, |best| best.amount);
    let total = page.texts("#result tfoot td.money");
    assert_eq!(total.first(), Some(&told(official)), "{}", page.text);
    assert_eq!(total.last(), Some(&told(payable)));
    let saved = browser.submit(&page.form("#save-quote").with("name", "Next year")).await;
    let quote = browser.get(&saved.leads_to().expect("leads to the quote")).await;
    let renew = quote.attributes(".page-head a", "href");
    assert!(
        renew.iter().any(|url| url.starts_with("/resources/renew?") && url.contains(&ids[0])),
        "{renew:?}"
    );
    // One that nobody knows has no price, and says why beside the others.
    let page = browser.get(&format!("{url}&resource=nobody-knows")).await;
    assert!(page.text.contains("CBC.30050009") && !page.has("#save-quote"), "{}", page.text);
    asker.portal.stop().await;
}

#[sqlx::test]
async fn use_and_terms_are_compared_and_the_contract_is_told(db: PgPool) {
    let asker = Asker::start(db).await;
    let url = asker.url(&[SERVER], true).replace("/prices?", "/prices/break-even?");
    let page = asker.browser.get(&url).await;
    let rows = page.texts("#terms tbody tr");
    assert_eq!(rows.len(), 14, "{}", page.text);
    // Two servers at 0.4018 an hour each for 377.28: 377.28 / 0.8036 is 469.49, 19.6 days.
    assert!(rows[0].starts_with("1 month") && rows[0].ends_with("470 h day 20"), "{}", rows[0]);
    let contract = asker.browser.get(&format!("/prices/discounts?account={}", asker.account)).await;
    assert!(contract.words("#categories").contains("Elastic Cloud Server"), "{}", contract.text);
    assert!(contract.words("#categories").contains("85% of list"));
    assert!(contract.words("#products").contains("80% of list"));
    asker.portal.stop().await;
}
