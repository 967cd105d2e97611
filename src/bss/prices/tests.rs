//! What inquiries send, what they refuse to send, and how their answers are read.

use rust_decimal::{Decimal, dec};
use serde_json::json;

use super::*;
use crate::bss::{
    Term,
    codes::{BestOffer, FeeInstalments, InquiryPeriod, InquiryPrecision, Measure, UsageFactor},
    scripted::{Script, answer, flying, handles},
};

fn product() -> Product {
    Product {
        service_type: "hws.service.type.ebs".to_owned(),
        resource_type: "hws.resource.type.volume".to_owned(),
        spec: "SSD".to_owned(),
        region: "cn-north-4".to_owned(),
        zone: None,
        size: Some(Size { amount: 40, measure: SizeMeasure::Gb }),
    }
}

fn used(id: &str, value: Decimal) -> UsedProduct {
    UsedProduct {
        id: id.to_owned(),
        product: product(),
        factor: UsageFactor::Duration,
        value,
        measure: Measure::Hour,
        quantity: 1,
    }
}

fn by_term(id: &str, periods: u32, quantity: u32) -> PeriodProduct {
    PeriodProduct {
        id: id.to_owned(),
        product: Product { size: None, ..product() },
        period: InquiryPeriod::Month,
        periods,
        quantity,
        instalments: Some(FeeInstalments::None),
    }
}

#[test]
fn what_bss_could_not_answer_is_no_inquiry() {
    let of_use = |project: &str, products| {
        UsageInquiry::new(project.to_owned(), products, InquiryPrecision::Six).expect_err("no inquiry")
    };
    assert_eq!(of_use("p", Vec::new()), InvalidInquiry::Nothing);
    assert_eq!(of_use("", vec![used("1", dec!(1))]), InvalidInquiry::EmptyId);
    assert_eq!(of_use("p", vec![used("", dec!(1))]), InvalidInquiry::EmptyId);
    assert_eq!(of_use("p", vec![used("1", dec!(1)), used("1", dec!(2))]), InvalidInquiry::Twice);
    assert_eq!(of_use("p", vec![used("1", dec!(-0.1))]), InvalidInquiry::NegativeUse);
    for (periods, quantity) in [(0, 1), (1, 0)] {
        let refused = PeriodInquiry::new("p".to_owned(), vec![by_term("1", periods, quantity)]);
        assert_eq!(refused.expect_err("no inquiry"), InvalidInquiry::Zero);
    }
    let renewed = |ids: &[&str], term| {
        let ids = ids.iter().map(|id| (*id).to_owned()).collect();
        RenewalInquiry::new(ids, term, false).expect_err("no inquiry")
    };
    assert_eq!(renewed(&[], Term::Months(1)), InvalidInquiry::Number(10));
    assert_eq!(renewed(&["x"; 11], Term::Months(1)), InvalidInquiry::Number(10));
    assert_eq!(renewed(&["x", "x"], Term::Months(1)), InvalidInquiry::Twice);
    assert_eq!(renewed(&[""], Term::Months(1)), InvalidInquiry::EmptyId);
    assert_eq!(renewed(&["x"], Term::Months(12)), InvalidInquiry::NoSuchTerm);
}

#[tokio::test]
async fn numbers_are_sent_with_every_digit_and_what_is_absent_is_not_sent() {
    let wire = Script::of([answer(200, "{}"), answer(200, "{}"), answer(200, "{}")]);
    let (reader, _, _, hand) = handles(wire.clone());
    let inquiry = UsageInquiry::new(
        "p".to_owned(),
        vec![used("1", dec!(0.12345678901234567890))],
        InquiryPrecision::Ten,
    );
    flying(&hand, reader.usage_prices(&inquiry.expect("an inquiry"))).await.expect("prices");
    let inquiry = PeriodInquiry::new("p".to_owned(), vec![by_term("1", 3, 2)]).expect("an inquiry");
    flying(&hand, reader.period_prices(&inquiry)).await.expect("prices");
    let inquiry = RenewalInquiry::new(vec!["r".to_owned()], Term::Years(1), true).expect("an inquiry");
    flying(&hand, reader.renewal_prices(&inquiry)).await.expect("prices");
    let bodies: Vec<String> =
        wire.asked().into_iter().map(|request| String::from_utf8(request.body).expect("text")).collect();
    assert!(bodies[0].contains(r#""usage_value":0.1234567890123456789,"#), "{}", bodies[0]);
    assert!(!bodies[0].contains("available_zone"));
    let sent: serde_json::Value = serde_json::from_str(&bodies[1]).expect("JSON");
    assert_eq!(
        sent["product_infos"][0],
        json!({
            "id": "1", "cloud_service_type": "hws.service.type.ebs",
            "resource_type": "hws.resource.type.volume", "resource_spec": "SSD", "region": "cn-north-4",
            "subscription_num": 2, "period_type": 2, "period_num": 3, "fee_installment_mode": "NA",
        })
    );
    let sent: serde_json::Value = serde_json::from_str(&bodies[2]).expect("JSON");
    assert_eq!(
        sent,
        json!({"resource_ids": ["r"], "period_type": 3, "period_num": 1, "include_relative_resources": true})
    );
}

#[tokio::test]
async fn prices_are_read_to_the_last_digit_from_numbers_and_from_strings() {
    let number =
        r#"{"amount":0.0000000001,"product_rating_results":[{"id":"a","amount":12345678901.0000000001}]}"#;
    let text = r#"{"optional_discount_rating_results":[{"discount_id":"d","amount":"99.90","best_offer":0},
        {"discount_id":"e","amount":"89.90","best_offer":"1"}]}"#;
    let wire = Script::of([answer(200, number), answer(200, text)]);
    let (reader, _, _, hand) = handles(wire);
    let inquiry = UsageInquiry::new("p".to_owned(), vec![used("a", dec!(1))], InquiryPrecision::Ten);
    let prices = flying(&hand, reader.usage_prices(&inquiry.expect("an inquiry"))).await.expect("prices");
    assert_eq!(prices.amount.expect("an amount").decimal(), dec!(0.0000000001));
    assert_eq!(
        prices.of("a").and_then(|price| price.amount).expect("an amount").decimal(),
        dec!(12345678901.0000000001)
    );
    assert!(prices.of("b").is_none());
    let inquiry = RenewalInquiry::new(vec!["r".to_owned()], Term::Months(1), false).expect("an inquiry");
    let prices = flying(&hand, reader.renewal_prices(&inquiry)).await.expect("prices");
    let best = prices.best().expect("a best one");
    assert_eq!((best.discount_id.as_deref(), best.best_offer), (Some("e"), Some(BestOffer::Yes)));
}
