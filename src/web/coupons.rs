//! Coupons and discounts in words: what they are, what they are limited to, and why one cannot be
//! used. A limit that we do not know is told as it came, never left out.

use rust_decimal::Decimal;

use crate::{
    bss::{
        codes::{CouponType, DiscountMode, PeriodType},
        instruments::{OrderDiscount, UseLimit},
        orders::OrderLine,
    },
    i18n::Locale,
    money::Money,
    payments::rules::Why,
    web::Ui,
};

/// Names of services by code, in the reader's language.
pub type Services = std::collections::HashMap<String, String>;

/// Why something cannot be chosen.
pub fn why(why: &Why, ui: &Ui, services: &Services) -> String {
    let t = Texts(ui.locale);
    match why {
        Why::Status(status) => t.status_is(&status.name(ui.locale)),
        Why::NotYet(from) => t.not_yet(&ui.at(from).to_string()),
        Why::Frozen => t.frozen().to_owned(),
        Why::OnlyForServices(codes) => t.only_for(&named(codes, services, ui.locale)),
        Why::HeldBy(order) => t.held_by(order),
        Why::CannotBeSent => t.cannot_be_sent().to_owned(),
        Why::Expired => t.expired().to_owned(),
        Why::Empty => t.empty().to_owned(),
        Why::TooMany(most) => t.too_many(*most),
        Why::TooManyOfKind(0) => t.none_of_kind().to_owned(),
        Why::TooManyOfKind(most) => t.too_many_of_kind(*most),
        Why::VoucherOrDiscountCoupon => t.voucher_or_discount_coupon().to_owned(),
        Why::MarketplaceOrSpecial => t.marketplace_or_special().to_owned(),
        Why::ExcludedByCoupon(coupon) => t.excluded_by(coupon),
        Why::ExcludesDiscount => t.excludes_discount().to_owned(),
        Why::BelowLeastRatio(ratio) => t.below_least(&share(*ratio, ui.locale)),
        Why::AdjustmentIsMandatory => t.adjustment_is_mandatory().to_owned(),
        Why::NotOffered => t.not_offered().to_owned(),
    }
}

/// What a coupon is limited to.
pub fn limit(limit: &UseLimit, services: &Services, locale: Locale) -> Option<String> {
    let t = Texts(locale);
    let key = limit.key.as_deref()?;
    let values: Vec<&str> =
        [&limit.value1, &limit.value2].into_iter().flatten().map(String::as_str).collect();
    let (first, last) =
        (values.first().copied().unwrap_or_default(), values.last().copied().unwrap_or_default());
    let together = |discount: &'static str| match first {
        "0" => t.not_with(discount),
        "1" => t.also_with(discount),
        other => t.limit_as_it_is(key, other),
    };
    Some(match key {
        "serviceType" => t.only_for(&named(first, services, locale)),
        "regionCode" => t.only_in(last),
        "productId" => t.only_products(first),
        "simultaneousUseWithEmpowerDiscount" => together(t.partner_discounts()),
        "simultaneousUseWithContractDiscount" => together(t.commercial_discounts()),
        "simultaneousUseWithPromotionDiscount" => together(t.promotions()),
        "minConsumeDiscount" => match first.parse() {
            Ok(ratio) => t.least_ratio(&share(ratio, locale)),
            Err(_) => t.limit_as_it_is(key, first),
        },
        _ => {
            let unit = limit.value_unit.as_deref().map(|unit| format!(" {unit}")).unwrap_or_default();
            t.limit_as_it_is(key, &format!("{}{unit}", values.join(" – ")))
        }
    })
}

/// Service codes, comma separated, as names where we know them.
fn named(codes: &str, services: &Services, locale: Locale) -> String {
    let names: Vec<&str> = codes
        .split(',')
        .map(str::trim)
        .filter(|code| !code.is_empty())
        .map(|code| services.get(code).map_or(code, String::as_str))
        .collect();
    names.join(locale.pick("、", ", "))
}

/// A coupon's kind, with what a discount coupon leaves to pay.
pub fn coupon(kind: CouponType, face: Option<Money>, locale: Locale) -> String {
    let name = kind.name(locale);
    match (kind, face) {
        (CouponType::DiscountCoupon, Some(face)) => {
            format!("{name} {}", share(face.decimal(), locale)).trim_end().to_owned()
        }
        _ => name.into_owned(),
    }
}

/// A discount's kind, with its ratio where it has one.
pub fn discount(discount: &OrderDiscount, locale: Locale) -> String {
    let t = Texts(locale);
    let name = discount.discount_type.name(locale);
    let value = discount.discount_value.as_deref().unwrap_or_default();
    let mode = discount.orders.iter().flat_map(|order| &order.lines).find_map(|line| line.mode);
    let way = match (mode, value.parse::<Decimal>()) {
        (Some(DiscountMode::FixedPrice), _) => t.fixed_price().to_owned(),
        (Some(DiscountMode::Threshold), Ok(off)) => t.off(&Money::new(off).to_string()),
        (_, Ok(ratio)) if ratio > Decimal::ZERO && ratio <= Decimal::ONE => share(ratio, locale),
        _ => value.to_owned(),
    };
    format!("{name} {way}").trim_end().to_owned()
}

/// The part of a price that is still paid: 0.85 is 8.5 折 and “15 % off”. What is no such part is
/// told as it came.
fn share(ratio: Decimal, locale: Locale) -> String {
    if ratio <= Decimal::ZERO || ratio > Decimal::ONE {
        return ratio.normalize().to_string();
    }
    match locale {
        Locale::Zh => format!("{} 折", (ratio * Decimal::TEN).normalize()),
        Locale::En => format!("{} % off", ((Decimal::ONE - ratio) * Decimal::ONE_HUNDRED).normalize()),
    }
}

/// The term of a line: “1 年”, “1 year”.
pub fn term(line: &OrderLine, locale: Locale) -> Option<String> {
    let (n, unit) = (line.period_num?, line.period_type?);
    Some(match (locale, unit) {
        (_, PeriodType::OneOff | PeriodType::OnDemand | PeriodType::PerUsage | PeriodType::Unknown(_)) => {
            unit.name(locale).into_owned()
        }
        (Locale::Zh, PeriodType::Month) => format!("{n} 个月"),
        (Locale::Zh, _) => format!("{n} {}", unit.name(locale)),
        (Locale::En, _) => {
            let unit = unit.name(locale).to_lowercase();
            if n == 1 { format!("1 {unit}") } else { format!("{n} {unit}s") }
        }
    })
}

crate::texts! {
    /// Limits and reasons.
    pub struct Texts {
        status_is(status: &str): "状态为“{status}”，不能使用", "Cannot be used: its status is “{status}”";
        not_yet(from: &str): "{from} 起才能使用", "Usable only from {from}";
        frozen: "已被华为云冻结", "Frozen by Huawei Cloud";
        only_for(services: &str): "仅限{services}", "Only for {services}";
        only_in(region: &str): "仅限区域 {region}", "Only in region {region}";
        only_products(ids: &str): "仅限产品 {ids}", "Only for products {ids}";
        held_by(order: &str): "已被订单 {order} 锁定", "Held by order {order}";
        cannot_be_sent: "这类优惠不能通过接口选用，请在华为云控制台支付", "This kind cannot be chosen through the interface; pay in Huawei Cloud's console to use it";
        expired: "已过期", "Expired";
        empty: "余额为零", "Nothing is left of it";
        too_many(most: usize): "一次支付最多使用 {most} 张：请先取消选择一张", "One payment takes at most {most}: clear another first";
        too_many_of_kind(most: u32): "该订单最多使用 {most} 张这类券：请先取消选择一张", "This order takes at most {most} of this kind: clear another first";
        none_of_kind: "该订单不能使用这类券", "This order takes none of this kind";
        voucher_or_discount_coupon: "代金券与折扣券不能同时使用：请先取消选择另一种", "Vouchers and discount coupons exclude each other: clear the other first";
        marketplace_or_special: "云商店券与专用代金券不能同时使用：请先取消选择另一种", "Marketplace coupons and special-purpose vouchers exclude each other: clear the other first";
        excluded_by(coupon: &str): "所选优惠券 {coupon} 不能与这类折扣同时使用", "The chosen coupon {coupon} excludes discounts of this kind";
        excludes_discount: "不能与所选折扣同时使用", "Not together with the chosen discount";
        below_least(ratio: &str): "折扣低于优惠券允许的 {ratio}，不能同时使用", "The discount is larger than the coupon allows ({ratio}); not together";
        adjustment_is_mandatory: "该订单有订单调价，必须使用且不能另选折扣", "This order has a price adjustment, which must be used and excludes other discounts";
        not_offered: "华为云没有把它列为该订单可用", "Huawei Cloud does not offer it for this order";
        not_with(discount: &str): "不与{discount}同享", "Not with {discount}";
        also_with(discount: &str): "可与{discount}同享", "Also with {discount}";
        partner_discounts: "伙伴折扣", "partner discounts";
        commercial_discounts: "商务折扣", "commercial discounts";
        promotions: "促销折扣", "promotions";
        least_ratio(ratio: &str): "折扣不低于 {ratio} 时才可同享", "With discounts up to {ratio} only";
        limit_as_it_is(key: &str, value: &str): "限制 {key}：{value}", "Limit {key}: {value}";
        fixed_price: "一口价", "fixed price";
        off(amount: &str): "减 ¥{amount}", "¥{amount} off";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(json: &str, locale: Locale) -> Option<String> {
        let services = Services::from([("hws.service.type.ec2".to_owned(), "ECS".to_owned())]);
        limit(&serde_json::from_str(json).expect("a limit"), &services, locale)
    }

    #[test]
    fn limits_are_told_in_words_and_unknown_ones_as_they_came() {
        for (json, zh, en) in [
            (
                r#"{"limit_key":"serviceType","value1":"hws.service.type.ec2,other"}"#,
                "仅限ECS、other",
                "Only for ECS, other",
            ),
            (
                r#"{"limit_key":"regionCode","value1":"cn-north-4","value2":"北京四"}"#,
                "仅限区域 北京四",
                "Only in region 北京四",
            ),
            (
                r#"{"limit_key":"simultaneousUseWithPromotionDiscount","value1":"0"}"#,
                "不与促销折扣同享",
                "Not with promotions",
            ),
            (
                r#"{"limit_key":"minConsumeDiscount","value1":"0.85"}"#,
                "折扣不低于 8.5 折 时才可同享",
                "With discounts up to 15 % off only",
            ),
            (
                r#"{"limit_key":"minConsumeDiscount","value1":"?"}"#,
                "限制 minConsumeDiscount：?",
                "Limit minConsumeDiscount: ?",
            ),
            (
                r#"{"limit_key":"orderAmount","value1":"100","value2":"900","value_unit":"CNY"}"#,
                "限制 orderAmount：100 – 900 CNY",
                "Limit orderAmount: 100 – 900 CNY",
            ),
        ] {
            assert_eq!(words(json, Locale::Zh).as_deref(), Some(zh));
            assert_eq!(words(json, Locale::En).as_deref(), Some(en));
        }
        assert_eq!(words("{}", Locale::En), None);
    }

    #[test]
    fn a_discount_coupon_says_what_it_leaves_to_pay() {
        let face = |text: &str| Some(text.parse().expect("an amount"));
        assert_eq!(coupon(CouponType::DiscountCoupon, face("0.9"), Locale::Zh), "折扣券 9 折");
        assert_eq!(coupon(CouponType::DiscountCoupon, face("0.85"), Locale::En), "Discount coupon 15 % off");
        assert_eq!(coupon(CouponType::DiscountCoupon, face("85"), Locale::En), "Discount coupon 85");
        assert_eq!(coupon(CouponType::Voucher, face("0.9"), Locale::En), "Voucher");
    }
}
