//! What products cost by the term (`list_rate_on_period_detail`, api-oce bcloud_01002). Refused with
//! CBC.99006006 where there is no such product and 99006055 where the result is too large.

use serde::Serialize;

use super::{
    super::{
        Error, Reader,
        codes::{BestOffer, FeeInstalments, InquiryPeriod, InstalmentPeriod, Measure, RatingDiscount},
        read::{Ask, ReadOperation},
        record::{Record, record},
    },
    InvalidInquiry, Product, ProductBody, checked,
};
use crate::money::Money;

pub(super) const PERIOD: ReadOperation = ReadOperation {
    id: "list_rate_on_period_detail",
    method: "POST",
    path: "/v2/bills/ratings/period-resources/subscribe-rate",
    per_second: 30,
    answer: PeriodPrices::FIELDS,
};

/// Products by the term whose price is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodInquiry {
    project_id: String,
    products: Vec<PeriodProduct>,
}

/// A product by the term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodProduct {
    /// The caller's own name for it, by which the answer is found again.
    pub id: String,
    /// The product.
    pub product: Product,
    /// The unit of the term.
    pub period: InquiryPeriod,
    /// How many of them.
    pub periods: u32,
    /// How many of the product.
    pub quantity: u32,
    /// How the fee is paid in instalments, which CloudPond alone can be.
    pub instalments: Option<FeeInstalments>,
}

impl PeriodInquiry {
    /// An inquiry that BSS could answer, as far as its form goes: `project_id` is any project of the account
    /// in the products' region, and each product has an id of its own.
    pub fn new(project_id: String, products: Vec<PeriodProduct>) -> Result<Self, InvalidInquiry> {
        checked(&project_id, products.iter().map(|product| (&*product.id, product.quantity)))?;
        if products.iter().any(|product| product.periods == 0) {
            return Err(InvalidInquiry::Zero);
        }
        Ok(Self { project_id, products })
    }
}

#[derive(Serialize)]
struct Body<'a> {
    project_id: &'a str,
    product_infos: Vec<TermBody<'a>>,
}

#[derive(Serialize)]
struct TermBody<'a> {
    #[serde(flatten)]
    product: ProductBody<'a>,
    period_type: InquiryPeriod,
    period_num: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    fee_installment_mode: Option<&'a FeeInstalments>,
}

record! {
    /// What all of it costs.
    pub struct PeriodPrices {
        /// At the list price.
        pub official: Option<OfficialPrice> = "official_website_rating_result",
        /// With each discount that could be used.
        pub discounted: Vec<DiscountedPrice> = "optional_discount_rating_results",
        /// `CNY`; absent means the same.
        pub currency: Option<String>,
    }

    /// The list price of everything, yuan.
    pub struct OfficialPrice {
        /// The list price.
        pub official_website_amount: Option<Money>,
        /// An instalment of it.
        pub instalment_official: Option<Money> = "installment_official_website_amount",
        /// How often instalments are paid.
        pub instalment_period: Option<InstalmentPeriod> = "installment_period_type",
        /// Yuan.
        pub measure_id: Option<Measure>,
        /// What each product costs.
        pub products: Vec<OfficialProduct> = "product_rating_results",
    }

    /// The list price of a product, yuan.
    pub struct OfficialProduct {
        /// The id that the inquiry gave it.
        pub id: String,
        /// Huawei's id of the product.
        pub product_id: Option<String>,
        /// The list price.
        pub official_website_amount: Option<Money>,
        /// Yuan.
        pub measure_id: Option<Measure>,
        /// An instalment of it.
        pub instalment_official: Option<Money> = "installment_official_website_amount",
        /// How often instalments are paid.
        pub instalment_period: Option<InstalmentPeriod> = "installment_period_type",
    }

    /// The price of everything with one discount, yuan.
    pub struct DiscountedPrice {
        /// The discount's id, as the discounts of such an order have it.
        pub discount_id: Option<String>,
        /// What is paid: the list price without the discount.
        pub amount: Option<Money>,
        /// The list price.
        pub official_website_amount: Option<Money>,
        /// What the discount takes off.
        pub discount_amount: Option<Money>,
        /// Yuan.
        pub measure_id: Option<Measure>,
        /// The discount's kind.
        pub discount_type: Option<RatingDiscount>,
        /// Its name.
        pub discount_name: Option<String>,
        /// Whether no commercial or partner discount takes off more.
        pub best_offer: Option<BestOffer>,
        /// What each product costs with it.
        pub products: Vec<DiscountedProduct> = "product_rating_results",
        /// An instalment at the list price.
        pub instalment_official: Option<Money> = "installment_official_website_amount",
        /// What the discount takes off an instalment.
        pub instalment_discount: Option<Money> = "installment_official_discount_amount",
        /// What is paid of an instalment.
        pub instalment_amount: Option<Money> = "installment_amount",
        /// How often instalments are paid.
        pub instalment_period: Option<InstalmentPeriod> = "installment_period_type",
    }

    /// The price of a product with a discount, yuan.
    pub struct DiscountedProduct {
        /// The id that the inquiry gave it.
        pub id: String,
        /// Huawei's id of the product.
        pub product_id: Option<String>,
        /// What is paid.
        pub amount: Option<Money>,
        /// The list price.
        pub official_website_amount: Option<Money>,
        /// What the discount takes off.
        pub discount_amount: Option<Money>,
        /// Yuan.
        pub measure_id: Option<Measure>,
        /// An instalment at the list price.
        pub instalment_official: Option<Money> = "installment_official_website_amount",
        /// What the discount takes off an instalment.
        pub instalment_discount: Option<Money> = "installment_official_discount_amount",
        /// What is paid of an instalment.
        pub instalment_amount: Option<Money> = "installment_amount",
        /// How often instalments are paid.
        pub instalment_period: Option<InstalmentPeriod> = "installment_period_type",
    }
}

impl PeriodPrices {
    /// The price with the best discount; `None` where there is none.
    pub fn best(&self) -> Option<&DiscountedPrice> {
        self.discounted.iter().find(|price| price.best_offer == Some(BestOffer::Yes))
    }
}

impl Reader {
    /// What products would cost by the term.
    pub async fn period_prices(&self, inquiry: &PeriodInquiry) -> Result<PeriodPrices, Error> {
        let products = inquiry.products.iter().map(|wanted| TermBody {
            product: wanted.product.body(&wanted.id, wanted.quantity),
            period_type: wanted.period,
            period_num: wanted.periods,
            fee_installment_mode: wanted.instalments.as_ref(),
        });
        let body = Body { project_id: &inquiry.project_id, product_infos: products.collect() };
        self.ask(Ask::of(&PERIOD).saying(&body)).await
    }
}
