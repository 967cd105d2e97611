//! A commercial contract as the rows in which it is listed: what is agreed for services, and for products.

use rust_decimal::Decimal;

use super::{
    super::{
        World,
        catalogue::{self, ResourceType, ServiceType, Spec, units},
        services::SERVICES,
        times::Millis,
    },
    standing::{Agreed, BY_TERM, BY_USE, Category, GRANTED, Standing, Step},
};

/// Which rows are wanted; what is empty filters nothing.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    pub(crate) services: Vec<String>,
    pub(crate) modes: Vec<String>,
    pub(crate) site: Option<String>,
}

/// The only site: its code and names.
pub(crate) const SITE: (&str, [&str; 2]) = ("HWC_CN", ["中国站", "China site"]);
/// Steps are counted up over a year.
pub(crate) const CYCLE: &str = "YEAR";

/// A row about all products of a service.
pub(crate) struct CategoryRow {
    pub(crate) id: String,
    pub(crate) service: ServiceType,
    pub(crate) resource: ResourceType,
    pub(crate) commercial_type: &'static str,
    /// Code and names of the family.
    pub(crate) family: (String, [String; 2]),
    pub(crate) region: Option<&'static str>,
    pub(crate) zone: Option<(String, [String; 2])>,
    pub(crate) step: Option<u8>,
    pub(crate) mode: &'static str,
    pub(crate) ratio: Decimal,
}

/// A step of rows about services: its number, where it begins and ends, in yuan.
pub(crate) struct CategoryStep {
    pub(crate) id: String,
    pub(crate) number: u8,
    pub(crate) from: i64,
    pub(crate) until: Option<i64>,
}

/// A row about a product.
pub(crate) struct ProductRow {
    pub(crate) id: String,
    pub(crate) spec: &'static Spec,
    pub(crate) product_id: String,
    pub(crate) service: ServiceType,
    pub(crate) event: &'static str,
    pub(crate) mode: &'static str,
    pub(crate) basis: [String; 2],
    pub(crate) steps: &'static [Step],
}

impl World {
    /// The commercial contract in force for an account, if it has one.
    pub(crate) fn commerce(&self, account: usize, at: Millis) -> Option<Standing> {
        self.standing(account, at).into_iter().find(|standing| standing.kind == GRANTED)
    }
}

impl Filter {
    fn lets(&self, service: &str, mode: &str) -> bool {
        let any = |wanted: &[String], is: &str| {
            wanted.is_empty() || wanted.iter().any(|wanted| wanted.eq_ignore_ascii_case(is))
        };
        let here = self.site.as_ref().is_none_or(|site| site.eq_ignore_ascii_case(SITE.0));
        here && any(&self.services, service) && any(&self.modes, mode)
    }
}

impl Standing {
    /// The rows about services.
    pub(crate) fn category_rows(&self, filter: &Filter) -> Vec<CategoryRow> {
        let mut rows = Vec::new();
        let mut number = 0;
        for category in self.categories {
            let at = usize::from(category.service);
            let sold = &SERVICES[at];
            let Some(service) = catalogue::service_types().nth(at) else { continue };
            let resource =
                ResourceType { service: sold.code, code: sold.resource_type, names: sold.resource_names };
            for mode in BY_TERM.iter().copied().chain([BY_USE]) {
                for (region, zone) in places(category) {
                    for (step, paid) in ratios(category) {
                        number += 1;
                        if !filter.lets(service.code, mode) {
                            continue;
                        }
                        rows.push(CategoryRow {
                            id: format!("{}-C{number:04}", self.number),
                            service,
                            resource,
                            commercial_type: commercial_type(category.service),
                            family: family(service),
                            region,
                            zone: zone.clone(),
                            step,
                            mode,
                            ratio: Decimal::new(paid.into(), 2),
                        });
                    }
                }
            }
        }
        rows
    }

    /// The steps that rows about services name.
    pub(crate) fn category_steps(&self) -> Vec<CategoryStep> {
        let thresholds = self.categories.iter().filter_map(|category| category.above);
        thresholds
            .flat_map(|(threshold, _)| [(1, 0, Some(threshold)), (2, threshold, None)])
            .map(|(number, from, until)| CategoryStep {
                id: format!("{}-S{number:02}", self.number),
                number,
                from,
                until,
            })
            .collect()
    }

    /// The rows about products.
    pub(crate) fn product_rows(&self, filter: &Filter) -> Vec<ProductRow> {
        let mut rows = Vec::new();
        let mut number = 0;
        for quote in self.products {
            let Some(spec) = quote.spec() else { continue };
            let services = catalogue::service_types().nth(usize::from(spec.service));
            let Some(service) = services else { continue };
            for mode in quote.modes {
                number += 1;
                if !filter.lets(service.code, mode) {
                    continue;
                }
                let rate = spec.rates.first().filter(|_| *mode == BY_USE);
                let unit = rate.and_then(|rate| units::unit(rate.unit)).map_or(["月", "month"], |u| u.names);
                let region = spec.regions().next().unwrap_or_default();
                rows.push(ProductRow {
                    id: format!("{}-P{number:04}", self.number),
                    spec,
                    product_id: spec.product_id(region, if rate.is_some() { 3 } else { 1 }),
                    service,
                    event: rate.map_or("subscribe", |rate| rate.factor),
                    mode,
                    basis: [format!("元/{}", unit[0]), format!("CNY/{}", unit[1])],
                    steps: quote.steps,
                });
            }
        }
        rows
    }
}

impl Step {
    /// The ratio, where that is what was agreed.
    pub(crate) fn ratio(&self) -> Option<Decimal> {
        match self.price {
            Agreed::Ratio(paid) => Some(Decimal::new(paid.into(), 2)),
            Agreed::Unit(_) => None,
        }
    }

    /// The price of a unit, where that is what was agreed.
    pub(crate) fn unit_price(&self) -> Option<Decimal> {
        match self.price {
            Agreed::Ratio(_) => None,
            Agreed::Unit(price) => Some(Decimal::new(price, 10)),
        }
    }
}

type Place = (Option<&'static str>, Option<(String, [String; 2])>);

fn places(category: &Category) -> Vec<Place> {
    if !category.by_zone {
        return vec![(None, None)];
    }
    let regions = super::super::services::REGIONS.into_iter();
    regions
        .flat_map(|region| catalogue::zones(region).into_iter().map(move |zone| (Some(region), Some(zone))))
        .collect()
}

fn ratios(category: &Category) -> Vec<(Option<u8>, u8)> {
    match category.above {
        Some((_, above)) => vec![(Some(1), category.paid), (Some(2), above)],
        None => vec![(None, category.paid)],
    }
}

fn family(service: ServiceType) -> (String, [String; 2]) {
    let code = format!("SKUF.{}", service.abbreviation);
    (code, [format!("{}全系列", service.names[0]), format!("All of {}", service.names[1])])
}

fn commercial_type(service: u8) -> &'static str {
    use super::super::services::{CDN, DCS, EVS, OBS, RDS, VPC};
    match service {
        EVS | OBS => "STORAGE",
        VPC | CDN => "NETWORK",
        RDS | DCS => "DATABASE",
        _ => "COMPUTE",
    }
}
