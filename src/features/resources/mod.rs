//! Yearly/monthly resources: what there is and until when, and everything that is done to it, as the journal
//! does it.

pub mod detail;
pub mod export;
pub mod filter;
pub mod glance;
pub mod job;
pub mod list;
mod live;
pub mod renew;
pub mod resource;
pub mod standing;
pub mod store;
pub mod summary;
pub mod sync;
pub mod texts;
pub mod unsubscribe;
pub mod words;

pub use live::{SeenResource, Shown};

use crate::{
    identity::access::Permission::{Export, Refresh, ViewResources},
    web::{Access::Needs, Routes},
};

/// The pages of resources.
pub fn routes() -> Routes {
    Routes::new()
        .get("/resources", Needs(ViewResources), list::show)
        .get("/resources/sync", Needs(ViewResources), list::show_progress)
        .post("/resources/refresh", Needs(Refresh), list::refresh)
        .get("/resources/export.csv", Needs(Export), export::csv)
        .get("/resources/export.xlsx", Needs(Export), export::xlsx)
        .get("/resources/of/{id}", Needs(ViewResources), detail::show)
        .post("/resources/of/{id}/refresh", Needs(Refresh), detail::refresh)
}
