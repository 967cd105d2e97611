//! What Huawei answers to an inquiry, put beside what was asked: each line's price with every discount, and the sums
//! as they came. Nothing is rounded, and nothing is asked here.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{
    bss::{
        self,
        codes::{BestOffer, RatingDiscount},
        prices::{PeriodPrices, RenewalPrices, UsagePrice, UsagePrices},
    },
    money::Money,
};

/// The answer to an inquiry, which may have taken several questions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// What was asked, line by line.
    pub lines: Vec<Priced>,
    /// The sums of each question.
    pub sums: Vec<Sum>,
}

/// A line with its price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Priced {
    /// What was asked: a line's text, or a resource's id.
    pub asked: String,
    /// What people call it, and its terms, in Chinese.
    pub zh: [String; 2],
    /// The same in English.
    pub en: [String; 2],
    /// Which of the sums it is part of.
    pub sum: usize,
    /// The list price, yuan; none where BSS tells none for a line.
    pub official: Option<Money>,
    /// The price with each discount.
    pub offers: Vec<Offer>,
    /// What a renewal costs by itself; Huawei does not say whether a discount is in it.
    pub amount: Option<Money>,
    /// Why it has no price.
    pub failed: Option<Refused>,
}

/// The sum of the lines of a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sum {
    /// Whether it is of use.
    pub is_use: bool,
    /// The list price, yuan.
    pub official: Money,
    /// The price with each discount.
    pub offers: Vec<Offer>,
}

/// A price with a discount, yuan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The discount's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its kind, by BSS's code; 0 where none is told.
    pub kind: i32,
    /// What is paid.
    pub amount: Money,
    /// Whether Huawei marks it as the best.
    pub best: bool,
}

/// Why there is no price: Huawei's code and words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// Huawei's code, if there was one.
    pub code: String,
    /// Huawei's words.
    pub words: String,
}

impl Answer {
    /// Whether every line has a price.
    pub fn is_whole(&self) -> bool {
        !self.lines.is_empty() && self.lines.iter().all(|line| line.failed.is_none())
    }

    /// The list price of everything.
    pub fn official(&self) -> Money {
        self.sums.iter().map(|sum| sum.official).sum()
    }

    /// What is paid for everything with the best discount of each question.
    pub fn payable(&self) -> Money {
        self.sums.iter().map(Sum::payable).sum()
    }
}

impl Sum {
    /// What is paid with the best discount.
    pub fn payable(&self) -> Money {
        best(&self.offers).map_or(self.official, |offer| offer.amount)
    }
}

impl Priced {
    /// What is paid with the best discount; none where the line has no such price of its own.
    pub fn payable(&self) -> Option<Money> {
        best(&self.offers).map(|offer| offer.amount).or(self.official)
    }

    /// The price that the line has by itself.
    pub fn price(&self) -> Option<Money> {
        self.payable().or(self.amount)
    }

    /// Takes the price of use of the product with this id of the inquiry.
    pub fn take_use(&mut self, id: &str, prices: &UsagePrices) {
        let Some(price) = prices.of(id) else { return self.lacks() };
        self.official = price.official_website_amount;
        self.offers = use_offers(price);
        if self.official.is_none() {
            self.lacks();
        }
    }

    /// Takes the price by the term of the product with this id of the inquiry.
    pub fn take_term(&mut self, id: &str, prices: &PeriodPrices) {
        let official = prices.official.as_ref().and_then(|all| all.products.iter().find(|one| one.id == id));
        self.official = official.and_then(|one| one.official_website_amount);
        self.offers = prices
            .discounted
            .iter()
            .filter_map(|of| {
                let mine = of.products.iter().find(|one| one.id == id)?;
                let told = (&of.discount_id, &of.discount_name, of.discount_type);
                Offer::of(told, mine.amount, of.best_offer == Some(BestOffer::Yes))
            })
            .collect();
        if self.official.is_none() {
            self.lacks();
        }
    }

    /// Takes the price of a renewal, which has no list price of its own beside others.
    pub fn take_renewal(&mut self, prices: &RenewalPrices) {
        if let Some(failed) = prices.failed.iter().find(|one| one.resource_id.as_ref() == Some(&self.asked)) {
            self.failed = Some(Refused {
                code: failed.error_code.clone().unwrap_or_default(),
                words: failed.error_msg.clone().unwrap_or_default(),
            });
            return;
        }
        self.amount =
            prices.resources.iter().find(|one| one.resource_id == self.asked).and_then(|one| one.amount);
        if self.amount.is_none() {
            self.lacks();
        }
    }

    fn lacks(&mut self) {
        self.failed = Some(Refused::default());
    }
}

impl Sum {
    /// Of use.
    pub fn of_use(prices: &UsagePrices) -> Option<Self> {
        let official = prices.official_website_amount?;
        let named = prices.products.iter().flat_map(use_offers);
        let mut offers: Vec<Offer> = Vec::new();
        for offer in named {
            if offers.iter().all(|known| known.id != offer.id) {
                offers.push(offer);
            }
        }
        // Use has one price with all its discounts in it, whichever they are.
        let paid = prices.amount.filter(|paid| *paid != official);
        let offers = paid.map(|amount| Offer { amount, best: true, ..joined(&offers) });
        Some(Self { is_use: true, official, offers: offers.into_iter().collect() })
    }

    /// By the term.
    pub fn of_terms(prices: &PeriodPrices) -> Option<Self> {
        let official = prices.official.as_ref()?.official_website_amount?;
        let offers = prices.discounted.iter().filter_map(|of| {
            let told = (&of.discount_id, &of.discount_name, of.discount_type);
            Offer::of(told, of.amount, of.best_offer == Some(BestOffer::Yes))
        });
        Some(Self { is_use: false, official, offers: offers.collect() })
    }

    /// Of renewals.
    pub fn of_renewals(prices: &RenewalPrices) -> Option<Self> {
        let official = prices.official.as_ref()?.official_website_amount?;
        let offers = prices.discounted.iter().filter_map(|of| {
            let told = (&of.discount_id, &of.discount_name, of.discount_type);
            Offer::of(told, of.amount, of.best_offer == Some(BestOffer::Yes))
        });
        Some(Self { is_use: false, official, offers: offers.collect() })
    }
}

impl Offer {
    fn of(
        (id, name, kind): (&Option<String>, &Option<String>, Option<RatingDiscount>),
        amount: Option<Money>,
        best: bool,
    ) -> Option<Self> {
        Some(Self {
            id: id.clone().unwrap_or_default(),
            name: name.clone().unwrap_or_default(),
            kind: kind.map_or(0, RatingDiscount::code),
            amount: amount?,
            best,
        })
    }
}

impl Refused {
    /// From a refusal.
    pub fn of(error: &bss::Error) -> Self {
        Self {
            code: error.code.clone().unwrap_or_default(),
            words: error.message.clone().unwrap_or_default(),
        }
    }
}

fn best(offers: &[Offer]) -> Option<&Offer> {
    offers.iter().find(|offer| offer.best)
}

/// The one price of use with its discounts, where it has some.
fn use_offers(price: &UsagePrice) -> Vec<Offer> {
    let paid = price.amount.filter(|paid| Some(*paid) != price.official_website_amount);
    let Some(amount) = paid else { return Vec::new() };
    let named = price.discounts.iter().map(|told| Offer {
        id: told.discount_id.clone().unwrap_or_default(),
        name: told.discount_name.clone().unwrap_or_default(),
        kind: told.discount_type.map_or(0, RatingDiscount::code),
        amount,
        best: true,
    });
    vec![Offer { amount, best: true, ..joined(&named.collect::<Vec<_>>()) }]
}

/// Several discounts as one, with all their names.
fn joined(offers: &[Offer]) -> Offer {
    let kind = offers.first().map_or(0, |offer| offer.kind);
    let all = |of: fn(&Offer) -> &str| {
        let mut texts: Vec<&str> = offers.iter().map(of).filter(|text| !text.is_empty()).collect();
        texts.dedup();
        texts.join(" + ")
    };
    let (id, name) = (all(|offer| &offer.id), all(|offer| &offer.name));
    Offer { id, name, kind, amount: Money::new(Decimal::ZERO), best: true }
}
