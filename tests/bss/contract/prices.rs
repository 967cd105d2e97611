//! Scenes around prices: of use, of terms and of renewals, with the discounts of the account's contract, and
//! an order that costs what the inquiry said.

use bss_portal::{
    bss::{
        PayOrder, Term, Write,
        codes::{
            BestOffer, FeeInstalments, InquiryPeriod, InquiryPrecision, Measure, RatingDiscount, SizeMeasure,
            UsageFactor,
        },
        prices::{
            BusinessDiscountQuery, CategoryQuotes, PeriodInquiry, PeriodProduct, Product, QuoteKind,
            RenewalInquiry, Size, UsageInquiry, UsedProduct,
        },
    },
    i18n::Locale,
    money::Money,
};
use rust_decimal::{Decimal, dec};
use serde_json::{Value, json};

use super::stage::{MASTER, ORDINARY, Stage, whole};

const REGION: &str = "cn-north-4";

pub(super) async fn play(stage: &mut Stage) {
    let accounts = stage.control("GET", "/accounts", Value::Null).await;
    let project = accounts[MASTER]["region_projects"][REGION].as_str().expect("a project").to_owned();
    by_use(stage, &project).await;
    by_term(stage, &project).await;
    renewals(stage).await;
    contract(stage).await;
}

fn product(service: &str, resource: &str, spec: &str) -> Product {
    Product {
        service_type: format!("hws.service.type.{service}"),
        resource_type: format!("hws.resource.type.{resource}"),
        spec: spec.to_owned(),
        region: REGION.to_owned(),
        zone: None,
        size: None,
    }
}

fn server() -> Product {
    Product { zone: Some("cn-north-4a".to_owned()), ..product("ec2", "vm", "c7.large.2.linux") }
}

fn disk(amount: u32) -> Product {
    let size = Some(Size { amount, measure: SizeMeasure::Gb });
    Product { size, ..product("ebs", "volume", "GPSSD") }
}

fn yuan(amount: Decimal) -> Money {
    Money::new(amount)
}

async fn by_use(stage: &mut Stage, project: &str) {
    let used = |id: &str, product, factor, value, measure| UsedProduct {
        id: id.to_owned(),
        product,
        factor,
        value,
        measure,
        quantity: 1,
    };
    let hour = |id: &str, product| used(id, product, UsageFactor::Duration, Decimal::ONE, Measure::Hour);
    let traffic = used(
        "traffic",
        product("vpc", "bandwidth", "12_bgp"),
        UsageFactor::OutboundTraffic,
        dec!(1536),
        Measure::TrafficMb,
    );
    let asked = vec![hour("server", server()), hour("disk", disk(40)), traffic];
    for precision in [InquiryPrecision::Six, InquiryPrecision::Ten] {
        let inquiry = UsageInquiry::new(project.to_owned(), asked.clone(), precision).expect("an inquiry");
        let prices = stage.read(MASTER, async |reader| reader.usage_prices(&inquiry).await, whole).await;
        let of = |id| prices.of(id).expect("a price");
        assert_eq!(of("server").official_website_amount, Some(yuan(dec!(0.49))));
        let disk = if precision == InquiryPrecision::Six { dec!(0.038888) } else { dec!(0.038888888) };
        assert_eq!(of("disk").official_website_amount, Some(yuan(disk)));
        assert_eq!(of("traffic").official_website_amount, Some(yuan(dec!(1.2))));
        assert_eq!(of("traffic").amount, Some(yuan(dec!(1.02))), "0.68 a GB are agreed");
        assert_eq!(of("server").discounts[0].discount_type, Some(RatingDiscount::Commercial));
        let whole: Money = prices.products.iter().filter_map(|price| price.amount).sum();
        assert_eq!(prices.amount, Some(whole));
    }
    let refused = |product, factor, measure| {
        let asked = vec![used("1", product, factor, Decimal::ONE, measure)];
        UsageInquiry::new(project.to_owned(), asked, InquiryPrecision::Six).expect("an inquiry")
    };
    let unknown = Product { region: "cn-north-1".to_owned(), ..server() };
    for (code, inquiry) in [
        ("CBC.99006006", refused(unknown, UsageFactor::Duration, Measure::Hour)),
        ("CBC.99006050", refused(server(), UsageFactor::Duration, Measure::TrafficGb)),
        ("CBC.99006074", refused(server(), UsageFactor::OutboundTraffic, Measure::TrafficGb)),
    ] {
        stage.refused(MASTER, code, async |reader| reader.usage_prices(&inquiry).await).await;
    }
    let inquiry = UsageInquiry::new("0".repeat(32), asked, InquiryPrecision::Six).expect("an inquiry");
    stage.refused(MASTER, "CBC.0100", async |reader| reader.usage_prices(&inquiry).await).await;
}

async fn by_term(stage: &mut Stage, project: &str) {
    let wanted = |id: &str, product, period, periods| PeriodProduct {
        id: id.to_owned(),
        product,
        period,
        periods,
        quantity: 2,
        instalments: None,
    };
    let asked = vec![
        wanted("server", server(), InquiryPeriod::Year, 1),
        wanted("disk", disk(100), InquiryPeriod::Month, 3),
        wanted("day", server(), InquiryPeriod::Day, 1),
        wanted("hour", server(), InquiryPeriod::Hour, 1),
    ];
    let inquiry = PeriodInquiry::new(project.to_owned(), asked).expect("an inquiry");
    let prices = stage.read(MASTER, async |reader| reader.period_prices(&inquiry).await, whole).await;
    let official = prices.official.as_ref().expect("a list price");
    let each: Vec<_> = official.products.iter().map(|product| product.official_website_amount).collect();
    assert_eq!(
        each,
        [Some(yuan(dec!(4716))), Some(yuan(dec!(420))), Some(yuan(dec!(15.72))), Some(yuan(dec!(0.64)))]
    );
    let best = prices.best().expect("a discount");
    assert_eq!(best.discount_amount, Some(yuan(dec!(985.2))), "20 % of the year, 10 % of the months");
    // CloudPond's fee in instalments.
    let pond = |mode| PeriodProduct {
        instalments: Some(mode),
        quantity: 1,
        ..wanted("pond", product("cloudpond", "cloudpond", "cloudpond.compute.8"), InquiryPeriod::Year, 1)
    };
    for (mode, part) in [
        (FeeInstalments::HalfAtFirst, Some(yuan(dec!(20250)))),
        (FeeInstalments::NothingAtFirst, Some(yuan(dec!(40500)))),
        (FeeInstalments::None, None),
    ] {
        let inquiry = PeriodInquiry::new(project.to_owned(), vec![pond(mode)]).expect("an inquiry");
        let prices = stage.read(MASTER, async |reader| reader.period_prices(&inquiry).await, whole).await;
        assert_eq!(prices.official.expect("a price").instalment_official, part);
    }
    let too_much = PeriodProduct { quantity: u32::MAX, ..pond(FeeInstalments::None) };
    let inquiry = PeriodInquiry::new(project.to_owned(), vec![too_much]).expect("an inquiry");
    stage.refused(MASTER, "CBC.99006055", async |reader| reader.period_prices(&inquiry).await).await;
}

/// The resources of a new, paid order of a service.
async fn bought(stage: &mut Stage, service: &str) -> Vec<String> {
    let order = json!({"service_type_code": service, "amount": "100.00"});
    let placed = stage.control("POST", "/orders", order).await;
    let order_id = placed["order_id"].as_str().expect("an order").to_owned();
    let pay = PayOrder::new(order_id.clone(), Vec::new(), None);
    stage.done(MASTER, &Write::Pay(pay.expect("a payment"))).await;
    stage.later(60).await;
    let order = stage.control("GET", &format!("/orders/{order_id}"), Value::Null).await;
    let ids = order["resource_ids"].as_array().expect("resources").iter();
    ids.map(|id| id.as_str().expect("an id").to_owned()).collect()
}

async fn renewals(stage: &mut Stage) {
    let server = bought(stage, "hws.service.type.ec2").await;
    let pond = bought(stage, "hws.service.type.cloudpond").await;
    let gone = "00000000-0000-4000-8000-000000000000".to_owned();
    let ids = vec![server[0].clone(), pond[0].clone(), gone.clone()];
    let inquiry = RenewalInquiry::new(ids, Term::Years(1), true).expect("an inquiry");
    let prices = stage.read(MASTER, async |reader| reader.renewal_prices(&inquiry).await, whole).await;
    assert_eq!(prices.failed[0].resource_id.as_deref(), Some(&*gone));
    let sum: Money = prices.resources.iter().filter_map(|row| row.amount).sum();
    let official = prices.official.as_ref().expect("a list price");
    assert_eq!(official.official_website_amount, Some(sum));
    assert_eq!(official.instalment_official, Some(yuan(dec!(40500))));
    let best = prices.discounted.iter().find(|price| price.best_offer == Some(BestOffer::Yes));
    assert_eq!(best.expect("a discount").discount_type, Some(RatingDiscount::Commercial));
    let month = RenewalInquiry::new(server, Term::Months(1), false).expect("an inquiry");
    let prices = stage.read(MASTER, async |reader| reader.renewal_prices(&month).await, whole).await;
    assert_eq!(prices.resources[0].amount, Some(yuan(dec!(235.80))));
    assert_eq!(prices.best().expect("a discount").amount, Some(yuan(dec!(188.64))));
    let foreign = stage.read(ORDINARY, async |reader| reader.renewal_prices(&month).await, whole).await;
    assert!(foreign.official.is_none() && foreign.failed.len() == 1);
}

async fn contract(stage: &mut Stage) {
    let products = BusinessDiscountQuery::all(QuoteKind::Products);
    for locale in [Locale::Zh, Locale::En] {
        let answer = stage
            .read(MASTER, async |reader| reader.business_discounts(&products, locale).await, whole)
            .await;
        assert!(answer.products.iter().any(|quote| quote.item.sales_price.is_some()));
        assert!(answer.products.iter().any(|quote| quote.item.steps.len() == 3));
    }
    let categories = BusinessDiscountQuery {
        service_types: vec!["HWS.SERVICE.TYPE.EBS".to_owned(), "hws.service.type.rds".to_owned()],
        charging_modes: vec!["monthly".to_owned()],
        site_code: Some("HWC_CN".to_owned()),
        offset: 1,
        limit: 20,
        ..BusinessDiscountQuery::all(QuoteKind::Categories)
    };
    let answer = stage
        .read(MASTER, async |reader| reader.business_discounts(&categories, Locale::Zh).await, whole)
        .await;
    assert_eq!(answer.total_count, Some(10), "eight zones and two steps");
    assert_eq!(answer.categories.len(), 9);
    let nothing = stage
        .read(ORDINARY, async |reader| reader.business_discounts(&products, Locale::Zh).await, whole)
        .await;
    assert_eq!((nothing.total_count, nothing.commerce_id), (Some(0), None));
    let reader = stage.reader(MASTER);
    let all = BusinessDiscountQuery { limit: 7, ..BusinessDiscountQuery::all(QuoteKind::Categories) };
    let mut pages = reader.pages(CategoryQuotes(all, Locale::Zh));
    let mut rows = 0;
    while let Some(page) = pages.next().await {
        rows += page.expect("a page").len();
    }
    assert!(rows > 100, "{rows}");
}
