//! Price inquiries and commercial discounts (api-oce, 询价). They buy nothing: use, terms and renewals are in
//! files of their own, with what they ask about in common here.

use serde::Serialize;

use super::{codes::SizeMeasure, read::ReadOperation};

mod discounts;
mod on_demand;
mod period;
mod renewal;
#[cfg(test)]
mod tests;

pub use self::{
    discounts::{
        BusinessDiscountQuery, BusinessDiscounts, CategoryQuote, CategoryQuotes, CategoryStep, ProductQuote,
        ProductQuotes, ProductStep, QUOTES_PER_PAGE, QuoteKind, Region, Site,
    },
    on_demand::{UsageDiscount, UsageInquiry, UsagePrice, UsagePrices, UsedProduct},
    period::{
        DiscountedPrice, DiscountedProduct, OfficialPrice, OfficialProduct, PeriodInquiry, PeriodPrices,
        PeriodProduct,
    },
    renewal::{RenewalDiscount, RenewalInquiry, RenewalOfficial, RenewalPrice, RenewalPrices, Unpriced},
};

pub(super) const OPERATIONS: &[&ReadOperation] =
    &[&on_demand::ON_DEMAND, &period::PERIOD, &renewal::RENEWAL, &discounts::DISCOUNTS];

/// A product, found by its four codes together: one that does not fit the others is CBC.99006006.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// The service type's code.
    pub service_type: String,
    /// The resource type's code.
    pub resource_type: String,
    /// The spec's code; that of a server needs `.linux` or `.win` behind it.
    pub spec: String,
    /// The region.
    pub region: String,
    /// The availability zone, where the price depends on it.
    pub zone: Option<String>,
    /// How large, of linear products such as disks and bandwidth; BSS wants it of those alone.
    pub size: Option<Size>,
}

/// The size of a linear product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// How much.
    pub amount: u32,
    /// Of what.
    pub measure: SizeMeasure,
}

/// It is not an inquiry that BSS could answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidInquiry {
    /// Nothing is asked about.
    #[error("nothing is asked about")]
    Nothing,
    /// A project, product or resource has an empty id.
    #[error("an id is empty")]
    EmptyId,
    /// Two products have the same id, or a resource is named twice.
    #[error("an id is there twice")]
    Twice,
    /// So many pieces or periods as 0 are no purchase.
    #[error("a number is 0")]
    Zero,
    /// Use cannot be negative.
    #[error("the use is negative")]
    NegativeUse,
    /// One inquiry is about ten resources at most.
    #[error("one inquiry is about 1 to {0} resources")]
    Number(usize),
    /// BSS renews by no such term.
    #[error("a term is 1 to 11 months or 1 to 3 years")]
    NoSuchTerm,
}

/// A product as every inquiry writes it.
#[derive(Serialize)]
struct ProductBody<'a> {
    id: &'a str,
    cloud_service_type: &'a str,
    resource_type: &'a str,
    resource_spec: &'a str,
    region: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    available_zone: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_size: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size_measure_id: Option<SizeMeasure>,
    subscription_num: u32,
}

impl Product {
    fn body<'a>(&'a self, id: &'a str, quantity: u32) -> ProductBody<'a> {
        ProductBody {
            id,
            cloud_service_type: &self.service_type,
            resource_type: &self.resource_type,
            resource_spec: &self.spec,
            region: &self.region,
            available_zone: self.zone.as_deref(),
            resource_size: self.size.map(|size| size.amount),
            size_measure_id: self.size.map(|size| size.measure),
            subscription_num: quantity,
        }
    }
}

/// Checks what every inquiry has: a project, and products with an id of their own and a number.
fn checked<'a>(
    project_id: &str,
    products: impl IntoIterator<Item = (&'a str, u32)>,
) -> Result<(), InvalidInquiry> {
    let mut known: Vec<&str> = Vec::new();
    for (id, quantity) in products {
        if id.is_empty() {
            return Err(InvalidInquiry::EmptyId);
        }
        if known.contains(&id) {
            return Err(InvalidInquiry::Twice);
        }
        if quantity == 0 {
            return Err(InvalidInquiry::Zero);
        }
        known.push(id);
    }
    match known[..] {
        [] => Err(InvalidInquiry::Nothing),
        _ if project_id.is_empty() => Err(InvalidInquiry::EmptyId),
        _ => Ok(()),
    }
}
