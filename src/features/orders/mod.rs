//! Orders: the list, one order, what it can be paid with, and the job that keeps them fresh.

pub mod order;
pub mod search;
pub mod store;
