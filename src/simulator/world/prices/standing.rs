//! The discounts that accounts have by their contracts, for a calendar year in Beijing: what Huawei grants
//! (605) and what a partner sets (607). Inquiries, the discounts of orders and the business discounts that
//! can be listed all come from here.

use chrono::Datelike as _;

use super::super::{
    Kind, World,
    catalogue::{Monthly, SPECS, Spec},
    dice::Dice,
    discounts::{COMMERCIAL, Offer, PARTNER, Way},
    services::{CDN, CLOUDPOND, DCS, ECS, EVS, OBS, RDS, VPC},
    shape::Line,
    times::{Millis, beijing_day, beijing_midnight},
};

/// Granted by Huawei in a commercial contract.
pub(crate) const GRANTED: u16 = 605;
/// Set by a partner.
pub(crate) const SET_BY_PARTNER: u16 = 607;

/// A discount that stands for a year.
pub(crate) struct Standing {
    pub(crate) id: String,
    pub(crate) kind: u16,
    pub(crate) names: [&'static str; 2],
    /// The contract's number.
    pub(crate) number: String,
    pub(crate) from: Millis,
    pub(crate) until: Millis,
    pub(crate) categories: &'static [Category],
    pub(crate) products: &'static [ProductQuote],
}

/// What all products of a service cost of their list price.
pub(crate) struct Category {
    pub(crate) service: u8,
    /// Hundredths that are paid.
    pub(crate) paid: u8,
    /// From so many yuan in the year on, so many hundredths.
    pub(crate) above: Option<(i64, u8)>,
    /// Whether it was agreed for each availability zone by itself.
    pub(crate) by_zone: bool,
}

/// What one product costs.
pub(crate) struct ProductQuote {
    pub(crate) spec: &'static str,
    pub(crate) modes: &'static [&'static str],
    pub(crate) steps: &'static [Step],
}

/// What is agreed from so many yuan of use in the year on.
pub(crate) struct Step {
    pub(crate) from: i64,
    pub(crate) until: Option<i64>,
    pub(crate) price: Agreed,
}

/// An agreed price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Agreed {
    /// Hundredths of the list price.
    Ratio(u8),
    /// Yuan for a unit of use, times ten to the tenth.
    Unit(i64),
}

/// The charging modes of what is bought by the term.
pub(crate) const BY_TERM: &[&str] = &["MONTHLY", "1_YEARLY", "2_YEARLY", "3_YEARLY", "4_YEARLY", "5_YEARLY"];
pub(crate) const BY_USE: &str = "ONDEMAND";

const fn category(service: u8, paid: u8) -> Category {
    Category { service, paid, above: None, by_zone: false }
}

static GRANTED_TO_MASTER: &[Category] = &[
    category(ECS, 85),
    Category { by_zone: true, ..category(EVS, 90) },
    category(VPC, 95),
    Category { above: Some((100_000, 75)), ..category(RDS, 80) },
    category(OBS, 88),
    category(CDN, 70),
    category(DCS, 85),
    category(CLOUDPOND, 95),
];
static SET_FOR_MASTER: &[Category] = &[category(RDS, 78), category(DCS, 88), category(CDN, 70)];
static SET_FOR_ORDINARY: &[Category] =
    &[category(ECS, 92), category(EVS, 92), category(VPC, 92), category(RDS, 90), category(OBS, 95)];

const fn whole(price: Agreed) -> Step {
    Step { from: 0, until: None, price }
}

static PRODUCTS_OF_MASTER: &[ProductQuote] = &[
    ProductQuote { spec: "c7.large.2.linux", modes: BY_TERM, steps: &[whole(Agreed::Ratio(80))] },
    ProductQuote { spec: "c7.large.2.linux", modes: &[BY_USE], steps: &[whole(Agreed::Ratio(82))] },
    ProductQuote { spec: "12_bgp", modes: &[BY_USE], steps: &[whole(Agreed::Unit(6_800_000_000))] },
    ProductQuote {
        spec: "obs.standard",
        modes: &[BY_USE],
        steps: &[
            Step { from: 0, until: Some(50_000), price: Agreed::Ratio(86) },
            Step { from: 50_000, until: None, price: Agreed::Ratio(80) },
        ],
    },
    ProductQuote {
        spec: "cdn.flow.cn",
        modes: &[BY_USE],
        steps: &[
            Step { from: 0, until: Some(20_000), price: Agreed::Unit(1_300_000_000) },
            Step { from: 20_000, until: Some(100_000), price: Agreed::Unit(1_100_000_000) },
            Step { from: 100_000, until: None, price: Agreed::Unit(900_000_000) },
        ],
    },
];

impl ProductQuote {
    /// What it is about.
    pub(crate) fn spec(&self) -> Option<&'static Spec> {
        SPECS.iter().find(|spec| spec.code == self.spec)
    }
}

impl Standing {
    /// What an order of these lines can use of it: each line at its own ratio. Nothing where no line becomes
    /// cheaper.
    pub(crate) fn offer(&self, lines: &[Line]) -> Option<Offer> {
        let paid: Vec<u8> = lines.iter().map(|line| self.paid_by_term(line)).collect();
        let (first, least) = (*paid.first()?, *paid.iter().min()?);
        if least >= 100 {
            return None;
        }
        let alike = paid.iter().all(|ratio| *ratio == first);
        let kind = if self.kind == GRANTED { COMMERCIAL } else { PARTNER };
        let way = if alike { Way::Ratio(first) } else { Way::Ratios(paid) };
        Some(Offer { id: self.id.clone(), kind, way })
    }

    /// Hundredths of a line's price that are paid. A price that has a discount in it already gets no other.
    fn paid_by_term(&self, line: &Line) -> u8 {
        let agreed = matches!((line.period_type, line.periods), (2, _) | (3, Some(1..=5)));
        if !agreed || line.discount != 0 {
            return 100;
        }
        let of_product = self.products.iter().filter(|quote| quote.modes == BY_TERM).find_map(|quote| {
            let spec = quote.spec().filter(|spec| spec.service == line.service)?;
            let same = matches!(spec.monthly, Monthly::Product(at) if at == line.product);
            match quote.steps.first()?.price {
                Agreed::Ratio(paid) if same => Some(paid),
                _ => None,
            }
        });
        of_product.or_else(|| self.paid_of(line.service)).unwrap_or(100)
    }

    /// What is agreed for a product by use, at the first step.
    pub(crate) fn agreed_by_use(&self, spec: &Spec) -> Option<Agreed> {
        let of_product = self
            .products
            .iter()
            .find(|quote| quote.spec == spec.code && quote.modes.contains(&BY_USE))
            .and_then(|quote| quote.steps.first())
            .map(|step| step.price);
        of_product.or_else(|| self.paid_of(spec.service).map(Agreed::Ratio))
    }

    fn paid_of(&self, service: u8) -> Option<u8> {
        self.categories.iter().find(|category| category.service == service).map(|category| category.paid)
    }
}

impl World {
    /// The discounts that stand for an account at a moment; those of whoever pays for it.
    pub(crate) fn standing(&self, account: usize, at: Millis) -> Vec<Standing> {
        let payer = self.payer(account);
        let year = beijing_day(at).year();
        let make = |kind: u16, names, categories, products| {
            let mut dice = Dice::new(
                self.seed ^ (u64::from(kind) << 32) ^ ((payer as u64) << 16) ^ u64::from(year.unsigned_abs()),
            );
            Standing {
                id: format!("DC{year}{:012}{kind}", dice.roll(1_000_000_000_000)),
                kind,
                names,
                number: format!("HWC{year}{:08}", dice.roll(100_000_000)),
                from: beijing_midnight(year, 1, 1),
                until: beijing_midnight(year + 1, 1, 1) - 1_000,
                categories,
                products,
            }
        };
        let granted = ["商务合同折扣", "Commercial contract discount"];
        let partner = ["伙伴设置折扣", "Discount set by the partner"];
        match self.accounts[payer].kind {
            Kind::Ordinary => vec![make(SET_BY_PARTNER, partner, SET_FOR_ORDINARY, &[])],
            Kind::Master | Kind::Member => vec![
                make(GRANTED, granted, GRANTED_TO_MASTER, PRODUCTS_OF_MASTER),
                make(SET_BY_PARTNER, partner, SET_FOR_MASTER, &[]),
            ],
        }
    }
}
