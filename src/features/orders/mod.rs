//! Orders: the list, one order, what it can be paid with, and the job that keeps them fresh.

pub mod filter;
#[cfg(test)]
mod fixtures;
pub mod list;
pub mod order;
pub mod search;
pub mod store;
pub mod sync;
