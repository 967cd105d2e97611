//! What use costs, to ten decimals, with the best of an account's discounts.

use rust_decimal::Decimal;

use super::{
    super::{
        Refusal, World,
        catalogue::{Found, Rate, Wanted, find, units},
        refuse,
        times::Millis,
    },
    standing::{Agreed, Standing},
    too_much,
};

/// Use of a product.
pub(crate) struct Wish {
    pub(crate) wanted: Wanted,
    pub(crate) factor: String,
    pub(crate) value: Decimal,
    pub(crate) measure: i64,
}

/// Use with its price.
pub(crate) struct Rated {
    pub(crate) id: String,
    pub(crate) product_id: String,
    pub(crate) official: Decimal,
    /// After the discount.
    pub(crate) amount: Decimal,
    pub(crate) discount: Option<Standing>,
}

impl World {
    /// What an account would pay for such use, cut off behind so many decimals.
    pub(crate) fn rate_by_use(
        &self,
        account: usize,
        project: &str,
        wishes: Vec<Wish>,
        decimals: u32,
        at: Millis,
    ) -> Result<Vec<Rated>, Refusal> {
        let mut rated = Vec::new();
        let mut regions = Vec::new();
        let mut whole = Decimal::ZERO;
        for wish in wishes {
            let found = find(&wish.wanted)?;
            let rate = rate(&found, &wish.factor)?;
            let amount_of_use = in_units_of(rate, &wish)?;
            let times = |price: Decimal| {
                let size = Decimal::from(found.size).checked_mul(Decimal::from(wish.wanted.quantity))?;
                let price = price.checked_mul(amount_of_use)?.checked_mul(size)?;
                Some(price.trunc_with_scale(decimals))
            };
            let official = times(rate.price()).ok_or_else(too_much)?;
            whole = whole.checked_add(official).ok_or_else(too_much)?;
            if whole > Decimal::from(self.settings.inquiry_yuan_max) {
                return Err(too_much());
            }
            let (amount, discount) = self
                .standing(account, at)
                .into_iter()
                .filter_map(|standing| {
                    let amount = match standing.agreed_by_use(found.spec)? {
                        Agreed::Ratio(paid) => {
                            (official * Decimal::new(paid.into(), 2)).trunc_with_scale(decimals)
                        }
                        Agreed::Unit(price) => times(Decimal::new(price, 10))?.min(official),
                    };
                    Some((amount, standing))
                })
                .filter(|(amount, _)| *amount < official)
                .min_by_key(|(amount, _)| *amount)
                .map_or((official, None), |(amount, standing)| (amount, Some(standing)));
            regions.push(found.region);
            let product_id = found.spec.product_id(found.region, 3);
            rated.push(Rated { id: wish.wanted.id, product_id, official, amount, discount });
        }
        self.check_project(account, project, &regions)?;
        Ok(rated)
    }
}

fn rate(found: &Found, factor: &str) -> Result<&'static Rate, Refusal> {
    let spec = found.spec;
    if spec.rates.is_empty() {
        return Err(refuse("CBC.99006006", "The product is not sold by use."));
    }
    spec.rates
        .iter()
        .find(|rate| rate.factor.eq_ignore_ascii_case(factor))
        .ok_or_else(|| refuse("CBC.99006074", format!("The product has no usage factor {factor}.")))
}

/// How many units of the price were used.
fn in_units_of(rate: &Rate, wish: &Wish) -> Result<Decimal, Refusal> {
    let (from, to) = units::ratio(wish.measure, rate.unit)
        .ok_or_else(|| refuse("CBC.99006050", "The unit of the usage is not one of the usage factor."))?;
    let smallest = wish.value.checked_mul(from).ok_or_else(too_much)?;
    smallest.checked_div(to).ok_or_else(too_much)
}
