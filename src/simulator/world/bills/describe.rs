//! How bills describe what a line of an order bought: the resource's name, its specification, its size.
//! Resources are described in the same way where they are listed.

use super::Fee;
use crate::simulator::world::{
    Account,
    dice::mix,
    services::{ECS, EVS, VPC, service},
    shape::Line,
};

/// The name that somebody of the account gave to what a line of a purchase provided.
pub(super) fn name(owner: &Account, fee: &Fee, (purchase, nth): (u32, u16)) -> String {
    let spread = mix(u64::from(purchase) ^ (u64::from(nth) << 32) ^ fee.account as u64);
    let user = owner.users.get(spread as usize % owner.users.len().max(1)).map_or("", String::as_str);
    let short = fee.service.rsplit('.').next().unwrap_or_default();
    format!("{short}-{user}-{:04x}", spread >> 48)
}

/// The size of what is sold by its size, with its unit: gigabytes of a disk, megabits a second of a bandwidth.
pub(super) fn size(line: &Line) -> Option<(u32, u8)> {
    let unit = match line.service {
        EVS => 17,
        VPC => 15,
        _ => return None,
    };
    let name = service(line.service).product(line.product).names[1];
    let number = name.rsplit('|').next()?.split(' ').next()?;
    Some((number.parse().ok()?, unit))
}

/// The code of the specification: the flavour of a server with its system, or a code of the product.
pub(super) fn spec_code(line: &Line) -> String {
    let sold = service(line.service);
    let product = usize::from(line.product) % sold.products.len();
    let name = sold.product(line.product).names[1];
    match line.service {
        ECS => {
            let flavour = name.split('|').nth(1).unwrap_or_default();
            format!("{flavour}.{}", name.rsplit('|').next().unwrap_or_default())
        }
        EVS => ["GPSSD", "SSD", "SAS"][product.min(2)].to_owned(),
        VPC if name.starts_with("Shared") => "19_share".to_owned(),
        VPC => "19_bgp".to_owned(),
        _ => format!("{}.{}", sold.code.rsplit('.').next().unwrap_or_default(), product + 1),
    }
}
