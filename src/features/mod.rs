//! What people see, one folder each. Features do not import each other.

pub mod account;
pub mod activity;
pub mod balance;
pub mod coupons;
pub mod lists;
pub mod orders;
pub mod overview;
pub mod packages;
pub mod prices;
pub mod resources;
pub mod sign_in;
