//! Orders: the list, one order, what it can be paid with, and the job that keeps them fresh.

pub mod cancel;
pub mod cancel_order;
pub mod detail;
pub mod export;
pub mod filter;
#[cfg(test)]
mod fixtures;
pub mod glance;
pub mod job;
pub mod kept;
pub mod list;
pub mod order;
pub mod pay;
pub mod refund;
pub mod standing;
pub mod store;
pub mod summary;
pub mod sync;
pub mod texts;
pub mod words;

use crate::{
    identity::access::Permission::{CancelOrders, Export, PayOrders, Refresh, ViewOrders},
    web::{
        Access::Needs,
        Routes,
        download::{csv, xlsx},
    },
};

/// The pages of orders.
pub fn routes() -> Routes {
    Routes::new()
        .get("/orders", Needs(ViewOrders), list::show)
        .get("/orders/summary", Needs(ViewOrders), list::show_summary)
        .get("/orders/sync", Needs(ViewOrders), list::show_progress)
        .get("/orders/cancel", Needs(CancelOrders), cancel::show)
        .post("/orders/cancel", Needs(CancelOrders), cancel::submit)
        .get("/orders/{id}/pay", Needs(PayOrders), pay::show)
        .post("/orders/{id}/pay", Needs(PayOrders), pay::submit)
        .post("/orders/refresh", Needs(Refresh), list::refresh)
        .get("/orders/export.csv", Needs(Export), csv::<export::Orders>)
        .get("/orders/export.xlsx", Needs(Export), xlsx::<export::Orders>)
        .get("/orders/{id}", Needs(ViewOrders), detail::show)
        .post("/orders/{id}/refresh", Needs(Refresh), detail::read_again)
        .get("/orders/{id}/refund", Needs(ViewOrders), refund::show)
}
