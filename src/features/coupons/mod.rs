//! Coupons and stored-value cards: what there is and until when, what each is limited to and what it was used for, and
//! what an order can be paid with. Nothing here moves money.

mod best;
pub mod cards;
mod could;
mod detail;
mod expiring;
pub mod export;
pub mod filter;
pub mod list;
pub mod read;
mod spendable;
pub mod store;
pub mod summary;
pub mod texts;
mod words;

use crate::{
    identity::access::Permission::{Export, Refresh, ViewFunds},
    web::{
        Access::Needs,
        Routes,
        download::{csv, xlsx},
    },
};

/// The pages of coupons and cards.
pub fn routes() -> Routes {
    Routes::new()
        .get("/coupons", Needs(ViewFunds), list::show)
        .post("/coupons/refresh", Needs(Refresh), list::refresh)
        .get("/coupons/export.csv", Needs(Export), csv::<export::Coupons>)
        .get("/coupons/export.xlsx", Needs(Export), xlsx::<export::Coupons>)
        .get("/coupons/cards", Needs(ViewFunds), cards::show)
        .get("/coupons/expiring", Needs(ViewFunds), expiring::show)
        .get("/coupons/of/{id}", Needs(ViewFunds), detail::show)
        .get("/coupons/for/{order}", Needs(ViewFunds), spendable::show)
}
