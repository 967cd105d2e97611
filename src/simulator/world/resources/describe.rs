//! How a resource is described wherever it is told of: what people called it, its specification, its
//! size. Nothing here is a rule; it is derived from what was bought.

use super::{
    super::{
        Account,
        catalogue::spec_of,
        dice::mix,
        services::{EVS, VPC, service},
        shape::Line,
    },
    Key,
};

/// Gigabytes of capacity, and megabits a second.
const GB: u8 = 17;
const MBPS: u8 = 15;

/// The name that somebody of an account, which is at this position, gave to what a line of a purchase of a
/// service provided.
pub(crate) fn resource_name(owner: &Account, account: usize, (purchase, nth): Key, code: &str) -> String {
    let spread = mix(u64::from(purchase) ^ (u64::from(nth) << 32) ^ account as u64);
    let users = owner.users.len().max(1) as u64;
    let user = owner.users.get((spread % users) as usize).map_or("", String::as_str);
    format!("{}-{user}-{:04x}", short(code), spread >> 48)
}

/// The last part of a service's code.
fn short(code: &str) -> &str {
    code.rsplit('.').next().unwrap_or_default()
}

/// The specification by whose code the price of the same can be asked.
pub(crate) fn spec_code(line: &Line) -> &'static str {
    let sold = service(line.service);
    let at = usize::from(line.product) % sold.products.len();
    match line.service {
        EVS => ["GPSSD", "SSD", "SAS"].get(at).copied().unwrap_or("SAS"),
        VPC if sold.product(line.product).names[1].starts_with("Shared") => "19_share",
        VPC => "19_bgp",
        _ => spec_of(line.service, at).map_or("", |spec| spec.code),
    }
}

/// The size of what is linear, with its unit.
pub(crate) fn size(line: &Line) -> Option<(u32, u8)> {
    let name = service(line.service).product(line.product).names[1];
    let last = name.rsplit('|').next()?;
    let number = last.split(' ').next()?.parse().ok()?;
    match line.service {
        EVS => Some((number, GB)),
        VPC => Some((number, MBPS)),
        _ => None,
    }
}
