//! Balances: what the accounts have, by kind of account of money, what they owe, and what came in and went out,
//! month by month. Nothing here moves money.

pub mod amounts;
pub mod changes;
pub mod export;
pub mod filter;
pub mod list;
pub mod store;
pub mod summary;
pub mod texts;

use crate::{
    identity::access::Permission::{Export, Refresh, ViewFunds},
    web::{
        Access::Needs,
        Routes,
        download::{csv, xlsx},
    },
};

/// The pages of balances.
pub fn routes() -> Routes {
    Routes::new()
        .get("/balance", Needs(ViewFunds), list::show)
        .post("/balance/refresh", Needs(Refresh), list::refresh)
        .get("/balance/export.csv", Needs(Export), csv::<export::Changes>)
        .get("/balance/export.xlsx", Needs(Export), xlsx::<export::Changes>)
}
