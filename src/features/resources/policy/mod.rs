//! What happens at the expiry of resources, set from here: renewed by themselves or not, pay-per-use at expiry
//! or at once, and the account's days of renewal. Each page hands operations to the journal and sends nothing.

pub mod convert_now;
mod days;
pub mod deduction;
pub mod kept;
mod page;
pub mod renewal_day;
mod rows;
pub mod set_policy;
pub mod store;
pub mod texts;
mod wish;

use sqlx::PgPool;

use self::{
    convert_now::Conversions,
    kept::Kept,
    renewal_day::RenewalDays,
    set_policy::{Policies, Wanted},
};
use crate::{
    clock::Clock,
    identity::access::Permission::{ConvertResources, SetRenewal},
    operations::Registry,
    web::{Access::Needs, Routes},
};

/// Adds the kinds of operations.
pub fn register(registry: Registry, db: &PgPool, clock: &Clock) -> Registry {
    let kept = Kept { db: db.clone(), clock: clock.clone() };
    let policies = Wanted::ALL.map(|wanted| Policies { wanted, kept: kept.clone() });
    let registry = policies.into_iter().fold(registry, Registry::with);
    registry.with(Conversions { kept: kept.clone() }).with(RenewalDays { kept })
}

/// The pages.
pub fn routes() -> Routes {
    Routes::new()
        .get("/resources/auto-renewal", Needs(SetRenewal), page::show_auto_renewal)
        .post("/resources/auto-renewal", Needs(SetRenewal), page::submit_auto_renewal)
        .get("/resources/at-expiry", Needs(SetRenewal), page::show_at_expiry)
        .post("/resources/at-expiry", Needs(SetRenewal), page::submit_at_expiry)
        .get("/resources/convert", Needs(ConvertResources), page::show_convert)
        .post("/resources/convert", Needs(ConvertResources), page::submit_convert)
        .get("/resources/days", Needs(SetRenewal), days::show)
        .post("/resources/days", Needs(SetRenewal), days::submit)
}
