//! The rules as a table, and what holds for any offer and choice.

use proptest::prelude::*;

use super::*;
use crate::bss::codes::CouponVersion;

const ORDER: &str = "CS1";

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + chrono::TimeDelta::days(20_000)
}

fn coupon(id: &str, kind: i32, group: i32, face: &str, limits: &[(&str, &str)]) -> OrderCoupon {
    let limits: Vec<String> =
        limits.iter().map(|(key, value)| format!(r#"{{"limit_key":"{key}","value1":"{value}"}}"#)).collect();
    let json = format!(
        r#"{{"coupon_id":"{id}","status":2,"coupon_type":{kind},"coupon_group":{group},"face_value":{face},
            "expire_time":"2099-01-01T00:00:00Z","use_limits":[{}]}}"#,
        limits.join(",")
    );
    serde_json::from_str(&json).expect("a coupon")
}

fn discount(id: &str, kind: i32, amount: &str, ratio: &str) -> OrderDiscount {
    let json = format!(
        r#"{{"discount_id":"{id}","discount_type":{kind},"discount_value":"{ratio}","orders":[{{"order_id":"{ORDER}",
            "order_line_items":[{{"order_line_item_ids":["1"],"discount_mode":0,"discount_amount":{amount},
            "discount_ratio":{ratio}}}]}}]}}"#
    );
    serde_json::from_str(&json).expect("a discount")
}

fn offer() -> Offer {
    Offer {
        order_id: ORDER.to_owned(),
        after_discount: money("1000.00"),
        coupons: vec![
            coupon("V1", 1, 0, "300", &[]),
            coupon("V2", 1, 0, "900", &[("simultaneousUseWithPromotionDiscount", "0")]),
            coupon("D1", 2, 0, "0.85", &[]),
            coupon("F1", 4, 0, "250.55", &[]),
            coupon("F2", 4, 0, "10", &[("minConsumeDiscount", "0.9")]),
            coupon("P1", 3, 0, "10", &[]),
            coupon("M1", 4, 1, "10", &[]),
            coupon("S1", 4, 2, "10", &[]),
        ],
        max_use: vec![
            serde_json::from_str(r#"{"coupon_type":1,"coupon_group":0,"use_quantity_value":1}"#)
                .expect("a limit"),
        ],
        discounts: vec![discount("PROMO", 0, "100.00", "0.9"), discount("COMM", 2, "200.00", "0.8")],
        cash: money("400.00"),
        credit: money("100.00"),
    }
}

fn money(text: &str) -> Money {
    text.parse().expect("an amount")
}

fn choose(coupons: &[&str], discount: Option<&str>) -> Choice {
    Choice {
        coupons: coupons.iter().map(|id| (*id).to_owned()).collect(),
        discount: discount.map(str::to_owned),
    }
}

fn why(quote: &Quote, id: &str) -> Option<Why> {
    quote.coupons.iter().chain(&quote.discounts).find(|line| line.id == id).and_then(|line| line.why.clone())
}

#[test]
fn cash_comes_before_credit_and_what_is_missing_is_said() {
    for (coupons, discount, payable, balance, cash, credit, short) in [
        (&[][..], None, "1000", "1000", "400", "100", "500"),
        (&["V1"], None, "1000", "700", "400", "100", "200"),
        (&["V1", "F1"], None, "1000", "449.45", "400", "49.45", "0"),
        (&["V2"], Some("COMM"), "800", "0", "0", "0", "0"),
        (&["D1"], None, "1000", "850", "400", "100", "350"),
        (&["D1", "F1"], Some("PROMO"), "900", "514.45", "400", "100", "14.45"),
    ] {
        let quote = quote(&offer(), &choose(coupons, discount), now());
        let amounts = [quote.payable, quote.from_balance, quote.from_cash, quote.from_credit, quote.short];
        assert_eq!(amounts, [payable, balance, cash, credit, short].map(money), "{coupons:?} {discount:?}");
        assert_eq!(quote.is_valid(), short == "0", "{coupons:?}");
    }
}

#[test]
fn what_cannot_be_chosen_says_why() {
    let mut held = coupon("H1", 1, 0, "5", &[]);
    held.used_by_order_id = Some("CS2".to_owned());
    let mut ours = coupon("H2", 4, 0, "5", &[]);
    ours.used_by_order_id = Some("cs1".to_owned());
    let mut old = coupon("O1", 1, 0, "5", &[]);
    old.expire_time = Some(now());
    let mut asleep = coupon("A1", 1, 0, "5", &[]);
    asleep.status = CouponStatus::NotActivated;
    let mut offer = offer();
    let mut early = coupon("N1", 1, 0, "5", &[]);
    let from = now() + chrono::TimeDelta::seconds(1);
    early.effective_time = Some(from);
    let mut spent = coupon("E2", 1, 0, "5", &[]);
    spent.balance = Some(Money::ZERO);
    let mut at_once = coupon("A2", 1, 0, "5", &[]);
    at_once.balance = Some(Money::ZERO);
    at_once.coupon_version = Some(CouponVersion::SingleUse);
    offer.coupons.extend([held, ours, old, asleep, early, spent, at_once, coupon("E1", 1, 0, "0", &[])]);
    offer.coupons.push(coupon("U1", 77, 0, "5", &[]));
    offer.discounts.extend([discount("CONTRACT", 1, "5", "0.99"), discount("NEW", 42, "5", "0.99")]);
    let nothing = quote(&offer, &Choice::default(), now());
    for (id, reason) in [
        ("V1", None),
        ("H1", Some(Why::HeldBy("CS2".to_owned()))),
        ("H2", None),
        ("O1", Some(Why::Expired)),
        ("A1", Some(Why::Status(CouponStatus::NotActivated))),
        ("N1", Some(Why::NotYet(from))),
        ("E2", Some(Why::Empty)),
        ("A2", None),
        ("U1", Some(Why::CannotBeSent)),
        ("CONTRACT", Some(Why::CannotBeSent)),
        ("NEW", Some(Why::CannotBeSent)),
        ("PROMO", None),
        ("E1", Some(Why::Empty)),
        ("P1", Some(Why::CannotBeSent)),
    ] {
        assert_eq!(why(&nothing, id), reason, "{id}");
    }
}

#[test]
fn what_excludes_each_other_is_not_offered_together() {
    let ratio: Decimal = "0.9".parse().expect("a ratio");
    for (coupons, discount, id, reason) in [
        (&["V1"][..], None, "V2", Why::TooManyOfKind(1)),
        (&["V1"], None, "D1", Why::VoucherOrDiscountCoupon),
        (&["D1"], None, "V1", Why::VoucherOrDiscountCoupon),
        (&["M1"], None, "S1", Why::MarketplaceOrSpecial),
        (&["S1"], None, "M1", Why::MarketplaceOrSpecial),
        (&["V1", "F1", "F2"], None, "M1", Why::TooMany(3)),
        (&["V2"], None, "PROMO", Why::ExcludedByCoupon("V2".to_owned())),
        (&[], Some("PROMO"), "V2", Why::ExcludesDiscount),
        (&[], Some("COMM"), "F2", Why::BelowLeastRatio(ratio)),
        (&["F2"], None, "COMM", Why::BelowLeastRatio(ratio)),
        (&["GONE"], None, "GONE", Why::NotOffered),
        (&[], Some("GONE"), "GONE", Why::NotOffered),
    ] {
        let quote = quote(&offer(), &choose(coupons, discount), now());
        assert_eq!(why(&quote, id), Some(reason), "{coupons:?} {discount:?} {id}");
    }
    let promotion = quote(&offer(), &choose(&["F2"], Some("PROMO")), now());
    assert_eq!(why(&promotion, "F2"), None, "a ratio that is reached does not exclude");
}

#[test]
fn a_price_adjustment_must_be_used_and_nothing_else() {
    let mut offer = offer();
    offer.discounts.push(discount("ADJ", 609, "50", "0.95"));
    assert_eq!(first_choice(&offer), choose(&[], Some("ADJ")));
    let with = quote(&offer, &choose(&["F1"], Some("ADJ")), now());
    assert_eq!((why(&with, "ADJ"), why(&with, "COMM")), (None, Some(Why::AdjustmentIsMandatory)));
    offer.cash = money("5000");
    assert!(quote(&offer, &choose(&[], Some("ADJ")), now()).is_valid());
    assert!(!quote(&offer, &choose(&[], None), now()).is_valid());
    assert!(!quote(&offer, &choose(&[], Some("COMM")), now()).is_valid());
}

#[test]
fn a_coupon_of_the_account_that_is_not_offered_says_why() {
    let services = ["hws.service.type.ec2".to_owned()];
    for (fields, why) in [
        ("", Why::NotOffered),
        (r#","is_frozen":1"#, Why::Frozen),
        (r#","lock_order_id":"CS2""#, Why::HeldBy("CS2".to_owned())),
        (r#","lock_order_id":"cs1""#, Why::NotOffered),
        (r#","expire_time":"2000-01-01T00:00:00Z""#, Why::Expired),
        (
            r#","valid_time":"2099-01-01T00:00:00Z""#,
            Why::NotYet("2099-01-01T00:00:00Z".parse().expect("a time")),
        ),
        (
            r#","use_limits":[{"limit_key":"serviceType","value1":"a, b"}]"#,
            Why::OnlyForServices("a, b".to_owned()),
        ),
        (
            r#","use_limits":[{"limit_key":"serviceType","value1":"a, hws.service.type.ec2"}]"#,
            Why::NotOffered,
        ),
        (r#","use_limits":[{"limit_key":"somethingNew","value1":"a"}]"#, Why::NotOffered),
    ] {
        let json = format!(r#"{{"coupon_id":"C","status":2,"coupon_type":1{fields}}}"#);
        let coupon: Coupon = serde_json::from_str(&json).expect(&json);
        assert_eq!(left_out(&coupon, ORDER, &services, now()), why, "{json}");
    }
    let used: Coupon =
        serde_json::from_str(r#"{"coupon_id":"C","status":3,"coupon_type":1}"#).expect("a coupon");
    assert_eq!(left_out(&used, ORDER, &services, now()), Why::Status(CouponStatus::Used));
}

#[test]
fn a_limit_counts_all_that_it_covers() {
    let limit = |json: &str| serde_json::from_str::<MaxUse>(json).expect("a limit");
    let mut offer = Offer { cash: money("5000"), ..offer() };
    for (limits, coupons, id, reason) in [
        (vec![], &["V1"][..], "V2", None),
        (
            vec![limit(r#"{"coupon_type":4,"use_quantity_value":1}"#)],
            &["F1"],
            "M1",
            Some(Why::TooManyOfKind(1)),
        ),
        (
            vec![limit(r#"{"coupon_group":0,"use_quantity_value":1}"#)],
            &["F1"],
            "F2",
            Some(Why::TooManyOfKind(1)),
        ),
        (vec![limit(r#"{"coupon_group":0,"use_quantity_value":1}"#)], &["F1"], "M1", None),
        (
            vec![limit(r#"{"coupon_type":4,"coupon_group":0,"use_quantity_value":0}"#)],
            &[],
            "F1",
            Some(Why::TooManyOfKind(0)),
        ),
    ] {
        offer.max_use = limits;
        assert_eq!(why(&quote(&offer, &choose(coupons, None), now()), id), reason, "{coupons:?} {id}");
    }
}

#[test]
fn what_only_huawei_knows_is_called_an_estimate() {
    let mut offer = offer();
    let mut untold = discount("UNTOLD", 2, "1", "0.9");
    untold.orders[0].lines[0].amount = None;
    offer.discounts.push(untold);
    for (coupons, discount, estimate) in [
        (&["V1"][..], Some("COMM"), false),
        (&["D1"], None, true),
        (&[], Some("UNTOLD"), true),
        (&[], None, false),
    ] {
        assert_eq!(quote(&offer, &choose(coupons, discount), now()).is_estimate, estimate, "{coupons:?}");
    }
    let untold = quote(&offer, &choose(&[], Some("UNTOLD")), now());
    assert_eq!(untold.payable, offer.after_discount, "what is not told is not taken off");
}

#[test]
fn an_id_that_is_given_twice_is_chosen_once() {
    let given = ["V1", "", "V1", "F1"].map(str::to_owned);
    assert_eq!(Choice::new(given, Some(String::new())), choose(&["V1", "F1"], None));
}

proptest! {
    #[test]
    fn an_offer_that_a_form_brings_back_is_quoted_the_same(
        price in 0_i64..1_000_000, cash in 0_i64..500_000,
        chosen in prop::sample::subsequence(vec!["V1", "V2", "D1", "F1", "F2", "P1", "M1", "S1"], 0..=4),
        discount in prop::sample::select(vec![None, Some("PROMO"), Some("COMM")]),
    ) {
        let mut offer = Offer { after_discount: Money::from_fen(price), cash: Money::from_fen(cash), ..offer() };
        let used = r#"{"coupon_id":"V1","status":2,"coupon_type":1,"coupon_group":0,"face_value":300,"balance":"120.5",
            "coupon_version":2,"effective_time":"2020-01-01T00:00:00Z","used_by_order_id":"cs1","plan_name":"x"}"#;
        offer.coupons[0] = serde_json::from_str(used).expect("a coupon");
        let text = serde_json::to_string(&offer).expect("plain data");
        let again: Offer = serde_json::from_str(&text).expect("the same");
        prop_assert_eq!(serde_json::to_string(&again).expect("plain data"), text);
        let (one, other) = (&again.coupons[0], &offer.coupons[0]);
        prop_assert_eq!((one.left(), &one.plan_name), (other.left(), &other.plan_name));
        prop_assert_eq!((one.effective_time, &one.used_by_order_id), (other.effective_time, &other.used_by_order_id));
        let choice = choose(&chosen, discount);
        prop_assert_eq!(quote(&again, &choice, now()), quote(&offer, &choice, now()));
    }

    #[test]
    fn money_neither_appears_nor_vanishes(
        price in 0_i64..1_000_000, cash in 0_i64..500_000, credit in 0_i64..500_000,
        chosen in prop::sample::subsequence(vec!["V1", "V2", "D1", "F1", "F2", "P1", "M1", "S1"], 0..=4),
        discount in prop::sample::select(vec![None, Some("PROMO"), Some("COMM")]),
    ) {
        let offer = Offer {
            after_discount: Money::from_fen(price), cash: Money::from_fen(cash), credit: Money::from_fen(credit), ..offer()
        };
        let quote = quote(&offer, &choose(&chosen, discount), now());
        prop_assert_eq!(quote.discount + quote.payable, offer.after_discount);
        prop_assert_eq!(quote.by_coupons + quote.from_balance, quote.payable);
        prop_assert_eq!(quote.from_cash + quote.from_credit + quote.short, quote.from_balance);
        let taken: Money = quote.coupons.iter().filter(|line| line.chosen).filter_map(|line| line.takes).sum();
        prop_assert_eq!(taken, quote.by_coupons);
        for amount in [quote.discount, quote.payable, quote.by_coupons, quote.from_cash, quote.from_credit, quote.short] {
            prop_assert!(!amount.is_negative());
            prop_assert_eq!(amount, amount.rounded(), "fen are not split");
        }
        prop_assert!(quote.from_credit.is_zero() || quote.from_cash == offer.cash, "cash first");
    }

    #[test]
    fn choosing_what_is_offered_beside_a_valid_choice_stays_valid(
        chosen in prop::sample::subsequence(vec!["V1", "V2", "D1", "F1", "F2", "M1", "S1"], 0..=2),
        discount in prop::sample::select(vec![None, Some("PROMO"), Some("COMM")]),
    ) {
        let offer = Offer { cash: money("10000"), ..offer() };
        let before = quote(&offer, &choose(&chosen, discount), now());
        prop_assume!(before.is_valid());
        for line in before.coupons.iter().filter(|line| !line.chosen && line.why.is_none()) {
            let mut more = chosen.clone();
            more.push(&line.id);
            prop_assert!(quote(&offer, &choose(&more, discount), now()).is_valid(), "{}", line.id);
        }
    }
}
