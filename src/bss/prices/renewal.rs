//! What renewing resources costs (`list_renew_rate_on_period`, api-oce bcloud_01007). A resource whose price
//! cannot be said is told beside the prices of the others (30050007 not a main one, …09 unknown, …10 in an
//! unpaid order, …11 being changed); a resource that is named twice is refused with CBC.30050012.

use serde::Serialize;

use super::{
    super::{
        Error, Reader, Term,
        codes::{BestOffer, InstalmentPeriod, RatingDiscount},
        read::{Ask, ReadOperation},
        record::{Record, record},
    },
    InvalidInquiry,
};
use crate::money::Money;

/// The most main resources of one inquiry.
const MAX_RESOURCES: usize = 10;

pub(super) const RENEWAL: ReadOperation = ReadOperation {
    id: "list_renew_rate_on_period",
    method: "POST",
    path: "/v2/bills/ratings/period-resources/renew-rate",
    per_second: 10,
    answer: RenewalPrices::FIELDS,
};

/// A renewal whose price is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenewalInquiry {
    resource_ids: Vec<String>,
    term: Term,
    with_relatives: bool,
}

impl RenewalInquiry {
    /// An inquiry that BSS could answer, as far as its form goes. What is attached to the main resources is
    /// always in their price; other resources that belong to them are when `with_relatives`.
    pub fn new(resource_ids: Vec<String>, term: Term, with_relatives: bool) -> Result<Self, InvalidInquiry> {
        if !(1..=MAX_RESOURCES).contains(&resource_ids.len()) {
            return Err(InvalidInquiry::Number(MAX_RESOURCES));
        }
        if resource_ids.iter().any(String::is_empty) {
            return Err(InvalidInquiry::EmptyId);
        }
        if resource_ids.iter().enumerate().any(|(at, id)| resource_ids[..at].contains(id)) {
            return Err(InvalidInquiry::Twice);
        }
        if !term.is_known() {
            return Err(InvalidInquiry::NoSuchTerm);
        }
        Ok(Self { resource_ids, term, with_relatives })
    }
}

#[derive(Serialize)]
struct Body<'a, U> {
    resource_ids: &'a [String],
    period_type: U,
    period_num: u8,
    include_relative_resources: bool,
}

record! {
    /// What the renewals cost.
    pub struct RenewalPrices {
        /// `CNY`; absent means the same.
        pub currency: Option<String>,
        /// What each main resource costs.
        pub resources: Vec<RenewalPrice> = "renew_inquiry_results",
        /// The list price of all of them.
        pub official: Option<RenewalOfficial> = "official_website_rating_result",
        /// Their price with each discount that could be used.
        pub discounted: Vec<RenewalDiscount> = "optional_discount_rating_results",
        /// Those whose price cannot be said.
        pub failed: Vec<Unpriced> = "fail_resource_infos",
    }

    /// What renewing a main resource costs.
    pub struct RenewalPrice {
        /// The resource.
        pub resource_id: String,
        /// The price with what is attached to it, yuan.
        pub amount: Option<Money>,
    }

    /// The list price, yuan.
    pub struct RenewalOfficial {
        /// The list price.
        pub official_website_amount: Option<Money>,
        /// An instalment of it.
        pub instalment_official: Option<Money> = "installment_official_website_amount",
        /// How often instalments are paid.
        pub instalment_period: Option<InstalmentPeriod> = "installment_period_type",
    }

    /// The price of all renewals with one discount, yuan.
    pub struct RenewalDiscount {
        /// The discount's id, as the discounts of such an order have it.
        pub discount_id: Option<String>,
        /// What is paid: the list price without the discount.
        pub amount: Option<Money>,
        /// The list price.
        pub official_website_amount: Option<Money>,
        /// What the discount takes off.
        pub discount_amount: Option<Money>,
        /// The discount's kind.
        pub discount_type: Option<RatingDiscount>,
        /// Its name.
        pub discount_name: Option<String>,
        /// Whether no commercial or partner discount takes off more.
        pub best_offer: Option<BestOffer>,
        /// An instalment at the list price.
        pub instalment_official: Option<Money> = "installment_official_website_amount",
        /// What the discount takes off an instalment.
        pub instalment_discount: Option<Money> = "installment_official_discount_amount",
        /// What is paid of an instalment.
        pub instalment_amount: Option<Money> = "installment_amount",
        /// How often instalments are paid.
        pub instalment_period: Option<InstalmentPeriod> = "installment_period_type",
    }

    /// A resource whose price cannot be said.
    pub struct Unpriced {
        /// Why, as a code.
        pub error_code: Option<String>,
        /// Why, in words.
        pub error_msg: Option<String>,
        /// The resource.
        pub resource_id: Option<String>,
    }
}

impl RenewalPrices {
    /// The price with the best discount; `None` where there is none.
    pub fn best(&self) -> Option<&RenewalDiscount> {
        self.discounted.iter().find(|price| price.best_offer == Some(BestOffer::Yes))
    }
}

impl Reader {
    /// What renewing would cost.
    pub async fn renewal_prices(&self, inquiry: &RenewalInquiry) -> Result<RenewalPrices, Error> {
        let (period_type, period_num) = inquiry.term.wire();
        let body = Body {
            resource_ids: &inquiry.resource_ids,
            period_type,
            period_num,
            include_relative_resources: inquiry.with_relatives,
        };
        self.ask(Ask::of(&RENEWAL).saying(&body)).await
    }
}
