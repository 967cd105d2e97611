//! The dictionaries of products: service and resource types, usage types, specs with their list prices, units
//! and their conversions. It knows no account and no discount.

use super::{
    Refusal,
    dice::mix,
    refuse,
    services::{REGIONS, SERVICES},
};

mod specs;
mod types;
pub(crate) mod units;

pub(crate) use specs::{Monthly, Rate, SPECS, Spec};
use types::{ABBREVIATIONS, MORE_RESOURCES, MORE_SERVICES};
pub(crate) use types::{ResourceType, ServiceType, USAGE_TYPES};

/// A product that somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// The caller's own name for it.
    pub(crate) id: String,
    pub(crate) service_type: String,
    pub(crate) resource_type: String,
    pub(crate) spec: String,
    pub(crate) region: String,
    pub(crate) zone: Option<String>,
    /// Size and its unit.
    pub(crate) size: (Option<i64>, Option<i64>),
    pub(crate) quantity: i64,
}

/// A product that was found, in the size that was asked for.
pub(crate) struct Found {
    pub(crate) spec: &'static Spec,
    pub(crate) region: &'static str,
    /// 1 where it has no size.
    pub(crate) size: i64,
}

/// Every service type, without the marketplace: those with products to order first.
pub(crate) fn service_types() -> impl Iterator<Item = ServiceType> {
    SERVICES
        .iter()
        .zip(ABBREVIATIONS)
        .map(|(service, abbreviation)| ServiceType { code: service.code, names: service.names, abbreviation })
        .chain(MORE_SERVICES.iter().copied())
}

/// Every resource type.
pub(crate) fn resource_types() -> impl Iterator<Item = ResourceType> {
    SERVICES
        .iter()
        .map(|service| ResourceType {
            service: service.code,
            code: service.resource_type,
            names: service.resource_names,
        })
        .chain(MORE_RESOURCES.iter().copied())
}

/// The names of a service type.
pub(crate) fn service_names(code: &str) -> [&'static str; 2] {
    service_types().find(|service| service.code == code).map_or(["", ""], |service| service.names)
}

/// The names of a resource type.
pub(crate) fn resource_names(code: &str) -> [&'static str; 2] {
    resource_types().find(|resource| resource.code == code).map_or(["", ""], |resource| resource.names)
}

/// The names of a region.
pub(crate) fn region_names(code: &str) -> [&'static str; 2] {
    match code {
        "cn-north-4" => ["华北-北京四", "CN North-Beijing4"],
        "cn-east-3" => ["华东-上海一", "CN East-Shanghai1"],
        "cn-south-1" => ["华南-广州", "CN South-Guangzhou"],
        "cn-southwest-2" => ["西南-贵阳一", "CN Southwest-Guiyang1"],
        _ => ["", ""],
    }
}

/// The availability zones of a region: its code and a letter.
pub(crate) fn zones(region: &str) -> [(String, [String; 2]); 2] {
    let zone =
        |letter: &str, nth| (format!("{region}{letter}"), [format!("可用区{nth}"), format!("AZ{nth}")]);
    [zone("a", 1), zone("b", 2)]
}

/// The product that is asked for: service type, resource type, region and spec have to fit together, and so
/// do zone and size where they are given.
pub(crate) fn find(wanted: &Wanted) -> Result<Found, Refusal> {
    let none = || refuse("CBC.99006006", format!("The product is not found: {}.", wanted.id));
    let spec = SPECS
        .iter()
        .find(|spec| {
            spec.service_code() == wanted.service_type
                && spec.resource_type == wanted.resource_type
                && spec.code == wanted.spec
        })
        .ok_or_else(none)?;
    let region = spec.regions().find(|region| *region == wanted.region).ok_or_else(none)?;
    if let Some(zone) = &wanted.zone {
        let there = zones(region).into_iter().any(|(code, _)| code.eq_ignore_ascii_case(zone));
        if !there {
            return Err(none());
        }
    }
    let size = match (&spec.sizes, wanted.size) {
        (None, (None, None)) => 1,
        (None, _) => return Err(none()),
        (Some(_), (None, _) | (_, None)) => {
            return Err(refuse(
                "CBC.0101",
                "The parameters resource_size and size_measure_id are mandatory for a linear product.",
            ));
        }
        (Some(sizes), (Some(size), Some(measure))) => {
            if measure != sizes.measure {
                return Err(refuse("CBC.99006050", "The unit of the size is not the product's."));
            }
            if !(sizes.least..=sizes.most).contains(&size) {
                return Err(none());
            }
            size
        }
    };
    Ok(Found { spec, region, size })
}

/// The specification that a service sells as its product at a position, in one size.
pub(crate) fn spec_of(service: u8, product: usize) -> Option<&'static Spec> {
    let same = |spec: &&Spec| matches!(spec.monthly, Monthly::Product(at) if usize::from(at) == product);
    SPECS.iter().filter(|spec| spec.service == service).find(same)
}

impl Spec {
    /// The code of its service.
    pub(crate) fn service_code(&self) -> &'static str {
        let at = usize::from(self.service);
        SERVICES.get(at).map_or_else(|| MORE_SERVICES[at - SERVICES.len()].code, |service| service.code)
    }

    /// Where it is sold.
    pub(crate) fn regions(&self) -> impl Iterator<Item = &'static str> {
        REGIONS.into_iter().filter(|region| self.only_in.is_empty() || self.only_in.contains(region))
    }

    /// What people call it.
    pub(crate) fn names(&self) -> [&'static str; 2] {
        match self.monthly {
            Monthly::Product(at) => SERVICES[usize::from(self.service)].product(at).names,
            _ => self.own_names,
        }
    }

    /// The list price of a month in a size, in fen; nothing where it is not sold by the term.
    pub(crate) fn monthly(&self, size: i64) -> Option<i64> {
        match self.monthly {
            Monthly::No => None,
            Monthly::Product(at) => Some(SERVICES[usize::from(self.service)].product(at).monthly),
            Monthly::Fixed(fen) => Some(fen),
            Monthly::Sized(tiers) => {
                let mut below = 0;
                let mut sum = 0;
                for (upto, fen) in tiers {
                    sum += (size.min(*upto) - below).max(0) * fen;
                    below = *upto;
                }
                Some(sum)
            }
        }
    }

    /// Whether it can be had by the term (1) or by use (3).
    pub(crate) fn is_sold(&self, charge_mode: u8) -> bool {
        match charge_mode {
            1 => !matches!(self.monthly, Monthly::No),
            _ => !self.rates.is_empty(),
        }
    }

    /// The id of what is sold in a region: by the term (1) or by use (3).
    pub(crate) fn product_id(&self, region: &str, charge_mode: u8) -> String {
        let name = [self.service_code(), self.resource_type, self.code, region];
        let hash = name
            .iter()
            .flat_map(|part| part.bytes().chain([0]))
            .fold(u64::from(charge_mode), |hash, byte| mix(hash ^ u64::from(byte)));
        format!("OFFI{:018}", hash % 1_000_000_000_000_000_000)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn wanted(spec: &Spec, region: &str) -> Wanted {
        Wanted {
            id: "1".to_owned(),
            service_type: spec.service_code().to_owned(),
            resource_type: spec.resource_type.to_owned(),
            spec: spec.code.to_owned(),
            region: region.to_owned(),
            zone: None,
            size: spec.sizes.as_ref().map_or((None, None), |s| (Some(s.least), Some(s.measure))),
            quantity: 1,
        }
    }

    #[test]
    fn every_service_has_resources_and_every_resource_its_service() {
        let services: BTreeSet<&str> = service_types().map(|service| service.code).collect();
        assert_eq!(services.len(), service_types().count());
        assert!(!services.iter().any(|code| code.contains("marketplace")));
        let of: BTreeSet<&str> = resource_types().map(|resource| resource.service).collect();
        assert_eq!(of, services);
        for (service, resource, ..) in USAGE_TYPES {
            assert!(resource_types().any(|r| (r.service, r.code) == (*service, *resource)), "{resource}");
        }
        for spec in SPECS {
            let known =
                resource_types().any(|r| (r.service, r.code) == (spec.service_code(), spec.resource_type));
            assert!(known, "{}", spec.code);
            assert!(spec.names().iter().all(|name| !name.is_empty()), "{}", spec.code);
        }
    }

    #[test]
    fn whatever_can_be_ordered_has_a_spec_at_the_price_of_its_order() {
        for (at, service) in (0_u8..).zip(&SERVICES) {
            for (nth, product) in (0_u8..).zip(service.products) {
                let specs = SPECS.iter().filter(|spec| spec.service == at);
                let alike = specs.into_iter().any(|spec| match (&spec.monthly, &spec.sizes) {
                    (Monthly::Product(own), _) => *own == nth,
                    (Monthly::Sized(_), Some(_)) => [5, 20, 100, 200, 500]
                        .into_iter()
                        .any(|size| spec.monthly(size) == Some(product.monthly)),
                    _ => false,
                });
                assert!(alike, "{} {}", service.code, product.names[1]);
            }
        }
    }

    #[test]
    fn rates_are_by_a_factor_and_a_unit_that_the_dictionaries_have() {
        for spec in SPECS {
            for rate in spec.rates {
                assert!(units::unit(rate.unit).is_some(), "{}", spec.code);
                let known = USAGE_TYPES
                    .iter()
                    .any(|(_, resource, code, _)| (*resource, *code) == (spec.resource_type, rate.factor));
                assert!(known, "{} {}", spec.code, rate.factor);
            }
        }
    }

    #[test]
    fn ids_of_products_differ() {
        let mut ids = BTreeSet::new();
        let mut many = 0;
        for spec in SPECS {
            for region in spec.regions() {
                for mode in [1, 3] {
                    assert!(ids.insert(spec.product_id(region, mode)));
                    many += 1;
                }
            }
        }
        assert_eq!(ids.len(), many);
    }

    #[test]
    fn a_product_is_found_by_four_names_that_fit_together() {
        let spec = |code: &str| SPECS.iter().find(|spec| spec.code == code).unwrap();
        let disk = wanted(spec("GPSSD"), "cn-north-4");
        assert_eq!(find(&disk).unwrap().size, 10);
        let refused = |wanted: Wanted| find(&wanted).err().map(|refusal| refusal.code);
        for wrong in [
            Wanted { service_type: "hws.service.type.ec2".to_owned(), ..disk.clone() },
            Wanted { resource_type: "hws.resource.type.vm".to_owned(), ..disk.clone() },
            Wanted { spec: "NVME".to_owned(), ..disk.clone() },
            Wanted { region: "cn-north-1".to_owned(), ..disk.clone() },
            Wanted { zone: Some("cn-east-3a".to_owned()), ..disk.clone() },
            Wanted { size: (Some(9), Some(17)), ..disk.clone() },
            wanted(spec("SATA"), "cn-southwest-2"),
        ] {
            assert_eq!(refused(wrong), Some("CBC.99006006"));
        }
        assert_eq!(refused(Wanted { size: (None, Some(17)), ..disk.clone() }), Some("CBC.0101"));
        assert_eq!(refused(Wanted { size: (Some(10), Some(15)), ..disk.clone() }), Some("CBC.99006050"));
        assert!(find(&Wanted { zone: Some("CN-NORTH-4B".to_owned()), ..disk }).is_ok());
    }

    #[test]
    fn bandwidth_is_dearer_above_five() {
        let spec = SPECS.iter().find(|spec| spec.code == "19_bgp").unwrap();
        assert_eq!([5, 6, 20].map(|size| spec.monthly(size)), [Some(11_500), Some(19_500), Some(131_500)]);
    }
}
