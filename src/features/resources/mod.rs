//! Yearly/monthly resources: what there is and until when, and everything that is done to it, as the journal
//! does it.

pub mod calendar;
pub mod detail;
pub mod export;
pub mod filter;
pub mod glance;
pub mod job;
pub mod leave;
pub mod list;
mod live;
pub mod plan;
pub mod planner;
pub mod policy;
pub mod refund;
pub mod renew;
pub mod renewing;
pub mod resource;
pub mod standing;
pub mod store;
pub mod summary;
pub mod sync;
pub mod texts;
pub mod unsubscribe;
pub mod words;

pub use live::{ChosenResource, SeenResource, Shown, targets};

use crate::{
    identity::access::Permission::{Export, Refresh, ViewResources},
    web::{
        Access::Needs,
        Routes,
        download::{csv, xlsx},
    },
};

/// The pages of resources.
pub fn routes() -> Routes {
    Routes::new()
        .get("/resources", Needs(ViewResources), list::show)
        .get("/resources/sync", Needs(ViewResources), list::show_progress)
        .post("/resources/refresh", Needs(Refresh), list::refresh)
        .get("/resources/export.csv", Needs(Export), csv::<export::Resources>)
        .get("/resources/export.xlsx", Needs(Export), xlsx::<export::Resources>)
        .get("/resources/of/{id}", Needs(ViewResources), detail::show)
        .post("/resources/of/{id}/refresh", Needs(Refresh), detail::read_again)
        .get("/resources/refunds/{operation}", Needs(ViewResources), refund::compare::show)
        .merge(calendar::routes())
        .merge(leave::routes())
        .merge(plan::routes())
        .merge(policy::routes())
        .merge(renewing::routes())
}
