//! The job that keeps the yearly/monthly resources fresh.

pub mod store;
