//! `list_rate_on_period_detail`.

use serde::Serialize;

use super::{
    super::{Answer, Call, Exact, YuanText, wrong},
    body::Body,
    products,
};
use crate::{
    money::Money,
    simulator::world::{
        Fen, Refusal, World,
        prices::{
            Offered,
            period::{Instalments, Product, Wish},
        },
    },
};

#[derive(Serialize)]
struct Ratings<'r> {
    official_website_rating_result: Official<'r>,
    optional_discount_rating_results: Vec<Discounted<'r>>,
    currency: &'static str,
}

#[derive(Serialize)]
struct Official<'r> {
    official_website_amount: Exact,
    installment_official_website_amount: Option<YuanText>,
    installment_period_type: Option<u8>,
    measure_id: u8,
    product_rating_results: Vec<OfficialProduct<'r>>,
}

#[derive(Serialize)]
struct OfficialProduct<'r> {
    id: &'r str,
    product_id: &'r str,
    official_website_amount: Exact,
    measure_id: u8,
    installment_official_website_amount: Option<YuanText>,
    installment_period_type: Option<u8>,
}

#[derive(Serialize)]
struct Discounted<'r> {
    discount_id: &'r str,
    discount_type: u16,
    discount_name: &'static str,
    best_offer: u8,
    #[serde(flatten)]
    price: Price,
    product_rating_results: Vec<DiscountedProduct<'r>>,
}

#[derive(Serialize)]
struct DiscountedProduct<'r> {
    id: &'r str,
    product_id: &'r str,
    #[serde(flatten)]
    price: Price,
}

/// A price after a discount.
#[derive(Serialize)]
struct Price {
    amount: Exact,
    official_website_amount: Exact,
    discount_amount: Exact,
    measure_id: u8,
    installment_official_website_amount: Option<YuanText>,
    installment_official_discount_amount: Option<YuanText>,
    installment_amount: Option<YuanText>,
    installment_period_type: Option<u8>,
}

/// `POST /v2/bills/ratings/period-resources/subscribe-rate`
pub(super) fn answer(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    let body = Body::parse(call.body)?;
    let project = body.required("project_id")?;
    let mut wishes = Vec::new();
    for (wanted, object) in products(world, &body)? {
        let period_type = match object.required_whole("period_type", 0)? {
            0 => 0,
            2 => 2,
            3 => 3,
            4 => 4,
            _ => return Err(wrong("period_type")),
        };
        let instalments = match object.text_or_none("fee_installment_mode")?.as_deref() {
            None | Some("NA") => Instalments::No,
            Some("HALF_PAY") => Instalments::Half,
            Some("ZERO_PAY") => Instalments::Zero,
            Some(_) => return Err(wrong("fee_installment_mode")),
        };
        let periods = object.required_whole("period_num", 1)?;
        wishes.push(Wish { wanted, period_type, periods, instalments });
    }
    let rating = world.rate_by_term(call.account, &project, wishes, call.as_of)?;
    let products = &rating.products;
    let part = products.iter().filter_map(|product| product.plan.part(product.official)).reduce(|a, b| a + b);
    Answer::json(&Ratings {
        official_website_rating_result: Official {
            official_website_amount: yuan(products.iter().map(|product| product.official).sum()),
            installment_official_website_amount: part.map(YuanText),
            installment_period_type: part.map(|_| MONTH),
            measure_id: 1,
            product_rating_results: products.iter().map(official).collect(),
        },
        optional_discount_rating_results: rating
            .offers
            .iter()
            .map(|offered| discounted(products, offered, call.language))
            .collect(),
        currency: "CNY",
    })
}

/// List price and amount, and the instalment of each.
type Parts = (Fen, Fen, Option<(Fen, Fen)>);

/// Instalments are paid by the month.
const MONTH: u8 = 2;

fn yuan(fen: Fen) -> Exact {
    Exact(Money::from_fen(fen).decimal())
}

fn official(product: &Product) -> OfficialProduct<'_> {
    let part = product.plan.part(product.official);
    OfficialProduct {
        id: &product.id,
        product_id: &product.product_id,
        official_website_amount: yuan(product.official),
        measure_id: 1,
        installment_official_website_amount: part.map(YuanText),
        installment_period_type: part.map(|_| MONTH),
    }
}

fn discounted<'r>(products: &'r [Product], offered: &'r Offered, language: usize) -> Discounted<'r> {
    let each: Vec<Parts> = products
        .iter()
        .zip(&offered.off)
        .map(|(product, off)| {
            let amount = product.official - off;
            let parts = product.plan.part(product.official).zip(product.plan.part(amount));
            (product.official, amount, parts)
        })
        .collect();
    let whole = each.iter().fold((0, 0, None), |(official, amount, parts), row| {
        let parts = match (parts, row.2) {
            (Some((a, b)), Some((c, d))) => Some((a + c, b + d)),
            (some, None) | (None, some) => some,
        };
        (official + row.0, amount + row.1, parts)
    });
    Discounted {
        discount_id: &offered.offer.id,
        discount_type: offered.kind,
        discount_name: offered.names[language],
        best_offer: u8::from(offered.best),
        price: price(whole),
        product_rating_results: products
            .iter()
            .zip(each)
            .map(|(product, row)| DiscountedProduct {
                id: &product.id,
                product_id: &product.product_id,
                price: price(row),
            })
            .collect(),
    }
}

fn price((official, amount, parts): Parts) -> Price {
    Price {
        amount: yuan(amount),
        official_website_amount: yuan(official),
        discount_amount: yuan(official - amount),
        measure_id: 1,
        installment_official_website_amount: parts.map(|(official, _)| YuanText(official)),
        installment_official_discount_amount: parts.map(|(official, amount)| YuanText(official - amount)),
        installment_amount: parts.map(|(_, amount)| YuanText(amount)),
        installment_period_type: parts.map(|_| MONTH),
    }
}
