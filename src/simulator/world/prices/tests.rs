//! Prices against orders: the same thing costs the same however it is asked for.

use rust_decimal::{Decimal, dec};

use super::{
    super::{
        catalogue::{Monthly, SPECS, Wanted},
        services::{ECS, EVS, RDS, SERVICES},
        shape,
        times::DAY,
    },
    period::{Instalments, Plan, Wish},
    *,
};
use crate::simulator::{
    seed::{self, Seed},
    world::Settings,
};

const START: Millis = 1_784_082_600_000;

fn world() -> World {
    seed::world(Seed { number: 1, orders: 150, hostile: false, start: START, settings: Settings::default() })
}

fn wanted(code: &str, size: Option<i64>) -> Wanted {
    let spec = SPECS.iter().find(|spec| spec.code == code).unwrap();
    Wanted {
        id: code.to_owned(),
        service_type: spec.service_code().to_owned(),
        resource_type: spec.resource_type.to_owned(),
        spec: code.to_owned(),
        region: "cn-north-4".to_owned(),
        zone: None,
        size: (size, spec.sizes.as_ref().filter(|_| size.is_some()).map(|sizes| sizes.measure)),
        quantity: 1,
    }
}

fn by_term(world: &World, wanted: Wanted, term: (u8, i64)) -> Result<period::Rating, &'static str> {
    let project = world.region_project(0, 0);
    let wish = Wish { wanted, period_type: term.0, periods: term.1, instalments: Instalments::No };
    world.rate_by_term(0, &project, vec![wish], START).map_err(|refusal| refusal.code)
}

fn by_use(world: &World, wish: usage::Wish, decimals: u32) -> Result<usage::Rated, &'static str> {
    let project = world.region_project(0, 0);
    let rated = world.rate_by_use(0, &project, vec![wish], decimals, START);
    rated.map(|mut rated| rated.remove(0)).map_err(|refusal| refusal.code)
}

fn used(code: &str, size: Option<i64>, factor: &str, value: Decimal, measure: i64) -> usage::Wish {
    usage::Wish { wanted: wanted(code, size), factor: factor.to_owned(), value, measure }
}

#[test]
fn a_term_costs_what_its_order_costs_with_the_same_discounts() {
    let world = world();
    for spec in SPECS {
        let Monthly::Product(product) = spec.monthly else { continue };
        let region = spec.regions().next().unwrap();
        for term in [(2, 1), (2, 9), (3, 1), (3, 3)] {
            let wanted = Wanted { region: region.to_owned(), quantity: 3, ..wanted(spec.code, None) };
            let rating = by_term(&world, wanted, (term.0, i64::from(term.1))).unwrap();
            let line = shape::line((spec.service, product), term, 3, 0, (0, 0));
            assert_eq!(rating.products[0].official, line.official, "{}", spec.code);
            let offers = world.offers_for(0, &[line], START);
            let inquired: Vec<_> = rating.offers.into_iter().map(|offered| offered.offer).collect();
            assert_eq!(offers, inquired);
        }
    }
}

#[test]
fn days_and_hours_are_parts_of_a_month_and_have_no_discount() {
    let world = world();
    let price = |term| by_term(&world, wanted("c7.large.2.linux", None), term).unwrap();
    assert_eq!(price((0, 30)).products[0].official, 23_580);
    assert_eq!(price((4, 720)).products[0].official, 23_580);
    assert_eq!(price((0, 1)).products[0].official, 786);
    assert!(price((0, 30)).offers.is_empty());
}

#[test]
fn lines_of_several_services_have_a_ratio_each_and_one_discount_is_the_best() {
    let world = world();
    let line = |what| shape::line(what, (2, 1), 1, 0, (0, 0));
    let lines = [line((ECS, 0)), line((ECS, 1)), line((EVS, 1)), line((RDS, 0))];
    let offered = world.offered(0, &lines, START);
    let granted = &offered[0];
    assert_eq!(granted.off, [4_716, 7_074, 2_000, 17_720], "20, 15, 10 and 20 %");
    assert_eq!(offered[1].off, [0, 0, 0, 19_492], "the partner gives 22 % on databases");
    assert_eq!(offered.iter().map(|o| (o.kind, o.best)).collect::<Vec<_>>(), [(605, true), (607, false)]);
    let database = world.offered(0, &lines[3..], START);
    assert_eq!(database.iter().map(|o| o.best).collect::<Vec<_>>(), [false, true]);
    assert_eq!(database[0].offer.value(), "0.80");
    let equal = world.offered(0, &[line((super::super::services::CDN, 0))], START);
    assert!(equal[0].best && !equal[1].best, "of equals the commercial discount");
    assert!(world.offers_for(0, &[line((13, 0))], START).is_empty());
    assert!(world.offers_for(0, &[], START).is_empty());
    let reduced = shape::line((ECS, 0), (2, 1), 1, 0, (605, 15));
    assert!(world.offers_for(0, &[reduced], START).is_empty(), "no discount on a discount");
}

#[test]
fn a_discount_keeps_its_id_for_a_year_and_a_member_has_its_masters() {
    let world = world();
    let ids =
        |account, at| -> Vec<String> { world.standing(account, at).into_iter().map(|s| s.id).collect() };
    assert_eq!(ids(0, START), ids(0, START + 100 * DAY));
    assert_ne!(ids(0, START), ids(0, START + 200 * DAY));
    assert_eq!(ids(0, START), ids(2, START));
    assert_eq!(ids(1, START).len(), 1);
    assert!(world.commerce(1, START).is_none());
}

#[test]
fn use_is_converted_and_cut_off_but_never_rounded() {
    let world = world();
    let hour = by_use(&world, used("c7.large.2.linux", None, "duration", dec!(1), 4), 6).unwrap();
    assert_eq!((hour.official, hour.amount), (dec!(0.49), dec!(0.4018)), "agreed for the product: 18 % off");
    let minutes = by_use(&world, used("c7.large.2.linux", None, "Duration", dec!(90), 5), 6).unwrap();
    assert_eq!(minutes.official, dec!(0.735));
    let disk =
        |decimals| by_use(&world, used("GPSSD", Some(100), "Duration", dec!(0.001), 4), decimals).unwrap();
    assert_eq!(disk(6).official, dec!(0.000097));
    assert_eq!(disk(10).official, dec!(0.0000972222));
    let traffic = by_use(&world, used("12_bgp", Some(5), "upflow", dec!(1), 9), 6);
    assert_eq!(traffic.err(), Some("CBC.99006006"), "traffic has no size");
    let traffic = by_use(&world, used("12_bgp", None, "upflow", dec!(1), 9), 6).unwrap();
    assert_eq!((traffic.official, traffic.amount), (dec!(819.2), dec!(696.32)), "agreed at 0.68 a GB");
    let stored = by_use(&world, used("obs.standard", None, "storage", dec!(1_000), 17), 6).unwrap();
    assert_eq!(stored.amount, (stored.official * dec!(0.86)).trunc_with_scale(6));
    for (wish, code) in [
        (used("c7.large.2.linux", None, "upflow", dec!(1), 10), "CBC.99006074"),
        (used("c7.large.2.linux", None, "Duration", dec!(1), 10), "CBC.99006050"),
        (used("c7.large.2.linux", None, "Duration", dec!(1), 999), "CBC.99006050"),
        (used("c7.large.2.linux", None, "Duration", dec!(1e20), 4), "CBC.99006055"),
        (used("waf.standard", None, "Duration", dec!(1), 4), "CBC.99006006"),
    ] {
        assert_eq!(by_use(&world, wish, 6).err(), Some(code));
    }
}

#[test]
fn what_is_too_much_is_said_and_not_reckoned() {
    let world = world();
    let mut many = wanted("waf.professional", None);
    many.quantity = i64::MAX;
    assert_eq!(by_term(&world, many, (3, 3)).err(), Some("CBC.99006055"));
    let disk = by_term(&world, wanted("GPSSD", Some(100)), (2, i64::from(u32::MAX)));
    assert_eq!(disk.err(), Some("CBC.99006055"));
}

#[test]
fn a_project_is_the_accounts_own_and_of_the_region() {
    let mut world = world();
    let rate = |world: &World, project: String| {
        let wish = Wish {
            wanted: wanted("19_bgp", Some(5)),
            period_type: 2,
            periods: 1,
            instalments: Instalments::No,
        };
        world.rate_by_term(0, &project, vec![wish], START).err().map(|refusal| refusal.code)
    };
    assert_eq!(rate(&world, world.region_project(0, 0)), None);
    assert_eq!(rate(&world, world.region_project(0, 1)), Some("CBC.0100"));
    assert_eq!(rate(&world, world.region_project(1, 0)), Some("CBC.0100"));
    world.settings.inquiry_project_of_region = false;
    assert_eq!(rate(&world, world.region_project(0, 1)), None);
}

#[test]
fn instalments_are_by_the_month_and_of_edge_sites_alone() {
    assert_eq!(Plan::of(Instalments::Half, 3, 1).unwrap().part(48_600_000), Some(2_025_000));
    assert_eq!(Plan::of(Instalments::Zero, 3, 1).unwrap().part(48_600_000), Some(4_050_000));
    assert_eq!(Plan::of(Instalments::No, 3, 1).unwrap().part(48_600_000), None);
    assert!(Plan::of(Instalments::Zero, 4, 1).is_none());
    let world = world();
    let project = world.region_project(0, 0);
    let rate = |code: &str| {
        let wish =
            Wish { wanted: wanted(code, None), period_type: 3, periods: 1, instalments: Instalments::Zero };
        world.rate_by_term(0, &project, vec![wish], START).err().map(|refusal| refusal.code)
    };
    assert_eq!(rate("cloudpond.compute.8"), None);
    assert_eq!(rate("c7.large.2.linux"), Some("CBC.0100"));
}

#[test]
fn a_renewal_costs_what_its_order_costs_and_says_what_cannot_be_renewed() {
    let world = world();
    let owner = &world.accounts[0];
    let resources: Vec<_> = (0..owner.made()).flat_map(|order| world.provided_by(0, order, START)).collect();
    let mut rated = 0;
    for resource in resources.iter().filter(|resource| resource.parent.is_none()) {
        let rating = world.rate_renewal(0, std::slice::from_ref(&resource.id), (3, 1), false, START);
        if let [failed] = &rating.failed[..] {
            assert!(["CBC.30050010", "CBC.30050011"].contains(&failed.code));
            continue;
        }
        rated += 1;
        let own = &rating.lines[rating.rows[0].1[0]];
        let line = shape::line(
            (resource.line.service, resource.line.product),
            (3, 1),
            resource.line.quantity,
            0,
            (0, 0),
        );
        assert_eq!(*own, line);
        assert_eq!(rating.official(), rating.lines.iter().map(|line| line.official).sum::<Fen>());
        let none = world.rate_renewal(0, std::slice::from_ref(&resource.id), (2, 12), false, START);
        assert_eq!(none.failed[0].code, "CBC.30050008");
        let other = world.rate_renewal(1, std::slice::from_ref(&resource.id), (2, 1), false, START);
        assert_eq!(other.failed[0].code, "CBC.30050009");
    }
    assert!(rated > 10, "{rated}");
    assert_eq!(SERVICES.len(), 15);
}
