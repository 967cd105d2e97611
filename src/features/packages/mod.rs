//! Resource packages: what there is and what is left of it, what used it up, and when it will run out.

pub mod deductions;
pub mod detail;
pub mod export;
pub mod filter;
pub mod forecast;
pub mod list;
pub mod outlook;
pub mod package;
pub mod summary;
pub mod sync;
pub mod texts;
pub mod threshold;
pub mod usage;
pub mod words;

use crate::{
    identity::access::Permission::{Export, Refresh, SetThresholds, ViewPackages},
    web::{
        Access::Needs,
        Routes,
        download::{csv, xlsx},
    },
};

/// The pages of packages.
pub fn routes() -> Routes {
    Routes::new()
        .get("/packages", Needs(ViewPackages), list::show)
        .post("/packages/refresh", Needs(Refresh), list::refresh)
        .get("/packages/export.csv", Needs(Export), csv::<export::Packages>)
        .get("/packages/export.xlsx", Needs(Export), xlsx::<export::Packages>)
        .get("/packages/deductions.csv", Needs(Export), csv::<deductions::Deductions>)
        .get("/packages/deductions.xlsx", Needs(Export), xlsx::<deductions::Deductions>)
        .get("/packages/of/{id}", Needs(ViewPackages), detail::show)
        .post("/packages/of/{id}/refresh", Needs(Refresh), detail::read_again)
        .post("/packages/of/{id}/threshold", Needs(SetThresholds), threshold::set)
}
