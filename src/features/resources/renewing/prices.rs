//! What renewals cost, asked of Huawei: of each resource as an order of its own, and of many together for
//! comparison. It changes nothing.

use futures_util::{StreamExt as _, stream};

use super::texts::Texts;
use crate::{
    bss::{
        self, Reader, Term,
        codes::{DiscountType, RatingDiscount},
        explain::explain,
        prices::{self, RenewalDiscount, RenewalInquiry},
    },
    features::resources::plan::Price,
    i18n::Locale,
    money::Money,
    web::sentence::Sentence,
};

/// Questions that are open at once; the rate is kept by the reader.
pub(super) const AT_ONCE: usize = 8;
/// The most resources of one inquiry.
const PER_INQUIRY: usize = 10;

/// What renewing one resource costs.
#[derive(Debug, Clone)]
pub(super) struct Quote {
    pub(super) price: Price,
    /// The discount that the price rests on: id and name.
    pub(super) discount: Option<(String, String)>,
    /// Every discount that could be used.
    pub(super) offers: Vec<Offered>,
}

/// What renewing a resource costs with one discount.
#[derive(Debug, Clone)]
pub(super) struct Offered {
    pub(super) id: String,
    pub(super) name: String,
    /// Its kind as an order names it; nothing for one that orders have no name for.
    pub(super) kind: Option<DiscountType>,
    /// What is paid with it, yuan.
    pub(super) amount: Money,
}

/// Why a resource has no price: Huawei's code and words.
#[derive(Debug, Clone, Default)]
pub(super) struct Unpriced {
    code: String,
    words: String,
}

/// Asks for the price of each resource as an order of its own, in the order given.
pub(super) async fn each(
    asked: Vec<(Reader, String, Term)>,
) -> Vec<Result<Result<Quote, Unpriced>, bss::Error>> {
    stream::iter(asked)
        .map(|(reader, id, term)| async move { one(&reader, &id, term).await })
        .buffered(AT_ONCE)
        .collect()
        .await
}

async fn one(reader: &Reader, id: &str, term: Term) -> Result<Result<Quote, Unpriced>, bss::Error> {
    let Ok(inquiry) = RenewalInquiry::new(vec![id.to_owned()], term, false) else {
        return Ok(Err(Unpriced::default()));
    };
    let prices = match reader.renewal_prices(&inquiry).await {
        Ok(prices) => prices,
        // All that was asked about failed: some answer so.
        Err(error) if error.kind == bss::Kind::Refused => return Ok(Err(Unpriced::refused(error))),
        Err(error) => return Err(error),
    };
    if let Some(failed) = prices.failed.first() {
        return Ok(Err(Unpriced::told(failed)));
    }
    let Some(official) = prices.official.as_ref().and_then(|price| price.official_website_amount) else {
        return Ok(Err(Unpriced::default()));
    };
    let official = official.rounded();
    let best = prices.best().and_then(|best| {
        let id = best.discount_id.clone()?;
        Some((best.amount?.rounded(), (id, best.discount_name.clone().unwrap_or_default())))
    });
    let (payable, discount) = best.map_or((official, None), |(amount, named)| (amount, Some(named)));
    let offers = prices.discounted.iter().filter_map(offered).collect();
    Ok(Ok(Quote { price: Price { official, payable, from_balance: payable }, discount, offers }))
}

fn offered(told: &RenewalDiscount) -> Option<Offered> {
    let kind = match told.discount_type? {
        RatingDiscount::Commercial => Some(DiscountType::Commercial),
        RatingDiscount::ByDistributor | RatingDiscount::ByPartner => Some(DiscountType::Partner),
        RatingDiscount::Unknown(_) => None,
    };
    Some(Offered {
        id: told.discount_id.clone()?,
        name: told.discount_name.clone().unwrap_or_default(),
        kind,
        amount: told.amount?.rounded(),
    })
}

/// What renewing many resources costs together.
#[derive(Debug, Default)]
pub(super) struct Together {
    pub(super) official: Money,
    pub(super) payable: Money,
    /// Those that cannot be renewed for this term, and why.
    pub(super) failed: Vec<(String, Unpriced)>,
}

/// Asks for the price of many resources of one account together, ten at a time.
pub(super) async fn together(reader: &Reader, ids: &[String], term: Term) -> Result<Together, bss::Error> {
    let mut sum = Together::default();
    for some in ids.chunks(PER_INQUIRY) {
        let mut all_fail = |why: &Unpriced| {
            sum.failed.extend(some.iter().map(|id| (id.clone(), why.clone())));
        };
        let Ok(inquiry) = RenewalInquiry::new(some.to_vec(), term, false) else {
            all_fail(&Unpriced::default());
            continue;
        };
        let prices = match reader.renewal_prices(&inquiry).await {
            Ok(prices) => prices,
            Err(error) if error.kind == bss::Kind::Refused => {
                all_fail(&Unpriced::refused(error));
                continue;
            }
            Err(error) => return Err(error),
        };
        let failed = prices.failed.iter();
        sum.failed
            .extend(failed.map(|one| (one.resource_id.clone().unwrap_or_default(), Unpriced::told(one))));
        let official = prices.official.as_ref().and_then(|price| price.official_website_amount);
        let official = official.unwrap_or_default().rounded();
        let payable = prices.best().and_then(|best| best.amount).map_or(official, Money::rounded);
        sum.official += official;
        sum.payable += payable;
    }
    Ok(sum)
}

impl Unpriced {
    /// All that was asked about was refused.
    fn refused(error: bss::Error) -> Self {
        Self { code: error.code.unwrap_or_default(), words: error.message.unwrap_or_default() }
    }

    /// This one has no price beside others that have.
    fn told(failed: &prices::Unpriced) -> Self {
        Self {
            code: failed.error_code.clone().unwrap_or_default(),
            words: failed.error_msg.clone().unwrap_or_default(),
        }
    }

    /// In words.
    pub(super) fn sentence(&self, locale: Locale) -> Sentence {
        let t = Texts(locale);
        let known = explain(&self.code, Some(&self.words), locale);
        let (meaning, next) = known.map_or_else(
            || (self.words.clone(), String::new()),
            |known| (known.meaning.into_owned(), known.next.into_owned()),
        );
        let text = [self.code.as_str(), meaning.as_str(), next.as_str()];
        let text: Vec<&str> = text.into_iter().filter(|part| !part.is_empty()).collect();
        Sentence::warning(t.no_price(), text.join(" "))
    }
}
