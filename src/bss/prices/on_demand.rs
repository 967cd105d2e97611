//! What use costs (`list_on_demand_resource_ratings`, api-oce bcloud_01001). Refused with CBC.99006006 where
//! there is no such product, 99006050 where a unit is wrong, 99006074 where the product is not paid by that
//! factor, 99006055 where the result is too large.

use rust_decimal::Decimal;
use serde::{Serialize, Serializer, ser::Error as _};
use serde_json::value::RawValue;

use super::{
    super::{
        Error, Reader,
        codes::{InquiryPrecision, Measure, RatingDiscount, UsageFactor},
        read::{Ask, ReadOperation},
        record::{Record, record},
    },
    InvalidInquiry, Product, ProductBody, checked,
};
use crate::money::Money;

pub(super) const ON_DEMAND: ReadOperation = ReadOperation {
    id: "list_on_demand_resource_ratings",
    method: "POST",
    path: "/v2/bills/ratings/on-demand-resources",
    per_second: 20,
    answer: UsagePrices::FIELDS,
};

/// Use of products whose price is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageInquiry {
    project_id: String,
    products: Vec<UsedProduct>,
    precision: InquiryPrecision,
}

/// Use of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedProduct {
    /// The caller's own name for it, by which the answer is found again.
    pub id: String,
    /// The product.
    pub product: Product,
    /// What its use is counted by.
    pub factor: UsageFactor,
    /// How much is used.
    pub value: Decimal,
    /// Of which unit; it has to measure what the factor does.
    pub measure: Measure,
    /// How many of the product.
    pub quantity: u32,
}

impl UsageInquiry {
    /// An inquiry that BSS could answer, as far as its form goes: `project_id` is any project of the account
    /// in the products' region, and each product has an id of its own.
    pub fn new(
        project_id: String,
        products: Vec<UsedProduct>,
        precision: InquiryPrecision,
    ) -> Result<Self, InvalidInquiry> {
        checked(&project_id, products.iter().map(|used| (&*used.id, used.quantity)))?;
        if products.iter().any(|used| used.value < Decimal::ZERO) {
            return Err(InvalidInquiry::NegativeUse);
        }
        Ok(Self { project_id, products, precision })
    }
}

#[derive(Serialize)]
struct Body<'a> {
    project_id: &'a str,
    inquiry_precision: InquiryPrecision,
    product_infos: Vec<UsedBody<'a>>,
}

#[derive(Serialize)]
struct UsedBody<'a> {
    #[serde(flatten)]
    product: ProductBody<'a>,
    usage_factor: &'a UsageFactor,
    usage_value: Exact,
    usage_measure_id: Measure,
}

/// A JSON number with every digit.
struct Exact(Decimal);

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.0.normalize().to_string()).map_err(S::Error::custom)?.serialize(out)
    }
}

record! {
    /// What all of it costs, yuan.
    pub struct UsagePrices {
        /// What is paid: the list price without the discounts.
        pub amount: Option<Money>,
        /// What the discounts take off.
        pub discount_amount: Option<Money>,
        /// The list price.
        pub official_website_amount: Option<Money>,
        /// Yuan.
        pub measure_id: Option<Measure>,
        /// `CNY`; absent means the same.
        pub currency: Option<String>,
        /// What each product costs.
        pub products: Vec<UsagePrice> = "product_rating_results",
    }

    /// What the use of one product costs, yuan.
    pub struct UsagePrice {
        /// The id that the inquiry gave it.
        pub id: String,
        /// Huawei's id of the product.
        pub product_id: Option<String>,
        /// What is paid.
        pub amount: Option<Money>,
        /// What the discounts take off.
        pub discount_amount: Option<Money>,
        /// The list price.
        pub official_website_amount: Option<Money>,
        /// Yuan.
        pub measure_id: Option<Measure>,
        /// Promotions of the product itself, and commercial or partner discounts.
        pub discounts: Vec<UsageDiscount> = "discount_rating_results",
    }

    /// A discount in the price of a product.
    pub struct UsageDiscount {
        /// Its id.
        pub discount_id: Option<String>,
        /// Its kind.
        pub discount_type: Option<RatingDiscount>,
        /// The amount of the discount, yuan; the documents do not say whether it is what it takes off.
        pub amount: Option<Money>,
        /// Yuan.
        pub measure_id: Option<Measure>,
        /// Its name.
        pub discount_name: Option<String>,
    }
}

impl UsagePrices {
    /// The price of the product with this id of the inquiry.
    pub fn of(&self, id: &str) -> Option<&UsagePrice> {
        self.products.iter().find(|price| price.id == id)
    }
}

impl Reader {
    /// What use would cost.
    pub async fn usage_prices(&self, inquiry: &UsageInquiry) -> Result<UsagePrices, Error> {
        let products = inquiry.products.iter().map(|used| UsedBody {
            product: used.product.body(&used.id, used.quantity),
            usage_factor: &used.factor,
            usage_value: Exact(used.value),
            usage_measure_id: used.measure,
        });
        let body = Body {
            project_id: &inquiry.project_id,
            inquiry_precision: inquiry.precision,
            product_infos: products.collect(),
        };
        self.ask(Ask::of(&ON_DEMAND).saying(&body)).await
    }
}
