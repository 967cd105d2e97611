//! The list of orders.

pub mod store;
