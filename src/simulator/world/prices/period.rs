//! What products cost by the term, with the discounts that an order of them could use.

use super::{
    super::{
        Fen, Refusal, World,
        catalogue::{Found, Monthly, Wanted, find},
        refuse,
        services::CLOUDPOND,
        shape::{Line, term_price},
        times::Millis,
    },
    Offered, too_much,
};

/// A product by the term.
pub(crate) struct Wish {
    pub(crate) wanted: Wanted,
    /// `inquiry_period_type`.
    pub(crate) period_type: u8,
    pub(crate) periods: i64,
    pub(crate) instalments: Instalments,
}

/// How a fee is paid in instalments, which CloudPond alone can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Instalments {
    No,
    /// Half at first, half by the month.
    Half,
    /// All of it by the month.
    Zero,
}

/// What was asked, with its prices.
pub(crate) struct Rating {
    pub(crate) products: Vec<Product>,
    pub(crate) offers: Vec<Offered>,
}

/// A product with its price.
pub(crate) struct Product {
    pub(crate) id: String,
    pub(crate) product_id: String,
    pub(crate) official: Fen,
    pub(crate) plan: Plan,
}

/// How much of a price is an instalment: one part in so many; nothing where it is paid at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Plan(pub(crate) Option<Fen>);

impl Plan {
    /// The plan for a term; nothing where it does not consist of months.
    pub(crate) fn of(instalments: Instalments, period_type: u8, periods: u32) -> Option<Self> {
        let months = Fen::from(match period_type {
            2 => periods,
            3 => periods.checked_mul(12)?,
            _ if instalments == Instalments::No => return Some(Self(None)),
            _ => return None,
        });
        Some(Self(match instalments {
            Instalments::No => None,
            Instalments::Half => Some(2 * months),
            Instalments::Zero => Some(months),
        }))
    }

    /// The instalment of an amount.
    pub(crate) fn part(self, amount: Fen) -> Option<Fen> {
        self.0.map(|parts| amount / parts.max(1))
    }
}

/// A product that no order line is like.
const NO_PRODUCT: u8 = u8::MAX;

impl World {
    /// What an account would pay for these products.
    pub(crate) fn rate_by_term(
        &self,
        account: usize,
        project: &str,
        wishes: Vec<Wish>,
        at: Millis,
    ) -> Result<Rating, Refusal> {
        let mut products = Vec::new();
        let mut lines = Vec::new();
        let mut regions = Vec::new();
        let mut whole = 0_i128;
        for wish in wishes {
            let found = find(&wish.wanted)?;
            let monthly = found.spec.monthly(found.size).ok_or_else(|| {
                refuse("CBC.99006006", format!("The product is not sold by the term: {}.", wish.wanted.id))
            })?;
            let periods = u32::try_from(wish.periods).map_err(|_| too_much())?;
            let one = i128::from(term_price(monthly, wish.period_type, periods));
            whole = one
                .checked_mul(i128::from(wish.wanted.quantity))
                .and_then(|price| whole.checked_add(price))
                .filter(|whole| *whole <= self.inquiry_max())
                .ok_or_else(too_much)?;
            let quantity = u32::try_from(wish.wanted.quantity).map_err(|_| too_much())?;
            let official = term_price(monthly, wish.period_type, periods) * Fen::from(quantity);
            if wish.instalments != Instalments::No && found.spec.service != CLOUDPOND {
                return Err(refuse("CBC.0100", "The parameter fee_installment_mode is incorrect."));
            }
            let plan = Plan::of(wish.instalments, wish.period_type, periods)
                .ok_or_else(|| refuse("CBC.0100", "Instalments are by the month."))?;
            regions.push(found.region);
            lines.push(line(&found, (wish.period_type, periods), quantity, official));
            let product_id = found.spec.product_id(found.region, 1);
            products.push(Product { id: wish.wanted.id, product_id, official, plan });
        }
        self.check_project(account, project, &regions)?;
        let offers = self.offered(account, &lines, at);
        Ok(Rating { products, offers })
    }
}

/// The line that an order of it would have.
fn line(found: &Found, term: (u8, u32), quantity: u32, official: Fen) -> Line {
    Line {
        service: found.spec.service,
        product: match found.spec.monthly {
            Monthly::Product(at) => at,
            _ => NO_PRODUCT,
        },
        sub: 0,
        period_type: term.0,
        periods: Some(term.1),
        quantity,
        official,
        after: official,
        discount: 0,
    }
}
